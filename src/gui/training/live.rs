//! The network that a running training shows: one, made when it begins, whose parameters are rewritten with every report.

use super::coach::Curve;
use crate::learn::parameters::Parameters;
use crate::network::Network;
use crate::system::System;

/// A network that takes on the parameters of the moment.
pub(super) struct Live {
    network: Network,
    system: System,
    parameters: Parameters,
}

impl Live {
    /// The network that a curve begins with.
    pub(super) fn new(curve: &Curve) -> Self {
        let network = curve.start();
        let system = System::new(&network);
        Self {
            parameters: Parameters::new(&system, &curve.question.task),
            network,
            system,
        }
    }

    /// Takes on these parameters.
    pub(super) fn set(&mut self, values: &[f64]) {
        for (parameter, &value) in self.parameters.as_slice().iter().zip(values) {
            parameter.write(&mut self.system, value);
        }
        self.parameters.store(&self.system, &mut self.network);
    }

    /// The network as it is now.
    pub(super) fn network(&self) -> &Network {
        &self.network
    }

    /// The same, compiled.
    pub(super) fn system(&self) -> &System {
        &self.system
    }
}
