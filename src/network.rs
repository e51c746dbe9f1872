//! Networks: reservoirs, devices between them, and the identities by which everything else refers to both.
//!
//! A reservoir or an edge has two names. Its *id* is what users see, write in files and may change. Its *key* is a
//! number that is given once and never again, so that selections, plots and undo survive renaming and deletion.

mod element;
mod ids;
mod role;
mod signal;
mod ties;

pub use element::{CAPACITY, Edge, EdgeKey, LEAK, Node, NodeKey};
pub use role::Role;
pub use signal::{Shape, Signal};
pub use ties::Tie;

use ids::Ids;

use crate::device::{Device, Platform};

/// The carriers behind one unit of charge or concentration, unless the network says otherwise.
pub const DEFAULT_SYSTEM_SIZE: f64 = 1000.0;

/// What physical quantities the dimensionless numbers stand for, when they are displayed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Units {
    /// Temperature in kelvin; > 0.
    pub temperature_k: f64,
    /// Reference rate Γ0 in hertz; > 0.
    pub rate_hz: f64,
}

/// Reservoirs of one platform and the devices between them.
///
/// Reservoirs and edges are kept in the order of their keys, which is the order in which they were added.
#[derive(Clone, Debug, PartialEq)]
pub struct Network {
    /// A name for people.
    pub name: String,
    /// A few sentences for people.
    pub description: String,
    platform: Platform,
    /// The state of the ground that leaks flow to.
    pub ground: f64,
    /// Ω: carriers behind one unit of charge or concentration; > 0. Scales noise and power alone.
    pub system_size: f64,
    /// Physical scales for display.
    pub units: Option<Units>,
    nodes: Vec<Node>,
    edges: Vec<Edge>,
    ties: Vec<Tie>,
    node_ids: Ids,
    edge_ids: Ids,
    next_key: u32,
}

/// A change a network cannot take.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NetworkError {
    /// An id that is empty.
    #[error("an id must not be empty")]
    EmptyId,
    /// An id that another element of the same kind bears.
    #[error("the id '{0}' is taken")]
    DuplicateId(String),
    /// An edge between a reservoir and itself.
    #[error("an edge cannot join '{0}' to itself")]
    SelfLoop(String),
    /// A device of the other platform.
    #[error("{device} is a device of the {needs} platform, and the network is {platform}")]
    WrongPlatform {
        /// The law.
        device: &'static str,
        /// Where it belongs.
        needs: &'static str,
        /// What the network is.
        platform: &'static str,
    },
    /// An equilibrium constant where charge flows.
    #[error("k_eq is the equilibrium constant of a reaction, and the network is electronic")]
    NoEquilibriumConstant,
    /// A reservoir or an edge that is not there (any more).
    #[error("no such reservoir or edge")]
    Gone,
}

impl Network {
    /// An empty network.
    #[must_use]
    pub fn new(platform: Platform) -> Self {
        Self {
            name: String::new(),
            description: String::new(),
            platform,
            ground: platform.default_ground(),
            system_size: DEFAULT_SYSTEM_SIZE,
            units: None,
            nodes: Vec::new(),
            edges: Vec::new(),
            ties: Vec::new(),
            node_ids: Ids::default(),
            edge_ids: Ids::default(),
            next_key: 0,
        }
    }

    /// What the network carries.
    #[must_use]
    pub fn platform(&self) -> Platform {
        self.platform
    }

    /// The reservoirs, in the order in which they were added.
    #[must_use]
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The edges, in the order in which they were added.
    #[must_use]
    pub fn edges(&self) -> &[Edge] {
        &self.edges
    }

    /// The position of a reservoir in [`Network::nodes`].
    #[must_use]
    pub fn node_index(&self, key: NodeKey) -> Option<usize> {
        self.nodes.binary_search_by_key(&key, |node| node.key).ok()
    }

    /// The position of an edge in [`Network::edges`].
    #[must_use]
    pub fn edge_index(&self, key: EdgeKey) -> Option<usize> {
        self.edges.binary_search_by_key(&key, |edge| edge.key).ok()
    }

    /// The reservoir with this key.
    #[must_use]
    pub fn node(&self, key: NodeKey) -> Option<&Node> {
        self.node_index(key).map(|i| &self.nodes[i])
    }

    /// The edge with this key.
    #[must_use]
    pub fn edge(&self, key: EdgeKey) -> Option<&Edge> {
        self.edge_index(key).map(|i| &self.edges[i])
    }

    /// The reservoir with this key, to change. Its id is changed by [`Network::rename_node`]
    /// alone, or it will not be found by it.
    pub fn node_mut(&mut self, key: NodeKey) -> Option<&mut Node> {
        self.node_index(key).map(|i| &mut self.nodes[i])
    }

    /// The edge with this key, to change. Ends are changed by [`Network::reconnect`], its id by
    /// [`Network::rename_edge`] alone, or it will not be found by it.
    pub fn edge_mut(&mut self, key: EdgeKey) -> Option<&mut Edge> {
        self.edge_index(key).map(|i| &mut self.edges[i])
    }

