//! A report as data.

use crate::values::rounded;

/// What stands in a cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Words.
    Text(String),
    /// A value with its decimals.
    Number(f64, u8),
    /// There is no value.
    Missing,
}

impl Cell {
    /// A value, if there is one.
    pub fn number(value: Option<f64>, decimals: u8) -> Cell {
        value.map_or(Cell::Missing, |value| Cell::Number(rounded(value, decimals), decimals))
    }

    /// As it is printed, with a decimal point.
    pub fn text(&self) -> String {
        match self {
            Cell::Text(text) => text.clone(),
            Cell::Number(value, decimals) => format!("{value:.*}", usize::from(*decimals)),
            Cell::Missing => String::new(),
        }
    }
}

/// A table.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Table {
    /// Heads, each with whether numbers stand below.
    pub columns: Vec<(String, bool)>,
    /// The rows.
    pub rows: Vec<Vec<Cell>>,
    /// The last row, which sums up.
    pub total: Option<Vec<Cell>>,
}

/// Bars over time: what came in above, what went out below.
#[derive(Debug, Clone, PartialEq)]
pub struct Bars {
    /// What is shown, for those who do not see it.
    pub description: String,
    /// Symbol of the unit.
    pub unit: String,
    /// A label for some of the bars, and its two values.
    pub bars: Vec<(String, f64, f64)>,
    /// Names of the two.
    pub names: (String, String),
}

/// A part of a report.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Section {
    /// Its heading.
    pub heading: String,
    /// Sentences below it.
    pub remarks: Vec<String>,
    /// Names and what they are.
    pub facts: Vec<(String, String)>,
    /// A picture.
    pub bars: Option<Bars>,
    /// A table.
    pub table: Option<Table>,
}

/// A report.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Page {
    /// Its title.
    pub title: String,
    /// Over which time, in words.
    pub period: String,
    /// Of what, by whom, when.
    pub facts: Vec<(String, String)>,
    /// What stands on each page about where the values come from; empty if they are measured.
    pub notice: String,
    /// Its parts.
    pub sections: Vec<Section>,
    /// Code of its language.
    pub language: &'static str,
    /// Which program made it.
    pub author: String,
    /// When, by RFC 3339 in UTC.
    pub created: String,
    /// Words of the frame: page, of, end.
    pub frame: (String, String, String),
}
