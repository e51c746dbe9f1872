//! What the commands answer: the keys of every JSON object, and that its numbers are what they are called.

use serde_json::{Value, json};

use super::program::{Folder, answer, keys, numbers, run};

const FOLD: &str = "presets/fold.json";

/// The keys of every answer of `solve`, whatever the outcome.
const SOLVE: [&str; 11] = [
    "certificates",
    "clamp_power",
    "currents",
    "dissipation",
    "eigenvalues",
    "outcome",
    "potentials",
    "relaxation_time",
    "residual",
    "stable",
    "variance",
];

/// Those keys and some more, sorted.
fn with(extra: &[&'static str]) -> Vec<&'static str> {
    let mut keys = [&SOLVE, extra].concat();
    keys.sort_unstable();
    keys
}

/// What must hold of an answer without a steady state.
#[track_caller]
fn assert_unsettled(got: &Value, extra: &[&'static str]) {
    assert_eq!(keys(got), with(extra));
    for key in ["variance", "relaxation_time", "clamp_power"] {
        assert!(got[key].is_null(), "{key}: {}", got[key]);
    }
    assert!(!got["potentials"].as_object().unwrap().is_empty());
}

#[test]
fn a_settled_network_has_all_its_numbers() {
    let got = answer(&["solve", FOLD]);
    assert_eq!(keys(&got), with(&[]));
    assert_eq!(got["outcome"], "settled");
    assert_eq!(got["stable"], true);
    assert_eq!(keys(&got["potentials"]), ["x", "y"], "clamps, too");
    assert_eq!(keys(&got["currents"]), ["e1"]);
    assert_eq!(keys(&got["variance"]), ["y"], "free reservoirs alone");
    assert_eq!(keys(&got["dissipation"]), ["edges", "leaks", "total"]);
    assert_eq!(
        keys(&got["certificates"]),
        ["monotone", "reciprocal", "unique"]
    );
    let [re, im] = numbers(&got["eigenvalues"][0])[..] else {
        panic!("{got}")
    };
    assert_eq!(im, 0.0);
    let tau = got["relaxation_time"].as_f64().unwrap();
    assert!((tau * re + 1.0).abs() < 1e-12);
    let of = |key: &str| got["dissipation"][key].as_f64().unwrap();
    assert!((of("edges") + of("leaks") - of("total")).abs() < 1e-9);
    assert!((of("total") - got["clamp_power"].as_f64().unwrap()).abs() < 1e-6);
    // In the steady state what flows in leaks out: leak 0.3 to ground 0.
    let leaked = 0.3 * got["potentials"]["y"].as_f64().unwrap();
    assert!((got["currents"]["e1"].as_f64().unwrap() - leaked).abs() < 1e-12);
}

#[test]
fn slowest_eigenvalues_come_first() {
    let got = answer(&["solve", "presets/three-tanks.json"]);
    let rates: Vec<f64> = got["eigenvalues"]
        .as_array()
        .unwrap()
        .iter()
        .map(|pair| numbers(pair)[0])
        .collect();
    assert_eq!(rates.len(), 3);
    assert!(rates.is_sorted_by(|p, q| p >= q), "{rates:?}");
}

#[test]
fn a_limit_cycle_has_period_and_range() {
    let got = answer(&["solve", "tests/cli/oscillator.json"]);
    assert_unsettled(&got, &["period", "range"]);
    assert_eq!(got["outcome"], "oscillates");
    assert_eq!(got["stable"], false);
    assert_eq!(keys(&got["range"]), ["p", "q"]);
    let [lo, hi] = numbers(&got["range"]["p"])[..] else {
        panic!("{got}")
    };
    assert!(lo < -4.0 && hi > -3.0);
    // The trajectory repeats itself after a period, once it is on the cycle.
    let period = got["period"].as_f64().unwrap();
    let until = (20.0 * period).to_string();
    let motion = answer(&[
        "relax",
        "tests/cli/oscillator.json",
        "--until",
        &until,
        "--samples",
        "201",
    ]);
    let p = numbers(&motion["states"]["p"]);
    let at = |periods: usize| p[10 * periods];
    assert!((at(20) - at(19)).abs() < 1e-4, "{} {}", at(20), at(19));
    let repeats_after = |shift: usize| (170..190).all(|k| (p[k] - p[k + shift]).abs() < 1e-2);
    assert!(repeats_after(10) && !(1..10).any(repeats_after));
    assert!(p[100..].iter().all(|x| (lo - 1e-3..hi + 1e-3).contains(x)));
}

/// A dot whose slope died out exponentially: currents vanish, yet the state is far from rest.
fn frozen(folder: &Folder, signal: bool) -> String {
    let mut x = json!({"id": "x", "role": "input", "value": 300.0});
    if signal {
        x["signal"] = json!({"shape": "sine", "amplitude": 1.0, "period": 10.0});
    }
    folder.network(
        "electronic",
        &json!([x, {"id": "y", "role": "output"}]),
        &json!([{"id": "e1", "from": "x", "to": "y", "device":
            {"kind": "quantum_dot", "tunnel_rate": 1.0, "level": -4.0, "shift": 1.0}}]),
    )
}

#[test]
fn a_frozen_network_says_so_on_both_channels() {
    let folder = Folder::new();
    let file = frozen(&folder, false);
    let ran = run(&["solve", &file, "--json"]);
    ran.failed(&["frozen", "'y'"]);
    let got = ran.json();
    assert_unsettled(&got, &["reason", "slowest", "time"]);
    assert_eq!(
        (&got["outcome"], &got["reason"], &got["slowest"]),
        (&json!("unsettled"), &json!("frozen"), &json!("y"))
    );
    assert!(got["time"].as_f64().unwrap() > 1e12);
    assert!(
        run(&["solve", &file])
            .failed(&["frozen"])
            .contains("unsettled (frozen)")
    );
    run(&["iv", &file, "e1"]).failed(&["'y'", "frozen"]);
    // Still one line where there are signals to mention.
    let ran = run(&["solve", &frozen(&folder, true), "--json"]);
    ran.failed(&["frozen", "signals were left out"]);
}

#[test]
fn a_balanced_network_is_not_pushed() {
    let folder = Folder::new();
    let diode = |id: &str, from: &str, to: &str| {
        json!({"id": id, "from": from, "to": to, "device":
            {"kind": "tunnel_diode", "i_peak": 1.0, "v_peak": 1.0, "i_sat": 1e-4, "ideality": 1.0}})
    };
    let file = folder.network(
        "electronic",
        &json!([
            {"id": "hi", "role": "bias", "value": 4.0},
            {"id": "lo", "role": "bias", "value": -4.0},
            {"id": "q", "role": "output", "initial": 0.0}
        ]),
        &json!([diode("up", "hi", "q"), diode("down", "q", "lo")]),
    );
    let ran = run(&["solve", &file, "--json"]);
    ran.failed(&["balanced", "initial", "'q'"]);
    let got = ran.json();
    assert_unsettled(&got, &["reason", "slowest"]);
    assert_eq!(got["reason"], "balanced");
    assert_eq!(got["slowest"], "q");
    assert_eq!(got["stable"], false);
    assert_eq!(got["potentials"]["q"], 0.0);
    assert!(got["eigenvalues"][0][0].as_f64().unwrap() > 0.0);
}

#[test]
fn two_stable_states_refute_uniqueness() {
    let got = answer(&["solve", "presets/latch.json"]);
    assert_eq!(got["certificates"]["monotone"], false);
    assert_eq!(got["certificates"]["unique"], false);
    let got = answer(&["solve", "presets/three-tanks.json"]);
    assert_eq!(
        got["certificates"],
        json!({"monotone": true, "unique": true, "reciprocal": true})
    );
}

#[test]
fn trajectories_count_both_ends() {
    let got = answer(&["relax", FOLD, "--until", "3.7"]);
    assert_eq!(keys(&got), ["states", "t"]);
    assert_eq!(keys(&got["states"]), ["y"], "free reservoirs alone");
    assert_eq!(numbers(&got["t"]).len(), 201);
    for (until, samples) in [(0.1, 2), (7.3, 3), (1e-9, 5), (1e300, 4)] {
        let got = answer(&[
            "relax",
            "presets/three-tanks.json",
            "--until",
            &until.to_string(),
            "--samples",
            &samples.to_string(),
        ]);
        let t = numbers(&got["t"]);
        assert_eq!((t.len(), t[0], t[samples - 1]), (samples, 0.0, until));
        for (k, t) in t.iter().enumerate() {
            let even = until * k as f64 / (samples - 1) as f64;
            assert!((t - even).abs() <= 1e-15 * until);
        }
        for (id, initial) in [("t1", -3.0), ("t2", 6.0), ("t3", 1.0)] {
            let states = numbers(&got["states"][id]);
            assert_eq!((states.len(), states[0]), (samples, initial));
        }
    }
    // A time so long that nothing is left to happen ends in the steady state.
    let rest = answer(&["relax", FOLD, "--until", "1e12", "--samples", "2"]);
    let settled = answer(&["solve", FOLD])["potentials"]["y"].clone();
    let end = rest["states"]["y"][1].as_f64().unwrap();
    assert!((end - settled.as_f64().unwrap()).abs() < 1e-7);
}

#[test]
fn csv_has_one_heading_and_one_line_a_sample() {
    let csv = run(&[
        "relax",
        "presets/three-tanks.json",
        "--until",
        "2",
        "--samples",
        "5",
        "--csv",
    ]);
    let csv = csv.done();
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!((lines[0], lines.len()), ("t,t1,t2,t3", 6));
    assert_eq!(lines[1], "0,-3,6,1");
    assert!(lines[5].starts_with("2,"));
    let csv = run(&["iv", FOLD, "e1", "--csv"]).done();
    assert_eq!(csv.lines().next(), Some("x,current,slope"));
    assert_eq!(csv.lines().count(), 202);
    // CSV and JSON hold the same numbers, to the last digit.
    let json = answer(&["iv", FOLD, "e1"]);
    let row = csv.lines().nth(77).unwrap();
    let cells: Vec<f64> = row.split(',').map(|cell| cell.parse().unwrap()).collect();
    for (cell, key) in cells.iter().zip(["x", "current", "slope"]) {
        assert_eq!(*cell, numbers(&json[key])[76]);
    }
}

#[test]
fn curves_have_their_extrema_and_branches() {
    let got = answer(&["iv", "presets/fold-gated.json", "e1"]);
    assert_eq!(
        keys(&got),
        ["current", "ndc", "peaks", "slope", "valleys", "x"]
    );
    for key in ["x", "current", "slope"] {
        assert_eq!(numbers(&got[key]).len(), 201);
    }
    let [peak, current] = numbers(&got["peaks"][0])[..] else {
        panic!("{got}")
    };
    let ndc = got["ndc"].as_array().unwrap();
    assert!(ndc.iter().any(|interval| numbers(interval)[0] == peak));
    assert!(numbers(&got["current"]).iter().all(|&i| i <= current));
}

/// The box is that of clamps, rows, ground and initial states: here [−1, 3], widened by its span.
#[test]
fn a_curve_covers_the_box_widened_by_its_span() {
    let folder = Folder::new();
    let file = folder.network(
        "electronic",
        &json!([
            {"id": "x", "role": "input", "value": 3.0},
            {"id": "y", "role": "output", "leak": 1.0, "initial": -1.0}
        ]),
        &json!([{"id": "e1", "from": "x", "to": "y", "device": {"kind": "ohmic", "conductance": 3.0}}]),
    );
    let got = answer(&["iv", &file, "e1"]);
    let x = numbers(&got["x"]);
    assert_eq!((x[0], x[200]), (-5.0, 7.0));
    // y rests at 3·3/4, and the current is 3·(x − y).
    assert!((numbers(&got["current"])[200] - 3.0 * (7.0 - 2.25)).abs() < 1e-12);
    assert_eq!(got["ndc"], json!([]));
    let x = numbers(&answer(&["iv", &file, "e1", "--set", "x=9"])["x"]);
    assert_eq!((x[0], x[200]), (-11.0, 19.0));
    // Concentrations end at zero.
    let x = numbers(&answer(&["iv", "presets/enzyme-fold.json", "e1"])["x"]);
    assert_eq!(x[0], 0.0);
}

#[test]
fn a_curve_needs_a_state_to_hold() {
    let file = "tests/cli/oscillator.json";
    let ran = run(&["iv", file, "e1", "--json"]);
    assert_eq!(ran.failed(&["'e1'", "'p'", "oscillates", "clamp it"]), "");
    // Towards a clamp there is nothing to settle.
    assert_eq!(numbers(&answer(&["iv", file, "e2"])["x"]).len(), 201);
}

#[test]
fn networks_without_anything_to_solve_are_settled() {
    let folder = Folder::new();
    let clamp = json!({"id": "a", "role": "input", "value": 2.0});
    for (nodes, edges, free) in [
        (json!([]), json!([]), &[][..]),
        (json!([clamp]), json!([]), &[]),
        (
            json!([clamp, {"id": "y", "role": "output", "initial": 5.0}]),
            json!([]),
            &["y"],
        ),
        (
            json!([clamp, {"id": "b", "role": "bias", "value": 0.5}]),
            json!([{"id": "e", "from": "a", "to": "b", "device": {"kind": "ohmic", "conductance": 2.0}}]),
            &[],
        ),
    ] {
        let file = folder.network("electronic", &nodes, &edges);
        let got = answer(&["solve", &file]);
        assert_eq!(keys(&got), with(&[]));
        assert_eq!(
            (&got["outcome"], &got["stable"]),
            (&json!("settled"), &json!(true))
        );
        assert_eq!(got["eigenvalues"], json!([]));
        assert!(got["relaxation_time"].is_null());
        assert_eq!(keys(&got["variance"]), free);
        assert!(!run(&["solve", &file]).done().is_empty());
        let motion = answer(&["relax", &file, "--until", "2", "--samples", "3"]);
        assert_eq!(motion["t"], json!([0.0, 1.0, 2.0]));
        assert_eq!(keys(&motion["states"]), free);
        assert_eq!(answer(&["check", &file])["ok"], true);
    }
}

#[test]
fn islands_keep_their_total() {
    let folder = Folder::new();
    let file = folder.network(
        "electronic",
        &json!([
            {"id": "p", "role": "hidden", "capacity": 1.0, "initial": 4.0},
            {"id": "q", "role": "hidden", "capacity": 3.0, "initial": -1.0}
        ]),
        &json!([{"id": "e", "from": "p", "to": "q", "device": {"kind": "ohmic", "conductance": 1.0}}]),
    );
    let got = answer(&["solve", &file]);
    for id in ["p", "q"] {
        assert!((got["potentials"][id].as_f64().unwrap() - 0.25).abs() < 1e-12);
    }
    assert_eq!(got["eigenvalues"].as_array().unwrap().len(), 1);
    let variance = got["variance"]["p"].as_f64().unwrap();
    assert!((variance - (1.0 - 0.25) / 1000.0).abs() < 1e-12);
    let notes = answer(&["check", &file])["notes"].to_string();
    assert!(
        notes.contains("total") && notes.contains("'p', 'q'"),
        "{notes}"
    );
}

#[test]
fn solve_leaves_signals_out_and_says_so() {
    let folder = Folder::new();
    let signal = json!({"shape": "sine", "amplitude": 1.0, "period": std::f64::consts::TAU});
    let file = folder.network(
        "electronic",
        &json!([
            {"id": "x", "role": "input", "value": 0.0, "signal": signal},
            {"id": "y", "role": "output", "initial": -0.5}
        ]),
        &json!([{"id": "e", "from": "x", "to": "y", "device": {"kind": "ohmic", "conductance": 1.0}}]),
    );
    let ran = run(&["solve", &file, "--json"]);
    assert_eq!(ran.code, 0);
    assert_eq!(ran.stderr.lines().count(), 1);
    assert!(ran.stderr.contains("signals are left out"));
    assert!(ran.json()["potentials"]["y"].as_f64().unwrap().abs() < 1e-9);
    // The trajectory follows them: x' = sin t − x from −½ is (sin t − cos t)/2.
    let got = answer(&["relax", &file, "--until", "10", "--samples", "11"]);
    for (t, y) in numbers(&got["t"]).iter().zip(numbers(&got["states"]["y"])) {
        assert!((y - 0.5 * (t.sin() - t.cos())).abs() < 1e-7);
    }
    assert!(
        answer(&["check", &file])["notes"]
            .to_string()
            .contains("signals")
    );
}

#[test]
fn chemical_networks_have_no_clamp_power() {
    let got = answer(&["solve", "presets/enzyme-fold.json"]);
    assert_eq!(keys(&got), with(&[]));
    assert!(got["clamp_power"].is_null());
    assert!(got["dissipation"]["total"].as_f64().unwrap() > 0.0);
    assert!(got["variance"]["p"].as_f64().unwrap() > 0.0);
}

#[test]
fn check_answers_in_three_keys() {
    for name in ["fold", "latch", "three-tanks", "enzyme-fold"] {
        let file = format!("presets/{name}.json");
        assert_eq!(
            answer(&["check", &file]),
            json!({"ok": true, "problems": [], "notes": []})
        );
        assert_eq!(run(&["check", &file]).done(), format!("{file}: ok\n"));
    }
}
