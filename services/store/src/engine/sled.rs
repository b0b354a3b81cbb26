//! sled 0.34 behind [`Store`].
//!
//! What we do for it: its `flush` starts the writes of a file range but flushes neither the length of the
//! file nor the cache of the device, so each commit is followed by a sync of our own; and long values are
//! cut in [`part`]s, in a tree of their own, since its batches are whole only without files beside its log.
//! What it does on damage (a panic, silence) is met by [`super::Checked`] and [`super::guard`].

use super::fault::{of_io, sync_folder};
use super::part::{self, PART_BYTES};
use super::{Batch, Change, Store, StoreError, Table};
use ::sled::transaction::{
    ConflictableTransactionError, TransactionError, Transactional, TransactionalTree,
    UnabortableTransactionError,
};
use std::fs::File;
use std::path::{Path, PathBuf};

/// Its cache of pages in bytes. History is written once and read in ranges; 16 MiB hold the inner pages of
/// ten years of minutes, and the meter has 512 MiB for everything.
const CACHE_BYTES: u64 = 16 << 20;

/// Tree of the parts, behind those of the tables.
const PARTS: usize = Table::ALL.len();

/// First byte of a value that lies there as it is.
const INLINE: u8 = 0;

/// First byte of one in parts; their number follows.
const IN_PARTS: u8 = 1;

/// A sled database in a folder.
pub struct Sled {
    folder: PathBuf,
    /// The log. sled has it open too; a sync is of the file, whoever asks.
    log: File,
    trees: Vec<::sled::Tree>,
    db: ::sled::Db,
}

impl Sled {
    /// Opens or makes the database.
    ///
    /// No thread of sled flushes by the clock: what is on the disk would then depend on the time, and pages
    /// would be moved while nothing has been synced yet.
    ///
    /// # Errors
    /// `InUse` if another process has it open, `Disk` if the disk is full, takes no writes or fails; else
    /// as sled says. It may also panic on damage: see [`super::guard`].
    pub fn open(folder: &Path) -> Result<Sled, StoreError> {
        let place = folder.display().to_string();
        let db = ::sled::Config::new()
            .path(folder)
            .cache_capacity(CACHE_BYTES)
            .flush_every_ms(None)
            .open()
            .map_err(|error| said(&error, &place))?;
        let trees = Table::ALL
            .iter()
            .map(|table| table.slug())
            .chain(["parts"])
            .map(|name| db.open_tree(name))
            .collect::<Result<_, _>>()
            .map_err(|error| said(&error, &place))?;
        let log = File::open(folder.join("db")).map_err(|error| of_io(&error, &place))?;
        let sled = Sled { folder: folder.into(), log, trees, db };
        sled.sync()?;
        // Its configuration is written once and never synced.
        File::open(folder.join("conf"))
            .and_then(|conf| conf.sync_all())
            .map_err(|error| of_io(&error, &place))?;
        if let Some(parent) = folder.parent() {
            sync_folder(parent)?;
        }
        Ok(sled)
    }

    /// Returns when everything is on the disk.
    fn sync(&self) -> Result<(), StoreError> {
        self.db.flush().map_err(|error| self.said(&error))?;
        self.log.sync_all().map_err(|error| of_io(&error, &self.place()))?;
        sync_folder(&self.folder.join("blobs"))?;
        sync_folder(&self.folder)
    }

    /// A value as it was given, from what lies in a table's tree.
    fn whole(&self, table: Table, key: &[u8], stored: &[u8]) -> Result<Vec<u8>, StoreError> {
        let Some(count) = parts_of(stored) else {
            return Ok(stored.get(1..).unwrap_or_default().to_vec());
        };
        let mut whole = Vec::new();
        for number in 0..count {
            let bytes = self.trees[PARTS]
                .get(part_key(table, key, number))
                .map_err(|error| self.said(&error))?;
            let part = bytes.as_deref().and_then(part::read);
            let part = part.filter(|part| (part.number, part.count) == (number, count));
            whole.extend(part.ok_or_else(|| lacking(table, key, number))?.bytes);
        }
        Ok(whole)
    }

    fn tree(&self, table: Table) -> &::sled::Tree {
        &self.trees[table as usize]
    }

    fn place(&self) -> String {
        self.folder.display().to_string()
    }

