//! Interval arithmetic with outward rounding: enclosures that cannot say a wrong yes, and the search that uses them.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::ops::{Add, Mul, Neg, Sub};

use super::NdcVerdict;

/// A closed interval [lo, hi].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// Lower end.
    pub lo: f64,
    /// Upper end.
    pub hi: f64,
}

/// Relative widening after each operation: eight units in the last place cover the arithmetic (half a unit) and the
/// functions of one variable that the laws take as a whole (an exponential, two units, and a few operations on it).
const WIDEN: f64 = 8.0 * f64::EPSILON;

impl Interval {
    /// The interval from `lo` to `hi` (in either order).
    #[must_use]
    pub fn new(lo: f64, hi: f64) -> Self {
        Self {
            lo: lo.min(hi),
            hi: lo.max(hi),
        }
    }

    /// The interval that holds one number.
    #[must_use]
    pub fn point(x: f64) -> Self {
        Self { lo: x, hi: x }
    }

    /// hi − lo.
    #[must_use]
    pub fn width(self) -> f64 {
        self.hi - self.lo
    }

    /// The middle.
    #[must_use]
    pub fn mid(self) -> f64 {
        0.5 * self.lo + 0.5 * self.hi
    }

    /// Whether `x` lies in the interval.
    #[must_use]
    pub fn contains(self, x: f64) -> bool {
        self.lo <= x && x <= self.hi
    }

    /// The smallest interval that holds both.
    #[must_use]
    pub fn hull(self, other: Self) -> Self {
        Self {
            lo: self.lo.min(other.lo),
            hi: self.hi.max(other.hi),
        }
    }

    /// The smallest interval that holds this one and `x`.
    #[must_use]
    pub fn including(self, x: f64) -> Self {
        self.hull(Self::point(x))
    }

    /// The two halves.
    #[must_use]
    pub fn halves(self) -> [Self; 2] {
        let mid = self.mid();
        [
            Self {
                lo: self.lo,
                hi: mid,
            },
            Self {
                lo: mid,
                hi: self.hi,
            },
        ]
    }

    /// Whether a floating-point number lies strictly inside.
    fn is_divisible(self) -> bool {
        let mid = self.mid();
        self.lo < mid && mid < self.hi
    }

    /// Rounded outwards, so that the true ends are inside.
    fn widened(lo: f64, hi: f64) -> Self {
        let (lo, hi) = (
            // An overflow stands for "some large finite number", so the other end stays finite.
            if lo.is_nan() {
                f64::NEG_INFINITY
            } else {
                lo.min(f64::MAX)
            },
            if hi.is_nan() {
                f64::INFINITY
            } else {
                hi.max(f64::MIN)
            },
        );
        Self {
            lo: lo - lo.abs() * WIDEN,
            hi: hi + hi.abs() * WIDEN,
        }
    }

    /// The image under a non-decreasing function.
    pub(super) fn increasing(self, f: impl Fn(f64) -> f64) -> Self {
        Self::widened(f(self.lo), f(self.hi))
    }

    /// The image under a non-increasing function.
    pub(super) fn decreasing(self, f: impl Fn(f64) -> f64) -> Self {
        Self::widened(f(self.hi), f(self.lo))
    }

    /// The image under a function that rises up to `top` and falls after it.
    pub(super) fn unimodal(self, top: f64, f: impl Fn(f64) -> f64) -> Self {
        Self::widened(f(self.lo).min(f(self.hi)), f(top.clamp(self.lo, self.hi)))
    }

    /// The image under an odd function that falls up to −`top`, rises from there to `top`, and falls after it (`top` > 0).
    pub(super) fn odd_bump(self, top: f64, f: impl Fn(f64) -> f64) -> Self {
        let ends = Self::new(f(self.lo), f(self.hi));
        let low = if self.contains(-top) {
            f(-top)
        } else {
            ends.lo
        };
        let high = if self.contains(top) { f(top) } else { ends.hi };
        Self::widened(ends.lo.min(low), ends.hi.max(high))
    }

    /// This interval times a number.
    pub(super) fn scaled(self, k: f64) -> Self {
        self * Self::point(k)
    }
}

impl Add for Interval {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self::widened(self.lo + other.lo, self.hi + other.hi)
    }
}

impl Sub for Interval {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self::widened(self.lo - other.hi, self.hi - other.lo)
    }
}

impl Neg for Interval {
    type Output = Self;
    fn neg(self) -> Self {
        Self {
            lo: -self.hi,
            hi: -self.lo,
        }
    }
}

impl Mul for Interval {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        // 0·∞ counts as 0: an infinite end stands for "some large finite number".
        let product = |x: f64, y: f64| if x == 0.0 || y == 0.0 { 0.0 } else { x * y };
        let products = [
            product(self.lo, other.lo),
            product(self.lo, other.hi),
            product(self.hi, other.lo),
            product(self.hi, other.hi),
        ];
        Self::widened(
            products.iter().copied().fold(f64::INFINITY, f64::min),
            products.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        )
    }
}

/// Cells a search may look at: enough to resolve a margin of about 1e-6 of the conductance in two dimensions,
/// some tens of milliseconds at most.
pub(super) const CELLS: usize = 40_000;

