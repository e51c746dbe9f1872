//! The training panel: how the network learns its task, seen beside the window's other plots.
//!
//! `Coach` keeps the runs; the other modules draw from it and push commands.

mod application;
mod coach;
mod data_file;
mod gates;
mod gradient;
mod live;
mod loss_heading;
mod loss_plot;
mod on_canvas;
mod pick;
mod picture;
mod points;
mod question;
mod response;
mod response_plot;
mod row;
mod tables;
mod task_editor;
mod trainable;
mod verdict;

use eframe::egui::{Align, Context, Label, Layout, Rect, RichText, Ui, UiBuilder, pos2};

pub(crate) use application::Application;
pub(crate) use coach::{Coach, settings_of};
pub(crate) use data_file::{is_data_file, task_from_file};
pub(crate) use gates::{Gate, function_task, gate_task, ports};
pub(crate) use gradient::edges_ui;
pub(crate) use on_canvas::thumbnails_ui;
pub(crate) use pick::Pick;
pub(crate) use tables::{loss_table, response_table};
pub(crate) use task_editor::{gate_ui, wrong_formula};
pub(crate) use trainable::{is_trained, set_trained};

use super::canvas::StateScale;
use super::command::Command;
use super::derived::Derived;
use super::editor::Editor;
use super::simulation::Simulation;
use super::theme::{self, Palette};
use super::traces::{self, TracesShown};
use super::units::Scales;
use super::view::ViewState;
use crate::document::{Document, Element};
use response_plot::Plot;
use task_editor::TaskEditor;

/// Height of the row of buttons and settings.
const ROW: f32 = 28.0;

/// Least height of what is said about a comparison: two lines.
const WORDS: f32 = 34.0;

/// Width of the button beside it, with the room between.
const CLOSE: f32 = 72.0;

/// What floats over the window: the choice of a task, and the gradient.
#[derive(Debug, Default)]
pub(crate) struct Windows {
    pub(crate) task: TaskEditor,
    pub(crate) is_gradient_open: bool,
    is_gradient_painted: bool,
}

impl Windows {
    /// Forgets what was typed: another document has been opened.
    pub(crate) fn clear(&mut self) {
        self.task.clear();
    }

    /// Closes what is open; returns whether anything was.
    pub(crate) fn close(&mut self) -> bool {
        let was_open = self.task.is_open || self.is_gradient_open;
        self.task.is_open = false;
        self.is_gradient_open = false;
        was_open
    }

    /// Whether clicks on the response set points of the task.
    pub(crate) fn is_drawing(&self, document: &Document) -> bool {
        self.task.is_open && self.task.is_drawing && points::obstacle(document).is_none()
    }

    /// Whether slopes are to be painted on the canvas.
    pub(crate) fn paints_gradient(&self) -> bool {
        self.is_gradient_open && self.is_gradient_painted
    }

    /// Draws what is open.
    pub(crate) fn show_ui(
        &mut self,
        ctx: &Context,
        document: &Document,
        coach: &Coach,
        selected: Option<Element>,
        commands: &mut Vec<Command>,
    ) {
        self.task.window_ui(ctx, document, commands);
        if self.is_gradient_open {
            self.is_gradient_open = gradient::window_ui(
                ctx,
                coach.gradients(),
                selected,
                &mut self.is_gradient_painted,
                commands,
            );
        }
    }
}

/// What the panel shows.
pub(crate) struct Panel<'a> {
    pub(crate) editor: &'a Editor,
    pub(crate) simulation: &'a Simulation,
    pub(crate) derived: &'a Derived,
    pub(crate) scale: &'a StateScale,
    pub(crate) view: &'a ViewState,
    pub(crate) coach: &'a Coach,
    /// Whether clicks on the response set points of the task.
    pub(crate) is_drawing: bool,
}

