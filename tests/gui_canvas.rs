//! Building and editing on the canvas, as a hand does it.
#![cfg(feature = "gui")]
#![expect(
    clippy::unwrap_used,
    clippy::cast_possible_truncation,
    reason = "tests look at what they have just made"
)]

mod window;

use eframe::egui::accesskit::Toggled;
use eframe::egui::{
    self, Event, Key, Modifiers, PointerButton, Pos2, Rect, Role, Vec2, pos2, vec2,
};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use thermonet::device::Kind;
use thermonet::document::notes::notes;
use thermonet::document::{Document, write};
use thermonet::gui::{App, Start};
use thermonet::network::{Network, Node};
use window::opened::{computed, window};

/// A network without anything in it.
const EMPTY: &str = r#"{"format": "thermonet/1", "name": "New", "platform": "electronic", "nodes": [], "edges": []}"#;

type Window = Harness<'static, App>;

fn preset(name: &str) -> Window {
    window(Start {
        preset: Some(name.to_owned()),
        ..Start::default()
    })
}

fn file(text: &str) -> Window {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("start.json");
    std::fs::write(&path, text).unwrap();
    window(Start {
        file: Some(path),
        ..Start::default()
    })
}

fn document(harness: &Window) -> &Document {
    harness.state().document()
}

fn network(harness: &Window) -> &Network {
    &document(harness).network
}

fn node<'a>(harness: &'a Window, id: &str) -> &'a Node {
    network(harness).node_by_id(id).unwrap()
}

fn written(harness: &Window) -> String {
    String::from_utf8(write(document(harness))).unwrap()
}

fn undo(harness: &mut Window) {
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    harness.run_steps(3);
}

/// The tank, without its rim.
fn tank(harness: &Window, id: &str) -> Rect {
    harness
        .get_by_label(&format!("reservoir {id}"))
        .rect()
        .shrink(8.0)
}

/// A point of the canvas that is far from everything at the beginning.
fn canvas(harness: &Window) -> Rect {
    harness.get_by_label("canvas").rect()
}

fn button(pos: Pos2, which: PointerButton, pressed: bool, modifiers: Modifiers) -> Event {
    Event::PointerButton {
        pos,
        button: which,
        pressed,
        modifiers,
    }
}

fn move_to(harness: &mut Window, at: Pos2, modifiers: Modifiers) {
    harness.event_modifiers(Event::PointerMoved(at), modifiers);
    harness.run_steps(1);
}

fn click_with(harness: &mut Window, at: Pos2, which: PointerButton, modifiers: Modifiers) {
    move_to(harness, at, modifiers);
    for pressed in [true, false] {
        harness.event_modifiers(button(at, which, pressed, modifiers), modifiers);
        harness.run_steps(1);
    }
    harness.run_steps(2);
}

fn click(harness: &mut Window, at: Pos2) {
    click_with(harness, at, PointerButton::Primary, Modifiers::NONE);
}

fn double_click(harness: &mut Window, at: Pos2) {
    // Apart from the click before, which would else be counted with these.
    harness.run_steps(30);
    move_to(harness, at, Modifiers::NONE);
    for pressed in [true, false, true, false] {
        harness.event(button(at, PointerButton::Primary, pressed, Modifiers::NONE));
        harness.run_steps(1);
    }
    harness.run_steps(30);
}

/// Presses at `from` and moves in steps to `to`; the button stays down.
fn drag_on(harness: &mut Window, from: Pos2, to: Pos2, modifiers: Modifiers) {
    move_to(harness, from, modifiers);
    let press = button(from, PointerButton::Primary, true, modifiers);
    harness.event_modifiers(press, modifiers);
    harness.run_steps(1);
    for k in 1..=6_u8 {
        move_to(harness, from.lerp(to, f32::from(k) / 6.0), modifiers);
    }
}

