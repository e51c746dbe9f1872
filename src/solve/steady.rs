//! The steady state: what the dynamics reaches from the initial state, found by a ladder of methods.
//!
//! Where a certificate proves that only one stable state exists, pseudo-transient continuation goes straight for it.
//! Everywhere else, and wherever that stalls, the true motion is integrated, and Newton's method takes over only when
//! the state it leads to is next door. How a state was reached is part of the result.

use super::linear::Factor;
use super::relax::{Options as RelaxOptions, Relaxation};
use super::stability::Spectrum;
use crate::device::Response;
use crate::interrupt::Interrupt;
use crate::system::{Flow, System};

mod cycle;
mod pseudo_transient;

/// |F_i| may be this part of the currents through reservoir i (model, section 4).
pub(super) const RELATIVE_RESIDUAL: f64 = 1e-10;

/// |F_i| below this always counts as zero (model, section 4).
pub(super) const ABSOLUTE_RESIDUAL: f64 = 1e-14;

/// The largest Newton step at a settled state, relative to 1 + max|x| (model, section 4).
pub(super) const NEWTON_STEP: f64 = 1e-9;

/// Newton iterations of [`follow`]: a good start takes two or three.
pub(crate) const FOLLOW_ITERATIONS: usize = 12;

/// A motion that is followed less accurately than this takes some tens of steps: to make tables would cost as much.
const WORTH_TABLES: f64 = 1e-6;

/// The last step of [`follow`] (relative): the next would be below rounding, and the Jacobian changes by no more than
/// this.
pub(crate) const LAST_FOLLOW_STEP: f64 = 1e-6;

/// What to assume and how hard to try.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// Whether only one stable state exists for given conserved totals (a certificate). Default `false`.
    pub is_unique: bool,
    /// Accuracy of the integration that decides which state is reached.
    pub relax: RelaxOptions,
    /// The longest time the motion is followed, in units of the inverse reference rate per unit of capacity. Default
    /// 1e12: at a reference rate of 1 GHz a quarter of an hour, and steps grow so fast that it costs little.
    pub horizon: f64,
    /// The largest number of integration steps. Default 200,000, some thousand periods of an oscillation.
    pub max_steps: usize,
    /// Whether the slowest eigenvalues are found from 300 free reservoirs on, where stability can be tested without.
    /// Default `true`.
    pub lists_eigenvalues: bool,
    /// Ends the search early, as if the effort were spent. Default never.
    pub interrupt: Interrupt,
}

impl Default for Options {
    fn default() -> Self {
        let relax = RelaxOptions {
            relative: 1e-8,
            absolute: 1e-10,
        };
        Self {
            is_unique: false,
            relax,
            horizon: 1e12,
            max_steps: 200_000,
            lists_eigenvalues: true,
            interrupt: Interrupt::default(),
        }
    }
}

impl Options {
    /// Whether a motion in this system is followed in its condensed form.
    pub(crate) fn condenses(&self, system: &System) -> bool {
        self.relax.relative <= WORTH_TABLES && system.is_condensable()
    }

    /// The system as its motion from `x` is followed, where it is not the system itself.
    pub(crate) fn condensed(&self, system: &System, x: &[f64]) -> Option<System> {
        if self.condenses(system) {
            system.condensed(x)
        } else {
            None
        }
    }

    fn spectrum(&self, system: &System, flow: &Flow) -> Option<Spectrum> {
        if self.interrupt.is_raised() {
            None
        } else if self.lists_eigenvalues {
            Spectrum::at(system, flow)
        } else {
            Spectrum::tested(system, flow)
        }
    }
}

/// How the dynamics ends.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// At a stable state.
    Settled,
    /// On a limit cycle.
    Oscillates {
        /// Its period.
        period: f64,
        /// Smallest and largest state of each free reservoir over a period.
        range: Vec<[f64; 2]>,
    },
    /// Neither was reached.
    Unsettled(Reason),
}

/// Why no steady state was reached.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Reason {
    /// The currents vanish but the state is not at rest: an exponential plateau.
    Frozen {
        /// 1/|λ| of the slowest mode: the time on which it still moves.
        time: f64,
    },
    /// At an unstable equilibrium, which only a kick can leave.
    Balanced,
    /// Still moving when the effort was spent.
    Slow,
    /// At a state where a formula has no finite value.
    Undefined {
        /// The device, by its position in [`System::links`].
        link: usize,
    },
}

