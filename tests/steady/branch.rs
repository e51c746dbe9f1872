//! Warm sweeps: every point against the solver, and where a branch ends.

use thermonet::device::{Kind, Platform};
use thermonet::solve::branch::Branch;
use thermonet::solve::linear::Factor;
use thermonet::solve::stability::Spectrum;
use thermonet::solve::steady::{self, Options};
use thermonet::system::System;

use crate::builder::Builder;
use crate::sparse::{apart, fed_lattice, various};

#[test]
fn a_warm_sweep_reaches_the_states_that_solving_reaches() {
    let mut system = fed_lattice([8, 7], 0.1, various(0.4, 1.0));
    let clamp = system.free_count();
    let start = steady::solve(&system, &Options::default());
    let mut branch = Branch::new(&system, &start.x);
    for k in 0..=20 {
        system.set_clamp(clamp, 4.0 - 0.4 * f64::from(k));
        assert!(branch.advance(&system));
        let solved = steady::solve(&system, &Options::default());
        let off = apart(branch.state(), &solved.x);
        assert!(off < 1e-10, "{off}");
        assert_eq!(branch.flow().net.len(), clamp);
    }
    // Three steps at most from point to point.
    assert!(branch.iterations() <= 63, "{}", branch.iterations());
}

#[test]
fn a_warm_sweep_stops_where_its_branch_ends() {
    let mut system = latch();
    let start = steady::solve(&system, &Options::default());
    let mut branch = Branch::new(&system, &start.x);
    let mut last = 0.0;
    let reached = (1..=4000).all(|k| {
        system.set_clamp(1, 0.01 * f64::from(k));
        let reached = branch.advance(&system);
        if reached {
            last = 0.01 * f64::from(k);
            let spectrum = Spectrum::at(&system, branch.flow()).unwrap();
            assert!(spectrum.is_stable(), "at {last}");
        }
        reached
    });
    assert!(!reached && last > 1.0, "{reached} {last}");
}

#[test]
fn a_fine_sweep_uses_factors_again_where_the_state_is_stable_without_them() {
    // Dots without shift conduct one way alone: the charges contract everywhere.
    let mut system = fed_lattice([8, 7], 0.1, various(0.0, 1.0));
    let clamp = system.free_count();
    let mut branch = Branch::new(&system, &steady::solve(&system, &Options::default()).x);
    // The last point lies where the sweep has turned and come back.
    for k in 0..=300 {
        let value = 4.0 * (0.02 * f64::from(k)).cos();
        system.set_clamp(clamp, value);
        assert!(branch.advance(&system));
        if k % 20 == 0 {
            let solved = steady::solve(&system, &Options::default());
            assert!(apart(branch.state(), &solved.x) < 1e-10);
        }
    }
    let (steps, factorisations) = (branch.iterations(), branch.factorisations());
    assert!(
        factorisations <= 10 && steps <= 600,
        "{factorisations} factorisations, {steps} steps"
    );
}

#[test]
fn parameters_may_move_between_points() {
    let mut system = fed_lattice([4, 3], 0.1, various(0.4, 1.0));
    let clamp = system.free_count();
    let mut branch = Branch::new(&system, &steady::solve(&system, &Options::default()).x);
    for k in 0..60 {
        if k % 3 == 0 {
            system.set_clamp(clamp, 4.0 - 0.1 * f64::from(k));
        } else {
            system.set_param(2, 1, -1.0 - 0.02 * f64::from(k));
        }
        assert!(branch.advance(&system), "at {k}");
        let solved = steady::solve(&system, &Options::default());
        assert!(apart(branch.state(), &solved.x) < 1e-10, "at {k}");
    }
}

#[test]
fn a_point_that_is_not_reached_leaves_the_branch_as_it_was() {
    let mut system = latch();
    let mut branch = Branch::new(&system, &steady::solve(&system, &Options::default()).x);
    let mut value = 0.0;
    let mut step = 0.01;
    // Steps that are halved whenever one does not succeed lead to the end of the branch.
    while step > 1e-6 {
        assert!(value < 40.0, "no end");
        system.set_clamp(1, value + step);
        let before = branch.state().to_vec();
        if branch.advance(&system) {
            value += step;
        } else {
            assert_eq!(branch.state(), before);
            step *= 0.5;
        }
    }
    let spectrum = Spectrum::at(&system, &system.flow(branch.state())).unwrap();
    let tau = spectrum.relaxation_time().unwrap();
    // A fold, where one mode gets slow.
    assert!(tau > 100.0, "{tau} at {value}");
}

