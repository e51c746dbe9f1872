//! A small picture for each law, worn by its edges.

use std::f32::consts::TAU;

use eframe::egui::epaint::PathShape;
use eframe::egui::{
    Color32, CornerRadius, Painter, Pos2, Rect, Shape, Stroke, StrokeKind, Vec2, pos2, vec2,
};

use crate::device::Kind;

/// Side of a glyph's tile at 100 %.
pub(crate) const SIZE: f32 = 22.0;

/// Paints the tile of a law.
pub(crate) fn paint(
    painter: &Painter,
    center: Pos2,
    size: f32,
    kind: Kind,
    ground: Color32,
    ink: Color32,
    frame: Stroke,
) {
    let tile = Rect::from_center_size(center, Vec2::splat(size));
    painter.rect(
        tile,
        CornerRadius::same((size * 0.22) as u8),
        ground,
        frame,
        StrokeKind::Middle,
    );
    paint_sign(painter, center, size, kind, ink);
}

/// Paints the sign alone, inside a square of this size.
pub(crate) fn paint_sign(painter: &Painter, center: Pos2, size: f32, kind: Kind, ink: Color32) {
    let unit = size / SIZE;
    let at = |x: f32, y: f32| center + unit * vec2(x, y);
    let stroke = Stroke::new((1.5 * unit).max(1.0), ink);
    let line = |points: Vec<Pos2>| {
        painter.add(Shape::line(points, stroke));
    };
    // A curve given as ordinates (up is positive) at abscissae from −7.5 to 7.5.
    let graph = |f: &dyn Fn(f32) -> f32| {
        line(
            (0..=24)
                .map(|k| {
                    let s = k as f32 / 24.0;
                    at(-7.5 + 15.0 * s, -f(s))
                })
                .collect(),
        );
    };
    match kind {
        Kind::Ohmic => line(
            [
                (-8.0, 0.0),
                (-5.5, 0.0),
                (-4.0, -4.0),
                (-1.3, 4.0),
                (1.3, -4.0),
                (4.0, 4.0),
                (5.5, 0.0),
                (8.0, 0.0),
            ]
            .map(|(x, y)| at(x, y))
            .to_vec(),
        ),
        Kind::Diode => {
            painter.add(PathShape::convex_polygon(
                vec![at(-4.5, -5.0), at(3.5, 0.0), at(-4.5, 5.0)],
                ink,
                Stroke::NONE,
            ));
            line(vec![at(4.2, -5.2), at(4.2, 5.2)]);
        }
        // Rises, peaks, collapses.
        Kind::QuantumDot => graph(&|s| {
            let v = 9.0 * s - 2.2;
            11.0 * (v / 2.0).sinh() / ((v / 2.0).cosh() + (v - 3.4).cosh()) - 5.0
        }),
        Kind::DoubleDot => {
            painter.circle_stroke(at(-3.2, 0.0), 3.9 * unit, stroke);
            painter.circle_stroke(at(3.2, 0.0), 3.9 * unit, stroke);
        }
        Kind::BlockadeDot => line(
            [
                (-8.0, 5.0),
                (-4.0, 5.0),
                (-4.0, -4.5),
                (1.5, -4.5),
                (1.5, 1.5),
                (8.0, 1.5),
            ]
            .map(|(x, y)| at(x, y))
            .to_vec(),
        ),
        // Up, down, up again: Esaki's N.
        Kind::TunnelDiode => graph(&|s| {
            let v = 4.2 * s;
            14.0 * v * (1.0 - v / 0.9).exp() * 0.62 / 0.9 + 0.055 * (v * 1.28).exp() - 6.0
        }),
        Kind::Diffusion => {
            for (x, y) in [
                (-6.0, -3.0),
                (-5.0, 3.0),
                (-2.2, 0.0),
                (1.5, -3.0),
                (3.0, 3.0),
                (6.5, 0.0),
            ] {
                painter.circle_filled(at(x, y), 1.6 * unit, ink);
            }
        }
        Kind::Enzyme => {
            // A body with a cleft, and the substrate in front of it.
            let body: Vec<Pos2> = (0..=20)
                .map(|k| {
                    let angle = 0.11 * TAU + 0.78 * TAU * k as f32 / 20.0;
                    at(-1.5 + 6.0 * angle.cos(), 6.0 * angle.sin())
                })
                .chain([at(-0.8, 0.0)])
                .collect();
            painter.add(PathShape::closed_line(body, stroke));
            painter.circle_filled(at(5.6, 0.0), 2.0 * unit, ink);
        }
        Kind::Custom => formula_sign(painter, &at, unit, stroke),
    }
}

/// f(·): a hand-drawn f, and a pair of parentheses.
fn formula_sign(painter: &Painter, at: &dyn Fn(f32, f32) -> Pos2, unit: f32, stroke: Stroke) {
    let line = |points: Vec<Pos2>| {
        painter.add(Shape::line(points, stroke));
    };
    let stem = [
        (-2.2, -6.4),
        (-3.4, -6.8),
        (-4.4, -5.6),
        (-6.0, 5.2),
        (-7.0, 6.6),
        (-8.0, 6.2),
    ];
    line(stem.map(|(x, y)| at(x, y)).to_vec());
    line(vec![at(-7.2, -1.6), at(-2.8, -1.6)]);
    for side in [-1.0, 1.0] {
        let bow = (0..=10).map(|k| {
            let y = 5.4 * (k as f32 / 5.0 - 1.0);
            at(3.2 + side * (4.4 - 0.065 * y * y), y)
        });
        line(bow.collect());
    }
    painter.circle_filled(at(3.2, 0.0), 1.5 * unit, stroke.color);
}

/// An arrowhead at `tip`, pointing along `direction`.
pub(super) fn arrowhead(painter: &Painter, tip: Pos2, direction: Vec2, size: f32, color: Color32) {
    let across = direction.rot90() * 0.62 * size;
    let back = tip - direction * size;
    painter.add(PathShape::convex_polygon(
        vec![tip, back + across, back - across],
        color,
        Stroke::NONE,
    ));
}

/// A small triangle at `tip`, pointing left.
pub(super) fn pointer_left(painter: &Painter, tip: Pos2, size: f32, fill: Color32, line: Stroke) {
    painter.add(PathShape::convex_polygon(
        vec![
            tip,
            pos2(tip.x + 1.4 * size, tip.y - size),
            pos2(tip.x + 1.4 * size, tip.y + size),
        ],
        fill,
        line,
    ));
}
