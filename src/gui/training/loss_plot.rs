//! The loss over the steps, on a logarithmic axis: the last run, those before it pale, and the monotone floor.

use eframe::egui::text::LayoutJob;
use eframe::egui::{
    Align, Align2, Color32, EventFilter, Id, Key, Painter, Pos2, Rangef, Rect, Response, Role,
    Sense, Stroke, Ui, WidgetInfo, pos2, vec2,
};

use super::coach::Curve;
use super::question::Question;
use super::{Panel, loss_heading};
use crate::document::Problem;
use crate::gui::canvas::callout;
use crate::gui::chart::Axes;
use crate::gui::command::Command;
use crate::gui::number;
use crate::gui::picture::{Subject, plot_menu_ui};
use crate::gui::theme::{self, Palette};

/// Losses below this are drawn at it: what is left there is rounding.
const LEAST: f64 = 1e-16;

/// Room left of the plot area for its numbers.
const NUMBERS: f32 = 42.0;

/// Draws the plot into all the room there is.
pub(super) fn loss_ui(ui: &mut Ui, panel: &Panel<'_>, commands: &mut Vec<Command>) {
    let palette = Palette::current(ui);
    let (rect, response) = ui.allocate_exact_size(ui.available_size(), Sense::click());
    plot_menu_ui(&response, Subject::Loss, commands);
    let painter = ui.painter_at(rect);
    let problem = panel.coach.notice().or_else(|| {
        panel
            .coach
            .answer()
            .and_then(|answer| answer.as_ref().err())
    });
    let shown: Vec<(&Curve, bool)> = panel.coach.shown().collect();
    let is_empty = shown
        .iter()
        .all(|(curve, _)| curve.record.losses.is_empty());
    let heading = loss_heading::heading(panel);
    // What stands in the plot as long as it has no curve.
    let invitation = if panel.coach.is_running() {
        "the first step is under way …"
    } else {
        "press Train (G) and watch the loss fall"
    };
    response.widget_info(|| {
        let text = match problem {
            Some(problem) => format!("loss: {problem}"),
            None if is_empty => format!("loss: {invitation}"),
            None => format!("loss: {heading}"),
        };
        WidgetInfo::labeled(Role::Figure, true, text)
    });
    let name = painter.text(
        rect.min + vec2(2.0, 0.0),
        Align2::LEFT_TOP,
        "Loss",
        theme::strong(theme::SMALL),
        palette.text,
    );
    loss_heading::heading_text(&painter, palette, name.right(), rect.right_top(), &heading);
    let plot = Rect::from_min_max(rect.min + vec2(NUMBERS, 20.0), rect.max - vec2(2.0, 22.0));
    if plot.width() < 60.0 || plot.height() < 30.0 {
        return;
    }
    let floor = panel
        .coach
        .question()
        .and_then(|question| question.floor_in_user_units());
    let axes = axes(plot, &shown, floor);
    ground(&axes, &painter, palette);
    if let Some(floor) = floor.filter(|floor| *floor > LEAST) {
        let y = axes.screen_y(floor.log10());
        let line = [pos2(plot.left(), y), pos2(plot.right(), y)];
        axes.inside(&painter)
            .extend(eframe::egui::Shape::dashed_line(
                &line,
                Stroke::new(1.4, palette.text),
                6.0,
                4.0,
            ));
    }
    for &(curve, is_last) in shown.iter().rev() {
        let stroke = look(palette, curve, is_last);
        let path = points(&axes, curve);
        axes.curve(&painter, path, stroke);
    }
    let words = floor.and_then(|floor| floor_words(&axes, &painter, palette, floor));
    if shown.iter().filter(|(_, is_last)| *is_last).count() == 2 {
        names(&axes, &painter, palette, &shown, words);
    }
    axes.frame(&painter, palette);
    axes.x_numbers(&painter, palette);
    painter.text(
        pos2(plot.left() - 6.0, plot.bottom() + 4.0),
        Align2::RIGHT_TOP,
        "step",
        theme::plain(theme::SMALL),
        palette.dim,
    );
    if let Some(problem) = problem {
        problem_text(&painter, palette, plot, problem);
    } else if is_empty {
        // In a narrow plot it takes two lines.
        let font = theme::plain(theme::BODY);
        let mut job = LayoutJob::simple(
            invitation.to_owned(),
            font,
            palette.dim,
            plot.width() - 16.0,
        );
        job.halign = Align::Center;
        let galley = painter.layout_job(job);
        let at = plot.center() - vec2(0.0, 0.5 * galley.size().y);
        painter.galley(at, galley, palette.dim);
    }
    choose_ui(ui, &response, &axes, &shown, commands);
}

