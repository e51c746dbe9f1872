//! A walk over every command there is: its key does something, and the palette does the same.

use std::fmt::Write as _;

use eframe::egui::{Event, Key, KeyboardShortcut, Modifiers, vec2};
use egui_kittest::Harness;

use super::App;
use crate::document::notes::{CanvasNote, with_notes};
use crate::document::{Edit, Selection};
use crate::gui::Start;
use crate::gui::command::{Action, Command, Menu};
use crate::gui::menu;
use crate::learn::Training;

type Window = Harness<'static, App>;

/// Waits until what is computed beside the window has arrived.
fn computed(harness: &mut Window) {
    harness.run_steps(2);
    for _ in 0..6000 {
        if !harness.state().is_computing() {
            harness.run_steps(2);
            return;
        }
        harness.run_steps(1);
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    panic!("the workers did not finish");
}

/// A window in which everything can be done: something is unsaved, kept aside, to be undone and to be redone, the
/// time has gone on and is held, and the view is not the usual one.
fn window(action: Action) -> Window {
    let start = Start {
        preset: Some("xor".to_owned()),
        ..Start::default()
    };
    let mut harness = Harness::builder()
        .with_size(vec2(1280.0, 720.0))
        .with_step_dt(1.0 / 60.0)
        .build_eframe(move |cc| App::new(cc, &start));
    let ctx = harness.ctx.clone();
    let app = harness.state_mut();
    app.carry_out(&ctx, Command::Act(Action::Tidy));
    app.carry_out(&ctx, Command::Preset("fold"));
    let training = Training {
        steps: 6,
        ..app.editor.document().training.unwrap_or_default()
    };
    let note = CanvasNote {
        id: 1,
        text: "a note".to_owned(),
        at: [0.0, 200.0],
    };
    let noted = with_notes(&app.editor.document().app, &[note]);
    for edit in [Edit::SetTraining(Some(training)), Edit::SetApp(noted)] {
        app.carry_out(&ctx, Command::Done(edit));
    }
    // Held before a frame has passed: how far frames come depends on the machine.
    app.carry_out(&ctx, Command::Act(Action::PlayPause));
    for _ in 0..5 {
        app.carry_out(&ctx, Command::Act(Action::Step));
    }
    computed(&mut harness);
    let app = harness.state_mut();
    for action in [
        Action::NewHidden,
        Action::NewHidden,
        Action::Undo,
        Action::Larger,
        Action::ReducedMotion,
    ] {
        app.carry_out(&ctx, Command::Act(action));
    }
    let network = app.editor.network();
    let mut selection = Selection::default();
    let count = if action == Action::StartEdge { 1 } else { 3 };
    let nodes = network.nodes().iter().take(count);
    selection.nodes.extend(nodes.map(crate::network::Node::key));
    if count > 1 {
        selection.edges.insert(network.edges()[0].key());
    }
    app.view.selection = selection;
    harness.run_steps(4);
    computed(&mut harness);
    let app = harness.state_mut();
    if let Some(camera) = &mut app.view.camera {
        camera.zoom_at(app.canvas, app.canvas.center(), 0.7);
        camera.pan(vec2(30.0, 10.0));
    }
    harness.run_steps(2);
    harness
}

/// Lets some frames pass; returns what they asked of the desktop.
fn asked(harness: &mut Window) -> String {
    let mut asked = String::new();
    for _ in 0..6 {
        harness.run_steps(1);
        let output = harness.output();
        for command in &output.platform_output.commands {
            let _ = write!(asked, "{command:?}");
        }
        for viewport in output.viewport_output.values() {
            for command in &viewport.commands {
                let text = format!("{command:?}");
                // The title follows the document.
                if text.starts_with("RequestPaste") {
                    asked.push_str(&text);
                }
            }
        }
    }
    asked
}

/// All that a command can change, in words.
fn state(app: &App) -> String {
    let time = if app.simulation.is_playing() {
        "passing".to_owned()
    } else {
        format!(
            "{} {:?}",
            app.simulation.time(),
            app.simulation.free_states()
        )
    };
    let trainings: Vec<usize> = app
        .coach
        .shown()
        .map(|(curve, _)| curve.record.losses.len())
        .collect();
    format!(
        "{:?} {:?} {:?} {:?} {:?} {:?} {:?} {time} {trainings:?} {} {} {:?} {:?}",
        app.view,
        app.editor.document(),
        app.editor.undo_name(),
        app.editor.redo_name(),
        app.dialog,
        app.message,
        app.windows,
        app.finder.is_some(),
        app.builder.is_some(),
        app.kept.as_ref().map(|kept| kept.network().name.clone()),
        app.toast.is_some(),
    )
}

/// What comes of an action, done in one way.
fn outcome(action: Action, ask: impl Fn(&mut Window)) -> [String; 2] {
    let mut harness = window(action);
    let before = state(harness.state());
    ask(&mut harness);
    let asked = asked(&mut harness);
    if action.menu() == Menu::Train {
        computed(&mut harness);
    }
    [before, format!("{}\n{asked}", state(harness.state()))]
}

fn by_key(harness: &mut Window, action: Action) {
    let KeyboardShortcut {
        modifiers,
        logical_key,
    } = action.shortcut();
    // One event, so that no frame passes before the first look at what came of it.
    harness.event(Event::Key {
        key: logical_key,
        physical_key: None,
        pressed: true,
        repeat: false,
        modifiers,
    });
}

fn by_palette(harness: &mut Window, action: Action) {
    let app = harness.state();
    let (name, is_enabled) = menu::entry(action, &app.editor, app.kept.as_ref()).unwrap();
    assert!(is_enabled, "{action:?}");
    harness.key_press(Key::Slash);
    harness.run_steps(2);
    harness.event(Event::Text(name));
    harness.run_steps(2);
    harness.event(Event::Key {
        key: Key::Enter,
        physical_key: None,
        pressed: true,
        repeat: false,
        modifiers: Modifiers::NONE,
    });
}

/// Where two texts begin to differ.
fn difference(a: &str, b: &str) -> String {
    let same = a.chars().zip(b.chars()).take_while(|(a, b)| a == b).count();
    let from = |text: &str| -> String {
        text.chars()
            .skip(same.saturating_sub(60))
            .take(160)
            .collect()
    };
    format!("\n{}\n{}", from(a), from(b))
}

#[test]
fn every_command_works_by_its_key_and_by_its_name() {
    for action in Action::ALL {
        let [before, key] = outcome(action, |harness| by_key(harness, action));
        assert_ne!(
            format!("{before}\n"),
            key,
            "the key of {action:?} did nothing"
        );
        if action == Action::Find {
            continue;
        }
        let [_, name] = outcome(action, |harness| by_palette(harness, action));
        assert!(
            key == name,
            "{action:?} by key, then by name: {}",
            difference(&key, &name)
        );
    }
}
