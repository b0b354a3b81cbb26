//! A database that is not there after the program: for tests, and for a meter that is to keep nothing.
//!
//! Clones are handles of the same contents, so that a test opens again what it has closed; faults are told
//! to it.

use super::{Batch, Change, Store, StoreError, Table};
use port::DiskError;
use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard};

/// What becomes of a commit that fails: the contract allows both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailedCommit {
    /// None of its changes are there.
    Without,
    /// All of its changes are there.
    With,
}

#[derive(Debug, Clone, Default)]
struct Contents {
    tables: [BTreeMap<Vec<u8>, Vec<u8>>; Table::ALL.len()],
    bytes: u64,
    capacity_bytes: Option<u64>,
    failing: Option<(u64, FailedCommit)>,
}

impl Contents {
    /// A batch that gives space back is taken even if there is still too much.
    fn would_be_full(&self, batch: &Batch) -> bool {
        let Some(capacity) = self.capacity_bytes else { return false };
        let mut after = self.clone();
        after.apply(batch);
        after.bytes > capacity && after.bytes > self.bytes
    }

    fn apply(&mut self, batch: &Batch) {
        for change in batch {
            let (table, key, value) = match change {
                Change::Put(table, key, value) => (*table, key, Some(value)),
                Change::Delete(table, key) => (*table, key, None),
            };
            let table = &mut self.tables[table as usize];
            let before = match value {
                Some(value) => {
                    self.bytes += (key.len() + value.len()) as u64;
                    table.insert(key.clone(), value.clone())
                }
                None => table.remove(key),
            };
            self.bytes -= before.map_or(0, |value| (key.len() + value.len()) as u64);
        }
    }
}

/// A database in memory.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    contents: Arc<Mutex<Contents>>,
}

impl Memory {
    /// An empty one.
    pub fn new() -> Memory {
        Memory::default()
    }

    /// One of its own, with the same contents and no faults.
    #[must_use]
    pub fn copy(&self) -> Memory {
        let contents = self.locked().clone();
        let copy = Contents { capacity_bytes: None, failing: None, ..contents };
        Memory { contents: Arc::new(Mutex::new(copy)) }
    }

    /// The commit that comes after so many others fails.
    pub fn fail_commit(&self, after: u64, how: FailedCommit) {
        self.locked().failing = Some((after, how));
    }

    /// No commit is to fail any more.
    pub fn heal(&self) {
        self.locked().failing = None;
    }

    /// Keys and values together may have so many bytes from now on.
    pub fn set_capacity(&self, bytes: Option<u64>) {
        self.locked().capacity_bytes = bytes;
    }

    fn locked(&self) -> MutexGuard<'_, Contents> {
        self.contents.lock().expect("nobody panics with it")
    }
}

impl Store for Memory {
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.locked().tables[table as usize].get(key).cloned())
    }

    fn scan(
        &self,
        table: Table,
        from: &[u8],
        to: Option<&[u8]>,
        visit: &mut dyn FnMut(&[u8], &[u8]) -> bool,
    ) -> Result<(), StoreError> {
        if to.is_some_and(|to| to < from) {
            return Ok(());
        }
        let end = to.map_or(Bound::Unbounded, Bound::Excluded);
        let locked = self.locked();
        for (key, value) in
            locked.tables[table as usize].range::<[u8], _>((Bound::Included(from), end))
        {
            if !visit(key, value) {
                break;
            }
        }
        Ok(())
    }

    fn commit(&mut self, batch: &Batch) -> Result<(), StoreError> {
        let mut contents = self.locked();
        let fails = match &mut contents.failing {
            Some((0, how)) => Some(*how),
            Some((after, _)) => {
                *after -= 1;
                None
            }
            None => None,
        };
        if let Some(how) = fails {
            contents.failing = None;
            if how == FailedCommit::With {
                contents.apply(batch);
            }
            return Err(DiskError::Io("a fault that was asked for".into()).into());
        }
        if contents.would_be_full(batch) {
            return Err(DiskError::Full.into());
        }
        contents.apply(batch);
        Ok(())
    }

    fn bytes_on_disk(&self) -> Result<u64, StoreError> {
        Ok(self.locked().bytes)
    }

    fn compact(&mut self) -> Result<(), StoreError> {
        Ok(())
    }
}
