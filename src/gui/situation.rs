//! All that can stand in somebody's way, in one list; and the messages about files, pastes and tasks. Those about what
//! the network does are in [`super::standing`].

use std::path::Path;

use super::command::{Action, Command};
use super::dialogs::FileUse;
use super::message::{Detail, Message};
use super::opening::file_name;
use super::training::ports;
use crate::document::presets::{PRESETS, Preset};
use crate::document::{
    Broken, Document, Edit, Element, FileError, FileFault, LoadError, Problem, Rejected, SlotError,
};
use crate::gui::view::selection_of;
use crate::network::{Network, Node, NodeKey, Role};

/// What can happen. Each has its message, and a test that brings it about, reads it and presses its remedy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Situation {
    /// Reservoirs reach neither a clamp nor ground.
    Island,
    /// The motion goes round for ever.
    Oscillates,
    /// The motion did not end within the effort allowed.
    Slow,
    /// Nothing moves any more, yet nothing is at rest.
    Frozen,
    /// The initial state is an unstable balance.
    Balanced,
    /// Equilibrium constants drive a cycle.
    HiddenFuel,
    /// A formula that no device could follow: it breaks the second law, or has no value.
    Formula,
    /// Training without an input.
    NoInput,
    /// Training without an output.
    NoOutput,
    /// Training without a task.
    NoTask,
    /// A row asks for a state that the platform does not have.
    RowOutOfRange,
    /// A data file cannot be used.
    DataFile,
    /// The task cannot be computed.
    Task,
    /// A training could not begin, or could not go on.
    Training,
    /// A training came to no parameters at which every row settles, or has no finite loss.
    Diverged,
    /// A file cannot be read.
    Unreadable,
    /// A file holds no network.
    Malformed,
    /// A file is of a newer program.
    Newer,
    /// A file cannot be written.
    Unwritable,
    /// The disk has no room for a file or an autosave.
    DiskFull,
    /// Another program has written the file meanwhile.
    ChangedOnDisk,
    /// Restored work is older than its file.
    OlderThanFile,
    /// Restored work cannot be read.
    BrokenAutosave,
    /// Work cannot be kept safe.
    NotKept,
    /// The clipboard holds something else.
    Clipboard,
    /// A change that the document does not take.
    Refused,
    /// A preset that does not exist.
    NoPreset,
}

impl Situation {
    /// All of them.
    pub const ALL: [Self; 27] = [
        Self::Island,
        Self::Oscillates,
        Self::Slow,
        Self::Frozen,
        Self::Balanced,
        Self::HiddenFuel,
        Self::Formula,
        Self::NoInput,
        Self::NoOutput,
        Self::NoTask,
        Self::RowOutOfRange,
        Self::DataFile,
        Self::Task,
        Self::Training,
        Self::Diverged,
        Self::Unreadable,
        Self::Malformed,
        Self::Newer,
        Self::Unwritable,
        Self::DiskFull,
        Self::ChangedOnDisk,
        Self::OlderThanFile,
        Self::BrokenAutosave,
        Self::NotKept,
        Self::Clipboard,
        Self::Refused,
        Self::NoPreset,
    ];
}

/// A text holds no network. `what` names it.
pub(super) fn rejection(what: &str, rejected: &Rejected) -> Message {
    let is_newer = |problem: &Problem| {
        problem.place == "format" && problem.problem.contains("newer than this program")
    };
    let mut message = if rejected.problems.iter().any(is_newer) {
        let title = format!("{what} was written by a newer thermonet");
        Message::new(Situation::Newer, title)
    } else {
        let title = format!("{what} is not a network this program can open");
        Message::new(Situation::Malformed, title)
    };
    message.details = rejected.problems.iter().map(Detail::from).collect();
    message.offering_to(Action::Open)
}

/// A file cannot be opened.
pub(super) fn not_opened(path: &Path, error: &LoadError) -> Message {
    match error {
        LoadError::Rejected { rejected, .. } => {
            rejection(&file_name(path), rejected).technically(path.display().to_string())
        }
        LoadError::File(error) => {
            let title = format!("{} could not be opened", file_name(path));
            let message = Message::new(Situation::Unreadable, title);
            with_file_error(message, error).offering_to(Action::Open)
        }
    }
}

