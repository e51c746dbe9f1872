//! Edits: every change a document can undergo, checked by the same rules as a file before it touches anything.

use serde_json::{Map, Value};

use super::change::{Applied, Aspect, Change, Element};
use super::problem::Problem;
use super::{Document, WILDCARD, check, layout, task_edit};
use crate::device::{Device, Kind, ParamRange};
use crate::learn::{Task, Training};
use crate::network::{Edge, EdgeKey, NetworkError, Node, NodeKey, Role, Signal, Units};

/// How deep lists and objects of the window's own data may be nested: files are read to a depth of 127.
const DEEPEST_APP: usize = 100;

/// One change of a document.
#[derive(Clone, Debug, PartialEq)]
pub enum Edit {
    /// Adds a reservoir; it is placed if it has no position.
    AddNode(Node),
    /// Adds an edge.
    AddEdge {
        /// Its id, unique among edges.
        id: String,
        /// Its label.
        label: Option<String>,
        /// The end whose state is `a`.
        from: NodeKey,
        /// The end whose state is `b`.
        to: NodeKey,
        /// Its device.
        device: Device,
    },
    /// Removes a reservoir, its edges, and what the task says of them.
    RemoveNode(NodeKey),
    /// Removes an edge, and what the task says of it.
    RemoveEdge(EdgeKey),
    /// Moves a reservoir on the canvas.
    MoveNode(NodeKey, [f64; 2]),
    /// Gives a reservoir another id.
    RenameNode(NodeKey, String),
    /// Gives an edge another id.
    RenameEdge(EdgeKey, String),
    /// Gives a reservoir a label, or takes it away.
    LabelNode(NodeKey, Option<String>),
    /// Gives an edge a label, or takes it away.
    LabelEdge(EdgeKey, Option<String>),
    /// Gives a reservoir another role. It leaves the task where the role no longer suits.
    SetRole(NodeKey, Role),
    /// Sets the state at which a clamp is held.
    SetValue(NodeKey, f64),
    /// Sets what a clamp adds to its value in time.
    SetSignal(NodeKey, Option<Signal>),
    /// Sets the capacity of a free reservoir.
    SetCapacity(NodeKey, f64),
    /// Sets the leak of a free reservoir.
    SetLeak(NodeKey, f64),
    /// Sets the state of a free reservoir at t = 0; ground if `None`.
    SetInitial(NodeKey, Option<f64>),
    /// Sets one parameter of a device, by name; an infinite number takes an optional one away.
    SetParam(EdgeKey, &'static str, f64),
    /// Puts a device of another law on an edge. Parameters of the same name keep their values.
    SetKind(EdgeKey, Kind),
    /// Puts this device on an edge.
    SetDevice(EdgeKey, Device),
    /// Ties a parameter of these edges: they share one value from now on, that of the first, and train as one.
    Tie(&'static str, Vec<EdgeKey>),
    /// Takes a parameter of these edges out of its ties; the values stay.
    Untie(&'static str, Vec<EdgeKey>),
    /// Moves the ends of an edge: `from`, then `to`.
    Reconnect(EdgeKey, NodeKey, NodeKey),
    /// Sets the name of the network.
    SetName(String),
    /// Sets the description of the network.
    SetDescription(String),
    /// Sets the state of the ground.
    SetGround(f64),
    /// Sets Ω.
    SetSystemSize(f64),
    /// Sets the physical scales for display.
    SetUnits(Option<Units>),
    /// Sets the task.
    SetTask(Option<Task>),
    /// Sets the training settings.
    SetTraining(Option<Training>),
    /// Sets what only the window needs.
    SetApp(Map<String, Value>),
}

impl Document {
    /// Applies an edit, or leaves the document as it is.
    ///
    /// # Errors
    /// What is wrong with the edit; places name elements by id, as in `e1.tunnel_rate`.
    pub fn apply(&mut self, edit: &Edit) -> Result<Applied, Problem> {
        let states = self.network.platform().state_range();
        let change = match edit {
            Edit::AddNode(node) => return self.add_node(node),
            Edit::AddEdge {
                id,
                label,
                from,
                to,
                device,
            } => return self.add_edge(id, label.as_ref(), *from, *to, device.clone()),
            Edit::RemoveNode(key) => self.remove_node(*key)?,
            Edit::RemoveEdge(key) => self.remove_edge(*key)?,
            Edit::MoveNode(key, at) => self.move_node(*key, *at)?,
            Edit::RenameNode(key, id) => self.rename_node(*key, id)?,
            Edit::RenameEdge(key, id) => self.rename_edge(*key, id)?,
            Edit::LabelNode(key, label) => {
                replace(&mut self.node_mut(*key)?.label, label.clone(), Aspect::Text)
            }
            Edit::LabelEdge(key, label) => {
                replace(&mut self.edge_mut(*key)?.label, label.clone(), Aspect::Text)
            }
            Edit::SetRole(key, role) => self.set_role(*key, *role)?,
            Edit::SetValue(key, value) => self.change_node(*key, |node| node.value = *value)?,
            Edit::SetSignal(key, signal) => self.change_node(*key, |node| node.signal = *signal)?,
            Edit::SetCapacity(key, value) => {
                self.change_node(*key, |node| node.capacity = *value)?
            }
            Edit::SetLeak(key, value) => self.change_node(*key, |node| node.leak = *value)?,
            Edit::SetInitial(key, value) => self.change_node(*key, |node| node.initial = *value)?,
            Edit::SetParam(key, name, value) => self.set_param(*key, name, *value)?,
            Edit::SetKind(key, kind) => {
                let converted = converted(&self.edge(*key)?.device, *kind);
                self.set_device(*key, &converted)?
            }
            Edit::SetDevice(key, device) => self.set_device(*key, device)?,
            Edit::Tie(parameter, edges) => self.tie(parameter, edges)?,
            Edit::Untie(parameter, edges) => {
                let before = self.network.ties().to_vec();
                self.network.untie(parameter, edges);
                Change::when(before != self.network.ties(), Aspect::Task)
            }
            Edit::Reconnect(key, from, to) => self.reconnect(*key, *from, *to)?,
            Edit::SetName(name) => replace(&mut self.network.name, name.clone(), Aspect::Text),
            Edit::SetDescription(text) => {
                replace(&mut self.network.description, text.clone(), Aspect::Text)
            }
            Edit::SetGround(ground) => {
                check::number("ground", states, *ground)?;
                replace(&mut self.network.ground, *ground, Aspect::Parameters)
            }
            Edit::SetSystemSize(size) => {
                check::number("system_size", ParamRange::Positive, *size)?;
                replace(&mut self.network.system_size, *size, Aspect::Parameters)
            }
            Edit::SetUnits(units) => {
                units.as_ref().map_or(Ok(()), check::units)?;
                replace(&mut self.network.units, *units, Aspect::Text)
            }
            Edit::SetTask(task) => {
                let problems = task.as_ref().map(|task| check::task(task, &self.network));
                first(problems)?;
                replace(&mut self.task, task.clone(), Aspect::Task)
            }
            Edit::SetTraining(training) => {
                first(training.as_ref().map(check::training))?;
                replace(&mut self.training, *training, Aspect::Task)
            }
            Edit::SetApp(app) => {
                check_app(app)?;
                replace(&mut self.app, app.clone(), Aspect::Text)
            }
        };
        Ok(Applied {
            change,
            created: None,
        })
    }

    fn node(&self, key: NodeKey) -> Result<&Node, Problem> {
        self.network.node(key).ok_or_else(gone)
    }

    fn node_mut(&mut self, key: NodeKey) -> Result<&mut Node, Problem> {
        self.network.node_mut(key).ok_or_else(gone)
    }

    fn edge(&self, key: EdgeKey) -> Result<&Edge, Problem> {
        self.network.edge(key).ok_or_else(gone)
    }

    fn edge_mut(&mut self, key: EdgeKey) -> Result<&mut Edge, Problem> {
        self.network.edge_mut(key).ok_or_else(gone)
    }

    fn add_node(&mut self, node: &Node) -> Result<Applied, Problem> {
        check_id("nodes", &node.id)?;
        check::node(&node.id, node, self.network.platform())?;
        let added = self.network.add_node(node.clone());
        let key = added.map_err(|error| refused("nodes", &error))?;
        layout::place_missing(&mut self.network);
        Ok(Applied {
            change: Change::of(&[Aspect::Topology, Aspect::Parameters, Aspect::Layout]),
            created: Some(Element::Node(key)),
        })
    }

    fn add_edge(
        &mut self,
        id: &str,
        label: Option<&String>,
        from: NodeKey,
        to: NodeKey,
        device: Device,
    ) -> Result<Applied, Problem> {
        check_id("edges", id)?;
        let added = self.network.add_edge(id, from, to, device);
        let key =
            added.map_err(|error| refused(if id.is_empty() { "edges" } else { id }, &error))?;
        self.edge_mut(key)?.label = label.cloned();
        Ok(Applied {
            change: Change::of(&[Aspect::Topology, Aspect::Parameters]),
            created: Some(Element::Edge(key)),
        })
    }

    fn move_node(&mut self, key: NodeKey, at: [f64; 2]) -> Result<Change, Problem> {
        let node = self.node_mut(key)?;
        for (i, coordinate) in at.into_iter().enumerate() {
            check::number(format!("{}.at[{i}]", node.id), ParamRange::Real, coordinate)?;
        }
        Ok(replace(&mut node.at, Some(at), Aspect::Layout))
    }

    fn rename_node(&mut self, key: NodeKey, id: &str) -> Result<Change, Problem> {
        let old = self.node(key)?.id.clone();
        check_id(&old, id)?;
        let renamed = self.network.rename_node(key, id);
        renamed.map_err(|error| refused(&old, &error))?;
        Ok(Change::when(old != id, Aspect::Text))
    }

    fn rename_edge(&mut self, key: EdgeKey, id: &str) -> Result<Change, Problem> {
        let old = self.edge(key)?.id.clone();
        check_id(&old, id)?;
        let renamed = self.network.rename_edge(key, id);
        renamed.map_err(|error| refused(&old, &error))?;
        Ok(Change::when(old != id, Aspect::Text))
    }

    fn reconnect(&mut self, key: EdgeKey, from: NodeKey, to: NodeKey) -> Result<Change, Problem> {
        let edge = self.edge(key)?;
        let (id, ends) = (edge.id.clone(), (edge.from, edge.to));
        let moved = self.network.reconnect(key, from, to);
        moved.map_err(|error| refused(&id, &error))?;
        Ok(Change::when(ends != (from, to), Aspect::Topology))
    }

    fn remove_node(&mut self, key: NodeKey) -> Result<Change, Problem> {
        self.node(key)?;
        self.network.remove_node(key);
        let task = self.drop_from_task(|task| task_edit::without_node(task, key));
        Ok(Change::of(&[Aspect::Topology, Aspect::Parameters, Aspect::Layout]).and(task))
    }

    fn remove_edge(&mut self, key: EdgeKey) -> Result<Change, Problem> {
        self.edge(key)?;
        self.network.remove_edge(key);
        let task = self.drop_from_task(Some);
        Ok(Change::of(&[Aspect::Topology, Aspect::Parameters]).and(task))
    }

    /// Takes out of the task what `drop` takes out, and every trainable that is no longer there.
    fn drop_from_task(&mut self, drop: impl FnOnce(Task) -> Option<Task>) -> Change {
        let Some(before) = self.task.clone() else {
            return Change::NONE;
        };
        let after =
            drop(before).map(|task| task_edit::without_lost_trainables(task, &self.network));
        replace(&mut self.task, after, Aspect::Task)
    }

    fn set_role(&mut self, key: NodeKey, role: Role) -> Result<Change, Problem> {
        let change = self.change_node(key, |node| node.role = role)?;
        let task = self.drop_from_task(|task| task_edit::without_unsuited(task, key, role));
        Ok(change.and(task))
    }

    /// Changes the numbers or the role of a reservoir, if the outcome obeys the rules.
    fn change_node(
        &mut self,
        key: NodeKey,
        change: impl FnOnce(&mut Node),
    ) -> Result<Change, Problem> {
        let platform = self.network.platform();
        let node = self.node_mut(key)?;
        let mut changed = node.clone();
        change(&mut changed);
        check::node(&node.id, &changed, platform)?;
        let form = |node: &Node| (node.role, node.leak > 0.0, node.signal.is_some());
        let topology = Change::when(form(node) != form(&changed), Aspect::Topology);
        let parameters = Change::when(*node != changed, Aspect::Parameters);
        *node = changed;
        Ok(topology.and(parameters))
    }

    fn set_param(&mut self, key: EdgeKey, name: &str, value: f64) -> Result<Change, Problem> {
        let edge = self.edge(key)?;
        let mut device = edge.device.clone();
        let place = format!("{}.{name}", edge.id);
        let Some(p) = device.param_index(name) else {
            return Err(Problem::new(
                place,
                format!("{} has no such parameter", device.kind()),
                "choose one of its parameters",
            ));
        };
        if device.set_param(p, value).is_err() {
            return Err(check::out_of_range(place, device.specs()[p].range, value));
        }
        self.set_device(key, &device)
    }

    fn tie(&mut self, parameter: &'static str, edges: &[EdgeKey]) -> Result<Change, Problem> {
        let mut range = None;
        for &key in edges {
            let edge = self.edge(key)?;
            let specs = edge.device.specs();
            let own = specs.iter().find(|spec| spec.name == parameter);
            let own = own.map(|spec| spec.range);
            if own.is_none() || range.is_some_and(|range| own != Some(range)) {
                return Err(Problem::new(
                    format!("{}.{parameter}", edge.id),
                    "cannot be tied to the others",
                    "tie parameters of one name that all of these devices have",
                ));
            }
            range = own;
        }
        let Some((&first, [_, ..])) = edges.split_first() else {
            return Err(Problem::new(
                parameter,
                "can only be tied where two or more devices have it",
                "select several edges",
            ));
        };
        let before = self.network.ties().to_vec();
        self.network.tie(parameter, edges);
        // Setting the first gives all its value.
        let device = self.edge(first)?.device.clone();
        let set = self.set_device(first, &device)?;
        let tied = Change::when(before != self.network.ties(), Aspect::Task);
        Ok(set.and(tied).and(Change::of(&[Aspect::Parameters])))
    }

    fn set_device(&mut self, key: EdgeKey, device: &Device) -> Result<Change, Problem> {
        let edge = self.edge(key)?;
        let (id, old) = (edge.id.clone(), edge.device.clone());
        let changed = self.network.set_device(key, device.clone());
        changed.map_err(|error| refused(&id, &error))?;
        let form = |device: &Device| {
            let present = device.params().iter().map(|value| value.is_finite());
            (device.kernel(), present.collect::<Vec<bool>>())
        };
        let topology = Change::when(form(&old) != form(device), Aspect::Topology);
        let parameters = Change::when(old != *device, Aspect::Parameters);
        let task = if old.kernel() == device.kernel() {
            Change::NONE
        } else {
            self.drop_from_task(Some)
        };
        Ok(topology.and(parameters).and(task))
    }
}

/// Sets a slot of the document, and says what that changed.
fn replace<T: PartialEq>(slot: &mut T, value: T, aspect: Aspect) -> Change {
    let changed = *slot != value;
    *slot = value;
    Change::when(changed, aspect)
}

/// A newly placed device of another law, with the parameters it has in common with the old one.
fn converted(old: &Device, kind: Kind) -> Device {
    if old.kind() == kind {
        return old.clone();
    }
    let mut device = Device::new(kind);
    for (p, spec) in device.clone().specs().iter().enumerate() {
        if let Some(value) = old.param(spec.name) {
            // A value that the new law does not allow keeps its default.
            let _ = device.set_param(p, value);
        }
    }
    device
}

fn check_id(place: &str, id: &str) -> Result<(), Problem> {
    if id == WILDCARD {
        Err(check::wildcard_id(place))
    } else {
        Ok(())
    }
}

fn gone() -> Problem {
    Problem::new(
        "network",
        "the element is no longer there",
        "select another one",
    )
}

/// A refusal of the network, located.
fn refused(place: &str, error: &NetworkError) -> Problem {
    let remedy = match error {
        NetworkError::EmptyId | NetworkError::DuplicateId(_) => "choose an id that is not in use",
        NetworkError::SelfLoop(_) => "choose two different ends",
        NetworkError::WrongPlatform { .. } => "choose a device of the network's platform",
        NetworkError::NoEquilibriumConstant => "choose another name for the parameter",
        NetworkError::Gone => "select an element that is there",
    };
    Problem::new(place, error.to_string(), remedy)
}

fn first(problems: Option<Vec<Problem>>) -> Result<(), Problem> {
    problems.into_iter().flatten().next().map_or(Ok(()), Err)
}

fn check_app(app: &Map<String, Value>) -> Result<(), Problem> {
    if app.values().any(|value| depth_exceeds(value, DEEPEST_APP)) {
        return Err(Problem::new(
            "app",
            format!("is nested deeper than {DEEPEST_APP} levels"),
            "keep it flatter: such a file could not be read again",
        ));
    }
    Ok(())
}

fn depth_exceeds(value: &Value, limit: usize) -> bool {
    match (value, limit) {
        (Value::Array(_) | Value::Object(_), 0) => true,
        (Value::Array(items), _) => items.iter().any(|item| depth_exceeds(item, limit - 1)),
        (Value::Object(map), _) => map.values().any(|item| depth_exceeds(item, limit - 1)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_law_keeps_what_it_shares_with_the_old_one() {
        let dot = Device::with(
            Kind::QuantumDot,
            &[("tunnel_rate", 3.0), ("level", -1.0), ("shift", 0.7)],
        )
        .unwrap();
        let double = converted(&dot, Kind::DoubleDot);
        assert_eq!(double.param("tunnel_rate"), Some(3.0));
        assert_eq!(double.param("shift"), Some(0.7));
        assert_eq!(
            double.param("width"),
            Device::new(Kind::DoubleDot).param("width")
        );
    }

    #[test]
    fn depth_counts_levels() {
        let mut value = Value::from(1);
        for _ in 0..5 {
            value = Value::Array(vec![value]);
        }
        assert!(depth_exceeds(&value, 4) && !depth_exceeds(&value, 5));
    }
}
