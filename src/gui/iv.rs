//! The I-V plot of the selected edge: curve, slope, falling parts, and where the device operates now.

use eframe::egui::{
    Align2, Color32, Painter, Pos2, Rect, Role, Sense, Shape, Stroke, Ui, WidgetInfo, pos2, vec2,
};

use super::chart::{Axes, padded};
use super::curve_local::Curve;
use super::number;
use super::simulation::Operating;
use super::theme::{self, Palette};
use super::widgets;
use crate::device::{Device, Platform};

/// Heights of the plot and of the strip with the slope.
const PLOT_HEIGHT: f32 = 186.0;
const STRIP_HEIGHT: f32 = 46.0;

/// Points of a curve: two for every three screen points of the plot.
const SAMPLES: usize = 241;

/// What the plot shows of an edge.
pub(crate) struct IvShown<'a> {
    pub(crate) platform: Platform,
    pub(crate) device: &'a Device,
    /// The device before the drag under way.
    pub(crate) before: Option<&'a Device>,
    pub(crate) now: Operating,
    pub(crate) tail: &'a mut dyn Iterator<Item = Operating>,
    /// The widest difference of states in the network.
    pub(crate) span: f64,
    /// The largest state in the network.
    pub(crate) top: f64,
    /// Names of the two ends.
    pub(crate) ends: [&'a str; 2],
}

/// A curve with the abscissae the axis shows: V = a − b for charge, c_a for molecules.
struct Drawn {
    curve: Curve,
    /// What to subtract from a.
    offset: f64,
}

impl Drawn {
    fn new(shown: &IvShown<'_>, device: &Device, range: [f64; 2]) -> Self {
        let offset = offset(shown.platform, &shown.now);
        let curve = Curve::new(
            device,
            shown.now.b,
            [range[0] + offset, range[1] + offset],
            SAMPLES,
        );
        Self { curve, offset }
    }

    fn currents(&self) -> impl Iterator<Item = [f64; 2]> {
        let pairs = self.curve.x.iter().zip(&self.curve.current);
        pairs.map(|(&a, &i)| [a - self.offset, i])
    }

    fn slopes(&self) -> impl Iterator<Item = [f64; 2]> {
        let pairs = self.curve.x.iter().zip(&self.curve.slope);
        pairs.map(|(&a, &s)| [a - self.offset, s])
    }

    fn falling(&self) -> impl Iterator<Item = [f64; 2]> {
        let shift = |x: f64| x - self.offset;
        self.curve
            .ndc
            .iter()
            .map(move |&[from, to]| [shift(from), shift(to)])
    }
}

fn offset(platform: Platform, operating: &Operating) -> f64 {
    match platform {
        Platform::Electronic => operating.b,
        Platform::Chemical => 0.0,
    }
}

/// The range of abscissae: independent of where the device operates, unless it would operate outside.
fn range(shown: &IvShown<'_>) -> [f64; 2] {
    match shown.platform {
        Platform::Electronic => {
            let v = shown.now.a - shown.now.b;
            // Curves of single carriers happen within some ten k_B·T, whatever the network spans.
            let reach = (2.0 * shown.span).clamp(8.0, 80.0);
            let short = 0.4 * reach;
            let [lo, hi] = if v < -short {
                [-reach, short]
            } else {
                [-short, reach]
            };
            [lo.min(1.1 * v), hi.max(1.1 * v)]
        }
        Platform::Chemical => {
            let top = (2.0 * shown.top).max(1.2 * shown.now.a).max(1e-9);
            // A concentration of zero has no logarithm; a thousandth of the axis looks the same.
            [1e-3 * top, top]
        }
    }
}

