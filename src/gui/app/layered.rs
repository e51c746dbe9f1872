//! Where the builder of layered networks stands in the window.

use eframe::egui::{Frame, Panel, Ui};

use super::App;
use super::panels::{INSPECTOR, INSPECTOR_RANGE, INSPECTOR_SHARE};
use crate::gui::command::Command;

impl App {
    /// Once the builder is closed and has inserted nothing, what was in view before is so again.
    pub(super) fn look_back(&mut self) {
        if self.builder.is_none()
            && let Some((camera, of)) = self.before_sketch.take()
            && of == self.editor.revision().topology()
        {
            self.view.camera = Some(camera);
        }
    }

    /// The builder, in the place of the inspector.
    pub(super) fn builder_panel_ui(
        &mut self,
        ui: &mut Ui,
        frame: Frame,
        commands: &mut Vec<Command>,
    ) {
        let Some(mut builder) = self.builder.take() else {
            return;
        };
        let scales = self.scales();
        builder.update(self.editor.network(), self.editor.revision());
        let [least, most] = INSPECTOR_RANGE;
        let most = most.min(INSPECTOR_SHARE * ui.available_width()).max(least);
        let stays = Panel::right("builder")
            .default_size(INSPECTOR)
            .size_range(least..=most)
            .resizable(true)
            .frame(frame)
            .show(ui, |ui| builder.panel_ui(ui, scales, commands));
        if stays.inner {
            self.builder = Some(builder);
        }
    }
}
