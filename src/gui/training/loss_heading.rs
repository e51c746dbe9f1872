//! What stands over the loss: the steps, the last loss, and what was kept.

use eframe::egui::{Painter, Pos2, vec2};

use super::Panel;
use super::loss_plot::last_finite;
use crate::gui::number;
use crate::gui::theme::{self, Palette};

/// Writes the heading up to a corner; where there is no room for all of it, without its first parts.
pub(super) fn heading_text(
    painter: &Painter,
    palette: &Palette,
    left: f32,
    corner: Pos2,
    heading: &str,
) {
    let mut rest = heading;
    loop {
        let font = theme::mono(theme::SMALL);
        let galley = painter.layout_no_wrap(rest.to_owned(), font, palette.dim);
        let at = corner - vec2(galley.size().x + 2.0, 0.0);
        if at.x >= left + 8.0 {
            painter.galley(at, galley, palette.dim);
            return;
        }
        match rest.split_once("   ") {
            Some((_, after)) => rest = after,
            None => return,
        }
    }
}

/// "step 1 240   3.1e−7   kept 2.9e−7", of the last run; "step 2 000   best 2.9e−7 / 0.33" of a comparison that is over.
pub(super) fn heading(panel: &Panel<'_>) -> String {
    let last: Vec<String> = panel
        .coach
        .shown()
        .filter(|(_, is_last)| *is_last)
        .filter_map(|(curve, _)| {
            let loss = last_finite(&curve.record.losses)?;
            Some(number::significant(
                curve.question.loss_in_user_units(loss),
                2,
            ))
        })
        .collect();
    let steps = panel
        .coach
        .shown()
        .filter(|(_, is_last)| *is_last)
        .map(|(curve, _)| curve.record.losses.len())
        .max()
        .unwrap_or(0);
    if last.is_empty() {
        return String::new();
    }
    if let (Some(outcomes), Some(question)) = (panel.coach.comparison(), panel.coach.question()) {
        // The confirmed losses, as the sentence below says them.
        let best = outcomes.each_ref().map(|outcome| match outcome.best {
            Some(loss) => number::significant(question.loss_in_user_units(loss), 2),
            None => "none".to_owned(),
        });
        return format!("step {steps}   best {}", best.join(" / "));
    }
    let best = match (panel.coach.best(), panel.coach.question()) {
        (Some(best), Some(question)) => format!(
            "   kept {}",
            number::significant(question.loss_in_user_units(best), 2)
        ),
        _ if panel.coach.is_confirming() => "   confirming the best…".to_owned(),
        _ => String::new(),
    };
    format!("step {steps}   {}{best}", last.join(" / "))
}
