//! What a training step costs, small and large, in units of the work it cannot do without.

use std::hint::black_box;
use std::time::Instant;

use thermonet::device::{Device, Kind, Response};
use thermonet::document::{self, presets};
use thermonet::learn::Training;
use thermonet::learn::objective::Objective;
use thermonet::learn::rows::{Rows, strict};
use thermonet::learn::trainer::{Plan, Trainer};
use thermonet::solve::elimination::{self, Pivots};
use thermonet::system::lanes::{Lanes, Wiring};
use thermonet::system::{Algebra, System};

/// Turns of work and yardstick, of which the quietest of each counts: whatever else the machine does only slows them.
const TURNS: usize = 15;

/// Updates of a training of XOR, and of a piece of it that is timed by itself.
const STEPS: usize = 2000;
const PIECE: usize = 20;

/// Inputs of the large network: 28 by 28 points.
const INPUTS: usize = 784;

/// The lanes that four rows take.
const LANES: usize = 4;

/// One XOR step: 4 rows, 5 free reservoirs, 24 dots, `implicit` with Adam: the mean over a training of 2000 from seed 7,
/// its start and its branch jumps included.
///
/// The bound is the device kernels and the linear algebra that the step cannot do without, at the speed of the trainer's
/// own kernels run alone, for all four rows together: for each Newton iteration currents, slopes and the Jacobian with
/// its factors; then the adjoint solution, and all parameter slopes weighted with it. A row that has converged counts no
/// further iteration, although its lane is idle while another's goes on. Not in the bound, and so overhead: Newton's
/// substitutions and tests, loading the rows, the loss, the parameters' exponentials, clipping, Adam, and the
/// comparisons with the states that the motion reaches from `initial`.
pub(crate) fn xor() {
    let document = presets::preset("xor").unwrap().load().unwrap().document;
    let task = document.task.as_ref().unwrap();
    let system = System::new(&document.network);
    let objective = Objective::new(&document.network, &system, task, None).unwrap();
    let rows = objective.examples().len() as f64;
    let plan = Plan {
        training: Training {
            steps: STEPS,
            ..Training::default()
        },
        seed: Some(7),
        monotone: false,
    };
    let mut parts = Parts::new(&system);
    let (mut sweep, mut adjoint) = (f64::INFINITY, f64::INFINITY);
    // Every turn takes the same steps. They are timed in pieces, so short that some turn takes each of them undisturbed.
    let mut pieces = [f64::INFINITY; STEPS / PIECE];
    let mut iterations = 0;
    for _ in 0..TURNS {
        let mut trainer =
            Trainer::new(&document.network, task, objective.clone(), plan.clone()).unwrap();
        for piece in &mut pieces {
            let time = timed(|| {
                for _ in 0..PIECE {
                    trainer.step().unwrap();
                }
            });
            *piece = piece.min(time);
        }
        iterations = trainer.rows().iterations();
        sweep = sweep.min(seconds(|| parts.newton(&system)));
        adjoint = adjoint.min(seconds(|| parts.adjoint(&system)));
    }
    let step = pieces.iter().sum::<f64>() / STEPS as f64;
    let per_step = iterations as f64 / STEPS as f64;
    let bound = per_step / rows * sweep + adjoint;
    println!(
        "  XOR step: {:.2} µs, of which kernels and factorisations {:.2} µs ({per_step:.1} Newton iterations of a row)",
        step * 1e6,
        bound * 1e6
    );
    println!(
        "  {:<22} {:>8.2} of its kernels and factorisations",
        "XOR step",
        step / bound
    );
}

/// The work of the bound, for four rows at once.
struct Parts {
    wiring: Wiring,
    lanes: Lanes<LANES>,
    pivots: Pivots<LANES>,
    adjoint: Vec<[f64; LANES]>,
    slopes: Vec<f64>,
}

impl Parts {
    fn new(system: &System) -> Self {
        let wiring = Wiring::new(system);
        let mut lanes = Lanes::new(system, &wiring);
        for (slot, states) in lanes.states.iter_mut().enumerate() {
            *states = std::array::from_fn(|row| 0.4 * slot as f64 - 0.9 * row as f64);
        }
        Self {
            adjoint: vec![[0.1; LANES]; lanes.states.len()],
            slopes: vec![0.0; system.param_count()],
            pivots: Pivots::default(),
            wiring,
            lanes,
        }
    }

