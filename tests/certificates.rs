//! Certificates of whole networks: decided cases by hand, and soundness on random ones.

#![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]

use std::path::Path;

use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::RngSeed;
use thermonet::device::{Device, Kind, Platform, Side};
use thermonet::network::{Network, Node, Role, Shape, Signal};
use thermonet::physics::certificates::{Certificates, Region};
use thermonet::physics::fuel::driven_cycles;
use thermonet::system::System;

/// A reservoir: its state (value of a clamp, start of a free one) and its leak.
type Reservoir<'a> = (&'a str, Role, f64, f64);

fn network(platform: Platform, nodes: &[Reservoir], edges: &[(&str, &str, Device)]) -> Network {
    let mut network = Network::new(platform);
    for &(id, role, state, leak) in nodes {
        let mut node = Node::new(id, role, platform);
        (node.value, node.initial, node.leak) = (state, Some(state), leak);
        network.add_node(node).unwrap();
    }
    for (e, (from, to, device)) in edges.iter().enumerate() {
        let [from, to] = [from, to].map(|id| network.node_by_id(id).unwrap().key());
        network
            .add_edge(format!("e{e}"), from, to, device.clone())
            .unwrap();
    }
    network
}

fn certify(
    platform: Platform,
    nodes: &[Reservoir],
    edges: &[(&str, &str, Device)],
) -> Certificates {
    Certificates::new(&System::new(&network(platform, nodes, edges)), &[])
}

use Platform::{Chemical, Electronic};
use Role::{Bias, Hidden, Input, Output};

fn dot(level: f64, shift: f64, tracking: f64) -> Device {
    let named = [
        ("tunnel_rate", 1.0),
        ("level", level),
        ("shift", shift),
        ("tracking", tracking),
    ];
    Device::with(Kind::QuantumDot, &named).unwrap()
}

fn ohm(g: f64) -> Device {
    Device::with(Kind::Ohmic, &[("conductance", g)]).unwrap()
}

fn enzyme(k_i: Option<f64>, k_eq: f64) -> Device {
    let mut named = vec![("v_max", 1.0), ("k_m", 1.0), ("k_p", 1.0), ("k_eq", k_eq)];
    named.extend(k_i.map(|k_i| ("k_i", k_i)));
    Device::with(Kind::Enzyme, &named).unwrap()
}

#[test]
fn cooperative_networks_get_every_yes() {
    let nodes = [
        ("x", Input, 2.0, 0.0),
        ("h", Hidden, 0.0, 0.0),
        ("y", Output, 0.0, 0.2),
    ];
    let edges = [
        ("x", "h", Device::new(Kind::Diode)),
        ("h", "y", dot(-4.0, 0.3, 1.0)),
        ("y", "h", ohm(1.0)),
    ];
    let got = certify(Electronic, &nodes, &edges);
    assert_eq!(
        (got.monotone.verdict(), got.unique.verdict()),
        (Some(true), Some(true))
    );
    assert_eq!(got.reciprocal.verdict(), Some(true));
    let gated = [
        edges[0].clone(),
        ("h", "y", dot(-4.0, 0.3, 0.7)),
        ("x", "y", dot(0.0, 0.0, 0.0)),
    ];
    let got = certify(Electronic, &nodes, &gated);
    assert_eq!(got.monotone.verdict(), Some(true));
    assert_eq!(
        got.reciprocal.broken_by,
        [1],
        "a device at a clamp breaks nothing"
    );
}

