//! Opening, saving, and what becomes of an unsaved document that makes room for another.

use std::path::{Path, PathBuf};

use eframe::egui::Context;

use super::App;
use crate::device::Platform;
use crate::document::presets::Preset;
use crate::document::{self, FileError, FileFault, LoadError, Loaded, Stamp};
use crate::gui::canvas::{Dots, Scene};
use crate::gui::command::Command;
use crate::gui::dialogs::{Dialog, FileUse};
use crate::gui::editor::Editor;
use crate::gui::notice;
use crate::gui::opening::{empty, file_name, fresh};
use crate::gui::refusal::no_place_for_data;
use crate::gui::simulation::Simulation;
use crate::gui::situation::{self, rejection};
use crate::gui::toast::Toast;
use crate::gui::training;

impl App {
    /// Opens another document in place of this one, which is kept if it is not saved.
    pub(super) fn open(&mut self, editor: Editor) {
        let old = std::mem::replace(&mut self.editor, editor);
        self.loading.give_up();
        self.notice = None;
        self.flipping = None;
        let mut failure = None;
        if old.is_unsaved() {
            let mut waiting = 0;
            // A window has room for one: the one before that waits for another window.
            if let Some(oldest) = self.kept.take() {
                match self.keeper.set_aside(&oldest) {
                    Ok(is_kept) => waiting = usize::from(is_kept),
                    Err(error) => failure = Some(situation::not_kept(&error)),
                }
            }
            let notice = notice::replaced(&old.network().name);
            self.notice = notice::waiting(Some(notice), waiting, self.start.program.is_some());
            self.kept = Some(old);
        }
        self.simulation = Simulation::new(self.editor.network(), self.simulation.speed());
        self.dots = Dots::default();
        self.scene = Scene::new(self.editor.network());
        self.built = self.editor.revision();
        self.derived.clear();
        self.curves.clear();
        self.coach.clear();
        self.windows.clear();
        let network = self.editor.network();
        self.builder = self
            .builder
            .take()
            .filter(|builder| builder.is_for(network));
        self.view.camera = None;
        self.view.hand.let_go();
        self.message = failure;
        self.toast = None;
        self.select_something();
    }

    pub(super) fn open_preset(&mut self, preset: &Preset) {
        match preset.load() {
            Ok(Loaded { document, .. }) => self.open(Editor::new(document)),
            Err(rejected) => self.message = Some(rejection(preset.title, &rejected)),
        }
    }

    pub(super) fn open_file(&mut self, path: &Path) {
        if self.loading.begin(path) {
            self.toast = Some(Toast::new(format!("Opening {} …", file_name(path))));
            return;
        }
        self.take_file(path, document::load_file(path));
    }

    /// Opens the large file that has been read beside the window.
    pub(super) fn take_loaded(&mut self) {
        match self.loading.poll() {
            Some((path, Ok(read))) => self.take_file(&path, read),
            Some((path, Err(problem))) => {
                self.toast = None;
                self.message = Some(situation::broke_down(&path, problem));
            }
            None => {}
        }
    }

    fn take_file(&mut self, path: &Path, read: Result<(Loaded, Stamp), LoadError>) {
        match read {
            Ok((Loaded { document, .. }, stamp)) => {
                self.open(Editor::opened(document, path.to_owned(), stamp));
                self.remember(path);
            }
            Err(error) => {
                self.toast = None;
                self.message = Some(situation::not_opened(path, &error));
            }
        }
    }

    pub(super) fn open_empty(&mut self, platform: Platform) {
        self.open(Editor::new(empty(platform)));
    }

    /// What a start shows when nothing was left unsaved.
    pub(super) fn start_fresh(&mut self) {
        let (document, message) = fresh(&self.start);
        self.open(Editor::new(document));
        self.message = message;
    }

    /// Swaps the document with the unsaved one that it took the place of.
    pub(super) fn bring_back(&mut self) {
        if let Some(kept) = self.kept.take() {
            self.open(kept);
        }
    }

    /// Opens a window of its own process, with the same state folder.
    pub(super) fn open_another_window(&mut self) {
        let Some(program) = &self.start.program else {
            return;
        };
        let mut command = std::process::Command::new(program);
        if let Some(folder) = &self.start.state_folder {
            command.arg("--state-folder").arg(folder);
        }
        match command.spawn() {
            Ok(mut child) => {
                // Nobody asks how it ended, but a program that nobody waits for stays in the system's list.
                std::thread::spawn(move || child.wait());
            }
            Err(error) => self.say(&format!(
                "Another window could not be opened ({error}): start the program once more"
            )),
        }
    }

    /// Saves, unless somebody else has changed the file meanwhile.
    pub(super) fn save(&mut self, path: PathBuf) {
        let is_own = self
            .editor
            .path()
            .is_some_and(|own| document::is_same_file(own, &path));
        if is_own && self.editor.is_outdated() {
            self.message = Some(situation::changed_on_disk(&path));
        } else {
            self.save_over(path);
        }
    }

