//! The states passed on a way in one direction, and where the polynomial through them leads.

use std::collections::VecDeque;

/// States that are kept, apart from the present one: with it they determine a polynomial of degree 4.
const KEPT: usize = 4;

/// With fewer states than this the tangent predicts as well: a parabola has two before the present one.
const LEAST: usize = 2;

/// The most that errors of the states may be enlarged: known to nine digits or more, they leave a prediction six.
const ENLARGED: f64 = 1e3;

/// Two directions are one if the angle between them is less than this: rounding leaves 1e-8 of it.
const ANGLE: f64 = 1e-6;

/// States that lie behind the present one, on a way on which the clamps kept their direction.
#[derive(Clone, Debug, Default)]
pub(super) struct Trail {
    /// The latest first; each with the length of the step that led on from it.
    passed: VecDeque<(f64, Vec<f64>)>,
    /// How the clamps moved in the last step.
    heading: Vec<f64>,
    /// The square of the length of that.
    square: f64,
}

impl Trail {
    /// Sets the direction from the clamps now and before, and forgets the states if it is not that of the last step.
    pub(super) fn turn(&mut self, now: &[f64], before: &[f64]) {
        self.heading.resize(now.len(), 0.0);
        let (mut square, mut product) = (0.0, 0.0);
        for ((heading, now), before) in self.heading.iter_mut().zip(now).zip(before) {
            let motion = now - before;
            square += motion * motion;
            product += motion * *heading;
            *heading = motion;
        }
        // The cosine of the angle between the directions is 1 but for half of its square.
        let both = square * self.square;
        let is_same = product > 0.0 && both - product * product <= ANGLE * ANGLE * both;
        if !is_same {
            self.passed.clear();
        }
        self.square = square;
    }

    /// Forgets the states.
    pub(super) fn forget(&mut self) {
        self.passed.clear();
    }

    /// How the clamps move.
    pub(super) fn heading(&self) -> &[f64] {
        &self.heading
    }

    /// Moves the present state `x` to where the polynomial through it and these states leads; false if they are too few.
    pub(super) fn extrapolate(&self, x: &mut [f64]) -> bool {
        // How far the place to go to lies ahead of each state.
        let mut ahead = [self.square.sqrt(); KEPT + 1];
        for (k, (step, _)) in self.passed.iter().enumerate() {
            ahead[k + 1] = ahead[k] + step;
        }
        (LEAST..=self.passed.len()).rev().any(|earlier| {
            let mut weights = [0.0; KEPT + 1];
            lagrange(&ahead[..=earlier], &mut weights);
            if weights.iter().map(|w| w.abs()).sum::<f64>() > ENLARGED {
                return false;
            }
            for x in x.iter_mut() {
                *x *= weights[0];
            }
            for ((_, state), weight) in self.passed.iter().take(earlier).zip(&weights[1..]) {
                for (x, state) in x.iter_mut().zip(state) {
                    *x += weight * state;
                }
            }
            true
        })
    }

    /// Keeps the state that was left behind, and gives memory for another in its place.
    pub(super) fn pass(&mut self, x: &mut Vec<f64>) {
        let (_, spare) = if self.passed.len() == KEPT {
            self.passed.pop_back().unwrap_or_default()
        } else {
            Default::default()
        };
        let state = std::mem::replace(x, spare);
        self.passed.push_front((self.square.sqrt(), state));
    }
}

/// The weights with which values at some places add up to that of their polynomial at another place, which lies `ahead` of
/// each (Lagrange).
fn lagrange(ahead: &[f64], weights: &mut [f64]) {
    for (j, (weight, own)) in weights.iter_mut().zip(ahead).enumerate() {
        let (mut above, mut below) = (1.0, 1.0);
        for (k, other) in ahead.iter().enumerate() {
            if k != j {
                above *= other;
                below *= other - own;
            }
        }
        *weight = above / below;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A polynomial of degree 4 in the first clamp, and what a trail along it predicts for the place `to`.
    fn predicted(places: &[f64], to: f64) -> Option<f64> {
        let value = |t: f64| 1.0 + t * (2.0 - t * (0.5 + t * (0.25 - 0.125 * t)));
        let mut trail = Trail::default();
        for step in places.windows(2) {
            trail.turn(&[step[1], 0.0], &[step[0], 0.0]);
            trail.pass(&mut vec![value(step[0])]);
        }
        let last = *places.last().unwrap();
        trail.turn(&[to, 0.0], &[last, 0.0]);
        let mut x = [value(last)];
        trail.extrapolate(&mut x).then(|| x[0] - value(to))
    }

    #[test]
    fn the_polynomial_goes_on() {
        let places = [-3.0, 0.0, 0.25, 0.5, 1.0, 1.5];
        // The weights are a few tens at most, so that rounding is, too.
        assert!(predicted(&places, 1.75).unwrap().abs() < 1e-13);
        // Three states: a parabola, with an error of the third derivative times the distances over 6.
        let off = predicted(&places[3..], 1.6).unwrap();
        assert!(off != 0.0 && off.abs() < 0.1, "{off}");
    }

    #[test]
    fn after_a_turn_nothing_is_predicted() {
        assert!(predicted(&[0.0, 0.25, 0.5, 1.0], 0.9).is_none());
        assert!(predicted(&[0.0, 0.25, 0.5, 1.0], 1.0).is_none());
        assert!(predicted(&[0.5, 1.0], 1.5).is_none());
    }

    #[test]
    fn a_long_step_after_short_ones_is_not_predicted_from_them() {
        assert!(predicted(&[0.0, 1e-6, 2e-6, 3e-6, 4e-6], 1.0).is_none());
    }
}
