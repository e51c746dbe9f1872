//! Hidden fuels: cycles whose equilibrium constants do not multiply to 1 keep a current going round by themselves.

use petgraph::graph::{NodeIndex, UnGraph};

use super::gauge::Gauge;
use crate::system::System;

/// A cycle that a chemical fuel drives.
#[derive(Clone, Debug, PartialEq)]
pub struct DrivenCycle {
    /// The way round, in the direction in which the fuel drives.
    pub steps: Vec<Step>,
    /// ln of the product of k_eq along the steps: the fuel spent per carrier and turn, in k_B·T; > 0.
    pub ln_product: f64,
}

/// A part of a cycle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Through a device: its position in [`System::links`], and whether from its `from` to its `to`.
    Link {
        /// Position in [`System::links`].
        link: usize,
        /// Whether passed from `from` to `to`.
        forward: bool,
    },
    /// Through the leak of the free reservoir in this slot, from or to ground.
    Leak {
        /// The reservoir's slot.
        slot: usize,
        /// Whether passed from the reservoir to ground.
        forward: bool,
    },
}

impl DrivenCycle {
    /// Positions in [`System::links`] of the devices the cycle passes.
    pub fn links(&self) -> impl Iterator<Item = usize> + '_ {
        self.steps.iter().filter_map(|step| match *step {
            Step::Link { link, .. } => Some(link),
            Step::Leak { .. } => None,
        })
    }
}

/// The driven ones among a set of cycles that span all others (parallel edges and the way through ground included):
/// none of them means that no cycle of the network is driven.
#[must_use]
pub fn driven_cycles(system: &System) -> Vec<DrivenCycle> {
    if system.links().iter().all(|l| l.device.k_eq().ln() == 0.0) {
        return Vec::new();
    }
    let ground = system.nodes().len();
    let mut graph = UnGraph::with_capacity(ground + 1, system.links().len());
    let mut steps = Vec::new();
    for _ in 0..=ground {
        graph.add_node(());
    }
    for (link, l) in system.links().iter().enumerate() {
        graph.add_edge(
            NodeIndex::new(l.from),
            NodeIndex::new(l.to),
            l.device.k_eq().ln(),
        );
        steps.push(Step::Link {
            link,
            forward: true,
        });
    }
    for (slot, &leak) in system.leak().iter().enumerate() {
        if leak > 0.0 {
            graph.add_edge(NodeIndex::new(slot), NodeIndex::new(ground), 0.0);
            steps.push(Step::Leak {
                slot,
                forward: true,
            });
        }
    }
    Gauge::new(graph, ground)
        .driven_cycles()
        .map(|(edges, ln_product)| DrivenCycle {
            steps: edges
                .into_iter()
                .map(|(edge, along)| match steps[edge.index()] {
                    Step::Link { link, .. } => Step::Link {
                        link,
                        forward: along,
                    },
                    Step::Leak { slot, .. } => Step::Leak {
                        slot,
                        forward: along,
                    },
                })
                .collect(),
            ln_product,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::{Device, Kind, Platform};
    use crate::network::{Network, Node, Role};

    /// Reservoirs a, b (free) and k (a clamp), with enzymes of the given constants between named ends.
    fn system(leaks: [f64; 2], edges: &[(&str, &str, f64)]) -> System {
        let mut network = Network::new(Platform::Chemical);
        let roles = [Role::Hidden, Role::Hidden, Role::Bias];
        for ((id, role), leak) in ["a", "b", "k"]
            .into_iter()
            .zip(roles)
            .zip([leaks[0], leaks[1], 0.0])
        {
            let mut node = Node::new(id, role, Platform::Chemical);
            node.leak = leak;
            network.add_node(node).unwrap();
        }
        for (e, (from, to, k_eq)) in edges.iter().enumerate() {
            let key = |id: &str| network.node_by_id(id).unwrap().key();
            let (from, to) = (key(from), key(to));
            let named = [("v_max", 1.0), ("k_m", 1.0), ("k_p", 1.0), ("k_eq", *k_eq)];
            let device = Device::with(Kind::Enzyme, &named).unwrap();
            network.add_edge(format!("e{e}"), from, to, device).unwrap();
        }
        System::new(&network)
    }

    #[test]
    fn a_chain_between_clamps_is_no_cycle() {
        assert!(driven_cycles(&system([0.0; 2], &[("a", "k", 5.0), ("a", "b", 2.0)])).is_empty());
    }

    #[test]
    fn parallel_edges_drive() {
        let cycles = driven_cycles(&system([0.0; 2], &[("a", "b", 4.0), ("a", "b", 0.5)]));
        assert_eq!(cycles.len(), 1);
        assert!((cycles[0].ln_product - 8.0_f64.ln()).abs() < 1e-14);
        let expected = |link, forward| Step::Link { link, forward };
        assert!(cycles[0].steps.contains(&expected(0, true)));
        assert!(cycles[0].steps.contains(&expected(1, false)));
    }

    #[test]
    fn ground_closes_a_cycle_and_a_clamp_lies_on_one() {
        let cycles = driven_cycles(&system([0.1, 0.1], &[("a", "b", 3.0)]));
        assert_eq!(cycles.len(), 1);
        assert_eq!(cycles[0].links().collect::<Vec<_>>(), [0]);
        assert!(cycles[0].steps.contains(&Step::Leak {
            slot: 1,
            forward: true
        }));
        assert!(cycles[0].steps.contains(&Step::Leak {
            slot: 0,
            forward: false
        }));
        let through_clamp = [("a", "b", 1.0), ("b", "k", 1.0), ("k", "a", 0.25)];
        let cycles = driven_cycles(&system([0.0; 2], &through_clamp));
        assert_eq!(cycles.len(), 1);
        assert!((cycles[0].ln_product - 4.0_f64.ln()).abs() < 1e-14);
        let balanced = [("a", "b", 2.0), ("b", "k", 2.0), ("k", "a", 0.25)];
        assert!(driven_cycles(&system([0.1, 0.0], &balanced)).is_empty());
    }
}
