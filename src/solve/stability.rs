//! Stability of a state: the eigenvalues of C⁻¹J, with the zero modes of islands taken out.
//!
//! Below 300 free reservoirs all of them, by dense algebra; above, the slowest by an iteration, and stability by a proof
//! that needs no eigenvalue (see the module `large`).

use faer::{Mat, Side};

use crate::physics::modes::{ALL_BELOW, ScaledJacobian};
use crate::system::{Flow, System};

mod large;

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

/// What is known of the eigenvalues' signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Every deviation dies out.
    Stable,
    /// A deviation grows.
    Unstable,
    /// An eigenvalue is zero to within rounding, or a search saw what seems to grow without making sure.
    Marginal,
    /// No growing deviation was found by a search, which proves nothing; only above 300 free reservoirs.
    Unknown,
}

/// Which eigenvalues are listed, and how well those of large networks are known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Listing {
    /// All of them, by dense algebra.
    All,
    /// The slowest found by an iteration; perhaps none.
    Slowest {
        /// The largest ‖S·z − λ·z‖ of all that are listed, S = C^{−1/2}·J·C^{−1/2} and z the vector found, of length 1: per
        /// unit time. In a reciprocal network each lies no further than that from an eigenvalue.
        residual: f64,
        /// Whether a count proves that no slower one is missing.
        is_complete: bool,
    },
}

/// The eigenvalues of C⁻¹J at a state.
#[derive(Clone, Debug, PartialEq)]
pub struct Spectrum {
    /// Slowest first: by descending real part, conjugate pairs with the positive frequency first. From 300 free
    /// reservoirs on the slowest found, at most [`SLOWEST`].
    pub eigenvalues: Vec<Eigenvalue>,
    /// Which these are.
    pub listing: Listing,
    /// How many of them there are, listed or not.
    pub count: usize,
    /// What rounding may have moved an eigenvalue by: a real part smaller than this has no certain sign.
    pub resolution: f64,
    /// Whether the state is stable.
    pub verdict: Verdict,
}

impl Spectrum {
    /// The spectrum of a system at an evaluated state; `None` if the eigenvalue iteration did not converge.
    #[must_use]
    pub fn at(system: &System, flow: &Flow) -> Option<Self> {
        if system.free_count() >= ALL_BELOW {
            large::spectrum(system, flow, true)
        } else {
            Self::all(system, flow)
        }
    }

    /// The same, but from 300 free reservoirs on without eigenvalues where stability can be decided without.
    #[must_use]
    pub fn tested(system: &System, flow: &Flow) -> Option<Self> {
        if system.free_count() >= ALL_BELOW {
            large::spectrum(system, flow, false)
        } else {
            Self::all(system, flow)
        }
    }

    /// Whether every small deviation dies out: by a proof that needs no eigenvalue where there is one, else by the
    /// eigenvalues; from 300 free reservoirs on also if a search finds none that grows.
    #[must_use]
    pub fn dies_out(system: &System, flow: &Flow) -> bool {
        system.free_count() == 0
            || large::is_proved_stable(system, flow)
            || Self::tested(system, flow).is_some_and(|spectrum| spectrum.may_be_stable())
    }

    /// All eigenvalues.
    fn all(system: &System, flow: &Flow) -> Option<Self> {
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
        sort(&mut eigenvalues);
        let verdict = match eigenvalues.first().map_or(f64::NEG_INFINITY, |top| top.re) {
            re if re < 0.0 => Verdict::Stable,
            re if re > resolution => Verdict::Unstable,
            _ => Verdict::Marginal,
        };
        Some(Self {
            count: eigenvalues.len(),
            eigenvalues,
            listing: Listing::All,
            resolution,
            verdict,
        })
    }

    /// Whether every small deviation is proved to die out. Without any mode there is nothing that could grow.
    #[must_use]
    pub fn is_stable(&self) -> bool {
        self.verdict == Verdict::Stable
    }

    /// Whether no deviation is known that does not die out: stable, or [`Verdict::Unknown`].
    #[must_use]
    pub fn may_be_stable(&self) -> bool {
        matches!(self.verdict, Verdict::Stable | Verdict::Unknown)
    }

    /// Whether some deviation grows, beyond what rounding could feign.
    #[must_use]
    pub fn is_unstable(&self) -> bool {
        self.verdict == Verdict::Unstable
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

/// Slowest first.
fn sort(eigenvalues: &mut [Eigenvalue]) {
    eigenvalues.sort_by(|p, q| q.re.total_cmp(&p.re).then(q.im.total_cmp(&p.im)));
}
