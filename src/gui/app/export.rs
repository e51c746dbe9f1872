//! Pictures and numbers that leave the window: to a file, or to the clipboard.

use std::path::Path;

use eframe::egui::{Context, Theme};

use super::App;
use crate::document;
use crate::gui::command::{Action, Command};
use crate::gui::dialogs::Dialog;
use crate::gui::message::Message;
use crate::gui::opening::file_name;
use crate::gui::picture::{Asking, Kind, Picture, RasterError, Request, Sitting, Studio, Subject};
use crate::gui::situation::Situation;

/// Why nothing was kept: what, and what to do.
type Trouble = (String, String);

impl App {
    /// Carries out what concerns pictures and numbers; gives other commands back.
    pub(super) fn carry_out_export(&mut self, ctx: &Context, command: Command) -> Option<Command> {
        match command {
            Command::AskPicture(subject) => self.ask_picture(subject),
            Command::Act(Action::ExportPicture) => self.ask_picture(Subject::Canvas),
            Command::Act(Action::CopyPicture) => {
                let request = self.usual(Subject::Canvas, Kind::Png);
                self.copy_picture(ctx, request);
            }
            Command::CopyUsual(subject, kind) => {
                let request = self.usual(subject, kind);
                self.copy_picture(ctx, request);
            }
            Command::CopyPicture(request) => self.copy_picture(ctx, request),
            Command::SavePicture(request, path) => self.save_picture(request, &path),
            other => return Some(other),
        }
        None
    }

    fn usual(&self, subject: Subject, kind: Kind) -> Request {
        Request::new(subject, kind, self.view.theme == Theme::Dark)
    }

    fn sitting(&self) -> Sitting<'_> {
        Sitting {
            editor: &self.editor,
            simulation: &self.simulation,
            derived: &self.derived,
            scale: &self.scale,
            scene: &self.scene,
            dots: &self.dots,
            view: &self.view,
            coach: &self.coach,
        }
    }

    fn ask_picture(&mut self, subject: Subject) {
        let sitting = self.sitting();
        let missing = Subject::ALL.into_iter().filter_map(|subject| {
            let missing = sitting.missing(subject)?;
            Some((subject, missing.to_string()))
        });
        let missing = missing.collect();
        let stem = match self.editor.path() {
            Some(path) => path.with_extension("").display().to_string(),
            None => plain_name(&self.editor.network().name),
        };
        let is_dark = self.view.theme == Theme::Dark;
        self.dialog = Some(Dialog::Export(Asking::new(subject, is_dark, stem, missing)));
    }

    fn draw(&self, request: Request) -> Result<Picture, Trouble> {
        let theme = if request.is_dark {
            Theme::Dark
        } else {
            Theme::Light
        };
        self.sitting()
            .draw(&Studio::new(theme), request.subject, request.size())
            .map_err(|missing| (missing.problem, missing.remedy))
    }

    fn numbers(&self, subject: Subject) -> Result<Vec<u8>, Trouble> {
        let table = self
            .sitting()
            .table(subject)
            .map_err(|missing| (missing.problem, missing.remedy))?;
        let mut bytes = Vec::new();
        table
            .write(&mut bytes)
            .map_err(|error| (error.to_string(), "save a picture instead".to_owned()))?;
        Ok(bytes)
    }

    fn file(&self, request: Request) -> Result<Vec<u8>, Trouble> {
        match request.kind {
            Kind::Csv => self.numbers(request.subject),
            Kind::Svg => Ok(self.draw(request)?.svg().into_bytes()),
            Kind::Png => self
                .draw(request)?
                .png(request.scale())
                .map_err(|e| in_pixels(&e)),
        }
    }

    fn save_picture(&mut self, request: Request, path: &Path) {
        let saved = self.file(request).and_then(|bytes| {
            let written = self
                .may_save(path)
                .and_then(|()| document::save_bytes(&bytes, path));
            written.map_err(|error| {
                let place = error.path.display();
                (
                    format!("{place} {}", error.what),
                    error.what.remedy().to_owned(),
                )
            })
        });
        match saved {
            Ok(()) => self.say(&format!("Saved {}", file_name(path))),
            Err(trouble) => self.complain("Nothing was saved", trouble),
        }
    }

    fn copy_picture(&mut self, ctx: &Context, request: Request) {
        let copied = match request.kind {
            Kind::Csv => self.numbers(request.subject).map(|bytes| {
                ctx.copy_text(String::from_utf8_lossy(&bytes).into_owned());
            }),
            // A clipboard has no SVG that other programs agree on.
            Kind::Svg | Kind::Png => self
                .draw(request)
                .and_then(|picture| picture.image(request.scale()).map_err(|e| in_pixels(&e)))
                .map(|image| ctx.copy_image(image)),
        };
        let what = request.subject.title();
        match copied {
            Ok(()) if request.kind == Kind::Csv => self.say(&format!("{what}: numbers copied")),
            Ok(()) => self.say(&format!("{what}: picture copied")),
            Err(trouble) => self.complain("Nothing was copied", trouble),
        }
    }

    fn complain(&mut self, title: &str, (problem, remedy): Trouble) {
        let message = Message::new(Situation::Refused, title);
        self.message = Some(message.at("", problem, remedy));
    }
}

fn in_pixels(error: &RasterError) -> Trouble {
    (error.to_string(), error.remedy().to_owned())
}

/// A name that any file system takes.
fn plain_name(name: &str) -> String {
    let plain: String = name
        .trim()
        .to_lowercase()
        .chars()
        .map(|c| if c.is_alphanumeric() { c } else { '-' })
        .collect();
    let mut parts = plain.split('-').filter(|part| !part.is_empty()).peekable();
    if parts.peek().is_none() {
        return "network".to_owned();
    }
    parts.collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    #[test]
    fn names_become_names_of_files() {
        assert_eq!(super::plain_name("Sine, two periods"), "sine-two-periods");
        assert_eq!(super::plain_name(" ../?* "), "network");
    }
}
