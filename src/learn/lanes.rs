//! Rows of a task side by side: their states are followed, and their gradients summed, one row in each lane of a vector
//! register and one block of rows on each thread.
//!
//! Rows are dealt out by their number alone and sums are taken block by block, so that the numbers are the same on any
//! number of threads. The memory is that of the blocks, however many rows there are.

use std::ops::Range;

use pulp::Arch;

use super::objective::Objective;
use super::parallel::shared;
use crate::interrupt::Interrupt;
use crate::solve::elimination::{self, Pivots};
use crate::solve::steady::{FOLLOW_ITERATIONS, LAST_FOLLOW_STEP};
use crate::system::System;
use crate::system::lanes::{Lanes, Wiring};

/// Blocks that a large task is divided into: more than most machines have cores, few enough to add up quickly.
const BLOCKS: usize = 8;

/// Devices times rows from which on blocks go to several threads: a sweep over these takes some 100 µs, and a thread
/// some 20 µs to start.
const WORTH_THREADS: usize = 20_000;

/// Between two steps of training no state moves further than this (relative) unless it jumps.
pub(super) const FURTHEST: f64 = 0.25;

/// Σ λᵀ∂F/∂θ over rows.
#[derive(Clone, Debug, Default)]
pub(super) struct Slopes {
    /// In the parameters of devices, in the order of [`System::param_position`].
    pub(super) devices: Vec<f64>,
    /// In the leak of each free reservoir.
    pub(super) leaks: Vec<f64>,
}

impl Slopes {
    fn clear(&mut self, system: &System) {
        for (slopes, count) in [
            (&mut self.devices, system.param_count()),
            (&mut self.leaks, system.free_count()),
        ] {
            slopes.clear();
            slopes.resize(count, 0.0);
        }
    }

    fn add(&mut self, other: &Self) {
        for (sum, more) in [
            (&mut self.devices, &other.devices),
            (&mut self.leaks, &other.leaks),
        ] {
            for (sum, more) in sum.iter_mut().zip(more) {
                *sum += more;
            }
        }
    }
}

/// What rows are asked for.
#[derive(Clone, Copy)]
pub(super) struct Question<'a> {
    pub(super) system: &'a System,
    pub(super) wiring: &'a Wiring,
    pub(super) objective: &'a Objective,
    /// Whether the gradient of the loss is wanted, too.
    pub(super) with_slopes: bool,
    /// Ends the following early: all further rows are then lost.
    pub(super) interrupt: &'a Interrupt,
}

/// How following went.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Followed {
    /// Newton iterations of all rows.
    pub(super) iterations: usize,
    /// Rows that could not be followed; their states are untouched, and not in the slopes.
    pub(super) lost: Vec<usize>,
    /// The first row whose gradient is infinite.
    pub(super) at_fold: Option<usize>,
}

/// All rows of a task, dealt out to blocks of lanes.
#[derive(Clone, Debug)]
pub(super) enum Team {
    /// Up to four rows: half a register of eight would be idle.
    Narrow(Vec<Block<4>>),
    /// More.
    Wide(Vec<Block<8>>),
}

impl Team {
    /// A team for the rows of an objective.
    pub(super) fn new(question: &Question) -> Self {
        if question.objective.examples().len() <= 4 {
            Self::Narrow(blocks(question))
        } else {
            Self::Wide(blocks(question))
        }
    }

    /// Follows every row from its state by Newton's method, and sums up the slopes if they are wanted.
    pub(super) fn follow(
        &mut self,
        question: &Question,
        states: &mut [Vec<f64>],
        threads: usize,
        slopes: &mut Slopes,
    ) -> Followed {
        match self {
            Self::Narrow(blocks) => follow(blocks, question, states, threads, slopes),
            Self::Wide(blocks) => follow(blocks, question, states, threads, slopes),
        }
    }
}

fn blocks<const L: usize>(question: &Question) -> Vec<Block<L>> {
    let rows = question.objective.examples().len();
    let chunks = rows.div_ceil(L);
    let is_large = rows * question.system.links().len() >= WORTH_THREADS;
    let blocks = if is_large { BLOCKS.min(chunks) } else { 1 };
    (0..blocks)
        .map(|b| {
            let (first, end) = (b * chunks / blocks, (b + 1) * chunks / blocks);
            Block::new(question, first * L..(end * L).min(rows))
        })
        .collect()
}

