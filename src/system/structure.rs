//! The structure of the Jacobian: where its entries lie and in which order to eliminate them, found once for each
//! topology.

use faer::Side;
use faer::prelude::default;
use faer::sparse::SymbolicSparseColMatRef;
use faer::sparse::linalg::SupernodalThreshold;
use faer::sparse::linalg::cholesky::{
    CholeskySymbolicParams, SymbolicCholesky, SymbolicCholeskyRaw, SymmetricOrdering,
    factorize_symbolic_cholesky,
};

use super::{Flow, System};

/// Stands for an entry outside the matrix: that of a clamp.
const NOWHERE: usize = usize::MAX;

/// Fewer free reservoirs are solved with full matrices, whatever the structure.
///
/// A chain of 25, the sparsest network there is, takes half the time in sparse algebra: the gain is a microsecond, and
/// finding the structure takes some.
const SMALLEST: usize = 24;

/// How many operations of a dense elimination take the time of one of a sparse one, which gathers its operands.
///
/// On the safe side: of lattices of 35, 99 and 209 free reservoirs (benches/core/large.rs) the sparse factorisation takes
/// 0.5, 0.1 and 0.03 of the dense one's time.
const OPERATIONS: f64 = 6.0;

/// What an entry of the factor costs besides its operations, in dense operations: indices, copies, permutations.
const ENTRY: f64 = 40.0;

/// From how many operations for each entry of the factor on columns are taken together, relative to what the library does.
///
/// Lattices of 5,600 free reservoirs settle as fast either way, one of 10,000 in 0.87 of the time with columns together;
/// left to itself, the library would take them together from some 12,000 on.
const SUPERNODAL: SupernodalThreshold = SupernodalThreshold(0.5);

/// Which linear algebra a system is solved with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Algebra {
    /// Whichever is faster for the network's size and structure.
    #[default]
    Fastest,
    /// Full matrices.
    Dense,
    /// Only the entries that are not zero by structure.
    Sparse,
}

/// The entries of J between free reservoirs, by columns (compressed, rows ascending), and how to eliminate them.
///
/// Every edge between two free reservoirs has both its entries here, so the structure is symmetric whatever the values.
#[derive(Debug)]
pub struct Structure {
    column_starts: Vec<usize>,
    rows: Vec<usize>,
    diagonal: Vec<usize>,
    /// For each link the entries (from, from), (to, to), (from, to) and (to, from), as row and column.
    places: Vec<[usize; 4]>,
    symbolic: Option<SymbolicCholesky<usize>>,
    /// What a factorisation costs, in dense operations.
    cost: f64,
}

impl Structure {
    /// The structure of `free` reservoirs whose links have these ends.
    pub(super) fn new(free: usize, ends: &[[usize; 2]]) -> Self {
        let inner = |&&[from, to]: &&[usize; 2]| from < free && to < free;
        let mut counts = vec![1; free];
        for &[from, to] in ends.iter().filter(inner) {
            counts[from] += 1;
            counts[to] += 1;
        }
        let mut columns: Vec<Vec<usize>> = counts.into_iter().map(Vec::with_capacity).collect();
        for (i, column) in columns.iter_mut().enumerate() {
            column.push(i);
        }
        for &[from, to] in ends.iter().filter(inner) {
            columns[from].push(to);
            columns[to].push(from);
        }
        let mut column_starts = Vec::with_capacity(free + 1);
        let mut rows = Vec::new();
        column_starts.push(0);
        for column in &mut columns {
            column.sort_unstable();
            // Parallel edges share their entries.
            column.dedup();
            rows.extend_from_slice(column);
            column_starts.push(rows.len());
        }
        drop(columns);
        let place = |row: usize, column: usize| {
            if row >= free || column >= free {
                return NOWHERE;
            }
            let start = column_starts[column];
            rows[start..column_starts[column + 1]]
                .binary_search(&row)
                .map_or(NOWHERE, |k| start + k)
        };
        let places = ends
            .iter()
            .map(|&[from, to]| {
                [
                    place(from, from),
                    place(to, to),
                    place(from, to),
                    place(to, from),
                ]
            })
            .collect();
        let diagonal = (0..free).map(|i| place(i, i)).collect();
        let mut structure = Self {
            diagonal,
            places,
            column_starts,
            rows,
            symbolic: None,
            cost: f64::INFINITY,
        };
        structure.analyse();
        structure
    }

