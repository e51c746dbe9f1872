//! The window in which a task is chosen: a gate by a click, a function by its formula, a data file by its path.

use eframe::egui::{
    self, Align2, Color32, Context, CornerRadius, Grid, Rect, Response, RichText, Role, Sense,
    Stroke, StrokeKind, TextEdit, Ui, WidgetInfo, pos2, vec2,
};

use super::gates::{self, Gate, QUESTIONS};
use super::points;
use super::question::located;
use crate::device::ParamRange;
use crate::document::{Document, Edit, Problem};
use crate::gui::command::{Action, Command};
use crate::gui::theme::{self, Palette};
use crate::gui::widgets::{self, Gesture, Scale};
use crate::learn::objective::Formula;
use crate::learn::{Affine, Function, Source, Task};
use crate::network::{Network, Node};

/// Formulas to begin with.
const FORMULAS: [(&str, &str); 4] = [
    ("sine", "sin(pi*x)"),
    ("two periods", "sin(2*pi*x)"),
    ("tent", "1-2*abs(x)"),
    ("bump", "exp(-8*x^2)"),
];

/// What has been typed and not used yet.
#[derive(Clone, Debug, Default)]
pub(crate) struct TaskEditor {
    /// Whether the window is open.
    pub(crate) is_open: bool,
    /// Whether clicks on the response set points.
    pub(super) is_drawing: bool,
    formula: Option<String>,
    path: Option<String>,
    problem: Option<Problem>,
}

impl TaskEditor {
    /// What is wrong with what was typed.
    pub(crate) fn problem(&self) -> Option<&Problem> {
        self.problem.as_ref()
    }

    /// Forgets what was typed.
    pub(crate) fn clear(&mut self) {
        *self = Self {
            is_open: self.is_open,
            is_drawing: false,
            ..Self::default()
        };
    }

    /// Draws the window, if it is open.
    pub(crate) fn window_ui(
        &mut self,
        ctx: &Context,
        document: &Document,
        commands: &mut Vec<Command>,
    ) {
        let mut is_open = self.is_open;
        egui::Window::new("Task")
            .open(&mut is_open)
            .resizable(false)
            .collapsible(false)
            .default_width(400.0)
            .default_pos(pos2(16.0, 84.0))
            .show(ctx, |ui| self.body_ui(ui, document, commands));
        self.is_open = is_open;
    }

    fn body_ui(&mut self, ui: &mut Ui, document: &Document, commands: &mut Vec<Command>) {
        let palette = Palette::current(ui);
        let network = &document.network;
        let task = document.task.as_ref();
        ui.label(
            RichText::new(ports_words(network, task))
                .size(theme::SMALL)
                .color(palette.dim),
        );
        self.gates_ui(ui, document, commands);
        ui.separator();
        self.function_ui(ui, document, commands);
        ui.separator();
        self.data_ui(ui, document, commands);
        self.points_ui(ui, document);
        if let Some(task) = task {
            ui.separator();
            scaling_ui(ui, task, commands);
            ui.horizontal(|ui| {
                if ui
                    .button("Remove task")
                    .on_hover_text("Leave the network without a task")
                    .clicked()
                {
                    commands.push(Command::Done(Edit::SetTask(None)));
                }
                ui.label(
                    RichText::new("each change is one step of undo")
                        .size(theme::SMALL)
                        .color(palette.dim),
                );
            });
        }
        if let Some(problem) = &self.problem {
            ui.separator();
            problem_ui(ui, problem);
        }
    }

    /// Asks for a task, if the document takes it; else says what is wrong.
    fn propose(
        &mut self,
        document: &Document,
        task: Option<Task>,
        missing: &str,
        commands: &mut Vec<Command>,
    ) {
        let Some(task) = task else {
            self.problem = Some(Problem::new(
                "task",
                missing,
                "give reservoirs the roles it needs",
            ));
            return;
        };
        let edit = Edit::SetTask(Some(task));
        self.problem = document.clone().apply(&edit).err();
        if self.problem.is_none() {
            commands.push(Command::Done(edit));
        }
    }

