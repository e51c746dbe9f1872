//! What clamps feed into a free reservoir, as a function of its state alone.
//!
//! While clamps rest, all that a reservoir receives from them depends on its own state. Behind an image a hidden reservoir
//! is fed by hundreds of devices; a motion asks for the sum of their currents at a thousand states, and a few dozen tell
//! it everywhere. The sum is smooth, so the polynomial through its values and slopes at Chebyshev nodes is as good as the
//! sum itself over a unit of the state (Hermite interpolation; the error falls geometrically with the degree, the faster
//! the further off the nearest pole is: Trefethen, Approximation Theory and Approximation Practice, 2013, chapter 8). A
//! Fermi function has its poles at a distance of π over the lever arm, a rational law of concentrations in their logarithm
//! at π/2 or more.
//!
//! A piece is made when a state in it is first asked for, and tested against the devices at its ends and in its middle,
//! where the product of the distances to the nodes is largest. Where it fails, the devices themselves are asked every time.
//! No test sees a peak that stands between two points and has died out at both: devices whose finest feature is that
//! small stay devices, as do formulas, of which it is not known.

use std::sync::{Arc, OnceLock};

use nalgebra::SMatrix;

use super::{Algebra, System, first_slopes, grouped};
use crate::device::{Kernel, Platform, Response, Side};

/// Nodes of a piece.
const NODES: usize = 8;

/// Coefficients of its polynomial: as many as there are values and slopes.
const TERMS: usize = 2 * NODES;

/// What a piece may be off where it is tested, relative to the currents that are summed: a tenth of what counts as balanced.
const ERROR: f64 = 1e-11;

/// The finest feature of a device in a table, in units of the coordinate: a fourth of the widest gap between the points at
/// which a piece is made and tested, so that a step or a peak in between is far from over at them.
const FINEST: f64 = 0.045;

/// Devices between a reservoir and clamps from which on tables are made for it: a piece costs eleven evaluations of each.
const LEAST_FED: usize = 64;

/// What tables must be able to save, as a multiple of the devices that stay.
const WORTH: usize = 3;

/// Pieces of one table: where states range over more units, few of them would be used twice.
const MOST_PIECES: usize = 64;

/// Devices of one law that feed one reservoir, all in the same direction.
#[derive(Debug)]
struct Feeders {
    kernel: Kernel,
    params: Vec<Vec<f64>>,
    /// The states of the clamps.
    held: Vec<f64>,
    /// At which end the reservoir is.
    side: Side,
}

/// What flows into a reservoir, its slope in the state, and the sum of all magnitudes.
#[derive(Clone, Copy, Debug, Default)]
struct Inflow {
    net: f64,
    slope: f64,
    throughput: f64,
}

/// A polynomial Σ c_k·T_k(t) over one unit of the coordinate, t from −1 to 1.
#[derive(Debug)]
struct Piece {
    coefficients: [f64; TERMS],
    /// The sum of all magnitudes, averaged over the nodes.
    throughput: f64,
}

/// All that feeds one reservoir.
#[derive(Debug)]
struct Table {
    slot: usize,
    feeders: Vec<Feeders>,
    /// Where the first piece begins.
    first: f64,
    pieces: Vec<OnceLock<Option<Piece>>>,
}

/// The tables of all reservoirs that have one.
#[derive(Debug)]
pub(super) struct Feeds {
    platform: Platform,
    tables: Vec<Table>,
}

