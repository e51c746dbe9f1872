//! Documents: written and read back, edited and undone, over random ones made of random edits.

#![expect(
    clippy::unwrap_used,
    reason = "a failed unwrap is a failed test, in helpers, too"
)]

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use thermonet::device::{Device, Kind, Platform};
use thermonet::document::presets::{PRESETS, preset};
use thermonet::document::{Document, Edit, Element, History, Problem, Selection, read, write};
use thermonet::learn::{
    Affine, Function, Loss, Optimizer, Row, Rule, Source, Target, Task, Trainable, Training,
};
use thermonet::network::{Edge, EdgeKey, Network, Node, NodeKey, Role, Shape, Signal, Units};

/// SplitMix64 (Steele, Lea & Flood, OOPSLA 2014): enough to shuffle test cases, reproducible from proptest's seed.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() % n.max(1) as u64).unwrap()
    }

    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    fn pick<T: Copy>(&mut self, of: &[T]) -> Option<T> {
        (!of.is_empty()).then(|| of[self.below(of.len())])
    }

    /// Any finite number: plain ones, and now and then one of any exponent.
    fn real(&mut self) -> f64 {
        match self.below(6) {
            0 => 0.0,
            1 => self.below(9) as f64 - 4.0,
            2 => loop {
                let any = f64::from_bits(self.next());
                if any.is_finite() {
                    break any;
                }
            },
            _ => (self.next() as f64 / u64::MAX as f64 - 0.5) * 10.0,
        }
    }

    /// A number that is mostly above zero: sometimes an edit must be refused.
    fn positive(&mut self) -> f64 {
        if self.one_in(12) {
            self.real()
        } else {
            self.real().abs().max(f64::MIN_POSITIVE)
        }
    }

    fn text(&mut self) -> String {
        let words = [
            "x",
            "",
            "h 2",
            "ä\"ö\\",
            "line\nbreak",
            "a.b",
            "*",
            "日本",
            "\u{1}",
        ];
        format!("{}{}", words[self.below(words.len())], self.below(50))
    }

    fn label(&mut self) -> Option<String> {
        self.one_in(2).then(|| self.text())
    }
}

fn nodes(document: &Document) -> Vec<NodeKey> {
    document.network.nodes().iter().map(Node::key).collect()
}

fn edges(document: &Document) -> Vec<EdgeKey> {
    document.network.edges().iter().map(Edge::key).collect()
}

fn random_signal(dice: &mut Dice) -> Signal {
    Signal {
        shape: Shape::ALL[dice.below(4)],
        amplitude: dice.real(),
        period: dice.positive(),
        phase: dice.real(),
    }
}

fn random_device(dice: &mut Dice, platform: Platform) -> Device {
    let kinds: Vec<Kind> = if dice.one_in(10) {
        Kind::ALL.to_vec()
    } else {
        Kind::of_platform(platform).collect()
    };
    let mut device = Device::new(kinds[dice.below(kinds.len())]);
    for p in 0..device.params().len() {
        let value = dice.positive();
        // What the law refuses stays at its default.
        let _ = device.set_param(p, value);
    }
    if let Some(p) = device.param_index("k_i")
        && dice.one_in(2)
    {
        device.set_param(p, f64::INFINITY).unwrap();
    }
    device
}

fn random_task(dice: &mut Dice, document: &Document) -> Task {
    let of = |clamped: bool| -> Vec<NodeKey> {
        let nodes = document.network.nodes().iter();
        let suited = nodes.filter(|node| node.role.is_clamped() == clamped);
        suited.map(Node::key).take(3).collect()
    };
    let (inputs, outputs) = (of(true), of(false));
    let loss = Loss::ALL[dice.below(2)];
    let source = match dice.below(4) {
        0 => Source::Function(Function {
            expr: dice.text(),
            from: -dice.positive(),
            to: dice.positive(),
            samples: dice.below(50),
        }),
        1 => Source::Data { path: dice.text() },
        _ => Source::Rows(
            (0..dice.below(5))
                .map(|_| Row {
                    input: inputs.iter().map(|_| dice.positive()).collect(),
                    target: match loss {
                        Loss::Mse => Target::Values(outputs.iter().map(|_| dice.real()).collect()),
                        Loss::SoftmaxCrossEntropy => Target::Class(dice.below(outputs.len())),
                    },
                })
                .collect(),
        ),
    };
    let mut trainable = vec![Trainable::Every("level"), Trainable::Every("leak")];
    trainable.extend(outputs.iter().map(|&key| Trainable::Leak(key)));
    trainable.extend(outputs.iter().map(|&key| Trainable::Capacity(key)));
    trainable.extend(
        document
            .network
            .edges()
            .iter()
            .map(|edge| Trainable::Device {
                edge: edge.key(),
                parameter: edge.device.specs()[0].name,
            }),
    );
    let affine = |dice: &mut Dice| Affine {
        scale: dice.positive(),
        offset: dice.real().abs(),
    };
    Task {
        inputs,
        outputs,
        loss,
        gain: dice.positive(),
        source,
        encode: if dice.one_in(2) {
            Affine::default()
        } else {
            affine(dice)
        },
        decode: if dice.one_in(2) {
            Affine::default()
        } else {
            affine(dice)
        },
        trainable: dice.one_in(2).then_some(trainable),
    }
}

