//! The I-V plot of the selected edge: curve, slope, falling parts, and where the device operates now.

mod drawn;
mod load;
mod marks;

use eframe::egui::{Align2, Painter, Pos2, Rect, Role, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

use super::chart::{Axes, padded};
use super::command::Command;
use super::number;
use super::picture::{Subject, plot_menu_ui};
use super::simulation::{Operating, Simulation};
use super::theme::{self, Palette};
use super::units::{Quantity, Scales};
use super::widgets;
use crate::device::{Device, Platform};
use crate::export::csv::{Cell, Table, heading};
use crate::network::EdgeKey;
use crate::solve::load_line::LoadLine;
pub(crate) use drawn::Curves;
use drawn::{Drawn, extent, range};
use load::{LoadKey, words};
use marks::{Notes, extrema, hover, operating, strip_ui, zero_line};

/// The least and greatest height of plot, strip and axis together.
pub(crate) const LEAST_HEIGHT: f32 = 210.0;
pub(crate) const MOST_HEIGHT: f32 = 400.0;

/// Heights of the strip with the slope, and of the axis under it.
const STRIP_HEIGHT: f32 = 50.0;
const AXIS_HEIGHT: f32 = 46.0;

/// Width of the numbers left of the plot: six digits and a gap.
const GUTTER: f32 = 51.0;

/// What the plot shows of an edge.
pub(crate) struct IvShown<'a> {
    pub(crate) platform: Platform,
    pub(crate) scales: Scales,
    pub(crate) edge: EdgeKey,
    pub(crate) simulation: &'a Simulation,
    pub(crate) device: &'a Device,
    /// The device before the drag under way.
    pub(crate) before: Option<&'a Device>,
    pub(crate) now: Operating,
    /// How many seconds ago all this was, if the run is looked back on; `before` is then the device of today.
    pub(crate) ago: Option<f64>,
    pub(crate) tail: &'a mut dyn Iterator<Item = Operating>,
    /// The widest difference of states in the network.
    pub(crate) span: f64,
    /// The largest state in the network.
    pub(crate) top: f64,
    /// Height of plot, strip and axis together.
    pub(crate) height: f32,
    /// Names of the two ends.
    pub(crate) ends: [&'a str; 2],
}

/// Draws verdict, plot and strip.
pub(crate) fn iv_ui(
    ui: &mut Ui,
    curves: &mut Curves,
    mut shown: IvShown<'_>,
    commands: &mut Vec<Command>,
) {
    let palette = Palette::current(ui);
    let range = range(&shown);
    let drawn = match Drawn::new(curves, &shown, shown.device, range) {
        Ok(drawn) => drawn,
        Err(error) => {
            ui.label(format!("The curve cannot be drawn: {error}"));
            return;
        }
    };
    let before = shown
        .before
        .and_then(|device| Drawn::new(curves, &shown, device, range).ok());
    let now = shown.now.a - drawn.offset;
    verdict_ui(ui, palette, shown.scales.abscissa(), &drawn, now, range);

    let width = ui.available_width();
    let size = vec2(width, shown.height);
    let (rect, response) = ui.allocate_exact_size(size, Sense::CLICK);
    response.widget_info(|| WidgetInfo::labeled(Role::Figure, true, "I-V curve"));
    plot_menu_ui(&response, Subject::Iv, commands);
    let painter = ui.painter_at(rect);
    let plot = Rect::from_min_size(
        rect.min + vec2(GUTTER, 2.0),
        vec2(
            width - GUTTER - 2.0,
            shown.height - STRIP_HEIGHT - AXIS_HEIGHT,
        ),
    );
    let strip = Rect::from_min_size(
        plot.left_bottom() + vec2(0.0, 6.0),
        vec2(plot.width(), STRIP_HEIGHT),
    );
    let current = shown.now.response.current;
    let focus = drawn.focus(&shown);
    let [lo, hi] = drawn.extent(focus);
    let [ghost_lo, ghost_hi] = before
        .as_ref()
        .map_or([0.0, 0.0], |g| g.extent(g.focus(&shown)));
    let ys = [lo.min(ghost_lo).min(current), hi.max(ghost_hi).max(current)];
    let axes = Axes::new(plot, range, padded(ys, 0.2));
    let measure = Measure {
        state: shown.scales.abscissa(),
        current: shown.scales.current(ys[1].max(-ys[0])),
    };
    // Ticks are round numbers of the unit that is shown; the curves keep the model's numbers.
    let scaled = measure.axes(&axes);
    scaled.ground(&painter, palette);
    for [from, to] in drawn.falling() {
        axes.hatch(&painter, from..=to, palette.ndc_tint);
    }
    if let Some(before) = &before {
        let stroke = Stroke::new(1.5, palette.dim.gamma_multiply(0.8));
        axes.dashed(&painter, before.currents(), stroke);
    }
    let load_at = load_line(&painter, palette, curves, &axes, &shown);
    axes.curve(&painter, drawn.currents(), Stroke::new(2.0, palette.text));
    axes.frame(&painter, palette);
    scaled.y_numbers(&painter, palette);
    // Drawn backwards from a vertical zero line, which both plots share.
    zero_line(&painter, palette, &axes);
    let title = painter.text(
        plot.left_top() + vec2(7.0, 5.0),
        Align2::LEFT_TOP,
        title(shown.ago, before.is_some(), measure.current.unit),
        theme::plain(theme::SMALL),
        palette.dim,
    );
    let path = axes.path(drawn.currents());
    let mut notes = Notes {
        painter: &painter,
        room: axes.rect.shrink(4.0),
        taken: vec![title.expand(2.0)],
        path: &path,
    };
    extrema(&mut notes, palette, &axes, &drawn, &measure);
    operating(&mut notes, palette, &axes, &mut shown, &measure);
    if let Some((at, words)) = load_at {
        let ink = load_ink(palette);
        let text = "load line".to_owned();
        let font = theme::plain(theme::SMALL);
        // Beside the line, not upon it.
        let beside = at.map(|at| at + vec2(36.0, 0.0));
        let place = beside.and_then(|at| notes.put(palette, at, text, font, ink));
        load_tip_ui(ui, place.unwrap_or(title), place.is_some(), &words);
    }

    // Falling parts are what the strip is for: they are always in view.
    let slopes = extent(
        drawn
            .slopes()
            .filter(|[x, slope]| *slope < 0.0 || (focus[0]..=focus[1]).contains(x)),
    );
    let strip_axes = Axes::new(strip, range, padded(slopes, 0.15));
    strip_ui(&painter, palette, &strip_axes, &drawn, &shown);
    measure.axes(&strip_axes).x_numbers(&painter, palette);
    axis_title(&painter, palette, strip, &shown, measure.state.unit);
    if let Some(pointer) = response.hover_pos() {
        hover(
            &painter,
            palette,
            [&axes, &strip_axes],
            &drawn,
            &measure,
            pointer,
        );
    }
}

/// The curve as numbers, in the units of the axes: abscissa, current, slope.
pub(crate) fn table(curves: &mut Curves, shown: &IvShown<'_>) -> Option<Table> {
    let range = range(shown);
    let drawn = Drawn::new(curves, shown, shown.device, range).ok()?;
    let largest = |points: &mut dyn Iterator<Item = [f64; 2]>| {
        points.fold(0.0, |top: f64, [_, y]| top.max(y.abs()))
    };
    let state = shown.scales.abscissa();
    let current = shown.scales.current(largest(&mut drawn.currents()));
    let slope = shown.scales.conductance(largest(&mut drawn.slopes()));
    let [from, to] = shown.ends;
    let (abscissa, slope_name) = match shown.platform {
        Platform::Electronic => (format!("V({from}, {to})"), "dI/dV"),
        Platform::Chemical => (format!("c({from})"), "dI/dc"),
    };
    let mut table = Table::new([
        heading(&abscissa, state.unit),
        heading("I", current.unit),
        heading(slope_name, slope.unit),
    ]);
    for ([x, i], [_, s]) in drawn.currents().zip(drawn.slopes()) {
        table.push([state.of(x), current.of(i), slope.of(s)].map(Cell::from));
    }
    Some(table)
}

/// What the ordinate is, and when all this was, if the run is looked back on.
fn title(ago: Option<f64>, has_ghost: bool, unit: &str) -> String {
    match ago {
        Some(ago) if has_ghost => format!("current in {unit}, {ago:.1} s ago; dashed: today"),
        Some(ago) => format!("current in {unit}, {ago:.1} s ago"),
        None => format!("current in {unit}"),
    }
}

/// The ink of the load line: a hue that means neither a sign nor NDC.
fn load_ink(palette: &Palette) -> eframe::egui::Color32 {
    palette.traces[1]
}

/// Draws the load line. Returns where on screen its name may stand, and what it is or why there is none.
fn load_line(
    painter: &Painter,
    palette: &Palette,
    curves: &mut Curves,
    axes: &Axes,
    shown: &IvShown<'_>,
) -> Option<(Option<Pos2>, String)> {
    let simulation = shown.simulation;
    let system = simulation.system();
    let key = LoadKey {
        edge: shown.edge,
        revision: simulation.revision(),
        range: axes.x,
    };
    curves.loads.want(key, system, simulation.free_states());
    let (answer, is_stale) = curves.loads.get(key)?;
    let words = words(
        shown.platform,
        shown.device,
        shown.ends,
        answer,
        system.is_driven(),
    );
    let ink = if is_stale {
        load_ink(palette).gamma_multiply(0.4)
    } else {
        load_ink(palette)
    };
    let stroke = Stroke::new(1.6, ink);
    let inside = axes.inside(painter);
    let at = match answer {
        Err(_) => None,
        Ok(LoadLine::Held(x)) => {
            let x = axes.screen_x(*x);
            inside.vline(x, axes.rect.y_range(), stroke);
            Some(pos2(x, axes.rect.top() + 0.2 * axes.rect.height()))
        }
        Ok(LoadLine::Pieces(pieces)) => {
            for piece in pieces {
                axes.curve(painter, piece.iter().copied(), stroke);
            }
            // The name stands where the line is in view, away from the operating point.
            let now = axes.screen_x(shown.now.a - drawn::offset(shown.platform, &shown.now));
            let seen = pieces.iter().flatten().map(|point| axes.screen(*point));
            seen.filter(|at| axes.rect.shrink(8.0).contains(*at))
                .max_by(|p, q| (p.x - now).abs().total_cmp(&(q.x - now).abs()))
        }
    };
    Some((at, words))
}

/// What hovering the line's name tells; without a name on screen, it is there for those who cannot see it either.
fn load_tip_ui(ui: &Ui, place: Rect, is_seen: bool, words: &str) {
    let id = ui.scope_id().with("load line");
    let sense = if is_seen {
        Sense::hover()
    } else {
        Sense::empty()
    };
    let response = ui.interact(place, id, sense);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, words));
    if is_seen {
        response.on_hover_text(words);
    }
}

