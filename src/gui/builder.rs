//! The builder: a layered network made to measure, seen on the canvas before it is there.

mod ghost;
mod task;

use eframe::egui::{self, DragValue, Frame, Margin, Panel, RichText, ScrollArea, Ui, vec2};

pub(crate) use ghost::ghost_ui;

use super::command::Command;
use super::inspector::{device_box_ui, heading_ui};
use super::row::{Change, Row};
use super::theme::{self, Palette};
use super::units::{Quantity, Scales};
use super::widgets::{self, Gesture, Scale};
use crate::device::{Absent, Device, Platform};
use crate::document::insertion::Insertion;
use crate::document::layered::{GOOD_SEED, Layered, Values};
use crate::document::{Document, Revision};
use crate::network::{LEAK, Network};
use ghost::Ghost;
use task::Choice;

/// The most hidden layers and rails that are asked for one by one.
const MOST_ROWS: usize = 8;

/// The most reservoirs of a layer that are asked for; the whole has a limit of its own.
const MOST_IN_LAYER: usize = 10_000;

/// Width of a box with a number, and of the words before it.
const NUMBER: f32 = 64.0;
const WORDS: f32 = 110.0;

/// The open builder.
#[derive(Clone, Debug)]
pub(crate) struct Builder {
    platform: Platform,
    spec: Layered,
    task: Choice,
    /// What would be inserted, or why not, and what it was made from.
    made: Option<Made>,
    ghost: Ghost,
    /// Whether the keyboard has been brought here.
    has_begun: bool,
}

/// What is asked for, the network it is to be added to, and what comes of it.
#[derive(Clone, Debug)]
struct Made {
    spec: Layered,
    task: Choice,
    revision: Revision,
    insertion: Result<Insertion, String>,
}

impl Builder {
    /// A builder of what can be added to a document.
    pub(crate) fn new(document: &Document) -> Self {
        let platform = document.network.platform();
        Self {
            platform,
            spec: Layered::new(platform),
            task: Choice::new(document.task.is_some()),
            made: None,
            ghost: Ghost::default(),
            has_begun: false,
        }
    }

    /// Whether it makes networks of this platform.
    pub(crate) fn is_for(&self, network: &Network) -> bool {
        self.platform == network.platform()
    }

    /// Makes what is asked for now, if that has changed, or what is there has.
    pub(crate) fn update(&mut self, network: &Network, revision: Revision) {
        let is_placed_alike = |made: &Made| {
            let at = made.revision;
            made.spec == self.spec
                && at.topology() == revision.topology()
                && at.layout() == revision.layout()
        };
        let last = self.made.as_ref().filter(|made| is_placed_alike(made));
        if last.is_some_and(|made| made.task == self.task) {
            return;
        }
        let insertion = self.spec.insertion(network).and_then(|insertion| {
            let task = self.task.task(&self.spec, self.platform)?;
            Ok(Insertion { task, ..insertion })
        });
        let insertion =
            insertion.map_err(|problem| format!("{}; {}", problem.problem, problem.remedy));
        // Another task is no reason to bring the view to the same sketch again.
        if last.is_none_or(|made| made.insertion.is_err()) {
            self.ghost = insertion.as_ref().map(Ghost::new).unwrap_or_default();
        }
        self.made = Some(Made {
            spec: self.spec.clone(),
            task: self.task.clone(),
            revision,
            insertion,
        });
    }

    /// What is previewed.
    pub(crate) fn ghost_mut(&mut self) -> &mut Ghost {
        &mut self.ghost
    }

    /// Draws the panel; returns whether it stays open.
    pub(crate) fn panel_ui(
        &mut self,
        ui: &mut Ui,
        scales: Scales,
        commands: &mut Vec<Command>,
    ) -> bool {
        if !std::mem::replace(&mut self.has_begun, true) {
            widgets::focus_next_ui(ui);
        }
        // However much there is to choose, the button that ends it is in view.
        let end = Frame::new().inner_margin(Margin {
            top: 8,
            ..Margin::ZERO
        });
        let stays = Panel::bottom("end of the builder")
            .frame(end)
            .resizable(false)
            .show(ui, |ui| self.end_ui(ui, commands))
            .inner;
        ScrollArea::vertical()
            .auto_shrink([false, false])
            .show(ui, |ui| {
                ui.spacing_mut().item_spacing = vec2(6.0, 6.0);
                heading_ui(ui, "Layered network", |_| {});
                self.layers_ui(ui);
                ui.separator();
                self.rails_ui(ui, scales);
                ui.separator();
                self.devices_ui(ui, scales);
                ui.separator();
                self.task.ui(ui, &self.spec);
            });
        stays
    }

