//! Gates: what several programs read and write in turn, never at once.

use std::fs::{File, TryLockError};
use std::io;
use std::path::Path;
use std::thread;
use std::time::Duration;

/// How often, and how long apart, a gate is tried: half a second in all, since nobody holds one for longer than it takes
/// to write a small file.
const TRIES: u32 = 25;
const PAUSE: Duration = Duration::from_millis(20);

/// A file that is locked by whoever goes through; the system opens it again when the program ends, however that is.
pub(crate) struct Gate {
    /// Locked as long as this is open.
    _file: File,
    is_locked: bool,
}

impl Gate {
    /// Waits for a gate, and shuts it until this is dropped.
    ///
    /// # Errors
    /// If its folder takes no file, or its file system has no locks.
    pub(crate) fn enter(path: &Path) -> io::Result<Self> {
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(path)?;
        let mut is_locked = false;
        for _ in 0..TRIES {
            match file.try_lock() {
                Ok(()) => {
                    is_locked = true;
                    break;
                }
                Err(TryLockError::WouldBlock) => thread::sleep(PAUSE),
                Err(TryLockError::Error(error)) => return Err(error),
            }
        }
        Ok(Self {
            _file: file,
            is_locked,
        })
    }

    /// False if another program held it all the time.
    pub(crate) fn is_locked(&self) -> bool {
        self.is_locked
    }
}
