//! Edits one by one, and the history that undoes them; random runs of both are in `document.rs`.

#![expect(
    clippy::unwrap_used,
    reason = "a failed unwrap is a failed test, in helpers, too"
)]

use thermonet::device::{Kind, Platform};
use thermonet::document::presets::preset;
use thermonet::document::{Aspect, Document, Edit, Element, History, Selection};
use thermonet::learn::{Loss, Row, Source, Target, Task, Trainable};
use thermonet::network::{EdgeKey, Network, Node, NodeKey, Role, Shape, Signal};

fn open(name: &str) -> History {
    History::new(preset(name).unwrap().load().unwrap().document)
}

fn node_key(history: &History, id: &str) -> NodeKey {
    history.document().network.node_by_id(id).unwrap().key()
}

fn edge_key(history: &History, id: &str) -> EdgeKey {
    history.document().network.edge_by_id(id).unwrap().key()
}

#[test]
fn a_removed_node_leaves_the_task() {
    let mut history = open("xor-minimal");
    let x2 = node_key(&history, "x2");
    let mut task = history.document().task.clone().unwrap();
    task.trainable = Some(vec![
        Trainable::Device {
            edge: edge_key(&history, "e2"),
            parameter: "conductance",
        },
        Trainable::Device {
            edge: edge_key(&history, "e3"),
            parameter: "shift",
        },
    ]);
    let none = Selection::default();
    history
        .perform("task", &none, &[Edit::SetTask(Some(task))])
        .unwrap();
    history
        .perform("remove x2", &none, &[Edit::RemoveNode(x2)])
        .unwrap();
    let task = history.document().task.clone().unwrap();
    assert_eq!(task.inputs.len(), 1);
    assert_eq!(task.encoded_inputs(), [0.0, 0.0, 8.0, 8.0]);
    assert_eq!(task.trainable.as_ref().map(Vec::len), Some(1));
    // An edge of another law has no shift to train, and a task without outputs is none.
    let e3 = edge_key(&history, "e3");
    let change = history
        .apply(&Edit::SetKind(e3, Kind::Ohmic))
        .unwrap()
        .change;
    assert!(change.has(Aspect::Task) && change.has(Aspect::Topology));
    assert_eq!(history.document().task.as_ref().unwrap().trainable, None);
    let y = node_key(&history, "y");
    history.apply(&Edit::SetRole(y, Role::Bias)).unwrap();
    assert_eq!(history.document().task, None);
    history.cancel();
    assert_eq!(history.undo_name(), Some("remove x2"));
}

#[test]
fn classes_move_up_when_an_output_goes() {
    let mut document = Document::new(Network::new(Platform::Electronic));
    let mut add = |id: &str, role| match document.apply(&Edit::AddNode(Node::new(
        id,
        role,
        Platform::Electronic,
    ))) {
        Ok(applied) => applied.created,
        Err(problem) => panic!("{problem}"),
    };
    let keys: Vec<NodeKey> = [
        ("x", Role::Input),
        ("a", Role::Output),
        ("b", Role::Output),
        ("c", Role::Output),
    ]
    .into_iter()
    .filter_map(|(id, role)| match add(id, role) {
        Some(Element::Node(key)) => Some(key),
        _ => None,
    })
    .collect();
    let task = Task {
        inputs: vec![keys[0]],
        outputs: keys[1..].to_vec(),
        loss: Loss::SoftmaxCrossEntropy,
        source: Source::Rows(
            (0..3)
                .map(|class| Row {
                    input: vec![1.0],
                    target: Target::Class(class),
                })
                .collect(),
        ),
        ..Task::default()
    };
    document.apply(&Edit::SetTask(Some(task))).unwrap();
    document.apply(&Edit::RemoveNode(keys[2])).unwrap();
    let Source::Rows(rows) = document.task.unwrap().source else {
        panic!("rows stay rows");
    };
    let targets: Vec<Target> = rows.into_iter().map(|row| row.target).collect();
    assert_eq!(targets, [Target::Class(0), Target::Class(1)]);
}

#[test]
fn refusals_name_the_element() {
    let mut document = preset("enzyme-fold").unwrap().load().unwrap().document;
    let s = document.network.node_by_id("s").unwrap().key();
    let p = document.network.node_by_id("p").unwrap().key();
    let e = document.network.edge_by_id("e1").unwrap().key();
    let signal = Signal {
        shape: Shape::Sine,
        amplitude: 2.0,
        period: 1.0,
        phase: 0.0,
    };
    let task = Task {
        inputs: vec![p],
        ..document.task.clone().unwrap()
    };
    let cases = [
        (Edit::SetValue(s, 0.0), "s.value: must be > 0, got 0"),
        (Edit::SetLeak(p, -1.0), "p.leak: must be >= 0, got -1"),
        (
            Edit::SetParam(e, "k_m", -1.0),
            "e1.k_m: must be > 0, got -1",
        ),
        (
            Edit::SetParam(e, "level", 1.0),
            "e1.level: enzyme has no such parameter",
        ),
        (
            Edit::SetKind(e, Kind::Ohmic),
            "e1: ohmic is a device of the electronic platform",
        ),
        (
            Edit::SetSignal(s, Some(signal)),
            "s.signal.amplitude: would take the clamp to 0",
        ),
        (Edit::RenameNode(s, "p".into()), "s: the id 'p' is taken"),
        (Edit::RenameEdge(e, "*".into()), "e1: '*' cannot be an id"),
        (
            Edit::Reconnect(e, s, s),
            "e1: an edge cannot join 's' to itself",
        ),
        (
            Edit::MoveNode(s, [f64::NAN, 0.0]),
            "s.at[0]: must be a finite number, got NaN",
        ),
        (
            Edit::MoveNode(s, [0.0, f64::INFINITY]),
            "s.at[1]: must be a finite number, got an infinite one",
        ),
        (Edit::SetGround(-1.0), "ground: must be > 0, got -1"),
        (
            Edit::SetTask(Some(task)),
            "task.inputs[0]: 'p' is free (role output)",
        ),
    ];
    for (edit, expected) in cases {
        let before = document.clone();
        let problem = document.apply(&edit).expect_err(expected);
        assert!(problem.to_string().starts_with(expected), "{problem}");
        assert_eq!(document, before);
    }
}

