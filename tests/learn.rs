//! Learning: gradients against an independent implementation, the floor, reproducible trainings, the trained presets.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

#[expect(dead_code, reason = "the tests of the window use the rest")]
mod large;

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use thermonet::document::presets::{PRESETS, preset};
use thermonet::document::{Document, read};
use thermonet::interrupt::Interrupt;
use thermonet::learn::floor::monotone_floor;
use thermonet::learn::gradient::{RowRule, by_differences};
use thermonet::learn::objective::{Formula, Objective, TaskError};
use thermonet::learn::parameters::{Owner, Parameters};
use thermonet::learn::rows::{Rows, Unsettled, strict};
use thermonet::learn::trainer::{Plan, Status, Trained, Trainer};
use thermonet::learn::{
    Affine, Loss, Optimizer, Row, Rule, Source, Target, Task, Trainable, Training,
};
use thermonet::network::Edge;
use thermonet::physics::certificates::Certificates;
use thermonet::solve::linear::Factor;
use thermonet::solve::stability::Spectrum;
use thermonet::solve::steady::{self, Options};
use thermonet::system::System;

fn reference(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/reference")
        .join(name)
}

fn load(name: &str) -> Document {
    read(&fs::read(reference(name)).unwrap()).unwrap().document
}

fn objective(document: &Document, system: &System) -> Objective {
    Objective::new(
        &document.network,
        system,
        document.task.as_ref().unwrap(),
        None,
    )
    .unwrap()
}

/// Squares beyond the largest number: the row is named, and nothing is taken for a result.
#[test]
fn a_loss_without_a_number_ends_a_training() {
    let mut document = preset("fold").unwrap().load().unwrap().document;
    let task = document.task.as_mut().unwrap();
    let Source::Rows(rows) = &mut task.source else {
        panic!("the fold has rows");
    };
    rows[2].target = Target::Values(vec![1e200]);
    for seed in [None, Some(3)] {
        let system = System::new(&document.network);
        let plan = Plan {
            training: Training {
                steps: 30,
                ..Training::default()
            },
            seed,
            monotone: false,
        };
        let (network, task) = (&document.network, document.task.as_ref().unwrap());
        let mut trainer = Trainer::new(network, task, objective(&document, &system), plan).unwrap();
        let error = loop {
            match trainer.step() {
                Ok(Status::Running) => {}
                Ok(status) => panic!("{status:?} without a loss"),
                Err(error) => break error.to_string(),
            }
        };
        assert!(
            error.starts_with("task.rows[2]: is so far from its target"),
            "{error}"
        );
        assert!(trainer.losses().is_empty());
        assert_eq!(trainer.finish().best_loss, None);
    }
}

/// Loss and gradient of a document's task by a rule on rows, with the parameters they belong to.
fn gradient(document: &Document, rule: RowRule) -> (f64, Vec<f64>, Parameters) {
    let mut system = System::new(&document.network);
    let objective = objective(document, &system);
    let parameters = Parameters::new(&system, document.task.as_ref().unwrap());
    let mut rows = Rows::new(&objective);
    let loss = rows
        .settle(&mut system, &objective, &strict(false))
        .unwrap();
    let gradient = rows
        .gradient(
            &mut system,
            &objective,
            &parameters,
            rule,
            &Interrupt::default(),
        )
        .unwrap();
    (loss, gradient, parameters)
}

/// The same gradient by central differences, through the parameters' coordinates.
fn by_measurement(document: &Document) -> Vec<f64> {
    let mut system = System::new(&document.network);
    let objective = objective(document, &system);
    let parameters = Parameters::new(&system, document.task.as_ref().unwrap());
    let stretch: Vec<f64> = parameters
        .as_slice()
        .iter()
        .map(|p| p.stretch(p.read(&system)))
        .collect();
    let mut rows = Rows::new(&objective);
    let measure = |at: &[f64]| -> Result<f64, Unsettled> {
        parameters.set_coordinates(&mut system, at);
        rows.settle(&mut system, &objective, &strict(false))
    };
    let coordinates = parameters.coordinates(&System::new(&document.network));
    let slopes = by_differences(&coordinates, measure).unwrap();
    slopes
        .iter()
        .zip(stretch)
        .map(|(slope, stretch)| slope / stretch)
        .collect()
}

