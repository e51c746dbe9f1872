//! Many pipes as one mesh: bands with soft edges, a few vertices each.

use eframe::egui::epaint::{Mesh, Vertex, WHITE_UV};
use eframe::egui::{Color32, Painter, Pos2, Vec2};

/// Bands narrower than this are one crest between two soft edges: they cannot be told from a band with a flat middle.
const NARROW: f32 = 1.6;

/// A mesh of bands.
pub(super) struct Ribbons {
    mesh: Mesh,
    /// Half the width over which an edge fades; 0 where edges are not smoothed.
    soft: f32,
    points: Vec<Pos2>,
}

impl Ribbons {
    /// No bands yet.
    pub(super) fn new(painter: &Painter) -> Self {
        let is_soft = painter
            .ctx()
            .tessellation_options(|options| options.feathering);
        Self {
            mesh: Mesh::default(),
            soft: if is_soft {
                0.5 / painter.pixels_per_point()
            } else {
                0.0
            },
            points: Vec::new(),
        }
    }

    /// Adds a band along points.
    pub(super) fn add(&mut self, points: impl Iterator<Item = Pos2>, width: f32, color: Color32) {
        let mut along = std::mem::take(&mut self.points);
        along.clear();
        along.extend(points);
        let half = 0.5 * width;
        let clear = Color32::TRANSPARENT;
        if self.soft <= 0.0 {
            self.band(&along, &[(-half, color), (half, color)]);
        } else if width < NARROW {
            // As much ink as the band has: what it lacks in width it lacks in strength.
            let ink = color.gamma_multiply((width / NARROW).min(1.0));
            let reach = NARROW.max(2.0 * self.soft) * 0.5 + self.soft;
            self.band(&along, &[(-reach, clear), (0.0, ink), (reach, clear)]);
        } else {
            let (inner, outer) = (half - self.soft, half + self.soft);
            self.band(
                &along,
                &[
                    (-outer, clear),
                    (-inner, color),
                    (inner, color),
                    (outer, clear),
                ],
            );
        }
        self.points = along;
    }

    /// A band whose colour across is that of `profile`, distances from its middle.
    fn band(&mut self, along: &[Pos2], profile: &[(f32, Color32)]) {
        let width = index(profile.len());
        for (k, &at) in along.iter().enumerate() {
            let before = along[k.saturating_sub(1)];
            let after = along[(k + 1).min(along.len() - 1)];
            let across: Vec2 = (after - before).normalized().rot90();
            let first = index(self.mesh.vertices.len());
            for &(offset, color) in profile {
                self.mesh.vertices.push(Vertex {
                    pos: at + offset * across,
                    uv: WHITE_UV,
                    color,
                });
            }
            if k == 0 {
                continue;
            }
            for strip in 0..width - 1 {
                let (here, there) = (first + strip, first + strip - width);
                self.mesh.add_triangle(there, there + 1, here);
                self.mesh.add_triangle(there + 1, here + 1, here);
            }
        }
    }

    /// Adds an arrowhead with its tip at `tip`, pointing along `direction`.
    pub(super) fn arrow(&mut self, tip: Pos2, direction: Vec2, size: f32, color: Color32) {
        let across = 0.62 * size * direction.rot90();
        let back = tip - size * direction;
        let first = index(self.mesh.vertices.len());
        for corner in [tip, back + across, back - across] {
            self.mesh.colored_vertex(corner, color);
        }
        self.mesh.add_triangle(first, first + 1, first + 2);
    }

    /// Paints them all.
    pub(super) fn paint(self, painter: &Painter) {
        if !self.mesh.is_empty() {
            painter.add(self.mesh);
        }
    }
}

fn index(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// Points along a polyline of `count` points that are worth a vertex on a screen where it has this length: its ends,
/// and some between them. Segments shorter than a few points cannot be told from an arc.
pub(super) fn worth(count: usize, length: f32) -> impl Iterator<Item = usize> {
    const SEGMENT: f32 = 14.0;
    let last = count.saturating_sub(1);
    let wanted = (length / SEGMENT).ceil().clamp(1.0, last.max(1) as f32);
    let wanted = (wanted as usize).max(1);
    (0..=wanted).map(move |k| k * last / wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_pipes_take_few_points_and_keep_their_ends() {
        for (length, most) in [(3.0, 2), (40.0, 4), (1e6, 29), (f32::NAN, 29)] {
            let taken: Vec<usize> = worth(29, length).collect();
            assert!(taken.len() <= most, "{length}: {taken:?}");
            assert_eq!((taken.first(), taken.last()), (Some(&0), Some(&28)));
            assert!(taken.windows(2).all(|pair| pair[0] < pair[1]));
        }
        assert_eq!(worth(2, 500.0).collect::<Vec<_>>(), [0, 1]);
    }
}
