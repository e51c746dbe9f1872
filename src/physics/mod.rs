//! What can be said of devices, networks and states without solving anything.
//!
//! [`curve`] draws one device's I-V curve.

pub mod curve;
