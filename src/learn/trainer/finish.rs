//! The end of a training: the best parameters, confirmed.

use super::Trainer;
use crate::interrupt::Interrupt;
use crate::learn::rows::{quick, strict};
use crate::network::Network;
use crate::solve::steady::Options;

/// What a training arrived at. Every number in it is of states that the dynamics reaches from `initial`.
#[derive(Clone, Debug)]
pub struct Trained {
    /// The network with the best parameters.
    pub network: Network,
    /// The loss before each update.
    pub losses: Vec<f64>,
    /// The loss of the last parameters; `None` if a row does not settle there.
    pub final_loss: Option<f64>,
    /// The loss of the best parameters; `None` if no parameters were met at which every row settles.
    pub best_loss: Option<f64>,
    /// The outputs' states of each row at the best parameters, in node units.
    pub outputs: Vec<Vec<f64>>,
    /// Rows whose followed state was not the one reached from `initial`, over all comparisons.
    pub branch_jumps: usize,
    /// The steps at which the run started anew.
    pub restarts: Vec<usize>,
}

impl Trainer {
    /// Ends the training: confirms the last and the best parameters by the error-controlled dynamics from `initial`.
    #[must_use]
    pub fn finish(self) -> Trained {
        self.confirmed(Interrupt::default())
    }

    /// The same; `None` if it is interrupted.
    #[must_use]
    pub fn finish_unless(self, interrupt: &Interrupt) -> Option<Trained> {
        let trained = self.confirmed(interrupt.clone());
        (!interrupt.is_raised()).then_some(trained)
    }

    fn confirmed(mut self, interrupt: Interrupt) -> Trained {
        let options = Options {
            interrupt,
            ..strict(self.plan.monotone)
        };
        let last = self.last_confirmed(&options);
        let mut best: Option<(f64, Vec<f64>)> = last.map(|loss| (loss, self.coordinates.clone()));
        for snapshot in std::mem::take(&mut self.candidates).into_best_first() {
            if best
                .as_ref()
                .is_some_and(|(loss, _)| *loss <= snapshot.loss)
            {
                break;
            }
            self.parameters
                .set_coordinates(&mut self.system, &snapshot.coordinates);
            let Ok(loss) = self
                .rows
                .settle(&mut self.system, &self.objective, &options)
            else {
                continue;
            };
            if best.as_ref().is_none_or(|(least, _)| loss < *least) {
                best = Some((loss, snapshot.coordinates));
            }
        }
        let best_loss = best.as_ref().map(|(loss, _)| *loss);
        let mut outputs = Vec::new();
        if let Some((_, coordinates)) = best {
            self.parameters
                .set_coordinates(&mut self.system, &coordinates);
            if self
                .rows
                .settle(&mut self.system, &self.objective, &options)
                .is_ok()
            {
                let states = (0..self.objective.examples().len()).map(|row| self.rows.state(row));
                outputs = states
                    .map(|x| {
                        self.objective
                            .outputs()
                            .iter()
                            .map(|&slot| x[slot])
                            .collect()
                    })
                    .collect();
            }
            self.parameters.store(&self.system, &mut self.network);
        }
        Trained {
            network: self.network,
            losses: self.losses,
            final_loss: last,
            best_loss,
            outputs,
            branch_jumps: self.branch_jumps,
            restarts: self.restarts,
        }
    }

    /// The loss of the last parameters from `initial`; counts the rows that had been followed to another state.
    fn last_confirmed(&mut self, options: &Options) -> Option<f64> {
        self.parameters
            .set_coordinates(&mut self.system, &self.coordinates);
        let quick = Options {
            interrupt: options.interrupt.clone(),
            ..quick(self.plan.monotone)
        };
        let all_rows = 0..self.objective.examples().len();
        if self
            .rows
            .follow(&mut self.system, &self.objective, &quick)
            .is_ok()
        {
            self.branch_jumps += self
                .rows
                .confirm(&mut self.system, &self.objective, all_rows, options)
                .ok()?;
        }
        self.rows
            .settle(&mut self.system, &self.objective, options)
            .ok()
            .filter(|loss| loss.is_finite())
    }
}
