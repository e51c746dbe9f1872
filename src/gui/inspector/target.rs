//! What a row of the inspector stands for: one parameter or many, and the commands that its changes become.

use super::Inspected;
use super::limits::{limits, set_limits};
use crate::device::ParamRange;
use crate::document::Edit;
use crate::gui::command::Command;
use crate::gui::row::Change;
use crate::gui::training::{is_trained as is_in_task, set_trained};
use crate::gui::widgets::Gesture;
use crate::learn::Trainable;

/// What a row stands for.
pub(super) struct Target<'a> {
    /// What undo calls a change of several things.
    pub(super) step: Option<String>,
    /// The name of the slider's limits.
    pub(super) limits: String,
    /// The parameters that training may change.
    pub(super) items: &'a [Trainable],
    /// The edits that set the number.
    pub(super) set: &'a dyn Fn(f64) -> Vec<Edit>,
    /// The edits that switch it on or off.
    pub(super) switch: &'a dyn Fn(bool) -> Vec<Edit>,
}

impl Target<'_> {
    /// Asks for what a row's change means.
    pub(super) fn carry_out(
        &self,
        shown: &Inspected<'_>,
        change: Change,
        commands: &mut Vec<Command>,
    ) {
        let document = shown.editor.document();
        match change {
            Change::To(Gesture::Live(value)) => commands.push(Command::LiveAll((self.set)(value))),
            Change::To(Gesture::Done(value)) => self.done((self.set)(value), commands),
            Change::Switch(is_on) => self.done((self.switch)(is_on), commands),
            Change::Limits(ends, is_done) => {
                let edit = set_limits(document, &self.limits, ends);
                commands.push(if is_done {
                    Command::DoneAll("slider limits".to_owned(), vec![edit])
                } else {
                    Command::Live(edit)
                });
            }
            Change::Train(is_on) => {
                let Some(task) = &document.task else {
                    return;
                };
                let name = if is_on { "train" } else { "freeze" };
                let what = self.limits.rsplit('.').next().unwrap_or_default();
                let edit = set_trained(&document.network, task, self.items, is_on);
                let step = format!("{name} {}", crate::gui::editor::spaced(what));
                commands.push(Command::DoneAll(step, vec![edit]));
            }
        }
    }

    fn done(&self, mut edits: Vec<Edit>, commands: &mut Vec<Command>) {
        match (&self.step, edits.len()) {
            (None, 1) => commands.extend(edits.pop().map(Command::Done)),
            (step, _) => {
                let name = step.clone().unwrap_or_else(|| "change".to_owned());
                commands.push(Command::DoneAll(name, edits));
            }
        }
    }
}

/// The ends the document gives a slider.
pub(super) fn limits_of(shown: &Inspected<'_>, name: &str, range: ParamRange) -> Option<[f64; 2]> {
    limits(shown.editor.document(), name, range)
}

/// Whether training changes all these parameters, where there is a task and anything that can be trained.
pub(super) fn is_trained(
    shown: &Inspected<'_>,
    items: &[Trainable],
    by_default: bool,
) -> Option<bool> {
    let task = shown.editor.document().task.as_ref()?;
    (!items.is_empty()).then(|| items.iter().all(|&item| is_in_task(task, item, by_default)))
}

/// Lowest and highest of values that differ; those that are absent aside.
pub(super) fn mixed(values: &[f64]) -> Option<[f64; 2]> {
    let present = values.iter().copied().filter(|value| value.is_finite());
    let [lo, hi] = present.fold([f64::INFINITY, f64::NEG_INFINITY], |[lo, hi], value| {
        [lo.min(value), hi.max(value)]
    });
    (lo < hi).then_some([lo, hi])
}