    fn newton(&mut self, system: &System) {
        system.evaluate_lanes(&self.wiring, black_box(&mut self.lanes));
        let pattern = self.wiring.pattern();
        let entries = &mut self.lanes.entries;
        black_box(elimination::factorise(pattern, entries, &mut self.pivots));
    }

    fn adjoint(&mut self, system: &System) {
        let (entries, n) = (&self.lanes.entries, system.free_count());
        let adjoint = &mut self.adjoint[..n];
        adjoint.fill([0.1; LANES]);
        elimination::solve_transposed(self.wiring.pattern(), entries, &self.pivots, adjoint);
        let (lanes, slopes) = (&self.lanes, &mut self.slopes);
        system.add_lane_slopes(&self.wiring, black_box(lanes), &self.adjoint, slopes);
    }
}

/// A gradient step of a network the size of one for digits: 784 inputs, 30 hidden reservoirs, 10 outputs and two rails,
/// 23,900 dots, 100 rows, on as many cores as there are; in sweeps on one core, one sweep = currents and slopes of all
/// dots once by the kernel alone.
pub(crate) fn digits() {
    const ROWS: usize = 100;
    /// Steps that hold several comparisons.
    const FAR: usize = 30;
    let document = document::read(digits_file(ROWS).as_bytes())
        .unwrap()
        .document;
    let (network, task) = (&document.network, document.task.as_ref().unwrap());
    let system = System::new(network);
    let objective = Objective::new(network, &system, task, None).unwrap();
    let plan = Plan {
        training: Training {
            steps: 1_000_000,
            ..Training::default()
        },
        seed: None,
        monotone: false,
    };
    let mut trainer = Trainer::new(network, task, objective.clone(), plan).unwrap();
    let start = Instant::now();
    trainer.step().unwrap();
    let first = start.elapsed().as_secs_f64() / ROWS as f64;
    let mut sweep = Sweep::new(&system);
    let (mut row, mut one) = (f64::INFINITY, f64::INFINITY);
    let before = trainer.rows().iterations();
    let mut taken = 0;
    // As many steps as there are until rows are compared again with the states reached from `initial`.
    for _ in 0..10 {
        let step = timed(|| {
            trainer.step().unwrap();
        });
        row = row.min(step / ROWS as f64);
        taken += ROWS;
        for _ in 0..4 {
            one = one.min(timed(|| sweep.run()));
        }
    }
    let iterations = (trainer.rows().iterations() - before) as f64 / taken as f64;
    println!(
        "  digits row: {:.3} ms, {iterations:.1} Newton iterations; one sweep {:.3} ms; first step from scratch {:.1} ms",
        row * 1e3,
        one * 1e3,
        first * 1e3
    );
    println!(
        "  {:<22} {:>8.2} sweeps of {} dots on one core",
        "digits row",
        row / one,
        system.links().len()
    );
    let start = Instant::now();
    for _ in 0..FAR {
        trainer.step().unwrap();
    }
    let with_comparisons = start.elapsed().as_secs_f64() / (FAR * ROWS) as f64;
    println!(
        "  digits row: {:.3} ms with the comparisons that training makes on the way",
        with_comparisons * 1e3
    );
    let from_initial = |algebra: Algebra, rows: &mut Rows| {
        let mut system = system.clone();
        system.set_algebra(algebra);
        let start = Instant::now();
        rows.settle(&mut system, &objective, &strict(false))
            .unwrap();
        start.elapsed().as_secs_f64() / ROWS as f64
    };
    let mut rows = Rows::new(&objective);
    let condensed = from_initial(Algebra::Fastest, &mut rows);
    // Sparse algebra has no tables: all devices are asked at every state, eight rows side by side.
    let asked = from_initial(Algebra::Sparse, &mut rows);
    println!(
        "  digits row: {:.1} ms from `initial` by the error-controlled dynamics; without tables {:.1} ms, {:.1} times as long",
        condensed * 1e3,
        asked * 1e3,
        asked / condensed
    );
}

