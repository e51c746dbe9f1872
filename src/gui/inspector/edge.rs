//! The inspector of one edge: its curve, its parameters, what flows.

use eframe::egui::Ui;

use super::target::Target;
use super::{Inspected, facts_ui, formula, heading_ui, identity, span, target, ties};
use crate::device::{Absent, Device, Kind, ParamSpec};
use crate::document::Edit;
use crate::gui::command::Command;
use crate::gui::editor::{device_before, spaced};
use crate::gui::iv::{self, Curves, IvShown};
use crate::gui::row::Row;
use crate::learn::Trainable;
use crate::network::{Edge, Node};

pub(super) fn edge_ui(
    ui: &mut Ui,
    shown: &Inspected<'_>,
    edge: &Edge,
    curves: &mut Curves,
    commands: &mut Vec<Command>,
) {
    let network = shown.network;
    let title = |key| network.node(key).map_or("?", Node::title);
    let ends = [title(edge.from), title(edge.to)];
    let kind = edge.device.kind();
    let heading = format!("{}   {} → {}", edge.title(), ends[0], ends[1]);
    heading_ui(ui, &heading, |ui| {
        let chosen = identity::kind_box_ui(ui, network.platform(), Some(kind));
        if let Some(chosen) = chosen.filter(|chosen| *chosen != kind) {
            commands.push(Command::Done(Edit::SetKind(edge.key(), chosen)));
        }
    });
    identity::edge_names_ui(ui, edge, commands);
    if let Some(now) = shown.simulation.operating_point(edge.key()) {
        let simulation = shown.simulation;
        let ago = simulation.looks_back();
        // The point of then lies on the curve of then; the curve of today is its ghost.
        let then = ago
            .and_then(|_| simulation.system().link(edge.key()))
            .map(|link| &simulation.system().links()[link].device);
        let device = then.unwrap_or(&edge.device);
        let before = match then {
            Some(then) => (*then != edge.device).then_some(&edge.device),
            None => device_before(shown.editor, &edge.device, edge.key()),
        };
        let tail = simulation.tail().iter().filter(|_| ago.is_none());
        iv::iv_ui(
            ui,
            curves,
            IvShown {
                platform: network.platform(),
                scales: shown.scales,
                edge: edge.key(),
                simulation,
                device,
                before,
                now,
                ago,
                tail: &mut tail.copied(),
                span: span(shown.editor.base()),
                top: shown.scale.hi,
                height: plot_height(ui, &edge.device),
                ends,
            },
            commands,
        );
    }
    ui.add_space(2.0);
    formula::formula_ui(ui, shown, edge, commands);
    for (p, spec) in edge.device.specs().iter().enumerate() {
        param_ui(ui, shown, edge, p, spec, commands);
    }
    ties::ties_ui(ui, &[edge], shown.network, commands);
    edge_facts_ui(ui, shown, edge);
}

/// The height the plot may take so that all rows below it are in view without scrolling.
fn plot_height(ui: &Ui, device: &Device) -> f32 {
    const ROW: f32 = 31.0;
    const VERDICT_AND_FACTS: f32 = 96.0;
    const FORMULA: f32 = 112.0;
    let formula = if device.formula().is_some() {
        FORMULA
    } else {
        0.0
    };
    let rows = ROW * device.specs().len() as f32 + VERDICT_AND_FACTS + formula;
    (ui.available_height() - rows).clamp(iv::LEAST_HEIGHT, iv::MOST_HEIGHT)
}

/// One parameter of a device.
fn param_ui(
    ui: &mut Ui,
    shown: &Inspected<'_>,
    edge: &Edge,
    p: usize,
    spec: &ParamSpec,
    commands: &mut Vec<Command>,
) {
    let key = edge.key();
    let kind = edge.device.kind();
    let value = edge.device.params()[p];
    let name = spaced(spec.name);
    let limits = format!("{}.{}", kind.name(), spec.name);
    let is_optional = matches!(spec.absent, Absent::Is(without) if without.is_infinite());
    let item = Trainable::Device {
        edge: key,
        parameter: spec.name,
    };
    let id = ui.scope_id().with(("param", key, p));
    let usual = Row::of(id, &name, spec, shown.scales);
    let row = Row {
        scale: formula::slider(shown, key, spec).unwrap_or(usual.scale),
        marks: ndc_marks(kind, spec),
        switch: is_optional.then(|| value.is_finite()),
        is_trained: target::is_trained(shown, &[item], spec.trainable),
        tied: ties::others(shown.network, &[edge], spec.name),
        ..usual
    }
    .with_limits(target::limits_of(shown, &limits, spec.range));
    let Some(change) = row.ui(ui, value) else {
        return;
    };
    let target = Target {
        step: None,
        limits,
        items: &[item],
        set: &|value| vec![Edit::SetParam(key, spec.name, value)],
        switch: &|is_on| {
            let value = if is_on { spec.default } else { f64::INFINITY };
            vec![Edit::SetParam(key, spec.name, value)]
        },
    };
    target.carry_out(shown, change, commands);
}

/// Where on a slider NDC starts, for laws where one number decides (a quantum dot's shift at tracking 1).
pub(super) fn ndc_marks(kind: Kind, spec: &ParamSpec) -> &'static [f64] {
    match (kind, spec.name) {
        (Kind::QuantumDot, "shift") => &[-0.5, 0.5],
        (Kind::DoubleDot, "shift") => &[0.0],
        _ => &[],
    }
}

fn edge_facts_ui(ui: &mut Ui, shown: &Inspected<'_>, edge: &Edge) {
    let Some(link) = shown.simulation.system().link(edge.key()) else {
        return;
    };
    let Some(response) = shown.simulation.flow().responses.get(link) else {
        return;
    };
    let dissipated = shown
        .simulation
        .dissipation()
        .edges
        .get(link)
        .copied()
        .unwrap_or(0.0);
    let scales = shown.scales;
    let slope = |slope: f64| scales.brief(scales.conductance(slope), slope, 3);
    let current = response.current;
    ui.add_space(4.0);
    facts_ui(
        ui,
        &[
            ("current", scales.brief(scales.current(current), current, 4)),
            ("∂I/∂a", slope(response.d_from)),
            ("∂I/∂b", slope(response.d_to)),
            ("dissipates", scales.power(dissipated).text(dissipated, 3)),
        ],
    );
}