/// The last loss that is a number.
pub(super) fn last_finite(losses: &[f64]) -> Option<f64> {
    losses.iter().rev().copied().find(|loss| loss.is_finite())
}

fn log(question: &Question, loss: f64) -> f64 {
    question.loss_in_user_units(loss).max(LEAST).log10()
}

fn axes(plot: Rect, shown: &[(&Curve, bool)], floor: Option<f64>) -> Axes {
    let mut y = [f64::INFINITY, f64::NEG_INFINITY];
    let mut include = |v: f64| y = [y[0].min(v), y[1].max(v)];
    let mut steps = 20;
    for (curve, _) in shown {
        steps = steps.max(curve.record.losses.len());
        for &loss in curve.record.losses.iter().filter(|loss| loss.is_finite()) {
            include(log(&curve.question, loss));
        }
    }
    if let Some(floor) = floor.filter(|floor| *floor > LEAST) {
        include(floor.log10());
    }
    if y[0] > y[1] {
        y = [-4.0, 0.0];
    }
    // Less than a decade would turn noise into mountains.
    let missing = (1.0 - (y[1] - y[0])).max(0.0);
    let y = [y[0] - missing, y[1]];
    let air = 0.08 * (y[1] - y[0]) + 0.1;
    Axes::new(plot, [0.0, steps as f64], [y[0] - air, y[1] + air])
}

/// Ground and grid, with powers of ten on the left.
fn ground(axes: &Axes, painter: &Painter, palette: &Palette) {
    painter.rect_filled(axes.rect, 4.0, palette.background);
    let grid = Stroke::new(1.0, palette.line.gamma_multiply(0.6));
    let decades = axes.y[1] - axes.y[0];
    let room = f64::from(axes.rect.height() / 22.0).max(1.0);
    let every = (decades / room).ceil().max(1.0) as i64;
    let first = axes.y[0].ceil() as i64;
    for decade in (first..=axes.y[1].floor() as i64).filter(|d| d.rem_euclid(every) == 0) {
        let y = axes.screen_y(decade as f64);
        painter.hline(axes.rect.x_range(), y, grid);
        let text = match decade {
            -2..=2 => number::short(10_f64.powi(decade as i32), 3),
            _ => format!("1e{decade}").replace('-', "−"),
        };
        painter.text(
            pos2(axes.rect.left() - 6.0, y),
            Align2::RIGHT_CENTER,
            text,
            theme::mono(theme::SMALL),
            palette.dim,
        );
    }
    if decades < 3.0 {
        // Between two powers of ten the lines at 2 … 9 show that the axis is logarithmic.
        for decade in first - 1..=axes.y[1].floor() as i64 {
            for digit in 2..=9 {
                let at = decade as f64 + f64::from(digit).log10();
                if at > axes.y[0] && at < axes.y[1] {
                    painter.hline(
                        axes.rect.x_range(),
                        axes.screen_y(at),
                        Stroke::new(1.0, palette.line.gamma_multiply(0.25)),
                    );
                }
            }
        }
    }
}

