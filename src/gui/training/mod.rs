//! The training panel: how the network learns its task, seen beside the window's other plots.
//!
//! `Coach` keeps the runs; the other modules draw from it and push commands.

mod coach;
mod loss_plot;
mod question;
mod row;

use eframe::egui::{Rect, Ui, UiBuilder, pos2};

pub(crate) use coach::{Application, Coach};

use super::canvas::StateScale;
use super::command::Command;
use super::derived::Derived;
use super::editor::Editor;
use super::simulation::Simulation;
use super::theme;
use super::traces;
use super::view::ViewState;

/// Height of the row of buttons and settings.
const ROW: f32 = 28.0;

/// What the panel shows.
pub(crate) struct Panel<'a> {
    pub(crate) editor: &'a Editor,
    pub(crate) simulation: &'a Simulation,
    pub(crate) derived: &'a Derived,
    pub(crate) scale: &'a StateScale,
    pub(crate) view: &'a ViewState,
    pub(crate) coach: &'a Coach,
}

/// Draws the panel into all the room there is.
pub(crate) fn training_ui(ui: &mut Ui, panel: &Panel<'_>, commands: &mut Vec<Command>) {
    let area = ui.available_rect_before_wrap();
    ui.expand_to_include_rect(area);
    let (top, below) = area.split_top_bottom_at_y(area.top() + ROW);
    inside(ui, top, |ui| row::row_ui(ui, panel, commands));
    let plots = below.with_min_y(below.top() + theme::STEP);
    let traces = if panel.view.is_traces_open { 0.34 } else { 0.0 };
    let split = area.left() + traces * area.width();
    if panel.view.is_traces_open {
        let left = Rect::from_min_max(plots.min, pos2(split - theme::STEP, plots.bottom()));
        inside(ui, left, |ui| {
            traces::traces_ui(
                ui,
                panel.editor.network(),
                panel.simulation,
                panel.derived,
                panel.scale,
                &panel.view.selection,
            );
        });
    }
    let rest = Rect::from_min_max(pos2(split, plots.top()), plots.max);
    inside(ui, rest, |ui| loss_plot::loss_ui(ui, panel, commands));
}

/// Draws into a part of the panel.
fn inside(ui: &mut Ui, rect: Rect, add: impl FnOnce(&mut Ui)) {
    ui.scope_builder(UiBuilder::new().max_rect(rect), add);
}
