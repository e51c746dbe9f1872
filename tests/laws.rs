//! Every constitutive law against tabulated values, and against what thermodynamics and calculus demand of it.

#![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]
#![expect(
    clippy::float_cmp,
    reason = "zero at equilibrium, and symmetry, are to hold to the last bit"
)]

use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::RngSeed;
use thermonet::device::{
    Absent, Device, Interval, Kind, NdcVerdict, ParamRange, Platform, Response, Side,
};
use thermonet::physics::curve::Curve;

/// Devices with parameters spread over their sliders: positive ones evenly in the logarithm.
fn devices_of(kinds: &'static [Kind]) -> impl Strategy<Value = Device> {
    let shares = prop::array::uniform6(0.0..=1.0_f64);
    (select(kinds), shares, any::<bool>()).prop_map(|(kind, shares, whole)| {
        let mut device = Device::new(kind);
        for (p, (spec, share)) in kind.specs().iter().zip(shares).enumerate() {
            let [lo, hi] = spec.slider;
            let value = match (spec.range, spec.absent) {
                (_, Absent::Is(without)) if whole => without,
                (ParamRange::Positive, _) => lo * (hi / lo).powf(share),
                _ => lo + (hi - lo) * share,
            };
            device.set_param(p, value).unwrap();
        }
        device
    })
}

/// The laws that are compiled in; formulas have a file of their own.
const COMPILED: &[Kind] = Kind::ALL.split_at(8).0;

fn devices() -> impl Strategy<Value = Device> {
    devices_of(COMPILED)
}

/// A device and the states at its two ends, within the range networks work in.
fn devices_at_work() -> impl Strategy<Value = (Device, f64, f64)> {
    (devices(), 0.0..=1.0_f64, 0.0..=1.0_f64).prop_map(|(device, s, t)| {
        let [a, b] = [s, t].map(|share| state(&device, share));
        (device, a, b)
    })
}

/// Devices of one kind, with the shares of the working range at their ends: up to a few vectors full.
fn batches() -> impl Strategy<Value = (Kind, Vec<(Device, f64, f64)>)> {
    (0..COMPILED.len()).prop_flat_map(|k| {
        let devices = (devices_of(&COMPILED[k..=k]), 0.0..=1.0_f64, 0.0..=1.0_f64);
        (Just(COMPILED[k]), prop::collection::vec(devices, 1..30))
    })
}

/// The state at a share of the working range: −12…12 k_BT, or 10^−3…10^1.5 mM.
fn state(device: &Device, share: f64) -> f64 {
    match platform(device) {
        Platform::Electronic => 24.0 * share - 12.0,
        Platform::Chemical => 10.0_f64.powf(4.5 * share - 3.0),
    }
}

fn platform(device: &Device) -> Platform {
    device.kind().platform().unwrap()
}

fn force(device: &Device, a: f64, b: f64) -> f64 {
    platform(device).force(a, b, device.k_eq())
}

fn all_finite(
    Response {
        current,
        d_from,
        d_to,
    }: Response,
) -> bool {
    current.is_finite() && d_from.is_finite() && d_to.is_finite()
}

/// The derivative of `f` at 0 by central differences extrapolated to step 0, and the error to expect of it
/// (Ridders, Adv. Eng. Softw. 4, 75 (1982)): the steps shrink by 1.4 from `step`, and the entry on which two
/// neighbouring extrapolations agree best is kept.
fn derivative(step: f64, f: impl Fn(f64) -> f64) -> (f64, f64) {
    const SIZE: usize = 12;
    const SHRINK: f64 = 1.4;
    let mut table = [[0.0_f64; SIZE]; SIZE];
    let (mut best, mut error) = (f64::NAN, f64::INFINITY);
    let mut h = step;
    for row in 0..SIZE {
        table[row][0] = (f(h) - f(-h)) / (2.0 * h);
        let mut factor = 1.0;
        for k in 1..=row {
            factor *= SHRINK * SHRINK;
            table[row][k] = (table[row][k - 1] * factor - table[row - 1][k - 1]) / (factor - 1.0);
            let apart = (table[row][k] - table[row][k - 1])
                .abs()
                .max((table[row][k] - table[row - 1][k - 1]).abs());
            if apart < error {
                (best, error) = (table[row][k], apart);
            }
        }
        h /= SHRINK;
    }
    (best, error)
}