fn release(harness: &mut Window, at: Pos2, modifiers: Modifiers) {
    harness.event_modifiers(
        button(at, PointerButton::Primary, false, modifiers),
        modifiers,
    );
    harness.run_steps(3);
}

fn drag(harness: &mut Window, from: Pos2, to: Pos2) {
    drag_on(harness, from, to, Modifiers::NONE);
    release(harness, to, Modifiers::NONE);
}

fn escape(harness: &mut Window) {
    harness.key_down(Key::Escape);
    harness.run_steps(2);
    harness.key_up(Key::Escape);
    harness.run_steps(2);
}

/// Types a number into the box of this name, with the keys.
fn set(harness: &mut Window, name: &str, value: f64) {
    harness
        .get_by_role_and_label(Role::Slider, name)
        .set_value_accesskit(value);
    harness.run_steps(3);
}

fn choose_role(harness: &mut Window, id: &str, role: &str) {
    let at = tank(harness, id).center_bottom() - vec2(0.0, 9.0);
    click_with(harness, at, PointerButton::Secondary, Modifiers::NONE);
    harness.get_by_label("Role").click();
    harness.run_steps(6);
    harness
        .get_all_by_label(role)
        .find(|node| node.rect().height() > 1.0 && node.rect().left() < 870.0)
        .unwrap()
        .click();
    harness.run_steps(4);
}