impl Reason {
    /// The word the command line prints.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Frozen { .. } => "frozen",
            Self::Balanced => "balanced",
            Self::Slow => "slow",
            Self::Undefined { .. } => "undefined",
        }
    }
}

/// The method that produced the final state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Pseudo-transient continuation ending in Newton's method.
    PseudoTransient,
    /// Integration of the dynamics, ending in Newton's method.
    Integration,
}

/// The end of the dynamics from a given state.
#[derive(Clone, Debug)]
pub struct SteadyState {
    /// How it ended.
    pub outcome: Outcome,
    /// The last state of the free reservoirs.
    pub x: Vec<f64>,
    /// Currents and net inflows there.
    pub flow: Flow,
    /// Eigenvalues of C⁻¹J there; `None` if they could not be computed.
    pub spectrum: Option<Spectrum>,
    /// How it was reached.
    pub method: Method,
    /// Steps taken, over all methods.
    pub steps: usize,
}

impl SteadyState {
    /// Whether a stable state was reached.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.outcome == Outcome::Settled
    }

    /// max |F_i|.
    #[must_use]
    pub fn residual(&self) -> f64 {
        self.flow.residual()
    }

    /// The free reservoir furthest from rest (see [`slowest_reservoir`]); `None` without free reservoirs.
    #[must_use]
    pub fn slowest(&self, system: &System) -> Option<usize> {
        slowest_reservoir(system, &self.flow)
    }
}

/// The free reservoir furthest from rest: the largest |Newton step|, or |F|/C where that is not defined.
#[must_use]
pub fn slowest_reservoir(system: &System, flow: &Flow) -> Option<usize> {
    let n = system.free_count();
    let step = newton_step(system, flow);
    let distance = |i: usize| match &step {
        Some(step) => step[i].abs(),
        None => (flow.net[i] / system.capacity()[i]).abs(),
    };
    (0..n).max_by(|&i, &k| distance(i).total_cmp(&distance(k)))
}

/// The steady state that the dynamics reaches from the network's initial state.
#[must_use]
pub fn solve(system: &System, options: &Options) -> SteadyState {
    solve_from(system, system.initial(), options)
}

/// The steady state that the dynamics reaches from the state `x`.
///
/// # Panics
/// If `x` does not have one entry for each free reservoir.
#[must_use]
pub fn solve_from(system: &System, x: &[f64], options: &Options) -> SteadyState {
    let mut tried = 0;
    if options.is_unique {
        let found = pseudo_transient::run(system, x, &options.interrupt);
        if let Some(x) = found.x
            && let Some(state) = judged(system, x, Method::PseudoTransient, found.steps, options)
        {
            return state;
        }
        tried = found.steps;
    }
    integrate(system, x, options, tried)
}

/// The state as settled, if it passes every test.
fn judged(
    system: &System,
    x: Vec<f64>,
    method: Method,
    steps: usize,
    options: &Options,
) -> Option<SteadyState> {
    let flow = system.flow(&x);
    if !currents_balance(&flow) || !is_at_rest(&x, &newton_step(system, &flow)?) {
        return None;
    }
    let spectrum = options
        .spectrum(system, &flow)
        .filter(Spectrum::may_be_stable)?;
    Some(SteadyState {
        outcome: Outcome::Settled,
        x,
        flow,
        spectrum: Some(spectrum),
        method,
        steps,
    })
}

/// |F_i| ≤ max(1e-10·S_i, 1e-14) at every free reservoir.
pub(super) fn currents_balance(flow: &Flow) -> bool {
    let mut pairs = flow.net.iter().zip(&flow.throughput);
    pairs.all(|(net, throughput)| {
        net.abs() <= (RELATIVE_RESIDUAL * throughput).max(ABSOLUTE_RESIDUAL)
    })
}

/// The Newton step −J⁻¹F that keeps the islands' totals; `None` if J is singular.
fn newton_step(system: &System, flow: &Flow) -> Option<Vec<f64>> {
    let mut factor = Factor::default();
    if !factor.factorise_jacobian(system, flow) {
        return None;
    }
    let mut step: Vec<f64> = flow.net.iter().map(|f| -f).collect();
    factor.solve(&mut step);
    step.iter().all(|s| s.is_finite()).then_some(step)
}

/// The size of a step relative to 1 + max|x|.
pub(super) fn relative_size(x: &[f64], step: &[f64]) -> f64 {
    largest(step) / (1.0 + largest(x))
}

