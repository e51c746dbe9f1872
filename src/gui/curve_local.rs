//! stand-in until physics::curve lands
use crate::device::Device;
pub(crate) struct Curve {
    pub x: Vec<f64>,
    pub current: Vec<f64>,
    pub slope: Vec<f64>,
    pub peaks: Vec<[f64; 2]>,
    pub valleys: Vec<[f64; 2]>,
    pub ndc: Vec<[f64; 2]>,
}
impl Curve {
    pub(crate) fn new(device: &Device, b: f64, [lo, hi]: [f64; 2], n: usize) -> Self {
        let x: Vec<f64> = (0..n)
            .map(|k| lo + (hi - lo) * k as f64 / (n - 1) as f64)
            .collect();
        let r: Vec<_> = x.iter().map(|&a| device.response(a, b)).collect();
        let mut c = Curve {
            current: r.iter().map(|r| r.current).collect(),
            slope: r.iter().map(|r| r.d_from).collect(),
            peaks: vec![],
            valleys: vec![],
            ndc: vec![],
            x,
        };
        let mut start = None;
        for k in 0..n {
            let neg = c.slope[k] < -1e-12;
            match (start, neg) {
                (None, true) => {
                    start = Some(c.x[k]);
                    if k > 0 {
                        c.peaks.push([c.x[k], c.current[k]]);
                    }
                }
                (Some(s), false) => {
                    c.ndc.push([s, c.x[k]]);
                    c.valleys.push([c.x[k], c.current[k]]);
                    start = None
                }
                _ => {}
            }
        }
        if let Some(s) = start {
            c.ndc.push([s, hi]);
        }
        c
    }
}
