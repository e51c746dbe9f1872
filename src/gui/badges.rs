//! The network's three certificates as words: yes, no or unknown, and why.

use super::derived::{Certified, Derived};
use super::number;
use crate::device::Side;
use crate::document::Element;
use crate::network::{Network, Node};

/// One certificate in words.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Badge {
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
    /// The element that shows why.
    pub(crate) element: Option<Element>,
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

fn badge(word: &str, answer: Option<bool>, why: String, element: Option<Element>) -> Badge {
    Badge {
        text: match answer {
            Some(true) => word.to_owned(),
            Some(false) => format!("not {word}"),
            None => format!("{word}?"),
        },
        answer,
        why,
        is_about_ndc: false,
        is_stale: false,
        element,
    }
}

fn edge_name(network: &Network, certified: &Certified, link: usize) -> (String, Option<Element>) {
    let edge = certified.links.get(link).and_then(|&key| network.edge(key));
    (
        edge.map_or("an edge", |edge| edge.title()).to_owned(),
        edge.map(|edge| Element::Edge(edge.key())),
    )
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
        return badge("monotone", answer, why.to_owned(), None);
    };
    let (name, element) = edge_name(network, certified, culprit.link);
    let edge = certified
        .links
        .get(culprit.link)
        .and_then(|&key| network.edge(key));
    let title = |key| network.node(key).map_or("?", Node::title);
    let [from, to] = edge.map_or(["?", "?"], |edge| [title(edge.from), title(edge.to)]);
    let (side, effect) = match culprit.side {
        Side::From => (from, "falls"),
        Side::To => (to, "rises"),
    };
    let count = more(monotone.culprits.len());
    let why = match culprit.witness {
        Some((a, b)) => format!(
            "{name} shows NDC towards {side}{count}: with {from} at {} and {to} at {}, its current {effect} as {side} \
             rises.\nClick to select it.",
            number::short(a, 3),
            number::short(b, 3)
        ),
        None => format!("Whether {name} shows NDC towards {side} was not decided{count}."),
    };
    Badge {
        is_about_ndc: true,
        ..badge("monotone", answer, why, element)
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
            "Not decided. At {name}{count} leak and clamps hold with {}, which would have to exceed {}, twice the \
             negative conductance there; and no second stable state was found.",
            number::short(worst.held, 3),
            number::short(worst.needed, 3)
        ),
        (None, None) => format!(
            "Not decided: the states {name}{count} can take are not bounded, and no second stable state was found."
        ),
    };
    badge(
        "unique",
        answer,
        why,
        node.map(|node| Element::Node(node.key())),
    )
}

fn reciprocal(network: &Network, certified: &Certified) -> Badge {
    let broken_by = &certified.certificates.reciprocal.broken_by;
    let Some(&first) = broken_by.first() else {
        let why = "Every device between two free reservoirs depends on the difference of their states alone: the \
                   motion slides down a potential, and nothing oscillates.";
        return badge("reciprocal", Some(true), why.to_owned(), None);
    };
    let (name, element) = edge_name(network, certified, first);
    let why = format!(
        "{name} joins two free reservoirs and does not depend on the difference of their states alone{}: the motion \
         need not slide down a potential, and may oscillate.\nClick to select it.",
        more(broken_by.len())
    );
    badge("reciprocal", Some(false), why, element)
}
