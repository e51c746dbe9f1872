//! A branch of steady states, followed while clamps or parameters move: each point is started from the last.
//!
//! As long as the clamps keep their direction, the polynomial through the last states predicts the next one; else the
//! tangent of the branch does. Newton's method corrects the prediction, with the factors of an earlier state as long as
//! few steps with them suffice and no conductance has changed much since. The result is held to the tests of a settled
//! state (model, section 4) with one more evaluation; the Newton step, where old factors give it, to two digits more.
//! Memory is used again from point to point.

mod trail;

use super::linear::Factor;
use super::steady::{NEWTON_STEP, currents_balance, relative_size};
use crate::device::Response;
use crate::system::{Flow, System};
use trail::Trail;

/// Newton steps from one point to the next: a good start takes one to three.
const ITERATIONS: usize = 12;

/// A step must be this much shorter than the one before for the factors of that one to be used again. The shortening
/// tells how much the Jacobian has changed, so that the same factors give the Newton step to two digits or more; and the
/// determinant, which vanishes at a fold, has the same sign: as far from a fold as a step is long, nothing is shortened.
const SHORTENING: f64 = 1e-2;

/// The longest step (relative) after which, or with which, factors may be used again.
const REUSED_WITHIN: f64 = 1e-2;

/// A step this short (relative) leaves the Jacobian as it is to six digits, whatever the next one is.
const LAST_STEP: f64 = 1e-6;

/// As many steps with factors of an earlier state cost about as much as one with new ones: where the network is small and
/// dense, and where it is large and sparse.
const CHEAPER: [i32; 2] = [2, 3];

/// What factors of an earlier state may leave of an error to be used once more; and how much of a conductance may have come
/// or gone since they were made. In a reciprocal network the second bounds the first, for errors of any shape.
const LEFT: f64 = 0.5;

/// What is left to go where factors of an earlier state end: as exact as Newton's method, which goes farther with its last
/// step than it must.
const AT_REST: f64 = 1e-2 * NEWTON_STEP;

/// Below this the size of a step is rounding, and tells nothing of how the factors do.
const ROUNDING: f64 = 1e-3 * NEWTON_STEP;

