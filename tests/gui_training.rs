//! The training panel, driven as a person drives it.
#![cfg(feature = "gui")]
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot find its widget has failed"
)]

mod window;

use std::fmt::Write as _;
use std::path::PathBuf;

use eframe::egui::{Key, Modifiers, Pos2, Rect, Shape, accesskit::Role, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use thermonet::gui::{App, Start};
use thermonet::learn::Source;
use thermonet::solve::steady::{self, Options};
use thermonet::system::System;

/// XOR of two inputs at ±2 by four hidden reservoirs, two rails and quantum dots throughout.
fn xor(hidden: usize, rule: &str, steps: usize) -> String {
    let mut nodes = String::from(
        r#"{"id":"x1","role":"input","value":2.0,"at":[0,-60]},{"id":"x2","role":"input","value":-2.0,"at":[0,60]},
        {"id":"hi","role":"bias","value":3.0,"at":[120,-200]},{"id":"lo","role":"bias","value":-3.0,"at":[120,200]},
        {"id":"y","role":"output","leak":0.5,"at":[360,0]}"#,
    );
    let mut edges = String::new();
    let mut edge = |from: &str, to: &str| {
        let comma = if edges.is_empty() { "" } else { "," };
        write!(
            edges,
            r#"{comma}{{"id":"{from}{to}","from":"{from}","to":"{to}","device":{{"kind":"quantum_dot","tunnel_rate":0.7,"level":-1.0,"shift":0.8}}}}"#
        )
        .unwrap();
    };
    for k in 1..=hidden {
        let h = format!("h{k}");
        for from in ["x1", "x2", "hi", "lo"] {
            edge(from, &h);
        }
        edge(&h, "y");
        let at = 100.0 * (k as f64 - 0.5 * (hidden as f64 + 1.0));
        write!(
            nodes,
            r#",{{"id":"{h}","role":"hidden","leak":0.5,"at":[200,{at}]}}"#
        )
        .unwrap();
    }
    format!(
        r#"{{"format":"thermonet/1","name":"XOR","platform":"electronic","nodes":[{nodes}],"edges":[{edges}],
        "task":{{"inputs":["x1","x2"],"outputs":["y"],"rows":[{{"in":[0,0],"out":[0]}},{{"in":[0,1],"out":[1]}},
        {{"in":[1,0],"out":[1]}},{{"in":[1,1],"out":[0]}}],"encode":{{"scale":4,"offset":-2}},
        "decode":{{"scale":1.4,"offset":-0.7}}}},"training":{{"rule":"{rule}","steps":{steps},"seed":7}}}}"#
    )
}

struct Window {
    harness: Harness<'static, App>,
    folder: tempfile::TempDir,
}

impl Window {
    fn open(json: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path: PathBuf = folder.path().join("network.json");
        std::fs::write(&path, json).unwrap();
        let start = Start {
            file: Some(path),
            state_folder: Some(folder.path().into()),
            ..Start::default()
        };
        let harness = window::opened::window(start);
        Self { harness, folder }
    }

    fn app(&self) -> &App {
        self.harness.state()
    }

    /// Steps frames until something holds; panics after a time no machine needs.
    fn until(&mut self, what: &str, holds: impl Fn(&App) -> bool) {
        window::opened::until(&mut self.harness, what, holds);
    }

    fn click(&mut self, label: &str) {
        self.harness.get_by_label(label).click();
        // A click takes two frames, and a window lays itself out in one more before it is seen.
        self.harness.run_steps(4);
    }

    fn press(&mut self, key: Key) {
        self.harness.key_press(key);
        self.harness.run_steps(2);
    }

    /// Trains to the end of the steps.
    fn train(&mut self) {
        self.click("train");
        self.until("training rests", |app| !app.is_training());
    }

    fn losses(&self) -> Vec<f64> {
        self.app().training_losses()[0].to_vec()
    }
}

#[test]
fn a_run_does_not_touch_the_document() {
    let mut window = Window::open(&xor(4, "implicit", 100_000_000));
    let before = window.app().document().clone();
    window.click("train");
    window.until("losses come in", |app| app.training_losses()[0].len() > 5);
    assert!(window.app().is_training());
    assert!(window.app().document() == &before);
}

