//! The compiled form of a network: flat arrays, the net inflow F(x), its Jacobian, and the conserved totals.
//!
//! Reservoirs become *slots*: the free ones first (slot = position in the state vector x), then the clamps. Devices
//! are grouped by law (a formula is a law) and kept as structures of arrays, so that one evaluation gathers states, runs one kernel per law
//! and scatters currents.

mod evaluation;
mod feeds;
mod joined;
pub mod lanes;
pub mod pattern;

use std::sync::{Arc, OnceLock};

use petgraph::unionfind::UnionFind;

use crate::device::{Device, Kernel, Platform, Side};
use crate::network::{EdgeKey, Network, NodeKey, Role, Signal};

mod spot;
mod structure;

pub use evaluation::{Flow, ParamSlopes};
use feeds::Feeds;
pub use spot::Spot;
pub use structure::{Algebra, Structure};

/// An edge in compiled form.
#[derive(Clone, Debug)]
pub struct Link {
    /// The edge it stands for.
    pub key: EdgeKey,
    /// Slot of the reservoir whose state is `a`.
    pub from: usize,
    /// Slot of the reservoir whose state is `b`.
    pub to: usize,
    /// The law and its parameters.
    pub device: Device,
}

impl Link {
    /// The slot at one side.
    #[must_use]
    pub fn slot(&self, side: Side) -> usize {
        match side {
            Side::From => self.from,
            Side::To => self.to,
        }
    }
}

/// Devices of one law, as structures of arrays.
#[derive(Clone, Debug)]
struct Group {
    kernel: Kernel,
    /// Positions in `System::links`.
    links: Vec<usize>,
    from: Vec<usize>,
    to: Vec<usize>,
    /// `params[p][k]`: parameter `p` of the group's device `k`.
    params: Vec<Vec<f64>>,
}

/// A network compiled for computation.
#[derive(Clone, Debug)]
pub struct System {
    platform: Platform,
    ground: f64,
    omega: f64,
    nodes: Vec<NodeKey>,
    roles: Vec<Role>,
    capacity: Vec<f64>,
    leak: Vec<f64>,
    initial: Vec<f64>,
    clamps: Vec<f64>,
    signals: Vec<(usize, Signal)>,
    links: Vec<Link>,
    /// The slots of each link's ends, apart from the links so that a sweep over them stays in the cache.
    ends: Vec<[usize; 2]>,
    groups: Vec<Group>,
    /// For each link, its group and its place there.
    places: Vec<(usize, usize)>,
    /// For each link, where its slopes begin in [`ParamSlopes`].
    first_slopes: Vec<usize>,
    islands: Vec<Vec<usize>>,
    structure: OnceLock<Arc<Structure>>,
    algebra: Algebra,
    /// Parameters that share one value, each as the position of its link and that of the parameter.
    ties: Vec<Vec<[usize; 2]>>,
    /// What clamps feed into free reservoirs beyond the links; see [`System::condensed`].
    feeds: Option<Arc<Feeds>>,
}

impl System {
    /// Compiles a network.
    #[must_use]
    pub fn new(network: &Network) -> Self {
        let (clamped, free): (Vec<_>, Vec<_>) = network
            .nodes()
            .iter()
            .partition(|node| node.role.is_clamped());
        let ordered: Vec<_> = free.iter().chain(&clamped).collect();
        let mut slot_of = vec![usize::MAX; network.nodes().len()];
        for (slot, node) in ordered.iter().enumerate() {
            if let Some(index) = network.node_index(node.key()) {
                slot_of[index] = slot;
            }
        }
        let slot = |key: NodeKey| network.node_index(key).map(|index| slot_of[index]);
        let links: Vec<Link> = network
            .edges()
            .iter()
            .filter_map(|edge| {
                Some(Link {
                    key: edge.key(),
                    from: slot(edge.from)?,
                    to: slot(edge.to)?,
                    device: edge.device.clone(),
                })
            })
            .collect();
        let (groups, places) = grouped(&links);
        let mut system = Self {
            platform: network.platform(),
            ground: network.ground,
            omega: network.system_size,
            nodes: ordered.iter().map(|node| node.key()).collect(),
            roles: ordered.iter().map(|node| node.role).collect(),
            capacity: free.iter().map(|node| node.capacity).collect(),
            leak: free.iter().map(|node| node.leak).collect(),
            initial: free.iter().map(|node| network.initial_of(node)).collect(),
            clamps: clamped.iter().map(|node| node.value).collect(),
            signals: clamped
                .iter()
                .enumerate()
                .filter_map(|(c, node)| Some((c, node.signal?)))
                .collect(),
            ends: links.iter().map(|link| [link.from, link.to]).collect(),
            first_slopes: first_slopes(&groups, links.len()),
            links,
            groups,
            places,
            islands: Vec::new(),
            structure: OnceLock::new(),
            algebra: Algebra::default(),
            ties: Vec::new(),
            feeds: None,
        };
        system.islands = system.find_islands();
        system.ties = system.find_ties(network);
        system.prepare_structure();
        system
    }

