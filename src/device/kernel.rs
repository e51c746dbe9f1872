//! Many devices of one law at once, over structures of arrays.

use std::marker::PhantomData;
use std::sync::Arc;

use pulp::Arch;

use super::custom::CustomLaw;
use super::{Kind, Law, ParamSpec, Response, numeric};

/// The laws that are compiled in: every kind but `custom`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BuiltIn {
    Ohmic,
    Diode,
    QuantumDot,
    DoubleDot,
    BlockadeDot,
    TunnelDiode,
    Diffusion,
    Enzyme,
}

/// Calls `$method` of the law behind `$kind` with the parameters as a fixed-size array.
macro_rules! dispatch {
    ($kind:expr, $law:ident => $body:expr) => {
        match $kind {
            BuiltIn::Ohmic => {
                type $law = crate::device::ohmic::Ohmic;
                $body
            }
            BuiltIn::Diode => {
                type $law = crate::device::diode::Diode;
                $body
            }
            BuiltIn::QuantumDot => {
                type $law = crate::device::quantum_dot::QuantumDot;
                $body
            }
            BuiltIn::DoubleDot => {
                type $law = crate::device::double_dot::DoubleDot;
                $body
            }
            BuiltIn::BlockadeDot => {
                type $law = crate::device::blockade_dot::BlockadeDot;
                $body
            }
            BuiltIn::TunnelDiode => {
                type $law = crate::device::tunnel_diode::TunnelDiode;
                $body
            }
            BuiltIn::Diffusion => {
                type $law = crate::device::diffusion::Diffusion;
                $body
            }
            BuiltIn::Enzyme => {
                type $law = crate::device::enzyme::Enzyme;
                $body
            }
        }
    };
}

pub(super) use dispatch;

impl BuiltIn {
    pub(super) fn kind(self) -> Kind {
        match self {
            Self::Ohmic => Kind::Ohmic,
            Self::Diode => Kind::Diode,
            Self::QuantumDot => Kind::QuantumDot,
            Self::DoubleDot => Kind::DoubleDot,
            Self::BlockadeDot => Kind::BlockadeDot,
            Self::TunnelDiode => Kind::TunnelDiode,
            Self::Diffusion => Kind::Diffusion,
            Self::Enzyme => Kind::Enzyme,
        }
    }

    pub(super) fn specs(self) -> &'static [ParamSpec] {
        dispatch!(self, L => &L::SPECS)
    }

    /// Compiled once for each instruction set (SSE2, AVX2, AVX-512) and chosen when the program runs; all give the same
    /// bits.
    fn respond(self, devices: Devices<'_>, out: &mut [Response]) {
        dispatch!(self, L => Arch::new().dispatch(RespondAll::<L, { L::SPECS.len() }, false> {
            devices,
            out,
            slopes: &mut [],
            law: PhantomData,
        }));
    }

    fn linearise(self, devices: Devices<'_>, out: &mut [Response], slopes: &mut [f64]) {
        dispatch!(self, L => Arch::new().dispatch(RespondAll::<L, { L::SPECS.len() }, true> {
            devices,
            out,
            slopes,
            law: PhantomData,
        }));
    }

    fn slopes(self, devices: Devices<'_>, out: &mut [f64]) {
        dispatch!(self, L => Arch::new().dispatch(SlopesOfAll::<L, { L::SPECS.len() }> {
            devices,
            out,
            law: PhantomData,
        }));
    }
}

/// The arithmetic that all devices of one law share: what a [`System`](crate::system::System) groups them by.
#[derive(Clone, Debug, PartialEq)]
pub struct Kernel(pub(super) Form);

/// A law without the values of its parameters.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Form {
    BuiltIn(BuiltIn),
    Custom(Arc<CustomLaw>),
}

impl Kernel {
    /// The parameters of its devices.
    #[must_use]
    pub fn specs(&self) -> &[ParamSpec] {
        match &self.0 {
            Form::BuiltIn(law) => law.specs(),
            Form::Custom(law) => law.specs(),
        }
    }

