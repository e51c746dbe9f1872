//! Building by key and menu: what is added, deleted, copied and arranged, each as one step of undo.

use eframe::egui::{Context, Event, Pos2, ViewportCommand, vec2};

use super::App;
use crate::device::Kind;
use crate::document::insertion::Insertion;
use crate::document::notes::{CanvasNote, notes, with_notes};
use crate::document::{Edit, Problem, Selection, layout};
use crate::gui::builder::Builder;
use crate::gui::canvas::{new_node, snapped};
use crate::gui::command::{Action, Command};
use crate::gui::refusal::refusal;
use crate::gui::toast::Toast;
use crate::network::{Node, Role};

impl App {
    /// Does an action that builds. Returns whether it is one of these.
    pub(super) fn build(&mut self, ctx: &Context, action: Action) -> bool {
        match action {
            Action::Cut => {
                self.copy(ctx);
                self.delete("Cut");
            }
            Action::Copy => self.copy(ctx),
            Action::CopyText => self.copy_as_text(ctx),
            // The clipboard answers with an event, if it can be read.
            Action::Paste => ctx.send_viewport_cmd(ViewportCommand::RequestPaste),
            Action::Duplicate => self.duplicate(),
            Action::Delete => self.delete("Deleted"),
            Action::SelectAll => self.select_all(),
            Action::NewHidden => self.add(Role::Hidden),
            Action::NewInput => self.add(Role::Input),
            Action::NewBias => self.add(Role::Bias),
            Action::NewOutput => self.add(Role::Output),
            Action::NewNote => {
                let at = self.free_place();
                self.view.hand.write_at(at);
            }
            Action::StartEdge => match self.view.selection.nodes.first() {
                Some(&key) if self.view.selection.nodes.len() == 1 => self.view.hand.arm(key),
                _ => self.say("Select one reservoir first: the edge starts there"),
            },
            Action::Reverse => self.reverse(),
            Action::Layered => self.builder = Some(Builder::new(self.editor.document())),
            Action::Device(number) => {
                let platform = self.editor.network().platform();
                let position = usize::from(number).saturating_sub(1);
                if let Some(kind) = Kind::of_platform(platform).nth(position) {
                    self.view.hand.choose(kind);
                    self.convert(kind);
                }
            }
            Action::Tidy => self.tidy(),
            Action::LinearFlow => self.view.is_flow_linear = !self.view.is_flow_linear,
            Action::Snap => self.view.is_snapping = !self.view.is_snapping,
            other => return self.connect(other),
        }
        true
    }

    /// Carries out a command that builds; gives others back.
    pub(super) fn carry_out_building(&mut self, command: Command) -> Option<Command> {
        match command {
            Command::End(name) => self.editor.end(&name, &self.view.selection),
            Command::Perform(name, edits) => {
                self.perform(&name, &edits);
            }
            Command::Insert(name, insertion) => {
                self.insert(&name, &insertion);
            }
            Command::Device(kind) => self.view.hand.choose(kind),
            Command::TakePasted { opens } => self.take_pasted(opens),
            other => return Some(other),
        }
        None
    }

    /// Clipboard events, and Backspace: what keys ask for that a shortcut cannot say.
    pub(super) fn clipboard(&mut self, ctx: &Context, commands: &mut Vec<Command>) {
        if self.dialog.is_some() || self.finder.is_some() || ctx.text_edit_focused() {
            return;
        }
        let events = ctx.input(|i| i.events.clone());
        for event in events {
            match event {
                Event::Copy => commands.push(Command::Act(Action::Copy)),
                Event::Cut => commands.push(Command::Act(Action::Cut)),
                Event::Paste(text) => self.paste(&text),
                Event::Key {
                    key: eframe::egui::Key::Backspace,
                    pressed: true,
                    ..
                } => commands.push(Command::Act(Action::Delete)),
                _ => {}
            }
        }
    }

    pub(super) fn say(&mut self, text: &str) {
        self.toast = Some(Toast::new(text.to_owned()));
    }

    /// Says why a change was not made.
    pub(super) fn refuse(&mut self, problem: &Problem, edits: &[Edit]) {
        self.message = Some(refusal(problem, edits, self.editor.document()));
    }

    fn perform(&mut self, name: &str, edits: &[Edit]) -> bool {
        let selected = self.view.selection.clone();
        match self.editor.edit_all(name, edits, &selected) {
            Ok(selection) => {
                self.view.selection = selection;
                true
            }
            Err(problem) => {
                self.refuse(&problem, edits);
                false
            }
        }
    }

    pub(super) fn insert(&mut self, name: &str, insertion: &Insertion) {
        let selected = self.view.selection.clone();
        match self.editor.insert(name, insertion, &selected) {
            Ok(selection) => self.view.selection = selection,
            Err(problem) => self.refuse(&problem, &[]),
        }
    }

    /// Where something new goes: at the hand's place, or beside what stands there.
    fn free_place(&self) -> Pos2 {
        /// A tank with its marks and label is as wide and high.
        const ROOM: f32 = 76.0;
        let mut at = self.view.hand.place();
        if self.view.is_snapping {
            at = snapped(at);
        }
        let is_taken = |at: Pos2| {
            let places = self
                .editor
                .network()
                .nodes()
                .iter()
                .filter_map(|node| node.at);
            places
                .map(|[x, y]| Pos2::new(x as f32, y as f32))
                .any(|place| (place - at).abs().max_elem() < ROOM)
        };
        // As many steps as a wide network has columns; beyond that it may as well overlap.
        for _ in 0..200 {
            if !is_taken(at) {
                break;
            }
            at += vec2(80.0, 0.0);
        }
        at
    }

