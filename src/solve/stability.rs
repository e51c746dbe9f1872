//! Stability of a state: the eigenvalues of C⁻¹J, with the zero modes of islands taken out.

use faer::{Mat, Side};

use crate::physics::modes::{ALL_BELOW, ScaledJacobian};
use crate::system::{Flow, System};

/// How many eigenvalues are listed from 300 free reservoirs on.
pub const SLOWEST: usize = 20;

/// A complex eigenvalue, per unit time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Eigenvalue {
    /// Real part: the rate of growth.
    pub re: f64,
    /// Imaginary part: the angular frequency.
    pub im: f64,
}

/// The eigenvalues of C⁻¹J at a state.
#[derive(Clone, Debug, PartialEq)]
pub struct Spectrum {
    /// Slowest first: by descending real part, conjugate pairs with the positive frequency first.
    pub eigenvalues: Vec<Eigenvalue>,
    /// How many of them there are, listed or not.
    pub count: usize,
    /// What rounding may have moved an eigenvalue by: a real part smaller than this has no certain sign.
    pub resolution: f64,
}

impl Spectrum {
    /// The spectrum of a system at an evaluated state; `None` if the eigenvalue iteration did not converge.
    #[must_use]
    pub fn at(system: &System, flow: &Flow) -> Option<Self> {
        let scaled = ScaledJacobian::new(system, flow);
        let matrix = scaled.matrix;
        let n = matrix.nrows();
        let norm = matrix.norm();
        let resolution = norm * f64::EPSILON * (n as f64).max(1.0);
        if !norm.is_finite() {
            return None;
        }
        let dense = Mat::<f64>::from_fn(n, n, |i, k| matrix[(i, k)]);
        let mut eigenvalues: Vec<Eigenvalue> = if n == 0 {
            Vec::new()
        } else if scaled.is_symmetric {
            let values = dense.self_adjoint_eigenvalues(Side::Lower).ok()?;
            values
                .into_iter()
                .map(|re| Eigenvalue { re, im: 0.0 })
                .collect()
        } else {
            let values = dense.eigenvalues().ok()?;
            values
                .into_iter()
                .map(|value| Eigenvalue {
                    re: value.re,
                    im: value.im,
                })
                .collect()
        };
        if eigenvalues
            .iter()
            .any(|value| !value.re.is_finite() || !value.im.is_finite())
        {
            return None;
        }
        eigenvalues.sort_by(|p, q| q.re.total_cmp(&p.re).then(q.im.total_cmp(&p.im)));
        let count = eigenvalues.len();
        if system.free_count() >= ALL_BELOW {
            eigenvalues.truncate(SLOWEST);
        }
        Some(Self {
            eigenvalues,
            count,
            resolution,
        })
    }

    /// Whether every small deviation dies out. Without any mode there is nothing that could grow.
    #[must_use]
    pub fn is_stable(&self) -> bool {
        self.slowest().is_none_or(|slowest| slowest.re < 0.0)
    }

    /// Whether some deviation grows, beyond what rounding could feign.
    #[must_use]
    pub fn is_unstable(&self) -> bool {
        self.slowest()
            .is_some_and(|slowest| slowest.re > self.resolution)
    }

    /// The eigenvalue with the largest real part.
    #[must_use]
    pub fn slowest(&self) -> Option<Eigenvalue> {
        self.eigenvalues.first().copied()
    }

    /// τ = −1/max Re λ; `None` without modes, or if the state is not stable.
    #[must_use]
    pub fn relaxation_time(&self) -> Option<f64> {
        self.slowest()
            .filter(|slowest| slowest.re < 0.0)
            .map(|slowest| -1.0 / slowest.re)
    }
}
