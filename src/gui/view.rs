//! How one looks at the document: camera, selection, open panels. Kept from run to run where that helps.

use eframe::egui::Theme;
use serde::{Deserialize, Serialize};

use super::canvas::{Camera, Hand};
use crate::document::{Element, Selection};
use crate::network::EdgeKey;

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
    /// Whether flow is drawn in proportion to the current; compressed if not.
    pub(crate) is_flow_linear: bool,
    /// Whether what is moved snaps to a grid.
    pub(crate) is_snapping: bool,
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
            is_flow_linear: false,
            is_snapping: false,
            is_inspector_open: true,
            is_traces_open: true,
            is_training_open: true,
            camera: None,
            selection: Selection::default(),
            hand: Hand::default(),
        }
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
