//! What comes up over the window: file names to type, the key sheet, the honest notes.

use std::path::{Path, PathBuf};

use eframe::egui::{self, Context, Frame, Id, Key, Margin, Modal, RichText, TextEdit, Ui, vec2};

use super::command::{Action, Command, Menu};
use super::picture::Asking;
use super::theme::{self, Palette};
use crate::document::Recent;

/// Whether a file is to be read or written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FileUse {
    /// Read.
    Open,
    /// Written.
    Save,
}

/// What is open over the window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Dialog {
    /// A file name is asked for.
    File {
        /// What for.
        purpose: FileUse,
        /// What has been typed.
        path: String,
        /// Whether the desktop's own dialog is offered, too.
        has_browser: bool,
    },
    /// A whole network was pasted: it is offered to open.
    Pasted {
        /// Its name.
        name: String,
        /// How many reservoirs and edges it has.
        size: [usize; 2],
        /// Whether it can be inserted: its platform is that of the open network.
        fits: bool,
    },
    /// What is to be kept of a picture or its numbers, and where.
    Export(Asking),
    /// The key sheet.
    Keys,
    /// What the program is and rests on.
    About {
        /// How the window draws, if that is worth a word.
        drawing: Option<&'static str>,
    },
}

/// Draws the open dialog; returns whether it stays open.
pub(crate) fn dialog_ui(ctx: &Context, dialog: &mut Dialog, commands: &mut Vec<Command>) -> bool {
    let frame = Frame::popup(&ctx.global_style()).inner_margin(Margin::same(18));
    // A place on screen keeps the size of what it showed last, and lays out the next thing within that: each dialog has
    // its own, and another one in a window of another size.
    let kind = match dialog {
        Dialog::File { .. } => "file",
        Dialog::Pasted { .. } => "pasted",
        Dialog::Export(_) => "export",
        Dialog::Keys => "keys",
        Dialog::About { .. } => "about",
    };
    let room = ctx.content_rect().size();
    let place = (kind, room.x.round() as i32, room.y.round() as i32);
    let modal = Modal::new(Id::unique("dialog").with(place)).frame(frame);
    let response = modal.show(ctx, |ui| match dialog {
        Dialog::File {
            purpose,
            path,
            has_browser,
        } => file_ui(ui, *purpose, path, *has_browser, commands),
        Dialog::Pasted { name, size, fits } => pasted_ui(ui, name, *size, *fits, commands),
        Dialog::Export(asking) => asking.ui(ui, commands),
        Dialog::Keys => keys_ui(ui),
        Dialog::About { drawing } => about_ui(ui, *drawing),
    });
    !(response.inner || response.should_close())
}

pub(super) fn title_ui(ui: &mut Ui, text: &str) {
    ui.label(
        RichText::new(text)
            .font(theme::strong(theme::HEADING))
            .color(Palette::current(ui).text),
    );
    ui.add_space(4.0);
}

/// Asks for a path; returns whether it is done.
fn file_ui(
    ui: &mut Ui,
    purpose: FileUse,
    path: &mut String,
    has_browser: bool,
    commands: &mut Vec<Command>,
) -> bool {
    ui.set_width(440.0);
    let (title, button) = match purpose {
        FileUse::Open => ("Open a network", "Open"),
        FileUse::Save => ("Save the network as", "Save"),
    };
    title_ui(ui, title);
    let field = ui.add(
        TextEdit::singleline(path)
            .desired_width(f32::INFINITY)
            .hint_text("path of a .json file"),
    );
    let field = field.accessible_name("path");
    // Asked before the focus is taken back: Enter gives it up.
    let enter = field.lost_focus() && ui.input(|i| i.key_pressed(Key::Enter));
    if !field.has_focus() && ui.memory(|memory| memory.focused().is_none()) {
        field.request_focus();
    }
    let mut is_done = false;
    // Nothing on the disk is lost without a word.
    let replaces = purpose == FileUse::Save && Recent::is_there(Path::new(path.trim()));
    let button = if replaces { "Replace" } else { button };
    if replaces {
        ui.label(
            RichText::new("There is a file of this name; it will be replaced")
                .size(theme::SMALL)
                .color(Palette::current(ui).text),
        );
    }
    ui.add_space(4.0);
    ui.horizontal(|ui| {
        let is_named = !path.trim().is_empty();
        let confirm = ui.add_enabled(is_named, primary(ui, button)).clicked();
        if (confirm || enter) && is_named {
            commands.push(command(purpose, PathBuf::from(path.trim())));
            is_done = true;
        }
        if has_browser
            && ui.button("Browse…").clicked()
            && let Some(chosen) = browse(purpose, path)
        {
            commands.push(command(purpose, chosen));
            is_done = true;
        }
        if ui.button("Cancel").clicked() {
            is_done = true;
        }
    });
    is_done
}