fn random_training(dice: &mut Dice) -> Training {
    Training {
        rule: Rule::ALL[dice.below(5)],
        optimizer: Optimizer::ALL[dice.below(Optimizer::ALL.len())],
        rate: dice.positive(),
        steps: dice.below(5000),
        seed: dice.next(),
        clip: dice.one_in(2).then(|| dice.positive()),
        momentum: dice.one_in(2).then_some(0.9),
        beta: dice.one_in(2).then(|| dice.positive()),
    }
}

fn random_app(dice: &mut Dice) -> Map<String, Value> {
    let value = json!({
        "notes": [{"text": dice.text(), "at": [dice.real(), -0.0]}, null, true],
        "empty": {}, "list": [], "count": dice.next(),
        "long": (0..dice.below(60)).map(|_| dice.real()).collect::<Vec<f64>>(),
    });
    value.as_object().cloned().unwrap()
}

/// Any edit, most of them possible, some not.
fn random_edit(dice: &mut Dice, document: &Document) -> Edit {
    let platform = document.network.platform();
    let (Some(node), Some(other)) = (dice.pick(&nodes(document)), dice.pick(&nodes(document)))
    else {
        return Edit::AddNode(Node::new("first", Role::Input, platform));
    };
    let edge = dice.pick(&edges(document));
    match (dice.below(34), edge) {
        (0..5, _) => {
            let role = Role::ALL[dice.below(4)];
            let id = if dice.one_in(8) {
                dice.text()
            } else {
                document.network.fresh_node_id(role)
            };
            let mut node = Node::new(id, role, platform);
            node.label = dice.label();
            node.at = dice.one_in(2).then(|| [dice.real(), dice.real()]);
            node.leak = dice.positive();
            Edit::AddNode(node)
        }
        (5..12, _) | (12.., None) => Edit::AddEdge {
            id: if dice.one_in(8) {
                dice.text()
            } else {
                document.network.fresh_edge_id()
            },
            label: dice.label(),
            from: node,
            to: other,
            device: random_device(dice, platform),
        },
        (12, _) if dice.one_in(2) => Edit::RemoveNode(node),
        (13, Some(edge)) => Edit::RemoveEdge(edge),
        (12 | 14, _) => Edit::MoveNode(node, [dice.real(), dice.real()]),
        (15, _) => Edit::RenameNode(node, dice.text()),
        (16, Some(edge)) => Edit::RenameEdge(edge, dice.text()),
        (17, _) => Edit::LabelNode(node, dice.label()),
        (18, Some(edge)) => Edit::LabelEdge(edge, dice.label()),
        (19, _) => Edit::SetRole(node, Role::ALL[dice.below(4)]),
        (20, _) => Edit::SetValue(node, dice.positive()),
        (21, _) => Edit::SetSignal(node, dice.one_in(2).then(|| random_signal(dice))),
        (22, _) => Edit::SetCapacity(node, dice.positive()),
        (23, _) => Edit::SetLeak(node, dice.positive()),
        (24, _) => Edit::SetInitial(node, dice.one_in(2).then(|| dice.positive())),
        (25, Some(edge)) => {
            let specs = document.network.edge(edge).unwrap().device.specs();
            Edit::SetParam(edge, specs[dice.below(specs.len())].name, dice.positive())
        }
        (26, Some(edge)) => Edit::SetKind(edge, Kind::ALL[dice.below(9)]),
        (27, Some(edge)) => Edit::SetDevice(edge, random_device(dice, platform)),
        (28, Some(edge)) => Edit::Reconnect(edge, node, other),
        (29, _) => Edit::SetName(dice.text()),
        (30, _) => match dice.below(4) {
            0 => Edit::SetDescription(dice.text()),
            1 => Edit::SetGround(dice.positive()),
            2 => Edit::SetSystemSize(dice.positive()),
            _ => Edit::SetUnits(dice.one_in(2).then(|| Units {
                temperature_k: dice.positive(),
                rate_hz: dice.positive(),
            })),
        },
        (31, _) => Edit::SetTask((!dice.one_in(4)).then(|| random_task(dice, document))),
        (32, _) => Edit::SetTraining((!dice.one_in(4)).then(|| random_training(dice))),
        _ => Edit::SetApp(random_app(dice)),
    }
}

