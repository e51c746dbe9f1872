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