    /// A system of nothing that is of the same platform, ground and size, and solved in the same way.
    fn bare(&self) -> Self {
        Self {
            platform: self.platform,
            ground: self.ground,
            omega: self.omega,
            nodes: Vec::new(),
            roles: Vec::new(),
            capacity: Vec::new(),
            leak: Vec::new(),
            initial: Vec::new(),
            clamps: Vec::new(),
            signals: Vec::new(),
            links: Vec::new(),
            ends: Vec::new(),
            groups: Vec::new(),
            places: Vec::new(),
            first_slopes: Vec::new(),
            islands: Vec::new(),
            structure: OnceLock::new(),
            algebra: self.algebra,
            ties: Vec::new(),
            feeds: None,
        }
    }

    fn find_ties(&self, network: &Network) -> Vec<Vec<[usize; 2]>> {
        let member = |key: EdgeKey, parameter: &str| {
            let link = self.link(key)?;
            let p = self.links[link].device.param_index(parameter)?;
            Some([link, p])
        };
        let ties = network.ties().iter();
        ties.map(|tie| {
            let edges = tie.edges.iter();
            edges
                .filter_map(|&key| member(key, tie.parameter))
                .collect()
        })
        .collect()
    }

    /// Parameters of devices that share one value: position of the link, position of the parameter.
    #[must_use]
    pub fn ties(&self) -> &[Vec<[usize; 2]>] {
        &self.ties
    }

    /// What the network carries.
    #[must_use]
    pub fn platform(&self) -> Platform {
        self.platform
    }

    /// The state of the ground.
    #[must_use]
    pub fn ground(&self) -> f64 {
        self.ground
    }

    /// Ω, the carriers behind one unit.
    #[must_use]
    pub fn system_size(&self) -> f64 {
        self.omega
    }

    /// The number of free reservoirs: the length of a state vector.
    #[must_use]
    pub fn free_count(&self) -> usize {
        self.capacity.len()
    }

    /// The reservoir in each slot: free ones first, then clamps.
    #[must_use]
    pub fn nodes(&self) -> &[NodeKey] {
        &self.nodes
    }

    /// The role in each slot.
    #[must_use]
    pub fn roles(&self) -> &[Role] {
        &self.roles
    }

    /// The slot of a reservoir.
    #[must_use]
    pub fn slot(&self, key: NodeKey) -> Option<usize> {
        let free = self.free_count();
        // Keys ascend within the free slots and within the clamps.
        let (head, tail) = self.nodes.split_at(free);
        head.binary_search(&key)
            .ok()
            .or_else(|| tail.binary_search(&key).ok().map(|c| c + free))
    }

    /// Capacity of each free reservoir.
    #[must_use]
    pub fn capacity(&self) -> &[f64] {
        &self.capacity
    }

    /// Leak of each free reservoir.
    #[must_use]
    pub fn leak(&self) -> &[f64] {
        &self.leak
    }

    /// The state at t = 0 of each free reservoir.
    #[must_use]
    pub fn initial(&self) -> &[f64] {
        &self.initial
    }

    /// The value of each clamp, without its signal.
    #[must_use]
    pub fn clamps(&self) -> &[f64] {
        &self.clamps
    }

    /// The signals clamps follow: the position among the clamps, and the signal.
    #[must_use]
    pub fn signals(&self) -> &[(usize, Signal)] {
        &self.signals
    }

    /// Sets the value of the clamp in `slot`.
    ///
    /// # Panics
    /// If the slot is not that of a clamp.
    pub fn set_clamp(&mut self, slot: usize, value: f64) {
        let free = self.free_count();
        self.clamps[slot - free] = value;
    }