/// The units in which states and currents are shown.
struct Measure {
    state: Quantity,
    current: Quantity,
}

impl Measure {
    /// The same plot area with the ranges in the units shown.
    fn axes(&self, axes: &Axes) -> Axes {
        Axes::new(
            axes.rect,
            axes.x.map(|x| x * self.state.factor),
            axes.y.map(|y| y * self.current.factor),
        )
    }
}

fn axis_title(painter: &Painter, palette: &Palette, strip: Rect, shown: &IvShown<'_>, unit: &str) {
    let [from, to] = shown.ends;
    let title = match shown.platform {
        Platform::Electronic if shown.scales.is_physical() => {
            format!("V = (μ({from}) − μ({to}))/e  in {unit}")
        }
        Platform::Electronic => format!("V = μ({from}) − μ({to})  in {unit}"),
        Platform::Chemical => format!(
            "c({from}) in mM, at c({to}) = {}",
            number::short(shown.now.b, 3)
        ),
    };
    painter.text(
        pos2(strip.center().x, strip.bottom() + 20.0),
        Align2::CENTER_TOP,
        title,
        theme::plain(theme::SMALL),
        palette.dim,
    );
}

/// The verdict in words, with peak-to-valley ratio.
fn verdict_ui(
    ui: &mut Ui,
    palette: &Palette,
    state: Quantity,
    drawn: &Drawn,
    now: f64,
    range: [f64; 2],
) {
    ui.horizontal(|ui| {
        let mut falling = drawn.deepest_first();
        // The part that the device is in comes first.
        falling.sort_by_key(|&[from, to]| !(from..=to).contains(&now));
        let text = verdict(state, &falling, range);
        let color = if text == MONOTONE {
            palette.ok
        } else {
            palette.ndc
        };
        widgets::badge_ui(ui, &text, &text, color).on_hover_text(
            "whether the current falls anywhere as the state of the first reservoir rises, \
             the second held at its present state",
        );
        if let Some(ratio) = drawn.peak_to_valley(range) {
            ui.with_layout(
                eframe::egui::Layout::right_to_left(eframe::egui::Align::Center),
                |ui| {
                    ui.label(
                        eframe::egui::RichText::new(format!(
                            "peak/valley {}",
                            number::short(ratio, 3)
                        ))
                        .size(theme::SMALL)
                        .color(palette.dim),
                    )
                    .on_hover_text("current at the peak over current at the valley that follows");
                },
            );
        }
    });
}

