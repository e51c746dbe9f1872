//! A training beside the window: a thread that steps trainers at full speed, reports at a bearable rate, and listens
//! between steps.
//!
//! A run has one lane, or several that take turns step by step, so that two trainings can be compared while they go.
//! It never touches a document: it reports parameters, and what to do with them is its owner's decision.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, SyncSender, TrySendError, channel, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use crate::interrupt::Interrupt;
use crate::job::message;
use crate::learn::Task;
use crate::learn::objective::Objective;
use crate::learn::parameters::Parameters;
use crate::learn::trainer::{Plan, Status, TrainError, Trained, Trainer};
use crate::learn::twin;
use crate::network::Network;
use crate::system::System;

/// Time between two reports: thirty a second look continuous, and cost a run next to nothing.
const REPORT_EVERY: Duration = Duration::from_millis(33);

/// Reports that may wait to be read. A window that is busy for longer gets fewer and larger ones.
const MOST_WAITING: usize = 8;

/// Checkpoints kept of a run; beyond this every second one is dropped. A curve a thousand points wide cannot be aimed
/// at more finely.
const MOST_CHECKPOINTS: usize = 400;

/// Numbers kept in all checkpoints of a run together, 64 MB: of a network with tens of thousands of parameters fewer
/// are kept.
const MOST_NUMBERS: usize = 8_000_000;

/// Checkpoints kept of so many parameters.
fn most_checkpoints(parameters: usize) -> usize {
    (MOST_NUMBERS / parameters.max(1)).clamp(16, MOST_CHECKPOINTS)
}

/// What one lane is to train.
#[derive(Clone, Debug)]
pub struct Lane {
    /// The network as the document has it.
    pub network: Arc<Network>,
    /// What it is asked to compute.
    pub task: Arc<Task>,
    /// The same, compiled.
    pub objective: Objective,
    /// How.
    pub plan: Plan,
}

/// Parameters met on the way.
#[derive(Clone, Debug, PartialEq)]
pub struct Checkpoint {
    /// The update before which they were met.
    pub step: usize,
    /// The loss there, in node units.
    pub loss: f64,
    /// Their values, in the order of [`Parameters`].
    pub values: Vec<f64>,
}

/// The record of a lane: every loss, and thinned checkpoints.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Record {
    /// The loss before each update, in node units.
    pub losses: Vec<f64>,
    /// Parameters to go back to, in the order of steps.
    pub checkpoints: Vec<Checkpoint>,
    /// The parameters now.
    pub values: Vec<f64>,
    /// The steps at which the run started anew.
    pub restarts: Vec<usize>,
    /// Every how many steps a checkpoint is kept.
    stride: usize,
}

impl Record {
    /// Takes in what happened since the last report.
    pub fn append(&mut self, news: Record) {
        let Record {
            losses,
            checkpoints,
            values,
            restarts,
            stride,
        } = news;
        self.losses.extend(losses);
        self.checkpoints.extend(checkpoints);
        self.restarts.extend(restarts);
        self.values = values;
        self.thin(stride);
    }

    fn thin(&mut self, stride: usize) {
        self.stride = self.stride.max(stride).max(1);
        let most = most_checkpoints(self.values.len());
        while self.checkpoints.len() > most {
            let (stride, before) = (self.stride, self.checkpoints.len());
            self.checkpoints
                .retain(|checkpoint| checkpoint.step.is_multiple_of(stride));
            if 2 * self.checkpoints.len() > most && self.checkpoints.len() == before {
                self.stride *= 2;
            }
        }
    }

    /// The checkpoint nearest to a step.
    #[must_use]
    pub fn nearest(&self, step: f64) -> Option<&Checkpoint> {
        self.checkpoints.iter().min_by(|a, b| {
            let distance = |checkpoint: &Checkpoint| (checkpoint.step as f64 - step).abs();
            distance(a).total_cmp(&distance(b))
        })
    }
}

/// Something a run has to say.
#[derive(Debug)]
pub enum News {
    /// What each lane did since the last report.
    Progress(Vec<Record>),
    /// It takes no more steps: it was held, its steps are used up, or it came to an end. Its best is being confirmed by
    /// the dynamics from `initial`.
    Stopped,
    /// The best is confirmed. Does not come if it is let go on before.
    Resting(Rest),
    /// It broke down, and will not go on.
    Failed(String),
}

