//! Problems and notes: what is wrong or odd in a document, where, and what to do about it.

use std::fmt;

use serde::Serialize;

/// Something that makes a document or an edit unacceptable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{place}: {problem}; {remedy}")]
pub struct Problem {
    /// The element, such as `edges[3].device.tunnel_rate`, or the line and column of a syntax error.
    pub place: String,
    /// What is wrong there, such as `must be > 0, got -1`.
    pub problem: String,
    /// What to do about it.
    pub remedy: String,
}

impl Problem {
    /// A problem from its three parts.
    #[must_use]
    pub fn new(
        place: impl Into<String>,
        problem: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            place: place.into(),
            problem: problem.into(),
            remedy: remedy.into(),
        }
    }
}

/// Something in a document that is accepted, yet likely not what was meant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Note {
    /// The element.
    pub place: String,
    /// What is odd there.
    pub note: String,
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.note)
    }
}

/// A document that could not be read: everything that is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// At least one problem, in the order of the file.
    pub problems: Vec<Problem>,
    /// Oddities met on the way.
    pub notes: Vec<Note>,
}

impl fmt::Display for Rejected {
    /// The first problem on one line, and how many more there are.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.problems.as_slice() {
            [] => f.write_str("the document was refused"),
            [only] => only.fmt(f),
            [first, rest @ ..] => {
                let plural = if rest.len() == 1 { "" } else { "s" };
                write!(f, "{first} (and {} more problem{plural})", rest.len())
            }
        }
    }
}

impl std::error::Error for Rejected {}

/// What a reader finds on its way.
#[derive(Debug, Default)]
pub(super) struct Report {
    pub(super) problems: Vec<Problem>,
    pub(super) notes: Vec<Note>,
}

impl Report {
    pub(super) fn problem(
        &mut self,
        place: impl Into<String>,
        problem: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        self.problems.push(Problem::new(place, problem, remedy));
    }

    pub(super) fn note(&mut self, place: impl Into<String>, note: impl Into<String>) {
        self.notes.push(Note {
            place: place.into(),
            note: note.into(),
        });
    }
}

/// `", did you mean 'x'?"` for the nearest candidate to a word, where one is near enough to be a slip; else empty.
pub(super) fn did_you_mean<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> String {
    // Two slips, or one in a short word, or none where any two words are that near: beyond that a guess confuses
    // more than it helps. Long words are not compared, since the comparison costs the product of the lengths.
    let tolerance = match word.chars().count() {
        0..=2 => return String::new(),
        3..=5 => 1,
        _ => 2,
    };
    if word.len() > 64 {
        return String::new();
    }
    candidates
        .into_iter()
        .filter(|candidate| candidate.len() <= 64)
        .map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate))
        .filter(|&(distance, _)| distance <= tolerance)
        .min()
        .map_or_else(String::new, |(_, best)| format!("did you mean '{best}'? "))
}

/// A word from a file as messages quote it: shortened, with control characters escaped.
pub(super) fn quoted(text: &str) -> String {
    const LONGEST: usize = 40;
    let mut short: String = text
        .chars()
        .take(LONGEST)
        .flat_map(char::escape_debug)
        .collect();
    if text.chars().nth(LONGEST).is_some() {
        short.push('…');
    }
    format!("'{short}'")
}
