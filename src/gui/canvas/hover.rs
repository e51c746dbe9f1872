//! What the pointer is told about the thing under it.

use super::bundles::BundleFlow;
use super::hand::Zone;
use super::{Shown, role_words};
use crate::device::Dimension;
use crate::gui::units::Scales;
use crate::network::{Edge, Node};

/// Title and rows of what is said beside the pointer.
pub(crate) type Callout = (String, Vec<(String, String)>);

fn row(name: &str, value: impl Into<String>) -> (String, String) {
    (name.to_owned(), value.into())
}

/// What is said of an edge: current, slopes, dissipation.
pub(super) fn edge(shown: &Shown<'_>, edge: &Edge) -> Option<Callout> {
    let network = shown.network;
    let simulation = shown.simulation;
    let link = simulation.system().link(edge.key())?;
    let response = simulation.flow().responses.get(link)?;
    let title = |key| network.node(key).map_or("?", Node::title);
    let dissipated = simulation.dissipation().edges.get(link).copied()?;
    let scales = shown.scales;
    let slope = |slope: f64| scales.brief(scales.conductance(slope), slope, 3);
    let current = response.current;
    let falling = if super::is_falling(response) {
        "  falling"
    } else {
        ""
    };
    Some((
        format!(
            "{}  {} → {}",
            edge.title(),
            title(edge.from),
            title(edge.to)
        ),
        vec![
            row("law", edge.device.kind().title()),
            row("current", scales.brief(scales.current(current), current, 4)),
            row("∂I/∂a", format!("{}{falling}", slope(response.d_from))),
            row("∂I/∂b", slope(response.d_to)),
            row("dissipates", scales.power(dissipated).text(dissipated, 3)),
        ],
    ))
}

/// What is said of a bundle: how much there is in it, and where it flows.
pub(super) fn bundle(scales: Scales, flow: &BundleFlow) -> Callout {
    (
        format!("{} edges", flow.pipes),
        vec![
            row(
                "currents together",
                scales.brief(scales.current(flow.whole), flow.whole, 4),
            ),
            row(
                "net current",
                scales.brief(scales.current(flow.net), flow.net.abs(), 4),
            ),
            row("falling", flow.falling.to_string()),
            row("click to select them, zoom in to see them", ""),
        ],
    )
}

/// What is said of a tank: state, steady state, net inflow; and what dragging it does.
pub(super) fn tank(shown: &Shown<'_>, node: &Node, zone: Zone) -> Option<Callout> {
    if zone == Zone::Rim {
        // A short one: it must not hide where the edge may go.
        let hint = row("drag from the rim to connect it", "");
        return Some((node.title().to_owned(), vec![hint]));
    }
    let simulation = shown.simulation;
    let platform = shown.network.platform();
    let state = simulation.state_of(node.key())?;
    let scales = shown.scales;
    let with_unit = |x: f64| scales.state_with_unit(x);
    let mut rows = vec![
        row("role", role_words(node.role)),
        row(platform.state_symbol(), with_unit(state)),
    ];
    if let Some((steady, is_stale)) = shown.derived.steady_state_of(node.key()) {
        let name = if is_stale {
            "steady state, before"
        } else {
            "steady state"
        };
        rows.push(row(name, with_unit(steady)));
    }
    let slot = simulation.system().slot(node.key())?;
    if let Some(net) = simulation.flow().net.get(slot) {
        rows.push(row(
            "net inflow",
            scales.brief(scales.current(*net), *net, 3),
        ));
        let capacity = scales.parameter(Dimension::Capacity);
        rows.push(row("capacity", capacity.text(node.capacity, 4)));
        let leak = scales.parameter(Dimension::Conductance);
        rows.push(row("leak", leak.text(node.leak, 4)));
    }
    let hint = match (zone, node.role.is_clamped()) {
        (Zone::Level, true) => "drag the level to set it",
        (Zone::Level, false) => "drag the level to kick it",
        (Zone::Body | Zone::Rim, _) => "drag to move, click to select",
    };
    rows.push(row(hint, ""));
    Some((node.title().to_owned(), rows))
}
