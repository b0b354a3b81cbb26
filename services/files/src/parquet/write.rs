//! Rows into files of days.

use super::{HEAD_KEY, STEPS_MAX, group, group_rows, schema};
use crate::columns::Columns;
use crate::error::{FilesError, write_error};
use crate::head::Head;
use crate::name::partition;
use crate::{Facts, remark, stamp};
use ::parquet::basic::Compression;
use ::parquet::file::metadata::KeyValue;
use ::parquet::file::properties::{WriterProperties, WriterPropertiesPtr};
use ::parquet::file::writer::SerializedFileWriter;
use ::parquet::schema::types::TypePtr;
use jiff::civil;
use std::io::{self, Write};
use std::sync::Arc;
use store::{Layout, Row, Rows};

/// Where files are made: the binary gives them a temporary name until they are finished.
pub trait Files {
    /// An open file.
    type File: Write + Send;

    /// Makes a file at a relative path with `/` between folders.
    ///
    /// # Errors
    /// As the disk says.
    fn create(&mut self, path: &str) -> io::Result<Self::File>;

    /// All of a file was written; it may be given its name.
    ///
    /// # Errors
    /// As the disk says.
    fn finish(&mut self, path: &str, file: Self::File) -> io::Result<()>;
}

/// Writes rows into `job=<job>/device=<serial>/date=<day in UTC>/part-<number of the first row>.parquet`, one
/// file after the other; tells how many rows there were. A row belongs to the day in which it began. Where
/// the clock was set back over midnight, a day has more than one file.
///
/// # Errors
/// As the rows or the files say; if a row is not of the layout, or has a number that Parquet cannot carry.
/// Files that were finished before stay.
pub fn write<F: Files>(
    files: &mut F,
    layout: &Layout,
    facts: &Facts,
    rows: Rows<'_>,
) -> Result<u64, FilesError> {
    let columns = Columns::of(layout)?;
    let setting = Setting {
        schema: schema(&columns).map_err(write_error)?,
        properties: properties(layout, &columns, facts),
        group_rows: group_rows(&columns),
        columns,
        layout,
        facts,
    };
    let mut open: Option<Part<F>> = None;
    let mut count = 0;
    for row in rows {
        let row = row?;
        check(&setting, &row)?;
        let day = stamp::day_utc(row.start);
        if let Some(done) = open.take_if(|part| part.day != day) {
            done.finish(files, &setting)?;
        }
        let part = match &mut open {
            Some(part) => part,
            None => open.insert(Part::begin(files, &setting, day, row.seq)?),
        };
        part.add(&setting, row)?;
        count += 1;
    }
    open.map_or(Ok(()), |part| part.finish(files, &setting))?;
    Ok(count)
}

/// What is the same for all files.
struct Setting<'a> {
    layout: &'a Layout,
    facts: &'a Facts,
    columns: Columns,
    schema: TypePtr,
    properties: WriterPropertiesPtr,
    group_rows: usize,
}

fn properties(layout: &Layout, columns: &Columns, facts: &Facts) -> WriterPropertiesPtr {
    let head = Head::of(layout, columns, facts).to_json();
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_created_by(format!("ems version {}", facts.version))
        .set_key_value_metadata(Some(vec![KeyValue::new(HEAD_KEY.into(), head)]));
    Arc::new(properties.build())
}

/// Holds a row against what Parquet carries.
fn check(setting: &Setting<'_>, row: &Row) -> Result<(), FilesError> {
    remark::check(setting.layout, row)?;
    let beyond = |what: &str| {
        let what =
            format!("row {}, {what}: the number has more than the 18 digits of a column", row.seq);
        Err(FilesError::cannot(what, "take csv or json"))
    };
    if i64::try_from(row.seq).is_err() {
        return beyond("column `seq`");
    }
    if (row.end.unix_ns - row.start.unix_ns).unsigned_abs() >= STEPS_MAX {
        return beyond("column `duration_s`");
    }
    let steps = |place: &usize| {
        row.cells[*place].value().is_some_and(|steps| steps.unsigned_abs() >= STEPS_MAX)
    };
    match (0..row.cells.len()).find(steps) {
        Some(place) => beyond(&format!("column `{}`", setting.columns.headings[place].path)),
        None => Ok(()),
    }
}

/// A file that is being written.
struct Part<F: Files> {
    path: String,
    day: civil::Date,
    writer: SerializedFileWriter<F::File>,
    /// Rows of the next group.
    rows: Vec<Row>,
}

impl<F: Files> Part<F> {
    fn begin(
        files: &mut F,
        setting: &Setting<'_>,
        day: civil::Date,
        seq: u64,
    ) -> Result<Part<F>, FilesError> {
        let [job, device] =
            [&setting.layout.job, &setting.facts.serial].map(|name| partition(name));
        let path = format!("job={job}/device={device}/date={day}/part-{seq}.parquet");
        let file = files.create(&path).map_err(write_error)?;
        let writer =
            SerializedFileWriter::new(file, setting.schema.clone(), setting.properties.clone());
        Ok(Part { path, day, writer: writer.map_err(write_error)?, rows: Vec::new() })
    }

    fn add(&mut self, setting: &Setting<'_>, row: Row) -> Result<(), FilesError> {
        self.rows.push(row);
        if self.rows.len() == setting.group_rows { self.write_group(setting) } else { Ok(()) }
    }

    fn write_group(&mut self, setting: &Setting<'_>) -> Result<(), FilesError> {
        let mut group = self.writer.next_row_group().map_err(write_error)?;
        group::write(&mut group, setting.layout, setting.facts, &setting.columns, &self.rows)
            .map_err(write_error)?;
        group.close().map_err(write_error)?;
        self.rows.clear();
        Ok(())
    }

    fn finish(mut self, files: &mut F, setting: &Setting<'_>) -> Result<(), FilesError> {
        if !self.rows.is_empty() {
            self.write_group(setting)?;
        }
        let file = self.writer.into_inner().map_err(write_error)?;
        files.finish(&self.path, file).map_err(write_error)
    }
}
