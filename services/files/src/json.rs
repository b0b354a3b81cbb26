//! JSON: one document with a head and rows, written and read line by line.
//!
//! The first line is the head and opens `rows`; each row is an array on a line of its own, in the order of
//! `fields`; the last line closes the document with the number of rows. So any program reads it as JSON,
//! and a file that was cut is known for one.

use crate::columns::Columns;
use crate::decimal::{decimal, parsed, parsed_ms, seconds};
use crate::error::{FilesError, read_error, write_error};
use crate::head::Head;
use crate::{Facts, Imported, remark, stamp};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, BufRead, BufWriter, ErrorKind, Read, Write};
use store::{Cell, Layout, Row, Rows, StoreError};

/// Longest line that is read: ten times a row of all points of eleven meters with all aggregates, each with
/// a remark. What is longer is no file of ours.
const LINE_MAX_BYTES: u64 = 32 << 20;

/// Between the head and the rows: what a row's array holds, place by place.
const OPENS: &str = r#","fields":["seq","start","end","utc_offset_min","measured_s","flags","values","remarks"],"rows":["#;

/// Before the number of rows, and after it.
const CLOSES: &str = r#"],"row_count":"#;

/// Writes rows; tells how many there were.
///
/// # Errors
/// As the rows or the writer say; if a row is not of the layout.
pub fn write(
    out: impl Write,
    layout: &Layout,
    facts: &Facts,
    rows: Rows<'_>,
) -> Result<u64, FilesError> {
    let mut out = BufWriter::new(out);
    let columns = Columns::of(layout)?;
    let head = Head::of(layout, &columns, facts).to_json();
    let head = head.strip_suffix('}').expect("an object ends so");
    write!(out, "{head}{OPENS}").map_err(write_error)?;
    let mut count = 0u64;
    for row in rows {
        let row = row?;
        remark::check(layout, &row)?;
        let comma = if count == 0 { "" } else { "," };
        write!(out, "{comma}\n{}", line(&columns, facts, &row)).map_err(write_error)?;
        count += 1;
    }
    writeln!(out, "\n{CLOSES}{count}}}").map_err(write_error)?;
    out.flush().map_err(write_error)?;
    Ok(count)
}

fn line(columns: &Columns, facts: &Facts, row: &Row) -> String {
    let quoted = |words: Vec<&str>| {
        words.iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(",")
    };
    let values = columns.headings.iter().zip(&row.cells).map(|(heading, cell)| {
        cell.value().map_or_else(|| "null".into(), |steps| decimal(steps, heading.decimals, '.'))
    });
    let remarks =
        remark::remarks(columns, row).map(|(path, word)| format!("\"{path}\":\"{word}\""));
    format!(
        "[{},\"{}\",\"{}\",{},{},[{}],[{}],{{{}}}]",
        row.seq,
        stamp::utc(row.start),
        stamp::utc(row.end),
        stamp::offset_min(row.start, &facts.zone),
        seconds(row.measured_ms as i64 * 1_000_000, '.'),
        quoted(row.flags.slugs()),
        values.collect::<Vec<_>>().join(","),
        remarks.collect::<Vec<_>>().join(","),
    )
}

/// Reads a document, line by line as it was written.
///
/// # Errors
/// If it is none of ours; later errors come with the rows.
pub fn read<'a>(mut input: impl BufRead + 'a) -> Result<Imported<'a>, FilesError> {
    let first = next_line(&mut input)?;
    let head = first.strip_suffix(OPENS).ok_or_else(|| {
        FilesError::Foreign("its first line is not the head of a document with rows".into())
    })?;
    let head = Head::from_json(&format!("{head}}}"))?;
    let layout = head.layout()?;
    let columns = Columns::of(&layout)?;
    let rows = Lines { input, columns, line: 1, count: 0, ended: false };
    Ok(Imported { serial: head.serial, layout, rows: Box::new(rows) })
}

/// The next line without its end; empty at the end of the file.
fn next_line(input: &mut impl BufRead) -> Result<String, FilesError> {
    let mut line = String::new();
    let length = input.by_ref().take(LINE_MAX_BYTES).read_line(&mut line).map_err(line_error)?;
    if length as u64 == LINE_MAX_BYTES {
        return Err(FilesError::Foreign("it has a line that is longer than any of ours".into()));
    }
    line.truncate(line.trim_end_matches(['\r', '\n']).len());
    Ok(line)
}

