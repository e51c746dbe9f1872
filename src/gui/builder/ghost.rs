//! What the builder would add, drawn on the canvas as a sketch.

use eframe::egui::{CornerRadius, Pos2, Rect, Shape, Stroke, StrokeKind, Ui, Vec2, vec2};

use crate::document::insertion::{End, Insertion};
use crate::gui::canvas::Camera;
use crate::gui::theme::Palette;

/// Lines drawn at most: more would be a grey area, and cost frames.
const MOST_LINES: usize = 2000;

/// The size of a tank at 100 %.
const TANK: Vec2 = vec2(38.0, 56.0);

/// Reservoirs and edges that are not there yet.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ghost {
    tanks: Vec<Pos2>,
    lines: Vec<[Pos2; 2]>,
    /// Whether the view has been brought to it.
    is_seen: bool,
}

impl Ghost {
    pub(super) fn new(insertion: &Insertion) -> Self {
        let tanks: Vec<Pos2> = insertion
            .nodes
            .iter()
            .map(|node| {
                let [x, y] = node.at.unwrap_or_default();
                Pos2::new(x as f32, y as f32)
            })
            .collect();
        let place = |end| match end {
            End::New(k) => tanks.get(k).copied(),
            End::Present(_) => None,
        };
        // Of very many edges every so many-th, so that all layers show.
        let step = insertion.edges.len().div_ceil(MOST_LINES).max(1);
        let lines = insertion.edges.iter().step_by(step);
        let lines = lines
            .filter_map(|edge| Some([place(edge.from)?, place(edge.to)?]))
            .collect();
        Self {
            lines,
            tanks,
            is_seen: false,
        }
    }

    /// What holds it; once for each ghost, so that the view can be brought to it and then left alone.
    pub(crate) fn take_unseen(&mut self) -> Option<Rect> {
        let is_seen = std::mem::replace(&mut self.is_seen, true);
        let bounds = Rect::from_points(&self.tanks).expand(0.5 * TANK.y);
        (!is_seen && !self.tanks.is_empty()).then_some(bounds)
    }
}

/// Draws it.
pub(crate) fn ghost_ui(ui: &Ui, area: Rect, camera: Camera, ghost: &Ghost) {
    let palette = Palette::current(ui);
    let painter = ui.painter_at(area);
    let thin = Stroke::new(1.0, palette.accent.gamma_multiply(0.45));
    let lines = ghost.lines.iter().map(|ends| {
        let ends = ends.map(|at| camera.screen_from_canvas(area, at));
        Shape::line_segment(ends, thin)
    });
    painter.extend(lines);
    for &at in &ghost.tanks {
        let rect = camera.screen_rect(area, Rect::from_center_size(at, TANK));
        if area.intersects(rect) {
            painter.rect(
                rect,
                CornerRadius::same((6.0 * camera.zoom()).clamp(1.0, 12.0) as u8),
                palette.background,
                Stroke::new(1.5, palette.accent),
                StrokeKind::Inside,
            );
        }
    }
}
