//! Formulas that users type: read with the place of every fault, differentiated symbolically, run over any kind of
//! number.
//!
//! A formula holds numbers (`2`, `.5`, `1e-3`), names, `+ - * / ^`, parentheses, and the functions of [`Function`].
//! Powers bind first and to the right, then signs, so that −x^2 is −(x^2); then products, then sums. `pi` and `e` are
//! constants. Nothing is multiplied without a sign for it.
//!
//! [`parse()`] turns the text into nodes of a [`Graph`], in which equal parts are one node; [`Graph::gradient`] adds the
//! derivatives, and [`Graph::program`] takes out what some of the nodes need, as a list of steps. A program runs over
//! everything that is a [`Scalar`]: single numbers, many at once, intervals. A parser of our own, because messages need
//! places, certificates need the tree, and the usual crates read −x^2 as (−x)^2.

mod function;
mod graph;
mod lanes;
mod parse;
mod program;

pub use function::Function;
pub use graph::{Graph, Id};
pub use lanes::Lanes;
pub use parse::parse;
pub use program::{Program, Scalar};

use std::ops::Range;

/// The longest formula that is read, in characters: nobody types longer ones, and work grows with the length.
pub const LONGEST: usize = 1_000;

/// What is wrong with a formula.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{problem}")]
pub struct FormulaError {
    /// The characters at fault, counted from 0 (not bytes); empty at the end of the text.
    pub at: Range<usize>,
    /// What is wrong, such as `unknown function 'cot'`.
    pub problem: String,
    /// What to do about it.
    pub remedy: String,
}

impl FormulaError {
    /// A fault from its parts.
    #[must_use]
    pub fn new(at: Range<usize>, problem: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            at,
            problem: problem.into(),
            remedy: remedy.into(),
        }
    }

    /// The problem with its place in words, such as `unknown function 'cot' at character 5`.
    #[must_use]
    pub fn located(&self) -> String {
        format!("{} at character {}", self.problem, self.at.start + 1)
    }
}

/// The constant of this name.
#[must_use]
pub fn constant(name: &str) -> Option<f64> {
    match name {
        "pi" | "π" => Some(std::f64::consts::PI),
        "e" => Some(std::f64::consts::E),
        _ => None,
    }
}

/// Whether a name has a meaning of its own in every formula.
#[must_use]
pub fn is_reserved(name: &str) -> bool {
    constant(name).is_some()
        || Function::from_name(name).is_some()
        || parse::PAIRS.contains(&name)
        || parse::refused_function(name).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The value of a formula in x, and its slope.
    fn at(text: &str, x: f64) -> [f64; 2] {
        let mut graph = Graph::default();
        let variable = graph.input(0);
        let root = parse(text, &mut graph, &mut |_, name, _| {
            (name == "x")
                .then_some(variable)
                .ok_or_else(|| (String::new(), String::new()))
        })
        .unwrap();
        let slope = graph.gradient(root, &[variable])[0];
        let program = graph.program(&[root, slope]);
        let mut steps = Vec::new();
        program.run(&[x], &mut steps);
        [0, 1].map(|k| *program.output(k, &steps))
    }

    fn error(text: &str) -> FormulaError {
        let mut graph = Graph::default();
        let variable = graph.input(0);
        parse(text, &mut graph, &mut |_, name, _| {
            (name == "x")
                .then_some(variable)
                .ok_or_else(|| ("unknown name".into(), "use x".into()))
        })
        .unwrap_err()
    }

    #[test]
    fn operators_bind_as_in_print() {
        for (text, value) in [
            ("-x^2", -9.0),
            ("2^3^2", 512.0),
            ("2^-1", 0.5),
            ("-2^-2", -0.25),
            ("6/3/2", 1.0),
            ("8 - 3 - 2", 3.0),
            ("1 + 2*x", 7.0),
            ("x/2*4", 6.0),
            ("+x - -x", 6.0),
            ("1.5e-1 + .5 + 2.", 2.65),
            ("max(x, 2) + min(x, 2)", 5.0),
            ("2 × x · 2 − 1", 11.0),
        ] {
            assert!(
                (at(text, 3.0)[0] - value).abs() < 1e-15,
                "{text}: {}",
                at(text, 3.0)[0]
            );
        }
    }

    #[test]
    fn every_function_has_its_slope() {
        let parts = [
            "x^3",
            "x^-2",
            "x^2.5",
            "x^x",
            "2^x",
            "1/x",
            "x*x/(1 + x)",
            "max(x, 1)",
            "min(x^2, 1)",
        ];
        let calls = Function::ALL.map(|function| format!("{}(0.3*x)", function.name()));
        for text in parts.iter().map(|part| (*part).to_owned()).chain(calls) {
            for x in [0.4, 0.9, 1.7] {
                let h = 1e-5;
                let difference = (at(&text, x + h)[0] - at(&text, x - h)[0]) / (2.0 * h);
                let slope = at(&text, x)[1];
                // Central differences: h²·f‴/6 plus rounding 1e-16/h.
                assert!(
                    (slope - difference).abs() < 1e-8 * (1.0 + slope.abs()),
                    "{text} at {x}: {slope} {difference}"
                );
            }
        }
    }

    #[test]
    fn faults_are_placed() {
        for (text, at, problem) in [
            ("", 0..0, "ends where"),
            ("x +", 3..3, "ends where"),
            ("2x", 1..2, "operator"),
            ("x x", 2..3, "operator"),
            ("(x", 0..1, "not closed"),
            ("x)", 1..2, "opened"),
            ("x * * x", 4..5, "expected"),
            ("x ** 2", 3..4, "expected"),
            ("y + x", 0..1, "unknown name"),
            ("1 + cot(x)", 4..7, "unknown function 'cot'"),
            ("sin x", 0..3, "sin"),
            ("sin", 0..3, "sin"),
            ("max(x)", 0..3, "max"),
            ("exp(x, x)", 5..6, "','"),
            ("x # 2", 2..3, "'#'"),
            ("1.2.3", 0..5, "number"),
            ("1e999", 0..5, "number"),
            ("sign(x)", 0..4, "jumps"),
            ("log(x)", 0..3, "log"),
            ("é", 0..1, "unknown name"),
            ("x = 2", 2..3, "'='"),
        ] {
            let error = error(text);
            assert_eq!(error.at, at, "{text}: {error:?}");
            assert!(error.problem.contains(problem), "{text}: {error:?}");
            assert!(!error.remedy.is_empty(), "{text}");
        }
    }

    #[test]
    fn deep_and_long_formulas_are_refused() {
        let deep = format!("{}x{}", "(".repeat(400), ")".repeat(400));
        assert!(error(&deep).problem.contains("nested"));
        assert!(error(&"-".repeat(900)).problem.contains("nested"));
        assert!(error(&"2^".repeat(450)).problem.contains("nested"));
        assert!(error(&"x+".repeat(600)).problem.contains("longer"));
    }
}
