//! The settled states of all rows of a task: from scratch, or followed from the last parameters.

mod beside;

use std::ops::Range;
use std::sync::OnceLock;

use super::course::{Course, course};
use super::gradient::{self, GradientError, RowRule, Settled, add_row_gradient};
use super::lanes::{FURTHEST, Slopes};
use super::objective::Objective;
use super::parallel::{shared, threads};
use super::parameters::Parameters;
use crate::interrupt::Interrupt;
use crate::solve::linear::Factor;
use crate::solve::relax::Options as RelaxOptions;
use crate::solve::stability::Spectrum;
use crate::solve::steady::{self, Options};
use crate::system::System;

use beside::SideBySide;

/// Devices times rows from which on rows settle on several threads: an integration takes some hundred evaluations of
/// each, a thread some 20 µs to start.
const WORTH_THREADS: usize = 2_000;

/// How often a thread copies the network at most.
const MOST_COPIES: usize = 8;

/// A row that reaches no steady state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("task.rows[{row}]: reaches no steady state; look at it with `solve`")]
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
        relative: 1e-3,
        absolute: 1e-4,
    };
    Options {
        is_unique,
        relax,
        max_steps: 5_000,
        ..Options::default()
    }
}

/// The settled state of every row of one task for one network, whose parameters may move.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    /// Empty where a row has not settled yet.
    states: Vec<Vec<f64>>,
    /// What lanes need, once the network has been seen; `None` inside if its rows cannot be taken side by side.
    lanes: OnceLock<Option<SideBySide>>,
    threads: usize,
    /// The gradient of the rows that were followed last, in lanes and one by one.
    slopes: Slopes,
    single: Vec<f64>,
    /// What stood in the way of a gradient.
    trouble: Option<GradientError>,
    /// The state before a row is followed.
    last: Vec<f64>,
    newton: steady::Workspace,
    factor: Factor,
    rules: gradient::Workspace,
    iterations: usize,
}

impl Rows {
    /// No states yet.
    #[must_use]
    pub fn new(objective: &Objective) -> Self {
        Self {
            states: vec![Vec::new(); objective.examples().len()],
            threads: threads(),
            ..Self::default()
        }
    }

    /// The same with another number of threads than the machine has: nothing but the time depends on it.
    #[must_use]
    pub fn on_threads(self, threads: usize) -> Self {
        Self { threads, ..self }
    }

    /// The state of a row; empty before it has settled.
    #[must_use]
    pub fn state(&self, row: usize) -> &[f64] {
        &self.states[row]
    }

    /// The states of all rows, to put them back with [`Rows::put_back`].
    pub(super) fn kept(&self) -> Vec<Vec<f64>> {
        self.states.clone()
    }

    /// Puts all rows back where they were.
    pub(super) fn put_back(&mut self, kept: Vec<Vec<f64>>) {
        self.states = kept;
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
        let all: Vec<usize> = (0..self.states.len()).collect();
        for (row, found) in all
            .iter()
            .zip(self.settled_from_initial(system, objective, &all, options))
        {
            self.states[*row] = found?;
        }
        Ok(self.loss(objective))
    }

    /// The states that rows reach from `initial`, as far as needed: nothing need be tried after a row that has none.
    fn settled_from_initial(
        &mut self,
        system: &mut System,
        objective: &Objective,
        rows: &[usize],
        options: &Options,
    ) -> Vec<Result<Vec<f64>, Unsettled>> {
        // A row alone gains nothing from the lanes.
        let courses = if rows.len() > 1 {
            self.courses_in_lanes(system, objective, rows, false, options)
        } else {
            None
        };
        let starts: Vec<Vec<f64>> = courses
            .into_iter()
            .flatten()
            .map(|course| match course {
                Course::Elsewhere(x) => x,
                Course::Known => system.initial().to_vec(),
            })
            .collect();
        self.each_settled(system, objective, rows, &starts, options)
    }

    /// The states that rows reach from `starts`, one for each of them; without any, from `initial`.
    fn each_settled(
        &self,
        system: &mut System,
        objective: &Objective,
        rows: &[usize],
        starts: &[Vec<f64>],
        options: &Options,
    ) -> Vec<Result<Vec<f64>, Unsettled>> {
        self.each_asked(system, objective, rows, options, |system, k| {
            let x = starts.get(k).map_or(system.initial(), Vec::as_slice);
            let found = steady::solve_from(system, x, options);
            if found.is_settled() {
                Ok(found.x)
            } else {
                Err(Unsettled { row: rows[k] })
            }
        })
    }

