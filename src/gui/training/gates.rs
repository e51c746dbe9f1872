//! Tasks by one click: the sixteen gates of two inputs, and functions of one.

use crate::device::Platform;
use crate::learn::{Affine, Function, Loss, Row, Source, Target, Task};
use crate::network::{Network, NodeKey, Role};

/// A gate: its answers to (0, 0), (0, 1), (1, 0), (1, 1), the first the lowest bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Gate(u8);

/// The questions of a gate, in the order of its bits.
pub(super) const QUESTIONS: [[bool; 2]; 4] =
    [[false, false], [false, true], [true, false], [true, true]];

impl Gate {
    /// No monotone network can learn it: what the program is about.
    pub(crate) const XOR: Self = Self(6);

    /// All gates, the best known first.
    pub(crate) const ALL: [Self; 16] = [
        Self(6),
        Self(8),
        Self(14),
        Self(7),
        Self(1),
        Self(9),
        Self(12),
        Self(10),
        Self(3),
        Self(5),
        Self(4),
        Self(2),
        Self(13),
        Self(11),
        Self(0),
        Self(15),
    ];

    /// Its name, with A the first input and B the second.
    pub(crate) fn name(self) -> &'static str {
        const NAMES: [&str; 16] = [
            "FALSE", "NOR", "B∧¬A", "NOT A", "A∧¬B", "NOT B", "XOR", "NAND", "AND", "XNOR", "B",
            "A→B", "A", "B→A", "OR", "TRUE",
        ];
        NAMES[usize::from(self.0 & 15)]
    }

    /// The answer to a question.
    pub(super) fn answer(self, question: usize) -> bool {
        self.0 >> question & 1 == 1
    }

    /// Whether no answer falls when an input rises: whether a monotone network can learn it.
    pub(super) fn is_monotone(self) -> bool {
        let rises = |from: usize, to: usize| !self.answer(from) || self.answer(to);
        rises(0, 1) && rises(0, 2) && rises(1, 3) && rises(2, 3)
    }

    /// The gate that a task asks for, if it asks for one.
    pub(super) fn of(task: &Task) -> Option<Self> {
        let Source::Rows(rows) = &task.source else {
            return None;
        };
        let levels = Levels::of(rows)?;
        if rows.len() != 4 || task.outputs.len() != 1 {
            return None;
        }
        let mut bits = 0;
        for (k, question) in QUESTIONS.iter().enumerate() {
            let asked = question.map(|on| levels.input[usize::from(on)]);
            let row = rows.iter().find(|row| same(&row.input, &asked))?;
            let Target::Values(values) = &row.target else {
                return None;
            };
            let is_high =
                values.first()? - levels.target[0] > 0.5 * (levels.target[1] - levels.target[0]);
            bits |= u8::from(is_high) << k;
        }
        Some(Self(bits))
    }
}

fn same(a: &[f64], b: &[f64]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-12)
}

/// What stands for no and yes at inputs and targets, in the units of the task.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Levels {
    input: [f64; 2],
    target: [f64; 2],
}

impl Levels {
    /// The levels of rows that ask two inputs for yes and no.
    fn of(rows: &[Row]) -> Option<Self> {
        let asked: Vec<f64> = rows.iter().flat_map(|row| row.input.clone()).collect();
        let input = ends(&asked)?;
        let is_level = |u: &f64| (u - input[0]).abs() < 1e-12 || (u - input[1]).abs() < 1e-12;
        if !asked.iter().all(is_level) || rows.iter().any(|row| row.input.len() != 2) {
            return None;
        }
        let mut targets = Vec::new();
        for row in rows {
            let Target::Values(values) = &row.target else {
                return None;
            };
            targets.push(*values.first()?);
        }
        Some(Self {
            input,
            target: ends(&targets)?,
        })
    }
}

/// Lowest and highest, if they differ.
fn ends(values: &[f64]) -> Option<[f64; 2]> {
    let lo = values.iter().copied().fold(f64::INFINITY, f64::min);
    let hi = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    (lo < hi).then_some([lo, hi])
}

/// The inputs and outputs a network has, in its order.
pub(crate) fn ports(network: &Network) -> (Vec<NodeKey>, Vec<NodeKey>) {
    let with = |role| {
        network
            .nodes()
            .iter()
            .filter(|node| node.role == role)
            .map(crate::network::Node::key)
            .collect()
    };
    (with(Role::Input), with(Role::Output))
}

/// The task of a gate for the first two inputs and the first output; what `old` asks with is kept where it can be.
pub(crate) fn gate_task(network: &Network, old: Option<&Task>, gate: Gate) -> Option<Task> {
    let (inputs, outputs) = ends_of_task(network, old, 2)?;
    let levels = old.and_then(|old| match &old.source {
        Source::Rows(rows) => Levels::of(rows),
        _ => None,
    });
    let is_kept = levels.is_some();
    let Levels { input, target } = levels.unwrap_or(Levels {
        input: [0.0, 1.0],
        target: [0.0, 1.0],
    });
    let rows = QUESTIONS
        .iter()
        .enumerate()
        .map(|(k, question)| Row {
            input: question.map(|on| input[usize::from(on)]).to_vec(),
            target: Target::Values(vec![target[usize::from(gate.answer(k))]]),
        })
        .collect();
    // Half a unit on either side of ground at ±2 is what dots at their default level can answer; millimolar for enzymes.
    let [encode, decode] = match network.platform() {
        Platform::Electronic => [[4.0, -2.0], [1.4, -0.7]],
        Platform::Chemical => [[1.9, 0.1], [0.3, 0.1]],
    }
    .map(|[scale, offset]| Affine { scale, offset });
    Some(Task {
        inputs,
        outputs,
        source: Source::Rows(rows),
        encode: old.filter(|_| is_kept).map_or(encode, |old| old.encode),
        decode: old.filter(|_| is_kept).map_or(decode, |old| old.decode),
        ..base(old)
    })
}

