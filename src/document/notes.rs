//! Notes on the canvas: free text at a place, kept in what a file holds for the window alone.

use serde_json::{Map, Value, json};

/// The key under which the window's data holds the notes.
const KEY: &str = "notes";

/// A note on the canvas.
#[derive(Clone, Debug, PartialEq)]
pub struct CanvasNote {
    /// The number by which it is known; unique among the notes of a document.
    pub id: u64,
    /// What it says.
    pub text: String,
    /// Its upper left corner on the canvas, in points at 100 %.
    pub at: [f64; 2],
}

/// The notes of a document. Entries that are no notes are passed over: a file with a broken note is a good network still.
#[must_use]
pub fn notes(app: &Map<String, Value>) -> Vec<CanvasNote> {
    let Some(Value::Array(items)) = app.get(KEY) else {
        return Vec::new();
    };
    let mut notes: Vec<CanvasNote> = Vec::new();
    for item in items {
        let Some((text, at)) = text_and_place(item) else {
            continue;
        };
        let wish = item.get("id").and_then(Value::as_u64).unwrap_or(1);
        let is_taken = |id: u64| notes.iter().any(|note| note.id == id);
        let id = if is_taken(wish) { free(&notes) } else { wish };
        notes.push(CanvasNote { id, text, at });
    }
    notes
}

/// A number that no note has.
#[must_use]
pub fn free(notes: &[CanvasNote]) -> u64 {
    let is_free = |id: &u64| notes.iter().all(|note| note.id != *id);
    // Among one number more than there are notes, one is free.
    (1..=notes.len() as u64 + 1).find(is_free).unwrap_or(1)
}

fn text_and_place(item: &Value) -> Option<(String, [f64; 2])> {
    let text = item.get("text")?.as_str()?;
    let [x, y] = item.get("at")?.as_array()?.as_slice() else {
        return None;
    };
    let at = [x.as_f64()?, y.as_f64()?];
    let is_note = !text.trim().is_empty() && at.iter().all(|x| x.is_finite());
    is_note.then(|| (text.to_owned(), at))
}

/// The window's data with these notes in place of those it had.
#[must_use]
pub fn with_notes(app: &Map<String, Value>, notes: &[CanvasNote]) -> Map<String, Value> {
    let mut app = app.clone();
    if notes.is_empty() {
        app.remove(KEY);
        return app;
    }
    let items = notes
        .iter()
        .map(|CanvasNote { id, text, at }| json!({"id": id, "text": text, "at": at}))
        .collect();
    app.insert(KEY.to_owned(), Value::Array(items));
    app
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_are_read_back_and_leave_the_rest_alone() {
        let app = json!({"other": [1, 2], "notes": "none"});
        let app = app.as_object().unwrap();
        assert!(notes(app).is_empty());
        let written = vec![CanvasNote {
            id: 3,
            text: "a fold\nhere".into(),
            at: [1.5, -2.0],
        }];
        let with = with_notes(app, &written);
        assert_eq!(notes(&with), written);
        assert_eq!(with.get("other"), app.get("other"));
        let without = with_notes(&with, &[]);
        assert!(!without.contains_key("notes"));
    }

    #[test]
    fn what_is_no_note_is_passed_over() {
        let app = json!({"notes": [
            null, 7, "text", {"text": "no place"}, {"at": [0, 0]}, {"text": 5, "at": [0, 0]},
            {"text": " ", "at": [0, 0]}, {"text": "far", "at": [0]}, {"text": "x", "at": [0, "y"]},
            {"text": "one", "at": [0, 1]}, {"text": "two", "at": [2, 3], "id": 1}, {"text": "three", "at": [4, 5], "id": u64::MAX},
            {"text": "four", "at": [4, 5], "id": u64::MAX},
        ]});
        let found = notes(app.as_object().unwrap());
        let texts: Vec<&str> = found.iter().map(|note| note.text.as_str()).collect();
        assert_eq!(texts, ["one", "two", "three", "four"]);
        let mut ids: Vec<u64> = found.iter().map(|note| note.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), 4);
    }
}
