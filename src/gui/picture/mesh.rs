//! Meshes of coloured triangles as SVG: polygons of one colour, and gradients where a triangle has two.

use eframe::egui::epaint::{Mesh, TextureId, Vertex};
use eframe::egui::{Color32, Pos2};
use svg::node::Node as _;
use svg::node::element::{Element, LinearGradient, Stop};

use super::svg::{Pen, fill, ink, number, opacity, polygon};

/// Draws a mesh. One with a picture on it is left out: nothing on a canvas or in a plot has any.
pub(super) fn put(pen: &mut Pen, mesh: &Mesh) {
    if mesh.texture_id != TextureId::default() {
        return;
    }
    let mut run = Run::default();
    let triangles: Vec<[&Vertex; 3]> = mesh
        .indices
        .chunks_exact(3)
        .filter_map(|corner| {
            let vertex = |k: usize| mesh.vertices.get(corner[k] as usize);
            Some([vertex(0)?, vertex(1)?, vertex(2)?])
        })
        .collect();
    let mut k = 0;
    while let Some(triangle) = triangles.get(k) {
        k += 1;
        let colors = triangle.map(|vertex| vertex.color);
        if !is_one(&colors) {
            run.end(pen);
            slope(pen, triangle);
            continue;
        }
        let mut corners: Vec<Pos2> = triangle.iter().map(|vertex| vertex.pos).collect();
        if let Some(next) = triangles.get(k)
            && let Some(whole) = joined(triangle, next)
        {
            corners = whole;
            k += 1;
        }
        run.add(pen, colors[0], corners);
    }
    run.end(pen);
}

fn is_one(colors: &[Color32]) -> bool {
    colors.windows(2).all(|pair| pair[0] == pair[1])
}

/// Two triangles of one colour with a side in common, as the polygon around both.
fn joined(first: &[&Vertex; 3], second: &[&Vertex; 3]) -> Option<Vec<Pos2>> {
    let color = first[0].color;
    if second.iter().any(|vertex| vertex.color != color) {
        return None;
    }
    let is_in = |of: &[&Vertex; 3], at: Pos2| of.iter().any(|vertex| vertex.pos == at);
    let apart = (0..3).filter(|&k| !is_in(second, first[k].pos));
    let apart: Vec<usize> = apart.collect();
    let mut over = second.iter().filter(|vertex| !is_in(first, vertex.pos));
    let (&[k], Some(far), None) = (apart.as_slice(), over.next(), over.next()) else {
        return None;
    };
    Some(vec![
        first[k].pos,
        first[(k + 1) % 3].pos,
        far.pos,
        first[(k + 2) % 3].pos,
    ])
}

/// Polygons of one colour that follow one another: one path, so that no seam shows between them.
#[derive(Default)]
struct Run {
    color: Color32,
    is_crisp: bool,
    d: String,
}

impl Run {
    fn add(&mut self, pen: &mut Pen, color: Color32, mut corners: Vec<Pos2>) {
        let is_crisp = is_upright(&corners);
        if !self.d.is_empty() && (self.color != color || self.is_crisp != is_crisp) {
            self.end(pen);
        }
        (self.color, self.is_crisp) = (color, is_crisp);
        // All the same way round, else an overlap would be a hole.
        if area(&corners) < 0.0 {
            corners.reverse();
        }
        self.d.push_str(&polygon(&corners));
    }

    fn end(&mut self, pen: &mut Pen) {
        if self.d.is_empty() {
            return;
        }
        let mut path = Element::new("path");
        path.assign("d", std::mem::take(&mut self.d));
        fill(&mut path, self.color);
        if self.is_crisp {
            // Cells of a heat map: smoothed edges would show as a net over it.
            path.assign("shape-rendering", "crispEdges");
        }
        pen.put(path);
    }
}

/// Whether a polygon is a rectangle with its sides along the axes.
fn is_upright(corners: &[Pos2]) -> bool {
    let sides = (0..corners.len()).map(|k| corners[(k + 1) % corners.len()] - corners[k]);
    corners.len() == 4 && sides.into_iter().all(|side| side.x == 0.0 || side.y == 0.0)
}

fn area(corners: &[Pos2]) -> f32 {
    (0..corners.len())
        .map(|k| {
            let (a, b) = (corners[k], corners[(k + 1) % corners.len()]);
            a.x * b.y - b.x * a.y
        })
        .sum()
}

/// A triangle of two colours: between a side of one and the corner of the other the colour changes in proportion, which
/// is a linear gradient exactly. Three colours, which nothing here has, become their mean.
fn slope(pen: &mut Pen, triangle: &[&Vertex; 3]) {
    let corners = triangle.map(|vertex| vertex.pos);
    let mut path = Element::new("path");
    path.assign("d", polygon(&corners));
    let odd = (0..3).find(|&k| triangle[(k + 1) % 3].color == triangle[(k + 2) % 3].color);
    let Some(k) = odd else {
        let [a, b, c] = triangle.map(|vertex| vertex.color);
        fill(
            &mut path,
            a.lerp_to_gamma(b, 0.5).lerp_to_gamma(c, 1.0 / 3.0),
        );
        pen.put(path);
        return;
    };
    let (tip, base) = (corners[k], corners[(k + 1) % 3]);
    let along = (corners[(k + 2) % 3] - base).normalized();
    let foot = base + along * along.dot(tip - base);
    if !foot.is_finite() || (tip - foot).length() < 1e-3 {
        return;
    }
    let (from, to) = (triangle[(k + 1) % 3].color, triangle[k].color);
    let stop = |offset: &str, color: Color32, other: Color32| {
        // What cannot be seen fades in the hue of the other end.
        let (hue, share) = ink(color)
            .or_else(|| ink(other).map(|(hue, _)| (hue, 0.0)))
            .unwrap_or_else(|| ("#000000".to_owned(), 0.0));
        Stop::new()
            .set("offset", offset)
            .set("stop-color", hue)
            .set("stop-opacity", opacity(share))
    };
    let id = pen.define_gradient(|id| {
        LinearGradient::new()
            .set("id", id)
            .set("gradientUnits", "userSpaceOnUse")
            .set("x1", number(foot.x))
            .set("y1", number(foot.y))
            .set("x2", number(tip.x))
            .set("y2", number(tip.y))
            .add(stop("0", from, to))
            .add(stop("1", to, from))
            .into()
    });
    path.assign("fill", format!("url(#{id})"));
    pen.put(path);
}
