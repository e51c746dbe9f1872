//! Tanks under the hand: selecting, moving, kicking, setting, and drawing edges from their rims.

use eframe::egui::{
    CursorIcon, Id, Memory, PointerButton, Pos2, Rect, Response, Role as WidgetRole, Sense,
    WidgetInfo, accesskit, vec2,
};

use super::hand::{CLICK, Drag, RIM_REACH, Target, Zone, snapped, zone};
use super::plain::{self, PlainTanks};
use super::tank::{self, TankLook};
use super::{Canvas, detail, hover};
use crate::document::notes::with_notes;
use crate::document::{Edit, Element};
use crate::gui::command::Command;
use crate::network::{Node, NodeKey, Role};

/// As many tanks in view have an accessible node, besides those under the pointer and with the focus: more would not be
/// found by ear, and each costs a microsecond or two.
const MOST_ACCESSIBLE: usize = 300;

/// As many selected tanks have one in any crowd.
const MOST_SELECTED: usize = 20;

/// How near the pointer must be for a tank of a crowd to be a widget, in screen points: it becomes one a frame before it
/// is met.
const NEAR_POINTER: f32 = 80.0;

/// The tanks that are widgets in a frame.
struct Reach {
    /// By position, ascending.
    named: Vec<usize>,
    /// With the focus, in the hand, aimed at, selected.
    keys: Vec<NodeKey>,
    pointer: Option<Pos2>,
}

impl Reach {
    fn holds(&self, n: usize, key: NodeKey, rect: Rect) -> bool {
        self.named.binary_search(&n).is_ok()
            || self.keys.contains(&key)
            || self
                .pointer
                .is_some_and(|at| rect.expand(NEAR_POINTER).contains(at))
    }
}

impl Canvas<'_, '_> {
    /// Draws the tanks in view and handles what is done to them; returns their outlines, marks included.
    pub(super) fn tanks(&mut self, response: &Response) -> Vec<(usize, Rect)> {
        let mut drawn = Vec::new();
        let aimed = self.aimed();
        let zoom = self.camera.zoom();
        let in_view: Vec<(usize, Rect)> = self
            .shown
            .scene
            .tanks
            .iter()
            .enumerate()
            .map(|(n, tank)| (n, self.screen(tank.rect)))
            .filter(|(_, rect)| self.area.intersects(rect.expand(24.0)))
            .collect();
        let is_plain = detail::are_tanks_plain(in_view.len(), super::tank_height(zoom));
        let mut plain = PlainTanks::new(self.painter);
        // Rings and cues lie over the boxes, which are known only after the last tank.
        let layer = plain::reserve(self.painter);
        let reach = self.within_reach(response, &in_view);
        for (n, rect) in in_view {
            let tank = &self.shown.scene.tanks[n];
            let node = self.network().nodes().get(n);
            let Some(node) = node.filter(|node| node.key() == tank.key) else {
                continue;
            };
            let state = self
                .shown
                .simulation
                .state_of(tank.key)
                .unwrap_or(node.value);
            let hit = reach.holds(n, tank.key, rect).then(|| {
                let id = tank_id(response, tank.key);
                let hit = self
                    .ui
                    .interact(rect.expand(RIM_REACH), id, Sense::click_and_drag());
                self.name_tank(&hit, node, state);
                self.handle_tank(&hit, tank.rect.center(), rect, node, state);
                hit
            });
            let look = TankLook {
                node,
                rect,
                zoom,
                state,
                steady: self.shown.derived.steady_state_of(tank.key),
                scale: self.shown.scale,
                is_selected: self.selection.nodes.contains(&tank.key),
                is_hovered: hit
                    .as_ref()
                    .is_some_and(|hit| hit.hovered() || hit.dragged()),
            };
            if is_plain {
                plain.add(self.palette, &look);
            } else {
                tank::paint(self.painter, self.palette, &look);
            }
            if let Some(hit) = hit {
                if hit.has_focus() {
                    self.focused = Some(Element::Node(tank.key));
                }
                self.rings(&hit, rect, state, aimed == Some(tank.key));
            }
            let mut outline = rect;
            outline.min.y -= tank::mark_height(node.role, zoom);
            outline.max.y += tank::spout_height(node, zoom);
            drawn.push((n, outline));
        }
        self.painter.set(layer, plain.shape());
        drawn
    }

