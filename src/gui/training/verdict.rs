//! What a comparison with and without NDC came to, in a sentence: computed from the run, whatever was expected of it.

use super::coach::Outcome;
use super::question::Question;
use crate::gui::number;

/// Losses closer than this share are the same.
const SAME: f64 = 0.02;

/// A loss counts as below the floor if it is so by more than rounding.
const BELOW: f64 = 1.0 - 1e-6;

/// The sentence for two outcomes.
pub(super) fn sentence(question: &Question, [with, without]: &[Outcome; 2]) -> String {
    let text = |loss: f64| number::significant(question.loss_in_user_units(loss), 2);
    let steps = with.steps.max(without.steps);
    let (Some(a), Some(b)) = (with.best, without.best) else {
        let which = match (with.best, without.best) {
            (None, None) => "neither run met",
            (None, Some(_)) => "the run with NDC never met",
            _ => "the run without NDC never met",
        };
        return format!(
            "After {steps} steps {which} parameters at which every row settles, so there is nothing to compare; try \
             another seed."
        );
    };
    let mut words = verdict(question.floor, a, b, text);
    let anew: Vec<String> = [(with, "with"), (without, "without")]
        .into_iter()
        .filter(|(outcome, _)| outcome.restarts > 0)
        .map(|(outcome, name)| format!("{name} NDC it started anew {} times", outcome.restarts))
        .collect();
    if !anew.is_empty() {
        words = format!("{words} ({}.)", anew.join(", "));
    }
    words
}

/// The verdict on the best loss with NDC, `a`, and without, `b`.
fn verdict(floor: Option<f64>, a: f64, b: f64, text: impl Fn(f64) -> String) -> String {
    let (best_with, best_without) = (text(a), text(b));
    let is_same = (a - b).abs() <= SAME * a.max(b);
    let Some(floor) = floor else {
        let comparison = if is_same {
            "NDC made no difference"
        } else if a < b {
            "NDC helped"
        } else {
            "NDC did not help"
        };
        return format!(
            "With NDC the loss fell to {best_with}, without to {best_without}: {comparison}. No floor is known for this \
             task."
        );
    };
    let line = text(floor);
    if b < BELOW * floor {
        return format!(
            "Without NDC the loss fell to {best_without}, below the {line} that no monotone network should pass; with NDC \
             to {best_with}. This contradicts the bound: doubt the line, or that this twin is monotone."
        );
    }
    if floor <= f64::EPSILON {
        let comparison = if is_same {
            "Neither did better"
        } else if a < b {
            "NDC helped all the same"
        } else {
            "NDC did not help"
        };
        return format!(
            "A monotone network can do this task. With NDC the loss fell to {best_with}, without to {best_without}. \
             {comparison}."
        );
    }
    if a < BELOW * floor {
        return format!(
            "With NDC the loss fell to {best_with}, below the {line} that no monotone network can pass; without NDC it \
             stopped at {best_without}. Only the one with NDC computes this."
        );
    }
    let comparison = if is_same {
        "NDC made no difference in this run"
    } else if a < b {
        "NDC helped, but not past the line"
    } else {
        "NDC did not help in this run"
    };
    format!(
        "With NDC the loss fell only to {best_with}, not past the {line} that a monotone network can reach; without NDC to \
         {best_without}. {comparison}; more steps or another seed may do better."
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(floor: Option<f64>, a: f64, b: f64) -> String {
        verdict(floor, a, b, |loss| number::short(loss, 2))
    }

    #[test]
    fn the_sentence_follows_the_numbers() {
        assert!(said(Some(0.25), 1e-4, 0.26).contains("Only the one with NDC"));
        assert!(said(Some(0.25), 0.30, 0.26).contains("NDC did not help"));
        assert!(said(Some(0.25), 0.251, 0.252).contains("no difference"));
        assert!(said(Some(0.25), 0.26, 0.40).contains("not past the line"));
        assert!(said(Some(0.25), 0.26, 0.10).contains("contradicts"));
        assert!(said(Some(0.0), 0.2, 0.1).starts_with("A monotone network can"));
        assert!(said(None, 0.1, 0.2).contains("NDC helped"));
    }
}