/// |got − expected| / |expected|, Euclidean.
fn relative_error(got: &[f64], expected: &[f64]) -> f64 {
    let difference: f64 = got.iter().zip(expected).map(|(g, e)| (g - e).powi(2)).sum();
    let size: f64 = expected.iter().map(|e| e * e).sum();
    (difference / size).sqrt()
}

fn expected_gradient(document: &Document, parameters: &Parameters, expected: &Value) -> Vec<f64> {
    let system = System::new(&document.network);
    parameters
        .as_slice()
        .iter()
        .map(|parameter| {
            let Owner::Edge(key) = Parameters::owner(&system, parameter) else {
                panic!("an edge's parameter")
            };
            let id = &document.network.edge(key).unwrap().id;
            expected[id][parameter.name].as_f64().unwrap()
        })
        .collect()
}

#[test]
fn rules_reproduce_the_reference_gradients() {
    let propagation = |asymmetric| RowRule::Propagation {
        beta: 1e-3,
        asymmetric,
    };
    for case in 0..11 {
        let document = load(&format!("net{case:02}.json"));
        let expected: Value = serde_json::from_slice(
            &fs::read(reference(&format!("net{case:02}.expect.json"))).unwrap(),
        )
        .unwrap();
        let (loss, implicit, parameters) = gradient(&document, RowRule::Implicit);
        let wanted = expected_gradient(&document, &parameters, &expected["gradient"]);
        let wanted_loss = expected["loss"].as_f64().unwrap();
        assert!(
            (loss - wanted_loss).abs() < 1e-8 * (1.0 + wanted_loss),
            "net{case:02}: {loss} {wanted_loss}"
        );
        // What is asked for is 1e-5; the adjoint is exact, and both sides know the state to 1e-9.
        assert!(relative_error(&implicit, &wanted) < 1e-8, "net{case:02}");
        let (_, asymmetric, _) = gradient(&document, propagation(true));
        assert!(
            relative_error(&asymmetric, &wanted) < 1e-4,
            "net{case:02} asymmetric"
        );
        let (_, plain, _) = gradient(&document, propagation(false));
        let error = relative_error(&plain, &wanted);
        let system = System::new(&document.network);
        if Certificates::new(&system, &[]).reciprocal.verdict() == Some(true) {
            assert!(error < 1e-4, "net{case:02} plain: {error}");
        }
        if case >= 8 {
            assert!(error < 1e-4, "net{case:02} is reciprocal: {error}");
        }
    }
}

