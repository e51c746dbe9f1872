//! Relaxation of several rows of a task at once, one in each lane: the same method as one row's, with the same control of
//! the error, and a step of its own for every lane.
//!
//! What a lane does depends on nothing in the others: a row moves to the same bits in any company. Its linear systems are
//! solved without exchanges; a lane where these would be needed is given up, and is for the method of one row.

use pulp::Arch;

use super::{Options, error_scale, first_step};
use crate::solve::elimination::{self, Pivots};
use crate::solve::rodas4::{COUPLING, GAMMA, STAGES, STATE};
use crate::system::System;
use crate::system::lanes::{Lanes, Wiring};

/// A step that would have to be shorter than this (units of the inverse reference rate) is left to the method of one row,
/// which knows where time cannot be resolved any more.
const SHORTEST: f64 = 1e-12;

/// The first step moves states by this share of what errors are measured against. Larger than that of one row, which must
/// not fail: a rejection costs as little as the step, and most often two or three steps are saved.
const FIRST_MOVE: f64 = 0.1;

/// What became of a lane's attempt to take a step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Attempt {
    /// The lane was not asked for one.
    #[default]
    Idle,
    /// The step was taken.
    Taken,
    /// The error was too large; the next attempt will be shorter.
    Rejected,
    /// No step can be taken here.
    Failed,
}

/// The motion of `L` rows of one system, signals left out.
#[derive(Clone, Debug)]
pub struct LaneRelaxation<const L: usize> {
    options: Options,
    /// The absolute part of the allowed error.
    scale: f64,
    /// The states, and what was evaluated there.
    lanes: Lanes<L>,
    /// How far each lane has come.
    time: [f64; L],
    /// The step that each lane tries next; 0 before its first.
    next_step: [f64; L],
    /// The argument of a stage, clamps included.
    argument: Vec<[f64; L]>,
    /// Net inflow there.
    net: Vec<[f64; L]>,
    /// The vectors u_1 … u_6 of the stages, one after the other.
    stages: Vec<[f64; L]>,
    factors: Vec<[f64; L]>,
    pivots: Pivots<L>,
}

impl<const L: usize> LaneRelaxation<L> {
    /// Memory for rows of a system, all of them at its initial state and with its clamps at their values.
    #[must_use]
    pub fn new(system: &System, wiring: &Wiring) -> Self {
        let lanes = Lanes::new(system, wiring);
        let zero = [0.0; L];
        let mut relaxation = Self {
            options: Options::default(),
            scale: 0.0,
            time: zero,
            next_step: zero,
            argument: lanes.states.clone(),
            net: vec![zero; lanes.net.len()],
            stages: vec![zero; STAGES * lanes.net.len()],
            factors: lanes.entries.clone(),
            pivots: Pivots::default(),
            lanes,
        };
        relaxation.start(system, Options::default(), |_| {});
        relaxation
    }

    /// Puts all rows to the initial state; `ask` sets their clamps, which come in order after the free reservoirs' slots.
    pub fn start(&mut self, system: &System, options: Options, ask: impl FnOnce(&mut [[f64; L]])) {
        self.options = options;
        self.scale = error_scale(system, options);
        self.time = [0.0; L];
        self.next_step = [0.0; L];
        let (free, clamps) = self.lanes.states.split_at_mut(system.free_count());
        for (x, &initial) in free.iter_mut().zip(system.initial()) {
            *x = [initial; L];
        }
        ask(clamps);
        self.argument.copy_from_slice(&self.lanes.states);
    }

    /// The state of every slot: free reservoirs, then clamps.
    #[must_use]
    pub fn states(&self) -> &[[f64; L]] {
        &self.lanes.states
    }

    /// How long each lane has moved.
    #[must_use]
    pub fn time(&self) -> [f64; L] {
        self.time
    }

    /// Net inflow and Jacobian at the states, from the last [`LaneRelaxation::evaluate`].
    #[must_use]
    pub fn evaluated(&self) -> &Lanes<L> {
        &self.lanes
    }

    /// Evaluates net inflow and Jacobian at the states: to be done before each attempt.
    pub fn evaluate(&mut self, system: &System, wiring: &Wiring) {
        system.evaluate_lanes(wiring, &mut self.lanes);
    }