    fn layers_ui(&mut self, ui: &mut Ui) {
        let spec = &mut self.spec;
        count_ui(ui, "inputs", &mut spec.inputs);
        let mut removed = None;
        let layers = spec.hidden.len();
        for (k, count) in spec.hidden.iter_mut().enumerate() {
            let words = if layers == 1 {
                "hidden".to_owned()
            } else {
                format!("hidden layer {}", k + 1)
            };
            ui.horizontal(|ui| {
                number_of_ui(ui, &words, count);
                let remove = ui.button("Remove").on_hover_text("Remove this layer");
                if remove.clicked() {
                    removed = Some(k);
                }
            });
        }
        if let Some(k) = removed {
            spec.hidden.remove(k);
        }
        ui.horizontal(|ui| {
            ui.add_space(WORDS + 6.0);
            let has_room = spec.hidden.len() < MOST_ROWS;
            if ui
                .add_enabled(has_room, egui::Button::new("Add hidden layer"))
                .clicked()
            {
                let last = spec.hidden.last().copied();
                spec.hidden.push(last.unwrap_or(4));
            }
        });
        count_ui(ui, "outputs", &mut spec.outputs);
        if !spec.hidden.is_empty() {
            ui.checkbox(&mut spec.skips, "join inputs to outputs, too")
                .on_hover_text("Edges past the hidden layers");
        }
    }

    fn rails_ui(&mut self, ui: &mut Ui, scales: Scales) {
        let spec = &mut self.spec;
        let range = self.platform.state_range();
        let scale = match self.platform {
            Platform::Electronic => Scale::linear(-15.0, 15.0),
            Platform::Chemical => Scale::logarithmic(1e-3, 10.0),
        };
        // Numbers are the model's; what is seen and typed is in the unit of states.
        let Quantity { factor, unit } = scales.state();
        let scale = scale.with_ends(scale.ends().map(|x| x * factor));
        let mut removed = None;
        for (k, rail) in spec.rails.iter_mut().enumerate() {
            let words = format!("rail {}", k + 1);
            ui.horizontal(|ui| {
                words_ui(ui, &words);
                let id = ui.scope_id().with(("rail", k));
                let typed = widgets::number_ui(
                    ui,
                    id,
                    NUMBER,
                    &format!("{words} number"),
                    *rail * factor,
                    range,
                    &scale,
                );
                if let Some(gesture) = typed {
                    *rail = gesture.value() / factor;
                }
                small_ui(ui, unit);
                if ui
                    .button("Remove")
                    .on_hover_text("Remove this rail")
                    .clicked()
                {
                    removed = Some(k);
                }
            });
        }
        if let Some(k) = removed {
            spec.rails.remove(k);
        }
        ui.horizontal(|ui| {
            ui.add_space(WORDS + 6.0);
            let has_room = spec.rails.len() < MOST_ROWS;
            if ui
                .add_enabled(has_room, egui::Button::new("Add rail"))
                .clicked()
            {
                let last = spec.rails.last().copied();
                spec.rails
                    .push(last.unwrap_or(self.platform.default_ground().max(1.0)));
            }
        });
        if !spec.rails.is_empty() {
            ui.horizontal(|ui| {
                small_ui(ui, "rails feed");
                ui.checkbox(&mut spec.feeds_hidden, "hidden layers");
                ui.checkbox(&mut spec.feeds_outputs, "outputs");
            });
        }
        ui.horizontal(|ui| {
            words_ui(ui, "inputs at");
            let id = ui.scope_id().with("value");
            let typed = widgets::number_ui(
                ui,
                id,
                NUMBER,
                "inputs at number",
                spec.value * factor,
                range,
                &scale,
            );
            if let Some(gesture) = typed {
                spec.value = gesture.value() / factor;
            }
            small_ui(ui, unit);
        });
        let row = Row::of(ui.scope_id().with("leak"), "leak", &LEAK, scales);
        if let Some(Change::To(gesture)) = row.ui(ui, spec.leak) {
            spec.leak = gesture.value();
        }
    }

