//! Notes on the canvas: drawn at their place, moved by dragging, written in place.

use std::sync::Arc;

use eframe::egui::{
    self, CornerRadius, CursorIcon, Galley, Key, PointerButton, Pos2, Rect, Response,
    Role as WidgetRole, Sense, Stroke, StrokeKind, TextEdit, Ui, UiBuilder, Vec2, WidgetInfo, pos2,
    vec2,
};

use super::grip::place as canvas_place;
use super::hand::{CLICK, Drag, Target, Writing};
use super::{Canvas, Hand};
use crate::document::notes::{CanvasNote, free, with_notes};
use crate::document::{Edit, Selection};
use crate::gui::command::Command;
use crate::gui::theme::{self, Palette};
use crate::gui::widgets;

/// The widest line of a note, in screen points.
const WIDEST: f32 = 260.0;

/// Room between a note's text and its frame, in screen points.
const MARGIN: Vec2 = vec2(8.0, 5.0);

/// The field in which a note is written.
pub(super) const FIELD: Vec2 = vec2(WIDEST + 2.0 * MARGIN.x, 24.0);

/// Below this magnification a note is a bar: its letters could not be read.
const READABLE: f32 = 0.45;

/// The corner of a note on the canvas.
pub(super) fn place(note: &CanvasNote) -> Pos2 {
    pos2(note.at[0] as f32, note.at[1] as f32)
}

/// Notes are as large as other text at every magnification: larger letters would say no more.
fn font() -> egui::FontId {
    theme::plain(theme::BODY)
}

impl Canvas<'_, '_> {
    /// Draws the notes and handles what is done to them.
    pub(super) fn notes_ui(&mut self, response: &Response) {
        let zoom = self.camera.zoom();
        for note in self.notes {
            let corner = self.camera.screen_from_canvas(self.area, place(note));
            let is_written = self
                .hand
                .writing
                .as_ref()
                .is_some_and(|writing| writing.id == Some(note.id));
            if is_written {
                continue;
            }
            let galley: Arc<Galley> =
                self.painter
                    .layout(note.text.clone(), font(), self.palette.text, WIDEST);
            let is_readable = zoom >= READABLE;
            let size = if is_readable {
                galley.size() + 2.0 * MARGIN
            } else {
                (galley.size() * zoom).max(vec2(8.0, 4.0))
            };
            let rect = Rect::from_min_size(corner, size);
            self.note_rects.push((note.id, rect));
            if !self.area.intersects(rect) {
                continue;
            }
            let id = response.id.with(("note", note.id));
            let hit = self.ui.interact(rect, id, Sense::click_and_drag());
            let is_selected = self.selection.notes.contains(&note.id);
            hit.widget_info(|| {
                let line = note.text.lines().next().unwrap_or_default();
                WidgetInfo::selected(
                    WidgetRole::Button,
                    true,
                    is_selected,
                    format!("note {line}"),
                )
            });
            self.handle_note(&hit, note);
            let stroke = if is_selected || hit.has_focus() {
                Stroke::new(2.0, self.palette.accent)
            } else if hit.hovered() {
                Stroke::new(1.0, self.palette.dim)
            } else {
                Stroke::new(1.0, self.palette.line)
            };
            self.painter.rect(
                rect,
                CornerRadius::same(5),
                self.palette.panel.gamma_multiply(0.92),
                stroke,
                StrokeKind::Inside,
            );
            if is_readable {
                self.painter
                    .galley(corner + MARGIN, galley, self.palette.text);
            }
        }
    }

