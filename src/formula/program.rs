//! Expressions as a list of steps, run over any kind of number.

use super::{Function, Id};

/// What a program can compute with.
pub trait Scalar: Clone {
    /// A constant.
    #[must_use]
    fn number(x: f64) -> Self;
    /// −x.
    #[must_use]
    fn neg(&self) -> Self;
    /// x + y.
    #[must_use]
    fn add(&self, y: &Self) -> Self;
    /// x − y.
    #[must_use]
    fn sub(&self, y: &Self) -> Self;
    /// x·y.
    #[must_use]
    fn mul(&self, y: &Self) -> Self;
    /// x/y.
    #[must_use]
    fn div(&self, y: &Self) -> Self;
    /// xⁿ, n neither 0 nor 1.
    #[must_use]
    fn powi(&self, n: i32) -> Self;
    /// x^y.
    #[must_use]
    fn pow(&self, y: &Self) -> Self;
    /// A function of x.
    #[must_use]
    fn call(&self, function: Function) -> Self;
    /// `larger` where x ≥ y, else `smaller`.
    #[must_use]
    fn pick(x: &Self, y: &Self, larger: &Self, smaller: &Self) -> Self;
}

/// One step: an operation on the results of steps before it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Step {
    Number(f64),
    Input(usize),
    Neg(Id),
    Add(Id, Id),
    Sub(Id, Id),
    Mul(Id, Id),
    Div(Id, Id),
    PowI(Id, i32),
    Pow(Id, Id),
    Call(Function, Id),
    /// The third where the first is at least the second, else the fourth.
    Pick([Id; 4]),
}

/// What makes steps equal: numbers are compared bit by bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Key {
    Number(u64),
    Input(usize),
    Of(Operation, [Id; 4]),
}

/// The operation of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Operation {
    Neg,
    Add,
    Sub,
    Mul,
    Div,
    PowI(i32),
    Pow,
    Call(Function),
    Pick,
}

impl Step {
    pub(super) fn key(self) -> Key {
        let of = |operation, operands: &[Id]| {
            let mut all = [Id(u32::MAX); 4];
            all[..operands.len()].copy_from_slice(operands);
            Key::Of(operation, all)
        };
        match self {
            Self::Number(x) => Key::Number(x.to_bits()),
            Self::Input(k) => Key::Input(k),
            Self::Neg(x) => of(Operation::Neg, &[x]),
            Self::Add(x, y) => of(Operation::Add, &[x, y]),
            Self::Sub(x, y) => of(Operation::Sub, &[x, y]),
            Self::Mul(x, y) => of(Operation::Mul, &[x, y]),
            Self::Div(x, y) => of(Operation::Div, &[x, y]),
            Self::PowI(x, n) => of(Operation::PowI(n), &[x]),
            Self::Pow(x, y) => of(Operation::Pow, &[x, y]),
            Self::Call(function, x) => of(Operation::Call(function), &[x]),
            Self::Pick(operands) => of(Operation::Pick, &operands),
        }
    }

    pub(super) fn for_each_operand(self, mut f: impl FnMut(Id)) {
        let _ = self.moved(|id| {
            f(id);
            id
        });
    }

    /// The same operation on operands elsewhere.
    pub(super) fn moved(self, mut to: impl FnMut(Id) -> Id) -> Self {
        match self {
            Self::Number(_) | Self::Input(_) => self,
            Self::Neg(x) => Self::Neg(to(x)),
            Self::Add(x, y) => Self::Add(to(x), to(y)),
            Self::Sub(x, y) => Self::Sub(to(x), to(y)),
            Self::Mul(x, y) => Self::Mul(to(x), to(y)),
            Self::Div(x, y) => Self::Div(to(x), to(y)),
            Self::PowI(x, n) => Self::PowI(to(x), n),
            Self::Pow(x, y) => Self::Pow(to(x), to(y)),
            Self::Call(function, x) => Self::Call(function, to(x)),
            Self::Pick(operands) => Self::Pick(operands.map(to)),
        }
    }
}

/// A list of steps with some results marked as outputs.
#[derive(Clone, Debug, PartialEq)]
pub struct Program {
    steps: Vec<Step>,
    outputs: Vec<Id>,
}

impl Program {
    pub(super) fn new(steps: Vec<Step>, outputs: Vec<Id>) -> Self {
        Self { steps, outputs }
    }

    /// Runs over `inputs`; the results of all steps are left in `results`, whose memory is used again.
    ///
    /// # Panics
    /// If there are fewer inputs than the program has.
    pub fn run<T: Scalar>(&self, inputs: &[T], results: &mut Vec<T>) {
        results.clear();
        results.reserve(self.steps.len());
        for step in &self.steps {
            let at = |id: Id| &results[id.0 as usize];
            let result = match *step {
                Step::Number(x) => T::number(x),
                Step::Input(k) => inputs[k].clone(),
                Step::Neg(x) => at(x).neg(),
                Step::Add(x, y) => at(x).add(at(y)),
                Step::Sub(x, y) => at(x).sub(at(y)),
                Step::Mul(x, y) => at(x).mul(at(y)),
                Step::Div(x, y) => at(x).div(at(y)),
                Step::PowI(x, n) => at(x).powi(n),
                Step::Pow(x, y) => at(x).pow(at(y)),
                Step::Call(function, x) => at(x).call(function),
                Step::Pick([x, y, larger, smaller]) => {
                    T::pick(at(x), at(y), at(larger), at(smaller))
                }
            };
            results.push(result);
        }
    }

    /// The output number `k` of a run.
    ///
    /// # Panics
    /// If there is no such output, or `results` are not those of a run.
    #[must_use]
    pub fn output<'r, T>(&self, k: usize, results: &'r [T]) -> &'r T {
        &results[self.outputs[k].0 as usize]
    }

    /// How many outputs there are.
    #[must_use]
    pub fn output_count(&self) -> usize {
        self.outputs.len()
    }
}

impl Scalar for f64 {
    fn number(x: f64) -> Self {
        x
    }

    fn neg(&self) -> Self {
        -self
    }

    fn add(&self, y: &Self) -> Self {
        self + y
    }

    fn sub(&self, y: &Self) -> Self {
        self - y
    }

    fn mul(&self, y: &Self) -> Self {
        self * y
    }

    fn div(&self, y: &Self) -> Self {
        self / y
    }

    fn powi(&self, n: i32) -> Self {
        // The library's own power of integers may differ between machines; a square is one product everywhere.
        if n == 2 {
            self * self
        } else {
            f64::powf(*self, f64::from(n))
        }
    }

    fn pow(&self, y: &Self) -> Self {
        f64::powf(*self, *y)
    }

    fn call(&self, function: Function) -> Self {
        function.value(*self)
    }

    fn pick(x: &Self, y: &Self, larger: &Self, smaller: &Self) -> Self {
        if x >= y { *larger } else { *smaller }
    }
}