/// Reservoirs' own parameters, an island whose total depends on its capacities, and the other loss.
#[test]
fn capacities_leaks_and_classes_have_exact_gradients() {
    let source = r#"{"format": "thermonet/1", "platform": "electronic",
        "nodes": [
            {"id": "x", "role": "input", "value": 1.0},
            {"id": "y1", "role": "output", "leak": 0.4}, {"id": "y2", "role": "output", "leak": 0.2},
            {"id": "i1", "role": "output", "capacity": 2.0, "initial": 3.0}, {"id": "i2", "role": "hidden", "initial": -1.0}],
        "edges": [
            {"id": "e1", "from": "x", "to": "y1", "device": {"kind": "quantum_dot", "tunnel_rate": 1, "level": -1, "shift": 0.8}},
            {"id": "e2", "from": "y1", "to": "y2", "device": {"kind": "ohmic", "conductance": 0.7}},
            {"id": "e3", "from": "i1", "to": "i2", "device": {"kind": "diode", "i_sat": 0.3, "ideality": 1.5}}],
        "task": {"inputs": ["x"], "outputs": ["y1", "y2", "i1"], "loss": "softmax_cross_entropy", "gain": 1.7,
            "trainable": ["*.capacity", "y1.leak", "y2.leak", "*.tunnel_rate", "*.tracking", "e2.conductance"],
            "rows": [{"in": [2.5], "class": 0}, {"in": [-1.0], "class": 2}]}}"#;
    let mut document = read(source.as_bytes()).unwrap().document;
    for loss in [Loss::SoftmaxCrossEntropy, Loss::Mse] {
        let task = document.task.as_mut().unwrap();
        task.loss = loss;
        if let (Loss::Mse, Source::Rows(rows)) = (loss, &mut task.source) {
            for (row, targets) in rows.iter_mut().zip([[0.5, 0.1, 2.0], [-0.2, 0.3, 1.0]]) {
                row.target = Target::Values(targets.to_vec());
            }
        }
        let (_, exact, parameters) = gradient(&document, RowRule::Implicit);
        assert_eq!(
            parameters.len(),
            9,
            "four capacities, two leaks, rate, tracking, conductance"
        );
        let measured = by_measurement(&document);
        // Central differences with a step of 1e-5: truncation 1e-10, rounding of the settled states 1e-13/1e-5.
        for ((got, expected), parameter) in exact.iter().zip(&measured).zip(parameters.as_slice()) {
            assert!(
                (got - expected).abs() < 1e-7,
                "{loss:?} {parameter:?}: {got} {expected}"
            );
        }
        let nudged = RowRule::Propagation {
            beta: 1e-3,
            asymmetric: true,
        };
        let (_, nudged, _) = gradient(&document, nudged);
        assert!(
            relative_error(&nudged, &exact) < 1e-4,
            "{loss:?}: {nudged:?} {exact:?}"
        );
    }
}

/// What training uses, rows side by side in lanes, against the rule on single rows.
#[test]
fn followed_gradients_are_those_of_single_rows() {
    let mut documents: Vec<(String, Document)> = (0..11)
        .map(|case| (format!("net{case:02}"), load(&format!("net{case:02}.json"))))
        .collect();
    for name in ["xor", "parity", "sine", "xor-enzyme"] {
        documents.push((
            name.to_owned(),
            preset(name).unwrap().load().unwrap().document,
        ));
    }
    for (name, mut document) in documents {
        // Away from a trained network's optimum, where gradients vanish; leaks and capacities are trained, too.
        let task = document.task.as_mut().unwrap();
        let own = ["capacity", "leak"].map(Trainable::Every);
        let named = [
            "tunnel_rate",
            "shift",
            "tracking",
            "conductance",
            "v_max",
            "k_i",
            "rate",
        ];
        task.trainable = Some(named.map(Trainable::Every).into_iter().chain(own).collect());
        let mut system = System::new(&document.network);
        let parameters = Parameters::new(&system, task);
        let mut moved = parameters.coordinates(&system);
        for (k, coordinate) in moved.iter_mut().enumerate() {
            *coordinate += 1e-3 * (k as f64).sin();
        }
        let objective = objective(&document, &system);
        let mut rows = Rows::new(&objective);
        let options = strict(false);
        rows.settle(&mut system, &objective, &options).unwrap();
        parameters.set_coordinates(&mut system, &moved);
        let loss = rows
            .follow_with_gradient(&mut system, &objective, &options, &parameters)
            .unwrap();
        let mut followed = Vec::new();
        rows.followed_gradient(&system, &parameters, &mut followed)
            .unwrap();
        let single = rows
            .gradient(
                &mut system,
                &objective,
                &parameters,
                RowRule::Implicit,
                &Interrupt::default(),
            )
            .unwrap();
        let settled = rows.settle(&mut system, &objective, &options).unwrap();
        assert!((loss - settled).abs() <= 1e-9 * (1.0 + settled), "{name}");
        // The factors in the lanes are those of a state within a relative 1e-6; the last steps are far shorter.
        let error = relative_error(&followed, &single);
        assert!(error < 1e-6, "{name}: {error}");
    }
}

