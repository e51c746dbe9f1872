//! The actions that change how the window looks, and those that put another document in it.

use eframe::egui::{Context, Theme};

use super::App;
use crate::device::Platform;
use crate::document::Edit;
use crate::gui::command::Action;
use crate::gui::theme;
use crate::gui::units::first_units;

impl App {
    /// Carries an action out if it is one of these; returns whether it is.
    pub(super) fn look(&mut self, ctx: &Context, action: Action) -> bool {
        match action {
            Action::Larger => self.view.magnify(ctx, 1),
            Action::Smaller => self.view.magnify(ctx, -1),
            Action::UsualSize => self.view.magnify(ctx, 0),
            Action::ReducedMotion => {
                self.view.is_motion_reduced = !self.view.is_motion_reduced;
                if self.view.is_motion_reduced && self.flipping.take().is_some() {
                    self.simulation.release();
                }
            }
            Action::Fit => self.view.camera = None,
            Action::ZoomReset => {
                if let Some(camera) = &mut self.view.camera {
                    camera.reset_zoom();
                }
            }
            Action::Values => self.view.show_values = !self.view.show_values,
            Action::Inspector => self.view.is_inspector_open = !self.view.is_inspector_open,
            Action::Traces => self.view.is_traces_open = !self.view.is_traces_open,
            Action::Training => self.view.is_training_open = !self.view.is_training_open,
            Action::Units => self.switch_units(),
            Action::HighContrast => {
                self.view.is_contrast_high = !self.view.is_contrast_high;
                theme::set_contrast(ctx, self.view.is_contrast_high);
            }
            Action::New => self.open_empty(Platform::Electronic),
            Action::NewChemical => self.open_empty(Platform::Chemical),
            Action::BringBack => self.bring_back(),
            Action::StartFresh => self.start_fresh(),
            Action::Theme => {
                self.view.theme = match self.view.theme {
                    Theme::Dark => Theme::Light,
                    Theme::Light => Theme::Dark,
                };
                ctx.set_theme(self.view.theme);
            }
            _ => return false,
        }
        true
    }

    /// Physical units or the model's own. A network that does not say what its numbers stand for is given a
    /// temperature and a rate to begin with, which is a change of the document.
    fn switch_units(&mut self) {
        if self.editor.network().units.is_some() {
            self.view.is_dimensionless = !self.view.is_dimensionless;
            return;
        }
        self.view.is_dimensionless = false;
        // The first edit ends the first screen's flipping.
        self.flipping = None;
        let edit = Edit::SetUnits(Some(first_units(self.editor.network().platform())));
        if let Err(problem) = self.editor.edit_done(&edit, &self.view.selection) {
            self.refuse(&problem, std::slice::from_ref(&edit));
        }
    }
}
