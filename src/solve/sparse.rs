//! Sparse factorisation of shift·C − J, with the order of elimination found once for each topology.
//!
//! Where the matrix is symmetric and positive definite, as in a reciprocal network at a stable state, L·D·Lᵀ
//! (supernodal where that pays); otherwise L·U with partial pivoting (Gilbert & Peierls, SIAM J. Sci. Stat. Comput. 9,
//! 862 (1988)) in the same order, which keeps its little fill because networks without much NDC leave the pivots on
//! the diagonal.

use std::sync::Arc;

use faer::dyn_stack::{MemBuffer, MemStack, StackReq};
use faer::prelude::default;
use faer::sparse::SparseColMatRef;
use faer::sparse::linalg::cholesky::{LdltRef, SymbolicCholesky, SymbolicCholeskyRaw, supernodal};
use faer::sparse::linalg::lu::simplicial::{
    SimplicialLu, factorize_simplicial_numeric_lu, factorize_simplicial_numeric_lu_scratch,
};
use faer::{Conj, MatMut, Par, Side};

use super::islands::Held;
use super::triangular::{Columns, scatter};
use crate::system::{Flow, Structure, System};

/// Which factors are at hand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Kind {
    #[default]
    None,
    Symmetric,
    General,
}

/// A factorised sparse matrix, in memory that is used again.
#[derive(Clone, Debug, Default)]
pub(crate) struct SparseFactor {
    structure: Option<Arc<Structure>>,
    /// The matrix itself.
    entries: Vec<f64>,
    /// J, where it was asked for by a state.
    jacobian: Vec<f64>,
    kind: Kind,
    /// L and D of a symmetric matrix.
    symmetric: Vec<f64>,
    general: SimplicialLu<usize, f64>,
    /// The row in each place of the elimination, and the place of each row.
    row_order: [Vec<usize>; 2],
    scratch: Scratch,
    held: Held,
}

/// Memory without content.
#[derive(Default)]
struct Scratch(Option<(MemBuffer, StackReq)>);

impl Scratch {
    /// Enough of it; `None` if there is not that much.
    fn stack(&mut self, needed: StackReq) -> Option<&mut MemStack> {
        if !matches!(&self.0, Some((_, have)) if have.size_bytes() >= needed.size_bytes() && have.align_bytes() >= needed.align_bytes())
        {
            self.0 = Some((MemBuffer::try_new(needed).ok()?, needed));
        }
        self.0.as_mut().map(|(memory, _)| MemStack::new(memory))
    }
}

impl Clone for Scratch {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl std::fmt::Debug for Scratch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Scratch")
    }
}

impl SparseFactor {
    /// Factorises −J at an evaluated state, made regular on islands. Returns whether it is usable.
    pub(crate) fn factorise_at(&mut self, system: &System, flow: &Flow) -> bool {
        let mut jacobian = std::mem::take(&mut self.jacobian);
        let is_symmetric = system.jacobian_entries(flow, &mut jacobian);
        let is_usable = self.factorise(system, &jacobian, is_symmetric, 0.0, true);
        self.jacobian = jacobian;
        is_usable
    }

    /// The number of unknowns.
    pub(crate) fn dimension(&self) -> usize {
        self.structure
            .as_ref()
            .map_or(0, |structure| structure.dimension())
    }

    /// Factorises shift·C − J, given the entries of J and whether it is symmetric. With `holds_totals` the matrix is made
    /// regular on islands (see [`super::linear::regularised_jacobian`]). Returns whether it is usable: if not, a pivot
    /// vanishes or is not finite.
    pub(crate) fn factorise(
        &mut self,
        system: &System,
        jacobian: &[f64],
        is_symmetric: bool,
        shift: f64,
        holds_totals: bool,
    ) -> bool {
        self.set(system, jacobian, shift, holds_totals);
        if is_symmetric && self.factorise_symmetric() && self.negative_pivots() == Some(0) {
            self.kind = Kind::Symmetric;
        } else if self.factorise_general() {
            self.kind = Kind::General;
        } else {
            return false;
        }
        if holds_totals && !system.islands().is_empty() {
            let mut held = std::mem::take(&mut self.held);
            held.border(system, |rhs| self.solve_plain(rhs, false));
            self.held = held;
        }
        true
    }

    /// How many eigenvalues of C⁻¹J lie above `shift`, for a symmetric J (Sylvester's law of inertia), without the zero
    /// modes of islands; `None` if a pivot vanishes, so that rounding decides.
    pub(crate) fn count_above(
        &mut self,
        system: &System,
        jacobian: &[f64],
        shift: f64,
    ) -> Option<usize> {
        // At shift 0 the pins move the zero modes to the side that is not counted.
        self.set(system, jacobian, shift, shift == 0.0);
        if !self.factorise_symmetric() {
            return None;
        }
        let zero_modes = if shift < 0.0 {
            system.islands().len()
        } else {
            0
        };
        self.negative_pivots()?.checked_sub(zero_modes)
    }