/// How a run came to rest.
#[derive(Debug)]
pub struct Rest {
    /// The best of each lane, confirmed by the dynamics from `initial`.
    pub best: Vec<Trained>,
    /// Whether there is nothing more to do.
    pub is_done: bool,
    /// Why it cannot go on, if it cannot.
    pub trouble: Option<String>,
}

/// A training on a thread of its own. Dropping it abandons what runs.
pub struct Run {
    orders: Option<Sender<(u64, usize)>>,
    news: Receiver<(u64, News)>,
    control: Arc<Control>,
    last_order: u64,
}

/// Read by the thread between its steps, and within long ones.
#[derive(Debug)]
struct Control {
    /// The number of the last order that was given.
    given: AtomicU64,
    /// The number of the last order that is not wanted any more; [`ABANDONED`] if no order is.
    held: AtomicU64,
    /// The learning rate, as bits.
    rate: AtomicU64,
}

/// No order has this number.
const ABANDONED: u64 = u64::MAX;

impl Control {
    fn is_held(&self, order: u64) -> bool {
        self.held.load(Ordering::Acquire) >= order
    }

    fn is_abandoned(&self) -> bool {
        self.is_held(ABANDONED)
    }

    /// Whether another order came after this one.
    fn is_overtaken(&self, order: u64) -> bool {
        self.given.load(Ordering::Acquire) > order
    }
}

impl Run {
    /// Starts the thread, which draws the first parameters, reports them and waits. `wake` is called after every report.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub fn spawn(lanes: Vec<Lane>, wake: impl Fn() + Send + 'static) -> std::io::Result<Self> {
        let (orders, inbox) = channel();
        let (outbox, news) = sync_channel(MOST_WAITING);
        let rate = lanes.first().map_or(0.0, |lane| lane.plan.training.rate);
        let control = Arc::new(Control {
            given: AtomicU64::new(0),
            held: AtomicU64::new(0),
            rate: AtomicU64::new(rate.to_bits()),
        });
        let shared = Arc::clone(&control);
        thread::Builder::new()
            .name("training".to_owned())
            .spawn(move || {
                let work = || work(lanes, &inbox, &outbox, &shared, &wake);
                let failure = match catch_unwind(AssertUnwindSafe(work)) {
                    Ok(Ok(())) => return,
                    Ok(Err(error)) => error.to_string(),
                    Err(panic) => message(panic.as_ref()),
                };
                // Nobody may be listening any more.
                let _ = outbox.send((ABANDONED, News::Failed(failure)));
                wake();
            })?;
        Ok(Self {
            orders: Some(orders),
            news,
            control,
            last_order: 0,
        })
    }

    /// Lets it take this many steps, or as many as its plan has.
    pub fn go(&mut self, steps: usize) {
        self.last_order += 1;
        self.control.given.store(self.last_order, Ordering::Release);
        if let Some(orders) = &self.orders {
            // A thread that has ended has said why.
            let _ = orders.send((self.last_order, steps));
        }
    }

    /// Lets it stop: a long step is given up where it is, and can be taken again. The best so far is then reported.
    pub fn hold(&self) {
        self.control.held.store(self.last_order, Ordering::Release);
    }

    /// Sets the learning rate from the next step on.
    pub fn set_rate(&self, rate: f64) {
        self.control.rate.store(rate.to_bits(), Ordering::Release);
    }

    /// What it has said since it was last asked. How it came to rest after an earlier order is not worth telling: it is
    /// on its way again.
    pub fn poll(&self) -> impl Iterator<Item = News> {
        let news = self.news.try_iter();
        news.filter_map(|(order, news)| match news {
            News::Stopped | News::Resting(_) if order < self.last_order => None,
            news => Some(news),
        })
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        self.control.held.store(ABANDONED, Ordering::Release);
        self.orders = None;
    }
}

/// A trainer and what of it has not been reported yet.
struct Stepped {
    trainer: Trainer,
    parameters: Parameters,
    is_done: bool,
    stride: usize,
    kept: usize,
    unreported: Record,
}

impl Stepped {
    fn new(lane: Lane) -> Result<Self, TrainError> {
        let Lane {
            network,
            task,
            objective,
            plan,
        } = lane;
        let trainer = Trainer::new(&network, &task, objective, plan)?;
        let parameters = Parameters::new(trainer.system(), &task);
        let mut stepped = Self {
            trainer,
            parameters,
            is_done: false,
            stride: 1,
            kept: 0,
            unreported: Record::default(),
        };
        stepped.look();
        Ok(stepped)
    }

