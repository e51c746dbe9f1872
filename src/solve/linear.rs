//! Linear systems of the solvers: dense LU, with the zero modes of islands removed.

use nalgebra::{DMatrix, DVector, Dyn, LU};

use crate::system::{Flow, System};

/// A factorised square matrix.
#[derive(Clone, Debug)]
pub struct Factor(LU<f64, Dyn, Dyn>);

impl Factor {
    /// Factorises; `None` if a pivot vanishes or is not finite.
    #[must_use]
    pub fn new(matrix: DMatrix<f64>) -> Option<Self> {
        let lu = matrix.lu();
        let usable = lu
            .lu_internal()
            .diagonal()
            .iter()
            .all(|pivot| pivot.is_normal());
        usable.then_some(Self(lu))
    }

    /// The sign of the determinant: 1 or −1.
    #[must_use]
    pub fn determinant_sign(&self) -> f64 {
        let pivots: f64 = self
            .0
            .lu_internal()
            .diagonal()
            .iter()
            .map(|pivot| pivot.signum())
            .product();
        pivots * self.0.p().determinant::<f64>()
    }

    /// The solution for one right-hand side, in place.
    pub fn solve(&self, rhs: &mut DVector<f64>) {
        // nalgebra's triangular solvers count down from n − 1, also for n = 0.
        if !rhs.is_empty() {
            // Cannot fail: the pivots were judged in `new`.
            let _ = self.0.solve_mut(rhs);
        }
    }

    /// The solution of the transposed system, in place.
    pub fn solve_transposed(&self, rhs: &mut DVector<f64>) {
        if rhs.is_empty() {
            return;
        }
        let packed = self.0.lu_internal();
        // P·A = L·U, so Aᵀ·y = b is Uᵀ·z = b, Lᵀ·w = z, y = Pᵀ·w.
        let _ = packed.tr_solve_upper_triangular_mut(rhs);
        let n = rhs.len();
        for i in (0..n).rev() {
            for k in i + 1..n {
                rhs[i] -= packed[(k, i)] * rhs[k];
            }
        }
        self.0.p().inv_permute_rows(rhs);
    }
}

/// α for each island, such that J − α·C·Cᵀ is regular there.
///
/// Any positive α will do; this one keeps the added mode at the scale of the island's own conductances.
#[must_use]
pub fn island_weights(system: &System, jacobian: &DMatrix<f64>) -> Vec<f64> {
    let capacity = system.capacity();
    let weight = |island: &Vec<usize>| {
        let square: f64 = island.iter().map(|&i| capacity[i] * capacity[i]).sum();
        let scale = island
            .iter()
            .map(|&i| jacobian[(i, i)].abs())
            .fold(0.0, f64::max);
        if scale > 0.0 {
            scale / square
        } else {
            1.0 / square
        }
    };
    system.islands().iter().map(weight).collect()
}

/// The Jacobian made regular on islands, where it has a zero mode each: J − α·C·Cᵀ.
///
/// An island's rows of J and of F sum to zero, so the solution of the changed system obeys Σ C_i·δx_i = 0 and solves
/// the original one: the same as bordering J with the conserved total, at the original size.
#[must_use]
pub fn regularised_jacobian(system: &System, flow: &Flow) -> DMatrix<f64> {
    let mut j = system.jacobian(flow);
    let capacity = system.capacity();
    for (island, alpha) in system.islands().iter().zip(island_weights(system, &j)) {
        for &i in island {
            for &k in island {
                j[(i, k)] -= alpha * capacity[i] * capacity[k];
            }
        }
    }
    j
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transposed_solution_solves_the_transposed_system() {
        let a = DMatrix::from_row_slice(3, 3, &[0.0, 2.0, 1.0, 1.0, -3.0, 0.5, 4.0, 1.0, 1.0]);
        let b = DVector::from_vec(vec![1.0, -2.0, 0.3]);
        let factor = Factor::new(a.clone()).unwrap();
        let mut y = b.clone();
        factor.solve_transposed(&mut y);
        assert!((a.transpose() * y - &b).norm() < 1e-14);
        let mut x = b.clone();
        factor.solve(&mut x);
        assert!((a * x - b).norm() < 1e-14);
    }

    #[test]
    fn singular_matrices_are_refused() {
        assert!(Factor::new(DMatrix::from_row_slice(2, 2, &[1.0, 2.0, 2.0, 4.0])).is_none());
    }
}