/// Compares a closed-form derivative with differences. `scale` is the size of the function over the step.
fn assert_derivative(
    exact: f64,
    step: f64,
    scale: f64,
    f: impl Fn(f64) -> f64,
) -> Result<(), TestCaseError> {
    let (numeric, error) = derivative(step, f);
    // Rounding of f (up to 1e-14·scale where it passes through logarithms) over the smallest step, 1.4^11 ≈ 40 times
    // below the first.
    let rounding = 1e-12 * scale / step;
    prop_assert!(
        error < 1e-5 * exact.abs() + 10.0 * rounding,
        "differences do not converge: {} ± {}",
        numeric,
        error
    );
    prop_assert!(
        (exact - numeric).abs() <= 4.0 * error + 1e-9 * exact.abs() + rounding,
        "{} against {} ± {}",
        exact,
        numeric,
        error
    );
    Ok(())
}

/// The same cases on every run; `PROPTEST_RNG_SEED` in the environment asks for others.
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

#[test]
fn tabulated_currents_and_slopes() {
    let text = include_str!("reference/devices.json");
    let table: serde_json::Value = serde_json::from_str(text).unwrap();
    let rows = table["rows"].as_array().unwrap();
    assert!(!rows.is_empty());
    for row in rows {
        let fields = row["device"].as_object().unwrap();
        let kind = Kind::from_name(fields["kind"].as_str().unwrap()).unwrap();
        let named: Vec<(&str, f64)> = fields
            .iter()
            .filter_map(|(name, value)| Some((name.as_str(), value.as_f64()?)))
            .collect();
        let device = Device::with(kind, &named).unwrap();
        let number = |key: &str| row[key].as_f64().unwrap();
        let got = device.response(number("a"), number("b"));
        let current = number("current");
        // Both sides are closed forms; the table's may have lost some digits to cancellation.
        assert!(
            (got.current - current).abs() <= 1e-12 * current.abs() + 1e-15,
            "{row}: {got:?}"
        );
        for (slope, expected) in [(got.d_from, number("d_from")), (got.d_to, number("d_to"))] {
            let tolerance = 1e-6 * expected.abs() + 1e-8 * current.abs().max(1.0);
            assert!((slope - expected).abs() <= tolerance, "{row}: {got:?}");
        }
    }
}

