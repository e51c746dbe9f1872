//! The window: one frame drains the workers, lets time pass, draws, and then carries out what was asked for.

mod build;
mod clipboard;
mod connect;
#[cfg(test)]
mod every_command;
mod export;
mod files;
mod find;
mod layered;
mod look;
mod watch;

use std::path::Path;

use eframe::egui::{self, Context, Frame, Margin, Modifiers, Panel, Ui, ViewportCommand};

use super::Start;
use super::builder::{self, Builder};
use super::canvas::{self, Dots, Scene, Shown, StateScale};
use super::command::{Action, Command};
use super::derived::Derived;
use super::dialogs::{self, Dialog, FileUse};
use super::editor::Editor;
use super::finder::{self, Finder};
use super::flipping::{self, Flipping, Turn};
use super::gallery::Gallery;
use super::inspector::{self, Inspected};
use super::iv::Curves;
use super::keeper::Keeper;
use super::loading::Loading;
use super::menu::{self, Files};
use super::message::{self, Message};
use super::notice::{self, Notice};
use super::opening::{Opening, opening};
use super::pace::Pace;
use super::settings::Settings;
use super::simulation::Simulation;
use super::situation;
use super::standing::standing;
use super::theme::{self, Palette};
use super::time_bar;
use super::toast::{self, Toast};
use super::traces::{self, TracesShown};
use super::training::{self, Application, Coach, Windows};
use super::units::Scales;
use super::view::{ViewState, only, only_edge, selection_of, telling_edge};
use super::widgets;
use crate::document::presets::preset;
use crate::document::{Document, Element, Recent, Revision, Selection};

/// Widths of the inspector.
const INSPECTOR: f32 = 400.0;
const INSPECTOR_RANGE: [f32; 2] = [320.0, 620.0];

/// The part of the window's width that the inspector may take.
const INSPECTOR_SHARE: f32 = 0.44;

/// Heights of the time plot.
const TRACES: f32 = 168.0;
const TRACES_RANGE: std::ops::RangeInclusive<f32> = 96.0..=420.0;

/// Heights of the panel with time plot, loss and response.
const TRAINING: f32 = 232.0;
const TRAINING_RANGE: std::ops::RangeInclusive<f32> = 160.0..=520.0;

/// Height that is left to the canvas and the time bar, whatever stands below.
const CANVAS_AND_TIME: f32 = 280.0;

/// Simulated time per second at first: the presets relax in some ten units of time, which is then some seconds.
const FIRST_SPEED: f64 = 2.0;

/// A reservoir that will move by less than this part of a screen point has settled: invisible on a tank, and still so
/// in the time plot, whose scale may be ten times finer.
const VISIBLE_POINTS: f64 = 0.05;

/// How often a changed look is kept: a program that is killed forgets no more of it. It is a few kilobytes, and written
/// only if something has changed.
const LOOK_KEPT_EVERY: std::time::Duration = std::time::Duration::from_secs(5);

/// The window's whole state.
pub struct App {
    editor: Editor,
    view: ViewState,
    derived: Derived,
    simulation: Simulation,
    dots: Dots,
    scene: Scene,
    scale: StateScale,
    curves: Curves,
    coach: Coach,
    windows: Windows,
    gallery: Gallery,
    /// What counts the parameters a running training has shown.
    built_live: u64,
    /// The revisions of physics and layout that simulation and scene were built for.
    built: Revision,
    dialog: Option<Dialog>,
    finder: Option<Finder>,
    builder: Option<Builder>,
    /// A whole network from the clipboard that is offered to open.
    pasted: Option<Document>,
    message: Option<Message>,
    /// What is the matter with the network, its task or its training.
    standing: Vec<Message>,
    notice: Option<Notice>,
    /// How the window began: what a fresh start shows.
    start: Start,
    /// The unsaved document that this one took the place of.
    kept: Option<Editor>,
    keeper: Keeper,
    settings: Settings,
    /// The large file that is being read.
    loading: Loading,
    /// When the file was last looked at, in the window's time.
    watched_at: f64,
    /// The first screen's inputs, until somebody does something.
    flipping: Option<Flipping>,
    recent: Recent,
    pace: Pace,
    toast: Option<Toast>,
    /// Where the canvas lies.
    canvas: egui::Rect,
    title: String,
    /// Whether a text field had the focus when the last frame ended: Esc takes it away before anything is drawn.
    was_typing: bool,
}

