//! The inspector of one reservoir: its part, its numbers, what it holds.

use eframe::egui::{self, Ui};

use super::target::Target;
use super::{
    Inspected, facts_ui, heading_ui, identity, kind_ui, role_tip, signal, state_slider, target,
};
use crate::device::{Absent, Dimension, ParamSpec};
use crate::document::Edit;
use crate::gui::command::Command;
use crate::gui::number;
use crate::gui::row::Row;
use crate::learn::Trainable;
use crate::network::{self, Network, Node, NodeKey, Role};

pub(super) fn node_ui(
    ui: &mut Ui,
    shown: &Inspected<'_>,
    node: &Node,
    commands: &mut Vec<Command>,
) {
    let key = node.key();
    heading_ui(ui, node.title(), |ui| {
        kind_ui(ui, node.role.name(), role_tip(node.role));
    });
    identity::node_names_ui(ui, shown.editor.document(), node, commands);
    if let Some(role) = roles_ui(ui, Some(node.role)) {
        commands.push(Command::Done(Edit::SetRole(key, role)));
    }
    ui.add_space(4.0);
    for field in NodeField::of(node.role.is_clamped()) {
        field.row_ui(ui, shown, &[node], commands);
    }
    if node.role.is_clamped() {
        ui.add_space(4.0);
        signal::signal_ui(ui, shown, node, commands);
    }
    node_facts_ui(ui, shown, node);
}

/// A button for each role; returns another one that was chosen.
pub(super) fn roles_ui(ui: &mut Ui, now: Option<Role>) -> Option<Role> {
    let mut chosen = None;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        for role in Role::ALL {
            let button = egui::Button::selectable(now == Some(role), role.name());
            let response = ui.add(button).on_hover_text(role_tip(role));
            if response.clicked() && now != Some(role) {
                chosen = Some(role);
            }
        }
    });
    chosen
}

/// A number of a reservoir that can be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NodeField {
    Value,
    Capacity,
    Leak,
    Initial,
}

impl NodeField {
    /// The numbers that act on a clamp, or on a free reservoir.
    pub(super) fn of(is_clamped: bool) -> &'static [Self] {
        if is_clamped {
            &[Self::Value]
        } else {
            &[Self::Capacity, Self::Leak, Self::Initial]
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Value => "value",
            Self::Capacity => "capacity",
            Self::Leak => "leak",
            Self::Initial => "initial",
        }
    }

    fn edit(self, key: NodeKey, value: f64) -> Edit {
        match self {
            Self::Value => Edit::SetValue(key, value),
            Self::Capacity => Edit::SetCapacity(key, value),
            Self::Leak => Edit::SetLeak(key, value),
            Self::Initial => Edit::SetInitial(key, Some(value)),
        }
    }

    /// The number; infinite where it is absent.
    fn read(self, node: &Node) -> f64 {
        match self {
            Self::Value => node.value,
            Self::Capacity => node.capacity,
            Self::Leak => node.leak,
            Self::Initial => node.initial.unwrap_or(f64::INFINITY),
        }
    }

    fn trainable(self, key: NodeKey) -> Option<Trainable> {
        match self {
            Self::Capacity => Some(Trainable::Capacity(key)),
            Self::Leak => Some(Trainable::Leak(key)),
            Self::Value | Self::Initial => None,
        }
    }

    fn spec(self, network: &Network) -> ParamSpec {
        let platform = network.platform();
        let state = |name, meaning| ParamSpec {
            name,
            symbol: platform.state_symbol(),
            meaning,
            dimension: Dimension::State,
            range: platform.state_range(),
            absent: Absent::Is(network.ground),
            default: network.ground,
            slider: [-1.0, 1.0],
            trainable: false,
        };
        match self {
            Self::Value => state("value", "the state at which it is held"),
            Self::Initial => state("initial", "the state at t = 0; ground if switched off"),
            Self::Capacity => network::CAPACITY,
            Self::Leak => network::LEAK,
        }
    }

    /// The row of this number of one reservoir, or of several.
    pub(super) fn row_ui(
        self,
        ui: &mut Ui,
        shown: &Inspected<'_>,
        nodes: &[&Node],
        commands: &mut Vec<Command>,
    ) {
        let network = shown.network;
        let spec = self.spec(network);
        let limits = format!("node.{}", self.name());
        let items: Vec<Trainable> = nodes
            .iter()
            .filter_map(|node| self.trainable(node.key()))
            .collect();
        let values: Vec<f64> = nodes.iter().map(|node| self.read(node)).collect();
        let Some(&first) = nodes.first() else {
            return;
        };
        let id = egui::Id::unique(("node", first.key(), nodes.len(), self as u8));
        let mut row = Row {
            mixed: target::mixed(&values),
            is_trained: target::is_trained(shown, &items, false),
            default: Some(match spec.absent {
                Absent::Is(value) => value,
                Absent::Required => spec.default,
            }),
            ..Row::of(id, self.name(), &spec, shown.scales)
        };
        if matches!(self, Self::Value | Self::Initial) {
            row.scale = state_slider(shown.editor.base());
        }
        if self == Self::Initial {
            row.switch = Some(values.iter().all(|value| value.is_finite()));
        }
        let row = row.with_limits(target::limits_of(shown, &limits, spec.range));
        let Some(change) = row.ui(ui, values[0]) else {
            return;
        };
        let each = |edit: &dyn Fn(NodeKey) -> Edit| -> Vec<Edit> {
            nodes.iter().map(|node| edit(node.key())).collect()
        };
        let target = Target {
            step: (nodes.len() > 1)
                .then(|| format!("{} of {} reservoirs", self.name(), nodes.len())),
            limits,
            items: &items,
            set: &|value| each(&|key| self.edit(key, value)),
            switch: &|is_on| each(&|key| Edit::SetInitial(key, is_on.then_some(network.ground))),
        };
        target.carry_out(shown, change, commands);
    }
}

fn node_facts_ui(ui: &mut Ui, shown: &Inspected<'_>, node: &Node) {
    let scales = shown.scales;
    let text = |state: f64| scales.state_with_unit(state);
    let Some(state) = shown.simulation.state_of(node.key()) else {
        return;
    };
    let mut facts = vec![("now", text(state))];
    if let Some((steady, is_stale)) = shown.derived.steady_state_of(node.key()) {
        let name = if is_stale {
            "steady state, before"
        } else {
            "steady state"
        };
        facts.push((name, text(steady)));
    } else if !node.role.is_clamped() {
        facts.push(("steady state", "none known".to_owned()));
    }
    let slot = shown.simulation.system().slot(node.key());
    if let Some(net) = slot.and_then(|slot| shown.simulation.flow().net.get(slot)) {
        facts.push(("net inflow", scales.brief(scales.current(*net), *net, 3)));
        facts.push(("stored", number::significant(node.capacity * state, 4)));
    }
    ui.add_space(4.0);
    facts_ui(ui, &facts);
}