/// A pair of reservoirs that oscillates if the first has no leak. A step of training takes the leak away, and the motion
/// starts where the currents then balance, to three digits: Newton's method is content there, but nothing stays.
#[test]
fn what_is_reported_is_at_rest_and_stays() {
    let pair = |leak: f64, [p, q]: [f64; 2]| {
        let dot = |id: &str, from: &str, to: &str, [rate, level, shift, tracking]: [f64; 4]| {
            format!(
                r#"{{"id":"{id}","from":"{from}","to":"{to}","device":{{"kind":"quantum_dot","tunnel_rate":{rate},
                "level":{level},"shift":{shift},"tracking":{tracking}}}}}"#
            )
        };
        let edges = [
            dot("e1", "high", "p", [0.17, -5.55, 1.89, 1.26]),
            dot("e2", "p", "low", [1.36, -5.47, 1.46, -0.19]),
            dot("e3", "p", "q", [1.01, -4.33, 1.28, -0.89]),
            dot("e4", "high", "q", [0.58, -3.9, -0.85, 0.53]),
        ];
        let json = format!(
            r#"{{"format":"thermonet/1","name":"Pair","platform":"electronic","nodes":[
            {{"id":"high","role":"input","value":6}},{{"id":"low","role":"bias","value":-6}},
            {{"id":"p","role":"output","leak":{leak},"initial":{p}}},
            {{"id":"q","role":"hidden","capacity":0.57,"leak":0.1,"initial":{q}}}],
            "edges":[{}],"task":{{"inputs":["high"],"outputs":["p"],"rows":[{{"in":[6],"out":[-4]}}],
            "trainable":["p.leak"]}},"training":{{"rate":0.2,"steps":1}}}}"#,
            edges.join(",")
        );
        read(json.as_bytes()).unwrap().document
    };
    let mut system = System::new(&pair(0.0078, [0.1, 0.0]).network);
    let mut focus = steady::solve(&system, &Options::default()).x;
    system.set_leak(0, 0.0);
    let (mut factor, mut workspace) = (Factor::default(), steady::Workspace::default());
    assert!(steady::follow(&system, &mut focus, &mut factor, &mut workspace).is_some());
    let flow = system.flow(&focus);
    assert!(flow.residual() < 1e-9 && !Spectrum::dies_out(&system, &flow));
    let rounded = [focus[0], focus[1]].map(|x| (1e3 * x).round() / 1e3);
    let document = pair(0.0078, rounded);
    let task = document.task.as_ref().unwrap();
    let plan = Plan {
        training: document.training.unwrap(),
        seed: None,
        monotone: false,
    };
    let of_task = objective(&document, &System::new(&document.network));
    let mut trainer = Trainer::new(&document.network, task, of_task, plan).unwrap();
    trainer.step().unwrap();
    let trained = trainer.finish();
    assert_eq!((trained.final_loss, trained.best_loss), (None, None));
    assert!(trained.outputs.is_empty());
}

/// What clamps feed is tabulated there, and rows are taken one by one on each thread.
#[test]
fn the_number_of_threads_changes_no_bit_of_a_wide_network() {
    let json = large::layered([196, 10, 4], 24);
    let document = read(json.as_bytes()).unwrap().document;
    let system = System::new(&document.network);
    assert!(system.is_condensable());
    let objective = objective(&document, &system);
    let run = |threads: usize| {
        let mut system = system.clone();
        let mut rows = Rows::new(&objective).on_threads(threads);
        let settled = rows.settle(&mut system, &objective, &strict(false));
        let all = 0..objective.examples().len();
        let jumps = rows
            .confirm(&mut system, &objective, all.clone(), &strict(false))
            .unwrap();
        assert_eq!(jumps, 0);
        let states = all.flat_map(|row| rows.state(row).to_vec());
        let bits: Vec<u64> = states.map(f64::to_bits).collect();
        (settled.unwrap().to_bits(), bits)
    };
    let alone = run(1);
    assert_eq!(alone, run(2));
    assert_eq!(alone, run(7));
}

