//! What a monkey does next: gestures cut into single events.

use std::collections::VecDeque;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use eframe::egui::{
    DroppedFile, Event, Key, Modifiers, MouseWheelSource, MouseWheelUnit, PointerButton, Pos2,
    Rect, TouchPhase, Vec2, pos2, vec2,
};
use egui_kittest::kittest::NodeT as _;
use rand::seq::IndexedRandom as _;
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use thermonet::document::presets::PRESETS;

use super::Window;

/// Sizes of windows people have, in points.
const SIZES: [[f32; 2]; 7] = [
    [800.0, 500.0],
    [1024.0, 600.0],
    [1280.0, 720.0],
    [1280.0, 800.0],
    [1920.0, 1080.0],
    [2560.0, 1440.0],
    [800.0, 1440.0],
];

/// Pixels to a point.
const SCALES: [f32; 5] = [1.0, 1.25, 1.5, 1.75, 2.0];

/// What is typed into whatever has the focus. No word here is one that the eyes look for.
const TEXTS: [&str; 25] = [
    "a",
    "h1",
    "e1",
    "1",
    "-1",
    "0",
    "1e308",
    "-1e308",
    "1e-320",
    "1e999",
    "3,5",
    "0.5",
    " ",
    "x y",
    "sin(pi*x)",
    "((x",
    "x^x",
    "\u{1F300}\u{202e}",
    "ä",
    "network.json",
    "data.csv",
    "broken.json",
    "../up.json",
    "/",
    "*",
];

/// What lies in the clipboard.
const CLIPPINGS: [&str; 6] = [
    "",
    "no network at all",
    "{\"format\": \"thermonet/1\"",
    "{\"format\": \"thermonet/1\", \"platform\": \"electronic\", \"nodes\": [{\"id\": \"a\", \"role\": \"hidden\"}], \"edges\": []}",
    "{\"format\": \"thermonet/1\", \"platform\": \"chemical\", \"nodes\": [{\"id\": \"c\", \"role\": \"output\", \"at\": [1e300, -1e300]}], \"edges\": []}",
    "{\"format\": \"thermonet/1\", \"platform\": \"electronic\", \"nodes\": [{\"id\": \"x\", \"role\": \"input\", \"value\": 1e308}, {\"id\": \"y\", \"role\": \"output\"}], \"edges\": [{\"id\": \"e\", \"from\": \"x\", \"to\": \"y\", \"device\": {\"kind\": \"ohmic\", \"conductance\": 1e300}}]}",
];

/// One event.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Event(Event, Modifiers),
    Size(Vec2, f32),
    Drop(PathBuf),
    /// Nothing for a frame.
    Wait,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Event(Event::Paste(text), _) => {
                write!(f, "paste {:?}", text.chars().take(60).collect::<String>())
            }
            Self::Event(event, modifiers) if modifiers.any() => {
                write!(f, "{event:?} with {modifiers:?}")
            }
            Self::Event(event, _) => write!(f, "{event:?}"),
            other => write!(f, "{other:?}"),
        }
    }
}

impl Step {
    /// Lets it happen, in one frame.
    pub(crate) fn take(self, window: &mut Window) {
        match self {
            Self::Event(event, modifiers) => {
                let events = &mut window.input_mut().events;
                events.push(Event::ModifiersChanged(modifiers));
                events.push(event);
            }
            Self::Size(size, scale) => {
                window.set_pixels_per_point(scale);
                window.set_size(size);
            }
            Self::Drop(path) => {
                window
                    .input_mut()
                    .dropped_files
                    .push(Arc::new(Dropped(path)));
            }
            Self::Wait => {}
        }
        window.step();
    }
}

#[derive(Debug)]
struct Dropped(PathBuf);

impl DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        std::fs::read(&self.0).map_err(|error| error.to_string())
    }
}

/// A monkey's hand.
pub(crate) struct Hand {
    rng: ChaCha8Rng,
    files: Vec<PathBuf>,
    steps: VecDeque<Step>,
    at: Pos2,
    size: Vec2,
}