impl App {
    /// A window that opens what `start` names: a file, else a preset, else the first preset.
    #[must_use]
    pub fn new(cc: &eframe::CreationContext<'_>, start: &Start) -> Self {
        let folder = start.state_folder.as_deref();
        let (settings, view) = Settings::load(folder);
        theme::install(&cc.egui_ctx, view.theme, view.is_contrast_high);
        cc.egui_ctx
            .set_zoom_factor(view.magnification.clamp(1.0, 2.0));
        // The steps are those of the menu.
        cc.egui_ctx
            .options_mut(|options| options.zoom_with_keyboard = false);
        let (mut keeper, found) = Keeper::new(&cc.egui_ctx, folder, &start.disk);
        let Opening {
            editor,
            kept,
            message,
            notice,
            is_first_screen,
        } = opening(start, found);
        keeper.adopt(&editor, kept.as_ref());
        cc.egui_ctx
            .options_mut(|options| options.input_options.max_click_dist = canvas::CLICK);
        let simulation = Simulation::new(editor.network(), FIRST_SPEED);
        let scene = Scene::new(editor.network());
        let scale = StateScale::new(editor.network(), &[]);
        let mut app = Self {
            flipping: (is_first_screen && !view.is_motion_reduced)
                .then(|| Flipping::new(editor.document()))
                .flatten(),
            derived: Derived::new(&cc.egui_ctx),
            editor,
            view,
            simulation,
            dots: Dots::default(),
            scene,
            scale,
            curves: Curves::new(&cc.egui_ctx),
            coach: Coach::new(&cc.egui_ctx),
            windows: Windows::default(),
            gallery: Gallery::new(&cc.egui_ctx),
            built_live: 0,
            built: Revision::default(),
            dialog: None,
            finder: None,
            builder: None,
            pasted: None,
            message,
            standing: Vec::new(),
            notice,
            start: start.clone(),
            kept,
            keeper,
            settings,
            loading: Loading::new(&cc.egui_ctx),
            watched_at: 0.0,
            pace: Pace::new(start.is_software),
            recent: Recent::load(folder.map(|folder| folder.join("recent.json"))),
            toast: None,
            canvas: egui::Rect::NOTHING,
            title: String::new(),
            was_typing: false,
        };
        app.select_something();
        if let Some(flipping) = &app.flipping {
            app.simulation.hold(flipping.shown());
        }
        if let Some(path) = app.editor.path().map(Path::to_owned) {
            app.remember(&path);
        }
        app
    }

    /// A first look should show a curve: an edge with NDC if there is one, else any.
    fn select_something(&mut self) {
        let edge = telling_edge(self.editor.network(), &self.simulation);
        self.view.selection = selection_of(edge.map(Element::Edge));
    }

