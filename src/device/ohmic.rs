//! The linear conductor: I = g·V (Ohm's law), passive, reciprocal, never NDC.

use super::numeric::finite;
use super::{Absent, Dimension, Interval, Law, NdcVerdict, ParamRange, ParamSpec, Response, Side};

/// `conductance`·(a − b).
pub(super) struct Ohmic;

impl Law<1> for Ohmic {
    const SPECS: [ParamSpec; 1] = [ParamSpec {
        name: "conductance",
        symbol: "g",
        meaning: "current per unit of potential difference",
        dimension: Dimension::Conductance,
        range: ParamRange::Positive,
        absent: Absent::Required,
        default: 1.0,
        slider: [0.01, 10.0],
        trainable: true,
    }];

    #[inline(always)]
    fn response(&[g]: &[f64; 1], a: f64, b: f64) -> Response {
        Response {
            current: finite(g * finite(a - b)),
            d_from: g,
            d_to: -g,
        }
    }

    #[inline(always)]
    fn d_params(_theta: &[f64; 1], a: f64, b: f64) -> [f64; 1] {
        [finite(a - b)]
    }

    fn conductance(&[g]: &[f64; 1], _side: Side, _a: Interval, _b: Interval) -> Interval {
        Interval::point(g)
    }

    fn closed_ndc(
        _theta: &[f64; 1],
        _side: Side,
        _a: Interval,
        _b: Interval,
    ) -> Option<NdcVerdict> {
        Some(NdcVerdict::Never)
    }

    fn depends_on_difference(_theta: &[f64; 1]) -> bool {
        true
    }
}
