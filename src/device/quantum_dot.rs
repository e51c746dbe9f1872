//! One level between two leads in sequential tunnelling (Beenakker, Phys. Rev. B 44, 1646 (1991); one resonant level),
//! whose energy follows the leads: ε = level + tracking·(a+b)/2 + shift·V.

use super::numeric::{fermi_slope, finite};
use super::window::Window;
use super::{Absent, Dimension, Interval, Law, NdcVerdict, ParamRange, ParamSpec, Response, Side};

/// `tunnel_rate`·[f(ε−a) − f(ε−b)].
///
/// The lever arms of the two leads are α = tracking/2 + shift and β = tracking/2 − shift. With u = ε−a, w = ε−b and
/// g = −f′: ∂I/∂a = Γ·[g(u)(1−α) + g(w)α] and −∂I/∂b = Γ·[g(u)β + g(w)(1−β)], so NDC needs a lever arm outside [0, 1].
pub(super) struct QuantumDot;

/// Biases, shifts and trackings count as no larger than this: their products are finite then, and none that could be
/// anything but blocked or open is left out.
const LARGEST: f64 = 1e150;

/// (ε − (a+b)/2, V) at a pair of states; the first may be infinite.
#[inline(always)]
fn energies(&[_, level, shift, tracking]: &[f64; 4], a: f64, b: f64) -> (f64, f64) {
    let v = (a - b).clamp(-LARGEST, LARGEST);
    let mean = 0.5 * a + 0.5 * b;
    // At tracking 1 it depends on V alone, to the last bit.
    (level + (tracking - 1.0) * mean + shift * v, v)
}

/// The parameters with their largest values.
#[inline(always)]
fn bounded(&[rate, level, shift, tracking]: &[f64; 4]) -> [f64; 4] {
    let [shift, tracking] = [
        shift.clamp(-LARGEST, LARGEST),
        tracking.clamp(-LARGEST, LARGEST),
    ];
    [rate, level, shift, tracking]
}

/// The lever arm that decides about NDC at `side`: the own-side conductance is Γ·[g(own)(1−arm) + g(other)·arm],
/// own = ε − (state of this side).
fn own_lever_arm(&[_, _, shift, tracking]: &[f64; 4], side: Side) -> f64 {
    match side {
        Side::From => 0.5 * tracking + shift,
        Side::To => 0.5 * tracking - shift,
    }
}

/// The same lever arm with its rounding.
fn own_lever_arm_over(&[_, _, shift, tracking]: &[f64; 4], side: Side) -> Interval {
    let half = Interval::point(0.5 * tracking);
    match side {
        Side::From => half + Interval::point(shift),
        Side::To => half - Interval::point(shift),
    }
}

/// Enclosures of ε − (own state) and ε − (other state).
fn energies_over(theta: &[f64; 4], side: Side, a: Interval, b: Interval) -> (Interval, Interval) {
    let &[_, level, _, _] = theta;
    let (alpha, beta) = (
        own_lever_arm_over(theta, Side::From),
        own_lever_arm_over(theta, Side::To),
    );
    let (level, one) = (Interval::point(level), Interval::point(1.0));
    let u = level + a * (alpha - one) + b * beta;
    let w = level + a * alpha + b * (beta - one);
    match side {
        Side::From => (u, w),
        Side::To => (w, u),
    }
}

impl Law<4> for QuantumDot {
    const SPECS: [ParamSpec; 4] = [
        ParamSpec {
            name: "tunnel_rate",
            symbol: "Γ",
            meaning: "tunnel rate; the largest current the dot can carry",
            dimension: Dimension::Rate,
            range: ParamRange::Positive,
            absent: Absent::Required,
            default: 1.0,
            slider: [0.01, 10.0],
            trainable: true,
        },
        ParamSpec {
            name: "level",
            symbol: "ε₀",
            meaning: "energy of the level at zero bias; start below 0 for a pronounced peak",
            dimension: Dimension::State,
            range: ParamRange::Real,
            absent: Absent::Required,
            default: -4.0,
            slider: [-10.0, 10.0],
            trainable: true,
        },
        ParamSpec {
            name: "shift",
            symbol: "κ",
            meaning: "electrostatic shift: how far the bias pushes the level; at tracking 1, |shift| > ½ makes NDC",
            dimension: Dimension::Number,
            range: ParamRange::Real,
            absent: Absent::Required,
            default: 0.0,
            slider: [-2.0, 2.0],
            trainable: true,
        },
        ParamSpec {
            name: "tracking",
            symbol: "m",
            meaning: "how far the level follows the mean of both leads: 1 floating dot, 0 pinned by its gate",
            dimension: Dimension::Number,
            range: ParamRange::Real,
            absent: Absent::Is(1.0),
            default: 1.0,
            slider: [0.0, 3.0],
            trainable: false,
        },
    ];

