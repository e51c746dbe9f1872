//! What the core costs: laws, assembly, factorisation, steady states, steps in time, certificates.
//!
//! `cargo bench` measures everything within a minute and ends with a table of ratios, each taken side by side with its
//! yardstick, so that they mean the same on any machine. A name filters: `cargo bench --bench core -- steady`, and `ratios`,
//! `xor`, `digits` or `large` prints one part of the table.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a failed setup ends the measurement, and the ratios are its output"
)]

#[path = "core/large.rs"]
mod large;
#[path = "core/training.rs"]
mod training;

use std::fs;
use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group};
use thermonet::device::{Device, Kernel, Kind, Platform, Response};
use thermonet::document;
use thermonet::network::{Network, Node, Role};
use thermonet::physics::certificates::Certificates;
use thermonet::solve::linear::{Factor, regularised_jacobian};
use thermonet::solve::relax::{Options as RelaxOptions, Relaxation};
use thermonet::solve::steady::{self, Options};
use thermonet::system::{Flow, System};

/// Devices in a sweep: their states and currents fit the second-level cache.
const DEVICES: usize = 4096;

/// Free reservoirs of the large network: a hidden layer of the size networks are trained at.
const LARGE: usize = 100;

/// Devices of one law with their states, as the compiled system keeps them.
struct Sweep {
    kernel: Kernel,
    params: Vec<Vec<f64>>,
    a: Vec<f64>,
    b: Vec<f64>,
    out: Vec<Response>,
}

impl Sweep {
    fn new(kind: Kind) -> Self {
        let state = |k: usize, offset: f64| {
            let share = (k as f64 * 0.618 + offset).fract();
            match kind.platform().unwrap_or(Platform::Electronic) {
                Platform::Electronic => 12.0 * share - 6.0,
                Platform::Chemical => 0.01 + 5.0 * share,
            }
        };
        Self {
            kernel: Device::new(kind).kernel(),
            params: Device::new(kind)
                .params()
                .iter()
                .map(|&value| vec![value; DEVICES])
                .collect(),
            a: (0..DEVICES).map(|k| state(k, 0.0)).collect(),
            b: (0..DEVICES).map(|k| state(k, 0.37)).collect(),
            out: vec![Response::default(); DEVICES],
        }
    }

    fn run(&mut self) {
        self.kernel
            .respond(&self.params, &self.a, &self.b, &mut self.out);
        black_box(&self.out);
    }
}

/// One exponential for each device: the yardstick of the laws.
fn exponentials(x: &[f64], out: &mut [f64]) {
    for (out, x) in out.iter_mut().zip(x) {
        *out = x.exp();
    }
    black_box(&out);
}

/// A reference case by its number.
fn reference(number: usize) -> System {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/reference");
    let bytes = fs::read(format!("{folder}/net{number:02}.json")).unwrap();
    System::new(&document::read(&bytes).unwrap().document.network)
}

/// Inputs, a fully joined hidden layer of dots, and outputs.
fn large() -> System {
    let mut network = Network::new(Platform::Electronic);
    let layers: Vec<Vec<_>> = [
        (Role::Input, 20),
        (Role::Hidden, LARGE - 10),
        (Role::Output, 10),
    ]
    .into_iter()
    .map(|(role, count)| {
        (0..count)
            .map(|k| {
                let id = network.fresh_node_id(role);
                let mut node = Node::new(id, role, Platform::Electronic);
                node.value = k as f64 * 0.3 - 2.0;
                node.leak = 0.2;
                network.add_node(node).unwrap()
            })
            .collect()
    })
    .collect();
    let mut level = 0.0_f64;
    for pair in layers.windows(2) {
        for &from in &pair[0] {
            for &to in &pair[1] {
                level = (level + 0.618).fract();
                let named = [
                    ("tunnel_rate", 0.1),
                    ("level", 2.0 - 4.0 * level),
                    ("shift", 0.3),
                ];
                let dot = Device::with(Kind::QuantumDot, &named).unwrap();
                let id = network.fresh_edge_id();
                network.add_edge(id, from, to, dot).unwrap();
            }
        }
    }
    System::new(&network)
}

fn laws(c: &mut Criterion) {
    let mut group = c.benchmark_group("law");
    group.throughput(Throughput::Elements(DEVICES as u64));
    let states = Sweep::new(Kind::Ohmic).a;
    let mut out = vec![0.0; DEVICES];
    group.bench_function("exp", |b| {
        b.iter(|| exponentials(black_box(&states), &mut out));
    });
    for kind in Kind::ALL {
        let mut sweep = Sweep::new(kind);
        group.bench_function(kind.name(), |b| b.iter(|| sweep.run()));
    }
}

