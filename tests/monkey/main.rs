//! A monkey at the window: mouse, wheel, keys, text, pastes, drops and sizes at random, on the real program.
//!
//! After every event: no panic, in a thread beside the window neither, no frame beyond a bounded effort, no NaN in what is painted or named, and now and then
//! the document is written and read back. After every sitting: undoing everything gives the first document byte for
//! byte, and redoing everything the last.
//!
//! `cargo test` lets 5,000 events happen. A hundred thousand take about a quarter of an hour on one processor:
//!
//! ```sh
//! THERMONET_MONKEY_EVENTS=100000 cargo test --test monkey -- --nocapture
//! ```
//!
//! `THERMONET_MONKEY_SEED` begins another series, `THERMONET_MONKEY_FIRST` goes on from a sitting of it: the events of
//! each depend on the seed and its own number, and on what is on screen. What the threads beside the window find out
//! arrives when it arrives, so a failure that hangs on that may take some tries to come back. On failure the seed, the
//! sitting and its last events are told.

mod hand;
#[path = "../hostile/mod.rs"]
mod hostile;
mod look;

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use eframe::egui::{Key, Modifiers, vec2};
use egui_kittest::Harness;
use hand::Hand;
use hostile::{Watchdog, number};
use tempfile::TempDir;
use thermonet::document::{read, write};
use thermonet::gui::{App, Start};

type Window = Harness<'static, App>;

/// Events before the window is closed and another one opened: fewer than the steps that can be undone.
const SITTING: u64 = 500;

/// What the windows begin with, by turns.
const PRESETS: [&str; 8] = [
    "xor",
    "enzyme-fold",
    "fold",
    "sine",
    "latch",
    "xor-enzyme",
    "fold-blockade",
    "three-tanks",
];

/// Events that are told when something goes wrong.
const TOLD: usize = 40;

#[test]
fn a_monkey_breaks_nothing() {
    let events = number("THERMONET_MONKEY_EVENTS", 5_000);
    let seed = number("THERMONET_MONKEY_SEED", 1);
    let first = number("THERMONET_MONKEY_FIRST", 0);
    let watchdog = Watchdog::new();
    listen();
    // What is typed may name files: relative ones lie in here, and the windows save nowhere else.
    let folder = tempfile::tempdir().expect("a folder for temporary files");
    std::env::set_current_dir(folder.path()).expect("a folder one can be in");
    let sittings = events.div_ceil(SITTING);
    for sitting in first..first + sittings {
        let mut told = Vec::new();
        let result = catch_unwind(AssertUnwindSafe(|| {
            sit(seed, sitting, events.min(SITTING), &watchdog, &mut told);
        }));
        if let Err(panic) = result {
            let last = told.len().saturating_sub(TOLD);
            eprintln!(
                "seed {seed}, sitting {sitting}, after event {}:\n  {}",
                told.len(),
                told[last..].join("\n  ")
            );
            resume_unwind(panic);
        }
        if sitting % 10 == 9 {
            eprintln!("{} events", (sitting + 1 - first) * SITTING);
        }
    }
}

/// What broke down in threads beside the window: it catches that and goes on, and yet it is a fault.
static BROKEN: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Notes from now on what breaks down in other threads than this one.
fn listen() {
    let usual = std::panic::take_hook();
    let here = std::thread::current().id();
    std::panic::set_hook(Box::new(move |panic| {
        if std::thread::current().id() != here {
            let mut broken = BROKEN.lock().unwrap_or_else(PoisonError::into_inner);
            broken.push(panic.to_string());
        }
        usual(panic);
    }));
}

