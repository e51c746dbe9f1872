//! Optimizers: what turns gradients into steps, in the parameters' coordinates.

use nalgebra::{DMatrix, DVector};
use pulp::Arch;

use super::training::{Optimizer, Training};

/// Share of the last step that gradient descent carries on unless the file says otherwise.
const DEFAULT_MOMENTUM: f64 = 0.9;

/// The memory of a first-order optimizer.
#[derive(Clone, Debug)]
pub struct Descent {
    optimizer: Optimizer,
    momentum: f64,
    /// β^k of both decays after k updates.
    decayed: [f64; 2],
    mean: Vec<f64>,
    square: Vec<f64>,
}

impl Descent {
    /// An optimizer at its start, for this many parameters.
    #[must_use]
    pub fn new(training: &Training, parameters: usize) -> Self {
        Self {
            optimizer: training.optimizer,
            momentum: training.momentum.unwrap_or(DEFAULT_MOMENTUM),
            decayed: [1.0; 2],
            mean: vec![0.0; parameters],
            square: vec![0.0; parameters],
        }
    }

    /// Moves the coordinates against the gradient.
    pub fn update(&mut self, coordinates: &mut [f64], gradient: &[f64], rate: f64) {
        let Self {
            mean,
            square,
            momentum,
            decayed,
            ..
        } = self;
        for (decayed, decay) in decayed.iter_mut().zip(DECAYS) {
            *decayed *= decay;
        }
        if self.optimizer == Optimizer::Sgd {
            for ((coordinate, slope), mean) in coordinates.iter_mut().zip(gradient).zip(mean) {
                *mean = *momentum * *mean + slope;
                *coordinate -= rate * *mean;
            }
        } else {
            Arch::new().dispatch(Adam {
                rate: rate / (1.0 - decayed[0]),
                spread: 1.0 / (1.0 - decayed[1]),
                mean,
                square,
                coordinates,
                gradient,
            });
        }
    }
}

/// Decay of the mean and of the mean square: Kingma & Ba, ICLR 2015, algorithm 1, with the values given there.
const DECAYS: [f64; 2] = [0.9, 0.999];

/// One update of Adam, compiled for each instruction set.
struct Adam<'s> {
    /// The rate, with the correction of the mean in it.
    rate: f64,
    /// The correction of the mean square.
    spread: f64,
    mean: &'s mut [f64],
    square: &'s mut [f64],
    coordinates: &'s mut [f64],
    gradient: &'s [f64],
}

impl pulp::NullaryFnOnce for Adam<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        /// ε of algorithm 1.
        const FLOOR: f64 = 1e-8;
        let Self {
            rate,
            spread,
            mean,
            square,
            coordinates,
            gradient,
        } = self;
        let n = gradient.len();
        let (mean, square, coordinates) = (&mut mean[..n], &mut square[..n], &mut coordinates[..n]);
        for k in 0..n {
            let slope = gradient[k];
            mean[k] += (1.0 - DECAYS[0]) * (slope - mean[k]);
            square[k] += (1.0 - DECAYS[1]) * (slope * slope - square[k]);
            coordinates[k] -= rate * mean[k] / ((square[k] * spread).sqrt() + FLOOR);
        }
    }
}

/// Shortens a gradient to the given Euclidean norm.
pub fn clip(gradient: &mut [f64], norm: f64) {
    // Eight sums side by side: one would have to wait for each addition.
    let (eights, others) = gradient.as_chunks::<8>();
    let mut sums = [0.0; 8];
    for eight in eights {
        for (sum, g) in sums.iter_mut().zip(eight) {
            *sum += g * g;
        }
    }
    let squares = sums.iter().sum::<f64>() + others.iter().map(|g| g * g).sum::<f64>();
    let length = squares.sqrt();
    if length > norm {
        for g in gradient {
            *g *= norm / length;
        }
    }
}

/// Damped Gauss-Newton steps for sums of squares (Marquardt 1963; damping after Nielsen, IMM-REP-1999-05).
#[derive(Clone, Debug)]
pub struct LevenbergMarquardt {
    damping: f64,
    growth: f64,
}

impl Default for LevenbergMarquardt {
    fn default() -> Self {
        Self {
            damping: 1e-2,
            growth: 2.0,
        }
    }
}

impl LevenbergMarquardt {
    /// The step for the residuals r and their Jacobian A: (AᵀA + μ·(D + 1e-3))·step = −Aᵀr, D the diagonal of AᵀA; and the
    /// decrease of |r|² that the linear model promises. `None` if the matrix is not positive.
    #[must_use]
    pub fn propose(
        &self,
        jacobian: &DMatrix<f64>,
        residuals: &DVector<f64>,
    ) -> Option<(DVector<f64>, f64)> {
        let mut normal = jacobian.tr_mul(jacobian);
        let slope = jacobian.tr_mul(residuals);
        for k in 0..normal.nrows() {
            // The constant keeps directions that nothing depends on from running away.
            normal[(k, k)] += self.damping * (normal[(k, k)] + 1e-3);
        }
        let step = -normal.cholesky()?.solve(&slope);
        let moved = residuals + jacobian * &step;
        let promised = residuals.norm_squared() - moved.norm_squared();
        step.iter()
            .all(|s| s.is_finite())
            .then_some((step, promised))
    }

    /// Learns from what the step brought: `ratio` = actual over promised decrease. Returns whether to keep the step.
    pub fn judge(&mut self, ratio: f64) -> bool {
        if ratio > 0.0 {
            self.damping = (self.damping
                * (1.0 - (2.0 * ratio.min(1.0) - 1.0).powi(3)).max(1.0 / 3.0))
            .max(1e-12);
            self.growth = 2.0;
            true
        } else {
            self.damping = (self.damping * self.growth).min(1e12);
            self.growth *= 2.0;
            false
        }
    }

    /// Whether steps have become so short that nothing more will come.
    #[must_use]
    pub fn is_stuck(&self) -> bool {
        self.damping > 1e10
    }
}