/// One input, one floating dot, one output: bistable, so nothing may be proved in a large box; in a small one the dot
/// never gets to its falling branch.
#[test]
fn the_fold() {
    let fold = |x: f64, leak: f64| {
        let nodes = [("x", Input, x, 0.0), ("y", Output, 0.0, leak)];
        certify(Electronic, &nodes, &[("x", "y", dot(-4.0, 1.0, 1.0))])
    };
    let got = fold(8.0, 0.02);
    assert_eq!(
        (got.monotone.verdict(), got.unique.verdict()),
        (Some(false), None)
    );
    let sides: Vec<Side> = got.monotone.culprits.iter().map(|c| c.side).collect();
    assert_eq!(sides, [Side::From, Side::To]);
    for culprit in &got.monotone.culprits {
        let (a, b) = culprit.witness.unwrap();
        let response = dot(-4.0, 1.0, 1.0).response(a, b);
        assert!(response.d_from < 0.0 && (0.0..=8.0).contains(&a) && (0.0..=8.0).contains(&b));
    }
    let failure = got.unique.failures[0];
    let worst = failure.worst.unwrap();
    assert!(failure.slot == 0 && worst.held <= worst.needed, "{worst:?}");
    // The dot's conductance is never below −0.6: a leak that large keeps one state for sure.
    assert_eq!(fold(8.0, 2.0).unique.verdict(), Some(true));
    assert_eq!(fold(0.5, 0.02).monotone.verdict(), Some(true));
    let mut refuted = got;
    refuted.unique.refute();
    assert_eq!(refuted.unique.verdict(), Some(false));
}

/// Lever arm on `from` only, and `from` clamped: the response folds, yet there is one state.
#[test]
fn the_source_gated_dot() {
    let gated = dot(-4.0, 1.0, 2.0);
    let nodes = [("x", Input, 8.0, 0.0), ("y", Output, 0.0, 0.02)];
    let got = certify(Electronic, &nodes, &[("x", "y", gated.clone())]);
    assert_eq!(
        (got.monotone.verdict(), got.unique.verdict()),
        (Some(false), Some(true))
    );
    assert_eq!(got.monotone.culprits.len(), 1);
    assert_eq!(got.monotone.culprits[0].side, Side::From);
    // From a bias its NDC acts on nothing.
    let nodes = [("x", Bias, 8.0, 0.0), ("y", Output, 0.0, 0.02)];
    let got = certify(Electronic, &nodes, &[("x", "y", gated.clone())]);
    assert_eq!(got.monotone.verdict(), Some(true));
    // From a free reservoir it does, and the reservoir's leak has to make up for it.
    let from_free = |leak: f64| {
        let nodes = [
            ("x", Input, 8.0, 0.0),
            ("h", Hidden, 0.0, leak),
            ("y", Output, 0.0, 0.02),
        ];
        certify(
            Electronic,
            &nodes,
            &[("x", "h", ohm(0.1)), ("h", "y", gated.clone())],
        )
        .unique
        .verdict()
    };
    assert_eq!((from_free(0.02), from_free(0.7)), (None, Some(true)));
}

#[test]
fn biases_are_points_and_inputs_are_not() {
    // A bias at 1 k_BT keeps the tunnel diode below its peak; an input that may go to 5 does not.
    let device = Device::with(
        Kind::TunnelDiode,
        &[
            ("i_peak", 1.0),
            ("v_peak", 1.5),
            ("i_sat", 1e-6),
            ("ideality", 2.0),
        ],
    )
    .unwrap();
    let at = |role: Role, task: &[f64]| {
        let nodes = [
            ("r", Bias, 0.0, 0.0),
            ("x", role, 1.0, 0.0),
            ("y", Output, 0.0, 0.1),
        ];
        let edges = [("x", "y", device.clone()), ("r", "y", ohm(1.0))];
        Certificates::new(&System::new(&network(Electronic, &nodes, &edges)), task)
    };
    assert_eq!(at(Input, &[]).monotone.verdict(), Some(true));
    assert_eq!(at(Input, &[5.0]).monotone.verdict(), Some(false));
    // The output itself may now go to −1 … 5, but against a bias at 1 only down to a difference of 2.
    assert_eq!(at(Bias, &[5.0, -1.0]).monotone.verdict(), Some(false));
    assert_eq!(at(Bias, &[5.0, -0.4]).monotone.verdict(), Some(true));
    // Between clamps nothing counts.
    let nodes = [
        ("r", Bias, 0.0, 0.0),
        ("x", Input, 9.0, 0.0),
        ("y", Output, 0.0, 0.1),
    ];
    let got = certify(
        Electronic,
        &nodes,
        &[("x", "r", device), ("x", "y", ohm(1.0))],
    );
    assert_eq!(got.monotone.verdict(), Some(true));
}