    /// Current and slopes of many devices of this law at once.
    ///
    /// `params[p][k]` is parameter `p` of device `k`; `a[k]`, `b[k]` the states at its ends. Structures of
    /// arrays, so that one law's arithmetic runs over contiguous memory.
    pub fn respond(&self, params: &[Vec<f64>], a: &[f64], b: &[f64], out: &mut [Response]) {
        match &self.0 {
            Form::BuiltIn(law) => law.respond(Devices { params, a, b }, out),
            Form::Custom(law) => law.respond(params, a, b, out),
        }
    }

    /// [`Kernel::respond`] and [`Kernel::slopes`] in one pass, to the same bits.
    pub fn linearise(
        &self,
        params: &[Vec<f64>],
        a: &[f64],
        b: &[f64],
        out: &mut [Response],
        slopes: &mut [f64],
    ) {
        match &self.0 {
            Form::BuiltIn(law) => law.linearise(Devices { params, a, b }, out, slopes),
            Form::Custom(law) => {
                law.respond(params, a, b, out);
                law.slopes(params, a, b, slopes);
            }
        }
    }

    /// ∂I/∂θ of many devices of this law at once, those of one device side by side: `out[k·P + p]` is that of device
    /// `k` in the parameter `p` of `P`. Otherwise as [`Kernel::respond`].
    pub fn slopes(&self, params: &[Vec<f64>], a: &[f64], b: &[f64], out: &mut [f64]) {
        match &self.0 {
            Form::BuiltIn(law) => law.slopes(Devices { params, a, b }, out),
            Form::Custom(law) => law.slopes(params, a, b, out),
        }
    }
}

/// e^x of every number in place, by the laws' own exponential: 0 below −708, and no larger than e^709.
pub(crate) fn exponentials(x: &mut [f64]) {
    Arch::new().dispatch(Exponentials(x));
}

/// Work of [`exponentials`].
struct Exponentials<'s>(&'s mut [f64]);

impl pulp::NullaryFnOnce for Exponentials<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        for x in self.0 {
            *x = numeric::exp(*x);
        }
    }
}

/// Devices of one law: their parameters as columns, and the states at their ends.
struct Devices<'s> {
    params: &'s [Vec<f64>],
    a: &'s [f64],
    b: &'s [f64],
}

impl<'s> Devices<'s> {
    /// The columns, seen to be equally long: bounds checks would keep a kernel's loop scalar.
    #[inline(always)]
    fn columns<const P: usize>(&self) -> ([&'s [f64]; P], &'s [f64], &'s [f64]) {
        let n = self.a.len();
        let mut params: [&[f64]; P] = [&[]; P];
        for (params, column) in params.iter_mut().zip(self.params) {
            *params = &column[..n];
        }
        (params, self.a, &self.b[..n])
    }
}

/// The parameters of device `k`.
#[inline(always)]
pub(super) fn theta_of<const P: usize>(params: &[&[f64]; P], k: usize) -> [f64; P] {
    // Not by iterators over the arrays: they are not always inlined, and the kernel then stays scalar.
    let mut theta = [0.0; P];
    for p in 0..P {
        theta[p] = params[p][k];
    }
    theta
}

/// Devices that a kernel takes at once: the widest vector of numbers there is. Longer blocks would leave the devices of a
/// small network to a scalar loop. Responses are kept in arrays until the block is done: storing them side by side as they
/// are computed takes as long as computing them.
const BLOCK: usize = 8;

/// A block of the numbers of a shorter column, filled up with its last one.
#[inline(always)]
fn filled_up(column: &[f64]) -> [f64; BLOCK] {
    let last = column.last().copied().unwrap_or_default();
    let mut block = [last; BLOCK];
    block[..column.len()].copy_from_slice(column);
    block
}

/// Work of [`BuiltIn::respond`], or with the slopes in the parameters of [`BuiltIn::linearise`].
struct RespondAll<'s, L, const P: usize, const WITH_SLOPES: bool> {
    devices: Devices<'s>,
    out: &'s mut [Response],
    /// Not touched without them.
    slopes: &'s mut [f64],
    law: PhantomData<L>,
}

