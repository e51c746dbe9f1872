//! Relaxation in time: C·dx/dt = F(t, x) by a stiff, error-controlled one-step method with dense output.
//!
//! RODAS was chosen over a multistep code because the live window interrupts it all the time: a kick or a moved
//! slider changes the right-hand side in mid-run, and a one-step method starts afresh at no cost.

use nalgebra::DVector;

pub mod lanes;

use super::linear::{Factor, Jacobian};
use super::rodas4::{COUPLING, DENSE, DRIVE, GAMMA, NODES, STAGES, STATE};
use crate::device::Platform;
use crate::system::{Flow, System};

/// How accurately to follow the motion.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    /// Error allowed in one step, relative to the state. Default 1e-9: a hundredth of the eight digits asked of a
    /// steady state.
    pub relative: f64,
    /// Error allowed in one step, as a multiple of the scale of small states (1 k_B·T, or the smallest concentration
    /// among clamps, ground and initial states). Default 1e-11.
    pub absolute: f64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            relative: 1e-9,
            absolute: 1e-11,
        }
    }
}

impl Options {
    /// Accuracy for what is only looked at: a thousandth of a pixel on a range of a thousand pixels.
    #[must_use]
    pub fn live() -> Self {
        Self {
            relative: 1e-6,
            absolute: 1e-8,
        }
    }
}

/// Why a step could not be taken.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum RelaxError {
    /// The step shrank below what time can resolve.
    #[error(
        "no step from t = {t} meets the error bound: the motion changes faster than time can be resolved there"
    )]
    StepUnderflow {
        /// Where it happened.
        t: f64,
    },
}

/// How far an advance got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// The time asked for lies within the last step.
    Reached,
    /// The number of steps allowed was used up before.
    OutOfSteps,
}

/// A trajectory under way: the last accepted step, and how large the next one may be.
#[derive(Clone, Debug)]
pub struct Relaxation {
    options: Options,
    t: f64,
    x: DVector<f64>,
    t_before: f64,
    x_before: DVector<f64>,
    /// The interpolating vectors p and q of the last step.
    dense: [DVector<f64>; 2],
    next_step: f64,
    totals: Vec<f64>,
    workspace: Workspace,
    steps: usize,
    rejections: usize,
}

/// Memory that every step uses again.
#[derive(Clone, Debug, Default)]
struct Workspace {
    flow: Flow,
    /// J in charge form at the start of the step.
    jacobian: Jacobian,
    factor: Factor,
}

impl Relaxation {
    /// A trajectory that starts at the state `x` at time `t`.
    #[must_use]
    pub fn new(system: &System, x: &[f64], t: f64, options: Options) -> Self {
        let x = DVector::from_column_slice(x);
        let zero = DVector::zeros(x.len());
        Self {
            options,
            t,
            t_before: t,
            x_before: x.clone(),
            dense: [zero.clone(), zero],
            next_step: 0.0,
            totals: system.island_totals(x.as_slice()),
            x,
            workspace: Workspace::default(),
            steps: 0,
            rejections: 0,
        }
    }

    /// The end of the last step.
    #[must_use]
    pub fn time(&self) -> f64 {
        self.t
    }

    /// The state at the end of the last step.
    #[must_use]
    pub fn state(&self) -> &[f64] {
        self.x.as_slice()
    }

    /// The start of the last step: [`Relaxation::sample`] is exact between here and [`Relaxation::time`].
    #[must_use]
    pub fn time_before(&self) -> f64 {
        self.t_before
    }

    /// Accepted steps so far.
    #[must_use]
    pub fn steps(&self) -> usize {
        self.steps
    }

    /// Rejected attempts so far.
    #[must_use]
    pub fn rejections(&self) -> usize {
        self.rejections
    }

    /// Puts the state to `x` at time `t` (a kick, a scrub): the next step starts there.
    pub fn restart(&mut self, system: &System, x: &[f64], t: f64) {
        *self = Self {
            steps: self.steps,
            ..Self::new(system, x, t, self.options)
        };
    }

    /// The state at a time within the last step, written to `out`.
    pub fn sample(&self, t: f64, out: &mut [f64]) {
        let h = self.t - self.t_before;
        if h <= 0.0 {
            out.copy_from_slice(self.x.as_slice());
            return;
        }
        let theta = ((t - self.t_before) / h).clamp(0.0, 1.0);
        let rest = 1.0 - theta;
        let [p, q] = &self.dense;
        for (i, out) in out.iter_mut().enumerate() {
            *out = rest * self.x_before[i] + theta * (self.x[i] + rest * (p[i] + theta * q[i]));
        }
    }

