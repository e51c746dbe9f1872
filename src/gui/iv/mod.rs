//! The I-V plot of the selected edge: curve, slope, falling parts, and where the device operates now.

mod drawn;
mod marks;

use eframe::egui::{Align2, Painter, Rect, Role, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

use super::chart::{Axes, padded};
use super::number;
use super::simulation::Operating;
use super::theme::{self, Palette};
use super::widgets;
use crate::device::{Device, Platform};
pub(crate) use drawn::Curves;
use drawn::{Drawn, extent, range};
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
