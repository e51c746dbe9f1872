//! Constitutive laws: the current a device carries between two reservoirs, and everything that can be asked of it.
//!
//! A [`Device`] is a [`Kind`] (the law) and its parameter values in the order of [`Kind::specs`].
//! One table, [`ParamSpec`], says of every parameter what the file reader, the sliders, the trainer
//! and the documentation need to know, so a law is described in one place only: its own file.
//!
//! Sign: the current is positive from `from` to `to`. `a` is the state of `from`, `b` that of `to`
//! (potential in k_B·T for electronic laws, concentration in mM for chemical ones).

mod blockade_dot;
mod diffusion;
mod diode;
mod double_dot;
mod enzyme;
mod interval;
mod numeric;
mod ohmic;
mod param;
mod quantum_dot;
mod tunnel_diode;

use std::fmt;
use std::marker::PhantomData;

use pulp::Arch;

pub use param::{Absent, Dimension, ParamRange, ParamSpec, Platform};

pub use interval::{Interval, Least, least_over};

/// The largest number of parameters any law has.
pub const MAX_PARAMS: usize = 6;

/// The law a device follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// Linear conductor.
    Ohmic,
    /// Shockley diode: nonlinear yet monotone.
    Diode,
    /// One level between two leads, with an electrostatic shift.
    QuantumDot,
    /// Two levels detuned by the bias: resonant tunnelling.
    DoubleDot,
    /// A dot with three charge states, one of which can trap.
    BlockadeDot,
    /// Esaki's tunnel diode.
    TunnelDiode,
    /// Passive exchange of molecules.
    Diffusion,
    /// Reversible Michaelis-Menten with optional substrate inhibition.
    Enzyme,
}

/// The current through a device and its slopes at one point.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Response {
    /// I(a, b), positive from `from` to `to`, carriers per unit time.
    pub current: f64,
    /// ∂I/∂a.
    pub d_from: f64,
    /// ∂I/∂b.
    pub d_to: f64,
}

/// An end of a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// The end whose state is `a`.
    From,
    /// The end whose state is `b`.
    To,
}

/// What is known of the sign of a device's own-side conductance over a rectangle of states.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum NdcVerdict {
    /// Proved non-negative everywhere in the rectangle.
    Never,
    /// Negative at this (a, b).
    At(f64, f64),
    /// Neither was shown within the effort allowed.
    Unknown,
}

/// One constitutive law with `P` parameters.
///
/// The *own-side conductance* is ∂I/∂a at `from` and −∂I/∂b at `to`: negative where the device shows
/// negative differential conductance (NDC) towards that reservoir.
trait Law<const P: usize> {
    /// The parameters, in the order of `theta`.
    const SPECS: [ParamSpec; P];

    /// Current and slopes; finite for finite arguments, I = 0 exactly where the force vanishes.
    fn response(theta: &[f64; P], a: f64, b: f64) -> Response;

    /// ∂I/∂θ for each parameter.
    fn d_params(theta: &[f64; P], a: f64, b: f64) -> [f64; P];

    /// An enclosure of the own-side conductance over the rectangle `a` × `b`, which tightens as the rectangle shrinks.
    fn conductance(theta: &[f64; P], side: Side, a: Interval, b: Interval) -> Interval;

    /// An enclosure of any function with the sign of the own-side conductance. Laws override it where the
    /// conductance itself could underflow and so lose its sign.
    fn sign(theta: &[f64; P], side: Side, a: Interval, b: Interval) -> Interval {
        Self::conductance(theta, side, a, b)
    }

    /// The sign over a rectangle where it is known in closed form; `None` leaves it to a search.
    fn closed_ndc(
        _theta: &[f64; P],
        _side: Side,
        _a: Interval,
        _b: Interval,
    ) -> Option<NdcVerdict> {
        None
    }

    /// Whether the current depends on a − b alone, so that ∂I/∂a = −∂I/∂b.
    fn depends_on_difference(theta: &[f64; P]) -> bool;
}

