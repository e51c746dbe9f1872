//! Solutions with sparse triangular factors, one right-hand side at a time.

use faer::sparse::SparseColMatRef;

/// Puts each number where the order says.
pub(super) fn scatter(x: &[f64], order: &[usize], out: &mut [f64]) {
    for (x, &i) in x.iter().zip(order) {
        out[i] = *x;
    }
}

/// The columns of a triangular factor. In a lower one the diagonal is the first entry of each, in an upper one the last.
pub(super) struct Columns<'a> {
    /// Where each column starts, and where the last ends.
    pub(super) starts: &'a [usize],
    pub(super) rows: &'a [usize],
    pub(super) values: &'a [f64],
}

impl<'a> Columns<'a> {
    pub(super) fn of(factor: SparseColMatRef<'a, usize, f64>) -> Self {
        let (structure, values) = factor.parts();
        let (_, _, starts, _, rows) = structure.parts();
        Self {
            starts,
            rows,
            values,
        }
    }

    /// The rows and values of every column.
    fn iter(&self) -> impl DoubleEndedIterator<Item = (usize, &'a [usize], &'a [f64])> {
        let Self {
            starts,
            rows,
            values,
        } = *self;
        (0..starts.len() - 1).map(move |k| {
            let range = starts[k]..starts[k + 1];
            (k, &rows[range.clone()], &values[range])
        })
    }

    /// L⁻¹·x, the diagonal of L being 1.
    pub(super) fn eliminate_below(&self, x: &mut [f64]) {
        for (k, rows, values) in self.iter() {
            let own = x[k];
            for (&row, l) in rows.iter().zip(values).skip(1) {
                x[row] -= l * own;
            }
        }
    }

    /// L⁻ᵀ·x.
    pub(super) fn gather_below(&self, x: &mut [f64]) {
        for (k, rows, values) in self.iter().rev() {
            let below = rows.iter().zip(values).skip(1);
            x[k] -= below.map(|(&row, l)| l * x[row]).sum::<f64>();
        }
    }

    /// U⁻¹·x.
    pub(super) fn eliminate_above(&self, x: &mut [f64]) {
        for (k, rows, values) in self.iter().rev() {
            let Some((diagonal, values)) = values.split_last() else {
                continue;
            };
            x[k] /= diagonal;
            let own = x[k];
            for (&row, u) in rows.iter().zip(values) {
                x[row] -= u * own;
            }
        }
    }

    /// U⁻ᵀ·x.
    pub(super) fn gather_above(&self, x: &mut [f64]) {
        for (k, rows, values) in self.iter() {
            let Some((diagonal, values)) = values.split_last() else {
                continue;
            };
            let above = rows.iter().zip(values);
            x[k] = (x[k] - above.map(|(&row, u)| u * x[row]).sum::<f64>()) / diagonal;
        }
    }
}
