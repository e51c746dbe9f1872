//! Pseudo-transient continuation with switched evolution relaxation, ending in Newton's method
//! (Kelley & Keyes, SIAM J. Numer. Anal. 35, 508 (1998), eq. 2.2 and section 1.3).

use nalgebra::DVector;

use super::super::linear::{Factor, regularised_jacobian};
use super::{currents_balance, is_at_rest};
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

/// Runs from the state `x`: (C/δ − J)·d = F with a pseudo-time step δ that grows as the currents come into balance.
pub(super) fn run(system: &System, x: &[f64]) -> Found {
    let mut x = DVector::from_column_slice(x);
    let mut flow = Flow::default();
    system.evaluate(x.as_slice(), system.clamps(), &mut flow);
    let mut delta = fastest_time(system, &flow);
    let mut size = net(&flow).norm();
    let mut remaining = FINAL_STEPS;
    for steps in 0..ITERATIONS {
        let Some(mut step) = shifted_step(system, &flow, delta) else {
            return Found { x: None, steps };
        };
        // A step that leaves the states the laws are defined for is taken shorter.
        let mut moved = &x + &step;
        while !moved
            .iter()
            .all(|&x| system.platform().state_range().contains(x))
        {
            delta *= 0.25;
            match shifted_step(system, &flow, delta) {
                Some(shorter) if delta > f64::MIN_POSITIVE => step = shorter,
                _ => return Found { x: None, steps },
            }
            moved = &x + &step;
        }
        x = moved;
        system.evaluate(x.as_slice(), system.clamps(), &mut flow);
        let new_size = net(&flow).norm();
        if !new_size.is_finite() {
            return Found { x: None, steps };
        }
        let is_done = currents_balance(&flow)
            && super::newton_step(system, &flow)
                .is_some_and(|step| is_at_rest(x.as_slice(), &step));
        if is_done {
            if remaining == 0 || new_size == 0.0 {
                return Found {
                    x: Some(x.as_slice().to_vec()),
                    steps: steps + 1,
                };
            }
            remaining -= 1;
            delta = f64::INFINITY;
            continue;
        }
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

fn net(flow: &Flow) -> DVector<f64> {
    DVector::from_column_slice(&flow.net)
}

/// The shortest time constant C_i/|J_ii|; 1 where nothing conducts.
fn fastest_time(system: &System, flow: &Flow) -> f64 {
    let j = system.jacobian(flow);
    let rate = system
        .capacity()
        .iter()
        .enumerate()
        .fold(0.0_f64, |top, (i, c)| top.max(j[(i, i)].abs() / c));
    if rate > 0.0 { 1.0 / rate } else { 1.0 }
}

/// The solution of (C/δ − J)·d = F; Newton's step for infinite δ.
fn shifted_step(system: &System, flow: &Flow, delta: f64) -> Option<DVector<f64>> {
    let mut matrix = -regularised_jacobian(system, flow);
    for (i, capacity) in system.capacity().iter().enumerate() {
        matrix[(i, i)] += capacity / delta;
    }
    let mut step = net(flow);
    Factor::new(matrix)?.solve(step.as_mut_slice());
    step.iter().all(|s| s.is_finite()).then_some(step)
}
