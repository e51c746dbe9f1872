//! Equilibrium constants as differences of a potential: ln k_eq(a→b) = s_a − s_b, wherever no cycle forbids it.

use std::collections::VecDeque;

use petgraph::graph::{EdgeIndex, NodeIndex, UnGraph};
use petgraph::visit::EdgeRef;

/// Sums of logarithms differ from zero by rounding up to this share of their largest term: k_eq values are typed with
/// few digits, and each logarithm is good to 1e-16 of itself.
const ROUNDING: f64 = 1e-12;

/// A graph whose edges carry ln k_eq from their first to their second end, with a spanning forest and the potential
/// that fits it.
pub(super) struct Gauge {
    graph: UnGraph<(), f64>,
    /// The potential of each node, 0 at the root of its tree.
    potential: Vec<f64>,
    /// The root of each node's tree, and the edge towards it.
    root: Vec<usize>,
    toward_root: Vec<Option<EdgeIndex>>,
    depth: Vec<usize>,
}

impl Gauge {
    /// Spans the graph breadth first (which keeps cycles short), starting from node `first`.
    pub(super) fn new(graph: UnGraph<(), f64>, first: usize) -> Self {
        let count = graph.node_count();
        let mut gauge = Self {
            graph,
            potential: vec![0.0; count],
            root: vec![usize::MAX; count],
            toward_root: vec![None; count],
            depth: vec![0; count],
        };
        let mut queue = VecDeque::new();
        for root in std::iter::once(first).chain(0..count) {
            if gauge.root[root] != usize::MAX {
                continue;
            }
            gauge.root[root] = root;
            queue.push_back(root);
            while let Some(node) = queue.pop_front() {
                for edge in gauge.graph.edges(NodeIndex::new(node)) {
                    // `edges` turns every edge so that it starts here; the sign goes by how it was entered.
                    let next = edge.target().index();
                    if gauge.root[next] == usize::MAX {
                        gauge.root[next] = root;
                        gauge.toward_root[next] = Some(edge.id());
                        gauge.depth[next] = gauge.depth[node] + 1;
                        gauge.potential[next] =
                            gauge.potential[node] - oriented(&gauge.graph, edge.id(), node);
                        queue.push_back(next);
                    }
                }
            }
        }
        gauge
    }

    /// The potential of a node.
    pub(super) fn potential(&self, node: usize) -> f64 {
        self.potential[node]
    }

    /// The root of a node's tree: the same for all nodes connected with each other.
    pub(super) fn root(&self, node: usize) -> usize {
        self.root[node]
    }

    /// The root of an edge's tree.
    pub(super) fn root_of_edge(&self, edge: EdgeIndex) -> usize {
        self.graph
            .edge_endpoints(edge)
            .map_or(usize::MAX, |(a, _)| self.root[a.index()])
    }

    /// The cycles that edges outside the forest close, where the sum of ln k_eq along them is not zero: the edges in
    /// order, each with the direction it is passed in (true: from its first end), and the sum, which is positive.
    pub(super) fn driven_cycles(&self) -> impl Iterator<Item = (Vec<(EdgeIndex, bool)>, f64)> + '_ {
        self.graph.edge_indices().filter_map(|edge| {
            let (a, b) = self.graph.edge_endpoints(edge)?;
            let (mut a, mut b) = (a.index(), b.index());
            if [a, b]
                .iter()
                .any(|&end| self.toward_root[end] == Some(edge))
            {
                return None;
            }
            // From `a` over the edge to `b`, down to the common ancestor, and up again to `a`.
            let (mut out, mut back) = (vec![(edge, true)], Vec::new());
            while a != b {
                let climbs_from_a = self.depth[a] >= self.depth[b];
                let deep = if climbs_from_a { &mut a } else { &mut b };
                let up = self.toward_root[*deep]?;
                let (first, second) = self.graph.edge_endpoints(up)?;
                let leaves_first = first.index() == *deep;
                *deep = if leaves_first { second } else { first }.index();
                // The side of `a` is climbed against the way round.
                if climbs_from_a {
                    back.push((up, !leaves_first));
                } else {
                    out.push((up, leaves_first));
                }
            }
            out.extend(back.into_iter().rev());
            let terms = out.iter().map(|&(e, forward)| {
                let ln_k = self.graph[e];
                if forward { ln_k } else { -ln_k }
            });
            let sum: f64 = terms.clone().sum();
            let largest = terms.fold(0.0_f64, |top, term| top.max(term.abs()));
            if sum.abs() <= ROUNDING * largest * out.len() as f64 {
                return None;
            }
            if sum < 0.0 {
                out.reverse();
                for (_, forward) in &mut out {
                    *forward = !*forward;
                }
            }
            Some((out, sum.abs()))
        })
    }
}

/// ln k_eq of an edge as seen from one of its ends.
fn oriented(graph: &UnGraph<(), f64>, edge: EdgeIndex, from: usize) -> f64 {
    match graph.edge_endpoints(edge) {
        Some((a, _)) if a.index() == from => graph[edge],
        _ => -graph[edge],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gauge(nodes: usize, edges: &[(u32, u32, f64)]) -> Gauge {
        let mut graph = UnGraph::from_edges(edges);
        while graph.node_count() < nodes {
            graph.add_node(());
        }
        Gauge::new(graph, 0)
    }

    #[test]
    fn potentials_fit_a_tree() {
        let gauge = gauge(5, &[(1, 0, 0.5), (1, 2, 2.0), (3, 4, -1.0)]);
        for (node, s) in [(0, 0.0), (1, 0.5), (2, -1.5), (4, 1.0)] {
            assert!((gauge.potential(node) - s).abs() < 1e-15);
        }
        assert_eq!([0, 1, 2].map(|i| gauge.root(i)), [0; 3]);
        assert_eq!(gauge.root(4), 3);
        assert_eq!(gauge.driven_cycles().count(), 0);
    }

    #[test]
    fn a_driven_cycle_is_listed_in_the_direction_it_runs() {
        // 0 → 1 → 2 → 3 → 0 with the third edge drawn backwards; the sum round is 1 − 4 + 0.5 + 0.5 = −2.
        let gauge = gauge(4, &[(0, 1, 1.0), (1, 2, -4.0), (3, 2, -0.5), (3, 0, 0.5)]);
        let cycles: Vec<_> = gauge.driven_cycles().collect();
        assert_eq!(cycles.len(), 1);
        let (steps, sum) = &cycles[0];
        assert!((sum - 2.0).abs() < 1e-15);
        let mut at = None;
        for &(edge, forward) in steps {
            let (a, b) = gauge.graph.edge_endpoints(edge).unwrap();
            let (start, end) = if forward { (a, b) } else { (b, a) };
            assert!(at.is_none_or(|at| at == start), "the steps are connected");
            at = Some(end);
        }
        assert_eq!(steps.len(), 4);
    }

    #[test]
    fn rounding_drives_nothing() {
        let third = (1.0_f64 / 3.0).ln();
        let balanced = gauge(
            3,
            &[
                (0, 1, 3.0_f64.ln()),
                (1, 2, 7.0_f64.ln()),
                (0, 2, 21.0_f64.ln()),
            ],
        );
        assert_eq!(balanced.driven_cycles().count(), 0);
        let parallel = gauge(2, &[(0, 1, third), (1, 0, 3.0_f64.ln())]);
        assert_eq!(parallel.driven_cycles().count(), 0);
        let driven = gauge(2, &[(0, 1, 0.0), (0, 1, 1e-6)]);
        assert_eq!(driven.driven_cycles().count(), 1);
    }
}
