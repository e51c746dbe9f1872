//! Expressions as a graph in which equal parts are one node, and their derivatives.

use std::collections::HashMap;

use super::program::{Program, Step};
use super::{Function, program};

/// A node of a [`Graph`]; nodes refer to those before them alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Id(pub(super) u32);

/// Expressions that share their parts.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    nodes: Vec<Step>,
    known: HashMap<program::Key, Id>,
}

impl Graph {
    fn add_node(&mut self, step: Step) -> Id {
        let key = step.key();
        if let Some(&id) = self.known.get(&key) {
            return id;
        }
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a formula of bounded length makes some thousand nodes"
        )]
        let id = Id(self.nodes.len() as u32);
        self.nodes.push(step);
        self.known.insert(key, id);
        id
    }

    fn step(&self, id: Id) -> Step {
        self.nodes[id.0 as usize]
    }

    fn as_number(&self, id: Id) -> Option<f64> {
        match self.step(id) {
            Step::Number(x) => Some(x),
            _ => None,
        }
    }

    fn is(&self, id: Id, number: f64) -> bool {
        self.as_number(id).is_some_and(|x| x - number == 0.0)
    }

    /// The value of a step whose operands are numbers, if it is one.
    fn folded(&self, operands: &[Id], value: impl Fn(&[f64]) -> f64) -> Option<f64> {
        let numbers: Option<Vec<f64>> = operands.iter().map(|&id| self.as_number(id)).collect();
        numbers
            .map(|numbers| value(&numbers))
            .filter(|x| x.is_finite())
    }

    /// A number.
    pub fn number(&mut self, x: f64) -> Id {
        self.add_node(Step::Number(x))
    }

    /// The argument number `k` of the program to be.
    pub fn input(&mut self, k: usize) -> Id {
        self.add_node(Step::Input(k))
    }

    /// x + y.
    pub fn add(&mut self, x: Id, y: Id) -> Id {
        if let Some(sum) = self.folded(&[x, y], |v| v[0] + v[1]) {
            return self.number(sum);
        }
        if self.is(x, 0.0) {
            return y;
        }
        if self.is(y, 0.0) {
            return x;
        }
        match (self.step(x), self.step(y)) {
            (_, Step::Neg(y)) => self.sub(x, y),
            (Step::Neg(x), _) => self.sub(y, x),
            _ => self.add_node(Step::Add(x.min(y), x.max(y))),
        }
    }

    /// x − y.
    pub fn sub(&mut self, x: Id, y: Id) -> Id {
        if let Some(difference) = self.folded(&[x, y], |v| v[0] - v[1]) {
            return self.number(difference);
        }
        if self.is(y, 0.0) {
            return x;
        }
        if self.is(x, 0.0) {
            return self.neg(y);
        }
        if x == y {
            return self.number(0.0);
        }
        match self.step(y) {
            Step::Neg(y) => self.add(x, y),
            _ => self.add_node(Step::Sub(x, y)),
        }
    }

    /// −x.
    pub fn neg(&mut self, x: Id) -> Id {
        match self.step(x) {
            Step::Number(number) => self.number(-number),
            Step::Neg(inner) => inner,
            _ => self.add_node(Step::Neg(x)),
        }
    }

    /// x·y.
    pub fn mul(&mut self, x: Id, y: Id) -> Id {
        if let Some(product) = self.folded(&[x, y], |v| v[0] * v[1]) {
            return self.number(product);
        }
        if self.is(x, 0.0) || self.is(y, 0.0) {
            return self.number(0.0);
        }
        if self.is(x, 1.0) {
            return y;
        }
        if self.is(y, 1.0) {
            return x;
        }
        if self.is(x, -1.0) {
            return self.neg(y);
        }
        if self.is(y, -1.0) {
            return self.neg(x);
        }
        match (self.step(x), self.step(y)) {
            // Signs go outwards, so that terms that differ by their sign alone share the rest.
            (Step::Neg(inner), _) => {
                let product = self.mul(inner, y);
                self.neg(product)
            }
            (_, Step::Neg(inner)) => {
                let product = self.mul(x, inner);
                self.neg(product)
            }
            _ if x == y => self.power(x, 2),
            _ => self.add_node(Step::Mul(x.min(y), x.max(y))),
        }
    }

    /// x/y.
    pub fn div(&mut self, x: Id, y: Id) -> Id {
        if let Some(quotient) = self.folded(&[x, y], |v| v[0] / v[1]) {
            return self.number(quotient);
        }
        if self.is(x, 0.0) {
            return x;
        }
        if self.is(y, 1.0) {
            return x;
        }
        match (self.step(x), self.step(y)) {
            (Step::Neg(inner), _) => {
                let quotient = self.div(inner, y);
                self.neg(quotient)
            }
            (_, Step::Neg(inner)) => {
                let quotient = self.div(x, inner);
                self.neg(quotient)
            }
            _ => self.add_node(Step::Div(x, y)),
        }
    }

    /// x^y.
    pub fn pow(&mut self, x: Id, y: Id) -> Id {
        /// Whole powers up to this are products; beyond, the general power is as good.
        const LARGEST: f64 = 64.0;
        if let Some(power) = self.folded(&[x, y], |v| v[0].powf(v[1])) {
            return self.number(power);
        }
        match self.as_number(y) {
            #[expect(clippy::cast_possible_truncation, reason = "whole and at most 64")]
            Some(n) if n.fract() == 0.0 && n.abs() <= LARGEST => self.power(x, n as i32),
            _ if self.is(y, 0.5) => self.call(Function::Sqrt, x),
            _ => self.add_node(Step::Pow(x, y)),
        }
    }

    /// xⁿ.
    fn power(&mut self, x: Id, n: i32) -> Id {
        match n {
            0 => self.number(1.0),
            1 => x,
            _ => self.add_node(Step::PowI(x, n)),
        }
    }

    /// A function of x.
    pub fn call(&mut self, function: Function, x: Id) -> Id {
        if let Some(value) = self.folded(&[x], |v| function.value(v[0])) {
            return self.number(value);
        }
        self.add_node(Step::Call(function, x))
    }

    /// The larger of two.
    pub fn max(&mut self, x: Id, y: Id) -> Id {
        self.pick([x, y], x, y)
    }

    /// The smaller of two.
    pub fn min(&mut self, x: Id, y: Id) -> Id {
        self.pick([x, y], y, x)
    }

    /// `larger` where x ≥ y, else `smaller`.
    fn pick(&mut self, [x, y]: [Id; 2], larger: Id, smaller: Id) -> Id {
        if larger == smaller {
            larger
        } else {
            self.add_node(Step::Pick([x, y, larger, smaller]))
        }
    }

    /// Whether a formula has kinks: stretches of different laws may then meet in it.
    #[must_use]
    pub fn has_kinks(&self, root: Id) -> bool {
        self.nodes[..=root.0 as usize]
            .iter()
            .any(|step| matches!(step, Step::Pick(_) | Step::Call(Function::Abs, _)))
    }

    /// The derivatives of `root` in each of `variables`, by the chain rule from the root downwards: all of them together
    /// take a few times the steps of the formula itself.
    pub fn gradient(&mut self, root: Id, variables: &[Id]) -> Vec<Id> {
        let zero = self.number(0.0);
        let one = self.number(1.0);
        // By node: ∂root/∂node, as far as it is summed up.
        let mut by: Vec<Id> = vec![zero; root.0 as usize + 1];
        by[root.0 as usize] = one;
        for k in (0..by.len()).rev() {
            let outer = by[k];
            if outer == zero {
                continue;
            }
            for (operand, slope) in self.slopes(k) {
                let term = self.mul(outer, slope);
                let sum = &mut by[operand.0 as usize];
                *sum = self.add(*sum, term);
            }
        }
        variables
            .iter()
            .map(|variable| by.get(variable.0 as usize).copied().unwrap_or(zero))
            .collect()
    }

    /// The operands of node `k` that can change, and its slope in each.
    fn slopes(&mut self, k: usize) -> Vec<(Id, Id)> {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "the number of an existing node"
        )]
        let own = Id(k as u32);
        let one = self.number(1.0);
        let slopes = match self.nodes[k] {
            Step::Number(_) | Step::Input(_) => return Vec::new(),
            Step::Neg(x) => vec![(x, self.number(-1.0))],
            Step::Add(x, y) => vec![(x, one), (y, one)],
            Step::Sub(x, y) => vec![(x, one), (y, self.number(-1.0))],
            Step::Mul(x, y) => vec![(x, y), (y, x)],
            Step::Div(x, y) => {
                let by_x = self.div(one, y);
                let by_y = self.div(own, y);
                vec![(x, by_x), (y, self.neg(by_y))]
            }
            Step::PowI(x, n) => {
                let rest = self.power(x, n - 1);
                let n = self.number(f64::from(n));
                vec![(x, self.mul(n, rest))]
            }
            Step::Pow(x, y) => {
                let less = self.sub(y, one);
                let rest = self.pow(x, less);
                let by_x = self.mul(y, rest);
                let log = self.call(Function::Ln, x);
                vec![(x, by_x), (y, self.mul(own, log))]
            }
            Step::Call(function, x) => vec![(x, self.slope_of(function, x, own))],
            Step::Pick([x, y, larger, smaller]) => {
                let zero = self.number(0.0);
                let (if_larger, if_smaller) =
                    (self.pick([x, y], one, zero), self.pick([x, y], zero, one));
                vec![(larger, if_larger), (smaller, if_smaller)]
            }
        };
        slopes
            .into_iter()
            .filter(|&(operand, _)| self.as_number(operand).is_none())
            .collect()
    }

    /// The slope of `function` at x, where its value is the node `own`.
    fn slope_of(&mut self, function: Function, x: Id, own: Id) -> Id {
        let one = self.number(1.0);
        match function {
            Function::Exp => own,
            Function::ExpM1 => self.call(Function::Exp, x),
            Function::Ln => self.div(one, x),
            Function::Ln1p => {
                let sum = self.add(one, x);
                self.div(one, sum)
            }
            Function::Log10 => {
                let factor = self.number(std::f64::consts::LOG10_E);
                self.div(factor, x)
            }
            Function::Sqrt => {
                let half = self.number(0.5);
                self.div(half, own)
            }
            Function::Sin => self.call(Function::Cos, x),
            Function::Cos => {
                let sine = self.call(Function::Sin, x);
                self.neg(sine)
            }
            Function::Sinh => self.call(Function::Cosh, x),
            Function::Cosh => self.call(Function::Sinh, x),
            Function::Tanh => self.call(Function::Sech2, x),
            Function::Atan => {
                let square = self.power(x, 2);
                let sum = self.add(one, square);
                self.div(one, sum)
            }
            Function::Fermi => {
                let slope = self.call(Function::FermiSlope, x);
                self.neg(slope)
            }
            Function::Abs => self.call(Function::Sign, x),
            Function::Sign => self.number(0.0),
            Function::Sech2 => {
                let tanh = self.call(Function::Tanh, x);
                let product = self.mul(own, tanh);
                let factor = self.number(-2.0);
                self.mul(factor, product)
            }
            Function::FermiSlope => {
                // (f·(1−f))′ = −f·(1−f)·(1 − 2f).
                let fermi = self.call(Function::Fermi, x);
                let twice = self.add(fermi, fermi);
                let rest = self.sub(twice, one);
                self.mul(own, rest)
            }
        }
    }

    /// Whether `root` becomes 0 by simplification alone when some nodes are replaced by others. `false` says nothing.
    pub fn is_zero_with(&mut self, root: Id, replaced: &[(Id, Id)]) -> bool {
        let mut new: Vec<Id> = Vec::with_capacity(root.0 as usize + 1);
        for k in 0..=root.0 as usize {
            #[expect(
                clippy::cast_possible_truncation,
                reason = "the number of an existing node"
            )]
            let own = Id(k as u32);
            let to = replaced.iter().find(|(from, _)| *from == own);
            let step = self.nodes[k].moved(|id| new[id.0 as usize]);
            new.push(match (to, step) {
                (Some(&(_, to)), _) => to,
                (None, Step::Number(_) | Step::Input(_)) => own,
                (None, Step::Neg(x)) => self.neg(x),
                (None, Step::Add(x, y)) => self.add(x, y),
                (None, Step::Sub(x, y)) => self.sub(x, y),
                (None, Step::Mul(x, y)) => self.mul(x, y),
                (None, Step::Div(x, y)) => self.div(x, y),
                (None, Step::PowI(x, n)) => {
                    let n = self.number(f64::from(n));
                    self.pow(x, n)
                }
                (None, Step::Pow(x, y)) => self.pow(x, y),
                (None, Step::Call(function, x)) => self.call(function, x),
                (None, Step::Pick([x, y, larger, smaller])) => self.pick([x, y], larger, smaller),
            });
        }
        new.last().is_some_and(|&root| self.is(root, 0.0))
    }

    /// The steps that `outputs` need, in order.
    #[must_use]
    pub fn program(&self, outputs: &[Id]) -> Program {
        let mut needed = vec![false; self.nodes.len()];
        for id in outputs {
            needed[id.0 as usize] = true;
        }
        for k in (0..needed.len()).rev() {
            if needed[k] {
                self.nodes[k].for_each_operand(|id| needed[id.0 as usize] = true);
            }
        }
        let mut place = vec![Id(0); self.nodes.len()];
        let mut steps: Vec<Step> = Vec::new();
        for (k, _) in needed.iter().enumerate().filter(|(_, needed)| **needed) {
            #[expect(clippy::cast_possible_truncation, reason = "no more steps than nodes")]
            let own = Id(steps.len() as u32);
            place[k] = own;
            steps.push(self.nodes[k].moved(|id| place[id.0 as usize]));
        }
        Program::new(
            steps,
            outputs.iter().map(|id| place[id.0 as usize]).collect(),
        )
    }
}
