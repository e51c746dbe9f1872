//! How a step changes the parameters.

use nalgebra::{DMatrix, DVector};

use super::{Method, Status, TrainError, Trainer};
use crate::learn::gradient::{
    GradientError, RowRule, Workspace, add_state_gradient, by_differences,
    by_simultaneous_perturbation,
};
use crate::learn::objective::Goal;
use crate::learn::optimizer::clip;
use crate::learn::training::Rule;

impl Trainer {
    /// One step of a first-order optimizer.
    pub(super) fn descend(&mut self) -> Result<Status, TrainError> {
        self.find_gradient()?;
        self.parameters.gather(&mut self.gradient);
        if let Some(norm) = self.plan.training.clip {
            clip(&mut self.gradient, norm);
        }
        self.parameters.spread(&mut self.gradient);
        self.last_good.clone_from(&self.coordinates);
        let rate = self.plan.training.rate * self.caution;
        if let Method::Descent(descent) = &mut self.method {
            descent.update(&mut self.coordinates, &self.gradient, rate);
        }
        if let Some(twin) = &self.twin {
            twin.project(&self.system, &self.parameters, &mut self.coordinates);
        }
        Ok(Status::Running)
    }

    /// Finds the gradient in coordinates, by the plan's rule, at the rows' states.
    fn find_gradient(&mut self) -> Result<(), TrainError> {
        let options = self.quick();
        let Self {
            system,
            objective,
            parameters,
            rows,
            plan,
            coordinates,
            rng,
            gradient,
            ..
        } = self;
        if let Some(rule) = RowRule::new(plan.training.rule, plan.training.beta) {
            if rule == RowRule::Implicit {
                rows.followed_gradient(system, parameters, gradient)?;
            } else {
                let interrupt = &options.interrupt;
                *gradient = rows.gradient(system, objective, parameters, rule, interrupt)?;
            }
            parameters.stretch(system, gradient);
            return Ok(());
        }
        let mut trial = rows.clone();
        let mut trial_system = system.clone();
        let measure = |at: &[f64]| -> Result<f64, TrainError> {
            parameters.set_coordinates(&mut trial_system, at);
            Ok(trial.follow(&mut trial_system, objective, &options)?)
        };
        *gradient = match plan.training.rule {
            Rule::Spsa => {
                let tie = |signs: &mut [f64]| parameters.spread(signs);
                let mut slopes = by_simultaneous_perturbation(coordinates, rng, tie, measure)?;
                parameters.share(&mut slopes);
                slopes
            }
            _ => by_differences(coordinates, measure)?,
        };
        Ok(())
    }

    /// One damped Gauss-Newton step: tried, judged by what it brings, and kept or not.
    pub(super) fn least_squares_update(&mut self, loss: f64) -> Result<Status, TrainError> {
        let options = self.quick();
        let Self {
            system,
            objective,
            parameters,
            rows,
            method,
            coordinates,
            last_good,
            twin,
            ..
        } = self;
        let Method::LeastSquares(method) = method else {
            return Ok(Status::Running);
        };
        let outputs = objective.outputs();
        let weight = (1.0 / (objective.examples().len() * outputs.len()) as f64).sqrt();
        let count = objective.examples().len() * outputs.len();
        let mut residuals = DVector::zeros(count);
        let mut jacobian = DMatrix::zeros(count, parameters.len());
        let stretch: Vec<f64> = parameters
            .as_slice()
            .iter()
            .map(|parameter| parameter.stretch(parameter.read(system)))
            .collect();
        let mut workspace = Workspace::default();
        for (row, example) in objective.examples().iter().enumerate() {
            let Goal::States(goal) = &example.goal else {
                return Err(TrainError::NotLeastSquares);
            };
            if options.interrupt.is_raised() {
                return Err(GradientError::Interrupted.into());
            }
            objective.ask(system, row);
            let x = rows.state(row);
            workspace.linearise(system, x)?;
            for (k, (&slot, goal)) in outputs.iter().zip(goal).enumerate() {
                let r = row * outputs.len() + k;
                residuals[r] = weight * (x[slot] - goal);
                let mut gradient = vec![0.0; parameters.len()];
                add_state_gradient(system, x, slot, parameters, &mut workspace, &mut gradient)?;
                for (g, stretch) in gradient.iter_mut().zip(&stretch) {
                    *g = weight * *g * stretch;
                }
                parameters.gather(&mut gradient);
                for (p, g) in gradient.iter().enumerate() {
                    jacobian[(r, p)] = *g;
                }
            }
        }
        let Some((mut step, promised)) = method.propose(&jacobian, &residuals) else {
            return Ok(Status::Done);
        };
        parameters.spread(step.as_mut_slice());
        let mut moved: Vec<f64> = coordinates.iter().zip(&step).map(|(c, s)| c + s).collect();
        if let Some(twin) = twin {
            twin.project(system, parameters, &mut moved);
        }
        let mut trial_system = system.clone();
        let mut trial = rows.clone();
        parameters.set_coordinates(&mut trial_system, &moved);
        let reached = trial.follow(&mut trial_system, objective, &options);
        if options.interrupt.is_raised() {
            return Err(GradientError::Interrupted.into());
        }
        last_good.clone_from(coordinates);
        let gained = reached.map_or(f64::NEG_INFINITY, |reached| loss - reached);
        if method.judge(gained / promised.max(f64::MIN_POSITIVE)) {
            *coordinates = moved;
        }
        Ok(if method.is_stuck() {
            Status::Done
        } else {
            Status::Running
        })
    }
}