    /// Notes the parameters as they are.
    fn look(&mut self) {
        self.unreported.values = self.parameters.values(self.trainer.system());
    }

    fn step(&mut self, rate: f64) -> Result<(), TrainError> {
        self.trainer.set_rate(rate);
        let (steps, restarts) = (self.trainer.losses().len(), self.trainer.restarts().len());
        let status = self.trainer.step()?;
        self.is_done = status == Status::Done;
        let losses = &self.trainer.losses()[steps..];
        self.unreported.losses.extend_from_slice(losses);
        let anew = &self.trainer.restarts()[restarts..];
        self.unreported.restarts.extend_from_slice(anew);
        // After a new start the system holds other parameters than those the loss belongs to.
        if let (&[loss], []) = (losses, anew)
            && loss.is_finite()
            && steps.is_multiple_of(self.stride)
        {
            self.unreported.checkpoints.push(Checkpoint {
                step: steps,
                loss,
                values: self.parameters.values(self.trainer.system()),
            });
            self.kept += 1;
            if self.kept > most_checkpoints(self.parameters.len()) {
                self.stride *= 2;
                self.kept /= 2;
            }
        }
        Ok(())
    }

    fn report(&mut self) -> Record {
        self.look();
        let values = self.unreported.values.clone();
        let mut report = std::mem::take(&mut self.unreported);
        self.unreported.values = values;
        report.stride = self.stride;
        report
    }
}

/// The life of the thread: an order, its steps, the best, the next order.
fn work(
    lanes: Vec<Lane>,
    inbox: &Receiver<(u64, usize)>,
    outbox: &SyncSender<(u64, News)>,
    control: &Arc<Control>,
    wake: &impl Fn(),
) -> Result<(), TrainError> {
    let mut lanes: Vec<Stepped> = lanes
        .into_iter()
        .map(Stepped::new)
        .collect::<Result<_, _>>()?;
    let tell = |order: u64, news: News| {
        let is_heard = outbox.send((order, news)).is_ok();
        wake();
        is_heard
    };
    if !tell(0, progress(&mut lanes)) {
        return Ok(());
    }
    while let Ok((order, most)) = inbox.recv() {
        let interrupt = raised(control, move |control| control.is_held(order));
        for lane in &mut lanes {
            lane.trainer.set_interrupt(interrupt.clone());
        }
        let mut trouble = None;
        let mut waiting = None;
        let mut reported = Instant::now();
        for _ in 0..most {
            if control.is_held(order) || lanes.iter().all(|lane| lane.is_done) || trouble.is_some()
            {
                break;
            }
            let rate = f64::from_bits(control.rate.load(Ordering::Acquire));
            for lane in lanes.iter_mut().filter(|lane| !lane.is_done) {
                if let Err(error) = lane.step(rate) {
                    trouble = Some(error.to_string());
                }
            }
            if reported.elapsed() >= REPORT_EVERY {
                reported = Instant::now();
                let news = merged(waiting.take(), &mut lanes);
                match outbox.try_send((order, News::Progress(news))) {
                    Ok(()) => wake(),
                    Err(TrySendError::Full((_, News::Progress(news)))) => waiting = Some(news),
                    Err(_) => return Ok(()),
                }
            }
        }
        if control.is_abandoned() {
            return Ok(());
        }
        // What is over is found out by a step that does nothing: a plan's steps may just have been used up.
        let is_done = trouble.is_some() || lanes.iter().all(|lane| lane.is_done);
        let last = merged(waiting, &mut lanes);
        if !tell(order, News::Progress(last)) || !tell(order, News::Stopped) {
            return Ok(());
        }
        // Whoever goes on waits for nothing: the best is confirmed when the run rests again.
        let interrupt = raised(control, move |control| {
            control.is_abandoned() || control.is_overtaken(order)
        });
        let best: Option<Vec<Trained>> = lanes
            .iter()
            .map(|lane| lane.trainer.clone().finish_unless(&interrupt))
            .collect();
        let Some(best) = best else { continue };
        let rest = Rest {
            best,
            is_done,
            trouble,
        };
        if !tell(order, News::Resting(rest)) {
            return Ok(());
        }
    }
    Ok(())
}

fn raised(
    control: &Arc<Control>,
    is_raised: impl Fn(&Control) -> bool + Send + Sync + 'static,
) -> Interrupt {
    let control = Arc::clone(control);
    Interrupt::when(move || is_raised(&control))
}

fn progress(lanes: &mut [Stepped]) -> News {
    News::Progress(lanes.iter_mut().map(Stepped::report).collect())
}