/// What the floor's line means, over whatever curves run there; returns the room it takes.
fn floor_words(axes: &Axes, painter: &Painter, palette: &Palette, floor: f64) -> Option<Rect> {
    let is_zero = floor <= LEAST;
    let text = if is_zero {
        "a monotone network can do this: its floor is 0"
    } else {
        "no monotone network can pass this line"
    };
    let y = if is_zero {
        axes.rect.bottom() - 1.0
    } else {
        axes.screen_y(floor.log10())
    };
    let inside = axes.inside(painter);
    let galley = painter.layout_no_wrap(text.to_owned(), theme::plain(theme::SMALL), palette.text);
    if galley.size().x + 12.0 > axes.rect.width() {
        return None;
    }
    // Above the line if there is room, for what passes it passes below.
    let above = y - galley.size().y - 3.0;
    let top = if above < axes.rect.top() + 2.0 {
        y + 3.0
    } else {
        above
    };
    let at = pos2(axes.rect.right() - galley.size().x - 6.0, top);
    let room = Rect::from_min_size(at, galley.size());
    inside.rect_filled(
        room.expand2(vec2(3.0, 0.0)),
        2.0,
        palette.background.gamma_multiply(0.8),
    );
    inside.galley(at, galley, palette.text);
    Some(room)
}

/// The stroke of a curve: accent, grey-blue for the twin without NDC, pale for earlier runs.
pub(super) fn look(palette: &Palette, curve: &Curve, is_last: bool) -> Stroke {
    let ink = ink(palette, curve.is_monotone);
    if is_last {
        Stroke::new(2.0, ink)
    } else {
        Stroke::new(1.2, ink.gamma_multiply(0.35))
    }
}

/// Accent with NDC, grey-blue without.
pub(super) fn ink(palette: &Palette, is_monotone: bool) -> Color32 {
    if is_monotone {
        palette.pipes[1].lerp_to_gamma(palette.dim, 0.4)
    } else {
        palette.accent
    }
}

/// The curve's points, no more than the plot area can show: of each column its highest and its lowest.
fn points(axes: &Axes, curve: &Curve) -> Vec<[f64; 2]> {
    let losses = &curve.record.losses;
    let columns = (axes.rect.width() as usize).max(1);
    let width = losses.len().div_ceil(columns).max(1);
    let mut points = Vec::with_capacity(2 * columns);
    for (k, column) in losses.chunks(width).enumerate() {
        let finite = || column.iter().copied().filter(|loss| loss.is_finite());
        let lowest = finite().fold(f64::INFINITY, f64::min);
        let highest = finite().fold(f64::NEG_INFINITY, f64::max);
        if lowest > highest {
            continue;
        }
        let x = (k * width) as f64;
        points.push([x, log(&curve.question, highest)]);
        if width > 1 {
            points.push([x, log(&curve.question, lowest)]);
        }
    }
    points
}

/// The names of two curves that are compared, at their right ends, clear of the curves, each other and the floor's words.
fn names(
    axes: &Axes,
    painter: &Painter,
    palette: &Palette,
    shown: &[(&Curve, bool)],
    words: Option<Rect>,
) {
    let ends: Vec<(f32, bool)> = shown
        .iter()
        .filter(|(_, is_last)| *is_last)
        .filter_map(|(curve, _)| {
            let loss = last_finite(&curve.record.losses)?;
            let y = axes.screen_y(log(&curve.question, loss));
            Some((y, curve.is_monotone))
        })
        .collect();
    let mut taken: Vec<Rangef> = ends
        .iter()
        .map(|(y, _)| Rangef::point(*y).expand(1.0))
        .chain(words.map(|words| words.y_range()))
        .collect();
    for (y, is_monotone) in ends {
        let at = beside(y, &taken, axes.rect.y_range());
        taken.push(Rangef::point(at).expand(HALF_NAME));
        let text = if is_monotone {
            "without NDC"
        } else {
            "with NDC"
        };
        axes.inside(painter).text(
            pos2(axes.rect.right() - 6.0, at),
            Align2::RIGHT_CENTER,
            text,
            theme::strong(theme::SMALL),
            ink(palette, is_monotone),
        );
    }
}

/// Half the height of a curve's name.
const HALF_NAME: f32 = 8.0;

