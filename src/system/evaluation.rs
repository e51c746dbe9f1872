//! What flows at a state: currents, net inflows, the Jacobian, and slopes with parameters and clamps.

use nalgebra::DMatrix;

use super::{Group, System};
use crate::device::Response;

/// Currents, slopes and net inflows at one state.
#[derive(Clone, Debug, Default)]
pub struct Flow {
    /// The state of every slot: free reservoirs, then clamps.
    pub states: Vec<f64>,
    /// Current and slopes of every link.
    pub responses: Vec<Response>,
    /// F_i: net inflow into each free reservoir, leak included.
    pub net: Vec<f64>,
    /// S_i: the sum of the magnitudes of all currents at each free reservoir.
    pub throughput: Vec<f64>,
    /// ∂F_i/∂x_i of what is fed beyond the links; empty if nothing is (see [`System::condensed`]).
    fed: Vec<f64>,
    gathered: [Vec<f64>; 2],
    computed: Vec<Response>,
}

impl Flow {
    /// The largest |F_i|; 0 without free reservoirs, NaN if any is.
    #[must_use]
    pub fn residual(&self) -> f64 {
        self.net.iter().fold(0.0, |top: f64, f| {
            if f.is_nan() || top.is_nan() {
                f64::NAN
            } else {
                top.max(f.abs())
            }
        })
    }
}

/// ∂I/∂θ of every device at one state; see [`System::param_slope`].
#[derive(Clone, Debug, Default)]
pub struct ParamSlopes {
    /// The slopes of each device in turn, group by group.
    flat: Vec<f64>,
    states: Vec<f64>,
    gathered: [Vec<f64>; 2],
}

impl Group {
    /// How many slopes its devices have together.
    pub(super) fn slope_count(&self) -> usize {
        self.links.len() * self.params.len()
    }

    /// The states at both ends of every device.
    fn gather(&self, states: &[f64], a: &mut Vec<f64>, b: &mut Vec<f64>) {
        a.clear();
        a.extend(self.from.iter().map(|&slot| states[slot]));
        b.clear();
        b.extend(self.to.iter().map(|&slot| states[slot]));
    }
}

impl System {
    /// Evaluates currents, slopes and net inflows at the state `x`, with the clamps at `clamps`.
    ///
    /// # Panics
    /// If `x` or `clamps` has the wrong length.
    pub fn evaluate(&self, x: &[f64], clamps: &[f64], flow: &mut Flow) {
        self.evaluate_groups(x, clamps, flow, None);
    }

    /// [`System::evaluate`] and [`System::param_slopes`] in one pass over the devices, to the same bits.
    ///
    /// # Panics
    /// If `x` or `clamps` has the wrong length.
    pub fn linearise(&self, x: &[f64], clamps: &[f64], flow: &mut Flow, slopes: &mut ParamSlopes) {
        self.evaluate_groups(x, clamps, flow, Some(self.flat(slopes)));
    }

    /// `slopes` are those of each device in turn, group by group.
    fn evaluate_groups(
        &self,
        x: &[f64],
        clamps: &[f64],
        flow: &mut Flow,
        mut slopes: Option<&mut [f64]>,
    ) {
        let Flow {
            states,
            responses,
            net,
            throughput,
            fed,
            gathered: [a, b],
            computed,
        } = flow;
        assert_eq!(
            (x.len(), clamps.len()),
            (self.free_count(), self.clamps.len())
        );
        join(x, clamps, states);
        responses.resize(self.links.len(), Response::default());
        for group in &self.groups {
            group.gather(states, a, b);
            // The links of a single group are all links, in order.
            let is_single = self.groups.len() == 1;
            let out = if is_single {
                &mut *responses
            } else {
                computed.resize(group.links.len(), Response::default());
                &mut *computed
            };
            if let Some(rest) = slopes.take() {
                let (of_group, after) = rest.split_at_mut(group.slope_count());
                group.kernel.linearise(&group.params, a, b, out, of_group);
                slopes = Some(after);
            } else {
                group.kernel.respond(&group.params, a, b, out);
            }
            if !is_single {
                for (&link, response) in group.links.iter().zip(computed.iter()) {
                    responses[link] = *response;
                }
            }
        }
        net.clear();
        throughput.clear();
        for (&x, &leak) in x.iter().zip(&self.leak) {
            let current = leak * (x - self.ground);
            net.push(-current);
            throughput.push(current.abs());
        }
        let free = net.len();
        for (&[from, to], response) in self.ends.iter().zip(responses.iter()) {
            if from < free {
                net[from] -= response.current;
                throughput[from] += response.current.abs();
            }
            if to < free {
                net[to] += response.current;
                throughput[to] += response.current.abs();
            }
        }
        fed.clear();
        if let Some(feeds) = &self.feeds {
            feeds.add(x, net, throughput, fed);
        }
    }

