//! x(t): the states of the free reservoirs over the last half minute of animation.

mod choice;

use eframe::egui::{
    Align2, CursorIcon, Painter, Rect, Role, Sense, Stroke, Ui, WidgetInfo, pos2, vec2,
};

use super::canvas::StateScale;
use super::chart::{Axes, padded};
use super::command::Command;
use super::derived::Derived;
use super::picture::{Subject, plot_menu_ui};
use super::simulation::Simulation;
use super::theme::{self, Palette};
use super::units::Scales;
use crate::document::{Document, Selection};
use crate::network::{Network, NodeKey};

pub(crate) use choice::renamed;

/// What the plot shows.
#[derive(Clone, Copy)]
pub(crate) struct TracesShown<'a> {
    pub(crate) document: &'a Document,
    pub(crate) simulation: &'a Simulation,
    pub(crate) derived: &'a Derived,
    pub(crate) scale: &'a StateScale,
    pub(crate) selection: &'a Selection,
    /// The units numbers are shown in.
    pub(crate) scales: Scales,
    /// Whether it is a picture: without the button that chooses traces.
    pub(crate) is_still: bool,
}

/// The reservoirs whose traces are shown.
pub(crate) fn shown_traces(document: &Document, selection: &Selection) -> Vec<NodeKey> {
    choice::shown(document, selection)
}

/// Draws the plot into all the room there is.
pub(crate) fn traces_ui(ui: &mut Ui, shown: &TracesShown<'_>, commands: &mut Vec<Command>) {
    let TracesShown {
        document,
        simulation,
        derived,
        scale,
        selection,
        scales,
        is_still,
    } = *shown;
    let network = &document.network;
    let state = scales.state();
    let palette = Palette::current(ui);
    let (rect, response) = ui.allocate_exact_size(ui.available_size(), Sense::CLICK);
    plot_menu_ui(&response, Subject::Traces, commands);
    response.widget_info(|| WidgetInfo::labeled(Role::Figure, true, "states over time"));
    let plot = Rect::from_min_max(rect.min + vec2(44.0, 20.0), rect.max - vec2(84.0, 22.0));
    if plot.width() < 60.0 || plot.height() < 30.0 {
        return;
    }
    let painter = ui.painter_at(rect);
    let symbol = network.platform().state_symbol();
    heading(&painter, palette, rect, symbol, state.unit);
    let keys = choice::shown(document, selection);
    if !is_still {
        choice::button_ui(ui, rect, document, &keys, commands);
    }
    let inks = choice::inks(network, &keys);
    let slots: Vec<(NodeKey, usize)> = keys
        .iter()
        .filter_map(|&key| Some((key, simulation.system().slot(key)?)))
        .collect();
    let traces = simulation.traces();
    let first = traces.front().map_or(0.0, |(t, _)| *t);
    let last = simulation.time();
    let times = [first, if last > first { last } else { first + 1.0 }];
    let values = extent(&slots, simulation, derived, scale);
    let axes = Axes::new(plot, times, values);
    let time = scales.time(axes.x[1].abs().max(axes.x[0].abs()));
    // Ticks are round numbers of the unit that is shown; the traces keep the model's numbers.
    let scaled = Axes::new(
        plot,
        axes.x.map(|t| time.of(t)),
        axes.y.map(|x| state.of(x)),
    );
    scaled.ground(&painter, palette);
    // A plot of this width shows no more than two points a pixel.
    let stride = (traces.len() / (2 * plot.width() as usize).max(1)).max(1);
    let mut ends: Vec<(f32, NodeKey, Stroke)> = Vec::new();
    for &(key, slot) in &slots {
        let is_selected = selection.nodes.contains(&key);
        let ink = inks.get(&key).copied().unwrap_or_default();
        let stroke = Stroke::new(
            if is_selected { 2.5 } else { 1.6 },
            palette.traces[ink % palette.traces.len()],
        );
        if let Some((steady, is_stale)) = derived.steady_state_of(key) {
            let faint = if is_stale { 0.15 } else { 0.4 };
            axes.dashed(
                &painter,
                [[times[0], steady], [times[1], steady]],
                Stroke::new(1.0, stroke.color.gamma_multiply(faint)),
            );
        }
        let now = simulation.state_of(key).map(|x| [simulation.time(), x]);
        let points = traces
            .iter()
            .step_by(stride)
            .filter_map(|(t, x)| Some([*t, *x.get(slot)?]));
        axes.curve(&painter, points.chain(now), stroke);
        if let Some([t, x]) = now {
            let at = axes.screen([t, x]);
            axes.inside(&painter).circle_filled(at, 2.5, stroke.color);
            ends.push((at.y, key, stroke));
        }
    }
    axes.frame(&painter, palette);
    scaled.x_numbers(&painter, palette);
    scaled.y_numbers(&painter, palette);
    painter.text(
        pos2(plot.right() + 8.0, plot.bottom() + 4.0),
        Align2::LEFT_TOP,
        format!("t in {}", time.unit),
        theme::plain(theme::SMALL),
        palette.dim,
    );
    if slots.is_empty() && !network.nodes().is_empty() {
        painter.text(
            plot.center(),
            Align2::CENTER_CENTER,
            "no trace is chosen",
            theme::plain(theme::SMALL),
            palette.dim,
        );
    }
    if let Some(hidden) = names_ui(ui, &painter, network, plot, ends) {
        commands.push(choice::toggle(document, &keys, hidden));
    }
    if let Some(pointer) = response.hover_pos()
        && plot.contains(pointer)
    {
        hover(ui, &axes, shown, &slots, pointer);
    }
}

