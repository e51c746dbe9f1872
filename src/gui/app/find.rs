//! Going to what was found: it becomes selected, and the canvas brings it into view.

use eframe::egui::{Pos2, Rect, Vec2};

use super::App;
use crate::document::Selection;
use crate::document::notes::notes;
use crate::gui::canvas::Pipe;

/// What is seen around what was found, in canvas points: its neighbours.
const AROUND: f32 = 180.0;

impl App {
    /// Selects reservoirs, edges or notes, and brings them into view.
    pub(super) fn show(&mut self, mut selection: Selection) {
        // The document may have changed since they were found.
        selection.retain_present(self.editor.network());
        let notes = notes(&self.editor.document().app);
        let notes = notes
            .iter()
            .filter(|note| selection.notes.contains(&note.id));
        let notes = notes.map(|note| {
            let at = Pos2::new(note.at[0] as f32, note.at[1] as f32);
            Rect::from_center_size(at, Vec2::ZERO)
        });
        let tanks = self.scene.tanks.iter();
        let tanks = tanks.filter(|tank| selection.nodes.contains(&tank.key));
        let pipes = self.scene.pipes.iter();
        let pipes = pipes.filter(|pipe| selection.edges.contains(&pipe.key));
        let bounds = tanks
            .map(|tank| tank.rect)
            .chain(pipes.map(Pipe::bounds))
            .chain(notes)
            .fold(Rect::NOTHING, Rect::union);
        self.view.hand.let_go();
        self.view.selection = selection;
        if let (Some(camera), true) = (&mut self.view.camera, bounds.is_finite()) {
            camera.show(self.canvas, bounds.expand(AROUND));
        }
    }
}
