//! Units for display: the model's own, or physical ones where the document says what temperature and rate it means.
//!
//! With temperature T, reference rate Γ₀ and Ω carriers behind one unit, a potential is μ = k_B·T·x, a current
//! I = e·Γ₀·Ω·x, a time t = x/Γ₀, and what is dissipated P = k_B·T·Γ₀·x, where x has Ω in it already. A concentration
//! is in mM either way, and its currents in mM per second.

use crate::device::{Dimension, Platform};
use crate::network::{Network, Units};

use super::number;

/// Boltzmann's constant in joules per kelvin, and the elementary charge in coulombs (exact in the SI since 2019).
const BOLTZMANN: f64 = 1.380_649e-23;
const CHARGE: f64 = 1.602_176_634e-19;

/// Scales to begin with: room temperature, and a rate at which single electrons are counted, or enzymes turn over.
pub(crate) fn first_units(platform: Platform) -> Units {
    Units {
        temperature_k: 300.0,
        rate_hz: match platform {
            Platform::Electronic => 1e9,
            Platform::Chemical => 1.0,
        },
    }
}

/// Units from small to large, each with how many of them make one of the SI.
type Ladder = [(f64, &'static str)];

const AMPERES: &Ladder = &[
    (1e18, "aA"),
    (1e15, "fA"),
    (1e12, "pA"),
    (1e9, "nA"),
    (1e6, "µA"),
    (1e3, "mA"),
    (1.0, "A"),
];
const SIEMENS: &Ladder = &[
    (1e18, "aS"),
    (1e15, "fS"),
    (1e12, "pS"),
    (1e9, "nS"),
    (1e6, "µS"),
    (1e3, "mS"),
    (1.0, "S"),
];
const HERTZ: &Ladder = &[
    (1e3, "mHz"),
    (1.0, "Hz"),
    (1e-3, "kHz"),
    (1e-6, "MHz"),
    (1e-9, "GHz"),
    (1e-12, "THz"),
];
const FARADS: &Ladder = &[
    (1e24, "yF"),
    (1e21, "zF"),
    (1e18, "aF"),
    (1e15, "fF"),
    (1e12, "pF"),
    (1e9, "nF"),
    (1e6, "µF"),
];
const COULOMBS: &Ladder = &[
    (1e21, "zC"),
    (1e18, "aC"),
    (1e15, "fC"),
    (1e12, "pC"),
    (1e9, "nC"),
    (1e6, "µC"),
];
const SECONDS: &Ladder = &[
    (1e15, "fs"),
    (1e12, "ps"),
    (1e9, "ns"),
    (1e6, "µs"),
    (1e3, "ms"),
    (1.0, "s"),
];
const WATTS: &Ladder = &[
    (1e24, "yW"),
    (1e21, "zW"),
    (1e18, "aW"),
    (1e15, "fW"),
    (1e12, "pW"),
    (1e9, "nW"),
    (1e6, "µW"),
    (1e3, "mW"),
    (1.0, "W"),
];

/// A factor from the model's numbers to those shown, and their unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Quantity {
    pub(crate) factor: f64,
    pub(crate) unit: &'static str,
}

impl Quantity {
    /// The model's own numbers in this unit.
    fn own(unit: &'static str) -> Self {
        Self { factor: 1.0, unit }
    }

    /// Numbers that `si` turns into SI units, in the unit of the ladder that suits one as large as `largest`.
    fn on(ladder: &Ladder, si: f64, largest: f64) -> Self {
        let size = (si * largest).abs();
        let &(per_si, unit) = ladder
            .iter()
            .find(|(per_si, _)| size * per_si < 1e3)
            .or(ladder.last())
            .unwrap_or(&(1.0, ""));
        Self {
            factor: si * per_si,
            unit,
        }
    }

    /// The number as it is shown.
    pub(crate) fn of(self, x: f64) -> f64 {
        self.factor * x
    }

    /// The number as it is shown, and its unit.
    pub(crate) fn text(self, x: f64, digits: usize) -> String {
        let number = number::significant(self.of(x), digits);
        if self.unit.is_empty() {
            number
        } else {
            format!("{number} {}", self.unit)
        }
    }
}

/// What the numbers of a network stand for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Scales {
    platform: Platform,
    units: Option<Units>,
    omega: f64,
}

impl Scales {
    /// Those of a network: physical ones where it has them, unless the model's own are asked for.
    pub(crate) fn of(network: &Network, is_dimensionless: bool) -> Self {
        Self {
            platform: network.platform(),
            units: network.units.filter(|_| !is_dimensionless),
            omega: network.system_size,
        }
    }

    /// Whether numbers are shown in physical units.
    pub(crate) fn is_physical(self) -> bool {
        self.units.is_some()
    }

