//! XLSX: a sheet of rows for people, and one that says where they come from. It is not read back.

use crate::columns::Columns;
use crate::error::{FilesError, write_error};
use crate::{Facts, remark, stamp};
use jiff::civil;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};
use std::io::Write;
use store::{Layout, Row, Rows};

/// Rows of a sheet below its header: Excel has 1,048,576 in all.
const ROWS_MAX: u32 = 1_048_575;

/// Columns of a sheet.
const COLUMNS_MAX: usize = 16_384;

/// Cells that are held in memory until the file is written, since a sheet is compressed at its end: 160 bytes
/// each, 160 MB in all. A year of quarter hours has 20 columns in it.
const CELLS_MAX: usize = 1_000_000;

/// Steps beyond which a number has more digits than the 15 that Excel keeps.
const STEPS_MAX: u64 = 1_000_000_000_000_000;

/// Columns before those of the layout.
const FIRST: [&str; 6] =
    ["Local time", "utc_offset_min", "duration_s", "measured_s", "quality", "flags"];

/// Width of a column of times, in characters.
const TIME_WIDTH: f64 = 22.0;

/// Writes rows; tells how many there were.
///
/// # Errors
/// As the rows or the writer say; if there are more rows, columns or cells than a sheet takes, or a value has
/// more digits.
pub fn write(
    out: impl Write + Send,
    layout: &Layout,
    facts: &Facts,
    rows: Rows<'_>,
) -> Result<u64, FilesError> {
    let columns = Columns::of(layout)?;
    let width = FIRST.len() + columns.headings.len() + 1;
    if width > COLUMNS_MAX {
        return Err(too_much(&format!("{width} columns")));
    }
    let mut book = Workbook::new();
    book.set_properties(&properties(facts)?);
    let mut sheet = Sheet::begin(&mut book, &columns).map_err(write_error)?;
    for row in rows {
        let row = row?;
        remark::check(layout, &row)?;
        if sheet.rows == ROWS_MAX || (sheet.rows as usize + 1) * width > CELLS_MAX {
            return Err(too_much(&format!("more than {} rows of {width} columns", sheet.rows)));
        }
        sheet.add(&columns, facts, &row)?;
    }
    let count = sheet.rows.into();
    about(&mut book, layout, facts, count).map_err(write_error)?;
    book.save_to_writer(out).map_err(write_error)?;
    Ok(count)
}

fn too_much(what: &str) -> FilesError {
    let remedy = format!(
        "a sheet takes {ROWS_MAX} rows, {COLUMNS_MAX} columns and {CELLS_MAX} cells in all: ask for a shorter time, \
         longer steps or fewer columns, or take csv or parquet"
    );
    FilesError::cannot(what, remedy)
}

/// Properties with a date of our own, so that the same rows make the same bytes.
fn properties(facts: &Facts) -> Result<DocProperties, FilesError> {
    let created = ExcelDateTime::from_timestamp(facts.created.unix_ns.div_euclid(1_000_000_000))
        .map_err(write_error)?;
    Ok(DocProperties::new().set_creation_datetime(&created))
}

/// The sheet of rows while it is filled.
struct Sheet<'a> {
    sheet: &'a mut Worksheet,
    time: Format,
    seconds: Format,
    /// A format for each column of the layout: its decimals.
    values: Vec<Format>,
    rows: u32,
}