/// Calls `$method` of the law behind `$kind` with the parameters as a fixed-size array.
macro_rules! dispatch {
    ($kind:expr, $law:ident => $body:expr) => {
        match $kind {
            Kind::Ohmic => {
                type $law = ohmic::Ohmic;
                $body
            }
            Kind::Diode => {
                type $law = diode::Diode;
                $body
            }
            Kind::QuantumDot => {
                type $law = quantum_dot::QuantumDot;
                $body
            }
            Kind::DoubleDot => {
                type $law = double_dot::DoubleDot;
                $body
            }
            Kind::BlockadeDot => {
                type $law = blockade_dot::BlockadeDot;
                $body
            }
            Kind::TunnelDiode => {
                type $law = tunnel_diode::TunnelDiode;
                $body
            }
            Kind::Diffusion => {
                type $law = diffusion::Diffusion;
                $body
            }
            Kind::Enzyme => {
                type $law = enzyme::Enzyme;
                $body
            }
        }
    };
}

pub(crate) mod lanes;

/// The first `P` values as the array a law takes.
fn theta<const P: usize>(values: &[f64; MAX_PARAMS]) -> [f64; P] {
    std::array::from_fn(|p| values[p])
}

impl Kind {
    /// All laws, in the order menus and number keys list them.
    pub const ALL: [Self; 8] = [
        Self::Ohmic,
        Self::QuantumDot,
        Self::DoubleDot,
        Self::BlockadeDot,
        Self::TunnelDiode,
        Self::Diode,
        Self::Diffusion,
        Self::Enzyme,
    ];

    /// The laws of one platform, in the order of [`Kind::ALL`].
    pub fn of_platform(platform: Platform) -> impl Iterator<Item = Self> {
        Self::ALL
            .into_iter()
            .filter(move |kind| kind.platform() == platform)
    }

    /// The platform the law belongs to.
    #[must_use]
    pub fn platform(self) -> Platform {
        match self {
            Self::Diffusion | Self::Enzyme => Platform::Chemical,
            _ => Platform::Electronic,
        }
    }

    /// The word the file format uses.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ohmic => "ohmic",
            Self::Diode => "diode",
            Self::QuantumDot => "quantum_dot",
            Self::DoubleDot => "double_dot",
            Self::BlockadeDot => "blockade_dot",
            Self::TunnelDiode => "tunnel_diode",
            Self::Diffusion => "diffusion",
            Self::Enzyme => "enzyme",
        }
    }

    /// The name as people read it.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Ohmic => "ohmic",
            Self::Diode => "diode",
            Self::QuantumDot => "quantum dot",
            Self::DoubleDot => "double dot",
            Self::BlockadeDot => "blockade dot",
            Self::TunnelDiode => "tunnel diode",
            Self::Diffusion => "diffusion",
            Self::Enzyme => "enzyme",
        }
    }

    /// One line on what the law is and when it shows NDC.
    #[must_use]
    pub fn summary(self) -> &'static str {
        match self {
            Self::Ohmic => "a linear conductor; never NDC",
            Self::Diode => "Shockley diode: nonlinear yet monotone; never NDC",
            Self::QuantumDot => {
                "one level; NDC when a lever arm leaves [0, 1] (at tracking 1: |shift| > ½)"
            }
            Self::DoubleDot => {
                "two levels pulled apart by the bias; NDC at large bias whenever shift ≠ 0"
            }
            Self::BlockadeDot => "three charge states, one a trap; NDC without any active gate",
            Self::TunnelDiode => "Esaki diode; NDC past v_peak, until the diode term wins",
            Self::Diffusion => "passive exchange of molecules; never NDC",
            Self::Enzyme => "reversible Michaelis-Menten; NDC by substrate inhibition (k_i)",
        }
    }

    /// The law's formula in one line.
    #[must_use]
    pub fn formula(self) -> &'static str {
        match self {
            Self::Ohmic => "I = g·V",
            Self::Diode => "I = i_sat·(exp(V/n) − 1)",
            Self::QuantumDot => "I = Γ·[f(ε−a) − f(ε−b)],  ε = level + tracking·(a+b)/2 + shift·V",
            Self::DoubleDot => "I = Γ·tanh(V/4)·w²/(w² + (δ + κV)²)",
            Self::BlockadeDot => "I = Σᵢ inᵢ·[f(εᵢ−a)·p₀ − (1−f(εᵢ−a))·pᵢ]",
            Self::TunnelDiode => "I = i_peak·(V/v_peak)·exp(1−V/v_peak) + i_sat·(exp(V/n) − 1)",
            Self::Diffusion => "I = rate·(c_a − c_b)",
            Self::Enzyme => {
                "I = (v_max/k_m)·(c_a − c_b/k_eq) / (1 + c_a/k_m + c_b/k_p + c_a²/(k_m·k_i))"
            }
        }
    }

    /// The law with this name in the file format.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The law's parameters, in the order in which a [`Device`] holds their values.
    #[must_use]
    pub fn specs(self) -> &'static [ParamSpec] {
        dispatch!(self, L => &L::SPECS)
    }

    /// Current and slopes of many devices of this kind at once.
    ///
    /// `params[p][k]` is parameter `p` of device `k`; `a[k]`, `b[k]` the states at its ends. Structures of
    /// arrays, so that one law's arithmetic runs over contiguous memory.
    ///
    /// Compiled once for each instruction set (SSE2, AVX2, AVX-512) and chosen when the program runs; all give the same
    /// bits.
    pub fn respond(self, params: &[Vec<f64>], a: &[f64], b: &[f64], out: &mut [Response]) {
        dispatch!(self, L => Arch::new().dispatch(RespondAll::<L, { L::SPECS.len() }> {
            devices: Devices { params, a, b },
            out,
            law: PhantomData,
        }));
    }

    /// ∂I/∂θ of many devices of this kind at once, those of one device side by side: `out[k·P + p]` is that of device
    /// `k` in the parameter `p` of `P`. Otherwise as [`Kind::respond`].
    pub fn slopes(self, params: &[Vec<f64>], a: &[f64], b: &[f64], out: &mut [f64]) {
        dispatch!(self, L => Arch::new().dispatch(SlopesOfAll::<L, { L::SPECS.len() }> {
            devices: Devices { params, a, b },
            out,
            law: PhantomData,
        }));
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// e^x of every number in place, by the laws' own exponential: 0 below −708, and no larger than e^709.
pub(crate) fn exponentials(x: &mut [f64]) {
    Arch::new().dispatch(Exponentials(x));
}

/// Work of [`exponentials`].
struct Exponentials<'s>(&'s mut [f64]);

