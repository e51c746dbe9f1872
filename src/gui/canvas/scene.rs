//! The network as shapes on the canvas: where tanks stand, how pipes run, and what is near a point.

use eframe::egui::{Pos2, Rect, Vec2, pos2, vec2};

use super::bundles::{BundleSizes, Bundles};
use crate::network::{EdgeKey, Network, Node, NodeKey, Role};

/// Height of a tank at 100 %.
pub(super) const TANK_HEIGHT: f32 = 56.0;

/// The size of a new tank at 100 %.
pub(super) const NEW_TANK: Vec2 = vec2(38.0, TANK_HEIGHT);

/// Pipes are drawn as polylines with this many segments: smooth up to eightfold zoom …
const SEGMENTS: usize = 28;
/// … and with this many in networks beyond `DENSE` edges, where no single pipe can be told anyway.
const DENSE_SEGMENTS: usize = 8;
const DENSE: usize = 2000;

/// How far parallel pipes bow apart.
const BOW: f32 = 34.0;

/// A reservoir on the canvas.
#[derive(Clone, Debug)]
pub(crate) struct Tank {
    /// Which one.
    pub(crate) key: NodeKey,
    /// The part it plays.
    pub(super) role: Role,
    /// The outline of its vessel.
    pub(crate) rect: Rect,
    /// Its width and height, as they were worked out: those of the outline are rounded with its place.
    size: Vec2,
}

impl Tank {
    /// A vessel of this size.
    pub(super) fn new(key: NodeKey, role: Role, at: Pos2, size: Vec2) -> Self {
        Self {
            key,
            role,
            rect: Rect::from_center_size(at, size),
            size,
        }
    }
}

/// An edge on the canvas.
#[derive(Clone, Debug)]
pub(crate) struct Pipe {
    /// Which one.
    pub(crate) key: EdgeKey,
    /// Points along it, from `from` to `to`.
    pub(crate) points: Vec<Pos2>,
    /// Length of the pipe up to each point.
    lengths: Vec<f32>,
    bounds: Rect,
    /// Where its glyph sits, as a share of the length; `None` where there is no room for one.
    pub(crate) glyph: Option<f32>,
}

impl Pipe {
    /// What holds all its points.
    pub(crate) fn bounds(&self) -> Rect {
        self.bounds
    }

    /// The whole length.
    pub(crate) fn length(&self) -> f32 {
        self.lengths.last().copied().unwrap_or(0.0)
    }

    /// Position and direction (of unit length) at a distance along the pipe.
    pub(crate) fn at(&self, distance: f32) -> (Pos2, Vec2) {
        let after = self
            .lengths
            .partition_point(|&length| length < distance)
            .clamp(1, self.points.len() - 1);
        let (start, end) = (self.points[after - 1], self.points[after]);
        let (from, to) = (self.lengths[after - 1], self.lengths[after]);
        let share = if to > from {
            ((distance - from) / (to - from)).clamp(0.0, 1.0)
        } else {
            0.0
        };
        (start.lerp(end, share), (end - start).normalized())
    }

    /// The distance along the pipe at which the glyph sits, or its middle.
    pub(crate) fn glyph_distance(&self) -> f32 {
        self.glyph.unwrap_or(0.5) * self.length()
    }

    fn distance_to(&self, point: Pos2) -> f32 {
        self.points
            .windows(2)
            .map(|pair| distance_to_segment(point, pair[0], pair[1]))
            .fold(f32::INFINITY, f32::min)
    }
}

/// Everything that stands on the canvas, in the order of the network.
#[derive(Clone, Debug)]
pub(crate) struct Scene {
    /// One for each reservoir.
    pub(crate) tanks: Vec<Tank>,
    /// One for each edge.
    pub(crate) pipes: Vec<Pipe>,
    /// What holds it all, labels excluded.
    pub(crate) bounds: Rect,
    /// The tanks at the ends of each pipe, by position.
    ends: Vec<Option<[usize; 2]>>,
    bundles: BundleSizes,
}

impl Scene {
    /// Lays out a network.
    pub(crate) fn new(network: &Network) -> Self {
        let tanks: Vec<Tank> = network
            .nodes()
            .iter()
            .zip(positions(network))
            .map(|(node, at)| Tank::new(node.key(), node.role, at, tank_size(node)))
            .collect();
        let ends: Vec<Option<[usize; 2]>> = network
            .edges()
            .iter()
            .map(|edge| Some([network.node_index(edge.from)?, network.node_index(edge.to)?]))
            .collect();
        let mut pipes = pipes(network, &tanks, &ends);
        place_glyphs(&mut pipes, &tanks);
        let bounds = tanks
            .iter()
            .map(|tank| tank.rect)
            .chain(pipes.iter().map(Pipe::bounds))
            .fold(Rect::NOTHING, Rect::union);
        Self {
            tanks,
            pipes,
            bounds,
            ends,
            bundles: BundleSizes::default(),
        }
    }