/// The task of a function for the first input and the first output.
pub(crate) fn function_task(
    network: &Network,
    old: Option<&Task>,
    function: Function,
) -> Option<Task> {
    let (inputs, outputs) = ends_of_task(network, old, 1)?;
    let is_kept = old.is_some_and(|old| matches!(old.source, Source::Function(_)));
    let half = (0.5 * (function.to - function.from)).abs().max(1e-9);
    let middle = 0.5 * (function.to + function.from);
    let [encode, decode] = match network.platform() {
        Platform::Electronic => [(4.0 / half, -4.0 * middle / half), (0.7, 0.0)],
        Platform::Chemical => [(1.9 / half, 2.0 - 1.9 * middle / half), (0.15, 0.3)],
    }
    .map(|(scale, offset)| Affine { scale, offset });
    Some(Task {
        inputs,
        outputs,
        source: Source::Function(function),
        encode: old.filter(|_| is_kept).map_or(encode, |old| old.encode),
        decode: old.filter(|_| is_kept).map_or(decode, |old| old.decode),
        ..base(old)
    })
}

/// The task of a data file for all inputs and outputs.
pub(super) fn data_task(network: &Network, old: Option<&Task>, path: &str) -> Option<Task> {
    let (inputs, outputs) = match old {
        Some(old) => (old.inputs.clone(), old.outputs.clone()),
        None => ports(network),
    };
    (!inputs.is_empty() && !outputs.is_empty()).then(|| Task {
        inputs,
        outputs,
        source: Source::Data {
            path: path.to_owned(),
        },
        loss: old.map_or(Loss::Mse, |old| old.loss),
        encode: old.map_or(Affine::default(), |old| old.encode),
        decode: old.map_or(Affine::default(), |old| old.decode),
        ..base(old)
    })
}

/// What every task keeps of the one before it.
fn base(old: Option<&Task>) -> Task {
    Task {
        trainable: old.and_then(|old| old.trainable.clone()),
        gain: old.map_or(1.0, |old| old.gain),
        ..Task::default()
    }
}

/// The first inputs and the first output: those of the old task if it has as many, else the network's.
fn ends_of_task(
    network: &Network,
    old: Option<&Task>,
    inputs: usize,
) -> Option<(Vec<NodeKey>, Vec<NodeKey>)> {
    let (own_inputs, own_outputs) = ports(network);
    let asked = old
        .map(|old| old.inputs.clone())
        .filter(|keys| keys.len() >= inputs)
        .unwrap_or(own_inputs);
    let answered = old
        .map(|old| old.outputs.clone())
        .filter(|keys| !keys.is_empty())
        .unwrap_or(own_outputs);
    if asked.len() < inputs || answered.is_empty() {
        return None;
    }
    Some((asked[..inputs].to_vec(), answered[..1].to_vec()))
}

/// What a task is called in a few letters.
pub(super) fn title(task: Option<&Task>) -> String {
    let Some(task) = task else {
        return "no task".to_owned();
    };
    if let Some(gate) = Gate::of(task) {
        return gate.name().to_owned();
    }
    match &task.source {
        Source::Function(function) => function.expr.clone(),
        Source::Rows(rows) => format!("{} rows", rows.len()),
        Source::Data { path } => path.rsplit('/').next().unwrap_or("data").to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::presets::preset;

    #[test]
    fn gates_are_recognised_and_their_levels_kept() {
        let document = preset("xor-minimal").unwrap().load().unwrap().document;
        let xor = document.task.unwrap();
        assert_eq!(Gate::of(&xor), Some(Gate(6)));
        for gate in Gate::ALL {
            let task = gate_task(&document.network, Some(&xor), gate).unwrap();
            let Source::Rows(rows) = &task.source else {
                panic!("a gate is a list of rows");
            };
            assert_eq!(rows[3].input, [8.0, 8.0]);
            // All answers alike leave nothing to tell yes from no by.
            if ![0, 15].contains(&gate.0) {
                assert_eq!(Gate::of(&task), Some(gate), "{}", gate.name());
            }
        }
        let anew = gate_task(&document.network, None, Gate(8)).unwrap();
        assert_eq!(Gate::of(&anew), Some(Gate(8)));
    }

    #[test]
    fn six_gates_are_monotone() {
        let monotone: Vec<&str> = Gate::ALL
            .into_iter()
            .filter(|gate| gate.is_monotone())
            .map(Gate::name)
            .collect();
        assert_eq!(monotone, ["AND", "OR", "A", "B", "FALSE", "TRUE"]);
    }

    #[test]
    fn a_network_without_inputs_gets_no_gate() {
        let document = preset("three-tanks").unwrap().load().unwrap().document;
        assert_eq!(gate_task(&document.network, None, Gate(6)), None);
    }
}
