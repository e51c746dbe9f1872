//! The I-V plot of the selected edge: curve, slope, falling parts, and where the device operates now.

use std::rc::Rc;

use eframe::egui::{
    Align2, Color32, FontId, Painter, Pos2, Rect, Role, Sense, Shape, Stroke, Ui, WidgetInfo, pos2,
    vec2,
};

use super::chart::{Axes, padded};
use super::number;
use super::simulation::Operating;
use super::theme::{self, Palette};
use super::widgets;
use crate::device::{Device, Platform};
use crate::physics::curve::{Curve, CurveError};

/// The least and greatest height of plot, strip and axis together.
pub(crate) const LEAST_HEIGHT: f32 = 210.0;
pub(crate) const MOST_HEIGHT: f32 = 400.0;

/// Heights of the strip with the slope, and of the axis under it.
const STRIP_HEIGHT: f32 = 50.0;
const AXIS_HEIGHT: f32 = 46.0;

/// Width of the numbers left of the plot: six digits and a gap.
const GUTTER: f32 = 51.0;

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
    /// Height of plot, strip and axis together.
    pub(crate) height: f32,
    /// Names of the two ends.
    pub(crate) ends: [&'a str; 2],
}

/// What a curve is computed from.
#[derive(Clone, Copy, Debug, PartialEq)]
struct CurveKey {
    device: Device,
    b: f64,
    range: [f64; 2],
}

/// The curves drawn last: the search for turning points is not repeated while nothing changes.
#[derive(Default)]
pub(crate) struct Curves {
    kept: Vec<(CurveKey, Rc<Curve>)>,
}

impl Curves {
    fn get(&mut self, key: CurveKey) -> Result<Rc<Curve>, CurveError> {
        if let Some((_, curve)) = self.kept.iter().find(|(kept, _)| *kept == key) {
            return Ok(Rc::clone(curve));
        }
        let curve = Rc::new(Curve::new(&key.device, key.b, key.range, SAMPLES)?);
        // One for the curve, one for its ghost.
        if self.kept.len() >= 2 {
            self.kept.remove(0);
        }
        self.kept.push((key, Rc::clone(&curve)));
        Ok(curve)
    }
}

/// A curve with the abscissae the axis shows: V = a − b for charge, c_a for molecules.
struct Drawn {
    curve: Rc<Curve>,
    /// What to subtract from a.
    offset: f64,
}

impl Drawn {
    fn new(
        curves: &mut Curves,
        shown: &IvShown<'_>,
        device: &Device,
        range: [f64; 2],
    ) -> Result<Self, CurveError> {
        // A law that knows only the difference has one curve, wherever b is.
        let b = match shown.platform {
            Platform::Electronic if device.depends_on_difference() => 0.0,
            _ => shown.now.b,
        };
        let offset = match shown.platform {
            Platform::Electronic => b,
            Platform::Chemical => 0.0,
        };
        let curve = curves.get(CurveKey {
            device: *device,
            b,
            range: range.map(|x| x + offset),
        })?;
        Ok(Self { curve, offset })
    }

    /// The abscissae worth scaling the ordinates for: from equilibrium to where the device operates, every turning
    /// point included. An exponential beyond would press all else flat.
    fn focus(&self, shown: &IvShown<'_>) -> [f64; 2] {
        let now = shown.now.a - offset(shown.platform, &shown.now);
        let turning = self.curve.peaks.iter().chain(&self.curve.valleys);
        let mut lo = now.min(0.0);
        let mut hi = now.max(0.0);
        let mut bends = false;
        for [a, _] in turning {
            lo = lo.min(a - self.offset);
            hi = hi.max(a - self.offset);
            bends = true;
        }
        if !bends && shown.platform == Platform::Chemical {
            hi = hi.max(shown.top);
        } else if !bends {
            // A curve without features: as far as the network could drive the device.
            let reach = shown.span.max(1.0);
            (lo, hi) = if now < 0.0 {
                (lo.min(-reach), hi)
            } else {
                (lo, hi.max(reach))
            };
        }
        // A little beyond zero, so that the direction through it is seen; more beyond the last feature.
        let width = hi - lo;
        [lo - 0.04 * width, hi + 0.12 * width]
    }