    fn handle_note(&mut self, hit: &Response, note: &CanvasNote) {
        if hit.double_clicked() {
            self.hand.rewrite(note);
        } else if hit.clicked() {
            self.click_note(note.id);
        }
        if hit.secondary_clicked() {
            self.open_menu(Target::Note(note.id));
        }
        if hit.drag_started_by(PointerButton::Primary) {
            self.hand.is_far = false;
            self.hand.drag = Some(if self.selection.notes.contains(&note.id) {
                self.carry_selection(place(note))
            } else {
                Drag::Move {
                    grabbed: place(note),
                    nodes: Vec::new(),
                    notes: vec![(note.id, place(note))],
                    name: "move note".to_owned(),
                }
            });
        }
        if hit.dragged()
            && let Some(drag @ Drag::Move { .. }) = self.hand.drag.clone()
        {
            let way = hit.total_drag_delta().unwrap_or_default();
            self.hand.is_far |= way.length() >= CLICK;
            if self.hand.is_far {
                self.carry_on(&drag, way);
            }
        } else if hit.drag_stopped()
            && let Some(Drag::Move { name, .. }) = self.hand.drag.take()
        {
            if std::mem::take(&mut self.hand.is_far) {
                self.commands.push(Command::End(name));
            } else {
                self.click_note(note.id);
            }
        }
        if hit.dragged() {
            self.ui.set_cursor_icon(CursorIcon::Grabbing);
        } else if hit.hovered() {
            self.ui.set_cursor_icon(CursorIcon::Grab);
        }
    }

    fn click_note(&mut self, id: u64) {
        let is_shift = self.ui.input(|i| i.modifiers.shift);
        let mut selection = if is_shift {
            self.selection.clone()
        } else {
            Selection::default()
        };
        if !selection.notes.insert(id) {
            selection.notes.remove(&id);
        }
        self.commands.push(Command::SelectSet(selection));
    }
}

/// The field in which a note is written. A click elsewhere or Ctrl+Enter keeps what was written, Esc does not.
pub(super) fn writing_ui(
    ui: &mut Ui,
    hand: &mut Hand,
    corner: Pos2,
    app: &serde_json::Map<String, serde_json::Value>,
    notes: &[CanvasNote],
    commands: &mut Vec<Command>,
) {
    let Some(writing) = &mut hand.writing else {
        return;
    };
    let palette = Palette::current(ui);
    let rect = Rect::from_min_size(corner, FIELD);
    let is_given_up = widgets::is_given_up(ui);
    let is_kept = ui.input_mut(|i| i.consume_key(egui::Modifiers::COMMAND, Key::Enter));
    let field = ui
        .scope_builder(UiBuilder::new().max_rect(rect), |ui| {
            let edit = TextEdit::multiline(&mut writing.text)
                .desired_rows(1)
                .desired_width(WIDEST)
                .font(font())
                .background_color(palette.panel)
                .hint_text("a note; Esc gives it up");
            ui.add(edit)
        })
        .inner
        .accessible_name("note text");
    if !writing.has_begun {
        field.request_focus();
        writing.has_begun = true;
        return;
    }
    let is_done = is_kept || is_given_up || field.lost_focus() || field.clicked_elsewhere();
    if !is_done {
        return;
    }
    field.surrender_focus();
    let Some(writing) = hand.writing.take() else {
        return;
    };
    if is_given_up {
        hand.cancel();
    } else if let Some(edit) = rewritten(app, notes, &writing) {
        let name = if writing.id.is_some() {
            "note"
        } else {
            "add note"
        };
        commands.push(Command::Perform(name.to_owned(), vec![edit]));
    }
}

/// The change a finished writing makes: an empty text takes the note away.
fn rewritten(
    app: &serde_json::Map<String, serde_json::Value>,
    notes: &[CanvasNote],
    writing: &Writing,
) -> Option<Edit> {
    let mut notes = notes.to_vec();
    let text = writing.text.trim().to_owned();
    match writing.id {
        Some(id) if text.is_empty() => notes.retain(|note| note.id != id),
        Some(id) => notes.iter_mut().find(|note| note.id == id)?.text = text,
        None if text.is_empty() => return None,
        None => notes.push(CanvasNote {
            id: free(&notes),
            text,
            at: canvas_place(writing.at),
        }),
    }
    Some(Edit::SetApp(with_notes(app, &notes)))
}
