//! A report as CSV: its facts, and its tables one below the other, each under its heading.
//!
//! What a spreadsheet would take for a formula is put behind an apostrophe.

use super::page::{Cell, Page};

/// The text, with a mark by which spreadsheets know its letters.
pub fn print(page: &Page) -> Result<Vec<u8>, String> {
    let mut out = csv::WriterBuilder::new()
        .flexible(true)
        .terminator(csv::Terminator::CRLF)
        .from_writer(vec![0xef, 0xbb, 0xbf]);
    let mut write = |row: Vec<String>| out.write_record(row).map_err(|error| error.to_string());
    write(vec![plain(&page.title), plain(&page.period)])?;
    if !page.notice.is_empty() {
        write(vec![plain(&page.notice)])?;
    }
    for (name, value) in &page.facts {
        write(vec![plain(name), plain(value)])?;
    }
    for section in &page.sections {
        write(vec![String::new()])?;
        write(vec![plain(&section.heading)])?;
        for (name, value) in &section.facts {
            write(vec![plain(name), plain(value)])?;
        }
        for remark in &section.remarks {
            write(vec![plain(remark)])?;
        }
        let Some(table) = &section.table else { continue };
        write(table.columns.iter().map(|(head, _)| plain(&head.replace('\n', " "))).collect())?;
        for row in table.rows.iter().chain(&table.total) {
            write(row.iter().map(cell).collect())?;
        }
    }
    out.into_inner().map_err(|error| error.to_string())
}

fn cell(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) => plain(text),
        Cell::Number(..) | Cell::Missing => cell.text(),
    }
}

/// Words that no spreadsheet calculates with.
fn plain(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_never_become_formulas() {
        for text in ["=1+1", "+1", "-1", "@SUM(A1)", "\tx"] {
            assert!(plain(text).starts_with('\''), "{text}");
        }
        assert_eq!(plain("Heat pump"), "Heat pump");
    }
}
