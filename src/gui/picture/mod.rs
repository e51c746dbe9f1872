//! Pictures of the canvas and the plots: drawn off the screen by the code that draws the window, saved as SVG or PNG.

mod data;
mod dialog;
mod headless;
mod menu;
mod mesh;
mod raster;
mod sitting;
mod subject;
mod svg;
mod text;

use eframe::egui::epaint::ClippedShape;
use eframe::egui::{
    Color32, ColorImage, Context, Pos2, RawInput, Rect, Theme, Ui, Vec2, ViewportId,
};

pub(crate) use dialog::{Asking, Kind, Request};
pub(crate) use headless::thumbnail;
pub use headless::{Format, Order, PictureError, picture};
pub(crate) use menu::plot_menu_ui;
pub use raster::RasterError;
pub use sitting::Missing;
pub(crate) use sitting::Sitting;
pub use subject::Subject;

use super::theme::{self, Palette};

/// A picture: what was painted, not yet in pixels.
pub(crate) struct Picture {
    title: String,
    size: Vec2,
    background: Color32,
    shapes: Vec<ClippedShape>,
}

/// A place off the screen where pictures are drawn.
pub(crate) struct Studio {
    ctx: Context,
    theme: Theme,
}

impl Studio {
    /// One with the window's faces and the colours of a theme.
    pub(crate) fn new(theme: Theme) -> Self {
        let ctx = Context::default();
        theme::install(&ctx, theme, false);
        Self { ctx, theme }
    }

    /// The context that draws, for what wakes one when it is done: this one need not be woken.
    pub(crate) fn context(&self) -> &Context {
        &self.ctx
    }

    /// Draws a picture of this size, in points. No pointer is on it and nothing has the focus.
    pub(crate) fn draw(&self, title: &str, size: Vec2, mut add: impl FnMut(&mut Ui)) -> Picture {
        let page = Rect::from_min_size(Pos2::ZERO, size);
        let mut input = RawInput {
            screen_rect: Some(page),
            time: Some(0.0),
            ..RawInput::default()
        };
        if let Some(viewport) = input.viewports.get_mut(&ViewportId::ROOT) {
            // Text is laid out on the pixel grid: a fine one, so that letters stand where they belong at any scale.
            viewport.native_pixels_per_point = Some(4.0);
        }
        let mut shapes = Vec::new();
        // What sizes itself by what it held last needs a second frame.
        for _ in 0..2 {
            let mut output = self.ctx.run_ui(input.clone(), &mut add);
            shapes = std::mem::take(&mut output.shapes);
            output.drop_without_applying_deltas();
        }
        Picture {
            title: title.to_owned(),
            size,
            background: Palette::of(self.theme, false).background,
            shapes,
        }
    }
}

impl Picture {
    /// The picture as an SVG file.
    pub(crate) fn svg(&self) -> String {
        let Self {
            title,
            size,
            background,
            shapes,
        } = self;
        svg::write(&svg::Sheet {
            size: *size,
            background: *background,
            title,
            shapes,
        })
    }

    /// The picture as a PNG file, with so many pixels to a point.
    ///
    /// # Errors
    /// If it would fill the memory.
    pub(crate) fn png(&self, scale: f32) -> Result<Vec<u8>, RasterError> {
        raster::png(&self.svg(), self.size, scale)
    }

    /// The picture for a clipboard or a texture.
    ///
    /// # Errors
    /// If it would fill the memory.
    pub(crate) fn image(&self, scale: f32) -> Result<ColorImage, RasterError> {
        raster::image(&self.svg(), self.size, scale)
    }
}
