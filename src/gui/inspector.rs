//! The panel on the right: every number of what is selected, and what follows from it.

use eframe::egui::{self, Align, Id, Layout, RichText, ScrollArea, Ui, vec2};

use super::canvas::{StateScale, state_text};
use super::command::Command;
use super::derived::Derived;
use super::editor::{Editor, device_before, spaced};
use super::iv::{self, Curves, IvShown};
use super::number;
use super::row::{Change, Row};
use super::simulation::Simulation;
use super::theme::{self, Palette};
use super::time_bar::steady_words;
use super::widgets::{Gesture, Scale};
use crate::device::{Absent, Dimension, Kind, ParamSpec, Platform};
use crate::document::{Edit, Element};
use crate::network::{self, Edge, Network, Node, NodeKey, Role};

/// What the inspector looks at.
pub(crate) struct Inspected<'a> {
    pub(crate) editor: &'a Editor,
    pub(crate) simulation: &'a Simulation,
    pub(crate) derived: &'a Derived,
    pub(crate) scale: &'a StateScale,
    pub(crate) selection: Option<Element>,
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
            let network = shown.editor.network();
            let edge = match shown.selection {
                Some(Element::Edge(key)) => network.edge(key),
                _ => None,
            };
            let node = match shown.selection {
                Some(Element::Node(key)) => network.node(key),
                _ => None,
            };
            match (edge, node) {
                (Some(edge), _) => edge_ui(ui, shown, edge, curves, commands),
                (_, Some(node)) => node_ui(ui, shown, node, commands),
                _ => network_ui(ui, shown),
            }
        });
}

/// A title left and a kind right.
fn heading_ui(ui: &mut Ui, title: &str, kind: &str, tip: &str) {
    let palette = Palette::current(ui);
    ui.horizontal(|ui| {
        ui.label(
            RichText::new(title)
                .font(theme::strong(theme::HEADING))
                .color(palette.text),
        );
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.label(RichText::new(kind).color(palette.accent))
                .on_hover_text(tip);
        });
    });
}

fn edge_ui(
    ui: &mut Ui,
    shown: &Inspected<'_>,
    edge: &Edge,
    curves: &mut Curves,
    commands: &mut Vec<Command>,
) {
    let network = shown.editor.network();
    let title = |key| network.node(key).map_or("?", Node::title);
    let ends = [title(edge.from), title(edge.to)];
    let kind = edge.device.kind();
    heading_ui(
        ui,
        &format!("{}   {} → {}", edge.title(), ends[0], ends[1]),
        kind.title(),
        &format!("{}\n{}", kind.summary(), kind.formula()),
    );
    if let Some(now) = shown.simulation.operating_point(edge.key()) {
        let before = device_before(shown.editor, &edge.device, edge.key());
        iv::iv_ui(
            ui,
            curves,
            IvShown {
                platform: network.platform(),
                device: &edge.device,
                before,
                now,
                tail: &mut shown.simulation.tail().iter().copied(),
                span: span(shown.editor.base()),
                top: shown.scale.hi,
                height: plot_height(ui, kind),
                ends,
            },
        );
    }
    ui.add_space(2.0);
    for (p, spec) in kind.specs().iter().enumerate() {
        param_ui(ui, network.platform(), edge, p, spec, commands);
    }
    edge_facts_ui(ui, shown, edge);
}

/// The height the plot may take so that all rows below it are in view without scrolling.
fn plot_height(ui: &Ui, kind: Kind) -> f32 {
    const ROW: f32 = 31.0;
    const VERDICT_AND_FACTS: f32 = 96.0;
    let rows = ROW * kind.specs().len() as f32 + VERDICT_AND_FACTS;
    (ui.available_height() - rows).clamp(iv::LEAST_HEIGHT, iv::MOST_HEIGHT)
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
    ui.add_space(4.0);
    facts_ui(
        ui,
        &[
            ("current", number::significant(response.current, 4)),
            ("∂I/∂a", number::significant(response.d_from, 3)),
            ("∂I/∂b", number::significant(response.d_to, 3)),
            (
                "dissipates",
                format!("{} k_BT/τ₀", number::significant(dissipated, 3)),
            ),
        ],
    );
}

