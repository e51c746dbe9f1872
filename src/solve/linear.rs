//! Linear systems of the solvers: the Jacobian and its factors, dense or sparse as the network calls for, with the zero
//! modes of islands removed.

use nalgebra::{DMatrix, linalg};

use super::sparse::SparseFactor;
use crate::system::{Flow, System};

/// J = ∂F/∂x at a state, in the form that the system is solved in.
#[derive(Clone, Debug)]
pub struct Jacobian {
    is_sparse: bool,
    dense: DMatrix<f64>,
    /// The entries in the order of [`System::structure`].
    sparse: Vec<f64>,
    /// Whether it is symmetric to the last bit; not looked at where it is dense.
    is_symmetric: bool,
}

impl Default for Jacobian {
    fn default() -> Self {
        Self {
            is_sparse: false,
            dense: DMatrix::zeros(0, 0),
            sparse: Vec::new(),
            is_symmetric: false,
        }
    }
}

impl Jacobian {
    /// J from an evaluation.
    #[must_use]
    pub fn new(system: &System, flow: &Flow) -> Self {
        let mut jacobian = Self::default();
        jacobian.set(system, flow);
        jacobian
    }

    /// J from an evaluation, in this one's memory.
    pub fn set(&mut self, system: &System, flow: &Flow) {
        self.is_sparse = system.is_sparse();
        if self.is_sparse {
            self.is_symmetric = system.jacobian_entries(flow, &mut self.sparse);
        } else {
            system.jacobian_into(flow, &mut self.dense);
        }
    }

    /// The largest |J_ii|/C_i: about the fastest rate there is.
    #[must_use]
    pub fn fastest_rate(&self, system: &System) -> f64 {
        let rate = |j: f64, capacity: &f64| j.abs() / capacity;
        if self.is_sparse {
            let diagonal = system.structure().diagonal().iter();
            diagonal
                .zip(system.capacity())
                .fold(0.0, |top, (&place, c)| top.max(rate(self.sparse[place], c)))
        } else {
            let diagonal = (0..self.dense.nrows()).map(|i| self.dense[(i, i)]);
            diagonal
                .zip(system.capacity())
                .fold(0.0, |top, (j, c)| top.max(rate(j, c)))
        }
    }
}

/// A factorised square matrix, in memory that is used again: dense, P·A = L·U with partial pivoting, or sparse.
#[derive(Clone, Debug)]
pub struct Factor {
    is_sparse: bool,
    sparse: SparseFactor,
    /// Whether the sparse factors are those of −A.
    is_negated: bool,
    /// U, and below its diagonal L without its diagonal of ones.
    packed: DMatrix<f64>,
    /// 1/U_ii: a product is sooner there than a quotient, and each unknown waits for those before.
    reciprocals: Vec<f64>,
    /// The row that each row was exchanged with, in the order of elimination; empty if no two rows were.
    exchanged: Vec<usize>,
}

impl Default for Factor {
    fn default() -> Self {
        Self {
            is_sparse: false,
            sparse: SparseFactor::default(),
            is_negated: false,
            packed: DMatrix::zeros(0, 0),
            reciprocals: Vec::new(),
            exchanged: Vec::new(),
        }
    }
}

impl Factor {
    /// Factorises; `None` if a pivot vanishes or is not finite.
    #[must_use]
    pub fn new(matrix: DMatrix<f64>) -> Option<Self> {
        let mut factor = Self {
            packed: matrix,
            ..Self::default()
        };
        factor.eliminate().then_some(factor)
    }

    /// Factorises the regularised Jacobian (see [`regularised_jacobian`]) in this factor's memory. Returns whether it is
    /// usable: if not, no pivot may be trusted.
    pub fn factorise_jacobian(&mut self, system: &System, flow: &Flow) -> bool {
        self.is_sparse = system.is_sparse();
        if self.is_sparse {
            self.is_negated = true;
            return self.sparse.factorise_at(system, flow);
        }
        regularised_jacobian_into(system, flow, &mut self.packed);
        self.eliminate()
    }

