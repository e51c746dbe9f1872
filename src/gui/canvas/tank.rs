//! A reservoir drawn as a tank: fill, level, steady tick, and the marks of its role.

use eframe::egui::epaint::PathShape;
use eframe::egui::{
    Color32, CornerRadius, Painter, Pos2, Rect, Shape, Stroke, StrokeKind, pos2, vec2,
};

use super::glyph;
use crate::device::Platform;
use crate::gui::theme::Palette;
use crate::network::{Network, Node, Role};

/// The range of states all tanks of a network share.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct StateScale {
    /// State of an empty tank.
    pub(crate) lo: f64,
    /// State of a full tank.
    pub(crate) hi: f64,
    /// Where colour turns from blue to orange: ground.
    pub(crate) zero: f64,
}

impl StateScale {
    /// The box no state leaves (maximum principle): clamps with their signals, ground and initial states; `steady` states
    /// beyond it, which only driven chemistry has, widen it.
    pub(crate) fn new(network: &Network, steady: &[f64]) -> Self {
        let ground = network.ground;
        let mut lo = ground;
        let mut hi = ground;
        let mut include = |x: f64| {
            if x.is_finite() {
                lo = lo.min(x);
                hi = hi.max(x);
            }
        };
        for node in network.nodes() {
            if node.role.is_clamped() {
                let swing = node.signal.map_or(0.0, |signal| signal.amplitude.abs());
                include(node.value - swing);
                include(node.value + swing);
            } else {
                include(network.initial_of(node));
            }
        }
        for &x in steady {
            include(x);
        }
        match network.platform() {
            Platform::Electronic => {
                // An unbiased network still needs a scale to kick against.
                if hi - lo < 1e-9 {
                    (lo, hi) = (lo - 1.0, hi + 1.0);
                }
                let air = 0.12 * (hi - lo);
                Self {
                    lo: lo - air,
                    hi: hi + air,
                    zero: ground,
                }
            }
            Platform::Chemical => Self {
                lo: 0.0,
                hi: if hi > 0.0 { 1.12 * hi } else { 1.0 },
                zero: ground,
            },
        }
    }

    /// Fill height of a state, 0 empty to 1 full.
    pub(crate) fn unit(&self, x: f64) -> f32 {
        (((x - self.lo) / (self.hi - self.lo)) as f32).clamp(0.0, 1.0)
    }

    /// The state at a fill height.
    pub(crate) fn state(&self, unit: f32) -> f64 {
        self.lo + f64::from(unit.clamp(0.0, 1.0)) * (self.hi - self.lo)
    }

    /// −1 … 1: how far a state is from ground, for its colour.
    pub(crate) fn signed_unit(&self, x: f64) -> f32 {
        let reach = (self.hi - self.zero).max(self.zero - self.lo);
        if reach > 0.0 {
            (((x - self.zero) / reach) as f32).clamp(-1.0, 1.0)
        } else {
            0.0
        }
    }

    /// How much state a screen point is worth on a tank of this height.
    pub(crate) fn state_per_point(&self, height: f32) -> f64 {
        (self.hi - self.lo) / f64::from(height.max(1.0))
    }
}

/// What of a reservoir is to be drawn.
pub(super) struct TankLook<'a> {
    pub(super) node: &'a Node,
    /// Outline on screen.
    pub(super) rect: Rect,
    /// Screen points per canvas point.
    pub(super) zoom: f32,
    pub(super) state: f64,
    /// The steady state, and whether it belongs to older parameters.
    pub(super) steady: Option<(f64, bool)>,
    pub(super) scale: &'a StateScale,
    pub(super) is_selected: bool,
    pub(super) is_hovered: bool,
}

/// The part of a tank that holds the fill.
pub(super) fn inside(rect: Rect, zoom: f32) -> Rect {
    rect.shrink((3.0 * zoom).clamp(1.0, 5.0))
}

/// The height of a state's level on screen.
pub(super) fn level_y(rect: Rect, zoom: f32, scale: &StateScale, x: f64) -> f32 {
    let inside = inside(rect, zoom);
    inside.bottom() - scale.unit(x) * inside.height()
}