    /// Does something with each of some rows' questions on the clamps, given its position among them, on several threads
    /// where that pays.
    fn each_asked<R: Send>(
        &self,
        system: &mut System,
        objective: &Objective,
        rows: &[usize],
        options: &Options,
        work: impl Fn(&System, usize) -> Result<R, Unsettled> + Sync,
    ) -> Vec<Result<R, Unsettled>> {
        let work = |system: &System, k: usize| {
            if options.interrupt.is_raised() {
                return Err(Unsettled { row: rows[k] });
            }
            work(system, k)
        };
        if !is_worth_threads(system, rows) {
            let mut found = Vec::with_capacity(rows.len());
            for (k, &row) in rows.iter().enumerate() {
                objective.ask(system, row);
                found.push(work(system, k));
                if found.last().is_some_and(Result::is_err) {
                    break;
                }
            }
            return found;
        }
        // Some rows at a time, so that a thread copies a large network seldom, and all end at about the same time.
        let system = &*system;
        let each = rows.len().div_ceil(MOST_COPIES * self.threads.max(1));
        let pieces: Vec<Range<usize>> = (0..rows.len())
            .step_by(each)
            .map(|first| first..(first + each).min(rows.len()))
            .collect();
        let found = shared(pieces, self.threads, |piece| {
            let mut asked = system.clone();
            let piece = piece.map(|k| {
                objective.ask(&mut asked, rows[k]);
                work(&asked, k)
            });
            piece.collect::<Vec<_>>()
        });
        found.into_iter().flatten().collect()
    }

    /// The sum of all rows' losses.
    fn loss(&self, objective: &Objective) -> f64 {
        let rows = self.states.iter().enumerate();
        rows.map(|(row, state)| objective.row_loss(row, state))
            .sum()
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
        self.follow_all(system, objective, options, None)
    }

    /// The same, with the gradient of the loss by the adjoint of each row's state: see [`Rows::followed_gradient`].
    ///
    /// # Errors
    /// The first row without a steady state.
    pub fn follow_with_gradient(
        &mut self,
        system: &mut System,
        objective: &Objective,
        options: &Options,
        parameters: &Parameters,
    ) -> Result<f64, Unsettled> {
        self.follow_all(system, objective, options, Some(parameters))
    }

    fn follow_all(
        &mut self,
        system: &mut System,
        objective: &Objective,
        options: &Options,
        parameters: Option<&Parameters>,
    ) -> Result<f64, Unsettled> {
        self.trouble = None;
        self.single.clear();
        self.single
            .resize(parameters.map_or(0, Parameters::len), 0.0);
        self.settle_missing(system, objective, options)?;
        let with_slopes = parameters.is_some();
        let interrupt = &options.interrupt;
        if let Some(lost) = self.follow_in_lanes(system, objective, with_slopes, interrupt) {
            for row in lost {
                self.follow_row(system, objective, row, options, parameters)?;
            }
        } else {
            self.slopes = Slopes::default();
            for row in 0..self.states.len() {
                self.follow_row(system, objective, row, options, parameters)?;
            }
        }
        Ok(self.loss(objective))
    }

    /// Settles the rows that never have.
    fn settle_missing(
        &mut self,
        system: &mut System,
        objective: &Objective,
        options: &Options,
    ) -> Result<(), Unsettled> {
        if self.states.iter().all(|state| !state.is_empty()) || system.free_count() == 0 {
            return Ok(());
        }
        let missing: Vec<usize> = (0..self.states.len())
            .filter(|&row| self.states[row].is_empty())
            .collect();
        let found = self.settled_from_initial(system, objective, &missing, options);
        for (row, found) in missing.into_iter().zip(found) {
            self.states[row] = found?;
        }
        Ok(())
    }

    /// Follows one row by itself, or settles it from `initial`, and adds its gradient if parameters are given.
    fn follow_row(
        &mut self,
        system: &mut System,
        objective: &Objective,
        row: usize,
        options: &Options,
        parameters: Option<&Parameters>,
    ) -> Result<(), Unsettled> {
        if options.interrupt.is_raised() {
            return Err(Unsettled { row });
        }
        objective.ask(system, row);
        let Self {
            states,
            factor,
            last,
            newton,
            rules,
            single,
            trouble,
            ..
        } = self;
        let x = &mut states[row];
        last.clone_from(x);
        let followed = if x.len() == system.free_count() {
            steady::follow(system, x, factor, newton).filter(|_| distance(x, last) <= FURTHEST)
        } else {
            None
        };
        if let Some(iterations) = followed {
            self.iterations += iterations;
        } else {
            let found = steady::solve(system, options);
            if !found.is_settled() {
                x.clone_from(last);
                return Err(Unsettled { row });
            }
            *x = found.x;
        }
        if let Some(parameters) = parameters {
            let settled = Settled {
                system,
                x,
                factor: followed.is_some().then_some(&*factor),
            };
            let rule = RowRule::Implicit;
            let added = add_row_gradient(rule, &settled, objective, row, parameters, rules, single);
            *trouble = trouble.or(added.err());
        }
        Ok(())
    }

