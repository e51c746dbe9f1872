//! The training under way and those before it: what the panel shows, and what becomes of the result.
//!
//! A training is running state. While it runs, its parameters are shown on the canvas but touch no document; when it
//! rests, its best becomes one step of undo. Continuing the same run replaces that step, so a run is one step however
//! often it was held.

mod respond;
mod shown;

use std::collections::VecDeque;
use std::sync::Arc;

use eframe::egui::Context;

use super::application::Application;
use super::gradient::Gradients;
use super::live::Live;
use super::pick::Pick;
use super::question::{Question, Questions};
use super::response::Responder;
use crate::document::{Document, Problem, Revision};
use crate::gui::editor::Editor;
use crate::learn::Training;
use crate::learn::trainer::{Plan, Trained};
use crate::network::Network;
use crate::training_run::{Lane, News, Record, Run, network_with};

/// Earlier runs shown pale behind the last one.
const MOST_PAST: usize = 6;

/// What a run is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Its result goes into the document.
    Train,
    /// It only puts the seed's first parameters into the document, and waits there.
    Rewind,
    /// With and without NDC, side by side; the document stays as it is.
    Compare,
}

/// The losses of one lane of a run, and what is needed to go back to any of its parameters.
#[derive(Clone, Debug)]
pub(crate) struct Curve {
    /// Losses and checkpoints, in node units.
    pub(crate) record: Record,
    /// Whether the no-NDC twin was trained.
    pub(crate) is_monotone: bool,
    /// The network at the start.
    network: Arc<Network>,
    /// What it was trained for.
    pub(crate) question: Arc<Question>,
}

impl Curve {
    /// The network as it was before the first step, in its no-NDC form if that was trained.
    pub(super) fn start(&self) -> Network {
        self.network_at(&[])
    }

    /// The network with the parameters of a checkpoint.
    pub(crate) fn network_at(&self, values: &[f64]) -> Network {
        network_with(&self.network, &self.question.task, self.is_monotone, values)
    }
}

/// What one lane came to.
#[derive(Clone, Debug)]
pub(crate) struct Outcome {
    /// The network with the best parameters.
    pub(crate) network: Network,
    /// Its loss in node units, confirmed; `None` if no parameters were met at which every row settles.
    pub(crate) best: Option<f64>,
    /// How often it started anew.
    pub(crate) restarts: usize,
    /// How many updates it took.
    pub(crate) steps: usize,
}

/// A run on its thread.
struct Session {
    run: Run,
    mode: Mode,
    is_running: bool,
    /// Whether it has stopped and its best is being confirmed.
    is_confirming: bool,
    is_done: bool,
    plan: Plan,
    /// Topology and parameters of the document that the run belongs to.
    at: (u64, u64),
    /// The document after the run's result was put into it.
    applied: Option<Revision>,
    /// Steps to take as soon as it is ready.
    first_steps: Option<usize>,
}

/// The trainings of the open document.
pub(crate) struct Coach {
    ctx: Context,
    questions: Questions,
    session: Option<Session>,
    /// The last run's curves: one, or two that are compared.
    curves: Vec<Curve>,
    past: VecDeque<Curve>,
    /// What the last comparison came to: with NDC, without.
    comparison: Option<[Outcome; 2]>,
    live: Option<Live>,
    live_revision: u64,
    notice: Option<Problem>,
    /// The confirmed loss of what the last run put into the document, in node units.
    best: Option<f64>,
    /// Of the network as it is seen, or with NDC; without NDC.
    responders: [Responder; 2],
    gradients: Gradients,
    /// What the responses are drawn of.
    pick: Pick,
    /// Counts runs, so that responses of different comparisons are told apart.
    runs: u64,
    /// Topology and parameters at which the document is where the seed's draw put it.
    rewound_at: Option<(u64, u64)>,
    /// A run that was asked for while the task was still being read.
    awaited: Option<Awaited>,
}

/// What a run was asked to be.
struct Awaited {
    mode: Mode,
    seed: Option<u64>,
    training: Training,
    first_steps: Option<usize>,
}

