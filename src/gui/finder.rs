//! The command palette: any command, preset, reservoir, edge or note by a few letters of its name.

mod matching;

use eframe::egui::{
    self, Align, Align2, Context, CornerRadius, Frame, Id, Key, Layout, Margin, Modal, Modifiers,
    Response, RichText, Role, Sense, TextEdit, Ui, WidgetInfo, vec2,
};

use super::command::{Action, Command};
use super::editor::Editor;
use super::menu;
use super::theme::{self, Palette};
use crate::document::notes::notes;
use crate::document::presets::PRESETS;
use crate::document::{Element, Selection};
use crate::network::{Network, Node};

/// Rows that can be seen at once: as many as leave some of the canvas in view on a screen of 720 points.
const ROWS: usize = 12;

/// Height of a row.
const ROW: f32 = 24.0;

/// Width of the list: a name, what it is, and a key.
const WIDTH: f32 = 520.0;

/// What is found by a name.
#[derive(Clone, Debug, PartialEq)]
enum Goal {
    /// Something to do.
    Act(Action),
    /// A network to open.
    Preset(&'static str),
    /// A part of the network to select and go to.
    Part(Element),
    /// A note to select and go to.
    Note(u64),
}

/// One thing with a name.
#[derive(Clone, Debug, PartialEq)]
struct Entry {
    /// What it is called.
    name: String,
    /// What it is: the menu of a command, the ends of an edge.
    kind: String,
    /// More words by which it may be looked for.
    more: &'static str,
    goal: Goal,
}

/// The open palette.
#[derive(Clone, Debug)]
pub(crate) struct Finder {
    query: String,
    entries: Vec<Entry>,
    /// What matches, the best first.
    found: Vec<usize>,
    /// Position in `found` of the one that Enter takes.
    cursor: usize,
    /// The row to be scrolled to: the keyboard has moved.
    is_moved: bool,
}

impl Finder {
    /// A palette of everything there is now. `kept` is the unsaved document that can be brought back.
    pub(crate) fn new(editor: &Editor, kept: Option<&Editor>) -> Self {
        let entries = entries(editor, kept);
        Self {
            found: (0..entries.len()).collect(),
            query: String::new(),
            entries,
            cursor: 0,
            is_moved: false,
        }
    }

    fn search(&mut self) {
        self.found = matching::ranked(&self.entries, &self.query);
        self.cursor = 0;
        self.is_moved = true;
    }

    /// The arrows, Page Up and Page Down move the cursor, round the ends; Enter takes what is there.
    fn keys(&mut self, ui: &Ui) -> bool {
        let presses = |key| ui.input_mut(|i| i.count_and_consume_key(Modifiers::NONE, key));
        let count = self.found.len();
        let steps = [(Key::ArrowDown, 1), (Key::ArrowUp, count.saturating_sub(1))];
        for (key, step) in steps {
            for _ in 0..presses(key) {
                self.cursor = (self.cursor + step) % count.max(1);
                self.is_moved = true;
            }
        }
        let down = ROWS * presses(Key::PageDown);
        let up = ROWS * presses(Key::PageUp);
        if down + up > 0 {
            let last = count.saturating_sub(1);
            self.cursor = (self.cursor + down).saturating_sub(up).min(last);
            self.is_moved = true;
        }
        presses(Key::Enter) > 0
    }

    fn chosen(&self) -> Option<Command> {
        let entry = &self.entries[*self.found.get(self.cursor)?];
        Some(entry.command())
    }
}

impl Entry {
    fn command(&self) -> Command {
        match self.goal {
            Goal::Act(action) => Command::Act(action),
            Goal::Preset(name) => Command::Preset(name),
            Goal::Part(element) => Command::Show(super::view::selection_of(Some(element))),
            Goal::Note(id) => {
                let mut selection = Selection::default();
                selection.notes.insert(id);
                Command::Show(selection)
            }
        }
    }