#[test]
fn xor_is_built_from_an_empty_canvas_by_hand() {
    let mut harness = preset("fold");
    harness.key_press_modifiers(Modifiers::COMMAND, Key::N);
    harness.run_steps(4);
    assert!(network(&harness).nodes().is_empty());
    let area = canvas(&harness);
    let at = |x: f32, y: f32| area.min + vec2(x, y);
    for corner in [at(180.0, 110.0), at(180.0, 300.0), at(400.0, 200.0)] {
        double_click(&mut harness, corner);
    }
    assert_eq!(network(&harness).nodes().len(), 3);
    assert_eq!(harness.state().undo_name(), Some("add h3"));
    choose_role(&mut harness, "h1", "input");
    choose_role(&mut harness, "h2", "input");
    // Two conductors from rim to rim.
    harness.key_press(Key::Num1);
    harness.run_steps(2);
    for from in ["h1", "h2"] {
        let (from, to) = (tank(&harness, from), tank(&harness, "h3"));
        drag(&mut harness, from.right_center(), to.left_center());
        set(&mut harness, "conductance", 5.0);
    }
    assert_eq!(network(&harness).edges().len(), 2);
    // A dot to the empty canvas: a reservoir, too, and one step of undo.
    harness.key_press(Key::Escape);
    harness.run_steps(2);
    harness.key_press(Key::Num2);
    harness.run_steps(2);
    let from = tank(&harness, "h3");
    drag(&mut harness, from.right_center(), at(640.0, 200.0));
    assert_eq!(harness.state().undo_name(), Some("add h4 and e3"));
    undo(&mut harness);
    assert_eq!(
        (
            network(&harness).nodes().len(),
            network(&harness).edges().len()
        ),
        (3, 2)
    );
    harness.key_press_modifiers(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
    harness.run_steps(3);
    let dot = &network(&harness).edge_by_id("e3").unwrap().device;
    assert_eq!(dot.kind(), Kind::QuantumDot);
    harness.get_by_label("edge e3").click();
    harness.run_steps(2);
    for (name, value) in [
        ("tunnel rate", 1.0),
        ("level", -4.0),
        ("shift", 1.0),
        ("tracking", 2.0),
    ] {
        set(&mut harness, name, value);
    }
    choose_role(&mut harness, "h4", "output");
    for (id, name, value) in [
        ("h1", "value", 0.0),
        ("h2", "value", 8.0),
        ("h4", "leak", 0.1),
    ] {
        harness.get_by_label(&format!("reservoir {id}")).click();
        harness.run_steps(2);
        set(&mut harness, name, value);
    }
    computed(&mut harness);
    harness.key_press(Key::End);
    harness.run_steps(3);
    let y = harness.state().state_of("h4").unwrap();
    assert!((y - 2.748).abs() < 1e-3, "{y}");
}

#[test]
fn a_rim_released_where_it_began_or_on_a_panel_makes_nothing() {
    let mut harness = preset("xor-minimal");
    let before = written(&harness);
    let y = tank(&harness, "y");
    drag(&mut harness, y.right_center(), y.center() + vec2(0.0, 12.0));
    drag(&mut harness, y.right_center(), pos2(1100.0, 400.0));
    drag(
        &mut harness,
        y.right_center(),
        y.right_center() + vec2(3.0, 1.0),
    );
    assert_eq!(written(&harness), before);
    assert_eq!(harness.state().undo_name(), None);
}

#[test]
fn a_key_converts_the_selected_edges_and_keeps_their_ends() {
    let mut harness = preset("xor-minimal");
    harness.get_by_label("edge e1").click();
    harness.run_steps(2);
    let e2 = harness.get_by_label("edge e2").rect().center();
    click_with(&mut harness, e2, PointerButton::Primary, Modifiers::SHIFT);
    let ends = |harness: &Window| {
        let edge = network(harness).edge_by_id("e2").unwrap();
        (edge.from, edge.to, edge.device.kind())
    };
    let before = ends(&harness);
    harness.key_press(Key::Num2);
    harness.run_steps(3);
    assert_eq!(ends(&harness), (before.0, before.1, Kind::QuantumDot));
    assert_eq!(harness.state().undo_name(), Some("2 edges to quantum dot"));
    undo(&mut harness);
    assert_eq!(ends(&harness), before);
    assert_eq!(harness.state().undo_name(), None);
    // The chooser shows the choice, and a click on it converts nothing.
    harness.get_by_label("next device double dot").click();
    harness.run_steps(3);
    assert_eq!(ends(&harness), before);
    harness.key_press(Key::Escape);
    harness.run_steps(2);
    let (x1, x2) = (tank(&harness, "x1"), tank(&harness, "x2"));
    drag(&mut harness, x1.center_bottom(), x2.center_top());
    let edge = network(&harness).edge_by_id("e4").unwrap();
    assert_eq!(edge.device.kind(), Kind::DoubleDot);
}

#[test]
fn what_is_deleted_comes_back_by_the_toast() {
    let mut harness = preset("xor-minimal");
    let before = written(&harness);
    harness.get_by_label("reservoir s").click();
    harness.run_steps(2);
    harness.key_press(Key::Delete);
    harness.run_steps(3);
    assert_eq!(
        (
            network(&harness).nodes().len(),
            network(&harness).edges().len()
        ),
        (3, 0)
    );
    assert_eq!(harness.state().undo_name(), Some("delete s and 3 edges"));
    harness.get_by_label("Deleted s and 3 edges");
    let button = harness
        .get_all_by_label("Undo")
        .find(|node| node.rect().top() > 100.0)
        .unwrap();
    button.click();
    harness.run_steps(3);
    assert_eq!(written(&harness), before);
    assert!(harness.query_by_label("Deleted s and 3 edges").is_none());
    // Backspace does the same; the toast goes by itself, and so does the painting.
    harness.key_press(Key::Backspace);
    harness.run_steps(3);
    harness.get_by_label("Deleted s and 3 edges");
    for _ in 0..4000 {
        harness.run_steps(1);
    }
    assert!(harness.query_by_label("Deleted s and 3 edges").is_none());
    harness.run();
}

#[test]
fn many_are_selected_by_a_box_and_moved_in_one_step() {
    let mut harness = preset("xor-minimal");
    let before = written(&harness);
    let (x1, x2) = (tank(&harness, "x1"), tank(&harness, "x2"));
    let corner = x1.left_top() - vec2(30.0, 30.0);
    let end = x2.right_bottom() + vec2(30.0, 30.0);
    drag_on(&mut harness, corner, end, Modifiers::SHIFT);
    release(&mut harness, end, Modifiers::SHIFT);
    let selected = harness.state().selected();
    assert_eq!((selected.nodes.len(), selected.edges.len()), (2, 0));
    let grip = x1.center_top() + vec2(0.0, 12.0);
    let places = |harness: &Window| ["x1", "x2", "s"].map(|id| node(harness, id).at.unwrap());
    let old = places(&harness);
    drag(&mut harness, grip, grip + vec2(40.0, 24.0));
    let new = places(&harness);
    let way = |k: usize| [new[k][0] - old[k][0], new[k][1] - old[k][1]];
    assert!(way(0)[0] > 10.0 && (way(0)[0] - way(1)[0]).abs() < 0.02);
    assert!((way(0)[1] - way(1)[1]).abs() < 0.02);
    assert!(way(2).iter().all(|x| x.abs() < 1e-12));
    assert_eq!(harness.state().undo_name(), Some("move 2 things"));
    undo(&mut harness);
    assert_eq!(written(&harness), before);
    assert_eq!(harness.state().undo_name(), None);
    // Shift and a click take one out of the selection.
    let grip = tank(&harness, "x1").center_top() + vec2(0.0, 12.0);
    click_with(&mut harness, grip, PointerButton::Primary, Modifiers::SHIFT);
    assert_eq!(harness.state().selected().nodes.len(), 1);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
    harness.run_steps(2);
    let selected = harness.state().selected();
    assert_eq!((selected.nodes.len(), selected.edges.len()), (4, 3));
}

#[test]
fn escape_gives_up_every_kind_of_drag() {
    let mut harness = preset("fold");
    harness.key_press(Key::Space);
    harness.run_steps(2);
    let before = written(&harness);
    let state = harness.state().state_of("y").unwrap();
    let selected = harness.state().selected().clone();
    let (x, y) = (tank(&harness, "x"), tank(&harness, "y"));
    // The fill ends at this share of a scale from −0.84 to 7.84.
    let level = |rect: Rect, state: f64| {
        let share = ((state + 0.84) / 8.68) as f32;
        pos2(
            rect.center().x,
            rect.bottom() - 5.0 - (rect.height() - 10.0) * share,
        )
    };
    let corner = canvas(&harness).min + vec2(160.0, 60.0);
    let drags = [
        ("move", y.center_top() + vec2(0.0, 12.0), Modifiers::NONE),
        ("edge", y.right_center(), Modifiers::NONE),
        ("kick", level(y, state), Modifiers::NONE),
        ("set", level(x, 7.0), Modifiers::NONE),
        ("box", corner, Modifiers::SHIFT),
    ];
    for (name, from, modifiers) in drags {
        let to = from + vec2(12.0, -30.0);
        drag_on(&mut harness, from, to, modifiers);
        let is_changed = written(&harness) != before;
        let is_kicked = (harness.state().state_of("y").unwrap() - state).abs() > 0.5;
        assert_eq!(is_changed, matches!(name, "move" | "set"), "{name}");
        assert_eq!(is_kicked, name == "kick", "{name}");
        escape(&mut harness);
        assert_eq!(written(&harness), before, "{name}");
        let now = harness.state().state_of("y").unwrap();
        assert!((now - state).abs() < 1e-9, "{name}: {now}");
        assert_eq!(harness.state().selected(), &selected, "{name}");
        move_to(&mut harness, to + vec2(50.0, 5.0), modifiers);
        release(&mut harness, to + vec2(50.0, 5.0), modifiers);
        assert_eq!(written(&harness), before, "{name}");
        assert_eq!(harness.state().undo_name(), None, "{name}");
    }
}

#[test]
fn menus_say_what_can_be_done_here() {
    let mut harness = preset("xor-minimal");
    let e1 = harness.get_by_label("edge e1").rect().center();
    click_with(&mut harness, e1, PointerButton::Secondary, Modifiers::NONE);
    let ends = |harness: &Window| {
        let edge = network(harness).edge_by_id("e1").unwrap();
        (edge.from, edge.to)
    };
    let (from, to) = ends(&harness);
    harness.get_by_label_contains("Reverse direction").click();
    harness.run_steps(3);
    assert_eq!(ends(&harness), (to, from));
    assert_eq!(harness.state().undo_name(), Some("reverse e1"));
    // Esc closes a menu and leaves the selection.
    click_with(&mut harness, e1, PointerButton::Secondary, Modifiers::NONE);
    harness.get_by_label_contains("Reverse direction");
    escape(&mut harness);
    assert!(
        harness
            .query_by_label_contains("Reverse direction")
            .is_none()
    );
    assert_eq!(harness.state().selected().edges.len(), 1);
    let at = canvas(&harness).min + vec2(250.0, 60.0);
    click_with(&mut harness, at, PointerButton::Secondary, Modifiers::NONE);
    harness.get_by_label_contains("New bias rail").click();
    harness.run_steps(3);
    assert!(network(&harness).node_by_id("b1").is_some());
    assert_eq!(harness.state().undo_name(), Some("add b1"));
    // An edge that starts from the menu ends at a click.
    let grip = tank(&harness, "b1").center_top() + vec2(0.0, 12.0);
    click_with(
        &mut harness,
        grip,
        PointerButton::Secondary,
        Modifiers::NONE,
    );
    harness.get_by_label_contains("Start edge").click();
    harness.run_steps(3);
    let y = tank(&harness, "y").center_top() + vec2(0.0, 12.0);
    click(&mut harness, y);
    assert_eq!(harness.state().undo_name(), Some("add e4: b1 → y"));
}

#[test]
fn a_selection_is_copied_as_text_and_pasted_in_another_window() {
    let mut harness = preset("xor-minimal");
    harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
    harness.run_steps(2);
    harness.event(Event::Copy);
    harness.run_steps(1);
    let text = harness
        .output()
        .platform_output
        .commands
        .iter()
        .find_map(|command| match command {
            egui::OutputCommand::CopyText(text) => Some(text.clone()),
            _ => None,
        })
        .unwrap();
    assert!(text.starts_with('{') && text.contains("thermonet/1"));
    let mut other = file(EMPTY);
    let empty = written(&other);
    other.event(Event::Paste(text.clone()));
    other.run_steps(3);
    assert_eq!(
        (network(&other).nodes().len(), network(&other).edges().len()),
        (4, 3)
    );
    assert_eq!(other.state().undo_name(), Some("paste"));
    assert_eq!(other.state().selected().nodes.len(), 4);
    // Once more: fresh ids, and the same devices.
    other.event(Event::Paste(text));
    other.run_steps(3);
    assert_eq!(network(&other).nodes().len(), 8);
    // Nothing lies over anything else.
    let places: Vec<[f64; 2]> = network(&other)
        .nodes()
        .iter()
        .map(|node| node.at.unwrap())
        .collect();
    for (k, a) in places.iter().enumerate() {
        let is_over = |b: &[f64; 2]| (a[0] - b[0]).abs() < 30.0 && (a[1] - b[1]).abs() < 30.0;
        assert!(!places[k + 1..].iter().any(is_over));
    }
    let devices: Vec<_> = network(&other)
        .edges()
        .iter()
        .map(|edge| edge.device.clone())
        .collect();
    assert_eq!(devices[..3], devices[3..]);
    undo(&mut other);
    undo(&mut other);
    assert_eq!(written(&other), empty);
    // What is no network changes nothing, and says so.
    other.event(Event::Paste("hello".to_owned()));
    other.run_steps(3);
    other.get_by_label("The clipboard holds no network");
    assert_eq!(written(&other), empty);
    // A whole file opens in a window that has nothing in it, with its task.
    let whole = written(&preset("fold"));
    other.event(Event::Paste(whole.clone()));
    other.run_steps(3);
    assert_eq!(written(&other), whole);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::D);
    harness.run_steps(3);
    assert_eq!(network(&harness).nodes().len(), 8);
    assert_eq!(harness.state().undo_name(), Some("duplicate"));
    harness.event(Event::Cut);
    harness.run_steps(3);
    assert_eq!(network(&harness).nodes().len(), 4);
}

