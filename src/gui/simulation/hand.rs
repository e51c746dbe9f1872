//! What is done to the run by hand: clamps held, reservoirs kicked.

use std::sync::Arc;

use super::Simulation;
use crate::network::NodeKey;

/// A clamp that is held elsewhere than the document has it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Held {
    key: NodeKey,
    value: f64,
    /// The document's value when it was taken hold of.
    base: f64,
}

impl Simulation {
    /// Holds clamps at other values than the document's, until it changes theirs, they are let go, or another document
    /// is opened. Values that the platform does not have are left out.
    pub(crate) fn hold(&mut self, clamps: &[(NodeKey, f64)]) {
        self.stay();
        for &(key, value) in clamps {
            let Some(base) = self.clamp(key) else {
                continue;
            };
            if !self.system.platform().state_range().contains(value) {
                continue;
            }
            match self.held.iter_mut().find(|held| held.key == key) {
                Some(held) => held.value = value,
                None => self.held.push(Held { key, value, base }),
            }
        }
        self.impose();
        self.restart();
    }

    /// Puts all clamps back to the document's values.
    pub(crate) fn release(&mut self) {
        self.stay();
        self.let_go();
        self.restart();
    }

    pub(super) fn let_go(&mut self) {
        for held in std::mem::take(&mut self.held) {
            if let Some(slot) = self.system.slot(held.key) {
                Arc::make_mut(&mut self.system).set_clamp(slot, held.base);
            }
        }
    }

    /// Whether any clamp is held elsewhere than the document has it.
    pub(crate) fn is_held(&self) -> bool {
        !self.held.is_empty()
    }

    /// The clamps that are held elsewhere, and where.
    pub(crate) fn held(&self) -> impl Iterator<Item = (NodeKey, f64)> + '_ {
        self.held.iter().map(|held| (held.key, held.value))
    }

    /// The value of a clamp, without its signal.
    pub(super) fn clamp(&self, key: NodeKey) -> Option<f64> {
        let slot = self.system.slot(key)?;
        let clamp = slot.checked_sub(self.system.free_count())?;
        self.system.clamps().get(clamp).copied()
    }

    /// Lets go of the clamps that the document has changed; the system is fresh from it.
    pub(super) fn let_go_of_changed(&mut self) {
        let mut held = std::mem::take(&mut self.held);
        held.retain(|held| {
            self.clamp(held.key)
                .is_some_and(|now| now.to_bits() == held.base.to_bits())
        });
        self.held = held;
    }

    /// Puts what is held into the system.
    pub(super) fn impose(&mut self) {
        for held in &self.held {
            if let Some(slot) = self.system.slot(held.key) {
                Arc::make_mut(&mut self.system).set_clamp(slot, held.value);
            }
        }
    }

    /// Puts the free reservoirs at `x`, as a kick does.
    pub(crate) fn jump(&mut self, x: &[f64]) {
        self.stay();
        if x.len() != self.x.len() {
            return;
        }
        let old = self.total();
        self.x.copy_from_slice(x);
        self.restart();
        self.ledger.opened += self.total() - old;
        self.record();
    }

    /// Puts one free reservoir at a state, if the platform has it.
    pub(crate) fn kick(&mut self, key: NodeKey, state: f64) {
        let Some(slot) = self.system.slot(key) else {
            return;
        };
        if slot < self.x.len() && self.system.platform().state_range().contains(state) {
            let mut x = self.x.clone();
            x[slot] = state;
            self.jump(&x);
        }
    }
}
