//! What a formula does that no device can: current at rest, current against its force, no value at all.

use std::fmt;

use super::super::{Interval, Platform};
use super::CustomLaw;

/// A way in which a formula fails as the law of a device, and where.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Flaw {
    /// It has no finite value.
    Undefined {
        /// State of `from`.
        a: f64,
        /// State of `to`.
        b: f64,
    },
    /// It carries a current where no force drives one.
    Unrest {
        /// State of `from`.
        a: f64,
        /// State of `to`.
        b: f64,
        /// The current.
        current: f64,
    },
    /// Its current runs against its force: I·A < 0.
    Uphill {
        /// State of `from`.
        a: f64,
        /// State of `to`.
        b: f64,
        /// The current.
        current: f64,
    },
}

impl Flaw {
    /// What it breaks, in a few words for a badge.
    #[must_use]
    pub fn title(&self) -> &'static str {
        match self {
            Self::Undefined { .. } => "no value in places",
            Self::Unrest { .. } => "current at rest",
            Self::Uphill { .. } => "breaks the second law",
        }
    }
}

/// A number for a sentence.
struct Short(f64);

impl fmt::Display for Short {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(x) = *self;
        if x != 0.0 && !(1e-3..1e5).contains(&x.abs()) {
            write!(f, "{x:.3e}")
        } else {
            // Four decimals, without the zeros at the end.
            write!(f, "{}", (x * 1e4).round() / 1e4)
        }
    }
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Undefined { a, b } => {
                write!(f, "no finite value at a = {}, b = {}", Short(a), Short(b))
            }
            Self::Unrest { a, b, current } => write!(
                f,
                "current {} at a = {}, b = {}, where no force drives it",
                Short(current),
                Short(a),
                Short(b)
            ),
            Self::Uphill { a, b, current } => write!(
                f,
                "current {} against its force at a = {}, b = {}, which the second law forbids",
                Short(current),
                Short(a),
                Short(b)
            ),
        }
    }
}

/// Points along each state: a flaw narrower than a sixtieth of the range is not seen. Some milliseconds in all.
const POINTS: usize = 61;

/// Points of an interval: in equal steps, or in equal ratios where it spans more than a decade of concentrations.
fn spread(x: Interval, platform: Platform) -> Vec<f64> {
    if x.width() <= 0.0 {
        return vec![x.lo];
    }
    let is_wide = platform == Platform::Chemical && x.lo > 0.0 && x.hi > 10.0 * x.lo;
    (0..POINTS)
        .map(|k| {
            let share = k as f64 / (POINTS - 1) as f64;
            let point = if is_wide {
                x.lo.powf(1.0 - share) * x.hi.powf(share)
            } else {
                (1.0 - share) * x.lo + share * x.hi
            };
            point.clamp(x.lo, x.hi)
        })
        .collect()
}

