//! What can be read off the run.

use std::collections::VecDeque;

use super::motion::Halt;
use super::{Operating, Rest, Simulation};
use crate::network::{EdgeKey, NodeKey};
use crate::physics::dissipation::Dissipation;
use crate::system::{Flow, Link, System};

impl Simulation {
    /// Simulated time since the last reset.
    pub(crate) fn time(&self) -> f64 {
        self.t
    }

    /// The compiled network.
    pub(crate) fn system(&self) -> &System {
        &self.system
    }

    /// Currents and net inflows at the present state.
    pub(crate) fn flow(&self) -> &Flow {
        &self.flow
    }

    /// How far the state is from rest.
    pub(crate) fn rest(&self) -> Rest {
        self.rest
    }

    /// Whether the solver could not keep up with the speed asked for.
    pub(crate) fn is_behind(&self) -> bool {
        self.is_behind
    }

    /// Why time stands still, if it does.
    pub(crate) fn failure(&self) -> Option<&Halt> {
        self.failure.as_ref()
    }

    /// The present state of a reservoir, clamps included.
    pub(crate) fn state_of(&self, key: NodeKey) -> Option<f64> {
        let slot = self.system.slot(key)?;
        self.flow.states.get(slot).copied()
    }

    /// The stored total Σ C·x over the free reservoirs.
    pub(crate) fn total(&self) -> f64 {
        let pairs = self.system.capacity().iter().zip(&self.x);
        pairs.map(|(capacity, x)| capacity * x).sum()
    }

    /// The change of the total minus what clamps and leaks delivered: what the numerics lost or made.
    pub(crate) fn drift(&self) -> f64 {
        self.total() - self.ledger.opened - self.ledger.delivered
    }

    /// What everything dissipates together, now.
    pub(crate) fn power(&self) -> f64 {
        *self.power.get_or_init(|| self.dissipation().total())
    }

    /// Dissipation now.
    pub(crate) fn dissipation(&self) -> Dissipation {
        Dissipation::at(&self.system, &self.flow)
    }

    /// The states of the free reservoirs at past times, oldest first.
    pub(crate) fn traces(&self) -> &VecDeque<(f64, Box<[f64]>)> {
        &self.traces
    }

    /// Where the watched edge operated of late; oldest first.
    pub(crate) fn tail(&self) -> &VecDeque<Operating> {
        &self.tail
    }

    /// Where an edge operates now.
    pub(crate) fn operating_point(&self, key: EdgeKey) -> Option<Operating> {
        let link = self.system.link(key)?;
        let Link { from, to, .. } = self.system.links()[link];
        Some(Operating {
            a: *self.flow.states.get(from)?,
            b: *self.flow.states.get(to)?,
            response: *self.flow.responses.get(link)?,
        })
    }
}
