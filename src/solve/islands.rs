//! Islands in sparse systems: the conserved total by a border of rank one, so that no full block appears.
//!
//! On an island with capacities C the matrix A = shift·C − J is singular where shift is 0 (1ᵀA = 0). It is made regular
//! as A + α·C·Cᵀ, which would fill the island's block. Instead P = A + β·e·eᵀ is factorised, e one of its
//! reservoirs, so that A + α·C·Cᵀ = P − β·e·eᵀ + α·C·Cᵀ. With y = P⁻¹·b, u = P⁻¹·C and v = P⁻¹·β·e the solution is
//! x = y − κ·u + ξ·v, where ξ = eᵀx and κ = α·Cᵀx, two equations:
//!
//! ```text
//! (1 − eᵀv)·ξ +            eᵀu·κ =  eᵀy
//!      Cᵀv·ξ − (Cᵀu + 1/α)·κ = −Cᵀy
//! ```
//!
//! Islands do not act on each other, so one u and one v serve them all.

use super::linear::island_weight;
use crate::system::{Structure, System};

/// One island.
#[derive(Clone, Debug)]
struct Island {
    members: Vec<usize>,
    capacity: Vec<f64>,
    /// 1/α.
    give: f64,
    /// β.
    pin: f64,
}

impl Island {
    fn dot(&self, x: &[f64]) -> f64 {
        let terms = self.members.iter().zip(&self.capacity);
        terms.map(|(&i, capacity)| capacity * x[i]).sum()
    }

    /// The pinned reservoir.
    fn first(&self) -> usize {
        self.members[0]
    }
}

/// The borders of all islands.
#[derive(Clone, Debug, Default)]
pub(super) struct Held {
    islands: Vec<Island>,
    u: Vec<f64>,
    v: Vec<f64>,
}

impl Held {
    /// Forgets all islands.
    pub(super) fn clear(&mut self) {
        self.islands.clear();
    }

    /// Adds the pins to A, given as the entries of a structure.
    pub(super) fn pin(&mut self, system: &System, structure: &Structure, entries: &mut [f64]) {
        let diagonal = structure.diagonal();
        for members in system.islands() {
            let alpha = island_weight(system, members, |i| entries[diagonal[i]]);
            let own = entries[diagonal[members[0]]].abs();
            let pin = if own > 0.0 { own } else { 1.0 };
            entries[diagonal[members[0]]] += pin;
            self.islands.push(Island {
                members: members.clone(),
                capacity: members.iter().map(|&i| system.capacity()[i]).collect(),
                give: 1.0 / alpha,
                pin,
            });
        }
    }

    /// Finds u and v, given what solves P.
    pub(super) fn border(&mut self, system: &System, solve: impl Fn(&mut [f64])) {
        let n = system.free_count();
        for vector in [&mut self.u, &mut self.v] {
            vector.clear();
            vector.resize(n, 0.0);
        }
        self.fill(solve);
    }

    fn fill(&mut self, solve: impl Fn(&mut [f64])) {
        let Self { islands, u, v } = self;
        for island in islands.iter() {
            v[island.first()] = island.pin;
            for (&i, capacity) in island.members.iter().zip(&island.capacity) {
                u[i] = *capacity;
            }
        }
        solve(u);
        solve(v);
    }

    /// The same for the transposed matrix, given what solves Pᵀ.
    pub(super) fn transposed(&self, solve: impl Fn(&mut [f64])) -> Self {
        if self.islands.is_empty() {
            return Self::default();
        }
        let mut transposed = Self {
            islands: self.islands.clone(),
            u: vec![0.0; self.u.len()],
            v: vec![0.0; self.v.len()],
        };
        transposed.fill(solve);
        transposed
    }

    /// Turns P⁻¹·b into the solution.
    pub(super) fn correct(&self, y: &mut [f64]) {
        let Self { islands, u, v } = self;
        for island in islands {
            let k = island.first();
            let (a, b) = (1.0 - v[k], u[k]);
            let (c, d) = (island.dot(v), -(island.dot(u) + island.give));
            let (p, q) = (y[k], -island.dot(y));
            let determinant = a * d - b * c;
            let xi = (p * d - b * q) / determinant;
            let kappa = (a * q - p * c) / determinant;
            for &i in &island.members {
                y[i] += xi * v[i] - kappa * u[i];
            }
        }
    }

    /// The sign of the determinant of A + α·C·Cᵀ over that of P.
    ///
    /// Per island det(A + α·C·Cᵀ)/det(P) is the determinant of the two equations, times −α.
    pub(super) fn determinant_sign(&self) -> f64 {
        let Self { islands, u, v } = self;
        islands
            .iter()
            .map(|island| {
                let k = island.first();
                let d = island.dot(u) + island.give;
                ((1.0 - v[k]) * d + u[k] * island.dot(v)).signum()
            })
            .product()
    }
}
