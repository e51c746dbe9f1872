//! Reads the format `thermonet/1`: collects every problem of a file with its place, instead of stopping at the first.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};

use super::fields::{Fields, as_list, as_number_in, as_object};
use super::problem::{Note, Problem, Rejected, Report, did_you_mean, quoted};
use super::reader_device::{Laws, read_device};
use super::{Document, FORMAT, WILDCARD, check, layout, reader_task, ties, tree};
use crate::device::{ParamRange, Platform};
use crate::network::{CAPACITY, EdgeKey, LEAK, Network, Node, NodeKey, Role, Shape, Signal, Units};

/// A document as it was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Loaded {
    /// The document.
    pub document: Document,
    /// What is accepted, yet likely not what was meant.
    pub notes: Vec<Note>,
}

/// The ids of a file and what became of them.
#[derive(Default)]
pub(super) struct Ids<'a> {
    /// Whether there were lists of nodes and of edges at all: if not, no id is called unknown.
    pub(super) has_nodes: bool,
    pub(super) has_edges: bool,
    pub(super) nodes: HashMap<&'a str, NodeKey>,
    /// Reservoirs whose role could not be read, so that nothing is concluded from it.
    pub(super) unknown_roles: HashSet<NodeKey>,
    /// `None` for an edge that could not be read.
    pub(super) edges: HashMap<&'a str, Option<EdgeKey>>,
    laws: Laws<'a>,
}

/// Problems beyond this are counted, not listed: a file with more is of another kind altogether.
const MOST_PROBLEMS: usize = 1_000;

/// Reads a file of the format `thermonet/1`.
///
/// # Errors
/// Everything that is wrong with it. Syntax errors end the reading; all other problems are collected.
pub fn read(bytes: &[u8]) -> Result<Loaded, Rejected> {
    let mut report = Report::default();
    let document = tree::parse(bytes, &mut report).and_then(|file| document(&file, &mut report));
    let Report {
        mut problems,
        notes,
    } = report;
    if problems.len() > MOST_PROBLEMS {
        let more = problems.len() - MOST_PROBLEMS;
        problems.truncate(MOST_PROBLEMS);
        let text = format!("{more} more problems are not listed");
        problems.push(Problem::new("file", text, "correct these first"));
    }
    match document {
        Some(document) if problems.is_empty() => Ok(Loaded { document, notes }),
        _ => Err(Rejected { problems, notes }),
    }
}

fn document(file: &Value, report: &mut Report) -> Option<Document> {
    const KNOWN: [&str; 12] = [
        "format",
        "name",
        "description",
        "platform",
        "ground",
        "system_size",
        "units",
        "nodes",
        "edges",
        "task",
        "training",
        "app",
    ];
    // The format comes first: of a file of another one, unknown fields are no news.
    let map = as_object(file, "", report)?;
    if !format_is_known(map, report) {
        return None;
    }
    let fields = Fields::open(file, "", &KNOWN, report)?;
    let platform = platform(&fields, report);
    let states = platform.map_or(ParamRange::Real, Platform::state_range);
    // A placeholder where the platform is not known: the document is refused anyway.
    let mut network = Network::new(platform.unwrap_or(Platform::Electronic));
    let text = |name, report: &mut Report| fields.text(name, report).unwrap_or_default().to_owned();
    network.name = text("name", report);
    network.description = text("description", report);
    if let Some(ground) = fields.number("ground", states, report) {
        network.ground = ground;
    }
    if let Some(size) = fields.number("system_size", ParamRange::Positive, report) {
        network.system_size = size;
    }
    network.units = fields.get("units").and_then(|value| units(value, report));

    let mut ids = Ids::default();
    let nodes = fields.required_list("nodes", report);
    ids.has_nodes = nodes.is_some();
    for (i, value) in nodes.into_iter().flatten().enumerate() {
        read_node(
            value,
            &format!("nodes[{i}]"),
            platform,
            &mut network,
            &mut ids,
            report,
        );
    }
    let edges = fields.required_list("edges", report);
    ids.has_edges = edges.is_some();
    for (i, value) in edges.into_iter().flatten().enumerate() {
        read_edge(
            value,
            &format!("edges[{i}]"),
            platform,
            &mut network,
            &mut ids,
            report,
        );
    }
    layout::place_missing(&mut network);

    let task = fields
        .get("task")
        .and_then(|value| reader_task::task(value, &network, platform, &ids, report));
    let training = fields
        .get("training")
        .and_then(|value| reader_task::training(value, report));
    let mut app = fields
        .get("app")
        .and_then(|value| as_object(value, "app", report))
        .map_or_else(Map::new, Clone::clone);
    ties::read(&mut app, &mut network, report);
    Some(Document {
        network,
        task,
        training,
        app,
    })
}