impl Coach {
    /// No training yet.
    pub(crate) fn new(ctx: &Context) -> Self {
        Self {
            ctx: ctx.clone(),
            questions: Questions::new(ctx),
            session: None,
            curves: Vec::new(),
            past: VecDeque::new(),
            comparison: None,
            live: None,
            live_revision: 0,
            notice: None,
            best: None,
            responders: [Responder::new(ctx), Responder::new(ctx)],
            gradients: Gradients::new(ctx),
            pick: Pick::default(),
            runs: 0,
            rewound_at: None,
            awaited: None,
        }
    }

    /// Takes in what the threads have to say; returns what is to be put into the document.
    pub(crate) fn update(&mut self, editor: &Editor, wants_gradient: bool) -> Option<Application> {
        self.questions.update(editor);
        if editor.document().task.is_none() {
            self.awaited = None;
        }
        if self.questions.answer().is_some()
            && let Some(awaited) = self.awaited.take()
        {
            let Awaited {
                mode,
                seed,
                training,
                first_steps,
            } = awaited;
            self.start(editor, mode, seed, training, first_steps);
        }
        let at = place(editor);
        if let Some(session) = &self.session {
            let is_asked_the_same = self.questions.question().is_none_or(|question| {
                self.curves
                    .first()
                    .is_none_or(|curve| Arc::ptr_eq(question, &curve.question))
            });
            if session.at != at || !is_asked_the_same || editor.document().task.is_none() {
                if session.is_running || session.is_confirming {
                    self.notice = Some(Problem::new(
                        "training",
                        "was stopped, since the network or its task changed",
                        "press Train to go on from what it is now",
                    ));
                }
                self.end();
            } else {
                session.run.set_rate(settings(editor).rate);
            }
        }
        let application = self.hear(editor);
        self.respond(editor);
        match self.questions.question() {
            Some(question) if wants_gradient => {
                let (topology, parameters) = place(editor);
                let key = (topology, parameters, editor.revision().task());
                let training = settings(editor);
                self.gradients
                    .want(key, editor.network(), question, training);
            }
            _ => self.gradients.clear(),
        }
        application
    }

    fn hear(&mut self, editor: &Editor) -> Option<Application> {
        let session = self.session.as_mut()?;
        let news: Vec<News> = session.run.poll().collect();
        let mut application = None;
        for item in news {
            match item {
                News::Progress(records) => {
                    for (curve, record) in self.curves.iter_mut().zip(records) {
                        curve.record.append(record);
                    }
                    if let Some(steps) = session.first_steps.take() {
                        session.run.go(steps);
                    }
                    if session.mode == Mode::Rewind {
                        // From here on it is a training that waits for its first step.
                        session.mode = Mode::Train;
                        let curve = self.curves.first()?;
                        application = Some(Application {
                            name: format!("rewind to seed {}", session.plan.training.seed),
                            network: curve.network_at(&curve.record.values),
                            training: (settings(editor).seed != session.plan.training.seed)
                                .then_some(session.plan.training),
                            replaces: false,
                        });
                    } else if session.mode == Mode::Train && session.is_running {
                        let curve = self.curves.first()?;
                        self.live
                            .get_or_insert_with(|| Live::new(curve))
                            .set(&curve.record.values);
                        self.live_revision += 1;
                    }
                }
                News::Stopped => {
                    session.is_running = false;
                    session.is_confirming = true;
                }
                News::Resting(rest) => {
                    session.is_confirming = false;
                    session.is_done = rest.is_done;
                    if let Some(trouble) = rest.trouble {
                        self.notice = Some(super::question::located(&trouble));
                    }
                    let mut outcomes = rest.best.into_iter().map(outcome);
                    self.live = None;
                    self.live_revision += 1;
                    match session.mode {
                        Mode::Compare => {
                            if let (Some(with), Some(without)) = (outcomes.next(), outcomes.next())
                            {
                                self.comparison = Some([with, without]);
                            }
                        }
                        Mode::Train | Mode::Rewind => {
                            let best = outcomes.next().filter(|outcome| outcome.best.is_some());
                            self.best = best.as_ref().and_then(|best| best.best);
                            application = best.map(|best| Application {
                                name: "train".to_owned(),
                                network: best.network,
                                training: None,
                                replaces: session.applied == Some(editor.revision()),
                            });
                        }
                    }
                }
                News::Failed(message) => {
                    self.notice = Some(super::question::located(&message));
                    self.end();
                    return None;
                }
            }
        }
        application
    }

