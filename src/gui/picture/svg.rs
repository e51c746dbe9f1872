//! A picture as SVG: what egui would paint, as paths, circles, rectangles and text.

use eframe::egui::epaint::{
    CircleShape, ClippedShape, CubicBezierShape, EllipseShape, PathShape, PathStroke,
    QuadraticBezierShape, RectShape, StrokeKind,
};
use eframe::egui::{Color32, Pos2, Rect, Shape, Stroke, Vec2, pos2};
use svg::Document;
use svg::node::Node as _;
use svg::node::Text;
use svg::node::element::{ClipPath, Definitions, Element, Group, Title};

use super::{mesh, text};

/// What is written: a size, a ground, a title, and the shapes on it.
pub(super) struct Sheet<'a> {
    pub(super) size: Vec2,
    pub(super) background: Color32,
    pub(super) title: &'a str,
    pub(super) shapes: &'a [ClippedShape],
}

/// Writes a picture. The same shapes give the same bytes.
pub(super) fn write(sheet: &Sheet<'_>) -> String {
    let Sheet {
        size,
        background,
        title,
        shapes,
    } = *sheet;
    let page = Rect::from_min_size(Pos2::ZERO, size);
    let mut pen = Pen::new(page);
    let mut ground = rectangle(page);
    fill(&mut ground, background);
    pen.put(ground);
    for shape in shapes {
        pen.clip(shape.clip_rect, &shape.shape);
        pen.shape(&shape.shape);
    }
    let (definitions, body) = pen.finish();
    let mut document = Document::new()
        .set("width", number(size.x))
        .set("height", number(size.y))
        .set(
            "viewBox",
            format!("0 0 {} {}", number(size.x), number(size.y)),
        )
        .add(Title::new(text::legible(title)));
    document.append(definitions);
    for element in body {
        document.append(element);
    }
    format!("{document}\n")
}

/// What draws: it gathers shapes of one clip, and segments of one stroke.
pub(super) struct Pen {
    page: Rect,
    definitions: Definitions,
    clips: Vec<Rect>,
    gradients: usize,
    body: Vec<Element>,
    /// The shapes of the clip in force.
    inside: Option<(usize, Vec<Element>)>,
    /// Segments of one stroke that follow one another.
    segments: Option<(Stroke, String)>,
}

impl Pen {
    fn new(page: Rect) -> Self {
        Self {
            page,
            definitions: Definitions::new(),
            clips: Vec::new(),
            gradients: 0,
            body: Vec::new(),
            inside: None,
            segments: None,
        }
    }

    fn finish(mut self) -> (Definitions, Vec<Element>) {
        self.leave_clip();
        (self.definitions, self.body)
    }

    /// Adds an element after what was begun.
    pub(super) fn put(&mut self, element: Element) {
        self.end_segments();
        match &mut self.inside {
            Some((_, elements)) => elements.push(element),
            None => self.body.push(element),
        }
    }

    /// Adds a definition under a number of its own, which is returned.
    pub(super) fn define_gradient(&mut self, make: impl FnOnce(String) -> Element) -> String {
        let id = format!("g{}", self.gradients);
        self.gradients += 1;
        self.definitions.append(make(id.clone()));
        id
    }

    fn end_segments(&mut self) {
        let Some((stroke, d)) = self.segments.take() else {
            return;
        };
        let mut path = Element::new("path");
        path.assign("d", d);
        path.assign("fill", "none");
        outline(&mut path, stroke);
        match &mut self.inside {
            Some((_, elements)) => elements.push(path),
            None => self.body.push(path),
        }
    }

    fn leave_clip(&mut self) {
        self.end_segments();
        if let Some((clip, elements)) = self.inside.take() {
            let mut group = Group::new().set("clip-path", format!("url(#c{clip})"));
            for element in elements {
                group.append(element);
            }
            self.body.push(group.into());
        }
    }

    /// Draws the next shape within `clip`, if that takes anything away from it.
    fn clip(&mut self, clip: Rect, shape: &Shape) {
        // A visual rectangle knows nothing of the joins of wide strokes.
        const SPIKES: f32 = 4.0;
        let reach = shape.visual_bounding_rect().expand(SPIKES);
        let is_needless = clip.contains_rect(reach.intersect(self.page));
        let wanted = (!is_needless).then(|| {
            let known = self.clips.iter().position(|known| *known == clip);
            known.unwrap_or_else(|| self.define_clip(clip))
        });
        if self.inside.as_ref().map(|(clip, _)| *clip) == wanted {
            return;
        }
        self.leave_clip();
        self.inside = wanted.map(|clip| (clip, Vec::new()));
    }

