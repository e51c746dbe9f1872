//! The curves of the I-V plot: what they are computed from, kept while nothing changes, and which part is worth showing.

use std::rc::Rc;

use eframe::egui::Context;

use super::IvShown;
use super::load::LoadLines;
use crate::device::{Device, Platform};
use crate::gui::simulation::Operating;
use crate::physics::curve::{Curve, CurveError};

/// Points of a curve: two for every three screen points of the plot.
const SAMPLES: usize = 241;

/// What a curve is computed from.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct CurveKey {
    device: Device,
    platform: Platform,
    b: f64,
    range: [f64; 2],
}

/// The curves drawn last: the search for turning points is not repeated while nothing changes. And the load line.
pub(crate) struct Curves {
    kept: Vec<(CurveKey, Rc<Curve>)>,
    pub(super) loads: LoadLines,
}

impl Curves {
    /// No curve yet.
    pub(crate) fn new(ctx: &Context) -> Self {
        Self {
            kept: Vec::new(),
            loads: LoadLines::new(ctx),
        }
    }

    /// Those of a picture: everything is worked out when it is asked for.
    pub(crate) fn at_once() -> Self {
        Self {
            kept: Vec::new(),
            loads: LoadLines::at_once(),
        }
    }

    /// Takes in what has been worked out beside the window.
    pub(crate) fn listen(&mut self) {
        self.loads.listen();
    }

    /// Forgets everything: another document has been opened.
    pub(crate) fn clear(&mut self) {
        self.kept.clear();
        self.loads.clear();
    }

    /// Whether anything is being worked out beside the window.
    pub(crate) fn is_busy(&self) -> bool {
        self.loads.is_busy()
    }

    pub(super) fn get(&mut self, key: CurveKey) -> Result<Rc<Curve>, CurveError> {
        if let Some((_, curve)) = self.kept.iter().find(|(kept, _)| *kept == key) {
            return Ok(Rc::clone(curve));
        }
        let curve = Rc::new(Curve::new(
            &key.device,
            key.platform,
            key.b,
            key.range,
            SAMPLES,
        )?);
        // One for the curve, one for its ghost.
        if self.kept.len() >= 2 {
            self.kept.remove(0);
        }
        self.kept.push((key, Rc::clone(&curve)));
        Ok(curve)
    }
}

/// A curve with the abscissae the axis shows: V = a − b for charge, c_a for molecules.
pub(super) struct Drawn {
    pub(super) curve: Rc<Curve>,
    /// What to subtract from a.
    pub(super) offset: f64,
}

impl Drawn {
    pub(super) fn new(
        curves: &mut Curves,
        shown: &IvShown<'_>,
        device: &Device,
        range: [f64; 2],
    ) -> Result<Self, CurveError> {
        // A law that knows only the difference has one curve, wherever b is.
        let b = match shown.platform {
            Platform::Electronic if device.depends_on_difference() => 0.0,
            _ => shown.now.b,
        };
        let offset = match shown.platform {
            Platform::Electronic => b,
            Platform::Chemical => 0.0,
        };
        let curve = curves.get(CurveKey {
            device: device.clone(),
            platform: shown.platform,
            b,
            range: range.map(|x| x + offset),
        })?;
        Ok(Self { curve, offset })
    }

    /// The abscissae worth scaling the ordinates for: from equilibrium to where the device operates, every turning
    /// point included. An exponential beyond would press all else flat.
    pub(super) fn focus(&self, shown: &IvShown<'_>) -> [f64; 2] {
        let now = shown.now.a - offset(shown.platform, &shown.now);
        let turning = self.curve.peaks.iter().chain(&self.curve.valleys);
        let mut lo = now.min(0.0);
        let mut hi = now.max(0.0);
        let mut bends = false;
        for [a, _] in turning {
            lo = lo.min(a - self.offset);
            hi = hi.max(a - self.offset);
            bends = true;
        }
        if !bends && shown.platform == Platform::Chemical {
            hi = hi.max(shown.top);
        } else if !bends {
            // A curve without features: as far as the network could drive the device.
            let reach = shown.span.max(1.0);
            (lo, hi) = if now < 0.0 {
                (lo.min(-reach), hi)
            } else {
                (lo, hi.max(reach))
            };
        }
        // A little beyond zero, so that the direction through it is seen; more beyond the last feature.
        let width = hi - lo;
        [lo - 0.04 * width, hi + 0.12 * width]
    }

