//! Additions that belong together: reservoirs, and edges between them or to what is there already, as one gesture.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::change::Element;
use super::edit::Edit;
use super::history::{History, Selection};
use super::problem::Problem;
use crate::device::Device;
use crate::learn::Task;
use crate::network::{Network, Node, NodeKey};

/// An end of an edge that is to be added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// A reservoir that is there.
    Present(NodeKey),
    /// One that comes with the same insertion, by its position in the list.
    New(usize),
}

/// An edge that is to be added.
#[derive(Clone, Debug, PartialEq)]
pub struct NewEdge {
    /// The id it would like; another one is found if it is taken.
    pub id: String,
    /// Its label.
    pub label: Option<String>,
    /// The end whose state is `a`.
    pub from: End,
    /// The end whose state is `b`.
    pub to: End,
    /// Its device.
    pub device: Device,
}

/// A task for reservoirs that come with it.
#[derive(Clone, Debug, PartialEq)]
pub struct NewTask {
    /// All but the lists of reservoirs, which count for nothing here.
    pub task: Task,
    /// Its inputs, by their positions among the added reservoirs.
    pub inputs: Vec<usize>,
    /// Its outputs, likewise.
    pub outputs: Vec<usize>,
}

/// What is added at once.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Insertion {
    /// Reservoirs; ids that are taken are replaced.
    pub nodes: Vec<Node>,
    /// Edges.
    pub edges: Vec<NewEdge>,
    /// The task that takes the place of the one that is there, if there is to be another.
    pub task: Option<NewTask>,
    /// What the window keeps afterwards, if that changes, too.
    pub app: Option<Map<String, Value>>,
    /// The notes that are new in it.
    pub notes: Vec<u64>,
}

impl Insertion {
    /// Whether it adds nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let Self {
            nodes,
            edges,
            task,
            app,
            notes: _,
        } = self;
        nodes.is_empty() && edges.is_empty() && task.is_none() && app.is_none()
    }
}

impl History {
    /// Adds all of an insertion as one gesture, or nothing. Returns what is new, to be selected.
    ///
    /// # Errors
    /// What is wrong with the first addition that is refused; the document is then unchanged.
    pub fn insert(
        &mut self,
        name: &str,
        selected: &Selection,
        insertion: &Insertion,
    ) -> Result<Selection, Problem> {
        // An open gesture of another origin is finished first, so that it is not lost with a refusal.
        self.commit("change", selected.clone());
        self.begin(selected.clone());
        match self.insert_all(insertion) {
            Ok(created) => {
                self.commit(name, created.clone());
                Ok(created)
            }
            Err(problem) => {
                self.cancel();
                Err(problem)
            }
        }
    }

    fn insert_all(&mut self, insertion: &Insertion) -> Result<Selection, Problem> {
        let Insertion {
            nodes,
            edges,
            task,
            app,
            notes,
        } = insertion;
        let mut created = Selection::default();
        let network = &self.document().network;
        let mut node_ids = Ids::new(network.nodes().iter().map(|node| &node.id));
        let mut edge_ids = Ids::new(network.edges().iter().map(|edge| &edge.id));
        let mut keys = Vec::with_capacity(nodes.len());
        for node in nodes {
            let mut node = node.clone();
            node.id = node_ids.claim(&node.id);
            if let Some(Element::Node(key)) = self.apply(&Edit::AddNode(node))?.created {
                keys.push(key);
                created.nodes.insert(key);
            }
        }
        let key_of = |end: End| match end {
            End::Present(key) => Ok(key),
            End::New(position) => keys.get(position).copied().ok_or_else(|| {
                Problem::new(
                    "edges",
                    "an end is not among the reservoirs",
                    "copy the edge together with its ends",
                )
            }),
        };
        for edge in edges {
            let edit = Edit::AddEdge {
                id: edge_ids.claim(&edge.id),
                label: edge.label.clone(),
                from: key_of(edge.from)?,
                to: key_of(edge.to)?,
                device: edge.device.clone(),
            };
            if let Some(element) = self.apply(&edit)?.created {
                created.insert(element);
            }
        }
        if let Some(new) = task {
            let at = |positions: &[usize]| -> Result<Vec<NodeKey>, Problem> {
                positions.iter().map(|&at| key_of(End::New(at))).collect()
            };
            let task = Task {
                inputs: at(&new.inputs)?,
                outputs: at(&new.outputs)?,
                ..new.task.clone()
            };
            self.apply(&Edit::SetTask(Some(task)))?;
        }
        if let Some(app) = app {
            self.apply(&Edit::SetApp(app.clone()))?;
            created.notes.extend(notes);
        }
        Ok(created)
    }
}

