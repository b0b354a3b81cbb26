//! An engine behind checks that are the same for all: the only way to a database.
//!
//! *Contents*: how many commits there were, and of each table how many entries with which sum. Each commit
//! writes them into the database itself, in the same batch: whatever lacks or has one entry too many is
//! found out by counting.

use super::fault::of_panic;
use super::frame::{crc32c, frame, unframe};
use super::{Batch, Change, Store, StoreError, Table};
use std::cell::Cell;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::sync_channel;
use std::time::Duration;

/// Where the contents lie, in [`Table::Meta`]; nobody else may use the key.
const CONTENTS_KEY: &[u8] = b"\0contents";

/// How long an engine that failed may take to close: a sync of a slow card takes some 100 ms.
const CLOSING: Duration = Duration::from_secs(2);

/// Entries of a table.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sum {
    /// How many.
    pub entries: u64,
    /// Their checksums, each xored to the others: their order does not matter.
    pub crcs: u32,
}

impl Sum {
    fn add(&mut self, crc: u32) {
        self.entries += 1;
        self.crcs ^= crc;
    }

    fn take(&mut self, crc: u32) {
        self.entries = self.entries.saturating_sub(1);
        self.crcs ^= crc;
    }
}

/// What is in a database.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Contents {
    /// How many commits there were.
    pub commits: u64,
    /// By [`Table::ALL`].
    pub tables: [Sum; Table::ALL.len()],
}

impl Contents {
    /// Length of [`Contents::to_bytes`].
    pub const BYTES: usize = 8 + 12 * Table::ALL.len() + 4;

    /// All of it, with a checksum.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.commits.to_le_bytes().to_vec();
        for sum in self.tables {
            bytes.extend(sum.entries.to_le_bytes());
            bytes.extend(sum.crcs.to_le_bytes());
        }
        bytes.extend(crc32c(&bytes).to_le_bytes());
        bytes
    }

    /// What [`Contents::to_bytes`] wrote; none if it did not.
    pub fn from_bytes(bytes: &[u8]) -> Option<Contents> {
        let (body, crc) = bytes.split_last_chunk::<4>()?;
        if bytes.len() != Contents::BYTES || crc32c(body) != u32::from_le_bytes(*crc) {
            return None;
        }
        let (commits, sums) = body.split_first_chunk::<8>()?;
        let mut contents = Contents { commits: u64::from_le_bytes(*commits), ..Default::default() };
        for (table, sum) in contents.tables.iter_mut().zip(sums.as_chunks::<12>().0) {
            let (entries, crcs) = sum.split_first_chunk::<8>()?;
            table.entries = u64::from_le_bytes(*entries);
            table.crcs = u32::from_le_bytes(crcs.try_into().ok()?);
        }
        Some(contents)
    }

    /// Entries of all tables.
    pub fn entries(&self) -> u64 {
        self.tables.iter().map(|sum| sum.entries).sum()
    }
}

/// A database whose entries prove themselves.
///
/// A panic of the engine, and an error of a commit, is the end of it: everything after says so until it is
/// opened anew, since nobody knows what the engine holds in memory then.
pub struct Checked {
    /// None only while it is dropped.
    store: Option<Box<dyn Store>>,
    contents: Contents,
    given_up: Cell<bool>,
    damage_seen: Cell<bool>,
}

impl Checked {
    /// Puts the checks before an engine. It is not counted: see [`Checked::count`].
    ///
    /// # Errors
    /// If it cannot be read, or what it says of its contents is damaged.
    pub fn open(store: Box<dyn Store>) -> Result<Checked, StoreError> {
        let mut checked = Checked {
            store: Some(store),
            contents: Contents::default(),
            given_up: Cell::new(false),
            damage_seen: Cell::new(false),
        };
        if let Some(bytes) = checked.call(|store| store.get(Table::Meta, CONTENTS_KEY))? {
            let entry = unframe(Table::Meta, CONTENTS_KEY, &bytes)?;
            checked.contents = Contents::from_bytes(entry.value)
                .ok_or_else(|| StoreError::Engine("contents of another version".into()))?;
        }
        Ok(checked)
    }

