//! Pipes and what flows in them: width by current, dots whose phase is integrated, arrows for a still picture.

use eframe::egui::{Color32, Painter, Pos2, Rect, Shape, Stroke};

use super::camera::Camera;
use super::glyph;
use super::ribbon::{Ribbons, worth};
use super::scene::Pipe;
use crate::device::{Kind, Response};
use crate::gui::theme::Palette;

/// Distance between dots at 100 %.
const SPACING: f32 = 26.0;

/// The phase counts up to this many spacings, so that dots may be left out from far away without a jump.
const PERIOD: f32 = 8.0 * SPACING;

/// Speed of the dots at a current of 1, in canvas points per unit of simulated time.
const SPEED_AT_ONE: f64 = 60.0;

/// A dot may move by this part of the spacing from one frame to the next; at one half the eye cannot tell forwards from
/// backwards, and a third still reads as motion.
const STROBE: f64 = 0.34;

/// Currents below this are not shown to flow: rounding, not physics.
const FLOWING: f64 = 1e-12;

/// Where the dots of each edge are: running state, advanced by the flow.
#[derive(Clone, Debug)]
pub(crate) struct Dots {
    /// Distance of the first dot from the start of its pipe, for each edge.
    phases: Vec<f32>,
    /// By how much all dots are slowed so as not to strobe; 1 is not at all.
    slowing: f64,
}

impl Default for Dots {
    fn default() -> Self {
        Self {
            phases: Vec::new(),
            slowing: 1.0,
        }
    }
}

impl Dots {
    /// The factor by which all dots are slowed so as not to strobe, if that is worth a word.
    pub(crate) fn slowing(&self) -> Option<f64> {
        (self.slowing < 0.95).then_some(self.slowing)
    }

    /// Moves the dots for a frame of `seconds` in which `time_per_second` units of time pass in one second.
    pub(crate) fn advance(
        &mut self,
        responses: &[Response],
        time_per_second: f64,
        seconds: f64,
        is_linear: bool,
    ) {
        self.phases.resize(responses.len(), 0.0);
        let speed = |response: &Response| dot_speed(response.current, is_linear) * time_per_second;
        let fastest = responses
            .iter()
            .map(|response| speed(response).abs())
            .fold(0.0, f64::max);
        // Frames that come faster than this are not seen apart.
        let frame = seconds.max(1.0 / 60.0);
        let allowed = STROBE * f64::from(SPACING) / frame;
        self.slowing = if fastest > allowed {
            allowed / fastest
        } else {
            1.0
        };
        for (phase, response) in self.phases.iter_mut().zip(responses) {
            let step = speed(response) * self.slowing * seconds;
            if step.is_finite() {
                *phase = (*phase + step as f32).rem_euclid(PERIOD);
            }
        }
    }

    /// Distances along a pipe of this length at which edge number `e` has its dots. From far away only every second,
    /// fourth or eighth is shown.
    fn along(&self, e: usize, length: f32, zoom: f32) -> impl Iterator<Item = f32> {
        // Dots nearer than some twelve points on screen run into one another.
        let every = [1.0, 2.0, 4.0]
            .into_iter()
            .find(|every| every * SPACING * zoom >= 12.0)
            .unwrap_or(8.0);
        let spacing = every * SPACING;
        let phase = self.phases.get(e).copied().unwrap_or(0.0) % spacing;
        let count = ((length - phase) / spacing).floor().max(-1.0) as i32 + 1;
        (0..count).map(move |k| phase + spacing * k as f32)
    }
}

/// The speed of dots. Compressed it is the square root of the current, so that both a hundredth and a hundred can be
/// seen to move.
fn dot_speed(current: f64, is_linear: bool) -> f64 {
    if is_linear {
        SPEED_AT_ONE * current
    } else {
        SPEED_AT_ONE * current.signum() * current.abs().sqrt()
    }
}

/// How a current is told in width and brightness.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum FlowScale {
    /// A decade is a quarter, from 1e-3 to 10.
    Compressed,
    /// In proportion; the strongest current, which this is, looks full.
    Linear(f64),
}

impl FlowScale {
    /// The scale chosen, for these flows.
    pub(crate) fn new(is_linear: bool, responses: &[Response]) -> Self {
        if !is_linear {
            return Self::Compressed;
        }
        let currents = responses.iter().map(|response| response.current.abs());
        Self::Linear(
            currents
                .filter(|current| current.is_finite())
                .fold(0.0, f64::max),
        )
    }

