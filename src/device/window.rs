//! What two Fermi seas send through one level, from two exponentials and one division: the arithmetic of a quantum dot.
//!
//! With |u| and |w| the distances of the level from both seas, one is x = ||m| − |v|/2| and the other y = |m| + |v|/2, m
//! the distance from their middle and v the bias. With X = e^−x and Y = e^−y every occupation is 1/(1+X), X/(1+X), 1/(1+Y)
//! or Y/(1+Y), and whichever of the two exponents the third, |v|, is less than, e^−|v| takes its place: y = x + |v| where
//! the level lies outside of the window, |v| = x + y where it lies inside. Nothing cancels either way.
//!
//! Everything is as accurate as the energies let it be: relative to an exact evaluation for the same energies the error
//! is at most 24 + 2·(|u| + |w|) units of 2⁻⁵³, since exponents are scaled to base 2 by one rounded product,
//! which costs as much again as the rounding of the energies themselves.

/// 1.5·2^52: adding it rounds to an integer, which then stands in the lowest bits.
const ROUND: f64 = 6_755_399_441_055_744.0;

/// From half a unit below on 2^−s counts as 0: the exponent 1023 below that of 1 is that of 0.
const LEAST: f64 = 1023.0;

/// (2^f − 1)/f for |f| ≤ ½ to within 1.8e-17 (relative): minimax coefficients, by Remez' exchange in 60 digits.
const POWER_OF_TWO: [f64; 11] = [
    std::f64::consts::LN_2,
    0.240_226_506_959_100_97,
    0.055_504_108_664_821_236,
    0.009_618_129_107_607_065,
    0.001_333_355_814_653_163_5,
    0.000_154_035_304_414_812_57,
    1.525_273_370_121_342_4e-5,
    1.321_544_272_387_887_1e-6,
    1.017_812_129_944_771_5e-7,
    7.072_561_772_515_961e-9,
    4.445_537_228_189_713_6e-10,
];

/// 2^−s and 1 − 2^−s for s ≥ 0, each to within 2 units in the last place (of a normal number).
#[inline(always)]
fn halved(s: f64) -> [f64; 2] {
    const C: [f64; 11] = POWER_OF_TWO;
    // Not `min`, which would lose a NaN.
    let s = if s > LEAST { LEAST } else { s };
    let shifted = s + ROUND;
    let f = (shifted - ROUND) - s;
    let power = f64::from_bits(1.0_f64.to_bits().wrapping_sub(shifted.to_bits() << 52));
    // Estrin's scheme: a shorter chain of dependent operations than Horner's.
    let f2 = f * f;
    let f4 = f2 * f2;
    let low = (C[0] + C[1] * f) + (C[2] + C[3] * f) * f2;
    let middle = (C[4] + C[5] * f) + (C[6] + C[7] * f) * f2;
    let high = (C[8] + C[9] * f) + C[10] * f2;
    let rest = power * (f * (low + (middle + high * f4) * f4));
    [power + rest, (1.0 - power) - rest]
}

/// The occupations at two energies u = m − v/2 and w = m + v/2, as far as a current between them needs them.
///
/// Numerators, from which [`Window::share`] is left out: what it multiplies can be multiplied by it while the division
/// is still under way.
#[derive(Clone, Copy)]
pub(super) struct Window {
    /// (f(u) − f(w))/share.
    pub(super) difference: f64,
    /// (f(u) + f(w) − 1)/share.
    pub(super) excess: f64,
    /// −f′(u)/share².
    pub(super) slope_u: f64,
    /// −f′(w)/share².
    pub(super) slope_w: f64,
    /// 1/((1+X)·(1+Y)): from ¼ to 1.
    pub(super) share: f64,
}

