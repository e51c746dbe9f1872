//! The dialog that asks what is to be kept, as what kind of file, and where.

use std::path::{Path, PathBuf};

use eframe::egui::{ComboBox, DragValue, Key, RichText, TextEdit, Ui, Vec2, vec2};

use super::Subject;
use crate::document::Recent;
use crate::gui::command::Command;
use crate::gui::dialogs::{primary, title_ui};
use crate::gui::theme::{self, Palette};

/// Sides of a picture, in points: smaller ones hold nothing, larger ones are a slip.
pub(crate) const SIDES: std::ops::RangeInclusive<u32> = 120..=8000;

/// Pixels to a point that are offered: 2 is crisp on paper and on fine screens.
const SCALES: [u32; 4] = [1, 2, 3, 4];

/// What kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A picture in pixels.
    Png,
    /// A picture of lines and text.
    Svg,
    /// The numbers.
    Csv,
}

impl Kind {
    const ALL: [Self; 3] = [Self::Png, Self::Svg, Self::Csv];

    fn ending(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Svg => "svg",
            Self::Csv => "csv",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Png => "PNG",
            Self::Svg => "SVG",
            Self::Csv => "CSV",
        }
    }

    /// What the ending of a file's name says.
    fn of(path: &str) -> Option<Self> {
        let ending = Path::new(path.trim()).extension()?.to_str()?;
        Self::ALL
            .into_iter()
            .find(|kind| ending.eq_ignore_ascii_case(kind.ending()))
    }
}

/// What is to be kept, and how it looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) subject: Subject,
    pub(crate) kind: Kind,
    /// Width and height in points.
    size: [u32; 2],
    pub(crate) is_dark: bool,
    /// Pixels to a point.
    scale: u32,
}

impl Request {
    /// A picture of the usual size, in these colours.
    pub(crate) fn new(subject: Subject, kind: Kind, is_dark: bool) -> Self {
        Self {
            subject,
            kind,
            size: usual(subject),
            is_dark,
            scale: 2,
        }
    }

    /// Width and height in points.
    pub(crate) fn size(&self) -> Vec2 {
        let [width, height] = self.size;
        vec2(width as f32, height as f32)
    }

    /// Pixels to a point.
    pub(crate) fn scale(&self) -> f32 {
        self.scale as f32
    }
}

fn usual(subject: Subject) -> [u32; 2] {
    let size = subject.size();
    [size.x as u32, size.y as u32]
}

/// What the dialog holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Asking {
    request: Request,
    path: String,
    /// The path up to what it is a picture of, as it was offered.
    stem: String,
    /// Why there is no picture of some subjects.
    missing: Vec<(Subject, String)>,
}

impl Asking {
    /// Asks about a subject; `stem` is the path that is offered, without what is added to it.
    pub(crate) fn new(
        subject: Subject,
        is_dark: bool,
        stem: String,
        missing: Vec<(Subject, String)>,
    ) -> Self {
        let mut asking = Self {
            request: Request::new(subject, Kind::Png, is_dark),
            path: String::new(),
            stem,
            missing,
        };
        asking.path = asking.offered();
        asking
    }

    fn offered(&self) -> String {
        let (subject, kind) = (self.request.subject, self.request.kind);
        format!("{}-{}.{}", self.stem, subject.name(), kind.ending())
    }

    /// Another subject or kind: the path that was offered follows, one that was typed keeps its name.
    fn change(&mut self, subject: Subject, kind: Kind) {
        let was_offered = self.path == self.offered();
        if self.request.subject != subject {
            self.request.subject = subject;
            self.request.size = usual(subject);
        }
        self.request.kind = kind;
        self.path = if was_offered {
            self.offered()
        } else {
            let path = Path::new(self.path.trim()).with_extension(kind.ending());
            path.display().to_string()
        };
    }

    /// Draws the dialog; returns whether it is done.
    pub(crate) fn ui(&mut self, ui: &mut Ui, commands: &mut Vec<Command>) -> bool {
        ui.set_width(460.0);
        title_ui(ui, "Save a picture, or its numbers");
        self.choice_ui(ui);
        let enter = self.path_ui(ui);
        if let Some(kind) = Kind::of(&self.path) {
            self.request.kind = kind;
        }
        if self.request.kind != Kind::Csv {
            self.look_ui(ui);
        }
        let is_ready = self.words_ui(ui);
        ui.add_space(4.0);
        let mut is_done = false;
        ui.horizontal(|ui| {
            let path = PathBuf::from(self.path.trim());
            let replaces = is_ready && Recent::is_there(&path);
            let word = if replaces { "Replace" } else { "Save" };
            let save = ui.add_enabled(is_ready, primary(ui, word)).clicked();
            if (save || enter) && is_ready {
                commands.push(Command::SavePicture(self.request, path));
                is_done = true;
            }
            let can_copy = self.missing().is_none();
            let copy = eframe::egui::Button::new("Copy");
            let tip = "Put it on the clipboard: an image, or the numbers as text";
            if ui.add_enabled(can_copy, copy).on_hover_text(tip).clicked() {
                commands.push(Command::CopyPicture(self.request));
                is_done = true;
            }
            if ui.button("Browse…").clicked()
                && let Some(chosen) = self.browse()
            {
                // What was chosen is shown first: it may be of another kind.
                self.path = chosen.display().to_string();
            }
            if ui.button("Cancel").clicked() {
                is_done = true;
            }
        });
        is_done
    }

