//! The canvas: tanks, pipes and flow by our own painter, and what the pointer does to them.

mod bundles;
mod camera;
mod context;
mod detail;
mod flow;
pub(crate) mod glyph;
mod grip;
mod hand;
mod hover;
mod labels;
mod making;
mod names;
mod notes;
mod overlay;
mod plain;
mod ribbon;
mod scene;
mod sight;
mod still;
mod tank;
mod tools;
mod walk;

use eframe::egui::{
    CornerRadius, CursorIcon, LayerId, Order, Painter, Pos2, Rect, Response, Role as WidgetRole,
    Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo, vec2,
};

pub(crate) use camera::Camera;
pub(crate) use flow::{Dots, is_falling};
pub(crate) use hand::{CLICK, Hand, snapped};
pub(crate) use hover::Callout;
pub(crate) use labels::callout;
pub(crate) use making::new_node;
pub(crate) use scene::{Pipe, Scene};
pub(crate) use still::{Words, still_ui};
pub(crate) use tank::StateScale;

use super::command::Command;
use super::derived::Derived;
use super::message::Message;
use super::simulation::Simulation;
use super::theme::Palette;
use super::units::Scales;
use super::view::ViewState;
use crate::device::Platform;
use crate::document::notes::CanvasNote;
use crate::document::{Element, Selection};
use crate::network::{Edge, Network, Node, Role};
use serde_json::{Map, Value};

/// What fitting leaves free at the sides for labels, above for badges, marks and labels, and below for spouts and chips.
const FIT_SIDES: f32 = 64.0;
const FIT_ABOVE: f32 = 76.0;
const FIT_BELOW: f32 = 48.0;

/// What fitting leaves free beside the tools: half a label.
const FIT_TOOLS: f32 = 40.0;

/// What the canvas shows.
pub(crate) struct Shown<'a> {
    pub(crate) network: &'a Network,
    pub(crate) app: &'a Map<String, Value>,
    pub(crate) scene: &'a Scene,
    pub(crate) scale: &'a StateScale,
    pub(crate) simulation: &'a Simulation,
    pub(crate) dots: &'a Dots,
    pub(crate) derived: &'a Derived,
    /// The units numbers are shown in.
    pub(crate) scales: Scales,
    /// What is the matter with the network, its task or its training.
    pub(crate) standing: &'a [Message],
}

/// Draws the canvas and collects what is asked for; returns what is to be said of the thing under the pointer, for
/// [`callout_ui`] once all that lies over the canvas is there.
pub(crate) fn canvas_ui(
    ui: &mut Ui,
    shown: &Shown<'_>,
    view: &mut ViewState,
    commands: &mut Vec<Command>,
) -> Option<Callout> {
    let (response, painter) = ui.allocate_painter(ui.available_size(), Sense::click_and_drag());
    response.widget_info(|| WidgetInfo::labeled(WidgetRole::Canvas, true, "canvas"));
    let palette = Palette::current(ui);
    let area = response.rect;
    painter.rect_filled(area, CornerRadius::ZERO, palette.background);
    if view.camera.is_none() && area.width() > 1.0 && area.height() > 1.0 {
        let platform = shown.network.platform();
        view.camera = Some(fitted(area, platform, shown.scene.bounds));
    }
    let mut camera = view.camera.unwrap_or_default();
    let mut hand = std::mem::take(&mut view.hand);
    steer(ui, &response, &mut camera, &hand, shown.scene);
    if view.camera.is_some() {
        view.camera = Some(camera);
    }
    grid(&painter, palette, camera, area);

    let selection = view.selection.clone();
    let canvas_notes = crate::document::notes::notes(shown.app);
    let platform = shown.network.platform();
    let tools = tools::strip(area, platform);
    let mut canvas = Canvas {
        ui,
        painter: &painter,
        palette,
        camera,
        area,
        tools,
        shown,
        selection: &selection,
        notes: &canvas_notes,
        note_rects: Vec::new(),
        hand: &mut hand,
        opens_menu: false,
        show_values: view.show_values,
        is_motion_reduced: view.is_motion_reduced,
        is_snapping: view.is_snapping,
        commands,
        callout: None,
        reveal: None,
        focused: None,
        has_joined: false,
    };
    canvas.find_place();
    canvas.give_up();
    let drawn = canvas.pipes(Some(&response), shown.dots, view.is_flow_linear);
    canvas.notes_ui(&response);
    let tanks = canvas.tanks(&response);
    canvas.labels(&drawn, &tanks);
    let bundled = drawn.bundled;
    canvas.rubber_band();
    canvas.box_select(&response);
    canvas.catch_up(&response);
    canvas.menu_ui(&response);
    canvas.walk(&response);
    let reveal = canvas.reveal.take();
    let is_menu_open = canvas.hand.menu.is_some();
    let callout = canvas.callout.take().filter(|_| !is_menu_open);
    overlay::overlay_ui(ui, area, shown, &hand, bundled, commands);
    tools::tools_ui(ui, tools, platform, &hand, commands);
    if let Some(at) = hand.writing.as_ref().map(|writing| writing.at) {
        // The field stays in view, wherever the note is.
        let room = Rect::from_min_max(area.min, area.max - notes::FIELD);
        let corner = room.clamp(camera.screen_from_canvas(area, at));
        notes::writing_ui(ui, &mut hand, corner, shown.app, &canvas_notes, commands);
    }
    view.hand = hand;
    if let (Some(rect), Some(camera)) = (reveal, &mut view.camera) {
        camera.pan(way_into(area.shrink(48.0), rect));
    }
    callout
}

