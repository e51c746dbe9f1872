//! What is said of a change that the document does not take, and what can be done instead.

use super::command::{Action, Command};
use super::message::{Message, Offer};
use super::situation::{Situation, lacking};
use super::traces;
use crate::document::{Document, Edit, Element, Problem, Selection};
use crate::network::{Network, Role};

/// As much of a change as is worth reading.
const MOST_LETTERS: usize = 300;

/// These changes were refused together.
pub(super) fn refusal(problem: &Problem, edits: &[Edit], document: &Document) -> Message {
    let mut shows = Selection::default();
    edits
        .iter()
        .filter_map(element)
        .for_each(|element| shows.insert(element));
    shows.retain_present(&document.network);
    let mut technical = format!("{edits:?}");
    if let Some((end, _)) = technical.char_indices().nth(MOST_LETTERS) {
        technical.truncate(end);
        technical.push('…');
    }
    let mut message = Message::new(Situation::Refused, "The change was not made")
        .technically(technical)
        .showing(shows);
    message.details.push(problem.into());
    edits
        .iter()
        .fold(message, |message, edit| renamed(message, edit, document))
}

/// A data file was dropped, and the network has no place for its rows: the role that is missing is offered, and the file
/// is then taken.
pub(super) fn no_place_for_data(network: &Network, command: &Command) -> Message {
    let is_there = |role| network.nodes().iter().any(|node| node.role == role);
    let (role, an, action) = if is_there(Role::Input) {
        (Role::Output, "output", Action::NewOutput)
    } else {
        (Role::Input, "input", Action::NewInput)
    };
    let title = format!("The data need an {an}");
    let message = Message::new(Situation::Refused, title).at(
        format!("{an}s"),
        format!("No reservoir is an {an}, so the rows have no place."),
        "Give a reservoir the role; the file is then read.",
    );
    let mut message = lacking(message, network, role, action);
    for Offer { commands, .. } in &mut message.offers {
        commands.push(command.clone());
    }
    message
}

/// The element that a change is about.
fn element(edit: &Edit) -> Option<Element> {
    Some(match edit {
        Edit::SetRole(key, _)
        | Edit::SetValue(key, _)
        | Edit::SetCapacity(key, _)
        | Edit::SetLeak(key, _)
        | Edit::SetInitial(key, _)
        | Edit::MoveNode(key, _)
        | Edit::SetSignal(key, _)
        | Edit::RenameNode(key, _)
        | Edit::LabelNode(key, _)
        | Edit::RemoveNode(key) => Element::Node(*key),
        Edit::SetParam(key, _, _)
        | Edit::RenameEdge(key, _)
        | Edit::LabelEdge(key, _)
        | Edit::SetKind(key, _)
        | Edit::SetDevice(key, _)
        | Edit::Reconnect(key, _, _)
        | Edit::RemoveEdge(key) => Element::Edge(*key),
        _ => return None,
    })
}

/// Offers the next id that is free in place of one that is taken or is none.
fn renamed(message: Message, edit: &Edit, document: &Document) -> Message {
    let network = &document.network;
    let (stem, is_taken): (&str, &dyn Fn(&str) -> bool) = match edit {
        Edit::RenameNode(key, _) => match network.node(*key) {
            Some(node) => (node.role.id_stem(), &|id| network.node_by_id(id).is_some()),
            None => return message,
        },
        Edit::RenameEdge(..) => ("e", &|id| network.edge_by_id(id).is_some()),
        _ => return message,
    };
    let (Edit::RenameNode(_, wish) | Edit::RenameEdge(_, wish)) = edit else {
        return message;
    };
    let letters = wish.trim_end_matches(|c: char| c.is_ascii_digit());
    let stem = if letters.is_empty() || letters == "*" {
        stem
    } else {
        letters
    };
    // Of one more than there are elements, one is free.
    let most = network.nodes().len() + network.edges().len() + 1;
    let free = (1..=most)
        .map(|k| format!("{stem}{k}"))
        .find(|id| !is_taken(id));
    let Some(free) = free else {
        return message;
    };
    let words = format!("Call it {free}");
    let command = match edit {
        Edit::RenameNode(key, _) => {
            let node = network.node(*key);
            let traces = node.and_then(|node| traces::renamed(document, &node.id, &free));
            let name = format!("rename {}", node.map_or("?", |node| node.title()));
            let edits = std::iter::once(Edit::RenameNode(*key, free)).chain(traces);
            Command::Perform(name, edits.collect())
        }
        Edit::RenameEdge(key, _) => Command::Done(Edit::RenameEdge(*key, free)),
        _ => return message,
    };
    message.offering(words, command)
}
