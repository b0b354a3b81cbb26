//! A row group: rows turned into columns, and back.

use super::FIRST_COUNT;
use crate::columns::Columns;
use crate::error::{FilesError, read_error};
use crate::{Facts, remark, stamp};
use ::parquet::column::reader::{ColumnReaderImpl, get_typed_column_reader};
use ::parquet::data_type::{ByteArray, ByteArrayType, DataType, Int32Type, Int64Type};
use ::parquet::errors::ParquetError;
use ::parquet::file::reader::RowGroupReader;
use ::parquet::file::writer::SerializedRowGroupWriter;
use port::Timestamp;
use std::io::Write;
use store::{Cell, Layout, Row, RowFlags};

/// Nanoseconds of the step of `timestamp`.
const MICRO_NS: i64 = 1_000;

/// Writes rows that were held against the layout.
pub(super) fn write<W: Write + Send>(
    group: &mut SerializedRowGroupWriter<'_, W>,
    layout: &Layout,
    facts: &Facts,
    columns: &Columns,
    rows: &[Row],
) -> Result<(), ParquetError> {
    let micros = |row: &Row| row.start.unix_ns.div_euclid(MICRO_NS);
    let rest =
        |row: &Row| i32::try_from(row.start.unix_ns.rem_euclid(MICRO_NS)).expect("below 1000");
    put_texts(group, &each(rows, |_| facts.serial.clone()), None)?;
    put_texts(group, &each(rows, |_| layout.job.clone()), None)?;
    put::<Int64Type, W>(group, &each(rows, micros), None)?;
    put::<Int32Type, W>(group, &each(rows, rest), None)?;
    put::<Int64Type, W>(group, &each(rows, |row| row.end.unix_ns - row.start.unix_ns), None)?;
    put::<Int64Type, W>(group, &each(rows, |row| row.measured_ms as i64), None)?;
    put::<Int64Type, W>(
        group,
        &each(rows, |row| i64::try_from(row.seq).expect("checked before")),
        None,
    )?;
    put_texts(group, &each(rows, |row| remark::worst(row).into()), None)?;
    put::<Int32Type, W>(group, &each(rows, |row| i32::from(row.flags.0)), None)?;
    for place in 0..layout.columns.len() {
        let present: Vec<i16> = each(rows, |row| i16::from(row.cells[place].value().is_some()));
        let values: Vec<i64> = rows.iter().filter_map(|row| row.cells[place].value()).collect();
        put::<Int64Type, W>(group, &values, Some(&present))?;
    }
    let mut remarks: Vec<String> = each(rows, |row| remark::remarks_text(columns, row));
    let present: Vec<i16> = remarks.iter().map(|text| i16::from(!text.is_empty())).collect();
    remarks.retain(|text| !text.is_empty());
    put_texts(group, &remarks, Some(&present))
}

fn each<T>(rows: &[Row], value: impl Fn(&Row) -> T) -> Vec<T> {
    rows.iter().map(value).collect()
}

fn put_texts<W: Write + Send>(
    group: &mut SerializedRowGroupWriter<'_, W>,
    texts: &[String],
    present: Option<&[i16]>,
) -> Result<(), ParquetError> {
    let bytes: Vec<ByteArray> = texts.iter().map(|text| text.as_str().into()).collect();
    put::<ByteArrayType, W>(group, &bytes, present)
}

/// Writes the next column: its values, and for each row whether there is one.
fn put<T: DataType, W: Write + Send>(
    group: &mut SerializedRowGroupWriter<'_, W>,
    values: &[T::T],
    present: Option<&[i16]>,
) -> Result<(), ParquetError> {
    let mut column = group.next_column()?.expect("as many columns as the schema has");
    column.typed::<T>().write_batch(values, present, None)?;
    column.close()
}

/// Reads the rows of a group that has the schema of these columns.
///
/// # Errors
/// If it cannot be read, or its columns contradict each other.
pub(super) fn read(
    group: &dyn RowGroupReader,
    columns: &Columns,
    place: &str,
) -> Result<Vec<Row>, FilesError> {
    let read = Read::of(group, columns)?;
    let row = |index| {
        let wrong = |what| FilesError::wrong(format!("{place}, row {}", index + 1), what);
        read.row(columns, index).map_err(wrong)
    };
    (0..read.seqs.len()).map(row).collect()
}

/// The columns of a group, each with a value a row.
struct Read {
    micros: Vec<i64>,
    rests_ns: Vec<i32>,
    durations_ns: Vec<i64>,
    measured_ms: Vec<i64>,
    seqs: Vec<i64>,
    flags: Vec<i32>,
    values: Vec<Vec<Option<i64>>>,
    remarks: Vec<Option<ByteArray>>,
}

