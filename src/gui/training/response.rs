//! The answer of the network over a range of questions, computed beside the window, coarse first.

use std::sync::Arc;

use eframe::egui::Context;

use super::pick::Pick;
use super::question::Question;
use crate::job::{Cancel, Event, Worker};
use crate::learn::rows::quick;
use crate::network::NodeKey;
use crate::solve::steady;
use crate::system::System;

/// Points along the axis of a response to one input: first few, then many.
const ALONG_ONE: [usize; 2] = [41, 201];

/// Points along each axis of a response to two inputs. The fine picture takes two thousand settlings, which is a second
/// for a network of a few reservoirs.
const ALONG_TWO: [usize; 2] = [13, 41];

/// Above this many free reservoirs a settling takes so long that the coarse picture must do.
const MOST_FOR_FINE: usize = 60;

/// How far beyond the questions of the task the picture reaches, as a share of their range.
const BEYOND: f64 = 0.2;

/// One axis of the picture.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Axis {
    /// The input that is varied.
    pub(crate) key: NodeKey,
    /// Its slot in the system.
    slot: usize,
    /// First and last sample, in the units of the task.
    pub(crate) range: [f64; 2],
    /// How many samples.
    pub(crate) samples: usize,
}

impl Axis {
    /// A sample, in the units of the task.
    pub(crate) fn at(&self, k: usize) -> f64 {
        let share = k as f64 / (self.samples - 1).max(1) as f64;
        self.range[0] + share * (self.range[1] - self.range[0])
    }
}

/// The states that the network settles in, over one or two inputs.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Response {
    /// One axis or two.
    pub(crate) axes: Vec<Axis>,
    /// The free reservoirs, ascending.
    pub(crate) free: Vec<NodeKey>,
    /// The states of the free reservoirs at each point, the first axis running fastest; `None` where they do not settle.
    pub(crate) states: Vec<Option<Vec<f64>>>,
    /// Slots of the outputs.
    pub(crate) outputs: Vec<usize>,
}

impl Response {
    /// The state of a free reservoir at a point.
    pub(crate) fn state(&self, slot: usize, i: usize, j: usize) -> Option<f64> {
        let states = self.states.get(j * self.axes[0].samples + i)?.as_ref()?;
        states.get(slot).copied()
    }

    /// Columns and rows.
    pub(crate) fn size(&self) -> [usize; 2] {
        [
            self.axes[0].samples,
            self.axes.get(1).map_or(1, |axis| axis.samples),
        ]
    }

    /// Lowest and highest state of a reservoir over the picture.
    pub(crate) fn extent(&self, slot: usize) -> Option<[f64; 2]> {
        let all = self.states.iter().flatten();
        let [lo, hi] = all
            .filter_map(|states| states.get(slot))
            .fold([f64::INFINITY, f64::NEG_INFINITY], |[lo, hi], &x| {
                [lo.min(x), hi.max(x)]
            });
        (lo <= hi).then_some([lo, hi])
    }
}

/// What a response is computed from.
struct Order {
    system: System,
    question: Arc<Question>,
    pick: Pick,
    axes: Vec<Axis>,
}

/// What a response belongs to: equal numbers mean equal parameters.
pub(crate) type Key = [u64; 4];

/// The same, and what is drawn.
type Full = (Key, Pick);

struct Kept {
    key: Full,
    level: usize,
    response: Response,
}

/// Keeps the response to the parameters of the moment.
pub(crate) struct Responder {
    worker: Option<Worker<Order, Option<Response>>>,
    ordered: Option<(Full, usize)>,
    wanted: Option<Full>,
    kept: Option<Kept>,
    failure: Option<String>,
}

impl Responder {
    /// Starts the thread; it wakes `ctx` when there is something to see.
    pub(crate) fn new(ctx: &Context) -> Self {
        let waker = ctx.clone();
        let worker = Worker::spawn(
            "response",
            move || waker.request_repaint(),
            |order: Order, cancel: &Cancel| compute(order, cancel),
        );
        Self {
            worker: worker.ok(),
            ordered: None,
            wanted: None,
            kept: None,
            failure: None,
        }
    }

