//! What the window lets others see of itself: tests drive it by its widgets and read it here.

use super::App;
use crate::document::{Document, Element, Selection};
use crate::gui::situation::Situation;
use crate::gui::view::only;
use crate::network::Network;

impl App {
    /// The document as it is seen.
    #[must_use]
    pub fn document(&self) -> &Document {
        self.editor.document()
    }

    /// The document without the change under way.
    #[must_use]
    pub fn base_network(&self) -> &Network {
        self.editor.base()
    }

    /// What undo would take back.
    #[must_use]
    pub fn undo_name(&self) -> Option<&str> {
        self.editor.undo_name()
    }

    /// What redo would bring back.
    #[must_use]
    pub fn redo_name(&self) -> Option<&str> {
        self.editor.redo_name()
    }

    /// Whether the document differs from its file.
    #[must_use]
    pub fn is_unsaved(&self) -> bool {
        self.editor.is_unsaved()
    }

    /// Whether a change is under way that is no step of undo yet: a drag, or what is being typed.
    #[must_use]
    pub fn is_changing(&self) -> bool {
        self.editor.is_dragging()
    }

    /// Simulated time since the last reset.
    #[must_use]
    pub fn time(&self) -> f64 {
        self.simulation.time()
    }

    /// The present state of the reservoir with this id.
    #[must_use]
    pub fn state_of(&self, id: &str) -> Option<f64> {
        let node = self.editor.network().node_by_id(id)?;
        self.simulation.state_of(node.key())
    }

    /// The present current of the edge with this id.
    #[must_use]
    pub fn current_of(&self, id: &str) -> Option<f64> {
        let edge = self.editor.network().edge_by_id(id)?;
        let operating = self.simulation.operating_point(edge.key())?;
        Some(operating.response.current)
    }

    /// What the numerics lost or made of the stored total.
    #[must_use]
    pub fn drift(&self) -> f64 {
        self.simulation.drift()
    }

    /// Whether time is let pass, even if nothing moves any more.
    #[must_use]
    pub fn is_playing(&self) -> bool {
        self.simulation.is_playing()
    }

    /// Whether time passes and anything moves.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.simulation.is_running()
    }

    /// Whether something is being computed beside the window.
    #[must_use]
    pub fn is_computing(&self) -> bool {
        self.derived.is_busy()
            || self.coach.is_busy()
            || self.curves.is_busy()
            || self.gallery.is_busy()
            || self.loading.is_busy()
    }

    /// Whether a training takes steps.
    #[must_use]
    pub fn is_taking_steps(&self) -> bool {
        self.coach.is_running()
    }

    /// Whether a training takes steps, or has taken them and its best is being confirmed.
    #[must_use]
    pub fn is_training(&self) -> bool {
        self.coach.is_running() || self.coach.is_confirming()
    }

    /// The losses of the last training, or of both of a comparison, in node units.
    #[must_use]
    pub fn training_losses(&self) -> Vec<&[f64]> {
        self.coach
            .shown()
            .filter(|(_, is_last)| *is_last)
            .map(|(curve, _)| curve.record.losses.as_slice())
            .collect()
    }

    /// What is wrong with the task or went wrong in training, with its place.
    #[must_use]
    pub fn training_problem(&self) -> Option<String> {
        let typed = self.windows.task.problem();
        let of_task = self.coach.answer().and_then(|answer| answer.as_ref().err());
        self.coach
            .notice()
            .or(typed)
            .or(of_task)
            .map(ToString::to_string)
    }

    /// What a person is told stands in the way: the message over the window, and what is the matter with the network.
    #[must_use]
    pub fn situations(&self) -> Vec<Situation> {
        let messages = self.message.iter().chain(&self.standing);
        let noticed = self.notice.as_ref().and_then(|notice| notice.situation);
        messages
            .map(|message| message.situation)
            .chain(noticed)
            .collect()
    }

    /// All that is selected.
    #[must_use]
    pub fn selected(&self) -> &Selection {
        &self.view.selection
    }

    /// What is selected, if it is one thing.
    #[must_use]
    pub fn selection(&self) -> Option<Element> {
        only(&self.view.selection)
    }
}
