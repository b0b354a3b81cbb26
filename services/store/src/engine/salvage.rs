//! *Salvage*: what is whole in a database that no engine opens. *Migrate*: from one engine to another.
//!
//! Salvage asks no engine. Every value lies in its file in one piece and in a frame that proves itself
//! (sled writes pages, redb runs of pages, without compression) or in parts that do, so the bytes are searched for frames, and
//! of each key the newest is taken. What was deleted before may come back; retention takes it again.

use super::frame::{self, HEADER, Header, crc32c};
use super::part;
use super::{Batch, Change, SiteFiles, Store, StoreError, Table};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Bytes that are searched at a time.
const WINDOW_BYTES: usize = 1 << 20;

/// Bytes that are committed at a time; one entry may be longer.
const BATCH_BYTES: usize = 1 << 20;

/// What a salvage did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Salvaged {
    /// Keys that were found whole.
    pub found: u64,
    /// Those that were not there and were copied.
    pub copied: u64,
}

/// Where the newest entry of a key was found.
struct Found {
    commit: u64,
    at: At,
}

/// Where a frame is.
enum At {
    /// In one piece, in a file by its place in the list, from an offset on.
    File(usize, u64),
    /// In parts, with this checksum of them all.
    Parts(Whole),
}

/// Checksum and number of the parts of a value.
type Whole = (u32, u32);

/// What was found in the files.
#[derive(Default)]
struct Index {
    entries: BTreeMap<(Table, Vec<u8>), Found>,
    /// File and offset of each part by its number.
    parts: BTreeMap<Whole, BTreeMap<u32, (usize, u64)>>,
}

impl Index {
    fn note(&mut self, entry: &frame::Entry<'_>, at: At) {
        let (table, commit) = (entry.header.table, entry.header.commit);
        if super::checked::is_hidden(table, entry.key) {
            return;
        }
        let key = (table, entry.key.to_vec());
        if self.entries.get(&key).is_none_or(|found| found.commit < commit) {
            self.entries.insert(key, Found { commit, at });
        }
    }
}

/// A damaged database that is searched.
struct Search<'a> {
    from: &'a dyn SiteFiles,
    files: Vec<(String, u64)>,
}

/// Copies all whole entries of a damaged database that the other one does not have.
///
/// # Errors
/// As the disk or the other database says; what was copied until then is there, and it can be called
/// again.
pub fn salvage(from: &dyn SiteFiles, into: &mut dyn Store) -> Result<Salvaged, StoreError> {
    let search = Search { from, files: from.files()? };
    let mut index = Index::default();
    for file in 0..search.files.len() {
        search.file(file, &mut index)?;
    }
    search.join_parts(&mut index)?;
    let mut salvaged = Salvaged { found: index.entries.len() as u64, copied: 0 };
    let mut batches = Batches::new(into);
    for ((table, key), found) in &index.entries {
        if batches.into.get(*table, key)?.is_some() {
            continue;
        }
        let bytes = match found.at {
            At::File(file, offset) => search.frame(file, offset)?,
            At::Parts(whole) => search.joined(&index, whole)?,
        };
        if let Some(entry) = bytes.as_deref().and_then(frame::read) {
            batches.add(*table, key, entry.value)?;
            salvaged.copied += 1;
        }
    }
    batches.finish()?;
    Ok(salvaged)
}

