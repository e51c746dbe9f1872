//! The fields of a JSON object, read with their types and ranges checked and every fault located.

use serde_json::{Map, Value};

use super::problem::{Report, did_you_mean, quoted};
use super::tree::join;
use crate::device::ParamRange;

/// An object of the file and its place.
#[derive(Clone, Copy)]
pub(super) struct Fields<'a, 'p> {
    place: &'p str,
    map: &'a Map<String, Value>,
}

impl<'a, 'p> Fields<'a, 'p> {
    /// The fields of `value`, which must be an object with no fields but the known ones.
    pub(super) fn open(
        value: &'a Value,
        place: &'p str,
        known: &[&str],
        report: &mut Report,
    ) -> Option<Self> {
        let map = as_object(value, place, report)?;
        for key in map.keys().filter(|key| !known.contains(&key.as_str())) {
            unknown_field(&join(place, key), key, known, report);
        }
        Some(Self { place, map })
    }

    /// The place of a field.
    pub(super) fn at(&self, name: &str) -> String {
        join(self.place, name)
    }

    /// The value of a field, if there is one.
    pub(super) fn get(&self, name: &str) -> Option<&'a Value> {
        self.map.get(name)
    }

    /// The value of a field that must be there.
    pub(super) fn require(
        &self,
        name: &str,
        remedy: &str,
        report: &mut Report,
    ) -> Option<&'a Value> {
        let value = self.get(name);
        if value.is_none() {
            report.problem(self.at(name), "is missing", remedy);
        }
        value
    }

    /// A string, if given.
    pub(super) fn text(&self, name: &str, report: &mut Report) -> Option<&'a str> {
        self.get(name)
            .and_then(|value| as_text(value, &self.at(name), report))
    }

    /// A string that must be given.
    pub(super) fn required_text(&self, name: &str, report: &mut Report) -> Option<&'a str> {
        self.require(name, &format!("add \"{name}\": \"…\""), report)
            .and_then(|value| as_text(value, &self.at(name), report))
    }

    /// A string that must be given and must not be empty.
    pub(super) fn required_word(&self, name: &str, report: &mut Report) -> Option<&'a str> {
        let text = self.required_text(name, report)?;
        if text.trim().is_empty() {
            report.problem(
                self.at(name),
                "must not be empty",
                format!("write something into \"{name}\""),
            );
            return None;
        }
        Some(text)
    }

    /// A number of this range, if given.
    pub(super) fn number(&self, name: &str, range: ParamRange, report: &mut Report) -> Option<f64> {
        self.get(name)
            .and_then(|value| as_number_in(value, range, &self.at(name), report))
    }

    /// A number of this range that must be given.
    pub(super) fn required_number(
        &self,
        name: &str,
        range: ParamRange,
        report: &mut Report,
    ) -> Option<f64> {
        self.require(
            name,
            &format!("add \"{name}\": followed by a number"),
            report,
        )
        .and_then(|value| as_number_in(value, range, &self.at(name), report))
    }

    /// A whole number between `least` and `most`, if given.
    pub(super) fn integer(
        &self,
        name: &str,
        least: u64,
        most: u64,
        report: &mut Report,
    ) -> Option<u64> {
        self.get(name)
            .and_then(|value| as_integer(value, least, most, &self.at(name), report))
    }

    /// A list that must be given.
    pub(super) fn required_list(&self, name: &str, report: &mut Report) -> Option<&'a [Value]> {
        self.require(name, &format!("add \"{name}\": […]"), report)
            .and_then(|value| as_list(value, &self.at(name), report))
    }

    /// One word of a fixed list, if given. `all` and `name_of` describe the list.
    pub(super) fn word<T: Copy>(
        &self,
        name: &str,
        all: &[T],
        name_of: impl Fn(T) -> &'static str,
        report: &mut Report,
    ) -> Option<T> {
        let text = self.text(name, report)?;
        let found = all.iter().copied().find(|&item| name_of(item) == text);
        if found.is_none() {
            let names: Vec<&str> = all.iter().map(|&item| name_of(item)).collect();
            report.problem(
                self.at(name),
                format!("{} is not known here", quoted(text)),
                format!(
                    "{}use one of {}",
                    did_you_mean(text, names.iter().copied()),
                    names.join(", ")
                ),
            );
        }
        found
    }
}

fn unknown_field(place: &str, key: &str, known: &[&str], report: &mut Report) {
    report.problem(
        place,
        format!("unknown field {}", quoted(key)),
        format!(
            "{}remove it, or use one of {}",
            did_you_mean(key, known.iter().copied()),
            known.join(", ")
        ),
    );
}

/// A value as messages quote it.
fn shown(value: &Value) -> String {
    match value {
        Value::Null => "null".into(),
        Value::Bool(flag) => flag.to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => quoted(text),
        Value::Array(_) => "a list".into(),
        Value::Object(_) => "an object".into(),
    }
}

fn wrong_type(wanted: &str, value: &Value, place: &str, report: &mut Report) {
    report.problem(
        place,
        format!("must be {wanted}, got {}", shown(value)),
        format!("write {wanted}"),
    );
}

/// An object.
pub(super) fn as_object<'a>(
    value: &'a Value,
    place: &str,
    report: &mut Report,
) -> Option<&'a Map<String, Value>> {
    let map = value.as_object();
    if map.is_none() {
        let place = if place.is_empty() { "file" } else { place };
        wrong_type("an object {…}", value, place, report);
    }
    map
}

/// A list.
pub(super) fn as_list<'a>(
    value: &'a Value,
    place: &str,
    report: &mut Report,
) -> Option<&'a [Value]> {
    let list = value.as_array();
    if list.is_none() {
        wrong_type("a list […]", value, place, report);
    }
    list.map(Vec::as_slice)
}

/// A string.
pub(super) fn as_text<'a>(value: &'a Value, place: &str, report: &mut Report) -> Option<&'a str> {
    let text = value.as_str();
    if text.is_none() {
        wrong_type("a text in quotes", value, place, report);
    }
    text
}

/// Any finite number.
pub(super) fn as_number(value: &Value, place: &str, report: &mut Report) -> Option<f64> {
    let number = value.as_f64();
    if number.is_none() {
        wrong_type("a number", value, place, report);
    }
    number
}

/// A number of this range.
pub(super) fn as_number_in(
    value: &Value,
    range: ParamRange,
    place: &str,
    report: &mut Report,
) -> Option<f64> {
    let number = as_number(value, place, report)?;
    if range.contains(number) {
        return Some(number);
    }
    report
        .problems
        .push(super::check::out_of_range(place, range, number));
    None
}

/// A whole number between `least` and `most`; `2e3` and `2000.0` are whole, too.
pub(super) fn as_integer(
    value: &Value,
    least: u64,
    most: u64,
    place: &str,
    report: &mut Report,
) -> Option<u64> {
    // Up to 2^53 every whole number has its own f64, so the conversion is exact.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "guarded: a whole number between 0 and 2^53"
    )]
    let whole = value.as_u64().or_else(|| {
        value
            .as_f64()
            .filter(|number| number.fract() == 0.0 && (0.0..=EXACT).contains(number))
            .map(|number| number as u64)
    });
    match whole {
        Some(whole) if (least..=most).contains(&whole) => Some(whole),
        _ => {
            report.problem(
                place,
                format!(
                    "must be a whole number from {least} to {most}, got {}",
                    shown(value)
                ),
                "write such a number",
            );
            None
        }
    }
}
