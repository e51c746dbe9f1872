//! Bundles: what runs between the same two parts of the canvas, drawn as one.
//!
//! The canvas is divided into squares; all pipes between two squares are a bundle, from the middle of the tanks in the
//! one to the middle of those in the other. Tanks of different roles in a square are apart, or a bundle would end between
//! two layers. Squares come in sizes a factor of two apart, so that a little zooming does not regroup everything.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::ops::Range;

use eframe::egui::{Painter, Pos2, Rect, pos2, vec2};

use super::camera::Camera;
use super::ribbon::Ribbons;
use super::scene::Tank;
use crate::device::Response;
use crate::gui::theme::Palette;
use crate::network::Role;

/// Side of the smallest squares, in canvas points, and how many sizes there are: at the smallest magnification the
/// largest fill a good part of the view.
const SIDE: f32 = 160.0;
const SIZES: usize = 8;

/// Squares are at least this large on the screen.
const LEAST_ON_SCREEN: f32 = 72.0;

/// More bundles than this in view would be as much of a thicket as their pipes: larger squares are taken.
const MOST: usize = 320;

/// Points along a bundle.
const POINTS: usize = 13;

/// Width of the strongest bundle on the screen.
const WIDEST: f32 = 12.0;

/// A net current below this share of the whole has no direction worth an arrow.
const DIRECTED: f64 = 0.05;

/// The pipes between two squares.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Bundle {
    /// Where it begins and ends on the canvas.
    ends: [Pos2; 2],
    /// Where its pipes are in [`Bundles::pipes`].
    pipes: Range<usize>,
}

/// A pipe in a bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Member {
    pipe: usize,
    /// Whether it runs from the bundle's end to its beginning.
    is_reversed: bool,
}

/// All bundles for one size of squares.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Bundles {
    list: Vec<Bundle>,
    members: Vec<Member>,
}

/// The bundles of a scene, each size worked out when it is first seen.
#[derive(Clone, Debug, Default)]
pub(super) struct BundleSizes([OnceCell<Bundles>; SIZES]);

impl BundleSizes {
    /// The bundles that suit a magnification and the part of the canvas in view. `ends` are the tanks at the ends of each
    /// pipe, by position.
    pub(super) fn at(
        &self,
        zoom: f32,
        seen: Rect,
        tanks: &[Tank],
        ends: &[Option<[usize; 2]>],
    ) -> &Bundles {
        let of_size = |size: usize| {
            self.0[size].get_or_init(|| Bundles::new(SIDE * (size as f32).exp2(), tanks, ends))
        };
        let sizes = size(zoom)..SIZES - 1;
        let few = sizes
            .map(of_size)
            .find(|bundles| bundles.list.iter().filter(|b| b.is_in(seen)).count() <= MOST);
        few.unwrap_or_else(|| of_size(SIZES - 1))
    }
}

/// The number of the smallest squares that are large enough on the screen.
fn size(zoom: f32) -> usize {
    let doublings = (LEAST_ON_SCREEN / (SIDE * zoom)).log2().ceil();
    doublings.clamp(0.0, SIZES as f32 - 1.0) as usize
}

