//! The kinds of laws: their names, platforms and one-line descriptions.

use std::fmt;

use super::kernel::BuiltIn;
use super::{ParamSpec, Platform};

/// The kind of law a device follows.
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
    /// A formula the user types.
    Custom,
}

impl Kind {
    /// All laws, in the order menus and number keys list them.
    pub const ALL: [Self; 9] = [
        Self::Ohmic,
        Self::QuantumDot,
        Self::DoubleDot,
        Self::BlockadeDot,
        Self::TunnelDiode,
        Self::Diode,
        Self::Diffusion,
        Self::Enzyme,
        Self::Custom,
    ];

    /// The laws of one platform, in the order of [`Kind::ALL`].
    pub fn of_platform(platform: Platform) -> impl Iterator<Item = Self> {
        Self::ALL
            .into_iter()
            .filter(move |kind| kind.suits(platform))
    }

    /// The platform the law belongs to; `None` where it suits either.
    #[must_use]
    pub fn platform(self) -> Option<Platform> {
        match self {
            Self::Diffusion | Self::Enzyme => Some(Platform::Chemical),
            Self::Custom => None,
            _ => Some(Platform::Electronic),
        }
    }

    /// Whether the law can be used on a platform.
    #[must_use]
    pub fn suits(self, platform: Platform) -> bool {
        self.platform().is_none_or(|own| own == platform)
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
            Self::Custom => "custom",
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
            Self::Custom => "custom",
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
            Self::Custom => "a formula of your own in a, b and named parameters",
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
            Self::Custom => "I = the formula you type",
        }
    }

    /// The law with this name in the file format.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The law's parameters, in the order in which a [`Device`](super::Device) holds their values; none for `custom`,
    /// whose formulas have their own ([`Device::specs`](super::Device::specs)).
    #[must_use]
    pub fn specs(self) -> &'static [ParamSpec] {
        self.built_in().map_or(&[], BuiltIn::specs)
    }

    /// The law of this kind, unless it is a formula.
    pub(super) fn built_in(self) -> Option<BuiltIn> {
        Some(match self {
            Self::Ohmic => BuiltIn::Ohmic,
            Self::Diode => BuiltIn::Diode,
            Self::QuantumDot => BuiltIn::QuantumDot,
            Self::DoubleDot => BuiltIn::DoubleDot,
            Self::BlockadeDot => BuiltIn::BlockadeDot,
            Self::TunnelDiode => BuiltIn::TunnelDiode,
            Self::Diffusion => BuiltIn::Diffusion,
            Self::Enzyme => BuiltIn::Enzyme,
            Self::Custom => return None,
        })
    }

    /// The position of the parameter with this name; `None` for `custom`, whose formulas have their own.
    #[must_use]
    pub fn param_index(self, name: &str) -> Option<usize> {
        self.specs().iter().position(|spec| spec.name == name)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
