//! The motions of several rows from `initial`, side by side in the lanes of a vector register.

use super::course::{Course, FIRST_STEPS, HARDLY_MOVES, NEAR, STEPS, TRUE_TO};
use super::objective::Objective;
use super::parallel::shared;
use crate::solve::relax::lanes::{Attempt, LaneRelaxation};
use crate::solve::steady::Options;
use crate::system::System;
use crate::system::lanes::Wiring;

/// A motion from which no reservoir by itself would move further than this (relative) is the solver's: it polishes what is
/// next door.
const AT_REST: f64 = 1e-6;

/// Rows that start from `initial` together, and what is known of where they end.
#[derive(Clone, Copy)]
pub(super) struct Start<'a> {
    pub(super) system: &'a System,
    pub(super) wiring: &'a Wiring,
    pub(super) objective: &'a Objective,
    /// The state that is known for each row of the task; without it, rows are followed until they come to rest.
    pub(super) known: Option<&'a [Vec<f64>]>,
    pub(super) options: &'a Options,
}

/// Memory for motions, made when first needed.
#[derive(Clone, Debug, Default)]
pub(super) struct Companies {
    narrow: Option<Company<4>>,
    wide: Option<Company<8>>,
}

impl Companies {
    /// The courses of some rows, in their order.
    pub(super) fn courses(&mut self, start: &Start, rows: &[usize]) -> Vec<Course> {
        if rows.len() <= 4 {
            let company = self.narrow.get_or_insert_with(|| Company::new(start));
            return company.courses(start, rows);
        }
        let company = self.wide.get_or_insert_with(|| Company::new(start));
        let chunks = rows.chunks(8);
        chunks
            .flat_map(|rows| company.courses(start, rows))
            .collect()
    }

    /// The same on several threads: narrow companies if there are threads for them all.
    pub(super) fn courses_on_threads(start: &Start, rows: &[usize], threads: usize) -> Vec<Course> {
        let each = if rows.len() <= 4 * threads {
            let chunks = rows.chunks(4).collect();
            shared(chunks, threads, |rows| {
                Company::<4>::new(start).courses(start, rows)
            })
        } else {
            let chunks = rows.chunks(8).collect();
            shared(chunks, threads, |rows| {
                Company::<8>::new(start).courses(start, rows)
            })
        };
        each.into_iter().flatten().collect()
    }
}

/// Rows in the lanes of a relaxation.
#[derive(Clone, Debug)]
struct Company<const L: usize> {
    relaxation: LaneRelaxation<L>,
    /// The known states; without any, NaN, to which nothing is near.
    known: Vec<[f64; L]>,
    before: Vec<[f64; L]>,
}

/// What a row's motion is at.
#[derive(Clone, Copy)]
struct Walk {
    /// 1 + the largest known state.
    scale: f64,
    /// How far the known state was when it was last looked at (relative).
    last: f64,
    /// Whether the row has moved since.
    has_moved: bool,
    /// Whether it has ever moved by more than hardly.
    has_got_going: bool,
}

impl<const L: usize> Company<L> {
    fn new(start: &Start) -> Self {
        let nowhere = vec![[f64::NAN; L]; start.system.free_count()];
        Self {
            relaxation: LaneRelaxation::new(start.system, start.wiring),
            known: nowhere.clone(),
            before: nowhere,
        }
    }