    /// The tanks that pointer, keyboard and screen readers can meet in this frame.
    fn within_reach(&self, response: &Response, in_view: &[(usize, Rect)]) -> Reach {
        let tanks = &self.shown.scene.tanks;
        let focused = self.ui.memory(Memory::focused);
        let focused = focused.and_then(|id| {
            let mut all = in_view.iter().map(|&(n, _)| tanks[n].key);
            all.find(|key| tank_id(response, *key) == id)
        });
        let held = match &self.hand.drag {
            Some(Drag::Edge(key) | Drag::Set(key) | Drag::Kick(key, _)) => Some(*key),
            Some(Drag::Move { nodes, .. }) => nodes.first().map(|(key, _)| *key),
            _ => None,
        };
        let mut named: Vec<usize> = in_view.iter().map(|&(n, _)| n).collect();
        if named.len() > MOST_ACCESSIBLE {
            // Those that are read first; inputs come last, of which there may be hundreds.
            let nodes = self.network().nodes();
            named.sort_by_key(|&n| match nodes.get(n).map(|node| node.role) {
                Some(Role::Output) => 0,
                Some(Role::Hidden) => 1,
                _ => 2,
            });
            named.truncate(MOST_ACCESSIBLE);
            named.sort_unstable();
        }
        let selected = self.selection.nodes.iter().take(MOST_SELECTED).copied();
        let others = [focused, held, self.aimed()].into_iter().flatten();
        Reach {
            named,
            keys: others.chain(selected).collect(),
            pointer: self.ui.ctx().pointer_latest_pos(),
        }
    }

    /// What shows that a tank has the focus, is aimed at, or lies under the pointer.
    fn rings(&self, hit: &Response, rect: Rect, state: f64, is_aimed: bool) {
        if hit.has_focus() {
            self.focus_ring(rect);
            self.hold_arrows(hit.id);
        }
        if is_aimed {
            self.aim_ring(rect);
        } else if hit.hovered() && self.hand.drag.is_none() && self.hand.armed.is_none() {
            let pointer = self.ui.ctx().pointer_hover_pos();
            let level = tank::level_y(rect, self.camera.zoom(), self.shown.scale, state);
            self.rim_cue(rect, level, pointer);
        }
    }

    fn name_tank(&self, hit: &Response, node: &Node, state: f64) {
        let is_selected = self.selection.nodes.contains(&node.key());
        hit.widget_info(|| {
            let name = format!("reservoir {}", node.title());
            WidgetInfo::selected(WidgetRole::Button, true, is_selected, name)
        });
        let scales = self.shown.scales;
        let steady = self.shown.derived.steady_state_of(node.key());
        self.ui.ctx().accesskit_node_builder(hit.id, |builder| {
            let mut value = format!("{}, {}", node.role.name(), scales.state_with_unit(state));
            if node.role.is_clamped() {
                value.push_str(", held");
            } else if let Some((steady, false)) = steady {
                value = format!("{value}, steady state {}", scales.state_with_unit(steady));
            }
            builder.set_value(value);
            builder.add_action(accesskit::Action::Click);
        });
    }

