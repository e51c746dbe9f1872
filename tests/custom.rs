//! Formulas as laws: copies of the compiled laws behave as these do, and no formula whatever brings anything down.

#![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]

use std::sync::Arc;

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};
use thermonet::device::{CustomLaw, Device, Interval, Kind, NdcVerdict, Platform, Side};
use thermonet::document::{Document, read, write};
use thermonet::learn::Training;
use thermonet::learn::objective::Objective;
use thermonet::learn::trainer::{Plan, TrainError, Trainer};
use thermonet::physics::certificates::Certificates;
use thermonet::physics::curve::Curve;
use thermonet::physics::noise;
use thermonet::solve::steady::{self, Options, Outcome, Reason};
use thermonet::system::System;

/// The compiled laws as formulas. Parameters keep their names.
const COPIES: [(Kind, &str); 8] = [
    (Kind::Ohmic, "conductance*(a - b)"),
    (Kind::Diode, "i_sat*expm1((a - b)/ideality)"),
    (
        Kind::QuantumDot,
        "tunnel_rate*(fermi(level + tracking*(a+b)/2 + shift*(a-b) - a) - fermi(level + tracking*(a+b)/2 + shift*(a-b) - b))",
    ),
    (
        Kind::DoubleDot,
        "tunnel_rate*tanh((a-b)/4)*width^2/(width^2 + (detuning + shift*(a-b))^2)",
    ),
    (
        Kind::TunnelDiode,
        "i_peak*(a-b)/v_peak*exp(1 - (a-b)/v_peak) + i_sat*expm1((a-b)/ideality)",
    ),
    (Kind::BlockadeDot, BLOCKADE),
    (Kind::Diffusion, "rate*(a - b)"),
    (
        Kind::Enzyme,
        "v_max/k_m*(a - b/k_eq)/(1 + a/k_m + b/k_p + a^2/(k_m*k_i))",
    ),
];

/// Σᵢ inᵢ·[fᵢ·p₀ − (1−fᵢ)·pᵢ] with every probability over the sum of weights.
const BLOCKADE: &str = "(in_1*(fermi(level_1-a) - fermi(a-level_1)*(in_1*fermi(level_1-a) + out_1*fermi(level_1-b))/(in_1*fermi(a-level_1) + out_1*fermi(b-level_1))) \
    + in_2*(fermi(level_2-a) - fermi(a-level_2)*(in_2*fermi(level_2-a) + out_2*fermi(level_2-b))/(in_2*fermi(a-level_2) + out_2*fermi(b-level_2)))) \
    /(1 + (in_1*fermi(level_1-a) + out_1*fermi(level_1-b))/(in_1*fermi(a-level_1) + out_1*fermi(b-level_1)) + (in_2*fermi(level_2-a) + out_2*fermi(level_2-b))/(in_2*fermi(a-level_2) + out_2*fermi(b-level_2)))";

fn law(text: &str) -> Arc<CustomLaw> {
    Arc::new(CustomLaw::new(text).unwrap_or_else(|error| panic!("{text}: {error:?}")))
}

/// The formula that copies a compiled law, with the values of `original`.
fn copy(original: &Device) -> Device {
    let (_, text) = COPIES
        .iter()
        .find(|(kind, _)| *kind == original.kind())
        .unwrap();
    let mut device = Device::custom(&law(text));
    for p in 0..device.params().len() {
        let value = original.param(device.specs()[p].name).unwrap();
        device.set_param(p, value).unwrap();
    }
    device
}