    /// Factorises C/δ − J in this factor's memory, with `holds_totals` made regular on islands as in
    /// [`regularised_jacobian`]. Returns whether it is usable: if not, no pivot may be trusted.
    pub fn factorise_shifted(
        &mut self,
        system: &System,
        jacobian: &Jacobian,
        delta: f64,
        holds_totals: bool,
    ) -> bool {
        self.is_sparse = jacobian.is_sparse;
        if self.is_sparse {
            self.is_negated = false;
            return self.sparse.factorise(
                system,
                &jacobian.sparse,
                jacobian.is_symmetric,
                1.0 / delta,
                holds_totals,
            );
        }
        if self.packed.shape() == jacobian.dense.shape() {
            self.packed.copy_from(&jacobian.dense);
        } else {
            self.packed = jacobian.dense.clone();
        }
        if holds_totals {
            regularise(system, &mut self.packed);
        }
        self.packed.neg_mut();
        for (i, capacity) in system.capacity().iter().enumerate() {
            self.packed[(i, i)] += capacity / delta;
        }
        self.eliminate()
    }

    /// Gaussian elimination with partial pivoting (Golub & Van Loan, Matrix Computations, 4th ed., algorithm 3.4.1).
    fn eliminate(&mut self) -> bool {
        let Self {
            packed,
            reciprocals,
            exchanged,
            ..
        } = self;
        let n = packed.nrows();
        reciprocals.clear();
        exchanged.clear();
        for i in 0..n {
            let column = &packed.as_slice()[i * n..(i + 1) * n];
            let mut pivot = i;
            for k in i + 1..n {
                if column[k].abs() > column[pivot].abs() {
                    pivot = k;
                }
            }
            let diagonal = column[pivot];
            // Zero, subnormal, infinite or NaN: nothing to divide by.
            if !diagonal.is_normal() {
                return false;
            }
            reciprocals.push(diagonal.recip());
            exchanged.push(pivot);
            if pivot == i {
                linalg::gauss_step(packed, diagonal, i);
            } else {
                packed.columns_range_mut(..i).swap_rows(i, pivot);
                linalg::gauss_step_swap(packed, diagonal, i, pivot);
            }
        }
        if exchanged.iter().enumerate().all(|(i, &pivot)| i == pivot) {
            exchanged.clear();
        }
        true
    }

    /// The sign of the determinant: 1 or −1.
    #[must_use]
    pub fn determinant_sign(&self) -> f64 {
        if self.is_sparse {
            let negations = if self.is_negated {
                self.sparse.dimension()
            } else {
                0
            };
            let sign = if negations % 2 == 1 { -1.0 } else { 1.0 };
            return sign * self.sparse.determinant_sign();
        }
        let pivots = self.packed.diagonal();
        let exchanges = self.exchanged.iter().enumerate();
        pivots.iter().map(|pivot| pivot.signum()).product::<f64>()
            * exchanges
                .map(|(i, &pivot)| if i == pivot { 1.0 } else { -1.0 })
                .product::<f64>()
    }

    /// The solution for one right-hand side, in place.
    ///
    /// # Panics
    /// If its length is not that of the matrix.
    pub fn solve(&self, rhs: &mut [f64]) {
        if self.is_sparse {
            self.sparse.solve(rhs);
            if self.is_negated {
                for x in rhs {
                    *x = -*x;
                }
            }
            return;
        }
        let n = self.packed.nrows();
        assert_eq!(rhs.len(), n);
        for (i, &pivot) in self.exchanged.iter().enumerate() {
            rhs.swap(i, pivot);
        }
        // By columns, as the matrix lies in memory, two at a time: half as many short loops.
        let packed = self.packed.as_slice();
        let column = |i: usize| &packed[i * n..(i + 1) * n];
        let mut i = 0;
        while i + 1 < n {
            let (first, second) = (column(i), column(i + 1));
            let x = rhs[i];
            let y = rhs[i + 1] - first[i + 1] * x;
            rhs[i + 1] = y;
            let below = first[i + 2..].iter().zip(&second[i + 2..]);
            for (rhs, (l, m)) in rhs[i + 2..].iter_mut().zip(below) {
                *rhs = *rhs - l * x - m * y;
            }
            i += 2;
        }
        let mut i = n;
        while i > 1 {
            i -= 2;
            let (first, second) = (column(i), column(i + 1));
            let y = rhs[i + 1] * self.reciprocals[i + 1];
            let x = (rhs[i] - second[i] * y) * self.reciprocals[i];
            (rhs[i], rhs[i + 1]) = (x, y);
            for (rhs, (u, v)) in rhs[..i].iter_mut().zip(second.iter().zip(first)) {
                *rhs = *rhs - u * y - v * x;
            }
        }
        if i == 1 {
            rhs[0] *= self.reciprocals[0];
        }
    }

