//! A system of which reservoirs are joined or held: what an ideal source in place of a device makes of it.

use super::System;

impl System {
    /// The system in which each reservoir takes the place `slot_of` its own: those of one place below `free` move together,
    /// with the capacity and the leak given for it; those placed from `free` on are held.
    ///
    /// It is there for linear algebra alone (structure, Jacobian, islands, stability), given the responses of the links of
    /// this system, in their order. It has no links to evaluate: what flows at a state only this one knows. A link with
    /// both ends in one place must be given a response of zero.
    pub(crate) fn joined(&self, slot_of: &[usize], capacity: Vec<f64>, leak: Vec<f64>) -> Self {
        let ends = self.ends.iter().map(|ends| ends.map(|end| slot_of[end]));
        let mut joined = Self {
            ends: ends.collect(),
            capacity,
            leak,
            ..self.bare()
        };
        joined.islands = joined.find_islands();
        joined
    }
}