    /// Writes the gradient in the parameters' values at the states that [`Rows::follow_with_gradient`] reached to `out`.
    ///
    /// # Errors
    /// If a row has none.
    pub fn followed_gradient(
        &self,
        system: &System,
        parameters: &Parameters,
        out: &mut Vec<f64>,
    ) -> Result<(), GradientError> {
        if let Some(trouble) = self.trouble {
            return Err(trouble);
        }
        out.clone_from(&self.single);
        let Slopes { devices, leaks } = &self.slopes;
        if !devices.is_empty() || !leaks.is_empty() {
            parameters.add_summed_slopes(system, devices, leaks, out);
        }
        Ok(())
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
        /// Two states nearer than this (relative) are one: both are known to 1e-9.
        const SAME: f64 = 1e-6;
        if rows.is_empty() {
            return Ok(0);
        }
        let rows: Vec<usize> = rows.collect();
        let courses = match self.courses_in_lanes(system, objective, &rows, true, options) {
            Some(courses) => courses,
            None => self
                .each_asked(system, objective, &rows, options, |system, k| {
                    Ok(course(system, &self.states[rows[k]], options))
                })
                .into_iter()
                .collect::<Result<_, _>>()?,
        };
        let (rows, starts): (Vec<usize>, Vec<Vec<f64>>) = rows
            .into_iter()
            .zip(courses)
            .filter_map(|(row, course)| match course {
                Course::Known => None,
                Course::Elsewhere(x) => Some((row, x)),
            })
            .unzip();
        let found = self.each_settled(system, objective, &rows, &starts, options);
        let mut jumps = 0;
        for (row, other) in rows.into_iter().zip(found) {
            let other = other?;
            if distance(&self.states[row], &other) > SAME {
                self.states[row] = other;
                jumps += 1;
            }
        }
        Ok(jumps)
    }

    /// Whether small deviations from the state of every row die out.
    pub(super) fn die_out(
        &self,
        system: &mut System,
        objective: &Objective,
        options: &Options,
    ) -> bool {
        let all: Vec<usize> = (0..self.states.len()).collect();
        let judged = self.each_asked(system, objective, &all, options, |system, row| {
            let flow = system.flow(&self.states[row]);
            if Spectrum::dies_out(system, &flow) {
                Ok(())
            } else {
                Err(Unsettled { row })
            }
        });
        judged.iter().all(Result::is_ok)
    }

    /// The gradient of the loss in the parameters' values, by a rule on rows.
    ///
    /// # Errors
    /// What the rule says of the first row that has none, or that it was interrupted.
    pub fn gradient(
        &mut self,
        system: &mut System,
        objective: &Objective,
        parameters: &Parameters,
        rule: RowRule,
        interrupt: &Interrupt,
    ) -> Result<Vec<f64>, GradientError> {
        let mut gradient = vec![0.0; parameters.len()];
        for (row, x) in self.states.iter().enumerate() {
            if interrupt.is_raised() {
                return Err(GradientError::Interrupted);
            }
            objective.ask(system, row);
            let settled = Settled {
                system,
                x,
                factor: None,
            };
            let (rules, out) = (&mut self.rules, &mut gradient);
            add_row_gradient(rule, &settled, objective, row, parameters, rules, out)?;
        }
        Ok(gradient)
    }
}

/// Whether rows are better settled on several threads.
fn is_worth_threads(system: &System, rows: &[usize]) -> bool {
    rows.len() > 1 && rows.len() * system.links().len() >= WORTH_THREADS
}

/// The largest difference relative to 1 + max|x|.
fn distance(p: &[f64], q: &[f64]) -> f64 {
    let scale = 1.0 + q.iter().fold(0.0_f64, |top, x| top.max(x.abs()));
    p.iter()
        .zip(q)
        .fold(0.0_f64, |top, (p, q)| top.max((p - q).abs()))
        / scale
}
