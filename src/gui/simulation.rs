//! The run: the state x(t), what is done to it by hand, and whether it has come to rest.

mod hand;
mod motion;
pub(crate) mod past;
mod reading;
mod rest;

use std::cell::OnceCell;
use std::collections::VecDeque;
use std::sync::Arc;

use hand::Held;
use motion::{Halt, Motion};
use past::Past;
use rest::Judge;

use crate::device::Response;
use crate::network::{EdgeKey, Network, NodeKey};
use crate::system::{Flow, System};

/// Seconds at rest after which the dots freeze and the window stops repainting.
const FREEZE_AFTER: f64 = 3.0;

/// Points kept of each trace: half a minute at sixty frames a second, …
const TRACE_LENGTH: usize = 1800;

/// … or less in a network so large that all of them together would take more numbers than this: 32 MB.
const MOST_TRACED: usize = 4_000_000;

/// Points kept of the tail in the I-V plot: about a second and a half.
const TAIL_LENGTH: usize = 90;

/// Into how many parts a frame's time is divided for the traces where much happens in it.
const PARTS: u8 = 6;

/// Gauss-Legendre quadrature with three points, on −1…1 with weights for unit length: order six, beyond the dense
/// output's own.
const GAUSS: [(f64, f64); 3] = [
    (-0.774_596_669_241_483_4, 5.0 / 18.0),
    (0.0, 8.0 / 18.0),
    (0.774_596_669_241_483_4, 5.0 / 18.0),
];

/// Simulated time that one step by hand takes, in seconds at the speed set.
const STEP_SECONDS: f64 = 0.1;

/// Speeds the slider offers, in units of time per second.
pub(crate) const SPEEDS: [f64; 2] = [1e-2, 1e4];

/// How far the state still is from rest.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Rest {
    /// No reservoir will move by a visible amount any more.
    Settled,
    /// This reservoir has furthest to go.
    Moving(NodeKey),
    /// At rest, yet the smallest push would be amplified.
    Balanced,
    /// There is no free reservoir.
    Fixed,
}

/// Where a device operates.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Operating {
    /// The state of `from`.
    pub(crate) a: f64,
    /// The state of `to`.
    pub(crate) b: f64,
    /// Current and slopes there.
    pub(crate) response: Response,
}

/// The charge ledger: what is stored, and what came in.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Ledger {
    /// Stored total when the ledger was opened, kicks and changed capacities added.
    opened: f64,
    /// What clamps and leaks have delivered since.
    delivered: f64,
}

/// The running state of one network.
pub(crate) struct Simulation {
    /// Shared with the moments of the past and with the threads that work for this run.
    system: Arc<System>,
    held: Vec<Held>,
    motion: Motion,
    judge: Judge,
    /// Counts what is done to system and state from outside; the passing of time is not.
    revision: u64,
    t: f64,
    x: Vec<f64>,
    flow: Flow,
    /// What the state dissipates, once that has been asked for.
    power: OnceCell<f64>,
    is_playing: bool,
    speed: f64,
    /// Simulated time that a step by hand has yet to go.
    owed: f64,
    ledger: Ledger,
    rest: Rest,
    /// Seconds for which the state has been at rest while time passed.
    at_rest_for: f64,
    /// The solver could not keep up with the speed asked for.
    is_behind: bool,
    failure: Option<Halt>,
    traces: VecDeque<(f64, Box<[f64]>)>,
    watched: Option<EdgeKey>,
    tail: VecDeque<Operating>,
    past: Past,
}

impl Simulation {
    /// A run from the network's initial state.
    pub(crate) fn new(network: &Network, speed: f64) -> Self {
        let system = Arc::new(System::new(network));
        let x = system.initial().to_vec();
        let motion = Motion::new(&system, &x, 0.0);
        let mut simulation = Self {
            system,
            held: Vec::new(),
            motion,
            judge: Judge::default(),
            revision: 0,
            t: 0.0,
            x,
            flow: Flow::default(),
            power: OnceCell::new(),
            is_playing: true,
            speed,
            owed: 0.0,
            ledger: Ledger::default(),
            rest: Rest::Fixed,
            at_rest_for: 0.0,
            is_behind: false,
            failure: None,
            traces: VecDeque::new(),
            watched: None,
            tail: VecDeque::new(),
            past: Past::default(),
        };
        simulation.reset();
        simulation
    }

