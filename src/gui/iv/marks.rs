//! What is marked in the I-V plot: turning points, the operating point, the slope, the values under the pointer.

use eframe::egui::{Align2, Color32, FontId, Painter, Pos2, Rect, Shape, Stroke, pos2, vec2};

use super::drawn::{Drawn, offset};
use super::{IvShown, Measure};
use crate::device::Platform;
use crate::gui::chart::Axes;
use crate::gui::number;
use crate::gui::simulation::Operating;
use crate::gui::theme::{self, Palette};

pub(super) fn zero_line(painter: &Painter, palette: &Palette, axes: &Axes) {
    let x = axes.screen_x(0.0);
    if axes.rect.x_range().contains(x) {
        painter.vline(
            x,
            axes.rect.y_range(),
            Stroke::new(1.0, palette.dim.gamma_multiply(0.6)),
        );
    }
}

/// Text in the plot, put where it covers neither other text nor the curve.
pub(super) struct Notes<'a> {
    pub(super) painter: &'a Painter,
    pub(super) room: Rect,
    pub(super) taken: Vec<Rect>,
    /// Points of the curve on screen.
    pub(super) path: &'a [Pos2],
}

impl Notes<'_> {
    /// Puts a text beside `at`, at the best of the places around it; returns where, if there is room.
    pub(super) fn put(
        &mut self,
        palette: &Palette,
        at: Pos2,
        text: String,
        font: FontId,
        color: Color32,
    ) -> Option<Rect> {
        let galley = self.painter.layout_no_wrap(text, font, color);
        let places = [
            (vec2(0.0, -8.0), Align2::CENTER_BOTTOM),
            (vec2(0.0, 8.0), Align2::CENTER_TOP),
            (vec2(11.0, -6.0), Align2::LEFT_BOTTOM),
            (vec2(11.0, 6.0), Align2::LEFT_TOP),
            (vec2(-11.0, -6.0), Align2::RIGHT_BOTTOM),
            (vec2(-11.0, 6.0), Align2::RIGHT_TOP),
            (vec2(0.0, -26.0), Align2::CENTER_BOTTOM),
            (vec2(0.0, 26.0), Align2::CENTER_TOP),
            (vec2(36.0, -22.0), Align2::LEFT_BOTTOM),
            (vec2(36.0, 22.0), Align2::LEFT_TOP),
        ];
        let room = self.room;
        let corners = [
            (room.right_bottom(), Align2::RIGHT_BOTTOM),
            (room.right_top(), Align2::RIGHT_TOP),
            (room.left_bottom(), Align2::LEFT_BOTTOM),
        ];
        let best = places
            .into_iter()
            .map(|(d, align)| kept_inside(align.anchor_size(at + d, galley.size()), room))
            .chain(corners.map(|(corner, align)| align.anchor_size(corner, galley.size())))
            .filter(|rect| self.taken.iter().all(|other| !other.intersects(*rect)))
            .min_by_key(|rect| {
                let crosses = |pair: &&[Pos2]| {
                    Rect::from_two_pos(pair[0], pair[1]).intersects(rect.expand(1.0))
                };
                self.path.windows(2).filter(crosses).count()
            });
        let rect = best?;
        self.painter.rect_filled(
            rect.expand2(vec2(3.0, -1.0)),
            3.0,
            palette.background.gamma_multiply(0.7),
        );
        self.painter.galley(rect.min, galley, color);
        self.taken.push(rect);
        Some(rect)
    }
}

/// Marks and names peaks and valleys.
pub(super) fn extrema(
    notes: &mut Notes<'_>,
    palette: &Palette,
    axes: &Axes,
    drawn: &Drawn,
    measure: &Measure,
) {
    for (points, name) in [
        (&drawn.curve.peaks, "peak"),
        (&drawn.curve.valleys, "valley"),
    ] {
        for &[a, i] in points {
            let at = axes.screen([a - drawn.offset, i]);
            if !axes.rect.expand(1.0).contains(at) {
                continue;
            }
            let ring = Stroke::new(1.5, palette.ndc);
            notes.painter.circle_stroke(at, 3.5, ring);
            notes.taken.push(Rect::from_center_size(at, vec2(9.0, 9.0)));
            // A dent of a few points is marked but not named: the name would be larger than the thing.
            if (at.y - axes.screen_y(0.0)).abs() < 0.08 * axes.rect.height() {
                continue;
            }
            let text = format!(
                "{name} {}",
                number::significant(i * measure.current.factor, 2)
            );
            notes.put(palette, at, text, theme::plain(theme::SMALL), palette.text);
        }
    }
}

pub(super) fn kept_inside(rect: Rect, room: Rect) -> Rect {
    let dx = (room.left() - rect.left()).max(0.0) - (rect.right() - room.right()).max(0.0);
    let dy = (room.top() - rect.top()).max(0.0) - (rect.bottom() - room.bottom()).max(0.0);
    rect.translate(vec2(dx, dy))
}

