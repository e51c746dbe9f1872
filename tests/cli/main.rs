//! The command line as its users see it: the program is run, and its output, its complaints and its exit code judged.
#![expect(
    clippy::unwrap_used,
    clippy::float_cmp,
    reason = "a failed unwrap is a failed test; ends of ranges and clamps are to be exact"
)]

mod answers;
#[cfg(feature = "gui")]
mod pictures;
mod custom;
mod program;
mod readme;
mod reference;
mod refused;
mod usage;
