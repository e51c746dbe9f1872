//! Interval enclosures of the steps of a formula.

use std::f64::consts::{FRAC_PI_2, TAU};

use super::super::Interval;
use crate::formula::{Function, Scalar};

/// Values a step can have over a rectangle of states.
#[derive(Clone, Copy, Debug)]
pub(super) struct Enclosure {
    range: Interval,
    /// Whether it has a value at every point of the rectangle. Where it has not, the range says nothing.
    is_defined: bool,
}

impl From<Interval> for Enclosure {
    fn from(range: Interval) -> Self {
        Self {
            range,
            is_defined: true,
        }
    }
}

/// Any number.
const ALL: Interval = Interval {
    lo: f64::NEG_INFINITY,
    hi: f64::INFINITY,
};

/// Far above the rounding of a phase below [`LARGEST_PHASE`]: an extremum this near counts as reached.
const NEAR: f64 = 1e-8;

/// Arguments beyond this have too few digits left to tell a phase.
const LARGEST_PHASE: f64 = 1e6;

impl Enclosure {
    /// The values; every number where the step is not defined everywhere.
    pub(super) fn range(&self) -> Interval {
        if self.is_defined { self.range } else { ALL }
    }

    /// The values, where another step is defined too.
    pub(super) fn where_defined(&self, other: &Self) -> Interval {
        self.both(other, self.range).range()
    }

    fn undefined() -> Self {
        Self {
            range: ALL,
            is_defined: false,
        }
    }

    fn with(&self, range: Interval) -> Self {
        Self {
            range,
            is_defined: self.is_defined,
        }
    }

    fn both(&self, y: &Self, range: Interval) -> Self {
        Self {
            range,
            is_defined: self.is_defined && y.is_defined,
        }
    }

    fn is_nonnegative(x: Interval) -> bool {
        x.lo >= 0.0
    }

    fn is_nonpositive(x: Interval) -> bool {
        x.hi <= 0.0
    }
}

/// Products and positive functions that underflow are not zero: the ends are moved by the smallest number, but not beyond
/// a sign that is certain.
fn with_underflow(range: Interval) -> Interval {
    let tiny = |end: f64| end.abs() < f64::MIN_POSITIVE;
    Interval {
        lo: if tiny(range.lo) {
            range.lo - f64::MIN_POSITIVE
        } else {
            range.lo
        },
        hi: if tiny(range.hi) {
            range.hi + f64::MIN_POSITIVE
        } else {
            range.hi
        },
    }
}

/// Of a function that is nowhere negative.
fn nonnegative(range: Interval) -> Interval {
    let range = with_underflow(range);
    Interval {
        lo: range.lo.max(0.0),
        hi: range.hi,
    }
}

fn product(x: Interval, y: Interval) -> Interval {
    let is_zero = |x: Interval| x.lo == 0.0 && x.hi == 0.0;
    if is_zero(x) || is_zero(y) {
        return Interval::point(0.0);
    }
    let product = with_underflow(x * y);
    let (up, down) = (Enclosure::is_nonnegative, Enclosure::is_nonpositive);
    Interval {
        lo: if (up(x) && up(y)) || (down(x) && down(y)) {
            product.lo.max(0.0)
        } else {
            product.lo
        },
        hi: if (up(x) && down(y)) || (down(x) && up(y)) {
            product.hi.min(0.0)
        } else {
            product.hi
        },
    }
}

/// 1/y where y has one sign.
fn reciprocal(y: Interval) -> Interval {
    let inverse = with_underflow(y.decreasing(|y| 1.0 / y));
    Interval {
        lo: if y.lo > 0.0 {
            inverse.lo.max(0.0)
        } else {
            inverse.lo
        },
        hi: if y.hi < 0.0 {
            inverse.hi.min(0.0)
        } else {
            inverse.hi
        },
    }
}

/// |x|.
fn magnitude(x: Interval) -> Interval {
    let far = x.lo.abs().max(x.hi.abs());
    let near = if x.contains(0.0) {
        0.0
    } else {
        x.lo.abs().min(x.hi.abs())
    };
    Interval { lo: near, hi: far }
}

/// sin x shifted by a phase: the image under cos(x − top).
fn wave(x: Interval, top: f64, f: impl Fn(f64) -> f64) -> Interval {
    let whole = Interval { lo: -1.0, hi: 1.0 };
    // Written so that an end that is no number is refused too.
    if !(x.width() < TAU && x.lo.abs().max(x.hi.abs()) < LARGEST_PHASE) {
        return whole;
    }
    let reaches = |extremum: f64| {
        let turns = ((x.lo - extremum - NEAR) / TAU).ceil();
        extremum + turns * TAU <= x.hi + NEAR
    };
    let widened = with_underflow(Interval::new(f(x.lo), f(x.hi)).increasing(|end| end));
    Interval {
        lo: if reaches(top + TAU / 2.0) {
            -1.0
        } else {
            widened.lo.max(-1.0)
        },
        hi: if reaches(top) {
            1.0
        } else {
            widened.hi.min(1.0)
        },
    }
}