    /// A state: a potential as an energy, or a concentration.
    pub(crate) fn state(self) -> Quantity {
        match (self.platform, self.units) {
            (Platform::Electronic, Some(units)) => Quantity {
                factor: 1e3 * thermal_voltage(units),
                unit: "meV",
            },
            _ => Quantity::own(self.platform.state_unit()),
        }
    }

    /// What the abscissa of an I-V curve is in: a voltage, or a concentration.
    pub(crate) fn abscissa(self) -> Quantity {
        match (self.platform, self.units) {
            (Platform::Electronic, Some(units)) => Quantity {
                factor: 1e3 * thermal_voltage(units),
                unit: "mV",
            },
            _ => self.state(),
        }
    }

    /// A current, in the unit that suits one as large as this.
    pub(crate) fn current(self, largest: f64) -> Quantity {
        match (self.platform, self.units) {
            (Platform::Electronic, Some(units)) => {
                Quantity::on(AMPERES, self.ampere(units), largest)
            }
            (Platform::Chemical, Some(units)) => Quantity {
                factor: units.rate_hz,
                unit: "mM/s",
            },
            (Platform::Electronic, None) => Quantity::own("Ω carriers/τ₀"),
            (Platform::Chemical, None) => Quantity::own("mM/τ₀"),
        }
    }

    /// A slope of a current in a state.
    pub(crate) fn conductance(self, largest: f64) -> Quantity {
        match (self.platform, self.units) {
            (Platform::Electronic, Some(units)) => {
                let siemens = self.ampere(units) / thermal_voltage(units);
                Quantity::on(SIEMENS, siemens, largest)
            }
            (Platform::Chemical, Some(units)) => Quantity {
                factor: units.rate_hz,
                unit: "1/s",
            },
            (platform, None) => Quantity::own(Dimension::Conductance.unit(platform)),
        }
    }

    /// What is stored for a unit of state.
    fn capacity(self, largest: f64) -> Quantity {
        match (self.platform, self.units) {
            (Platform::Electronic, Some(units)) => {
                let farad = CHARGE * self.omega / thermal_voltage(units);
                Quantity::on(FARADS, farad, largest)
            }
            (platform, _) => Quantity::own(Dimension::Capacity.unit(platform)),
        }
    }

    /// An amount that is stored: Ω·C·μ electrons as their charge, or a concentration times a volume.
    pub(crate) fn stored(self, largest: f64) -> Quantity {
        match (self.platform, self.units) {
            (Platform::Electronic, Some(_)) => Quantity::on(COULOMBS, CHARGE * self.omega, largest),
            (Platform::Electronic, None) => Quantity::own(""),
            (Platform::Chemical, _) => Quantity::own("mM·vol"),
        }
    }

    /// A time.
    pub(crate) fn time(self, largest: f64) -> Quantity {
        match self.units {
            Some(units) => Quantity::on(SECONDS, 1.0 / units.rate_hz, largest),
            None => Quantity::own("τ₀"),
        }
    }

    /// How often something happens to one carrier.
    fn rate(self, largest: f64) -> Quantity {
        match self.units {
            Some(units) => Quantity::on(HERTZ, units.rate_hz, largest),
            None => Quantity::own(Dimension::Rate.unit(self.platform)),
        }
    }

    /// What is dissipated per time; Ω is in the number already.
    pub(crate) fn power(self, largest: f64) -> Quantity {
        match self.units {
            Some(units) => {
                let watt = BOLTZMANN * units.temperature_k * units.rate_hz;
                Quantity::on(WATTS, watt, largest)
            }
            None => Quantity::own("k_BT/τ₀"),
        }
    }

    /// What a parameter is in. The unit suits a parameter of 1, so that it does not change while one is dragged.
    pub(crate) fn parameter(self, dimension: Dimension) -> Quantity {
        match dimension {
            Dimension::State => self.state(),
            Dimension::Rate => self.rate(1.0),
            Dimension::Current if self.units.is_some() => self.current(1.0),
            Dimension::Conductance => self.conductance(1.0),
            Dimension::Capacity => self.capacity(1.0),
            Dimension::Number | Dimension::Current => Quantity::own(dimension.unit(self.platform)),
        }
    }

    /// A number where there is little room: with its unit, unless it is the model's own.
    pub(crate) fn brief(self, quantity: Quantity, x: f64, digits: usize) -> String {
        if self.is_physical() {
            quantity.text(x, digits)
        } else {
            number::significant(x, digits)
        }
    }

    /// A state as the canvas writes it: a potential with its sign.
    pub(crate) fn state_text(self, x: f64) -> String {
        let x = self.state().of(x);
        match self.platform {
            Platform::Electronic => number::state(x),
            Platform::Chemical => number::concentration(x),
        }
    }

