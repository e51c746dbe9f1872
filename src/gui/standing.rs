//! What is the matter with the network, its task or its training for as long as it lasts: it stands in a corner of the
//! canvas, where a click tells more and offers a remedy.

mod learning;

use super::command::Command;
use super::derived::{Derived, SteadyNews, outcome_words};
use super::message::Message;
use super::number::{short, significant};
use super::simulation::Simulation;
use super::situation::Situation;
use super::training::Coach;
use super::view::selection_of;
use crate::device::{DEFAULT_FORMULA, Device, Kind, Platform};
use crate::document::{Document, Edit, Element, Selection};
use crate::learn::twin;
use crate::network::{Edge, EdgeKey, Network, Node, NodeKey};
use crate::physics::fuel::Step;
use crate::solve::stability::Spectrum;
use crate::solve::steady::{Outcome, Reason, SteadyState};

/// The leak that a remedy gives: it settles a reservoir within some ten units of time, and draws less than any device
/// of ordinary size.
const LEAK: f64 = 0.1;

/// Names told one by one; more are counted.
const MOST_NAMED: usize = 3;

/// All there is to say.
pub(super) fn standing(
    document: &Document,
    simulation: &Simulation,
    derived: &Derived,
    coach: &Coach,
) -> Vec<Message> {
    let mut all = Vec::new();
    all.extend(island(&document.network, simulation));
    all.extend(motion(document, simulation, derived));
    all.extend(formula(&document.network, derived));
    all.extend(hidden_fuel(&document.network, derived));
    all.extend(learning::task(document, coach));
    all.extend(learning::training(document, derived, coach));
    all
}

fn selection(nodes: impl IntoIterator<Item = NodeKey>) -> Selection {
    let mut selection = Selection::default();
    nodes
        .into_iter()
        .for_each(|key| selection.insert(Element::Node(key)));
    selection
}

/// "h1", "h1 and h2", "h1, h2, h3 and 4 more".
fn named(network: &Network, keys: &[NodeKey]) -> String {
    let title = |key: &NodeKey| network.node(*key).map_or("?", Node::title);
    let names: Vec<&str> = keys.iter().take(MOST_NAMED).map(title).collect();
    match (names.as_slice(), keys.len().saturating_sub(MOST_NAMED)) {
        (all, more @ 1..) => format!("{} and {more} more", all.join(", ")),
        ([rest @ .., last], 0) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        (all, 0) => all.join(", "),
    }
}

/// Gives reservoirs a leak.
fn leaking(message: Message, network: &Network, keys: &[NodeKey]) -> Message {
    let edits: Vec<Edit> = keys.iter().map(|&key| Edit::SetLeak(key, LEAK)).collect();
    let names = named(network, keys);
    message.offering(
        format!("Give {names} a leak of {LEAK}"),
        Command::Perform(format!("leak of {names}"), edits),
    )
}

/// Reservoirs that keep what they hold, come what may.
fn island(network: &Network, simulation: &Simulation) -> Option<Message> {
    let system = simulation.system();
    let key = |slot: &usize| system.nodes().get(*slot).copied();
    let islands = system.islands();
    // A reservoir that has just been put down is not connected yet: nobody needs to be told.
    let islands: Vec<Vec<NodeKey>> = islands
        .iter()
        .filter(|island| island.len() > 1)
        .map(|island| island.iter().filter_map(key).collect())
        .collect();
    let first = islands.first()?;
    let all: Vec<NodeKey> = islands.iter().flatten().copied().collect();
    let shores: Vec<NodeKey> = islands
        .iter()
        .filter_map(|island| island.first().copied())
        .collect();
    let title = format!("{} reach neither a clamp nor ground", named(network, &all));
    let message = Message::new(Situation::Island, title)
        .at(
            named(network, first),
            "What they hold together stays for ever, and where they end depends on where they start.",
            "Join one of them to an input or a rail, or give it a leak to ground.",
        )
        .technically(format!(
            "{} island(s); stored total {}",
            islands.len(),
            significant(simulation.total(), 4)
        ))
        .showing(selection(all));
    Some(leaking(message, network, &shores))
}

