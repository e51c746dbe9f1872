//! `thermonet train`: brings a network's parameters to do its task.

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};
use serde::{Serialize, Serializer};

use super::output::{counted, number, stdout, table};
use super::{Case, Clamps, CliError, Source, output};
use crate::document::{Document, save};
use crate::interrupt::Interrupt;
use crate::learn::floor::monotone_floor;
use crate::learn::objective::{Goal, Objective};
use crate::learn::trainer::{Plan, Status, TrainError, Trained, Trainer};
use crate::learn::{Rule, Task};

#[derive(Debug, Args)]
pub struct TrainArgs {
    #[command(flatten)]
    source: Source,
    /// Number of updates (default: the file's, or 2000)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1_000_000_000))]
    steps: Option<u64>,
    /// Draw the trainable parameters anew from this seed; without it training goes on from the file's
    #[arg(long, value_name = "S")]
    seed: Option<u64>,
    /// Learning rate (default: the file's, or 0.02)
    #[arg(long, value_name = "R", value_parser = parse_rate)]
    rate: Option<f64>,
    /// Rule that gives the gradient (default: the file's)
    #[arg(long, value_enum)]
    rule: Option<RuleArg>,
    /// Train the same network held where no device shows NDC
    #[arg(long)]
    monotone: bool,
    /// Save the network with the best parameters here
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

fn parse_rate(text: &str) -> Result<f64, String> {
    let rate: f64 = text.parse().map_err(|error| format!("{error}"))?;
    if rate > 0.0 && rate.is_finite() {
        Ok(rate)
    } else {
        Err("must be a finite number > 0".to_owned())
    }
}

/// A gradient rule as the command line names it.
#[derive(Clone, Copy, Debug, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(super) enum RuleArg {
    /// The adjoint of the steady state
    Implicit,
    /// Two nudged relaxations; exact where the network is reciprocal
    EquilibriumPropagation,
    /// Two nudged relaxations, exact always
    AsymmetricEp,
    /// Simultaneous perturbation: forward measurements alone
    Spsa,
    /// One perturbation for each parameter
    FiniteDifference,
}

impl From<RuleArg> for Rule {
    fn from(rule: RuleArg) -> Self {
        match rule {
            RuleArg::Implicit => Self::Implicit,
            RuleArg::EquilibriumPropagation => Self::EquilibriumPropagation,
            RuleArg::AsymmetricEp => Self::AsymmetricEp,
            RuleArg::Spsa => Self::Spsa,
            RuleArg::FiniteDifference => Self::FiniteDifference,
        }
    }
}

/// A file's task, compiled.
pub(super) struct Lesson {
    pub(super) task: Task,
    pub(super) objective: Objective,
}

impl Lesson {
    pub(super) fn new(case: &Case, source: &Source) -> Result<Self, CliError> {
        let file = source.file.display().to_string();
        let task = case
            .document
            .task
            .clone()
            .ok_or(CliError::NoTask { file })?;
        let objective = Objective::new(case.network(), &case.system, &task, source.file.parent())
            .map_err(TrainError::from)?;
        Ok(Self { task, objective })
    }
}

pub(super) fn run(args: &TrainArgs) -> Result<(), CliError> {
    let case = Case::new(&args.source, &Clamps::default())?;
    let Lesson { task, objective } = Lesson::new(&case, &args.source)?;
    let mut training = case.document.training.unwrap_or_default();
    training.steps = args.steps.map_or(training.steps, |steps| {
        usize::try_from(steps).unwrap_or(usize::MAX)
    });
    training.rate = args.rate.unwrap_or(training.rate);
    training.rule = args.rule.map_or(training.rule, Rule::from);
    training.seed = args.seed.unwrap_or(training.seed);
    let plan = Plan {
        training,
        seed: args.seed,
        monotone: args.monotone,
    };
    let floor = monotone_floor(&objective);
    let mut trainer = Trainer::new(case.network(), &task, objective.clone(), plan)?;
    let cancelled = cancel_on_interrupt();
    let is_cancelled = Arc::clone(&cancelled);
    trainer.set_interrupt(Interrupt::when(move || {
        is_cancelled.load(Ordering::Relaxed)
    }));
    let bar = progress(training.steps);
    let start = Instant::now();
    while !cancelled.load(Ordering::Relaxed) && trainer.step()? == Status::Running {
        let steps = trainer.losses().len();
        // Drawing is throttled by the bar itself; the message is only made every so often.
        if steps.is_multiple_of(50) {
            bar.set_position(steps as u64);
            bar.set_message(format!(
                "loss {}",
                trainer
                    .losses()
                    .last()
                    .copied()
                    .map_or_else(String::new, number)
            ));
        }
    }
    let steps_taken = trainer.losses().len();
    let trained = trainer.finish();
    let seconds = start.elapsed().as_secs_f64();
    bar.finish_and_clear();
    let report = Report {
        case: &case,
        task: &task,
        objective: &objective,
        trained: &trained,
        floor,
        seconds,
        steps_taken,
    };
    // The answer first: a folder that cannot be written must not cost it.
    if args.source.json {
        output::json(&report.json())?;
    } else {
        report.print()?;
    }
    if let Some(path) = &args.out {
        let document = Document {
            network: trained.network.clone(),
            training: Some(training),
            ..case.document.clone()
        };
        save(&document, path)?;
    }
    Ok(())
}

