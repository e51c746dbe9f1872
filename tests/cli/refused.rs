//! Files that cannot be used: exit 1, one line on stderr, and under `check --json` an object that lists the problems.

use std::fs;
use std::path::{Path, PathBuf};

use super::program::{Folder, Ran, command, keys, run};

/// What every command says of a file; each must refuse it, in one line that names it.
fn refusals(path: &Path) -> [Ran; 6] {
    let file = path.to_str().unwrap();
    let runs = [
        run(&["solve", file, "--json"]),
        run(&["relax", file, "--until", "1"]),
        run(&["iv", file, "e1", "--csv"]),
        run(&["gradient", file]),
        run(&["train", file, "--steps", "1", "--json"]),
        run(&["check", file, "--json"]),
    ];
    let name = path.file_name().unwrap().to_str().unwrap();
    let [others @ .., check] = &runs;
    for ran in others {
        assert_eq!(ran.failed(&[name]), "", "stdout is for answers alone");
    }
    check.failed(&[name]);
    let answer = check.json();
    assert_eq!(keys(&answer), ["notes", "ok", "problems"]);
    assert_eq!(answer["ok"], false);
    let problems = answer["problems"].as_array().unwrap();
    assert!(!problems.is_empty());
    for problem in problems {
        assert_eq!(keys(problem), ["place", "problem", "remedy"]);
        for part in ["place", "problem", "remedy"] {
            assert!(!problem[part].as_str().unwrap().is_empty(), "{problem}");
        }
    }
    runs
}

#[test]
fn every_broken_file_is_refused_by_every_command() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/broken");
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "json")
        })
        .collect();
    paths.sort();
    assert!(paths.len() >= 50);
    for path in paths {
        refusals(&path);
    }
}

#[test]
fn what_is_no_network_at_all_is_refused() {
    let folder = Folder::new();
    let preset = fs::read("presets/fold.json").unwrap();
    let cases: [(&str, Vec<u8>); 9] = [
        ("empty.json", Vec::new()),
        ("blank.json", b" \n\t\n".to_vec()),
        ("binary.json", (0..=255).cycle().take(5000).collect()),
        ("zeros.json", vec![0; 4096]),
        ("truncated.json", preset[..preset.len() / 2].to_vec()),
        ("brackets.json", b"[".repeat(100_000)),
        ("braces.json", b"{\"a\":".repeat(100_000)),
        ("null.json", b"null".to_vec()),
        ("long.json", format!("\"{}\"", "x".repeat(1_000_000)).into()),
    ];
    for (name, content) in cases {
        let path = folder.file(name, content);
        for ran in refusals(&path) {
            assert!(ran.stderr.len() < 1000, "{name}: {}", ran.stderr.len());
        }
    }
}

#[test]
fn what_is_no_file_is_refused() {
    let folder = Folder::new();
    let missing = folder.path().join("missing.json");
    for ran in refusals(&missing) {
        ran.failed(&["there is no such file", "check the path"]);
    }
    for ran in refusals(folder.path()) {
        ran.failed(&["is a folder"]);
    }
    // A name with a line break stays on one line.
    for ran in refusals(&folder.path().join("two\\nlines")) {
        ran.failed(&["two\\nlines"]);
    }
    run(&["solve", "two\nlines"]).failed(&["two\\nlines: there is no such file"]);
    let dangling = run(&["check", missing.to_str().unwrap(), "--json"]).json();
    let problem = &dangling["problems"][0];
    assert_eq!(problem["problem"], "there is no such file");
    assert_eq!(problem["remedy"], "check the path");
}

#[test]
fn check_lists_every_problem_as_text_too() {
    let ran = run(&["check", "tests/broken/range-parameters.json"]);
    let listed = ran.failed(&["problems found"]);
    assert!(listed.lines().count() > 1, "{listed}");
    assert!(listed.lines().all(|line| line.starts_with("edges[")));
}

/// An answer that cannot be delivered is a failure that is reported, a reader that has seen enough is none.
#[cfg(target_os = "linux")]
#[test]
fn output_that_goes_nowhere_ends_in_one_line() {
    let full = || {
        fs::OpenOptions::new()
            .write(true)
            .open("/dev/full")
            .unwrap()
    };
    for args in [
        &["solve", "presets/fold.json"][..],
        &["solve", "presets/fold.json", "--json"],
        &["relax", "presets/fold.json", "--until", "1", "--csv"],
        &["iv", "presets/fold.json", "e1"],
        &["check", "presets/fold.json"],
        &["check", "tests/broken/format-missing.json", "--json"],
    ] {
        let output = command(args).stdout(full()).output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{args:?}");
        assert_eq!(stderr.lines().count(), 1, "{stderr}");
        assert!(stderr.contains("cannot write the answer"), "{stderr}");
    }
    let silenced = command(&["solve", "missing.json"])
        .stderr(full())
        .status()
        .unwrap();
    assert_eq!(silenced.code(), Some(1), "no panic over a full stderr");
}

#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let mut child = command(&[
        "relax",
        "presets/fold.json",
        "--until",
        "1",
        "--samples",
        "200000",
        "--csv",
    ])
    .stdout(std::process::Stdio::piped())
    .stderr(std::process::Stdio::piped())
    .spawn()
    .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stderr.is_empty());
}