impl Window {
    /// The window for the middle `m`, which may be infinite, and a finite bias `v`.
    #[inline(always)]
    pub(super) fn at(m: f64, v: f64) -> Self {
        const LOG2_E: f64 = std::f64::consts::LOG2_E;
        let (middle, half) = (m.abs() * LOG2_E, v.abs() * (0.5 * LOG2_E));
        let signed = middle - half;
        let is_outside = signed >= 0.0;
        let (bias, sum) = (half + half, middle + half);
        let [near, near_rest] = halved(signed.abs());
        let [e, e_rest] = halved(if bias < sum { bias } else { sum });
        let far = if is_outside { near * e } else { e };
        let imbalance = if is_outside {
            near * e_rest
        } else {
            e_rest + near_rest * e
        };
        let excess = if is_outside {
            near_rest + near * (near_rest + near * e_rest)
        } else {
            near - far
        };
        let (one_near, one_far) = (1.0 + near, 1.0 + far);
        let (slope_near, slope_far) = (near * (one_far * one_far), far * (one_near * one_near));
        let u_is_near = (m >= 0.0) == (v >= 0.0);
        Self {
            difference: imbalance.copysign(v),
            excess: -excess.copysign(m),
            slope_u: if u_is_near { slope_near } else { slope_far },
            slope_w: if u_is_near { slope_far } else { slope_near },
            share: 1.0 / (one_near * one_far),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::numeric::{Occupation, fermi_difference};
    use super::*;

    /// The error of what a [`Window`] gives, in units of 2⁻⁵³, apart from that of the energies.
    const ROUNDINGS: f64 = 24.0;

    #[test]
    fn powers_of_two_are_accurate() {
        let sweep = (1..400_000).map(|k| f64::from(k) * 0.002_5);
        let tiny = (1..1000).map(|k| 0.5_f64.powi(k));
        for s in sweep.chain(tiny) {
            let [power, rest] = halved(s);
            let exact = (-s).exp2();
            assert!((power / exact - 1.0).abs() <= 2.0 * f64::EPSILON, "{s}");
            // The exponent that the standard library is given is rounded, which counts where 1 − 2^−s is small.
            let exact = -(-s * std::f64::consts::LN_2).exp_m1();
            assert!((rest / exact - 1.0).abs() <= 3.0 * f64::EPSILON, "{s}");
        }
        assert_eq!(
            halved(0.0).map(f64::to_bits),
            [1.0_f64, 0.0].map(f64::to_bits)
        );
        assert_eq!(
            halved(f64::INFINITY).map(f64::to_bits),
            [0.0, 1.0_f64].map(f64::to_bits)
        );
        assert!(halved(1022.0)[0] > 0.0 && halved(f64::NAN)[0].is_nan());
    }

    #[test]
    fn windows_are_those_of_two_occupations() {
        let middles = [0.0, 1e-9, 0.3, -0.7, 5.0, -12.0, 40.0, -300.0];
        let biases = [0.0, 1e-12, 0.4, -1.3, 2.0, 9.9, -24.0, 80.0, -650.0, 800.0];
        for (m, v) in middles.into_iter().flat_map(|m| biases.map(|v| (m, v))) {
            let (u, w) = (m - 0.5 * v, m + 0.5 * v);
            let (at_u, at_w) = (Occupation::at(u), Occupation::at(w));
            let Window {
                difference,
                excess,
                slope_u,
                slope_w,
                share,
            } = Window::at(m, v);
            // The bound of this window, and that of the two occupations.
            let bound = ROUNDINGS + 2.0 * (u.abs() + w.abs()) + (8.0 + u.abs() + w.abs());
            let close = |p: f64, q: f64| (p - q).abs() <= bound * 0.5 * f64::EPSILON * q.abs();
            assert!(
                close(share * difference, fermi_difference(at_u, at_w, v)),
                "{m} {v}"
            );
            assert!(close(share * share * slope_u, at_u.slope), "{m} {v}");
            assert!(close(share * share * slope_w, at_w.slope), "{m} {v}");
            let expected = at_w.filled - at_u.empty;
            assert!((share * excess - expected).abs() < 1e-15, "{m} {v}");
        }
    }

    #[test]
    fn windows_end_where_numbers_do() {
        for (m, v) in [
            (f64::INFINITY, 3.0),
            (f64::NEG_INFINITY, -1e150),
            (1e300, 1e150),
            (-2.0, 1e150),
        ] {
            let window = Window::at(m, v);
            let all = [
                window.difference,
                window.excess,
                window.slope_u,
                window.slope_w,
                window.share,
            ];
            assert!(all.iter().all(|x| x.is_finite()), "{m} {v}");
        }
        let open = Window::at(-2.0, 1e150);
        assert!((open.share * open.difference - 1.0).abs() < 1e-15);
        assert_eq!(Window::at(0.7, 0.0).difference.to_bits(), 0.0_f64.to_bits());
    }
}
