//! A number that can be set: name, symbol, slider, box and unit in one row.

use eframe::egui::{self, Id, RichText, Sense, Ui, vec2};

use super::theme::{self, Palette};
use super::widgets::{self, Gesture, Scale, SliderLook};
use crate::device::ParamRange;

/// Widths of a parameter row's columns, in points; the slider takes what is left.
const NAME: f32 = 84.0;
const SYMBOL: f32 = 22.0;
const NUMBER: f32 = 66.0;
const UNIT: f32 = 70.0;

/// What happened to a row.
pub(super) enum Change {
    /// The number moved.
    To(Gesture),
    /// The number was switched on or off.
    Switch(bool),
}

/// A number that can be set: name, symbol, slider, box, unit.
pub(super) struct Row<'a> {
    pub(super) id: Id,
    pub(super) name: &'a str,
    pub(super) symbol: &'a str,
    pub(super) meaning: &'a str,
    pub(super) unit: &'a str,
    pub(super) range: ParamRange,
    pub(super) scale: Scale,
    /// What a double click on the name sets.
    pub(super) default: Option<f64>,
    pub(super) marks: &'a [f64],
    /// Whether the number can be absent, and if so whether it is there.
    pub(super) switch: Option<bool>,
}

impl Row<'_> {
    /// Draws the row; returns what was done to it.
    pub(super) fn ui(&self, ui: &mut Ui, value: f64) -> Option<Change> {
        let palette = Palette::current(ui);
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 4.0;
            let width = ui.available_width();
            let mut change = None;
            let name = widgets::clipped_text_ui(
                ui,
                NAME,
                self.name,
                theme::plain(theme::BODY),
                palette.text,
            )
            .on_hover_text(format!("{}\n(double-click: default)", self.meaning));
            if name.double_clicked()
                && let Some(default) = self.default
            {
                change = Some(Change::To(Gesture::Done(default)));
            }
            let switch = self.switch;
            if let Some(is_on) = switch {
                let mut on = is_on;
                let (rect, _) = ui.allocate_exact_size(vec2(SYMBOL, 24.0), Sense::hover());
                let response = ui
                    .place(rect, egui::Checkbox::without_text(&mut on))
                    .accessible_name(format!("{} on", self.name))
                    .on_hover_text("switch this number on or off");
                if response.changed() {
                    change = Some(Change::Switch(on));
                }
            } else {
                let symbol = widgets::clipped_text_ui(
                    ui,
                    SYMBOL,
                    self.symbol,
                    theme::plain(theme::BODY),
                    palette.dim,
                );
                symbol.on_hover_text(self.meaning);
            }
            if switch == Some(false) {
                ui.label(RichText::new("absent").color(palette.dim));
                return change;
            }
            let rail = (width - NAME - SYMBOL - NUMBER - UNIT - 20.0).max(40.0);
            let look = SliderLook {
                label: self.name,
                fill: palette.accent,
                marks: self.marks,
            };
            let slid = widgets::slider_ui(ui, self.id, rail, value, &self.scale, &look);
            let typed = widgets::number_ui(
                ui,
                self.id.with("number"),
                NUMBER,
                &format!("{} number", self.name),
                value,
                self.range,
                &self.scale,
            );
            widgets::clipped_text_ui(ui, UNIT, self.unit, theme::plain(theme::SMALL), palette.dim);
            change.or(slid.or(typed).map(Change::To))
        })
        .inner
    }
}
