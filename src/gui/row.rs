//! A number that can be set: name, symbol, slider, box and unit in one row; its limits, and whether training changes it.

use eframe::egui::{
    self, Id, Popup, PopupCloseBehavior, Rect, Response, RichText, Role, Sense, Stroke, Ui,
    WidgetInfo, vec2,
};

use super::theme::{self, Palette};
use super::units::{Quantity, Scales};
use super::widgets::{self, Gesture, Scale, SliderLook};
use crate::device::{ParamRange, ParamSpec};

/// Widths of a parameter row's columns, in points; the slider takes what is left.
const MARK: f32 = 14.0;
const NAME: f32 = 84.0;
const SYMBOL: f32 = 20.0;
const NUMBER: f32 = 58.0;
const UNIT: f32 = 66.0;
const LIMITS: f32 = 14.0;

/// What happened to a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Change {
    /// The number moved.
    To(Gesture),
    /// The number was switched on or off.
    Switch(bool),
    /// The slider is to have these ends; its usual ones if `None`. Whether that is complete.
    Limits(Option<[f64; 2]>, bool),
    /// Training is to change the number, or to leave it.
    Train(bool),
}

/// A number that can be set: name, symbol, slider, box, unit.
pub(super) struct Row<'a> {
    pub(super) id: Id,
    pub(super) name: &'a str,
    pub(super) symbol: &'a str,
    pub(super) meaning: &'a str,
    pub(super) unit: &'a str,
    /// What the number is multiplied by to be shown.
    pub(super) factor: f64,
    pub(super) range: ParamRange,
    pub(super) scale: Scale,
    /// What a double click on the name sets.
    pub(super) default: Option<f64>,
    pub(super) marks: &'a [f64],
    /// Whether the number can be absent, and if so whether it is there.
    pub(super) switch: Option<bool>,
    /// Lowest and highest value, where the row stands for several that differ.
    pub(super) mixed: Option<[f64; 2]>,
    /// Whether the slider's ends can be set, and if so whether they have been.
    pub(super) limits: Option<bool>,
    /// Whether training changes the number, where there is a task.
    pub(super) is_trained: Option<bool>,
    /// How many other parameters share its value.
    pub(super) tied: usize,
}

impl<'a> Row<'a> {
    /// The row of a parameter; `name` is how people read its name.
    pub(super) fn of(id: Id, name: &'a str, spec: &ParamSpec, scales: Scales) -> Self {
        let Quantity { factor, unit } = scales.parameter(spec.dimension);
        Self {
            id,
            name,
            symbol: spec.symbol,
            meaning: spec.meaning,
            unit,
            factor,
            range: spec.range,
            scale: Scale::of(spec),
            default: Some(spec.default),
            marks: &[],
            switch: None,
            mixed: None,
            limits: None,
            is_trained: None,
            tied: 0,
        }
    }

    /// With slider ends of the document's own, where it has some.
    pub(super) fn with_limits(mut self, limits: Option<[f64; 2]>) -> Self {
        self.limits = Some(limits.is_some());
        if let Some(ends) = limits {
            self.scale = self.scale.with_ends(ends);
        }
        self
    }

    /// What hovering tells: symbol, meaning, unit.
    fn tip(&self) -> String {
        let symbol = if self.symbol.is_empty() || self.symbol == self.name {
            String::new()
        } else {
            format!(" {}", self.symbol)
        };
        let unit = if self.unit.is_empty() {
            "a pure number".to_owned()
        } else {
            format!("in {}", self.unit)
        };
        format!("{}{symbol}: {}; {unit}", self.name, self.meaning)
    }