    /// The solution of the transposed system, in place.
    ///
    /// # Panics
    /// If the length of the right-hand side is not that of the matrix.
    pub fn solve_transposed(&self, rhs: &mut [f64]) {
        if self.is_sparse {
            self.sparse.solve_transposed(rhs);
            if self.is_negated {
                for x in rhs {
                    *x = -*x;
                }
            }
            return;
        }
        let n = self.packed.nrows();
        assert_eq!(rhs.len(), n);
        // P·A = L·U, so Aᵀ·y = b is Uᵀ·z = b, Lᵀ·w = z, y = Pᵀ·w; columns of U and L are rows of their transposes.
        let columns = || self.packed.as_slice().chunks_exact(n.max(1)).enumerate();
        let dot = |p: &[f64], q: &[f64]| p.iter().zip(q).map(|(p, q)| p * q).sum::<f64>();
        for (i, column) in columns() {
            rhs[i] = (rhs[i] - dot(&column[..i], &rhs[..i])) / column[i];
        }
        for (i, column) in columns().rev() {
            rhs[i] -= dot(&column[i + 1..], &rhs[i + 1..]);
        }
        for (i, &pivot) in self.exchanged.iter().enumerate().rev() {
            rhs.swap(i, pivot);
        }
    }
}

/// α for each island, such that J − α·C·Cᵀ is regular there, given the diagonal of J.
///
/// Any positive α will do; this one keeps the added mode at the scale of the island's own conductances.
#[must_use]
pub fn island_weights(system: &System, diagonal: &[f64]) -> Vec<f64> {
    let weight = |island: &Vec<usize>| island_weight(system, island, |i| diagonal[i]);
    system.islands().iter().map(weight).collect()
}

/// α of one island, given the diagonal of the Jacobian.
pub(super) fn island_weight(
    system: &System,
    island: &[usize],
    diagonal: impl Fn(usize) -> f64,
) -> f64 {
    let capacity = system.capacity();
    let square: f64 = island.iter().map(|&i| capacity[i] * capacity[i]).sum();
    let scale = island
        .iter()
        .map(|&i| diagonal(i).abs())
        .fold(0.0, f64::max);
    if scale > 0.0 {
        scale / square
    } else {
        1.0 / square
    }
}

/// The Jacobian made regular on islands, where it has a zero mode each: J − α·C·Cᵀ.
///
/// An island's rows of J and of F sum to zero, so the solution of the changed system obeys Σ C_i·δx_i = 0 and solves
/// the original one: the same as bordering J with the conserved total, at the original size.
#[must_use]
pub fn regularised_jacobian(system: &System, flow: &Flow) -> DMatrix<f64> {
    let mut j = DMatrix::zeros(0, 0);
    regularised_jacobian_into(system, flow, &mut j);
    j
}

fn regularised_jacobian_into(system: &System, flow: &Flow, j: &mut DMatrix<f64>) {
    system.jacobian_into(flow, j);
    regularise(system, j);
}

fn regularise(system: &System, j: &mut DMatrix<f64>) {
    if system.islands().is_empty() {
        return;
    }
    let capacity = system.capacity();
    for island in system.islands() {
        let alpha = island_weight(system, island, |i| j[(i, i)]);
        for &i in island {
            for &k in island {
                j[(i, k)] -= alpha * capacity[i] * capacity[k];
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use nalgebra::DVector;

    use super::*;

    #[test]
    fn transposed_solution_solves_the_transposed_system() {
        let a = DMatrix::from_row_slice(3, 3, &[0.0, 2.0, 1.0, 1.0, -3.0, 0.5, 4.0, 1.0, 1.0]);
        let b = DVector::from_vec(vec![1.0, -2.0, 0.3]);
        let factor = Factor::new(a.clone()).unwrap();
        let mut y = b.clone();
        factor.solve_transposed(y.as_mut_slice());
        assert!((a.transpose() * y - &b).norm() < 1e-14);
        let mut x = b.clone();
        factor.solve(x.as_mut_slice());
        assert!((a * x - b).norm() < 1e-14);
    }

    #[test]
    fn singular_matrices_are_refused() {
        assert!(Factor::new(DMatrix::from_row_slice(2, 2, &[1.0, 2.0, 2.0, 4.0])).is_none());
    }
}
