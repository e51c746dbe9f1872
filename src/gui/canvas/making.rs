//! Putting things on the canvas: reservoirs by double click, edges from rim to rim, boxes that select.

use eframe::egui::{
    CornerRadius, CursorIcon, PointerButton, Pos2, Rect, Response, Shape, Stroke, StrokeKind,
};

use super::grip::place;
use super::hand::{CLICK, Drag, on_rim, snapped};
use super::{Canvas, glyph};
use crate::device::Device;
use crate::document::insertion::{End, Insertion, NewEdge};
use crate::document::{Element, Selection};
use crate::gui::command::Command;
use crate::gui::widgets;
use crate::network::{Network, Node, NodeKey, Role};

impl Canvas<'_, '_> {
    /// Esc gives up what is under way here; a drag whose button is no longer held is over, too.
    pub(super) fn give_up(&mut self) {
        let is_escape = widgets::is_given_up(self.ui);
        let is_held = self
            .ui
            .input(|i| i.pointer.any_down() || i.pointer.any_released());
        if self.hand.armed.is_some() && is_escape {
            self.hand.cancel();
        }
        let Some(drag) = &self.hand.drag else {
            return;
        };
        if !is_escape && is_held {
            return;
        }
        match drag {
            Drag::Kick(key, before) => self.commands.push(Command::Kick(*key, *before)),
            Drag::Move { .. } | Drag::Set(_) => self.commands.push(Command::Abandon),
            Drag::Edge(_) | Drag::Box(_) => {}
        }
        if is_escape {
            self.hand.cancel();
        } else {
            self.hand.drag = None;
        }
        self.ui.ctx().stop_dragging();
    }

    /// A click selects; with Shift, it adds to the selection or takes away from it.
    pub(super) fn click(&mut self, element: Element) {
        if self.ui.input(|i| i.modifiers.shift) {
            let mut selection = self.selection.clone();
            match element {
                Element::Node(key) if !selection.nodes.insert(key) => {
                    selection.nodes.remove(&key);
                }
                Element::Edge(key) if !selection.edges.insert(key) => {
                    selection.edges.remove(&key);
                }
                _ => {}
            }
            self.commands.push(Command::SelectSet(selection));
        } else {
            self.commands.push(Command::Select(Some(element)));
        }
    }

    /// Clicks and drags on the empty canvas; `edge` is what lies under the pointer.
    pub(super) fn canvas_clicked(&mut self, response: &Response, edge: Option<Element>) {
        let Some(pointer) = response.interact_pointer_pos() else {
            return;
        };
        if let Some(key) = self.tank_at(pointer) {
            // It was not a widget yet: the pointer came from afar into a crowd.
            self.click_tank(key);
            return;
        }
        let at = self.camera.canvas_from_screen(self.area, pointer);
        if let Some(from) = self.hand.armed.take() {
            if self.is_open(pointer) {
                self.connect(from, None);
            }
        } else if let Some(element) = edge {
            self.click(element);
        } else if response.double_clicked() {
            let node = new_node(self.network(), Role::Hidden, self.snap(at));
            let name = format!("add {}", node.id);
            let insertion = Insertion {
                nodes: vec![node],
                ..Insertion::default()
            };
            self.commands
                .push(Command::Insert(name, Box::new(insertion)));
        } else if !self.ui.input(|i| i.modifiers.shift) {
            self.commands.push(Command::Select(None));
        }
    }

    pub(super) fn snap(&self, at: Pos2) -> Pos2 {
        if self.is_snapping { snapped(at) } else { at }
    }

    /// Whether a point of the screen is canvas that no panel or tool covers.
    pub(super) fn is_open(&self, pointer: Pos2) -> bool {
        self.area.contains(pointer)
            && !self.tools.contains(pointer)
            && self.ui.ctx().layer_id_at(pointer) == Some(self.ui.layer_id())
    }

    /// Adds an edge of the chosen law, to a new reservoir under the pointer if there is none.
    pub(super) fn connect(&mut self, from: NodeKey, to: Option<NodeKey>) {
        if to == Some(from) {
            return;
        }
        let network = self.network();
        let device = Device::new(self.hand.next_kind(network.platform()));
        let id = network.fresh_edge_id();
        let mut insertion = Insertion::default();
        let (end, name) = if let Some(key) = to {
            let title = |key| network.node(key).map_or("?", Node::title);
            let name = format!("add {id}: {} → {}", title(from), title(key));
            (End::Present(key), name)
        } else {
            let Some(pointer) = self.ui.input(|i| i.pointer.interact_pos()) else {
                return;
            };
            let at = self.camera.canvas_from_screen(self.area, pointer);
            let node = new_node(network, Role::Hidden, self.snap(at));
            let name = format!("add {} and {id}", node.id);
            insertion.nodes.push(node);
            (End::New(0), name)
        };
        insertion.edges.push(NewEdge {
            id,
            label: None,
            from: End::Present(from),
            to: end,
            device,
        });
        self.commands
            .push(Command::Insert(name, Box::new(insertion)));
    }

