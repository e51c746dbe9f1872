//! Layered networks made to measure: inputs, hidden layers and outputs, each joined to the next, and rails that feed them.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::insertion::{Insertion, insertion_of};
use super::problem::Problem;
use crate::device::{Device, Kind, Platform};
use crate::learn::parameters::Parameters;
use crate::learn::{Task, init};
use crate::network::{Network, Node, NodeKey, Role};
use crate::system::System;

/// The most edges made at once: twice those of a digits network. Beyond it neither the canvas nor training is any fun.
pub const MOST_EDGES: usize = 50_000;

/// The most reservoirs made at once.
pub const MOST_NODES: usize = 10_000;

/// Room between what is there and what is added, in points at 100 %.
const APART: f64 = 240.0;

/// A seed whose draw learns XOR without a new start, on both platforms.
pub const GOOD_SEED: u64 = 3;

/// Height of a reservoir with its label.
const ROW: f64 = 100.0;

/// The most reservoirs one above the other before a layer is folded into several columns.
const TALLEST: usize = 16;

/// The parameters of the devices that are made.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// All alike.
    Alike(Device),
    /// Drawn as a seeded training draws them. Hidden reservoirs that are alike would learn alike, and stay so.
    Drawn {
        /// The law.
        kind: Kind,
        /// The seed of the draw.
        seed: u64,
    },
}

impl Values {
    /// The law of the devices.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::Alike(device) => device.kind(),
            Self::Drawn { kind, .. } => *kind,
        }
    }

    /// A device to begin with.
    #[must_use]
    pub fn device(&self) -> Device {
        match self {
            Self::Alike(device) => device.clone(),
            Self::Drawn { kind, .. } => Device::new(*kind),
        }
    }
}

/// What a layered network is made of.
#[derive(Clone, Debug, PartialEq)]
pub struct Layered {
    /// The number of inputs; at least 1.
    pub inputs: usize,
    /// The number of reservoirs of each hidden layer; at least 1 each. No hidden layer joins inputs to outputs.
    pub hidden: Vec<usize>,
    /// The number of outputs; at least 1.
    pub outputs: usize,
    /// The states at which rails are held.
    pub rails: Vec<f64>,
    /// Whether the rails feed the hidden layers.
    pub feeds_hidden: bool,
    /// Whether the rails feed the outputs.
    pub feeds_outputs: bool,
    /// Whether the inputs are joined to the outputs, too, past the hidden layers.
    pub skips: bool,
    /// The devices.
    pub values: Values,
    /// The leak of hidden reservoirs and outputs; ≥ 0. Without one nothing forgets its initial state.
    pub leak: f64,
    /// The state at which inputs are held.
    pub value: f64,
}

/// How much a layered network is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Reservoirs.
    pub nodes: usize,
    /// Edges.
    pub edges: usize,
}

impl Layered {
    /// What learns every gate of two inputs: four hidden reservoirs, and rails beyond the inputs on both sides.
    #[must_use]
    pub fn new(platform: Platform) -> Self {
        let (kind, rails, value) = match platform {
            Platform::Electronic => (Kind::QuantumDot, vec![3.0, -3.0], 2.0),
            Platform::Chemical => (Kind::Enzyme, vec![4.0, 0.02], 1.0),
        };
        Self {
            inputs: 2,
            hidden: vec![4],
            outputs: 1,
            rails,
            feeds_hidden: true,
            feeds_outputs: true,
            skips: true,
            values: Values::Drawn {
                kind,
                seed: GOOD_SEED,
            },
            leak: 0.5,
            value,
        }
    }

    /// The layers from left to right.
    fn layers(&self) -> Vec<(Role, usize)> {
        let hidden = self.hidden.iter().map(|&count| (Role::Hidden, count));
        std::iter::once((Role::Input, self.inputs))
            .chain(hidden)
            .chain([(Role::Output, self.outputs)])
            .collect()
    }

    /// Whether the rails feed a layer of this role.
    fn feeds(&self, role: Role) -> bool {
        match role {
            Role::Hidden => self.feeds_hidden,
            Role::Output => self.feeds_outputs,
            Role::Input | Role::Bias => false,
        }
    }