/// The operating point with its fading tail, and its numbers.
pub(super) fn operating(
    notes: &mut Notes<'_>,
    palette: &Palette,
    axes: &Axes,
    shown: &mut IvShown<'_>,
    measure: &Measure,
) {
    let platform = shown.platform;
    let place = |o: &Operating| axes.screen([o.a - offset(platform, o), o.response.current]);
    let inside = axes.inside(notes.painter);
    let tail: Vec<Pos2> = shown.tail.map(|o| place(&o)).collect();
    for (k, pair) in tail.windows(2).enumerate() {
        let fade = (k + 1) as f32 / tail.len() as f32;
        let color = palette.positive.gamma_multiply(0.75 * fade);
        inside.line_segment([pair[0], pair[1]], Stroke::new(1.0 + 3.0 * fade, color));
    }
    let now = shown.now;
    let at = place(&now);
    if !at.is_finite() {
        return;
    }
    inside.circle(
        at,
        5.5,
        palette.positive,
        Stroke::new(2.0, palette.background),
    );
    notes
        .taken
        .push(Rect::from_center_size(at, vec2(12.0, 12.0)));
    let symbol = match platform {
        Platform::Electronic => "V",
        Platform::Chemical => "c",
    };
    let text = format!(
        "{symbol} {}  I {}",
        number::significant(measure.state.factor * (now.a - offset(platform, &now)), 3),
        number::significant(measure.current.factor * now.response.current, 3)
    );
    notes.put(
        palette,
        at,
        text,
        theme::mono(theme::SMALL),
        palette.positive,
    );
}

pub(super) fn strip_ui(
    painter: &Painter,
    palette: &Palette,
    axes: &Axes,
    drawn: &Drawn,
    shown: &IvShown<'_>,
) {
    painter.rect_filled(axes.rect, 4.0, palette.background);
    for [from, to] in drawn.falling() {
        axes.hatch(painter, from..=to, palette.ndc_tint);
    }
    painter.hline(
        axes.rect.x_range(),
        axes.screen_y(0.0),
        Stroke::new(1.0, palette.dim.gamma_multiply(0.6)),
    );
    zero_line(painter, palette, axes);
    axes.curve(painter, drawn.slopes(), Stroke::new(1.6, palette.ok));
    let now = axes.screen([
        shown.now.a - offset(shown.platform, &shown.now),
        shown.now.response.d_from,
    ]);
    if now.is_finite() {
        axes.inside(painter)
            .circle_filled(now, 3.5, palette.positive);
    }
    axes.frame(painter, palette);
    let name = match shown.platform {
        Platform::Electronic => "dI/dV",
        Platform::Chemical => "dI/dc",
    };
    painter.text(
        axes.rect.left_top() + vec2(7.0, 4.0),
        Align2::LEFT_TOP,
        name,
        theme::plain(theme::SMALL),
        palette.dim,
    );
    painter.text(
        pos2(axes.rect.left() - 6.0, axes.screen_y(0.0)),
        Align2::RIGHT_CENTER,
        "0",
        theme::mono(theme::SMALL),
        palette.dim,
    );
}

/// The values under the pointer.
pub(super) fn hover(
    painter: &Painter,
    palette: &Palette,
    [axes, strip]: [&Axes; 2],
    drawn: &Drawn,
    measure: &Measure,
    pointer: Pos2,
) {
    if !axes.rect.union(strip.rect).contains(pointer) {
        return;
    }
    let x = axes.x_at(pointer.x);
    let near = |points: &mut dyn Iterator<Item = [f64; 2]>| {
        points.min_by(|p, q| (p[0] - x).abs().total_cmp(&(q[0] - x).abs()))
    };
    let (Some([x, current]), Some([_, slope])) =
        (near(&mut drawn.currents()), near(&mut drawn.slopes()))
    else {
        return;
    };
    let line = Stroke::new(1.0, palette.dim.gamma_multiply(0.7));
    let color: Color32 = palette.text;
    painter.extend([Shape::line_segment(
        [
            pos2(axes.screen_x(x), axes.rect.top()),
            pos2(axes.screen_x(x), strip.rect.bottom()),
        ],
        line,
    )]);
    painter.circle_filled(axes.screen([x, current]), 2.5, color);
    painter.circle_filled(strip.screen([x, slope]), 2.5, color);
    let text = format!(
        "{}: I {}, slope {}",
        number::significant(x * measure.state.factor, 3),
        number::significant(current * measure.current.factor, 3),
        number::significant(slope * measure.current.factor / measure.state.factor, 2)
    );
    let galley = painter.layout_no_wrap(text, theme::mono(theme::SMALL), color);
    let at = pos2(
        axes.rect.right() - galley.size().x - 6.0,
        axes.rect.bottom() - galley.size().y - 4.0,
    );
    let ground = Rect::from_min_size(at, galley.size()).expand(3.0);
    painter.rect_filled(ground, 3.0, palette.panel);
    painter.galley(at, galley, color);
}