    /// The edges, in the order of the network.
    #[must_use]
    pub fn links(&self) -> &[Link] {
        &self.links
    }

    /// The slots of each link's ends: `from`, then `to`.
    #[must_use]
    pub fn ends(&self) -> &[[usize; 2]] {
        &self.ends
    }

    /// The position of an edge in [`System::links`].
    #[must_use]
    pub fn link(&self, key: EdgeKey) -> Option<usize> {
        self.links.binary_search_by_key(&key, |link| link.key).ok()
    }

    /// A parameter of a link.
    ///
    /// # Panics
    /// If there is no such link or parameter.
    #[must_use]
    pub fn param(&self, link: usize, p: usize) -> f64 {
        let (group, place) = self.places[link];
        self.groups[group].params[p][place]
    }

    /// Sets a parameter of a link in place.
    ///
    /// # Panics
    /// If there is no such link or parameter; the value is not checked (as [`Device::set_param`] would).
    pub fn set_param(&mut self, link: usize, p: usize, value: f64) {
        let (group, place) = self.places[link];
        self.groups[group].params[p][place] = value;
        self.links[link].device.put_param(p, value);
    }

    /// Sets the capacity of a free reservoir.
    ///
    /// # Panics
    /// If there is no such free reservoir.
    pub fn set_capacity(&mut self, i: usize, capacity: f64) {
        self.capacity[i] = capacity;
    }

    /// Sets the leak of a free reservoir; one that appears or vanishes can join or make an island.
    ///
    /// # Panics
    /// If there is no such free reservoir.
    pub fn set_leak(&mut self, i: usize, leak: f64) {
        let changes_islands = (self.leak[i] > 0.0) != (leak > 0.0);
        self.leak[i] = leak;
        if changes_islands {
            self.islands = self.find_islands();
        }
    }

    /// The groups of free reservoirs without any path to a clamp or a leak: each keeps its total Σ C·x.
    #[must_use]
    pub fn islands(&self) -> &[Vec<usize>] {
        &self.islands
    }

    /// Whether any clamp follows a signal.
    #[must_use]
    pub fn is_driven(&self) -> bool {
        !self.signals.is_empty()
    }

    /// The same system with every clamp at rest at its value.
    #[must_use]
    pub fn without_signals(&self) -> Self {
        Self {
            signals: Vec::new(),
            ..self.clone()
        }
    }

    /// The clamps' states at time `t`, signals included, as seen from the time `inside` (see [`Signal::at`]).
    #[must_use]
    pub fn clamps_at(&self, t: f64, inside: f64) -> Vec<f64> {
        let mut clamps = self.clamps.clone();
        for (c, signal) in &self.signals {
            clamps[*c] += signal.at(t, inside);
        }
        clamps
    }

    /// The clamps' rates of change at time `t`, between jumps.
    #[must_use]
    pub fn clamp_rates_at(&self, t: f64) -> Vec<f64> {
        let mut rates = vec![0.0; self.clamps.len()];
        for (c, signal) in &self.signals {
            rates[*c] += signal.rate_at(t);
        }
        rates
    }

    /// The first time after `t` at which a signal jumps; infinite if none does.
    #[must_use]
    pub fn next_jump(&self, t: f64) -> f64 {
        self.signals
            .iter()
            .fold(f64::INFINITY, |next, (_, signal)| {
                next.min(signal.next_jump(t))
            })
    }

    /// The stored totals Σ C·x of each island at the state `x`.
    #[must_use]
    pub fn island_totals(&self, x: &[f64]) -> Vec<f64> {
        self.islands
            .iter()
            .map(|island| island.iter().map(|&i| self.capacity[i] * x[i]).sum())
            .collect()
    }

    /// Connected components of the free reservoirs that touch no clamp and no leak.
    fn find_islands(&self) -> Vec<Vec<usize>> {
        let n = self.free_count();
        // Slot n stands for everything that holds a state: clamps and ground.
        let mut sets = UnionFind::<usize>::new(n + 1);
        for &[from, to] in &self.ends {
            sets.union(from.min(n), to.min(n));
        }
        for (i, &leak) in self.leak.iter().enumerate() {
            if leak > 0.0 {
                sets.union(i, n);
            }
        }
        let labels = sets.into_labeling();
        let mut islands: Vec<Vec<usize>> = vec![Vec::new(); n + 1];
        for i in (0..n).filter(|&i| labels[i] != labels[n]) {
            islands[labels[i]].push(i);
        }
        islands.retain(|island| !island.is_empty());
        islands
    }
}

