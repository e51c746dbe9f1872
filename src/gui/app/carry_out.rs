//! Carries out what was asked for, and hears what keys ask for.

use eframe::egui::{self, Context, Modifiers};

use super::App;
use crate::document::Selection;
use crate::document::presets::preset;
use crate::gui::command::{Action, Command};
use crate::gui::dialogs::{Dialog, FileUse};
use crate::gui::editor::Editor;
use crate::gui::finder::Finder;
use crate::gui::flipping;
use crate::gui::situation;
use crate::gui::view::selection_of;
use crate::gui::widgets;

impl App {
    /// Carries out one command.
    pub(super) fn carry_out(&mut self, ctx: &Context, command: Command) {
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
            Command::EndComparison => {
                self.coach.end_comparison();
            }
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

    pub(super) fn act(&mut self, ctx: &Context, action: Action) {
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
                } else if self.builder.take().is_none()
                    && !self.windows.close()
                    && !self.coach.end_comparison()
                {
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
    pub(super) fn travel(&mut self, step: impl FnOnce(&mut Editor) -> Option<Selection>) {
        self.view.hand.let_go();
        if let Some(selection) = step(&mut self.editor) {
            self.view.selection = selection;
        }
    }

    /// Does an action of training, or says what is missing for it.
    pub(super) fn train(&mut self, action: Action) {
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

    pub(super) fn jump_to_steady(&mut self) {
        if let Some((state, false)) = self.derived.settled() {
            self.simulation.jump(&state.x);
        }
    }

    /// Commands that keys ask for. Plain keys stay silent while a text field or another widget has the focus.
    pub(super) fn shortcuts(&self, ctx: &Context, commands: &mut Vec<Command>) {
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
            // A letter with Shift is another key; a digit or sign may need Shift to be typed at all.
            let is_capital = is_plain
                && ctx.input(|i| i.modifiers.shift)
                && matches!(shortcut.logical_key.name().as_bytes(), [b'A'..=b'Z']);
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
                || is_capital
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
}