/// Paints a tank, without its label.
pub(super) fn paint(painter: &Painter, palette: &Palette, look: &TankLook<'_>) {
    let TankLook {
        node,
        rect,
        zoom,
        state,
        steady,
        scale,
        is_selected,
        is_hovered,
    } = *look;
    let radius = CornerRadius::same((6.0 * zoom).clamp(1.0, 12.0) as u8);
    if is_selected {
        painter.rect_stroke(
            rect,
            radius,
            Stroke::new(3.0, palette.accent),
            StrokeKind::Outside,
        );
    }
    painter.rect_filled(rect, radius, palette.background);
    let inside = inside(rect, zoom);
    let fill = palette.state(scale.signed_unit(state));
    let top = level_y(rect, zoom, scale, state);
    let inner_radius = CornerRadius::same((3.5 * zoom).clamp(0.0, 8.0) as u8);
    let full = Rect::from_min_max(pos2(inside.left(), top), inside.max);
    painter
        .with_clip_rect(full.intersect(painter.clip_rect()))
        .rect_filled(inside, inner_radius, fill);
    zero_line(painter, palette, look, inside, top);
    painter.hline(
        inside.x_range(),
        top,
        Stroke::new((1.6 * zoom).clamp(1.0, 2.5), palette.text),
    );
    if node.role.is_clamped() {
        knob(painter, palette, look, pos2(inside.center().x, top));
    }
    let outline = match (node.role, is_hovered) {
        (_, true) => Stroke::new(2.0, palette.text),
        (Role::Output, _) => Stroke::new((2.2 * zoom).clamp(1.2, 3.0), palette.text),
        _ => Stroke::new((1.5 * zoom).clamp(1.0, 2.0), palette.pipes[1]),
    };
    painter.rect_stroke(rect, radius, outline, StrokeKind::Middle);
    overflow_mark(painter, palette, look, inside);
    if let Some((steady, is_stale)) = steady {
        let y = level_y(rect, zoom, scale, steady);
        let size = (4.0 * zoom).clamp(2.5, 6.0);
        let color = if is_stale {
            palette.ok.gamma_multiply(0.4)
        } else {
            palette.ok
        };
        glyph::pointer_left(
            painter,
            pos2(inside.right() - 1.6 * size, y),
            size,
            color,
            Stroke::new(1.0, Color32::from_black_alpha(160)),
        );
    }
    marks(painter, palette, look);
}

/// The knob of a clamp's own slider, which is its level.
fn knob(painter: &Painter, palette: &Palette, look: &TankLook<'_>, at: Pos2) {
    // On smaller tanks it would hide the level itself.
    if look.zoom < 0.6 {
        return;
    }
    let size = look.zoom.clamp(0.6, 1.6) * vec2(14.0, 6.0);
    let edge = if look.is_hovered {
        palette.accent
    } else {
        palette.background
    };
    painter.rect(
        Rect::from_center_size(at, size),
        CornerRadius::same((0.5 * size.y) as u8),
        palette.text,
        Stroke::new(1.0, edge),
        StrokeKind::Outside,
    );
}

/// The common zero, dashed across the vessel.
fn zero_line(painter: &Painter, palette: &Palette, look: &TankLook<'_>, inside: Rect, top: f32) {
    let y = level_y(look.rect, look.zoom, look.scale, look.scale.zero);
    let ink = if y > top {
        Color32::from_black_alpha(110)
    } else {
        palette.dim.gamma_multiply(0.8)
    };
    painter.extend(Shape::dashed_line(
        &[pos2(inside.left(), y), pos2(inside.right(), y)],
        Stroke::new(1.0, ink),
        3.0,
        3.0,
    ));
}

/// A state beyond the scale is not drawn as if it were at its end: an arrow points on.
fn overflow_mark(painter: &Painter, palette: &Palette, look: &TankLook<'_>, inside: Rect) {
    let up = look.state > look.scale.hi;
    if !up && look.state >= look.scale.lo {
        return;
    }
    let (y, d) = if up {
        (inside.top() + 2.0, -1.0)
    } else {
        (inside.bottom() - 2.0, 1.0)
    };
    let tip = pos2(inside.center().x, y);
    glyph::arrowhead(painter, tip, vec2(0.0, d), 7.0 * look.zoom, palette.text);
}

