//! Time as a person meets it: the first screen's flipping inputs, the way back through the run, what is remembered.
#![cfg(feature = "gui")]
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot find its widget has failed"
)]

mod window;

use eframe::egui::{Key, Role};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use thermonet::gui::{App, Start};
use window::opened::{computed, window};

type Window = Harness<'static, App>;

fn preset(name: &str) -> Window {
    window(Start {
        preset: Some(name.to_owned()),
        ..Start::default()
    })
}

/// What the two inputs are at, in words that can be compared.
fn inputs(harness: &Window) -> [String; 2] {
    ["x1", "x2"].map(|id| format!("{:.6}", harness.state().state_of(id).unwrap()))
}

/// Lets this many seconds pass.
fn seconds(harness: &mut Window, count: usize) {
    harness.run_steps(60 * count);
}

#[test]
fn the_first_screens_inputs_flip_and_the_document_does_not_know() {
    let mut harness = window(Start::default());
    let before = harness.state().document().clone();
    let mut seen = vec![inputs(&harness)];
    for _ in 0..4 {
        seconds(&mut harness, 5);
        seen.push(inputs(&harness));
    }
    assert!(seen.windows(2).all(|pair| pair[0] != pair[1]), "{seen:?}");
    assert_eq!(seen[0], seen[4], "four rows take turns");
    assert!(!harness.state().is_unsaved() && harness.state().undo_name().is_none());
    assert_eq!(&before, harness.state().document());
    harness.get_by_label_contains("flipping until you change something");
    // What is shown as the steady state is that of the inputs shown.
    seconds(&mut harness, 5);
    computed(&mut harness);
    harness.key_press(Key::Space);
    harness.run_steps(2);
    let shown = inputs(&harness);
    let y = harness.state().state_of("y").unwrap();
    harness.key_press(Key::End);
    harness.run_steps(2);
    assert_eq!(inputs(&harness), shown);
    let steady = harness.state().state_of("y").unwrap();
    assert!((steady - y).abs() < 0.2 || !harness.state().is_running());
}

#[test]
fn flipping_stops_at_the_first_edit_and_at_its_button() {
    let mut harness = window(Start::default());
    seconds(&mut harness, 6);
    let held = inputs(&harness);
    harness
        .get_by_role_and_label(Role::Slider, "level")
        .set_value_accesskit(-1.5);
    seconds(&mut harness, 12);
    assert_eq!(inputs(&harness), held, "the inputs stay as they were");
    assert!(harness.query_by_label_contains("flipping").is_none());
    harness.get_by_label("Let go").click();
    harness.run_steps(3);
    let network = &harness.state().document().network;
    let own = ["x1", "x2"].map(|id| format!("{:.6}", network.node_by_id(id).unwrap().value));
    assert_eq!(inputs(&harness), own);
    assert!(harness.query_by_label("Let go").is_none());

    let mut harness = window(Start::default());
    harness.get_by_label("Stop").click();
    harness.run_steps(3);
    let held = inputs(&harness);
    seconds(&mut harness, 12);
    assert_eq!(inputs(&harness), held);
}

#[test]
fn flipping_stops_at_an_edit_by_key() {
    // The first screen has an edge selected.
    for key in [Key::W, Key::Num5, Key::Delete] {
        let mut harness = window(Start::default());
        seconds(&mut harness, 6);
        harness.key_press(key);
        harness.run_steps(2);
        assert!(harness.state().undo_name().is_some(), "{key:?} changes it");
        let held = inputs(&harness);
        seconds(&mut harness, 12);
        assert_eq!(inputs(&harness), held, "{key:?}");
        assert!(harness.query_by_label_contains("flipping").is_none());
    }
}

#[test]
fn only_the_first_screen_flips() {
    let mut harness = preset("xor");
    let held = inputs(&harness);
    seconds(&mut harness, 12);
    assert_eq!(inputs(&harness), held);
    assert!(harness.query_by_label("Stop").is_none());
}

