//! Sparse factors against full ones.

use super::super::linear::{Factor, Jacobian};
use super::*;
use crate::device::{Device, Kind, Platform};
use crate::network::{Network, Node, Role};
use crate::system::Algebra;

/// Two rings of dots beside each other, the second without leaks: an island. Tracking 1 makes J symmetric, a large
/// shift makes it indefinite.
fn rings(tracking: f64, shift: f64) -> System {
    let mut network = Network::new(Platform::Electronic);
    for ring in 0..2 {
        let keys: Vec<_> = (0..7)
            .map(|k| {
                let id = format!("h{ring}{k}");
                let mut node = Node::new(id, Role::Hidden, Platform::Electronic);
                node.leak = if ring == 0 { 0.05 } else { 0.0 };
                node.capacity = 1.0 + 0.3 * f64::from(k);
                network.add_node(node).unwrap()
            })
            .collect();
        for k in 0..7 {
            let named = [
                ("tunnel_rate", 1.0 + 0.1 * k as f64),
                ("level", -1.5),
                ("shift", shift),
                ("tracking", tracking),
            ];
            let dot = Device::with(Kind::QuantumDot, &named).unwrap();
            let id = network.fresh_edge_id();
            network
                .add_edge(id, keys[k], keys[(k + 1) % 7], dot)
                .unwrap();
        }
    }
    System::new(&network)
}

fn state() -> Vec<f64> {
    (0..14).map(|k| 3.0 * (1.7 * f64::from(k)).sin()).collect()
}

/// The networks with the algebra forced one way and the other.
fn both(system: &System) -> [System; 2] {
    [Algebra::Dense, Algebra::Sparse].map(|algebra| {
        let mut system = system.clone();
        system.set_algebra(algebra);
        system
    })
}

#[test]
fn solutions_and_signs_are_those_of_dense_algebra() {
    for (tracking, shift) in [(1.0, 0.3), (1.0, 1.2), (0.6, 0.2), (0.3, 1.5)] {
        let systems = both(&rings(tracking, shift));
        for delta in [f64::INFINITY, 30.0, 0.1] {
            let [dense, sparse] = systems.each_ref().map(|system| {
                let flow = system.flow(&state());
                let jacobian = Jacobian::new(system, &flow);
                let mut factor = Factor::default();
                assert!(factor.factorise_shifted(system, &jacobian, delta, true));
                let rhs: Vec<f64> = (0..14).map(|k| f64::from(k).cos()).collect();
                // Only where totals are kept, the weight of the border does not matter.
                let mut kept = rhs.clone();
                let mean = kept[7..].iter().sum::<f64>() / 7.0;
                for f in &mut kept[7..] {
                    *f -= mean;
                }
                let mut mirrored = rhs;
                factor.solve(&mut kept);
                factor.solve_transposed(&mut mirrored);
                (kept, mirrored, factor.determinant_sign())
            });
            let close = |p: &[f64], q: &[f64]| {
                let size = p.iter().fold(1.0_f64, |top, p| top.max(p.abs()));
                p.iter().zip(q).all(|(p, q)| (p - q).abs() < 1e-11 * size)
            };
            assert!(close(&dense.0, &sparse.0), "{tracking} {shift} {delta}");
            if delta.is_infinite() {
                assert!(close(&dense.1, &sparse.1), "{tracking} {shift}");
            }
            assert_eq!(dense.2.to_bits(), sparse.2.to_bits());
        }
    }
}

#[test]
fn jacobians_factorised_at_a_state_have_the_sign_of_dense_ones() {
    for (tracking, shift) in [(1.0, 0.3), (1.0, 1.2), (0.3, 1.5)] {
        let [dense, sparse] = both(&rings(tracking, shift)).map(|system| {
            let mut factor = Factor::default();
            assert!(factor.factorise_jacobian(&system, &system.flow(&state())));
            let mut x: Vec<f64> = (0..14).map(|k| f64::from(k % 3)).collect();
            factor.solve_transposed(&mut x);
            (factor.determinant_sign(), x)
        });
        assert_eq!(dense.0.to_bits(), sparse.0.to_bits());
        for (p, q) in dense.1.iter().zip(&sparse.1) {
            assert!((p - q).abs() < 1e-11 * (1.0 + p.abs()));
        }
    }
}

#[test]
fn pivots_count_eigenvalues() {
    for shift in [0.2, 1.2] {
        let system = rings(1.0, shift);
        let flow = system.flow(&state());
        let mut entries = Vec::new();
        assert!(system.jacobian_entries(&flow, &mut entries));
        let j = system.jacobian(&flow);
        let capacity = system.capacity();
        let scaled = faer::Mat::from_fn(14, 14, |i, k| {
            j[(i, k)] / (capacity[i] * capacity[k]).sqrt()
        });
        let mut values = scaled.self_adjoint_eigenvalues(Side::Lower).unwrap();
        let zero = (0..14).min_by(|&p, &q| values[p].abs().total_cmp(&values[q].abs()));
        values.remove(zero.unwrap());
        let mut factor = SparseFactor::default();
        for bound in [-3.0, -0.4, -0.05, 0.0, 0.05, 0.4, 3.0] {
            let expected = values.iter().filter(|&&value| value > bound).count();
            assert_eq!(factor.count_above(&system, &entries, bound), Some(expected));
        }
        if shift > 1.0 {
            assert!(values.iter().any(|&value| value > 0.0), "nothing grows");
        }
    }
}

#[test]
fn singular_matrices_are_refused() {
    let mut network = Network::new(Platform::Electronic);
    let lone = Node::new("h", Role::Hidden, Platform::Electronic);
    network.add_node(lone).unwrap();
    let mut system = System::new(&network);
    system.set_algebra(Algebra::Sparse);
    let jacobian = Jacobian::new(&system, &system.flow(&[0.0]));
    let mut factor = Factor::default();
    assert!(!factor.factorise_shifted(&system, &jacobian, f64::INFINITY, false));
    assert!(factor.factorise_shifted(&system, &jacobian, f64::INFINITY, true));
    let mut system = rings(1.0, 0.2);
    system.set_algebra(Algebra::Sparse);
    let broken = Jacobian::new(&system, &system.flow(&[f64::NAN; 14]));
    assert!(!factor.factorise_shifted(&system, &broken, f64::INFINITY, true));
}
