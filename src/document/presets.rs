//! The networks that come with the program: ordinary documents, read by the same loader as any file.

use super::problem::Rejected;
use super::reader::{Loaded, read};

/// A network that comes with the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preset {
    /// The stem of its file, by which lessons and tests name it.
    pub name: &'static str,
    /// What the gallery calls it; the same as the network's name.
    pub title: &'static str,
    /// The file.
    pub source: &'static str,
}

impl Preset {
    /// Reads the network.
    ///
    /// # Errors
    /// None for a preset of [`PRESETS`]: a test reads them all.
    pub fn load(&self) -> Result<Loaded, Rejected> {
        read(self.source.as_bytes())
    }
}

/// Embeds the files of the presets folder.
macro_rules! presets {
    ($($name:literal: $title:literal,)*) => {
        &[$(Preset {
            name: $name,
            title: $title,
            source: include_str!(concat!("../../presets/", $name, ".json")),
        },)*]
    };
}

/// All presets, in the order in which the gallery shows them: the trained ones, then single ideas from the plainest to the most surprising.
pub const PRESETS: &[Preset] = presets![
    "xor": "XOR",
    "xor-monotone": "XOR without NDC",
    "gates": "Gates",
    "parity": "Parity",
    "sine": "Sine",
    "sine-two-periods": "Sine, two periods",
    "xor-enzyme": "Enzyme XOR",
    "sine-enzyme": "Enzyme sine",
    "three-tanks": "Three tanks",
    "fold": "Fold",
    "fold-gated": "Gated fold",
    "fold-blockade": "Blockade fold",
    "enzyme-fold": "Enzyme fold",
    "latch": "Latch",
    "xor-minimal": "Minimal XOR",
];

/// The preset with this name.
#[must_use]
pub fn preset(name: &str) -> Option<&'static Preset> {
    PRESETS.iter().find(|preset| preset.name == name)
}
