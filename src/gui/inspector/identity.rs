//! What things are called and of which law they are, changed in place.

use eframe::egui::{self, ComboBox, Id, RichText, TextEdit, Ui};

use crate::device::{Kind, Platform};
use crate::document::{Document, Edit};
use crate::gui::command::Command;
use crate::gui::theme::{self, Palette};
use crate::gui::traces;
use crate::gui::widgets;
use crate::network::{Edge, Node};

/// A line of text, or several. Returns what was typed once it is left or Enter is pressed; Esc gives it up.
pub(super) fn text_ui(
    ui: &mut Ui,
    id: Id,
    (label, hint): (&str, &str),
    width: f32,
    now: &str,
    rows: usize,
) -> Option<String> {
    let draft = id.with("draft");
    let mut text: String = ui
        .data(|data| data.get_temp(draft))
        .unwrap_or_else(|| now.to_owned());
    let field = if rows > 1 {
        TextEdit::multiline(&mut text).desired_rows(rows)
    } else {
        TextEdit::singleline(&mut text)
    };
    let response = ui
        .add(field.id(id).desired_width(width).hint_text(hint))
        .accessible_name(label.to_owned());
    if response.has_focus() {
        ui.data_mut(|data| data.insert_temp(draft, text));
        return None;
    }
    let was_typed = ui
        .data_mut(|data| data.remove_temp::<String>(draft))
        .is_some();
    let is_given_up = widgets::is_given_up(ui);
    let is_left = response.lost_focus() || was_typed;
    (is_left && !is_given_up && text != now).then_some(text)
}

fn word_ui(ui: &mut Ui, word: &str) {
    let palette = Palette::current(ui);
    ui.label(RichText::new(word).size(theme::SMALL).color(palette.dim));
}

/// Id and label of a thing; returns what was typed for each.
fn names_ui(
    ui: &mut Ui,
    id: Id,
    now: &str,
    label: Option<&str>,
) -> (Option<String>, Option<String>) {
    word_ui(ui, "id");
    let renamed = text_ui(ui, id.with("id"), ("edit id", ""), 72.0, now, 1);
    word_ui(ui, "label");
    let hint = "shown instead of the id";
    let labelled = text_ui(
        ui,
        id.with("label"),
        ("edit label", hint),
        150.0,
        label.unwrap_or_default(),
        1,
    );
    (renamed.map(|text| text.trim().to_owned()), labelled)
}

/// A label as the document keeps it: none rather than an empty one.
fn kept(label: &str) -> Option<String> {
    let label = label.trim();
    (!label.is_empty()).then(|| label.to_owned())
}

/// The names of a reservoir.
pub(super) fn node_names_ui(
    ui: &mut Ui,
    document: &Document,
    node: &Node,
    commands: &mut Vec<Command>,
) {
    let key = node.key();
    ui.horizontal(|ui| {
        let id = Id::unique(("names of a reservoir", key));
        let (renamed, labelled) = names_ui(ui, id, &node.id, node.label.as_deref());
        // What the file says of the reservoir by its id follows.
        commands.extend(
            renamed.map(|id| match traces::renamed(document, &node.id, &id) {
                Some(edit) => {
                    let name = format!("rename {}", node.title());
                    Command::DoneAll(name, vec![Edit::RenameNode(key, id), edit])
                }
                None => Command::Done(Edit::RenameNode(key, id)),
            }),
        );
        commands.extend(labelled.map(|label| Command::Done(Edit::LabelNode(key, kept(&label)))));
    });
}

/// The names of an edge, and the button that turns it round.
pub(super) fn edge_names_ui(ui: &mut Ui, edge: &Edge, commands: &mut Vec<Command>) {
    let key = edge.key();
    ui.horizontal(|ui| {
        let id = Id::unique(("names of an edge", key));
        let (renamed, labelled) = names_ui(ui, id, &edge.id, edge.label.as_deref());
        commands.extend(renamed.map(|id| Command::Done(Edit::RenameEdge(key, id))));
        commands.extend(labelled.map(|label| Command::Done(Edit::LabelEdge(key, kept(&label)))));
        let reverse = ui
            .button("Reverse")
            .on_hover_text("Exchange the two ends: what was from is then to");
        if reverse.clicked() {
            let edit = Edit::Reconnect(key, edge.to, edge.from);
            commands.push(Command::DoneAll(
                format!("reverse {}", edge.title()),
                vec![edit],
            ));
        }
    });
}

/// The laws of the platform to choose from; returns the one that was chosen.
pub(crate) fn kind_box_ui(ui: &mut Ui, platform: Platform, now: Option<Kind>) -> Option<Kind> {
    let mut chosen = None;
    let palette = Palette::current(ui);
    let title = now.map_or("several devices", Kind::title);
    let response = ComboBox::from_id_salt("device")
        .selected_text(RichText::new(title).color(palette.accent))
        .width(118.0)
        .show_ui(ui, |ui| {
            for kind in Kind::of_platform(platform) {
                let button = egui::Button::selectable(now == Some(kind), kind.title());
                let tip = format!("{}\n{}", kind.summary(), kind.formula());
                if ui.add(button).on_hover_text(tip).clicked() {
                    chosen = Some(kind);
                }
            }
        })
        .response
        .accessible_name("device");
    if let Some(kind) = now {
        response.on_hover_text(format!("{}\n{}", kind.summary(), kind.formula()));
    }
    chosen
}
