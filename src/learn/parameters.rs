//! The trainable parameters of a network, as one vector of values and one of unconstrained coordinates.
//!
//! A positive parameter is trained through its logarithm: its coordinate is ln θ. All others are their own coordinate.

use std::collections::HashMap;

use super::task::{Task, Trainable};
use crate::device::{ParamRange, exponentials};
use crate::network::{CAPACITY, EdgeKey, LEAK, Network, NodeKey};
use crate::system::{ParamSlopes, Spot, System};

/// What a trainable parameter is a parameter of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// Parameter `p` of a link's device.
    Device {
        /// Position in [`System::links`].
        link: usize,
        /// Position in the law's specs.
        p: usize,
    },
    /// The capacity of a free reservoir.
    Capacity(usize),
    /// The leak of a free reservoir.
    Leak(usize),
}

/// One trainable parameter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Parameter {
    /// Whose it is.
    pub target: Target,
    /// Its name in the file.
    pub name: &'static str,
    /// Values that are allowed.
    pub range: ParamRange,
}

/// Coordinates of positive parameters stay within this of 0: e^±30 spans every rate that could matter in a steady state,
/// and keeps all arithmetic far from overflow.
const LARGEST_LOGARITHM: f64 = 30.0;

/// All other coordinates stay within this: no level or shift beyond it does anything that 1e4 does not.
const LARGEST_VALUE: f64 = 1e4;

impl Parameter {
    /// The coordinate of a value.
    #[must_use]
    pub fn coordinate(&self, value: f64) -> f64 {
        if self.is_logarithmic() {
            value.ln()
        } else {
            value
        }
    }

    /// A coordinate brought into range.
    fn bounded(&self, coordinate: f64) -> f64 {
        let [lo, hi] = match self.range {
            ParamRange::Positive => [-LARGEST_LOGARITHM, LARGEST_LOGARITHM],
            ParamRange::NonNegative => [0.0, LARGEST_VALUE],
            ParamRange::Real => [-LARGEST_VALUE, LARGEST_VALUE],
        };
        coordinate.clamp(lo, hi)
    }

    /// The value at a coordinate, brought into range: that of [`Parameters::set_coordinates`], to the bit.
    #[must_use]
    pub fn value(&self, coordinate: f64) -> f64 {
        let mut value = [self.bounded(coordinate)];
        if self.is_logarithmic() {
            exponentials(&mut value);
        }
        value[0]
    }

    /// d value/d coordinate at a value.
    #[must_use]
    pub fn stretch(&self, value: f64) -> f64 {
        if self.is_logarithmic() { value } else { 1.0 }
    }

    fn is_logarithmic(&self) -> bool {
        self.range == ParamRange::Positive
    }

    /// Its value in a system.
    #[must_use]
    #[inline]
    pub fn read(&self, system: &System) -> f64 {
        match self.target {
            Target::Device { link, p } => system.param(link, p),
            Target::Capacity(i) => system.capacity()[i],
            Target::Leak(i) => system.leak()[i],
        }
    }

    /// Sets its value in a system.
    #[inline]
    pub fn write(&self, system: &mut System, value: f64) {
        match self.target {
            Target::Device { link, p } => system.set_param(link, p, value),
            Target::Capacity(i) => system.set_capacity(i, value),
            Target::Leak(i) => system.set_leak(i, value),
        }
    }
}

/// The element of the network that a parameter belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// An edge.
    Edge(EdgeKey),
    /// A reservoir.
    Node(NodeKey),
}

/// The trainable parameters of a task for one system and its copies, in the order of edges, then reservoirs.
///
/// Tied parameters stand in it one by one, with equal values. One coordinate drives them all: slopes are summed by
/// [`Parameters::gather`] before they are used, and what was made of them is given to all by [`Parameters::spread`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parameters {
    list: Vec<Parameter>,
    /// The positions of those that share one value.
    ties: Vec<Vec<usize>>,
    /// Where those of devices lie in the system, with their positions here: those trained through their logarithm, and the
    /// others.
    logarithms: Vec<(usize, Spot)>,
    plain: Vec<(usize, Spot)>,
    /// The positions of those of reservoirs.
    of_nodes: Vec<usize>,
}

