//! sled 0.34 behind [`Store`].
//!
//! What we do for it: its `flush` starts the writes of a file range but flushes neither the length of the
//! file nor the cache of the device, so each commit is followed by a sync of our own; pages above 128 KiB
//! lie in files beside its log, whose names are made durable likewise. What it does on damage, and after a
//! cut of the power within a commit of long values (a panic, silence), is met by [`super::Checked`] and
//! [`super::guard`].

use super::fault::{of_io, sync_folder};
use super::{Batch, Change, Store, StoreError, Table};
use ::sled::transaction::{ConflictableTransactionError, TransactionError, Transactional};
use std::fs::File;
use std::path::{Path, PathBuf};

/// Its cache of pages in bytes. History is written once and read in ranges; 16 MiB hold the inner pages of
/// ten years of minutes, and the meter has 512 MiB for everything.
const CACHE_BYTES: u64 = 16 << 20;

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
            .map(|table| db.open_tree(table.slug()))
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
        Ok(value.map(|value| value.to_vec()))
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
            if to.is_some_and(|to| *key >= *to) || !visit(&key, &value) {
                break;
            }
        }
        Ok(())
    }

    /// One transaction over all tables: its pages are marked as one batch in sled's log, which recovery
    /// takes whole or not at all.
    fn commit(&mut self, batch: &Batch) -> Result<(), StoreError> {
        let done = self.trees.as_slice().transaction(|trees| {
            for change in batch {
                match change {
                    Change::Put(table, key, value) => {
                        trees[*table as usize].insert(key.as_slice(), value.as_slice())?;
                    }
                    Change::Delete(table, key) => {
                        trees[*table as usize].remove(key.as_slice())?;
                    }
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