#[test]
fn signals_widen_the_box() {
    let mut net = network(
        Electronic,
        &[
            ("x", Input, 1.0, 0.0),
            ("b", Bias, 0.5, 0.0),
            ("y", Output, 0.0, 0.1),
        ],
        &[("x", "y", ohm(1.0)), ("b", "y", ohm(1.0))],
    );
    let [x, b] = ["x", "b"].map(|id| net.node_by_id(id).unwrap().key());
    let signal = |shape| {
        Some(Signal {
            shape,
            amplitude: 2.0,
            period: 1.0,
            phase: 0.3,
        })
    };
    net.node_mut(x).unwrap().signal = signal(Shape::Sine);
    net.node_mut(b).unwrap().signal = signal(Shape::Pulse);
    let region = Region::new(&System::new(&net), &[-0.5, f64::NAN]);
    let range = |slot: usize| region.of(slot).map(|r| [r.lo, r.hi]);
    // Slots: y, x, b.
    assert_eq!(range(0), Some([-1.0, 3.0]));
    assert_eq!(range(1), range(0));
    assert_eq!(range(2), Some([0.5, 2.5]));
    assert_eq!(region.hull().map(|r| [r.lo, r.hi]), range(0));
}

#[test]
fn islands_and_parts_stand_for_themselves() {
    let ndc = dot(-4.0, 1.0, 1.0);
    let nodes = [
        ("x", Input, 8.0, 0.0),
        ("y", Output, 0.0, 3.0),
        ("h1", Hidden, 8.0, 0.0),
        ("h2", Hidden, 0.0, 0.0),
    ];
    // An island without NDC beside a part that contracts.
    let got = certify(
        Electronic,
        &nodes,
        &[("x", "y", ndc.clone()), ("h1", "h2", ohm(1.0))],
    );
    assert_eq!(
        (got.monotone.verdict(), got.unique.verdict()),
        (Some(false), Some(true))
    );
    // An island with NDC has nothing to hold it.
    let got = certify(
        Electronic,
        &nodes,
        &[("x", "y", ndc.clone()), ("h1", "h2", ndc.clone())],
    );
    assert_eq!(got.unique.verdict(), None);
    let failing: Vec<usize> = got.unique.failures.iter().map(|f| f.slot).collect();
    assert_eq!(failing, [1, 2]);
}

#[test]
fn constants_that_fit_a_potential_keep_the_box() {
    // x → h (K = 4) → y (K = ½): h up to 4 times x, y up to twice.
    let nodes = [
        ("x", Input, 1.0, 0.0),
        ("h", Hidden, 0.01, 0.0),
        ("y", Output, 0.01, 0.0),
    ];
    let edges = [("x", "h", enzyme(None, 4.0)), ("h", "y", enzyme(None, 0.5))];
    let net = network(Chemical, &nodes, &edges);
    let region = Region::new(&System::new(&net), &[]);
    let range = |slot: usize| region.of(slot).unwrap();
    // No leak: y = c·e^s starts from h at 0.01 to 4, and from y at 0.01 (0.02 seen from h).
    for (slot, [lo, hi]) in [(0, [0.01, 4.0]), (1, [0.005, 2.0])] {
        let got = range(slot);
        assert!(
            (got.lo / lo - 1.0).abs() < 1e-8 && (got.hi / hi - 1.0).abs() < 1e-8,
            "{slot} {got:?}"
        );
    }
    // NDC in the transformed box alone: x itself never exceeds 1.
    let inhibited = [
        ("x", "h", enzyme(None, 4.0)),
        ("h", "y", enzyme(Some(2.0), 0.5)),
    ];
    assert_eq!(
        certify(Chemical, &nodes, &inhibited).monotone.verdict(),
        Some(false)
    );
    let inhibited = [
        ("x", "h", enzyme(None, 1.0)),
        ("h", "y", enzyme(Some(2.0), 1.0)),
    ];
    assert_eq!(
        certify(Chemical, &nodes, &inhibited).monotone.verdict(),
        Some(true)
    );
}

