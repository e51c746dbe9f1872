//! What the tests of the window share: opening it, waiting for its workers, dragging.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot find its widget has failed"
)]
#![allow(dead_code, reason = "each test uses its part")]

pub(crate) mod opened;

use eframe::egui::{Pos2, Role};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use thermonet::gui::{App, Start};

/// A window with its folder, which goes when it goes.
pub(crate) struct Window {
    /// The window.
    pub(crate) harness: Harness<'static, App>,
    _folder: tempfile::TempDir,
}

impl Window {
    /// A window with a preset.
    pub(crate) fn preset(name: &str) -> Self {
        Self::new(None, Some(name))
    }

    /// A window with a file of this content.
    pub(crate) fn file(json: &str) -> Self {
        Self::new(Some(json), None)
    }

    fn new(json: Option<&str>, preset: Option<&str>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = json.map(|json| {
            let path = folder.path().join("network.json");
            std::fs::write(&path, json).unwrap();
            path
        });
        let start = Start {
            file: path,
            preset: preset.map(str::to_owned),
            state_folder: Some(folder.path().into()),
            ..Start::default()
        };
        let harness = opened::window(start);
        Self {
            harness,
            _folder: folder,
        }
    }

    /// What the window lets others see.
    pub(crate) fn app(&self) -> &App {
        self.harness.state()
    }

    /// Lets frames pass.
    pub(crate) fn steps(&mut self, count: usize) {
        self.harness.run_steps(count);
    }

    /// Waits until what is computed beside the window has arrived.
    pub(crate) fn computed(&mut self) {
        opened::computed(&mut self.harness);
    }

    /// Lets frames pass until something holds; panics after a time no machine needs.
    pub(crate) fn until(&mut self, what: &str, holds: impl Fn(&App) -> bool) {
        opened::until(&mut self.harness, what, holds);
    }

    /// Clicks on what has this name; a window or popup that opens lays itself out in the frames that follow.
    pub(crate) fn click(&mut self, label: &str) {
        self.harness.get_by_label(label).click();
        self.steps(4);
    }

    /// The slider of this name.
    pub(crate) fn slider<'a>(&'a self, name: &'a str) -> egui_kittest::Node<'a> {
        self.harness.get_by_role_and_label(Role::Slider, name)
    }

    /// Sets a slider as assistive technology does: one complete change.
    pub(crate) fn set(&mut self, name: &str, value: f64) {
        self.slider(name).set_value_accesskit(value);
        self.steps(3);
    }

    /// Types into the number box or text field of this name, and presses Enter.
    pub(crate) fn type_into(&mut self, label: &str, text: &str) {
        use eframe::egui::{Key, Modifiers};
        self.harness.get_by_label(label).click();
        self.steps(3);
        self.harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
        self.steps(2);
        self.harness
            .event(eframe::egui::Event::Text(text.to_owned()));
        self.steps(2);
        self.harness.key_press(Key::Enter);
        self.steps(3);
    }

    /// Presses at `from`, moves in steps to `to`, releases.
    pub(crate) fn drag(&mut self, from: Pos2, to: Pos2) {
        self.harness.hover_at(from);
        self.steps(1);
        self.harness.drag_at(from);
        self.steps(1);
        for k in 1..=5_u8 {
            self.harness.hover_at(from.lerp(to, f32::from(k) / 5.0));
            self.steps(1);
        }
        self.harness.drop_at(to);
        self.steps(2);
    }

    /// A parameter of the edge with this id.
    pub(crate) fn param(&self, edge: &str, name: &str) -> f64 {
        let network = &self.app().document().network;
        network
            .edge_by_id(edge)
            .unwrap()
            .device
            .param(name)
            .unwrap()
    }

    /// The reservoir with this id.
    pub(crate) fn node(&self, id: &str) -> &thermonet::network::Node {
        self.app().document().network.node_by_id(id).unwrap()
    }
}