    fn choice_ui(&mut self, ui: &mut Ui) {
        let Request { subject, kind, .. } = self.request;
        let (mut next, mut next_kind) = (subject, kind);
        ui.horizontal(|ui| {
            ComboBox::from_id_salt("picture of")
                .width(150.0)
                .selected_text(subject.title())
                .show_ui(ui, |ui| {
                    for choice in Subject::ALL {
                        ui.selectable_value(&mut next, choice, choice.title());
                    }
                })
                .response
                .accessible_name("picture of");
            for choice in Kind::ALL {
                ui.selectable_value(&mut next_kind, choice, choice.title());
            }
        });
        if (next, next_kind) != (subject, kind) {
            self.change(next, next_kind);
        }
    }

    /// The path; returns whether Enter ended it.
    fn path_ui(&mut self, ui: &mut Ui) -> bool {
        let field = ui.add(
            TextEdit::singleline(&mut self.path)
                .desired_width(f32::INFINITY)
                .hint_text("path of a .png, .svg or .csv file"),
        );
        let field = field.accessible_name("path");
        let enter = field.lost_focus() && ui.input(|i| i.key_pressed(Key::Enter));
        if !field.has_focus() && ui.memory(|memory| memory.focused().is_none()) {
            field.request_focus();
        }
        enter
    }

    fn look_ui(&mut self, ui: &mut Ui) {
        let palette = Palette::current(ui);
        let word = |text: &str| RichText::new(text).size(theme::SMALL).color(palette.dim);
        ui.horizontal(|ui| {
            for (side, name) in self.request.size.iter_mut().zip(["width", "height"]) {
                ui.label(word(name));
                ui.add(DragValue::new(side).range(SIDES))
                    .accessible_name(name);
            }
            ui.add_space(8.0);
            for (is_dark, name) in [(true, "dark"), (false, "light")] {
                ui.selectable_value(&mut self.request.is_dark, is_dark, name);
            }
            if self.request.kind == Kind::Png {
                ui.add_space(8.0);
                for scale in SCALES {
                    ui.selectable_value(&mut self.request.scale, scale, format!("{scale}×"))
                        .on_hover_text("pixels to a point");
                }
            }
        });
    }

    fn missing(&self) -> Option<&str> {
        let missing = self.missing.iter();
        let mut of_this = missing.filter(|(subject, _)| *subject == self.request.subject);
        of_this.next().map(|(_, why)| why.as_str())
    }

    /// What will be written, or why nothing can be; returns whether it can.
    fn words_ui(&self, ui: &mut Ui) -> bool {
        let palette = Palette::current(ui);
        let [width, height] = self.request.size.map(|side| side * self.request.scale);
        let (words, is_ready) = match (self.missing(), Kind::of(&self.path)) {
            (Some(why), _) => (format!("There is none yet: {why}."), false),
            (None, None) => ("End the name in .png, .svg or .csv.".to_owned(), false),
            (None, Some(Kind::Png)) => (format!("An image of {width} × {height} pixels."), true),
            (None, Some(Kind::Svg)) => ("Lines and text, sharp at every size.".to_owned(), true),
            (None, Some(Kind::Csv)) => ("The numbers, under headings with units.".to_owned(), true),
        };
        let line = |text: String| RichText::new(text).size(theme::SMALL).color(palette.text);
        ui.label(line(words));
        // Nothing on the disk is lost without a word.
        if is_ready && Recent::is_there(Path::new(self.path.trim())) {
            let words = "There is a file of this name; it will be replaced";
            ui.label(line(words.to_owned()));
        }
        is_ready
    }

    /// The desktop's own file dialog; `None` if it was cancelled or there is none.
    fn browse(&self) -> Option<PathBuf> {
        let offered = PathBuf::from(self.path.trim());
        let name = offered.file_name().map(|name| name.to_string_lossy());
        let kind = self.request.kind;
        rfd::FileDialog::new()
            .add_filter(kind.title(), &[kind.ending()])
            .set_file_name(name.unwrap_or_default())
            .save_file()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_offered_path_follows_and_a_typed_one_keeps_its_name() {
        let mut asking = Asking::new(Subject::Canvas, true, "/tmp/fold".to_owned(), Vec::new());
        assert_eq!(asking.path, "/tmp/fold-canvas.png");
        asking.change(Subject::Iv, Kind::Csv);
        assert_eq!(asking.path, "/tmp/fold-iv.csv");
        asking.path = "/tmp/mine.csv".to_owned();
        asking.change(Subject::Traces, Kind::Svg);
        assert_eq!(asking.path, "/tmp/mine.svg");
        assert_eq!(asking.request.size, [720, 360]);
        assert_eq!(Kind::of("a/b.PNG "), Some(Kind::Png));
        assert_eq!(Kind::of("a/b"), None);
    }
}