/// A task large enough that its rows are shared among threads.
#[test]
fn the_number_of_threads_changes_no_bit() {
    let mut document = preset("sine").unwrap().load().unwrap().document;
    let task = document.task.as_mut().unwrap();
    if let Source::Function(function) = &mut task.source {
        function.samples = 900;
    }
    let system = System::new(&document.network);
    assert!(system.links().len() * 900 > 20_000, "worth several threads");
    let objective = objective(&document, &system);
    let parameters = Parameters::new(&system, document.task.as_ref().unwrap());
    let run = |threads: usize| {
        let mut system = system.clone();
        let mut rows = Rows::new(&objective).on_threads(threads);
        let options = strict(false);
        let mut bits = Vec::new();
        for _ in 0..2 {
            let loss = rows
                .follow_with_gradient(&mut system, &objective, &options, &parameters)
                .unwrap();
            let mut gradient = Vec::new();
            rows.followed_gradient(&system, &parameters, &mut gradient)
                .unwrap();
            bits.push(loss.to_bits());
            bits.extend(gradient.iter().map(|slope| slope.to_bits()));
            // The next turn follows to other parameters.
            let mut coordinates = parameters.coordinates(&system);
            coordinates[0] += 0.01;
            parameters.set_coordinates(&mut system, &coordinates);
        }
        bits
    };
    let alone = run(1);
    assert_eq!(alone, run(2));
    assert_eq!(alone, run(5));
}

fn train(
    document: &Document,
    seed: Option<u64>,
    monotone: bool,
    change: impl Fn(&mut Training),
) -> Trained {
    let mut training = document.training.unwrap_or_default();
    change(&mut training);
    let system = System::new(&document.network);
    let plan = Plan {
        training,
        seed,
        monotone,
    };
    let mut trainer = Trainer::new(
        &document.network,
        document.task.as_ref().unwrap(),
        objective(document, &system),
        plan,
    )
    .unwrap();
    while trainer.step().unwrap() == Status::Running {}
    trainer.finish()
}

fn floor_and_variance(document: &Document) -> (f64, f64) {
    let objective = objective(document, &System::new(&document.network));
    (
        monotone_floor(&objective).unwrap(),
        objective.target_variance().unwrap(),
    )
}

#[test]
fn the_floor_of_xor_is_two_thirds_of_t_squared() {
    let (floor, variance) = floor_and_variance(&preset("xor").unwrap().load().unwrap().document);
    assert!((floor - 2.0 * 0.49 / 3.0).abs() < 1e-12 && (variance - 0.49).abs() < 1e-12);
}

#[test]
fn xor_is_learnt_from_any_seed_and_never_by_the_twin() {
    let document = preset("xor").unwrap().load().unwrap().document;
    let (floor, variance) = floor_and_variance(&document);
    for seed in 0..6 {
        let trained = train(&document, Some(seed), false, |_| ());
        assert!(
            trained.best_loss.unwrap() < 0.01 * variance,
            "seed {seed}: {:?}",
            trained.best_loss
        );
        let twin = train(&document, Some(seed), true, |training| training.steps = 400);
        // Rounding of the settled states alone may touch the line.
        assert!(
            twin.losses
                .iter()
                .chain(&twin.best_loss)
                .all(|&loss| loss > floor - 1e-9),
            "seed {seed}"
        );
    }
}

#[test]
fn a_training_is_the_same_to_the_bit() {
    let document = preset("xor").unwrap().load().unwrap().document;
    let run = || {
        let trained = train(&document, Some(11), false, |training| training.steps = 300);
        let bits: Vec<u64> = trained.losses.iter().map(|loss| loss.to_bits()).collect();
        (
            bits,
            trained.best_loss,
            trained.network,
            trained.branch_jumps,
        )
    };
    assert_eq!(run(), run());
}

