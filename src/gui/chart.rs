//! Charts by our own painter: a plot area, its axes, and what is drawn in it.

use std::ops::RangeInclusive;

use eframe::egui::{
    Align2, Color32, CornerRadius, Painter, Pos2, Rect, Shape, Stroke, StrokeKind, pos2, vec2,
};

use super::number;
use super::theme::{self, Palette};

/// A plot area on screen and the ranges of the numbers it shows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Axes {
    /// The plot area.
    pub rect: Rect,
    /// Left and right end.
    pub x: [f64; 2],
    /// Bottom and top.
    pub y: [f64; 2],
}

impl Axes {
    /// The axes over `rect`; ranges that are empty or not finite are widened to something that can be drawn.
    pub(super) fn new(rect: Rect, x: [f64; 2], y: [f64; 2]) -> Self {
        Self {
            rect,
            x: drawable(x),
            y: drawable(y),
        }
    }

    /// The screen position of an abscissa.
    pub(super) fn screen_x(&self, x: f64) -> f32 {
        self.rect.left() + share(x, self.x) * self.rect.width()
    }

    /// The screen position of an ordinate.
    pub(super) fn screen_y(&self, y: f64) -> f32 {
        self.rect.bottom() - share(y, self.y) * self.rect.height()
    }

    /// The screen position of a point.
    pub(super) fn screen(&self, [x, y]: [f64; 2]) -> Pos2 {
        pos2(self.screen_x(x), self.screen_y(y))
    }

    /// The abscissa under a screen position.
    pub(super) fn x_at(&self, screen: f32) -> f64 {
        let [lo, hi] = self.x;
        lo + f64::from((screen - self.rect.left()) / self.rect.width()) * (hi - lo)
    }

    /// The screen positions of points, far outliers pulled in so that no painter overflows.
    pub(super) fn path(&self, points: impl IntoIterator<Item = [f64; 2]>) -> Vec<Pos2> {
        let bounds = self.rect.expand(4.0 * self.rect.height());
        points
            .into_iter()
            .filter(|point| point.iter().all(|v| v.is_finite()))
            .map(|point| bounds.clamp(self.screen(point)))
            .collect()
    }

    /// Paints ground, grid and frame.
    pub(super) fn ground(&self, painter: &Painter, palette: &Palette) {
        painter.rect_filled(self.rect, CornerRadius::same(4), palette.background);
        let grid = Stroke::new(1.0, palette.line.gamma_multiply(0.6));
        for x in ticks(self.x, self.rect.width() / 56.0) {
            painter.vline(self.screen_x(x), self.rect.y_range(), grid);
        }
        for y in ticks(self.y, self.rect.height() / 34.0) {
            let stroke = if y == 0.0 {
                Stroke::new(1.0, palette.dim.gamma_multiply(0.6))
            } else {
                grid
            };
            painter.hline(self.rect.x_range(), self.screen_y(y), stroke);
        }
    }

    /// Paints the frame over what was drawn.
    pub(super) fn frame(&self, painter: &Painter, palette: &Palette) {
        painter.rect_stroke(
            self.rect,
            CornerRadius::same(4),
            Stroke::new(1.0, palette.line),
            StrokeKind::Inside,
        );
    }

    /// Paints the numbers below the plot area.
    pub(super) fn x_numbers(&self, painter: &Painter, palette: &Palette) {
        let ticks = ticks(self.x, self.rect.width() / 56.0);
        let step = spacing(&ticks);
        for x in ticks {
            let at = pos2(self.screen_x(x), self.rect.bottom() + 4.0);
            // A number whose middle is too near an end would stick out.
            if at.x < self.rect.left() + 6.0 || at.x > self.rect.right() - 12.0 {
                continue;
            }
            painter.text(
                at,
                Align2::CENTER_TOP,
                tick_text(x, step),
                theme::mono(theme::SMALL),
                palette.dim,
            );
        }
    }

    /// Paints the numbers left of the plot area.
    pub(super) fn y_numbers(&self, painter: &Painter, palette: &Palette) {
        let ticks = ticks(self.y, self.rect.height() / 34.0);
        let step = spacing(&ticks);
        for y in ticks {
            let at = pos2(self.rect.left() - 6.0, self.screen_y(y));
            if at.y < self.rect.top() + 5.0 || at.y > self.rect.bottom() - 5.0 {
                continue;
            }
            painter.text(
                at,
                Align2::RIGHT_CENTER,
                tick_text(y, step),
                theme::mono(theme::SMALL),
                palette.dim,
            );
        }
    }

    /// Hatches and tints the plot area over a range of abscissae.
    pub(super) fn hatch(&self, painter: &Painter, range: RangeInclusive<f64>, color: Color32) {
        let left = self.screen_x(*range.start()).max(self.rect.left());
        let right = self.screen_x(*range.end()).min(self.rect.right());
        if right - left < 0.5 {
            return;
        }
        let band = Rect::from_x_y_ranges(left..=right, self.rect.y_range());
        let painter = painter.with_clip_rect(band.intersect(painter.clip_rect()));
        painter.rect_filled(band, CornerRadius::ZERO, color.gamma_multiply(0.10));
        let stroke = Stroke::new(1.0, color.gamma_multiply(0.28));
        // Lines at 45° every eight points, anchored to the plot area so that they do not crawl with the range.
        let mut start = self.rect.left() - self.rect.height();
        while start < right {
            let foot = pos2(start, self.rect.bottom());
            painter.line_segment([foot, foot + vec2(1.0, -1.0) * self.rect.height()], stroke);
            start += 8.0;
        }
        for x in [left, right] {
            painter.vline(
                x,
                self.rect.y_range(),
                Stroke::new(1.0, color.gamma_multiply(0.55)),
            );
        }
    }

