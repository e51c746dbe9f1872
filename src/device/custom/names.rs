//! Names of parameters that users make up.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use super::super::{Absent, Dimension, Kind, ParamRange, ParamSpec};
use crate::formula;

/// The longest name of a parameter, in characters: more does not fit beside a slider.
pub const LONGEST_NAME: usize = 32;

/// Why a name cannot be that of a parameter, and what to do about it.
#[must_use]
pub fn name_problem(name: &str) -> Option<(String, String)> {
    if name.chars().count() > LONGEST_NAME {
        return Some((
            format!("the name of this parameter is longer than {LONGEST_NAME} characters"),
            "choose a shorter one".into(),
        ));
    }
    let taken = if matches!(name, "a" | "b") {
        "is the state of a reservoir"
    } else if matches!(name, "capacity" | "leak") {
        "is a property of reservoirs"
    } else if formula::is_reserved(name) {
        "has a meaning of its own in formulas"
    } else {
        return None;
    };
    Some((
        format!("'{name}' {taken} and cannot be a parameter"),
        "choose another name".into(),
    ))
}

/// What there is to know about a parameter of this name.
pub(super) fn spec(name: &str) -> ParamSpec {
    if let Some(spec) = (name == "k_eq")
        .then(|| Kind::Enzyme.specs().iter().find(|spec| spec.name == name))
        .flatten()
    {
        // It stands in the thermodynamic force, whatever else the formula does with it.
        return ParamSpec {
            absent: Absent::Required,
            ..*spec
        };
    }
    let name = lasting(name);
    ParamSpec {
        name,
        symbol: name,
        meaning: "a parameter of the formula",
        dimension: Dimension::Number,
        range: ParamRange::Real,
        absent: Absent::Required,
        default: 1.0,
        slider: [-10.0, 10.0],
        trainable: name != "tracking",
    }
}

/// The name as one that lasts as long as the program, so that made-up names are passed around like those compiled in.
/// Each is kept once; that takes less memory than the files that name them.
fn lasting(name: &str) -> &'static str {
    static NAMES: Mutex<Option<HashSet<&'static str>>> = Mutex::new(None);
    let mut guard = NAMES.lock().unwrap_or_else(PoisonError::into_inner);
    let names = guard.get_or_insert_default();
    if let Some(known) = names.get(name) {
        return known;
    }
    let kept: &'static str = Box::leak(name.to_owned().into_boxed_str());
    names.insert(kept);
    kept
}