/// A compiled law with values near those of a new device, and two states.
fn originals() -> impl Strategy<Value = (Device, f64, f64)> {
    let shares = prop::array::uniform6(-1.0..=1.0_f64);
    (select(&COPIES[..]), shares, 0.0..=1.0_f64, 0.0..=1.0_f64).prop_map(
        |((kind, _), shares, s, t)| {
            let mut device = Device::new(kind);
            for (p, (spec, share)) in kind.specs().iter().zip(shares).enumerate() {
                let value = if spec.is_logarithmic() {
                    spec.default * 2.0_f64.powf(share)
                } else {
                    spec.default + share
                };
                device.set_param(p, value).unwrap();
            }
            let state = |share: f64| match kind.platform().unwrap() {
                Platform::Electronic => 16.0 * share - 8.0,
                Platform::Chemical => 10.0_f64.powf(3.0 * share - 2.0),
            };
            (device, state(s), state(t))
        },
    )
}

fn assert_same(mine: f64, original: f64, scale: f64, what: &str) -> Result<(), TestCaseError> {
    // A few dozen roundings, and differences of Fermi functions that the compiled laws avoid.
    let tolerance = 1e-12 * (mine.abs() + original.abs() + scale);
    prop_assert!(
        (mine - original).abs() <= tolerance,
        "{what}: {mine} {original}"
    );
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn copies_carry_the_same_current((original, a, b) in originals()) {
        let mine = copy(&original);
        let [got, wanted] = [&mine, &original].map(|device| device.response(a, b));
        let scale = wanted.current.abs() + 1e-2;
        assert_same(got.current, wanted.current, scale, "current")?;
        assert_same(got.d_from, wanted.d_from, scale, "∂I/∂a")?;
        assert_same(got.d_to, wanted.d_to, scale, "∂I/∂b")?;
        let slopes = original.d_params(a, b);
        for (spec, got) in mine.specs().iter().zip(mine.d_params(a, b)) {
            let wanted = slopes[original.param_index(spec.name).unwrap()];
            assert_same(got, wanted, scale + wanted.abs(), spec.name)?;
        }
        let platform = original.kind().platform().unwrap();
        let [got, wanted] = [&mine, &original].map(|device| device.jump_rates(platform, a, b));
        // Rates divide a current by the force that drives it.
        let force = platform.force(a, b, original.k_eq()).abs().min(1.0);
        prop_assume!(force > 1e-3);
        let scale = (wanted.0 + wanted.1 + 1e-2) / force;
        assert_same(got.0, wanted.0, scale, "W⁺")?;
        assert_same(got.1, wanted.1, scale, "W⁻")?;
    }

    /// What one of both proves, the other must not refute; and where a − b is all that matters, both know it.
    #[test]
    fn copies_have_compatible_certificates((original, a, b) in originals(), wide in 0.1..3.0_f64) {
        let mine = copy(&original);
        prop_assert_eq!(mine.depends_on_difference(), original.depends_on_difference());
        let range = |x: f64| match original.kind().platform().unwrap() {
            Platform::Electronic => Interval::new(x - wide, x + wide),
            Platform::Chemical => Interval::new(x / (1.0 + wide), x * (1.0 + wide)),
        };
        let (over_a, over_b) = (range(a), range(b));
        for side in [Side::From, Side::To] {
            let verdicts = [&mine, &original].map(|device| device.ndc_over(side, over_a, over_b));
            match verdicts {
                [NdcVerdict::Never, NdcVerdict::At(..)] | [NdcVerdict::At(..), NdcVerdict::Never] => {
                    prop_assert!(false, "{side:?}: {verdicts:?}");
                }
                [NdcVerdict::At(a, b), _] => {
                    prop_assert!(over_a.contains(a) && over_b.contains(b));
                    let response = original.response(a, b);
                    let g = if side == Side::From { response.d_from } else { -response.d_to };
                    prop_assert!(g <= 1e-12, "{g}");
                }
                _ => {}
            }
        }
        let platform = original.kind().platform().unwrap();
        prop_assert!(mine.flaws(platform, over_a, over_b).is_empty(), "{:?}", mine.flaws(platform, over_a, over_b));
    }

    /// Enclosures hold every value inside their rectangle.
    #[test]
    fn enclosures_enclose((original, a, b) in originals(), s in 0.0..=1.0_f64, t in 0.0..=1.0_f64, wide in 1e-6..2.0_f64) {
        let mine = copy(&original);
        let (over_a, over_b) = (Interval::new(a, a + wide), Interval::new(b, b + wide));
        let response = mine.response(a + s * wide, b + t * wide);
        for (side, g) in [(Side::From, response.d_from), (Side::To, -response.d_to)] {
            let enclosure = mine.conductance_over(side, over_a, over_b);
            // The value itself is rounded.
            prop_assert!(enclosure.lo <= g + 1e-13 && g - 1e-13 <= enclosure.hi, "{enclosure:?} {g}");
        }
    }
}

