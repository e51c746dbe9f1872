//! `thermonet gradient`: the loss of the file's task and its gradient.

use std::io::Write;

use clap::Args;
use serde_json::{Map, Value, json};

use super::output::{number, stdout, table};
use super::train::{Lesson, RuleArg};
use super::{Case, Clamps, CliError, Source, output};
use crate::interrupt::Interrupt;
use crate::learn::gradient::{RowRule, by_differences, by_simultaneous_perturbation};
use crate::learn::parameters::{Owner, Parameters};
use crate::learn::rows::{Rows, strict};
use crate::learn::trainer::TrainError;
use crate::learn::{Rule, Training};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

#[derive(Debug, Args)]
pub struct GradientArgs {
    #[command(flatten)]
    source: Source,
    /// Rule that gives the gradient (default: the file's)
    #[arg(long, value_enum)]
    rule: Option<RuleArg>,
}

pub(super) fn run(args: &GradientArgs) -> Result<(), CliError> {
    let case = Case::new(&args.source, &Clamps::default())?;
    let lesson = Lesson::new(&case, &args.source)?;
    let training = case.document.training.unwrap_or_default();
    let rule = args.rule.map_or(training.rule, Rule::from);
    let mut system = case.system.clone();
    let parameters = Parameters::new(&system, &lesson.task);
    if parameters.is_empty() {
        return Err(TrainError::NothingToTrain.into());
    }
    let is_unique = case.certificates().unique.verdict() == Some(true);
    let options = strict(is_unique);
    let mut rows = Rows::new(&lesson.objective);
    let loss = rows
        .settle(&mut system, &lesson.objective, &options)
        .map_err(TrainError::from)?;
    let mut gradient = match RowRule::new(rule, training.beta) {
        Some(rule) => rows
            .gradient(
                &mut system,
                &lesson.objective,
                &parameters,
                rule,
                &Interrupt::default(),
            )
            .map_err(TrainError::from)?,
        None => measured(&lesson, &system, &parameters, rule, &training, &rows)?,
    };
    // Whoever moves one of a tie moves all of it.
    parameters.gather(&mut gradient);
    parameters.spread(&mut gradient);
    let entries: Vec<(&str, &str, f64)> = parameters
        .as_slice()
        .iter()
        .zip(&gradient)
        .map(|(parameter, &slope)| {
            let owner = match Parameters::owner(&system, parameter) {
                Owner::Edge(key) => case.network().edge(key).map_or("", |edge| edge.id.as_str()),
                Owner::Node(key) => case.node_id(key),
            };
            (owner, parameter.name, slope)
        })
        .collect();
    if args.source.json {
        let mut by_owner: Map<String, Value> = Map::new();
        for (owner, name, slope) in &entries {
            let of_owner = by_owner
                .entry((*owner).to_owned())
                .or_insert_with(|| json!({}));
            of_owner[*name] = json!(slope);
        }
        return output::json(&json!({ "loss": loss, "gradient": by_owner }));
    }
    let mut out = stdout();
    writeln!(out, "loss {} ({})\n", number(loss), rule.name())?;
    let mut table_rows = vec![
        ["element", "parameter", "dL/dparameter"]
            .map(str::to_owned)
            .to_vec(),
    ];
    table_rows.extend(
        entries.iter().map(|(owner, name, slope)| {
            vec![(*owner).to_owned(), (*name).to_owned(), number(*slope)]
        }),
    );
    table(&mut out, &table_rows)?;
    Ok(out.flush()?)
}

/// The gradient in values, by rules that only measure the loss. They move coordinates; a value's slope follows by the
/// chain rule.
fn measured(
    lesson: &Lesson,
    system: &crate::system::System,
    parameters: &Parameters,
    rule: Rule,
    training: &Training,
    rows: &Rows,
) -> Result<Vec<f64>, CliError> {
    let mut system = system.clone();
    let coordinates = parameters.coordinates(&system);
    let stretch: Vec<f64> = parameters
        .as_slice()
        .iter()
        .map(|parameter| parameter.stretch(parameter.read(&system)))
        .collect();
    let mut rows = rows.clone();
    // The states move so little that they are followed; a fold on the way is settled from `initial`.
    let measure = |at: &[f64]| -> Result<f64, TrainError> {
        parameters.set_coordinates(&mut system, at);
        Ok(rows.follow(&mut system, &lesson.objective, &strict(false))?)
    };
    let slopes = match rule {
        Rule::Spsa => by_simultaneous_perturbation(
            &coordinates,
            &mut ChaCha8Rng::seed_from_u64(training.seed),
            // Each has its own line, and its own slope.
            |_| (),
            measure,
        ),
        _ => by_differences(&coordinates, measure),
    }?;
    Ok(slopes
        .iter()
        .zip(stretch)
        .map(|(slope, stretch)| slope / stretch)
        .collect())
}
