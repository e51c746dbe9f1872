//! The load line of a device: the current that the rest of the network delivers, whatever the device asks for.
//!
//! The device is taken out and an ideal source put in its place: what it draws at `from` it puts in at `to`, and it
//! sets V = a − b (charge) or the concentration at `from` (molecules), which is what an I-V plot has as its abscissa.
//! Everything else settles. The current that then flows through the source, against the abscissa, is the load line;
//! with the device back in place the network can only rest where its current is the same. For a device that depends on
//! a − b alone these are all crossings of load line and I-V curve. For others, the curve holds b fixed while along the
//! load line both ends move, so that of the crossings only the one at the operating point is a steady state.
//!
//! The line is followed by Newton's method from the operating point towards both ends of the range. A point counts if
//! currents balance and the Newton step vanishes by the measures of a steady state (model, section 4), and if it is
//! stable under the source. Where the rest of the network jumps, the line ends and goes on where the rest comes to
//! rest; where nothing settles there is a gap.

use faer::Mat;
use nalgebra::{DMatrix, DVector};

use super::linear::Factor;
use super::steady::{ABSOLUTE_RESIDUAL, NEWTON_STEP, RELATIVE_RESIDUAL};
use crate::device::{Platform, Side};
use crate::system::{Flow, System};

/// The most free reservoirs: every point takes dense factorisations, and eigenvalues where stability is not plain.
pub const MOST_FREE: usize = 100;

/// What a load line looks like.
#[derive(Clone, Debug, PartialEq)]
pub enum LoadLine {
    /// The abscissa is held whatever the current: an upright line there.
    Held(f64),
    /// Pieces of [abscissa, current], each by ascending abscissa, with gaps between them.
    Pieces(Vec<Vec<[f64; 2]>>),
}

/// Why there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoLoadLine {
    /// More free reservoirs than are worked out.
    #[error(
        "the network has {free} free reservoirs; load lines are worked out for up to {MOST_FREE}"
    )]
    TooLarge {
        /// How many there are.
        free: usize,
    },
    /// The device is in a part of the network that touches no clamp and no leak.
    #[error(
        "this part of the network touches no clamp and no leak, so it delivers no lasting current"
    )]
    Island,
    /// The state to begin with is not one of rest.
    #[error("the network does not settle")]
    Unsettled,
}

/// The load line of a link over a range of abscissae, from the settled state `x` of the whole network.
///
/// # Errors
/// If there is none, and why.
pub fn load_line(
    system: &System,
    link: usize,
    x: &[f64],
    range: [f64; 2],
    samples: usize,
) -> Result<LoadLine, NoLoadLine> {
    let free = system.free_count();
    let Some(device) = system.links().get(link) else {
        return Err(NoLoadLine::Unsettled);
    };
    let clamp = |slot: usize| slot.checked_sub(free).map(|c| system.clamps()[c]);
    match (system.platform(), clamp(device.from), clamp(device.to)) {
        (Platform::Electronic, Some(a), Some(b)) => return Ok(LoadLine::Held(a - b)),
        (Platform::Chemical, Some(a), _) => return Ok(LoadLine::Held(a)),
        _ => {}
    }
    if free > MOST_FREE {
        return Err(NoLoadLine::TooLarge { free });
    }
    if x.len() != free || !x.iter().all(|x| x.is_finite()) {
        return Err(NoLoadLine::Unsettled);
    }
    let island = |slot: usize| system.islands().iter().any(|island| island.contains(&slot));
    if island(device.from) || island(device.to) {
        return Err(NoLoadLine::Island);
    }
    let mut rest = Rest::new(system, link);
    let start = rest.settled(x.to_vec()).ok_or(NoLoadLine::Unsettled)?;
    let step = (range[1] - range[0]) / (samples.max(2) - 1) as f64;
    let targets = |sign: f64| {
        let end = if sign < 0.0 { range[0] } else { range[1] };
        let s0 = start.abscissa;
        (1..=samples)
            .map(move |k| s0 + sign * k as f64 * step)
            // The end itself is the last.
            .take_while(move |target| sign * (target - end) < (1.0 - 1e-9) * step)
            .map(move |target| target.clamp(range[0], range[1]))
    };
    let down = rest.follow(&start, targets(-1.0));
    let up = rest.follow(&start, targets(1.0));
    // Both begin at the operating point; the way down is read backwards.
    let mut pieces: Vec<Vec<[f64; 2]>> = down.into_iter().rev().collect();
    for piece in &mut pieces {
        piece.reverse();
    }
    let mut up = up.into_iter();
    if let (Some(last), Some(first)) = (pieces.last_mut(), up.next()) {
        last.extend(first.into_iter().skip(1));
    }
    pieces.extend(up);
    Ok(LoadLine::Pieces(pieces))
}

