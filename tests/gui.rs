//! The window by its accessible names, as a screen reader would use it; no display is needed.
#![cfg(feature = "gui")]
#![expect(
    clippy::unwrap_used,
    clippy::cast_possible_truncation,
    reason = "tests look at what they have just made"
)]

mod window;

use std::path::PathBuf;

use eframe::egui::{self, Key, Modifiers, Pos2, Role, Vec2, pos2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use thermonet::document::Element;
use thermonet::gui::{App, Start};
use window::opened::{computed, window};

fn preset(name: &str) -> Harness<'static, App> {
    window(Start {
        preset: Some(name.to_owned()),
        ..Start::default()
    })
}

fn param(harness: &Harness<'static, App>, edge: &str, name: &str) -> f64 {
    let network = &harness.state().document().network;
    let edge = network.edge_by_id(edge).unwrap();
    edge.device.param(name).unwrap()
}

fn node<'a>(harness: &'a Harness<'static, App>, id: &str) -> &'a thermonet::network::Node {
    harness.state().document().network.node_by_id(id).unwrap()
}

/// The slider of this name.
fn slider<'a>(harness: &'a Harness<'static, App>, name: &'a str) -> egui_kittest::Node<'a> {
    harness.get_by_role_and_label(Role::Slider, name)
}

/// Lets time pass until the window no longer wants to be repainted.
fn rest(harness: &mut Harness<'static, App>) {
    harness.run_steps(2);
    for _ in 0..6000 {
        if !harness.state().is_running() {
            break;
        }
        harness.run_steps(1);
    }
    // Panics if the window goes on asking to be repainted.
    harness.run();
}

/// Presses at `from`, moves in steps to `to`, releases.
fn drag(harness: &mut Harness<'static, App>, from: Pos2, to: Pos2) {
    harness.hover_at(from);
    harness.run_steps(1);
    harness.drag_at(from);
    harness.run_steps(1);
    for k in 1..=5_u8 {
        harness.hover_at(from.lerp(to, f32::from(k) / 5.0));
        harness.run_steps(1);
    }
    harness.drop_at(to);
    harness.run_steps(2);
}

#[test]
fn the_first_screen_runs_and_shows_a_curve() {
    let harness = window(Start::default());
    let app = harness.state();
    assert!(app.is_running() && app.time() > 0.0);
    assert!(matches!(app.selection(), Some(Element::Edge(_))));
    harness.get_by_label("I-V curve");
    slider(&harness, "shift");
    harness.get_by_label("states over time");
    assert!(!app.is_unsaved() && app.undo_name().is_none());
}

#[test]
fn an_edge_is_selected_by_its_name_and_shows_its_sliders() {
    let mut harness = preset("xor-minimal");
    harness.get_by_label("edge e1").click();
    harness.run_steps(2);
    slider(&harness, "conductance");
    harness.get_by_label("edge e3").click();
    harness.run_steps(2);
    slider(&harness, "tunnel rate");
    assert!(harness.query_by_label("conductance").is_none());
}

#[test]
fn a_reservoir_is_selected_by_its_name_and_shows_its_numbers() {
    let mut harness = preset("fold");
    harness.get_by_label("reservoir y").click();
    harness.run_steps(2);
    for name in ["capacity", "leak"] {
        slider(&harness, name);
    }
    harness.get_by_label("reservoir x").click();
    harness.run_steps(2);
    slider(&harness, "value");
    assert!(harness.query_by_label("capacity").is_none());
}

#[test]
fn the_verdict_follows_the_shift() {
    let mut harness = preset("fold");
    let verdicts = |harness: &Harness<'static, App>| {
        let falls = harness.query_all_by_label_contains("NDC: falls").count();
        (falls, harness.query_all_by_label("monotone").count())
    };
    slider(&harness, "shift").set_value_accesskit(0.2);
    harness.run_steps(2);
    computed(&mut harness);
    // One badge for the edge, one for the whole network.
    assert_eq!(verdicts(&harness), (0, 2));
    slider(&harness, "shift").set_value_accesskit(1.0);
    harness.run_steps(2);
    computed(&mut harness);
    assert_eq!(verdicts(&harness), (1, 0));
    harness.get_by_label("not monotone");
}