    /// Factorises shift·C − J of a symmetric J, which has `above` negative eigenvalues: so many eigenvalues of C⁻¹J lie
    /// above `shift`, zero modes of islands apart. Returns whether it is usable: if not, another number lies there, or a
    /// pivot vanishes.
    ///
    /// With negative pivots the elimination is not stable for certain: what is computed with it needs a test by its
    /// residual.
    pub(crate) fn factorise_between(
        &mut self,
        system: &System,
        jacobian: &[f64],
        shift: f64,
        above: usize,
    ) -> bool {
        if self.count_above(system, jacobian, shift) != Some(above) {
            return false;
        }
        self.kind = Kind::Symmetric;
        if shift == 0.0 && !system.islands().is_empty() {
            let mut held = std::mem::take(&mut self.held);
            held.border(system, |rhs| self.solve_plain(rhs, false));
            self.held = held;
        }
        true
    }

    /// Sets the matrix, with pins on islands or without.
    fn set(&mut self, system: &System, jacobian: &[f64], shift: f64, pins: bool) {
        let structure = system.structure();
        self.structure = Some(Arc::clone(structure));
        self.kind = Kind::None;
        self.entries.clear();
        self.entries.extend(jacobian.iter().map(|entry| -entry));
        for (&place, capacity) in structure.diagonal().iter().zip(system.capacity()) {
            self.entries[place] += shift * capacity;
        }
        self.held.clear();
        if pins {
            self.held.pin(system, structure, &mut self.entries);
        }
    }

    fn matrix<'a>(structure: &'a Structure, entries: &'a [f64]) -> SparseColMatRef<'a, usize, f64> {
        SparseColMatRef::new(structure.pattern(), entries)
    }

    /// L·D·Lᵀ without pivoting.
    fn factorise_symmetric(&mut self) -> bool {
        let Self {
            structure: Some(structure),
            entries,
            symmetric,
            scratch,
            ..
        } = self
        else {
            return false;
        };
        let Some(symbolic) = structure.symbolic() else {
            return false;
        };
        symmetric.resize(symbolic.len_val(), 0.0);
        let needed = symbolic.factorize_numeric_ldlt_scratch::<f64>(Par::Seq, default());
        let Some(stack) = scratch.stack(needed) else {
            return false;
        };
        symbolic
            .factorize_numeric_ldlt(
                symmetric,
                Self::matrix(structure, entries),
                Side::Upper,
                default(),
                Par::Seq,
                stack,
                default(),
            )
            .is_ok()
    }

    /// How many pivots of L·D·Lᵀ are negative; `None` if one is zero, subnormal, infinite or NaN.
    fn negative_pivots(&self) -> Option<usize> {
        let symbolic = self.structure.as_ref()?.symbolic()?;
        let mut negative = 0;
        let mut count = |pivot: f64| {
            negative += usize::from(pivot < 0.0);
            pivot.is_normal()
        };
        let all_normal = match symbolic.raw() {
            SymbolicCholeskyRaw::Simplicial(factor) => {
                let starts = &factor.col_ptr()[..symbolic.ncols()];
                starts.iter().all(|&start| count(self.symmetric[start]))
            }
            SymbolicCholeskyRaw::Supernodal(factor) => {
                let numeric = supernodal::SupernodalLdltRef::new(factor, &self.symmetric);
                (0..factor.n_supernodes()).all(|s| {
                    let block = numeric.supernode(s).val();
                    (0..block.ncols()).all(|k| count(block[(k, k)]))
                })
            }
        };
        all_normal.then_some(negative)
    }

    /// P·A·Q = L·U with partial pivoting, Q the order of the symmetric case.
    fn factorise_general(&mut self) -> bool {
        let Self {
            structure: Some(structure),
            entries,
            general,
            row_order: [rows, places],
            scratch,
            ..
        } = self
        else {
            return false;
        };
        let n = structure.dimension();
        let Some(columns) = structure.symbolic().and_then(SymbolicCholesky::perm) else {
            return false;
        };
        rows.resize(n, 0);
        places.resize(n, 0);
        let needed = factorize_simplicial_numeric_lu_scratch::<usize, f64>(n, n);
        let Some(stack) = scratch.stack(needed) else {
            return false;
        };
        let matrix = Self::matrix(structure, entries);
        factorize_simplicial_numeric_lu(rows, places, general, matrix, columns, stack).is_ok()
            && self.general_pivots().all(f64::is_normal)
    }

