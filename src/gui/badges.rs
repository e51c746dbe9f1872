//! The network's three certificates as words: yes, no or unknown, why, and what stands against them.

use eframe::egui::{Button, Id, Label, Popup, PopupCloseBehavior, RichText, Ui};

use super::command::Command;
use super::derived::{Certified, Derived};
use super::number;
use super::theme::{self, Palette};
use super::widgets;
use crate::device::Side;
use crate::document::{Element, Selection};
use crate::network::{Edge, Network, Node};

/// One certificate in words.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Badge {
    /// What is asked: "monotone".
    word: String,
    /// "monotone", "not monotone", "monotone?".
    pub(crate) text: String,
    /// Yes, no, or unknown.
    pub(crate) answer: Option<bool>,
    /// The reason, for whoever hovers.
    pub(crate) why: String,
    /// Whether a "no" speaks of NDC, and so may wear its colour.
    pub(crate) is_about_ndc: bool,
    /// Whether it belongs to older parameters.
    pub(crate) is_stale: bool,
    /// The elements that stand against it.
    pub(crate) culprits: Vec<Element>,
}

/// How many culprits are listed by name: more are selected together.
const MOST_LISTED: usize = 10;

/// Draws the badges, from right to left. A click tells why, and lists what stands against it.
pub(crate) fn badges_ui(
    ui: &mut Ui,
    network: &Network,
    derived: &Derived,
    commands: &mut Vec<Command>,
) {
    let palette = Palette::current(ui);
    let is_outdated = is_stale_for_long(ui, derived);
    for badge in badges(network, derived).iter().rev() {
        if is_outdated {
            // An answer of other parameters must not pass for one of these.
            let words = format!("{} …", badge.word);
            let tip = "being worked out for the parameters as they are now";
            widgets::badge_ui(ui, &words, &words, palette.dim).on_hover_text(tip);
            continue;
        }
        let color = match badge.answer {
            Some(true) => palette.ok,
            Some(false) if badge.is_about_ndc => palette.ndc,
            Some(false) => palette.text,
            None => palette.dim,
        };
        let color = if badge.is_stale {
            color.gamma_multiply(0.5)
        } else {
            color
        };
        let response = widgets::badge_ui(ui, &badge.text, &badge.text, color)
            .on_hover_text(format!("{}\nClick for more.", badge.why));
        Popup::from_toggle_button_response(&response)
            .id(response.id.with("why"))
            .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
            .width(320.0)
            .show(|ui| why_ui(ui, network, badge, commands));
    }
}

/// Whether the certificates have been those of older parameters for longer than a change takes to look at: less would
/// flicker under a slider.
fn is_stale_for_long(ui: &Ui, derived: &Derived) -> bool {
    const SECONDS: f64 = 0.3;
    let since = Id::unique("certificates are stale since");
    if !derived.certified().is_some_and(|(_, is_stale)| is_stale) {
        ui.data_mut(|data| data.remove_temp::<f64>(since));
        return false;
    }
    let now = ui.input(|i| i.time);
    let begun = ui.data_mut(|data| *data.get_temp_mut_or(since, now));
    ui.ctx()
        .request_repaint_after(std::time::Duration::from_secs_f64(SECONDS));
    now - begun > SECONDS
}

