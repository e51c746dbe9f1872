//! Esaki's tunnel diode in the usual empirical form (Sze & Ng, *Physics of Semiconductor Devices*, 3rd ed., section 8.3):
//! a tunnelling hump that peaks at v_peak, plus a Shockley diode.

use super::numeric::{TANGENT_FROM, finite, tangent_exp, tangent_exp_slope};
use super::{
    Absent, Dimension, Interval, Law, NdcVerdict, ParamRange, ParamSpec, Response, Side, diode,
};

/// `i_peak`·(V/`v_peak`)·e^{1−V/`v_peak`} + `i_sat`·(e^{V/`ideality`} − 1).
pub(super) struct TunnelDiode;

/// The hump z·e^{1−z} and its slope in z.
#[inline(always)]
fn hump(z: f64) -> (f64, f64) {
    let (e, slope) = (tangent_exp(1.0 - z), tangent_exp_slope(1.0 - z));
    // One product where e is the exponential itself: near the peak a difference would lose the sign.
    let dh = if 1.0 - z <= TANGENT_FROM {
        (1.0 - z) * e
    } else {
        e - finite(z * slope)
    };
    (finite(z * e), finite(dh))
}

/// An enclosure of the hump's slope (1−z)·e^{1−z}: it falls until z = 2 and rises towards zero after.
fn hump_slope_over(z: Interval) -> Interval {
    -z.unimodal(2.0, |z| -hump(z).1)
}

impl Law<4> for TunnelDiode {
    const SPECS: [ParamSpec; 4] = [
        ParamSpec {
            name: "i_peak",
            symbol: "Iₚ",
            meaning: "height of the tunnelling hump",
            dimension: Dimension::Current,
            range: ParamRange::Positive,
            absent: Absent::Required,
            default: 1.0,
            slider: [0.01, 10.0],
            trainable: true,
        },
        ParamSpec {
            name: "v_peak",
            symbol: "Vₚ",
            meaning: "voltage of the hump; NDC starts just past it",
            dimension: Dimension::State,
            range: ParamRange::Positive,
            absent: Absent::Required,
            default: 1.5,
            slider: [0.2, 10.0],
            trainable: true,
        },
        ParamSpec {
            default: 0.01,
            slider: [1e-5, 1.0],
            ..diode::I_SAT
        },
        ParamSpec {
            default: 2.0,
            ..diode::IDEALITY
        },
    ];

    #[inline(always)]
    fn response(&[i_peak, v_peak, i_sat, ideality]: &[f64; 4], a: f64, b: f64) -> Response {
        let v = finite(a - b);
        let (h, dh) = hump(finite(v / v_peak));
        let (i, di) = diode::current_and_slope(i_sat, ideality, v);
        let slope = finite(finite(finite(i_peak / v_peak) * dh) + di);
        Response {
            current: finite(finite(i_peak * h) + i),
            d_from: slope,
            d_to: -slope,
        }
    }

    #[inline(always)]
    fn d_params(&[i_peak, v_peak, i_sat, ideality]: &[f64; 4], a: f64, b: f64) -> [f64; 4] {
        let v = finite(a - b);
        let z = finite(v / v_peak);
        let (h, dh) = hump(z);
        let [d_i_sat, d_ideality] = diode::d_params_at(i_sat, ideality, v);
        [
            h,
            finite(-finite(finite(i_peak / v_peak) * z) * dh),
            d_i_sat,
            d_ideality,
        ]
    }

    fn conductance(
        &[i_peak, v_peak, i_sat, ideality]: &[f64; 4],
        _side: Side,
        a: Interval,
        b: Interval,
    ) -> Interval {
        let v = a - b;
        hump_slope_over(v.scaled(1.0 / v_peak)).scaled(i_peak / v_peak)
            + diode::slope_over(i_sat, ideality, v)
    }

    /// The slope over e^{V/n} is P·(1−z)·e^{1−z−V/n} + Q, unimodal with its minimum at z = 1 + 1/(1 + v_peak/n), so
    /// one point decides; where the diode goes on as its tangent the hump's own minimum z = 2 takes that place.
    fn closed_ndc(theta: &[f64; 4], side: Side, a: Interval, b: Interval) -> Option<NdcVerdict> {
        let &[_, v_peak, _, ideality] = theta;
        let (lowest, highest) = (finite(a.lo - b.hi), finite(a.hi - b.lo));
        let deepest = v_peak * (1.0 + 1.0 / (1.0 + v_peak / ideality));
        let candidates = [
            lowest,
            highest,
            deepest,
            2.0 * v_peak,
            TANGENT_FROM * ideality,
        ]
        .map(|v| v.clamp(lowest, highest));
        let slope =
            |v: f64| Self::conductance(theta, side, Interval::point(v), Interval::point(0.0));
        Some(
            if let Some(v) = candidates.into_iter().find(|&v| slope(v).hi < 0.0) {
                // Any pair of states in the rectangle with that difference will do.
                let at_b = (a.lo - v).clamp(b.lo, b.hi);
                NdcVerdict::At((at_b + v).clamp(a.lo, a.hi), at_b)
            } else if candidates.into_iter().all(|v| slope(v).lo >= 0.0) {
                NdcVerdict::Never
            } else {
                NdcVerdict::Unknown
            },
        )
    }

    fn depends_on_difference(_theta: &[f64; 4]) -> bool {
        true
    }

    fn finest_feature(&[_, v_peak, _, ideality]: &[f64; 4]) -> f64 {
        v_peak.min(ideality)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slope_changes_sign_at_the_peak_to_the_last_bit() {
        let theta = [1.0, 1.5, 1e-300, 2.0];
        let slope = |v: f64| TunnelDiode::response(&theta, v, 0.0).d_from;
        assert!(slope(1.5_f64.next_down()) > 0.0);
        assert!(slope(1.5_f64.next_up()) < 0.0);
    }

    /// The closed form decides between a hump that a diode term of this size just hides and one it does not.
    #[test]
    fn verdicts_at_the_edge_of_ndc() {
        let whole = Interval::new(-50.0, 50.0);
        let verdict =
            |i_sat: f64| TunnelDiode::closed_ndc(&[1.0, 1.5, i_sat, 2.0], Side::From, whole, whole);
        let deepest: f64 = 1.5 * (1.0 + 1.0 / (1.0 + 0.75));
        let z = deepest / 1.5;
        let edge = (z - 1.0) * (1.0 - z).exp() / 1.5 * 2.0 / (deepest / 2.0).exp();
        assert_eq!(verdict(edge * 1.000_001), Some(NdcVerdict::Never));
        assert!(matches!(
            verdict(edge * 0.999_999),
            Some(NdcVerdict::At(a, b)) if (a - b - deepest).abs() < 1e-9
        ));
    }
}