#[test]
fn the_clipboard_belongs_to_the_field_that_has_the_focus() {
    let mut harness = preset("xor-minimal");
    let before = written(&harness);
    harness.key_press(Key::M);
    harness.run_steps(3);
    harness.event(Event::Paste("pasted text".to_owned()));
    harness.run_steps(2);
    for key in [Key::Num2, Key::Delete, Key::H, Key::Backspace] {
        harness.key_press(key);
        harness.run_steps(1);
    }
    harness.event(Event::Cut);
    harness.run_steps(2);
    assert_eq!(written(&harness), before);
    escape(&mut harness);
    assert_eq!(written(&harness), before);
    assert_eq!(harness.state().undo_name(), None);
}

#[test]
fn notes_are_written_moved_saved_and_deleted() {
    let mut harness = preset("fold");
    let before = written(&harness);
    let at = canvas(&harness).min + vec2(400.0, 60.0);
    move_to(&mut harness, at, Modifiers::NONE);
    harness.key_press(Key::M);
    harness.run_steps(3);
    harness.event(Event::Text("the fold is here".to_owned()));
    harness.run_steps(2);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Enter);
    harness.run_steps(3);
    assert_eq!(harness.state().undo_name(), Some("add note"));
    let found = notes(&document(&harness).app);
    assert_eq!(found[0].text, "the fold is here");
    assert!(written(&harness).contains("the fold is here"));
    let at = harness
        .get_by_label("note the fold is here")
        .rect()
        .center();
    drag(&mut harness, at, at + vec2(60.0, 40.0));
    assert_eq!(harness.state().undo_name(), Some("move note"));
    let moved = notes(&document(&harness).app)[0].at;
    assert!(moved[0] - found[0].at[0] > 20.0);
    // In place.
    let at = harness
        .get_by_label("note the fold is here")
        .rect()
        .center();
    double_click(&mut harness, at);
    harness.event(Event::Text("!".to_owned()));
    harness.run_steps(2);
    let elsewhere = canvas(&harness).min + vec2(160.0, 350.0);
    click(&mut harness, elsewhere);
    let text = notes(&document(&harness).app)[0].text.clone();
    assert!(
        text.contains('!') && text.len() == "the fold is here".len() + 1,
        "{text}"
    );
    harness.get_by_label_contains("note ").click();
    harness.run_steps(3);
    assert_eq!(harness.state().selected().notes.len(), 1);
    harness.key_press(Key::Delete);
    harness.run_steps(3);
    harness.get_by_label("Deleted a note");
    assert_eq!(written(&harness), before);
    for _ in 0..4 {
        undo(&mut harness);
    }
    assert_eq!(written(&harness), before);
}

