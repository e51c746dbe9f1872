//! What moves the state on: steps taken within the frame where they are short, and on a thread where one may take longer
//! than a frame.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::job::{Cancel, Event, Worker};
use crate::solve::relax::{Options, RelaxError, Relaxation};
use crate::system::System;

/// Seconds that a step may take to be taken within a frame of sixteen milliseconds, with some others.
const SHORT: f64 = 4e-4;

/// Seconds of an elimination for each cube of a reservoir, and of the six evaluations of a step for each device, on the
/// slowest machines that are worth a thought. Only where the line is drawn depends on them.
const PER_CUBE: f64 = 4e-10;
const PER_DEVICE: f64 = 6e-8;

/// Steps that are waiting to be shown.
const MOST_AHEAD: usize = 24;

/// How long the thread goes on before it shows what it has: a frame, more or less.
const LEG: Duration = Duration::from_millis(12);

/// How far ahead the thread looks, in times the length of what is asked for.
const FORESIGHT: f64 = 6.0;

/// Seconds of a frame that may go into steps, or into the booking of what steps taken elsewhere bring.
const BUDGET: f64 = 4e-3;

/// Seconds that a step of a system takes, roughly and at most.
fn seconds(system: &System) -> f64 {
    let free = system.free_count() as f64;
    PER_CUBE * free * free * free + PER_DEVICE * system.links().len() as f64
}

/// Whether a step of a system is long enough to be taken beside the window.
fn is_long(system: &System) -> bool {
    seconds(system) > SHORT
}

/// A stretch of motion to be worked out.
struct Leg {
    system: Arc<System>,
    from: Relaxation,
    until: f64,
}

/// What came of it: the steps, and why there are no more.
struct Steps {
    steps: Vec<Relaxation>,
    failure: Option<RelaxError>,
}

/// Why time stands still.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub(crate) enum Halt {
    /// No step can be taken.
    #[error(transparent)]
    Step(#[from] RelaxError),
    /// The thread that takes the steps broke down.
    #[error("the computation broke down ({0}); reset the state to begin anew")]
    Broken(String),
}

/// A trajectory under way.
pub(super) struct Motion {
    /// The last step that has begun to be shown.
    now: Relaxation,
    /// The steps after it.
    ahead: VecDeque<Relaxation>,
    /// Why there are none after these.
    halt: Option<Halt>,
    worker: Option<Worker<Leg, Steps>>,
    /// Whether every step is waited for: nobody looks at a window meanwhile.
    waits: bool,
}

impl Motion {
    /// A trajectory from a state at a time.
    pub(super) fn new(system: &System, x: &[f64], t: f64) -> Self {
        Self {
            now: Relaxation::new(system, x, t, Options::live()),
            ahead: VecDeque::new(),
            halt: None,
            worker: None,
            waits: false,
        }
    }

    /// Puts the state to `x` at time `t`: what was worked out beyond is forgotten.
    pub(super) fn restart(&mut self, system: &System, x: &[f64], t: f64) {
        self.now.restart(system, x, t);
        self.ahead.clear();
        self.halt = None;
        if is_long(system) && !self.waits {
            if self.worker.is_none() {
                self.worker = Worker::spawn("motion", || {}, walk).ok();
            }
            if let Some(worker) = &mut self.worker {
                worker.abandon();
            }
        } else {
            self.worker = None;
        }
    }

    /// From now on every step is waited for.
    pub(super) fn wait(&mut self) {
        self.waits = true;
        self.worker = None;
    }

    /// Whether the steps are taken beside the window.
    pub(super) fn is_beside(&self) -> bool {
        self.worker.is_some()
    }

    /// How many steps a frame may bring.
    pub(super) fn steps_in_a_frame(&self, system: &System) -> usize {
        let each = if self.is_beside() {
            // Three evaluations book a step, of the six that it takes.
            0.5 * PER_DEVICE * system.links().len() as f64
        } else {
            seconds(system)
        };
        // Two microseconds are for all that is not counted; four hundred steps are more than any frame shows.
        (BUDGET / (each + 2e-6)).clamp(2.0, 400.0) as usize
    }

    /// The end of the step that is shown.
    pub(super) fn time(&self) -> f64 {
        self.now.time()
    }

    /// The state at a time within the step that is shown.
    pub(super) fn sample(&self, t: f64, out: &mut [f64]) {
        self.now.sample(t, out);
    }

    /// Goes on to the next step. Returns whether there was one: beside the window it may still be worked out.
    ///
    /// # Errors
    /// If no step can be taken.
    pub(super) fn step(&mut self, system: &Arc<System>, until: f64) -> Result<bool, Halt> {
        if self.worker.is_none() {
            self.now.advance(system, until, 1)?;
            return Ok(true);
        }
        self.look_ahead(system, until);
        match (self.ahead.pop_front(), &self.halt) {
            (Some(next), _) => {
                self.now = next;
                Ok(true)
            }
            (None, Some(halt)) => Err(halt.clone()),
            (None, None) => Ok(false),
        }
    }

