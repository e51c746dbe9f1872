//! The hand on the canvas: the drag under way, the device it will put down next, the note it writes.

use eframe::egui::{Pos2, Rect, Vec2};

use crate::device::{Kind, Platform};
use crate::document::Element;
use crate::document::notes::CanvasNote;
use crate::network::NodeKey;

/// A movement below this many screen points is a click.
pub(crate) const CLICK: f32 = 5.0;

/// The step of the grid that reservoirs and notes snap to, in canvas points: half the distance of the dots seen.
pub(super) const SNAP: f32 = 20.0;

/// What the hand does with the pointer held down, or has in it.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Drag {
    /// Carries reservoirs and notes.
    Move {
        /// Where the one that was taken hold of stood, on the canvas.
        grabbed: Pos2,
        /// The reservoirs, and where they stood.
        nodes: Vec<(NodeKey, Pos2)>,
        /// The notes, and where they stood.
        notes: Vec<(u64, Pos2)>,
        /// What the step of undo is called.
        name: String,
    },
    /// Holds the level of a free reservoir, which was at this state before.
    Kick(NodeKey, f64),
    /// Sets the level of a clamp.
    Set(NodeKey),
    /// Draws an edge from a reservoir's rim.
    Edge(NodeKey),
    /// Spans a box from this canvas point.
    Box(Pos2),
}

/// Writing on the canvas: what the note will say when it is done.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Writing {
    /// The note that is rewritten; `None` for a new one.
    pub(super) id: Option<u64>,
    /// Its place.
    pub(super) at: Pos2,
    /// Its text so far.
    pub(super) text: String,
    /// Whether the field has had the focus: it is asked for once, and losing it ends the writing.
    pub(super) has_begun: bool,
}

/// What a menu on the canvas is about.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Target {
    /// A reservoir or an edge.
    Element(Element),
    /// A note.
    Note(u64),
    /// The empty canvas.
    Nothing,
}

/// What the hand is about to do; running state of the view.
#[derive(Clone, Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own, in any combination"
)]
pub(crate) struct Hand {
    pub(super) drag: Option<Drag>,
    /// Whether the pointer has gone further than a click since the drag began.
    pub(super) is_far: bool,
    /// A reservoir from which a click will draw an edge.
    pub(super) armed: Option<NodeKey>,
    /// Esc has just ended something here, and is not to end more.
    is_cancelled: bool,
    next: Option<Kind>,
    /// Enter was pressed on something: the keyboard is to go on in the inspector.
    pub(super) wants_inspector: bool,
    pub(super) writing: Option<Writing>,
    pub(super) menu: Option<(Target, Pos2)>,
    /// Where something new is put that no click has placed, on the canvas.
    pub(super) place: Pos2,
    /// Whether the builder's sketch is on the canvas.
    pub(super) is_sketched: bool,
}

impl Hand {
    /// Notes whether the builder's sketch is on the canvas: then nobody needs to be told how to begin.
    pub(crate) fn set_sketched(&mut self, is_sketched: bool) {
        self.is_sketched = is_sketched;
    }

    /// The law of the next edge.
    pub(crate) fn next_kind(&self, platform: Platform) -> Kind {
        self.next
            .filter(|kind| kind.suits(platform))
            .or_else(|| Kind::of_platform(platform).next())
            .unwrap_or(Kind::Ohmic)
    }

    /// Chooses the law of the next edge.
    pub(crate) fn choose(&mut self, kind: Kind) {
        self.next = Some(kind);
    }

    /// Forgets what is under way: the document has changed under it.
    pub(crate) fn let_go(&mut self) {
        self.drag = None;
        self.armed = None;
        self.menu = None;
    }

    /// Whether a press of Esc was for the canvas; asked once.
    pub(crate) fn take_cancelled(&mut self) -> bool {
        std::mem::take(&mut self.is_cancelled)
    }

    /// Whether the keyboard is to go on in the inspector; asked once.
    pub(crate) fn take_wants_inspector(&mut self) -> bool {
        std::mem::take(&mut self.wants_inspector)
    }

    pub(super) fn cancel(&mut self) {
        self.drag = None;
        self.armed = None;
        self.is_cancelled = true;
    }

