//! The bar of time: play, step, reset, jump, speed; and the gauge that says how far from rest all is.

use eframe::egui::{
    self, Align2, CornerRadius, Rect, RichText, Role, Sense, Ui, WidgetInfo, pos2, vec2,
};

use super::command::{Action, Command};
use super::derived::{Derived, SteadyNews, outcome_words};
use super::icon::Icon;
use super::number;
use super::simulation::{Rest, SPEEDS, Simulation, past};
use super::theme::{self, Palette};
use super::units::{Quantity, Scales};
use super::widgets::{self, Scale, SliderLook};
use crate::device::ParamRange;
use crate::network::{Network, Node};

/// The room, after the buttons, from which on the speed is shown beside time and gauge.
const WITH_SPEED: f32 = 510.0;

/// The room, after all these, from which on there is a slider back in time beside the gauge, and its width.
const WITH_PAST: f32 = 380.0;
const PAST: f32 = 64.0;

/// The ends of the residual's bar: powers of ten.
const RESIDUAL_DECADES: [f64; 2] = [-12.0, 0.0];

/// Draws the bar.
pub(crate) fn time_bar_ui(
    ui: &mut Ui,
    network: &Network,
    scales: Scales,
    simulation: &Simulation,
    derived: &Derived,
    commands: &mut Vec<Command>,
) {
    ui.horizontal_centered(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        buttons_ui(ui, simulation, derived, commands);
        ui.add_space(6.0);
        // A narrow window keeps what cannot be reached otherwise: time and gauge.
        if ui.available_width() > WITH_SPEED {
            speed_ui(ui, scales, simulation, commands);
            ui.add_space(6.0);
        }
        let now = simulation.time();
        let time = scales.brief(scales.time(now), now, 4);
        reading_ui(
            ui,
            "t",
            &time,
            if scales.is_physical() { 88.0 } else { 74.0 },
            "simulated time since the last reset; without physical units in units of the inverse reference rate τ₀",
        );
        if ui.available_width() > WITH_PAST {
            past_ui(ui, simulation, commands);
            ui.add_space(6.0);
        }
        gauge_ui(ui, network, scales, simulation, derived);
    });
}

/// The way back through the last half minute: the knob at the right end is now.
fn past_ui(ui: &mut Ui, simulation: &Simulation, commands: &mut Vec<Command>) {
    let palette = Palette::current(ui);
    let back = simulation.looks_back();
    let words = match back {
        Some(back) => format!("−{back:.1} s"),
        None => "now".to_owned(),
    };
    let color = if back.is_some() {
        palette.accent
    } else {
        palette.dim
    };
    let look = SliderLook {
        label: "back in time",
        fill: palette.raised,
        mixed: None,
        marks: &[],
    };
    let reach = simulation.reach().clamp(1.0, past::LONGEST);
    let scale = Scale::linear(-reach, 0.0);
    let id = ui.scope_id().with("past");
    let slid = widgets::slider_ui(ui, id, PAST, -back.unwrap_or(0.0), &scale, &look);
    if let Some(gesture) = slid {
        commands.push(Command::Scrub(-gesture.value()));
    }
    let words = RichText::new(words)
        .font(theme::mono(theme::SMALL))
        .color(color);
    ui.add_sized(vec2(48.0, 24.0), egui::Label::new(words)).on_hover_text(
        "How far back in the run you look, with the parameters it had then. Play goes on from there, with those of \
         today; the document stays as it is",
    );
}

fn buttons_ui(
    ui: &mut Ui,
    simulation: &Simulation,
    derived: &Derived,
    commands: &mut Vec<Command>,
) {
    let (icon, label) = if simulation.is_playing() {
        (Icon::Pause, "pause")
    } else {
        (Icon::Play, "play")
    };
    let can_jump = derived.settled().is_some_and(|(_, is_stale)| !is_stale);
    for (action, icon, label, is_enabled) in [
        (Action::PlayPause, icon, label, true),
        (Action::Step, Icon::Step, "step", true),
        (Action::ResetState, Icon::Reset, "reset state", true),
        (
            Action::JumpToSteady,
            Icon::ToEnd,
            "jump to steady state",
            can_jump,
        ),
    ] {
        let is_primary = action == Action::PlayPause;
        let button = widgets::icon_button_ui(ui, icon, label, is_enabled, is_primary)
            .on_hover_text(action.tooltip());
        if button.clicked() {
            commands.push(Command::Act(action));
        }
    }
}