proptest! {
    #![proptest_config(cases(2000))]

    #[test]
    fn no_force_no_current(device in devices(), share in 0.0..=1.0_f64) {
        let a = state(&device, share);
        let b = a * device.k_eq();
        let response = device.response(a, b);
        if device.k_eq() == 1.0 {
            prop_assert_eq!(response.current, 0.0);
        } else {
            // The force itself is only zero up to the rounding of k_eq·a/b.
            prop_assert!(response.current.abs() <= 1e-15 * a * response.d_from.abs().max(response.d_to.abs() * device.k_eq()));
        }
        // I(a, k_eq·a) = 0 for every a, so the two slopes balance.
        let slopes = response.d_from + device.k_eq() * response.d_to;
        prop_assert!(slopes.abs() <= 1e-12 * response.d_from.abs(), "{:?}", response);
    }

    #[test]
    fn current_follows_the_force((device, a, b) in devices_at_work()) {
        let current = device.response(a, b).current;
        prop_assert!(current * force(&device, a, b) >= 0.0, "{}", current);
    }

    #[test]
    fn slopes_are_the_derivatives((device, a, b) in devices_at_work()) {
        let response = device.response(a, b);
        // Steps well inside the narrowest structure sliders can make.
        let step = |x: f64| match platform(&device) {
            Platform::Electronic => 0.02,
            Platform::Chemical => 0.05 * x,
        };
        let scale = |h: f64, d: f64| response.current.abs() + h * d.abs();
        let (ha, hb) = (step(a), step(b));
        assert_derivative(response.d_from, ha, scale(ha, response.d_from), |h| device.response(a + h, b).current)?;
        assert_derivative(response.d_to, hb, scale(hb, response.d_to), |h| device.response(a, b + h).current)?;
    }

    #[test]
    fn parameter_slopes_are_the_derivatives((device, a, b) in devices_at_work()) {
        let current = device.response(a, b).current;
        let d_params = device.d_params(a, b);
        for (p, spec) in device.kind().specs().iter().enumerate() {
            let value = device.params()[p];
            if !device.has_param(p) {
                prop_assert_eq!(d_params[p], 0.0);
                continue;
            }
            let step = if spec.range == ParamRange::Positive { 0.05 * value } else { 2e-3 };
            assert_derivative(d_params[p], step, current.abs() + step * d_params[p].abs(), |h| {
                let mut device = device.clone();
                device.set_param(p, value + h).unwrap();
                device.response(a, b).current
            })?;
        }
        prop_assert_eq!(d_params.len(), device.params().len());
    }

    #[test]
    fn jumps_balance_in_detail((device, a, b) in devices_at_work()) {
        let current = device.response(a, b).current;
        let (forward, backward) = device.jump_rates(platform(&device), a, b);
        prop_assert!(forward >= 0.0 && backward >= 0.0);
        prop_assert!((forward - backward - current).abs() <= 1e-14 * forward.max(backward));
        let ratio = (forward / backward).ln();
        prop_assert!((ratio - force(&device, a, b)).abs() <= 1e-12 * (1.0 + ratio.abs()), "{}", ratio);
    }

    /// Close to equilibrium the rates must not be lost in the rounding of the current.
    #[test]
    fn jumps_near_equilibrium(device in devices(), share in select(&[0.5, 0.1, 0.4321, 0.9]), exponent in -320.0..-6.0_f64) {
        // Share ½ is 0 k_BT, where a subnormal nudge is not lost.
        let b = state(&device, share) * device.k_eq();
        let at_rest = device.jump_rates(platform(&device), b / device.k_eq(), b);
        let nudge = match platform(&device) {
            Platform::Electronic => 10.0_f64.powf(exponent),
            Platform::Chemical => b / device.k_eq() * 10.0_f64.powf(exponent),
        };
        let near = device.jump_rates(platform(&device), b / device.k_eq() + nudge, b);
        for (near, at_rest) in [(near.0, at_rest.0), (near.1, at_rest.1)] {
            // The relative change of a rate is at most some hundreds times the nudge.
            prop_assert!((near - at_rest).abs() <= 1e-3 * at_rest, "{} {}", near, at_rest);
        }
    }

    #[test]
    fn finite_everywhere(device in devices(), i in 0..EXTREMES.len(), j in 0..EXTREMES.len(), near in any::<[bool; 2]>()) {
        let pick = |i: usize, near: bool| {
            let x = if near { EXTREMES[i] * 1.234 } else { EXTREMES[i] };
            match platform(&device) {
                Platform::Electronic => x.clamp(f64::MIN, f64::MAX),
                Platform::Chemical => x.abs().clamp(5e-324, f64::MAX),
            }
        };
        let (a, b) = (pick(i, near[0]), pick(j, near[1]));
        let response = device.response(a, b);
        prop_assert!(all_finite(response), "{:?}", response);
        prop_assert!(device.d_params(a, b).iter().all(|d| d.is_finite()), "{:?}", device.d_params(a, b));
        let (forward, backward) = device.jump_rates(platform(&device), a, b);
        prop_assert!(forward.is_finite() && backward.is_finite() && forward >= 0.0 && backward >= 0.0, "{} {}", forward, backward);
        if response.current != 0.0 {
            prop_assert_eq!(response.current > 0.0, force(&device, a, b) > 0.0);
        }
    }

    /// The parser lets any parameter in its range through, and a slider or a trainer may run far.
    #[test]
    fn finite_for_any_parameters(kind in select(COMPILED), picks in prop::array::uniform6(0..EXTREMES.len()), i in 0..EXTREMES.len(), j in 0..EXTREMES.len()) {
        let mut device = Device::new(kind);
        for (p, (spec, pick)) in kind.specs().iter().zip(picks).enumerate() {
            let value = match spec.range {
                ParamRange::Real => EXTREMES[pick],
                _ => EXTREMES[pick].abs().max(5e-324),
            };
            device.set_param(p, value).unwrap();
        }
        let [a, b] = [i, j].map(|i| match kind.platform().unwrap() {
            Platform::Electronic => EXTREMES[i],
            Platform::Chemical => EXTREMES[i].abs().max(5e-324),
        });
        prop_assert!(all_finite(device.response(a, b)), "{:?}", device.response(a, b));
        prop_assert!(device.d_params(a, b).iter().all(|d| d.is_finite()), "{:?}", device.d_params(a, b));
    }

    #[test]
    fn batches_equal_single_devices((kind, picks) in batches()) {
        let states: Vec<[f64; 2]> = picks.iter().map(|(device, s, t)| [state(device, *s), state(device, *t)]).collect();
        let params: Vec<Vec<f64>> = (0..kind.specs().len())
            .map(|p| picks.iter().map(|(device, ..)| device.params()[p]).collect())
            .collect();
        let [a, b] = [0, 1].map(|end| states.iter().map(|s| s[end]).collect::<Vec<_>>());
        let mut out = vec![Response::default(); picks.len()];
        Device::new(kind).kernel().respond(&params, &a, &b, &mut out);
        for ((device, ..), ((a, b), batch)) in picks.iter().zip(a.iter().zip(&b).zip(&out)) {
            prop_assert_eq!(*batch, device.response(*a, *b));
        }
        let count = params.len();
        let mut slopes = vec![f64::NAN; picks.len() * count];
        Device::new(kind).kernel().slopes(&params, &a, &b, &mut slopes);
        for ((device, ..), ((a, b), slopes)) in picks.iter().zip(a.iter().zip(&b).zip(slopes.chunks(count))) {
            prop_assert_eq!(slopes, &device.d_params(*a, *b)[..]);
        }
        let (mut both, mut slopes_of_both) = (vec![Response::default(); picks.len()], vec![f64::NAN; slopes.len()]);
        Device::new(kind).kernel().linearise(&params, &a, &b, &mut both, &mut slopes_of_both);
        prop_assert_eq!(both, out);
        prop_assert_eq!(slopes_of_both, slopes);
    }

    #[test]
    fn only_a_difference_matters_where_it_says_so((device, a, b) in devices_at_work(), by in 0.1..5.0_f64) {
        let [here, moved] = [0.0, by].map(|by| device.response(a + by, b + by));
        if device.depends_on_difference() {
            // a + by and b + by round by up to 2e-15 each; slopes are at most 20 times the current away from 0.
            let tolerance = 1e-14 * here.d_from.abs() + 1e-13 * here.current.abs();
            prop_assert!((here.current - moved.current).abs() <= tolerance, "{:?} {:?}", here, moved);
            prop_assert_eq!(here.d_from, -here.d_to);
        }
    }
}

