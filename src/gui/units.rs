//! Physical units for display: millivolts and amperes where the document says what temperature and rate it means.

use crate::device::Platform;
use crate::network::{Network, Units};

/// Boltzmann's constant in joules per kelvin, and the elementary charge in coulombs (exact in the SI since 2019).
const BOLTZMANN: f64 = 1.380_649e-23;
const CHARGE: f64 = 1.602_176_634e-19;

/// A factor from the model's numbers to those shown, and their unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Quantity {
    pub(crate) factor: f64,
    pub(crate) unit: &'static str,
}

/// What the numbers of a network stand for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Scales {
    pub(crate) platform: Platform,
    units: Option<Units>,
    omega: f64,
}

impl Scales {
    /// Those of a network.
    pub(crate) fn of(network: &Network) -> Self {
        Self {
            platform: network.platform(),
            units: network.units,
            omega: network.system_size,
        }
    }

    /// A state: millivolts if the temperature is known; a concentration always is in mM.
    pub(crate) fn state(self) -> Quantity {
        match (self.platform, self.units) {
            (Platform::Electronic, Some(units)) => Quantity {
                factor: 1e3 * BOLTZMANN * units.temperature_k / CHARGE,
                unit: "mV",
            },
            _ => Quantity {
                factor: 1.0,
                unit: self.platform.state_unit(),
            },
        }
    }

    /// A current, in the unit that suits one as large as this.
    pub(crate) fn current(self, largest: f64) -> Quantity {
        let Some(units) = self.units else {
            let unit = match self.platform {
                Platform::Electronic => "carriers/τ₀",
                Platform::Chemical => "mM/τ₀",
            };
            return Quantity { factor: 1.0, unit };
        };
        if self.platform == Platform::Chemical {
            return Quantity {
                factor: units.rate_hz,
                unit: "mM/s",
            };
        }
        let ampere = CHARGE * units.rate_hz * self.omega;
        let size = (ampere * largest).abs();
        let (factor, unit) = [
            (1e18, "aA"),
            (1e15, "fA"),
            (1e12, "pA"),
            (1e9, "nA"),
            (1e6, "µA"),
        ]
        .into_iter()
        .find(|(per_ampere, _)| size * per_ampere < 1e3)
        .unwrap_or((1e3, "mA"));
        Quantity {
            factor: ampere * factor,
            unit,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_carrier_at_room_temperature() {
        let mut network = Network::new(Platform::Electronic);
        network.units = Some(Units {
            temperature_k: 300.0,
            rate_hz: 1e9,
        });
        network.system_size = 1.0;
        let scales = Scales::of(&network);
        // k_B·300 K/e = 25.852 mV; e·1 GHz = 160.2 pA.
        assert!((scales.state().factor - 25.852).abs() < 1e-3);
        let current = scales.current(1.0);
        assert_eq!(current.unit, "pA");
        assert!((current.factor - 160.217_66).abs() < 1e-4);
        assert_eq!(scales.current(1e3).unit, "nA");
        network.units = None;
        assert_eq!(Scales::of(&network).state().unit, "k_BT");
    }
}