    /// How many reservoirs and edges it has.
    ///
    /// # Errors
    /// If a layer is empty, or there are too many to be made at once.
    pub fn size(&self) -> Result<Size, Problem> {
        let layers = self.layers();
        if layers.iter().any(|(_, count)| *count == 0) {
            return Err(Problem::new(
                "layers",
                "a layer is empty",
                "give every layer at least one reservoir, or remove it",
            ));
        }
        let sum = |counts: &mut dyn Iterator<Item = usize>| counts.fold(0, usize::saturating_add);
        let nodes =
            sum(&mut layers.iter().map(|(_, count)| *count)).saturating_add(self.rails.len());
        let between = layers
            .windows(2)
            .map(|pair| pair[0].1.saturating_mul(pair[1].1));
        let fed = layers
            .iter()
            .filter(|(role, _)| self.feeds(*role))
            .map(|(_, count)| count.saturating_mul(self.rails.len()));
        let past = if self.has_skips() {
            self.inputs.saturating_mul(self.outputs)
        } else {
            0
        };
        let edges = sum(&mut between.chain(fed)).saturating_add(past);
        let too_many = |count: usize, most: usize, what: &str| {
            (count > most).then(|| {
                Problem::new(
                    "layers",
                    format!("{count} {what} are too many to be made at once (at most {most})"),
                    "choose smaller layers",
                )
            })
        };
        let problem = too_many(nodes, MOST_NODES, "reservoirs")
            .or_else(|| too_many(edges, MOST_EDGES, "edges"));
        match problem {
            Some(problem) => Err(problem),
            None => Ok(Size { nodes, edges }),
        }
    }

    fn has_skips(&self) -> bool {
        self.skips && !self.hidden.is_empty()
    }

    /// The network by itself, with a place for every reservoir.
    ///
    /// # Errors
    /// As [`Layered::size`].
    pub fn network(&self, platform: Platform) -> Result<Network, Problem> {
        self.size()?;
        let mut network = Network::new(platform);
        let layers = self.layers();
        let mut keys: Vec<Vec<NodeKey>> = Vec::new();
        let mut x = 0.0;
        let mut hidden = 0;
        let mut widths = Vec::new();
        for (k, &(role, count)) in layers.iter().enumerate() {
            let places = places(count);
            let width = places.last().map_or(0.0, |at| at[0]);
            widths.push([x, x + width]);
            let mut layer = Vec::with_capacity(count);
            for (i, at) in places.into_iter().enumerate() {
                // Hidden reservoirs are counted through all layers; a single input or output needs no number.
                let number = if role == Role::Hidden { hidden + i } else { i };
                let id = if count == 1 && role != Role::Hidden {
                    role.id_stem().to_owned()
                } else {
                    format!("{}{}", role.id_stem(), number + 1)
                };
                let mut node = Node::new(id, role, platform);
                node.at = Some([x + at[0], at[1]]);
                node.value = self.value;
                node.leak = self.leak;
                layer.push(network.push_checked_node(node));
            }
            if role == Role::Hidden {
                hidden += count;
            }
            keys.push(layer);
            if let Some(&(_, next)) = layers.get(k + 1) {
                x += width + gap(count.max(next), k == 0 && !self.rails.is_empty());
            }
        }
        let rails = self.add_rails(&mut network, &widths);
        let device = self.values.device();
        let mut number = 0;
        let mut join = |network: &mut Network, from: NodeKey, to: NodeKey| {
            number += 1;
            network.push_checked_edge(format!("e{number}"), None, from, to, device.clone());
        };
        for (k, &(role, _)) in layers.iter().enumerate().skip(1) {
            let before = &keys[k - 1];
            let past = if role == Role::Output && self.has_skips() {
                keys[0].as_slice()
            } else {
                &[]
            };
            let fed = if self.feeds(role) {
                rails.as_slice()
            } else {
                &[]
            };
            for &to in &keys[k] {
                for &from in before.iter().chain(fed).chain(past) {
                    join(&mut network, from, to);
                }
            }
        }
        if let Values::Drawn { seed, .. } = self.values {
            draw(&mut network, seed);
        }
        Ok(network)
    }

