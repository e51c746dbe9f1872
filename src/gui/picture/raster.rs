//! A picture in pixels: its SVG drawn by resvg, with the window's own faces and no graphics card.

use std::sync::{Arc, LazyLock};

use eframe::egui::{ColorImage, Vec2};
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb};

use crate::gui::theme;

/// The most pixels of a picture: 256 megabytes of them. Beyond that a number was a slip.
const MOST_PIXELS: f32 = 64e6;

/// Why a picture has no pixels.
#[derive(Debug, thiserror::Error)]
pub enum RasterError {
    /// It would fill the memory.
    #[error("the picture would have {0:.0} million pixels, more than 64 million")]
    TooLarge(f32),
    /// The drawing was refused.
    #[error("the picture could not be drawn ({0})")]
    Drawing(String),
}

impl RasterError {
    /// What to do about it.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::TooLarge(_) => "choose a smaller size or scale",
            Self::Drawing(_) => "save it as .svg",
        }
    }
}

/// The faces of the window. A machine's own would make pictures differ from machine to machine.
static FACES: LazyLock<Arc<fontdb::Database>> = LazyLock::new(|| {
    let mut faces = fontdb::Database::new();
    for bytes in theme::faces() {
        faces.load_font_source(fontdb::Source::Binary(bytes));
    }
    faces.set_sans_serif_family("Inter");
    faces.set_serif_family("Inter");
    faces.set_monospace_family("JetBrains Mono");
    Arc::new(faces)
});

/// Draws `svg`, which is `size` points large, with `scale` pixels to a point.
fn pixels(svg: &str, size: Vec2, scale: f32) -> Result<Pixmap, RasterError> {
    let [width, height] = [size.x, size.y].map(|side| (side * scale).round().max(1.0));
    if width * height > MOST_PIXELS {
        return Err(RasterError::TooLarge(width * height / 1e6));
    }
    let refused = |error: String| RasterError::Drawing(error);
    let options = Options {
        fontdb: Arc::clone(&FACES),
        font_family: "Inter".to_owned(),
        ..Options::default()
    };
    let tree = Tree::from_str(svg, &options).map_err(|error| refused(error.to_string()))?;
    let mut pixels = Pixmap::new(width as u32, height as u32)
        .ok_or_else(|| refused("it has no size".to_owned()))?;
    let scale = Transform::from_scale(width / size.x, height / size.y);
    resvg::render(&tree, scale, &mut pixels.as_mut());
    Ok(pixels)
}

/// The picture as a PNG file.
pub(super) fn png(svg: &str, size: Vec2, scale: f32) -> Result<Vec<u8>, RasterError> {
    let pixels = pixels(svg, size, scale)?;
    pixels
        .encode_png()
        .map_err(|error| RasterError::Drawing(error.to_string()))
}

/// The picture for a clipboard or a texture.
pub(super) fn image(svg: &str, size: Vec2, scale: f32) -> Result<ColorImage, RasterError> {
    let pixels = pixels(svg, size, scale)?;
    let size = [pixels.width() as usize, pixels.height() as usize];
    Ok(ColorImage::from_rgba_premultiplied(size, pixels.data()))
}
