//! The open document: its history, what it was before a drag under way, and its file.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::device::Device;
use crate::document::insertion::Insertion;
use crate::document::{Document, Edit, History, Problem, Revision, Selection};
use crate::network::{Edge, Network, Node};

/// The open document and its file.
#[derive(Clone, Debug)]
pub(crate) struct Editor {
    history: History,
    /// The document before the gesture under way.
    before: Option<Arc<Document>>,
    path: Option<PathBuf>,
}

impl Editor {
    /// Opens a document; `path` is the file it came from.
    pub(crate) fn new(document: Document, path: Option<PathBuf>) -> Self {
        Self {
            history: History::new(document),
            before: None,
            path,
        }
    }

    /// Goes on with a document that is not saved; `path` is the file it belongs to.
    pub(crate) fn recovered(document: Document, path: Option<PathBuf>) -> Self {
        let mut editor = Self::new(document, path);
        editor.history.mark_unsaved();
        editor
    }

    /// The document as it is seen, shared with whoever writes it down.
    pub(crate) fn shared(&self) -> Arc<Document> {
        self.history.shared()
    }

    /// The document as it is seen: with the change under way.
    pub(crate) fn document(&self) -> &Document {
        self.history.document()
    }

    /// The network as it is seen.
    pub(crate) fn network(&self) -> &Network {
        &self.document().network
    }

    /// The network before the change under way.
    pub(crate) fn base(&self) -> &Network {
        self.before
            .as_ref()
            .map_or_else(|| self.network(), |before| &before.network)
    }

    /// What counts changes, part by part.
    pub(crate) fn revision(&self) -> Revision {
        self.history.revision()
    }

    /// Whether a change is under way.
    pub(crate) fn is_dragging(&self) -> bool {
        self.history.is_in_gesture()
    }

    /// The file the document is kept in.
    pub(crate) fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// Whether the document differs from its file.
    pub(crate) fn is_unsaved(&self) -> bool {
        self.history.is_modified()
    }

    /// The document as it is now has been written to `path`.
    pub(crate) fn mark_saved(&mut self, path: PathBuf) {
        self.path = Some(path);
        self.history.mark_saved(self.history.revision());
    }

    /// Makes a change of the gesture under way, or begins one.
    ///
    /// # Errors
    /// What is wrong with the change; nothing is changed then.
    pub(crate) fn edit_live(&mut self, edit: &Edit, selected: &Selection) -> Result<(), Problem> {
        if !self.history.is_in_gesture() {
            self.before = Some(self.history.shared());
            self.history.begin(selected.clone());
        }
        self.history.apply(edit).map(|_| ())
    }

    /// Makes a change and ends the gesture: one step of undo.
    ///
    /// # Errors
    /// What is wrong with the change; the gesture ends without it.
    pub(crate) fn edit_done(&mut self, edit: &Edit, selected: &Selection) -> Result<(), Problem> {
        let made = self.edit_live(edit, selected);
        let name = name(self.network(), edit);
        self.end(&name, selected);
        made
    }

    /// Ends the gesture under way: one step of undo under this name.
    pub(crate) fn end(&mut self, name: &str, selected: &Selection) {
        self.history.commit(name, selected.clone());
        self.before = None;
    }

    /// Adds all of an insertion as one step of undo, or nothing; returns what is new.
    ///
    /// # Errors
    /// What is wrong with the first addition that is refused.
    pub(crate) fn insert(
        &mut self,
        name: &str,
        insertion: &Insertion,
        selected: &Selection,
    ) -> Result<Selection, Problem> {
        self.before = None;
        self.history.insert(name, selected, insertion)
    }

    /// Makes several changes of the gesture under way, or begins one. One that is refused leaves the others made.
    ///
    /// # Errors
    /// What is wrong with the first change that is refused.
    pub(crate) fn edit_live_all(
        &mut self,
        edits: &[Edit],
        selected: &Selection,
    ) -> Result<(), Problem> {
        let mut refused = None;
        for edit in edits {
            if let Err(problem) = self.edit_live(edit, selected) {
                refused.get_or_insert(problem);
            }
        }
        refused.map_or(Ok(()), Err)
    }

