//! The loss of a task over a compiled network: rows in node units, one number, and its slope at the outputs.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use exmex::Express;

use super::task::{Function, Loss, Source, Target, Task};
use crate::device::ParamRange;
use crate::network::{Network, NodeKey};
use crate::system::System;

/// A row's answer in node units.
#[derive(Clone, Debug, PartialEq)]
pub enum Goal {
    /// The state each output should have.
    States(Vec<f64>),
    /// The position of the output that should be largest.
    Class(usize),
}

/// A row in node units.
#[derive(Clone, Debug, PartialEq)]
pub struct Example {
    /// The state of each input clamp.
    pub inputs: Vec<f64>,
    /// The answer.
    pub goal: Goal,
}

/// A task compiled for a network.
#[derive(Clone, Debug)]
pub struct Objective {
    /// Slots of the input clamps.
    inputs: Vec<usize>,
    /// Slots of the outputs, all free.
    outputs: Vec<usize>,
    /// Shared by all copies: there may be tens of thousands.
    examples: Arc<[Example]>,
    loss: Loss,
    gain: f64,
}

/// A task that cannot be computed.
#[derive(Debug, thiserror::Error)]
pub enum TaskError {
    /// No rows at all.
    #[error("task: has no rows; give \"rows\", a \"function\" or \"data\"")]
    NoRows,
    /// Without inputs or outputs.
    #[error("task: needs at least one output; list the ids of free reservoirs in \"outputs\"")]
    NoOutputs,
    /// An input that is no clamp or an output that is not free.
    #[error("task: '{id}' is {what}; change its role or the task")]
    WrongRole {
        /// The reservoir.
        id: String,
        /// What it is.
        what: &'static str,
    },
    /// A formula that cannot be read.
    #[error("task.function.expr: {problem}; write a formula in x, such as sin(pi*x)")]
    Formula {
        /// What is wrong with it.
        problem: String,
    },
    /// A function whose task has not one input and one output.
    #[error(
        "task.function: needs exactly one input and one output, and there are {inputs} and {outputs}"
    )]
    FunctionShape {
        /// Inputs listed.
        inputs: usize,
        /// Outputs listed.
        outputs: usize,
    },
    /// A row whose answer does not fit the loss.
    #[error("task.rows[{row}]: {problem}")]
    Row {
        /// Its position.
        row: usize,
        /// What is wrong with it.
        problem: String,
    },
    /// A row that asks for a state the platform does not have.
    #[error("task.rows[{row}]: {problem}; change the task's encoding, or the row")]
    OutOfRange {
        /// Its position.
        row: usize,
        /// What is wrong with it.
        problem: String,
        /// The lowest state that any row asks for.
        lowest: f64,
    },
    /// A data file that cannot be read.
    #[error("{path}: {problem}")]
    Data {
        /// The file.
        path: String,
        /// What is wrong with it.
        problem: String,
    },
}

impl Objective {
    /// Compiles a task. `folder` is where paths of data files start: the folder of the network's file.
    ///
    /// # Errors
    /// If the task has no rows or no outputs, or a row, formula or data file cannot be used.
    pub fn new(
        network: &Network,
        system: &System,
        task: &Task,
        folder: Option<&Path>,
    ) -> Result<Self, TaskError> {
        let inputs = slots(network, system, &task.inputs, true)?;
        let outputs = slots(network, system, &task.outputs, false)?;
        if outputs.is_empty() {
            return Err(TaskError::NoOutputs);
        }
        let rows = match &task.source {
            Source::Rows(rows) => rows
                .iter()
                .map(|row| (row.input.clone(), row.target.clone()))
                .collect(),
            Source::Function(function) => sampled(function, task)?,
            Source::Data { path } => read_data(network, task, path, folder)?,
        };
        if rows.is_empty() {
            return Err(TaskError::NoRows);
        }
        let range = network.platform().state_range();
        in_range(task, range, &rows)?;
        let examples = rows
            .into_iter()
            .enumerate()
            .map(|(row, (input, target))| {
                example(task, input, target).map_err(|problem| TaskError::Row { row, problem })
            })
            .collect::<Result<_, _>>()?;
        Ok(Self {
            inputs,
            outputs,
            examples,
            loss: task.loss,
            gain: task.gain,
        })
    }

    /// Slots of the input clamps.
    #[must_use]
    pub fn inputs(&self) -> &[usize] {
        &self.inputs
    }

