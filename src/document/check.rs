//! The rules that both the file reader and the edits hold a document to, stated once.

use super::problem::Problem;
use super::tree::join;
use crate::device::{ParamRange, Platform};
use crate::learn::{
    Function, Loss, MAX_SAMPLES, MAX_STEPS, Row, Source, Target, Task, Trainable, Training,
};
use crate::network::{Network, Node, NodeKey, Role, Signal, Units};

/// A number as messages show it: plain where that is short, else with an exponent.
fn shown(value: f64) -> String {
    if value.is_infinite() {
        "an infinite one".to_owned()
    } else if value == 0.0 || (1e-5..1e15).contains(&value.abs()) || value.is_nan() {
        value.to_string()
    } else {
        format!("{value:e}")
    }
}

/// The problem of a number outside its range.
pub(super) fn out_of_range(place: impl Into<String>, range: ParamRange, value: f64) -> Problem {
    Problem::new(
        place,
        format!("{}, got {}", range.requirement(), shown(value)),
        match range {
            ParamRange::Positive => "give a number above zero",
            ParamRange::NonNegative => "give zero or a number above it",
            ParamRange::Real => "give a finite number",
        },
    )
}

/// A number against its range.
pub(super) fn number(
    place: impl Into<String>,
    range: ParamRange,
    value: f64,
) -> Result<(), Problem> {
    if range.contains(value) {
        Ok(())
    } else {
        Err(out_of_range(place, range, value))
    }
}

/// The problem of an id that trainable lists could not tell from the wildcard.
pub(super) fn wildcard_id(place: impl Into<String>) -> Problem {
    Problem::new(
        place,
        "'*' cannot be an id: in task.trainable it stands for every element",
        "choose another id",
    )
}

/// The physical scales.
pub(super) fn units(units: &Units) -> Result<(), Problem> {
    let Units {
        temperature_k,
        rate_hz,
    } = *units;
    number("units.temperature_k", ParamRange::Positive, temperature_k)?;
    number("units.rate_hz", ParamRange::Positive, rate_hz)
}

/// A signal's own numbers. `place` is that of the signal.
pub(super) fn signal(place: &str, signal: &Signal) -> Result<(), Problem> {
    let Signal {
        shape: _,
        amplitude,
        period,
        phase,
    } = *signal;
    number(join(place, "amplitude"), ParamRange::Real, amplitude)?;
    number(join(place, "period"), ParamRange::Positive, period)?;
    number(join(place, "phase"), ParamRange::Real, phase)
}

/// A signal must not carry a clamp out of the states its platform has. `place` is that of the signal.
pub(super) fn signal_floor(
    place: &str,
    platform: Platform,
    value: f64,
    signal: &Signal,
) -> Result<(), Problem> {
    let lowest = value + signal.lowest();
    if platform.state_range().contains(lowest) {
        return Ok(());
    }
    Err(Problem::new(
        join(place, "amplitude"),
        format!(
            "would take the clamp to {}, where a state {}",
            shown(lowest),
            platform.state_range().requirement()
        ),
        "keep the amplitude below the clamp's value",
    ))
}

/// All numbers of a reservoir. `place` is that of the reservoir.
pub(super) fn node(place: &str, node: &Node, platform: Platform) -> Result<(), Problem> {
    let states = platform.state_range();
    number(join(place, "value"), states, node.value)?;
    number(join(place, "capacity"), ParamRange::Positive, node.capacity)?;
    number(join(place, "leak"), ParamRange::NonNegative, node.leak)?;
    if let Some(initial) = node.initial {
        number(join(place, "initial"), states, initial)?;
    }
    if let Some([x, y]) = node.at {
        number(format!("{}[0]", join(place, "at")), ParamRange::Real, x)?;
        number(format!("{}[1]", join(place, "at")), ParamRange::Real, y)?;
    }
    if let Some(of_node) = &node.signal {
        let place = join(place, "signal");
        signal(&place, of_node)?;
        if node.role.is_clamped() {
            signal_floor(&place, platform, node.value, of_node)?;
        }
    }
    Ok(())
}

