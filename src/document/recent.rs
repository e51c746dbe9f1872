//! The files that were opened or saved of late, newest first, remembered from run to run.

use std::fs;
use std::path::{Path, PathBuf, absolute};

use super::gate::Gate;
use super::save::{FileError, save_bytes};

/// As many as a menu shows without becoming a list to search.
const MOST: usize = 10;

/// The files of late.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recent {
    /// Where the list is kept; nowhere if `None`.
    store: Option<PathBuf>,
    paths: Vec<PathBuf>,
}

impl Recent {
    /// The list kept in `store`, empty if there is none or it cannot be read: it is a convenience, not work.
    #[must_use]
    pub fn load(store: Option<PathBuf>) -> Self {
        let mut recent = Self {
            store,
            paths: Vec::new(),
        };
        recent.reload();
        recent
    }

    /// Takes in what other windows have added meanwhile.
    pub fn reload(&mut self) {
        let bytes = self.store.as_deref().and_then(|path| fs::read(path).ok());
        let listed = bytes.and_then(|bytes| serde_json::from_slice::<Vec<PathBuf>>(&bytes).ok());
        if let Some(mut listed) = listed {
            listed.truncate(MOST);
            self.paths = listed;
        }
    }

    /// The files, newest first.
    #[must_use]
    pub fn paths(&self) -> &[PathBuf] {
        &self.paths
    }

    /// Whether a file of the list is where it was.
    #[must_use]
    pub fn is_there(path: &Path) -> bool {
        path.is_file()
    }

    /// Puts a file at the head of the list.
    ///
    /// # Errors
    /// If the list cannot be kept; it is right in this window all the same.
    pub fn add(&mut self, path: &Path) -> Result<(), FileError> {
        // Two windows that add at the same time would each write a list without the other's. Where there is no gate,
        // that is a risk worth taking for a convenience.
        let gate = self
            .store
            .as_deref()
            .map(|store| store.with_extension("lock"));
        let _gate = gate.and_then(|gate| Gate::enter(&gate).ok());
        self.reload();
        // The list outlives the folder the program was started in.
        let path = absolute(path).unwrap_or_else(|_| path.to_owned());
        self.paths.retain(|known| *known != path);
        self.paths.insert(0, path);
        self.paths.truncate(MOST);
        let Some(store) = &self.store else {
            return Ok(());
        };
        // A path that is no text has no place in the list on disk.
        let listed: Vec<&str> = self.paths.iter().filter_map(|path| path.to_str()).collect();
        let bytes = serde_json::to_vec_pretty(&listed).unwrap_or_default();
        save_bytes(&bytes, store)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Without taking turns, each list would lack what the others added meanwhile.
    #[test]
    fn windows_that_add_at_the_same_time_lose_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let store = folder.path().join("recent.json");
        std::thread::scope(|scope| {
            for window in 0..3 {
                let store = store.clone();
                let folder = folder.path();
                scope.spawn(move || {
                    let mut recent = Recent::load(Some(store));
                    for file in 0..3 {
                        recent
                            .add(&folder.join(format!("{window}-{file}")))
                            .unwrap();
                    }
                });
            }
        });
        let mut paths = Recent::load(Some(store)).paths().to_vec();
        paths.sort();
        let all: Vec<PathBuf> = (0..9)
            .map(|k| folder.path().join(format!("{}-{}", k / 3, k % 3)))
            .collect();
        assert_eq!(paths, all);
    }
}
