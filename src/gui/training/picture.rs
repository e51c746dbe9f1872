//! Heat maps: the state of a reservoir over two inputs, in blue, white and orange, gaps where nothing settles.

use eframe::egui::{Color32, Mesh, Painter, Pos2, Rect, Shape, Stroke, pos2};

use super::response::Response;
use crate::gui::theme::Palette;

/// The most cells a side: more than a thumbnail has pixels.
pub(super) const SMALL: usize = 13;

/// Which number is white, and how far from it colours are full.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Tone {
    /// The state that is white.
    pub(super) middle: f64,
    /// The distance from it at which colours are full.
    pub(super) reach: f64,
}

impl Tone {
    /// Full colours at both ends of a range.
    pub(super) fn over([lo, hi]: [f64; 2]) -> Self {
        Self {
            middle: 0.5 * (lo + hi),
            reach: (0.5 * (hi - lo)).max(1e-12),
        }
    }

    fn color(self, palette: &Palette, x: f64) -> Color32 {
        let signed = ((x - self.middle) / self.reach).clamp(-1.0, 1.0);
        // The palette's own scale rises as a square root, to tell signs apart; a picture should show shape instead.
        let squared = signed * signed.abs();
        palette.state(squared as f32)
    }
}

/// What of a response is painted.
#[derive(Clone, Copy)]
pub(super) struct Picture<'a> {
    pub(super) response: &'a Response,
    /// The reservoir whose state it is.
    pub(super) slot: usize,
    pub(super) tone: Tone,
    /// The most cells a side.
    pub(super) most: usize,
    /// Faint, since it belongs to older parameters.
    pub(super) is_stale: bool,
}

/// Paints a response into `rect`.
pub(super) fn paint(painter: &Painter, palette: &Palette, rect: Rect, picture: &Picture<'_>) {
    let &Picture {
        response,
        slot,
        tone,
        most,
        is_stale,
    } = picture;
    let [columns, rows] = response.size();
    let strength = if is_stale { 0.45 } else { 1.0 };
    let [wide, high] = [columns.min(most), rows.min(most)];
    let pick = |k: usize, shown: usize, all: usize| {
        if shown > 1 {
            k * (all - 1) / (shown - 1)
        } else {
            0
        }
    };
    painter.rect_filled(rect, 0.0, palette.background);
    let mut mesh = Mesh::default();
    let edge =
        |k: usize, count: usize, from: f32, to: f32| from + (to - from) * k as f32 / count as f32;
    for j in 0..high {
        for i in 0..wide {
            let Some(x) = response.state(slot, pick(i, wide, columns), pick(j, high, rows)) else {
                continue;
            };
            let cell = Rect::from_min_max(
                pos2(
                    edge(i, wide, rect.left(), rect.right()),
                    edge(j + 1, high, rect.bottom(), rect.top()),
                ),
                pos2(
                    edge(i + 1, wide, rect.left(), rect.right()),
                    edge(j, high, rect.bottom(), rect.top()),
                ),
            );
            let color = palette
                .background
                .lerp_to_gamma(tone.color(palette, x), strength);
            mesh.add_colored_rect(cell, color);
        }
    }
    painter.add(Shape::mesh(mesh));
    gaps(painter, palette, rect, response, slot);
}

/// Paints the colours of a tone from the lowest state at the bottom to the highest at the top.
pub(super) fn scale(painter: &Painter, palette: &Palette, rect: Rect, tone: Tone) {
    /// Bands: more than the eye tells apart.
    const BANDS: u8 = 64;
    let mut mesh = Mesh::default();
    for band in 0..BANDS {
        let share = |band: u8| f32::from(band) / f32::from(BANDS);
        let height = |band: u8| rect.bottom() - share(band) * rect.height();
        let cell = Rect::from_min_max(
            pos2(rect.left(), height(band + 1)),
            pos2(rect.right(), height(band)),
        );
        let signed = 2.0 * f64::from(share(band)) - 1.0;
        let state = tone.middle + signed * tone.reach;
        mesh.add_colored_rect(cell, tone.color(palette, state));
    }
    painter.add(Shape::mesh(mesh));
}

/// Hatches the cells where nothing settles: a gap must not look like a number near zero.
fn gaps(painter: &Painter, palette: &Palette, rect: Rect, response: &Response, slot: usize) {
    let [columns, rows] = response.size();
    let is_gap = |i, j| response.state(slot, i, j).is_none();
    let size = rect.size() / eframe::egui::vec2(columns as f32, rows as f32);
    for j in 0..rows {
        for i in (0..columns).filter(|&i| is_gap(i, j)) {
            let corner = pos2(
                rect.left() + i as f32 * size.x,
                rect.bottom() - j as f32 * size.y,
            );
            painter.line_segment(
                [corner, corner + eframe::egui::vec2(size.x, -size.y)],
                Stroke::new(1.0, palette.dim),
            );
        }
    }
}

/// Paints the contour on which the state of `slot` is `level`, by marching squares; cells with a gap have none.
pub(super) fn contour(
    painter: &Painter,
    rect: Rect,
    response: &Response,
    slot: usize,
    level: f64,
    stroke: Stroke,
) {
    let [columns, rows] = response.size();
    if rows < 2 {
        return;
    }
    // Samples stand in the middles of their cells.
    let at = |i: f64, j: f64| -> Pos2 {
        pos2(
            rect.left() + ((i + 0.5) / columns as f64) as f32 * rect.width(),
            rect.bottom() - ((j + 0.5) / rows as f64) as f32 * rect.height(),
        )
    };
    for j in 0..rows - 1 {
        for i in 0..columns - 1 {
            let corners = [(i, j), (i + 1, j), (i + 1, j + 1), (i, j + 1)];
            let mut values = [0.0; 4];
            let mut is_whole = true;
            for (value, (i, j)) in values.iter_mut().zip(corners) {
                match response.state(slot, i, j) {
                    Some(x) => *value = x - level,
                    None => is_whole = false,
                }
            }
            if !is_whole {
                continue;
            }
            let mut crossings = Vec::with_capacity(4);
            for k in 0..4 {
                let (p, q) = (values[k], values[(k + 1) % 4]);
                if (p < 0.0) != (q < 0.0) {
                    let share = p / (p - q);
                    let (a, b) = (corners[k], corners[(k + 1) % 4]);
                    let mix = |a: usize, b: usize| a as f64 + share * (b as f64 - a as f64);
                    crossings.push(at(mix(a.0, b.0), mix(a.1, b.1)));
                }
            }
            for pair in crossings.chunks_exact(2) {
                painter.line_segment([pair[0], pair[1]], stroke);
            }
        }
    }
}