/// Draws verdict, plot and strip.
pub(crate) fn iv_ui(ui: &mut Ui, shown: IvShown<'_>) {
    let palette = Palette::current(ui);
    let range = range(&shown);
    let drawn = Drawn::new(&shown, shown.device, range);
    let before = shown.before.map(|device| Drawn::new(&shown, device, range));
    verdict_ui(ui, palette, shown.platform, &drawn, range);

    let width = ui.available_width();
    let size = vec2(width, PLOT_HEIGHT + STRIP_HEIGHT + 44.0);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Figure, true, "I-V curve"));
    let painter = ui.painter_at(rect);
    let plot = Rect::from_min_size(rect.min + vec2(44.0, 2.0), vec2(width - 46.0, PLOT_HEIGHT));
    let strip = Rect::from_min_size(
        plot.left_bottom() + vec2(0.0, 6.0),
        vec2(plot.width(), STRIP_HEIGHT),
    );
    let current = shown.now.response.current;
    let extent = |values: &mut dyn Iterator<Item = [f64; 2]>| {
        values.fold([0.0_f64, 0.0_f64], |[lo, hi], [_, y]| {
            if y.is_finite() {
                [lo.min(y), hi.max(y)]
            } else {
                [lo, hi]
            }
        })
    };
    let ghosts = before.iter().flat_map(Drawn::currents);
    let ys = extent(&mut drawn.currents().chain(ghosts).chain([[0.0, current]]));
    let axes = Axes::new(plot, range, padded(ys, 0.12));
    axes.ground(&painter, palette);
    for [from, to] in drawn.falling() {
        axes.hatch(&painter, from..=to, palette.ndc_tint);
    }
    if let Some(before) = &before {
        let stroke = Stroke::new(1.5, palette.dim.gamma_multiply(0.8));
        axes.dashed(&painter, before.currents(), stroke);
    }
    axes.curve(&painter, drawn.currents(), Stroke::new(2.0, palette.text));
    axes.frame(&painter, palette);
    axes.y_numbers(&painter, palette);
    // Drawn backwards from a vertical zero line, which both plots share.
    zero_line(&painter, palette, &axes);
    let spot = extrema(&painter, palette, &axes, &drawn);
    operating(
        &painter,
        palette,
        &axes,
        shown.platform,
        &shown.now,
        shown.tail,
        &spot,
    );
    painter.text(
        plot.left_top() + vec2(7.0, 5.0),
        Align2::LEFT_TOP,
        format!("I ({})", flow_unit(shown.platform)),
        theme::plain(theme::SMALL),
        palette.dim,
    );

    let slopes = extent(&mut drawn.slopes());
    let strip_axes = Axes::new(strip, range, padded(slopes, 0.15));
    strip_ui(&painter, palette, &strip_axes, &drawn, &shown);
    axis_title(&painter, palette, strip, &shown);
    if let Some(pointer) = response.hover_pos() {
        hover(&painter, palette, &axes, &strip_axes, &drawn, pointer);
    }
}

fn flow_unit(platform: Platform) -> &'static str {
    match platform {
        Platform::Electronic => "carriers/τ₀",
        Platform::Chemical => "mM/τ₀",
    }
}