#[test]
fn a_training_lowers_the_loss_and_is_one_step_of_undo() {
    let mut window = Window::open(&xor(4, "implicit", 300));
    let before = window.app().document().clone();
    window.click("train");
    window.until("training rests", |app| !app.is_training());
    let losses = window.losses();
    assert_eq!(losses.len(), 300);
    let least = losses.iter().copied().fold(f64::INFINITY, f64::min);
    assert!(least < losses[0], "{} to {least}", losses[0]);
    assert_ne!(window.app().document(), &before);
    assert_eq!(window.app().undo_name(), Some("train"));
    window
        .harness
        .key_press_modifiers(Modifiers::COMMAND, Key::Z);
    window.harness.run_steps(3);
    assert_eq!(window.app().document(), &before);
    assert_eq!(window.app().undo_name(), None);
}

#[test]
fn stopping_ends_a_long_run_and_keeps_the_best() {
    let mut window = Window::open(&xor(4, "implicit", 100_000_000));
    window.press(Key::G);
    window.until("losses come in", |app| app.training_losses()[0].len() > 50);
    window.harness.get_by_label("stop training").click();
    window.harness.step();
    window.until("training rests", |app| !app.is_training());
    assert_eq!(window.app().undo_name(), Some("train"));
    // Going on is the same run, and the same step of undo.
    let so_far = window.losses().len();
    assert!(so_far < 100_000_000, "it went on to its end");
    window.press(Key::Comma);
    window.until("the step is taken", |app| !app.is_training());
    assert_eq!(window.losses().len(), so_far + 1);
    window
        .harness
        .key_press_modifiers(Modifiers::COMMAND, Key::Z);
    window.harness.run_steps(3);
    assert_eq!(window.app().undo_name(), None);
}

#[test]
fn rewinding_repeats_the_run() {
    let mut window = Window::open(&xor(3, "implicit", 60));
    let mut runs = Vec::new();
    for _ in 0..2 {
        window.click("rewind training");
        window.until("the seed is drawn", |app| {
            app.undo_name() == Some("rewind to seed 7")
        });
        window.train();
        runs.push(window.losses());
    }
    assert_eq!(runs[0].len(), 60);
    assert_eq!(runs[0], runs[1]);
    window.click("new seed");
    window.until("the seed is drawn", |app| {
        app.document().training.unwrap().seed == 8
    });
    window.train();
    assert_ne!(window.losses(), runs[0]);
}

#[test]
fn a_point_of_the_curve_can_be_loaded() {
    let mut window = Window::open(&xor(3, "implicit", 80));
    window.train();
    let trained = window.app().document().clone();
    let figure = window
        .harness
        .get_by(|node| node.role() == Role::Figure && is_loss(node.label()))
        .rect();
    let pointer = figure.left_center() + vec2(0.5 * figure.width(), 0.0);
    window.harness.hover_at(pointer);
    window.harness.run_steps(2);
    window.harness.drag_at(pointer);
    window.harness.run_steps(1);
    window.harness.drop_at(pointer);
    window.harness.run_steps(3);
    let name = window.app().undo_name().unwrap().to_owned();
    assert!(name.starts_with("load step "), "{name}");
    assert_ne!(window.app().document(), &trained);
    window
        .harness
        .key_press_modifiers(Modifiers::COMMAND, Key::Z);
    window.harness.run_steps(3);
    assert_eq!(window.app().document(), &trained);
}

fn is_loss(label: Option<String>) -> bool {
    label.is_some_and(|label| label.starts_with("loss"))
}

#[test]
fn the_rate_can_be_changed_while_it_runs() {
    let mut window = Window::open(&xor(4, "implicit", 100_000_000));
    window.click("train");
    window.until("losses come in", |app| app.training_losses()[0].len() > 5);
    window
        .harness
        .get_by_role_and_label(Role::Slider, "rate")
        .set_value_accesskit(0.005);
    window.harness.run_steps(3);
    let rate = window.app().document().training.unwrap().rate;
    assert!((rate - 0.005).abs() < 1e-12);
    let so_far = window.losses().len();
    window.until("it goes on", |app| {
        app.training_losses()[0].len() > so_far + 5
    });
    assert!(window.app().is_training());
    window.press(Key::G);
    window.until("training rests", |app| !app.is_training());
}