#[test]
fn a_slider_drag_is_one_step_of_undo_and_the_run_goes_on() {
    let mut harness = preset("fold");
    harness.run_steps(60);
    let (time, state) = (
        harness.state().time(),
        harness.state().state_of("y").unwrap(),
    );
    assert!(state > 0.1);
    let knob = slider(&harness, "level").rect();
    drag(
        &mut harness,
        knob.left_center() + vec2(30.0, 0.0),
        knob.left_center() + vec2(90.0, 0.0),
    );
    let moved = param(&harness, "e1", "level");
    assert!((moved + 4.0).abs() > 0.5);
    assert_eq!(harness.state().undo_name(), Some("level of e1"));
    assert!(harness.state().is_unsaved());
    // The state has moved on from where it was, and was not put back.
    let later = harness.state().state_of("y").unwrap();
    assert!(harness.state().time() > time && (later - state).abs() < 0.5);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    harness.run_steps(3);
    assert!((param(&harness, "e1", "level") + 4.0).abs() < 1e-12);
    assert_eq!(harness.state().undo_name(), None);
    assert!(!harness.state().is_unsaved());
    harness.key_press_modifiers(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
    harness.run_steps(3);
    assert!((param(&harness, "e1", "level") - moved).abs() < 1e-12);
    assert!(harness.state().time() > time);
}

#[test]
fn escape_gives_a_drag_up() {
    let mut harness = preset("fold");
    let before = harness.state().document().clone();
    let knob = slider(&harness, "level").rect();
    let tank = harness.get_by_label("reservoir y").rect();
    for from in [
        knob.left_center() + vec2(30.0, 0.0),
        tank.center_top() + vec2(0.0, 20.0),
    ] {
        harness.hover_at(from);
        harness.run_steps(1);
        harness.drag_at(from);
        harness.run_steps(1);
        for k in 1..=4_u8 {
            harness.hover_at(from + vec2(15.0 * f32::from(k), 5.0));
            harness.run_steps(1);
        }
        assert_ne!(&before, harness.state().document());
        harness.key_down(Key::Escape);
        harness.run_steps(2);
        harness.key_up(Key::Escape);
        harness.run_steps(2);
        assert_eq!(&before, harness.state().document());
        harness.hover_at(from + vec2(90.0, 5.0));
        harness.run_steps(1);
        harness.drop_at(from + vec2(90.0, 5.0));
        harness.run_steps(3);
        assert_eq!(&before, harness.state().document());
        assert_eq!(harness.state().undo_name(), None);
    }
}

#[test]
fn a_double_click_on_a_name_sets_the_default() {
    let mut harness = preset("fold");
    slider(&harness, "tunnel rate").set_value_accesskit(3.0);
    harness.run_steps(2);
    let name = harness
        .get_by_role_and_label(Role::Label, "tunnel rate")
        .rect()
        .center();
    harness.hover_at(name);
    for _ in 0..2 {
        harness.drag_at(name);
        harness.drop_at(name);
        harness.run_steps(1);
    }
    harness.run_steps(2);
    assert!((param(&harness, "e1", "tunnel_rate") - 1.0).abs() < 1e-12);
    assert_eq!(harness.state().undo_name(), Some("tunnel rate of e1"));
}

#[test]
fn arrows_step_a_slider_and_other_keys_stay_with_the_window() {
    let mut harness = preset("fold");
    slider(&harness, "level").focus();
    harness.run_steps(2);
    harness.key_press(Key::ArrowRight);
    harness.run_steps(2);
    assert!(param(&harness, "e1", "level") > -4.0);
    harness.key_press(Key::Space);
    harness.run_steps(2);
    assert!(!harness.state().is_running(), "Space holds time");
}

#[test]
fn shift_makes_a_slider_finer() {
    let mut harness = preset("fold");
    let knob = slider(&harness, "shift").rect();
    let unit = |harness: &Harness<'static, App>| param(harness, "e1", "shift");
    let start = unit(&harness);
    // The knob is where the value is; find it by pressing where it must be.
    let x = |harness: &Harness<'static, App>| {
        let node = slider(harness, "shift");
        let data = node.accesskit_node();
        let (lo, hi) = (
            data.min_numeric_value().unwrap(),
            data.max_numeric_value().unwrap(),
        );
        let share = (unit(harness) - lo) / (hi - lo);
        knob.left() + 6.5 + (knob.width() - 13.0) * share as f32
    };
    let from = pos2(x(&harness), knob.center().y);
    drag(&mut harness, from, from + vec2(20.0, 0.0));
    let coarse = unit(&harness) - start;
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    harness.run_steps(3);
    harness.event_modifiers(egui::Event::PointerMoved(from), Modifiers::SHIFT);
    harness.run_steps(1);
    let pointer = |pressed, pos| egui::Event::PointerButton {
        pos,
        button: egui::PointerButton::Primary,
        pressed,
        modifiers: Modifiers::SHIFT,
    };
    harness.event_modifiers(pointer(true, from), Modifiers::SHIFT);
    harness.run_steps(1);
    for k in 1..=4_u8 {
        let at = from + vec2(5.0 * f32::from(k), 0.0);
        harness.event_modifiers(egui::Event::PointerMoved(at), Modifiers::SHIFT);
        harness.run_steps(1);
    }
    harness.event_modifiers(pointer(false, from + vec2(20.0, 0.0)), Modifiers::SHIFT);
    harness.run_steps(2);
    let fine = unit(&harness) - start;
    assert!(
        coarse > 0.1 && fine > 0.0 && fine < 0.2 * coarse,
        "{coarse} {fine}"
    );
}