/// Offers to open what was pasted; returns whether it is done.
fn pasted_ui(
    ui: &mut Ui,
    name: &str,
    [nodes, edges]: [usize; 2],
    fits: bool,
    commands: &mut Vec<Command>,
) -> bool {
    ui.set_width(400.0);
    title_ui(ui, "A network was pasted");
    let count = |count: usize, word: &str| match count {
        1 => format!("1 {word}"),
        count => format!("{count} {word}s"),
    };
    let (nodes, edges) = (count(nodes, "reservoir"), count(edges, "edge"));
    let words =
        format!("{name}: {nodes}, {edges}. What is open now is kept and can be brought back.");
    ui.add(egui::Label::new(words).wrap());
    ui.add_space(4.0);
    let mut is_done = false;
    ui.horizontal(|ui| {
        let open = ui.add(primary(ui, "Open it"));
        // Enter opens.
        if ui.memory(|memory| memory.focused().is_none()) {
            open.request_focus();
        }
        let insert = ui
            .add_enabled(fits, egui::Button::new("Insert it here"))
            .on_hover_text("Add its reservoirs and edges to the open network; its task is left out")
            .on_disabled_hover_text("It is of the other platform: they do not mix");
        for (button, opens) in [(open, true), (insert, false)] {
            if button.clicked() {
                commands.push(Command::TakePasted { opens });
                is_done = true;
            }
        }
        is_done |= ui.button("Cancel").clicked();
    });
    is_done
}

fn command(purpose: FileUse, path: PathBuf) -> Command {
    match purpose {
        FileUse::Open => Command::Open(path),
        FileUse::Save => Command::SaveTo(path),
    }
}

/// The desktop's own file dialog; `None` if it was cancelled or there is none.
fn browse(purpose: FileUse, typed: &str) -> Option<PathBuf> {
    let dialog = rfd::FileDialog::new().add_filter("thermonet networks", &["json"]);
    match purpose {
        FileUse::Open => dialog.pick_file(),
        FileUse::Save => {
            let name = Path::new(typed.trim()).file_name().unwrap_or_default();
            dialog.set_file_name(name.to_string_lossy()).save_file()
        }
    }
}

pub(super) fn primary(ui: &Ui, text: &str) -> egui::Button<'static> {
    let palette = Palette::current(ui);
    egui::Button::new(RichText::new(text.to_owned()).color(palette.on_accent)).fill(palette.accent)
}

fn keys_ui(ui: &mut Ui) -> bool {
    let palette = Palette::current(ui);
    title_ui(ui, "Keys and gestures");
    // Nothing here is pressed: rows may be as close as text.
    ui.spacing_mut().interact_size.y = 18.0;
    // Columns of like height; the last takes what the others leave.
    let first = [Menu::File, Menu::Edit];
    let second = [Menu::Build, Menu::Time, Menu::Help];
    let is_left = |menu: &Menu| !first.contains(menu) && !second.contains(menu);
    let columns = [
        first.to_vec(),
        second.to_vec(),
        Menu::ALL.into_iter().filter(is_left).collect(),
    ];
    // A small window scrolls the sheet: nothing on it is out of reach.
    let room = ui.ctx().content_rect().size();
    ui.set_max_width(room.x - DIALOG_FRAME);
    egui::ScrollArea::both()
        .max_height(room.y - SHEET_FRAME)
        .show(ui, |ui| columns_ui(ui, columns));
    ui.add_space(4.0);
    ui.label(
        RichText::new("Esc closes this sheet")
            .size(theme::SMALL)
            .color(palette.dim),
    );
    false
}

/// Height of the sheet's frame, title and last line, and some air around it.
const SHEET_FRAME: f32 = 120.0;