    /// Brings simulation and scene up to the document as it is seen.
    fn rebuild(&mut self) {
        let (old, new) = (self.built, self.editor.revision());
        self.built = new;
        let is_rewired = old.topology() != new.topology();
        let (live, live_revision) = self.coach.live();
        let is_live_new = std::mem::replace(&mut self.built_live, live_revision) != live_revision;
        let is_changed = is_rewired || old.parameters() != new.parameters();
        match live {
            // All that a training changes are parameters.
            Some(live) if is_live_new && !is_changed => self.simulation.retune(live),
            _ if is_live_new || is_changed => self
                .simulation
                .rebuild(live.unwrap_or(self.editor.network())),
            _ => {}
        }
        // A capacity is a parameter, and widens a tank; no other parameter changes the picture.
        let network = self.editor.network();
        let is_resized =
            || old.parameters() != new.parameters() && !self.scene.has_sizes_of(network);
        if is_rewired || old.layout() != new.layout() || is_resized() {
            self.scene = Scene::new(network);
        }
        let held = self.simulation.held().collect();
        self.derived.update(self.editor.document(), new, held);
        let steady: &[f64] = self
            .derived
            .settled()
            .map_or(&[], |(state, _)| state.x.as_slice());
        self.scale = StateScale::new(self.editor.network(), steady);
        self.simulation.watch(only_edge(&self.view.selection));
    }

    /// Puts what a training arrived at into the document, as one step of undo.
    fn take_in(&mut self, application: &Application) {
        if application.replaces {
            self.editor.undo();
        }
        let edits = application.edits(self.editor.document());
        let selected = self.view.selection.clone();
        match self.editor.edit_all(&application.name, &edits, &selected) {
            Ok(_) => self.coach.applied(&self.editor, application),
            Err(problem) => self.refuse(&problem, &edits),
        }
    }

    /// Puts the next row of the task on the first screen's inputs when its turn has come.
    fn flip(&mut self, ctx: &Context) {
        let Some(flipping) = &mut self.flipping else {
            return;
        };
        let is_playing = self.simulation.is_playing();
        match flipping.turn(ctx.input(|i| i.time), is_playing) {
            Turn::Hold(clamps) => {
                self.simulation.hold(&clamps);
                ctx.request_repaint();
            }
            Turn::Wait(seconds) if seconds.is_finite() => {
                ctx.request_repaint_after(std::time::Duration::from_secs_f64(seconds));
            }
            Turn::Wait(_) => {}
            Turn::End => {
                self.flipping = None;
                self.simulation.release();
            }
        }
    }

    /// The units numbers are shown in.
    fn scales(&self) -> Scales {
        Scales::of(self.editor.network(), self.view.is_dimensionless)
    }

    /// The smallest change of state that can be seen.
    fn visible(&self) -> f64 {
        let zoom = self.view.camera.map_or(1.0, |camera| camera.zoom());
        VISIBLE_POINTS * self.scale.state_per_point(canvas::tank_height(zoom))
    }

    /// Carries out one command.
    fn carry_out(&mut self, ctx: &Context, command: Command) {
        if flipping::is_work(&command) {
            self.flipping = None;
        }
        let Some(command) = self
            .carry_out_building(command)
            .and_then(|command| self.carry_out_export(ctx, command))
        else {
            return;
        };
        match command {
            Command::Act(action) => self.act(ctx, action),
            Command::Live(edit) => {
                // A refused step of a drag leaves the last good one; its end says why.
                let _ = self.editor.edit_live(&edit, &self.view.selection);
            }
            Command::Done(edit) => {
                if let Err(problem) = self.editor.edit_done(&edit, &self.view.selection) {
                    self.refuse(&problem, std::slice::from_ref(&edit));
                }
            }
            Command::LiveAll(edits) => {
                let _ = self.editor.edit_live_all(&edits, &self.view.selection);
            }
            Command::DoneAll(name, edits) => {
                let selected = self.view.selection.clone();
                if let Err(problem) = self.editor.edit_done_all(&name, &edits, &selected) {
                    self.refuse(&problem, &edits);
                }
            }
            Command::Abandon => self.editor.abandon(),
            Command::Select(element) => self.view.selection = selection_of(element),
            Command::SelectSet(selection) => self.view.selection = selection,
            Command::Kick(key, state) => self.simulation.kick(key, state),
            Command::Speed(speed) => {
                self.simulation.set_speed(speed);
                self.simulation.wake();
            }
            Command::Preset(name) => {
                if let Some(preset) = preset(name) {
                    self.open_preset(preset);
                }
            }
            Command::Open(path) => self.open_file(&path),
            Command::SaveTo(path) => self.save(path),
            Command::TakeData(path) => self.take_data(&path),
            Command::SaveOver(path) => self.save_over(path),
            Command::Ask(purpose, path) => {
                self.dialog = Some(Dialog::File {
                    purpose,
                    path,
                    has_browser: self.start.confined_to.is_none(),
                });
            }
            Command::ReadDataAgain => self.coach.read_data_again(),
            Command::LoadStep(curve, step) => {
                if let Some(application) = self.coach.load(curve, step) {
                    self.take_in(&application);
                }
            }
            Command::Hold(clamps) => self.simulation.hold(&clamps),
            Command::Release => self.simulation.release(),
            Command::Scrub(seconds) => self.simulation.scrub(seconds),
            Command::StopFlipping => self.flipping = None,
            Command::Respond(pick) => self.coach.set_pick(pick),
            Command::Show(selection) => self.show(selection),
            Command::AnotherWindow => self.open_another_window(),
            Command::Dismiss => self.message = None,
            // These were carried out above.
            Command::End(_)
            | Command::Perform(..)
            | Command::Insert(..)
            | Command::Device(_)
            | Command::TakePasted { .. }
            | Command::AskPicture(_)
            | Command::CopyUsual(..)
            | Command::CopyPicture(_)
            | Command::SavePicture(..) => {}
        }
    }