    /// The diagonal of U: the last entry of each column.
    fn general_pivots(&self) -> impl Iterator<Item = f64> + '_ {
        let upper = self.general.u_factor_unsorted();
        (0..upper.ncols()).map(move |k| upper.val_of_col(k).last().copied().unwrap_or(0.0))
    }

    /// The sign of the determinant: 1 or −1.
    pub(crate) fn determinant_sign(&self) -> f64 {
        let odd = match self.kind {
            // Positive definite.
            Kind::None | Kind::Symmetric => false,
            Kind::General => {
                let negative = self.general_pivots().filter(|&pivot| pivot < 0.0).count();
                let columns = self.structure.as_ref().and_then(|s| s.symbolic()?.perm());
                let columns = columns.map_or(0, |order| exchanges(order.arrays().0));
                (negative + exchanges(&self.row_order[0]) + columns) % 2 == 1
            }
        };
        self.held.determinant_sign() * if odd { -1.0 } else { 1.0 }
    }

    /// The solution for one right-hand side, in place.
    pub(crate) fn solve(&self, rhs: &mut [f64]) {
        self.solve_plain(rhs, false);
        self.held.correct(rhs);
    }

    /// The solution of the transposed system, in place.
    pub(crate) fn solve_transposed(&self, rhs: &mut [f64]) {
        self.solve_plain(rhs, true);
        if self.kind == Kind::Symmetric {
            self.held.correct(rhs);
        } else {
            self.held
                .transposed(|rhs| self.solve_plain(rhs, true))
                .correct(rhs);
        }
    }

    /// The matrix that was factorised, as the entries of the structure, pins on islands included.
    pub(crate) fn entries(&self) -> &[f64] {
        &self.entries
    }

    /// The solution with the matrix of [`SparseFactor::entries`] itself.
    pub(crate) fn solve_plain(&self, rhs: &mut [f64], transposed: bool) {
        let Some(symbolic) = self.structure.as_ref().and_then(|s| s.symbolic()) else {
            return;
        };
        let Some(columns) = symbolic.perm() else {
            return;
        };
        let n = symbolic.ncols();
        assert_eq!(rhs.len(), n);
        let columns = columns.arrays().0;
        match (self.kind, symbolic.raw()) {
            (Kind::None, _) => {}
            (Kind::Symmetric, SymbolicCholeskyRaw::Supernodal(_)) => {
                let mut memory =
                    MemBuffer::new(symbolic.solve_in_place_scratch::<f64>(1, Par::Seq));
                LdltRef::new(symbolic, &self.symmetric).solve_in_place_with_conj(
                    Conj::No,
                    MatMut::from_column_major_slice_mut(rhs, n, 1),
                    Par::Seq,
                    MemStack::new(&mut memory),
                );
            }
            (Kind::Symmetric, SymbolicCholeskyRaw::Simplicial(factor)) => {
                let lower = Columns {
                    starts: factor.col_ptr(),
                    rows: factor.row_idx(),
                    values: &self.symmetric,
                };
                let mut x: Vec<f64> = columns.iter().map(|&i| rhs[i]).collect();
                lower.eliminate_below(&mut x);
                for (x, &start) in x.iter_mut().zip(lower.starts) {
                    *x /= lower.values[start];
                }
                lower.gather_below(&mut x);
                scatter(&x, columns, rhs);
            }
            (Kind::General, _) => {
                let (lower, upper) = (
                    Columns::of(self.general.l_factor_unsorted()),
                    Columns::of(self.general.u_factor_unsorted()),
                );
                let rows = &self.row_order[0];
                if transposed {
                    let mut x: Vec<f64> = columns.iter().map(|&i| rhs[i]).collect();
                    upper.gather_above(&mut x);
                    lower.gather_below(&mut x);
                    scatter(&x, rows, rhs);
                } else {
                    let mut x: Vec<f64> = rows.iter().map(|&i| rhs[i]).collect();
                    lower.eliminate_below(&mut x);
                    upper.eliminate_above(&mut x);
                    scatter(&x, columns, rhs);
                }
            }
        }
    }
}

/// How many exchanges a permutation is made of, up to an even number.
fn exchanges(order: &[usize]) -> usize {
    let mut seen = vec![false; order.len()];
    let mut cycles = 0;
    for start in 0..order.len() {
        if !seen[start] {
            cycles += 1;
            let mut at = start;
            while !seen[at] {
                seen[at] = true;
                at = order[at];
            }
        }
    }
    order.len() - cycles
}

#[cfg(test)]
mod tests;