impl Read {
    /// By their places in the schema; device, job and quality are told by the head and the remarks.
    fn of(group: &dyn RowGroupReader, columns: &Columns) -> Result<Read, FilesError> {
        let remarks = FIRST_COUNT + columns.headings.len();
        let values = (FIRST_COUNT..remarks).map(|column| optional::<Int64Type>(group, column));
        Ok(Read {
            micros: required::<Int64Type>(group, 2)?,
            rests_ns: required::<Int32Type>(group, 3)?,
            durations_ns: required::<Int64Type>(group, 4)?,
            measured_ms: required::<Int64Type>(group, 5)?,
            seqs: required::<Int64Type>(group, 6)?,
            flags: required::<Int32Type>(group, 8)?,
            values: values.collect::<Result<_, _>>()?,
            remarks: optional::<ByteArrayType>(group, remarks)?,
        })
    }

    fn row(&self, columns: &Columns, index: usize) -> Result<Row, String> {
        let start = start(self.micros[index], self.rests_ns[index])?;
        let measured_ms = u64::try_from(self.measured_ms[index]);
        Ok(Row {
            seq: u64::try_from(self.seqs[index]).map_err(|_| "its number is negative")?,
            start,
            end: stamp::later(start, self.durations_ns[index])?,
            measured_ms: measured_ms.map_err(|_| "what was measured is negative")?,
            flags: row_flags(self.flags[index])?,
            cells: self.cells(columns, index)?,
        })
    }

    fn cells(&self, columns: &Columns, index: usize) -> Result<Vec<Cell>, String> {
        let text = self.remarks[index].as_ref().map_or(Ok(""), ByteArray::as_utf8);
        let qualities = remark::qualities_of(columns, text.map_err(|error| error.to_string())?)?;
        let ours = columns.headings.iter().zip(&self.values).zip(qualities);
        let cells = ours.map(|((heading, values), quality)| {
            let wrong = |what| format!("column `{}`: {what}", heading.path);
            remark::cell(values[index], quality).map_err(wrong)
        });
        cells.collect()
    }
}

fn start(micros: i64, rest_ns: i32) -> Result<Timestamp, String> {
    let unix_ns = i64::try_from(i128::from(micros) * i128::from(MICRO_NS) + i128::from(rest_ns));
    Ok(Timestamp { unix_ns: unix_ns.map_err(|_| "it began beyond the years 1677 to 2262")? })
}

fn row_flags(bits: i32) -> Result<RowFlags, String> {
    let flags = u8::try_from(bits).ok().map(RowFlags);
    let named = flags.filter(|flags| remark::flags_of(&flags.slugs()) == Ok(*flags));
    named.ok_or_else(|| format!("{bits} are no flags of a row"))
}

/// All values of a column without nulls.
fn required<T: DataType>(
    group: &dyn RowGroupReader,
    column: usize,
) -> Result<Vec<T::T>, FilesError> {
    let mut values = Vec::new();
    let count = count(group)?;
    typed::<T>(group, column)?.read_records(count, None, None, &mut values).map_err(read_error)?;
    if values.len() == count { Ok(values) } else { Err(short(group, column)) }
}

/// All values of a column with nulls.
fn optional<T: DataType>(
    group: &dyn RowGroupReader,
    column: usize,
) -> Result<Vec<Option<T::T>>, FilesError> {
    let (mut values, mut present) = (Vec::new(), Vec::new());
    let count = count(group)?;
    typed::<T>(group, column)?
        .read_records(count, Some(&mut present), None, &mut values)
        .map_err(read_error)?;
    let mut values = values.into_iter();
    let all = present.iter().map(|level| if *level == 1 { values.next() } else { None });
    let all: Vec<Option<T::T>> = all.collect();
    if all.len() == count { Ok(all) } else { Err(short(group, column)) }
}

/// Rows of the group.
fn count(group: &dyn RowGroupReader) -> Result<usize, FilesError> {
    usize::try_from(group.metadata().num_rows()).map_err(read_error)
}

fn typed<T: DataType>(
    group: &dyn RowGroupReader,
    column: usize,
) -> Result<ColumnReaderImpl<T>, FilesError> {
    group.get_column_reader(column).map(get_typed_column_reader::<T>).map_err(read_error)
}

fn short(group: &dyn RowGroupReader, column: usize) -> FilesError {
    let name = group.metadata().column(column).column_descr().name();
    let what = "it has another number of values than the group has rows";
    FilesError::wrong(format!("column `{name}`"), what)
}