impl Sheet<'_> {
    fn begin<'a>(book: &'a mut Workbook, columns: &Columns) -> Result<Sheet<'a>, XlsxError> {
        let bold = Format::new().set_bold();
        let sheet = book.add_worksheet().set_name("rows")?;
        let ours = columns.headings.iter().map(|heading| heading.text());
        let names = FIRST.into_iter().map(String::from).chain(ours).chain(["remarks".into()]);
        for (place, name) in (0..).zip(names) {
            sheet.write_string_with_format(0, place, name, &bold)?;
        }
        sheet.set_freeze_panes(1, 1)?;
        sheet.set_column_width(0, TIME_WIDTH)?;
        let values = columns.headings.iter().map(|heading| decimals_format(heading.decimals));
        let time = Format::new().set_num_format("yyyy-mm-dd hh:mm:ss");
        let seconds = Format::new().set_num_format("0.###");
        Ok(Sheet { values: values.collect(), sheet, time, seconds, rows: 0 })
    }

    fn add(&mut self, columns: &Columns, facts: &Facts, row: &Row) -> Result<(), FilesError> {
        self.rows += 1;
        self.add_first(facts, row)?;
        for (place, cell) in row.cells.iter().enumerate() {
            let heading = &columns.headings[place];
            let Some(steps) = cell.value() else { continue };
            if steps.unsigned_abs() >= STEPS_MAX {
                let what = format!(
                    "row {}, column `{}`: the value has more than 15 digits",
                    row.seq, heading.path
                );
                return Err(FilesError::cannot(what, "take csv or json"));
            }
            let value = steps as f64 / 10f64.powi(heading.decimals.into());
            let format = &self.values[place];
            self.sheet
                .write_number_with_format(self.rows, column(FIRST.len() + place), value, format)
                .map_err(write_error)?;
        }
        let remarks = remark::remarks_text(columns, row);
        if !remarks.is_empty() {
            self.sheet
                .write_string(self.rows, column(FIRST.len() + row.cells.len()), remarks)
                .map_err(write_error)?;
        }
        Ok(())
    }

    fn add_first(&mut self, facts: &Facts, row: &Row) -> Result<(), FilesError> {
        let line = self.rows;
        let local = serial_day(facts.zone.to_datetime(stamp::instant(row.start)));
        let offset_min = stamp::offset_min(row.start, &facts.zone);
        let duration_s = (row.end.unix_ns - row.start.unix_ns) as f64 / 1e9;
        let sheet = &mut *self.sheet;
        let mut put = || -> Result<(), XlsxError> {
            sheet.write_number_with_format(line, 0, local, &self.time)?;
            sheet.write_number(line, 1, offset_min)?;
            sheet.write_number_with_format(line, 2, duration_s, &self.seconds)?;
            sheet.write_number_with_format(line, 3, row.measured_ms as f64 / 1e3, &self.seconds)?;
            sheet.write_string(line, 4, remark::worst(row))?;
            sheet.write_string(line, 5, row.flags.slugs().join(" "))?;
            Ok(())
        };
        put().map_err(write_error)
    }
}

fn decimals_format(decimals: u8) -> Format {
    let zeros = "0".repeat(decimals.into());
    Format::new().set_num_format(if zeros.is_empty() { "0".into() } else { format!("0.{zeros}") })
}

fn column(place: usize) -> u16 {
    u16::try_from(place).expect("at most COLUMNS_MAX")
}

/// Days since the end of 1899 as Excel counts them, which is right from March 1900 on. Earlier times are
/// negative numbers, which it shows as such.
fn serial_day(local: civil::DateTime) -> f64 {
    let day = local.date().duration_since(civil::date(1899, 12, 30)).as_hours() / 24;
    let time = local.time().duration_since(civil::Time::midnight());
    day as f64 + time.as_secs_f64() / 86_400.0
}

/// The sheet that says where the rows come from.
fn about(book: &mut Workbook, layout: &Layout, facts: &Facts, count: u64) -> Result<(), XlsxError> {
    let sheet = book.add_worksheet().set_name("about")?;
    let lines = [
        ("Device", facts.serial.clone()),
        ("Job", layout.job.clone()),
        ("Interval", format!("{} s", layout.interval_s)),
        ("Rows", count.to_string()),
        ("Zone of local times", facts.zone.iana_name().unwrap_or("fixed offset").into()),
        ("Exported", stamp::utc(facts.created)),
        ("Version", facts.version.clone()),
        ("Software id", facts.software_id.clone()),
    ];
    for (line, (name, text)) in (0..).zip(lines) {
        sheet.write_string(line, 0, name)?;
        sheet.write_string(line, 1, text)?;
    }
    sheet.set_column_width(0, TIME_WIDTH)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The numbers that Excel itself shows for these dates.
    #[test]
    fn days_are_counted_as_excel_does() {
        let cases = [
            (civil::date(1900, 3, 1).at(0, 0, 0, 0), 61.0),
            (civil::date(1970, 1, 1).at(12, 0, 0, 0), 25_569.5),
            (civil::date(2026, 1, 1).at(6, 0, 0, 0), 46_023.25),
        ];
        for (local, day) in cases {
            assert_eq!(serial_day(local), day);
        }
    }
}
