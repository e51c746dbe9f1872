//! Scalar functions the laws share, each accurate and finite over the whole range of floating point.
//!
//! The exponentials are our own and free of branches, so that a law's kernel is vectorised as a whole: the standard
//! library's are calls, which no compiler vectorises. They use no fused operation, so that every instruction set gives
//! the same bits, one device at a time or many at once.

/// Keeps a number finite: infinities become the largest finite numbers. Never call it on NaN.
#[inline(always)]
pub(super) fn finite(x: f64) -> f64 {
    x.clamp(f64::MIN, f64::MAX)
}

/// 1.5·2^52: adding it rounds to an integer, which then stands in the lowest bits.
const ROUND: f64 = 6_755_399_441_055_744.0;

/// ln 2 in two parts, the first with 21 trailing zero bits: its product with an exponent is exact
/// (Cody & Waite, Software Manual for the Elementary Functions, 1980, ch. 6).
const LN_2_HIGH: f64 = 6.931_471_803_691_238e-1;
const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;

/// Below this eˣ counts as 0: the smallest normal number is e^−708.4.
const LEAST: f64 = -708.0;

/// Above this eˣ would overflow.
const MOST: f64 = 709.0;

/// x = n·ln 2 + r with |r| ≤ ½ ln 2: (2ⁿ, eʳ − 1), for LEAST ≤ x ≤ MOST.
///
/// The Taylor series up to r¹³ leaves 2e-18 of it.
#[inline(always)]
fn power_and_rest(x: f64) -> (f64, f64) {
    const C2: f64 = 1.0 / 2.0;
    const C3: f64 = 1.0 / 6.0;
    const C4: f64 = 1.0 / 24.0;
    const C5: f64 = 1.0 / 120.0;
    const C6: f64 = 1.0 / 720.0;
    const C7: f64 = 1.0 / 5_040.0;
    const C8: f64 = 1.0 / 40_320.0;
    const C9: f64 = 1.0 / 362_880.0;
    const C10: f64 = 1.0 / 3_628_800.0;
    const C11: f64 = 1.0 / 39_916_800.0;
    const C12: f64 = 1.0 / 479_001_600.0;
    const C13: f64 = 1.0 / 6_227_020_800.0;
    let shifted = x * std::f64::consts::LOG2_E + ROUND;
    let n = shifted - ROUND;
    let r = (x - n * LN_2_HIGH) - n * LN_2_LOW;
    let power = f64::from_bits((shifted.to_bits() << 52).wrapping_add(1.0_f64.to_bits()));
    // Estrin's scheme: a shorter chain of dependent operations than Horner's.
    let r2 = r * r;
    let r4 = r2 * r2;
    let low = (C2 + C3 * r) + (C4 + C5 * r) * r2;
    let middle = (C6 + C7 * r) + (C8 + C9 * r) * r2;
    let high = (C10 + C11 * r) + (C12 + C13 * r) * r2;
    (power, r + r2 * (low + (middle + high * r4) * r4))
}

/// eˣ to within 1.5 units in the last place; 0 below −708, and no larger than e^709.
#[inline(always)]
pub(super) fn exp(x: f64) -> f64 {
    let (power, rest) = power_and_rest(x.clamp(LEAST, MOST));
    if x < LEAST { 0.0 } else { power + power * rest }
}

/// eˣ − 1 to within 2 units in the last place, and no larger than e^709.
#[inline(always)]
pub(super) fn exp_m1(x: f64) -> f64 {
    /// From here down eˣ − 1 is −1 to the last bit.
    const FLAT: f64 = -50.0;
    let (power, rest) = power_and_rest(x.clamp(FLAT, MOST));
    (power - 1.0) + power * rest
}

/// The Fermi function f(x) = 1/(1+eˣ).
#[inline(always)]
pub(super) fn fermi(x: f64) -> f64 {
    let Occupation { filled, .. } = Occupation::at(x);
    filled
}

/// An energy's occupation, and what goes with it.
#[derive(Clone, Copy)]
pub(super) struct Occupation {
    /// f(x).
    pub(super) filled: f64,
    /// 1 − f(x) = f(−x), without cancellation.
    pub(super) empty: f64,
    /// −f′(x) = f(x)·f(−x).
    pub(super) slope: f64,
}

