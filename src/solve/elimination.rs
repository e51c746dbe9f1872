//! Linear systems of many rows at once: each lane holds the Jacobian of one row, all of one [`Pattern`].
//!
//! Reservoirs that are not joined to each other are eliminated first, each by one division, the rest as a dense block.
//! Nothing is exchanged, since the lanes would want different rows; instead every lane's growth is watched (Golub & Van
//! Loan, Matrix Computations, 4th ed., section 3.4.5), and a lane that grows too much is not to be trusted.

use pulp::Arch;

use crate::system::pattern::Pattern;

/// The largest |L|·|U| against |J| for which an elimination is trusted. The backward error is this many roundings: 1e-12
/// of the Jacobian, which neither Newton's method nor a gradient notices.
const MOST_GROWTH: f64 = 1e4;

/// What an elimination found in each lane.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Verdicts<const L: usize> {
    /// Whether the factors are accurate. Elsewhere a method that exchanges rows is needed, if J is regular at all.
    pub is_sound: [bool; L],
    /// The sign of det(−J): 1 or −1.
    pub sign: [f64; L],
}

/// Memory for the inverse pivots, those of the first reservoirs, then those of the rest.
#[derive(Clone, Debug, Default)]
pub struct Pivots<const L: usize>(Vec<[f64; L]>);

/// Factorises in place: `entries` are then the factors.
pub fn factorise<const L: usize>(
    pattern: &Pattern,
    entries: &mut [[f64; L]],
    pivots: &mut Pivots<L>,
) -> Verdicts<L> {
    Arch::new().dispatch(Factorise {
        pattern,
        entries,
        pivots,
    })
}

/// Solves J·x = rhs in place, one right-hand side a lane, by slots.
pub fn solve<const L: usize>(
    pattern: &Pattern,
    factors: &[[f64; L]],
    pivots: &Pivots<L>,
    rhs: &mut [[f64; L]],
) {
    Arch::new().dispatch(Solve::<L, false> {
        pattern,
        factors,
        pivots,
        rhs,
    });
}

/// Solves Jᵀ·x = rhs in place, one right-hand side a lane, by slots.
pub fn solve_transposed<const L: usize>(
    pattern: &Pattern,
    factors: &[[f64; L]],
    pivots: &Pivots<L>,
    rhs: &mut [[f64; L]],
) {
    Arch::new().dispatch(Solve::<L, true> {
        pattern,
        factors,
        pivots,
        rhs,
    });
}

/// The largest magnitudes met in each lane.
struct Growth<const L: usize> {
    lower: [f64; L],
    upper: [f64; L],
    inverse: [f64; L],
    /// The sign of the product of the pivots of −J.
    sign: [f64; L],
}

impl<const L: usize> Growth<L> {
    /// Takes in a pivot; returns its inverse.
    #[inline(always)]
    fn pivot(&mut self, pivot: &[f64; L]) -> [f64; L] {
        let mut inverse = [0.0; L];
        for l in 0..L {
            inverse[l] = 1.0 / pivot[l];
            self.sign[l] = if pivot[l] < 0.0 {
                self.sign[l]
            } else {
                -self.sign[l]
            };
        }
        raise(&mut self.upper, pivot);
        raise(&mut self.inverse, &inverse);
        inverse
    }
}

/// top = max(top, |x|) in every lane; a NaN stays.
#[inline(always)]
fn raise<const L: usize>(top: &mut [f64; L], x: &[f64; L]) {
    for l in 0..L {
        let size = x[l].abs();
        top[l] = if size > top[l] || size.is_nan() {
            size
        } else {
            top[l]
        };
    }
}

/// x·y in every lane.
#[inline(always)]
fn product<const L: usize>(x: &[f64; L], y: &[f64; L]) -> [f64; L] {
    let mut out = [0.0; L];
    for l in 0..L {
        out[l] = x[l] * y[l];
    }
    out
}

/// x −= p·q in every lane.
#[inline(always)]
fn take_off<const L: usize>(x: &mut [f64; L], p: &[f64; L], q: &[f64; L]) {
    for l in 0..L {
        x[l] -= p[l] * q[l];
    }
}

struct Factorise<'s, const L: usize> {
    pattern: &'s Pattern,
    entries: &'s mut [[f64; L]],
    pivots: &'s mut Pivots<L>,
}

