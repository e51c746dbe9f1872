//! The open document: its history, the draft of a drag under way, its file, and what has changed in it.

use std::path::{Path, PathBuf};

use super::command::{Edit, NodeField, Target};
use crate::device::Device;
use crate::document::Document;
use crate::network::{Network, Node};

/// A step that can be taken back.
#[derive(Clone, Debug)]
struct Step {
    document: Document,
    name: String,
    selection: Option<Target>,
}

/// A change under way.
#[derive(Clone, Debug)]
struct Draft {
    document: Document,
    name: String,
}

/// The open document and its past.
#[derive(Clone, Debug)]
pub(crate) struct Editor {
    current: Document,
    draft: Option<Draft>,
    past: Vec<Step>,
    future: Vec<Step>,
    path: Option<PathBuf>,
    saved: Option<Document>,
    physics: u64,
    layout: u64,
}

impl Editor {
    /// Opens a document; `path` is the file it came from.
    pub(crate) fn new(document: Document, path: Option<PathBuf>) -> Self {
        Self {
            saved: Some(document.clone()),
            current: document,
            draft: None,
            past: Vec::new(),
            future: Vec::new(),
            path,
            physics: 0,
            layout: 0,
        }
    }

    /// The document as it is seen: with the change under way.
    pub(crate) fn document(&self) -> &Document {
        self.draft
            .as_ref()
            .map_or(&self.current, |draft| &draft.document)
    }

    /// The network as it is seen.
    pub(crate) fn network(&self) -> &Network {
        &self.document().network
    }

    /// The network before the change under way.
    pub(crate) fn base(&self) -> &Network {
        &self.current.network
    }

    /// Whether a change is under way.
    pub(crate) fn is_dragging(&self) -> bool {
        self.draft.is_some()
    }

    /// The file the document is kept in.
    pub(crate) fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// Whether the document differs from its file.
    pub(crate) fn is_unsaved(&self) -> bool {
        self.saved.as_ref() != Some(&self.current)
    }

    /// The document has been written to `path`.
    pub(crate) fn mark_saved(&mut self, path: PathBuf) {
        self.path = Some(path);
        self.saved = Some(self.current.clone());
    }

    /// Counts changes of anything but positions.
    pub(crate) fn physics_revision(&self) -> u64 {
        self.physics
    }

    /// Counts changes of anything that moves a shape on the canvas.
    pub(crate) fn layout_revision(&self) -> u64 {
        self.layout
    }

    fn touch(&mut self, physics: bool) {
        self.layout += 1;
        self.physics += u64::from(physics);
    }

    /// Shows a change without remembering it. Returns whether it was legal.
    pub(crate) fn edit_live(&mut self, edit: &Edit) -> bool {
        let mut document = self.document().clone();
        if !apply(&mut document.network, edit) {
            return false;
        }
        let name = name(&document.network, edit);
        self.draft = Some(Draft { document, name });
        self.touch(is_physics(edit));
        true
    }

    /// Makes a change and remembers it as one step. Returns whether it was legal.
    pub(crate) fn edit_done(&mut self, edit: &Edit, selection: Option<Target>) -> bool {
        let is_legal = self.edit_live(edit);
        self.commit(selection);
        is_legal
    }

    /// Ends the change under way, as one step.
    fn commit(&mut self, selection: Option<Target>) {
        let Some(Draft { document, name }) = self.draft.take() else {
            return;
        };
        if document == self.current {
            return;
        }
        let before = std::mem::replace(&mut self.current, document);
        self.past.push(Step {
            document: before,
            name,
            selection,
        });
        self.future.clear();
    }

    /// Gives up the change under way.
    pub(crate) fn abandon(&mut self) {
        if self.draft.take().is_some() {
            self.touch(true);
        }
    }

    /// What would be taken back.
    pub(crate) fn undo_name(&self) -> Option<&str> {
        self.past.last().map(|step| step.name.as_str())
    }

    /// What would be made again.
    pub(crate) fn redo_name(&self) -> Option<&str> {
        self.future.last().map(|step| step.name.as_str())
    }

    /// Takes the last step back; returns what was selected when it was made.
    pub(crate) fn undo(&mut self) -> Option<Option<Target>> {
        self.abandon();
        let step = self.past.pop()?;
        let selection = step.selection;
        let undone = std::mem::replace(&mut self.current, step.document);
        self.future.push(Step {
            document: undone,
            name: step.name,
            selection,
        });
        self.touch(true);
        Some(selection)
    }

    /// Makes the last undone step again; returns what was selected when it was made.
    pub(crate) fn redo(&mut self) -> Option<Option<Target>> {
        self.abandon();
        let step = self.future.pop()?;
        let selection = step.selection;
        let before = std::mem::replace(&mut self.current, step.document);
        self.past.push(Step {
            document: before,
            name: step.name,
            selection,
        });
        self.touch(true);
        Some(selection)
    }
}

/// Whether a change is more than one of positions.
fn is_physics(edit: &Edit) -> bool {
    !matches!(edit, Edit::Move(..))
}

/// Makes a change; returns whether it was legal. An illegal one changes nothing.
fn apply(network: &mut Network, edit: &Edit) -> bool {
    let state_range = network.platform().state_range();
    match *edit {
        Edit::Param(key, p, value) => network.edge_mut(key).is_some_and(|edge| {
            p < edge.device.params().len() && edge.device.set_param(p, value).is_ok()
        }),
        Edit::Node(key, field, value) => {
            let range = match field {
                NodeField::Value | NodeField::Initial => state_range,
                NodeField::Capacity => crate::network::CAPACITY.range,
                NodeField::Leak => crate::network::LEAK.range,
            };
            let Some(node) = network.node_mut(key).filter(|_| range.contains(value)) else {
                return false;
            };
            match field {
                NodeField::Value => node.value = value,
                NodeField::Capacity => node.capacity = value,
                NodeField::Leak => node.leak = value,
                NodeField::Initial => node.initial = Some(value),
            }
            true
        }
        Edit::Role(key, role) => change(network.node_mut(key), |node| node.role = role),
        Edit::StartAtGround(key) => change(network.node_mut(key), |node| node.initial = None),
        Edit::Move(key, at) => {
            at.iter().all(|v| v.is_finite())
                && change(network.node_mut(key), |node| node.at = Some(at))
        }
    }
}

fn change(node: Option<&mut Node>, make: impl FnOnce(&mut Node)) -> bool {
    node.map(make).is_some()
}

/// What the undo list calls a change.
fn name(network: &Network, edit: &Edit) -> String {
    let node = |key| network.node(key).map_or("?", Node::title);
    match *edit {
        Edit::Param(key, p, _) => network.edge(key).map_or_else(String::new, |edge| {
            format!("{} of {}", parameter_name(&edge.device, p), edge.title())
        }),
        Edit::Node(key, field, _) => {
            let field = match field {
                NodeField::Value => "value",
                NodeField::Capacity => "capacity",
                NodeField::Leak => "leak",
                NodeField::Initial => "initial state",
            };
            format!("{field} of {}", node(key))
        }
        Edit::Role(key, _) => format!("role of {}", node(key)),
        Edit::StartAtGround(key) => format!("initial state of {}", node(key)),
        Edit::Move(key, _) => format!("move {}", node(key)),
    }
}

/// The name of a device's parameter as people read it.
pub(crate) fn parameter_name(device: &Device, p: usize) -> String {
    device
        .kind()
        .specs()
        .get(p)
        .map_or_else(String::new, |spec| spec.name.replace('_', " "))
}
