//! What there are pictures of.

use eframe::egui::{Vec2, vec2};

/// Something that is drawn and can be kept as a picture, or as numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The whole network.
    Canvas,
    /// The current of an edge, with its slope.
    Iv,
    /// States over time.
    Traces,
    /// The loss over the steps of a training.
    Loss,
    /// What the network answers, over one input or two.
    Response,
    /// The slopes of the loss, on the canvas.
    Gradient,
}

impl Subject {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Canvas,
        Self::Iv,
        Self::Traces,
        Self::Loss,
        Self::Response,
        Self::Gradient,
    ];

    /// One word: in the command line and in the names of files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Canvas => "canvas",
            Self::Iv => "iv",
            Self::Traces => "traces",
            Self::Loss => "loss",
            Self::Response => "response",
            Self::Gradient => "gradient",
        }
    }

    /// What people call it.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Canvas => "Canvas",
            Self::Iv => "I-V curve",
            Self::Traces => "Time plot",
            Self::Loss => "Loss",
            Self::Response => "Response",
            Self::Gradient => "Gradient",
        }
    }

    /// The size of its picture unless another one is asked for, in points.
    #[must_use]
    pub fn size(self) -> Vec2 {
        match self {
            Self::Canvas | Self::Gradient => vec2(1280.0, 720.0),
            Self::Iv => vec2(560.0, 480.0),
            Self::Traces | Self::Loss => vec2(720.0, 360.0),
            Self::Response => vec2(440.0, 420.0),
        }
    }
}
