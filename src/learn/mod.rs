//! Learning: what a network is asked to do, and how its parameters are brought to do it.

mod company;
mod course;
pub mod floor;
pub mod gradient;
pub mod init;
mod lanes;
mod nudge;
pub mod objective;
pub mod optimizer;
mod parallel;
pub mod parameters;
mod progress;
pub mod rows;
mod task;
pub mod trainer;
mod training;
pub mod twin;

pub use task::{
    Affine, Function, Loss, MAX_SAMPLES, Row, Source, TRAINABLE_NODE_PARAMS, Target, Task,
    Trainable,
};
pub use training::{MAX_STEPS, Optimizer, Rule, Training};
