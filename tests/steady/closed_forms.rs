//! Networks that carry their answer, an independent integrator, every outcome.

use thermonet::device::{Kind, Platform};
use thermonet::network::{Network, NodeKey, Shape, Signal};
use thermonet::physics::dissipation::{Dissipation, supplied_power};
use thermonet::physics::noise;
use thermonet::solve::relax::{Options as RelaxOptions, Progress, Relaxation};
use thermonet::solve::steady::{self, Options, Outcome, Reason};
use thermonet::system::System;

use crate::builder::Builder;

/// A reservoir of capacity 2 behind g = 3 with leak 1, from 5: x(t) = 1.5 + 3.5·e^{−2t} for a clamp at 2.
fn single() -> System {
    let mut b = Builder::new(Platform::Electronic);
    let x = b.clamp(2.0);
    let y = b.free(2.0, 1.0, 5.0);
    b.ohmic(x, y, 3.0);
    b.system()
}

#[test]
fn a_single_reservoir_settles_as_its_closed_form_says() {
    let system = single();
    let state = steady::solve(&system, &Options::default());
    assert_eq!(state.outcome, Outcome::Settled);
    assert!((state.x[0] - 1.5).abs() < 1e-14);
    let spectrum = state.spectrum.as_ref().unwrap();
    assert!((spectrum.relaxation_time().unwrap() - 0.5).abs() < 1e-14);
    let dissipation = Dissipation::at(&system, &state.flow);
    assert!((dissipation.edge_sum() - 1000.0 * 3.0 * 0.25).abs() < 1e-9);
    assert!((dissipation.leak_sum() - 1000.0 * 1.5 * 1.5).abs() < 1e-9);
    assert!((supplied_power(&system, &state.flow) - dissipation.total()).abs() < 1e-9);
}

#[test]
fn dense_output_follows_the_closed_form() {
    let system = single();
    let mut relaxation = Relaxation::new(&system, system.initial(), 0.0, RelaxOptions::default());
    let mut x = [0.0];
    for k in 0..=100 {
        let t = 0.03 * f64::from(k);
        assert_eq!(
            relaxation.advance(&system, t, 10_000).unwrap(),
            Progress::Reached
        );
        relaxation.sample(t, &mut x);
        let exact = 1.5 + 3.5 * (-2.0 * t).exp();
        // The interpolant is of third order: its error may exceed that of the steps by a digit or two.
        assert!(
            (x[0] - exact).abs() < 1e-7,
            "t = {t}: {} against {exact}",
            x[0]
        );
    }
}

/// With a bound on the error ten thousand times smaller, a method of order four (error estimate of order three,
/// local error h⁴) needs ten times the steps; a wrong coefficient would show as order one or two.
#[test]
fn relaxation_is_of_fourth_order() {
    let mut b = Builder::new(Platform::Electronic);
    let x = b.clamp(3.0);
    let y = b.free(1.0, 0.2, 0.0);
    let z = b.free(0.7, 0.1, 1.0);
    b.dot(x, y, -2.0, 0.8, 1.3);
    b.dot(y, z, 1.0, 0.2, 1.0);
    let system = b.system();
    let run = |relative: f64| {
        let options = RelaxOptions {
            relative,
            absolute: relative,
        };
        let mut relaxation = Relaxation::new(&system, system.initial(), 0.0, options);
        relaxation.advance(&system, 3.0, 1_000_000).unwrap();
        let mut x = [0.0; 2];
        relaxation.sample(3.0, &mut x);
        (x, relaxation.steps() as f64)
    };
    let (exact, _) = run(1e-12);
    let ((rough, few), (fine, many)) = (run(1e-5), run(1e-9));
    let error = |x: [f64; 2]| (x[0] - exact[0]).abs().max((x[1] - exact[1]).abs());
    assert!(
        error(fine) < 1e-8 && error(rough) < 1e-4,
        "{} {}",
        error(rough),
        error(fine)
    );
    assert!(
        (7.0..14.0).contains(&(many / few)),
        "{few} and {many} steps"
    );
}