/// The widest difference of states the network's clamps and initial states span.
fn span(network: &Network) -> f64 {
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

/// One parameter of a device.
fn param_ui(
    ui: &mut Ui,
    platform: Platform,
    edge: &Edge,
    p: usize,
    spec: &ParamSpec,
    commands: &mut Vec<Command>,
) {
    let key = edge.key();
    let value = edge.device.params()[p];
    let is_optional = matches!(spec.absent, Absent::Is(without) if without.is_infinite());
    let name = spaced(spec.name);
    let row = Row {
        id: ui.scope_id().with(("param", key, p)),
        name: &name,
        symbol: spec.symbol,
        meaning: spec.meaning,
        unit: spec.dimension.unit(platform),
        range: spec.range,
        scale: Scale::of(spec),
        default: Some(spec.default),
        marks: ndc_marks(edge.device.kind(), spec),
        switch: is_optional.then(|| value.is_finite()),
    };
    match row.ui(ui, value) {
        Some(Change::To(Gesture::Live(value))) => {
            commands.push(Command::Live(Edit::SetParam(key, spec.name, value)));
        }
        Some(Change::To(Gesture::Done(value))) => {
            commands.push(Command::Done(Edit::SetParam(key, spec.name, value)));
        }
        Some(Change::Switch(is_on)) => {
            let value = if is_on { spec.default } else { f64::INFINITY };
            commands.push(Command::Done(Edit::SetParam(key, spec.name, value)));
        }
        None => {}
    }
}

/// Where on a slider NDC starts, for laws where one number decides (a quantum dot's shift at tracking 1).
fn ndc_marks(kind: Kind, spec: &ParamSpec) -> &'static [f64] {
    match (kind, spec.name) {
        (Kind::QuantumDot, "shift") => &[-0.5, 0.5],
        (Kind::DoubleDot, "shift") => &[0.0],
        _ => &[],
    }
}

fn node_ui(ui: &mut Ui, shown: &Inspected<'_>, node: &Node, commands: &mut Vec<Command>) {
    let network = shown.editor.network();
    let platform = network.platform();
    let key = node.key();
    heading_ui(ui, node.title(), node.role.name(), role_tip(node.role));
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        for role in Role::ALL {
            let button = egui::Button::selectable(node.role == role, role.name());
            let response = ui.add(button).on_hover_text(role_tip(role));
            if response.clicked() && node.role != role {
                commands.push(Command::Done(Edit::SetRole(key, role)));
            }
        }
    });
    ui.add_space(4.0);
    let base = shown.editor.base();
    let symbol = platform.state_symbol();
    let state_row = |name: &'static str, meaning: &'static str, field: NodeField| Row {
        id: Id::unique(("node", key, field as u8)),
        name,
        symbol,
        meaning,
        unit: Dimension::State.unit(platform),
        range: platform.state_range(),
        scale: state_slider(base),
        default: Some(network.ground),
        marks: &[],
        switch: None,
    };
    let spec_row = |spec: &'static ParamSpec, field: NodeField| Row {
        id: Id::unique(("node", key, field as u8)),
        name: spec.name,
        symbol: spec.symbol,
        meaning: spec.meaning,
        unit: spec.dimension.unit(platform),
        range: spec.range,
        scale: Scale::of(spec),
        default: Some(match spec.absent {
            Absent::Is(value) => value,
            Absent::Required => spec.default,
        }),
        marks: &[],
        switch: None,
    };
    let rows = if node.role.is_clamped() {
        vec![(
            state_row("value", "the state at which it is held", NodeField::Value),
            node.value,
            NodeField::Value,
        )]
    } else {
        vec![
            (
                spec_row(&network::CAPACITY, NodeField::Capacity),
                node.capacity,
                NodeField::Capacity,
            ),
            (
                spec_row(&network::LEAK, NodeField::Leak),
                node.leak,
                NodeField::Leak,
            ),
            (
                Row {
                    switch: Some(node.initial.is_some()),
                    ..state_row(
                        "initial",
                        "the state at t = 0; ground if switched off",
                        NodeField::Initial,
                    )
                },
                node.initial.unwrap_or(f64::INFINITY),
                NodeField::Initial,
            ),
        ]
    };
    for (row, value, field) in rows {
        let edit = |value| field.edit(key, value);
        match row.ui(ui, value) {
            Some(Change::To(Gesture::Live(value))) => commands.push(Command::Live(edit(value))),
            Some(Change::To(Gesture::Done(value))) => commands.push(Command::Done(edit(value))),
            Some(Change::Switch(true)) => {
                commands.push(Command::Done(edit(network.ground)));
            }
            Some(Change::Switch(false)) => {
                commands.push(Command::Done(Edit::SetInitial(key, None)));
            }
            None => {}
        }
    }
    node_facts_ui(ui, shown, node);
}

