//! The window with large networks: they open, move and rest like small ones, and no frame waits for what takes long.
#![cfg(feature = "gui")]
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot find its widget has failed"
)]

mod large;
mod window;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use eframe::egui::{
    Event, Key, Modifiers, MouseWheelSource, MouseWheelUnit, Pos2, Rect, TouchPhase, vec2,
};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use thermonet::document::Element;
use thermonet::gui::{App, Start};
use window::opened::until;

type Window = Harness<'static, App>;

/// A window with a file, as it is at once: what is computed beside it may still be under way.
fn open(json: &str) -> Window {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("network.json");
    std::fs::write(&path, json).unwrap();
    let start = Start {
        file: Some(path),
        ..Start::default()
    };
    let mut window = window::opened::open(start);
    window.run_steps(3);
    window
}

/// Lets frames pass until a text is seen.
fn until_shown(window: &mut Window, text: &str) {
    let start = Instant::now();
    while window.query_by_label_contains(text).is_none() {
        assert!(start.elapsed() < Duration::from_mins(1), "never: {text}");
        window.run_steps(1);
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn tank(window: &Window, id: &str) -> Rect {
    window.get_by_label(&format!("reservoir {id}")).rect()
}

fn named(window: &Window) -> usize {
    window.query_all_by_label_contains("reservoir n").count()
}

/// Where a lattice's tank is on the screen: told from two that have names.
fn place(window: &Window, [column, row]: [f32; 2]) -> Pos2 {
    let a = tank(window, "n29_0").center();
    let b = tank(window, "n29_19").center();
    let row_step = (b.y - a.y) / 19.0;
    // Columns are 180 points apart, rows 130.
    let column_step = row_step * 180.0 / 130.0;
    a + vec2((column - 29.0) * column_step, row * row_step)
}

/// An answer about other parameters must not pass for one about these.
#[test]
fn a_certificate_that_is_being_worked_out_says_so() {
    let mut window = open(
        r#"{"format": "thermonet/1", "platform": "electronic",
            "nodes": [{"id": "x", "role": "input", "value": 1}, {"id": "y", "role": "output", "leak": 0.5}],
            "edges": [{"id": "e", "from": "x", "to": "y", "device": {"kind": "ohmic", "conductance": 1}}]}"#,
    );
    until(&mut window, "all is known", |app| !app.is_computing());
    window.run_steps(2);
    window.get_by_label("unique");
    window.key_press_modifiers(Modifiers::COMMAND, Key::I);
    window.run_steps(4);
    window.get_by_label("inputs number").click();
    window.run_steps(3);
    window.key_press_modifiers(Modifiers::COMMAND, Key::A);
    window.run_steps(2);
    window.event(Event::Text("400".to_owned()));
    window.run_steps(2);
    window.key_press(Key::Enter);
    window.run_steps(3);
    window.get_by_label("Insert").click();
    // A third of a second, and the dots that came have NDC.
    window.run_steps(30);
    while window.state().is_computing() {
        assert!(window.query_by_label("unique").is_none());
        window.run_steps(1);
    }
    window.run_steps(2);
    assert!(window.query_by_label("unique").is_none());
}

#[test]
fn a_large_network_opens_runs_pans_and_zooms() {
    let mut window = open(&large::lattice(50, 40, 10_000));
    let before = tank(&window, "n49_0");
    let canvas = window.get_by_label("canvas").rect();
    // Above the tanks, where the canvas is empty.
    let from = canvas.center_top() + vec2(0.0, 50.0);
    window.hover_at(from);
    window.run_steps(1);
    window.drag_at(from);
    window.run_steps(1);
    for share in [0.3, 0.6, 1.0] {
        window.hover_at(from + share * vec2(-60.0, 30.0));
        window.run_steps(1);
    }
    window.drop_at(from + vec2(-60.0, 30.0));
    window.run_steps(2);
    let after = tank(&window, "n49_0");
    let way = after.center() - before.center();
    assert!(way.x < -20.0 && way.y > 10.0, "{way:?}");
    window.hover_at(canvas.center());
    window.run_steps(2);
    window.event(Event::MouseWheel {
        unit: MouseWheelUnit::Point,
        source: MouseWheelSource::Wheel,
        delta: vec2(0.0, 300.0),
        phase: TouchPhase::Move,
        modifiers: Modifiers::NONE,
    });
    window.run_steps(20);
    let tanks = window.query_all_by_label_contains("reservoir n");
    let heights: Vec<f32> = tanks.map(|tank| tank.rect().height()).collect();
    // The pointer's reach around a tank does not grow, so that its rectangle grows less than the picture.
    let largest = heights.iter().copied().fold(0.0, f32::max);
    assert!(largest > 1.3 * before.height(), "{before} {heights:?}");
    // What has a name is what can be found by ear, not everything.
    assert!(named(&window) < 500, "{}", named(&window));
    until(&mut window, "time passes", |app| app.time() > 0.0);
}

#[derive(Debug)]
struct Dropped(PathBuf);

impl eframe::egui::DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        std::fs::read(&self.0).map_err(|error| error.to_string())
    }
}

