//! The load line in the I-V plot: worked out beside the window, drawn pale while it belongs to older numbers.

use eframe::egui::Context;

use crate::device::{Device, Platform};
use crate::interrupt::Interrupt;
use crate::job::{Cancel, Event, Worker};
use crate::network::EdgeKey;
use crate::solve::load_line::{LoadLine, NoLoadLine, load_line};
use crate::solve::steady::{self, Options};
use crate::system::System;

/// Points of a line: one for every three screen points of the plot.
const SAMPLES: usize = 121;

/// Integration steps after which a network is taken not to settle: a plot need not wait for every exotic case.
const MOST_STEPS: usize = 20_000;

/// What a line belongs to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct LoadKey {
    /// The edge whose device is taken out.
    pub(super) edge: EdgeKey,
    /// What counts changes of the running system.
    pub(super) revision: u64,
    /// The abscissae.
    pub(super) range: [f64; 2],
}

struct Order {
    system: System,
    link: usize,
    x: Vec<f64>,
    range: [f64; 2],
}

type Answer = Result<LoadLine, NoLoadLine>;

/// Keeps the load line of the selected edge.
pub(super) struct LoadLines {
    worker: Option<Worker<Order, Answer>>,
    ordered: Option<LoadKey>,
    kept: Option<(LoadKey, Answer)>,
}

impl LoadLines {
    /// Starts the thread; it wakes `ctx` when there is something to see.
    pub(super) fn new(ctx: &Context) -> Self {
        let waker = ctx.clone();
        let worker = Worker::spawn(
            "load line",
            move || waker.request_repaint(),
            |order: Order, cancel: &Cancel| compute(&order, &cancel.interrupt()),
        );
        Self {
            worker: worker.ok(),
            ordered: None,
            kept: None,
        }
    }

    /// One that works lines out when they are asked for: a picture can wait, and has to be whole.
    pub(super) fn at_once() -> Self {
        Self {
            worker: None,
            ordered: None,
            kept: None,
        }
    }

    /// Takes in what has been worked out.
    pub(super) fn listen(&mut self) {
        if let Some(event) = self.worker.as_mut().and_then(Worker::poll)
            && let Some(key) = self.ordered.take()
        {
            let answer = match event {
                Event::Done(answer) => answer,
                Event::Failed(_) => Err(NoLoadLine::Unsettled),
            };
            self.kept = Some((key, answer));
        }
    }

    /// Forgets everything: another document has been opened.
    pub(super) fn clear(&mut self) {
        if let Some(worker) = &mut self.worker {
            worker.abandon();
        }
        self.ordered = None;
        self.kept = None;
    }

    /// Asks for a line; `system` and the present state are copied only if there is something to work out.
    pub(super) fn want(&mut self, key: LoadKey, system: &System, x: &[f64]) {
        let is_known = self.kept.as_ref().is_some_and(|(kept, _)| *kept == key);
        // A line that is always overtaken would never be seen; that of another edge is not worth waiting for.
        let is_under_way = self.ordered.is_some_and(|under| under.edge == key.edge);
        let Some(link) = system.link(key.edge) else {
            return;
        };
        if is_known || is_under_way {
            return;
        }
        let order = Order {
            system: system.clone(),
            link,
            x: x.to_vec(),
            range: key.range,
        };
        match &mut self.worker {
            Some(worker) => {
                worker.submit(order);
                self.ordered = Some(key);
            }
            None => self.kept = Some((key, compute(&order, &Interrupt::default()))),
        }
    }

    /// The line of the edge, or why there is none; and whether it is of older numbers.
    pub(super) fn get(&self, key: LoadKey) -> Option<(&Answer, bool)> {
        let (kept, answer) = self.kept.as_ref()?;
        (kept.edge == key.edge).then_some((answer, *kept != key))
    }

    /// Whether one is being worked out.
    pub(super) fn is_busy(&self) -> bool {
        self.ordered.is_some()
    }
}

fn compute(order: &Order, interrupt: &Interrupt) -> Answer {
    let Order {
        system,
        link,
        x,
        range,
    } = order;
    let is_held = {
        let free = system.free_count();
        system.links()[*link].from >= free && system.links()[*link].to >= free
    };
    let free = system.free_count();
    if free > crate::solve::load_line::MOST_FREE && !is_held {
        return Err(NoLoadLine::TooLarge { free });
    }
    let still = system.without_signals();
    let options = Options {
        max_steps: MOST_STEPS,
        lists_eigenvalues: false,
        interrupt: interrupt.clone(),
        ..Options::default()
    };
    let settled = steady::solve_from(&still, x, &options);
    if !settled.is_settled() && !is_held {
        return Err(NoLoadLine::Unsettled);
    }
    load_line(&still, *link, &settled.x, *range, SAMPLES, interrupt)
}

/// What the line is, for whoever asks.
pub(super) fn words(
    platform: Platform,
    device: &Device,
    [from, to]: [&str; 2],
    answer: &Answer,
    is_driven: bool,
) -> String {
    let mut words = match (answer, platform) {
        (Err(why), _) => return format!("No load line: {why}."),
        (Ok(LoadLine::Held(_)), Platform::Electronic) => {
            "Load line: both ends are held, so any current can flow at this one voltage.".to_owned()
        }
        (Ok(LoadLine::Held(_)), Platform::Chemical) => {
            format!("Load line: {from} is held, so any current can flow at this one concentration.")
        }
        (Ok(LoadLine::Pieces(_)), Platform::Electronic) => {
            "Load line: the current the rest of the network delivers when this voltage is put across \
             the edge and all else settles. The network rests where the line crosses the curve."
                .to_owned()
        }
        (Ok(LoadLine::Pieces(_)), Platform::Chemical) => format!(
            "Load line: the current the rest of the network delivers when {from} is put at this \
             concentration, what is drawn there is given to {to}, and all else settles."
        ),
    };
    if !device.depends_on_difference() && !matches!(answer, Ok(LoadLine::Held(_))) {
        words = format!(
            "{words} The curve holds {to} where it is now, while along the line both ends move: of \
             the crossings, only the one where the network rests is a steady state."
        );
    }
    if is_driven {
        words += " Signals are left out: it is that of the clamps' values alone.";
    }
    words
}
