//! How the window begins, and what it says when a document cannot be opened or changed.

use std::path::{Path, PathBuf};

use super::Start;
use super::dialogs::{Detail, Message};
use crate::device::Platform;
use crate::document::presets::{PRESETS, Preset, preset};
use crate::document::{self, Document, LoadError, Loaded, Problem, Rejected};
use crate::network::Network;

/// The document to begin with, and what is to be said about it.
pub(super) fn opening(start: &Start) -> (Document, Option<PathBuf>, Option<Message>) {
    let mut message = None;
    if let Some(path) = &start.file {
        match document::load(path) {
            Ok(Loaded { document, .. }) => return (document, Some(path.clone()), None),
            Err(error) => message = Some(load_message(path, &error)),
        }
    }
    let named = start.preset.as_deref().and_then(preset);
    if let (None, Some(name)) = (named, &start.preset) {
        message = Some(Message {
            title: format!("There is no preset called {name}"),
            details: vec![Detail {
                place: String::new(),
                problem: "The first preset is shown instead.".to_owned(),
                remedy: "The Presets menu lists those there are.".to_owned(),
            }],
        });
    }
    let first = named
        .or_else(|| preset(FIRST_PRESET))
        .or_else(|| PRESETS.first());
    match first.map(Preset::load) {
        Some(Ok(Loaded { document, .. })) => (document, None, message),
        Some(Err(rejected)) => (empty(), None, Some(rejection("preset", &rejected))),
        None => (empty(), None, message),
    }
}

/// What a start without arguments shows: a trained network that does what no monotone one can.
const FIRST_PRESET: &str = "xor";

fn empty() -> Document {
    Document::new(Network::new(Platform::Electronic))
}

pub(super) fn refusal(problem: &Problem) -> Message {
    Message {
        title: "The change was not made".to_owned(),
        details: vec![detail(problem)],
    }
}

fn detail(problem: &Problem) -> Detail {
    Detail {
        place: problem.place.clone(),
        problem: problem.problem.clone(),
        remedy: problem.remedy.clone(),
    }
}

pub(super) fn rejection(what: &str, rejected: &Rejected) -> Message {
    Message {
        title: format!("{what} is not a network this program can open"),
        details: rejected.problems.iter().map(detail).collect(),
    }
}

pub(super) fn load_message(path: &Path, error: &LoadError) -> Message {
    match error {
        LoadError::Rejected { rejected, .. } => rejection(&file_name(path), rejected),
        LoadError::File(error) => Message {
            title: format!("{} could not be opened", file_name(path)),
            details: vec![Detail {
                place: error.path.display().to_string(),
                problem: error.what.to_string(),
                remedy: error.what.remedy().to_owned(),
            }],
        },
    }
}

fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(
        || path.display().to_string(),
        |name| name.to_string_lossy().into_owned(),
    )
}