/// Which end of a task a reservoir is at.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// It takes the question.
    Input,
    /// It gives the answer.
    Output,
}

impl End {
    /// The task's field.
    pub(super) fn field(self) -> &'static str {
        match self {
            Self::Input => "inputs",
            Self::Output => "outputs",
        }
    }

    /// Whether a reservoir of this role can be there.
    pub(super) fn suits(self, role: Role) -> bool {
        role.is_clamped() == (self == Self::Input)
    }

    /// The problem of a reservoir in a part that does not suit.
    pub(super) fn wrong_role(self, place: String, id: &str, role: Role) -> Problem {
        match self {
            Self::Input => Problem::new(
                place,
                format!(
                    "'{id}' is free (role {}), and a task sets clamps",
                    role.name()
                ),
                "give it the role input or bias, or name another node",
            ),
            Self::Output => Problem::new(
                place,
                format!(
                    "'{id}' is clamped (role {}), and a task reads free nodes",
                    role.name()
                ),
                "give it the role output or hidden, or name another node",
            ),
        }
    }

    /// The problem of an empty list.
    pub(super) fn empty(self) -> Problem {
        Problem::new(
            format!("task.{}", self.field()),
            "is empty",
            match self {
                Self::Input => "name at least one input or bias node",
                Self::Output => "name at least one output or hidden node",
            },
        )
    }

    /// The problem of a reservoir named twice.
    pub(super) fn twice(place: String, id: &str) -> Problem {
        Problem::new(
            place,
            format!("'{id}' is named twice"),
            "name each node once",
        )
    }
}

/// What the rows of a task are held to; `None` where the file does not say it in a readable way.
#[derive(Clone, Copy)]
pub(super) struct RowShape {
    /// How many inputs there are.
    pub(super) inputs: Option<usize>,
    /// How many outputs there are.
    pub(super) outputs: Option<usize>,
    /// The loss.
    pub(super) loss: Option<Loss>,
}

/// One row's form. `place` is that of the row.
pub(super) fn row(place: &str, row: &Row, shape: RowShape, out: &mut Vec<Problem>) {
    let RowShape {
        inputs,
        outputs,
        loss,
    } = shape;
    length(&join(place, "in"), row.input.len(), inputs, "input", out);
    finite_list(&join(place, "in"), &row.input, out);
    match &row.target {
        Target::Values(values) => {
            let place = join(place, "out");
            if loss == Some(Loss::SoftmaxCrossEntropy) {
                out.push(Problem::new(
                    place,
                    "does not go with the loss softmax_cross_entropy",
                    "give \"class\": k instead, or choose the loss mse",
                ));
            } else {
                length(&place, values.len(), outputs, "output", out);
                finite_list(&place, values, out);
            }
        }
        Target::Class(class) => {
            let place = join(place, "class");
            if loss == Some(Loss::Mse) {
                out.push(Problem::new(
                    place,
                    "does not go with the loss mse",
                    "give \"out\": […] instead, or choose the loss softmax_cross_entropy",
                ));
            } else if let Some(outputs) = outputs.filter(|outputs| class >= outputs) {
                out.push(Problem::new(
                    place,
                    format!("must be below the number of outputs, {outputs}, got {class}"),
                    "classes count the outputs from 0",
                ));
            }
        }
    }
}

fn length(place: &str, got: usize, wanted: Option<usize>, what: &str, out: &mut Vec<Problem>) {
    if let Some(wanted) = wanted.filter(|&wanted| wanted != got) {
        let plural = if got == 1 { "" } else { "s" };
        out.push(Problem::new(
            place,
            format!(
                "has {got} number{plural}, and the task has {wanted} {what}{}",
                if wanted == 1 { "" } else { "s" }
            ),
            format!("give one number for each {what}"),
        ));
    }
}