fn empty(dice: &mut Dice) -> Document {
    let platform = if dice.one_in(2) {
        Platform::Electronic
    } else {
        Platform::Chemical
    };
    Document::new(Network::new(platform))
}

fn written(document: &Document) -> String {
    String::from_utf8(write(document)).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Whatever edits make of a document, its file reads back without a problem and is written the same again. An edit
    /// that is refused leaves no trace, and says where it fails; one that changes nothing says so.
    #[test]
    fn random_documents_survive_their_file(seed: u64) {
        let mut dice = Dice(seed);
        let mut document = empty(&mut dice);
        for _ in 0..60 {
            let edit = random_edit(&mut dice, &document);
            let before = document.clone();
            match document.apply(&edit) {
                Err(Problem { place, problem, remedy }) => {
                    prop_assert!(!place.is_empty() && !problem.is_empty() && !remedy.is_empty());
                    prop_assert_eq!(&document, &before, "a refused edit changed something: {:?}", edit);
                }
                Ok(applied) if applied.change.is_none() => prop_assert_eq!(&document, &before),
                Ok(_) => prop_assert_ne!(&document, &before, "no change: {:?}", edit),
            }
        }
        let text = written(&document);
        let again = read(text.as_bytes());
        prop_assert!(again.is_ok(), "{}\n{}", again.unwrap_err(), text);
        prop_assert_eq!(written(&again.unwrap().document), text);
    }

}

proptest! {
    // Each case writes some six hundred files.
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Two hundred gestures, two hundred times undo: the file is the first one, to the byte. Then all of it again.
    #[test]
    fn undo_restores_every_byte(seed: u64) {
        let mut dice = Dice(seed);
        let start = preset("xor-minimal").unwrap().load().unwrap().document;
        let mut history = History::new(start);
        let mut files = vec![written(history.document())];
        let mut revisions = vec![history.revision()];
        while files.len() <= 200 {
            let edits: Vec<Edit> = (0..=dice.below(3)).map(|_| random_edit(&mut dice, history.document())).collect();
            let before = (written(history.document()), history.revision());
            let steps = history.undo_name().map(str::to_owned);
            if history.perform(format!("gesture {}", files.len()), &Selection::default(), &edits).is_err()
                || history.revision() == before.1
            {
                prop_assert_eq!((written(history.document()), history.revision()), before);
                prop_assert_eq!(history.undo_name().map(str::to_owned), steps);
                continue;
            }
            prop_assert!(!revisions.contains(&history.revision()), "a revision was used twice");
            files.push(written(history.document()));
            revisions.push(history.revision());
        }
        for i in (0..200).rev() {
            prop_assert_eq!(history.undo_name().map(str::to_owned), Some(format!("gesture {}", i + 1)));
            prop_assert!(history.undo().is_some());
            prop_assert_eq!(written(history.document()), files[i].as_str());
            prop_assert_eq!(history.revision(), revisions[i]);
        }
        prop_assert!(history.undo().is_none() && !history.is_modified());
        for file in &files[1..] {
            prop_assert!(history.redo().is_some());
            prop_assert_eq!(&written(history.document()), file);
        }
        prop_assert!(history.redo().is_none() && history.is_modified());
    }
}

#[test]
fn numbers_come_back_to_the_last_bit() {
    let mut document = Document::new(Network::new(Platform::Electronic));
    let node = Node::new("x", Role::Input, Platform::Electronic);
    let Some(Element::Node(key)) = document.apply(&Edit::AddNode(node)).unwrap().created else {
        panic!("a node was added");
    };
    let numbers = [
        0.1,
        -0.0,
        5e-324,
        f64::MAX,
        f64::MIN_POSITIVE,
        1.0 / 3.0,
        1e23,
        -123_456_789.123_456_79,
    ];
    for number in numbers {
        document.apply(&Edit::SetValue(key, number)).unwrap();
        document
            .apply(&Edit::MoveNode(key, [number, -number]))
            .unwrap();
        let again = read(&write(&document)).unwrap().document;
        let node = &again.network.nodes()[0];
        assert_eq!(node.value.to_bits(), number.to_bits());
        assert_eq!(
            node.at.map(|at| at.map(f64::to_bits)),
            Some([number.to_bits(), (-number).to_bits()])
        );
    }
}