    /// Evaluates at `x` with the clamps at their values.
    #[must_use]
    pub fn flow(&self, x: &[f64]) -> Flow {
        let mut flow = Flow::default();
        self.evaluate(x, &self.clamps, &mut flow);
        flow
    }

    /// J = ∂F/∂x in charge form (before dividing by the capacities), from an evaluation.
    #[must_use]
    pub fn jacobian(&self, flow: &Flow) -> DMatrix<f64> {
        let mut j = DMatrix::zeros(0, 0);
        self.jacobian_into(flow, &mut j);
        j
    }

    /// [`System::jacobian`] in memory that is there already.
    pub fn jacobian_into(&self, flow: &Flow, j: &mut DMatrix<f64>) {
        let n = self.free_count();
        if j.shape() == (n, n) {
            j.fill(0.0);
        } else {
            *j = DMatrix::zeros(n, n);
        }
        // By columns, as the matrix lies in memory.
        let entries = j.as_mut_slice();
        for (i, leak) in self.leak.iter().enumerate() {
            entries[i * n + i] -= leak;
        }
        for (i, slope) in flow.fed.iter().enumerate() {
            entries[i * n + i] += slope;
        }
        for (&[from, to], response) in self.ends.iter().zip(&flow.responses) {
            if from < n {
                entries[from * n + from] -= response.d_from;
            }
            if to < n {
                entries[to * n + to] += response.d_to;
            }
            if from < n && to < n {
                entries[to * n + from] -= response.d_to;
                entries[from * n + to] += response.d_from;
            }
        }
    }

    /// The diagonal of [`System::jacobian`].
    #[must_use]
    pub fn jacobian_diagonal(&self, flow: &Flow) -> Vec<f64> {
        let mut diagonal: Vec<f64> = self.leak.iter().map(|leak| -leak).collect();
        for (entry, slope) in diagonal.iter_mut().zip(&flow.fed) {
            *entry += slope;
        }
        for (&[from, to], response) in self.ends.iter().zip(&flow.responses) {
            if let Some(entry) = diagonal.get_mut(from) {
                *entry -= response.d_from;
            }
            if let Some(entry) = diagonal.get_mut(to) {
                *entry += response.d_to;
            }
        }
        diagonal
    }