    #[inline(always)]
    fn response(theta: &[f64; 4], a: f64, b: f64) -> Response {
        let theta = bounded(theta);
        let [rate, _, shift, tracking] = theta;
        let (middle, v) = energies(&theta, a, b);
        let window = Window::at(middle, v);
        // At tracking 1 either arm is the other's complement, to the last bit: J must come out symmetric there.
        let (half, half_bar) = (0.5 * tracking, 1.0 - 0.5 * tracking);
        let (gu, gw) = (window.slope_u, window.slope_w);
        let d_from = gu * (half_bar - shift) + gw * (half + shift);
        let d_to = gu * (half - shift) + gw * (half_bar + shift);
        let per_difference = rate * window.share;
        let per_slope = per_difference * window.share;
        Response {
            current: per_difference * window.difference,
            d_from: finite(per_slope * d_from),
            d_to: finite(-per_slope * d_to),
        }
    }

    #[inline(always)]
    fn d_params(theta: &[f64; 4], a: f64, b: f64) -> [f64; 4] {
        let theta = bounded(theta);
        let (middle, v) = energies(&theta, a, b);
        let window = Window::at(middle, v);
        let difference = window.difference * window.share;
        // d ln[f(u)f(−w)]/dε = f(w) − f(−u): no difference of nearly equal slopes near V = 0.
        let d_level = theta[0] * difference * (window.excess * window.share);
        [
            difference,
            d_level,
            finite(d_level * v),
            finite(d_level * (0.5 * a + 0.5 * b)),
        ]
    }

    fn conductance(theta: &[f64; 4], side: Side, a: Interval, b: Interval) -> Interval {
        let (own, other) = energies_over(theta, side, a, b);
        let arm = own_lever_arm_over(theta, side);
        let g = |x: Interval| x.unimodal(0.0, fermi_slope);
        (g(own) * (Interval::point(1.0) - arm) + g(other) * arm).scaled(theta[0])
    }

    /// With arm > 1 the sum is negative where ln g(own) − ln g(other) > ln(arm/(arm−1)), with arm < 0 where
    /// ln g(other) − ln g(own) > ln((1−arm)/−arm): logarithms keep the sign where g underflows.
    fn sign(theta: &[f64; 4], side: Side, a: Interval, b: Interval) -> Interval {
        let (own, other) = energies_over(theta, side, a, b);
        let arm = own_lever_arm_over(theta, side);
        let ln_g = |x: Interval| x.unimodal(0.0, |x| -x.abs() - 2.0 * (-x.abs()).exp().ln_1p());
        let (steep, flat, beyond) = if arm.mid() > 0.5 {
            (own, other, arm - Interval::point(1.0))
        } else {
            (other, own, -arm)
        };
        // How far the arm is beyond its bound: ln((1+x)/x) falls with x and is beyond all numbers where NDC ends.
        let threshold = beyond.decreasing(|x| if x > 0.0 { (1.0 / x).ln_1p() } else { f64::MAX });
        threshold - (ln_g(steep) - ln_g(flat))
    }

    fn closed_ndc(theta: &[f64; 4], side: Side, _a: Interval, _b: Interval) -> Option<NdcVerdict> {
        (0.0..=1.0)
            .contains(&own_lever_arm(theta, side))
            .then_some(NdcVerdict::Never)
    }

    fn depends_on_difference(&[_, _, _, tracking]: &[f64; 4]) -> bool {
        // Exactly 1: at any other value the current depends on the mean as well.
        tracking.to_bits() == 1.0_f64.to_bits()
    }

    /// Steps of a Fermi function, whose argument moves with a state by its lever arm, and by that less one.
    fn finest_feature(&[_, _, shift, tracking]: &[f64; 4]) -> f64 {
        let arm = 0.5 * tracking.abs() + shift.abs();
        (arm + 1.0).recip()
    }
}
