//! Which reservoirs have a trace in the time plot: those the document names under `traces` in its `app` part, else
//! those that say most.

use std::collections::BTreeMap;

use eframe::egui::{
    self, Align2, Id, Popup, PopupCloseBehavior, Rect, Role, ScrollArea, Sense, Stroke, Ui,
    WidgetInfo, pos2, vec2,
};
use serde_json::{Value, json};

use crate::document::{Document, Edit, Selection};
use crate::gui::command::Command;
use crate::gui::theme::{self, Palette};
use crate::network::{Network, Node, NodeKey, Role as Part};

/// Where the choice is kept.
const KEY: &str = "traces";

/// More traces than this are a thicket, unless they are asked for; outputs come first.
const MOST: usize = 8;

fn free(network: &Network) -> impl Iterator<Item = &Node> {
    let nodes = network.nodes().iter();
    nodes.filter(|node| !node.role.is_clamped())
}

/// The reservoirs that the document names. `None` is the automatic choice: nothing is named, or only what is not there,
/// since a file may hold anything. An empty list is a choice, too.
fn chosen(document: &Document) -> Option<Vec<NodeKey>> {
    let named = document.app.get(KEY)?.as_array()?;
    let is_named = |node: &&Node| named.iter().any(|id| id.as_str() == Some(&node.id));
    let mut keys: Vec<NodeKey> = free(&document.network)
        .filter(is_named)
        .map(Node::key)
        .collect();
    keys.sort_unstable();
    (named.is_empty() || !keys.is_empty()).then_some(keys)
}

/// The selected reservoirs, outputs, then hidden ones.
fn automatic(network: &Network, selection: &Selection) -> Vec<NodeKey> {
    let mut nodes: Vec<&Node> = free(network).collect();
    nodes.sort_by_key(|node| {
        let is_selected = selection.nodes.contains(&node.key());
        (!is_selected, node.role != Part::Output)
    });
    let mut keys: Vec<NodeKey> = nodes.iter().take(MOST).map(|node| node.key()).collect();
    // Colours go by this order: it must not change with the selection.
    keys.sort_unstable();
    keys
}

/// The reservoirs whose traces are shown, in the order of their keys.
pub(super) fn shown(document: &Document, selection: &Selection) -> Vec<NodeKey> {
    chosen(document).unwrap_or_else(|| automatic(&document.network, selection))
}

/// The number of the colour of each shown trace. A reservoir keeps its own, whatever else is shown, as long as no two
/// would look the same.
pub(super) fn inks(network: &Network, shown: &[NodeKey]) -> BTreeMap<NodeKey, usize> {
    let mut all: Vec<NodeKey> = free(network).map(Node::key).collect();
    all.sort_unstable();
    let mut is_taken = [false; MOST];
    let mut inks = BTreeMap::new();
    let own = |key: &NodeKey| all.binary_search(key).unwrap_or_default() % MOST;
    for key in shown {
        let first = own(key);
        let free = (first..first + MOST).map(|ink| ink % MOST);
        let ink = free.clone().find(|&ink| !is_taken[ink]).unwrap_or(first);
        is_taken[ink] = true;
        inks.insert(*key, ink);
    }
    inks
}

fn with(document: &Document, choice: Option<Vec<Value>>) -> Edit {
    let mut app = document.app.clone();
    match choice {
        Some(ids) => app.insert(KEY.to_owned(), Value::Array(ids)),
        None => app.remove(KEY),
    };
    Edit::SetApp(app)
}

fn change(edit: Edit) -> Command {
    Command::DoneAll(KEY.to_owned(), vec![edit])
}

/// The change that shows a trace that is hidden, or hides one that is shown.
pub(super) fn toggle(document: &Document, shown: &[NodeKey], key: NodeKey) -> Command {
    let is_shown = |node: &&Node| shown.contains(&node.key()) != (node.key() == key);
    let ids = free(&document.network).filter(is_shown);
    change(with(
        document,
        Some(ids.map(|node| json!(node.id)).collect()),
    ))
}

/// The change that lets the choice follow a reservoir to its new id; `None` if the choice does not name it.
pub(crate) fn renamed(document: &Document, old: &str, new: &str) -> Option<Edit> {
    let mut named = document.app.get(KEY)?.as_array()?.clone();
    let entry = named.iter_mut().find(|id| id.as_str() == Some(old))?;
    *entry = json!(new);
    Some(with(document, Some(named)))
}

