//! Positions for reservoirs that have none: columns by distance from the inputs, and no two on top of each other.

use std::collections::{HashMap, HashSet, VecDeque};

use crate::network::{Network, NodeKey, Role};

/// Distance between columns, in points at 100 %: a device and its label fit between two reservoirs.
pub const COLUMN: f64 = 180.0;

/// Distance between reservoirs of a column, in points at 100 %: a reservoir with its label fits.
pub const ROW: f64 = 130.0;

/// The most reservoirs one above the other before a column is doubled.
const TALLEST: usize = 16;

/// Places the reservoirs that have no position, and leaves the others where they are.
pub fn place_missing(network: &mut Network) {
    if network.nodes().iter().all(|node| node.at.is_some()) {
        return;
    }
    let mut taken = Taken::default();
    for at in network.nodes().iter().filter_map(|node| node.at) {
        taken.insert(at);
    }
    let arranged = arrange(network);
    let [dx, dy] = shift(network, &arranged);
    let placed: Vec<(NodeKey, [f64; 2])> = network
        .nodes()
        .iter()
        .zip(arranged)
        .filter(|(node, _)| node.at.is_none())
        .map(|(_, (key, [x, y]))| (key, taken.claim([x + dx, y + dy])))
        .collect();
    for (key, at) in placed {
        if let Some(node) = network.node_mut(key) {
            node.at = Some(at);
        }
    }
}

/// A fresh position for every reservoir, in the order of their keys: inputs left, outputs right, hidden ones between
/// by distance from the inputs, rails at the top of the column before what they feed. Present positions are ignored.
#[must_use]
pub fn arrange(network: &Network) -> Vec<(NodeKey, [f64; 2])> {
    let columns = ordered(network, &columns(network));
    let mut at = vec![[0.0; 2]; network.nodes().len()];
    let mut x = 0.0;
    for members in columns {
        // A wide layer is folded into several columns, near a square for a very large one.
        let height = TALLEST.max(members.len().isqrt());
        let strips = members.len().div_ceil(height).max(1);
        let rows = members.len().div_ceil(strips).max(1);
        for (i, &node) in members.iter().enumerate() {
            let in_strip = rows.min(members.len() - i / rows * rows);
            at[node] = [
                x + (i / rows) as f64 * COLUMN,
                ((i % rows) as f64 - (in_strip - 1) as f64 / 2.0) * ROW,
            ];
        }
        x += strips as f64 * COLUMN;
    }
    network
        .nodes()
        .iter()
        .zip(at)
        .map(|(node, at)| (node.key(), at))
        .collect()
}

/// The neighbours of every reservoir, by position in the network.
fn neighbours(network: &Network) -> Vec<Vec<usize>> {
    let mut neighbours = vec![Vec::new(); network.nodes().len()];
    for edge in network.edges() {
        if let (Some(from), Some(to)) = (network.node_index(edge.from), network.node_index(edge.to))
        {
            neighbours[from].push(to);
            neighbours[to].push(from);
        }
    }
    neighbours
}

/// The column of every reservoir.
fn columns(network: &Network) -> Vec<usize> {
    let nodes = network.nodes();
    let neighbours = neighbours(network);
    let mut distance = vec![None; nodes.len()];
    let mut queue = VecDeque::new();
    // Inputs first; what only rails or nothing reaches is measured from the rails, or stands in the first free column.
    for source in [Role::Input, Role::Bias] {
        for (i, node) in nodes.iter().enumerate() {
            if node.role == source {
                distance[i] = distance[i].or(Some(0));
                queue.push_back(i);
            }
        }
        while let Some(i) = queue.pop_front() {
            for &next in &neighbours[i] {
                if distance[next].is_none() && nodes[next].role != Role::Bias {
                    distance[next] = distance[i].map(|distance| distance + 1);
                    queue.push_back(next);
                }
            }
        }
    }
    let mut column: Vec<usize> = distance
        .into_iter()
        .map(|d: Option<usize>| d.unwrap_or(1))
        .collect();
    let deepest = |role, column: &[usize]| {
        nodes
            .iter()
            .zip(column)
            .filter(|(node, _)| node.role == role)
            .map(|(_, &column)| column)
            .max()
    };
    let last = deepest(Role::Hidden, &column)
        .map_or(1, |hidden| hidden + 1)
        .max(deepest(Role::Output, &column).unwrap_or(1));
    for (i, node) in nodes.iter().enumerate() {
        if node.role == Role::Output {
            column[i] = last;
        }
    }
    for (i, node) in nodes.iter().enumerate() {
        if node.role == Role::Bias {
            let nearest = neighbours[i].iter().map(|&next| column[next]).min();
            column[i] = nearest.map_or(0, |nearest| nearest.saturating_sub(1));
        }
    }
    column
}

