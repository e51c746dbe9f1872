//! The window: canvas, inspector, plots and time, over the same library as the command line.
//!
//! One frame: `logic()` takes in what the workers have computed and lets time pass within a budget of effort; `ui()`
//! draws from the document, what is derived from it and the running state, and collects commands; then each command is
//! carried out in one place. Nothing changes while it is drawn.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "screen positions are f32 and counts of things on screen are small; float-to-integer casts saturate"
)]

mod app;
mod badges;
mod builder;
mod canvas;
mod chart;
mod command;
mod derived;
mod dialogs;
mod editor;
mod finder;
mod flipping;
mod gallery;
mod icon;
mod inspector;
mod iv;
mod keeper;
mod loading;
mod menu;
mod message;
mod notice;
mod number;
mod opening;
mod pace;
pub mod picture;
mod refusal;
mod row;
mod settings;
mod simulation;
mod situation;
mod standing;
mod theme;
mod time_bar;
mod toast;
mod traces;
mod training;
mod units;
mod view;
mod widgets;

use std::path::PathBuf;

use eframe::egui::ViewportBuilder;

use crate::document::Disk;

pub use app::App;
pub use situation::Situation;

/// What the window opens with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Start {
    /// A file; it goes before everything else.
    pub file: Option<PathBuf>,
    /// The name of a preset.
    pub preset: Option<String>,
    /// The folder in which unsaved work, recent files and the look of the window are kept. [`run`] takes the platform's
    /// own for `None`; a window without one keeps nothing.
    pub state_folder: Option<PathBuf>,
    /// The only folder networks are saved in, below it included; the desktop's own file dialogs are then not offered,
    /// since they lead everywhere. For machines on show, and for tests that press every button. `None`: anywhere.
    pub confined_to: Option<PathBuf>,
    /// The program that opens another window, given the same state folder; [`run`] takes the one that is running. `None`:
    /// no window is opened.
    pub program: Option<PathBuf>,
    /// Where files are written.
    pub disk: Disk,
    /// Whether the processor draws in place of a graphics card; [`run`] finds out.
    pub is_software: bool,
}

/// What the desktop knows the program by, and its folder is called.
const APP_ID: &str = "thermonet";

/// Why there is no window.
#[derive(Debug, thiserror::Error)]
pub enum GuiError {
    /// No display, or no OpenGL on it.
    #[error(
        "no window could be opened ({0}); it needs a display with OpenGL: on Debian install libgl1 libgl1-mesa-dri \
         libxkbcommon-x11-0 libxcursor1 libxi6, and check DISPLAY or WAYLAND_DISPLAY. The sub-commands work without \
         (thermonet --help)"
    )]
    NoWindow(String),
}

/// Opens the window and runs until it is closed.
///
/// # Errors
/// If no window can be opened.
pub fn run(start: Start) -> Result<(), GuiError> {
    let start = Start {
        state_folder: start.state_folder.or_else(|| eframe::storage_dir(APP_ID)),
        program: start.program.or_else(|| std::env::current_exe().ok()),
        is_software: pace::is_software(),
        ..start
    };
    // Without a place for a file of its own this window takes the shared one, as every program does.
    let shared = start.state_folder.as_deref().map(settings::shared_file);
    let own = shared
        .as_deref()
        .and_then(|shared| settings::OwnFile::new(shared).ok());
    let options = eframe::NativeOptions {
        viewport: ViewportBuilder::default()
            .with_app_id(APP_ID)
            .with_title("thermonet")
            .with_inner_size([1280.0, 720.0])
            .with_min_inner_size([800.0, 500.0]),
        persistence_path: own.as_ref().map(settings::OwnFile::path).or(shared),
        ..Default::default()
    };
    eframe::run_native(
        APP_ID,
        options,
        Box::new(move |cc| Ok(Box::new(App::new(cc, &start)))),
    )
    .map_err(|error| GuiError::NoWindow(one_line(&error.to_string())))
}

/// The first line of a message, without the place in someone's source that it may begin with, and without a full stop.
fn one_line(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    let said = line
        .split_once(".rs:")
        .and_then(|(_, rest)| rest.split_once(": "))
        .map_or(line, |(_, said)| said);
    said.trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    #[test]
    fn messages_lose_the_place_in_the_source() {
        let text = "winit EventLoopError: os error at /home/me/platform/mod.rs:788: Failed to open a display.\nmore";
        assert_eq!(super::one_line(text), "Failed to open a display");
        assert_eq!(super::one_line("no OpenGL"), "no OpenGL");
    }
}
