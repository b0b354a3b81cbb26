//! redb 4 behind [`Store`]: a file of checksummed pages, copied on write; a commit is durable by a sync.

use super::fault::{of_io, sync_folder};
use super::{Batch, Change, Store, StoreError, Table};
use ::redb::{
    Builder, CommitError, CompactionError, Database, DatabaseError, Durability, ReadableDatabase,
    StorageBackend, StorageError, TableDefinition, TableError, TransactionError,
};
use port::{Disk, DiskError, DiskFile};
use std::fmt;
use std::io::{Error, ErrorKind};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Unit in which the system counts the room that a file takes (stat(2)).
const BLOCK_BYTES: u64 = 512;

/// Its cache of pages in bytes; its own default is 1 GiB. As sled's.
const CACHE_BYTES: usize = 16 << 20;

/// One table of redb.
type Definition = TableDefinition<'static, &'static [u8], &'static [u8]>;

/// A redb database.
pub struct Redb {
    db: Database,
    place: String,
    file: Where,
}

/// What tells how long the file is.
enum Where {
    System(PathBuf),
    Disk(SharedFile),
}

/// A file that redb and we look at.
type SharedFile = Arc<Mutex<Box<dyn DiskFile>>>;

impl Redb {
    /// Opens or makes the database in a file of the system.
    ///
    /// # Errors
    /// `InUse` if another process has it open, `Disk` if the disk is full, takes no writes or fails,
    /// `Damaged` if redb finds it so; else as redb says.
    pub fn on_file(path: &Path) -> Result<Redb, StoreError> {
        let place = path.display().to_string();
        let db = builder().create(path).map_err(|error| of_database(error, &place))?;
        let redb = Redb { db, place, file: Where::System(path.into()) }.with_tables()?;
        if let Some(folder) = path.parent() {
            sync_folder(folder)?;
        }
        Ok(redb)
    }

    /// Opens or makes the database in a file of a [`Disk`].
    ///
    /// # Errors
    /// As [`Redb::on_file`].
    pub fn on_disk(disk: &dyn Disk, name: &str) -> Result<Redb, StoreError> {
        let file: SharedFile = Arc::new(Mutex::new(disk.open(name, true)?));
        let db = builder()
            .create_with_backend(OnDisk {
                file: Arc::clone(&file),
                is_given_up: AtomicBool::new(false),
            })
            .map_err(|error| of_database(error, name))?;
        Redb { db, place: name.into(), file: Where::Disk(file) }.with_tables()
    }

    /// Makes the tables that are not there yet: a table that nobody wrote to cannot be read.
    fn with_tables(self) -> Result<Redb, StoreError> {
        let missing = {
            let read = self.db.begin_read().map_err(|error| self.of_transaction(error))?;
            let tables = read.list_tables().map_err(|error| self.of_storage(error))?;
            tables.count() < Table::ALL.len()
        };
        if missing {
            self.write(|transaction| {
                for table in Table::ALL {
                    transaction
                        .open_table(definition(table))
                        .map_err(|error| self.of_table(error))?;
                }
                Ok(())
            })?;
        }
        Ok(self)
    }

    fn write(
        &self,
        work: impl FnOnce(&::redb::WriteTransaction) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let mut transaction = self.db.begin_write().map_err(|error| self.of_transaction(error))?;
        transaction
            .set_durability(Durability::Immediate)
            .expect("no savepoint and no sharing between processes forbids it");
        work(&transaction)?;
        transaction.commit().map_err(|error| self.of_commit(error))
    }

    fn table(
        &self,
        table: Table,
    ) -> Result<::redb::ReadOnlyTable<&'static [u8], &'static [u8]>, StoreError> {
        let read = self.db.begin_read().map_err(|error| self.of_transaction(error))?;
        read.open_table(definition(table)).map_err(|error| self.of_table(error))
    }

    fn of_storage(&self, error: StorageError) -> StoreError {
        of_storage(error, &self.place)
    }

    fn of_transaction(&self, error: TransactionError) -> StoreError {
        match error {
            TransactionError::Storage(error) => self.of_storage(error),
            other => StoreError::Engine(format!("{}: {other}", self.place)),
        }
    }

    fn of_commit(&self, error: CommitError) -> StoreError {
        match error {
            CommitError::Storage(error) => self.of_storage(error),
            other => StoreError::Engine(format!("{}: {other}", self.place)),
        }
    }

    fn of_table(&self, error: TableError) -> StoreError {
        match error {
            TableError::Storage(error) => self.of_storage(error),
            other => StoreError::Damaged { place: self.place.clone(), what: other.to_string() },
        }
    }
}

fn builder() -> Builder {
    let mut builder = Builder::new();
    builder.set_cache_size(CACHE_BYTES);
    builder
}

fn definition(table: Table) -> Definition {
    TableDefinition::new(table.slug())
}