    /// Newton's step −J⁻¹F from the states, and the lanes where it can be trusted.
    pub fn newton_step(&mut self, wiring: &Wiring) -> (&[[f64; L]], [bool; L]) {
        self.factors.copy_from_slice(&self.lanes.entries);
        let verdicts =
            elimination::factorise(wiring.pattern(), &mut self.factors, &mut self.pivots);
        let step = &mut self.stages[..self.lanes.net.len()];
        for (step, net) in step.iter_mut().zip(&self.lanes.net) {
            *step = net.map(|net| -net);
        }
        elimination::solve(wiring.pattern(), &self.factors, &self.pivots, step);
        (step, verdicts.is_sound)
    }

    /// Tries one step in the lanes that are asked for one.
    pub fn attempt(
        &mut self,
        system: &System,
        wiring: &Wiring,
        is_asked: [bool; L],
    ) -> [Attempt; L] {
        let h = self.step_sizes(system, is_asked);
        let per_time = h.map(|h| 1.0 / h);
        self.shift(system, wiring, &per_time);
        let verdicts =
            elimination::factorise(wiring.pattern(), &mut self.factors, &mut self.pivots);
        let n = system.free_count();
        let least = system.platform().state_range().least();
        let mut is_allowed = [true; L];
        for stage in 0..STAGES {
            let (before, this) = self.stages.split_at_mut(stage * n);
            let this = &mut this[..n];
            if stage == 0 {
                this.copy_from_slice(&self.lanes.net);
            } else {
                Arch::new().dispatch(Argument {
                    x: &self.lanes.states[..n],
                    stages: before,
                    weights: &STATE[stage][..stage],
                    out: &mut self.argument[..n],
                });
                hold_allowed(
                    &mut self.argument[..n],
                    &self.lanes.states[..n],
                    least,
                    &mut is_allowed,
                );
                system.net_in_lanes(wiring, &self.argument, &mut self.net);
                Arch::new().dispatch(RightHandSide {
                    net: &self.net,
                    capacity: system.capacity(),
                    stages: before,
                    weights: &COUPLING[stage][..stage],
                    per_time: &per_time,
                    out: this,
                });
            }
            elimination::solve(wiring.pattern(), &self.factors, &self.pivots, this);
        }
        let last = &self.stages[(STAGES - 1) * n..];
        let (x, argument) = (&mut self.lanes.states[..n], &mut self.argument[..n]);
        let error = Arch::new().dispatch(Landing {
            x,
            last,
            argument,
            scale: self.scale,
            relative: self.options.relative,
        });
        hold_allowed(argument, x, least, &mut is_allowed);
        let mut attempts = [Attempt::Idle; L];
        let mut is_taken = [false; L];
        for l in (0..L).filter(|&l| is_asked[l]) {
            let is_sound = verdicts.is_sound[l];
            let error = if is_allowed[l] && is_sound {
                error[l]
            } else {
                f64::INFINITY
            };
            is_taken[l] = error <= 1.0;
            self.time[l] += if is_taken[l] { h[l] } else { 0.0 };
            let shortened = if error.is_finite() {
                step_factor(error)
            } else {
                0.1
            };
            self.next_step[l] = h[l]
                * if is_taken[l] {
                    step_factor(error)
                } else {
                    shortened.min(0.9)
                };
            attempts[l] = if is_taken[l] {
                Attempt::Taken
            } else if is_sound && self.next_step[l] > SHORTEST {
                Attempt::Rejected
            } else {
                Attempt::Failed
            };
        }
        for (x, argument) in x.iter_mut().zip(argument) {
            for l in 0..L {
                x[l] = if is_taken[l] { argument[l] } else { x[l] };
            }
        }
        attempts
    }

    /// The step that each lane tries; a lane that is not asked tries one that does no harm.
    fn step_sizes(&mut self, system: &System, is_asked: [bool; L]) -> [f64; L] {
        let n = system.free_count();
        let Lanes { states, net, .. } = &self.lanes;
        for l in (0..L).filter(|&l| is_asked[l]) {
            if self.next_step[l] <= 0.0 || !self.next_step[l].is_finite() {
                let values = net.iter().zip(states).map(|(net, x)| (net[l], x[l]));
                let values = values.take(n).zip(system.capacity());
                self.next_step[l] = first_step(FIRST_MOVE, values, self.scale, self.options);
            }
        }
        std::array::from_fn(|l| if is_asked[l] { self.next_step[l] } else { 1.0 })
    }

