//! Load lines against closed forms, and against the operating points of the reference networks.
#![expect(
    clippy::unwrap_used,
    reason = "a network that does not load or settle is a failure"
)]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use thermonet::device::{Device, Kind, Platform};
use thermonet::document::read;
use thermonet::interrupt::Interrupt;
use thermonet::network::{EdgeKey, Network, Node, NodeKey, Role};
use thermonet::solve::load_line::{self, LoadLine, NoLoadLine};
use thermonet::solve::steady::{self, Options};
use thermonet::system::{Algebra, System};

fn node(network: &mut Network, id: &str, role: Role, value: f64, leak: f64) -> NodeKey {
    let mut node = Node::new(id, role, network.platform());
    (node.value, node.leak) = (value, leak);
    network.add_node(node).unwrap()
}

fn ohmic(conductance: f64) -> Device {
    Device::with(Kind::Ohmic, &[("conductance", conductance)]).unwrap()
}

fn dot(level: f64, shift: f64) -> Device {
    let named = [("tunnel_rate", 1.0), ("level", level), ("shift", shift)];
    Device::with(Kind::QuantumDot, &named).unwrap()
}

fn load_line(
    system: &System,
    link: usize,
    x: &[f64],
    range: [f64; 2],
    samples: usize,
) -> Result<LoadLine, NoLoadLine> {
    load_line::load_line(system, link, x, range, samples, &Interrupt::default())
}

fn pieces(network: &Network, edge: &str, range: [f64; 2]) -> Vec<Vec<[f64; 2]>> {
    let system = System::new(network);
    let link = system
        .link(network.edge_by_id(edge).unwrap().key())
        .unwrap();
    let settled = steady::solve(&system, &Options::default());
    assert!(settled.is_settled());
    match load_line(&system, link, &settled.x, range, 81).unwrap() {
        LoadLine::Pieces(pieces) => pieces,
        LoadLine::Held(at) => panic!("held at {at}"),
    }
}

/// Through a resistor from a clamp, beside a leak: I = g·(4 − V) − leak·V, over the whole range, in one piece.
#[test]
fn a_divider_has_a_straight_line() {
    for (device, leak) in [(ohmic(1.5), 0.0), (dot(-4.0, 1.0), 0.3)] {
        let mut network = Network::new(Platform::Electronic);
        let top = node(&mut network, "top", Role::Bias, 4.0, 0.0);
        let m = node(&mut network, "m", Role::Hidden, 0.0, leak);
        let low = node(&mut network, "low", Role::Bias, 0.0, 0.0);
        network.add_edge("g", top, m, ohmic(0.5)).unwrap();
        network.add_edge("d", m, low, device).unwrap();
        let pieces = pieces(&network, "d", [-3.0, 9.0]);
        assert_eq!(pieces.len(), 1);
        let line = &pieces[0];
        assert!(line.len() > 75);
        assert!((line[0][0] + 3.0).abs() < 1e-12 && (line[line.len() - 1][0] - 9.0).abs() < 1e-12);
        for [v, i] in line {
            assert!((i - (0.5 * (4.0 - v) - leak * v)).abs() < 1e-9, "{v} {i}");
        }
    }
}

/// Between two resistors, both ends free: I = (4 − V)/(R₁ + R₂), whatever the device; and turned round its mirror image.
#[test]
fn both_ends_may_be_free() {
    let mut network = Network::new(Platform::Electronic);
    let top = node(&mut network, "top", Role::Bias, 4.0, 0.0);
    let p = node(&mut network, "p", Role::Hidden, 0.0, 0.0);
    let q = node(&mut network, "q", Role::Hidden, 0.0, 0.0);
    let low = node(&mut network, "low", Role::Bias, 0.0, 0.0);
    network.add_edge("g1", top, p, ohmic(0.5)).unwrap();
    network.add_edge("g2", q, low, ohmic(2.0)).unwrap();
    let edge = network.add_edge("d", p, q, dot(-4.0, 1.0)).unwrap();
    let exact = |v: f64| (4.0 - v) / 2.5;
    for [v, i] in pieces(&network, "d", [-3.0, 9.0]).concat() {
        assert!((i - exact(v)).abs() < 1e-9);
    }
    network.reconnect(edge, q, p).unwrap();
    for [v, i] in pieces(&network, "d", [-9.0, 3.0]).concat() {
        assert!((i + exact(-v)).abs() < 1e-9);
    }
}

