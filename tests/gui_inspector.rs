//! The inspector, the I-V plot and the badges, driven as a person drives them.
#![cfg(feature = "gui")]
#![expect(
    clippy::unwrap_used,
    clippy::float_cmp,
    reason = "a test that cannot find its widget has failed; what was typed is kept to the bit"
)]

mod window;

use eframe::egui::{Key, Modifiers, Role, vec2};
use egui_kittest::kittest::{NodeT, Queryable};
use thermonet::device::Kind;
use thermonet::document::Element;
use thermonet::network::Shape;
use window::Window;

fn press(window: &mut Window, modifiers: Modifiers, key: Key) {
    window.harness.key_press_modifiers(modifiers, key);
    window.steps(3);
}

/// Selects all edges that break monotonicity, by the badge that says so.
fn select_culprits(window: &mut Window) -> usize {
    window.click("not monotone");
    let text = window
        .harness
        .get_by_label_contains("Select all ")
        .accesskit_node()
        .label()
        .unwrap();
    window.click(&text);
    text.trim_start_matches("Select all ").parse().unwrap()
}

#[test]
fn a_badge_tells_why_and_selects_what_breaks_it() {
    let mut window = Window::preset("xor");
    let count = select_culprits(&mut window);
    assert!(count > 1);
    window.harness.get_by_label(&format!("{count} edges"));
    window.click("not monotone");
    let names: Vec<String> = window
        .harness
        .query_all_by_label_contains("culprit ")
        .filter_map(|button| button.accesskit_node().label())
        .collect();
    window.click(&names[1]);
    let title = names[1].trim_start_matches("culprit ");
    let network = &window.app().document().network;
    let edge = network.edges().iter().find(|edge| edge.title() == title);
    let selected = edge.map(|edge| Element::Edge(edge.key()));
    assert_eq!(window.app().selection(), selected);
}

#[test]
fn a_slider_sets_all_that_are_selected_in_one_step_of_undo() {
    let mut window = Window::preset("xor");
    let count = select_culprits(&mut window);
    let before = window.app().document().clone();
    let shifts = |window: &Window| -> Vec<f64> {
        let edges = window.app().document().network.edges().to_vec();
        edges
            .iter()
            .filter_map(|edge| edge.device.param("shift"))
            .collect()
    };
    let all = shifts(&window);
    assert!(all.iter().any(|shift| *shift != all[0]), "mixed at first");
    // A click on the knob of what differs changes nothing.
    let slider = window.slider("shift");
    let (rect, data) = (slider.rect(), slider.accesskit_node());
    let (lo, hi) = (
        data.min_numeric_value().unwrap(),
        data.max_numeric_value().unwrap(),
    );
    let share = (data.numeric_value().unwrap() - lo) / (hi - lo);
    #[expect(clippy::cast_possible_truncation, reason = "a share of a slider")]
    let knob = rect.left_center() + vec2(6.5 + (rect.width() - 13.0) * share as f32, 0.0);
    window.harness.hover_at(knob);
    window.steps(1);
    window.harness.drag_at(knob);
    window.steps(1);
    window.harness.drop_at(knob);
    window.steps(3);
    assert_eq!(&before, window.app().document());
    assert_eq!(window.app().undo_name(), None);
    // A drag sets all, and is one step.
    window.drag(knob, knob + vec2(30.0, 0.0));
    let set = shifts(&window);
    let moved: Vec<f64> = set
        .iter()
        .zip(&all)
        .filter(|(now, before)| now != before)
        .map(|(now, _)| *now)
        .collect();
    assert_eq!(moved.len(), count);
    assert!(moved.iter().all(|shift| *shift == moved[0]));
    assert_eq!(
        window.app().undo_name(),
        Some(format!("shift of {count} edges").as_str())
    );
    window
        .harness
        .key_press_modifiers(Modifiers::COMMAND, Key::Z);
    window.steps(3);
    assert_eq!(&before, window.app().document());
    assert_eq!(window.app().undo_name(), None);
    window.harness.get_by_label(&format!("{count} edges"));
}

#[test]
fn names_and_direction_are_changed_in_place() {
    let mut window = Window::preset("fold");
    window.type_into("edit id", "dot");
    assert!(window.app().document().network.edge_by_id("dot").is_some());
    assert_eq!(window.app().undo_name(), Some("rename dot"));
    window.type_into("edit label", "the dot");
    let edge = window.app().document().network.edge_by_id("dot").unwrap();
    assert_eq!(edge.label.as_deref(), Some("the dot"));
    let (from, to) = (edge.from, edge.to);
    window.click("Reverse");
    let edge = window.app().document().network.edge_by_id("dot").unwrap();
    assert_eq!((edge.from, edge.to), (to, from));
    assert_eq!(window.app().undo_name(), Some("reverse the dot"));
}

#[test]
fn an_id_that_is_taken_is_refused_with_its_place() {
    let mut window = Window::preset("fold");
    window.click("reservoir y");
    window.type_into("edit id", "x");
    assert!(window.app().document().network.node_by_id("y").is_some());
    window.harness.get_by_label("The change was not made");
    assert_eq!(window.app().undo_name(), None);
}