impl Bundles {
    fn new(side: f32, tanks: &[Tank], ends: &[Option<[usize; 2]>]) -> Self {
        // Squares are numbered as they are met, and stand for the middle of their tanks.
        let mut numbers: HashMap<([i32; 2], Role), usize> = HashMap::new();
        let mut middles: Vec<(Pos2, f32)> = Vec::new();
        let square_of: Vec<usize> = tanks
            .iter()
            .map(|tank| {
                let at = tank.rect.center();
                let cell = [at.x, at.y].map(|v| (v / side).floor() as i32);
                let number = *numbers.entry((cell, tank.role)).or_insert_with(|| {
                    middles.push((Pos2::ZERO, 0.0));
                    middles.len() - 1
                });
                let (sum, count) = &mut middles[number];
                *sum += at.to_vec2();
                *count += 1.0;
                number
            })
            .collect();
        let mut keyed: Vec<([usize; 2], Member)> = ends
            .iter()
            .enumerate()
            .filter_map(|(pipe, ends)| {
                let [from, to] = (*ends)?.map(|tank| square_of[tank]);
                let is_reversed = from > to;
                let pair = if is_reversed { [to, from] } else { [from, to] };
                // What stays within a square is hidden by its tanks.
                (from != to).then_some((pair, Member { pipe, is_reversed }))
            })
            .collect();
        keyed.sort_unstable_by_key(|(pair, member)| (*pair, member.pipe));
        let mut list: Vec<Bundle> = Vec::new();
        let mut last = None;
        for (k, &(pair, _)) in keyed.iter().enumerate() {
            if last != Some(pair) {
                last = Some(pair);
                let ends = pair.map(|square| {
                    let (sum, count) = middles[square];
                    (sum.to_vec2() / count).to_pos2()
                });
                list.push(Bundle { ends, pipes: k..k });
            }
            if let Some(bundle) = list.last_mut() {
                bundle.pipes.end = k + 1;
            }
        }
        Self {
            list,
            members: keyed.into_iter().map(|(_, member)| member).collect(),
        }
    }

    /// The pipes of a bundle.
    pub(super) fn pipes(&self, bundle: usize) -> impl Iterator<Item = usize> {
        let range = self
            .list
            .get(bundle)
            .map_or(0..0, |bundle| bundle.pipes.clone());
        self.members[range].iter().map(|member| member.pipe)
    }

    /// What flows in each bundle; `response` is that of a pipe.
    pub(super) fn flows(&self, response: impl Fn(usize) -> Option<Response>) -> Vec<BundleFlow> {
        self.list
            .iter()
            .map(|bundle| {
                let mut flow = BundleFlow::default();
                for member in &self.members[bundle.pipes.clone()] {
                    let Some(response) = response(member.pipe) else {
                        continue;
                    };
                    flow.add(&response, member.is_reversed);
                }
                flow
            })
            .collect()
    }

    /// The bundle nearest to a point of the screen, no further than `reach` from it.
    pub(super) fn near(
        &self,
        pointer: Pos2,
        reach: f32,
        camera: Camera,
        view: Rect,
    ) -> Option<usize> {
        let distance = |bundle: &Bundle| {
            let path: Vec<Pos2> = bundle.path(camera, view).collect();
            path.windows(2)
                .map(|pair| super::scene::distance_to_segment(pointer, pair[0], pair[1]))
                .fold(f32::INFINITY, f32::min)
        };
        self.list
            .iter()
            .enumerate()
            .filter(|(_, bundle)| {
                let on_screen = camera.screen_rect(view, Rect::from_points(&bundle.ends));
                on_screen.expand(reach).contains(pointer)
            })
            .map(|(k, bundle)| (k, distance(bundle)))
            .filter(|(_, distance)| *distance <= reach)
            .min_by(|a, b| a.1.total_cmp(&b.1))
            .map(|(k, _)| k)
    }
}

impl Bundle {
    /// Whether it may pass through a part of the canvas.
    fn is_in(&self, part: Rect) -> bool {
        Rect::from_points(&self.ends).intersects(part)
    }

    /// Points along it on the screen: it leaves and enters horizontally, as pipes do.
    fn path(&self, camera: Camera, view: Rect) -> impl Iterator<Item = Pos2> {
        let [from, to] = self.ends.map(|end| camera.screen_from_canvas(view, end));
        let reach = 0.5 * (to.x - from.x);
        (0..POINTS).map(move |k| {
            let t = k as f32 / (POINTS - 1) as f32;
            let s = 1.0 - t;
            let [c1, c2] = [from + vec2(reach, 0.0), to - vec2(reach, 0.0)];
            let x = s * s * s * from.x + 3.0 * s * t * (s * c1.x + t * c2.x) + t * t * t * to.x;
            let y = s * s * s * from.y + 3.0 * s * t * (s * c1.y + t * c2.y) + t * t * t * to.y;
            pos2(x, y)
        })
    }
}