    /// Orders the elimination for little fill (approximate minimum degree; Amestoy, Davis & Duff, SIAM J. Matrix Anal.
    /// Appl. 17, 886 (1996)) and finds the structure of the factor.
    fn analyse(&mut self) {
        let order = SymmetricOrdering::Amd;
        let params = CholeskySymbolicParams {
            supernodal_flop_ratio_threshold: SUPERNODAL,
            ..default()
        };
        self.symbolic =
            factorize_symbolic_cholesky(self.pattern(), Side::Upper, order, params).ok();
        let mut square = 0.0;
        let mut entries = 0.0;
        let mut add = |count: usize| {
            square += (count * count) as f64;
            entries += count as f64;
        };
        match self.symbolic.as_ref().map(SymbolicCholesky::raw) {
            Some(SymbolicCholeskyRaw::Simplicial(factor)) => {
                for column in factor.col_ptr().windows(2) {
                    add(column[1] - column[0]);
                }
            }
            Some(SymbolicCholeskyRaw::Supernodal(factor)) => {
                for s in 0..factor.n_supernodes() {
                    let columns = factor.supernode_end()[s] - factor.supernode_begin()[s];
                    let below = factor.nnz_per_super()[s];
                    for k in 1..=columns {
                        add(below + k);
                    }
                }
            }
            None => square = f64::INFINITY,
        }
        self.cost = OPERATIONS * square + ENTRY * entries;
    }

    /// The number of free reservoirs.
    #[must_use]
    pub fn dimension(&self) -> usize {
        self.diagonal.len()
    }

    /// Where each column starts, and the row of each entry.
    #[must_use]
    pub fn pattern(&self) -> SymbolicSparseColMatRef<'_, usize> {
        let n = self.dimension();
        SymbolicSparseColMatRef::new_checked(n, n, &self.column_starts, None, &self.rows)
    }

    /// The entry on the diagonal of each column.
    #[must_use]
    pub fn diagonal(&self) -> &[usize] {
        &self.diagonal
    }

    /// The order of elimination and the structure of the factor; `None` where there was no memory for it.
    #[must_use]
    pub fn symbolic(&self) -> Option<&SymbolicCholesky<usize>> {
        self.symbolic.as_ref()
    }

    /// Whether a sparse factorisation is the faster one.
    fn is_faster(&self) -> bool {
        // n³/3 multiplications, twice as many operations in an LU as in what the cost is counted for.
        let n = self.dimension() as f64;
        self.cost < n * n * n / 3.0
    }

    /// The entries of J + Jᵀ, halved.
    #[must_use]
    pub fn symmetric_part(&self, entries: &[f64]) -> Vec<f64> {
        // Columns in turn, each row's entries come up in the order of its columns, as they lie in the row's own column.
        let mut next = self.column_starts.clone();
        self.rows
            .iter()
            .zip(entries)
            .map(|(&row, entry)| {
                let mirrored = entries[next[row]];
                next[row] += 1;
                0.5 * (entry + mirrored)
            })
            .collect()
    }

    /// The product of a matrix of this structure with a vector.
    #[must_use]
    pub fn product(&self, entries: &[f64], x: &[f64]) -> Vec<f64> {
        let mut product = vec![0.0; self.dimension()];
        for (c, x) in x.iter().enumerate() {
            for (r, entry) in self.column(entries, c) {
                product[r] += entry * x;
            }
        }
        product
    }

    /// The rows and entries of a column.
    pub fn column<'a>(
        &'a self,
        entries: &'a [f64],
        column: usize,
    ) -> impl Iterator<Item = (usize, f64)> + 'a {
        let range = self.column_starts[column]..self.column_starts[column + 1];
        self.rows[range.clone()]
            .iter()
            .copied()
            .zip(entries[range].iter().copied())
    }
}

impl System {
    /// The structure of the Jacobian; found when first asked for.
    #[must_use]
    pub fn structure(&self) -> &std::sync::Arc<Structure> {
        self.structure
            .get_or_init(|| Structure::new(self.free_count(), &self.ends).into())
    }

    /// Finds the structure now where solvers may need it, so that copies of the system share it.
    pub(super) fn prepare_structure(&self) {
        if self.free_count() >= SMALLEST {
            let _ = self.structure();
        }
    }

