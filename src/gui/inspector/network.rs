//! The inspector without a selection: the network as a whole.

use eframe::egui::{self, Id, RichText, Ui};

use super::target::Target;
use super::{Inspected, facts_ui, heading_ui, identity, kind_ui, state_slider, target};
use crate::device::{Absent, Dimension, ParamRange, ParamSpec};
use crate::document::Edit;
use crate::gui::command::{Action, Command};
use crate::gui::row::Row;
use crate::gui::theme::Palette;
use crate::gui::time_bar::steady_words;
use crate::gui::units::first_units;
use crate::network::{DEFAULT_SYSTEM_SIZE, Units};

pub(super) fn network_ui(ui: &mut Ui, shown: &Inspected<'_>, commands: &mut Vec<Command>) {
    let network = shown.network;
    let palette = Palette::current(ui);
    let power = shown.simulation.power();
    heading_ui(ui, &network.name, |ui| {
        kind_ui(ui, network.platform().name(), "what the network carries");
    });
    let width = ui.available_width();
    let typed = identity::text_ui(
        ui,
        Id::unique("name of the network"),
        ("network name", "name"),
        width,
        &network.name,
        1,
    );
    commands.extend(typed.map(|name| Command::Done(Edit::SetName(name))));
    let typed = identity::text_ui(
        ui,
        Id::unique("description of the network"),
        ("description", "what it is and does"),
        width,
        &network.description,
        4,
    );
    commands.extend(typed.map(|text| Command::Done(Edit::SetDescription(text))));
    ui.add_space(4.0);
    scales_ui(ui, shown, commands);
    ui.add_space(4.0);
    facts_ui(
        ui,
        &[
            ("reservoirs", network.nodes().len().to_string()),
            ("edges", network.edges().len().to_string()),
            ("dissipates", shown.scales.power(power).text(power, 3)),
        ],
    );
    for words in [
        steady_words(shown.derived),
        "Select an edge or a reservoir to see and change its numbers.".to_owned(),
    ] {
        ui.add_space(6.0);
        ui.add(egui::Label::new(RichText::new(words).color(palette.dim)).wrap());
    }
}

/// Ground, system size, and the physical scales.
fn scales_ui(ui: &mut Ui, shown: &Inspected<'_>, commands: &mut Vec<Command>) {
    let network = shown.network;
    let platform = network.platform();
    let number = |name, symbol, meaning, range, default, slider| ParamSpec {
        name,
        symbol,
        meaning,
        dimension: Dimension::Number,
        range,
        absent: Absent::Required,
        default,
        slider,
        trainable: false,
    };
    let ground = ParamSpec {
        dimension: Dimension::State,
        ..number(
            "ground",
            platform.state_symbol(),
            "the state to which leaks lead",
            platform.state_range(),
            platform.default_ground(),
            [-5.0, 5.0],
        )
    };
    let size = number(
        "system size",
        "Ω",
        "carriers behind one unit: scales noise and power, never the motion",
        ParamRange::Positive,
        DEFAULT_SYSTEM_SIZE,
        [1.0, 1e6],
    );
    let mut row_ui =
        |ui: &mut Ui, spec: &ParamSpec, unit, value: f64, set: &dyn Fn(f64) -> Edit| {
            let limits = format!("network.{}", spec.name);
            let id = Id::unique(("network", spec.name));
            let mut row = Row::of(id, spec.name, spec, shown.scales);
            if spec.name == "ground" {
                row.scale = state_slider(shown.editor.base());
            } else {
                row.unit = unit;
            }
            let row = row.with_limits(target::limits_of(shown, &limits, spec.range));
            if let Some(change) = row.ui(ui, value) {
                let target = Target {
                    step: None,
                    limits,
                    items: &[],
                    set: &|value| vec![set(value)],
                    switch: &|_| Vec::new(),
                };
                target.carry_out(shown, change, commands);
            }
        };
    row_ui(ui, &ground, "", network.ground, &Edit::SetGround);
    row_ui(ui, &size, "", network.system_size, &Edit::SetSystemSize);
    if let Some(units) = network.units {
        let first = first_units(platform);
        let temperature = number(
            "temperature",
            "T",
            "the temperature that k_BT stands for",
            ParamRange::Positive,
            first.temperature_k,
            [0.01, 1000.0],
        );
        let rate = number(
            "rate",
            "Γ₀",
            "the rate whose inverse is the unit of time, τ₀ = 1/Γ₀",
            ParamRange::Positive,
            first.rate_hz,
            [1e-6, 1e3].map(|share| share * first.rate_hz),
        );
        row_ui(
            ui,
            &temperature,
            "K",
            units.temperature_k,
            &|temperature_k| {
                Edit::SetUnits(Some(Units {
                    temperature_k,
                    ..units
                }))
            },
        );
        row_ui(ui, &rate, "Hz", units.rate_hz, &|rate_hz| {
            Edit::SetUnits(Some(Units { rate_hz, ..units }))
        });
    }
    let mut is_on = shown.scales.is_physical();
    let switch = ui
        .checkbox(&mut is_on, "Physical units")
        .on_hover_text(Action::Units.tooltip());
    if switch.changed() {
        commands.push(Command::Act(Action::Units));
    }
}