/// What an island beside a driven cell keeps, while the sweep goes on for long.
#[test]
fn islands_keep_their_totals_over_a_long_sweep() {
    let mut b = Builder::new(Platform::Electronic);
    let x = b.clamp(0.0);
    let cell = b.free(1.0, 0.2, 0.0);
    b.dot(x, cell, -1.0, 0.0, 1.0);
    let island = [b.free(1.0, 0.0, 0.3), b.free(2.0, 0.0, 0.05)];
    b.dot(island[0], island[1], 0.5, 0.0, 1.0);
    let mut system = b.system();
    let clamp = system.free_count();
    let mut branch = Branch::new(&system, &steady::solve(&system, &Options::default()).x);
    let total = |x: &[f64], capacity: f64| x[1] + capacity * x[2];
    for k in 0..2000 {
        system.set_clamp(clamp, 0.002 * f64::from(k));
        assert!(branch.advance(&system));
    }
    // Every state of the island is exact to 1e-9; its total is not touched.
    let before = total(branch.state(), 2.0);
    assert!((before - 0.4).abs() < 1e-12, "{before}");
    // The total belongs to the capacities at hand.
    system.set_capacity(2, 3.0);
    system.set_param(1, 1, 0.7);
    let before = total(branch.state(), 3.0);
    for k in 2000..2010 {
        system.set_clamp(clamp, 0.002 * f64::from(k));
        assert!(branch.advance(&system));
    }
    let after = total(branch.state(), 3.0);
    assert!((after - before).abs() < 1e-12, "{after} {before}");
}

/// Two dots in a row, whose conductance dies out exponentially at a high bias.
#[test]
fn a_state_that_freezes_is_not_taken_for_a_steady_one() {
    for (level, values) in [
        (-0.5, [0.0, 1.0, 2.0, 3.0, 120.0]),
        (1.0, [0.0, 0.5, 1.0, 1.5, 150.0]),
        (0.5, [0.0, 1.0, 2.0, 3.0, 200.0]),
    ] {
        let mut b = Builder::new(Platform::Electronic);
        let (x, ground, y) = (b.clamp(0.0), b.clamp(0.0), b.free(1.0, 0.0, 0.0));
        b.dot(x, y, 0.0, 0.0, 1.0);
        b.dot(y, ground, level, 0.0, 1.0);
        let mut system = b.system();
        let mut branch = Branch::new(&system, &steady::solve(&system, &Options::default()).x);
        for value in values {
            system.set_clamp(1, value);
            if branch.advance(&system) {
                assert_exact(&system, &branch);
            }
        }
    }
    // Beside a cell that goes on moving, so that its steps tell nothing of the other's.
    let mut b = Builder::new(Platform::Electronic);
    let (x, ground) = (b.clamp(0.0), b.clamp(0.0));
    let (y, cell) = (b.free(1.0, 0.0, 0.0), b.free(1.0, 0.2, 0.0));
    b.dot(x, y, 0.0, 0.0, 1.0);
    b.dot(y, ground, 0.0, 0.0, 1.0);
    b.dot(x, cell, 2.0, 0.0, 1.0);
    let mut system = b.system();
    let mut branch = Branch::new(&system, &steady::solve(&system, &Options::default()).x);
    for k in 1..=70 {
        system.set_clamp(2, 100.0 / 70.0 * f64::from(k));
        if !branch.advance(&system) {
            break;
        }
        assert_exact(&system, &branch);
    }
}

/// The Newton step with factors of the state itself is none.
fn assert_exact(system: &System, branch: &Branch) {
    let flow = system.flow(branch.state());
    let mut factor = Factor::default();
    assert!(factor.factorise_jacobian(system, &flow));
    let mut step = flow.net;
    factor.solve(&mut step);
    let zero = vec![0.0; step.len()];
    let size = apart(&step, &zero) / (1.0 + apart(branch.state(), &zero));
    assert!(size <= 1e-9, "{size:e} at {:?}", system.clamps());
}