    /// The network has changed: goes on with the states of the reservoirs that are still there.
    pub(crate) fn rebuild(&mut self, network: &Network) {
        self.stay();
        let old = self.total();
        let next = System::new(network);
        let same = next.nodes() == self.system.nodes() && next.free_count() == self.x.len();
        let x: Vec<f64> = next.nodes()[..next.free_count()]
            .iter()
            .zip(next.initial())
            .map(|(&key, &initial)| self.state_of(key).unwrap_or(initial))
            .collect();
        self.system = Arc::new(next);
        self.x = x;
        self.let_go_of_changed();
        self.impose();
        if !same {
            self.traces.clear();
            self.past.clear();
        }
        self.restart();
        // A changed capacity or a new reservoir changes what is stored without any flow.
        self.ledger.opened += self.total() - old;
    }

    /// The parameters of devices, capacities and leaks have changed, as a training changes them, and nothing else: in a
    /// large network far less work than to compile it anew.
    pub(crate) fn retune(&mut self, network: &Network) {
        let mut pairs = network.edges().iter().zip(self.system.links());
        let is_same = network.edges().len() == self.system.links().len()
            && pairs.all(|(edge, link)| {
                edge.key() == link.key && edge.device.kind() == link.device.kind()
            });
        if !is_same {
            self.rebuild(network);
            return;
        }
        self.stay();
        let old = self.total();
        let system = Arc::make_mut(&mut self.system);
        for (l, edge) in network.edges().iter().enumerate() {
            for (p, &value) in edge.device.params().iter().enumerate() {
                if system.links()[l].device.params()[p].to_bits() != value.to_bits() {
                    system.set_param(l, p, value);
                }
            }
        }
        for i in 0..system.free_count() {
            if let Some(node) = network.node(system.nodes()[i]) {
                system.set_capacity(i, node.capacity);
                system.set_leak(i, node.leak);
            }
        }
        self.restart();
        self.ledger.opened += self.total() - old;
    }

    /// Back to the initial state at t = 0.
    pub(crate) fn reset(&mut self) {
        self.stay();
        self.past.clear();
        self.let_go();
        self.t = 0.0;
        self.x = self.system.initial().to_vec();
        self.traces.clear();
        self.tail.clear();
        self.restart();
        self.ledger = Ledger {
            opened: self.total(),
            delivered: 0.0,
        };
        self.record();
    }

    /// Counts what is done to system and state from outside: equal numbers mean the same motion.
    pub(crate) fn revision(&self) -> u64 {
        self.revision
    }

    /// The states of the free reservoirs.
    pub(crate) fn free_states(&self) -> &[f64] {
        &self.x
    }

    fn restart(&mut self) {
        self.revision += 1;
        self.owed = 0.0;
        self.motion.restart(&self.system, &self.x, self.t);
        self.judge.restart();
        self.failure = None;
        self.evaluate();
        self.wake();
    }

    fn evaluate(&mut self) {
        let clamps = self.system.clamps_at(self.t, self.t);
        self.system.evaluate(&self.x, &clamps, &mut self.flow);
        self.power = OnceCell::new();
    }

    /// Something happened: the dots thaw and the clock of rest starts anew.
    pub(crate) fn wake(&mut self) {
        self.at_rest_for = 0.0;
        self.rest = rest::first(&self.system, &self.flow);
    }

    /// Lets `seconds` pass. `visible` is the smallest change of state that can be seen.
    pub(crate) fn advance(&mut self, seconds: f64, visible: f64) {
        if !self.is_running() {
            return;
        }
        if self.owed > 0.0 {
            self.owed = self.pass(self.owed, visible);
        } else {
            self.is_behind = self.pass(seconds * self.speed, visible) > 0.0;
        }
        self.remember(seconds);
        self.ask_judge(visible);
        if self.is_at_rest() {
            self.at_rest_for += seconds;
        } else {
            self.at_rest_for = 0.0;
        }
    }

    /// Waits for every step from now on: for pictures made without a window.
    pub(crate) fn wait_for_steps(&mut self) {
        self.motion.wait();
    }

    /// One step by hand; what of it is still being worked out comes in the frames that follow.
    pub(crate) fn step(&mut self, visible: f64) {
        self.stay();
        self.is_playing = false;
        self.remember(STEP_SECONDS);
        self.owed = self.pass(self.owed + STEP_SECONDS * self.speed, visible);
        self.at_rest_for = 0.0;
        self.ask_judge(visible);
    }

    /// Finds how far rest is, without letting time pass, however long that takes.
    pub(crate) fn judge(&mut self, visible: f64) {
        self.rest = rest::judged(&self.system, &self.flow, visible);
    }

    fn ask_judge(&mut self, visible: f64) {
        let judged = self
            .judge
            .ask(&self.system, self.t, &self.x, &self.flow, visible);
        if let Some(rest) = judged {
            self.rest = rest;
        }
    }