/// A line that is no text, or an error of the reader.
fn line_error(error: io::Error) -> FilesError {
    match error.kind() {
        ErrorKind::InvalidData => FilesError::Foreign("it has bytes that are not UTF-8".into()),
        _ => read_error(error),
    }
}

/// A row as its array. The offset follows from the time and the zone, so it is not looked at.
#[derive(Deserialize)]
struct Told<'a>(
    u64,
    #[serde(borrow)] Cow<'a, str>,
    #[serde(borrow)] Cow<'a, str>,
    IgnoredAny,
    #[serde(borrow)] &'a RawValue,
    Vec<String>,
    #[serde(borrow)] Vec<&'a RawValue>,
    BTreeMap<String, String>,
);

/// The rows of a document.
struct Lines<R> {
    input: R,
    columns: Columns,
    line: u64,
    count: u64,
    ended: bool,
}

impl<R: BufRead> Iterator for Lines<R> {
    type Item = Result<Row, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let row = self.next_row().transpose();
        self.ended = !matches!(row, Some(Ok(_)));
        row.map(|row| row.map_err(StoreError::from))
    }
}

impl<R: BufRead> Lines<R> {
    fn next_row(&mut self) -> Result<Option<Row>, FilesError> {
        let line = next_line(&mut self.input)?;
        self.line += 1;
        let place = format!("line {}", self.line);
        if let Some(rest) = line.strip_prefix(CLOSES) {
            return self.close(rest).map_err(|what| FilesError::wrong(place, what));
        }
        if line.is_empty() {
            return Err(FilesError::wrong(place, "the file ends early"));
        }
        self.count += 1;
        let told =
            serde_json::from_str(line.strip_suffix(',').unwrap_or(&line)).map_err(|error| {
                FilesError::wrong(place.as_str(), format!("no row can be read ({error})"))
            })?;
        self.row(told)
            .map(Some)
            .map_err(|(column, what)| FilesError::wrong(format!("{place}, {column}"), what))
    }

    /// Holds the number of rows against how many there were; no row is left.
    fn close(&self, rest: &str) -> Result<Option<Row>, String> {
        let told = rest.strip_suffix('}').and_then(|number| number.parse().ok());
        let differs = || format!("there are {} rows before it, not as many as it says", self.count);
        if told == Some(self.count) { Ok(None) } else { Err(differs()) }
    }

    /// A row, or where and what is wrong.
    fn row(&self, told: Told<'_>) -> Result<Row, (String, String)> {
        let Told(seq, start, end, _, measured, words, values, remarks) = told;
        let wrong = |field: &str| {
            let field = format!("field `{field}`");
            move |what: String| (field, what)
        };
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let start = stamp::parsed(&start).map_err(wrong("start"))?;
        let end = stamp::parsed(&end).map_err(wrong("end"))?;
        stamp::later(start, end.unix_ns.saturating_sub(start.unix_ns)).map_err(wrong("end"))?;
        let measured_ms = parsed_ms(measured.get(), '.').map_err(wrong("measured_s"))?;
        let flags = remark::flags_of(&words).map_err(wrong("flags"))?;
        let cells = self.cells(&values, &remarks)?;
        Ok(Row { seq, start, end, measured_ms, flags, cells })
    }

    fn cells(
        &self,
        values: &[&RawValue],
        remarks: &BTreeMap<String, String>,
    ) -> Result<Vec<Cell>, (String, String)> {
        let pairs = remarks.iter().map(|(path, word)| Ok((path.as_str(), word.as_str())));
        let qualities = remark::qualities(&self.columns, pairs)
            .map_err(|what| ("field `remarks`".into(), what))?;
        if values.len() != qualities.len() {
            return Err((
                "field `values`".into(),
                format!("{} values for {} columns", values.len(), qualities.len()),
            ));
        }
        let ours = self.columns.headings.iter().zip(values).zip(qualities);
        let cells = ours.map(|((heading, value), quality)| {
            let text = Some(value.get()).filter(|text| *text != "null");
            text.map(|text| parsed(text, heading.decimals, '.'))
                .transpose()
                .and_then(|value| remark::cell(value, quality))
                .map_err(|what| (format!("column `{}`", heading.path), what))
        });
        cells.collect()
    }
}