    /// What should be in it.
    pub fn contents(&self) -> Contents {
        self.contents
    }

    /// Whether anything was damaged or went wrong since it was opened.
    pub fn is_suspect(&self) -> bool {
        self.given_up.get() || self.damage_seen.get()
    }

    /// Reads and checks every entry and tells what is in it.
    ///
    /// # Errors
    /// `Damaged` with the first entry that does not fit; else as [`Store::scan`].
    pub fn count(&self) -> Result<Contents, StoreError> {
        let mut found = Contents { commits: self.contents.commits, ..Default::default() };
        for table in Table::ALL {
            self.visit(table, &[], None, &mut |crc, _, _| {
                found.tables[table as usize].add(crc);
                true
            })?;
        }
        Ok(found)
    }

    /// As [`Store::scan`], with the checksum of each entry.
    fn visit(
        &self,
        table: Table,
        from: &[u8],
        to: Option<&[u8]>,
        visit: &mut dyn FnMut(u32, &[u8], &[u8]) -> bool,
    ) -> Result<(), StoreError> {
        let mut damage = None;
        let mut last: Option<Vec<u8>> = None;
        self.call(|store| {
            store.scan(table, from, to, &mut |key, bytes| {
                if last.as_deref().is_some_and(|last| last >= key) {
                    damage = Some(super::frame::damaged(table, key, "its place is out of order"));
                    return false;
                }
                last = Some(key.to_vec());
                if is_hidden(table, key) {
                    return true;
                }
                match unframe(table, key, bytes) {
                    Ok(entry) => visit(entry.header.crc, key, entry.value),
                    Err(error) => {
                        damage = Some(error);
                        false
                    }
                }
            })
        })?;
        damage.map_or(Ok(()), |damage| Err(self.noted(damage)))
    }

    /// Asks the engine; a panic of it becomes an error.
    fn call<T>(
        &self,
        ask: impl FnOnce(&dyn Store) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.refuse_if_given_up()?;
        let store = self.store.as_deref().expect("nobody asks while it is dropped");
        let answer = catch_unwind(AssertUnwindSafe(|| ask(store)));
        self.answered(answer)
    }

    fn call_mut<T>(
        &mut self,
        ask: impl FnOnce(&mut dyn Store) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.refuse_if_given_up()?;
        let store = self.store.as_deref_mut().expect("nobody asks while it is dropped");
        let answer = catch_unwind(AssertUnwindSafe(|| ask(store)));
        let answer = self.answered(answer);
        if answer.is_err() {
            self.given_up.set(true);
        }
        answer
    }

    fn answered<T>(
        &self,
        answer: Result<Result<T, StoreError>, Box<dyn std::any::Any + Send>>,
    ) -> Result<T, StoreError> {
        match answer {
            Ok(answer) => answer.map_err(|error| self.noted(error)),
            Err(panic) => {
                self.given_up.set(true);
                Err(StoreError::Engine(format!("the database panicked: {}", of_panic(&*panic))))
            }
        }
    }

    fn refuse_if_given_up(&self) -> Result<(), StoreError> {
        if self.given_up.get() {
            return Err(StoreError::Engine(
                "the database failed before; it must be opened anew".into(),
            ));
        }
        Ok(())
    }

    fn noted(&self, error: StoreError) -> StoreError {
        match error {
            StoreError::Damaged { .. } | StoreError::Engine(_) => self.damage_seen.set(true),
            StoreError::Disk(_) | StoreError::InUse(_) | StoreError::Asked(_) => {}
        }
        error
    }