    /// Saves, whatever the file holds now.
    pub(super) fn save_over(&mut self, path: PathBuf) {
        let saved = self
            .may_save(&path)
            .and_then(|()| self.start.disk.save(self.editor.document(), &path));
        match saved {
            Ok(stamp) => {
                self.remember(&path);
                self.editor.mark_saved(path, stamp);
                self.message = None;
                self.notice = None;
            }
            Err(error) => self.message = Some(situation::not_saved(&path, &error)),
        }
    }

    /// Whether this window saves there.
    pub(super) fn may_save(&self, path: &Path) -> Result<(), FileError> {
        match &self.start.confined_to {
            Some(folder) if !document::lies_in(path, folder) => Err(FileError {
                path: path.to_owned(),
                what: FileFault::Confined(folder.clone()),
            }),
            _ => Ok(()),
        }
    }

    /// Notices that another program has written the file that is open.
    fn watch_file(&mut self, ctx: &Context) {
        /// Seconds between two looks: nobody switches windows faster.
        const EVERY: f64 = 1.0;
        let now = ctx.input(|i| i.time);
        if now < self.watched_at + EVERY {
            return;
        }
        self.watched_at = now;
        // What other windows have opened and saved belongs into the list, too.
        self.recent.reload();
        if let Some(path) = self.editor.take_outdated() {
            self.notice = Some(notice::changed(path));
        }
    }

    /// A list of recent files that cannot be kept is no reason to trouble anyone: it is right in this window.
    pub(super) fn remember(&mut self, path: &Path) {
        let _ = self.recent.add(path);
    }

    pub(super) fn file_dialog(&self, purpose: FileUse) -> Dialog {
        let path = match (purpose, self.editor.path()) {
            (FileUse::Save, Some(path)) => path.display().to_string(),
            (FileUse::Save, None) => suggested(&self.editor.network().name),
            (FileUse::Open, path) => path
                .and_then(Path::parent)
                .map(|folder| folder.join("").display().to_string())
                .unwrap_or_default(),
        };
        Dialog::File {
            purpose,
            path,
            has_browser: self.start.confined_to.is_none(),
        }
    }

    /// Opens a network that is dropped on the window.
    pub(super) fn take_dropped(&mut self, ctx: &Context) {
        let dropped = ctx.input(|i| i.raw.dropped_files.clone());
        let is_network = |path: &PathBuf| {
            let extension = path.extension().and_then(std::ffi::OsStr::to_str);
            extension.is_some_and(|extension| extension.eq_ignore_ascii_case("json"))
        };
        let paths: Vec<PathBuf> = dropped
            .into_iter()
            .map(|file| file.path().to_owned())
            .collect();
        if let Some(path) = paths.iter().find(|path| is_network(path)) {
            self.open_file(path);
        } else if let Some(path) = paths.iter().find(|path| training::is_data_file(path)) {
            self.take_data(path);
        }
    }

    /// Makes a data file the task.
    pub(super) fn take_data(&mut self, path: &Path) {
        let document = self.editor.document();
        let (inputs, outputs) = training::ports(&document.network);
        if document.task.is_none() && (inputs.is_empty() || outputs.is_empty()) {
            let again = Command::TakeData(path.to_owned());
            self.message = Some(no_place_for_data(&document.network, &again));
            return;
        }
        let edit = training::task_from_file(self.editor.document(), self.editor.path(), path);
        let selected = self.view.selection.clone();
        let made = edit.and_then(|edit| self.editor.edit_done(&edit, &selected));
        match made {
            Ok(()) => self.view.is_training_open = true,
            Err(problem) => self.refuse(&problem, &[]),
        }
    }

    /// Sees to it that unsaved work is kept.
    pub(super) fn keep(&mut self, ctx: &Context) {
        self.watch_file(ctx);
        let now = ctx.input(|i| i.time);
        let (due, message) = self.keeper.update(now, &self.editor, self.kept.as_ref());
        if let Some(seconds) = due {
            ctx.request_repaint_after(std::time::Duration::from_secs_f64(seconds));
        }
        if message.is_some() {
            self.message = message;
            // It may have come when this frame was drawn already.
            ctx.request_repaint();
        }
    }
}

/// A file name for a network of this name: "Two wells, tied" becomes two-wells-tied.json.
fn suggested(name: &str) -> String {
    let words = name.split(|c: char| !c.is_alphanumeric());
    let words: Vec<String> = words
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    // Longer names would be cut by some file systems.
    let stem: String = words.join("-").chars().take(60).collect();
    let stem = if stem.is_empty() { "network" } else { &stem };
    format!("{stem}.json")
}

#[cfg(test)]
mod tests {
    use super::suggested;

    #[test]
    fn networks_suggest_the_name_of_their_file() {
        assert_eq!(suggested("XOR"), "xor.json");
        assert_eq!(suggested("Two wells, tied"), "two-wells-tied.json");
        assert_eq!(suggested("../etc/α β"), "etc-α-β.json");
        assert_eq!(suggested(" … "), "network.json");
        assert_eq!(suggested(&"x".repeat(400)).chars().count(), 65);
    }
}
