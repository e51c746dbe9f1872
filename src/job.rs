//! Work beside the window: a thread that keeps only the latest order, can be told to stop, and survives a panic.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use crate::interrupt::Interrupt;

/// The number of an order; a later order makes the earlier ones stale.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct JobId(u64);

/// Told to a running job, which asks it between its steps.
#[derive(Clone, Debug)]
pub struct Cancel {
    id: JobId,
    latest: Arc<AtomicU64>,
}

impl Cancel {
    /// Whether a later order has come in, so that nobody waits for this one any more.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.latest.load(Ordering::Acquire) != self.id.0
    }

    /// The same for work that knows of no jobs.
    #[must_use]
    pub fn interrupt(&self) -> Interrupt {
        let cancel = self.clone();
        Interrupt::when(move || cancel.is_cancelled())
    }
}

/// What became of an order.
#[derive(Clone, Debug, PartialEq)]
pub enum Event<T> {
    /// The result.
    Done(T),
    /// The job panicked; its message.
    Failed(String),
}

/// A thread that carries out orders, the latest first and only that.
///
/// Dropping the worker cancels what runs and lets the thread end.
pub struct Worker<J, T> {
    orders: Option<Sender<(JobId, J)>>,
    events: Receiver<(JobId, Event<T>)>,
    latest: Arc<AtomicU64>,
    next: u64,
    is_busy: bool,
}

impl<J: Send + 'static, T: Send + 'static> Worker<J, T> {
    /// Starts the thread. `wake` is called after every event, from that thread: the window's chance to look.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub fn spawn(
        name: &str,
        wake: impl Fn() + Send + 'static,
        run: impl Fn(J, &Cancel) -> T + Send + 'static,
    ) -> std::io::Result<Self> {
        let (orders, inbox) = channel::<(JobId, J)>();
        let (outbox, events) = channel();
        let latest = Arc::new(AtomicU64::new(0));
        let shared = Arc::clone(&latest);
        thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || {
                while let Ok(first) = inbox.recv() {
                    let (id, job) = inbox.try_iter().last().unwrap_or(first);
                    let cancel = Cancel {
                        id,
                        latest: Arc::clone(&shared),
                    };
                    if cancel.is_cancelled() {
                        continue;
                    }
                    let event = match catch_unwind(AssertUnwindSafe(|| run(job, &cancel))) {
                        Ok(result) => Event::Done(result),
                        Err(panic) => Event::Failed(message(panic.as_ref())),
                    };
                    if outbox.send((id, event)).is_err() {
                        break;
                    }
                    wake();
                }
            })?;
        Ok(Self {
            orders: Some(orders),
            events,
            latest,
            next: 1,
            is_busy: false,
        })
    }

    /// Gives an order; what was ordered before is abandoned.
    pub fn submit(&mut self, job: J) -> JobId {
        let id = JobId(self.next);
        self.next += 1;
        self.latest.store(id.0, Ordering::Release);
        self.is_busy = self
            .orders
            .as_ref()
            .is_some_and(|orders| orders.send((id, job)).is_ok());
        id
    }

    /// Abandons what was ordered: nothing will come of it.
    pub fn abandon(&mut self) {
        // An order of this number is never given.
        self.latest.store(self.next, Ordering::Release);
        self.next += 1;
        self.is_busy = false;
    }

    /// What came of the latest order, once; results of earlier orders are dropped.
    pub fn poll(&mut self) -> Option<Event<T>> {
        let latest = JobId(self.latest.load(Ordering::Acquire));
        let event = self
            .events
            .try_iter()
            .filter(|(id, _)| *id == latest)
            .map(|(_, event)| event)
            .last();
        if event.is_some() {
            self.is_busy = false;
        }
        event
    }

    /// Whether the latest order is still being carried out.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        self.is_busy
    }
}

impl<J, T> Drop for Worker<J, T> {
    fn drop(&mut self) {
        // No order has this number: whatever runs is cancelled.
        self.latest.store(u64::MAX, Ordering::Release);
        self.orders = None;
    }
}

/// What a panic says.
pub(crate) fn message(panic: &(dyn std::any::Any + Send)) -> String {
    panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "the computation stopped for an unknown reason".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn wait<J: Send + 'static, T: Send + 'static>(worker: &mut Worker<J, T>) -> Event<T> {
        for _ in 0..2000 {
            if let Some(event) = worker.poll() {
                return event;
            }
            thread::sleep(Duration::from_millis(1));
        }
        panic!("no event within two seconds");
    }

    #[test]
    fn the_latest_order_wins_and_the_running_one_is_told() {
        let mut worker = Worker::spawn(
            "test",
            || {},
            |n: u32, cancel: &Cancel| {
                // Order 0 runs until it is cancelled.
                while n == 0 && !cancel.is_cancelled() {
                    thread::sleep(Duration::from_millis(1));
                }
                n
            },
        )
        .unwrap();
        worker.submit(0);
        worker.submit(1);
        worker.submit(2);
        assert!(worker.is_busy());
        assert_eq!(wait(&mut worker), Event::Done(2));
        assert!(!worker.is_busy() && worker.poll().is_none());
    }

    #[test]
    fn what_is_abandoned_never_comes_and_the_next_order_does() {
        let mut worker = Worker::spawn("test", || {}, |n: u32, _: &Cancel| n).unwrap();
        worker.submit(1);
        thread::sleep(Duration::from_millis(20));
        worker.abandon();
        assert!(!worker.is_busy() && worker.poll().is_none());
        worker.submit(2);
        assert_eq!(wait(&mut worker), Event::Done(2));
    }

    #[test]
    fn a_panic_becomes_a_message_and_the_worker_lives_on() {
        let mut worker = Worker::spawn(
            "test",
            || {},
            |n: u32, _: &Cancel| {
                assert!(n != 13, "thirteen");
                n
            },
        )
        .unwrap();
        worker.submit(13);
        assert_eq!(wait(&mut worker), Event::Failed("thirteen".into()));
        worker.submit(14);
        assert_eq!(wait(&mut worker), Event::Done(14));
    }
}