#[test]
fn a_broken_task_says_where() {
    let broken = xor(2, "implicit", 10).replace(
        r#""rows":[{"in":[0,0],"out":[0]},"#,
        r#""data":"nowhere.csv","rowless":[{"in":[0,0],"out":[0]},"#,
    );
    // A file with both is refused as a whole; a data file that is missing is found out by the compiler of tasks.
    let (head, tail) = broken.split_once(r#","rowless":"#).unwrap();
    let (_, tail) = tail.split_once("],\"encode\"").unwrap();
    let mut window = Window::open(&format!("{head},\"encode\"{tail}"));
    window.until("the task is read", |app| app.training_problem().is_some());
    let problem = window.app().training_problem().unwrap();
    assert!(problem.contains("nowhere.csv"), "{problem}");
    window.click("train");
    assert!(!window.app().is_training());
    let named = window.harness.query_all_by_label_contains("nowhere.csv");
    assert!(
        named.count() >= 2,
        "in the plot, and in the corner with its remedy"
    );
}

#[test]
fn a_slow_trainer_blocks_no_frame() {
    // Every step measures some thousand losses: far longer than a frame.
    let mut window = Window::open(&xor(40, "finite_difference", 5000));
    let says = |window: &Window, text: &str| {
        let mut plots = window.harness.query_all_by_label_contains(text);
        plots.next().is_some()
    };
    assert!(says(&window, "loss: press Train"));
    window.click("train");
    assert!(says(&window, "loss: the first step is under way"));
    window.until("a step is reported", |app| {
        app.training_losses().first().is_some_and(|l| !l.is_empty())
    });
    // Frames that waited for the trainer would each bring a step.
    let known = window.losses().len();
    window.harness.run_steps(30);
    assert!(window.app().is_training());
    let taken = window.losses().len() - known;
    assert!(taken < 30, "{taken} steps in 30 frames");
}

#[test]
fn a_slow_trainer_gives_up_the_step_it_is_in() {
    let mut window = Window::open(&xor(40, "finite_difference", 5000));
    window.click("train");
    window.until("two steps are reported", |app| {
        app.training_losses().first().is_some_and(|l| l.len() >= 2)
    });
    let known = window.losses().len();
    window.harness.get_by_label("stop training").click();
    // The click is two frames; a step that had just ended is reported with the rest.
    window.harness.run_steps(2);
    let at_stop = window.losses().len();
    window.until("training rests", |app| !app.is_training());
    let taken = window.losses().len();
    assert!(
        taken >= known && taken <= at_stop + 1,
        "{known} {at_stop} {taken}"
    );
}

#[test]
fn the_inspector_shows_the_parameters_of_a_running_training() {
    let mut window = Window::open(&xor(6, "finite_difference", 5000));
    window.click("edge x1h1");
    let shown = |window: &Window| {
        let slider = window.harness.get_by_role_and_label(Role::Slider, "shift");
        slider.accesskit_node().numeric_value().unwrap()
    };
    assert!((shown(&window) - 0.8).abs() < 1e-12);
    window.click("train");
    window.until("some steps are reported", |app| {
        app.training_losses().first().is_some_and(|l| l.len() >= 3)
    });
    assert!(window.app().is_training());
    assert!((shown(&window) - 0.8).abs() > 1e-6);
    let network = &window.app().document().network;
    let edge = network.edge_by_id("x1h1").unwrap();
    assert_eq!(edge.device.param("shift"), Some(0.8), "not in the document");
    window.click("stop training");
    window.until("training rests", |app| !app.is_training());
}

/// A network of one input and one output with a few points to learn.
fn one_to_one() -> &'static str {
    r#"{"format":"thermonet/1","name":"Points","platform":"electronic","nodes":[
    {"id":"x","role":"input","value":1.0,"at":[0,0]},{"id":"y","role":"output","leak":0.3,"at":[200,0]}],
    "edges":[{"id":"e","from":"x","to":"y","device":{"kind":"quantum_dot","tunnel_rate":1.0,"level":-4.0,"shift":1.0}}],
    "task":{"inputs":["x"],"outputs":["y"],"rows":[{"in":[0],"out":[0]},{"in":[4],"out":[1]},{"in":[8],"out":[0]}]}}"#
}