#[test]
fn islands_keep_their_total_and_are_listed_without_their_zero_mode() {
    let mut b = Builder::new(Platform::Electronic);
    let p = b.free(1.0, 0.0, 4.0);
    let q = b.free(3.0, 0.0, -1.0);
    b.dot(p, q, -1.0, 0.3, 1.0);
    let _alone = b.free(2.0, 0.0, 7.0);
    let system = b.system();
    let state = steady::solve(&system, &Options::default());
    assert_eq!(state.outcome, Outcome::Settled);
    // (4·1 − 1·3)/4
    assert!(
        (state.x[0] - 0.25).abs() < 1e-12
            && (state.x[1] - 0.25).abs() < 1e-12
            && (state.x[2] - 7.0).abs() < 1e-15
    );
    assert_eq!(state.spectrum.as_ref().unwrap().count, 1);
    let variances = noise::variances(&system, &state.flow).unwrap();
    // (1/C_i − 1/ΣC)/Ω
    let expected = [(1.0 - 0.25) / 1000.0, (1.0 / 3.0 - 0.25) / 1000.0, 0.0];
    for (v, e) in variances.iter().zip(expected) {
        assert!((v - e).abs() < 1e-15, "{v} {e}");
    }
}

#[test]
fn totals_of_islands_are_kept_to_rounding_through_a_long_stiff_run() {
    let mut b = Builder::new(Platform::Electronic);
    let nodes: Vec<_> = (0..6)
        .map(|i| b.free(0.3 + f64::from(i), 0.0, f64::from(i * i) - 7.0))
        .collect();
    for (pair, g) in nodes.windows(2).zip([1e-4, 1e-2, 1.0, 1e2, 1e4]) {
        b.ohmic(pair[0], pair[1], g);
    }
    let system = b.system();
    let before = system.island_totals(system.initial())[0];
    let mut relaxation = Relaxation::new(&system, system.initial(), 0.0, RelaxOptions::live());
    relaxation.advance(&system, 1e6, 100_000).unwrap();
    let after = system.island_totals(relaxation.state())[0];
    let size: f64 = system
        .capacity()
        .iter()
        .zip(system.initial())
        .map(|(c, x)| (c * x).abs())
        .sum();
    assert!(
        (after - before).abs() < 4.0 * f64::EPSILON * size,
        "{before} {after}"
    );
}

#[test]
fn empty_and_fully_clamped_networks_are_settled() {
    let empty = System::new(&Network::new(Platform::Electronic));
    assert!(steady::solve(&empty, &Options::default()).is_settled());
    let mut b = Builder::new(Platform::Chemical);
    let (x, y) = (b.clamp(2.0), b.clamp(1.0));
    b.join(x, y, Kind::Diffusion, &[("rate", 1.0)]);
    let state = steady::solve(&b.system(), &Options::default());
    assert!(state.is_settled() && (state.flow.responses[0].current - 1.0).abs() < 1e-15);
    assert_eq!(state.spectrum.unwrap().relaxation_time(), None);
}

/// A reservoir between two tunnel diodes to rails at ±v: the middle is unstable.
fn latch(initial: f64) -> System {
    let mut b = Builder::new(Platform::Electronic);
    let (high, low) = (b.clamp(4.0), b.clamp(-4.0));
    let y = b.free(1.0, 0.0, initial);
    let tunnel = [
        ("i_peak", 1.0),
        ("v_peak", 1.0),
        ("i_sat", 1e-4),
        ("ideality", 1.0),
    ];
    b.join(high, y, Kind::TunnelDiode, &tunnel);
    b.join(y, low, Kind::TunnelDiode, &tunnel);
    b.system()
}

#[test]
fn a_state_balanced_on_an_unstable_equilibrium_is_never_perturbed() {
    let state = steady::solve(&latch(0.0), &Options::default());
    assert_eq!(state.outcome, Outcome::Unsettled(Reason::Balanced));
    assert_eq!(state.x, vec![0.0]);
    assert!(!state.spectrum.unwrap().is_stable());
}

#[test]
fn the_start_decides_between_two_stable_states() {
    for kick in [1e-6, 0.3, 2.0] {
        let up = steady::solve(&latch(kick), &Options::default());
        let down = steady::solve(&latch(-kick), &Options::default());
        assert!(up.is_settled() && down.is_settled());
        assert!(
            up.x[0] > 1.0 && (up.x[0] + down.x[0]).abs() < 1e-12,
            "{} {}",
            up.x[0],
            down.x[0]
        );
    }
}

