//! Files on disk: reading with errors that say what to do, and saving that never leaves half a file behind.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use super::problem::Rejected;
use super::reader::{Loaded, read};
use super::stamp::Stamp;
use super::{Document, write};

/// The largest file that is read: far beyond any network that can be computed, so that a wrong choice (a disk image, an
/// endless device) does not exhaust the memory.
const LARGEST: u64 = 1 << 30;

/// A file that could not be read or written.
#[derive(Debug, thiserror::Error)]
#[error("{}: {what}; {}", path.display(), what.remedy())]
pub struct FileError {
    /// The file, or the folder that is in the way.
    pub path: PathBuf,
    /// What is wrong with it.
    pub what: FileFault,
}

/// What can be wrong with a file.
#[derive(Debug, thiserror::Error)]
pub enum FileFault {
    /// Nothing is there.
    #[error("there is no such file")]
    NotFound,
    /// It is a folder.
    #[error("is a folder, not a file")]
    IsFolder,
    /// It is a pipe or a device.
    #[error("is a pipe or a device, not a file")]
    Special,
    /// It is larger than any network file.
    #[error("is too large for a network file (over 1 GiB)")]
    TooLarge,
    /// It may not be read, or the disk fails.
    #[error("cannot be read ({0})")]
    Unreadable(#[source] io::Error),
    /// The folder to save in does not exist.
    #[error("there is no such folder")]
    NoFolder,
    /// The folder to save in takes no new file.
    #[error("the folder cannot be written to ({0})")]
    FolderUnwritable(#[source] io::Error),
    /// The program was told to save in another folder only.
    #[error("this window saves only in {}", .0.display())]
    Confined(PathBuf),
    /// The file there is write-protected.
    #[error("is write-protected")]
    WriteProtected,
    /// Writing failed half-way; what was there before is untouched.
    #[error("cannot be written ({0}); what was there is unchanged")]
    Unwritable(#[source] io::Error),
}

impl FileFault {
    /// Whether there is no room: the disk is full, or what one may have of it.
    #[must_use]
    pub fn is_full(&self) -> bool {
        let kind = match self {
            Self::FolderUnwritable(error) | Self::Unwritable(error) => error.kind(),
            _ => return false,
        };
        matches!(
            kind,
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
        )
    }

    /// What to do about it.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::NotFound => "check the path",
            Self::IsFolder => "choose a file in it",
            Self::Special => "choose a file",
            Self::TooLarge => "choose a network file",
            Self::Unreadable(_) => "check its permissions and the disk",
            Self::NoFolder => "make the folder, or save elsewhere",
            Self::FolderUnwritable(_) => "save elsewhere, or change the folder's permissions",
            Self::Confined(_) => "save there",
            Self::WriteProtected => "save under another name, or lift the protection",
            Self::Unwritable(_) => "free some space, or save elsewhere",
        }
    }
}

/// A file that gives no document.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The file could not be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// Its content was refused.
    #[error("{}: {rejected}", path.display())]
    Rejected {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        rejected: Rejected,
    },
}

/// Reads the document in a file.
///
/// # Errors
/// If the file cannot be read, or its content is not a `thermonet/1` document.
pub fn load(path: &Path) -> Result<Loaded, LoadError> {
    let bytes = read_bytes(path).map_err(|what| FileError {
        path: path.to_owned(),
        what,
    })?;
    read(&bytes).map_err(|rejected| LoadError::Rejected {
        path: path.to_owned(),
        rejected,
    })
}

/// The same for a window, with the trace of what was read. Reading from a pipe or a device could take for ever, and is
/// refused.
///
/// # Errors
/// As [`load`].
pub fn load_file(path: &Path) -> Result<(Loaded, Stamp), LoadError> {
    let fail = |what| FileError {
        path: path.to_owned(),
        what,
    };
    if is_special(path) {
        return Err(fail(FileFault::Special).into());
    }
    let bytes = read_bytes(path).map_err(fail)?;
    match read(&bytes) {
        Ok(loaded) => Ok((loaded, Stamp::new(path, &bytes))),
        Err(rejected) => Err(LoadError::Rejected {
            path: path.to_owned(),
            rejected,
        }),
    }
}

/// Whether there is something that is neither a file nor a folder.
pub(crate) fn is_special(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|of| !of.is_file() && !of.is_dir())
}

/// Whether a file of this path lies, or would lie, in `folder` or below it, links followed.
#[must_use]
pub fn lies_in(path: &Path, folder: &Path) -> bool {
    let target = follow_links(path);
    let parent = match target.parent() {
        Some(parent) if parent.as_os_str().is_empty() => Path::new("."),
        Some(parent) => parent,
        None => return false,
    };
    let canonical = |path: &Path| fs::canonicalize(path).ok();
    match (canonical(parent), canonical(folder)) {
        (Some(parent), Some(folder)) => parent.starts_with(folder),
        _ => false,
    }
}

