//! A few eigenvalues of a large matrix that is only known by what it does to a vector: Arnoldi's method with several
//! starting vectors and without restarts.
//!
//! Vectors are worked off one after the other: each image, less its parts along all vectors so far, is a new vector (the
//! band form of the block method: Ruhe, Math. Comput. 33, 680 (1979)). An image that lies in the space already adds none,
//! and when all are worked off a new random start is added. So multiple eigenvalues, on which a single start would
//! see one copy, and invariant subspaces, on which it would break down, need no special care. Restarts would save memory;
//! here the spaces stay small because shift and invert puts the eigenvalues wanted at the rim of the spectrum.

use faer::{Mat, Side, c64};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Starting vectors: most multiplicities that symmetry causes are 2.
const STARTS: usize = 2;

/// Vectors worked off between two looks at the eigenvalues: each look costs a dense eigenproblem.
const BETWEEN_LOOKS: usize = 20;

/// A new direction smaller than this part of the image it is left of is rounding.
const NEW: f64 = 1e-12;

/// The residual of a converged pair, relative to its eigenvalue.
const CONVERGED: f64 = 1e-9;

/// An eigenvalue of the operator, and how well it is known.
#[derive(Clone, Debug)]
pub(super) struct Ritz {
    pub(super) value: c64,
    /// ‖T·x − value·x‖ of its unit vector, relative to |value|.
    pub(super) residual: f64,
    /// Its vector in the basis.
    coefficients: Vec<c64>,
}

impl Ritz {
    /// Whether it is an eigenvalue, to within the residual.
    pub(super) fn is_converged(&self) -> bool {
        self.residual <= CONVERGED
    }
}

/// The operator: writes the image of the second vector into the first.
pub(super) type Operator<'a> = dyn FnMut(&mut [f64], &[f64]) + 'a;

/// The space built so far.
pub(super) struct Krylov {
    dimension: usize,
    /// The dimension of the space that the operator acts on: that of the vectors less what the projection takes.
    rank: usize,
    is_symmetric: bool,
    basis: Vec<Vec<f64>>,
    /// For each vector worked off, its image in the basis.
    images: Vec<Vec<f64>>,
    random: ChaCha8Rng,
    scratch: Vec<f64>,
}

impl Krylov {
    /// A space without vectors, in which the operator keeps a part of dimension `rank` to itself.
    pub(super) fn new(dimension: usize, rank: usize, is_symmetric: bool) -> Self {
        Self {
            dimension,
            rank,
            is_symmetric,
            basis: Vec::new(),
            images: Vec::new(),
            // Any seed will do, but always the same: results must not differ from run to run.
            random: ChaCha8Rng::seed_from_u64(0),
            scratch: Vec::new(),
        }
    }

    /// The vector of a pair that the last run returned, of length 1: real and imaginary parts.
    pub(super) fn vector(&self, pair: &Ritz) -> [Vec<f64>; 2] {
        let mut parts = [vec![0.0; self.dimension], vec![0.0; self.dimension]];
        let size: f64 = pair.coefficients.iter().map(c64::norm_sqr).sum();
        for (part, take) in parts.iter_mut().zip([|y: &c64| y.re, |y: &c64| y.im]) {
            for (y, v) in pair.coefficients.iter().zip(&self.basis) {
                let along = take(y) / size.sqrt();
                if along != 0.0 {
                    for (x, v) in part.iter_mut().zip(v) {
                        *x += along * v;
                    }
                }
            }
        }
        parts
    }

    /// How many vectors were worked off.
    pub(super) fn size(&self) -> usize {
        self.images.len()
    }