/// How the motion from the initial state ends, where it does not settle.
fn motion(document: &Document, simulation: &Simulation, derived: &Derived) -> Option<Message> {
    let SteadyNews::Known(outcome) = derived.news() else {
        return None;
    };
    let network = &document.network;
    let words = outcome_words(outcome)?;
    let (state, free) = derived.ended()?;
    let system = simulation.system();
    let slowest = (state.x.len() == system.free_count())
        .then(|| state.slowest(system))
        .flatten()
        .and_then(|slot| free.get(slot).copied());
    let technical = format!(
        "{} steps; residual {}; slowest rate {}",
        state.steps,
        significant(state.residual(), 2),
        state
            .spectrum
            .as_ref()
            .and_then(Spectrum::slowest)
            .map_or_else(
                || "unknown".to_owned(),
                |slowest| format!(
                    "{} + {}i",
                    significant(slowest.re, 2),
                    significant(slowest.im, 2)
                )
            ),
    );
    let place = slowest
        .and_then(|key| network.node(key))
        .map_or("", Node::title);
    let message = |situation, problem: &str, remedy: &str| {
        Message::new(situation, words.clone())
            .at(place, problem, remedy)
            .technically(technical.clone())
            .showing(selection(slowest))
    };
    Some(match outcome {
        Outcome::Settled => return None,
        Outcome::Oscillates { .. } => {
            let message = message(
                Situation::Oscillates,
                "The motion goes round for ever: an answer, but none that can be read at rest.",
                "Watch it in the time plot; it stops where no device falls.",
            );
            without_ndc(message, network, derived)
        }
        Outcome::Unsettled(Reason::Slow) => {
            let message = message(
                Situation::Slow,
                "It moves most here. Very different capacities or rates, or a motion that never repeats itself, take \
                 more steps than are allowed.",
                "Begin nearer to the end, or take out what falls.",
            );
            without_ndc(nearer(message, state, free), network, derived)
        }
        Outcome::Unsettled(Reason::Undefined { link }) => {
            let edge = network.edge(system.links().get(*link)?.key)?;
            let problem = "It has no finite value at the state that was reached.";
            broken_formula(words.clone(), edge, problem).technically(technical.clone())
        }
        Outcome::Unsettled(Reason::Frozen { .. }) => {
            let message = message(
                Situation::Frozen,
                "No device carries a current worth the name, so it stays where it is, far from where it would end.",
                "Give it a leak, a larger rate, or a level within reach.",
            );
            leaking(message, network, slowest.as_slice())
        }
        Outcome::Unsettled(Reason::Balanced) => {
            let message = message(
                Situation::Balanced,
                "Like a pencil on its tip: every current cancels, and the smallest push is amplified.",
                "Begin a little beside it.",
            );
            pushed(message, network, simulation, state, free)
        }
    })
}

/// A formula that no device could follow, unless the motion has already ended at it.
fn formula(network: &Network, derived: &Derived) -> Option<Message> {
    if let SteadyNews::Known(Outcome::Unsettled(Reason::Undefined { .. })) = derived.news() {
        return None;
    }
    let (certified, _) = derived.certified()?;
    let flawed = certified.flaws.first()?;
    let edge = network.edge(*certified.links.get(flawed.link)?)?;
    let title = format!("The formula of {}: {}", edge.title(), flawed.flaw.title());
    let text = edge.device.formula().map_or("", |law| law.text());
    Some(broken_formula(title, edge, &flawed.flaw.to_string()).technically(text.to_owned()))
}

/// Offers the plainest formula in place of one that is not the law of a device.
fn broken_formula(title: String, edge: &Edge, problem: &str) -> Message {
    let name = edge.title();
    let plain = Edit::SetDevice(edge.key(), Device::new(Kind::Custom));
    Message::new(Situation::Formula, title)
        .at(
            name,
            problem,
            "Carry nothing where a = b, and current from the higher to the lower state alone: a formula that is a - b \
             times something positive does.",
        )
        .showing(selection_of(Some(Element::Edge(edge.key()))))
        .offering(
            format!("Give {name} the formula {DEFAULT_FORMULA}"),
            Command::Perform(format!("formula of {name}"), vec![plain]),
        )
}

/// Offers to take the NDC out of the devices that show it.
fn without_ndc(message: Message, network: &Network, derived: &Derived) -> Message {
    let Some((keys, edits)) = to_twins(network, derived) else {
        return message;
    };
    let words = match keys.as_slice() {
        [only] => format!(
            "Take the NDC out of {}",
            network.edge(*only).map_or("it", Edge::title)
        ),
        all => format!("Take the NDC out of {} edges", all.len()),
    };
    message.offering(words, Command::Perform(WITHOUT_NDC.to_owned(), edits))
}

/// What the undo list calls the change to devices without NDC.
const WITHOUT_NDC: &str = "take the NDC out";

