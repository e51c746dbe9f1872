//! Files that somebody broke: a network file with a few bytes, words, numbers or branches changed at random.

use std::ops::Range;
use std::path::Path;

use rand::Rng;
use rand::seq::IndexedRandom as _;
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};
use thermonet::document::presets::PRESETS;

/// Numbers at the ends of what can be written, and what is no number at all.
const NUMBERS: [&str; 26] = [
    "1e308",
    "-1e308",
    "1.7976931348623157e308",
    "1e309",
    "-0",
    "-0.0",
    "0",
    "5e-324",
    "1e-320",
    "-1e-320",
    "1e-400",
    "1e400",
    "NaN",
    "-Infinity",
    "9007199254740993",
    "18446744073709551615",
    "18446744073709551616",
    "-1",
    "1e16",
    "00",
    "1.",
    "+1",
    ".5",
    "1e5",
    "-2.5",
    "0.1",
];

/// Texts that are not what they seem.
const TEXTS: [&str; 14] = [
    "",
    " ",
    "*",
    "*.level",
    "\u{0}",
    "\u{202e}evil",
    "e1.level",
    "x.leak",
    "thermonet/1",
    "thermonet/2",
    "a\\\"b",
    "\u{1F300}\u{200D}\u{FE0F}",
    "../../etc/passwd",
    "((((((((((((((((((((x))))))))))))))))))))",
];

/// Files longer than this are not made longer still by copying parts of them.
const LONGEST: usize = 400_000;

/// What mutations start from and are mixed with.
pub(crate) struct Corpus {
    /// Good ones.
    files: Vec<Vec<u8>>,
    /// Those that are broken on purpose.
    broken: Vec<Vec<u8>>,
    texts: Vec<String>,
}

impl Corpus {
    /// All presets, the reference networks, the files that are broken on purpose, and one with everything a file can
    /// hold.
    pub(crate) fn new() -> Self {
        let mut files: Vec<Vec<u8>> = PRESETS
            .iter()
            .map(|preset| preset.source.as_bytes().to_vec())
            .collect();
        let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
        let cases = |folder: &str| -> Vec<Vec<u8>> {
            let mut paths: Vec<_> = std::fs::read_dir(tests.join(folder))
                .expect("the folder of cases is there")
                .map(|entry| entry.expect("a folder can be listed").path())
                .filter(|path| path.extension().is_some_and(|end| end == "json"))
                .collect();
            paths.sort();
            let read = |path| std::fs::read(path).expect("a case can be read");
            paths.iter().map(read).collect()
        };
        let is_network =
            |file: &Vec<u8>| file.len() < 30_000 && thermonet::document::read(file).is_ok();
        files.extend(cases("reference").into_iter().filter(is_network));
        files.push(include_bytes!("everything.json").to_vec());
        let mut texts: Vec<String> = TEXTS.map(str::to_owned).to_vec();
        for file in &files {
            for token in tokens(file) {
                let text = String::from_utf8_lossy(&file[token]);
                if text.len() < 40 && text.starts_with('"') {
                    texts.push(text.trim_matches('"').to_owned());
                }
            }
        }
        texts.sort();
        texts.dedup();
        Self {
            files,
            broken: cases("broken"),
            texts,
        }
    }

    /// A file with one to four mutations.
    pub(crate) fn mutated(&self, rng: &mut ChaCha8Rng) -> Vec<u8> {
        let mut bytes = self.file(rng).clone();
        let count = if rng.random_bool(0.6) {
            1
        } else {
            rng.random_range(2..=4)
        };
        for _ in 0..count {
            match rng.random_range(0..12) {
                0..3 => mutate_bytes(&mut bytes, rng),
                3..6 => self.mutate_tokens(&mut bytes, rng),
                6..9 => nudge(&mut bytes, rng),
                _ => self.mutate_tree(&mut bytes, rng),
            }
        }
        bytes
    }

    fn file(&self, rng: &mut ChaCha8Rng) -> &Vec<u8> {
        let files = if rng.random_bool(0.1) {
            &self.broken
        } else {
            &self.files
        };
        files.choose(rng).expect("there are files")
    }

    fn text(&self, rng: &mut ChaCha8Rng) -> &str {
        self.texts.choose(rng).expect("there are texts")
    }

