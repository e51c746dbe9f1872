//! Where a curve turns: the sign of the slope by interval enclosures, its changes by bisection.

use crate::device::{Device, Interval, Side};

/// The curve between its turning points.
#[derive(Default)]
pub(super) struct Branches {
    pub(super) peaks: Vec<f64>,
    pub(super) valleys: Vec<f64>,
    /// Where the slope is negative.
    pub(super) falling: Vec<[f64; 2]>,
}

/// The sign of the slope, as far as floating point tells: where it underflows or drowns in rounding it is flat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trend {
    Rising,
    Falling,
    Flat,
}

/// A part of the range on which enclosures show one trend, or none yet.
struct Cell {
    x: Interval,
    trend: Option<Trend>,
}

/// Cells to start from: a power of two near the number of enclosures a typical curve needs at least.
const FIRST_CELLS: usize = 32;

/// Enclosures a scan may compute, well under a millisecond: a crossing takes some ten per halving of its cell, so this
/// isolates several to [`FINEST`]. Only a flat stretch, which no splitting decides, uses it up.
const ENCLOSURES: usize = 4000;

/// Cells are split down to this share of the range; bisection on points goes on from there.
const FINEST: f64 = 1e-9;

/// Undecided stretches up to this share of the range are rounding around a crossing, longer ones are flat.
const ROUNDING: f64 = 1e-6;

/// Wider ranges are resolved as finely as one of this width, in units of state: laws bend within some units around a
/// level, so what there is to find does not grow with the range.
const WIDEST: f64 = 1e3;

/// The search for the changes of sign of the slope.
pub(super) struct Scan<'a> {
    device: &'a Device,
    b: f64,
    range: Interval,
}

/// The trend at a state.
#[derive(Clone, Copy)]
struct Mark {
    x: f64,
    trend: Trend,
}

impl<'a> Scan<'a> {
    pub(super) fn new(device: &'a Device, b: f64, [from, to]: [f64; 2]) -> Self {
        Self {
            device,
            b,
            range: Interval::new(from, to),
        }
    }

    fn trend_over(&self, x: Interval) -> Option<Trend> {
        let sign = self
            .device
            .conductance_sign_over(Side::From, x, Interval::point(self.b));
        if sign.lo > 0.0 {
            Some(Trend::Rising)
        } else if sign.hi < 0.0 {
            Some(Trend::Falling)
        } else {
            None
        }
    }

    /// A share of the range's width (which itself may overflow), or of [`WIDEST`].
    fn share(&self, share: f64) -> f64 {
        (share * self.range.hi - share * self.range.lo).min(share * WIDEST)
    }

    fn slope(&self, x: f64) -> f64 {
        self.device.response(x, self.b).d_from
    }

    /// The trend at one state, flat unless the enclosure there, rounding included, has a sign and the slope a value.
    fn trend(&self, x: f64) -> Trend {
        if self.slope(x) == 0.0 {
            Trend::Flat
        } else {
            self.trend_over(Interval::point(x)).unwrap_or(Trend::Flat)
        }
    }

    /// Splits the range into cells of one trend, and small or flat ones without.
    fn cells(&self) -> Vec<Cell> {
        let finest = self.share(FINEST);
        let mut work: Vec<Cell> = (0..FIRST_CELLS)
            .map(|k| {
                let end = |k: usize| {
                    let share = k as f64 / FIRST_CELLS as f64;
                    (1.0 - share) * self.range.lo + share * self.range.hi
                };
                self.cell(Interval::new(end(k), end(k + 1)))
            })
            .collect();
        let mut enclosures = FIRST_CELLS;
        loop {
            let splits = |cell: &Cell| cell.trend.is_none() && cell.x.width() > finest;
            let open = work.iter().filter(|cell| splits(cell)).count();
            if open == 0 || enclosures + 2 * open > ENCLOSURES {
                return work;
            }
            enclosures += 2 * open;
            let mut next: Vec<Cell> = Vec::with_capacity(work.len() + open);
            for cell in work {
                let parts = if splits(&cell) {
                    let [left, right] = halves(cell.x);
                    vec![self.cell(left), self.cell(right)]
                } else {
                    vec![cell]
                };
                for part in parts {
                    match next.last_mut() {
                        Some(last) if last.trend.is_some() && last.trend == part.trend => {
                            last.x = last.x.hull(part.x);
                        }
                        _ => next.push(part),
                    }
                }
            }
            work = next;
        }
    }

