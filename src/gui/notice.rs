//! One quiet line under the menus: what the window did by itself, with a button that takes it back.

use std::path::Path;
use std::time::Duration;

use eframe::egui::{Align, Label, Layout, RichText, Ui};

use super::command::{Action, Command};
use super::opening::file_name;
use super::situation::Situation;
use super::theme::{self, Palette};
use crate::document::Kept;

/// Height of the line.
pub(crate) const HEIGHT: f32 = 32.0;

/// What is worth knowing and asks for nothing.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Notice {
    /// Which of the things that can happen, if it is one that can stand in the way.
    pub(crate) situation: Option<Situation>,
    /// One sentence.
    pub(crate) text: String,
    /// What can be done about it: the words of the button, and what it does.
    pub(crate) buttons: Vec<(String, Command)>,
}

/// Unsaved work of an earlier run is open again.
pub(crate) fn restored(kept: &Kept) -> Notice {
    let name = &kept.document.network.name;
    let age = age(kept.age());
    let fresh = (
        Action::StartFresh.text().to_owned(),
        Command::Act(Action::StartFresh),
    );
    match &kept.path {
        Some(path) if kept.is_older_than_file() => Notice {
            situation: Some(Situation::OlderThanFile),
            text: format!(
                "Unsaved changes to {name} from {age} were restored; {} has been saved since and may be newer",
                file_name(path)
            ),
            buttons: vec![
                (
                    format!("Open {}", file_name(path)),
                    Command::Open(path.clone()),
                ),
                fresh,
            ],
        },
        _ => Notice {
            situation: None,
            text: format!("Unsaved changes to {name} from {age} were restored"),
            buttons: vec![fresh],
        },
    }
}

/// Unsaved work of an earlier run waits, since something else was asked for.
pub(crate) fn left(kept: &Kept) -> Notice {
    let name = &kept.document.network.name;
    let older = if kept.is_older_than_file() {
        ", older than its file,"
    } else {
        ""
    };
    Notice {
        situation: None,
        text: format!(
            "Unsaved changes to {name} from {}{older} are kept",
            age(kept.age())
        ),
        buttons: vec![bring_back()],
    }
}

/// An unsaved document had to make room.
pub(crate) fn replaced(name: &str) -> Notice {
    Notice {
        situation: None,
        text: format!("{name} was not saved; it is kept"),
        buttons: vec![bring_back()],
    }
}

/// Unsaved work of more windows than this one waits; said beside what else there is to say.
pub(crate) fn waiting(notice: Option<Notice>, count: usize, can_open: bool) -> Option<Notice> {
    let (networks, waits, it) = match count {
        0 => return notice,
        1 => ("1 more unsaved network".to_owned(), "waits", "it"),
        count => (format!("{count} more unsaved networks"), "wait", "the next"),
    };
    let mut notice = notice.unwrap_or_else(|| Notice {
        situation: None,
        text: String::new(),
        buttons: Vec::new(),
    });
    let waits = format!("{networks} {waits} for a window");
    notice.text = match notice.text.as_str() {
        "" => waits,
        said => format!("{said}; {waits}"),
    };
    if can_open {
        let words = format!("Open {it} in another window");
        notice.buttons.push((words, Command::AnotherWindow));
    }
    Some(notice)
}

/// Another program has written the file that is open.
pub(crate) fn changed(path: &Path) -> Notice {
    let name = file_name(path);
    Notice {
        situation: Some(Situation::ChangedOnDisk),
        text: format!("{name} was changed by another program"),
        buttons: vec![(format!("Open {name}"), Command::Open(path.to_owned()))],
    }
}

fn bring_back() -> (String, Command) {
    (
        Action::BringBack.text().to_owned(),
        Command::Act(Action::BringBack),
    )
}

/// How long ago, in words.
fn age(age: Duration) -> String {
    let minutes = age.as_secs() / 60;
    let counted = |count: u64, unit: &str| {
        let s = if count == 1 { "" } else { "s" };
        format!("{count} {unit}{s} ago")
    };
    match minutes {
        0 => "just now".to_owned(),
        1..60 => counted(minutes, "minute"),
        60..1440 => counted(minutes / 60, "hour"),
        _ => counted(minutes / 1440, "day"),
    }
}

/// Draws the line; returns whether it stays.
pub(crate) fn notice_ui(ui: &mut Ui, notice: &Notice, commands: &mut Vec<Command>) -> bool {
    let palette = Palette::current(ui);
    let mut stays = true;
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        ui.spacing_mut().item_spacing.x = theme::STEP;
        if ui.button("Dismiss").clicked() {
            stays = false;
        }
        for (words, command) in notice.buttons.iter().rev() {
            let button = ui.button(RichText::new(words).color(palette.accent));
            if button.clicked() {
                commands.push(command.clone());
                stays = false;
            }
        }
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            ui.add(Label::new(RichText::new(&notice.text).color(palette.text)).truncate());
        });
    });
    stays
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_said_in_the_largest_unit() {
        let said = |seconds| age(Duration::from_secs(seconds));
        assert_eq!(said(5), "just now");
        assert_eq!(said(60), "1 minute ago");
        assert_eq!(said(3 * 3600 + 5), "3 hours ago");
        assert_eq!(said(200_000), "2 days ago");
    }
}