    /// Draws the row; returns what was done to it. Numbers are the model's; what is seen and typed is in the row's unit.
    pub(super) fn ui(&self, ui: &mut Ui, value: f64) -> Option<Change> {
        let shown = |x: f64| x * self.factor;
        let marks: Vec<f64> = self.marks.iter().copied().map(shown).collect();
        let row = Row {
            factor: 1.0,
            scale: self.scale.with_ends(self.scale.ends().map(shown)),
            default: self.default.map(shown),
            marks: &marks,
            mixed: self.mixed.map(|mixed| mixed.map(shown)),
            ..*self
        };
        let meant = |x: f64| x / self.factor;
        Some(match row.as_it_is_ui(ui, shown(value))? {
            Change::To(Gesture::Live(x)) => Change::To(Gesture::Live(meant(x))),
            Change::To(Gesture::Done(x)) => Change::To(Gesture::Done(meant(x))),
            Change::Limits(ends, is_done) => {
                Change::Limits(ends.map(|ends| ends.map(meant)), is_done)
            }
            change @ (Change::Switch(_) | Change::Train(_)) => change,
        })
    }

    fn as_it_is_ui(&self, ui: &mut Ui, value: f64) -> Option<Change> {
        let palette = Palette::current(ui);
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 4.0;
            let width = ui.available_width();
            let mut change = self.mark_ui(ui, palette);
            let tip = self.tip();
            let name = widgets::clipped_text_ui(
                ui,
                NAME,
                self.name,
                theme::plain(theme::BODY),
                palette.text,
            )
            .on_hover_text(format!("{tip}\n(double-click: default)"));
            self.tie_mark_ui(ui, palette, &name);
            if name.double_clicked()
                && let Some(default) = self.default
            {
                change = Some(Change::To(Gesture::Done(default)));
            }
            change = change.or(self.symbol_ui(ui, palette, &tip));
            if self.switch == Some(false) {
                ui.label(RichText::new("absent").color(palette.dim));
                return change;
            }
            let rail = (width - MARK - NAME - SYMBOL - NUMBER - UNIT - LIMITS - 28.0).max(40.0);
            let look = SliderLook {
                label: self.name,
                fill: palette.accent,
                marks: self.marks,
                mixed: self.mixed,
            };
            let value = self.mixed.map_or(value, |mixed| self.middle(mixed));
            let slid = widgets::slider_ui(ui, self.id, rail, value, &self.scale, &look);
            let typed = widgets::number_box_ui(
                ui,
                self.id.with("number"),
                NUMBER,
                (&format!("{} number", self.name), &tip),
                value,
                (self.range, &self.scale),
                self.mixed.map(|_| "mixed"),
            );
            widgets::clipped_text_ui(ui, UNIT, self.unit, theme::plain(theme::SMALL), palette.dim);
            change
                .or(slid.or(typed).map(Change::To))
                .or(self.limits_ui(ui, palette))
        })
        .inner
    }

    /// Where the knob stands for several values. Not quite a round number: whoever types that one means it.
    fn middle(&self, [lo, hi]: [f64; 2]) -> f64 {
        let unit = 0.5 * (self.scale.unit(lo) + self.scale.unit(hi));
        let middle = self.scale.value(unit, true);
        middle + 1e-9 * middle.abs().max(1e-3)
    }

    /// The mark of a value that is shared: two bars like an equals sign, at the end of the name.
    fn tie_mark_ui(&self, ui: &Ui, palette: &Palette, name: &Response) {
        if self.tied == 0 {
            return;
        }
        let label = match self.tied {
            1 => format!("{} is tied to 1 other", self.name),
            count => format!("{} is tied to {count} others", self.name),
        };
        // Clear of the longest name and of the symbol.
        let at = name.rect.right_center() - vec2(4.5, 0.0);
        let rect = Rect::from_center_size(at, vec2(12.0, 20.0));
        let response = ui.interact(rect, self.id.with("tie"), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &label));
        for y in [-2.5, 2.5] {
            let middle = at + vec2(0.0, y);
            let ends = [middle - vec2(3.5, 0.0), middle + vec2(3.5, 0.0)];
            ui.painter()
                .line_segment(ends, Stroke::new(2.0, palette.accent));
        }
        response.on_hover_text(format!("{label}: one value, and one step of training"));
    }

    /// The mark of what training changes: a filled ring, or an empty one.
    fn mark_ui(&self, ui: &mut Ui, palette: &Palette) -> Option<Change> {
        let sense = if self.is_trained.is_some() {
            Sense::click()
        } else {
            Sense::hover()
        };
        let (rect, response) = ui.allocate_exact_size(vec2(MARK, 24.0), sense);
        let is_trained = self.is_trained?;
        let label = format!("train {}", self.name);
        response.widget_info(|| {
            WidgetInfo::selected(Role::CheckBox, ui.is_enabled(), is_trained, &label)
        });
        let ink = if response.hovered() || response.has_focus() {
            palette.text
        } else {
            palette.accent
        };
        let (fill, ink) = if is_trained {
            (ink, ink)
        } else {
            (palette.panel, palette.dim)
        };
        ui.painter()
            .circle(rect.center(), 4.0, fill, Stroke::new(1.5, ink));
        let tip = if is_trained {
            "training changes this number; click to freeze it"
        } else {
            "frozen: training leaves this number alone; click to train it"
        };
        let response = response.on_hover_text(tip);
        response.clicked().then_some(Change::Train(!is_trained))
    }

    /// The symbol, or the switch of a number that can be absent.
    fn symbol_ui(&self, ui: &mut Ui, palette: &Palette, tip: &str) -> Option<Change> {
        let Some(is_on) = self.switch else {
            let font = theme::plain(theme::BODY);
            widgets::clipped_text_ui(ui, SYMBOL, self.symbol, font, palette.dim).on_hover_text(tip);
            return None;
        };
        let mut on = is_on;
        let (rect, _) = ui.allocate_exact_size(vec2(SYMBOL, 24.0), Sense::hover());
        let response = ui
            .place(rect, egui::Checkbox::without_text(&mut on))
            .accessible_name(format!("{} on", self.name))
            .on_hover_text("switch this number on or off");
        response.changed().then_some(Change::Switch(on))
    }

    /// Three dots that open the slider's ends.
    fn limits_ui(&self, ui: &mut Ui, palette: &Palette) -> Option<Change> {
        let is_set = self.limits?;
        let (rect, response) = ui.allocate_exact_size(vec2(LIMITS, 24.0), Sense::click());
        let label = format!("limits of {}", self.name);
        response.widget_info(|| WidgetInfo::labeled(Role::Button, ui.is_enabled(), &label));
        let ink = match (response.hovered() || response.has_focus(), is_set) {
            (true, _) => palette.text,
            (false, true) => palette.accent,
            (false, false) => palette.dim,
        };
        for k in [-1.0, 0.0, 1.0] {
            ui.painter()
                .circle_filled(rect.center() + vec2(0.0, 5.0 * k), 1.4, ink);
        }
        let response = response.on_hover_text("the ends of this slider");
        let popup = Popup::from_toggle_button_response(&response)
            .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
            .show(|ui| self.ends_ui(ui, is_set));
        popup?.inner
    }

    fn ends_ui(&self, ui: &mut Ui, is_set: bool) -> Option<Change> {
        let palette = Palette::current(ui);
        ui.label(RichText::new(format!("Slider of {}", self.name)).size(theme::SMALL));
        let [lo, hi] = self.scale.ends();
        let mut change = None;
        ui.horizontal(|ui| {
            for (word, at, ends) in [
                ("from", lo, &(|x| [x, hi]) as &dyn Fn(f64) -> [f64; 2]),
                ("to", hi, &|x| [lo, x]),
            ] {
                ui.label(RichText::new(word).size(theme::SMALL).color(palette.dim));
                let label = format!("{} {word}", self.name);
                let id = self.id.with(("end", word));
                let typed = widgets::number_ui(ui, id, 64.0, &label, at, self.range, &self.scale);
                let Some(gesture) = typed else { continue };
                let ends = ends(gesture.value());
                // Ends that cross are no slider; the number springs back.
                if ends[0] < ends[1] {
                    let is_done = matches!(gesture, Gesture::Done(_));
                    change = Some(Change::Limits(Some(ends), is_done));
                }
            }
        });
        let usual = ui.add_enabled(is_set, egui::Button::new("Usual ends"));
        if usual.clicked() {
            change = Some(Change::Limits(None, true));
        }
        let words = "Numbers beyond the ends can still be typed.";
        ui.label(RichText::new(words).size(theme::SMALL).color(palette.dim));
        change
    }
}
