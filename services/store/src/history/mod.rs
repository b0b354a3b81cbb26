//! The history: rows and events from the journal and the database, as one.
//!
//! *Pending*: in the journal and not sealed yet; its bytes are in memory too. *Sealed*: in the database, in
//! groups of rows. A group and the mark that says how far a layout is sealed go into the database in one
//! batch, and only then may a segment of the journal go: so a row is always in one of them, and told once.
//!
//! Rows are told by their numbers, which no clock changes. The number of a layout is taken from what it
//! says, so it is the same in a database that had to be begun anew.

mod check;
mod cursors;
mod events;
mod group;
mod import;
mod items;
mod open;
mod read;
mod retain;
mod seal;
mod thin;

pub use check::{JobStats, Stats};
pub use cursors::{Delivery, Stream};
pub use import::Imported;
pub use items::column_from;
pub use read::{Part, Parts, RowsOf};
pub use retain::{Keep, Thin};

use crate::engine::{Change, Store, StoreError, Table};
use crate::event::Event;
use crate::journal::{Journal, PAYLOAD_BYTES_MAX};
use crate::row::{Layout, Row, RowFlag};
use events::EventLog;
use group::Group;
use items::{COLUMNS_MAX, Marks, NAME_BYTES_MAX};
use port::{Disk, Timestamp};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Growth after which it pays to compact a database, as a part of it: a quarter is wasted at the most.
const COMPACTED_PART: u64 = 4;

/// A row that is in the journal only.
#[derive(Debug)]
struct Pending {
    seq: u64,
    start: Timestamp,
    bytes: Vec<u8>,
}

/// What a segment of the journal holds, to know when it may go.
#[derive(Debug, Default)]
struct Holds {
    /// Newest row by layout.
    rows: BTreeMap<u32, u64>,
    /// Newest event.
    event: u64,
}

/// Rows and events of all jobs.
pub struct History {
    journal: Journal,
    store: Box<dyn Store>,
    layouts: Vec<Layout>,
    /// Layouts that the database has.
    stored: BTreeSet<u32>,
    /// By layout and number of the first row.
    groups: BTreeMap<(u32, u64), Group>,
    pending: BTreeMap<u32, VecDeque<Pending>>,
    /// By layout: number of the last row that is sealed.
    sealed: BTreeMap<u32, u64>,
    /// By job: number of the newest row.
    newest: BTreeMap<String, u64>,
    segments: BTreeMap<u64, Holds>,
    /// Layouts that the newest segment tells.
    told: BTreeSet<u32>,
    events: EventLog,
    cursors: BTreeMap<(String, Stream), u64>,
    /// Bytes of the database when it was last compacted.
    compacted: Option<u64>,
}

fn asked(what: impl Into<String>) -> StoreError {
    StoreError::Asked(what.into())
}

impl History {
    /// Opens journal and database, and tells what was not as it should be.
    ///
    /// # Errors
    /// If the disk cannot be read, or the database cannot say what is in it. Damage within either is told
    /// and stepped over.
    pub fn open(
        disk: Box<dyn Disk>,
        store: Box<dyn Store>,
    ) -> Result<(History, Vec<String>), StoreError> {
        open::open(disk, store)
    }

    /// Number of a layout: the known one if job, interval and columns are equal, else a new one, durable
    /// when this returns. The layout's own `id` is not looked at.
    ///
    /// # Errors
    /// `Asked` if it has no columns, too many, or too long a name; else as the database says.
    pub fn register(&mut self, layout: &Layout) -> Result<u32, StoreError> {
        if layout.columns.is_empty() || layout.columns.len() > COLUMNS_MAX {
            let count = layout.columns.len();
            return Err(asked(format!("{count} columns; a job has 1 to {COLUMNS_MAX}")));
        }
        if layout.job.len() > NAME_BYTES_MAX || layout.interval_s == 0 {
            return Err(asked("a job needs an interval, and a name of at most 200 bytes"));
        }
        let id = self.id_of(layout);
        let layout = Layout { id, ..layout.clone() };
        if !self.stored.contains(&id) {
            let value = items::layout_bytes(&layout);
            self.store.commit(&vec![Change::Put(
                Table::Layouts,
                id.to_be_bytes().to_vec(),
                value,
            )])?;
            self.stored.insert(id);
        }
        if self.layout(id).is_none() {
            self.layouts.push(layout);
        }
        Ok(id)
    }

