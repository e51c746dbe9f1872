//! The response beside the loss: a curve with its targets, or a heat map with data points; and the crosshair.

use eframe::egui::{
    Align2, CursorIcon, EventFilter, Key, Painter, Rect, Response as Touch, Role, Sense, Stroke,
    Ui, WidgetInfo, pos2, vec2,
};

use super::pick::{self, Pick};
use super::picture::{self, Picture, Tone};
use super::points::points_ui;
use super::question::Question;
use super::response::{Responder, Response};
use super::tables::targets;
use crate::gui::chart::{Axes, padded};
use crate::gui::command::Command;
use crate::gui::number;
use crate::gui::picture::{Subject, plot_menu_ui};
use crate::gui::simulation::Simulation;
use crate::gui::theme::{self, Palette};
use crate::learn::objective::{Formula, Goal};
use crate::learn::{Affine, Source};
use crate::network::{Network, Node};

/// How far an arrow key moves the crosshair, as a share of the axis; a fifth of it with Shift.
const ARROW: f64 = 0.025;

/// What one response plot shows.
pub(super) struct Plot<'a> {
    pub(super) network: &'a Network,
    pub(super) simulation: &'a Simulation,
    pub(super) question: &'a Question,
    /// What is drawn, within what the task has.
    pub(super) pick: Pick,
    pub(super) responder: &'a Responder,
    /// The words over it, such as "with NDC"; the output's name if `None`.
    pub(super) title: Option<&'a str>,
    /// The ink of the title and of a curve.
    pub(super) ink: eframe::egui::Color32,
    /// Whether a crosshair can be dragged.
    pub(super) has_crosshair: bool,
    /// Whether clicks set points of the task instead.
    pub(super) is_drawing: bool,
}

/// Draws the plot into all the room there is.
pub(super) fn response_ui(ui: &mut Ui, plot: &Plot<'_>, commands: &mut Vec<Command>) {
    let palette = Palette::current(ui);
    let (rect, touch) = ui.allocate_exact_size(ui.available_size(), Sense::click_and_drag());
    plot_menu_ui(&touch, Subject::Response, commands);
    let painter = ui.painter_at(rect);
    let label = match plot.title {
        Some(title) => format!("response {title}"),
        None => "response".to_owned(),
    };
    touch.widget_info(|| WidgetInfo::labeled(Role::Figure, true, &label));
    let heading = match plot.title {
        Some(title) => painter.text(
            rect.min + vec2(2.0, 0.0),
            Align2::LEFT_TOP,
            title,
            theme::strong(theme::SMALL),
            plot.ink,
        ),
        None => choice_ui(ui, rect, plot, commands),
    };
    let area = Rect::from_min_max(rect.min + vec2(34.0, 20.0), rect.max - vec2(4.0, 22.0));
    if area.width() < 50.0 || area.height() < 30.0 {
        return;
    }
    let Some((response, is_stale)) = plot.responder.response() else {
        let text = plot.responder.failure().unwrap_or("being computed …");
        painter.text(
            area.center(),
            Align2::CENTER_CENTER,
            text,
            theme::plain(theme::SMALL),
            palette.dim,
        );
        return;
    };
    let axes = match response.axes.len() {
        1 => curve(&painter, palette, area, plot, response, is_stale),
        _ => map(&painter, palette, area, plot, response, is_stale),
    };
    let Some(axes) = axes else {
        return;
    };
    axes.frame(&painter, palette);
    axes.x_numbers(&painter, palette);
    axes.y_numbers(&painter, palette);
    if let Some(reading) = map_reading(&touch, &axes, plot, response) {
        touch.clone().on_hover_text_at_pointer(reading);
    }
    if plot.has_crosshair {
        let reading = if plot.is_drawing && response.axes.len() == 1 {
            points_ui(ui, &touch, &painter, &axes, plot, commands)
        } else {
            crosshair_ui(ui, &touch, &painter, &axes, plot, response, commands)
        };
        let at = pos2(rect.right() - 4.0, rect.top());
        let galley = painter.layout_no_wrap(reading, theme::mono(theme::SMALL), palette.dim);
        if at.x - galley.size().x > heading.right() + 6.0 {
            painter.galley(at - vec2(galley.size().x, 0.0), galley, palette.dim);
        }
    }
}

/// The heading: what is drawn, and the choice of something else.
fn choice_ui(ui: &mut Ui, rect: Rect, plot: &Plot<'_>, commands: &mut Vec<Command>) -> Rect {
    let strip = Rect::from_min_size(rect.min, vec2(0.7 * rect.width(), 18.0));
    let builder = eframe::egui::UiBuilder::new().max_rect(strip);
    ui.scope_builder(builder, |ui| {
        pick::pick_ui(ui, plot.network, plot.question, plot.pick, commands);
        ui.min_rect()
    })
    .inner
}