fn columns_ui(ui: &mut Ui, columns: [Vec<Menu>; 3]) {
    ui.horizontal_top(|ui| {
        for menus in columns {
            ui.vertical(|ui| {
                for menu in menus {
                    ui.label(RichText::new(menu.title()).font(theme::strong(theme::BODY)));
                    egui::Grid::new(menu.title())
                        .min_col_width(60.0)
                        .spacing(vec2(8.0, 1.0))
                        .show(ui, |ui| {
                            let actions = Action::ALL.iter().filter(|a| a.menu() == menu);
                            for action in actions {
                                key_row_ui(ui, &action.key_text(), action.text());
                            }
                        });
                    ui.add_space(6.0);
                }
            });
            ui.add_space(16.0);
        }
        ui.vertical(|ui| {
            ui.label(RichText::new("Pointer").font(theme::strong(theme::BODY)));
            egui::Grid::new("pointer")
                .min_col_width(92.0)
                .spacing(vec2(8.0, 3.0))
                .show(ui, |ui| {
                    for (gesture, effect) in [
                        ("click", "select; with Shift, more"),
                        ("double-click", "new reservoir"),
                        ("drag a rim", "new edge"),
                        ("drag a tank", "move it"),
                        ("drag a level", "kick it; a clamp is set"),
                        ("drag empty canvas", "pan"),
                        ("Shift-drag", "select in a box"),
                        ("right click", "what can be done here"),
                        ("wheel", "zoom; never edits a value"),
                        ("double-click a name", "default value"),
                        ("Shift on a slider", "ten times finer"),
                        ("Tab, arrows", "go over the canvas"),
                        ("Enter there", "edit it in the inspector"),
                        ("Shift ↑ ↓ there", "kick it; a clamp is set"),
                    ] {
                        key_row_ui(ui, gesture, effect);
                    }
                });
        });
    });
}

fn key_row_ui(ui: &mut Ui, key: &str, text: &str) {
    let palette = Palette::current(ui);
    ui.label(
        RichText::new(key)
            .font(theme::mono(theme::SMALL))
            .color(palette.accent),
    );
    ui.label(RichText::new(text).color(palette.text));
    ui.end_row();
}

/// The honest notes: what is ours, what is theirs, and what monotonicity does and does not forbid.
const NOTES: [&str; 5] = [
    "A sandbox for thermodynamic networks: finite reservoirs exchange charge or molecules through nonlinear devices \
     and relax to a non-equilibrium steady state; that state is the answer.",
    "The idea is that of “Thermodynamic Networks: Harnessing Non-Equilibrium Steady States for Computation” \
     (Lipka-Bartosik, Blasi, Lalueza Puértolas, Haack, Perarnau-Llobet, Brunner, arXiv:2605.15985). The article does \
     not print its equations. Those used here are our reconstruction from textbook physics; nothing computed here is \
     a replication of its results.",
    "Without negative differential conductance (NDC) the steady response is monotone (Kamke-Müller). This holds for \
     inputs set as reservoir potentials and outputs read from one node. Dual-rail inputs, gate-encoded inputs and the \
     argmax over several outputs escape it without any NDC.",
    "A single dot with passive electrostatics (both lever arms between 0 and 1) never shows NDC. An active gate, a \
     blockade state or a double dot does.",
    "Type faces: Inter and JetBrains Mono, both under the SIL Open Font License 1.1.",
];

/// The width of lines that read well, and that of the frame around a dialog with some air.
const ABOUT: f32 = 520.0;
const DIALOG_FRAME: f32 = 64.0;

fn about_ui(ui: &mut Ui, drawing: Option<&str>) -> bool {
    let room = ui.ctx().content_rect();
    ui.set_width(ABOUT.min(room.width() - DIALOG_FRAME));
    title_ui(ui, "thermonet");
    ui.label(
        RichText::new(concat!("version ", env!("CARGO_PKG_VERSION")))
            .size(theme::SMALL)
            .color(Palette::current(ui).dim),
    );
    ui.add_space(4.0);
    // What is larger than the window scrolls; the button stays.
    egui::ScrollArea::vertical()
        .max_height(room.height() - SHEET_FRAME - 40.0)
        .show(ui, |ui| {
            for note in NOTES.into_iter().chain(drawing) {
                ui.add(egui::Label::new(note).wrap());
                ui.add_space(4.0);
            }
        });
    ui.button("Close").clicked()
}
