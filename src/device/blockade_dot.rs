//! A dot that holds at most one of two charge configurations: states 0, 1, 2, where state 2 can be a trap
//! (the standard master-equation picture of passive NDC: Hettler, Schoeller & Wegewijs, Europhys. Lett. 57, 571 (2002)).

use super::numeric::{fermi, finite, ln_fermi};
use super::{Absent, Dimension, Interval, Law, NdcVerdict, ParamRange, ParamSpec, Response, Side};

/// W_i⁺ = in_i·f(ε_i−a) + out_i·f(ε_i−b), W_i⁻ = in_i·(1−f(ε_i−a)) + out_i·(1−f(ε_i−b)),
/// p_0 = 1/(1 + Σ W_i⁺/W_i⁻), p_i = p_0·W_i⁺/W_i⁻, I = Σ_i in_i·[f(ε_i−a)·p_0 − (1−f(ε_i−a))·p_i].
///
/// Evaluated as I = p_0·Σ_i in_i·out_i·[f(ε_i−a) − f(ε_i−b)]/W_i⁻, the same number without cancellation near V = 0.
pub(super) struct BlockadeDot;

/// Energies are taken no further than this from the levels: beyond, every occupation is 0 or 1 to the last bit,
/// and e^{−x} has long underflowed, while larger numbers would lose the rates beside them to rounding.
const FAR: f64 = 1e6;

/// One charge state at a pair of lead states.
#[derive(Clone, Copy)]
struct Channel {
    in_rate: f64,
    out_rate: f64,
    /// f and 1 − f at `from` (`a`) and at `to` (`b`).
    fa: f64,
    fa_bar: f64,
    fb: f64,
    fb_bar: f64,
    /// Share of `from` in W⁺, and in W⁻.
    alpha: f64,
    beta: f64,
    /// ln(W⁺/W⁻).
    ln_ratio: f64,
    /// I_i/p_0.
    flow: f64,
}

impl Channel {
    fn new(level: f64, in_rate: f64, out_rate: f64, a: f64, b: f64) -> Self {
        let u = finite(level - a).clamp(-FAR, FAR);
        let w = finite(level - b).clamp(-FAR, FAR);
        let (ln_in, ln_out) = (in_rate.ln(), out_rate.ln());
        let (up_a, up_b) = (ln_in + ln_fermi(u), ln_out + ln_fermi(w));
        let (down_a, down_b) = (ln_in + ln_fermi(-u), ln_out + ln_fermi(-w));
        let beta = fermi(down_b - down_a);
        let v = w - u;
        let flow = if v >= 0.0 {
            in_rate * fermi(u) * fermi(down_a - down_b) * -(-v).exp_m1()
        } else {
            -out_rate * fermi(w) * beta * -v.exp_m1()
        };
        Self {
            in_rate,
            out_rate,
            fa: fermi(u),
            fa_bar: fermi(-u),
            fb: fermi(w),
            fb_bar: fermi(-w),
            alpha: fermi(up_b - up_a),
            beta,
            ln_ratio: ln_sum(up_a, up_b) - ln_sum(down_a, down_b),
            flow,
        }
    }

    /// in·out/W⁻ times −∂f/∂ε at `from` and at `to`.
    fn edges(&self) -> (f64, f64) {
        (
            self.out_rate * self.fa * self.beta,
            self.in_rate * self.fb * (1.0 - self.beta),
        )
    }
}

/// ln(eˣ + eʸ).
fn ln_sum(x: f64, y: f64) -> f64 {
    let (high, low) = (x.max(y), x.min(y));
    high + (low - high).exp().ln_1p()
}

/// Both charge states and the probabilities (p_0, [p_1, p_2]).
fn solve(
    &[level_1, level_2, in_1, in_2, out_1, out_2]: &[f64; 6],
    a: f64,
    b: f64,
) -> ([Channel; 2], f64, [f64; 2]) {
    let channels = [
        Channel::new(level_1, in_1, out_1, a, b),
        Channel::new(level_2, in_2, out_2, a, b),
    ];
    let top = channels.iter().fold(0.0_f64, |top, c| top.max(c.ln_ratio));
    let weights = channels.map(|c| (c.ln_ratio - top).exp());
    let sum = (-top).exp() + weights[0] + weights[1];
    (
        channels,
        (-top).exp() / sum,
        weights.map(|weight| weight / sum),
    )
}

const fn rate_spec(
    name: &'static str,
    symbol: &'static str,
    meaning: &'static str,
    default: f64,
) -> ParamSpec {
    ParamSpec {
        name,
        symbol,
        meaning,
        dimension: Dimension::Current,
        range: ParamRange::Positive,
        absent: Absent::Required,
        default,
        slider: [1e-4, 10.0],
        trainable: true,
    }
}

const fn level_spec(
    name: &'static str,
    symbol: &'static str,
    meaning: &'static str,
    default: f64,
) -> ParamSpec {
    ParamSpec {
        name,
        symbol,
        meaning,
        dimension: Dimension::State,
        range: ParamRange::Real,
        absent: Absent::Required,
        default,
        slider: [-10.0, 10.0],
        trainable: true,
    }
}