    /// Slots of the outputs.
    #[must_use]
    pub fn outputs(&self) -> &[usize] {
        &self.outputs
    }

    /// The rows in node units.
    #[must_use]
    pub fn examples(&self) -> &[Example] {
        &self.examples
    }

    /// The measure of the error.
    #[must_use]
    pub fn loss(&self) -> Loss {
        self.loss
    }

    /// Puts a row's question on the input clamps.
    pub fn ask(&self, system: &mut System, row: usize) {
        for (&slot, &value) in self.inputs.iter().zip(&self.examples[row].inputs) {
            system.set_clamp(slot, value);
        }
    }

    /// What a row adds to the loss at the state `x` of the free reservoirs; the loss is the sum over the rows.
    #[must_use]
    pub fn row_loss(&self, row: usize, x: &[f64]) -> f64 {
        match &self.examples[row].goal {
            Goal::States(goal) => {
                let squares = self
                    .outputs
                    .iter()
                    .zip(goal)
                    .map(|(&slot, goal)| (x[slot] - goal).powi(2));
                squares.sum::<f64>() * self.row_weight()
            }
            Goal::Class(class) => {
                let logits = self.outputs.iter().map(|&slot| self.gain * x[slot]);
                let top = logits.clone().fold(f64::NEG_INFINITY, f64::max);
                let sum: f64 = logits.map(|logit| (logit - top).exp()).sum();
                (sum.ln() + top - self.gain * x[self.outputs[*class]]) * self.row_weight()
            }
        }
    }

    /// Adds the slope of [`Objective::row_loss`] in each free reservoir's state to `out`.
    pub fn add_row_slope(&self, row: usize, x: &[f64], out: &mut [f64]) {
        match &self.examples[row].goal {
            Goal::States(goal) => {
                for (&slot, goal) in self.outputs.iter().zip(goal) {
                    out[slot] += 2.0 * (x[slot] - goal) * self.row_weight();
                }
            }
            Goal::Class(class) => {
                let shares = self.softmax(x);
                for (k, (&slot, share)) in self.outputs.iter().zip(shares).enumerate() {
                    let hit = if k == *class { 1.0 } else { 0.0 };
                    out[slot] += self.gain * (share - hit) * self.row_weight();
                }
            }
        }
    }

    /// The second derivatives of [`Objective::row_loss`] as entries (slot, slot, value).
    #[must_use]
    pub fn row_curvature(&self, row: usize, x: &[f64]) -> Vec<(usize, usize, f64)> {
        let weight = self.row_weight();
        match &self.examples[row].goal {
            Goal::States(_) => self
                .outputs
                .iter()
                .map(|&slot| (slot, slot, 2.0 * weight))
                .collect(),
            Goal::Class(_) => {
                let shares = self.softmax(x);
                let mut entries = Vec::with_capacity(shares.len() * shares.len());
                for (&i, p) in self.outputs.iter().zip(&shares) {
                    for (&k, q) in self.outputs.iter().zip(&shares) {
                        let diagonal = if i == k { *p } else { 0.0 };
                        entries.push((i, k, weight * self.gain * self.gain * (diagonal - p * q)));
                    }
                }
                entries
            }
        }
    }

    fn softmax(&self, x: &[f64]) -> Vec<f64> {
        let logits: Vec<f64> = self
            .outputs
            .iter()
            .map(|&slot| self.gain * x[slot])
            .collect();
        let top = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let weights: Vec<f64> = logits.iter().map(|logit| (logit - top).exp()).collect();
        let sum: f64 = weights.iter().sum();
        weights.into_iter().map(|weight| weight / sum).collect()
    }

    /// The share of one row (and output) in the mean.
    fn row_weight(&self) -> f64 {
        let rows = self.examples.len() as f64;
        match self.loss {
            Loss::Mse => 1.0 / (rows * self.outputs.len() as f64),
            Loss::SoftmaxCrossEntropy => 1.0 / rows,
        }
    }

    /// The variance of the targets in node units, each output about its own mean, averaged over rows and outputs: the
    /// loss of the best constant answer. `None` for a loss without targets.
    #[must_use]
    pub fn target_variance(&self) -> Option<f64> {
        let goals: Option<Vec<&Vec<f64>>> = self
            .examples
            .iter()
            .map(|example| match &example.goal {
                Goal::States(goal) => Some(goal),
                Goal::Class(_) => None,
            })
            .collect();
        let goals = goals?;
        let (rows, outputs) = (goals.len() as f64, self.outputs.len());
        let of_output = |k: usize| {
            let mean = goals.iter().map(|goal| goal[k]).sum::<f64>() / rows;
            goals
                .iter()
                .map(|goal| (goal[k] - mean).powi(2))
                .sum::<f64>()
                / rows
        };
        Some((0..outputs).map(of_output).sum::<f64>() / outputs as f64)
    }
}

