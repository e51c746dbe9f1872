//! Ties in a file: lists of `"edge.parameter"` under `app.ties`, since what a task may say is fixed.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};

use super::problem::{Report, quoted};
use crate::device::ParamRange;
use crate::network::{EdgeKey, Network, Tie};

/// Where the window's data has them.
const KEY: &str = "ties";

/// A parameter as a tie names it.
struct Member {
    edge: EdgeKey,
    parameter: &'static str,
    range: ParamRange,
    value: f64,
}

/// Takes the ties out of the window's data and gives them to the network. What is wrong with them goes to the report.
pub(super) fn read(app: &mut Map<String, Value>, network: &mut Network, report: &mut Report) {
    const REMEDY: &str = "write lists like [\"e1.shift\", \"e2.shift\"]";
    let Some(value) = app.remove(KEY) else {
        return;
    };
    let Value::Array(ties) = value else {
        report.problem("app.ties", "must be a list of lists", REMEDY);
        return;
    };
    let ids: HashMap<String, EdgeKey> = network
        .edges()
        .iter()
        .map(|edge| (edge.id.clone(), edge.key()))
        .collect();
    let mut taken = HashSet::new();
    for (i, tie) in ties.iter().enumerate() {
        let place = format!("app.ties[{i}]");
        let Some(names) = tie.as_array().filter(|names| names.len() > 1) else {
            report.problem(place, "must be a list of two or more parameters", REMEDY);
            continue;
        };
        let mut members: Vec<Member> = Vec::with_capacity(names.len());
        for (k, name) in names.iter().enumerate() {
            let place = format!("{place}[{k}]");
            let Some(member) = name.as_str().and_then(|name| member(name, &ids, network)) else {
                let got = match name {
                    Value::String(name) => quoted(name),
                    other => quoted(&other.to_string()),
                };
                report.problem(
                    place,
                    format!("{got} is no parameter of an edge"),
                    "name an edge and one of its parameters, as in \"e1.shift\"",
                );
                continue;
            };
            if !taken.insert((member.edge, member.parameter)) {
                report.problem(place, "is tied already", "name it once");
                continue;
            }
            if let Some(first) = members.first() {
                if first.parameter != member.parameter || first.range != member.range {
                    report.problem(
                        place,
                        format!("cannot be tied to another parameter, {}", first.parameter),
                        "tie parameters of one name",
                    );
                    continue;
                }
                if first.value.to_bits() != member.value.to_bits() {
                    report.problem(
                        place,
                        format!(
                            "is {}, and what it is tied to is {}",
                            member.value, first.value
                        ),
                        "give both devices the same value, or take the tie out",
                    );
                    continue;
                }
            }
            members.push(member);
        }
        if members.len() == names.len() {
            let edges: Vec<EdgeKey> = members.iter().map(|member| member.edge).collect();
            network.tie(members[0].parameter, &edges);
        }
    }
}

fn member(name: &str, ids: &HashMap<String, EdgeKey>, network: &Network) -> Option<Member> {
    let (id, parameter) = name.rsplit_once('.')?;
    let edge = network.edge(*ids.get(id)?)?;
    let p = edge.device.param_index(parameter)?;
    let spec = &edge.device.specs()[p];
    Some(Member {
        edge: edge.key(),
        parameter: spec.name,
        range: spec.range,
        value: edge.device.params()[p],
    })
}

/// The window's data with the network's ties.
pub(super) fn write(app: &Map<String, Value>, network: &Network) -> Map<String, Value> {
    let mut app = app.clone();
    app.remove(KEY);
    if !network.ties().is_empty() {
        let names = |Tie { parameter, edges }: &Tie| {
            let edges = edges.iter().filter_map(|&key| network.edge(key));
            edges
                .map(|edge| Value::from(format!("{}.{parameter}", edge.id)))
                .collect::<Value>()
        };
        app.insert(KEY.to_owned(), network.ties().iter().map(names).collect());
    }
    app
}
