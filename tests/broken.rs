//! Files that must be refused: each fault is found, located and explained, and none of them brings the reader down.
//!
//! A case is a file in `tests/broken` and its lines in `expected.tsv`: the file, a place, a part of the message there.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};
use thermonet::document::presets::{PRESETS, Preset};
use thermonet::document::{Problem, Rejected, read, write};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/broken")
}

fn problems(bytes: &[u8]) -> Vec<Problem> {
    let Rejected { problems, .. } = read(bytes).expect_err("a broken file was accepted");
    assert!(!problems.is_empty());
    for Problem {
        place,
        problem,
        remedy,
    } in &problems
    {
        assert!(!place.is_empty() && !problem.is_empty() && !remedy.is_empty());
    }
    problems
}

#[test]
fn every_fault_is_found_where_it_is() {
    let table = fs::read_to_string(folder().join("expected.tsv")).unwrap();
    let mut faults = Vec::new();
    let mut files = BTreeSet::new();
    for line in table.lines().skip(1) {
        let [file, place, part] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("expected.tsv: three columns, got {line}");
        };
        files.insert(format!("{file}.json"));
        let found = problems(&fs::read(folder().join(format!("{file}.json"))).unwrap());
        let is_there = found
            .iter()
            .any(|problem| problem.place == place && problem.to_string().contains(part));
        if !is_there {
            let got: Vec<String> = found.iter().map(ToString::to_string).collect();
            faults.push(format!(
                "{file}: wanted {place}: …{part}…, got\n  {}",
                got.join("\n  ")
            ));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(files.len() >= 30);
    let present: BTreeSet<String> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != "expected.tsv")
        .collect();
    assert_eq!(present, files, "each file has its lines in expected.tsv");
}

/// Nothing is reported beyond what is wrong: one fault must not set off others.
#[test]
fn faults_do_not_cascade() {
    let table = fs::read_to_string(folder().join("expected.tsv")).unwrap();
    let mut faults = Vec::new();
    let names: BTreeSet<&str> = table
        .lines()
        .skip(1)
        .filter_map(|line| line.split('\t').next())
        .collect();
    for name in names {
        let wanted: BTreeSet<&str> = table
            .lines()
            .filter_map(|line| line.split_once('\t').filter(|(file, _)| *file == name))
            .filter_map(|(_, rest)| rest.split('\t').next())
            .collect();
        for problem in problems(&fs::read(folder().join(format!("{name}.json"))).unwrap()) {
            if !wanted.contains(problem.place.as_str()) {
                faults.push(format!("{name}: {problem}"));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// The presets of few elements: what is tried at every place of a file takes the square of its length, and larger ones
/// hold nothing but more of the same.
fn small_presets() -> impl Iterator<Item = &'static Preset> {
    const LONGEST: usize = 3_000;
    PRESETS
        .iter()
        .filter(|preset| preset.source.len() < LONGEST)
}

#[test]
fn a_file_cut_off_anywhere_is_refused() {
    for preset in small_presets() {
        let whole = preset.source.trim_end().as_bytes();
        for length in 0..whole.len() {
            problems(&whole[..length]);
        }
    }
}

#[test]
fn a_file_with_any_byte_changed_is_read_or_refused() {
    let source = small_presets().next().unwrap().source.as_bytes();
    for i in 0..source.len() {
        for byte in [0, b'"', b'{', b'9', b'-', b'\\', 0x80, 0xFF] {
            let mut bytes = source.to_vec();
            bytes[i] = byte;
            let _ = read(&bytes);
        }
    }
}

/// Calls `visit` with every tree that differs from `tree` in one value.
fn each_mutation(tree: &Value, visit: &mut dyn FnMut(Value)) {
    let others = [
        json!(null),
        json!(true),
        json!(""),
        json!("x"),
        json!(-1),
        json!(0),
        json!(1e300),
        json!(-5e-324),
        json!(u64::MAX),
        json!([]),
        json!({}),
        json!([[1]]),
        json!({"": 1}),
    ];
    others.into_iter().for_each(&mut *visit);
    match tree {
        Value::Array(items) => {
            for (i, item) in items.iter().enumerate() {
                let with = |changed: Vec<Value>| {
                    let mut all = items.clone();
                    all.splice(i..=i, changed);
                    Value::Array(all)
                };
                visit(with(vec![]));
                visit(with(vec![item.clone(), item.clone()]));
                each_mutation(item, &mut |other| visit(with(vec![other])));
            }
        }
        Value::Object(map) => {
            for (key, item) in map {
                let mut without = map.clone();
                without.remove(key);
                visit(Value::Object(without));
                each_mutation(item, &mut |other| {
                    let mut changed = map.clone();
                    changed.insert(key.clone(), other);
                    visit(Value::Object(changed));
                });
            }
        }
        _ => {}
    }
}

#[test]
fn any_one_value_changed_is_read_back_or_refused() {
    let (mut read_back, mut refused) = (0, 0);
    for preset in small_presets() {
        let tree: Value = serde_json::from_str(preset.source).unwrap();
        // Without its reservoirs every edge dangles at both ends; anything else is one problem, or a few.
        let most = 20 + 2 * tree["edges"].as_array().unwrap().len();
        each_mutation(&tree, &mut |changed| {
            let text = changed.to_string();
            if let Ok(loaded) = read(text.as_bytes()) {
                let written = write(&loaded.document);
                let again = read(&written).unwrap_or_else(|error| panic!("{text}: {error}"));
                assert_eq!(write(&again.document), written, "{text}");
                read_back += 1;
            } else {
                assert!(problems(text.as_bytes()).len() < most, "{text}");
                refused += 1;
            }
        });
    }
    assert!(read_back > 500 && refused > 5000, "{read_back} {refused}");
}

#[test]
fn what_is_no_json_is_named() {
    let cases: [(&[u8], &str, &str); 6] = [
        (b"", "file", "is empty"),
        (b" \n\t ", "file", "is empty"),
        (b"\x7fELF\x02\x01\x01\0\0\0", "file", "is binary data"),
        (b"{\n\"name\": \"caf\xE9\"}", "line 2", "is not UTF-8"),
        (b"null", "file", "must be an object {…}, got null"),
        (b"hello", "line 1, column 1", "expected value"),
    ];
    for (bytes, place, part) in cases {
        let found = problems(bytes);
        assert_eq!(found[0].place, place);
        assert!(found[0].problem.contains(part), "{}", found[0]);
    }
}

#[test]
fn deep_nesting_does_not_exhaust_the_stack() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let mut text = open.repeat(100_000);
        text.push('1');
        text.push_str(&close.repeat(100_000));
        let found = problems(text.as_bytes());
        assert!(
            found[0].problem.contains("nested too deeply"),
            "{}",
            found[0]
        );
        assert!(found[0].place.len() < 100);
        problems(open.repeat(100_000).as_bytes());
    }
}

#[test]
fn long_words_are_cut_short_in_messages() {
    let long = "x".repeat(1_000_000);
    let text = format!("{{\"format\": \"thermonet/1\", \"{long}\": 1, \"platform\": \"{long}\"}}");
    for problem in problems(text.as_bytes()) {
        assert!(problem.to_string().len() < 400);
    }
}
