//! What a person is told when something stands in the way: what happened, where, what to do, with a button that does
//! it, and the technical line folded beneath.

use eframe::egui::{
    self, Align2, CollapsingHeader, Context, CornerRadius, Frame, Id, Label, Margin, RichText,
    Stroke, Ui, vec2,
};

use super::command::{Action, Command};
use super::dialogs::primary;
use super::situation::Situation;
use super::theme::{self, Palette};
use crate::document::{Problem, Selection};

/// Problems shown at once: more than a handful helps nobody; the count of the rest is given.
const SHOWN: usize = 5;

/// Width of a message: lines that read well.
const WIDTH: f32 = 560.0;

/// A message.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Message {
    /// Which of the things that can happen.
    pub(crate) situation: Situation,
    /// What happened.
    pub(crate) title: String,
    /// Where, and what to do; one entry each.
    pub(crate) details: Vec<Detail>,
    /// For whoever wants to know exactly; empty for none.
    pub(crate) technical: String,
    /// The elements that it is about.
    pub(crate) shows: Selection,
    /// What would put it right.
    pub(crate) offers: Vec<Offer>,
}

/// A remedy as a button.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Offer {
    /// The words on it.
    pub(crate) words: String,
    /// What it does.
    pub(crate) commands: Vec<Command>,
}

/// One problem of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Detail {
    /// The place, such as `edges[3].device.shift`.
    pub(crate) place: String,
    /// What is wrong there.
    pub(crate) problem: String,
    /// What to do about it.
    pub(crate) remedy: String,
}

impl From<&Problem> for Detail {
    fn from(problem: &Problem) -> Self {
        Self {
            place: problem.place.clone(),
            problem: problem.problem.clone(),
            remedy: problem.remedy.clone(),
        }
    }
}

impl Message {
    /// A message without details and remedies yet.
    pub(crate) fn new(situation: Situation, title: impl Into<String>) -> Self {
        Self {
            situation,
            title: title.into(),
            details: Vec::new(),
            technical: String::new(),
            shows: Selection::default(),
            offers: Vec::new(),
        }
    }

    /// With a place, what is wrong there, and what to do.
    pub(crate) fn at(
        mut self,
        place: impl Into<String>,
        problem: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        self.details.push(Detail {
            place: place.into(),
            problem: problem.into(),
            remedy: remedy.into(),
        });
        self
    }

    /// With a button that does this.
    pub(crate) fn offering(mut self, words: impl Into<String>, command: Command) -> Self {
        self.offers.push(Offer {
            words: words.into(),
            commands: vec![command],
        });
        self
    }

    /// With a button for an action of the menus.
    pub(crate) fn offering_to(self, action: Action) -> Self {
        let words = match action {
            Action::Open => "Open another…",
            Action::SaveAs => "Save elsewhere…",
            Action::Task => "Choose a task…",
            Action::NewSeed => "Draw new parameters",
            action => action.text(),
        };
        self.offering(words, Command::Act(action))
    }

    /// With a technical line.
    pub(crate) fn technically(mut self, text: impl Into<String>) -> Self {
        self.technical = text.into();
        self
    }

    /// About these elements.
    pub(crate) fn showing(mut self, elements: Selection) -> Self {
        self.shows = elements;
        self
    }
}

/// Draws a message over the window, calm and at the top; it waits to be dismissed.
pub(crate) fn message_ui(ctx: &Context, message: &Message, commands: &mut Vec<Command>) {
    let palette = Palette::in_force(ctx);
    let frame = Frame::new()
        .fill(palette.panel)
        .stroke(Stroke::new(1.0, palette.error))
        .corner_radius(CornerRadius::same(8))
        .inner_margin(Margin::same(14));
    let room = ctx.content_rect().width() - 48.0;
    egui::Area::new(Id::unique("message"))
        .anchor(Align2::CENTER_TOP, vec2(0.0, 52.0))
        .order(egui::Order::Foreground)
        .show(ctx, |ui| {
            frame.show(ui, |ui| {
                ui.set_max_width(WIDTH.min(room));
                if body_ui(ui, message, true, commands) {
                    commands.insert(0, Command::Dismiss);
                }
            });
        });
}

/// Draws what a message says, and its buttons; returns whether one was pressed.
pub(crate) fn body_ui(
    ui: &mut Ui,
    message: &Message,
    has_dismiss: bool,
    commands: &mut Vec<Command>,
) -> bool {
    let palette = Palette::current(ui);
    let Message {
        situation: _,
        title,
        details,
        technical,
        shows,
        offers,
    } = message;
    ui.add(
        Label::new(
            RichText::new(title)
                .font(theme::strong(theme::BODY))
                .color(palette.text),
        )
        .wrap(),
    );
    for detail in details.iter().take(SHOWN) {
        detail_ui(ui, palette, detail);
    }
    if details.len() > SHOWN {
        let more = format!("and {} more", details.len() - SHOWN);
        ui.label(RichText::new(more).color(palette.dim));
    }
    if !technical.is_empty() {
        ui.add_space(2.0);
        CollapsingHeader::new(
            RichText::new("Technical")
                .size(theme::SMALL)
                .color(palette.dim),
        )
        .id_salt("technical")
        .show(ui, |ui| {
            let text = RichText::new(technical).font(theme::mono(theme::SMALL));
            ui.add(Label::new(text.color(palette.dim)).wrap());
        });
    }
    ui.add_space(6.0);
    let mut is_done = false;
    ui.horizontal_wrapped(|ui| {
        for (k, offer) in offers.iter().enumerate() {
            let button = if k == 0 {
                primary(ui, &offer.words)
            } else {
                egui::Button::new(&offer.words)
            };
            let tip = offer.commands.iter().find_map(|command| match command {
                Command::Act(action) => Some(action.tooltip()),
                _ => None,
            });
            let response = ui.add(button);
            let response = match tip {
                Some(tip) => response.on_hover_text(tip),
                None => response,
            };
            if response.clicked() {
                commands.extend(offer.commands.iter().cloned());
                is_done = true;
            }
        }
        if !shows.is_empty() {
            let show = ui
                .button("Show it")
                .on_hover_text("Select what this is about, and bring it into view");
            if show.clicked() {
                commands.push(Command::Show(shows.clone()));
            }
        }
        if has_dismiss {
            let button = if offers.is_empty() {
                primary(ui, "Dismiss")
            } else {
                egui::Button::new("Dismiss")
            };
            is_done |= ui.add(button).clicked();
        }
    });
    is_done
}

fn detail_ui(ui: &mut Ui, palette: &Palette, detail: &Detail) {
    ui.add_space(2.0);
    if !detail.place.is_empty() {
        let place = RichText::new(&detail.place)
            .font(theme::mono(theme::SMALL))
            .color(palette.error);
        ui.add(Label::new(place).wrap());
    }
    ui.add(Label::new(&detail.problem).wrap());
    if !detail.remedy.is_empty() {
        ui.add(Label::new(RichText::new(&detail.remedy).color(palette.dim)).wrap());
    }
}