/// Before, it ran on beneath the inspector.
#[test]
fn a_note_at_the_edge_of_the_view_is_written_within_it() {
    let mut harness = preset("fold");
    let area = canvas(&harness);
    move_to(&mut harness, area.max - vec2(20.0, 20.0), Modifiers::NONE);
    harness.key_press(Key::M);
    harness.run_steps(3);
    let field = harness.get_by_label("note text").rect();
    assert!(area.contains_rect(field), "{field} in {area}");
}

#[test]
fn broken_notes_do_not_break_loading() {
    let text = EMPTY.replace(
        "\"nodes\"",
        "\"app\": {\"notes\": [null, {\"text\": 3}, {\"text\": \"kept\", \"at\": [0, 0]}, {\"at\": [1]}]}, \"nodes\"",
    );
    let harness = file(&text);
    harness.get_by_label("note kept");
}

#[test]
fn layout_is_tidied_in_one_step_and_snaps_to_a_grid() {
    let mut harness = preset("xor-minimal");
    let before = written(&harness);
    let grip = |harness: &Window| tank(harness, "y").center_top() + vec2(0.0, 12.0);
    let from = grip(&harness);
    drag(&mut harness, from, from + vec2(-33.0, 61.0));
    harness.key_press_modifiers(Modifiers::COMMAND, Key::L);
    harness.run_steps(3);
    assert_eq!(harness.state().undo_name(), Some("tidy layout"));
    let x = |harness: &Window, id: &str| node(harness, id).at.unwrap()[0];
    assert!(x(&harness, "x1") < x(&harness, "s") && x(&harness, "s") < x(&harness, "y"));
    undo(&mut harness);
    undo(&mut harness);
    assert_eq!(written(&harness), before);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::G);
    harness.run_steps(3);
    let from = grip(&harness);
    drag(&mut harness, from, from + vec2(-33.0, 61.0));
    let at = node(&harness, "y").at.unwrap();
    assert!(at.iter().all(|x| (x / 20.0).fract() == 0.0), "{at:?}");
    assert_ne!(written(&harness), before);
}

