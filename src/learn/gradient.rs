//! Rules that give the gradient of one row's loss at its settled state, and those that measure the whole loss.
//!
//! Adjoint: Jᵀλ = −∂L/∂x, dL/dθ = Σ λᵀ∂F/∂θ. Equilibrium propagation (Scellier & Bengio 2017; the asymmetric form Scurria
//! et al., arXiv:2602.03670): from the settled state x₀ run at ±β
//! C·dx/dt = F(x) − β·∂L/∂x [− (J−Jᵀ)(x−x₀)], then dL/dθ = −(∂F/∂θ at x₀)ᵀ(x^β − x^{−β})/(2β).

use rand::Rng;

use super::nudge;
use super::objective::Objective;
use super::parameters::Parameters;
use super::training::Rule;
use crate::solve::linear::{Factor, island_weights};
use crate::system::{Flow, ParamSlopes, System};

/// The nudge of the equilibrium-propagation rules unless the file gives one. Its error goes with β²; below 1e-4 the
/// difference of two states loses digits.
pub const DEFAULT_BETA: f64 = 1e-3;

/// Why a rule gave no gradient.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GradientError {
    /// The Jacobian at the settled state cannot be inverted: the state is at a fold.
    #[error("the state is at a fold, where the gradient is infinite; move a parameter a little")]
    Singular,
    /// A nudged network did not settle near the state it was nudged from.
    #[error("the nudged network leaves its state; choose a smaller \"beta\"")]
    NudgedAway,
    /// Nobody waits for it any more.
    #[error("the search for the gradient was interrupted; start it again")]
    Interrupted,
}

/// What a rule needs of a row's settled state.
pub struct Settled<'a> {
    /// The network with the row's question on its clamps.
    pub system: &'a System,
    /// The state of the free reservoirs.
    pub x: &'a [f64],
    /// The factor of the regularised Jacobian there, if at hand.
    pub factor: Option<&'a Factor>,
}

/// A rule that works on each row by itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum RowRule {
    /// The adjoint of the steady state.
    Implicit,
    /// Two nudged relaxations.
    Propagation {
        /// Strength of the nudge.
        beta: f64,
        /// Whether the antisymmetric part of the Jacobian is turned round.
        asymmetric: bool,
    },
}

impl RowRule {
    /// The rule as one on rows; `None` for those that measure the whole loss.
    #[must_use]
    pub fn new(rule: Rule, beta: Option<f64>) -> Option<Self> {
        let beta = beta.unwrap_or(DEFAULT_BETA);
        match rule {
            Rule::Implicit => Some(Self::Implicit),
            Rule::EquilibriumPropagation => Some(Self::Propagation {
                beta,
                asymmetric: false,
            }),
            Rule::AsymmetricEp => Some(Self::Propagation {
                beta,
                asymmetric: true,
            }),
            Rule::Spsa | Rule::FiniteDifference => None,
        }
    }
}

/// Memory of the rules that is used again.
#[derive(Clone, Debug, Default)]
pub struct Workspace {
    flow: Flow,
    slopes: ParamSlopes,
    factor: Factor,
    adjoint: Vec<f64>,
}

impl Workspace {
    /// Finds slopes and factors at a state, with the clamps at their values: for [`add_state_gradient`].
    ///
    /// # Errors
    /// If the state is at a fold.
    pub fn linearise(&mut self, system: &System, x: &[f64]) -> Result<(), GradientError> {
        system.linearise(x, system.clamps(), &mut self.flow, &mut self.slopes);
        if self.factor.factorise_jacobian(system, &self.flow) {
            Ok(())
        } else {
            Err(GradientError::Singular)
        }
    }
}

/// Adds the gradient of a row's loss, in the parameters' values, to `out`.
///
/// # Errors
/// If the state is at a fold or the nudged network leaves it.
pub fn add_row_gradient(
    rule: RowRule,
    settled: &Settled,
    objective: &Objective,
    row: usize,
    parameters: &Parameters,
    workspace: &mut Workspace,
    out: &mut [f64],
) -> Result<(), GradientError> {
    let Settled { system, x, factor } = *settled;
    match (rule, factor) {
        (RowRule::Implicit, None) => workspace.linearise(system, x)?,
        _ => system.param_slopes(x, &mut workspace.slopes),
    }
    let Workspace {
        factor: made,
        adjoint,
        ..
    } = workspace;
    adjoint.clear();
    match rule {
        RowRule::Implicit => {
            adjoint.resize(x.len(), 0.0);
            objective.add_row_slope(row, x, adjoint);
            solve_adjoint(factor.unwrap_or(made), adjoint)?;
        }
        RowRule::Propagation { beta, asymmetric } => {
            let difference = nudge::difference(settled, objective, row, beta, asymmetric)?;
            adjoint.extend(difference.iter().map(|d| -d));
        }
    }
    add_slopes(system, x, workspace, parameters, out);
    Ok(())
}

