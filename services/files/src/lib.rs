//! Files of the history: CSV, JSON, Parquet and XLSX, out and in.
//!
//! *Layout* and *row* are the store's. *Remark*: why a cell is not good, `path=reason`. *Steps*: a value as
//! the integer that the store keeps; it is printed with the decimals of its column and never becomes a
//! floating number, so what is imported is what was exported.
//!
//! Nothing here opens a file, makes a temporary one or reads a clock: the binary does, and gives the
//! [`Facts`]. Rows pass one by one; only XLSX holds a whole sheet, and is bounded for that.

mod columns;
pub mod csv;
mod decimal;
mod error;
mod head;
pub mod json;
mod name;
pub mod parquet;
mod remark;
mod stamp;
mod sum;
pub mod xlsx;

pub use error::FilesError;
pub use name::file_name;
pub use sum::{Summed, sidecar};

use jiff::tz::TimeZone;
use port::Timestamp;
use store::{Layout, Rows};

/// What every export tells of where it comes from.
#[derive(Debug, Clone)]
pub struct Facts {
    /// Serial number of the device.
    pub serial: String,
    /// Version of the program.
    pub version: String,
    /// Id of the software that measures.
    pub software_id: String,
    /// Zone of local times and offsets.
    pub zone: TimeZone,
    /// When the export is made; a file is the same bytes for the same facts and rows.
    pub created: Timestamp,
}

/// What a file told.
pub struct Imported<'a> {
    /// Serial number of the device that exported it.
    pub serial: String,
    /// The layout of its rows; its id is 0, since the store that takes them gives one.
    pub layout: Layout,
    /// The rows as they were exported, read as they are asked for. After an error there are no more.
    pub rows: Rows<'a>,
}
