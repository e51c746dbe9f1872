//! Writes the format `thermonet/1`: the same bytes for the same document, and floats in digits that read back the same.
//!
//! What acts is written even at its default, so that a file says what is simulated; what does not act (the capacity
//! of a clamp, the value of a free node) is written only if it differs from its default, so that nothing is lost.

use std::borrow::Cow;

use serde_json::{Map, Number, Value, json};

use super::{Document, FORMAT, WILDCARD, layout, printer, ties};
use crate::device::{Absent, Device};
use crate::learn::{Affine, Function, Loss, Row, Source, Target, Task, Trainable, Training};
use crate::network::{Edge, Network, Node, NodeKey, Signal, Units};

/// The bytes of a `thermonet/1` file that reads back to this document.
#[must_use]
pub fn write(document: &Document) -> Vec<u8> {
    let Document {
        network,
        task,
        training,
        app,
    } = document;
    let network = with_positions(network);
    let mut file = Map::new();
    file.insert("format".into(), FORMAT.into());
    file.insert("name".into(), network.name.as_str().into());
    if !network.description.is_empty() {
        file.insert("description".into(), network.description.as_str().into());
    }
    file.insert("platform".into(), network.platform().name().into());
    file.insert("ground".into(), float(network.ground));
    file.insert("system_size".into(), short(network.system_size));
    if let Some(units) = &network.units {
        let Units {
            temperature_k,
            rate_hz,
        } = *units;
        file.insert(
            "units".into(),
            json!({"temperature_k": float(temperature_k), "rate_hz": float(rate_hz)}),
        );
    }
    let nodes = network.nodes().iter().map(|of| node(of, &network));
    file.insert("nodes".into(), nodes.collect());
    let edges = network.edges().iter().map(|of| edge(of, &network));
    file.insert("edges".into(), edges.collect());
    if let Some(of) = task {
        file.insert("task".into(), self::task(of, &network));
    }
    if let Some(of) = training {
        file.insert("training".into(), self::training(of));
    }
    let app = ties::write(app, &network);
    if !app.is_empty() {
        file.insert("app".into(), Value::Object(app));
    }
    printer::print(&file).into_bytes()
}

/// The network with every reservoir placed: reading places them, so writing must give the same positions.
fn with_positions(network: &Network) -> Cow<'_, Network> {
    if network.nodes().iter().all(|node| node.at.is_some()) {
        return Cow::Borrowed(network);
    }
    let mut placed = network.clone();
    layout::place_missing(&mut placed);
    Cow::Owned(placed)
}

/// A number in the fewest digits that read back the same.
fn float(value: f64) -> Value {
    // No document holds a number without a JSON form; null would be refused on reading, not silently changed.
    Number::from_f64(value).map_or(Value::Null, Value::Number)
}

/// The same, without a decimal point where the number is whole: for counts and canvas positions.
fn short(value: f64) -> Value {
    // Below 2^53 every whole number has its own f64.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    let is_negative_zero = value == 0.0 && value.is_sign_negative();
    if value.fract() == 0.0 && value.abs() < EXACT && !is_negative_zero {
        #[expect(clippy::cast_possible_truncation, reason = "whole and below 2^53")]
        let whole = value as i64;
        Value::from(whole)
    } else {
        float(value)
    }
}

/// A field to write where `acts`, or where it differs from its default.
fn put(map: &mut Map<String, Value>, name: &str, value: f64, default: f64, acts: bool) {
    if acts || value.to_bits() != default.to_bits() {
        map.insert(name.into(), float(value));
    }
}

fn node(node: &Node, network: &Network) -> Value {
    let fresh = Node::new("", node.role, network.platform());
    let clamped = node.role.is_clamped();
    let mut map = Map::new();
    map.insert("id".into(), node.id.as_str().into());
    if let Some(label) = &node.label {
        map.insert("label".into(), label.as_str().into());
    }
    map.insert("role".into(), node.role.name().into());
    put(&mut map, "value", node.value, fresh.value, clamped);
    if let Some(of) = &node.signal {
        map.insert("signal".into(), signal(of));
    }
    put(
        &mut map,
        "capacity",
        node.capacity,
        fresh.capacity,
        !clamped,
    );
    put(&mut map, "leak", node.leak, fresh.leak, !clamped);
    if let Some(initial) = node.initial {
        map.insert("initial".into(), float(initial));
    }
    if let Some([x, y]) = node.at {
        map.insert("at".into(), Value::Array(vec![short(x), short(y)]));
    }
    Value::Object(map)
}

fn signal(signal: &Signal) -> Value {
    let Signal {
        shape,
        amplitude,
        period,
        phase,
    } = *signal;
    json!({
        "shape": shape.name(),
        "amplitude": float(amplitude),
        "period": float(period),
        "phase": float(phase),
    })
}