/// Adds the gradient of one free reservoir's settled state, in the parameters' values, to `out`. The workspace must have
/// been [linearised](Workspace::linearise) there.
///
/// # Errors
/// If the state is at a fold.
pub fn add_state_gradient(
    system: &System,
    x: &[f64],
    slot: usize,
    parameters: &Parameters,
    workspace: &mut Workspace,
    out: &mut [f64],
) -> Result<(), GradientError> {
    let Workspace {
        factor, adjoint, ..
    } = workspace;
    adjoint.clear();
    adjoint.resize(x.len(), 0.0);
    adjoint[slot] = 1.0;
    solve_adjoint(factor, adjoint)?;
    add_slopes(system, x, workspace, parameters, out);
    Ok(())
}

/// Adds Σ λᵀ∂F/∂θ to `out`.
fn add_slopes(
    system: &System,
    x: &[f64],
    workspace: &Workspace,
    parameters: &Parameters,
    out: &mut [f64],
) {
    let Workspace {
        slopes, adjoint, ..
    } = workspace;
    let totals = island_inflows(system, x, adjoint);
    parameters.add_inflow_slopes(system, x, slopes, adjoint, &totals, out);
}

/// λ with Jᵀλ = −∂L/∂x, in place of ∂L/∂x.
fn solve_adjoint(factor: &Factor, slope: &mut [f64]) -> Result<(), GradientError> {
    for slope in slope.iter_mut() {
        *slope = -*slope;
    }
    factor.solve_transposed(slope);
    if slope.iter().all(|value| value.is_finite()) {
        Ok(())
    } else {
        Err(GradientError::Singular)
    }
}

/// Σ_i λ_i·α·C_i over the island of each free reservoir, zero elsewhere; empty without islands.
fn island_inflows(system: &System, x: &[f64], adjoint: &[f64]) -> Vec<f64> {
    let mut inflows = Vec::new();
    if !system.islands().is_empty() {
        inflows.resize(system.free_count(), 0.0);
        for (island, alpha) in system.islands().iter().zip(island_weights(
            system,
            &system.jacobian_diagonal(&system.flow(x)),
        )) {
            let sum: f64 = island
                .iter()
                .map(|&i| adjoint[i] * alpha * system.capacity()[i])
                .sum();
            for &k in island {
                inflows[k] = sum;
            }
        }
    }
    inflows
}

/// The gradient in the parameters' coordinates by central differences of a measured loss: the check of all others.
///
/// # Errors
/// Those of the measurement.
pub fn by_differences<E>(
    coordinates: &[f64],
    mut measure: impl FnMut(&[f64]) -> Result<f64, E>,
) -> Result<Vec<f64>, E> {
    /// Step in coordinates of order one: truncation 1e-10, rounding 1e-16/1e-5 of the loss.
    const STEP: f64 = 1e-5;
    let mut at = coordinates.to_vec();
    let mut gradient = Vec::with_capacity(at.len());
    for k in 0..at.len() {
        let step = STEP * (1.0 + at[k].abs());
        at[k] = coordinates[k] + step;
        let up = measure(&at)?;
        at[k] = coordinates[k] - step;
        let down = measure(&at)?;
        at[k] = coordinates[k];
        gradient.push((up - down) / (2.0 * step));
    }
    Ok(gradient)
}

/// An unbiased estimate of the gradient from two measurements along a random direction of signs
/// (simultaneous perturbation; Spall, IEEE Trans. Autom. Control 37, 332 (1992)). `tie` gives what moves as one the same
/// sign: each of these then has the slope along their common direction.
///
/// # Errors
/// Those of the measurement.
pub fn by_simultaneous_perturbation<E>(
    coordinates: &[f64],
    rng: &mut impl Rng,
    tie: impl FnOnce(&mut [f64]),
    mut measure: impl FnMut(&[f64]) -> Result<f64, E>,
) -> Result<Vec<f64>, E> {
    /// Size of the perturbation, in coordinates of order one: small against the curvature of the loss.
    const STEP: f64 = 1e-3;
    let mut signs: Vec<f64> = coordinates
        .iter()
        .map(|_| if rng.random::<bool>() { STEP } else { -STEP })
        .collect();
    tie(&mut signs);
    let shifted = |sign: f64| -> Vec<f64> {
        coordinates
            .iter()
            .zip(&signs)
            .map(|(c, s)| c + sign * s)
            .collect()
    };
    let difference = measure(&shifted(1.0))? - measure(&shifted(-1.0))?;
    Ok(signs.iter().map(|sign| difference / (2.0 * sign)).collect())
}
