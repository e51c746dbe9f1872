//! Joining what is selected: each with each, one after the other, or all with a rail.

use std::collections::HashSet;

use super::App;
use crate::device::Device;
use crate::document::insertion::{End, Insertion, NewEdge};
use crate::document::layered::MOST_EDGES;
use crate::gui::canvas::new_node;
use crate::gui::command::Action;
use crate::network::{Network, Node, NodeKey, Role};

/// Reservoirs whose middles are no further apart than this stand in one column: half a tank.
const COLUMN: f64 = 20.0;

/// How far beside and above the selection a new rail stands.
const BESIDE: f32 = 120.0;

impl App {
    /// Joins the selected reservoirs. Returns whether the action is one of these.
    pub(super) fn connect(&mut self, action: Action) -> bool {
        if !matches!(
            action,
            Action::ConnectAll | Action::ConnectChain | Action::ConnectRail
        ) {
            return false;
        }
        let network = self.editor.network();
        let selected = &self.view.selection.nodes;
        let chosen = in_order(network, action, |key| selected.contains(&key));
        let mut insertion = Insertion::default();
        let (ends, how) = match action {
            Action::ConnectRail => {
                let (ends, rail) = rail_ends(network, &chosen, &mut insertion);
                (ends, format!("to {rail}"))
            }
            Action::ConnectChain => {
                let pairs = chosen.windows(2).map(|pair| (pair[0], pair[1]));
                (present(pairs), "in a chain".to_owned())
            }
            _ => {
                let count = chosen.len();
                if count * count.saturating_sub(1) / 2 > MOST_EDGES {
                    self.say(&format!(
                        "{count} reservoirs joined each with each would be more than {MOST_EDGES} edges: select fewer"
                    ));
                    return true;
                }
                let pairs = chosen.iter().enumerate();
                let pairs = pairs.flat_map(|(k, &a)| chosen[k + 1..].iter().map(move |&b| (a, b)));
                (present(pairs), "each with each".to_owned())
            }
        };
        let ends = missing(network, ends);
        if ends.is_empty() {
            self.say(match (action, chosen.len()) {
                (Action::ConnectRail, 0) => "Select the reservoirs that a rail is to feed first",
                (Action::ConnectAll | Action::ConnectChain, 0 | 1) => {
                    "Select two or more reservoirs first"
                }
                _ => "There is nothing to join: they are joined already, or held at their values",
            });
            return true;
        }
        let device = Device::new(self.view.hand.next_kind(network.platform()));
        let name = match ends.len() {
            1 => format!("join {how}: 1 edge"),
            count => format!("join {how}: {count} edges"),
        };
        insertion.edges = ends
            .into_iter()
            .map(|(from, to)| NewEdge {
                // Another one is found for each that is taken.
                id: "e1".to_owned(),
                label: None,
                from,
                to,
                device: device.clone(),
            })
            .collect();
        self.insert(&name, &insertion);
        true
    }
}

/// The reservoirs of a selection in the order in which edges run: from left to right, columns from top to bottom. A
/// chain goes just so; otherwise clamps come before hidden reservoirs, and these before outputs, wherever they stand.
fn in_order(
    network: &Network,
    action: Action,
    is_selected: impl Fn(NodeKey) -> bool,
) -> Vec<NodeKey> {
    let rank = |role| match role {
        _ if action == Action::ConnectChain => 0,
        Role::Input | Role::Bias => 0,
        Role::Hidden => 1,
        Role::Output => 2,
    };
    let mut chosen: Vec<&Node> = network
        .nodes()
        .iter()
        .filter(|node| is_selected(node.key()))
        .collect();
    let place = |node: &Node| node.at.unwrap_or_default();
    chosen.sort_by(|a, b| {
        let ([ax, ay], [bx, by]) = (place(a), place(b));
        let column = |x: f64| (x / COLUMN).round();
        rank(a.role)
            .cmp(&rank(b.role))
            .then(column(ax).total_cmp(&column(bx)))
            .then(ay.total_cmp(&by))
    });
    chosen.into_iter().map(Node::key).collect()
}

fn present(pairs: impl Iterator<Item = (NodeKey, NodeKey)>) -> Vec<(End, End)> {
    pairs
        .map(|(from, to)| (End::Present(from), End::Present(to)))
        .collect()
}

/// The edges from every selected rail, or from a new one, to the others; and what the rails are called.
fn rail_ends(
    network: &Network,
    chosen: &[NodeKey],
    insertion: &mut Insertion,
) -> (Vec<(End, End)>, String) {
    let is_rail = |key: &NodeKey| {
        let node = network.node(*key);
        node.is_some_and(|node| node.role == Role::Bias)
    };
    let (rails, fed): (Vec<NodeKey>, Vec<NodeKey>) = chosen.iter().partition(|key| is_rail(key));
    if !rails.is_empty() {
        let pairs = rails
            .iter()
            .flat_map(|&rail| fed.iter().map(move |&key| (rail, key)));
        let name = match rails.as_slice() {
            [rail] => network.node(*rail).map_or("?", Node::title).to_owned(),
            rails => format!("{} rails", rails.len()),
        };
        return (present(pairs), name);
    }
    let places = fed.iter().filter_map(|key| network.node(*key)?.at);
    let corner = places.fold([f64::INFINITY; 2], |[x0, y0], [x, y]| {
        [x0.min(x), y0.min(y)]
    });
    let corner = corner.map(|x| if x.is_finite() { x as f32 } else { 0.0 });
    let at = eframe::egui::pos2(corner[0] - BESIDE, corner[1] - BESIDE);
    let node = new_node(network, Role::Bias, at);
    let name = node.id.clone();
    // A rail between clamps would feed nothing.
    let is_free = |key: &&NodeKey| {
        let node = network.node(**key);
        node.is_some_and(|node| !node.role.is_clamped())
    };
    let ends: Vec<(End, End)> = fed
        .iter()
        .filter(is_free)
        .map(|&key| (End::New(0), End::Present(key)))
        .collect();
    if !ends.is_empty() {
        insertion.nodes.push(node);
    }
    (ends, name)
}

/// The pairs that no edge joins yet, those between two clamps left out: nothing would come of them.
fn missing(network: &Network, ends: Vec<(End, End)>) -> Vec<(End, End)> {
    let joined: HashSet<[NodeKey; 2]> = network
        .edges()
        .iter()
        .flat_map(|edge| [[edge.from, edge.to], [edge.to, edge.from]])
        .collect();
    let is_clamp = |key| {
        let node = network.node(key);
        node.is_some_and(|node: &Node| node.role.is_clamped())
    };
    ends.into_iter()
        .filter(|&(from, to)| match (from, to) {
            (End::Present(from), End::Present(to)) => {
                !(joined.contains(&[from, to]) || is_clamp(from) && is_clamp(to))
            }
            _ => true,
        })
        .collect()
}