#[test]
fn a_device_is_exchanged_and_keeps_its_ends() {
    let mut window = Window::preset("fold");
    let edge = window.app().document().network.edges()[0].clone();
    window.click("device");
    window.click("tunnel diode");
    let now = window.app().document().network.edges()[0].clone();
    assert_eq!(now.device.kind(), Kind::TunnelDiode);
    assert_eq!((now.from, now.to, &now.id), (edge.from, edge.to, &edge.id));
    assert_eq!(window.app().undo_name(), Some("device of e1"));
}

#[test]
fn the_ends_of_a_slider_are_kept_in_the_document() {
    let mut window = Window::preset("fold");
    let ends = |window: &Window| {
        let slider = window.slider("level");
        let data = slider.accesskit_node();
        (
            data.min_numeric_value().unwrap(),
            data.max_numeric_value().unwrap(),
        )
    };
    let usual = ends(&window);
    window.click("limits of level");
    window.type_into("level to", "2.5");
    assert_eq!(ends(&window), (usual.0, 2.5));
    assert_eq!(window.app().undo_name(), Some("slider limits"));
    let app = &window.app().document().app;
    assert_eq!(app["limits"]["quantum_dot.level"][1], 2.5);
    window
        .harness
        .key_press_modifiers(Modifiers::COMMAND, Key::Z);
    window.steps(3);
    assert_eq!(ends(&window), usual);
    assert!(!window.app().is_unsaved());
}

#[test]
fn a_clamp_follows_a_signal() {
    let mut window = Window::preset("fold");
    window.click("reservoir x");
    window.click("sine");
    let signal = window.node("x").signal.unwrap();
    assert_eq!(signal.shape, Shape::Sine);
    window.harness.get_by_label("one period of the signal");
    window.type_into("period number", "4");
    window.type_into("amplitude number", "1.5");
    window.click("square");
    let signal = window.node("x").signal.unwrap();
    assert_eq!(
        (signal.shape, signal.period, signal.amplitude),
        (Shape::Square, 4.0, 1.5)
    );
    window.steps(30);
    assert!(window.app().is_running());
    window.click("none");
    assert_eq!(window.node("x").signal, None);
    assert_eq!(window.app().undo_name(), Some("signal of x"));
}

#[test]
fn a_signal_below_zero_concentration_is_refused_with_its_place() {
    let mut window = Window::preset("enzyme-fold");
    let clamp = window
        .app()
        .document()
        .network
        .nodes()
        .iter()
        .find(|node| node.role.is_clamped())
        .unwrap()
        .clone();
    window.click(&format!("reservoir {}", clamp.title()));
    window.click("sine");
    let before = window.app().document().clone();
    assert!(window.node(&clamp.id).signal.is_some());
    window.type_into("amplitude number", "1000");
    assert_eq!(&before, window.app().document());
    window.harness.get_by_label("The change was not made");
    let place = format!("{}.signal", clamp.id);
    assert!(window.harness.query_all_by_label_contains(&place).count() > 0);
}

#[test]
fn training_marks_freeze_and_free_a_parameter() {
    let mut window = Window::preset("xor");
    let before = window.app().document().clone();
    window.click("train shift");
    let task = window.app().document().task.as_ref().unwrap();
    assert!(task.trainable.is_some());
    assert_eq!(window.app().undo_name(), Some("freeze shift"));
    window.click("train shift");
    assert_eq!(
        before.task.as_ref().unwrap().trainable,
        window.app().document().task.as_ref().unwrap().trainable
    );
    assert_eq!(window.app().undo_name(), Some("train shift"));
}

#[test]
fn the_network_has_its_scales() {
    let mut window = Window::preset("fold");
    window.harness.key_press(Key::Escape);
    window.steps(3);
    window.click("Physical units");
    let units = window.app().document().network.units.unwrap();
    assert_eq!((units.temperature_k, units.rate_hz), (300.0, 1e9));
    window.type_into("temperature number", "4.2");
    let units = window.app().document().network.units.unwrap();
    assert_eq!(units.temperature_k, 4.2);
    assert_eq!(window.app().undo_name(), Some("units"));
    window.type_into("network name", "A fold");
    assert_eq!(window.app().document().network.name, "A fold");
    // Typed in what is shown: k_B·4.2 K = 0.361 928 meV.
    window.set("ground", 0.2);
    let ground = window.app().document().network.ground;
    assert!((ground - 0.2 / 0.361_928).abs() < 1e-5, "{ground}");
    // The model's own numbers again: a matter of the eye, not of the network.
    window.click("Physical units");
    assert_eq!(window.app().undo_name(), Some("ground"));
    window.set("ground", 0.5);
    assert_eq!(window.app().document().network.ground, 0.5);
    let boxes = window
        .harness
        .query_all_by_role(Role::Slider)
        .filter(|slider| slider.accesskit_node().label().as_deref() == Some("system size"))
        .count();
    assert_eq!(boxes, 1);
}