    /// The courses of up to `L` rows: as [`course`](super::course::course), or if nothing is known until they come to rest.
    fn courses(&mut self, start: &Start, rows: &[usize]) -> Vec<Course> {
        let Start {
            system,
            wiring,
            objective,
            known,
            options,
        } = *start;
        let n = system.free_count();
        // Lanes that are left over go along with the last row.
        let row_of: [usize; L] = std::array::from_fn(|l| rows[l.min(rows.len() - 1)]);
        self.relaxation.start(system, options.relax, |clamps| {
            for (k, &slot) in objective.inputs().iter().enumerate() {
                clamps[slot - n] = row_of.map(|row| objective.examples()[row].inputs[k]);
            }
        });
        if let Some(states) = known {
            for (slot, known) in self.known.iter_mut().enumerate() {
                *known = row_of.map(|row| states[row][slot]);
            }
        } else {
            self.known.fill([f64::NAN; L]);
        }
        let top = top_of(&self.known);
        let mut walks = top.map(|top| Walk {
            scale: 1.0 + top,
            last: f64::INFINITY,
            has_moved: true,
            has_got_going: false,
        });
        let mut is_open: [bool; L] = std::array::from_fn(|l| l < rows.len());
        let mut is_known = [false; L];
        for steps in 1..=STEPS {
            self.relaxation.evaluate(system, wiring);
            if known.is_some() {
                self.recognise(wiring, &mut walks, &is_open, &mut is_known);
                for l in 0..L {
                    is_open[l] &= !is_known[l];
                }
            } else {
                let is_at_rest = self.is_at_rest(wiring);
                for l in 0..L {
                    is_open[l] &= !is_at_rest[l];
                }
            }
            if !is_open.contains(&true) || options.interrupt.is_raised() {
                break;
            }
            self.before.copy_from_slice(&self.relaxation.states()[..n]);
            let attempts = self.relaxation.attempt(system, wiring, is_open);
            let states = &self.relaxation.states()[..n];
            let (step, to_known) = (gap(states, &self.before), gap(states, &self.known));
            for l in 0..L {
                let walk = &mut walks[l];
                walk.has_moved = attempts[l] == Attempt::Taken;
                let hardly_moves = step[l] <= HARDLY_MOVES * walk.scale;
                walk.has_got_going |= !hardly_moves || steps >= FIRST_STEPS;
                let lingers = known.is_some()
                    && walk.has_moved
                    && walk.has_got_going
                    && hardly_moves
                    && to_known[l] > NEAR * walk.scale;
                is_open[l] &= attempts[l] != Attempt::Failed && !lingers;
            }
        }
        let states = &self.relaxation.states()[..n];
        (0..rows.len())
            .map(|l| {
                if is_known[l] {
                    Course::Known
                } else {
                    Course::Elsewhere(states.iter().map(|x| x[l]).collect())
                }
            })
            .collect()
    }

    /// Notes which open rows have come so near to their known states that they are certain to end there.
    fn recognise(
        &mut self,
        wiring: &Wiring,
        walks: &mut [Walk; L],
        is_open: &[bool; L],
        is_known: &mut [bool; L],
    ) {
        let n = self.known.len();
        let distance = gap(&self.relaxation.states()[..n], &self.known);
        let mut is_near = [false; L];
        for l in 0..L {
            if !is_open[l] || !walks[l].has_moved {
                continue;
            }
            let distance = distance[l] / walks[l].scale;
            is_near[l] = distance < walks[l].last && distance <= NEAR;
            is_known[l] = is_near[l] && distance == 0.0;
            walks[l].last = distance;
        }
        if !is_near.contains(&true) {
            return;
        }
        // The states are wanted beside the step, which borrows the relaxation.
        self.before.copy_from_slice(&self.relaxation.states()[..n]);
        let (step, is_sound) = self.relaxation.newton_step(wiring);
        let mut off = [0.0_f64; L];
        for ((x, step), known) in self.before.iter().zip(step).zip(&self.known) {
            for l in 0..L {
                let gap = (x[l] + step[l] - known[l]).abs();
                // What is not a number is far off.
                off[l] = if gap <= f64::MAX {
                    off[l].max(gap)
                } else {
                    f64::INFINITY
                };
            }
        }
        for l in (0..L).filter(|&l| is_near[l]) {
            is_known[l] |= is_sound[l] && off[l] <= TRUE_TO * distance[l];
        }
    }

    /// In which lanes no reservoir by itself would move any more.
    fn is_at_rest(&self, wiring: &Wiring) -> [bool; L] {
        let at = self.relaxation.evaluated();
        let top = top_of(&at.states[..at.net.len()]);
        let mut is_at_rest = [true; L];
        for (slot, net) in at.net.iter().enumerate() {
            let slope = &at.entries[wiring.pattern().diagonal(slot)];
            for l in 0..L {
                is_at_rest[l] &= net[l].abs() <= AT_REST * (1.0 + top[l]) * slope[l].abs();
            }
        }
        is_at_rest
    }
}

/// max|x| in every lane.
fn top_of<const L: usize>(x: &[[f64; L]]) -> [f64; L] {
    x.iter().fold([0.0; L], |mut top: [f64; L], x| {
        for l in 0..L {
            top[l] = top[l].max(x[l].abs());
        }
        top
    })
}