    fn key(&self) -> Option<String> {
        match self.goal {
            Goal::Act(action) => Some(action.key_text()),
            _ => None,
        }
    }
}

/// Commands first, in the order of the menus; then presets, reservoirs, edges and notes.
fn entries(editor: &Editor, kept: Option<&Editor>) -> Vec<Entry> {
    let mut entries = Vec::new();
    for action in Action::ALL {
        // Finding is under way.
        if action == Action::Find {
            continue;
        }
        let Some((name, true)) = menu::entry(action, editor, kept) else {
            continue;
        };
        entries.push(Entry {
            name,
            kind: format!("{} menu", action.menu().title()),
            more: action.tip(),
            goal: Goal::Act(action),
        });
    }
    for preset in PRESETS {
        entries.push(Entry {
            name: preset.title.to_owned(),
            kind: "preset".to_owned(),
            more: preset.name,
            goal: Goal::Preset(preset.name),
        });
    }
    parts(editor.network(), &mut entries);
    for note in notes(&editor.document().app) {
        entries.push(Entry {
            name: note.text.lines().next().unwrap_or_default().to_owned(),
            kind: "note".to_owned(),
            more: "",
            goal: Goal::Note(note.id),
        });
    }
    entries
}

fn parts(network: &Network, entries: &mut Vec<Entry>) {
    // A label hides the id on the canvas, but not from those who look for it.
    let named = |id: &str, title: &str| {
        if id == title {
            id.to_owned()
        } else {
            format!("{title} ({id})")
        }
    };
    for node in network.nodes() {
        entries.push(Entry {
            name: named(&node.id, node.title()),
            kind: format!("{} reservoir", node.role.name()),
            more: "",
            goal: Goal::Part(Element::Node(node.key())),
        });
    }
    let title = |key| network.node(key).map_or("?", Node::title);
    for edge in network.edges() {
        let kind = edge.device.kind().title();
        entries.push(Entry {
            name: named(&edge.id, edge.title()),
            kind: format!("{} → {}, {kind}", title(edge.from), title(edge.to)),
            more: "",
            goal: Goal::Part(Element::Edge(edge.key())),
        });
    }
}

/// Draws the palette; returns whether it stays open.
pub(crate) fn finder_ui(ctx: &Context, finder: &mut Finder, commands: &mut Vec<Command>) -> bool {
    let id = Id::unique("finder");
    let palette = Palette::in_force(ctx);
    let frame = Frame::popup(&ctx.global_style()).inner_margin(Margin::same(12));
    let area = Modal::default_area(id).anchor(Align2::CENTER_TOP, vec2(0.0, 56.0));
    let modal = Modal::new(id).area(area).frame(frame);
    let response = modal.show(ctx, |ui| {
        let room = ctx.content_rect().size();
        ui.set_width(WIDTH.min(room.x - 64.0));
        let mut is_taken = finder.keys(ui);
        field_ui(ui, finder);
        ui.add_space(4.0);
        let height = (ROW * ROWS as f32).min(room.y - 200.0);
        let is_moved = std::mem::take(&mut finder.is_moved);
        let mut scroll = egui::ScrollArea::vertical()
            .max_height(height)
            .auto_shrink([false, true]);
        if is_moved {
            // The row under the cursor in the middle, where that is possible.
            let offset = ROW * finder.cursor as f32 - 0.5 * (height - ROW);
            scroll = scroll.vertical_scroll_offset(offset.max(0.0));
        }
        ui.spacing_mut().item_spacing.y = 0.0;
        scroll.show_rows(ui, ROW, finder.found.len(), |ui, rows| {
            for k in rows {
                let entry = &finder.entries[finder.found[k]];
                let row = row_ui(ui, entry, k == finder.cursor);
                if row.clicked() {
                    finder.cursor = k;
                    is_taken = true;
                }
            }
        });
        if finder.found.is_empty() {
            ui.label(RichText::new("Nothing of that name").color(palette.dim));
        }
        ui.add_space(6.0);
        let words = "↑ ↓ choose   Enter does it, or goes there   Esc closes";
        ui.label(RichText::new(words).size(theme::SMALL).color(palette.dim));
        is_taken
    });
    if response.inner {
        commands.extend(finder.chosen());
    }
    !(response.inner || response.should_close())
}

fn field_ui(ui: &mut Ui, finder: &mut Finder) {
    let field = ui.add(
        TextEdit::singleline(&mut finder.query)
            .desired_width(f32::INFINITY)
            .hint_text("a command, preset, reservoir, edge or note"),
    );
    let field = field.accessible_name("find");
    if field.changed() {
        finder.search();
    }
    if !field.has_focus() {
        field.request_focus();
    }
}

/// One row: the name left, what it is beside it, the key right.
fn row_ui(ui: &mut Ui, entry: &Entry, is_current: bool) -> Response {
    let palette = Palette::current(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
    let label = format!("{}, {}", entry.name, entry.kind);
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, is_current, &label));
    if is_current || response.hovered() {
        let fill = if is_current {
            palette.accent.gamma_multiply(0.25)
        } else {
            palette.raised
        };
        ui.painter().rect_filled(rect, CornerRadius::same(5), fill);
    }
    let inside = egui::UiBuilder::new()
        .max_rect(rect.shrink2(vec2(8.0, 0.0)))
        .layout(Layout::right_to_left(Align::Center));
    ui.scope_builder(inside, |ui| {
        if let Some(key) = entry.key() {
            ui.label(
                RichText::new(key)
                    .font(theme::mono(theme::SMALL))
                    .color(palette.accent),
            );
        }
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            ui.label(RichText::new(&entry.name).color(palette.text));
            let kind = RichText::new(&entry.kind)
                .size(theme::SMALL)
                .color(palette.dim);
            ui.add(egui::Label::new(kind).truncate());
        });
    });
    response
}
