//! The first screen's inputs, flipping among the rows of the task until somebody does something; and the chip that says
//! which inputs are held.
//!
//! All of it is running state: the document, its undo and its unsaved mark know nothing of it.

use eframe::egui::{Align, Layout, Rect, RichText, Ui, UiBuilder, pos2};

use super::command::{Action, Command};
use super::number;
use super::simulation::Simulation;
use super::theme::{self, Palette};
use super::widgets;
use crate::document::Document;
use crate::learn::{Source, Task};
use crate::network::NodeKey;

/// Seconds between two flips: the trained presets settle in two or three at the first speed, and one sees it.
const EVERY: f64 = 5.0;

/// So many flips, two minutes of them, then the window comes to rest: nobody is looking.
const MOST_FLIPS: usize = 24;

/// More rows than this are no table to leaf through.
const MOST_ROWS: usize = 16;

/// Distance of the chip from the canvas's lower left corner, and its height.
const CORNER: [f32; 2] = [10.0, 8.0];
pub(crate) const HEIGHT: f32 = 26.0;

/// On a canvas narrower than this the readings need the lowest line for themselves.
const NARROW: f32 = 760.0;

/// The rows that take turns.
#[derive(Clone, Debug)]
pub(crate) struct Flipping {
    rows: Vec<Vec<(NodeKey, f64)>>,
    /// The row that is shown.
    row: usize,
    /// When the next one is, in the window's time; unknown before the first frame and after a pause.
    due: Option<f64>,
    left: usize,
}

/// What a frame has to do.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Turn {
    /// Hold these values.
    Hold(Vec<(NodeKey, f64)>),
    /// Ask again after so many seconds.
    Wait(f64),
    /// It is over.
    End,
}

impl Flipping {
    /// Takes the rows of the document's task, if it has a few.
    pub(crate) fn new(document: &Document) -> Option<Self> {
        let task = document.task.as_ref()?;
        let Source::Rows(rows) = &task.source else {
            return None;
        };
        let rows: Vec<Vec<(NodeKey, f64)>> = rows
            .iter()
            .map(|row| {
                let states = row.input.iter().map(|&u| task.encode.apply(u));
                task.inputs.iter().copied().zip(states).collect()
            })
            .collect();
        if !(2..=MOST_ROWS).contains(&rows.len()) {
            return None;
        }
        // The rows go on from the one that the document itself shows.
        let is_shown = |row: &Vec<(NodeKey, f64)>| {
            row.iter().all(|&(key, state)| {
                let node = document.network.node(key);
                node.is_some_and(|node| node.value.to_bits() == state.to_bits())
            })
        };
        let row = rows.iter().position(is_shown).unwrap_or(rows.len() - 1);
        Some(Self {
            rows,
            row,
            due: None,
            left: MOST_FLIPS,
        })
    }

    /// The row that is shown.
    pub(crate) fn shown(&self) -> &[(NodeKey, f64)] {
        &self.rows[self.row]
    }

    /// Whose turn it is at this time; while time is held, nobody's.
    pub(crate) fn turn(&mut self, now: f64, is_playing: bool) -> Turn {
        if self.left == 0 {
            return Turn::End;
        }
        if !is_playing {
            self.due = None;
            return Turn::Wait(f64::INFINITY);
        }
        let due = *self.due.get_or_insert(now + EVERY);
        if now < due {
            return Turn::Wait(due - now);
        }
        self.due = Some(now + EVERY);
        self.left -= 1;
        self.row = (self.row + 1) % self.rows.len();
        Turn::Hold(self.rows[self.row].clone())
    }
}

/// Whether a command means that somebody has begun to work: it ends the flipping.
pub(crate) fn is_work(command: &Command) -> bool {
    match command {
        Command::Act(action) => matches!(
            action,
            Action::Train
                | Action::TrainStep
                | Action::Rewind
                | Action::NewSeed
                | Action::Compare
                | Action::Undo
                | Action::Redo
                | Action::ResetState
                | Action::JumpToSteady
        ),
        Command::Live(_)
        | Command::Done(_)
        | Command::LiveAll(_)
        | Command::DoneAll(..)
        | Command::End(_)
        | Command::Perform(..)
        | Command::Insert(..)
        | Command::Device(_)
        | Command::Kick(..)
        | Command::LoadStep(..)
        | Command::Hold(_)
        | Command::Release
        | Command::Scrub(_)
        | Command::StopFlipping => true,
        _ => false,
    }
}

