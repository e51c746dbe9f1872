//! The no-NDC twin of a network: the same architecture, held where no device can show NDC (model, section 7).

use super::parameters::{Parameters, Target};
use crate::device::{Device, Kind};
use crate::network::{Network, Tie};
use crate::system::System;

/// Turns a network into its twin, in place: `tunnel_diode` and `blockade_dot` become a `quantum_dot` with the same
/// conductance at rest, a double dot loses its shift, an enzyme its inhibition, a quantum dot is clipped.
pub fn constrain(network: &mut Network) {
    let ground = network.ground;
    let keys: Vec<_> = network
        .edges()
        .iter()
        .map(crate::network::Edge::key)
        .collect();
    for key in keys {
        if let Some(edge) = network.edge_mut(key) {
            edge.device = constrained(&edge.device, ground);
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

fn constrained(device: &Device, ground: f64) -> Device {
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
            let mut enzyme = *device;
            set(&mut enzyme, "k_i", f64::INFINITY);
            enzyme
        }
        Kind::DoubleDot => {
            let mut dot = *device;
            set(&mut dot, "shift", 0.0);
            dot
        }
        Kind::QuantumDot => {
            let mut dot = *device;
            let tracking = dot.param("tracking").unwrap_or(1.0).clamp(0.0, 2.0);
            let shift = dot.param("shift").unwrap_or(0.0);
            set(&mut dot, "tracking", tracking);
            set(&mut dot, "shift", clipped_shift(shift, tracking));
            dot
        }
        Kind::Ohmic | Kind::Diode | Kind::Diffusion => *device,
    }
}

/// A parameter of the law itself, with a value in its range: cannot fail, and leaves the device as it is if it does.
fn set(device: &mut Device, name: &str, value: f64) {
    if let Some(p) = device.kind().param_index(name) {
        let _ = device.set_param(p, value);
    }
}

/// |shift| ≤ min(tracking/2, 1 − tracking/2): both lever arms within [0, 1].
fn clipped_shift(shift: f64, tracking: f64) -> f64 {
    let most = (0.5 * tracking).min(1.0 - 0.5 * tracking);
    shift.clamp(-most, most)
}

/// Brings trained coordinates of a twin back to where no device shows NDC, after a step.
pub fn project(system: &System, parameters: &Parameters, coordinates: &mut [f64]) {
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
