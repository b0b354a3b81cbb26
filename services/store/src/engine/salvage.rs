//! *Salvage*: what is whole in a database that no engine opens. *Migrate*: from one engine to another.
//!
//! Salvage asks no engine. Every value lies in its file in one piece and in a frame that proves itself
//! (sled writes pages, redb runs of pages, without compression), so the bytes are searched for frames, and
//! of each key the newest is taken. What was deleted before may come back; retention takes it again.

use super::frame::{self, HEADER, Header, MAGIC, crc32c};
use super::{Batch, Change, SiteFiles, Store, StoreError, Table};
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
    file: usize,
    offset: u64,
}

/// The newest entry of each key.
#[derive(Default)]
struct Index {
    last_commit: u64,
    entries: BTreeMap<(Table, Vec<u8>), Found>,
}

impl Index {
    fn note(&mut self, entry: &frame::Entry<'_>, file: usize, offset: u64) {
        let (table, commit) = (entry.header.table, entry.header.commit);
        if super::checked::is_hidden(table, entry.key) || commit > self.last_commit {
            return;
        }
        let key = (table, entry.key.to_vec());
        if self.entries.get(&key).is_none_or(|found| found.commit < commit) {
            self.entries.insert(key, Found { commit, file, offset });
        }
    }
}

/// Copies all whole entries of a damaged database that the other one does not have. What is newer than the
/// last commit that is known to be whole is left out: a part of a commit would be worse than none of it.
///
/// # Errors
/// As the disk or the other database says; what was copied until then is there, and it can be called
/// again.
pub fn salvage(
    from: &dyn SiteFiles,
    last_commit: Option<u64>,
    into: &mut dyn Store,
) -> Result<Salvaged, StoreError> {
    let files = from.files()?;
    let mut index = Index { last_commit: last_commit.unwrap_or(u64::MAX), ..Index::default() };
    for (number, (name, bytes)) in files.iter().enumerate() {
        search(from, number, name, *bytes, &mut index)?;
    }
    let mut salvaged = Salvaged { found: index.entries.len() as u64, copied: 0 };
    let mut batches = Batches::new(into);
    for ((table, key), found) in index.entries {
        if batches.into.get(table, &key)?.is_some() {
            continue;
        }
        let name = &files[found.file].0;
        if let Some(bytes) = frame_at(from, name, found.offset)?
            && let Some(entry) = frame::read(&bytes)
        {
            batches.add(table, &key, entry.value)?;
            salvaged.copied += 1;
        }
    }
    batches.finish()?;
    Ok(salvaged)
}

/// Notes the newest whole frame of each key in a file.
fn search(
    from: &dyn SiteFiles,
    file: usize,
    name: &str,
    bytes: u64,
    index: &mut Index,
) -> Result<(), StoreError> {
    let mut window = vec![0; WINDOW_BYTES];
    let mut begin = 0;
    while begin < bytes {
        let read = from.read(name, begin, &mut window)?;
        let next = search_window(from, (file, name), begin, &window[..read], index)?;
        // A magic may lie over the end of a window.
        let step = (read.saturating_sub(MAGIC.len() - 1)) as u64;
        begin = next.max(begin + step.max(1));
    }
    Ok(())
}

/// Searches one window that begins at an offset; tells from where on to search.
fn search_window(
    from: &dyn SiteFiles,
    (file, name): (usize, &str),
    begin: u64,
    window: &[u8],
    index: &mut Index,
) -> Result<u64, StoreError> {
    let mut at = 0;
    while let Some(step) = find_magic(&window[at.min(window.len())..]) {
        at += step;
        let offset = begin + at as u64;
        let whole = match frame::read(&window[at..]) {
            Some(entry) => {
                index.note(&entry, file, offset);
                Some(HEADER + entry.header.body_bytes())
            }
            // It may go on behind the window.
            None => frame_at(from, name, offset)?.and_then(|bytes| {
                let entry = frame::read(&bytes)?;
                index.note(&entry, file, offset);
                Some(bytes.len())
            }),
        };
        at += whole.unwrap_or(1);
    }
    Ok(begin + at as u64)
}

fn find_magic(bytes: &[u8]) -> Option<usize> {
    bytes.windows(MAGIC.len()).position(|four| four == MAGIC)
}

/// The bytes of what may be a frame.
fn frame_at(from: &dyn SiteFiles, name: &str, offset: u64) -> Result<Option<Vec<u8>>, StoreError> {
    let mut header = [0; HEADER];
    let read = from.read(name, offset, &mut header)?;
    let Some(header) = Header::of(&header[..read]) else { return Ok(None) };
    let mut bytes = vec![0; HEADER + header.body_bytes()];
    let read = from.read(name, offset, &mut bytes)?;
    Ok((read == bytes.len()).then_some(bytes))
}

/// Copies all entries into an empty database and compares them; tells how many there are.
///
/// # Errors
/// `Asked` if the other one is not empty; `Damaged` if an entry of either is, or they differ at the end.
pub fn migrate(from: &dyn Store, into: &mut dyn Store) -> Result<u64, StoreError> {
    if Table::ALL
        .iter()
        .try_fold(0, |sum, table| Ok::<u64, StoreError>(sum + total(into, *table)?.0))?
        > 0
    {
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
