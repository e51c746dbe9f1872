//! Keeps what is not saved: on a thread, at most twice a second, the latest state wins.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use eframe::egui::Context;

use super::editor::Editor;
use super::message::Message;
use super::situation;
use crate::document::{Disk, Document, FileError, Kept, Slot, Which};
use crate::job::{Event, Worker};

/// Seconds between two writes: half of the second within which a change is to be safe.
const PAUSE: f64 = 0.5;

/// Seconds after which it is tried again where it failed: a disk that was full may have room again, and nobody may change
/// anything any more.
const RETRY: f64 = 10.0;

/// A document to keep, and the file it belongs to.
#[derive(Clone, Debug)]
struct Item {
    document: Arc<Document>,
    path: Option<PathBuf>,
}

impl PartialEq for Item {
    /// The same document, not an equal one: comparing large ones would cost more than writing them. A document that is
    /// pointed to from here is never changed in place.
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.document, &other.document) && self.path == other.path
    }
}

impl Item {
    /// What an earlier program left.
    fn left(kept: &Kept) -> Self {
        Self {
            document: Arc::new(kept.document.clone()),
            path: kept.path.clone(),
        }
    }

    fn of(editor: &Editor) -> Option<Self> {
        editor.is_unsaved().then(|| Self {
            document: editor.shared(),
            path: editor.path().map(Path::to_owned),
        })
    }
}

/// Everything that is to be in the slot.
#[derive(Clone, Debug, Default, PartialEq)]
struct Order {
    present: Option<Item>,
    replaced: Option<Item>,
}

/// The slot and what is in it; whoever holds it writes.
struct Writer {
    slot: Option<Slot>,
    done: Order,
}

impl Writer {
    fn carry_out(&mut self, order: &Order) -> Result<(), FileError> {
        let Some(slot) = &self.slot else {
            return Ok(());
        };
        // The replaced document first: it must not be lost between two files.
        let parts = [
            (Which::Replaced, &order.replaced, &mut self.done.replaced),
            (Which::Present, &order.present, &mut self.done.present),
        ];
        for (which, item, done) in parts {
            if item == done {
                continue;
            }
            match item {
                Some(Item { document, path }) => slot.keep(which, document, path.as_deref())?,
                None => slot.drop_kept(which),
            }
            done.clone_from(item);
        }
        Ok(())
    }

    /// Writes what is still to be written, and gives the slot up.
    fn finish(&mut self, order: &Order) {
        // The window is gone: nobody can be told any more.
        let _ = self.carry_out(order);
        if let Some(slot) = self.slot.take() {
            slot.leave();
        }
    }
}

/// What an earlier run left.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// The document that was open and not saved.
    pub(crate) present: Option<Kept>,
    /// The document that it took the place of.
    pub(crate) replaced: Option<Kept>,
    /// How many more documents of windows that are gone wait for a window.
    pub(crate) waiting: usize,
    /// What is to be said about autosaves that could not be read.
    pub(crate) message: Option<Message>,
}

/// Keeps the unsaved documents of this window.
pub(crate) struct Keeper {
    writer: Arc<Mutex<Writer>>,
    worker: Option<Worker<Order, Result<(), FileError>>>,
    /// What was last ordered to be kept.
    ordered: Order,
    /// When, in the window's time.
    ordered_at: f64,
    /// What is to be kept as of now.
    wanted: Order,
    /// Whether the last order could not be carried out.
    has_failed: bool,
    /// Whether it was already said that nothing can be kept.
    has_complained: bool,
}

