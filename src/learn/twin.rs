//! The no-NDC twin of a network: the same architecture, held where no device can show NDC (model, section 7).

use super::parameters::{Parameters, Target};
use crate::device::{Device, Kind, NdcVerdict, Side};
use crate::network::{EdgeKey, Network, Role, Tie};
use crate::physics::certificates::Region;
use crate::system::System;

/// Turns a network into its twin, in place: `tunnel_diode` and `blockade_dot` become a `quantum_dot` with the same
/// conductance at rest, a double dot loses its shift, an enzyme its inhibition, a quantum dot is clipped. Formulas stay:
/// [`Twin`] refuses those that are not proved free of NDC.
pub fn constrain(network: &mut Network) {
    let ground = network.ground;
    let keys: Vec<_> = network
        .edges()
        .iter()
        .map(crate::network::Edge::key)
        .collect();
    for key in keys {
        if let Some(edge) = network.edge_mut(key) {
            edge.device = of_device(&edge.device, ground);
        }
    }
    network.prune_ties();
    for tie in network.ties().to_vec() {
        agree(network, &tie);
    }
}

/// Gives tied parameters one value again, after each has been clipped by its own device: the one nearest to 0.
fn agree(network: &mut Network, Tie { parameter, edges }: &Tie) {
    let values = edges
        .iter()
        .filter_map(|&key| network.edge(key)?.device.param(parameter));
    let least = values.fold(f64::INFINITY, |least: f64, value| {
        if value.abs() < least.abs() {
            value
        } else {
            least
        }
    });
    for &key in edges {
        if let Some(edge) = network.edge_mut(key) {
            set(&mut edge.device, parameter, least);
        }
    }
}

/// The twin of one device.
#[must_use]
pub fn of_device(device: &Device, ground: f64) -> Device {
    match device.kind() {
        Kind::TunnelDiode | Kind::BlockadeDot => {
            let mut dot = Device::new(Kind::QuantumDot);
            // A dot at level 0 conducts Γ/4 at rest.
            let rate = 4.0 * device.response(ground, ground).d_from;
            for (name, value) in [
                ("tunnel_rate", rate),
                ("level", 0.0),
                ("shift", 0.0),
                ("tracking", 1.0),
            ] {
                set(&mut dot, name, value);
            }
            dot
        }
        Kind::Enzyme => {
            let mut enzyme = device.clone();
            set(&mut enzyme, "k_i", f64::INFINITY);
            enzyme
        }
        Kind::DoubleDot => {
            let mut dot = device.clone();
            set(&mut dot, "shift", 0.0);
            dot
        }
        Kind::QuantumDot => {
            let mut dot = device.clone();
            let tracking = dot.param("tracking").unwrap_or(1.0).clamp(0.0, 2.0);
            let shift = dot.param("shift").unwrap_or(0.0);
            set(&mut dot, "tracking", tracking);
            set(&mut dot, "shift", clipped_shift(shift, tracking));
            dot
        }
        // A formula stays what it is; [`Twin::new`] refuses those that are not proved free of NDC.
        Kind::Ohmic | Kind::Diode | Kind::Diffusion | Kind::Custom => device.clone(),
    }
}

/// A parameter of the law itself, with a value in its range: cannot fail, and leaves the device as it is if it does.
fn set(device: &mut Device, name: &str, value: f64) {
    if let Some(p) = device.param_index(name) {
        let _ = device.set_param(p, value);
    }
}

/// |shift| ≤ min(tracking/2, 1 − tracking/2): both lever arms within [0, 1].
fn clipped_shift(shift: f64, tracking: f64) -> f64 {
    let most = (0.5 * tracking).min(1.0 - 0.5 * tracking);
    shift.clamp(-most, most)
}

/// A formula that is not proved free of NDC over the box, and so has no twin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoTwin {
    /// The edge it is on.
    pub edge: EdgeKey,
}

/// What holds the parameters of a twin where no device shows NDC.
#[derive(Clone, Debug)]
pub struct Twin {
    region: Region,
}

impl Twin {
    /// The twin of a network, compiled before or after [`constrain`]. `inputs` are all states inputs will be set to.
    ///
    /// # Errors
    /// The first formula that is not proved free of NDC with its present values.
    pub fn new(system: &System, inputs: &[f64]) -> Result<Self, NoTwin> {
        let twin = Self {
            region: Region::new(system, inputs),
        };
        for (l, link) in system.links().iter().enumerate() {
            if link.device.kind() == Kind::Custom && !twin.is_monotone(system, l, &link.device) {
                return Err(NoTwin { edge: link.key });
            }
        }
        Ok(twin)
    }

