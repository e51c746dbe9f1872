//! Reads the device of an edge.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value;

use super::fields::{Fields, as_number_in, as_object};
use super::problem::{Problem, Report, did_you_mean, quoted};
use super::tree::join;
use crate::device::{Absent, CustomLaw, Device, Kind, Platform};

/// The formulas of a file: edges share those they have in common.
pub(super) type Laws<'a> = HashMap<&'a str, Arc<CustomLaw>>;

/// Reads a device; `platform` is the network's, if that could be read.
pub(super) fn read_device<'a>(
    value: &'a Value,
    place: &str,
    platform: Option<Platform>,
    laws: &mut Laws<'a>,
    report: &mut Report,
) -> Option<Device> {
    match kind(value, place, platform, report)? {
        Kind::Custom => custom(value, place, platform, laws, report),
        kind => built_in(kind, value, place, report),
    }
}

fn kind(
    value: &Value,
    place: &str,
    platform: Option<Platform>,
    report: &mut Report,
) -> Option<Kind> {
    let map = as_object(value, place, report)?;
    let kind_place = format!("{place}.kind");
    let kinds: Vec<Kind> = match platform {
        Some(platform) => Kind::of_platform(platform).collect(),
        None => Kind::ALL.to_vec(),
    };
    let names: Vec<&str> = kinds.iter().map(|kind| kind.name()).collect();
    let list = format!("use one of {}", names.join(", "));
    let name = match map.get("kind") {
        None => {
            report.problem(kind_place, "is missing", list);
            return None;
        }
        Some(Value::String(name)) => name.as_str(),
        Some(_) => {
            report.problem(kind_place, "must be a text in quotes", list);
            return None;
        }
    };
    let Some(kind) = Kind::from_name(name) else {
        report.problem(
            kind_place,
            format!("unknown kind {}", quoted(name)),
            format!("{}{list}", did_you_mean(name, names.iter().copied())),
        );
        return None;
    };
    if let (Some(platform), Some(needs)) = (platform, kind.platform())
        && needs != platform
    {
        report.problem(
            kind_place,
            format!(
                "{kind} is a device of the {} platform, and the network is {}",
                needs.name(),
                platform.name()
            ),
            list,
        );
        return None;
    }
    Some(kind)
}

fn built_in(kind: Kind, value: &Value, place: &str, report: &mut Report) -> Option<Device> {
    let specs = kind.specs();
    let known: Vec<&str> = std::iter::once("kind")
        .chain(specs.iter().map(|spec| spec.name))
        .collect();
    let fields = Fields::open(value, place, &known, report)?;
    let mut named = Vec::with_capacity(specs.len());
    let mut is_whole = true;
    for spec in specs {
        if spec.absent == Absent::Required {
            let remedy = format!(
                "add \"{}\" ({}), for instance {}",
                spec.name, spec.meaning, spec.default
            );
            is_whole &= fields.require(spec.name, &remedy, report).is_some();
        }
        match fields.number(spec.name, spec.range, report) {
            Some(value) => named.push((spec.name, value)),
            None => is_whole &= fields.get(spec.name).is_none(),
        }
    }
    if !is_whole {
        return None;
    }
    Device::with(kind, &named)
        .map_err(|error| {
            report
                .problems
                .push(Problem::new(place, error.to_string(), "correct the number"));
        })
        .ok()
}

/// A formula and a value for each name in it.
fn custom<'a>(
    value: &'a Value,
    place: &str,
    platform: Option<Platform>,
    laws: &mut Laws<'a>,
    report: &mut Report,
) -> Option<Device> {
    let fields = Fields::open(value, place, &["kind", "formula", "parameters"], report)?;
    let formula_place = fields.at("formula");
    let text = fields
        .require("formula", "add \"formula\": \"g*(a - b)\"", report)
        .and_then(|value| super::fields::as_text(value, &formula_place, report))?;
    let law = match laws.get(text) {
        Some(law) => Arc::clone(law),
        None => match CustomLaw::new(text) {
            Ok(law) => {
                let law = Arc::new(law);
                laws.insert(text, Arc::clone(&law));
                law
            }
            Err(error) => {
                report.problem(formula_place, error.located(), error.remedy);
                return None;
            }
        },
    };
    let parameters_place = fields.at("parameters");
    let empty = serde_json::Map::new();
    let values = match fields.get("parameters") {
        Some(value) => as_object(value, &parameters_place, report)?,
        None => &empty,
    };
    let mut device = Device::custom(&law);
    let mut is_whole = true;
    for (p, spec) in law.specs().iter().enumerate() {
        if spec.name == "k_eq" && platform == Some(Platform::Electronic) {
            is_whole = false;
            report.problem(
                &formula_place,
                format!(
                    "'k_eq' at character {} is the equilibrium constant of a reaction, and the network is electronic",
                    law.first_named(p) + 1
                ),
                "choose another name for the parameter",
            );
        }
        let Some(value) = values.get(spec.name) else {
            is_whole = false;
            report.problem(
                &formula_place,
                format!(
                    "{} at character {} has no value",
                    quoted(spec.name),
                    law.first_named(p) + 1
                ),
                format!(
                    "{}add \"{}\": 1.0 to \"parameters\"",
                    did_you_mean(spec.name, unused(values, &law)),
                    spec.name
                ),
            );
            continue;
        };
        let place = join(&parameters_place, spec.name);
        let number = as_number_in(value, spec.range, &place, report);
        is_whole &= number.is_some_and(|number| device.set_param(p, number).is_ok());
    }
    for name in unused(values, &law) {
        is_whole = false;
        let names = law.specs().iter().map(|spec| spec.name);
        report.problem(
            join(&parameters_place, name),
            format!("the formula does not use {}", quoted(name)),
            format!(
                "{}remove it, or use it in the formula",
                did_you_mean(name, names)
            ),
        );
    }
    is_whole.then_some(device)
}

/// The names that have a value and no place in the formula.
fn unused<'m>(
    values: &'m serde_json::Map<String, Value>,
    law: &CustomLaw,
) -> impl Iterator<Item = &'m str> {
    values
        .keys()
        .map(String::as_str)
        .filter(|name| law.specs().iter().all(|spec| spec.name != *name))
}