/// Gives a class task's states, which have no targets to be decoded to, in node units.
pub(super) fn decode(question: &Question) -> Affine {
    match question.task.loss {
        crate::learn::Loss::Mse => question.task.decode,
        crate::learn::Loss::SoftmaxCrossEntropy => Affine::default(),
    }
}

/// A response to one input.
fn curve(
    painter: &Painter,
    palette: &Palette,
    area: Rect,
    plot: &Plot<'_>,
    response: &Response,
    is_stale: bool,
) -> Option<Axes> {
    let axis = response.axes.first()?;
    let slot = *response.outputs.get(plot.pick.output)?;
    let decode = decode(plot.question);
    let targets: Vec<[f64; 2]> = targets(plot.question, plot.pick)
        .into_iter()
        .filter_map(|row| row.try_into().ok())
        .collect();
    let mut y = [f64::INFINITY, f64::NEG_INFINITY];
    let mut include = |v: f64| y = [y[0].min(v), y[1].max(v)];
    for point in &targets {
        include(point[1]);
    }
    for k in 0..axis.samples {
        if let Some(x) = response.state(slot, k, 0) {
            include(decode.invert(x));
        }
    }
    if y[0] > y[1] {
        y = [-1.0, 1.0];
    }
    let axes = Axes::new(area, axis.range, padded(y, 0.1));
    axes.ground(painter, palette);
    if let Source::Function(function) = &plot.question.task.source
        && let Ok(formula) = Formula::new(&function.expr)
    {
        let samples = (0..=200).filter_map(|k| {
            let x = function.from + f64::from(k) / 200.0 * (function.to - function.from);
            Some([x, formula.at(x).ok()?])
        });
        axes.dashed(painter, samples, Stroke::new(1.2, palette.dim));
    }
    // A formula's samples lie on its own line; as rings they would hide it.
    let radius = if targets.len() > 24 { 1.6 } else { 3.5 };
    for &target in &targets {
        let at = axes.screen(target);
        axes.inside(painter)
            .circle_stroke(at, radius, Stroke::new(1.4, palette.text));
    }
    let ink = if is_stale {
        plot.ink.gamma_multiply(0.4)
    } else {
        plot.ink
    };
    // A gap ends a line and begins another: what does not settle is not drawn through.
    let samples: Vec<Option<[f64; 2]>> = (0..axis.samples)
        .map(|k| {
            let x = response.state(slot, k, 0)?;
            Some([axis.at(k), decode.invert(x)])
        })
        .collect();
    for line in samples.split(Option::is_none) {
        axes.curve(
            painter,
            line.iter().flatten().copied(),
            Stroke::new(2.0, ink),
        );
    }
    Some(axes)
}

/// A response to two inputs.
fn map(
    painter: &Painter,
    palette: &Palette,
    area: Rect,
    plot: &Plot<'_>,
    response: &Response,
    is_stale: bool,
) -> Option<Axes> {
    let side = area.height().min(area.width());
    let beside = Rect::from_min_max(pos2(area.left() + side, area.top()), area.max);
    let area = Rect::from_min_size(area.min, vec2(side, side));
    let [horizontal, vertical] = response.axes.as_slice() else {
        return None;
    };
    let slot = *response.outputs.get(plot.pick.output)?;
    let decode = decode(plot.question);
    let held = plot.pick.held(plot.question);
    let targets = plot
        .question
        .target_range(plot.pick.output)
        .map(|u| decode.apply(u));
    let threshold = 0.5 * (targets[0] + targets[1]);
    let tone = Tone::over(coloured(targets, response.extent(slot)));
    let shown = Picture {
        response,
        slot,
        tone,
        most: usize::MAX,
        is_stale,
    };
    picture::paint(painter, palette, area, &shown);
    picture::contour(
        painter,
        area,
        response,
        slot,
        threshold,
        Stroke::new(1.4, eframe::egui::Color32::from_gray(30)),
    );
    // Samples stand in the middles of their cells, so the picture is half a cell wider than its axes at each end.
    let widened = |axis: &super::response::Axis| {
        let half = 0.5 * (axis.range[1] - axis.range[0]) / (axis.samples - 1) as f64;
        [axis.range[0] - half, axis.range[1] + half]
    };
    let axes = Axes::new(area, widened(horizontal), widened(vertical));
    for example in plot.question.objective.examples() {
        let up = plot.pick.up.and_then(|up| example.inputs.get(up));
        let (Goal::States(goal), Some(x), Some(y), true) = (
            &example.goal,
            example.inputs.get(plot.pick.across),
            up,
            Pick::shows(&held, example),
        ) else {
            continue;
        };
        let encode = plot.question.task.encode;
        let at = axes.screen([encode.invert(*x), encode.invert(*y)]);
        let high = goal
            .get(plot.pick.output)
            .is_some_and(|goal| *goal > threshold);
        let [low_ink, _, high_ink] = palette.states;
        painter.circle(
            at,
            5.0,
            if high { high_ink } else { low_ink },
            Stroke::new(2.0, eframe::egui::Color32::from_gray(20)),
        );
        painter.circle_stroke(
            at,
            6.5,
            Stroke::new(1.0, eframe::egui::Color32::from_gray(245)),
        );
    }
    tone_key(painter, palette, beside, tone, decode);
    let title = |key| plot.network.node(key).map_or("?", Node::title);
    let name = |key, at, align| {
        painter.text(
            at,
            align,
            title(key),
            theme::plain(theme::SMALL),
            palette.dim,
        );
    };
    // Both names stand where no number of the axes can be: beside and below the corners.
    name(
        horizontal.key,
        pos2(area.right() + 6.0, area.bottom() + 4.0),
        Align2::LEFT_TOP,
    );
    name(
        vertical.key,
        pos2(area.left() - 6.0, area.bottom() + 4.0),
        Align2::RIGHT_TOP,
    );
    Some(axes)
}