impl Parameters {
    /// The parameters a task trains: its list, or all device parameters but `tracking` and `k_eq`. A parameter that is
    /// absent (an infinite `k_i`) is not trained.
    #[must_use]
    pub fn new(system: &System, task: &Task) -> Self {
        let list = task.trainable.as_deref();
        let names =
            |wanted: &dyn Fn(&Trainable) -> bool| list.is_some_and(|list| list.iter().any(wanted));
        let wants = |l: usize, p: usize| {
            let link = &system.links()[l];
            let spec = &link.device.specs()[p];
            let is_named = names(&|entry| match *entry {
                Trainable::Device { edge, parameter } => edge == link.key && parameter == spec.name,
                Trainable::Every(parameter) => parameter == spec.name,
                Trainable::Capacity(_) | Trainable::Leak(_) => false,
            });
            is_named || list.is_none() && spec.trainable
        };
        // Where one of a tie is trained, all of it moves.
        let mut tie_of = HashMap::new();
        for (t, tie) in system.ties().iter().enumerate() {
            let is_wanted = tie.iter().any(|&[l, p]| wants(l, p));
            tie_of.extend(tie.iter().map(|&member| (member, (t, is_wanted))));
        }
        let mut ties = vec![Vec::new(); system.ties().len()];
        let mut parameters = Vec::new();
        for (l, link) in system.links().iter().enumerate() {
            for (p, spec) in link.device.specs().iter().enumerate() {
                let tie = tie_of.get(&[l, p]).copied();
                let is_wanted = tie.map_or_else(|| wants(l, p), |(_, is_wanted)| is_wanted);
                if is_wanted && link.device.has_param(p) {
                    if let Some((t, _)) = tie {
                        ties[t].push(parameters.len());
                    }
                    let target = Target::Device { link: l, p };
                    parameters.push(Parameter {
                        target,
                        name: spec.name,
                        range: spec.range,
                    });
                }
            }
        }
        for i in 0..system.free_count() {
            let key = system.nodes()[i];
            let every = |name: &str| {
                names(&|entry| matches!(entry, Trainable::Every(every) if *every == name))
            };
            if every(CAPACITY.name) || names(&|entry| *entry == Trainable::Capacity(key)) {
                let target = Target::Capacity(i);
                parameters.push(Parameter {
                    target,
                    name: CAPACITY.name,
                    range: CAPACITY.range,
                });
            }
            if every(LEAK.name) || names(&|entry| *entry == Trainable::Leak(key)) {
                let target = Target::Leak(i);
                parameters.push(Parameter {
                    target,
                    name: LEAK.name,
                    range: LEAK.range,
                });
            }
        }
        ties.retain(|tie: &Vec<usize>| tie.len() > 1);
        Self::in_system(system, parameters, ties)
    }

    /// Looks up where the parameters lie.
    fn in_system(system: &System, list: Vec<Parameter>, ties: Vec<Vec<usize>>) -> Self {
        let (mut logarithms, mut plain, mut of_nodes) = (Vec::new(), Vec::new(), Vec::new());
        for (k, parameter) in list.iter().enumerate() {
            match parameter.target {
                Target::Device { link, p } if parameter.is_logarithmic() => {
                    logarithms.push((k, system.spot(link, p)));
                }
                Target::Device { link, p } => plain.push((k, system.spot(link, p))),
                Target::Capacity(_) | Target::Leak(_) => of_nodes.push(k),
            }
        }
        Self {
            list,
            ties,
            logarithms,
            plain,
            of_nodes,
        }
    }

    /// Leaves the sum of what tied parameters have to the first of them, and nothing to the others: the slope along the one
    /// coordinate that drives them.
    pub fn gather(&self, slopes: &mut [f64]) {
        for tie in &self.ties {
            let sum: f64 = tie.iter().map(|&k| slopes[k]).sum();
            for &k in tie {
                slopes[k] = 0.0;
            }
            slopes[tie[0]] = sum;
        }
    }

    /// Gives all tied parameters what the first of them has.
    pub fn spread(&self, values: &mut [f64]) {
        for tie in &self.ties {
            let first = values[tie[0]];
            for &k in tie {
                values[k] = first;
            }
        }
    }

    /// Shares among tied parameters a slope that each of them has of all together, so that gathered it is that again.
    pub fn share(&self, slopes: &mut [f64]) {
        for tie in &self.ties {
            for &k in tie {
                slopes[k] /= tie.len() as f64;
            }
        }
    }

    /// Gives all tied parameters the one value among theirs that is nearest to 0: of several limits on their size, it keeps
    /// to each.
    pub fn shrink(&self, values: &mut [f64]) {
        for tie in &self.ties {
            let least = tie.iter().map(|&k| values[k]);
            let least = least.fold(f64::INFINITY, |least: f64, value| {
                if value.abs() < least.abs() {
                    value
                } else {
                    least
                }
            });
            for &k in tie {
                values[k] = least;
            }
        }
    }

