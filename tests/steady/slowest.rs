//! The slowest modes of large networks, where many crowd at the rate of the leaks: against closed forms and dense algebra.

use faer::{Mat, Side};
use thermonet::device::{Device, Kind, Platform};
use thermonet::solve::stability::{Listing, SLOWEST, Spectrum, Verdict};
use thermonet::solve::steady::{self, Options};
use thermonet::system::System;

use crate::builder::Builder;

/// A lattice of equal conductors, leaks and capacities, without clamps.
fn ohmic_lattice([width, height]: [usize; 2], [g, leak, capacity]: [f64; 3]) -> System {
    let mut b = Builder::new(Platform::Electronic);
    let device = |_| Device::with(Kind::Ohmic, &[("conductance", g)]).unwrap();
    for key in b.lattice([width, height], leak, device) {
        b.network.node_mut(key).unwrap().capacity = capacity;
    }
    b.system()
}

/// Its eigenvalues, slowest first: −(leak + g·(4·sin²(πp/2w) + 4·sin²(πq/2h)))/C, the Laplacian of a path twice.
fn modes([width, height]: [usize; 2], [g, leak, capacity]: [f64; 3]) -> Vec<f64> {
    let path = |p: usize, n: usize| {
        let sine = (std::f64::consts::PI * p as f64 / (2 * n) as f64).sin();
        4.0 * sine * sine
    };
    let mut modes: Vec<f64> = (0..width)
        .flat_map(|p| (0..height).map(move |q| path(p, width) + path(q, height)))
        .map(|laplacian| -(leak + g * laplacian) / capacity)
        .collect();
    modes.sort_by(|p, q| q.total_cmp(p));
    modes
}

/// All eigenvalues of a reciprocal network by dense algebra, slowest first.
fn dense(system: &System, x: &[f64]) -> Vec<f64> {
    let j = system.jacobian(&system.flow(x));
    let c = system.capacity();
    let scaled = Mat::<f64>::from_fn(x.len(), x.len(), |i, k| j[(i, k)] / (c[i] * c[k]).sqrt());
    let mut values = scaled.self_adjoint_eigenvalues(Side::Lower).unwrap();
    values.sort_by(|p, q| q.total_cmp(p));
    values
}

/// All wanted are listed, proved complete, and as near to the exact ones as the residual says, which is small against the
/// distances between them; `rounding` is what the exact ones are known to.
#[track_caller]
fn assert_modes(spectrum: &Spectrum, exact: &[f64], rounding: f64) {
    assert_eq!(spectrum.verdict, Verdict::Stable);
    assert_eq!(spectrum.eigenvalues.len(), SLOWEST);
    let Listing::Slowest {
        residual,
        is_complete,
    } = spectrum.listing
    else {
        panic!("{:?}", spectrum.listing)
    };
    assert!(is_complete);
    let spread = exact[0] - exact[SLOWEST - 1];
    assert!(residual <= 1e-6 * spread, "{residual} of {spread}");
    for (found, exact) in spectrum.eigenvalues.iter().zip(exact) {
        assert!(found.im == 0.0);
        let off = (found.re - exact).abs();
        assert!(off <= residual + rounding, "{found:?} {exact}");
    }
    let tau = spectrum.relaxation_time().unwrap();
    assert!((tau * exact[0] + 1.0).abs() <= (residual + rounding) * tau + 1e-14);
}

/// Squares have every mode (p, q) twice, and some four times over: (1, 7), (7, 1) and (5, 5) lie next to each other.
#[test]
fn a_large_ohmic_lattice_has_the_modes_of_its_graph() {
    for (size, numbers) in [
        ([100, 100], [0.2, 0.1, 2.0]),
        ([40, 90], [1.0, 1e-6, 1.0]),
        ([60, 60], [1e-3, 5.0, 0.1]),
    ] {
        let system = ohmic_lattice(size, numbers);
        let spectrum = Spectrum::at(&system, &system.flow(system.initial())).unwrap();
        assert_modes(&spectrum, &modes(size, numbers), spectrum.resolution);
    }
}

/// A chain, whose slowest modes lie closer than those of a plane: N⁻² apart.
#[test]
fn a_long_chain_has_the_modes_of_its_graph() {
    let (size, numbers) = ([20_000, 1], [1.0, 0.1, 1.0]);
    let system = ohmic_lattice(size, numbers);
    let spectrum = Spectrum::at(&system, &system.flow(system.initial())).unwrap();
    assert_modes(&spectrum, &modes(size, numbers), spectrum.resolution);
}

