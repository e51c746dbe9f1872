//! Constitutive laws: the current a device carries between two reservoirs, and everything that can be asked of it.
//!
//! A [`Device`] is a law and its parameter values in the order of [`Device::specs`]. Laws are compiled in, one [`Kind`]
//! each, or formulas that users type ([`CustomLaw`]).
//! One table, [`ParamSpec`], says of every parameter what the file reader, the sliders, the trainer
//! and the documentation need to know, so a law is described in one place only: its own file.
//!
//! Sign: the current is positive from `from` to `to`. `a` is the state of `from`, `b` that of `to`
//! (potential in k_B·T for electronic laws, concentration in mM for chemical ones).

mod blockade_dot;
mod custom;
mod diffusion;
mod diode;
mod double_dot;
mod enzyme;
mod interval;
mod kernel;
mod kind;
pub(crate) mod lanes;
mod numeric;
mod ohmic;
mod param;
mod quantum_dot;
mod tunnel_diode;
mod window;

use std::sync::Arc;

use kernel::{BuiltIn, Form, dispatch};

pub(crate) use kernel::exponentials;

pub use custom::{CustomLaw, DEFAULT_FORMULA, Flaw, LONGEST_NAME, MOST_PARAMETERS, name_problem};
pub use kernel::Kernel;
pub use kind::Kind;
pub use param::{Absent, Dimension, ParamRange, ParamSpec, Platform};

pub use interval::{Interval, Least, least_over};

/// The largest number of parameters any compiled law has.
pub const MAX_PARAMS: usize = 6;

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

    /// See [`Device::finest_feature`].
    fn finest_feature(_theta: &[f64; P]) -> f64 {
        1.0
    }
}

/// The first `P` values as the array a law takes.
fn theta<const P: usize>(values: &[f64; MAX_PARAMS]) -> [f64; P] {
    std::array::from_fn(|p| values[p])
}

/// A device: a law and the values of its parameters.
#[derive(Clone, Debug, PartialEq)]
pub struct Device(Held);

/// A law with the values of its parameters.
#[derive(Clone, Debug, PartialEq)]
enum Held {
    /// Without any pointer: copying thousands of these is copying memory.
    BuiltIn {
        law: BuiltIn,
        /// The first `law.specs().len()` entries count, the rest is zero.
        values: [f64; MAX_PARAMS],
    },
    Custom {
        law: Arc<CustomLaw>,
        values: Vec<f64>,
    },
}

impl Device {
    /// A device of this kind with the defaults of a newly placed one; a custom one follows [`DEFAULT_FORMULA`].
    #[must_use]
    pub fn new(kind: Kind) -> Self {
        match kind.built_in() {
            Some(law) => {
                let mut values = [0.0; MAX_PARAMS];
                for (value, spec) in values.iter_mut().zip(law.specs()) {
                    *value = spec.default;
                }
                Self(Held::BuiltIn { law, values })
            }
            None => Self::custom(&CustomLaw::default_law()),
        }
    }

    /// A device that follows a formula, its parameters at their defaults.
    #[must_use]
    pub fn custom(law: &Arc<CustomLaw>) -> Self {
        Self(Held::Custom {
            law: Arc::clone(law),
            values: law.specs().iter().map(|spec| spec.default).collect(),
        })
    }

    /// A device with named parameters; those not named take what their absence means, or else the default.
    ///
    /// # Errors
    /// The first name that the law does not have, or value outside its range.
    pub fn with(kind: Kind, named: &[(&str, f64)]) -> Result<Self, ParamError> {
        let mut device = Self::new(kind);
        for (p, spec) in kind.specs().iter().enumerate() {
            if let Absent::Is(value) = spec.absent {
                device.values_mut()[p] = value;
            }
        }
        for &(name, value) in named {
            let p = device
                .param_index(name)
                .ok_or_else(|| ParamError::Unknown {
                    kind,
                    name: name.to_owned(),
                })?;
            device.set_param(p, value)?;
        }
        Ok(device)
    }