    fn gates_ui(&mut self, ui: &mut Ui, document: &Document, commands: &mut Vec<Command>) {
        const COLUMNS: usize = 8;
        let task = document.task.as_ref();
        let current = task.and_then(Gate::of);
        heading_ui(ui, "Gate of two inputs, A and B");
        let (inputs, outputs) = gates::ports(&document.network);
        let is_enabled = inputs.len() >= 2 && !outputs.is_empty();
        ui.add_enabled_ui(is_enabled, |ui| {
            Grid::new("gates").spacing(vec2(4.0, 4.0)).show(ui, |ui| {
                for (k, gate) in Gate::ALL.into_iter().enumerate() {
                    if gate_ui(ui, gate, current == Some(gate)).clicked() {
                        let wanted = gates::gate_task(&document.network, task, gate);
                        let missing = "a gate needs two inputs and an output";
                        self.propose(document, wanted, missing, commands);
                    }
                    if k % COLUMNS == COLUMNS - 1 {
                        ui.end_row();
                    }
                }
            });
        });
        if !is_enabled {
            note_ui(ui, "needs two inputs and an output");
        }
    }

    fn function_ui(&mut self, ui: &mut Ui, document: &Document, commands: &mut Vec<Command>) {
        let task = document.task.as_ref();
        let now = match task.map(|task| &task.source) {
            Some(Source::Function(function)) => function.clone(),
            _ => Function {
                expr: FORMULAS[0].1.to_owned(),
                from: -1.0,
                to: 1.0,
                samples: 21,
            },
        };
        heading_ui(ui, "Function of one input, x");
        let mut next = now.clone();
        let mut is_wanted = false;
        let mut text = self.formula.clone().unwrap_or_else(|| now.expr.clone());
        ui.horizontal(|ui| {
            let field = ui
                .add(TextEdit::singleline(&mut text).desired_width(250.0))
                .accessible_name("formula".to_owned());
            if field.changed() {
                self.formula = Some(text.clone());
                // What is wrong is said while it is typed.
                self.problem = wrong_formula(&text);
            }
            is_wanted |= field.lost_focus() && ui.input(|i| i.key_pressed(egui::Key::Enter));
            is_wanted |= ui
                .button("Use formula")
                .on_hover_text("Train the network to answer with this function  (Enter)")
                .clicked();
        });
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 4.0;
            for (name, formula) in FORMULAS {
                if ui.small_button(name).on_hover_text(formula).clicked() {
                    formula.clone_into(&mut text);
                    is_wanted = true;
                }
            }
            let is_function = task.is_some_and(|task| matches!(task.source, Source::Function(_)));
            if is_function {
                let scale = Scale::linear(-2.0, 2.0);
                for (label, value) in [("from", &mut next.from), ("to", &mut next.to)] {
                    if let Some(Gesture::Done(typed)) =
                        number_ui(ui, label, *value, ParamRange::Real, &scale)
                    {
                        *value = typed;
                    }
                }
                let samples = number_ui(
                    ui,
                    "samples",
                    next.samples as f64,
                    ParamRange::Positive,
                    &Scale::logarithmic(2.0, 200.0),
                );
                if let Some(Gesture::Done(samples)) = samples {
                    next.samples = samples.round().clamp(2.0, 100_000.0) as usize;
                }
            }
        });
        is_wanted |= next != now;
        if is_wanted {
            self.problem = wrong_formula(&text);
            if self.problem.is_none() {
                next.expr = text;
                let wanted = gates::function_task(&document.network, task, next);
                let missing = "a function needs an input and an output";
                self.propose(document, wanted, missing, commands);
                if self.problem.is_none() {
                    self.formula = None;
                }
            } else {
                self.formula = Some(text);
            }
        }
    }

    /// The switch that lets points be drawn on the response.
    fn points_ui(&mut self, ui: &mut Ui, document: &Document) {
        if document.task.is_none() {
            return;
        }
        ui.separator();
        let obstacle = points::obstacle(document);
        let switch = egui::Checkbox::new(&mut self.is_drawing, "Draw points on the response");
        ui.add_enabled(obstacle.is_none(), switch);
        note_ui(
            ui,
            obstacle.unwrap_or(
                "while this window is open: click to add or remove one, drag to move it",
            ),
        );
    }

    fn data_ui(&mut self, ui: &mut Ui, document: &Document, commands: &mut Vec<Command>) {
        let task = document.task.as_ref();
        let now = match task.map(|task| &task.source) {
            Some(Source::Data { path }) => path.clone(),
            _ => String::new(),
        };
        heading_ui(ui, "Data file (CSV)");
        let mut path = self.path.clone().unwrap_or(now);
        ui.horizontal(|ui| {
            let field = ui
                .add(
                    TextEdit::singleline(&mut path)
                        .desired_width(250.0)
                        .hint_text("path, relative to the network's file"),
                )
                .accessible_name("data file".to_owned());
            if field.changed() {
                self.path = Some(path.clone());
            }
            let enter = field.lost_focus() && ui.input(|i| i.key_pressed(egui::Key::Enter));
            let is_named = !path.trim().is_empty();
            let use_it = ui
                .add_enabled(is_named, egui::Button::new("Use file"))
                .on_hover_text("A header of reservoir ids, then a row a sample  (Enter)")
                .clicked();
            if (enter || use_it) && is_named {
                let wanted = gates::data_task(&document.network, task, path.trim());
                self.propose(
                    document,
                    wanted,
                    "data need an input and an output",
                    commands,
                );
            }
        });
    }
}

