//! Linear noise: the covariance of small fluctuations around a stable state.
//!
//! (C⁻¹J)·Σ + Σ·(C⁻¹J)ᵀ + D/Ω = 0 with D = C⁻¹·B·diag(W⁺+W⁻)·Bᵀ·C⁻¹ (van Kampen, Stochastic Processes in Physics and
//! Chemistry, chapter X), leaks included, islands at fixed total.

use nalgebra::DMatrix;

use crate::device::Platform;
use crate::physics::modes::{ALL_BELOW, ScaledJacobian};
use crate::system::{Flow, System};

/// The number of free reservoirs from which on no variances are computed.
pub const TOO_MANY: usize = ALL_BELOW;

/// Doublings of the Smith iteration: the slowest mode contributes (1 − 4·τ_fast/τ_slow)^(2^k), so forty cover time
/// constants that differ by twelve decades; the rest is margin.
const DOUBLINGS: usize = 48;

/// The variance Σ_ii of each free reservoir at an evaluated stable state, or `None` for networks too large for dense
/// algebra (from 300 free reservoirs on) and where the equation has no solution.
#[must_use]
pub fn variances(system: &System, flow: &Flow) -> Option<Vec<f64>> {
    let n = system.free_count();
    if n >= ALL_BELOW {
        return None;
    }
    let scaled = ScaledJacobian::new(system, flow);
    let noise = scaled.restrict_charge(noise_strength(system, flow)?) / system.system_size();
    let covariance = lyapunov(&scaled.matrix, &noise)?;
    let variances = scaled.state_variances(&covariance);
    variances
        .iter()
        .all(|v| v.is_finite() && *v >= 0.0)
        .then_some(variances)
}

/// B·diag(W⁺+W⁻)·Bᵀ over the free reservoirs, leaks included; `None` where a device has no jump rates.
fn noise_strength(system: &System, flow: &Flow) -> Option<DMatrix<f64>> {
    let n = system.free_count();
    let mut strength = DMatrix::zeros(n, n);
    for link in system.links() {
        let (forward, backward) = link.device.jump_rates(
            system.platform(),
            flow.states[link.from],
            flow.states[link.to],
        );
        let rate = forward + backward;
        // A formula may run against its force: such a device has no rates, and what it adds no variance.
        if rate.is_nan() || rate < 0.0 {
            return None;
        }
        for (i, k, sign) in [
            (link.from, link.from, 1.0),
            (link.to, link.to, 1.0),
            (link.from, link.to, -1.0),
            (link.to, link.from, -1.0),
        ] {
            if i < n && k < n {
                strength[(i, k)] += sign * rate;
            }
        }
    }
    for (i, &leak) in system.leak().iter().enumerate() {
        strength[(i, i)] += leak_rates(system.platform(), leak, flow.states[i], system.ground());
    }
    Some(strength)
}

/// W⁺ + W⁻ of a leak: electronic leak·V·coth(V/2), chemical leak·(c + ground).
fn leak_rates(platform: Platform, leak: f64, x: f64, ground: f64) -> f64 {
    match platform {
        Platform::Chemical => leak * (x + ground),
        Platform::Electronic => {
            let v = (x - ground).abs();
            // v·coth(v/2) = v·(1 + e^{−v})/(1 − e^{−v}), 2 in the limit v → 0.
            if v == 0.0 {
                2.0 * leak
            } else {
                leak * v * (1.0 + (-v).exp()) / -(-v).exp_m1()
            }
        }
    }
}

/// The solution X of A·X + X·Aᵀ + Q = 0 for stable A: Smith's squared iteration on the Cayley transform (Smith, SIAM J.
/// Appl. Math. 16, 198 (1968)), followed by one step of iterative refinement.
fn lyapunov(a: &DMatrix<f64>, q: &DMatrix<f64>) -> Option<DMatrix<f64>> {
    let x = smith(a, q)?;
    let residual = a * &x + &x * a.transpose() + q;
    let refined = &x + smith(a, &residual)?;
    Some((&refined + refined.transpose()) * 0.5)
}

fn smith(a: &DMatrix<f64>, q: &DMatrix<f64>) -> Option<DMatrix<f64>> {
    let n = a.nrows();
    if n == 0 {
        return Some(q.clone());
    }
    // The shift that treats the fastest and the slowest mode alike is the geometric mean of their rates; the
    // determinant gives that of all modes without an eigenvalue.
    let lu = a.clone().lu();
    let log_rate: f64 = lu
        .u()
        .diagonal()
        .iter()
        .map(|pivot| pivot.abs().ln())
        .sum::<f64>()
        / n as f64;
    let shift = log_rate.exp();
    if !shift.is_normal() {
        return None;
    }
    let identity = DMatrix::<f64>::identity(n, n);
    let inverse = (&identity * shift - a).lu().try_inverse()?;
    let mut step = &inverse * (&identity * shift + a);
    let mut x = &inverse * q * inverse.transpose() * (2.0 * shift);
    for _ in 0..DOUBLINGS {
        let added = &step * &x * step.transpose();
        x += &added;
        let (grown, size) = (added.norm(), x.norm());
        if !size.is_finite() {
            return None;
        }
        if grown <= size * f64::EPSILON {
            return Some(x);
        }
        step = &step * &step;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lyapunov_equation_is_solved_for_a_stiff_rotating_system() {
        let a = DMatrix::from_row_slice(3, 3, &[-1e-6, 0.0, 1e-7, 0.5, -2.0, 3.0, 0.0, -3.0, -2e3]);
        let q = DMatrix::from_row_slice(3, 3, &[2.0, 0.1, 0.0, 0.1, 1.0, 0.2, 0.0, 0.2, 5.0]);
        let x = lyapunov(&a, &q).unwrap();
        let residual = &a * &x + &x * a.transpose() + &q;
        // x is about 1e6 and a about 1e3: rounding leaves 1e9·1e-16.
        assert!(residual.norm() < 1e-6, "{}", residual.norm());
    }

    #[test]
    fn unstable_systems_have_no_stationary_covariance() {
        let a = DMatrix::from_row_slice(1, 1, &[0.5]);
        let q = DMatrix::from_row_slice(1, 1, &[1.0]);
        assert!(lyapunov(&a, &q).is_none_or(|x| x[(0, 0)] < 0.0));
    }
}
