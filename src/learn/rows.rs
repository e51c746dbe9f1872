//! The settled states of all rows of a task: from scratch, or followed from the last parameters.

use std::ops::Range;

use super::gradient::{self, GradientError, RowRule, Settled, add_row_gradient};
use super::objective::Objective;
use super::parameters::Parameters;
use crate::solve::linear::Factor;
use crate::solve::relax::Options as RelaxOptions;
use crate::solve::steady::{self, Options};
use crate::system::System;

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
    /// The factors of the rows' Jacobians, where `has_factor`.
    factors: Vec<Factor>,
    has_factor: Vec<bool>,
    /// The state before a row is followed.
    last: Vec<f64>,
    newton: steady::Workspace,
    rules: gradient::Workspace,
    iterations: usize,
}

impl Rows {
    /// No states yet.
    #[must_use]
    pub fn new(objective: &Objective) -> Self {
        let rows = objective.examples().len();
        Self {
            states: vec![Vec::new(); rows],
            factors: vec![Factor::default(); rows],
            has_factor: vec![false; rows],
            ..Self::default()
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
        self.has_factor[row] = false;
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
            let Self {
                states,
                factors,
                last,
                newton,
                ..
            } = self;
            let x = &mut states[row];
            last.clone_from(x);
            let followed = if x.len() == system.free_count() {
                steady::follow(system, x, &mut factors[row], newton)
                    .filter(|_| distance(x, last) <= FURTHEST)
            } else {
                None
            };
            if let Some(iterations) = followed {
                self.iterations += iterations;
                self.has_factor[row] = true;
            } else {
                x.clone_from(last);
                self.settle_row(system, row, options)?;
            }
            loss += objective.row_loss(row, &self.states[row]);
        }
        Ok(loss)
    }

    /// Whether a row's state differs from the one reached from `initial`, which is taken then.
    fn confirm_row(
        &mut self,
        system: &mut System,
        objective: &Objective,
        row: usize,
        options: &Options,
    ) -> Result<bool, Unsettled> {
        /// Two states nearer than this (relative) are one: both are known to 1e-9.
        const SAME: f64 = 1e-6;
        objective.ask(system, row);
        let followed = std::mem::take(&mut self.states[row]);
        let had_factor = self.has_factor[row];
        self.settle_row(system, row, options)?;
        let settled = &self.states[row];
        let differs = followed.len() == settled.len() && distance(&followed, settled) > SAME;
        if !differs && had_factor {
            // The state that was followed belongs to the factor at hand.
            self.states[row] = followed;
            self.has_factor[row] = true;
        }
        Ok(differs)
    }

    /// Compares the states of some rows with those reached from `initial`, and takes these where they differ. Returns how
    /// many did.
    ///
    /// # Errors
    /// The first row without a steady state.
    pub fn confirm(
        &mut self,
        system: &mut System,
        objective: &Objective,
        rows: Range<usize>,
        options: &Options,
    ) -> Result<usize, Unsettled> {
        let mut jumps = 0;
        for row in rows {
            jumps += usize::from(self.confirm_row(system, objective, row, options)?);
        }
        Ok(jumps)
    }

    /// The gradient of the loss in the parameters' values, by a rule on rows.
    ///
    /// # Errors
    /// What the rule says of the first row that has none.
    pub fn gradient(
        &mut self,
        system: &mut System,
        objective: &Objective,
        parameters: &Parameters,
        rule: RowRule,
    ) -> Result<Vec<f64>, GradientError> {
        let mut gradient = vec![0.0; parameters.len()];
        // Out of `self` while its rows are read.
        let mut workspace = std::mem::take(&mut self.rules);
        for row in 0..self.states.len() {
            objective.ask(system, row);
            add_row_gradient(
                rule,
                &self.settled(system, row),
                objective,
                row,
                parameters,
                &mut workspace,
                &mut gradient,
            )?;
        }
        self.rules = workspace;
        Ok(gradient)
    }

    /// What rules need of a row, whose question must be on the clamps.
    #[must_use]
    pub fn settled<'a>(&'a self, system: &'a System, row: usize) -> Settled<'a> {
        Settled {
            system,
            x: &self.states[row],
            factor: self.has_factor[row].then_some(&self.factors[row]),
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
