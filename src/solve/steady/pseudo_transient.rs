//! Pseudo-transient continuation with switched evolution relaxation, ending in Newton's method
//! (Kelley & Keyes, SIAM J. Numer. Anal. 35, 508 (1998), eq. 2.2 and section 1.3).

use super::super::linear::{Factor, Jacobian};
use super::{currents_balance, is_at_rest};
use crate::interrupt::Interrupt;
use crate::system::{Flow, System};

/// Iterations before giving up: smooth networks need 10 to 40.
const ITERATIONS: usize = 300;

/// Newton steps after the tests are met, to reach rounding: each doubles the digits.
const FINAL_STEPS: usize = 2;

/// What the continuation ended with.
pub(super) struct Found {
    /// A state that passes the tests on currents and on the Newton step, or nothing.
    pub(super) x: Option<Vec<f64>>,
    /// Iterations taken.
    pub(super) steps: usize,
}

/// The state under way, and memory that is used again.
struct Continuation<'a> {
    system: &'a System,
    x: Vec<f64>,
    flow: Flow,
    jacobian: Jacobian,
    factor: Factor,
    step: Vec<f64>,
    moved: Vec<f64>,
}

/// Runs from the state `x`: (C/δ − J)·d = F with a pseudo-time step δ that grows as the currents come into balance.
pub(super) fn run(system: &System, x: &[f64], interrupt: &Interrupt) -> Found {
    let mut at = Continuation {
        system,
        x: x.to_vec(),
        flow: Flow::default(),
        jacobian: Jacobian::default(),
        factor: Factor::default(),
        step: Vec::new(),
        moved: Vec::new(),
    };
    at.evaluate();
    let rate = at.jacobian.fastest_rate(system);
    // The shortest time constant; 1 where nothing conducts.
    let mut delta = if rate > 0.0 { 1.0 / rate } else { 1.0 };
    let mut size = at.imbalance();
    let mut remaining = FINAL_STEPS;
    // Newton's step from here, where the test of the state before has found it.
    let mut has_newton_step = false;
    for steps in 0..ITERATIONS {
        let nothing = Found { x: None, steps };
        if interrupt.is_raised() || (!has_newton_step && !at.find_step(delta)) {
            return nothing;
        }
        // A step that leaves the states the laws are defined for is taken shorter.
        while !at.is_step_allowed() {
            delta *= 0.25;
            if delta <= f64::MIN_POSITIVE || !at.find_step(delta) {
                return nothing;
            }
        }
        std::mem::swap(&mut at.x, &mut at.moved);
        at.evaluate();
        let new_size = at.imbalance();
        if !new_size.is_finite() {
            return nothing;
        }
        has_newton_step = currents_balance(&at.flow) && at.find_step(f64::INFINITY);
        if has_newton_step && is_at_rest(&at.x, &at.step) {
            if remaining == 0 || new_size == 0.0 {
                return Found {
                    x: Some(at.x),
                    steps: steps + 1,
                };
            }
            remaining -= 1;
            delta = f64::INFINITY;
            continue;
        }
        has_newton_step = false;
        // Growth is bounded so that one lucky step does not end the continuation.
        let growth = if new_size > 0.0 {
            (size / new_size).clamp(0.1, 10.0)
        } else {
            10.0
        };
        delta *= growth;
        size = new_size;
    }
    Found {
        x: None,
        steps: ITERATIONS,
    }
}

impl Continuation<'_> {
    fn evaluate(&mut self) {
        let Self {
            system,
            x,
            flow,
            jacobian,
            ..
        } = self;
        system.evaluate(x, system.clamps(), flow);
        jacobian.set(system, flow);
    }

    /// ‖F‖.
    fn imbalance(&self) -> f64 {
        self.flow.net.iter().map(|f| f * f).sum::<f64>().sqrt()
    }

    /// The solution of (C/δ − J)·d = F; Newton's step for infinite δ.
    fn find_step(&mut self, delta: f64) -> bool {
        let Self {
            system,
            flow,
            jacobian,
            factor,
            step,
            ..
        } = self;
        if !factor.factorise_shifted(system, jacobian, delta, true) {
            return false;
        }
        step.clone_from(&flow.net);
        factor.solve(step);
        step.iter().all(|s| s.is_finite())
    }

    /// Whether the laws are defined where the step leads to; notes where that is.
    fn is_step_allowed(&mut self) -> bool {
        let Self {
            system,
            x,
            step,
            moved,
            ..
        } = self;
        moved.clear();
        moved.extend(x.iter().zip(step).map(|(x, step)| x + *step));
        let range = system.platform().state_range();
        moved.iter().all(|&x| range.contains(x))
    }
}