/// One window and so many events.
fn sit(seed: u64, sitting: u64, events: u64, watchdog: &Watchdog, told: &mut Vec<String>) {
    let folder = tempfile::tempdir().expect("a folder for temporary files");
    let place = |told: &[String], doing: &str| {
        format!(
            "{doing}; seed {seed}, sitting {sitting}, event {}, {:?}",
            told.len(),
            told.last()
        )
    };
    watchdog.begin(place(told, "opening"));
    let preset = PRESETS[usize::try_from(sitting).unwrap_or(0) % PRESETS.len()];
    let mut window = open(preset, &folder);
    let mut hand = Hand::new(seed, sitting, folder.path());
    // Documents that nothing has been done to yet: undo must end at one of them.
    let mut firsts = vec![bytes(&window)];
    for n in 0..events {
        let step = hand.next(&window);
        told.push(step.to_string());
        watchdog.begin(place(told, "a frame"));
        let effort = look::cpu_time();
        step.take(&mut window);
        look::effort_is_bounded(effort, &window);
        look::is_sane(&window, n % 8 == 0);
        let broken = BROKEN.lock().unwrap_or_else(PoisonError::into_inner).pop();
        assert_eq!(broken, None, "a thread beside the window broke down");
        let app = window.state();
        if app.undo_name().is_none() && !app.is_changing() {
            let now = bytes(&window);
            if firsts.last() != Some(&now) {
                firsts.push(now);
            }
        }
        if n % 16 == 0 {
            is_valid(&window);
        }
    }
    watchdog.begin(place(told, "undoing"));
    settle(&mut window);
    let is_redo = Modifiers::COMMAND | Modifiers::SHIFT;
    all(&mut window, is_redo, App::redo_name);
    let last = bytes(&window);
    is_valid(&window);
    let steps = all(&mut window, Modifiers::COMMAND, App::undo_name);
    let first = bytes(&window);
    assert!(
        firsts.contains(&first),
        "undoing all {steps} steps gives a document that was never there; of the last there: {}",
        difference(firsts.last().unwrap_or(&Vec::new()), &first)
    );
    watchdog.begin(place(told, "redoing"));
    all(&mut window, is_redo, App::redo_name);
    let again = bytes(&window);
    assert!(
        last == again,
        "redoing all {steps} steps gives another document: {}",
        difference(&last, &again)
    );
    for entry in std::fs::read_dir(".").expect("one is in a folder") {
        // What the monkey saved under some name is done with.
        let path = entry.expect("it can be listed").path();
        let _ = std::fs::remove_file(path);
    }
}

fn open(preset: &str, folder: &TempDir) -> Window {
    let start = Start {
        preset: Some(preset.to_owned()),
        state_folder: Some(folder.path().join("state")),
        confined_to: Some(Path::new(".").canonicalize().expect("one is in a folder")),
        ..Start::default()
    };
    let mut window = Harness::builder()
        .with_size(vec2(1280.0, 720.0))
        .with_step_dt(1.0 / 60.0)
        // Pictograms are typed, too, and no font here has them.
        .allow_missing_glyphs()
        .build_eframe(move |cc| App::new(cc, &start));
    window.run_steps(2);
    window
}

fn bytes(window: &Window) -> Vec<u8> {
    write(window.state().document())
}

/// The document is one that could be saved and opened again.
fn is_valid(window: &Window) {
    let written = bytes(window);
    let again = read(&written).unwrap_or_else(|error| {
        panic!(
            "the document is invalid: {error}\n{}",
            String::from_utf8_lossy(&written)
        )
    });
    let rewritten = write(&again.document);
    assert!(
        rewritten == written,
        "the document changes when it is read back: {}",
        difference(&written, &rewritten)
    );
}

/// The first line in which two files differ.
fn difference(a: &[u8], b: &[u8]) -> String {
    let [a, b] = [a, b].map(String::from_utf8_lossy);
    let pair = a.lines().zip(b.lines()).find(|(a, b)| a != b);
    format!(
        "{pair:?}, of {} and {} lines",
        a.lines().count(),
        b.lines().count()
    )
}

/// Lets go of everything: drags, menus, dialogs, fields, a training under way.
fn settle(window: &mut Window) {
    window.event(eframe::egui::Event::PointerGone);
    window.step();
    for _ in 0..8 {
        window.key_press(Key::Escape);
        window.step();
    }
    window.ctx.memory_mut(|memory| {
        if let Some(focused) = memory.focused() {
            memory.surrender_focus(focused);
        }
    });
    window.run_steps(2);
    if window.state().is_training() {
        window.key_press(Key::G);
        window.step();
    }
    for _ in 0..3_000 {
        window.step();
        if !window.state().is_computing() {
            break;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    assert!(
        !window.state().is_training(),
        "a training cannot be stopped"
    );
    window.run_steps(2);
}

/// Presses Z until there is nothing more to undo, or redo. Returns how often.
fn all(window: &mut Window, modifiers: Modifiers, name: impl Fn(&App) -> Option<&str>) -> usize {
    for count in 0..2_000 {
        if name(window.state()).is_none() {
            return count;
        }
        window.key_press_modifiers(modifiers, Key::Z);
        window.step();
    }
    panic!(
        "undo or redo has no end; next is {:?}",
        name(window.state())
    );
}