    /// Works vectors off until the first `wanted` eigenvalues in the order of `before` are converged, or `most` vectors are
    /// worked off. Returns all Ritz pairs in that order; `None` if a number is not finite.
    ///
    /// `project` takes out of a vector what is not of the space.
    pub(super) fn run(
        &mut self,
        operator: &mut Operator,
        project: &dyn Fn(&mut [f64]),
        wanted: usize,
        most: usize,
        before: &dyn Fn(&c64, &c64) -> std::cmp::Ordering,
    ) -> Option<Vec<Ritz>> {
        let most = most.min(self.rank);
        let wanted = wanted.min(self.rank);
        if self.basis.is_empty() {
            for _ in 0..STARTS {
                self.start_anew(project);
            }
        }
        let mut pairs = Vec::new();
        while self.size() < most {
            let until = (self.size() + BETWEEN_LOOKS).min(most);
            while self.size() < until {
                self.work_off(operator, project)?;
            }
            pairs = self.ritz()?;
            pairs.sort_by(|p, q| before(&p.value, &q.value));
            if pairs.len() >= wanted && pairs[..wanted].iter().all(Ritz::is_converged) {
                break;
            }
        }
        Some(pairs)
    }

    /// Adds a random vector, unless the space is full.
    pub(super) fn start_anew(&mut self, project: &dyn Fn(&mut [f64])) {
        if self.basis.len() >= self.rank {
            return;
        }
        let mut vector: Vec<f64> = (0..self.dimension)
            .map(|_| self.random.random_range(-1.0..1.0))
            .collect();
        project(&mut vector);
        self.orthogonalise(&mut vector);
        let size = norm(&vector);
        if size > 0.0 {
            for x in &mut vector {
                *x /= size;
            }
            self.basis.push(vector);
        }
    }

    /// Takes the next vector's image into the space.
    fn work_off(&mut self, operator: &mut Operator, project: &dyn Fn(&mut [f64])) -> Option<()> {
        let next = self.images.len();
        if next == self.basis.len() {
            self.start_anew(project);
        }
        let mut image = vec![0.0; self.dimension];
        operator(&mut image, self.basis.get(next)?);
        project(&mut image);
        let size = norm(&image);
        if !size.is_finite() {
            return None;
        }
        let mut column = self.orthogonalise(&mut image);
        let rest = norm(&image);
        if rest > NEW * size && self.basis.len() < self.rank {
            for x in &mut image {
                *x /= rest;
            }
            self.basis.push(image);
            column.push(rest);
        }
        self.images.push(column);
        Some(())
    }

    /// Takes the parts along all vectors out of `x`, twice because once is not enough in floating point (Daniel, Gragg,
    /// Kaufman & Stewart, Math. Comput. 30, 772 (1976)). Returns the parts.
    fn orthogonalise(&mut self, x: &mut [f64]) -> Vec<f64> {
        let mut parts = vec![0.0; self.basis.len()];
        for _ in 0..2 {
            self.scratch.clear();
            self.scratch.extend(self.basis.iter().map(|v| dot(v, x)));
            for ((v, along), part) in self.basis.iter().zip(&self.scratch).zip(&mut parts) {
                *part += along;
                for (x, v) in x.iter_mut().zip(v) {
                    *x -= along * v;
                }
            }
        }
        parts
    }

    /// The eigenvalues of the operator restricted to the vectors worked off.
    fn ritz(&self) -> Option<Vec<Ritz>> {
        let m = self.images.len();
        let entry = |i: usize, k: usize| self.images[k].get(i).copied().unwrap_or(0.0);
        // What the images have outside of the vectors worked off makes the residuals.
        let outside: Vec<usize> = (m..self.basis.len()).collect();
        let residual = |y: &dyn Fn(usize) -> c64| {
            let squares = outside
                .iter()
                .map(|&i| (0..m).map(|k| y(k) * entry(i, k)).sum::<c64>().norm_sqr());
            let size: f64 = (0..m).map(|k| y(k).norm_sqr()).sum();
            (squares.sum::<f64>() / size).sqrt()
        };
        let mut pairs = Vec::with_capacity(m);
        let mut add = |value: c64, y: &dyn Fn(usize) -> c64| {
            pairs.push(Ritz {
                value,
                residual: residual(y) / value.norm(),
                coefficients: (0..m).map(y).collect(),
            });
        };
        if self.is_symmetric {
            let small = Mat::from_fn(m, m, |i, k| 0.5 * (entry(i, k) + entry(k, i)));
            let solved = small.self_adjoint_eigen(Side::Lower).ok()?;
            let vectors = solved.U();
            for (c, &value) in solved.S().column_vector().iter().enumerate() {
                add(c64::new(value, 0.0), &|k| c64::new(vectors[(k, c)], 0.0));
            }
        } else {
            let small = Mat::from_fn(m, m, entry);
            let solved = small.eigen().ok()?;
            let vectors = solved.U();
            for (c, &value) in solved.S().column_vector().iter().enumerate() {
                add(value, &|k| vectors[(k, c)]);
            }
        }
        let all_finite = pairs
            .iter()
            .all(|pair| pair.value.re.is_finite() && pair.value.im.is_finite());
        all_finite.then_some(pairs)
    }
}

