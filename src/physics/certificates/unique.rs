//! One stable state: a network without NDC between its free reservoirs, or one whose charges contract in ℓ1.
//!
//! Column i of the Jacobian in charges holds −leak_i − Σ g_e on the diagonal and g_e for the free neighbours, g_e the
//! own-side conductance at i. It is strictly dominated by its diagonal where
//! leak_i + Σ_{edges to clamps} g_e > 2·Σ_{edges at i} max(0, −g_e) (for edges to clamps the right side asks for more than
//! dominance needs). If that holds for every i at every point of the box, any two trajectories approach each other in
//! Σ|C_i·Δx_i|, whatever the capacities.

use petgraph::unionfind::UnionFind;

use super::Region;
use super::monotone::Signs;
use crate::device::{Device, Interval, Least, Side, least_over};
use crate::system::System;

/// Whether there is one stable state for given clamps and conserved totals.
#[derive(Clone, Debug, PartialEq)]
pub struct Unique {
    /// The free reservoirs at which contraction is not shown; none of them is a yes. After [`MOST_FAILURES`] the others are
    /// not examined.
    pub failures: Vec<Failure>,
    /// Whether two stable states were found.
    refuted: bool,
}

/// A free reservoir at which contraction is not shown.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Failure {
    /// The reservoir's slot.
    pub slot: usize,
    /// The least favourable states found; `None` where the box is not known.
    pub worst: Option<Worst>,
}

/// The two sides of the inequality at the least favourable states found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Worst {
    /// The state of the reservoir itself.
    pub state: f64,
    /// What holds it: its leak and the conductances to clamps, signed.
    pub held: f64,
    /// What `held` must exceed: twice the negative conductances of all devices at the reservoir. Where it does, the
    /// inequality may well hold everywhere, but was not proved within the effort allowed.
    pub needed: f64,
}

impl Unique {
    pub(super) fn new(
        system: &System,
        region: &Region,
        signs: &Signs,
        monotone: Option<bool>,
    ) -> Self {
        let mut failures = Vec::new();
        if monotone != Some(true) {
            let cooperative = cooperative_parts(system, signs);
            let slots: Vec<usize> = (0..cooperative.len())
                .filter(|&slot| !cooperative[slot])
                .collect();
            let effort = CELLS_TIMES_NEIGHBOURS.min(CELLS_IN_ALL / slots.len().max(1));
            let links = links_of(system);
            let failing = slots.into_iter().filter_map(|slot| {
                let balance = Balance::new(system, region, signs, slot, &links[slot]);
                let worst = balance.prove(effort).err()?;
                Some(Failure { slot, worst })
            });
            failures.extend(failing.take(MOST_FAILURES));
        }
        Self {
            failures,
            refuted: false,
        }
    }

    /// Yes, no (once refuted), or not known.
    #[must_use]
    pub fn verdict(&self) -> Option<bool> {
        if self.refuted {
            Some(false)
        } else {
            self.failures.is_empty().then_some(true)
        }
    }

    /// To be told when two stable states of equal conserved totals were found: the answer is then no.
    pub fn refute(&mut self) {
        self.refuted = true;
    }
}

/// For each free reservoir, whether no device shows NDC towards any free reservoir connected with it: such a part is
/// cooperative, and parts do not act on each other.
fn cooperative_parts(system: &System, signs: &Signs) -> Vec<bool> {
    let free = system.free_count();
    let mut parts = UnionFind::<usize>::new(free);
    for link in system
        .links()
        .iter()
        .filter(|l| l.from < free && l.to < free)
    {
        parts.union(link.from, link.to);
    }
    let mut cooperative = vec![true; free];
    for (l, link) in system.links().iter().enumerate() {
        for side in [Side::From, Side::To] {
            let slot = link.slot(side);
            if slot < free && !signs.never(l, side) {
                cooperative[parts.find(slot)] = false;
            }
        }
    }
    (0..free)
        .map(|slot| cooperative[parts.find(slot)])
        .collect()
}

/// The links at each free reservoir.
fn links_of(system: &System) -> Vec<Vec<usize>> {
    let mut links = vec![Vec::new(); system.free_count()];
    for (l, ends) in system.ends().iter().enumerate() {
        for &slot in ends {
            if let Some(links) = links.get_mut(slot) {
                links.push(l);
            }
        }
    }
    links
}

/// Failures after which the others do not change the answer, and are too many to look at.
pub const MOST_FAILURES: usize = 300;

/// Cells of a reservoir's own range that are looked at, times its neighbours: some tenths of a second at most.
const CELLS_TIMES_NEIGHBOURS: usize = 8000;

/// The same for all reservoirs together: from 300 on each has fewer.
const CELLS_IN_ALL: usize = 300 * CELLS_TIMES_NEIGHBOURS;

/// Cells of the own range, whatever the number of neighbours: fewer resolve nothing, more do not help.
const CELLS: [usize; 2] = [16, 1000];

/// Where in its own range a reservoir is looked at first: devices fall at high bias, so most often at the ends.
const PROBES: [f64; 5] = [0.0, 1.0, 0.5, 0.25, 0.75];

/// Cells of a neighbour's range for one cell of the own: the search follows the minimum, so this halves it often.
const NEIGHBOUR_CELLS: usize = 32;

/// A device at the reservoir.
struct Term {
    device: Device,
    /// The side at the reservoir.
    side: Side,
    /// Proved free of NDC.
    never: bool,
}

