//! What can be said of devices, networks and states without solving anything.
//!
//! [`curve`] draws one device's I-V curve, [`dissipation`] and [`noise`] describe a state.

pub mod curve;
pub mod dissipation;
pub(crate) mod modes;
pub mod noise;