    /// Whether the tanks are as wide as the network has them now: parameters change no other part of a scene.
    pub(crate) fn has_sizes_of(&self, network: &Network) -> bool {
        let nodes = network.nodes();
        self.tanks.len() == nodes.len()
            && self
                .tanks
                .iter()
                .zip(nodes)
                .all(|(tank, node)| tank.key == node.key() && tank.size == tank_size(node))
    }

    /// The bundles that suit a magnification and the part of the canvas in view.
    pub(super) fn bundles(&self, zoom: f32, seen: Rect) -> &Bundles {
        self.bundles.at(zoom, seen, &self.tanks, &self.ends)
    }

    /// The position of an edge among the pipes.
    pub(super) fn pipe(&self, key: EdgeKey) -> Option<usize> {
        self.pipes.binary_search_by_key(&key, |pipe| pipe.key).ok()
    }

    /// Whether a tank is within `reach` of a canvas point.
    pub(crate) fn has_tank_near(&self, point: Pos2, reach: f32) -> bool {
        let mut tanks = self.tanks.iter();
        tanks.any(|tank| tank.rect.expand(reach).contains(point))
    }

    /// The pipe nearest to a canvas point, no further than `reach` from it.
    ///
    /// Their rectangles are compared first: for ten thousand pipes that takes less than a tenth of a millisecond, and in a
    /// thicket of more they are bundled. An index of the squares that pipes pass through answers sooner, but takes half a
    /// second to make for a large network, each time a tank is moved.
    pub(crate) fn pipe_near(&self, point: Pos2, reach: f32) -> Option<usize> {
        self.pipes
            .iter()
            .enumerate()
            .filter(|(_, pipe)| pipe.bounds.expand(reach).contains(point))
            .map(|(p, pipe)| (p, pipe.distance_to(point)))
            .filter(|&(_, distance)| distance <= reach)
            .min_by(|a, b| a.1.total_cmp(&b.1))
            .map(|(p, _)| p)
    }
}

/// The size of a vessel: width goes with the cube root of the capacity, so that a factor of a thousand still fits.
fn tank_size(node: &Node) -> Vec2 {
    match node.role {
        Role::Bias => vec2(28.0, 44.0),
        Role::Input => vec2(36.0, TANK_HEIGHT),
        Role::Hidden | Role::Output => {
            let width = 38.0 * node.capacity.cbrt() as f32;
            vec2(width.clamp(22.0, 110.0), TANK_HEIGHT)
        }
    }
}

/// Where each reservoir stands; those without a place get one in the column of their role.
fn positions(network: &Network) -> Vec<Pos2> {
    const COLUMN: f32 = 160.0;
    const ROW: f32 = 120.0;
    let mut filled = [0.0_f32; 4];
    network
        .nodes()
        .iter()
        .map(|node| {
            if let Some([x, y]) = node.at {
                return pos2(x as f32, y as f32);
            }
            let column = Role::ALL
                .iter()
                .position(|&role| role == node.role)
                .unwrap_or(0);
            let row = filled[column];
            filled[column] += 1.0;
            pos2(COLUMN * column as f32, ROW * row)
        })
        .collect()
}

/// One end of a pipe at the side of a tank.
struct End {
    pipe: usize,
    is_from: bool,
    /// What the ends at one side are ordered by: the height of the other end, then the bow.
    order: (f32, f32),
}