    /// The kind of its law.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match &self.0 {
            Held::BuiltIn { law, .. } => law.kind(),
            Held::Custom { .. } => Kind::Custom,
        }
    }

    /// The formula it follows, if it does.
    #[must_use]
    pub fn formula(&self) -> Option<&Arc<CustomLaw>> {
        match &self.0 {
            Held::BuiltIn { .. } => None,
            Held::Custom { law, .. } => Some(law),
        }
    }

    /// The arithmetic it shares with all devices of the same law.
    #[must_use]
    pub fn kernel(&self) -> Kernel {
        Kernel(match &self.0 {
            Held::BuiltIn { law, .. } => Form::BuiltIn(*law),
            Held::Custom { law, .. } => Form::Custom(Arc::clone(law)),
        })
    }

    /// Whether its law is that of a kernel.
    #[must_use]
    pub fn follows(&self, kernel: &Kernel) -> bool {
        match (&self.0, &kernel.0) {
            (Held::BuiltIn { law, .. }, Form::BuiltIn(other)) => law == other,
            (Held::Custom { law, .. }, Form::Custom(other)) => {
                Arc::ptr_eq(law, other) || law == other
            }
            _ => false,
        }
    }

    /// Its parameters, in the order of their values.
    #[must_use]
    pub fn specs(&self) -> &[ParamSpec] {
        match &self.0 {
            Held::BuiltIn { law, .. } => law.specs(),
            Held::Custom { law, .. } => law.specs(),
        }
    }

    /// The parameter values, in the order of [`Device::specs`]. An infinite value means "absent".
    #[must_use]
    pub fn params(&self) -> &[f64] {
        match &self.0 {
            Held::BuiltIn { law, values } => &values[..law.specs().len()],
            Held::Custom { values, .. } => values,
        }
    }

    #[inline]
    fn values_mut(&mut self) -> &mut [f64] {
        match &mut self.0 {
            Held::BuiltIn { values, .. } => values,
            Held::Custom { values, .. } => values,
        }
    }

    /// The position of the parameter with this name.
    #[must_use]
    pub fn param_index(&self, name: &str) -> Option<usize> {
        self.specs().iter().position(|spec| spec.name == name)
    }

    /// The value of a parameter by name.
    #[must_use]
    pub fn param(&self, name: &str) -> Option<f64> {
        self.param_index(name).map(|p| self.params()[p])
    }

    /// Sets parameter number `p`.
    ///
    /// # Errors
    /// If `value` is outside the parameter's range (infinity is accepted where it means absence).
    ///
    /// # Panics
    /// If the law has no parameter number `p`.
    pub fn set_param(&mut self, p: usize, value: f64) -> Result<(), ParamError> {
        let spec = &self.specs()[p];
        let absent = matches!(spec.absent, Absent::Is(without) if without.is_infinite() && value.is_infinite() && value > 0.0);
        if !absent && !spec.range.contains(value) {
            return Err(ParamError::OutOfRange {
                name: spec.name,
                requirement: spec.range.requirement(),
                value,
            });
        }
        self.values_mut()[p] = value;
        Ok(())
    }

    /// Sets parameter number `p` to a value that is known to be in range.
    ///
    /// # Panics
    /// If there are no so many parameters.
    #[inline]
    pub(crate) fn put_param(&mut self, p: usize, value: f64) {
        self.values_mut()[p] = value;
    }

    /// Whether parameter number `p` is there at all (only an absent `k_i` is not).
    #[must_use]
    pub fn has_param(&self, p: usize) -> bool {
        self.params()[p].is_finite()
    }

    /// Current and slopes at (a, b); not finite where a formula has no value.
    #[must_use]
    pub fn response(&self, a: f64, b: f64) -> Response {
        match &self.0 {
            Held::BuiltIn { law, values } => {
                dispatch!(law, L => L::response(&theta(values), a, b))
            }
            Held::Custom { law, values } => law.response(values, a, b),
        }
    }

    /// ∂I/∂θ for each parameter at (a, b), in the order of [`Device::specs`].
    /// The derivative with respect to an absent parameter is zero.
    #[must_use]
    pub fn d_params(&self, a: f64, b: f64) -> Vec<f64> {
        match &self.0 {
            Held::BuiltIn { law, values } => {
                dispatch!(law, L => L::d_params(&theta(values), a, b).to_vec())
            }
            Held::Custom { law, values } => law.d_params(values, a, b),
        }
    }

    /// The equilibrium constant: `k_eq` where the law has one, else 1.
    #[must_use]
    pub fn k_eq(&self) -> f64 {
        self.param("k_eq").unwrap_or(1.0)
    }

    /// The bidirectional jump rates (W⁺, W⁻) at (a, b): I = W⁺ − W⁻ with local detailed balance W⁺/W⁻ = e^A.
    ///
    /// W⁺ = I/(1−e^{−A}), W⁻ = I/(e^A−1), in the limit A → 0 both dI/dA. The chemical laws compiled in have them directly;
    /// those of a formula are negative where it breaks I·A ≥ 0. `platform` is the network's, which gives A.
    #[must_use]
    pub fn jump_rates(&self, platform: Platform, a: f64, b: f64) -> (f64, f64) {
        match &self.0 {
            Held::BuiltIn {
                law: BuiltIn::Diffusion,
                values,
            } => diffusion::jump_rates(values[0], a, b),
            Held::BuiltIn {
                law: BuiltIn::Enzyme,
                values,
            } => enzyme::jump_rates(&theta(values), a, b),
            Held::BuiltIn { .. } | Held::Custom { .. } => {
                let Response {
                    current, d_from, ..
                } = self.response(a, b);
                let force = platform.force(a, b, self.k_eq());
                let slope = match platform {
                    Platform::Electronic => d_from,
                    // A changes by 1 where ln a does.
                    Platform::Chemical => a * d_from,
                };
                numeric::jump_rates(current, force, slope)
            }
        }
    }

    /// Whether the current is known to depend on a − b alone (ohmic, diode, double dot, tunnel diode, diffusion with any
    /// values, a quantum dot at tracking 1; a formula where that follows from its form and its values).
    #[must_use]
    pub fn depends_on_difference(&self) -> bool {
        match &self.0 {
            Held::BuiltIn { law, values } => {
                dispatch!(law, L => L::depends_on_difference(&theta(values)))
            }
            Held::Custom { law, values } => law.depends_on_difference(values),
        }
    }

    /// About how far one end's state must move for the current to change its course: the width of a step or a peak, in
    /// units of the state (electronic) or of its logarithm (chemical). At most 1; 0 for a formula, of which it is not known.
    #[must_use]
    pub fn finest_feature(&self) -> f64 {
        match &self.0 {
            Held::BuiltIn { law, values } => {
                dispatch!(law, L => L::finest_feature(&theta(values))).min(1.0)
            }
            Held::Custom { .. } => 0.0,
        }
    }

    /// States in the rectangle at which the current certainly depends on more than a − b: the slopes are not opposite.
    /// `None` where none was found.
    #[must_use]
    pub fn asymmetry_over(&self, a: Interval, b: Interval) -> Option<(f64, f64)> {
        match &self.0 {
            Held::BuiltIn { .. } => (!self.depends_on_difference()).then(|| (a.mid(), b.mid())),
            Held::Custom { law, values } => law.asymmetry_over(values, a, b),
        }
    }

    /// How the device fails over a rectangle of states as no device can; always empty for the laws compiled in.
    #[must_use]
    pub fn flaws(&self, platform: Platform, a: Interval, b: Interval) -> Vec<Flaw> {
        match &self.0 {
            Held::BuiltIn { .. } => Vec::new(),
            Held::Custom { law, values } => law.flaws(values, platform, a, b),
        }
    }

    /// Whether I·A ≥ 0 is proved over a rectangle of states: always for the laws compiled in.
    #[must_use]
    pub fn is_passive_over(&self, a: Interval, b: Interval) -> bool {
        match &self.0 {
            Held::BuiltIn { .. } => true,
            Held::Custom { law, values } => law.is_passive_over(values, a, b),
        }
    }

    /// An enclosure of the own-side conductance (∂I/∂a at `from`, −∂I/∂b at `to`) over a rectangle of states.
    #[must_use]
    pub fn conductance_over(&self, side: Side, a: Interval, b: Interval) -> Interval {
        match &self.0 {
            Held::BuiltIn { law, values } => {
                dispatch!(law, L => L::conductance(&theta(values), side, a, b))
            }
            Held::Custom { law, values } => law.conductance_over(values, side, a, b),
        }
    }

    /// An enclosure of a function that has the sign of the own-side conductance over a rectangle of states, and keeps
    /// it where the conductance itself would underflow.
    #[must_use]
    pub fn conductance_sign_over(&self, side: Side, a: Interval, b: Interval) -> Interval {
        match &self.0 {
            Held::BuiltIn { law, values } => {
                dispatch!(law, L => L::sign(&theta(values), side, a, b))
            }
            Held::Custom { law, values } => law.conductance_over(values, side, a, b),
        }
    }

    /// Whether it is proved at once that the device shows no NDC towards `side` at any states whatever.
    #[must_use]
    pub fn is_free_of_ndc(&self, side: Side) -> bool {
        let from = |lowest: f64| Interval::new(lowest, f64::MAX);
        match &self.0 {
            Held::BuiltIn { law, values } => {
                let all = from(match self.kind().platform() {
                    Some(Platform::Chemical) => 0.0,
                    Some(Platform::Electronic) | None => f64::MIN,
                });
                dispatch!(law, L => {
                    matches!(L::closed_ndc(&theta(values), side, all, all), Some(NdcVerdict::Never))
                })
            }
            Held::Custom { law, values } => {
                let all = from(f64::MIN);
                law.is_free_of_ndc(values, side, all, all)
            }
        }
    }

    /// Whether the device shows NDC towards `side` anywhere in the rectangle `a` × `b`.
    ///
    /// Closed forms where there are some; otherwise branch and bound on interval enclosures, which never answers
    /// [`NdcVerdict::Never`] without a proof and gives up with [`NdcVerdict::Unknown`].
    #[must_use]
    pub fn ndc_over(&self, side: Side, a: Interval, b: Interval) -> NdcVerdict {
        match &self.0 {
            Held::BuiltIn { law, values } => dispatch!(law, L => {
                let theta = theta(values);
                L::closed_ndc(&theta, side, a, b).unwrap_or_else(|| {
                    interval::negative_anywhere(a, b, interval::CELLS, |a, b| L::sign(&theta, side, a, b))
                })
            }),
            Held::Custom { law, values } => law.ndc_over(values, side, a, b),
        }
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
