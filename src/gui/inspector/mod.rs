//! The panel on the right: every number of what is selected, and what follows from it.

mod edge;
mod formula;
mod identity;
mod limits;
mod network;
mod node;
mod several;
mod signal;
mod target;
mod ties;

pub(crate) use formula::end_typing;
pub(crate) use identity::kind_box_ui as device_box_ui;

use eframe::egui::{Align, Layout, RichText, ScrollArea, Ui, vec2};

use super::canvas::StateScale;
use super::command::Command;
use super::derived::Derived;
use super::editor::Editor;
use super::iv::Curves;
use super::simulation::Simulation;
use super::theme::{self, Palette};
use super::units::Scales;
use super::view::only;
use super::widgets::Scale;
use crate::device::Platform;
use crate::document::{Element, Selection};
use crate::network::{Network, Role};

/// What the inspector looks at.
#[derive(Clone, Copy)]
pub(crate) struct Inspected<'a> {
    pub(crate) editor: &'a Editor,
    pub(crate) simulation: &'a Simulation,
    pub(crate) derived: &'a Derived,
    pub(crate) scale: &'a StateScale,
    /// The network as it is seen: with the parameters of a training under way.
    pub(crate) network: &'a Network,
    pub(crate) selection: &'a Selection,
    /// The units numbers are shown in.
    pub(crate) scales: Scales,
}

/// Draws the inspector.
pub(crate) fn inspector_ui(
    ui: &mut Ui,
    shown: &Inspected<'_>,
    curves: &mut Curves,
    commands: &mut Vec<Command>,
) {
    ScrollArea::vertical()
        .auto_shrink([false, false])
        .show(ui, |ui| {
            ui.spacing_mut().item_spacing = vec2(6.0, 6.0);
            let only = only(shown.selection);
            let edge = match only {
                Some(Element::Edge(key)) => shown.network.edge(key),
                _ => None,
            };
            let node = match only {
                Some(Element::Node(key)) => shown.network.node(key),
                _ => None,
            };
            match (edge, node) {
                (Some(edge), _) => edge::edge_ui(ui, shown, edge, curves, commands),
                (_, Some(node)) => node::node_ui(ui, shown, node, commands),
                _ if only.is_none()
                    && !(shown.selection.nodes.is_empty() && shown.selection.edges.is_empty()) =>
                {
                    several::several_ui(ui, shown, commands);
                }
                _ => network::network_ui(ui, shown, commands),
            }
        });
}

/// A title left, and what else belongs there right.
pub(crate) fn heading_ui(ui: &mut Ui, title: &str, right_ui: impl FnOnce(&mut Ui)) {
    let palette = Palette::current(ui);
    ui.horizontal(|ui| {
        let room = ui.available_width();
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            right_ui(ui);
            let text = RichText::new(title)
                .font(theme::strong(theme::HEADING))
                .color(palette.text);
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                ui.set_max_width(room);
                ui.add(eframe::egui::Label::new(text).truncate());
            });
        });
    });
}

/// A word at the right of a heading.
fn kind_ui(ui: &mut Ui, kind: &str, tip: &str) {
    let palette = Palette::current(ui);
    ui.label(RichText::new(kind).color(palette.accent))
        .on_hover_text(tip);
}

/// The widest difference of states the network's clamps and initial states span.
pub(crate) fn span(network: &Network) -> f64 {
    let mut lo = network.ground;
    let mut hi = network.ground;
    for node in network.nodes() {
        let x = if node.role.is_clamped() {
            node.value
        } else {
            network.initial_of(node)
        };
        lo = lo.min(x);
        hi = hi.max(x);
    }
    hi - lo
}

fn role_tip(role: Role) -> &'static str {
    match role {
        Role::Input => "held at its value: where the question is put",
        Role::Bias => "held at its value: a rail",
        Role::Hidden => "free: finds its own state",
        Role::Output => "free: finds its own state, and the answer is read here",
    }
}

/// The slider of a state: round ends that hold what the network has, and do not move during a drag.
fn state_slider(base: &Network) -> Scale {
    let largest = base
        .nodes()
        .iter()
        .flat_map(|node| [node.value, base.initial_of(node)])
        .fold(0.0_f64, |top, x| top.max(x.abs()));
    match base.platform() {
        Platform::Electronic => {
            // Fifteen k_B·T cover the curves of single carriers.
            let reach = round_up((1.5 * largest).max(15.0));
            Scale::linear(-reach, reach)
        }
        Platform::Chemical => {
            let least = base
                .nodes()
                .iter()
                .map(|node| node.value)
                .chain([base.ground])
                .filter(|x| *x > 0.0)
                .fold(1e-2, f64::min);
            Scale::logarithmic(0.1 * least, round_up((3.0 * largest).max(10.0)))
        }
    }
}

/// The next number of the form 1, 1.5, 2, 3, 5 times a power of ten.
fn round_up(x: f64) -> f64 {
    let decade = 10_f64.powf(x.log10().floor());
    [1.0, 1.5, 2.0, 3.0, 5.0]
        .into_iter()
        .map(|m| m * decade)
        .find(|&y| y >= x)
        .unwrap_or(10.0 * decade)
}

/// Names left, numbers right, in two columns.
fn facts_ui(ui: &mut Ui, facts: &[(&str, String)]) {
    let palette = Palette::current(ui);
    for pair in facts.chunks(2) {
        ui.columns(2, |columns| {
            for (ui, (name, value)) in columns.iter_mut().zip(pair) {
                ui.horizontal(|ui| {
                    ui.spacing_mut().item_spacing.x = 6.0;
                    ui.label(RichText::new(*name).size(theme::SMALL).color(palette.dim));
                    ui.label(
                        RichText::new(value)
                            .font(theme::mono(theme::SMALL))
                            .color(palette.text),
                    );
                });
            }
        });
    }
}
