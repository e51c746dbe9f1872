//! The task of the document, compiled beside the window: rows in node units, and the floor no monotone network passes.

use std::path::PathBuf;
use std::sync::Arc;

use eframe::egui::Context;

use crate::document::Problem;
use crate::gui::editor::Editor;
use crate::job::{Event, Worker};
use crate::learn::floor::monotone_floor;
use crate::learn::objective::{Goal, Objective, TaskError};
use crate::learn::{Affine, Loss, Source, Task};
use crate::network::Network;
use crate::system::System;

/// The floor compares every row with every other; beyond this many it would keep a processor busy for minutes.
const MOST_ROWS_WITH_FLOOR: usize = 600;

/// A compiled task.
#[derive(Debug)]
pub(crate) struct Question {
    /// The task as the document has it.
    pub(crate) task: Arc<Task>,
    /// The same in node units.
    pub(crate) objective: Objective,
    /// The smallest loss a monotone network can reach, in node units.
    pub(crate) floor: Option<f64>,
}

impl Question {
    /// A loss in the units of the task's targets: node units are the decoder's scale apart, and a square twice.
    pub(crate) fn loss_in_user_units(&self, loss: f64) -> f64 {
        match self.task.loss {
            Loss::Mse => loss / (self.task.decode.scale * self.task.decode.scale),
            Loss::SoftmaxCrossEntropy => loss,
        }
    }

    /// The floor in the units of the task's targets.
    pub(crate) fn floor_in_user_units(&self) -> Option<f64> {
        self.floor.map(|floor| self.loss_in_user_units(floor))
    }

    /// Lowest and highest of what one input is asked, in the units of the task.
    pub(crate) fn input_range(&self, input: usize) -> [f64; 2] {
        let examples = self.objective.examples().iter();
        range(examples.filter_map(|example| {
            let x = example.inputs.get(input)?;
            Some(self.task.encode.invert(*x))
        }))
    }

    /// Lowest and highest target of one output, in the units of the task.
    pub(crate) fn target_range(&self, output: usize) -> [f64; 2] {
        let examples = self.objective.examples().iter();
        range(examples.filter_map(|example| match &example.goal {
            Goal::States(goal) => Some(self.task.decode.invert(*goal.get(output)?)),
            Goal::Class(_) => None,
        }))
    }
}

fn range(values: impl Iterator<Item = f64>) -> [f64; 2] {
    let [lo, hi] = values.fold([f64::INFINITY, f64::NEG_INFINITY], |[lo, hi], v| {
        [lo.min(v), hi.max(v)]
    });
    if lo > hi {
        [0.0, 1.0]
    } else if hi > lo {
        [lo, hi]
    } else {
        [lo - 1.0, hi + 1.0]
    }
}

/// What is compiled.
struct Order {
    network: Arc<Network>,
    task: Arc<Task>,
    folder: Option<PathBuf>,
}

/// All a compiled task depends on.
#[derive(Clone, PartialEq)]
struct Key {
    topology: u64,
    /// Names are looked up only in data files.
    text: Option<u64>,
    task: Arc<Task>,
    folder: Option<PathBuf>,
}

/// Compiles the task whenever it changes.
pub(crate) struct Questions {
    worker: Option<Worker<Order, Result<Question, Obstacle>>>,
    key: Option<Key>,
    /// The revision at which the task was last compared.
    seen: Option<(u64, u64)>,
    answer: Option<Result<Arc<Question>, Problem>>,
    /// What the task would have to be, where the answer is that its rows are out of range.
    repaired: Option<Box<Task>>,
    /// The last good answer of this network, for pictures while the next is being worked out.
    last: Option<Arc<Question>>,
}

impl Questions {
    /// Starts the thread; it wakes `ctx` when there is something to see.
    pub(crate) fn new(ctx: &Context) -> Self {
        let waker = ctx.clone();
        let worker = Worker::spawn(
            "task",
            move || waker.request_repaint(),
            |order: Order, _| compiled(order),
        );
        Self {
            worker: worker.ok(),
            key: None,
            seen: None,
            answer: None,
            repaired: None,
            last: None,
        }
    }

    /// Orders what a changed task needs, and takes in what has been compiled.
    pub(crate) fn update(&mut self, editor: &Editor) {
        let revision = editor.revision();
        let seen = Some((revision.topology(), revision.task()));
        let is_data = |task: &Task| matches!(task.source, Source::Data { .. });
        if self.seen != seen || self.key.as_ref().is_some_and(|key| is_data(&key.task)) {
            self.seen = seen;
            let key = editor.document().task.as_ref().map(|task| Key {
                topology: revision.topology(),
                text: is_data(task).then(|| revision.text()),
                task: Arc::new(task.clone()),
                folder: editor.path().and_then(|path| path.parent()).map(Into::into),
            });
            if key != self.key {
                self.order(editor.network(), key.as_ref());
                self.key = key;
            }
        }
        let event = self.worker.as_mut().and_then(Worker::poll);
        // What comes when nothing is asked is of a task that went away meanwhile, or of another document.
        if let Some(event) = event.filter(|_| self.key.is_some()) {
            self.take(match event {
                Event::Done(answer) => answer,
                Event::Failed(message) => Err(Obstacle {
                    problem: Problem::new(
                        "task",
                        format!("could not be prepared: {message}"),
                        "change the task",
                    ),
                    repaired: None,
                }),
            });
        }
    }

