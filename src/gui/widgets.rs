//! Widgets of our own: sliders that obey no wheel, number boxes, badges, buttons with painted signs.

use std::ops::RangeInclusive;

use eframe::egui::accesskit::{Action, ActionData};
use eframe::egui::{
    self, Align2, Color32, CornerRadius, DragValue, EventFilter, FontId, Id, Key, Rect, Response,
    Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2,
};

use super::icon::{self, Icon};
use super::number;
use super::theme::{self, Palette};
use crate::device::{ParamRange, ParamSpec};

/// How values are spread along a slider.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Scale {
    ends: [f64; 2],
    spread: Spread,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Spread {
    /// Evenly.
    Linear,
    /// Each factor the same width; both ends are positive.
    Logarithmic,
    /// As the square of the position: fine near the lower end.
    Square,
}

/// Ends of scales: so that neither their difference nor their ratio is beyond all numbers.
const FURTHEST: f64 = 1e150;

impl Scale {
    /// An even scale; ends that are equal or not finite become an interval around them.
    pub(super) fn linear(lo: f64, hi: f64) -> Self {
        let (lo, hi) = if lo.is_finite() && hi.is_finite() {
            (lo.max(-FURTHEST), hi.min(FURTHEST))
        } else {
            (0.0, 1.0)
        };
        let hi = if hi - lo > 0.0 {
            hi
        } else {
            lo + lo.abs().max(1.0)
        };
        Self {
            ends: [lo, hi],
            spread: Spread::Linear,
        }
    }

    /// A logarithmic scale; ends that are not positive are replaced.
    pub(super) fn logarithmic(lo: f64, hi: f64) -> Self {
        let lo = if lo > 0.0 && lo.is_finite() {
            lo.clamp(1.0 / FURTHEST, FURTHEST)
        } else {
            1e-3
        };
        let hi = if hi > lo && hi.is_finite() {
            hi.min(1e3 * FURTHEST)
        } else {
            lo * 1e3
        };
        Self {
            ends: [lo, hi],
            spread: Spread::Logarithmic,
        }
    }

    /// The scale a parameter's description asks for.
    pub(super) fn of(spec: &ParamSpec) -> Self {
        let [lo, hi] = spec.slider;
        match spec.range {
            ParamRange::Positive => Self::logarithmic(lo, hi),
            ParamRange::NonNegative => Self {
                spread: Spread::Square,
                ..Self::linear(0.0, hi)
            },
            ParamRange::Real => Self::linear(lo, hi),
        }
    }

    /// The same spread between other ends; ends that it cannot have change nothing.
    pub(super) fn with_ends(self, [lo, hi]: [f64; 2]) -> Self {
        let is_fit = lo.abs() <= FURTHEST && hi.abs() <= FURTHEST && lo < hi;
        if !is_fit || (self.spread == Spread::Logarithmic && lo <= 0.0) {
            return self;
        }
        Self {
            ends: [lo, hi],
            ..self
        }
    }

    /// Lowest and highest value.
    pub(super) fn ends(&self) -> [f64; 2] {
        self.ends
    }

    /// The position of a value, 0 to 1; values beyond the ends sit at them.
    pub(super) fn unit(&self, value: f64) -> f64 {
        let [lo, hi] = self.ends;
        if !value.is_finite() {
            return if value > 0.0 { 1.0 } else { 0.0 };
        }
        let unit = match self.spread {
            Spread::Linear => (value - lo) / (hi - lo),
            Spread::Logarithmic if value <= lo => 0.0,
            Spread::Logarithmic => (value / lo).ln() / (hi / lo).ln(),
            Spread::Square => ((value - lo) / (hi - lo)).max(0.0).sqrt(),
        };
        unit.clamp(0.0, 1.0)
    }

    /// The value at a position, rounded to what a hand can aim at; `fine` keeps one digit more.
    pub(super) fn value(&self, unit: f64, fine: bool) -> f64 {
        let [lo, hi] = self.ends;
        let unit = if unit.is_finite() {
            unit.clamp(0.0, 1.0)
        } else {
            0.0
        };
        let value = match self.spread {
            Spread::Linear => lo + unit * (hi - lo),
            Spread::Logarithmic => lo * (hi / lo).powf(unit),
            Spread::Square => lo + (hi - lo) * unit * unit,
        };
        // A slider is some 200 points long: a resolution of a few thousandths loses nothing.
        let step = match self.spread {
            Spread::Logarithmic => 10_f64.powf(value.log10().floor() - 2.0),
            Spread::Linear | Spread::Square => 10_f64.powf((hi - lo).log10().floor() - 2.0),
        } * if fine { 0.1 } else { 1.0 };
        let rounded = (value / step).round() * step;
        // Multiplying back leaves digits like 0.30000000000000004; print and read once to drop them.
        let rounded = format!("{rounded:.*}", decimals_of(step))
            .parse()
            .unwrap_or(rounded);
        rounded.clamp(lo, hi)
    }
}

