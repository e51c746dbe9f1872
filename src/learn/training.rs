//! How a network is trained: the rule that gives the gradient, the optimizer that uses it, and their settings.

/// Where the gradient of the loss comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Rule {
    /// The adjoint of the steady state: one linear solve with the transposed Jacobian.
    #[default]
    Implicit,
    /// Two nudged relaxations; exact where the network is reciprocal.
    EquilibriumPropagation,
    /// Two nudged relaxations with the antisymmetric part of the Jacobian turned round; exact always.
    AsymmetricEp,
    /// Simultaneous perturbation (Spall): forward measurements alone.
    Spsa,
    /// One perturbation for each parameter: the check of all others.
    FiniteDifference,
}

impl Rule {
    /// All rules, in the order menus list them.
    pub const ALL: [Self; 5] = [
        Self::Implicit,
        Self::EquilibriumPropagation,
        Self::AsymmetricEp,
        Self::Spsa,
        Self::FiniteDifference,
    ];

    /// The word the file format uses.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Implicit => "implicit",
            Self::EquilibriumPropagation => "equilibrium_propagation",
            Self::AsymmetricEp => "asymmetric_ep",
            Self::Spsa => "spsa",
            Self::FiniteDifference => "finite_difference",
        }
    }

    /// The rule with this name in the file format.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rule| rule.name() == name)
    }

    /// Whether the rule nudges the outputs, by an amount `beta`.
    #[must_use]
    pub fn nudges(self) -> bool {
        matches!(self, Self::EquilibriumPropagation | Self::AsymmetricEp)
    }
}

/// What turns gradients into steps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Optimizer {
    /// Adaptive moments (Kingma & Ba 2015).
    #[default]
    Adam,
    /// Gradient descent, with momentum where one is given.
    Sgd,
    /// Damped Gauss-Newton on the residuals.
    LevenbergMarquardt,
}

impl Optimizer {
    /// All optimizers, in the order menus list them.
    pub const ALL: [Self; 3] = [Self::Adam, Self::Sgd, Self::LevenbergMarquardt];

    /// The word the file format uses.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Adam => "adam",
            Self::Sgd => "sgd",
            Self::LevenbergMarquardt => "levenberg_marquardt",
        }
    }

    /// The optimizer with this name in the file format.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|optimizer| optimizer.name() == name)
    }
}

/// The longest training a file may ask for: a limit so that the record of losses has a bounded length.
pub const MAX_STEPS: usize = 1_000_000_000;

/// The settings of a training run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Training {
    /// Where the gradient comes from; `implicit` unless given, which is exact and the fastest.
    pub rule: Rule,
    /// What turns gradients into steps; `adam` unless given, which needs the least tuning.
    pub optimizer: Optimizer,
    /// Step size, > 0; 0.02 unless given. Positive parameters move by this share, the others by this amount.
    pub rate: f64,
    /// Number of updates, from 1 to [`MAX_STEPS`]; 2000 unless given.
    pub steps: usize,
    /// Seed of every random choice; 0 unless given.
    pub seed: u64,
    /// The largest Euclidean norm of a gradient, longer ones are shortened to it; > 0, or `None` for no limit.
    /// 0.5 unless given: near a fold gradients diverge, and one such step must not undo the run.
    pub clip: Option<f64>,
    /// Share of the last step that `sgd` carries on, in [0, 1); the optimizer's own choice if `None`.
    pub momentum: Option<f64>,
    /// Strength of the nudge of the equilibrium-propagation rules, > 0; the rule's own choice if `None`.
    pub beta: Option<f64>,
}

impl Default for Training {
    fn default() -> Self {
        Self {
            rule: Rule::default(),
            optimizer: Optimizer::default(),
            rate: 0.02,
            steps: 2000,
            seed: 0,
            clip: Some(0.5),
            momentum: None,
            beta: None,
        }
    }
}
