//! Equilibrium propagation: how far the states at two opposite nudges lie apart, in full matrices or in sparse algebra as
//! the network calls for.

use nalgebra::{DMatrix, DVector};

use super::gradient::{GradientError, Settled};
use super::objective::Objective;
use crate::solve::linear::{Factor, regularised_jacobian};
use crate::solve::sparse::SparseFactor;
use crate::system::{Flow, Structure, System};

/// Iterations of Newton's method: the nudge is small, two or three suffice.
const ITERATIONS: usize = 30;

/// A nudged state further away than this (relative) is another state.
const FURTHEST: f64 = 0.5;

/// (x^β − x^{−β})/(2β).
pub(super) fn difference(
    settled: &Settled,
    objective: &Objective,
    row: usize,
    beta: f64,
    asymmetric: bool,
) -> Result<Vec<f64>, GradientError> {
    let Settled { system, x, .. } = *settled;
    let flow = system.flow(x);
    // Held totals of islands fill their blocks.
    let mut nudge: Box<dyn Nudge> = if system.is_sparse() && system.islands().is_empty() {
        Box::new(Sparse::new(system, &flow, asymmetric))
    } else {
        Box::new(Full::new(system, &flow, asymmetric))
    };
    let up = nudged(settled, objective, row, beta, nudge.as_mut())?;
    let down = nudged(settled, objective, row, -beta, nudge.as_mut())?;
    let pairs = up.iter().zip(&down);
    Ok(pairs.map(|(up, down)| (up - down) / (2.0 * beta)).collect())
}

/// The state in which the network settles when nudged, by Newton's method from the state it was settled in.
fn nudged(
    settled: &Settled,
    objective: &Objective,
    row: usize,
    beta: f64,
    nudge: &mut dyn Nudge,
) -> Result<Vec<f64>, GradientError> {
    let Settled {
        system, x: start, ..
    } = *settled;
    let scale = 1.0 + start.iter().fold(0.0_f64, |top, x| top.max(x.abs()));
    let norm = |x: &[f64]| x.iter().map(|x| x * x).sum::<f64>().sqrt();
    let away = |x: &[f64]| -> Vec<f64> { x.iter().zip(start).map(|(x, x0)| x - x0).collect() };
    let mut x = start.to_vec();
    let mut flow = Flow::default();
    let mut last = f64::INFINITY;
    for _ in 0..ITERATIONS {
        if !x
            .iter()
            .all(|&x| system.platform().state_range().contains(x))
        {
            return Err(GradientError::NudgedAway);
        }
        system.evaluate(&x, system.clamps(), &mut flow);
        let mut slope = vec![0.0; x.len()];
        objective.add_row_slope(row, &x, &mut slope);
        let mut step = nudge.restored(&away(&x));
        for ((step, net), slope) in step.iter_mut().zip(&flow.net).zip(slope) {
            *step = *step - net + slope * beta;
        }
        let mut curvature = objective.row_curvature(row, &x);
        for (_, _, value) in &mut curvature {
            *value *= beta;
        }
        if !nudge.solve(system, &flow, &curvature, &mut step) {
            return Err(GradientError::Singular);
        }
        for (x, step) in x.iter_mut().zip(&step) {
            *x += step;
        }
        let size = norm(&step) / scale;
        // Quadratic convergence ends where rounding keeps the steps from shrinking.
        if size >= last && last < 1e-10 || size == 0.0 {
            return if norm(&away(&x)) <= FURTHEST * scale {
                Ok(x)
            } else {
                Err(GradientError::NudgedAway)
            };
        }
        last = size;
    }
    Err(GradientError::NudgedAway)
}

/// What is taken off the inflow for each unit of x − x₀, and the solution with J less that.
trait Nudge {
    /// R·(x − x₀): the antisymmetric part, and the return to the island's total.
    fn restored(&self, away: &[f64]) -> Vec<f64>;

    /// The solution with J − R − `curvature`, given by its entries, in place. Returns whether there is one.
    fn solve(
        &mut self,
        system: &System,
        flow: &Flow,
        curvature: &[(usize, usize, f64)],
        rhs: &mut [f64],
    ) -> bool;
}

/// R as a full matrix.
struct Full(DMatrix<f64>);

impl Full {
    fn new(system: &System, flow: &Flow, asymmetric: bool) -> Self {
        let j = system.jacobian(flow);
        let mut restoring = if asymmetric {
            &j - j.transpose()
        } else {
            DMatrix::zeros(j.nrows(), j.ncols())
        };
        restoring += &j - regularised_jacobian(system, flow);
        Self(restoring)
    }
}

impl Nudge for Full {
    fn restored(&self, away: &[f64]) -> Vec<f64> {
        (&self.0 * DVector::from_column_slice(away)).data.into()
    }

    fn solve(
        &mut self,
        system: &System,
        flow: &Flow,
        curvature: &[(usize, usize, f64)],
        rhs: &mut [f64],
    ) -> bool {
        let mut matrix = system.jacobian(flow) - &self.0;
        for &(i, k, value) in curvature {
            matrix[(i, k)] -= value;
        }
        Factor::new(matrix).is_some_and(|factor| {
            factor.solve(rhs);
            true
        })
    }
}

/// R by the entries of the Jacobian's structure.
struct Sparse<'a> {
    structure: &'a Structure,
    restoring: Vec<f64>,
    is_symmetric: bool,
    jacobian: Vec<f64>,
    factor: SparseFactor,
}

