//! How one looks at the document: camera, selection, open panels. Kept from run to run where that helps.

use eframe::egui::Theme;
use serde::{Deserialize, Serialize};

use super::canvas::Camera;
use super::command::Target;

/// What the window remembers of how one looks, apart from the document.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct ViewState {
    /// Light or dark.
    pub(crate) theme: Theme,
    /// Whether numbers stand on the canvas.
    pub(crate) show_values: bool,
    /// Whether the panel on the right is open.
    pub(crate) is_inspector_open: bool,
    /// Whether the panel with x(t) is open.
    pub(crate) is_traces_open: bool,
    /// Where the eye is; `None` until the network has been fitted into view.
    #[serde(skip)]
    pub(crate) camera: Option<Camera>,
    /// What is selected.
    #[serde(skip)]
    pub(crate) selection: Option<Target>,
}

impl Default for ViewState {
    fn default() -> Self {
        Self {
            theme: Theme::Dark,
            show_values: false,
            is_inspector_open: true,
            is_traces_open: true,
            camera: None,
            selection: None,
        }
    }
}
