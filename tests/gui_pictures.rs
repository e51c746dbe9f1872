//! Pictures and numbers out of the window: by dialog, by menu, to files and to the clipboard.
#![cfg(feature = "gui")]
#![expect(
    clippy::unwrap_used,
    clippy::float_cmp,
    reason = "a test that cannot find its widget has failed; numbers in files are to be exact"
)]

mod window;

use std::fs;
use std::path::{Path, PathBuf};

use eframe::egui::{Event, Key, Modifiers, OutputCommand, PointerButton};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use resvg::tiny_skia::Pixmap;
use resvg::usvg::roxmltree;
use tempfile::{TempDir, tempdir};
use thermonet::gui::{App, Start};
use window::opened::{computed, window};

/// A window with a preset, and the folder of its settings.
struct Window {
    harness: Harness<'static, App>,
    _folder: TempDir,
}

impl Window {
    fn preset(name: &str) -> Self {
        let folder = tempdir().unwrap();
        let harness = window(Start {
            preset: Some(name.to_owned()),
            state_folder: Some(folder.path().into()),
            ..Start::default()
        });
        Self {
            harness,
            _folder: folder,
        }
    }

    fn app(&self) -> &App {
        self.harness.state()
    }

    fn steps(&mut self, count: usize) {
        self.harness.run_steps(count);
    }

    fn click(&mut self, label: &str) {
        self.harness.get_by_label(label).click();
        self.steps(4);
    }
}

/// The dialog of pictures, on this subject and this file.
fn ask(window: &mut Window, subject: &str, path: &Path) {
    window
        .harness
        .key_press_modifiers(Modifiers::COMMAND, Key::P);
    window.steps(4);
    window.click("picture of");
    // The list of a box lies over the box that has the same words.
    let choices: Vec<_> = window.harness.get_all_by_label(subject).collect();
    choices.last().unwrap().click();
    window.steps(4);
    window.harness.get_by_label("path").click();
    window.steps(3);
    window
        .harness
        .key_press_modifiers(Modifiers::COMMAND, Key::A);
    window.steps(2);
    let text = path.to_str().unwrap().to_owned();
    window.harness.event(eframe::egui::Event::Text(text));
    window.steps(3);
}

fn saved(window: &mut Window, folder: &TempDir, subject: &str, name: &str) -> PathBuf {
    let path = folder.path().join(name);
    ask(window, subject, &path);
    window.click("Save");
    let toast = format!("Saved {name}");
    window.harness.get_by_label(&toast);
    path
}

/// Headings, and rows of numbers; cells that are none are NaN.
fn numbers(path: &Path) -> (Vec<String>, Vec<Vec<f64>>) {
    let mut reader = csv::Reader::from_path(path).unwrap();
    let headings = reader
        .headers()
        .unwrap()
        .iter()
        .map(str::to_owned)
        .collect();
    let rows = reader.records().map(|record| {
        let record = record.unwrap();
        record
            .iter()
            .map(|cell| cell.parse().unwrap_or(f64::NAN))
            .collect()
    });
    (headings, rows.collect())
}

#[test]
fn a_picture_of_everything() {
    let folder = tempdir().unwrap();
    let mut window = Window::preset("xor-minimal");
    for subject in ["Canvas", "I-V curve", "Time plot", "Response"] {
        let path = saved(&mut window, &folder, subject, "a.svg");
        let text = fs::read_to_string(&path).unwrap();
        let svg = roxmltree::Document::parse(&text).unwrap();
        let title = svg.descendants().find(|n| n.has_tag_name("title")).unwrap();
        assert_eq!(
            title.text(),
            Some(format!("Minimal XOR: {subject}").as_str())
        );
        fs::remove_file(&path).unwrap();
    }
    let path = saved(&mut window, &folder, "Canvas", "a.png");
    let pixels = Pixmap::decode_png(&fs::read(path).unwrap()).unwrap();
    assert_eq!([pixels.width(), pixels.height()], [2560, 1440]);
    // Looking is no change.
    assert!(!window.app().is_unsaved() && window.app().undo_name().is_none());
}

#[test]
fn numbers_are_those_that_are_plotted() {
    let folder = tempdir().unwrap();
    let mut window = Window::preset("fold");
    window.harness.key_press(Key::Space);
    window.steps(3);
    let (headings, rows) = numbers(&saved(&mut window, &folder, "I-V curve", "iv.csv"));
    assert_eq!(
        headings,
        [
            "V(x, y) in k_BT",
            "I in Ω carriers/τ₀",
            "dI/dV in 1/(k_BT τ₀)"
        ]
    );
    let network = window.app().document().network.clone();
    let device = network.edge_by_id("e1").unwrap().device.clone();
    assert!(rows.len() > 200);
    for row in &rows {
        // This law knows only the difference of its ends.
        let response = device.response(row[0], 0.0);
        assert!((row[1] - response.current).abs() < 1e-12);
        assert!((row[2] - response.d_from).abs() < 1e-12);
    }
    let (headings, rows) = numbers(&saved(&mut window, &folder, "Time plot", "t.csv"));
    assert_eq!(headings, ["t in τ₀", "μ(y) in k_BT"]);
    let last = rows.last().unwrap();
    assert_eq!(
        last,
        &[window.app().time(), window.app().state_of("y").unwrap()]
    );
    assert!(rows.windows(2).all(|pair| pair[0][0] < pair[1][0]));
    let path = saved(&mut window, &folder, "Canvas", "c.csv");
    let (headings, rows) = numbers(&path);
    assert_eq!(headings[4], "potential in k_BT");
    assert_eq!(rows[1][4], window.app().state_of("y").unwrap());
    assert_eq!(rows[2][6], window.app().current_of("e1").unwrap());
    assert!(
        fs::read_to_string(&path)
            .unwrap()
            .contains("\ne1,quantum_dot,x,y,")
    );
}

