//! A law that the user types: a formula in a, b and named parameters, differentiated symbolically.
//!
//! The laws compiled in are finite everywhere, passive and at rest without a force; a formula need not be. What it does
//! over a range of states is examined by [`CustomLaw::flaws`], and certificates rest on interval enclosures of its
//! derivatives, run step by step as the formula itself.

mod drift;
mod enclosure;
mod flaws;
mod names;
mod ndc;
mod passive;
mod rows;

use std::ops::Range;
use std::sync::{Arc, LazyLock};

use crate::formula::{FormulaError, Graph, Id, Lanes, Program, parse};

use super::{Interval, ParamSpec, Response, Side};
use drift::Drift;
use enclosure::Enclosure;

pub use flaws::Flaw;
pub use names::{LONGEST_NAME, name_problem};

/// The formula of a newly placed custom device: at rest without a force and passive, on either platform.
pub const DEFAULT_FORMULA: &str = "g*(a - b)";

/// The most parameters a formula may have: a window of them can still be read, and none of the laws compiled in has more
/// than a quarter of it.
pub const MOST_PARAMETERS: usize = 24;

/// Devices that are run at once: two registers of the widest vector unit.
const WIDTH: usize = 16;

/// Inputs of the programs before the parameters: a and b.
const STATES: usize = 2;

/// A formula, compiled.
#[derive(Clone, Debug)]
pub struct CustomLaw {
    text: String,
    specs: Vec<ParamSpec>,
    /// I, ∂I/∂a, ∂I/∂b.
    response: Program,
    /// ∂I/∂θ for each parameter.
    slopes: Program,
    has_kinks: bool,
    /// Whether I = 0 at a = b follows from its form, whatever the values of its parameters (an equilibrium constant of 1).
    rests: bool,
    /// For each parameter, the character where it is named first.
    first_named: Vec<usize>,
}