    fn define_clip(&mut self, clip: Rect) -> usize {
        let number = self.clips.len();
        self.clips.push(clip);
        let area = clip.intersect(self.page.expand(1.0));
        let area = if area.is_positive() {
            area
        } else {
            Rect::from_min_size(Pos2::ZERO, Vec2::ZERO)
        };
        self.definitions.append(
            ClipPath::new()
                .set("id", format!("c{number}"))
                .add(rectangle(area)),
        );
        number
    }

    fn shape(&mut self, shape: &Shape) {
        match shape {
            // Nothing here paints by itself on a graphics card.
            Shape::Noop | Shape::Callback(_) => {}
            Shape::Vec(shapes) => shapes.iter().for_each(|shape| self.shape(shape)),
            Shape::Circle(circle) => self.circle(*circle),
            Shape::Ellipse(ellipse) => self.ellipse(*ellipse),
            Shape::LineSegment { points, stroke } => self.segment(*points, *stroke),
            Shape::Path(path) => self.path(path),
            Shape::Band(band) => {
                let upper = band.points.iter().map(|point| pos2(point.x, point.y.min));
                let lower = band.points.iter().rev();
                let lower = lower.map(|point| pos2(point.x, point.y.max));
                let points: Vec<Pos2> = upper.chain(lower).collect();
                let mut element = Element::new("path");
                element.assign("d", polygon(&points));
                fill(&mut element, band.fill);
                outline(&mut element, band.stroke);
                turn(&mut element, band.angle, Pos2::ZERO);
                self.put(element);
            }
            Shape::Rect(rect) => self.rect(rect),
            Shape::Text(shape) => text::put(self, shape),
            Shape::Mesh(shape) => mesh::put(self, shape),
            Shape::QuadraticBezier(curve) => {
                let QuadraticBezierShape {
                    points: [a, b, c],
                    closed,
                    fill,
                    stroke,
                } = curve;
                let d = format!("M{} Q{} {}", point(*a), point(*b), point(*c));
                self.curve(d, *closed, *fill, stroke);
            }
            Shape::CubicBezier(curve) => {
                let CubicBezierShape {
                    points: [a, b, c, e],
                    closed,
                    fill,
                    stroke,
                } = curve;
                let d = format!("M{} C{} {} {}", point(*a), point(*b), point(*c), point(*e));
                self.curve(d, *closed, *fill, stroke);
            }
        }
    }

    fn curve(&mut self, mut d: String, is_closed: bool, inside: Color32, stroke: &PathStroke) {
        if is_closed {
            d.push('Z');
        }
        let mut path = Element::new("path");
        path.assign("d", d);
        fill(&mut path, inside);
        outline(&mut path, plain(stroke));
        self.put(path);
    }

    fn circle(&mut self, circle: CircleShape) {
        let CircleShape {
            center,
            radius,
            fill: inside,
            stroke,
        } = circle;
        let mut element = Element::new("circle");
        element.assign("cx", number(center.x));
        element.assign("cy", number(center.y));
        element.assign("r", number(radius));
        fill(&mut element, inside);
        outline(&mut element, stroke);
        self.put(element);
    }

    fn ellipse(&mut self, ellipse: EllipseShape) {
        let EllipseShape {
            center,
            radius,
            fill: inside,
            stroke,
            angle,
        } = ellipse;
        let mut element = Element::new("ellipse");
        element.assign("cx", number(center.x));
        element.assign("cy", number(center.y));
        element.assign("rx", number(radius.x));
        element.assign("ry", number(radius.y));
        fill(&mut element, inside);
        outline(&mut element, stroke);
        turn(&mut element, angle, center);
        self.put(element);
    }

    fn segment(&mut self, [from, to]: [Pos2; 2], stroke: Stroke) {
        if self.segments.as_ref().is_none_or(|(of, _)| *of != stroke) {
            self.end_segments();
            self.segments = Some((stroke, String::new()));
        }
        if let Some((_, d)) = &mut self.segments {
            for part in ["M", &point(from), "L", &point(to)] {
                d.push_str(part);
            }
        }
    }

    fn path(&mut self, path: &PathShape) {
        let PathShape {
            points,
            closed,
            fill: inside,
            stroke,
        } = path;
        if points.len() < 2 {
            return;
        }
        let mut element = Element::new("path");
        element.assign(
            "d",
            if *closed {
                polygon(points)
            } else {
                line(points)
            },
        );
        fill(&mut element, *inside);
        outline(&mut element, plain(stroke));
        if stroke.width > 0.0 {
            element.assign("stroke-linejoin", "round");
        }
        self.put(element);
    }

