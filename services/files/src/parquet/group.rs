//! A row group: rows turned into columns, and back.

use super::FIRST_COUNT;
use crate::columns::Columns;
use crate::error::{FilesError, read_error};
use crate::{Facts, remark, stamp};
use ::parquet::column::reader::get_typed_column_reader;
use ::parquet::data_type::{ByteArray, ByteArrayType, DataType, Int32Type, Int64Type};
use ::parquet::errors::ParquetError;
use ::parquet::file::reader::RowGroupReader;
use ::parquet::file::writer::SerializedRowGroupWriter;
use port::Timestamp;
use std::io::Write;
use store::{Layout, Quality, Row, RowFlags};

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
    put::<Int64Type, W>(group, &each(rows, |row| i64::from(row.measured_ms)), None)?;
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
    let count = group.metadata().num_rows();
    let count = usize::try_from(count).map_err(read_error)?;
    let numbers = |column| required::<Int64Type>(group, column, count);
    let (micros, durations, measured, seqs) = (numbers(2)?, numbers(4)?, numbers(5)?, numbers(6)?);
    let (rests, flags) =
        (required::<Int32Type>(group, 3, count)?, required::<Int32Type>(group, 8, count)?);
    let ours = 0..columns.headings.len();
    let values: Vec<Vec<Option<i64>>> = ours
        .map(|column| optional::<Int64Type>(group, FIRST_COUNT + column, count))
        .collect::<Result<_, _>>()?;
    let remarks = optional::<ByteArrayType>(group, FIRST_COUNT + columns.headings.len(), count)?;
    let row = |index: usize| -> Result<Row, String> {
        let text = remarks[index]
            .as_ref()
            .map_or(Ok(""), |text| text.as_utf8())
            .map_err(|error| error.to_string())?;
        let qualities = remark::qualities_of(columns, text)?;
        let cell = |(column, quality): (usize, Quality)| {
            let path = &columns.headings[column].path;
            remark::cell(values[column][index], quality)
                .map_err(|what| format!("column `{path}`: {what}"))
        };
        let start = start(micros[index], rests[index])?;
        Ok(Row {
            seq: u64::try_from(seqs[index]).map_err(|_| "its number is negative")?,
            start,
            end: stamp::later(start, durations[index])?,
            measured_ms: u32::try_from(measured[index])
                .map_err(|_| "what was measured is negative or too long")?,
            flags: row_flags(flags[index])?,
            cells: qualities.into_iter().enumerate().map(cell).collect::<Result<_, _>>()?,
        })
    };
    let rows = (0..count).map(|index| {
        row(index).map_err(|what| FilesError::wrong(format!("{place}, row {}", index + 1), what))
    });
    rows.collect()
}

fn start(micros: i64, rest_ns: i32) -> Result<Timestamp, String> {
    let unix_ns = i64::try_from(i128::from(micros) * i128::from(MICRO_NS) + i128::from(rest_ns));
    Ok(Timestamp { unix_ns: unix_ns.map_err(|_| "it began beyond the years 1677 to 2262")? })
}

fn row_flags(bits: i32) -> Result<RowFlags, String> {
    let flags =
        u8::try_from(bits).map(RowFlags).map_err(|_| format!("{bits} are no flags of a row"))?;
    remark::flags_of(&flags.slugs())
        .ok()
        .filter(|named| *named == flags)
        .ok_or_else(|| format!("{bits} are no flags of a row"))
}

/// All values of a column without nulls.
fn required<T: DataType>(
    group: &dyn RowGroupReader,
    column: usize,
    count: usize,
) -> Result<Vec<T::T>, FilesError> {
    let (values, _) = values::<T>(group, column, count, false)?;
    if values.len() == count { Ok(values) } else { Err(short(group, column)) }
}

/// All values of a column with nulls.
fn optional<T: DataType>(
    group: &dyn RowGroupReader,
    column: usize,
    count: usize,
) -> Result<Vec<Option<T::T>>, FilesError> {
    let (values, present) = values::<T>(group, column, count, true)?;
    let mut values = values.into_iter();
    let all: Vec<Option<T::T>> =
        present.iter().map(|level| if *level == 1 { values.next() } else { None }).collect();
    if all.len() == count { Ok(all) } else { Err(short(group, column)) }
}

fn short(group: &dyn RowGroupReader, column: usize) -> FilesError {
    let name = group.metadata().column(column).column_descr().name();
    FilesError::wrong(format!("column `{name}`"), "it has another number of values than the others")
}

/// What a column holds: its values, and for each row whether there is one.
fn values<T: DataType>(
    group: &dyn RowGroupReader,
    column: usize,
    count: usize,
    has_nulls: bool,
) -> Result<(Vec<T::T>, Vec<i16>), FilesError> {
    let mut reader =
        get_typed_column_reader::<T>(group.get_column_reader(column).map_err(read_error)?);
    let (mut values, mut present) = (Vec::new(), Vec::new());
    let levels = has_nulls.then_some(&mut present);
    reader.read_records(count, levels, None, &mut values).map_err(read_error)?;
    Ok((values, present))
}