/// Says what is under the pointer, over everything on the canvas, which fills `area`.
pub(crate) fn callout_ui(ui: &Ui, area: Rect, (title, rows): &Callout) {
    let Some(pointer) = ui.ctx().pointer_hover_pos() else {
        return;
    };
    if !area.contains(pointer) {
        return;
    }
    let layer = LayerId::new(Order::Tooltip, ui.scope_id().with("callout"));
    let above = ui.ctx().layer_painter(layer).with_clip_rect(area);
    labels::callout(&above, Palette::current(ui), area, pointer, title, rows);
}

/// The view that shows `bounds` whole, clear of what lies over the canvas.
pub(crate) fn fitted(area: Rect, platform: Platform, bounds: Rect) -> Camera {
    let mut camera = Camera::default();
    let tools = tools::strip(area, platform);
    let left = if tools.is_positive() {
        tools.right() - area.left() + FIT_TOOLS
    } else {
        FIT_SIDES
    };
    let room = Rect::from_min_max(
        area.min + vec2(left, FIT_ABOVE),
        area.max - vec2(FIT_SIDES, FIT_BELOW),
    );
    camera.fit(area, room, bounds);
    camera
}

/// Pans by dragging the empty canvas, zooms by the wheel at the pointer.
fn steer(ui: &Ui, response: &Response, camera: &mut Camera, hand: &Hand, scene: &Scene) {
    // A drag that begins is not one of the canvas if Shift is held, or if a tank was pressed.
    let is_meant = !response.drag_started() || {
        let (press, is_shift) = ui.input(|i| (i.pointer.press_origin(), i.modifiers.shift));
        let reach = hand::RIM_REACH / camera.zoom();
        let at = press.map(|press| camera.canvas_from_screen(response.rect, press));
        !is_shift && !at.is_some_and(|at| scene.has_tank_near(at, reach))
    };
    if response.dragged() && hand.drag.is_none() && is_meant {
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

/// How far a view must be moved to hold a rectangle.
fn way_into(view: Rect, rect: Rect) -> Vec2 {
    let along = |low: f32, high: f32, from: f32, to: f32| {
        if from < low {
            low - from
        } else if to > high {
            high - to
        } else {
            0.0
        }
    };
    vec2(
        along(view.left(), view.right(), rect.left(), rect.right()),
        along(view.top(), view.bottom(), rect.top(), rect.bottom()),
    )
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
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of its own, in any combination"
)]
struct Canvas<'a, 'u> {
    ui: &'u Ui,
    painter: &'a Painter,
    palette: &'a Palette,
    camera: Camera,
    area: Rect,
    /// Where the tools lie.
    tools: Rect,
    shown: &'a Shown<'a>,
    selection: &'a Selection,
    notes: &'a [CanvasNote],
    /// Where the notes lie on the screen.
    note_rects: Vec<(u64, Rect)>,
    hand: &'a mut Hand,
    opens_menu: bool,
    show_values: bool,
    is_motion_reduced: bool,
    is_snapping: bool,
    commands: &'a mut Vec<Command>,
    callout: Option<Callout>,
    /// What the keyboard has gone to, on the screen: it is to be in view.
    reveal: Option<Rect>,
    /// What of the network has the focus.
    focused: Option<Element>,
    /// Whether an edge was ended at a reservoir in this frame.
    has_joined: bool,
}

impl<'a> Canvas<'a, '_> {
    fn network(&self) -> &'a Network {
        self.shown.network
    }

    fn screen(&self, rect: Rect) -> Rect {
        self.camera.screen_rect(self.area, rect)
    }

    /// Where something new goes that no click places: where a menu was opened, under the pointer, else the middle.
    fn find_place(&mut self) {
        let pointer = self.ui.ctx().pointer_latest_pos();
        let on_screen = match self.hand.menu {
            Some((_, at)) => {
                self.hand.place = at;
                return;
            }
            None => pointer.filter(|at| self.is_open(*at)),
        };
        let on_screen = on_screen.unwrap_or(self.area.center());
        self.hand.place = self.camera.canvas_from_screen(self.area, on_screen);
    }

    fn focus_ring(&self, rect: Rect) {
        self.painter.rect_stroke(
            rect.expand(4.0),
            CornerRadius::same(6),
            Stroke::new(1.5, self.palette.accent),
            StrokeKind::Outside,
        );
    }
}

/// The height of a tank on screen.
pub(crate) fn tank_height(zoom: f32) -> f32 {
    scene::TANK_HEIGHT * zoom
}

/// "x → y, quantum dot, I = 0.48".
fn describe_edge(shown: &Shown<'_>, edge: &Edge, current: f64) -> String {
    let title = |key| shown.network.node(key).map_or("?", Node::title);
    format!(
        "{} → {}, {}, I = {}",
        title(edge.from),
        title(edge.to),
        edge.device.kind().title(),
        shown.scales.current(current).text(current, 3)
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