/// A state on a branch.
#[derive(Clone, Debug)]
pub struct Branch {
    x: Vec<f64>,
    /// The clamps it belongs to.
    clamps: Vec<f64>,
    /// The states before it.
    trail: Trail,
    /// The factors of J there or at an earlier state.
    factor: Factor,
    has_factor: bool,
    /// The conductances and leaks they were made of.
    factored: Vec<Response>,
    leaks: Vec<f64>,
    /// What old factors left of an error when they were used last, or would have left.
    left: f64,
    /// Whether the state was shown to be stable without them.
    contracts: bool,
    flow: Flow,
    step: Vec<f64>,
    /// The step that old factors proposed where new ones were made.
    refused: Vec<f64>,
    moved: Vec<f64>,
    margins: Vec<[f64; 2]>,
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
            trail: Trail::default(),
            factor: Factor::default(),
            has_factor: false,
            factored: Vec::new(),
            leaks: Vec::new(),
            left: 0.0,
            contracts: false,
            flow: Flow::default(),
            step: Vec::new(),
            refused: Vec::new(),
            moved: Vec::new(),
            margins: Vec::new(),
            iterations: 0,
            factorisations: 0,
        }
    }

    /// The state.
    #[must_use]
    pub fn state(&self) -> &[f64] {
        &self.x
    }

    /// Currents and net inflows of the last evaluation: at the state, if the last point was reached.
    #[must_use]
    pub fn flow(&self) -> &Flow {
        &self.flow
    }

    /// Newton steps so far: one evaluation each.
    #[must_use]
    pub fn iterations(&self) -> usize {
        self.iterations
    }

    /// Factorisations so far. Steps without one of their own used the factors of an earlier state, which did as well.
    #[must_use]
    pub fn factorisations(&self) -> usize {
        self.factorisations
    }

    /// Goes to the steady state that belongs to the system's present clamps and parameters.
    ///
    /// Returns whether it is reached: currents balance, the Newton step vanishes, and the state is stable by
    /// [`System::contracts`], or else the sign of the determinant allows for it (an odd number of growing modes is excluded,
    /// an even one is not). If not, the branch stays at the last point: it ends before the new one, or the step was too far.
    /// A step that is longer than the branch's bends may also lead to another branch.
    ///
    /// # Panics
    /// If the system has another number of free reservoirs than the branch.
    pub fn advance(&mut self, system: &System) -> bool {
        let is_extrapolated = self.predict(system);
        let mut is_reached = self.correct(system);
        if !is_reached && is_extrapolated {
            // Parameters that moved as well may have left the trail behind.
            self.trail.forget();
            self.has_factor = false;
            self.moved.clone_from(&self.x);
            is_reached = self.correct(system);
        }
        if !is_reached {
            self.has_factor = false;
            return false;
        }
        std::mem::swap(&mut self.x, &mut self.moved);
        self.trail.pass(&mut self.moved);
        self.clamps.clear();
        self.clamps.extend_from_slice(system.clamps());
        true
    }

    /// Writes a first guess of the new state to `moved`. Returns whether it lies on the polynomial.
    fn predict(&mut self, system: &System) -> bool {
        let Self {
            x,
            trail,
            factor,
            flow,
            step,
            moved,
            ..
        } = self;
        trail.turn(system.clamps(), &self.clamps);
        moved.clone_from(x);
        if trail.extrapolate(moved) {
            // Clamps do not move islands, and rounding must not: nothing would bring their totals back.
            for &i in system.islands().iter().flatten() {
                moved[i] = x[i];
            }
            // A prediction outside of the laws' range is worse than none.
            if is_within(system, moved) {
                return true;
            }
            moved.clone_from(x);
        }
        let motion = trail.heading();
        if self.has_factor && motion.iter().any(|&dc| dc != 0.0) {
            // Along the tangent: J·dx = −∂F/∂c·dc.
            system.drive_into(flow, motion, step);
            factor.solve(step);
            for (x, step) in moved.iter_mut().zip(step.iter()) {
                *x -= step;
            }
            if !is_within(system, moved) {
                moved.clone_from(x);
            }
        }
        false
    }

    /// From `moved` to the state that belongs to the system, in place.
    fn correct(&mut self, system: &System) -> bool {
        system.evaluate(&self.moved, system.clamps(), &mut self.flow);
        // Factors of islands hold the totals of the capacities they were made for.
        let may_be_old = self.has_factor && self.contracts && system.islands().is_empty();
        if may_be_old && self.simplified_newton(system) {
            return true;
        }
        self.newton(system, may_be_old)
    }

    /// Newton's method with the factors that are there, from `moved`, where it is evaluated, as long as they do. They do not
    /// tell whether the state that is reached is stable: charges have to contract there. If it is not reached, `step` is the
    /// one that was not taken.
    fn simplified_newton(&mut self, system: &System) -> bool {
        let cheaper = CHEAPER[usize::from(system.is_sparse())];
        let mut last = None;
        for _ in 0..ITERATIONS {
            let size = self.newton_step();
            if let Some(last) = last {
                self.left = size / f64::max(last, ROUNDING);
                // All steps to come, if each leaves as much as this one.
                let rest = size / (1.0 - self.left);
                if (0.0..=AT_REST).contains(&rest) && currents_balance(&self.flow) {
                    self.contracts = system.contracts(&self.flow, &mut self.margins);
                    return self.contracts && self.conducts_as_before(system);
                }
            }
            let is_worth_it = size <= REUSED_WITHIN
                && self.left <= LEFT
                && size * self.left.powi(cheaper) <= AT_REST;
            if !is_worth_it || !self.take_step(system) {
                return false;
            }
            last = Some(size);
        }
        false
    }

    /// Whether conductances and leaks are about those that the factors were made of.
    fn conducts_as_before(&self, system: &System) -> bool {
        let is_near = |now: f64, before: f64| (now - before).abs() <= LEFT * before.abs();
        let pairs = self.flow.responses.iter().zip(&self.factored);
        self.leaks == system.leak()
            && pairs.fold(true, |all, (now, before)| {
                all & is_near(now.d_from, before.d_from) & is_near(now.d_to, before.d_to)
            })
    }

    /// Newton's method from `moved`, where it is evaluated. If old factors were refused there, sees what they would have left.
    fn newton(&mut self, system: &System, was_refused: bool) -> bool {
        if was_refused {
            std::mem::swap(&mut self.step, &mut self.refused);
        }
        for iteration in 0..ITERATIONS {
            self.factorisations += 1;
            self.has_factor = self.factor.factorise_jacobian(system, &self.flow);
            if !self.has_factor {
                return false;
            }
            self.factored.clone_from(&self.flow.responses);
            self.leaks.clear();
            self.leaks.extend_from_slice(system.leak());
            let mut last = self.newton_step();
            if was_refused && iteration == 0 {
                for (refused, step) in self.refused.iter_mut().zip(&self.step) {
                    *refused -= step;
                }
                self.left = relative_size(&self.moved, &self.refused) / f64::max(last, ROUNDING);
            }
            loop {
                if !self.take_step(system) {
                    return false;
                }
                if last > REUSED_WITHIN {
                    break;
                }
                let size = self.newton_step();
                let is_reused = size < SHORTENING * last;
                if size <= NEWTON_STEP
                    && (is_reused || last <= LAST_STEP)
                    && currents_balance(&self.flow)
                {
                    self.contracts = system.contracts(&self.flow, &mut self.margins);
                    return self.contracts || self.may_be_stable();
                }
                if !is_reused {
                    break;
                }
                last = size;
            }
        }
        false
    }

    /// Moves by the step and evaluates; false, without moving, if that leaves the laws' range.
    fn take_step(&mut self, system: &System) -> bool {
        for (step, x) in self.step.iter_mut().zip(&self.moved) {
            *step += x;
        }
        if !is_within(system, &self.step) {
            return false;
        }
        std::mem::swap(&mut self.moved, &mut self.step);
        self.iterations += 1;
        system.evaluate(&self.moved, system.clamps(), &mut self.flow);
        true
    }

    /// Writes the step −J⁻¹F and returns its size relative to 1 + max|x|; NaN if it is not finite.
    fn newton_step(&mut self) -> f64 {
        let Self {
            factor,
            flow,
            step,
            moved,
            ..
        } = self;
        step.clear();
        step.extend(flow.net.iter().map(|f| -f));
        factor.solve(step);
        if step.iter().fold(true, |all, s| all & s.is_finite()) {
            relative_size(moved, step)
        } else {
            f64::NAN
        }
    }

    /// Whether the determinant has the sign of a stable state's.
    fn may_be_stable(&self) -> bool {
        let sign = if self.moved.len().is_multiple_of(2) {
            1.0
        } else {
            -1.0
        };
        self.factor.determinant_sign() * sign > 0.0
    }
}

/// Whether the laws are defined at a state.
fn is_within(system: &System, x: &[f64]) -> bool {
    let range = system.platform().state_range();
    x.iter().fold(true, |all, &x| all & range.contains(x))
}