    /// Whether the Jacobian in charges is dominated by its diagonal in every column, so that all eigenvalues of C⁻¹J have
    /// negative real parts, those of islands' totals apart. True is certain up to rounding; false is not an answer.
    ///
    /// Column i holds −leak_i − Σ g_e on the diagonal and g_e for the free neighbours, g_e the own-side conductance of a
    /// device at i. Dominance needs leak_i + Σ_{edges to clamps} g_e > 2·Σ_{edges to free} max(0, −g_e). It may be weak where
    /// all g_e are positive: from there charge gets to a reservoir with a leak or a clamp, unless it is on an island (chained
    /// dominance; Shivakumar & Chew, Proc. Am. Math. Soc. 43, 63 (1974)). The certificate `unique` asks for this in a box.
    ///
    /// `margins` is memory: for each free reservoir the difference of the two sides, and the least g_e.
    #[must_use]
    pub fn contracts(&self, flow: &Flow, margins: &mut Vec<[f64; 2]>) -> bool {
        margins.clear();
        margins.extend(self.leak.iter().map(|&leak| [leak, f64::INFINITY]));
        let free = margins.len();
        let mut is_finite = true;
        let mut hold = |at: usize, other: usize, conductance: f64| {
            is_finite &= conductance.is_finite();
            if let Some([margin, least]) = margins.get_mut(at) {
                *margin += if other < free {
                    2.0 * conductance.min(0.0)
                } else {
                    conductance
                };
                *least = least.min(conductance);
            }
        };
        for (i, slope) in flow
            .fed
            .iter()
            .enumerate()
            .filter(|(_, slope)| **slope != 0.0)
        {
            hold(i, free, -slope);
        }
        for (&[from, to], response) in self.ends.iter().zip(&flow.responses) {
            hold(from, to, response.d_from);
            hold(to, from, -response.d_to);
        }
        let mut columns = margins.iter();
        is_finite && columns.all(|&[margin, least]| margin > 0.0 || least > 0.0)
    }

    /// ∂I/∂θ of every device at the state `x`, with the clamps at their values.
    ///
    /// # Panics
    /// If `x` has the wrong length.
    pub fn param_slopes(&self, x: &[f64], slopes: &mut ParamSlopes) {
        assert_eq!(x.len(), self.free_count());
        self.flat(slopes);
        let ParamSlopes {
            flat,
            states,
            gathered: [a, b],
        } = slopes;
        join(x, &self.clamps, states);
        let mut rest = flat.as_mut_slice();
        for group in &self.groups {
            group.gather(states, a, b);
            let (slopes, after) = rest.split_at_mut(group.slope_count());
            group.kernel.slopes(&group.params, a, b, slopes);
            rest = after;
        }
    }

    /// The memory of slopes, in the size of this system.
    fn flat<'s>(&self, slopes: &'s mut ParamSlopes) -> &'s mut [f64] {
        let sizes = self.groups.iter().map(Group::slope_count);
        slopes.flat.resize(sizes.sum(), 0.0);
        &mut slopes.flat
    }

    /// ∂I/∂θ of one link in its parameter `p`.
    ///
    /// # Panics
    /// If the slopes are not this system's, or there is no such link or parameter.
    #[must_use]
    pub fn param_slope(&self, slopes: &ParamSlopes, link: usize, p: usize) -> f64 {
        slopes.flat[self.first_slopes[link] + p]
    }

    /// ∂F/∂t at fixed x: what moving clamps bring, given the clamps' rates of change.
    #[must_use]
    pub fn drive(&self, flow: &Flow, clamp_rates: &[f64]) -> Vec<f64> {
        let mut drive = Vec::new();
        self.drive_into(flow, clamp_rates, &mut drive);
        drive
    }

    /// [`System::drive`] in memory that is there already.
    pub fn drive_into(&self, flow: &Flow, clamp_rates: &[f64], drive: &mut Vec<f64>) {
        let n = self.free_count();
        let rate = |slot: usize| if slot < n { 0.0 } else { clamp_rates[slot - n] };
        drive.clear();
        drive.resize(n, 0.0);
        for (&[from, to], response) in self.ends.iter().zip(&flow.responses) {
            if from < n && to < n {
                continue;
            }
            let current_rate = response.d_from * rate(from) + response.d_to * rate(to);
            if let Some(f) = drive.get_mut(from) {
                *f -= current_rate;
            }
            if let Some(f) = drive.get_mut(to) {
                *f += current_rate;
            }
        }
    }
}

/// The states of all slots: free reservoirs, then clamps.
fn join(x: &[f64], clamps: &[f64], states: &mut Vec<f64>) {
    states.clear();
    states.extend_from_slice(x);
    states.extend_from_slice(clamps);
}
