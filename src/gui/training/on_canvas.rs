//! What training adds to the canvas: in each hidden tank a thumbnail of its own response.

use eframe::egui::{
    Align2, LayerId, Order, Painter, Rect, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2,
    vec2,
};

use super::picture::{self, Picture, SMALL, Tone};
use super::response::Response;
use crate::gui::canvas::{Camera, Scene};
use crate::gui::chart::{Axes, padded};
use crate::gui::number;
use crate::gui::theme::{self, Palette};
use crate::network::{Network, Role as Part};

/// Side of a thumbnail at 100 %.
const SIDE: f32 = 22.0;

/// Side of the picture that hovering shows.
const ENLARGED: f32 = 168.0;

/// More hidden tanks than this in view get no thumbnails: they would be specks, and cost a frame.
const MOST: usize = 40;

/// Draws the thumbnails over the canvas, which fills `area`; returns whether one is under the pointer, and so enlarged.
pub(crate) fn thumbnails_ui(
    ui: &mut Ui,
    area: Rect,
    camera: Camera,
    scene: &Scene,
    network: &Network,
    (response, is_stale): (&Response, bool),
) -> bool {
    if camera.zoom() < 0.5 {
        return false;
    }
    let mut is_one_enlarged = false;
    let palette = Palette::current(ui);
    let painter = ui.painter_at(area);
    let hidden = scene.tanks.iter().filter(|tank| {
        network
            .node(tank.key)
            .is_some_and(|node| node.role == Part::Hidden)
    });
    for tank in hidden.take(MOST) {
        let (Some(node), Ok(slot)) = (
            network.node(tank.key),
            response.free.binary_search(&tank.key),
        ) else {
            continue;
        };
        let Some(extent) = response.extent(slot) else {
            continue;
        };
        let vessel = camera.screen_rect(area, tank.rect);
        let side = SIDE * camera.zoom().clamp(0.7, 1.4);
        let rect = Rect::from_min_size(
            pos2(vessel.left() - side - 3.0, vessel.bottom() - side),
            vec2(side, side),
        );
        if !area.contains_rect(rect) {
            continue;
        }
        let picture = Picture {
            response,
            slot,
            tone: Tone::over(extent),
            most: SMALL,
            is_stale,
        };
        one_ui(&painter, palette, rect, &picture, extent);
        painter.rect_stroke(
            rect,
            1.0,
            Stroke::new(1.0, palette.line.lerp_to_gamma(palette.dim, 0.5)),
            StrokeKind::Outside,
        );
        let id = ui.scope_id().with(("thumbnail", tank.key));
        let touch = ui.interact(rect, id, Sense::hover());
        let label = format!("response of {}", node.title());
        touch.widget_info(|| WidgetInfo::labeled(Role::Image, true, &label));
        if touch.hovered() {
            enlarged(ui, area, rect, &label, picture, extent);
            is_one_enlarged = true;
        }
    }
    is_one_enlarged
}

/// One picture: a heat map over two inputs, a curve over one.
fn one_ui(
    painter: &Painter,
    palette: &Palette,
    rect: Rect,
    picture: &Picture<'_>,
    extent: [f64; 2],
) {
    let response = picture.response;
    let [axis] = response.axes.as_slice() else {
        picture::paint(painter, palette, rect, picture);
        return;
    };
    painter.rect_filled(rect, 0.0, palette.background);
    let axes = Axes::new(rect, axis.range, padded(extent, 0.1));
    let strength = if picture.is_stale { 0.45 } else { 1.0 };
    let stroke = Stroke::new(1.4, palette.text.gamma_multiply(strength));
    let samples: Vec<Option<[f64; 2]>> = (0..axis.samples)
        .map(|k| Some([axis.at(k), response.state(picture.slot, k, 0)?]))
        .collect();
    // Where nothing settles there is no line.
    for line in samples.split(Option::is_none) {
        axes.curve(painter, line.iter().flatten().copied(), stroke);
    }
}

fn enlarged(
    ui: &Ui,
    area: Rect,
    from: Rect,
    title: &str,
    thumbnail: Picture<'_>,
    [lo, hi]: [f64; 2],
) {
    let palette = Palette::current(ui);
    let painter = ui
        .ctx()
        .layer_painter(LayerId::new(Order::Tooltip, ui.scope_id().with("enlarged")));
    let size = vec2(ENLARGED + 20.0, ENLARGED + 52.0);
    let mut card = Rect::from_min_size(from.right_top() + vec2(10.0, -20.0), size);
    let room = area.shrink(6.0);
    card = card.translate(vec2(
        (room.right() - card.right()).min(0.0),
        (room.bottom() - card.bottom())
            .min(0.0)
            .max(room.top() - card.top()),
    ));
    painter.rect(
        card,
        6.0,
        palette.panel,
        Stroke::new(1.0, palette.line),
        StrokeKind::Inside,
    );
    painter.text(
        card.min + vec2(10.0, 8.0),
        Align2::LEFT_TOP,
        title,
        theme::strong(theme::SMALL),
        palette.text,
    );
    let picture = Rect::from_min_size(card.min + vec2(10.0, 26.0), vec2(ENLARGED, ENLARGED));
    let whole = Picture {
        most: usize::MAX,
        ..thumbnail
    };
    one_ui(&painter, palette, picture, &whole, [lo, hi]);
    painter.text(
        pos2(picture.left(), picture.bottom() + 6.0),
        Align2::LEFT_TOP,
        if thumbnail.response.axes.len() == 1 {
            format!("from {} to {}", number::state(lo), number::state(hi))
        } else {
            format!("blue {}   orange {}", number::state(lo), number::state(hi))
        },
        theme::mono(theme::SMALL),
        palette.dim,
    );
}