    /// The range of currents over some abscissae.
    fn extent(&self, focus: [f64; 2]) -> [f64; 2] {
        let seen = self
            .currents()
            .filter(|[x, _]| (focus[0]..=focus[1]).contains(x));
        extent(seen.chain(self.curve.peaks.iter().chain(&self.curve.valleys).copied()))
    }

    fn currents(&self) -> impl Iterator<Item = [f64; 2]> {
        let pairs = self.curve.x.iter().zip(&self.curve.current);
        pairs.map(|(&a, &i)| [a - self.offset, i])
    }

    fn slopes(&self) -> impl Iterator<Item = [f64; 2]> {
        let pairs = self.curve.x.iter().zip(&self.curve.slope);
        pairs.map(|(&a, &s)| [a - self.offset, s])
    }

    /// The falling parts, that over which the current falls most first.
    fn deepest_first(&self) -> Vec<[f64; 2]> {
        let current = |x: f64| {
            let after = self.curve.x.partition_point(|&a| a - self.offset < x);
            self.curve
                .current
                .get(after.min(self.curve.current.len().saturating_sub(1)))
                .copied()
                .unwrap_or(0.0)
        };
        let mut falling: Vec<[f64; 2]> = self.falling().collect();
        let drop = |&[from, to]: &[f64; 2]| current(from) - current(to);
        falling.sort_by(|p, q| drop(q).total_cmp(&drop(p)));
        falling
    }

    /// The peak-to-valley ratio, where the plot shows the whole of what falls: of a branch that it cuts off, the ratio
    /// would only tell where it was cut.
    fn peak_to_valley(&self, range: [f64; 2]) -> Option<f64> {
        let edge = 1e-9 * (range[1] - range[0]);
        let &[from, to] = self.deepest_first().first()?;
        let is_whole = from > range[0] + edge && to < range[1] - edge;
        self.curve
            .peak_to_valley()
            .filter(|ratio| is_whole && ratio.is_finite())
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

/// The smallest and largest ordinate, zero included.
fn extent(points: impl Iterator<Item = [f64; 2]>) -> [f64; 2] {
    points.fold([0.0, 0.0], |[lo, hi]: [f64; 2], [_, y]| {
        if y.is_finite() {
            [lo.min(y), hi.max(y)]
        } else {
            [lo, hi]
        }
    })
}

/// Draws verdict, plot and strip.
pub(crate) fn iv_ui(ui: &mut Ui, curves: &mut Curves, mut shown: IvShown<'_>) {
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
    verdict_ui(ui, palette, shown.platform, &drawn, range);

    let width = ui.available_width();
    let size = vec2(width, shown.height);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Figure, true, "I-V curve"));
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
    let title = painter.text(
        plot.left_top() + vec2(7.0, 5.0),
        Align2::LEFT_TOP,
        format!("current in {}", flow_unit(shown.platform)),
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
    extrema(&mut notes, palette, &axes, &drawn);
    operating(&mut notes, palette, &axes, &mut shown);

    // Falling parts are what the strip is for: they are always in view.
    let slopes = extent(
        drawn
            .slopes()
            .filter(|[x, slope]| *slope < 0.0 || (focus[0]..=focus[1]).contains(x)),
    );
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
        let text = verdict(platform, &drawn.deepest_first(), range);
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

/// Text in the plot, put where it covers neither other text nor the curve.
struct Notes<'a> {
    painter: &'a Painter,
    room: Rect,
    taken: Vec<Rect>,
    /// Points of the curve on screen.
    path: &'a [Pos2],
}

impl Notes<'_> {
    /// Puts a text beside `at`, at the best of the places around it.
    fn put(&mut self, palette: &Palette, at: Pos2, text: String, font: FontId, color: Color32) {
        let galley = self.painter.layout_no_wrap(text, font, color);
        let places = [
            (vec2(0.0, -8.0), Align2::CENTER_BOTTOM),
            (vec2(0.0, 8.0), Align2::CENTER_TOP),
            (vec2(11.0, -6.0), Align2::LEFT_BOTTOM),
            (vec2(11.0, 6.0), Align2::LEFT_TOP),
            (vec2(-11.0, -6.0), Align2::RIGHT_BOTTOM),
            (vec2(-11.0, 6.0), Align2::RIGHT_TOP),
            (vec2(0.0, -26.0), Align2::CENTER_BOTTOM),
            (vec2(0.0, 26.0), Align2::CENTER_TOP),
            (vec2(36.0, -22.0), Align2::LEFT_BOTTOM),
            (vec2(36.0, 22.0), Align2::LEFT_TOP),
        ];
        let room = self.room;
        let corners = [
            (room.right_bottom(), Align2::RIGHT_BOTTOM),
            (room.right_top(), Align2::RIGHT_TOP),
            (room.left_bottom(), Align2::LEFT_BOTTOM),
        ];
        let best = places
            .into_iter()
            .map(|(d, align)| kept_inside(align.anchor_size(at + d, galley.size()), room))
            .chain(corners.map(|(corner, align)| align.anchor_size(corner, galley.size())))
            .filter(|rect| self.taken.iter().all(|other| !other.intersects(*rect)))
            .min_by_key(|rect| {
                let crosses = |pair: &&[Pos2]| {
                    Rect::from_two_pos(pair[0], pair[1]).intersects(rect.expand(1.0))
                };
                self.path.windows(2).filter(crosses).count()
            });
        let Some(rect) = best else {
            return;
        };
        self.painter.rect_filled(
            rect.expand2(vec2(3.0, -1.0)),
            3.0,
            palette.background.gamma_multiply(0.7),
        );
        self.painter.galley(rect.min, galley, color);
        self.taken.push(rect);
    }
}