/// How far above its outline a tank's marks reach, in screen points.
pub(super) fn mark_height(role: Role, zoom: f32) -> f32 {
    match role {
        Role::Hidden => 0.0,
        Role::Input => 11.0 * zoom,
        Role::Bias => 7.0 * zoom,
        Role::Output => 17.0 * zoom,
    }
}

/// How far below its outline a leak's spout reaches, in screen points.
pub(super) fn spout_height(node: &Node, zoom: f32) -> f32 {
    if has_spout(node) { 14.0 * zoom } else { 0.0 }
}

fn has_spout(node: &Node) -> bool {
    !node.role.is_clamped() && node.leak > 0.0
}

/// The marks of clamp, rail, output and leak.
fn marks(painter: &Painter, palette: &Palette, look: &TankLook<'_>) {
    let TankLook {
        node, rect, zoom, ..
    } = *look;
    let top = pos2(rect.center().x, rect.top());
    let ink = palette.text;
    match node.role {
        Role::Hidden => {}
        // A weight on the lid: the level is held.
        Role::Input => {
            let at = |x: f32, y: f32| top + zoom * vec2(x, y);
            painter.add(PathShape::convex_polygon(
                vec![
                    at(-9.0, -3.0),
                    at(9.0, -3.0),
                    at(5.0, -10.0),
                    at(-5.0, -10.0),
                ],
                ink,
                Stroke::NONE,
            ));
        }
        // A rail across the top.
        Role::Bias => {
            let half = 0.5 * rect.width() + 3.0 * zoom;
            painter.line_segment(
                [
                    pos2(top.x - half, top.y - 5.0 * zoom),
                    pos2(top.x + half, top.y - 5.0 * zoom),
                ],
                Stroke::new((3.0 * zoom).clamp(1.5, 4.0), palette.dim),
            );
        }
        // An eye: here the answer is read.
        Role::Output => {
            let eye = top - vec2(0.0, 10.0 * zoom);
            painter.circle_stroke(eye, 5.0 * zoom, Stroke::new(1.5, ink));
            painter.circle_filled(eye, 2.0 * zoom, ink);
        }
    }
    if has_spout(node) {
        spout(painter, palette, pos2(rect.center().x, rect.bottom()), zoom);
    }
}

/// A short pipe to ground with a drop under it.
fn spout(painter: &Painter, palette: &Palette, foot: Pos2, zoom: f32) {
    let stroke = Stroke::new((1.4 * zoom).clamp(1.0, 2.0), palette.pipes[1]);
    for x in [-3.0, 3.0] {
        painter.line_segment(
            [foot + zoom * vec2(x, 0.0), foot + zoom * vec2(x, 6.0)],
            stroke,
        );
    }
    painter.circle_filled(
        foot + zoom * vec2(0.0, 10.5),
        (1.8 * zoom).max(1.0),
        palette.dim,
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scale_holds_every_clamp_and_inverts() {
        let mut network = Network::new(Platform::Electronic);
        let mut node = Node::new("x", Role::Input, Platform::Electronic);
        node.value = 3.0;
        network.add_node(node).unwrap();
        let scale = StateScale::new(&network, &[-1.0, f64::NAN]);
        assert!(scale.lo < -1.0 && scale.hi > 3.0);
        for x in [-1.0, 0.0, 2.9] {
            assert!((scale.state(scale.unit(x)) - x).abs() < 1e-5);
        }
        assert!(scale.unit(f64::INFINITY) <= 1.0 && scale.signed_unit(-1e9) >= -1.0);
    }

    #[test]
    fn an_unbiased_network_has_a_scale() {
        for platform in [Platform::Electronic, Platform::Chemical] {
            let scale = StateScale::new(&Network::new(platform), &[]);
            assert!(scale.hi > scale.lo);
        }
    }
}