    /// Takes steps until `until` lies within the last one, at most `steps` of them.
    ///
    /// # Errors
    /// If a step cannot be taken; the state stays where the last good step ended.
    pub fn advance(
        &mut self,
        system: &System,
        until: f64,
        steps: usize,
    ) -> Result<Progress, RelaxError> {
        for _ in 0..steps {
            if self.t >= until {
                return Ok(Progress::Reached);
            }
            self.step(system)?;
        }
        Ok(if self.t >= until {
            Progress::Reached
        } else {
            Progress::OutOfSteps
        })
    }

    /// Takes one accepted step.
    ///
    /// # Errors
    /// If no step meets the error bound.
    pub fn step(&mut self, system: &System) -> Result<(), RelaxError> {
        let jump = system.next_jump(self.t);
        let start = Start::new(system, self.t, &self.x, jump, &mut self.workspace);
        let scale = error_scale(system, self.options);
        if self.next_step <= 0.0 || !self.next_step.is_finite() {
            let states = start.net.iter().copied().zip(self.x.iter().copied());
            self.next_step = first_step(1e-2, states.zip(system.capacity()), scale, self.options);
        }
        let mut h = self.next_step;
        loop {
            let lands_on_jump = self.t + 1.01 * h >= jump;
            if lands_on_jump {
                h = jump - self.t;
            }
            // Below a few units in the last place of t, time stands still.
            if self.t + h <= self.t || h < 4.0 * f64::MIN_POSITIVE {
                return Err(RelaxError::StepUnderflow { t: self.t });
            }
            let trial = attempt(system, &start, &self.x, h, &mut self.workspace);
            let error = trial.as_ref().map_or(f64::INFINITY, |trial| {
                trial.error(&self.x, scale, self.options)
            });
            if error <= 1.0
                && let Some(trial) = trial
            {
                let Trial { x, stages, .. } = trial;
                self.dense = DENSE.map(|weights| combined(&stages, &weights));
                self.x_before = std::mem::replace(&mut self.x, x);
                self.t_before = self.t;
                self.t = if lands_on_jump { jump } else { self.t + h };
                self.restore_totals(system);
                self.steps += 1;
                self.next_step = h * step_factor(error);
                return Ok(());
            }
            self.rejections += 1;
            h *= if error.is_finite() {
                step_factor(error).min(0.9)
            } else {
                0.1
            };
            self.next_step = h;
        }
    }

    /// The method keeps the total of an island exactly, the arithmetic to rounding; what rounding took is given back.
    fn restore_totals(&mut self, system: &System) {
        for (island, total) in system.islands().iter().zip(&self.totals) {
            let (stored, capacity) = island.iter().fold((0.0, 0.0), |(stored, capacity), &i| {
                (
                    stored + system.capacity()[i] * self.x[i],
                    capacity + system.capacity()[i],
                )
            });
            for &i in island {
                self.x[i] += (total - stored) / capacity;
            }
        }
    }
}

/// What every attempt from one point shares.
struct Start {
    t: f64,
    jump: f64,
    /// Net inflow at the start.
    net: DVector<f64>,
    /// ∂F/∂t at the start.
    drive: Option<DVector<f64>>,
}

impl Start {
    fn new(
        system: &System,
        t: f64,
        x: &DVector<f64>,
        jump: f64,
        workspace: &mut Workspace,
    ) -> Self {
        let Workspace { flow, jacobian, .. } = workspace;
        // Any time before the next jump tells the stretch of signal; this one is safely inside.
        let inside = if jump.is_finite() {
            0.5 * (t + jump)
        } else {
            t
        };
        system.evaluate(x.as_slice(), &system.clamps_at(t, inside), flow);
        jacobian.set(system, flow);
        Self {
            t,
            jump,
            net: DVector::from_column_slice(&flow.net),
            drive: system
                .is_driven()
                .then(|| DVector::from_vec(system.drive(flow, &system.clamp_rates_at(t)))),
        }
    }
}

/// One attempted step.
struct Trial {
    x: DVector<f64>,
    stages: Vec<DVector<f64>>,
}