/// Fed through a device that itself falls: I = I_dot(5 − V), folds and all, since the source sets V.
#[test]
fn the_rest_may_show_ndc() {
    let mut network = Network::new(Platform::Electronic);
    let top = node(&mut network, "top", Role::Bias, 5.0, 0.0);
    let m = node(&mut network, "m", Role::Hidden, 0.0, 0.0);
    let low = node(&mut network, "low", Role::Bias, 0.0, 0.0);
    network.add_edge("feed", top, m, dot(-2.0, 1.0)).unwrap();
    network.add_edge("d", m, low, ohmic(0.2)).unwrap();
    let line = pieces(&network, "d", [-4.0, 9.0]).concat();
    assert!(line.len() > 75);
    for [v, i] in line {
        let exact = dot(-2.0, 1.0).response(5.0 - v, 0.0).current;
        assert!((i - exact).abs() < 1e-9, "{v}: {i} {exact}");
    }
}

/// Inside the rest a reservoir that can jump: the line has pieces, each of them solves the rest, and none is joined over
/// the jump.
#[test]
fn a_rest_that_jumps_leaves_a_gap() {
    let mut network = Network::new(Platform::Electronic);
    let top = node(&mut network, "top", Role::Bias, 9.0, 0.0);
    let h = node(&mut network, "h", Role::Hidden, 0.0, 0.0);
    let m = node(&mut network, "m", Role::Hidden, 0.0, 0.05);
    let low = node(&mut network, "low", Role::Bias, 0.0, 0.0);
    network.add_edge("feed", top, h, dot(-4.0, 1.0)).unwrap();
    network.add_edge("g", h, m, ohmic(0.05)).unwrap();
    network.add_edge("d", m, low, ohmic(0.2)).unwrap();
    let pieces = pieces(&network, "d", [-12.0, 20.0]);
    assert!(pieces.len() > 1, "{pieces:?}");
    for [v, i] in pieces.concat() {
        // What flows out of h: i + leak·v = 0.05·(h − v), and it must come in through the dot.
        let through = i + 0.05 * v;
        let h = v + through / 0.05;
        let fed = dot(-4.0, 1.0).response(9.0 - h, 0.0).current;
        assert!((fed - through).abs() < 1e-8, "{v}: {fed} {through}");
    }
}

#[test]
fn held_ends_and_islands_are_named() {
    let mut network = Network::new(Platform::Electronic);
    let top = node(&mut network, "top", Role::Bias, 4.0, 0.0);
    let low = node(&mut network, "low", Role::Bias, 1.0, 0.0);
    let p = node(&mut network, "p", Role::Hidden, 0.0, 0.0);
    let q = node(&mut network, "q", Role::Hidden, 0.0, 0.0);
    network.add_edge("held", top, low, ohmic(1.0)).unwrap();
    network.add_edge("alone", p, q, ohmic(1.0)).unwrap();
    let system = System::new(&network);
    let line = |link| load_line(&system, link, &[0.0, 0.0], [-5.0, 5.0], 21);
    assert_eq!(line(0), Ok(LoadLine::Held(3.0)));
    assert_eq!(line(1), Err(NoLoadLine::Island));
}

/// Asked before each of the 40 points; given up at the seventh.
#[test]
fn a_line_that_nobody_waits_for_is_given_up() {
    let mut network = Network::new(Platform::Electronic);
    let top = node(&mut network, "top", Role::Bias, 4.0, 0.0);
    let p = node(&mut network, "p", Role::Hidden, 0.0, 0.5);
    network.add_edge("e", top, p, ohmic(1.0)).unwrap();
    let system = System::new(&network);
    let settled = steady::solve(&system, &Options::default());
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&asked);
    let interrupt = Interrupt::when(move || counted.fetch_add(1, Ordering::Relaxed) >= 6);
    let line = load_line::load_line(&system, 0, &settled.x, [-5.0, 5.0], 41, &interrupt);
    assert_eq!(line, Err(NoLoadLine::Interrupted));
    assert_eq!(asked.load(Ordering::Relaxed), 7);
}

