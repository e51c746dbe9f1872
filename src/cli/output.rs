//! Printing: aligned tables, CSV and JSON on stdout.

use std::io::{self, BufWriter, StdoutLock, Write};

use serde::Serialize;

use super::CliError;

/// Buffered stdout.
pub(super) fn stdout() -> BufWriter<StdoutLock<'static>> {
    BufWriter::new(io::stdout().lock())
}

/// Prints one JSON object.
pub(super) fn json(value: &impl Serialize) -> Result<(), CliError> {
    let mut out = stdout();
    serde_json::to_writer_pretty(&mut out, value).map_err(io::Error::from)?;
    writeln!(out)?;
    Ok(out.flush()?)
}

/// Prints rows of numbers under headings as CSV.
pub(super) fn csv(headings: &[&str], rows: impl Iterator<Item = Vec<f64>>) -> Result<(), CliError> {
    let mut writer = ::csv::Writer::from_writer(stdout());
    writer.write_record(headings)?;
    for row in rows {
        writer.write_record(row.iter().map(f64::to_string))?;
    }
    Ok(writer.flush()?)
}

/// Prints rows of text in aligned columns, indented by two; the first row holds the headings.
pub(super) fn table(out: &mut impl Write, rows: &[Vec<String>]) -> io::Result<()> {
    let rows: Vec<Vec<String>> = rows
        .iter()
        .map(|row| row.iter().map(|cell| one_line(cell)).collect())
        .collect();
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |c: usize| {
        rows.iter()
            .filter_map(|row| row.get(c))
            .map(|cell| cell.chars().count())
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    for row in &rows {
        let cells: Vec<String> = row
            .iter()
            .zip(&widths)
            .map(|(cell, &width)| format!("{cell:<width$}"))
            .collect();
        writeln!(out, "  {}", cells.join("  ").trim_end())?;
    }
    Ok(())
}

/// A number for people: six significant digits, in powers of ten where it is very large or small.
pub(super) fn number(x: f64) -> String {
    // Adding 0 turns −0 into 0.
    let scientific = format!("{:.5e}", x + 0.0);
    let Some((mantissa, exponent)) = scientific.split_once('e') else {
        // Infinite, or not a number.
        return scientific;
    };
    match exponent.parse::<i32>() {
        Ok(exponent @ -4..=5) => {
            let decimals = usize::try_from(5 - exponent).unwrap_or(0);
            without_end_zeros(&format!("{:.decimals$}", x + 0.0)).to_owned()
        }
        _ => format!("{}e{exponent}", without_end_zeros(mantissa)),
    }
}

/// A decimal number without the zeros that say nothing.
fn without_end_zeros(text: &str) -> &str {
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.')
    } else {
        text
    }
}

/// A text on one line: ids and paths may hold line breaks and other control characters.
pub(super) fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() {
            line.extend(c.escape_default());
        } else {
            line.push(c);
        }
    }
    line
}

/// Names in a sentence: `'a', 'b' and 3 more`, or "none".
pub(super) fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    /// More names than this do not fit a line.
    const SHOWN: usize = 8;
    let names: Vec<&str> = names.collect();
    if names.is_empty() {
        return "none".to_owned();
    }
    let shown: Vec<String> = names
        .iter()
        .take(SHOWN)
        .map(|name| format!("'{name}'"))
        .collect();
    let rest = names.len().saturating_sub(SHOWN);
    if rest == 0 {
        shown.join(", ")
    } else {
        format!("{} and {rest} more", shown.join(", "))
    }
}

/// `count` things, in the right number.
pub(super) fn counted(count: usize, thing: &str) -> String {
    if count == 1 {
        format!("1 {thing}")
    } else {
        format!("{count} {thing}s")
    }
}

/// `count` evenly spaced numbers from `from` to `to`, both ends included exactly.
pub(super) fn spaced(from: f64, to: f64, count: usize) -> impl Iterator<Item = f64> {
    let last = count.saturating_sub(1).max(1) as f64;
    (0..count).map(move |k| {
        let share = k as f64 / last;
        from * (1.0 - share) + to * share
    })
}