    /// C/(γh) − J, not yet factorised.
    fn shift(&mut self, system: &System, wiring: &Wiring, per_time: &[f64; L]) {
        for (factor, entry) in self.factors.iter_mut().zip(&self.lanes.entries) {
            *factor = entry.map(|entry| -entry);
        }
        let shift = per_time.map(|per_time| per_time / GAMMA);
        for (slot, capacity) in system.capacity().iter().enumerate() {
            let diagonal = &mut self.factors[wiring.pattern().diagonal(slot)];
            for l in 0..L {
                diagonal[l] += capacity * shift[l];
            }
        }
    }
}

/// The factor by which the next step may differ, as for one row: 0.9·error^(−¼) within bounds.
fn step_factor(error: f64) -> f64 {
    if error > 0.0 {
        (0.9 / error.sqrt().sqrt()).clamp(0.1, 6.0)
    } else {
        6.0
    }
}

/// Notes the lanes that have left the states the laws are defined for, all above `least`, and puts them back to `x`.
fn hold_allowed<const L: usize>(
    argument: &mut [[f64; L]],
    x: &[[f64; L]],
    least: f64,
    is_allowed: &mut [bool; L],
) {
    let is_inside = Arch::new().dispatch(Inside { x: argument, least });
    for l in (0..L).filter(|&l| !is_inside[l]) {
        is_allowed[l] = false;
        for (argument, x) in argument.iter_mut().zip(x) {
            argument[l] = x[l];
        }
    }
}

/// The lanes in which all states are finite and above `least`.
struct Inside<'s, const L: usize> {
    x: &'s [[f64; L]],
    least: f64,
}

impl<const L: usize> pulp::NullaryFnOnce for Inside<'_, L> {
    type Output = [bool; L];

    #[inline(always)]
    fn call(self) -> [bool; L] {
        let mut is_inside = [true; L];
        for x in self.x {
            for l in 0..L {
                is_inside[l] &= x[l] > self.least && x[l] <= f64::MAX;
            }
        }
        is_inside
    }
}

/// x + Σ_j weights_j·u_j.
struct Argument<'s, const L: usize> {
    x: &'s [[f64; L]],
    stages: &'s [[f64; L]],
    weights: &'s [f64],
    out: &'s mut [[f64; L]],
}

impl<const L: usize> pulp::NullaryFnOnce for Argument<'_, L> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let n = self.x.len();
        for (i, (out, x)) in self.out.iter_mut().zip(self.x).enumerate() {
            *out = *x;
            for (j, weight) in self.weights.iter().enumerate() {
                let u = &self.stages[j * n + i];
                for l in 0..L {
                    out[l] += weight * u[l];
                }
            }
        }
    }
}

/// net + (C/h)·Σ_j weights_j·u_j.
struct RightHandSide<'s, const L: usize> {
    net: &'s [[f64; L]],
    capacity: &'s [f64],
    stages: &'s [[f64; L]],
    weights: &'s [f64],
    /// 1/h.
    per_time: &'s [f64; L],
    out: &'s mut [[f64; L]],
}

impl<const L: usize> pulp::NullaryFnOnce for RightHandSide<'_, L> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let n = self.net.len();
        for (i, ((out, net), capacity)) in self
            .out
            .iter_mut()
            .zip(self.net)
            .zip(self.capacity)
            .enumerate()
        {
            let mut sum = [0.0; L];
            for (j, weight) in self.weights.iter().enumerate() {
                let u = &self.stages[j * n + i];
                for l in 0..L {
                    sum[l] += weight * u[l];
                }
            }
            for l in 0..L {
                out[l] = net[l] + capacity * self.per_time[l] * sum[l];
            }
        }
    }
}

/// The new state, argument + u_6, and the largest estimated error in units of what is allowed.
struct Landing<'s, const L: usize> {
    x: &'s [[f64; L]],
    last: &'s [[f64; L]],
    argument: &'s mut [[f64; L]],
    scale: f64,
    relative: f64,
}

