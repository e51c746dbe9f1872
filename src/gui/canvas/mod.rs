//! The canvas: tanks, pipes and flow by our own painter, and what the pointer does to them.

mod camera;
mod flow;
pub(crate) mod glyph;
mod hover;
mod labels;
mod overlay;
mod scene;
mod tank;

use eframe::egui::{
    CornerRadius, CursorIcon, Id, Key, Painter, Pos2, Rect, Response, Role as WidgetRole, Sense,
    Stroke, StrokeKind, Ui, Vec2, WidgetInfo, accesskit, vec2,
};

pub(crate) use camera::Camera;
pub(crate) use flow::{Dots, is_falling};
pub(crate) use labels::callout;
pub(crate) use scene::Scene;
pub(crate) use tank::StateScale;

use super::command::Command;
use super::derived::Derived;
use super::number;
use super::simulation::Simulation;
use super::theme::{self, Palette};
use super::view::ViewState;
use crate::device::Platform;
use crate::document::{Edit, Element, Selection};
use crate::network::{Edge, Network, Node, Role};
use flow::{Detail, FlowPainter, PipeLook};
use labels::{Labels, Place};
use tank::TankLook;

/// How near to a pipe the pointer must be, in screen points.
const REACH: f32 = 9.0;

/// How near to a level the pointer must be to take hold of it, in screen points.
const LEVEL_REACH: f32 = 6.0;

/// What fitting leaves free at the sides, and above and below: labels, marks, the badges' strip.
const FIT_MARGINS: Vec2 = vec2(72.0, 82.0);

/// Beyond this many edges in view only the curves are drawn.
const MOST_DETAILED: usize = 400;

/// Beyond this many edges in view only the strongest are drawn; more would cost frames and show nothing but grey.
const MOST_DRAWN: usize = 6000;

/// As many edges in view have an accessible node: more would not be found by ear, and cost milliseconds.
const MOST_ACCESSIBLE: usize = 300;

/// Below this magnification tanks carry no text.
const SMALLEST_LABELLED: f32 = 0.3;

/// What the canvas shows.
pub(crate) struct Shown<'a> {
    pub(crate) network: &'a Network,
    pub(crate) scene: &'a Scene,
    pub(crate) scale: &'a StateScale,
    pub(crate) simulation: &'a Simulation,
    pub(crate) dots: &'a Dots,
    pub(crate) derived: &'a Derived,
}

/// A drag under way on a tank.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Drag {
    /// The tank itself; where it stood, on the canvas.
    Body(Pos2),
    /// The level of its fill.
    Level,
}

/// Draws the canvas and collects what is asked for.
pub(crate) fn canvas_ui(
    ui: &mut Ui,
    shown: &Shown<'_>,
    view: &mut ViewState,
    commands: &mut Vec<Command>,
) {
    let (response, painter) = ui.allocate_painter(ui.available_size(), Sense::click_and_drag());
    response.widget_info(|| WidgetInfo::labeled(WidgetRole::Canvas, true, "canvas"));
    let palette = Palette::current(ui);
    let area = response.rect;
    painter.rect_filled(area, CornerRadius::ZERO, palette.background);
    if view.camera.is_none() && area.width() > 1.0 && area.height() > 1.0 {
        let mut camera = Camera::default();
        camera.fit(area, shown.scene.bounds, FIT_MARGINS);
        view.camera = Some(camera);
    }
    let mut camera = view.camera.unwrap_or_default();
    steer(ui, &response, &mut camera);
    if view.camera.is_some() {
        view.camera = Some(camera);
    }
    grid(&painter, palette, camera, area);

    let selection = view.selection.clone();
    let mut canvas = Canvas {
        ui,
        painter: &painter,
        palette,
        camera,
        area,
        shown,
        selection: &selection,
        show_values: view.show_values,
        commands,
        callout: None,
    };
    let hovered_pipe = canvas.pick(&response);
    let mut looks = canvas.pipe_looks(hovered_pipe);
    let in_view = looks.len();
    let detail = canvas.detail(in_view);
    let flow = FlowPainter {
        painter: &painter,
        palette,
        camera,
        view: area,
        detail,
    };
    match detail {
        Detail::Full => flow.all(&looks, shown.dots),
        Detail::Lines => flow.bundle(strongest(&mut looks)),
    }
    canvas.edge_nodes(&response, &looks);
    let tanks = canvas.tanks(&response);
    canvas.labels(&looks, &tanks, detail);
    if let Some((title, rows)) = canvas.callout.take()
        && let Some(pointer) = ui.ctx().pointer_hover_pos()
        && area.contains(pointer)
    {
        labels::callout(&painter, palette, area, pointer, &title, &rows);
    }
    let left_out = in_view.saturating_sub(MOST_DRAWN);
    overlay::overlay_ui(ui, area, shown, left_out, commands);
}