/// At the operating point of every reference network the line meets the curve of the device. A settled state balances
/// currents to 1e-10 of those that flow through a reservoir, so the two currents may differ by that.
#[test]
fn lines_meet_the_curve_at_the_operating_point() {
    let mut seen = 0;
    for net in 0..=10 {
        let path = format!("tests/reference/net{net:02}.json");
        let Ok(loaded) = read(&std::fs::read(&path).unwrap()) else {
            panic!("{path}");
        };
        let system = System::new(&loaded.document.network);
        let settled = steady::solve(&system, &Options::default());
        if !settled.is_settled() {
            continue;
        }
        for (l, link) in system.links().iter().enumerate() {
            let states = &settled.flow.states;
            let (a, b) = (states[link.from], states[link.to]);
            let x = match system.platform() {
                Platform::Electronic => a - b,
                Platform::Chemical => a,
            };
            let range = match system.platform() {
                Platform::Electronic => [x - 3.0, x + 4.0],
                Platform::Chemical => [0.2 * x, 3.0 * x],
            };
            let current = settled.flow.responses[l].current;
            let scale: f64 = [link.from, link.to]
                .iter()
                .filter_map(|&slot| settled.flow.throughput.get(slot))
                .sum();
            match load_line(&system, l, &settled.x, range, 41) {
                Ok(LoadLine::Held(at)) => assert!((at - x).abs() < 1e-12),
                Ok(LoadLine::Pieces(pieces)) => {
                    seen += 1;
                    let nearest = pieces
                        .concat()
                        .into_iter()
                        .min_by(|p, q| (p[0] - x).abs().total_cmp(&(q[0] - x).abs()))
                        .unwrap();
                    assert!((nearest[0] - x).abs() < 1e-9, "{path} {l}");
                    let off = (nearest[1] - current).abs();
                    assert!(off <= 1e-9 * scale + 1e-12, "{path} {l}: {off}");
                }
                // The rest alone may be unstable where the whole is not.
                Err(NoLoadLine::Unsettled) => {}
                Err(error) => panic!("{path} {l}: {error}"),
            }
        }
    }
    assert!(seen > 20, "{seen}");
}

/// A lattice in rows of `width` with leaks, fed at its first corner: its keys, and the edges by their numbers.
fn lattice(
    platform: Platform,
    [width, height]: [usize; 2],
    feed: f64,
    device: impl Fn(usize) -> Device,
) -> (Network, Vec<EdgeKey>) {
    let mut network = Network::new(platform);
    let keys: Vec<NodeKey> = (0..width * height)
        .map(|k| node(&mut network, &format!("n{k}"), Role::Hidden, 0.0, 0.05))
        .collect();
    let clamp = node(&mut network, "feed", Role::Input, feed, 0.0);
    let mut edges = Vec::new();
    let mut join = |from, to| {
        let id = network.fresh_edge_id();
        let device = device(edges.len());
        edges.push(network.add_edge(id, from, to, device).unwrap());
    };
    join(clamp, keys[0]);
    for k in 0..keys.len() {
        if k % width + 1 < width {
            join(keys[k], keys[k + 1]);
        }
        if k + width < keys.len() {
            join(keys[k], keys[k + width]);
        }
    }
    (network, edges)
}

fn settled(system: &System) -> Vec<f64> {
    let options = Options {
        lists_eigenvalues: false,
        ..Options::default()
    };
    let settled = steady::solve(system, &options);
    assert!(settled.is_settled());
    settled.x
}