#[test]
fn the_wheel_edits_nothing_anywhere() {
    let mut harness = preset("xor-minimal");
    for selected in ["edge e3", "reservoir x1", "reservoir y"] {
        harness.get_by_label(selected).click();
        harness.run_steps(2);
        let before = written(&harness);
        let places: Vec<Pos2> = harness
            .root()
            .children_recursive()
            .filter(|node| node.accesskit_node().raw_bounds().is_some())
            .map(|node| node.rect().center())
            .filter(|at| at.x.is_finite() && at.y.is_finite())
            .collect();
        assert!(places.len() > 40, "{}", places.len());
        for at in places {
            move_to(&mut harness, at, Modifiers::NONE);
            harness.event(Event::MouseWheel {
                unit: egui::MouseWheelUnit::Line,
                delta: Vec2::new(0.0, 2.0),
                phase: egui::TouchPhase::Move,
                source: egui::MouseWheelSource::Wheel,
                modifiers: Modifiers::NONE,
            });
            harness.run_steps(2);
        }
        assert_eq!(written(&harness), before, "{selected}");
        assert_eq!(harness.state().undo_name(), None);
        harness.key_press(Key::F);
        harness.run_steps(3);
    }
}

#[test]
fn arrows_walk_along_the_edges() {
    let mut harness = preset("xor-minimal");
    harness.get_by_label("reservoir x1").click();
    harness.run_steps(2);
    let selected = |harness: &Window| {
        let key = harness.state().selected().nodes.first().copied().unwrap();
        network(harness).node(key).unwrap().id.clone()
    };
    let way = [
        (Key::ArrowRight, "s"),
        (Key::ArrowRight, "y"),
        (Key::ArrowRight, "y"),
        (Key::ArrowLeft, "s"),
        (Key::ArrowDown, "x2"),
    ];
    for (key, expected) in way {
        harness.key_press(key);
        harness.run_steps(3);
        assert_eq!(selected(&harness), expected);
        let name = format!("reservoir {expected}");
        let node = harness.get_by_label(&name);
        assert!(
            node.accesskit_node().is_focused_in_tree(),
            "{expected} after {key:?}"
        );
    }
    // Enter goes on in the inspector.
    harness.key_press(Key::Enter);
    harness.run_steps(4);
    let focused = harness
        .root()
        .children_recursive()
        .find(|node| node.accesskit_node().is_focused_in_tree())
        .unwrap();
    assert!(focused.rect().left() > canvas(&harness).right());
    assert_eq!(harness.state().undo_name(), None);
}