/// The members of each column from top to bottom: rails first, then near the mean height of their neighbours to the
/// left, which keeps crossings few.
fn ordered(network: &Network, column: &[usize]) -> Vec<Vec<usize>> {
    let count = column.iter().max().map_or(0, |last| last + 1);
    let mut columns = vec![Vec::new(); count];
    for (i, &column) in column.iter().enumerate() {
        columns[column].push(i);
    }
    let neighbours = neighbours(network);
    let mut height = vec![0.0; column.len()];
    for (number, members) in columns.iter_mut().enumerate() {
        let mut keyed: Vec<(bool, f64, usize)> = members
            .iter()
            .map(|&i| {
                let left: Vec<f64> = neighbours[i]
                    .iter()
                    .filter(|&&next| column[next] < number)
                    .map(|&next| height[next])
                    .collect();
                let mean = left.iter().sum::<f64>() / left.len().max(1) as f64;
                (network.nodes()[i].role != Role::Bias, mean, i)
            })
            .collect();
        keyed.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)).then(a.2.cmp(&b.2)));
        *members = keyed.iter().map(|&(_, _, i)| i).collect();
        let middle = (members.len() as f64 - 1.0) / 2.0;
        for (place, &i) in members.iter().enumerate() {
            height[i] = place as f64 - middle;
        }
    }
    columns
}

/// Positions in use, as cells of a grid, so that a look-up does not depend on their number.
#[derive(Default)]
struct Taken {
    cells: HashSet<[i64; 2]>,
    /// Where long searches that came through a cell have ended.
    ends: HashMap<[i64; 2], f64>,
}

impl Taken {
    /// Width of a cell in points: two positions are apart if a whole cell lies between theirs, so a reservoir with its
    /// rim (60 points) does not touch the next, and neighbours at a distance of [`ROW`] count as apart.
    const CELL: f64 = 60.0;

    #[expect(
        clippy::cast_possible_truncation,
        reason = "saturates for positions far outside any canvas"
    )]
    fn cell([x, y]: [f64; 2]) -> [i64; 2] {
        [x, y].map(|coordinate| (coordinate / Self::CELL).floor() as i64)
    }

    fn insert(&mut self, at: [f64; 2]) {
        self.cells.insert(Self::cell(at));
    }

    fn is_free(&self, at: [f64; 2]) -> bool {
        let [x, y] = Self::cell(at);
        let near = |centre: i64| centre.saturating_sub(1)..=centre.saturating_add(1);
        near(x).all(|x| near(y).all(|y| !self.cells.contains(&[x, y])))
    }

    /// The first free position at or below a wish; below a long pile, one at its end.
    fn claim(&mut self, mut at: [f64; 2]) -> [f64; 2] {
        /// Steps after which a search goes on where an earlier one ended: else a pile costs the square of its height.
        const PATIENCE: usize = 64;
        let mut passed = Vec::new();
        while !self.is_free(at) {
            let cell = Self::cell(at);
            let is_pile = passed.len() >= PATIENCE;
            let end = self.ends.get(&cell).filter(|end| is_pile && **end > at[1]);
            passed.push(cell);
            at[1] = end.copied().unwrap_or(at[1] + ROW);
        }
        self.insert(at);
        if passed.len() > PATIENCE {
            self.ends
                .extend(passed.into_iter().map(|cell| (cell, at[1])));
        }
        at
    }
}

