//! Reservoirs and devices as a network holds them, and the keys by which everything else refers to them.

use super::{Role, Signal};
use crate::device::{Absent, Device, Dimension, ParamRange, ParamSpec, Platform};

/// The lasting identity of a reservoir.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeKey(pub(super) u32);

/// The lasting identity of an edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EdgeKey(pub(super) u32);

/// A reservoir.
///
/// It keeps the numbers of both kinds of role, so that changing the role in place loses nothing: `value` and
/// `signal` act on clamps, `capacity`, `leak` and `initial` on free reservoirs.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Lasting identity; given by the network.
    pub(super) key: NodeKey,
    /// The name users see; unique among the network's reservoirs.
    pub id: String,
    /// A longer name, for display alone.
    pub label: Option<String>,
    /// The part it plays.
    pub role: Role,
    /// Position on the canvas, in points at 100 %; `None` until placed.
    pub at: Option<[f64; 2]>,
    /// The state at which a clamp is held.
    pub value: f64,
    /// What a clamp adds to its value in time.
    pub signal: Option<Signal>,
    /// Carriers stored per unit of state; > 0.
    pub capacity: f64,
    /// Conductance to ground; ≥ 0.
    pub leak: f64,
    /// State at t = 0; ground if `None`.
    pub initial: Option<f64>,
}

/// The capacity of a reservoir, described as a parameter.
pub const CAPACITY: ParamSpec = ParamSpec {
    name: "capacity",
    symbol: "C",
    meaning: "carriers stored per unit of state; large is slow",
    dimension: Dimension::Capacity,
    range: ParamRange::Positive,
    absent: Absent::Is(1.0),
    default: 1.0,
    slider: [0.05, 20.0],
    trainable: false,
};

/// The leak of a reservoir, described as a parameter.
pub const LEAK: ParamSpec = ParamSpec {
    name: "leak",
    symbol: "ℓ",
    meaning: "conductance to ground",
    dimension: Dimension::Conductance,
    range: ParamRange::NonNegative,
    absent: Absent::Is(0.0),
    default: 0.2,
    slider: [0.0, 2.0],
    trainable: false,
};

impl Node {
    /// A reservoir of this role with the values of a newly placed one; the network gives it its key.
    #[must_use]
    pub fn new(id: impl Into<String>, role: Role, platform: Platform) -> Self {
        Self {
            key: NodeKey(u32::MAX),
            id: id.into(),
            label: None,
            role,
            at: None,
            value: platform.default_ground(),
            signal: None,
            capacity: 1.0,
            leak: 0.0,
            initial: None,
        }
    }

    /// The lasting identity.
    #[must_use]
    pub fn key(&self) -> NodeKey {
        self.key
    }

    /// The label where there is one, else the id.
    #[must_use]
    pub fn title(&self) -> &str {
        self.label.as_deref().unwrap_or(&self.id)
    }
}

/// A device between two reservoirs.
#[derive(Clone, Debug, PartialEq)]
pub struct Edge {
    /// Lasting identity; given by the network.
    pub(super) key: EdgeKey,
    /// The name users see; unique among the network's edges.
    pub id: String,
    /// A longer name, for display alone.
    pub label: Option<String>,
    /// The reservoir whose state is `a`; current leaving it counts positive.
    pub from: NodeKey,
    /// The reservoir whose state is `b`.
    pub to: NodeKey,
    /// The law that gives the current.
    pub device: Device,
}

impl Edge {
    /// The lasting identity.
    #[must_use]
    pub fn key(&self) -> EdgeKey {
        self.key
    }

    /// The label where there is one, else the id.
    #[must_use]
    pub fn title(&self) -> &str {
        self.label.as_deref().unwrap_or(&self.id)
    }
}
