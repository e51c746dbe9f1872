//! What can be done: one list gives the text, the tip and the key of every action, and one type carries all changes.

mod action;
mod keys;

use std::path::PathBuf;

pub(crate) use action::Action;

use super::dialogs::FileUse;
use super::picture::{Kind, Request, Subject};
use super::training::Pick;
use crate::device;
use crate::document::insertion::Insertion;
use crate::document::{Edit, Element, Selection};
use crate::network::NodeKey;

/// Everything the window can ask for. Nothing happens while it draws: commands are collected, then carried out.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Command {
    /// Something with a text and perhaps a key.
    Act(Action),
    /// A change under way: shown at once, remembered when it is done.
    Live(Edit),
    /// A change that is complete: one step of undo.
    Done(Edit),
    /// A change of several things under way.
    LiveAll(Vec<Edit>),
    /// A change of several things that is complete: one step of undo, of this name.
    DoneAll(String, Vec<Edit>),
    /// The changes under way are complete: one step of undo under this name.
    End(String),
    /// Several changes that are complete: one step of undo under this name.
    Perform(String, Vec<Edit>),
    /// Adds reservoirs, edges and notes, and selects them: one step of undo under this name.
    Insert(String, Box<Insertion>),
    /// Gives up a change under way.
    Abandon,
    /// Selects a reservoir or an edge, or nothing.
    Select(Option<Element>),
    /// Selects several things.
    SelectSet(Selection),
    /// Chooses the law of the next edge; selected edges get it at once.
    Device(device::Kind),
    /// Puts a reservoir's state somewhere else; running state only.
    Kick(NodeKey, f64),
    /// Simulated time per second.
    Speed(f64),
    /// Opens a network that comes with the program.
    Preset(&'static str),
    /// Opens a file.
    Open(PathBuf),
    /// Writes the document to a file.
    SaveTo(PathBuf),
    /// Makes a data file the task.
    TakeData(PathBuf),
    /// Asks what of a picture or its numbers is to be kept, and where.
    AskPicture(Subject),
    /// Puts a picture of the usual look, or its numbers, on the clipboard.
    CopyUsual(Subject, Kind),
    /// Puts a picture or its numbers on the clipboard.
    CopyPicture(Request),
    /// Writes a picture or its numbers to a file.
    SavePicture(Request, PathBuf),
    /// The same, even if another program has changed the file.
    SaveOver(PathBuf),
    /// Asks for a file, with this path to begin with.
    Ask(FileUse, String),
    /// Reads the task's data file once more.
    ReadDataAgain,
    /// Puts the parameters of a step of a training into the document: the number of the curve, and the step.
    LoadStep(usize, usize),
    /// Holds clamps at other values than the document's; running state only.
    Hold(Vec<(NodeKey, f64)>),
    /// Lets all clamps go back to the document's values.
    Release,
    /// Shows the run as it was so many seconds ago, with time held; running state only.
    Scrub(f64),
    /// Leaves the first screen's inputs as they are.
    StopFlipping,
    /// Puts a finished comparison away.
    EndComparison,
    /// Draws the response of another output or over other inputs.
    Respond(Pick),
    /// Selects reservoirs, edges or notes, and brings them into view.
    Show(Selection),
    /// Opens the whole network that was pasted, or inserts it.
    TakePasted {
        /// Whether it is opened.
        opens: bool,
    },
    /// Opens another window, which takes up the next unsaved work that waits.
    AnotherWindow,
    /// Takes the message away.
    Dismiss,
}

/// Where a menu lists an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Menu {
    /// Files.
    File,
    /// Undo and redo, the clipboard, what is selected.
    Edit,
    /// What stands on the canvas.
    Build,
    /// What is seen.
    View,
    /// The passing of time.
    Time,
    /// Learning.
    Train,
    /// About the program.
    Help,
}

impl Menu {
    /// All menus, from left to right.
    pub(crate) const ALL: [Self; 7] = [
        Self::File,
        Self::Edit,
        Self::Build,
        Self::View,
        Self::Time,
        Self::Train,
        Self::Help,
    ];

    /// The word on the bar.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::File => "File",
            Self::Edit => "Edit",
            Self::Build => "Build",
            Self::View => "View",
            Self::Time => "Time",
            Self::Train => "Train",
            Self::Help => "Help",
        }
    }
}