#[test]
fn a_large_file_is_read_beside_the_window() {
    let mut window = open(&large::lattice(4, 4, 20));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.json");
    std::fs::write(&path, large::lattice(50, 40, 10_000)).unwrap();
    for broken in [false, true] {
        if broken {
            let text = std::fs::read_to_string(&path).unwrap();
            std::fs::write(&path, text.replace("tunnel_rate", "tunnel_rat")).unwrap();
        }
        let dropped = std::sync::Arc::new(Dropped(path.clone()));
        window.input_mut().dropped_files.push(dropped);
        // What lies over the canvas lays itself out in one frame before it is seen.
        window.run_steps(3);
        window.get_by_label("Opening large.json …");
        until(&mut window, "it is read", |app| {
            app.document().network.edges().len() == 10_000
        });
        window.run_steps(2);
        if broken {
            until_shown(&mut window, "is not a network this program can open");
        }
        assert!(window.query_by_label("Opening large.json …").is_none());
    }
    assert_eq!(window.state().document().network.edges().len(), 10_000);
}

#[test]
fn in_a_crowd_every_tank_is_met_by_the_pointer() {
    let mut window = open(&large::lattice(30, 20, 2_000));
    assert!(named(&window) < 600);
    // An input far from the others: it has no name until the pointer is near.
    let at = place(&window, [0.0, 7.0]);
    assert!(window.query_by_label("reservoir n0_7").is_none());
    window.drag_at(at);
    window.drop_at(at);
    window.run_steps(3);
    let key = window
        .state()
        .document()
        .network
        .node_by_id("n0_7")
        .unwrap()
        .key();
    assert_eq!(window.state().selection(), Some(Element::Node(key)));
    window.get_by_label("reservoir n0_7");
    // Arrows go on from there, to tanks without a name.
    window.key_press(Key::ArrowRight);
    window.run_steps(3);
    assert_ne!(window.state().selection(), Some(Element::Node(key)));
    assert!(matches!(window.state().selection(), Some(Element::Node(_))));
}

#[test]
fn a_run_beside_the_window_is_stepped_by_hand_and_comes_to_rest() {
    // A hundred and twenty free reservoirs, held by inputs at rest.
    let json = large::lattice(11, 12, 500);
    let mut document: serde_json::Value = serde_json::from_str(&json).unwrap();
    for node in document["nodes"].as_array_mut().unwrap() {
        node.as_object_mut().unwrap().remove("signal");
    }
    let mut window = open(&document.to_string());
    until(&mut window, "time passes", |app| app.time() > 0.0);
    window.key_press(Key::Space);
    window.run_steps(2);
    assert!(!window.state().is_playing());
    let held = window.state().time();
    window.run_steps(5);
    assert!((window.state().time() - held).abs() < 1e-12, "time is held");
    window.key_press(Key::Period);
    window.run_steps(1);
    // A step by hand goes its whole way, however long it takes: a tenth of a second at two units a second.
    until(&mut window, "the step is taken", |app| {
        app.time() > held + 0.2 - 1e-9
    });
    window.run_steps(5);
    assert!((window.state().time() - held - 0.2).abs() < 1e-9);
    window.key_press(Key::Space);
    window.run_steps(2);
    assert!(window.state().is_running());
    until(&mut window, "it rests", |app| !app.is_running());
    until(&mut window, "all is worked out", |app| !app.is_computing());
    // Panics if the window goes on asking to be repainted.
    window.run();
    // The motion is followed to a millionth of each of more than a hundred states.
    let drift = window.state().drift();
    assert!(drift.abs() < 1e-3, "{drift}");
}

#[test]
fn a_training_of_a_large_network_delays_no_frame() {
    let mut window = open(&large::layered([196, 30, 10], 400));
    until(&mut window, "the task is read", |app| {
        app.training_problem().is_none() && !app.is_training()
    });
    window.run_steps(10);
    window.key_press(Key::G);
    window.run_steps(2);
    until(&mut window, "it takes steps", App::is_training);
    until(&mut window, "two steps are reported", |app| {
        app.training_losses()
            .first()
            .is_some_and(|losses| losses.len() >= 2)
    });
    // Frames that waited for the trainer would each bring a step.
    let taken = |window: &Window| window.state().training_losses()[0].len();
    let known = taken(&window);
    window.run_steps(60);
    assert!(window.state().is_training());
    let taken = taken(&window) - known;
    assert!(taken < 60, "{taken} steps in 60 frames");
    window.key_press(Key::G);
    window.run_steps(2);
}
