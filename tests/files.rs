//! Files on disk: saving is all or nothing, follows links, keeps permissions, and says what to do when it cannot.

#![expect(
    clippy::unwrap_used,
    reason = "a failed unwrap is a failed test, in helpers, too"
)]

use std::fs;
use std::path::Path;

use tempfile::{TempDir, tempdir};
use thermonet::document::presets::preset;
use thermonet::document::{Disk, Document, FileFault, LoadError, load, save, write};

fn document() -> Document {
    preset("latch").unwrap().load().unwrap().document
}

/// The names in a folder: no temporary file may stay behind.
fn names(folder: &TempDir) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn fault(path: &Path) -> (FileFault, String) {
    let error = save(&document(), path).expect_err("a save that cannot succeed");
    let text = error.to_string();
    (error.what, text)
}

#[test]
fn what_is_saved_is_loaded() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("a net.json");
    save(&document(), &path).unwrap();
    assert_eq!(load(&path).unwrap().document, document());
    fs::write(&path, "an older and longer file".repeat(10_000)).unwrap();
    save(&document(), &path).unwrap();
    assert_eq!(fs::read(&path).unwrap(), write(&document()));
    assert_eq!(names(&folder), ["a net.json"]);
}

#[test]
fn a_path_without_a_folder_is_in_the_current_one() {
    let name = format!("thermonet-test-{}.json", std::process::id());
    let path = Path::new(&name);
    save(&document(), path).unwrap();
    let loaded = load(path);
    fs::remove_file(path).unwrap();
    assert_eq!(loaded.unwrap().document, document());
}

#[test]
fn a_folder_that_is_not_there_or_not_one_is_named() {
    let folder = tempdir().unwrap();
    let (what, text) = fault(&folder.path().join("gone/net.json"));
    assert!(matches!(what, FileFault::NoFolder));
    assert!(
        text.contains("gone: there is no such folder; make the folder"),
        "{text}"
    );
    let file = folder.path().join("file");
    fs::write(&file, "x").unwrap();
    assert!(matches!(
        fault(&file.join("net.json")).0,
        FileFault::NoFolder
    ));
    assert!(matches!(fault(folder.path()).0, FileFault::IsFolder));
    assert!(matches!(fault(Path::new("/")).0, FileFault::IsFolder));
    assert_eq!(fs::read(&file).unwrap(), b"x");
}

/// A device or a pipe would be gone with its name; a socket stands for them here, since anyone can make one.
#[cfg(unix)]
#[test]
fn what_is_no_file_is_not_replaced() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("socket");
    let _socket = std::os::unix::net::UnixListener::bind(&path).unwrap();
    assert!(matches!(fault(&path).0, FileFault::Special));
    assert_eq!(names(&folder), ["socket"]);
    assert!(!fs::metadata(&path).unwrap().is_file());
}

#[test]
fn on_a_full_disk_nothing_is_left_of_a_file_but_what_was_there() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("net.json");
    fs::write(&path, "what was there").unwrap();
    let disk = Disk {
        full: Some(folder.path().to_owned()),
    };
    let error = disk.save(&document(), &path).unwrap_err();
    assert!(error.what.is_full(), "{error}");
    assert!(
        error
            .to_string()
            .contains("free some space, or save elsewhere"),
        "{error}"
    );
    assert_eq!(fs::read(&path).unwrap(), b"what was there");
    assert_eq!(names(&folder), ["net.json"]);
    // Elsewhere there is room.
    let other = tempdir().unwrap();
    disk.save(&document(), &other.path().join("net.json"))
        .unwrap();
    assert_eq!(names(&other), ["net.json"]);
}

/// Even the administrator cannot make files there.
#[cfg(target_os = "linux")]
#[test]
fn an_unwritable_folder_is_named() {
    let (what, text) = fault(Path::new("/proc/net.json"));
    assert!(matches!(what, FileFault::FolderUnwritable(_)));
    assert!(
        text.contains("/proc: the folder cannot be written to"),
        "{text}"
    );
    assert!(text.contains("; save elsewhere"), "{text}");
}

#[test]
fn a_write_protected_file_survives() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("net.json");
    fs::write(&path, "precious").unwrap();
    let mut permissions = fs::metadata(&path).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&path, permissions).unwrap();
    let (what, text) = fault(&path);
    assert!(matches!(what, FileFault::WriteProtected), "{text}");
    assert_eq!(fs::read(&path).unwrap(), b"precious");
    assert_eq!(names(&folder), ["net.json"]);
}

#[cfg(unix)]
#[test]
fn links_are_followed_and_permissions_kept() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let folder = tempdir().unwrap();
    let inner = folder.path().join("inner");
    fs::create_dir(&inner).unwrap();
    let target = inner.join("net.json");
    fs::write(&target, "old").unwrap();
    fs::set_permissions(&target, fs::Permissions::from_mode(0o640)).unwrap();
    let first = folder.path().join("first.json");
    let second = folder.path().join("second.json");
    symlink("inner/net.json", &first).unwrap();
    symlink("first.json", &second).unwrap();
    save(&document(), &second).unwrap();
    assert!(fs::symlink_metadata(&second).unwrap().is_symlink());
    assert!(fs::symlink_metadata(&first).unwrap().is_symlink());
    assert_eq!(load(&target).unwrap().document, document());
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&target), 0o640);
    // A link to a file that is not there yet makes it.
    let dangling = folder.path().join("dangling.json");
    symlink("inner/new.json", &dangling).unwrap();
    save(&document(), &dangling).unwrap();
    assert_eq!(load(&inner.join("new.json")).unwrap().document, document());
    // A new file is as readable as any other new file.
    let plain = folder.path().join("plain");
    fs::write(&plain, "").unwrap();
    assert_eq!(mode(&inner.join("new.json")), mode(&plain));
    // A ring of links ends in an error.
    symlink("ring.json", folder.path().join("ring.json")).unwrap();
    assert!(load(&folder.path().join("ring.json")).is_err());
}

#[test]
fn what_cannot_be_loaded_is_named() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("net.json");
    let text = |path: &Path| load(path).expect_err("nothing to load").to_string();
    assert!(text(&path).contains("net.json: there is no such file; check the path"));
    assert!(text(folder.path()).contains("is a folder, not a file; choose a file in it"));
    fs::write(&path, "{\"format\": \"thermonet/1\", \"nodes\": 3}").unwrap();
    let error = load(&path).expect_err("a broken file");
    assert!(
        error.to_string().contains("net.json: platform: is missing"),
        "{error}"
    );
    let LoadError::Rejected { rejected, .. } = error else {
        panic!("the content is at fault");
    };
    assert!(
        rejected.problems.len() == 3 && rejected.to_string().ends_with("(and 2 more problems)")
    );
    fs::write(&path, "").unwrap();
    assert!(text(&path).contains("is empty"));
}
