//! thermonet: thermodynamic networks that settle and thereby compute.
//!
//! WIP map.

pub mod cli;
pub mod device;
pub mod document;
pub mod learn;
pub mod network;
pub mod physics;
pub mod solve;
pub mod system;