/// Slots of the task's reservoirs, which must be clamps or free.
fn slots(
    network: &Network,
    system: &System,
    keys: &[NodeKey],
    clamped: bool,
) -> Result<Vec<usize>, TaskError> {
    let what = if clamped {
        "an input of the task but not clamped"
    } else {
        "an output of the task but clamped"
    };
    keys.iter()
        .map(|&key| {
            let slot = system
                .slot(key)
                .filter(|&slot| (slot >= system.free_count()) == clamped);
            slot.ok_or_else(|| {
                let id = network
                    .node(key)
                    .map_or_else(|| "a deleted reservoir".to_owned(), |node| node.id.clone());
                TaskError::WrongRole { id, what }
            })
        })
        .collect()
}

/// Whether every row asks for states that there are.
fn in_range(task: &Task, range: ParamRange, rows: &[(Vec<f64>, Target)]) -> Result<(), TaskError> {
    let states = |input: &[f64]| {
        input
            .iter()
            .map(|u| task.encode.apply(*u))
            .collect::<Vec<f64>>()
    };
    let bad = rows.iter().enumerate().find_map(|(row, (input, _))| {
        let states = states(input);
        let bad = states.into_iter().find(|x| !range.contains(*x))?;
        Some((row, bad))
    });
    let Some((row, bad)) = bad else {
        return Ok(());
    };
    let all = rows.iter().flat_map(|(input, _)| states(input));
    Err(TaskError::OutOfRange {
        row,
        problem: format!("an encoded input {}, got {bad}", range.requirement()),
        lowest: all.fold(f64::INFINITY, f64::min),
    })
}

fn example(task: &Task, input: Vec<f64>, target: Target) -> Result<Example, String> {
    if input.len() != task.inputs.len() {
        return Err(format!(
            "has {} inputs for {}",
            input.len(),
            task.inputs.len()
        ));
    }
    let inputs: Vec<f64> = input.into_iter().map(|u| task.encode.apply(u)).collect();
    let goal = match (target, task.loss) {
        (Target::Values(values), Loss::Mse) if values.len() == task.outputs.len() => {
            Goal::States(values.into_iter().map(|u| task.decode.apply(u)).collect())
        }
        (Target::Class(class), Loss::SoftmaxCrossEntropy) if class < task.outputs.len() => {
            Goal::Class(class)
        }
        (Target::Values(values), Loss::Mse) => {
            return Err(format!(
                "has {} targets for {} outputs",
                values.len(),
                task.outputs.len()
            ));
        }
        (Target::Class(class), Loss::SoftmaxCrossEntropy) => {
            return Err(format!(
                "class {class} is not among the {} outputs",
                task.outputs.len()
            ));
        }
        (Target::Class(_), Loss::Mse) => {
            return Err("has a class, but the loss is mse: give \"out\"".to_owned());
        }
        (Target::Values(_), Loss::SoftmaxCrossEntropy) => {
            return Err("has no class, which softmax_cross_entropy needs".to_owned());
        }
    };
    match &goal {
        Goal::States(states) if states.iter().any(|state| !state.is_finite()) => {
            Err("a target is not a finite number".to_owned())
        }
        _ => Ok(Example { inputs, goal }),
    }
}

/// The rows of a function task.
fn sampled(function: &Function, task: &Task) -> Result<Vec<(Vec<f64>, Target)>, TaskError> {
    if (task.inputs.len(), task.outputs.len()) != (1, 1) {
        return Err(TaskError::FunctionShape {
            inputs: task.inputs.len(),
            outputs: task.outputs.len(),
        });
    }
    let formula = Formula::new(&function.expr)?;
    let last = function.samples.saturating_sub(1).max(1) as f64;
    (0..function.samples)
        .map(|k| {
            let share = k as f64 / last;
            let x = function.from * (1.0 - share) + function.to * share;
            Ok((vec![x], Target::Values(vec![formula.at(x)?])))
        })
        .collect()
}