    fn act(&mut self, ctx: &Context, action: Action) {
        if self.build(ctx, action) || self.look(ctx, action) {
            return;
        }
        match action {
            Action::Open => self.dialog = Some(self.file_dialog(FileUse::Open)),
            Action::Save => match self.editor.path() {
                Some(path) => self.save(path.to_owned()),
                None => self.dialog = Some(self.file_dialog(FileUse::Save)),
            },
            Action::SaveAs => self.dialog = Some(self.file_dialog(FileUse::Save)),
            Action::Undo => self.travel(Editor::undo),
            Action::Redo => self.travel(Editor::redo),
            Action::Deselect => {
                if self.view.hand.take_cancelled() {
                    // The canvas has given something up: that is enough for one press.
                } else if self.editor.is_dragging() {
                    self.editor.abandon();
                } else if self.message.is_some() {
                    self.message = None;
                } else if self.builder.take().is_none() && !self.windows.close() {
                    self.view.selection = selection_of(None);
                }
            }
            Action::PlayPause => {
                let is_playing = self.simulation.is_playing();
                self.simulation.set_playing(!is_playing);
            }
            Action::Step => {
                let visible = self.visible();
                self.simulation.step(visible);
            }
            Action::ResetState => self.simulation.reset(),
            Action::JumpToSteady => self.jump_to_steady(),
            Action::Train
            | Action::TrainStep
            | Action::Rewind
            | Action::NewSeed
            | Action::Compare => self.train(action),
            Action::Task => self.windows.task.is_open = !self.windows.task.is_open,
            Action::Gradient => self.windows.is_gradient_open = !self.windows.is_gradient_open,
            Action::Find => {
                self.finder = Some(Finder::new(&self.editor, self.kept.as_ref()));
            }
            Action::Keys => self.dialog = Some(Dialog::Keys),
            Action::About => {
                self.dialog = Some(Dialog::About {
                    drawing: self.pace.words(),
                });
            }
            // These were done above.
            Action::Cut
            | Action::Copy
            | Action::CopyText
            | Action::Paste
            | Action::Duplicate
            | Action::Delete
            | Action::SelectAll
            | Action::NewHidden
            | Action::NewInput
            | Action::NewBias
            | Action::NewOutput
            | Action::NewNote
            | Action::StartEdge
            | Action::Reverse
            | Action::ConnectAll
            | Action::ConnectChain
            | Action::ConnectRail
            | Action::Layered
            | Action::Device(_)
            | Action::Tidy
            | Action::Fit
            | Action::ZoomReset
            | Action::Values
            | Action::Inspector
            | Action::Traces
            | Action::Training
            | Action::ExportPicture
            | Action::CopyPicture
            | Action::Units
            | Action::LinearFlow
            | Action::Snap
            | Action::New
            | Action::NewChemical
            | Action::BringBack
            | Action::StartFresh
            | Action::Larger
            | Action::Smaller
            | Action::UsualSize
            | Action::ReducedMotion
            | Action::HighContrast
            | Action::Theme => {}
        }
    }

