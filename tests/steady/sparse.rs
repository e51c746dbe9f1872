//! Sparse and iterative algebra against the dense one, and what large networks are told of their stability.

use faer::{Mat, c64};
use thermonet::device::{Device, Kind, Platform};
use thermonet::network::NodeKey;
use thermonet::physics::certificates::{Certificates, MOST_FAILURES};
use thermonet::solve::branch::Branch;
use thermonet::solve::relax::{Options as RelaxOptions, Relaxation};
use thermonet::solve::stability::{SLOWEST, Spectrum, Verdict};
use thermonet::solve::steady::{self, Options, Outcome, Reason};
use thermonet::system::{Algebra, System};

use crate::builder::Builder;
use crate::closed_forms::{add_oscillator, oscillator};
use crate::reference;

fn dot(level: f64, shift: f64, tracking: f64) -> Device {
    let named = [
        ("tunnel_rate", 1.0),
        ("level", level),
        ("shift", shift),
        ("tracking", tracking),
    ];
    Device::with(Kind::QuantumDot, &named).unwrap()
}

/// The device of an edge of a lattice of dots that differ, `shift` at most apart from 0.
pub(crate) fn various(shift: f64, tracking: f64) -> impl Fn(usize) -> Device {
    move |edge| {
        let share = (edge as f64 * 0.618_034).fract();
        dot(-2.0 * share, shift * (2.0 * share - 1.0), tracking)
    }
}

/// A lattice with its first corner joined to a clamp.
pub(crate) fn fed_lattice(size: [usize; 2], leak: f64, device: impl Fn(usize) -> Device) -> System {
    let mut b = Builder::new(Platform::Electronic);
    let keys = b.lattice(size, leak, device);
    let clamp = b.clamp(4.0);
    b.dot(clamp, keys[0], -1.0, 0.0, 1.0);
    b.system()
}

fn with(system: &System, algebra: Algebra) -> System {
    let mut system = system.clone();
    system.set_algebra(algebra);
    system
}

/// The largest difference of two states.
pub(crate) fn apart(x: &[f64], y: &[f64]) -> f64 {
    x.iter()
        .zip(y)
        .fold(0.0, |top: f64, (x, y)| top.max((x - y).abs()))
}

/// All eigenvalues of C⁻¹J at a state by dense algebra, slowest first, less the zero modes of islands.
fn dense_eigenvalues(system: &System, x: &[f64]) -> Vec<c64> {
    let j = system.jacobian(&system.flow(x));
    let n = x.len();
    let matrix = Mat::<f64>::from_fn(n, n, |i, k| j[(i, k)] / system.capacity()[i]);
    let mut values = matrix.eigenvalues().unwrap();
    for _ in system.islands() {
        let zero = (0..values.len()).min_by(|&p, &q| values[p].norm().total_cmp(&values[q].norm()));
        values.swap_remove(zero.unwrap());
    }
    values.sort_by(|p, q| q.re.total_cmp(&p.re).then(q.im.total_cmp(&p.im)));
    values
}

/// The listed eigenvalues must be the slowest of all, each as often as it occurs.
#[track_caller]
fn assert_slowest(spectrum: &Spectrum, all: &[c64]) {
    assert_eq!(spectrum.count, all.len());
    assert_eq!(spectrum.eigenvalues.len(), SLOWEST);
    for (got, expected) in spectrum.eigenvalues.iter().zip(all) {
        // Pairs of equal real part may come in either order after rounding; the last may be one of a pair.
        let error = (got.re - expected.re).abs() + (got.im.abs() - expected.im.abs()).abs();
        assert!(
            error <= 1e-7 * (1e-3 + expected.norm()),
            "{got:?} {expected:?}"
        );
    }
}

#[test]
fn reference_networks_have_the_same_states_either_way() {
    for system in reference::systems() {
        let [dense, sparse] = [Algebra::Dense, Algebra::Sparse]
            .map(|algebra| steady::solve(&with(&system, algebra), &Options::default()));
        assert_eq!(dense.outcome, sparse.outcome);
        assert!(apart(&dense.x, &sparse.x) < 1e-10);
    }
}