fn format_is_known(map: &Map<String, Value>, report: &mut Report) -> bool {
    let remedy = || format!("start the file with \"format\": \"{FORMAT}\"");
    match map.get("format") {
        None => report.problem("format", "is missing", remedy()),
        Some(Value::String(format)) if format == FORMAT => return true,
        Some(Value::String(format)) => {
            let newer = format
                .strip_prefix("thermonet/")
                .and_then(|version| version.parse::<u32>().ok())
                .is_some_and(|version| version > 1);
            if newer {
                report.problem(
                    "format",
                    format!(
                        "{} is newer than this program, which reads '{FORMAT}'",
                        quoted(format)
                    ),
                    "open the file with a newer thermonet",
                );
            } else {
                report.problem(
                    "format",
                    format!("must be '{FORMAT}', got {}", quoted(format)),
                    remedy(),
                );
            }
        }
        Some(_) => report.problem("format", format!("must be the text '{FORMAT}'"), remedy()),
    }
    false
}

fn platform(fields: &Fields<'_, '_>, report: &mut Report) -> Option<Platform> {
    fields.require(
        "platform",
        "add \"platform\": \"electronic\" or \"chemical\"",
        report,
    )?;
    fields.word(
        "platform",
        &[Platform::Electronic, Platform::Chemical],
        Platform::name,
        report,
    )
}

fn units(value: &Value, report: &mut Report) -> Option<Units> {
    let fields = Fields::open(value, "units", &["temperature_k", "rate_hz"], report)?;
    let temperature_k = fields.required_number("temperature_k", ParamRange::Positive, report);
    let rate_hz = fields.required_number("rate_hz", ParamRange::Positive, report);
    Some(Units {
        temperature_k: temperature_k?,
        rate_hz: rate_hz?,
    })
}

/// The id of an element, if it has one of its own.
fn id<'a>(
    fields: &Fields<'a, '_>,
    is_taken: impl Fn(&str) -> bool,
    report: &mut Report,
) -> Option<&'a str> {
    let id = fields.required_text("id", report)?;
    let place = fields.at("id");
    if id.is_empty() {
        report.problem(place, "must not be empty", "give it an id, such as \"h1\"");
        None
    } else if id == WILDCARD {
        report.problems.push(check::wildcard_id(place));
        None
    } else if is_taken(id) {
        report.problem(
            place,
            format!("{} is taken", quoted(id)),
            "give each its own id",
        );
        None
    } else {
        Some(id)
    }
}

/// Reads a reservoir and adds it as far as it could be read.
fn read_node<'a>(
    value: &'a Value,
    place: &str,
    platform: Option<Platform>,
    network: &mut Network,
    ids: &mut Ids<'a>,
    report: &mut Report,
) {
    const KNOWN: [&str; 9] = [
        "id", "role", "label", "value", "signal", "capacity", "leak", "initial", "at",
    ];
    let Some(fields) = Fields::open(value, place, &KNOWN, report) else {
        return;
    };
    let id = id(&fields, |id| ids.nodes.contains_key(id), report);
    fields.require(
        "role",
        "add \"role\": input, bias, hidden or output",
        report,
    );
    let role = fields.word("role", &Role::ALL, Role::name, report);
    let states = platform.map_or(ParamRange::Real, Platform::state_range);

    let mut node = Node::new(
        id.unwrap_or_default(),
        role.unwrap_or(Role::Hidden),
        network.platform(),
    );
    node.label = fields.text("label", report).map(str::to_owned);
    if role.is_some_and(Role::is_clamped) {
        fields.require("value", "a clamp is held at a value: add \"value\"", report);
    }
    let value = fields.number("value", states, report);
    node.value = value.unwrap_or(node.value);
    if let Some(capacity) = fields.number("capacity", CAPACITY.range, report) {
        node.capacity = capacity;
    }
    if let Some(leak) = fields.number("leak", LEAK.range, report) {
        node.leak = leak;
    }
    node.initial = fields.number("initial", states, report);
    node.at = fields
        .get("at")
        .and_then(|value| position(value, &fields.at("at"), report));
    node.signal = fields
        .get("signal")
        .and_then(|value| signal(value, &fields.at("signal"), report));
    if let (Some(platform), Some(value), Some(signal)) = (platform, value, &node.signal)
        && node.role.is_clamped()
    {
        let floor = check::signal_floor(&fields.at("signal"), platform, value, signal);
        report.problems.extend(floor.err());
    }
    if let Some(role) = role {
        let idle: &[&str] = if role.is_clamped() {
            &["capacity", "leak", "initial"]
        } else {
            &["value", "signal"]
        };
        for field in idle.iter().filter(|field| fields.get(field).is_some()) {
            let kind = if role.is_clamped() { "clamped" } else { "free" };
            report.note(
                fields.at(field),
                format!("has no effect on a {kind} node (role {})", role.name()),
            );
        }
    }

    if let Some(id) = id {
        let key = network.push_checked_node(node);
        ids.nodes.insert(id, key);
        if role.is_none() {
            ids.unknown_roles.insert(key);
        }
    }
}

