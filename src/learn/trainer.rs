//! Training as a stepper: one update a step, the best so far always at hand.
//!
//! Devices with NDC make the settled states jump between branches as parameters move. Inside a step the states are
//! followed from the last ones; every so often, and for every number that is reported at the end, they are compared with
//! those that the dynamics reaches from `initial`, and disagreements are counted. A step after which a row no longer
//! settles is taken back and the rate lowered; a seeded run that stalls far from its goal starts anew, and says so.

mod finish;
mod update;

use std::ops::Range;

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::gradient::{GradientError, RowRule};
use super::init;
use super::objective::{Goal, Objective, TaskError};
use super::optimizer::{Descent, LevenbergMarquardt};
use super::parameters::Parameters;
use super::progress::{Candidates, LEAST_GAIN, LEAST_GAIN_OF_LEAST_SQUARES, Run};
use super::rows::{Rows, Unsettled, quick};
use super::task::{Loss, Task};
use super::training::{Optimizer, Rule, Training};
use super::twin::{self, NoTwin, Twin};
use crate::interrupt::Interrupt;
use crate::network::Network;
use crate::solve::steady::Options;
use crate::system::System;

pub use finish::Trained;

/// In so many comparisons the rows of a small task have all had their turn, for first-order optimizers, whose steps cost
/// less than a comparison. A Gauss-Newton step costs more, and goes astray with every row that is on another branch: there all rows
/// are compared at once.
const TURNS: usize = 4;

/// Rows compared at a time by first-order optimizers, at most: as many as are followed side by side. Of many rows a sample
/// tells as much as a quarter of them, and of few the comparison is put off until the lanes are full, since all together
/// cost hardly more than one.
const MOST_COMPARED: usize = 8;

/// Updates between two comparisons with the states reached from `initial`, of some of the rows in turn, while the goal is
/// far: often enough that a jump costs a small part of a run, seldom enough that the comparisons do.
const CONFIRM_FAR: usize = 40;

/// The same near the goal, where parameters hardly move any more.
const CONFIRM_NEAR: usize = 60;

/// Near the goal rows are also compared when the parameters have come this far since the last comparison: the sum over
/// updates of the largest change of a coordinate. Coordinates are of order one (energies in k_B·T, logarithms of rates),
/// so that a branch is followed over a small part of its length at most.
const CONFIRM_TRAVEL: f64 = 0.25;

/// Comparisons that may disagree before a seeded run starts anew: the network has several states then, and goes on
/// wandering between them.
const MOST_STRIKES: usize = 4;

/// A run that stalls above this share of the target variance has failed.
const GOOD_SHARE: f64 = 0.01;

/// Steps in a row that may be taken back before the run starts anew or ends.
const MOST_RETREATS: usize = 12;

/// What to train, and how.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// Rule, optimizer, rate, steps.
    pub training: Training,
    /// Draw the trainable parameters anew from this seed; `None` goes on from the network's.
    pub seed: Option<u64>,
    /// Train the no-NDC twin instead.
    pub monotone: bool,
}

/// Why a training cannot start or go on.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// The task cannot be computed.
    #[error(transparent)]
    Task(#[from] TaskError),
    /// Nothing to train.
    #[error(
        "task.trainable: names no parameter of this network; leave it out to train all device parameters"
    )]
    NothingToTrain,
    /// A formula stands against the twin without NDC.
    #[error(
        "edge {edge}: the formula of this custom device is not proved free of NDC over the states of the network, so there is no twin to train; use a formula whose current rises with a and falls with b, or train without the no-NDC constraint"
    )]
    NoTwin {
        /// The id of the edge.
        edge: String,
    },
    /// The optimizer needs a sum of squares.
    #[error(
        "training.optimizer: levenberg_marquardt needs the loss mse and the rule implicit; use adam"
    )]
    NotLeastSquares,
    /// A row has no steady state, however small the steps.
    #[error(transparent)]
    Unsettled(#[from] Unsettled),
    /// The rule gave no gradient, however small the steps.
    #[error(transparent)]
    Gradient(#[from] GradientError),
    /// The loss is too large for a number, so nothing says which way it falls.
    #[error(
        "task.rows[{row}]: is so far from its target that the loss is no finite number; scale the targets to states the network can take"
    )]
    NotFinite {
        /// The row that is furthest off.
        row: usize,
    },
}

/// What a step did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// There is more to do.
    Running,
    /// The number of steps is used up, or nothing more can be gained.
    Done,
    /// It was interrupted, and all is as it was before: the step can be taken later.
    Interrupted,
}

#[derive(Clone, Debug)]
enum Method {
    Descent(Descent),
    LeastSquares(LevenbergMarquardt),
}