impl Keeper {
    /// Takes a slot in this folder; without a folder nothing is kept.
    pub(crate) fn new(ctx: &Context, folder: Option<&Path>, disk: &Disk) -> (Self, Found) {
        let mut found = Found::default();
        let mut slot = None;
        let mut done = Order::default();
        if let Some(folder) = folder {
            match Slot::claim(&folder.join("autosave")) {
                Ok(claim) => {
                    done = Order {
                        present: claim.present.as_ref().map(Item::left),
                        replaced: claim.replaced.as_ref().map(Item::left),
                    };
                    found = Found {
                        present: claim.present,
                        replaced: claim.replaced,
                        waiting: claim.waiting,
                        message: situation::broken_autosaves(&claim.broken),
                    };
                    slot = Some(claim.slot.on(disk.clone()));
                }
                Err(error) => found.message = Some(situation::no_slot(&error)),
            }
        }
        // Until the window takes them up, these are the documents that do not belong there.
        let ordered = done.clone();
        let writer = Arc::new(Mutex::new(Writer { slot, done }));
        let shared = Arc::clone(&writer);
        let waker = ctx.clone();
        let worker = Worker::spawn(
            "autosave",
            move || waker.request_repaint(),
            move |order: Order, _| locked(&shared).carry_out(&order),
        );
        let keeper = Self {
            writer,
            worker: worker.ok(),
            ordered,
            ordered_at: f64::NEG_INFINITY,
            wanted: Order::default(),
            has_failed: false,
            has_complained: false,
        };
        (keeper, found)
    }

    /// The slot holds these documents already: they were found in it.
    pub(crate) fn adopt(&mut self, present: &Editor, replaced: Option<&Editor>) {
        let order = Order {
            present: Item::of(present),
            replaced: replaced.and_then(Item::of),
        };
        locked(&self.writer).done.clone_from(&order);
        self.ordered.clone_from(&order);
        self.wanted = order;
    }

    /// Keeps a document that has no place in this window any more for the next one. Returns whether there was a place
    /// for it.
    pub(crate) fn set_aside(&self, editor: &Editor) -> Result<bool, FileError> {
        match &locked(&self.writer).slot {
            Some(slot) => slot
                .set_aside(editor.document(), editor.path())
                .map(|()| true),
            None => Ok(false),
        }
    }

    /// Sees to it that what is not saved is kept. Returns the seconds after which to ask again, if something is due,
    /// and what went wrong.
    pub(crate) fn update(
        &mut self,
        now: f64,
        present: &Editor,
        replaced: Option<&Editor>,
    ) -> (Option<f64>, Option<Message>) {
        let event = self.worker.as_mut().and_then(Worker::poll);
        if let Some(event) = &event {
            self.has_failed = !matches!(event, Event::Done(Ok(())));
        }
        let failure = match event {
            Some(Event::Done(Err(error))) => Some(situation::not_kept(&error)),
            Some(Event::Failed(problem)) => Some(situation::keeper_failed(&problem)),
            Some(Event::Done(Ok(()))) => {
                self.has_complained = false;
                None
            }
            None => None,
        };
        // Once is enough until it works again: the next change tries again anyway.
        let message = failure.filter(|_| !std::mem::replace(&mut self.has_complained, true));
        self.wanted = Order {
            present: Item::of(present),
            replaced: replaced.and_then(Item::of),
        };
        let pause = match (self.wanted == self.ordered, self.has_failed) {
            (true, false) => return (None, message),
            (true, true) => RETRY,
            (false, _) => PAUSE,
        };
        let due = self.ordered_at + pause - now;
        if due > 0.0 {
            return (Some(due), message);
        }
        self.ordered.clone_from(&self.wanted);
        self.ordered_at = now;
        self.has_failed = false;
        match &mut self.worker {
            Some(worker) => {
                worker.submit(self.ordered.clone());
            }
            None => {
                let _ = locked(&self.writer).carry_out(&self.ordered);
            }
        }
        (None, message)
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        // What is under way ends first: the writer is locked meanwhile. No later order can come.
        self.worker = None;
        locked(&self.writer).finish(&self.wanted);
    }
}

/// A writer whose thread broke down still has its slot.
fn locked(writer: &Mutex<Writer>) -> std::sync::MutexGuard<'_, Writer> {
    writer.lock().unwrap_or_else(PoisonError::into_inner)
}