/// xⁿ for n ≥ 2.
fn whole_power(x: Interval, n: i32) -> Interval {
    let power = |x: f64| Scalar::powi(&x, n);
    if n % 2 == 0 {
        nonnegative(magnitude(x).increasing(power))
    } else {
        let range = with_underflow(x.increasing(power));
        Interval {
            lo: if x.lo >= 0.0 {
                range.lo.max(0.0)
            } else {
                range.lo
            },
            hi: if x.hi <= 0.0 {
                range.hi.min(0.0)
            } else {
                range.hi
            },
        }
    }
}

impl Scalar for Enclosure {
    fn number(x: f64) -> Self {
        Self::from(Interval::point(x))
    }

    fn neg(&self) -> Self {
        self.with(-self.range)
    }

    fn add(&self, y: &Self) -> Self {
        self.both(y, self.range + y.range)
    }

    fn sub(&self, y: &Self) -> Self {
        self.both(y, self.range - y.range)
    }

    fn mul(&self, y: &Self) -> Self {
        self.both(y, product(self.range, y.range))
    }

    fn div(&self, y: &Self) -> Self {
        if y.range.contains(0.0) {
            Self::undefined()
        } else {
            self.both(y, product(self.range, reciprocal(y.range)))
        }
    }

    fn powi(&self, n: i32) -> Self {
        match n {
            ..=-1 if self.range.contains(0.0) => Self::undefined(),
            -1 => self.with(reciprocal(self.range)),
            ..=-2 => {
                let power = whole_power(self.range, -n);
                // A power that underflows to an interval with 0 has no reciprocal, although it is not 0.
                if power.contains(0.0) {
                    Self::undefined()
                } else {
                    self.with(reciprocal(power))
                }
            }
            0 => Self::number(1.0),
            1 => *self,
            _ => self.with(whole_power(self.range, n)),
        }
    }

    fn pow(&self, y: &Self) -> Self {
        let (x, y_range) = (self.range, y.range);
        #[expect(clippy::cast_possible_truncation, reason = "whole and at most 64")]
        if y_range.width() == 0.0 && y_range.lo.fract() == 0.0 && y_range.lo.abs() <= 64.0 {
            let power = self.powi(y_range.lo as i32);
            return power.both(y, power.range);
        }
        // Monotone in either argument where the base is positive, so the corners are the extremes.
        if x.lo > 0.0 || (x.lo >= 0.0 && y_range.lo > 0.0) {
            let over = |exponent: f64| {
                let power = |x: f64| x.powf(exponent);
                if exponent >= 0.0 {
                    x.increasing(power)
                } else {
                    x.decreasing(power)
                }
            };
            return self.both(y, nonnegative(over(y_range.lo).hull(over(y_range.hi))));
        }
        Self::undefined()
    }

    fn call(&self, function: Function) -> Self {
        let x = self.range;
        let value = |x: f64| function.value(x);
        let range = match function {
            Function::ExpM1 => {
                let range = with_underflow(x.increasing(value));
                Interval {
                    lo: range.lo.max(-1.0),
                    hi: range.hi,
                }
            }
            Function::Ln | Function::Log10 if x.lo <= 0.0 => return Self::undefined(),
            Function::Ln1p if x.lo <= -1.0 => return Self::undefined(),
            Function::Sqrt if x.lo < 0.0 => return Self::undefined(),
            Function::Exp | Function::Sqrt => nonnegative(x.increasing(value)),
            Function::Ln
            | Function::Ln1p
            | Function::Log10
            | Function::Sinh
            | Function::Tanh
            | Function::Atan => with_underflow(x.increasing(value)),
            Function::Sign => x.increasing(value),
            Function::Sin => wave(x, FRAC_PI_2, value),
            Function::Cos => wave(x, 0.0, value),
            Function::Cosh => magnitude(x).increasing(value),
            Function::Abs => magnitude(x),
            Function::Fermi => nonnegative(x.decreasing(value)),
            Function::Sech2 | Function::FermiSlope => nonnegative(magnitude(x).decreasing(value)),
        };
        self.with(range)
    }

    fn pick(x: &Self, y: &Self, larger: &Self, smaller: &Self) -> Self {
        let result = if x.range.lo >= y.range.hi {
            *larger
        } else if x.range.hi < y.range.lo {
            *smaller
        } else {
            larger.both(smaller, larger.range.hull(smaller.range))
        };
        Self {
            range: result.range,
            is_defined: result.is_defined && x.is_defined && y.is_defined,
        }
    }
}
