//! Documents on the clipboard: a whole one as a short line that survives mails and chats, a part of one as it is written.
//!
//! The line is the mark `thermonet/1:` and then, in the letters of base64 for addresses (RFC 4648, section 5), the file
//! without its blanks, compressed with a checksum (zlib, RFC 1950).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use miniz_oxide::deflate::compress_to_vec_zlib;
use miniz_oxide::inflate::decompress_to_vec_zlib_with_limit;
use serde_json::Value;

use super::problem::{Problem, Rejected};
use super::reader::{Loaded, read};
use super::writer::write;
use super::{Document, FORMAT};

/// What the line begins with.
const MARK: &str = "thermonet/1:";

/// The most bytes a line may stand for: more than any network that can be worked with, and little enough for memory.
const MOST_BYTES: usize = 256 << 20;

/// The best compression there is; networks are small.
const LEVEL: u8 = 10;

/// Where the window's data says that a document is a part of one.
const PART: &str = "part";

/// A whole document as a short line.
#[must_use]
pub fn to_line(document: &Document) -> String {
    let mut whole = document.clone();
    whole.app.remove(PART);
    let written = write(&whole);
    // What was just written is JSON; if it were not, it would be copied as it is.
    let compact = serde_json::from_slice::<Value>(&written).map(|tree| tree.to_string());
    let bytes = compact.map_or(written, String::into_bytes);
    let packed = compress_to_vec_zlib(&bytes, LEVEL);
    format!("{MARK}{}", URL_SAFE_NO_PAD.encode(packed))
}

/// A document that is a part of one, as text.
#[must_use]
pub fn part_to_text(mut part: Document) -> String {
    part.app.insert(PART.to_owned(), Value::Bool(true));
    String::from_utf8(write(&part)).unwrap_or_default()
}

/// Whether a document was copied as a part of one.
#[must_use]
pub fn is_part(document: &Document) -> bool {
    document.app.get(PART) == Some(&Value::Bool(true))
}

/// Reads a document from a text: a line, or a file. `None` if it is nothing of the kind.
#[must_use]
pub fn from_text(text: &str) -> Option<Result<Loaded, Rejected>> {
    let text = text.trim();
    match text.strip_prefix(MARK) {
        Some(packed) => Some(unpack(packed).and_then(|bytes| read(&bytes))),
        None if text.contains(FORMAT) => Some(read(text.as_bytes())),
        None => None,
    }
}

fn unpack(packed: &str) -> Result<Vec<u8>, Rejected> {
    let refused = || Rejected {
        problems: vec![Problem::new(
            "text",
            "is not the whole line that was copied: letters are missing or changed",
            "copy it again, from thermonet/1: to its end",
        )],
        notes: Vec::new(),
    };
    // Mails break long lines.
    let letters: String = packed.split_whitespace().collect();
    let packed = URL_SAFE_NO_PAD.decode(letters).ok();
    packed
        .and_then(|packed| decompress_to_vec_zlib_with_limit(&packed, MOST_BYTES).ok())
        .ok_or_else(refused)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::presets::PRESETS;

    #[test]
    fn every_preset_comes_back_from_its_line() {
        for preset in PRESETS {
            let document = preset.load().unwrap().document;
            let line = to_line(&document);
            assert!(!line.contains(char::is_whitespace));
            let file = write(&document).len();
            assert!(
                3 * line.len() < 2 * file,
                "{}: {} of {file}",
                preset.name,
                line.len()
            );
            // As a mail may have it: in short lines, with a blank before.
            let letters: Vec<char> = line.chars().collect();
            let broken: Vec<String> = letters.chunks(76).map(|c| c.iter().collect()).collect();
            for text in [line.clone(), format!(" {}\n", broken.join("\r\n"))] {
                let loaded = from_text(&text).unwrap().unwrap();
                assert_eq!(write(&loaded.document), write(&document));
                assert!(!is_part(&loaded.document));
            }
        }
    }

    #[test]
    fn damage_is_noticed() {
        let document = PRESETS[0].load().unwrap().document;
        let line = to_line(&document);
        for end in [MARK.len(), MARK.len() + 1, line.len() / 2, line.len() - 1] {
            let rejected = from_text(&line[..end]).unwrap().unwrap_err();
            assert_eq!(rejected.problems[0].place, "text");
        }
        let at = line.len() / 2;
        let other = if &line[at..=at] == "A" { "B" } else { "A" };
        let changed = format!("{}{other}{}", &line[..at], &line[at + 1..]);
        assert!(from_text(&changed).unwrap().is_err());
        assert!(from_text("thermonet/1:ü").unwrap().is_err());
        assert!(from_text("a word").is_none());
    }

    #[test]
    fn a_part_says_so() {
        let document = PRESETS[0].load().unwrap().document;
        let text = part_to_text(document.clone());
        let part = from_text(&text).unwrap().unwrap().document;
        assert!(is_part(&part));
        // Opened and copied as a whole it is one.
        let whole = from_text(&to_line(&part)).unwrap().unwrap().document;
        assert!(!is_part(&whole));
    }
}
