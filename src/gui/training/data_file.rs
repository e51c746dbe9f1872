//! A data file dropped on the window becomes the task.

use std::path::Path;

use super::gates::data_task;
use crate::document::{Document, Edit, Problem};

/// Whether a file is one of rows for a task.
pub(crate) fn is_data_file(path: &Path) -> bool {
    let extension = path.extension().and_then(std::ffi::OsStr::to_str);
    extension.is_some_and(|extension| extension.eq_ignore_ascii_case("csv"))
}

/// The change that makes a data file the task. Its path is kept relative to the network's file where it lies beside or
/// below that, so that both can be moved together.
///
/// # Errors
/// If the network has no input or output to learn with.
pub(crate) fn task_from_file(
    document: &Document,
    network_file: Option<&Path>,
    path: &Path,
) -> Result<Edit, Problem> {
    let folder = network_file.and_then(Path::parent);
    let path = folder
        .and_then(|folder| path.strip_prefix(folder).ok())
        .unwrap_or(path);
    let task = data_task(
        &document.network,
        document.task.as_ref(),
        &path.to_string_lossy(),
    );
    let task = task.ok_or_else(|| {
        Problem::new(
            "task",
            "data need an input and an output",
            "give reservoirs the roles input and output",
        )
    })?;
    Ok(Edit::SetTask(Some(task)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::presets::preset;
    use crate::learn::Source;

    #[test]
    fn files_beside_the_network_are_named_from_there() {
        let document = preset("fold").unwrap().load().unwrap().document;
        let network = Path::new("/home/me/fold.json");
        for (file, kept) in [
            ("/home/me/data/rows.csv", "data/rows.csv"),
            ("/data/rows.csv", "/data/rows.csv"),
        ] {
            let edit = task_from_file(&document, Some(network), Path::new(file)).unwrap();
            let Edit::SetTask(Some(task)) = edit else {
                panic!("{edit:?}");
            };
            let expected = Source::Data { path: kept.into() };
            assert_eq!(task.source, expected);
        }
        assert!(is_data_file(Path::new("a.CSV")) && !is_data_file(Path::new("a.json")));
    }
}
