//! Methods that find states: relaxation in time, the steady state, its stability.

pub mod elimination;
pub mod linear;
pub mod load_line;
pub mod multistart;
pub mod relax;
mod rodas4;
pub mod stability;
pub mod steady;