    /// Makes several changes and ends the gesture. Without a gesture under way it is all of them, or none.
    ///
    /// # Errors
    /// What is wrong with the first change that is refused.
    pub(crate) fn edit_done_all(
        &mut self,
        name: &str,
        edits: &[Edit],
        selected: &Selection,
    ) -> Result<(), Problem> {
        if !self.history.is_in_gesture() {
            return self.edit_all(name, edits, selected).map(|_| ());
        }
        let made = self.edit_live_all(edits, selected);
        self.history.commit(name, selected.clone());
        self.before = None;
        made
    }

    /// Makes several changes as one step of undo: all of them, or none. Returns what is to be selected.
    ///
    /// # Errors
    /// What is wrong with the first change that is refused.
    pub(crate) fn edit_all(
        &mut self,
        name: &str,
        edits: &[Edit],
        selected: &Selection,
    ) -> Result<Selection, Problem> {
        self.before = None;
        self.history.perform(name, selected, edits)
    }

    /// Gives up the change under way.
    pub(crate) fn abandon(&mut self) {
        self.before = None;
        self.history.cancel();
    }

    /// What would be taken back.
    pub(crate) fn undo_name(&self) -> Option<&str> {
        self.history.undo_name()
    }

    /// What would be made again.
    pub(crate) fn redo_name(&self) -> Option<&str> {
        self.history.redo_name()
    }

    /// Takes the last step back; returns what is to be selected.
    pub(crate) fn undo(&mut self) -> Option<Selection> {
        self.before = None;
        self.history.undo()
    }

    /// Makes the last undone step again; returns what is to be selected.
    pub(crate) fn redo(&mut self) -> Option<Selection> {
        self.before = None;
        self.history.redo()
    }
}

/// What the undo list calls a change.
fn name(network: &Network, edit: &Edit) -> String {
    let node = |key| network.node(key).map_or("?", Node::title);
    let edge = |key| network.edge(key).map_or("?", Edge::title);
    match edit {
        Edit::SetParam(key, name, _) => {
            format!("{} of {}", spaced(name), edge(*key))
        }
        Edit::SetRole(key, _) => format!("role of {}", node(*key)),
        Edit::SetValue(key, _) => format!("value of {}", node(*key)),
        Edit::SetCapacity(key, _) => format!("capacity of {}", node(*key)),
        Edit::SetLeak(key, _) => format!("leak of {}", node(*key)),
        Edit::SetInitial(key, _) => format!("initial state of {}", node(*key)),
        Edit::MoveNode(key, _) => format!("move {}", node(*key)),
        Edit::SetApp(_) => "note".to_owned(),
        Edit::SetSignal(key, _) => format!("signal of {}", node(*key)),
        Edit::RenameNode(key, _) => format!("rename {}", node(*key)),
        Edit::LabelNode(key, _) => format!("label of {}", node(*key)),
        Edit::RenameEdge(key, _) => format!("rename {}", edge(*key)),
        Edit::LabelEdge(key, _) => format!("label of {}", edge(*key)),
        Edit::SetKind(key, _) | Edit::SetDevice(key, _) => format!("device of {}", edge(*key)),
        Edit::Reconnect(key, _, _) => format!("reconnect {}", edge(*key)),
        Edit::SetName(_) => "name of the network".to_owned(),
        Edit::SetDescription(_) => "description".to_owned(),
        Edit::SetGround(_) => "ground".to_owned(),
        Edit::SetSystemSize(_) => "system size".to_owned(),
        Edit::SetUnits(_) => "units".to_owned(),
        Edit::SetTask(Some(_)) => "task".to_owned(),
        Edit::SetTask(None) => "remove task".to_owned(),
        Edit::SetTraining(_) => "training settings".to_owned(),
        _ => "change".to_owned(),
    }
}

/// The name of a parameter as people read it.
pub(crate) fn spaced(name: &str) -> String {
    name.replace('_', " ")
}

/// The device of an edge before the gesture under way, if that changes it.
pub(crate) fn device_before<'a>(
    editor: &'a Editor,
    now: &Device,
    key: crate::network::EdgeKey,
) -> Option<&'a Device> {
    let before = editor.before.as_ref()?.network.edge(key)?;
    (before.device != *now).then_some(&before.device)
}
