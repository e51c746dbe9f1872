//! How the window begins.

use std::path::Path;

use super::Start;
use super::editor::Editor;
use super::keeper::Found;
use super::message::Message;
use super::notice::{self, Notice};
use super::situation;
use crate::device::Platform;
use crate::document::presets::{PRESETS, Preset, preset};
use crate::document::{self, Document, Loaded};
use crate::network::Network;

/// What the window begins with.
pub(super) struct Opening {
    /// The document.
    pub(super) editor: Editor,
    /// An unsaved document that can be brought back in its place.
    pub(super) kept: Option<Editor>,
    /// What went wrong.
    pub(super) message: Option<Message>,
    /// What is worth knowing.
    pub(super) notice: Option<Notice>,
    /// Whether nobody asked for this document: it is what the first screen shows.
    pub(super) is_first_screen: bool,
}

/// The document to begin with: the file that was asked for, else what an earlier run left unsaved, else a preset.
pub(super) fn opening(start: &Start, found: Found) -> Opening {
    let Found {
        present,
        replaced,
        waiting,
        message: said,
    } = found;
    let tell = |notice| notice::waiting(notice, waiting, start.program.is_some());
    // What is in its file by now needs no second place.
    let present = present.filter(|kept| !kept.is_as_in_file());
    let replaced = replaced.map(Editor::recovered);
    if let Some(path) = &start.file {
        let (editor, message) = match document::load_file(path) {
            Ok((Loaded { document, .. }, stamp)) => {
                (Editor::opened(document, path.clone(), stamp), None)
            }
            Err(error) => {
                let (document, _) = fresh(start);
                let message = situation::not_opened(path, &error);
                (Editor::new(document), Some(message))
            }
        };
        let notice = present.as_ref().map(notice::left);
        let present = present.map(Editor::recovered);
        return Opening {
            editor,
            kept: present.or(replaced),
            message: message.or(said),
            notice: tell(notice),
            is_first_screen: false,
        };
    }
    if let Some(kept) = present {
        let notice = Some(notice::restored(&kept));
        return Opening {
            editor: Editor::recovered(kept),
            kept: replaced,
            message: said,
            notice: tell(notice),
            is_first_screen: false,
        };
    }
    let (document, message) = fresh(start);
    Opening {
        editor: Editor::new(document),
        kept: replaced,
        is_first_screen: start.preset.is_none() && message.is_none(),
        message: message.or(said),
        notice: tell(None),
    }
}

/// What a start without a file and without unsaved work shows.
pub(super) fn fresh(start: &Start) -> (Document, Option<Message>) {
    let mut message = None;
    let named = start.preset.as_deref().and_then(preset);
    if let (None, Some(name)) = (named, &start.preset) {
        message = Some(situation::no_preset(name));
    }
    let first = named
        .or_else(|| preset(FIRST_PRESET))
        .or_else(|| PRESETS.first());
    match first.map(Preset::load) {
        Some(Ok(Loaded { document, .. })) => (document, message),
        Some(Err(rejected)) => (
            empty(Platform::Electronic),
            Some(situation::rejection("preset", &rejected)),
        ),
        None => (empty(Platform::Electronic), message),
    }
}

/// What a start without arguments shows: a trained network that does what no monotone one can.
const FIRST_PRESET: &str = "xor";

/// A network without anything in it.
pub(super) fn empty(platform: Platform) -> Document {
    let mut network = Network::new(platform);
    UNTITLED.clone_into(&mut network.name);
    Document::new(network)
}

/// The name of a network that nobody has given one yet.
const UNTITLED: &str = "Untitled";

/// The last part of a path.
pub(super) fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(
        || path.display().to_string(),
        |name| name.to_string_lossy().into_owned(),
    )
}
