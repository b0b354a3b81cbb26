//! CSV by RFC 4180: one header, a line a row, nothing else, so that every reader takes it.
//!
//! What other formats tell in their head is told in each line here: device, job and interval. A cell without
//! a value is empty, and the last column says why.

use crate::columns::{Columns, Known};
use crate::decimal::{decimal, parsed, parsed_ms, parsed_seconds, seconds};
use crate::error::{FilesError, read_error, write_error};
use crate::name::{harmless, original};
use crate::{Facts, Imported, remark, stamp};
use ::csv::{
    ErrorKind, Position, ReaderBuilder, StringRecord, StringRecordsIntoIter, Terminator,
    WriterBuilder,
};
use std::io::{Cursor, Read, Write};
use store::{Cell, Layout, Row, Rows, StoreError};

/// How numbers and columns are set off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// `,` between columns and `.` in numbers.
    Plain,
    /// `;` between columns and `,` in numbers, with the mark of UTF-8 at the beginning: what a spreadsheet
    /// opens by a double click where the comma is the decimal sign.
    European,
}

impl Style {
    fn delimiter(self) -> u8 {
        match self {
            Style::Plain => b',',
            Style::European => b';',
        }
    }

    fn point(self) -> char {
        match self {
            Style::Plain => '.',
            Style::European => ',',
        }
    }
}

/// The columns before those of the layout, and after them.
const FIRST: [&str; 6] =
    ["timestamp_utc", "utc_offset_min", "duration_s", "measured_s", "quality", "flags"];
const LAST: [&str; 5] = ["seq", "device", "job", "interval_s", "remarks"];

/// Mark by which spreadsheets know UTF-8.
const BOM: &[u8] = b"\xef\xbb\xbf";

/// Writes rows; tells how many there were.
///
/// # Errors
/// As the rows or the writer say; if a row is not of the layout.
pub fn write(
    mut out: impl Write,
    layout: &Layout,
    facts: &Facts,
    style: Style,
    rows: Rows<'_>,
) -> Result<u64, FilesError> {
    let columns = Columns::of(layout)?;
    if style == Style::European {
        out.write_all(BOM).map_err(write_error)?;
    }
    let mut lines = WriterBuilder::new()
        .delimiter(style.delimiter())
        .terminator(Terminator::CRLF)
        .from_writer(out);
    lines.write_record(header(&columns)).map_err(write_error)?;
    let mut count = 0;
    for row in rows {
        let row = row?;
        remark::check(layout, &row)?;
        lines
            .write_record(fields(layout, &columns, facts, style.point(), &row))
            .map_err(write_error)?;
        count += 1;
    }
    lines.flush().map_err(write_error)?;
    Ok(count)
}

fn header(columns: &Columns) -> Vec<String> {
    let fixed = |names: &[&str]| names.iter().map(|name| (*name).into()).collect::<Vec<String>>();
    let ours = columns.headings.iter().map(|heading| heading.text());
    fixed(&FIRST).into_iter().chain(ours).chain(fixed(&LAST)).collect()
}

fn fields(
    layout: &Layout,
    columns: &Columns,
    facts: &Facts,
    point: char,
    row: &Row,
) -> Vec<String> {
    let mut fields = vec![
        stamp::utc(row.start),
        stamp::offset_min(row.start, &facts.zone).to_string(),
        seconds(row.end.unix_ns - row.start.unix_ns, point),
        seconds(row.measured_ms as i64 * 1_000_000, point),
        remark::worst(row).into(),
        row.flags.slugs().join(" "),
    ];
    let values = columns.headings.iter().zip(&row.cells);
    fields.extend(values.map(|(heading, cell)| {
        cell.value().map_or_else(String::new, |steps| decimal(steps, heading.decimals, point))
    }));
    fields.extend([
        row.seq.to_string(),
        harmless(&facts.serial),
        harmless(&layout.job),
        layout.interval_s.to_string(),
        remark::remarks_text(columns, row),
    ]);
    fields
}

/// Reads a file of either style.
///
/// # Errors
/// If it is none of ours or has no rows; later errors come with the rows.
pub fn read<'a>(input: impl Read + 'a) -> Result<Imported<'a>, FilesError> {
    let (style, input) = style_of(input)?;
    let mut records = ReaderBuilder::new()
        .delimiter(style.delimiter())
        .has_headers(false)
        .from_reader(input)
        .into_records();
    let header = records.next().ok_or_else(|| FilesError::Foreign("it is empty".into()))?;
    let mut layout = layout_of(&header.map_err(record_error)?)?;
    let first = records.next().ok_or_else(|| {
        FilesError::wrong("line 2", "there are no rows, so neither a job nor an interval")
    })?;
    let first = first.map_err(record_error)?;
    let source = Source::of(&first)?;
    (layout.job, layout.interval_s) = (source.job.clone(), source.interval_s);
    let columns = Columns::of(&layout)?;
    let serial = source.serial.clone();
    let rows =
        Lines { first: Some(first), records, columns, source, point: style.point(), failed: false };
    Ok(Imported { serial, layout, rows: Box::new(rows) })
}

/// The style by the first bytes, which are put back.
fn style_of<'a>(mut input: impl Read + 'a) -> Result<(Style, impl Read + 'a), FilesError> {
    let mut start = Vec::new();
    let wanted = BOM.len() + FIRST[0].len() + 1;
    input.by_ref().take(wanted as u64).read_to_end(&mut start).map_err(read_error)?;
    let text = start.strip_prefix(BOM).unwrap_or(&start).to_vec();
    let style = match text.strip_prefix(FIRST[0].as_bytes()).and_then(|rest| rest.first()) {
        Some(b',') => Style::Plain,
        Some(b';') => Style::European,
        Some(_) | None => return Err(foreign()),
    };
    Ok((style, Cursor::new(text).chain(input)))
}

