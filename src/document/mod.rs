//! Documents: a network with its task and training settings, how it is read, written, changed and undone.
//!
//! A [`Document`] is what a file holds and what undo restores. [`read`] takes the bytes of a `thermonet/1` file and
//! collects everything that is wrong with it; [`write()`] gives bytes that read back to the same document, and are the
//! same again when that is written.

mod autosave;
mod change;
mod check;
mod edit;
mod fields;
mod gate;
mod history;
pub mod insertion;
pub mod layered;
pub mod layout;
pub mod notes;
pub mod pasteable;
pub mod presets;
mod printer;
mod problem;
mod reader;
mod reader_device;
mod reader_task;
mod recent;
mod save;
mod stamp;
mod task_edit;
mod ties;
mod tree;
mod writer;

use serde_json::{Map, Value};

use crate::learn::{Task, Training};
use crate::network::Network;

pub use autosave::{Broken, Claim, Kept, Slot, SlotError, Which};
pub use change::{Applied, Aspect, Change, Element, Revision};
pub use edit::Edit;
#[cfg(feature = "gui")]
pub(crate) use gate::Gate;
pub use history::{History, Selection};
pub use problem::{Note, Problem, Rejected};
pub use reader::{Loaded, read};
pub use recent::Recent;
pub use save::{Disk, FileError, FileFault, LoadError, lies_in, load, load_file, save, save_bytes};
pub use stamp::{Stamp, is_same_file};
pub use writer::write;

/// The format this version reads and writes.
pub const FORMAT: &str = "thermonet/1";

/// What stands for every element in a list of trainable parameters, and so cannot be an id.
const WILDCARD: &str = "*";

/// What a file holds and undo restores.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// Reservoirs, devices, and the positions at which they are drawn.
    pub network: Network,
    /// What the network is asked to compute.
    pub task: Option<Task>,
    /// How it is trained; [`Training::default`] if `None`.
    pub training: Option<Training>,
    /// What only the window needs, kept as it is.
    pub app: Map<String, Value>,
}

impl Document {
    /// A document with this network and nothing else. Reservoirs without a position are given one.
    #[must_use]
    pub fn new(mut network: Network) -> Self {
        layout::place_missing(&mut network);
        Self {
            network,
            task: None,
            training: None,
            app: Map::new(),
        }
    }
}