    /// How strong a current looks, 0 to about 1.
    pub(crate) fn strength(self, current: f64) -> f32 {
        match self {
            Self::Compressed => strength(current),
            Self::Linear(strongest) if strongest >= FLOWING => {
                let share = current.abs() / strongest;
                if share.is_finite() { share as f32 } else { 0.0 }
            }
            Self::Linear(_) => 0.0,
        }
    }
}

/// How strong a current looks, 0 to about 1: a decade is a quarter, from 1e-3 to 10.
fn strength(current: f64) -> f32 {
    let decades = (1.0 + current.abs() / 1e-3).log10() / 4.0;
    if decades.is_finite() {
        decades.min(1.2) as f32
    } else {
        0.0
    }
}

/// Whether a device operates in a falling part of its curve: its own-side conductance is negative at one end.
pub(crate) fn is_falling(response: &Response) -> bool {
    // A slope is called falling beyond the rounding of the largest slope there.
    let margin = 1e-9 * response.d_from.abs().max(response.d_to.abs());
    response.d_from < -margin || response.d_to > margin
}

/// What of an edge is to be drawn.
pub(super) struct PipeLook<'a> {
    pub(super) pipe: &'a Pipe,
    /// Its position in the list of edges.
    pub(super) number: usize,
    pub(super) kind: Kind,
    pub(super) response: Response,
    pub(super) is_selected: bool,
    pub(super) is_hovered: bool,
    /// Dots have turned into arrows: everything has come to rest.
    pub(super) is_frozen: bool,
}

impl PipeLook<'_> {
    /// Whether it is to stand out among many.
    fn is_marked(&self) -> bool {
        self.is_selected || self.is_hovered
    }
}

/// The pipes of a frame, drawn in layers so that no pipe hides another's dots.
pub(super) struct FlowPainter<'a> {
    pub(super) painter: &'a Painter,
    pub(super) palette: &'a Palette,
    pub(super) camera: Camera,
    pub(super) view: Rect,
    pub(super) scale: FlowScale,
}

