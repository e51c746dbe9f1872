//! Reversible Michaelis-Menten kinetics with substrate inhibition, Haldane-consistent
//! (Cornish-Bowden, *Fundamentals of Enzyme Kinetics*, 4th ed., eqs. 2.44 and 6.13).

use super::numeric::finite;
use super::{Absent, Dimension, Interval, Law, NdcVerdict, ParamRange, ParamSpec, Response, Side};

/// (`v_max`/`k_m`)·(c_a − c_b/`k_eq`) / (1 + c_a/`k_m` + c_b/`k_p` + c_a²/(`k_m`·`k_i`)); an infinite `k_i` is no inhibition.
pub(super) struct Enzyme;

/// The law's terms, the large ones divided by `unit` = max(1, c_a) so that squares stay finite.
struct Terms {
    unit: f64,
    /// (1 + c_a/k_m + c_b/k_p + c_a²/(k_m·k_i))/unit.
    denominator: f64,
    /// c_a/(k_m·k_i).
    inhibition: f64,
}

impl Terms {
    #[inline(always)]
    fn new(&[_, k_m, k_p, k_i, _]: &[f64; 5], a: f64, b: f64) -> Self {
        let unit = a.max(1.0);
        let inhibition = finite(finite(a / k_m) / k_i);
        let linear = finite(1.0 + finite(a / k_m) + finite(b / k_p));
        Self {
            unit,
            denominator: finite(linear / unit + a / unit * inhibition),
            inhibition,
        }
    }
}

/// The rates of single molecules going forward and backward: the two halves of the numerator.
pub(super) fn jump_rates(theta: &[f64; 5], a: f64, b: f64) -> (f64, f64) {
    let &[v_max, k_m, _, _, k_eq] = theta;
    let Terms {
        unit, denominator, ..
    } = Terms::new(theta, a, b);
    let half = |c: f64| finite(finite(v_max * (finite(c / k_m) / unit)) / denominator);
    (half(a), half(finite(b / k_eq)))
}

/// Over d² the slopes are v/k_m·[1 + c_b/k_p + c_b/(k_eq·k_m) + (2·c_b/k_eq − c_a)·c_a/(k_m·k_i)] at the substrate
/// and v/k_m·[(1 + c_a/k_m + c_a²/(k_m·k_i))/k_eq + c_a/k_p] at the product: enclosures of the brackets.
fn numerator_over(
    &[_, k_m, k_p, k_i, k_eq]: &[f64; 5],
    side: Side,
    a: Interval,
    b: Interval,
) -> Interval {
    let one = Interval::point(1.0);
    match side {
        Side::From => {
            one + b.scaled(1.0 / k_p + 1.0 / k_eq / k_m)
                + (b.scaled(2.0 / k_eq) - a) * a.scaled(1.0 / k_m / k_i)
        }
        Side::To => {
            let square = a.increasing(|a| a * a / k_m / k_i);
            (one + a.scaled(1.0 / k_m) + square).scaled(1.0 / k_eq) + a.scaled(1.0 / k_p)
        }
    }
}

impl Law<5> for Enzyme {
    const SPECS: [ParamSpec; 5] = [
        ParamSpec {
            name: "v_max",
            symbol: "v",
            meaning: "turnover at saturation",
            dimension: Dimension::Current,
            range: ParamRange::Positive,
            absent: Absent::Required,
            default: 1.0,
            slider: [0.01, 10.0],
            trainable: true,
        },
        ParamSpec {
            name: "k_m",
            symbol: "Kₘ",
            meaning: "substrate concentration of half turnover",
            dimension: Dimension::State,
            range: ParamRange::Positive,
            absent: Absent::Required,
            default: 1.0,
            slider: [0.01, 10.0],
            trainable: true,
        },
        ParamSpec {
            name: "k_p",
            symbol: "Kₚ",
            meaning: "product concentration that binds half the enzyme",
            dimension: Dimension::State,
            range: ParamRange::Positive,
            absent: Absent::Required,
            default: 1.0,
            slider: [0.01, 10.0],
            trainable: true,
        },
        ParamSpec {
            name: "k_i",
            symbol: "Kᵢ",
            meaning: "substrate concentration that inhibits; the smaller, the earlier NDC starts",
            dimension: Dimension::State,
            range: ParamRange::Positive,
            absent: Absent::Is(f64::INFINITY),
            default: 0.5,
            slider: [0.01, 100.0],
            trainable: true,
        },
        ParamSpec {
            name: "k_eq",
            symbol: "K",
            meaning: "equilibrium constant: other than 1, the reaction is driven by a chemical fuel",
            dimension: Dimension::Number,
            range: ParamRange::Positive,
            absent: Absent::Is(1.0),
            default: 1.0,
            slider: [0.01, 100.0],
            trainable: false,
        },
    ];