/// The layered network with its task, as a file: class k is told by which tenth of the inputs is bright.
fn digits_file(rows: usize) -> String {
    let ids = |letter: &str, count: usize| -> Vec<String> {
        (0..count).map(|k| format!("{letter}{k}")).collect()
    };
    let (inputs, hidden, outputs) = (ids("x", INPUTS), ids("h", 30), ids("y", 10));
    let rails = [("hi", 3.0), ("lo", -3.0)];
    let node = |role: &'static str, rest: &'static str| {
        move |id: &String| format!(r#"{{"id": "{id}", "role": "{role}", {rest}}}"#)
    };
    let free = r#""leak": 0.5"#;
    let nodes: Vec<String> =
        (inputs.iter().map(node("input", r#""value": 0"#)))
            .chain(hidden.iter().map(node("hidden", free)))
            .chain(outputs.iter().map(node("output", free)))
            .chain(rails.map(|(id, value)| {
                format!(r#"{{"id": "{id}", "role": "bias", "value": {value}}}"#)
            }))
            .collect();
    let mut edges = Vec::new();
    let mut join = |from: &[String], to: &[String], rate: f64| {
        for from in from {
            for to in to {
                let count = edges.len() as f64;
                let share = |step: f64| (count * step).fract();
                edges.push(format!(
                    r#"{{"id": "e{count}", "from": "{from}", "to": "{to}", "device": {{"kind": "quantum_dot",
                    "tunnel_rate": {}, "level": {}, "shift": {}}}}}"#,
                    rate * (0.4 + 0.8 * share(0.618_034)),
                    -3.0 + 4.0 * share(0.754_878),
                    0.4 + 0.8 * share(0.569_840)
                ));
            }
        }
    };
    // Each reservoir gets about as much from the layer before as from its rails.
    join(&inputs, &hidden, 0.01);
    join(&hidden, &outputs, 0.2);
    let ends = rails.map(|(id, _)| id.to_owned());
    join(&ends, &hidden, 1.0);
    join(&ends, &outputs, 1.0);
    let picture = |row: usize| -> Vec<f64> {
        (0..INPUTS)
            .map(|k| {
                let is_bright = k * 10 / INPUTS == row % 10;
                let grain = ((row * INPUTS + k) as f64 * 0.618_034).fract();
                if is_bright {
                    0.5 + 0.5 * grain
                } else {
                    0.3 * grain
                }
            })
            .collect()
    };
    let rows: Vec<String> = (0..rows)
        .map(|row| format!(r#"{{"in": {:?}, "class": {}}}"#, picture(row), row % 10))
        .collect();
    format!(
        r#"{{"format": "thermonet/1", "name": "Digits", "platform": "electronic",
        "nodes": [{}], "edges": [{}],
        "task": {{"inputs": {inputs:?}, "outputs": {outputs:?}, "loss": "softmax_cross_entropy",
            "encode": {{"scale": 4, "offset": -2}}, "rows": [{}]}}}}"#,
        nodes.join(", "),
        edges.join(", "),
        rows.join(", ")
    )
}

/// All devices of a system, all dots, as the kernel takes them.
struct Sweep {
    params: Vec<Vec<f64>>,
    a: Vec<f64>,
    b: Vec<f64>,
    out: Vec<Response>,
}

impl Sweep {
    fn new(system: &System) -> Self {
        let links = system.links();
        let state = |k: usize, step: f64| 8.0 * (k as f64 * step).fract() - 4.0;
        Self {
            params: (0..4)
                .map(|p| links.iter().map(|link| link.device.params()[p]).collect())
                .collect(),
            a: (0..links.len()).map(|k| state(k, 0.618)).collect(),
            b: (0..links.len()).map(|k| state(k, 0.755)).collect(),
            out: vec![Response::default(); links.len()],
        }
    }

    fn run(&mut self) {
        Device::new(Kind::QuantumDot).kernel().respond(
            &self.params,
            &self.a,
            &self.b,
            &mut self.out,
        );
        black_box(&self.out);
    }
}

fn timed(mut work: impl FnMut()) -> f64 {
    let start = Instant::now();
    work();
    start.elapsed().as_secs_f64()
}

/// The time of one call, from many.
fn seconds(mut work: impl FnMut()) -> f64 {
    const CALLS: u32 = 200;
    let all = timed(|| {
        for _ in 0..CALLS {
            work();
        }
    });
    all / f64::from(CALLS)
}
