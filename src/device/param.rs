//! Platforms, and what there is to know about a parameter: unit, range, default, slider.

use serde::{Deserialize, Serialize};

/// The one conserved quantity a network carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Platform {
    /// Electric charge; the state of a reservoir is its potential μ in units of k_B·T.
    Electronic,
    /// Molecules; the state of a reservoir is its concentration c > 0 in mM.
    Chemical,
}

impl Platform {
    /// The ground of a network that does not state one: 0 k_B·T, or 0.01 mM.
    #[must_use]
    pub fn default_ground(self) -> f64 {
        match self {
            Self::Electronic => 0.0,
            Self::Chemical => 0.01,
        }
    }

    /// The unit of a reservoir's state.
    #[must_use]
    pub fn state_unit(self) -> &'static str {
        match self {
            Self::Electronic => "k_BT",
            Self::Chemical => "mM",
        }
    }

    /// The symbol of a reservoir's state.
    #[must_use]
    pub fn state_symbol(self) -> &'static str {
        match self {
            Self::Electronic => "μ",
            Self::Chemical => "c",
        }
    }

    /// The word the file format uses.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Electronic => "electronic",
            Self::Chemical => "chemical",
        }
    }

    /// The thermodynamic force of an edge with equilibrium constant `k_eq` (1 on the electronic platform):
    /// A = a − b, or ln(k_eq·a/b).
    #[must_use]
    pub fn force(self, a: f64, b: f64, k_eq: f64) -> f64 {
        match self {
            Self::Electronic => a - b,
            Self::Chemical => k_eq.ln() + (a / b).ln(),
        }
    }

    /// The set of states a reservoir may have.
    #[must_use]
    pub fn state_range(self) -> ParamRange {
        match self {
            Self::Electronic => ParamRange::Real,
            Self::Chemical => ParamRange::Positive,
        }
    }
}

/// The set of values a number may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParamRange {
    /// Strictly positive and finite.
    Positive,
    /// Zero or positive, and finite.
    NonNegative,
    /// Any finite number.
    Real,
}

impl ParamRange {
    /// Whether `value` lies in the range.
    #[must_use]
    pub fn contains(self, value: f64) -> bool {
        value.is_finite()
            && match self {
                Self::Positive => value > 0.0,
                Self::NonNegative => value >= 0.0,
                Self::Real => true,
            }
    }

    /// The largest number below the range: `value` lies in it if it is finite and larger.
    pub(crate) fn least(self) -> f64 {
        match self {
            Self::Positive => 0.0,
            // The number before 0.
            Self::NonNegative => -f64::from_bits(1),
            Self::Real => f64::NEG_INFINITY,
        }
    }

    /// The requirement in words, as error messages state it.
    #[must_use]
    pub fn requirement(self) -> &'static str {
        match self {
            Self::Positive => "must be > 0",
            Self::NonNegative => "must be >= 0",
            Self::Real => "must be a finite number",
        }
    }
}

/// The physical dimension of a parameter, from which a display unit follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dimension {
    /// A pure number.
    Number,
    /// A reservoir's state: k_B·T, or mM.
    State,
    /// How often something happens to one carrier, per unit time.
    Rate,
    /// Carriers per unit time.
    Current,
    /// Carriers per unit time and unit of state.
    Conductance,
    /// Carriers per unit of state.
    Capacity,
}

impl Dimension {
    /// The dimensionless unit shown beside a number, given the platform.
    #[must_use]
    pub fn unit(self, platform: Platform) -> &'static str {
        match (self, platform) {
            (Self::Number, _) => "",
            (Self::State, Platform::Electronic) => "k_BT",
            (Self::State, Platform::Chemical) => "mM",
            (Self::Current, Platform::Chemical) => "mM/τ₀",
            (Self::Conductance, Platform::Electronic) => "1/(k_BT τ₀)",
            (Self::Rate, _)
            | (Self::Current, Platform::Electronic)
            | (Self::Conductance, Platform::Chemical) => "1/τ₀",
            (Self::Capacity, Platform::Electronic) => "1/k_BT",
            (Self::Capacity, Platform::Chemical) => "vol",
        }
    }
}

/// What a file that leaves a parameter out means by it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Absent {
    /// The parameter must be given.
    Required,
    /// The parameter takes this value; an infinite one means that the term it belongs to is not there,
    /// and such a parameter is left out again when the network is saved.
    Is(f64),
}

/// Everything there is to know about one parameter of a law (or of a reservoir).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ParamSpec {
    /// The key in the file, and the name shown.
    pub name: &'static str,
    /// The symbol in formulas.
    pub symbol: &'static str,
    /// One line: what it does.
    pub meaning: &'static str,
    /// Physical dimension, hence the unit.
    pub dimension: Dimension,
    /// Values that are allowed.
    pub range: ParamRange,
    /// What leaving it out means.
    pub absent: Absent,
    /// The value of a newly placed device.
    pub default: f64,
    /// Ends of the slider (values beyond stay legal).
    pub slider: [f64; 2],
    /// Whether the default set of trainable parameters holds it (all but `tracking` and `k_eq`).
    pub trainable: bool,
}

impl ParamSpec {
    /// Whether the slider and the trainer work on the parameter's logarithm: positive parameters do.
    #[must_use]
    pub fn is_logarithmic(&self) -> bool {
        self.range == ParamRange::Positive
    }
}
