//! A dot that holds at most one of two charge configurations: states 0, 1, 2, where state 2 can be a trap
//! (the standard master-equation picture of passive NDC: Hettler, Schoeller & Wegewijs, Europhys. Lett. 57, 571 (2002)).

use super::numeric::{Occupation, exp, exp_m1, fermi, finite, ln_fermi};
use super::{Absent, Dimension, Interval, Law, NdcVerdict, ParamRange, ParamSpec, Response, Side};

/// W_i⁺ = in_i·f(ε_i−a) + out_i·f(ε_i−b), W_i⁻ = in_i·(1−f(ε_i−a)) + out_i·(1−f(ε_i−b)),
/// p_0 = 1/(1 + Σ W_i⁺/W_i⁻), p_i = p_0·W_i⁺/W_i⁻, I = Σ_i in_i·[f(ε_i−a)·p_0 − (1−f(ε_i−a))·p_i].
///
/// Evaluated as I = p_0·Σ_i in_i·out_i·[f(ε_i−a) − f(ε_i−b)]/W_i⁻, the same number without cancellation near V = 0.
pub(super) struct BlockadeDot;

/// Energies are taken no further than this from the levels: beyond, every occupation is 0 or 1 to the last bit,
/// and e^{−x} has long underflowed, while larger numbers would lose the rates beside them to rounding.
const FAR: f64 = 1e6;

/// One charge state at a pair of lead states. A bar marks 1 − the number, computed directly.
#[derive(Clone, Copy)]
struct Channel {
    in_rate: f64,
    out_rate: f64,
    /// f at `from` (`a`) and at `to` (`b`).
    fa: f64,
    fa_bar: f64,
    fb: f64,
    fb_bar: f64,
    /// Share of `from` in W⁺, and in W⁻.
    alpha: f64,
    alpha_bar: f64,
    beta: f64,
    beta_bar: f64,
    /// ln(W⁺/W⁻).
    ln_ratio: f64,
    /// a − b, and I_i/p_0.
    v: f64,
    flow: f64,
}

impl Channel {
    fn new(level: f64, in_rate: f64, out_rate: f64, a: f64, b: f64) -> Self {
        let u = finite(level - a).clamp(-FAR, FAR);
        let w = finite(level - b).clamp(-FAR, FAR);
        // Not w − u: where a and b nearly agree, the current must not be lost in the rounding of the energies.
        let v = finite(a - b);
        let ln_odds = in_rate.ln() - out_rate.ln();
        let ln_up = ln_odds + (ln_fermi(u) - ln_fermi(w));
        let ln_down = ln_odds + (ln_fermi(-u) - ln_fermi(-w));
        let (at_a, at_b) = (Occupation::at(u), Occupation::at(w));
        let (up, down) = (Occupation::at(ln_up), Occupation::at(ln_down));
        let (beta, beta_bar) = (down.empty, down.filled);
        let imbalance = -exp_m1(-v.abs());
        let flow = if v >= 0.0 {
            in_rate * at_a.filled * beta_bar * imbalance
        } else {
            -out_rate * at_b.filled * beta * imbalance
        };
        Self {
            in_rate,
            out_rate,
            fa: at_a.filled,
            fa_bar: at_a.empty,
            fb: at_b.filled,
            fb_bar: at_b.empty,
            alpha: up.empty,
            alpha_bar: up.filled,
            beta,
            beta_bar,
            // W⁺/W⁻ with f(w) and 1 − f(w) taken out.
            ln_ratio: -w + ln_weighted(ln_up) - ln_weighted(ln_down),
            v,
            flow,
        }
    }

    /// The relative slopes of W⁺ (rising) plus W⁻ (falling) towards `from` and towards `to`: what empties p_0.
    fn filling(&self) -> (f64, f64) {
        (
            self.alpha * self.fa_bar + self.beta * self.fa,
            self.alpha_bar * self.fb_bar + self.beta_bar * self.fb,
        )
    }

    /// The slopes of I_i/p_0, towards `from` and towards `to`, less what its own filling `p` does to p_0; `rest` is
    /// 1 − p. The lower potential has only terms of one sign, and they are added as such.
    fn slopes(&self, p: f64, rest: f64) -> (f64, f64) {
        let decay = exp(-self.v.abs());
        let edge_a = self.out_rate * self.fa * self.beta;
        let edge_b = self.in_rate * self.fb * self.beta_bar;
        if self.v >= 0.0 {
            let open = self.fa_bar + self.fa * (self.beta + self.beta_bar * decay);
            (
                edge_a + self.flow * (self.beta * self.fa * rest - p * self.alpha * self.fa_bar),
                -edge_b * (p + rest * open) - self.flow * p * self.alpha_bar * self.fb_bar,
            )
        } else {
            let open = self.fb_bar + self.fb * (self.beta_bar + self.beta * decay);
            (
                edge_a * (p + rest * open) - self.flow * p * self.alpha * self.fa_bar,
                -edge_b
                    + self.flow
                        * (self.beta_bar * self.fb * rest - p * self.alpha_bar * self.fb_bar),
            )
        }
    }
}