#[test]
fn points_are_drawn_by_hand() {
    let mut window = Window::open(one_to_one());
    let rows = |window: &Window| match &window.app().document().task.as_ref().unwrap().source {
        Source::Rows(rows) => rows.clone(),
        other => panic!("{other:?}"),
    };
    let before = window.app().document().clone();
    window.press(Key::K);
    window.harness.run_steps(3);
    window.click("Draw points on the response");
    // The plot's corners as the panel lays it out: left of it the numbers, above it the heading.
    let plot = window.harness.get_by_label("response").rect();
    let inside = Rect::from_min_max(plot.min + vec2(34.0, 20.0), plot.max - vec2(4.0, 22.0));
    let at = inside.min + vec2(0.62, 0.15) * inside.size();
    let touch = |window: &mut Window, from: Pos2, to: Pos2| {
        window.harness.hover_at(from);
        window.harness.run_steps(1);
        window.harness.drag_at(from);
        window.harness.run_steps(1);
        for k in 1..=4_u8 {
            window.harness.hover_at(from.lerp(to, f32::from(k) / 4.0));
            window.harness.run_steps(1);
        }
        window.harness.drop_at(to);
        window.harness.run_steps(2);
        window.until("the task is read", |app| !app.is_computing());
    };
    touch(&mut window, at, at);
    assert_eq!(rows(&window).len(), 4);
    assert_eq!(window.app().undo_name(), Some("add a point"));
    let added = rows(&window)
        .into_iter()
        .find(|row| ![0.0, 4.0, 8.0].contains(&row.input[0]))
        .unwrap();
    // The axis reaches a fifth of the range beyond both ends: from −1.6 to 9.6.
    assert!(
        (added.input[0] - (-1.6 + 0.62 * 11.2)).abs() < 0.1,
        "{added:?}"
    );
    touch(&mut window, at, at + vec2(-60.0, 20.0));
    assert_eq!(rows(&window).len(), 4);
    assert_eq!(window.app().undo_name(), Some("move a point"));
    assert!(!rows(&window).contains(&added));
    window
        .harness
        .key_press_modifiers(Modifiers::COMMAND, Key::Z);
    window.harness.run_steps(3);
    window.until("the task is read", |app| !app.is_computing());
    assert!(rows(&window).contains(&added));
    touch(&mut window, at, at);
    assert_eq!(rows(&window).len(), 3);
    assert_eq!(window.app().undo_name(), Some("remove a point"));
    assert_eq!(window.app().document().task, before.task);
}

#[test]
fn the_response_says_what_it_shows_and_shows_something_else() {
    let mut window = Window::open(&xor(3, "implicit", 10));
    window.until("the response is there", |app| !app.is_computing());
    window.click("what the response shows");
    window
        .harness
        .get_by_label_contains("for every x1 (to the right) and x2 (upwards)");
    window.click("upwards: none");
    window.until("the response is there", |app| !app.is_computing());
    window
        .harness
        .get_by_label_contains("The other inputs are held as in row 1: x2 = 0");
    assert!(window.app().undo_name().is_none() && !window.app().is_unsaved());
}

#[derive(Debug)]
struct Dropped(PathBuf);

impl eframe::egui::DroppedFile for Dropped {
    fn path(&self) -> &std::path::Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        std::fs::read(&self.0).map_err(|error| error.to_string())
    }
}

#[test]
fn a_data_file_dropped_on_the_window_is_the_task() {
    let mut window = Window::open(one_to_one());
    let path = window.folder.path().join("rows.csv");
    std::fs::write(&path, "x,y\n0,0\n1,0.5\n2,0.25\n").unwrap();
    let dropped = std::sync::Arc::new(Dropped(path));
    window.harness.input_mut().dropped_files.push(dropped);
    window.harness.run_steps(2);
    window.until("the task is read", |app| !app.is_computing());
    let task = window.app().document().task.clone().unwrap();
    let source = Source::Data {
        path: "rows.csv".to_owned(),
    };
    assert_eq!(task.source, source);
    assert_eq!(window.app().training_problem(), None);
    assert_eq!(window.app().undo_name(), Some("task"));
}

