//! What a frame of the window costs without a graphics card: logic, user interface and tessellation of the real window,
//! beside the aim for each network.
//!
//! `cargo bench --bench window` prints medians and 95th percentiles; a word filters the cases. Two times are given: that
//! on the clock, and that of the processor in the window's own thread, which other programs do not lengthen.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a failed setup ends the measurement, and the figures are its output"
)]

#[path = "../tests/large/mod.rs"]
mod large;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use eframe::App as _;
use eframe::egui::{
    Context, DroppedFile, Event, Key, Modifiers, MouseWheelSource, MouseWheelUnit, PointerButton,
    Pos2, RawInput, Rect, TouchPhase, pos2, vec2,
};
use thermonet::gui::{App, Start};

/// Size of the window in points.
const SIZE: [f32; 2] = [1280.0, 720.0];

/// Frames measured of each case: enough for a 95th percentile.
const FRAMES: usize = 300;

/// Time between two frames at sixty a second.
const FRAME: f64 = 1.0 / 60.0;

/// A file that falls on the window.
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

/// The window without a screen.
struct Screen {
    ctx: Context,
    app: App,
    frame: eframe::Frame,
    time: f64,
    /// Falls on the window in the next frame.
    dropped: Option<Arc<Dropped>>,
    /// Vertices drawn in the last frame.
    vertices: usize,
    _folder: tempfile::TempDir,
}

/// What a frame took.
#[derive(Clone, Copy, Default)]
struct Cost {
    wall: f64,
    cpu: f64,
}

/// Processor time of this thread in seconds, where the system tells it.
fn cpu() -> Option<f64> {
    // The system brings its books up to date when the thread offers to make room.
    std::thread::yield_now();
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds: f64 = text.split_whitespace().next()?.parse().ok()?;
    Some(1e-9 * nanoseconds)
}

fn measured(work: impl FnOnce()) -> Cost {
    let cpu_start = cpu();
    let start = Instant::now();
    work();
    let wall = start.elapsed().as_secs_f64();
    let cpu = match (cpu_start, cpu()) {
        (Some(start), Some(end)) => end - start,
        _ => wall,
    };
    Cost { wall, cpu }
}

impl Screen {
    fn open(json: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("network.json");
        std::fs::write(&path, json).unwrap();
        let start = Start {
            file: Some(path),
            state_folder: Some(folder.path().into()),
            ..Start::default()
        };
        let ctx = Context::default();
        let app = App::new(&eframe::CreationContext::_new_kittest(ctx.clone()), &start);
        Self {
            ctx,
            app,
            frame: eframe::Frame::_new_kittest(),
            time: 0.0,
            dropped: None,
            vertices: 0,
            _folder: folder,
        }
    }

    /// One frame with these events, in all that the processor does for it.
    fn frame(&mut self, events: Vec<Event>) -> Cost {
        self.time += FRAME;
        let input = RawInput {
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, SIZE.into())),
            time: Some(self.time),
            dropped_files: self
                .dropped
                .take()
                .map(|file| file as Arc<dyn DroppedFile + Send + Sync>)
                .into_iter()
                .collect(),
            events,
            ..RawInput::default()
        };
        let Self {
            ctx,
            app,
            frame,
            vertices,
            ..
        } = self;
        measured(|| {
            let mut output = ctx.run_ui(input, |ui| {
                app.logic(ui.ctx(), frame);
                app.ui(ui, frame);
            });
            // The graphics card would take them.
            output.textures_delta.clear();
            let clipped = ctx.tessellate(output.shapes, output.pixels_per_point);
            *vertices = clipped
                .iter()
                .map(|part| match &part.primitive {
                    eframe::egui::epaint::Primitive::Mesh(mesh) => mesh.vertices.len(),
                    eframe::egui::epaint::Primitive::Callback(_) => 0,
                })
                .sum();
        })
    }

    /// Frames at the pace of a screen until something holds.
    fn until(&mut self, holds: impl Fn(&App) -> bool, longest: Duration) -> Vec<Cost> {
        let start = Instant::now();
        let mut costs = Vec::new();
        while !holds(&self.app) && start.elapsed() < longest {
            costs.push(self.paced(Vec::new()));
        }
        costs
    }

    fn paced(&mut self, events: Vec<Event>) -> Cost {
        let cost = self.frame(events);
        std::thread::sleep(Duration::from_secs_f64((FRAME - cost.wall).max(0.0)));
        cost
    }

    /// Frames at the pace of a screen, each with the events that its number brings.
    fn frames(&mut self, events: impl Fn(usize) -> Vec<Event>) -> Vec<Cost> {
        (0..FRAMES).map(|k| self.paced(events(k))).collect()
    }
}

/// The values below which half, 95 % and all lie, in milliseconds.
fn quantiles(costs: &[Cost], of: impl Fn(&Cost) -> f64) -> [f64; 3] {
    let mut values: Vec<f64> = costs.iter().map(of).collect();
    values.sort_by(f64::total_cmp);
    let last = values.len() - 1;
    [last / 2, last * 95 / 100, last].map(|k| 1e3 * values[k])
}

