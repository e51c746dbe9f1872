//! Devices whose ends have several states at once: one device in as many rows of a task as a vector register has lanes.
//!
//! Where [`Kernel::respond`] takes many devices side by side, these take many rows: a device's parameters are read once
//! for all of them, states are not gathered, and what flows is added up on the way instead of being written down. All
//! lanes are independent of each other, and carry the bits that the scalar laws give.

use std::marker::PhantomData;

use pulp::Arch;

use super::Law;
use super::kernel::{BuiltIn, Form, Kernel, dispatch, theta_of};

/// Stands for an entry that is not there.
pub(crate) const NOWHERE: u32 = u32::MAX;

/// How one device is joined in, as positions in the arrays of a [`Board`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Wire {
    /// Its place among the devices of its law.
    pub(crate) place: u32,
    /// The slots of its ends: `from`, then `to`.
    pub(crate) ends: [u32; 2],
    /// Where ∂F_from/∂x_from and ∂F_to/∂x_to are added up; [`NOWHERE`] at a clamp.
    pub(crate) own: [u32; 2],
    /// The same for ∂F_from/∂x_to and ∂F_to/∂x_from; [`NOWHERE`] unless both ends are free.
    pub(crate) cross: [u32; 2],
}

impl Wire {
    /// Adds a device's current to what it belongs to.
    #[inline(always)]
    pub(crate) fn scatter_current<const L: usize>(&self, net: &mut [[f64; L]], current: &[f64; L]) {
        let [from, to] = self.ends.map(|slot| slot as usize);
        if self.own[0] != NOWHERE {
            subtract(&mut net[from], current);
        }
        if self.own[1] != NOWHERE {
            add(&mut net[to], current);
        }
    }

    /// Adds a device's current and its slopes in a and b to what they belong to.
    #[inline(always)]
    pub(crate) fn scatter<const L: usize>(
        &self,
        net: &mut [[f64; L]],
        entries: &mut [[f64; L]],
        [current, d_from, d_to]: [&[f64; L]; 3],
    ) {
        self.scatter_current(net, current);
        if self.own[0] != NOWHERE {
            subtract(&mut entries[self.own[0] as usize], d_from);
        }
        if self.own[1] != NOWHERE {
            add(&mut entries[self.own[1] as usize], d_to);
        }
        if self.cross[0] != NOWHERE {
            subtract(&mut entries[self.cross[0] as usize], d_to);
            add(&mut entries[self.cross[1] as usize], d_from);
        }
    }
}

/// What flows is added up here, each number in `L` rows.
pub(crate) struct Board<'s, const L: usize> {
    /// The state of every slot.
    pub(crate) states: &'s [[f64; L]],
    /// Net inflow into each free reservoir.
    pub(crate) net: &'s mut [[f64; L]],
    /// The entries of the Jacobian.
    pub(crate) entries: &'s mut [[f64; L]],
}

impl Kernel {
    /// Adds currents and slopes of devices of this law, in `L` rows at once. `params` as in [`Kernel::respond`].
    pub(crate) fn respond_in_lanes<const L: usize>(
        &self,
        params: &[Vec<f64>],
        wires: &[Wire],
        board: Board<'_, L>,
    ) {
        match &self.0 {
            Form::BuiltIn(law) => {
                dispatch!(law, Of => Arch::new().dispatch(Respond::<Of, { Of::SPECS.len() }, L> {
                    params,
                    wires,
                    board,
                    law: PhantomData,
                }));
            }
            Form::Custom(law) => law.respond_in_lanes(params, wires, board),
        }
    }

    /// Adds currents alone to the net inflow of free reservoirs, of which `net` has one for each.
    pub(crate) fn currents_in_lanes<const L: usize>(
        &self,
        params: &[Vec<f64>],
        wires: &[Wire],
        states: &[[f64; L]],
        net: &mut [[f64; L]],
    ) {
        match &self.0 {
            Form::BuiltIn(law) => {
                dispatch!(law, Of => Arch::new().dispatch(Currents::<Of, { Of::SPECS.len() }, L> {
                    params,
                    wires,
                    states,
                    net,
                    law: PhantomData,
                }));
            }
            Form::Custom(law) => law.currents_in_lanes(params, wires, states, net),
        }
    }

    /// Adds Σ (λ_to − λ_from)·∂I/∂θ over the lanes to `out[place·P + p]`, λ the `adjoint` of every slot.
    pub(crate) fn add_slopes_in_lanes<const L: usize>(
        &self,
        params: &[Vec<f64>],
        wires: &[Wire],
        states: &[[f64; L]],
        adjoint: &[[f64; L]],
        out: &mut [f64],
    ) {
        match &self.0 {
            Form::BuiltIn(law) => {
                dispatch!(law, Of => Arch::new().dispatch(AddSlopes::<Of, { Of::SPECS.len() }, L> {
                    params,
                    wires,
                    states,
                    adjoint,
                    out,
                    law: PhantomData,
                }));
            }
            Form::Custom(law) => law.add_slopes_in_lanes(params, wires, states, adjoint, out),
        }
    }
}

