//! Reversible Michaelis-Menten kinetics with substrate inhibition, Haldane-consistent
//! (Cornish-Bowden, *Fundamentals of Enzyme Kinetics*, 4th ed., eqs. 2.44 and 6.13).

use super::numeric::finite;
use super::{Absent, Dimension, Interval, Law, NdcVerdict, ParamRange, ParamSpec, Response, Side};

/// (`v_max`/`k_m`)·(c_a − c_b/`k_eq`) / (1 + c_a/`k_m` + c_b/`k_p` + c_a²/(`k_m`·`k_i`)); an infinite `k_i` is no inhibition.
pub(super) struct Enzyme;

/// The denominator's terms: (1 + c_a/k_m + c_b/k_p, c_a/(k_m·k_i)); the denominator is the first plus c_a times the second.
#[inline]
fn denominator(&[_, k_m, k_p, k_i, _]: &[f64; 5], a: f64, b: f64) -> (f64, f64) {
    (
        finite(1.0 + finite(a / k_m) + finite(b / k_p)),
        finite(finite(a / k_m) / k_i),
    )
}

/// The rates of single molecules going forward and backward: the two halves of the numerator.
pub(super) fn jump_rates(theta: &[f64; 5], a: f64, b: f64) -> (f64, f64) {
    let &[v_max, k_m, _, _, k_eq] = theta;
    let (linear, inhibition) = denominator(theta, a, b);
    let d = finite(linear + finite(a * inhibition));
    (
        finite(v_max * finite(a / k_m)) / d,
        finite(v_max * finite(finite(b / k_eq) / k_m)) / d,
    )
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

    #[inline]
    fn response(theta: &[f64; 5], a: f64, b: f64) -> Response {
        let &[v_max, k_m, k_p, k_i, k_eq] = theta;
        let (linear, inhibition) = denominator(theta, a, b);
        let d = finite(linear + finite(a * inhibition));
        let rate = v_max / k_m / d;
        let force = finite(a - finite(b / k_eq));
        let current = finite(rate * force);
        // The quotient rule, each numerator divided by d early so that nothing overflows.
        let d_from = finite(
            rate - finite(current / d) * finite(1.0 / k_m + 2.0 * finite(1.0 / k_m / k_i * a)),
        );
        let d_to = finite(-finite(rate / k_eq) - finite(current / d) / k_p);
        Response {
            current,
            d_from,
            d_to,
        }
    }

    fn d_params(theta: &[f64; 5], a: f64, b: f64) -> [f64; 5] {
        let &[v_max, k_m, k_p, k_i, k_eq] = theta;
        let (linear, inhibition) = denominator(theta, a, b);
        let square = finite(a * inhibition);
        let d = finite(linear + square);
        let current = Self::response(theta, a, b).current;
        let share = current / d;
        [
            current / v_max,
            // −I/k_m + I·(c_a/k_m + c_a²/(k_m·k_i))/(k_m·d)
            finite(-(current - share * finite(finite(a / k_m) + square)) / k_m),
            finite(share * finite(finite(b / k_p) / k_p)),
            if k_i.is_finite() {
                finite(share * finite(square / k_i))
            } else {
                0.0
            },
            finite(v_max / k_m / d * finite(finite(b / k_eq) / k_eq)),
        ]
    }

    /// Over d² the slopes are v/k_m·[1 + c_b/k_p + c_b/(k_eq·k_m) + (2·c_b/k_eq − c_a)·c_a/(k_m·k_i)] at the substrate
    /// and v/k_m·[(1 + c_a/k_m + c_a²/(k_m·k_i))/k_eq + c_a/k_p] at the product.
    fn conductance(theta: &[f64; 5], side: Side, a: Interval, b: Interval) -> Interval {
        let &[v_max, k_m, k_p, k_i, k_eq] = theta;
        let one = Interval::point(1.0);
        let square = a.increasing(|a| a * a / k_m / k_i);
        let inverse_square = (one + a.scaled(1.0 / k_m) + b.scaled(1.0 / k_p) + square)
            .decreasing(|d| 1.0 / (d * d));
        let numerator = match side {
            Side::From => {
                one + b.scaled(1.0 / k_p + 1.0 / k_eq / k_m)
                    + (b.scaled(2.0 / k_eq) - a) * a.scaled(1.0 / k_m / k_i)
            }
            Side::To => {
                (one + a.scaled(1.0 / k_m) + square).scaled(1.0 / k_eq) + a.scaled(1.0 / k_p)
            }
        };
        numerator.scaled(v_max / k_m) * inverse_square
    }

    /// NDC at the substrate iff c_a² > k_m·k_i·(1 + c_b/k_p + c_b/(k_eq·k_m)) + 2·c_a·c_b/k_eq: easiest at the smallest
    /// c_b and, the difference being convex in c_a, at one end of c_a. Never at the product.
    fn closed_ndc(theta: &[f64; 5], side: Side, a: Interval, b: Interval) -> Option<NdcVerdict> {
        let &[_, k_m, k_p, k_i, k_eq] = theta;
        let c_b = b.lo;
        let folds = |c_a: f64| {
            c_a * c_a > k_m * k_i * (1.0 + c_b / k_p + c_b / (k_eq * k_m)) + 2.0 * c_a * c_b / k_eq
        };
        Some(match side {
            Side::From if k_i.is_finite() => [a.hi, a.lo]
                .into_iter()
                .find(|&c_a| folds(c_a))
                .map_or(NdcVerdict::Never, |c_a| NdcVerdict::At(c_a, c_b)),
            _ => NdcVerdict::Never,
        })
    }

    fn depends_on_difference(_theta: &[f64; 5]) -> bool {
        false
    }
}