    fn cell(&self, x: Interval) -> Cell {
        Cell {
            x,
            trend: self.trend_over(x),
        }
    }

    /// The boundary of the states around `inside` that have `trend`, towards `outside`, which has not.
    fn boundary(&self, inside: f64, outside: f64, trend: Trend) -> f64 {
        let (mut inside, mut outside) = (inside, outside);
        while let Some(mid) = between(inside, outside) {
            if self.trend(mid) == trend {
                inside = mid;
            } else {
                outside = mid;
            }
        }
        inside
    }

    /// The zero of the slope between two states so close that all else is rounding.
    fn crossing(&self, left: f64, right: f64, before: Trend) -> f64 {
        let (mut left, mut right) = (left, right);
        while let Some(mid) = between(left, right) {
            let slope = self.slope(mid);
            if slope == 0.0 {
                return mid;
            }
            if (slope > 0.0) == (before == Trend::Rising) {
                left = mid;
            } else {
                right = mid;
            }
        }
        left
    }

    /// Turning points and falling stretches.
    pub(super) fn branches(&self) -> Branches {
        let mut marks = Vec::new();
        for Cell { x, trend } in self.cells() {
            let inner = trend.is_none().then(|| x.mid());
            for x in [Some(x.lo), inner, Some(x.hi)].into_iter().flatten() {
                let trend = self.trend(x);
                marks.push(Mark { x, trend });
            }
        }
        let negligible = self.share(ROUNDING);
        let mut out = Branches::default();
        // The start of the falling stretch the walk is on; the last mark with a trend; the flat ones since.
        let mut start = None;
        let mut last: Option<Mark> = None;
        let mut flat: Option<[f64; 2]> = None;
        for &mark in &marks {
            if mark.trend == Trend::Flat {
                let first = flat.map_or(mark.x, |[first, _]| first);
                flat = Some([first, mark.x]);
                continue;
            }
            let Some(before) = last.replace(mark) else {
                let from = flat
                    .take()
                    .map_or(mark.x, |[_, end]| self.boundary(mark.x, end, mark.trend));
                if mark.trend == Trend::Falling {
                    start = Some(if from - self.range.lo <= negligible {
                        self.range.lo
                    } else {
                        from
                    });
                }
                continue;
            };
            let gap = flat.take();
            if gap.is_none() && before.trend == mark.trend {
                continue;
            }
            let [gap_start, gap_end] = gap.unwrap_or([mark.x, before.x]);
            let left = self.boundary(before.x, gap_start, before.trend);
            let right = self.boundary(mark.x, gap_end, mark.trend);
            let (ends, begins) = if right - left > negligible {
                (left, right)
            } else if before.trend == mark.trend {
                continue;
            } else {
                let x = self.crossing(left, right, before.trend);
                match before.trend {
                    Trend::Rising => out.peaks.push(x),
                    _ => out.valleys.push(x),
                }
                (x, x)
            };
            if let Some(start) = start.take() {
                out.falling.push([start, ends]);
            }
            if mark.trend == Trend::Falling {
                start = Some(begins);
            }
        }
        if let (Some(start), Some(last)) = (start, last) {
            let end = flat.map_or(self.range.hi, |[first, _]| {
                self.boundary(last.x, first, last.trend)
            });
            out.falling.push([
                start,
                if self.range.hi - end <= negligible {
                    self.range.hi
                } else {
                    end
                },
            ]);
        }
        out
    }
}

/// The halves of a cell; of one that reaches over many decades, the halves of its logarithm, so that a few splits lead
/// from the end of a huge range to where the laws bend.
fn halves(x: Interval) -> [Interval; 2] {
    /// Decades enough that the logarithm is the better scale.
    const MANY: f64 = 1e3;
    let (near, far) = (x.lo.abs().min(x.hi.abs()), x.lo.abs().max(x.hi.abs()));
    let split = if x.lo < 0.0 && x.hi > 0.0 && far > WIDEST {
        0.0
    } else if far > WIDEST && far > MANY * near {
        near.max(1.0).sqrt() * far.sqrt().copysign(x.lo + x.hi)
    } else {
        return x.halves();
    };
    [Interval::new(x.lo, split), Interval::new(split, x.hi)]
}

/// A number strictly between two, or `None` if they are neighbours.
fn between(x: f64, y: f64) -> Option<f64> {
    let mid = 0.5 * x + 0.5 * y;
    (mid > x.min(y) && mid < x.max(y)).then_some(mid)
}
