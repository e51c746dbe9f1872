//! Text as SVG: real text, which can be found and edited, as wide as it is in the window whatever face a reader has.

use eframe::egui::epaint::TextShape;
use eframe::egui::text::{LayoutSection, TextFormat};
use eframe::egui::{Color32, FontFamily, Pos2, vec2};
use svg::node::Node as _;
use svg::node::element::Element;

use super::svg::{Pen, fill, number, turn, with_text};

/// The faces of the window, then what other machines have in their place.
const PLAIN: &str = "Inter, Helvetica Neue, Arial, sans-serif";
const STRONG: &str = "Inter Semi Bold, Inter, Helvetica Neue, Arial, sans-serif";
const MONO: &str = "JetBrains Mono, DejaVu Sans Mono, Menlo, Consolas, monospace";

/// Letters of one look on one line.
struct Piece {
    section: usize,
    /// Where the first begins, on the line the letters stand on.
    at: Pos2,
    /// Where the last that can be seen ends.
    end: f32,
    letters: usize,
    text: String,
}

/// Draws laid-out text.
pub(super) fn put(pen: &mut Pen, shape: &TextShape) {
    for piece in pieces(shape) {
        let Some(section) = shape.galley.job.sections.get(piece.section) else {
            continue;
        };
        let format = &section.format;
        let mut element = Element::new("text");
        element.assign("x", number(piece.at.x));
        element.assign("y", number(piece.at.y));
        face(&mut element, format);
        fill(&mut element, color(shape, format));
        // Several blanks in a row are meant.
        element.assign("xml:space", "preserve");
        if piece.letters > 1 {
            // Another face, or kerning, would move the end of what follows or stands right-aligned.
            element.assign("textLength", number(piece.end - piece.at.x));
            element.assign("lengthAdjust", "spacingAndGlyphs");
        }
        turn(&mut element, shape.angle, shape.pos);
        pen.put(with_text(element, piece.text.trim_end()));
    }
}

fn pieces(shape: &TextShape) -> Vec<Piece> {
    let galley = &shape.galley;
    let mut pieces: Vec<Piece> = Vec::new();
    let mut source = galley.job.text.char_indices();
    for placed in &galley.rows {
        let mut is_new = true;
        let origin = shape.pos + placed.pos.to_vec2();
        for glyph in &placed.row.glyphs {
            // What is shown in place of a text that is cut stands beyond the last letter taken.
            let byte = source
                .next()
                .map_or(galley.job.text.len(), |(byte, _)| byte);
            let section = section_at(&galley.job.sections, byte);
            let at = origin + glyph.pos.to_vec2();
            let is_blank = glyph.chr.is_whitespace();
            let goes_on = !is_new
                && pieces.last().is_some_and(|piece| {
                    piece.section == section && piece.at.y.to_bits() == at.y.to_bits()
                });
            if !goes_on {
                if is_blank {
                    continue;
                }
                pieces.push(Piece {
                    section,
                    at,
                    end: at.x,
                    letters: 0,
                    text: String::new(),
                });
                is_new = false;
            }
            if let Some(piece) = pieces.last_mut() {
                piece.text.push(legible_char(glyph.chr));
                if !is_blank {
                    piece.end = (at + vec2(glyph.advance_width, 0.0)).x;
                    piece.letters = piece.text.chars().count();
                }
            }
        }
        if placed.ends_with_newline {
            source.next();
        }
    }
    pieces
}

fn section_at(sections: &[LayoutSection], byte: usize) -> usize {
    sections
        .iter()
        .position(|section| byte < section.byte_range.end.0)
        .unwrap_or(sections.len().saturating_sub(1))
}

fn face(element: &mut Element, format: &TextFormat) {
    let family = match &format.font_id.family {
        FontFamily::Proportional => PLAIN,
        FontFamily::Monospace => MONO,
        FontFamily::Name(_) => STRONG,
    };
    element.assign("font-family", family);
    element.assign("font-size", number(format.font_id.size));
    if matches!(format.font_id.family, FontFamily::Name(_)) {
        element.assign("font-weight", "600");
    }
    if format.italics {
        element.assign("font-style", "italic");
    }
}

fn color(shape: &TextShape, format: &TextFormat) -> Color32 {
    let own = if format.color == Color32::PLACEHOLDER {
        shape.fallback_color
    } else {
        format.color
    };
    let color = shape.override_text_color.unwrap_or(own);
    color.gamma_multiply(shape.opacity_factor)
}

/// A text without the characters that XML does not have: names may hold any.
pub(super) fn legible(text: &str) -> String {
    text.chars().map(legible_char).collect()
}

fn legible_char(c: char) -> char {
    match c {
        '\t' | '\n' | '\r' => ' ',
        '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => '\u{fffd}',
        c => c,
    }
}
