//! Other stable states: the dynamics started from many places in the box.

use super::steady::{self, Options, SteadyState};
use crate::physics::certificates::Certificates;
use crate::system::System;

/// Starts tried: the two corners of the box that attract in a cooperative network, its middle, and scattered ones.
const STARTS: usize = 10;

/// Steps allowed from each start in networks of up to 100 free reservoirs: enough for a bistable network, and short where
/// nothing settles.
const STEPS: usize = 3_000;

/// Networks larger than this are not searched: in the steps that some seconds allow, nothing would settle.
const MOST_FREE: usize = 3_000;

/// Steps allowed from each start, so that a search takes seconds: a step costs in proportion to the reservoirs.
fn steps_for(free: usize) -> usize {
    STEPS.min(STEPS * 100 / free.max(1))
}

/// Two states further apart than this (relative to 1 + max|x|) are two states: the solver knows each to 1e-9.
const APART: f64 = 1e-6;

/// Looks for a stable state other than `known` with the same island totals, among starts inside `ranges`.
#[must_use]
pub fn another_stable_state(
    system: &System,
    known: &SteadyState,
    ranges: &[[f64; 2]],
) -> Option<SteadyState> {
    let has_starts = !ranges.is_empty() && ranges.len() <= MOST_FREE;
    if !known.is_settled() || ranges.len() != system.free_count() || !has_starts {
        return None;
    }
    let totals = system.island_totals(&known.x);
    let options = Options {
        max_steps: steps_for(system.free_count()),
        lists_eigenvalues: false,
        ..Options::default()
    };
    (0..STARTS).find_map(|start| {
        let mut x: Vec<f64> = ranges
            .iter()
            .enumerate()
            .map(|(i, &[lo, hi])| lo + (hi - lo) * share(start, i))
            .collect();
        give_totals(system, &totals, &mut x);
        if !x
            .iter()
            .all(|&x| system.platform().state_range().contains(x))
        {
            return None;
        }
        let found = steady::solve_from(system, &x, &options);
        (found.is_settled() && are_apart(&found.x, &known.x)).then_some(found)
    })
}

/// Sets `unique` to false where it is unknown and a second stable state is found.
pub fn refute_unique(system: &System, known: &SteadyState, certificates: &mut Certificates) {
    if certificates.unique.verdict().is_some() {
        return;
    }
    let ranges: Option<Vec<[f64; 2]>> = (0..system.free_count())
        .map(|slot| {
            certificates
                .region
                .of(slot)
                .map(|states| [states.lo, states.hi])
        })
        .collect();
    if ranges.is_some_and(|ranges| another_stable_state(system, known, &ranges).is_some()) {
        certificates.unique.refute();
    }
}

/// Where in its range reservoir `i` starts: all low, all high, all in the middle, then scattered evenly by the
/// additive recurrence of the golden ratio, the same on every run.
fn share(start: usize, i: usize) -> f64 {
    match start {
        0 => 0.0,
        1 => 1.0,
        2 => 0.5,
        _ => ((start * 31 + i + 1) as f64 * 0.618_033_988_749_894_9).fract(),
    }
}

/// Moves the reservoirs of each island alike until it holds its total.
fn give_totals(system: &System, totals: &[f64], x: &mut [f64]) {
    let capacity = system.capacity();
    for ((island, total), now) in system
        .islands()
        .iter()
        .zip(totals)
        .zip(system.island_totals(x))
    {
        let sum: f64 = island.iter().map(|&i| capacity[i]).sum();
        for &i in island {
            x[i] += (total - now) / sum;
        }
    }
}

fn are_apart(p: &[f64], q: &[f64]) -> bool {
    let scale = 1.0 + q.iter().fold(0.0_f64, |top, x| top.max(x.abs()));
    p.iter().zip(q).any(|(p, q)| (p - q).abs() > APART * scale)
}
