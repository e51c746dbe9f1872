//! Undo and redo: named snapshots, one for each gesture, with the selection each restores.
//!
//! A gesture is a run of edits that the user takes for one action: a drag, a deletion of a selection, a paste. While it
//! is open its edits act on a live draft; committing it puts one snapshot on the stack, cancelling it leaves no trace.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use serde_json::Value;

use super::Document;
use super::change::{Applied, Element, Revision};
use super::edit::Edit;
use super::problem::Problem;
use crate::learn::{Source, Target};
use crate::network::{EdgeKey, Network, NodeKey};

/// The most gestures that can be undone: more than anyone steps back through.
const MOST_STEPS: usize = 1000;

/// The largest total of elements that all snapshots hold. An element with its name takes about 200 bytes, so this
/// bounds the memory to some 400 MB in the worst case, which large networks reach after hundreds of gestures.
const MOST_ELEMENTS: usize = 2_000_000;

/// The selected elements.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Reservoirs.
    pub nodes: BTreeSet<NodeKey>,
    /// Edges.
    pub edges: BTreeSet<EdgeKey>,
    /// Notes on the canvas, by the number each has in what the window keeps.
    pub notes: BTreeSet<u64>,
}

impl Selection {
    /// Whether nothing is selected.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty() && self.edges.is_empty() && self.notes.is_empty()
    }

    /// Adds an element.
    pub fn insert(&mut self, element: Element) {
        match element {
            Element::Node(key) => self.nodes.insert(key),
            Element::Edge(key) => self.edges.insert(key),
        };
    }

    /// Drops what the network does not have (any more).
    pub fn retain_present(&mut self, network: &Network) {
        self.nodes.retain(|&key| network.node(key).is_some());
        self.edges.retain(|&key| network.edge(key).is_some());
    }
}

/// A document at one moment.
#[derive(Clone, Debug)]
struct Snapshot {
    document: Arc<Document>,
    revision: Revision,
}

/// One gesture that can be undone or redone.
#[derive(Clone, Debug)]
struct Step {
    name: String,
    /// The document on the far side: before the gesture if it can be undone, after it if it can be redone.
    snapshot: Snapshot,
    /// How many elements the snapshot holds when it was taken.
    weight: usize,
    selected_before: Selection,
    selected_after: Selection,
}

/// A gesture that is not finished.
#[derive(Clone, Debug)]
struct Gesture {
    before: Snapshot,
    selected: Selection,
}

/// A document with its past and its future.
#[derive(Clone, Debug)]
pub struct History {
    current: Snapshot,
    gesture: Option<Gesture>,
    past: VecDeque<Step>,
    future: Vec<Step>,
    /// The revision last written to a file; `None` if that never happened.
    saved: Option<Revision>,
    /// The last number given to a revision.
    clock: u64,
    /// No element gets a key below this one: so keys of elements that were undone are not given again.
    key_mark: u32,
}

impl History {
    /// A document without a past that is as its file has it.
    #[must_use]
    pub fn new(document: Document) -> Self {
        let revision = Revision::default();
        Self {
            key_mark: document.network.key_mark(),
            current: Snapshot {
                document: Arc::new(document),
                revision,
            },
            gesture: None,
            past: VecDeque::new(),
            future: Vec::new(),
            saved: Some(revision),
            clock: 0,
        }
    }

    /// The document as it is, an open gesture included.
    #[must_use]
    pub fn document(&self) -> &Document {
        &self.current.document
    }

    /// The same, shared: for a worker that goes on while the document changes.
    #[must_use]
    pub fn shared(&self) -> Arc<Document> {
        Arc::clone(&self.current.document)
    }

    /// The revision of the document as it is.
    #[must_use]
    pub fn revision(&self) -> Revision {
        self.current.revision
    }

    /// Whether a gesture is open.
    #[must_use]
    pub fn is_in_gesture(&self) -> bool {
        self.gesture.is_some()
    }

    /// Opens a gesture, unless one is open. `selected` is what undoing it will select.
    pub fn begin(&mut self, selected: Selection) {
        if self.gesture.is_none() {
            self.gesture = Some(Gesture {
                before: self.current.clone(),
                selected,
            });
        }
    }

    /// Applies an edit to the live document, as a part of the open gesture; without one, a gesture is opened.
    ///
    /// # Errors
    /// What is wrong with the edit; the document is then unchanged.
    pub fn apply(&mut self, edit: &Edit) -> Result<Applied, Problem> {
        self.begin(Selection::default());
        let document = Arc::make_mut(&mut self.current.document);
        document.network.skip_keys(self.key_mark);
        let applied = document.apply(edit)?;
        self.key_mark = self.key_mark.max(document.network.key_mark());
        self.clock += 1;
        self.current.revision.advance(applied.change, self.clock);
        Ok(applied)
    }

