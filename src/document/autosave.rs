//! Autosaves: what is in no file yet, kept beside the program, so that a crash or a closed window loses nothing.
//!
//! A folder holds a *slot* for each program that runs: `<id>.lock`, which the program keeps locked as long as it lives;
//! `<id>.json`, its document while that differs from its file; and `<id>.replaced.json`, the unsaved document that
//! another one took the place of. The system drops a lock with its program, however that ends, so a slot that can be
//! locked is an orphan: the next program takes it over with all that is in it. Two programs never share a slot.
//!
//! Autosaves are ordinary network files. What belongs to them alone is under the key `autosave` of `app`.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use super::gate::Gate;
use super::save::{Disk, FileError, FileFault, LoadError, load};
use super::{Document, write};

/// The key in a document's `app` that says which file an autosave belongs to.
const APP_KEY: &str = "autosave";

/// How the names of slots end.
const LOCK: &str = ".lock";
const REPLACED: &str = ".replaced.json";
const PRESENT: &str = ".json";
const BROKEN: &str = ".broken";

/// The file that a program locks while it looks for a slot: claiming and clearing away are not to cross.
const GATE: &str = "slots";

/// Which of the two documents of a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// The one that is open.
    Present,
    /// The one that the open one took the place of.
    Replaced,
}

/// An autosave that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    /// The document.
    pub document: Document,
    /// The file it belongs to, if it was ever in one.
    pub path: Option<PathBuf>,
    /// When it was written.
    pub written: SystemTime,
}

impl Kept {
    /// How long ago it was written.
    #[must_use]
    pub fn age(&self) -> Duration {
        self.written.elapsed().unwrap_or_default()
    }

    /// Whether its file has been written after it.
    #[must_use]
    pub fn is_older_than_file(&self) -> bool {
        let written = |path: &Path| fs::metadata(path).and_then(|of| of.modified()).ok();
        let file = self.path.as_deref().and_then(written);
        file.is_some_and(|file| file > self.written)
    }

    /// Whether its file holds the very same.
    #[must_use]
    pub fn is_as_in_file(&self) -> bool {
        let bytes = self.path.as_deref().and_then(|path| fs::read(path).ok());
        bytes.is_some_and(|bytes| bytes == write(&self.document))
    }
}

/// An autosave that could not be read, and was put aside.
#[derive(Debug)]
pub struct Broken {
    /// Where it is now.
    pub path: PathBuf,
    /// What is wrong with it.
    pub error: LoadError,
}

/// Why nothing can be kept in a folder.
#[derive(Debug, thiserror::Error)]
#[error("{}: unsaved work cannot be kept there ({error})", folder.display())]
pub struct SlotError {
    /// The folder.
    pub folder: PathBuf,
    /// What the system says.
    #[source]
    pub error: io::Error,
}

/// The place where one program keeps what is not saved; given up when it is dropped.
#[derive(Debug)]
pub struct Slot {
    folder: PathBuf,
    id: String,
    /// Where it is written.
    disk: Disk,
    /// Locked as long as this is open.
    lock: File,
}

/// A slot, and what an earlier program left in it.
#[derive(Debug)]
pub struct Claim {
    /// The slot.
    pub slot: Slot,
    /// The document that was open.
    pub present: Option<Kept>,
    /// The document before that.
    pub replaced: Option<Kept>,
    /// What could not be read.
    pub broken: Vec<Broken>,
    /// How many more slots hold work of programs that are gone: each program takes one.
    pub waiting: usize,
}

impl Slot {
    /// Takes a slot in `folder`: the one with the newest autosave whose program is gone, or else a new one.
    ///
    /// # Errors
    /// If the folder takes no files, or its file system has no locks.
    pub fn claim(folder: &Path) -> Result<Claim, SlotError> {
        let fail = |error| SlotError {
            folder: folder.to_owned(),
            error,
        };
        fs::create_dir_all(folder).map_err(fail)?;
        // If another program holds it for too long, this one goes on without looking for what was left.
        let gate = Gate::enter(&folder.join(GATE)).map_err(fail)?;
        let mut broken = Vec::new();
        if gate.is_locked() {
            for id in orphans(folder).map_err(fail)? {
                let Some(slot) = Self::lock(folder, id).map_err(fail)? else {
                    continue;
                };
                let present = slot.read(Which::Present, &mut broken);
                let replaced = slot.read(Which::Replaced, &mut broken);
                if present.is_some() || replaced.is_some() {
                    return Ok(Claim {
                        slot,
                        present,
                        replaced,
                        broken,
                        waiting: waiting(folder).map_err(fail)?,
                    });
                }
                slot.clear();
            }
        }
        Ok(Claim {
            slot: Self::fresh(folder).map_err(fail)?,
            present: None,
            replaced: None,
            broken,
            waiting: 0,
        })
    }

    /// The same slot, kept on this disk.
    #[must_use]
    pub fn on(self, disk: Disk) -> Self {
        Self { disk, ..self }
    }

    /// Whether nothing is kept in it.
    fn is_empty(&self) -> bool {
        !self.path(Which::Present).exists() && !self.path(Which::Replaced).exists()
    }

