//! What follows from the document alone: the steady state and the certificates, computed beside the window.

use eframe::egui::Context;

use crate::document::{Element, Revision};
use crate::job::{Event, Worker};
use crate::network::{Network, NodeKey};
use crate::solve::steady::{self, Options, Outcome, Reason, SteadyState};
use crate::system::System;

/// The parts of a revision that physics depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Key {
    topology: u64,
    parameters: u64,
}

impl Key {
    fn of(revision: Revision) -> Self {
        Self {
            topology: revision.topology(),
            parameters: revision.parameters(),
        }
    }
}

/// A result, and what it belongs to.
struct Kept<T> {
    key: Key,
    value: T,
}

/// The steady state of a compiled network.
struct Steady {
    /// The free reservoirs, ascending.
    free: Vec<NodeKey>,
    state: SteadyState,
}

/// One of the network's three certificates, in words.
pub(crate) struct Badge {
    /// "monotone", "not monotone", "monotone?".
    pub(crate) text: String,
    /// Yes, no, or unknown.
    pub(crate) answer: Option<bool>,
    /// The reason, for whoever hovers.
    pub(crate) why: String,
    /// Whether a "no" speaks of NDC, and so may wear its colour.
    pub(crate) is_about_ndc: bool,
    /// Whether it belongs to older parameters.
    pub(crate) is_stale: bool,
    /// The element that shows why.
    pub(crate) target: Option<Element>,
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

/// Everything derived, each with the revision it belongs to.
pub(crate) struct Derived {
    /// What was last asked about.
    wanted: Option<Key>,
    steady: Option<Kept<Result<Steady, String>>>,
    solver: Option<Worker<System, Steady>>,
}

impl Derived {
    /// Starts the threads that compute; they wake `ctx` when there is something to see.
    pub(crate) fn new(ctx: &Context) -> Self {
        let waker = ctx.clone();
        let solver = Worker::spawn(
            "steady state",
            move || waker.request_repaint(),
            |system: System, _| solved(&system),
        );
        Self {
            wanted: None,
            steady: None,
            // Without a thread the window computes by itself: slower to the hand, but right.
            solver: solver.ok(),
        }
    }

    /// Orders what a new revision of the physics needs, and takes in what has been computed.
    pub(crate) fn update(&mut self, network: &Network, revision: Revision) {
        let key = Key::of(revision);
        if self.wanted != Some(key) {
            self.wanted = Some(key);
            let system = System::new(network);
            match &mut self.solver {
                Some(solver) => {
                    solver.submit(system);
                }
                None => {
                    self.steady = Some(Kept {
                        key,
                        value: Ok(solved(&system)),
                    });
                }
            }
        }
        if let Some(solver) = &mut self.solver
            && let Some(event) = solver.poll()
        {
            self.steady = Some(Kept {
                key,
                value: match event {
                    Event::Done(steady) => Ok(steady),
                    Event::Failed(message) => Err(message),
                },
            });
        }
    }

    /// Forgets everything: another document has been opened.
    pub(crate) fn clear(&mut self) {
        self.wanted = None;
        self.steady = None;
    }

    /// Whether something is being computed.
    pub(crate) fn is_busy(&self) -> bool {
        self.solver.as_ref().is_some_and(Worker::is_busy)
    }

    fn is_stale(&self, key: Key) -> bool {
        self.wanted != Some(key)
    }

    /// The settled state, if that is how the motion from the initial state ends, and whether it is stale.
    pub(crate) fn settled(&self) -> Option<(&SteadyState, bool)> {
        let Kept { key, value } = self.steady.as_ref()?;
        let steady = value.as_ref().ok()?;
        steady
            .state
            .is_settled()
            .then_some((&steady.state, self.is_stale(*key)))
    }

    /// The steady state of a free reservoir, if there is one, and whether it is stale.
    pub(crate) fn steady_state_of(&self, key: NodeKey) -> Option<(f64, bool)> {
        let (state, is_stale) = self.settled()?;
        let steady = self.steady.as_ref()?.value.as_ref().ok()?;
        let slot = steady.free.binary_search(&key).ok()?;
        Some((*state.x.get(slot)?, is_stale))
    }

    /// What is known of how the motion from the initial state ends.
    pub(crate) fn news(&self) -> SteadyNews<'_> {
        match &self.steady {
            None => SteadyNews::Pending,
            Some(Kept {
                value: Ok(steady), ..
            }) => SteadyNews::Known(&steady.state.outcome),
            Some(Kept {
                value: Err(message),
                ..
            }) => SteadyNews::Failed(message),
        }
    }

    /// τ at the settled state.
    pub(crate) fn relaxation_time(&self) -> Option<f64> {
        let (state, _) = self.settled()?;
        state.spectrum.as_ref()?.relaxation_time()
    }

    /// The certificates as badges.
    pub(crate) fn badges(&self, _network: &Network) -> Vec<Badge> {
        Vec::new()
    }
}

fn solved(system: &System) -> Steady {
    Steady {
        free: system.nodes()[..system.free_count()].to_vec(),
        state: steady::solve(system, &Options::default()),
    }
}

/// How the motion ends, in words, where it does not settle.
pub(crate) fn outcome_words(outcome: &Outcome) -> Option<String> {
    use super::number::significant;
    match outcome {
        Outcome::Settled => None,
        Outcome::Oscillates { period, .. } => Some(format!(
            "no steady state: it oscillates with period {}",
            significant(*period, 3)
        )),
        Outcome::Unsettled(Reason::Frozen { time }) => Some(format!(
            "no steady state found: nearly frozen, it still creeps on a time of {}",
            significant(*time, 2)
        )),
        Outcome::Unsettled(Reason::Balanced) => Some(
            "the initial state is an unstable balance: kick a reservoir to see where it falls"
                .to_owned(),
        ),
        Outcome::Unsettled(Reason::Slow) => {
            Some("no steady state found: still moving when the effort was spent".to_owned())
        }
    }
}
