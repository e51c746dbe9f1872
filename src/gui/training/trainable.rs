//! Which parameters training changes, and how the task's list changes when some are frozen or set free.

use crate::document::Edit;

use crate::learn::{TRAINABLE_NODE_PARAMS, Task, Trainable};
use crate::network::Network;

/// Whether training changes this parameter. `by_default` is what holds without a list.
pub(crate) fn is_trained(task: &Task, item: Trainable, by_default: bool) -> bool {
    match &task.trainable {
        None => by_default,
        Some(list) => list
            .iter()
            .any(|&entry| entry == item || entry == Trainable::Every(name(item))),
    }
}

/// The change of the task that freezes these parameters, or sets them free. Freezing the first one makes a list of
/// what is trained by default; a list that comes to say the same as the default is dropped again.
pub(crate) fn set_trained(
    network: &Network,
    task: &Task,
    items: &[Trainable],
    is_on: bool,
) -> Edit {
    let mut list = match &task.trainable {
        Some(list) => list.clone(),
        None => by_default(network),
    };
    for &item in items {
        let every = Trainable::Every(name(item));
        if is_on {
            if !list.contains(&item) && !list.contains(&every) {
                list.push(item);
            }
            continue;
        }
        if let Some(at) = list.iter().position(|&entry| entry == every) {
            list.splice(at..=at, of_name(network, name(item)));
        }
        list.retain(|&entry| entry != item);
    }
    let is_default = same(network, &list, &by_default(network));
    let mut task = task.clone();
    task.trainable = (!is_default).then_some(list);
    Edit::SetTask(Some(task))
}

fn name(item: Trainable) -> &'static str {
    match item {
        Trainable::Device { parameter, .. } | Trainable::Every(parameter) => parameter,
        Trainable::Capacity(_) => TRAINABLE_NODE_PARAMS[0],
        Trainable::Leak(_) => TRAINABLE_NODE_PARAMS[1],
    }
}

/// What is trained without a list, as a list: the names of the network's trainable parameters.
fn by_default(network: &Network) -> Vec<Trainable> {
    let mut list = Vec::new();
    for edge in network.edges() {
        for spec in edge.device.specs() {
            let every = Trainable::Every(spec.name);
            if spec.trainable && !list.contains(&every) {
                list.push(every);
            }
        }
    }
    list
}

/// Every parameter of this name, one by one.
fn of_name(network: &Network, name: &'static str) -> Vec<Trainable> {
    let edges = network.edges().iter().filter_map(|edge| {
        edge.device.param_index(name)?;
        Some(Trainable::Device {
            edge: edge.key(),
            parameter: name,
        })
    });
    let free = network
        .nodes()
        .iter()
        .filter(|node| !node.role.is_clamped());
    let nodes = free.filter_map(|node| match name {
        "capacity" => Some(Trainable::Capacity(node.key())),
        "leak" => Some(Trainable::Leak(node.key())),
        _ => None,
    });
    edges.chain(nodes).collect()
}

/// Whether two lists name the same parameters.
fn same(network: &Network, p: &[Trainable], q: &[Trainable]) -> bool {
    use std::collections::HashSet;
    let expanded = |list: &[Trainable]| -> HashSet<Trainable> {
        list.iter()
            .flat_map(|&entry| match entry {
                Trainable::Every(name) => of_name(network, name),
                one => vec![one],
            })
            .collect()
    };
    expanded(p) == expanded(q)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::presets::preset;
    use crate::learn::parameters::Parameters;
    use crate::system::System;

    #[test]
    fn frozen_parameters_are_not_trained_and_come_back() {
        let mut document = preset("xor").unwrap().load().unwrap().document;
        let count = |document: &crate::document::Document| {
            let task = document.task.as_ref().unwrap();
            Parameters::new(&System::new(&document.network), task)
                .as_slice()
                .len()
        };
        document.task.as_mut().unwrap().trainable = None;
        let (before, all) = (document.clone(), count(&document));
        let edge = document.network.edges()[2].key();
        let item = Trainable::Device {
            edge,
            parameter: "shift",
        };
        for is_on in [false, true] {
            let task = document.task.clone().unwrap();
            assert_eq!(is_trained(&task, item, true), !is_on);
            let edit = set_trained(&document.network, &task, &[item], is_on);
            document.apply(&edit).unwrap();
            assert_eq!(
                is_trained(document.task.as_ref().unwrap(), item, true),
                is_on
            );
            assert_eq!(count(&document), if is_on { all } else { all - 1 });
        }
        assert_eq!(document, before, "the list is the default again");
    }
}