/// Whether a function of two variables, given by its enclosure, is negative anywhere in a rectangle.
///
/// Branch and bound (Moore 1966): the cell with the lowest bound is split along its longer side until a midpoint is
/// negative beyond rounding, no bound is negative, or `cells` are spent.
pub(super) fn negative_anywhere(
    a: Interval,
    b: Interval,
    cells: usize,
    enclose: impl Fn(Interval, Interval) -> Interval,
) -> NdcVerdict {
    let mut heap = BinaryHeap::new();
    let mut cell = Cell {
        a,
        b,
        bound: enclose(a, b).lo,
    };
    for _ in 0..cells {
        if cell.bound >= 0.0 {
            return NdcVerdict::Never;
        }
        let (mid_a, mid_b) = (cell.a.mid(), cell.b.mid());
        if enclose(Interval::point(mid_a), Interval::point(mid_b)).hi < 0.0 {
            return NdcVerdict::At(mid_a, mid_b);
        }
        if !cell.a.is_divisible() && !cell.b.is_divisible() {
            return NdcVerdict::Unknown;
        }
        let children = if cell.a.width() >= cell.b.width() {
            cell.a.halves().map(|a| (a, cell.b))
        } else {
            cell.b.halves().map(|b| (cell.a, b))
        };
        for (a, b) in children {
            heap.push(Cell {
                a,
                b,
                bound: enclose(a, b).lo,
            });
        }
        match heap.pop() {
            Some(next) => cell = next,
            None => return NdcVerdict::Never,
        }
    }
    NdcVerdict::Unknown
}

/// What is known of the smallest value of a function over an interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Least {
    /// The function is nowhere below this.
    pub bound: f64,
    /// A value it does not exceed at `at`.
    pub found: f64,
    /// Where.
    pub at: f64,
}

/// Encloses the smallest value of a function over an interval: the enclosure is split where it is lowest until `done`
/// is content or `cells` are spent (Moore 1966). The bound holds in any case.
#[must_use]
pub fn least_over(
    x: Interval,
    cells: usize,
    done: impl Fn(&Least) -> bool,
    enclose: impl Fn(Interval) -> Interval,
) -> Least {
    let unused = Interval::point(0.0);
    let cell = |x: Interval| Cell {
        a: x,
        b: unused,
        bound: enclose(x).lo,
    };
    let mut heap = BinaryHeap::from([cell(x)]);
    let mut least = Least {
        bound: f64::NEG_INFINITY,
        found: f64::INFINITY,
        at: x.mid(),
    };
    for _ in 0..cells {
        let Some(lowest) = heap.pop() else { break };
        least.bound = lowest.bound;
        let mid = lowest.a.mid();
        let value = enclose(Interval::point(mid)).hi;
        if value < least.found {
            (least.found, least.at) = (value, mid);
        }
        if done(&least) || !lowest.a.is_divisible() {
            return least;
        }
        heap.extend(lowest.a.halves().map(cell));
    }
    if let Some(lowest) = heap.pop() {
        least.bound = lowest.bound;
    }
    least
}

/// A rectangle in the search, ordered so that the lowest bound comes first.
struct Cell {
    a: Interval,
    b: Interval,
    bound: f64,
}

impl PartialEq for Cell {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Cell {}

impl PartialOrd for Cell {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Cell {
    fn cmp(&self, other: &Self) -> Ordering {
        other.bound.total_cmp(&self.bound)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_enclose_all_sign_combinations() {
        let x = Interval::new(-2.0, 3.0);
        let y = Interval::new(-5.0, 1.0);
        let z = x * y;
        assert!(z.lo <= -15.0 && z.hi >= 10.0 && z.lo > -15.1 && z.hi < 10.1);
    }

    #[test]
    fn the_least_value_is_enclosed() {
        // x² − x, by parts: the enclosure is loose on wide cells.
        let enclose = |x: Interval| x * x - x;
        let least = least_over(
            Interval::new(-3.0, 2.0),
            1000,
            |l| l.found - l.bound < 1e-3,
            enclose,
        );
        assert!(least.bound <= -0.25 && least.bound > -0.26, "{least:?}");
        assert!((least.at - 0.5).abs() < 0.05 && least.found >= -0.25);
        let point = least_over(Interval::point(2.0), 10, |_| false, enclose);
        assert!(point.bound <= 2.0 && point.found >= 2.0 && point.found - point.bound < 1e-13);
    }

    #[test]
    fn search_finds_a_narrow_dip_and_proves_its_absence() {
        // (a−0.3)² + 1e-3·s over [−4, 4]: negative only within ±0.03 of 0.3 for s = −1.
        let dip = |shift: f64| {
            move |a: Interval, _b: Interval| {
                let d = a - Interval::point(0.3);
                let square = if d.contains(0.0) {
                    Interval::new(0.0, d.lo.abs().max(d.hi.abs()).powi(2))
                } else {
                    d * d
                };
                square + Interval::point(shift)
            }
        };
        let (a, b) = (Interval::new(-4.0, 4.0), Interval::point(0.0));
        assert!(
            matches!(negative_anywhere(a, b, CELLS, dip(-1e-3)), NdcVerdict::At(x, _) if (x - 0.3).abs() < 0.032)
        );
        assert_eq!(negative_anywhere(a, b, CELLS, dip(1e-3)), NdcVerdict::Never);
    }
}
