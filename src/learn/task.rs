//! Tasks: which clamps take the question, which reservoirs give the answer, and what the answer should be.
//!
//! A task refers to reservoirs and edges by key, so that renaming them does not touch it.

use crate::device::Kind;
use crate::network::{EdgeKey, NodeKey};

/// The measure of how far answers are from targets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Loss {
    /// Mean over rows × outputs of (x − target)², in node units, without a factor ½.
    #[default]
    Mse,
    /// Mean over rows of −ln softmax(gain·x)\[class\], natural logarithm.
    SoftmaxCrossEntropy,
}

impl Loss {
    /// All losses, in the order menus list them.
    pub const ALL: [Self; 2] = [Self::Mse, Self::SoftmaxCrossEntropy];

    /// The word the file format uses.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Mse => "mse",
            Self::SoftmaxCrossEntropy => "softmax_cross_entropy",
        }
    }

    /// The loss with this name in the file format.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|loss| loss.name() == name)
    }
}

/// The straight line from a task's number u to a reservoir's state: scale·u + offset.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Affine {
    /// Units of state for one unit of u; not 0, or u could not be read back.
    pub scale: f64,
    /// The state at u = 0.
    pub offset: f64,
}

impl Default for Affine {
    fn default() -> Self {
        Self {
            scale: 1.0,
            offset: 0.0,
        }
    }
}

impl Affine {
    /// The state for the number `u`.
    #[must_use]
    pub fn apply(self, u: f64) -> f64 {
        self.scale * u + self.offset
    }

    /// The number for the state `x`: what plots show.
    #[must_use]
    pub fn invert(self, x: f64) -> f64 {
        (x - self.offset) / self.scale
    }
}

/// What a row's answer should be.
#[derive(Clone, Debug, PartialEq)]
pub enum Target {
    /// A number for each output, before decoding (for `mse`).
    Values(Vec<f64>),
    /// The position of the output that should be largest (for `softmax_cross_entropy`).
    Class(usize),
}

/// One question and its answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// A number for each input, before encoding.
    pub input: Vec<f64>,
    /// The answer.
    pub target: Target,
}

/// The most samples a function may be asked for, so that a typing error cannot exhaust the memory.
pub const MAX_SAMPLES: usize = 1_000_000;

/// A function of one variable to be learnt from evenly spaced samples.
#[derive(Clone, Debug, PartialEq)]
pub struct Function {
    /// The formula in x, such as `sin(pi*x)`.
    pub expr: String,
    /// The first sample.
    pub from: f64,
    /// The last sample; > `from`.
    pub to: f64,
    /// How many samples, both ends counted; from 2 to [`MAX_SAMPLES`].
    pub samples: usize,
}

/// Where the rows come from.
#[derive(Clone, Debug, PartialEq)]
pub enum Source {
    /// They are listed.
    Rows(Vec<Row>),
    /// They are samples of a function.
    Function(Function),
    /// They are read from a CSV file.
    Data {
        /// Path of the file, relative to the network's.
        path: String,
    },
}

impl Default for Source {
    fn default() -> Self {
        Self::Rows(Vec::new())
    }
}

/// The parameters of reservoirs that can be trained, as trainable lists name them.
pub const TRAINABLE_NODE_PARAMS: [&str; 2] = ["capacity", "leak"];

/// One entry of a list of trainable parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Trainable {
    /// One parameter of one device: `"edge.parameter"`.
    Device {
        /// The edge the device is on.
        edge: EdgeKey,
        /// The parameter's name.
        parameter: &'static str,
    },
    /// The capacity of one free reservoir: `"node.capacity"`.
    Capacity(NodeKey),
    /// The leak of one free reservoir: `"node.leak"`.
    Leak(NodeKey),
    /// The parameter of this name wherever there is one: `"*.parameter"`.
    Every(&'static str),
}

impl Trainable {
    /// The names of all parameters there can be: of every law, and of reservoirs.
    pub fn names() -> impl Iterator<Item = &'static str> {
        Kind::ALL
            .into_iter()
            .flat_map(|kind| kind.specs().iter().map(|spec| spec.name))
            .chain(TRAINABLE_NODE_PARAMS)
    }
}

/// What a network is asked to compute.
#[derive(Clone, Debug, PartialEq)]
pub struct Task {
    /// The clamps set by a row's input, in its order.
    pub inputs: Vec<NodeKey>,
    /// The free reservoirs read, in the order of a row's target.
    pub outputs: Vec<NodeKey>,
    /// The measure of the error.
    pub loss: Loss,
    /// What states are multiplied with to become logits (for `softmax_cross_entropy`); > 0, 1 unless given.
    pub gain: f64,
    /// Questions and answers.
    pub source: Source,
    /// From a row's input to the state of the clamp.
    pub encode: Affine,
    /// From a row's target to the state of the output.
    pub decode: Affine,
    /// The parameters that training may change; `None` for all device parameters but `tracking` and `k_eq`.
    pub trainable: Option<Vec<Trainable>>,
}

impl Default for Task {
    fn default() -> Self {
        Self {
            inputs: Vec::new(),
            outputs: Vec::new(),
            loss: Loss::default(),
            gain: 1.0,
            source: Source::default(),
            encode: Affine::default(),
            decode: Affine::default(),
            trainable: None,
        }
    }
}

impl Task {
    /// Every state that the task puts on an input: of all rows, or the two ends of a function's range.
    /// Empty where the rows are in a data file.
    ///
    /// Together with clamp values, ground and initial states they span the box of the certificates.
    #[must_use]
    pub fn encoded_inputs(&self) -> Vec<f64> {
        let encode = |u: &f64| self.encode.apply(*u);
        match &self.source {
            Source::Rows(rows) => rows.iter().flat_map(|row| &row.input).map(encode).collect(),
            Source::Function(function) => [function.from, function.to].iter().map(encode).collect(),
            Source::Data { .. } => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encoded_inputs_are_states() {
        let encode = Affine {
            scale: 2.0,
            offset: -1.0,
        };
        let rows = Task {
            encode,
            source: Source::Rows(vec![
                Row {
                    input: vec![0.0, 3.0],
                    target: Target::Class(0),
                },
                Row {
                    input: vec![1.0, -1.0],
                    target: Target::Class(1),
                },
            ]),
            ..Task::default()
        };
        assert_eq!(rows.encoded_inputs(), [-1.0, 5.0, 1.0, -3.0]);
        let function = Task {
            encode,
            source: Source::Function(Function {
                expr: "x".into(),
                from: -1.0,
                to: 1.0,
                samples: 5,
            }),
            ..Task::default()
        };
        assert_eq!(function.encoded_inputs(), [-3.0, 1.0]);
        assert!((encode.invert(encode.apply(0.3)) - 0.3).abs() < 1e-15);
    }
}