/// ln(1 + eˣ).
fn ln_weighted(x: f64) -> f64 {
    -ln_fermi(x)
}

/// Whether `side` is at the lower potential all over a rectangle; there every term of the own-side conductance is
/// positive (see [`Channel::slopes`]).
fn is_lower(side: Side, a: Interval, b: Interval) -> bool {
    match side {
        Side::From => a.hi <= b.lo,
        Side::To => b.hi <= a.lo,
    }
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
    let weights = channels.map(|c| exp(c.ln_ratio - top));
    let sum = exp(-top) + weights[0] + weights[1];
    (
        channels,
        exp(-top) / sum,
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
        dimension: Dimension::Rate,
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
        rate_spec("in_1", "i₁", "rate between state 1 and `from`", 1.0),
        rate_spec("in_2", "i₂", "rate between state 2 and `from`", 1.0),
        rate_spec("out_1", "o₁", "rate between state 1 and `to`", 1.0),
        rate_spec(
            "out_2",
            "o₂",
            "rate between state 2 and `to`; slow makes a trap in forward direction",
            0.01,
        ),
    ];

    #[inline]
    fn response(theta: &[f64; 6], a: f64, b: f64) -> Response {
        let (channels, p0, p) = solve(theta, a, b);
        let mut out = Response::default();
        for (i, c) in channels.iter().enumerate() {
            let (own, other) = (p[i], p[1 - i]);
            let (filling_a, filling_b) = channels[1 - i].filling();
            let (slope_a, slope_b) = c.slopes(own, p0 + other);
            out.current += p0 * c.flow;
            out.d_from += p0 * (slope_a - c.flow * other * filling_a);
            out.d_to += p0 * (slope_b - c.flow * other * filling_b);
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
            let down_level = c.beta * c.fa + c.beta_bar * c.fb;
            let up_level = c.alpha * c.fa_bar + c.alpha_bar * c.fb_bar;
            let d_flow_level = own * (c.fb - c.fa_bar - down_level);
            out[i] = finite(d_flow_level + total * p * (up_level + down_level));
            out[2 + i] = finite((own * c.beta_bar - total * p * (c.alpha - c.beta)) / c.in_rate);
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
        let whole = p0 * sum;
        if is_lower(side, a, b) {
            Interval {
                lo: whole.lo.max(0.0),
                ..whole
            }
        } else {
            whole
        }
    }

    fn closed_ndc(theta: &[f64; 6], side: Side, a: Interval, b: Interval) -> Option<NdcVerdict> {
        let &[level_1, level_2, ..] = theta;
        if is_lower(side, a, b) {
            return Some(NdcVerdict::Never);
        }
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
        let (u, w) = (Interval::point(level) - a, Interval::point(level) - b);
        let ln = |x: f64| Interval::point(x).increasing(f64::ln);
        let ln_odds = ln(in_rate) - ln(out_rate);
        // α = 1/(1 + (out/in)·f(w)/f(u)) rises with a and falls with b; β the other way round.
        let ln_f = |x: Interval| x.decreasing(ln_fermi);
        let ln_up = |u: Interval, w: Interval| ln_odds + (ln_f(u) - ln_f(w));
        let ln_down = |u: Interval, w: Interval| ln_odds + (ln_f(-u) - ln_f(-w));
        let pair = |x: Interval| [x.increasing(|x| fermi(-x)), x.decreasing(fermi)];
        let (alpha, beta) = (pair(ln_up(u, w)), pair(ln_down(u, w)));
        // W⁺/W⁻ rises with a and with b, so two corners enclose it; each with its rounding.
        let ln_ratio = |a: f64, b: f64| {
            let level = Interval::point(level);
            let (u, w) = (level - Interval::point(a), level - Interval::point(b));
            let weighted = |x: Interval| x.increasing(ln_weighted);
            weighted(ln_up(u, w)) - weighted(ln_down(u, w)) - w
        };
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
            ratio: ln_ratio(a.lo, b.lo)
                .hull(ln_ratio(a.hi, b.hi))
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

    /// At equal states the slopes balance however unequal the rates, and a force too small to move the energies
    /// still drives its current.
    #[test]
    fn nothing_is_lost_near_equilibrium() {
        let theta = [2.0, 7.0, 9.0, 1e-4, 1e-4, 3.0];
        let Response { d_from, d_to, .. } = BlockadeDot::response(&theta, 0.0, 0.0);
        assert!((d_from + d_to).abs() < 1e-15 * d_from);
        let current = BlockadeDot::response(&theta, 1e-30, 0.0).current;
        assert!((current / (1e-30 * d_from) - 1.0).abs() < 1e-14);
    }

    #[test]
    fn occupation_differences_match_the_shared_helper() {
        let c = Channel::new(1.0, 0.7, 0.3, 2.0, -1.0);
        let down = 0.7 * c.fa_bar + 0.3 * c.fb_bar;
        let at = Occupation::at;
        let expected = 0.7 * 0.3 / down * fermi_difference(at(-1.0), at(2.0), 3.0);
        assert!((c.alpha + c.alpha_bar - 1.0).abs() < 1e-15);
        assert!((c.flow - expected).abs() < 1e-15);
    }
}
