//! What can be said of a network and of a state without solving anything: dissipation, noise, linear modes.

pub mod dissipation;
pub(crate) mod modes;
pub mod noise;