/// What is wrong with a formula, and at which character.
pub(crate) fn wrong_formula(text: &str) -> Option<Problem> {
    let error = Formula::new(text).err()?;
    let mut problem = located(&error.to_string());
    let named = problem.problem.split('\'').nth(1).unwrap_or_default();
    if let Some(at) = text.find(named).filter(|_| !named.is_empty()) {
        let character = text[..at].chars().count() + 1;
        problem.place = format!("{}, character {character}", problem.place);
    }
    Some(problem)
}

fn ports_words(network: &Network, task: Option<&Task>) -> String {
    let own = gates::ports(network);
    let (inputs, outputs) = match task {
        Some(task) => (&task.inputs, &task.outputs),
        None => (&own.0, &own.1),
    };
    let names = |keys: &[crate::network::NodeKey]| {
        let names: Vec<&str> = keys
            .iter()
            .take(6)
            .filter_map(|&key| network.node(key).map(Node::title))
            .collect();
        match (keys.len(), names.is_empty()) {
            (_, true) => "none".to_owned(),
            (count, _) if count > 6 => format!("{} …", names.join(", ")),
            _ => names.join(", "),
        }
    };
    format!("inputs {}   →   outputs {}", names(inputs), names(outputs))
}

fn heading_ui(ui: &mut Ui, text: &str) {
    ui.label(RichText::new(text).font(theme::strong(theme::SMALL)));
}

fn note_ui(ui: &mut Ui, text: &str) {
    let palette = Palette::current(ui);
    ui.label(RichText::new(text).size(theme::SMALL).color(palette.dim));
}

fn problem_ui(ui: &mut Ui, problem: &Problem) {
    let palette = Palette::current(ui);
    ui.label(
        RichText::new(&problem.place)
            .font(theme::mono(theme::SMALL))
            .color(palette.error),
    );
    ui.add(egui::Label::new(&problem.problem).wrap());
    note_ui(ui, &problem.remedy);
}