impl Law<6> for BlockadeDot {
    const SPECS: [ParamSpec; 6] = [
        level_spec(
            "level_1",
            "ε₁",
            "energy of the conducting charge state",
            0.0,
        ),
        level_spec("level_2", "ε₂", "energy of the trapping charge state", 4.0),
        rate_spec("in_1", "in₁", "rate between state 1 and `from`", 1.0),
        rate_spec("in_2", "in₂", "rate between state 2 and `from`", 1.0),
        rate_spec("out_1", "out₁", "rate between state 1 and `to`", 1.0),
        rate_spec(
            "out_2",
            "out₂",
            "rate between state 2 and `to`; slow makes a trap in forward direction",
            0.01,
        ),
    ];

    #[inline]
    fn response(theta: &[f64; 6], a: f64, b: f64) -> Response {
        let (channels, p0, p) = solve(theta, a, b);
        let mut out = Response::default();
        // ∂ ln p_0, with d ln(W⁺/W⁻) = α·f̄_a + β·f_a towards `from`, (1−α)·f̄_b + (1−β)·f_b towards `to`.
        let (mut dp_a, mut dp_b) = (0.0, 0.0);
        for (c, p) in channels.iter().zip(p) {
            dp_a -= p * (c.alpha * c.fa_bar + c.beta * c.fa);
            dp_b -= p * ((1.0 - c.alpha) * c.fb_bar + (1.0 - c.beta) * c.fb);
        }
        for c in &channels {
            let (edge_a, edge_b) = c.edges();
            out.current += p0 * c.flow;
            out.d_from += p0 * (c.flow * (dp_a + c.beta * c.fa) + edge_a);
            out.d_to += p0 * (c.flow * (dp_b + (1.0 - c.beta) * c.fb) - edge_b);
        }
        Response {
            current: finite(out.current),
            d_from: finite(out.d_from),
            d_to: finite(out.d_to),
        }
    }

    fn d_params(theta: &[f64; 6], a: f64, b: f64) -> [f64; 6] {
        let (channels, p0, p) = solve(theta, a, b);
        let total: f64 = channels.iter().map(|c| p0 * c.flow).sum();
        let mut out = [0.0; 6];
        for (i, (c, p)) in channels.iter().zip(p).enumerate() {
            let own = p0 * c.flow;
            // Shares of `from` and of `to` in the relative change of W⁻ and of W⁺/W⁻ (the latter moves p_0 by −p_i).
            let down_level = c.beta * c.fa + (1.0 - c.beta) * c.fb;
            let up_level = c.alpha * c.fa_bar + (1.0 - c.alpha) * c.fb_bar;
            let d_flow_level = own * (c.fb - c.fa_bar - down_level);
            out[i] = finite(d_flow_level + total * p * (up_level + down_level));
            out[2 + i] =
                finite((own * (1.0 - c.beta) - total * p * (c.alpha - c.beta)) / c.in_rate);
            out[4 + i] = finite((own * c.beta + total * p * (c.alpha - c.beta)) / c.out_rate);
        }
        out
    }

    fn conductance(theta: &[f64; 6], side: Side, a: Interval, b: Interval) -> Interval {
        let &[level_1, level_2, in_1, in_2, out_1, out_2] = theta;
        let channels = [
            ChannelOver::new(level_1, in_1, out_1, a, b),
            ChannelOver::new(level_2, in_2, out_2, a, b),
        ];
        let one = Interval::point(1.0);
        // p_0 falls and each ratio rises with both states; p_i = r_i/(1 + r_1 + r_2).
        let [r1, r2] = channels.map(|c| c.ratio);
        let p0 = (one + r1 + r2).decreasing(|d| 1.0 / d);
        let share = |own: Interval, other: Interval| {
            let part = |own: f64, other: f64| {
                if own.is_infinite() {
                    1.0
                } else {
                    own / (1.0 + own + other)
                }
            };
            Interval::new(part(own.lo, other.hi), part(own.hi, other.lo)).scaled(1.0)
        };
        let p = [share(r1, r2), share(r2, r1)];
        let mut dp = Interval::point(0.0);
        for (c, p) in channels.iter().zip(p) {
            let (up, down) = c.log_slopes(side);
            dp = dp - p * (up + down);
        }
        let mut sum = Interval::point(0.0);
        for c in &channels {
            let (_, down) = c.log_slopes(side);
            let flow = match side {
                Side::From => c.flow,
                Side::To => -c.flow,
            };
            sum = sum + flow * (dp + down) + c.edge(side);
        }
        p0 * sum
    }

    fn closed_ndc(theta: &[f64; 6], _side: Side, a: Interval, b: Interval) -> Option<NdcVerdict> {
        let &[level_1, level_2, ..] = theta;
        // Beyond ±700 from a level occupations underflow, and a sign computed from them would prove nothing.
        let within = |level: f64| {
            [a.lo, a.hi, b.lo, b.hi]
                .iter()
                .all(|x| (x - level).abs() < 700.0)
        };
        (!within(level_1) || !within(level_2)).then_some(NdcVerdict::Unknown)
    }

