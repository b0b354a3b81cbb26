//! A database is compacted as it grows, not as days pass: each time reads all of it.

use catalog::points;
use image::MeterId;
use port::Timestamp;
use sim::disk::SimDisk;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use store::engine::Memory;
use store::history::History;
use store::{Aggregate, Batch, Cell, Column, Layout, Row, RowFlags, Store, StoreError, Table};

const DAY_S: i64 = 86_400;

/// A store that counts how often it was compacted.
struct Counting {
    store: Memory,
    compacted: Arc<AtomicU64>,
}

impl Store for Counting {
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.store.get(table, key)
    }

    fn scan(
        &self,
        table: Table,
        from: &[u8],
        to: Option<&[u8]>,
        visit: &mut dyn FnMut(&[u8], &[u8]) -> bool,
    ) -> Result<(), StoreError> {
        self.store.scan(table, from, to, visit)
    }

    fn commit(&mut self, batch: &Batch) -> Result<(), StoreError> {
        self.store.commit(batch)
    }

    fn bytes_on_disk(&self) -> Result<u64, StoreError> {
        self.store.bytes_on_disk()
    }

    fn compact(&mut self) -> Result<(), StoreError> {
        self.compacted.fetch_add(1, Ordering::Relaxed);
        self.store.compact()
    }
}

fn layout() -> Layout {
    let column = Column { meter: MeterId::Main, point: points()[0].id, aggregate: Aggregate::Mean };
    Layout { id: 0, job: "days".into(), interval_s: 3600, columns: vec![column] }
}

fn row(day: i64) -> Row {
    let at = |s: i64| Timestamp::from_unix_s(1_767_571_200 + day * DAY_S + s);
    Row {
        seq: 0,
        start: at(0),
        end: at(3600),
        measured_ms: 3_600_000,
        flags: RowFlags::NONE,
        cells: vec![Cell::good(day)],
    }
}

/// [D-8] The first day, and then whenever a quarter more is there: a thousand days are some thirty times.
#[test]
fn a_database_is_compacted_as_it_grows() {
    let compacted = Arc::new(AtomicU64::new(0));
    let store = Counting { store: Memory::new(), compacted: Arc::clone(&compacted) };
    let (mut history, _) = History::open(Box::new(SimDisk::new()), Box::new(store)).unwrap();
    let id = history.register(&layout()).unwrap();
    for day in 0..1000 {
        history.append(vec![(id, row(day))], Vec::new()).unwrap();
        history.seal_due(row(day).end).unwrap();
        history.compact_if_grown().unwrap();
    }
    let times = compacted.load(Ordering::Relaxed);
    assert!((20..40).contains(&times), "{times} times");
    // Nothing more has come: nothing is done.
    (0..100).for_each(|_| history.compact_if_grown().unwrap());
    assert_eq!(compacted.load(Ordering::Relaxed), times);
}