fn edge(edge: &Edge, network: &Network) -> Value {
    let mut map = Map::new();
    map.insert("id".into(), edge.id.as_str().into());
    if let Some(label) = &edge.label {
        map.insert("label".into(), label.as_str().into());
    }
    map.insert("from".into(), node_id(edge.from, network));
    map.insert("to".into(), node_id(edge.to, network));
    map.insert("device".into(), device(&edge.device));
    Value::Object(map)
}

/// The id of a reservoir; keys in a document always have one.
fn node_id(key: NodeKey, network: &Network) -> Value {
    network
        .node(key)
        .map_or(Value::Null, |node| node.id.as_str().into())
}

fn device(device: &Device) -> Value {
    let mut map = Map::new();
    map.insert("kind".into(), device.kind().name().into());
    let mut parameters = Map::new();
    for (spec, &value) in device.specs().iter().zip(device.params()) {
        let is_absent = matches!(spec.absent, Absent::Is(without) if without.is_infinite() && value.is_infinite());
        if !is_absent {
            parameters.insert(spec.name.into(), float(value));
        }
    }
    if let Some(law) = device.formula() {
        map.insert("formula".into(), law.text().into());
        map.insert("parameters".into(), Value::Object(parameters));
    } else {
        map.extend(parameters);
    }
    Value::Object(map)
}

fn task(task: &Task, network: &Network) -> Value {
    let Task {
        inputs,
        outputs,
        loss,
        gain,
        source,
        encode,
        decode,
        trainable,
    } = task;
    let ids = |keys: &[NodeKey]| keys.iter().map(|&key| node_id(key, network)).collect();
    let mut map = Map::new();
    map.insert("inputs".into(), ids(inputs));
    map.insert("outputs".into(), ids(outputs));
    map.insert("loss".into(), loss.name().into());
    put(
        &mut map,
        "gain",
        *gain,
        1.0,
        *loss == Loss::SoftmaxCrossEntropy,
    );
    for (name, of) in [("encode", encode), ("decode", decode)] {
        if *of != Affine::default() {
            let Affine { scale, offset } = *of;
            map.insert(
                name.into(),
                json!({"scale": float(scale), "offset": float(offset)}),
            );
        }
    }
    match source {
        Source::Rows(rows) => {
            map.insert("rows".into(), rows.iter().map(row).collect());
        }
        Source::Function(of) => {
            let Function {
                expr,
                from,
                to,
                samples,
            } = of;
            map.insert(
                "function".into(),
                json!({"expr": expr, "from": float(*from), "to": float(*to), "samples": samples}),
            );
        }
        Source::Data { path } => {
            map.insert("data".into(), path.as_str().into());
        }
    }
    if let Some(list) = trainable {
        let names = list.iter().filter_map(|item| trainable_name(item, network));
        map.insert("trainable".into(), names.map(Value::from).collect());
    }
    Value::Object(map)
}

fn row(row: &Row) -> Value {
    let list = |values: &[f64]| -> Value { values.iter().map(|&value| float(value)).collect() };
    let Row { input, target } = row;
    match target {
        Target::Values(values) => json!({"in": list(input), "out": list(values)}),
        Target::Class(class) => json!({"in": list(input), "class": class}),
    }
}

/// The name of a trainable parameter as files give it; `None` if the element is gone.
pub(super) fn trainable_name(item: &Trainable, network: &Network) -> Option<String> {
    let node = |key, name| network.node(key).map(|node| format!("{}.{name}", node.id));
    match *item {
        Trainable::Device { edge, parameter } => network
            .edge(edge)
            .map(|edge| format!("{}.{parameter}", edge.id)),
        Trainable::Capacity(key) => node(key, "capacity"),
        Trainable::Leak(key) => node(key, "leak"),
        Trainable::Every(name) => Some(format!("{WILDCARD}.{name}")),
    }
}

fn training(training: &Training) -> Value {
    let Training {
        rule,
        optimizer,
        rate,
        steps,
        seed,
        clip,
        momentum,
        beta,
    } = *training;
    let mut map = Map::new();
    map.insert("rule".into(), rule.name().into());
    map.insert("optimizer".into(), optimizer.name().into());
    map.insert("rate".into(), float(rate));
    map.insert("steps".into(), steps.into());
    map.insert("seed".into(), seed.into());
    map.insert("clip".into(), clip.map_or(Value::Null, float));
    for (name, value) in [("momentum", momentum), ("beta", beta)] {
        if let Some(value) = value {
            map.insert(name.into(), float(value));
        }
    }
    Value::Object(map)
}
