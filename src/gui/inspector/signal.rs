//! The signal a clamp follows: its form, its numbers, and a drawing of one period.

use eframe::egui::{self, Align2, Id, Role, Sense, Stroke, Ui, WidgetInfo, vec2};

use super::target::Target;
use super::{Inspected, round_up, target};
use crate::device::{Absent, Dimension, ParamRange, ParamSpec, Platform};
use crate::document::Edit;
use crate::gui::chart::{Axes, padded};
use crate::gui::command::Command;
use crate::gui::row::Row;
use crate::gui::theme::{self, Palette};
use crate::gui::units::Quantity;
use crate::gui::widgets::Scale;
use crate::network::{Node, Shape, Signal};

/// Height of the drawing.
const HEIGHT: f32 = 72.0;

pub(super) fn signal_ui(
    ui: &mut Ui,
    shown: &Inspected<'_>,
    node: &Node,
    commands: &mut Vec<Command>,
) {
    let key = node.key();
    shapes_ui(ui, shown.network.platform(), node, commands);
    let Some(signal) = node.signal else {
        return;
    };
    let reach = round_up(
        (2.0 * node.value.abs())
            .max(2.0 * signal.amplitude.abs())
            .max(5.0),
    );
    let fields: [Field<'_>; 3] = [
        (
            spec(
                "amplitude",
                "A",
                "the largest deviation from the value",
                ParamRange::Real,
            ),
            shown.scales.state(),
            signal.amplitude,
            Scale::linear(0.0, reach),
            &|amplitude| Signal {
                amplitude,
                ..signal
            },
        ),
        (
            spec(
                "period",
                "T",
                "the time after which it repeats",
                ParamRange::Positive,
            ),
            // The unit of a period of 1: it does not change while the slider is dragged.
            shown.scales.time(1.0),
            signal.period,
            Scale::logarithmic(0.1, 1e3),
            &|period| Signal { period, ..signal },
        ),
        (
            spec(
                "phase",
                "φ",
                "where in its period it is at t = 0",
                ParamRange::Real,
            ),
            Quantity {
                factor: 1.0,
                unit: "rad",
            },
            signal.phase,
            Scale::linear(-std::f64::consts::PI, std::f64::consts::PI),
            &|phase| Signal { phase, ..signal },
        ),
    ];
    for (spec, quantity, value, scale, with) in fields {
        let limits = format!("signal.{}", spec.name);
        let id = Id::unique(("signal", key, spec.name));
        let row = Row {
            unit: quantity.unit,
            factor: quantity.factor,
            scale,
            default: Some(if spec.name == "phase" {
                0.0
            } else {
                spec.default
            }),
            ..Row::of(id, spec.name, &spec, shown.scales)
        }
        .with_limits(target::limits_of(shown, &limits, spec.range));
        if let Some(change) = row.ui(ui, value) {
            let target = Target {
                step: None,
                limits,
                items: &[],
                set: &|value| vec![Edit::SetSignal(key, Some(with(value)))],
                switch: &|_| Vec::new(),
            };
            target.carry_out(shown, change, commands);
        }
    }
    drawing_ui(ui, node, &signal, shown);
}

/// A number of a signal: its description, unit, value, slider, and the signal with another value of it.
type Field<'a> = (ParamSpec, Quantity, f64, Scale, &'a dyn Fn(f64) -> Signal);

fn spec(
    name: &'static str,
    symbol: &'static str,
    meaning: &'static str,
    range: ParamRange,
) -> ParamSpec {
    ParamSpec {
        name,
        symbol,
        meaning,
        dimension: Dimension::Number,
        range,
        absent: Absent::Required,
        default: if name == "period" { FIRST_PERIOD } else { 1.0 },
        slider: [0.0, 1.0],
        trainable: false,
    }
}

/// A period that can be followed by eye at the usual speed.
const FIRST_PERIOD: f64 = 10.0;

fn shapes_ui(ui: &mut Ui, platform: Platform, node: &Node, commands: &mut Vec<Command>) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        ui.label("signal")
            .on_hover_text("what is added to the value as time goes on");
        let now = node.signal.map(|signal| signal.shape);
        let choices = std::iter::once(None).chain(Shape::ALL.map(Some));
        for choice in choices {
            let name = choice.map_or("none", Shape::name);
            let button = egui::Button::selectable(now == choice, name);
            if !ui.add(button).clicked() || now == choice {
                continue;
            }
            let signal = choice.map(|shape| match node.signal {
                Some(signal) => Signal { shape, ..signal },
                None => Signal {
                    shape,
                    // A concentration has to stay above zero.
                    amplitude: match platform {
                        Platform::Electronic => 1.0,
                        Platform::Chemical => 0.5 * node.value,
                    },
                    period: FIRST_PERIOD,
                    phase: 0.0,
                },
            });
            commands.push(Command::Done(Edit::SetSignal(node.key(), signal)));
        }
    });
}

/// One period from t = 0, jumps as upright lines, and where it is now.
fn drawing_ui(ui: &mut Ui, node: &Node, signal: &Signal, shown: &Inspected<'_>) {
    let t = shown.simulation.time();
    let state = shown.scales.state();
    let palette = Palette::current(ui);
    let size = vec2(ui.available_width(), HEIGHT);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    let label = "one period of the signal";
    response.widget_info(|| WidgetInfo::labeled(Role::Figure, true, label));
    let painter = ui.painter_at(rect);
    let plot = egui::Rect::from_min_max(rect.min + vec2(51.0, 2.0), rect.max - vec2(2.0, 18.0));
    let level = |x: f64| state.of(node.value + x);
    let ys = [level(signal.lowest()), level(signal.highest())];
    let axes = Axes::new(plot, [0.0, signal.period], padded(ys, 0.15));
    axes.ground(&painter, palette);
    let points = (0..=240).map(|k| {
        let at = signal.period * f64::from(k) / 240.0;
        [at, level(signal.at(at, at))]
    });
    axes.curve(&painter, points, Stroke::new(1.8, palette.text));
    let now = t.rem_euclid(signal.period);
    axes.inside(&painter).circle_filled(
        axes.screen([now, level(signal.at(t, t))]),
        4.0,
        palette.positive,
    );
    axes.frame(&painter, palette);
    axes.y_numbers(&painter, palette);
    painter.text(
        plot.left_bottom() + vec2(0.0, 3.0),
        Align2::LEFT_TOP,
        format!(
            "one period, {}, from t = 0",
            shown.scales.time(signal.period).text(signal.period, 4)
        ),
        theme::plain(theme::SMALL),
        palette.dim,
    );
}