impl Occupation {
    /// The occupation at energy `x`.
    #[inline(always)]
    pub(super) fn at(x: f64) -> Self {
        let e = exp(-x.abs());
        let major = 1.0 / (1.0 + e);
        let minor = e * major;
        let is_above = x >= 0.0;
        Self {
            filled: if is_above { minor } else { major },
            empty: if is_above { major } else { minor },
            slope: minor * major,
        }
    }
}

/// f(x)·f(−x) = −f′(x), even and at most ¼.
#[inline(always)]
pub(super) fn fermi_slope(x: f64) -> f64 {
    Occupation::at(x).slope
}

/// ln f(x) = −ln(1+eˣ).
#[inline]
pub(super) fn ln_fermi(x: f64) -> f64 {
    -(x.max(0.0) + exp(-x.abs()).ln_1p())
}

/// f(u) − f(w) for w − u = v, without cancellation: f(u)·f(−w)·(1 − e^{−v}), and its mirror image for v < 0. What the
/// kernels compute otherwise is held against it.
#[cfg(test)]
pub(super) fn fermi_difference(u: Occupation, w: Occupation, v: f64) -> f64 {
    let imbalance = -exp_m1(-v.abs());
    if v >= 0.0 {
        u.filled * w.empty * imbalance
    } else {
        -(w.filled * u.empty * imbalance)
    }
}

/// Where exponentials go on as their tangents (model, section 3): e^80 ≈ 5.5e34 is far beyond any current that could
/// matter, and the tangent keeps currents and slopes finite and increasing.
pub(super) const TANGENT_FROM: f64 = 80.0;

/// What the tangent adds to the exponential at [`TANGENT_FROM`].
#[inline(always)]
fn beyond(x: f64) -> f64 {
    exp(TANGENT_FROM) * (x - TANGENT_FROM).max(0.0)
}

/// The exponential that goes on as its tangent from [`TANGENT_FROM`], minus one.
#[inline(always)]
pub(super) fn tangent_exp_m1(x: f64) -> f64 {
    finite(exp_m1(x.min(TANGENT_FROM)) + beyond(x))
}

/// The exponential that goes on as its tangent from [`TANGENT_FROM`].
#[inline(always)]
pub(super) fn tangent_exp(x: f64) -> f64 {
    finite(exp(x.min(TANGENT_FROM)) + beyond(x))
}

/// The derivative of [`tangent_exp`].
#[inline(always)]
pub(super) fn tangent_exp_slope(x: f64) -> f64 {
    exp(x.min(TANGENT_FROM))
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

#[cfg(test)]
mod tests {
    use super::*;

    /// The largest relative error over a fine sweep and over tiny arguments of both signs, in units in the last place.
    fn worst(ours: fn(f64) -> f64, exact: fn(f64) -> f64, from: f64, to: f64) -> f64 {
        let steps = 400_000;
        let sweep = (0..=steps).map(|k| from + (to - from) * f64::from(k) / f64::from(steps));
        let tiny = (1..1000).flat_map(|k| [0.5_f64.powi(k), -0.5_f64.powi(k)]);
        sweep
            .chain(tiny)
            .filter(|x| exact(*x) != 0.0)
            .map(|x| (ours(x) / exact(x) - 1.0).abs() / f64::EPSILON)
            .fold(0.0, f64::max)
    }

    #[test]
    fn exponentials_are_accurate() {
        // Half a unit is the standard library's own error.
        assert!(worst(exp, f64::exp, -707.9, 708.9) <= 2.0);
        assert!(worst(exp_m1, f64::exp_m1, -100.0, 708.9) <= 2.5);
    }

    #[test]
    fn exponentials_keep_their_limits() {
        let same = |x: f64, y: f64| x.to_bits() == y.to_bits();
        assert!(same(exp(0.0), 1.0) && same(exp_m1(0.0), 0.0));
        assert!(same(exp(f64::NEG_INFINITY), 0.0) && same(exp(-709.0), 0.0));
        assert!(same(exp_m1(f64::NEG_INFINITY), -1.0));
        assert!(exp(f64::MAX).is_finite() && exp_m1(f64::MAX).is_finite());
        assert!(exp(f64::NAN).is_nan() && exp_m1(f64::NAN).is_nan());
    }
}
