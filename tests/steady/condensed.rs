//! Tables in the place of devices between clamps and a free reservoir, against the devices themselves.

use std::sync::Arc;

use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestRng};
use thermonet::device::{CustomLaw, Device, Platform};
use thermonet::solve::steady::{self, Options};
use thermonet::system::{Algebra, System};

use crate::builder::Builder;
use crate::properties::{Draw, device};

/// Two reservoirs, joined, that some hundred clamps feed in both directions through devices that are drawn.
fn wide(
    draw: &mut Draw,
    platform: Platform,
    mut device: impl FnMut(&mut Draw, Platform) -> Device,
) -> System {
    let mut b = Builder::new(platform);
    let state = |draw: &mut Draw| match platform {
        Platform::Electronic => draw.from(-4.0, 4.0),
        Platform::Chemical => draw.from(-3.0, 1.5).exp(),
    };
    let clamps: Vec<_> = (0..70 + draw.below(40))
        .map(|_| {
            let value = state(draw);
            b.clamp(value)
        })
        .collect();
    let free = [0, 1].map(|_| {
        let (capacity, initial) = (draw.from(-1.0, 1.0).exp(), state(draw));
        b.free(capacity, 0.1, initial)
    });
    let mut join = |b: &mut Builder, draw: &mut Draw, from, to| {
        let device = device(draw, platform);
        let id = b.network.fresh_edge_id();
        b.network.add_edge(id, from, to, device).unwrap();
    };
    for &clamp in &clamps {
        for &reservoir in &free {
            if draw.below(2) == 0 {
                join(&mut b, draw, clamp, reservoir);
            } else {
                join(&mut b, draw, reservoir, clamp);
            }
        }
    }
    join(&mut b, draw, free[0], free[1]);
    b.system()
}

/// The largest difference of the net inflows at a state, relative to the currents that are summed.
fn apart(system: &System, condensed: &System, x: &[f64]) -> f64 {
    let (all, few) = (system.flow(x), condensed.flow(x));
    let pairs = all.net.iter().zip(&few.net).zip(&all.throughput);
    pairs.fold(0.0, |top, ((p, q), s)| top.max((p - q).abs() / s))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn a_condensed_network_flows_alike(
        (chemical, rng) in (any::<bool>(), Just(()).prop_perturb(|(), rng| rng)),
    ) {
        let platform = if chemical { Platform::Chemical } else { Platform::Electronic };
        let mut draw = Draw(rng);
        let system = wide(&mut draw, platform, device);
        let condensed = system.condensed().unwrap();
        prop_assert_eq!(condensed.links().len(), 1);
        // Within the range of the clamps and beyond it.
        for _ in 0..40 {
            let x = [0, 1].map(|_| match platform {
                Platform::Electronic => draw.from(-7.0, 7.0),
                Platform::Chemical => draw.from(-6.0, 4.0).exp(),
            });
            let off = apart(&system, &condensed, &x);
            // Pieces are held to 1e-11 where they are tested; between they may be a few times further off.
            prop_assert!(off <= 5e-11, "{off} at {x:?}");
            let (all, few) = (system.flow(&x), condensed.flow(&x));
            let (j, k) = (system.jacobian(&all), condensed.jacobian(&few));
            for i in 0..2 {
                // Slopes of the coordinate the pieces run in; a polynomial of degree 15 may lean 15² times as far off.
                let unit = if chemical { x[i] } else { 1.0 };
                let off = unit * (j[(i, i)] - k[(i, i)]).abs() / all.throughput[i];
                prop_assert!(off <= 1e-8, "{off} at {x:?}");
                prop_assert_eq!(j[(i, 1 - i)].to_bits(), k[(i, 1 - i)].to_bits());
                let diagonal = condensed.jacobian_diagonal(&few)[i];
                prop_assert!((diagonal - k[(i, i)]).abs() <= 1e-12 * k[(i, i)].abs());
            }
        }
    }

    /// Sparse algebra has no tables: the other way to the same end.
    #[test]
    fn the_motion_of_a_condensed_network_ends_alike(
        (chemical, rng) in (any::<bool>(), Just(()).prop_perturb(|(), rng| rng)),
    ) {
        let platform = if chemical { Platform::Chemical } else { Platform::Electronic };
        let mut system = wide(&mut Draw(rng), platform, device);
        prop_assert!(system.is_condensable());
        let found = steady::solve(&system, &Options::default());
        system.set_algebra(Algebra::Sparse);
        prop_assert!(!system.is_condensable());
        let other = steady::solve(&system, &Options::default());
        prop_assert_eq!(found.is_settled(), other.is_settled());
        for (p, q) in found.x.iter().zip(&other.x) {
            prop_assert!(!found.is_settled() || (p - q).abs() <= 1e-9 * (1.0 + q.abs()), "{p} {q}");
        }
    }
}

/// No polynomial is good enough at a kink; there the devices are asked.
#[test]
fn a_kink_is_not_smoothed_away() {
    let law = CustomLaw::new("g*(a-b)*(1+abs(a+b-1))").unwrap();
    let kinked = Device::custom(&Arc::new(law));
    let mut draw = Draw(TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let system = wide(&mut draw, Platform::Electronic, |_, _| kinked.clone());
    let condensed = system.condensed().unwrap();
    for k in -400..=400 {
        let x = [0.01 * f64::from(k), -0.01 * f64::from(k)];
        let off = apart(&system, &condensed, &x);
        assert!(off <= 5e-11, "{off} at {x:?}");
    }
}

#[test]
fn what_would_save_nothing_is_not_condensed() {
    let mut b = Builder::new(Platform::Electronic);
    let y = b.free(1.0, 0.1, 0.0);
    for k in 0..63 {
        let clamp = b.clamp(f64::from(k));
        b.ohmic(clamp, y, 0.1);
    }
    assert!(b.system().condensed().is_none());
    let clamp = b.clamp(3.0);
    b.ohmic(clamp, y, 0.1);
    assert!(b.system().condensed().is_some());
}
