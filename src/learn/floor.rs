//! The monotone floor: the smallest mean square error that any non-decreasing response can reach on a task.
//!
//! Isotonic regression on the componentwise partial order of the inputs, exact: the rows are split along the upper set
//! with the largest excess over the mean, again and again, until no split gains (the iterative partitioning of Luss,
//! Rosset & Shahar, Ann. Appl. Stat. 6, 253 (2012), after Maxwell & Muckstadt 1985). Each split is a minimum cut.

use std::collections::VecDeque;

use petgraph::Direction;
use petgraph::algo::ford_fulkerson;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::EdgeRef;

use super::objective::{Goal, Objective};

/// The floor of a task with mean square error; `None` for other losses.
#[must_use]
pub fn monotone_floor(objective: &Objective) -> Option<f64> {
    let examples = objective.examples();
    let outputs = objective.outputs().len();
    let mut sum = 0.0;
    for k in 0..outputs {
        let mut points: Vec<Point> = Vec::new();
        for example in examples {
            let Goal::States(goal) = &example.goal else {
                return None;
            };
            // Rows with equal inputs share one answer: their mean, and what they scatter around it is lost anyway.
            match points
                .iter_mut()
                .find(|point| point.input == example.inputs)
            {
                Some(point) => point.add(goal[k]),
                None => points.push(Point::new(&example.inputs, goal[k])),
            }
        }
        sum += points.iter().map(Point::scatter).sum::<f64>();
        let fitted = isotonic(&points);
        sum += points
            .iter()
            .zip(fitted)
            .map(|(point, fit)| point.weight * (point.mean - fit).powi(2))
            .sum::<f64>();
    }
    Some(sum / (examples.len() * outputs) as f64)
}

/// Rows with the same input.
struct Point<'a> {
    input: &'a [f64],
    weight: f64,
    mean: f64,
    targets: Vec<f64>,
}

impl<'a> Point<'a> {
    fn new(input: &'a [f64], target: f64) -> Self {
        Self {
            input,
            weight: 1.0,
            mean: target,
            targets: vec![target],
        }
    }

    fn add(&mut self, target: f64) {
        self.targets.push(target);
        self.weight += 1.0;
        self.mean = self.targets.iter().sum::<f64>() / self.weight;
    }

    fn scatter(&self) -> f64 {
        self.targets
            .iter()
            .map(|target| (target - self.mean).powi(2))
            .sum()
    }

    fn is_below(&self, other: &Self) -> bool {
        self.input.iter().zip(other.input).all(|(p, q)| p <= q)
    }
}

/// The weighted least-squares non-decreasing fit.
fn isotonic(points: &[Point]) -> Vec<f64> {
    let mut fitted = vec![0.0; points.len()];
    let mut blocks: VecDeque<Vec<usize>> = VecDeque::from([(0..points.len()).collect()]);
    while let Some(block) = blocks.pop_front() {
        let weight: f64 = block.iter().map(|&i| points[i].weight).sum();
        let mean = block
            .iter()
            .map(|&i| points[i].weight * points[i].mean)
            .sum::<f64>()
            / weight;
        let upper = best_upper_set(points, &block, mean);
        let side = |wanted: bool| -> Vec<usize> {
            block
                .iter()
                .zip(&upper)
                .filter(|(_, inside)| **inside == wanted)
                .map(|(&i, _)| i)
                .collect()
        };
        let (above, below) = (side(true), side(false));
        if above.is_empty() || below.is_empty() {
            for i in block {
                fitted[i] = mean;
            }
        } else {
            blocks.extend([above, below]);
        }
    }
    fitted
}

