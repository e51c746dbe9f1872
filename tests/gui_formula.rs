//! The formula editor of the inspector, driven as a person drives it.
#![cfg(feature = "gui")]
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot find its widget has failed"
)]

mod window;

use eframe::egui::{Event, Key, Modifiers};
use egui_kittest::kittest::{NodeT, Queryable};
use thermonet::device::Kind;
use window::Window;

const FILE: &str = r#"{"format": "thermonet/1", "name": "t", "platform": "electronic",
    "nodes": [{"id": "x", "role": "input", "value": 3.0}, {"id": "y", "role": "output", "leak": 0.2}],
    "edges": [{"id": "e1", "from": "x", "to": "y", "device": {"kind": "ohmic", "conductance": 0.5}}],
    "task": {"inputs": ["x"], "outputs": ["y"], "loss": "mse", "rows": [{"in": [3.0], "out": [1.0]}]}}"#;

/// The window with its only edge selected and turned into a custom device by its key.
fn custom() -> Window {
    let mut window = Window::file(FILE);
    window.harness.get_by_label("edge e1").click();
    window.steps(4);
    window.harness.key_press(Key::Num7);
    window.steps(4);
    assert_eq!(device(&window).kind(), Kind::Custom);
    window
}

fn device(window: &Window) -> &thermonet::device::Device {
    &window
        .app()
        .document()
        .network
        .edge_by_id("e1")
        .unwrap()
        .device
}

fn formula(window: &Window) -> &str {
    device(window).formula().unwrap().text()
}

/// Puts the keyboard into the formula and selects all of it.
fn enter(window: &mut Window) {
    window.harness.get_by_label("formula").click();
    window.steps(3);
    window
        .harness
        .key_press_modifiers(Modifiers::COMMAND, Key::A);
    window.steps(2);
}

/// Replaces the formula at once, without leaving it.
fn paste(window: &mut Window, text: &str) {
    enter(window);
    window.harness.event(Event::Text(text.to_owned()));
    window.steps(3);
}

/// Replaces the formula character by character, without leaving it.
fn write(window: &mut Window, text: &str) {
    enter(window);
    for c in text.chars() {
        window.harness.event(Event::Text(c.to_string()));
        window.steps(1);
    }
    window.steps(2);
}

#[test]
fn typing_is_live_and_one_step_of_undo() {
    let mut window = custom();
    let before = window.app().document().clone();
    let steps = window.app().undo_name().map(str::to_owned);
    write(&mut window, "g*(a-b)*exp(-((a-b)/w)^2)");
    // Live before it is left, with a row for the new name.
    assert_eq!(formula(&window), "g*(a-b)*exp(-((a-b)/w)^2)");
    assert_eq!(device(&window).param("w"), Some(1.0));
    window.harness.get_by_label("w number");
    assert_eq!(window.app().undo_name().map(str::to_owned), steps);
    window.harness.key_press(Key::Enter);
    window.steps(4);
    assert_eq!(window.app().undo_name(), Some("formula of e1"));
    window.computed();
    window.harness.get_by_label("NDC of the formula");
    window.harness.get_by_label("I·A ≥ 0");
    window.type_into("w number", "2.5");
    assert_eq!(device(&window).param("w"), Some(2.5));
    for _ in 0..2 {
        window
            .harness
            .key_press_modifiers(Modifiers::COMMAND, Key::Z);
        window.steps(3);
    }
    assert_eq!(window.app().document(), &before);
}

#[test]
fn faults_are_said_and_nothing_is_lost() {
    let mut window = custom();
    paste(&mut window, "g*(a-b");
    assert_eq!(formula(&window), "g*(a - b)", "the last that could be read");
    window
        .harness
        .get_by_label_contains("'(' is not closed at character 3");
    // Leaving it keeps the text; the way back is offered.
    window.harness.key_press(Key::Enter);
    window.steps(4);
    window.harness.get_by_label_contains("'(' is not closed");
    window.click("Go back to it");
    assert!(
        window
            .harness
            .query_by_label_contains("is not closed")
            .is_none()
    );
    // Names that cannot be parameters here.
    paste(&mut window, "k_eq*(a-b)");
    window
        .harness
        .get_by_label_contains("k_eq is the equilibrium constant");
    // Esc gives all of it up.
    window.harness.key_press(Key::Escape);
    window.steps(4);
    assert_eq!(formula(&window), "g*(a - b)");
    let field = window.harness.get_by_label("formula");
    assert_eq!(field.accesskit_node().value().unwrap(), "g*(a - b)");
}

#[test]
fn another_selection_ends_the_typing() {
    let mut window = custom();
    write(&mut window, "2*(a-b)");
    window.harness.get_by_label("reservoir y").click();
    window.steps(4);
    assert_eq!(window.app().undo_name(), Some("formula of e1"));
}

#[test]
fn what_breaks_the_second_law_wears_badges() {
    let mut window = custom();
    write(&mut window, "a - b + 0.5");
    window.harness.key_press(Key::Enter);
    window.computed();
    window.harness.get_by_label("current at rest");
    window.harness.get_by_label("breaks the second law");
    window.harness.get_by_label_contains("Current 0.5 at a = ");
    write(&mut window, "ln(a - b - 9)");
    window.harness.key_press(Key::Enter);
    window.computed();
    window.harness.get_by_label("no value in places");
    window.steps(30);
}

#[test]
fn examples_are_a_click_away() {
    let mut window = custom();
    window.click("Examples");
    window.click("Gaussian-peaked conductor");
    assert_eq!(formula(&window), "g*(a - b)*exp(-((a - b)/w)^2)");
    assert_eq!(device(&window).params(), [1.0, 3.0]);
    assert_eq!(window.app().undo_name(), Some("formula of e1"));
}
