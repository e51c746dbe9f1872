//! The command line (model, section 9): parse, call the library, print. No physics here.
//!
//! Exit codes: 0 done, 1 the request failed (one line on stderr says what, where and what to do), 2 wrong usage.

mod check;
mod gradient;
mod iv;
mod output;
mod picture;
mod relax;
mod solve;
mod train;

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::device::Platform;
use crate::document::{Document, LoadError, load};
use crate::learn::Task;
use crate::network::{Network, NodeKey};
use crate::physics::certificates::Certificates;
use crate::system::System;

/// Thermodynamic networks: reservoirs that exchange charge or molecules, settle, and thereby compute.
///
/// Without a command the window opens, on FILE if one is given.
#[derive(Debug, Parser)]
#[command(
    name = "thermonet",
    version,
    args_conflicts_with_subcommands = true,
    after_help = "Examples: thermonet presets/fold.json, thermonet solve presets/fold.json --json"
)]
pub struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    window: WindowArgs,
}

/// What the window starts with.
#[derive(Clone, Debug, Default, Args)]
pub struct WindowArgs {
    /// Network to open in the window
    pub file: Option<PathBuf>,
    /// Preset to open instead of a file (a name from the Presets menu, such as fold or latch)
    #[arg(long, value_name = "NAME", conflicts_with = "file")]
    pub preset: Option<String>,
    /// Keep the window's settings and autosaves in this folder
    #[arg(long, value_name = "FOLDER")]
    pub state_folder: Option<PathBuf>,
}

/// What the arguments ask for.
#[derive(Debug)]
pub enum Invocation {
    /// A sub-command.
    Command(Command),
    /// The window.
    Window(WindowArgs),
}

impl Cli {
    /// The sub-command, or the window where there is none.
    #[must_use]
    pub fn invocation(self) -> Invocation {
        let Self { command, window } = self;
        command.map_or(Invocation::Window(window), Invocation::Command)
    }
}

/// The sub-commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Find the steady state that the network reaches from its initial state
    #[command(
        after_help = "Example: thermonet solve presets/xor-minimal.json --set x1=8 --set x2=0"
    )]
    Solve(solve::SolveArgs),
    /// Follow the free reservoirs in time from their initial states
    #[command(
        after_help = "Example: thermonet relax presets/three-tanks.json --until 20 --samples 41 --csv"
    )]
    Relax(relax::RelaxArgs),
    /// Trace the current of one edge against the state of its `from` end
    #[command(after_help = "Example: thermonet iv presets/fold.json e1 --from -10 --to 10 --csv")]
    Iv(iv::IvArgs),
    /// Find the loss of the network's task and its gradient in every trainable parameter
    #[command(
        after_help = "Example: thermonet gradient presets/xor-minimal.json --rule finite_difference --json"
    )]
    Gradient(gradient::GradientArgs),
    /// Train the network for its task
    #[command(
        after_help = "Example: thermonet train presets/xor-minimal.json --steps 200 --out trained.json"
    )]
    Train(train::TrainArgs),
    /// Draw the network, an I-V curve, its states over time or its response into an SVG or PNG file
    #[command(
        after_help = "Example: thermonet picture presets/xor-minimal.json xor.svg --what canvas"
    )]
    Picture(picture::PictureArgs),
    /// Read a network and say what is wrong with it, and what is worth knowing
    #[command(after_help = "Example: thermonet check presets/fold.json --json")]
    Check(check::CheckArgs),
}

/// Arguments that every command on a network shares.
#[derive(Clone, Debug, Args)]
pub(crate) struct Source {
    /// Network to read (JSON, format thermonet/1)
    file: PathBuf,
    /// Print one JSON object and nothing else on stdout
    #[arg(long)]
    json: bool,
}

/// Clamps to hold at other values than the file's.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct Clamps {
    /// Hold the input or bias ID at VALUE (may be repeated)
    #[arg(long = "set", value_name = "ID=VALUE", value_parser = parse_setting, allow_hyphen_values = true)]
    set: Vec<(String, f64)>,
}

impl Clamps {
    fn apply(&self, network: &mut Network, file: &Path) -> Result<(), CliError> {
        for (id, value) in &self.set {
            apply_setting(network, file, id, *value)?;
        }
        Ok(())
    }
}

fn parse_setting(text: &str) -> Result<(String, f64), String> {
    let (id, value) = text
        .rsplit_once('=')
        .ok_or("write it as ID=VALUE, for example x1=2.5")?;
    let number = parse_finite(value.trim()).map_err(|problem| format!("'{value}': {problem}"))?;
    Ok((id.to_owned(), number))
}

