//! What floats over the canvas: the network's badges, the chips, the hint.

use eframe::egui::{self, Align, Layout, Rect, RichText, Ui, UiBuilder, vec2};

use super::{Hand, Shown};
use crate::gui::badges::badges_ui;
use crate::gui::command::Command;
use crate::gui::flipping;
use crate::gui::message::{Message, body_ui};
use crate::gui::number;
use crate::gui::theme::{self, Palette};

/// Height of the strip at the top that badges and hint occupy.
pub(super) const TOP: f32 = 34.0;

/// Draws badges and chips over the canvas.
pub(super) fn overlay_ui(
    ui: &mut Ui,
    area: Rect,
    shown: &Shown<'_>,
    hand: &Hand,
    bundled: Option<[usize; 2]>,
    commands: &mut Vec<Command>,
) {
    let strip =
        Rect::from_min_max(area.min, egui::pos2(area.right(), area.top() + TOP)).shrink(6.0);
    let palette = Palette::current(ui);
    ui.scope_builder(
        UiBuilder::new()
            .max_rect(strip)
            .layout(Layout::right_to_left(Align::Center)),
        |ui| {
            badges_ui(ui, shown.network, shown.derived, commands);
            if ui.available_width() > 230.0 {
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    ui.add_space(8.0);
                    ui.label(
                        RichText::new(hint(shown, hand))
                            .size(theme::SMALL)
                            .color(palette.dim),
                    );
                });
            }
        },
    );
    if shown.network.nodes().is_empty() && hand.writing.is_none() && !hand.is_sketched {
        first_steps(ui, area);
    }
    chips_ui(ui, area, shown, bundled, commands);
    readings_ui(ui, area, shown);
}

/// What to do on an empty canvas, in its middle.
fn first_steps(ui: &Ui, area: Rect) {
    const ROW: f32 = 24.0;
    let palette = Palette::current(ui);
    let steps = [
        "Double-click: a reservoir",
        "Drag from its rim: an edge, and a new reservoir where you let go",
        "Right click: inputs, outputs, notes, and what else can be done",
    ];
    let top = area.center().y - 0.5 * ROW * (steps.len() as f32 - 1.0);
    for (k, step) in steps.into_iter().enumerate() {
        ui.painter().text(
            egui::pos2(area.center().x, top + ROW * k as f32),
            egui::Align2::CENTER_CENTER,
            step,
            theme::plain(theme::BODY),
            palette.dim,
        );
    }
}

