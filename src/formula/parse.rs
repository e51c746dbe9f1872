//! From text to a graph: a Pratt parser over characters (Pratt, POPL 1973), which knows the place of everything.

use std::ops::Range;

use super::{FormulaError, Function, Graph, Id, LONGEST, constant};

/// Parentheses, signs and powers may be nested this deep: far deeper than anyone reads, and safe for the stack.
const DEEPEST: usize = 100;

/// The functions of two arguments.
pub(super) const PAIRS: [&str; 2] = ["min", "max"];

/// Words that people expect, but that are not here, and what to write instead.
pub(super) fn refused_function(name: &str) -> Option<(&'static str, &'static str)> {
    match name {
        "sign" | "signum" | "step" | "heaviside" | "floor" | "ceil" | "round" | "trunc" | "mod" => {
            Some((
                "jumps, and a law must have a slope everywhere",
                "use a smooth step such as tanh(x/w), or fermi(-x/w)",
            ))
        }
        "log" => Some(("may be either of two functions", "write ln or log10")),
        _ => None,
    }
}

/// Gives the node a name stands for, or the problem and its remedy.
type Resolve<'r> = dyn FnMut(&mut Graph, &str, Range<usize>) -> Result<Id, (String, String)> + 'r;

/// Reads a formula into `graph`. `resolve` is asked for every name that is neither a constant nor a function.
///
/// # Errors
/// The first fault, with its place.
pub fn parse(text: &str, graph: &mut Graph, resolve: &mut Resolve<'_>) -> Result<Id, FormulaError> {
    let characters: Vec<char> = text.chars().take(LONGEST + 1).collect();
    if characters.len() > LONGEST {
        return Err(FormulaError::new(
            LONGEST..LONGEST,
            format!("the formula is longer than {LONGEST} characters"),
            "shorten it, or make two parallel edges of it",
        ));
    }
    let mut parser = Parser {
        tokens: tokens(&characters)?,
        end: characters.len(),
        next: 0,
        depth: 0,
        graph,
        resolve,
    };
    let root = parser.expression(0)?;
    match parser.peek() {
        None => Ok(root),
        Some((Token::Close, at)) => Err(FormulaError::new(
            at,
            "')' closes nothing that was opened",
            "remove it, or open a '(' before",
        )),
        Some((token, at)) => Err(misplaced(&token, at)),
    }
}

/// What is wrong with a token after a whole value.
fn misplaced(token: &Token, at: Range<usize>) -> FormulaError {
    let (problem, remedy) = match token {
        Token::Comma => (
            "',' has no meaning here",
            "write a decimal point as '.'; only min and max take two arguments",
        ),
        _ => (
            "an operator is missing before this",
            "write a product with '*', as in 2*a",
        ),
    };
    FormulaError::new(at, problem, remedy)
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Number(f64),
    Name(String),
    Operator(char),
    Open,
    Close,
    Comma,
}

fn is_name_start(c: char) -> bool {
    c.is_alphabetic() || c == '_'
}