    fn rect(&mut self, shape: &RectShape) {
        let RectShape {
            rect,
            corner_radius,
            fill: inside,
            stroke,
            stroke_kind,
            round_to_pixels: _,
            // Shadows and pictures within widgets: neither stands on a canvas or in a plot.
            blur_width: _,
            brush: _,
            angle,
        } = shape;
        if rect.is_negative() {
            return;
        }
        let half = 0.5 * stroke.width;
        // SVG draws a stroke half inside and half outside.
        let shift = match stroke_kind {
            StrokeKind::Inside => -half,
            StrokeKind::Middle => 0.0,
            StrokeKind::Outside => half,
        };
        let drawn = rect.expand(shift);
        let radius = |r: u8| {
            if r == 0 {
                0.0
            } else {
                (f32::from(r) + shift).max(0.0)
            }
        };
        let mut element = if corner_radius.is_same() {
            let mut element = rectangle(drawn);
            let r = radius(corner_radius.nw);
            if r > 0.0 {
                element.assign("rx", number(r));
            }
            element
        } else {
            let corners = [
                corner_radius.nw,
                corner_radius.ne,
                corner_radius.se,
                corner_radius.sw,
            ];
            let mut element = Element::new("path");
            element.assign("d", rounded(drawn, corners.map(radius)));
            element
        };
        fill(&mut element, *inside);
        outline(&mut element, *stroke);
        turn(&mut element, *angle, rect.center());
        self.put(element);
    }
}

/// A number with at most two decimals: a hundredth of a point is below what any screen or printer shows.
pub(super) fn number(x: f32) -> String {
    if !x.is_finite() {
        return "0".to_owned();
    }
    let text = format!("{x:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    match text {
        "-0" | "" => "0".to_owned(),
        text => text.to_owned(),
    }
}

pub(super) fn point(at: Pos2) -> String {
    format!("{} {}", number(at.x), number(at.y))
}

fn line(points: &[Pos2]) -> String {
    let mut d = String::with_capacity(12 * points.len());
    for (k, &at) in points.iter().enumerate() {
        d.push(if k == 0 { 'M' } else { 'L' });
        d.push_str(&point(at));
    }
    d
}

/// A closed path through points.
pub(super) fn polygon(points: &[Pos2]) -> String {
    line(points) + "Z"
}

fn rectangle(rect: Rect) -> Element {
    let mut element = Element::new("rect");
    element.assign("x", number(rect.left()));
    element.assign("y", number(rect.top()));
    element.assign("width", number(rect.width().max(0.0)));
    element.assign("height", number(rect.height().max(0.0)));
    element
}

/// A rectangle whose corners differ: north-west, north-east, south-east, south-west.
fn rounded(rect: Rect, [nw, ne, se, sw]: [f32; 4]) -> String {
    let Rect { min, max } = rect;
    let arc = |r: f32, x: f32, y: f32| format!("A{0} {0} 0 0 1 {1}", number(r), point(pos2(x, y)));
    format!(
        "M{}L{}{}L{}{}L{}{}L{}{}Z",
        point(pos2(min.x + nw, min.y)),
        point(pos2(max.x - ne, min.y)),
        arc(ne, max.x, min.y + ne),
        point(pos2(max.x, max.y - se)),
        arc(se, max.x - se, max.y),
        point(pos2(min.x + sw, max.y)),
        arc(sw, min.x, max.y - sw),
        point(pos2(min.x, min.y + nw)),
        arc(nw, min.x + nw, min.y),
    )
}

/// The colour as SVG writes it, and how opaque it is; nothing for what cannot be seen.
pub(super) fn ink(color: Color32) -> Option<(String, f32)> {
    let [r, g, b, a] = color.to_srgba_unmultiplied();
    (a > 0).then(|| (format!("#{r:02x}{g:02x}{b:02x}"), f32::from(a) / 255.0))
}

