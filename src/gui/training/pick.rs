//! What the response is drawn of: which inputs vary, which output is shown, and at what row the other inputs are held.

use eframe::egui::{self, DragValue, Label, Popup, PopupCloseBehavior, RichText, Ui, vec2};

use super::question::Question;
use crate::gui::command::Command;
use crate::gui::theme::{self, Palette};
use crate::learn::Task;
use crate::learn::objective::Example;
use crate::network::{Network, Node, NodeKey};

/// A choice; numbers beyond what the task has are brought back into it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Pick {
    /// The input along the horizontal axis.
    pub(crate) across: usize,
    /// The input along the vertical axis, if there is one.
    pub(crate) up: Option<usize>,
    /// The output that is shown.
    pub(crate) output: usize,
    /// The row of the task that gives the other inputs.
    pub(crate) row: usize,
}

impl Default for Pick {
    fn default() -> Self {
        Self {
            across: 0,
            up: Some(1),
            output: 0,
            row: 0,
        }
    }
}

impl Pick {
    /// The same within what a task has.
    pub(super) fn within(self, question: &Question) -> Self {
        let inputs = question.objective.inputs().len();
        let across = self.across.min(inputs.saturating_sub(1));
        let up = self.up.filter(|&up| up < inputs && up != across);
        let outputs = question.objective.outputs().len();
        let rows = question.objective.examples().len();
        Self {
            across,
            up,
            output: self.output.min(outputs.saturating_sub(1)),
            row: self.row.min(rows.saturating_sub(1)),
        }
    }

    /// The inputs that vary.
    pub(super) fn along(self) -> impl Iterator<Item = usize> {
        std::iter::once(self.across).chain(self.up)
    }

    /// The inputs that are held, and the states they are held at.
    pub(super) fn held(self, question: &Question) -> Vec<(usize, f64)> {
        let Some(example) = question.objective.examples().get(self.row) else {
            return Vec::new();
        };
        let held = example.inputs.iter().copied().enumerate();
        held.filter(|(input, _)| self.along().all(|along| along != *input))
            .collect()
    }

    /// Whether an example asks what the picture shows: it has the held inputs where they are held.
    pub(super) fn shows(held: &[(usize, f64)], example: &Example) -> bool {
        held.iter().all(|&(input, state)| {
            let asked = example.inputs.get(input).copied().unwrap_or(f64::NAN);
            (asked - state).abs() <= 1e-9 * (1.0 + state.abs())
        })
    }
}

fn title(network: &Network, keys: &[NodeKey], k: usize) -> String {
    let node = keys.get(k).and_then(|&key| network.node(key));
    node.map_or("?", Node::title).to_owned()
}

/// "y(x1, x2)", with three dots where other inputs are held.
pub(super) fn formula(network: &Network, task: &Task, pick: Pick) -> String {
    let mut inputs: Vec<String> = pick
        .along()
        .map(|k| title(network, &task.inputs, k))
        .collect();
    if inputs.len() < task.inputs.len() {
        inputs.push("…".to_owned());
    }
    let output = title(network, &task.outputs, pick.output);
    format!("{output}({})", inputs.join(", "))
}

/// What is drawn, in a sentence.
fn words(network: &Network, task: &Task, question: &Question, pick: Pick) -> String {
    let output = title(network, &task.outputs, pick.output);
    let across = title(network, &task.inputs, pick.across);
    let mut words = match pick.up {
        Some(up) => format!(
            "Where {output} settles, blue low and orange high, for every {across} (to the right) and {} (upwards).",
            title(network, &task.inputs, up)
        ),
        None => format!("Where {output} settles for every {across}."),
    };
    let held: Vec<String> = pick
        .held(question)
        .into_iter()
        .take(6)
        .map(|(input, state)| {
            let name = title(network, &task.inputs, input);
            format!(
                "{name} = {}",
                crate::gui::number::short(task.encode.invert(state), 3)
            )
        })
        .collect();
    if !held.is_empty() {
        let more = pick.held(question).len() > held.len();
        words = format!(
            "{words} The other inputs are held as in row {}: {}{}. Only rows that have them so are marked.",
            pick.row + 1,
            held.join(", "),
            if more { ", …" } else { "" }
        );
    }
    words
}

