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

use super::{Eigenvalue, Listing, SLOWEST, Spectrum, Verdict, sort};
use crate::solve::krylov::{Krylov, Ritz};
use crate::solve::sparse::SparseFactor;
use crate::system::{Flow, Structure, System};

mod slices;

/// The largest Krylov space, and that above [`HUGE`] free reservoirs, where it is a matter of memory: 160 vectors of
/// 100,000 are 128 MB.
const MOST_VECTORS: [usize; 2] = [300, 160];
const HUGE: usize = 20_000;

/// Vectors for a search around a shift that need not converge: what grows stands out early.
const SEARCH_VECTORS: usize = 80;

/// Vectors after which it shows whether the eigenvalues wanted stand apart as seen from a shift.
const GLANCE: usize = 40;

/// A nearer shift lies at this part of the distance. Rayleigh-Ritz values of [`GLANCE`] vectors lie nearer to the slowest
/// eigenvalue than that even at the edge of a continuum, where the error goes with the inverse square of their number.
const NEARER: f64 = 8.0;

/// Eigenvalues such a search goes for.
const SEARCHED: usize = 6;

/// Shifts beside zero, each eight times the one before at most.
const SHIFTS: usize = 5;

/// The spectrum at an evaluated state; with `lists` the slowest eigenvalues in any case.
pub(super) fn spectrum(system: &System, flow: &Flow, lists: bool) -> Option<Spectrum> {
    Some(Examined::new(system, flow)?.spectrum(lists))
}

/// Whether a proof without eigenvalues shows that every deviation dies out.
pub(super) fn is_proved_stable(system: &System, flow: &Flow) -> bool {
    Examined::new(system, flow).is_some_and(|mut examined| examined.proved() == Verdict::Stable)
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
    /// Another, for counts while the first is in use.
    counter: SparseFactor,
}