pub(super) fn dot(x: &[f64], y: &[f64]) -> f64 {
    // Several sums at once, so that the additions do not wait for each other.
    let (x8, x_rest) = x.as_chunks::<8>();
    let (y8, y_rest) = y.as_chunks::<8>();
    let mut sums = [0.0; 8];
    for (x, y) in x8.iter().zip(y8) {
        for k in 0..8 {
            sums[k] += x[k] * y[k];
        }
    }
    let rest: f64 = x_rest.iter().zip(y_rest).map(|(x, y)| x * y).sum();
    sums.iter().sum::<f64>() + rest
}

pub(super) fn norm(x: &[f64]) -> f64 {
    dot(x, x).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs on a diagonal matrix.
    fn eigenvalues(diagonal: &[f64], wanted: usize) -> Vec<f64> {
        let mut krylov = Krylov::new(diagonal.len(), diagonal.len(), true);
        let mut apply = |out: &mut [f64], x: &[f64]| {
            for ((out, x), d) in out.iter_mut().zip(x).zip(diagonal) {
                *out = d * x;
            }
        };
        let largest = |p: &c64, q: &c64| q.re.total_cmp(&p.re);
        let pairs = krylov
            .run(&mut apply, &|_| (), wanted, 300, &largest)
            .unwrap();
        assert!(pairs[..wanted].iter().all(Ritz::is_converged));
        pairs[..wanted].iter().map(|pair| pair.value.re).collect()
    }

    #[test]
    fn multiple_eigenvalues_are_found_as_often_as_they_occur() {
        // All alike: every vector is an eigenvector, and every image lies in the space already.
        assert!(
            eigenvalues(&[3.0; 50], 20)
                .iter()
                .all(|x| (x - 3.0).abs() < 1e-12)
        );
        let pairs: Vec<f64> = (0..400).map(|k| f64::from(k / 2 + 1).recip()).collect();
        for (k, value) in eigenvalues(&pairs, 10).iter().enumerate() {
            assert!((value - 1.0 / (k / 2 + 1) as f64).abs() < 1e-12);
        }
    }

    #[test]
    fn rotations_have_complex_pairs() {
        // Blocks (a b; −b a) with eigenvalues a ± ib.
        let blocks: Vec<[f64; 2]> = (1..=150)
            .map(|k| [1.0 / f64::from(k), 2.0 / f64::from(k)])
            .collect();
        let mut apply = |out: &mut [f64], x: &[f64]| {
            for ((out, x), [a, b]) in out.chunks_mut(2).zip(x.chunks(2)).zip(&blocks) {
                out[0] = a * x[0] + b * x[1];
                out[1] = a * x[1] - b * x[0];
            }
        };
        let mut krylov = Krylov::new(300, 300, false);
        let largest = |p: &c64, q: &c64| q.norm().total_cmp(&p.norm());
        let pairs = krylov.run(&mut apply, &|_| (), 6, 200, &largest).unwrap();
        for (k, pair) in pairs[..6].iter().enumerate() {
            let [a, b] = blocks[k / 2];
            assert!(pair.is_converged());
            assert!((pair.value.re - a).abs() < 1e-9 && (pair.value.im.abs() - b).abs() < 1e-9);
        }
    }
}