impl PartialEq for CustomLaw {
    /// The text says all: everything else follows from it.
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl CustomLaw {
    /// Reads and differentiates a formula. Every name that is neither a, b, a constant nor a function is a parameter.
    ///
    /// # Errors
    /// What is wrong with it, and where.
    pub fn new(text: &str) -> Result<Self, FormulaError> {
        let mut graph = Graph::default();
        let states = [graph.input(0), graph.input(1)];
        let mut parameters: Vec<(String, Id)> = Vec::new();
        let mut first_named = Vec::new();
        let mut resolve = |graph: &mut Graph, name: &str, at: Range<usize>| {
            let state = match name {
                "a" => Some(states[0]),
                "b" => Some(states[1]),
                _ => None,
            };
            let known = parameters.iter().find(|(known, _)| known == name);
            if let Some(id) = state.or(known.map(|&(_, id)| id)) {
                return Ok(id);
            }
            if let Some(problem) = name_problem(name) {
                return Err(problem);
            }
            if parameters.len() == MOST_PARAMETERS {
                return Err((
                    format!("'{name}' is one parameter too many, {MOST_PARAMETERS} are allowed"),
                    "write some of them as numbers".into(),
                ));
            }
            let id = graph.input(STATES + parameters.len());
            parameters.push((name.to_owned(), id));
            first_named.push(at.start);
            Ok(id)
        };
        let root = parse(text, &mut graph, &mut resolve)?;
        let mut at_rest = vec![(states[1], states[0])];
        if let Some(&(_, id)) = parameters.iter().find(|(name, _)| name == "k_eq") {
            at_rest.push((id, graph.number(1.0)));
        }
        let rests = graph.is_zero_with(root, &at_rest);
        let variables: Vec<Id> = states
            .into_iter()
            .chain(parameters.iter().map(|&(_, id)| id))
            .collect();
        let has_kinks = graph.has_kinks(root);
        let derivatives = graph.gradient(root, &variables);
        let (by_state, by_parameter) = derivatives.split_at(STATES);
        Ok(Self {
            text: text.to_owned(),
            response: graph.program(&[root, by_state[0], by_state[1]]),
            slopes: graph.program(by_parameter),
            specs: parameters
                .iter()
                .map(|(name, _)| names::spec(name))
                .collect(),
            has_kinks,
            rests,
            first_named,
        })
    }

    /// The law of [`DEFAULT_FORMULA`].
    pub(super) fn default_law() -> Arc<Self> {
        static LAW: LazyLock<Arc<CustomLaw>> = LazyLock::new(|| {
            Arc::new(CustomLaw::new(DEFAULT_FORMULA).unwrap_or_else(|_| CustomLaw::nothing()))
        });
        Arc::clone(&LAW)
    }

    /// The law that carries no current.
    fn nothing() -> Self {
        let mut graph = Graph::default();
        let zero = graph.number(0.0);
        Self {
            text: "0".into(),
            specs: Vec::new(),
            response: graph.program(&[zero; 3]),
            slopes: graph.program(&[]),
            has_kinks: false,
            rests: true,
            first_named: Vec::new(),
        }
    }

    /// The formula as it was typed.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The parameters, in the order in which the formula names them.
    #[must_use]
    pub fn specs(&self) -> &[ParamSpec] {
        &self.specs
    }

    /// The character at which parameter `p` is named first, counted from 0.
    ///
    /// # Panics
    /// If there is no parameter `p`.
    #[must_use]
    pub fn first_named(&self, p: usize) -> usize {
        self.first_named[p]
    }

    pub(super) fn response(&self, values: &[f64], a: f64, b: f64) -> Response {
        let mut results = Vec::new();
        self.response.run(&inputs(a, b, values), &mut results);
        let [current, d_from, d_to] = [0, 1, 2].map(|k| *self.response.output(k, &results));
        Response {
            current,
            d_from,
            d_to,
        }
    }

    pub(super) fn d_params(&self, values: &[f64], a: f64, b: f64) -> Vec<f64> {
        let mut results = Vec::new();
        self.slopes.run(&inputs(a, b, values), &mut results);
        (0..self.specs.len())
            .map(|p| *self.slopes.output(p, &results))
            .collect()
    }

    pub(super) fn respond(&self, params: &[Vec<f64>], a: &[f64], b: &[f64], out: &mut [Response]) {
        let mut run = LanesRun::default();
        for first in (0..a.len()).step_by(WIDTH) {
            let results = run.at(&self.response, params, a, b, first);
            let [current, d_from, d_to] = [0, 1, 2].map(|k| self.response.output(k, results));
            for (k, out) in out[first..].iter_mut().take(WIDTH).enumerate() {
                *out = Response {
                    current: current.0[k],
                    d_from: d_from.0[k],
                    d_to: d_to.0[k],
                };
            }
        }
    }

    pub(super) fn slopes(&self, params: &[Vec<f64>], a: &[f64], b: &[f64], out: &mut [f64]) {
        let count = self.specs.len();
        if count == 0 {
            return;
        }
        let mut run = LanesRun::default();
        for first in (0..a.len()).step_by(WIDTH) {
            let results = run.at(&self.slopes, params, a, b, first);
            let rows = out[first * count..].chunks_exact_mut(count);
            for (k, row) in rows.take(WIDTH).enumerate() {
                for (p, out) in row.iter_mut().enumerate() {
                    *out = self.slopes.output(p, results).0[k];
                }
            }
        }
    }

    /// Whether I(a + s, b + s) = I(a, b) for every s, as far as that follows from the steps one by one.
    pub(super) fn depends_on_difference(&self, values: &[f64]) -> bool {
        let mut inputs = vec![Drift::state(); STATES];
        inputs.extend(values.iter().map(|&value| Drift::constant(value)));
        let mut results = Vec::new();
        self.response.run(&inputs, &mut results);
        self.response.output(0, &results).is_none()
    }

    /// Enclosures of I, ∂I/∂a and ∂I/∂b over a rectangle.
    fn enclose(&self, values: &[f64], a: Interval, b: Interval) -> [Enclosure; 3] {
        let mut inputs = vec![Enclosure::from(a), Enclosure::from(b)];
        inputs.extend(
            values
                .iter()
                .map(|&value| Enclosure::from(Interval::point(value))),
        );
        let mut results = Vec::new();
        self.response.run(&inputs, &mut results);
        [0, 1, 2].map(|k| *self.response.output(k, &results))
    }

    pub(super) fn conductance_over(
        &self,
        values: &[f64],
        side: Side,
        a: Interval,
        b: Interval,
    ) -> Interval {
        let [current, d_from, d_to] = self.enclose(values, a, b);
        // ln has a slope 1/x where it has no value itself: no witness of anything.
        match side {
            Side::From => d_from.where_defined(&current),
            Side::To => -d_to.where_defined(&current),
        }
    }
}

fn inputs(a: f64, b: f64, values: &[f64]) -> Vec<f64> {
    let mut inputs = Vec::with_capacity(STATES + values.len());
    inputs.extend([a, b]);
    inputs.extend_from_slice(values);
    inputs
}

/// Memory of runs over many devices.
#[derive(Default)]
struct LanesRun {
    inputs: Vec<Lanes<WIDTH>>,
    results: Vec<Lanes<WIDTH>>,
}

impl LanesRun {
    /// Runs over the devices from `first` on.
    fn at(
        &mut self,
        program: &Program,
        params: &[Vec<f64>],
        a: &[f64],
        b: &[f64],
        first: usize,
    ) -> &[Lanes<WIDTH>] {
        self.inputs.clear();
        let columns = [a, b].into_iter().chain(params.iter().map(Vec::as_slice));
        self.inputs
            .extend(columns.map(|column| Lanes::from_slice(&column[first..])));
        program.run(&self.inputs, &mut self.results);
        &self.results
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_come_in_the_order_of_the_formula() {
        let law = CustomLaw::new("w*tanh((a - b)/v) + g*w*(a - b)").unwrap();
        let names: Vec<&str> = law.specs().iter().map(|spec| spec.name).collect();
        assert_eq!(names, ["w", "v", "g"]);
    }

    #[test]
    fn the_default_is_what_it_says() {
        assert_eq!(CustomLaw::default_law().text(), DEFAULT_FORMULA);
    }

    #[test]
    fn names_with_another_meaning_are_refused() {
        for name in ["log", "capacity", "leak", "sign"] {
            let error = CustomLaw::new(&format!("1 + {name}*a")).unwrap_err();
            assert_eq!(error.at, 4..4 + name.len(), "{error:?}");
        }
        let long = "x".repeat(LONGEST_NAME + 1);
        assert!(
            CustomLaw::new(&long)
                .unwrap_err()
                .problem
                .contains("longer")
        );
        let many: Vec<String> = (0..=MOST_PARAMETERS).map(|k| format!("p{k}")).collect();
        assert!(
            CustomLaw::new(&many.join("+"))
                .unwrap_err()
                .problem
                .contains("too many")
        );
    }

    #[test]
    fn dependence_on_the_difference_is_seen_through_the_values() {
        let depends = |text: &str, values: &[f64]| {
            CustomLaw::new(text).unwrap().depends_on_difference(values)
        };
        assert!(depends("g*(a - b)*exp(-((a-b)/w)^2)", &[1.3, 0.7]));
        assert!(depends("sin(3 + a - b) + max(b - a, 0)", &[]));
        assert!(!depends("a*a - b*b", &[]));
        assert!(!depends("g*a - h*b", &[1.0, 1.1]));
        assert!(depends("g*a - h*b", &[1.1, 1.1]));
        // A level half-way between its leads.
        let dot = "fermi(l + t*(a+b)/2 - a) - fermi(l + t*(a+b)/2 - b)";
        assert!(depends(dot, &[-1.0, 1.0]));
        assert!(!depends(dot, &[-1.0, 1.000_000_1]));
    }
}
