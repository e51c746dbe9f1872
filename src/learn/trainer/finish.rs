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
        let mut best = last.map(|loss| (loss, self.coordinates.clone(), self.outputs()));
        for snapshot in std::mem::take(&mut self.candidates).into_best_first() {
            let least = best.as_ref().map_or(f64::INFINITY, |(loss, ..)| *loss);
            if least <= snapshot.loss {
                break;
            }
            let (system, objective) = (&mut self.system, &self.objective);
            self.parameters
                .set_coordinates(system, &snapshot.coordinates);
            if let Ok(loss) = self.rows.settle(system, objective, &options)
                && loss < least
            {
                best = Some((loss, snapshot.coordinates, self.outputs()));
            }
        }
        let best_loss = best.as_ref().map(|(loss, ..)| *loss);
        let mut outputs = Vec::new();
        if let Some((_, coordinates, of_best)) = best {
            outputs = of_best;
            self.parameters
                .set_coordinates(&mut self.system, &coordinates);
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

    /// The loss of the last parameters, of the states that rows reach from `initial`; counts the rows that had been followed
    /// to other states. `None` if a row does not settle or the loss is no finite number.
    fn last_confirmed(&mut self, options: &Options) -> Option<f64> {
        let Self {
            parameters,
            coordinates,
            system,
            objective,
            rows,
            branch_jumps,
            ..
        } = self;
        parameters.set_coordinates(system, coordinates);
        let quick = Options {
            interrupt: options.interrupt.clone(),
            ..quick(options.is_unique)
        };
        let mut confirmed = None;
        // Where all rows can be followed, it is enough to know that their motions end at the same states.
        if rows.follow(system, objective, &quick).is_ok() {
            let all = 0..objective.examples().len();
            *branch_jumps += rows.confirm(system, objective, all, options).ok()?;
            // From there it is one more Newton step, which takes the last digits. That a motion comes near does not tell
            // whether it stays: Newton's method goes to unstable states as well.
            let loss = rows.follow(system, objective, options).ok();
            confirmed = loss.filter(|_| rows.die_out(system, objective, options));
        }
        let loss = match confirmed {
            Some(loss) => loss,
            None => rows.settle(system, objective, options).ok()?,
        };
        loss.is_finite().then_some(loss)
    }

    /// The outputs' states of each row.
    fn outputs(&self) -> Vec<Vec<f64>> {
        let slots = self.objective.outputs();
        let states = (0..self.objective.examples().len()).map(|row| self.rows.state(row));
        states
            .map(|x| slots.iter().map(|&slot| x[slot]).collect())
            .collect()
    }
}
