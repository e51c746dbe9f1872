//! The window: one frame drains the workers, lets time pass, draws, and then carries out what was asked for.

mod build;
mod carry_out;
mod clipboard;
mod connect;
#[cfg(test)]
mod every_command;
mod export;
mod files;
mod find;
mod layered;
mod look;
mod panels;
mod watch;

use std::path::Path;

use eframe::egui::{self, Context, Ui, ViewportCommand};

use super::Start;
use super::builder::Builder;
use super::canvas::Camera;
use super::canvas::{self, Dots, Scene, StateScale};
use super::derived::Derived;
use super::dialogs::{self, Dialog};
use super::editor::Editor;
use super::finder::{self, Finder};
use super::flipping::{Flipping, Turn};
use super::gallery::Gallery;
use super::iv::Curves;
use super::keeper::Keeper;
use super::loading::Loading;
use super::message::{self, Message};
use super::notice::Notice;
use super::opening::{Opening, opening};
use super::pace::Pace;
use super::settings::Settings;
use super::simulation::Simulation;
use super::standing::standing;
use super::theme::{self, Palette};
use super::toast::{self, Toast};
use super::training::{Application, Coach, Windows};
use super::units::Scales;
use super::view::{ViewState, only, only_edge, selection_of, telling_edge};
use crate::document::{Document, Element, Recent, Revision};

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
    /// What was in view before the canvas made room for the builder's sketch, and of which network.
    before_sketch: Option<(Camera, u64)>,
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
            before_sketch: None,
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
            Ok(_) => {
                self.coach.applied(&self.editor, application);
                // What was trained is how the motion from the initial state ends; the one on the canvas may have come to
                // another stable state while parameters moved.
                self.rebuild();
                self.simulation.reset();
            }
            Err(problem) => self.refuse(&problem, &edits),
        }
    }

    /// Puts the next row of the task on the first screen's inputs when its turn has come.
    fn flip(&mut self, ctx: &Context) {
        // Whatever way an edit came: somebody has begun to work.
        if self.editor.undo_name().is_some() || self.editor.is_dragging() {
            self.flipping = None;
        }
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
        self.look_back();
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