/// What flows in a bundle.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct BundleFlow {
    /// How many pipes there are.
    pub(super) pipes: usize,
    /// The magnitudes of all currents together.
    pub(super) whole: f64,
    /// The currents together, from its beginning to its end.
    pub(super) net: f64,
    /// How many devices operate where their curve falls, …
    pub(super) falling: usize,
    /// … and what flows in them.
    falling_part: f64,
}

impl BundleFlow {
    fn add(&mut self, response: &Response, is_reversed: bool) {
        let current = response.current;
        self.pipes += 1;
        if !current.is_finite() {
            return;
        }
        self.whole += current.abs();
        self.net += if is_reversed { -current } else { current };
        if super::is_falling(response) {
            self.falling += 1;
            self.falling_part += current.abs();
        }
    }
}

/// How bundles are drawn.
pub(super) struct BundlePainter<'a> {
    pub(super) painter: &'a Painter,
    pub(super) palette: &'a Palette,
    pub(super) camera: Camera,
    pub(super) view: Rect,
    pub(super) is_linear: bool,
}

impl BundlePainter<'_> {
    /// Paints them, the weakest first; returns how many are in view.
    pub(super) fn paint(
        &self,
        bundles: &Bundles,
        flows: &[BundleFlow],
        hovered: Option<usize>,
    ) -> usize {
        let strongest = flows.iter().map(|flow| flow.whole).fold(0.0, f64::max);
        let mut order: Vec<usize> = (0..bundles.list.len())
            .filter(|&k| {
                let bounds = Rect::from_points(&bundles.list[k].ends);
                self.camera
                    .screen_rect(self.view, bounds)
                    .intersects(self.view)
            })
            .collect();
        order.sort_by(|&a, &b| flows[a].whole.total_cmp(&flows[b].whole));
        let mut ribbons = Ribbons::new(self.painter);
        let [still, strong] = self.palette.pipes;
        for &k in &order {
            let (bundle, flow) = (&bundles.list[k], &flows[k]);
            let share = if strongest > 0.0 {
                flow.whole / strongest
            } else {
                0.0
            };
            let strength = if self.is_linear { share } else { share.sqrt() } as f32;
            let falling = if flow.whole > 0.0 {
                (flow.falling_part / flow.whole) as f32
            } else {
                0.0
            };
            let color = still
                .lerp_to_gamma(strong, strength)
                .lerp_to_gamma(self.palette.ndc_tint, 0.8 * falling);
            let width = (WIDEST * strength).max(1.2);
            if hovered == Some(k) {
                let path = bundle.path(self.camera, self.view);
                ribbons.add(path, width + 4.0, self.palette.text);
            }
            ribbons.add(
                bundle.path(self.camera, self.view),
                width,
                color.gamma_multiply(0.3 + 0.5 * strength),
            );
            if flow.net.abs() > DIRECTED * flow.whole && strength > 0.2 {
                let path: Vec<Pos2> = bundle.path(self.camera, self.view).collect();
                let middle = POINTS / 2;
                let along = (path[middle + 1] - path[middle - 1]).normalized();
                let along = along * flow.net.signum() as f32;
                let size = 5.0 + 0.6 * width;
                ribbons.arrow(
                    path[middle] + 0.5 * size * along,
                    along,
                    size,
                    self.palette.dot,
                );
            }
        }
        ribbons.paint(self.painter);
        order.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::Platform;
    use crate::network::{Network, Node, Role};

    /// Two columns of tanks far apart, four in each, and a pipe from each left one to each right one.
    fn layers() -> (Vec<Tank>, Vec<Option<[usize; 2]>>) {
        let mut network = Network::new(Platform::Electronic);
        let tanks = (0..8)
            .map(|k| {
                let node = Node::new(format!("n{k}"), Role::Hidden, Platform::Electronic);
                let at = pos2(
                    if k < 4 { 30.0 } else { 990.0 },
                    20.0 + 30.0 * (k % 4) as f32,
                );
                Tank::new(
                    network.add_node(node).unwrap(),
                    Role::Hidden,
                    at,
                    vec2(10.0, 20.0),
                )
            })
            .collect();
        let ends = (0..16).map(|e| Some([e / 4, 4 + e % 4])).collect();
        (tanks, ends)
    }

    fn response(current: f64, d_from: f64) -> Response {
        Response {
            current,
            d_from,
            d_to: -1.0,
        }
    }

    #[test]
    fn what_joins_the_same_squares_is_one_bundle() {
        let (tanks, mut ends) = layers();
        // One runs the other way, one stays on its side, and one has no ends.
        ends.push(Some([4, 0]));
        ends.push(Some([0, 1]));
        ends.push(None);
        let bundles = Bundles::new(SIDE, &tanks, &ends);
        assert_eq!(bundles.list.len(), 1);
        let bundle = &bundles.list[0];
        assert_eq!(bundles.pipes(0).count(), 17);
        assert_eq!(bundle.ends, [pos2(30.0, 65.0), pos2(990.0, 65.0)]);
        let flows = bundles.flows(|pipe| {
            Some(if pipe == 16 {
                response(3.0, -1.0)
            } else {
                response(0.5, 1.0)
            })
        });
        assert_eq!(flows[0].pipes, 17);
        assert!((flows[0].whole - 11.0).abs() < 1e-12);
        assert!(
            (flows[0].net - 5.0).abs() < 1e-12,
            "the last one flows back"
        );
        assert_eq!(flows[0].falling, 1);
        assert_eq!(bundles.pipes(9).count(), 0);
    }

    #[test]
    fn layers_in_one_square_are_apart() {
        let (mut tanks, mut ends) = layers();
        // An output beside the second layer, fed by all of it.
        let output = Tank::new(
            tanks[0].key,
            Role::Output,
            pos2(1010.0, 65.0),
            vec2(10.0, 20.0),
        );
        tanks.push(output);
        ends.extend((4..8).map(|k| Some([k, 8])));
        let bundles = Bundles::new(SIDE, &tanks, &ends);
        let joined: Vec<_> = bundles.list.iter().map(|bundle| bundle.ends).collect();
        let [first, second, third] = [30.0, 990.0, 1010.0].map(|x| pos2(x, 65.0));
        assert_eq!(joined, [[first, second], [second, third]]);
    }

    #[test]
    fn bundles_are_found_where_they_run() {
        let (tanks, ends) = layers();
        let bundles = Bundles::new(SIDE, &tanks, &ends);
        let (camera, view) = (
            Camera::default(),
            Rect::from_min_size(Pos2::ZERO, vec2(800.0, 400.0)),
        );
        let middle = camera.screen_from_canvas(view, pos2(510.0, 65.0));
        assert_eq!(bundles.near(middle, 5.0, camera, view), Some(0));
        assert_eq!(
            bundles.near(middle + vec2(0.0, 40.0), 5.0, camera, view),
            None
        );
    }

    #[test]
    fn a_thicket_of_bundles_is_drawn_in_larger_squares() {
        // Every tank in a square of its own: four hundred bundles at the smallest size.
        let (few, _) = layers();
        let key = few[0].key;
        let tanks: Vec<Tank> = (0..40)
            .map(|k| {
                let at = pos2(
                    if k < 20 { 30.0 } else { 9990.0 },
                    20.0 + SIDE * (k % 20) as f32,
                );
                Tank::new(key, Role::Hidden, at, vec2(10.0, 20.0))
            })
            .collect();
        let ends: Vec<_> = (0..400).map(|e| Some([e / 20, 20 + e % 20])).collect();
        let sizes = BundleSizes::default();
        assert_eq!(
            sizes.at(1.0, Rect::EVERYTHING, &tanks, &ends).list.len(),
            100
        );
        let nowhere = Rect::from_min_size(pos2(0.0, -5000.0), vec2(10.0, 10.0));
        assert_eq!(sizes.at(1.0, nowhere, &tanks, &ends).list.len(), 400);
    }

    #[test]
    fn squares_grow_as_one_zooms_out_and_zooming_a_little_keeps_them() {
        let sizes: Vec<usize> = [8.0, 1.0, 0.44, 0.3, 0.24, 0.1, 0.03, 1e-6]
            .into_iter()
            .map(size)
            .collect();
        assert_eq!(sizes, [0, 0, 1, 1, 1, 3, 4, SIZES - 1]);
    }
}