    fn handle_tank(&mut self, hit: &Response, center: Pos2, rect: Rect, node: &Node, state: f64) {
        let key = node.key();
        let level = tank::level_y(rect, self.camera.zoom(), self.shown.scale, state);
        if hit.clicked() {
            self.click_tank(key);
        }
        if hit.secondary_clicked() {
            self.open_menu(Target::Element(Element::Node(key)));
        }
        if hit.drag_started_by(PointerButton::Primary)
            && let Some(press) = self.ui.input(|i| i.pointer.press_origin())
        {
            self.take_hold(press, rect, center, node, state);
        }
        if hit.dragged() {
            self.go_on(hit, rect, node);
        } else if hit.drag_stopped() {
            self.finish(hit, key);
        }
        self.point_at_tank(hit, rect, level, node);
    }

    /// Begins a drag, by what of the tank was pressed.
    fn take_hold(&mut self, press: Pos2, rect: Rect, center: Pos2, node: &Node, state: f64) {
        let key = node.key();
        let level = tank::level_y(rect, self.camera.zoom(), self.shown.scale, state);
        self.hand.is_far = false;
        let zone = zone(rect, level, press);
        self.hand.drag = Some(match (zone, node.role.is_clamped()) {
            (Zone::Rim, _) => Drag::Edge(key),
            (Zone::Level, true) => Drag::Set(key),
            (Zone::Level, false) => Drag::Kick(key, state),
            (Zone::Body, _) => self.carry(Element::Node(key), center),
        });
    }

    /// A hand so fast that it pressed a tank and was off it within one frame has taken hold of the canvas behind:
    /// what it does there is meant for the tank.
    pub(super) fn catch_up(&mut self, response: &Response) {
        let (network, tanks) = (self.network(), &self.shown.scene.tanks);
        let at = |key: NodeKey| {
            let n = network.node_index(key)?;
            Some((tanks.get(n)?.rect, network.node(key)?))
        };
        if response.drag_started_by(PointerButton::Primary)
            && self.hand.drag.is_none()
            && let Some(press) = self.ui.input(|i| i.pointer.press_origin())
            && let Some((rect, node)) = self.tank_at(press).and_then(at)
        {
            let state = self.shown.simulation.state_of(node.key());
            let state = state.unwrap_or(node.value);
            self.take_hold(press, self.screen(rect), rect.center(), node, state);
        }
        let key = match &self.hand.drag {
            Some(Drag::Edge(key) | Drag::Set(key) | Drag::Kick(key, _)) => *key,
            Some(Drag::Move { nodes, .. }) if !nodes.is_empty() => nodes[0].0,
            _ => return,
        };
        if response.dragged()
            && let Some((rect, node)) = at(key)
        {
            self.go_on(response, self.screen(rect), node);
        } else if response.drag_stopped() {
            self.finish(response, key);
        }
    }

    /// A click on a tank selects it, or ends the edge that waits for a click.
    pub(super) fn click_tank(&mut self, key: NodeKey) {
        if let Some(from) = self.hand.armed.take() {
            self.connect(from, Some(key));
            self.has_joined = true;
        } else {
            self.click(Element::Node(key));
        }
    }

    /// What is carried along when the hand takes hold of a thing at `grabbed`: the selection if it belongs to it.
    fn carry(&self, element: Element, grabbed: Pos2) -> Drag {
        let Element::Node(key) = element else {
            return Drag::Box(grabbed);
        };
        if self.selection.nodes.contains(&key) {
            return self.carry_selection(grabbed);
        }
        let title = self.network().node(key).map_or("?", Node::title);
        Drag::Move {
            grabbed,
            nodes: vec![(key, grabbed)],
            notes: Vec::new(),
            name: format!("move {title}"),
        }
    }

