//! What is the matter with the task or the training.

use super::{WITHOUT_NDC, to_twins};
use crate::document::{Document, Edit, Problem};
use crate::gui::command::{Action, Command};
use crate::gui::derived::{Derived, SteadyNews};
use crate::gui::message::{Message, Offer};
use crate::gui::number::significant;
use crate::gui::situation::Situation;
use crate::gui::training::{Coach, settings_of};
use crate::learn::objective::Goal;
use crate::learn::{Affine, Optimizer, Rule, Source, Task, Training};
use crate::solve::steady::Outcome;

/// What is wrong with the task.
pub(super) fn task(document: &Document, coach: &Coach) -> Option<Message> {
    let problem = coach.answer()?.as_ref().err()?;
    let task = document.task.as_ref()?;
    let said = |situation, title: String| {
        let mut message = Message::new(situation, title);
        message.details.push(problem.into());
        message
    };
    if let Some(repaired) = coach.repaired() {
        let title = "A row of the task is outside the states there are".to_owned();
        return Some(said(Situation::RowOutOfRange, title).offering(
            "Shift the inputs into range",
            Command::Done(Edit::SetTask(Some(Task::clone(repaired)))),
        ));
    }
    if let Source::Data { path } = &task.source {
        let title = format!("The rows in {path} cannot be used");
        return Some(
            said(Situation::DataFile, title)
                .offering("Read it again", Command::ReadDataAgain)
                .offering("Choose another task…", Command::Act(Action::Task)),
        );
    }
    let title = "The task cannot be computed".to_owned();
    Some(said(Situation::Task, title).offering_to(Action::Task))
}

/// What is wrong with the training.
pub(super) fn training(document: &Document, derived: &Derived, coach: &Coach) -> Option<Message> {
    let problem = coach.notice()?;
    if problem.place.starts_with("task.rows[") {
        return Some(diverged(document, derived, coach, problem));
    }
    let now = settings_of(document);
    let mut message = Message::new(Situation::Training, "The training cannot go on");
    message.details.push(problem.into());
    match problem.place.as_str() {
        "training.optimizer" => {
            message = with(
                message,
                "Use Adam",
                Training {
                    optimizer: Optimizer::Adam,
                    ..now
                },
            );
        }
        "task.trainable" => {
            if let Some(task) = &document.task {
                let task = Task {
                    trainable: None,
                    ..task.clone()
                };
                message = training_with(message, "Train all parameters", Edit::SetTask(Some(task)));
            }
        }
        "training" => {
            "The training was stopped".clone_into(&mut message.title);
            return Some(message.offering_to(Action::Train));
        }
        _ if now.rule != Rule::Implicit => {
            message = with(
                message,
                "Use implicit gradients",
                Training {
                    rule: Rule::Implicit,
                    ..now
                },
            );
        }
        _ => {}
    }
    Some(message.offering_to(Action::NewSeed))
}

/// A training that came to no parameters at which every row has an answer, or to no number that says how good it is.
fn diverged(document: &Document, derived: &Derived, coach: &Coach, problem: &Problem) -> Message {
    let now = settings_of(document);
    let losses = coach
        .shown()
        .next()
        .map_or(0, |(curve, _)| curve.record.losses.len());
    let restarts = coach
        .shown()
        .next()
        .map_or(0, |(curve, _)| curve.record.restarts.len());
    let title = match losses {
        0 => "The training found no parameters to begin with",
        _ => "The training came to parameters without an answer",
    };
    let mut message = Message::new(Situation::Diverged, title).technically(format!(
        "{losses} updates, {restarts} new starts; rate {}, seed {}",
        significant(now.rate, 3),
        now.seed
    ));
    message.details.push(problem.into());
    if let Some(task) = within_reach(document, coach) {
        message = training_with(message, "Scale the targets", Edit::SetTask(Some(task)));
    }
    let is_at_rest = matches!(derived.news(), SteadyNews::Known(Outcome::Settled));
    if losses > 0 && is_at_rest {
        // Steps so much smaller do not leap over the border beyond which nothing settles.
        message = with(
            message,
            "Lower the rate to a tenth",
            Training {
                rate: 0.1 * now.rate,
                ..now
            },
        );
    }
    if let Some((_, edits)) = to_twins(&document.network, derived) {
        message.offers.push(Offer {
            words: "Take the NDC out, and train".to_owned(),
            commands: vec![
                Command::Perform(WITHOUT_NDC.to_owned(), edits),
                Command::Act(Action::Train),
            ],
        });
    }
    message.offering_to(Action::NewSeed)
}

/// The task with its targets scaled to the largest state that a clamp or a row holds, where they lie so far beyond it
/// that their squares are no numbers.
fn within_reach(document: &Document, coach: &Coach) -> Option<Task> {
    /// The square of this, over as many rows as there may be, is still a number.
    const FAR: f64 = 1e150;
    let task = document.task.as_ref()?;
    let examples = coach.question()?.objective.examples();
    let largest =
        |values: &mut dyn Iterator<Item = f64>| values.fold(0.0, |most: f64, x| most.max(x.abs()));
    let furthest = largest(
        &mut examples.iter().flat_map(|example| match &example.goal {
            Goal::States(goal) => goal.clone(),
            Goal::Class(_) => Vec::new(),
        }),
    );
    if furthest < FAR {
        return None;
    }
    let clamps = document
        .network
        .nodes()
        .iter()
        .filter(|node| node.role.is_clamped());
    let rows = examples
        .iter()
        .flat_map(|example| example.inputs.iter().copied());
    let reach = largest(&mut clamps.map(|node| node.value).chain(rows)).max(1.0);
    let share = reach / furthest;
    Some(Task {
        decode: Affine {
            scale: task.decode.scale * share,
            offset: task.decode.offset * share,
        },
        ..task.clone()
    })
}

/// Offers other settings, and to train with them.
fn with(message: Message, words: &str, training: Training) -> Message {
    training_with(message, words, Edit::SetTraining(Some(training)))
}

/// Offers a change, and to train then.
fn training_with(mut message: Message, words: &str, edit: Edit) -> Message {
    message.offers.push(Offer {
        words: format!("{words}, and train"),
        commands: vec![Command::Done(edit), Command::Act(Action::Train)],
    });
    message
}
