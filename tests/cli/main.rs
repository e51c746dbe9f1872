//! The command line as its users see it: the program is run, and its output, its complaints and its exit code judged.
#![expect(
    clippy::unwrap_used,
    clippy::float_cmp,
    reason = "a failed unwrap is a failed test; ends of ranges and clamps are to be exact"
)]

mod answers;
mod custom;
#[cfg(feature = "gui")]
mod pictures;
mod program;
mod readme;
mod reference;
mod refused;
mod usage;