/// Random formulas: every construct, nested a few deep.
fn formulas() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("a".to_owned()),
        Just("b".to_owned()),
        Just("(a - b)".to_owned()),
        Just("p".to_owned()),
        Just("q".to_owned()),
        Just("pi".to_owned()),
        (-3.0..3.0_f64).prop_map(|x| format!("({x:.2})")),
    ];
    let names = [
        "exp", "expm1", "ln", "ln1p", "log10", "sqrt", "sin", "cos", "sinh", "cosh", "tanh",
        "atan", "fermi", "abs",
    ];
    leaf.prop_recursive(5, 40, 2, move |inner| {
        prop_oneof![
            (
                inner.clone(),
                select(&["+", "-", "*", "/", "^"][..]),
                inner.clone()
            )
                .prop_map(|(x, operator, y)| format!("({x} {operator} {y})")),
            (select(&["^2", "^3", "^-1", "^0.5"][..]), inner.clone())
                .prop_map(|(n, x)| format!("({x}){n}")),
            (select(names.to_vec()), inner.clone()).prop_map(|(name, x)| format!("{name}({x})")),
            (select(&["min", "max"][..]), inner.clone(), inner.clone())
                .prop_map(|(name, x, y)| format!("{name}({x}, {y})")),
            inner.prop_map(|x| format!("-{x}")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn slopes_of_any_formula_are_its_derivatives(text in formulas(), a in -2.0..2.0_f64, b in -2.0..2.0_f64, p in 0.3..2.0_f64) {
        let mut device = Device::custom(&law(&text));
        for k in 0..device.params().len() {
            device.set_param(k, p + 0.3 * k as f64).unwrap();
        }
        let response = device.response(a, b);
        let at = |a: f64, b: f64| device.response(a, b).current;
        for (slope, along) in [(response.d_from, [1.0, 0.0]), (response.d_to, [0.0, 1.0])] {
            // Three steps of two widths; where they disagree the formula bends too sharply (or has a kink) to judge by
            // differences, and where they are not finite it ends near here.
            let difference = |h: f64| {
                (at(a + h * along[0], b + h * along[1]) - at(a - h * along[0], b - h * along[1])) / (2.0 * h)
            };
            let (coarse, fine) = (difference(2e-4), difference(1e-4));
            let size = 1.0 + response.current.abs() + fine.abs();
            if !(slope.is_finite() && (coarse - fine).abs() < 1e-5 * size && size < 1e6) {
                continue;
            }
            prop_assert!((slope - fine).abs() <= 1e-3 * size, "{text}: {slope} {fine}");
        }
        // And enclosures hold them.
        for (side, g) in [(Side::From, response.d_from), (Side::To, -response.d_to)] {
            let [over_a, over_b] = [a, b].map(|x| Interval::new(x - 0.1, x + 0.2));
            let enclosure = device.conductance_over(side, over_a, over_b);
            let slack = 1e-12 * (1.0 + g.abs());
            if g.is_finite() {
                prop_assert!(enclosure.lo - slack <= g && g <= enclosure.hi + slack, "{text}: {enclosure:?} {g}");
            }
        }
    }

    /// Any text is read or refused with a place inside it.
    #[test]
    fn any_text_is_read_or_refused(text in "[ab0-9.+*/^(), -]{0,40}|\\PC{0,30}|[a-z(]{0,300}") {
        if let Err(error) = CustomLaw::new(&text) {
            prop_assert!(error.at.end <= text.chars().count() && error.at.start <= error.at.end);
            prop_assert!(!error.problem.is_empty() && !error.remedy.is_empty());
        }
    }

    /// Whatever the law, every question gets an answer.
    #[test]
    fn no_formula_brings_anything_down(text in formulas(), values in prop::array::uniform2(select(&[1.0, -1.0, 0.0, 1e-300, 1e300, 0.5][..]))) {
        let mut file = network(&text, &json!({}));
        let law = law(&text);
        let parameters: serde_json::Map<String, Value> = law.specs().iter().zip(values)
            .map(|(spec, value)| (spec.name.to_owned(), json!(value)))
            .collect();
        file["edges"][0]["device"]["parameters"] = Value::Object(parameters);
        let document = opened(&file);
        let system = System::new(&document.network);
        let certificates = Certificates::new(&system, &[]);
        let options = Options { max_steps: 300, ..Options::default() };
        let state = steady::solve(&system, &options);
        let is_answer = !state.is_settled() || state.x.iter().all(|x| x.is_finite());
        prop_assert!(is_answer);
        let _ = noise::variances(&system, &state.flow);
        let device = &system.links()[0].device;
        let region = certificates.region.nominal();
        let _ = device.flaws(Platform::Electronic, region, region);
        let _ = Curve::new(device, Platform::Electronic, 0.3, [-5.0, 5.0], 51).unwrap();
    }
}

/// x (2) → h → y with a leak, the first edge a formula.
fn network(formula: &str, parameters: &Value) -> Value {
    json!({
        "format": "thermonet/1", "name": "t", "platform": "electronic",
        "nodes": [
            {"id": "x", "role": "input", "value": 2.0},
            {"id": "h", "role": "hidden", "leak": 0.1},
            {"id": "y", "role": "output", "leak": 0.3}
        ],
        "edges": [
            {"id": "e1", "from": "x", "to": "h", "device": {"kind": "custom", "formula": formula, "parameters": parameters}},
            {"id": "e2", "from": "h", "to": "y", "device": {"kind": "ohmic", "conductance": 1.0}}
        ],
        "task": {"inputs": ["x"], "outputs": ["y"], "loss": "mse", "rows": [
            {"in": [1.0], "out": [0.4]}, {"in": [2.0], "out": [0.7]}, {"in": [3.0], "out": [0.9]}
        ]}
    })
}

fn opened(file: &Value) -> Document {
    read(file.to_string().as_bytes())
        .unwrap_or_else(|rejected| panic!("{rejected:?}"))
        .document
}

#[test]
fn files_keep_formulas_to_the_letter() {
    let document = opened(&network(
        "g*( a-b ) * exp( -((a-b)/w)^2 )",
        &json!({"w": 1.5, "g": 0.25}),
    ));
    let device = &document.network.edge_by_id("e1").unwrap().device;
    assert_eq!(
        (device.param("g"), device.param("w")),
        (Some(0.25), Some(1.5))
    );
    let text = String::from_utf8(write(&document)).unwrap();
    assert!(text.contains("\"g*( a-b ) * exp( -((a-b)/w)^2 )\""));
    assert_eq!(read(text.as_bytes()).unwrap().document, document);
}

#[test]
fn trainable_lists_know_made_up_names() {
    let mut file = network("g*(a-b)*w", &json!({"w": 1.5, "g": 0.25}));
    file["task"]["trainable"] = json!(["e1.g", "*.w"]);
    let document = opened(&file);
    assert_eq!(read(&write(&document)).unwrap().document, document);
    file["task"]["trainable"] = json!(["*.u"]);
    let rejected = read(file.to_string().as_bytes()).unwrap_err();
    assert_eq!(rejected.problems[0].place, "task.trainable[0]");
}

/// The same network with a compiled law and with its copy.
fn twins(kind: Kind, named: &[(&str, f64)]) -> [Document; 2] {
    let original = Device::with(kind, named).unwrap();
    let mut first = opened(&network("a - b", &json!({})));
    let key = first.network.edge_by_id("e1").unwrap().key();
    let mut second = first.clone();
    first.network.edge_mut(key).unwrap().device = original.clone();
    second.network.edge_mut(key).unwrap().device = copy(&original);
    [first, second]
}

#[test]
fn copies_settle_train_and_fluctuate_alike() {
    for (kind, named) in [
        (Kind::Diode, &[("i_sat", 0.3), ("ideality", 1.5)][..]),
        (
            Kind::QuantumDot,
            &[("tunnel_rate", 1.0), ("level", -2.0), ("shift", 0.3)],
        ),
        (
            Kind::DoubleDot,
            &[
                ("tunnel_rate", 1.0),
                ("detuning", 0.5),
                ("shift", 0.2),
                ("width", 1.0),
            ],
        ),
    ] {
        let documents = twins(kind, named);
        let systems = documents
            .each_ref()
            .map(|document| System::new(&document.network));
        let states = systems
            .each_ref()
            .map(|system| steady::solve(system, &Options::default()));
        assert!(states.iter().all(steady::SteadyState::is_settled));
        for (x, y) in states[0].x.iter().zip(&states[1].x) {
            assert!((x - y).abs() < 1e-10, "{kind}: {x} {y}");
        }
        let variances = [0, 1].map(|k| noise::variances(&systems[k], &states[k].flow).unwrap());
        for (x, y) in variances[0].iter().zip(&variances[1]) {
            assert!((x / y - 1.0).abs() < 1e-8, "{kind}: {x} {y}");
        }
        let certificates = systems
            .each_ref()
            .map(|system| Certificates::new(system, &[]));
        let verdicts = certificates.each_ref().map(|got| {
            (
                got.monotone.verdict(),
                got.unique.verdict(),
                got.reciprocal.verdict(),
            )
        });
        assert_eq!(verdicts[0], verdicts[1], "{kind}");
        let trained = documents
            .each_ref()
            .map(|document| losses(document, false).unwrap());
        // The copy trains its positive parameters as plain ones, so only the losses at the start agree.
        assert!((trained[0][0] - trained[1][0]).abs() < 1e-10);
        let last = trained[1].last().unwrap();
        assert!(*last < 0.5 * trained[1][0], "{kind}: {:?}", trained[1]);
    }
}

/// The losses of forty steps.
fn losses(document: &Document, monotone: bool) -> Result<Vec<f64>, TrainError> {
    let task = document.task.as_ref().unwrap();
    let system = System::new(&document.network);
    let objective = Objective::new(&document.network, &system, task, None).unwrap();
    let plan = Plan {
        training: Training {
            steps: 40,
            rate: 0.05,
            ..Training::default()
        },
        seed: None,
        monotone,
    };
    let mut trainer = Trainer::new(&document.network, task, objective, plan)?;
    while trainer.step()? == thermonet::learn::trainer::Status::Running {}
    if monotone {
        let inputs = task.encoded_inputs();
        let got = Certificates::new(trainer.system(), &inputs);
        assert_eq!(got.monotone.verdict(), Some(true));
    }
    Ok(trainer.losses().to_vec())
}

#[test]
fn a_twin_needs_a_proof() {
    let falling = opened(&network(
        "g*(a-b)*exp(-((a-b)/w)^2)",
        &json!({"g": 1.0, "w": 0.7}),
    ));
    match losses(&falling, true) {
        Err(TrainError::NoTwin { edge }) => assert_eq!(edge, "e1"),
        other => panic!("{other:?}"),
    }
    // Wide enough to rise over the whole box, and held there: the task asks for what only narrower ones could do.
    let mut rising = network("g*(a-b)*exp(-((a-b)/w)^2)", &json!({"g": 1.0, "w": 5.0}));
    rising["task"]["rows"] = json!([{"in": [1.0], "out": [0.5]}, {"in": [3.0], "out": [0.1]}]);
    let losses = losses(&opened(&rising), true).unwrap();
    assert!(losses.last() < losses.first());
}

#[test]
fn a_formula_without_a_value_is_an_outcome() {
    let at = |formula: &str| {
        let system = System::new(&opened(&network(formula, &json!({}))).network);
        let verdict = Certificates::new(&system, &[]).monotone.verdict();
        (steady::solve(&system, &Options::default()).outcome, verdict)
    };
    // From the start on.
    for formula in [
        "1/(a-a)",
        "ln(b-a-9)",
        "sqrt(a-b-9)",
        "1/(a-b-2)",
        "1/(b + 0*a)",
    ] {
        let (outcome, verdict) = at(formula);
        assert_eq!(
            outcome,
            Outcome::Unsettled(Reason::Undefined { link: 0 }),
            "{formula}"
        );
        assert_ne!(verdict, Some(true), "{formula}");
    }
    // Rising everywhere, and beyond all numbers.
    let (outcome, _) = at("exp(1e9*(a-b))");
    assert_eq!(outcome, Outcome::Unsettled(Reason::Undefined { link: 0 }));
    // Ever faster towards a state without a value: no state is claimed.
    let (outcome, verdict) = at("0*a - ln(1 - b)");
    assert!(
        matches!(outcome, Outcome::Settled | Outcome::Unsettled(_)),
        "{outcome:?}"
    );
    assert_ne!(verdict, Some(true));
}

/// A pump drives states out of the box, so nothing that needs the box is proved.
#[test]
fn a_pump_leaves_the_box_unknown() {
    let certify = |formula: &str| {
        let system = System::new(&opened(&network(formula, &json!({}))).network);
        Certificates::new(&system, &[])
    };
    let pump = certify("tanh(a - b) + 3");
    assert_eq!(pump.region.of(0), None);
    // Its slope is positive whatever the states.
    assert_eq!(pump.monotone.verdict(), Some(true));
    // This one falls only beyond |a − b| = 10, which lies outside the box of the passive one but not of the pump.
    let hump = "(a-b)*exp(-((a-b)/10)^2/2)";
    assert_eq!(certify(hump).monotone.verdict(), Some(true));
    assert_eq!(certify(&format!("{hump} + 50")).monotone.verdict(), None);
}

#[test]
fn reciprocity_is_proved_refuted_or_open() {
    let verdict = |formula: &str| {
        let mut file = network("a - b", &json!({}));
        file["edges"][1]["device"] = json!({"kind": "custom", "formula": formula});
        let system = System::new(&opened(&file).network);
        Certificates::new(&system, &[]).reciprocal.verdict()
    };
    assert_eq!(verdict("sinh(a - b)"), Some(true));
    assert_eq!(verdict("a^3 - b^3"), Some(false));
    // It does depend on a − b alone, but that is not seen: exp(a)/exp(b).
    assert_eq!(verdict("exp(a)/exp(b) - 1"), None);
}

#[test]
fn an_equilibrium_constant_drives_a_reaction_only() {
    let mut file = network("g*(a - b/k_eq)", &json!({"g": 1.0, "k_eq": 2.0}));
    let rejected = read(file.to_string().as_bytes()).unwrap_err();
    assert_eq!(rejected.problems[0].place, "edges[0].device.formula");
    file["platform"] = json!("chemical");
    file["edges"][1]["device"] = json!({"kind": "diffusion", "rate": 1.0});
    let document = opened(&file);
    let edge = document.network.edge_by_id("e1").unwrap();
    assert_eq!(edge.device.param("k_eq"), Some(2.0));
    let range = Interval::new(0.01, 5.0);
    assert!(
        edge.device
            .flaws(Platform::Chemical, range, range)
            .is_empty()
    );
    file["edges"][0]["device"]["parameters"]["k_eq"] = json!(-1.0);
    assert!(read(file.to_string().as_bytes()).is_err());
}