impl FlowPainter<'_> {
    fn path(&self, pipe: &Pipe) -> Vec<Pos2> {
        pipe.points
            .iter()
            .map(|&point| self.camera.screen_from_canvas(self.view, point))
            .collect()
    }

    fn width(&self, response: &Response) -> f32 {
        (1.4 + 4.2 * self.scale.strength(response.current)) * self.camera.zoom().clamp(0.35, 1.6)
    }

    /// All pipes whole, in layers.
    pub(super) fn whole(&self, looks: &[PipeLook<'_>], dots: &Dots) {
        for look in looks {
            self.glow(look);
        }
        for look in looks {
            self.pipe(look);
        }
        for look in looks {
            self.dots(look, dots);
        }
        for look in looks {
            self.glyph(look);
        }
    }

    /// Many pipes at once, as one mesh, with their dots if `dots` are given: what can be seen of them is where they run,
    /// and how strong they are.
    pub(super) fn many(&self, looks: &[PipeLook<'_>], dots: Option<&Dots>) {
        let mut ribbons = Ribbons::new(self.painter);
        // Under dots a line must be seen for them to run along it; where lines crowd, the weak ones make room.
        let faintest = if dots.is_some() { 0.8 } else { 0.45 };
        for look in looks.iter().filter(|look| look.is_marked()) {
            let color = if look.is_selected {
                self.palette.accent
            } else {
                self.palette.text
            };
            self.ribbon(&mut ribbons, look, 3.0, color);
        }
        for look in looks {
            self.ribbon(&mut ribbons, look, 0.0, self.ink(look, faintest));
        }
        if dots.is_some() {
            for look in looks.iter().filter(|look| look.is_frozen) {
                self.still_arrow(&mut ribbons, look);
            }
        }
        ribbons.paint(self.painter);
        if let Some(dots) = dots {
            // One call for all: each takes a lock.
            let moving = looks.iter().filter(|look| !look.is_frozen);
            self.painter
                .extend(moving.flat_map(|look| self.moving_dots(look, dots)));
        }
    }

    /// The colour of a pipe that is one of many.
    fn ink(&self, look: &PipeLook<'_>, faintest: f32) -> Color32 {
        let strength = self.scale.strength(look.response.current).min(1.0);
        let [still, strong] = self.palette.pipes;
        if is_falling(&look.response) {
            self.palette.ndc_tint.gamma_multiply(0.25 + 0.5 * strength)
        } else {
            still
                .lerp_to_gamma(strong, strength)
                .gamma_multiply(faintest + (1.0 - faintest) * strength)
        }
    }

    fn ribbon(&self, ribbons: &mut Ribbons, look: &PipeLook<'_>, extra: f32, color: Color32) {
        let points = &look.pipe.points;
        let length = look.pipe.length() * self.camera.zoom();
        let path = worth(points.len(), length)
            .map(|k| self.camera.screen_from_canvas(self.view, points[k]));
        ribbons.add(path, self.width(&look.response).max(1.2) + extra, color);
    }

    /// The arrow of a pipe at rest that is one of many.
    fn still_arrow(&self, ribbons: &mut Ribbons, look: &PipeLook<'_>) {
        let current = look.response.current;
        if current.abs() < FLOWING {
            return;
        }
        let (at, along) = look.pipe.at(look.pipe.glyph_distance());
        let along = along * current.signum() as f32;
        let size = 6.0 * self.camera.zoom().clamp(0.6, 1.4);
        let tip = self.camera.screen_from_canvas(self.view, at) + 0.5 * size * along;
        ribbons.arrow(tip, along, size, self.palette.dot);
    }

    fn moving_dots(&self, look: &PipeLook<'_>, dots: &Dots) -> impl Iterator<Item = Shape> {
        let current = look.response.current;
        let length = if current.abs() < FLOWING {
            // Nothing flows: no dot is that near to the start.
            -1.0
        } else {
            look.pipe.length()
        };
        let radius =
            (1.5 + 1.1 * self.scale.strength(current)) * self.camera.zoom().clamp(0.5, 1.6);
        dots.along(look.number, length, self.camera.zoom())
            .map(move |distance| {
                let (at, _) = look.pipe.at(distance);
                let at = self.camera.screen_from_canvas(self.view, at);
                Shape::circle_filled(at, radius, self.palette.dot)
            })
    }

    /// Glow and halo, under everything else.
    fn glow(&self, look: &PipeLook<'_>) {
        let width = self.width(&look.response);
        if is_falling(&look.response) {
            for (extra, share) in [(11.0, 0.12), (5.0, 0.26)] {
                let color = self.palette.ndc_tint.gamma_multiply(share);
                self.line(look.pipe, width + extra, color);
            }
        }
        if look.is_selected {
            self.line(look.pipe, width + 3.0, self.palette.accent);
        }
    }

    fn line(&self, pipe: &Pipe, width: f32, color: Color32) {
        let stroke = Stroke::new(width, color);
        self.painter.add(Shape::line(self.path(pipe), stroke));
    }

    /// The pipe itself.
    fn pipe(&self, look: &PipeLook<'_>) {
        let [still, strong] = self.palette.pipes;
        let mut color =
            still.lerp_to_gamma(strong, self.scale.strength(look.response.current).min(1.0));
        if look.is_hovered {
            color = color.lerp_to_gamma(self.palette.text, 0.45);
        }
        self.line(look.pipe, self.width(&look.response), color);
    }

    /// Dots, or arrows once everything has come to rest.
    fn dots(&self, look: &PipeLook<'_>, dots: &Dots) {
        let current = look.response.current;
        if current.abs() < FLOWING {
            return;
        }
        let zoom = self.camera.zoom().clamp(0.5, 1.6);
        let length = look.pipe.length();
        let glyph_at = look.pipe.glyph_distance();
        let hidden = 0.5 * glyph::SIZE + 3.0;
        for (k, distance) in dots
            .along(look.number, length, self.camera.zoom())
            .enumerate()
        {
            if look.pipe.glyph.is_some() && (distance - glyph_at).abs() < hidden {
                continue;
            }
            let (at, along) = look.pipe.at(distance);
            let at = self.camera.screen_from_canvas(self.view, at);
            if !look.is_frozen {
                let radius = (1.5 + 1.1 * self.scale.strength(current)) * zoom;
                self.painter.circle_filled(at, radius, self.palette.dot);
            } else if k % 2 == 0 {
                let along = along * current.signum() as f32;
                glyph::arrowhead(
                    self.painter,
                    at + 3.0 * along,
                    along,
                    6.0 * zoom,
                    self.palette.dot,
                );
            }
        }
    }

    /// The tile of the law, with an arrow the way the current flows.
    fn glyph(&self, look: &PipeLook<'_>) {
        let zoom = self.camera.zoom();
        let middle = look.pipe.glyph_distance();
        let (at, _) = look.pipe.at(middle);
        let center = self.camera.screen_from_canvas(self.view, at);
        let palette = self.palette;
        let is_falling = is_falling(&look.response);
        let frame = if look.is_selected {
            Stroke::new(2.0, palette.accent)
        } else if is_falling {
            Stroke::new(1.5, palette.ndc)
        } else if look.is_hovered {
            Stroke::new(1.5, palette.text)
        } else {
            Stroke::new(1.0, palette.pipes[1])
        };
        // From far away tiles would lie on one another: the arrow alone stays.
        let has_tile =
            look.pipe.glyph.is_some() && (zoom >= 0.42 || look.is_selected || look.is_hovered);
        let ink = if is_falling {
            palette.ndc
        } else {
            palette.text
        };
        if has_tile {
            glyph::paint(
                self.painter,
                center,
                glyph::SIZE * zoom.clamp(0.45, 1.6),
                look.kind,
                palette.panel,
                ink,
                frame,
            );
        }
        let current = look.response.current;
        if current.abs() >= FLOWING {
            let sign = current.signum() as f32;
            let offset = if has_tile {
                sign * (0.5 * glyph::SIZE * zoom.clamp(0.45, 1.6) / zoom + 9.0)
            } else {
                0.0
            };
            let (at, along) = look.pipe.at(middle + offset);
            let tip = self.camera.screen_from_canvas(self.view, at);
            glyph::arrowhead(
                self.painter,
                tip,
                along * sign,
                8.0 * zoom.clamp(0.5, 1.4),
                if is_falling { palette.ndc } else { palette.dot },
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response(current: f64) -> Response {
        Response {
            current,
            d_from: 1.0,
            d_to: -1.0,
        }
    }

    #[test]
    fn dots_move_on_from_where_they_are_when_the_current_changes() {
        let mut dots = Dots::default();
        dots.advance(&[response(0.04)], 1.0, 0.1, false);
        let before = dots.phases[0];
        assert!((before - 1.2).abs() < 1e-5, "60·√0.04·0.1");
        dots.advance(&[response(0.16)], 1.0, 0.01, false);
        assert!((dots.phases[0] - before - 0.24).abs() < 1e-5);
        dots.advance(&[response(-1e6)], 1.0, 0.0, false);
        assert!((dots.phases[0] - before - 0.24).abs() < 1e-5);
    }

    #[test]
    fn strobing_is_slowed_and_said() {
        let mut dots = Dots::default();
        dots.advance(&[response(1.0)], 1.0, 1.0 / 60.0, false);
        assert!(dots.slowing().is_none());
        dots.advance(&[response(1.0), response(0.01)], 100.0, 1.0 / 60.0, false);
        let slowing = dots.slowing().unwrap();
        assert!(60.0 * 100.0 * slowing / 60.0 <= STROBE * f64::from(SPACING) + 1e-9);
    }

    #[test]
    fn on_the_linear_scale_dots_go_in_proportion() {
        let mut dots = Dots::default();
        dots.advance(&[response(0.04), response(0.4)], 1.0, 0.1, true);
        assert!((dots.phases[1] - 10.0 * dots.phases[0]).abs() < 1e-5);
        let flows = [response(0.02), response(-0.2), response(f64::NAN)];
        let scale = FlowScale::new(true, &flows);
        assert!((scale.strength(-0.2) - 1.0).abs() < 1e-6);
        assert!((scale.strength(0.02) - 0.1).abs() < 1e-6);
        assert!(FlowScale::new(true, &[]).strength(1.0).abs() < 1e-9);
    }

    #[test]
    fn strength_is_finite_and_grows() {
        let all: Vec<f32> = [0.0, 1e-9, 1e-3, 1e-2, 1.0, 1e6]
            .into_iter()
            .map(strength)
            .collect();
        assert!(all.windows(2).all(|pair| pair[0] <= pair[1]));
        assert!(strength(f64::NAN).abs() < 1e-9);
    }
}
