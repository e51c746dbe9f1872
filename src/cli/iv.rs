//! `thermonet iv`: the current of one edge against the state of its `from` end.

use std::io::Write;

use clap::Args;
use serde_json::json;

use super::output::{listed, number, one_line, stdout, table};
use super::{Case, Clamps, CliError, Source, output, parse_finite, parse_samples};
use crate::network::Edge;
use crate::physics::curve::Curve;
use crate::solve::steady::{self, Options, Outcome};

#[derive(Debug, Args)]
pub struct IvArgs {
    #[command(flatten)]
    source: Source,
    /// Edge whose current to trace
    edge: String,
    /// First state of the `from` end (default: the network's box, widened by its span)
    #[arg(long, value_name = "A", value_parser = parse_finite, allow_hyphen_values = true)]
    from: Option<f64>,
    /// Last state of the `from` end
    #[arg(long, value_name = "B", value_parser = parse_finite, allow_hyphen_values = true)]
    to: Option<f64>,
    /// Number of evenly spaced samples, both ends counted
    #[arg(long, value_name = "N", default_value = "201", value_parser = parse_samples, allow_hyphen_values = true)]
    samples: usize,
    /// Print comma-separated values: x, current, slope
    #[arg(long, conflicts_with = "json")]
    csv: bool,
    #[command(flatten)]
    clamps: Clamps,
}

pub(super) fn run(args: &IvArgs) -> Result<(), CliError> {
    let case = Case::new(&args.source, &args.clamps)?;
    let network = case.network();
    let edge = network
        .edge_by_id(&args.edge)
        .ok_or_else(|| CliError::UnknownId {
            option: "EDGE",
            what: "edge",
            id: args.edge.clone(),
            file: args.source.file.display().to_string(),
            known: listed(network.edges().iter().map(|edge| edge.id.as_str())),
        })?;
    let held = held_state(&case, edge)?;
    let [lo, hi] = case.default_range();
    let curve = Curve::new(
        &edge.device,
        network.platform(),
        held,
        [args.from.unwrap_or(lo), args.to.unwrap_or(hi)],
        args.samples,
    )?;
    let Curve {
        x,
        current,
        slope,
        peaks,
        valleys,
        ndc,
        ..
    } = &curve;
    if args.source.json {
        return output::json(&json!({
            "x": x, "current": current, "slope": slope, "peaks": peaks, "valleys": valleys, "ndc": ndc,
        }));
    }
    let row = |k: usize| vec![x[k], current[k], slope[k]];
    if args.csv {
        return output::csv(&["x", "current", "slope"], (0..x.len()).map(row));
    }
    let mut out = stdout();
    let (from, to) = (case.node_id(edge.from), case.node_id(edge.to));
    let unit = network.platform().state_unit();
    let heading = format!(
        "{} ({}), '{to}' held at {} {unit}",
        edge.id,
        edge.device.kind(),
        number(held)
    );
    writeln!(out, "{}", one_line(&heading))?;
    if ndc.is_empty() {
        writeln!(out, "  monotone: the slope is nowhere negative")?;
    }
    for [start, end] in ndc {
        writeln!(
            out,
            "  NDC: falls from {} to {} {unit}",
            number(*start),
            number(*end)
        )?;
    }
    for (name, points) in [("peak", peaks), ("valley", valleys)] {
        for [x, current] in points {
            writeln!(
                out,
                "  {name}: {} at {} {unit}",
                number(*current),
                number(*x)
            )?;
        }
    }
    writeln!(out)?;
    let mut rows = vec![vec![
        format!("{from} [{unit}]"),
        "current".to_owned(),
        "slope".to_owned(),
    ]];
    rows.extend((0..x.len()).map(|k| row(k).into_iter().map(number).collect()));
    table(&mut out, &rows)?;
    Ok(out.flush()?)
}

/// The state of the `to` end: its clamp, or its steady state.
fn held_state(case: &Case, edge: &Edge) -> Result<f64, CliError> {
    let system = &case.system;
    let slot = system.slot(edge.to).unwrap_or_default();
    if slot >= system.free_count() {
        return Ok(system.clamps()[slot - system.free_count()]);
    }
    let is_unique = case.certificates().unique.verdict() == Some(true);
    let state = steady::solve(
        system,
        &Options {
            is_unique,
            ..Options::default()
        },
    );
    let outcome = match &state.outcome {
        Outcome::Settled => return Ok(state.x[slot]),
        Outcome::Oscillates { .. } => "it oscillates",
        Outcome::Unsettled(reason) => reason.name(),
    };
    Err(CliError::NothingToHold {
        edge: edge.id.clone(),
        node: case.node_id(edge.to).to_owned(),
        outcome,
    })
}