    /// Adds the rails above and below the middle of the first gap, those that are held higher above.
    fn add_rails(&self, network: &mut Network, widths: &[[f64; 2]]) -> Vec<NodeKey> {
        let (Some(first), Some(second)) = (widths.first(), widths.get(1)) else {
            return Vec::new();
        };
        let x = first[1] + 0.45 * (second[0] - first[1]);
        let half = self
            .layers()
            .iter()
            .take(2)
            .map(|&(_, count)| 0.5 * ROW * (count.min(TALLEST) as f64 - 1.0))
            .fold(0.0, f64::max)
            .max(120.0);
        let mut beside = [0.0; 2];
        self.rails
            .iter()
            .map(|&value| {
                let is_high = value > network.ground;
                let side = &mut beside[usize::from(is_high)];
                let y = half + 20.0 + ROW * *side;
                *side += 1.0;
                let stem = if is_high { "hi" } else { "lo" };
                let id = match *side {
                    1.0 => stem.to_owned(),
                    number => format!("{stem}{number}"),
                };
                let mut node = Node::new(id, Role::Bias, network.platform());
                node.value = value;
                node.at = Some([x, if is_high { -y } else { y }]);
                network.push_checked_node(node)
            })
            .collect()
    }

    /// What adds it to a network, to the right of what is there.
    ///
    /// # Errors
    /// As [`Layered::size`].
    pub fn insertion(&self, network: &Network) -> Result<Insertion, Problem> {
        let own = self.network(network.platform())?;
        let there = bounds(network);
        let here = bounds(&own);
        let way = match (there, here) {
            (Some([low, high]), Some([own_low, own_high])) => [
                high[0] + APART - own_low[0],
                0.5 * (low[1] + high[1] - own_low[1] - own_high[1]),
            ],
            _ => [0.0; 2],
        };
        let mut insertion = insertion_of(&own);
        for node in &mut insertion.nodes {
            node.at = node
                .at
                .map(|[x, y]| [(x + way[0]).round(), (y + way[1]).round()]);
        }
        Ok(insertion)
    }
}

/// Distance of two layers: the more reservoirs, the more edges have to be told apart; rails stand in the first gap.
fn gap(count: usize, has_rails: bool) -> f64 {
    let room = 200.0 + 40.0 * (count.min(TALLEST) as f64).sqrt();
    if has_rails { room + 180.0 } else { room }
}

/// Places of a layer around the line y = 0, beginning at x = 0; a tall layer is folded into columns.
fn places(count: usize) -> Vec<[f64; 2]> {
    let height = TALLEST.max(count.isqrt());
    let columns = count.div_ceil(height).max(1);
    let rows = count.div_ceil(columns).max(1);
    (0..count)
        .map(|i| {
            let in_column = rows.min(count - i / rows * rows);
            let from_middle = (i % rows) as f64 - 0.5 * (in_column as f64 - 1.0);
            [(i / rows) as f64 * ROW, from_middle * ROW]
        })
        .collect()
}

/// Lowest and highest coordinates of a network's reservoirs.
fn bounds(network: &Network) -> Option<[[f64; 2]; 2]> {
    let places = network.nodes().iter().filter_map(|node| node.at);
    places.fold(None, |bounds, [x, y]| {
        let [[x0, y0], [x1, y1]] = bounds.unwrap_or([[x, y]; 2]);
        Some([[x0.min(x), y0.min(y)], [x1.max(x), y1.max(y)]])
    })
}