impl System {
    /// The same system for following its motion from the state `x`: reservoirs that many clamps feed have tables in the
    /// place of these devices. Net inflows and Jacobian agree with this system's to some 1e-11 of the currents that are
    /// summed, for a fraction of the work.
    ///
    /// `None` if it would save nothing, if clamps move, or if the network is one for sparse algebra. `None` also if the
    /// inflows of such a reservoir cancel at `x`: they may do so for all time, by symmetry, and only the devices themselves
    /// keep to it.
    ///
    /// It is there for motions alone: it does not know the currents of the devices in its tables, and changes of clamps,
    /// parameters, leaks or algebra do not reach them.
    #[must_use]
    pub fn condensed(&self, x: &[f64]) -> Option<Self> {
        /// Inflows below this share of the currents that are summed have cancelled to rounding.
        const CANCELLED: f64 = 1e-12;
        let is_fed = self.fed()?;
        let flow = self.flow(x);
        let mut sums = flow.net.iter().zip(&flow.throughput).zip(&is_fed);
        if sums.any(|((net, throughput), is_fed)| *is_fed && net.abs() <= CANCELLED * throughput) {
            return None;
        }
        let mut of_slot: Vec<[Vec<usize>; 2]> = vec![Default::default(); self.free_count()];
        let mut links = Vec::new();
        for (l, link) in self.links.iter().enumerate() {
            match self.fed_end(l).filter(|&(slot, _)| is_fed[slot]) {
                Some((slot, Side::From)) => of_slot[slot][0].push(l),
                Some((slot, Side::To)) => of_slot[slot][1].push(l),
                None => links.push(link.clone()),
            }
        }
        let range = self.coordinate_range();
        let tables = of_slot.iter().enumerate().filter_map(|(slot, sides)| {
            let feeders: Vec<Feeders> = [Side::From, Side::To]
                .into_iter()
                .zip(sides)
                .flat_map(|(side, links)| self.feeders(links, side))
                .collect();
            (!feeders.is_empty()).then(|| Table::new(slot, feeders, range))
        });
        let feeds = Feeds {
            platform: self.platform,
            tables: tables.collect(),
        };
        let (groups, places) = grouped(&links);
        Some(Self {
            nodes: self.nodes.clone(),
            roles: self.roles.clone(),
            capacity: self.capacity.clone(),
            leak: self.leak.clone(),
            initial: self.initial.clone(),
            clamps: self.clamps.clone(),
            ends: links.iter().map(|link| [link.from, link.to]).collect(),
            first_slopes: first_slopes(&groups, links.len()),
            links,
            groups,
            places,
            islands: self.islands.clone(),
            algebra: Algebra::Dense,
            feeds: Some(Arc::new(feeds)),
            ..self.bare()
        })
    }

    /// Whether there is a condensed form for motions from most states.
    #[must_use]
    pub fn is_condensable(&self) -> bool {
        self.fed().is_some()
    }

    /// Which free reservoirs are to have a table; `None` if that would save nothing.
    fn fed(&self) -> Option<Vec<bool>> {
        // Most networks have fewer devices than that, and are asked often.
        if self.links.len() < LEAST_FED || self.is_driven() {
            return None;
        }
        let [lo, hi] = self.coordinate_range();
        let mut counts = vec![0; self.free_count()];
        for (slot, _) in (0..self.links.len()).filter_map(|l| self.fed_end(l)) {
            counts[slot] += 1;
        }
        let is_fed: Vec<bool> = counts.iter().map(|&count| count >= LEAST_FED).collect();
        let saved: usize = counts.iter().filter(|&&count| count >= LEAST_FED).sum();
        let staying = self.links.len() - saved;
        let is_worth_it = saved > 0 && saved >= WORTH * staying && hi - lo < MOST_PIECES as f64;
        (is_worth_it && !self.is_sparse()).then_some(is_fed)
    }

    /// The free end of a link to a clamp whose device can be in a table.
    fn fed_end(&self, link: usize) -> Option<(usize, Side)> {
        let free = self.free_count();
        let [from, to] = self.ends[link];
        let end = match (from < free, to < free) {
            (true, false) => (from, Side::From),
            (false, true) => (to, Side::To),
            _ => return None,
        };
        (self.links[link].device.finest_feature() >= FINEST).then_some(end)
    }

    /// The coordinates of all clamps, ground and initial states: with equilibrium constants of 1 no motion leaves them.
    fn coordinate_range(&self) -> [f64; 2] {
        let states = self.clamps.iter().chain(&self.initial);
        let [lo, hi] = states.fold([self.ground; 2], |[lo, hi], &x| [lo.min(x), hi.max(x)]);
        [lo, hi].map(|x| coordinate(self.platform, x))
    }