/// A training.
#[derive(Clone)]
pub struct Trainer {
    plan: Plan,
    /// The network as given, from which restarts are drawn.
    original: Network,
    /// The network that is trained: the original or its twin.
    network: Network,
    task: Task,
    system: System,
    objective: Objective,
    /// The loss at which the goal is near; `None` for a task without targets, where it always is.
    good_loss: Option<f64>,
    parameters: Parameters,
    rows: Rows,
    method: Method,
    /// What holds the parameters, if the plan is to train the twin.
    twin: Option<Twin>,
    rng: ChaCha8Rng,
    coordinates: Vec<f64>,
    /// Coordinates of the last step that settled.
    last_good: Vec<f64>,
    /// The gradient in coordinates.
    gradient: Vec<f64>,
    /// The factor by which retreats have lowered the rate.
    caution: f64,
    retreats: usize,
    losses: Vec<f64>,
    run: Run,
    candidates: Candidates,
    branch_jumps: usize,
    restarts: Vec<usize>,
    /// Starts at which a row had no steady state. Each uses up a step, but there was no loss and no update.
    failed_starts: usize,
    interrupt: Interrupt,
}

/// What a step that is interrupted leaves as it was before.
struct Before {
    states: Vec<Vec<f64>>,
    run: Run,
    rng: ChaCha8Rng,
    branch_jumps: usize,
}

/// The twin of a network, if it has one.
fn twin_of(network: &Network, system: &System, objective: &Objective) -> Result<Twin, TrainError> {
    let inputs: Vec<f64> = objective
        .examples()
        .iter()
        .flat_map(|example| example.inputs.iter().copied())
        .collect();
    Twin::new(system, &inputs).map_err(|NoTwin { edge }| TrainError::NoTwin {
        edge: network
            .edge(edge)
            .map_or_else(String::new, |edge| edge.id.clone()),
    })
}

impl Trainer {
    /// A training at its start.
    ///
    /// # Errors
    /// If the task cannot be computed, trains nothing, or the optimizer does not fit it.
    pub fn new(
        network: &Network,
        task: &Task,
        objective: Objective,
        plan: Plan,
    ) -> Result<Self, TrainError> {
        let is_least_squares = plan.training.optimizer == Optimizer::LevenbergMarquardt;
        if is_least_squares && (task.loss != Loss::Mse || plan.training.rule != Rule::Implicit) {
            return Err(TrainError::NotLeastSquares);
        }
        let system = System::new(network);
        let twin = if plan.monotone {
            Some(twin_of(network, &system, &objective)?)
        } else {
            None
        };
        let mut trainer = Self {
            twin,
            rng: ChaCha8Rng::seed_from_u64(plan.seed.unwrap_or(plan.training.seed)),
            original: network.clone(),
            network: network.clone(),
            task: task.clone(),
            parameters: Parameters::new(&system, task),
            rows: Rows::new(&objective),
            system,
            good_loss: objective
                .target_variance()
                .map(|variance| GOOD_SHARE * variance),
            objective,
            method: Method::LeastSquares(LevenbergMarquardt::default()),
            coordinates: Vec::new(),
            last_good: Vec::new(),
            gradient: Vec::new(),
            caution: 1.0,
            retreats: 0,
            losses: Vec::new(),
            run: Run::starting_at(0, 0),
            candidates: Candidates::default(),
            branch_jumps: 0,
            restarts: Vec::new(),
            failed_starts: 0,
            interrupt: Interrupt::default(),
            plan,
        };
        if trainer.parameters.is_empty() {
            return Err(TrainError::NothingToTrain);
        }
        trainer.start();
        Ok(trainer)
    }

    /// The loss before each update so far.
    #[must_use]
    pub fn losses(&self) -> &[f64] {
        &self.losses
    }

    /// The system with the current parameters.
    #[must_use]
    pub fn system(&self) -> &System {
        &self.system
    }

    /// The steps at which the run started anew.
    #[must_use]
    pub fn restarts(&self) -> &[usize] {
        &self.restarts
    }

    /// The rows of the task with their settled states.
    #[must_use]
    pub fn rows(&self) -> &Rows {
        &self.rows
    }

    /// Sets the learning rate from the next step on.
    pub fn set_rate(&mut self, rate: f64) {
        self.plan.training.rate = rate;
    }

    /// Lets the step that is under way be interrupted if it may take long; short ones are taken to their end.
    pub fn set_interrupt(&mut self, interrupt: Interrupt) {
        self.interrupt = interrupt;
    }