/// The verdict on a curve that falls nowhere.
const MONOTONE: &str = "monotone";

/// "NDC: falls from 1.7 to 8.2", or "monotone"; an end that the plot cuts off is not given as one. Of several falling
/// parts the first is the one to name.
fn verdict(state: Quantity, falling: &[[f64; 2]], range: [f64; 2]) -> String {
    let Some(&[from, to]) = falling.first() else {
        return MONOTONE.to_owned();
    };
    let edge = 1e-9 * (range[1] - range[0]);
    let (open_below, open_above) = (from <= range[0] + edge, to >= range[1] - edge);
    let n = |x: f64| number::significant(x * state.factor, 2);
    let unit = state.unit;
    let words = match (open_below, open_above) {
        (false, false) => format!("NDC: falls from {} to {} {unit}", n(from), n(to)),
        (false, true) => format!("NDC: falls beyond {} {unit}", n(from)),
        (true, false) => format!("NDC: falls below {} {unit}", n(to)),
        (true, true) => "NDC: falls everywhere".to_owned(),
    };
    match falling.len() {
        1 => words,
        more => format!("{words}, and {} more", more - 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const K_BT: Quantity = Quantity {
        factor: 1.0,
        unit: "k_BT",
    };

    #[test]
    fn verdicts_name_only_ends_that_are_ends() {
        let words = |falling: &[[f64; 2]]| verdict(K_BT, falling, [-4.0, 10.0]);
        assert_eq!(words(&[]), "monotone");
        assert_eq!(words(&[[1.7, 8.2]]), "NDC: falls from 1.7 to 8.2 k_BT");
        assert_eq!(words(&[[3.44, 10.0]]), "NDC: falls beyond 3.4 k_BT");
        assert_eq!(
            words(&[[-4.0, -2.0], [3.0, 10.0]]),
            "NDC: falls below −2.0 k_BT, and 1 more"
        );
    }
}
