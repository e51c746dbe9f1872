//! The pipes in view: in how much detail they are drawn, and which of them the pointer, the keyboard and a screen reader
//! meet.

use eframe::egui::{CursorIcon, Pos2, Rect, Response, Role as WidgetRole, Sense, Vec2, WidgetInfo};

use super::bundles::{BundleFlow, BundlePainter, Bundles};
use super::detail::Detail;
use super::flow::{Dots, FlowPainter, FlowScale, PipeLook};
use super::hand::Target;
use super::{Canvas, describe_edge, glyph, hover, is_falling};
use crate::document::{Element, Selection};
use crate::gui::command::Command;

/// How near to a pipe the pointer must be, in screen points.
const REACH: f32 = 9.0;

/// As many edges in view have an accessible node: more would not be found by ear, and cost milliseconds.
const MOST_ACCESSIBLE: usize = 300;

/// As many selected edges stand out of their bundles.
const MOST_MARKED: usize = 2000;

/// What was drawn of the pipes.
pub(super) struct Drawn<'a> {
    /// The pipes that are drawn one by one.
    pub(super) looks: Vec<PipeLook<'a>>,
    /// In how much detail.
    pub(super) detail: Detail,
    /// How many pipes are drawn as how many bundles, if they are.
    pub(super) bundled: Option<[usize; 2]>,
}