/// Eigenvalues that were found.
#[derive(Default)]
struct Found {
    values: Vec<Eigenvalue>,
    /// The largest ‖S·z − λ·z‖ among them.
    residual: f64,
    /// Whether a count proves that none slower is missing.
    is_complete: bool,
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
            counter: SparseFactor::default(),
        })
    }

    /// The number of eigenvalues.
    fn count(&self) -> usize {
        self.system.free_count() - self.zero_modes.len()
    }

    fn spectrum(mut self, lists: bool) -> Spectrum {
        let mut verdict = self.proved();
        let mut found = Found::default();
        if lists || verdict == Verdict::Unknown {
            let mut seems_to_grow = false;
            if self.is_symmetric {
                found = self.slowest_of_symmetric(verdict);
            } else {
                (found, seems_to_grow) = self.searched(verdict);
            }
            sort(&mut found.values);
            let top = found.values.first().map_or(f64::NEG_INFINITY, |top| top.re);
            if verdict == Verdict::Unknown && top > self.resolution {
                verdict = Verdict::Unstable;
            } else if verdict == Verdict::Unknown && (seems_to_grow || top >= -self.resolution) {
                verdict = Verdict::Marginal;
            }
            found.values.truncate(SLOWEST);
        }
        Spectrum {
            listing: Listing::Slowest {
                residual: found.residual,
                is_complete: found.is_complete,
            },
            eigenvalues: found.values,
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
        if self.lies_below(0.0) {
            Verdict::Stable
        } else {
            Verdict::Unknown
        }
    }

    fn count_above(&mut self, shift: f64) -> Option<usize> {
        self.counter.count_above(self.system, &self.jacobian, shift)
    }

    /// Whether it is proved that every eigenvalue's real part lies below `shift`, at most 0, of any J.
    fn lies_below(&mut self, shift: f64) -> bool {
        self.is_dominated(shift) || self.has_definite_part(shift)
    }

    /// Whether weights make the columns of J − shift·C dominated by their diagonal.
    fn is_dominated(&mut self, shift: f64) -> bool {
        let n = self.system.free_count();
        let mut compared: Vec<f64> = self.jacobian.iter().map(|entry| entry.abs()).collect();
        for &place in self.structure.diagonal() {
            compared[place] = self.jacobian[place];
        }
        let is_cooperative = compared == self.jacobian;
        if !self.zero_modes.is_empty() && (!is_cooperative || shift != 0.0) {
            return false;
        }
        let (system, factor) = (self.system, &mut self.counter);
        if !factor.factorise(system, &compared, false, shift, true) {
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

    /// Whether J + Jᵀ − 2·shift·C is negative definite.
    fn has_definite_part(&mut self, shift: f64) -> bool {
        // The uniform shift of an island is no direction in which its total rests.
        self.zero_modes.is_empty() && {
            let part = self.structure.symmetric_part(&self.jacobian);
            self.counter.count_above(self.system, &part, shift) == Some(0)
        }
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

    /// The eigenvalues found near zero and around shifts spread over all rates, and whether anything seems to grow that
    /// has not converged.
    fn searched(&mut self, verdict: Verdict) -> (Found, bool) {
        /// Outside the unit circle by more than rounding.
        const CLEARLY: f64 = 1e-9;
        let mut found = Found::default();
        let rank = self.count();
        let n = self.system.free_count();
        let near = self.shift_near_slowest(verdict);
        if self.prepare(near) {
            let mut krylov = Krylov::new(n, rank, false);
            let most = self.most_vectors();
            if let Some(pairs) = self.run(&mut krylov, SLOWEST, most, &nearest) {
                self.merge(&mut found, &krylov, &pairs, near);
            }
        }
        let slow = found
            .values
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
            if self.prepare(shift) {
                let mut krylov = Krylov::new(n, rank, false);
                let mut pairs = self.run(&mut krylov, SEARCHED, SEARCH_VECTORS, &growing);
                let grows = |pair: &Ritz| (1.0 - 2.0 * shift * pair.value).norm() > 1.0 + CLEARLY;
                if pairs.iter().flatten().any(grows) {
                    // Something may grow: the space is made as large as it may be.
                    pairs = self.run(&mut krylov, SLOWEST, self.most_vectors(), &growing);
                }
                if let Some(pairs) = pairs {
                    // Of a pair that has not converged the operator's own error bound must keep it outside.
                    seems_to_grow |= pairs.iter().any(|pair| {
                        let bound = 2.0 * shift * pair.value.norm() * pair.residual;
                        grows(pair) && (1.0 - 2.0 * shift * pair.value).norm() > 1.0 + 2.0 * bound
                    });
                    self.merge(&mut found, &krylov, &pairs, shift);
                }
            }
            shift /= step;
            if shift < slow {
                break;
            }
        }
        (found, seems_to_grow)
    }

    /// A shift at most 0, above all eigenvalues, from which the slowest stand apart.
    ///
    /// Seen from zero, eigenvalues that lie close together at the rate of the leaks are all alike. Where a proof allows it,
    /// the shift is taken nearer to them, until the slowest converges at a glance.
    fn shift_near_slowest(&mut self, verdict: Verdict) -> f64 {
        let mut shift = 0.0;
        if verdict != Verdict::Stable || !self.zero_modes.is_empty() {
            return shift;
        }
        loop {
            let mut krylov = Krylov::new(self.system.free_count(), self.count(), false);
            if !self.prepare(shift) {
                return shift;
            }
            let Some(pairs) = self.run(&mut krylov, 1, GLANCE, &nearest) else {
                return shift;
            };
            let leading = &pairs[..pairs.len().min(SEARCHED)];
            let slowest = leading
                .iter()
                .map(|pair| (shift - pair.value.inv()).re)
                .fold(f64::NEG_INFINITY, f64::max);
            let nearer = slowest + (shift - slowest) / NEARER;
            let is_converged = leading.first().is_none_or(Ritz::is_converged);
            if is_converged || nearer - slowest <= self.resolution || !self.lies_below(nearer) {
                return shift;
            }
            shift = nearer;
        }
    }

    fn most_vectors(&self) -> usize {
        MOST_VECTORS[usize::from(self.system.free_count() > HUGE)]
    }

    /// Factorises shift·C − J; with shift 0 totals of islands are held, elsewhere their zero modes are not singular.
    fn prepare(&mut self, shift: f64) -> bool {
        let (system, is_symmetric) = (self.system, self.is_symmetric);
        self.factor
            .factorise(system, &self.jacobian, is_symmetric, shift, shift == 0.0)
    }

    /// Ritz pairs of T = C^{1/2}·(shift·C − J)⁻¹·C^{1/2} with the shift that is prepared; `None` if a number is not finite.
    fn run(
        &self,
        krylov: &mut Krylov,
        wanted: usize,
        most: usize,
        before: &dyn Fn(&c64, &c64) -> std::cmp::Ordering,
    ) -> Option<Vec<Ritz>> {
        let mut operator = |out: &mut [f64], x: &[f64]| self.invert(out, x);
        let project = |x: &mut [f64]| self.project(x);
        krylov.run(&mut operator, &project, wanted, most, before)
    }

    /// Writes T·x into `out`.
    fn invert(&self, out: &mut [f64], x: &[f64]) {
        for ((out, x), root) in out.iter_mut().zip(x).zip(&self.root_capacity) {
            *out = x * root;
        }
        self.factor.solve(out);
        for (out, root) in out.iter_mut().zip(&self.root_capacity) {
            *out *= root;
        }
    }

    /// S·x, S = C^{−1/2}·J·C^{−1/2}.
    fn scaled_product(&self, x: &[f64]) -> Vec<f64> {
        let pairs = x.iter().zip(&self.root_capacity);
        let scaled: Vec<f64> = pairs.map(|(x, root)| x / root).collect();
        let mut product = self.structure.product(&self.jacobian, &scaled);
        for (product, root) in product.iter_mut().zip(&self.root_capacity) {
            *product /= root;
        }
        product
    }

    /// Adds the eigenvalues λ = shift − 1/θ of converged pairs that are not there yet; each may occur several times.
    fn merge(&self, found: &mut Found, krylov: &Krylov, pairs: &[Ritz], shift: f64) {
        /// Two eigenvalues nearer than this, relative to their size, are one seen from two shifts.
        const SAME: f64 = 1e-6;
        let mut is_seen = vec![false; found.values.len()];
        for pair in pairs.iter().filter(|pair| pair.is_converged()) {
            let value = shift - pair.value.inv();
            let twin = is_seen
                .iter()
                .zip(&found.values)
                .position(|(&seen, other)| {
                    !seen && (c64::new(other.re, other.im) - value).norm() <= SAME * value.norm()
                });
            if let Some(k) = twin {
                is_seen[k] = true;
            } else {
                let residual = self.residual(value, &krylov.vector(pair));
                found.residual = found.residual.max(residual);
                found.values.push(Eigenvalue {
                    re: value.re,
                    im: value.im,
                });
            }
        }
    }

    /// ‖S·z − λ·z‖ of a vector of length 1, given its real and imaginary part.
    fn residual(&self, value: c64, [re, im]: &[Vec<f64>; 2]) -> f64 {
        let images = [self.scaled_product(re), self.scaled_product(im)];
        let mut squares = 0.0;
        for ((re, im), (s_re, s_im)) in re.iter().zip(im).zip(images[0].iter().zip(&images[1])) {
            squares += (c64::new(*s_re, *s_im) - value * c64::new(*re, *im)).norm_sqr();
        }
        squares.sqrt()
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

/// Nearest to the shift first.
fn nearest(p: &c64, q: &c64) -> std::cmp::Ordering {
    q.norm_sqr().total_cmp(&p.norm_sqr())
}
