//! From bytes to a JSON tree, with every syntax error, repeated key and unrepresentable number located.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::problem::{Report, quoted};

/// Reads a JSON text. `None` where there is no tree to go on with; the report then says why.
pub(super) fn parse(bytes: &[u8], report: &mut Report) -> Option<Value> {
    let text = decode(bytes, report)?;
    let mut state = State {
        path: Vec::new(),
        report,
    };
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let outcome = Tree { state: &mut state }
        .deserialize(&mut deserializer)
        .and_then(|tree| deserializer.end().map(|()| tree));
    match outcome {
        Ok(tree) => Some(tree),
        Err(error) => {
            let place = state.place();
            describe(&error, text, &place, report);
            None
        }
    }
}

/// The text in the bytes, without a byte order mark.
fn decode<'a>(bytes: &'a [u8], report: &mut Report) -> Option<&'a str> {
    const REMEDY: &str = "choose a network file saved by thermonet, or save it as UTF-8";
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    if bytes.contains(&0) {
        report.problem("file", "is binary data, not JSON text", REMEDY);
        return None;
    }
    match std::str::from_utf8(bytes) {
        Ok(text) if text.trim().is_empty() => {
            report.problem("file", "is empty", "choose a network file");
            None
        }
        Ok(text) => Some(text),
        Err(error) => {
            let before = &bytes[..error.valid_up_to()];
            let line = before.split(|&byte| byte == b'\n').count();
            report.problem(
                format!("line {line}"),
                format!("is not UTF-8 text (byte {})", error.valid_up_to()),
                REMEDY,
            );
            None
        }
    }
}

/// Puts a syntax error into words. `place` is the path of the innermost value the parser was in.
fn describe(error: &serde_json::Error, text: &str, place: &str, report: &mut Report) {
    let line = text
        .lines()
        .nth(error.line().saturating_sub(1))
        .unwrap_or("");
    let at = floor_boundary(line, error.column());
    let position = |index: usize| {
        let column = line[..index].chars().count().max(1);
        format!("line {}, column {column}", error.line())
    };
    let message = error.to_string();
    let message = message
        .strip_suffix(&format!(
            " at line {} column {}",
            error.line(),
            error.column()
        ))
        .unwrap_or(&message);
    let (start, token) = token_around(line, at);
    let bare = token.trim_start_matches(['-', '+']).to_ascii_lowercase();
    if message.contains("out of range") || ["nan", "inf", "infinity"].contains(&bare.as_str()) {
        report.problem(
            if place.is_empty() { "file" } else { place },
            format!(
                "must be a finite number, got {} ({})",
                quoted(token).trim_matches('\''),
                position(start + 1)
            ),
            "JSON has no NaN and no infinity, and numbers end near 1.8e308; give a finite number",
        );
        return;
    }
    let (message, remedy) = if message.contains("recursion limit") {
        report.problem(
            position(at),
            "brackets are nested too deeply (more than 127 levels)",
            "no network needs that; check the brackets",
        );
        return;
    } else if error.is_eof() {
        (
            message,
            "the file breaks off; restore it from a copy, or close the open brackets and quotes",
        )
    } else if message.starts_with("trailing comma") {
        (message, "remove the comma")
    } else if message.starts_with("control character") {
        (
            "a text runs on over the end of its line",
            "close the quotes, or write \\n for a line break",
        )
    } else {
        (message, "correct the JSON there")
    };
    let within = if place.is_empty() {
        String::new()
    } else {
        format!(" (in {place})")
    };
    report.problem(position(at), format!("{message}{within}"), remedy);
}

/// The largest character boundary of `line` not after byte `index`.
fn floor_boundary(line: &str, index: usize) -> usize {
    let mut index = index.min(line.len());
    while !line.is_char_boundary(index) {
        index -= 1;
    }
    index
}

/// The number or word that touches byte `index` of a line, and where it starts.
fn token_around(line: &str, index: usize) -> (usize, &str) {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '+' | '-');
    let start = line[..index].trim_end_matches(is_part).len();
    let tail = &line[index..];
    let end = index + (tail.len() - tail.trim_start_matches(is_part).len());
    (start, &line[start..end])
}

/// What the parser knows about where it is.
struct State<'r> {
    path: Vec<Segment>,
    report: &'r mut Report,
}

enum Segment {
    Key(String),
    Index(usize),
}

impl State<'_> {
    fn place(&self) -> String {
        let mut place = String::new();
        for segment in &self.path {
            match segment {
                Segment::Index(index) => place = format!("{place}[{index}]"),
                Segment::Key(key) => place = join(&place, key),
            }
        }
        place
    }
}

/// The place of a field inside the element at `place`.
pub(super) fn join(place: &str, field: &str) -> String {
    let is_word = !field.is_empty()
        && field.len() <= 40
        && field
            .chars()
            .all(|c| c.is_alphanumeric() || c == '_' || c == '-');
    match (is_word, place.is_empty()) {
        (true, true) => field.to_owned(),
        (true, false) => format!("{place}.{field}"),
        (false, _) => format!("{place}[{}]", quoted(field)),
    }
}

/// Builds the tree of one value.
struct Tree<'s, 'r> {
    state: &'s mut State<'r>,
}

impl<'de> DeserializeSeed<'de> for Tree<'_, '_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Tree<'_, '_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value)
            .map(Value::Number)
            .ok_or_else(|| E::custom("number out of range"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        loop {
            self.state.path.push(Segment::Index(values.len()));
            let next = access.next_element_seed(Tree {
                state: &mut *self.state,
            })?;
            self.state.path.pop();
            match next {
                Some(value) => values.push(value),
                None => return Ok(Value::Array(values)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(key) = access.next_key::<String>()? {
            self.state.path.push(Segment::Key(key.clone()));
            if map.contains_key(&key) {
                let place = self.state.place();
                self.state.report.problem(
                    place,
                    "is given twice",
                    "keep one of the two; which was meant cannot be known",
                );
            }
            let value = access.next_value_seed(Tree {
                state: &mut *self.state,
            })?;
            self.state.path.pop();
            map.insert(key, value);
        }
        Ok(Value::Object(map))
    }
}
