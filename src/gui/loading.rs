//! Large files are read beside the window: no frame waits for them.

use std::path::{Path, PathBuf};

use eframe::egui::Context;

use crate::document::{self, LoadError, Loaded, Stamp};
use crate::job::{Event, Worker};

/// Files up to so many bytes are read within a frame: a thousand edges or so, in a few milliseconds.
const SMALL: u64 = 200_000;

/// A file that was read, or why it was not; the outer error is a breakdown of the reading itself.
pub(crate) type Read = Result<Opened, String>;

/// A network with the trace of its file, or why there is none.
type Opened = Result<(Loaded, Stamp), LoadError>;

/// Reads one file at a time.
pub(crate) struct Loading {
    ctx: Context,
    worker: Option<Worker<PathBuf, Opened>>,
    path: Option<PathBuf>,
}

impl Loading {
    /// Nothing is being read; `ctx` is woken when something has been.
    pub(crate) fn new(ctx: &Context) -> Self {
        Self {
            ctx: ctx.clone(),
            worker: None,
            path: None,
        }
    }

    /// Begins to read a file, if it is large; a file that is read already is given up for it.
    pub(crate) fn begin(&mut self, path: &Path) -> bool {
        let is_large = path.metadata().is_ok_and(|found| found.len() > SMALL);
        if !is_large {
            return false;
        }
        if self.worker.is_none() {
            let waker = self.ctx.clone();
            let worker = Worker::spawn(
                "opening",
                move || waker.request_repaint(),
                |path: PathBuf, _| document::load_file(&path),
            );
            self.worker = worker.ok();
        }
        let Some(worker) = &mut self.worker else {
            return false;
        };
        worker.submit(path.to_owned());
        self.path = Some(path.to_owned());
        true
    }

    /// Gives up what is being read.
    pub(crate) fn give_up(&mut self) {
        self.path = None;
        if let Some(worker) = &mut self.worker {
            worker.abandon();
        }
    }

    /// What has been read, once.
    pub(crate) fn poll(&mut self) -> Option<(PathBuf, Read)> {
        let read = match self.worker.as_mut()?.poll()? {
            Event::Done(read) => Ok(read),
            Event::Failed(message) => Err(message),
        };
        Some((self.path.take()?, read))
    }

    /// Whether a file is being read.
    pub(crate) fn is_busy(&self) -> bool {
        self.path.is_some()
    }
}
