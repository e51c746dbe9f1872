//! Files and autosave as a person meets them: nothing that was done is lost.
#![cfg(feature = "gui")]
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot find its widget has failed"
)]

mod window;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use eframe::egui::{Key, Modifiers, Role};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use tempfile::{TempDir, tempdir};
use thermonet::gui::{App, Situation, Start};
use window::opened::{computed, until, window};

type Window = Harness<'static, App>;

/// What the window starts with in this state folder.
fn start(folder: &TempDir) -> Start {
    Start {
        state_folder: Some(folder.path().to_owned()),
        ..Start::default()
    }
}

fn preset(folder: &TempDir, name: &str) -> Window {
    window(Start {
        preset: Some(name.to_owned()),
        ..start(folder)
    })
}

fn file(folder: &TempDir, path: &Path) -> Window {
    window(Start {
        file: Some(path.to_owned()),
        ..start(folder)
    })
}

fn shift(harness: &Window) -> f64 {
    let network = &harness.state().document().network;
    network
        .edge_by_id("e1")
        .unwrap()
        .device
        .param("shift")
        .unwrap()
}

/// Sets the shift of the fold's only edge.
fn set_shift(harness: &mut Window, value: f64) {
    harness
        .get_by_role_and_label(Role::Slider, "shift")
        .set_value_accesskit(value);
    harness.run_steps(3);
    assert!((shift(harness) - value).abs() < 1e-9, "{}", shift(harness));
}

/// The networks in the autosave folder.
fn kept(folder: &TempDir) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder.path().join("autosave"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.to_string_lossy().contains(".json"))
        .collect();
    paths.sort();
    paths
}

/// Waits until this many networks are kept.
fn until_kept(harness: &mut Window, folder: &TempDir, count: usize) {
    until(harness, &format!("{count} are kept"), |_| {
        kept(folder).len() == count
    });
}

fn type_path(harness: &mut Window, path: &Path, button: &str) {
    harness
        .get_by_label("path")
        .set_text_value_accesskit(&path.display().to_string());
    harness.run_steps(2);
    harness.get_by_label(button).click();
    harness.run_steps(3);
}

#[test]
fn unsaved_work_is_restored_unasked_and_can_be_put_aside() {
    let folder = tempdir().unwrap();
    let mut harness = preset(&folder, "fold");
    assert!(kept(&folder).is_empty(), "a preset as it is needs no copy");
    set_shift(&mut harness, 0.5);
    until_kept(&mut harness, &folder, 1);
    drop(harness);
    let mut harness = window(start(&folder));
    assert!((shift(&harness) - 0.5).abs() < 1e-9);
    assert!(harness.state().is_unsaved());
    harness.get_by_label("Unsaved changes to Fold from just now were restored");
    // A second window finds nothing: the work has an owner again.
    let other = window(start(&folder));
    assert_eq!(other.state().document().network.name, "XOR");
    drop(other);
    harness.get_by_label("Start fresh").click();
    harness.run_steps(3);
    computed(&mut harness);
    assert_eq!(harness.state().document().network.name, "XOR");
    assert!(!harness.state().is_unsaved());
    harness.get_by_label("Bring back").click();
    harness.run_steps(3);
    assert!((shift(&harness) - 0.5).abs() < 1e-9);
    assert!(harness.state().is_unsaved());
}

/// Leaves what two windows leave that are gone with unsaved work: the networks Fold and Latch.
fn leave_two(folder: &TempDir) {
    let mut windows = ["fold", "latch"].map(|name| preset(folder, name));
    for harness in &mut windows {
        harness.key_press_modifiers(Modifiers::COMMAND, Key::I);
        harness.run_steps(4);
        harness.get_by_label("Insert").click();
        harness.run_steps(4);
        assert!(harness.state().is_unsaved());
    }
    until_kept(&mut windows[1], folder, 2);
}

/// As after a crash of two windows: each of two starts takes up one, and the first says that the other is there.
#[test]
fn the_work_of_two_windows_comes_back_in_two() {
    let folder = tempdir().unwrap();
    leave_two(&folder);
    let one = window(start(&folder));
    one.get_by_label_contains("were restored; 1 more unsaved network waits for a window");
    // Nobody is offered what this start cannot do.
    assert!(one.query_by_label("Open it in another window").is_none());
    let two = window(start(&folder));
    assert!(two.query_by_label_contains("waits for a window").is_none());
    let mut names = [&one, &two].map(|harness| {
        assert!(harness.state().is_unsaved());
        harness.state().document().network.name.clone()
    });
    names.sort();
    assert_eq!(names, ["Fold", "Latch"]);
}

