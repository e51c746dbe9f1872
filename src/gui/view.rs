//! How one looks at the document: camera, selection, open panels. Kept from run to run where that helps.

use eframe::egui::{Context, Theme};
use serde::{Deserialize, Serialize};

use super::canvas::{self, Camera, Hand};
use super::simulation::Simulation;
use crate::device::Kind;
use crate::document::{Element, Selection};
use crate::network::{Edge, EdgeKey, Network};

/// What the window remembers of how one looks, apart from the document.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of its own, in any combination"
)]
pub(crate) struct ViewState {
    /// Light or dark.
    pub(crate) theme: Theme,
    /// Whether numbers stand on the canvas.
    pub(crate) show_values: bool,
    /// Whether numbers are the model's own, even where the network says what temperature and rate they stand for.
    pub(crate) is_dimensionless: bool,
    /// Whether flow is drawn in proportion to the current; compressed if not.
    pub(crate) is_flow_linear: bool,
    /// Whether what is moved snaps to a grid.
    pub(crate) is_snapping: bool,
    /// Whether nothing moves but what the physics moves: arrows for dots, no flipping inputs.
    pub(crate) is_motion_reduced: bool,
    /// Whether inks and grounds are as far apart as can be.
    pub(crate) is_contrast_high: bool,
    /// How much larger everything is than usual.
    pub(crate) magnification: f32,
    /// Which panels were closed since everything is large: inspector, time plot, training.
    pub(crate) closed_for_room: [bool; 3],
    /// Whether the panel on the right is open.
    pub(crate) is_inspector_open: bool,
    /// Whether the panel with x(t) is open.
    pub(crate) is_traces_open: bool,
    /// Whether the panel with loss and response is open, where there is a task.
    pub(crate) is_training_open: bool,
    /// Where the eye is; `None` until the network has been fitted into view.
    #[serde(skip)]
    pub(crate) camera: Option<Camera>,
    /// What is selected.
    #[serde(skip)]
    pub(crate) selection: Selection,
    /// What the hand on the canvas is about to do.
    #[serde(skip)]
    pub(crate) hand: Hand,
}

impl Default for ViewState {
    fn default() -> Self {
        Self {
            theme: Theme::Dark,
            show_values: false,
            is_dimensionless: false,
            is_flow_linear: false,
            is_snapping: false,
            is_motion_reduced: false,
            is_contrast_high: false,
            magnification: 1.0,
            closed_for_room: [false; 3],
            is_inspector_open: true,
            is_traces_open: true,
            is_training_open: true,
            camera: None,
            selection: Selection::default(),
            hand: Hand::default(),
        }
    }
}

/// The sizes that the menu steps through: 150 % is for a lecture hall, 200 % for a screen of twice the pixels.
pub(crate) const MAGNIFICATIONS: [f32; 4] = [1.0, 1.25, 1.5, 2.0];

/// Width and height of a window that has room for panels beside and below the canvas.
const LEAST_ROOM: [f32; 2] = [900.0, 420.0];

impl ViewState {
    /// Everything a step larger or smaller, or back to the usual size for 0. Panels that would leave the canvas no room
    /// are closed, and opened again when there is room.
    pub(crate) fn magnify(&mut self, ctx: &Context, steps: i32) {
        let larger = |m: &f32| *m > self.magnification + 0.01;
        let smaller = |m: &f32| *m < self.magnification - 0.01;
        let next = match steps {
            0 => Some(1.0),
            1.. => MAGNIFICATIONS.into_iter().find(larger),
            _ => MAGNIFICATIONS.into_iter().rfind(smaller),
        };
        let Some(next) = next else {
            return;
        };
        let room = ctx.content_rect().size() * (ctx.zoom_factor() / next);
        self.magnification = next;
        ctx.set_zoom_factor(next);
        let panels = [
            (&mut self.is_inspector_open, room.x < LEAST_ROOM[0]),
            (&mut self.is_traces_open, room.y < LEAST_ROOM[1]),
            (&mut self.is_training_open, room.y < LEAST_ROOM[1]),
        ];
        for ((is_open, is_tight), was_closed) in panels.into_iter().zip(&mut self.closed_for_room) {
            if is_tight && *is_open {
                (*is_open, *was_closed) = (false, true);
            } else if !is_tight && std::mem::take(was_closed) {
                *is_open = true;
            }
        }
        // The network is fitted into what is left.
        self.camera = None;
    }
}

/// A selection of one element, or of none.
pub(crate) fn selection_of(element: Option<Element>) -> Selection {
    let mut selection = Selection::default();
    if let Some(element) = element {
        selection.insert(element);
    }
    selection
}

/// The element of a selection that holds exactly one.
pub(crate) fn only(selection: &Selection) -> Option<Element> {
    let nodes = selection.nodes.iter().map(|&key| Element::Node(key));
    let edges = selection.edges.iter().map(|&key| Element::Edge(key));
    let mut all = nodes.chain(edges);
    all.next()
        .filter(|_| all.next().is_none() && selection.notes.is_empty())
}

/// The edge of a selection that holds exactly that.
pub(crate) fn only_edge(selection: &Selection) -> Option<EdgeKey> {
    match only(selection) {
        Some(Element::Edge(key)) => Some(key),
        _ => None,
    }
}

/// The edge whose curve a first look should show: one that operates where its current falls if there is one, else one
/// that bends, else any.
pub(crate) fn telling_edge(network: &Network, simulation: &Simulation) -> Option<EdgeKey> {
    let falls = |edge: &&Edge| {
        let link = simulation.system().link(edge.key());
        link.and_then(|link| simulation.flow().responses.get(link))
            .is_some_and(canvas::is_falling)
    };
    let bends = |edge: &&Edge| !matches!(edge.device.kind(), Kind::Ohmic | Kind::Diffusion);
    let edges = network.edges();
    let edge = edges.iter().find(falls);
    let edge = edge.or_else(|| edges.iter().find(bends));
    edge.or_else(|| edges.first()).map(Edge::key)
}