impl<const L: usize> pulp::NullaryFnOnce for Factorise<'_, L> {
    type Output = Verdicts<L>;

    #[inline(always)]
    fn call(self) -> Verdicts<L> {
        let Self {
            pattern,
            entries,
            pivots: Pivots(pivots),
        } = self;
        let m = pattern.rest().len();
        let mut size = [0.0; L];
        for entry in entries.iter() {
            raise(&mut size, entry);
        }
        let mut growth = Growth {
            lower: [1.0; L],
            upper: [0.0; L],
            inverse: [0.0; L],
            sign: [1.0; L],
        };
        pivots.clear();
        for i in 0..pattern.first().len() {
            let inverse = growth.pivot(&entries[pattern.first_diagonal(i)]);
            pivots.push(inverse);
            let joins = pattern.joins(i);
            for below in joins {
                let lower = product(&entries[below.entry + 1], &inverse);
                raise(&mut growth.lower, &lower);
                entries[below.entry + 1] = lower;
                for right in joins {
                    let upper = entries[right.entry];
                    let changed = &mut entries[below.rest * m + right.rest];
                    take_off(changed, &lower, &upper);
                }
            }
        }
        for i in 0..m {
            let inverse = growth.pivot(&entries[i * m + i]);
            pivots.push(inverse);
            for row in i + 1..m {
                let (above, below) = entries.split_at_mut(row * m);
                let lower = product(&below[i], &inverse);
                raise(&mut growth.lower, &lower);
                below[i] = lower;
                let upper = &above[i * m + i + 1..(i + 1) * m];
                for (changed, upper) in below[i + 1..m].iter_mut().zip(upper) {
                    take_off(changed, &lower, upper);
                }
            }
            for upper in &entries[i * m + i + 1..(i + 1) * m] {
                raise(&mut growth.upper, upper);
            }
        }
        let mut is_sound = [false; L];
        for l in 0..L {
            // Anything that is not a number compares as false.
            is_sound[l] = growth.lower[l] * growth.upper[l] <= MOST_GROWTH * size[l]
                && growth.inverse[l].is_finite();
        }
        Verdicts {
            is_sound,
            sign: growth.sign,
        }
    }
}

struct Solve<'s, const L: usize, const TRANSPOSED: bool> {
    pattern: &'s Pattern,
    factors: &'s [[f64; L]],
    pivots: &'s Pivots<L>,
    rhs: &'s mut [[f64; L]],
}