fn grouped(links: &[Link]) -> (Vec<Group>, Vec<(usize, usize)>) {
    let mut groups: Vec<Group> = Vec::new();
    let mut places = Vec::with_capacity(links.len());
    for (l, link) in links.iter().enumerate() {
        let g = groups
            .iter()
            .position(|group| link.device.follows(&group.kernel))
            .unwrap_or_else(|| {
                let params = vec![Vec::new(); link.device.specs().len()];
                groups.push(Group {
                    kernel: link.device.kernel(),
                    links: Vec::new(),
                    from: Vec::new(),
                    to: Vec::new(),
                    params,
                });
                groups.len() - 1
            });
        let group = &mut groups[g];
        places.push((g, group.links.len()));
        group.links.push(l);
        group.from.push(link.from);
        group.to.push(link.to);
        for (column, &value) in group.params.iter_mut().zip(link.device.params()) {
            column.push(value);
        }
    }
    (groups, places)
}

/// For each link, where its slopes begin in [`ParamSlopes`].
fn first_slopes(groups: &[Group], links: usize) -> Vec<usize> {
    let mut first = vec![0; links];
    let mut next = 0;
    for group in groups {
        for &link in &group.links {
            first[link] = next;
            next += group.params.len();
        }
    }
    first
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::Kind;
    use crate::network::Node;

    fn node(network: &mut Network, id: &str, role: Role, leak: f64) -> NodeKey {
        let mut node = Node::new(id, role, Platform::Electronic);
        node.leak = leak;
        network.add_node(node).unwrap()
    }

    /// x → y (leaky), h1 – h2 an island, h3 alone.
    fn sample() -> Network {
        let mut network = Network::new(Platform::Electronic);
        let h1 = node(&mut network, "h1", Role::Hidden, 0.0);
        let x = node(&mut network, "x", Role::Input, 0.0);
        let y = node(&mut network, "y", Role::Output, 0.3);
        let h2 = node(&mut network, "h2", Role::Hidden, 0.0);
        let _h3 = node(&mut network, "h3", Role::Hidden, 0.0);
        network.node_mut(x).unwrap().value = 2.0;
        network
            .add_edge("e1", x, y, Device::new(Kind::QuantumDot))
            .unwrap();
        network
            .add_edge("e2", h1, h2, Device::new(Kind::Diode))
            .unwrap();
        network
    }

    #[test]
    fn slots_put_free_reservoirs_first() {
        let network = sample();
        let system = System::new(&network);
        assert_eq!(system.free_count(), 4);
        for node in network.nodes() {
            let slot = system.slot(node.key()).unwrap();
            assert_eq!(system.nodes()[slot], node.key());
            assert_eq!(slot >= 4, node.role.is_clamped());
        }
    }

    #[test]
    fn islands_are_what_no_clamp_or_leak_holds() {
        let system = System::new(&sample());
        // Free slots: h1 0, y 1, h2 2, h3 3.
        assert_eq!(system.islands(), &[vec![0, 2], vec![3]]);
    }

    #[test]
    fn jacobian_is_the_derivative_of_the_net_inflow() {
        let system = System::new(&sample());
        let x = [0.7, 0.2, -0.4, 1.0];
        let j = system.jacobian(&system.flow(&x));
        let h = 1e-6;
        for k in 0..4 {
            let shifted = |s: f64| {
                let mut x = x;
                x[k] += s;
                system.flow(&x).net
            };
            let (up, down) = (shifted(h), shifted(-h));
            for i in 0..4 {
                // Central differences: error h²·F‴/6 plus rounding 1e-16/h.
                assert!((j[(i, k)] - (up[i] - down[i]) / (2.0 * h)).abs() < 1e-8);
            }
        }
    }

    #[test]
    fn parameters_are_rewritten_in_place() {
        let network = sample();
        let mut system = System::new(&network);
        let p = Kind::QuantumDot.param_index("tunnel_rate").unwrap();
        let before = system.flow(&[0.0; 4]).responses[0].current;
        system.set_param(0, p, 2.0);
        assert!((system.flow(&[0.0; 4]).responses[0].current - 2.0 * before).abs() < 1e-15);
    }
}