#[test]
fn the_crosshair_sets_the_inputs_and_the_document_does_not_know() {
    let mut window = Window::open(&xor(3, "implicit", 10));
    let before = window.app().document().clone();
    let state = window.app().state_of("x1").unwrap();
    let figure = window
        .harness
        .get_by_role_and_label(Role::Figure, "response")
        .rect();
    let at = figure.left_center() + vec2(60.0, -20.0);
    window.harness.hover_at(at);
    window.harness.run_steps(1);
    window.harness.drag_at(at);
    window.harness.run_steps(2);
    window.harness.drop_at(at);
    window.harness.run_steps(3);
    let moved = window.app().state_of("x1").unwrap();
    assert!((moved - state).abs() > 0.05, "{state} to {moved}");
    assert_eq!(window.app().document(), &before);
    assert_eq!(window.app().undo_name(), None);
    assert!(!window.app().is_unsaved());
    // The arrows move it too, and the reset lets go.
    window
        .harness
        .get_by_role_and_label(Role::Figure, "response")
        .focus();
    window.harness.run_steps(2);
    window.press(Key::ArrowLeft);
    assert!(window.app().state_of("x1").unwrap() < moved);
    window.press(Key::R);
    let back = window.app().state_of("x1").unwrap();
    assert!((back - state).abs() < 1e-12, "{back}");
}

#[test]
fn over_a_thumbnail_nothing_is_said_of_the_edge_beneath() {
    let mut window = Window::open(&xor(3, "implicit", 10));
    let said = |window: &Window| {
        let shapes = &window.harness.output().shapes;
        let texts = shapes.iter().filter_map(|clipped| match &clipped.shape {
            Shape::Text(text) => Some(text.galley.text().to_owned()),
            _ => None,
        });
        texts.collect::<Vec<_>>()
    };
    let is_enlarged = |texts: &[String]| texts.iter().any(|text| text.starts_with("blue "));
    let is_edge_told = |texts: &[String]| texts.iter().any(|text| text == "law");
    let mut edges = 0;
    for name in ["h1", "h2", "h3"] {
        let label = format!("response of {name}");
        let rect = window.harness.get_by_label(&label).rect();
        // Edges come in from the left: one that passes just beside the thumbnail goes on below it.
        for k in 1..10_u8 {
            let height = rect.top() + rect.height() * f32::from(k) / 10.0;
            window
                .harness
                .hover_at(Pos2::new(rect.left() - 3.0, height));
            window.harness.run_steps(2);
            edges += usize::from(is_edge_told(&said(&window)));
            window
                .harness
                .hover_at(Pos2::new(rect.left() + 2.0, height));
            window.harness.run_steps(2);
            let texts = said(&window);
            assert!(is_enlarged(&texts), "{texts:?}");
            assert!(!is_edge_told(&texts), "{texts:?}");
        }
    }
    assert!(edges > 0, "no edge beside any thumbnail");
}

#[test]
fn comparing_trains_both_and_says_what_happened() {
    let mut window = Window::open(&xor(4, "implicit", 400));
    let before = window.app().document().clone();
    window.press(Key::C);
    window.until("both have trained", |app| !app.is_computing());
    let losses = window.app().training_losses();
    assert_eq!(losses.len(), 2);
    assert!(losses.iter().all(|losses| !losses.is_empty()));
    assert_eq!(window.app().document(), &before);
    let floor = 2.0 * 0.7 * 0.7 / 3.0;
    let least = |k: usize| losses[k].iter().copied().fold(f64::INFINITY, f64::min);
    assert!(least(1) >= floor * (1.0 - 1e-9), "{}", least(1));
    let said = if least(0) < floor {
        "Only the one with NDC computes this"
    } else {
        "not past the"
    };
    let text = |part: &str| {
        let node = window.harness.get_by_label_contains(part);
        let node = node.accesskit_node();
        node.label().or_else(|| node.value()).unwrap()
    };
    // The loss plot's heading tells the same two numbers as the sentence.
    let (sentence, heading) = (text(said), text("   best "));
    let (_, best) = heading.split_once("   best ").unwrap();
    assert_eq!(best.split(" / ").count(), 2);
    for loss in best.split(" / ") {
        assert!(sentence.contains(loss), "{loss}: {sentence}");
    }
    for title in ["response with NDC", "response without NDC"] {
        let _ = window.harness.get_by_role_and_label(Role::Figure, title);
    }
    // It is put away as it came, by its button or by Esc.
    window.press(Key::Escape);
    window.harness.run_steps(3);
    let is_shown = |window: &Window| {
        let title = "response without NDC";
        let mut figures = window
            .harness
            .query_all_by_role_and_label(Role::Figure, title);
        figures.next().is_some()
    };
    assert!(!is_shown(&window));
    assert_eq!(window.app().document(), &before);
    window.press(Key::C);
    window.until("both have trained again", |app| !app.is_computing());
    assert!(is_shown(&window));
    window.harness.get_by_label("close comparison").click();
    window.harness.run_steps(4);
    assert!(!is_shown(&window));
}

