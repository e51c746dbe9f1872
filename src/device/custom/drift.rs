//! How a value moves when both states move together: an abstract run of a formula that proves I a function of a − b.

use crate::formula::{Function, Scalar};

/// What is known of a step: f(a + s, b + s) = f(a, b) + rate·s.
///
/// Rates are computed exactly or not at all, so that none vanishes by rounding.
#[derive(Clone, Copy, Debug)]
pub(super) struct Drift {
    rate: Option<f64>,
    /// Its value, where it is a constant known to the last bit.
    constant: Option<f64>,
}

impl Drift {
    /// One of the two states.
    pub(super) fn state() -> Self {
        Self::moving(Some(1.0))
    }

    /// A parameter of this value.
    pub(super) fn constant(value: f64) -> Self {
        Self {
            rate: Some(0.0),
            constant: Some(value),
        }
    }

    /// Whether it certainly does not move.
    pub(super) fn is_none(&self) -> bool {
        self.rate == Some(0.0)
    }

    fn moving(rate: Option<f64>) -> Self {
        Self {
            rate,
            constant: None,
        }
    }

    /// Something of other values: at rest where they all are.
    fn of(values: &[&Self]) -> Self {
        Self::moving(values.iter().all(|value| value.is_none()).then_some(0.0))
    }
}

/// x + y where no digit is lost.
fn exact_sum(x: f64, y: f64) -> Option<f64> {
    let sum = x + y;
    // The rounding error of a sum, without assuming which is larger (Knuth, TAOCP vol. 2, 4.2.2, theorem B).
    let part = sum - x;
    let error = (x - (sum - part)) + (y - part);
    (error == 0.0).then_some(sum)
}

/// x·y where no digit is lost.
fn exact_product(x: f64, y: f64) -> Option<f64> {
    let product = x * y;
    let is_exact = x.mul_add(y, -product) == 0.0 && (product.is_normal() || x == 0.0 || y == 0.0);
    is_exact.then_some(product)
}

/// x/y where no digit is lost.
fn exact_quotient(x: f64, y: f64) -> Option<f64> {
    let quotient = x / y;
    (exact_product(quotient, y)? - x == 0.0).then_some(quotient)
}

impl Scalar for Drift {
    fn number(x: f64) -> Self {
        Self::constant(x)
    }

    fn neg(&self) -> Self {
        Self {
            rate: self.rate.map(|rate| -rate),
            constant: self.constant.map(|value| -value),
        }
    }

    fn add(&self, y: &Self) -> Self {
        let both = |x: Option<f64>, y: Option<f64>| exact_sum(x?, y?);
        Self {
            rate: both(self.rate, y.rate),
            constant: both(self.constant, y.constant),
        }
    }

    fn sub(&self, y: &Self) -> Self {
        self.add(&y.neg())
    }

    fn mul(&self, y: &Self) -> Self {
        let scaled = |factor: f64, moving: &Self| {
            Self::moving(moving.rate.and_then(|rate| exact_product(factor, rate)))
        };
        match (self.constant, y.constant) {
            (Some(x), Some(y)) => Self {
                rate: Some(0.0),
                constant: exact_product(x, y),
            },
            (Some(x), None) => scaled(x, y),
            (None, Some(y)) => scaled(y, self),
            (None, None) => Self::of(&[self, y]),
        }
    }

    fn div(&self, y: &Self) -> Self {
        match (self.constant, y.constant) {
            (Some(x), Some(y)) => Self {
                rate: Some(0.0),
                constant: exact_quotient(x, y),
            },
            (None, Some(y)) => Self::moving(self.rate.and_then(|rate| exact_quotient(rate, y))),
            _ => Self::of(&[self, y]),
        }
    }

    fn powi(&self, _n: i32) -> Self {
        Self::of(&[self])
    }

    fn pow(&self, y: &Self) -> Self {
        Self::of(&[self, y])
    }

    fn call(&self, _function: Function) -> Self {
        Self::of(&[self])
    }

    fn pick(x: &Self, y: &Self, larger: &Self, smaller: &Self) -> Self {
        // Moving alike, two values keep their order.
        let same = |x: &Self, y: &Self| x.rate.filter(|rate| Some(*rate) == y.rate);
        Self::moving(same(x, y).and_then(|_| same(larger, smaller)))
    }
}
