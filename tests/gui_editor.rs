//! The palette, the builder, joining, and the clipboard between windows: building without having to learn how.
#![cfg(feature = "gui")]
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot find its widget has failed"
)]

mod window;

use eframe::egui::accesskit::Toggled;
use eframe::egui::{Event, Key, Modifiers, OutputCommand, Role};
use egui_kittest::kittest::{NodeT, Queryable};
use thermonet::document::{Element, write};
use thermonet::gui::App;
use window::Window;

/// A network without anything in it.
const EMPTY: &str = r#"{"format": "thermonet/1", "name": "New", "platform": "electronic", "nodes": [], "edges": []}"#;

fn press(window: &mut Window, modifiers: Modifiers, key: Key) {
    window.harness.key_press_modifiers(modifiers, key);
    window.steps(3);
}

/// Finds by these letters and takes what comes first.
fn find(window: &mut Window, letters: &str) {
    press(window, Modifiers::NONE, Key::Slash);
    window.harness.event(Event::Text(letters.to_owned()));
    window.steps(3);
    press(window, Modifiers::NONE, Key::Enter);
}

fn selected_ids(app: &App) -> Vec<String> {
    let network = &app.document().network;
    let selection = app.selected();
    let nodes = selection.nodes.iter().filter_map(|&key| network.node(key));
    let edges = selection.edges.iter().filter_map(|&key| network.edge(key));
    nodes
        .map(|node| node.id.clone())
        .chain(edges.map(|edge| edge.id.clone()))
        .collect()
}

fn counts(window: &Window) -> (usize, usize) {
    let network = &window.app().document().network;
    (network.nodes().len(), network.edges().len())
}

fn written(window: &Window) -> String {
    String::from_utf8(write(window.app().document())).unwrap()
}

/// What a press of this key with Ctrl puts on the clipboard.
fn copied(window: &mut Window, key: Key) -> String {
    let press = Event::Key {
        key,
        physical_key: None,
        pressed: true,
        repeat: false,
        modifiers: Modifiers::COMMAND,
    };
    window.harness.event(press);
    window.steps(1);
    let commands = &window.harness.output().platform_output.commands;
    let text = commands.iter().find_map(|command| match command {
        OutputCommand::CopyText(text) => Some(text.clone()),
        _ => None,
    });
    text.unwrap()
}

fn paste(window: &mut Window, text: &str) {
    window.harness.event(Event::Paste(text.to_owned()));
    window.steps(4);
}

#[test]
fn the_palette_does_commands_and_goes_to_parts() {
    let mut window = Window::preset("xor");
    find(&mut window, "h3");
    assert_eq!(selected_ids(window.app()), ["h3"]);
    let canvas = window.harness.get_by_label("canvas").rect();
    let tank = window.harness.get_by_label("reservoir h3").rect();
    assert!((tank.center() - canvas.center()).length() < 40.0);
    find(&mut window, "e13");
    assert_eq!(selected_ids(window.app()), ["e13"]);
    // By what it joins.
    find(&mut window, "hi → y");
    assert_eq!(selected_ids(window.app()), ["e23"]);
    assert!(window.app().is_playing());
    find(&mut window, "play");
    assert!(!window.app().is_playing());
    find(&mut window, "fold");
    window.computed();
    assert_eq!(window.app().document().network.name, "Fold");
}

#[test]
fn the_palette_moves_by_arrows_and_closes_by_esc() {
    let mut window = Window::preset("fold");
    let before = written(&window);
    press(&mut window, Modifiers::NONE, Key::Slash);
    let first = |window: &Window| {
        let rows = window.harness.get_all_by_role(Role::Button);
        rows.filter(|row| row.accesskit_node().toggled() == Some(Toggled::True))
            .filter_map(|row| row.accesskit_node().label())
            .find(|label| label.ends_with(" menu"))
    };
    let start = first(&window).unwrap();
    press(&mut window, Modifiers::NONE, Key::ArrowDown);
    let second = first(&window).unwrap();
    assert_ne!(start, second);
    press(&mut window, Modifiers::NONE, Key::ArrowUp);
    assert_eq!(first(&window).unwrap(), start);
    // Letters that are keys elsewhere are letters here.
    window.harness.key_press(Key::H);
    window.harness.event(Event::Text("h".to_owned()));
    window.steps(2);
    press(&mut window, Modifiers::NONE, Key::Escape);
    assert!(window.harness.query_by_label("find").is_none());
    assert_eq!(written(&window), before);
}