impl<'a> Sparse<'a> {
    fn new(system: &'a System, flow: &Flow, asymmetric: bool) -> Self {
        let structure: &Structure = system.structure();
        let mut jacobian = Vec::new();
        let is_symmetric = system.jacobian_entries(flow, &mut jacobian) || !asymmetric;
        let mut restoring = vec![0.0; jacobian.len()];
        if asymmetric {
            let part = structure.symmetric_part(&jacobian);
            for ((restoring, j), part) in restoring.iter_mut().zip(&jacobian).zip(part) {
                *restoring = 2.0 * (j - part);
            }
        }
        Self {
            structure,
            restoring,
            is_symmetric,
            jacobian,
            factor: SparseFactor::default(),
        }
    }
}

impl Nudge for Sparse<'_> {
    fn restored(&self, away: &[f64]) -> Vec<f64> {
        self.structure.product(&self.restoring, away)
    }

    fn solve(
        &mut self,
        system: &System,
        flow: &Flow,
        curvature: &[(usize, usize, f64)],
        rhs: &mut [f64],
    ) -> bool {
        let Self {
            structure,
            restoring,
            is_symmetric,
            jacobian,
            factor,
        } = self;
        let is_symmetric = system.jacobian_entries(flow, jacobian) && *is_symmetric;
        for (j, restoring) in jacobian.iter_mut().zip(restoring) {
            *j -= *restoring;
        }
        // Outputs need not be joined, so that there may be no room for what the loss has off the diagonal: of the order of
        // the nudge, it makes the steps a little less than quadratic.
        for &(_, k, value) in curvature.iter().filter(|(i, k, _)| i == k) {
            jacobian[structure.diagonal()[k]] -= value;
        }
        if !factor.factorise(system, jacobian, is_symmetric, 0.0, false) {
            return false;
        }
        factor.solve(rhs);
        for x in rhs {
            // The factors are those of the negative.
            *x = -*x;
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::{Device, Kind, Platform};
    use crate::learn::{Loss, Row, Source, Target, Task};
    use crate::network::{Network, Node, Role};
    use crate::solve::steady::{self, Options};
    use crate::system::Algebra;

    /// A ring of 40 dots with chords, fed at one place, with three outputs that are not joined.
    fn network(tracking: f64) -> Network {
        let mut network = Network::new(Platform::Electronic);
        let keys: Vec<_> = (0..40)
            .map(|k| {
                let role = if k % 13 == 5 {
                    Role::Output
                } else {
                    Role::Hidden
                };
                let id = network.fresh_node_id(role);
                let mut node = Node::new(id, role, Platform::Electronic);
                node.leak = 0.1;
                network.add_node(node).unwrap()
            })
            .collect();
        let mut input = Node::new("x", Role::Input, Platform::Electronic);
        input.value = 2.0;
        let input = network.add_node(input).unwrap();
        let mut join = |from, to, shift| {
            let named = [
                ("tunnel_rate", 1.0),
                ("level", -1.0),
                ("shift", shift),
                ("tracking", tracking),
            ];
            let id = network.fresh_edge_id();
            let device = Device::with(Kind::QuantumDot, &named).unwrap();
            network.add_edge(id, from, to, device).unwrap();
        };
        for k in 0..40 {
            join(keys[k], keys[(k + 1) % 40], 0.02 * k as f64);
            join(keys[k], keys[(7 * k + 3) % 40], 0.3);
        }
        join(input, keys[0], 0.2);
        network
    }

    #[test]
    fn states_move_alike_in_full_matrices_and_in_sparse_algebra() {
        for (tracking, loss, targets) in [
            (1.0, Loss::Mse, Target::Values(vec![0.3, -0.2, 0.5])),
            (0.6, Loss::Mse, Target::Values(vec![0.3, -0.2, 0.5])),
            (0.6, Loss::SoftmaxCrossEntropy, Target::Class(1)),
        ] {
            let network = network(tracking);
            let system = System::new(&network);
            let of = |role| {
                let nodes = network.nodes().iter().filter(move |node| node.role == role);
                nodes.map(Node::key).collect::<Vec<_>>()
            };
            let task = Task {
                inputs: of(Role::Input),
                outputs: of(Role::Output),
                loss,
                source: Source::Rows(vec![Row {
                    input: vec![2.0],
                    target: targets,
                }]),
                ..Task::default()
            };
            let objective = Objective::new(&network, &system, &task, None).unwrap();
            let state = steady::solve(&system, &Options::default());
            assert!(state.is_settled());
            for asymmetric in [false, true] {
                let [full, sparse] = [Algebra::Dense, Algebra::Sparse].map(|algebra| {
                    let mut system = system.clone();
                    system.set_algebra(algebra);
                    let settled = Settled {
                        system: &system,
                        x: &state.x,
                        factor: None,
                    };
                    difference(&settled, &objective, 0, 1e-3, asymmetric).unwrap()
                });
                let size = full.iter().fold(0.0_f64, |top, d| top.max(d.abs()));
                for (full, sparse) in full.iter().zip(&sparse) {
                    // States are known to rounding, and their difference is divided by 2e-3.
                    assert!(
                        (full - sparse).abs() < 1e-11 && size > 1e-3,
                        "{full} {sparse}"
                    );
                }
            }
        }
    }
}