    /// The reservoir with this id.
    #[must_use]
    pub fn node_by_id(&self, id: &str) -> Option<&Node> {
        self.node(NodeKey(self.node_ids.key(id, self.all_node_ids())?))
    }

    /// The edge with this id.
    #[must_use]
    pub fn edge_by_id(&self, id: &str) -> Option<&Edge> {
        self.edge(EdgeKey(self.edge_ids.key(id, self.all_edge_ids())?))
    }

    /// The state of a free reservoir at t = 0.
    #[must_use]
    pub fn initial_of(&self, node: &Node) -> f64 {
        node.initial.unwrap_or(self.ground)
    }

    fn all_node_ids(&self) -> impl Iterator<Item = (&str, u32)> {
        self.nodes.iter().map(|node| (&*node.id, node.key.0))
    }

    fn all_edge_ids(&self) -> impl Iterator<Item = (&str, u32)> {
        self.edges.iter().map(|edge| (&*edge.id, edge.key.0))
    }

    fn new_key(&mut self) -> u32 {
        let key = self.next_key;
        self.next_key += 1;
        key
    }

    /// The first key that was never given: what [`Network::skip_keys`] takes.
    pub(crate) fn key_mark(&self) -> u32 {
        self.next_key
    }

    /// Gives no key below `mark` from now on: elements that undo took away keep theirs for good.
    pub(crate) fn skip_keys(&mut self, mark: u32) {
        self.next_key = self.next_key.max(mark);
    }

    /// Adds a reservoir and gives it its key.
    ///
    /// # Errors
    /// If its id is empty or taken.
    pub fn add_node(&mut self, node: Node) -> Result<NodeKey, NetworkError> {
        self.check_node_id(&node.id, None)?;
        Ok(self.push_checked_node(node))
    }

    /// Adds a reservoir whose id is known to be fit: comparing it with all others again would make the reading of a
    /// long file quadratic.
    pub(crate) fn push_checked_node(&mut self, mut node: Node) -> NodeKey {
        node.key = NodeKey(self.new_key());
        let key = node.key;
        self.node_ids.insert(&node.id, key.0);
        self.nodes.push(node);
        key
    }

    /// Adds an edge whose id, ends and device are known to be fit, for the same reason.
    pub(crate) fn push_checked_edge(
        &mut self,
        id: String,
        label: Option<String>,
        from: NodeKey,
        to: NodeKey,
        device: Device,
    ) -> EdgeKey {
        let key = EdgeKey(self.new_key());
        self.edge_ids.insert(&id, key.0);
        self.edges.push(Edge {
            key,
            id,
            label,
            from,
            to,
            device,
        });
        key
    }

    /// Adds an edge and returns its key.
    ///
    /// # Errors
    /// If its id is empty or taken, an end is missing, both ends are one, or the device is of the other platform.
    pub fn add_edge(
        &mut self,
        id: impl Into<String>,
        from: NodeKey,
        to: NodeKey,
        device: Device,
    ) -> Result<EdgeKey, NetworkError> {
        let id = id.into();
        self.check_edge_id(&id, None)?;
        self.check_ends(from, to)?;
        self.check_device(&device)?;
        Ok(self.push_checked_edge(id, None, from, to, device))
    }

    /// Moves the ends of an edge.
    ///
    /// # Errors
    /// If the edge or an end is missing, or both ends are one.
    pub fn reconnect(
        &mut self,
        key: EdgeKey,
        from: NodeKey,
        to: NodeKey,
    ) -> Result<(), NetworkError> {
        self.check_ends(from, to)?;
        let edge = self.edge_mut(key).ok_or(NetworkError::Gone)?;
        (edge.from, edge.to) = (from, to);
        Ok(())
    }

    /// Puts another device on an edge. What its parameters are tied to follows.
    ///
    /// # Errors
    /// If the edge is missing or the device is of the other platform.
    pub fn set_device(&mut self, key: EdgeKey, device: Device) -> Result<(), NetworkError> {
        self.check_device(&device)?;
        self.edge_mut(key).ok_or(NetworkError::Gone)?.device = device;
        self.follow_ties(key);
        Ok(())
    }

    /// Gives a reservoir another id.
    ///
    /// # Errors
    /// If the id is empty or taken, or the reservoir is missing.
    pub fn rename_node(&mut self, key: NodeKey, id: &str) -> Result<(), NetworkError> {
        self.check_node_id(id, Some(key))?;
        let node = self.node_mut(key).ok_or(NetworkError::Gone)?;
        let before = std::mem::replace(&mut node.id, id.to_owned());
        self.node_ids.remove(&before);
        self.node_ids.insert(id, key.0);
        Ok(())
    }

    /// Gives an edge another id.
    ///
    /// # Errors
    /// If the id is empty or taken, or the edge is missing.
    pub fn rename_edge(&mut self, key: EdgeKey, id: &str) -> Result<(), NetworkError> {
        self.check_edge_id(id, Some(key))?;
        let edge = self.edge_mut(key).ok_or(NetworkError::Gone)?;
        let before = std::mem::replace(&mut edge.id, id.to_owned());
        self.edge_ids.remove(&before);
        self.edge_ids.insert(id, key.0);
        Ok(())
    }