fn position(value: &Value, place: &str, report: &mut Report) -> Option<[f64; 2]> {
    match as_list(value, place, report)? {
        [x, y] => {
            let x = as_number_in(x, ParamRange::Real, &format!("{place}[0]"), report);
            let y = as_number_in(y, ParamRange::Real, &format!("{place}[1]"), report);
            Some([x?, y?])
        }
        other => {
            report.problem(
                place,
                format!("must be two numbers, got {}", other.len()),
                "write [x, y], or leave it out",
            );
            None
        }
    }
}

fn signal(value: &Value, place: &str, report: &mut Report) -> Option<Signal> {
    let fields = Fields::open(
        value,
        place,
        &["shape", "amplitude", "period", "phase"],
        report,
    )?;
    fields.require(
        "shape",
        "add \"shape\": sine, square, ramp or pulse",
        report,
    );
    let shape = fields.word("shape", &Shape::ALL, Shape::name, report);
    let amplitude = fields.required_number("amplitude", ParamRange::Real, report);
    let period = fields.required_number("period", ParamRange::Positive, report);
    let phase = fields.number("phase", ParamRange::Real, report);
    Some(Signal {
        shape: shape?,
        amplitude: amplitude?,
        period: period?,
        phase: phase.unwrap_or(0.0),
    })
}

/// Reads an edge and adds it if it could be read.
fn read_edge<'a>(
    value: &'a Value,
    place: &str,
    platform: Option<Platform>,
    network: &mut Network,
    ids: &mut Ids<'a>,
    report: &mut Report,
) {
    let Some(fields) = Fields::open(
        value,
        place,
        &["id", "label", "from", "to", "device"],
        report,
    ) else {
        return;
    };
    let id = id(&fields, |id| ids.edges.contains_key(id), report);
    let label = fields.text("label", report).map(str::to_owned);
    let from = end(&fields, "from", ids, report);
    let to = end(&fields, "to", ids, report);
    if let (Some(from), Some(to)) = (from, to)
        && from == to
    {
        report.problem(
            fields.at("to"),
            "joins a node to itself",
            "an edge needs two different ends",
        );
    }
    let device = fields
        .require("device", "add \"device\": {\"kind\": …}", report)
        .and_then(|value| {
            read_device(value, &fields.at("device"), platform, &mut ids.laws, report)
        });
    let key = match (id, from, to, device) {
        (Some(id), Some(from), Some(to), Some(device)) if from != to => {
            Some(network.push_checked_edge(id.to_owned(), label, from, to, device))
        }
        _ => None,
    };
    if let Some(id) = id {
        ids.edges.insert(id, key);
    }
}

fn end(fields: &Fields<'_, '_>, name: &str, ids: &Ids<'_>, report: &mut Report) -> Option<NodeKey> {
    let id = fields.required_text(name, report)?;
    let key = ids.nodes.get(id).copied();
    if key.is_none() {
        no_such_node(fields.at(name), id, ids, report);
    }
    key
}

/// The problem of an id that no reservoir has.
pub(super) fn no_such_node(place: String, id: &str, ids: &Ids<'_>, report: &mut Report) {
    /// A word is compared with every id: beyond this many slips it is not slips that are wrong.
    const MOST_SUGGESTIONS: usize = 20;
    if !ids.has_nodes {
        return;
    }
    let suggestion = if report.problems.len() < MOST_SUGGESTIONS {
        // Sorting keeps the suggestion the same from run to run.
        let mut all: Vec<&str> = ids.nodes.keys().copied().collect();
        all.sort_unstable();
        did_you_mean(id, all)
    } else {
        String::new()
    };
    report.problem(
        place,
        format!("there is no node {}", quoted(id)),
        format!("{suggestion}name one of the nodes, or add it"),
    );
}