#[test]
fn a_driven_cycle_leaves_the_box_unknown() {
    // Both ends leak to ground, with K = 4 between them.
    let nodes = [
        ("x", Input, 1.0, 0.0),
        ("h", Hidden, 0.01, 0.1),
        ("y", Output, 0.01, 0.1),
    ];
    let with = |k_i| [("x", "h", enzyme(None, 1.0)), ("h", "y", enzyme(k_i, 4.0))];
    let net = network(Chemical, &nodes, &with(None));
    assert_eq!(driven_cycles(&System::new(&net)).len(), 1);
    let got = certify(Chemical, &nodes, &with(None));
    assert_eq!(got.region.of(0), None);
    assert_eq!(got.region.hull(), None);
    assert_eq!(
        (got.monotone.verdict(), got.unique.verdict()),
        (Some(true), Some(true)),
        "no NDC, no box"
    );
    let got = certify(Chemical, &nodes, &with(Some(2.0)));
    assert_eq!((got.monotone.verdict(), got.unique.verdict()), (None, None));
    assert_eq!(got.unique.failures[0].worst, None);
}

/// The inequality counts devices to clamps with their sign, and twice more where negative.
#[test]
fn clamped_devices_hold() {
    let ndc = dot(-4.0, 1.0, 1.0);
    let nodes = [
        ("r", Bias, 0.0, 0.0),
        ("h", Hidden, 0.0, 0.0),
        ("g", Hidden, 8.0, 2.0),
    ];
    let held_by = |g: f64| {
        certify(
            Electronic,
            &nodes,
            &[("r", "h", ohm(g)), ("h", "g", ndc.clone())],
        )
        .unique
        .verdict()
    };
    assert_eq!((held_by(0.1), held_by(1.5)), (None, Some(true)));
}

/// The reference networks, read just far enough.
#[test]
fn reference_networks_run_through() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference");
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if !name.starts_with("net") || name.contains("expect") {
            continue;
        }
        seen += 1;
        let file: serde_json::Value =
            serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        let system = System::new(&read(&file));
        let got = Certificates::new(&system, &[]);
        if got.monotone.verdict() == Some(true) {
            assert_eq!(got.unique.verdict(), Some(true));
        }
        for culprit in &got.monotone.culprits {
            if let Some((a, b)) = culprit.witness {
                assert!(
                    own_side(&system, culprit.link, culprit.side, a, b) < 0.0,
                    "{name}"
                );
            }
        }
        // Their enzymes all have K = 1 or a potential: every box is known, or a cycle is driven.
        assert!(
            got.region.hull().is_some() || !driven_cycles(&system).is_empty(),
            "{name}"
        );
    }
    assert!(seen > 5);
}

