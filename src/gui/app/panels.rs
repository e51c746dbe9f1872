//! Where the window's parts lie: menus, inspector, training or time plot, time bar, and the canvas in what is left.

use eframe::egui::{self, Frame, Margin, Panel, Ui};

use super::App;
use crate::gui::builder;
use crate::gui::canvas::{self, Shown};
use crate::gui::command::Command;
use crate::gui::flipping;
use crate::gui::inspector::{self, Inspected};
use crate::gui::menu::{self, Files};
use crate::gui::notice;
use crate::gui::theme::Palette;
use crate::gui::time_bar;
use crate::gui::traces::{self, TracesShown};
use crate::gui::training;
use crate::gui::widgets;

/// Widths of the inspector.
pub(super) const INSPECTOR: f32 = 400.0;
pub(super) const INSPECTOR_RANGE: [f32; 2] = [320.0, 620.0];

/// The part of the window's width that the inspector may take.
pub(super) const INSPECTOR_SHARE: f32 = 0.44;

/// Heights of the time plot.
const TRACES: f32 = 168.0;
const TRACES_RANGE: std::ops::RangeInclusive<f32> = 96.0..=420.0;

/// Heights of the panel with time plot, loss and response.
const TRAINING: f32 = 232.0;
const TRAINING_RANGE: std::ops::RangeInclusive<f32> = 160.0..=520.0;

/// Height that is left to the canvas and the time bar, whatever stands below.
const CANVAS_AND_TIME: f32 = 280.0;

impl App {
    /// The menus, and the quiet line under them when there is something to say.
    fn top_ui(&mut self, ui: &mut Ui, commands: &mut Vec<Command>) {
        let palette = Palette::current(ui);
        Panel::top("menus")
            .exact_size(40.0)
            .frame(
                Frame::new()
                    .fill(palette.panel)
                    .inner_margin(Margin::symmetric(8, 4)),
            )
            .show(ui, |ui| {
                let files = Files {
                    recent: &self.recent,
                    kept: self.kept.as_ref(),
                };
                menu::menu_bar_ui(
                    ui,
                    &self.editor,
                    &self.view,
                    files,
                    &mut self.gallery,
                    commands,
                );
            });
        if let Some(notice) = &self.notice {
            let stays = Panel::top("notice")
                .exact_size(notice::HEIGHT)
                .resizable(false)
                .frame(
                    Frame::new()
                        .fill(palette.raised)
                        .inner_margin(Margin::symmetric(12, 3)),
                )
                .show(ui, |ui| notice::notice_ui(ui, notice, commands));
            if !stays.inner {
                self.notice = None;
            }
        }
    }

    pub(super) fn panels_ui(&mut self, ui: &mut Ui, commands: &mut Vec<Command>) {
        let palette = Palette::current(ui);
        let flat = |margin: Margin| Frame::new().fill(palette.panel).inner_margin(margin);
        self.top_ui(ui, commands);
        if self.builder.is_some() {
            self.builder_panel_ui(ui, flat(Margin::symmetric(14, 10)), commands);
        } else if self.view.is_inspector_open {
            self.inspector_panel_ui(ui, flat(Margin::symmetric(14, 10)), commands);
        }
        inspector::end_typing(ui.ctx(), &self.editor, commands);
        let has_task = self.editor.document().task.is_some();
        if has_task && self.view.is_training_open {
            let least_below = *TRAINING_RANGE.start();
            let most_below = ui.available_height() - CANVAS_AND_TIME;
            // What fits at one size of everything does not at another: each has its height.
            let percent = (100.0 * self.view.magnification).round() as u32;
            Panel::bottom(egui::Id::unique("training").with(percent))
                .default_size(TRAINING)
                .size_range(least_below..=most_below.clamp(least_below, *TRAINING_RANGE.end()))
                .resizable(true)
                .frame(flat(Margin::symmetric(12, 6)))
                .show(ui, |ui| {
                    let panel = training::Panel {
                        editor: &self.editor,
                        simulation: &self.simulation,
                        derived: &self.derived,
                        scale: &self.scale,
                        view: &self.view,
                        coach: &self.coach,
                        is_drawing: self.windows.is_drawing(self.editor.document()),
                    };
                    training::training_ui(ui, &panel, commands);
                });
        } else if self.view.is_traces_open {
            Panel::bottom("traces")
                .default_size(TRACES)
                .size_range(TRACES_RANGE)
                .resizable(true)
                .frame(flat(Margin::symmetric(12, 8)))
                .show(ui, |ui| {
                    let shown = TracesShown {
                        document: self.editor.document(),
                        simulation: &self.simulation,
                        derived: &self.derived,
                        scale: &self.scale,
                        selection: &self.view.selection,
                        scales: self.scales(),
                        is_still: false,
                    };
                    traces::traces_ui(ui, &shown, commands);
                });
        }
        Panel::bottom("time")
            .exact_size(40.0)
            .resizable(false)
            .frame(flat(Margin::symmetric(12, 4)))
            .show(ui, |ui| {
                time_bar::time_bar_ui(
                    ui,
                    self.editor.network(),
                    self.scales(),
                    &self.simulation,
                    &self.derived,
                    commands,
                );
            });
        self.canvas_panel_ui(ui, commands);
    }

