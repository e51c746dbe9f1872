//! The bar at the top: menus, the document's name, undo and redo with the step they concern.

use eframe::egui::{self, Align, Layout, RichText, Ui};

use super::command::{Action, Command, Menu};
use super::editor::Editor;
use super::icon::Icon;
use super::opening::file_name;
use super::theme::{self, Palette};
use super::view::ViewState;
use super::widgets;
use crate::device::Kind;
use crate::document::Recent;
use crate::document::presets::PRESETS;

/// What the file menu knows beside the document.
#[derive(Clone, Copy)]
pub(crate) struct Files<'a> {
    /// The files of late.
    pub(crate) recent: &'a Recent,
    /// The unsaved document that can be brought back.
    pub(crate) kept: Option<&'a Editor>,
}

/// The width of the buttons at the right end of the bar.
const BUTTONS: f32 = 248.0;

/// Draws the bar.
pub(crate) fn menu_bar_ui(
    ui: &mut Ui,
    editor: &Editor,
    view: &ViewState,
    files: Files<'_>,
    commands: &mut Vec<Command>,
) {
    let palette = Palette::current(ui);
    ui.horizontal_centered(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        ui.add_space(4.0);
        ui.label(
            RichText::new("thermonet")
                .font(theme::strong(theme::HEADING))
                .color(palette.text),
        );
        ui.add_space(8.0);
        ui.scope(|ui| {
            egui::containers::menu::menu_style(ui.style_mut());
            ui.spacing_mut().item_spacing.x = 2.0;
            ui.spacing_mut().button_padding.x = 7.0;
            for menu in Menu::ALL {
                ui.menu_button(menu.title(), |ui| {
                    menu_ui(ui, menu, editor, view, files, commands);
                });
                if menu == Menu::File {
                    ui.menu_button("Presets", |ui| presets_ui(ui, editor, commands));
                }
            }
        });
        ui.add_space(12.0);
        let star = if editor.is_unsaved() { " ★" } else { "" };
        let title = RichText::new(format!("{}{star}", editor.network().name))
            .font(theme::strong(theme::BODY))
            .color(palette.text);
        ui.scope(|ui| {
            // On a narrow window the buttons to the right come first.
            ui.set_max_width((ui.available_width() - BUTTONS).max(24.0));
            ui.add(egui::Label::new(title).truncate())
        })
        .inner
        .on_hover_text(place(editor));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.add_space(4.0);
            right_ui(ui, editor, view, commands);
        });
    });
}

/// Where the document is kept, in words.
fn place(editor: &Editor) -> String {
    let path = editor.path().map_or_else(
        || "not in a file yet".to_owned(),
        |p| p.display().to_string(),
    );
    if editor.is_unsaved() {
        format!("{path}\nwith changes that are not saved")
    } else {
        path
    }
}

fn right_ui(ui: &mut Ui, editor: &Editor, view: &ViewState, commands: &mut Vec<Command>) {
    let palette = Palette::current(ui);
    let theme_icon = match view.theme {
        egui::Theme::Dark => Icon::Sun,
        egui::Theme::Light => Icon::Moon,
    };
    for (icon, action, label) in [
        (theme_icon, Action::Theme, "light or dark"),
        (Icon::PanelRight, Action::Inspector, "inspector"),
        (Icon::Target, Action::Task, "choose a task"),
        (Icon::PanelBottom, Action::Traces, "time plot"),
        (Icon::Fit, Action::Fit, "fit to view"),
    ] {
        let button =
            widgets::icon_button_ui(ui, icon, label, true, false).on_hover_text(action.tooltip());
        if button.clicked() {
            commands.push(Command::Act(action));
        }
    }
    ui.add_space(8.0);
    // Right to left: the name of the step stands between the buttons and the panel switches.
    if let Some(name) = editor.undo_name() {
        ui.add(
            egui::Label::new(
                RichText::new(format!("Undo {name}"))
                    .size(theme::SMALL)
                    .color(palette.dim),
            )
            .truncate(),
        );
    }
    for (icon, action, name) in [
        (Icon::Redo, Action::Redo, editor.redo_name()),
        (Icon::Undo, Action::Undo, editor.undo_name()),
    ] {
        let label = match name {
            Some(name) => format!("{}: {name}", action.text()),
            None => action.text().to_owned(),
        };
        let button = widgets::icon_button_ui(ui, icon, &label, name.is_some(), false);
        let tip = match name {
            Some(name) => format!("{}: {name}\n{}", action.text(), action.tooltip()),
            None => action.tooltip(),
        };
        if button.on_hover_text(tip).clicked() {
            commands.push(Command::Act(action));
        }
    }
}