    fn depends_on_difference(_theta: &[f64; 6]) -> bool {
        false
    }
}

/// Enclosures of a charge state's quantities over a rectangle of lead states, each from its monotonicity in a and b.
#[derive(Clone, Copy)]
struct ChannelOver {
    fa: Interval,
    fa_bar: Interval,
    fb: Interval,
    fb_bar: Interval,
    /// (α, 1−α), (β, 1−β), each evaluated directly.
    alpha: [Interval; 2],
    beta: [Interval; 2],
    ratio: Interval,
    flow: Interval,
    in_rate: f64,
    out_rate: f64,
}

impl ChannelOver {
    fn new(level: f64, in_rate: f64, out_rate: f64, a: Interval, b: Interval) -> Self {
        let at = |a: f64, b: f64| Channel::new(level, in_rate, out_rate, a, b);
        let (u, w) = (Interval::point(level) - a, Interval::point(level) - b);
        let logit = (out_rate / in_rate).ln();
        // α = 1/(1 + (out/in)·f(w)/f(u)) rises with a and falls with b; β the other way round.
        let ln_f = |x: Interval| x.decreasing(ln_fermi);
        let alpha_arg = Interval::point(logit).increasing(|x| x) + ln_f(w) - ln_f(u);
        let beta_arg = Interval::point(logit).increasing(|x| x) + ln_f(-w) - ln_f(-u);
        let pair = |x: Interval| [x.decreasing(fermi), x.increasing(|x| fermi(-x))];
        let (alpha, beta) = (pair(alpha_arg), pair(beta_arg));
        let (fa, fb) = (u.decreasing(fermi), w.decreasing(fermi));
        let v = a - b;
        let fraction = |v: Interval| v.increasing(|v| -(-v).exp_m1());
        let flow = if v.hi <= 0.0 {
            -(fb * beta[0] * fraction(-v)).scaled(out_rate)
        } else {
            (fa * beta[1] * fraction(v)).scaled(in_rate)
        };
        Self {
            fa,
            fa_bar: u.increasing(|x| fermi(-x)),
            fb,
            fb_bar: w.increasing(|x| fermi(-x)),
            alpha,
            beta,
            ratio: Interval::new(at(a.lo, b.lo).ln_ratio, at(a.hi, b.hi).ln_ratio)
                .scaled(1.0)
                .increasing(f64::exp),
            flow,
            in_rate,
            out_rate,
        }
    }

    /// The relative slopes of W⁺ (rising) and of W⁻ (falling, returned positive) towards a side.
    fn log_slopes(&self, side: Side) -> (Interval, Interval) {
        match side {
            Side::From => (self.alpha[0] * self.fa_bar, self.beta[0] * self.fa),
            Side::To => (self.alpha[1] * self.fb_bar, self.beta[1] * self.fb),
        }
    }

    /// in·out/W⁻ times −∂f/∂ε at a side.
    fn edge(&self, side: Side) -> Interval {
        match side {
            Side::From => (self.fa * self.beta[0]).scaled(self.out_rate),
            Side::To => (self.fb * self.beta[1]).scaled(self.in_rate),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::numeric::fermi_difference;
    use super::*;

    /// The definition, term by term, where it does not lose digits.
    #[test]
    fn agrees_with_the_master_equation() {
        let theta = [0.25, 3.5, 1.4, 0.8, 1.1, 0.05];
        let [e1, e2, in1, in2, out1, out2] = theta;
        for (a, b) in [(3.0, -1.0), (0.2, 4.0), (6.0, 1.0)] {
            let ratio = |e: f64, i: f64, o: f64| {
                (i * fermi(e - a) + o * fermi(e - b))
                    / (i * (1.0 - fermi(e - a)) + o * (1.0 - fermi(e - b)))
            };
            let (r1, r2) = (ratio(e1, in1, out1), ratio(e2, in2, out2));
            let p0 = 1.0 / (1.0 + r1 + r2);
            let part =
                |e: f64, i: f64, r: f64| i * (fermi(e - a) * p0 - (1.0 - fermi(e - a)) * p0 * r);
            let expected = part(e1, in1, r1) + part(e2, in2, r2);
            let got = BlockadeDot::response(&theta, a, b).current;
            assert!((got - expected).abs() < 1e-13, "{got} {expected}");
        }
    }

    #[test]
    fn occupation_differences_match_the_shared_helper() {
        let c = Channel::new(1.0, 0.7, 0.3, 2.0, -1.0);
        let down = 0.7 * c.fa_bar + 0.3 * c.fb_bar;
        let expected = 0.7 * 0.3 / down * fermi_difference(-1.0, 2.0, 3.0);
        assert!((c.flow - expected).abs() < 1e-15);
    }
}