/// A formula in x, with the constants pi and e.
#[derive(Clone, Debug)]
pub struct Formula {
    expression: exmex::FlatEx<f64>,
    text: String,
}

impl Formula {
    /// Reads a formula.
    ///
    /// # Errors
    /// If it cannot be read, or names anything but x, pi and e.
    pub fn new(text: &str) -> Result<Self, TaskError> {
        /// Longer formulas are not typed by people, and nested ones could exhaust the stack.
        const LONGEST: usize = 2_000;
        let formula = |problem: String| TaskError::Formula { problem };
        if text.len() > LONGEST {
            return Err(formula(format!("is longer than {LONGEST} characters")));
        }
        let expression = exmex::parse::<f64>(text).map_err(|error| formula(error.to_string()))?;
        if let Some(name) = expression
            .var_names()
            .iter()
            .find(|name| constant(name).is_none() && name.as_str() != "x")
        {
            return Err(formula(format!("'{name}' is not known")));
        }
        Ok(Self {
            expression,
            text: text.to_owned(),
        })
    }

    /// Its value at `x`.
    ///
    /// # Errors
    /// If it has no finite value there.
    pub fn at(&self, x: f64) -> Result<f64, TaskError> {
        let variables: Vec<f64> = self
            .expression
            .var_names()
            .iter()
            .map(|name| constant(name).unwrap_or(x))
            .collect();
        match self.expression.eval(&variables) {
            Ok(value) if value.is_finite() => Ok(value),
            _ => Err(TaskError::Formula {
                problem: format!("'{}' has no finite value at x = {x}", self.text),
            }),
        }
    }
}

fn constant(name: &str) -> Option<f64> {
    match name {
        "pi" => Some(std::f64::consts::PI),
        "e" => Some(std::f64::consts::E),
        _ => None,
    }
}

/// The rows of a CSV file: a header of node ids, a row a sample, `class` for the class.
fn read_data(
    network: &Network,
    task: &Task,
    path: &str,
    folder: Option<&Path>,
) -> Result<Vec<(Vec<f64>, Target)>, TaskError> {
    let full: PathBuf = folder.map_or_else(|| PathBuf::from(path), |folder| folder.join(path));
    let fail = |problem: String| TaskError::Data {
        path: full.display().to_string(),
        problem,
    };
    // Reading from a pipe or a device could take for ever.
    if std::fs::metadata(&full).is_ok_and(|of| !of.is_file()) {
        return Err(fail("is not a file; choose a CSV file".to_owned()));
    }
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_path(&full)
        .map_err(|error| fail(format!("{error}; check the path and the permissions")))?;
    let headings = reader
        .headers()
        .map_err(|error| fail(error.to_string()))?
        .clone();
    let column = |id: &str| {
        headings
            .iter()
            .position(|heading| heading == id)
            .ok_or_else(|| {
                fail(format!(
                    "has no column '{id}'; the first line must name every input and output"
                ))
            })
    };
    let columns = |keys: &[NodeKey]| -> Result<Vec<usize>, TaskError> {
        keys.iter()
            .map(|&key| column(network.node(key).map_or("", |node| &node.id)))
            .collect()
    };
    let inputs = columns(&task.inputs)?;
    let (outputs, class) = match task.loss {
        Loss::Mse => (columns(&task.outputs)?, None),
        Loss::SoftmaxCrossEntropy => (Vec::new(), Some(column("class")?)),
    };
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| fail(error.to_string()))?;
        let line = record.position().map_or(0, csv::Position::line);
        let number = |column: usize| {
            let text = record.get(column).unwrap_or_default();
            let number = text.parse::<f64>().ok().filter(|number| number.is_finite());
            number.ok_or_else(|| {
                fail(format!(
                    "line {line}, column '{}': '{text}' is not a number; correct it in the file",
                    &headings[column]
                ))
            })
        };
        let input = inputs
            .iter()
            .map(|&column| number(column))
            .collect::<Result<_, _>>()?;
        let target = match class {
            None => Target::Values(
                outputs
                    .iter()
                    .map(|&column| number(column))
                    .collect::<Result<_, _>>()?,
            ),
            Some(column) => {
                let text = record.get(column).unwrap_or_default();
                let class = text.parse().map_err(|error| {
                    fail(format!(
                        "line {line}, column 'class': '{text}' is not a class number ({error})"
                    ))
                })?;
                Target::Class(class)
            }
        };
        rows.push((input, target));
    }
    Ok(rows)
}