    /// Lets simulated time pass, as far as the effort of one frame reaches; returns how much is left. `visible` is the
    /// smallest change that can be seen: where a frame brings many times that, the traces get points in between.
    fn pass(&mut self, time: f64, visible: f64) -> f64 {
        let start = self.t;
        let target = start + time;
        let mut steps = self.motion.steps_in_a_frame(&self.system);
        // Each part of a frame is booked by three evaluations, which are long where steps are.
        let parts = if self.motion.is_beside() { 1 } else { PARTS };
        for part in 1..=parts {
            let until = start + time * f64::from(part) / f64::from(parts);
            self.go_to(until, &mut steps);
            let moved = self.traces.back().map_or(0.0, |(_, last)| {
                let pairs = self.x.iter().zip(last.iter());
                pairs.fold(0.0, |top: f64, (x, last)| top.max((x - last).abs()))
            });
            // Forty times what can be seen is some two points on a tank.
            if part < parts && moved > 40.0 * visible {
                self.record_trace();
            }
        }
        self.motion.look_ahead(&self.system, target);
        self.evaluate();
        self.record();
        if self.failure.is_none() {
            target - self.t
        } else {
            0.0
        }
    }

    /// Moves on to `until`, with at most the steps that are left.
    fn go_to(&mut self, until: f64, steps: &mut usize) {
        // What is left of the last step comes first.
        self.deliver(until);
        while self.t < until && *steps > 0 && self.failure.is_none() {
            *steps -= 1;
            match self.motion.step(&self.system, until) {
                Ok(true) => self.deliver(until),
                // It is still being worked out.
                Ok(false) => break,
                Err(halt) => self.failure = Some(halt),
            }
        }
    }

    /// Moves on to `target` or the end of the last step, and books what clamps and leaks deliver on the way.
    fn deliver(&mut self, target: f64) {
        let end = target.min(self.motion.time());
        let start = self.t;
        if end <= start {
            return;
        }
        for (node, weight) in GAUSS {
            let t = start + 0.5 * (1.0 + node) * (end - start);
            self.motion.sample(t, &mut self.x);
            let clamps = self.system.clamps_at(t, t);
            self.system.evaluate(&self.x, &clamps, &mut self.flow);
            self.ledger.delivered += weight * (end - start) * self.flow.net.iter().sum::<f64>();
        }
        self.motion.sample(end, &mut self.x);
        self.t = end;
    }

    fn record_trace(&mut self) {
        if self.traces.back().is_some_and(|(t, _)| *t >= self.t) {
            self.traces.retain(|(t, _)| *t < self.t);
        }
        self.traces.push_back((self.t, self.x.clone().into()));
        let most = (MOST_TRACED / self.x.len().max(1)).clamp(60, TRACE_LENGTH);
        if self.traces.len() > most {
            self.traces.pop_front();
        }
    }

    fn record(&mut self) {
        self.record_trace();
        if let Some(point) = self.watched.and_then(|key| self.operating_point(key)) {
            self.tail.push_back(point);
            if self.tail.len() > TAIL_LENGTH {
                self.tail.pop_front();
            }
        }
    }

    fn is_at_rest(&self) -> bool {
        !matches!(self.rest, Rest::Moving(_))
    }

    /// Whether time passes and anything moves: else nothing has to be drawn again.
    pub(crate) fn is_running(&self) -> bool {
        let is_moving = self.is_playing && !self.is_frozen() || self.owed > 0.0;
        is_moving && self.failure.is_none()
    }

    /// Whether all has been at rest for long enough that the dots stand as arrows.
    pub(crate) fn is_frozen(&self) -> bool {
        self.is_at_rest() && self.at_rest_for >= FREEZE_AFTER
    }

    /// Whether time is let pass.
    pub(crate) fn is_playing(&self) -> bool {
        self.is_playing
    }

    /// Lets time pass or holds it.
    pub(crate) fn set_playing(&mut self, is_playing: bool) {
        self.stay();
        self.is_playing = is_playing;
        self.owed = 0.0;
        self.at_rest_for = 0.0;
    }

    /// Simulated time per second.
    pub(crate) fn speed(&self) -> f64 {
        self.speed
    }

    /// Sets simulated time per second, within what the slider offers.
    pub(crate) fn set_speed(&mut self, speed: f64) {
        if speed.is_finite() {
            self.speed = speed.clamp(SPEEDS[0], SPEEDS[1]);
        }
    }

    /// Chooses the edge whose operating point leaves a tail.
    pub(crate) fn watch(&mut self, edge: Option<EdgeKey>) {
        if self.watched != edge {
            self.watched = edge;
            self.tail.clear();
        }
    }
}