    /// Whether the solvers use sparse algebra.
    #[must_use]
    pub fn is_sparse(&self) -> bool {
        match self.algebra {
            Algebra::Dense => false,
            Algebra::Sparse => true,
            Algebra::Fastest => self.free_count() >= SMALLEST && self.structure().is_faster(),
        }
    }

    /// Makes the solvers use one kind of linear algebra: to compare them with each other.
    pub fn set_algebra(&mut self, algebra: Algebra) {
        self.algebra = algebra;
    }

    /// The entries of J in the order of [`System::structure`]. Returns whether J is symmetric to the last bit.
    pub fn jacobian_entries(&self, flow: &Flow, entries: &mut Vec<f64>) -> bool {
        let structure = self.structure();
        entries.clear();
        entries.resize(structure.rows.len(), 0.0);
        for (&place, leak) in structure.diagonal.iter().zip(&self.leak) {
            entries[place] -= leak;
        }
        let mut is_symmetric = true;
        let mut add = |place: usize, value: f64| {
            if let Some(entry) = entries.get_mut(place) {
                *entry += value;
            }
        };
        for (&[from_from, to_to, from_to, to_from], response) in
            structure.places.iter().zip(&flow.responses)
        {
            add(from_from, -response.d_from);
            add(to_to, response.d_to);
            add(from_to, -response.d_to);
            add(to_from, response.d_from);
            // Compared by value: 0 and −0 are the same slope.
            is_symmetric &= from_to == NOWHERE || response.d_from + response.d_to == 0.0;
        }
        is_symmetric
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::{Device, Kind, Platform};
    use crate::network::{Network, Node, Role};

    /// A ring of `n` free reservoirs with a chord, two parallel edges and a clamp.
    fn ring(n: usize) -> System {
        let mut network = Network::new(Platform::Electronic);
        let keys: Vec<_> = (0..n)
            .map(|i| {
                let mut node = Node::new(format!("h{i}"), Role::Hidden, Platform::Electronic);
                node.leak = 0.1 * (i % 3) as f64;
                network.add_node(node).unwrap()
            })
            .collect();
        let clamp = Node::new("x", Role::Input, Platform::Electronic);
        let clamp = network.add_node(clamp).unwrap();
        let mut join = |from, to, shift| {
            let named = [("tunnel_rate", 1.0), ("level", -1.0), ("shift", shift)];
            let device = Device::with(Kind::QuantumDot, &named).unwrap();
            let id = network.fresh_edge_id();
            network.add_edge(id, from, to, device).unwrap();
        };
        for i in 0..n {
            join(keys[i], keys[(i + 1) % n], 0.3 * (i % 4) as f64);
        }
        join(keys[0], keys[n / 2], 0.2);
        join(keys[n / 2], keys[0], 0.7);
        join(clamp, keys[1], 0.0);
        System::new(&network)
    }

    #[test]
    fn entries_are_those_of_the_full_matrix() {
        let system = ring(9);
        let x: Vec<f64> = (0..9).map(|i| f64::from(i).sin()).collect();
        let flow = system.flow(&x);
        let full = system.jacobian(&flow);
        let mut entries = Vec::new();
        assert!(system.jacobian_entries(&flow, &mut entries));
        let structure = system.structure();
        let mut seen = 0;
        for c in 0..9 {
            for (r, value) in structure.column(&entries, c) {
                assert_eq!(value.to_bits(), full[(r, c)].to_bits());
                seen += usize::from(value != 0.0);
            }
        }
        assert_eq!(seen, full.iter().filter(|value| **value != 0.0).count());
        // Any numbers will do to see that each entry meets its mirror image.
        let numbers: Vec<f64> = (0..entries.len()).map(|k| (k as f64).sin()).collect();
        let find = |r, c| structure.column(&numbers, c).find(|(row, _)| *row == r);
        let halves = structure.symmetric_part(&numbers);
        for c in 0..9 {
            for (r, half) in structure.column(&halves, c) {
                let [(_, one), (_, other)] = [find(r, c).unwrap(), find(c, r).unwrap()];
                assert_eq!(half.to_bits(), (0.5 * (one + other)).to_bits());
            }
        }
    }

    #[test]
    fn large_rings_are_sparse_and_small_ones_dense() {
        assert!(!ring(12).is_sparse());
        let large = ring(200);
        assert!(large.is_sparse());
        assert!(std::sync::Arc::ptr_eq(
            large.structure(),
            large.clone().structure()
        ));
    }
}