/// The lattice of dots of the benchmarks, and one whose dots differ and have NDC.
#[test]
fn lattices_of_dots_have_the_eigenvalues_of_dense_algebra() {
    for shift in [0.0, 0.4] {
        let mut b = Builder::new(Platform::Electronic);
        let keys = b.lattice([36, 36], 0.1, |edge| {
            let share = 2.0 * (edge as f64 * 0.618_034).fract() - 1.0;
            let named = [
                ("tunnel_rate", 1.0),
                ("level", -1.0),
                ("shift", shift * share),
            ];
            Device::with(Kind::QuantumDot, &named).unwrap()
        });
        let clamp = b.clamp(4.0);
        b.dot(clamp, keys[0], -1.0, 0.0, 1.0);
        let system = b.system();
        let state = steady::solve(&system, &Options::default());
        assert!(state.is_settled());
        let exact = dense(&system, &state.x);
        // Dense algebra is exact to the rounding of 1296 steps.
        assert_modes(&state.spectrum.unwrap(), &exact, 1e-12);
    }
}

/// Three slow modes far apart from each other, and the rest in a crowd: what stands apart is locked, and the search goes
/// on below it.
#[test]
fn modes_that_stand_apart_do_not_hide_the_crowd_below_them() {
    let mut b = Builder::new(Platform::Electronic);
    let device = |_| Device::with(Kind::Ohmic, &[("conductance", 0.2)]).unwrap();
    let keys = b.lattice([40, 36], 0.5, device);
    for (k, capacity) in [(100, 1e6), (900, 1e4), (1300, 300.0)] {
        b.network.node_mut(keys[k]).unwrap().capacity = capacity;
    }
    let system = b.system();
    let spectrum = Spectrum::at(&system, &system.flow(system.initial())).unwrap();
    let exact = dense(&system, system.initial());
    assert!(exact[3] < 100.0 * exact[1]);
    // Relative to the fastest: dense algebra knows nothing finer.
    assert_modes(&spectrum, &exact, 1e-13);
}

/// An island beside the crowd, whose total never decays and is no mode: the shift passes below zero all the same.
#[test]
fn a_crowd_beside_an_island_is_found() {
    let mut b = Builder::new(Platform::Electronic);
    let device = |g: f64| move |_| Device::with(Kind::Ohmic, &[("conductance", g)]).unwrap();
    b.lattice([36, 30], 0.1, device(0.2));
    b.lattice([12, 12], 0.0, device(20.0));
    let system = b.system();
    assert_eq!(system.islands().len(), 1);
    let spectrum = Spectrum::at(&system, &system.flow(system.initial())).unwrap();
    let exact = dense(&system, system.initial());
    assert!(exact[0].abs() < 1e-12, "the total");
    assert_modes(&spectrum, &exact[1..], 1e-12);
}

/// What is not reciprocal has no count, but the crowd is found all the same.
#[test]
fn a_crowd_of_slow_modes_is_found_where_the_network_is_not_reciprocal() {
    let mut b = Builder::new(Platform::Electronic);
    let keys = b.lattice([30, 30], 0.1, |edge| {
        let share = 2.0 * (edge as f64 * 0.618_034).fract() - 1.0;
        let named = [
            ("tunnel_rate", 1.0),
            ("level", -1.0),
            ("shift", 0.3 * share),
            ("tracking", 0.8),
        ];
        Device::with(Kind::QuantumDot, &named).unwrap()
    });
    for &key in &keys {
        b.network.node_mut(key).unwrap().capacity = 1.0;
    }
    let clamp = b.clamp(4.0);
    b.dot(clamp, keys[0], -1.0, 0.0, 1.0);
    let system = b.system();
    let state = steady::solve(&system, &Options::default());
    assert!(state.is_settled());
    let spectrum = state.spectrum.unwrap();
    assert_eq!(spectrum.verdict, Verdict::Stable);
    let j = system.jacobian(&system.flow(&state.x));
    let matrix = Mat::<f64>::from_fn(900, 900, |i, k| j[(i, k)]);
    let mut exact = matrix.eigenvalues().unwrap();
    exact.sort_by(|p, q| q.re.total_cmp(&p.re));
    assert_eq!(spectrum.eigenvalues.len(), SLOWEST);
    for (found, exact) in spectrum.eigenvalues.iter().zip(&exact) {
        let off = (found.re - exact.re).abs() + (found.im.abs() - exact.im.abs()).abs();
        assert!(off < 1e-9, "{found:?} {exact:?}");
    }
}
