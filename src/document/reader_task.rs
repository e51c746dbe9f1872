//! Reads the task and the training settings of a file.

use std::collections::HashSet;

use serde_json::Value;

use super::WILDCARD;
use super::check::{self, End, RowShape};
use super::fields::{Fields, as_integer, as_list, as_number, as_text};
use super::problem::{Problem, Report, did_you_mean, quoted};
use super::reader::{Ids, no_such_node};
use crate::device::{ParamRange, Platform};
use crate::learn::{
    Affine, Function, Loss, MAX_SAMPLES, MAX_STEPS, Optimizer, Row, Rule, Source,
    TRAINABLE_NODE_PARAMS, Target, Task, Trainable, Training,
};
use crate::network::{Network, NodeKey};

/// Reads a task. The result is whole only if no problem was reported.
pub(super) fn task(
    value: &Value,
    network: &Network,
    platform: Option<Platform>,
    ids: &Ids<'_>,
    report: &mut Report,
) -> Option<Task> {
    const KNOWN: [&str; 10] = [
        "inputs",
        "outputs",
        "loss",
        "gain",
        "rows",
        "function",
        "data",
        "encode",
        "decode",
        "trainable",
    ];
    let fields = Fields::open(value, "task", &KNOWN, report)?;
    let (inputs, input_count) = ends(&fields, End::Input, network, ids, report);
    let (outputs, output_count) = ends(&fields, End::Output, network, ids, report);
    let loss = match fields.get("loss") {
        None => Some(Loss::default()),
        Some(_) => fields.word("loss", &Loss::ALL, Loss::name, report),
    };
    if fields.get("gain").is_some() && loss == Some(Loss::Mse) {
        report.note("task.gain", "has no effect with the loss mse");
    }
    let shape = RowShape {
        inputs: input_count,
        outputs: output_count,
        loss,
    };
    let task = Task {
        inputs,
        outputs,
        loss: loss.unwrap_or_default(),
        gain: fields
            .number("gain", ParamRange::Real, report)
            .unwrap_or(1.0),
        source: source(&fields, shape, report).unwrap_or_default(),
        encode: affine(&fields, "encode", report),
        decode: affine(&fields, "decode", report),
        trainable: fields
            .get("trainable")
            .and_then(|value| as_list(value, "task.trainable", report))
            .map(|list| trainables(list, network, ids, report)),
    };
    check::task_numbers(&task, &mut report.problems);
    if let Some(platform) = platform {
        check::encoded(&task, platform, &mut report.problems);
    }
    Some(task)
}

/// The reservoirs at one end of the task, and how many the file means to name.
fn ends(
    fields: &Fields<'_, '_>,
    end: End,
    network: &Network,
    ids: &Ids<'_>,
    report: &mut Report,
) -> (Vec<NodeKey>, Option<usize>) {
    let Some(list) = fields.required_list(end.field(), report) else {
        return (Vec::new(), None);
    };
    if list.is_empty() {
        report.problems.push(end.empty());
    }
    let mut keys = Vec::with_capacity(list.len());
    let mut seen = HashSet::new();
    for (i, value) in list.iter().enumerate() {
        let place = format!("task.{}[{i}]", end.field());
        let Some(id) = as_text(value, &place, report) else {
            continue;
        };
        let Some(node) = ids.nodes.get(id).and_then(|&key| network.node(key)) else {
            no_such_node(place, id, ids, report);
            continue;
        };
        if !ids.unknown_roles.contains(&node.key()) && !end.suits(node.role) {
            report.problems.push(end.wrong_role(place, id, node.role));
        } else if !seen.insert(id) {
            report.problems.push(End::twice(place, id));
        }
        keys.push(node.key());
    }
    (keys, Some(list.len()))
}

fn affine(fields: &Fields<'_, '_>, name: &str, report: &mut Report) -> Affine {
    let mut affine = Affine::default();
    let place = fields.at(name);
    if let Some(inner) = fields
        .get(name)
        .and_then(|value| Fields::open(value, &place, &["scale", "offset"], report))
    {
        let mut read = |name, slot: &mut f64| {
            if let Some(number) = inner.number(name, ParamRange::Real, report) {
                *slot = number;
            }
        };
        read("scale", &mut affine.scale);
        read("offset", &mut affine.offset);
    }
    affine
}

