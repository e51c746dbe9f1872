//! The signs on buttons, painted, so that they are crisp at every scale and need no font.

use eframe::egui::epaint::PathShape;
use eframe::egui::{Color32, Painter, Pos2, Rect, Shape, Stroke, pos2, vec2};

/// A sign on a button.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Icon {
    /// A triangle.
    Play,
    /// Two bars.
    Pause,
    /// A square.
    Stop,
    /// A die.
    Dice,
    /// A target.
    Target,
    /// A triangle before a bar.
    Step,
    /// An arrow round in a circle, backwards.
    Reset,
    /// An arrow to a line.
    ToEnd,
    /// An arrow bent back.
    Undo,
    /// An arrow bent forward.
    Redo,
    /// A sun.
    Sun,
    /// A moon.
    Moon,
    /// A frame's four corners.
    Fit,
    /// A bar at the right side.
    PanelRight,
    /// A bar at the bottom.
    PanelBottom,
}

/// Paints `icon` in the middle of `rect`, 14 points wide.
pub(super) fn paint(painter: &Painter, icon: Icon, rect: Rect, color: Color32) {
    let c = rect.center();
    let at = |x: f32, y: f32| pos2(c.x + x, c.y + y);
    let stroke = Stroke::new(1.6, color);
    let fill = |points: Vec<Pos2>| {
        painter.add(PathShape::convex_polygon(points, color, Stroke::NONE));
    };
    let line = |points: Vec<Pos2>| {
        painter.add(Shape::line(points, stroke));
    };
    let bar = |x: f32, half: f32, width: f32| {
        painter.rect_filled(
            Rect::from_center_size(at(x, 0.0), vec2(width, 2.0 * half)),
            1.0,
            color,
        );
    };
    match icon {
        Icon::Play => fill(vec![at(-4.5, -6.0), at(6.5, 0.0), at(-4.5, 6.0)]),
        Icon::Pause => {
            bar(-3.0, 6.0, 3.5);
            bar(3.0, 6.0, 3.5);
        }
        Icon::Stop => {
            painter.rect_filled(Rect::from_center_size(c, vec2(10.0, 10.0)), 1.5, color);
        }
        Icon::Dice => dice(painter, c, color),
        Icon::Target => {
            painter.circle_stroke(c, 6.0, Stroke::new(1.4, color));
            painter.circle_filled(c, 2.4, color);
        }
        Icon::Step => {
            fill(vec![at(-5.5, -5.0), at(2.0, 0.0), at(-5.5, 5.0)]);
            bar(4.5, 5.5, 2.5);
        }
        Icon::Reset => {
            line(arc(c, 5.5, 0.9, 6.4));
            fill(vec![at(6.8, -5.2), at(7.0, 0.8), at(1.6, -1.4)]);
        }
        Icon::ToEnd => {
            line(vec![at(-6.5, 0.0), at(0.5, 0.0)]);
            fill(vec![at(-1.0, -4.5), at(3.8, 0.0), at(-1.0, 4.5)]);
            bar(5.5, 5.5, 2.2);
        }
        Icon::Undo | Icon::Redo => {
            let s = if icon == Icon::Undo { 1.0 } else { -1.0 };
            let mut points = vec![at(-5.0 * s, -2.0), at(1.5 * s, -2.0)];
            points.extend((0..=8).map(|k| {
                let angle = std::f32::consts::PI * (k as f32 / 8.0);
                at(s * (1.5 + 3.6 * angle.sin()), 1.6 - 3.6 * angle.cos())
            }));
            points.push(at(-2.0 * s, 5.2));
            line(points);
            fill(vec![
                at(-3.0 * s, -5.8),
                at(-3.0 * s, 1.8),
                at(-7.0 * s, -2.0),
            ]);
        }
        Icon::Sun => {
            painter.circle_filled(c, 3.2, color);
            for k in 0..8 {
                let angle = std::f32::consts::TAU * k as f32 / 8.0;
                let d = vec2(angle.cos(), angle.sin());
                painter.line_segment([c + 4.8 * d, c + 7.0 * d], Stroke::new(1.4, color));
            }
        }
        Icon::Moon => {
            // The outer arc and, back along it, the inner one: a thin crescent of quadrilaterals.
            let outer = arc(c, 6.0, 0.7, 5.0);
            let inner = arc(at(2.6, -2.2), 4.6, 1.25, 4.45);
            for (o, i) in outer.windows(2).zip(inner.windows(2)) {
                fill(vec![o[0], o[1], i[1], i[0]]);
            }
        }
        Icon::Fit => {
            for (sx, sy) in [(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)] {
                line(vec![
                    at(2.0 * sx, 6.0 * sy),
                    at(6.0 * sx, 6.0 * sy),
                    at(6.0 * sx, 2.0 * sy),
                ]);
            }
        }
        Icon::PanelRight | Icon::PanelBottom => {
            let frame = Rect::from_center_size(c, vec2(14.0, 11.0));
            painter.rect_stroke(
                frame,
                1.5,
                Stroke::new(1.3, color),
                eframe::egui::StrokeKind::Inside,
            );
            let mut pane = frame;
            if icon == Icon::PanelRight {
                pane.min.x = frame.max.x - 5.0;
            } else {
                pane.min.y = frame.max.y - 4.5;
            }
            painter.rect_filled(pane, 1.5, color);
        }
    }
}

/// A die that shows three.
fn dice(painter: &Painter, c: Pos2, color: Color32) {
    painter.rect_stroke(
        Rect::from_center_size(c, vec2(13.0, 13.0)),
        3.0,
        Stroke::new(1.4, color),
        eframe::egui::StrokeKind::Inside,
    );
    for shift in [-2.8, 0.0, 2.8] {
        painter.circle_filled(c + vec2(shift, shift), 1.3, color);
    }
}

/// Points along a circle from one angle to another, clockwise on screen.
fn arc(center: Pos2, radius: f32, from: f32, to: f32) -> Vec<Pos2> {
    (0..=20)
        .map(|k| {
            let angle = from + (to - from) * k as f32 / 20.0;
            center + radius * vec2(angle.cos(), angle.sin())
        })
        .collect()
}
