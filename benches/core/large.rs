//! Large networks: the kernel over a whole digits network, warm sweeps, lattices up to 100,000 free reservoirs.

use std::fmt::Write as _;
use std::hint::black_box;
use std::time::Instant;

use thermonet::device::{Device, Kind, Platform, Response};
use thermonet::document;
use thermonet::network::{Network, Node, Role};
use thermonet::solve::branch::Branch;
use thermonet::solve::linear::Factor;
use thermonet::solve::stability::{Listing, Spectrum};
use thermonet::solve::steady::{self, Options};
use thermonet::system::{Algebra, Flow, System};

use super::{exponentials, ratio};

/// Edges of a 784-30-10 network, rounded up.
const DOTS: usize = 24_000;

/// Points of a warm sweep.
const POINTS: usize = 400;

/// Points timed together.
const STRETCH: usize = 10;

/// A lattice of dots (level −1, shift 0, tunnel rate 1, leak 0.1) in rows of `width`, its first corner a clamp at 4,
/// as a file, because files are read in linear time.
fn lattice([width, height]: [usize; 2]) -> String {
    let mut file = r#"{"format": "thermonet/1", "platform": "electronic", "nodes": ["#.to_owned();
    for k in 0..width * height {
        let role = if k == 0 {
            r#""role": "input", "value": 4"#
        } else {
            r#""role": "hidden", "leak": 0.1"#
        };
        let comma = if k == 0 { "" } else { "," };
        write!(file, r#"{comma}{{"id": "n{k}", {role}}}"#).unwrap();
    }
    file.push_str(r#"], "edges": ["#);
    let mut edges = 0;
    for k in 0..width * height {
        let right = (k % width + 1 < width).then_some(k + 1);
        let below = (k + width < width * height).then_some(k + width);
        for to in right.into_iter().chain(below) {
            let comma = if edges == 0 { "" } else { "," };
            write!(
                file,
                r#"{comma}{{"id": "e{edges}", "from": "n{k}", "to": "n{to}", "device": {{"kind": "quantum_dot", "tunnel_rate": 1, "level": -1, "shift": 0}}}}"#
            )
            .unwrap();
            edges += 1;
        }
    }
    file.push_str("]}");
    file
}

fn system(file: &str) -> System {
    System::new(&document::read(file.as_bytes()).unwrap().document.network)
}

/// Prints what large networks cost.
pub(crate) fn table() {
    kernel();
    sweeps();
    crossover();
    lattices();
}

/// The time of an edge in a sweep over more devices than the second-level cache holds.
fn kernel() {
    let state = |k: usize, offset: f64| 12.0 * (k as f64 * 0.618 + offset).fract() - 6.0;
    let values = Device::new(Kind::QuantumDot);
    let params: Vec<Vec<f64>> = values.params().iter().map(|&p| vec![p; DOTS]).collect();
    let a: Vec<f64> = (0..DOTS).map(|k| state(k, 0.0)).collect();
    let b: Vec<f64> = (0..DOTS).map(|k| state(k, 0.37)).collect();
    let mut out = vec![Response::default(); DOTS];
    let mut responses = out.clone();
    let mut exp = vec![0.0; DOTS];
    let mut best = f64::INFINITY;
    let ratio = ratio(
        || {
            let start = Instant::now();
            Device::new(Kind::QuantumDot)
                .kernel()
                .respond(&params, &a, &b, &mut out);
            black_box(&out);
            best = best.min(start.elapsed().as_secs_f64());
        },
        || exponentials(black_box(&a), &mut exp),
    );
    println!(
        "  24,000 dots: {:.2} ns an edge, {ratio:.2} exp per edge",
        best * 1e9 / DOTS as f64
    );
    let mut slopes = vec![0.0; DOTS * params.len()];
    let mut apart = vec![0.0; DOTS * params.len()];
    let kernel = Device::new(Kind::QuantumDot).kernel();
    let mut pass = f64::INFINITY;
    let ratio = self::ratio(
        || {
            let start = Instant::now();
            kernel.linearise(&params, &a, &b, &mut out, &mut slopes);
            black_box((&out, &slopes));
            pass = pass.min(start.elapsed().as_secs_f64());
        },
        || {
            kernel.respond(&params, &a, &b, black_box(&mut responses));
            kernel.slopes(&params, &a, &b, black_box(&mut apart));
        },
    );
    println!(
        "  the same with all parameter slopes in one pass: {:.2} ns an edge, {ratio:.2} of two passes",
        pass * 1e9 / DOTS as f64
    );
}

/// Warm sweep points, and their time over that of the kernels and factorisations they cannot do without.
fn sweeps() {
    for (size, ngspice) in [([5, 2], 48.0), ([10, 10], 446.0), ([30, 30], 17_000.0)] {
        let mut system = system(&lattice(size));
        let clamp = system.free_count();
        let value = |k: usize| 4.0 * (k as f64 * std::f64::consts::TAU / POINTS as f64).cos();
        let mut branch = Branch::new(&system, &steady::solve(&system, &Options::default()).x);
        // The least time of each stretch counts: a stretch is short enough to be left alone by what else runs.
        let mut least = [f64::INFINITY; POINTS / STRETCH];
        let (mut iterations, mut factorisations) = (0, 0);
        for _ in 0..9 {
            let before = (branch.iterations(), branch.factorisations());
            for (stretch, least) in least.iter_mut().enumerate() {
                let start = Instant::now();
                for k in 0..STRETCH {
                    system.set_clamp(clamp, value(stretch * STRETCH + k));
                    assert!(branch.advance(&system));
                }
                *least = least.min(start.elapsed().as_secs_f64());
            }
            iterations = branch.iterations() - before.0;
            factorisations = branch.factorisations() - before.1;
        }
        let point = least.iter().sum::<f64>() / POINTS as f64;
        let steps = iterations as f64 / POINTS as f64;
        let bound = steps * kernel_and_factorisation(&system, branch.state());
        println!(
            "  warm sweep, {clamp} free, {} dots: {:.2} µs a point, {:.0} times ngspice's speed; {steps:.2} Newton steps and {factorisations} factorisations in {POINTS} points; {:.2} of the steps' kernels and factorisations, {:.2} with those of the step that confirms",
            system.links().len(),
            point * 1e6,
            ngspice / (point * 1e6),
            point / bound,
            point / (bound + bound / steps)
        );
    }
}

/// The least time of one evaluation and one factorisation.
fn kernel_and_factorisation(system: &System, x: &[f64]) -> f64 {
    const CALLS: usize = 10;
    let (mut flow, mut factor) = (Flow::default(), Factor::default());
    let mut times = Vec::new();
    for _ in 0..200 {
        let start = Instant::now();
        for _ in 0..CALLS {
            system.evaluate(black_box(x), system.clamps(), &mut flow);
            black_box(factor.factorise_jacobian(system, &flow));
        }
        times.push(start.elapsed().as_secs_f64() / CALLS as f64);
    }
    times.iter().fold(f64::INFINITY, |least, &t| least.min(t))
}

/// Where sparse factorisation overtakes the dense one.
fn crossover() {
    for size in [[25, 1], [6, 6], [10, 10], [15, 14]] {
        let system = system(&lattice(size));
        let x = system.initial().to_vec();
        let [dense, sparse] = [Algebra::Dense, Algebra::Sparse].map(|algebra| {
            let mut system = system.clone();
            system.set_algebra(algebra);
            kernel_and_factorisation(&system, &x)
        });
        println!(
            "  lattice of {} × {}: sparse takes {:.2} of dense; {} is chosen",
            size[0],
            size[1],
            sparse / dense,
            if system.is_sparse() {
                "sparse"
            } else {
                "dense"
            }
        );
    }
}

/// The lattices, from reading the file to the settled state, without and with the slowest eigenvalues.
fn lattices() {
    let mut last: Option<(f64, f64)> = None;
    for size in [[10, 10], [32, 32], [100, 100], [317, 317]] {
        let file = lattice(size);
        let start = Instant::now();
        let document = document::read(file.as_bytes()).unwrap().document;
        let read = start.elapsed().as_secs_f64();
        let start = Instant::now();
        let system = System::new(&document.network);
        let compiled = start.elapsed().as_secs_f64();
        let options = |lists_eigenvalues| Options {
            is_unique: true,
            lists_eigenvalues,
            ..Options::default()
        };
        // The least time of some, for a growth that is more than chance.
        let solve = |lists_eigenvalues| {
            let begun = Instant::now();
            let mut least = f64::INFINITY;
            loop {
                let start = Instant::now();
                let state = steady::solve(&system, &options(lists_eigenvalues));
                least = least.min(start.elapsed().as_secs_f64());
                assert!(state.is_settled());
                if begun.elapsed().as_secs_f64() > 0.3 {
                    return (least, state);
                }
            }
        };
        let (settled, state) = solve(false);
        let steps = state.steps;
        let (tested, state) = solve(true);
        let n = system.free_count() as f64;
        let growth = last.map_or(String::new(), |(before, t): (f64, f64)| {
            format!(", growth N^{:.2}", (settled / t).ln() / (n / before).ln())
        });
        last = Some((n, settled));
        println!(
            "  lattice of {n} free: read {read:.3} s, compiled {compiled:.3} s, settled {settled:.4} s ({steps} steps{growth}), with eigenvalues {tested:.3} s, {}",
            slowest(&state.spectrum.unwrap())
        );
    }
    modes([317, 317]);
    if let Some(peak) = peak_megabytes() {
        println!("  peak memory of all this: {peak:.0} MB");
    }
}

/// What is known of the slowest eigenvalues.
fn slowest(spectrum: &Spectrum) -> String {
    let listed = spectrum.eigenvalues.len();
    let tau = spectrum.relaxation_time().unwrap();
    match spectrum.listing {
        Listing::All => format!("all {listed} eigenvalues, relaxation time {tau:.8}"),
        Listing::Slowest {
            residual,
            is_complete,
        } => format!(
            "{listed} eigenvalues to {residual:.0e}, none missing: {is_complete}, relaxation time {tau:.8}"
        ),
    }
}

/// The slowest modes of a lattice of equal conductors against −(leak + g·(4·sin²(πp/2w) + 4·sin²(πq/2h))).
fn modes([width, height]: [usize; 2]) {
    const CONDUCTANCE: f64 = 0.2;
    const LEAK: f64 = 0.1;
    let mut network = Network::new(Platform::Electronic);
    let keys: Vec<_> = (0..width * height)
        .map(|k| {
            let mut node = Node::new(format!("n{k}"), Role::Hidden, Platform::Electronic);
            node.leak = LEAK;
            network.add_node(node).unwrap()
        })
        .collect();
    for k in 0..keys.len() {
        let right = (k % width + 1 < width).then_some(k + 1);
        let below = (k + width < keys.len()).then_some(k + width);
        for to in right.into_iter().chain(below) {
            let device = Device::with(Kind::Ohmic, &[("conductance", CONDUCTANCE)]).unwrap();
            let id = network.fresh_edge_id();
            network.add_edge(id, keys[k], keys[to], device).unwrap();
        }
    }
    let system = System::new(&network);
    let start = Instant::now();
    let spectrum = Spectrum::at(&system, &system.flow(system.initial())).unwrap();
    let took = start.elapsed().as_secs_f64();
    let path = |p: usize, n: usize| {
        4.0 * (std::f64::consts::PI * p as f64 / (2 * n) as f64)
            .sin()
            .powi(2)
    };
    let mut exact: Vec<f64> = (0..width)
        .flat_map(|p| (0..height).map(move |q| path(p, width) + path(q, height)))
        .map(|laplacian| -(LEAK + CONDUCTANCE * laplacian))
        .collect();
    exact.sort_by(|p, q| q.total_cmp(p));
    let pairs = spectrum.eigenvalues.iter().zip(&exact);
    let off = pairs.fold(0.0_f64, |top, (found, exact)| {
        top.max((found.re - exact).abs())
    });
    let last = exact[spectrum.eigenvalues.len() - 1];
    println!(
        "  {} equal conductors: {} within {off:.0e} of the closed form, which spans {:.1e}; {took:.2} s",
        keys.len(),
        slowest(&spectrum),
        exact[0] - last
    );
}

/// The largest memory the process had, where the system tells.
fn peak_megabytes() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM"))?;
    let kilobytes: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes / 1024.0)
}