    /// Paints a curve, clipped to the plot area.
    pub(super) fn curve(
        &self,
        painter: &Painter,
        points: impl IntoIterator<Item = [f64; 2]>,
        stroke: Stroke,
    ) {
        let path = self.path(points);
        self.inside(painter).add(Shape::line(path, stroke));
    }

    /// Paints a dashed curve, clipped to the plot area.
    pub(super) fn dashed(
        &self,
        painter: &Painter,
        points: impl IntoIterator<Item = [f64; 2]>,
        stroke: Stroke,
    ) {
        let path = self.path(points);
        self.inside(painter)
            .extend(Shape::dashed_line(&path, stroke, 5.0, 4.0));
    }

    /// A painter that reaches no further than the plot area.
    pub(super) fn inside(&self, painter: &Painter) -> Painter {
        painter.with_clip_rect(self.rect.intersect(painter.clip_rect()))
    }
}

/// A range that can be divided by.
fn drawable([lo, hi]: [f64; 2]) -> [f64; 2] {
    if !lo.is_finite() || !hi.is_finite() {
        return [-1.0, 1.0];
    }
    let [lo, hi] = [lo.min(hi), lo.max(hi)];
    // Narrower than this, neighbouring ticks would print alike.
    let least = 1e-9 * lo.abs().max(hi.abs()).max(1e-9);
    if hi - lo < least {
        [lo - 0.5 * least.max(1e-3), hi + 0.5 * least.max(1e-3)]
    } else {
        [lo, hi]
    }
}

/// Where a value stands in a range, 0 at its lower end and 1 at its upper; what is far outside is pulled in, so that a
/// painter can still subtract two such places.
fn share(value: f64, [lo, hi]: [f64; 2]) -> f32 {
    /// Far outside every plot, and well within the numbers that a painter computes with.
    const FARTHEST: f64 = 1e4;
    ((value - lo) / (hi - lo)).clamp(-FARTHEST, FARTHEST) as f32
}

/// A range with some air at both ends, by a share of its width.
pub(super) fn padded([lo, hi]: [f64; 2], share: f64) -> [f64; 2] {
    let air = share * (hi - lo);
    [lo - air, hi + air]
}

/// Round numbers in a range, about `count` of them, 1, 2 or 5 times a power of ten apart.
fn ticks([lo, hi]: [f64; 2], count: f32) -> Vec<f64> {
    let raw = (hi - lo) / f64::from(count.max(1.0));
    let decade = 10_f64.powf(raw.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|m| m * decade)
        .find(|&step| step >= raw)
        .unwrap_or(10.0 * decade);
    let first = (lo / step).ceil() as i64;
    let last = (hi / step).floor() as i64;
    (first..=last)
        // A range far from zero for its width could ask for very many; no plot shows more than this.
        .take(64)
        .map(|k| k as f64 * step)
        .collect()
}

fn spacing(ticks: &[f64]) -> f64 {
    match ticks {
        [a, b, ..] => b - a,
        _ => 1.0,
    }
}

fn tick_text(x: f64, step: f64) -> String {
    let decimals = (-step.log10().floor()).max(0.0);
    // More digits than fit beside a plot.
    if decimals > 3.0 || x.abs() >= 1e5 {
        return number::short(x, 3);
    }
    format!("{x:.*}", decimals as usize).replace('-', "−")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_inside() {
        assert_eq!(ticks([-0.3, 1.1], 4.0), vec![0.0, 0.5, 1.0]);
        let many = ticks([1e6, 1e6 + 10.0], 5.0);
        assert!(many.len() >= 4 && many.iter().all(|x| (1e6..=1e6 + 10.0).contains(x)));
        assert_eq!(tick_text(0.5, 0.5), "0.5");
        assert_eq!(tick_text(-2.0, 1.0), "−2");
    }

    #[test]
    fn empty_and_infinite_ranges_can_be_drawn() {
        for range in [[2.0, 2.0], [0.0, 0.0], [f64::NAN, 1.0], [3.0, 1.0]] {
            let [lo, hi] = drawable(range);
            assert!(lo < hi && lo.is_finite() && hi.is_finite());
        }
    }

    #[test]
    fn outliers_have_a_place() {
        let axes = Axes::new(
            Rect::from_min_size(Pos2::ZERO, vec2(300.0, 200.0)),
            [0.0, 1.0],
            [0.0, 1e-300],
        );
        let far = axes.screen([f64::MAX, 1e300]);
        assert!(far.x.is_finite() && far.y.is_finite());
        assert!(far.x > 1e5 && far.y < -1e5, "still outside");
    }
}