/// Why, and what stands against it: a click on a name selects it.
fn why_ui(ui: &mut Ui, network: &Network, badge: &Badge, commands: &mut Vec<Command>) {
    let palette = Palette::current(ui);
    ui.set_max_width(320.0);
    ui.label(RichText::new(&badge.text).font(theme::strong(theme::BODY)));
    ui.add(Label::new(&badge.why).wrap());
    if badge.is_stale {
        let words = "This is of the parameters before; it is being worked out anew.";
        ui.label(RichText::new(words).size(theme::SMALL).color(palette.dim));
    }
    if badge.culprits.is_empty() {
        return;
    }
    ui.separator();
    ui.horizontal_wrapped(|ui| {
        for &culprit in badge.culprits.iter().take(MOST_LISTED) {
            let (kind, name) = match culprit {
                Element::Edge(key) => ("edge", network.edge(key).map(Edge::title)),
                Element::Node(key) => ("reservoir", network.node(key).map(Node::title)),
            };
            let Some(name) = name else { continue };
            let button = ui
                .add(Button::new(name).small())
                .on_hover_text(format!("select {kind} {name}"))
                .accessible_name(format!("culprit {name}"));
            if button.clicked() {
                commands.push(Command::Select(Some(culprit)));
            }
        }
        let hidden = badge.culprits.len().saturating_sub(MOST_LISTED);
        if hidden > 0 {
            ui.label(format!("and {hidden} more"));
        }
    });
    if badge.culprits.len() > 1 {
        let text = format!("Select all {}", badge.culprits.len());
        if ui.button(text).clicked() {
            let mut all = Selection::default();
            badge
                .culprits
                .iter()
                .for_each(|&culprit| all.insert(culprit));
            commands.push(Command::SelectSet(all));
            // It would cover what all of them share.
            ui.close();
        }
    }
}

/// The badges of a network, as far as they are known.
pub(crate) fn badges(network: &Network, derived: &Derived) -> Vec<Badge> {
    let Some((certified, is_stale)) = derived.certified() else {
        return Vec::new();
    };
    [monotone, unique, reciprocal]
        .map(|badge| Badge {
            is_stale,
            ..badge(network, certified)
        })
        .into()
}

fn badge(word: &str, answer: Option<bool>, why: String, culprits: Vec<Element>) -> Badge {
    Badge {
        word: word.to_owned(),
        text: match answer {
            Some(true) => word.to_owned(),
            Some(false) => format!("not {word}"),
            None => format!("{word}?"),
        },
        answer,
        why,
        is_about_ndc: false,
        is_stale: false,
        culprits,
    }
}

fn edge_name(network: &Network, certified: &Certified, link: usize) -> String {
    let edge = certified.links.get(link).and_then(|&key| network.edge(key));
    edge.map_or("an edge", Edge::title).to_owned()
}

/// The edges at these positions of the compiled network.
fn edges(certified: &Certified, links: impl Iterator<Item = usize>) -> Vec<Element> {
    links
        .filter_map(|link| certified.links.get(link).copied())
        .map(Element::Edge)
        .collect()
}

/// "", " (and 1 more)", " (and 4 more)".
fn more(count: usize) -> String {
    match count {
        0 | 1 => String::new(),
        n => format!(" (and {} more)", n - 1),
    }
}

fn monotone(network: &Network, certified: &Certified) -> Badge {
    let monotone = &certified.certificates.monotone;
    let answer = monotone.verdict();
    let shown = monotone
        .culprits
        .iter()
        .find(|culprit| culprit.witness.is_some())
        .or_else(|| monotone.culprits.first());
    let Some(culprit) = shown else {
        let why = "No device shows NDC towards a free reservoir or an input at any state the network can take: \
                   every output can only rise when an input rises, towards one stable state.";
        return badge("monotone", answer, why.to_owned(), Vec::new());
    };
    let name = edge_name(network, certified, culprit.link);
    let edge = certified
        .links
        .get(culprit.link)
        .and_then(|&key| network.edge(key));
    // What is stale may speak of what is gone.
    let title = |key| network.node(key).map_or("a reservoir", Node::title);
    let [from, to] = edge.map_or(["one end", "the other end"], |edge| {
        [title(edge.from), title(edge.to)]
    });
    let (side, effect) = match culprit.side {
        Side::From => (from, "falls"),
        Side::To => (to, "rises"),
    };
    // Two sides of one edge are one edge.
    let mut links: Vec<usize> = monotone.culprits.iter().map(|c| c.link).collect();
    links.dedup();
    let count = more(links.len());
    let why = match culprit.witness {
        Some((a, b)) => format!(
            "{name} shows NDC towards {side}{count}: with {from} at {} and {to} at {}, its current {effect} as {side} \
             rises.",
            number::short(a, 3),
            number::short(b, 3)
        ),
        None => format!(
            "Whether {name} shows NDC towards {side} could not be proved or ruled out{count}."
        ),
    };
    let culprits = edges(certified, links.into_iter());
    Badge {
        is_about_ndc: true,
        ..badge("monotone", answer, why, culprits)
    }
}