    fn mutate_tokens(&self, bytes: &mut Vec<u8>, rng: &mut ChaCha8Rng) {
        let tokens = tokens(bytes);
        let Some(token) = tokens.choose(rng).cloned() else {
            return;
        };
        let other = tokens.choose(rng).cloned().unwrap_or(0..0);
        let number = tokens
            .iter()
            .filter(|token| bytes[token.start].is_ascii_digit() || bytes[token.start] == b'-')
            .collect::<Vec<_>>()
            .choose(rng)
            .map(|&token| token.clone());
        match rng.random_range(0..7) {
            0 => swap(bytes, token, other),
            1 | 2 => {
                let with = NUMBERS.choose(rng).expect("there are numbers");
                bytes.splice(number.unwrap_or(token), with.bytes());
            }
            3 => {
                let text = format!("\"{}\"", self.text(rng));
                bytes.splice(token, text.into_bytes());
            }
            4 => drop(bytes.drain(token)),
            5 => {
                let copy = bytes[other].to_vec();
                bytes.splice(token.start..token.start, copy);
            }
            _ => {
                // Everything between two tokens once more: a key, a row, half the file.
                let [from, to] = [token.start.min(other.start), token.end.max(other.end)];
                if bytes.len() < LONGEST {
                    let copy = bytes[from..to].to_vec();
                    bytes.splice(to..to, copy);
                }
            }
        }
    }

    fn mutate_tree(&self, bytes: &mut Vec<u8>, rng: &mut ChaCha8Rng) {
        let Ok(mut tree) = serde_json::from_slice::<Value>(bytes) else {
            mutate_bytes(bytes, rng);
            return;
        };
        let taken = {
            let other = serde_json::from_slice::<Value>(self.file(rng)).ok();
            let from = other.as_ref().filter(|_| rng.random_bool(0.3));
            let from = from.unwrap_or(&tree);
            let place = rng.random_range(0..count(from));
            nth(from, &mut place.clone()).cloned().unwrap_or_default()
        };
        let mut place = rng.random_range(0..count(&tree));
        let Some(found) = nth_mut(&mut tree, &mut place) else {
            return;
        };
        match rng.random_range(0..12) {
            0 => *found = taken,
            1 => *found = Value::String(self.text(rng).to_owned()),
            2 => {
                *found = [json!(null), json!(true), json!([]), json!({})][rng.random_range(0..4)]
                    .clone();
            }
            3 => {
                let exponent = rng.random_range(-330..309);
                let size: f64 = format!("{:.3}e{exponent}", rng.random_range(-10.0..10.0))
                    .parse()
                    .unwrap_or(0.0);
                *found = json!(size);
            }
            4 => *found = json!(rng.random_range(-3..30)),
            5 => {
                let deep = rng.random_range(1..200);
                *found = (0..deep).fold(found.take(), |inner, _| json!([inner]));
            }
            6 => {
                let many = rng.random_range(1..1000);
                let one = if serde_json::to_string(&taken).map_or(0, |text| text.len()) < 100 {
                    taken
                } else {
                    json!(0)
                };
                *found = Value::Array(vec![one; many]);
            }
            7 => *found = Value::String("long ".repeat(rng.random_range(1..4000))),
            _ => match found {
                Value::Object(map) => {
                    let key = map
                        .keys()
                        .nth(rng.random_range(0..map.len().max(1)))
                        .cloned();
                    match (key, rng.random_range(0..3)) {
                        (Some(key), 0) => drop(map.shift_remove(&key)),
                        (Some(key), 1) => {
                            let value = map.shift_remove(&key).unwrap_or_default();
                            map.insert(self.text(rng).to_owned(), value);
                        }
                        _ => drop(map.insert(self.text(rng).to_owned(), taken)),
                    }
                }
                Value::Array(items) => {
                    let at = rng.random_range(0..=items.len());
                    match rng.random_range(0..3) {
                        0 if at < items.len() => drop(items.remove(at)),
                        1 if at < items.len() => items.insert(at, items[at].clone()),
                        _ => items.insert(at, taken),
                    }
                }
                leaf => *leaf = taken,
            },
        }
        *bytes = if rng.random_bool(0.5) {
            serde_json::to_vec(&tree)
        } else {
            serde_json::to_vec_pretty(&tree)
        }
        .unwrap_or_default();
    }
}

