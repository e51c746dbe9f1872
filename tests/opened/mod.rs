//! What the tests of the window share: opening one without a display, and waiting for its workers.

use std::time::Duration;

use eframe::egui::vec2;
use egui_kittest::Harness;
use thermonet::gui::{App, Start};

/// A window of the first screen's size; frames are a sixtieth of a second apart.
pub(crate) fn window(start: Start) -> Harness<'static, App> {
    let mut harness = Harness::builder()
        .with_size(vec2(1280.0, 720.0))
        .with_step_dt(1.0 / 60.0)
        .build_eframe(move |cc| App::new(cc, &start));
    computed(&mut harness);
    harness
}

/// Waits until what is computed beside the window has arrived.
pub(crate) fn computed(harness: &mut Harness<'static, App>) {
    for _ in 0..500 {
        harness.run_steps(1);
        if !harness.state().is_computing() {
            harness.run_steps(2);
            return;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    panic!("the workers did not finish within some seconds");
}