/// What the colours of a map mean, in the room beside it; nothing if there is none.
fn tone_key(painter: &Painter, palette: &Palette, room: Rect, tone: Tone, decode: Affine) {
    /// From the map to the key.
    const GAP: f32 = 12.0;
    const WIDTH: f32 = 8.0;
    /// Of the numbers beside it.
    const NUMBERS: f32 = 44.0;
    if room.width() < GAP + WIDTH + NUMBERS {
        return;
    }
    let bar = Rect::from_min_size(room.min + vec2(GAP, 0.0), vec2(WIDTH, room.height()));
    picture::scale(painter, palette, bar, tone);
    for (share, align) in [
        (-1.0, Align2::LEFT_BOTTOM),
        (0.0, Align2::LEFT_CENTER),
        (1.0, Align2::LEFT_TOP),
    ] {
        let state = tone.middle + share * tone.reach;
        let y = bar.center().y - 0.5 * share as f32 * bar.height();
        painter.text(
            pos2(bar.right() + 4.0, y),
            align,
            number::state(decode.invert(state)),
            theme::mono(theme::SMALL),
            palette.dim,
        );
    }
}

/// The states that colours range over: those of the targets, so that colours stay while the network learns; and those of the
/// response with them, where it lies beside the targets and would have one colour all over.
fn coloured(targets: [f64; 2], response: Option<[f64; 2]>) -> [f64; 2] {
    let Some([lo, hi]) = response else {
        return targets;
    };
    let middle = 0.5 * (lo + hi);
    if (targets[0]..=targets[1]).contains(&middle) {
        targets
    } else {
        [targets[0].min(lo), targets[1].max(hi)]
    }
}

/// What the map says under the pointer: the inputs there, and the answer.
fn map_reading(touch: &Touch, axes: &Axes, plot: &Plot<'_>, response: &Response) -> Option<String> {
    let pointer = touch
        .hover_pos()
        .filter(|&at| axes.rect.contains(at) && !touch.dragged())?;
    let [across, up] = response.axes.as_slice() else {
        return None;
    };
    let cell = |share: f32, samples: usize| ((share * samples as f32) as usize).min(samples - 1);
    let i = cell(
        (pointer.x - axes.rect.left()) / axes.rect.width(),
        across.samples,
    );
    let j = cell(
        (axes.rect.bottom() - pointer.y) / axes.rect.height(),
        up.samples,
    );
    let slot = *response.outputs.get(plot.pick.output)?;
    let answer = response.state(slot, i, j).map_or_else(
        || "does not settle".to_owned(),
        |x| number::state(decode(plot.question).invert(x)),
    );
    let title = |key| plot.network.node(key).map_or("?", Node::title);
    let output = plot.question.task.outputs.get(plot.pick.output)?;
    Some(format!(
        "{} {}, {} {}: {} {answer}",
        title(across.key),
        number::state(across.at(i)),
        title(up.key),
        number::state(up.at(j)),
        title(*output),
    ))
}

