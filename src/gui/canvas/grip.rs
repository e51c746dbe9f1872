//! Tanks under the hand: selecting, moving, kicking, setting.

use eframe::egui::{
    CursorIcon, Id, Key, Pos2, Rect, Response, Role as WidgetRole, Sense, Vec2, WidgetInfo,
    accesskit, vec2,
};

use super::tank::{self, TankLook};
use super::{Canvas, hover, state_text};
use crate::document::{Edit, Element};
use crate::gui::command::Command;
use crate::network::Node;

/// How near to a level the pointer must be to take hold of it, in screen points.
const LEVEL_REACH: f32 = 6.0;

/// A drag under way on a tank.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Drag {
    /// The tank itself; where it stood, on the canvas.
    Body(Pos2),
    /// The level of its fill.
    Level,
}

impl Canvas<'_, '_> {
    /// Draws the tanks in view and handles what is done to them; returns their outlines, marks included.
    pub(super) fn tanks(&mut self, response: &Response) -> Vec<(usize, Rect)> {
        let mut drawn = Vec::new();
        for (n, tank) in self.shown.scene.tanks.iter().enumerate() {
            let rect = self.screen(tank.rect);
            if !self.area.intersects(rect.expand(24.0)) {
                continue;
            }
            let Some(node) = self.network().node(tank.key) else {
                continue;
            };
            let state = self
                .shown
                .simulation
                .state_of(tank.key)
                .unwrap_or(node.value);
            let id = response.id.with(("reservoir", tank.key));
            let touch = rect.expand2(vec2(2.0, 4.0));
            let hit = self.ui.interact(touch, id, Sense::click_and_drag());
            self.name_tank(&hit, node, state);
            self.handle_tank(&hit, tank.rect.center(), rect, node, state);
            let zoom = self.camera.zoom();
            tank::paint(
                self.painter,
                self.palette,
                &TankLook {
                    node,
                    rect,
                    zoom,
                    state,
                    steady: self.shown.derived.steady_state_of(tank.key),
                    scale: self.shown.scale,
                    is_selected: self.selection.nodes.contains(&tank.key),
                    is_hovered: hit.hovered() || hit.dragged(),
                },
            );
            if hit.has_focus() {
                self.focus_ring(rect);
            }
            let mut outline = rect;
            outline.min.y -= tank::mark_height(node.role, zoom);
            outline.max.y += tank::spout_height(node, zoom);
            drawn.push((n, outline));
        }
        drawn
    }

    fn name_tank(&self, hit: &Response, node: &Node, state: f64) {
        let is_selected = self.selection.nodes.contains(&node.key());
        let name = format!("reservoir {}", node.title());
        hit.widget_info(|| WidgetInfo::selected(WidgetRole::Button, true, is_selected, &name));
        let value = format!(
            "{}, {} {}",
            node.role.name(),
            state_text(self.network().platform(), state),
            self.network().platform().state_unit()
        );
        self.ui.ctx().accesskit_node_builder(hit.id, |builder| {
            builder.set_value(value);
            builder.add_action(accesskit::Action::Click);
        });
    }

    fn handle_tank(&mut self, hit: &Response, center: Pos2, rect: Rect, node: &Node, state: f64) {
        let zoom = self.camera.zoom();
        let key = node.key();
        let memory = hit.id.with("drag");
        let level = tank::level_y(rect, zoom, self.shown.scale, state);
        let on_level = |pointer: Pos2| (pointer.y - level).abs() <= LEVEL_REACH;
        if hit.clicked() {
            self.commands
                .push(Command::Select(Some(Element::Node(key))));
        }
        if hit.drag_started() {
            let press = self.ui.input(|i| i.pointer.press_origin());
            let drag = if press.is_some_and(on_level) {
                Drag::Level
            } else {
                Drag::Body(center)
            };
            self.remember(memory, Some(drag));
        }
        // The press of Esc may have been taken by its shortcut; that it is down cannot.
        if self.recall(memory).is_some() && self.ui.input(|i| i.key_down(Key::Escape)) {
            self.remember(memory, None);
            self.commands.push(Command::Abandon);
            self.ui.ctx().stop_dragging();
        }
        let drag = self.recall(memory);
        if let Some(drag) = drag
            && (hit.dragged() || hit.drag_stopped())
        {
            let is_done = hit.drag_stopped();
            match drag {
                Drag::Body(start) => {
                    // Moved so far that the pointer's way on screen is the tank's way on the canvas.
                    let way = hit.total_drag_delta().unwrap_or_default() / zoom;
                    let at = if is_done && way == Vec2::ZERO {
                        center
                    } else {
                        start + way
                    };
                    let edit = Edit::MoveNode(key, [f64::from(at.x), f64::from(at.y)]);
                    self.commands.push(phase(edit, is_done));
                }
                Drag::Level => {
                    if let Some(pointer) = hit.interact_pointer_pos() {
                        self.drag_level(pointer, rect, node, is_done);
                    }
                }
            }
            if is_done {
                self.remember(memory, None);
            }
        }
        let is_level = match (hit.dragged(), hit.hover_pos()) {
            (true, _) => drag == Some(Drag::Level),
            (false, Some(pointer)) => on_level(pointer),
            (false, None) => return,
        };
        self.ui.set_cursor_icon(match (is_level, hit.dragged()) {
            (true, _) => CursorIcon::ResizeVertical,
            (false, true) => CursorIcon::Grabbing,
            (false, false) => CursorIcon::Grab,
        });
        if !hit.dragged() {
            self.callout = hover::tank(self.shown, node, is_level);
        }
    }

    /// The level of a free reservoir is kicked, that of a clamp is set.
    fn drag_level(&mut self, pointer: Pos2, rect: Rect, node: &Node, is_done: bool) {
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
            self.commands.push(phase(edit, is_done));
        }
    }

    fn remember(&self, id: Id, drag: Option<Drag>) {
        self.ui.data_mut(|data| match drag {
            Some(drag) => {
                data.insert_temp(id, drag);
            }
            None => data.remove::<Drag>(id),
        });
    }

    fn recall(&self, id: Id) -> Option<Drag> {
        self.ui.data(|data| data.get_temp(id))
    }
}

fn phase(edit: Edit, is_done: bool) -> Command {
    if is_done {
        Command::Done(edit)
    } else {
        Command::Live(edit)
    }
}

/// Rounds to the decimal digit that a screen point resolves.
fn round_to(x: f64, resolution: f64) -> f64 {
    if resolution.is_nan() || resolution <= 0.0 {
        return x;
    }
    let step = 10_f64.powf(resolution.log10().floor());
    (x / step).round() * step
}
