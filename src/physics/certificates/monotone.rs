//! Monotone response: no device shows negative differential conductance towards a reservoir that may move.

use std::collections::HashMap;

use super::Region;
use crate::device::{Device, Interval, NdcVerdict, Side};
use crate::network::Role;
use crate::system::System;

/// Searches for NDC that differ in device or states; beyond that a device counts as not known. Most take microseconds, so
/// that a large network is still examined in a second, and the few that take tens of milliseconds cannot add up to hours.
const MOST_SEARCHES: usize = 5_000;

/// Whether every output can only rise when an input rises, and there is one stable state for given conserved totals.
///
/// Proved where no device shows NDC, at any states of the box, towards a free reservoir or an input; a bias does not
/// move, and a device between two clamps acts on nothing.
#[derive(Clone, Debug, PartialEq)]
pub struct Monotone {
    /// The device sides that show NDC, or for which neither NDC nor its absence could be shown.
    pub culprits: Vec<Culprit>,
}

/// A side of a device that stands against monotonicity.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Culprit {
    /// Position in [`System::links`].
    pub link: usize,
    /// The side towards which it shows NDC.
    pub side: Side,
    /// States (a, b) in the box at which it does; `None` if it is only not excluded.
    pub witness: Option<(f64, f64)>,
}

impl Monotone {
    pub(super) fn new(system: &System, signs: &Signs) -> Self {
        let mut culprits = Vec::new();
        for (link, verdicts) in signs.verdicts.iter().enumerate() {
            for (side, verdict) in [Side::From, Side::To].into_iter().zip(verdicts) {
                let slot = system.links()[link].slot(side);
                let counts = system.roles()[slot] != Role::Bias;
                let witness = match *verdict {
                    NdcVerdict::Never => continue,
                    NdcVerdict::At(a, b) => Some((a, b)),
                    NdcVerdict::Unknown => None,
                };
                if counts {
                    culprits.push(Culprit {
                        link,
                        side,
                        witness,
                    });
                }
            }
        }
        Self { culprits }
    }

    /// Yes, no, or not known.
    #[must_use]
    pub fn verdict(&self) -> Option<bool> {
        if self.culprits.is_empty() {
            Some(true)
        } else if self
            .culprits
            .iter()
            .any(|culprit| culprit.witness.is_some())
        {
            Some(false)
        } else {
            None
        }
    }
}

/// What is known of the sign of every device's conductance over the box, towards either side. Sides that do not
/// matter (biases, devices between clamps) count as free of NDC.
pub(super) struct Signs {
    verdicts: Vec<[NdcVerdict; 2]>,
}

impl Signs {
    pub(super) fn new(system: &System, region: &Region) -> Self {
        let free = system.free_count();
        let mut searches = Searches::default();
        let mut verdict = |link: &crate::system::Link, side: Side| {
            let between_clamps = link.from >= free && link.to >= free;
            if between_clamps || system.roles()[link.slot(side)] == Role::Bias {
                NdcVerdict::Never
            } else if link.device.is_free_of_ndc(side) {
                // Whatever the box.
                NdcVerdict::Never
            } else {
                match (region.of(link.from), region.of(link.to)) {
                    (Some(a), Some(b)) => searches.ndc_over(&link.device, side, a, b),
                    _ => NdcVerdict::Unknown,
                }
            }
        };
        Self {
            verdicts: system
                .links()
                .iter()
                .map(|link| [Side::From, Side::To].map(|side| verdict(link, side)))
                .collect(),
        }
    }

    /// Whether a device is proved free of NDC towards a side.
    pub(super) fn never(&self, link: usize, side: Side) -> bool {
        let [from, to] = &self.verdicts[link];
        let verdict = match side {
            Side::From => from,
            Side::To => to,
        };
        matches!(verdict, NdcVerdict::Never)
    }
}

/// Searches done so far: large networks repeat their devices.
#[derive(Default)]
struct Searches {
    done: HashMap<Vec<u64>, NdcVerdict>,
}

impl Searches {
    fn ndc_over(&mut self, device: &Device, side: Side, a: Interval, b: Interval) -> NdcVerdict {
        let key = [device.kind() as u64, side as u64]
            .into_iter()
            .chain(device.params().iter().map(|value| value.to_bits()))
            .chain([a.lo, a.hi, b.lo, b.hi].map(f64::to_bits))
            .collect();
        let count = self.done.len();
        *self.done.entry(key).or_insert_with(|| {
            if count < MOST_SEARCHES {
                device.ndc_over(side, a, b)
            } else {
                NdcVerdict::Unknown
            }
        })
    }
}