fn axis_title(painter: &Painter, palette: &Palette, strip: Rect, shown: &IvShown<'_>) {
    let [from, to] = shown.ends;
    let title = match shown.platform {
        Platform::Electronic => format!("V = μ({from}) − μ({to})  in k_BT"),
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
fn verdict_ui(ui: &mut Ui, palette: &Palette, platform: Platform, drawn: &Drawn, range: [f64; 2]) {
    ui.horizontal(|ui| {
        let text = verdict(platform, &drawn.falling().collect::<Vec<_>>(), range);
        let color = if text == MONOTONE {
            palette.ok
        } else {
            palette.ndc
        };
        widgets::badge_ui(ui, &text, &text, color).on_hover_text(
            "whether the current falls anywhere as the state of the first reservoir rises, \
             the second held at its present state",
        );
        if let Some(ratio) = peak_to_valley(&drawn.curve) {
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

/// "NDC: falls from 1.7 to 8.2", or "monotone"; an end that the plot cuts off is not given as one.
fn verdict(platform: Platform, falling: &[[f64; 2]], range: [f64; 2]) -> String {
    let Some(&[from, to]) = falling.first() else {
        return MONOTONE.to_owned();
    };
    let edge = 1e-9 * (range[1] - range[0]);
    let (open_below, open_above) = (from <= range[0] + edge, to >= range[1] - edge);
    let n = |x: f64| number::significant(x, 2);
    let unit = platform.state_unit();
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

/// The ratio of the highest peak to the valley that follows it away from equilibrium.
fn peak_to_valley(curve: &Curve) -> Option<f64> {
    let &[x_peak, peak] = curve
        .peaks
        .iter()
        .filter(|[_, i]| *i > 0.0)
        .max_by(|p, q| p[1].total_cmp(&q[1]))?;
    let valley = curve
        .valleys
        .iter()
        .filter(|[x, i]| *x > x_peak && *i > 0.0)
        .map(|[_, i]| *i)
        .fold(f64::INFINITY, f64::min);
    (valley.is_finite() && valley > 0.0).then_some(peak / valley)
}

fn zero_line(painter: &Painter, palette: &Palette, axes: &Axes) {
    let x = axes.screen_x(0.0);
    if axes.rect.x_range().contains(x) {
        painter.vline(
            x,
            axes.rect.y_range(),
            Stroke::new(1.0, palette.dim.gamma_multiply(0.6)),
        );
    }
}

/// Marks and names peaks and valleys; returns where text now stands.
fn extrema(painter: &Painter, palette: &Palette, axes: &Axes, drawn: &Drawn) -> Vec<Rect> {
    let mut taken = Vec::new();
    let kinds = [
        (&drawn.curve.peaks, "peak", Align2::CENTER_BOTTOM, -7.0),
        (&drawn.curve.valleys, "valley", Align2::CENTER_TOP, 7.0),
    ];
    for (points, name, align, dy) in kinds {
        for &[a, i] in points {
            let at = axes.screen([a - drawn.offset, i]);
            if !axes.rect.expand(1.0).contains(at) {
                continue;
            }
            painter.circle_stroke(at, 3.0, Stroke::new(1.5, palette.ndc));
            let text = format!("{name} {}", number::significant(i, 2));
            let galley = painter.layout_no_wrap(text, theme::plain(theme::SMALL), palette.text);
            let mut rect = align.anchor_size(at + vec2(0.0, dy), galley.size());
            rect = kept_inside(rect, axes.rect.shrink(4.0));
            if taken.iter().any(|other: &Rect| other.intersects(rect)) {
                continue;
            }
            painter.galley(rect.min, galley, palette.text);
            taken.push(rect);
        }
    }
    taken
}

fn kept_inside(rect: Rect, room: Rect) -> Rect {
    let dx = (room.left() - rect.left()).max(0.0) - (rect.right() - room.right()).max(0.0);
    let dy = (room.top() - rect.top()).max(0.0) - (rect.bottom() - room.bottom()).max(0.0);
    rect.translate(vec2(dx, dy))
}

/// The operating point with its fading tail, and its numbers where they cover nothing.
fn operating(
    painter: &Painter,
    palette: &Palette,
    axes: &Axes,
    platform: Platform,
    now: &Operating,
    tail: &mut dyn Iterator<Item = Operating>,
    taken: &[Rect],
) {
    let place = |o: &Operating| axes.screen([o.a - offset(platform, o), o.response.current]);
    let inside = axes.inside(painter);
    let tail: Vec<Pos2> = tail.map(|o| place(&o)).collect();
    for (k, pair) in tail.windows(2).enumerate() {
        let fade = (k + 1) as f32 / tail.len() as f32;
        let color = palette.positive.gamma_multiply(0.75 * fade);
        inside.line_segment([pair[0], pair[1]], Stroke::new(1.0 + 3.0 * fade, color));
    }
    let at = place(now);
    if !at.is_finite() {
        return;
    }
    inside.circle(
        at,
        5.5,
        palette.positive,
        Stroke::new(2.0, palette.background),
    );
    let symbol = match platform {
        Platform::Electronic => "V",
        Platform::Chemical => "c",
    };
    let text = format!(
        "{symbol} {}  I {}",
        number::significant(now.a - offset(platform, now), 3),
        number::significant(now.response.current, 3)
    );
    let galley = painter.layout_no_wrap(text, theme::mono(theme::SMALL), palette.positive);
    let room = axes.rect.shrink(4.0);
    // Right of the point above or below, then left; the first that hides no other text.
    let candidates = [
        (vec2(10.0, -8.0), Align2::LEFT_BOTTOM),
        (vec2(10.0, 8.0), Align2::LEFT_TOP),
        (vec2(-10.0, -8.0), Align2::RIGHT_BOTTOM),
        (vec2(-10.0, 8.0), Align2::RIGHT_TOP),
    ]
    .map(|(d, align)| kept_inside(align.anchor_size(at + d, galley.size()), room));
    let title = Rect::from_min_size(axes.rect.min, vec2(110.0, 22.0));
    let is_free = |rect: &Rect| {
        !rect.intersects(title)
            && taken.iter().all(|other| !other.intersects(*rect))
            && !rect.contains(at)
    };
    let rect = candidates
        .iter()
        .find(|rect| is_free(rect))
        .unwrap_or(&candidates[1]);
    painter.rect_filled(
        rect.expand2(vec2(3.0, 0.0)),
        3.0,
        palette.background.gamma_multiply(0.75),
    );
    painter.galley(rect.min, galley, palette.positive);
}

fn strip_ui(painter: &Painter, palette: &Palette, axes: &Axes, drawn: &Drawn, shown: &IvShown<'_>) {
    painter.rect_filled(axes.rect, 4.0, palette.background);
    for [from, to] in drawn.falling() {
        axes.hatch(painter, from..=to, palette.ndc_tint);
    }
    painter.hline(
        axes.rect.x_range(),
        axes.screen_y(0.0),
        Stroke::new(1.0, palette.dim.gamma_multiply(0.6)),
    );
    zero_line(painter, palette, axes);
    axes.curve(painter, drawn.slopes(), Stroke::new(1.6, palette.ok));
    let now = axes.screen([
        shown.now.a - offset(shown.platform, &shown.now),
        shown.now.response.d_from,
    ]);
    if now.is_finite() {
        axes.inside(painter)
            .circle_filled(now, 3.5, palette.positive);
    }
    axes.frame(painter, palette);
    axes.x_numbers(painter, palette);
    let name = match shown.platform {
        Platform::Electronic => "dI/dV",
        Platform::Chemical => "dI/dc",
    };
    painter.text(
        axes.rect.left_top() + vec2(7.0, 4.0),
        Align2::LEFT_TOP,
        name,
        theme::plain(theme::SMALL),
        palette.dim,
    );
    painter.text(
        pos2(axes.rect.left() - 6.0, axes.screen_y(0.0)),
        Align2::RIGHT_CENTER,
        "0",
        theme::mono(theme::SMALL),
        palette.dim,
    );
}

/// The values under the pointer.
fn hover(
    painter: &Painter,
    palette: &Palette,
    axes: &Axes,
    strip: &Axes,
    drawn: &Drawn,
    pointer: Pos2,
) {
    if !axes.rect.union(strip.rect).contains(pointer) {
        return;
    }
    let x = axes.x_at(pointer.x);
    let near = |points: &mut dyn Iterator<Item = [f64; 2]>| {
        points.min_by(|p, q| (p[0] - x).abs().total_cmp(&(q[0] - x).abs()))
    };
    let (Some([x, current]), Some([_, slope])) =
        (near(&mut drawn.currents()), near(&mut drawn.slopes()))
    else {
        return;
    };
    let line = Stroke::new(1.0, palette.dim.gamma_multiply(0.7));
    let color: Color32 = palette.text;
    painter.extend([Shape::line_segment(
        [
            pos2(axes.screen_x(x), axes.rect.top()),
            pos2(axes.screen_x(x), strip.rect.bottom()),
        ],
        line,
    )]);
    painter.circle_filled(axes.screen([x, current]), 2.5, color);
    painter.circle_filled(strip.screen([x, slope]), 2.5, color);
    let text = format!(
        "{}: I {}, slope {}",
        number::significant(x, 3),
        number::significant(current, 3),
        number::significant(slope, 2)
    );
    let galley = painter.layout_no_wrap(text, theme::mono(theme::SMALL), color);
    let at = pos2(
        axes.rect.right() - galley.size().x - 6.0,
        axes.rect.bottom() - galley.size().y - 4.0,
    );
    let ground = Rect::from_min_size(at, galley.size()).expand(3.0);
    painter.rect_filled(ground, 3.0, palette.panel);
    painter.galley(at, galley, color);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verdicts_name_only_ends_that_are_ends() {
        let words = |falling: &[[f64; 2]]| verdict(Platform::Electronic, falling, [-4.0, 10.0]);
        assert_eq!(words(&[]), "monotone");
        assert_eq!(words(&[[1.7, 8.2]]), "NDC: falls from 1.7 to 8.2 k_BT");
        assert_eq!(words(&[[3.44, 10.0]]), "NDC: falls beyond 3.4 k_BT");
        assert_eq!(
            words(&[[-4.0, -2.0], [3.0, 10.0]]),
            "NDC: falls below −2.0 k_BT, and 1 more"
        );
    }
}