    /// The first bytes of its SHA-256, or the next number that is free.
    fn id_of(&self, layout: &Layout) -> u32 {
        let hash: [u8; 32] = Sha256::digest(items::layout_bytes(layout)).into();
        let mut id = u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]]).max(1);
        let same = |known: &Layout| {
            (&known.job, known.interval_s, &known.columns)
                == (&layout.job, layout.interval_s, &layout.columns)
        };
        while self.layout(id).is_some_and(|known| !same(known)) {
            id = id.wrapping_add(1).max(1);
        }
        id
    }

    /// All layouts there ever were, in no order that means anything.
    pub fn layouts(&self) -> &[Layout] {
        &self.layouts
    }

    /// A layout by its number.
    pub fn layout(&self, id: u32) -> Option<&Layout> {
        self.layouts.iter().find(|layout| layout.id == id)
    }

    fn known(&self, id: u32) -> Result<&Layout, StoreError> {
        self.layout(id).ok_or_else(|| asked(format!("there is no layout {id}")))
    }

    /// Number of the newest row of a job; 0 before the first.
    pub fn newest_row(&self, job: &str) -> u64 {
        self.newest.get(job).copied().unwrap_or(0)
    }

    /// Numbers of the layouts of a job.
    fn layouts_of(&self, job: &str) -> Vec<u32> {
        let of_job = self.layouts.iter().filter(|layout| layout.job == job);
        of_job.map(|layout| layout.id).collect()
    }

    /// Adds rows, each with its layout, and events. They get their numbers here, and are durable when this
    /// returns: one write and one sync. All of them are there then, or none.
    ///
    /// # Errors
    /// `Asked` if a row does not fit its layout, or all together are longer than a record of the journal
    /// ([`PAYLOAD_BYTES_MAX`]). `Disk(Full)`: nothing was added; make room and try again. Other errors of the
    /// disk: whether they are there is seen when the history is opened anew.
    pub fn append(&mut self, rows: Vec<(u32, Row)>, events: Vec<Event>) -> Result<(), StoreError> {
        let mut newest = BTreeMap::<String, u64>::new();
        let mut payload = Vec::new();
        let mut pending = Vec::with_capacity(rows.len());
        for (id, mut row) in rows {
            let layout = self.known(id)?;
            if row.cells.len() != layout.columns.len() {
                return Err(asked(format!("a row of layout {id} has another number of cells")));
            }
            let before = self.newest.get(&layout.job).copied().unwrap_or(0);
            let seq = newest.entry(layout.job.clone()).or_insert(before);
            *seq += 1;
            row.seq = *seq;
            let bytes = items::row_bytes(&row);
            items::put_row(&mut payload, id, &bytes);
            pending.push((id, Pending { seq: row.seq, start: row.start, bytes }));
        }
        let events = self.events.chained(events)?;
        for event in &events {
            items::put_event(&mut payload, &event.before, &event.bytes);
        }
        if payload.is_empty() {
            return Ok(());
        }
        let segment = self.write(&pending, &payload)?;
        self.newest.extend(newest);
        let holds = self.segments.entry(segment).or_default();
        for (id, row) in pending {
            holds.rows.insert(id, row.seq);
            self.pending.entry(id).or_default().push_back(row);
        }
        for event in events {
            holds.event = event.seq;
            self.events.add(event);
        }
        Ok(())
    }

    /// Writes a record, before it what the segment does not tell yet; returns the segment.
    fn write(&mut self, rows: &[(u32, Pending)], payload: &[u8]) -> Result<u64, StoreError> {
        if payload.len() > PAYLOAD_BYTES_MAX {
            let bytes = payload.len();
            return Err(asked(format!(
                "a batch of {bytes} bytes; at most {PAYLOAD_BYTES_MAX} go at once"
            )));
        }
        let needed: BTreeSet<u32> = rows.iter().map(|(id, _)| *id).collect();
        let mut untold = self.preamble(needed.difference(&self.told));
        let bytes = |untold: &[Vec<u8>]| untold.iter().map(Vec::len).sum::<usize>() + payload.len();
        if !self.journal.fits(untold.len() + 1, bytes(&untold)) {
            let mut marks = Vec::new();
            items::put_marks(&mut marks, &self.marks());
            self.journal.turn()?;
            self.told.clear();
            untold = self.preamble(needed.iter());
            untold.insert(0, marks);
        }
        for told in untold {
            self.journal.append(&told)?;
        }
        self.told.extend(needed);
        self.journal.append(payload)
    }

    fn preamble<'a>(&self, layouts: impl Iterator<Item = &'a u32>) -> Vec<Vec<u8>> {
        let layouts = layouts.filter_map(|id| self.layout(*id));
        let told = layouts.map(|layout| {
            let mut item = Vec::new();
            items::put_layout(&mut item, layout);
            item
        });
        told.collect()
    }

    fn marks(&self) -> Marks {
        Marks { rows: self.newest.clone(), event: self.events.newest, hash: self.events.hash }
    }

    /// The newest row of a job that was measured, not imported, with its layout.
    ///
    /// # Errors
    /// If it cannot be read, or is damaged.
    pub fn last_row(&self, job: &str) -> Result<Option<(Layout, Row)>, StoreError> {
        let mut newest: Option<(u32, Row)> = None;
        for id in self.layouts_of(job) {
            let after = newest.as_ref().map_or(0, |(_, row)| row.seq);
            if let Some(row) = self.last_of(id, after)? {
                newest = Some((id, row));
            }
        }
        Ok(newest.and_then(|(id, row)| Some((self.layout(id)?.clone(), row))))
    }

    /// The newest measured row of a layout, if its number is above another one.
    fn last_of(&self, id: u32, above: u64) -> Result<Option<Row>, StoreError> {
        let columns = self.known(id)?.columns.len();
        let measured = |row: &Row| !row.flags.contains(RowFlag::Imported);
        for pending in self.pending.get(&id).into_iter().flatten().rev() {
            let row = read::pending_row(id, pending, columns)?;
            if measured(&row) {
                return Ok((row.seq > above).then_some(row));
            }
        }
        for (&(_, first), group) in self.groups.range((id, 0)..=(id, u64::MAX)).rev() {
            if group.last <= above {
                break;
            }
            let all: Vec<usize> = (0..columns).collect();
            let part = read::part_of(self.store.as_ref(), id, first, &all)?;
            let rows = (0..part.heads.len()).rev().map(|row| part.row(row));
            if let Some(row) = rows.into_iter().find(measured) {
                return Ok((row.seq > above).then_some(row));
            }
        }
        Ok(None)
    }

    /// Gives the space that the database does not need back to the disk. It reads all of it, and rewrites
    /// what lies behind the gaps: for a time when little happens.
    ///
    /// # Errors
    /// As the database says; nothing is lost.
    pub fn compact(&mut self) -> Result<(), StoreError> {
        self.store.compact()?;
        self.compacted = Some(self.store.bytes_on_disk()?);
        Ok(())
    }

    /// The same if the database has grown by more than a quarter since the last time, or if it was never
    /// done since it was opened. So the work over the years is some times the size, whatever the number of days.
    ///
    /// # Errors
    /// As [`History::compact`].
    pub fn compact_if_grown(&mut self) -> Result<(), StoreError> {
        let bytes = self.store.bytes_on_disk()?;
        match self.compacted {
            Some(compacted) if bytes <= compacted + compacted / COMPACTED_PART => Ok(()),
            Some(_) | None => self.compact(),
        }
    }

    /// Closes the history and gives the database back.
    pub fn into_store(self) -> Box<dyn Store> {
        self.store
    }
}