#[test]
fn a_fast_hand_is_not_taken_for_one_that_pans() {
    let mut harness = preset("xor-minimal");
    let y = tank(&harness, "y");
    let from = y.right_center();
    let to = from + vec2(60.0, 90.0);
    move_to(&mut harness, from, Modifiers::NONE);
    // All within one frame.
    harness.input_mut().events.extend([
        button(from, PointerButton::Primary, true, Modifiers::NONE),
        Event::PointerMoved(from + vec2(30.0, 40.0)),
    ]);
    harness.run_steps(1);
    move_to(&mut harness, to, Modifiers::NONE);
    release(&mut harness, to, Modifiers::NONE);
    assert_eq!(harness.state().undo_name(), Some("add h1 and e4"));
    assert!((tank(&harness, "y").center() - y.center()).length() < 0.5);
}

#[test]
fn the_flow_scale_is_a_choice_of_the_view() {
    let mut harness = preset("xor-minimal");
    let before = written(&harness);
    harness.get_by_label("View").click();
    harness.run_steps(4);
    harness
        .get_by_label_contains("Flow to linear scale")
        .click();
    harness.run_steps(4);
    harness.get_by_label("View").click();
    harness.run_steps(4);
    let row = harness.get_by_label_contains("Flow to linear scale");
    assert_eq!(row.accesskit_node().toggled(), Some(Toggled::True));
    assert_eq!(written(&harness), before);
}

