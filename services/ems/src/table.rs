//! Plain text tables with aligned columns.

use std::fmt;

/// A heading and rows of text.
pub struct Table {
    rows: Vec<Vec<String>>,
    /// Columns aligned to the right.
    numbers: Vec<bool>,
}

impl Table {
    /// With a heading.
    pub fn new(heading: &[&str]) -> Table {
        Table {
            rows: vec![heading.iter().map(ToString::to_string).collect()],
            numbers: vec![false; heading.len()],
        }
    }

    /// Aligns columns to the right.
    #[must_use]
    pub fn right(mut self, columns: &[usize]) -> Table {
        for column in columns {
            self.numbers[*column] = true;
        }
        self
    }

    /// Adds a row.
    pub fn row(&mut self, cells: &[&str]) {
        self.rows.push(cells.iter().map(ToString::to_string).collect());
    }

    fn widths(&self) -> Vec<usize> {
        (0..self.numbers.len())
            .map(|column| {
                let cells = self.rows.iter().filter_map(|row| row.get(column));
                cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
            })
            .collect()
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let widths = self.widths();
        for row in &self.rows {
            let mut line = String::new();
            for (column, cell) in row.iter().enumerate() {
                let width = widths[column];
                let padded = if self.numbers[column] {
                    format!("{cell:>width$}")
                } else {
                    format!("{cell:<width$}")
                };
                line.push_str(&padded);
                line.push_str("  ");
            }
            writeln!(f, "{}", line.trim_end())?;
        }
        Ok(())
    }
}
