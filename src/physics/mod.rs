//! What can be said of devices, networks and states without solving anything.
//!
//! [`curve`] draws one device's I-V curve; [`certificates`] proves what every steady state of a network must obey;
//! [`fuel`] finds the cycles whose equilibrium constants drive a current round and round.

pub mod certificates;
pub mod curve;
pub mod fuel;
mod gauge;
