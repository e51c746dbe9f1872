//! The scales of sliders: which value stands where, rounded to what a hand can aim at.

use crate::device::{ParamRange, ParamSpec};

/// How values are spread along a slider.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Scale {
    ends: [f64; 2],
    spread: Spread,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Spread {
    /// Evenly.
    Linear,
    /// Each factor the same width; both ends are positive.
    Logarithmic,
    /// As the square of the position: fine near the lower end.
    Square,
}

/// Ends of scales: so that neither their difference nor their ratio is beyond all numbers.
const FURTHEST: f64 = 1e150;

impl Scale {
    /// An even scale; ends that are equal or not finite become an interval around them.
    pub(crate) fn linear(lo: f64, hi: f64) -> Self {
        let (lo, hi) = if lo.is_finite() && hi.is_finite() {
            (lo.max(-FURTHEST), hi.min(FURTHEST))
        } else {
            (0.0, 1.0)
        };
        let hi = if hi - lo > 0.0 {
            hi
        } else {
            lo + lo.abs().max(1.0)
        };
        Self {
            ends: [lo, hi],
            spread: Spread::Linear,
        }
    }

    /// A logarithmic scale; ends that are not positive are replaced.
    pub(crate) fn logarithmic(lo: f64, hi: f64) -> Self {
        let lo = if lo > 0.0 && lo.is_finite() {
            lo.clamp(1.0 / FURTHEST, FURTHEST)
        } else {
            1e-3
        };
        let hi = if hi > lo && hi.is_finite() {
            hi.min(1e3 * FURTHEST)
        } else {
            lo * 1e3
        };
        Self {
            ends: [lo, hi],
            spread: Spread::Logarithmic,
        }
    }

    /// The scale a parameter's description asks for.
    pub(crate) fn of(spec: &ParamSpec) -> Self {
        let [lo, hi] = spec.slider;
        match spec.range {
            ParamRange::Positive => Self::logarithmic(lo, hi),
            ParamRange::NonNegative => Self {
                spread: Spread::Square,
                ..Self::linear(0.0, hi)
            },
            ParamRange::Real => Self::linear(lo, hi),
        }
    }

    /// The same spread between other ends; ends that it cannot have change nothing.
    pub(crate) fn with_ends(self, [lo, hi]: [f64; 2]) -> Self {
        let is_fit = lo.abs() <= FURTHEST && hi.abs() <= FURTHEST && lo < hi;
        if !is_fit || (self.spread == Spread::Logarithmic && lo <= 0.0) {
            return self;
        }
        Self {
            ends: [lo, hi],
            ..self
        }
    }

    /// Lowest and highest value.
    pub(crate) fn ends(&self) -> [f64; 2] {
        self.ends
    }

    /// The position of a value, 0 to 1; values beyond the ends sit at them.
    pub(crate) fn unit(&self, value: f64) -> f64 {
        let [lo, hi] = self.ends;
        if !value.is_finite() {
            return if value > 0.0 { 1.0 } else { 0.0 };
        }
        let unit = match self.spread {
            Spread::Linear => (value - lo) / (hi - lo),
            Spread::Logarithmic if value <= lo => 0.0,
            Spread::Logarithmic => (value / lo).ln() / (hi / lo).ln(),
            Spread::Square => ((value - lo) / (hi - lo)).max(0.0).sqrt(),
        };
        unit.clamp(0.0, 1.0)
    }

    /// The value at a position, rounded to what a hand can aim at; `fine` keeps one digit more.
    pub(crate) fn value(&self, unit: f64, fine: bool) -> f64 {
        let [lo, hi] = self.ends;
        let unit = if unit.is_finite() {
            unit.clamp(0.0, 1.0)
        } else {
            0.0
        };
        let value = match self.spread {
            Spread::Linear => lo + unit * (hi - lo),
            Spread::Logarithmic => lo * (hi / lo).powf(unit),
            Spread::Square => lo + (hi - lo) * unit * unit,
        };
        // A slider is some 200 points long: a resolution of a few thousandths loses nothing.
        let step = match self.spread {
            Spread::Logarithmic => 10_f64.powf(value.log10().floor() - 2.0),
            Spread::Linear | Spread::Square => 10_f64.powf((hi - lo).log10().floor() - 2.0),
        } * if fine { 0.1 } else { 1.0 };
        let rounded = (value / step).round() * step;
        // Multiplying back leaves digits like 0.30000000000000004; print and read once to drop them.
        let rounded = format!("{rounded:.*}", decimals_of(step))
            .parse()
            .unwrap_or(rounded);
        rounded.clamp(lo, hi)
    }
}

fn decimals_of(step: f64) -> usize {
    // Twelve decimals are beyond any slider; more would only print noise.
    (-step.log10().floor()).clamp(0.0, 12.0) as usize
}

#[cfg(test)]
mod tests {
    use super::Scale;
    use crate::device::Kind;

    #[test]
    fn every_slider_position_is_a_legal_value() {
        for kind in Kind::ALL {
            for spec in kind.specs() {
                let scale = Scale::of(spec);
                for k in -2..=1002 {
                    let value = scale.value(f64::from(k) / 1000.0, k % 2 == 0);
                    assert!(spec.range.contains(value), "{kind} {} {value}", spec.name);
                }
                assert!(spec.range.contains(scale.value(f64::NAN, false)));
            }
        }
    }

    #[test]
    fn positions_and_values_agree() {
        for kind in Kind::ALL {
            for spec in kind.specs() {
                let scale = Scale::of(spec);
                for k in 0..=20 {
                    let unit = f64::from(k) / 20.0;
                    let back = scale.unit(scale.value(unit, true));
                    assert!((back - unit).abs() < 0.02, "{kind} {} {unit}", spec.name);
                }
                for odd in [
                    f64::NAN,
                    f64::INFINITY,
                    f64::NEG_INFINITY,
                    0.0,
                    -1e300,
                    1e300,
                ] {
                    assert!((0.0..=1.0).contains(&scale.unit(odd)));
                }
            }
        }
    }

    #[test]
    fn degenerate_scales_still_work() {
        for scale in [
            Scale::linear(2.0, 2.0),
            Scale::linear(f64::NAN, 1.0),
            Scale::logarithmic(0.0, -1.0),
            // A network may hold numbers of any size: they sit at the ends.
            Scale::linear(-f64::MAX, f64::MAX),
            Scale::logarithmic(f64::MIN_POSITIVE, f64::MAX),
            Scale::logarithmic(1e300, f64::MAX),
            Scale::linear(0.0, 1.0).with_ends([-f64::MAX, f64::MAX]),
        ] {
            assert!(scale.value(0.5, false).is_finite());
            assert!(scale.unit(2.0).is_finite() && scale.unit(f64::MAX).is_finite());
            assert!(scale.ends()[0] < scale.ends()[1]);
        }
    }
}