    /// Some links as feeders of the reservoir at this side of them.
    fn feeders(&self, links: &[usize], side: Side) -> Vec<Feeders> {
        let held = |l: &usize| {
            let [from, to] = self.ends[*l];
            let slot = match side {
                Side::From => to,
                Side::To => from,
            };
            self.clamps[slot - self.free_count()]
        };
        let mut feeders: Vec<(usize, Feeders)> = Vec::new();
        for l in links {
            let (g, place) = self.places[*l];
            let group = &self.groups[g];
            let at = feeders
                .iter()
                .position(|(of, _)| *of == g)
                .unwrap_or_else(|| {
                    let like = Feeders {
                        kernel: group.kernel.clone(),
                        params: vec![Vec::new(); group.params.len()],
                        held: Vec::new(),
                        side,
                    };
                    feeders.push((g, like));
                    feeders.len() - 1
                });
            let (_, of_group) = &mut feeders[at];
            of_group.held.push(held(l));
            for (to, from) in of_group.params.iter_mut().zip(&group.params) {
                to.push(from[place]);
            }
        }
        feeders.into_iter().map(|(_, feeders)| feeders).collect()
    }
}

impl Feeds {
    /// Adds what is fed at the state `x` to net inflows and throughputs, and writes ∂F_i/∂x_i of it to `slopes`.
    pub(super) fn add(
        &self,
        x: &[f64],
        net: &mut [f64],
        throughput: &mut [f64],
        slopes: &mut Vec<f64>,
    ) {
        slopes.clear();
        slopes.resize(x.len(), 0.0);
        for table in &self.tables {
            let inflow = table.at(self.platform, x[table.slot]);
            net[table.slot] += inflow.net;
            throughput[table.slot] += inflow.throughput;
            slopes[table.slot] = inflow.slope;
        }
    }
}

impl Table {
    fn new(slot: usize, feeders: Vec<Feeders>, [lo, hi]: [f64; 2]) -> Self {
        /// Motions begin and end at states: most of these are then not at the end of a piece.
        const BEFORE: f64 = 0.5;
        let length = hi - lo + 2.0 * BEFORE;
        let is_within = |&k: &usize| (k as f64) < length;
        Self {
            slot,
            feeders,
            first: lo - BEFORE,
            pieces: (0..=MOST_PIECES)
                .take_while(is_within)
                .map(|_| OnceLock::new())
                .collect(),
        }
    }

    /// What flows in at a state.
    fn at(&self, platform: Platform, x: f64) -> Inflow {
        let place = coordinate(platform, x) - self.first;
        let piece = piece_of(place).and_then(|k| {
            let from = self.first + k as f64;
            let piece = self.pieces.get(k)?;
            let piece = piece.get_or_init(|| self.fitted(platform, from)).as_ref()?;
            Some(piece.at(2.0 * (place - k as f64) - 1.0, dx_dt(platform, x)))
        });
        piece.unwrap_or_else(|| self.asked(x))
    }

    /// What flows in at a state, by the devices themselves.
    fn asked(&self, x: f64) -> Inflow {
        let mut inflow = Inflow::default();
        for feeders in &self.feeders {
            let own = vec![x; feeders.held.len()];
            let mut responses = vec![Response::default(); own.len()];
            let (a, b) = match feeders.side {
                Side::From => (&own, &feeders.held),
                Side::To => (&feeders.held, &own),
            };
            feeders
                .kernel
                .respond(&feeders.params, a, b, &mut responses);
            for response in &responses {
                let (net, slope) = match feeders.side {
                    Side::From => (-response.current, -response.d_from),
                    Side::To => (response.current, response.d_to),
                };
                inflow.net += net;
                inflow.slope += slope;
                inflow.throughput += net.abs();
            }
        }
        inflow
    }

