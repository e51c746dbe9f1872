//! Scalar functions the laws share, each accurate and finite over the whole range of floating point.

/// Keeps a number finite: infinities become the largest finite numbers. Never call it on NaN.
#[inline]
pub(super) fn finite(x: f64) -> f64 {
    x.clamp(f64::MIN, f64::MAX)
}

/// The Fermi function f(x) = 1/(1+eˣ).
#[inline]
pub(super) fn fermi(x: f64) -> f64 {
    let e = (-x.abs()).exp();
    if x >= 0.0 {
        e / (1.0 + e)
    } else {
        1.0 / (1.0 + e)
    }
}

/// f(x)·f(−x) = −f′(x), even and at most ¼.
#[inline]
pub(super) fn fermi_slope(x: f64) -> f64 {
    let e = (-x.abs()).exp();
    e / ((1.0 + e) * (1.0 + e))
}

/// ln f(x) = −ln(1+eˣ).
#[inline]
pub(super) fn ln_fermi(x: f64) -> f64 {
    -(x.max(0.0) + (-x.abs()).exp().ln_1p())
}

/// f(u) − f(w) for w − u = v, without cancellation: f(u)·f(−w)·(1 − e^{−v}), and its mirror image for v < 0.
#[inline]
pub(super) fn fermi_difference(u: f64, w: f64, v: f64) -> f64 {
    if v >= 0.0 {
        fermi(u) * fermi(-w) * -(-v).exp_m1()
    } else {
        -fermi(w) * fermi(-u) * -v.exp_m1()
    }
}

/// Where exponentials go on as their tangents (model, section 3): e^80 ≈ 5.5e34 is far beyond any current that could
/// matter, and the tangent keeps currents and slopes finite and increasing.
pub(super) const TANGENT_FROM: f64 = 80.0;

/// The exponential that goes on as its tangent from [`TANGENT_FROM`], minus one.
#[inline]
pub(super) fn tangent_exp_m1(x: f64) -> f64 {
    if x <= TANGENT_FROM {
        x.exp_m1()
    } else {
        finite(TANGENT_FROM.exp() * (1.0 + (x - TANGENT_FROM)) - 1.0)
    }
}

/// The exponential that goes on as its tangent from [`TANGENT_FROM`].
#[inline]
pub(super) fn tangent_exp(x: f64) -> f64 {
    if x <= TANGENT_FROM {
        x.exp()
    } else {
        finite(TANGENT_FROM.exp() * (1.0 + (x - TANGENT_FROM)))
    }
}

/// The derivative of [`tangent_exp`].
#[inline]
pub(super) fn tangent_exp_slope(x: f64) -> f64 {
    x.min(TANGENT_FROM).exp()
}

/// Forces below this change no jump rate by a digit, while the current they drive may already underflow.
const NO_FORCE: f64 = 1e-150;

/// Electronic jump rates with local detailed balance at force `v`: (I/(1−e^{−v}), I/(e^v−1)); `slope` is dI/dv at v = 0,
/// their common limit there.
pub(super) fn jump_rates(current: f64, v: f64, slope: f64) -> (f64, f64) {
    if v.abs() < NO_FORCE {
        (slope, slope)
    } else if v > 0.0 {
        let forward = current / -(-v).exp_m1();
        (forward, forward * (-v).exp())
    } else {
        let backward = -current / -v.exp_m1();
        (backward * v.exp(), backward)
    }
}
