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

use super::linear::{Factor, Jacobian};
use super::stability::Spectrum;
use super::steady::{ABSOLUTE_RESIDUAL, NEWTON_STEP, RELATIVE_RESIDUAL};
use crate::device::{Platform, Response, Side};
use crate::interrupt::Interrupt;
use crate::system::{Flow, System};

/// The most free reservoirs: a line of a hundred points takes some five hundred sparse factorisations, which at this size
/// is a minute of work beside the window.
pub const MOST_FREE: usize = 20_000;

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
    /// Nobody waits for it any more.
    #[error("it was given up")]
    Interrupted,
}

/// The load line of a link over a range of abscissae, from the settled state `x` of the whole network; `interrupt` gives
/// it up between two points.
///
/// # Errors
/// If there is none, and why.
pub fn load_line(
    system: &System,
    link: usize,
    x: &[f64],
    range: [f64; 2],
    samples: usize,
    interrupt: &Interrupt,
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
    let down = rest.follow(&start, targets(-1.0), interrupt)?;
    let up = rest.follow(&start, targets(1.0), interrupt)?;
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
fn size(values: &[f64]) -> f64 {
    values.iter().fold(0.0, |top: f64, v| top.max(v.abs()))
}

/// A point of the line.
#[derive(Clone)]
struct Point {
    x: Vec<f64>,
    abscissa: f64,
    current: f64,
    /// d(variables)/d(abscissa).
    tangent: Vec<f64>,
}

/// The network without the device, its two ends joined by the source.
///
/// The *variables* are the states that move: those of all free reservoirs but the one that the abscissa drives. What the
/// source draws at one end it puts in at the other, so that the inflows of both ends balance together; where charge flows
/// the other end moves with the driven one.
struct Rest<'a> {
    system: &'a System,
    link: usize,
    from: usize,
    to: usize,
    /// The variables as a system, for its linear algebra.
    joined: System,
    /// The variable whose balance each free reservoir is part of; none for one that is driven with the other end held.
    row_of: Vec<Option<usize>>,
    /// The reservoir that the abscissa moves, and by how much for one unit of it.
    driven: (usize, f64),
    /// Links between the ends, the device among them: what they carry changes no balance.
    between: Vec<usize>,
    /// The other links of the driven reservoir, and the side at which it is.
    at_driven: Vec<(usize, Side)>,
    flow: Flow,
    /// Responses and balances of the variables.
    seen: Flow,
    jacobian: Jacobian,
    factor: Factor,
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
        let driven = if from < free { (from, 1.0) } else { (to, -1.0) };
        let count = free - 1;
        // Reservoirs after the driven one move up; it has the place of the other end, or is held.
        let place = |slot: usize| slot - usize::from(slot > driven.0);
        let mut slot_of: Vec<usize> = (0..free + system.clamps().len()).map(place).collect();
        slot_of[driven.0] = if both { place(to) } else { count };
        let others = |values: &[f64], sums: bool| {
            let mut kept: Vec<f64> = values.to_vec();
            let own = kept.remove(driven.0);
            if both && sums {
                kept[place(to)] += own;
            }
            kept
        };
        // A concentration that is held stores nothing more and leaks no more, whatever else moves.
        let capacity = others(system.capacity(), is_charge);
        let leak = others(system.leak(), is_charge);
        let ends = || system.ends().iter().enumerate();
        let is_between = |ends: &[usize; 2]| *ends == [from, to] || *ends == [to, from];
        let at_driven = ends()
            .filter(|(_, ends)| !is_between(ends))
            .filter_map(|(l, ends)| {
                let side = ends.iter().position(|&end| end == driven.0)?;
                Some((l, if side == 0 { Side::From } else { Side::To }))
            });
        Self {
            joined: system.joined(&slot_of, capacity, leak),
            row_of: (0..free)
                .map(|slot| Some(slot_of[slot]).filter(|&row| row < count))
                .collect(),
            between: ends()
                .filter(|(_, ends)| is_between(ends))
                .map(|(l, _)| l)
                .collect(),
            at_driven: at_driven.collect(),
            system,
            link,
            from,
            to,
            driven,
            flow: Flow::default(),
            seen: Flow::default(),
            jacobian: Jacobian::default(),
            factor: Factor::default(),
        }
    }

    /// Whether the other end moves with the driven one.
    fn moves_both(&self) -> bool {
        let free = self.system.free_count();
        self.system.platform() == Platform::Electronic && self.from < free && self.to < free
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

    /// Evaluates the network without the device, and the balances of the variables.
    fn evaluate(&mut self, x: &[f64]) {
        let free = self.system.free_count();
        let moves_both = self.moves_both();
        let Self {
            system,
            link,
            from,
            to,
            joined,
            row_of,
            between,
            at_driven,
            flow,
            seen,
            ..
        } = self;
        system.evaluate(x, system.clamps(), flow);
        let current = flow.responses[*link].current;
        for (slot, current) in [(*from, current), (*to, -current)] {
            if slot < free {
                flow.net[slot] += current;
                flow.throughput[slot] -= current.abs();
            }
        }
        seen.responses.clone_from(&flow.responses);
        for &l in between.iter() {
            seen.responses[l] = Response::default();
        }
        if !moves_both {
            // What is held has no slope, though its inflow may count for the other end.
            for &(l, side) in at_driven.iter() {
                match side {
                    Side::From => seen.responses[l].d_from = 0.0,
                    Side::To => seen.responses[l].d_to = 0.0,
                }
            }
        }
        for (sums, values) in [
            (&mut seen.net, &flow.net),
            (&mut seen.throughput, &flow.throughput),
        ] {
            sums.clear();
            sums.resize(joined.free_count(), 0.0);
            for (row, value) in row_of.iter().zip(values) {
                if let Some(row) = row {
                    sums[*row] += value;
                }
            }
        }
    }

    /// The slope of the balances with the driven reservoir's state.
    fn driven_column(&self) -> Vec<f64> {
        let mut column = vec![0.0; self.joined.free_count()];
        let mut add = |slot: usize, value: f64| {
            if let Some(Some(row)) = self.row_of.get(slot) {
                column[*row] += value;
            }
        };
        let slot = self.driven.0;
        add(slot, -self.system.leak()[slot]);
        for &(l, side) in &self.at_driven {
            let [from, to] = self.system.ends()[l];
            let response = &self.flow.responses[l];
            let slope = match side {
                Side::From => response.d_from,
                Side::To => response.d_to,
            };
            add(from, -slope);
            add(to, slope);
        }
        column
    }

    /// What flows through the source: what the rest brings to `from`, or takes from `to`.
    fn current(&self) -> f64 {
        match self.flow.net.get(self.from) {
            Some(inflow) => *inflow,
            None => -self.flow.net[self.to],
        }
    }

    fn is_balanced(&self) -> bool {
        let mut pairs = self.seen.net.iter().zip(&self.seen.throughput);
        pairs
            .all(|(net, through)| net.abs() <= (RELATIVE_RESIDUAL * through).max(ABSOLUTE_RESIDUAL))
    }

    /// Moves the variables. Returns whether the laws are defined there.
    fn moved(&self, x: &mut [f64], step: &[f64]) -> bool {
        let moves_both = self.moves_both();
        for (slot, (x, row)) in x.iter_mut().zip(&self.row_of).enumerate() {
            if let Some(row) = row
                && (slot != self.driven.0 || moves_both)
            {
                *x += step[*row];
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
            self.evaluate(&x);
            if !self.factor.factorise_jacobian(&self.joined, &self.seen) {
                return None;
            }
            let mut step: Vec<f64> = self.seen.net.iter().map(|f| -f).collect();
            self.factor.solve(&mut step);
            if !step.iter().all(|step| step.is_finite()) {
                return None;
            }
            if size(&step) <= NEWTON_STEP * (1.0 + size(&x)) && self.is_balanced() {
                if !Spectrum::dies_out(&self.joined, &self.seen) {
                    return None;
                }
                let mut tangent = self.driven_column();
                for slope in &mut tangent {
                    *slope *= -self.driven.1;
                }
                self.factor.solve(&mut tangent);
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

    /// The points at these abscissae, in pieces; the first begins with `start`.
    fn follow(
        &mut self,
        start: &Point,
        targets: impl Iterator<Item = f64>,
        interrupt: &Interrupt,
    ) -> Result<Vec<Vec<[f64; 2]>>, NoLoadLine> {
        let mut pieces = vec![vec![[start.abscissa, start.current]]];
        let mut last = start.clone();
        // Whether the line goes on from the last point, or begins anew at the next.
        let mut is_broken = false;
        for target in targets {
            if interrupt.is_raised() {
                return Err(NoLoadLine::Interrupted);
            }
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
        Ok(pieces)
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
        let predicted: Vec<f64> = last.tangent.iter().map(|slope| slope * ahead).collect();
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
            self.evaluate(&x);
            if self.is_balanced() {
                break;
            }
            self.jacobian.set(&self.joined, &self.seen);
            if h.is_infinite() {
                // A tenth of the fastest time there is.
                h = 0.1 / self.jacobian.fastest_rate(&self.joined).max(1e-12);
            }
            let mut step = self.seen.net.clone();
            // Islands keep their totals.
            let factor = &mut self.factor;
            if !factor.factorise_shifted(&self.joined, &self.jacobian, h, true) {
                return None;
            }
            factor.solve(&mut step);
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