/// The largest magnitude, found in four places at once.
fn largest(values: &[f64]) -> f64 {
    let (fours, rest) = values.as_chunks::<4>();
    let mut top = [0.0_f64; 4];
    for four in fours {
        for (top, value) in top.iter_mut().zip(four) {
            *top = top.max(value.abs());
        }
    }
    for (top, value) in top.iter_mut().zip(rest) {
        *top = top.max(value.abs());
    }
    f64::max(top[0].max(top[1]), top[2].max(top[3]))
}

fn is_at_rest(x: &[f64], newton_step: &[f64]) -> bool {
    relative_size(x, newton_step) <= NEWTON_STEP
}

/// Newton's method from `x`, which must be next door to a solution; `None` if it is not.
fn polished(system: &System, x: &[f64]) -> Option<Vec<f64>> {
    /// A first step below this (relative) leads to the state that the motion is about to reach: two states so close
    /// would need a curvature of 1e5 between them.
    const NEXT_DOOR: f64 = 1e-5;
    /// Quadratic convergence from 1e-5 ends at rounding in two steps; the others absorb ill-conditioning.
    const ITERATIONS: usize = 8;
    let mut x = x.to_vec();
    let mut flow = system.flow(&x);
    let mut last = f64::INFINITY;
    for iteration in 0..ITERATIONS {
        let step = newton_step(system, &flow)?;
        let size = relative_size(&x, &step);
        if iteration == 0 && size > NEXT_DOOR {
            return None;
        }
        // At rounding the steps stop shrinking: the last one is then as good as any.
        if size >= last && is_at_rest(&x, &step) {
            break;
        }
        last = size;
        let moved: Vec<f64> = x.iter().zip(&step).map(|(x, step)| x + step).collect();
        if !moved
            .iter()
            .all(|&x| system.platform().state_range().contains(x))
        {
            return None;
        }
        x = moved;
        flow = system.flow(&x);
        if size == 0.0 {
            break;
        }
    }
    (last <= NEXT_DOOR).then_some(x)
}

/// Memory of [`follow`] that is used again.
#[derive(Clone, Debug, Default)]
pub struct Workspace {
    flow: Flow,
    step: Vec<f64>,
}

/// Newton's method from a state that is near, in place. Returns the iterations taken: one evaluation and one
/// factorisation each. `None` if it does not converge at once, or ends where the sign of the determinant proves a
/// growing mode; `x` is then no state of anything. Which state it ends at is not checked beyond that.
///
/// `factor` is left with the regularised Jacobian, factorised within a relative step of 1e-6 of the state.
#[must_use]
pub fn follow(
    system: &System,
    x: &mut [f64],
    factor: &mut Factor,
    workspace: &mut Workspace,
) -> Option<usize> {
    let Workspace { flow, step } = workspace;
    let n = system.free_count();
    for iterations in 1..=FOLLOW_ITERATIONS {
        system.evaluate(x, system.clamps(), flow);
        if !factor.factorise_jacobian(system, flow) {
            return None;
        }
        step.clear();
        step.extend(flow.net.iter().map(|f| -f));
        factor.solve(step);
        let size = relative_size(x, step);
        for (x, step) in x.iter_mut().zip(step.iter()) {
            *x += step;
        }
        if !x
            .iter()
            .all(|&x| system.platform().state_range().contains(x))
        {
            return None;
        }
        if size <= LAST_FOLLOW_STEP {
            // det(−J) is the product of all rates of decay: negative means that an odd number of modes grow.
            let sign = if n.is_multiple_of(2) { 1.0 } else { -1.0 };
            return (factor.determinant_sign() * sign > 0.0).then_some(iterations);
        }
    }
    None
}