/// "μ(t) in k_BT", over the plot.
fn heading(painter: &Painter, palette: &Palette, rect: Rect, symbol: &str, unit: &str) {
    painter.text(
        rect.min + vec2(2.0, 0.0),
        Align2::LEFT_TOP,
        format!("{symbol}(t)"),
        theme::strong(theme::SMALL),
        palette.text,
    );
    painter.text(
        rect.min + vec2(44.0, 0.0),
        Align2::LEFT_TOP,
        format!("in {unit}"),
        theme::plain(theme::SMALL),
        palette.dim,
    );
}

/// The names at the right ends of the traces, pushed apart so that none covers another. Returns the one that was clicked.
fn names_ui(
    ui: &Ui,
    painter: &Painter,
    network: &Network,
    plot: Rect,
    mut ends: Vec<(f32, NodeKey, Stroke)>,
) -> Option<NodeKey> {
    /// Distance of two names where there is room, and over and under all of them.
    const LINE: f32 = 15.0;
    const MARGINS: [f32; 2] = [4.0, 6.0];
    let room = plot.height() - MARGINS[0] - MARGINS[1];
    let line = LINE.min(room / ends.len().saturating_sub(1).max(1) as f32);
    let mut clicked = None;
    ends.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut ys: Vec<f32> = ends.iter().map(|end| end.0).collect();
    let mut floor = plot.top() + MARGINS[0];
    for y in &mut ys {
        *y = y.max(floor);
        floor = *y + line;
    }
    let mut ceiling = plot.bottom() - MARGINS[1];
    for y in ys.iter_mut().rev() {
        *y = y.min(ceiling);
        ceiling = *y - line;
    }
    for ((end, key, stroke), y) in ends.into_iter().zip(ys) {
        let Some(node) = network.node(key) else {
            continue;
        };
        let from = pos2(plot.right() + 1.0, end.min(plot.bottom()).max(plot.top()));
        let to = pos2(plot.right() + 9.0, y);
        painter.line_segment(
            [from, to],
            Stroke::new(1.0, stroke.color.gamma_multiply(0.6)),
        );
        let mut job = eframe::egui::text::LayoutJob::simple_singleline(
            node.title().to_owned(),
            theme::strong(theme::SMALL),
            stroke.color,
        );
        job.wrap = eframe::egui::text::TextWrapping::truncate_at_width(68.0);
        let galley = painter.layout_job(job);
        let at = pos2(to.x + 3.0, y - 0.5 * galley.size().y);
        // The whole line is the name's, so that a short name is hit, too.
        let room = Rect::from_min_size(pos2(to.x, y - 0.5 * line), vec2(74.0, line));
        let name = ui.interact(room, ui.scope_id().with(("trace of", key)), Sense::click());
        name.widget_info(|| {
            WidgetInfo::labeled(Role::Button, true, format!("hide trace {}", node.title()))
        });
        if name.hovered() || name.has_focus() {
            let under = room.with_max_x(at.x + galley.size().x).x_range();
            painter.hline(under, room.bottom(), Stroke::new(1.0, stroke.color));
        }
        painter.galley(at, galley, stroke.color);
        let name = name
            .on_hover_cursor(CursorIcon::PointingHand)
            .on_hover_text("Hide this trace; “choose” brings it back");
        if name.clicked() {
            clicked = Some(key);
        }
    }
    clicked
}

/// The range of ordinates: what is or will be shown, with some air.
fn extent(
    slots: &[(NodeKey, usize)],
    simulation: &Simulation,
    derived: &Derived,
    scale: &StateScale,
) -> [f64; 2] {
    let mut lo = f64::INFINITY;
    let mut hi = f64::NEG_INFINITY;
    let mut include = |x: f64| {
        lo = lo.min(x);
        hi = hi.max(x);
    };
    for &(key, slot) in slots {
        for (_, x) in simulation.traces() {
            if let Some(&x) = x.get(slot) {
                include(x);
            }
        }
        if let Some((steady, false)) = derived.steady_state_of(key) {
            include(steady);
        }
    }
    if lo > hi {
        return [scale.lo, scale.hi];
    }
    // Less than a twentieth of the tanks' scale would blow noise up.
    let least = 0.05 * (scale.hi - scale.lo);
    if hi - lo < least {
        let middle = 0.5 * (hi + lo);
        (lo, hi) = (middle - 0.5 * least, middle + 0.5 * least);
    }
    padded([lo, hi], 0.12)
}

fn hover(
    ui: &Ui,
    axes: &Axes,
    shown: &TracesShown<'_>,
    slots: &[(NodeKey, usize)],
    pointer: eframe::egui::Pos2,
) {
    let palette = Palette::current(ui);
    let (network, simulation) = (&shown.document.network, shown.simulation);
    let t = axes.x_at(pointer.x);
    let traces = simulation.traces();
    let k = traces.partition_point(|(at, _)| *at < t);
    let Some((t, x)) = traces.get(k.min(traces.len().saturating_sub(1))) else {
        return;
    };
    axes.inside(ui.painter()).vline(
        axes.screen_x(*t),
        axes.rect.y_range(),
        Stroke::new(1.0, palette.dim),
    );
    let mut rows = vec![("t".to_owned(), shown.scales.time(*t).text(*t, 4))];
    for &(key, slot) in slots {
        if let (Some(node), Some(&x)) = (network.node(key), x.get(slot)) {
            rows.push((node.title().to_owned(), shown.scales.state_with_unit(x)));
        }
    }
    super::canvas::callout(
        &ui.ctx().layer_painter(eframe::egui::LayerId::new(
            eframe::egui::Order::Tooltip,
            ui.scope_id().with("trace"),
        )),
        palette,
        ui.ctx().content_rect(),
        pointer,
        "",
        &rows,
    );
}
