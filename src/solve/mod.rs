//! Methods that find states: relaxation in time, the steady state, its stability.

pub mod branch;
pub mod elimination;
mod islands;
mod krylov;
pub mod linear;
pub mod load_line;
pub mod multistart;
pub mod relax;
mod rodas4;
pub(crate) mod sparse;
pub mod stability;
pub mod steady;
mod triangular;