/// Two resistors in a row from 4 to 0 and a little more around them.
fn divider(app: &str) -> String {
    format!(
        r#"{{"format":"thermonet/1","name":"Divider","platform":"electronic","nodes":[
        {{"id":"top","role":"bias","value":4.0,"at":[0,0]}},{{"id":"m","role":"hidden","at":[160,0]}},
        {{"id":"low","role":"bias","value":0.0,"at":[320,0]}}],"edges":[
        {{"id":"g1","from":"top","to":"m","device":{{"kind":"ohmic","conductance":0.5}}}},
        {{"id":"g2","from":"m","to":"low","device":{{"kind":"ohmic","conductance":1.5}}}}],"app":{app}}}"#
    )
}

#[test]
fn limits_that_make_no_sense_are_passed_over() {
    for app in [
        r#"{"limits":7}"#,
        r#"{"limits":{"ohmic.conductance":[-1,2]}}"#,
        r#"{"limits":{"ohmic.conductance":"wide"}}"#,
    ] {
        let mut window = Window::file(&divider(app));
        window.click("edge g2");
        assert_eq!(window.param("g2", "conductance"), 1.5);
        let data = window.slider("conductance").accesskit_node();
        assert!(data.min_numeric_value().unwrap() > 0.0);
        window.set("conductance", 0.7);
        assert_eq!(window.param("g2", "conductance"), 0.7);
    }
}

/// What the load line says of itself to those who cannot see it.
fn load_words(window: &Window) -> String {
    let node = window.harness.get_by_label_contains("oad line");
    let data = node.accesskit_node();
    data.label().or(data.value()).unwrap()
}

#[test]
fn the_load_line_is_drawn_and_says_what_it_is() {
    let mut window = Window::file(&divider("{}"));
    window.click("edge g2");
    window.computed();
    assert!(load_words(&window).contains("the rest of the network delivers"));
    // Both ends held: an upright line, in words.
    window.click("reservoir m");
    window.click("bias");
    window.click("edge g1");
    window.computed();
    assert!(load_words(&window).contains("both ends are held"));
    // Idle in the end: the line does not ask for itself again and again.
    window.until("the run freezes", |app| !app.is_running());
    window.harness.run();
}

#[test]
fn units_change_what_is_stored_the_speed_and_the_builder_too() {
    let mut window = Window::preset("xor");
    let value = |window: &Window, label: &str| {
        let node = window.harness.get_by_label(label);
        node.value().unwrap()
    };
    press(&mut window, Modifiers::NONE, Key::Space);
    window.harness.get_by_label("τ₀/s");
    assert_eq!(value(&window, "speed number"), "2");
    press(&mut window, Modifiers::COMMAND, Key::I);
    assert_eq!(value(&window, "rail 1 number"), "3");
    press(&mut window, Modifiers::NONE, Key::Escape);
    press(&mut window, Modifiers::NONE, Key::Q);
    // Γ₀ = 1 GHz, T = 300 K: k_B·T = 25.852 meV, and a carrier in a thousand fold of it is 160 aC.
    window.harness.get_by_label("ns/s");
    let stored = window.harness.get_by_label_contains("Σ ");
    let stored = stored.value().unwrap();
    assert!(stored.ends_with("aC") || stored.ends_with("fC"), "{stored}");
    press(&mut window, Modifiers::COMMAND, Key::I);
    assert_eq!(value(&window, "rail 1 number"), "77.56");
    window.type_into("rail 1 number", "51.704");
    window.click("Insert");
    let rail = window.node("hi1").value;
    assert!((rail - 2.0).abs() < 1e-5, "{rail}");
}

#[test]
fn units_change_what_is_shown_and_nothing_else() {
    let mut window = Window::preset("fold");
    // As `thermonet iv` has it: the peak is at a = 7.3017 with b = 2.6375 held.
    window
        .harness
        .get_by_label("NDC: falls beyond 4.7 k_BT, and 1 more");
    let before = window.app().document().network.clone();
    window.harness.key_press(Key::Escape);
    window.steps(3);
    window.click("Physical units");
    window.click("edge e1");
    window.computed();
    window.harness.get_by_label_contains("mV, and 1 more");
    let mut now = window.app().document().network.clone();
    now.units = None;
    assert_eq!(now, before);
}

#[test]
fn escape_gives_up_what_is_typed_however_short_the_press() {
    use eframe::egui::{Event, Key, Modifiers};
    let mut window = Window::preset("fold");
    let before = window.app().document().clone();
    for label in ["level number", "edit id"] {
        window.harness.get_by_label(label).click();
        window.steps(3);
        window
            .harness
            .key_press_modifiers(Modifiers::COMMAND, Key::A);
        window.steps(2);
        window.harness.event(Event::Text("9".to_owned()));
        window.steps(2);
        // Pressed and let go within one frame.
        window.harness.key_press(Key::Escape);
        window.steps(4);
        assert_eq!(window.app().document(), &before, "{label}");
    }
}