impl CustomLaw {
    /// How the law with these values fails over the rectangle `a` × `b`, as far as points of a grid show: at most one flaw
    /// of each sort, at its worst point. Each is certain: enclosures leave no room for rounding.
    pub(in super::super) fn flaws(
        &self,
        values: &[f64],
        platform: Platform,
        a: Interval,
        b: Interval,
    ) -> Vec<Flaw> {
        let k_eq = self
            .specs
            .iter()
            .position(|spec| spec.name == "k_eq")
            .map_or(1.0, |p| values[p]);
        let rows = spread(a, platform);
        let columns = spread(b, platform);
        let mut undefined = None;
        let mut unrest: Option<(f64, Flaw)> = None;
        let mut uphill: Option<(f64, Flaw)> = None;
        for &a in &rows {
            let at_rest = match platform {
                Platform::Electronic => Interval::point(a),
                Platform::Chemical => Interval::point(k_eq) * Interval::point(a),
            };
            if at_rest.lo >= b.lo && at_rest.hi <= b.hi {
                let [current, ..] = self.enclose(values, Interval::point(a), at_rest);
                let range = current.range();
                let size = range.lo.max(-range.hi);
                if size > 0.0 && unrest.is_none_or(|(worst, _)| size > worst) {
                    let b = at_rest.mid();
                    let current = range.mid();
                    unrest = Some((size, Flaw::Unrest { a, b, current }));
                }
                if undefined.is_none() && !self.is_finite(values, a, at_rest.mid()) {
                    let b = at_rest.mid();
                    undefined = Some(Flaw::Undefined { a, b });
                }
            }
            for &b in &columns {
                if !self.is_finite(values, a, b) {
                    undefined = undefined.or(Some(Flaw::Undefined { a, b }));
                    continue;
                }
                let force = platform.force(a, b, k_eq);
                let current = self.response(values, a, b).current;
                let against = -current * force.signum();
                if against > 0.0 && uphill.is_none_or(|(worst, _)| against > worst) {
                    let [range, ..] = self.enclose(values, Interval::point(a), Interval::point(b));
                    let range = range.range();
                    // A force of a few units in the last place has no certain sign.
                    let is_certain = force.abs() > 1e-12 * (1.0 + a.abs().max(b.abs()));
                    if is_certain && (range.hi < 0.0 || range.lo > 0.0) {
                        uphill = Some((against, Flaw::Uphill { a, b, current }));
                    }
                }
            }
        }
        let found = [
            undefined,
            unrest.map(|(_, flaw)| flaw),
            uphill.map(|(_, flaw)| flaw),
        ];
        found.into_iter().flatten().collect()
    }

    fn is_finite(&self, values: &[f64], a: f64, b: f64) -> bool {
        let response = self.response(values, a, b);
        response.current.is_finite() && response.d_from.is_finite() && response.d_to.is_finite()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn titles(text: &str, values: &[f64], platform: Platform) -> Vec<&'static str> {
        let range = match platform {
            Platform::Electronic => Interval::new(-4.0, 4.0),
            Platform::Chemical => Interval::new(0.01, 10.0),
        };
        let law = CustomLaw::new(text).unwrap();
        law.flaws(values, platform, range, range)
            .iter()
            .map(Flaw::title)
            .collect()
    }

    #[test]
    fn laws_of_devices_have_no_flaws() {
        let electronic = |text, values| titles(text, values, Platform::Electronic);
        assert!(electronic("g*(a - b)", &[1.0]).is_empty());
        assert!(electronic("s*(exp((a-b)/n) - 1)", &[0.1, 2.0]).is_empty());
        assert!(
            electronic(
                "sinh((a-b)/2)/(cosh((a-b)/2) + cosh(l + k*(a-b)))",
                &[-2.0, 1.0]
            )
            .is_empty()
        );
        let enzyme = "v/k*(a - b/k_eq)/(1 + a/k + b/p + a^2/(k*i))";
        assert!(titles(enzyme, &[1.0, 0.7, 3.0, 2.0, 0.5], Platform::Chemical).is_empty());
    }

    #[test]
    fn flaws_are_found() {
        let electronic = |text| titles(text, &[], Platform::Electronic);
        assert_eq!(electronic("b - a"), ["breaks the second law"]);
        assert_eq!(
            electronic("a - b + 0.3"),
            ["current at rest", "breaks the second law"]
        );
        assert_eq!(electronic("1/(a - b)"), ["no value in places"]);
        assert_eq!(
            electronic("1/(a + b + 0.05)"),
            ["current at rest", "breaks the second law"]
        );
        assert_eq!(electronic("ln(a - b)")[0], "no value in places");
    }

    #[test]
    fn a_flaw_says_where() {
        let law = CustomLaw::new("a - b + 0.25").unwrap();
        let range = Interval::new(0.0, 2.0);
        let flaws = law.flaws(&[], Platform::Electronic, range, range);
        let text = flaws[0].to_string();
        assert!(
            text.starts_with("current 0.25 at a = ") && text.contains("no force"),
            "{text}"
        );
    }
}
