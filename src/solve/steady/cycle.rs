//! Limit cycles: a trajectory that passes through the same point twice with the same speed will do so for ever.
//!
//! The state at some moment is taken as a mark (Brent's cycle finding: marks are renewed at step counts that double, so
//! that one comes after the transient has died out). The plane through the mark, at right angles to the motion there,
//! is a Poincaré section; returns to the mark itself are what counts.

use super::super::relax::Relaxation;
use crate::system::System;

/// Returns this close to the mark, relative to the size of the orbit, close it: a hundred times the error of the
/// integration over a period.
const CLOSED: f64 = 1e-6;

/// An orbit smaller than this (relative to 1 + max|x|) is a state settling, not a cycle.
const SMALLEST: f64 = 1e-4;

/// Returns in succession that must agree before a cycle is reported.
const RETURNS: usize = 3;

/// Points per step at which the extremes of the orbit are looked for.
const SAMPLES: usize = 16;

/// Bisections that locate a crossing in time to rounding.
const BISECTIONS: usize = 60;

/// A closed orbit.
pub(super) struct Cycle {
    /// Its period.
    pub(super) period: f64,
    /// Smallest and largest state of each free reservoir.
    pub(super) range: Vec<[f64; 2]>,
}

/// Watches a trajectory for returns.
pub(super) struct Recurrence {
    mark: Vec<f64>,
    /// Velocity at the mark.
    normal: Vec<f64>,
    marked_at: f64,
    /// The step count at which the next mark is set.
    next_mark: usize,
    range: Vec<[f64; 2]>,
    returns: usize,
    buffer: Vec<f64>,
}

impl Recurrence {
    pub(super) fn new(system: &System) -> Self {
        let n = system.free_count();
        Self {
            mark: Vec::new(),
            normal: Vec::new(),
            marked_at: 0.0,
            next_mark: 64,
            range: vec![[f64::INFINITY, f64::NEG_INFINITY]; n],
            returns: 0,
            buffer: vec![0.0; n],
        }
    }

    /// Looks at the step just taken.
    pub(super) fn observe(&mut self, system: &System, relaxation: &Relaxation) -> Option<Cycle> {
        if relaxation.steps() >= self.next_mark {
            self.next_mark = relaxation.steps() * 2;
            self.set_mark(system, relaxation);
            return None;
        }
        if self.mark.is_empty() {
            return None;
        }
        self.widen(relaxation);
        let (start, end) = (relaxation.time_before(), relaxation.time());
        if !(self.side(relaxation, start) < 0.0 && self.side(relaxation, end) >= 0.0) {
            return None;
        }
        let (mut before, mut after) = (start, end);
        for _ in 0..BISECTIONS {
            let middle = 0.5 * (before + after);
            if self.side(relaxation, middle) < 0.0 {
                before = middle;
            } else {
                after = middle;
            }
        }
        relaxation.sample(after, &mut self.buffer);
        let size = self
            .range
            .iter()
            .fold(0.0_f64, |top, [lo, hi]| top.max(hi - lo));
        let distance = self
            .buffer
            .iter()
            .zip(&self.mark)
            .fold(0.0_f64, |top, (x, mark)| top.max((x - mark).abs()));
        if distance > CLOSED * size {
            // Another branch of the same orbit may cross the plane elsewhere; a near miss is a transient still dying
            // out, for which the next mark comes soon enough.
            if distance < 1e-2 * size {
                self.mark.clear();
            }
            return None;
        }
        let scale = 1.0 + self.mark.iter().fold(0.0_f64, |top, x| top.max(x.abs()));
        self.returns += 1;
        if size < SMALLEST * scale || self.returns < RETURNS {
            return None;
        }
        Some(Cycle {
            period: (after - self.marked_at) / self.returns as f64,
            range: self.range.clone(),
        })
    }

    fn set_mark(&mut self, system: &System, relaxation: &Relaxation) {
        self.mark = relaxation.state().to_vec();
        let net = system.flow(&self.mark).net;
        self.normal = net
            .iter()
            .zip(system.capacity())
            .map(|(net, capacity)| net / capacity)
            .collect();
        self.marked_at = relaxation.time();
        self.range = self.mark.iter().map(|&x| [x, x]).collect();
        self.returns = 0;
    }

    /// On which side of the section the trajectory is.
    fn side(&mut self, relaxation: &Relaxation, t: f64) -> f64 {
        relaxation.sample(t, &mut self.buffer);
        self.buffer
            .iter()
            .zip(&self.mark)
            .zip(&self.normal)
            .map(|((x, mark), v)| (x - mark) * v)
            .sum()
    }

    fn widen(&mut self, relaxation: &Relaxation) {
        let (start, end) = (relaxation.time_before(), relaxation.time());
        for k in 1..=SAMPLES {
            relaxation.sample(
                start + (end - start) * k as f64 / SAMPLES as f64,
                &mut self.buffer,
            );
            for ([lo, hi], &x) in self.range.iter_mut().zip(&self.buffer) {
                *lo = lo.min(x);
                *hi = hi.max(x);
            }
        }
    }
}