/// The word above the plot that opens the list of reservoirs.
pub(super) fn button_ui(
    ui: &Ui,
    plot: Rect,
    document: &Document,
    shown: &[NodeKey],
    commands: &mut Vec<Command>,
) {
    let palette = Palette::current(ui);
    let width = 62.0;
    let room = Rect::from_min_size(
        pos2(plot.right() - 84.0, plot.top() - 3.0),
        vec2(width, 20.0),
    );
    let id = Id::unique("choose traces");
    let button = ui.interact(room, id, Sense::click());
    button.widget_info(|| WidgetInfo::labeled(Role::Button, true, "choose traces"));
    let is_lit = button.hovered() || button.has_focus();
    let ink = if is_lit { palette.accent } else { palette.dim };
    ui.painter().text(
        pos2(room.left(), plot.top()),
        Align2::LEFT_TOP,
        "choose…",
        theme::plain(theme::SMALL),
        ink,
    );
    let button = button.on_hover_text("Choose the reservoirs whose states are drawn over time");
    Popup::menu(&button)
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .show(|ui| list_ui(ui, document, shown, commands));
}

fn list_ui(ui: &mut Ui, document: &Document, shown: &[NodeKey], commands: &mut Vec<Command>) {
    /// Height from which on a list scrolls: some ten reservoirs.
    const MOST_HEIGHT: f32 = 280.0;
    ui.set_min_width(180.0);
    let palette = Palette::current(ui);
    let is_automatic = chosen(document).is_none();
    let tip = "What is selected, the outputs, then hidden reservoirs: eight at most";
    let button = ui.radio(is_automatic, "automatic").on_hover_text(tip);
    if button.clicked() && !is_automatic {
        commands.push(change(with(document, None)));
    }
    ui.separator();
    let inks = inks(&document.network, shown);
    ScrollArea::vertical()
        .max_height(MOST_HEIGHT)
        .show(ui, |ui| {
            for node in free(&document.network) {
                let key = node.key();
                let ink = inks.get(&key).map(|&ink| palette.traces[ink]);
                ui.horizontal(|ui| {
                    let mut is_shown = ink.is_some();
                    if ui.checkbox(&mut is_shown, node.title()).changed() {
                        commands.push(toggle(document, shown, key));
                    }
                    ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                        ui.add_space(theme::STEP);
                        let (line, _) = ui.allocate_exact_size(vec2(24.0, 14.0), Sense::empty());
                        if let Some(ink) = ink {
                            let stroke = Stroke::new(2.5, ink);
                            ui.painter().hline(line.x_range(), line.center().y, stroke);
                        }
                    });
                });
            }
        });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::presets::preset;

    fn ids(document: &Document) -> Vec<&str> {
        shown(document, &Selection::default())
            .into_iter()
            .map(|key| document.network.node(key).unwrap().id.as_str())
            .collect()
    }

    #[test]
    fn nonsense_in_a_file_is_the_automatic_choice() {
        let mut document = preset("xor").unwrap().load().unwrap().document;
        let automatic: Vec<String> = ids(&document).into_iter().map(str::to_owned).collect();
        assert!(automatic.len() > 1);
        for nonsense in [
            json!(3),
            json!({"h1": true}),
            json!([1, null]),
            json!(["nobody", "x1"]),
        ] {
            document.app.insert(KEY.to_owned(), nonsense.clone());
            assert_eq!(ids(&document), automatic, "{nonsense}");
        }
        document
            .app
            .insert(KEY.to_owned(), json!(["h2", 7, "h2", "nobody"]));
        assert_eq!(ids(&document), ["h2"]);
        document.app.insert(KEY.to_owned(), json!([]));
        assert!(ids(&document).is_empty());
    }

    #[test]
    fn a_trace_keeps_its_colour_when_others_go() {
        let document = preset("xor").unwrap().load().unwrap().document;
        let all = shown(&document, &Selection::default());
        let before = inks(&document.network, &all);
        let mut distinct: Vec<usize> = before.values().copied().collect();
        distinct.sort_unstable();
        distinct.dedup();
        assert_eq!(distinct.len(), all.len());
        let after = inks(&document.network, &all[1..]);
        assert!(after.iter().all(|(key, ink)| before[key] == *ink));
    }
}
