//! Which entries a Jacobian has, and in what order they are eliminated.
//!
//! In a layered network the reservoirs of one layer are not joined to each other: their block of the Jacobian is
//! diagonal, and eliminating it costs a division each. Clamps are no unknowns. What is left, one layer of every two, is
//! eliminated as a dense matrix.

use super::System;

/// The layout of the Jacobian of a system's free reservoirs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    /// Free reservoirs of which no two are joined: eliminated first.
    first: Vec<usize>,
    /// All other free reservoirs.
    rest: Vec<usize>,
    /// The joins of each of the `first`, one after the other.
    joins: Vec<Join>,
    /// Where the joins of each of the `first` begin; one more at the end.
    starts: Vec<usize>,
    /// The entry of each free reservoir's own slope.
    diagonal: Vec<usize>,
}

/// A join between one of the `first` and one of the `rest`: two entries, one on either side of the diagonal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Join {
    /// Position in the `rest`.
    pub(crate) rest: usize,
    /// The entry of ∂F_first/∂x_rest; that of ∂F_rest/∂x_first follows it.
    pub(crate) entry: usize,
}

impl Pattern {
    /// The pattern of a system.
    #[must_use]
    pub fn new(system: &System) -> Self {
        let n = system.free_count();
        let mut neighbours = vec![Vec::new(); n];
        for &[from, to] in system.ends() {
            if from < n && to < n {
                neighbours[from].push(to);
                neighbours[to].push(from);
            }
        }
        for of in &mut neighbours {
            of.sort_unstable();
            of.dedup();
        }
        // Those with the fewest neighbours first: the greedy way to many that are not joined.
        let mut by_degree: Vec<usize> = (0..n).collect();
        by_degree.sort_by_key(|&i| neighbours[i].len());
        let mut is_first = vec![false; n];
        for i in by_degree {
            is_first[i] = !neighbours[i].iter().any(|&k| is_first[k]);
        }
        let (first, rest): (Vec<usize>, Vec<usize>) = (0..n).partition(|&i| is_first[i]);
        let m = rest.len();
        let mut diagonal = vec![0; n];
        let mut place = vec![0; n];
        for (k, &slot) in rest.iter().enumerate() {
            place[slot] = k;
            diagonal[slot] = k * m + k;
        }
        let (mut joins, mut starts) = (Vec::new(), vec![0]);
        for (i, &slot) in first.iter().enumerate() {
            diagonal[slot] = m * m + i;
            for &other in &neighbours[slot] {
                joins.push(Join {
                    rest: place[other],
                    entry: m * m + first.len() + 2 * joins.len(),
                });
            }
            starts.push(joins.len());
        }
        Self {
            first,
            rest,
            joins,
            starts,
            diagonal,
        }
    }

    /// How many entries are stored: those of the dense block, row by row, then the diagonal of the `first`, then the joins.
    #[must_use]
    pub fn entry_count(&self) -> usize {
        self.rest.len() * self.rest.len() + self.first.len() + 2 * self.joins.len()
    }

    /// The slots that are eliminated first.
    #[must_use]
    pub fn first(&self) -> &[usize] {
        &self.first
    }

    /// The slots that are eliminated as a dense block.
    #[must_use]
    pub fn rest(&self) -> &[usize] {
        &self.rest
    }

    /// The entry of ∂F_i/∂x_i of the first slots' number `i`.
    pub(crate) fn first_diagonal(&self, i: usize) -> usize {
        self.rest.len() * self.rest.len() + i
    }

    /// The joins of number `i` of the first slots.
    pub(crate) fn joins(&self, i: usize) -> &[Join] {
        &self.joins[self.starts[i]..self.starts[i + 1]]
    }

    /// The entry of ∂F_i/∂x_i of a slot.
    pub(crate) fn diagonal(&self, slot: usize) -> usize {
        self.diagonal[slot]
    }

    /// The entry of ∂F_row/∂x_column for two slots that are joined.
    pub(crate) fn entry(&self, row: usize, column: usize) -> Option<usize> {
        let m = self.rest.len();
        let in_rest = |slot: usize| self.rest.binary_search(&slot).ok();
        let between = |first: usize, rest: usize| {
            let i = self.first.binary_search(&first).ok()?;
            let joins = self.joins(i);
            let at = joins.binary_search_by_key(&rest, |join| join.rest).ok()?;
            Some(joins[at].entry)
        };
        match (in_rest(row), in_rest(column)) {
            (Some(row), Some(column)) => Some(row * m + column),
            (None, Some(rest)) => between(row, rest),
            (Some(rest), None) => between(column, rest).map(|entry| entry + 1),
            (None, None) => (row == column).then(|| self.diagonal[row]),
        }
    }
}