#[test]
fn a_parameter_may_jump_while_the_clamp_goes_on() {
    let mut b = Builder::new(Platform::Electronic);
    let (x, y) = (b.clamp(0.0), b.free(1.0, 0.2, 0.0));
    b.dot(x, y, -3.0, 0.8, 1.0);
    let mut system = b.system();
    let mut branch = Branch::new(&system, &steady::solve(&system, &Options::default()).x);
    for k in 1..=45 {
        system.set_clamp(1, 0.1 * f64::from(k));
        if k == 39 {
            system.set_param(0, 0, 2.0);
        }
        let before = branch.state().to_vec();
        assert!(branch.advance(&system), "at {k}");
        let solved = steady::solve_from(&system, &before, &Options::default());
        assert!(apart(branch.state(), &solved.x) < 1e-9, "at {k}");
    }
}

#[test]
fn a_state_beyond_rounding_ends_the_search() {
    // The step of the second reservoir is nothing beside the first's state, and its currents never balance.
    let mut b = Builder::new(Platform::Electronic);
    let (far, low) = (b.clamp(1.7e308), b.clamp(1.0));
    let high = b.clamp(1.0 + f64::EPSILON);
    let (a, c) = (b.free(1.0, 0.0, 1.0), b.free(1.0, 0.0, 1.0));
    b.ohmic(far, a, 1.0);
    b.ohmic(low, c, 1e12);
    b.ohmic(c, high, 1e12);
    let system = b.system();
    assert!(!Branch::new(&system, &[1.7e308, 1.0]).advance(&system));
}

/// A clamp, a dot that turns over, and a load; the branch from 0 ends in a fold.
fn latch() -> System {
    let mut b = Builder::new(Platform::Electronic);
    let x = b.clamp(0.0);
    let y = b.free(1.0, 0.1, 0.0);
    b.dot(x, y, -4.0, 1.0, 1.0);
    b.system()
}

/// The balance of a cell between two clamps stays where it is and loses its stability in a mode that the sweep does not
/// move: the state and all Newton steps are 0, whatever factors they come from.
#[test]
fn a_branch_that_splits_ends_at_the_split() {
    let mut b = Builder::new(Platform::Electronic);
    let (high, low) = (b.clamp(0.1), b.clamp(-0.1));
    let (cell, load) = (b.free(1.0, 0.0, 0.0), b.free(1.0, 0.05, 0.0));
    let named = [
        ("tunnel_rate", 1.0),
        ("detuning", 0.0),
        ("shift", 0.5),
        ("width", 1.0),
    ];
    b.join(high, cell, Kind::DoubleDot, &named);
    b.join(cell, low, Kind::DoubleDot, &named);
    b.ohmic(cell, load, 1.0);
    let mut system = b.system();
    let mut branch = Branch::new(&system, &[0.0, 0.0]);
    let (mut stable, mut without_contraction) = (0, 0);
    for k in 0..200 {
        let value = 0.1 + 0.02 * f64::from(k);
        system.set_clamp(2, value);
        system.set_clamp(3, -value);
        let flow = system.flow(&[0.0, 0.0]);
        let is_stable = Spectrum::at(&system, &flow).unwrap().is_stable();
        assert_eq!(branch.advance(&system), is_stable, "at {value}");
        if !is_stable {
            break;
        }
        stable += 1;
        without_contraction += usize::from(!system.contracts(&flow, &mut Vec::new()));
    }
    assert!(stable > 20 && stable < 200, "{stable}");
    // Between the end of contraction and that of stability the determinant alone tells.
    assert!(without_contraction > 0);
}

#[test]
fn contraction_is_not_claimed_where_it_is_not_known() {
    let system = fed_lattice([3, 3], 0.0, various(0.0, 1.0));
    let mut flow = system.flow(system.initial());
    // No leak: charge gets to the clamp from everywhere.
    assert!(system.contracts(&flow, &mut Vec::new()));
    let response = flow.responses[5];
    flow.responses[5].d_from = f64::NAN;
    assert!(!system.contracts(&flow, &mut Vec::new()));
    flow.responses[5] = response;
    flow.responses[5].d_to = 0.5;
    assert!(!system.contracts(&flow, &mut Vec::new()));
    flow.responses[5].d_to = f64::NEG_INFINITY;
    assert!(!system.contracts(&flow, &mut Vec::new()));
    // A device that conducts no more cuts reservoirs off.
    flow.responses[5] = response;
    flow.responses[5].d_to = 0.0;
    assert!(!system.contracts(&flow, &mut Vec::new()));
}