    /// Goes a step back or forth in the history, and selects what was selected there.
    fn travel(&mut self, step: impl FnOnce(&mut Editor) -> Option<Selection>) {
        self.view.hand.let_go();
        if let Some(selection) = step(&mut self.editor) {
            self.view.selection = selection;
        }
    }

    /// Does an action of training, or says what is missing for it.
    fn train(&mut self, action: Action) {
        if let Some(message) = situation::untaught(self.editor.document()) {
            self.message = Some(message);
            return;
        }
        match action {
            Action::TrainStep => self.coach.step(&self.editor),
            Action::Rewind => self.coach.rewind(&self.editor),
            Action::NewSeed => self.coach.new_seed(&self.editor),
            Action::Compare => self.coach.compare(&self.editor),
            _ => self.coach.play_or_hold(&self.editor),
        }
    }

    fn jump_to_steady(&mut self) {
        if let Some((state, false)) = self.derived.settled() {
            self.simulation.jump(&state.x);
        }
    }

    /// Commands that keys ask for. Plain keys stay silent while a text field or another widget has the focus.
    fn shortcuts(&self, ctx: &Context, commands: &mut Vec<Command>) {
        if self.dialog.is_some() || self.finder.is_some() {
            return;
        }
        let is_typing = ctx.text_edit_focused();
        let focused = ctx.memory(egui::Memory::focused);
        // The longer combination first: Ctrl+Shift+Z is not Ctrl+Z.
        let mut actions = Action::ALL;
        actions.sort_by_key(|action| {
            let modifiers = action.shortcut().modifiers;
            -i32::from(modifiers.shift) - i32::from(modifiers.command)
        });
        for action in actions {
            let shortcut = action.shortcut();
            let is_plain = !shortcut.modifiers.any();
            // Space presses a focused button.
            let belongs_to_widget = shortcut.logical_key == egui::Key::Space
                && focused.is_some_and(|focused| !widgets::is_slider(ctx, focused));
            // Esc closes an open menu or gives up what is being typed, and nothing else.
            let is_spoken_for = shortcut.logical_key == egui::Key::Escape
                && (egui::Popup::is_any_open(ctx) || self.was_typing);
            // While one types, clipboard and undo are the field's.
            let is_clipboard = matches!(
                action,
                Action::Cut
                    | Action::Copy
                    | Action::Paste
                    | Action::SelectAll
                    | Action::Undo
                    | Action::Redo
            );
            if (is_plain && (is_typing || belongs_to_widget || is_spoken_for))
                || (is_clipboard && is_typing)
            {
                continue;
            }
            if ctx.input_mut(|i| i.consume_shortcut(&shortcut)) {
                commands.push(Command::Act(action));
            }
        }
        // Where + needs Shift, = is the same key.
        if ctx.input_mut(|i| i.consume_key(Modifiers::COMMAND, egui::Key::Equals)) {
            commands.push(Command::Act(Action::Larger));
        }
    }

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