/// Draws the panel into all the room there is.
pub(crate) fn training_ui(ui: &mut Ui, panel: &Panel<'_>, commands: &mut Vec<Command>) {
    let area = ui.available_rect_before_wrap();
    ui.expand_to_include_rect(area);
    let (top, below) = area.split_top_bottom_at_y(area.top() + ROW);
    inside(ui, top, |ui| row::row_ui(ui, panel, commands));
    let mut plots = below.with_min_y(below.top() + theme::STEP);
    let is_comparison = panel.coach.is_comparison();
    if is_comparison {
        let words = match (panel.coach.comparison(), panel.coach.question()) {
            (Some(outcomes), Some(question)) => verdict::sentence(question, outcomes),
            _ => "Training the same network from the same seed, with and without NDC …".to_owned(),
        };
        // In a narrow window the sentence takes more lines.
        let width = plots.width() - CLOSE;
        let galley = ui.painter().layout(
            words.clone(),
            theme::plain(theme::SMALL),
            Palette::current(ui).text,
            width,
        );
        let height = WORDS.max(galley.size().y + 4.0);
        let (above, line) = plots.split_top_bottom_at_y(plots.bottom() - height);
        plots = above;
        inside(ui, line, |ui| {
            let is_over = panel.coach.comparison().is_some() && !panel.coach.is_running();
            ui.with_layout(Layout::right_to_left(Align::Min), |ui| {
                if is_over {
                    let button = ui
                        .small_button("Close")
                        .on_hover_text("Back to the time plot and the training  (Esc)")
                        .accessible_name("close comparison");
                    if button.clicked() {
                        commands.push(Command::EndComparison);
                    }
                }
                ui.with_layout(Layout::left_to_right(Align::Min), |ui| {
                    ui.add(Label::new(RichText::new(words).size(theme::SMALL)).wrap());
                });
            });
        });
    }
    let mut left = plots.left();
    // A comparison has two pictures to show; the time plot makes room for them.
    if panel.view.is_traces_open && !is_comparison {
        let width = (0.30 * plots.width()).max(230.0).min(0.4 * plots.width());
        let rect = Rect::from_min_max(plots.min, pos2(left + width, plots.bottom()));
        inside(ui, rect, |ui| {
            let shown = TracesShown {
                document: panel.editor.document(),
                simulation: panel.simulation,
                derived: panel.derived,
                scale: panel.scale,
                selection: &panel.view.selection,
                scales: Scales::of(panel.editor.network(), panel.view.is_dimensionless),
                is_still: false,
            };
            traces::traces_ui(ui, &shown, commands);
        });
        left += width + theme::STEP;
    }
    let mut right = plots.right();
    if let Some(question) = panel.coach.seen_question() {
        let pick = panel.coach.pick().within(question);
        // A heat map is square, with the meaning of its colours beside it; a curve may be wider.
        let width = if pick.up.is_some() {
            plots.height() + 64.0
        } else {
            0.5 * (right - left)
        };
        let shown = responses(ui, panel);
        let width = width.min((right - left - 180.0).max(0.0) / shown.len() as f32);
        for plot in shown.iter().rev() {
            let rect = Rect::from_min_max(
                pos2(right - width, plots.top()),
                pos2(right, plots.bottom()),
            );
            inside(ui, rect, |ui| {
                response_plot::response_ui(ui, plot, commands);
            });
            right -= width + theme::STEP;
        }
    }
    let rest = Rect::from_min_max(pos2(left, plots.top()), pos2(right, plots.bottom()));
    inside(ui, rest, |ui| loss_plot::loss_ui(ui, panel, commands));
}

/// The response, or the two of a comparison; none while the task is read for the first time.
fn responses<'a>(ui: &Ui, panel: &Panel<'a>) -> Vec<Plot<'a>> {
    let palette = Palette::current(ui);
    let Some(question) = panel.coach.seen_question() else {
        return Vec::new();
    };
    let is_comparison = panel.coach.is_comparison();
    let titles: &[Option<&str>] = if is_comparison {
        &[Some("with NDC"), Some("without NDC")]
    } else {
        &[None]
    };
    let plots = titles.iter().enumerate().map(|(k, &title)| Plot {
        network: panel.editor.network(),
        simulation: panel.simulation,
        question,
        pick: panel.coach.pick().within(question),
        responder: panel.coach.responder(k),
        title,
        ink: loss_plot::ink(palette, k == 1),
        has_crosshair: !is_comparison,
        // Until the last change has been taken in, another would be lost.
        is_drawing: panel.is_drawing && panel.coach.question().is_some(),
    });
    plots.collect()
}

/// Draws the loss as a picture, into all the room there is.
pub(crate) fn still_loss_ui(ui: &mut Ui, panel: &Panel<'_>) {
    loss_plot::loss_ui(ui, panel, &mut Vec::new());
}

/// Draws the response as a picture, or the two of a comparison side by side, into all the room there is.
pub(crate) fn still_response_ui(ui: &mut Ui, panel: &Panel<'_>) {
    let area = ui.available_rect_before_wrap();
    ui.expand_to_include_rect(area);
    let shown = responses(ui, panel);
    let width = area.width() / shown.len().max(1) as f32;
    let text = panel
        .coach
        .seen_question()
        .map(|question| pick::formula(panel.editor.network(), &question.task, shown[0].pick));
    for (k, plot) in shown.into_iter().enumerate() {
        let left = area.left() + k as f32 * width;
        let rect = Rect::from_min_max(
            pos2(left, area.top()),
            pos2(left + width - theme::STEP, area.bottom()),
        );
        let plot = Plot {
            title: plot.title.or(text.as_deref()),
            has_crosshair: false,
            ..plot
        };
        inside(ui, rect, |ui| {
            response_plot::response_ui(ui, &plot, &mut Vec::new());
        });
    }
}

/// Draws into a part of the panel.
fn inside(ui: &mut Ui, rect: Rect, add: impl FnOnce(&mut Ui)) {
    ui.scope_builder(UiBuilder::new().max_rect(rect), add);
}