impl<const L: usize> pulp::NullaryFnOnce for Landing<'_, L> {
    type Output = [f64; L];

    #[inline(always)]
    fn call(self) -> [f64; L] {
        let mut worst = [0.0_f64; L];
        for ((argument, x), last) in self.argument.iter_mut().zip(self.x).zip(self.last) {
            for l in 0..L {
                argument[l] += last[l];
                let size = argument[l].abs().max(x[l].abs());
                let ratio = last[l].abs() / (self.scale + self.relative * size);
                // What is not a number counts as infinite.
                worst[l] = if ratio <= f64::MAX {
                    worst[l].max(ratio)
                } else {
                    f64::INFINITY
                };
            }
        }
        worst
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::{Device, Kind, Platform};
    use crate::network::{Network, Node, Role};
    use crate::solve::relax::Relaxation;

    /// An input, three reservoirs with unequal capacities, and dots with NDC from layer to layer.
    fn system() -> System {
        let mut network = Network::new(Platform::Electronic);
        let mut node = |role: Role, value: f64, capacity: f64| {
            let id = network.fresh_node_id(role);
            let mut node = Node::new(id, role, Platform::Electronic);
            (node.value, node.capacity, node.leak) = (value, capacity, 0.3);
            network.add_node(node).unwrap()
        };
        let (input, rail) = (node(Role::Input, 2.0, 1.0), node(Role::Bias, -3.0, 1.0));
        let hidden = [node(Role::Hidden, 0.0, 1.0), node(Role::Hidden, 0.0, 0.2)];
        let output = node(Role::Output, 0.0, 4.0);
        let pairs = hidden.map(|h| [(input, h), (rail, h), (h, output)]);
        for (k, &(from, to)) in pairs.as_flattened().iter().enumerate() {
            let named = [
                ("tunnel_rate", 0.4 + 0.3 * k as f64),
                ("level", -2.0),
                ("shift", 0.9),
            ];
            let device = Device::with(Kind::QuantumDot, &named).unwrap();
            let id = network.fresh_edge_id();
            network.add_edge(id, from, to, device).unwrap();
        }
        System::new(&network)
    }

    #[test]
    fn a_lane_moves_as_its_row_alone() {
        const L: usize = 4;
        let mut system = system();
        let wiring = Wiring::new(&system);
        let n = system.free_count();
        let inputs = [2.0, -1.0, 0.5, 5.0];
        let options = Options {
            relative: 1e-5,
            absolute: 1e-7,
        };
        let mut lanes = LaneRelaxation::<L>::new(&system, &wiring);
        lanes.start(&system, options, |clamps| clamps[0] = inputs);
        let mut alone = inputs.map(|_| Relaxation::new(&system, system.initial(), 0.0, options));
        for _ in 0..120 {
            lanes.evaluate(&system, &wiring);
            let attempts = lanes.attempt(&system, &wiring, [true, true, false, true]);
            assert_eq!(attempts[2], Attempt::Idle);
            for l in (0..L).filter(|&l| attempts[l] == Attempt::Taken) {
                system.set_clamp(n, inputs[l]);
                let time = lanes.time()[l];
                alone[l].advance(&system, time, 100).unwrap();
                let mut x = vec![0.0; n];
                alone[l].sample(time, &mut x);
                for (lane, x) in lanes.states().iter().zip(x) {
                    // Errors of 1e-5 a step on either side, and of interpolation.
                    assert!(
                        (lane[l] - x).abs() < 1e-4 * (1.0 + x.abs()),
                        "{l} at {time}"
                    );
                }
            }
        }
        // At rest by then, and at the same place; the idle lane has stayed where it was.
        assert!(alone[0].steps() > 20);
        assert!(
            lanes.states()[..n]
                .iter()
                .all(|x| x[2].abs() < f64::MIN_POSITIVE)
        );
        let (step, is_sound) = lanes.newton_step(&wiring);
        assert_eq!(is_sound, [true; L]);
        for l in [0, 1, 3] {
            assert!(step.iter().all(|step| step[l].abs() < 1e-4));
        }
    }

    #[test]
    fn a_lane_is_the_same_in_any_company() {
        let system = system();
        let wiring = Wiring::new(&system);
        let run = |inputs: [f64; 4]| {
            let mut lanes = LaneRelaxation::<4>::new(&system, &wiring);
            lanes.start(&system, Options::live(), |clamps| clamps[0] = inputs);
            for _ in 0..25 {
                lanes.evaluate(&system, &wiring);
                lanes.attempt(&system, &wiring, [true; 4]);
            }
            lanes
                .states()
                .iter()
                .map(|x| x[1].to_bits())
                .collect::<Vec<u64>>()
        };
        assert_eq!(run([0.0, 1.5, 2.0, -7.0]), run([9.0, 1.5, -3.0, 0.1]));
    }
}
