//! The canvas as a picture: the whole network, arrows in place of dots, and nothing to press.

use eframe::egui::{Align2, CornerRadius, Rect, Sense, Ui, vec2};

use super::{Camera, Canvas, Hand, Shown, grid, overlay};
use crate::gui::theme::{self, Palette};
use crate::gui::view::ViewState;

/// What is left free at the sides for labels, above for marks and labels, and below for spouts and words.
const SIDES: f32 = 56.0;
const ABOVE: f32 = 68.0;
const BELOW: f32 = 52.0;

/// The same in a thumbnail, which has no words: room for the marks alone.
const THUMBNAIL_MARGIN: f32 = 14.0;

/// What stands beside the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Words<'a> {
    /// Its name above, and these remarks below.
    Remarks(&'a [String]),
    /// Nothing: a thumbnail.
    None,
}

/// Draws the network into all the room there is; returns where, and seen from where.
pub(crate) fn still_ui(
    ui: &mut Ui,
    shown: &Shown<'_>,
    view: &ViewState,
    words: Words<'_>,
) -> (Rect, Camera) {
    let (response, painter) = ui.allocate_painter(ui.available_size(), Sense::hover());
    let palette = Palette::current(ui);
    let area = response.rect;
    painter.rect_filled(area, CornerRadius::ZERO, palette.background);
    let room = match words {
        Words::Remarks(_) => {
            Rect::from_min_max(area.min + vec2(SIDES, ABOVE), area.max - vec2(SIDES, BELOW))
        }
        Words::None => area.shrink(THUMBNAIL_MARGIN),
    };
    let mut camera = Camera::default();
    camera.fit(area, room, shown.scene.bounds);
    grid(&painter, palette, camera, area);
    let notes = crate::document::notes::notes(shown.app);
    let mut hand = Hand::default();
    let mut canvas = Canvas {
        ui,
        painter: &painter,
        palette,
        camera,
        area,
        tools: Rect::NOTHING,
        shown,
        selection: &view.selection,
        notes: &notes,
        note_rects: Vec::new(),
        hand: &mut hand,
        opens_menu: false,
        show_values: view.show_values,
        is_motion_reduced: true,
        is_snapping: false,
        commands: &mut Vec::new(),
        callout: None,
        reveal: None,
        focused: None,
        has_joined: false,
    };
    let drawn = canvas.pipes(None, shown.dots, view.is_flow_linear);
    canvas.notes_ui(&response);
    let tanks = canvas.tanks(&response);
    if let Words::Remarks(remarks) = words {
        canvas.labels(&drawn, &tanks);
        painter.text(
            area.min + vec2(16.0, 12.0),
            Align2::LEFT_TOP,
            &shown.network.name,
            theme::strong(theme::HEADING),
            palette.text,
        );
        let bundled = drawn.bundled.map(overlay::bundle_words);
        overlay::chips(ui, area, remarks.iter().cloned().chain(bundled), 0.0);
    }
    (area, camera)
}