impl Search<'_> {
    /// Notes all frames and parts of a file.
    fn file(&self, file: usize, index: &mut Index) -> Result<(), StoreError> {
        let (name, bytes) = &self.files[file];
        let mut window = vec![0; WINDOW_BYTES];
        let mut begin = 0;
        while begin < *bytes {
            let read = self.from.read(name, begin, &mut window)?;
            let searched = self.window(file, begin, &window[..read], index)?;
            // A magic may lie over the end of a window.
            let step = read.saturating_sub(frame::MAGIC.len() - 1).max(1);
            begin = searched.max(begin + step as u64);
        }
        Ok(())
    }

    /// Searches a window that begins at an offset; tells how far.
    fn window(
        &self,
        file: usize,
        begin: u64,
        window: &[u8],
        index: &mut Index,
    ) -> Result<u64, StoreError> {
        let mut at = 0;
        while let Some(step) = find_magic(window.get(at..).unwrap_or_default()) {
            at += step;
            at += self.candidate(file, begin + at as u64, &window[at..], index)?.unwrap_or(1);
        }
        Ok(begin + at as u64)
    }

    /// Notes what begins at an offset, if anything whole does, and tells how long it is. `bytes` are those
    /// that are at hand; it may go on behind them.
    fn candidate(
        &self,
        file: usize,
        offset: u64,
        bytes: &[u8],
        index: &mut Index,
    ) -> Result<Option<usize>, StoreError> {
        if bytes.starts_with(&part::MAGIC) {
            let behind = self.bytes(file, offset, part::HEADER + part::PART_BYTES, bytes)?;
            return Ok(part::read(&behind).map(|part| {
                let whole = index.parts.entry((part.whole, part.count)).or_default();
                whole.insert(part.number, (file, offset));
                part::HEADER + part.bytes.len()
            }));
        }
        let here = frame::read(bytes).map(|entry| {
            index.note(&entry, At::File(file, offset));
            HEADER + entry.header.body_bytes()
        });
        if here.is_some() {
            return Ok(here);
        }
        let Some(bytes) = self.frame(file, offset)? else { return Ok(None) };
        Ok(frame::read(&bytes).map(|entry| {
            index.note(&entry, At::File(file, offset));
            bytes.len()
        }))
    }

    /// So many bytes of a file, or less at its end; those at hand if they are enough.
    fn bytes<'b>(
        &self,
        file: usize,
        offset: u64,
        count: usize,
        at_hand: &'b [u8],
    ) -> Result<Cow<'b, [u8]>, StoreError> {
        if at_hand.len() >= count {
            return Ok(Cow::Borrowed(at_hand));
        }
        let mut bytes = vec![0; count];
        let read = self.from.read(&self.files[file].0, offset, &mut bytes)?;
        bytes.truncate(read);
        Ok(Cow::Owned(bytes))
    }

    /// The bytes of what may be a frame.
    fn frame(&self, file: usize, offset: u64) -> Result<Option<Vec<u8>>, StoreError> {
        let header = self.bytes(file, offset, HEADER, &[])?;
        let Some(header) = Header::of(&header) else { return Ok(None) };
        let count = HEADER + header.body_bytes();
        let bytes = self.bytes(file, offset, count, &[])?.into_owned();
        Ok((bytes.len() == count).then_some(bytes))
    }

    /// Notes the entries that lie in parts.
    fn join_parts(&self, index: &mut Index) -> Result<(), StoreError> {
        let wholes: Vec<Whole> = index.parts.keys().copied().collect();
        for whole in wholes {
            let joined = self.joined(index, whole)?;
            if let Some(entry) = joined.as_deref().and_then(frame::read) {
                index.note(&entry, At::Parts(whole));
            }
        }
        Ok(())
    }

    /// The bytes of a value in parts, if none is missing.
    fn joined(&self, index: &Index, whole: Whole) -> Result<Option<Vec<u8>>, StoreError> {
        let parts = &index.parts[&whole];
        if parts.len() != whole.1 as usize {
            return Ok(None);
        }
        let mut joined = Vec::new();
        for (file, offset) in parts.values() {
            let bytes = self.bytes(*file, *offset, part::HEADER + part::PART_BYTES, &[])?;
            let Some(part) = part::read(&bytes) else { return Ok(None) };
            joined.extend(part.bytes);
        }
        Ok((crc32c(&joined) == whole.0).then_some(joined))
    }
}

fn find_magic(bytes: &[u8]) -> Option<usize> {
    bytes.windows(4).position(|four| four == frame::MAGIC || four == part::MAGIC)
}

/// Copies all entries into an empty database and compares them; tells how many there are.
///
/// # Errors
/// `Asked` if the other one is not empty; `Damaged` if an entry of either is, or they differ at the end.
pub fn migrate(from: &dyn Store, into: &mut dyn Store) -> Result<u64, StoreError> {
    if Table::ALL.iter().try_fold(0, |sum, table| Ok::<u64, StoreError>(sum + total(into, *table)?.0))? > 0 {
        return Err(StoreError::Asked("the database to migrate to is not empty".into()));
    }
    let mut entries = 0;
    for table in Table::ALL {
        copy(from, table, into)?;
        let (before, after) = (total(from, table)?, total(into, table)?);
        if before != after {
            return Err(StoreError::Damaged {
                place: format!("table {}", table.slug()),
                what: format!("of {} entries, {} arrived as they were", before.0, after.0),
            });
        }
        entries += before.0;
    }
    Ok(entries)
}

fn copy(from: &dyn Store, table: Table, into: &mut dyn Store) -> Result<(), StoreError> {
    let mut after: Vec<u8> = Vec::new();
    loop {
        let mut batch = Batch::new();
        let mut bytes = 0;
        from.scan(table, &after, None, &mut |key, value| {
            batch.push(Change::Put(table, key.to_vec(), value.to_vec()));
            bytes += key.len() + value.len();
            bytes < BATCH_BYTES
        })?;
        let Some(Change::Put(_, last, _)) = batch.last() else { return Ok(()) };
        after.clone_from(last);
        // The next key there can be.
        after.push(0);
        into.commit(&batch)?;
    }
}

/// How many entries a table has, and their checksums together.
fn total(store: &dyn Store, table: Table) -> Result<(u64, u32), StoreError> {
    let mut total = (0, 0);
    store.scan(table, &[], None, &mut |key, value| {
        let crcs = [crc32c(key).to_le_bytes(), crc32c(value).to_le_bytes()].concat();
        total = (total.0 + 1, total.1 ^ crc32c(&crcs));
        true
    })?;
    Ok(total)
}

/// Entries on their way, some at a time.
struct Batches<'a> {
    into: &'a mut dyn Store,
    batch: Batch,
    bytes: usize,
}

impl<'a> Batches<'a> {
    fn new(into: &'a mut dyn Store) -> Batches<'a> {
        Batches { into, batch: Batch::new(), bytes: 0 }
    }

    fn add(&mut self, table: Table, key: &[u8], value: &[u8]) -> Result<(), StoreError> {
        self.batch.push(Change::Put(table, key.to_vec(), value.to_vec()));
        self.bytes += key.len() + value.len();
        if self.bytes >= BATCH_BYTES { self.finish() } else { Ok(()) }
    }

    fn finish(&mut self) -> Result<(), StoreError> {
        self.bytes = 0;
        let batch = std::mem::take(&mut self.batch);
        if batch.is_empty() { Ok(()) } else { self.into.commit(&batch) }
    }
}
