//! The reference cases through the program itself: what a stranger with the same files would compare.

use std::fs;

use serde_json::{Value, json};

use super::program::{answer, numbers};

/// |got − expected| within `relative` of the expected size, or within `absolute`.
#[track_caller]
fn close(what: &str, got: &Value, expected: &Value, relative: f64, absolute: f64) {
    let (got, expected) = (got.as_f64().unwrap(), expected.as_f64().unwrap());
    assert!(
        (got - expected).abs() <= (relative * expected.abs()).max(absolute),
        "{what}: {got} instead of {expected}"
    );
}

#[test]
fn the_program_reproduces_the_reference_cases() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/reference");
    let mut cases = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path().to_str().unwrap().to_owned();
        let Some(stem) = path.strip_suffix(".expect.json") else {
            continue;
        };
        let expected: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        for run in expected["runs"].as_array().unwrap() {
            check(&format!("{stem}.json"), run);
            cases += 1;
        }
    }
    assert!(cases >= 22, "the reference cases are missing");
}

fn check(file: &str, run: &Value) {
    let settings: Vec<String> = run["set"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(id, value)| format!("{id}={value}"))
        .collect();
    let with_settings = |args: &[&'static str]| {
        let mut all = vec![args[0], file];
        all.extend(&args[1..]);
        for setting in &settings {
            all.extend(["--set", setting]);
        }
        answer(&all)
    };
    let expect = &run["expect"];
    let got = with_settings(&["solve"]);
    assert_eq!(got["outcome"], "settled", "{file}");
    assert_eq!(got["stable"], expect["stable"], "{file}");
    for (map, relative, absolute) in [
        ("potentials", 0.0, 1e-8),
        ("currents", 1e-7, 1e-8),
        ("dissipation", 1e-5, 0.0),
        ("variance", 1e-4, 0.0),
    ] {
        let (got, expect) = (&got[map], expect[map].as_object().unwrap());
        assert_eq!(got.as_object().unwrap().len(), expect.len(), "{file} {map}");
        for (id, value) in expect {
            close(
                &format!("{file} {map} {id}"),
                &got[id],
                value,
                relative,
                absolute,
            );
        }
    }
    close(
        file,
        &got["relaxation_time"],
        &expect["relaxation_time"],
        1e-4,
        0.0,
    );
    if expect["clamp_power"].is_null() {
        assert!(got["clamp_power"].is_null(), "{file}");
    } else {
        close(file, &got["clamp_power"], &expect["clamp_power"], 1e-5, 0.0);
    }
    let trajectory = with_settings(&["relax", "--until", "10", "--samples", "101"]);
    let times = numbers(&trajectory["t"]);
    for (k, t) in numbers(&expect["trajectory"]["t"]).iter().enumerate() {
        let at = times
            .iter()
            .position(|time| (time - t).abs() < 1e-9)
            .unwrap();
        for (id, states) in expect["trajectory"]["states"].as_object().unwrap() {
            let got = json!(numbers(&trajectory["states"][id])[at]);
            close(&format!("{file} {id}({t})"), &got, &states[k], 1e-4, 1e-6);
        }
    }
}