    /// The canvas, and what is painted over it.
    fn canvas_panel_ui(&mut self, ui: &mut Ui, commands: &mut Vec<Command>) {
        egui::CentralPanel::default()
            .frame(Frame::NONE)
            .show(ui, |ui| {
                let shown = Shown {
                    network: self.editor.network(),
                    app: &self.editor.document().app,
                    scene: &self.scene,
                    scale: &self.scale,
                    simulation: &self.simulation,
                    dots: &self.dots,
                    derived: &self.derived,
                    scales: self.scales(),
                    standing: &self.standing,
                };
                let area = ui.available_rect_before_wrap();
                self.canvas = area;
                if let Some(builder) = &mut self.builder
                    && let Some(bounds) = builder.ghost_mut().take_unseen()
                {
                    let topology = self.editor.revision().topology();
                    let before = self.view.camera.map(|camera| (camera, topology));
                    self.before_sketch = self.before_sketch.or(before);
                    let platform = self.editor.network().platform();
                    let bounds = bounds.union(self.scene.bounds);
                    self.view.camera = Some(canvas::fitted(area, platform, bounds));
                }
                self.view.hand.set_sketched(self.builder.is_some());
                let callout = canvas::canvas_ui(ui, &shown, &mut self.view, commands);
                if let (Some(builder), Some(camera)) = (&mut self.builder, self.view.camera) {
                    builder::ghost_ui(ui, area, camera, builder.ghost_mut());
                }
                flipping::chip_ui(
                    ui,
                    area,
                    self.editor.document(),
                    &self.simulation,
                    self.flipping.is_some(),
                    commands,
                );
                let is_one_enlarged = if let (Some(response), Some(camera), false) = (
                    self.coach.responder(0).response(),
                    self.view.camera,
                    self.coach.is_comparison(),
                ) {
                    let network = self.editor.network();
                    training::thumbnails_ui(ui, area, camera, &self.scene, network, response)
                } else {
                    false
                };
                if let (true, Some(camera)) = (self.windows.paints_gradient(), self.view.camera) {
                    training::edges_ui(ui, area, camera, &self.scene, self.coach.gradients());
                }
                // A thumbnail may lie over an edge: what is pointed at is then the thumbnail.
                if let (Some(callout), false) = (callout, is_one_enlarged) {
                    canvas::callout_ui(ui, area, &callout);
                }
            });
    }

    fn inspector_panel_ui(&mut self, ui: &mut Ui, frame: Frame, commands: &mut Vec<Command>) {
        let [least, most] = INSPECTOR_RANGE;
        let most = most.min(INSPECTOR_SHARE * ui.available_width()).max(least);
        Panel::right("inspector")
            .default_size(INSPECTOR)
            .size_range(least..=most)
            .resizable(true)
            .frame(frame)
            .show(ui, |ui| {
                let shown = Inspected {
                    editor: &self.editor,
                    simulation: &self.simulation,
                    derived: &self.derived,
                    scale: &self.scale,
                    network: self.coach.live().0.unwrap_or(self.editor.network()),
                    selection: &self.view.selection,
                    scales: self.scales(),
                };
                if self.view.hand.take_wants_inspector() {
                    widgets::focus_next_ui(ui);
                }
                inspector::inspector_ui(ui, &shown, &mut self.curves, commands);
            });
    }
}