fn pipes(network: &Network, tanks: &[Tank], ends: &[Option<[usize; 2]>]) -> Vec<Pipe> {
    let segments = if network.edges().len() > DENSE {
        DENSE_SEGMENTS
    } else {
        SEGMENTS
    };
    let bows = bows(ends);

    // Which side of each tank a pipe leaves by, and in what order from top to bottom.
    let mut sides: Vec<[Vec<End>; 2]> = (0..tanks.len()).map(|_| Default::default()).collect();
    for (e, ends) in ends.iter().enumerate() {
        let &Some([a, b]) = ends else { continue };
        let (ca, cb) = (tanks[a].rect.center(), tanks[b].rect.center());
        let [right_a, right_b] = exits(ca, cb);
        // The bow is measured left of the way from the lower index to the higher; on screen it must order alike at both ends.
        for (tank, right, other, is_from) in [(a, right_a, cb, true), (b, right_b, ca, false)] {
            sides[tank][usize::from(right)].push(End {
                pipe: e,
                is_from,
                order: (other.y, bows[e].across),
            });
        }
    }
    let mut ports = vec![[Pos2::ZERO; 2]; ends.len()];
    let each = sides.iter_mut().enumerate().flat_map(|(tank, sides)| {
        let [left, right] = sides;
        [(tank, false, left), (tank, true, right)]
    });
    for (tank, right, side) in each {
        side.sort_by(|p, q| {
            p.order
                .0
                .total_cmp(&q.order.0)
                .then(p.order.1.total_cmp(&q.order.1))
        });
        let rect = tanks[tank].rect;
        let spread = (0.62 * rect.height()).min(9.0 * (side.len() as f32 - 1.0));
        for (k, end) in side.iter().enumerate() {
            let share = if side.len() > 1 {
                k as f32 / (side.len() as f32 - 1.0) - 0.5
            } else {
                0.0
            };
            let x = if right { rect.right() } else { rect.left() };
            ports[end.pipe][usize::from(!end.is_from)] = pos2(x, rect.center().y + spread * share);
        }
    }
    network
        .edges()
        .iter()
        .enumerate()
        .map(|(e, edge)| {
            let points = match ends[e] {
                Some([a, b]) => {
                    let (ca, cb) = (tanks[a].rect.center(), tanks[b].rect.center());
                    curve(ports[e], [ca, cb], bows[e], segments)
                }
                None => vec![Pos2::ZERO; 2],
            };
            let mut lengths = vec![0.0];
            for pair in points.windows(2) {
                let last = lengths.last().copied().unwrap_or(0.0);
                lengths.push(last + pair[0].distance(pair[1]));
            }
            Pipe {
                key: edge.key(),
                bounds: Rect::from_points(&points),
                points,
                lengths,
                glyph: None,
            }
        })
        .collect()
}

/// How far a pipe bows away from the straight way.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Bow {
    /// Across the way, to the lower or right side: 0 for a single pipe, spread evenly among parallel ones.
    across: f32,
    /// Its number among the parallel ones.
    rank: f32,
}

/// The bow of each pipe. Parallel is what joins the same two tanks, whichever way it runs.
fn bows(ends: &[Option<[usize; 2]>]) -> Vec<Bow> {
    let mut pairs: Vec<([usize; 2], usize)> = ends
        .iter()
        .enumerate()
        .filter_map(|(e, ends)| ends.map(|[a, b]| ([a.min(b), a.max(b)], e)))
        .collect();
    pairs.sort_unstable();
    let mut bows = vec![Bow::default(); ends.len()];
    for parallel in pairs.chunk_by(|p, q| p.0 == q.0) {
        let middle = (parallel.len() as f32 - 1.0) / 2.0;
        for (k, &(_, e)) in parallel.iter().enumerate() {
            bows[e] = Bow {
                across: (k as f32 - middle) * BOW,
                rank: k as f32,
            };
        }
    }
    bows
}

/// Whether a pipe between tanks centred at `a` and `b` leaves each by its right side.
fn exits(a: Pos2, b: Pos2) -> [bool; 2] {
    // Tanks above one another: out and in on the right, round the outside.
    if (b.x - a.x).abs() < 40.0 {
        [true, true]
    } else {
        [b.x > a.x, a.x > b.x]
    }
}

/// A cubic curve that leaves and enters the tanks centred at `a` and `b` horizontally.
fn curve([from, to]: [Pos2; 2], [a, b]: [Pos2; 2], bow: Bow, n: usize) -> Vec<Pos2> {
    /// A cubic reaches three quarters of the way to its control points.
    const SHARE: f32 = 0.75;
    let [from_right, to_right] = exits(a, b);
    let (reach, dip) = if from_right == to_right {
        // Round the outside, one further out than the other.
        let reach = 0.35 * (to.y - from.y).abs() + 24.0 + bow.rank * BOW / SHARE;
        (reach, Vec2::ZERO)
    } else {
        let across = (b - a).normalized().rot90();
        let down = if across.y < 0.0 { -across } else { across };
        (0.5 * (to.x - from.x).abs(), down * (bow.across / SHARE))
    };
    let out = |right: bool| vec2(if right { reach } else { -reach }, 0.0);
    let c1 = from + out(from_right) + dip;
    let c2 = to + out(to_right) + dip;
    (0..=n)
        .map(|k| {
            let t = k as f32 / n as f32;
            let s = 1.0 - t;
            let point = s * s * s * from.to_vec2()
                + 3.0 * s * s * t * c1.to_vec2()
                + 3.0 * s * t * t * c2.to_vec2()
                + t * t * t * to.to_vec2();
            point.to_pos2()
        })
        .collect()
}

