//! Tanks too small or too many for marks and round corners: plain boxes in one mesh, which still tell fill, sign and role.

use eframe::egui::emath::GuiRounding as _;
use eframe::egui::epaint::Mesh;
use eframe::egui::{Color32, Painter, Rect, Shape, pos2};

use super::tank::TankLook;
use crate::gui::theme::Palette;
use crate::network::Role;

/// Tanks at least this high show where they come to rest.
const WITH_TICK: f32 = 8.0;

/// Narrower tanks have no frame: it would leave no room for what is in them.
const LEAST_FRAMED: f32 = 5.0;

/// Boxes to be painted together.
pub(super) struct PlainTanks {
    mesh: Mesh,
    pixels_per_point: f32,
}

impl PlainTanks {
    /// No boxes yet.
    pub(super) fn new(painter: &Painter) -> Self {
        Self {
            mesh: Mesh::default(),
            pixels_per_point: painter.pixels_per_point(),
        }
    }

    /// Adds a tank.
    pub(super) fn add(&mut self, palette: &Palette, look: &TankLook<'_>) {
        let TankLook {
            node,
            rect,
            zoom: _,
            state,
            steady,
            scale,
            is_selected,
            is_hovered,
        } = *look;
        // Edges between pixels would come and go as one pans.
        let rect = rect.round_to_pixels(self.pixels_per_point);
        let mut fill = |rect: Rect, color: Color32| self.mesh.add_colored_rect(rect, color);
        if is_selected {
            fill(rect.expand(2.0), palette.accent);
        }
        let outline = if is_hovered || node.role == Role::Output {
            palette.text
        } else {
            palette.pipes[1]
        };
        let frame = if rect.width() < LEAST_FRAMED {
            0.0
        } else {
            1.0
        };
        if frame > 0.0 {
            fill(rect, outline);
        }
        let inside = rect.shrink(frame);
        let ground = if frame > 0.0 {
            palette.background
        } else {
            outline.gamma_multiply(0.45)
        };
        fill(inside, ground);
        let y = |x: f64| inside.bottom() - scale.unit(x) * inside.height();
        let level = palette.state(scale.signed_unit(state));
        let level = if frame > 0.0 {
            level
        } else {
            apart(level, palette.background, outline)
        };
        fill(inside.with_min_y(y(state)), level);
        match node.role {
            // What is held has a lid.
            Role::Input | Role::Bias => {
                let height = (0.12 * rect.height()).max(1.0);
                let lid = Rect::from_min_max(
                    pos2(rect.left(), rect.top() - height),
                    pos2(rect.right(), rect.top()),
                );
                let is_input = node.role == Role::Input;
                fill(lid, if is_input { palette.text } else { palette.dim });
            }
            Role::Hidden | Role::Output => {}
        }
        if state > scale.hi || state < scale.lo {
            // Beyond the scale the level is unknown: no box may look as if it were at its end.
            fill(inside.shrink2(0.25 * inside.size()), palette.text);
        }
        if let Some((steady, is_stale)) = steady.filter(|_| rect.height() >= WITH_TICK) {
            let y = y(steady);
            let tick = Rect::from_min_max(
                pos2(inside.center().x, y - 0.6),
                pos2(rect.right() + 1.0, y + 0.6),
            );
            let strength = if is_stale { 0.4 } else { 1.0 };
            fill(tick, palette.ok.gamma_multiply(strength));
        }
    }

    /// What is painted.
    pub(super) fn shape(self) -> Shape {
        Shape::mesh(self.mesh)
    }
}

/// A colour that is told from the ground without a frame: one that is nearly that of the ground goes some way to another.
fn apart(color: Color32, ground: Color32, other: Color32) -> Color32 {
    /// The difference of channels, of 255, from which on a speck of a few pixels is seen.
    const SEEN: f32 = 96.0;
    /// The way for one that is no different: it stays lighter, or darker, than the other.
    const FURTHEST: f32 = 0.45;
    let channels = color.to_array().into_iter().zip(ground.to_array());
    let difference = channels.map(|(a, b)| a.abs_diff(b)).max().unwrap_or(0);
    let way = FURTHEST * (1.0 - f32::from(difference) / SEEN).max(0.0);
    color.lerp_to_gamma(other, way)
}

/// A place in the painting order for boxes that are not known yet.
pub(super) fn reserve(painter: &Painter) -> eframe::egui::layers::ShapeIdx {
    painter.add(Shape::Noop)
}

#[cfg(test)]
mod tests {
    use eframe::egui::Theme;

    use super::*;

    #[test]
    fn no_tank_is_lost_on_the_ground() {
        for theme in [Theme::Dark, Theme::Light] {
            for is_contrast_high in [false, true] {
                let palette = Palette::of(theme, is_contrast_high);
                for k in -10_i8..=10 {
                    let color = palette.state(f32::from(k) / 10.0);
                    let seen = apart(color, palette.background, palette.pipes[1]);
                    let channels = seen
                        .to_array()
                        .into_iter()
                        .zip(palette.background.to_array());
                    let most = channels.map(|(a, b)| a.abs_diff(b)).max();
                    assert!(most >= Some(24), "{theme:?}, {k}: {seen:?}");
                }
            }
        }
    }
}