/// Follows the true motion until it rests, repeats itself, or the effort is spent.
fn integrate(system: &System, x: &[f64], options: &Options, tried: usize) -> SteadyState {
    // The steady state is that of the clamps' values alone: signals are left out.
    let still = system.is_driven().then(|| system.without_signals());
    let system = still.as_ref().unwrap_or(system);
    let condensed = options.condensed(system, x);
    let mut moving = condensed.as_ref().unwrap_or(system);
    let mut relaxation = Relaxation::new(moving, x, 0.0, options.relax);
    let mut recurrence = cycle::Recurrence::new(system);
    let largest = system
        .capacity()
        .iter()
        .fold(1.0_f64, |top, &capacity| top.max(capacity));
    let horizon = options.horizon * largest;
    let end = |relaxation: &Relaxation, outcome: Outcome| {
        let x = relaxation.state().to_vec();
        let flow = system.flow(&x);
        let spectrum = options.spectrum(system, &flow);
        SteadyState {
            outcome,
            x,
            flow,
            spectrum,
            method: Method::Integration,
            steps: tried + relaxation.steps(),
        }
    };
    loop {
        match at_rest(system, moving, &relaxation, tried, options) {
            Rest::Ended(ended) => return *ended,
            Rest::OfTables => {
                moving = system;
                let (x, t) = (relaxation.state().to_vec(), relaxation.time());
                relaxation.restart(system, &x, t);
            }
            Rest::No => {}
        }
        if relaxation.time() >= horizon
            || relaxation.steps() >= options.max_steps
            || options.interrupt.is_raised()
            || relaxation.step(moving).is_err()
        {
            break;
        }
        if let Some(cycle) = recurrence.observe(moving, &relaxation) {
            return end(
                &relaxation,
                Outcome::Oscillates {
                    period: cycle.period,
                    range: cycle.range,
                },
            );
        }
    }
    let mut ended = end(&relaxation, Outcome::Unsettled(Reason::Slow));
    if let Some(link) = undefined_link(&ended.flow) {
        ended.outcome = Outcome::Unsettled(Reason::Undefined { link });
    } else if currents_balance(&ended.flow) {
        let slowest = ended.spectrum.as_ref().and_then(Spectrum::slowest);
        let time = slowest.map_or(f64::INFINITY, |slowest| 1.0 / slowest.re.abs());
        ended.outcome = Outcome::Unsettled(Reason::Frozen { time });
    }
    ended
}

/// The first device without a finite current or slope.
fn undefined_link(flow: &Flow) -> Option<usize> {
    flow.responses.iter().position(|response| {
        let Response {
            current,
            d_from,
            d_to,
        } = *response;
        ![current, d_from, d_to].iter().all(|x| x.is_finite())
    })
}

/// Whether a motion has come to rest.
enum Rest {
    /// At or next door to a state that ends it.
    Ended(Box<SteadyState>),
    /// The condensed system rests here, but not the system itself.
    OfTables,
    /// Nothing of the kind.
    No,
}

/// Whether the motion has come to rest, or is next door to a stable state. `moving` is the system as its motion is followed.
fn at_rest(
    system: &System,
    moving: &System,
    relaxation: &Relaxation,
    tried: usize,
    options: &Options,
) -> Rest {
    /// Currents this far from balance (relative) are not worth a factorisation: no state is next door.
    const WORTH_A_TRY: f64 = 1e-3;
    let x = relaxation.state();
    let steps = tried + relaxation.steps();
    let flow = moving.flow(x);
    let imbalance = flow
        .net
        .iter()
        .zip(&flow.throughput)
        .fold(0.0_f64, |top, (net, throughput)| {
            top.max(net.abs() / throughput.max(f64::MIN_POSITIVE))
        });
    let may_balance = currents_balance(&flow);
    if !may_balance && imbalance > WORTH_A_TRY {
        return Rest::No;
    }
    // A condensed system tells sooner that nothing is next door, and else comes to within rounding of what is.
    let is_condensed = !std::ptr::eq(system, moving);
    let near = if is_condensed {
        polished(moving, x)
    } else {
        Some(x.to_vec())
    };
    let method = Method::Integration;
    if let Some(state) = near
        .and_then(|x| polished(system, &x))
        .and_then(|x| judged(system, x, method, steps, options))
    {
        return Rest::Ended(Box::new(state));
    }
    if !may_balance {
        return Rest::No;
    }
    let flow = if is_condensed { system.flow(x) } else { flow };
    if !currents_balance(&flow) {
        return if is_condensed {
            Rest::OfTables
        } else {
            Rest::No
        };
    }
    if newton_step(system, &flow).is_some_and(|step| is_at_rest(x, &step))
        && let Some(spectrum) = options
            .spectrum(system, &flow)
            .filter(Spectrum::is_unstable)
    {
        return Rest::Ended(Box::new(SteadyState {
            outcome: Outcome::Unsettled(Reason::Balanced),
            x: x.to_vec(),
            flow,
            spectrum: Some(spectrum),
            method,
            steps,
        }));
    }
    Rest::No
}
