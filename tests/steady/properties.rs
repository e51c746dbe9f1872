//! Laws that hold for every network, tried on random ones.

use proptest::prelude::*;
use proptest::test_runner::TestRng;
use thermonet::device::{Absent, Device, Kind, ParamRange, Platform};
use thermonet::network::{Network, NodeKey};
use thermonet::physics::dissipation::{Dissipation, supplied_power};
use thermonet::physics::noise;
use thermonet::solve::branch::Branch;
use thermonet::solve::linear::Factor;
use thermonet::solve::relax::{Options as RelaxOptions, Relaxation};
use thermonet::solve::stability::{Spectrum, Verdict};
use thermonet::solve::steady::{self, Options};
use thermonet::system::System;

use crate::builder::Builder;

/// Random numbers in few words.
pub(crate) struct Draw(pub(crate) TestRng);

impl Draw {
    pub(crate) fn from(&mut self, lo: f64, hi: f64) -> f64 {
        self.0.random_range(lo..hi)
    }

    pub(crate) fn below(&mut self, n: usize) -> usize {
        self.0.random_range(0..n)
    }
}

/// A device with parameters from the middle of their ranges. Equilibrium constants are 1, so that the states stay
/// within the clamps' span.
pub(crate) fn device(draw: &mut Draw, platform: Platform) -> Device {
    let kinds: Vec<Kind> = Kind::of_platform(platform).collect();
    let mut device = Device::new(kinds[draw.below(kinds.len())]);
    for (p, spec) in device.kind().specs().iter().enumerate() {
        let value = match spec.range {
            _ if spec.name == "k_eq" => 1.0,
            ParamRange::Real => draw.from(-3.0, 3.0),
            _ if matches!(spec.absent, Absent::Is(v) if v.is_infinite()) && draw.below(2) == 0 => {
                f64::INFINITY
            }
            _ => draw.from(-1.5, 1.0).exp(),
        };
        device.set_param(p, value).unwrap();
    }
    device
}

/// A connected network of up to six free reservoirs and three clamps, with initial states in the clamps' span.
fn network(draw: &mut Draw, platform: Platform) -> Network {
    let mut b = Builder::new(platform);
    let state = |draw: &mut Draw| match platform {
        Platform::Electronic => draw.from(-5.0, 5.0),
        Platform::Chemical => draw.from(-3.0, 1.5).exp(),
    };
    let mut nodes: Vec<NodeKey> = Vec::new();
    for _ in 0..=draw.below(3) {
        let value = state(draw);
        nodes.push(b.clamp(value));
    }
    for _ in 0..=draw.below(6) {
        let leak = if draw.below(2) == 0 {
            0.0
        } else {
            draw.from(0.01, 1.0)
        };
        let ground = b.network.ground;
        let (capacity, initial) = (draw.from(-1.0, 1.0).exp(), state(draw));
        let within = b
            .network
            .nodes()
            .iter()
            .filter(|node| node.role.is_clamped())
            .map(|node| node.value);
        let (lo, hi) = within.fold((ground, ground), |(lo, hi), v| (lo.min(v), hi.max(v)));
        let key = b.free(capacity, leak, initial.clamp(lo, hi));
        let other = nodes[draw.below(nodes.len())];
        nodes.push(key);
        add(&mut b, draw, other, key);
    }
    for _ in 0..draw.below(8) {
        let (from, to) = (
            nodes[draw.below(nodes.len())],
            nodes[draw.below(nodes.len())],
        );
        if from != to {
            add(&mut b, draw, from, to);
        }
    }
    b.network
}

fn add(b: &mut Builder, draw: &mut Draw, from: NodeKey, to: NodeKey) {
    let device = device(draw, b.network.platform());
    b.network
        .add_edge(b.network.fresh_edge_id(), from, to, device)
        .unwrap();
}

fn any_system() -> impl Strategy<Value = System> {
    (any::<bool>(), Just(()).prop_perturb(|(), rng| rng)).prop_map(|(chemical, rng)| {
        let platform = if chemical {
            Platform::Chemical
        } else {
            Platform::Electronic
        };
        System::new(&network(&mut Draw(rng), platform))
    })
}

