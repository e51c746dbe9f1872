//! Widgets of our own: sliders that obey no wheel, number boxes, badges, buttons with painted signs.

mod scale;
mod slider;

use std::ops::RangeInclusive;

use eframe::egui::{
    self, Align2, Color32, CornerRadius, DragValue, FontId, Id, Key, Rect, Response, Role, Sense,
    Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2,
};

use super::icon::{self, Icon};
use super::number;
use super::theme::{self, Palette};
use crate::device::ParamRange;

pub(super) use scale::Scale;
use slider::is_untouched;
pub(super) use slider::{Gesture, SliderLook, is_slider, leave_space_alone, slider_ui};

/// The numbers a parameter of this range may be typed as. The ends keep products of two of them finite.
pub(super) fn legal(range: ParamRange) -> RangeInclusive<f64> {
    match range {
        ParamRange::Positive => 1e-12..=1e12,
        ParamRange::NonNegative => 0.0..=1e12,
        ParamRange::Real => -1e12..=1e12,
    }
}

/// A box to type a number into, or to drag it in.
pub(super) fn number_ui(
    ui: &mut Ui,
    id: Id,
    width: f32,
    label: &str,
    value: f64,
    range: ParamRange,
    scale: &Scale,
) -> Option<Gesture> {
    number_box_ui(ui, id, width, (label, ""), value, (range, scale), None)
}

/// The same with a tip, and with a word in place of the number where several values differ.
pub(super) fn number_box_ui(
    ui: &mut Ui,
    id: Id,
    width: f32,
    (label, tip): (&str, &str),
    value: f64,
    (range, scale): (ParamRange, &Scale),
    word: Option<&str>,
) -> Option<Gesture> {
    let mut edited = value;
    let legal = legal(range);
    // As fast as the slider's hand: the share of the scale that two points of it cover.
    let unit = scale.unit(value);
    let speed = (scale.value(unit + 0.01, true) - scale.value(unit - 0.01, true)).abs() * 0.5;
    // Placed in a rectangle of its own: a long number is cut and does not widen the row.
    let (rect, _) = ui.allocate_exact_size(vec2(width, 22.0), Sense::hover());
    let response = ui
        .push_id(id, |ui| {
            ui.place(
                rect,
                DragValue::new(&mut edited)
                    .range(legal.clone())
                    .clamp_existing_to_range(false)
                    .speed(speed.max(1e-6))
                    .update_while_editing(false)
                    .min_size(rect.size())
                    .clip_text(true)
                    .custom_formatter(|x, _| {
                        word.map_or_else(|| number::short(x, 4), str::to_owned)
                    })
                    .custom_parser(parse),
            )
        })
        .inner
        .accessible_name(label.to_owned());
    let response = if tip.is_empty() {
        response
    } else {
        response.on_hover_text(tip)
    };
    let is_legal = edited.is_finite() && legal.contains(&edited) && !is_given_up(ui);
    let is_changed = response.changed() && is_legal && (edited - value).abs() > 0.0;
    if response.dragged() {
        return is_changed.then_some(Gesture::Live(edited));
    }
    if response.drag_stopped() {
        let done = Gesture::Done(edited);
        return (word.is_none() || !is_untouched(done, value)).then_some(done);
    }
    is_changed.then_some(Gesture::Done(edited))
}

/// Whether Esc gives up what is being typed or dragged. The press may have been taken by its shortcut; that the key is down,
/// or was let go since the last frame, cannot.
pub(super) fn is_given_up(ui: &Ui) -> bool {
    ui.input(|i| i.key_down(Key::Escape) || i.key_released(Key::Escape))
}

/// Reads a number as people write them: either minus sign, a decimal comma, spaces.
fn parse(text: &str) -> Option<f64> {
    let text: String = text
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| match c {
            '−' => '-',
            ',' => '.',
            c => c,
        })
        .collect();
    text.parse().ok().filter(|x: &f64| x.is_finite())
}

/// A button with a painted sign.
pub(super) fn icon_button_ui(
    ui: &mut Ui,
    icon: Icon,
    label: &str,
    is_enabled: bool,
    is_primary: bool,
) -> Response {
    word_button_ui(ui, icon, "", label, is_enabled, is_primary)
}