/// The height nearest to a curve's end at `y`, just below it or above, at which a name clears what is taken and stays in
/// the room; at the end itself if there is none.
fn beside(y: f32, taken: &[Rangef], room: Rangef) -> f32 {
    let is_free = |at: f32| {
        let [top, bottom] = [at - HALF_NAME, at + HALF_NAME];
        let mut taken = taken.iter();
        top >= room.min && bottom <= room.max && taken.all(|t| bottom <= t.min || top >= t.max)
    };
    let heights = taken
        .iter()
        .flat_map(|t| [t.max + HALF_NAME, t.min - HALF_NAME]);
    heights
        .filter(|at| is_free(*at))
        .min_by(|a, b| (a - y).abs().total_cmp(&(b - y).abs()))
        .unwrap_or_else(|| y.clamp(room.min, room.max.max(room.min)))
}

/// What is wrong, where, and what to do, over the plot area.
fn problem_text(painter: &Painter, palette: &Palette, plot: Rect, problem: &Problem) {
    let lines = [
        (&problem.place, theme::mono(theme::SMALL), palette.error),
        (&problem.problem, theme::plain(theme::BODY), palette.text),
        (&problem.remedy, theme::plain(theme::SMALL), palette.dim),
    ];
    let galleys: Vec<_> = lines
        .into_iter()
        .map(|(text, font, ink)| {
            let galley = painter.layout(text.clone(), font, ink, plot.width() - 32.0);
            (galley, ink)
        })
        .collect();
    let height: f32 = galleys
        .iter()
        .map(|(galley, _)| galley.size().y + 2.0)
        .sum();
    let width = galleys
        .iter()
        .map(|(galley, _)| galley.size().x)
        .fold(0.0, f32::max);
    let block = Rect::from_center_size(plot.center(), vec2(width, height));
    painter.rect(
        block.expand2(vec2(10.0, 6.0)),
        6.0,
        palette.panel,
        Stroke::new(1.0, palette.line),
        eframe::egui::StrokeKind::Inside,
    );
    let mut y = block.top();
    for (galley, ink) in galleys {
        let height = galley.size().y;
        painter.galley(pos2(block.left(), y), galley, ink);
        y += height + 2.0;
    }
}

/// A point of a curve that can be loaded.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Choice {
    curve: usize,
    checkpoint: usize,
}

/// Hovering shows values; a click, or arrows and Enter, load the parameters of the point.
fn choose_ui(
    ui: &Ui,
    response: &Response,
    axes: &Axes,
    shown: &[(&Curve, bool)],
    commands: &mut Vec<Command>,
) {
    let memory = response.id.with("cursor");
    let hovered = response
        .hover_pos()
        .filter(|pointer| axes.rect.contains(*pointer))
        .and_then(|pointer| nearest(axes, shown, pointer));
    let choice = match hovered {
        Some(choice) => choice,
        None if response.has_focus() => match walked(ui, response.id, memory, shown) {
            Some(choice) => choice,
            None => return,
        },
        None => return,
    };
    let Some((curve, _)) = shown.get(choice.curve) else {
        return;
    };
    let Some(checkpoint) = curve.record.checkpoints.get(choice.checkpoint) else {
        return;
    };
    let palette = Palette::current(ui);
    let at = axes.screen([
        checkpoint.step as f64,
        log(&curve.question, checkpoint.loss),
    ]);
    let painter = axes.inside(ui.painter());
    painter.vline(at.x, axes.rect.y_range(), Stroke::new(1.0, palette.dim));
    painter.circle(
        at,
        4.0,
        look(palette, curve, true).color,
        Stroke::new(1.5, palette.text),
    );
    let mut rows = vec![("step".to_owned(), checkpoint.step.to_string())];
    for (other, is_last) in shown {
        let value = other
            .record
            .losses
            .get(checkpoint.step)
            .filter(|loss| loss.is_finite());
        if let (Some(&loss), true) = (value, *is_last || std::ptr::eq(*other, *curve)) {
            let name = match (*is_last, other.is_monotone) {
                (true, true) => "loss without NDC",
                (true, false) => "loss",
                (false, _) => "earlier run",
            };
            let loss = other.question.loss_in_user_units(loss);
            rows.push((name.to_owned(), number::significant(loss, 3)));
        }
    }
    rows.push(("click".to_owned(), "load these parameters".to_owned()));
    callout(
        &ui.ctx().layer_painter(eframe::egui::LayerId::new(
            eframe::egui::Order::Tooltip,
            response.id,
        )),
        palette,
        ui.ctx().content_rect(),
        at,
        "",
        &rows,
    );
    if response.clicked() {
        commands.push(Command::LoadStep(choice.curve, checkpoint.step));
    }
}