/// A number of a reservoir that can be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum NodeField {
    Value,
    Capacity,
    Leak,
    Initial,
}

impl NodeField {
    fn edit(self, key: NodeKey, value: f64) -> Edit {
        match self {
            Self::Value => Edit::SetValue(key, value),
            Self::Capacity => Edit::SetCapacity(key, value),
            Self::Leak => Edit::SetLeak(key, value),
            Self::Initial => Edit::SetInitial(key, Some(value)),
        }
    }
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

fn node_facts_ui(ui: &mut Ui, shown: &Inspected<'_>, node: &Node) {
    let platform = shown.editor.network().platform();
    let unit = platform.state_unit();
    let Some(state) = shown.simulation.state_of(node.key()) else {
        return;
    };
    let mut facts = vec![("now", format!("{} {unit}", state_text(platform, state)))];
    if let Some((steady, is_stale)) = shown.derived.steady_state_of(node.key()) {
        let name = if is_stale {
            "steady state, before"
        } else {
            "steady state"
        };
        facts.push((name, format!("{} {unit}", state_text(platform, steady))));
    } else if !node.role.is_clamped() {
        facts.push(("steady state", "none known".to_owned()));
    }
    let slot = shown.simulation.system().slot(node.key());
    if let Some(net) = slot.and_then(|slot| shown.simulation.flow().net.get(slot)) {
        facts.push(("net inflow", number::significant(*net, 3)));
        facts.push(("stored", number::significant(node.capacity * state, 4)));
    }
    ui.add_space(4.0);
    facts_ui(ui, &facts);
}

/// Without a selection: the network as a whole.
fn network_ui(ui: &mut Ui, shown: &Inspected<'_>) {
    let network = shown.editor.network();
    let palette = Palette::current(ui);
    heading_ui(
        ui,
        &network.name,
        network.platform().name(),
        "what the network carries",
    );
    ui.add(egui::Label::new(RichText::new(&network.description).color(palette.dim)).wrap());
    ui.add_space(6.0);
    facts_ui(
        ui,
        &[
            ("reservoirs", network.nodes().len().to_string()),
            ("edges", network.edges().len().to_string()),
            (
                "ground",
                format!(
                    "{} {}",
                    number::short(network.ground, 4),
                    network.platform().state_unit()
                ),
            ),
            ("system size Ω", number::short(network.system_size, 6)),
            (
                "dissipates",
                format!(
                    "{} k_BT/τ₀",
                    number::significant(shown.simulation.dissipation().total(), 3)
                ),
            ),
        ],
    );
    ui.add_space(6.0);
    ui.add(egui::Label::new(RichText::new(steady_words(shown.derived)).color(palette.dim)).wrap());
    ui.add_space(6.0);
    ui.add(
        egui::Label::new(
            RichText::new("Select an edge or a reservoir to see and change its numbers.")
                .color(palette.dim),
        )
        .wrap(),
    );
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