fn source(fields: &Fields<'_, '_>, shape: RowShape, report: &mut Report) -> Option<Source> {
    let given: Vec<&str> = ["rows", "function", "data"]
        .into_iter()
        .filter(|name| fields.get(name).is_some())
        .collect();
    match given.as_slice() {
        [] => {
            report.problem(
                "task.rows",
                "is missing",
                "give \"rows\", or a \"function\", or the path of a \"data\" file",
            );
            None
        }
        [_, second, ..] => {
            report.problem(
                fields.at(second),
                format!("cannot be given beside {}", given[0]),
                "give only one of rows, function and data",
            );
            None
        }
        ["rows"] => {
            let list = fields.required_list("rows", report)?;
            if list.is_empty() {
                report.problems.push(check::no_rows());
            }
            let rows = list
                .iter()
                .enumerate()
                .filter_map(|(i, value)| row(value, &format!("task.rows[{i}]"), shape, report));
            Some(Source::Rows(rows.collect()))
        }
        ["function"] => {
            let value = fields.get("function")?;
            check::function_shape(shape, &mut report.problems);
            function(value, report).map(Source::Function)
        }
        _ => fields
            .required_word("data", report)
            .map(|path| Source::Data {
                path: path.to_owned(),
            }),
    }
}

fn row(value: &Value, place: &str, shape: RowShape, report: &mut Report) -> Option<Row> {
    let fields = Fields::open(value, place, &["in", "out", "class"], report)?;
    let input = fields
        .required_list("in", report)
        .and_then(|list| numbers(list, &fields.at("in"), report));
    let target = match (fields.get("out"), fields.get("class")) {
        (Some(out), None) => as_list(out, &fields.at("out"), report)
            .and_then(|list| numbers(list, &fields.at("out"), report))
            .map(Target::Values),
        (None, Some(class)) => {
            as_integer(class, 0, u64::from(u32::MAX), &fields.at("class"), report)
                .and_then(|class| usize::try_from(class).ok())
                .map(Target::Class)
        }
        (Some(_), Some(_)) => {
            report.problem(
                fields.at("class"),
                "cannot be given beside out",
                "give out with the loss mse, class with softmax_cross_entropy",
            );
            None
        }
        (None, None) => {
            let (name, remedy) = match shape.loss {
                Some(Loss::SoftmaxCrossEntropy) => ("class", "add \"class\": k, counted from 0"),
                _ => ("out", "add \"out\": […], one number for each output"),
            };
            report.problem(fields.at(name), "is missing", remedy);
            None
        }
    };
    let row = Row {
        input: input?,
        target: target?,
    };
    check::row(place, &row, shape, &mut report.problems);
    Some(row)
}

/// All numbers of a list, or `None` if some of it is not one.
fn numbers(list: &[Value], place: &str, report: &mut Report) -> Option<Vec<f64>> {
    let read: Vec<f64> = list
        .iter()
        .enumerate()
        .filter_map(|(i, value)| match value.as_f64() {
            Some(number) => Some(number),
            None => as_number(value, &format!("{place}[{i}]"), report),
        })
        .collect();
    (read.len() == list.len()).then_some(read)
}

fn function(value: &Value, report: &mut Report) -> Option<Function> {
    let fields = Fields::open(
        value,
        "task.function",
        &["expr", "from", "to", "samples"],
        report,
    )?;
    let expr = fields.required_word("expr", report);
    let from = fields.required_number("from", ParamRange::Real, report);
    let to = fields.required_number("to", ParamRange::Real, report);
    fields.require("samples", "add \"samples\": 41", report);
    let samples = fields
        .integer("samples", 2, MAX_SAMPLES as u64, report)
        .and_then(|samples| usize::try_from(samples).ok());
    let function = Function {
        expr: expr?.to_owned(),
        from: from?,
        to: to?,
        samples: samples?,
    };
    check::function(&function, &mut report.problems);
    Some(function)
}

fn trainables(
    list: &[Value],
    network: &Network,
    ids: &Ids<'_>,
    report: &mut Report,
) -> Vec<Trainable> {
    list.iter()
        .enumerate()
        .filter_map(|(i, value)| {
            let place = format!("task.trainable[{i}]");
            let text = as_text(value, &place, report)?;
            match trainable(text, network, ids) {
                Ok(Some(Trainable::Every(name))) if !matches_any(name, network) => {
                    report.note(place, "matches nothing in this network");
                    Some(Trainable::Every(name))
                }
                Ok(found) => found,
                Err((problem, remedy)) => {
                    report.problems.push(Problem::new(place, problem, remedy));
                    None
                }
            }
        })
        .collect()
}

fn matches_any(name: &str, network: &Network) -> bool {
    network
        .edges()
        .iter()
        .any(|edge| edge.device.param_index(name).is_some())
        || (TRAINABLE_NODE_PARAMS.contains(&name)
            && network.nodes().iter().any(|node| !node.role.is_clamped()))
}

