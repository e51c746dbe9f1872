//! The box no state can leave, by the maximum principle: an extremal reservoir can only move back inside.

use petgraph::graph::{NodeIndex, UnGraph};

use crate::device::{Device, Interval};
use crate::network::Role;
use crate::physics::gauge::Gauge;
use crate::system::System;

/// For every reservoir the states it can be in: free ones from wherever they may start, inputs wherever they may be
/// set, biases at their value (or within their signal).
#[derive(Clone, Debug, PartialEq)]
pub struct Region {
    /// By slot; `None` where a driven cycle, or a formula that is not proved passive, leaves the states unbounded as far
    /// as is known.
    states: Vec<Option<Interval>>,
    /// All states that are set from outside.
    nominal: Interval,
}

/// Relative widening of transformed ranges: logarithms and exponentials of potentials up to some hundred lose at most
/// 1e-13, and an equilibrium constant may be off by its own rounding.
const ROUNDING: f64 = 1e-9;

impl Region {
    /// The box from all clamps (signals included), `inputs` (those that are states at all), the ground and all initial
    /// states.
    ///
    /// Where an equilibrium constant is not 1, current follows c·e^s instead of c, with ln k_eq(a→b) = s_a − s_b and
    /// s = 0 at ground: the principle then holds for c·e^s in each connected part of the free reservoirs, with the
    /// clamps around it at the values where their edges carry no current.
    #[must_use]
    pub fn new(system: &System, inputs: &[f64]) -> Self {
        let free = system.free_count();
        let mut clamps: Vec<Interval> = system
            .clamps()
            .iter()
            .map(|&c| Interval::point(c))
            .collect();
        for (c, signal) in system.signals() {
            let value = system.clamps()[*c];
            clamps[*c] = Interval::new(value + signal.lowest(), value + signal.highest());
        }
        let allowed = system.platform().state_range();
        let inputs = inputs.iter().filter(|&&u| allowed.contains(u));
        let common = inputs
            .chain(system.initial())
            .map(|&x| Interval::point(x))
            .chain(clamps.iter().copied())
            .fold(Interval::point(system.ground()), Interval::hull);
        for (clamp, role) in clamps.iter_mut().zip(&system.roles()[free..]) {
            if *role == Role::Input {
                *clamp = common;
            }
        }
        // A formula that may drive current against its force may drive states anywhere.
        let bounds = are_passive(system, &clamps, common).then_some(common);
        let mut states = vec![bounds; free];
        if bounds.is_some()
            && system
                .links()
                .iter()
                .any(|link| link.device.k_eq().ln() != 0.0)
        {
            transform(system, &clamps, &mut states);
        }
        states.extend(clamps.into_iter().map(Some));
        Self {
            states,
            nominal: common,
        }
    }

    /// The smallest range that holds all clamp values, inputs, initial states and the ground: what a formula is checked
    /// over, whether or not states are proved to stay there.
    #[must_use]
    pub fn nominal(&self) -> Interval {
        self.nominal
    }

    /// The states of the reservoir in this slot; `None` if they are not known to be bounded.
    #[must_use]
    pub fn of(&self, slot: usize) -> Option<Interval> {
        self.states[slot]
    }

    /// The smallest range that holds all states of all reservoirs; `None` if one is not known, or there are none.
    #[must_use]
    pub fn hull(&self) -> Option<Interval> {
        self.states
            .iter()
            .copied()
            .reduce(|hull, x| Some(hull?.hull(x?)))
            .flatten()
    }
}

/// Whether every device between reservoirs that can move is proved passive over the box.
fn are_passive(system: &System, clamps: &[Interval], common: Interval) -> bool {
    let free = system.free_count();
    let range = |slot: usize| {
        if slot < free {
            common
        } else {
            clamps[slot - free]
        }
    };
    // Edges often share a formula and its values.
    let mut proved: Vec<(&Device, [Interval; 2])> = Vec::new();
    for link in system.links() {
        let is_formula = link.device.formula().is_some();
        if !is_formula || (link.from >= free && link.to >= free) {
            continue;
        }
        let ranges = [range(link.from), range(link.to)];
        if proved.contains(&(&link.device, ranges)) {
            continue;
        }
        if !link.device.is_passive_over(ranges[0], ranges[1]) {
            return false;
        }
        proved.push((&link.device, ranges));
    }
    true
}

/// Replaces the ranges of free reservoirs in parts of the network where equilibrium constants differ from 1.
fn transform(system: &System, clamps: &[Interval], states: &mut [Option<Interval>]) {
    let free = states.len();
    let ground = free;
    let mut graph = UnGraph::with_capacity(free + 1, system.links().len());
    for _ in 0..=free {
        graph.add_node(());
    }
    for link in system
        .links()
        .iter()
        .filter(|l| l.from < free && l.to < free)
    {
        graph.add_edge(
            NodeIndex::new(link.from),
            NodeIndex::new(link.to),
            link.device.k_eq().ln(),
        );
    }
    for (slot, &leak) in system.leak().iter().enumerate() {
        if leak > 0.0 {
            graph.add_edge(NodeIndex::new(slot), NodeIndex::new(ground), 0.0);
        }
    }
    let gauge = Gauge::new(graph, ground);
    let point = |c: f64| Interval::point(c.ln());
    // By root: the range of ln c + s over a connected part (ground joins the parts that leak), and whether any of its
    // constants differs from 1.
    let mut parts: Vec<Option<Interval>> = vec![None; free + 1];
    let mut plain = vec![true; free + 1];
    let mut include = |slot: usize, ln_c: Interval| {
        let y = ln_c + Interval::point(gauge.potential(slot));
        let part = &mut parts[gauge.root(slot)];
        *part = Some(part.map_or(y, |part| part.hull(y)));
    };
    include(ground, point(system.ground()));
    for (slot, &initial) in system.initial().iter().enumerate() {
        include(slot, point(initial));
    }
    for link in system.links() {
        let ln_k = link.device.k_eq().ln();
        let inside = link.from.min(link.to);
        if inside < free && ln_k != 0.0 {
            plain[gauge.root(inside)] = false;
        }
        let clamp = |slot: usize| {
            let c = clamps[slot - free];
            Interval::new(c.lo.ln(), c.hi.ln())
        };
        match (link.from < free, link.to < free) {
            (true, false) => include(link.from, clamp(link.to) - Interval::point(ln_k)),
            (false, true) => include(link.to, clamp(link.from) + Interval::point(ln_k)),
            _ => {}
        }
    }
    let mut driven = vec![false; free + 1];
    for (cycle, _) in gauge.driven_cycles() {
        if let Some(&(edge, _)) = cycle.first() {
            driven[gauge.root_of_edge(edge)] = true;
        }
    }
    for (slot, state) in states.iter_mut().enumerate() {
        let root = gauge.root(slot);
        if driven[root] {
            *state = None;
        } else if !plain[root] {
            *state = parts[root].map(|y| {
                let ln_c = y - Interval::point(gauge.potential(slot));
                Interval {
                    lo: (ln_c.lo - ROUNDING).exp(),
                    hi: (ln_c.hi + ROUNDING).exp().min(f64::MAX),
                }
            });
        }
    }
}
