//! Time as a person meets it: the first screen's flipping inputs, the way back through the run, what is remembered.
#![cfg(feature = "gui")]
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot find its widget has failed"
)]

mod opened;

use eframe::egui::{Key, Role};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use opened::{computed, window};
use thermonet::gui::{App, Start};

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
fn only_the_first_screen_flips() {
    let mut harness = preset("xor");
    let held = inputs(&harness);
    seconds(&mut harness, 12);
    assert_eq!(inputs(&harness), held);
    assert!(harness.query_by_label("Stop").is_none());
}