impl<L: Law<P>, const P: usize, const WITH_SLOPES: bool> pulp::NullaryFnOnce
    for RespondAll<'_, L, P, WITH_SLOPES>
{
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let (params, a, b) = self.devices.columns::<P>();
        let n = a.len();
        let out = &mut self.out[..n];
        let (slopes, _) = self.slopes.as_chunks_mut::<P>();
        let slopes = if WITH_SLOPES {
            &mut slopes[..n]
        } else {
            slopes
        };
        let mut columns = [[0.0; BLOCK]; P];
        let mut of_slopes = [[0.0; P]; BLOCK];
        let (blocks, rest) = out.as_chunks_mut::<BLOCK>();
        for (k, out) in blocks.iter_mut().enumerate() {
            let start = k * BLOCK;
            for p in 0..P {
                columns[p].copy_from_slice(&params[p][start..start + BLOCK]);
            }
            let (mut of_a, mut of_b) = ([0.0; BLOCK], [0.0; BLOCK]);
            of_a.copy_from_slice(&a[start..start + BLOCK]);
            of_b.copy_from_slice(&b[start..start + BLOCK]);
            respond_block::<L, P, WITH_SLOPES>(&columns, &of_a, &of_b, out, &mut of_slopes);
            if WITH_SLOPES {
                slopes[start..start + BLOCK].copy_from_slice(&of_slopes);
            }
        }
        if rest.is_empty() {
            return;
        }
        if let (Some(of_a), Some(of_b), Some(out)) = (
            a.last_chunk::<BLOCK>(),
            b.last_chunk::<BLOCK>(),
            out.last_chunk_mut::<BLOCK>(),
        ) {
            // The last devices of the block before once more: they come out alike, and filling up takes longer.
            for p in 0..P {
                columns[p].copy_from_slice(&params[p][n - BLOCK..]);
            }
            respond_block::<L, P, WITH_SLOPES>(&columns, of_a, of_b, out, &mut of_slopes);
            if WITH_SLOPES {
                slopes[n - BLOCK..].copy_from_slice(&of_slopes);
            }
        } else {
            for p in 0..P {
                columns[p] = filled_up(params[p]);
            }
            let (a, b) = (filled_up(a), filled_up(b));
            let mut of_out = [Response::default(); BLOCK];
            respond_block::<L, P, WITH_SLOPES>(&columns, &a, &b, &mut of_out, &mut of_slopes);
            out.copy_from_slice(&of_out[..n]);
            if WITH_SLOPES {
                slopes.copy_from_slice(&of_slopes[..n]);
            }
        }
    }
}

/// The responses of one block, and with slopes those in the parameters: both need the same exponentials, which are found once.
#[inline(always)]
fn respond_block<L: Law<P>, const P: usize, const WITH_SLOPES: bool>(
    columns: &[[f64; BLOCK]; P],
    a: &[f64; BLOCK],
    b: &[f64; BLOCK],
    out: &mut [Response; BLOCK],
    slopes: &mut [[f64; P]; BLOCK],
) {
    let (mut current, mut d_from, mut d_to) = ([0.0; BLOCK], [0.0; BLOCK], [0.0; BLOCK]);
    let mut d_params = [[0.0; BLOCK]; P];
    for k in 0..BLOCK {
        let mut theta = [0.0; P];
        for p in 0..P {
            theta[p] = columns[p][k];
        }
        let response = L::response(&theta, a[k], b[k]);
        current[k] = response.current;
        d_from[k] = response.d_from;
        d_to[k] = response.d_to;
        if WITH_SLOPES {
            let of_device = L::d_params(&theta, a[k], b[k]);
            for p in 0..P {
                d_params[p][k] = of_device[p];
            }
        }
    }
    for k in 0..BLOCK {
        out[k] = Response {
            current: current[k],
            d_from: d_from[k],
            d_to: d_to[k],
        };
        if WITH_SLOPES {
            for p in 0..P {
                slopes[k][p] = d_params[p][k];
            }
        }
    }
}

/// Work of [`BuiltIn::slopes`].
struct SlopesOfAll<'s, L, const P: usize> {
    devices: Devices<'s>,
    out: &'s mut [f64],
    law: PhantomData<L>,
}

impl<L: Law<P>, const P: usize> pulp::NullaryFnOnce for SlopesOfAll<'_, L, P> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let (params, a, b) = self.devices.columns::<P>();
        let (out, _) = self.out.as_chunks_mut::<P>();
        let out = &mut out[..a.len()];
        for k in 0..a.len() {
            out[k] = L::d_params(&theta_of(&params, k), a[k], b[k]);
        }
    }
}