fn is_name_part(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn tokens(characters: &[char]) -> Result<Vec<(Token, Range<usize>)>, FormulaError> {
    let mut tokens = Vec::new();
    let mut k = 0;
    while let Some(&c) = characters.get(k) {
        let start = k;
        k += 1;
        let run = |from: usize, is_part: &dyn Fn(char) -> bool| {
            from + characters[from..]
                .iter()
                .take_while(|c| is_part(**c))
                .count()
        };
        let token = match c {
            _ if c.is_whitespace() => continue,
            '+' | '-' | '*' | '/' | '^' => Token::Operator(c),
            '−' => Token::Operator('-'),
            '·' | '×' => Token::Operator('*'),
            '(' => Token::Open,
            ')' => Token::Close,
            ',' => Token::Comma,
            '0'..='9' | '.' => {
                k = run(start, &|c| c.is_ascii_digit() || c == '.');
                // An exponent only where digits follow: 2e is no number.
                if matches!(characters.get(k), Some('e' | 'E')) {
                    let sign = usize::from(matches!(characters.get(k + 1), Some('+' | '-')));
                    let end = run(k + 1 + sign, &|c| c.is_ascii_digit());
                    if end > k + 1 + sign {
                        k = end;
                    }
                }
                let text: String = characters[start..k].iter().collect();
                match text.parse::<f64>() {
                    Ok(number) if number.is_finite() => Token::Number(number),
                    _ => {
                        return Err(FormulaError::new(
                            start..k,
                            format!("'{text}' is not a number"),
                            "write a number such as 0.5 or 1e-3",
                        ));
                    }
                }
            }
            _ if is_name_start(c) => {
                k = run(start, &is_name_part);
                Token::Name(characters[start..k].iter().collect())
            }
            _ => {
                return Err(FormulaError::new(
                    start..k,
                    format!("'{}' has no meaning in a formula", c.escape_debug()),
                    "use numbers, names, + - * / ^ and parentheses",
                ));
            }
        };
        tokens.push((token, start..k));
    }
    Ok(tokens)
}

struct Parser<'p, 'r> {
    tokens: Vec<(Token, Range<usize>)>,
    /// The number of characters.
    end: usize,
    next: usize,
    depth: usize,
    graph: &'p mut Graph,
    resolve: &'p mut Resolve<'r>,
}

/// How strongly a sign binds: after powers, before products.
const SIGN: u8 = 5;

impl Parser<'_, '_> {
    fn peek(&self) -> Option<(Token, Range<usize>)> {
        self.tokens.get(self.next).cloned()
    }

    /// Reads as long as operators bind at least as strongly as `least`.
    fn expression(&mut self, least: u8) -> Result<Id, FormulaError> {
        if self.depth >= DEEPEST {
            let at = self.peek().map_or(self.end..self.end, |(_, at)| at);
            return Err(FormulaError::new(
                at,
                format!("nested deeper than {DEEPEST} levels"),
                "take some of it apart",
            ));
        }
        self.depth += 1;
        let mut left = self.operand()?;
        while let Some((Token::Operator(operator), _)) = self.peek() {
            // Binding of the operator, and of what may stand to its right.
            let (own, right) = match operator {
                '+' | '-' => (1, 2),
                '*' | '/' => (3, 4),
                _ => (8, SIGN),
            };
            if own < least {
                break;
            }
            self.next += 1;
            let right = self.expression(right)?;
            left = match operator {
                '+' => self.graph.add(left, right),
                '-' => self.graph.sub(left, right),
                '*' => self.graph.mul(left, right),
                '/' => self.graph.div(left, right),
                _ => self.graph.pow(left, right),
            };
        }
        self.depth -= 1;
        Ok(left)
    }

    fn operand(&mut self) -> Result<Id, FormulaError> {
        let Some((token, at)) = self.peek() else {
            return Err(FormulaError::new(
                self.end..self.end,
                "the formula ends where a value is expected",
                "write a number, a name or a function",
            ));
        };
        self.next += 1;
        match token {
            Token::Number(number) => Ok(self.graph.number(number)),
            Token::Operator('-') => {
                let operand = self.expression(SIGN)?;
                Ok(self.graph.neg(operand))
            }
            Token::Operator('+') => self.expression(SIGN),
            Token::Open => {
                let inner = self.expression(0)?;
                self.close(at)?;
                Ok(inner)
            }
            Token::Name(name) => self.named(&name, at),
            Token::Operator(_) | Token::Close | Token::Comma => Err(FormulaError::new(
                at,
                "a value is expected here",
                "write a number, a name or a function; a power is written x^2",
            )),
        }
    }

    /// The ')' of the '(' at `open`.
    fn close(&mut self, open: Range<usize>) -> Result<(), FormulaError> {
        match self.peek() {
            Some((Token::Close, _)) => {
                self.next += 1;
                Ok(())
            }
            None => Err(FormulaError::new(open, "'(' is not closed", "add a ')'")),
            Some((token, at)) => Err(misplaced(&token, at)),
        }
    }

    fn named(&mut self, name: &str, at: Range<usize>) -> Result<Id, FormulaError> {
        let called = matches!(self.peek(), Some((Token::Open, _)));
        if let Some((problem, remedy)) = refused_function(name).filter(|_| called) {
            return Err(FormulaError::new(at, format!("'{name}' {problem}"), remedy));
        }
        let function = Function::from_name(name);
        let is_pair = PAIRS.contains(&name);
        if !called {
            if function.is_some() || is_pair {
                return Err(FormulaError::new(
                    at,
                    format!("{name} is a function and needs its argument in parentheses"),
                    format!("write {name}(…)"),
                ));
            }
            if let Some(value) = constant(name) {
                return Ok(self.graph.number(value));
            }
            return (self.resolve)(self.graph, name, at.clone())
                .map_err(|(problem, remedy)| FormulaError::new(at, problem, remedy));
        }
        if function.is_none() && !is_pair {
            let known: Vec<&str> = Function::ALL
                .into_iter()
                .map(Function::name)
                .chain(PAIRS)
                .collect();
            return Err(FormulaError::new(
                at,
                format!("unknown function '{name}'"),
                format!(
                    "use one of {}, or write a product with '*'",
                    known.join(", ")
                ),
            ));
        }
        let open = self.peek().map_or(at.clone(), |(_, at)| at);
        self.next += 1;
        let x = self.expression(0)?;
        let result = if let Some(function) = function {
            self.graph.call(function, x)
        } else {
            if !matches!(self.peek(), Some((Token::Comma, _))) {
                return Err(FormulaError::new(
                    at,
                    format!("{name} needs two arguments"),
                    format!("write {name}(x, y)"),
                ));
            }
            self.next += 1;
            let y = self.expression(0)?;
            if name == "max" {
                self.graph.max(x, y)
            } else {
                self.graph.min(x, y)
            }
        };
        self.close(open)?;
        Ok(result)
    }
}
