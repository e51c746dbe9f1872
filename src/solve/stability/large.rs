//! Stability of large networks without dense algebra: proofs by the signs of pivots, and the slowest eigenvalues by
//! shift and invert.
//!
//! Three proofs, each of which holds for any capacities:
//!
//! * J symmetric: L·D·Lᵀ of −J has as many negative pivots as C⁻¹J has positive eigenvalues (Sylvester). This decides.
//! * J dominated by its diagonal after scaling: positive weights w with −w_j·J_jj > Σ_i w_i·|J_ij| for every column j
//!   put all of Gershgorin's discs to the left of zero. The weights solve Mᵀ·w = 1 for the comparison matrix M of J, and
//!   they are checked one by one. Networks without NDC always have some, and those with a little NDC often. On an island
//!   Σ_i J_ij = 0, so that one reservoir is pinned: if what remains is dominated, and no entry off the diagonal is
//!   negative, the zero mode is the only one that does not die out (Perron & Frobenius).
//! * J + Jᵀ negative definite: Σ C·δx²/2 falls along every deviation.
//!
//! Where none applies, eigenvalues are searched for around real shifts spread over all rates. A real shift σ > 0 sees best
//! what is largest under the Cayley map (λ + σ)/(λ − σ), which takes the growing modes outside the unit circle
//! (Meerbergen, Spence & Roose, BIT 34, 409 (1994)). What grows is likely found; that nothing does is not proved.

use faer::c64;

use super::{Eigenvalue, SLOWEST, Spectrum, Verdict, sort};
use crate::solve::krylov::{Krylov, Ritz};
use crate::solve::sparse::SparseFactor;
use crate::system::{Flow, Structure, System};

/// The largest Krylov space, and that above [`HUGE`] free reservoirs, where it is a matter of memory: 160 vectors of
/// 100,000 are 128 MB.
const MOST_VECTORS: [usize; 2] = [300, 160];
const HUGE: usize = 20_000;

/// Vectors for a search around a shift that need not converge: what grows stands out early.
const SEARCH_VECTORS: usize = 80;

/// Eigenvalues such a search goes for.
const SEARCHED: usize = 6;

/// Shifts beside zero, each eight times the one before at most.
const SHIFTS: usize = 5;

/// The spectrum at an evaluated state; with `lists` the slowest eigenvalues in any case.
pub(super) fn spectrum(system: &System, flow: &Flow, lists: bool) -> Option<Spectrum> {
    Some(Examined::new(system, flow)?.spectrum(lists))
}

struct Examined<'a> {
    system: &'a System,
    structure: &'a Structure,
    jacobian: Vec<f64>,
    is_symmetric: bool,
    root_capacity: Vec<f64>,
    /// C^{1/2}·1 on each island, of length 1: the directions of the zero modes.
    zero_modes: Vec<Vec<(usize, f64)>>,
    /// A bound on all |λ|.
    fastest: f64,
    resolution: f64,
    factor: SparseFactor,
}

impl<'a> Examined<'a> {
    fn new(system: &'a System, flow: &Flow) -> Option<Self> {
        let structure: &Structure = system.structure();
        let mut jacobian = Vec::new();
        let is_symmetric = system.jacobian_entries(flow, &mut jacobian);
        let n = system.free_count();
        // ‖J·C⁻¹‖₁: columns of J over their capacities.
        let fastest = (0..n).fold(0.0_f64, |top, c| {
            let sum: f64 = structure.column(&jacobian, c).map(|(_, j)| j.abs()).sum();
            let rate = sum / system.capacity()[c];
            if rate.is_nan() {
                f64::NAN
            } else {
                top.max(rate)
            }
        });
        let root_capacity: Vec<f64> = system.capacity().iter().map(|c| c.sqrt()).collect();
        let zero_mode = |island: &Vec<usize>| {
            let capacity: f64 = island.iter().map(|&i| system.capacity()[i]).sum();
            let scaled = island
                .iter()
                .map(|&i| (i, root_capacity[i] / capacity.sqrt()));
            scaled.collect()
        };
        let zero_modes = system.islands().iter().map(zero_mode).collect();
        fastest.is_finite().then(|| Self {
            zero_modes,
            system,
            structure,
            jacobian,
            is_symmetric,
            fastest,
            // Errors of an elimination add up like a random walk over the unknowns; 8 is a margin.
            resolution: 8.0 * f64::EPSILON * (n as f64).sqrt() * fastest,
            root_capacity,
            factor: SparseFactor::default(),
        })
    }

    /// The number of eigenvalues.
    fn count(&self) -> usize {
        self.system.free_count() - self.zero_modes.len()
    }