    fn devices_ui(&mut self, ui: &mut Ui, scales: Scales) {
        let spec = &mut self.spec;
        ui.horizontal(|ui| {
            words_ui(ui, "devices");
            if let Some(kind) = device_box_ui(ui, self.platform, Some(spec.values.kind())) {
                spec.values = match spec.values {
                    Values::Alike(_) => Values::Alike(Device::new(kind)),
                    Values::Drawn { seed, .. } => Values::Drawn { kind, seed },
                };
            }
        });
        let mut is_drawn = matches!(spec.values, Values::Drawn { .. });
        ui.checkbox(&mut is_drawn, "every device different, drawn from a seed")
            .on_hover_text("Reservoirs whose devices are alike learn alike, and stay so");
        match (&spec.values, is_drawn) {
            (Values::Alike(device), true) => {
                let kind = device.kind();
                let seed = GOOD_SEED;
                spec.values = Values::Drawn { kind, seed };
            }
            (Values::Drawn { kind, .. }, false) => {
                spec.values = Values::Alike(Device::new(*kind));
            }
            _ => {}
        }
        match &mut spec.values {
            Values::Drawn { seed, .. } => {
                ui.horizontal(|ui| {
                    words_ui(ui, "seed");
                    let field = DragValue::new(seed).update_while_editing(false);
                    ui.add_sized(vec2(NUMBER, 22.0), field)
                        .accessible_name("seed number");
                });
            }
            Values::Alike(device) => parameters_ui(ui, scales, device),
        }
    }

    /// How much it is, or why it cannot be, and the buttons; returns whether the panel stays open.
    fn end_ui(&mut self, ui: &mut Ui, commands: &mut Vec<Command>) -> bool {
        let palette = Palette::current(ui);
        let made = self.made.as_ref().map(|made| &made.insertion);
        let words = match made {
            Some(Ok(insertion)) => RichText::new(counts(insertion)).color(palette.text),
            Some(Err(words)) => RichText::new(words).color(palette.error),
            None => RichText::new(""),
        };
        ui.add(egui::Label::new(words).wrap());
        let mut stays = true;
        ui.horizontal(|ui| {
            let can_be = matches!(made, Some(Ok(_)));
            let insert = RichText::new("Insert").color(palette.on_accent);
            let insert = egui::Button::new(insert).fill(palette.accent);
            let insert = ui
                .add_enabled(can_be, insert)
                .on_hover_text("Add it to the network, as one step of undo");
            if let (true, Some(Ok(insertion))) = (insert.clicked(), made) {
                let task = self.task.words(self.spec.inputs);
                let task = task.map_or_else(String::new, |words| format!(", {words}"));
                let name = format!("insert layers: {}{task}", counts(insertion));
                commands.push(Command::Insert(name, Box::new(insertion.clone())));
                stays = false;
            }
            if ui
                .button("Cancel")
                .on_hover_text("Add nothing  (Esc)")
                .clicked()
            {
                stays = false;
            }
        });
        stays
    }
}

/// "9 reservoirs, 24 edges".
fn counts(insertion: &Insertion) -> String {
    let count = |count: usize, word: &str| match count {
        1 => format!("1 {word}"),
        count => format!("{count} {word}s"),
    };
    format!(
        "{}, {}",
        count(insertion.nodes.len(), "reservoir"),
        count(insertion.edges.len(), "edge")
    )
}

fn parameters_ui(ui: &mut Ui, scales: Scales, device: &mut Device) {
    let kind = device.kind();
    for (p, spec) in kind.specs().iter().enumerate() {
        let name = super::editor::spaced(spec.name);
        let value = device.params()[p];
        let is_optional = matches!(spec.absent, Absent::Is(without) if without.is_infinite());
        let row = Row {
            switch: is_optional.then(|| value.is_finite()),
            ..Row::of(
                ui.scope_id().with(("builder", kind, p)),
                &name,
                spec,
                scales,
            )
        };
        let value = match row.ui(ui, value) {
            Some(Change::To(Gesture::Live(value) | Gesture::Done(value))) => value,
            Some(Change::Switch(true)) => spec.default,
            Some(Change::Switch(false)) => f64::INFINITY,
            _ => continue,
        };
        // A row gives no number outside its range; one that the law refuses changes nothing.
        let _ = device.set_param(p, value);
    }
}

fn words_ui(ui: &mut Ui, words: &str) {
    let palette = Palette::current(ui);
    widgets::clipped_text_ui(ui, WORDS, words, theme::plain(theme::BODY), palette.text);
}

fn small_ui(ui: &mut Ui, words: &str) {
    let palette = Palette::current(ui);
    ui.label(RichText::new(words).size(theme::SMALL).color(palette.dim));
}

fn count_ui(ui: &mut Ui, words: &str, count: &mut usize) {
    ui.horizontal(|ui| number_of_ui(ui, words, count));
}

fn number_of_ui(ui: &mut Ui, words: &str, count: &mut usize) {
    words_ui(ui, words);
    let field = DragValue::new(count)
        .range(1..=MOST_IN_LAYER)
        .speed(0.1)
        .update_while_editing(false);
    ui.add_sized(vec2(NUMBER, 22.0), field)
        .accessible_name(format!("{words} number"));
}