fn foreign() -> FilesError {
    FilesError::Foreign(format!(
        "its header is not {}, columns with units, {}",
        FIRST.join(", "),
        LAST.join(", ")
    ))
}

/// The columns by the header; job and interval are not known yet.
fn layout_of(header: &StringRecord) -> Result<Layout, FilesError> {
    let names: Vec<&str> = header.iter().collect();
    let ours = names.strip_prefix(&FIRST[..]).and_then(|rest| rest.strip_suffix(&LAST[..]));
    let known = Known::new();
    let columns = ours.ok_or_else(foreign)?.iter().map(|text| known.headed(text));
    Ok(Layout {
        id: 0,
        job: String::new(),
        interval_s: 0,
        columns: columns.collect::<Result<_, _>>()?,
    })
}

/// Whose rows they are: the same in each line.
#[derive(PartialEq, Eq)]
struct Source {
    serial: String,
    job: String,
    interval_s: u32,
}

impl Source {
    fn of(record: &StringRecord) -> Result<Source, FilesError> {
        let [_, serial, job, interval, _] = last(record);
        let interval_s = interval.parse().map_err(|_| {
            at(record, "interval_s", format!("`{interval}` is no number of seconds"))
        })?;
        Ok(Source { serial: original(serial).into(), job: original(job).into(), interval_s })
    }
}

/// The fields behind those of the layout. A record has as many as the header: the reader sees to that.
fn last(record: &StringRecord) -> [&str; LAST.len()] {
    let begin = record.len() - LAST.len();
    std::array::from_fn(|place| &record[begin + place])
}

/// Something wrong in a column of a line.
fn at(record: &StringRecord, column: &str, what: impl Into<String>) -> FilesError {
    FilesError::wrong(format!("{}, column `{column}`", line(record.position())), what)
}

/// The line of a record, as a spreadsheet counts them. (The reader's own count stops before the `\n`.)
fn line(position: Option<&Position>) -> String {
    position.map_or_else(|| "end".into(), |position| format!("line {}", position.record() + 1))
}

/// An error of the reader, which is that of its input or that of a record.
fn record_error(error: ::csv::Error) -> FilesError {
    match error.kind() {
        ErrorKind::UnequalLengths { pos, expected_len, len } => FilesError::wrong(
            line(pos.as_ref()),
            format!("{len} columns where the header has {expected_len}"),
        ),
        ErrorKind::Utf8 { pos, .. } => {
            FilesError::wrong(line(pos.as_ref()), "bytes that are not UTF-8")
        }
        _ => read_error(error),
    }
}

/// The rows of a file.
struct Lines<R> {
    /// The first line, which was read for the job.
    first: Option<StringRecord>,
    records: StringRecordsIntoIter<R>,
    columns: Columns,
    source: Source,
    point: char,
    failed: bool,
}

impl<R: Read> Iterator for Lines<R> {
    type Item = Result<Row, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let record = self.first.take().map(Ok).or_else(|| self.records.next())?;
        let row = record.map_err(record_error).and_then(|record| self.row(&record));
        self.failed = row.is_err();
        Some(row.map_err(StoreError::from))
    }
}

impl<R: Read> Lines<R> {
    fn row(&self, record: &StringRecord) -> Result<Row, FilesError> {
        let wrong = |column: &'static str| move |what: String| at(record, column, what);
        if Source::of(record)? != self.source {
            return Err(at(
                record,
                "job",
                "it is of another device, job or interval than the rest",
            ));
        }
        let start = stamp::parsed(&record[0]).map_err(wrong(FIRST[0]))?;
        let end = parsed_seconds(&record[2], self.point);
        let end = end.and_then(|duration_ns| stamp::later(start, duration_ns));
        let words: Vec<&str> = record[5].split(' ').filter(|word| !word.is_empty()).collect();
        let [seq, ..] = last(record);
        let no_number = |_| at(record, LAST[0], format!("`{seq}` is no number of a row"));
        let row = Row {
            seq: seq.parse().map_err(no_number)?,
            start,
            end: end.map_err(wrong(FIRST[2]))?,
            measured_ms: parsed_ms(&record[3], self.point).map_err(wrong(FIRST[3]))?,
            flags: remark::flags_of(&words).map_err(wrong(FIRST[5]))?,
            cells: self.cells(record)?,
        };
        let agrees = remark::worst(&row) == &record[4];
        if agrees { Ok(row) } else { Err(at(record, FIRST[4], "it is not what the remarks say")) }
    }

    fn cells(&self, record: &StringRecord) -> Result<Vec<Cell>, FilesError> {
        let [.., remarks] = last(record);
        let qualities = remark::qualities_of(&self.columns, remarks)
            .map_err(|what| at(record, LAST[4], what))?;
        let ours = self.columns.headings.iter().zip(qualities).enumerate();
        let cells = ours.map(|(place, (heading, quality))| {
            let text = &record[FIRST.len() + place];
            let value =
                (!text.is_empty()).then(|| parsed(text, heading.decimals, self.point)).transpose();
            value
                .and_then(|value| remark::cell(value, quality))
                .map_err(|what| at(record, &heading.path, what))
        });
        cells.collect()
    }
}
