//! The row over the plots: train, step, rewind, seed, and the settings of the training.

use eframe::egui::{self, Align, ComboBox, Layout, RichText, Ui, vec2};

use super::coach::settings;
use super::{Panel, task_editor};
use crate::device::ParamRange;
use crate::document::Edit;
use crate::gui::command::{Action, Command};
use crate::gui::icon::Icon;
use crate::gui::theme::{self, Palette};
use crate::gui::widgets::{self, Gesture, Scale, SliderLook};
use crate::learn::{MAX_STEPS, Optimizer, Rule, Training};

/// Learning rates the slider offers: from hardly moving to jumping over everything.
const RATES: [f64; 2] = [1e-4, 1.0];

/// Numbers of steps the box is dragged through.
const STEPS: [f64; 2] = [10.0, 100_000.0];

/// Width from which everything has room.
const WHOLE: f32 = 820.0;

/// Width below which only the essentials are shown.
const NARROW: f32 = 640.0;

/// Draws the row.
pub(super) fn row_ui(ui: &mut Ui, panel: &Panel<'_>, commands: &mut Vec<Command>) {
    ui.horizontal_centered(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        // What can be had elsewhere or matters least goes first when there is little room.
        let room = ui.available_width();
        buttons_ui(ui, panel, room, commands);
        let training = settings(panel.editor);
        let is_free = !panel.coach.is_running();
        ui.add_enabled_ui(is_free, |ui| {
            method_ui(ui, &training, room >= WHOLE, commands);
        });
        rate_ui(ui, &training, room >= WHOLE, commands);
        if room >= NARROW {
            ui.add_enabled_ui(is_free, |ui| steps_ui(ui, &training, commands));
        }
        let task = panel.editor.document().task.as_ref();
        let left = ui.available_width();
        if left >= 48.0 {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                task_editor::button_ui(ui, task, left.min(104.0), commands);
            });
        }
    });
}

fn buttons_ui(ui: &mut Ui, panel: &Panel<'_>, room: f32, commands: &mut Vec<Command>) {
    let palette = Palette::current(ui);
    let is_training = panel.coach.is_running() && !panel.coach.is_comparing();
    let is_comparing = panel.coach.is_comparing();
    let (icon, word, label) = if is_training {
        (Icon::Stop, "Stop", "stop training")
    } else {
        (Icon::Play, "Train", "train")
    };
    let is_free = !panel.coach.is_running();
    for (action, icon, label, is_enabled) in [
        (Action::Train, icon, label, !is_comparing),
        (Action::TrainStep, Icon::Step, "training step", is_free),
        (Action::Rewind, Icon::Reset, "rewind training", is_free),
        (Action::NewSeed, Icon::Dice, "new seed", is_free),
    ] {
        let is_primary = action == Action::Train;
        let word = if is_primary && room >= NARROW {
            word
        } else {
            ""
        };
        let button = widgets::word_button_ui(ui, icon, word, label, is_enabled, is_primary)
            .on_hover_text(action.tooltip());
        if button.clicked() {
            commands.push(Command::Act(action));
        }
    }
    let training = settings(panel.editor);
    if room >= NARROW {
        ui.label(
            RichText::new(format!("seed {}", training.seed))
                .font(theme::mono(theme::SMALL))
                .color(palette.dim),
        );
    }
    let text = if is_comparing { "Stop" } else { "Compare" };
    let button = ui
        .add_enabled(is_free || is_comparing, egui::Button::new(text))
        .on_hover_text(Action::Compare.tooltip());
    if button.clicked() {
        commands.push(Command::Act(Action::Compare));
    }
}

