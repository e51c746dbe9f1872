//! The inspector of several things: what they share, set for all of them at once.

use eframe::egui::Ui;

use super::node::{NodeField, roles_ui};
use super::target::Target;
use super::{Inspected, heading_ui, identity, target, ties};
use crate::device::{Absent, ParamSpec};
use crate::document::Edit;
use crate::gui::command::Command;
use crate::gui::editor::spaced;
use crate::gui::row::Row;
use crate::learn::Trainable;
use crate::network::{Edge, Node};

pub(super) fn several_ui(ui: &mut Ui, shown: &Inspected<'_>, commands: &mut Vec<Command>) {
    let network = shown.network;
    let selection = shown.selection;
    let edges: Vec<&Edge> = selection
        .edges
        .iter()
        .filter_map(|&key| network.edge(key))
        .collect();
    let nodes: Vec<&Node> = selection
        .nodes
        .iter()
        .filter_map(|&key| network.node(key))
        .collect();
    heading_ui(ui, &counted(edges.len(), nodes.len()), |_| {});
    if !edges.is_empty() {
        edges_ui(ui, shown, &edges, commands);
    }
    if !nodes.is_empty() {
        if !edges.is_empty() {
            ui.separator();
        }
        nodes_ui(ui, shown, &nodes, commands);
    }
}

/// "3 edges, 2 reservoirs".
fn counted(edges: usize, nodes: usize) -> String {
    let count = |n: usize, word: &str| match n {
        0 => None,
        1 => Some(format!("1 {word}")),
        n => Some(format!("{n} {word}s")),
    };
    let parts: Vec<String> = [count(edges, "edge"), count(nodes, "reservoir")]
        .into_iter()
        .flatten()
        .collect();
    parts.join(", ")
}

fn edges_ui(ui: &mut Ui, shown: &Inspected<'_>, edges: &[&Edge], commands: &mut Vec<Command>) {
    let kind = edges[0].device.kind();
    let is_one_kind = edges.iter().all(|edge| edge.device.kind() == kind);
    ui.horizontal(|ui| {
        ui.label(if edges.len() == 1 {
            "device"
        } else {
            "devices"
        });
        let now = is_one_kind.then_some(kind);
        let chosen = identity::kind_box_ui(ui, shown.network.platform(), now);
        if let Some(chosen) = chosen.filter(|chosen| now != Some(*chosen)) {
            let edits = edges
                .iter()
                .map(|edge| Edit::SetKind(edge.key(), chosen))
                .collect();
            let name = format!("device of {} edges", edges.len());
            commands.push(Command::DoneAll(name, edits));
        }
    });
    let shared: Vec<&ParamSpec> = edges[0]
        .device
        .specs()
        .iter()
        .filter(|spec| {
            edges.iter().all(|edge| {
                let own = edge.device.specs().iter();
                own.clone()
                    .any(|own| own.name == spec.name && own.range == spec.range)
            })
        })
        .collect();
    if shared.is_empty() {
        ui.label("These devices have no parameter in common.");
    }
    for spec in shared {
        param_ui(ui, shown, edges, spec, is_one_kind, commands);
    }
    ties::ties_ui(ui, edges, shown.network, commands);
}

fn param_ui(
    ui: &mut Ui,
    shown: &Inspected<'_>,
    edges: &[&Edge],
    spec: &ParamSpec,
    is_one_kind: bool,
    commands: &mut Vec<Command>,
) {
    let name = spaced(spec.name);
    let kind = edges[0].device.kind();
    let limits = format!("{}.{}", kind.name(), spec.name);
    let values: Vec<f64> = edges
        .iter()
        .filter_map(|edge| edge.device.param(spec.name).or(Some(f64::INFINITY)))
        .collect();
    let items: Vec<Trainable> = edges
        .iter()
        .map(|edge| Trainable::Device {
            edge: edge.key(),
            parameter: spec.name,
        })
        .collect();
    let is_optional = matches!(spec.absent, Absent::Is(without) if without.is_infinite());
    let id = ui.scope_id().with(("shared", spec.name));
    let row = Row {
        mixed: target::mixed(&values),
        marks: if is_one_kind {
            super::edge::ndc_marks(kind, spec)
        } else {
            &[]
        },
        switch: is_optional.then(|| values.iter().all(|value| value.is_finite())),
        is_trained: target::is_trained(shown, &items, spec.trainable),
        tied: ties::others(shown.network, edges, spec.name),
        ..Row::of(id, &name, spec, shown.scales)
    }
    .with_limits(target::limits_of(shown, &limits, spec.range));
    let Some(change) = row.ui(ui, values.first().copied().unwrap_or(spec.default)) else {
        return;
    };
    let set = |value: f64| -> Vec<Edit> {
        edges
            .iter()
            .map(|edge| Edit::SetParam(edge.key(), spec.name, value))
            .collect()
    };
    let target = Target {
        step: Some(format!("{name} of {}", counted(edges.len(), 0))),
        limits,
        items: &items,
        set: &set,
        switch: &|is_on| set(if is_on { spec.default } else { f64::INFINITY }),
    };
    target.carry_out(shown, change, commands);
}

fn nodes_ui(ui: &mut Ui, shown: &Inspected<'_>, nodes: &[&Node], commands: &mut Vec<Command>) {
    let role = nodes[0].role;
    let now = nodes.iter().all(|node| node.role == role).then_some(role);
    if let Some(role) = roles_ui(ui, now) {
        let edits = nodes
            .iter()
            .map(|node| Edit::SetRole(node.key(), role))
            .collect();
        let name = format!("role of {}", counted(0, nodes.len()));
        commands.push(Command::DoneAll(name, edits));
    }
    let (clamped, free): (Vec<&Node>, Vec<&Node>) =
        nodes.iter().partition(|node| node.role.is_clamped());
    for (nodes, is_clamped, word) in [(clamped, true, "held"), (free, false, "free")] {
        if nodes.is_empty() {
            continue;
        }
        if now.is_none() {
            ui.label(format!("{} of them {word}", nodes.len()));
        }
        for field in NodeField::of(is_clamped) {
            field.row_ui(ui, shown, &nodes, commands);
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_is_selected_is_counted() {
        assert_eq!(super::counted(3, 2), "3 edges, 2 reservoirs");
        assert_eq!(super::counted(1, 1), "1 edge, 1 reservoir");
        assert_eq!(super::counted(0, 4), "4 reservoirs");
    }
}