/// Every trained preset comes out of its own file and stored seed again, and does what it says.
#[test]
fn trained_presets_are_reproduced_from_their_seed() {
    for of in PRESETS {
        let document = of.load().unwrap().document;
        let Some(training) = document.training else {
            continue;
        };
        let (floor, variance) = floor_and_variance(&document);
        let monotone = of.name == "xor-monotone";
        let origin = if monotone {
            preset("xor").unwrap().load().unwrap().document
        } else {
            document.clone()
        };
        let trained = train(&origin, Some(training.seed), monotone, |_| ());
        let best = trained.best_loss.unwrap();
        if monotone {
            assert!(best > floor, "{}: {best}", of.name);
        } else {
            assert!(
                best < 0.01 * variance && best < floor,
                "{}: {best}",
                of.name
            );
        }
        // Elementary functions may differ in the last bit from machine to machine, and a training that jumps between
        // branches can magnify that; a parameter that is far off is another training altogether.
        for (got, stored) in trained.network.edges().iter().zip(document.network.edges()) {
            for (got, stored) in params(got).iter().zip(params(stored)) {
                let is_same = (got - stored).abs() <= 1e-6 * (1.0 + stored.abs())
                    || got.to_bits() == stored.to_bits();
                assert!(is_same, "{}: {got} for {stored}", of.name);
            }
        }
    }
}

fn params(edge: &Edge) -> &[f64] {
    edge.device.params()
}

#[test]
fn every_rule_and_optimizer_learns() {
    let document = preset("xor").unwrap().load().unwrap().document;
    let start = 0.49;
    for (rule, optimizer, rate, steps) in [
        (Rule::EquilibriumPropagation, Optimizer::Adam, 0.02, 300),
        (Rule::AsymmetricEp, Optimizer::Adam, 0.02, 300),
        (Rule::FiniteDifference, Optimizer::Adam, 0.02, 200),
        (Rule::Spsa, Optimizer::Adam, 0.02, 1500),
        (Rule::Implicit, Optimizer::Sgd, 0.1, 600),
        (Rule::Implicit, Optimizer::LevenbergMarquardt, 0.02, 200),
    ] {
        let trained = train(&document, Some(1), false, |training| {
            (training.rule, training.optimizer) = (rule, optimizer);
            (training.rate, training.steps) = (rate, steps);
        });
        assert!(
            trained.best_loss.unwrap() < 0.7 * start,
            "{rule:?} {optimizer:?}: {:?}",
            trained.best_loss
        );
    }
}

#[test]
fn a_cancelled_training_keeps_its_best() {
    let document = preset("xor").unwrap().load().unwrap().document;
    let system = System::new(&document.network);
    let task = document.task.as_ref().unwrap();
    let plan = Plan {
        training: Training::default(),
        seed: Some(3),
        monotone: false,
    };
    let trainer = || {
        Trainer::new(
            &document.network,
            task,
            objective(&document, &system),
            plan.clone(),
        )
        .unwrap()
    };
    assert!(
        trainer().finish().best_loss.is_some(),
        "before the first step"
    );
    let mut started = trainer();
    for _ in 0..57 {
        started.step().unwrap();
    }
    let trained = started.finish();
    assert_eq!(trained.losses.len(), 57);
    assert!(trained.best_loss.unwrap() <= trained.losses[0] + 1e-9);
    assert_eq!(trained.outputs.len(), 4);
}

/// Whether a start settles depends on what is drawn: those that oscillate use up steps, but leave no loss.
#[test]
fn starts_without_a_steady_state_leave_no_loss() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/oscillator.json");
    let mut document = read(&fs::read(path).unwrap()).unwrap().document;
    let q = document.network.node_by_id("q").unwrap().key();
    document.task = Some(Task {
        inputs: Vec::new(),
        outputs: vec![q],
        loss: Loss::Mse,
        gain: 1.0,
        source: Source::Rows(vec![Row {
            input: Vec::new(),
            target: Target::Values(vec![0.5]),
        }]),
        encode: Affine::default(),
        decode: Affine::default(),
        trainable: Some(vec![Trainable::Leak(q)]),
    });
    let (mut settled, mut failed) = (0, 0);
    for seed in 0..12 {
        let system = System::new(&document.network);
        let task = document.task.as_ref().unwrap();
        let plan = Plan {
            training: Training {
                steps: 6,
                ..Training::default()
            },
            seed: Some(seed),
            monotone: false,
        };
        let objective = objective(&document, &system);
        let mut trainer = Trainer::new(&document.network, task, objective, plan).unwrap();
        let end = loop {
            match trainer.step() {
                Ok(Status::Running) => {}
                Ok(Status::Done | Status::Interrupted) => break true,
                Err(_) => break false,
            }
        };
        let starts = trainer.restarts().len();
        assert!(
            trainer.losses().iter().all(|loss| loss.is_finite()),
            "seed {seed}"
        );
        assert!(trainer.losses().len() + starts <= 6, "seed {seed}");
        // Without a single loss there is nothing to report, and that is an error.
        assert_eq!(end, !trainer.losses().is_empty(), "seed {seed}");
        settled += usize::from(end);
        failed += starts;
    }
    assert!(
        settled > 0 && failed > 0,
        "{settled} runs settle, {failed} starts fail"
    );
}

