//! `thermonet solve`: the steady state and what can be said of it.

use std::io::Write;

use clap::Args;
use serde_json::{Map, Value, json};

use super::output::{counted, number, stdout, table};
use super::{Case, Clamps, CliError, Source, output};
use crate::device::Platform;
use crate::physics::certificates::Certificates;
use crate::physics::dissipation::{Dissipation, supplied_power};
use crate::physics::noise;
use crate::solve::multistart;
use crate::solve::steady::{self, Method, Options, Outcome, Reason, SteadyState};

#[derive(Debug, Args)]
pub struct SolveArgs {
    #[command(flatten)]
    source: Source,
    #[command(flatten)]
    clamps: Clamps,
}

/// A solved network and everything that is reported of it.
struct Report<'a> {
    case: &'a Case,
    state: SteadyState,
    certificates: Certificates,
    dissipation: Dissipation,
    clamp_power: Option<f64>,
    variances: Option<Vec<f64>>,
}

pub(super) fn run(args: &SolveArgs) -> Result<(), CliError> {
    let case = Case::new(&args.source, &args.clamps)?;
    let report = Report::new(&case);
    if case.system.is_driven() {
        eprintln!("note: signals are left out: solve holds every clamp at its value");
    }
    if args.source.json {
        output::json(&report.json())?;
    } else {
        report.print()?;
    }
    match &report.state.outcome {
        Outcome::Unsettled(reason) => Err(CliError::Unsettled(report.unsettled(*reason))),
        _ => Ok(()),
    }
}

impl<'a> Report<'a> {
    fn new(case: &'a Case) -> Self {
        let system = &case.system;
        let mut certificates = case.certificates();
        let is_unique = certificates.unique.verdict() == Some(true);
        let state = steady::solve(
            system,
            &Options {
                is_unique,
                ..Options::default()
            },
        );
        multistart::refute_unique(system, &state, &mut certificates);
        let settled = state.is_settled();
        let clamp_power = (settled && system.platform() == Platform::Electronic)
            .then(|| supplied_power(system, &state.flow));
        let variances = if settled {
            noise::variances(system, &state.flow)
        } else {
            None
        };
        let dissipation = Dissipation::at(system, &state.flow);
        Self {
            case,
            state,
            certificates,
            dissipation,
            clamp_power,
            variances,
        }
    }

    fn relaxation_time(&self) -> Option<f64> {
        self.state
            .spectrum
            .as_ref()
            .filter(|_| self.state.is_settled())?
            .relaxation_time()
    }