/// The same with a word beside the icon.
pub(super) fn word_button_ui(
    ui: &mut Ui,
    icon: Icon,
    word: &str,
    label: &str,
    is_enabled: bool,
    is_primary: bool,
) -> Response {
    let sense = if is_enabled {
        Sense::click()
    } else {
        Sense::hover()
    };
    let font = theme::strong(theme::BODY);
    let word = (!word.is_empty()).then(|| {
        ui.painter()
            .layout_no_wrap(word.to_owned(), font, Color32::PLACEHOLDER)
    });
    let room = word.as_ref().map_or(0.0, |word| word.size().x + 8.0);
    let (rect, response) = ui.allocate_exact_size(vec2(30.0 + room, 26.0), sense);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, is_enabled, label));
    if ui.is_rect_visible(rect) {
        let palette = Palette::current(ui);
        let visuals = ui.style().interact(&response);
        let (fill, ink) = match (is_enabled, is_primary) {
            (false, _) => (Color32::TRANSPARENT, palette.dim.gamma_multiply(0.5)),
            (true, true) => (palette.accent, palette.on_accent),
            (true, false) => (visuals.weak_bg_fill, palette.text),
        };
        ui.painter().rect(
            rect,
            CornerRadius::same(5),
            fill,
            if is_enabled {
                visuals.bg_stroke
            } else {
                Stroke::NONE
            },
            StrokeKind::Inside,
        );
        let place = rect.with_max_x(rect.left() + 30.0);
        icon::paint(ui.painter(), icon, place, ink);
        if let Some(word) = word {
            let at = pos2(place.right(), rect.center().y - 0.5 * word.size().y);
            ui.painter().galley_with_override_text_color(at, word, ink);
        }
    }
    response
}

/// A pill with a word in it: outlined, in one colour.
pub(super) fn badge_ui(ui: &mut Ui, text: &str, label: &str, color: Color32) -> Response {
    let galley = ui
        .painter()
        .layout_no_wrap(text.to_owned(), theme::plain(theme::SMALL), color);
    let size = galley.size() + vec2(18.0, 6.0);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, label));
    let palette = Palette::current(ui);
    ui.painter().rect(
        rect,
        CornerRadius::same(11),
        palette.panel.lerp_to_gamma(color, 0.10),
        Stroke::new(1.0, color.gamma_multiply(0.8)),
        StrokeKind::Inside,
    );
    ui.painter()
        .galley(rect.center() - 0.5 * galley.size(), galley, color);
    response
}

/// Text at a fixed place, at most `width` points wide, ending in an ellipsis where it must be cut.
pub(super) fn clipped_text_ui(
    ui: &mut Ui,
    width: f32,
    text: &str,
    font: FontId,
    color: Color32,
) -> Response {
    let (rect, response) = ui.allocate_exact_size(vec2(width, 24.0), Sense::click());
    let mut job = egui::text::LayoutJob::simple_singleline(text.to_owned(), font, color);
    job.wrap = egui::text::TextWrapping::truncate_at_width(width);
    let galley = ui.painter().layout_job(job);
    let at = Align2::LEFT_CENTER.anchor_size(rect.left_center(), galley.size());
    ui.painter().galley(at.min, galley, color);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, text));
    response
}

/// Gives the keyboard to the next widget that is drawn and can have it.
pub(super) fn focus_next_ui(ui: &Ui) {
    let here = ui.scope_id().with("focus next");
    // The focus comes here and goes on in the same frame, as if Tab had been pressed here.
    ui.memory_mut(|memory| {
        memory.request_focus(here);
        memory.move_focus(egui::FocusDirection::Next);
    });
    let rect = Rect::from_min_size(ui.max_rect().min, egui::Vec2::ZERO);
    ui.interact(rect, here, Sense::focusable_noninteractive());
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn numbers_are_read_as_written() {
        assert_eq!(parse(" −1,5 "), Some(-1.5));
        assert_eq!(parse("2e-3"), Some(2e-3));
        assert_eq!(parse("inf"), None);
        assert_eq!(parse("x"), None);
    }
}
