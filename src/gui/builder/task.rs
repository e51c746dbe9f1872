//! The task that a layered network comes with: none, a gate, or a function.

use eframe::egui::{TextEdit, Ui, vec2};

use super::{small_ui, words_ui};
use crate::device::Platform;
use crate::document::Problem;
use crate::document::insertion::NewTask;
use crate::document::layered::Layered;
use crate::gui::command::Action;
use crate::gui::training::{self, Gate};
use crate::learn::{Function, Task};
use crate::network::{Network, Node, NodeKey, Role};

/// What a function is sampled at: as finely as the task window begins.
const SAMPLES: usize = 21;

/// What kind of task comes along.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    None,
    Gate,
    Function,
}

/// The choice of a task.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Choice {
    /// What was chosen; until then it is what suits the number of inputs.
    kind: Option<Kind>,
    gate: Gate,
    formula: String,
    /// Whether the network has a task already: then none comes along unasked.
    has_task: bool,
}

impl Choice {
    /// Nothing chosen yet, for a network with a task or without one.
    pub(super) fn new(has_task: bool) -> Self {
        Self {
            kind: None,
            gate: Gate::XOR,
            formula: "sin(pi*x)".to_owned(),
            has_task,
        }
    }

    fn kind(&self, inputs: usize) -> Kind {
        self.kind.unwrap_or(match inputs {
            2 if !self.has_task => Kind::Gate,
            _ => Kind::None,
        })
    }

    /// What it is called in the name of the step; nothing if there is none.
    pub(super) fn words(&self, inputs: usize) -> Option<String> {
        match self.kind(inputs) {
            Kind::None => None,
            Kind::Gate => Some(format!("task {}", self.gate.name())),
            Kind::Function => Some(format!("task {}", self.formula.trim())),
        }
    }

    /// The task for a layered network.
    ///
    /// # Errors
    /// If the network has too few inputs for it, or the formula cannot be read.
    pub(super) fn task(
        &self,
        spec: &Layered,
        platform: Platform,
    ) -> Result<Option<NewTask>, Problem> {
        let kind = self.kind(spec.inputs);
        let (network, positions) = ports(spec, platform);
        let made = match kind {
            Kind::None => return Ok(None),
            Kind::Gate => training::gate_task(&network, None, self.gate),
            Kind::Function => {
                if let Some(problem) = training::wrong_formula(&self.formula) {
                    return Err(problem);
                }
                let function = Function {
                    expr: self.formula.trim().to_owned(),
                    from: -1.0,
                    to: 1.0,
                    samples: SAMPLES,
                };
                training::function_task(&network, None, function)
            }
        };
        let Some(task) = made else {
            return Err(Problem::new(
                "task",
                "a gate needs two inputs",
                "choose two inputs or more, or another task",
            ));
        };
        let at = |keys: &[NodeKey]| -> Vec<usize> {
            let index = keys.iter().filter_map(|&key| network.node_index(key));
            index.filter_map(|k| positions.get(k).copied()).collect()
        };
        Ok(Some(NewTask {
            inputs: at(&task.inputs),
            outputs: at(&task.outputs),
            task: Task {
                inputs: Vec::new(),
                outputs: Vec::new(),
                ..task
            },
        }))
    }

    /// Draws the choice.
    pub(super) fn ui(&mut self, ui: &mut Ui, spec: &Layered) {
        let kind = self.kind(spec.inputs);
        ui.horizontal(|ui| {
            words_ui(ui, "task");
            for (wanted, words, tip) in [
                (Kind::None, "none", "Choose one later"),
                (Kind::Gate, "gate", "The truth table of two inputs"),
                (Kind::Function, "function", "A formula in one input, x"),
            ] {
                let button = ui.radio(kind == wanted, words).on_hover_text(tip);
                if button.clicked() {
                    self.kind = Some(wanted);
                }
            }
        });
        match kind {
            Kind::None if self.has_task => small_ui(ui, "the network keeps the task it has"),
            Kind::None => small_ui(ui, &format!("choose it later: {}", Action::Task.key_text())),
            Kind::Gate => {
                ui.horizontal_wrapped(|ui| {
                    ui.spacing_mut().item_spacing = vec2(4.0, 4.0);
                    for gate in Gate::ALL {
                        if training::gate_ui(ui, gate, self.gate == gate).clicked() {
                            self.gate = gate;
                        }
                    }
                });
                self.replaced_ui(ui, "of the first two inputs, answered by the first output");
            }
            Kind::Function => {
                ui.add(TextEdit::singleline(&mut self.formula).desired_width(f32::INFINITY))
                    .accessible_name("formula of the task".to_owned());
                // What is wrong with it stands beside the button that it disables.
                self.replaced_ui(
                    ui,
                    "of the first input, from -1 to 1, answered by the first output",
                );
            }
        }
    }

    fn replaced_ui(&self, ui: &mut Ui, words: &str) {
        small_ui(ui, words);
        if self.has_task {
            small_ui(
                ui,
                "it takes the place of the task there is, and undo brings that back",
            );
        }
    }
}

/// Inputs and outputs of a layered network alone, and where each is among all its reservoirs.
fn ports(spec: &Layered, platform: Platform) -> (Network, Vec<usize>) {
    let mut network = Network::new(platform);
    let hidden: usize = spec.hidden.iter().sum();
    // No task asks for more than two inputs and one output.
    let inputs = (0..spec.inputs.min(2)).map(|k| (Role::Input, k));
    let outputs = (0..spec.outputs.min(1)).map(|k| (Role::Output, spec.inputs + hidden + k));
    let mut positions = Vec::new();
    for (role, position) in inputs.chain(outputs) {
        network.push_checked_node(Node::new(position.to_string(), role, platform));
        positions.push(position);
    }
    (network, positions)
}