/// The largest entry, without regard to sign.
fn size(values: &DVector<f64>) -> f64 {
    values.iter().fold(0.0, |top: f64, v| top.max(v.abs()))
}

/// A state that moves: the reservoirs that move together, and those whose inflows it balances together.
struct Variable {
    columns: Vec<usize>,
    rows: Vec<usize>,
    capacity: f64,
}

/// A point of the line.
#[derive(Clone)]
struct Point {
    x: Vec<f64>,
    abscissa: f64,
    current: f64,
    /// d(variables)/d(abscissa).
    tangent: DVector<f64>,
}

/// The network without the device, its two ends joined by the source.
struct Rest<'a> {
    system: &'a System,
    link: usize,
    from: usize,
    to: usize,
    variables: Vec<Variable>,
    /// The reservoir that the abscissa moves, and by how much for one unit of it.
    driven: (usize, f64),
    flow: Flow,
}

impl<'a> Rest<'a> {
    fn new(system: &'a System, link: usize) -> Self {
        let free = system.free_count();
        let (from, to) = (
            system.links()[link].slot(Side::From),
            system.links()[link].slot(Side::To),
        );
        let is_charge = system.platform() == Platform::Electronic;
        let both = from < free && to < free;
        let capacity = system.capacity();
        let mut variables: Vec<Variable> = (0..free)
            .filter(|&i| i != from && i != to)
            // An island that the device is not part of plays no part in what it sees.
            .filter(|i| !system.islands().iter().any(|island| island.contains(i)))
            .map(|i| Variable {
                columns: vec![i],
                rows: vec![i],
                capacity: capacity[i],
            })
            .collect();
        if both {
            // What the source draws at one end it puts in at the other: their inflows balance together.
            variables.push(Variable {
                columns: if is_charge { vec![from, to] } else { vec![to] },
                rows: vec![from, to],
                capacity: if is_charge {
                    capacity[from] + capacity[to]
                } else {
                    capacity[to]
                },
            });
        }
        let driven = if from < free { (from, 1.0) } else { (to, -1.0) };
        Self {
            system,
            link,
            from,
            to,
            variables,
            driven,
            flow: Flow::default(),
        }
    }

    fn state(&self, x: &[f64], slot: usize) -> f64 {
        let free = self.system.free_count();
        x.get(slot)
            .copied()
            .unwrap_or_else(|| self.system.clamps()[slot - free])
    }

    fn abscissa(&self, x: &[f64]) -> f64 {
        let a = self.state(x, self.from);
        match self.system.platform() {
            Platform::Electronic => a - self.state(x, self.to),
            Platform::Chemical => a,
        }
    }

    /// Puts the driven end where the abscissa has it.
    fn impose(&self, x: &mut [f64], abscissa: f64) {
        let off = abscissa - self.abscissa(x);
        let (slot, per_unit) = self.driven;
        x[slot] += per_unit * off;
    }

    /// Evaluates the network and takes the device out; returns J without it.
    fn evaluate(&mut self, x: &[f64]) -> DMatrix<f64> {
        let free = self.system.free_count();
        self.system
            .evaluate(x, self.system.clamps(), &mut self.flow);
        let response = self.flow.responses[self.link];
        let mut j = self.system.jacobian(&self.flow);
        let (from, to) = (self.from, self.to);
        if from < free {
            self.flow.net[from] += response.current;
            self.flow.throughput[from] -= response.current.abs();
            j[(from, from)] += response.d_from;
        }
        if to < free {
            self.flow.net[to] -= response.current;
            self.flow.throughput[to] -= response.current.abs();
            j[(to, to)] -= response.d_to;
        }
        if from < free && to < free {
            j[(from, to)] += response.d_to;
            j[(to, from)] -= response.d_from;
        }
        j
    }