#[test]
fn absent_fields_take_their_defaults() {
    let text = r#"{"format": "thermonet/1", "platform": "chemical",
        "nodes": [{"id": "s", "role": "input", "value": 1}, {"id": "p", "role": "output"}],
        "edges": [{"id": "e", "from": "s", "to": "p", "device": {"kind": "enzyme", "v_max": 1, "k_m": 1, "k_p": 1}}],
        "task": {"inputs": ["s"], "outputs": ["p"], "rows": [{"in": [1], "out": [1]}]},
        "training": {}}"#;
    let bytes = [b"\xEF\xBB\xBF", text.as_bytes()].concat();
    let loaded = read(&bytes).expect("a byte order mark is no fault");
    assert!(loaded.notes.is_empty());
    let Document {
        network,
        task,
        training,
        app,
    } = loaded.document;
    let same = |a: f64, b: f64| assert_eq!(a.to_bits(), b.to_bits());
    same(network.ground, 0.01);
    same(network.system_size, 1000.0);
    let p = network.node_by_id("p").unwrap();
    same(p.capacity, 1.0);
    same(p.leak, 0.0);
    same(network.initial_of(p), 0.01);
    assert!(p.at.is_some(), "nodes are placed on reading");
    let device = network.edges()[0].device.clone();
    assert_eq!(
        (device.param("k_eq"), device.param("k_i")),
        (Some(1.0), Some(f64::INFINITY))
    );
    let task = task.unwrap();
    assert_eq!(
        (task.loss, task.gain, task.encode),
        (Loss::Mse, 1.0, Affine::default())
    );
    assert_eq!(training, Some(Training::default()));
    assert!(app.is_empty());
    let text = written(&Document {
        network,
        task: Some(task),
        training,
        app,
    });
    assert!(!text.contains("k_i") && text.contains("\"clip\": 0.5"));
}

#[test]
fn fields_without_effect_are_noted_and_kept() {
    let text = r#"{"format": "thermonet/1", "platform": "electronic",
        "nodes": [{"id": "x", "role": "input", "value": 1, "capacity": 3, "initial": 2},
                  {"id": "y", "role": "output", "value": 5, "signal": {"shape": "sine", "amplitude": 1, "period": 2}}],
        "edges": [],
        "task": {"inputs": ["x"], "outputs": ["y"], "gain": 2, "rows": [{"in": [1], "out": [1]}], "trainable": ["*.width"]},
        "training": {"momentum": 0.9, "beta": 0.1}}"#;
    let loaded = read(text.as_bytes()).unwrap();
    let places: Vec<&str> = loaded
        .notes
        .iter()
        .map(|note| note.place.as_str())
        .collect();
    let expected = [
        "nodes[0].capacity",
        "nodes[0].initial",
        "nodes[1].value",
        "nodes[1].signal",
        "task.gain",
        "task.trainable[0]",
        "training.momentum",
        "training.beta",
    ];
    assert_eq!(places, expected);
    assert!(
        loaded.notes[0]
            .to_string()
            .contains("has no effect on a clamped node")
    );
    let again = read(&write(&loaded.document)).unwrap();
    assert_eq!(again, loaded, "what has no effect is kept");
}

#[test]
fn a_hundred_thousand_nodes_are_read_and_written() {
    let count = 100_000;
    let nodes: Vec<Value> = (0..count)
        .map(|i| json!({"id": format!("h{i}"), "role": "hidden", "leak": 0.1}))
        .collect();
    let edges: Vec<Value> = (1..count)
        .map(|i| {
            json!({"id": format!("e{i}"), "from": format!("h{}", i - 1), "to": format!("h{i}"),
                   "device": {"kind": "ohmic", "conductance": 1.0}})
        })
        .collect();
    let file =
        json!({"format": "thermonet/1", "platform": "electronic", "nodes": nodes, "edges": edges});
    let document = read(file.to_string().as_bytes()).unwrap().document;
    assert_eq!(document.network.edges().len(), count - 1);
    let text = written(&document);
    assert_eq!(written(&read(text.as_bytes()).unwrap().document), text);
}

#[test]
fn reference_networks_are_read() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference");
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name.starts_with("net") && !name.contains("expect") {
            let loaded = read(&std::fs::read(&path).unwrap())
                .unwrap_or_else(|error| panic!("{name}: {error}"));
            assert!(loaded.notes.is_empty(), "{name}: {:?}", loaded.notes);
            count += 1;
        }
    }
    assert!(count > 0 && !PRESETS.is_empty());
}