#[test]
fn the_wheel_edits_nothing() {
    for selected in ["edge e1", "reservoir x", "reservoir product", "reservoir y"] {
        let name = if selected.ends_with("product") {
            "enzyme-fold"
        } else {
            "fold"
        };
        let mut harness = preset(name);
        harness.get_by_label(selected).click();
        harness.run_steps(2);
        let before = harness.state().document().clone();
        let speed = slider(&harness, "speed").accesskit_node().numeric_value();
        let widgets: Vec<Pos2> = harness
            .root()
            .children_recursive()
            .filter(|node| node.accesskit_node().numeric_value().is_some())
            .map(|node| node.rect().center())
            .collect();
        assert!(widgets.len() >= 4, "{}", widgets.len());
        for at in widgets {
            harness.hover_at(at);
            harness.run_steps(1);
            harness.event(egui::Event::MouseWheel {
                unit: egui::MouseWheelUnit::Line,
                delta: Vec2::new(0.0, 3.0),
                phase: egui::TouchPhase::Move,
                source: egui::MouseWheelSource::Wheel,
                modifiers: Modifiers::NONE,
            });
            harness.run_steps(3);
        }
        assert_eq!(&before, harness.state().document(), "{selected}");
        assert_eq!(
            speed,
            slider(&harness, "speed").accesskit_node().numeric_value()
        );
        assert_eq!(harness.state().undo_name(), None);
    }
}

#[test]
fn time_is_held_stepped_reset_and_skipped() {
    let mut harness = preset("fold");
    harness.key_press(Key::Space);
    harness.run_steps(2);
    let held = harness.state().time();
    harness.run_steps(20);
    assert!((harness.state().time() - held).abs() < 1e-12);
    harness.key_press(Key::Period);
    harness.run_steps(2);
    let stepped = harness.state().time();
    assert!(stepped > held);
    harness.get_by_label("step").click();
    harness.run_steps(2);
    assert!(harness.state().time() > stepped);
    harness.get_by_label("reset state").click();
    harness.run_steps(2);
    assert!(harness.state().time().abs() < 1e-12);
    assert!(harness.state().state_of("y").unwrap().abs() < 1e-12);
    harness.key_press(Key::End);
    harness.run_steps(2);
    let steady = harness.state().state_of("y").unwrap();
    // What the dot brings is what the leak takes.
    let v: f64 = 7.0 - steady;
    let current = (v / 2.0).sinh() / ((v / 2.0).cosh() + (v - 4.0).cosh());
    assert!((current - 0.3 * steady).abs() < 1e-9, "{steady}");
    harness.get_by_label("play").click();
    harness.run_steps(10);
    harness.get_by_label("settled");
    assert_eq!(harness.state().undo_name(), None, "none of this is an edit");
}

