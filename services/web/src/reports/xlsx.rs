//! A report as a workbook: a sheet with its facts, and one for each part.

use super::page::{Cell, Page, Section};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

/// Longest name of a sheet.
const NAME_MAX: usize = 31;

/// The workbook.
pub fn print(page: &Page) -> Result<Vec<u8>, String> {
    build(page).map_err(|error| error.to_string())
}

fn build(page: &Page) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let created = ExcelDateTime::parse_from_str(page.created.trim_end_matches('Z'));
    let mut properties = DocProperties::new().set_title(&page.title).set_author(&page.author);
    if let Ok(created) = created {
        properties = properties.set_creation_datetime(&created);
    }
    book.set_properties(&properties);
    let bold = Format::new().set_bold();
    let sheet = book.add_worksheet();
    sheet.set_name(named(&page.title, 0))?;
    sheet.write_with_format(0, 0, &page.title, &bold)?;
    sheet.write(0, 1, &page.period)?;
    let mut row = 1;
    if !page.notice.is_empty() {
        sheet.write(row, 0, &page.notice)?;
        row += 1;
    }
    for (name, value) in &page.facts {
        sheet.write(row, 0, name)?;
        sheet.write(row, 1, value)?;
        row += 1;
    }
    sheet.set_column_width(0, 28)?;
    sheet.set_column_width(1, 40)?;
    for (number, section) in page.sections.iter().enumerate() {
        let sheet = book.add_worksheet();
        sheet.set_name(named(&section.heading, number + 1))?;
        put(sheet, section, &bold)?;
    }
    book.save_to_buffer()
}

fn put(sheet: &mut Worksheet, section: &Section, bold: &Format) -> Result<(), XlsxError> {
    sheet.write_with_format(0, 0, &section.heading, bold)?;
    let mut row = 1;
    for remark in &section.remarks {
        sheet.write(row, 0, remark)?;
        row += 1;
    }
    for (name, value) in &section.facts {
        sheet.write(row, 0, name)?;
        sheet.write(row, 1, value)?;
        row += 1;
    }
    let Some(table) = &section.table else { return Ok(()) };
    row += 1;
    for (place, (head, _)) in (0..).zip(&table.columns) {
        sheet.write_with_format(row, place, head.replace('\n', " "), bold)?;
        sheet.set_column_width(place, 18)?;
    }
    for cells in table.rows.iter().chain(&table.total) {
        row += 1;
        for (place, cell) in (0..).zip(cells) {
            match cell {
                Cell::Text(text) => sheet.write(row, place, text)?,
                Cell::Number(value, decimals) => {
                    let digits = "0".repeat(usize::from(*decimals));
                    let shown = if digits.is_empty() { "0".into() } else { format!("0.{digits}") };
                    sheet.write_with_format(
                        row,
                        place,
                        *value,
                        &Format::new().set_num_format(shown),
                    )?
                }
                Cell::Missing => continue,
            };
        }
    }
    Ok(())
}

/// A name that a sheet may have, and that no other has.
fn named(text: &str, number: usize) -> String {
    let allowed = |c: char| if "[]:*?/\\'".contains(c) || c.is_control() { ' ' } else { c };
    let number = if number == 0 { String::new() } else { format!("{number} ") };
    let room = NAME_MAX - number.chars().count();
    number + text.chars().map(allowed).take(room).collect::<String>().trim_end()
}