fn method_ui(ui: &mut Ui, training: &Training, is_wide: bool, commands: &mut Vec<Command>) {
    let mut next = *training;
    let rules = ComboBox::from_id_salt("rule")
        .width(if is_wide { 112.0 } else { 80.0 })
        .truncate()
        .selected_text(rule_words(training.rule))
        .show_ui(ui, |ui| {
            for rule in Rule::ALL {
                ui.selectable_value(&mut next.rule, rule, rule_words(rule))
                    .on_hover_text(rule_tip(rule));
            }
        })
        .response;
    rules
        .on_hover_text("Where the gradient of the loss comes from")
        .accessible_name("rule".to_owned());
    let optimizers = ComboBox::from_id_salt("optimizer")
        .width(if is_wide { 76.0 } else { 60.0 })
        .truncate()
        .selected_text(optimizer_words(training.optimizer))
        .show_ui(ui, |ui| {
            for optimizer in Optimizer::ALL {
                ui.selectable_value(&mut next.optimizer, optimizer, optimizer_words(optimizer));
            }
        })
        .response;
    optimizers
        .on_hover_text("What turns gradients into steps")
        .accessible_name("optimizer".to_owned());
    if next != *training {
        commands.push(Command::Done(Edit::SetTraining(Some(next))));
    }
}

fn rate_ui(ui: &mut Ui, training: &Training, is_wide: bool, commands: &mut Vec<Command>) {
    let palette = Palette::current(ui);
    name_ui(
        ui,
        "rate",
        "Step size; it can be changed while the training runs",
    );
    let scale = Scale::logarithmic(RATES[0], RATES[1]);
    let look = SliderLook {
        label: "rate",
        fill: palette.accent,
        marks: &[],
        mixed: None,
    };
    let id = ui.scope_id().with("rate");
    let slid = if is_wide {
        widgets::slider_ui(ui, id, 72.0, training.rate, &scale, &look)
    } else {
        None
    };
    let typed = widgets::number_ui(
        ui,
        id.with("number"),
        52.0,
        "rate number",
        training.rate,
        ParamRange::Positive,
        &scale,
    );
    if let Some(gesture) = slid.or(typed) {
        let next = Training {
            rate: gesture.value(),
            ..*training
        };
        commands.push(phase(gesture, next));
    }
}

fn steps_ui(ui: &mut Ui, training: &Training, commands: &mut Vec<Command>) {
    name_ui(ui, "steps", "Updates until the training ends");
    let gesture = widgets::number_ui(
        ui,
        ui.scope_id().with("steps"),
        54.0,
        "steps",
        training.steps as f64,
        ParamRange::Positive,
        &Scale::logarithmic(STEPS[0], STEPS[1]),
    );
    if let Some(gesture) = gesture {
        let steps = gesture.value().round().clamp(1.0, MAX_STEPS as f64);
        let next = Training {
            steps: steps as usize,
            ..*training
        };
        commands.push(phase(gesture, next));
    }
}

fn phase(gesture: Gesture, training: Training) -> Command {
    let edit = Edit::SetTraining(Some(training));
    match gesture {
        Gesture::Live(_) => Command::Live(edit),
        Gesture::Done(_) => Command::Done(edit),
    }
}

fn name_ui(ui: &mut Ui, text: &str, tip: &str) {
    let palette = Palette::current(ui);
    let size = vec2(28.0, 24.0);
    ui.add_sized(
        size,
        egui::Label::new(RichText::new(text).size(theme::SMALL).color(palette.dim)),
    )
    .on_hover_text(tip);
}

/// A rule's name as people read it.
pub(super) fn rule_words(rule: Rule) -> &'static str {
    match rule {
        Rule::Implicit => "implicit",
        Rule::EquilibriumPropagation => "equilibrium prop.",
        Rule::AsymmetricEp => "asymmetric EP",
        Rule::Spsa => "SPSA",
        Rule::FiniteDifference => "finite difference",
    }
}

fn rule_tip(rule: Rule) -> &'static str {
    match rule {
        Rule::Implicit => "Implicit differentiation: one linear solve with the transposed Jacobian",
        Rule::EquilibriumPropagation => {
            "Two nudged relaxations; exact where the network is reciprocal"
        }
        Rule::AsymmetricEp => {
            "Two nudged relaxations with the antisymmetric part turned round; exact always"
        }
        Rule::Spsa => "Forward measurements alone, of all parameters shaken at once",
        Rule::FiniteDifference => {
            "One measurement for each parameter: slow, the check of all others"
        }
    }
}

fn optimizer_words(optimizer: Optimizer) -> &'static str {
    match optimizer {
        Optimizer::Adam => "Adam",
        Optimizer::Sgd => "SGD",
        Optimizer::LevenbergMarquardt => "Lev.-Marq.",
    }
}
