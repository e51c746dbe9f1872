//! What a file was like when this window last read or wrote it: to notice that another program has changed it since.

use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::Path;
use std::time::SystemTime;

/// The trace of a file's content.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stamp {
    /// When it was written, as far as the system knows: as long as this and the length stay, it is not read again.
    written: Option<SystemTime>,
    length: u64,
    /// Of the bytes; `None` for a file that was never seen.
    hash: Option<u64>,
}

impl Stamp {
    /// Of a file with this content.
    #[must_use]
    pub fn new(path: &Path, bytes: &[u8]) -> Self {
        Self {
            written: written(path),
            length: bytes.len() as u64,
            hash: Some(hash(bytes)),
        }
    }

    /// Of a file as it is now; of none if it cannot be read.
    #[must_use]
    pub fn of(path: &Path) -> Self {
        fs::read(path).map_or_else(|_| Self::default(), |bytes| Self::new(path, &bytes))
    }

    /// Whether the file holds something else now. One that is gone, or cannot be read, does not.
    pub fn is_outdated(&mut self, path: &Path) -> bool {
        let Ok(metadata) = fs::metadata(path) else {
            return false;
        };
        let now = metadata.modified().ok();
        if now.is_some() && now == self.written && metadata.len() == self.length {
            return false;
        }
        if !metadata.is_file() {
            return false;
        }
        let now = Self::of(path);
        if now.hash == self.hash || now.hash.is_none() {
            // Touched or copied over, with the same in it.
            self.written = now.written;
            return false;
        }
        true
    }
}

fn written(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|of| of.modified()).ok()
}

fn hash(bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    hasher.finish()
}

/// Whether two paths lead to the same file.
#[must_use]
pub fn is_same_file(a: &Path, b: &Path) -> bool {
    match (fs::canonicalize(a), fs::canonicalize(b)) {
        (Ok(a), Ok(b)) => a == b,
        _ => std::path::absolute(a).ok() == std::path::absolute(b).ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_content_is_noticed_and_the_same_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        fs::write(&path, "one").unwrap();
        let mut stamp = Stamp::of(&path);
        assert!(!stamp.is_outdated(&path));
        fs::write(&path, "two").unwrap();
        let later = SystemTime::now() + std::time::Duration::from_mins(1);
        let file = fs::File::options().write(true).open(&path).unwrap();
        file.set_modified(later).unwrap();
        assert!(stamp.is_outdated(&path) && stamp.is_outdated(&path));
        fs::write(&path, "one").unwrap();
        assert!(!stamp.is_outdated(&path));
        fs::remove_file(&path).unwrap();
        assert!(!stamp.is_outdated(&path));
        // What was never seen is not what is there.
        fs::write(&path, "one").unwrap();
        assert!(Stamp::default().is_outdated(&path));
    }
}