fn decimals_of(step: f64) -> usize {
    // Twelve decimals are beyond any slider; more would only print noise.
    (-step.log10().floor()).clamp(0.0, 12.0) as usize
}

/// What a gesture did to a value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Gesture {
    /// Under way: show it, remember nothing.
    Live(f64),
    /// Ended with this value: one step of undo.
    Done(f64),
}

impl Gesture {
    /// The value now.
    pub(super) fn value(self) -> f64 {
        match self {
            Self::Live(value) | Self::Done(value) => value,
        }
    }
}

/// How a slider looks and what it is called.
pub(super) struct SliderLook<'a> {
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
pub(super) fn slider_ui(
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
    ui.ctx().accesskit_node_builder(id, |node| {
        node.set_min_numeric_value(scale.ends[0]);
        node.set_max_numeric_value(scale.ends[1]);
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
fn is_untouched(gesture: Gesture, value: f64) -> bool {
    matches!(gesture, Gesture::Done(done) if done.to_bits() == value.to_bits())
}

/// Where the slider that has the focus leaves its id: it takes arrows and leaves all other keys to the window.
fn focused_slider() -> Id {
    Id::unique("focused slider")
}

/// Whether this focused widget is one of our sliders.
pub(super) fn is_slider(ctx: &egui::Context, focused: Id) -> bool {
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
    // The press of Esc may have been taken by its shortcut; that it is down cannot.
    if held.is_some() && ui.input(|i| i.key_down(Key::Escape)) {
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
        let [lo, hi] = scale.ends;
        match set {
            Some(set) => Some(Gesture::Done(set.clamp(lo, hi))),
            None if steps != 0.0 => Some(Gesture::Done(
                scale.value(scale.unit(value) + 0.02 * steps, true),
            )),
            None => None,
        }
    })
}

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
    let is_legal = edited.is_finite() && legal.contains(&edited);
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

/// Says that a widget with the focus, other than a slider, has no use for Space either.
pub(super) fn leave_space_alone(ctx: &egui::Context, id: Id) {
    ctx.data_mut(|data| data.insert_temp(focused_slider(), id));
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
    use super::*;
    use crate::device::Kind;

    #[test]
    fn every_slider_position_is_a_legal_value() {
        for kind in Kind::ALL {
            for spec in kind.specs() {
                let scale = Scale::of(spec);
                for k in -2..=1002 {
                    let value = scale.value(f64::from(k) / 1000.0, k % 2 == 0);
                    assert!(spec.range.contains(value), "{kind} {} {value}", spec.name);
                }
                assert!(spec.range.contains(scale.value(f64::NAN, false)));
            }
        }
    }

    #[test]
    fn positions_and_values_agree() {
        for kind in Kind::ALL {
            for spec in kind.specs() {
                let scale = Scale::of(spec);
                for k in 0..=20 {
                    let unit = f64::from(k) / 20.0;
                    let back = scale.unit(scale.value(unit, true));
                    assert!((back - unit).abs() < 0.02, "{kind} {} {unit}", spec.name);
                }
                for odd in [
                    f64::NAN,
                    f64::INFINITY,
                    f64::NEG_INFINITY,
                    0.0,
                    -1e300,
                    1e300,
                ] {
                    assert!((0.0..=1.0).contains(&scale.unit(odd)));
                }
            }
        }
    }

    #[test]
    fn degenerate_scales_still_work() {
        for scale in [
            Scale::linear(2.0, 2.0),
            Scale::linear(f64::NAN, 1.0),
            Scale::logarithmic(0.0, -1.0),
            // A network may hold numbers of any size: they sit at the ends.
            Scale::linear(-f64::MAX, f64::MAX),
            Scale::logarithmic(f64::MIN_POSITIVE, f64::MAX),
            Scale::logarithmic(1e300, f64::MAX),
            Scale::linear(0.0, 1.0).with_ends([-f64::MAX, f64::MAX]),
        ] {
            assert!(scale.value(0.5, false).is_finite());
            assert!(scale.unit(2.0).is_finite() && scale.unit(f64::MAX).is_finite());
            assert!(scale.ends()[0] < scale.ends()[1]);
        }
    }

    #[test]
    fn numbers_are_read_as_written() {
        assert_eq!(parse(" −1,5 "), Some(-1.5));
        assert_eq!(parse("2e-3"), Some(2e-3));
        assert_eq!(parse("inf"), None);
        assert_eq!(parse("x"), None);
    }
}
