//! The presets as a gallery: each drawn from its file beside the window, one after the other, while the gallery is open.

use eframe::egui::{
    Color32, ColorImage, Context, Rect, Role, Sense, Stroke, StrokeKind, TextureHandle,
    TextureOptions, Ui, Vec2, WidgetInfo, pos2, vec2,
};

use super::command::Command;
use super::editor::Editor;
use super::picture::thumbnail;
use super::theme::{self, Palette};
use crate::document::presets::{PRESETS, Preset};
use crate::job::{Event, Worker};

/// The size of a thumbnail, in points: ten tanks can still be told apart.
const SIZE: Vec2 = vec2(152.0, 86.0);

/// Pixels to a point: sharp on fine screens, too.
const SCALE: f32 = 2.0;

/// Height of the name under a thumbnail, and the gap between two of them.
const NAME: f32 = 20.0;
const GAP: f32 = 8.0;

/// What the menu bar and the frame of the menu take of the window's height and width.
const ABOVE: f32 = 72.0;
const BESIDE: f32 = 48.0;

/// The most thumbnails side by side.
const MOST_COLUMNS: usize = 4;

/// What a thumbnail shows: a preset, in dark colours or light ones.
type Key = (&'static str, bool);

/// The thumbnails that have been drawn.
pub(crate) struct Gallery {
    /// Draws a preset; nothing if it cannot be drawn.
    worker: Option<Worker<(&'static Preset, bool), Option<ColorImage>>>,
    ordered: Option<Key>,
    /// A preset that cannot be drawn has none, and is not tried again.
    kept: Vec<(Key, Option<TextureHandle>)>,
}

impl Gallery {
    /// An empty one; the thread that draws wakes `ctx` when there is something to see.
    pub(crate) fn new(ctx: &Context) -> Self {
        let waker = ctx.clone();
        let worker = Worker::spawn(
            "thumbnails",
            move || waker.request_repaint(),
            |(preset, is_dark): (&Preset, bool), _| {
                let document = preset.load().ok()?.document;
                thumbnail(document, is_dark, SIZE, SCALE).ok()
            },
        );
        Self {
            worker: worker.ok(),
            ordered: None,
            kept: Vec::new(),
        }
    }

    /// Whether a thumbnail is being drawn.
    pub(crate) fn is_busy(&self) -> bool {
        self.ordered.is_some()
    }

    /// Takes in what has been drawn.
    pub(crate) fn listen(&mut self, ctx: &Context) {
        if let Some(event) = self.worker.as_mut().and_then(Worker::poll)
            && let Some(key) = self.ordered.take()
        {
            let texture = match event {
                Event::Done(image) => image.map(|image| {
                    let (name, is_dark) = key;
                    let name = format!("preset {name}, dark: {is_dark}");
                    ctx.load_texture(name, image, TextureOptions::LINEAR)
                }),
                Event::Failed(_) => None,
            };
            self.kept.push((key, texture));
        }
    }

    /// The thumbnail of a preset, if there is one yet; the first that is missing is ordered.
    fn picture(&mut self, preset: &'static Preset, is_dark: bool) -> Option<&TextureHandle> {
        let key = (preset.name, is_dark);
        let known = self.kept.iter().position(|(kept, _)| *kept == key);
        if known.is_none()
            && self.ordered.is_none()
            && let Some(worker) = &mut self.worker
        {
            worker.submit((preset, is_dark));
            self.ordered = Some(key);
        }
        self.kept.get(known?)?.1.as_ref()
    }

    /// Draws the gallery; a click opens a preset.
    pub(crate) fn ui(&mut self, ui: &mut Ui, editor: &Editor, commands: &mut Vec<Command>) {
        let room = ui.ctx().content_rect().size() - vec2(BESIDE, ABOVE);
        let columns = (room.x / (SIZE.x + GAP)) as usize;
        let columns = columns.clamp(1, MOST_COLUMNS);
        let rows = PRESETS.len().div_ceil(columns) as f32;
        let height = (rows * (SIZE.y + NAME + GAP)).min(room.y).max(SIZE.y);
        ui.spacing_mut().item_spacing = Vec2::splat(GAP);
        eframe::egui::ScrollArea::vertical()
            .max_height(height)
            // A menu by itself would be content with less.
            .min_scrolled_height(height)
            .show(ui, |ui| {
                for row in PRESETS.chunks(columns) {
                    ui.horizontal(|ui| {
                        for preset in row {
                            let is_open =
                                editor.path().is_none() && editor.network().name == preset.title;
                            self.preset_ui(ui, preset, is_open, commands);
                        }
                    });
                }
            });
    }

    fn preset_ui(
        &mut self,
        ui: &mut Ui,
        preset: &'static Preset,
        is_open: bool,
        commands: &mut Vec<Command>,
    ) {
        let palette = Palette::current(ui);
        let size = SIZE + vec2(0.0, NAME);
        let (rect, response) = ui.allocate_exact_size(size, Sense::click());
        response.widget_info(|| WidgetInfo::selected(Role::Button, true, is_open, preset.title));
        let picture = Rect::from_min_size(rect.min, SIZE);
        let painter = ui.painter_at(rect);
        painter.rect_filled(picture, 6.0, palette.background);
        let is_dark = ui.visuals().dark_mode;
        if let Some(texture) = self.picture(preset, is_dark) {
            let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
            painter.image(texture.id(), picture, whole, Color32::WHITE);
        }
        let frame = if response.hovered() || response.has_focus() {
            Stroke::new(2.0, palette.text)
        } else if is_open {
            Stroke::new(2.0, palette.accent)
        } else {
            Stroke::new(1.0, palette.line)
        };
        painter.rect_stroke(picture, 6.0, frame, StrokeKind::Inside);
        painter.text(
            picture.left_bottom() + vec2(4.0, 3.0),
            eframe::egui::Align2::LEFT_TOP,
            preset.title,
            theme::plain(theme::SMALL),
            palette.text,
        );
        let response = response.on_hover_ui(|ui| {
            if let Ok(loaded) = preset.load() {
                ui.set_max_width(320.0);
                ui.label(loaded.document.network.description);
            }
        });
        if response.clicked() {
            commands.push(Command::Preset(preset.name));
            ui.close();
        }
    }
}
