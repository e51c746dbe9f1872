//! What follows from the document alone: the steady state and the certificates, computed beside the window.

use std::cell::OnceCell;
use std::sync::Arc;

use eframe::egui::Context;

use crate::document::{Document, Revision};
use crate::interrupt::Interrupt;
use crate::job::{Event, Worker};
use crate::learn::Task;
use crate::network::{EdgeKey, Network, NodeKey};
use crate::physics::certificates::Certificates;
use crate::physics::flaws::{self, Flawed};
use crate::physics::fuel::{DrivenCycle, driven_cycles};
use crate::solve::multistart;
use crate::solve::steady::{self, Options, Outcome, Reason, SteadyState};
use crate::system::System;

/// The parts of a revision that a result depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Key {
    topology: u64,
    parameters: u64,
    /// Only for results that look at the task's inputs.
    task: Option<u64>,
}

/// Clamps that the run holds elsewhere than the document has them, and where.
type Held = Vec<(NodeKey, f64)>;

/// What a steady state depends on: the document, and the clamps that the run holds elsewhere.
#[derive(Clone, Debug, PartialEq)]
struct RunKey {
    key: Key,
    held: Held,
}

/// A result and what it belongs to; a new one is computed when that changes, the old one meanwhile kept as stale.
struct Computed<K, J, T> {
    wanted: Option<K>,
    kept: Option<(K, Result<T, String>)>,
    worker: Option<Worker<J, T>>,
    run: fn(&J, &Interrupt) -> T,
}

impl<K: Clone + PartialEq, J: Send + 'static, T: Send + 'static> Computed<K, J, T> {
    fn new(ctx: &Context, name: &str, run: fn(&J, &Interrupt) -> T) -> Self {
        let waker = ctx.clone();
        let worker = Worker::spawn(
            name,
            move || waker.request_repaint(),
            move |job, cancel| run(&job, &cancel.interrupt()),
        );
        Self {
            wanted: None,
            kept: None,
            // Without a thread the window computes by itself: slower to the hand, but right.
            worker: worker.ok(),
            run,
        }
    }

    /// One that computes by itself, and is done when it has been asked.
    fn at_once(run: fn(&J, &Interrupt) -> T) -> Self {
        Self {
            wanted: None,
            kept: None,
            worker: None,
            run,
        }
    }

    fn update(&mut self, key: K, job: impl FnOnce() -> J) {
        if self.wanted.as_ref() != Some(&key) {
            self.wanted = Some(key.clone());
            if let Some(worker) = &mut self.worker {
                worker.submit(job());
            } else {
                let result = (self.run)(&job(), &Interrupt::default());
                self.kept = Some((key.clone(), Ok(result)));
            }
        }
        // Orders are overtaken by later ones: what comes belongs to the latest.
        if let Some(event) = self.worker.as_mut().and_then(Worker::poll) {
            let result = match event {
                Event::Done(value) => Ok(value),
                Event::Failed(message) => Err(message),
            };
            self.kept = Some((key, result));
        }
    }

    fn clear(&mut self) {
        self.wanted = None;
        self.kept = None;
    }

    fn is_busy(&self) -> bool {
        self.worker.as_ref().is_some_and(Worker::is_busy)
    }

    /// The result, and whether it is stale.
    fn get(&self) -> Option<(Result<&T, &str>, bool)> {
        let (key, result) = self.kept.as_ref()?;
        let result = result.as_ref().map_err(String::as_str);
        Some((result, self.wanted.as_ref() != Some(key)))
    }
}

/// The steady state of a compiled network.
struct Steady {
    /// The free reservoirs, ascending.
    free: Vec<NodeKey>,
    state: SteadyState,
}

/// The certificates of a compiled network, and what its positions stand for.
pub(crate) struct Certified {
    /// The edge at each position of the compiled network.
    pub(crate) links: Vec<EdgeKey>,
    /// The reservoir in each slot.
    pub(crate) slots: Vec<NodeKey>,
    /// What is proved.
    pub(crate) certificates: Certificates,
    /// Where formulas fail as the laws of devices.
    pub(crate) flaws: Vec<Flawed>,
    /// Cycles that work by a hidden fuel.
    pub(crate) fuel: Vec<DrivenCycle>,
}