fn menu_ui(
    ui: &mut Ui,
    menu: Menu,
    editor: &Editor,
    view: &ViewState,
    files: Files<'_>,
    commands: &mut Vec<Command>,
) {
    ui.set_min_width(200.0);
    for action in Action::ALL {
        if action.menu() != menu {
            continue;
        }
        let (text, is_enabled) = match action {
            Action::Undo => stepped(action, editor.undo_name()),
            Action::Redo => stepped(action, editor.redo_name()),
            Action::BringBack => {
                stepped(action, files.kept.map(|kept| kept.network().name.as_str()))
            }
            Action::Device(number) => {
                let platform = editor.network().platform();
                match Kind::of_platform(platform).nth(usize::from(number) - 1) {
                    Some(kind) => (kind.title().to_owned(), true),
                    None => continue,
                }
            }
            _ => (action.text().to_owned(), true),
        };
        let is_on = match action {
            Action::Values => Some(view.show_values),
            Action::LinearFlow => Some(view.is_flow_linear),
            Action::Snap => Some(view.is_snapping),
            Action::Device(number) => {
                let platform = editor.network().platform();
                let kind = Kind::of_platform(platform).nth(usize::from(number) - 1);
                Some(kind == Some(view.hand.next_kind(platform)))
            }
            Action::ReducedMotion => Some(view.is_motion_reduced),
            Action::Inspector => Some(view.is_inspector_open),
            Action::Traces => Some(view.is_traces_open),
            Action::Training => Some(view.is_training_open),
            _ => None,
        };
        let button = egui::Button::new(&text)
            .selected(is_on == Some(true))
            .shortcut_text(action.key_text());
        let response = ui
            .add_enabled(is_enabled, button)
            .on_hover_text(action.tip());
        if let Some(is_on) = is_on {
            response.widget_info(|| {
                egui::WidgetInfo::selected(egui::Role::Button, is_enabled, is_on, &text)
            });
        }
        if response.clicked() {
            commands.push(Command::Act(action));
            ui.close();
        }
        if action == Action::Open {
            ui.menu_button("Open recent", |ui| recent_ui(ui, files.recent, commands));
        }
    }
}

/// The files of late, newest first; those that are gone stay in the list, since a disk may come back.
fn recent_ui(ui: &mut Ui, recent: &Recent, commands: &mut Vec<Command>) {
    ui.set_min_width(220.0);
    if recent.paths().is_empty() {
        ui.add_enabled(false, egui::Button::new("no files yet"));
    }
    for path in recent.paths() {
        let is_there = Recent::is_there(path);
        let name = file_name(path);
        let button = ui.add_enabled(is_there, egui::Button::new(name).truncate());
        let place = path.display().to_string();
        let button = button.on_hover_text(&place).on_disabled_hover_text(format!(
            "{place}
is not there at the moment"
        ));
        if button.clicked() {
            commands.push(Command::Open(path.clone()));
            ui.close();
        }
    }
}

fn stepped(action: Action, name: Option<&str>) -> (String, bool) {
    match name {
        Some(name) => (format!("{}: {name}", action.text()), true),
        None => (action.text().to_owned(), false),
    }
}

fn presets_ui(ui: &mut Ui, editor: &Editor, commands: &mut Vec<Command>) {
    ui.set_min_width(180.0);
    for preset in PRESETS {
        let is_open = editor.path().is_none() && editor.network().name == preset.title;
        let button = ui.add(egui::Button::new(preset.title).selected(is_open));
        let button = button.on_hover_ui(|ui| {
            if let Ok(loaded) = preset.load() {
                ui.set_max_width(320.0);
                ui.label(loaded.document.network.description);
            }
        });
        if button.clicked() {
            commands.push(Command::Preset(preset.name));
            ui.close();
        }
    }
}