    /// (id, value) of the free reservoirs in the order of the file.
    fn free<'v>(&'v self, values: &'v [f64]) -> impl Iterator<Item = (&'v str, f64)> {
        self.case.in_file_order(values)
    }

    fn json(&self) -> Value {
        let Self {
            case,
            state,
            certificates,
            dissipation,
            clamp_power,
            variances,
        } = self;
        let by_id = |pairs: &mut dyn Iterator<Item = (&str, f64)>| -> Value {
            pairs
                .map(|(id, x)| (id.to_owned(), json!(x)))
                .collect::<Map<_, _>>()
                .into()
        };
        let currents = case.network().edges().iter().zip(&state.flow.responses);
        let eigenvalues: Vec<[f64; 2]> = state
            .spectrum
            .iter()
            .flat_map(|spectrum| &spectrum.eigenvalues)
            .map(|value| [value.re, value.im])
            .collect();
        let mut object = json!({
            "outcome": match state.outcome {
                Outcome::Settled => "settled",
                Outcome::Oscillates { .. } => "oscillates",
                Outcome::Unsettled(_) => "unsettled",
            },
            "potentials": by_id(&mut case.in_file_order(&state.flow.states)),
            "currents": by_id(&mut currents.map(|(edge, response)| (edge.id.as_str(), response.current))),
            "residual": state.residual(),
            "stable": self.is_stable(),
            "eigenvalues": eigenvalues,
            "relaxation_time": self.relaxation_time(),
            "dissipation": {
                "edges": dissipation.edge_sum(),
                "leaks": dissipation.leak_sum(),
                "total": dissipation.total(),
            },
            "clamp_power": clamp_power,
            "variance": variances.as_ref().map(|variances| by_id(&mut self.free(variances))),
            "certificates": {
                "monotone": certificates.monotone.verdict(),
                "unique": certificates.unique.verdict(),
                "reciprocal": Some(certificates.reciprocal.verdict()),
            },
        });
        match &state.outcome {
            Outcome::Settled => {}
            Outcome::Oscillates { period, range } => {
                let ranges = case.network().nodes().iter().filter_map(|node| {
                    let slot = case.system.slot(node.key())?;
                    Some((node.id.clone(), json!(range.get(slot)?)))
                });
                object["period"] = json!(period);
                object["range"] = ranges.collect::<Map<_, _>>().into();
            }
            Outcome::Unsettled(reason) => {
                object["reason"] = json!(reason.name());
                object["slowest"] = json!(self.slowest());
                if let Reason::Frozen { time } = reason {
                    object["time"] = json!(time);
                }
            }
        }
        object
    }

    /// Whether every eigenvalue has a negative real part; on a limit cycle the state is no equilibrium at all.
    fn is_stable(&self) -> bool {
        !matches!(self.state.outcome, Outcome::Oscillates { .. })
            && self
                .state
                .spectrum
                .as_ref()
                .is_some_and(|spectrum| spectrum.is_stable())
    }

    fn slowest(&self) -> Option<&str> {
        self.state
            .slowest(&self.case.system)
            .map(|slot| self.case.id_of_slot(slot))
    }

    /// The one line that says why there is no steady state, and what to do.
    fn unsettled(&self, reason: Reason) -> String {
        let slowest = self.slowest().unwrap_or_default();
        match reason {
            Reason::Frozen { time } => format!(
                "no steady state: frozen, the currents vanish but '{slowest}' would still move within {} units of time; \
                 give it a leak or a larger rate",
                number(time)
            ),
            Reason::Balanced => format!(
                "no steady state: balanced on an unstable equilibrium; change \"initial\" of '{slowest}' a little to \
                 choose a side"
            ),
            Reason::Slow => format!(
                "no steady state: still moving after {}, most of all '{slowest}' (residual {}); look at it with \
                 `thermonet relax`",
                counted(self.state.steps, "step"),
                number(self.state.residual())
            ),
        }
    }

    fn print(&self) -> Result<(), CliError> {
        let Self {
            case,
            state,
            certificates,
            dissipation,
            clamp_power,
            variances,
        } = self;
        let (network, system) = (case.network(), &case.system);
        let mut out = stdout();
        let method = match state.method {
            Method::PseudoTransient => "pseudo-transient continuation",
            Method::Integration => "integration",
        };
        let how = format!("({}, {})", counted(state.steps, "step"), method);
        match &state.outcome {
            Outcome::Settled => writeln!(out, "{}: settled {how}", network.name)?,
            Outcome::Oscillates { period, .. } => {
                writeln!(
                    out,
                    "{}: oscillates with period {} {how}",
                    network.name,
                    number(*period)
                )?;
            }
            Outcome::Unsettled(reason) => {
                writeln!(
                    out,
                    "{}: unsettled, {}; the last state {how}",
                    network.name,
                    reason.name()
                )?;
            }
        }
        let mut rows = vec![vec![
            "reservoir".to_owned(),
            "role".to_owned(),
            format!("state [{}]", network.platform().state_unit()),
            "std. deviation".to_owned(),
        ]];
        if let Outcome::Oscillates { .. } = state.outcome {
            rows[0].push("range".to_owned());
        }
        for node in network.nodes() {
            let Some(slot) = system.slot(node.key()) else {
                continue;
            };
            let deviation = variances
                .as_ref()
                .and_then(|variances| variances.get(slot))
                .map(|v| number(v.sqrt()));
            let mut row = vec![
                node.id.clone(),
                node.role.name().to_owned(),
                number(state.flow.states[slot]),
                deviation.unwrap_or_default(),
            ];
            if let Outcome::Oscillates { range, .. } = &state.outcome
                && let Some([lo, hi]) = range.get(slot)
            {
                row.push(format!("{} to {}", number(*lo), number(*hi)));
            }
            rows.push(row);
        }
        writeln!(out)?;
        table(&mut out, &rows)?;
        let mut rows = vec![
            ["edge", "device", "from", "to", "current"]
                .map(str::to_owned)
                .to_vec(),
        ];
        for (edge, response) in network.edges().iter().zip(&state.flow.responses) {
            rows.push(vec![
                edge.id.clone(),
                edge.device.kind().name().to_owned(),
                case.node_id(edge.from).to_owned(),
                case.node_id(edge.to).to_owned(),
                number(response.current),
            ]);
        }
        writeln!(out)?;
        table(&mut out, &rows)?;
        writeln!(out)?;
        let none = || "none".to_owned();
        let verdict =
            |value: Option<bool>| value.map_or("unknown", |yes| if yes { "yes" } else { "no" });
        let mut facts = vec![
            ("residual", number(state.residual())),
            (
                "relaxation time",
                self.relaxation_time().map_or_else(none, number),
            ),
            (
                "dissipation",
                format!(
                    "{} (edges {}, leaks {}), in k_BT per unit time",
                    number(dissipation.total()),
                    number(dissipation.edge_sum()),
                    number(dissipation.leak_sum())
                ),
            ),
        ];
        if let Some(power) = clamp_power {
            facts.push(("clamp power", number(*power)));
        }
        facts.extend([
            (
                "monotone",
                verdict(certificates.monotone.verdict()).to_owned(),
            ),
            ("unique", verdict(certificates.unique.verdict()).to_owned()),
            (
                "reciprocal",
                verdict(Some(certificates.reciprocal.verdict())).to_owned(),
            ),
        ]);
        if variances.is_none() && state.is_settled() && system.free_count() > 0 {
            facts.push((
                "noise",
                "not computed for networks of 300 free reservoirs and more".to_owned(),
            ));
        }
        let rows: Vec<Vec<String>> = facts
            .into_iter()
            .map(|(name, value)| vec![name.to_owned(), value])
            .collect();
        table(&mut out, &rows)?;
        Ok(out.flush()?)
    }
}