/// What has happened since the last report that was taken.
fn merged(waiting: Option<Vec<Record>>, lanes: &mut [Stepped]) -> Vec<Record> {
    let news = lanes.iter_mut().map(Stepped::report);
    match waiting {
        None => news.collect(),
        Some(mut waiting) => {
            waiting
                .iter_mut()
                .zip(news)
                .for_each(|(record, news)| record.append(news));
            waiting
        }
    }
}

/// A network with these values of its trainable parameters; its no-NDC twin if `monotone`.
#[must_use]
pub fn network_with(network: &Network, task: &Task, monotone: bool, values: &[f64]) -> Network {
    let mut network = network.clone();
    if monotone {
        twin::constrain(&mut network);
    }
    let mut system = System::new(&network);
    let parameters = Parameters::new(&system, task);
    for (parameter, &value) in parameters.as_slice().iter().zip(values) {
        parameter.write(&mut system, value);
    }
    parameters.store(&system, &mut network);
    network
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::presets::preset;
    use crate::learn::Training;

    fn lane(plan: Plan) -> Lane {
        let document = preset("fold").unwrap().load().unwrap().document;
        let task = document.task.unwrap();
        let system = System::new(&document.network);
        let objective = Objective::new(&document.network, &system, &task, None).unwrap();
        Lane {
            network: Arc::new(document.network),
            task: Arc::new(task),
            objective,
            plan,
        }
    }

    fn plan(steps: usize) -> Plan {
        Plan {
            training: Training {
                steps,
                ..Training::default()
            },
            seed: Some(3),
            monotone: false,
        }
    }

    /// Reads news until the run rests.
    fn rest(run: &Run, record: &mut Record) -> Rest {
        for _ in 0..20_000 {
            for news in run.poll() {
                match news {
                    News::Progress(mut lanes) => record.append(lanes.remove(0)),
                    News::Stopped => {}
                    News::Resting(rest) => return rest,
                    News::Failed(message) => panic!("{message}"),
                }
            }
            thread::sleep(Duration::from_millis(1));
        }
        panic!("no rest within twenty seconds");
    }

    #[test]
    fn a_run_in_pieces_is_the_run_in_one() {
        let mut whole = Record::default();
        let mut run = Run::spawn(vec![lane(plan(40))], || {}).unwrap();
        run.go(usize::MAX);
        assert!(rest(&run, &mut whole).is_done);
        let mut pieces = Record::default();
        let mut run = Run::spawn(vec![lane(plan(40))], || {}).unwrap();
        for _ in 0..5 {
            run.go(8);
            let _ = rest(&run, &mut pieces);
        }
        assert_eq!(whole.losses.len(), 40);
        assert_eq!(whole.losses, pieces.losses);
        let checkpoint = whole.nearest(17.2).unwrap();
        assert_eq!(checkpoint.step, 17);
        assert!((checkpoint.loss - whole.losses[17]).abs() < 1e-15);
    }

    #[test]
    fn holding_keeps_the_best() {
        let mut record = Record::default();
        let mut run = Run::spawn(vec![lane(plan(1_000_000))], || {}).unwrap();
        run.go(usize::MAX);
        thread::sleep(Duration::from_millis(50));
        run.hold();
        let rest = rest(&run, &mut record);
        assert!(!rest.is_done && rest.best[0].best_loss.is_some());
        let least = record.losses.iter().copied().fold(f64::INFINITY, f64::min);
        assert!(rest.best[0].best_loss.unwrap() <= least * (1.0 + 1e-6));
    }

    #[test]
    fn many_parameters_leave_room_for_few_checkpoints() {
        assert_eq!(most_checkpoints(24), MOST_CHECKPOINTS);
        assert_eq!(most_checkpoints(80_000), 100);
        assert_eq!(most_checkpoints(usize::MAX), 16);
    }

    #[test]
    fn checkpoints_are_thinned() {
        let mut record = Record::default();
        for step in 0..5000 {
            record.append(Record {
                losses: vec![1.0],
                checkpoints: vec![Checkpoint {
                    step,
                    loss: 1.0,
                    values: vec![step as f64],
                }],
                ..Record::default()
            });
        }
        assert!(record.checkpoints.len() <= MOST_CHECKPOINTS + 16);
        assert_eq!(record.losses.len(), 5000);
        let far = record.nearest(4321.0).unwrap();
        assert!(far.step.abs_diff(4321) <= 16);
    }
}