impl pulp::NullaryFnOnce for Exponentials<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        for x in self.0 {
            *x = numeric::exp(*x);
        }
    }
}

/// Devices of one law: their parameters as columns, and the states at their ends.
struct Devices<'s> {
    params: &'s [Vec<f64>],
    a: &'s [f64],
    b: &'s [f64],
}

impl<'s> Devices<'s> {
    /// The columns, seen to be equally long: bounds checks would keep a kernel's loop scalar.
    #[inline(always)]
    fn columns<const P: usize>(&self) -> ([&'s [f64]; P], &'s [f64], &'s [f64]) {
        let n = self.a.len();
        let mut params: [&[f64]; P] = [&[]; P];
        for (params, column) in params.iter_mut().zip(self.params) {
            *params = &column[..n];
        }
        (params, self.a, &self.b[..n])
    }
}

/// The parameters of device `k`.
#[inline(always)]
fn theta_of<const P: usize>(params: &[&[f64]; P], k: usize) -> [f64; P] {
    // Not by iterators over the arrays: they are not always inlined, and the kernel then stays scalar.
    let mut theta = [0.0; P];
    for p in 0..P {
        theta[p] = params[p][k];
    }
    theta
}

/// Devices that a kernel takes at once: the widest vector of numbers there is. Longer blocks would leave the devices of a
/// small network to a scalar loop. Responses are kept in arrays until the block is done: storing them side by side as they
/// are computed takes as long as computing them.
const BLOCK: usize = 8;

/// A block of numbers, filled up with the last one of a shorter column.
#[inline(always)]
fn block(column: &[f64]) -> [f64; BLOCK] {
    if let Ok(whole) = column.try_into() {
        return whole;
    }
    let last = column.last().copied().unwrap_or_default();
    let mut block = [last; BLOCK];
    block[..column.len()].copy_from_slice(column);
    block
}

/// Work of [`Kind::respond`].
struct RespondAll<'s, L, const P: usize> {
    devices: Devices<'s>,
    out: &'s mut [Response],
    law: PhantomData<L>,
}