/// Draws the crosshair where the inputs are, and moves them with it. Returns the reading there.
fn crosshair_ui(
    ui: &Ui,
    touch: &Touch,
    painter: &Painter,
    axes: &Axes,
    plot: &Plot<'_>,
    response: &Response,
    commands: &mut Vec<Command>,
) -> String {
    let palette = Palette::current(ui);
    let encode = plot.question.task.encode;
    let decode = decode(plot.question);
    let inputs: Vec<f64> = response
        .axes
        .iter()
        .filter_map(|axis| Some(encode.invert(plot.simulation.state_of(axis.key)?)))
        .collect();
    let output = plot
        .question
        .task
        .outputs
        .get(plot.pick.output)
        .and_then(|&key| plot.simulation.state_of(key))
        .map(|x| decode.invert(x));
    let (Some(&x), Some(output)) = (inputs.first(), output) else {
        return String::new();
    };
    let y = inputs.get(1).copied().unwrap_or(output);
    let at = axes.screen([x, y]);
    let inside = axes.inside(painter);
    let is_held = touch.dragged() || touch.has_focus();
    let ink = if response.axes.len() == 2 {
        eframe::egui::Color32::from_gray(20)
    } else {
        palette.text
    };
    inside.vline(
        at.x,
        axes.rect.y_range(),
        Stroke::new(1.0, ink.gamma_multiply(0.55)),
    );
    inside.hline(
        axes.rect.x_range(),
        at.y,
        Stroke::new(1.0, ink.gamma_multiply(0.55)),
    );
    let stroke = Stroke::new(if is_held { 2.4 } else { 1.6 }, ink);
    let nearest = axes.rect.clamp(at);
    if nearest == at {
        inside.circle_stroke(at, 8.0, stroke);
    } else {
        // The inputs are beyond the picture: in this direction.
        let way = (at - nearest).normalized() * 14.0;
        inside.arrow(nearest - way, way, stroke);
    }
    let moved = moved(ui, touch, axes, response, [x, y]);
    if touch.hovered() || touch.dragged() {
        ui.set_cursor_icon(CursorIcon::Crosshair);
    }
    if let Some(to) = moved {
        let moved = response.axes.iter().zip(to);
        let moved = moved.map(|(axis, u)| (axis.key, encode.apply(u)));
        // What the picture holds is held in the run, too: else the crosshair would stand beside it.
        let held = plot.pick.held(plot.question).into_iter();
        let held =
            held.filter_map(|(input, state)| Some((*plot.question.task.inputs.get(input)?, state)));
        commands.push(Command::Hold(moved.chain(held).collect()));
    }
    if touch.double_clicked() {
        commands.push(Command::Release);
    }
    let reading = if plot.simulation.is_held() {
        format!("held {}", number::state(output))
    } else {
        number::state(output)
    };
    let position: Vec<String> = inputs.iter().map(|u| number::state(*u)).collect();
    ui.ctx().accesskit_node_builder(touch.id, |node| {
        node.set_value(format!("at {}: {reading}", position.join(", ")));
    });
    reading
}

/// Where pointer or arrows put the crosshair, in the units of the task and within the picture.
fn moved(
    ui: &Ui,
    touch: &Touch,
    axes: &Axes,
    response: &Response,
    [x, y]: [f64; 2],
) -> Option<[f64; 2]> {
    let within = |k: usize, u: f64| {
        response
            .axes
            .get(k)
            .map_or(u, |axis| u.clamp(axis.range[0], axis.range[1]))
    };
    if touch.dragged() || touch.clicked() {
        let pointer = touch.interact_pointer_pos()?;
        let [lo, hi] = axes.y;
        let share = f64::from((axes.rect.bottom() - pointer.y) / axes.rect.height());
        return Some([
            within(0, axes.x_at(pointer.x)),
            within(1, lo + share * (hi - lo)),
        ]);
    }
    if !touch.has_focus() {
        return None;
    }
    ui.memory_mut(|memory| {
        memory.set_focus_lock_filter(
            touch.id,
            EventFilter {
                horizontal_arrows: true,
                vertical_arrows: true,
                ..EventFilter::default()
            },
        );
    });
    let presses = |key| ui.input(|i| i.num_presses(key)) as f64;
    let share = if ui.input(|i| i.modifiers.shift) {
        0.2 * ARROW
    } else {
        ARROW
    };
    let right = presses(Key::ArrowRight) - presses(Key::ArrowLeft);
    let up = presses(Key::ArrowUp) - presses(Key::ArrowDown);
    if right == 0.0 && up == 0.0 {
        return None;
    }
    let step = |k: usize| {
        response
            .axes
            .get(k)
            .map_or(0.0, |axis| share * (axis.range[1] - axis.range[0]))
    };
    Some([within(0, x + right * step(0)), within(1, y + up * step(1))])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_range_over_the_targets_unless_the_response_lies_beside_them() {
        let over = |response| format!("{:?}", coloured([-1.0, 1.0], response));
        assert_eq!(over(Some([-3.0, 2.0])), "[-1.0, 1.0]");
        assert_eq!(over(Some([-3.0, 0.5])), "[-3.0, 1.0]");
        assert_eq!(over(None), "[-1.0, 1.0]");
    }
}
