//! The laws to choose from for the next edge: a strip at the side of the canvas.

use eframe::egui::{
    Align2, CornerRadius, Rect, Role as WidgetRole, Sense, Stroke, StrokeKind, Ui, WidgetInfo,
    pos2, vec2,
};

use super::{Hand, glyph, overlay};
use crate::device::{Kind, Platform};
use crate::gui::command::Command;
use crate::gui::theme::{self, Palette};

/// Size of a tile.
const TILE: [f32; 2] = [46.0, 30.0];

/// Height of the word over the tiles.
const HEAD: f32 = 20.0;

/// Distance of the strip from the side of the canvas.
const LEFT: f32 = 10.0;

/// Where the strip lies; nothing if the canvas is too low for it.
pub(super) fn strip(area: Rect, platform: Platform) -> Rect {
    let count = Kind::of_platform(platform).count() as f32;
    let rect = Rect::from_min_size(
        pos2(area.left() + LEFT, area.top() + overlay::TOP + 4.0),
        vec2(TILE[0], HEAD + TILE[1] * count),
    );
    if rect.bottom() + 34.0 < area.bottom() && area.width() > 320.0 {
        rect
    } else {
        Rect::NOTHING
    }
}

/// Draws the strip.
pub(super) fn tools_ui(
    ui: &Ui,
    strip: Rect,
    platform: Platform,
    hand: &Hand,
    commands: &mut Vec<Command>,
) {
    if !strip.is_positive() {
        return;
    }
    let palette = Palette::current(ui);
    let painter = ui.painter();
    painter.rect(
        strip.expand(3.0),
        CornerRadius::same(8),
        palette.panel,
        Stroke::new(1.0, palette.line),
        StrokeKind::Inside,
    );
    painter.text(
        pos2(strip.center().x, strip.top() + 0.5 * HEAD),
        Align2::CENTER_CENTER,
        "edge",
        theme::plain(theme::SMALL),
        palette.dim,
    );
    let chosen = hand.next_kind(platform);
    for (k, kind) in Kind::of_platform(platform).enumerate() {
        let corner = strip.min + vec2(0.0, HEAD + TILE[1] * k as f32);
        let tile = Rect::from_min_size(corner, vec2(TILE[0], TILE[1]));
        let id = ui.scope_id().with(("device", kind));
        let response = ui.interact(tile, id, Sense::click());
        let name = format!("next device {}", kind.title());
        response
            .widget_info(|| WidgetInfo::selected(WidgetRole::Button, true, kind == chosen, &name));
        let is_chosen = kind == chosen;
        if is_chosen || response.hovered() || response.has_focus() {
            let fill = if is_chosen {
                palette.accent.gamma_multiply(0.25)
            } else {
                palette.raised
            };
            painter.rect_filled(tile.shrink(1.0), CornerRadius::same(6), fill);
        }
        let frame = if is_chosen {
            Stroke::new(1.5, palette.accent)
        } else {
            Stroke::new(1.0, palette.pipes[1])
        };
        glyph::paint(
            painter,
            tile.left_center() + vec2(16.0, 0.0),
            glyph::SIZE,
            kind,
            palette.panel,
            palette.text,
            frame,
        );
        painter.text(
            tile.right_center() - vec2(10.0, 0.0),
            Align2::CENTER_CENTER,
            k + 1,
            theme::mono(theme::SMALL),
            palette.dim,
        );
        let tip = format!(
            "{}: the device of the next edge.\nDrag from the rim of a tank to draw one. The key also converts selected \
             edges.  ({})",
            kind.title(),
            k + 1
        );
        if response.on_hover_text(tip).clicked() {
            commands.push(Command::Device(kind));
        }
    }
}