impl<L: Law<P>, const P: usize> pulp::NullaryFnOnce for RespondAll<'_, L, P> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let (params, a, b) = self.devices.columns::<P>();
        let n = a.len();
        let out = &mut self.out[..n];
        for start in (0..n).step_by(BLOCK) {
            let end = (start + BLOCK).min(n);
            let mut columns = [[0.0; BLOCK]; P];
            for p in 0..P {
                columns[p] = block(&params[p][start..end]);
            }
            let (a, b) = (block(&a[start..end]), block(&b[start..end]));
            let (mut current, mut d_from, mut d_to) = ([0.0; BLOCK], [0.0; BLOCK], [0.0; BLOCK]);
            for k in 0..BLOCK {
                let mut theta = [0.0; P];
                for p in 0..P {
                    theta[p] = columns[p][k];
                }
                let response = L::response(&theta, a[k], b[k]);
                current[k] = response.current;
                d_from[k] = response.d_from;
                d_to[k] = response.d_to;
            }
            for (k, out) in out[start..end].iter_mut().enumerate() {
                *out = Response {
                    current: current[k],
                    d_from: d_from[k],
                    d_to: d_to[k],
                };
            }
        }
    }
}

/// Work of [`Kind::slopes`].
struct SlopesOfAll<'s, L, const P: usize> {
    devices: Devices<'s>,
    out: &'s mut [f64],
    law: PhantomData<L>,
}

impl<L: Law<P>, const P: usize> pulp::NullaryFnOnce for SlopesOfAll<'_, L, P> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let (params, a, b) = self.devices.columns::<P>();
        let (out, _) = self.out.as_chunks_mut::<P>();
        let out = &mut out[..a.len()];
        for k in 0..a.len() {
            out[k] = L::d_params(&theta_of(&params, k), a[k], b[k]);
        }
    }
}

/// A device: a law and the values of its parameters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Device {
    kind: Kind,
    /// The first `kind.specs().len()` entries count, the rest is zero.
    values: [f64; MAX_PARAMS],
}

impl Device {
    /// A device of this kind with the defaults of a newly placed one.
    #[must_use]
    pub fn new(kind: Kind) -> Self {
        let mut values = [0.0; MAX_PARAMS];
        for (value, spec) in values.iter_mut().zip(kind.specs()) {
            *value = spec.default;
        }
        Self { kind, values }
    }

    /// A device with named parameters; those not named take what their absence means, or else the default.
    ///
    /// # Errors
    /// The first name that the law does not have, or value outside its range.
    pub fn with(kind: Kind, named: &[(&str, f64)]) -> Result<Self, ParamError> {
        let mut device = Self::new(kind);
        for (p, spec) in kind.specs().iter().enumerate() {
            if let Absent::Is(value) = spec.absent {
                device.values[p] = value;
            }
        }
        for &(name, value) in named {
            let p = kind.param_index(name).ok_or_else(|| ParamError::Unknown {
                kind,
                name: name.to_owned(),
            })?;
            device.set_param(p, value)?;
        }
        Ok(device)
    }

    /// The law.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The parameter values, in the order of [`Kind::specs`]. An infinite value means "absent".
    #[must_use]
    pub fn params(&self) -> &[f64] {
        &self.values[..self.kind.specs().len()]
    }

    /// The value of a parameter by name.
    #[must_use]
    pub fn param(&self, name: &str) -> Option<f64> {
        self.kind.param_index(name).map(|p| self.values[p])
    }

    /// Sets parameter number `p`.
    ///
    /// # Errors
    /// If `value` is outside the parameter's range (infinity is accepted where it means absence).
    ///
    /// # Panics
    /// If the law has no parameter number `p`.
    pub fn set_param(&mut self, p: usize, value: f64) -> Result<(), ParamError> {
        let spec = &self.kind.specs()[p];
        let absent = matches!(spec.absent, Absent::Is(without) if without.is_infinite() && value.is_infinite() && value > 0.0);
        if !absent && !spec.range.contains(value) {
            return Err(ParamError::OutOfRange {
                name: spec.name,
                requirement: spec.range.requirement(),
                value,
            });
        }
        self.values[p] = value;
        Ok(())
    }

    /// Sets parameter number `p` to a value that is known to be in range.
    ///
    /// # Panics
    /// If there are no so many parameters.
    pub(crate) fn put_param(&mut self, p: usize, value: f64) {
        self.values[p] = value;
    }

    /// Whether parameter number `p` is there at all (only an absent `k_i` is not).
    #[must_use]
    pub fn has_param(&self, p: usize) -> bool {
        self.values[p].is_finite()
    }

    /// Current and slopes at (a, b).
    #[must_use]
    pub fn response(&self, a: f64, b: f64) -> Response {
        dispatch!(self.kind, L => L::response(&theta(&self.values), a, b))
    }

