//! The slowest eigenvalues of a reciprocal network, slice by slice.
//!
//! Seen from zero, modes that all decay at about the rate of the leaks are alike: (−J)⁻¹ has their inverse rates side by
//! side, and no iteration tells them apart (a lattice of 10⁵ dots has twenty within a thousandth of their rate). So the
//! shift goes to where they are. The largest Ritz value bounds the slowest eigenvalue from below, and counting negative
//! pivots tells whether a shift lies above it (Sylvester's law of inertia): between the two bounds the shift moves down
//! until what is wanted spreads over distances like that from the shift, and converges in some dozen vectors. If a few
//! eigenvalues stand apart and the others crowd below them, the few are locked and the shift moves in between (spectrum
//! slicing: Ericsson & Ruhe, Math. Comput. 35, 1251 (1980); Grimes, Lewis & Simon, SIAM J. Matrix Anal. Appl. 15, 228
//! (1994)). At the end a count proves that none is missing, copies of multiple eigenvalues included.

use faer::c64;

use super::super::{Eigenvalue, SLOWEST, Verdict};
use super::{Examined, Found, GLANCE, NEARER};
use crate::solve::krylov::{Krylov, Ritz, dot, norm};

/// Vectors between two looks at how many eigenvalues have converged.
const STRIDE: usize = 20;

/// Looks without a new converged eigenvalue after which the shift is to move.
const STALLED: usize = GLANCE / STRIDE;

/// Slices at most: each is nearer by a factor of 8 or locks an eigenvalue, so that 20 eigenvalues at the resolution of
/// floating point, 15 decades from zero, take fewer.
const SLICES: usize = 40;

/// A gap to look for eigenvalues in, relative to the distance from the shift: wider than what an eigenvalue is known to.
const GAP: f64 = 1e-6;

/// What became of a slice.
enum End {
    /// Everything wanted is found, and whether it is proved that nothing slower is missing.
    Done { is_complete: bool },
    /// It goes on from another shift.
    Moved(f64),
}

impl Examined<'_> {
    /// The slowest eigenvalues of a symmetric J, each as often as it occurs.
    pub(super) fn slowest_of_symmetric(&mut self, verdict: Verdict) -> Found {
        let wanted = SLOWEST.min(self.count());
        let mut found = Found::default();
        let mut shift = if verdict == Verdict::Stable {
            0.0
        } else {
            self.shift_above_all()
        };
        for _ in 0..SLICES {
            let locked = found.values.len();
            if !self
                .factor
                .factorise_between(self.system, &self.jacobian, shift, locked)
            {
                break;
            }
            match self.slice(shift, wanted, &mut found) {
                End::Done { is_complete } => {
                    found.is_complete = is_complete;
                    break;
                }
                End::Moved(next) => shift = next,
            }
        }
        found
    }

    /// Adds the eigenvalues below the prepared shift that converge, the slowest first, up to `wanted` in all.
    fn slice(&mut self, shift: f64, wanted: usize, found: &mut Found) -> End {
        let slowest = |p: &c64, q: &c64| q.re.total_cmp(&p.re);
        let at = |pair: &Ritz| shift - 1.0 / pair.value.re;
        let locked = found.values.len();
        let missing = wanted - locked;
        let most = self.most_vectors().min(self.count());
        let mut krylov = Krylov::new(self.system.free_count(), self.count(), true);
        let mut pairs: Vec<Ritz> = Vec::new();
        let (mut best, mut stalled) = (0, 0);
        let is_counted = |examined: &mut Self, pairs: &[Ritz]| {
            // Copies of the last may be more than are wanted: it is what lies above it that must be complete.
            let above = pairs.last().map_or(shift, |last| {
                let last = at(last);
                last + GAP * (shift - last)
            });
            let known = pairs.iter().filter(|pair| at(pair) > above).count();
            examined.count_above(above) == Some(locked + known)
        };
        let mut converged = 0;
        let mut end = End::Done { is_complete: false };
        while krylov.size() < most {
            let until = (krylov.size() + STRIDE).min(most);
            match self.run(&mut krylov, missing, until, &slowest) {
                Some(found) => pairs = found,
                None => break,
            }
            // Those above the shift have negative values, and come last.
            let below = pairs.iter().take(missing);
            converged = below
                .take_while(|pair| pair.is_converged() && pair.value.re > 0.0)
                .count();
            if converged == missing {
                if is_counted(self, &pairs[..missing]) {
                    end = End::Done { is_complete: true };
                    break;
                }
                // Copies that no start has seen.
                krylov.start_anew(&|x: &mut [f64]| self.project(x));
                continue;
            }
            stalled = if converged > best { 0 } else { stalled + 1 };
            best = best.max(converged);
            if stalled >= STALLED || krylov.size() >= most {
                let next = pairs.get(converged).filter(|pair| pair.value.re > 0.0);
                let last = converged.checked_sub(1).map_or(shift, |k| at(&pairs[k]));
                let next = next.and_then(|next| self.between(last, at(next), locked + converged));
                if let Some(next) = next {
                    end = End::Moved(next);
                    break;
                }
                stalled = 0;
            }
        }
        for pair in &pairs[..converged] {
            self.lock(found, &krylov.vector(pair)[0]);
        }
        end
    }

    /// A shift between the last eigenvalue known and a lower bound of the next, nearer to the latter, with `above`
    /// eigenvalues above it; `None` if the bound is too far off.
    fn between(&mut self, last: f64, bound: f64, above: usize) -> Option<f64> {
        let mut shift = None;
        let mut distance = last - bound;
        loop {
            distance /= NEARER;
            // Two numbers that rounding could exchange are no bounds.
            let is_resolved = distance > self.resolution;
            if !is_resolved || self.count_above(bound + distance) != Some(above) {
                return shift;
            }
            shift = Some(bound + distance);
            // Near enough where what is wanted reaches further down than the shift is away.
            if self
                .count_above(bound - distance)
                .is_none_or(|count| count <= SLOWEST)
            {
                return shift;
            }
        }
    }

    /// Adds the eigenvalue of a vector, after a step of inverse iteration that takes fast modes out of the vector: the
    /// Rayleigh quotient zᵀSz, whose error is that of the vector squared.
    fn lock(&self, found: &mut Found, vector: &[f64]) {
        let mut z = vec![0.0; vector.len()];
        self.invert(&mut z, vector);
        self.project(&mut z);
        let size = norm(&z);
        for z in &mut z {
            *z /= size;
        }
        let image = self.scaled_product(&z);
        let re = dot(&z, &image);
        let rest: Vec<f64> = image.iter().zip(&z).map(|(s, z)| s - re * z).collect();
        found.residual = found.residual.max(norm(&rest));
        found.values.push(Eigenvalue { re, im: 0.0 });
    }
}