impl Trial {
    /// The largest estimated error in units of what is allowed.
    fn error(&self, before: &DVector<f64>, scale: f64, options: Options) -> f64 {
        let Some(last) = self.stages.last() else {
            return f64::INFINITY;
        };
        let mut worst: f64 = 0.0;
        for ((error, x), before) in last.iter().zip(&self.x).zip(before) {
            let allowed = scale + options.relative * x.abs().max(before.abs());
            let ratio = (error / allowed).abs();
            worst = if ratio.is_finite() {
                worst.max(ratio)
            } else {
                f64::INFINITY
            };
        }
        worst
    }
}

/// Σ_j weights_j·u_j.
fn combined(stages: &[DVector<f64>], weights: &[f64]) -> DVector<f64> {
    let n = stages.first().map_or(0, DVector::len);
    let mut sum = DVector::zeros(n);
    for (stage, &weight) in stages.iter().zip(weights) {
        if weight != 0.0 {
            sum.axpy(weight, stage, 1.0);
        }
    }
    sum
}

/// One step of size `h`, or `None` if it leaves the states the laws are defined for.
fn attempt(
    system: &System,
    start: &Start,
    x: &DVector<f64>,
    h: f64,
    workspace: &mut Workspace,
) -> Option<Trial> {
    let Workspace {
        flow,
        jacobian,
        factor,
    } = workspace;
    if !factor.factorise_shifted(system, jacobian, GAMMA * h, false) {
        return None;
    }
    let inside = if start.jump.is_finite() {
        0.5 * (start.t + start.jump)
    } else {
        start.t
    };
    let mut stages: Vec<DVector<f64>> = Vec::with_capacity(STAGES);
    let mut argument = x.clone();
    for stage in 0..STAGES {
        let mut rhs = if stage == 0 {
            start.net.clone()
        } else {
            argument.copy_from(x);
            for (u, &weight) in stages.iter().zip(&STATE[stage]) {
                argument.axpy(weight, u, 1.0);
            }
            if !is_allowed(system, &argument) {
                return None;
            }
            if system.is_driven() {
                let clamps = system.clamps_at(start.t + NODES[stage] * h, inside);
                system.evaluate(argument.as_slice(), &clamps, flow);
            } else {
                system.evaluate(argument.as_slice(), system.clamps(), flow);
            }
            DVector::from_column_slice(&flow.net)
        };
        for (u, &weight) in stages.iter().zip(&COUPLING[stage]) {
            for ((rhs, u), capacity) in rhs.iter_mut().zip(u).zip(system.capacity()) {
                *rhs += capacity * (weight / h) * u;
            }
        }
        if let Some(drive) = &start.drive {
            rhs.axpy(h * DRIVE[stage], drive, 1.0);
        }
        factor.solve(rhs.as_mut_slice());
        stages.push(rhs);
    }
    argument += stages.last()?;
    is_allowed(system, &argument).then_some(Trial {
        x: argument,
        stages,
    })
}

/// Whether the laws are defined at the state: finite, and positive concentrations.
fn is_allowed(system: &System, x: &DVector<f64>) -> bool {
    x.iter()
        .all(|&x| system.platform().state_range().contains(x))
}

/// The absolute part of the allowed error.
fn error_scale(system: &System, options: Options) -> f64 {
    let scale = match system.platform() {
        Platform::Electronic => 1.0,
        Platform::Chemical => system
            .clamps()
            .iter()
            .chain(system.initial())
            .fold(system.ground(), |least, &c| least.min(c)),
    };
    options.absolute * scale
}

/// A first step that moves no state by more than `share` of what errors are measured against, from the net inflow, state
/// and capacity of every reservoir.
fn first_step<'a>(
    share: f64,
    reservoirs: impl Iterator<Item = ((f64, f64), &'a f64)>,
    scale: f64,
    options: Options,
) -> f64 {
    let mut rate: f64 = 0.0;
    for ((net, x), capacity) in reservoirs {
        rate = rate.max((net / capacity).abs() / (scale / options.relative + x.abs()));
    }
    // Without any motion the first step is a unit of time: error control takes over at once.
    if rate > 0.0 {
        (share / rate).clamp(1e-12, 1.0)
    } else {
        1.0
    }
}

/// The factor by which the next step may differ: the error of one step goes with h⁴.
fn step_factor(error: f64) -> f64 {
    // 0.9 keeps a margin; ×6 a step still crosses twenty decades in a few dozen steps.
    if error > 0.0 {
        (0.9 * error.powf(-0.25)).clamp(0.1, 6.0)
    } else {
        6.0
    }
}
