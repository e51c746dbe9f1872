//! Where the eye is: screen = (canvas − centre)·zoom + middle of the view.

use eframe::egui::{Pos2, Rect, Vec2};
use serde::{Deserialize, Serialize};

/// Smallest and largest magnification: ten thousand reservoirs fit at the one, a tank fills the view at the other.
const ZOOM: [f32; 2] = [0.03, 8.0];

/// Fitting never enlarges beyond this: a network of two tanks should not look like a poster.
const FIT_AT_MOST: f32 = 1.6;

/// Below this magnification things are seen, but not read.
const READABLE: f32 = 0.6;

/// Centre and magnification of the view.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Camera {
    /// The canvas point in the middle of the view.
    center: Pos2,
    /// Screen points per canvas point.
    zoom: f32,
}

impl Default for Camera {
    fn default() -> Self {
        Self {
            center: Pos2::ZERO,
            zoom: 1.0,
        }
    }
}

impl Camera {
    /// Screen points per canvas point.
    pub(crate) fn zoom(&self) -> f32 {
        self.zoom
    }

    /// The screen position of a canvas point.
    pub(crate) fn screen_from_canvas(&self, view: Rect, point: Pos2) -> Pos2 {
        view.center() + (point - self.center) * self.zoom
    }

    /// The canvas point at a screen position.
    pub(crate) fn canvas_from_screen(&self, view: Rect, point: Pos2) -> Pos2 {
        self.center + (point - view.center()) / self.zoom
    }

    /// The screen rectangle of a canvas rectangle.
    pub(crate) fn screen_rect(&self, view: Rect, rect: Rect) -> Rect {
        Rect::from_min_max(
            self.screen_from_canvas(view, rect.min),
            self.screen_from_canvas(view, rect.max),
        )
    }

    /// The part of the canvas in view.
    pub(crate) fn visible(&self, view: Rect) -> Rect {
        Rect::from_min_max(
            self.canvas_from_screen(view, view.min),
            self.canvas_from_screen(view, view.max),
        )
    }

    /// Moves what is seen by `delta` screen points.
    pub(crate) fn pan(&mut self, delta: Vec2) {
        self.center -= delta / self.zoom;
    }

    /// Magnifies by `factor` and keeps the canvas point under `pointer` where it is.
    pub(crate) fn zoom_at(&mut self, view: Rect, pointer: Pos2, factor: f32) {
        if !(factor.is_finite() && factor > 0.0) {
            return;
        }
        let held = self.canvas_from_screen(view, pointer);
        self.zoom = (self.zoom * factor).clamp(ZOOM[0], ZOOM[1]);
        self.center = held - (pointer - view.center()) / self.zoom;
    }

    /// Shows `bounds` whole inside `room`, a part of the view.
    pub(crate) fn fit(&mut self, view: Rect, room: Rect, bounds: Rect) {
        if !bounds.is_finite() || bounds.is_negative() {
            *self = Self::default();
            return;
        }
        let free = room.size().max(Vec2::splat(16.0));
        let size = bounds.size().max(Vec2::splat(1.0));
        self.zoom = (free.x / size.x)
            .min(free.y / size.y)
            .clamp(ZOOM[0], FIT_AT_MOST);
        self.center = bounds.center() - (room.center() - view.center()) / self.zoom;
    }

    /// Brings `bounds` into the middle of the view, whole. A magnification at which names can be read and `bounds` has
    /// room is kept.
    pub(crate) fn show(&mut self, view: Rect, bounds: Rect) {
        let before = self.zoom;
        self.fit(view, view, bounds);
        if before >= READABLE && before < self.zoom {
            self.zoom = before;
        }
    }

    /// Back to 100 %, the middle kept.
    pub(crate) fn reset_zoom(&mut self) {
        self.zoom = 1.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use eframe::egui::{pos2, vec2};

    const VIEW: Rect = Rect {
        min: pos2(100.0, 50.0),
        max: pos2(900.0, 550.0),
    };

    #[test]
    fn zooming_keeps_the_point_under_the_pointer() {
        let mut camera = Camera::default();
        let pointer = pos2(250.0, 420.0);
        let before = camera.canvas_from_screen(VIEW, pointer);
        for factor in [1.3, 0.2, 50.0, f32::NAN, -1.0] {
            camera.zoom_at(VIEW, pointer, factor);
            let after = camera.canvas_from_screen(VIEW, pointer);
            assert!((after - before).length() < 1e-2, "{factor}");
        }
        assert!(camera.zoom() <= ZOOM[1]);
    }

    #[test]
    fn fitting_shows_everything() {
        let mut camera = Camera::default();
        let bounds = Rect::from_min_size(pos2(-900.0, 30.0), vec2(2000.0, 400.0));
        let room = Rect::from_min_max(pos2(120.0, 150.0), pos2(880.0, 530.0));
        camera.fit(VIEW, room, bounds);
        let shown = camera.screen_rect(VIEW, bounds);
        assert!(room.expand(0.1).contains_rect(shown));
        assert!((shown.center() - room.center()).length() < 0.1);
        camera.show(
            VIEW,
            Rect::from_center_size(pos2(40.0, 7.0), vec2(100.0, 50.0)),
        );
        assert!((camera.canvas_from_screen(VIEW, VIEW.center()) - pos2(40.0, 7.0)).length() < 1e-3);
        assert!(camera.zoom() >= READABLE);
        camera.fit(VIEW, VIEW, Rect::NOTHING);
        assert_eq!(camera, Camera::default());
    }
}