/// The reading of a file broke down, which is a fault of this program.
pub(super) fn broke_down(path: &Path, problem: String) -> Message {
    let title = format!("{} could not be opened", file_name(path));
    Message::new(Situation::Unreadable, title)
        .technically(problem)
        .offering_to(Action::Open)
}

/// A file cannot be written.
pub(super) fn not_saved(path: &Path, error: &FileError) -> Message {
    if error.what.is_full() {
        let title = "The disk is full: the network was not saved; it is still here, unchanged";
        let message = Message::new(Situation::DiskFull, title);
        return with_file_error(message, error)
            .offering_to(Action::SaveAs)
            .offering("Try again", Command::SaveTo(path.to_owned()));
    }
    let title = "The network was not saved; it is still here, unchanged";
    let message = Message::new(Situation::Unwritable, title);
    with_file_error(message, error).offering_to(Action::SaveAs)
}

/// Unsaved work cannot be written down beside the program.
pub(super) fn not_kept(error: &FileError) -> Message {
    let message = if error.what.is_full() {
        let title =
            "The disk is full, so unsaved changes cannot be kept: save the network elsewhere";
        Message::new(Situation::DiskFull, title)
    } else {
        let title = "Unsaved changes cannot be kept at the moment: save the network";
        Message::new(Situation::NotKept, title)
    };
    with_file_error(message, error).offering_to(Action::SaveAs)
}

/// The thread that keeps unsaved work broke down.
pub(super) fn keeper_failed(problem: &str) -> Message {
    let title = "Unsaved changes cannot be kept at the moment: save the network";
    Message::new(Situation::NotKept, title)
        .technically(problem)
        .offering_to(Action::SaveAs)
}

fn with_file_error(message: Message, error: &FileError) -> Message {
    let technical = match &error.what {
        FileFault::Unreadable(cause)
        | FileFault::FolderUnwritable(cause)
        | FileFault::Unwritable(cause) => {
            format!("{:?}, {cause}", cause.kind())
        }
        _ => String::new(),
    };
    message
        .at(
            error.path.display().to_string(),
            error.what.to_string(),
            error.what.remedy(),
        )
        .technically(technical)
}

/// What an earlier run left cannot be read; nothing to say if there is no such thing.
pub(super) fn broken_autosaves(broken: &[Broken]) -> Option<Message> {
    let first = broken.first()?;
    let title = "Unsaved work of an earlier run could not be read";
    let mut message = Message::new(Situation::BrokenAutosave, title);
    for Broken { path, error } in broken {
        let problem = match error {
            LoadError::File(error) => error.what.to_string(),
            LoadError::Rejected { rejected, .. } => rejected.problems.first().map_or_else(
                || rejected.to_string(),
                |first| format!("{}: {}", first.place, first.problem),
            ),
        };
        message = message.at(
            path.display().to_string(),
            problem,
            "It was put aside under this name; it is text that can be repaired by hand.",
        );
    }
    let path = first.path.display().to_string();
    Some(message.offering(
        "Open it when it is repaired…",
        Command::Ask(FileUse::Open, path),
    ))
}

/// There is no place for unsaved work.
pub(super) fn no_slot(error: &SlotError) -> Message {
    Message::new(Situation::NotKept, "Unsaved work will not survive a crash")
        .at(
            error.folder.display().to_string(),
            error.error.to_string(),
            "Save often, or start with --state-folder and a folder that can be written to.",
        )
        .technically(format!("{:?}", error.error))
        .offering_to(Action::SaveAs)
}

/// The file was written by somebody else since this window has read or written it.
pub(super) fn changed_on_disk(path: &Path) -> Message {
    let name = file_name(path);
    let title = format!("{name} was changed by another program, and was not saved over");
    Message::new(Situation::ChangedOnDisk, title)
        .at(
            path.display().to_string(),
            "It is not what this window opened or saved last.",
            "Look at what is there first: your changes are kept and can be brought back.",
        )
        .technically(as_it_is(path))
        .offering(format!("Open {name}"), Command::Open(path.to_owned()))
        .offering("Save over it", Command::SaveOver(path.to_owned()))
        .offering_to(Action::SaveAs)
}

/// What the system says of a file.
fn as_it_is(path: &Path) -> String {
    let Ok(metadata) = std::fs::metadata(path) else {
        return String::new();
    };
    let age = metadata
        .modified()
        .ok()
        .and_then(|then| then.elapsed().ok());
    let age = age.map_or_else(String::new, |age| {
        format!(", written {} s ago", age.as_secs())
    });
    format!("{} bytes{age}", metadata.len())
}