    /// The document has taken in what was to be put into it.
    pub(crate) fn applied(&mut self, editor: &Editor, application: &Application) {
        let at = place(editor);
        if let Some(session) = &mut self.session {
            session.at = at;
            if session.plan.seed.is_some() && self.curves.iter().all(|c| c.record.losses.is_empty())
            {
                self.rewound_at = Some(at);
            }
            if application.name == "train" {
                session.applied = Some(editor.revision());
            }
        }
    }

    /// Ends the run and forgets its parameters; its curve stays.
    fn end(&mut self) {
        self.session = None;
        self.comparison = None;
        self.best = None;
        if self.live.take().is_some() {
            self.live_revision += 1;
        }
    }

    /// Puts away a comparison that takes no more steps; false if there is none.
    pub(crate) fn end_comparison(&mut self) -> bool {
        let is_shown = self.is_comparison() && !self.is_running() && !self.is_confirming();
        if is_shown {
            self.end();
            self.curves.clear();
        }
        is_shown
    }

    /// Forgets everything: another document has been opened.
    pub(crate) fn clear(&mut self) {
        self.end();
        self.curves.clear();
        self.past.clear();
        self.comparison = None;
        self.notice = None;
        self.responders.iter_mut().for_each(Responder::clear);
        // The revisions of another document are counted from the beginning again, and may be equal.
        self.questions.forget();
        self.gradients.clear();
        self.rewound_at = None;
        self.awaited = None;
        self.pick = Pick::default();
    }

    /// What the responses are drawn of.
    pub(crate) fn pick(&self) -> Pick {
        self.pick
    }

    /// Draws the responses of something else.
    pub(crate) fn set_pick(&mut self, pick: Pick) {
        self.pick = pick;
    }

    /// Lets the training run, or holds it and keeps its best.
    pub(crate) fn play_or_hold(&mut self, editor: &Editor) {
        if self.is_running() {
            self.hold();
        } else {
            self.go(editor, usize::MAX);
        }
    }

    /// Takes one step.
    pub(crate) fn step(&mut self, editor: &Editor) {
        if !self.is_running() {
            self.go(editor, 1);
        }
    }

    /// Lets what runs stop, and keeps its best.
    pub(crate) fn hold(&mut self) {
        if let Some(session) = &mut self.session {
            session.first_steps = None;
            session.run.hold();
        }
    }

    fn go(&mut self, editor: &Editor, steps: usize) {
        self.notice = None;
        let settings = settings(editor);
        if let Some(session) = &mut self.session
            && session.mode == Mode::Train
            && !session.is_done
            && session.at == place(editor)
            && is_same_but_rate(&session.plan.training, &settings)
        {
            session.is_running = true;
            session.is_confirming = false;
            self.best = None;
            session.run.go(steps);
            return;
        }
        let seed = (self.rewound_at == Some(place(editor))).then_some(settings.seed);
        self.start(editor, Mode::Train, seed, settings, Some(steps));
    }

    /// Draws the parameters of the document's seed and waits there.
    pub(crate) fn rewind(&mut self, editor: &Editor) {
        let settings = settings(editor);
        self.start(editor, Mode::Rewind, Some(settings.seed), settings, None);
    }

    /// Draws the parameters of the next seed and waits there.
    pub(crate) fn new_seed(&mut self, editor: &Editor) {
        let mut settings = settings(editor);
        settings.seed = settings.seed.wrapping_add(1) % (1 << 53);
        self.start(editor, Mode::Rewind, Some(settings.seed), settings, None);
    }

    /// Trains from the document's seed, as many steps as its settings say.
    pub(crate) fn train_anew(&mut self, editor: &Editor) {
        let settings = settings(editor);
        let seed = Some(settings.seed);
        self.start(editor, Mode::Train, seed, settings, Some(usize::MAX));
    }

