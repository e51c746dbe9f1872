//! Passive exchange of molecules: I = rate·(c_a − c_b) (Fick's law between two well-mixed volumes), never NDC.

use super::numeric::finite;
use super::ohmic::Ohmic;
use super::{Absent, Dimension, Interval, Law, NdcVerdict, ParamRange, ParamSpec, Response, Side};

/// `rate`·(c_a − c_b).
pub(super) struct Diffusion;

/// The rates of single molecules going forward and backward: `rate`·c_a and `rate`·c_b.
pub(super) fn jump_rates(rate: f64, a: f64, b: f64) -> (f64, f64) {
    (finite(rate * a), finite(rate * b))
}

impl Law<1> for Diffusion {
    const SPECS: [ParamSpec; 1] = [ParamSpec {
        name: "rate",
        symbol: "k",
        meaning: "molecules exchanged per unit of concentration difference",
        dimension: Dimension::Conductance,
        range: ParamRange::Positive,
        absent: Absent::Required,
        default: 1.0,
        slider: [0.01, 10.0],
        trainable: true,
    }];

    // The mathematics of the linear conductor, in concentrations.

    #[inline(always)]
    fn response(rate: &[f64; 1], a: f64, b: f64) -> Response {
        Ohmic::response(rate, a, b)
    }

    #[inline(always)]
    fn d_params(rate: &[f64; 1], a: f64, b: f64) -> [f64; 1] {
        Ohmic::d_params(rate, a, b)
    }

    fn conductance(rate: &[f64; 1], side: Side, a: Interval, b: Interval) -> Interval {
        Ohmic::conductance(rate, side, a, b)
    }

    fn closed_ndc(rate: &[f64; 1], side: Side, a: Interval, b: Interval) -> Option<NdcVerdict> {
        Ohmic::closed_ndc(rate, side, a, b)
    }

    fn depends_on_difference(rate: &[f64; 1]) -> bool {
        Ohmic::depends_on_difference(rate)
    }
}