#[test]
fn revisions_count_topology_parameters_and_layout_apart() {
    let mut history = open("fold");
    let (x, y, e1) = (
        node_key(&history, "x"),
        node_key(&history, "y"),
        edge_key(&history, "e1"),
    );
    let mut touched = |edit: Edit| {
        let before = history.revision();
        history.apply(&edit).unwrap();
        let after = history.revision();
        Aspect::ALL.map(|aspect| before.of(aspect) != after.of(aspect))
    };
    assert_eq!(
        touched(Edit::MoveNode(x, [5.0, 5.0])),
        [false, false, true, false, false]
    );
    assert_eq!(
        touched(Edit::SetParam(e1, "level", -3.0)),
        [false, true, false, false, false]
    );
    assert_eq!(
        touched(Edit::SetParam(e1, "level", -3.0)),
        [false; 5],
        "an idle edit"
    );
    assert_eq!(
        touched(Edit::SetLeak(y, 0.5)),
        [false, true, false, false, false]
    );
    assert_eq!(
        touched(Edit::SetLeak(y, 0.0)),
        [true, true, false, false, false],
        "an island appears"
    );
    assert_eq!(
        touched(Edit::RenameNode(y, "out".into())),
        [false, false, false, false, true]
    );
    assert_eq!(
        touched(Edit::SetKind(e1, Kind::Diode)),
        [true, true, false, false, false]
    );
    assert_eq!(touched(Edit::SetTraining(None)), [false; 5]);
    assert_eq!(
        touched(Edit::RemoveEdge(e1)),
        [true, true, false, false, false]
    );
}

#[test]
fn a_drag_is_one_step_and_restores_the_selection() {
    let mut history = open("fold");
    let x = node_key(&history, "x");
    let mut selected = Selection::default();
    selected.insert(Element::Node(x));
    history.begin(selected.clone());
    for i in 0..20 {
        history
            .apply(&Edit::MoveNode(x, [f64::from(i), 3.0]))
            .unwrap();
    }
    assert!(history.is_in_gesture());
    assert!(history.commit("move x", selected.clone()));
    assert_eq!(history.undo_name(), Some("move x"));
    assert_eq!(history.undo(), Some(selected.clone()));
    assert_eq!(history.undo(), None);
    assert_eq!(history.redo_name(), Some("move x"));
    assert_eq!(history.redo(), Some(selected.clone()));
    // There and back again is nothing to undo, and neither is a cancelled drag.
    history.begin(selected.clone());
    history.apply(&Edit::MoveNode(x, [0.0, 0.0])).unwrap();
    history.apply(&Edit::MoveNode(x, [19.0, 3.0])).unwrap();
    assert!(!history.commit("move x", selected.clone()));
    history.begin(selected.clone());
    history.apply(&Edit::MoveNode(x, [7.0, 7.0])).unwrap();
    assert_eq!(history.cancel(), Some(selected));
    assert_eq!(
        history.document().network.node(x).unwrap().at,
        Some([19.0, 3.0])
    );
}

#[test]
fn saving_is_remembered_across_undo() {
    let mut history = open("fold");
    let x = node_key(&history, "x");
    let none = Selection::default();
    assert!(!history.is_modified());
    history
        .perform("set x", &none, &[Edit::SetValue(x, 3.0)])
        .unwrap();
    assert!(history.is_modified());
    history.mark_saved(history.revision());
    assert!(!history.is_modified());
    history.undo();
    assert!(history.is_modified());
    history.redo();
    assert!(!history.is_modified());
    history.mark_unsaved();
    assert!(history.is_modified());
}

#[test]
fn a_gesture_with_a_fault_leaves_nothing() {
    let mut history = open("latch");
    let q = node_key(&history, "q");
    let before = history.document().clone();
    let edits = [
        Edit::SetValue(q, 1.0),
        Edit::RemoveNode(q),
        Edit::SetValue(q, 2.0),
    ];
    let problem = history
        .perform("three", &Selection::default(), &edits)
        .unwrap_err();
    assert!(problem.to_string().contains("no longer there"));
    assert_eq!(history.document(), &before);
    assert_eq!(history.undo_name(), None);
}

#[test]
fn keys_of_undone_elements_are_not_given_again() {
    let mut history = open("fold");
    let none = Selection::default();
    let add = |history: &mut History, id: &str| {
        let node = Node::new(id, Role::Hidden, Platform::Electronic);
        let created = history
            .perform("add", &none, &[Edit::AddNode(node)])
            .unwrap();
        created.nodes.first().copied().unwrap()
    };
    let first = add(&mut history, "a");
    history.undo();
    let second = add(&mut history, "b");
    assert_ne!(first, second);
    assert!(history.document().network.node(first).is_none());
}

#[test]
fn the_past_is_bounded() {
    let mut history = open("fold");
    let x = node_key(&history, "x");
    for i in 0..1200 {
        let edit = Edit::SetValue(x, f64::from(i) + 0.5);
        history
            .perform("set x", &Selection::default(), &[edit])
            .unwrap();
    }
    let mut steps = 0;
    while history.undo().is_some() {
        steps += 1;
    }
    assert_eq!(steps, 1000);
}