    /// The same with its unit.
    pub(crate) fn state_with_unit(self, x: f64) -> String {
        format!("{} {}", self.state_text(x), self.state().unit)
    }

    /// Amperes in a current of 1.
    fn ampere(self, units: Units) -> f64 {
        CHARGE * units.rate_hz * self.omega
    }
}

/// k_B·T/e in volts.
fn thermal_voltage(units: Units) -> f64 {
    BOLTZMANN * units.temperature_k / CHARGE
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A network at 300 K whose carriers are counted at 1 GHz.
    fn at_room_temperature(platform: Platform, omega: f64) -> Network {
        let mut network = Network::new(platform);
        network.units = Some(Units {
            temperature_k: 300.0,
            rate_hz: 1e9,
        });
        network.system_size = omega;
        network
    }

    fn near(got: Quantity, factor: f64, unit: &str) {
        assert_eq!(got.unit, unit);
        assert!(
            (got.factor / factor - 1.0).abs() < 1e-5,
            "{} is not {factor}",
            got.factor
        );
    }

    #[test]
    fn a_carrier_at_room_temperature() {
        let network = at_room_temperature(Platform::Electronic, 1.0);
        let scales = Scales::of(&network, false);
        // k_B·300 K = 4.141 947e-21 J; over e = 1.602 176 634e-19 C that is 25.852 0 mV.
        near(scales.state(), 25.852_00, "meV");
        near(scales.abscissa(), 25.852_00, "mV");
        // e·1 GHz = 160.217 66 pA.
        near(scales.current(1.0), 160.217_66, "pA");
        near(scales.current(1e3), 0.160_217_66, "nA");
        // 160.217 66 pA / 25.852 00 mV = 6.197 496 nS, and that over 1 GHz: 6.197 496 aF.
        near(scales.conductance(1.0), 6.197_496, "nS");
        near(scales.parameter(Dimension::Capacity), 6.197_496, "aF");
        near(scales.time(20.0), 1.0, "ns");
        near(scales.time(2e4), 1e-3, "µs");
        // 4.141 947e-21 J · 1 GHz = 4.141 947 pW.
        near(scales.power(1.0), 4.141_947, "pW");
        // One carrier holds e = 160.217 66 zC.
        near(scales.stored(2.0), 160.217_66, "zC");
        near(scales.stored(1e4), 0.160_217_66e-3, "fC");
    }

    #[test]
    fn omega_multiplies_currents_and_is_in_powers_already() {
        let network = at_room_temperature(Platform::Electronic, 1000.0);
        let scales = Scales::of(&network, false);
        near(scales.current(1.0), 160.217_66, "nA");
        near(scales.parameter(Dimension::Current), 160.217_66, "nA");
        // Each of the 1000 tunnels by itself.
        near(scales.parameter(Dimension::Rate), 1.0, "GHz");
        near(scales.parameter(Dimension::Capacity), 6.197_496, "fF");
        near(scales.power(1000.0), 4.141_947e-3, "nW");
        near(scales.state(), 25.852_00, "meV");
    }

    #[test]
    fn concentrations_stay_in_millimolar() {
        let network = at_room_temperature(Platform::Chemical, 1000.0);
        let scales = Scales::of(&network, false);
        near(scales.state(), 1.0, "mM");
        near(scales.current(1.0), 1e9, "mM/s");
        near(scales.conductance(1.0), 1e9, "1/s");
        near(scales.parameter(Dimension::Capacity), 1.0, "vol");
        near(scales.time(0.5), 1e3, "ps");
        near(scales.stored(2.0), 1.0, "mM·vol");
    }

    #[test]
    fn the_models_own_numbers_are_left_alone() {
        let network = at_room_temperature(Platform::Electronic, 1000.0);
        let scales = Scales::of(&network, true);
        for (quantity, unit) in [
            (scales.state(), "k_BT"),
            (scales.abscissa(), "k_BT"),
            (scales.current(5.0), "Ω carriers/τ₀"),
            (scales.time(5.0), "τ₀"),
            (scales.stored(5.0), ""),
            (scales.power(5.0), "k_BT/τ₀"),
            (scales.parameter(Dimension::Current), "1/τ₀"),
            (scales.parameter(Dimension::Rate), "1/τ₀"),
            (scales.parameter(Dimension::Number), ""),
        ] {
            near(quantity, 1.0, unit);
        }
        assert_eq!(scales.state_with_unit(1.416), "+1.42 k_BT");
        let physical = Scales::of(&network, false);
        assert_eq!(physical.state_with_unit(1.416), "+36.61 meV");
        assert_eq!(physical.current(1.0).text(0.5, 3), "80.1 nA");
    }
}