    /// The piece that begins at a coordinate; `None` if no polynomial is good enough there.
    fn fitted(&self, platform: Platform, from: f64) -> Option<Piece> {
        let state = |t: f64| {
            let s = from + 0.5 * (t + 1.0);
            match platform {
                Platform::Electronic => s,
                Platform::Chemical => s.exp(),
            }
        };
        let fit = Fit::get();
        let mut data = [0.0; TERMS];
        let mut throughput = 0.0;
        for (j, &t) in fit.nodes.iter().enumerate() {
            let x = state(t);
            let inflow = self.asked(x);
            data[j] = inflow.net;
            data[NODES + j] = inflow.slope * dx_dt(platform, x);
            throughput += inflow.throughput / NODES as f64;
        }
        let piece = Piece {
            coefficients: std::array::from_fn(|k| {
                let row = fit.inverse[k].iter().zip(&data);
                row.map(|(weight, datum)| weight * datum).sum()
            }),
            throughput,
        };
        // Where the product of the distances to all nodes is largest: at the ends, and in the middle.
        let is_good = [-1.0, 0.0, 1.0].into_iter().all(|t| {
            let x = state(t);
            let (there, here) = (self.asked(x), piece.at(t, dx_dt(platform, x)));
            let allowed = ERROR * there.throughput;
            // The slope is in the state; over the piece it is compared in t, as the current is.
            let slope_error = (there.slope - here.slope).abs() * dx_dt(platform, x);
            // Markov's inequality: a polynomial of this degree can be off by its square more in the slope.
            (there.net - here.net).abs() <= allowed
                && slope_error <= (TERMS * TERMS) as f64 * allowed
        });
        is_good.then_some(piece)
    }
}

impl Piece {
    /// What flows in at t, given dx/dt there.
    fn at(&self, t: f64, dx_dt: f64) -> Inflow {
        // T_k by its recurrence, and T_k′ = k·U_{k−1} by that of U.
        let [mut before, mut this] = [1.0, t];
        let [mut u_before, mut u] = [0.0, 1.0];
        let mut net = self.coefficients[0];
        let mut slope = 0.0;
        for (k, &coefficient) in self.coefficients.iter().enumerate().skip(1) {
            net += coefficient * this;
            slope += coefficient * k as f64 * u;
            (before, this) = (this, 2.0 * t * this - before);
            (u_before, u) = (u, 2.0 * t * u - u_before);
        }
        Inflow {
            net,
            slope: slope / dx_dt,
            throughput: self.throughput,
        }
    }
}

/// How values and slopes at the nodes become coefficients.
struct Fit {
    /// The zeros of T_8.
    nodes: [f64; NODES],
    inverse: [[f64; TERMS]; TERMS],
}

impl Fit {
    /// Worked out once.
    fn get() -> &'static Self {
        static FIT: OnceLock<Fit> = OnceLock::new();
        FIT.get_or_init(|| {
            let nodes = std::array::from_fn(|j| {
                ((j as f64 + 0.5) * std::f64::consts::PI / NODES as f64).cos()
            });
            let matrix = SMatrix::<f64, TERMS, TERMS>::from_fn(|row, k| {
                let angle = f64::acos(nodes[row % NODES]);
                let k = k as f64;
                if row < NODES {
                    (k * angle).cos()
                } else {
                    k * (k * angle).sin() / angle.sin()
                }
            });
            // Hermite interpolation at different nodes has one solution, so there is an inverse.
            let inverse = matrix.try_inverse().unwrap_or_else(SMatrix::zeros);
            Self {
                nodes,
                inverse: std::array::from_fn(|k| std::array::from_fn(|row| inverse[(k, row)])),
            }
        })
    }
}

/// The piece in which a place is; none below the first, or where there is no number.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "it is not negative, and what is too large for the type is beyond all pieces"
)]
fn piece_of(place: f64) -> Option<usize> {
    (place >= 0.0).then_some(place as usize)
}

/// Where a state lies in a table.
fn coordinate(platform: Platform, x: f64) -> f64 {
    match platform {
        Platform::Electronic => x,
        Platform::Chemical => x.ln(),
    }
}

/// How the state changes with t, which runs over 2 while the coordinate runs over 1.
fn dx_dt(platform: Platform, x: f64) -> f64 {
    match platform {
        Platform::Electronic => 0.5,
        Platform::Chemical => 0.5 * x,
    }
}
