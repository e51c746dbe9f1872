//! Tied parameters: one value, one step of training, one list in the file.
#![expect(clippy::unwrap_used, reason = "tests look at what they have just made")]

use thermonet::document::presets::preset;
use thermonet::document::{Document, Edit, History, Selection, read, write};
use thermonet::interrupt::Interrupt;
use thermonet::learn::gradient::{RowRule, by_differences};
use thermonet::learn::objective::Objective;
use thermonet::learn::parameters::Parameters;
use thermonet::learn::rows::{Rows, strict};
use thermonet::learn::trainer::{Plan, Status, Trainer};
use thermonet::learn::{Optimizer, Rule, Trainable, Training};
use thermonet::network::{EdgeKey, Network};
use thermonet::system::System;

fn keys(network: &Network, ids: &[&str]) -> Vec<EdgeKey> {
    let key = |id: &&str| network.edge_by_id(id).unwrap().key();
    ids.iter().map(key).collect()
}

fn value(network: &Network, id: &str, name: &str) -> f64 {
    network.edge_by_id(id).unwrap().device.param(name).unwrap()
}

/// XOR with the shifts of three edges and the rates of two tied.
fn tied() -> Document {
    let mut document = preset("xor").unwrap().load().unwrap().document;
    let shifts = keys(&document.network, &["e1", "e5", "e9"]);
    let rates = keys(&document.network, &["e1", "e2"]);
    document.apply(&Edit::Tie("shift", shifts)).unwrap();
    document.apply(&Edit::Tie("tunnel_rate", rates)).unwrap();
    document
}

fn trained(document: &Document, training: Training, monotone: bool) -> Network {
    let (network, task) = (&document.network, document.task.as_ref().unwrap());
    let objective = Objective::new(network, &System::new(network), task, None).unwrap();
    let plan = Plan {
        training,
        seed: Some(5),
        monotone,
    };
    let mut trainer = Trainer::new(network, task, objective, plan).unwrap();
    while trainer.step().unwrap() == Status::Running {}
    trainer.finish().network
}

#[test]
fn the_slope_of_a_tie_is_that_of_moving_all_of_it() {
    let document = tied();
    let (network, task) = (&document.network, document.task.as_ref().unwrap());
    let mut system = System::new(network);
    let objective = Objective::new(network, &system, task, None).unwrap();
    let parameters = Parameters::new(&system, task);
    let mut rows = Rows::new(&objective);
    rows.settle(&mut system, &objective, &strict(false))
        .unwrap();
    let rule = RowRule::new(Rule::Implicit, None).unwrap();
    let mut gradient = rows
        .gradient(
            &mut system,
            &objective,
            &parameters,
            rule,
            &Interrupt::default(),
        )
        .unwrap();
    for (slope, parameter) in gradient.iter_mut().zip(parameters.as_slice()) {
        *slope *= parameter.stretch(parameter.read(&system));
    }
    let single = gradient.clone();
    parameters.gather(&mut gradient);
    assert_ne!(single, gradient);
    // Moving the first of a tie moves the others.
    let coordinates = parameters.coordinates(&system);
    let mut trial = rows.clone();
    let mut trial_system = system.clone();
    let measured = by_differences(&coordinates, |at: &[f64]| {
        let mut at = at.to_vec();
        parameters.spread(&mut at);
        parameters.set_coordinates(&mut trial_system, &at);
        trial.follow(&mut trial_system, &objective, &strict(false))
    })
    .unwrap();
    let top = measured
        .iter()
        .fold(0.0, |top: f64, slope| top.max(slope.abs()));
    let mut checked = 0;
    for (k, parameter) in parameters.as_slice().iter().enumerate() {
        // Differences of one part in a million of the coordinate leave five digits of the largest slope.
        let is_near = (gradient[k] - measured[k]).abs() <= 1e-5 * top;
        assert!(
            is_near,
            "{} {}: {} and {}",
            k, parameter.name, gradient[k], measured[k]
        );
        checked += usize::from((single[k] - gradient[k]).abs() > 1e-4 * top);
    }
    assert!(checked > 0, "no tie made a difference");
}

#[test]
fn tied_parameters_train_as_one_by_every_optimizer() {
    let document = tied();
    for optimizer in Optimizer::ALL {
        for monotone in [false, true] {
            let training = Training {
                optimizer,
                steps: 40,
                ..Training::default()
            };
            let network = trained(&document, training, monotone);
            for (name, ids) in [
                ("shift", ["e1", "e5", "e9"]),
                ("tunnel_rate", ["e1", "e2", "e1"]),
            ] {
                for id in ids {
                    let pair = [value(&network, ids[0], name), value(&network, id, name)];
                    assert_eq!(
                        pair[0].to_bits(),
                        pair[1].to_bits(),
                        "{optimizer:?} {monotone} {pair:?}"
                    );
                }
            }
            let free = [
                value(&network, "e2", "shift"),
                value(&network, "e1", "shift"),
            ];
            // Without NDC both may have come to the same limit.
            assert!(monotone || free[0].to_bits() != free[1].to_bits());
        }
    }
}

#[test]
fn a_tie_of_which_one_is_trained_moves_as_a_whole() {
    let mut document = tied();
    let edge = keys(&document.network, &["e5"])[0];
    document.task.as_mut().unwrap().trainable = Some(vec![Trainable::Device {
        edge,
        parameter: "shift",
    }]);
    let system = System::new(&document.network);
    let parameters = Parameters::new(&system, document.task.as_ref().unwrap());
    assert_eq!(parameters.len(), 3);
}

