//! Builds networks in few words.

use thermonet::device::{Device, Kind, Platform};
use thermonet::network::{Network, Node, NodeKey, Role};
use thermonet::system::System;

/// A network under construction.
pub(crate) struct Builder {
    pub(crate) network: Network,
}

impl Builder {
    pub(crate) fn new(platform: Platform) -> Self {
        Self {
            network: Network::new(platform),
        }
    }

    pub(crate) fn clamp(&mut self, value: f64) -> NodeKey {
        let mut node = Node::new(
            self.network.fresh_node_id(Role::Input),
            Role::Input,
            self.network.platform(),
        );
        node.value = value;
        self.network.add_node(node).unwrap()
    }

    pub(crate) fn free(&mut self, capacity: f64, leak: f64, initial: f64) -> NodeKey {
        let mut node = Node::new(
            self.network.fresh_node_id(Role::Hidden),
            Role::Hidden,
            self.network.platform(),
        );
        (node.capacity, node.leak, node.initial) = (capacity, leak, Some(initial));
        self.network.add_node(node).unwrap()
    }

    /// Free reservoirs in rows of `width`, each joined to the next and to the one below by what `device` gives for the
    /// number of the edge.
    pub(crate) fn lattice(
        &mut self,
        [width, height]: [usize; 2],
        leak: f64,
        device: impl Fn(usize) -> Device,
    ) -> Vec<NodeKey> {
        let first = self.network.nodes().len();
        let keys: Vec<NodeKey> = (0..width * height)
            .map(|k| {
                let platform = self.network.platform();
                let mut node = Node::new(format!("n{}", first + k), Role::Hidden, platform);
                node.leak = leak;
                node.capacity = 1.0 + 0.5 * (k % 3) as f64;
                self.network.add_node(node).unwrap()
            })
            .collect();
        let first = self.network.edges().len();
        let mut edges = 0;
        let mut join = |from: usize, to: usize| {
            let id = format!("l{}", first + edges);
            let (from, to) = (keys[from], keys[to]);
            self.network.add_edge(id, from, to, device(edges)).unwrap();
            edges += 1;
        };
        for k in 0..keys.len() {
            if k % width + 1 < width {
                join(k, k + 1);
            }
            if k + width < keys.len() {
                join(k, k + width);
            }
        }
        keys
    }

    pub(crate) fn join(&mut self, from: NodeKey, to: NodeKey, kind: Kind, named: &[(&str, f64)]) {
        let device = Device::with(kind, named).unwrap();
        self.network
            .add_edge(self.network.fresh_edge_id(), from, to, device)
            .unwrap();
    }

    pub(crate) fn ohmic(&mut self, from: NodeKey, to: NodeKey, g: f64) {
        self.join(from, to, Kind::Ohmic, &[("conductance", g)]);
    }

    pub(crate) fn dot(
        &mut self,
        from: NodeKey,
        to: NodeKey,
        level: f64,
        shift: f64,
        tracking: f64,
    ) {
        let named = [
            ("tunnel_rate", 1.0),
            ("level", level),
            ("shift", shift),
            ("tracking", tracking),
        ];
        self.join(from, to, Kind::QuantumDot, &named);
    }

    pub(crate) fn system(&self) -> System {
        System::new(&self.network)
    }
}