/// Pans by dragging the empty canvas, zooms by the wheel at the pointer.
fn steer(ui: &Ui, response: &Response, camera: &mut Camera) {
    if response.dragged() {
        camera.pan(response.drag_delta());
        ui.set_cursor_icon(CursorIcon::Grabbing);
    }
    let Some(pointer) = ui.ctx().pointer_hover_pos() else {
        return;
    };
    // Tanks lie over the canvas, so being hovered is asked of the area, not of the widget.
    if !response.rect.contains(pointer) || ui.ctx().layer_id_at(pointer) != Some(ui.layer_id()) {
        return;
    }
    let (scroll, pinch) = ui.input(|i| (i.smooth_scroll_delta().y, i.zoom_delta()));
    // 50 points of wheel are one notch; three notches double.
    let factor = (scroll * (2_f32.ln() / 150.0)).exp() * pinch;
    if (factor - 1.0).abs() > 1e-6 {
        camera.zoom_at(response.rect, pointer, factor);
    }
}

/// Faint dots every forty canvas points: they show panning and zooming where nothing else is.
fn grid(painter: &Painter, palette: &Palette, camera: Camera, area: Rect) {
    const SPACING: f32 = 40.0;
    if camera.zoom() < 0.5 {
        return;
    }
    let seen = camera.visible(area);
    let color = palette.line.gamma_multiply(0.7);
    let mut x = (seen.left() / SPACING).ceil() * SPACING;
    while x < seen.right() {
        let mut y = (seen.top() / SPACING).ceil() * SPACING;
        while y < seen.bottom() {
            let at = camera.screen_from_canvas(area, Pos2::new(x, y));
            painter.rect_filled(
                Rect::from_center_size(at, Vec2::splat(1.5)),
                CornerRadius::ZERO,
                color,
            );
            y += SPACING;
        }
        x += SPACING;
    }
}

/// One frame of the canvas.
struct Canvas<'a, 'u> {
    ui: &'u Ui,
    painter: &'a Painter,
    palette: &'a Palette,
    camera: Camera,
    area: Rect,
    shown: &'a Shown<'a>,
    selection: &'a Selection,
    show_values: bool,
    commands: &'a mut Vec<Command>,
    callout: Option<(String, Vec<(String, String)>)>,
}