    #[inline(always)]
    fn response(theta: &[f64; 5], a: f64, b: f64) -> Response {
        let &[v_max, k_m, k_p, _, k_eq] = theta;
        let Terms {
            unit,
            denominator,
            inhibition,
        } = Terms::new(theta, a, b);
        let product = finite(b / k_eq);
        let rate = finite(finite(v_max / k_m) / denominator);
        let current = finite(rate * (finite(a - product) / unit));
        // The numerators of `numerator_over`, where the quotient rule would lose the sign at saturation; each term is
        // divided by the denominator early, so that nothing overflows.
        let share = |term: f64| finite(finite(term / unit) / denominator);
        let binding = share(finite(1.0 + finite(b / k_p) + finite(product / k_m)));
        let slowing = finite(finite(2.0 * product - a) * share(inhibition));
        let d_from = finite(rate / unit * finite(binding + slowing));
        let releasing = share(finite(1.0 + finite(a / k_m))) + a * share(inhibition);
        let d_to = -finite(rate / unit * finite(finite(releasing) / k_eq + share(finite(a / k_p))));
        Response {
            current,
            d_from,
            d_to,
        }
    }

    #[inline(always)]
    fn d_params(theta: &[f64; 5], a: f64, b: f64) -> [f64; 5] {
        let &[v_max, k_m, k_p, k_i, k_eq] = theta;
        let Terms {
            unit,
            denominator,
            inhibition,
        } = Terms::new(theta, a, b);
        let share = |term: f64| finite(finite(term / unit) / denominator);
        let current = Self::response(theta, a, b).current;
        [
            finite(current / v_max),
            // −I/k_m + I·(c_a/k_m + c_a²/(k_m·k_i))/(k_m·d): what is left is the share of the other terms.
            -finite(current * finite(share(finite(1.0 + finite(b / k_p))) / k_m)),
            finite(current * finite(share(finite(b / k_p)) / k_p)),
            if k_i.is_finite() {
                finite(current * finite(a * share(inhibition) / k_i))
            } else {
                0.0
            },
            finite(
                finite(finite(v_max / k_m) / unit / denominator) * finite(finite(b / k_eq) / k_eq),
            ),
        ]
    }

    fn conductance(theta: &[f64; 5], side: Side, a: Interval, b: Interval) -> Interval {
        let &[v_max, k_m, k_p, k_i, _] = theta;
        let square = a.increasing(|a| a * a / k_m / k_i);
        let inverse_square =
            (Interval::point(1.0) + a.scaled(1.0 / k_m) + b.scaled(1.0 / k_p) + square)
                .decreasing(|d| 1.0 / (d * d));
        numerator_over(theta, side, a, b).scaled(v_max / k_m) * inverse_square
    }

    fn sign(theta: &[f64; 5], side: Side, a: Interval, b: Interval) -> Interval {
        numerator_over(theta, side, a, b)
    }

    /// NDC at the substrate iff c_a² > k_m·k_i·(1 + c_b/k_p + c_b/(k_eq·k_m)) + 2·c_a·c_b/k_eq: easiest at the smallest
    /// c_b and, the difference being convex in c_a, at one end of c_a. Never at the product.
    fn closed_ndc(theta: &[f64; 5], side: Side, a: Interval, b: Interval) -> Option<NdcVerdict> {
        let &[.., k_i, _] = theta;
        if side == Side::To || k_i.is_infinite() {
            return Some(NdcVerdict::Never);
        }
        let numerator =
            |c_a: f64| numerator_over(theta, side, Interval::point(c_a), Interval::point(b.lo));
        let ends = [a.hi, a.lo];
        Some(
            if let Some(c_a) = ends.into_iter().find(|&c_a| numerator(c_a).hi < 0.0) {
                NdcVerdict::At(c_a, b.lo)
            } else if ends.into_iter().all(|c_a| numerator(c_a).lo >= 0.0) {
                NdcVerdict::Never
            } else {
                NdcVerdict::Unknown
            },
        )
    }

    fn depends_on_difference(_theta: &[f64; 5]) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Without inhibition the slope at saturation is v·k_m·(1 + …)/c_a², far below the rounding of the rate itself.
    #[test]
    fn saturation_keeps_the_sign_of_the_slope() {
        let theta = [1.3, 0.7, 2.0, f64::INFINITY, 1.0];
        for a in [1e6, 1e12, 1e18, 1e100] {
            let slope = Enzyme::response(&theta, a, 0.3).d_from;
            let expected = 1.3 * 0.7 * (1.0 + 0.3 / 2.0 + 0.3 / 0.7) / a / a;
            assert!((slope / expected - 1.0).abs() < 1e-5, "{slope} {expected}");
        }
    }

    /// I → v_max·k_i/c_a, although c_a² has long overflowed.
    #[test]
    fn inhibition_survives_overflow() {
        let theta = [1.3, 0.7, 2.0, 0.5, 1.0];
        let current = Enzyme::response(&theta, 1e200, 0.3).current;
        assert!((current / (1.3 * 0.5 / 1e200) - 1.0).abs() < 1e-12);
    }
}
