//! Parquet: a file a day and device in folders that engines know as partitions.
//!
//! Values are whole numbers with decimals (`DECIMAL`), so sums in SQL are exact; none is a null. Columns are
//! called by their path with `_` for `/` and `.`, so that SQL needs no quotes. What a file is of stands in its
//! head, the text `ems.head` of the file's metadata.

mod group;
mod read;
mod write;

pub use read::read;
pub use write::{Files, write};

use crate::columns::Columns;
use ::parquet::errors::ParquetError;
use ::parquet::schema::parser::parse_message_type;
use ::parquet::schema::types::TypePtr;
use std::sync::Arc;

/// Where the head stands in a file's metadata.
const HEAD_KEY: &str = "ems.head";

/// Cells of a row group, which is what is held in memory: 16 bytes each.
const GROUP_CELLS: usize = 1 << 20;

/// Rows of a row group, however few its columns: most engines read a group at a time. It may only grow,
/// since the reader refuses larger groups.
const GROUP_ROWS: usize = 1 << 16;

/// Steps that a DECIMAL of 18 digits, the most that 64 bits hold, does not have.
const STEPS_MAX: u64 = 1_000_000_000_000_000_000;

/// Columns before those of the layout.
const FIRST: &str = "
    REQUIRED BYTE_ARRAY device (STRING);
    REQUIRED BYTE_ARRAY job (STRING);
    REQUIRED INT64 timestamp (TIMESTAMP(MICROS,true));
    REQUIRED INT32 timestamp_rest_ns;
    REQUIRED INT64 duration_s (DECIMAL(18,9));
    REQUIRED INT64 measured_s (DECIMAL(18,3));
    REQUIRED INT64 seq;
    REQUIRED BYTE_ARRAY quality (STRING);
    REQUIRED INT32 flags;";

/// How many those are.
const FIRST_COUNT: usize = 9;

/// Rows of a group with so many columns.
fn group_rows(columns: &Columns) -> usize {
    (GROUP_CELLS / columns.headings.len().max(1)).clamp(1, GROUP_ROWS)
}

/// The schema, which depends on the columns and on nothing else.
fn schema(columns: &Columns) -> Result<TypePtr, ParquetError> {
    let ours = columns.headings.iter();
    let ours = ours.map(|h| format!("OPTIONAL INT64 {} (DECIMAL(18,{}));", h.sql(), h.decimals));
    let ours = ours.collect::<Vec<_>>().join("\n");
    let message =
        format!("message rows {{{FIRST}\n{ours}\nOPTIONAL BYTE_ARRAY remarks (STRING);}}");
    parse_message_type(&message).map(Arc::new)
}
