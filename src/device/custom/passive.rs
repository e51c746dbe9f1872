//! A proof that a formula is passive, I·A ≥ 0: only then can no state leave the box that certificates consider.

use super::super::Interval;
use super::CustomLaw;

/// Cells the proof may look at: some milliseconds, as for the absence of NDC.
const CELLS: usize = 8_000;

impl CustomLaw {
    /// Whether I ≥ 0 where a ≥ b and I ≤ 0 where a ≤ b is proved over the rectangle. `false` says nothing.
    ///
    /// Away from a = b enclosures of the current decide; next to it, where they cannot, the slope does: with I = 0 at
    /// a = b and ∂I/∂a ≥ 0 on the way from b to a, I has the sign of a − b.
    pub(in super::super) fn is_passive_over(
        &self,
        values: &[f64],
        a: Interval,
        b: Interval,
    ) -> bool {
        let k_eq = self.specs.iter().position(|spec| spec.name == "k_eq");
        if k_eq.is_some_and(|p| values[p] - 1.0 != 0.0) {
            // The force then vanishes elsewhere.
            return false;
        }
        let (a, b) = if self.depends_on_difference(values) {
            (a - b, Interval::point(0.0))
        } else {
            (a, b)
        };
        let mut cells = vec![(a, b)];
        for _ in 0..CELLS {
            let Some((a, b)) = cells.pop() else {
                return true;
            };
            if self.has_right_sign(values, a, b) {
                continue;
            }
            let (at_a, at_b) = (a.mid(), b.mid());
            let current = self.response(values, at_a, at_b).current;
            if current * (at_a - at_b) < 0.0 || !current.is_finite() {
                return false;
            }
            let is_wider = a.width() >= b.width();
            let longer = if is_wider { a } else { b };
            // Nothing lies between two neighbours.
            if !(longer.lo < longer.mid() && longer.mid() < longer.hi) {
                return false;
            }
            for half in longer.halves() {
                cells.push(if is_wider { (half, b) } else { (a, half) });
            }
        }
        false
    }

    fn has_right_sign(&self, values: &[f64], a: Interval, b: Interval) -> bool {
        let [current, ..] = self.enclose(values, a, b);
        let current = current.range();
        if (a.lo >= b.hi && current.lo >= 0.0) || (a.hi <= b.lo && current.hi <= 0.0) {
            return true;
        }
        self.rests && {
            let [current, slope, _] = self.enclose(values, a.hull(b), b);
            slope.where_defined(&current).lo >= 0.0
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_passive(text: &str, values: &[f64], range: [f64; 2]) -> bool {
        let whole = Interval::new(range[0], range[1]);
        CustomLaw::new(text)
            .unwrap()
            .is_passive_over(values, whole, whole)
    }

    #[test]
    fn laws_of_devices_are_proved_passive() {
        for (text, values) in [
            ("g*(a - b)", &[2.0][..]),
            ("s*(exp((a-b)/n) - 1)", &[0.1, 2.0]),
            (
                "sinh((a-b)/2)/(cosh((a-b)/2) + cosh(l + k*(a-b)))",
                &[-2.0, 1.0],
            ),
            ("g*(a-b)*exp(-((a-b)/w)^2)", &[1.0, 1.5]),
            ("fermi(l - a) - fermi(l - b)", &[-1.0]),
            ("a^3 - b^3", &[]),
        ] {
            assert!(is_passive(text, values, [-4.0, 4.0]), "{text}");
        }
        let enzyme = "v/k*(a - b/k_eq)/(1 + a/k + b/p + a^2/(k*i))";
        assert!(is_passive(enzyme, &[1.0, 0.7, 1.0, 2.0, 0.5], [0.01, 10.0]));
        assert!(!is_passive(
            enzyme,
            &[1.0, 0.7, 3.0, 2.0, 0.5],
            [0.01, 10.0]
        ));
    }

    #[test]
    fn pumps_and_gaps_are_not() {
        for text in [
            "b - a",
            "a - b + 0.1",
            "a - b + 1e-12",
            "1/(a - b)",
            "ln(1 + a - b)",
            "sin(a - b)",
        ] {
            assert!(!is_passive(text, &[], [-4.0, 4.0]), "{text}");
        }
    }
}