/// The edges that show NDC, and what takes it out of them; `None` if there is nothing to take out.
fn to_twins(network: &Network, derived: &Derived) -> Option<(Vec<EdgeKey>, Vec<Edit>)> {
    let (certified, _) = derived.certified()?;
    let culprits = &certified.certificates.monotone.culprits;
    let mut keys: Vec<EdgeKey> = culprits
        .iter()
        .filter_map(|culprit| certified.links.get(culprit.link).copied())
        .collect();
    keys.dedup();
    let edits: Vec<Edit> = keys
        .iter()
        .filter_map(|&key| {
            let device = &network.edge(key)?.device;
            let twin = twin::of_device(device, network.ground);
            (twin != *device).then_some(Edit::SetDevice(key, twin))
        })
        .collect();
    (!edits.is_empty()).then_some((keys, edits))
}

/// Offers to begin where the motion had come to.
fn nearer(message: Message, state: &SteadyState, free: &[NodeKey]) -> Message {
    let edits: Vec<Edit> = free
        .iter()
        .zip(&state.x)
        .map(|(&key, &x)| Edit::SetInitial(key, Some(x)))
        .collect();
    message.offering(
        "Begin where it had come to",
        Command::Perform("initial states".to_owned(), edits),
    )
}

/// Offers to begin beside an unstable balance, at the reservoir that amplifies most by itself.
fn pushed(
    message: Message,
    network: &Network,
    simulation: &Simulation,
    state: &SteadyState,
    free: &[NodeKey],
) -> Message {
    let system = simulation.system();
    if state.x.len() != system.free_count() || state.x.is_empty() {
        return message;
    }
    let jacobian = system.jacobian(&state.flow);
    let growth = |i: &usize| jacobian[(*i, *i)] / system.capacity()[*i];
    let most = (0..state.x.len()).max_by(|i, k| growth(i).total_cmp(&growth(k)));
    let Some((key, x)) = most.and_then(|i| Some((*free.get(i)?, state.x[i]))) else {
        return message;
    };
    // Far enough that the motion leaves at once, and near enough that it is the same question.
    let aside = match network.platform() {
        Platform::Electronic => x + 0.01 * (1.0 + x.abs()),
        Platform::Chemical => 1.01 * x,
    };
    let name = network.node(key).map_or("it", Node::title);
    message.offering(
        format!("Begin with {name} at {}", short(aside, 3)),
        Command::Done(Edit::SetInitial(key, Some(aside))),
    )
}

/// A cycle whose equilibrium constants keep a current going.
fn hidden_fuel(network: &Network, derived: &Derived) -> Option<Message> {
    let (certified, _) = derived.certified()?;
    let cycle = certified.fuel.first()?;
    let key = |link: usize| certified.links.get(link).copied();
    let mut edges = Selection::default();
    cycle
        .links()
        .filter_map(key)
        .for_each(|key| edges.insert(Element::Edge(key)));
    let names: Vec<&str> = cycle
        .links()
        .filter_map(|link| network.edge(key(link)?))
        .map(Edge::title)
        .collect();
    let title = format!(
        "{} {} by a hidden fuel of {} k_BT per turn",
        names.join(", "),
        if names.len() == 1 { "works" } else { "work" },
        short(cycle.ln_product, 3)
    );
    let message = Message::new(Situation::HiddenFuel, title)
        .at(
            names.join(", "),
            "Their equilibrium constants do not multiply to 1 around the cycle, so a current goes round without any \
             input.",
            "This is legal, and may be meant: a fuel that is not drawn pays for it. Else make the constants agree.",
        )
        .technically(format!("ln of the product of k_eq = {}", cycle.ln_product))
        .showing(edges);
    // Any one constant on the way can make up for all the others.
    let repaired = cycle.steps.iter().find_map(|step| {
        let Step::Link { link, forward } = *step else {
            return None;
        };
        let edge = network.edge(key(link)?)?;
        edge.device.param("k_eq")?;
        let sign = if forward { -1.0 } else { 1.0 };
        let constant = edge.device.k_eq() * (sign * cycle.ln_product).exp();
        (constant > 0.0 && constant.is_finite()).then_some((edge, constant))
    });
    Some(match repaired {
        Some((edge, constant)) => message.offering(
            format!("Set k_eq of {} to {}", edge.title(), short(constant, 3)),
            Command::Done(Edit::SetParam(edge.key(), "k_eq", constant)),
        ),
        None => message,
    })
}