#[test]
fn training_goes_on_from_the_file_without_a_seed() {
    let document = preset("xor").unwrap().load().unwrap().document;
    let trained = train(&document, None, false, |training| training.steps = 5);
    assert!(
        trained.losses[0] < 1e-12,
        "the preset is trained: {}",
        trained.losses[0]
    );
}

#[test]
fn tasks_that_cannot_be_computed_say_where() {
    let document = preset("sine").unwrap().load().unwrap().document;
    let system = System::new(&document.network);
    let with = |change: &dyn Fn(&mut thermonet::learn::Task)| {
        let mut task = document.task.clone().unwrap();
        change(&mut task);
        Objective::new(&document.network, &system, &task, None)
            .unwrap_err()
            .to_string()
    };
    let formula = |expr: &str| {
        let expr = expr.to_owned();
        with(&move |task| {
            if let Source::Function(function) = &mut task.source {
                function.expr.clone_from(&expr);
            }
        })
    };
    for bad in ["sin(", "sin(pi*z)", "1/(x-x)", ""] {
        assert!(
            formula(bad).starts_with("task.function.expr: "),
            "{}",
            formula(bad)
        );
    }
    assert!(with(&|task| task.source = Source::Rows(Vec::new())).contains("no rows"));
    assert!(with(&|task| task.outputs.clear()).contains("output"));
    assert!(with(&|task| task.outputs.clone_from(&task.inputs)).contains("clamped"));
    assert!(
        with(&|task| task.source = Source::Data {
            path: "nowhere.csv".into()
        })
        .contains("nowhere.csv")
    );
    let formula = Formula::new("sin(pi*x) + e^x").unwrap();
    assert!((formula.at(0.5).unwrap() - (1.0 + 0.5_f64.exp())).abs() < 1e-14);
    assert!(matches!(
        Formula::new("ln(x)").unwrap().at(-1.0),
        Err(TaskError::Formula { .. })
    ));
}

#[test]
fn data_files_are_read_by_their_headings() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(
        folder.path().join("rows.csv"),
        "y, note, x2, x1\n0.7, a, -2, 2\n-0.7, b, 2, 2\n",
    )
    .unwrap();
    let document = preset("xor").unwrap().load().unwrap().document;
    let system = System::new(&document.network);
    let mut task = document.task.clone().unwrap();
    task.source = Source::Data {
        path: "rows.csv".into(),
    };
    let objective = Objective::new(&document.network, &system, &task, Some(folder.path())).unwrap();
    assert_eq!(objective.examples()[0].inputs, [2.0, -2.0]);
    fs::write(folder.path().join("rows.csv"), "y,x2,x1\n0.7,-2,two\n").unwrap();
    let error = Objective::new(&document.network, &system, &task, Some(folder.path()))
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("line 2") && error.contains("x1") && error.contains("two"),
        "{error}"
    );
}

#[test]
fn only_what_is_named_is_trained() {
    let mut document = preset("xor").unwrap().load().unwrap().document;
    document.task.as_mut().unwrap().trainable = Some(vec![Trainable::Every("shift")]);
    let trained = train(&document, Some(5), false, |training| training.steps = 20);
    for (before, after) in document.network.edges().iter().zip(trained.network.edges()) {
        for name in ["tunnel_rate", "level", "tracking"] {
            assert_eq!(before.device.param(name), after.device.param(name));
        }
    }
}
