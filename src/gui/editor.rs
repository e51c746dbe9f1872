//! The open document: its history, what it was before a drag under way, and its file.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::device::Device;
use crate::document::insertion::Insertion;
use crate::document::{Document, Edit, History, Kept, Problem, Revision, Selection, Stamp};
use crate::network::{Edge, Network, Node};

/// The open document and its file.
#[derive(Clone, Debug)]
pub(crate) struct Editor {
    history: History,
    /// The document before the gesture under way.
    before: Option<Arc<Document>>,
    path: Option<PathBuf>,
    /// What the file was like when it was last read or written.
    stamp: Stamp,
    /// The change of the file by somebody else that was told already.
    told: Option<Stamp>,
}

impl Editor {
    /// Opens a document that is in no file.
    pub(crate) fn new(document: Document) -> Self {
        Self {
            history: History::new(document),
            before: None,
            path: None,
            stamp: Stamp::default(),
            told: None,
        }
    }

    /// Opens a document that nobody has but the clipboard: it is not saved before it is saved.
    pub(crate) fn pasted(document: Document) -> Self {
        let mut editor = Self::new(document);
        editor.history.mark_unsaved();
        editor
    }

    /// Opens a document that was read from a file.
    pub(crate) fn opened(document: Document, path: PathBuf, stamp: Stamp) -> Self {
        Self {
            path: Some(path),
            stamp,
            ..Self::new(document)
        }
    }

    /// Goes on with what an earlier run left unsaved.
    pub(crate) fn recovered(kept: Kept) -> Self {
        // What has been saved since is not what these changes were made to.
        let stamp = match &kept.path {
            Some(path) if !kept.is_older_than_file() => Stamp::of(path),
            _ => Stamp::default(),
        };
        let mut editor = Self {
            path: kept.path,
            stamp,
            told: Some(stamp),
            ..Self::new(kept.document)
        };
        editor.history.mark_unsaved();
        editor
    }

    /// Whether another program has changed the file.
    pub(crate) fn is_outdated(&mut self) -> bool {
        match &self.path {
            Some(path) => self.stamp.is_outdated(path),
            None => false,
        }
    }

    /// The file, if another program has changed it and that was not told yet; each change is told once.
    pub(crate) fn take_outdated(&mut self) -> Option<&Path> {
        let path = self.path.as_deref()?;
        if !self.stamp.is_outdated(path) {
            self.told = None;
            return None;
        }
        let now = Stamp::of(path);
        (self.told.replace(now) != Some(now)).then_some(path)
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
    pub(crate) fn mark_saved(&mut self, path: PathBuf, stamp: Stamp) {
        self.path = Some(path);
        self.stamp = stamp;
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
