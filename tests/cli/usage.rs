//! Arguments: what is wrong usage, what is a failed request, and what is neither.

use serde_json::json;

use super::program::{Folder, answer, command, run};

const FOLD: &str = "presets/fold.json";

#[test]
fn help_of_every_command_shows_an_example_that_works() {
    let overview = run(&["--help"]).done();
    let (_, commands) = overview.split_once("Commands:\n").unwrap();
    let names: Vec<&str> = commands
        .lines()
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.strip_prefix("  ")?.split(' ').next())
        .filter(|name| !matches!(*name, "" | "help"))
        .collect();
    assert!(names.len() >= 6, "{names:?}");
    for name in names {
        let help = run(&[name, "--help"]).done();
        let (_, example) = help.split_once("Example: thermonet ").unwrap();
        let mut args: Vec<&str> = example.split_whitespace().collect();
        let folder = Folder::new();
        let out = folder.path().join("out.json").to_str().unwrap().to_owned();
        if let Some(k) = args.iter().position(|arg| *arg == "--out") {
            args[k + 1] = &out;
        }
        assert_eq!(args[0], name);
        let picture = folder.path().join("out.svg").to_str().unwrap().to_owned();
        if name == "picture" {
            if cfg!(not(feature = "gui")) {
                run(&args).failed(&["without its window", "feature `gui`"]);
                continue;
            }
            args[2] = &picture;
        }
        run(&args).done();
        assert_eq!(run(&["help", name]).done(), help);
    }
    assert!(overview.contains("Example"), "{overview}");
    assert!(run(&["--version"]).done().starts_with("thermonet "));
}

#[test]
fn wrong_usage_ends_with_2() {
    for args in [
        &["solve"][..],
        &["relax", FOLD],
        &["iv", FOLD],
        &["check"],
        &["picture", FOLD],
        &["solve", FOLD, "extra"],
        &["solve", FOLD, "--unknown"],
        &["solve", FOLD, "--csv"],
        &["check", FOLD, "--set", "x=1"],
        &["relax", FOLD, "--until", "1", "--csv", "--json"],
        &["iv", FOLD, "e1", "--csv", "--json"],
        &["solve", FOLD, "--json", "--json"],
        &["no-such-command", FOLD],
    ] {
        run(args).misused(&["error: ", "--help"]);
    }
}

#[test]
fn numbers_that_are_none_are_wrong_usage() {
    for value in ["", "abc", "nan", "inf", "-inf", "1e400", "1,5", "0x10"] {
        run(&["solve", FOLD, "--set", &format!("x={value}")]).misused(&["--set"]);
        run(&["iv", FOLD, "e1", "--from", value]).misused(&["--from"]);
        run(&["relax", FOLD, "--until", value]).misused(&["--until"]);
    }
    for until in ["0", "-1", "-1e-300"] {
        run(&["relax", FOLD, "--until", until])
            .misused(&["--until", "must be a finite number > 0"]);
    }
    for samples in ["1", "0", "-5", "2.5", "1e3", "99999999999", "ten"] {
        let parts = ["--samples", "whole number from 2"];
        run(&["relax", FOLD, "--until", "1", "--samples", samples]).misused(&parts);
        run(&["iv", FOLD, "e1", "--samples", samples]).misused(&parts);
    }
    run(&["solve", FOLD, "--set", "x"]).misused(&["--set", "ID=VALUE"]);
}

#[test]
fn set_takes_clamps_alone() {
    run(&["solve", FOLD, "--set", "y=1"]).failed(&["--set y", "free", "output"]);
    run(&["solve", FOLD, "--set", "nobody=1"]).failed(&["'nobody'", FOLD, "there are 'x'"]);
    run(&["relax", FOLD, "--until", "1", "--set", "y=1"]).failed(&["--set y"]);
    run(&["iv", FOLD, "e1", "--set", "y=1"]).failed(&["--set y"]);
    // Ids count as they are written.
    run(&["solve", FOLD, "--set", "X=1"]).failed(&["'X'"]);
    for value in ["0", "-1"] {
        run(&[
            "solve",
            "presets/enzyme-fold.json",
            "--set",
            &format!("s={value}"),
        ])
        .failed(&["--set s", "must be > 0", value]);
    }
}