/// Number of samples: both ends are counted, so at least two.
fn parse_samples(text: &str) -> Result<usize, String> {
    // Ten million rows are a gigabyte of text: beyond that the argument is a slip.
    match text.parse() {
        Ok(samples @ 2..=10_000_000) => Ok(samples),
        _ => Err("must be a whole number from 2 to 10000000: both ends are counted".to_owned()),
    }
}

fn parse_finite(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() => Ok(number),
        _ => Err("must be a finite number".to_owned()),
    }
}

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CliError {
    /// The file could not be read, or is no valid network.
    #[error(transparent)]
    Open(#[from] LoadError),
    /// The file could not be written.
    #[error(transparent)]
    Save(#[from] crate::document::FileError),
    /// Training without a task.
    #[error("{file}: has no task; add \"task\" with \"inputs\", \"outputs\" and \"rows\"")]
    NoTask { file: String },
    /// The training could not start or go on.
    #[error(transparent)]
    Train(#[from] crate::learn::trainer::TrainError),
    /// A name that the network does not have.
    #[error("{option}: there is no {what} '{id}' in {file}; there are {known}")]
    UnknownId {
        option: &'static str,
        what: &'static str,
        id: String,
        file: String,
        known: String,
    },
    /// A setting of a reservoir that is not clamped.
    #[error(
        "--set {id}: this reservoir is free ({role}) and finds its own state; set an input or a bias, or change its \"initial\" in the file"
    )]
    NotAClamp { id: String, role: &'static str },
    /// A setting outside the platform's range.
    #[error("--set {id}: {requirement}, got {value}")]
    BadSetting {
        id: String,
        requirement: &'static str,
        value: f64,
    },
    /// A curve over a range that makes no sense.
    #[error("{0}; choose other values of --from and --to")]
    Curve(#[from] crate::physics::curve::CurveError),
    /// A curve against a state that is not steady.
    #[error(
        "edge '{edge}': its `to` reservoir '{node}' has no steady state to hold ({outcome}); clamp it, or change the network until `thermonet solve` settles"
    )]
    NothingToHold {
        edge: String,
        node: String,
        outcome: &'static str,
    },
    /// The trajectory could not be followed.
    #[error("{0}; shorten --until, or look there for rates many orders of magnitude apart")]
    Relax(#[from] crate::solve::relax::RelaxError),
    /// The steady state was not reached; the answer was printed, and says so.
    #[error("{0}")]
    Unsettled(String),
    /// The file has problems, which were printed.
    #[error("{file}: {count} found; each is listed with its remedy")]
    Problems { file: String, count: String },
    /// Nothing could be drawn.
    #[cfg(feature = "gui")]
    #[error("{file}: {error}")]
    Picture {
        file: String,
        error: crate::gui::picture::PictureError,
    },
    /// stdout could not be written.
    #[error("cannot write the answer: {0}; check that the disk is not full and the output is open")]
    Output(#[from] std::io::Error),
    /// CSV could not be written.
    #[error("cannot write the answer: {0}; check that the disk is not full and the output is open")]
    Csv(#[from] csv::Error),
    /// The window could not be opened.
    #[error("{0}")]
    Window(String),
}

impl CliError {
    /// Whether the reader of our output went away, which is no failure of ours.
    fn is_closed_pipe(&self) -> bool {
        let closed = |error: &std::io::Error| error.kind() == std::io::ErrorKind::BrokenPipe;
        match self {
            Self::Output(error) => closed(error),
            Self::Csv(error) => matches!(error.kind(), csv::ErrorKind::Io(error) if closed(error)),
            _ => false,
        }
    }
}

/// Runs a sub-command and reports its end.
#[must_use]
pub fn run(command: &Command) -> ExitCode {
    report(match command {
        Command::Solve(args) => solve::run(args),
        Command::Relax(args) => relax::run(args),
        Command::Iv(args) => iv::run(args),
        Command::Gradient(args) => gradient::run(args),
        Command::Train(args) => train::run(args),
        Command::Picture(args) => picture::run(args),
        Command::Check(args) => check::run(args),
    })
}

/// Opens the window.
#[must_use]
pub fn open_window(start: WindowArgs) -> ExitCode {
    report(window(start))
}

#[cfg(feature = "gui")]
fn window(start: WindowArgs) -> Result<(), CliError> {
    let WindowArgs {
        file,
        preset,
        state_folder,
    } = start;
    crate::gui::run(crate::gui::Start {
        file,
        preset,
        state_folder,
        ..Default::default()
    })
    .map_err(|error| CliError::Window(error.to_string()))
}

#[cfg(not(feature = "gui"))]
fn window(_start: WindowArgs) -> Result<(), CliError> {
    Err(CliError::Window(
        "this thermonet was built without its window; build it with the feature `gui`, or name a command (see --help)"
            .to_owned(),
    ))
}

fn report(result: Result<(), CliError>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.is_closed_pipe() => ExitCode::SUCCESS,
        Err(error) => {
            complain(&format!("thermonet: {error}"));
            ExitCode::FAILURE
        }
    }
}

/// Says something on stderr, on exactly one line. Nothing can be done for a reader who cannot be told.
fn complain(message: &str) {
    let _ = writeln!(io::stderr(), "{}", output::one_line(message));
}

/// A network read from a file, compiled, with `--set` applied.
pub(crate) struct Case {
    pub(crate) document: Document,
    pub(crate) system: System,
}

impl Case {
    fn new(source: &Source, clamps: &Clamps) -> Result<Self, CliError> {
        let mut document = load(&source.file)?.document;
        clamps.apply(&mut document.network, &source.file)?;
        let system = System::new(&document.network);
        Ok(Self { document, system })
    }

    fn network(&self) -> &Network {
        &self.document.network
    }

    /// Every state that the task puts on an input.
    fn task_inputs(&self) -> Vec<f64> {
        self.document
            .task
            .as_ref()
            .map(Task::encoded_inputs)
            .unwrap_or_default()
    }

    /// What is certain about the network over its box.
    fn certificates(&self) -> Certificates {
        Certificates::new(&self.system, &self.task_inputs())
    }

    /// The range of a curve unless one is given: the box, widened by its span on both sides.
    fn default_range(&self) -> [f64; 2] {
        let system = &self.system;
        let inputs = self.task_inputs();
        let ground = system.ground();
        let states = system
            .clamps()
            .iter()
            .chain(system.initial())
            .chain(&inputs);
        let (lo, hi) = states.fold((ground, ground), |(lo, hi), &x| (lo.min(x), hi.max(x)));
        // A box of one point is widened by a unit, or by the concentration itself.
        match system.platform() {
            Platform::Electronic => {
                let span = if hi > lo { hi - lo } else { 1.0 };
                [lo - span, hi + span]
            }
            Platform::Chemical => {
                let span = if hi > lo { hi - lo } else { lo };
                [(lo - span).max(0.0), hi + span]
            }
        }
    }

    fn node_id(&self, key: NodeKey) -> &str {
        self.network().node(key).map_or("", |node| &node.id)
    }

    /// The id of the reservoir in a slot.
    fn id_of_slot(&self, slot: usize) -> &str {
        self.node_id(self.system.nodes()[slot])
    }

    /// (id, state) of every reservoir in the order of the file, from the states by slot.
    fn in_file_order<'a>(&'a self, states: &'a [f64]) -> impl Iterator<Item = (&'a str, f64)> {
        self.network().nodes().iter().filter_map(|node| {
            Some((
                node.id.as_str(),
                *states.get(self.system.slot(node.key())?)?,
            ))
        })
    }
}

fn apply_setting(network: &mut Network, file: &Path, id: &str, value: f64) -> Result<(), CliError> {
    // Blanks around an id are a matter of typing, unless they belong to it.
    let Some(node) = network
        .node_by_id(id)
        .or_else(|| network.node_by_id(id.trim()))
    else {
        let known = network
            .nodes()
            .iter()
            .filter(|node| node.role.is_clamped())
            .map(|node| node.id.as_str());
        return Err(CliError::UnknownId {
            option: "--set",
            what: "input or bias",
            id: id.to_owned(),
            file: file.display().to_string(),
            known: output::listed(known),
        });
    };
    if !node.role.is_clamped() {
        return Err(CliError::NotAClamp {
            id: id.to_owned(),
            role: node.role.name(),
        });
    }
    let range = network.platform().state_range();
    if !range.contains(value) {
        return Err(CliError::BadSetting {
            id: id.to_owned(),
            requirement: range.requirement(),
            value,
        });
    }
    let key = node.key();
    if let Some(node) = network.node_mut(key) {
        node.value = value;
    }
    Ok(())
}