#[test]
fn an_exponential_plateau_is_frozen() {
    let mut b = Builder::new(Platform::Electronic);
    let x = b.clamp(2.0);
    let y = b.free(1.0, 0.0, 0.0);
    b.dot(x, y, 100.0, 0.0, 0.0);
    let state = steady::solve(&b.system(), &Options::default());
    let Outcome::Unsettled(Reason::Frozen { time }) = state.outcome else {
        panic!("{:?}", state.outcome)
    };
    // ∂I/∂b of the dot at b = 0: e^{−100}.
    assert!((time.ln() - 100.0).abs() < 1e-3, "{time}");
    // What flowed until the horizon of 1e12: less than 1e12·e^{−98}.
    assert!(state.x[0].abs() < 1e-30);
}

#[test]
fn certified_networks_take_the_fast_way_to_the_same_state() {
    let mut b = Builder::new(Platform::Electronic);
    let (x, low) = (b.clamp(6.0), b.clamp(-3.0));
    let nodes: Vec<_> = (0..5)
        .map(|i| b.free(1.0 + f64::from(i), 0.1, 0.0))
        .collect();
    b.dot(x, nodes[0], -1.0, 0.2, 1.0);
    for pair in nodes.windows(2) {
        b.dot(pair[0], pair[1], 0.5, -0.1, 0.6);
    }
    b.join(
        nodes[4],
        low,
        Kind::Diode,
        &[("i_sat", 0.1), ("ideality", 1.5)],
    );
    let system = b.system();
    let fast = steady::solve(
        &system,
        &Options {
            is_unique: true,
            ..Options::default()
        },
    );
    let slow = steady::solve(&system, &Options::default());
    assert_eq!(
        (fast.method, slow.method),
        (steady::Method::PseudoTransient, steady::Method::Integration)
    );
    for (p, q) in fast.x.iter().zip(&slow.x) {
        assert!((p - q).abs() < 1e-12);
    }
    assert!(fast.steps < slow.steps);
}

#[test]
fn signals_move_their_clamp_and_jumps_are_hit() {
    // A single reservoir follows a square wave: exact by pieces, x' = s − x.
    let mut b = Builder::new(Platform::Electronic);
    let x = b.clamp(0.0);
    let y = b.free(1.0, 0.0, 0.0);
    b.ohmic(x, y, 1.0);
    b.network.node_mut(x).unwrap().signal = Some(Signal {
        shape: Shape::Square,
        amplitude: 1.0,
        period: 2.0,
        phase: 0.0,
    });
    let system = b.system();
    let mut relaxation = Relaxation::new(&system, &[0.0], 0.0, RelaxOptions::default());
    let mut exact: f64 = 0.0;
    for k in 0..20 {
        let t = f64::from(k + 1);
        relaxation.advance(&system, t, 100_000).unwrap();
        let level = if k % 2 == 0 { 1.0 } else { -1.0 };
        exact = level + (exact - level) * (-1.0_f64).exp();
        let mut got = [0.0];
        relaxation.sample(t, &mut got);
        assert!(
            (got[0] - exact).abs() < 1e-7,
            "t = {t}: {} against {exact}",
            got[0]
        );
    }
    // The steady state is that of the value alone.
    assert!(steady::solve(&system, &Options::default()).x[0].abs() < 1e-12);
}

#[test]
fn a_sine_signal_drives_at_fourth_order() {
    let mut b = Builder::new(Platform::Electronic);
    let x = b.clamp(0.0);
    let y = b.free(1.0, 0.0, -0.5);
    b.ohmic(x, y, 1.0);
    b.network.node_mut(x).unwrap().signal = Some(Signal {
        shape: Shape::Sine,
        amplitude: 1.0,
        period: std::f64::consts::TAU,
        phase: 0.0,
    });
    let system = b.system();
    let mut relaxation = Relaxation::new(&system, system.initial(), 0.0, RelaxOptions::default());
    relaxation.advance(&system, 10.0, 100_000).unwrap();
    let mut got = [0.0];
    relaxation.sample(10.0, &mut got);
    // x' = sin t − x from −½: x = (sin t − cos t)/2.
    assert!((got[0] - 0.5 * (10.0_f64.sin() - 10.0_f64.cos())).abs() < 1e-7);
}

/// Two reservoirs whose dots make one chase the other (found by a random search over such pairs).
pub(crate) fn oscillator() -> System {
    let mut b = Builder::new(Platform::Electronic);
    let (high, low) = (b.clamp(6.0), b.clamp(-6.0));
    add_oscillator(&mut b, high, low);
    b.system()
}