/// A gate as a button: its four answers as they lie in the response, and its name.
pub(crate) fn gate_ui(ui: &mut Ui, gate: Gate, is_current: bool) -> Response {
    let (rect, response) = ui.allocate_exact_size(vec2(46.0, 44.0), Sense::click());
    let is_enabled = ui.is_enabled();
    let label = format!("gate {}", gate.name());
    response.widget_info(|| WidgetInfo::selected(Role::Button, is_enabled, is_current, &label));
    let palette = Palette::current(ui);
    let visuals = ui.style().interact(&response);
    let strength = if is_enabled { 1.0 } else { 0.4 };
    let border = if is_current || response.has_focus() {
        Stroke::new(1.6, palette.accent)
    } else {
        visuals.bg_stroke
    };
    let painter = ui.painter();
    painter.rect(
        rect,
        CornerRadius::same(5),
        visuals.weak_bg_fill,
        border,
        StrokeKind::Inside,
    );
    let cell = 9.0;
    let corner = pos2(rect.center().x - cell, rect.top() + 5.0);
    let [low, _, high] = palette.states;
    for (k, [a, b]) in QUESTIONS.into_iter().enumerate() {
        let at = corner + vec2(if a { cell } else { 0.0 }, if b { 0.0 } else { cell });
        let color: Color32 = if gate.answer(k) { high } else { low };
        painter.rect_filled(
            Rect::from_min_size(at, vec2(cell - 1.0, cell - 1.0)),
            1.0,
            color.gamma_multiply(strength),
        );
    }
    painter.text(
        pos2(rect.center().x, rect.bottom() - 4.0),
        Align2::CENTER_BOTTOM,
        gate.name(),
        theme::plain(11.0),
        palette.text.gamma_multiply(strength),
    );
    response.on_hover_text(if gate.is_monotone() {
        "A monotone network can learn this"
    } else {
        "No monotone network can learn this: some answer falls when an input rises"
    })
}

/// The straight lines from the task's numbers to states.
fn scaling_ui(ui: &mut Ui, task: &Task, commands: &mut Vec<Command>) {
    heading_ui(ui, "State for the number u of the task: scale·u + offset");
    let scale = Scale::linear(-5.0, 5.0);
    Grid::new("scaling").spacing(vec2(8.0, 4.0)).show(ui, |ui| {
        for (name, line, is_input) in [
            ("inputs", task.encode, true),
            ("targets", task.decode, false),
        ] {
            note_ui(ui, name);
            for (part, value) in [("scale", line.scale), ("offset", line.offset)] {
                let label = format!("{name} {part}");
                let Some(gesture) = number_ui(ui, &label, value, ParamRange::Real, &scale) else {
                    continue;
                };
                let typed = gesture.value();
                let line = if part == "scale" {
                    Affine {
                        scale: typed,
                        ..line
                    }
                } else {
                    Affine {
                        offset: typed,
                        ..line
                    }
                };
                let mut next = task.clone();
                if is_input {
                    next.encode = line;
                } else {
                    next.decode = line;
                }
                let edit = Edit::SetTask(Some(next));
                commands.push(match gesture {
                    Gesture::Live(_) => Command::Live(edit),
                    Gesture::Done(_) => Command::Done(edit),
                });
            }
            ui.end_row();
        }
    });
}

fn number_ui(
    ui: &mut Ui,
    label: &str,
    value: f64,
    range: ParamRange,
    scale: &Scale,
) -> Option<Gesture> {
    let word = label.rsplit(' ').next().unwrap_or(label);
    ui.horizontal(|ui| {
        note_ui(ui, word);
        let id = ui.scope_id().with(label);
        widgets::number_ui(ui, id, 56.0, label, value, range, scale)
    })
    .inner
}

/// The button that opens the window, with the task's name on it.
pub(super) fn button_ui(ui: &mut Ui, task: Option<&Task>, width: f32, commands: &mut Vec<Command>) {
    let button = ui
        .add_sized(
            vec2(width, 24.0),
            egui::Button::new(gates::title(task)).truncate(),
        )
        .on_hover_text(Action::Task.tooltip())
        .accessible_name("task".to_owned());
    if button.clicked() {
        commands.push(Command::Act(Action::Task));
    }
}