impl Hand {
    /// A hand with some files to drop, which are written into `folder`.
    pub(crate) fn new(seed: u64, sitting: u64, folder: &Path) -> Self {
        let own = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ sitting;
        let mut files = Vec::new();
        let mut file = |name: &str, bytes: &[u8]| {
            let path = folder.join(name);
            std::fs::write(&path, bytes).expect("a folder for temporary files");
            files.push(path);
        };
        for preset in PRESETS.iter().filter(|preset| preset.source.len() < 12_000) {
            file(&format!("{}.json", preset.name), preset.source.as_bytes());
        }
        file("half.json", &PRESETS[0].source.as_bytes()[..300]);
        file("binary.json", &[0x7F, b'E', b'L', b'F', 0, 0, 1, 255]);
        file("rows.csv", b"x,y\n0,0\n1,0.5\n2,0.25\n");
        file("bad.csv", b"x,y\n0,zero\n1\n");
        file("other.txt", b"neither");
        files.push(folder.join("gone.json"));
        Self {
            rng: ChaCha8Rng::seed_from_u64(own),
            files,
            steps: VecDeque::new(),
            at: pos2(640.0, 360.0),
            size: vec2(1280.0, 720.0),
        }
    }

    /// The next event on this window.
    pub(crate) fn next(&mut self, window: &Window) -> Step {
        loop {
            if let Some(step) = self.steps.pop_front() {
                return step;
            }
            self.gesture(window);
        }
    }

    fn gesture(&mut self, window: &Window) {
        match self.rng.random_range(0..100) {
            0..28 => {
                let to = self.place(window);
                let double = self.rng.random_bool(0.2);
                self.click(to, double);
            }
            28..44 => {
                let from = self.place(window);
                let to = if self.rng.random_bool(0.5) {
                    from + vec2(
                        self.rng.random_range(-150.0..150.0),
                        self.rng.random_range(-150.0..150.0),
                    )
                } else {
                    self.place(window)
                };
                self.drag(from, to);
            }
            44..50 => self.wheel(window),
            50..76 => {
                // All keys, but mostly those that people press.
                let usual =
                    &Key::ALL[..Key::ALL.iter().position(|key| *key == Key::F2).unwrap_or(1)];
                let keys = if self.rng.random_bool(0.8) {
                    usual
                } else {
                    Key::ALL
                };
                let key = *keys.choose(&mut self.rng).unwrap_or(&Key::A);
                let modifiers = self.modifiers();
                self.key(key, modifiers);
            }
            76..82 => {
                // What is used most, and the ways out.
                let keys = [
                    (Key::Z, Modifiers::COMMAND),
                    (Key::Z, Modifiers::COMMAND | Modifiers::SHIFT),
                    (Key::A, Modifiers::COMMAND),
                    (Key::D, Modifiers::COMMAND),
                    (Key::Escape, Modifiers::NONE),
                    (Key::Enter, Modifiers::NONE),
                    (Key::Tab, Modifiers::NONE),
                    (Key::Tab, Modifiers::SHIFT),
                    (Key::Delete, Modifiers::NONE),
                    (Key::G, Modifiers::NONE),
                    (Key::L, Modifiers::COMMAND),
                ];
                let (key, modifiers) = *keys.choose(&mut self.rng).unwrap_or(&keys[0]);
                self.key(key, modifiers);
            }
            82..89 => self.type_text(),
            89..93 => {
                let clipping = match self.rng.random_range(0..3) {
                    0 => Event::Copy,
                    1 => Event::Cut,
                    _ => Event::Paste(self.clipping()),
                };
                self.push(clipping, Modifiers::NONE);
            }
            93..95 => {
                let [x, y] = *SIZES.choose(&mut self.rng).unwrap_or(&SIZES[0]);
                let scale = *SCALES.choose(&mut self.rng).unwrap_or(&1.0);
                self.size = vec2(x, y);
                self.steps.push_back(Step::Size(self.size, scale));
            }
            95 => {
                if let Some(path) = self.files.choose(&mut self.rng).cloned() {
                    self.steps.push_back(Step::Drop(path));
                }
            }
            96 => self.push(Event::PointerGone, Modifiers::NONE),
            97 => {
                let focused = self.rng.random();
                self.push(Event::WindowFocused(focused), Modifiers::NONE);
            }
            _ => {
                let pause = self.rng.random_range(1..6);
                self.steps.extend(std::iter::repeat_n(Step::Wait, pause));
            }
        }
    }

    fn wheel(&mut self, window: &Window) {
        let to = self.place(window);
        self.go(to);
        let unit = if self.rng.random_bool(0.7) {
            MouseWheelUnit::Point
        } else {
            MouseWheelUnit::Line
        };
        let delta = vec2(
            self.rng.random_range(-30.0..30.0),
            self.rng.random_range(-200.0..200.0),
        );
        let modifiers = self.modifiers();
        let wheel = Event::MouseWheel {
            unit,
            delta,
            phase: TouchPhase::Move,
            source: MouseWheelSource::Wheel,
            modifiers,
        };
        self.push(wheel, modifiers);
    }

