//! Sliders that obey no wheel: by hand, by arrows, and by assistive technology.

use eframe::egui::accesskit::{Action, ActionData};
use eframe::egui::{
    self, Color32, CornerRadius, EventFilter, Id, Key, Rect, Response, Sense, Stroke, Ui,
    WidgetInfo, pos2, vec2,
};

use super::scale::Scale;
use crate::gui::theme::Palette;

/// What a gesture did to a value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Gesture {
    /// Under way: show it, remember nothing.
    Live(f64),
    /// Ended with this value: one step of undo.
    Done(f64),
}

impl Gesture {
    /// The value now.
    pub(crate) fn value(self) -> f64 {
        match self {
            Self::Live(value) | Self::Done(value) => value,
        }
    }
}

/// How a slider looks and what it is called.
pub(crate) struct SliderLook<'a> {
    /// The accessible name.
    pub label: &'a str,
    /// Colour of the filled part.
    pub fill: Color32,
    /// Positions of small marks, in values.
    pub marks: &'a [f64],
    /// Lowest and highest of several values that differ: no one value is there to be filled up to.
    pub mixed: Option<[f64; 2]>,
}

/// A slider of `width` points. The wheel does nothing to it; Shift makes the hand ten times finer; arrows step.
pub(crate) fn slider_ui(
    ui: &mut Ui,
    id: Id,
    width: f32,
    value: f64,
    scale: &Scale,
    look: &SliderLook<'_>,
) -> Option<Gesture> {
    const KNOB: f32 = 6.5;
    let (_, rect) = ui.allocate_space(vec2(width, 24.0));
    let response = ui.interact(rect, id, Sense::click_and_drag());
    let rail = rect.shrink2(vec2(KNOB, 0.0));
    let gesture = slider_gesture(ui, &response, rail, value, scale)
        // Touching what differs makes it equal only when it is moved.
        .filter(|gesture| look.mixed.is_none() || !is_untouched(*gesture, value));
    let value = gesture.map_or(value, Gesture::value);

    response.widget_info(|| WidgetInfo::slider(ui.is_enabled(), value, look.label));
    let [lo, hi] = scale.ends();
    ui.ctx().accesskit_node_builder(id, |node| {
        node.set_min_numeric_value(lo);
        node.set_max_numeric_value(hi);
        for action in [Action::SetValue, Action::Increment, Action::Decrement] {
            node.add_action(action);
        }
    });
    if ui.is_rect_visible(rect) {
        let palette = Palette::current(ui);
        let painter = ui.painter();
        let y = rect.center().y;
        let x = egui::lerp(rail.x_range(), scale.unit(value) as f32);
        let groove = |from: f32, to: f32, color: Color32| {
            let bar = Rect::from_min_max(pos2(from, y - 2.0), pos2(to, y + 2.0));
            painter.rect_filled(bar, CornerRadius::same(2), color);
        };
        groove(rail.left(), rail.right(), palette.raised);
        match look.mixed {
            None => groove(rail.left(), x, look.fill),
            Some(ends) => {
                let [from, to] = ends.map(|end| egui::lerp(rail.x_range(), scale.unit(end) as f32));
                groove(from - 2.0, to + 2.0, look.fill.gamma_multiply(0.6));
            }
        }
        for mark in look.marks {
            let x = egui::lerp(rail.x_range(), scale.unit(*mark) as f32);
            painter.vline(x, y - 7.0..=y + 7.0, Stroke::new(1.0, palette.dim));
        }
        let is_held = response.dragged() || response.has_focus();
        let radius = if response.hovered() || is_held {
            KNOB + 0.5
        } else {
            KNOB
        };
        let (fill, rim) = match look.mixed {
            None => (palette.text, palette.panel),
            Some(_) => (palette.panel, palette.text),
        };
        painter.circle(pos2(x, y), radius, fill, Stroke::new(2.0, rim));
        if is_held {
            painter.circle_stroke(pos2(x, y), radius + 2.0, Stroke::new(1.5, palette.accent));
        }
    }
    gesture
}

/// Whether a gesture leaves a value as it is.
pub(super) fn is_untouched(gesture: Gesture, value: f64) -> bool {
    matches!(gesture, Gesture::Done(done) if done.to_bits() == value.to_bits())
}

/// Where the slider that has the focus leaves its id: it takes arrows and leaves all other keys to the window.
fn focused_slider() -> Id {
    Id::unique("focused slider")
}