    /// What flows through the source: what the rest brings to `from`, or takes from `to`.
    fn current(&self) -> f64 {
        match self.flow.net.get(self.from) {
            Some(inflow) => *inflow,
            None => -self.flow.net[self.to],
        }
    }

    fn residual(&self) -> DVector<f64> {
        let net = &self.flow.net;
        DVector::from_iterator(
            self.variables.len(),
            self.variables
                .iter()
                .map(|variable| variable.rows.iter().map(|&row| net[row]).sum()),
        )
    }

    fn is_balanced(&self, residual: &DVector<f64>) -> bool {
        let pairs = residual.iter().zip(&self.variables);
        pairs.into_iter().all(|(net, variable)| {
            let through: f64 = variable
                .rows
                .iter()
                .map(|&row| self.flow.throughput[row].abs())
                .sum();
            net.abs() <= (RELATIVE_RESIDUAL * through).max(ABSOLUTE_RESIDUAL)
        })
    }

    fn reduced(&self, j: &DMatrix<f64>) -> DMatrix<f64> {
        let n = self.variables.len();
        DMatrix::from_fn(n, n, |r, c| {
            let mut sum = 0.0;
            for &row in &self.variables[r].rows {
                for &column in &self.variables[c].columns {
                    sum += j[(row, column)];
                }
            }
            sum
        })
    }

    fn moved(&self, x: &mut [f64], step: &DVector<f64>) -> bool {
        for (variable, step) in self.variables.iter().zip(step) {
            for &column in &variable.columns {
                x[column] += step;
            }
        }
        let range = self.system.platform().state_range();
        x.iter().all(|&x| range.contains(x))
    }

    /// Newton's method at a fixed abscissa; a point that passes every test, or nothing.
    fn settled(&mut self, mut x: Vec<f64>) -> Option<Point> {
        /// From a neighbour two or three steps do; the others absorb a bend.
        const ITERATIONS: usize = 12;
        if !x
            .iter()
            .all(|&x| self.system.platform().state_range().contains(x))
        {
            return None;
        }
        for _ in 0..ITERATIONS {
            let j = self.evaluate(&x);
            let residual = self.residual();
            let reduced = self.reduced(&j);
            let factor = Factor::new(reduced.clone())?;
            let mut step = -residual.clone();
            factor.solve(step.as_mut_slice());
            if !step.iter().all(|step| step.is_finite()) {
                return None;
            }
            let largest = x.iter().fold(0.0_f64, |top, x| top.max(x.abs()));
            let is_at_rest = size(&step) <= NEWTON_STEP * (1.0 + largest);
            if is_at_rest && self.is_balanced(&residual) {
                if !self.is_stable(&reduced) {
                    return None;
                }
                let (slot, per_unit) = self.driven;
                let mut tangent = DVector::from_iterator(
                    self.variables.len(),
                    self.variables.iter().map(|variable| {
                        let rows = variable.rows.iter();
                        -per_unit * rows.map(|&row| j[(row, slot)]).sum::<f64>()
                    }),
                );
                factor.solve(tangent.as_mut_slice());
                return Some(Point {
                    abscissa: self.abscissa(&x),
                    current: self.current(),
                    x,
                    tangent,
                });
            }
            if !self.moved(&mut x, &step) {
                return None;
            }
        }
        None
    }

    /// Whether every small deviation dies out while the source holds the abscissa.
    fn is_stable(&self, reduced: &DMatrix<f64>) -> bool {
        let n = reduced.nrows();
        // Columns dominated by their diagonal contract in ℓ1 of the charges, whatever the capacities.
        let contracts = (0..n).all(|c| {
            let others: f64 = (0..n)
                .filter(|&r| r != c)
                .map(|r| reduced[(r, c)].abs())
                .sum();
            reduced[(c, c)] + others < 0.0
        });
        contracts || {
            let scaled =
                Mat::<f64>::from_fn(n, n, |r, c| reduced[(r, c)] / self.variables[r].capacity);
            scaled
                .eigenvalues()
                .is_ok_and(|values| values.iter().all(|value| value.re < 0.0))
        }
    }

