//! Whether a formula shows negative differential conductance, and on what it depends: never a wrong yes.

use super::super::interval::negative_anywhere;
use super::super::{Interval, NdcVerdict, Side};
use super::CustomLaw;

/// Cells the search for a proof may look at, some milliseconds: a formula can be on any of thousands of edges.
const CELLS: usize = 8_000;

/// Points along each state at which NDC is looked for before a proof of its absence is: where a formula is not defined
/// everywhere the search follows what is undefined, and would pass by what is plain to see.
const LOOKED_AT: usize = 33;

/// `count` evenly spaced points of an interval, both ends included.
fn spread(x: Interval, count: usize) -> impl Iterator<Item = f64> {
    let count = if x.width() > 0.0 { count } else { 1 };
    (0..count).map(move |k| {
        let share = k as f64 / (count - 1).max(1) as f64;
        ((1.0 - share) * x.lo + share * x.hi).clamp(x.lo, x.hi)
    })
}

impl CustomLaw {
    /// The conductance with a lower end below 0 where it could vanish on a whole stretch: a flat stretch proves nothing.
    ///
    /// A formula without kinks is analytic, so its slope vanishes on a stretch only if it does so everywhere.
    fn strict(&self, values: &[f64], side: Side, a: Interval, b: Interval) -> Interval {
        let g = self.conductance_over(values, side, a, b);
        if g.lo >= 0.0 && (g.hi == 0.0 || (self.has_kinks && g.lo == 0.0)) {
            Interval {
                lo: -f64::MIN_POSITIVE,
                hi: g.hi,
            }
        } else {
            g
        }
    }

    pub(in super::super) fn is_free_of_ndc(
        &self,
        values: &[f64],
        side: Side,
        a: Interval,
        b: Interval,
    ) -> bool {
        self.strict(values, side, a, b).lo >= 0.0
    }

    pub(in super::super) fn ndc_over(
        &self,
        values: &[f64],
        side: Side,
        a: Interval,
        b: Interval,
    ) -> NdcVerdict {
        if self.is_free_of_ndc(values, side, a, b) {
            return NdcVerdict::Never;
        }
        let is_witness = |a: f64, b: f64| {
            let at = self.conductance_over(values, side, Interval::point(a), Interval::point(b));
            at.hi < 0.0
        };
        let slope = |a: f64, b: f64| {
            let response = self.response(values, a, b);
            match side {
                Side::From => response.d_from,
                Side::To => -response.d_to,
            }
        };
        for at_b in spread(b, LOOKED_AT) {
            for at_a in spread(a, LOOKED_AT) {
                if slope(at_a, at_b) < 0.0 && is_witness(at_a, at_b) {
                    return NdcVerdict::At(at_a, at_b);
                }
            }
        }
        if !self.depends_on_difference(values) {
            return negative_anywhere(a, b, CELLS, |a, b| self.strict(values, side, a, b));
        }
        // A function of a − b is searched along one line instead of a rectangle.
        let v = a - b;
        let rest = Interval::point(0.0);
        match negative_anywhere(v, rest, CELLS, |v, rest| self.strict(values, side, v, rest)) {
            NdcVerdict::At(v, _) => {
                // Any pair of states in the rectangle with that difference will do.
                let at_b = (a.lo - v).clamp(b.lo, b.hi);
                let at_a = (at_b + v).clamp(a.lo, a.hi);
                if is_witness(at_a, at_b) {
                    NdcVerdict::At(at_a, at_b)
                } else {
                    NdcVerdict::Unknown
                }
            }
            verdict => verdict,
        }
    }

    pub(in super::super) fn asymmetry_over(
        &self,
        values: &[f64],
        a: Interval,
        b: Interval,
    ) -> Option<(f64, f64)> {
        /// Points along each state: dependence on more than a − b shows nearly everywhere if it shows at all.
        const POINTS: usize = 9;
        if self.depends_on_difference(values) {
            return None;
        }
        spread(b, POINTS)
            .flat_map(|at_b| spread(a, POINTS).map(move |at_a| (at_a, at_b)))
            .find(|&(a, b)| {
                let [_, d_from, d_to] =
                    self.enclose(values, Interval::point(a), Interval::point(b));
                let sum = d_from.range() + d_to.range();
                sum.lo > 0.0 || sum.hi < 0.0
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(text: &str, values: &[f64], side: Side, range: [f64; 2]) -> NdcVerdict {
        let whole = Interval::new(range[0], range[1]);
        CustomLaw::new(text)
            .unwrap()
            .ndc_over(values, side, whole, whole)
    }

    #[test]
    fn verdicts_are_never_a_wrong_yes() {
        for side in [Side::From, Side::To] {
            let at = |text: &str| verdict(text, &[], side, [-5.0, 5.0]);
            for rising in [
                "a - b",
                "tanh(a-b)",
                "(a-b)^3 + (a-b)",
                "sinh(a - b)",
                "(a-b)^3",
                "expm1(a-b)",
            ] {
                assert_eq!(at(rising), NdcVerdict::Never, "{rising}");
            }
            for falling in [
                "b - a",
                "(a-b)*exp(-(a-b)^2)",
                "(a-b)*(1 - abs(a-b)/9)",
                "sin(a-b)",
            ] {
                assert!(matches!(at(falling), NdcVerdict::At(..)), "{falling}");
            }
            // Flat stretches, and formulas without a value somewhere.
            for open in [
                "max(a - b, 0)",
                "0*(a-b)",
                "1",
                "max(min(a-b, 1), -1)",
                "sqrt(a-b)",
                "ln(a-b)",
            ] {
                assert_eq!(at(open), NdcVerdict::Unknown, "{open}");
            }
        }
    }

    #[test]
    fn what_is_undefined_does_not_hide_what_is_plain() {
        let at = verdict("1/(a - b)", &[], Side::From, [-5.0, 5.0]);
        assert!(matches!(at, NdcVerdict::At(..)), "{at:?}");
    }

    #[test]
    fn witnesses_are_in_the_rectangle_and_negative() {
        let law = CustomLaw::new("(a-b)*exp(-(a-b)^2/2)").unwrap();
        // NDC starts at |a − b| = 1, which this rectangle just reaches.
        let (a, b) = (Interval::new(0.4, 1.0), Interval::new(-0.01, 0.2));
        match law.ndc_over(&[], Side::From, a, b) {
            NdcVerdict::At(at_a, at_b) => {
                assert!(a.contains(at_a) && b.contains(at_b));
                assert!(law.response(&[], at_a, at_b).d_from < 0.0);
            }
            other => panic!("{other:?}"),
        }
        let short = Interval::new(0.4, 0.98);
        assert_eq!(law.ndc_over(&[], Side::From, short, b), NdcVerdict::Never);
    }
}