/// Elsewhere than in a text, where a capital is a letter like any other.
#[test]
fn a_letter_with_shift_is_no_key_but_a_sign_may_need_it() {
    let mut window = Window::preset("fold");
    let nodes = |window: &Window| window.app().document().network.nodes().len();
    let before = nodes(&window);
    press(&mut window, Modifiers::SHIFT, Key::H);
    assert_eq!(nodes(&window), before);
    press(&mut window, Modifiers::NONE, Key::H);
    assert_eq!(nodes(&window), before + 1);
    press(&mut window, Modifiers::SHIFT, Key::Slash);
    assert!(window.harness.query_by_label("find").is_some());
}

/// The floor of XOR at ±0.7 for a monotone network: 2·0.7²/3.
const FLOOR: f64 = 2.0 * 0.49 / 3.0;

#[test]
fn xor_with_four_hidden_is_built_by_the_builder_and_trained() {
    let mut window = Window::file(EMPTY);
    press(&mut window, Modifiers::COMMAND, Key::I);
    window.harness.get_by_label("9 reservoirs, 24 edges");
    assert_eq!(counts(&window), (0, 0), "a preview is not in the document");
    window.click("Insert");
    assert_eq!(counts(&window), (9, 24));
    assert_eq!(
        window.app().undo_name(),
        Some("insert layers: 9 reservoirs, 24 edges, task XOR")
    );
    assert!(window.harness.query_by_label("Insert").is_none());
    // The task came along, and went and comes with the same step.
    let with_task = written(&window);
    press(&mut window, Modifiers::COMMAND, Key::Z);
    assert_eq!(counts(&window), (0, 0));
    assert_eq!(window.app().document().task, None);
    press(
        &mut window,
        Modifiers::COMMAND.plus(Modifiers::SHIFT),
        Key::Z,
    );
    assert_eq!(written(&window), with_task);
    window.computed();
    press(&mut window, Modifiers::NONE, Key::G);
    window.until("losses come in", |app| {
        app.training_losses()
            .first()
            .is_some_and(|losses| losses.len() > 400)
    });
    if window.app().is_training() {
        press(&mut window, Modifiers::NONE, Key::G);
    }
    window.until("training rests", |app| !app.is_training());
    let losses = window.app().training_losses()[0];
    let least = losses.iter().copied().fold(f64::INFINITY, f64::min);
    assert!(least < 0.1 * FLOOR, "{least} is not far below {FLOOR}");
}

/// Beside the gate that suits two inputs: another gate, a function, or none; what does not fit is said.
#[test]
fn the_builder_makes_the_task_that_is_asked_for() {
    use thermonet::learn::Source;
    let mut window = Window::file(EMPTY);
    press(&mut window, Modifiers::COMMAND, Key::I);
    window.click("gate NAND");
    window.click("Insert");
    assert_eq!(
        window.app().undo_name(),
        Some("insert layers: 9 reservoirs, 24 edges, task NAND")
    );
    let task = window.app().document().task.clone().unwrap();
    let network = &window.app().document().network;
    let id = |key| network.node(key).unwrap().id.as_str();
    assert_eq!(
        task.inputs.iter().map(|&key| id(key)).collect::<Vec<_>>(),
        ["x1", "x2"]
    );
    assert_eq!(
        task.outputs.iter().map(|&key| id(key)).collect::<Vec<_>>(),
        ["y"]
    );
    // There is a task now: none comes along unasked. Three hidden layers of one reservoir, and a function.
    press(&mut window, Modifiers::COMMAND, Key::I);
    window
        .harness
        .get_by_label("the network keeps the task it has");
    window.type_into("inputs number", "1");
    window.click("gate");
    window
        .harness
        .get_by_label_contains("a gate needs two inputs");
    assert!(
        window
            .harness
            .get_by_label("Insert")
            .accesskit_node()
            .is_disabled()
    );
    window.click("function");
    window.type_into("formula of the task", "sin(2*z)");
    window.harness.get_by_label_contains("'z'");
    assert!(
        window
            .harness
            .get_by_label("Insert")
            .accesskit_node()
            .is_disabled()
    );
    window.type_into("formula of the task", "x^2");
    window.click("Insert");
    let task = window.app().document().task.clone().unwrap();
    let network = &window.app().document().network;
    assert_eq!(network.node(task.inputs[0]).unwrap().id, "x");
    assert_eq!(network.node(task.outputs[0]).unwrap().id, "y1");
    assert!(matches!(&task.source, Source::Function(function) if function.expr == "x^2"));
    window.computed();
    assert_eq!(window.app().training_problem(), None);
    // None at all.
    let mut window = Window::file(EMPTY);
    press(&mut window, Modifiers::COMMAND, Key::I);
    window.click("none");
    window.click("Insert");
    assert_eq!(counts(&window), (9, 24));
    assert_eq!(window.app().document().task, None);
}

