//! Solvers and what is said of states: closed forms, outcomes, the reference cases, properties of random networks.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod branch;
mod builder;
mod closed_forms;
mod condensed;
mod properties;
mod reference;
mod slowest;
mod sparse;