    /// Trains the network with and without NDC from the same seed.
    pub(crate) fn compare(&mut self, editor: &Editor) {
        if self.is_comparing() {
            self.hold();
            return;
        }
        let settings = settings(editor);
        let seed = Some(settings.seed);
        self.start(editor, Mode::Compare, seed, settings, Some(usize::MAX));
    }

    fn start(
        &mut self,
        editor: &Editor,
        mode: Mode,
        seed: Option<u64>,
        training: Training,
        first_steps: Option<usize>,
    ) {
        self.notice = None;
        self.end();
        self.awaited = None;
        // The task may have been changed in this very frame.
        self.questions.update(editor);
        let Some(question) = self.questions.question().cloned() else {
            self.notice = Some(match self.questions.answer() {
                Some(Err(problem)) => problem.clone(),
                _ if editor.document().task.is_none() => Problem::new(
                    "task",
                    "is missing, so there is nothing to train for",
                    "give the network a task",
                ),
                _ => {
                    // It begins as soon as the task has been read.
                    self.awaited = Some(Awaited {
                        mode,
                        seed,
                        training,
                        first_steps,
                    });
                    return;
                }
            });
            return;
        };
        let network = Arc::new(editor.network().clone());
        let plan = |monotone| Plan {
            training,
            seed,
            monotone,
        };
        let twins: &[bool] = if mode == Mode::Compare {
            &[false, true]
        } else {
            &[false]
        };
        let lanes = twins
            .iter()
            .map(|&monotone| Lane {
                network: Arc::clone(&network),
                task: Arc::clone(&question.task),
                objective: question.objective.clone(),
                plan: plan(monotone),
            })
            .collect();
        let waker = self.ctx.clone();
        let run = match Run::spawn(lanes, move || waker.request_repaint()) {
            Ok(run) => run,
            Err(error) => {
                self.notice = Some(Problem::new(
                    "training",
                    format!("could not start: {error}"),
                    "close other programs and try again",
                ));
                return;
            }
        };
        for curve in self.curves.drain(..) {
            // A run of one step or none is no picture worth keeping.
            if curve.record.losses.len() > 1 {
                self.past.push_front(curve);
            }
        }
        self.past.truncate(MOST_PAST);
        self.past
            .retain(|curve| Arc::ptr_eq(&curve.question, &question));
        self.comparison = None;
        self.runs += 1;
        self.curves = twins
            .iter()
            .map(|&is_monotone| Curve {
                record: Record::default(),
                is_monotone,
                network: Arc::clone(&network),
                question: Arc::clone(&question),
            })
            .collect();
        self.session = Some(Session {
            run,
            mode,
            is_running: first_steps.is_some(),
            is_confirming: false,
            is_done: false,
            plan: plan(false),
            at: place(editor),
            applied: None,
            first_steps,
        });
    }

    /// The parameters of the checkpoint nearest to a step of a curve.
    pub(crate) fn load(&mut self, curve: usize, step: usize) -> Option<Application> {
        let curve = self.shown().nth(curve)?.0;
        let checkpoint = curve.record.nearest(step as f64)?;
        let application = Application {
            name: format!("load step {}", checkpoint.step),
            network: curve.network_at(&checkpoint.values),
            training: None,
            replaces: false,
        };
        self.end();
        Some(application)
    }
}

fn outcome(trained: Trained) -> Outcome {
    Outcome {
        network: trained.network,
        best: trained.best_loss,
        restarts: trained.restarts.len(),
        steps: trained.losses.len(),
    }
}

/// The training settings in force.
pub(crate) fn settings(editor: &Editor) -> Training {
    settings_of(editor.document())
}

/// The training settings of a document.
pub(crate) fn settings_of(document: &Document) -> Training {
    document.training.unwrap_or_default()
}

fn place(editor: &Editor) -> (u64, u64) {
    let revision = editor.revision();
    (revision.topology(), revision.parameters())
}

fn is_same_but_rate(a: &Training, b: &Training) -> bool {
    Training { rate: b.rate, ..*a } == *b
}