fn report(name: &str, aim: f64, costs: &[Cost], screen: &Screen) {
    let [median, late, most] = quantiles(costs, |cost| cost.cpu);
    let [clock, clock_late, _] = quantiles(costs, |cost| cost.wall);
    let vertices = screen.vertices;
    println!(
        "{name:<40}{median:>8.2}{late:>8.2}{most:>8.2}{aim:>6}{clock:>11.2}{clock_late:>8.2}{vertices:>10}"
    );
}

/// Drags the canvas to and fro, and turns the wheel in and out. The middle button takes hold of no reservoir.
fn pan_and_zoom(k: usize) -> Vec<Event> {
    let turn = k as f32 / 40.0;
    let at = pos2(420.0, 240.0) + 90.0 * vec2(turn.sin(), (1.3 * turn).cos());
    let mut events = vec![Event::PointerMoved(at)];
    let button = |pressed| Event::PointerButton {
        pos: at,
        button: PointerButton::Middle,
        pressed,
        modifiers: Modifiers::NONE,
    };
    match k % 60 {
        0 => events.push(button(true)),
        30 => events.push(button(false)),
        31.. => events.push(Event::MouseWheel {
            unit: MouseWheelUnit::Point,
            source: MouseWheelSource::Wheel,
            delta: vec2(
                0.0,
                if (k / 60).is_multiple_of(2) {
                    12.0
                } else {
                    -12.0
                },
            ),
            phase: TouchPhase::Move,
            modifiers: Modifiers::NONE,
        }),
        _ => {}
    }
    events
}

/// A window with a network, once what is worked out beside it has arrived, or has been waited for long enough.
fn opened(json: &str) -> Screen {
    let mut screen = Screen::open(json);
    screen.until(|app| !app.is_computing(), Duration::from_secs(5));
    screen
}

/// Lets a file fall on a small window; the frames until it is open and some after it.
fn opening(name: &str, aim: f64, json: &str) {
    let mut screen = opened(&large::lattice(4, 4, 20));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.json");
    std::fs::write(&path, json).unwrap();
    screen.dropped = Some(Arc::new(Dropped(path)));
    let mut costs = screen.until(
        |app| app.document().network.edges().len() > 20,
        Duration::from_secs(30),
    );
    costs.extend((0..20).map(|_| screen.frame(Vec::new())));
    report(name, aim, &costs, &screen);
}

fn small() {
    let mut screen = opened(&large::lattice(20, 10, 1000));
    let costs = screen.frames(|_| Vec::new());
    report("200 and 1,000 edges, animated", 4.0, &costs, &screen);
}

fn wide() {
    let json = large::lattice(50, 40, 10_000);
    let mut screen = opened(&json);
    let costs = screen.frames(|_| Vec::new());
    report("2,000 and 10,000 edges, animated", 10.0, &costs, &screen);
    let costs = screen.frames(pan_and_zoom);
    assert_eq!(screen.app.undo_name(), None, "it was more than a look");
    report(
        "2,000 and 10,000 edges, pan and zoom",
        10.0,
        &costs,
        &screen,
    );
    opening("2,000 and 10,000 edges, opened", 100.0, &json);
}

fn digits() {
    let json = large::layered([784, 30, 10], 10);
    let mut screen = opened(&json);
    let costs = screen.frames(|_| Vec::new());
    report("784-30-10, animated", 16.0, &costs, &screen);
    let costs = screen.frames(pan_and_zoom);
    assert_eq!(screen.app.undo_name(), None, "it was more than a look");
    report("784-30-10, pan and zoom", 16.0, &costs, &screen);
    // G begins the training.
    let press = vec![Event::Key {
        key: Key::G,
        physical_key: None,
        pressed: true,
        repeat: false,
        modifiers: Modifiers::NONE,
    }];
    screen.frame(press.clone());
    let steps = |app: &App| app.training_losses().first().map_or(0, |l| l.len());
    screen.until(|app| steps(app) > 0, Duration::from_secs(30));
    let before = steps(&screen.app);
    let costs = screen.frames(|_| Vec::new());
    report("784-30-10, in training", 16.0, &costs, &screen);
    println!(
        "  in which {} steps were reported",
        steps(&screen.app) - before
    );
    // G ends it; the best is confirmed in peace.
    let stopped = Instant::now();
    screen.frame(press);
    screen.until(|app| !app.is_taking_steps(), Duration::from_secs(30));
    println!(
        "  stopped after {:.0} ms on the clock (aim 100)",
        1e3 * stopped.elapsed().as_secs_f64()
    );
    opening("784-30-10, opened", 100.0, &json);
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // `cargo test --benches` only sees that it runs.
    if !arguments.iter().any(|arg| arg == "--bench") {
        Screen::open(&large::lattice(4, 4, 20)).frame(Vec::new());
        return;
    }
    println!(
        "{:<40}{:>24}{:>6}{:>19}{:>10}\n{:<40}{:>8}{:>8}{:>8}{:>6}{:>11}{:>8}",
        "milliseconds a frame",
        "processor",
        "aim",
        "clock",
        "vertices",
        "",
        "median",
        "95 %",
        "most",
        "",
        "median",
        "95 %"
    );
    let cases: [(&str, fn()); 3] = [("small", small), ("wide", wide), ("digits", digits)];
    let words: Vec<&String> = arguments
        .iter()
        .filter(|arg| !arg.starts_with('-'))
        .collect();
    for (name, case) in cases {
        if words.is_empty() || words.iter().any(|word| name.contains(word.as_str())) {
            case();
        }
    }
}