fn assembly(c: &mut Criterion) {
    let system = large();
    let mut flow = system.flow(system.initial());
    let mut group = c.benchmark_group("large");
    group.throughput(Throughput::Elements(system.links().len() as u64));
    group.bench_function("inflow", |b| {
        b.iter(|| system.evaluate(black_box(system.initial()), system.clamps(), &mut flow));
    });
    group.bench_function("inflow_and_jacobian", |b| {
        b.iter(|| inflow_and_jacobian(&system, &mut flow));
    });
    group.bench_function("lu", |b| {
        let jacobian = regularised_jacobian(&system, &flow);
        b.iter(|| Factor::new(black_box(jacobian.clone())));
    });
}

fn inflow_and_jacobian(system: &System, flow: &mut Flow) {
    system.evaluate(black_box(system.initial()), system.clamps(), flow);
    black_box(system.jacobian(flow));
}

fn networks(c: &mut Criterion) {
    let step = |system: &System| {
        let mut relaxation =
            Relaxation::new(system, system.initial(), 0.0, RelaxOptions::default());
        relaxation.step(system).unwrap();
        relaxation.steps()
    };
    for (name, number) in [("net00", 0), ("net05", 5), ("net10", 10)] {
        let system = reference(number);
        c.bench_with_input(BenchmarkId::new("steady", name), &system, |b, system| {
            b.iter(|| steady::solve(black_box(system), &Options::default()));
        });
        c.bench_with_input(
            BenchmarkId::new("first_step", name),
            &system,
            |b, system| {
                b.iter(|| step(black_box(system)));
            },
        );
        c.bench_with_input(
            BenchmarkId::new("certificates", name),
            &system,
            |b, system| {
                b.iter(|| Certificates::new(black_box(system), &[]));
            },
        );
    }
    let system = large();
    c.bench_with_input(
        BenchmarkId::new("first_step", "large"),
        &system,
        |b, system| {
            b.iter(|| step(black_box(system)));
        },
    );
}

/// The time of `work` in units of the time of `yardstick`: the median over turns taken one after the other, so that a
/// machine that is busy with something else slows both.
fn ratio(mut work: impl FnMut(), mut yardstick: impl FnMut()) -> f64 {
    const TURNS: usize = 31;
    let time = |f: &mut dyn FnMut()| {
        let start = Instant::now();
        f();
        start.elapsed().as_secs_f64()
    };
    let mut ratios: Vec<f64> = (0..TURNS)
        .map(|_| time(&mut work) / time(&mut yardstick))
        .collect();
    ratios.sort_by(f64::total_cmp);
    ratios[TURNS / 2]
}

/// Prints what each thing costs in units of another.
fn ratios() {
    println!("\nratios");
    let states = Sweep::new(Kind::Ohmic).a;
    let mut out = vec![0.0; DEVICES];
    for kind in Kind::ALL {
        let mut sweep = Sweep::new(kind);
        let ratio = ratio(
            || sweep.run(),
            || exponentials(black_box(&states), &mut out),
        );
        println!("  {:<22} {ratio:>8.2} exp per edge", kind.name());
    }
    let system = large();
    let edges = system.links().len() as f64;
    let (mut flow, mut other) = (Flow::default(), Flow::default());
    let assembly = ratio(
        || inflow_and_jacobian(&system, &mut flow),
        || exponentials(black_box(&states), &mut out),
    );
    let assembly = assembly * DEVICES as f64 / edges;
    println!("  {:<22} {assembly:>8.2} exp per edge", "F and J, 100 free");
    let jacobian = regularised_jacobian(&system, &system.flow(system.initial()));
    let lu = ratio(
        || drop(black_box(Factor::new(jacobian.clone()))),
        || inflow_and_jacobian(&system, &mut other),
    );
    println!("  {:<22} {lu:>8.2} of F and J", "LU, 100 free");
}

fn short() -> Criterion {
    // Enough for two digits, and the whole run stays under a minute.
    Criterion::default()
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_millis(600))
        .sample_size(20)
}

criterion_group!(name = core; config = short(); targets = laws, assembly, networks);

fn main() {
    core();
    Criterion::default().configure_from_args().final_summary();
    // `cargo test --benches` runs everything once, to see that it runs.
    if std::env::args().any(|arg| arg == "--bench") {
        let is_asked = |name: &str| {
            let mut filters = std::env::args()
                .skip(1)
                .filter(|arg| !arg.starts_with('-'))
                .peekable();
            filters.peek().is_none() || filters.any(|filter| name.contains(&filter))
        };
        let tables: [(&str, fn()); 4] = [
            ("ratios", ratios),
            ("xor", training::xor),
            ("digits", training::digits),
            ("large", large::table),
        ];
        for (name, table) in tables {
            if is_asked(name) {
                table();
            }
        }
    }
}