    /// Whether a device on a link is proved free of NDC towards every end that can move.
    fn is_monotone(&self, system: &System, l: usize, device: &Device) -> bool {
        let link = &system.links()[l];
        let free = system.free_count();
        let between_clamps = link.from >= free && link.to >= free;
        between_clamps
            || [Side::From, Side::To].into_iter().all(|side| {
                system.roles()[link.slot(side)] == Role::Bias
                    || device.is_free_of_ndc(side)
                    || match (self.region.of(link.from), self.region.of(link.to)) {
                        // The box bounds the states only as long as the device stays passive.
                        (Some(a), Some(b)) => {
                            device.ndc_over(side, a, b) == NdcVerdict::Never
                                && device.is_passive_over(a, b)
                        }
                        _ => false,
                    }
            })
    }

    /// Brings trained coordinates back to where no device shows NDC, after a step; `system` is still where the step
    /// began.
    pub fn project(&self, system: &System, parameters: &Parameters, coordinates: &mut [f64]) {
        project(system, parameters, coordinates);
        self.hold_formulas(system, parameters, coordinates);
    }

    /// Takes back as much of a step as it needs for every formula to be proved free of NDC where it leads: all of it,
    /// where halving does not help.
    pub fn hold_formulas(&self, system: &System, parameters: &Parameters, coordinates: &mut [f64]) {
        /// A step that a thirty-second of itself does not save gains nothing.
        const HALVINGS: usize = 5;
        let mut by_link: Vec<(usize, Vec<usize>)> = Vec::new();
        for (k, parameter) in parameters.as_slice().iter().enumerate() {
            if let Target::Device { link, .. } = parameter.target
                && system.links()[link].device.kind() == Kind::Custom
            {
                // Parameters come link by link.
                match by_link.last_mut() {
                    Some((last, places)) if *last == link => places.push(k),
                    _ => by_link.push((link, vec![k])),
                }
            }
        }
        for (link, places) in by_link {
            let before: Vec<f64> = places
                .iter()
                .map(|&k| {
                    let parameter = &parameters.as_slice()[k];
                    parameter.coordinate(parameter.read(system))
                })
                .collect();
            let mut share = 1.0;
            let wished: Vec<f64> = places.iter().map(|&k| coordinates[k]).collect();
            for attempt in 0..=HALVINGS {
                let mut device = system.links()[link].device.clone();
                for ((&k, before), wished) in places.iter().zip(&before).zip(&wished) {
                    coordinates[k] = if attempt == HALVINGS {
                        *before
                    } else {
                        before + share * (wished - before)
                    };
                    let parameter = &parameters.as_slice()[k];
                    if let Target::Device { p, .. } = parameter.target {
                        // A value that is no number keeps the old one, and fails nothing.
                        let _ = device.set_param(p, parameter.value(coordinates[k]));
                    }
                }
                let is_number = places.iter().all(|&k| coordinates[k].is_finite());
                if is_number && self.is_monotone(system, link, &device) {
                    break;
                }
                share *= 0.5;
            }
        }
    }
}

/// Clips what decides on NDC in the laws that are compiled in.
fn project(system: &System, parameters: &Parameters, coordinates: &mut [f64]) {
    let position = |link: usize, name: &str| {
        parameters.as_slice().iter().position(|parameter| {
            matches!(parameter.target, Target::Device { link: l, .. } if l == link)
                && parameter.name == name
        })
    };
    for (l, link) in system.links().iter().enumerate() {
        match link.device.kind() {
            Kind::QuantumDot => {
                let tracking = position(l, "tracking");
                if let Some(k) = tracking {
                    coordinates[k] = coordinates[k].clamp(0.0, 2.0);
                }
                let tracking = tracking.map_or_else(
                    || link.device.param("tracking").unwrap_or(1.0),
                    |k| coordinates[k],
                );
                if let Some(k) = position(l, "shift") {
                    coordinates[k] = clipped_shift(coordinates[k], tracking);
                }
            }
            Kind::DoubleDot => {
                if let Some(k) = position(l, "shift") {
                    coordinates[k] = 0.0;
                }
            }
            _ => {}
        }
    }
    parameters.shrink(coordinates);
}