    /// ∂I/∂θ for each parameter at (a, b), in the order of [`Kind::specs`]; the rest of the array is zero.
    /// The derivative with respect to an absent parameter is zero.
    #[must_use]
    pub fn d_params(&self, a: f64, b: f64) -> [f64; MAX_PARAMS] {
        let mut out = [0.0; MAX_PARAMS];
        dispatch!(self.kind, L => {
            let d = L::d_params(&theta(&self.values), a, b);
            out[..d.len()].copy_from_slice(&d);
        });
        out
    }

    /// The equilibrium constant: `k_eq` where the law has one, else 1.
    #[must_use]
    pub fn k_eq(&self) -> f64 {
        self.param("k_eq").unwrap_or(1.0)
    }

    /// The bidirectional jump rates (W⁺, W⁻) at (a, b): I = W⁺ − W⁻ with local detailed balance W⁺/W⁻ = e^A.
    ///
    /// Electronic: W⁺ = I/(1−e^{−A}), W⁻ = I/(e^A−1), in the limit A → 0 both ∂I/∂a. Chemical laws have them directly.
    #[must_use]
    pub fn jump_rates(&self, a: f64, b: f64) -> (f64, f64) {
        match self.kind {
            Kind::Diffusion => diffusion::jump_rates(self.values[0], a, b),
            Kind::Enzyme => enzyme::jump_rates(&theta(&self.values), a, b),
            _ => {
                let Response {
                    current, d_from, ..
                } = self.response(a, b);
                numeric::jump_rates(current, a - b, d_from)
            }
        }
    }

    /// Whether the current depends on a − b alone (ohmic, diode, double dot, tunnel diode, diffusion with any values,
    /// a quantum dot at tracking 1).
    #[must_use]
    pub fn depends_on_difference(&self) -> bool {
        dispatch!(self.kind, L => L::depends_on_difference(&theta(&self.values)))
    }

    /// An enclosure of the own-side conductance (∂I/∂a at `from`, −∂I/∂b at `to`) over a rectangle of states.
    #[must_use]
    pub fn conductance_over(&self, side: Side, a: Interval, b: Interval) -> Interval {
        dispatch!(self.kind, L => L::conductance(&theta(&self.values), side, a, b))
    }

    /// An enclosure of a function that has the sign of the own-side conductance over a rectangle of states, and keeps
    /// it where the conductance itself would underflow.
    #[must_use]
    pub fn conductance_sign_over(&self, side: Side, a: Interval, b: Interval) -> Interval {
        dispatch!(self.kind, L => L::sign(&theta(&self.values), side, a, b))
    }

    /// Whether the law proves in closed form that the device shows no NDC towards `side` at any states whatever.
    #[must_use]
    pub fn is_free_of_ndc(&self, side: Side) -> bool {
        let lowest = match self.kind.platform() {
            Platform::Electronic => f64::MIN,
            Platform::Chemical => 0.0,
        };
        let all = Interval::new(lowest, f64::MAX);
        dispatch!(self.kind, L => {
            matches!(L::closed_ndc(&theta(&self.values), side, all, all), Some(NdcVerdict::Never))
        })
    }

    /// Whether the device shows NDC towards `side` anywhere in the rectangle `a` × `b`.
    ///
    /// Closed forms where there are some; otherwise branch and bound on interval enclosures, which never answers
    /// [`NdcVerdict::Never`] without a proof and gives up with [`NdcVerdict::Unknown`].
    #[must_use]
    pub fn ndc_over(&self, side: Side, a: Interval, b: Interval) -> NdcVerdict {
        dispatch!(self.kind, L => {
            let theta = theta(&self.values);
            L::closed_ndc(&theta, side, a, b).unwrap_or_else(|| {
                interval::negative_anywhere(a, b, |a, b| L::sign(&theta, side, a, b))
            })
        })
    }
}

impl Kind {
    /// The position of the parameter with this name.
    #[must_use]
    pub fn param_index(self, name: &str) -> Option<usize> {
        self.specs().iter().position(|spec| spec.name == name)
    }
}

/// A parameter that cannot be set.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ParamError {
    /// The law has no such parameter.
    #[error("{kind} has no parameter '{name}'")]
    Unknown {
        /// The law.
        kind: Kind,
        /// The name asked for.
        name: String,
    },
    /// The value is outside the allowed range.
    #[error("{name}: {requirement}, got {value}")]
    OutOfRange {
        /// The parameter.
        name: &'static str,
        /// What is required of it.
        requirement: &'static str,
        /// What was given.
        value: f64,
    },
}