/// The button that says what is drawn, and opens the choice.
pub(super) fn pick_ui(
    ui: &mut Ui,
    network: &Network,
    question: &Question,
    pick: Pick,
    commands: &mut Vec<Command>,
) {
    let task = &*question.task;
    let text = RichText::new(formula(network, task, pick)).font(theme::strong(theme::SMALL));
    let said = words(network, task, question, pick);
    ui.spacing_mut().button_padding = vec2(4.0, 0.0);
    let button = ui
        .add(egui::Button::new(text).small())
        .on_hover_text(said.as_str())
        .accessible_name("what the response shows");
    Popup::from_toggle_button_response(&button)
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .show(|ui| {
            ui.set_max_width(280.0);
            ui.add(Label::new(said.as_str()).wrap());
            let mut next = pick;
            let outputs: Vec<Option<usize>> = (0..task.outputs.len()).map(Some).collect();
            let inputs: Vec<Option<usize>> = (0..task.inputs.len()).map(Some).collect();
            let mut second = vec![None];
            second.extend(inputs.iter().filter(|k| **k != Some(pick.across)));
            let name = |keys: &[NodeKey], k: Option<usize>| {
                k.map_or("none".to_owned(), |k| title(network, keys, k))
            };
            let chosen = choice_ui(ui, "output", Some(pick.output), &outputs, |k| {
                name(&task.outputs, k)
            });
            next.output = chosen.flatten().unwrap_or(next.output);
            let across = choice_ui(ui, "to the right", Some(pick.across), &inputs, |k| {
                name(&task.inputs, k)
            });
            next.across = across.flatten().unwrap_or(next.across);
            if let Some(up) = choice_ui(ui, "upwards", pick.up, &second, |k| name(&task.inputs, k))
            {
                next.up = up;
            }
            let rows = question.objective.examples().len();
            if !pick.held(question).is_empty() && rows > 0 {
                ui.horizontal(|ui| {
                    word_ui(ui, "others as in row");
                    let mut row = pick.row + 1;
                    ui.add(DragValue::new(&mut row).range(1..=rows).speed(0.1))
                        .accessible_name("row of the other inputs");
                    next.row = row.saturating_sub(1);
                });
            }
            if next != pick {
                commands.push(Command::Respond(next));
            }
        });
}

fn word_ui(ui: &mut Ui, word: &str) {
    let palette = Palette::current(ui);
    ui.label(RichText::new(word).size(theme::SMALL).color(palette.dim));
}

/// A row of choices; what was chosen, if anything was.
#[expect(
    clippy::option_option,
    reason = "nothing was chosen, or none was: two different things"
)]
fn choice_ui(
    ui: &mut Ui,
    label: &str,
    now: Option<usize>,
    all: &[Option<usize>],
    name: impl Fn(Option<usize>) -> String,
) -> Option<Option<usize>> {
    let mut chosen = None;
    ui.horizontal_wrapped(|ui| {
        word_ui(ui, label);
        if all.len() <= MOST_BUTTONS {
            for &k in all {
                let text = name(k);
                let said = format!("{label}: {text}");
                let button = ui.selectable_label(k == now, text).accessible_name(said);
                if button.clicked() {
                    chosen = Some(k);
                }
            }
            return;
        }
        let last = all.len() - 1;
        let mut at = all.iter().position(|&k| k == now).unwrap_or(0);
        let number = ui
            .add(DragValue::new(&mut at).range(0..=last).speed(0.2))
            .accessible_name(format!("{label}: number"));
        if number.changed() {
            chosen = all.get(at).copied();
        }
        ui.label(name(now));
    });
    chosen
}

/// More choices than this are gone through by number.
const MOST_BUTTONS: usize = 12;
