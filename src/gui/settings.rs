//! What the window remembers of its look from run to run, so that two windows neither garble nor forget each other's.
//!
//! eframe writes its storage in place: a program that is killed meanwhile, or two that write at once, leave a file that
//! none can read, and whoever writes last forgets what the others changed. So each window gives eframe a file of its
//! own, and brings what is in it to the one all share: in one step, in turn, and of the view only what it has changed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

use eframe::Storage;
use serde_json::{Map, Value};
use tempfile::TempDir;

use super::view::ViewState;
use crate::document::{Gate, save_bytes};

/// Where the view is in a storage.
const VIEW: &str = "view";

/// What eframe keeps beside it: where the window stood, and the sizes of panels.
const OF_EFRAME: [&str; 2] = ["window", "egui"];

/// The texts of a storage, as eframe writes them.
type Texts = BTreeMap<String, String>;

/// A storage in memory.
#[derive(Clone, Debug, Default, PartialEq)]
struct Shelf(Texts);

impl Storage for Shelf {
    fn get_string(&self, key: &str) -> Option<String> {
        self.0.get(key).cloned()
    }

    fn set_string(&mut self, key: &str, value: String) {
        self.0.insert(key.to_owned(), value);
    }

    fn remove_string(&mut self, key: &str) {
        self.0.remove(key);
    }

    fn flush(&mut self) {}
}

impl Shelf {
    /// What a file holds; nothing if there is none, or it is garbled: then everything looks as at first.
    fn read(path: &Path) -> Self {
        let text = fs::read_to_string(path).ok();
        Self(
            text.and_then(|text| ron::from_str(&text).ok())
                .unwrap_or_default(),
        )
    }

    fn view(&self) -> ViewState {
        eframe::get_value(self, VIEW).unwrap_or_default()
    }
}

/// eframe's file of this run; gone with it.
#[derive(Debug)]
pub(super) struct OwnFile(TempDir);

impl OwnFile {
    /// A file that begins with what is in the shared one.
    ///
    /// # Errors
    /// If there is no place for temporary files.
    pub(super) fn new(shared: &Path) -> io::Result<Self> {
        let own = Self(tempfile::tempdir()?);
        if shared.is_file() {
            fs::copy(shared, own.path())?;
        }
        Ok(own)
    }

    /// Where it is.
    pub(super) fn path(&self) -> PathBuf {
        self.0.path().join("window.ron")
    }
}

/// The file of the windows' look in a state folder.
pub(super) fn shared_file(state_folder: &Path) -> PathBuf {
    state_folder.join("window.ron")
}

/// What this window has of the look that all windows share.
#[derive(Debug)]
pub(crate) struct Settings {
    /// The file all share; nothing is remembered without one.
    shared: Option<PathBuf>,
    /// The view as it was when it was last read or written here: what differs from it was changed here.
    view: ViewState,
    /// What was last brought to the file: it is not written again unless something has changed.
    brought: Option<Shelf>,
}

impl Settings {
    /// The look to begin with.
    pub(crate) fn load(state_folder: Option<&Path>) -> (Self, ViewState) {
        let shared = state_folder.map(shared_file);
        let view = shared
            .as_deref()
            .map_or_else(ViewState::default, |path| Shelf::read(path).view());
        let settings = Self {
            shared,
            view: view.clone(),
            brought: None,
        };
        (settings, view)
    }

    /// Brings to the file what eframe has put into its storage, and what of the view was changed here. A look that
    /// cannot be kept is no reason to trouble anyone.
    pub(crate) fn keep(&mut self, storage: &dyn Storage, view: &ViewState) {
        let Some(shared) = &self.shared else {
            return;
        };
        let mut own = Shelf::default();
        for key in OF_EFRAME {
            if let Some(text) = storage.get_string(key) {
                own.set_string(key, text);
            }
        }
        eframe::set_value(&mut own, VIEW, view);
        if self.brought.as_ref() == Some(&own) {
            return;
        }
        // A program that holds the gate for half a second has a disk that hangs: next time.
        let gate = Gate::enter(&shared.with_extension("lock"));
        if !gate.is_ok_and(|gate| gate.is_locked() && bring(shared, &own, &self.view, view)) {
            return;
        }
        self.view = view.clone();
        self.brought = Some(own);
    }
}

