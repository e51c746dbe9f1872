//! A system in several states at once: as many rows of a task as a vector register has lanes.

use super::pattern::Pattern;
use super::{Group, System};
use crate::device::lanes::{Board, NOWHERE, Wire, sum_of_lanes};

/// How the devices of a system are joined in, compiled for evaluation in lanes. It stays valid while reservoirs and edges
/// are the same, whatever the parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wiring {
    pattern: Pattern,
    /// The wires of each group of devices. Those between two clamps are left out.
    wires: Vec<Vec<Wire>>,
}

impl Wiring {
    /// Compiles the wiring of a system.
    #[must_use]
    pub fn new(system: &System) -> Self {
        let pattern = Pattern::new(system);
        let n = system.free_count();
        let entry = |row: usize, column: usize| {
            let is_there = row < n && column < n;
            let entry = is_there.then(|| pattern.entry(row, column)).flatten();
            entry.map_or(NOWHERE, index)
        };
        let wires = system
            .groups
            .iter()
            .map(|group| {
                let ends = group.from.iter().zip(&group.to).enumerate();
                ends.filter(|(_, (from, to))| **from < n || **to < n)
                    .map(|(place, (&from, &to))| Wire {
                        place: index(place),
                        ends: [index(from), index(to)],
                        own: [entry(from, from), entry(to, to)],
                        cross: [entry(from, to), entry(to, from)],
                    })
                    .collect()
            })
            .collect();
        Self { pattern, wires }
    }

    /// The layout of the Jacobian.
    #[must_use]
    pub fn pattern(&self) -> &Pattern {
        &self.pattern
    }
}

/// A position, of which no network has 2³² − 1.
fn index(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(NOWHERE)
}

/// States of `L` rows, and what flows there.
#[derive(Clone, Debug, Default)]
pub struct Lanes<const L: usize> {
    /// The state of every slot: free reservoirs, then clamps.
    pub states: Vec<[f64; L]>,
    /// Net inflow into each free reservoir, leak included.
    pub net: Vec<[f64; L]>,
    /// The entries of the Jacobian, as the [`Pattern`] lays them out.
    pub entries: Vec<[f64; L]>,
}

impl<const L: usize> Lanes<L> {
    /// The lanes of a system, all clamps at their values and all reservoirs at 0.
    #[must_use]
    pub fn new(system: &System, wiring: &Wiring) -> Self {
        let zero = [0.0; L];
        let n = system.free_count();
        let mut states = vec![zero; n];
        states.extend(system.clamps().iter().map(|&clamp| [clamp; L]));
        Self {
            states,
            net: vec![zero; n],
            entries: vec![zero; wiring.pattern.entry_count()],
        }
    }
}

impl System {
    /// Evaluates net inflows and the Jacobian in all lanes.
    ///
    /// # Panics
    /// If the wiring or the lanes are not this system's.
    pub fn evaluate_lanes<const L: usize>(&self, wiring: &Wiring, lanes: &mut Lanes<L>) {
        let Lanes {
            states,
            net,
            entries,
        } = lanes;
        entries.fill([0.0; L]);
        let leaks = self.leak.iter().enumerate();
        for ((slot, &leak), (net, x)) in leaks.zip(net.iter_mut().zip(states.iter())) {
            *net = x.map(|x| -leak * (x - self.ground));
            entries[wiring.pattern.diagonal(slot)] = [-leak; L];
        }
        for (group, wires) in self.groups.iter().zip(&wiring.wires) {
            let board = Board {
                states,
                net,
                entries,
            };
            group.kernel.respond_in_lanes(&group.params, wires, board);
        }
    }

    /// Writes the net inflows at `states` to `net`: those of [`System::evaluate_lanes`] to the bit.
    ///
    /// # Panics
    /// If the wiring or the lengths are not this system's.
    pub fn net_in_lanes<const L: usize>(
        &self,
        wiring: &Wiring,
        states: &[[f64; L]],
        net: &mut [[f64; L]],
    ) {
        for ((net, x), leak) in net.iter_mut().zip(states).zip(&self.leak) {
            *net = x.map(|x| -leak * (x - self.ground));
        }
        for (group, wires) in self.groups.iter().zip(&wiring.wires) {
            let params = &group.params;
            group.kernel.currents_in_lanes(params, wires, states, net);
        }
    }

    /// Adds Σ λᵀ∂F/∂θ over all lanes for every parameter of a device to `out`, in the order of
    /// [`System::param_position`]; `adjoint` holds λ for every slot, 0 at clamps.
    ///
    /// # Panics
    /// If the wiring, the lanes or the lengths are not this system's.
    pub fn add_lane_slopes<const L: usize>(
        &self,
        wiring: &Wiring,
        lanes: &Lanes<L>,
        adjoint: &[[f64; L]],
        out: &mut [f64],
    ) {
        let mut rest = out;
        for (group, wires) in self.groups.iter().zip(&wiring.wires) {
            let (slopes, after) = rest.split_at_mut(group.slope_count());
            let params = &group.params;
            let kernel = &group.kernel;
            kernel.add_slopes_in_lanes(params, wires, &lanes.states, adjoint, slopes);
            rest = after;
        }
    }

    /// Adds Σ λ_i·∂F_i/∂leak_i over all lanes to `out[i]`.
    pub fn add_lane_leak_slopes<const L: usize>(
        &self,
        lanes: &Lanes<L>,
        adjoint: &[[f64; L]],
        out: &mut [f64],
    ) {
        for (out, (x, adjoint)) in out.iter_mut().zip(lanes.states.iter().zip(adjoint)) {
            *out -= sum_of_lanes(std::array::from_fn::<f64, L, _>(|l| {
                adjoint[l] * (x[l] - self.ground)
            }));
        }
    }

    /// How many slopes the devices have together: the length of what [`System::add_lane_slopes`] fills.
    #[must_use]
    pub fn param_count(&self) -> usize {
        self.groups.iter().map(Group::slope_count).sum()
    }

    /// Where the slope of a link's parameter `p` is in what [`System::add_lane_slopes`] fills.
    ///
    /// # Panics
    /// If there is no such link.
    #[must_use]
    pub fn param_position(&self, link: usize, p: usize) -> usize {
        self.first_slopes[link] + p
    }
}