    fn add(&mut self, role: Role) {
        let node = new_node(self.editor.network(), role, self.free_place());
        let name = format!("add {}", node.id);
        let insertion = Insertion {
            nodes: vec![node],
            ..Insertion::default()
        };
        self.insert(&name, &insertion);
    }

    fn select_all(&mut self) {
        let network = self.editor.network();
        self.view.selection = Selection {
            nodes: network.nodes().iter().map(Node::key).collect(),
            edges: network
                .edges()
                .iter()
                .map(crate::network::Edge::key)
                .collect(),
            notes: self.canvas_notes().iter().map(|note| note.id).collect(),
        };
    }

    pub(super) fn canvas_notes(&self) -> Vec<CanvasNote> {
        notes(&self.editor.document().app)
    }

    /// What of the selection is there.
    pub(super) fn present(&self) -> Selection {
        let mut selection = self.view.selection.clone();
        selection.retain_present(self.editor.network());
        let notes = self.canvas_notes();
        selection
            .notes
            .retain(|id| notes.iter().any(|note| note.id == *id));
        selection
    }

    /// Deletes the selection, and says so beside a button that brings it back.
    fn delete(&mut self, verb: &str) {
        let selection = self.present();
        if selection.is_empty() {
            return;
        }
        let network = self.editor.network();
        let goes_along = |edge: &&crate::network::Edge| {
            selection.edges.contains(&edge.key())
                || selection.nodes.contains(&edge.from)
                || selection.nodes.contains(&edge.to)
        };
        let edges: Vec<&crate::network::Edge> = network.edges().iter().filter(goes_along).collect();
        let nodes = network.nodes().iter();
        let nodes: Vec<&Node> = nodes
            .filter(|node| selection.nodes.contains(&node.key()))
            .collect();
        let what = listed(&[
            counted(nodes.iter().map(|node| node.title()), "reservoirs"),
            counted(edges.iter().map(|edge| edge.title()), "edges"),
            match selection.notes.len() {
                0 => None,
                1 => Some("a note".to_owned()),
                count => Some(format!("{count} notes")),
            },
        ]);
        let mut edits: Vec<Edit> = selection
            .edges
            .iter()
            .map(|&key| Edit::RemoveEdge(key))
            .collect();
        edits.extend(selection.nodes.iter().map(|&key| Edit::RemoveNode(key)));
        if !selection.notes.is_empty() {
            let mut kept = self.canvas_notes();
            kept.retain(|note| !selection.notes.contains(&note.id));
            edits.push(Edit::SetApp(with_notes(&self.editor.document().app, &kept)));
        }
        self.view.selection = selection;
        if self.perform(&format!("delete {what}"), &edits) {
            self.view.selection = Selection::default();
            let text = format!("{verb} {what}");
            self.toast = Some(Toast::undoing(text, self.editor.revision()));
        }
    }

    fn reverse(&mut self) {
        let network = self.editor.network();
        let selected = &self.view.selection.edges;
        let edges = network.edges().iter();
        let edges: Vec<_> = edges
            .filter(|edge| selected.contains(&edge.key()))
            .collect();
        if edges.is_empty() {
            self.say("Select an edge first: its ends are swapped");
            return;
        }
        let what = counted(edges.iter().map(|edge| edge.title()), "edges").unwrap_or_default();
        let edits: Vec<Edit> = edges
            .iter()
            .map(|edge| Edit::Reconnect(edge.key(), edge.to, edge.from))
            .collect();
        self.perform(&format!("reverse {what}"), &edits);
    }

    /// Puts devices of another law on the selected edges.
    fn convert(&mut self, kind: Kind) {
        let network = self.editor.network();
        let selected = &self.view.selection.edges;
        let edges = network.edges().iter();
        let edges: Vec<_> = edges
            .filter(|edge| selected.contains(&edge.key()) && edge.device.kind() != kind)
            .collect();
        if edges.is_empty() {
            return;
        }
        let what = counted(edges.iter().map(|edge| edge.title()), "edges").unwrap_or_default();
        let name = format!("{what} to {}", kind.title());
        let edits: Vec<Edit> = edges
            .iter()
            .map(|edge| Edit::SetKind(edge.key(), kind))
            .collect();
        self.perform(&name, &edits);
    }

    fn tidy(&mut self) {
        let network = self.editor.network();
        let edits: Vec<Edit> = layout::arrange(network)
            .into_iter()
            .map(|(key, at)| Edit::MoveNode(key, at))
            .collect();
        self.perform("tidy layout", &edits);
        self.view.camera = None;
    }
}

/// The name of the only one, or how many there are.
fn counted<'a>(mut titles: impl ExactSizeIterator<Item = &'a str>, many: &str) -> Option<String> {
    match titles.len() {
        0 => None,
        1 => titles.next().map(str::to_owned),
        count => Some(format!("{count} {many}")),
    }
}

/// "a", "a and b", "a, b and c".
fn listed(parts: &[Option<String>]) -> String {
    let parts: Vec<&str> = parts.iter().flatten().map(String::as_str).collect();
    match parts.as_slice() {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [rest @ .., last] => format!("{} and {last}", rest.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_read_as_people_write_them() {
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(
            listed(&[some("h2"), some("3 edges"), None]),
            "h2 and 3 edges"
        );
        assert_eq!(listed(&[some("a"), some("b"), some("c")]), "a, b and c");
        assert_eq!(counted(["e1", "e2"].into_iter(), "edges"), some("2 edges"));
        assert_eq!(counted(["e1"].into_iter(), "edges"), some("e1"));
    }
}
