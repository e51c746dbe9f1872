//! Rows that are taken side by side, in the lanes of vector registers.

use std::sync::OnceLock;

use super::{Rows, is_worth_threads};
use crate::interrupt::Interrupt;
use crate::learn::company::{Companies, Start};
use crate::learn::course::{Course, is_followed};
use crate::learn::gradient::GradientError;
use crate::learn::lanes::{Followed, Question, Team};
use crate::learn::objective::Objective;
use crate::solve::steady::Options;
use crate::system::System;
use crate::system::lanes::Wiring;

/// Reservoirs that are eliminated as a dense block in lanes; with more, rows are solved one by one. This many take 5 MB
/// for each thread.
const MOST_DENSE: usize = 300;

/// Rows of a network side by side.
#[derive(Clone, Debug)]
pub(super) struct SideBySide {
    wiring: Wiring,
    team: Team,
    companies: Companies,
}

impl SideBySide {
    /// The lanes of a network, prepared when first asked for. `None` if its rows cannot be taken side by side: islands tie
    /// all their reservoirs together, and large blocks are not for dense methods.
    fn of<'a>(
        lanes: &'a mut OnceLock<Option<Self>>,
        system: &System,
        objective: &Objective,
    ) -> Option<&'a mut Self> {
        if !system.islands().is_empty() {
            return None;
        }
        let prepare = || {
            let wiring = Wiring::new(system);
            let question = Question {
                system,
                wiring: &wiring,
                objective,
                with_slopes: false,
                interrupt: &Interrupt::default(),
            };
            let is_small = wiring.pattern().rest().len() <= MOST_DENSE;
            let team = is_small.then(|| Team::new(&question))?;
            Some(Self {
                wiring,
                team,
                companies: Companies::default(),
            })
        };
        let _ = lanes.get_or_init(prepare);
        lanes.get_mut()?.as_mut()
    }
}

impl Rows {
    /// Where the motions of some rows from `initial` lead, followed side by side: to the states that are known, or until
    /// they come to rest. `None` if they cannot be followed side by side.
    pub(super) fn courses_in_lanes(
        &mut self,
        system: &System,
        objective: &Objective,
        rows: &[usize],
        is_known: bool,
        options: &Options,
    ) -> Option<Vec<Course>> {
        // Where tables are worth making, a condensed network is faster by itself than eight others side by side.
        if !is_followed(system, options) || options.condenses(system) {
            return None;
        }
        let beside = SideBySide::of(&mut self.lanes, system, objective)?;
        let (wiring, companies) = (&beside.wiring, &mut beside.companies);
        let start = Start {
            system,
            wiring,
            objective,
            known: is_known.then_some(self.states.as_slice()),
            options,
        };
        Some(if is_worth_threads(system, rows) {
            Companies::courses_on_threads(&start, rows, self.threads)
        } else {
            companies.courses(&start, rows)
        })
    }

    /// Follows all rows side by side. Returns those that could not be followed; `None` if this network's rows cannot be
    /// taken side by side.
    pub(super) fn follow_in_lanes(
        &mut self,
        system: &System,
        objective: &Objective,
        with_slopes: bool,
        interrupt: &Interrupt,
    ) -> Option<Vec<usize>> {
        let SideBySide { wiring, team, .. } = SideBySide::of(&mut self.lanes, system, objective)?;
        let question = Question {
            system,
            wiring,
            objective,
            with_slopes,
            interrupt,
        };
        let Followed {
            iterations,
            lost,
            at_fold,
        } = team.follow(&question, &mut self.states, self.threads, &mut self.slopes);
        self.iterations += iterations;
        self.trouble = at_fold.map(|_| GradientError::Singular);
        Some(lost)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::{Device, Kind, Platform};
    use crate::learn::{Affine, Loss, Row, Source, Target, Task};
    use crate::network::{Network, Node, Role};

    /// A chain of conductors, of which every second reservoir is left for the dense block.
    fn chain(reservoirs: usize) -> (Network, Task) {
        let mut network = Network::new(Platform::Electronic);
        let keys: Vec<_> = (0..reservoirs)
            .map(|k| {
                let mut node = Node::new(format!("n{k}"), Role::Output, Platform::Electronic);
                node.leak = 0.1;
                network.add_node(node).unwrap()
            })
            .collect();
        for (k, pair) in keys.windows(2).enumerate() {
            let device = Device::new(Kind::Ohmic);
            network
                .add_edge(format!("e{k}"), pair[0], pair[1], device)
                .unwrap();
        }
        let task = Task {
            inputs: Vec::new(),
            outputs: vec![keys[0]],
            loss: Loss::Mse,
            gain: 1.0,
            source: Source::Rows(vec![Row {
                input: Vec::new(),
                target: Target::Values(vec![0.5]),
            }]),
            encode: Affine::default(),
            decode: Affine::default(),
            trainable: None,
        };
        (network, task)
    }

    #[test]
    fn large_dense_blocks_are_not_taken_in_lanes() {
        for (reservoirs, is_taken) in [(20, true), (2 * MOST_DENSE + 10, false)] {
            let (network, task) = chain(reservoirs);
            let system = System::new(&network);
            let objective = Objective::new(&network, &system, &task, None).unwrap();
            let mut rows = Rows::new(&objective);
            rows.states[0] = vec![0.0; reservoirs];
            let lost = rows.follow_in_lanes(&system, &objective, true, &Interrupt::default());
            // At rest everywhere: nothing to lose.
            assert_eq!(lost, is_taken.then(Vec::new), "{reservoirs}");
        }
    }
}
