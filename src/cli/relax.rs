//! `thermonet relax`: the trajectory of the free reservoirs.

use std::io::Write;

use clap::Args;
use serde_json::{Map, Value, json};

use super::output::{number, spaced, stdout, table};
use super::{Case, Clamps, CliError, Source, output, parse_finite, parse_samples};
use crate::solve::relax::{Options, Relaxation};

#[derive(Debug, Args)]
pub struct RelaxArgs {
    #[command(flatten)]
    source: Source,
    /// Time at which to stop, in units of the inverse reference rate
    #[arg(long, value_name = "T", value_parser = parse_until, allow_hyphen_values = true)]
    until: f64,
    /// Number of evenly spaced samples, both ends counted
    #[arg(long, value_name = "N", default_value = "201", value_parser = parse_samples, allow_hyphen_values = true)]
    samples: usize,
    /// Print comma-separated values: t, then one column for each free reservoir
    #[arg(long, conflicts_with = "json")]
    csv: bool,
    #[command(flatten)]
    clamps: Clamps,
}

fn parse_until(text: &str) -> Result<f64, String> {
    match parse_finite(text) {
        Ok(until) if until > 0.0 => Ok(until),
        _ => Err("must be a finite number > 0".to_owned()),
    }
}

/// Steps asked for at a time. Only the end time ends the run, so any number does.
const STEPS_AT_ONCE: usize = 100_000;

pub(super) fn run(args: &RelaxArgs) -> Result<(), CliError> {
    let case = Case::new(&args.source, &args.clamps)?;
    let times: Vec<f64> = spaced(0.0, args.until, args.samples).collect();
    let states = trajectory(&case, &times)?;
    // Free reservoirs in the order of the file.
    let columns: Vec<(&str, usize)> = case
        .network()
        .nodes()
        .iter()
        .filter(|node| !node.role.is_clamped())
        .filter_map(|node| Some((node.id.as_str(), case.system.slot(node.key())?)))
        .collect();
    let row = |k: usize| -> Vec<f64> {
        std::iter::once(times[k])
            .chain(columns.iter().map(|&(_, slot)| states[k][slot]))
            .collect()
    };
    if args.source.json {
        let by_id = columns.iter().map(|&(id, slot)| {
            let values: Vec<f64> = states.iter().map(|x| x[slot]).collect();
            (id.to_owned(), json!(values))
        });
        let states: Value = by_id.collect::<Map<_, _>>().into();
        return output::json(&json!({ "t": times, "states": states }));
    }
    let headings: Vec<&str> = std::iter::once("t")
        .chain(columns.iter().map(|&(id, _)| id))
        .collect();
    if args.csv {
        return output::csv(&headings, (0..times.len()).map(row));
    }
    let mut rows = vec![headings.iter().map(|&heading| heading.to_owned()).collect()];
    rows.extend((0..times.len()).map(|k| row(k).into_iter().map(number).collect()));
    let mut out = stdout();
    table(&mut out, &rows)?;
    Ok(out.flush()?)
}

/// The states of the free reservoirs at ascending times from 0.
fn trajectory(case: &Case, times: &[f64]) -> Result<Vec<Vec<f64>>, CliError> {
    let system = &case.system;
    let mut relaxation = Relaxation::new(system, system.initial(), 0.0, Options::default());
    let mut states = Vec::with_capacity(times.len());
    for &t in times {
        while relaxation.time() < t {
            relaxation.advance(system, t, STEPS_AT_ONCE)?;
        }
        let mut x = vec![0.0; system.free_count()];
        relaxation.sample(t, &mut x);
        states.push(x);
    }
    Ok(states)
}
