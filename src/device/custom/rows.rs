//! A formula in several rows of a task at once.

use super::super::lanes::{Board, Wire, sum_of_lanes};
use super::CustomLaw;
use crate::formula::{Lanes, Scalar};

/// The inputs of the programs: the states in all rows, then the parameters of device `place`.
fn fill<const L: usize>(
    inputs: &mut Vec<Lanes<L>>,
    states: [[f64; L]; 2],
    params: &[Vec<f64>],
    place: usize,
) {
    inputs.clear();
    inputs.extend(states.map(Lanes));
    inputs.extend(params.iter().map(|column| Lanes::number(column[place])));
}

impl CustomLaw {
    /// As [`Kernel::respond_in_lanes`](super::super::Kernel).
    pub(in super::super) fn respond_in_lanes<const L: usize>(
        &self,
        params: &[Vec<f64>],
        wires: &[Wire],
        board: Board<'_, L>,
    ) {
        let Board {
            states,
            net,
            entries,
        } = board;
        let (mut inputs, mut results) = (Vec::new(), Vec::new());
        for wire in wires {
            let at = wire.ends.map(|slot| states[slot as usize]);
            fill(&mut inputs, at, params, wire.place as usize);
            self.response.run(&inputs, &mut results);
            let flows = [0, 1, 2].map(|k| &self.response.output(k, &results).0);
            wire.scatter(net, entries, flows);
        }
    }

    /// As [`Kernel::currents_in_lanes`](super::super::Kernel).
    pub(in super::super) fn currents_in_lanes<const L: usize>(
        &self,
        params: &[Vec<f64>],
        wires: &[Wire],
        states: &[[f64; L]],
        net: &mut [[f64; L]],
    ) {
        let (mut inputs, mut results) = (Vec::new(), Vec::new());
        for wire in wires {
            let at = wire.ends.map(|slot| states[slot as usize]);
            fill(&mut inputs, at, params, wire.place as usize);
            self.response.run(&inputs, &mut results);
            wire.scatter_current(net, &self.response.output(0, &results).0);
        }
    }

    /// As [`Kernel::add_slopes_in_lanes`](super::super::Kernel).
    pub(in super::super) fn add_slopes_in_lanes<const L: usize>(
        &self,
        params: &[Vec<f64>],
        wires: &[Wire],
        states: &[[f64; L]],
        adjoint: &[[f64; L]],
        out: &mut [f64],
    ) {
        let count = self.specs.len();
        let (mut inputs, mut results) = (Vec::new(), Vec::new());
        for wire in wires {
            let place = wire.place as usize;
            let [from, to] = wire.ends.map(|slot| slot as usize);
            fill(&mut inputs, [states[from], states[to]], params, place);
            self.slopes.run(&inputs, &mut results);
            for (p, out) in out[place * count..][..count].iter_mut().enumerate() {
                let slopes = self.slopes.output(p, &results).0;
                *out += sum_of_lanes(std::array::from_fn::<f64, L, _>(|l| {
                    (adjoint[to][l] - adjoint[from][l]) * slopes[l]
                }));
            }
        }
    }
}