/// The sentence takes three lines there; before, it pushed the buttons out of the panel.
#[test]
fn a_comparison_fits_a_small_window() {
    let mut window = Window::open(&xor(2, "implicit", 20));
    window.harness.set_size(vec2(900.0, 600.0));
    window.harness.run_steps(3);
    let train = |window: &Window| window.harness.get_by_label("train").rect();
    let before = train(&window);
    window.click("Compare");
    window.until("both have trained", |app| !app.is_computing());
    assert_eq!(train(&window), before);
    let sentence = window
        .harness
        .get_by_label_contains("more steps or another seed");
    let bottom = sentence.rect().bottom();
    assert!(bottom <= 600.0, "{bottom}");
}

/// While parameters move the motion may be led to another stable state than the one it comes to from the initial state, which
/// is what was trained.
#[test]
fn after_training_the_canvas_shows_what_was_trained() {
    let mut window = Window::open(&xor(4, "implicit", 400));
    window.press(Key::G);
    window.until("it has trained", |app| {
        !app.training_losses().is_empty() && !app.is_training() && !app.is_computing()
    });
    assert!(window.app().time() < 60.0);
    window.until("it has settled", |app| !app.is_running());
    let network = &window.app().document().network;
    let system = System::new(network);
    let state = steady::solve(&system, &Options::default());
    let y = system.slot(network.node_by_id("y").unwrap().key()).unwrap();
    let shown = window.app().state_of("y").unwrap();
    assert!((shown - state.x[y]).abs() < 1e-2, "{shown} {}", state.x[y]);
}

/// The same network with nothing to do.
fn without_task(json: &str) -> String {
    let (head, tail) = json.split_once(r#""task":"#).unwrap();
    let (_, tail) = tail.split_once(r#""training""#).unwrap();
    format!(r#"{head}"training"{tail}"#)
}

#[test]
fn a_gate_is_given_in_two_clicks() {
    let mut window = Window::open(&without_task(&xor(2, "implicit", 20)));
    assert!(window.app().document().task.is_none());
    window.click("choose a task");
    window.click("gate XNOR");
    window.until("the task is read", |app| !app.is_computing());
    let task = window.app().document().task.clone().unwrap();
    assert_eq!(task.inputs.len(), 2);
    assert_eq!(window.app().undo_name(), Some("task"));
    window.press(Key::Escape);
    window.train();
    assert_eq!(window.losses().len(), 20);
    assert_eq!(window.app().training_problem(), None);
}

#[test]
fn a_broken_formula_says_where_and_changes_nothing() {
    let mut window = Window::open(&xor(2, "implicit", 20));
    let before = window.app().document().clone();
    window.press(Key::K);
    let field = window.harness.get_by_label("formula");
    field.focus();
    window.harness.run_steps(2);
    window
        .harness
        .key_press_modifiers(Modifiers::COMMAND, Key::A);
    window.harness.run_steps(2);
    window
        .harness
        .get_by_label("formula")
        .type_text("sin(pi*z)");
    window.harness.run_steps(3);
    let problem = window.app().training_problem().unwrap();
    assert!(
        problem.starts_with("task.function.expr, character 8: 'z'"),
        "{problem}"
    );
    window.click("Use formula");
    assert_eq!(window.app().document(), &before);
    window
        .harness
        .key_press_modifiers(Modifiers::COMMAND, Key::A);
    window.harness.run_steps(2);
    window.click("two periods");
    window.until("the task is read", |app| !app.is_computing());
    let task = window.app().document().task.clone().unwrap();
    assert_eq!((task.inputs.len(), task.outputs.len()), (1, 1));
    assert_eq!(window.app().training_problem(), None);
}

#[test]
fn the_gradient_of_the_rule_agrees_with_differences() {
    let mut window = Window::open(&xor(2, "implicit", 20));
    window.press(Key::D);
    window.until("the gradient is there", |app| !app.is_computing());
    let node = window
        .harness
        .get_by_label_contains("cosine over all parameters");
    let text = node
        .accesskit_node()
        .label()
        .or_else(|| node.accesskit_node().value())
        .unwrap();
    let (_, number) = text.rsplit_once(' ').unwrap();
    let cosine: f64 = number.parse().unwrap();
    assert!(cosine > 0.999, "{cosine}");
}