    fn take(&mut self, answer: Result<Question, Obstacle>) {
        self.repaired = None;
        self.answer = Some(answer.map(Arc::new).map_err(|obstacle| {
            self.repaired = obstacle.repaired;
            obstacle.problem
        }));
    }

    /// Forgets the answer, so that it is worked out anew.
    pub(crate) fn forget(&mut self) {
        self.key = None;
        self.seen = None;
        self.answer = None;
        self.repaired = None;
        self.last = None;
    }

    /// What the task would have to be, where its rows are out of range.
    pub(crate) fn repaired(&self) -> Option<&Task> {
        self.repaired.as_deref()
    }

    fn order(&mut self, network: &Network, key: Option<&Key>) {
        let is_same_network = match (&self.key, key) {
            (Some(old), Some(new)) => old.topology == new.topology,
            _ => false,
        };
        let last = self.question().cloned().or(self.last.take());
        self.last = last.filter(|_| is_same_network);
        self.answer = None;
        self.repaired = None;
        let Some(key) = key else {
            return;
        };
        let order = Order {
            network: Arc::new(network.clone()),
            task: Arc::clone(&key.task),
            folder: key.folder.clone(),
        };
        match &mut self.worker {
            Some(worker) => {
                worker.submit(order);
            }
            None => self.take(compiled(order)),
        }
    }

    /// The compiled task, what is wrong with it, or nothing yet.
    pub(crate) fn answer(&self) -> Option<&Result<Arc<Question>, Problem>> {
        self.answer.as_ref()
    }

    /// The compiled task, if all is well.
    pub(crate) fn question(&self) -> Option<&Arc<Question>> {
        self.answer.as_ref()?.as_ref().ok()
    }

    /// The compiled task, or the one before it while it is being worked out.
    pub(crate) fn seen(&self) -> Option<&Arc<Question>> {
        match &self.answer {
            Some(answer) => answer.as_ref().ok(),
            None => self.last.as_ref(),
        }
    }

    /// Whether a task is being compiled.
    pub(crate) fn is_busy(&self) -> bool {
        self.worker.as_ref().is_some_and(Worker::is_busy)
    }
}

/// Why there is no question.
struct Obstacle {
    problem: Problem,
    /// A task without it.
    repaired: Option<Box<Task>>,
}

impl Obstacle {
    fn new(task: &Task, error: &TaskError) -> Self {
        /// Above the least state there is, by this part of the encoding's unit: far enough to divide by.
        const ABOVE: f64 = 0.1;
        let repaired = match error {
            TaskError::OutOfRange { lowest, .. } => Some(Box::new(Task {
                encode: Affine {
                    offset: task.encode.offset - lowest + ABOVE * task.encode.scale.abs(),
                    ..task.encode
                },
                ..task.clone()
            })),
            _ => None,
        };
        Self {
            problem: located(&error.to_string()),
            repaired,
        }
    }
}

fn compiled(order: Order) -> Result<Question, Obstacle> {
    let Order {
        network,
        task,
        folder,
    } = order;
    let system = System::new(&network);
    let objective = Objective::new(&network, &system, &task, folder.as_deref())
        .map_err(|error| Obstacle::new(&task, &error))?;
    let floor = if objective.examples().len() <= MOST_ROWS_WITH_FLOOR {
        monotone_floor(&objective)
    } else {
        None
    };
    Ok(Question {
        task,
        objective,
        floor,
    })
}

/// An error of the form "place: problem; remedy" taken apart.
pub(super) fn located(text: &str) -> Problem {
    let (place, rest) = text.split_once(": ").unwrap_or(("task", text));
    let (problem, remedy) = rest.rsplit_once("; ").unwrap_or((rest, "change the task"));
    Problem::new(place, problem, remedy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_taken_apart() {
        let problem = located("task.function.expr: 'y' is not known; write a formula in x");
        assert_eq!(problem.place, "task.function.expr");
        assert_eq!(problem.problem, "'y' is not known");
        assert_eq!(problem.remedy, "write a formula in x");
        assert_eq!(located("task.rows[2]: no target").remedy, "change the task");
    }

    /// The answer of a document that has made way is no answer for one without a task: its slots are others.
    #[test]
    fn what_was_asked_of_another_document_is_not_answered() {
        use crate::document::presets::preset;
        let editor = |name: &str| Editor::new(preset(name).unwrap().load().unwrap().document);
        let mut questions = Questions::new(&Context::default());
        questions.update(&editor("xor"));
        assert!(questions.is_busy());
        questions.forget();
        let untaught = editor("three-tanks");
        for _ in 0..2_000 {
            questions.update(&untaught);
            if !questions.is_busy() {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        assert!(!questions.is_busy() && questions.answer().is_none());
    }
}