    /// The points at these abscissae, in pieces; the first begins with `start`.
    fn follow(&mut self, start: &Point, targets: impl Iterator<Item = f64>) -> Vec<Vec<[f64; 2]>> {
        let mut pieces = vec![vec![[start.abscissa, start.current]]];
        let mut last = start.clone();
        // Whether the line goes on from the last point, or begins anew at the next.
        let mut is_broken = false;
        for target in targets {
            let near = if is_broken {
                None
            } else {
                self.stepped(&last, target)
            };
            let is_jump = near.is_none();
            let Some(point) = near.or_else(|| self.relaxed(&last.x, target)) else {
                is_broken = true;
                continue;
            };
            if is_jump {
                pieces.push(Vec::new());
            }
            if let Some(piece) = pieces.last_mut() {
                piece.push([point.abscissa, point.current]);
            }
            is_broken = false;
            last = point;
        }
        pieces
    }

    /// From a point to the next abscissa without leaving the branch, in smaller steps where it bends.
    fn stepped(&mut self, last: &Point, target: f64) -> Option<Point> {
        /// Halvings of a step: a branch that bends within a thousandth of it ends there for any eye.
        const HALVINGS: i32 = 10;
        let least = (target - last.abscissa).abs() * 0.5_f64.powi(HALVINGS);
        let mut last = last.clone();
        let mut ahead = target - last.abscissa;
        while (target - last.abscissa).abs() > 1e-12 * (1.0 + target.abs()) {
            let left = target - last.abscissa;
            ahead = if ahead.abs() < left.abs() {
                ahead
            } else {
                left
            };
            match self.near(&last, ahead) {
                Some(point) => {
                    last = point;
                    ahead *= 2.0;
                }
                None if ahead.abs() <= least => return None,
                None => ahead *= 0.5,
            }
        }
        Some(last)
    }

    /// A point that continues the last one: where the tangent led to, nearly.
    fn near(&mut self, last: &Point, ahead: f64) -> Option<Point> {
        let mut x = last.x.clone();
        self.impose(&mut x, last.abscissa + ahead);
        let predicted = &last.tangent * ahead;
        if !self.moved(&mut x, &predicted) {
            return None;
        }
        let guess = x.clone();
        let point = self.settled(x)?;
        let miss = point
            .x
            .iter()
            .zip(&guess)
            .fold(0.0_f64, |top, (x, guess)| top.max((x - guess).abs()));
        // A miss as large as the step itself may be another branch.
        let stride = size(&predicted).max(ahead.abs());
        (miss <= 0.5 * stride).then_some(point)
    }

    /// Where the motion under the source leads from `x`, roughly followed in time; nothing if it does not settle.
    fn relaxed(&mut self, x: &[f64], target: f64) -> Option<Point> {
        /// Steps of implicit Euler, each twice as long as the one before where it was accepted.
        const STEPS: usize = 120;
        let mut x = x.to_vec();
        self.impose(&mut x, target);
        let mut h = f64::INFINITY;
        for _ in 0..STEPS {
            let j = self.evaluate(&x);
            let residual = self.residual();
            if self.is_balanced(&residual) {
                break;
            }
            let mut matrix = -self.reduced(&j);
            if h.is_infinite() {
                // A tenth of the fastest time there is.
                let fastest = self
                    .variables
                    .iter()
                    .enumerate()
                    .fold(0.0, |top: f64, (k, v)| {
                        top.max(matrix[(k, k)].abs() / v.capacity)
                    });
                h = 0.1 / fastest.max(1e-12);
            }
            for (k, variable) in self.variables.iter().enumerate() {
                matrix[(k, k)] += variable.capacity / h;
            }
            let mut step = residual;
            Factor::new(matrix)?.solve(step.as_mut_slice());
            let mut next = x.clone();
            // Beyond a unit a step leaves the region in which the slopes hold.
            if size(&step) <= 1.0 && self.moved(&mut next, &step) {
                x = next;
                h *= 2.0;
            } else {
                h *= 0.25;
            }
        }
        self.settled(x)
    }
}