/// There is no such preset: the names most like it are offered.
pub(super) fn no_preset(name: &str) -> Message {
    /// More would be the menu.
    const OFFERED: usize = 3;
    let likeness = |preset: &&Preset| {
        let words = [preset.name, preset.title].map(str::to_lowercase);
        let alike = words.map(|word| strsim::jaro_winkler(&word, &name.to_lowercase()));
        alike[0].max(alike[1])
    };
    let mut presets: Vec<&Preset> = PRESETS.iter().collect();
    presets.sort_by(|a, b| likeness(b).total_cmp(&likeness(a)));
    let names: Vec<&str> = PRESETS.iter().map(|preset| preset.name).collect();
    let message = Message::new(
        Situation::NoPreset,
        format!("There is no preset called {name}"),
    )
    .at(
        "",
        "The first preset is shown instead.",
        "Those whose names are most like it are offered here; the Presets menu shows all.",
    )
    .technically(names.join(", "));
    presets
        .iter()
        .take(OFFERED)
        .fold(message, |message, preset| {
            message.offering(
                format!("Open {}", preset.title),
                Command::Preset(preset.name),
            )
        })
}

/// The clipboard holds no network.
pub(super) fn no_network(text: &str) -> Message {
    /// As much as tells what it is.
    const BEGINNING: usize = 60;
    let mut begins: String = text.chars().take(BEGINNING).collect();
    if text.chars().nth(BEGINNING).is_some() {
        begins.push('…');
    }
    let problem = if text.trim().is_empty() {
        "It is empty.".to_owned()
    } else {
        format!(
            "It holds {} characters of something else.",
            text.chars().count()
        )
    };
    Message::new(Situation::Clipboard, "The clipboard holds no network")
        .at(
            "",
            problem,
            "Copy reservoirs here or in another window, or the text of a network file.",
        )
        .technically(begins.escape_debug().to_string())
        .offering("Open a file…", Command::Act(Action::Open))
}

/// Why nothing can be trained, if it cannot for want of a task or of what a task needs.
pub(super) fn untaught(document: &Document) -> Option<Message> {
    if document.task.is_some() {
        return None;
    }
    let network = &document.network;
    let (inputs, outputs) = ports(network);
    let title = "There is nothing to train for yet";
    if inputs.is_empty() {
        let message = Message::new(Situation::NoInput, title).at(
            "inputs",
            "No reservoir is an input, so no question can be put.",
            "An input is held at a value that the task sets.",
        );
        return Some(lacking(message, network, Role::Input, Action::NewInput));
    }
    if outputs.is_empty() {
        let message = Message::new(Situation::NoOutput, title).at(
            "outputs",
            "No reservoir is an output, so no answer can be read.",
            "An output is a free reservoir whose state is compared with the task.",
        );
        return Some(lacking(message, network, Role::Output, Action::NewOutput));
    }
    let message = Message::new(Situation::NoTask, title).at(
        "task",
        "The network has no task.",
        "Choose a gate, type a formula, or give a file of rows.",
    );
    Some(message.offering_to(Action::Task))
}

/// Offers to give a reservoir the role that is missing: the one that stands where such a one would be looked for.
pub(super) fn lacking(
    message: Message,
    network: &Network,
    role: Role,
    else_action: Action,
) -> Message {
    let x = |node: &Node| node.at.map_or(0.0, |[x, _]| x);
    let candidates = network.nodes().iter().filter(|node| match role {
        Role::Input => node.role != Role::Output,
        _ => node.role == Role::Hidden,
    });
    let found = match role {
        // A rail is held already; else what stands left.
        Role::Input => candidates.min_by(|a, b| {
            let is_free = |node: &Node| !node.role.is_clamped();
            is_free(a).cmp(&is_free(b)).then(x(a).total_cmp(&x(b)))
        }),
        _ => candidates.max_by(|a, b| x(a).total_cmp(&x(b))),
    };
    let Some(node) = found else {
        return message.offering_to(else_action);
    };
    let key: NodeKey = node.key();
    let an = if role == Role::Input {
        "input"
    } else {
        "output"
    };
    message
        .showing(selection_of(Some(Element::Node(key))))
        .offering(
            format!("Make {} an {an}", node.title()),
            Command::Done(Edit::SetRole(key, role)),
        )
}