#[test]
fn a_click_that_trembles_moves_nothing_and_selects() {
    let mut harness = preset("xor-minimal");
    let before = written(&harness);
    let s = tank(&harness, "s");
    let key = node(&harness, "s").key();
    for at in [
        s.center_top() + vec2(0.0, 12.0),
        s.left_center(),
        s.right_bottom(),
    ] {
        harness.key_press(Key::Escape);
        harness.run_steps(2);
        drag(&mut harness, at, at + vec2(3.0, 2.0));
        assert_eq!(written(&harness), before);
        assert!(harness.state().selected().nodes.contains(&key));
    }
}

/// What was done in one window is told apart from what undo must give back: every gesture here, then all of them undone.
#[test]
fn every_gesture_is_undone_to_the_byte_and_done_again() {
    let mut harness = preset("xor-minimal");
    let mut files = vec![written(&harness)];
    let area = canvas(&harness);
    let mut names = Vec::new();
    let note = |harness: &mut Window, files: &mut Vec<String>, names: &mut Vec<String>| {
        files.push(written(harness));
        names.push(harness.state().undo_name().unwrap().to_owned());
    };
    double_click(&mut harness, area.min + vec2(300.0, 60.0));
    note(&mut harness, &mut files, &mut names);
    for key in [Key::H, Key::X, Key::U, Key::Y] {
        harness.key_press(key);
        harness.run_steps(3);
        note(&mut harness, &mut files, &mut names);
    }
    let (h1, y) = (tank(&harness, "h1"), tank(&harness, "y"));
    drag(&mut harness, h1.center_bottom(), y.left_center());
    note(&mut harness, &mut files, &mut names);
    for key in [Key::Num3, Key::W] {
        harness.key_press(key);
        harness.run_steps(3);
        note(&mut harness, &mut files, &mut names);
    }
    for key in [Key::D, Key::L] {
        harness.key_press_modifiers(Modifiers::COMMAND, key);
        harness.run_steps(4);
        note(&mut harness, &mut files, &mut names);
    }
    harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
    harness.run_steps(2);
    harness.key_press(Key::Delete);
    harness.run_steps(3);
    note(&mut harness, &mut files, &mut names);
    assert!(network(&harness).nodes().is_empty());
    for (file, name) in files.iter().rev().skip(1).zip(names.iter().rev()) {
        assert_eq!(harness.state().undo_name(), Some(name.as_str()));
        undo(&mut harness);
        assert_eq!(&written(&harness), file, "{name}");
    }
    assert_eq!(harness.state().undo_name(), None);
    for (file, name) in files.iter().skip(1).zip(&names) {
        harness.key_press_modifiers(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
        harness.run_steps(3);
        assert_eq!(&written(&harness), file, "{name}");
    }
}