/// The smallest and the largest of all clamps and ground.
fn span(system: &System) -> (f64, f64) {
    system
        .clamps()
        .iter()
        .fold((system.ground(), system.ground()), |(lo, hi), &v| {
            (lo.min(v), hi.max(v))
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn steady_states_obey_the_first_and_second_law(system in any_system()) {
        let state = steady::solve(&system, &Options::default());
        prop_assume!(state.is_settled());
        let dissipation = Dissipation::at(&system, &state.flow);
        prop_assert!(dissipation.edges.iter().chain(&dissipation.leaks).all(|&d| d >= 0.0));
        let (supplied, spent) = (supplied_power(&system, &state.flow), dissipation.total());
        // Each free reservoir may be off balance by 1e-10 of its currents, or by 1e-14, at potentials of a few k_B·T.
        let size: f64 = state.flow.throughput.iter().map(|s| s + 1e-4).sum::<f64>() * system.system_size();
        prop_assert!((supplied - spent).abs() <= 1e-9 * (size + spent), "{supplied} {spent}");
        let (lo, hi) = span(&system);
        let slack = 1e-9 * (1.0 + hi.abs().max(lo.abs()));
        prop_assert!(state.x.iter().all(|&x| lo - slack <= x && x <= hi + slack), "{:?} in {lo}…{hi}", state.x);
    }

    #[test]
    fn the_steady_state_is_where_relaxation_ends(system in any_system()) {
        let state = steady::solve(&system, &Options::default());
        prop_assume!(state.is_settled());
        let Some(tau) = state.spectrum.as_ref().and_then(Spectrum::relaxation_time) else {
            return Ok(());
        };
        let mut relaxation = Relaxation::new(&system, system.initial(), 0.0, RelaxOptions::default());
        let mut x = vec![0.0; system.free_count()];
        // 200 relaxation times leave e^{−200} once the motion is linear; what comes before may cross plateaus far slower.
        relaxation.advance(&system, 200.0 * tau + 1e12, 1_000_000).unwrap();
        relaxation.sample(relaxation.time(), &mut x);
        for (x, steady) in x.iter().zip(&state.x) {
            prop_assert!((x - steady).abs() <= 1e-7 * (1.0 + steady.abs()), "{x} {steady}");
        }
    }

    #[test]
    fn points_of_a_warm_sweep_are_steady_states(system in any_system(), shares in prop::collection::vec(-0.2_f64..0.2, 3)) {
        let mut system = system;
        let start = steady::solve(&system, &Options::default());
        prop_assume!(start.is_settled());
        let mut branch = Branch::new(&system, &start.x);
        let free = system.free_count();
        for k in 0..12 {
            let clamps = system.clamps().to_vec();
            for ((slot, value), share) in (free..).zip(clamps).zip(&shares) {
                // Halfway the sweep changes its direction; concentrations stay positive.
                let share = if k < 6 { *share } else { share * share - 0.01 };
                system.set_clamp(slot, value + share * value.abs());
            }
            if !branch.advance(&system) {
                break;
            }
            let x = branch.state();
            let flow = system.flow(x);
            prop_assert_eq!(&flow.net, &branch.flow().net);
            for (net, throughput) in flow.net.iter().zip(&flow.throughput) {
                prop_assert!(net.abs() <= (1e-10 * throughput).max(1e-14));
            }
            let mut step = flow.net.clone();
            let mut factor = Factor::default();
            prop_assert!(factor.factorise_jacobian(&system, &flow));
            factor.solve(&mut step);
            let size = |values: &[f64]| values.iter().fold(0.0, |top: f64, v| top.max(v.abs()));
            prop_assert!(size(&step) <= 1e-9 * (1.0 + size(x)), "{:e}", size(&step));
        }
    }

    #[test]
    fn where_charges_contract_every_mode_decays(system in any_system()) {
        let flow = system.flow(system.initial());
        if system.contracts(&flow, &mut Vec::new()) {
            // Rates that differ by more than sixteen digits may leave the slow ones to rounding.
            prop_assert!(Spectrum::at(&system, &flow).unwrap().verdict != Verdict::Unstable);
        }
    }

    #[test]
    fn trajectories_stay_within_the_span(system in any_system()) {
        let (lo, hi) = span(&system);
        let mut relaxation = Relaxation::new(&system, system.initial(), 0.0, RelaxOptions::live());
        let mut x = vec![0.0; system.free_count()];
        let slack = 1e-4 * (1.0 + hi.abs().max(lo.abs()));
        for k in 1..60 {
            let t = 0.05 * 1.2_f64.powi(k);
            relaxation.advance(&system, t, 100_000).unwrap();
            relaxation.sample(t, &mut x);
            prop_assert!(x.iter().all(|&x| lo - slack <= x && x <= hi + slack), "{x:?} in {lo}…{hi}");
        }
    }

    /// At equilibrium (all clamps at ground) the fluctuations are thermal, whatever the devices:
    /// 1/(Ω·C) electronic, c/(Ω·C) chemical.
    #[test]
    fn equilibrium_noise_is_thermal(system in any_system()) {
        let mut system = system;
        let ground = system.ground();
        for slot in system.free_count()..system.nodes().len() {
            system.set_clamp(slot, ground);
        }
        let x = vec![ground; system.free_count()];
        let state = steady::solve_from(&system, &x, &Options::default());
        prop_assume!(state.is_settled() && system.islands().is_empty());
        let variances = noise::variances(&system, &state.flow).unwrap();
        for (variance, capacity) in variances.iter().zip(system.capacity()) {
            let c = if system.platform() == Platform::Chemical { ground } else { 1.0 };
            let thermal = c / (system.system_size() * capacity);
            prop_assert!((variance / thermal - 1.0).abs() < 1e-8, "{variance} {thermal}");
        }
    }
}