fn follow<const L: usize>(
    blocks: &mut [Block<L>],
    question: &Question,
    states: &mut [Vec<f64>],
    threads: usize,
    slopes: &mut Slopes,
) -> Followed {
    if let [only] = blocks {
        let followed = only.follow(question, states);
        std::mem::swap(slopes, &mut only.slopes);
        return followed;
    }
    let mut rest = states;
    let mut pieces = Vec::with_capacity(blocks.len());
    for block in blocks.iter_mut() {
        let (states, after) = rest.split_at_mut(block.rows.len());
        pieces.push((block, states));
        rest = after;
    }
    let each = shared(pieces, threads, |(block, states)| {
        block.follow(question, states)
    });
    let mut all = Followed::default();
    for followed in each {
        all.iterations += followed.iterations;
        all.lost.extend(followed.lost);
        all.at_fold = all.at_fold.or(followed.at_fold);
    }
    if question.with_slopes {
        slopes.clear(question.system);
        for block in blocks.iter() {
            slopes.add(&block.slopes);
        }
    }
    all
}

/// Neighbouring rows, followed `L` at a time in the same memory.
#[derive(Clone, Debug)]
pub(super) struct Block<const L: usize> {
    rows: Range<usize>,
    lanes: Lanes<L>,
    pivots: Pivots<L>,
    /// The states before they are followed.
    last: Vec<[f64; L]>,
    step: Vec<[f64; L]>,
    /// λ of every slot; 0 at clamps.
    adjoint: Vec<[f64; L]>,
    /// The slope of one row's loss.
    slope: Vec<f64>,
    slopes: Slopes,
}

impl<const L: usize> Block<L> {
    fn new(question: &Question, rows: Range<usize>) -> Self {
        let lanes = Lanes::new(question.system, question.wiring);
        let n = question.system.free_count();
        Self {
            rows,
            pivots: Pivots::default(),
            last: vec![[0.0; L]; n],
            step: vec![[0.0; L]; n],
            adjoint: vec![[0.0; L]; lanes.states.len()],
            slope: vec![0.0; n],
            slopes: Slopes::default(),
            lanes,
        }
    }

    /// Follows the block's rows, whose states are `states`.
    fn follow(&mut self, question: &Question, states: &mut [Vec<f64>]) -> Followed {
        if question.with_slopes {
            self.slopes.clear(question.system);
        }
        let mut all = Followed::default();
        let first = self.rows.start;
        for (chunk, states) in states.chunks_mut(L).enumerate() {
            let row = first + chunk * L;
            if question.interrupt.is_raised() {
                all.lost.extend(row..self.rows.end);
                break;
            }
            self.load(question, row, states);
            let (iterations, is_settled) = self.newton(question, states.len());
            all.iterations += iterations;
            for (l, state) in states.iter_mut().enumerate() {
                if is_settled[l] {
                    for (x, lanes) in state.iter_mut().zip(&self.lanes.states) {
                        *x = lanes[l];
                    }
                } else {
                    all.lost.push(row + l);
                }
            }
            if question.with_slopes {
                let at_fold = self.add_slopes(question, row, states, is_settled);
                all.at_fold = all.at_fold.or(at_fold);
            }
        }
        all
    }

    /// Puts the rows from `row` on into the lanes; lanes that are left over hold the last row again.
    fn load(&mut self, question: &Question, row: usize, states: &[Vec<f64>]) {
        let n = question.system.free_count();
        let row_of: [usize; L] = std::array::from_fn(|l| l.min(states.len() - 1));
        let (free, clamps) = self.lanes.states.split_at_mut(n);
        for (slot, lanes) in free.iter_mut().enumerate() {
            *lanes = row_of.map(|k| states[k][slot]);
        }
        self.last.copy_from_slice(free);
        let examples = row_of.map(|k| question.objective.examples()[row + k].inputs.as_slice());
        for (k, &slot) in question.objective.inputs().iter().enumerate() {
            clamps[slot - n] = examples.map(|inputs| inputs[k]);
        }
    }