    /// All that is selected, to be carried along.
    pub(super) fn carry_selection(&self, grabbed: Pos2) -> Drag {
        let tanks = self.shown.scene.tanks.iter();
        let nodes: Vec<(NodeKey, Pos2)> = tanks
            .filter(|tank| self.selection.nodes.contains(&tank.key))
            .map(|tank| (tank.key, tank.rect.center()))
            .collect();
        let notes: Vec<(u64, Pos2)> = self
            .notes
            .iter()
            .filter(|note| self.selection.notes.contains(&note.id))
            .map(|note| (note.id, super::notes::place(note)))
            .collect();
        let name = match (nodes.as_slice(), notes.len()) {
            ([(key, _)], 0) => {
                let title = self.network().node(*key).map_or("?", Node::title);
                format!("move {title}")
            }
            ([], 1) => "move note".to_owned(),
            (nodes, count) => format!("move {} things", nodes.len() + count),
        };
        Drag::Move {
            grabbed,
            nodes,
            notes,
            name,
        }
    }

    fn go_on(&mut self, hit: &Response, rect: Rect, node: &Node) {
        let way = hit.total_drag_delta().unwrap_or_default();
        self.hand.is_far |= way.length() >= CLICK;
        if !self.hand.is_far {
            return;
        }
        match self.hand.drag.clone() {
            Some(Drag::Kick(..) | Drag::Set(_)) => {
                if let Some(pointer) = hit.interact_pointer_pos() {
                    self.drag_level(pointer, rect, node);
                }
            }
            Some(drag @ Drag::Move { .. }) => self.carry_on(&drag, way),
            _ => {}
        }
    }

    /// Moves what is carried so far that the pointer's way on screen is its way on the canvas.
    pub(super) fn carry_on(&mut self, drag: &Drag, way: eframe::egui::Vec2) {
        let Drag::Move {
            grabbed,
            nodes,
            notes,
            ..
        } = drag
        else {
            return;
        };
        let mut at = *grabbed + way / self.camera.zoom();
        if self.is_snapping {
            at = snapped(at);
        }
        let way = at - *grabbed;
        let mut edits: Vec<Edit> = nodes
            .iter()
            .map(|&(key, start)| Edit::MoveNode(key, place(start + way)))
            .collect();
        if !notes.is_empty() {
            let mut moved = self.notes.to_vec();
            for note in &mut moved {
                if let Some((_, start)) = notes.iter().find(|(id, _)| *id == note.id) {
                    note.at = place(*start + way);
                }
            }
            edits.push(Edit::SetApp(with_notes(self.shown.app, &moved)));
        }
        self.commands.push(Command::LiveAll(edits));
    }

    fn finish(&mut self, hit: &Response, key: NodeKey) {
        let Some(drag) = self.hand.drag.take() else {
            return;
        };
        if !std::mem::take(&mut self.hand.is_far) {
            if hit.contains_pointer() {
                self.click_tank(key);
            }
            return;
        }
        match drag {
            Drag::Move { name, .. } => self.commands.push(Command::End(name)),
            Drag::Set(key) => {
                let title = self.network().node(key).map_or("?", Node::title);
                self.commands
                    .push(Command::End(format!("value of {title}")));
            }
            Drag::Edge(from) => {
                let pointer = self.ui.input(|i| i.pointer.interact_pos());
                if let Some(pointer) = pointer.filter(|at| self.is_open(*at)) {
                    self.connect(from, self.tank_at(pointer));
                }
            }
            Drag::Kick(..) | Drag::Box(_) => {}
        }
    }

    /// Cursor and callout, by what of the tank is under the pointer.
    fn point_at_tank(&mut self, hit: &Response, rect: Rect, level: f32, node: &Node) {
        if hit.dragged() {
            self.ui.set_cursor_icon(match &self.hand.drag {
                Some(Drag::Kick(..) | Drag::Set(_)) => CursorIcon::ResizeVertical,
                Some(Drag::Edge(_)) => CursorIcon::Crosshair,
                _ => CursorIcon::Grabbing,
            });
            return;
        }
        let Some(pointer) = hit.hover_pos() else {
            return;
        };
        let zone = if self.hand.armed.is_some() {
            Zone::Rim
        } else {
            zone(rect, level, pointer)
        };
        self.ui.set_cursor_icon(match zone {
            Zone::Rim => CursorIcon::Crosshair,
            Zone::Level => CursorIcon::ResizeVertical,
            Zone::Body => CursorIcon::Grab,
        });
        if self.hand.menu.is_none() {
            self.callout = hover::tank(self.shown, node, zone);
        }
    }