#[test]
fn the_builder_shows_what_it_will_make_and_refuses_too_much() {
    let mut window = Window::preset("fold");
    let before = written(&window);
    press(&mut window, Modifiers::COMMAND, Key::I);
    window.type_into("hidden number", "6");
    window.harness.get_by_label("11 reservoirs, 34 edges");
    window.click("Add hidden layer");
    window.harness.get_by_label("17 reservoirs, 82 edges");
    window.type_into("hidden layer 1 number", "400");
    window.type_into("hidden layer 2 number", "400");
    assert!(
        window
            .harness
            .get_by_label("Insert")
            .accesskit_node()
            .is_disabled()
    );
    window
        .harness
        .get_by_label_contains("are too many to be made at once");
    window.type_into("hidden layer 1 number", "3");
    window.type_into("hidden layer 2 number", "2");
    window.click("every device different, drawn from a seed");
    window.click("Insert");
    assert_eq!(counts(&window), (2 + 10, 1 + 28));
    let network = &window.app().document().network;
    let devices = network.edges()[1..].iter().map(|edge| edge.device.clone());
    assert!(
        devices
            .clone()
            .all(|device| Some(device) == devices.clone().next())
    );
    press(&mut window, Modifiers::COMMAND, Key::Z);
    assert_eq!(written(&window), before);
    press(&mut window, Modifiers::COMMAND, Key::I);
    press(&mut window, Modifiers::NONE, Key::Escape);
    assert!(window.harness.query_by_label("Insert").is_none());
    assert_eq!(written(&window), before);
}

#[test]
fn a_selection_is_joined_in_one_step() {
    let mut window = Window::file(EMPTY);
    for key in [Key::X, Key::H, Key::H, Key::Y] {
        press(&mut window, Modifiers::NONE, key);
    }
    let cases = [
        (
            Modifiers::COMMAND,
            Key::E,
            (4, 6),
            "join each with each: 6 edges",
        ),
        (
            Modifiers::COMMAND.plus(Modifiers::SHIFT),
            Key::E,
            (4, 3),
            "join in a chain: 3 edges",
        ),
        (Modifiers::COMMAND, Key::R, (5, 3), "join to b1: 3 edges"),
    ];
    for (modifiers, key, expected, name) in cases {
        press(&mut window, Modifiers::COMMAND, Key::A);
        press(&mut window, modifiers, key);
        assert_eq!(counts(&window), expected);
        assert_eq!(window.app().undo_name(), Some(name));
        // What is joined is not joined once more.
        press(&mut window, Modifiers::COMMAND, Key::A);
        press(&mut window, modifiers, key);
        if key == Key::E {
            assert_eq!(counts(&window), expected);
        }
        press(&mut window, Modifiers::COMMAND, Key::Z);
        while counts(&window).1 > 0 {
            press(&mut window, Modifiers::COMMAND, Key::Z);
        }
    }
    // A rail that is there is the one that is meant.
    press(&mut window, Modifiers::NONE, Key::U);
    press(&mut window, Modifiers::COMMAND, Key::A);
    find(&mut window, "join with a rail");
    assert_eq!(counts(&window), (5, 3));
    assert!(
        window
            .app()
            .selection()
            .is_none_or(|one| matches!(one, Element::Edge(_)))
    );
}

#[test]
fn a_part_is_pasted_into_another_window() {
    let mut from = Window::preset("xor");
    let mut into = Window::preset("fold");
    find(&mut from, "h2");
    let text = copied(&mut from, Key::C);
    let before = counts(&into);
    paste(&mut into, &text);
    assert_eq!(counts(&into), (before.0 + 1, before.1));
    assert_eq!(selected_ids(into.app()), ["h2"]);
    assert_eq!(into.app().undo_name(), Some("paste"));
}

