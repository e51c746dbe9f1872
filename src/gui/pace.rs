//! How often the window animates, and how much less it draws where a processor has to stand in for a graphics card.

use std::time::Duration;

use eframe::egui::Context;

/// Frames a second where drawing is done in software: motion still reads, and half the work is saved.
const SOFTWARE_RATE: f64 = 30.0;

/// The longest part of a second that still reads as motion; a frame after a pause would otherwise jump.
const LONGEST: f64 = 0.1;

/// Frames that come later than this many times their due are slow.
const LATE: f64 = 1.5;

/// So many slow frames more than quick ones, a second of them, and edges are no longer smoothed.
const MOST_SLOW: u32 = 30;

/// The pace of the animation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Pace {
    is_software: bool,
    /// When the last frame of the animation was, in the window's time.
    last: Option<f64>,
    slow: u32,
    is_rough: bool,
}

impl Pace {
    /// The pace for a machine with or without a graphics card.
    pub(crate) fn new(is_software: bool) -> Self {
        Self {
            is_software,
            last: None,
            slow: 0,
            is_rough: false,
        }
    }

    /// The seconds that this frame brings, if the animation runs; asks for the next one.
    pub(crate) fn frame(&mut self, ctx: &Context) -> f64 {
        if !self.is_software {
            ctx.request_repaint();
            return f64::from(ctx.input(|i| i.stable_dt)).min(LONGEST);
        }
        let now = ctx.input(|i| i.time);
        let due = 1.0 / SOFTWARE_RATE;
        let seconds = self.last.replace(now).map_or(due, |last| now - last);
        if seconds > LATE * due && seconds < 1.0 {
            self.slow += 1;
        } else {
            self.slow = self.slow.saturating_sub(1);
        }
        // Smooth edges are half of the cost of drawing in software; motion matters more.
        if self.slow >= MOST_SLOW && !self.is_rough {
            self.is_rough = true;
            ctx.tessellation_options_mut(|options| options.feathering = false);
        }
        ctx.request_repaint_after(Duration::from_secs_f64(due));
        seconds.clamp(0.0, LONGEST)
    }

    /// The animation stands still: what passes until it goes on is no part of it.
    pub(crate) fn rest(&mut self) {
        self.last = None;
    }

    /// What is to be said of it, if anything.
    pub(crate) fn words(&self) -> Option<&'static str> {
        match (self.is_software, self.is_rough) {
            (false, _) => None,
            (true, false) => Some(
                "There is no graphics card here, or it is not used: the processor draws, 30 frames a second at most.",
            ),
            (true, true) => Some(
                "There is no graphics card here, or it is not used: the processor draws, 30 frames a second at most, \
                 and without smoothing edges, since it could not keep up.",
            ),
        }
    }
}

/// Whether OpenGL is drawn by the processor.
///
/// The name of the renderer can only be asked for by unsafe calls, which this program has none of. On Linux the answer
/// follows from what Mesa goes by: it draws in software if it is told to, or finds no card.
pub(crate) fn is_software() -> bool {
    if !cfg!(target_os = "linux") {
        return false;
    }
    let told = |name: &str| std::env::var(name).unwrap_or_default();
    let is_forced = matches!(told("LIBGL_ALWAYS_SOFTWARE").as_str(), "1" | "true")
        || matches!(told("GALLIUM_DRIVER").as_str(), "llvmpipe" | "softpipe");
    is_forced || !has_card()
}

/// Whether there is anything that draws: a render node, or a driver with a device of its own.
fn has_card() -> bool {
    let has_node = std::fs::read_dir("/dev/dri").is_ok_and(|entries| {
        entries
            .flatten()
            .any(|entry| entry.file_name().to_string_lossy().starts_with("render"))
    });
    has_node
        || ["/dev/nvidia0", "/dev/dxg", "/dev/mali0"]
            .iter()
            .any(|path| std::path::Path::new(path).exists())
}

#[cfg(test)]
mod tests {
    use super::*;
    use eframe::egui::RawInput;

    fn frames(pace: &mut Pace, ctx: &Context, start: f64, step: f64, count: u32) -> f64 {
        let mut passed = 0.0;
        for k in 0..count {
            let input = RawInput {
                time: Some(start + step * f64::from(k)),
                ..RawInput::default()
            };
            let mut output = ctx.run_ui(input, |ui| passed += pace.frame(ui.ctx()));
            output.textures_delta.clear();
        }
        passed
    }

    #[test]
    fn software_frames_bring_the_time_that_passed_and_slow_ones_are_eased() {
        let ctx = Context::default();
        let mut pace = Pace::new(true);
        let passed = frames(&mut pace, &ctx, 0.0, 1.0 / 30.0, 31);
        assert!((passed - 31.0 / 30.0).abs() < 1e-9, "{passed}");
        assert!(!pace.is_rough && ctx.tessellation_options(|o| o.feathering));
        frames(&mut pace, &ctx, 10.0, 0.08, 40);
        assert!(pace.is_rough && !ctx.tessellation_options(|o| o.feathering));
    }
}