fn read_bytes(path: &Path) -> Result<Vec<u8>, FileFault> {
    let fault = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => FileFault::NotFound,
        io::ErrorKind::IsADirectory => FileFault::IsFolder,
        _ => FileFault::Unreadable(error),
    };
    // Asked first, since opening a folder fails differently from system to system.
    if path.is_dir() {
        return Err(FileFault::IsFolder);
    }
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes))
        .map_err(fault)?;
    if bytes.len() as u64 > LARGEST {
        return Err(FileFault::TooLarge);
    }
    Ok(bytes)
}

/// Saves a document: all of it, or nothing.
///
/// The bytes go to a temporary file in the same folder, are flushed to the disk, and then take the file's name in one
/// step; a crash leaves the old file or the new one. A symbolic link is followed, and the permissions of a file that is
/// replaced are kept.
///
/// # Errors
/// If the folder or the file does not take it; what was there before is then unchanged.
pub fn save(document: &Document, path: &Path) -> Result<Stamp, FileError> {
    let bytes = write(document);
    save_bytes(&bytes, path)?;
    Ok(Stamp::new(path, &bytes))
}

/// Writes a file in the way [`save`] does.
///
/// # Errors
/// If the folder or the file does not take it; what was there before is then unchanged.
pub fn save_bytes(bytes: &[u8], path: &Path) -> Result<(), FileError> {
    write_with(path, |file| file.write_all(bytes))
}

/// Where files are written: the disk as it is, or one of which a folder is full. The latter is how the window is tried
/// out on a full disk.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Disk {
    /// In this folder and below it there is no room; `None` for the disk as it is.
    pub full: Option<PathBuf>,
}

impl Disk {
    /// Saves a document as [`save`] does.
    ///
    /// # Errors
    /// As [`save`].
    pub fn save(&self, document: &Document, path: &Path) -> Result<Stamp, FileError> {
        let is_full = |folder: &PathBuf| lies_in(path, folder);
        if !self.full.as_ref().is_some_and(is_full) {
            return save(document, path);
        }
        let bytes = write(document);
        write_with(path, |file| {
            // As the system does: it takes what it has room for.
            file.write_all(&bytes[..bytes.len() / 2])?;
            Err(io::ErrorKind::StorageFull.into())
        })?;
        Ok(Stamp::new(path, &bytes))
    }
}

/// Makes a file of what `fill` writes, or leaves everything as it is.
fn write_with(
    path: &Path,
    fill: impl FnOnce(&mut File) -> io::Result<()>,
) -> Result<(), FileError> {
    let target = follow_links(path);
    let at = |path: &Path, what| FileError {
        path: path.to_owned(),
        what,
    };
    if target.is_dir() {
        return Err(at(&target, FileFault::IsFolder));
    }
    // What a device or a pipe is would be gone with its name.
    if is_special(&target) {
        return Err(at(&target, FileFault::Special));
    }
    let folder = match target.parent() {
        Some(parent) if parent.as_os_str().is_empty() => Path::new("."),
        Some(parent) => parent,
        None => return Err(at(&target, FileFault::IsFolder)),
    };
    if !folder.is_dir() {
        return Err(at(folder, FileFault::NoFolder));
    }
    let permissions = fs::metadata(&target).ok().map(|of| of.permissions());
    if permissions.as_ref().is_some_and(fs::Permissions::readonly) {
        return Err(at(&target, FileFault::WriteProtected));
    }
    let mut file =
        temporary_in(folder).map_err(|error| at(folder, FileFault::FolderUnwritable(error)))?;
    let outcome = (|| {
        fill(file.as_file_mut())?;
        if let Some(permissions) = permissions {
            file.as_file().set_permissions(permissions)?;
        }
        file.as_file().sync_all()?;
        file.persist(&target).map_err(|error| error.error)
    })();
    outcome.map_err(|error| at(&target, FileFault::Unwritable(error)))?;
    sync_folder(folder);
    Ok(())
}

/// An empty file with the permissions of any new one; those of a temporary file would hide a saved network from
/// everyone but its owner.
fn temporary_in(folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".thermonet-").suffix(".tmp");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder)
}

/// Makes the new name last through a power cut, where the system lets a folder be opened for that. The file is in
/// place already, so a system that refuses is no reason to report a failed save.
fn sync_folder(folder: &Path) {
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
}

/// The file that a path means in the end, even if it does not exist yet.
fn follow_links(path: &Path) -> PathBuf {
    // As many links as Linux follows, so that a ring of links ends in an error instead of a loop.
    const MOST_LINKS: usize = 40;
    let mut target = path.to_owned();
    for _ in 0..MOST_LINKS {
        let Ok(link) = fs::read_link(&target) else {
            break;
        };
        target = match target.parent() {
            Some(parent) => parent.join(link),
            None => link,
        };
    }
    target
}
