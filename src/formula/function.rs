//! The functions of one argument that formulas may use.

/// A function of one argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Function {
    /// eˣ.
    Exp,
    /// eˣ − 1, accurate near 0.
    ExpM1,
    /// Natural logarithm.
    Ln,
    /// ln(1 + x), accurate near 0.
    Ln1p,
    /// Logarithm to base 10.
    Log10,
    /// Square root.
    Sqrt,
    /// Sine.
    Sin,
    /// Cosine.
    Cos,
    /// Hyperbolic sine.
    Sinh,
    /// Hyperbolic cosine.
    Cosh,
    /// Hyperbolic tangent.
    Tanh,
    /// Inverse tangent.
    Atan,
    /// The Fermi function 1/(1 + eˣ).
    Fermi,
    /// Absolute value; its slope at the kink counts as 0.
    Abs,
    /// The slope of `tanh`, 1/cosh²; no text names it.
    Sech2,
    /// The slope of the Fermi function with its sign changed, f(x)·f(−x); no text names it.
    FermiSlope,
    /// The slope of `abs`; no text names it.
    Sign,
}

impl Function {
    /// All that can be written, in the order help lists them.
    pub const ALL: [Self; 14] = [
        Self::Exp,
        Self::ExpM1,
        Self::Ln,
        Self::Ln1p,
        Self::Log10,
        Self::Sqrt,
        Self::Sin,
        Self::Cos,
        Self::Sinh,
        Self::Cosh,
        Self::Tanh,
        Self::Atan,
        Self::Fermi,
        Self::Abs,
    ];

    /// The word in formulas.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Exp => "exp",
            Self::ExpM1 => "expm1",
            Self::Ln => "ln",
            Self::Ln1p => "ln1p",
            Self::Log10 => "log10",
            Self::Sqrt => "sqrt",
            Self::Sin => "sin",
            Self::Cos => "cos",
            Self::Sinh => "sinh",
            Self::Cosh => "cosh",
            Self::Tanh => "tanh",
            Self::Atan => "atan",
            Self::Fermi => "fermi",
            Self::Abs => "abs",
            Self::Sech2 => "1/cosh²",
            Self::FermiSlope => "fermi·(1 − fermi)",
            Self::Sign => "slope of abs",
        }
    }

    /// The function that formulas call by this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|function| function.name() == name)
    }

    /// Its value; not finite where it has none.
    #[must_use]
    pub fn value(self, x: f64) -> f64 {
        match self {
            Self::Exp => x.exp(),
            Self::ExpM1 => x.exp_m1(),
            Self::Ln => x.ln(),
            Self::Ln1p => x.ln_1p(),
            Self::Log10 => x.log10(),
            Self::Sqrt => x.sqrt(),
            Self::Sin => x.sin(),
            Self::Cos => x.cos(),
            Self::Sinh => x.sinh(),
            Self::Cosh => x.cosh(),
            Self::Tanh => x.tanh(),
            Self::Atan => x.atan(),
            Self::Fermi => {
                // By the exponential that does not overflow.
                let small = (-x.abs()).exp();
                if x >= 0.0 {
                    small / (1.0 + small)
                } else {
                    1.0 / (1.0 + small)
                }
            }
            Self::Abs => x.abs(),
            Self::Sech2 => {
                let small = (-2.0 * x.abs()).exp();
                4.0 * small / ((1.0 + small) * (1.0 + small))
            }
            Self::FermiSlope => {
                let small = (-x.abs()).exp();
                small / ((1.0 + small) * (1.0 + small))
            }
            Self::Sign => {
                if x == 0.0 {
                    0.0
                } else {
                    x.signum()
                }
            }
        }
    }
}
