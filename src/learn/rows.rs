//! The settled states of all rows of a task: from scratch, or followed from the last parameters.

use super::gradient::{RowRule, Settled, add_row_gradient};
use super::objective::Objective;
use super::parameters::Parameters;
use crate::solve::linear::Factor;
use crate::solve::relax::Options as RelaxOptions;
use crate::solve::steady::{self, Followed, Options};
use crate::system::{Flow, System};

/// A row that reaches no steady state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("row {row} of the task reaches no steady state; look at it with `solve`")]
pub struct Unsettled {
    /// Its position.
    pub row: usize,
}

/// How a row's state is found when it cannot be followed.
#[must_use]
pub fn strict(is_unique: bool) -> Options {
    Options {
        is_unique,
        ..Options::default()
    }
}

/// The same with an accuracy that only has to choose between basins; the state itself is polished all the same.
#[must_use]
pub fn quick(is_unique: bool) -> Options {
    let relax = RelaxOptions {
        relative: 1e-4,
        absolute: 1e-5,
    };
    Options {
        is_unique,
        relax,
        max_steps: 5_000,
        ..Options::default()
    }
}

/// The settled state of every row.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    /// Empty where a row has not settled yet.
    states: Vec<Vec<f64>>,
    factors: Vec<Option<Factor>>,
    flow: Flow,
    iterations: usize,
}

impl Rows {
    /// No states yet.
    #[must_use]
    pub fn new(objective: &Objective) -> Self {
        let rows = objective.examples().len();
        Self {
            states: vec![Vec::new(); rows],
            factors: vec![None; rows],
            flow: Flow::default(),
            iterations: 0,
        }
    }

    /// The state of a row; empty before it has settled.
    #[must_use]
    pub fn state(&self, row: usize) -> &[f64] {
        &self.states[row]
    }

    /// Newton iterations of all followed rows so far: one evaluation and one factorisation each.
    #[must_use]
    pub fn iterations(&self) -> usize {
        self.iterations
    }

    /// Settles every row from `initial`. Returns the loss.
    ///
    /// # Errors
    /// The first row without a steady state.
    pub fn settle(
        &mut self,
        system: &mut System,
        objective: &Objective,
        options: &Options,
    ) -> Result<f64, Unsettled> {
        let mut loss = 0.0;
        for row in 0..self.states.len() {
            objective.ask(system, row);
            self.settle_row(system, row, options)?;
            loss += objective.row_loss(row, &self.states[row]);
        }
        Ok(loss)
    }

    fn settle_row(
        &mut self,
        system: &System,
        row: usize,
        options: &Options,
    ) -> Result<(), Unsettled> {
        let found = steady::solve(system, options);
        if !found.is_settled() {
            return Err(Unsettled { row });
        }
        self.states[row] = found.x;
        self.factors[row] = None;
        Ok(())
    }

    /// Follows every row from its last state by Newton's method; rows that cannot be followed settle from `initial`.
    /// Returns the loss.
    ///
    /// # Errors
    /// The first row without a steady state.
    pub fn follow(
        &mut self,
        system: &mut System,
        objective: &Objective,
        options: &Options,
    ) -> Result<f64, Unsettled> {
        /// Between two steps of training no state moves further than this (relative) unless it jumps.
        const FURTHEST: f64 = 0.25;
        let mut loss = 0.0;
        for row in 0..self.states.len() {
            objective.ask(system, row);
            let last = &self.states[row];
            let followed = if last.len() == system.free_count() {
                steady::follow(system, last, &mut self.flow)
                    .filter(|followed| distance(&followed.x, last) <= FURTHEST)
            } else {
                None
            };
            if let Some(Followed {
                x,
                factor,
                iterations,
            }) = followed
            {
                self.iterations += iterations;
                self.states[row] = x;
                self.factors[row] = Some(factor);
            } else {
                self.settle_row(system, row, options)?;
            }
            loss += objective.row_loss(row, &self.states[row]);
        }
        Ok(loss)
    }

    /// Compares with the states that the rows reach from `initial`, and takes those where they differ. Returns how many
    /// did.
    ///
    /// # Errors
    /// The first row without a steady state.
    pub fn confirm(
        &mut self,
        system: &mut System,
        objective: &Objective,
        options: &Options,
    ) -> Result<usize, Unsettled> {
        /// Two states nearer than this (relative) are one: both are known to 1e-9.
        const SAME: f64 = 1e-6;
        let mut jumps = 0;
        for row in 0..self.states.len() {
            objective.ask(system, row);
            let followed = std::mem::take(&mut self.states[row]);
            self.settle_row(system, row, options)?;
            if followed.len() == self.states[row].len()
                && distance(&followed, &self.states[row]) > SAME
            {
                jumps += 1;
            }
        }
        Ok(jumps)
    }

    /// The gradient of the loss in the parameters' values, by a rule on rows.
    ///
    /// # Errors
    /// What the rule says of the first row that has none.
    pub fn gradient(
        &self,
        system: &mut System,
        objective: &Objective,
        parameters: &Parameters,
        rule: RowRule,
    ) -> Result<Vec<f64>, super::gradient::GradientError> {
        let mut gradient = vec![0.0; parameters.len()];
        for row in 0..self.states.len() {
            objective.ask(system, row);
            add_row_gradient(
                rule,
                &self.settled(system, row),
                objective,
                row,
                parameters,
                &mut gradient,
            )?;
        }
        Ok(gradient)
    }

    /// What rules need of a row, whose question must be on the clamps.
    #[must_use]
    pub fn settled<'a>(&'a self, system: &'a System, row: usize) -> Settled<'a> {
        Settled {
            system,
            x: &self.states[row],
            factor: self.factors[row].as_ref(),
        }
    }
}

/// The largest difference relative to 1 + max|x|.
fn distance(p: &[f64], q: &[f64]) -> f64 {
    let scale = 1.0 + q.iter().fold(0.0_f64, |top, x| top.max(x.abs()));
    p.iter()
        .zip(q)
        .fold(0.0_f64, |top, (p, q)| top.max((p - q).abs()))
        / scale
}