/// Where floating point ends, and where naive formulas do.
const EXTREMES: [f64; 17] = [
    0.0,
    5e-324,
    f64::MIN_POSITIVE,
    1e-300,
    -1e-300,
    1e-160,
    1e-17,
    1.0,
    -40.0,
    750.0,
    -750.0,
    1e8,
    -1e17,
    1e160,
    1e300,
    -1e300,
    f64::MAX,
];

fn own_side(side: Side, response: Response) -> f64 {
    match side {
        Side::From => response.d_from,
        Side::To => -response.d_to,
    }
}

fn interval(device: &Device, s: f64, t: f64) -> Interval {
    Interval::new(state(device, s), state(device, t))
}

proptest! {
    #![proptest_config(cases(2000))]

    #[test]
    fn conductances_lie_in_their_enclosure(
        device in devices(),
        corners in prop::array::uniform4(0.0..=1.0_f64),
        size in select(&[1.0, 1e-2, 1e-6, 0.0]),
        points in prop::collection::vec((0.0..=1.0_f64, 0.0..=1.0_f64), 8),
    ) {
        let [s, t, u, v] = corners;
        let a = interval(&device, s, s + (t - s) * size);
        let b = interval(&device, u, u + (v - u) * size);
        for side in [Side::From, Side::To] {
            let enclosure = device.conductance_over(side, a, b);
            prop_assert!(enclosure.lo <= enclosure.hi);
            for &(p, q) in &points {
                let at = |x: Interval, p: f64| (x.lo + x.width() * p).clamp(x.lo, x.hi);
                let g = own_side(side, device.response(at(a, p), at(b, q)));
                // What rounding can do to the point value, not to the enclosure.
                let rounding = 1e-13 * (g.abs() + enclosure.hi.abs().max(enclosure.lo.abs()));
                prop_assert!(enclosure.lo - rounding <= g && g <= enclosure.hi + rounding, "{:?} {}", enclosure, g);
            }
        }
    }

    #[test]
    fn enclosures_tighten((device, a, b) in devices_at_work()) {
        for side in [Side::From, Side::To] {
            let g = own_side(side, device.response(a, b));
            let enclosure = device.conductance_over(side, Interval::point(a), Interval::point(b));
            let other = own_side(if side == Side::From { Side::To } else { Side::From }, device.response(a, b));
            // Terms that nearly cancel leave a width of their own size, at most the rates (10), times rounding.
            prop_assert!(enclosure.width() <= 1e-13 + 1e-10 * (g.abs() + other.abs()), "{:?} {}", enclosure, g);
        }
    }
}

