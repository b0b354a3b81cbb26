//! Sealing: pending rows become a group of chunks in the database.

use super::group::{Group, HEADS, chunk_key, day_of, group_key, sealed_key};
use super::{History, items, read};
use crate::chunk::{self, Cells, Head, rows_max};
use crate::engine::{Batch, Change, StoreError, Table};
use crate::planted::{Mistake, planted};
use crate::row::Row;
use port::{DiskError, Timestamp};

/// How often room is made for one group: each time it is that of two.
const ROOMS_MAX: usize = 8;

/// The changes that write a group, and the group with its size.
pub(super) fn group_changes(
    layout: u32,
    first: u64,
    rows: &[Row],
    thinned_s: u32,
) -> (Batch, Group) {
    let mut group = Group { thinned_s, ..Group::of(rows.iter()) };
    let mut batch = Batch::new();
    let mut chunk = |column: u16, bytes: Vec<u8>| {
        group.bytes += bytes.len() as u64;
        batch.push(Change::Put(Table::Chunks, chunk_key(layout, column, first), bytes));
    };
    let head = |row: &Row| {
        let Row { seq, start, end, measured_ms, flags, .. } = *row;
        Head { seq, start, end, measured_ms, flags }
    };
    chunk(HEADS, chunk::encode_heads(&rows.iter().map(head).collect::<Vec<Head>>()));
    let columns = rows.first().map_or(0, |row| row.cells.len());
    for column in 0..columns {
        let cells = Cells {
            steps: rows.iter().map(|row| row.cells[column].steps).collect(),
            qualities: rows.iter().map(|row| row.cells[column].quality).collect(),
        };
        let number = u16::try_from(column).expect("a layout has at most some thousand columns");
        chunk(number, chunk::encode_cells(&cells));
    }
    batch.push(Change::Put(Table::Meta, group_key(layout, first), group.to_bytes()));
    (batch, group)
}

impl History {
    /// Seals what is due: of each layout the rows of days other than that of `now`, and whole groups; and
    /// all events. Then segments of the journal go that nothing is pending of. Tells what became of it.
    ///
    /// # Errors
    /// As the database says. Nothing is lost: what could not be sealed stays in the journal.
    pub fn seal_due(&mut self, now: Timestamp) -> Result<Vec<String>, StoreError> {
        let ids: Vec<u32> = self.pending.keys().copied().collect();
        let mut findings = Vec::new();
        for id in ids {
            while let Some(count) = self.due(id, now) {
                self.seal_with_room(id, count, &mut findings)?;
            }
        }
        self.seal_events()?;
        self.remove_segments()?;
        Ok(findings)
    }

    /// Length of the first run of rows that will not grow any more.
    fn due(&self, id: u32, now: Timestamp) -> Option<usize> {
        let pending = self.pending.get(&id)?;
        let day = day_of(pending.front()?.start);
        let most = rows_max(self.layout(id)?.columns.len());
        let run = pending.iter().take(most).take_while(|row| day_of(row.start) == day).count();
        (run == most || run < pending.len() || day != day_of(now)).then_some(run)
    }

    /// A full disk gives up the oldest history first. A database that takes nothing more until it is opened
    /// anew gives up nothing: the disk is full.
    fn seal_with_room(
        &mut self,
        id: u32,
        count: usize,
        findings: &mut Vec<String>,
    ) -> Result<(), StoreError> {
        for _ in 0..ROOMS_MAX {
            match self.seal(id, count, findings) {
                Err(StoreError::Disk(DiskError::Full)) => match self.make_room() {
                    Ok(Some(told)) => findings.push(told),
                    Ok(None) | Err(_) => return Err(DiskError::Full.into()),
                },
                other => return other,
            }
        }
        Err(DiskError::Full.into())
    }

    fn seal(
        &mut self,
        id: u32,
        count: usize,
        findings: &mut Vec<String>,
    ) -> Result<(), StoreError> {
        let layout = self.known(id)?;
        let columns = layout.columns.len();
        let mut rows = Vec::with_capacity(count);
        for pending in self.pending.get(&id).into_iter().flatten().take(count) {
            // What cannot be read now never will be, and must not keep the journal from going on.
            match read::pending_row(id, pending, columns) {
                Ok(row) => rows.push(row),
                Err(error) => findings.push(error.to_string()),
            }
        }
        let last = self.pending[&id][count - 1].seq;
        let mut batch = Batch::new();
        let mut sealed = None;
        if let Some(first) = rows.first().map(|row| row.seq) {
            let (changes, group) = group_changes(id, first, &rows, 0);
            batch = changes;
            sealed = Some((first, group));
        }
        batch.push(Change::Put(Table::Meta, sealed_key(id), last.to_be_bytes().to_vec()));
        if !self.stored.contains(&id) {
            let value = items::layout_bytes(layout);
            batch.push(Change::Put(Table::Layouts, id.to_be_bytes().to_vec(), value));
        }
        if planted(Mistake::JournalRemovedEarly) {
            self.sealed.insert(id, last);
            self.remove_segments()?;
        }
        self.store.commit(&batch)?;
        self.stored.insert(id);
        self.sealed.insert(id, last);
        self.groups.extend(sealed.map(|(first, group)| ((id, first), group)));
        self.pending.get_mut(&id).expect("its rows were just read").drain(..count);
        Ok(())
    }

    /// Removes segments from the oldest on, as long as nothing in them is pending.
    fn remove_segments(&mut self) -> Result<(), StoreError> {
        let newest = self.journal.segment();
        let events = self.events.sealed.map_or(0, |sealed| sealed.seq);
        for segment in self.journal.segments() {
            let done = self.segments.get(&segment).is_none_or(|holds| {
                let sealed = |id: &u32| self.sealed.get(id).copied().unwrap_or(0);
                holds.event <= events && holds.rows.iter().all(|(id, seq)| *seq <= sealed(id))
            });
            if !done || segment == newest {
                break;
            }
            self.journal.remove(segment)?;
            self.segments.remove(&segment);
        }
        Ok(())
    }
}
