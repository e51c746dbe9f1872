//! What can be said of devices, networks and states without solving anything.
//!
//! [`curve`] draws one device's I-V curve; [`certificates`] holds what is proved over the whole box of states that a
//! network can reach; [`fuel`] finds cycles that run without any clamp; [`dissipation`] and [`noise`] describe a state.

pub mod certificates;
pub mod curve;
pub mod dissipation;
pub mod flaws;
pub mod fuel;
mod gauge;
pub(crate) mod modes;
pub mod noise;