proptest! {
    #![proptest_config(cases(400))]

    #[test]
    fn ndc_verdicts_hold(
        device in devices(),
        corners in prop::array::uniform4(0.0..=1.0_f64),
        size in select(&[1.0, 0.1, 1e-3]),
        points in prop::collection::vec((0.0..=1.0_f64, 0.0..=1.0_f64), 200),
    ) {
        let [s, t, u, v] = corners;
        let a = interval(&device, s, s + (t - s) * size);
        let b = interval(&device, u, u + (v - u) * size);
        for side in [Side::From, Side::To] {
            match device.ndc_over(side, a, b) {
                NdcVerdict::Never => for &(p, q) in &points {
                    let at = |x: Interval, p: f64| (x.lo + x.width() * p).clamp(x.lo, x.hi);
                    let g = own_side(side, device.response(at(a, p), at(b, q)));
                    prop_assert!(g >= 0.0, "{}", g);
                },
                NdcVerdict::At(x, y) => {
                    prop_assert!(a.contains(x) && b.contains(y));
                    let g = own_side(side, device.response(x, y));
                    prop_assert!(g < 0.0, "{}", g);
                }
                NdcVerdict::Unknown => {}
            }
        }
    }
}

proptest! {
    #![proptest_config(cases(1000))]

    /// A curve is negative in slope on its NDC branches and nowhere else, and turns exactly at its extrema.
    #[test]
    fn curves_know_their_branches((device, b, _) in devices_at_work(), reach in select(&[0.3, 1.0])) {
        let range = match platform(&device) {
            Platform::Electronic => [b - 30.0 * reach, b + 40.0 * reach],
            Platform::Chemical => [1e-4, 100.0 * reach],
        };
        let curve = Curve::new(&device, platform(&device), b, range, 997).unwrap();
        for (&x, &slope) in curve.x.iter().zip(&curve.slope) {
            let inside = curve.ndc.iter().any(|[start, end]| *start <= x && x <= *end);
            let wrong = if inside { slope } else { -slope };
            // Rounding of slopes whose terms cancel.
            prop_assert!(wrong <= 1e-13 * device.response(b, b).d_from.max(1e-3), "{} at {}", slope, x);
        }
        for (turns, sign) in [(&curve.peaks, 1.0), (&curve.valleys, -1.0)] {
            for &[x, current] in turns {
                prop_assert_eq!(current, device.response(x, b).current);
                prop_assert!(curve.ndc.iter().flatten().any(|&end| end == x));
                for by in [1e-3, -1e-3] {
                    let beside = device.response(x * (1.0 + by), b).current;
                    prop_assert!(sign * (current - beside) >= -1e-14 * current.abs());
                }
            }
        }
        for &[start, end] in &curve.ndc {
            prop_assert!(start < end);
            for (end, turns) in [(start, &curve.peaks), (end, &curve.valleys)] {
                prop_assert!(range.contains(&end) || turns.iter().any(|&[x, _]| x == end), "{:?}", curve.ndc);
            }
        }
    }
}