#[test]
fn reduced_motion_is_remembered_as_a_switch_and_stops_the_flipping() {
    let mut harness = window(Start::default());
    harness.get_by_label("Stop");
    harness.key_press(Key::A);
    harness.run_steps(3);
    assert!(harness.query_by_label("Stop").is_none());
    let own = inputs(&harness);
    seconds(&mut harness, 12);
    assert_eq!(inputs(&harness), own);
    // Time still passes: what is asked for is less motion, not a halt.
    assert!(harness.state().is_playing());
}

#[test]
fn everything_grows_in_steps_and_the_layout_stays_usable() {
    use eframe::egui::Modifiers;
    let mut harness = preset("xor");
    for (zoom, key) in [(1.25, Key::Plus), (1.5, Key::Equals), (2.0, Key::Plus)] {
        harness.key_press_modifiers(Modifiers::COMMAND, key);
        harness.run_steps(3);
        assert!((harness.ctx.zoom_factor() - zoom).abs() < 1e-6);
        harness.get_by_label("canvas");
        harness.get_by_label("pause");
    }
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Num0);
    harness.run_steps(3);
    assert!((harness.ctx.zoom_factor() - 1.0).abs() < 1e-6);
}

#[test]
fn software_drawing_is_eased_and_said() {
    let mut harness = window(Start {
        preset: Some("fold".to_owned()),
        is_software: true,
        ..Start::default()
    });
    let time = harness.state().time();
    harness.run_steps(60);
    // A second at the first speed, however often frames come.
    assert!((harness.state().time() - time - 2.0).abs() < 0.1);
    harness.key_press(Key::F1);
    harness.run_steps(3);
    harness.get_by_label_contains("30 frames a second at most");
}

#[test]
fn one_looks_back_in_the_run_and_goes_on_from_there() {
    let mut harness = preset("fold");
    seconds(&mut harness, 1);
    let early = (
        harness.state().time(),
        harness.state().state_of("y").unwrap(),
    );
    seconds(&mut harness, 1);
    harness
        .get_by_role_and_label(Role::Slider, "level")
        .set_value_accesskit(-1.0);
    seconds(&mut harness, 2);
    harness.key_press(Key::Space);
    harness.run_steps(2);
    let document = harness.state().document().clone();
    let undo = harness.state().undo_name().map(str::to_owned);
    let late = (
        harness.state().time(),
        harness.state().state_of("y").unwrap(),
    );
    assert!((late.1 - early.1).abs() > 0.1);
    let scrub = |harness: &mut Window, value: f64| {
        harness
            .get_by_role_and_label(Role::Slider, "back in time")
            .set_value_accesskit(value);
        harness.run_steps(3);
    };
    // 3.0 seconds ago, to a frame or two.
    scrub(&mut harness, -3.05);
    assert!(!harness.state().is_playing());
    let then = (
        harness.state().time(),
        harness.state().state_of("y").unwrap(),
    );
    assert!((then.0 - early.0).abs() < 0.2, "{then:?} {early:?}");
    assert!((then.1 - early.1).abs() < 0.1, "{then:?} {early:?}");
    // The current is that of the parameters of then: at level −4, not at −1.
    let current = harness.state().current_of("e1").unwrap();
    let v: f64 = 7.0 - then.1;
    let expected = (v / 2.0).sinh() / ((v / 2.0).cosh() + (v - 4.0).cosh());
    assert!((current - expected).abs() < 1e-9, "{current} {expected}");
    // And forward again, to where it was.
    scrub(&mut harness, 0.0);
    assert!((harness.state().state_of("y").unwrap() - late.1).abs() < 1e-12);
    assert!((harness.state().time() - late.0).abs() < 1e-12);
    scrub(&mut harness, -3.05);
    assert_eq!(&document, harness.state().document());
    assert_eq!(undo.as_deref(), harness.state().undo_name());
    harness.key_press(Key::Space);
    harness.run_steps(2);
    let on = (
        harness.state().time(),
        harness.state().state_of("y").unwrap(),
    );
    assert!(on.0 > then.0 && on.0 < then.0 + 0.3 && (on.1 - then.1).abs() < 0.2);
    let current = harness.state().current_of("e1").unwrap();
    let v = 7.0 - on.1;
    let expected = (v / 2.0).sinh() / ((v / 2.0).cosh() + (v - 1.0).cosh());
    assert!(
        (current - expected).abs() < 1e-9,
        "today's parameters: {current} {expected}"
    );
}

