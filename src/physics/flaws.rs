//! Formulas that no device could follow: where a network's custom laws break what every other law keeps.

use super::certificates::Region;
use crate::device::{Device, Flaw, Interval};
use crate::system::System;

/// A flaw of one device.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Flawed {
    /// Position in [`System::links`].
    pub link: usize,
    /// What is wrong, and where.
    pub flaw: Flaw,
}

/// The flaws of all formulas of a network, each over the states its reservoirs can be in (those that are set from
/// outside, where that is not known).
#[must_use]
pub fn flaws(system: &System, region: &Region) -> Vec<Flawed> {
    let range = |slot: usize| region.of(slot).unwrap_or(region.nominal());
    // Edges often share a formula and its values.
    let mut examined: Vec<(&Device, [Interval; 2], Vec<Flaw>)> = Vec::new();
    let mut out = Vec::new();
    for (l, link) in system.links().iter().enumerate() {
        if link.device.formula().is_none() {
            continue;
        }
        let ranges = [range(link.from), range(link.to)];
        let known = examined
            .iter()
            .position(|(device, over, _)| **device == link.device && *over == ranges);
        let known = known.unwrap_or_else(|| {
            let found = link.device.flaws(system.platform(), ranges[0], ranges[1]);
            examined.push((&link.device, ranges, found));
            examined.len() - 1
        });
        out.extend(
            examined[known]
                .2
                .iter()
                .map(|&flaw| Flawed { link: l, flaw }),
        );
    }
    out
}