impl<'a> Canvas<'a, '_> {
    /// Draws the pipes in view, and handles what is done to them; without a response they are a picture.
    pub(super) fn pipes(
        &mut self,
        response: Option<&Response>,
        dots: &Dots,
        is_linear: bool,
    ) -> Drawn<'a> {
        let in_view = self.in_view();
        let detail = self.detail(&in_view);
        if detail == Detail::Bundles {
            return self.bundled(response, in_view.len(), is_linear);
        }
        let hovered = response.and_then(|response| self.pick(response));
        let looks: Vec<PipeLook<'a>> = in_view
            .into_iter()
            .filter_map(|pipe| self.look(pipe, hovered))
            .collect();
        let flow = self.flow_painter(is_linear);
        match detail {
            Detail::Whole => flow.whole(&looks, dots),
            Detail::Dots => flow.many(&looks, Some(dots)),
            Detail::Lines | Detail::Bundles => flow.many(&looks, None),
        }
        if let Some(response) = response {
            self.edge_nodes(response, &looks);
        }
        Drawn {
            looks,
            detail,
            bundled: None,
        }
    }

    fn flow_painter(&self, is_linear: bool) -> FlowPainter<'_> {
        FlowPainter {
            painter: self.painter,
            palette: self.palette,
            camera: self.camera,
            view: self.area,
            scale: FlowScale::new(is_linear, &self.shown.simulation.flow().responses),
        }
    }

    /// The pipes in view, by position.
    fn in_view(&self) -> Vec<usize> {
        let seen = self.camera.visible(self.area).expand(20.0);
        let pipes = self.shown.scene.pipes.iter().enumerate();
        pipes
            .filter(|(_, pipe)| pipe.bounds().intersects(seen))
            .map(|(number, _)| number)
            .collect()
    }

    fn detail(&self, in_view: &[usize]) -> Detail {
        /// The width of a pipe of middling strength on a small scale, in screen points.
        const WIDTH: f32 = 1.5;
        let zoom = self.camera.zoom();
        let pipes = &self.shown.scene.pipes;
        // Of a pipe that reaches beyond the view, no more than the view is wide can cover it.
        let most = self.area.width() + self.area.height();
        let ink: f32 = in_view
            .iter()
            .map(|&pipe| WIDTH * (pipes[pipe].length() * zoom).min(most))
            .sum();
        Detail::of(in_view.len(), ink / self.area.area().max(1.0), zoom)
    }

    /// What is to be drawn of a pipe.
    fn look(&self, number: usize, hovered: Option<usize>) -> Option<PipeLook<'a>> {
        let simulation = self.shown.simulation;
        let pipe = self.shown.scene.pipes.get(number)?;
        let links = simulation.system().links();
        // The compiled network has the edges in the same order, as a rule.
        let link = match links.get(number) {
            Some(link) if link.key == pipe.key => number,
            _ => simulation.system().link(pipe.key)?,
        };
        Some(PipeLook {
            pipe,
            number: link,
            kind: links[link].device.kind(),
            response: *simulation.flow().responses.get(link)?,
            is_selected: self.selection.edges.contains(&pipe.key),
            is_hovered: hovered == Some(number),
            is_frozen: self.is_motion_reduced || simulation.is_frozen(),
        })
    }

    /// The pipe under a point of the screen.
    fn pipe_at(&self, pointer: Pos2) -> Option<usize> {
        let at = self.camera.canvas_from_screen(self.area, pointer);
        self.shown.scene.pipe_near(at, REACH / self.camera.zoom())
    }

    /// Handles clicks and hovering on pipes; returns the pipe under the pointer.
    fn pick(&mut self, response: &Response) -> Option<usize> {
        if response.clicked() || response.secondary_clicked() {
            let hit = response
                .interact_pointer_pos()
                .and_then(|pointer| self.pipe_at(pointer))
                .map(|p| Element::Edge(self.shown.scene.pipes[p].key));
            if response.clicked() {
                self.canvas_clicked(response, hit);
            } else {
                self.open_menu(hit.map_or(Target::Nothing, Target::Element));
            }
        }
        let hovered = response
            .hover_pos()
            .and_then(|pointer| self.pipe_at(pointer));
        if hovered.is_some() && !response.dragged() {
            self.ui.set_cursor_icon(CursorIcon::PointingHand);
        }
        if let Some(p) = hovered
            && !response.dragged()
            && let Some(edge) = self.network().edge(self.shown.scene.pipes[p].key)
        {
            self.callout = hover::edge(self.shown, edge);
        }
        hovered
    }

    /// Draws bundles, and over them the pipes that are selected.
    fn bundled(
        &mut self,
        response: Option<&Response>,
        in_view: usize,
        is_linear: bool,
    ) -> Drawn<'a> {
        let shown = self.shown;
        let seen = self.camera.visible(self.area);
        let bundles = shown.scene.bundles(self.camera.zoom(), seen);
        let responses = &shown.simulation.flow().responses;
        let links = shown.simulation.system().links();
        let is_in_order = links.len() == shown.scene.pipes.len();
        let flows = bundles.flows(|pipe| {
            let link = if is_in_order {
                pipe
            } else {
                let key = shown.scene.pipes.get(pipe)?.key;
                shown.simulation.system().link(key)?
            };
            responses.get(link).copied()
        });
        let hovered = response.and_then(|response| self.pick_bundle(response, bundles, &flows));
        let painter = BundlePainter {
            painter: self.painter,
            palette: self.palette,
            camera: self.camera,
            view: self.area,
            is_linear,
        };
        let drawn = painter.paint(bundles, &flows, hovered);
        let selected = self.selection.edges.iter().take(MOST_MARKED);
        let looks: Vec<PipeLook<'a>> = selected
            .filter_map(|&key| self.look(shown.scene.pipe(key)?, None))
            .collect();
        let flow = self.flow_painter(is_linear);
        flow.many(&looks, None);
        if let Some(response) = response {
            self.edge_nodes(response, &looks);
        }
        Drawn {
            looks,
            detail: Detail::Bundles,
            bundled: Some([in_view, drawn]),
        }
    }

    /// Handles clicks and hovering on bundles: a click selects what is in one. Returns the bundle under the pointer.
    fn pick_bundle(
        &mut self,
        response: &Response,
        bundles: &Bundles,
        flows: &[BundleFlow],
    ) -> Option<usize> {
        let (camera, area) = (self.camera, self.area);
        let at = |pointer: Option<Pos2>| bundles.near(pointer?, REACH, camera, area);
        if response.secondary_clicked() {
            self.open_menu(Target::Nothing);
        }
        if response.clicked() {
            match at(response.interact_pointer_pos()).filter(|_| self.hand.armed.is_none()) {
                Some(bundle) => self.click_bundle(bundles, bundle),
                None => self.canvas_clicked(response, None),
            }
        }
        let hovered = at(response.hover_pos()).filter(|_| !response.dragged())?;
        self.ui.set_cursor_icon(CursorIcon::PointingHand);
        self.callout = Some(hover::bundle(self.shown.scales, flows.get(hovered)?));
        Some(hovered)
    }

    /// Selects what is in a bundle; with Shift, beside what is selected.
    fn click_bundle(&mut self, bundles: &Bundles, bundle: usize) {
        let is_added = self.ui.input(|i| i.modifiers.shift);
        let mut selection = if is_added {
            self.selection.clone()
        } else {
            Selection::default()
        };
        let pipes = &self.shown.scene.pipes;
        let keys = bundles.pipes(bundle).filter_map(|pipe| pipes.get(pipe));
        selection.edges.extend(keys.map(|pipe| pipe.key));
        self.commands.push(Command::SelectSet(selection));
    }

    /// Gives the edges in view a name for screen readers and tests, and a place to focus.
    fn edge_nodes(&mut self, response: &Response, looks: &[PipeLook<'_>]) {
        for look in looks.iter().take(MOST_ACCESSIBLE) {
            let Some(edge) = self.network().edge(look.pipe.key) else {
                continue;
            };
            let (at, _) = look.pipe.at(look.pipe.glyph_distance());
            let at = self.camera.screen_from_canvas(self.area, at);
            if !self.area.contains(at) {
                continue;
            }
            let id = response.id.with(("edge", look.pipe.key));
            let size = Vec2::splat(glyph::SIZE * self.camera.zoom().clamp(0.45, 1.6));
            let hit = self
                .ui
                .interact(Rect::from_center_size(at, size), id, Sense::click());
            hit.widget_info(|| {
                let name = format!("edge {}", edge.title());
                WidgetInfo::selected(WidgetRole::Button, true, look.is_selected, name)
            });
            let (shown, response) = (self.shown, look.response);
            self.ui.ctx().accesskit_node_builder(id, |node| {
                let mut value = describe_edge(shown, edge, response.current);
                if is_falling(&response) {
                    value.push_str(", in its NDC region");
                }
                node.set_value(value);
            });
            if hit.clicked() {
                self.click(Element::Edge(look.pipe.key));
            }
            if hit.secondary_clicked() {
                self.open_menu(Target::Element(Element::Edge(look.pipe.key)));
            }
            if hit.hovered() {
                self.ui.set_cursor_icon(CursorIcon::PointingHand);
                self.callout = hover::edge(self.shown, edge);
            }
            if hit.has_focus() {
                self.focus_ring(Rect::from_center_size(at, size));
                self.hold_arrows(id);
                self.focused = Some(Element::Edge(look.pipe.key));
            }
        }
    }
}
