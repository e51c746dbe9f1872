//! Ties in the inspector: one value for the parameters of several edges.

use eframe::egui::{Button, RichText, Ui};

use crate::document::Edit;
use crate::gui::command::Command;
use crate::gui::editor::spaced;
use crate::gui::theme::{self, Palette};
use crate::network::{Edge, EdgeKey, Network};

/// How many others share the value of the first of these edges, if one tie holds them all.
pub(super) fn others(network: &Network, edges: &[&Edge], parameter: &str) -> usize {
    let Some(first) = edges.first() else {
        return 0;
    };
    let tie = network.tie_of(first.key(), parameter);
    let is_of_all = |tie: &&crate::network::Tie| {
        let mut keys = edges.iter().map(|edge| edge.key());
        keys.all(|key| tie.edges.binary_search(&key).is_ok())
    };
    tie.filter(is_of_all).map_or(0, |tie| tie.edges.len() - 1)
}

/// Buttons that tie a parameter of several edges, or untie what is tied.
pub(super) fn ties_ui(
    ui: &mut Ui,
    edges: &[&Edge],
    network: &Network,
    commands: &mut Vec<Command>,
) {
    let Some(first) = edges.first() else {
        return;
    };
    let keys: Vec<EdgeKey> = edges.iter().map(|edge| edge.key()).collect();
    let specs = first.device.specs().iter();
    let shared: Vec<&'static str> = specs
        .filter(|spec| {
            edges.iter().all(|edge| {
                let mut own = edge.device.specs().iter();
                own.any(|own| own.name == spec.name && own.range == spec.range)
            })
        })
        .map(|spec| spec.name)
        .collect();
    let is_tied = |name: &str| keys.iter().any(|&key| network.tie_of(key, name).is_some());
    // A single edge has nothing to be tied to from here.
    let offered: Vec<&'static str> = shared
        .into_iter()
        .filter(|name| keys.len() > 1 || is_tied(name))
        .collect();
    if offered.is_empty() {
        return;
    }
    let palette = Palette::current(ui);
    ui.horizontal_wrapped(|ui| {
        let words = RichText::new("one value for all").size(theme::SMALL);
        ui.label(words.color(palette.dim));
        for name in offered {
            let is_one = others(network, edges, name) > 0;
            let spoken = spaced(name);
            let label = match (is_one, keys.len()) {
                (true, _) => format!("Untie {spoken}"),
                (false, count) => format!("Tie {spoken} of {count} edges"),
            };
            let tip = if is_one {
                "each keeps the value, and has its own from then on"
            } else {
                "they share the value of the first from then on, and train as one"
            };
            let button = ui
                .add(Button::selectable(is_one, &spoken))
                .on_hover_text(tip);
            button.widget_info(|| {
                eframe::egui::WidgetInfo::selected(eframe::egui::Role::Button, true, is_one, &label)
            });
            if button.clicked() {
                let edit = if is_one {
                    Edit::Untie(name, keys.clone())
                } else {
                    Edit::Tie(name, keys.clone())
                };
                let step = label.to_lowercase();
                commands.push(Command::DoneAll(step, vec![edit]));
            }
        }
    });
}
