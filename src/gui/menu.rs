//! The bar at the top: menus, the document's name, undo and redo with the step they concern.

use eframe::egui::{self, Align, Layout, RichText, Ui};

use super::command::{Action, Command, Menu};
use super::editor::Editor;
use super::gallery::Gallery;
use super::icon::Icon;
use super::opening::file_name;
use super::theme::{self, Palette};
use super::view::ViewState;
use super::widgets;
use crate::device::Kind;
use crate::document::Recent;

/// What the file menu knows beside the document.
#[derive(Clone, Copy)]
pub(crate) struct Files<'a> {
    /// The files of late.
    pub(crate) recent: &'a Recent,
    /// The unsaved document that can be brought back.
    pub(crate) kept: Option<&'a Editor>,
}

/// The width of a button at the right end of the bar, with the gap beside it.
const BUTTON: f32 = 34.0;

/// Undo and redo are always there, and the document's name always has room for a few letters.
const UNDO_AND_REDO: f32 = 2.0 * BUTTON + 16.0;
const LEAST_NAME: f32 = 48.0;

/// The room from which on the name of the step that undo takes back stands beside its button, too.
const STEP_NAME: f32 = 48.0;

/// The buttons at the right end, from the right, and which of them goes first where there is no room: all of them are
/// in a menu, too, and have a key.
const SWITCHES: [(Action, &str, usize); 5] = [
    (Action::Theme, "light or dark", 4),
    (Action::Inspector, "inspector", 0),
    (Action::Task, "choose a task", 2),
    (Action::Traces, "time plot", 1),
    (Action::Fit, "fit to view", 3),
];

/// Draws the bar.
pub(crate) fn menu_bar_ui(
    ui: &mut Ui,
    editor: &Editor,
    view: &ViewState,
    files: Files<'_>,
    gallery: &mut Gallery,
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
                    ui.menu_button("Presets", |ui| gallery.ui(ui, editor, commands));
                }
            }
        });
        ui.add_space(12.0);
        let room = ui.available_width() - UNDO_AND_REDO - LEAST_NAME;
        let switches = ((room / BUTTON).max(0.0) as usize).min(SWITCHES.len());
        let star = if editor.is_unsaved() { " ★" } else { "" };
        let title = RichText::new(format!("{}{star}", editor.network().name))
            .font(theme::strong(theme::BODY))
            .color(palette.text);
        ui.scope(|ui| {
            // On a narrow window the buttons to the right come first.
            let buttons = UNDO_AND_REDO + BUTTON * switches as f32;
            ui.set_max_width((ui.available_width() - buttons).max(24.0));
            ui.add(egui::Label::new(title).truncate())
        })
        .inner
        .on_hover_text(place(editor));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.add_space(4.0);
            right_ui(ui, editor, view, switches, commands);
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

/// The buttons at the right end: as many switches as there is room for.
fn right_ui(
    ui: &mut Ui,
    editor: &Editor,
    view: &ViewState,
    switches: usize,
    commands: &mut Vec<Command>,
) {
    let palette = Palette::current(ui);
    let icon = |action| match (action, view.theme) {
        (Action::Theme, egui::Theme::Dark) => Icon::Sun,
        (Action::Theme, egui::Theme::Light) => Icon::Moon,
        (Action::Inspector, _) => Icon::PanelRight,
        (Action::Task, _) => Icon::Target,
        (Action::Traces, _) => Icon::PanelBottom,
        _ => Icon::Fit,
    };
    for (action, label, rank) in SWITCHES {
        if rank >= switches {
            continue;
        }
        let icon = icon(action);
        let button =
            widgets::icon_button_ui(ui, icon, label, true, false).on_hover_text(action.tooltip());
        if button.clicked() {
            commands.push(Command::Act(action));
        }
    }
    ui.add_space(8.0);
    // Right to left: the name of the step stands between the buttons and the panel switches.
    let has_room = ui.available_width() > 2.0 * BUTTON + STEP_NAME;
    if let Some(name) = editor.undo_name().filter(|_| has_room) {
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
        let Some((text, is_enabled)) = entry(action, editor, files.kept) else {
            continue;
        };
        let is_on = match action {
            Action::Values => Some(view.show_values),
            Action::LinearFlow => Some(view.is_flow_linear),
            Action::Units => Some(editor.network().units.is_some() && !view.is_dimensionless),
            Action::Snap => Some(view.is_snapping),
            Action::Device(number) => {
                let platform = editor.network().platform();
                let kind = Kind::of_platform(platform).nth(usize::from(number) - 1);
                Some(kind == Some(view.hand.next_kind(platform)))
            }
            Action::ReducedMotion => Some(view.is_motion_reduced),
            Action::HighContrast => Some(view.is_contrast_high),
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

/// What an action is called now, and whether it can be done; `None` if there is nothing of the kind here.
pub(crate) fn entry(
    action: Action,
    editor: &Editor,
    kept: Option<&Editor>,
) -> Option<(String, bool)> {
    Some(match action {
        Action::Undo => stepped(action, editor.undo_name()),
        Action::Redo => stepped(action, editor.redo_name()),
        Action::BringBack => stepped(action, kept.map(|kept| kept.network().name.as_str())),
        Action::Device(number) => {
            let platform = editor.network().platform();
            let kind = Kind::of_platform(platform).nth(usize::from(number).checked_sub(1)?)?;
            (kind.title().to_owned(), true)
        }
        _ => (action.text().to_owned(), true),
    })
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
