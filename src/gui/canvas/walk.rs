//! The canvas by keyboard: Tab goes over reservoirs and edges, arrows walk along edges, Enter goes to the inspector.

use eframe::egui::{EventFilter, FocusDirection, Id, Key, Modifiers, Response, Vec2, vec2};

use super::Canvas;
use super::grip::tank_id;
use crate::document::{Edit, Element};
use crate::gui::command::Command;
use crate::gui::view::only;
use crate::gui::widgets;
use crate::network::NodeKey;

/// The keys, and where they lead.
const ARROWS: [(Key, Vec2); 4] = [
    (Key::ArrowRight, vec2(1.0, 0.0)),
    (Key::ArrowLeft, vec2(-1.0, 0.0)),
    (Key::ArrowDown, vec2(0.0, 1.0)),
    (Key::ArrowUp, vec2(0.0, -1.0)),
];

/// A way counts as leading where an arrow points up to this angle from it (its cosine): 72 degrees, so that from every
/// reservoir each of its edges can be taken by one of the arrows.
const LEADS: f32 = 0.3;

/// The part of a tank's height by which a press of Shift with an arrow moves its level.
const NUDGE: f64 = 0.05;

impl Canvas<'_, '_> {
    /// Keeps the arrow keys for a tank or an edge that has the focus: else they would go to the next widget.
    pub(super) fn hold_arrows(&self, id: Id) {
        // Space is for time here, as without a focus; Enter presses.
        widgets::leave_space_alone(self.ui.ctx(), id);
        let filter = EventFilter {
            horizontal_arrows: true,
            vertical_arrows: true,
            ..EventFilter::default()
        };
        self.ui
            .memory_mut(|memory| memory.set_focus_lock_filter(id, filter));
    }

    /// An arrow goes to the reservoir that an edge leads to from the one with the focus, or from what is selected.
    pub(super) fn walk(&mut self, response: &Response) {
        let is_elsewhere = self.ui.memory(|memory| memory.focused().is_some());
        let start = match self.focused {
            None if is_elsewhere => None,
            None => only(self.selection),
            focused => focused,
        };
        let starts: Vec<NodeKey> = match start {
            Some(Element::Node(key)) => vec![key],
            Some(Element::Edge(key)) => match self.network().edge(key) {
                Some(edge) => vec![edge.from, edge.to],
                None => Vec::new(),
            },
            None => Vec::new(),
        };
        if starts.is_empty() {
            return;
        }
        if self
            .ui
            .input_mut(|i| i.consume_key(Modifiers::NONE, Key::Enter))
        {
            // The press that ended an edge is done with that.
            self.hand.wants_inspector = !self.has_joined;
            self.ui.ctx().request_repaint();
        }
        if let ([key], true) = (starts.as_slice(), self.focused.is_some()) {
            self.nudge(*key);
        }
        for (key, way) in ARROWS {
            let is_pressed = self.ui.input_mut(|i| i.consume_key(Modifiers::NONE, key));
            if !is_pressed {
                continue;
            }
            let next = match starts.as_slice() {
                [start] => self.next(*start, way),
                // From an edge to the end that lies that way.
                ends => ends.iter().copied().max_by(|a, b| {
                    let along = |key: NodeKey| self.middle(key).map_or(0.0, |at| at.dot(way));
                    along(*a).total_cmp(&along(*b))
                }),
            };
            let Some(next) = next else {
                continue;
            };
            self.commands
                .push(Command::Select(Some(Element::Node(next))));
            self.ui.memory_mut(|memory| {
                memory.request_focus(tank_id(response, next));
                // The same press would take the focus on to the widget that lies this way.
                memory.move_focus(FocusDirection::None);
            });
            self.reveal = self
                .network()
                .node_index(next)
                .and_then(|n| self.shown.scene.tanks.get(n))
                .map(|tank| self.screen(tank.rect));
        }
    }

    /// Shift with an arrow up or down does what dragging a level does: it kicks a free reservoir, and sets a clamp.
    fn nudge(&mut self, key: NodeKey) {
        let presses = |key| {
            let count = self
                .ui
                .input_mut(|i| i.count_and_consume_key(Modifiers::SHIFT, key));
            count as f64
        };
        let steps = presses(Key::ArrowUp) - presses(Key::ArrowDown);
        let Some(node) = self.network().node(key).filter(|_| steps != 0.0) else {
            return;
        };
        let scale = self.shown.scale;
        let state = self.shown.simulation.state_of(key).unwrap_or(node.value);
        let state = state + NUDGE * steps * (scale.hi - scale.lo);
        if !self.network().platform().state_range().contains(state) {
            return;
        }
        self.commands.push(if node.role.is_clamped() {
            Command::Done(Edit::SetValue(key, state))
        } else {
            Command::Kick(key, state)
        });
    }

    fn middle(&self, key: NodeKey) -> Option<Vec2> {
        let n = self.network().node_index(key)?;
        let tank = self.shown.scene.tanks.get(n)?;
        Some(tank.rect.center().to_vec2())
    }

    /// The neighbour along an edge that lies best in a direction.
    fn next(&self, start: NodeKey, way: Vec2) -> Option<NodeKey> {
        let from = self.middle(start)?;
        let mut best: Option<(f32, NodeKey)> = None;
        for edge in self.network().edges() {
            let other = match (edge.from == start, edge.to == start) {
                (true, _) => edge.to,
                (_, true) => edge.from,
                _ => continue,
            };
            let Some(to) = self.middle(other) else {
                continue;
            };
            let straightness = (to - from).normalized().dot(way);
            if straightness > LEADS && best.is_none_or(|(so_far, _)| straightness > so_far) {
                best = Some((straightness, other));
            }
        }
        best.map(|(_, key)| key)
    }
}
