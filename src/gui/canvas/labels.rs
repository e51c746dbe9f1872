//! Text on the canvas: put where it covers no tank, no glyph and no other text, or left out.

use std::sync::Arc;

use eframe::egui::text::{LayoutJob, TextFormat};
use eframe::egui::{
    Align2, Color32, CornerRadius, FontId, Galley, Painter, Pos2, Rect, Vec2, vec2,
};

use crate::gui::theme::{self, Palette};

/// A place a label may take, seen from what it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Centred above.
    Above,
    /// Centred below.
    Below,
    /// To the right.
    Right,
    /// To the left.
    Left,
}

impl Place {
    fn anchor(self, around: Rect) -> (Pos2, Align2) {
        const GAP: f32 = 3.0;
        match self {
            Self::Above => (around.center_top() - vec2(0.0, GAP), Align2::CENTER_BOTTOM),
            Self::Below => (around.center_bottom() + vec2(0.0, GAP), Align2::CENTER_TOP),
            Self::Right => (
                around.right_center() + vec2(GAP + 8.0, 0.0),
                Align2::LEFT_CENTER,
            ),
            Self::Left => (
                around.left_center() - vec2(GAP + 3.0, 0.0),
                Align2::RIGHT_CENTER,
            ),
        }
    }
}

/// What is already on the canvas, and the labels that found room.
pub(super) struct Labels {
    view: Rect,
    taken: Vec<Rect>,
    placed: Vec<(Pos2, Arc<Galley>)>,
}

impl Labels {
    /// No labels yet; `taken` is what they must keep clear of.
    pub(super) fn new(view: Rect, taken: Vec<Rect>) -> Self {
        Self {
            view,
            taken,
            placed: Vec::new(),
        }
    }

    /// Puts the first of `texts` that fits at the first of `places` that is free. Returns whether any did.
    pub(super) fn put(
        &mut self,
        painter: &Painter,
        around: Rect,
        texts: impl IntoIterator<Item = LayoutJob>,
        places: &[Place],
    ) -> bool {
        for job in texts {
            let galley = painter.layout_job(job);
            for place in places {
                let (anchor, align) = place.anchor(around);
                let rect = align.anchor_size(anchor, galley.size());
                let body = rect.expand2(vec2(2.0, -1.0));
                if self.view.contains_rect(rect)
                    && self.taken.iter().all(|other| !other.intersects(body))
                {
                    self.taken.push(body);
                    self.placed.push((rect.min, galley));
                    return true;
                }
            }
        }
        false
    }

    /// Paints them, each on a faint ground that keeps pipes from running through the letters.
    pub(super) fn paint(self, painter: &Painter, palette: &Palette) {
        for (at, galley) in self.placed {
            let ground = Rect::from_min_size(at, galley.size()).expand2(vec2(3.0, 0.0));
            painter.rect_filled(
                ground,
                CornerRadius::same(3),
                palette.background.gamma_multiply(0.82),
            );
            painter.galley(at, galley, palette.text);
        }
    }
}

/// A line of text in several inks and faces.
pub(super) fn line(parts: &[(&str, FontId, Color32)]) -> LayoutJob {
    let mut job = LayoutJob::default();
    for (k, (text, font, color)) in parts.iter().enumerate() {
        job.append(
            text,
            if k > 0 { 6.0 } else { 0.0 },
            TextFormat::simple(font.clone(), *color),
        );
    }
    job
}

/// Height of a line in a callout.
const ROW: f32 = 17.0;

/// A box of lines beside the pointer, kept inside the view.
pub(crate) fn callout(
    painter: &Painter,
    palette: &Palette,
    view: Rect,
    pointer: Pos2,
    title: &str,
    rows: &[(String, String)],
) {
    let title = painter.layout_no_wrap(title.to_owned(), theme::strong(theme::BODY), palette.text);
    let rows: Vec<[Arc<Galley>; 2]> = rows
        .iter()
        .map(|(name, value)| {
            [
                painter.layout_no_wrap(name.clone(), theme::plain(theme::SMALL), palette.dim),
                painter.layout_no_wrap(value.clone(), theme::mono(theme::SMALL), palette.text),
            ]
        })
        .collect();
    // A row without a value is a remark across both columns.
    let is_pair = |row: &&[Arc<Galley>; 2]| row[1].size().x > 0.0;
    let column = |k: usize| {
        let pairs = rows.iter().filter(is_pair);
        pairs.map(|row| row[k].size().x).fold(0.0, f32::max)
    };
    let (names, values) = (column(0), column(1));
    let remarks = rows.iter().map(|row| row[0].size().x).fold(0.0, f32::max);
    let size = vec2(
        title.size().x.max(names + 14.0 + values).max(remarks),
        title.size().y + 4.0 + ROW * rows.len() as f32,
    ) + Vec2::splat(18.0);
    let mut rect = Rect::from_min_size(pointer + vec2(16.0, 14.0), size);
    if rect.right() > view.right() - 4.0 {
        rect = rect.translate(vec2(-size.x - 30.0, 0.0));
    }
    if rect.bottom() > view.bottom() - 4.0 {
        rect = rect.translate(vec2(0.0, view.bottom() - 4.0 - rect.bottom()));
    }
    if rect.left() < view.left() + 4.0 {
        rect = rect.translate(vec2(view.left() + 4.0 - rect.left(), 0.0));
    }
    painter.rect(
        rect,
        CornerRadius::same(6),
        palette.panel,
        eframe::egui::Stroke::new(1.0, palette.line),
        eframe::egui::StrokeKind::Inside,
    );
    let mut at = rect.min + Vec2::splat(9.0);
    let title_height = title.size().y;
    painter.galley(at, title, palette.text);
    at.y += title_height + 4.0;
    for [name, value] in rows {
        let end = at.x + (rect.width() - 18.0) - value.size().x;
        painter.galley(at, name, palette.dim);
        painter.galley(eframe::egui::pos2(end, at.y), value, palette.text);
        at.y += ROW;
    }
}
