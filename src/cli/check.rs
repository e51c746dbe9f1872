//! `thermonet check`: what is wrong with a file, and what is worth knowing about the network in it.

use std::io::Write;

use clap::Args;
use serde_json::{Value, json};

use super::output::{counted, listed, number, one_line, stdout};
use super::{CliError, Source, output};
use crate::document::{Document, LoadError, Problem, load};
use crate::learn::Task;
use crate::physics::certificates::Region;
use crate::physics::flaws::{self, Flawed};
use crate::physics::fuel;
use crate::system::System;

#[derive(Debug, Args)]
pub struct CheckArgs {
    #[command(flatten)]
    source: Source,
}

pub(super) fn run(args: &CheckArgs) -> Result<(), CliError> {
    let Source { file: path, json } = &args.source;
    let file = path.display().to_string();
    match load(path) {
        Ok(opened) => {
            let mut notes: Vec<String> = opened.notes.iter().map(ToString::to_string).collect();
            notes.extend(physical_notes(&opened.document));
            if *json {
                return output::json(&answer(&[], &notes));
            }
            let mut out = stdout();
            writeln!(out, "{}", one_line(&format!("{file}: ok")))?;
            for note in notes {
                writeln!(out, "  note: {}", one_line(&note))?;
            }
            Ok(out.flush()?)
        }
        Err(LoadError::Rejected { rejected, .. }) => {
            let problems = rejected.problems;
            let notes: Vec<String> = rejected.notes.iter().map(ToString::to_string).collect();
            if *json {
                output::json(&answer(&problems, &notes))?;
            } else {
                let mut out = stdout();
                for problem in &problems {
                    writeln!(out, "{}", one_line(&problem.to_string()))?;
                }
                out.flush()?;
            }
            Err(CliError::Problems {
                file,
                count: counted(problems.len(), "problem"),
            })
        }
        Err(LoadError::File(error)) => {
            if *json {
                let problem = Problem::new("file", error.what.to_string(), error.what.remedy());
                output::json(&answer(&[problem], &[]))?;
            }
            Err(LoadError::File(error).into())
        }
    }
}

fn answer(problems: &[Problem], notes: &[String]) -> Value {
    let problems: Vec<Value> = problems
        .iter()
        .map(
            |Problem {
                 place,
                 problem,
                 remedy,
             }| json!({ "place": place, "problem": problem, "remedy": remedy }),
        )
        .collect();
    json!({ "ok": problems.is_empty(), "problems": problems, "notes": notes })
}

/// What physics says that a reader may not expect.
fn physical_notes(document: &Document) -> Vec<String> {
    let network = &document.network;
    let system = System::new(network);
    let node = |slot: usize| {
        network
            .node(system.nodes()[slot])
            .map_or("", |node| node.id.as_str())
    };
    let mut notes: Vec<String> = fuel::driven_cycles(&system)
        .iter()
        .map(|cycle| {
            let edges = cycle
                .links()
                .filter_map(|link| network.edge(system.links()[link].key));
            format!(
                "the cycle through {} works by a hidden fuel of {} k_B·T per turn",
                listed(edges.map(|edge| edge.id.as_str())),
                number(cycle.ln_product)
            )
        })
        .collect();
    let inputs = document.task.as_ref().map(Task::encoded_inputs);
    let region = Region::new(&system, &inputs.unwrap_or_default());
    for Flawed { link, flaw } in flaws::flaws(&system, &region) {
        let edge = network.edge_index(system.links()[link].key);
        notes.push(format!(
            "edges[{}].device.formula: {}: {flaw}",
            edge.unwrap_or(link),
            flaw.title()
        ));
    }
    for island in system.islands() {
        notes.push(format!(
            "no path leads from {} to a clamp or a leak: the total there never changes",
            listed(island.iter().map(|&slot| node(slot)))
        ));
    }
    if system.is_driven() {
        notes.push(
            "signals move clamps in time: solve holds them at their value, relax follows them"
                .to_owned(),
        );
    }
    notes
}
