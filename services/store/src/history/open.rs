//! Opening: what the database says, then what the journal has beyond it.

use super::events::{EventLog, Sealed};
use super::group::{Group, Meta, meta_from};
use super::items::{self, Item};
use super::{History, Holds, Pending, cursors};
use crate::engine::{Store, StoreError, Table};
use crate::journal::{Journal, Record};
use crate::planted::{Mistake, planted};
use crate::row::Layout;
use port::Disk;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

pub(super) fn open(
    disk: Box<dyn Disk>,
    store: Box<dyn Store>,
) -> Result<(History, Vec<String>), StoreError> {
    let mut opening = Opening::default();
    opening.layouts(store.as_ref())?;
    opening.meta(store.as_ref())?;
    let cursors = cursors::all(store.as_ref())?;
    let (journal, mut findings) = Journal::open(disk, &mut |record| opening.record(record))?;
    opening.gaps();
    findings.append(&mut opening.findings);
    let newest_segment = journal.segment();
    let told = opening.told.remove(&newest_segment).unwrap_or_default();
    let history = History {
        journal,
        store,
        layouts: opening.layouts,
        stored: opening.stored,
        groups: opening.groups,
        pending: opening.pending,
        sealed: opening.sealed,
        newest: opening.newest,
        segments: opening.segments,
        told,
        events: opening.events,
        cursors,
        compacted: None,
    };
    Ok((history, findings))
}

#[derive(Default)]
struct Opening {
    layouts: Vec<Layout>,
    stored: BTreeSet<u32>,
    groups: BTreeMap<(u32, u64), Group>,
    pending: BTreeMap<u32, VecDeque<Pending>>,
    sealed: BTreeMap<u32, u64>,
    newest: BTreeMap<String, u64>,
    segments: BTreeMap<u64, Holds>,
    told: BTreeMap<u64, BTreeSet<u32>>,
    events: EventLog,
    /// Numbers of layouts that rows have and nobody tells, with how many rows.
    unknown: BTreeMap<u32, u64>,
    findings: Vec<String>,
}

impl Opening {
    fn layouts(&mut self, store: &dyn Store) -> Result<(), StoreError> {
        store.scan(Table::Layouts, &[], None, &mut |key, value| {
            if let Ok(id) = key.try_into().map(u32::from_be_bytes) {
                self.stored.insert(id);
                self.layout(id, value);
            }
            true
        })
    }

    fn layout(&mut self, id: u32, bytes: &[u8]) {
        if self.layouts.iter().any(|layout| layout.id == id) {
            return;
        }
        match items::layout_from(id, bytes) {
            Ok(layout) => self.layouts.push(layout),
            Err(what) => self.findings.push(format!("layout {id} cannot be read: {what}")),
        }
    }

    fn meta(&mut self, store: &dyn Store) -> Result<(), StoreError> {
        store.scan(Table::Meta, &[], None, &mut |key, value| {
            match meta_from(key, value) {
                Some(Meta::Group(layout, first, group)) => {
                    self.groups.insert((layout, first), group);
                }
                Some(Meta::Sealed(layout, seq)) => {
                    self.sealed.insert(layout, seq);
                }
                Some(Meta::EventsSealed(seq, hash)) => {
                    self.events.sealed = Some(Sealed { seq, hash });
                    (self.events.newest, self.events.hash) = (seq, hash);
                }
                Some(Meta::EventsAnchor(seq, hash)) => {
                    self.events.anchor = Some(Sealed { seq, hash });
                }
                Some(Meta::Other) => {}
                None => self.findings.push(format!("meta: the entry {key:?} makes no sense")),
            }
            true
        })?;
        for (id, seq) in self.sealed.clone() {
            self.count(id, seq);
        }
        Ok(())
    }

    /// A row of this number was seen.
    fn count(&mut self, id: u32, seq: u64) {
        if let Some(layout) = self.layouts.iter().find(|layout| layout.id == id) {
            let newest = self.newest.entry(layout.job.clone()).or_insert(0);
            *newest = seq.max(*newest);
        }
    }

    fn record(&mut self, record: Record) {
        for item in items::items(record.payload) {
            match item {
                Some(item) => self.item(record.segment, item),
                None => self.findings.push(format!(
                    "journal: record {} is whole and makes no sense: another version wrote it",
                    record.sequence
                )),
            }
        }
    }

    fn item(&mut self, segment: u64, item: Item) {
        match item {
            Item::Marks(marks) => {
                for (job, seq) in marks.rows {
                    let newest = self.newest.entry(job).or_insert(0);
                    *newest = seq.max(*newest);
                }
                self.events.remember(marks.event, marks.hash);
            }
            Item::Layout(id, bytes) => {
                self.layout(id, bytes);
                self.told.entry(segment).or_default().insert(id);
            }
            Item::Row(id, seq, start, bytes) => {
                let holds = self.segments.entry(segment).or_default();
                holds.rows.insert(id, seq);
                self.row(id, Pending { seq, start, bytes: bytes.to_vec() });
            }
            Item::Event(before, bytes) => {
                if let Some(seq) = self.events.found(&before, bytes, &mut self.findings) {
                    self.segments.entry(segment).or_default().event = seq;
                }
            }
        }
    }

    fn row(&mut self, id: u32, row: Pending) {
        if !self.layouts.iter().any(|layout| layout.id == id) {
            *self.unknown.entry(id).or_insert(0) += 1;
            return;
        }
        self.count(id, row.seq);
        let sealed = self.sealed.get(&id).copied().unwrap_or(0);
        if row.seq > sealed || planted(Mistake::RowCountedTwiceAtSeal) {
            self.pending.entry(id).or_default().push_back(row);
        }
    }

    /// Rows of a job have numbers without gaps, from the last sealed one on.
    fn gaps(&mut self) {
        let mut by_job = BTreeMap::<&str, (Option<u64>, Vec<u64>)>::new();
        for layout in &self.layouts {
            let (sealed, seqs) = by_job.entry(&layout.job).or_default();
            *sealed = (*sealed).max(self.sealed.get(&layout.id).copied());
            seqs.extend(self.pending.get(&layout.id).into_iter().flatten().map(|row| row.seq));
        }
        for (job, (sealed, mut seqs)) in by_job {
            seqs.retain(|seq| sealed.is_none_or(|sealed| *seq > sealed));
            seqs.extend(sealed);
            seqs.sort_unstable();
            for pair in seqs.windows(2).filter(|pair| pair[1] > pair[0] + 1) {
                let (from, to) = (pair[0] + 1, pair[1] - 1);
                self.findings.push(format!("job {job}: rows {from} to {to} are lost"));
            }
        }
        for (id, rows) in &self.unknown {
            self.findings.push(format!("journal: {rows} rows of layout {id} cannot be read"));
        }
    }
}
