//! thermonet: thermodynamic networks that settle and thereby compute.
//!
//! This page is the map: what is where, what flows where, and the conventions that hold everywhere.
//!
//! # Modules
//!
//! Each may use those above it, never those below.
//!
//! | module | holds |
//! |---|---|
//! | [`formula`] | what users type: parsed with places, differentiated symbolically, run over numbers or intervals |
//! | [`device`] | the constitutive laws: current, slopes, parameter tables, interval enclosures, one file a law; formulas as laws |
//! | [`network`] | reservoirs, edges, roles, signals; ids that users see and keys that last |
//! | [`system`] | the compiled form: flat arrays, F(x), its Jacobian, islands that keep their total; many rows at once in lanes |
//! | [`physics`] | what can be said of a system and a state: certificates, I-V curves, dissipation, noise, hidden fuel |
//! | [`solve`] | relaxation in time, the steady state, its stability, other stable states |
//! | [`learn`] | tasks, losses, the monotone floor, gradients, optimizers, the trainer |
//! | [`document`] | what a file holds: reading, writing, edits, undo, presets |
//! | [`export`] | numbers for other programs: CSV |
//! | `job` | a worker thread for the window: the latest order wins |
//! | [`cli`] | the sub-commands: parse, call the library, print |
//! | `gui` | the window; the only module that knows egui, behind the feature `gui` |
//!
//! # Data flow
//!
//! ```text
//! file ── document::load ──► Document ── System::new ──► System ──► steady::solve ──► SteadyState
//!              ▲                │  ▲                       │ ▲              │
//!              └─ save ◄────────┘  └── Edit ◄── window     │ └─ parameters ─┤ learn::trainer
//!                                                          ▼                ▼
//!                                                 Certificates      Dissipation, noise, Spectrum
//! ```
//!
//! A [`document::Document`] is the only thing that is saved and undone. A [`system::System`] is derived from it and can
//! be thrown away at any time; a slider rewrites its parameters in place. Everything that takes long is a stepper
//! ([`solve::relax::Relaxation::step`], [`learn::trainer::Trainer::step`]), so that the window, the command line and
//! the tests drive the same code and can stop between two steps.
//!
//! Outcomes are values: a network that oscillates or freezes is an answer ([`solve::steady::Outcome`]), not an error.
//! Errors are typed, name the place and say what to do.
//!
//! # Conventions
//!
//! * **Signs.** The current of an edge is positive from `from` to `to`. a is the state of `from`, b that of `to`,
//!   V = a − b. F_i is the net *inflow* into reservoir i: currents in, less currents out, less the leak,
//!   leak_i·(x_i − ground). The current of a clamp counts out of the clamp, into the network.
//! * **Charge form.** C_i·dx_i/dt = F_i. F and J = ∂F/∂x are in charges; only the dynamics divides by C. The rates of decay are
//!   the eigenvalues of C⁻¹J.
//! * **Order.** Slots count the free reservoirs first, in the order of the file, then the clamps; a state vector x holds
//!   the free ones alone.
//! * **Units.** A state is a potential in k_B·T or a concentration in mM. Time is in units of the inverse reference
//!   rate, currents in carriers per unit time and per unit of Ω, dissipation in k_B·T per unit time, times Ω. Ω (the
//!   `system_size`) scales noise and power, never the motion. Physical units are a matter of display.
//! * **Own-side NDC** (negative differential conductance): ∂I/∂a < 0 at `from`, ∂I/∂b > 0 at `to`.
//!
//! # To add a device
//!
//! 1. Write `src/device/<law>.rs`, an implementation of the trait `Law` of `src/device/mod.rs`: the parameter table,
//!    the current with its slopes in a, b and every parameter in closed form, finite for any finite argument and zero at
//!    zero force. The module's docs give the equation and its source. Interval enclosures may be too wide, never too
//!    narrow: certificates rest on them.
//! 2. Add it to [`device::Kind`] and [`device::Kind::ALL`] in `src/device/kind.rs`, to `BuiltIn` and the macro `dispatch!` in
//!    `src/device/kernel.rs`, and follow the compiler through the names and texts. A chemical law must be added by hand to
//!    `Kind::platform` and `Device::jump_rates`, whose last arms take every other law for an electronic one.
//! 3. Say in `src/learn/twin.rs` what its twin without NDC is (if it can show any, in `project`, too), and in
//!    `src/learn/init.rs` where a seeded training draws its parameters, unless half to twice the default will do.
//! 4. Give it a glyph in `src/gui/canvas/glyph.rs`. Reader, writer, sliders and trainer work from the parameter table.
//! 5. Run `cargo test`: `tests/laws.rs` takes every compiled kind from the list and compares slopes with differences, checks
//!    I·A ≥ 0, finiteness and the enclosures. Add tabulated values of another source to `tests/reference/devices.json`.
//!
//! A law that is wanted once needs none of this: the kind `custom` takes a formula ([`device::CustomLaw`]). Groups of devices
//! with one formula run step by step over many devices at once; compiled laws are some times faster.

pub mod cli;
pub mod device;
pub mod document;
pub mod export;
pub mod formula;
#[cfg(feature = "gui")]
pub mod gui;
pub mod interrupt;
#[cfg(feature = "gui")]
pub mod job;
pub mod learn;
pub mod network;
pub mod physics;
pub mod solve;
pub mod system;
#[cfg(feature = "gui")]
pub mod training_run;