#[test]
fn a_whole_network_is_offered_to_open() {
    let mut from = Window::preset("xor");
    let mut into = Window::preset("fold");
    let line = copied(&mut from, Key::T);
    assert!(
        line.starts_with("thermonet/1:") && !line.contains(' '),
        "{line}"
    );
    let before = written(&into);
    paste(&mut into, &line);
    assert_eq!(written(&into), before, "it is only offered");
    press(&mut into, Modifiers::NONE, Key::Escape);
    assert_eq!(written(&into), before);
    paste(&mut into, &line);
    press(&mut into, Modifiers::NONE, Key::Enter);
    into.computed();
    assert_eq!(written(&into), written(&from));
    // It is in no file: it is as little saved as what was drawn.
    assert!(into.app().is_unsaved());
    assert_eq!(into.app().undo_name(), None);
    // As a file has it, and inserted instead.
    let mut other = Window::preset("fold");
    paste(&mut other, &written(&from));
    other.click("Insert it here");
    assert_eq!(counts(&other), (2 + 9, 1 + 24));
    // The other platform cannot be inserted, but opened.
    let mut chemical = Window::preset("enzyme-fold");
    paste(&mut chemical, &line);
    let insert = chemical.harness.get_by_label("Insert it here");
    assert!(insert.accesskit_node().is_disabled());
    chemical.click("Open it");
    assert_eq!(counts(&chemical), (9, 24));
    // Nothing is in the way of an empty window.
    let mut empty = Window::file(EMPTY);
    paste(&mut empty, &line);
    assert_eq!(counts(&empty), (9, 24));
    assert!(empty.app().is_unsaved());
    let mut broken = Window::preset("fold");
    paste(&mut broken, &line[..line.len() / 2]);
    assert_eq!(counts(&broken), (2, 1));
    broken
        .harness
        .get_by_label("What was pasted is not a network this program can open");
}

/// What has the focus.
fn focused(window: &Window) -> Option<String> {
    let node = window
        .harness
        .query_by(|node| node.is_focused() && node.label().is_some());
    node.and_then(|node| node.accesskit_node().label())
}

/// Presses Tab until this has the focus.
fn tab_to(window: &mut Window, label: &str) {
    for _ in 0..120 {
        if focused(window).as_deref() == Some(label) {
            return;
        }
        press(window, Modifiers::NONE, Key::Tab);
    }
    panic!(
        "Tab does not come to {label}; it is at {:?}",
        focused(window)
    );
}

/// Open a network, look at an edge, turn its parameter, kick, settle, take back, save: all without a pointer.
#[test]
fn a_first_lesson_goes_by_keyboard_alone() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = Window::preset("xor");
    find(&mut window, "fold");
    window.computed();
    press(&mut window, Modifiers::NONE, Key::Escape);
    assert!(window.app().selected().is_empty());
    // Over the canvas, where everything has a name and says how it is.
    tab_to(&mut window, "reservoir y");
    window.until("the steady state is known", |app| !app.is_computing());
    let value = window.harness.get_by_label("reservoir y").value().unwrap();
    assert!(
        value.starts_with("output, ") && value.contains("steady state"),
        "{value}"
    );
    let value = window.harness.get_by_label("reservoir x").value().unwrap();
    assert!(
        value.starts_with("input, ") && value.ends_with("held"),
        "{value}"
    );
    let value = window.harness.get_by_label("edge e1").value().unwrap();
    assert!(
        value.contains("x → y") && value.contains("quantum dot"),
        "{value}"
    );
    // Shift with an arrow kicks, and the document does not know.
    press(&mut window, Modifiers::NONE, Key::Space);
    let before = (written(&window), window.app().state_of("y").unwrap());
    press(&mut window, Modifiers::SHIFT, Key::ArrowUp);
    assert!(window.app().state_of("y").unwrap() > before.1 + 0.1);
    assert_eq!(written(&window), before.0);
    // Enter on the edge selects it and goes on in the inspector.
    tab_to(&mut window, "edge e1");
    press(&mut window, Modifiers::NONE, Key::Enter);
    assert_eq!(selected_ids(window.app()), ["e1"]);
    assert_eq!(focused(&window).as_deref(), Some("device"));
    let shift = window.param("e1", "shift");
    tab_to(&mut window, "shift");
    for _ in 0..3 {
        press(&mut window, Modifiers::NONE, Key::ArrowLeft);
    }
    assert!(window.param("e1", "shift") < shift - 0.1);
    assert_eq!(window.app().undo_name(), Some("shift of e1"));
    window.computed();
    press(&mut window, Modifiers::NONE, Key::End);
    let steady = window.app().state_of("y").unwrap();
    press(&mut window, Modifiers::NONE, Key::Space);
    window.steps(30);
    assert!((window.app().state_of("y").unwrap() - steady).abs() < 1e-3);
    for _ in 0..3 {
        press(&mut window, Modifiers::COMMAND, Key::Z);
    }
    assert!((window.param("e1", "shift") - shift).abs() < 1e-12);
    press(&mut window, Modifiers::COMMAND, Key::S);
    let path = folder.path().join("lesson.json");
    press(&mut window, Modifiers::COMMAND, Key::A);
    window
        .harness
        .event(Event::Text(path.display().to_string()));
    window.steps(2);
    press(&mut window, Modifiers::NONE, Key::Enter);
    let saved = std::fs::read_to_string(&path).unwrap();
    assert_eq!(saved, written(&window));
    assert!(!window.app().is_unsaved());
}