    /// The range of currents over some abscissae.
    pub(super) fn extent(&self, focus: [f64; 2]) -> [f64; 2] {
        let seen = self
            .currents()
            .filter(|[x, _]| (focus[0]..=focus[1]).contains(x));
        extent(seen.chain(self.curve.peaks.iter().chain(&self.curve.valleys).copied()))
    }

    pub(super) fn currents(&self) -> impl Iterator<Item = [f64; 2]> {
        let pairs = self.curve.x.iter().zip(&self.curve.current);
        pairs.map(|(&a, &i)| [a - self.offset, i])
    }

    pub(super) fn slopes(&self) -> impl Iterator<Item = [f64; 2]> {
        let pairs = self.curve.x.iter().zip(&self.curve.slope);
        pairs.map(|(&a, &s)| [a - self.offset, s])
    }

    /// The falling parts, that over which the current falls most first.
    pub(super) fn deepest_first(&self) -> Vec<[f64; 2]> {
        let current = |x: f64| {
            let after = self.curve.x.partition_point(|&a| a - self.offset < x);
            self.curve
                .current
                .get(after.min(self.curve.current.len().saturating_sub(1)))
                .copied()
                .unwrap_or(0.0)
        };
        let mut falling: Vec<[f64; 2]> = self.falling().collect();
        let drop = |&[from, to]: &[f64; 2]| current(from) - current(to);
        falling.sort_by(|p, q| drop(q).total_cmp(&drop(p)));
        falling
    }

    /// The peak-to-valley ratio, where the plot shows the whole of what falls: of a branch that it cuts off, the ratio
    /// would only tell where it was cut.
    pub(super) fn peak_to_valley(&self, range: [f64; 2]) -> Option<f64> {
        let edge = 1e-9 * (range[1] - range[0]);
        let &[from, to] = self.deepest_first().first()?;
        let is_whole = from > range[0] + edge && to < range[1] - edge;
        self.curve
            .peak_to_valley()
            .filter(|ratio| is_whole && ratio.is_finite())
    }

    pub(super) fn falling(&self) -> impl Iterator<Item = [f64; 2]> {
        let shift = |x: f64| x - self.offset;
        self.curve
            .ndc
            .iter()
            .map(move |&[from, to]| [shift(from), shift(to)])
    }
}

/// The smallest and largest ordinate, zero included.
pub(super) fn extent(points: impl Iterator<Item = [f64; 2]>) -> [f64; 2] {
    points.fold([0.0, 0.0], |[lo, hi]: [f64; 2], [_, y]| {
        if y.is_finite() {
            [lo.min(y), hi.max(y)]
        } else {
            [lo, hi]
        }
    })
}

pub(super) fn offset(platform: Platform, operating: &Operating) -> f64 {
    match platform {
        Platform::Electronic => operating.b,
        Platform::Chemical => 0.0,
    }
}

/// The range of abscissae: independent of where the device operates, unless it would operate outside.
pub(super) fn range(shown: &IvShown<'_>) -> [f64; 2] {
    match shown.platform {
        Platform::Electronic => {
            let v = shown.now.a - shown.now.b;
            // Curves of single carriers happen within some ten k_B·T, whatever the network spans.
            let reach = (2.0 * shown.span).clamp(8.0, 80.0);
            let short = 0.4 * reach;
            let [lo, hi] = if v < -short {
                [-reach, short]
            } else {
                [-short, reach]
            };
            [lo.min(1.1 * v), hi.max(1.1 * v)]
        }
        Platform::Chemical => {
            let top = (2.0 * shown.top).max(1.2 * shown.now.a).max(1e-9);
            // A concentration of zero has no logarithm; a thousandth of the axis looks the same.
            [1e-3 * top, top]
        }
    }
}