/// Whether this focused widget is one of our sliders.
pub(crate) fn is_slider(ctx: &egui::Context, focused: Id) -> bool {
    ctx.data(|data| data.get_temp(focused_slider()) == Some(focused))
}

fn slider_gesture(
    ui: &Ui,
    response: &Response,
    rail: Rect,
    value: f64,
    scale: &Scale,
) -> Option<Gesture> {
    let id = response.id;
    let fine = ui.input(|i| i.modifiers.shift);
    if response.has_focus() {
        ui.data_mut(|data| data.insert_temp(focused_slider(), id));
        ui.memory_mut(|memory| {
            memory.set_focus_lock_filter(
                id,
                EventFilter {
                    horizontal_arrows: true,
                    vertical_arrows: true,
                    ..EventFilter::default()
                },
            );
        });
        let presses = |key| ui.input(|i| i.num_presses(key)) as f64;
        let steps = presses(Key::ArrowRight) + presses(Key::ArrowUp)
            - presses(Key::ArrowLeft)
            - presses(Key::ArrowDown);
        if steps != 0.0 {
            let step = if fine { 0.002 } else { 0.02 };
            let unit = scale.unit(value) + steps * step;
            return Some(Gesture::Done(scale.value(unit, true)));
        }
    }
    if let Some(gesture) = spoken_gesture(ui, id, value, scale) {
        return Some(gesture);
    }
    // The position of the hand, which moves on where rounding would hold the value back.
    let held: Option<f64> = ui.data(|data| data.get_temp(id));
    let is_held = response.is_pointer_button_down_on() || response.dragged();
    let given_up = id.with("given up");
    if held.is_some() && super::is_given_up(ui) {
        ui.data_mut(|data| {
            data.remove_temp::<f64>(id);
            data.insert_temp(given_up, true);
        });
    }
    if ui.data(|data| data.get_temp(given_up) == Some(true)) {
        if !is_held {
            ui.data_mut(|data| data.remove_temp::<bool>(given_up));
        }
        return None;
    }
    if is_held {
        let pointer = response.interact_pointer_pos()?;
        let at_pointer = f64::from((pointer.x - rail.left()) / rail.width().max(1.0));
        if held.is_none() {
            // From here on arrows step it.
            response.request_focus();
        }
        let unit = match held {
            // Pressing beside the knob brings it there; pressing on it moves nothing yet.
            None if (at_pointer - scale.unit(value)).abs() * f64::from(rail.width()) > 8.0 => {
                at_pointer
            }
            None => scale.unit(value),
            Some(unit) => {
                let share = if fine { 0.1 } else { 1.0 };
                unit + f64::from(response.drag_motion().x / rail.width().max(1.0)) * share
            }
        };
        ui.data_mut(|data| data.insert_temp(id, unit));
        let moved = held.is_none_or(|held| (held - unit).abs() > 0.0);
        let next = scale.value(unit, fine);
        let is_at_rest = held.is_none() && (unit - scale.unit(value)).abs() < 1e-12;
        return (moved && !is_at_rest).then_some(Gesture::Live(next));
    }
    if held.is_some() {
        ui.data_mut(|data| data.remove_temp::<f64>(id));
        return Some(Gesture::Done(value));
    }
    None
}

/// What assistive technology asks of the slider.
fn spoken_gesture(ui: &Ui, id: Id, value: f64, scale: &Scale) -> Option<Gesture> {
    ui.input(|input| {
        let count = |action| input.num_accesskit_action_requests(id, action) as f64;
        let steps = count(Action::Increment) - count(Action::Decrement);
        let set = input
            .accesskit_action_requests(id, Action::SetValue)
            .filter_map(|request| match request.data {
                Some(ActionData::NumericValue(value)) if value.is_finite() => Some(value),
                _ => None,
            })
            .last();
        let [lo, hi] = scale.ends();
        match set {
            Some(set) => Some(Gesture::Done(set.clamp(lo, hi))),
            None if steps != 0.0 => Some(Gesture::Done(
                scale.value(scale.unit(value) + 0.02 * steps, true),
            )),
            None => None,
        }
    })
}

/// Says that a widget with the focus, other than a slider, has no use for Space either.
pub(crate) fn leave_space_alone(ctx: &egui::Context, id: Id) {
    ctx.data_mut(|data| data.insert_temp(focused_slider(), id));
}