/// The checkpoint nearest to the pointer.
fn nearest(axes: &Axes, shown: &[(&Curve, bool)], pointer: Pos2) -> Option<Choice> {
    let step = axes.x_at(pointer.x);
    let candidates = shown.iter().enumerate().filter_map(|(number, (curve, _))| {
        let checkpoints = &curve.record.checkpoints;
        let after = checkpoints.partition_point(|checkpoint| (checkpoint.step as f64) < step);
        let nearest = [after.checked_sub(1), Some(after)]
            .into_iter()
            .flatten()
            .filter(|&k| k < checkpoints.len())
            .min_by(|&a, &b| {
                let far = |k: usize| (checkpoints[k].step as f64 - step).abs();
                far(a).total_cmp(&far(b))
            })?;
        let checkpoint = &checkpoints[nearest];
        let at = axes.screen([
            checkpoint.step as f64,
            log(&curve.question, checkpoint.loss),
        ]);
        Some((
            (at - pointer).length(),
            Choice {
                curve: number,
                checkpoint: nearest,
            },
        ))
    });
    candidates
        .min_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, choice)| choice)
}

/// The point that the arrow keys have walked to: left and right along a curve, up and down between curves.
fn walked(ui: &Ui, id: Id, memory: Id, shown: &[(&Curve, bool)]) -> Option<Choice> {
    ui.memory_mut(|m| {
        m.set_focus_lock_filter(
            id,
            EventFilter {
                horizontal_arrows: true,
                vertical_arrows: true,
                ..EventFilter::default()
            },
        );
    });
    let start = shown
        .iter()
        .position(|(curve, _)| !curve.record.checkpoints.is_empty())?;
    let mut choice = ui
        .data(|data| data.get_temp::<(usize, usize)>(memory))
        .map(|(curve, checkpoint)| Choice { curve, checkpoint })
        .filter(|choice| choice.curve < shown.len())
        .unwrap_or(Choice {
            curve: start,
            checkpoint: shown[start].0.record.checkpoints.len() - 1,
        });
    let presses = |key| ui.input(|i| i.num_presses(key));
    let down = presses(Key::ArrowDown);
    let up = presses(Key::ArrowUp);
    choice.curve = (choice.curve + down)
        .saturating_sub(up)
        .min(shown.len() - 1);
    let last = shown[choice.curve]
        .0
        .record
        .checkpoints
        .len()
        .checked_sub(1)?;
    choice.checkpoint = (choice.checkpoint + presses(Key::ArrowRight))
        .saturating_sub(presses(Key::ArrowLeft))
        .min(last);
    ui.data_mut(|data| data.insert_temp(memory, (choice.curve, choice.checkpoint)));
    Some(choice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_clear_of_curves_and_words_wherever_they_end() {
        let room = Rangef::new(0.0, 100.0);
        for (y, words) in [
            (50.0, 70.0),
            (2.0, 10.0),
            (98.0, 4.0),
            (12.0, 20.0),
            (99.0, 92.0),
        ] {
            let taken = [
                Rangef::point(y).expand(1.0),
                Rangef::point(words).expand(7.0),
            ];
            let at = beside(y, &taken, room);
            let name = Rangef::point(at).expand(HALF_NAME);
            assert!(name.min >= room.min && name.max <= room.max, "{y}: {at}");
            for t in taken {
                assert!(name.max <= t.min || name.min >= t.max, "{y}: {at}");
            }
            assert!((at - y).abs() <= 34.0, "{y}: {at}");
        }
        // No room at all.
        let at = beside(5.0, &[Rangef::new(4.0, 6.0)], Rangef::new(0.0, 10.0));
        assert!((at - 5.0).abs() < 1e-6);
    }
}