    /// The slot of this name, unless a program has it.
    fn lock(folder: &Path, id: String) -> io::Result<Option<Self>> {
        let path = folder.join(format!("{id}{LOCK}"));
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(path)?;
        match lock.try_lock() {
            Ok(()) => Ok(Some(Self {
                folder: folder.to_owned(),
                id,
                disk: Disk::default(),
                lock,
            })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// Keeps a document in a slot of its own, which the next program takes over.
    ///
    /// # Errors
    /// If the folder does not take it.
    pub fn set_aside(&self, document: &Document, path: Option<&Path>) -> Result<(), FileError> {
        let fail = |error| FileError {
            path: self.folder.clone(),
            what: FileFault::FolderUnwritable(error),
        };
        let slot = Self::fresh(&self.folder).map_err(fail)?;
        slot.on(self.disk.clone())
            .keep(Which::Present, document, path)
    }

    /// A slot that nobody had before.
    fn fresh(folder: &Path) -> io::Result<Self> {
        let now = SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default();
        for k in 0_u32.. {
            let id = format!("{}-{}-{k}", now.as_millis(), std::process::id());
            if folder.join(format!("{id}{LOCK}")).exists() {
                continue;
            }
            if let Some(slot) = Self::lock(folder, id)? {
                return Ok(slot);
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }

    fn path(&self, which: Which) -> PathBuf {
        let Self { folder, id, .. } = self;
        folder.join(match which {
            Which::Present => format!("{id}{PRESENT}"),
            Which::Replaced => format!("{id}{REPLACED}"),
        })
    }

    /// Keeps a document: all of it, or nothing. `path` is the file it belongs to.
    ///
    /// # Errors
    /// If the folder does not take it; what was kept before is then unchanged.
    pub fn keep(
        &self,
        which: Which,
        document: &Document,
        path: Option<&Path>,
    ) -> Result<(), FileError> {
        let mut document = document.clone();
        // A path that is no text cannot be written into one: the work is kept, and asks for a name when it is saved.
        let path = path.and_then(Path::to_str);
        document
            .app
            .insert(APP_KEY.to_owned(), json!({ "path": path }));
        self.disk.save(&document, &self.path(which)).map(|_| ())
    }

    /// Drops what was kept.
    pub fn drop_kept(&self, which: Which) {
        let _ = fs::remove_file(self.path(which));
    }

    /// Reads what is kept; what cannot be read is put aside, so that it troubles nobody twice.
    fn read(&self, which: Which, broken: &mut Vec<Broken>) -> Option<Kept> {
        let path = self.path(which);
        let written = fs::metadata(&path).and_then(|of| of.modified()).ok()?;
        match load(&path) {
            Ok(loaded) => {
                let mut document = loaded.document;
                let note = document.app.shift_remove(APP_KEY);
                let path = note
                    .as_ref()
                    .and_then(|note| note.get("path"))
                    .and_then(Value::as_str);
                Some(Kept {
                    path: path.map(PathBuf::from),
                    document,
                    written,
                })
            }
            Err(error) => {
                let mut aside = path.clone().into_os_string();
                aside.push(BROKEN);
                let aside = PathBuf::from(aside);
                let path = match fs::rename(&path, &aside) {
                    Ok(()) => aside,
                    Err(_) => path,
                };
                broken.push(Broken { path, error });
                None
            }
        }
    }

    /// Removes the lock of a slot with nothing in it. The gate must be held: a program that has just opened this lock
    /// would else hold one that no other can see.
    fn clear(self) {
        if self.is_empty() {
            let _ = fs::remove_file(self.folder.join(format!("{}{LOCK}", self.id)));
        }
        let _ = self.lock.unlock();
    }

    /// Gives the slot up; what is kept in it stays.
    pub fn leave(self) {
        if let Ok(gate) = Gate::enter(&self.folder.join(GATE))
            && gate.is_locked()
        {
            self.clear();
        }
    }
}

/// How many slots hold work that no program has. The gate must be held.
fn waiting(folder: &Path) -> io::Result<usize> {
    let mut count = 0;
    for id in orphans(folder)? {
        // Dropped at once: whoever comes next may take it.
        let slot = Slot::lock(folder, id)?;
        count += usize::from(slot.is_some_and(|slot| !slot.is_empty()));
    }
    Ok(count)
}

/// The ids of all slots with something in them, those with an open document first, the newest of them first. Locks of
/// programs that ended with nothing to keep come last, to be cleared away.
fn orphans(folder: &Path) -> io::Result<Vec<String>> {
    let mut found: Vec<(u8, SystemTime, String)> = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let Some(name) = name.to_str() else {
            continue;
        };
        // The longer ending first: a replaced document's name ends like an open one's, too.
        let endings = [(1, REPLACED), (2, PRESENT), (0, LOCK)];
        let ending = endings
            .into_iter()
            .find_map(|(rank, ending)| Some((rank, name.strip_suffix(ending)?)));
        if let Some((rank, id)) = ending {
            let written = entry.metadata().and_then(|of| of.modified());
            found.push((
                rank,
                written.unwrap_or(SystemTime::UNIX_EPOCH),
                id.to_owned(),
            ));
        }
    }
    found.sort_by(|a, b| b.cmp(a));
    let mut ids: Vec<String> = Vec::new();
    for (_, _, id) in found {
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    Ok(ids)
}
