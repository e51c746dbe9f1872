//! thermonet: thermodynamic networks that settle and thereby compute.
//!
//! WIP map.

pub mod cli;
pub mod device;
pub mod document;
#[cfg(feature = "gui")]
pub mod gui;
#[cfg(feature = "gui")]
pub mod job;
pub mod learn;
pub mod network;
pub mod physics;
pub mod solve;
pub mod system;
#[cfg(feature = "gui")]
pub mod training_run;