    /// Draws (if seeded) and constrains (if monotone) the parameters, and forgets the rows' states.
    fn start(&mut self) {
        let mut network = self.original.clone();
        if self.plan.seed.is_some() {
            let mut system = System::new(&network);
            let parameters = Parameters::new(&system, &self.task);
            let mut drawn = init::draw(&system, &parameters, &mut self.rng);
            if let Some(twin) = &self.twin {
                twin.hold_formulas(&system, &parameters, &mut drawn);
            }
            parameters.set_coordinates(&mut system, &drawn);
            parameters.store(&system, &mut network);
        }
        if self.plan.monotone {
            twin::constrain(&mut network);
        }
        self.system = System::new(&network);
        self.network = network;
        self.parameters = Parameters::new(&self.system, &self.task);
        self.coordinates = self.parameters.coordinates(&self.system);
        self.last_good.clone_from(&self.coordinates);
        self.rows = Rows::new(&self.objective);
        self.method = match self.plan.training.optimizer {
            Optimizer::LevenbergMarquardt => Method::LeastSquares(LevenbergMarquardt::default()),
            Optimizer::Adam | Optimizer::Sgd => {
                Method::Descent(Descent::new(&self.plan.training, self.parameters.len()))
            }
        };
        self.caution = 1.0;
        self.retreats = 0;
        self.run = Run::starting_at(self.losses.len(), self.objective.examples().len());
    }

    /// Steps used up: updates, and starts that failed.
    fn steps_taken(&self) -> usize {
        self.losses.len() + self.failed_starts
    }

    /// Takes one step: measures the loss, then updates the parameters.
    ///
    /// # Errors
    /// If a row has no steady state or no gradient and neither smaller steps nor a new start help.
    pub fn step(&mut self) -> Result<Status, TrainError> {
        if self.steps_taken() >= self.plan.training.steps {
            return Ok(Status::Done);
        }
        let before = self.is_step_long().then(|| Before {
            states: self.rows.kept(),
            run: self.run.clone(),
            rng: self.rng.clone(),
            branch_jumps: self.branch_jumps,
        });
        match self.try_step() {
            Err(_) if self.interrupt.is_raised() && before.is_some() => {
                if let Some(before) = before {
                    self.go_back(before);
                }
                Ok(Status::Interrupted)
            }
            Ok(status) => {
                if status == Status::Running && self.has_stalled() {
                    self.restart();
                }
                Ok(status)
            }
            Err(error) => self.retreat(error),
        }
    }

    /// Whether a step may take so long that it can be interrupted: what it then takes to go back is nothing beside it.
    fn is_step_long(&self) -> bool {
        /// Devices times rows from which on a step takes some tenths of a millisecond.
        const LONG: usize = 2_000;
        let rows = self.objective.examples().len();
        rows * self.system.links().len() >= LONG
            || RowRule::new(self.plan.training.rule, None).is_none()
    }

    fn go_back(&mut self, before: Before) {
        let Before {
            states,
            run,
            rng,
            branch_jumps,
        } = before;
        self.rows.put_back(states);
        self.run = run;
        self.rng = rng;
        self.branch_jumps = branch_jumps;
    }

    /// How a row's state is found within a step.
    fn quick(&self) -> Options {
        let mut options = quick(self.plan.monotone);
        if self.is_step_long() {
            options.interrupt = self.interrupt.clone();
        }
        options
    }

    fn try_step(&mut self) -> Result<Status, TrainError> {
        self.parameters
            .set_coordinates(&mut self.system, &self.coordinates);
        let options = self.quick();
        let mut loss = self.follow(&options)?;
        if !loss.is_finite() {
            return Err(self.not_finite());
        }
        if let Some(rows) = self.due(loss) {
            let (system, objective) = (&mut self.system, &self.objective);
            let mut jumps = self
                .rows
                .confirm(system, objective, rows.clone(), &options)?;
            self.run.compared(rows.clone());
            if jumps > 0 {
                // Where one row has jumped others may have.
                let others = [0..rows.start, rows.end..objective.examples().len()];
                for rows in others {
                    jumps += self
                        .rows
                        .confirm(system, objective, rows.clone(), &options)?;
                    self.run.compared(rows);
                }
                self.branch_jumps += jumps;
                self.run.strikes += 1;
                loss = self.follow(&options)?;
            }
            self.run.confirmed_at = self.losses.len();
            self.run.path_confirmed = self.run.path;
            self.run.is_near = self.is_near(loss);
            self.remember(loss);
        }
        let status = match self.method {
            Method::Descent(_) => self.descend()?,
            Method::LeastSquares(_) => self.least_squares_update(loss)?,
        };
        self.run.path += largest_change(&self.last_good, &self.coordinates);
        self.losses.push(loss);
        self.retreats = 0;
        // A run that has recovered may go faster again.
        self.caution = (self.caution * 1.02).min(1.0);
        Ok(status)
    }