/// What is known of the steady state.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum SteadyNews<'a> {
    /// Being computed for the first time.
    Pending,
    /// As the solver left it.
    Known(&'a Outcome),
    /// The computation broke down.
    Failed(&'a str),
}

/// Everything derived, each with what it belongs to.
pub(crate) struct Derived {
    steady: Computed<RunKey, (Arc<System>, Held), Steady>,
    certified: Computed<Key, (Arc<System>, Vec<f64>), Certified>,
}

impl Derived {
    /// Starts the threads that compute; they wake `ctx` when there is something to see.
    pub(crate) fn new(ctx: &Context) -> Self {
        Self {
            steady: Computed::new(ctx, "steady state", solved),
            certified: Computed::new(ctx, "certificates", certified),
        }
    }

    /// What a picture needs: the steady state of a network, computed before this returns.
    pub(crate) fn at_once(network: &Network, revision: Revision) -> Self {
        let mut derived = Self {
            steady: Computed::at_once(solved),
            certified: Computed::at_once(certified),
        };
        let key = Key {
            topology: revision.topology(),
            parameters: revision.parameters(),
            task: None,
        };
        let held = Vec::new();
        derived.steady.update(RunKey { key, held }, || {
            (Arc::new(System::new(network)), Vec::new())
        });
        derived
    }

    /// Orders what a new revision needs, and takes in what has been computed.
    ///
    /// `held` are the clamps that the run holds elsewhere: the steady state is that of what is seen to run.
    pub(crate) fn update(&mut self, document: &Document, revision: Revision, held: Held) {
        let key = Key {
            topology: revision.topology(),
            parameters: revision.parameters(),
            task: None,
        };
        let run = RunKey {
            key,
            held: held.clone(),
        };
        // Compiled once for both, and only if one of them asks.
        let compiled = OnceCell::new();
        let system =
            || Arc::clone(compiled.get_or_init(|| Arc::new(System::new(&document.network))));
        self.steady.update(run, || (system(), held));
        let key = Key {
            task: Some(revision.task()),
            ..key
        };
        self.certified.update(key, || {
            let inputs = document.task.as_ref().map(Task::encoded_inputs);
            (system(), inputs.unwrap_or_default())
        });
    }

    /// Forgets everything: another document has been opened.
    pub(crate) fn clear(&mut self) {
        self.steady.clear();
        self.certified.clear();
    }

    /// Whether something is being computed.
    pub(crate) fn is_busy(&self) -> bool {
        self.steady.is_busy() || self.certified.is_busy()
    }

    /// The settled state, if that is how the motion from the initial state ends, and whether it is stale.
    pub(crate) fn settled(&self) -> Option<(&SteadyState, bool)> {
        let (steady, is_stale) = self.steady.get()?;
        let state = &steady.ok()?.state;
        state.is_settled().then_some((state, is_stale))
    }

    /// The last state that the search for the steady state came to, settled or not.
    pub(crate) fn last_state(&self) -> Option<&[f64]> {
        let (steady, _) = self.steady.get()?;
        Some(steady.ok()?.state.x.as_slice())
    }

    /// The steady state of a free reservoir, if there is one, and whether it is stale.
    pub(crate) fn steady_state_of(&self, key: NodeKey) -> Option<(f64, bool)> {
        let (state, is_stale) = self.settled()?;
        let (steady, _) = self.steady.get()?;
        let slot = steady.ok()?.free.binary_search(&key).ok()?;
        Some((*state.x.get(slot)?, is_stale))
    }

    /// The last state of the motion from the initial state, whatever it came to, and its reservoirs.
    pub(crate) fn ended(&self) -> Option<(&SteadyState, &[NodeKey])> {
        let (steady, _) = self.steady.get()?;
        let steady = steady.ok()?;
        Some((&steady.state, &steady.free))
    }

    /// What is known of how the motion from the initial state ends.
    pub(crate) fn news(&self) -> SteadyNews<'_> {
        match self.steady.get() {
            None => SteadyNews::Pending,
            Some((Ok(steady), _)) => SteadyNews::Known(&steady.state.outcome),
            Some((Err(message), _)) => SteadyNews::Failed(message),
        }
    }

    /// τ at the settled state.
    pub(crate) fn relaxation_time(&self) -> Option<f64> {
        let (state, _) = self.settled()?;
        state.spectrum.as_ref()?.relaxation_time()
    }

    /// The certificates, and whether they are stale.
    pub(crate) fn certified(&self) -> Option<(&Certified, bool)> {
        let (certified, is_stale) = self.certified.get()?;
        Some((certified.ok()?, is_stale))
    }
}

fn solved((system, held): &(Arc<System>, Held), interrupt: &Interrupt) -> Steady {
    let mut system = Arc::clone(system);
    for &(key, value) in held {
        if let Some(slot) = system.slot(key) {
            Arc::make_mut(&mut system).set_clamp(slot, value);
        }
    }
    Steady {
        free: system.nodes()[..system.free_count()].to_vec(),
        state: steady::solve(&system, &options(interrupt)),
    }
}

fn options(interrupt: &Interrupt) -> Options {
    Options {
        interrupt: interrupt.clone(),
        ..Options::default()
    }
}

pub(super) fn certified(
    (system, inputs): &(Arc<System>, Vec<f64>),
    interrupt: &Interrupt,
) -> Certified {
    let mut certificates = Certificates::new(system, inputs);
    if certificates.unique.verdict().is_none() {
        let known = steady::solve(system, &options(interrupt));
        multistart::refute_unique(system, &known, &mut certificates);
    }
    Certified {
        links: system.links().iter().map(|link| link.key).collect(),
        slots: system.nodes().to_vec(),
        flaws: flaws::flaws(system, &certificates.region),
        certificates,
        fuel: driven_cycles(system),
    }
}

/// How the motion ends, in words, where it does not settle.
pub(crate) fn outcome_words(outcome: &Outcome) -> Option<String> {
    use super::number::significant;
    match outcome {
        Outcome::Settled => None,
        Outcome::Oscillates { period, .. } => Some(format!(
            "No steady state: it oscillates with period {}.",
            significant(*period, 3)
        )),
        Outcome::Unsettled(Reason::Frozen { time }) => Some(format!(
            "No steady state found: nearly frozen, it still creeps on a time of {}.",
            significant(*time, 2)
        )),
        Outcome::Unsettled(Reason::Balanced) => Some(
            "The initial state is an unstable balance: kick a reservoir to see where it falls."
                .to_owned(),
        ),
        Outcome::Unsettled(Reason::Undefined { .. }) => {
            Some("No steady state: a formula has no finite value at the last state.".to_owned())
        }
        Outcome::Unsettled(Reason::Slow) => {
            Some("No steady state found: still moving when the effort was spent.".to_owned())
        }
    }
}