fn hint(shown: &Shown<'_>, hand: &Hand) -> &'static str {
    if hand.armed.is_some() {
        "Click the reservoir where the edge ends; Esc gives it up"
    } else if shown.network.nodes().is_empty() {
        "Build a network here, or choose a preset from the menu above"
    } else if shown.network.edges().is_empty() {
        "Drag from the rim of a reservoir to connect it"
    } else {
        "Click an edge to see its I-V curve; drag a level to kick it"
    }
}

/// Bottom left: what is the matter, and what is not as it would be drawn otherwise.
fn chips_ui(
    ui: &mut Ui,
    area: Rect,
    shown: &Shown<'_>,
    bundled: Option<[usize; 2]>,
    commands: &mut Vec<Command>,
) {
    let mut texts = Vec::new();
    if let Some(slowing) = shown.dots.slowing()
        && shown.simulation.is_running()
    {
        texts.push(format!(
            "dots slowed to {} of their speed",
            number::short(slowing, 2)
        ));
    }
    if shown.simulation.is_behind() {
        texts.push("the solver is slower than the speed set".to_owned());
    }
    if let Some(bundled) = bundled {
        texts.push(bundle_words(bundled) + ": zoom in for single ones");
    }
    // On a narrow canvas the readings need the lowest line for themselves.
    let mut lift = if area.width() < 640.0 { 28.0 } else { 0.0 };
    // The chip that says which inputs are held stands in the corner.
    if shown.simulation.is_held() {
        lift += flipping::HEIGHT + 4.0;
    }
    let mut corner = area.left_bottom() + vec2(10.0, -10.0 - lift);
    for (k, message) in shown.standing.iter().enumerate() {
        let id = ui.scope_id().with(("standing", k));
        let rect = chip(ui, area, corner, &message.title, Some(id));
        standing_ui(ui, rect, id, message, commands);
        lift += rect.height() + 6.0;
        corner.y -= rect.height() + 6.0;
    }
    chips(ui, area, texts, lift);
}

/// That so many edges are drawn as so many bundles.
pub(super) fn bundle_words([pipes, bundles]: [usize; 2]) -> String {
    format!("{pipes} edges drawn as {bundles} bundles")
}

/// Draws chips one above the other, `lift` above the lower left corner.
pub(super) fn chips(ui: &Ui, area: Rect, texts: impl IntoIterator<Item = String>, lift: f32) {
    let mut corner = area.left_bottom() + vec2(10.0, -10.0 - lift);
    for text in texts {
        let rect = chip(ui, area, corner, &text, None);
        corner.y -= rect.height() + 6.0;
    }
}

/// Paints a chip whose lower left corner is here; one that can be pressed looks like it.
fn chip(ui: &Ui, area: Rect, corner: egui::Pos2, text: &str, pressed: Option<egui::Id>) -> Rect {
    let palette = Palette::current(ui);
    let response = pressed.and_then(|id| ui.ctx().read_response(id));
    let is_lit = response.is_some_and(|response| response.hovered() || response.has_focus());
    let (ink, rim) = match pressed {
        None => (palette.dim, palette.line),
        Some(_) if is_lit => (palette.text, palette.accent),
        Some(_) => (palette.text, palette.dim),
    };
    let text = match pressed {
        None => text.to_owned(),
        Some(_) => format!("{text}  ›"),
    };
    let mut job = egui::text::LayoutJob::simple_singleline(text, theme::plain(theme::SMALL), ink);
    job.wrap = egui::text::TextWrapping::truncate_at_width((area.width() - 38.0).max(40.0));
    let galley = ui.painter().layout_job(job);
    let size = galley.size() + vec2(18.0, 8.0);
    let rect = Rect::from_min_size(corner - vec2(0.0, size.y), size);
    ui.painter().rect(
        rect,
        egui::CornerRadius::same(11),
        palette.panel,
        egui::Stroke::new(1.0, rim),
        egui::StrokeKind::Inside,
    );
    ui.painter()
        .galley(rect.center() - 0.5 * galley.size(), galley, ink);
    rect
}

/// What a chip says at length when it is pressed, with the remedies.
fn standing_ui(
    ui: &mut Ui,
    rect: Rect,
    id: egui::Id,
    message: &Message,
    commands: &mut Vec<Command>,
) {
    let response = ui.interact(rect, id, egui::Sense::click());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &message.title));
    let response = response.on_hover_text("Click for more, and for what can be done");
    egui::Popup::from_toggle_button_response(&response)
        .id(id.with("more"))
        .close_behavior(egui::PopupCloseBehavior::CloseOnClickOutside)
        .width(400.0)
        .show(|ui| {
            ui.set_max_width(400.0);
            if body_ui(ui, message, false, commands) {
                ui.close();
            }
        });
}

/// Bottom right: what is stored, what the numerics lost of it, and what it all costs.
fn readings_ui(ui: &Ui, area: Rect, shown: &Shown<'_>) {
    let palette = Palette::current(ui);
    let simulation = shown.simulation;
    let total = simulation.total();
    // Both in the unit that suits the total: the drift is read against it.
    let stored = shown.scales.stored(total);
    let drift = number::significant(stored.of(simulation.drift()).abs(), 1);
    let (stored, unit) = (number::significant(stored.of(total), 4), stored.unit);
    let unit = if unit.is_empty() {
        String::new()
    } else {
        format!(" {unit}")
    };
    let power = simulation.power();
    let power = shown.scales.power(power).text(power, 3);
    let readings = [
        (
            format!("P {power}"),
            "dissipation now, of all edges and leaks together",
        ),
        (
            format!("Σ {stored} ±{drift}{unit}"),
            "the stored total Σ C·x and its drift: the change of the total minus what clamps and leaks delivered. \
             The drift is what the numerics lost or made, and should be next to nothing",
        ),
    ];
    let mut right = area.right() - 12.0;
    for (k, (text, tip)) in readings.into_iter().enumerate() {
        let galley =
            ui.painter()
                .layout_no_wrap(text.clone(), theme::mono(theme::SMALL), palette.dim);
        let size = galley.size();
        let rect = Rect::from_min_size(
            egui::pos2(right - size.x, area.bottom() - 8.0 - size.y),
            size,
        );
        ui.painter().rect_filled(
            rect.expand2(vec2(4.0, 2.0)),
            3.0,
            palette.background.gamma_multiply(0.8),
        );
        ui.painter().galley(rect.min, galley, palette.dim);
        let id = ui.scope_id().with(("reading", k));
        let response = ui.interact(rect, id, egui::Sense::hover());
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &text));
        response.on_hover_text(tip);
        right = rect.left() - 20.0;
    }
}