    /// Removes a reservoir and every edge that ends there. Returns whether it was there.
    pub fn remove_node(&mut self, key: NodeKey) -> bool {
        let Some(index) = self.node_index(key) else {
            return false;
        };
        let node = self.nodes.remove(index);
        self.node_ids.remove(&node.id);
        let ids = &mut self.edge_ids;
        self.edges.retain(|edge| {
            let stays = edge.from != key && edge.to != key;
            if !stays {
                ids.remove(&edge.id);
            }
            stays
        });
        self.prune_ties();
        true
    }

    /// Removes an edge. Returns whether it was there.
    pub fn remove_edge(&mut self, key: EdgeKey) -> bool {
        let Some(index) = self.edge_index(key) else {
            return false;
        };
        let edge = self.edges.remove(index);
        self.edge_ids.remove(&edge.id);
        self.prune_ties();
        true
    }

    /// An id for a new reservoir: the role's letter and the first free number.
    #[must_use]
    pub fn fresh_node_id(&self, role: Role) -> String {
        self.node_ids.fresh(role.id_stem(), self.all_node_ids())
    }

    /// An id for a new edge: "e" and the first free number.
    #[must_use]
    pub fn fresh_edge_id(&self) -> String {
        self.edge_ids.fresh("e", self.all_edge_ids())
    }

    fn check_node_id(&self, id: &str, own: Option<NodeKey>) -> Result<(), NetworkError> {
        check_id(
            id,
            self.node_by_id(id)
                .is_some_and(|node| Some(node.key) != own),
        )
    }

    fn check_edge_id(&self, id: &str, own: Option<EdgeKey>) -> Result<(), NetworkError> {
        check_id(
            id,
            self.edge_by_id(id)
                .is_some_and(|edge| Some(edge.key) != own),
        )
    }

    fn check_ends(&self, from: NodeKey, to: NodeKey) -> Result<(), NetworkError> {
        let node = self.node(from).ok_or(NetworkError::Gone)?;
        self.node(to).ok_or(NetworkError::Gone)?;
        if from == to {
            Err(NetworkError::SelfLoop(node.id.clone()))
        } else {
            Ok(())
        }
    }

    fn check_device(&self, device: &Device) -> Result<(), NetworkError> {
        if let Some(needs) = device.kind().platform()
            && needs != self.platform
        {
            return Err(NetworkError::WrongPlatform {
                device: device.kind().name(),
                needs: needs.name(),
                platform: self.platform.name(),
            });
        }
        if self.platform == Platform::Electronic && device.param_index("k_eq").is_some() {
            return Err(NetworkError::NoEquilibriumConstant);
        }
        Ok(())
    }
}

fn check_id(id: &str, taken: bool) -> Result<(), NetworkError> {
    if id.is_empty() {
        Err(NetworkError::EmptyId)
    } else if taken {
        Err(NetworkError::DuplicateId(id.to_owned()))
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::Kind;

    fn pair() -> (Network, NodeKey, NodeKey) {
        let mut network = Network::new(Platform::Electronic);
        let x = network
            .add_node(Node::new("x", Role::Input, Platform::Electronic))
            .unwrap();
        let y = network
            .add_node(Node::new("y", Role::Output, Platform::Electronic))
            .unwrap();
        (network, x, y)
    }

    #[test]
    fn keys_are_never_given_twice() {
        let (mut network, x, y) = pair();
        let e = network
            .add_edge("e", x, y, Device::new(Kind::Ohmic))
            .unwrap();
        assert!(network.remove_node(y));
        assert!(network.edge(e).is_none(), "an edge goes with its end");
        let again = network
            .add_node(Node::new("y", Role::Output, Platform::Electronic))
            .unwrap();
        assert_ne!(again, y);
        assert!(network.node(y).is_none());
    }

    #[test]
    fn ids_can_be_renamed_but_not_shared() {
        let (mut network, x, y) = pair();
        assert_eq!(
            network.rename_node(x, "y"),
            Err(NetworkError::DuplicateId("y".into()))
        );
        assert_eq!(network.rename_node(x, ""), Err(NetworkError::EmptyId));
        network.rename_node(x, "x").unwrap();
        network.rename_node(x, "input").unwrap();
        assert_eq!(network.node(x).unwrap().id, "input");
        assert_eq!(network.fresh_node_id(Role::Output), "y1");
        let _ = y;
    }

    #[test]
    fn loops_and_foreign_devices_are_refused() {
        let (mut network, x, y) = pair();
        assert!(matches!(
            network.add_edge("e", x, x, Device::new(Kind::Ohmic)),
            Err(NetworkError::SelfLoop(_))
        ));
        assert!(matches!(
            network.add_edge("e", x, y, Device::new(Kind::Enzyme)),
            Err(NetworkError::WrongPlatform { .. })
        ));
    }
}