    /// The reservoir an edge under way starts from.
    fn source(&self) -> Option<NodeKey> {
        match self.hand.drag {
            Some(Drag::Edge(from)) if self.hand.is_far => Some(from),
            _ => self.hand.armed,
        }
    }

    /// The reservoir an edge under way would end at.
    pub(super) fn aimed(&self) -> Option<NodeKey> {
        let from = self.source()?;
        let pointer = self.ui.ctx().pointer_latest_pos()?;
        self.tank_at(pointer).filter(|key| *key != from)
    }

    /// The ring round the reservoir an edge would end at.
    pub(super) fn aim_ring(&self, rect: Rect) {
        for (grow, width, share) in [(3.0, 3.0, 1.0), (8.0, 7.0, 0.25)] {
            self.painter.rect_stroke(
                rect.expand(grow),
                CornerRadius::same(9),
                Stroke::new(width, self.palette.accent.gamma_multiply(share)),
                StrokeKind::Middle,
            );
        }
    }

    /// The edge under way, from the rim to the pointer or the reservoir aimed at.
    pub(super) fn rubber_band(&self) {
        let (Some(from), Some(pointer)) = (self.source(), self.ui.ctx().pointer_latest_pos())
        else {
            return;
        };
        let rect_of = |key: NodeKey| {
            let tanks = &self.shown.scene.tanks;
            let n = self.network().node_index(key)?;
            tanks.get(n).map(|tank| self.screen(tank.rect))
        };
        let Some(source) = rect_of(from) else {
            return;
        };
        let target = self.aimed().and_then(rect_of);
        // Without a target, what a release here will make.
        let made = Rect::from_center_size(pointer, self.camera.zoom() * super::scene::NEW_TANK);
        let aim = target.unwrap_or(made);
        let start = on_rim(source, aim.center());
        let end = on_rim(aim, source.center());
        if source.intersects(aim) || source.contains(pointer) {
            return;
        }
        let accent = self.palette.accent;
        let stroke = Stroke::new(3.0, accent);
        if target.is_some() {
            self.painter.line_segment([start, end], stroke);
        } else {
            self.painter
                .extend(Shape::dashed_line(&[start, end], stroke, 8.0, 5.0));
            self.painter.rect(
                made,
                CornerRadius::same(6),
                self.palette.background.gamma_multiply(0.6),
                Stroke::new(1.5, accent),
                StrokeKind::Middle,
            );
        }
        let kind = self.hand.next_kind(self.network().platform());
        glyph::paint(
            self.painter,
            start.lerp(end, 0.5),
            glyph::SIZE * self.camera.zoom().clamp(0.45, 1.6),
            kind,
            self.palette.panel,
            self.palette.text,
            Stroke::new(1.5, accent),
        );
    }

    /// Shift and a drag on the empty canvas select what a box holds. Returns whether the drag is one of these.
    pub(super) fn box_select(&mut self, response: &Response) {
        if response.drag_started_by(PointerButton::Primary) && self.ui.input(|i| i.modifiers.shift)
        {
            let press = self.ui.input(|i| i.pointer.press_origin());
            if let Some(press) = press {
                let start = self.camera.canvas_from_screen(self.area, press);
                self.hand.drag = Some(Drag::Box(start));
                self.hand.is_far = false;
            }
        }
        let Some(Drag::Box(start)) = self.hand.drag else {
            return;
        };
        let Some(pointer) = self.ui.ctx().pointer_latest_pos() else {
            return;
        };
        let start = self.camera.screen_from_canvas(self.area, start);
        let span = Rect::from_two_pos(start, pointer);
        self.hand.is_far |= start.distance(pointer) >= CLICK;
        if response.drag_stopped() {
            self.hand.drag = None;
            if std::mem::take(&mut self.hand.is_far) {
                self.commands.push(Command::SelectSet(self.within(span)));
            }
            return;
        }
        self.ui.set_cursor_icon(CursorIcon::Crosshair);
        let accent = self.palette.accent;
        self.painter.rect(
            span,
            CornerRadius::same(2),
            accent.gamma_multiply(0.12),
            Stroke::new(1.0, accent),
            StrokeKind::Middle,
        );
    }

    /// What lies within a box of the screen: tanks by their middle, pipes and notes as a whole.
    fn within(&self, span: Rect) -> Selection {
        let mut selection = Selection::default();
        for tank in &self.shown.scene.tanks {
            if span.contains(self.screen(tank.rect).center()) {
                selection.nodes.insert(tank.key);
            }
        }
        for pipe in &self.shown.scene.pipes {
            if span.contains_rect(self.screen(pipe.bounds())) {
                selection.edges.insert(pipe.key);
            }
        }
        for (id, rect) in &self.note_rects {
            if span.contains_rect(*rect) {
                selection.notes.insert(*id);
            }
        }
        selection
    }
}

/// A new reservoir at a place of the canvas.
pub(crate) fn new_node(network: &Network, role: Role, at: Pos2) -> Node {
    let mut node = Node::new(network.fresh_node_id(role), role, network.platform());
    node.at = Some(place(at));
    node
}