/// Resolves `"element.parameter"`. `Ok(None)` if it names an edge that could not be read.
fn trainable(
    text: &str,
    network: &Network,
    ids: &Ids<'_>,
) -> Result<Option<Trainable>, (String, String)> {
    // Ids may hold dots, names of parameters never do.
    let Some((element, name)) = text.rsplit_once('.') else {
        return Err((
            format!("{} names no parameter", quoted(text)),
            "write \"edge.parameter\", \"node.capacity\", \"node.leak\" or \"*.parameter\"".into(),
        ));
    };
    if element == WILDCARD {
        let specs = network.edges().iter().flat_map(|edge| edge.device.specs());
        let made_up = specs.map(|spec| spec.name);
        return match Trainable::names()
            .chain(made_up)
            .find(|&known| known == name)
        {
            Some(parameter) => Ok(Some(Trainable::Every(parameter))),
            None => Err((
                format!("no device has a parameter {}", quoted(name)),
                format!(
                    "{}name a parameter of a device, capacity or leak",
                    did_you_mean(name, Trainable::names())
                ),
            )),
        };
    }
    if TRAINABLE_NODE_PARAMS.contains(&name) {
        let node = ids.nodes.get(element).and_then(|&key| network.node(key));
        return match node {
            Some(node) if node.role.is_clamped() && !ids.unknown_roles.contains(&node.key()) => {
                Err((
                    format!(
                        "the {name} of {} has no effect, it is clamped",
                        quoted(element)
                    ),
                    "name a free node".into(),
                ))
            }
            Some(node) if name == "leak" => Ok(Some(Trainable::Leak(node.key()))),
            Some(node) => Ok(Some(Trainable::Capacity(node.key()))),
            None if !ids.has_nodes => Ok(None),
            None => Err((
                format!("there is no node {}", quoted(element)),
                "name a free node".into(),
            )),
        };
    }
    match ids.edges.get(element) {
        None if !ids.has_edges => Ok(None),
        None => Err((
            format!("there is no edge {}", quoted(element)),
            "name an edge and a parameter of its device".into(),
        )),
        Some(None) => Ok(None),
        Some(Some(key)) => {
            let specs = network
                .edge(*key)
                .map_or(&[][..], |edge| edge.device.specs());
            match specs.iter().find(|spec| spec.name == name) {
                Some(spec) => Ok(Some(Trainable::Device {
                    edge: *key,
                    parameter: spec.name,
                })),
                None => Err((
                    format!(
                        "the device of {} has no parameter {}",
                        quoted(element),
                        quoted(name)
                    ),
                    format!(
                        "{}name one of its parameters",
                        did_you_mean(name, specs.iter().map(|spec| spec.name))
                    ),
                )),
            }
        }
    }
}

/// Reads the training settings; those not given keep their defaults.
pub(super) fn training(value: &Value, report: &mut Report) -> Option<Training> {
    const KNOWN: [&str; 8] = [
        "rule",
        "optimizer",
        "rate",
        "steps",
        "seed",
        "clip",
        "momentum",
        "beta",
    ];
    let fields = Fields::open(value, "training", &KNOWN, report)?;
    let mut training = Training::default();
    if let Some(rule) = fields.word("rule", &Rule::ALL, Rule::name, report) {
        training.rule = rule;
    }
    if let Some(optimizer) = fields.word("optimizer", &Optimizer::ALL, Optimizer::name, report) {
        training.optimizer = optimizer;
    }
    if let Some(rate) = fields.number("rate", ParamRange::Real, report) {
        training.rate = rate;
    }
    if let Some(steps) = fields
        .integer("steps", 1, MAX_STEPS as u64, report)
        .and_then(|steps| usize::try_from(steps).ok())
    {
        training.steps = steps;
    }
    if let Some(seed) = fields.integer("seed", 0, u64::MAX, report) {
        training.seed = seed;
    }
    match fields.get("clip") {
        None => {}
        Some(Value::Null) => training.clip = None,
        Some(_) => training.clip = fields.number("clip", ParamRange::Real, report),
    }
    training.momentum = fields.number("momentum", ParamRange::Real, report);
    training.beta = fields.number("beta", ParamRange::Real, report);
    if training.momentum.is_some() && training.optimizer != Optimizer::Sgd {
        report.note(
            "training.momentum",
            format!(
                "has no effect with the optimizer {}",
                training.optimizer.name()
            ),
        );
    }
    if training.beta.is_some() && !training.rule.nudges() {
        report.note(
            "training.beta",
            format!("has no effect with the rule {}", training.rule.name()),
        );
    }
    report.problems.extend(check::training(&training));
    Some(training)
}