fn finite_list(place: &str, values: &[f64], out: &mut Vec<Problem>) {
    for (i, &value) in values.iter().enumerate() {
        if !value.is_finite() {
            out.push(out_of_range(
                format!("{place}[{i}]"),
                ParamRange::Real,
                value,
            ));
        }
    }
}

/// The states a task puts on its clamps must exist on the platform.
pub(super) fn encoded(task: &Task, platform: Platform, out: &mut Vec<Problem>) {
    let states = platform.state_range();
    // The place is made up only where something is wrong: a task may have millions of numbers.
    let mut check = |u: f64, place: &dyn Fn() -> String| {
        let state = task.encode.apply(u);
        if !states.contains(state) {
            out.push(Problem::new(
                place(),
                format!(
                    "the encoded input {}, got {}",
                    states.requirement(),
                    shown(state)
                ),
                "change the number, or task.encode",
            ));
        }
    };
    match &task.source {
        Source::Rows(rows) => {
            for (i, row) in rows.iter().enumerate() {
                for (j, &u) in row.input.iter().enumerate() {
                    check(u, &|| format!("task.rows[{i}].in[{j}]"));
                }
            }
        }
        Source::Function(function) => {
            check(function.from, &|| "task.function.from".into());
            check(function.to, &|| "task.function.to".into());
        }
        Source::Data { .. } => {}
    }
}

/// A function's range and samples.
pub(super) fn function(function: &Function, out: &mut Vec<Problem>) {
    let Function {
        expr,
        from,
        to,
        samples,
    } = function;
    if expr.trim().is_empty() {
        out.push(Problem::new(
            "task.function.expr",
            "must not be empty",
            "write a formula in x, such as sin(pi*x)",
        ));
    }
    out.extend(number("task.function.from", ParamRange::Real, *from).err());
    out.extend(number("task.function.to", ParamRange::Real, *to).err());
    if from >= to {
        out.push(Problem::new(
            "task.function.to",
            format!("must be above from = {}, got {}", shown(*from), shown(*to)),
            "give the range from its lower to its upper end",
        ));
    }
    if !(2..=MAX_SAMPLES).contains(samples) {
        out.push(Problem::new(
            "task.function.samples",
            format!("must be from 2 to {MAX_SAMPLES}, got {samples}"),
            "both ends count as samples; 41 is a good start",
        ));
    }
}

/// A function has one variable and one value.
pub(super) fn function_shape(shape: RowShape, out: &mut Vec<Problem>) {
    for (end, count) in [(End::Input, shape.inputs), (End::Output, shape.outputs)] {
        if let Some(count) = count.filter(|&count| count > 1) {
            out.push(Problem::new(
                "task.function",
                format!(
                    "needs exactly one node in task.{}, got {count}",
                    end.field()
                ),
                "name one node, or give rows",
            ));
        }
    }
    if shape.loss == Some(Loss::SoftmaxCrossEntropy) {
        out.push(Problem::new(
            "task.function",
            "does not go with the loss softmax_cross_entropy",
            "choose the loss mse",
        ));
    }
}

/// The numbers of a task beside its rows.
pub(super) fn task_numbers(task: &Task, out: &mut Vec<Problem>) {
    out.extend(number("task.gain", ParamRange::Positive, task.gain).err());
    for (field, affine) in [("encode", task.encode), ("decode", task.decode)] {
        let place = format!("task.{field}");
        if affine.scale == 0.0 {
            out.push(Problem::new(
                format!("{place}.scale"),
                "must not be 0",
                "give the units of state for one unit of u",
            ));
        }
        out.extend(number(format!("{place}.scale"), ParamRange::Real, affine.scale).err());
        out.extend(number(format!("{place}.offset"), ParamRange::Real, affine.offset).err());
    }
}

