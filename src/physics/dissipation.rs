//! What a state costs: the dissipation of every edge and leak, and the power the clamps deliver.

use crate::device::Platform;
use crate::system::{Flow, System};

/// Dissipation in k_B·T per unit time, times Ω.
#[derive(Clone, Debug, PartialEq)]
pub struct Dissipation {
    /// I·A of each link, ≥ 0.
    pub edges: Vec<f64>,
    /// The same for each free reservoir's leak, with the force to ground.
    pub leaks: Vec<f64>,
}

impl Dissipation {
    /// The dissipation at an evaluated state.
    #[must_use]
    pub fn at(system: &System, flow: &Flow) -> Self {
        let platform = system.platform();
        let omega = system.system_size();
        let edges = system
            .links()
            .iter()
            .zip(&flow.responses)
            .map(|(link, response)| {
                let force = platform.force(
                    flow.states[link.from],
                    flow.states[link.to],
                    link.device.k_eq(),
                );
                omega * response.current * force
            });
        let leaks = system.leak().iter().zip(&flow.states).map(|(leak, &x)| {
            omega * leak * (x - system.ground()) * platform.force(x, system.ground(), 1.0)
        });
        Self {
            edges: edges.collect(),
            leaks: leaks.collect(),
        }
    }

    /// Sum over the edges.
    #[must_use]
    pub fn edge_sum(&self) -> f64 {
        sum(&self.edges)
    }

    /// Sum over the leaks.
    #[must_use]
    pub fn leak_sum(&self) -> f64 {
        sum(&self.leaks)
    }

    /// The whole dissipation.
    #[must_use]
    pub fn total(&self) -> f64 {
        self.edge_sum() + self.leak_sum()
    }
}

/// The sum; 0 where there is nothing, which `Iterator::sum` makes −0.
fn sum(values: &[f64]) -> f64 {
    values.iter().fold(0.0, |sum, value| sum + value)
}

/// The current out of each clamp into the network, carriers per unit time and unit of Ω.
#[must_use]
pub fn clamp_currents(system: &System, flow: &Flow) -> Vec<f64> {
    let free = system.free_count();
    let mut currents = vec![0.0; system.clamps().len()];
    for (link, response) in system.links().iter().zip(&flow.responses) {
        if link.from >= free {
            currents[link.from - free] += response.current;
        }
        if link.to >= free {
            currents[link.to - free] -= response.current;
        }
    }
    currents
}

/// The power the surroundings deliver, times Ω: at a steady state equal to the whole dissipation.
///
/// Electronic: Σ_clamps μ·J − ground·Σ leak·(μ − ground). Chemical: the same with ln c for μ, plus Σ_e I_e·ln k_eq,e,
/// the work of whatever holds the equilibrium constants away from 1.
#[must_use]
pub fn supplied_power(system: &System, flow: &Flow) -> f64 {
    let potential = |x: f64| match system.platform() {
        Platform::Electronic => x,
        Platform::Chemical => x.ln(),
    };
    let clamps: f64 = clamp_currents(system, flow)
        .iter()
        .zip(&flow.states[system.free_count()..])
        .map(|(current, &x)| current * potential(x))
        .sum();
    let leaks: f64 = system
        .leak()
        .iter()
        .zip(&flow.states)
        .map(|(leak, x)| leak * (x - system.ground()))
        .sum();
    let standards: f64 = system
        .links()
        .iter()
        .zip(&flow.responses)
        .map(|(link, response)| response.current * link.device.k_eq().ln())
        .sum();
    system.system_size() * (clamps - potential(system.ground()) * leaks + standards)
}