/// Where charge flows both ends move, where molecules flow one is driven; in the corner and inside; with and without NDC.
#[test]
fn lines_are_the_same_in_sparse_algebra() {
    let various = |edge: usize| {
        let share = 2.0 * (edge as f64 * 0.618_034).fract() - 1.0;
        dot(-1.0, 0.7 * share)
    };
    let enzyme = |edge: usize| {
        let named = [("v_max", 1.0 + (edge % 3) as f64), ("k_i", 0.5)];
        Device::with(Kind::Enzyme, &named).unwrap()
    };
    let charge = lattice(Platform::Electronic, [8, 7], 6.0, various);
    let molecules = lattice(Platform::Chemical, [8, 7], 3.0, enzyme);
    for ((network, edges), range) in [(charge, [-4.0, 6.0]), (molecules, [0.01, 3.0])] {
        let system = System::new(&network);
        let x = settled(&system);
        for edge in [edges[0], edges[1], edges[40]] {
            let link = system.link(edge).unwrap();
            let [dense, sparse] = [Algebra::Dense, Algebra::Sparse].map(|algebra| {
                let mut system = system.clone();
                system.set_algebra(algebra);
                load_line(&system, link, &x, range, 41)
            });
            match [dense, sparse] {
                [Ok(LoadLine::Pieces(dense)), Ok(LoadLine::Pieces(sparse))] => {
                    let lengths =
                        |pieces: &[Vec<_>]| pieces.iter().map(Vec::len).collect::<Vec<_>>();
                    assert_eq!(lengths(&dense), lengths(&sparse));
                    for (d, s) in dense.concat().into_iter().zip(sparse.concat()) {
                        assert!((d[0] - s[0]).abs() < 1e-12 && (d[1] - s[1]).abs() < 1e-9);
                    }
                }
                [dense, sparse] => assert_eq!(dense, sparse),
            }
        }
    }
}

/// Three thousand resistors in a row, the device in the middle: I = (4 − V)/R.
#[test]
fn a_long_chain_has_a_straight_line() {
    let mut network = Network::new(Platform::Electronic);
    let first = node(&mut network, "first", Role::Bias, 4.0, 0.0);
    let mut last = first;
    let mut device = None;
    for k in 0..3000 {
        let next = node(&mut network, &format!("n{k}"), Role::Hidden, 0.0, 0.0);
        let id = network.fresh_edge_id();
        if k == 1500 {
            device = Some(network.add_edge(id, last, next, dot(-4.0, 1.0)).unwrap());
        } else {
            network.add_edge(id, last, next, ohmic(100.0)).unwrap();
        }
        last = next;
    }
    let end = node(&mut network, "end", Role::Bias, 0.0, 0.0);
    network.add_edge("end", last, end, ohmic(100.0)).unwrap();
    let system = System::new(&network);
    let x = settled(&system);
    let link = system.link(device.unwrap()).unwrap();
    let Ok(LoadLine::Pieces(pieces)) = load_line(&system, link, &x, [-3.0, 9.0], 41) else {
        panic!("no line")
    };
    assert_eq!(pieces.len(), 1);
    assert_eq!(pieces[0].len(), 42);
    for [v, i] in &pieces[0] {
        // Currents balance to 1e-10 of what flows, reservoir by reservoir.
        assert!((i - (4.0 - v) / 30.0).abs() < 1e-8, "{v} {i}");
    }
}

/// In a lattice of 2,500 dots: with a resistor in the place of the device the network rests on the line.
#[test]
fn a_large_lattice_rests_on_its_line_whatever_is_put_in() {
    let (mut network, edges) = lattice(Platform::Electronic, [50, 50], 6.0, |edge| {
        dot(-1.0, 0.4 * (edge as f64 * 0.618_034).fract())
    });
    let edge = edges[3];
    let system = System::new(&network);
    let x = settled(&system);
    let link = system.link(edge).unwrap();
    for conductance in [0.01, 0.3, 5.0] {
        network.set_device(edge, ohmic(conductance)).unwrap();
        let other = System::new(&network);
        let flow = other.flow(&settled(&other));
        let [from, to] = other.ends()[link];
        let v = flow.states[from] - flow.states[to];
        let Ok(LoadLine::Pieces(pieces)) = load_line(&system, link, &x, [v, v + 1.0], 3) else {
            panic!("no line")
        };
        let line = pieces.concat();
        let there = line
            .iter()
            .find(|point| (point[0] - v).abs() < 1e-12)
            .unwrap();
        assert!((there[1] - conductance * v).abs() < 1e-8, "{there:?}");
    }
}
