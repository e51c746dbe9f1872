//! A word in passing about what was just done, with a button that takes it back.

use eframe::egui::{
    self, Align2, Context, CornerRadius, Frame, Id, Margin, RichText, Stroke, vec2,
};

use super::command::{Action, Command};
use super::theme::Palette;
use crate::document::Revision;

/// Seconds for which it stays: long enough to read, and to reach the button.
const STAYS: f64 = 8.0;

/// Seconds over which it fades at the end.
const FADES: f64 = 0.4;

/// A word in passing.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Toast {
    text: String,
    /// What the document was like when this was true: the button goes when it no longer is. Without one, no button.
    undoes: Option<Revision>,
    /// When it came, in the window's time; `None` until it has been seen.
    since: Option<f64>,
}

impl Toast {
    /// Says `text`.
    pub(crate) fn new(text: String) -> Self {
        Self {
            text,
            undoes: None,
            since: None,
        }
    }

    /// Says what was done, with a button that undoes it as long as the document is at `revision`.
    pub(crate) fn undoing(text: String, revision: Revision) -> Self {
        Self {
            undoes: Some(revision),
            ..Self::new(text)
        }
    }
}

/// Draws the toast over `area`; returns whether it stays.
pub(crate) fn toast_ui(
    ctx: &Context,
    toast: &mut Toast,
    area: egui::Rect,
    now: Revision,
    commands: &mut Vec<Command>,
) -> bool {
    let time = ctx.input(|i| i.time);
    let since = *toast.since.get_or_insert(time);
    let left = since + STAYS - time;
    if left <= 0.0 || toast.undoes.is_some_and(|then| then != now) {
        return false;
    }
    // One frame when the fading begins, then some until it is gone.
    if left > FADES {
        ctx.request_repaint_after_secs((left - FADES) as f32);
    } else {
        ctx.request_repaint();
    }
    let palette = Palette::in_force(ctx);
    let mut stays = true;
    egui::Area::new(Id::unique("toast"))
        .pivot(Align2::CENTER_BOTTOM)
        .fixed_pos(area.center_bottom() - vec2(0.0, 36.0))
        .order(egui::Order::Foreground)
        .show(ctx, |ui| {
            ui.set_opacity((left / FADES).min(1.0) as f32);
            Frame::new()
                .fill(palette.raised)
                .stroke(Stroke::new(1.0, palette.line))
                .corner_radius(CornerRadius::same(8))
                .inner_margin(Margin::symmetric(14, 8))
                .show(ui, |ui| {
                    ui.horizontal(|ui| {
                        ui.add(egui::Label::new(&toast.text).extend());
                        if toast.undoes.is_none() {
                            return;
                        }
                        ui.add_space(8.0);
                        let text = RichText::new("Undo").color(palette.accent);
                        let button = ui.button(text).on_hover_text(Action::Undo.tooltip());
                        if button.clicked() {
                            commands.push(Command::Act(Action::Undo));
                            stays = false;
                        }
                    });
                });
        });
    stays
}
