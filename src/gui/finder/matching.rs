//! Which entries a query means: letters in their order, best match first.

use nucleo_matcher::pattern::{AtomKind, CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use super::Entry;

/// How well an entry fits: the greater the better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    /// Only its explanation has the words.
    Explained,
    /// Its name, and what it is, have the letters in this order.
    Named(u32),
    /// It is called so.
    Exact,
}

/// The positions of the entries that match, the best first; all of them for an empty query.
pub(super) fn ranked(entries: &[Entry], query: &str) -> Vec<usize> {
    let query = query.trim();
    if query.is_empty() {
        return (0..entries.len()).collect();
    }
    let mut config = Config::DEFAULT;
    config.prefer_prefix = true;
    let mut matcher = Matcher::new(config);
    let pattern = Pattern::new(
        query,
        CaseMatching::Ignore,
        Normalization::Smart,
        AtomKind::Fuzzy,
    );
    let wanted = query.to_lowercase();
    let mut buffer = Vec::new();
    let mut found: Vec<(Fit, usize)> = Vec::new();
    for (k, entry) in entries.iter().enumerate() {
        let name = entry.name.to_lowercase();
        let haystack = format!("{} {}", entry.name, entry.kind);
        let score = pattern.score(Utf32Str::new(&haystack, &mut buffer), &mut matcher);
        let fit = if name == wanted || name.ends_with(&format!("({wanted})")) {
            Fit::Exact
        } else if let Some(score) = score {
            Fit::Named(score)
        } else if is_explained(entry.more, &wanted) {
            Fit::Explained
        } else {
            continue;
        };
        found.push((fit, k));
    }
    // Stable: of equals, the one that comes first in the menus.
    found.sort_by_key(|&(fit, _)| std::cmp::Reverse(fit));
    found.into_iter().map(|(_, k)| k).collect()
}

/// Whether an explanation has all of the words as they are.
fn is_explained(explanation: &str, words: &str) -> bool {
    let explanation = explanation.to_lowercase();
    let mut words = words.split_whitespace();
    words.all(|word| explanation.contains(word))
}

#[cfg(test)]
mod tests {
    use super::super::Goal;
    use super::*;

    fn entries() -> Vec<Entry> {
        [
            (
                "Jump to steady state",
                "Time menu",
                "Put the reservoirs where the motion ends",
            ),
            (
                "Light or dark",
                "View menu",
                "Switch between light and dark",
            ),
            (
                "Start edge…",
                "Build menu",
                "Start an edge at the selected reservoir",
            ),
            ("h1", "hidden reservoir", ""),
            ("h12", "hidden reservoir", ""),
            ("Source (s)", "input reservoir", ""),
        ]
        .into_iter()
        .map(|(name, kind, more)| Entry {
            name: name.to_owned(),
            kind: kind.to_owned(),
            more,
            goal: Goal::Note(0),
        })
        .collect()
    }

    fn first(query: &str) -> Option<String> {
        let entries = entries();
        let found = ranked(&entries, query);
        found.first().map(|&k| entries[k].name.clone())
    }

    #[test]
    fn letters_in_their_order_find_a_name() {
        assert_eq!(first("jss").as_deref(), Some("Jump to steady state"));
        assert_eq!(first("steady").as_deref(), Some("Jump to steady state"));
        assert_eq!(first("DARK").as_deref(), Some("Light or dark"));
        assert_eq!(first("qqq"), None);
        assert_eq!(ranked(&entries(), "  ").len(), entries().len());
    }

    #[test]
    fn what_is_called_so_comes_first() {
        assert_eq!(first("h1").as_deref(), Some("h1"));
        assert_eq!(first("h12").as_deref(), Some("h12"));
        assert_eq!(first("s").as_deref(), Some("Source (s)"));
    }

    #[test]
    fn an_explanation_finds_what_no_name_does() {
        assert_eq!(
            first("motion ends").as_deref(),
            Some("Jump to steady state")
        );
    }
}