    /// Newton's method in all lanes, of which the first `live` count. Returns the iterations of these together, and which
    /// lanes reached a state that is near and has no growing mode that a determinant could show; the others are back
    /// where they were.
    fn newton(&mut self, question: &Question, live: usize) -> (usize, [bool; L]) {
        let Question { system, wiring, .. } = *question;
        let n = system.free_count();
        let range = system.platform().state_range();
        let mut is_moving: [bool; L] = std::array::from_fn(|l| l < live);
        let mut is_settled = [false; L];
        let mut iterations = 0;
        for _ in 0..FOLLOW_ITERATIONS {
            iterations += is_moving.iter().filter(|is_moving| **is_moving).count();
            system.evaluate_lanes(wiring, &mut self.lanes);
            let Lanes {
                states,
                net,
                entries,
            } = &mut self.lanes;
            let verdicts = elimination::factorise(wiring.pattern(), entries, &mut self.pivots);
            for (step, net) in self.step.iter_mut().zip(net) {
                *step = net.map(|net| -net);
            }
            elimination::solve(wiring.pattern(), entries, &self.pivots, &mut self.step);
            let (size, is_allowed) = Arch::new().dispatch(Advance {
                x: &mut states[..n],
                step: &self.step,
                is_moving,
                least: range.least(),
            });
            for l in 0..L {
                if !is_moving[l] {
                    continue;
                }
                let is_sound = is_allowed[l] && verdicts.is_sound[l];
                let is_there = size[l] <= LAST_FOLLOW_STEP;
                if is_sound && is_there && verdicts.sign[l] > 0.0 {
                    is_settled[l] = distance(states, &self.last, l) <= FURTHEST;
                }
                if !is_sound || is_there {
                    is_moving[l] = false;
                    if !is_settled[l] {
                        reset(states, &self.last, l);
                    }
                }
            }
            if !is_moving.contains(&true) {
                return (iterations, is_settled);
            }
        }
        for l in (0..L).filter(|&l| is_moving[l]) {
            reset(&mut self.lanes.states, &self.last, l);
        }
        (iterations, is_settled)
    }

    /// Adds the slopes of the settled lanes, with the factors of the last iteration: within a relative 1e-6 of the state,
    /// as far as the last step. Returns the first row that has none.
    fn add_slopes(
        &mut self,
        question: &Question,
        row: usize,
        states: &[Vec<f64>],
        is_settled: [bool; L],
    ) -> Option<usize> {
        let Question {
            system,
            wiring,
            objective,
            ..
        } = *question;
        let n = system.free_count();
        let adjoint = &mut self.adjoint[..n];
        adjoint.fill([0.0; L]);
        for (l, x) in states.iter().enumerate().filter(|(l, _)| is_settled[*l]) {
            self.slope.fill(0.0);
            objective.add_row_slope(row + l, x, &mut self.slope);
            for &slot in objective.outputs() {
                adjoint[slot][l] = -self.slope[slot];
            }
        }
        elimination::solve_transposed(wiring.pattern(), &self.lanes.entries, &self.pivots, adjoint);
        let mut at_fold = None;
        for l in 0..L {
            let is_finite = adjoint.iter().all(|adjoint| adjoint[l].is_finite());
            if is_settled[l] && !is_finite {
                at_fold = at_fold.or(Some(row + l));
            }
            if !is_settled[l] || !is_finite {
                for adjoint in adjoint.iter_mut() {
                    adjoint[l] = 0.0;
                }
            }
        }
        let Slopes { devices, leaks } = &mut self.slopes;
        system.add_lane_slopes(wiring, &self.lanes, &self.adjoint, devices);
        system.add_lane_leak_slopes(&self.lanes, &self.adjoint, leaks);
        at_fold
    }
}

/// Takes the step in the lanes that move. Returns the size of each lane's step relative to 1 + max|x|, and where the laws
/// are still defined.
struct Advance<'s, const L: usize> {
    x: &'s mut [[f64; L]],
    step: &'s [[f64; L]],
    is_moving: [bool; L],
    /// Below every state that the laws are defined for.
    least: f64,
}

impl<const L: usize> pulp::NullaryFnOnce for Advance<'_, L> {
    type Output = ([f64; L], [bool; L]);

    #[inline(always)]
    fn call(self) -> Self::Output {
        let (mut top_step, mut top, mut is_allowed) = ([0.0_f64; L], [0.0_f64; L], [true; L]);
        for (x, step) in self.x.iter_mut().zip(self.step) {
            for l in 0..L {
                top_step[l] = top_step[l].max(step[l].abs());
                top[l] = top[l].max(x[l].abs());
                x[l] += if self.is_moving[l] { step[l] } else { 0.0 };
                is_allowed[l] &= x[l] > self.least && x[l] <= f64::MAX;
            }
        }
        for l in 0..L {
            top_step[l] /= 1.0 + top[l];
        }
        (top_step, is_allowed)
    }
}

/// The largest difference in a lane relative to 1 + max|last|.
fn distance<const L: usize>(x: &[[f64; L]], last: &[[f64; L]], l: usize) -> f64 {
    let (difference, top) = x
        .iter()
        .zip(last)
        .fold((0.0_f64, 0.0_f64), |(d, top), (x, last)| {
            (d.max((x[l] - last[l]).abs()), top.max(last[l].abs()))
        });
    difference / (1.0 + top)
}

fn reset<const L: usize>(x: &mut [[f64; L]], last: &[[f64; L]], l: usize) {
    for (x, last) in x.iter_mut().zip(last) {
        x[l] = last[l];
    }
}