#[test]
fn lattices_have_the_same_states_either_way() {
    for (shift, tracking) in [(0.0, 1.0), (0.7, 1.0), (0.4, 0.6)] {
        let system = fed_lattice([9, 8], 0.1, various(shift, tracking));
        assert!(system.is_sparse());
        for is_unique in [true, false] {
            let options = Options {
                is_unique,
                ..Options::default()
            };
            let [dense, sparse] = [Algebra::Dense, Algebra::Sparse]
                .map(|algebra| steady::solve(&with(&system, algebra), &options));
            assert!(dense.is_settled() && sparse.is_settled());
            assert_eq!(dense.method, sparse.method);
            assert!(apart(&dense.x, &sparse.x) < 1e-10);
        }
    }
}

#[test]
fn islands_keep_their_totals_in_sparse_algebra() {
    let mut b = Builder::new(Platform::Electronic);
    // One island whose matrix is symmetric, one whose is not, a lone reservoir, and a part that is held.
    let keys: Vec<Vec<NodeKey>> = [1.0, 0.5]
        .map(|tracking| b.lattice([4, 4], 0.0, various(0.3, tracking)))
        .into();
    b.free(2.0, 0.0, 1.5);
    let held = b.free(1.0, 0.3, 0.0);
    let clamp = b.clamp(2.0);
    b.dot(clamp, held, -1.0, 0.3, 1.0);
    for (k, key) in keys.iter().flatten().enumerate() {
        b.network.node_mut(*key).unwrap().initial = Some((k as f64).sin());
    }
    let system = b.system();
    assert_eq!(system.islands().len(), 3);
    let before = system.island_totals(system.initial());
    let [dense, sparse] = [Algebra::Dense, Algebra::Sparse]
        .map(|algebra| steady::solve(&with(&system, algebra), &Options::default()));
    assert!(dense.is_settled() && sparse.is_settled());
    assert!(apart(&dense.x, &sparse.x) < 1e-10);
    for (total, before) in system.island_totals(&sparse.x).iter().zip(before) {
        assert!((total - before).abs() < 1e-11);
    }
}

#[test]
fn trajectories_are_the_same_either_way() {
    let system = fed_lattice([7, 6], 0.1, various(0.8, 0.7));
    let ends = [Algebra::Dense, Algebra::Sparse].map(|algebra| {
        let system = with(&system, algebra);
        let mut relaxation =
            Relaxation::new(&system, system.initial(), 0.0, RelaxOptions::default());
        relaxation.advance(&system, 5.0, 10_000).unwrap();
        let mut x = vec![0.0; system.free_count()];
        relaxation.sample(5.0, &mut x);
        (x, relaxation.steps())
    });
    assert_eq!(ends[0].1, ends[1].1, "steps");
    assert!(apart(&ends[0].0, &ends[1].0) < 1e-10);
}

#[test]
fn the_slowest_eigenvalues_are_found_without_dense_algebra() {
    let reciprocal = fed_lattice([18, 18], 0.1, various(0.4, 1.0));
    let state = steady::solve(&reciprocal, &Options::default());
    assert!(state.is_settled());
    let spectrum = state.spectrum.unwrap();
    assert_eq!(spectrum.verdict, Verdict::Stable);
    assert_slowest(&spectrum, &dense_eigenvalues(&reciprocal, &state.x));
    // Alike and apart from each other: every eigenvalue occurs a hundred times.
    let mut b = Builder::new(Platform::Electronic);
    let clamp = b.clamp(1.0);
    for _ in 0..100 {
        let keys = [0.3, 0.0, 0.0].map(|leak| b.free(1.0, leak, 0.0));
        b.ohmic(clamp, keys[0], 0.5);
        b.ohmic(keys[0], keys[1], 1.0);
        b.ohmic(keys[1], keys[2], 2.0);
    }
    let copies = b.system();
    let state = steady::solve(&copies, &Options::default());
    assert_slowest(
        &state.spectrum.unwrap(),
        &dense_eigenvalues(&copies, &state.x),
    );
}

/// The state that the oscillator runs round.
fn focus() -> Vec<f64> {
    let single = oscillator();
    let Outcome::Oscillates { range, .. } = steady::solve(&single, &Options::default()).outcome
    else {
        panic!("no cycle")
    };
    let middle: Vec<f64> = range.iter().map(|[lo, hi]| 0.5 * (lo + hi)).collect();
    let mut branch = Branch::new(&single, &middle);
    assert!(branch.advance(&single));
    branch.state().to_vec()
}

