//! The menu of a plot, which a right click opens.

use eframe::egui::Response;

use super::{Kind, Subject};
use crate::gui::command::Command;

/// Opens the menu of a plot where it is clicked with the right button.
pub(crate) fn plot_menu_ui(response: &Response, subject: Subject, commands: &mut Vec<Command>) {
    response.context_menu(|ui| {
        ui.set_min_width(180.0);
        let what = subject.title();
        if ui.button("Save picture or numbers…").clicked() {
            commands.push(Command::AskPicture(subject));
            ui.close();
        }
        for (words, kind) in [("Copy picture", Kind::Png), ("Copy numbers", Kind::Csv)] {
            let button = ui.button(words);
            if button.on_hover_text(format!("{what}: {words}")).clicked() {
                commands.push(Command::CopyUsual(subject, kind));
                ui.close();
            }
        }
    });
}