    /// Closes the open gesture under a name, such as "move h2". `selected` is what redoing it will select.
    /// Returns whether it left anything to undo.
    pub fn commit(&mut self, name: impl Into<String>, selected: Selection) -> bool {
        let Some(gesture) = self.gesture.take() else {
            return false;
        };
        let Gesture {
            before,
            selected: selected_before,
        } = gesture;
        // Equal revisions: no edit, or idle ones. Equal documents: a drag there and back.
        if before.revision == self.current.revision || before.document == self.current.document {
            self.current = before;
            return false;
        }
        self.future.clear();
        self.past.push_back(Step {
            name: name.into(),
            weight: weight(&before.document),
            snapshot: before,
            selected_before,
            selected_after: selected,
        });
        self.forget_the_oldest();
        true
    }

    /// Drops the open gesture: the document is as it was before. Returns the selection to restore, if one was open.
    pub fn cancel(&mut self) -> Option<Selection> {
        let Gesture { before, selected } = self.gesture.take()?;
        self.current = before;
        Some(selected)
    }

    /// Makes a whole gesture of these edits: all of them, or none. Returns what is selected afterwards: what was added,
    /// or else what is left of the selection.
    ///
    /// # Errors
    /// What is wrong with the first edit that is refused; the document is then unchanged.
    pub fn perform(
        &mut self,
        name: impl Into<String>,
        selected: &Selection,
        edits: &[Edit],
    ) -> Result<Selection, Problem> {
        // An open gesture of another origin is finished first, so that it is not lost with a refusal.
        self.commit("change", selected.clone());
        self.begin(selected.clone());
        let mut created = Selection::default();
        for edit in edits {
            match self.apply(edit) {
                Ok(applied) => applied
                    .created
                    .into_iter()
                    .for_each(|element| created.insert(element)),
                Err(problem) => {
                    self.cancel();
                    return Err(problem);
                }
            }
        }
        let mut after = if created.is_empty() {
            selected.clone()
        } else {
            created
        };
        after.retain_present(&self.current.document.network);
        self.commit(name, after.clone());
        Ok(after)
    }

    /// The name of the gesture that [`History::undo`] would take back.
    #[must_use]
    pub fn undo_name(&self) -> Option<&str> {
        self.past.back().map(|step| step.name.as_str())
    }

    /// The name of the gesture that [`History::redo`] would bring back.
    #[must_use]
    pub fn redo_name(&self) -> Option<&str> {
        self.future.last().map(|step| step.name.as_str())
    }

    /// Takes back the last gesture and returns the selection to restore. An open gesture is dropped first.
    pub fn undo(&mut self) -> Option<Selection> {
        self.cancel();
        let mut step = self.past.pop_back()?;
        std::mem::swap(&mut self.current, &mut step.snapshot);
        let selected = step.selected_before.clone();
        self.future.push(step);
        Some(selected)
    }

    /// Brings back the gesture taken back last and returns the selection to restore. An open gesture is dropped first.
    pub fn redo(&mut self) -> Option<Selection> {
        self.cancel();
        let mut step = self.future.pop()?;
        std::mem::swap(&mut self.current, &mut step.snapshot);
        let selected = step.selected_after.clone();
        self.past.push_back(step);
        Some(selected)
    }

    /// Whether the document differs from its file.
    #[must_use]
    pub fn is_modified(&self) -> bool {
        self.saved != Some(self.current.revision)
    }

    /// Notes that this revision is now what the file has. It is an argument since the document may have changed while
    /// it was being written.
    pub fn mark_saved(&mut self, revision: Revision) {
        self.saved = Some(revision);
    }

    /// Notes that no file has this document: it came from a preset, or was recovered.
    pub fn mark_unsaved(&mut self) {
        self.saved = None;
    }

    fn forget_the_oldest(&mut self) {
        let mut total: usize = self.past.iter().map(|step| step.weight).sum();
        while self.past.len() > MOST_STEPS || (total > MOST_ELEMENTS && self.past.len() > 1) {
            let forgotten = self.past.pop_front().map_or(0, |oldest| oldest.weight);
            total = total.saturating_sub(forgotten);
        }
    }
}

/// How many elements a document holds.
fn weight(document: &Document) -> usize {
    fn of_value(value: &Value) -> usize {
        match value {
            Value::Array(items) => 1 + items.iter().map(of_value).sum::<usize>(),
            Value::Object(map) => 1 + map.values().map(of_value).sum::<usize>(),
            // A long text weighs as many elements as it fills.
            Value::String(text) => 1 + text.len() / 200,
            _ => 1,
        }
    }
    let Document {
        network,
        task,
        training: _,
        app,
    } = document;
    let rows = match task.as_ref().map(|task| &task.source) {
        Some(Source::Rows(rows)) => rows
            .iter()
            .map(|row| {
                let target = match &row.target {
                    Target::Values(values) => values.len(),
                    Target::Class(_) => 1,
                };
                // A number is 8 bytes, and a row has two lists of them.
                1 + (row.input.len() + target) / 25
            })
            .sum(),
        _ => 0,
    };
    1 + network.nodes().len()
        + network.edges().len()
        + rows
        + app.values().map(of_value).sum::<usize>()
}