#[test]
fn set_is_repeated_and_the_last_counts() {
    let xor = "presets/xor-minimal.json";
    let got = answer(&["solve", xor, "--set", "x1=8", "--set", "x2=-0.5"]);
    assert_eq!(got["potentials"]["x1"], 8.0);
    assert_eq!(got["potentials"]["x2"], -0.5);
    let got = answer(&["solve", FOLD, "--set", "x=1", "--set=x=-3"]);
    assert_eq!(got["potentials"]["x"], -3.0);
    let got = answer(&["solve", FOLD, "--set", "x=+2.5e-1"]);
    assert_eq!(got["potentials"]["x"], 0.25);
    // The file's value is not touched by any of this.
    assert_eq!(answer(&["solve", FOLD])["potentials"]["x"], 7.0);
}

#[test]
fn ids_may_hold_anything() {
    let folder = Folder::new();
    let ids = [
        "a=b",
        " blanks ",
        "-x",
        "two\nlines",
        "a,b",
        "say \"so\"",
        "µ₁",
        "--json",
    ];
    let mut nodes: Vec<_> = ids
        .iter()
        .map(|id| json!({"id": id, "role": "input", "value": 1.0}))
        .collect();
    nodes.push(json!({"id": "free, \"y\"\n", "role": "output", "leak": 1.0}));
    let edges = json!([{"id": "-e=1", "from": "a=b", "to": "free, \"y\"\n",
        "device": {"kind": "ohmic", "conductance": 1.0}}]);
    let file = folder.network("electronic", &json!(nodes), &edges);
    for id in ids {
        let got = answer(&["solve", &file, "--set", &format!("{id}=-3")]);
        assert_eq!(got["potentials"][id], -3.0, "{id}");
    }
    assert_eq!(
        answer(&["solve", &file, "--set", " a=b = 2 "])["potentials"]["a=b"],
        2.0
    );
    run(&["solve", &file, "--set", "no\nbody=1"]).failed(&["no\\nbody", "two\\nlines"]);
    run(&["solve", &file, "--set", "free, \"y\"\n=1"]).failed(&["free, \"y\"\\n"]);
    let csv = run(&["relax", &file, "--until", "1", "--samples", "2", "--csv"]).done();
    assert!(csv.starts_with("t,\"free, \"\"y\"\"\n\"\n0,0\n1,"), "{csv}");
    let iv = run(&["iv", &file, "--samples", "3", "--", "-e=1"]).done();
    assert!(
        iv.starts_with("-e=1 (ohmic), 'free, \"y\"\\n' held at "),
        "{iv}"
    );
    assert_eq!(
        run(&["solve", &file])
            .done()
            .lines()
            .filter(|line| line.contains("two\\nlines"))
            .count(),
        1
    );
    run(&["iv", &file, "e"]).failed(&["there is no edge 'e'", "'-e=1'"]);
}

#[test]
fn negative_numbers_are_values_of_options() {
    let got = answer(&[
        "iv",
        FOLD,
        "e1",
        "--from",
        "-10",
        "--to",
        "-5",
        "--samples",
        "2",
    ]);
    assert_eq!(got["x"], json!([-10.0, -5.0]));
    let got = answer(&[
        "iv",
        FOLD,
        "e1",
        "--from=-1e1",
        "--to",
        "-.5",
        "--samples",
        "2",
    ]);
    assert_eq!(got["x"], json!([-10.0, -0.5]));
}

#[test]
fn a_range_must_have_an_extent() {
    for (from, to) in [("5", "5"), ("5", "-5"), ("1000", "0")] {
        run(&["iv", FOLD, "e1", "--from", from, "--to", to]).failed(&["--from", from, to]);
    }
    run(&["iv", "presets/enzyme-fold.json", "e1", "--from", "-1"]).failed(&["must be >= 0", "-1"]);
    run(&["iv", FOLD, "e2"]).failed(&["there is no edge 'e2'", "there are 'e1'"]);
}

#[test]
fn files_may_be_called_anything() {
    let folder = Folder::new();
    let preset = std::fs::read(FOLD).unwrap();
    for name in [
        "solve",
        "check",
        "-h",
        "--json",
        "with blanks.json",
        "no-extension",
    ] {
        folder.file(name, &preset);
        let output = command(&["solve", "--json", "--", name])
            .current_dir(folder.path())
            .output()
            .unwrap();
        assert!(output.status.success(), "{name}: {output:?}");
    }
    let output = command(&["check", "check"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
}

/// Where no window can be opened, one line says what is missing.
#[cfg(target_os = "linux")]
#[test]
fn without_a_display_one_line_says_what_is_missing() {
    let folder = Folder::new();
    let state = folder.path().to_str().unwrap();
    for args in [&[][..], &[FOLD], &["--preset", "latch"]] {
        let mut all = vec!["--state-folder", state];
        all.extend(args);
        assert_eq!(run(&all).failed(&["window"]), "");
    }
}