fn speed_ui(ui: &mut Ui, scales: Scales, simulation: &Simulation, commands: &mut Vec<Command>) {
    let palette = Palette::current(ui);
    ui.label(RichText::new("speed").size(theme::SMALL).color(palette.dim))
        .on_hover_text("Simulated time per second");
    let scale = Scale::logarithmic(SPEEDS[0], SPEEDS[1]);
    let look = SliderLook {
        label: "speed",
        fill: palette.accent,
        marks: &[1.0],
        mixed: None,
    };
    let speed = simulation.speed();
    let id = ui.scope_id().with("speed");
    let slid = widgets::slider_ui(ui, id, 100.0, speed, &scale, &look);
    // The unit suits a speed of 1, so that it does not change while the slider is dragged.
    let Quantity { factor, unit } = scales.time(1.0);
    let typed = widgets::number_ui(
        ui,
        id.with("number"),
        54.0,
        "speed number",
        speed * factor,
        ParamRange::Positive,
        &scale.with_ends(scale.ends().map(|speed| speed * factor)),
    );
    ui.label(
        RichText::new(format!("{unit}/s"))
            .size(theme::SMALL)
            .color(palette.dim),
    );
    if let Some(gesture) = slid {
        commands.push(Command::Speed(gesture.value()));
    } else if let Some(gesture) = typed {
        commands.push(Command::Speed(gesture.value() / factor));
    }
}

/// A symbol and a number of fixed width, so that nothing jumps while it counts.
fn reading_ui(ui: &mut Ui, symbol: &str, value: &str, width: f32, tip: &str) {
    let palette = Palette::current(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(width, 24.0), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("{symbol} {value}")));
    response.on_hover_text(tip);
    let symbol = ui.painter().text(
        rect.left_center(),
        Align2::LEFT_CENTER,
        symbol,
        theme::plain(theme::SMALL),
        palette.dim,
    );
    ui.painter().text(
        pos2(symbol.right() + 6.0, rect.center().y),
        Align2::LEFT_CENTER,
        value,
        theme::mono(theme::SMALL),
        palette.text,
    );
}

fn gauge_ui(
    ui: &mut Ui,
    network: &Network,
    scales: Scales,
    simulation: &Simulation,
    derived: &Derived,
) {
    let palette = Palette::current(ui);
    let residual = simulation.flow().residual();
    let (words, is_settled) = gauge_words(network, scales, simulation, derived);
    let (rect, response) = ui.allocate_exact_size(vec2(52.0, 24.0), Sense::hover());
    let bar = Rect::from_center_size(rect.center(), vec2(rect.width(), 8.0));
    let color = if is_settled {
        palette.ok
    } else {
        palette.accent
    };
    ui.painter()
        .rect_filled(bar, CornerRadius::same(4), palette.raised);
    // The bar fills as the residual falls: full at rest.
    let [low, high] = RESIDUAL_DECADES;
    let share = if residual > 0.0 {
        ((high - residual.log10()) / (high - low)).clamp(0.0, 1.0)
    } else {
        1.0
    };
    if share.is_finite() && share > 0.0 {
        let mut fill = bar;
        fill.max.x = bar.left() + (bar.width() * share as f32).max(8.0);
        ui.painter().rect_filled(fill, CornerRadius::same(4), color);
    }
    let exact = number::significant(residual, 1);
    response.widget_info(|| WidgetInfo::labeled(Role::Meter, true, format!("residual {exact}")));
    response.on_hover_text(format!(
        "residual: the largest net inflow of any free reservoir, {exact}; the bar is logarithmic, from 1 to 1e−12"
    ));
    ui.add_sized(
        vec2(44.0, 24.0),
        egui::Label::new(
            RichText::new(exact)
                .font(theme::mono(theme::SMALL))
                .color(palette.dim),
        ),
    );
    let text = ui.add(
        egui::Label::new(
            RichText::new(&words)
                .size(theme::SMALL)
                .color(if is_settled { palette.ok } else { palette.text }),
        )
        .truncate(),
    );
    text.on_hover_text(steady_words(derived));
}

/// What the gauge says, and whether all is at rest.
pub(crate) fn gauge_words(
    network: &Network,
    scales: Scales,
    simulation: &Simulation,
    derived: &Derived,
) -> (String, bool) {
    if let Some(failure) = simulation.failure() {
        return (format!("stopped: {failure}"), false);
    }
    match simulation.rest() {
        Rest::Settled => ("settled".to_owned(), true),
        Rest::Fixed => ("nothing is free to move".to_owned(), true),
        Rest::Balanced => ("balanced, not stable: kick it".to_owned(), false),
        Rest::Moving(key) => {
            let name = network.node(key).map_or("?", Node::title);
            let tau = derived.relaxation_time().map_or(String::new(), |tau| {
                let tau = scales.brief(scales.time(tau), tau, 2);
                format!("τ = {tau}, ")
            });
            // The name comes last: what is too long is cut there.
            (format!("moving, {tau}slowest at {name}"), false)
        }
    }
}

/// How the motion from the initial state ends, in a sentence.
pub(crate) fn steady_words(derived: &Derived) -> String {
    match derived.news() {
        SteadyNews::Pending => "The steady state is being computed.".to_owned(),
        SteadyNews::Failed(message) => {
            format!("The steady state could not be computed: {message}")
        }
        SteadyNews::Known(outcome) => outcome_words(outcome).unwrap_or_else(|| {
            "The motion from the initial state ends at the green ticks.".to_owned()
        }),
    }
}
