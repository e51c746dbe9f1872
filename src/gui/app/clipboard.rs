//! The clipboard: parts of networks are inserted, whole networks are offered to open.

use eframe::egui::{Context, Pos2};

use super::App;
use crate::device::Platform;
use crate::document::insertion::{fragment, insertion_of};
use crate::document::notes::{CanvasNote, free, notes, with_notes};
use crate::document::{Document, pasteable};
use crate::gui::canvas::snapped;
use crate::gui::dialogs::Dialog;
use crate::gui::editor::Editor;
use crate::gui::situation::{self, rejection};
use crate::network::Network;

/// How far beside itself a selection is duplicated, in canvas points: a tank and a bit.
const BESIDE: f64 = 60.0;

impl App {
    /// The selection as a document of its own; `None` if nothing is selected.
    fn part(&self) -> Option<Document> {
        let selection = self.present();
        if selection.is_empty() {
            return None;
        }
        let document = self.editor.document();
        let mut part = Document::new(fragment(&document.network, &selection));
        part.network.name.clone_from(&document.network.name);
        let mut copied = self.canvas_notes();
        copied.retain(|note| selection.notes.contains(&note.id));
        part.app = with_notes(&part.app, &copied);
        Some(part)
    }

    /// Puts the selection on the clipboard.
    pub(super) fn copy(&mut self, ctx: &Context) {
        match self.part() {
            Some(part) => {
                ctx.copy_text(pasteable::part_to_text(part));
            }
            None => self.say("Nothing is selected"),
        }
    }

    /// Adds the selection once more.
    pub(super) fn duplicate(&mut self) {
        match self.part() {
            Some(part) => self.insert_part("duplicate", &part, |[x, y]| [x + BESIDE, y + BESIDE]),
            None => self.say("Nothing is selected"),
        }
    }

    /// Puts the whole document on the clipboard, as a short line.
    pub(super) fn copy_as_text(&mut self, ctx: &Context) {
        let line = pasteable::to_line(self.editor.document());
        self.say(&format!(
            "{} is on the clipboard, in {} letters; pasted here or in another window it opens",
            self.editor.network().name,
            line.len()
        ));
        ctx.copy_text(line);
    }

    /// Takes in what a text describes: a part is inserted, a whole network is offered to open.
    pub(super) fn paste(&mut self, text: &str) {
        let pasted = match pasteable::from_text(text) {
            None => {
                self.message = Some(situation::no_network(text));
                return;
            }
            Some(Err(rejected)) => {
                self.message = Some(rejection("What was pasted", &rejected));
                return;
            }
            Some(Ok(loaded)) => loaded.document,
        };
        if pasteable::is_part(&pasted) {
            self.paste_part(&pasted);
        } else if self.editor.network().nodes().is_empty() && !self.editor.is_unsaved() {
            // Nothing is in the way.
            self.open(Editor::pasted(pasted));
        } else {
            let network = &pasted.network;
            self.dialog = Some(Dialog::Pasted {
                name: network.name.clone(),
                size: [network.nodes().len(), network.edges().len()],
                fits: network.platform() == self.editor.network().platform(),
            });
            self.pasted = Some(pasted);
        }
    }

    /// Opens the network that was pasted, or inserts it.
    pub(super) fn take_pasted(&mut self, opens: bool) {
        let Some(pasted) = self.pasted.take() else {
            return;
        };
        if opens {
            self.open(Editor::pasted(pasted));
            return;
        }
        self.paste_part(&pasted);
        if pasted.task.is_some() {
            self.say("Inserted without its task; opening it takes that, too");
        }
    }

    /// Adds a part with its middle at the hand's place.
    fn paste_part(&mut self, part: &Document) {
        let platforms = (part.network.platform(), self.editor.network().platform());
        if platforms.0 != platforms.1 {
            let name = |platform: Platform| platform.name();
            self.say(&format!(
                "What was copied is {}, and this network is {}: they do not mix",
                name(platforms.0),
                name(platforms.1)
            ));
            return;
        }
        let middle = middle(part);
        let mut place = self.view.hand.place();
        if self.view.is_snapping {
            place = snapped(place);
        }
        let way = place - middle;
        let way = self.clear_way(part, [f64::from(way.x), f64::from(way.y)]);
        self.insert_part("paste", part, |[x, y]| [x + way[0], y + way[1]]);
    }

    /// A way like `way`, on which no reservoir of the part comes to lie over one that is there.
    fn clear_way(&self, part: &Document, mut way: [f64; 2]) -> [f64; 2] {
        /// Tanks nearer than this hide one another.
        const NEAR: f64 = 40.0;
        /// Pairs beyond which looking for room would be felt.
        const MOST_PAIRS: usize = 1_000_000;
        let places = |network: &Network| -> Vec<[f64; 2]> {
            network.nodes().iter().filter_map(|node| node.at).collect()
        };
        let (new, old) = (places(&part.network), places(self.editor.network()));
        let is_near =
            |a: [f64; 2], b: [f64; 2]| (a[0] - b[0]).abs() < NEAR && (a[1] - b[1]).abs() < NEAR;
        if new.len() * old.len() > MOST_PAIRS {
            return way;
        }
        for _ in 0..20 {
            let covers = |at: &[f64; 2]| {
                let moved = [at[0] + way[0], at[1] + way[1]];
                old.iter().any(|&there| is_near(moved, there))
            };
            if !new.iter().any(covers) {
                break;
            }
            way = way.map(|x| x + BESIDE);
        }
        way
    }

    fn insert_part(&mut self, name: &str, part: &Document, moved: impl Fn([f64; 2]) -> [f64; 2]) {
        let round = |at: [f64; 2]| moved(at).map(|x| (x * 100.0).round() / 100.0);
        let mut insertion = insertion_of(&part.network);
        for node in &mut insertion.nodes {
            node.at = node.at.map(round);
        }
        let added = notes(&part.app);
        if !added.is_empty() {
            let mut all = self.canvas_notes();
            for note in added {
                let id = free(&all);
                insertion.notes.push(id);
                all.push(CanvasNote {
                    id,
                    at: round(note.at),
                    ..note
                });
            }
            insertion.app = Some(with_notes(&self.editor.document().app, &all));
        }
        if insertion.is_empty() {
            self.say("There is nothing in it to paste");
        } else {
            let is_first = self.editor.network().nodes().is_empty();
            self.insert(name, &insertion);
            if is_first {
                self.view.camera = None;
            }
        }
    }
}

/// The middle of what a document has on the canvas.
fn middle(document: &Document) -> Pos2 {
    let network: &Network = &document.network;
    let nodes = network.nodes().iter().filter_map(|node| node.at);
    let notes = notes(&document.app);
    let bounds = nodes
        .chain(notes.iter().map(|note| note.at))
        .map(|[x, y]| Pos2::new(x as f32, y as f32))
        .fold(eframe::egui::Rect::NOTHING, |mut bounds, at| {
            bounds.extend_with(at);
            bounds
        });
    if bounds.is_finite() {
        bounds.center()
    } else {
        Pos2::ZERO
    }
}