/// Parameter columns of one law, seen to be `P`.
#[inline(always)]
fn columns<const P: usize>(params: &[Vec<f64>]) -> [&[f64]; P] {
    let mut columns: [&[f64]; P] = [&[]; P];
    for (column, params) in columns.iter_mut().zip(params) {
        *column = params;
    }
    columns
}

/// Σ over the lanes, by halves: a fixed order that is also the fastest. `L` is a power of two.
#[inline(always)]
pub(crate) fn sum_of_lanes<const L: usize>(mut lanes: [f64; L]) -> f64 {
    let mut half = L / 2;
    while half > 0 {
        for l in 0..half {
            lanes[l] += lanes[l + half];
        }
        half /= 2;
    }
    lanes[0]
}

/// Work of [`Kernel::respond_in_lanes`].
struct Respond<'s, Of, const P: usize, const L: usize> {
    params: &'s [Vec<f64>],
    wires: &'s [Wire],
    board: Board<'s, L>,
    law: PhantomData<Of>,
}

impl<Of: Law<P>, const P: usize, const L: usize> pulp::NullaryFnOnce for Respond<'_, Of, P, L> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let params = columns::<P>(self.params);
        let Board {
            states,
            net,
            entries,
        } = self.board;
        for wire in self.wires {
            let theta = theta_of(&params, wire.place as usize);
            let [from, to] = wire.ends.map(|slot| slot as usize);
            let (a, b) = (states[from], states[to]);
            let (mut current, mut d_from, mut d_to) = ([0.0; L], [0.0; L], [0.0; L]);
            for l in 0..L {
                let response = Of::response(&theta, a[l], b[l]);
                current[l] = response.current;
                d_from[l] = response.d_from;
                d_to[l] = response.d_to;
            }
            wire.scatter(net, entries, [&current, &d_from, &d_to]);
        }
    }
}

/// Work of [`Kernel::currents_in_lanes`].
struct Currents<'s, Of, const P: usize, const L: usize> {
    params: &'s [Vec<f64>],
    wires: &'s [Wire],
    states: &'s [[f64; L]],
    net: &'s mut [[f64; L]],
    law: PhantomData<Of>,
}

impl<Of: Law<P>, const P: usize, const L: usize> pulp::NullaryFnOnce for Currents<'_, Of, P, L> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let params = columns::<P>(self.params);
        for wire in self.wires {
            let theta = theta_of(&params, wire.place as usize);
            let [a, b] = wire.ends.map(|slot| self.states[slot as usize]);
            let mut current = [0.0; L];
            for l in 0..L {
                current[l] = Of::response(&theta, a[l], b[l]).current;
            }
            wire.scatter_current(self.net, &current);
        }
    }
}

/// Work of [`Kernel::add_slopes_in_lanes`].
struct AddSlopes<'s, Of, const P: usize, const L: usize> {
    params: &'s [Vec<f64>],
    wires: &'s [Wire],
    states: &'s [[f64; L]],
    adjoint: &'s [[f64; L]],
    out: &'s mut [f64],
    law: PhantomData<Of>,
}

impl<Of: Law<P>, const P: usize, const L: usize> pulp::NullaryFnOnce for AddSlopes<'_, Of, P, L> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let params = columns::<P>(self.params);
        let (out, _) = self.out.as_chunks_mut::<P>();
        for wire in self.wires {
            let place = wire.place as usize;
            let theta = theta_of(&params, place);
            let [from, to] = wire.ends.map(|slot| slot as usize);
            let (a, b) = (self.states[from], self.states[to]);
            let (at_from, at_to) = (self.adjoint[from], self.adjoint[to]);
            let mut slopes = [[0.0; L]; P];
            for l in 0..L {
                let of_row = Of::d_params(&theta, a[l], b[l]);
                let weight = at_to[l] - at_from[l];
                for p in 0..P {
                    slopes[p][l] = weight * of_row[p];
                }
            }
            let out = &mut out[place];
            for p in 0..P {
                out[p] += sum_of_lanes(slopes[p]);
            }
        }
    }
}

/// x += y, lane by lane.
#[inline(always)]
fn add<const L: usize>(x: &mut [f64; L], y: &[f64; L]) {
    for l in 0..L {
        x[l] += y[l];
    }
}

/// x −= y, lane by lane.
#[inline(always)]
fn subtract<const L: usize>(x: &mut [f64; L], y: &[f64; L]) {
    for l in 0..L {
        x[l] -= y[l];
    }
}