#[test]
fn numbers_have_the_units_that_are_shown() {
    let folder = tempdir().unwrap();
    let mut window = Window::preset("fold");
    window.harness.key_press(Key::Space);
    window.steps(3);
    window.harness.key_press(Key::Q);
    window.steps(3);
    computed(&mut window.harness);
    assert_eq!(window.app().undo_name(), Some("units"));
    let (headings, rows) = numbers(&saved(&mut window, &folder, "Canvas", "c.csv"));
    assert_eq!(headings[4], "potential in meV");
    // k_B·300 K = 25.851 999 meV.
    let y = window.app().state_of("y").unwrap();
    assert!((rows[1][4] / (25.851_999 * y) - 1.0).abs() < 1e-6);
    // The model's own again, for the eye alone.
    window.harness.key_press(Key::Q);
    window.steps(3);
    assert!(window.app().document().network.units.is_some());
    let (headings, _) = numbers(&saved(&mut window, &folder, "Canvas", "d.csv"));
    assert_eq!(headings[4], "potential in k_BT");
}

#[test]
fn nothing_is_lost_and_refusals_are_told() {
    let folder = tempdir().unwrap();
    let mut window = Window::preset("three-tanks");
    let path = folder.path().join("a.svg");
    fs::write(&path, "mine").unwrap();
    ask(&mut window, "Canvas", &path);
    window
        .harness
        .get_by_label("There is a file of this name; it will be replaced");
    window.click("Cancel");
    assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
    ask(&mut window, "Canvas", &path);
    window.click("Replace");
    assert!(fs::read_to_string(&path).unwrap().starts_with("<svg"));

    ask(&mut window, "Canvas", Path::new("picture.pdf"));
    window
        .harness
        .get_by_label("End the name in .png, .svg or .csv.");
    window.click("Cancel");
    ask(&mut window, "Loss", Path::new("loss.svg"));
    window
        .harness
        .get_by_label_contains("the network has no task");
    window.click("Cancel");
    ask(
        &mut window,
        "Canvas",
        &folder.path().join("none").join("a.svg"),
    );
    window.click("Save");
    window.harness.get_by_label("Nothing was saved");
    window.harness.get_by_label_contains("no such folder");
}

/// What one frame with this event puts on the clipboard.
fn copied(window: &mut Window, event: Event) -> Option<OutputCommand> {
    window.harness.input_mut().events.push(event);
    window.harness.step();
    let commands = &window.harness.output().platform_output.commands;
    let is_copy = |command: &&OutputCommand| {
        matches!(
            command,
            OutputCommand::CopyImage(_) | OutputCommand::CopyText(_)
        )
    };
    commands.iter().find(is_copy).cloned()
}

#[test]
fn pictures_and_numbers_go_to_the_clipboard() {
    let mut window = Window::preset("fold");
    let key = Event::Key {
        key: Key::C,
        physical_key: None,
        pressed: true,
        repeat: false,
        modifiers: Modifiers::COMMAND.plus(Modifiers::SHIFT),
    };
    let Some(OutputCommand::CopyImage(image)) = copied(&mut window, key) else {
        panic!("no image");
    };
    assert_eq!(image.size, [2560, 1440]);
    window.steps(2);
    window.harness.get_by_label("Canvas: picture copied");
    window.harness.get_by_label("I-V curve").click_secondary();
    window.steps(4);
    let at = window.harness.get_by_label("Copy numbers").rect().center();
    let press = |pressed| Event::PointerButton {
        pos: at,
        button: PointerButton::Primary,
        pressed,
        modifiers: Modifiers::NONE,
    };
    window.harness.hover_at(at);
    window.steps(2);
    assert!(copied(&mut window, press(true)).is_none());
    let Some(OutputCommand::CopyText(text)) = copied(&mut window, press(false)) else {
        panic!("no text");
    };
    assert!(
        text.starts_with("\"V(x, y) in k_BT\",I in Ω carriers/τ₀,"),
        "{text}"
    );
}

#[test]
fn presets_are_drawn_while_the_gallery_is_open() {
    let mut window = Window::preset("fold");
    assert!(!window.app().is_computing());
    window.click("Presets");
    // One after the other; the last one ordered is waited for.
    assert!(window.app().is_computing());
    computed(&mut window.harness);
    let textures = window.harness.ctx.tex_manager();
    let drawn = |count: usize| {
        let names = textures.read();
        let thumbnails = names
            .allocated()
            .filter(|(_, meta)| meta.name.starts_with("preset "));
        assert_eq!(thumbnails.count(), count);
    };
    drawn(thermonet::document::presets::PRESETS.len());
    window.click("Latch");
    assert_eq!(window.app().document().network.name, "Latch");
    computed(&mut window.harness);
    // Opened anew they are there at once.
    window.click("Presets");
    assert!(!window.app().is_computing());
    drawn(thermonet::document::presets::PRESETS.len());
}
