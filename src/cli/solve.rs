//! `thermonet solve`: the steady state and what can be said of it.

use std::io::Write;

use clap::Args;
use serde_json::{Map, Value, json};

use super::output::{counted, number, one_line, stdout, table};
use super::{Case, Clamps, CliError, Source, complain, output};
use crate::device::Platform;
use crate::physics::certificates::Certificates;
use crate::physics::dissipation::{Dissipation, supplied_power};
use crate::physics::noise;
use crate::solve::multistart;
use crate::solve::stability::{Listing, Verdict};
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
    if args.source.json {
        output::json(&report.json())?;
    } else {
        report.print()?;
    }
    let driven = case.system.is_driven();
    if let Outcome::Unsettled(reason) = report.state.outcome {
        let mut message = report.unsettled(reason);
        if driven {
            message.push_str("; signals were left out, every clamp held at its value");
        }
        return Err(CliError::Unsettled(message));
    }
    if driven {
        complain("note: signals are left out: solve holds every clamp at its value");
    }
    Ok(())
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
                "reciprocal": certificates.reciprocal.verdict(),
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

    /// Whether every eigenvalue has a negative real part, where that is known; on a limit cycle the state is no
    /// equilibrium at all.
    fn is_stable(&self) -> Option<bool> {
        if matches!(self.state.outcome, Outcome::Oscillates { .. }) {
            return Some(false);
        }
        let spectrum = self.state.spectrum.as_ref();
        match spectrum.map(|spectrum| spectrum.verdict) {
            Some(Verdict::Unknown) => None,
            verdict => Some(verdict == Some(Verdict::Stable)),
        }
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
            Reason::Undefined { link } => {
                let link = &self.case.system.links()[link];
                let states = &self.state.flow.states;
                format!(
                    "no steady state: the formula of edge '{}' has no finite value at a = {}, b = {}; change it, or \"initial\"",
                    self.case
                        .network()
                        .edge(link.key)
                        .map_or("", |edge| &edge.id),
                    number(states[link.from]),
                    number(states[link.to])
                )
            }
            Reason::Slow => format!(
                "no steady state: still moving after {}, most of all '{slowest}' (residual {}); look at it with \
                 `thermonet relax`",
                counted(self.state.steps, "step"),
                number(self.state.residual())
            ),
        }
    }

    fn print(&self) -> Result<(), CliError> {
        let mut out = stdout();
        writeln!(out, "{}", one_line(&self.headline()))?;
        for rows in [self.reservoirs(), self.edges(), self.facts()] {
            writeln!(out)?;
            table(&mut out, &rows)?;
        }
        Ok(out.flush()?)
    }

    /// The outcome and how it was reached.
    fn headline(&self) -> String {
        let state = &self.state;
        let method = match state.method {
            Method::PseudoTransient => "pseudo-transient continuation",
            Method::Integration => "integration",
        };
        let name = match self.case.network().name.as_str() {
            "" => "network",
            name => name,
        };
        let outcome = match &state.outcome {
            Outcome::Settled => "settled".to_owned(),
            Outcome::Oscillates { period, .. } => {
                format!("oscillates with period {}", number(*period))
            }
            Outcome::Unsettled(reason) => {
                format!("unsettled ({}), the last state is shown", reason.name())
            }
        };
        format!(
            "{name}: {outcome}; {} of {method}",
            counted(state.steps, "step")
        )
    }

    fn reservoirs(&self) -> Vec<Vec<String>> {
        let Self {
            case,
            state,
            variances,
            ..
        } = self;
        let network = case.network();
        let range = match &state.outcome {
            Outcome::Oscillates { range, .. } => Some(range),
            _ => None,
        };
        let unit = format!("state [{}]", network.platform().state_unit());
        let mut heading = ["reservoir", "role", &unit, "std. deviation"]
            .map(str::to_owned)
            .to_vec();
        heading.extend(range.map(|_| "range".to_owned()));
        let mut rows = vec![heading];
        for node in network.nodes() {
            let Some(slot) = case.system.slot(node.key()) else {
                continue;
            };
            let variance = variances.as_ref().and_then(|variances| variances.get(slot));
            let mut row = vec![
                node.id.clone(),
                node.role.name().to_owned(),
                number(state.flow.states[slot]),
                variance
                    .map(|variance| number(variance.sqrt()))
                    .unwrap_or_default(),
            ];
            if let Some([lo, hi]) = range.and_then(|range| range.get(slot)) {
                row.push(format!("{} to {}", number(*lo), number(*hi)));
            }
            rows.push(row);
        }
        rows
    }

    fn edges(&self) -> Vec<Vec<String>> {
        let Self { case, state, .. } = self;
        let network = case.network();
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
        rows
    }

    fn facts(&self) -> Vec<Vec<String>> {
        let Self {
            case,
            state,
            certificates,
            dissipation,
            clamp_power,
            variances,
        } = self;
        let verdict = |value: Option<bool>| {
            value
                .map_or("unknown", |yes| if yes { "yes" } else { "no" })
                .to_owned()
        };
        let mut facts = vec![
            ("residual", number(state.residual())),
            (
                "relaxation time",
                self.relaxation_time()
                    .map_or_else(|| "none".to_owned(), number),
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
        facts.extend(clamp_power.map(|power| ("clamp power", number(power))));
        facts.extend([
            ("monotone", verdict(certificates.monotone.verdict())),
            ("unique", verdict(certificates.unique.verdict())),
            ("reciprocal", verdict(certificates.reciprocal.verdict())),
        ]);
        if let Some(spectrum) = &state.spectrum
            && let Listing::Slowest {
                residual,
                is_complete,
            } = spectrum.listing
        {
            let (listed, all) = (spectrum.eigenvalues.len(), spectrum.count);
            let known = match (listed, is_complete) {
                (0, _) => "none found to converge".to_owned(),
                (_, true) => format!("the slowest, each to within {residual:.0e}, none missing"),
                (_, false) => format!("the slowest found, with residuals up to {residual:.0e}"),
            };
            let eigenvalues = format!("{listed} of {all} listed (--json): {known}");
            facts.push(("eigenvalues", eigenvalues));
        }
        if self.is_stable().is_none() {
            let stability = "not proved: no growing mode was found, but none is excluded";
            facts.push(("stability", stability.to_owned()));
        }
        if variances.is_none() && state.is_settled() && case.system.free_count() > 0 {
            let why = if case.system.free_count() >= noise::TOO_MANY {
                "not computed for networks of 300 free reservoirs and more"
            } else {
                "not computed: a device runs against its force, or rates are too far apart for floating point"
            };
            facts.push(("noise", why.to_owned()));
        }
        facts
            .into_iter()
            .map(|(name, value)| vec![name.to_owned(), value])
            .collect()
    }
}
