//! Two coupled dots whose levels the bias pulls apart: a thermal step times a Lorentzian of the detuning
//! (elastic resonant tunnelling; van der Wiel et al., Rev. Mod. Phys. 75, 1 (2002), section II.D).

use super::numeric::{exp, exp_m1, finite};
use super::{Absent, Dimension, Interval, Law, NdcVerdict, ParamRange, ParamSpec, Response, Side};

/// `tunnel_rate`·tanh(V/4)·w²/(w² + (`detuning` + `shift`·V)²), w = `width`.
pub(super) struct DoubleDot;

/// 1/(1+r²), r/(1+r²) and r²/(1+r²), finite for any r.
#[inline(always)]
fn lorentzian(r: f64) -> [f64; 3] {
    // Far out in terms of 1/r, so that no square overflows.
    let is_near = r.abs() <= 1.0;
    let s = if is_near { r } else { 1.0 / r };
    let m = 1.0 / (1.0 + s * s);
    let (square, first) = (s * s * m, s * m);
    if is_near {
        [m, first, square]
    } else {
        [square, first, m]
    }
}

/// The detuning in widths.
#[inline(always)]
fn detuning_in_widths(&[_, width, detuning, shift]: &[f64; 4], v: f64) -> f64 {
    finite(finite(detuning + finite(shift * v)) / width)
}

/// sech²(x), which `1 − tanh²` would lose to cancellation.
#[inline(always)]
fn sech_squared(x: f64) -> f64 {
    let e = exp(-2.0 * x.abs());
    4.0 * e / ((1.0 + e) * (1.0 + e))
}

/// tanh(x), exact in its sign and near 0.
#[inline(always)]
fn tanh(x: f64) -> f64 {
    let e = exp_m1(-2.0 * x.abs());
    (-e / (2.0 + e)).copysign(x)
}

impl Law<4> for DoubleDot {
    const SPECS: [ParamSpec; 4] = [
        ParamSpec {
            name: "tunnel_rate",
            symbol: "Γ",
            meaning: "current at resonance and large bias",
            dimension: Dimension::Rate,
            range: ParamRange::Positive,
            absent: Absent::Required,
            default: 1.0,
            slider: [0.01, 10.0],
            trainable: true,
        },
        ParamSpec {
            name: "width",
            symbol: "w",
            meaning: "width of the resonance",
            dimension: Dimension::State,
            range: ParamRange::Positive,
            absent: Absent::Required,
            default: 1.0,
            slider: [0.05, 10.0],
            trainable: true,
        },
        ParamSpec {
            name: "detuning",
            symbol: "δ",
            meaning: "difference of the two levels at zero bias",
            dimension: Dimension::State,
            range: ParamRange::Real,
            absent: Absent::Required,
            default: 0.0,
            slider: [-10.0, 10.0],
            trainable: true,
        },
        ParamSpec {
            name: "shift",
            symbol: "κ",
            meaning: "how far the bias pulls the levels apart; NDC whenever it is not 0",
            dimension: Dimension::Number,
            range: ParamRange::Real,
            absent: Absent::Required,
            default: 0.5,
            slider: [-2.0, 2.0],
            trainable: true,
        },
    ];

    #[inline(always)]
    fn response(theta: &[f64; 4], a: f64, b: f64) -> Response {
        let &[rate, width, _, shift] = theta;
        let v = finite(a - b);
        let [l, rl, _] = lorentzian(detuning_in_widths(theta, v));
        let step = tanh(0.25 * v);
        let slope = finite(
            rate * (0.25 * sech_squared(0.25 * v) * l
                - finite(2.0 * step * (finite(shift / width) * rl * l))),
        );
        Response {
            current: rate * step * l,
            d_from: slope,
            d_to: -slope,
        }
    }

    #[inline(always)]
    fn d_params(theta: &[f64; 4], a: f64, b: f64) -> [f64; 4] {
        let &[rate, width, _, _] = theta;
        let v = finite(a - b);
        let [l, rl, rrl] = lorentzian(detuning_in_widths(theta, v));
        let step = tanh(0.25 * v);
        let height = finite(2.0 * rate / width);
        let d_detuning = finite(-height * step * rl * l);
        [
            step * l,
            finite(height * step * rrl * l),
            d_detuning,
            finite(d_detuning * v),
        ]
    }

    fn conductance(theta: &[f64; 4], _side: Side, a: Interval, b: Interval) -> Interval {
        let &[rate, width, detuning, shift] = theta;
        let v = a - b;
        let r = (v.scaled(shift) + Interval::point(detuning)).scaled(1.0 / width);
        let l = r.unimodal(0.0, |r| lorentzian(r)[0]);
        // r/(1+r²)² turns at r = 1/√3.
        let rll = r.odd_bump(1.0 / 3.0_f64.sqrt(), |r| {
            let [l, rl, _] = lorentzian(r);
            rl * l
        });
        let sech = v.unimodal(0.0, |v| sech_squared(0.25 * v));
        let step = v.increasing(|v| tanh(0.25 * v));
        (sech.scaled(0.25) * l - (step * rll).scaled(2.0 * shift / width)).scaled(rate)
    }

    /// The slope times 4·cosh²(V/4)·(1+r²)/Γ is 1 − 4·(κ/w)·sinh(V/2)·r/(1+r²) times a positive number.
    fn sign(theta: &[f64; 4], _side: Side, a: Interval, b: Interval) -> Interval {
        let &[_, width, detuning, shift] = theta;
        let v = a - b;
        let r = (v.scaled(shift) + Interval::point(detuning)).scaled(1.0 / width);
        let rl = r.odd_bump(1.0, |r| lorentzian(r)[1]);
        let sinh = v.increasing(|v| finite((0.5 * v).sinh()));
        Interval::point(1.0) - (sinh * rl).scaled(4.0 * shift / width)
    }

    fn closed_ndc(
        &[_, _, _, shift]: &[f64; 4],
        _side: Side,
        _a: Interval,
        _b: Interval,
    ) -> Option<NdcVerdict> {
        (shift.abs() == 0.0).then_some(NdcVerdict::Never)
    }

    fn depends_on_difference(_theta: &[f64; 4]) -> bool {
        true
    }

    /// The resonance, which is as wide as `width` in the detuning.
    fn finest_feature(&[_, width, _, shift]: &[f64; 4]) -> f64 {
        width / shift.abs()
    }
}