    /// Takes in what has been worked out, and orders what will be wanted soon after `until`.
    pub(super) fn look_ahead(&mut self, system: &Arc<System>, until: f64) {
        let Some(worker) = &mut self.worker else {
            return;
        };
        match worker.poll() {
            Some(Event::Done(Steps { steps, failure })) => {
                self.ahead.extend(steps);
                self.halt = failure.map(Halt::Step);
            }
            Some(Event::Failed(message)) => self.halt = Some(Halt::Broken(message)),
            None => {}
        }
        let last = self.ahead.back().unwrap_or(&self.now);
        let wanted = until + FORESIGHT * (until - self.now.time_before()).max(0.0);
        if !worker.is_busy()
            && self.halt.is_none()
            && self.ahead.len() < MOST_AHEAD
            && last.time() < wanted
        {
            worker.submit(Leg {
                system: Arc::clone(system),
                from: last.clone(),
                until: wanted,
            });
        }
    }
}

/// Takes steps until the time asked for, the length of a leg, or word that they are not wanted any more.
fn walk(leg: Leg, cancel: &Cancel) -> Steps {
    let Leg {
        system,
        from: mut at,
        until,
    } = leg;
    let start = Instant::now();
    let mut steps = Vec::new();
    let mut failure = None;
    while at.time() < until && steps.len() < MOST_AHEAD && !cancel.is_cancelled() {
        if let Err(error) = at.step(&system) {
            failure = Some(error);
            break;
        }
        steps.push(at.clone());
        if start.elapsed() >= LEG {
            break;
        }
    }
    Steps { steps, failure }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;
    use crate::device::{Device, Kind, Platform};
    use crate::network::{Network, Node, Role};

    /// A chain of dots so long that a step is.
    fn chain(length: usize) -> Arc<System> {
        let mut network = Network::new(Platform::Electronic);
        let mut last = None;
        for k in 0..length {
            let role = if k == 0 { Role::Input } else { Role::Hidden };
            let mut node = Node::new(format!("n{k}"), role, Platform::Electronic);
            node.value = 3.0;
            node.leak = 0.1;
            let key = network.add_node(node).unwrap();
            if let Some(last) = last {
                let dot = Device::new(Kind::QuantumDot);
                network.add_edge(format!("e{k}"), last, key, dot).unwrap();
            }
            last = Some(key);
        }
        Arc::new(System::new(&network))
    }

    #[test]
    fn steps_taken_beside_the_window_are_those_it_would_take() {
        let system = chain(160);
        let x = system.initial().to_vec();
        let mut motion = Motion::new(&system, &x, 0.0);
        motion.restart(&system, &x, 0.0);
        assert!(motion.is_beside());
        let mut own = Relaxation::new(&system, &x, 0.0, Options::live());
        let (mut seen, mut expected) = (x.clone(), x);
        for _ in 0..8 {
            own.step(&system).unwrap();
            let until = own.time();
            // A frame asks, and goes on with something else if there is nothing yet.
            for _ in 0..20_000 {
                if motion.step(&system, until).unwrap() {
                    break;
                }
                thread::sleep(Duration::from_millis(1));
            }
            assert!((motion.time() - own.time()).abs() < 1e-15);
            let t = 0.5 * (own.time_before() + own.time());
            motion.sample(t, &mut seen);
            own.sample(t, &mut expected);
            assert_eq!(seen, expected);
        }
    }

    #[test]
    fn a_kick_forgets_what_lies_ahead() {
        let system = chain(160);
        let x = vec![0.0; system.free_count()];
        let mut motion = Motion::new(&system, &x, 0.0);
        motion.restart(&system, &x, 0.0);
        motion.look_ahead(&system, 5.0);
        thread::sleep(Duration::from_millis(50));
        let kicked = vec![1.0; x.len()];
        motion.restart(&system, &kicked, 7.0);
        for _ in 0..20_000 {
            if motion.step(&system, 7.1).unwrap() {
                break;
            }
            thread::sleep(Duration::from_millis(1));
        }
        assert!(motion.now.time_before() >= 7.0);
    }

    #[test]
    fn short_steps_are_taken_at_once() {
        let system = chain(6);
        let x = system.initial().to_vec();
        let mut motion = Motion::new(&system, &x, 0.0);
        motion.restart(&system, &x, 0.0);
        assert!(!motion.is_beside() && motion.steps_in_a_frame(&system) == 400);
        assert!(motion.step(&system, 0.1).unwrap() && motion.time() > 0.0);
    }
}
