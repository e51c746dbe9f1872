//! Roles: which reservoirs are held, and which find their own state.

/// The part a reservoir plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Clamped at its value: where the question is put.
    Input,
    /// Clamped at its value: a rail.
    Bias,
    /// Free: finds its own state.
    Hidden,
    /// Free, and where the answer is read.
    Output,
}

impl Role {
    /// All roles, in the order menus list them.
    pub const ALL: [Self; 4] = [Self::Input, Self::Bias, Self::Hidden, Self::Output];

    /// Whether the reservoir is held at its value (an infinite reservoir).
    #[must_use]
    pub fn is_clamped(self) -> bool {
        matches!(self, Self::Input | Self::Bias)
    }

    /// The word the file format uses.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Input => "input",
            Self::Bias => "bias",
            Self::Hidden => "hidden",
            Self::Output => "output",
        }
    }

    /// The role with this name in the file format.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }

    /// What a new reservoir of this role is called, before a number is added.
    #[must_use]
    pub fn id_stem(self) -> &'static str {
        match self {
            Self::Input => "x",
            Self::Bias => "b",
            Self::Hidden => "h",
            Self::Output => "y",
        }
    }
}