/// Ids in use, and the next free one for each stem.
struct Ids {
    taken: HashSet<String>,
    next: std::collections::HashMap<String, usize>,
}

impl Ids {
    fn new<'a>(taken: impl Iterator<Item = &'a String>) -> Self {
        Self {
            taken: taken.cloned().collect(),
            next: std::collections::HashMap::new(),
        }
    }

    /// `wish` if it is free, else its stem with the first number that is.
    fn claim(&mut self, wish: &str) -> String {
        if self.taken.insert(wish.to_owned()) {
            return wish.to_owned();
        }
        let stem = wish.trim_end_matches(|c: char| c.is_ascii_digit());
        let next = self.next.entry(stem.to_owned()).or_insert(1);
        loop {
            let id = format!("{stem}{next}");
            *next += 1;
            if self.taken.insert(id.clone()) {
                return id;
            }
        }
    }
}

/// A part of a network that stands for itself: reservoirs, and the edges between them.
#[must_use]
pub fn fragment(network: &Network, selection: &Selection) -> Network {
    let mut part = Network::new(network.platform());
    part.ground = network.ground;
    part.system_size = network.system_size;
    let mut wanted = selection.nodes.clone();
    // An edge cannot stand without its ends.
    for key in &selection.edges {
        if let Some(edge) = network.edge(*key) {
            wanted.extend([edge.from, edge.to]);
        }
    }
    let mut keys = std::collections::HashMap::new();
    for node in network.nodes() {
        if wanted.contains(&node.key()) {
            keys.insert(node.key(), part.push_checked_node(node.clone()));
        }
    }
    for edge in network.edges() {
        let is_wanted = selection.edges.contains(&edge.key())
            || (selection.nodes.contains(&edge.from) && selection.nodes.contains(&edge.to));
        if let (true, Some(&from), Some(&to)) =
            (is_wanted, keys.get(&edge.from), keys.get(&edge.to))
        {
            part.push_checked_edge(
                edge.id.clone(),
                edge.label.clone(),
                from,
                to,
                edge.device.clone(),
            );
        }
    }
    part
}

/// All of a network as an addition to another one.
#[must_use]
pub fn insertion_of(network: &Network) -> Insertion {
    let end = |key| network.node_index(key).map(End::New);
    Insertion {
        nodes: network.nodes().to_vec(),
        edges: network
            .edges()
            .iter()
            .filter_map(|edge| {
                Some(NewEdge {
                    id: edge.id.clone(),
                    label: edge.label.clone(),
                    from: end(edge.from)?,
                    to: end(edge.to)?,
                    device: edge.device.clone(),
                })
            })
            .collect(),
        task: None,
        app: None,
        notes: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::presets::preset;

    #[test]
    fn a_pasted_copy_gets_ids_of_its_own_and_is_one_step() {
        let document = preset("xor-minimal").unwrap().load().unwrap().document;
        let mut history = History::new(document);
        let mut selection = Selection::default();
        let network = &history.document().network;
        for id in ["s", "y"] {
            selection
                .nodes
                .insert(network.node_by_id(id).unwrap().key());
        }
        let part = fragment(network, &selection);
        assert_eq!((part.nodes().len(), part.edges().len()), (2, 1));
        let new = history
            .insert("paste", &selection, &insertion_of(&part))
            .unwrap();
        assert_eq!((new.nodes.len(), new.edges.len()), (2, 1));
        let network = &history.document().network;
        let edge = network.edge_by_id("e4").unwrap();
        assert_eq!(network.node(edge.from).unwrap().id, "s1");
        assert_eq!(network.node(edge.to).unwrap().id, "y1");
        assert_eq!(history.undo(), Some(selection));
        assert_eq!(history.document().network.nodes().len(), 4);
        assert_eq!(history.redo(), Some(new));
    }

    #[test]
    fn an_edge_is_copied_with_its_ends() {
        let document = preset("xor-minimal").unwrap().load().unwrap().document;
        let mut selection = Selection::default();
        let edge = document.network.edge_by_id("e3").unwrap();
        selection.edges.insert(edge.key());
        let part = fragment(&document.network, &selection);
        assert_eq!((part.nodes().len(), part.edges().len()), (2, 1));
    }

    #[test]
    fn a_refused_insertion_leaves_nothing() {
        let document = preset("xor-minimal").unwrap().load().unwrap().document;
        let mut history = History::new(document.clone());
        let enzyme = preset("enzyme-fold").unwrap().load().unwrap().document;
        let insertion = insertion_of(&enzyme.network);
        let none = Selection::default();
        assert!(history.insert("paste", &none, &insertion).is_err());
        assert_eq!(history.document(), &document);
        assert_eq!(history.undo_name(), None);
    }
}
