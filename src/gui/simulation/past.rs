//! The last half minute of the animation: states with the parameters they had, to go back to.

use std::collections::VecDeque;
use std::sync::Arc;

use super::{Ledger, Simulation};
use crate::system::System;

/// How many seconds of animation can be gone back.
pub(crate) const LONGEST: f64 = 30.0;

/// Moments are at least this far apart, in seconds; large networks, whose parameters take room, are remembered less often.
const APART: f64 = 1.0 / 60.0;
const APART_PER_LINK: f64 = 2e-5;

/// The run at one moment.
#[derive(Clone, Debug)]
pub(super) struct Moment {
    /// Seconds of animation since the program began.
    clock: f64,
    t: f64,
    x: Box<[f64]>,
    ledger: Ledger,
    /// The network with the parameters and the clamps of that moment.
    system: Arc<System>,
}

/// What can be gone back to, and where the run is while it is looked at.
#[derive(Clone, Debug, Default)]
pub(super) struct Past {
    moments: VecDeque<Moment>,
    clock: f64,
    /// Where the run was when the past was entered, and how far back is looked.
    left: Option<(Moment, f64)>,
}

impl Past {
    pub(super) fn clear(&mut self) {
        self.moments.clear();
        self.left = None;
    }
}

impl Simulation {
    /// Keeps this moment. `seconds` have passed since the last one.
    pub(super) fn remember(&mut self, seconds: f64) {
        self.past.clock += seconds;
        let apart = APART.max(APART_PER_LINK * self.system.links().len() as f64);
        let last = self.past.moments.back().map(|moment| moment.clock);
        // A frame that comes a little early is a frame all the same.
        if last.is_some_and(|last| self.past.clock - last < 0.9 * apart) {
            return;
        }
        let moment = self.moment();
        self.past.moments.push_back(moment);
        let oldest = self.past.clock - LONGEST;
        while self
            .past
            .moments
            .front()
            .is_some_and(|moment| moment.clock < oldest)
        {
            self.past.moments.pop_front();
        }
    }

    fn moment(&self) -> Moment {
        Moment {
            clock: self.past.clock,
            t: self.t,
            x: self.x.clone().into(),
            ledger: self.ledger,
            system: Arc::clone(&self.system),
        }
    }

    fn show(&mut self, moment: &Moment) {
        self.system = Arc::clone(&moment.system);
        self.x = moment.x.to_vec();
        self.t = moment.t;
        self.ledger = moment.ledger;
        self.restart();
    }

    /// Holds time and shows the run as it was so many seconds of animation ago; 0 is where it was left.
    pub(crate) fn scrub(&mut self, seconds: f64) {
        if !seconds.is_finite() {
            return;
        }
        self.is_playing = false;
        let left = match self.past.left.take() {
            Some((left, _)) => left,
            None => self.moment(),
        };
        let wanted = left.clock - seconds.max(0.0);
        let after = self
            .past
            .moments
            .partition_point(|moment| moment.clock <= wanted);
        let moment = match self.past.moments.get(after.saturating_sub(1)) {
            Some(moment) if seconds > 0.0 => moment.clone(),
            _ => left.clone(),
        };
        let back = left.clock - moment.clock;
        self.show(&moment);
        self.past.left = (back > 0.0).then_some((left, back));
    }

    /// How many seconds ago what is shown was, if that is the past.
    pub(crate) fn looks_back(&self) -> Option<f64> {
        self.past.left.as_ref().map(|(_, back)| *back)
    }

    /// How many seconds can be gone back.
    pub(crate) fn reach(&self) -> f64 {
        let now = self
            .past
            .left
            .as_ref()
            .map_or(self.past.clock, |(left, _)| left.clock);
        let first = self.past.moments.front().map_or(now, |moment| moment.clock);
        now - first
    }

    /// Goes on from the moment that is shown, with the parameters of today: what came after it is forgotten.
    pub(super) fn stay(&mut self) {
        let Some((left, back)) = self.past.left.take() else {
            return;
        };
        self.past.clock = left.clock - back;
        let now = self.past.clock;
        self.past.moments.retain(|moment| moment.clock <= now);
        let stored = self.total();
        self.system = left.system;
        // Another capacity stores more or less at the same potential, without any flow.
        self.ledger.opened += self.total() - stored;
        let t = self.t;
        self.traces.retain(|(at, _)| *at <= t);
        self.tail.clear();
        self.restart();
    }
}
