//! How a training gets on: whether a run has stalled, and which parameters are worth keeping.

use std::ops::Range;

/// A run that gains less than this share of its loss in `patience` updates has stalled: one that is on its way by gradients
/// loses a factor of ten in that time.
pub(super) const LEAST_GAIN: f64 = 0.25;

/// The same for Gauss-Newton steps, which creep along a plateau for a hundred updates and then gain digits in ten.
pub(super) const LEAST_GAIN_OF_LEAST_SQUARES: f64 = 0.1;

/// Snapshots kept for the end, when each is confirmed: more than one, since the best may not survive that.
const CANDIDATES: usize = 6;

/// Candidates differ by at least this factor in their loss.
const CANDIDATE_GAIN: f64 = 0.8;

/// Rows that were compared at these parameters are not compared again before the path is longer than this: coordinates are
/// of order one, and a branch ends within so short a stretch about once in a thousand.
const STANDSTILL: f64 = 1e-3;

/// How the run since the last start is getting on.
#[derive(Clone, Debug)]
pub(super) struct Run {
    /// The step at which it started.
    pub(super) start: usize,
    /// The best confirmed loss, and the step at which it was last improved on by more than a little.
    pub(super) best: f64,
    pub(super) best_at: usize,
    /// The step of the last comparison with the states reached from `initial`.
    pub(super) confirmed_at: usize,
    /// The row that is compared next.
    pub(super) next_row: usize,
    /// Rows whose comparison is due and has been put off.
    pub(super) put_off: usize,
    /// How far the coordinates have come: the sum over updates of the largest change of one.
    pub(super) path: f64,
    /// The path at the last comparison.
    pub(super) path_confirmed: f64,
    /// The path at which each row was last compared.
    pub(super) path_of_row: Vec<f64>,
    /// Whether the goal was reached then.
    pub(super) is_near: bool,
    /// Comparisons that disagreed.
    pub(super) strikes: usize,
}

impl Run {
    /// A run of so many rows that starts at a step.
    pub(super) fn starting_at(step: usize, rows: usize) -> Self {
        Self {
            start: step,
            best: f64::INFINITY,
            best_at: step,
            confirmed_at: step,
            next_row: 0,
            put_off: 0,
            path: 0.0,
            path_confirmed: 0.0,
            path_of_row: vec![f64::NEG_INFINITY; rows],
            is_near: false,
            strikes: 0,
        }
    }

    /// Whether no parameter has moved worth speaking of since all these rows were compared.
    pub(super) fn has_not_moved_since(&self, rows: Range<usize>) -> bool {
        let compared_at = self.path_of_row[rows].iter();
        let first = compared_at.fold(self.path, |first, path| first.min(*path));
        self.path - first <= STANDSTILL
    }

    /// Takes in that these rows were compared.
    pub(super) fn compared(&mut self, rows: Range<usize>) {
        self.path_of_row[rows].fill(self.path);
    }

    /// Takes in a confirmed loss at a step, and whether it has gained more than this share.
    pub(super) fn note(&mut self, loss: f64, step: usize, least_gain: f64) {
        if loss < self.best * (1.0 - least_gain) {
            self.best = loss;
            self.best_at = step;
        }
    }
}

/// Parameters worth remembering.
#[derive(Clone, Debug)]
pub(super) struct Snapshot {
    pub(super) loss: f64,
    pub(super) coordinates: Vec<f64>,
}

/// The best parameters of a training, in a few steps of loss.
#[derive(Clone, Debug, Default)]
pub(super) struct Candidates(Vec<Snapshot>);

impl Candidates {
    /// Takes parameters in if they are among the best. Neighbours on the way down are one candidate: they would stand or
    /// fall together.
    pub(super) fn offer(&mut self, loss: f64, coordinates: &[f64]) {
        let position = self.0.partition_point(|snapshot| snapshot.loss <= loss);
        if let Some(better) = position.checked_sub(1) {
            if self.0.len() >= CANDIDATES || loss < self.0[better].loss / CANDIDATE_GAIN {
                return;
            }
        } else if self
            .0
            .first()
            .is_some_and(|first| loss > first.loss * CANDIDATE_GAIN)
        {
            self.0.remove(0);
        }
        self.0.insert(
            position,
            Snapshot {
                loss,
                coordinates: coordinates.to_vec(),
            },
        );
        self.0.truncate(CANDIDATES);
    }

    /// The snapshots, best first.
    pub(super) fn into_best_first(self) -> Vec<Snapshot> {
        self.0
    }
}
