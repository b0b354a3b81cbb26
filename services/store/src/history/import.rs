//! Import: rows of an export that are not there.

use super::{History, RowsOf};
use crate::engine::StoreError;
use crate::journal::PAYLOAD_BYTES_MAX;
use crate::row::{Row, RowFlag};
use port::Timestamp;
use std::collections::BTreeSet;

/// Rows that are compared with what is there at once.
const ROWS_AT_ONCE: usize = 4096;

/// Bytes of a cell and of what a row has beside them, at most.
const CELL_BYTES_MAX: usize = 12;
const HEAD_BYTES_MAX: usize = 64;

/// What became of imported rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Imported {
    /// Rows that were added.
    pub added: u64,
    /// Rows that were there, by their beginning and end.
    pub known: u64,
}

impl History {
    /// Adds the rows that the layout does not have, each with the flag `Imported` and a number of its own: it
    /// is told behind what was there before. Whether a row is there is told by its beginning and end.
    ///
    /// # Errors
    /// As [`History::append`] and [`History::rows`]; the rows before the one that failed may be there, and
    /// the same import again adds the rest.
    pub fn import(
        &mut self,
        layout: u32,
        rows: impl IntoIterator<Item = Row>,
    ) -> Result<Imported, StoreError> {
        let width = self.known(layout)?.columns.len();
        let row_bytes = HEAD_BYTES_MAX + CELL_BYTES_MAX * width;
        let at_once = (PAYLOAD_BYTES_MAX / row_bytes).clamp(1, ROWS_AT_ONCE);
        let mut rows = rows.into_iter();
        let mut imported = Imported::default();
        loop {
            let some: Vec<Row> = rows.by_ref().take(at_once).collect();
            if some.is_empty() {
                return Ok(imported);
            }
            self.import_some(layout, some, &mut imported)?;
        }
    }

    fn import_some(
        &mut self,
        layout: u32,
        rows: Vec<Row>,
        imported: &mut Imported,
    ) -> Result<(), StoreError> {
        let mut known = self.intervals(layout, &rows)?;
        let mut new = Vec::with_capacity(rows.len());
        for mut row in rows {
            if known.insert((row.start, row.end)) {
                row.flags = row.flags.with(RowFlag::Imported, true);
                new.push((layout, row));
            } else {
                imported.known += 1;
            }
        }
        let added = new.len() as u64;
        self.append(new, Vec::new())?;
        imported.added += added;
        Ok(())
    }

    /// Beginnings and ends of what is there over the time of some rows.
    fn intervals(
        &self,
        layout: u32,
        rows: &[Row],
    ) -> Result<BTreeSet<(Timestamp, Timestamp)>, StoreError> {
        let starts = rows.iter().map(|row| row.start);
        let (Some(from), Some(last)) = (starts.clone().min(), starts.max()) else {
            return Ok(BTreeSet::new());
        };
        let to = Timestamp { unix_ns: last.unix_ns.saturating_add(1) };
        let ask = RowsOf { layout, from, to, columns: Some(Vec::new()), after: None };
        let wanted: BTreeSet<Timestamp> = rows.iter().map(|row| row.start).collect();
        let mut known = BTreeSet::new();
        for part in self.parts(&ask)? {
            let heads = part?.heads.into_iter().filter(|head| wanted.contains(&head.start));
            known.extend(heads.map(|head| (head.start, head.end)));
        }
        Ok(known)
    }
}
