//! Certificates: what is proved of every steady state of a network, with the evidence; never a wrong yes.
//!
//! The proofs (all ours to check, none numerical): a cooperative flow that conserves its total has at most one stable
//! state and answers monotonically (Kamke 1932, Müller 1927; Hirsch & Smith, *Monotone dynamical systems*, 2005); a flow
//! whose Jacobian in charges C·x is strictly diagonally dominant by columns contracts in ℓ1 (Coppel 1965); a symmetric
//! Jacobian belongs to a gradient flow. Interval enclosures make them hold for every point of a box.

mod monotone;
mod region;
mod unique;

pub use monotone::{Culprit, Monotone};
pub use region::Region;
pub use unique::{Failure, MOST_FAILURES, Unique, Worst};

use crate::system::System;

/// What is proved of a network, and why or why not.
#[derive(Clone, Debug, PartialEq)]
pub struct Certificates {
    /// The states that were considered.
    pub region: Region,
    /// Whether every output can only rise when an input rises, towards one stable state.
    pub monotone: Monotone,
    /// Whether there is one stable state for given clamps and conserved totals.
    pub unique: Unique,
    /// Whether the dynamics is a gradient flow.
    pub reciprocal: Reciprocal,
}

/// Whether every device between two free reservoirs depends on the difference of their states alone: J is symmetric,
/// nothing oscillates, and equilibrium propagation is exact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reciprocal {
    /// Positions in [`System::links`] of the devices that break it.
    pub broken_by: Vec<usize>,
    /// Positions of the devices of which neither is known: formulas that are not seen through. A yes takes none of both.
    pub open: Vec<usize>,
}

impl Reciprocal {
    fn new(system: &System, region: &Region) -> Self {
        let free = system.free_count();
        let (mut broken_by, mut open) = (Vec::new(), Vec::new());
        for (l, link) in system.links().iter().enumerate() {
            let between_free = link.from < free && link.to < free;
            if !between_free || link.device.depends_on_difference() {
                continue;
            }
            let [a, b] = [link.from, link.to].map(|slot| region.of(slot));
            let nominal = region.nominal();
            let asymmetry = link
                .device
                .asymmetry_over(a.unwrap_or(nominal), b.unwrap_or(nominal));
            if asymmetry.is_some() {
                broken_by.push(l);
            } else {
                open.push(l);
            }
        }
        Self { broken_by, open }
    }

    /// Yes, no, or not known.
    #[must_use]
    pub fn verdict(&self) -> Option<bool> {
        match (self.broken_by.is_empty(), self.open.is_empty()) {
            (false, _) => Some(false),
            (true, true) => Some(true),
            (true, false) => None,
        }
    }
}

impl Certificates {
    /// Examines a network. `inputs` are all states that inputs will be set to besides their present ones: the rows of
    /// the task, encoded.
    ///
    /// Takes microseconds for devices whose NDC is decided in closed form, and up to tenths of a second for each
    /// reservoir on the edge of contraction; meant for a worker.
    #[must_use]
    pub fn new(system: &System, inputs: &[f64]) -> Self {
        let region = Region::new(system, inputs);
        let signs = monotone::Signs::new(system, &region);
        let monotone = Monotone::new(system, &signs);
        let unique = Unique::new(system, &region, &signs, monotone.verdict());
        Self {
            monotone,
            unique,
            reciprocal: Reciprocal::new(system, &region),
            region,
        }
    }
}
