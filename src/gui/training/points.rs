//! Points drawn by hand: the rows of a task of one input and one output, set on the plot of the response.

use eframe::egui::{CursorIcon, Painter, Pos2, Response as Touch, Stroke, Ui};

use super::question::Question;
use super::response_plot::Plot;
use crate::document::{Document, Edit};
use crate::gui::chart::Axes;
use crate::gui::command::Command;
use crate::gui::number;
use crate::gui::theme::Palette;
use crate::learn::objective::Goal;
use crate::learn::{Loss, Row, Source, Target, Task};

/// How near the pointer must be to a point to take hold of it, in screen points.
const REACH: f32 = 9.0;

/// More rows than this are data, not points to be moved by hand.
const MOST: usize = 200;

/// Why points cannot be drawn for a task; nothing if they can.
pub(super) fn obstacle(document: &Document) -> Option<&'static str> {
    let task = document.task.as_ref()?;
    if task.inputs.len() != 1 || task.outputs.len() != 1 {
        return Some("points can be drawn for one input and one output");
    }
    (task.loss != Loss::Mse).then_some("points can be drawn for targets, not for classes")
}

/// The rows of a task, as points in its own units.
fn points(question: &Question) -> Vec<[f64; 2]> {
    let task = &question.task;
    question
        .objective
        .examples()
        .iter()
        .filter_map(|example| {
            let Goal::States(goal) = &example.goal else {
                return None;
            };
            let (x, y) = (example.inputs.first()?, goal.first()?);
            Some([task.encode.invert(*x), task.decode.invert(*y)])
        })
        .collect()
}

/// The task with these points for its rows.
fn with_points(task: &Task, points: &[[f64; 2]]) -> Edit {
    let rows = points
        .iter()
        .map(|&[x, y]| Row {
            input: vec![x],
            target: Target::Values(vec![y]),
        })
        .collect();
    Edit::SetTask(Some(Task {
        source: Source::Rows(rows),
        ..task.clone()
    }))
}

/// Takes clicks and drags: on empty ground a point is added, a point is dragged elsewhere, and a click on it takes it
/// away. Each is one step of undo. Returns what it says in the corner.
pub(super) fn points_ui(
    ui: &Ui,
    touch: &Touch,
    painter: &Painter,
    axes: &Axes,
    plot: &Plot<'_>,
    commands: &mut Vec<Command>,
) -> String {
    let palette = Palette::current(ui);
    let held_id = touch.id.with("held point");
    let mut points = points(plot.question);
    if points.len() > MOST {
        return format!("more than {MOST} rows");
    }
    let nearest = |at: Pos2| {
        let near = points.iter().enumerate().map(|(k, point)| {
            let distance = axes.screen(*point).distance(at);
            (k, distance)
        });
        near.min_by(|p, q| p.1.total_cmp(&q.1))
            .filter(|(_, distance)| *distance <= REACH)
            .map(|(k, _)| k)
    };
    let value_at = |at: Pos2| {
        let [lo, hi] = axes.y;
        let share = f64::from((axes.rect.bottom() - at.y) / axes.rect.height());
        [
            rounded(axes.x_at(at.x), axes.x),
            rounded(lo + share * (hi - lo), axes.y),
        ]
    };
    let is_over = touch.hover_pos().is_some_and(|at| nearest(at).is_some());
    if touch.hovered() {
        ui.set_cursor_icon(if is_over {
            CursorIcon::Grab
        } else {
            CursorIcon::Crosshair
        });
    }
    let press = ui.input(|i| i.pointer.press_origin());
    if touch.drag_started()
        && let Some(k) = press.and_then(nearest)
    {
        ui.data_mut(|data| data.insert_temp(held_id, k));
    }
    let held: Option<usize> = ui.data(|data| data.get_temp(held_id));
    let pointer = touch.interact_pointer_pos();
    if let (Some(k), Some(at)) = (held, pointer) {
        let at = axes.rect.clamp(at);
        let value = value_at(at);
        if touch.drag_stopped() {
            ui.data_mut(|data| data.remove_temp::<usize>(held_id));
            if let Some(point) = points.get_mut(k) {
                *point = value;
            }
            commands.push(done("move a point", plot.question, &points));
        } else {
            let stroke = Stroke::new(2.0, palette.accent);
            axes.inside(painter).circle_stroke(at, 5.0, stroke);
            return format!("{}, {}", number::state(value[0]), number::state(value[1]));
        }
    } else if touch.clicked()
        && let Some(at) = pointer.filter(|at| axes.rect.contains(*at))
    {
        match nearest(at) {
            // A task without any row is none.
            Some(k) if points.len() > 1 => {
                points.remove(k);
                commands.push(done("remove a point", plot.question, &points));
            }
            Some(_) => {}
            None => {
                points.push(value_at(at));
                points.sort_by(|p, q| p[0].total_cmp(&q[0]));
                commands.push(done("add a point", plot.question, &points));
            }
        }
    }
    "click: add or remove; drag: move".to_owned()
}

fn done(name: &str, question: &Question, points: &[[f64; 2]]) -> Command {
    let edit = with_points(&question.task, points);
    Command::DoneAll(name.to_owned(), vec![edit])
}

/// A number as finely as a hand can aim: a thousandth of what the axis shows.
fn rounded(x: f64, [lo, hi]: [f64; 2]) -> f64 {
    let step = 10_f64.powf((hi - lo).log10().floor() - 2.0);
    if !(step.is_finite() && step > 0.0) {
        return x;
    }
    let decimals = (-step.log10().floor()).clamp(0.0, 12.0) as usize;
    let text = format!("{:.decimals$}", (x / step).round() * step);
    text.parse().unwrap_or(x)
}