/// Which points of a block belong to the upper set U that maximises Σ_U weight·(target − mean): a maximum closure,
/// found as a minimum cut (Picard 1976). Empty if no set has an excess beyond rounding.
fn best_upper_set(points: &[Point], block: &[usize], mean: f64) -> Vec<bool> {
    let n = block.len();
    let excess: Vec<f64> = block
        .iter()
        .map(|&i| points[i].weight * (points[i].mean - mean))
        .collect();
    let size: f64 = excess.iter().map(|e| e.abs()).sum();
    // Excesses below this are rounding of the mean.
    let resolution = 1e-12 * size;
    let mut graph: DiGraph<(), f64> = DiGraph::with_capacity(n + 2, n);
    let nodes: Vec<NodeIndex> = (0..n + 2).map(|_| graph.add_node(())).collect();
    let (source, sink) = (nodes[n], nodes[n + 1]);
    for (&node, &e) in nodes.iter().zip(&excess) {
        if e > resolution {
            graph.add_edge(source, node, e);
        } else if e < -resolution {
            graph.add_edge(node, sink, -e);
        }
    }
    // A point in U takes every point above it along: more than everything can flow there.
    for (k, &i) in block.iter().enumerate() {
        for (l, &j) in block.iter().enumerate() {
            if k != l && points[i].is_below(&points[j]) {
                graph.add_edge(nodes[k], nodes[l], 2.0 * size);
            }
        }
    }
    let (_, flows) = ford_fulkerson(&graph, source, sink);
    let upper = source_side(&graph, &flows, source, resolution);
    let gain: f64 = excess
        .iter()
        .zip(&upper)
        .filter(|(_, inside)| **inside)
        .map(|(e, _)| e)
        .sum();
    if gain > resolution {
        upper[..n].to_vec()
    } else {
        vec![false; n]
    }
}

/// The nodes that more could flow to: the source's side of the minimum cut that a maximum flow leaves.
fn source_side(
    graph: &DiGraph<(), f64>,
    flows: &[f64],
    source: NodeIndex,
    resolution: f64,
) -> Vec<bool> {
    let mut inside = vec![false; graph.node_count()];
    inside[source.index()] = true;
    let mut stack = vec![source];
    while let Some(node) = stack.pop() {
        let onward = graph
            .edges(node)
            .filter(|edge| edge.weight() - flows[edge.id().index()] > resolution)
            .map(|edge| edge.target());
        let back = graph
            .edges_directed(node, Direction::Incoming)
            .filter(|edge| flows[edge.id().index()] > resolution)
            .map(|edge| edge.source());
        for next in onward.chain(back) {
            if !std::mem::replace(&mut inside[next.index()], true) {
                stack.push(next);
            }
        }
    }
    inside
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fit(inputs: &[Vec<f64>], targets: &[f64]) -> Vec<f64> {
        let points: Vec<Point> = inputs
            .iter()
            .zip(targets)
            .map(|(input, &t)| Point::new(input, t))
            .collect();
        isotonic(&points)
    }

    #[test]
    fn a_chain_is_pooled_as_adjacent_violators_are() {
        let inputs: Vec<Vec<f64>> = (0..6).map(|i| vec![f64::from(i)]).collect();
        let fitted = fit(&inputs, &[1.0, 3.0, 2.0, 2.0, 5.0, 4.0]);
        let expected = [1.0, 7.0 / 3.0, 7.0 / 3.0, 7.0 / 3.0, 4.5, 4.5];
        for (f, e) in fitted.iter().zip(expected) {
            assert!((f - e).abs() < 1e-12, "{fitted:?}");
        }
    }

    #[test]
    fn xor_at_plus_minus_t_costs_two_thirds_of_t_squared() {
        let inputs = [[-1.0, -1.0], [-1.0, 1.0], [1.0, -1.0], [1.0, 1.0]].map(Vec::from);
        let t = 0.7;
        let targets = [-t, t, t, -t];
        let fitted = fit(&inputs, &targets);
        let mse = fitted
            .iter()
            .zip(targets)
            .map(|(f, t)| (f - t).powi(2))
            .sum::<f64>()
            / 4.0;
        assert!((mse - 2.0 * t * t / 3.0).abs() < 1e-12, "{mse} {fitted:?}");
    }

    #[test]
    fn unrelated_points_are_left_alone() {
        let inputs = [[0.0, 1.0], [1.0, 0.0]].map(Vec::from);
        assert_eq!(fit(&inputs, &[2.0, -1.0]), vec![2.0, -1.0]);
    }
}
