//! What the tests with random input share: how much to do, where a failure is, and an end to what never ends.
#![expect(
    clippy::unwrap_used,
    reason = "a number that cannot be read is a mistake of whoever runs the test"
)]

use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// The number in an environment variable, or `default`.
pub(crate) fn number(variable: &str, default: u64) -> u64 {
    std::env::var(variable).map_or(default, |text| {
        text.parse()
            .map_err(|error| format!("{variable} = {text}: {error}"))
            .unwrap()
    })
}

/// How long one thing may take before it counts as hanging: far beyond anything, also on a machine that does more
/// besides.
const PATIENCE: Duration = Duration::from_mins(3);

/// Ends the test with a word on where it was if one thing takes for ever.
pub(crate) struct Watchdog {
    now: Arc<Mutex<Option<(Instant, String)>>>,
}

impl Watchdog {
    /// Begins to watch.
    pub(crate) fn new() -> Self {
        let now = Arc::new(Mutex::new(None));
        let seen = Arc::downgrade(&now);
        thread::spawn(move || {
            while let Some(now) = seen.upgrade() {
                let now: Option<(Instant, String)> = Mutex::lock(&now)
                    .unwrap_or_else(PoisonError::into_inner)
                    .clone();
                if let Some((_, what)) = now.filter(|(since, _)| since.elapsed() > PATIENCE) {
                    eprintln!("this hangs: {what}");
                    std::process::exit(101);
                }
                thread::sleep(Duration::from_secs(1));
            }
        });
        Self { now }
    }

    /// Another thing begins.
    pub(crate) fn begin(&self, what: impl Into<String>) {
        let mut now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        *now = Some((Instant::now(), what.into()));
    }
}