/// The button starts the program once more, on the same folder.
#[cfg(unix)]
#[test]
fn the_other_work_is_opened_in_another_window() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempdir().unwrap();
    leave_two(&folder);
    let program = folder.path().join("program");
    let asked = folder.path().join("asked");
    let script = format!(
        "#!/bin/sh\necho \"$@\" > {0}.new\nmv {0}.new {0}\n",
        asked.display()
    );
    fs::write(&program, script).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let mut harness = window(Start {
        program: Some(program),
        ..start(&folder)
    });
    harness.get_by_label("Open it in another window").click();
    harness.run_steps(3);
    until(&mut harness, "it is started", |_| asked.exists());
    let said = fs::read_to_string(asked).unwrap();
    assert_eq!(
        said.trim(),
        format!("--state-folder {}", folder.path().display())
    );
}

/// The clipboard is no file: what was pasted from it outlives the window.
#[test]
fn a_pasted_network_is_kept_until_it_is_saved() {
    let folder = tempdir().unwrap();
    let mut harness = preset(&folder, "fold");
    let latch = thermonet::document::presets::preset("latch").unwrap();
    harness.event(eframe::egui::Event::Paste(latch.source.to_owned()));
    harness.run_steps(3);
    harness.get_by_label("Open it").click();
    harness.run_steps(3);
    assert_eq!(harness.state().document().network.name, "Latch");
    until_kept(&mut harness, &folder, 1);
    drop(harness);
    let mut harness = window(start(&folder));
    assert_eq!(harness.state().document().network.name, "Latch");
    harness.key_press_modifiers(Modifiers::COMMAND, Key::S);
    harness.run_steps(3);
    type_path(&mut harness, &folder.path().join("latch.json"), "Save");
    until_kept(&mut harness, &folder, 0);
    assert!(!harness.state().is_unsaved());
}

/// What could not be kept is tried again, even if nobody changes anything any more.
#[test]
fn a_failed_autosave_is_tried_again() {
    let folder = tempdir().unwrap();
    let mut harness = preset(&folder, "fold");
    let autosave = folder.path().join("autosave");
    let lock = fs::read_dir(&autosave)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| {
            path.extension()
                .is_some_and(|extension| extension == "lock")
        })
        .unwrap();
    // Something is in the way of the file.
    let place = lock.with_extension("json");
    fs::create_dir(&place).unwrap();
    set_shift(&mut harness, 0.5);
    until(&mut harness, "it is said", |app| {
        app.situations().contains(&Situation::NotKept)
    });
    harness.get_by_label("Unsaved changes cannot be kept at the moment: save the network");
    fs::remove_dir(&place).unwrap();
    // Ten seconds of the window's time.
    harness.run_steps(620);
    until(&mut harness, "it is tried again", |_| place.is_file());
}

#[test]
fn a_change_is_kept_even_if_the_window_closes_at_once() {
    let folder = tempdir().unwrap();
    let mut harness = preset(&folder, "fold");
    set_shift(&mut harness, 1.5);
    set_shift(&mut harness, 2.0);
    drop(harness);
    let harness = window(start(&folder));
    assert!((shift(&harness) - 2.0).abs() < 1e-9);
}

#[test]
fn what_is_saved_or_taken_back_is_not_kept() {
    let folder = tempdir().unwrap();
    let mut harness = preset(&folder, "fold");
    set_shift(&mut harness, 0.5);
    until_kept(&mut harness, &folder, 1);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    harness.run_steps(3);
    until_kept(&mut harness, &folder, 0);
    set_shift(&mut harness, 2.0);
    until_kept(&mut harness, &folder, 1);
    let path = folder.path().join("mine.json");
    harness.key_press_modifiers(Modifiers::COMMAND, Key::S);
    harness.run_steps(3);
    type_path(&mut harness, &path, "Save");
    until_kept(&mut harness, &folder, 0);
    assert!(path.exists() && !harness.state().is_unsaved());
    drop(harness);
    let harness = window(start(&folder));
    assert_eq!(harness.state().document().network.name, "XOR");
}

#[test]
fn a_file_goes_before_unsaved_work_which_is_offered() {
    let folder = tempdir().unwrap();
    let mut harness = preset(&folder, "fold");
    set_shift(&mut harness, 0.5);
    drop(harness);
    let path = folder.path().join("latch.json");
    fs::write(&path, include_str!("../presets/latch.json")).unwrap();
    let mut harness = file(&folder, &path);
    assert_eq!(harness.state().document().network.name, "Latch");
    assert!(!harness.state().is_unsaved());
    harness.get_by_label("Bring back").click();
    harness.run_steps(3);
    assert!((shift(&harness) - 0.5).abs() < 1e-9);
}

