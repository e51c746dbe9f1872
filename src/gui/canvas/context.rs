//! What can be done here: the menus that a right click opens.

use eframe::egui::{
    self, Align, Layout, Popup, PopupCloseBehavior, Response, SetOpenCommand, Ui,
    containers::PopupAnchor, containers::menu::menu_style,
};

use super::Canvas;
use super::hand::Target;
use crate::device::Kind;
use crate::document::{Edit, Element, Selection};
use crate::gui::command::{Action, Command};
use crate::gui::view::selection_of;
use crate::network::{Network, NodeKey, Role};

impl Canvas<'_, '_> {
    /// Opens a menu at the pointer. What it is about becomes selected, unless it is already.
    pub(super) fn open_menu(&mut self, target: Target) {
        let pointer = self.ui.input(|i| i.pointer.interact_pos());
        let Some(pointer) = pointer else {
            return;
        };
        let at = self.camera.canvas_from_screen(self.area, pointer);
        self.hand.menu = Some((target, at));
        self.hand.armed = None;
        self.opens_menu = true;
        let (is_selected, wish) = match target {
            Target::Element(Element::Node(key)) => (
                self.selection.nodes.contains(&key),
                selection_of(Some(Element::Node(key))),
            ),
            Target::Element(Element::Edge(key)) => (
                self.selection.edges.contains(&key),
                selection_of(Some(Element::Edge(key))),
            ),
            Target::Note(id) => {
                let mut only = Selection::default();
                only.notes.insert(id);
                (self.selection.notes.contains(&id), only)
            }
            Target::Nothing => (true, Selection::default()),
        };
        if !is_selected {
            self.commands.push(Command::SelectSet(wish));
        }
    }

    /// Draws the open menu.
    pub(super) fn menu_ui(&mut self, response: &Response) {
        let id = response.id.with("menu");
        let ctx = self.ui.ctx().clone();
        let Some((target, at)) = self.hand.menu else {
            return;
        };
        let anchor = PopupAnchor::Position(self.camera.screen_from_canvas(self.area, at));
        let popup = Popup::new(id, ctx.clone(), anchor, response.layer_id)
            .kind(egui::PopupKind::Menu)
            .layout(Layout::top_down_justified(Align::Min))
            .style(menu_style)
            .gap(0.0)
            .close_behavior(PopupCloseBehavior::CloseOnClick)
            .open_memory(self.opens_menu.then_some(SetOpenCommand::Bool(true)));
        let network = self.shown.network;
        let selection = self.selection;
        let hand = &mut *self.hand;
        let commands = &mut *self.commands;
        let note = match target {
            Target::Note(id) => self.notes.iter().find(|note| note.id == id),
            _ => None,
        };
        popup.show(|ui| {
            ui.set_min_width(200.0);
            match target {
                Target::Element(Element::Node(key)) => {
                    node_ui(ui, network, key, selection, commands);
                }
                Target::Element(Element::Edge(_)) => edge_ui(ui, network, commands),
                Target::Note(_) => {
                    if ui.button("Edit note").clicked()
                        && let Some(note) = note
                    {
                        hand.rewrite(note);
                    }
                    ui.separator();
                    for action in [Action::Copy, Action::Duplicate, Action::Delete] {
                        action_ui(ui, action, commands);
                    }
                }
                Target::Nothing => {
                    for action in [
                        Action::NewHidden,
                        Action::NewInput,
                        Action::NewBias,
                        Action::NewOutput,
                        Action::NewNote,
                        Action::Layered,
                    ] {
                        action_ui(ui, action, commands);
                    }
                    ui.separator();
                    for action in [Action::Paste, Action::SelectAll, Action::Tidy, Action::Fit] {
                        action_ui(ui, action, commands);
                    }
                    ui.separator();
                    for action in [Action::ExportPicture, Action::CopyPicture] {
                        action_ui(ui, action, commands);
                    }
                }
            }
        });
        if !Popup::is_id_open(&ctx, id) {
            self.hand.menu = None;
        }
    }
}

/// A row of a menu that does an action.
fn action_ui(ui: &mut Ui, action: Action, commands: &mut Vec<Command>) {
    let button = egui::Button::new(action.text()).shortcut_text(action.key_text());
    if ui.add(button).on_hover_text(action.tip()).clicked() {
        commands.push(Command::Act(action));
    }
}

/// The reservoirs a menu on one of them is about: all that are selected, if it is one of these.
fn meant(key: NodeKey, selection: &Selection) -> Vec<NodeKey> {
    if selection.nodes.contains(&key) {
        selection.nodes.iter().copied().collect()
    } else {
        vec![key]
    }
}

fn node_ui(
    ui: &mut Ui,
    network: &Network,
    key: NodeKey,
    selection: &Selection,
    commands: &mut Vec<Command>,
) {
    let Some(node) = network.node(key) else {
        return;
    };
    let keys = meant(key, selection);
    let whose = if keys.len() == 1 {
        node.title().to_owned()
    } else {
        format!("{} reservoirs", keys.len())
    };
    ui.menu_button("Role", |ui| {
        for role in Role::ALL {
            let button = egui::Button::selectable(node.role == role, role.name());
            if ui.add(button).clicked() {
                let edits = keys.iter().map(|&key| Edit::SetRole(key, role)).collect();
                commands.push(Command::Perform(format!("role of {whose}"), edits));
            }
        }
    });
    action_ui(ui, Action::StartEdge, commands);
    if keys.len() > 1 {
        for action in [Action::ConnectAll, Action::ConnectChain] {
            action_ui(ui, action, commands);
        }
    }
    action_ui(ui, Action::ConnectRail, commands);
    let is_free = !node.role.is_clamped();
    let reset = ui.add_enabled(is_free, egui::Button::new("Reset to initial state"));
    if reset
        .on_hover_text("Put it back to its initial state; the others stay")
        .clicked()
    {
        for key in keys {
            if let Some(node) = network.node(key) {
                commands.push(Command::Kick(key, network.initial_of(node)));
            }
        }
    }
    ui.separator();
    for action in [Action::Cut, Action::Copy, Action::Duplicate, Action::Delete] {
        action_ui(ui, action, commands);
    }
}

fn edge_ui(ui: &mut Ui, network: &Network, commands: &mut Vec<Command>) {
    ui.menu_button("Device", |ui| {
        for (k, kind) in Kind::of_platform(network.platform()).enumerate() {
            let key = (k + 1).to_string();
            let button = egui::Button::new(kind.title()).shortcut_text(key);
            if ui.add(button).on_hover_text(kind.summary()).clicked()
                && let Ok(number) = u8::try_from(k + 1)
            {
                commands.push(Command::Act(Action::Device(number)));
            }
        }
    });
    action_ui(ui, Action::Reverse, commands);
    ui.separator();
    action_ui(ui, Action::Delete, commands);
}