/// The pair between two rails; returns it.
pub(crate) fn add_oscillator(b: &mut Builder, high: NodeKey, low: NodeKey) -> [NodeKey; 2] {
    let p = b.free(1.0, 0.0, 0.1);
    let q = b.free(0.57, 0.1, 0.0);
    for (from, to, rate, level, shift, tracking) in [
        (high, p, 0.17, -5.55, 1.89, 1.26),
        (p, low, 1.36, -5.47, 1.46, -0.19),
        (p, q, 1.01, -4.33, 1.28, -0.89),
        (high, q, 0.58, -3.9, -0.85, 0.53),
    ] {
        let named = [
            ("tunnel_rate", rate),
            ("level", level),
            ("shift", shift),
            ("tracking", tracking),
        ];
        b.join(from, to, Kind::QuantumDot, &named);
    }
    [p, q]
}

#[test]
fn a_limit_cycle_is_reported_with_its_period_and_range() {
    let system = oscillator();
    let state = steady::solve(&system, &Options::default());
    let Outcome::Oscillates { period, range } = &state.outcome else {
        panic!("{:?}", state.outcome)
    };
    // A much more accurate run from the state on the cycle comes back after one period, not after half of it, and
    // stays inside the range.
    let tight = RelaxOptions {
        relative: 1e-11,
        absolute: 1e-13,
    };
    let mut relaxation = Relaxation::new(&system, &state.x, 0.0, tight);
    let mut seen = [[f64::INFINITY, f64::NEG_INFINITY]; 2];
    let mut x = [0.0; 2];
    let mut distance_at = |t: f64| {
        relaxation.advance(&system, t, 1_000_000).unwrap();
        relaxation.sample(t, &mut x);
        for ([lo, hi], x) in seen.iter_mut().zip(x) {
            *lo = lo.min(x);
            *hi = hi.max(x);
        }
        (x[0] - state.x[0]).abs().max((x[1] - state.x[1]).abs())
    };
    let distances: Vec<f64> = (1..=1000)
        .map(|k| distance_at(f64::from(k) * period / 1000.0))
        .collect();
    assert!(distances[999] < 1e-4, "back to within {}", distances[999]);
    assert!(
        distances[100..900].iter().all(|&d| d > 1e-2),
        "no shorter period"
    );
    for (seen, range) in seen.iter().zip(range) {
        for (seen, range) in seen.iter().zip(range) {
            assert!((seen - range).abs() < 1e-3, "{seen} {range}");
        }
    }
}

/// An independent integrator of another family (variable-order BDF) as oracle for the trajectory.
#[test]
fn trajectories_agree_with_another_integrator() {
    use diffsol::{NalgebraLU, NalgebraMat, OdeBuilder, OdeSolverMethod};
    let system = oscillator();
    let times = [0.3, 2.0, 11.0, 47.0, 150.0];
    let velocity = |x: &[f64], out: &mut [f64]| {
        let flow = system.flow(x);
        for ((out, net), capacity) in out.iter_mut().zip(&flow.net).zip(system.capacity()) {
            *out = net / capacity;
        }
    };
    let velocity_slope = |x: &[f64], v: &[f64], out: &mut [f64]| {
        let j = system.jacobian(&system.flow(x));
        for (i, out) in out.iter_mut().enumerate() {
            *out = (0..v.len()).map(|k| j[(i, k)] * v[k]).sum::<f64>() / system.capacity()[i];
        }
    };
    let problem = OdeBuilder::<NalgebraMat<f64>>::new()
        .rtol(1e-10)
        .atol([1e-12])
        .rhs_implicit(
            |x, _, _, y| velocity(x, y),
            |x, _, _, v, y| velocity_slope(x, v, y),
        )
        .init(
            |_, _, y| y.copy_from_slice(system.initial()),
            system.free_count(),
        )
        .build()
        .unwrap();
    let mut oracle = problem.bdf::<NalgebraLU<f64>>().unwrap();
    let (expected, _) = oracle.solve_dense(&times).unwrap();
    let mut relaxation = Relaxation::new(&system, system.initial(), 0.0, RelaxOptions::default());
    let mut x = [0.0; 2];
    for (k, &t) in times.iter().enumerate() {
        relaxation.advance(&system, t, 1_000_000).unwrap();
        relaxation.sample(t, &mut x);
        for (i, x) in x.iter().enumerate() {
            let expected = expected[(i, k)];
            // The bounds per step add up along a cycle that stretches errors: four digits are kept in reserve.
            assert!(
                (x - expected).abs() < 1e-6,
                "x{i}({t}) = {x} against {expected}"
            );
        }
    }
}