    fn said(&self, error: &::sled::Error) -> StoreError {
        said(error, &self.place())
    }
}

/// How many parts a stored value has, if it is in parts.
fn parts_of(stored: &[u8]) -> Option<u32> {
    let (count, rest) = stored.strip_prefix(&[IN_PARTS])?.split_first_chunk()?;
    rest.is_empty().then_some(u32::from_le_bytes(*count))
}

/// Key of a part. The length comes before the key, so none is the beginning of another.
fn part_key(table: Table, key: &[u8], number: u32) -> Vec<u8> {
    let length = (key.len() as u32).to_be_bytes();
    [&[table as u8][..], &length, key, &number.to_be_bytes()].concat()
}

fn lacking(table: Table, key: &[u8], number: u32) -> StoreError {
    super::frame::damaged(table, key, &format!("its part {number} is not there or damaged"))
}

/// Makes one change, parts and all.
fn change(
    trees: &[TransactionalTree],
    table: Table,
    key: &[u8],
    value: Option<&[u8]>,
) -> Result<(), UnabortableTransactionError> {
    let (tree, parts) = (&trees[table as usize], &trees[PARTS]);
    let before = tree.get(key)?.and_then(|stored| parts_of(&stored)).unwrap_or(0);
    for number in 0..before {
        parts.remove(part_key(table, key, number))?;
    }
    match value {
        None => {
            tree.remove(key)?;
        }
        Some(value) if value.len() <= PART_BYTES => {
            tree.insert(key, [&[INLINE], value].concat())?;
        }
        Some(value) => {
            let split = part::split(value);
            let count = (split.len() as u32).to_le_bytes();
            for (number, part) in split.into_iter().enumerate() {
                parts.insert(part_key(table, key, number as u32), part)?;
            }
            tree.insert(key, [&[IN_PARTS][..], &count].concat())?;
        }
    }
    Ok(())
}

/// What sled said.
fn said(error: &::sled::Error, place: &str) -> StoreError {
    use ::sled::Error::{CollectionNotFound, Corruption, Io, ReportableBug, Unsupported};
    match error {
        Io(error) => of_io(error, place),
        Corruption { .. } => {
            StoreError::Damaged { place: place.into(), what: "sled found corruption".into() }
        }
        CollectionNotFound(_) | ReportableBug(_) | Unsupported(_) => {
            StoreError::Engine(format!("{place}: {error}"))
        }
    }
}

impl Store for Sled {
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let value = self.tree(table).get(key).map_err(|error| self.said(&error))?;
        value.map(|stored| self.whole(table, key, &stored)).transpose()
    }

    fn scan(
        &self,
        table: Table,
        from: &[u8],
        to: Option<&[u8]>,
        visit: &mut dyn FnMut(&[u8], &[u8]) -> bool,
    ) -> Result<(), StoreError> {
        for entry in self.tree(table).range(from..) {
            let (key, value) = entry.map_err(|error| self.said(&error))?;
            if to.is_some_and(|to| *key >= *to) {
                break;
            }
            if !visit(&key, &self.whole(table, &key, &value)?) {
                break;
            }
        }
        Ok(())
    }

    /// One transaction over all tables: its pages are marked as one batch in sled's log, which recovery
    /// takes whole or not at all.
    fn commit(&mut self, batch: &Batch) -> Result<(), StoreError> {
        let done = self.trees.as_slice().transaction(|trees| {
            for one in batch {
                match one {
                    Change::Put(table, key, value) => change(trees, *table, key, Some(value))?,
                    Change::Delete(table, key) => change(trees, *table, key, None)?,
                }
            }
            Ok::<(), ConflictableTransactionError<()>>(())
        });
        match done {
            Ok(()) => self.sync(),
            Err(TransactionError::Storage(error)) => Err(self.said(&error)),
            Err(TransactionError::Abort(())) => {
                Err(StoreError::Engine(format!("{}: a commit was given up", self.place())))
            }
        }
    }

    fn bytes_on_disk(&self) -> Result<u64, StoreError> {
        self.db.size_on_disk().map_err(|error| self.said(&error))
    }

    /// sled gives segments back by itself when all in them has been replaced, and in no other way.
    fn compact(&mut self) -> Result<(), StoreError> {
        self.sync()
    }
}