    fn spectrum(mut self, lists: bool) -> Spectrum {
        let mut verdict = self.proved();
        let mut eigenvalues = Vec::new();
        if lists || verdict == Verdict::Unknown {
            let mut seems_to_grow = false;
            if self.is_symmetric {
                eigenvalues = self.slowest_of_symmetric(verdict);
            } else {
                (eigenvalues, seems_to_grow) = self.searched();
            }
            sort(&mut eigenvalues);
            let top = eigenvalues.first().map_or(f64::NEG_INFINITY, |top| top.re);
            if verdict == Verdict::Unknown && top > self.resolution {
                verdict = Verdict::Unstable;
            } else if verdict == Verdict::Unknown && (seems_to_grow || top >= -self.resolution) {
                verdict = Verdict::Marginal;
            }
            eigenvalues.truncate(SLOWEST);
        }
        Spectrum {
            eigenvalues,
            count: self.count(),
            resolution: self.resolution,
            verdict,
        }
    }

    /// What can be said without an eigenvalue.
    fn proved(&mut self) -> Verdict {
        if self.is_symmetric {
            return match self.count_above(0.0) {
                Some(0) => Verdict::Stable,
                _ if self.count_above(self.resolution) == Some(0) => Verdict::Marginal,
                _ => Verdict::Unstable,
            };
        }
        if self.is_dominated() || self.has_definite_part() {
            Verdict::Stable
        } else {
            Verdict::Unknown
        }
    }

    fn count_above(&mut self, shift: f64) -> Option<usize> {
        self.factor.count_above(self.system, &self.jacobian, shift)
    }

    /// Whether weights make the columns dominated by their diagonal.
    fn is_dominated(&mut self) -> bool {
        let n = self.system.free_count();
        let mut compared: Vec<f64> = self.jacobian.iter().map(|entry| entry.abs()).collect();
        for &place in self.structure.diagonal() {
            compared[place] = self.jacobian[place];
        }
        let is_cooperative = compared == self.jacobian;
        if !self.zero_modes.is_empty() && !is_cooperative {
            return false;
        }
        let (system, factor) = (self.system, &mut self.factor);
        if !factor.factorise(system, &compared, false, 0.0, true) {
            return false;
        }
        let mut weights = vec![1.0; n];
        factor.solve_plain(&mut weights, true);
        let matrix = factor.entries();
        weights.iter().all(|&w| w > 0.0 && w.is_finite())
            && (0..n).all(|c| {
                let terms = self
                    .structure
                    .column(matrix, c)
                    .map(|(r, m)| weights[r] * m);
                let (sum, size, terms) = terms.fold((0.0, 0.0, 0.0), |(sum, size, terms), term| {
                    (sum + term, size + term.abs(), terms + 1.0)
                });
                // More than what rounding of the products and of their sum could feign.
                sum > 2.0 * f64::EPSILON * terms * size
            })
    }

    /// Whether J + Jᵀ is negative definite.
    fn has_definite_part(&mut self) -> bool {
        // The uniform shift of an island is no direction in which its total rests.
        self.zero_modes.is_empty() && {
            let part = self.structure.symmetric_part(&self.jacobian);
            self.factor.count_above(self.system, &part, 0.0) == Some(0)
        }
    }

    /// The slowest eigenvalues of a symmetric J, each as often as it occurs.
    fn slowest_of_symmetric(&mut self, verdict: Verdict) -> Vec<Eigenvalue> {
        /// A gap to look for eigenvalues in, relative: wider than what an eigenvalue is known to.
        const GAP: f64 = 1e-6;
        let shift = if verdict == Verdict::Stable {
            0.0
        } else {
            self.shift_above_all()
        };
        let wanted = SLOWEST.min(self.count());
        let mut krylov = Krylov::new(self.system.free_count(), self.count(), true);
        let most = self.most_vectors();
        let slowest = |p: &c64, q: &c64| q.re.total_cmp(&p.re);
        let mut values = Vec::new();
        loop {
            let size = krylov.size();
            let Some(pairs) = self.run(&mut krylov, shift, wanted, most, &slowest) else {
                break;
            };
            values = converged(&pairs, shift);
            sort(&mut values);
            let Some(last) = values.get(wanted - 1).filter(|_| krylov.size() < most) else {
                break;
            };
            // None may be missing between the slowest and the last: copies of one that a start does not see.
            let above = last.re + GAP * (last.re - shift).abs();
            let found = values.iter().filter(|value| value.re > above).count();
            if krylov.size() == size || self.count_above(above).is_none_or(|count| count <= found) {
                break;
            }
            krylov.start_anew(&|x: &mut [f64]| self.project(x));
        }
        values
    }

    /// A shift above all eigenvalues of a symmetric J, not much further from zero than the largest.
    fn shift_above_all(&mut self) -> f64 {
        let mut shift = self.resolution;
        while shift < self.fastest && self.count_above(shift) != Some(0) {
            shift *= 4.0;
        }
        // Clear of the largest, which lies above a quarter of it: the factor must not be singular.
        2.0 * shift
    }

