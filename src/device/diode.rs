//! Shockley's diode (Shockley 1949): I = i_sat·(e^{V/n} − 1), nonlinear yet monotone. The control for "nonlinearity is not enough".

use super::numeric::{finite, tangent_exp_m1, tangent_exp_slope};
use super::{Absent, Dimension, Interval, Law, NdcVerdict, ParamRange, ParamSpec, Response, Side};

/// `i_sat`·(e^{V/`ideality`} − 1); the exponential goes on as its tangent from exponent 80.
pub(super) struct Diode;

pub(super) const I_SAT: ParamSpec = ParamSpec {
    name: "i_sat",
    symbol: "Iₛ",
    meaning: "saturation current in reverse",
    dimension: Dimension::Current,
    range: ParamRange::Positive,
    absent: Absent::Required,
    default: 0.05,
    slider: [1e-4, 1.0],
    trainable: true,
};

pub(super) const IDEALITY: ParamSpec = ParamSpec {
    name: "ideality",
    symbol: "n",
    meaning: "potential over which the current grows e-fold",
    dimension: Dimension::State,
    range: ParamRange::Positive,
    absent: Absent::Required,
    default: 1.5,
    slider: [0.5, 5.0],
    trainable: true,
};

/// The diode's current and slope at voltage `v`.
#[inline(always)]
pub(super) fn current_and_slope(i_sat: f64, ideality: f64, v: f64) -> (f64, f64) {
    let x = finite(v / ideality);
    (
        finite(i_sat * tangent_exp_m1(x)),
        finite(finite(i_sat / ideality) * tangent_exp_slope(x)),
    )
}

/// ∂I/∂i_sat and ∂I/∂ideality at voltage `v`.
#[inline(always)]
pub(super) fn d_params_at(i_sat: f64, ideality: f64, v: f64) -> [f64; 2] {
    let x = finite(v / ideality);
    [
        tangent_exp_m1(x),
        finite(-finite(finite(i_sat / ideality) * x) * tangent_exp_slope(x)),
    ]
}

/// An enclosure of the slope over voltages: it never falls.
pub(super) fn slope_over(i_sat: f64, ideality: f64, v: Interval) -> Interval {
    v.increasing(|v| current_and_slope(i_sat, ideality, v).1)
}

impl Law<2> for Diode {
    const SPECS: [ParamSpec; 2] = [I_SAT, IDEALITY];

    #[inline(always)]
    fn response(&[i_sat, ideality]: &[f64; 2], a: f64, b: f64) -> Response {
        let (current, slope) = current_and_slope(i_sat, ideality, finite(a - b));
        Response {
            current,
            d_from: slope,
            d_to: -slope,
        }
    }

    #[inline(always)]
    fn d_params(&[i_sat, ideality]: &[f64; 2], a: f64, b: f64) -> [f64; 2] {
        d_params_at(i_sat, ideality, finite(a - b))
    }

    fn conductance(
        &[i_sat, ideality]: &[f64; 2],
        _side: Side,
        a: Interval,
        b: Interval,
    ) -> Interval {
        slope_over(i_sat, ideality, a - b)
    }

    fn closed_ndc(
        _theta: &[f64; 2],
        _side: Side,
        _a: Interval,
        _b: Interval,
    ) -> Option<NdcVerdict> {
        Some(NdcVerdict::Never)
    }

    fn depends_on_difference(_theta: &[f64; 2]) -> bool {
        true
    }

    fn finest_feature(&[_, ideality]: &[f64; 2]) -> f64 {
        ideality
    }
}