/// Opacities are steps of 1/255: three decimals tell them apart.
pub(super) fn opacity(share: f32) -> String {
    let text = format!("{share:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

pub(super) fn fill(element: &mut Element, color: Color32) {
    match ink(color) {
        None => element.assign("fill", "none"),
        Some((color, share)) => {
            element.assign("fill", color);
            if share < 1.0 {
                element.assign("fill-opacity", opacity(share));
            }
        }
    }
}

fn outline(element: &mut Element, stroke: Stroke) {
    if stroke.width <= 0.0 {
        return;
    }
    if let Some((color, share)) = ink(stroke.color) {
        element.assign("stroke", color);
        element.assign("stroke-width", number(stroke.width));
        if share < 1.0 {
            element.assign("stroke-opacity", opacity(share));
        }
    }
}

/// A stroke of one colour. Nothing on a canvas or in a plot has one that changes along the way.
fn plain(stroke: &PathStroke) -> Stroke {
    use eframe::egui::epaint::ColorMode;
    let color = match &stroke.color {
        ColorMode::Solid(color) => *color,
        ColorMode::UV(color) => color(Rect::ZERO, Pos2::ZERO),
    };
    Stroke::new(stroke.width, color)
}

/// Turns an element clockwise about a point, by so many radians.
pub(super) fn turn(element: &mut Element, angle: f32, about: Pos2) {
    if angle != 0.0 {
        element.assign(
            "transform",
            format!("rotate({} {})", number(angle.to_degrees()), point(about)),
        );
    }
}

/// An element with a text in it.
pub(super) fn with_text(mut element: Element, content: &str) -> Element {
    element.append(Text::new(content));
    element
}

#[cfg(test)]
mod tests {
    use super::*;
    use eframe::egui::{CornerRadius, Mesh, vec2};

    fn written(shapes: Vec<Shape>) -> String {
        let page = Rect::from_min_size(Pos2::ZERO, vec2(200.0, 100.0));
        let clip_rect = Rect::from_min_max(pos2(10.0, 10.0), pos2(190.0, 90.0));
        let shapes: Vec<ClippedShape> = shapes
            .into_iter()
            .map(|shape| ClippedShape {
                clip_rect,
                shape,
                transform_after_tessellation: eframe::emath::TSTransform::IDENTITY,
            })
            .collect();
        write(&Sheet {
            size: page.size(),
            background: Color32::WHITE,
            title: "a < b & \u{1}c",
            shapes: &shapes,
        })
    }

    #[test]
    fn numbers_are_short() {
        assert_eq!(number(-0.001), "0");
        assert_eq!(number(12.5), "12.5");
        assert_eq!(number(100.0), "100");
        assert_eq!(number(f32::NAN), "0");
        assert_eq!(opacity(1.0 / 255.0), "0.004");
    }

    #[test]
    fn clips_are_defined_only_where_they_cut() {
        let inside = Shape::circle_filled(pos2(50.0, 50.0), 5.0, Color32::RED);
        assert!(!written(vec![inside.clone()]).contains("clip-path"));
        let cut = Shape::circle_filled(pos2(10.0, 50.0), 5.0, Color32::RED);
        let text = written(vec![cut.clone(), cut, inside]);
        assert_eq!(text.matches("<clipPath").count(), 1);
        assert_eq!(text.matches("clip-path=").count(), 1);
        assert!(
            text.contains("<title>a &lt; b &amp; \u{fffd}c</title>"),
            "{text}"
        );
    }

    #[test]
    fn strokes_inside_a_rectangle_stay_inside() {
        let rect = Rect::from_min_max(pos2(20.0, 20.0), pos2(40.0, 30.0));
        let stroke = Stroke::new(2.0, Color32::BLACK);
        let shape = Shape::rect_stroke(rect, CornerRadius::same(4), stroke, StrokeKind::Inside);
        let text = written(vec![shape]);
        for part in [
            r#"x="21""#,
            r#"width="18""#,
            r#"height="8""#,
            r#"rx="3""#,
            r#"fill="none""#,
        ] {
            assert!(text.contains(part), "{part} in {text}");
        }
    }

    #[test]
    fn segments_of_one_stroke_share_a_path() {
        let segment = |y: f32| {
            let stroke = Stroke::new(1.0, Color32::from_black_alpha(128));
            Shape::line_segment([pos2(20.0, y), pos2(40.0, y)], stroke)
        };
        let text = written(vec![segment(20.0), segment(30.0)]);
        assert!(text.contains(r#"d="M20 20L40 20M20 30L40 30""#), "{text}");
        assert!(text.contains(r#"stroke-opacity="0.502""#), "{text}");
    }

    #[test]
    fn cells_of_a_mesh_are_rectangles_and_slopes_gradients() {
        let mut mesh = Mesh::default();
        let cell = Rect::from_min_max(pos2(20.0, 20.0), pos2(30.0, 30.0));
        mesh.add_colored_rect(cell, Color32::RED);
        mesh.add_colored_rect(cell.translate(vec2(10.0, 0.0)), Color32::RED);
        let text = written(vec![Shape::mesh(mesh)]);
        assert_eq!(
            text.matches('M').count(),
            2,
            "two cells, no triangles: {text}"
        );
        assert!(text.contains("crispEdges"));
        let mut mesh = Mesh::default();
        for (at, color) in [
            (pos2(20.0, 20.0), Color32::RED),
            (pos2(40.0, 20.0), Color32::RED),
            (pos2(20.0, 40.0), Color32::TRANSPARENT),
        ] {
            mesh.colored_vertex(at, color);
        }
        mesh.add_triangle(0, 1, 2);
        let text = written(vec![Shape::mesh(mesh)]);
        assert!(text.contains("<linearGradient"), "{text}");
        assert!(
            text.contains(r##"stop-color="#ff0000" stop-opacity="0""##),
            "{text}"
        );
    }
}