#[test]
fn an_autosave_that_is_older_than_its_file_says_so() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("mine.json");
    fs::write(&path, include_str!("../presets/fold.json")).unwrap();
    let mut harness = file(&folder, &path);
    set_shift(&mut harness, 0.5);
    drop(harness);
    let later = SystemTime::now() + Duration::from_mins(1);
    let saved = fs::File::options().write(true).open(&path).unwrap();
    saved.set_modified(later).unwrap();
    let mut harness = window(start(&folder));
    assert!((shift(&harness) - 0.5).abs() < 1e-9);
    harness.get_by_label_contains("mine.json has been saved since and may be newer");
    harness.get_by_label("Open mine.json").click();
    harness.run_steps(3);
    assert!((shift(&harness) - 0.5).abs() > 0.1);
    harness.get_by_label("Bring back");
}

#[test]
fn a_broken_autosave_is_put_aside_and_said() {
    let folder = tempdir().unwrap();
    let mut harness = preset(&folder, "fold");
    set_shift(&mut harness, 0.5);
    drop(harness);
    let [path] = kept(&folder).try_into().unwrap();
    fs::write(&path, b"{ half a fi").unwrap();
    let harness = window(start(&folder));
    harness.get_by_label("Unsaved work of an earlier run could not be read");
    assert_eq!(harness.state().document().network.name, "XOR");
    let [aside] = kept(&folder).try_into().unwrap();
    assert_eq!(fs::read(aside).unwrap(), b"{ half a fi");
    drop(harness);
    let harness = window(start(&folder));
    assert!(
        harness
            .query_by_label_contains("could not be read")
            .is_none()
    );
}

#[test]
fn a_state_folder_that_takes_nothing_does_not_stop_the_start() {
    let folder = tempdir().unwrap();
    let blocked = folder.path().join("a file");
    fs::write(&blocked, "not a folder").unwrap();
    let mut harness = window(Start {
        preset: Some("fold".to_owned()),
        state_folder: Some(blocked),
        ..Start::default()
    });
    harness.get_by_label("Unsaved work will not survive a crash");
    set_shift(&mut harness, 0.5);
    assert!(harness.state().is_unsaved());
}

#[test]
fn whatever_takes_the_place_of_unsaved_work_it_can_be_brought_back() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("latch.json");
    fs::write(&path, include_str!("../presets/latch.json")).unwrap();
    let ways: [&dyn Fn(&mut Window); 4] = [
        &|harness| harness.key_press_modifiers(Modifiers::COMMAND, Key::N),
        &|harness| harness.key_press_modifiers(Modifiers::COMMAND | Modifiers::SHIFT, Key::N),
        &|harness| {
            harness.get_by_label("Presets").click();
            harness.run_steps(3);
            harness.get_by_label("Latch").click();
        },
        &|harness| {
            harness.key_press_modifiers(Modifiers::COMMAND, Key::O);
            harness.run_steps(3);
            type_path(harness, &path, "Open");
        },
    ];
    for way in ways {
        let folder = tempdir().unwrap();
        let mut harness = preset(&folder, "fold");
        set_shift(&mut harness, 0.5);
        way(&mut harness);
        harness.run_steps(3);
        computed(&mut harness);
        assert_ne!(harness.state().document().network.name, "Fold");
        assert!(!harness.state().is_unsaved());
        until_kept(&mut harness, &folder, 1);
        harness.get_by_label("Bring back").click();
        harness.run_steps(3);
        assert!((shift(&harness) - 0.5).abs() < 1e-9);
        assert!(harness.state().is_unsaved());
        // Its past came back with it.
        assert_eq!(harness.state().undo_name(), Some("shift of e1"));
    }
}

/// A window has room for one network that made way; the one before that is not lost for it.
#[test]
fn of_two_networks_that_made_way_both_are_kept() {
    let folder = tempdir().unwrap();
    let mut harness = preset(&folder, "fold");
    set_shift(&mut harness, 0.5);
    for name in ["Latch", "Three tanks"] {
        harness.get_by_label("Presets").click();
        harness.run_steps(4);
        harness.get_by_label(name).click();
        harness.run_steps(4);
        harness.key_press(Key::H);
        harness.run_steps(3);
        assert!(harness.state().is_unsaved());
    }
    harness
        .get_by_label("Latch was not saved; it is kept; 1 more unsaved network waits for a window");
    until_kept(&mut harness, &folder, 3);
    // It is there at once, in a window beside this one.
    let other = window(start(&folder));
    assert!((shift(&other) - 0.5).abs() < 1e-9);
    assert!(other.state().is_unsaved());
    drop(harness);
    let harness = window(start(&folder));
    assert_eq!(harness.state().document().network.name, "Three tanks");
    assert!(
        harness
            .query_by_label_contains("waits for a window")
            .is_none()
    );
}

