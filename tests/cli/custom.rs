//! Formulas as laws, through every command.

use serde_json::{Value, json};

use super::program::{Folder, answer, numbers, run};

fn network(formula: &str, parameters: &Value) -> Value {
    json!({
        "format": "thermonet/1", "name": "custom", "platform": "electronic",
        "nodes": [
            {"id": "x", "role": "input", "value": 3.0},
            {"id": "y", "role": "output", "leak": 0.2}
        ],
        "edges": [{"id": "e", "from": "x", "to": "y",
            "device": {"kind": "custom", "formula": formula, "parameters": parameters}}],
        "task": {"inputs": ["x"], "outputs": ["y"], "loss": "mse", "rows": [{"in": [3.0], "out": [1.0]}]},
        "training": {"steps": 60, "rate": 0.05}
    })
}

fn written(folder: &Folder, network: &Value) -> String {
    let path = folder.file("network.json", network.to_string());
    path.to_str().unwrap().to_owned()
}

#[test]
fn every_command_takes_a_formula() {
    let folder = Folder::new();
    let hump = network("g*(a-b)*exp(-((a-b)/w)^2)", &json!({"g": 1.0, "w": 1.5}));
    let file = written(&folder, &hump);
    let solved = answer(&["solve", &file]);
    assert_eq!(solved["outcome"], "settled");
    let y = solved["potentials"]["y"].as_f64().unwrap();
    let v = 3.0 - y;
    assert!((v * (-(v / 1.5).powi(2)).exp() - 0.2 * y).abs() < 1e-9);
    assert_eq!(solved["certificates"]["monotone"], json!(false));

    let relaxed = answer(&["relax", &file, "--until", "1000", "--samples", "3"]);
    let end = numbers(&relaxed["states"]["y"])[2];
    assert!((end - y).abs() < 1e-6, "{end} {y}");

    let curve = answer(&["iv", &file, "e", "--from", "-1", "--to", "6"]);
    // The peak is where V = w/√2 above the held state.
    let peak = numbers(&curve["peaks"][0])[0];
    assert!((peak - y - 1.5 / 2.0_f64.sqrt()).abs() < 1e-9);
    assert_eq!(curve["ndc"].as_array().unwrap().len(), 2, "on either side");

    let rules = ["implicit", "finite_difference"];
    let gradients =
        rules.map(|rule| answer(&["gradient", &file, "--rule", rule])["gradient"]["e"].clone());
    for name in ["g", "w"] {
        let [got, wanted] = [0, 1].map(|k| gradients[k][name].as_f64().unwrap());
        assert!(
            (got - wanted).abs() <= 1e-6 * wanted.abs(),
            "{name}: {got} {wanted}"
        );
    }

    let out = folder
        .path()
        .join("trained.json")
        .to_str()
        .unwrap()
        .to_owned();
    let trained = answer(&["train", &file, "--out", &out]);
    assert!(trained["final_loss"].as_f64().unwrap() < 0.1 * trained["loss"][0].as_f64().unwrap());
    assert_eq!(answer(&["check", &out])["ok"], json!(true));
}

#[test]
fn check_says_where_a_formula_fails() {
    let folder = Folder::new();
    for (formula, part) in [
        (
            "b - a",
            "edges[0].device.formula: breaks the second law: current",
        ),
        ("a - b + 0.5", "current at rest: current 0.5 at a = "),
        ("1/(a - b)", "no finite value at a = "),
    ] {
        let file = written(&folder, &network(formula, &json!({})));
        let got = answer(&["check", &file]);
        assert_eq!(got["ok"], json!(true));
        assert!(got["notes"].to_string().contains(part), "{formula}: {got}");
    }
    let sound = written(&folder, &network("tanh(a - b)", &json!({})));
    assert_eq!(answer(&["check", &sound])["notes"], json!([]));
}

#[test]
fn a_falling_formula_has_no_twin() {
    let folder = Folder::new();
    let hump = network("(a-b)*exp(-((a-b)/w)^2)", &json!({"w": 1.5}));
    let file = written(&folder, &hump);
    run(&["train", &file, "--monotone"]).failed(&["edge e: ", "not proved free of NDC"]);
}

#[test]
fn a_formula_without_a_value_is_said() {
    let folder = Folder::new();
    let file = written(&folder, &network("ln(b - a - 9)", &json!({})));
    let ran = run(&["solve", &file, "--json"]);
    ran.failed(&["edge 'e' has no finite value"]);
    assert_eq!(ran.json()["reason"], json!("undefined"));
}
