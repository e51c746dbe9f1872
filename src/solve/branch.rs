//! A branch of steady states, followed while clamps or parameters move: each point is started from the last.
//!
//! The tangent of the branch predicts the next state from the factors of the last one, and Newton's method corrects it,
//! with new factors only where the old ones would not do as well. The result is held to the tests of a settled state
//! (model, section 4) with one more evaluation. Memory is used again from point to point.

use super::linear::Factor;
use super::steady::{NEWTON_STEP, currents_balance, relative_size};
use crate::system::{Flow, System};

/// Newton steps from one point to the next: a good start takes one to three.
const ITERATIONS: usize = 12;

/// A step must be this much shorter than the one before for the factors of that one to be used again. The shortening
/// tells how much the Jacobian has changed, so that the same factors give the Newton step to two digits or more; and the
/// determinant, which vanishes at a fold, has the same sign: as far from a fold as a step is long, nothing is shortened.
const SHORTENING: f64 = 1e-2;

/// The longest step (relative) after which the factors may be used again.
const REUSED_WITHIN: f64 = 1e-2;

/// A step this short (relative) leaves the Jacobian as it is to six digits, whatever the next one is.
const LAST_STEP: f64 = 1e-6;

/// A state on a branch.
#[derive(Clone, Debug)]
pub struct Branch {
    x: Vec<f64>,
    /// The clamps it belongs to.
    clamps: Vec<f64>,
    /// The factors of J there; of no use before the first point.
    factor: Factor,
    has_factor: bool,
    flow: Flow,
    step: Vec<f64>,
    moved: Vec<f64>,
    iterations: usize,
    factorisations: usize,
}

impl Branch {
    /// A branch through the settled state `x` of a system.
    #[must_use]
    pub fn new(system: &System, x: &[f64]) -> Self {
        Self {
            x: x.to_vec(),
            clamps: system.clamps().to_vec(),
            factor: Factor::default(),
            has_factor: false,
            flow: Flow::default(),
            step: Vec::new(),
            moved: Vec::new(),
            iterations: 0,
            factorisations: 0,
        }
    }

    /// The state.
    #[must_use]
    pub fn state(&self) -> &[f64] {
        &self.x
    }

    /// Currents and net inflows at the state, once a point was reached.
    #[must_use]
    pub fn flow(&self) -> &Flow {
        &self.flow
    }

    /// Newton steps of all points so far: one evaluation each.
    #[must_use]
    pub fn iterations(&self) -> usize {
        self.iterations
    }

    /// How many of them had factors of their own; the others used those of the step before, which were as good.
    #[must_use]
    pub fn factorisations(&self) -> usize {
        self.factorisations
    }

    /// Goes to the steady state that belongs to the system's present clamps and parameters.
    ///
    /// Returns whether it is reached: currents balance, the Newton step vanishes, and the sign of the determinant allows
    /// for a stable state (an odd number of growing modes is excluded, an even one is not). If not, the branch stays at
    /// the last point: it ends before the new one, or the step was too far.
    pub fn advance(&mut self, system: &System) -> bool {
        self.moved.clone_from(&self.x);
        if self.has_factor && self.clamps != system.clamps() {
            self.predict(system);
        }
        // From here on the factors are those of the new point, or of none.
        self.has_factor = false;
        if !self.correct(system) {
            return false;
        }
        std::mem::swap(&mut self.x, &mut self.moved);
        self.clamps.clear();
        self.clamps.extend_from_slice(system.clamps());
        self.has_factor = true;
        true
    }

    /// Along the tangent: J·dx = −∂F/∂c·dc.
    fn predict(&mut self, system: &System) {
        let Self {
            clamps,
            factor,
            flow,
            step,
            moved,
            ..
        } = self;
        for (before, now) in clamps.iter_mut().zip(system.clamps()) {
            *before = now - *before;
        }
        system.drive_into(flow, clamps, step);
        factor.solve(step);
        for (x, step) in moved.iter_mut().zip(step.iter()) {
            *x -= step;
        }
        // A prediction outside of the laws' range is worse than none.
        let range = system.platform().state_range();
        if !moved.iter().all(|&x| range.contains(x)) {
            moved.clone_from(&self.x);
        }
    }

    /// Newton's method from `moved`, in place.
    fn correct(&mut self, system: &System) -> bool {
        let Self {
            factor,
            flow,
            step,
            moved,
            iterations,
            factorisations,
            ..
        } = self;
        let sign = if moved.len().is_multiple_of(2) {
            1.0
        } else {
            -1.0
        };
        let range = system.platform().state_range();
        let mut last = f64::INFINITY;
        let mut steps = 0;
        loop {
            system.evaluate(moved, system.clamps(), flow);
            let mut size = f64::NAN;
            let mut is_reused = false;
            if last <= REUSED_WITHIN {
                size = newton_step(factor, flow, moved, step);
                is_reused = size <= SHORTENING * last;
                if size <= NEWTON_STEP && (is_reused || last <= LAST_STEP) && currents_balance(flow)
                {
                    return factor.determinant_sign() * sign > 0.0;
                }
            }
            if steps == ITERATIONS {
                return false;
            }
            if !is_reused {
                *factorisations += 1;
                if !factor.factorise_jacobian(system, flow) {
                    return false;
                }
                size = newton_step(factor, flow, moved, step);
            }
            for (x, step) in moved.iter_mut().zip(step.iter()) {
                *x += step;
            }
            if !moved.iter().all(|&x| range.contains(x)) {
                return false;
            }
            steps += 1;
            *iterations += 1;
            last = size;
        }
    }
}

/// Writes the step −J⁻¹F and returns its size relative to 1 + max|x|; NaN if it is not finite.
fn newton_step(factor: &Factor, flow: &Flow, x: &[f64], step: &mut Vec<f64>) -> f64 {
    step.clear();
    step.extend(flow.net.iter().map(|f| -f));
    factor.solve(step);
    if step.iter().all(|s| s.is_finite()) {
        relative_size(x, step)
    } else {
        f64::NAN
    }
}
