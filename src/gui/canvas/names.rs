//! Names and numbers on the canvas.

use eframe::egui::{Rect, Vec2};

use super::detail::{Detail, MOST_NAMED_TANKS};
use super::flow::PipeLook;
use super::labels::{self, Labels, Place};
use super::sight::Drawn;
use super::{Canvas, glyph, overlay};
use crate::gui::theme;
use crate::network::Node;

/// Below this magnification tanks carry no text.
const SMALLEST_LABELLED: f32 = 0.3;

impl Canvas<'_, '_> {
    /// Puts names and numbers where there is room: selected first, then tanks, then edges.
    pub(super) fn labels(&self, drawn: &Drawn<'_>, tanks: &[(usize, Rect)]) {
        if self.camera.zoom() < SMALLEST_LABELLED {
            return;
        }
        let Drawn { looks, detail, .. } = drawn;
        let mut taken: Vec<Rect> = tanks.iter().map(|&(_, outline)| outline).collect();
        let tile = |look: &PipeLook<'_>| {
            let (at, _) = look.pipe.at(look.pipe.glyph_distance());
            let at = self.camera.screen_from_canvas(self.area, at);
            let size = glyph::SIZE * self.camera.zoom().clamp(0.45, 1.6);
            Rect::from_center_size(at, Vec2::splat(size))
        };
        if *detail == Detail::Whole {
            taken.extend(
                looks
                    .iter()
                    .filter(|look| look.pipe.glyph.is_some())
                    .map(tile),
            );
        }
        taken.push(self.tools.expand(4.0));
        taken.extend(self.note_rects.iter().map(|(_, rect)| *rect));
        let mut room = self.area.shrink(4.0);
        // The top strip belongs to the badges.
        room.min.y += overlay::TOP;
        let mut labels = Labels::new(room, taken);
        let selected_first = |selected: bool| !selected;
        let is_selected = |n: usize| {
            let key = self.shown.scene.tanks[n].key;
            self.selection.nodes.contains(&key)
        };
        let is_crowd = tanks.len() > MOST_NAMED_TANKS;
        let mut order: Vec<_> = tanks
            .iter()
            .filter(|(n, _)| !is_crowd || is_selected(*n))
            .collect();
        order.sort_by_key(|(n, _)| selected_first(is_selected(*n)));
        for &&(n, outline) in &order {
            if let Some(node) = self.network().node(self.shown.scene.tanks[n].key) {
                self.tank_label(&mut labels, node, outline);
            }
        }
        if *detail == Detail::Whole {
            let mut order: Vec<_> = looks.iter().collect();
            order.sort_by_key(|look| selected_first(look.is_selected));
            for look in order {
                self.edge_label(&mut labels, look, tile(look));
            }
        }
        labels.paint(self.painter, self.palette);
    }

    fn tank_label(&self, labels: &mut Labels, node: &Node, outline: Rect) {
        let state = self
            .shown
            .simulation
            .state_of(node.key())
            .unwrap_or(node.value);
        let number = self.shown.scales.state_text(state);
        let name = (node.title(), theme::strong(theme::BODY), self.palette.text);
        let number = (
            number.as_str(),
            theme::mono(theme::SMALL),
            self.palette.sign(state - self.shown.scale.zero),
        );
        labels.put(
            self.painter,
            outline,
            // The second is made only where the first finds no room.
            [&[name.clone(), number][..], &[name][..]]
                .into_iter()
                .map(labels::line),
            &[Place::Above, Place::Below, Place::Right, Place::Left],
        );
    }

    fn edge_label(&self, labels: &mut Labels, look: &PipeLook<'_>, tile: Rect) {
        let is_named = look.is_selected || look.is_hovered;
        if !is_named && !self.show_values {
            return;
        }
        let Some(edge) = self.network().edge(look.pipe.key) else {
            return;
        };
        let (_, along) = look.pipe.at(look.pipe.glyph_distance());
        let current = look.response.current;
        let scales = self.shown.scales;
        let current = scales.brief(scales.current(current), current, 3);
        let name = (
            edge.title(),
            theme::strong(theme::SMALL),
            self.palette.accent,
        );
        let value = (
            current.as_str(),
            theme::mono(theme::SMALL),
            self.palette.text,
        );
        let job = match (is_named, self.show_values) {
            (true, true) => labels::line(&[name, value]),
            (true, false) => labels::line(&[name]),
            (false, _) => labels::line(&[value]),
        };
        labels.put(
            self.painter,
            tile,
            [job],
            if along.y.abs() > along.x.abs() {
                &[Place::Right, Place::Left, Place::Below, Place::Above]
            } else {
                &[Place::Below, Place::Above, Place::Right, Place::Left]
            },
        );
    }
}
