//! The reference cases: networks with numbers from an independent implementation. A case is a pair of files in
//! `tests/reference`; dropping one there is enough to have it tested.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use thermonet::document::Document;
use thermonet::physics::dissipation::{Dissipation, supplied_power};
use thermonet::physics::noise;
use thermonet::solve::relax::{Options as RelaxOptions, Relaxation};
use thermonet::solve::steady::{self, Options};
use thermonet::system::System;

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference");
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.retain(|path| path.to_str().unwrap().ends_with(".expect.json"));
    paths.sort();
    paths
}

fn read(path: &Path) -> Document {
    thermonet::document::read(&fs::read(path).unwrap())
        .unwrap()
        .document
}

/// The networks of all cases.
pub(crate) fn systems() -> Vec<System> {
    let files = cases();
    files
        .iter()
        .map(|path| {
            let network = path.to_str().unwrap().replace(".expect.json", ".json");
            System::new(&read(Path::new(&network)).network)
        })
        .collect()
}

/// |got − expected| within `relative` of the expected size or within `absolute`.
#[track_caller]
fn close(what: &str, got: f64, expected: f64, relative: f64, absolute: f64) {
    let error = (got - expected).abs();
    assert!(
        error <= (relative * expected.abs()).max(absolute),
        "{what}: {got} instead of {expected}"
    );
}

#[test]
fn reference_networks_are_reproduced() {
    let cases = cases();
    assert!(cases.len() >= 11, "the reference cases are missing");
    for expected_path in cases {
        let name = expected_path
            .file_name()
            .unwrap()
            .to_str()
            .unwrap()
            .to_owned();
        let document = read(&expected_path.with_file_name(name.replace(".expect.json", ".json")));
        let expected: Value = serde_json::from_slice(&fs::read(&expected_path).unwrap()).unwrap();
        for run in expected["runs"].as_array().unwrap() {
            check(&name, &document, run);
        }
    }
}

fn check(name: &str, document: &Document, run: &Value) {
    let mut system = System::new(&document.network);
    let slot = |id: &str| {
        System::new(&document.network)
            .slot(document.network.node_by_id(id).unwrap().key())
            .unwrap()
    };
    for (id, value) in run["set"].as_object().unwrap() {
        system.set_clamp(slot(id), value.as_f64().unwrap());
    }
    let expect = &run["expect"];
    let number = |value: &Value| value.as_f64().unwrap();
    let state = steady::solve(&system, &Options::default());
    assert!(state.is_settled(), "{name}: {:?}", state.outcome);
    assert!(expect["stable"].as_bool().unwrap());
    for (id, x) in expect["potentials"].as_object().unwrap() {
        close(
            &format!("{name} {id}"),
            state.flow.states[slot(id)],
            number(x),
            0.0,
            1e-8,
        );
    }
    for (edge, response) in document.network.edges().iter().zip(&state.flow.responses) {
        close(
            &format!("{name} {}", edge.id),
            response.current,
            number(&expect["currents"][&edge.id]),
            1e-7,
            1e-8,
        );
    }
    let spectrum = state.spectrum.as_ref().unwrap();
    let eigenvalues = expect["eigenvalues"].as_array().unwrap();
    assert_eq!(spectrum.eigenvalues.len(), eigenvalues.len(), "{name}");
    for (got, expected) in spectrum.eigenvalues.iter().zip(eigenvalues) {
        close(
            &format!("{name} Re λ"),
            got.re,
            number(&expected[0]),
            1e-4,
            1e-7,
        );
        close(
            &format!("{name} |Im λ|"),
            got.im.abs(),
            number(&expected[1]).abs(),
            1e-4,
            1e-7,
        );
    }
    close(
        name,
        spectrum.relaxation_time().unwrap(),
        number(&expect["relaxation_time"]),
        1e-4,
        0.0,
    );
    let dissipation = Dissipation::at(&system, &state.flow);
    for (part, got) in [
        ("edges", dissipation.edge_sum()),
        ("leaks", dissipation.leak_sum()),
        ("total", dissipation.total()),
    ] {
        close(
            &format!("{name} dissipation {part}"),
            got,
            number(&expect["dissipation"][part]),
            1e-5,
            1e-9,
        );
    }
    if let Some(power) = expect["clamp_power"].as_f64() {
        close(
            &format!("{name} clamp power"),
            supplied_power(&system, &state.flow),
            power,
            1e-5,
            1e-9,
        );
    }
    let variances = noise::variances(&system, &state.flow).unwrap();
    for (id, variance) in expect["variance"].as_object().unwrap() {
        close(
            &format!("{name} variance {id}"),
            variances[slot(id)],
            number(variance),
            1e-4,
            0.0,
        );
    }
    check_trajectory(name, &system, &slot, &expect["trajectory"]);
}

fn check_trajectory(name: &str, system: &System, slot: &dyn Fn(&str) -> usize, expected: &Value) {
    let number = |value: &Value| value.as_f64().unwrap();
    let mut relaxation = Relaxation::new(system, system.initial(), 0.0, RelaxOptions::default());
    let mut x = vec![0.0; system.free_count()];
    for (k, t) in expected["t"].as_array().unwrap().iter().enumerate() {
        relaxation.advance(system, number(t), 1_000_000).unwrap();
        relaxation.sample(number(t), &mut x);
        for (id, states) in expected["states"].as_object().unwrap() {
            // The integrators agree far better than the four digits that are asked for.
            close(
                &format!("{name} {id}({t})"),
                x[slot(id)],
                number(&states[k]),
                1e-6,
                1e-7,
            );
        }
    }
}
