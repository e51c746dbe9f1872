//! What must hold of every frame.

use eframe::egui::epaint::{ClippedPrimitive, Primitive};
use eframe::egui::{Shape, epaint::ClippedShape};
use egui_kittest::kittest::NodeT as _;

use super::Window;

/// Shapes in one frame beyond which something has got out of hand: the largest preset in the largest window has some
/// thousands.
const MOST_SHAPES: usize = 100_000;

/// Seconds that one frame may keep the processor busy. Not time on the clock, so that a machine with more to do is no
/// failure; and a hundred times what a frame takes in a debug build.
const MOST_SECONDS: f64 = 3.0;

/// The time this thread has kept a processor busy, in seconds, where the system tells.
pub(crate) fn cpu_time() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds: f64 = text.split_whitespace().next()?.parse().ok()?;
    Some(nanoseconds * 1e-9)
}

/// The frame since `before` was no hang.
pub(crate) fn effort_is_bounded(before: Option<f64>, window: &Window) {
    if let (Some(before), Some(now)) = (before, cpu_time()) {
        assert!(now - before < MOST_SECONDS, "a frame of {} s", now - before);
    }
    let shapes = window.output().shapes.len();
    assert!(shapes < MOST_SHAPES, "{shapes} shapes in a frame");
}

/// Nothing is painted nowhere, and no text or name tells of a number that is none.
pub(crate) fn is_sane(window: &Window, is_thorough: bool) {
    for ClippedShape { shape, .. } in &window.output().shapes {
        words(shape);
    }
    if is_thorough {
        vertices(window);
        for node in window.root().children_recursive() {
            let node = node.accesskit_node();
            for text in [node.label(), node.value()].into_iter().flatten() {
                says_no_nan(&text);
            }
            for number in [node.numeric_value()].into_iter().flatten() {
                assert!(
                    number.is_finite(),
                    "{:?} has the value {number}",
                    node.label()
                );
            }
        }
    }
}

fn words(shape: &Shape) {
    match shape {
        Shape::Vec(shapes) => shapes.iter().for_each(words),
        Shape::Text(text) => says_no_nan(text.galley.text()),
        _ => {}
    }
}

/// "NaN" and "inf" come from numbers printed as they are, a lone "?" from `number::significant`.
fn says_no_nan(text: &str) {
    let is_part = |c: char| !c.is_alphanumeric();
    for word in text.split(is_part) {
        assert!(
            !["NaN", "nan", "inf", "Infinity"].contains(&word),
            "on screen: {text}"
        );
    }
    let mut words = text.split_whitespace();
    // Of the menu: the key that shows all keys.
    if words.clone().count() > 1 && text != "Keyboard keys ?" {
        assert!(
            !words.any(|word| word == "?" || word == "±?"),
            "on screen: {text}"
        );
    }
}

fn vertices(window: &Window) {
    let shapes = window.output().shapes.clone();
    if is_somewhere(window, shapes.clone()) {
        return;
    }
    let culprit = shapes
        .into_iter()
        .find(|shape| !is_somewhere(window, vec![shape.clone()]));
    panic!("painted nowhere: {culprit:?}");
}

/// Whether every vertex of these shapes has a place.
fn is_somewhere(window: &Window, shapes: Vec<ClippedShape>) -> bool {
    let primitives = window.ctx.tessellate(shapes, window.ctx.pixels_per_point());
    primitives
        .iter()
        .all(|ClippedPrimitive { primitive, .. }| match primitive {
            Primitive::Mesh(mesh) => mesh
                .vertices
                .iter()
                .all(|vertex| vertex.pos.x.is_finite() && vertex.pos.y.is_finite()),
            Primitive::Callback(_) => true,
        })
}