fn read(file: &serde_json::Value) -> Network {
    let platform = if file["platform"] == "chemical" {
        Chemical
    } else {
        Electronic
    };
    let mut network = Network::new(platform);
    for field in file["nodes"].as_array().unwrap() {
        let role = Role::from_name(field["role"].as_str().unwrap()).unwrap();
        let mut node = Node::new(field["id"].as_str().unwrap(), role, platform);
        node.value = field["value"].as_f64().unwrap_or(node.value);
        node.leak = field["leak"].as_f64().unwrap_or(0.0);
        node.capacity = field["capacity"].as_f64().unwrap_or(1.0);
        node.initial = field["initial"].as_f64();
        network.add_node(node).unwrap();
    }
    for field in file["edges"].as_array().unwrap() {
        let [from, to] = ["from", "to"].map(|end| {
            network
                .node_by_id(field[end].as_str().unwrap())
                .unwrap()
                .key()
        });
        let device = field["device"].as_object().unwrap();
        let named: Vec<_> = device
            .iter()
            .filter_map(|(name, value)| Some((name.as_str(), value.as_f64()?)))
            .collect();
        let kind = Kind::from_name(device["kind"].as_str().unwrap()).unwrap();
        let device = Device::with(kind, &named).unwrap();
        network
            .add_edge(field["id"].as_str().unwrap(), from, to, device)
            .unwrap();
    }
    network
}

fn own_side(system: &System, link: usize, side: Side, a: f64, b: f64) -> f64 {
    let response = system.links()[link].device.response(a, b);
    match side {
        Side::From => response.d_from,
        Side::To => -response.d_to,
    }
}

/// A small network of random devices around NDC: two inputs, a bias, and `free` other reservoirs.
fn networks() -> impl Strategy<Value = Network> {
    let reservoirs = prop::collection::vec((0.0..=1.0_f64, 0.0..=1.0_f64, 0.2..5.0_f64), 2..5);
    let edges = prop::collection::vec(
        (
            any::<[u8; 2]>(),
            0.0..=1.0_f64,
            prop::array::uniform5(0.0..=1.0_f64),
        ),
        1..9,
    );
    (
        select(&[Electronic, Chemical]),
        0.05..=1.0_f64,
        select(&[0.0, 0.2, 2.0, 10.0]),
        reservoirs,
        edges,
    )
        .prop_map(|(platform, span, leak_scale, reservoirs, edges)| {
            let state = |share: f64| match platform {
                Electronic => (share - 0.5) * 16.0 * span,
                Chemical => 0.05 + share * 8.0 * span,
            };
            let mut network = Network::new(platform);
            let clamps = [("x1", Input, 0.1), ("x2", Input, 0.9), ("b", Bias, 0.5)];
            for (id, role, share) in clamps {
                let mut node = Node::new(id, role, platform);
                node.value = state(share);
                network.add_node(node).unwrap();
            }
            for (i, (start, leak, capacity)) in reservoirs.iter().enumerate() {
                let mut node = Node::new(format!("h{i}"), Hidden, platform);
                node.initial = Some(state(*start));
                node.capacity = *capacity;
                node.leak = leak_scale * if *leak < 0.3 { 0.0 } else { *leak };
                network.add_node(node).unwrap();
            }
            let keys: Vec<_> = network.nodes().iter().map(Node::key).collect();
            let kinds: Vec<Kind> = Kind::of_platform(platform).collect();
            for (e, ([from, to], kind, shares)) in edges.iter().enumerate() {
                let [from, to] = [from, to].map(|&end| keys[usize::from(end) % keys.len()]);
                if from == to {
                    continue;
                }
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "a share of a short list"
                )]
                let kind = kinds[((kind * kinds.len() as f64) as usize).min(kinds.len() - 1)];
                let mut device = Device::new(kind);
                for (p, (spec, share)) in kind.specs().iter().zip(shares).enumerate() {
                    let [lo, hi] = spec.slider;
                    let value = match spec.name {
                        // Mostly passive, so that constants other than 1 stay in the minority.
                        "k_eq" if *share < 0.7 => 1.0,
                        "k_eq" => 10.0 * share - 6.5,
                        "tracking" if *share < 0.5 => 1.0,
                        _ if spec.is_logarithmic() => lo * (hi / lo).powf(*share),
                        _ => lo + (hi - lo) * share,
                    };
                    device.set_param(p, value).unwrap();
                }
                network.add_edge(format!("e{e}"), from, to, device).unwrap();
            }
            network
        })
}

