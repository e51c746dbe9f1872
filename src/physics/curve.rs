//! The I-V curve of one device: current and slope against the state of `from`, with its peaks, valleys and NDC branches.

mod scan;

use crate::device::{Device, ParamRange, Platform};
use scan::{Branches, Scan};

/// I against the state a of the `from` side, the state b of the `to` side held.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    /// Sampled states a, evenly spaced over the range, both ends included.
    pub x: Vec<f64>,
    /// I at each sample.
    pub current: Vec<f64>,
    /// ∂I/∂a at each sample.
    pub slope: Vec<f64>,
    /// Interior maxima of the signed current: [a, I].
    pub peaks: Vec<[f64; 2]>,
    /// Interior minima of the signed current: [a, I].
    pub valleys: Vec<[f64; 2]>,
    /// Maximal intervals of negative slope, clipped to the range.
    pub ndc: Vec<[f64; 2]>,
    /// I at both ends of each interval in `ndc`.
    ndc_currents: Vec<[f64; 2]>,
}

/// A curve that cannot be drawn.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum CurveError {
    /// A state that is not a number, or not finite.
    #[error("the {place} of the curve must be a finite number, got {value}")]
    NotFinite {
        /// Which state.
        place: &'static str,
        /// What was given.
        value: f64,
    },
    /// A concentration below zero, or a held one of zero.
    #[error("the {place} of the curve is a concentration and {requirement}, got {value}")]
    OutOfRange {
        /// Which state.
        place: &'static str,
        /// What it must be.
        requirement: &'static str,
        /// What was given.
        value: f64,
    },
    /// A range without extent, or with its ends exchanged.
    #[error("the curve must start below its end, got {from} to {to}")]
    EmptyRange {
        /// The lower end asked for.
        from: f64,
        /// The upper end asked for.
        to: f64,
    },
    /// Fewer than the two samples that both ends take.
    #[error("a curve needs at least 2 samples, got {0}")]
    TooFewSamples(usize),
}

impl Curve {
    /// The curve of `device` on `platform` for a from `range[0]` to `range[1]`, with the `to` side held at `b`.
    ///
    /// Peaks, valleys and NDC branches come from a search of its own, not from the samples: interval enclosures of the
    /// slope prove where its sign cannot change, and the rest is split until nothing is left but the crossings.
    ///
    /// # Errors
    /// If a state is not finite, or a concentration not positive (the curve may start at 0), the range is empty, or
    /// `samples` is below 2.
    pub fn new(
        device: &Device,
        platform: Platform,
        b: f64,
        range: [f64; 2],
        samples: usize,
    ) -> Result<Self, CurveError> {
        let [from, to] = range;
        for (place, value) in [("start", from), ("end", to), ("held state", b)] {
            if !value.is_finite() {
                return Err(CurveError::NotFinite { place, value });
            }
            // The laws have their values at an empty `from` reservoir too, where a default range may start.
            let allowed = match (platform, place) {
                (Platform::Chemical, "start") => ParamRange::NonNegative,
                (platform, _) => platform.state_range(),
            };
            if !allowed.contains(value) {
                return Err(CurveError::OutOfRange {
                    place,
                    requirement: allowed.requirement(),
                    value,
                });
            }
        }
        if from >= to {
            return Err(CurveError::EmptyRange { from, to });
        }
        if samples < 2 {
            return Err(CurveError::TooFewSamples(samples));
        }
        let x: Vec<f64> = (0..samples)
            .map(|k| {
                let share = k as f64 / (samples - 1) as f64;
                // Weighted so that neither the span of a huge range overflows nor the last sample misses the end.
                (1.0 - share) * from + share * to
            })
            .collect();
        let responses: Vec<_> = x.iter().map(|&a| device.response(a, b)).collect();
        let Branches {
            peaks,
            valleys,
            falling,
        } = Scan::new(device, b, range).branches();
        let at = |a: f64| device.response(a, b).current;
        Ok(Self {
            current: responses.iter().map(|r| r.current).collect(),
            slope: responses.iter().map(|r| r.d_from).collect(),
            peaks: peaks.into_iter().map(|a| [a, at(a)]).collect(),
            valleys: valleys.into_iter().map(|a| [a, at(a)]).collect(),
            ndc_currents: falling.iter().map(|ends| ends.map(at)).collect(),
            ndc: falling,
            x,
        })
    }