/// A flag that Ctrl-C raises: training then stops at once and keeps the best so far.
fn cancel_on_interrupt() -> Arc<AtomicBool> {
    let cancelled = Arc::new(AtomicBool::new(false));
    let raised = Arc::clone(&cancelled);
    // Without a handler Ctrl-C ends the program, as it does for any other.
    let _ = ctrlc::set_handler(move || raised.store(true, Ordering::Relaxed));
    cancelled
}

/// A progress bar on stderr, which hides itself where that is no terminal.
fn progress(steps: usize) -> ProgressBar {
    let bar = ProgressBar::new(steps as u64);
    if let Ok(style) =
        ProgressStyle::with_template("{bar:40} {pos}/{len}  {per_sec}  {msg}  {eta} left")
    {
        bar.set_style(style);
    }
    bar
}

/// More rows than this are for `--json`.
const SHOWN: usize = 50;

struct Report<'a> {
    case: &'a Case,
    task: &'a Task,
    objective: &'a Objective,
    trained: &'a Trained,
    floor: Option<f64>,
    seconds: f64,
    steps_taken: usize,
}

/// Question, answer wanted and answer given of a row, in the task's own units.
#[derive(Serialize)]
struct ReportedRow {
    #[serde(rename = "in")]
    asked: Vec<f64>,
    #[serde(rename = "out")]
    wanted: Wanted,
    got: Vec<f64>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Wanted {
    Values(Vec<f64>),
    Class(usize),
}

/// What `--json` prints.
#[derive(Serialize)]
struct Json<'a> {
    loss: &'a [f64],
    final_loss: Option<f64>,
    best_loss: Option<f64>,
    monotone_floor: Option<f64>,
    seconds: f64,
    steps_per_second: f64,
    branch_jumps: usize,
    restarts: &'a [usize],
    rows: Rows<'a>,
}

/// The rows of a report, printed as they are made.
struct Rows<'a>(&'a Report<'a>);

impl Serialize for Rows<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.rows())
    }
}

impl Report<'_> {
    fn steps_per_second(&self) -> f64 {
        self.steps_taken as f64 / self.seconds.max(1e-9)
    }

    /// The rows, made one by one: there may be tens of thousands, of hundreds of numbers each.
    fn rows(&self) -> impl Iterator<Item = ReportedRow> {
        let Self {
            task,
            objective,
            trained,
            ..
        } = self;
        let pairs = objective.examples().iter().zip(&trained.outputs);
        pairs.map(|(example, outputs)| ReportedRow {
            asked: example
                .inputs
                .iter()
                .map(|&x| task.encode.invert(x))
                .collect(),
            wanted: match &example.goal {
                Goal::States(goal) => {
                    Wanted::Values(goal.iter().map(|&x| task.decode.invert(x)).collect())
                }
                Goal::Class(class) => Wanted::Class(*class),
            },
            got: outputs.iter().map(|&x| task.decode.invert(x)).collect(),
        })
    }

    fn json(&self) -> impl Serialize {
        let Trained {
            losses,
            final_loss,
            best_loss,
            branch_jumps,
            restarts,
            ..
        } = self.trained;
        Json {
            loss: losses,
            final_loss: *final_loss,
            best_loss: *best_loss,
            monotone_floor: self.floor,
            seconds: self.seconds,
            steps_per_second: self.steps_per_second(),
            branch_jumps: *branch_jumps,
            restarts,
            rows: Rows(self),
        }
    }

    fn print(&self) -> Result<(), CliError> {
        let Trained {
            final_loss,
            best_loss,
            branch_jumps,
            restarts,
            ..
        } = self.trained;
        let loss = |loss: Option<f64>| loss.map_or_else(|| "no steady state".to_owned(), number);
        let mut out = stdout();
        writeln!(
            out,
            "{}: {} in {} s ({} per second)\n",
            self.case.network().name,
            counted(self.steps_taken, "step"),
            number(self.seconds),
            number(self.steps_per_second().round())
        )?;
        let mut facts = vec![
            ("best loss", loss(*best_loss)),
            ("final loss", loss(*final_loss)),
        ];
        facts.extend(self.floor.map(|floor| ("monotone floor", number(floor))));
        facts.push(("branch jumps", branch_jumps.to_string()));
        facts.push(("restarts", restarts.len().to_string()));
        let facts: Vec<Vec<String>> = facts
            .into_iter()
            .map(|(name, value)| vec![name.to_owned(), value])
            .collect();
        table(&mut out, &facts)?;
        let listed = |values: &[f64]| {
            values
                .iter()
                .map(|&value| number(value))
                .collect::<Vec<_>>()
                .join(", ")
        };
        let mut rows = vec![["in", "out", "got"].map(str::to_owned).to_vec()];
        for row in self.rows().take(SHOWN) {
            let wanted = match &row.wanted {
                Wanted::Values(values) => listed(values),
                Wanted::Class(class) => format!("class {class}"),
            };
            rows.push(vec![listed(&row.asked), wanted, listed(&row.got)]);
        }
        writeln!(out)?;
        table(&mut out, &rows)?;
        Ok(out.flush()?)
    }
}
