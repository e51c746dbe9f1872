//! Where a seeded training starts: every trainable parameter drawn anew.

use rand::Rng;

use super::parameters::{Parameters, Target};
use crate::device::{Kind, ParamRange};
use crate::system::System;

/// How a parameter is drawn: uniformly between two values, on a logarithmic scale for positive ones.
fn interval(kind: Kind, name: &str, range: ParamRange, default: f64) -> [f64; 2] {
    match (kind, name) {
        // Floating dots with levels around and below the leads and shifts past ½: folded, not yet collapsed.
        (Kind::QuantumDot | Kind::DoubleDot, "tunnel_rate") | (Kind::QuantumDot, "shift") => {
            [0.4, 1.2]
        }
        (Kind::QuantumDot, "level") => [-3.0, 1.0],
        (Kind::DoubleDot, "shift") => [-1.0, 1.0],
        (Kind::DoubleDot, "detuning") | (Kind::BlockadeDot, "level_1") => [-2.0, 2.0],
        (Kind::BlockadeDot, "level_2") => [0.0, 6.0],
        (Kind::BlockadeDot, "out_2") => [0.005, 0.1],
        // Half-saturated and half-inhibited within the concentrations that networks work at.
        (Kind::Enzyme, "v_max") => [0.5, 4.0],
        (Kind::Enzyme, "k_m" | "k_i") => [0.2, 2.0],
        (Kind::Enzyme, "k_p") => [0.5, 5.0],
        _ if range == ParamRange::Positive => [default / 2.0, default * 2.0],
        _ => [default - 1.0, default + 1.0],
    }
}

/// How a made-up parameter is drawn: from half to twice its value, since only the file knows its scale and its sign.
fn around(value: f64) -> [f64; 2] {
    if value == 0.0 {
        [-1.0, 1.0]
    } else {
        [value / 2.0, value * 2.0]
    }
}

/// Draws the coordinates of all trainable parameters. Capacities and leaks stay near the file's values (within a factor
/// of two), since they set scales that the task was written for.
#[must_use]
pub fn draw(system: &System, parameters: &Parameters, rng: &mut impl Rng) -> Vec<f64> {
    let mut drawn: Vec<f64> = parameters
        .as_slice()
        .iter()
        .map(|parameter| {
            let [lo, hi] = match parameter.target {
                Target::Device { link, p } => {
                    let device = &system.links()[link].device;
                    let spec = &device.specs()[p];
                    if device.kind() == Kind::Custom {
                        around(device.params()[p])
                    } else {
                        interval(device.kind(), spec.name, spec.range, spec.default)
                    }
                }
                Target::Capacity(_) | Target::Leak(_) => {
                    let value = parameter.read(system);
                    [value / 2.0, value * 2.0]
                }
            };
            let (lo, hi) = (parameter.coordinate(lo), parameter.coordinate(hi));
            lo + (hi - lo) * rng.random::<f64>()
        })
        .collect();
    parameters.spread(&mut drawn);
    drawn
}