    fn type_text(&mut self) {
        let text = (*TEXTS.choose(&mut self.rng).unwrap_or(&"a")).to_owned();
        if self.rng.random_bool(0.5) {
            self.key(Key::A, Modifiers::COMMAND);
        }
        self.push(Event::Text(text), Modifiers::NONE);
        if self.rng.random_bool(0.6) {
            self.key(Key::Enter, Modifiers::NONE);
        }
    }

    fn clipping(&mut self) -> String {
        let preset = PRESETS[self.rng.random_range(0..PRESETS.len())].source;
        let clipping = CLIPPINGS.choose(&mut self.rng).unwrap_or(&"");
        match self.rng.random_range(0..8) {
            0 if preset.len() < 12_000 => preset.to_owned(),
            1 => preset
                .chars()
                .take(self.rng.random_range(0..2_000))
                .collect(),
            _ => (*clipping).to_owned(),
        }
    }

    fn push(&mut self, event: Event, modifiers: Modifiers) {
        self.steps.push_back(Step::Event(event, modifiers));
    }

    fn modifiers(&mut self) -> Modifiers {
        match self.rng.random_range(0..10) {
            0 => Modifiers::SHIFT,
            1 | 2 => Modifiers::COMMAND,
            3 => Modifiers::COMMAND | Modifiers::SHIFT,
            4 => Modifiers::ALT,
            _ => Modifiers::NONE,
        }
    }

    fn key(&mut self, key: Key, modifiers: Modifiers) {
        for pressed in [true, false] {
            let event = Event::Key {
                key,
                physical_key: None,
                pressed,
                repeat: false,
                modifiers,
            };
            self.push(event, modifiers);
        }
    }

    /// Somewhere on the window: anywhere, or where something is.
    fn place(&mut self, window: &Window) -> Pos2 {
        let zoom = window.ctx.zoom_factor();
        let whole = Rect::from_min_size(Pos2::ZERO, self.size / zoom);
        if self.rng.random_bool(0.55) {
            let rects: Vec<Rect> = window
                .root()
                .children_recursive()
                .filter(|node| node.accesskit_node().bounding_box().is_some())
                .map(|node| node.rect())
                .filter(|rect| whole.intersects(*rect) && rect.area() < 0.1 * whole.area())
                .collect();
            if let Some(rect) = rects.choose(&mut self.rng) {
                let share = vec2(
                    self.rng.random_range(0.0..1.0),
                    self.rng.random_range(0.0..1.0),
                );
                return rect.min + share * rect.size();
            }
        }
        let share = vec2(
            self.rng.random_range(0.0..1.0),
            self.rng.random_range(0.0..1.0),
        );
        (share * whole.size()).to_pos2()
    }

    fn go(&mut self, to: Pos2) {
        self.at = to;
        self.push(Event::PointerMoved(to), Modifiers::NONE);
    }

    fn button(&mut self, button: PointerButton, pressed: bool, modifiers: Modifiers) {
        let event = Event::PointerButton {
            pos: self.at,
            button,
            pressed,
            modifiers,
        };
        self.push(event, modifiers);
    }

    fn click(&mut self, at: Pos2, is_double: bool) {
        self.go(at);
        let modifiers = self.modifiers();
        let button = match self.rng.random_range(0..8) {
            0 => PointerButton::Secondary,
            1 if self.rng.random_bool(0.3) => PointerButton::Middle,
            _ => PointerButton::Primary,
        };
        for _ in 0..=usize::from(is_double) {
            self.button(button, true, modifiers);
            self.button(button, false, modifiers);
        }
    }

    fn drag(&mut self, from: Pos2, to: Pos2) {
        self.go(from);
        let modifiers = self.modifiers();
        self.button(PointerButton::Primary, true, modifiers);
        for k in 1..=3_u8 {
            self.go(from.lerp(to, f32::from(k) / 3.0));
        }
        // Now and then something else happens on the way.
        if self.rng.random_bool(0.15) {
            let key = *[Key::Escape, Key::Delete, Key::Z, Key::Space]
                .choose(&mut self.rng)
                .unwrap_or(&Key::Escape);
            let modifiers = self.modifiers();
            self.key(key, modifiers);
        }
        self.button(PointerButton::Primary, false, modifiers);
    }
}