/// Puts each glyph where it hides neither a tank nor another glyph; the middle is tried first.
fn place_glyphs(pipes: &mut [Pipe], tanks: &[Tank]) {
    /// Beyond this many edges glyphs would cover the picture.
    const MOST: usize = 400;
    const SHARES: [f32; 9] = [0.5, 0.42, 0.58, 0.34, 0.66, 0.27, 0.73, 0.2, 0.8];
    if pipes.len() > MOST {
        return;
    }
    let size = Vec2::splat(super::glyph::SIZE + 3.0);
    let mut taken: Vec<Rect> = tanks.iter().map(|tank| tank.rect.expand(3.0)).collect();
    for pipe in pipes {
        for share in SHARES {
            let (at, _) = pipe.at(share * pipe.length());
            let rect = Rect::from_center_size(at, size);
            if taken.iter().all(|other| !other.intersects(rect)) {
                pipe.glyph = Some(share);
                taken.push(rect);
                break;
            }
        }
    }
}

pub(super) fn distance_to_segment(p: Pos2, a: Pos2, b: Pos2) -> f32 {
    let ab = b - a;
    let length_sq = ab.length_sq();
    if length_sq <= 0.0 {
        return p.distance(a);
    }
    let t = ((p - a).dot(ab) / length_sq).clamp(0.0, 1.0);
    p.distance(a + t * ab)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::{Device, Kind, Platform};

    fn network(parallel: usize) -> Network {
        let mut network = Network::new(Platform::Electronic);
        let mut node = |id: &str, role, at| {
            let mut node = Node::new(id, role, Platform::Electronic);
            node.at = at;
            network.add_node(node).unwrap()
        };
        let x = node("x", Role::Input, Some([0.0, 0.0]));
        let y = node("y", Role::Output, Some([240.0, 0.0]));
        let _h = node("h", Role::Hidden, None);
        for k in 0..parallel {
            let (a, b) = if k % 2 == 0 { (x, y) } else { (y, x) };
            network
                .add_edge(format!("e{k}"), a, b, Device::new(Kind::Ohmic))
                .unwrap();
        }
        network
    }

    #[test]
    fn parallel_pipes_are_told_apart() {
        let scene = Scene::new(&network(3));
        for (p, pipe) in scene.pipes.iter().enumerate() {
            let (middle, _) = pipe.at(0.5 * pipe.length());
            assert_eq!(scene.pipe_near(middle, 6.0), Some(p));
            assert!(pipe.glyph.is_some());
        }
        assert_eq!(scene.pipe_near(pos2(120.0, 400.0), 6.0), None);
    }

    /// Whichever way the pipes run and the tanks stand, their middles are apart by more than a glyph.
    #[test]
    fn parallel_pipes_bow_apart_in_every_direction() {
        for at in [
            [240.0, 0.0],
            [70.0, 260.0],
            [0.0, 200.0],
            [-180.0, -160.0],
            [30.0, -200.0],
        ] {
            for count in [2, 3, 5] {
                let mut network = network(count);
                let y = network.nodes()[1].key();
                network.node_mut(y).unwrap().at = Some(at);
                let scene = Scene::new(&network);
                for (p, pipe) in scene.pipes.iter().enumerate() {
                    let (middle, _) = pipe.at(0.5 * pipe.length());
                    for (q, other) in scene.pipes.iter().enumerate() {
                        let apart = other.distance_to(middle);
                        assert!(p == q || apart > 20.0, "{at:?} {p} {q} {apart}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_pipe_runs_from_tank_to_tank() {
        let scene = Scene::new(&network(1));
        let pipe = &scene.pipes[0];
        assert!((pipe.points[0].x - scene.tanks[0].rect.right()).abs() < 1e-3);
        assert!((pipe.at(pipe.length()).0.x - scene.tanks[1].rect.left()).abs() < 1e-3);
        assert!(scene.bounds.contains_rect(scene.tanks[2].rect));
    }
}