    /// The eigenvalues found around zero and around shifts spread over all rates, and whether anything seems to grow that
    /// has not converged.
    fn searched(&mut self) -> (Vec<Eigenvalue>, bool) {
        /// Outside the unit circle by more than rounding.
        const CLEARLY: f64 = 1e-9;
        let nearest = |p: &c64, q: &c64| q.norm_sqr().total_cmp(&p.norm_sqr());
        let mut found: Vec<Eigenvalue> = Vec::new();
        let rank = self.count();
        let n = self.system.free_count();
        let mut krylov = Krylov::new(n, rank, false);
        if let Some(pairs) = self.run(&mut krylov, 0.0, SLOWEST, self.most_vectors(), &nearest) {
            found = converged(&pairs, 0.0);
        }
        drop(krylov);
        let slow = found
            .iter()
            .map(|value| value.re.hypot(value.im))
            .fold(self.fastest, f64::min)
            .max(self.resolution);
        let step = (self.fastest / slow).powf(1.0 / SHIFTS as f64).max(8.0);
        let mut shift = self.fastest;
        let mut seems_to_grow = false;
        for _ in 0..SHIFTS {
            // (λ + σ)/(λ − σ) for λ = σ − 1/θ is 1 − 2σθ.
            let growing = |p: &c64, q: &c64| {
                let size = |theta: &c64| (1.0 - 2.0 * shift * theta).norm_sqr();
                size(q).total_cmp(&size(p))
            };
            let mut krylov = Krylov::new(n, rank, false);
            let mut pairs = self.run(&mut krylov, shift, SEARCHED, SEARCH_VECTORS, &growing);
            let grows = |pair: &Ritz| (1.0 - 2.0 * shift * pair.value).norm() > 1.0 + CLEARLY;
            if pairs.iter().flatten().any(grows) {
                // Something may grow: the space is made as large as it may be.
                pairs = self.run(&mut krylov, shift, SLOWEST, self.most_vectors(), &growing);
            }
            if let Some(pairs) = pairs {
                // Of a pair that has not converged the operator's own error bound must keep it outside.
                seems_to_grow |= pairs.iter().any(|pair| {
                    let bound = 2.0 * shift * pair.value.norm() * pair.residual;
                    grows(pair) && (1.0 - 2.0 * shift * pair.value).norm() > 1.0 + 2.0 * bound
                });
                merge(&mut found, converged(&pairs, shift));
            }
            shift /= step;
            if shift < slow {
                break;
            }
        }
        (found, seems_to_grow)
    }

    fn most_vectors(&self) -> usize {
        MOST_VECTORS[usize::from(self.system.free_count() > HUGE)]
    }

    /// Ritz pairs of C^{1/2}·(shift·C − J)⁻¹·C^{1/2}; `None` if that does not exist.
    fn run(
        &mut self,
        krylov: &mut Krylov,
        shift: f64,
        wanted: usize,
        most: usize,
        before: &dyn Fn(&c64, &c64) -> std::cmp::Ordering,
    ) -> Option<Vec<Ritz>> {
        // Away from zero nothing is singular.
        let holds_totals = shift == 0.0;
        let (system, is_symmetric) = (self.system, self.is_symmetric);
        if !self
            .factor
            .factorise(system, &self.jacobian, is_symmetric, shift, holds_totals)
        {
            return None;
        }
        let this = &*self;
        let mut operator = |out: &mut [f64], x: &[f64]| {
            for ((out, x), root) in out.iter_mut().zip(x).zip(&this.root_capacity) {
                *out = x * root;
            }
            this.factor.solve(out);
            for (out, root) in out.iter_mut().zip(&this.root_capacity) {
                *out *= root;
            }
        };
        let project = |x: &mut [f64]| this.project(x);
        krylov.run(&mut operator, &project, wanted, most, before)
    }

    /// Takes the zero modes out.
    fn project(&self, x: &mut [f64]) {
        for mode in &self.zero_modes {
            let along: f64 = mode.iter().map(|&(i, q)| q * x[i]).sum();
            for &(i, q) in mode {
                x[i] -= along * q;
            }
        }
    }
}

/// The eigenvalues λ = shift − 1/θ of converged pairs.
fn converged(pairs: &[Ritz], shift: f64) -> Vec<Eigenvalue> {
    let pairs = pairs.iter().filter(|pair| pair.is_converged());
    pairs
        .map(|pair| {
            let value = shift - pair.value.inv();
            Eigenvalue {
                re: value.re,
                im: value.im,
            }
        })
        .collect()
}

/// Adds the eigenvalues that are not there yet; each may occur several times.
fn merge(found: &mut Vec<Eigenvalue>, others: Vec<Eigenvalue>) {
    /// Two eigenvalues nearer than this, relative to their size, are one seen from two shifts.
    const SAME: f64 = 1e-6;
    let mut is_seen = vec![false; found.len()];
    for other in others {
        let size = other.re.hypot(other.im);
        let twin = is_seen.iter().zip(&*found).position(|(&seen, value)| {
            !seen && (value.re - other.re).hypot(value.im - other.im) <= SAME * size
        });
        match twin {
            Some(k) => is_seen[k] = true,
            None => found.push(other),
        }
    }
}