fn of_database(error: DatabaseError, place: &str) -> StoreError {
    match error {
        DatabaseError::DatabaseAlreadyOpen => StoreError::InUse(place.into()),
        DatabaseError::Storage(error) => of_storage(error, place),
        other => StoreError::Engine(format!("{place}: {other}")),
    }
}

fn of_storage(error: StorageError, place: &str) -> StoreError {
    match error {
        StorageError::Io(error) => of_io(&error, place),
        StorageError::Corrupted(what) => StoreError::Damaged { place: place.into(), what },
        other => StoreError::Engine(format!("{place}: {other}")),
    }
}

impl Store for Redb {
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let value = self.table(table)?.get(key).map_err(|error| self.of_storage(error))?;
        Ok(value.map(|value| value.value().to_vec()))
    }

    fn scan(
        &self,
        table: Table,
        from: &[u8],
        to: Option<&[u8]>,
        visit: &mut dyn FnMut(&[u8], &[u8]) -> bool,
    ) -> Result<(), StoreError> {
        let table = self.table(table)?;
        for entry in table.range(from..).map_err(|error| self.of_storage(error))? {
            let (key, value) = entry.map_err(|error| self.of_storage(error))?;
            if to.is_some_and(|to| key.value() >= to) || !visit(key.value(), value.value()) {
                break;
            }
        }
        Ok(())
    }

    fn commit(&mut self, batch: &Batch) -> Result<(), StoreError> {
        self.write(|transaction| {
            for table in Table::ALL {
                let mut open = transaction
                    .open_table(definition(table))
                    .map_err(|error| self.of_table(error))?;
                for change in batch {
                    let done = match change {
                        Change::Put(of, key, value) if *of == table => {
                            open.insert(key.as_slice(), value.as_slice()).map(|_| ())
                        }
                        Change::Delete(of, key) if *of == table => {
                            open.remove(key.as_slice()).map(|_| ())
                        }
                        Change::Put(..) | Change::Delete(..) => Ok(()),
                    };
                    done.map_err(|error| self.of_storage(error))?;
                }
            }
            Ok(())
        })
    }

    /// redb makes its file longer by doubling it; what was never written takes no room.
    fn bytes_on_disk(&self) -> Result<u64, StoreError> {
        match &self.file {
            Where::System(path) => std::fs::metadata(path)
                .map(|about| about.blocks() * BLOCK_BYTES)
                .map_err(|error| of_io(&error, &self.place)),
            Where::Disk(file) => Ok(lock(file).size()?),
        }
    }

    fn compact(&mut self) -> Result<(), StoreError> {
        match self.db.compact() {
            Ok(_) => Ok(()),
            Err(CompactionError::Storage(error)) => Err(self.of_storage(error)),
            Err(other) => Err(StoreError::Engine(format!("{}: {other}", self.place))),
        }
    }
}

/// A file of a disk as redb wants it. After a write or a sync that failed it takes nothing more, not even the
/// mark that redb leaves behind when it closes: what is in the file is not known any more.
struct OnDisk {
    file: SharedFile,
    is_given_up: AtomicBool,
}

impl OnDisk {
    fn file(&self) -> MutexGuard<'_, Box<dyn DiskFile>> {
        lock(&self.file)
    }

    fn change(
        &self,
        change: impl FnOnce(&mut dyn DiskFile) -> Result<(), DiskError>,
    ) -> Result<(), Error> {
        if self.is_given_up.load(Ordering::Relaxed) {
            return Err(Error::other("it failed before and is given up"));
        }
        change(&mut **self.file()).map_err(|error| {
            self.is_given_up.store(true, Ordering::Relaxed);
            in_system_words(error)
        })
    }
}

/// The file, also after a panic of redb: it holds no state that could be half.
fn lock(file: &SharedFile) -> MutexGuard<'_, Box<dyn DiskFile>> {
    file.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Debug for OnDisk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OnDisk")
    }
}

/// An error of the disk in the system's words; ours comes out again in [`of_io`].
fn in_system_words(error: DiskError) -> Error {
    Error::other(error)
}

impl StorageBackend for OnDisk {
    fn len(&self) -> Result<u64, Error> {
        self.file().size().map_err(in_system_words)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> Result<(), Error> {
        let read = self.file().read_at(offset, out).map_err(in_system_words)?;
        if read < out.len() {
            return Err(Error::new(ErrorKind::UnexpectedEof, "the file ends before"));
        }
        Ok(())
    }

    fn set_len(&self, len: u64) -> Result<(), Error> {
        self.change(|file| file.set_size(len))
    }

    fn sync_data(&self) -> Result<(), Error> {
        self.change(|file| file.sync())
    }

    fn write(&self, offset: u64, data: &[u8]) -> Result<(), Error> {
        self.change(|file| file.write_at(offset, data))
    }
}
