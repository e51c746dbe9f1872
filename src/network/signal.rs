//! Signals: what a clamp adds to its value as time goes on.

/// The form of a signal over one period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Shape {
    /// sin(2π·s), s the position in the period.
    Sine,
    /// +1 in the first half, −1 in the second.
    Square,
    /// Rises from −1 to +1, then jumps back.
    Ramp,
    /// +1 in the first tenth, 0 otherwise.
    Pulse,
}

/// The part of a period for which a pulse is up.
const PULSE_SHARE: f64 = 0.1;

impl Shape {
    /// All shapes, in the order menus list them.
    pub const ALL: [Self; 4] = [Self::Sine, Self::Square, Self::Ramp, Self::Pulse];

    /// The word the file format uses.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Sine => "sine",
            Self::Square => "square",
            Self::Ramp => "ramp",
            Self::Pulse => "pulse",
        }
    }

    /// The shape with this name in the file format.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|shape| shape.name() == name)
    }

    /// The positions in [0, 1) at which the shape jumps.
    #[must_use]
    pub fn jumps(self) -> &'static [f64] {
        match self {
            Self::Sine => &[],
            Self::Square => &[0.0, 0.5],
            Self::Ramp => &[0.0],
            Self::Pulse => &[0.0, PULSE_SHARE],
        }
    }
}

/// What a clamp adds to its value as time goes on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Signal {
    /// The form over one period.
    pub shape: Shape,
    /// The largest deviation from the clamp's value, in units of state.
    pub amplitude: f64,
    /// The period, in units of time; > 0.
    pub period: f64,
    /// The phase at t = 0 in radians: the signal is the shape at (t/period + phase/2π).
    pub phase: f64,
}

impl Signal {
    /// The position in the period at time `t`, in [0, 1).
    fn position(&self, t: f64) -> f64 {
        let s = (t / self.period + self.phase / std::f64::consts::TAU).rem_euclid(1.0);
        // rem_euclid rounds to 1.0 for tiny negative arguments.
        if s < 1.0 { s } else { 0.0 }
    }

    /// The deviation from the clamp's value at time `t`, as seen from the time `inside`: `t` may be the very moment of
    /// a jump, and then counts to the stretch between jumps in which `inside` lies.
    #[must_use]
    pub fn at(&self, t: f64, inside: f64) -> f64 {
        let s = self.position(inside);
        self.amplitude
            * match self.shape {
                Shape::Sine => (std::f64::consts::TAU * self.position(t)).sin(),
                Shape::Square if s < 0.5 => 1.0,
                Shape::Square => -1.0,
                Shape::Ramp => 2.0 * (s + (t - inside) / self.period) - 1.0,
                Shape::Pulse if s < PULSE_SHARE => 1.0,
                Shape::Pulse => 0.0,
            }
    }

    /// The rate of change at time `t`, between jumps.
    #[must_use]
    pub fn rate_at(&self, t: f64) -> f64 {
        let per_period = match self.shape {
            Shape::Sine => std::f64::consts::TAU * (std::f64::consts::TAU * self.position(t)).cos(),
            Shape::Ramp => 2.0,
            Shape::Square | Shape::Pulse => 0.0,
        };
        self.amplitude * per_period / self.period
    }

    /// The first jump strictly after time `t`; infinite for a smooth shape.
    #[must_use]
    pub fn next_jump(&self, t: f64) -> f64 {
        let s = self.position(t);
        // A jump closer than this share of a period counts as already taken: below it, time cannot resolve the two.
        let resolution = 1e-12 * (1.0 + (t / self.period).abs());
        self.shape
            .jumps()
            .iter()
            .flat_map(|&jump| [jump - s, jump - s + 1.0])
            .filter(|&ahead| ahead > resolution)
            .fold(f64::INFINITY, f64::min)
            * self.period
            + t
    }

    /// The smallest deviation the signal ever takes.
    #[must_use]
    pub fn lowest(&self) -> f64 {
        match self.shape {
            Shape::Pulse => self.amplitude.min(0.0),
            _ => -self.amplitude.abs(),
        }
    }

    /// The largest deviation the signal ever takes.
    #[must_use]
    pub fn highest(&self) -> f64 {
        match self.shape {
            Shape::Pulse => self.amplitude.max(0.0),
            _ => self.amplitude.abs(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signals_jump_where_they_say() {
        let signal = Signal {
            shape: Shape::Square,
            amplitude: 2.0,
            period: 4.0,
            phase: 0.0,
        };
        assert!((signal.next_jump(0.0) - 2.0).abs() < 1e-12);
        assert!((signal.next_jump(2.0) - 4.0).abs() < 1e-12);
        assert_eq!((signal.at(2.0, 1.9), signal.at(2.0, 2.1)), (2.0, -2.0));
        let sine = Signal {
            shape: Shape::Sine,
            phase: std::f64::consts::FRAC_PI_2,
            ..signal
        };
        assert!((sine.at(0.0, 0.0) - 2.0).abs() < 1e-15);
        assert!(sine.next_jump(0.0).is_infinite());
        let h = 1e-6;
        assert!(
            (sine.rate_at(0.7) - (sine.at(0.7 + h, 0.7) - sine.at(0.7 - h, 0.7)) / (2.0 * h)).abs()
                < 1e-8
        );
    }
}
