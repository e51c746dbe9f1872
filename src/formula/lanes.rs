//! Several numbers at once: a step of a program is looked up once for all of them.

use super::{Function, Scalar};

/// A number for each of several runs of a program. Every one gets the bits it would get alone.
#[derive(Clone, Copy, Debug)]
pub struct Lanes<const L: usize>(pub [f64; L]);

impl<const L: usize> Lanes<L> {
    /// The first numbers of a slice, which has at least one; the last fills what it leaves.
    #[must_use]
    pub fn from_slice(values: &[f64]) -> Self {
        Self(std::array::from_fn(|k| values[k.min(values.len() - 1)]))
    }

    #[inline]
    fn map(&self, f: impl Fn(f64) -> f64) -> Self {
        Self(self.0.map(f))
    }

    #[inline]
    fn zip(&self, y: &Self, f: impl Fn(f64, f64) -> f64) -> Self {
        Self(std::array::from_fn(|k| f(self.0[k], y.0[k])))
    }
}

impl<const L: usize> Scalar for Lanes<L> {
    fn number(x: f64) -> Self {
        Self([x; L])
    }

    fn neg(&self) -> Self {
        self.map(|x| -x)
    }

    fn add(&self, y: &Self) -> Self {
        self.zip(y, |x, y| x + y)
    }

    fn sub(&self, y: &Self) -> Self {
        self.zip(y, |x, y| x - y)
    }

    fn mul(&self, y: &Self) -> Self {
        self.zip(y, |x, y| x * y)
    }

    fn div(&self, y: &Self) -> Self {
        self.zip(y, |x, y| x / y)
    }

    fn powi(&self, n: i32) -> Self {
        self.map(|x| Scalar::powi(&x, n))
    }

    fn pow(&self, y: &Self) -> Self {
        self.zip(y, f64::powf)
    }

    fn call(&self, function: Function) -> Self {
        self.map(|x| function.value(x))
    }

    fn pick(x: &Self, y: &Self, larger: &Self, smaller: &Self) -> Self {
        Self(std::array::from_fn(|k| {
            f64::pick(&x.0[k], &y.0[k], &larger.0[k], &smaller.0[k])
        }))
    }
}