fn unique(network: &Network, certified: &Certified) -> Badge {
    let unique = &certified.certificates.unique;
    let answer = unique.verdict();
    let failure = unique.failures.first();
    let node = failure
        .and_then(|failure| certified.slots.get(failure.slot))
        .and_then(|&key| network.node(key));
    let name = node.map_or("a reservoir", Node::title);
    let count = more(unique.failures.len());
    let why = match (answer, failure.and_then(|failure| failure.worst)) {
        (Some(true), _) => {
            "One stable state for given clamps and stored totals: wherever the state starts, it ends there.".to_owned()
        }
        (Some(false), _) => {
            "Two stable states were found: where the motion ends depends on where it starts. Kick a reservoir to see."
                .to_owned()
        }
        (None, Some(worst)) => format!(
            "Not proved. At {name}{count} leak and clamps hold with {}, which would have to exceed {}, twice the \
             negative conductance there; and no second stable state was found.",
            number::short(worst.held, 3),
            number::short(worst.needed, 3)
        ),
        (None, None) => format!(
            "Not proved: the states {name}{count} can take are not bounded, and no second stable state was found."
        ),
    };
    let culprits = unique
        .failures
        .iter()
        .filter(|_| answer != Some(true))
        .filter_map(|failure| certified.slots.get(failure.slot).copied())
        .map(Element::Node)
        .collect();
    badge("unique", answer, why, culprits)
}

fn reciprocal(network: &Network, certified: &Certified) -> Badge {
    let broken_by = &certified.certificates.reciprocal.broken_by;
    let open = &certified.certificates.reciprocal.open;
    if let (true, Some(&first)) = (broken_by.is_empty(), open.first()) {
        let why = format!(
            "Whether {} depends on the difference of its states alone could not be seen from its formula{}.",
            edge_name(network, certified, first),
            more(open.len())
        );
        let culprits = edges(certified, open.iter().copied());
        return badge("reciprocal", None, why, culprits);
    }
    let Some(&first) = broken_by.first() else {
        let why = "Every device between two free reservoirs depends on the difference of their states alone: the \
                   motion slides down a potential, and nothing oscillates.";
        return badge("reciprocal", Some(true), why.to_owned(), Vec::new());
    };
    let name = edge_name(network, certified, first);
    let why = format!(
        "{name} joins two free reservoirs and does not depend on the difference of their states alone{}: the motion \
         need not slide down a potential, and may oscillate.",
        more(broken_by.len())
    );
    let culprits = edges(certified, broken_by.iter().copied());
    badge("reciprocal", Some(false), why, culprits)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::derived::certified;
    use super::*;
    use crate::document::Edit;
    use crate::document::presets::preset;
    use crate::interrupt::Interrupt;
    use crate::system::System;

    /// What is stale may speak of what is gone: in words, not in question marks.
    #[test]
    fn badges_of_what_is_gone_name_nothing() {
        for name in ["fold", "latch", "xor-minimal"] {
            let mut document = preset(name).unwrap().load().unwrap().document;
            let system = Arc::new(System::new(&document.network));
            let certified = certified(&(system, Vec::new()), &Interrupt::default());
            let all = |network: &Network| {
                [monotone, unique, reciprocal].map(|badge| badge(network, &certified))
            };
            let before = all(&document.network);
            let keys: Vec<_> = document.network.nodes().iter().map(Node::key).collect();
            for key in keys {
                document.apply(&Edit::RemoveNode(key)).unwrap();
            }
            let after = all(&document.network);
            assert_ne!(before, after, "{name}: nothing of it was named");
            for badge in after {
                assert!(!badge.why.contains('?'), "{name}: {}", badge.why);
            }
        }
    }
}