#[test]
fn the_window_comes_to_rest_and_wakes() {
    for name in ["fold", "three-tanks", "latch", "enzyme-fold"] {
        let mut harness = preset(name);
        slider(&harness, "speed").set_value_accesskit(30.0);
        rest(&mut harness);
        harness.get_by_label("settled");
        assert!(!harness.state().is_running(), "{name}");
        let time = harness.state().time();
        harness.run_steps(30);
        assert!((harness.state().time() - time).abs() < 1e-12);
        harness.get_by_label("reset state").click();
        harness.run_steps(5);
        assert!(harness.state().is_running() && harness.state().time() < time);
    }
}

#[test]
fn a_level_is_kicked_and_the_document_does_not_know() {
    let mut harness = preset("fold");
    slider(&harness, "speed").set_value_accesskit(30.0);
    rest(&mut harness);
    let tank = harness.get_by_label("reservoir y").rect();
    let settled = harness.state().state_of("y").unwrap();
    // The level stands where the fill ends: 2.65 of a scale from −0.84 to 7.84.
    let share = (settled + 0.84) / 8.68;
    let level = pos2(
        tank.center().x,
        tank.bottom() - 13.0 - (tank.height() - 26.0) * share as f32,
    );
    harness.key_press(Key::Space);
    harness.run_steps(2);
    drag(&mut harness, level, level - vec2(0.0, 30.0));
    let kicked = harness.state().state_of("y").unwrap();
    assert!(kicked > settled + 1.0, "{settled} {kicked}");
    assert_eq!(harness.state().undo_name(), None);
    assert!(!harness.state().is_unsaved());
    harness.key_press(Key::Space);
    rest(&mut harness);
    let again = harness.state().state_of("y").unwrap();
    assert!((again - settled).abs() < 0.02, "{again}");
}

#[test]
fn a_tank_is_moved_in_one_step_and_a_small_movement_is_a_click() {
    let mut harness = preset("fold");
    harness.get_by_label("reservoir y").click();
    harness.run_steps(2);
    let at = node(&harness, "y").at.unwrap();
    let tank = harness.get_by_label("reservoir y").rect();
    // The rim reaches out by 8; near the top of the vessel there is no level to take hold of.
    let grip = tank.center_top() + vec2(0.0, 20.0);
    drag(&mut harness, grip, grip + vec2(3.0, 2.0));
    assert_eq!(node(&harness, "y").at, Some(at));
    drag(&mut harness, grip, grip + vec2(64.0, 32.0));
    let moved = node(&harness, "y").at.unwrap();
    assert!((moved[0] - at[0] - 40.0).abs() < 1.0 && (moved[1] - at[1] - 20.0).abs() < 1.0);
    assert_eq!(harness.state().undo_name(), Some("move y"));
    harness.get_by_label_contains("Undo: move y").click();
    harness.run_steps(2);
    assert_eq!(node(&harness, "y").at, Some(at));
}

#[test]
fn an_absent_number_is_switched_on_and_off() {
    let mut harness = preset("enzyme-fold");
    let k_i = |harness: &Harness<'static, App>| param(harness, "e1", "k_i");
    assert!(k_i(&harness).is_finite());
    harness.get_by_label("k i on").click();
    harness.run_steps(2);
    computed(&mut harness);
    assert!(k_i(&harness).is_infinite());
    assert!(
        harness
            .query_by_label("k i")
            .is_none_or(|node| node.accesskit_node().numeric_value().is_none())
    );
    // Both of the edge and of the network.
    assert_eq!(harness.query_all_by_label("monotone").count(), 2);
    harness.get_by_label("k i on").click();
    harness.run_steps(2);
    assert!(k_i(&harness).is_finite());
    assert_eq!(harness.state().undo_name(), Some("k i of e1"));
}

