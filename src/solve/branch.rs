//! A branch of steady states, followed while clamps or parameters move: each point is started from the last.
//!
//! As long as the clamps keep their direction, the polynomial through the last states predicts the next one; else the
//! tangent of the branch does. Newton's method corrects the prediction, with the factors of an earlier state as long as
//! few steps with them suffice. The result is held to the tests of a settled state (model, section 4) with one more
//! evaluation. Memory is used again from point to point.

mod trail;

use super::linear::Factor;
use super::steady::{NEWTON_STEP, currents_balance, relative_size};
use crate::system::{Flow, System};
use trail::Trail;

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

/// As many steps with factors of an earlier state cost about as much as one with new ones: where the network is small and
/// dense, and where it is large and sparse.
const CHEAPER: [i32; 2] = [2, 3];

/// What factors of an earlier state may leave of an error to be used once more.
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
    /// What they left of an error when they were used last.
    left: f64,
    /// Whether the state was shown to be stable without them.
    contracts: bool,
    flow: Flow,
    step: Vec<f64>,
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
            left: 0.0,
            contracts: false,
            flow: Flow::default(),
            step: Vec::new(),
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

    /// How many of them had factors of their own; the others used those of an earlier state, which did as well.
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
    pub fn advance(&mut self, system: &System) -> bool {
        self.predict(system);
        if !self.correct(system) {
            self.has_factor = false;
            return false;
        }
        std::mem::swap(&mut self.x, &mut self.moved);
        self.trail.pass(&mut self.moved);
        self.clamps.clear();
        self.clamps.extend_from_slice(system.clamps());
        true
    }

    /// Writes a first guess of the new state to `moved`.
    fn predict(&mut self, system: &System) {
        let Self {
            x,
            trail,
            factor,
            flow,
            step,
            moved,
            ..
        } = self;
        moved.clone_from(x);
        trail.turn(system.clamps(), &self.clamps);
        let motion = trail.heading();
        if !trail.extrapolate(moved) && self.has_factor && motion.iter().any(|&dc| dc != 0.0) {
            // Along the tangent: J·dx = −∂F/∂c·dc.
            system.drive_into(flow, motion, step);
            factor.solve(step);
            for (x, step) in moved.iter_mut().zip(step.iter()) {
                *x -= step;
            }
        }
        // A prediction outside of the laws' range is worse than none.
        if !is_within(system, moved) {
            moved.clone_from(x);
        }
    }

    /// From `moved` to the state that belongs to the system, in place.
    fn correct(&mut self, system: &System) -> bool {
        system.evaluate(&self.moved, system.clamps(), &mut self.flow);
        let mut old = None;
        if self.has_factor && self.contracts {
            match self.simplified_newton(system) {
                Ok(()) => return true,
                Err(size) => old = Some(size),
            }
        }
        self.newton(system, old)
    }

    /// Newton's method with the factors that are there, from `moved`, where it is evaluated, as long as they do. They do not
    /// tell whether the state that is reached is stable: charges have to contract there.
    ///
    /// # Errors
    /// The size of the step that was not taken.
    fn simplified_newton(&mut self, system: &System) -> Result<(), f64> {
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
                    return if self.contracts { Ok(()) } else { Err(size) };
                }
            }
            let lead_on = self.left <= LEFT && size * self.left.powi(cheaper) <= AT_REST;
            if !lead_on || !self.take_step(system) {
                return Err(size);
            }
            last = Some(size);
        }
        Err(f64::NAN)
    }

    /// Newton's method from `moved`, where it is evaluated, given the size of the step that old factors proposed there.
    fn newton(&mut self, system: &System, old: Option<f64>) -> bool {
        for iteration in 0..ITERATIONS {
            self.factorisations += 1;
            self.has_factor = self.factor.factorise_jacobian(system, &self.flow);
            if !self.has_factor {
                return false;
            }
            let mut last = self.newton_step();
            if let (0, Some(old)) = (iteration, old) {
                self.left = (old - last).abs() / last;
            }
            loop {
                if !self.take_step(system) {
                    return false;
                }
                if last > REUSED_WITHIN {
                    break;
                }
                let size = self.newton_step();
                let is_reused = size <= SHORTENING * last;
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