    /// The error of a loss without a number.
    fn not_finite(&self) -> TrainError {
        let distance = |row: usize| match &self.objective.examples()[row].goal {
            Goal::States(goal) => {
                let x = self.rows.state(row);
                let outputs = self.objective.outputs().iter().zip(goal);
                outputs.fold(0.0, |most: f64, (&slot, goal)| {
                    most.max((x[slot] - goal).abs())
                })
            }
            Goal::Class(_) => 0.0,
        };
        let rows = 0..self.objective.examples().len();
        let furthest = rows.max_by(|&a, &b| distance(a).total_cmp(&distance(b)));
        TrainError::NotFinite {
            row: furthest.unwrap_or(0),
        }
    }

    /// Follows all rows, with what the update needs of them. Returns the loss.
    fn follow(&mut self, options: &Options) -> Result<f64, Unsettled> {
        let (system, objective) = (&mut self.system, &self.objective);
        match self.method {
            Method::Descent(_) if self.plan.training.rule == Rule::Implicit => self
                .rows
                .follow_with_gradient(system, objective, options, &self.parameters),
            _ => self.rows.follow(system, objective, options),
        }
    }

    /// Whether the loss is where the run is meant to end.
    fn is_near(&self, loss: f64) -> bool {
        self.good_loss.is_none_or(|good| loss <= good)
    }

    /// The rows whose states are to be compared now with those reached from `initial`: all when the goal seems to be
    /// reached, else every so often the next part, or none of it if nothing has moved since.
    fn due(&mut self, loss: f64) -> Option<Range<usize>> {
        let rows = self.objective.examples().len();
        let since = self.losses.len() - self.run.confirmed_at;
        let is_due = if self.run.is_near {
            since >= CONFIRM_NEAR || self.run.path - self.run.path_confirmed >= CONFIRM_TRAVEL
        } else if self.is_near(loss) {
            return Some(0..rows);
        } else {
            since >= CONFIRM_FAR
        };
        is_due.then(|| {
            let first = self.run.next_row % rows;
            if matches!(self.method, Method::Descent(_)) {
                self.run.put_off += rows.div_ceil(TURNS);
                if self.run.put_off < rows.min(MOST_COMPARED) {
                    return first..first;
                }
            }
            self.run.put_off = 0;
            let compared = match self.method {
                Method::Descent(_) => MOST_COMPARED,
                Method::LeastSquares(_) => rows,
            };
            let end = (first + compared).min(rows);
            self.run.next_row = end;
            if self.run.has_not_moved_since(first..end) {
                first..first
            } else {
                first..end
            }
        })
    }

    /// Keeps the current parameters, whose loss is confirmed, if they are among the best.
    fn remember(&mut self, loss: f64) {
        let least_gain = match self.method {
            Method::Descent(_) => LEAST_GAIN,
            Method::LeastSquares(_) => LEAST_GAIN_OF_LEAST_SQUARES,
        };
        self.run.note(loss, self.losses.len(), least_gain);
        self.candidates.offer(loss, &self.coordinates);
    }

    /// Whether a seeded run is far from its goal and gains nothing any more, or wanders between branches.
    fn has_stalled(&self) -> bool {
        // Random directions find the way ten times as slowly as gradients do.
        let share = if self.plan.training.rule == Rule::Spsa {
            2
        } else {
            10
        };
        let patience = (self.plan.training.steps / share).max(100);
        let stale = self.losses.len() - self.run.best_at;
        self.plan.seed.is_some()
            && !self.is_near(self.run.best)
            && (stale >= patience || self.run.strikes >= MOST_STRIKES)
            && self.plan.training.steps - self.steps_taken() >= patience
    }

    fn restart(&mut self) {
        self.restarts.push(self.losses.len());
        self.start();
    }

    /// After a step that cannot be evaluated: back to the last good parameters with smaller steps.
    fn retreat(&mut self, error: TrainError) -> Result<Status, TrainError> {
        self.retreats += 1;
        if self.retreats > MOST_RETREATS || self.losses.len() == self.run.start {
            // Failed starts count as steps, so that a task without any steady state comes to an end.
            self.failed_starts += 1;
            if self.plan.seed.is_none() {
                return Err(error);
            }
            if self.steps_taken() >= self.plan.training.steps {
                return if self.losses.is_empty() {
                    Err(error)
                } else {
                    Ok(Status::Done)
                };
            }
            self.restart();
            return Ok(Status::Running);
        }
        self.caution *= 0.5;
        for (coordinate, good) in self.coordinates.iter_mut().zip(&self.last_good) {
            let between = 0.5 * (*coordinate + good);
            *coordinate = if between.is_finite() { between } else { *good };
        }
        Ok(Status::Running)
    }
}

fn largest_change(before: &[f64], after: &[f64]) -> f64 {
    before
        .iter()
        .zip(after)
        .fold(0.0, |top, (before, after)| top.max((after - before).abs()))
}