/// Everything about a task that refers to no text of a file.
pub(super) fn task(task: &Task, network: &Network) -> Vec<Problem> {
    let mut out = Vec::new();
    ends(&task.inputs, End::Input, network, &mut out);
    ends(&task.outputs, End::Output, network, &mut out);
    task_numbers(task, &mut out);
    let shape = RowShape {
        inputs: Some(task.inputs.len()),
        outputs: Some(task.outputs.len()),
        loss: Some(task.loss),
    };
    match &task.source {
        Source::Rows(rows) => {
            if rows.is_empty() {
                out.push(no_rows());
            }
            for (i, of_task) in rows.iter().enumerate() {
                row(&format!("task.rows[{i}]"), of_task, shape, &mut out);
            }
        }
        Source::Function(of_task) => {
            function(of_task, &mut out);
            function_shape(shape, &mut out);
        }
        Source::Data { path } if path.trim().is_empty() => {
            out.push(Problem::new(
                "task.data",
                "must not be empty",
                "name a CSV file",
            ));
        }
        Source::Data { .. } => {}
    }
    encoded(task, network.platform(), &mut out);
    for (i, item) in task.trainable.iter().flatten().enumerate() {
        if !trainable_exists(*item, network) {
            out.push(Problem::new(
                format!("task.trainable[{i}]"),
                "names a parameter that is not there",
                "name a parameter of a device, or the capacity or leak of a free node",
            ));
        }
    }
    out
}

/// The problem of a task without rows.
pub(super) fn no_rows() -> Problem {
    Problem::new("task.rows", "is empty", "give at least one row")
}

fn ends(keys: &[NodeKey], end: End, network: &Network, out: &mut Vec<Problem>) {
    if keys.is_empty() {
        out.push(end.empty());
    }
    let mut seen = std::collections::HashSet::new();
    for (i, &key) in keys.iter().enumerate() {
        let place = format!("task.{}[{i}]", end.field());
        match network.node(key) {
            None => out.push(Problem::new(
                place,
                "names a node that is not there",
                "choose another",
            )),
            Some(node) if !end.suits(node.role) => {
                out.push(end.wrong_role(place, &node.id, node.role));
            }
            Some(node) if !seen.insert(key) => out.push(End::twice(place, &node.id)),
            Some(_) => {}
        }
    }
}

/// Whether a trainable refers to something the network has (a wildcard may match nothing yet).
pub(super) fn trainable_exists(item: Trainable, network: &Network) -> bool {
    match item {
        Trainable::Device { edge, parameter } => network
            .edge(edge)
            .is_some_and(|edge| edge.device.param_index(parameter).is_some()),
        Trainable::Capacity(node) | Trainable::Leak(node) => network
            .node(node)
            .is_some_and(|node| !node.role.is_clamped()),
        Trainable::Every(name) => {
            let mut edges = network.edges().iter();
            Trainable::names().any(|known| known == name)
                || edges.any(|edge| edge.device.param_index(name).is_some())
        }
    }
}

/// The settings of a training run.
pub(super) fn training(training: &Training) -> Vec<Problem> {
    let Training {
        rule: _,
        optimizer: _,
        rate,
        steps,
        seed: _,
        clip,
        momentum,
        beta,
    } = *training;
    let mut out = Vec::new();
    out.extend(number("training.rate", ParamRange::Positive, rate).err());
    for (field, value) in [("clip", clip), ("beta", beta)] {
        let place = format!("training.{field}");
        out.extend(value.and_then(|value| number(place, ParamRange::Positive, value).err()));
    }
    if !(1..=MAX_STEPS).contains(&steps) {
        out.push(Problem::new(
            "training.steps",
            format!("must be from 1 to {MAX_STEPS}, got {steps}"),
            "2000 is a good start",
        ));
    }
    if let Some(momentum) = momentum.filter(|momentum| !(0.0..1.0).contains(momentum)) {
        out.push(Problem::new(
            "training.momentum",
            format!("must be at least 0 and below 1, got {}", shown(momentum)),
            "0.9 is a good start",
        ));
    }
    out
}
