//! thermonet: thermodynamic networks that settle and thereby compute.
//!
//! WIP map.

pub mod device;
pub mod network;
pub mod physics;
pub mod system;
