//! Whether the motion from `initial` leads to a state that is known already, without following it to its end.
//!
//! Most comparisons in a training find that nothing has jumped. Half of the steps of an integration then go into the last
//! digits of a state that is at hand to all digits.

use crate::solve::linear::Factor;
use crate::solve::relax::Relaxation;
use crate::solve::steady::Options;
use crate::system::{Flow, System};

/// A motion this near to the known state (relative to 1 + max|x|) is worth a Newton step.
pub(super) const NEAR: f64 = 0.02;

/// Newton's step from the motion must lead to the known state to within this share of the way. Then the Jacobian changes
/// by no more than a fifth on the way, and no other equilibrium is within nine times the distance (Newton-Kantorovich:
/// Ortega & Rheinboldt, Iterative Solution of Nonlinear Equations, 1970, theorem 12.6.2): the motion, which comes
/// nearer, has nowhere else to end.
pub(super) const TRUE_TO: f64 = 0.1;

/// A step that moves no state by more than this (relative) shows a motion that comes to rest, or lingers, elsewhere, once
/// it has got going.
pub(super) const HARDLY_MOVES: f64 = 1e-3;

/// The first steps of an integration are as small as that in any case; after so many, each up to six times as long as the
/// one before, any motion has got going.
pub(super) const FIRST_STEPS: usize = 12;

/// Steps before the search is left to the solver: it takes some twenty.
pub(super) const STEPS: usize = 200;

/// How the motion from `initial` goes.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Course {
    /// To the known state.
    Known,
    /// Perhaps not: it has come here, and must be followed to its end.
    Elsewhere(Vec<f64>),
}

/// Whether there is a motion to follow: signals are left out of a steady state, and a unique one is found faster in other
/// ways.
pub(super) fn is_followed(system: &System, options: &Options) -> bool {
    !options.is_unique && !system.is_driven()
}

/// Follows the motion from `initial` until it is certain to end in the state `known`, or does not look like it.
pub(super) fn course(system: &System, known: &[f64], options: &Options) -> Course {
    let initial = system.initial();
    if !is_followed(system, options) {
        return Course::Elsewhere(initial.to_vec());
    }
    let scale = 1.0 + known.iter().fold(0.0_f64, |top, x| top.max(x.abs()));
    let condensed = options.condensed(system, initial);
    let moving = condensed.as_ref().unwrap_or(system);
    let mut relaxation = Relaxation::new(moving, initial, 0.0, options.relax);
    let (mut factor, mut flow) = (Factor::default(), Flow::default());
    let mut before = initial.to_vec();
    let mut last = f64::INFINITY;
    let mut has_got_going = false;
    for steps in 1..=STEPS {
        let distance = apart(&before, known) / scale;
        if distance < last && distance <= NEAR {
            if distance == 0.0 {
                return Course::Known;
            }
            system.evaluate(&before, system.clamps(), &mut flow);
            if factor.factorise_jacobian(system, &flow) {
                let mut landed = flow.net.clone();
                factor.solve(&mut landed);
                for (landed, x) in landed.iter_mut().zip(&before) {
                    *landed = x - *landed;
                }
                if apart(&landed, known) / scale <= TRUE_TO * distance {
                    return Course::Known;
                }
            }
        }
        last = distance;
        if options.interrupt.is_raised() || relaxation.step(moving).is_err() {
            break;
        }
        let hardly_moves = apart(relaxation.state(), &before) <= HARDLY_MOVES * scale;
        has_got_going |= !hardly_moves || steps >= FIRST_STEPS;
        before.copy_from_slice(relaxation.state());
        if hardly_moves && has_got_going && apart(&before, known) > NEAR * scale {
            break;
        }
    }
    Course::Elsewhere(before)
}

/// max|p − q|.
fn apart(p: &[f64], q: &[f64]) -> f64 {
    let pairs = p.iter().zip(q);
    pairs.fold(0.0, |top, (p, q)| top.max((p - q).abs()))
}