/// Two reservoirs that no edge joins are joined without a pointer: E, Tab, Enter.
#[test]
fn an_edge_is_drawn_by_keyboard() {
    let mut window = Window::file(EMPTY);
    press(&mut window, Modifiers::NONE, Key::X);
    press(&mut window, Modifiers::NONE, Key::Y);
    find(&mut window, "x1");
    press(&mut window, Modifiers::NONE, Key::E);
    tab_to(&mut window, "reservoir y1");
    press(&mut window, Modifiers::NONE, Key::Enter);
    assert_eq!(counts(&window), (2, 1));
    assert_eq!(selected_ids(window.app()), ["e1"]);
}

/// Widgets without a name are nothing to those who do not see them: none of them is, with every panel open.
#[test]
fn every_widget_has_a_name() {
    let mut window = Window::preset("xor");
    for (modifiers, key) in [
        (Modifiers::NONE, Key::K),
        (Modifiers::NONE, Key::D),
        (Modifiers::COMMAND, Key::I),
    ] {
        press(&mut window, modifiers, key);
        nameless(&window);
    }
    press(&mut window, Modifiers::NONE, Key::Escape);
    press(&mut window, Modifiers::NONE, Key::Slash);
    nameless(&window);
    press(&mut window, Modifiers::NONE, Key::Escape);
    press(&mut window, Modifiers::NONE, Key::Questionmark);
    nameless(&window);
}

fn nameless(window: &Window) {
    let roles = [
        Role::Button,
        Role::CheckBox,
        Role::ComboBox,
        Role::RadioButton,
        Role::Slider,
        Role::SpinButton,
        Role::TextInput,
    ];
    for role in roles {
        for node in window.harness.query_all_by_role(role) {
            let node = node.accesskit_node();
            let name = node.label().filter(|name| !name.trim().is_empty());
            assert!(
                name.is_some(),
                "a nameless {role:?}: {:?}",
                node.bounding_box()
            );
        }
    }
}

#[test]
fn parameters_are_tied_in_the_inspector_and_set_together() {
    let mut window = Window::preset("xor");
    press(&mut window, Modifiers::COMMAND, Key::A);
    window.click("Tie shift of 24 edges");
    assert_eq!(window.app().undo_name(), Some("tie shift of 24 edges"));
    let first = window.param("e1", "shift");
    let all = |window: &Window, value: f64| {
        let edges = window.app().document().network.edges();
        let mut shifts = edges.iter().map(|edge| edge.device.param("shift").unwrap());
        shifts.all(|shift| (shift - value).abs() < 1e-12)
    };
    assert!(all(&window, first));
    // One of them stands for all, in one step of undo.
    find(&mut window, "e7");
    window.harness.get_by_label("shift is tied to 23 others");
    window.set("shift", 0.6);
    assert!(all(&window, 0.6));
    press(&mut window, Modifiers::COMMAND, Key::Z);
    assert!(all(&window, first));
    window.click("Untie shift");
    window.set("shift", 0.9);
    assert!((window.param("e7", "shift") - 0.9).abs() < 1e-12);
    assert!((window.param("e6", "shift") - first).abs() < 1e-12);
}

#[test]
fn a_builder_that_inserts_nothing_leaves_the_view_as_it_was() {
    let mut window = Window::preset("fold");
    let place = |window: &Window| window.harness.get_by_label("reservoir y").rect();
    let before = place(&window);
    press(&mut window, Modifiers::COMMAND, Key::I);
    window.steps(4);
    assert!((place(&window).center() - before.center()).length() > 1.0);
    press(&mut window, Modifiers::NONE, Key::Escape);
    window.steps(4);
    assert!((place(&window).center() - before.center()).length() < 1.0);
    // What was inserted stays in view.
    press(&mut window, Modifiers::COMMAND, Key::I);
    window.steps(4);
    let sketched = place(&window).center();
    window.click("Insert");
    window.steps(4);
    assert!((place(&window).center() - sketched).length() < 1.0);
}