    /// The parameters, in order.
    #[must_use]
    pub fn as_slice(&self) -> &[Parameter] {
        &self.list
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Their values in a system.
    #[must_use]
    pub fn values(&self, system: &System) -> Vec<f64> {
        self.list
            .iter()
            .map(|parameter| parameter.read(system))
            .collect()
    }

    /// Their coordinates in a system.
    #[must_use]
    pub fn coordinates(&self, system: &System) -> Vec<f64> {
        self.list
            .iter()
            .map(|parameter| parameter.coordinate(parameter.read(system)))
            .collect()
    }

    /// Sets all from coordinates.
    pub fn set_coordinates(&self, system: &mut System, coordinates: &[f64]) {
        /// Exponentials taken at once: two of the widest vectors there are.
        const BLOCK: usize = 16;
        for chunk in self.logarithms.chunks(BLOCK) {
            let mut values = [0.0; BLOCK];
            for (value, &(k, _)) in values.iter_mut().zip(chunk) {
                *value = self.list[k].bounded(coordinates[k]);
            }
            exponentials(&mut values);
            for (&(_, spot), value) in chunk.iter().zip(values) {
                system.put(spot, value);
            }
        }
        for &(k, spot) in &self.plain {
            system.put(spot, self.list[k].bounded(coordinates[k]));
        }
        for &k in &self.of_nodes {
            let parameter = &self.list[k];
            parameter.write(system, parameter.value(coordinates[k]));
        }
    }

    /// Turns slopes in the parameters' values at a system into slopes in their coordinates.
    pub fn stretch(&self, system: &System, slopes: &mut [f64]) {
        for &(k, spot) in &self.logarithms {
            slopes[k] *= system.at(spot);
        }
        for &k in &self.of_nodes {
            let parameter = &self.list[k];
            slopes[k] *= parameter.stretch(parameter.read(system));
        }
    }

    /// The element a parameter belongs to.
    #[must_use]
    pub fn owner(system: &System, parameter: &Parameter) -> Owner {
        match parameter.target {
            Target::Device { link, .. } => Owner::Edge(system.links()[link].key),
            Target::Capacity(i) | Target::Leak(i) => Owner::Node(system.nodes()[i]),
        }
    }

    /// Writes the values in a system back to the network it was compiled from.
    pub fn store(&self, system: &System, network: &mut Network) {
        for parameter in &self.list {
            let value = parameter.read(system);
            match (parameter.target, Self::owner(system, parameter)) {
                (Target::Device { p, .. }, Owner::Edge(key)) => {
                    if let Some(edge) = network.edge_mut(key) {
                        // The value came out of this very device type, within its range.
                        let _ = edge.device.set_param(p, value);
                    }
                }
                (Target::Capacity(_), Owner::Node(key)) => {
                    if let Some(node) = network.node_mut(key) {
                        node.capacity = value;
                    }
                }
                (Target::Leak(_), Owner::Node(key)) => {
                    if let Some(node) = network.node_mut(key) {
                        node.leak = value;
                    }
                }
                (Target::Device { .. }, Owner::Node(_)) | (_, Owner::Edge(_)) => {}
            }
        }
    }

    /// Adds Σ λᵀ∂F/∂θ over rows to `out`, from the sums in all parameters of devices (in the order of
    /// [`System::param_position`]) and in the leak of each free reservoir. Without islands capacities have none.
    pub fn add_summed_slopes(
        &self,
        system: &System,
        devices: &[f64],
        leaks: &[f64],
        out: &mut [f64],
    ) {
        for (parameter, out) in self.list.iter().zip(out) {
            match parameter.target {
                Target::Device { link, p } => *out += devices[system.param_position(link, p)],
                Target::Leak(i) => *out += leaks[i],
                Target::Capacity(_) => {}
            }
        }
    }

    /// Adds Σ_i λ_i·∂F_i/∂θ for every parameter to `out`, at the state `x` with its device slopes.
    ///
    /// On islands the steady state also depends on the capacities, through the conserved total Σ C·(x − initial); the
    /// regularised Jacobian J − α·C·Cᵀ makes that an inflow of −α_island·C_i·(x_k − initial_k) for each C_k
    /// (`totals[k]` = Σ_i λ_i·α·C_i over the island of k, zero elsewhere; empty without islands).
    pub fn add_inflow_slopes(
        &self,
        system: &System,
        x: &[f64],
        slopes: &ParamSlopes,
        adjoint: &[f64],
        totals: &[f64],
        out: &mut [f64],
    ) {
        let at = |slot: usize| adjoint.get(slot).copied().unwrap_or(0.0);
        for (parameter, out) in self.list.iter().zip(out) {
            match parameter.target {
                Target::Device { link, p } => {
                    let [from, to] = system.ends()[link];
                    *out += (at(to) - at(from)) * system.param_slope(slopes, link, p);
                }
                Target::Leak(i) => *out -= adjoint[i] * (x[i] - system.ground()),
                Target::Capacity(i) => {
                    let total = totals.get(i).copied().unwrap_or(0.0);
                    *out -= total * (x[i] - system.initial()[i]);
                }
            }
        }
    }
}