#[test]
fn the_drift_stays_next_to_nothing_through_kicks_edits_and_looking_back() {
    let mut harness = preset("fold");
    seconds(&mut harness, 2);
    harness.get_by_label("reservoir y").click();
    harness.run_steps(2);
    harness
        .get_by_role_and_label(Role::Slider, "capacity")
        .set_value_accesskit(2.0);
    seconds(&mut harness, 1);
    harness
        .get_by_role_and_label(Role::Slider, "back in time")
        .set_value_accesskit(-2.0);
    harness.run_steps(2);
    harness.key_press(Key::Space);
    seconds(&mut harness, 2);
    let drift = harness.state().drift();
    assert!(drift.abs() < 1e-3, "{drift}");
}

/// The traces that the time plot names.
fn traces(harness: &Window) -> Vec<String> {
    ["x1", "h1", "h2", "h3", "h4", "y", "mid"]
        .into_iter()
        .filter(|id| {
            let label = format!("hide trace {id}");
            harness.query_by_label(&label).is_some()
        })
        .map(str::to_owned)
        .collect()
}

fn click(harness: &mut Window, label: &str) {
    harness.get_by_label(label).click();
    harness.run_steps(4);
}

#[test]
fn traces_are_chosen_from_the_list_and_hidden_by_their_names() {
    let mut harness = preset("xor");
    assert_eq!(traces(&harness), ["h1", "h2", "h3", "h4", "y"]);
    let time = harness.state().time();
    click(&mut harness, "hide trace h3");
    assert_eq!(traces(&harness), ["h1", "h2", "h4", "y"]);
    assert_eq!(harness.state().undo_name(), Some("traces"));
    assert!(harness.state().time() > time, "the run goes on");
    click(&mut harness, "choose traces");
    // The list stays open: several are chosen in one go.
    click(&mut harness, "h1");
    click(&mut harness, "h2");
    click(&mut harness, "h3");
    assert_eq!(traces(&harness), ["h3", "h4", "y"]);
    let kept = harness.state().document().app["traces"].clone();
    assert_eq!(kept, serde_json::json!(["h3", "h4", "y"]));
    click(&mut harness, "automatic");
    assert_eq!(traces(&harness), ["h1", "h2", "h3", "h4", "y"]);
    assert!(!harness.state().document().app.contains_key("traces"));
    harness.key_press(Key::Escape);
    harness.run_steps(4);
    assert!(harness.query_by_label("automatic").is_none());
    for _ in 0..2 {
        harness.key_press_modifiers(eframe::egui::Modifiers::COMMAND, Key::Z);
        harness.run_steps(3);
    }
    assert_eq!(traces(&harness), ["h4", "y"]);
}

#[test]
fn a_chosen_trace_follows_its_reservoir_to_another_name() {
    let mut harness = preset("xor");
    click(&mut harness, "hide trace h3");
    click(&mut harness, "reservoir h1");
    click(&mut harness, "edit id");
    harness.key_press_modifiers(eframe::egui::Modifiers::COMMAND, Key::A);
    harness.run_steps(2);
    harness.event(eframe::egui::Event::Text("mid".to_owned()));
    harness.run_steps(2);
    harness.key_press(Key::Enter);
    harness.run_steps(4);
    assert_eq!(traces(&harness), ["h2", "h4", "y", "mid"]);
    assert_eq!(harness.state().undo_name(), Some("rename h1"));
    harness.key_press_modifiers(eframe::egui::Modifiers::COMMAND, Key::Z);
    harness.run_steps(4);
    assert_eq!(harness.state().undo_name(), Some("traces"));
    assert_eq!(traces(&harness), ["h1", "h2", "h4", "y"]);
}