#[test]
fn a_replaced_network_survives_the_program_too() {
    let folder = tempdir().unwrap();
    let mut harness = preset(&folder, "fold");
    set_shift(&mut harness, 0.5);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::N);
    harness.run_steps(3);
    drop(harness);
    let mut harness = window(start(&folder));
    assert_eq!(harness.state().document().network.name, "XOR");
    harness.key_press_modifiers(Modifiers::COMMAND | Modifiers::SHIFT, Key::B);
    harness.run_steps(3);
    assert!((shift(&harness) - 0.5).abs() < 1e-9);
}

#[test]
fn an_empty_network_of_either_platform_is_kept_like_any_other() {
    for (modifiers, platform) in [
        (Modifiers::COMMAND, "electronic"),
        (Modifiers::COMMAND | Modifiers::SHIFT, "chemical"),
    ] {
        let folder = tempdir().unwrap();
        let mut harness = preset(&folder, "fold");
        harness.key_press_modifiers(modifiers, Key::N);
        harness.run_steps(3);
        let network = &harness.state().document().network;
        assert_eq!(network.platform().name(), platform);
        assert!(network.nodes().is_empty() && network.name == "Untitled");
        let path = folder.path().join("empty.json");
        harness.key_press_modifiers(Modifiers::COMMAND, Key::S);
        harness.run_steps(3);
        type_path(&mut harness, &path, "Save");
        assert!(path.exists());
        let harness = file(&folder, &path);
        assert_eq!(
            harness.state().document().network.platform().name(),
            platform
        );
    }
}

#[test]
fn a_failed_save_says_where_and_keeps_the_work() {
    let folder = tempdir().unwrap();
    let mut harness = preset(&folder, "fold");
    set_shift(&mut harness, 0.5);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::S);
    harness.run_steps(3);
    let missing = folder.path().join("no/such/folder");
    type_path(&mut harness, &missing.join("a.json"), "Save");
    harness.get_by_label("The network was not saved; it is still here, unchanged");
    harness.get_by_label(&missing.display().to_string());
    harness.get_by_label("there is no such folder");
    assert!(harness.state().is_unsaved() && (shift(&harness) - 0.5).abs() < 1e-9);
    harness.get_by_label("Save elsewhere…").click();
    harness.run_steps(3);
    let path = folder.path().join("b.json");
    type_path(&mut harness, &path, "Save");
    assert!(path.exists() && !harness.state().is_unsaved());
}

#[test]
fn files_of_late_are_in_the_menu_and_missing_ones_cannot_be_chosen() {
    let folder = tempdir().unwrap();
    let [one, two] = ["one.json", "two.json"].map(|name| folder.path().join(name));
    fs::write(&one, include_str!("../presets/fold.json")).unwrap();
    fs::write(&two, include_str!("../presets/latch.json")).unwrap();
    drop(file(&folder, &one));
    drop(file(&folder, &two));
    fs::remove_file(&two).unwrap();
    let mut harness = window(start(&folder));
    harness.get_by_label("File").click();
    harness.run_steps(3);
    harness.get_by_label_contains("Open recent").click();
    harness.run_steps(3);
    assert!(
        harness
            .get_by_label("two.json")
            .accesskit_node()
            .is_disabled()
    );
    harness.get_by_label("one.json").click();
    harness.run_steps(3);
    assert_eq!(harness.state().document().network.name, "Fold");
}

#[test]
fn enter_in_the_path_saves_and_opens() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("typed.json");
    let mut harness = preset(&folder, "fold");
    set_shift(&mut harness, 0.5);
    for key in [Key::S, Key::O] {
        harness.key_press_modifiers(Modifiers::COMMAND, key);
        harness.run_steps(3);
        harness
            .get_by_label("path")
            .set_text_value_accesskit(&path.display().to_string());
        harness.run_steps(2);
        harness.key_press(Key::Enter);
        harness.run_steps(3);
        assert!(path.exists() && harness.query_by_label("path").is_none());
        assert!(!harness.state().is_unsaved());
        harness.key_press_modifiers(Modifiers::COMMAND, Key::N);
        harness.run_steps(3);
    }
}