/// Changes some numbers so little, or so much, that many a file stays one that can be read.
fn nudge(bytes: &mut Vec<u8>, rng: &mut ChaCha8Rng) {
    let mut numbers: Vec<(Range<usize>, f64)> = tokens(bytes)
        .into_iter()
        .filter_map(|token| {
            let text = std::str::from_utf8(&bytes[token.clone()]).ok()?;
            Some((token.clone(), text.parse::<f64>().ok()?))
        })
        .filter(|(_, number)| number.is_finite())
        .collect();
    let share = rng.random_range(0.0..0.3);
    // From the end, so that what comes before stays where it is.
    while let Some((token, number)) = numbers.pop() {
        if numbers.is_empty() || rng.random_bool(share) {
            let factor = 10_f64.powf(rng.random_range(-3.0..3.0));
            let nudged = serde_json::to_string(&(number * factor)).unwrap_or_default();
            bytes.splice(token, nudged.into_bytes());
        }
    }
}

fn mutate_bytes(bytes: &mut Vec<u8>, rng: &mut ChaCha8Rng) {
    let at = rng.random_range(0..=bytes.len());
    let end = (at + rng.random_range(0..60)).min(bytes.len());
    match rng.random_range(0..8) {
        0 => bytes.truncate(at),
        1 if at < bytes.len() => bytes[at] ^= 1 << rng.random_range(0..8),
        2 if at < bytes.len() => bytes[at] = rng.random(),
        3 => drop(bytes.drain(at..end)),
        4 => {
            let copy = bytes[at..end].to_vec();
            bytes.splice(at..at, copy);
        }
        5 => {
            // No UTF-8: a lone continuation, an overlong zero, a surrogate, beyond the last character.
            let wrong: [&[u8]; 4] = [b"\x80", b"\xC0\x80", b"\xED\xA0\x80", b"\xF5\x80\x80\x80"];
            bytes.splice(at..at, wrong[rng.random_range(0..4)].iter().copied());
        }
        6 => {
            bytes.splice(0..0, *b"\xEF\xBB\xBF");
        }
        _ => {
            let deep = rng.random_range(1..3000);
            let bracket = [b'[', b'{', b'(', b'"'][rng.random_range(0..4)];
            bytes.splice(at..at, std::iter::repeat_n(bracket, deep));
        }
    }
}

/// Where the texts, numbers, words and signs of a file are; of one that is no JSON, something of the kind.
fn tokens(bytes: &[u8]) -> Vec<Range<usize>> {
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || b"+-._".contains(byte);
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let start = at;
        at += 1;
        match bytes[start] {
            b'"' => {
                while at < bytes.len() && bytes[at] != b'"' {
                    at += if bytes[at] == b'\\' { 2 } else { 1 };
                }
                at = (at + 1).min(bytes.len());
            }
            byte if byte.is_ascii_whitespace() => continue,
            byte if is_word(&byte) => {
                at += bytes[at..].iter().take_while(|byte| is_word(byte)).count();
            }
            _ => {}
        }
        tokens.push(start..at);
    }
    tokens
}

/// Exchanges two tokens.
fn swap(bytes: &mut Vec<u8>, a: Range<usize>, b: Range<usize>) {
    let [first, last] = if a.start < b.start { [a, b] } else { [b, a] };
    if first.end > last.start {
        return;
    }
    let copies = [&bytes[first.clone()], &bytes[last.clone()]].map(<[u8]>::to_vec);
    let [of_first, of_last] = copies;
    bytes.splice(last, of_first);
    bytes.splice(first, of_last);
}

/// How many values a tree holds, itself counted.
fn count(tree: &Value) -> usize {
    1 + match tree {
        Value::Array(items) => items.iter().map(count).sum(),
        Value::Object(map) => map.values().map(count).sum(),
        _ => 0,
    }
}

/// The value of this number, counted from the root.
fn nth<'a>(tree: &'a Value, number: &mut usize) -> Option<&'a Value> {
    if *number == 0 {
        return Some(tree);
    }
    *number -= 1;
    match tree {
        Value::Array(items) => items.iter().find_map(|item| nth(item, number)),
        Value::Object(map) => map.values().find_map(|item| nth(item, number)),
        _ => None,
    }
}

fn nth_mut<'a>(tree: &'a mut Value, number: &mut usize) -> Option<&'a mut Value> {
    if *number == 0 {
        return Some(tree);
    }
    *number -= 1;
    match tree {
        Value::Array(items) => items.iter_mut().find_map(|item| nth_mut(item, number)),
        Value::Object(map) => map.values_mut().find_map(|item| nth_mut(item, number)),
        _ => None,
    }
}