    /// The checksum of an entry that is there.
    fn crc_of(&self, table: Table, key: &[u8]) -> Result<Option<u32>, StoreError> {
        let bytes = self.call(|store| store.get(table, key))?;
        bytes
            .map(|bytes| unframe(table, key, &bytes).map(|entry| entry.header.crc))
            .transpose()
            .map_err(|error| self.noted(error))
    }

    /// The batch in frames, with the contents after it.
    fn framed(&self, batch: &Batch) -> Result<(Batch, Contents), StoreError> {
        let mut contents = self.contents;
        contents.commits += 1;
        let mut framed = Vec::with_capacity(batch.len() + 1);
        // What the batch itself has done to a key before.
        let mut changed: BTreeMap<(Table, &[u8]), Option<u32>> = BTreeMap::new();
        for change in batch {
            let (table, key, value) = match change {
                Change::Put(table, key, value) => (*table, key, Some(value)),
                Change::Delete(table, key) => (*table, key, None),
            };
            if is_hidden(table, key) {
                return Err(StoreError::Asked("this key is the store's own".into()));
            }
            let before = match changed.get(&(table, key.as_slice())) {
                Some(crc) => *crc,
                None => self.crc_of(table, key)?,
            };
            let sum = &mut contents.tables[table as usize];
            if let Some(crc) = before {
                sum.take(crc);
            }
            let bytes =
                value.map(|value| frame(contents.commits, table, key, value)).transpose()?;
            let after = bytes.as_deref().map(|bytes| {
                let header = super::frame::Header::of(bytes).expect("it was just written");
                sum.add(header.crc);
                header.crc
            });
            changed.insert((table, key.as_slice()), after);
            framed.push(match bytes {
                Some(bytes) => Change::Put(table, key.clone(), bytes),
                None => Change::Delete(table, key.clone()),
            });
        }
        let record = frame(contents.commits, Table::Meta, CONTENTS_KEY, &contents.to_bytes())?;
        framed.push(Change::Put(Table::Meta, CONTENTS_KEY.to_vec(), record));
        Ok((framed, contents))
    }
}

/// sled syncs when it is dropped and panics if that fails; after an error of a commit it may wait for ever.
/// Then it is left waiting, with its lock: the process must be started anew before it can be opened.
impl Drop for Checked {
    fn drop(&mut self) {
        let store = self.store.take();
        let close = move || {
            // Nobody is left to be told.
            let _ = catch_unwind(AssertUnwindSafe(|| drop(store)));
        };
        if !self.given_up.get() {
            return close();
        }
        let (closed, is_closed) = sync_channel::<()>(1);
        std::thread::spawn(move || {
            close();
            drop(closed);
        });
        // Closed or not, the caller goes on.
        let _ = is_closed.recv_timeout(CLOSING);
    }
}

pub(super) fn is_hidden(table: Table, key: &[u8]) -> bool {
    table == Table::Meta && key == CONTENTS_KEY
}

impl Store for Checked {
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        if is_hidden(table, key) {
            return Ok(None);
        }
        let bytes = self.call(|store| store.get(table, key))?;
        bytes
            .map(|bytes| unframe(table, key, &bytes).map(|entry| entry.value.to_vec()))
            .transpose()
            .map_err(|error| self.noted(error))
    }

    fn scan(
        &self,
        table: Table,
        from: &[u8],
        to: Option<&[u8]>,
        visit: &mut dyn FnMut(&[u8], &[u8]) -> bool,
    ) -> Result<(), StoreError> {
        self.visit(table, from, to, &mut |_, key, value| visit(key, value))
    }

    fn commit(&mut self, batch: &Batch) -> Result<(), StoreError> {
        let (framed, contents) = self.framed(batch)?;
        self.call_mut(|store| store.commit(&framed))?;
        self.contents = contents;
        Ok(())
    }

    fn bytes_on_disk(&self) -> Result<u64, StoreError> {
        self.call(|store| store.bytes_on_disk())
    }

    fn compact(&mut self) -> Result<(), StoreError> {
        self.call_mut(|store| store.compact())
    }
}
