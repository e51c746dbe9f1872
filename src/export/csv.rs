//! Numbers under headings with units, as comma-separated values.

use std::io::Write;

/// One cell of a table.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// A number, written so that reading it gives the same number.
    Number(f64),
    /// A name or a word.
    Text(String),
    /// Nothing: the number does not exist there.
    Empty,
}

impl From<f64> for Cell {
    /// A number that is none leaves its cell empty.
    fn from(x: f64) -> Self {
        if x.is_finite() {
            Self::Number(x)
        } else {
            Self::Empty
        }
    }
}

impl From<Option<f64>> for Cell {
    fn from(x: Option<f64>) -> Self {
        x.map_or(Self::Empty, Self::from)
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

/// Rows under headings.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    headings: Vec<String>,
    rows: Vec<Vec<Cell>>,
}

impl Table {
    /// An empty table.
    pub fn new(headings: impl IntoIterator<Item = String>) -> Self {
        Self {
            headings: headings.into_iter().collect(),
            rows: Vec::new(),
        }
    }

    /// Adds a row; cells that are missing at its end are empty, cells beyond the headings are left out.
    pub fn push(&mut self, row: impl IntoIterator<Item = Cell>) {
        let mut row: Vec<Cell> = row.into_iter().take(self.headings.len()).collect();
        row.resize(self.headings.len(), Cell::Empty);
        self.rows.push(row);
    }

    /// What stands over the columns.
    #[must_use]
    pub fn headings(&self) -> &[String] {
        &self.headings
    }

    /// The rows, each as long as the headings.
    #[must_use]
    pub fn rows(&self) -> &[Vec<Cell>] {
        &self.rows
    }

    /// Writes the table as comma-separated values (RFC 4180, with \n at the ends of lines).
    ///
    /// # Errors
    /// If `out` does not take it.
    pub fn write(&self, out: impl Write) -> Result<(), csv::Error> {
        let mut writer = csv::Writer::from_writer(out);
        writer.write_record(&self.headings)?;
        for row in &self.rows {
            writer.write_record(row.iter().map(|cell| match cell {
                Cell::Number(x) => x.to_string(),
                Cell::Text(text) => text.clone(),
                Cell::Empty => String::new(),
            }))?;
        }
        Ok(writer.flush()?)
    }
}

/// The words over a column: "current in pA", or the name alone of what has no unit.
#[must_use]
pub fn heading(name: &str, unit: &str) -> String {
    if unit.is_empty() {
        name.to_owned()
    } else {
        format!("{name} in {unit}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_back() {
        let mut table = Table::new([
            heading("state of \"a, b\"", "meV"),
            heading("name", ""),
            heading("x", "s"),
        ]);
        table.push([0.1.into(), "c,\nd".into()]);
        table.push([f64::NAN.into(), Cell::Empty, Some(-1.5e-300).into()]);
        let mut bytes = Vec::new();
        table.write(&mut bytes).unwrap();
        let mut reader = csv::Reader::from_reader(bytes.as_slice());
        assert_eq!(&reader.headers().unwrap()[0], "state of \"a, b\" in meV");
        let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        assert_eq!(rows[0], vec!["0.1", "c,\nd", ""]);
        let number: f64 = rows[1][2].parse().unwrap();
        assert_eq!(number.to_bits(), (-1.5e-300_f64).to_bits());
    }
}
