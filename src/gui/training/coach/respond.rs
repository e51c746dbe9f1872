//! Keeps the responses of the trainings up to what is shown.

use super::{Coach, place};
use crate::gui::editor::Editor;
use crate::gui::training::response::Responder;
use crate::system::System;

impl Coach {
    /// Asks for the responses that belong to what is shown: the network, a running training, or both sides of a comparison.
    pub(super) fn respond(&mut self, editor: &Editor) {
        let Some(question) = self.questions.question().cloned() else {
            // A task that is being read will soon have another response; until then the old one is better than none.
            if self.questions.seen().is_none() {
                self.responders.iter_mut().for_each(Responder::clear);
            }
            return;
        };
        let (topology, parameters) = place(editor);
        let pick = self.pick.within(&question);
        let is_comparison = self.is_comparison();
        let is_running = self.is_running();
        let Self {
            responders,
            curves,
            comparison,
            live,
            live_revision,
            runs,
            ..
        } = self;
        if is_comparison {
            for (k, (responder, curve)) in responders.iter_mut().zip(curves.iter()).enumerate() {
                if curve.record.values.is_empty() {
                    continue;
                }
                let finished = comparison.as_ref().map(|outcomes| &outcomes[k].network);
                let steps = if finished.is_some() {
                    u64::MAX
                } else {
                    curve.record.losses.len() as u64
                };
                responder.want(
                    [1 + k as u64, *runs, steps, topology],
                    is_running,
                    (&question, pick),
                    || match finished {
                        Some(network) => System::new(network),
                        None => System::new(&curve.network_at(&curve.record.values)),
                    },
                );
            }
            return;
        }
        // Nothing is drawn beside it any more.
        responders[1].clear();
        let live = live.as_ref();
        let compile = || match live {
            Some(live) => live.system().clone(),
            None => System::new(editor.network()),
        };
        let live_key = if live.is_some() { *live_revision } else { 0 };
        // The picture is of the task as well: its range, and what is decoded.
        let task = editor.revision().task();
        responders[0].want(
            [topology ^ (task << 32), parameters, live_key, 0],
            is_running || editor.is_dragging(),
            (&question, pick),
            compile,
        );
    }
}
