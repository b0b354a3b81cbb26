//! Reports: what the history says, put together for people and printed as PDF, XLSX and CSV.
//!
//! *Template*: which questions a report asks. *Page*: a report as data, before it is known as what it is printed.
//! *Schedule*: a template that is made whenever a day, week or month is over.

mod ask;
mod csv;
mod keep;
mod make;
mod page;
mod pdf;
mod schedule;
mod template;
mod words;
mod xlsx;

pub use keep::{Report, Reports};
pub use make::{Order, make};
pub use page::Page;
pub use schedule::{Schedule, change as change_schedules, check_schedules, follow, schedules};
pub use template::{Period, Template, asked_span};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a report is printed as.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// Pages.
    Pdf,
    /// A workbook.
    Xlsx,
    /// Tables one below the other.
    Csv,
}

impl Format {
    /// Public, stable name, which is the ending of its files.
    pub fn slug(self) -> &'static str {
        match self {
            Format::Pdf => "pdf",
            Format::Xlsx => "xlsx",
            Format::Csv => "csv",
        }
    }

    /// Media type.
    pub fn media(self) -> &'static str {
        match self {
            Format::Pdf => "application/pdf",
            Format::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Format::Csv => "text/csv; charset=utf-8",
        }
    }
}

/// Prints a page.
///
/// # Errors
/// With a sentence.
pub fn print(page: &Page, format: Format) -> Result<Vec<u8>, String> {
    match format {
        Format::Pdf => pdf::print(page),
        Format::Xlsx => xlsx::print(page),
        Format::Csv => csv::print(page),
    }
}