impl<const L: usize, const TRANSPOSED: bool> pulp::NullaryFnOnce for Solve<'_, L, TRANSPOSED> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self {
            pattern,
            factors,
            pivots: Pivots(pivots),
            rhs,
        } = self;
        let (first, rest) = (pattern.first(), pattern.rest());
        let m = rest.len();
        let (of_first, of_rest) = pivots.split_at(first.len());
        // The entry of a join on the side that is swept forward, and on the side that is swept back.
        let (forward, back) = if TRANSPOSED { (0, 1) } else { (1, 0) };
        for (i, &slot) in first.iter().enumerate() {
            if TRANSPOSED {
                rhs[slot] = product(&rhs[slot], &of_first[i]);
            }
            let x = rhs[slot];
            for join in pattern.joins(i) {
                take_off(
                    &mut rhs[rest[join.rest]],
                    &factors[join.entry + forward],
                    &x,
                );
            }
        }
        for i in 0..m {
            if TRANSPOSED {
                rhs[rest[i]] = product(&rhs[rest[i]], &of_rest[i]);
            }
            let x = rhs[rest[i]];
            for k in i + 1..m {
                let entry = if TRANSPOSED { i * m + k } else { k * m + i };
                take_off(&mut rhs[rest[k]], &factors[entry], &x);
            }
        }
        for i in (0..m).rev() {
            if !TRANSPOSED {
                rhs[rest[i]] = product(&rhs[rest[i]], &of_rest[i]);
            }
            let x = rhs[rest[i]];
            for k in 0..i {
                let entry = if TRANSPOSED { i * m + k } else { k * m + i };
                take_off(&mut rhs[rest[k]], &factors[entry], &x);
            }
        }
        for (i, &slot) in first.iter().enumerate() {
            for join in pattern.joins(i) {
                let x = rhs[rest[join.rest]];
                take_off(&mut rhs[slot], &factors[join.entry + back], &x);
            }
            if !TRANSPOSED {
                rhs[slot] = product(&rhs[slot], &of_first[i]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::{Device, Kind, Platform};
    use crate::network::{Network, Node, Role};
    use crate::solve::linear::{Factor, regularised_jacobian};
    use crate::system::System;
    use crate::system::lanes::{Lanes, Wiring};

    /// Two layers, a join within the second, and a clamp.
    fn system() -> System {
        let mut network = Network::new(Platform::Electronic);
        let mut add = |role: Role, count: usize| -> Vec<_> {
            (0..count)
                .map(|k| {
                    let id = network.fresh_node_id(role);
                    let mut node = Node::new(id, role, Platform::Electronic);
                    (node.value, node.leak) = (1.5 - k as f64, 0.3);
                    network.add_node(node).unwrap()
                })
                .collect()
        };
        let (inputs, hidden, outputs) = (
            add(Role::Input, 2),
            add(Role::Hidden, 4),
            add(Role::Output, 3),
        );
        let pairs = inputs
            .iter()
            .flat_map(|&input| hidden.iter().map(move |&hidden| (input, hidden)))
            .chain(
                hidden
                    .iter()
                    .flat_map(|&hidden| outputs.iter().map(move |&output| (hidden, output))),
            )
            .chain([(outputs[0], outputs[1])]);
        for (k, (from, to)) in pairs.enumerate() {
            let mut device = Device::new(Kind::QuantumDot);
            for (p, value) in [0.5 + 0.1 * k as f64, -1.0, 0.9, 0.8]
                .into_iter()
                .enumerate()
            {
                device.set_param(p, value).unwrap();
            }
            let id = network.fresh_edge_id();
            network.add_edge(id, from, to, device).unwrap();
        }
        System::new(&network)
    }

    #[test]
    fn every_lane_solves_its_own_system() {
        const L: usize = 4;
        let system = system();
        let wiring = Wiring::new(&system);
        let pattern = wiring.pattern();
        assert_eq!((pattern.first().len(), pattern.rest().len()), (4, 3));
        let n = system.free_count();
        let mut lanes = Lanes::<L>::new(&system, &wiring);
        for (slot, states) in lanes.states[..n].iter_mut().enumerate() {
            *states = std::array::from_fn(|l| 0.3 * l as f64 - 0.2 * slot as f64);
        }
        system.evaluate_lanes(&wiring, &mut lanes);
        let mut pivots = Pivots::default();
        let verdicts = factorise(pattern, &mut lanes.entries, &mut pivots);
        assert_eq!(verdicts.is_sound, [true; L]);
        let question = |slot: usize, l: usize| (slot as f64 + 1.0) * (1.0 - 0.4 * l as f64);
        let rhs: Vec<[f64; L]> = (0..n)
            .map(|slot| std::array::from_fn(|l| question(slot, l)))
            .collect();
        let (mut plain, mut transposed) = (rhs.clone(), rhs);
        solve(pattern, &lanes.entries, &pivots, &mut plain);
        solve_transposed(pattern, &lanes.entries, &pivots, &mut transposed);
        for l in 0..L {
            let x: Vec<f64> = lanes.states[..n].iter().map(|states| states[l]).collect();
            let flow = system.flow(&x);
            for (net, expected) in lanes.net.iter().zip(&flow.net) {
                assert!((net[l] - expected).abs() < 1e-14);
            }
            let factor = Factor::new(regularised_jacobian(&system, &flow)).unwrap();
            let mut expected: Vec<f64> = (0..n).map(|slot| question(slot, l)).collect();
            let mut expected_transposed = expected.clone();
            factor.solve(&mut expected);
            factor.solve_transposed(&mut expected_transposed);
            // Seven unknowns of a well-conditioned matrix.
            for slot in 0..n {
                assert!((plain[slot][l] - expected[slot]).abs() < 1e-11);
                assert!((transposed[slot][l] - expected_transposed[slot]).abs() < 1e-11);
            }
            let sign = if n.is_multiple_of(2) { 1.0 } else { -1.0 };
            assert!((verdicts.sign[l] - factor.determinant_sign() * sign).abs() < 0.5);
        }
    }

    #[test]
    fn a_lane_that_cannot_be_eliminated_is_told() {
        let system = system();
        let wiring = Wiring::new(&system);
        let pattern = wiring.pattern();
        let mut sound = Lanes::<4>::new(&system, &wiring);
        system.evaluate_lanes(&wiring, &mut sound);
        let told = |break_lane: &dyn Fn(&mut [[f64; 4]])| {
            let mut entries = sound.entries.clone();
            break_lane(&mut entries);
            factorise(pattern, &mut entries, &mut Pivots::default()).is_sound
        };
        let pivot = pattern.first_diagonal(1);
        assert_eq!(told(&|_| ()), [true; 4]);
        assert_eq!(
            told(&|entries| entries[pivot][2] = 0.0),
            [true, true, false, true]
        );
        assert_eq!(
            told(&|entries| entries[pivot][0] = f64::NAN),
            [false, true, true, true]
        );
        // The last pivot has nothing below it.
        let singular = |entries: &mut [[f64; 4]]| {
            for entry in entries {
                entry[3] = 0.0;
            }
        };
        assert_eq!(told(&singular), [true, true, true, false]);
    }
}