/// max|p − q| in every lane.
fn gap<const L: usize>(p: &[[f64; L]], q: &[[f64; L]]) -> [f64; L] {
    p.iter().zip(q).fold([0.0; L], |mut top: [f64; L], (p, q)| {
        for l in 0..L {
            top[l] = top[l].max((p[l] - q[l]).abs());
        }
        top
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::{Device, Kind, Platform};
    use crate::learn::course::course;
    use crate::learn::{Affine, Loss, Row, Source, Target, Task};
    use crate::network::{Network, Node, Role};
    use crate::solve::steady;

    /// Two stable states for some inputs: dots with NDC between an input, two reservoirs and a rail.
    fn latch(rows: &[f64]) -> (System, Objective) {
        let mut network = Network::new(Platform::Electronic);
        let mut node = |role: Role, value: f64| {
            let id = network.fresh_node_id(role);
            let mut node = Node::new(id, role, Platform::Electronic);
            (node.value, node.leak) = (value, 0.1);
            network.add_node(node).unwrap()
        };
        let (input, rail) = (node(Role::Input, 0.0), node(Role::Bias, 6.0));
        let (hidden, output) = (node(Role::Hidden, 0.0), node(Role::Output, 0.0));
        for (from, to, shift) in [
            (input, hidden, 0.0),
            (hidden, output, 0.9),
            (rail, output, 1.1),
            (rail, hidden, 0.8),
        ] {
            let named = [("tunnel_rate", 1.0), ("level", -4.0), ("shift", shift)];
            let device = Device::with(Kind::QuantumDot, &named).unwrap();
            let id = network.fresh_edge_id();
            network.add_edge(id, from, to, device).unwrap();
        }
        let task = Task {
            inputs: vec![input],
            outputs: vec![output],
            loss: Loss::Mse,
            gain: 1.0,
            source: Source::Rows(
                rows.iter()
                    .map(|&x| Row {
                        input: vec![x],
                        target: Target::Values(vec![0.0]),
                    })
                    .collect(),
            ),
            encode: Affine::default(),
            decode: Affine::default(),
            trainable: None,
        };
        let system = System::new(&network);
        let objective = Objective::new(&network, &system, &task, None).unwrap();
        (system, objective)
    }

    #[test]
    fn a_known_state_is_recognised_and_another_is_not() {
        let inputs = [-3.0, -1.0, 0.0, 0.7, 2.0, 3.0, 5.0, 8.0, 9.0];
        let (mut system, objective) = latch(&inputs);
        let wiring = Wiring::new(&system);
        let options = Options::default();
        let mut known = Vec::new();
        for row in 0..inputs.len() {
            objective.ask(&mut system, row);
            let found = steady::solve(&system, &options);
            assert!(found.is_settled());
            assert_eq!(course(&system, &found.x, &options), Course::Known, "{row}");
            known.push(found.x);
        }
        let rows: Vec<usize> = (0..inputs.len()).collect();
        let start = |known| Start {
            system: &system,
            wiring: &wiring,
            objective: &objective,
            known,
            options: &options,
        };
        let mut companies = Companies::default();
        let all_known = vec![Course::Known; inputs.len()];
        assert_eq!(companies.courses(&start(Some(&known)), &rows), all_known);
        for threads in [1, 2, 7] {
            let there = Companies::courses_on_threads(&start(Some(&known)), &rows, threads);
            assert_eq!(there, all_known);
        }
        let mut wrong = known.clone();
        for states in &mut wrong[2..4] {
            states[0] += 0.3;
        }
        for (row, course) in companies
            .courses(&start(Some(&wrong)), &rows)
            .iter()
            .enumerate()
        {
            assert_eq!(*course == Course::Known, !(2..4).contains(&row), "{row}");
        }
        // Without anything known the motion ends next to the state, for the solver to polish.
        for (course, known) in companies.courses(&start(None), &rows).iter().zip(&known) {
            let Course::Elsewhere(x) = course else {
                panic!("nothing was known");
            };
            assert!(
                x.iter()
                    .zip(known)
                    .all(|(x, known)| (x - known).abs() < 1e-4)
            );
        }
    }
}