    /// Lets the next click on a reservoir draw an edge to it.
    pub(crate) fn arm(&mut self, from: NodeKey) {
        self.armed = Some(from);
    }

    /// Where something new is put that no click has placed.
    pub(crate) fn place(&self) -> Pos2 {
        self.place
    }

    /// Begins to rewrite a note.
    pub(super) fn rewrite(&mut self, note: &CanvasNote) {
        self.writing = Some(Writing {
            id: Some(note.id),
            at: super::notes::place(note),
            text: note.text.clone(),
            has_begun: false,
        });
    }

    /// Begins a new note.
    pub(crate) fn write_at(&mut self, at: Pos2) {
        self.writing = Some(Writing {
            id: None,
            at,
            text: String::new(),
            has_begun: false,
        });
    }
}

/// The nearest point of the grid.
pub(crate) fn snapped(at: Pos2) -> Pos2 {
    (SNAP * (at.to_vec2() / SNAP).round()).to_pos2()
}

/// The parts of a tank that a hand can take hold of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Zone {
    /// The outline: an edge begins here.
    Rim,
    /// The level of the fill.
    Level,
    /// The rest.
    Body,
}

/// How far outside a tank its rim can be taken hold of, in screen points.
pub(super) const RIM_REACH: f32 = 8.0;

/// How near to a level the pointer must be to take hold of it, in screen points.
const LEVEL_REACH: f32 = 6.0;

/// The part of a tank under a point of the screen, which is in its reach. On small tanks the parts shrink in
/// proportion, so that each of them can still be met.
pub(super) fn zone(rect: Rect, level: f32, pointer: Pos2) -> Zone {
    let least = rect.width().min(rect.height());
    let band = (0.12 * least).min(5.0);
    if !rect.shrink(band).contains(pointer) {
        return Zone::Rim;
    }
    let reach = LEVEL_REACH.min(0.14 * rect.height());
    if (pointer.y - level).abs() <= reach {
        Zone::Level
    } else {
        Zone::Body
    }
}

/// The point of a tank's outline nearest to a point: where an edge drawn from there begins.
pub(super) fn on_rim(rect: Rect, toward: Pos2) -> Pos2 {
    let clamped = rect.clamp(toward);
    if !rect.contains(toward) {
        return clamped;
    }
    let gaps: [(f32, Vec2); 4] = [
        (toward.x - rect.left(), Vec2::new(rect.left(), toward.y)),
        (rect.right() - toward.x, Vec2::new(rect.right(), toward.y)),
        (toward.y - rect.top(), Vec2::new(toward.x, rect.top())),
        (rect.bottom() - toward.y, Vec2::new(toward.x, rect.bottom())),
    ];
    gaps.into_iter()
        .min_by(|a, b| a.0.total_cmp(&b.0))
        .map_or(clamped, |(_, at)| at.to_pos2())
}

#[cfg(test)]
mod tests {
    use super::*;
    use eframe::egui::{pos2, vec2};

    #[test]
    fn every_part_of_a_tank_can_be_met_at_every_size() {
        for zoom in [0.25_f32, 1.0, 4.0] {
            let rect = Rect::from_min_size(pos2(100.0, 50.0), zoom * vec2(38.0, 56.0));
            let level = rect.center().y;
            assert_eq!(zone(rect, level, rect.center()), Zone::Level);
            let above = rect.center() - vec2(0.0, 0.3 * rect.height());
            assert_eq!(zone(rect, level, above), Zone::Body);
            for corner in [rect.left_center(), rect.center_top(), rect.right_bottom()] {
                assert_eq!(zone(rect, level, corner), Zone::Rim);
                assert_eq!(on_rim(rect, corner), corner);
            }
        }
    }

    #[test]
    fn the_next_device_is_one_of_the_platform() {
        let mut hand = Hand::default();
        assert_eq!(hand.next_kind(Platform::Chemical), Kind::Diffusion);
        hand.choose(Kind::QuantumDot);
        assert_eq!(hand.next_kind(Platform::Electronic), Kind::QuantumDot);
        assert_eq!(hand.next_kind(Platform::Chemical), Kind::Diffusion);
    }
}