/// Marks and names peaks and valleys.
fn extrema(notes: &mut Notes<'_>, palette: &Palette, axes: &Axes, drawn: &Drawn) {
    for (points, name) in [
        (&drawn.curve.peaks, "peak"),
        (&drawn.curve.valleys, "valley"),
    ] {
        for &[a, i] in points {
            let at = axes.screen([a - drawn.offset, i]);
            if !axes.rect.expand(1.0).contains(at) {
                continue;
            }
            let ring = Stroke::new(1.5, palette.ndc);
            notes.painter.circle_stroke(at, 3.5, ring);
            notes.taken.push(Rect::from_center_size(at, vec2(9.0, 9.0)));
            // A dent of a few points is marked but not named: the name would be larger than the thing.
            if (at.y - axes.screen_y(0.0)).abs() < 0.08 * axes.rect.height() {
                continue;
            }
            let text = format!("{name} {}", number::significant(i, 2));
            notes.put(palette, at, text, theme::plain(theme::SMALL), palette.text);
        }
    }
}

fn kept_inside(rect: Rect, room: Rect) -> Rect {
    let dx = (room.left() - rect.left()).max(0.0) - (rect.right() - room.right()).max(0.0);
    let dy = (room.top() - rect.top()).max(0.0) - (rect.bottom() - room.bottom()).max(0.0);
    rect.translate(vec2(dx, dy))
}

/// The operating point with its fading tail, and its numbers.
fn operating(notes: &mut Notes<'_>, palette: &Palette, axes: &Axes, shown: &mut IvShown<'_>) {
    let platform = shown.platform;
    let place = |o: &Operating| axes.screen([o.a - offset(platform, o), o.response.current]);
    let inside = axes.inside(notes.painter);
    let tail: Vec<Pos2> = shown.tail.map(|o| place(&o)).collect();
    for (k, pair) in tail.windows(2).enumerate() {
        let fade = (k + 1) as f32 / tail.len() as f32;
        let color = palette.positive.gamma_multiply(0.75 * fade);
        inside.line_segment([pair[0], pair[1]], Stroke::new(1.0 + 3.0 * fade, color));
    }
    let now = shown.now;
    let at = place(&now);
    if !at.is_finite() {
        return;
    }
    inside.circle(
        at,
        5.5,
        palette.positive,
        Stroke::new(2.0, palette.background),
    );
    notes
        .taken
        .push(Rect::from_center_size(at, vec2(12.0, 12.0)));
    let symbol = match platform {
        Platform::Electronic => "V",
        Platform::Chemical => "c",
    };
    let text = format!(
        "{symbol} {}  I {}",
        number::significant(now.a - offset(platform, &now), 3),
        number::significant(now.response.current, 3)
    );
    notes.put(
        palette,
        at,
        text,
        theme::mono(theme::SMALL),
        palette.positive,
    );
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