#[test]
fn presets_open_from_their_menu() {
    let mut harness = preset("fold");
    harness.get_by_label("Presets").click();
    harness.run_steps(3);
    harness.get_by_label("Latch").click();
    harness.run_steps(3);
    computed(&mut harness);
    assert_eq!(harness.state().document().network.name, "Latch");
    harness.get_by_label("reservoir q");
    harness.get_by_label("not unique");
    assert!(harness.state().is_running());
}

#[test]
fn a_bad_file_says_what_is_wrong_where_and_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bad.json");
    let text = include_str!("../presets/fold.json")
        .replace("\"tunnel_rate\": 1.0", "\"tunnel_rate\": -1.0");
    std::fs::write(&path, text).unwrap();
    let mut harness = window(Start {
        file: Some(path),
        ..Start::default()
    });
    harness.get_by_label_contains("bad.json");
    harness.get_by_label("edges[0].device.tunnel_rate");
    // The window is not empty meanwhile.
    harness.get_by_label("reservoir y");
    harness.get_by_label("Dismiss").click();
    harness.run_steps(2);
    assert!(
        harness
            .query_by_label("edges[0].device.tunnel_rate")
            .is_none()
    );
}

#[test]
fn files_are_opened_and_saved_by_typing_their_path() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("copy.json");
    let mut harness = preset("latch");
    harness.key_press_modifiers(Modifiers::COMMAND | Modifiers::SHIFT, Key::S);
    harness.run_steps(3);
    let field = harness.get_by_label("path");
    field.set_text_value_accesskit(&path.display().to_string());
    harness.run_steps(2);
    harness.get_by_label("Save").click();
    harness.run_steps(3);
    assert!(path.exists());
    // Plain keys stay silent while one types.
    let mut harness = preset("fold");
    harness.key_press_modifiers(Modifiers::COMMAND, Key::O);
    harness.run_steps(3);
    let time = harness.state().time();
    harness.key_press(Key::Space);
    harness.run_steps(3);
    assert!(harness.state().time() > time, "Space did not hold time");
    let field = harness.get_by_label("path");
    field.set_text_value_accesskit(&path.display().to_string());
    harness.run_steps(2);
    harness.get_by_label("Open").click();
    harness.run_steps(3);
    assert_eq!(harness.state().document().network.name, "Latch");
    let missing = PathBuf::from("/nowhere/at/all.json");
    harness.key_press_modifiers(Modifiers::COMMAND, Key::O);
    harness.run_steps(3);
    harness
        .get_by_label("path")
        .set_text_value_accesskit(&missing.display().to_string());
    harness.run_steps(2);
    harness.get_by_label("Open").click();
    harness.run_steps(3);
    harness.get_by_label_contains("all.json could not be opened");
    assert_eq!(harness.state().document().network.name, "Latch");
}

#[test]
fn every_key_is_on_the_sheet_and_about_is_honest() {
    let mut harness = preset("fold");
    harness.key_press(Key::Questionmark);
    harness.run_steps(3);
    harness.get_by_label("Keys and gestures");
    harness.get_by_label("Jump to steady state");
    harness.key_press(Key::Escape);
    harness.run_steps(3);
    assert!(harness.query_by_label("Keys and gestures").is_none());
    harness.key_press(Key::F1);
    harness.run_steps(3);
    harness.get_by_label_contains("our reconstruction");
    harness.get_by_label_contains("Dual-rail inputs");
}

#[test]
fn light_and_dark_and_a_small_window_lose_no_glyph() {
    // The harness panics at a character no face has, and at an input without a name.
    for size in [
        vec2(800.0, 500.0),
        vec2(1280.0, 720.0),
        vec2(2560.0, 1440.0),
    ] {
        for name in ["fold", "enzyme-fold", "xor-minimal", "fold-blockade"] {
            let mut harness = preset(name);
            harness.set_size(size);
            harness.key_press(Key::L);
            harness.run_steps(3);
            harness.key_press(Key::V);
            harness.run_steps(3);
            harness.key_press(Key::Escape);
            harness.run_steps(3);
        }
    }
}
