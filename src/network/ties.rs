//! Ties: parameters of several devices that share one value, and train as one.

use super::{EdgeKey, Network};

/// A parameter that several devices share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tie {
    /// Its name.
    pub parameter: &'static str,
    /// The edges whose devices share it: two or more, in the order of their keys.
    pub edges: Vec<EdgeKey>,
}

impl Network {
    /// The ties. No parameter of an edge is in two of them.
    #[must_use]
    pub fn ties(&self) -> &[Tie] {
        &self.ties
    }

    /// The tie that a parameter of an edge belongs to.
    #[must_use]
    pub fn tie_of(&self, edge: EdgeKey, parameter: &str) -> Option<&Tie> {
        self.ties
            .iter()
            .find(|tie| tie.parameter == parameter && tie.edges.binary_search(&edge).is_ok())
    }

    /// Ties a parameter of these edges, which leave the ties it was in. Values stay as they are until one of them is set.
    pub fn tie(&mut self, parameter: &'static str, edges: &[EdgeKey]) {
        self.untie(parameter, edges);
        let mut edges = edges.to_vec();
        edges.sort_unstable();
        edges.dedup();
        self.ties.push(Tie { parameter, edges });
        self.prune_ties();
    }

    /// Takes a parameter of these edges out of its ties.
    pub fn untie(&mut self, parameter: &str, edges: &[EdgeKey]) {
        for tie in &mut self.ties {
            if tie.parameter == parameter {
                tie.edges.retain(|key| !edges.contains(key));
            }
        }
        self.ties.retain(|tie| tie.edges.len() > 1);
    }

    /// Drops from the ties what is no longer there: edges, and parameters that the law of an edge does not have.
    pub(crate) fn prune_ties(&mut self) {
        let mut ties = std::mem::take(&mut self.ties);
        for tie in &mut ties {
            tie.edges.retain(|&key| {
                self.edge(key)
                    .is_some_and(|edge| edge.device.param_index(tie.parameter).is_some())
            });
        }
        ties.retain(|tie| tie.edges.len() > 1);
        self.ties = ties;
    }

    /// Gives what an edge is tied to the values that it has now.
    pub(super) fn follow_ties(&mut self, key: EdgeKey) {
        if self.ties.is_empty() {
            return;
        }
        self.prune_ties();
        let Some(device) = self.edge(key).map(|edge| edge.device.clone()) else {
            return;
        };
        let of_edge = |tie: &&Tie| tie.edges.binary_search(&key).is_ok();
        let followed: Vec<Tie> = self.ties.iter().filter(of_edge).cloned().collect();
        for Tie { parameter, edges } in followed {
            let Some(p) = device.param_index(parameter) else {
                continue;
            };
            let value = device.params()[p];
            for other in edges {
                if let Some(edge) = self.edge_mut(other)
                    && let Some(p) = edge.device.param_index(parameter)
                {
                    // Tied parameters have one range, so what one may be the others may be.
                    let _ = edge.device.set_param(p, value);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::{Device, Kind, Platform};
    use crate::network::{Node, Role};

    fn network() -> (Network, Vec<EdgeKey>) {
        let mut network = Network::new(Platform::Electronic);
        let mut node = |id: &str, role| {
            network
                .add_node(Node::new(id, role, Platform::Electronic))
                .unwrap()
        };
        let (x, y) = (node("x", Role::Input), node("y", Role::Output));
        let keys = (0..4)
            .map(|k| {
                let device = Device::new(Kind::QuantumDot);
                network.add_edge(format!("e{k}"), x, y, device).unwrap()
            })
            .collect();
        (network, keys)
    }

    #[test]
    fn one_value_is_the_value_of_all() {
        let (mut network, keys) = network();
        network.tie("shift", &keys[..3]);
        let device = Device::with(Kind::QuantumDot, &[("shift", 0.25), ("level", 3.0)]).unwrap();
        network.set_device(keys[1], device).unwrap();
        let param = |network: &Network, k: usize, name| {
            network.edge(keys[k]).unwrap().device.param(name).unwrap()
        };
        for k in 0..4 {
            assert_eq!((param(&network, k, "shift") - 0.25).abs() < 1e-12, k < 3);
            assert_eq!((param(&network, k, "level") - 3.0).abs() < 1e-12, k == 1);
        }
    }

    #[test]
    fn ties_lose_what_is_gone() {
        let (mut network, keys) = network();
        network.tie("shift", &keys);
        network.tie("level", &keys[..2]);
        network.remove_edge(keys[3]);
        assert_eq!(network.tie_of(keys[0], "shift").unwrap().edges, keys[..3]);
        network
            .set_device(keys[1], Device::new(Kind::Ohmic))
            .unwrap();
        assert_eq!(network.tie_of(keys[0], "level"), None);
        let left = &network.tie_of(keys[2], "shift").unwrap().edges;
        assert_eq!(*left, [keys[0], keys[2]]);
        // A tie is left for another one, and a tie of one is none.
        network.untie("shift", &keys[..1]);
        assert!(network.ties().is_empty());
    }
}