impl Term {
    /// Its conductance at the reservoir, over states of the reservoir and of the neighbour.
    fn conductance(&self, own: Interval, other: Interval) -> Interval {
        let g = match self.side {
            Side::From => self.device.conductance_over(Side::From, own, other),
            Side::To => self.device.conductance_over(Side::To, other, own),
        };
        if self.never {
            Interval {
                lo: g.lo.max(0.0),
                hi: g.hi.max(0.0),
            }
        } else {
            g
        }
    }
}

/// All devices between the reservoir and one other.
struct Neighbour {
    clamped: bool,
    range: Option<Interval>,
    terms: Vec<Term>,
}

impl Neighbour {
    /// What these devices add to the left side of the inequality less the right one: g to a clamp, and 2·min(0, g).
    fn surplus(&self, own: Interval, other: Interval) -> Interval {
        self.terms.iter().fold(Interval::point(0.0), |sum, term| {
            let g = term.conductance(own, other);
            let negative = Interval {
                lo: g.lo.min(0.0),
                hi: g.hi.min(0.0),
            };
            let doubled = negative + negative;
            sum + if self.clamped { g + doubled } else { doubled }
        })
    }

    /// The smallest surplus over the neighbour's states.
    fn least(&self, own: Interval, range: Interval) -> Least {
        // Beyond the resolution that the own cell allows, splitting the neighbour's range gains nothing.
        let resolved = |least: &Least| least.found - least.bound <= 1e-3 * least.found.abs();
        least_over(range, NEIGHBOUR_CELLS, resolved, |other| {
            self.surplus(own, other)
        })
    }
}

/// The inequality at one free reservoir.
struct Balance {
    leak: f64,
    range: Option<Interval>,
    neighbours: Vec<Neighbour>,
}

impl Balance {
    fn new(system: &System, region: &Region, signs: &Signs, slot: usize, links: &[usize]) -> Self {
        let free = system.free_count();
        let mut slots: Vec<usize> = Vec::new();
        let mut neighbours: Vec<Neighbour> = Vec::new();
        for &l in links {
            let link = &system.links()[l];
            let (side, other) = if link.from == slot {
                (Side::From, link.to)
            } else {
                (Side::To, link.from)
            };
            let (never, clamped) = (signs.never(l, side), other >= free);
            if never && !clamped {
                // Adds nothing to either side.
                continue;
            }
            let term = Term {
                device: link.device.clone(),
                side,
                never,
            };
            // Parallel devices see the same states, so they are bounded together.
            if let Some(n) = slots.iter().position(|&s| s == other) {
                neighbours[n].terms.push(term);
            } else {
                slots.push(other);
                neighbours.push(Neighbour {
                    clamped,
                    range: region.of(other),
                    terms: vec![term],
                });
            }
        }
        Self {
            leak: system.leak()[slot],
            range: region.of(slot),
            neighbours,
        }
    }

    /// Proves the inequality over the whole box with so many cells times neighbours, or says where it is worst (`None` in
    /// an unknown box).
    fn prove(&self, effort: usize) -> Result<(), Option<Worst>> {
        let helps_only = |n: &Neighbour| n.terms.iter().all(|term| term.never);
        if self.leak > 0.0 && self.neighbours.iter().all(helps_only) {
            return Ok(());
        }
        let ranges: Option<Vec<Interval>> = self.neighbours.iter().map(|n| n.range).collect();
        let (Some(own), Some(ranges)) = (self.range, ranges) else {
            return Err(None);
        };
        // Different neighbours move independently: the smallest sum is the sum of the smallest.
        let surplus = |own: Interval| {
            let leak = Interval::point(self.leak);
            self.neighbours
                .iter()
                .zip(&ranges)
                .fold(leak, |sum, (n, &range)| {
                    let least = n.least(own, range);
                    sum + Interval {
                        lo: least.bound,
                        hi: least.found.max(least.bound),
                    }
                })
        };
        // Where it fails at all it often fails at one of these, which spares the search.
        for share in PROBES {
            let state = own.lo + share * (own.hi - own.lo);
            if surplus(Interval::point(state)).hi <= 0.0 {
                return Err(Some(self.at(state, &ranges)));
            }
        }
        let [fewest, most] = CELLS;
        let cells = (effort / self.neighbours.len().max(1)).clamp(fewest, most);
        let decided = |least: &Least| least.bound > 0.0 || least.found <= 0.0;
        let least = least_over(own, cells, decided, surplus);
        if least.bound > 0.0 {
            Ok(())
        } else {
            Err(Some(self.at(least.at, &ranges)))
        }
    }

    /// Both sides of the inequality with the reservoir at `state` and each neighbour where that is worst.
    fn at(&self, state: f64, ranges: &[Interval]) -> Worst {
        let (mut held, mut needed) = (self.leak, 0.0);
        for (n, &range) in self.neighbours.iter().zip(ranges) {
            let other = n.least(Interval::point(state), range).at;
            for term in &n.terms {
                let g = match term.side {
                    Side::From => term.device.response(state, other).d_from,
                    Side::To => -term.device.response(other, state).d_to,
                };
                if n.clamped {
                    held += g;
                }
                needed += 2.0 * (-g).max(0.0);
            }
        }
        Worst {
            state,
            held,
            needed,
        }
    }
}
