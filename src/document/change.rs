//! What an edit touches, and the revisions by which derived results know whether they are still current.

use crate::network::{EdgeKey, NodeKey};

/// The parts of a document that are counted apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Aspect {
    /// Which reservoirs and devices there are, of which role and law, how they are joined, and whether a leak, a signal
    /// or an optional parameter is there at all: what a compiled network has to be rebuilt for.
    Topology,
    /// The numbers of reservoirs and devices: what a compiled network is rewritten with in place.
    Parameters,
    /// Positions on the canvas: what no computation looks at.
    Layout,
    /// The task and the training settings.
    Task,
    /// Names, ids, labels, units and what the window keeps.
    Text,
}

impl Aspect {
    /// All parts.
    pub const ALL: [Self; 5] = [
        Self::Topology,
        Self::Parameters,
        Self::Layout,
        Self::Task,
        Self::Text,
    ];
}

/// The parts of a document that an edit changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Change([bool; Aspect::ALL.len()]);

impl Change {
    /// Nothing changed: the edit set what was there already.
    pub const NONE: Self = Self([false; Aspect::ALL.len()]);

    /// These parts changed.
    #[must_use]
    pub fn of(aspects: &[Aspect]) -> Self {
        let mut change = Self::NONE;
        for &aspect in aspects {
            change.0[aspect as usize] = true;
        }
        change
    }

    /// This part if `changed`, else nothing.
    pub(super) fn when(changed: bool, aspect: Aspect) -> Self {
        if changed {
            Self::of(&[aspect])
        } else {
            Self::NONE
        }
    }

    /// Whether this part changed.
    #[must_use]
    pub fn has(self, aspect: Aspect) -> bool {
        self.0[aspect as usize]
    }

    /// Whether nothing changed.
    #[must_use]
    pub fn is_none(self) -> bool {
        self == Self::NONE
    }

    /// What either changed.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(std::array::from_fn(|i| self.0[i] || other.0[i]))
    }
}

/// A number for each part of a document: equal numbers mean equal content.
///
/// Numbers are never used for a second content, and undo restores those of the content it restores, so a result kept
/// under its revision is found again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Revision([u64; Aspect::ALL.len()]);

impl Revision {
    /// The number of one part.
    #[must_use]
    pub fn of(self, aspect: Aspect) -> u64 {
        self.0[aspect as usize]
    }

    /// The number of which reservoirs and devices there are, and how they are joined.
    #[must_use]
    pub fn topology(self) -> u64 {
        self.of(Aspect::Topology)
    }

    /// The number of the numbers of reservoirs and devices.
    #[must_use]
    pub fn parameters(self) -> u64 {
        self.of(Aspect::Parameters)
    }

    /// The number of the positions.
    #[must_use]
    pub fn layout(self) -> u64 {
        self.of(Aspect::Layout)
    }

    /// The number of the task and the training settings.
    #[must_use]
    pub fn task(self) -> u64 {
        self.of(Aspect::Task)
    }

    /// The number of names, ids, labels, units and what the window keeps.
    #[must_use]
    pub fn text(self) -> u64 {
        self.of(Aspect::Text)
    }

    /// Gives the parts that changed the number `clock`, which must be new.
    pub(super) fn advance(&mut self, change: Change, clock: u64) {
        for aspect in Aspect::ALL {
            if change.has(aspect) {
                self.0[aspect as usize] = clock;
            }
        }
    }
}

/// A reservoir or an edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Element {
    /// A reservoir.
    Node(NodeKey),
    /// An edge.
    Edge(EdgeKey),
}

/// What came of an edit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Applied {
    /// The parts that changed.
    pub change: Change,
    /// The element that was added, if the edit adds one.
    pub created: Option<Element>,
}
