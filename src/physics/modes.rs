//! The linear motion around a state: C⁻¹J in a symmetric scaling, with the zero modes of islands split off.

use nalgebra::{DMatrix, DVector};

use crate::system::{Flow, System};

/// From this number of free reservoirs on only the slowest eigenvalues are listed, and no covariance is computed
/// (model, section 4).
pub(crate) const ALL_BELOW: usize = 300;

/// S = C^{−1/2}·J·C^{−1/2}, restricted to the motions that keep every island's total.
///
/// S is similar to C⁻¹J, and symmetric where J is. On an island 1ᵀJ = 0, so q ∝ C^{1/2}·1 is a left null vector of S;
/// a Householder reflection that maps q to a unit vector splits the zero mode off exactly.
pub(crate) struct ScaledJacobian {
    /// The restricted matrix, of dimension (free reservoirs − islands).
    pub(crate) matrix: DMatrix<f64>,
    /// Whether it is symmetric beyond rounding.
    pub(crate) is_symmetric: bool,
    /// C^{1/2}.
    root_capacity: DVector<f64>,
    /// Per island: its first reservoir, and the unit Householder vector over all reservoirs.
    reflections: Vec<(usize, DVector<f64>)>,
    /// The rows that remain.
    kept: Vec<usize>,
}

impl ScaledJacobian {
    /// Builds it at an evaluated state.
    pub(crate) fn new(system: &System, flow: &Flow) -> Self {
        let n = system.free_count();
        let root_capacity =
            DVector::from_iterator(n, system.capacity().iter().map(|capacity| capacity.sqrt()));
        let mut matrix = system.jacobian(flow);
        for k in 0..n {
            for i in 0..n {
                matrix[(i, k)] /= root_capacity[i] * root_capacity[k];
            }
        }
        let asymmetry = (&matrix - matrix.transpose()).norm();
        let is_symmetric = asymmetry <= 1e-14 * matrix.norm();
        let mut reflections = Vec::new();
        let mut kept: Vec<bool> = vec![true; n];
        for island in system.islands() {
            let mut v = DVector::zeros(n);
            for &i in island {
                v[i] = root_capacity[i];
            }
            v.normalize_mut();
            let first = island[0];
            // The entries of q are positive: adding avoids cancellation.
            v[first] += 1.0;
            v.normalize_mut();
            kept[first] = false;
            reflections.push((first, v));
        }
        let kept: Vec<usize> = (0..n).filter(|&i| kept[i]).collect();
        let mut scaled = Self {
            matrix,
            is_symmetric,
            root_capacity,
            reflections,
            kept,
        };
        scaled.matrix = scaled.restricted(scaled.matrix.clone());
        scaled
    }

    /// H·M·Hᵀ without the rows and columns of the islands' totals.
    fn restricted(&self, mut matrix: DMatrix<f64>) -> DMatrix<f64> {
        for (_, v) in &self.reflections {
            let left = v.transpose() * &matrix;
            matrix -= 2.0 * v * left;
            let right = &matrix * v;
            matrix -= 2.0 * right * v.transpose();
        }
        matrix.select_rows(&self.kept).select_columns(&self.kept)
    }

    /// A matrix B·W·Bᵀ of the charge form, scaled by C^{−1/2} on both sides and restricted.
    pub(crate) fn restrict_charge(&self, mut matrix: DMatrix<f64>) -> DMatrix<f64> {
        let n = self.root_capacity.len();
        for k in 0..n {
            for i in 0..n {
                matrix[(i, k)] /= self.root_capacity[i] * self.root_capacity[k];
            }
        }
        self.restricted(matrix)
    }

    /// The diagonal of C^{−1/2}·Σ·C^{−1/2} for a covariance Σ of the restricted, scaled motions.
    pub(crate) fn state_variances(&self, restricted: &DMatrix<f64>) -> Vec<f64> {
        let n = self.root_capacity.len();
        let mut full = DMatrix::zeros(n, n);
        for (r, &i) in self.kept.iter().enumerate() {
            for (c, &k) in self.kept.iter().enumerate() {
                full[(i, k)] = restricted[(r, c)];
            }
        }
        for (_, v) in self.reflections.iter().rev() {
            let left = v.transpose() * &full;
            full -= 2.0 * v * left;
            let right = &full * v;
            full -= 2.0 * right * v.transpose();
        }
        (0..n)
            .map(|i| full[(i, i)] / (self.root_capacity[i] * self.root_capacity[i]))
            .collect()
    }
}