fn cases(cases: u32) -> ProptestConfig {
    let default = ProptestConfig::default();
    ProptestConfig {
        cases,
        failure_persistence: None,
        rng_seed: match default.rng_seed {
            RngSeed::Random => RngSeed::Fixed(1),
            fixed @ RngSeed::Fixed(_) => fixed,
        },
        ..default
    }
}

proptest! {
    #![proptest_config(cases(600))]

    /// Whatever is certified holds at every state drawn from the box.
    #[test]
    fn a_yes_is_never_wrong(network in networks(), draws in prop::collection::vec(prop::collection::vec(prop_oneof![0.0..=1.0_f64, Just(0.0), Just(1.0)], 8), 60)) {
        let system = System::new(&network);
        let got = Certificates::new(&system, &[]);
        let free = system.free_count();
        for culprit in &got.monotone.culprits {
            if let Some((a, b)) = culprit.witness {
                prop_assert!(own_side(&system, culprit.link, culprit.side, a, b) < 0.0);
                let link = &system.links()[culprit.link];
                prop_assert!(got.region.of(link.from).unwrap().contains(a));
                prop_assert!(got.region.of(link.to).unwrap().contains(b));
            }
        }
        for draw in &draws {
            let states: Vec<f64> = (0..system.nodes().len())
                .map(|slot| got.region.of(slot).map_or(draw[slot], |r| (r.lo + r.width() * draw[slot]).min(r.hi)))
                .collect();
            let mut flow = thermonet::system::Flow::default();
            let mut system = system.clone();
            for (slot, &state) in states.iter().enumerate().skip(free) {
                system.set_clamp(slot, state);
            }
            system.evaluate(&states[..free], &states[free..], &mut flow);
            let jacobian = system.jacobian(&flow);
            let size = jacobian.iter().fold(1e-9_f64, |top, j| top.max(j.abs()));
            if got.monotone.verdict() == Some(true) {
                for (l, link) in system.links().iter().enumerate() {
                    for side in [Side::From, Side::To] {
                        let slot = link.slot(side);
                        if slot < free || system.roles()[slot] == Input && link.from.min(link.to) < free {
                            let g = own_side(&system, l, side, states[link.from], states[link.to]);
                            prop_assert!(g >= -1e-14 * size, "{}", g);
                        }
                    }
                }
            }
            // Each column: the diagonal outweighs the rest; in a part without NDC they balance at least.
            if got.unique.verdict() == Some(true) {
                for i in 0..free {
                    let rest: f64 = (0..free).filter(|&j| j != i).map(|j| jacobian[(j, i)].abs()).sum();
                    prop_assert!(rest + jacobian[(i, i)] <= 1e-12 * size, "{} {}", rest, jacobian[(i, i)]);
                }
            }
            if got.reciprocal.verdict() == Some(true) {
                prop_assert!((&jacobian - jacobian.transpose()).amax() <= 1e-13 * size);
            }
        }
    }

    /// At a face of the box the net inflow points inside: nothing leaves it.
    #[test]
    fn no_state_leaves_the_box(network in networks(), draws in prop::collection::vec((0..5_usize, any::<bool>(), prop::collection::vec(0.0..=1.0_f64, 8)), 60)) {
        let system = System::new(&network);
        let region = Region::new(&system, &[]);
        let free = system.free_count();
        for (i, high, draw) in &draws {
            let i = i % free;
            let Some(range) = region.of(i) else { continue };
            let mut states: Vec<f64> = (0..system.nodes().len())
                .map(|slot| region.of(slot).map_or(draw[slot], |r| (r.lo + r.width() * draw[slot]).min(r.hi)))
                .collect();
            states[i] = if *high { range.hi } else { range.lo };
            let mut flow = thermonet::system::Flow::default();
            system.evaluate(&states[..free], &states[free..], &mut flow);
            let outward = if *high { flow.net[i] } else { -flow.net[i] };
            prop_assert!(outward <= 1e-14 * flow.throughput[i], "{} {}", i, outward);
        }
    }
}
