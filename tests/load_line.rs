//! Load lines against closed forms, and against the operating points of the reference networks.
#![expect(
    clippy::unwrap_used,
    reason = "a network that does not load or settle is a failure"
)]

use thermonet::device::{Device, Kind, Platform};
use thermonet::document::read;
use thermonet::network::{Network, Node, NodeKey, Role};
use thermonet::solve::load_line::{LoadLine, NoLoadLine, load_line};
use thermonet::solve::steady::{self, Options};
use thermonet::system::System;

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