    /// The level of a free reservoir is kicked, that of a clamp is set.
    fn drag_level(&mut self, pointer: Pos2, rect: Rect, node: &Node) {
        let inside = tank::inside(rect, self.camera.zoom());
        let unit = (inside.bottom() - pointer.y) / inside.height().max(1.0);
        let mut state = self.shown.scale.state(unit);
        if !self.network().platform().state_range().contains(state) {
            // The bottom of a chemical tank is no concentration; a thousandth of the scale is.
            state = 1e-3 * self.shown.scale.hi;
        }
        let rounded = round_to(state, self.shown.scale.state_per_point(inside.height()));
        if !node.role.is_clamped() {
            self.commands.push(Command::Kick(node.key(), state));
        } else if self.network().platform().state_range().contains(rounded) {
            let edit = Edit::SetValue(node.key(), rounded);
            self.commands.push(Command::Live(edit));
        }
    }

    /// The tank under a point of the screen, its rim included.
    pub(super) fn tank_at(&self, pointer: Pos2) -> Option<NodeKey> {
        let tanks = self.shown.scene.tanks.iter();
        tanks
            .map(|tank| (tank.key, self.screen(tank.rect)))
            .filter(|(_, rect)| rect.expand(RIM_REACH).contains(pointer))
            .min_by(|a, b| {
                let distance = |rect: &Rect| rect.center().distance(pointer);
                distance(&a.1).total_cmp(&distance(&b.1))
            })
            .map(|(key, _)| key)
    }

    /// Four handles on the rim of a tank under the pointer, and one more where an edge would begin.
    fn rim_cue(&self, rect: Rect, level: f32, pointer: Option<Pos2>) {
        use eframe::egui::{CornerRadius, Stroke, StrokeKind};
        let accent = self.palette.accent;
        if rect.height() < 24.0 {
            return;
        }
        let is_rim = pointer.is_some_and(|at| zone(rect, level, at) == Zone::Rim);
        if is_rim {
            self.painter.rect_stroke(
                rect,
                CornerRadius::same((6.0 * self.camera.zoom()).clamp(1.0, 12.0) as u8),
                Stroke::new(3.0, accent),
                StrokeKind::Middle,
            );
        }
        for at in [
            rect.left_center(),
            rect.right_center(),
            rect.center_top(),
            rect.center_bottom(),
        ] {
            self.painter
                .circle(at, 3.5, self.palette.background, Stroke::new(1.5, accent));
        }
        if let (true, Some(pointer)) = (is_rim, pointer) {
            let at = super::hand::on_rim(rect, pointer);
            self.painter
                .circle(at, 7.0, accent, Stroke::new(1.5, self.palette.background));
            let plus = Stroke::new(1.6, self.palette.on_accent);
            for half in [vec2(3.5, 0.0), vec2(0.0, 3.5)] {
                self.painter.line_segment([at - half, at + half], plus);
            }
        }
    }
}

/// The widget of a tank.
pub(super) fn tank_id(response: &Response, key: NodeKey) -> Id {
    response.id.with(("reservoir", key))
}

/// A canvas point as a document has it.
pub(super) fn place(at: Pos2) -> [f64; 2] {
    // A hundredth of a point is finer than any hand, and keeps files short.
    [at.x, at.y].map(|x| (f64::from(x) * 100.0).round() / 100.0)
}

/// Rounds to the decimal digit that a screen point resolves.
fn round_to(x: f64, resolution: f64) -> f64 {
    if resolution.is_nan() || resolution <= 0.0 {
        return x;
    }
    let step = 10_f64.powf(resolution.log10().floor());
    (x / step).round() * step
}
