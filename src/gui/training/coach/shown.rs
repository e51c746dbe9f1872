//! What the panel and the window see of the trainings.

use std::sync::Arc;

use super::{Coach, Curve, Mode, Outcome};
use crate::document::Problem;
use crate::gui::training::gradient::Gradients;
use crate::gui::training::live::Live;
use crate::gui::training::question::Question;
use crate::gui::training::response::Responder;
use crate::learn::Task;
use crate::network::Network;

impl Coach {
    /// The curves to be drawn, the last run's first, and whether each is of the last run.
    pub(crate) fn shown(&self) -> impl DoubleEndedIterator<Item = (&Curve, bool)> {
        let current = self.curves.iter().map(|curve| (curve, true));
        let past = self.past.iter().map(|curve| (curve, false));
        current.chain(past).collect::<Vec<_>>().into_iter()
    }

    /// The network with the parameters of the moment, while a training runs, and what counts its changes.
    pub(crate) fn live(&self) -> (Option<&Network>, u64) {
        (self.live.as_ref().map(Live::network), self.live_revision)
    }

    /// The compiled task, what is wrong with it, or nothing yet.
    pub(crate) fn answer(&self) -> Option<&Result<Arc<Question>, Problem>> {
        self.questions.answer()
    }

    /// The compiled task, if all is well.
    pub(crate) fn question(&self) -> Option<&Arc<Question>> {
        self.questions.question()
    }

    /// What the task would have to be, where its rows are outside the states there are.
    pub(crate) fn repaired(&self) -> Option<&Task> {
        self.questions.repaired()
    }

    /// Reads the task's data file once more.
    pub(crate) fn read_data_again(&mut self) {
        self.questions.forget();
    }

    /// The same, or the one before it while a changed task is being read: for pictures alone.
    pub(crate) fn seen_question(&self) -> Option<&Arc<Question>> {
        self.questions.seen()
    }

    /// What the last comparison came to: with NDC, without.
    pub(crate) fn comparison(&self) -> Option<&[Outcome; 2]> {
        self.comparison.as_ref()
    }

    /// The confirmed loss of what the last run put into the document, in node units.
    pub(crate) fn best(&self) -> Option<f64> {
        self.best
    }

    /// What last went wrong.
    pub(crate) fn notice(&self) -> Option<&Problem> {
        self.notice.as_ref()
    }

    /// Whether a run takes steps.
    pub(crate) fn is_running(&self) -> bool {
        self.session
            .as_ref()
            .is_some_and(|session| session.is_running)
    }

    /// Whether the best of a run that has stopped is being confirmed.
    pub(crate) fn is_confirming(&self) -> bool {
        self.session
            .as_ref()
            .is_some_and(|session| session.is_confirming)
    }

    /// Whether a comparison takes steps.
    pub(crate) fn is_comparing(&self) -> bool {
        self.session
            .as_ref()
            .is_some_and(|session| session.is_running && session.mode == Mode::Compare)
    }

    /// Whether a comparison is shown, under way or done.
    pub(crate) fn is_comparison(&self) -> bool {
        self.session
            .as_ref()
            .is_some_and(|session| session.mode == Mode::Compare)
    }

    /// The gradient at the document's parameters.
    pub(crate) fn gradients(&self) -> &Gradients {
        &self.gradients
    }

    /// The response of the network as it is seen (0), or of a comparison with NDC (0) and without (1).
    pub(crate) fn responder(&self, k: usize) -> &Responder {
        &self.responders[k.min(1)]
    }

    /// Whether any thread of it is at work.
    pub(crate) fn is_busy(&self) -> bool {
        self.questions.is_busy()
            || self.awaited.is_some()
            || self.responders.iter().any(Responder::is_busy)
            || self.gradients.is_busy()
            || self.session.as_ref().is_some_and(|session| {
                session.is_running
                    || session.is_confirming
                    || session.mode == Mode::Rewind
                    || session.first_steps.is_some()
            })
    }
}
