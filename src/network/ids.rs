//! Ids at a glance: whom each belongs to, and the first number that is free, so that building a network element by
//! element takes time in proportion to its size.
//!
//! Made when an id is first asked for, and kept up to date from then on; a network that is only read or copied pays
//! nothing.

use std::collections::{BTreeSet, HashMap};
use std::sync::OnceLock;

/// The ids of a network's reservoirs, or of its edges.
#[derive(Default)]
pub(super) struct Ids(OnceLock<Taken>);

/// A copy makes its own when it needs them.
impl Clone for Ids {
    fn clone(&self) -> Self {
        Self::default()
    }
}

/// They say nothing that the elements do not say, in an order that differs from run to run.
impl std::fmt::Debug for Ids {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Ids")
    }
}

/// For the same reason.
impl PartialEq for Ids {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

#[derive(Default)]
struct Taken {
    /// The key of the element that bears each id.
    keys: HashMap<String, u32>,
    /// For each stem the numbers that follow it.
    numbers: HashMap<String, Numbers>,
}

/// The numbers taken after one stem.
struct Numbers {
    /// Of the numbers from 1 on below this one only those in `gaps` are free; it is free itself.
    mark: u64,
    gaps: BTreeSet<u64>,
}

impl Default for Numbers {
    fn default() -> Self {
        Self {
            mark: 1,
            gaps: BTreeSet::new(),
        }
    }
}

impl Ids {
    fn taken<'a>(&self, all: impl Iterator<Item = (&'a str, u32)>) -> &Taken {
        self.0.get_or_init(|| {
            let mut taken = Taken::default();
            for (id, key) in all {
                taken.insert(id, key);
            }
            taken
        })
    }

    /// The key of the element with this id; `all` gives id and key of every element.
    pub(super) fn key<'a>(
        &self,
        id: &str,
        all: impl Iterator<Item = (&'a str, u32)>,
    ) -> Option<u32> {
        self.taken(all).keys.get(id).copied()
    }

    /// The stem and the first number from 1 on with which it is not taken.
    pub(super) fn fresh<'a>(
        &self,
        stem: &str,
        all: impl Iterator<Item = (&'a str, u32)>,
    ) -> String {
        let numbers = self.taken(all).numbers.get(stem);
        let first = numbers.map_or(1, |numbers| *numbers.gaps.first().unwrap_or(&numbers.mark));
        format!("{stem}{first}")
    }

    /// Notes a new element.
    pub(super) fn insert(&mut self, id: &str, key: u32) {
        if let Some(taken) = self.0.get_mut() {
            taken.insert(id, key);
        }
    }

    /// Notes that the element with this id is gone, or has another.
    pub(super) fn remove(&mut self, id: &str) {
        if let Some(taken) = self.0.get_mut() {
            taken.remove(id);
        }
    }
}

impl Taken {
    fn insert(&mut self, id: &str, key: u32) {
        self.keys.insert(id.to_owned(), key);
        let Some((stem, number)) = numbered(id) else {
            return;
        };
        let numbers = self.numbers.entry(stem.to_owned()).or_default();
        if number < numbers.mark {
            numbers.gaps.remove(&number);
        }
        // Each number is passed once: removal makes a gap and leaves the mark where it is.
        while self.keys.contains_key(&format!("{stem}{}", numbers.mark)) {
            numbers.mark += 1;
        }
    }

    fn remove(&mut self, id: &str) {
        self.keys.remove(id);
        if let Some((stem, number)) = numbered(id)
            && let Some(numbers) = self.numbers.get_mut(stem)
            && number < numbers.mark
        {
            numbers.gaps.insert(number);
        }
    }
}

/// The stem and the number of an id such as "e12"; none for "e012", which no number is printed as.
fn numbered(id: &str) -> Option<(&str, u64)> {
    let stem = id.trim_end_matches(|c: char| c.is_ascii_digit());
    // Zeros in front belong to no number: "e0" and "e012" have none.
    let digits = &id[stem.len()..];
    let number = digits.parse().ok().filter(|&number: &u64| number > 0)?;
    (!digits.starts_with('0')).then_some((stem, number))
}

#[cfg(test)]
mod tests {
    use crate::device::{Device, Kind, Platform};
    use crate::network::{Network, Node, Role};

    /// The first free number as it is found by looking at every id.
    fn first_free(network: &Network) -> String {
        let is_taken = |id: &str| network.edges().iter().any(|edge| edge.id == id);
        (1..=network.edges().len() + 1)
            .map(|n| format!("e{n}"))
            .find(|id| !is_taken(id))
            .unwrap()
    }

    #[test]
    fn the_first_free_number_is_given_whatever_comes_and_goes() {
        let mut network = Network::new(Platform::Electronic);
        let [x, y] = ["x", "y"].map(|id| {
            let node = Node::new(id, Role::Hidden, Platform::Electronic);
            network.add_node(node).unwrap()
        });
        let mut keys = Vec::new();
        // Any sequence that adds, removes and renames in turn.
        let mut random = 1_u64;
        for step in 0..600 {
            random = random
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            let pick = (random >> 33) as usize;
            match pick % 5 {
                0 if !keys.is_empty() => {
                    network.remove_edge(keys.swap_remove(pick % keys.len()));
                }
                1 if !keys.is_empty() => {
                    let id = ["e7", "e30", "e030", "e", "e0", "f2"][pick % 6];
                    let _ = network.rename_edge(keys[pick % keys.len()], id);
                }
                2 => {
                    let id = format!("e{}", 1 + pick % 50);
                    keys.extend(network.add_edge(id, x, y, Device::new(Kind::Ohmic)));
                }
                3 if step % 50 == 0 => network = network.clone(),
                _ => {
                    let id = network.fresh_edge_id();
                    keys.push(
                        network
                            .add_edge(id, x, y, Device::new(Kind::Ohmic))
                            .unwrap(),
                    );
                }
            }
            assert_eq!(network.fresh_edge_id(), first_free(&network));
            for edge in network.edges() {
                assert_eq!(
                    network.edge_by_id(&edge.id).map(super::super::Edge::key),
                    Some(edge.key())
                );
            }
        }
        network.remove_node(x);
        assert_eq!(network.fresh_edge_id(), "e1");
    }

    #[test]
    fn an_edge_more_looks_at_no_other_edge() {
        let mut network = Network::new(Platform::Electronic);
        let keys: Vec<_> = (0..20_000)
            .map(|_| {
                let id = network.fresh_node_id(Role::Hidden);
                let node = Node::new(id, Role::Hidden, Platform::Electronic);
                network.add_node(node).unwrap()
            })
            .collect();
        for pair in keys.windows(2) {
            let id = network.fresh_edge_id();
            network
                .add_edge(id, pair[0], pair[1], Device::new(Kind::Ohmic))
                .unwrap();
        }
        // The mark has passed each number once, and nothing was left to search for.
        for (ids, count) in [(&network.node_ids, 20_000), (&network.edge_ids, 19_999)] {
            let taken = ids.0.get().unwrap();
            assert_eq!(taken.keys.len(), count);
            let numbers: Vec<_> = taken.numbers.values().collect();
            assert_eq!(numbers.len(), 1);
            assert_eq!(numbers[0].mark, count as u64 + 1);
            assert!(numbers[0].gaps.is_empty());
        }
    }
}