/// Draws the chip over the canvas, if inputs flip or are held.
pub(crate) fn chip_ui(
    ui: &mut Ui,
    area: Rect,
    document: &Document,
    simulation: &Simulation,
    is_flipping: bool,
    commands: &mut Vec<Command>,
) {
    if !is_flipping && !simulation.is_held() {
        return;
    }
    let palette = Palette::current(ui);
    let shown = document.task.as_ref().map(|task| reading(task, simulation));
    let shown = shown.unwrap_or_else(|| "inputs".to_owned());
    let (text, word, tip, command) = if is_flipping {
        (
            format!("{shown}, flipping until you change something"),
            "Stop",
            "Hold the inputs as they are",
            Command::StopFlipping,
        )
    } else {
        (
            format!("{shown}, held"),
            "Let go",
            "Put the inputs back to the values that the network itself has",
            Command::Release,
        )
    };
    let lift = if area.width() < NARROW { HEIGHT } else { 0.0 };
    let bottom = area.bottom() - CORNER[1] - lift;
    let strip = Rect::from_min_max(
        pos2(area.left() + CORNER[0], bottom - HEIGHT),
        pos2(area.right(), bottom),
    );
    ui.scope_builder(
        UiBuilder::new()
            .max_rect(strip)
            .layout(Layout::left_to_right(Align::Center)),
        |ui| {
            ui.spacing_mut().item_spacing.x = theme::STEP;
            ui.label(
                RichText::new(text)
                    .size(theme::SMALL)
                    .color(palette.text)
                    .background_color(palette.background),
            );
            let button = widgets::badge_ui(ui, word, word, palette.accent);
            if button.on_hover_text(tip).clicked() {
                commands.push(command);
            }
        },
    );
}

/// "inputs 1, 0 → 0.98": what is put in and what comes out, in the units of the task.
fn reading(task: &Task, simulation: &Simulation) -> String {
    let input = |&key: &NodeKey| {
        simulation
            .state_of(key)
            .map_or_else(|| "?".to_owned(), |x| short(task.encode.invert(x)))
    };
    let inputs: Vec<String> = task.inputs.iter().take(4).map(input).collect();
    let more = if task.inputs.len() > 4 { ", …" } else { "" };
    let output = match task.outputs.as_slice() {
        [only] => simulation
            .state_of(*only)
            .map(|x| format!(" → {}", number::state(task.decode.invert(x)))),
        _ => None,
    };
    format!(
        "inputs {}{more}{}",
        inputs.join(", "),
        output.unwrap_or_default()
    )
}

/// A number as a row of the task has it.
fn short(value: f64) -> String {
    // Beyond this a rounding of the encoding would show.
    number::short((value * 1e6).round() / 1e6, 3)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::presets::preset;

    #[test]
    fn all_rows_take_turns_and_it_ends() {
        let document = preset("xor").unwrap().load().unwrap().document;
        let mut flipping = Flipping::new(&document).unwrap();
        let mut now = 0.0;
        let mut seen = Vec::new();
        loop {
            match flipping.turn(now, true) {
                Turn::Hold(row) => seen.push(row),
                Turn::Wait(seconds) => now += seconds,
                Turn::End => break,
            }
        }
        assert_eq!(seen.len(), MOST_FLIPS);
        assert!(seen[0] != seen[1] && seen[0] == seen[4]);
        assert!((now - EVERY * MOST_FLIPS as f64).abs() < 1e-9);
    }

    #[test]
    fn nothing_flips_while_time_is_held() {
        let document = preset("xor").unwrap().load().unwrap().document;
        let mut flipping = Flipping::new(&document).unwrap();
        assert_eq!(flipping.turn(0.0, true), Turn::Wait(EVERY));
        assert_eq!(flipping.turn(100.0, false), Turn::Wait(f64::INFINITY));
        assert_eq!(flipping.turn(200.0, true), Turn::Wait(EVERY));
    }
}