impl<'a> Canvas<'a, '_> {
    fn network(&self) -> &'a Network {
        self.shown.network
    }

    fn screen(&self, rect: Rect) -> Rect {
        self.camera.screen_rect(self.area, rect)
    }

    /// Handles clicks and hovering on pipes; returns the pipe under the pointer.
    fn pick(&mut self, response: &Response) -> Option<usize> {
        let near = |pointer: Pos2| {
            let at = self.camera.canvas_from_screen(self.area, pointer);
            self.shown.scene.pipe_near(at, REACH / self.camera.zoom())
        };
        if response.clicked() {
            let hit = response.interact_pointer_pos().and_then(near);
            let target = hit.map(|p| Element::Edge(self.shown.scene.pipes[p].key));
            self.commands.push(Command::Select(target));
        }
        let hovered = response.hover_pos().and_then(near);
        if hovered.is_some() && !response.dragged() {
            self.ui.set_cursor_icon(CursorIcon::PointingHand);
        }
        if let Some(p) = hovered
            && !response.dragged()
            && let Some(edge) = self.network().edge(self.shown.scene.pipes[p].key)
        {
            self.callout = hover::edge(self.shown, edge);
        }
        hovered
    }

    /// What is to be drawn of the pipes in view.
    fn pipe_looks(&self, hovered: Option<usize>) -> Vec<PipeLook<'a>> {
        let seen = self.camera.visible(self.area).expand(20.0);
        let simulation = self.shown.simulation;
        let is_frozen = simulation.is_frozen();
        let responses = &simulation.flow().responses;
        let links = simulation.system().links();
        self.shown
            .scene
            .pipes
            .iter()
            .enumerate()
            .filter(|(_, pipe)| pipe.bounds().intersects(seen))
            .filter_map(|(number, pipe)| {
                let link = simulation.system().link(pipe.key)?;
                Some(PipeLook {
                    pipe,
                    number: link,
                    kind: links[link].device.kind(),
                    response: *responses.get(link)?,
                    is_selected: self.selection.edges.contains(&pipe.key),
                    is_hovered: hovered == Some(number),
                    is_frozen,
                })
            })
            .collect()
    }

    fn detail(&self, count: usize) -> Detail {
        if count > MOST_DETAILED || self.camera.zoom() < 0.25 {
            Detail::Lines
        } else {
            Detail::Full
        }
    }

    /// Gives the edges in view a name for screen readers and tests, and a place to focus.
    fn edge_nodes(&mut self, response: &Response, looks: &[PipeLook<'_>]) {
        for look in looks.iter().take(MOST_ACCESSIBLE) {
            let Some(edge) = self.network().edge(look.pipe.key) else {
                continue;
            };
            let (at, _) = look.pipe.at(look.pipe.glyph_distance());
            let at = self.camera.screen_from_canvas(self.area, at);
            if !self.area.contains(at) {
                continue;
            }
            let id = response.id.with(("edge", look.pipe.key));
            let size = Vec2::splat(glyph::SIZE * self.camera.zoom().clamp(0.45, 1.6));
            let hit = self
                .ui
                .interact(Rect::from_center_size(at, size), id, Sense::click());
            let name = format!("edge {}", edge.title());
            hit.widget_info(|| {
                WidgetInfo::selected(WidgetRole::Button, true, look.is_selected, &name)
            });
            let value = describe_edge(self.network(), edge, look.response.current);
            self.ui.ctx().accesskit_node_builder(id, |node| {
                node.set_value(value);
            });
            if hit.clicked() {
                self.commands
                    .push(Command::Select(Some(Element::Edge(look.pipe.key))));
            }
            if hit.hovered() {
                self.ui.set_cursor_icon(CursorIcon::PointingHand);
                self.callout = hover::edge(self.shown, edge);
            }
            if hit.has_focus() {
                self.focus_ring(Rect::from_center_size(at, size));
            }
        }
    }

    fn focus_ring(&self, rect: Rect) {
        self.painter.rect_stroke(
            rect.expand(4.0),
            CornerRadius::same(6),
            Stroke::new(1.5, self.palette.accent),
            StrokeKind::Outside,
        );
    }

    /// Draws the tanks in view and handles what is done to them; returns their outlines, marks included.
    fn tanks(&mut self, response: &Response) -> Vec<(usize, Rect)> {
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

    /// Puts names and numbers where there is room: selected first, then tanks, then edges.
    fn labels(&self, looks: &[PipeLook<'_>], tanks: &[(usize, Rect)], detail: Detail) {
        if self.camera.zoom() < SMALLEST_LABELLED {
            return;
        }
        let mut taken: Vec<Rect> = tanks.iter().map(|&(_, outline)| outline).collect();
        let tile = |look: &PipeLook<'_>| {
            let (at, _) = look.pipe.at(look.pipe.glyph_distance());
            let at = self.camera.screen_from_canvas(self.area, at);
            let size = glyph::SIZE * self.camera.zoom().clamp(0.45, 1.6);
            Rect::from_center_size(at, Vec2::splat(size))
        };
        if detail == Detail::Full {
            taken.extend(
                looks
                    .iter()
                    .filter(|look| look.pipe.glyph.is_some())
                    .map(tile),
            );
        }
        let mut room = self.area.shrink(4.0);
        // The top strip belongs to the badges.
        room.min.y += overlay::TOP;
        let mut labels = Labels::new(room, taken);
        let selected_first = |selected: bool| !selected;
        let mut order: Vec<_> = tanks.iter().collect();
        order.sort_by_key(|(n, _)| {
            selected_first(
                self.selection
                    .nodes
                    .contains(&self.shown.scene.tanks[*n].key),
            )
        });
        for &&(n, outline) in &order {
            if let Some(node) = self.network().node(self.shown.scene.tanks[n].key) {
                self.tank_label(&mut labels, node, outline);
            }
        }
        if detail == Detail::Full {
            let mut order: Vec<_> = looks.iter().collect();
            order.sort_by_key(|look| selected_first(look.is_selected));
            for look in order {
                self.edge_label(&mut labels, look, tile(look));
            }
        }
        labels.paint(self.painter, self.palette);
    }

    fn tank_label(&self, labels: &mut Labels, node: &Node, outline: Rect) {
        let state = self
            .shown
            .simulation
            .state_of(node.key())
            .unwrap_or(node.value);
        let number = state_text(self.network().platform(), state);
        let name = (node.title(), theme::strong(theme::BODY), self.palette.text);
        let number = (
            number.as_str(),
            theme::mono(theme::SMALL),
            self.palette.sign(state - self.shown.scale.zero),
        );
        labels.put(
            self.painter,
            outline,
            [labels::line(&[name.clone(), number]), labels::line(&[name])],
            &[Place::Above, Place::Below, Place::Right, Place::Left],
        );
    }

    fn edge_label(&self, labels: &mut Labels, look: &PipeLook<'_>, tile: Rect) {
        let is_named = look.is_selected || look.is_hovered;
        if !is_named && !self.show_values {
            return;
        }
        let Some(edge) = self.network().edge(look.pipe.key) else {
            return;
        };
        let (_, along) = look.pipe.at(look.pipe.glyph_distance());
        let current = number::significant(look.response.current, 3);
        let name = (
            edge.title(),
            theme::strong(theme::SMALL),
            self.palette.accent,
        );
        let value = (
            current.as_str(),
            theme::mono(theme::SMALL),
            self.palette.text,
        );
        let job = match (is_named, self.show_values) {
            (true, true) => labels::line(&[name, value]),
            (true, false) => labels::line(&[name]),
            (false, _) => labels::line(&[value]),
        };
        labels.put(
            self.painter,
            tile,
            [job],
            if along.y.abs() > along.x.abs() {
                &[Place::Right, Place::Left, Place::Below, Place::Above]
            } else {
                &[Place::Below, Place::Above, Place::Right, Place::Left]
            },
        );
    }
}

/// The pipes that carry most, as many as are drawn; the selected and the hovered one are among them.
fn strongest<'l, 'p>(looks: &'l mut [PipeLook<'p>]) -> &'l [PipeLook<'p>] {
    if looks.len() <= MOST_DRAWN {
        return looks;
    }
    let weight = |look: &PipeLook<'_>| {
        if look.is_selected || look.is_hovered {
            f64::INFINITY
        } else {
            look.response.current.abs()
        }
    };
    looks.select_nth_unstable_by(MOST_DRAWN, |a, b| weight(b).total_cmp(&weight(a)));
    &looks[..MOST_DRAWN]
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

/// The height of a tank on screen.
pub(crate) fn tank_height(zoom: f32) -> f32 {
    scene::TANK_HEIGHT * zoom
}

/// A state as the canvas writes it.
pub(crate) fn state_text(platform: Platform, state: f64) -> String {
    match platform {
        Platform::Electronic => number::state(state),
        Platform::Chemical => number::concentration(state),
    }
}

/// "x → y, quantum dot, I = 0.48".
fn describe_edge(network: &Network, edge: &Edge, current: f64) -> String {
    let title = |key| network.node(key).map_or("?", Node::title);
    format!(
        "{} → {}, {}, I = {}",
        title(edge.from),
        title(edge.to),
        edge.device.kind().title(),
        number::significant(current, 3)
    )
}

/// What is left over of a role's meaning for people who hover.
fn role_words(role: Role) -> &'static str {
    match role {
        Role::Input => "input, held at its value",
        Role::Bias => "bias rail, held at its value",
        Role::Hidden => "hidden, finds its own state",
        Role::Output => "output, finds its own state",
    }
}