/// Writes what this window has over what is in the file; the gate must be held. Returns whether it is there.
fn bring(shared: &Path, own: &Shelf, before: &ViewState, now: &ViewState) -> bool {
    let theirs = Shelf::read(shared);
    let Some(merged) = merged(before, now, &theirs) else {
        return false;
    };
    let mut all = theirs.clone();
    all.0.extend(own.0.clone());
    eframe::set_value(&mut all, VIEW, &merged);
    if all == theirs {
        return true;
    }
    let text = ron::ser::to_string_pretty(&all.0, ron::ser::PrettyConfig::default());
    text.is_ok_and(|text| save_bytes(text.as_bytes(), shared).is_ok())
}

/// The view of the file, with what has changed between `before` and `now` in its place.
fn merged(before: &ViewState, now: &ViewState, theirs: &Shelf) -> Option<ViewState> {
    let fields = |view: &ViewState| -> Option<Map<String, Value>> {
        match serde_json::to_value(view) {
            Ok(Value::Object(fields)) => Some(fields),
            _ => None,
        }
    };
    let (before, now) = (fields(before)?, fields(now)?);
    let mut all = fields(&theirs.view())?;
    for (name, value) in now {
        if before.get(&name) != Some(&value) || !theirs.0.contains_key(VIEW) {
            all.insert(name, value);
        }
    }
    serde_json::from_value(Value::Object(all)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> TempDir {
        tempfile::tempdir().unwrap()
    }

    /// eframe's storage of a window that stood somewhere.
    fn stood(at: &str) -> Shelf {
        Shelf(Texts::from([("window".to_owned(), at.to_owned())]))
    }

    #[test]
    fn each_window_keeps_what_it_changed_and_nothing_else() {
        let folder = folder();
        let (mut one, mut first) = Settings::load(Some(folder.path()));
        let (mut two, mut second) = Settings::load(Some(folder.path()));
        first.show_values = true;
        one.keep(&stood("left"), &first);
        second.is_snapping = true;
        two.keep(&stood("right"), &second);
        // Nothing new in the first: what the second has changed is not taken back.
        one.keep(&stood("left again"), &first);
        let (_, view) = Settings::load(Some(folder.path()));
        assert!(view.show_values && view.is_snapping);
        // What was on and is switched off is off.
        second.is_snapping = false;
        two.keep(&stood("right"), &second);
        let (_, view) = Settings::load(Some(folder.path()));
        assert!(view.show_values && !view.is_snapping);
    }

    #[test]
    fn eframe_reads_what_is_kept() {
        let folder = folder();
        let (mut settings, mut view) = Settings::load(Some(folder.path()));
        view.magnification = 1.5;
        settings.keep(&stood("(a: \"b\\n\")"), &view);
        let own = OwnFile::new(&shared_file(folder.path())).unwrap();
        let read = Shelf::read(&own.path());
        assert_eq!(read.get_string("window").unwrap(), "(a: \"b\\n\")");
        assert!((read.view().magnification - 1.5).abs() < 1e-6);
    }

    #[test]
    fn a_garbled_file_is_replaced() {
        let folder = folder();
        fs::write(shared_file(folder.path()), "{ \"window\": \"half a").unwrap();
        let (mut settings, view) = Settings::load(Some(folder.path()));
        settings.keep(&stood("here"), &view);
        let read = Shelf::read(&shared_file(folder.path()));
        assert_eq!(read.get_string("window").unwrap(), "here");
    }

    #[test]
    fn windows_that_write_at_once_leave_a_file_that_can_be_read() {
        let folder = folder();
        std::thread::scope(|scope| {
            for window in 0..3 {
                let folder = folder.path();
                scope.spawn(move || {
                    let (mut settings, view) = Settings::load(Some(folder));
                    for k in 0..10 {
                        settings.keep(&stood(&"far ".repeat(100 * window + k)), &view);
                        assert!(!Shelf::read(&shared_file(folder)).0.is_empty());
                    }
                });
            }
        });
    }
}
