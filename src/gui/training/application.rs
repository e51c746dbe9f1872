//! How a network that was trained becomes a change of the document.

use crate::document::{Document, Edit};
use crate::learn::Training;
use crate::network::Network;

/// A network that is to take the place of the document's.
pub(crate) struct Application {
    /// What the undo list calls it.
    pub(crate) name: String,
    /// The network with its new parameters.
    pub(crate) network: Network,
    /// New training settings.
    pub(crate) training: Option<Training>,
    /// Whether it takes the place of the last step of undo.
    pub(crate) replaces: bool,
}

impl Application {
    /// The edits that make a document's network into this one.
    pub(crate) fn edits(&self, document: &Document) -> Vec<Edit> {
        let mut edits = Vec::new();
        for edge in self.network.edges() {
            let key = edge.key();
            if document
                .network
                .edge(key)
                .is_some_and(|old| old.device != edge.device)
            {
                edits.push(Edit::SetDevice(key, edge.device.clone()));
            }
        }
        for node in self.network.nodes() {
            let key = node.key();
            let Some(old) = document.network.node(key) else {
                continue;
            };
            if old.capacity.to_bits() != node.capacity.to_bits() {
                edits.push(Edit::SetCapacity(key, node.capacity));
            }
            if old.leak.to_bits() != node.leak.to_bits() {
                edits.push(Edit::SetLeak(key, node.leak));
            }
        }
        if let Some(training) = self.training {
            edits.push(Edit::SetTraining(Some(training)));
        }
        edits
    }
}