    /// The largest ratio of currents along one NDC branch: its larger |I| over its smaller, the peak-to-valley ratio
    /// where both are inside the range; a branch that leaves the range counts as far as it is drawn. Infinite if the
    /// current dies out, `None` without a branch that keeps the direction of its current.
    #[must_use]
    pub fn peak_to_valley(&self) -> Option<f64> {
        self.ndc_currents
            .iter()
            .filter(|[i, j]| i * j >= 0.0 && (*i != 0.0 || *j != 0.0))
            .map(|[i, j]| i.abs().max(j.abs()) / i.abs().min(j.abs()))
            .reduce(f64::max)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::Kind;

    /// The curve on the platform the law belongs to.
    fn drawn(
        device: &Device,
        b: f64,
        range: [f64; 2],
        samples: usize,
    ) -> Result<Curve, CurveError> {
        let platform = device.kind().platform().unwrap_or(Platform::Electronic);
        Curve::new(device, platform, b, range, samples)
    }

    fn curve(kind: Kind, named: &[(&str, f64)], b: f64, range: [f64; 2]) -> Curve {
        drawn(&Device::with(kind, named).unwrap(), b, range, 201).unwrap()
    }

    fn dot(level: f64, shift: f64) -> Device {
        Device::with(
            Kind::QuantumDot,
            &[("tunnel_rate", 1.0), ("level", level), ("shift", shift)],
        )
        .unwrap()
    }

    fn assert_near(got: f64, expected: f64, tolerance: f64) {
        assert!((got - expected).abs() <= tolerance, "{got} {expected}");
    }

    #[test]
    fn tunnel_diode_peaks_at_its_voltage() {
        let named = [
            ("i_peak", 2.0),
            ("v_peak", 1.5),
            ("i_sat", 1e-12),
            ("ideality", 1.0),
        ];
        let curve = curve(Kind::TunnelDiode, &named, 0.5, [-3.0, 40.0]);
        assert_eq!((curve.peaks.len(), curve.valleys.len()), (1, 1));
        let [x, current] = curve.peaks[0];
        assert_near(x, 2.0, 1e-10);
        assert_near(current, 2.0, 1e-10);
        assert_eq!(curve.ndc, [[x, curve.valleys[0][0]]]);
        let ratio = curve.peak_to_valley().unwrap();
        assert_near(ratio, current / curve.valleys[0][1], 1e-9 * ratio);
    }

    /// At a large shift I = Γ·sinh(V/2)/(cosh(V/2) + cosh(level + V)); the peak is where the slope of its logarithm
    /// vanishes, found here by plain bisection.
    #[test]
    fn floating_dot_turns_over_on_both_sides() {
        let device = dot(-4.0, 1.0);
        let curve = drawn(&device, 0.0, [-12.0, 12.0], 101).unwrap();
        let log_slope = |v: f64| {
            let half = 0.5 * v;
            0.5 / half.tanh()
                - (0.5 * half.sinh() + (v - 4.0).sinh()) / (half.cosh() + (v - 4.0).cosh())
        };
        let (mut low, mut high): (f64, f64) = (1.0, 8.0);
        while high - low > 1e-13 {
            let mid = 0.5 * (low + high);
            if log_slope(mid) > 0.0 {
                low = mid;
            } else {
                high = mid;
            }
        }
        assert_eq!(curve.peaks.len(), 1);
        assert_near(curve.peaks[0][0], low, 1e-12);
        let valley = curve.valleys[0][0];
        assert!(
            valley < 0.0,
            "in reverse the current is largest at a minimum"
        );
        assert_eq!(curve.ndc, [[-12.0, valley], [curve.peaks[0][0], 12.0]]);
    }

    #[test]
    fn double_dot_peaks_where_its_slope_vanishes() {
        let named = [
            ("tunnel_rate", 1.0),
            ("width", 0.4),
            ("detuning", -3.0),
            ("shift", 1.0),
        ];
        let curve = curve(Kind::DoubleDot, &named, 0.0, [0.0, 30.0]);
        assert_eq!((curve.peaks.len(), curve.valleys.len()), (1, 0));
        let v: f64 = curve.peaks[0][0];
        // d/dV: ½/sinh(V/2) = 2·r/(w·(1+r²)), r the detuning in widths.
        let r = (v - 3.0) / 0.4;
        assert_near(
            0.5 / (0.5 * v).sinh(),
            2.0 * r / (0.4 * (1.0 + r * r)),
            1e-12,
        );
    }

    /// With b → 0 the peak is at √(k_m·k_i).
    #[test]
    fn enzyme_peaks_where_the_substrate_inhibits() {
        let named = [("v_max", 1.0), ("k_m", 2.0), ("k_p", 1.0), ("k_i", 0.5)];
        let curve = curve(Kind::Enzyme, &named, 1e-14, [1e-3, 20.0]);
        assert_eq!(curve.peaks.len(), 1);
        assert_near(curve.peaks[0][0], 1.0, 1e-12);
        assert_eq!(curve.ndc, [[curve.peaks[0][0], 20.0]]);
    }

    #[test]
    fn monotone_devices_have_nothing_to_report() {
        let monotone = [
            Device::new(Kind::Ohmic),
            Device::new(Kind::Diode),
            dot(-4.0, 0.5),
            dot(3.0, 0.0),
            Device::with(
                Kind::QuantumDot,
                &[
                    ("tunnel_rate", 1.0),
                    ("level", 1.0),
                    ("shift", 0.0),
                    ("tracking", 0.0),
                ],
            )
            .unwrap(),
        ];
        for device in monotone {
            for range in [[-10.0, 10.0], [-5e3, 5e3], [-1e300, 1e300]] {
                let curve = drawn(&device, 0.3, range, 11).unwrap();
                assert!(curve.peaks.is_empty() && curve.valleys.is_empty() && curve.ndc.is_empty());
                assert_eq!(curve.peak_to_valley(), None);
            }
        }
        for kind in [Kind::Diffusion, Kind::Enzyme] {
            let mut device = Device::new(kind);
            if let Some(k_i) = kind.param_index("k_i") {
                device.set_param(k_i, f64::INFINITY).unwrap();
            }
            for range in [[1e-3, 10.0], [1e-9, 1e18]] {
                let curve = drawn(&device, 0.3, range, 11).unwrap();
                assert!(curve.peaks.is_empty() && curve.valleys.is_empty() && curve.ndc.is_empty());
            }
        }
    }

    /// Far from the level every slope underflows to zero: neither an extremum nor NDC.
    #[test]
    fn flat_stretches_are_nothing() {
        let curve = drawn(&dot(-4.0, 1.0), 0.0, [-1e5, 1e5], 11).unwrap();
        assert_eq!((curve.peaks.len(), curve.valleys.len()), (1, 1));
        let [_, [start, end]] = curve.ndc[..] else {
            panic!("{:?}", curve.ndc)
        };
        assert_near(start, curve.peaks[0][0], 0.0);
        assert!(
            end > 1400.0 && end < 1600.0,
            "the slope e^(-V/2) underflows: {end}"
        );
        let blocked = Device::new(Kind::BlockadeDot);
        let far = drawn(&blocked, -2e4, [-1.5e4, -1e4], 11).unwrap();
        assert!(far.peaks.is_empty() && far.valleys.is_empty() && far.ndc.is_empty());
    }

    /// However wide the range, and wherever in it the device is.
    #[test]
    fn turning_points_are_found_in_huge_ranges() {
        let device = dot(-4.0, 1.0);
        let near = drawn(&device, 2.5, [-100.0, 100.0], 11).unwrap();
        assert_eq!((near.peaks.len(), near.valleys.len()), (1, 1));
        for range in [
            [-1e4, 1e4],
            [-3e6, 1e7],
            [-1e12, 1e12],
            [-1e30, 50.0],
            [-1e300, 1e300],
        ] {
            let far = drawn(&device, 2.5, range, 11).unwrap();
            assert_eq!((far.peaks.len(), far.ndc.len()), (1, 2), "{range:?}");
            assert_near(far.peaks[0][0], near.peaks[0][0], 1e-11);
            assert_near(far.valleys[0][0], near.valleys[0][0], 1e-11);
        }
        let named = [("v_max", 1.0), ("k_m", 2.0), ("k_p", 1.0), ("k_i", 0.5)];
        let enzyme = curve(Kind::Enzyme, &named, 1e-14, [0.0, 1e15]);
        assert_near(enzyme.peaks[0][0], 1.0, 1e-12);
        assert_eq!(enzyme.ndc.len(), 1);
    }

    /// A hump that the diode term all but hides: NDC over a thousandth of the range, between two of few samples.
    #[test]
    fn narrow_branches_are_found() {
        let (v_peak, n) = (1.5_f64, 2.0_f64);
        let deepest = v_peak * (1.0 + 1.0 / (1.0 + v_peak / n));
        let z = deepest / v_peak;
        let edge = (z - 1.0) * (1.0 - z).exp() / v_peak * n / (deepest / n).exp();
        for below in [1e-4, 1e-7, 1e-9] {
            let named = [
                ("i_peak", 1.0),
                ("v_peak", v_peak),
                ("i_sat", edge * (1.0 - below)),
                ("ideality", n),
            ];
            let curve = curve(Kind::TunnelDiode, &named, 0.0, [-37.0, 41.0]);
            assert_eq!(curve.ndc.len(), 1, "{below}");
            let [start, end] = curve.ndc[0];
            assert!(start < deepest && deepest < end && end - start < 10.0 * below.sqrt());
            let device = Device::with(Kind::TunnelDiode, &named).unwrap();
            for (x, outside) in [(start, start - 1e-6), (end, end + 1e-6)] {
                assert!(device.response(x, 0.0).d_from.abs() < 1e-13);
                assert!(device.response(outside, 0.0).d_from > 0.0);
            }
        }
    }

    #[test]
    fn bad_requests_are_named() {
        let (ohm, enzyme) = (Device::new(Kind::Ohmic), Device::new(Kind::Enzyme));
        assert_eq!(
            drawn(&ohm, 0.0, [1.0, 1.0], 5),
            Err(CurveError::EmptyRange { from: 1.0, to: 1.0 })
        );
        assert_eq!(
            drawn(&ohm, 0.0, [0.0, 1.0], 1),
            Err(CurveError::TooFewSamples(1))
        );
        assert!(matches!(
            drawn(&ohm, f64::NAN, [0.0, 1.0], 5),
            Err(CurveError::NotFinite {
                place: "held state",
                ..
            })
        ));
        for (b, range, wrong) in [(1.0, [-1.0, 1.0], "start"), (0.0, [0.0, 1.0], "held state")] {
            assert!(matches!(
                drawn(&enzyme, b, range, 5),
                Err(CurveError::OutOfRange { place, .. }) if place == wrong
            ));
        }
        assert!(drawn(&enzyme, 1.0, [0.0, 1.0], 5).is_ok());
        let both = drawn(&ohm, 0.0, [-1.0, 3.0], 2).unwrap();
        assert_eq!(both.x, [-1.0, 3.0]);
    }

    /// Samples agree with the branches, whatever the device.
    #[test]
    fn samples_and_branches_agree() {
        for kind in Kind::ALL {
            let device = Device::new(kind);
            let (b, range) = match kind.platform().unwrap_or(Platform::Electronic) {
                Platform::Electronic => (-0.7, [-15.0, 15.0]),
                Platform::Chemical => (0.2, [1e-3, 30.0]),
            };
            let curve = drawn(&device, b, range, 401).unwrap();
            for (&x, &slope) in curve.x.iter().zip(&curve.slope) {
                let inside = curve.ndc.iter().any(|[lo, hi]| *lo <= x && x <= *hi);
                assert_eq!(inside, slope < 0.0, "{kind} at {x}: {slope}");
            }
        }
    }
}