/// Pairs in which one reservoir chases the other, in their focus, each with capacities of its own so that no two rotate
/// alike. Conductors to clamps at the focus may hold them there.
fn chasing(hold: Option<f64>) -> System {
    let focus = focus();
    let mut b = Builder::new(Platform::Electronic);
    let (high, low) = (b.clamp(6.0), b.clamp(-6.0));
    let there = [focus[0], focus[1]].map(|x| b.clamp(x));
    for k in 0..160 {
        let pair = add_oscillator(&mut b, high, low);
        for ((key, clamp), x) in pair.into_iter().zip(there).zip(&focus) {
            let node = b.network.node_mut(key).unwrap();
            node.capacity *= 1.01_f64.powi(k);
            node.initial = Some(*x);
            if let Some(conductance) = hold {
                b.ohmic(clamp, key, conductance);
            }
        }
    }
    b.system()
}

#[test]
fn complex_pairs_are_found_where_the_network_is_not_reciprocal() {
    // Both J_ii are 0.026 at most: with this much held the rotation dies out.
    let system = chasing(Some(0.03));
    let state = steady::solve(&system, &Options::default());
    assert!(state.is_settled());
    let all = dense_eigenvalues(&system, &state.x);
    assert!(
        all[..SLOWEST].iter().all(|value| value.im != 0.0),
        "no pairs"
    );
    assert_slowest(&state.spectrum.unwrap(), &all);
}

#[test]
fn an_unstable_balance_of_a_large_reciprocal_network_is_not_settled() {
    let mut b = Builder::new(Platform::Electronic);
    let ohmic = |_| Device::with(Kind::Ohmic, &[("conductance", 0.01)]).unwrap();
    let keys = b.lattice([18, 18], 1e-3, ohmic);
    let (high, low) = (b.clamp(6.0), b.clamp(-6.0));
    for key in keys {
        let named = [
            ("tunnel_rate", 1.0),
            ("detuning", 0.0),
            ("shift", 0.5),
            ("width", 1.0),
        ];
        b.join(high, key, Kind::DoubleDot, &named);
        b.join(key, low, Kind::DoubleDot, &named);
    }
    let system = b.system();
    let state = steady::solve(&system, &Options::default());
    assert_eq!(state.outcome, Outcome::Unsettled(Reason::Balanced));
    let spectrum = state.spectrum.unwrap();
    assert_eq!(spectrum.verdict, Verdict::Unstable);
    assert_slowest(&spectrum, &dense_eigenvalues(&system, &state.x));
    // The certificates of a large network say so within seconds, too.
    let certificates = Certificates::new(&system, &[]);
    assert_eq!(certificates.unique.verdict(), None);
    assert_eq!(certificates.unique.failures.len(), MOST_FAILURES);
}

#[test]
fn a_growing_rotation_of_a_large_network_is_seen() {
    let system = chasing(None);
    let state = steady::solve(&system, &Options::default());
    assert_eq!(state.outcome, Outcome::Unsettled(Reason::Balanced));
    let spectrum = state.spectrum.unwrap();
    assert_eq!(spectrum.verdict, Verdict::Unstable);
    assert_slowest(&spectrum, &dense_eigenvalues(&system, &state.x));
}

#[test]
fn islands_of_a_large_network_are_listed_without_their_zero_modes() {
    for tracking in [1.0, 0.5] {
        let mut b = Builder::new(Platform::Electronic);
        let keys = b.lattice([18, 9], 0.0, various(0.2, tracking));
        b.lattice([18, 9], 0.0, various(0.2, tracking));
        b.network.node_mut(keys[5]).unwrap().leak = 0.4;
        let system = b.system();
        assert_eq!(system.islands().len(), 1);
        let state = steady::solve(&system, &Options::default());
        assert!(state.is_settled());
        let spectrum = state.spectrum.unwrap();
        assert_eq!(spectrum.verdict, Verdict::Stable);
        assert_slowest(&spectrum, &dense_eigenvalues(&system, &state.x));
    }
}
