//! Opening a window without a display, and waiting for what is computed beside it.

use std::time::{Duration, Instant};

use eframe::egui::vec2;
use egui_kittest::Harness;
use thermonet::gui::{App, Start};

/// How long is waited for anything: no machine needs it, however busy it is.
const PATIENCE: Duration = Duration::from_mins(2);

/// A window of the first screen's size, at once; frames are a sixtieth of a second apart.
pub(crate) fn open(start: Start) -> Harness<'static, App> {
    Harness::builder()
        .with_size(vec2(1280.0, 720.0))
        .with_step_dt(1.0 / 60.0)
        .build_eframe(move |cc| App::new(cc, &start))
}

/// A window with all that is computed beside it.
pub(crate) fn window(start: Start) -> Harness<'static, App> {
    let mut harness = open(start);
    computed(&mut harness);
    harness
}

/// Waits until what is computed beside the window has arrived.
pub(crate) fn computed(harness: &mut Harness<'static, App>) {
    until(harness, "the workers are done", |app| !app.is_computing());
}

/// Lets frames pass until something holds, and two more: what was found out after a frame was drawn is seen in the next.
pub(crate) fn until(harness: &mut Harness<'static, App>, what: &str, holds: impl Fn(&App) -> bool) {
    let start = Instant::now();
    harness.run_steps(1);
    while !holds(harness.state()) {
        let app = harness.state();
        assert!(
            start.elapsed() < PATIENCE,
            "never: {what}; there is {:?}, {:?}",
            app.situations(),
            app.training_problem()
        );
        std::thread::sleep(Duration::from_millis(2));
        harness.run_steps(1);
    }
    harness.run_steps(2);
}