/// How far the arrangement must be moved to lie over the positions that are present.
fn shift(network: &Network, arranged: &[(NodeKey, [f64; 2])]) -> [f64; 2] {
    // Beyond this a position is a mistake, and following it would put the rest out of reach, too.
    const FARTHEST: f64 = 1e6;
    let mut sum = [0.0; 2];
    let mut count = 0.0;
    for (node, (_, wish)) in network.nodes().iter().zip(arranged) {
        if let Some(at) = node.at.filter(|at| at.iter().all(|x| x.abs() < FARTHEST)) {
            sum = [sum[0] + at[0] - wish[0], sum[1] + at[1] - wish[1]];
            count += 1.0;
        }
    }
    sum.map(|sum| {
        if count > 0.0 {
            (sum / count).round()
        } else {
            0.0
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::{Device, Kind, Platform};
    use crate::network::Node;

    fn add(network: &mut Network, id: &str, role: Role, at: Option<[f64; 2]>) -> NodeKey {
        let mut node = Node::new(id, role, Platform::Electronic);
        node.at = at;
        network.add_node(node).unwrap()
    }

    fn smallest_gap(network: &Network) -> f64 {
        let at: Vec<[f64; 2]> = network
            .nodes()
            .iter()
            .map(|node| node.at.unwrap())
            .collect();
        let mut gap = f64::INFINITY;
        for (i, a) in at.iter().enumerate() {
            for b in &at[..i] {
                gap = gap.min((a[0] - b[0]).abs().max((a[1] - b[1]).abs()));
            }
        }
        gap
    }

    #[test]
    fn inputs_stand_left_and_outputs_right() {
        let mut network = Network::new(Platform::Electronic);
        let y = add(&mut network, "y", Role::Output, None);
        let h = add(&mut network, "h", Role::Hidden, None);
        let x = add(&mut network, "x", Role::Input, None);
        let rail = add(&mut network, "rail", Role::Bias, None);
        for (id, from, to) in [("a", x, h), ("b", h, y), ("c", rail, y)] {
            network
                .add_edge(id, from, to, Device::new(Kind::Ohmic))
                .unwrap();
        }
        place_missing(&mut network);
        let x_of = |key| network.node(key).unwrap().at.unwrap()[0];
        let expected = [(x, 0.0), (h, 1.0), (rail, 1.0), (y, 2.0)];
        for (key, column) in expected {
            assert!((x_of(key) - column * COLUMN).abs() < 1e-9);
        }
        assert!(smallest_gap(&network) >= ROW);
    }

    #[test]
    fn nothing_overlaps_what_was_placed() {
        let mut network = Network::new(Platform::Electronic);
        for i in 0..40 {
            let at = (i % 3 == 0).then_some([f64::from(i % 4) * 90.0, f64::from(i / 4) * 90.0]);
            add(&mut network, &format!("h{i}"), Role::Hidden, at);
        }
        let before = network.clone();
        place_missing(&mut network);
        for (node, before) in network.nodes().iter().zip(before.nodes()) {
            assert!(
                before.at.is_none() || before.at == node.at,
                "a placed node moved"
            );
        }
        assert!(smallest_gap(&network) >= Taken::CELL);
    }

    #[test]
    fn a_huge_network_is_placed_in_no_time() {
        let mut network = Network::new(Platform::Electronic);
        for i in 0..50_000 {
            network.push_checked_node(Node::new(
                format!("h{i}"),
                Role::Hidden,
                Platform::Electronic,
            ));
        }
        place_missing(&mut network);
        assert!(network.nodes().iter().all(|node| node.at.is_some()));
    }
}