    fn panels_ui(&mut self, ui: &mut Ui, commands: &mut Vec<Command>) {
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
                    let platform = self.editor.network().platform();
                    let bounds = bounds.union(self.scene.bounds);
                    self.view.camera = Some(canvas::fitted(area, platform, bounds));
                }
                canvas::canvas_ui(ui, &shown, &mut self.view, commands);
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
                if let (Some(response), Some(camera), false) = (
                    self.coach.responder(0).response(),
                    self.view.camera,
                    self.coach.is_comparison(),
                ) {
                    let network = self.editor.network();
                    training::thumbnails_ui(ui, area, camera, &self.scene, network, response);
                }
                if let (true, Some(camera)) = (self.windows.paints_gradient(), self.view.camera) {
                    training::edges_ui(ui, area, camera, &self.scene, self.coach.gradients());
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

    fn set_title(&mut self, ctx: &Context) {
        let star = if self.editor.is_unsaved() { "*" } else { "" };
        let title = format!("thermonet — {}{star}", self.editor.network().name);
        if title != self.title {
            ctx.send_viewport_cmd(ViewportCommand::Title(title.clone()));
            self.title = title;
        }
    }
}

impl eframe::App for App {
    fn logic(&mut self, ctx: &Context, _frame: &mut eframe::Frame) {
        self.curves.listen();
        self.gallery.listen(ctx);
        let wants_gradient = self.windows.is_gradient_open;
        if let Some(application) = self.coach.update(&self.editor, wants_gradient) {
            self.take_in(&application);
        }
        self.take_dropped(ctx);
        self.take_loaded();
        self.flip(ctx);
        self.rebuild();
        self.standing = standing(
            self.editor.document(),
            &self.simulation,
            &self.derived,
            &self.coach,
        );
        self.keep(ctx);
        if self.simulation.is_running() {
            let seconds = self.pace.frame(ctx);
            let visible = self.visible();
            self.simulation.advance(seconds, visible);
            self.dots.advance(
                &self.simulation.flow().responses,
                self.simulation.speed(),
                seconds,
                self.view.is_flow_linear,
            );
        } else {
            self.pace.rest();
        }
    }

    fn ui(&mut self, ui: &mut Ui, _frame: &mut eframe::Frame) {
        let ctx = ui.ctx().clone();
        let mut commands = Vec::new();
        self.clipboard(&ctx, &mut commands);
        self.shortcuts(&ctx, &mut commands);
        let was_typing = ctx.text_edit_focused();
        self.panels_ui(ui, &mut commands);
        if was_typing {
            // The Enter that ends a text is not the one that goes from the canvas to the inspector.
            self.view.hand.take_wants_inspector();
        }
        self.windows.show_ui(
            &ctx,
            self.editor.document(),
            &self.coach,
            only(&self.view.selection),
            &mut commands,
        );
        if let Some(message) = &self.message {
            message::message_ui(&ctx, message, &mut commands);
        }
        if let Some(mut dialog) = self.dialog.take()
            && dialogs::dialog_ui(&ctx, &mut dialog, &mut commands)
        {
            self.dialog = Some(dialog);
        }
        if let Some(mut open) = self.finder.take()
            && finder::finder_ui(&ctx, &mut open, &mut commands)
        {
            self.finder = Some(open);
        }
        if let Some(mut toast) = self.toast.take()
            && toast::toast_ui(
                &ctx,
                &mut toast,
                self.canvas,
                self.editor.revision(),
                &mut commands,
            )
        {
            self.toast = Some(toast);
        }
        self.was_typing = ctx.text_edit_focused();
        let is_asked = !commands.is_empty();
        for command in commands {
            self.carry_out(&ctx, command);
        }
        if is_asked {
            // What was just changed is seen in the next frame.
            ctx.request_repaint();
        }
        self.keep(&ctx);
        self.set_title(&ctx);
    }

    fn save(&mut self, storage: &mut dyn eframe::Storage) {
        self.settings.keep(storage, &self.view);
    }

    fn auto_save_interval(&self) -> std::time::Duration {
        LOOK_KEPT_EVERY
    }

    fn clear_color(&self, _visuals: &egui::Visuals) -> [f32; 4] {
        Palette::of(self.view.theme, self.view.is_contrast_high)
            .background
            .to_normalized_gamma_f32()
    }
}