/// Gives every trainable parameter of the devices a value of its own.
fn draw(network: &mut Network, seed: u64) {
    let mut system = System::new(network);
    let parameters = Parameters::new(&system, &Task::default());
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let drawn = init::draw(&system, &parameters, &mut rng);
    parameters.set_coordinates(&mut system, &drawn);
    parameters.store(&system, network);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Document, History, Selection};

    fn wide() -> Layered {
        Layered {
            inputs: 3,
            hidden: vec![40, 2],
            outputs: 2,
            ..Layered::new(Platform::Electronic)
        }
    }

    #[test]
    fn counts_are_those_of_what_is_made() {
        for platform in [Platform::Electronic, Platform::Chemical] {
            for (feeds_hidden, feeds_outputs, skips) in [
                (true, true, true),
                (false, true, false),
                (false, false, true),
            ] {
                for hidden in [vec![], vec![4], vec![3, 1, 5]] {
                    let spec = Layered {
                        hidden,
                        feeds_hidden,
                        feeds_outputs,
                        skips,
                        ..Layered::new(platform)
                    };
                    let size = spec.size().unwrap();
                    let network = spec.network(platform).unwrap();
                    let made = (network.nodes().len(), network.edges().len());
                    assert_eq!((size.nodes, size.edges), made);
                }
            }
        }
        let size = Layered::new(Platform::Electronic).size().unwrap();
        assert_eq!((size.nodes, size.edges), (9, 24));
    }

    #[test]
    fn it_is_one_step_with_ids_of_its_own_beside_what_is_there() {
        let old = Layered::new(Platform::Electronic);
        let old = Document::new(old.network(Platform::Electronic).unwrap());
        let mut history = History::new(old.clone());
        let insertion = wide().insertion(&history.document().network).unwrap();
        let none = Selection::default();
        history.insert("layers", &none, &insertion).unwrap();
        let network = &history.document().network;
        let right = old.network.nodes().iter().filter_map(|node| node.at);
        let right = right.map(|at| at[0]).fold(f64::NEG_INFINITY, f64::max);
        for node in &network.nodes()[old.network.nodes().len()..] {
            assert!(node.at.unwrap()[0] >= right + APART - 1.0);
        }
        for id in ["x1", "x5", "h46", "y", "y2", "hi", "hi1", "lo1"] {
            assert!(network.node_by_id(id).is_some(), "{id}");
        }
        assert_eq!(history.undo(), Some(none));
        assert_eq!(history.document(), &old);
    }

    #[test]
    fn no_two_reservoirs_overlap() {
        let network = wide().network(Platform::Electronic).unwrap();
        for (k, a) in network.nodes().iter().enumerate() {
            for b in &network.nodes()[..k] {
                let (p, q) = (a.at.unwrap(), b.at.unwrap());
                let apart = (p[0] - q[0]).abs().max((p[1] - q[1]).abs());
                assert!(apart >= 76.0, "{} and {}: {apart}", a.id, b.id);
            }
        }
    }

    #[test]
    fn drawn_devices_differ_and_the_same_seed_repeats_them() {
        let spec = wide();
        let network = spec.network(Platform::Electronic).unwrap();
        assert_eq!(network, spec.network(Platform::Electronic).unwrap());
        let [a, b] = [0, 1].map(|k| network.edges()[k].device.clone());
        assert_ne!(a, b);
        let alike = Layered {
            values: Values::Alike(Device::new(Kind::Ohmic)),
            ..spec
        };
        let network = alike.network(Platform::Electronic).unwrap();
        let device = Device::new(Kind::Ohmic);
        assert!(network.edges().iter().all(|edge| edge.device == device));
    }

    #[test]
    fn what_is_too_large_or_empty_is_refused_in_words() {
        let with = |hidden: Vec<usize>| Layered {
            hidden,
            ..Layered::new(Platform::Electronic)
        };
        let size = with(vec![220, 220]).size().unwrap();
        assert!(size.edges <= MOST_EDGES);
        let problem = with(vec![300, 300]).size().unwrap_err();
        assert!(
            problem.to_string().contains("92104 edges are too many"),
            "{problem}"
        );
        assert!(with(vec![usize::MAX, usize::MAX]).size().is_err());
        assert!(with(vec![4, 0]).network(Platform::Electronic).is_err());
        let no_rails = Layered {
            rails: Vec::new(),
            ..with(vec![2])
        };
        assert!(no_rails.network(Platform::Electronic).is_ok());
    }
}