/// Along the one coordinate of a tie both measurements of `spsa` differ by the slope itself, whatever the sign drawn: it
/// then trains as exact differences do. Members that moved apart would add noise of the size of the slope.
#[test]
fn random_directions_move_a_tie_as_one() {
    let mut document = tied();
    let edge = keys(&document.network, &["e5"])[0];
    document.task.as_mut().unwrap().trainable = Some(vec![Trainable::Device {
        edge,
        parameter: "shift",
    }]);
    let shift = |rule| {
        let training = Training {
            rule,
            optimizer: Optimizer::Sgd,
            steps: 20,
            ..Training::default()
        };
        let task = document.task.as_ref().unwrap();
        let objective = Objective::new(
            &document.network,
            &System::new(&document.network),
            task,
            None,
        )
        .unwrap();
        let plan = Plan {
            training,
            seed: None,
            monotone: false,
        };
        let mut trainer = Trainer::new(&document.network, task, objective, plan).unwrap();
        while trainer.step().unwrap() == Status::Running {}
        let parameters = Parameters::new(trainer.system(), task);
        parameters.values(trainer.system())
    };
    let (by_directions, by_differences) = (shift(Rule::Spsa), shift(Rule::FiniteDifference));
    let moved = by_differences[0] - value(&document.network, "e5", "shift");
    assert!(moved.abs() > 1e-4, "nothing moved: {moved}");
    for (a, b) in by_directions.iter().zip(&by_differences) {
        // The curvature over the larger step of `spsa` is what is left.
        assert!(
            (a - b).abs() < 1e-3 * moved.abs(),
            "{a} and {b}, moved by {moved}"
        );
    }
}

#[test]
fn ties_are_kept_in_the_file_and_follow_names() {
    let mut document = tied();
    let bytes = write(&document);
    let again = read(&bytes).unwrap().document;
    assert_eq!(write(&again), bytes);
    assert_eq!(again.network.ties().len(), 2);
    assert!(!again.app.contains_key("ties"));
    let key = keys(&document.network, &["e5"])[0];
    document
        .apply(&Edit::RenameEdge(key, "a.b".to_owned()))
        .unwrap();
    let text = String::from_utf8(write(&document)).unwrap();
    assert!(text.contains("\"a.b.shift\""), "{text}");
    assert_eq!(
        read(text.as_bytes()).unwrap().document.network.ties().len(),
        2
    );
    document.apply(&Edit::RemoveEdge(key)).unwrap();
    let left = read(&write(&document)).unwrap().document;
    assert_eq!(left.network.ties()[0].edges.len(), 2);
}

#[test]
fn what_is_wrong_with_a_tie_is_located() {
    let file = |ties: &str| {
        format!(
            r#"{{"format":"thermonet/1","platform":"electronic","nodes":[{{"id":"x","role":"input","value":1}},{{"id":"y","role":"output"}}],
            "edges":[{{"id":"a","from":"x","to":"y","device":{{"kind":"quantum_dot","tunnel_rate":1,"level":0,"shift":1}}}},
            {{"id":"b","from":"x","to":"y","device":{{"kind":"quantum_dot","tunnel_rate":1,"level":2,"shift":1}}}}],"app":{{"ties":{ties}}}}}"#
        )
    };
    assert!(read(file(r#"[["a.shift","b.shift"]]"#).as_bytes()).is_ok());
    for (ties, place) in [
        ("7", "app.ties"),
        ("[7]", "app.ties[0]"),
        (r#"[["a.shift"]]"#, "app.ties[0]"),
        (r#"[["a.shift","c.shift"]]"#, "app.ties[0][1]"),
        (r#"[["a.shift","b.shaft"]]"#, "app.ties[0][1]"),
        (r#"[["a.shift",3]]"#, "app.ties[0][1]"),
        (r#"[["a.shift","a.shift"]]"#, "app.ties[0][1]"),
        (r#"[["a.shift","b.tunnel_rate"]]"#, "app.ties[0][1]"),
        (r#"[["a.level","b.level"]]"#, "app.ties[0][1]"),
        (
            r#"[["a.shift","b.shift"],["b.shift","a.shift"]]"#,
            "app.ties[1][0]",
        ),
    ] {
        let rejected = read(file(ties).as_bytes()).unwrap_err();
        assert_eq!(rejected.problems[0].place, place, "{ties}: {rejected}");
    }
}

#[test]
fn a_tie_is_one_step_and_one_edit_sets_all() {
    let document = preset("xor").unwrap().load().unwrap().document;
    let mut history = History::new(document.clone());
    let none = Selection::default();
    let edges = keys(&document.network, &["e2", "e3", "e4"]);
    history
        .perform("tie", &none, &[Edit::Tie("level", edges.clone())])
        .unwrap();
    let first = value(&document.network, "e2", "level");
    let network = &history.document().network;
    assert!(
        ["e3", "e4"]
            .iter()
            .all(|id| value(network, id, "level").to_bits() == first.to_bits())
    );
    history
        .perform("set", &none, &[Edit::SetParam(edges[2], "level", -0.5)])
        .unwrap();
    let network = &history.document().network;
    assert!(
        ["e2", "e3", "e4"]
            .iter()
            .all(|id| value(network, id, "level").to_bits() == (-0.5_f64).to_bits())
    );
    history.undo();
    history.undo();
    assert_eq!(history.document(), &document);
    // What cannot be tied is refused, and nothing is changed.
    let chemical = preset("enzyme-fold").unwrap().load().unwrap().document;
    let mut one = chemical.clone();
    let edge = one.network.edges()[0].key();
    assert!(one.apply(&Edit::Tie("v_max", vec![edge])).is_err());
    assert!(one.apply(&Edit::Tie("shift", vec![edge, edge])).is_err());
    assert_eq!(one, chemical);
}