    /// Asks for the response of the parameters that `key` stands for; `system` compiles them, and is called only if
    /// there is something to compute. While parameters are `moving` the coarse picture must do.
    pub(crate) fn want(
        &mut self,
        key: Key,
        is_moving: bool,
        (question, pick): (&Arc<Question>, Pick),
        system: impl FnOnce() -> System,
    ) {
        let key = (key, pick);
        self.wanted = Some(key);
        let Some(worker) = &mut self.worker else {
            return;
        };
        if let Some(event) = worker.poll()
            && let Some((key, level)) = self.ordered.take()
        {
            match event {
                Event::Done(Some(response)) => {
                    self.failure = None;
                    self.kept = Some(Kept {
                        key,
                        level,
                        response,
                    });
                }
                Event::Done(None) => {}
                Event::Failed(message) => self.failure = Some(message),
            }
        }
        let level = match &self.kept {
            Some(kept) if kept.key == key => kept.level + 1,
            _ => 0,
        };
        let last = usize::from(!is_moving);
        let is_under_way = match self.ordered {
            // A coarse picture is soon done, and a stale one better than none: else a picture that is always overtaken
            // would never be seen.
            Some(((_, of), 0)) => of == pick,
            Some((of, _)) => of == key,
            None => false,
        };
        // Asked of the picture that is there: to compile the system for that would take a large one every frame.
        let is_large = |kept: &Kept| kept.response.free.len() > MOST_FOR_FINE;
        let is_good_enough = level > 0 && self.kept.as_ref().is_some_and(is_large);
        if level > last || is_under_way || is_good_enough || self.failure.is_some() {
            return;
        }
        if question.objective.inputs().is_empty() {
            return;
        }
        let system = system();
        let axes = axes(&system, question, pick, level);
        if axes.is_empty() {
            return;
        }
        worker.submit(Order {
            system,
            question: Arc::clone(question),
            pick,
            axes,
        });
        self.ordered = Some((key, level));
    }

    /// Forgets everything, what is still being computed included: it may be of another document, whose revisions are
    /// counted from the beginning again.
    pub(crate) fn clear(&mut self) {
        self.ordered = None;
        self.wanted = None;
        self.kept = None;
        self.failure = None;
    }

    /// The last response, and whether it belongs to older parameters.
    pub(crate) fn response(&self) -> Option<(&Response, bool)> {
        let kept = self.kept.as_ref()?;
        // A picture of something else is none.
        let is_same = self.wanted.is_some_and(|(_, pick)| pick == kept.key.1);
        is_same.then_some((&kept.response, self.wanted != Some(kept.key)))
    }

    /// Why there is none.
    pub(crate) fn failure(&self) -> Option<&str> {
        self.failure.as_deref()
    }

    /// Whether one is being computed.
    pub(crate) fn is_busy(&self) -> bool {
        self.ordered.is_some()
    }
}

/// The axes of the picture: the one or two inputs that vary, over their questions and a little beyond.
fn axes(system: &System, question: &Question, pick: Pick, level: usize) -> Vec<Axis> {
    let slots = question.objective.inputs();
    let samples = if pick.up.is_some() {
        ALONG_TWO
    } else {
        ALONG_ONE
    };
    let states = system.platform().state_range();
    pick.along()
        .filter_map(|input| {
            let &slot = slots.get(input)?;
            let [lo, hi] = question.input_range(input);
            let air = BEYOND * (hi - lo);
            let is_state = |u: f64| states.contains(question.task.encode.apply(u));
            Some(Axis {
                key: *system.nodes().get(slot)?,
                slot,
                range: [
                    if is_state(lo - air) { lo - air } else { lo },
                    if is_state(hi + air) { hi + air } else { hi },
                ],
                samples: samples[level.min(1)],
            })
        })
        .collect()
}

/// The response, or nothing if it is not wanted any more.
fn compute(order: Order, cancel: &Cancel) -> Option<Response> {
    let Order {
        mut system,
        question,
        pick,
        axes,
    } = order;
    for (input, state) in pick.held(&question) {
        if let Some(&slot) = question.objective.inputs().get(input) {
            system.set_clamp(slot, state);
        }
    }
    let options = quick(false);
    let mut states = Vec::new();
    let rows = axes.get(1).map_or(1, |axis| axis.samples);
    for j in 0..rows {
        for i in 0..axes[0].samples {
            if cancel.is_cancelled() {
                return None;
            }
            for (axis, k) in axes.iter().zip([i, j]) {
                system.set_clamp(axis.slot, question.task.encode.apply(axis.at(k)));
            }
            let found = steady::solve(&system, &options);
            states.push(found.is_settled().then_some(found.x));
        }
    }
    Some(Response {
        axes,
        free: system.nodes()[..system.free_count()].to_vec(),
        states,
        outputs: question.objective.outputs().to_vec(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::presets::preset;
    use crate::learn::objective::Objective;

    /// As for the gradient; and what comes from the thread later belongs to nothing that is asked for.
    #[test]
    fn what_is_forgotten_is_not_being_computed() {
        let document = preset("xor").unwrap().load().unwrap().document;
        let task = document.task.unwrap();
        let system = System::new(&document.network);
        let question = Arc::new(Question {
            objective: Objective::new(&document.network, &system, &task, None).unwrap(),
            task: Arc::new(task),
            floor: None,
        });
        let pick = Pick::default().within(&question);
        let mut responder = Responder::new(&Context::default());
        responder.want([1, 1, 0, 0], true, (&question, pick), || system.clone());
        assert!(responder.is_busy());
        responder.clear();
        assert!(!responder.is_busy() && responder.response().is_none());
    }
}
