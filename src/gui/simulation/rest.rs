//! Whether the run has come to rest: judged within the frame where that is quick, beside the window where it is not.

use std::sync::Arc;

use super::Rest;
use crate::job::{Event, Worker};
use crate::solve::linear::Factor;
use crate::solve::stability::Spectrum;
use crate::system::{Flow, System};

/// From so many free reservoirs on a judgement, which takes a factorisation and near rest a test of stability (all
/// eigenvalues up to 300 free reservoirs), is longer than a millisecond.
const LARGE: usize = 40;

/// A moment to be judged.
struct Moment {
    system: Arc<System>,
    x: Vec<f64>,
    clamps: Vec<f64>,
    visible: f64,
}

/// Judges beside the window, one moment after the other.
#[derive(Default)]
pub(super) struct Judge {
    worker: Option<Worker<Moment, Rest>>,
}

impl Judge {
    /// Forgets what it is at: it is of another motion.
    pub(super) fn restart(&mut self) {
        if let Some(worker) = &mut self.worker {
            worker.abandon();
        }
    }

    /// A new judgement of the state, if there is one: at once in a small system, of a moment some frames ago in a large
    /// one.
    pub(super) fn ask(
        &mut self,
        system: &Arc<System>,
        t: f64,
        x: &[f64],
        flow: &Flow,
        visible: f64,
    ) -> Option<Rest> {
        if x.len() < LARGE {
            self.worker = None;
            return Some(judged(system, flow, visible));
        }
        if self.worker.is_none() {
            self.worker = Worker::spawn(
                "rest",
                || {},
                |moment: Moment, _| {
                    let mut flow = Flow::default();
                    moment.system.evaluate(&moment.x, &moment.clamps, &mut flow);
                    judged(&moment.system, &flow, moment.visible)
                },
            )
            .ok();
        }
        let Some(worker) = &mut self.worker else {
            return Some(judged(system, flow, visible));
        };
        let answer = match worker.poll() {
            Some(Event::Done(rest)) => Some(rest),
            // What cannot be judged is not at rest.
            Some(Event::Failed(_)) => Some(quick(system, flow)),
            None => None,
        };
        if !worker.is_busy() {
            worker.submit(Moment {
                system: Arc::clone(system),
                x: x.to_vec(),
                clamps: system.clamps_at(t, t),
                visible,
            });
        }
        answer
    }
}

/// What can be said at once: the reservoir that moves fastest.
pub(super) fn quick(system: &System, flow: &Flow) -> Rest {
    let pairs = flow.net.iter().zip(system.capacity());
    let rates = pairs.map(|(net, capacity)| (net / capacity).abs());
    match largest(rates) {
        Some((fastest, _)) => Rest::Moving(system.nodes()[fastest]),
        None => Rest::Fixed,
    }
}

/// What is to be said before the judgement is there.
pub(super) fn first(system: &System, flow: &Flow) -> Rest {
    if flow.net.len() < LARGE {
        judged(system, flow, 0.0)
    } else {
        quick(system, flow)
    }
}

fn largest(values: impl Iterator<Item = f64>) -> Option<(usize, f64)> {
    values.enumerate().max_by(|a, b| a.1.total_cmp(&b.1))
}

/// The judgement: how far the Newton step says that rest is, and whether what is left dies out. `visible` is the
/// smallest change of state that can be seen.
pub(super) fn judged(system: &System, flow: &Flow, visible: f64) -> Rest {
    if flow.net.is_empty() {
        return Rest::Fixed;
    }
    let mut factor = Factor::default();
    if !factor.factorise_jacobian(system, flow) {
        return quick(system, flow);
    }
    let mut step = flow.net.clone();
    factor.solve(&mut step);
    if !step.iter().all(|s| s.is_finite()) {
        return quick(system, flow);
    }
    let Some((furthest, distance)) = largest(step.iter().map(|s| s.abs())) else {
        return Rest::Fixed;
    };
    let moving = Rest::Moving(system.nodes()[furthest]);
    if system.is_driven() || distance > visible {
        return moving;
    }
    // Near rest is not at rest if what is left grows.
    match Spectrum::tested(system, flow) {
        Some(spectrum) if spectrum.may_be_stable() => Rest::Settled,
        Some(_) if flow.residual() <= 1e-14 => Rest::Balanced,
        _ => moving,
    }
}
