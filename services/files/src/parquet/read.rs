//! Rows out of a file.

use super::{HEAD_KEY, group, group_rows, schema};
use crate::Imported;
use crate::columns::Columns;
use crate::error::{FilesError, read_error};
use crate::head::Head;
use ::parquet::errors::ParquetError;
use ::parquet::file::metadata::ParquetMetaData;
use ::parquet::file::reader::{ChunkReader, FileReader, SerializedFileReader};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::vec::IntoIter;
use store::{Row, Rows, StoreError};

/// Reads one file: a `std::fs::File`, or what can be read at places like one.
///
/// # Errors
/// If it is none of ours; later errors come with the rows.
pub fn read<R: ChunkReader + 'static>(input: R) -> Result<Imported<'static>, FilesError> {
    let foreign = |error: ParquetError| FilesError::Foreign(error.to_string());
    let file = sound("footer", || SerializedFileReader::new(input).map_err(foreign))?;
    let head = head(file.metadata())?;
    let layout = head.layout()?;
    let columns = Columns::of(&layout)?;
    check(file.metadata(), &columns)?;
    let groups = Groups { file, columns, next: 0, rows: Vec::new().into_iter() };
    let rows: Rows<'static> = Box::new(groups);
    Ok(Imported { serial: head.serial, layout, rows })
}

fn head(metadata: &ParquetMetaData) -> Result<Head, FilesError> {
    let pairs = metadata.file_metadata().key_value_metadata();
    let text = pairs
        .into_iter()
        .flatten()
        .find(|pair| pair.key == HEAD_KEY)
        .and_then(|pair| pair.value.as_ref());
    Head::from_json(
        text.ok_or_else(|| FilesError::Foreign(format!("its metadata has no `{HEAD_KEY}`")))?,
    )
}

/// Holds the file's schema and the size of its groups against what is written here.
fn check(metadata: &ParquetMetaData, columns: &Columns) -> Result<(), FilesError> {
    let ours = schema(columns).map_err(read_error)?;
    if metadata.file_metadata().schema() != &*ours {
        return Err(FilesError::Foreign("its columns are not those that its head tells".into()));
    }
    let largest = metadata.row_groups().iter().map(|group| group.num_rows()).max().unwrap_or(0);
    if usize::try_from(largest).is_ok_and(|rows| rows <= group_rows(columns)) {
        Ok(())
    } else {
        Err(FilesError::Foreign(format!("it has a row group of {largest} rows")))
    }
}

/// The rows of a file, a group at a time.
struct Groups<R: ChunkReader + 'static> {
    file: SerializedFileReader<R>,
    columns: Columns,
    next: usize,
    rows: IntoIter<Row>,
}

impl<R: ChunkReader + 'static> Iterator for Groups<R> {
    type Item = Result<Row, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.rows.len() == 0 {
            if self.next == self.file.num_row_groups() {
                return None;
            }
            match self.read_group() {
                Ok(rows) => self.rows = rows.into_iter(),
                Err(error) => {
                    self.next = self.file.num_row_groups();
                    return Some(Err(error.into()));
                }
            }
        }
        self.rows.next().map(Ok)
    }
}

impl<R: ChunkReader + 'static> Groups<R> {
    fn read_group(&mut self) -> Result<Vec<Row>, FilesError> {
        let place = format!("row group {}", self.next + 1);
        let read = || {
            let group = self.file.get_row_group(self.next).map_err(read_error)?;
            group::read(&*group, &self.columns, &place)
        };
        let rows = sound(&place, read)?;
        self.next += 1;
        Ok(rows)
    }
}

/// What a reading of the library gives. It panics on some damaged pages (an index beyond their end); such a
/// file is damaged, and nothing of the reading is used after it.
fn sound<T>(place: &str, read: impl FnOnce() -> Result<T, FilesError>) -> Result<T, FilesError> {
    let damaged = |_| FilesError::wrong(place, "the file is damaged");
    catch_unwind(AssertUnwindSafe(read)).map_err(damaged)?
}
