//! The database that the history lies in: ordered tables of bytes, and batches that are durable.

mod checked;
mod fault;
mod frame;
pub mod guard;
mod head;
mod kind;
mod memory;
mod prints;
mod probe;
mod redb;
mod salvage;
mod site;
mod sled;

pub use checked::{Checked, Contents, Sum};
pub use guard::{Guarded, Opened};
pub use kind::Engine;
pub use memory::{FailedCommit, Memory};
pub use probe::{InThread, Looked, Probe, look, said, understood};
pub use redb::Redb;
pub use salvage::{Salvaged, migrate, salvage};
pub use site::{FolderSite, OnDiskSite, PathFiles, Site, SiteFiles};
pub use sled::Sled;

use port::DiskError;

/// The tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Table {
    /// What the store knows of itself.
    Meta,
    /// Columns of the jobs' rows.
    Layouts,
    /// Sealed columns of rows.
    Chunks,
    /// Events and the audit.
    Events,
    /// How far each consumer has read.
    Cursors,
}

impl Table {
    /// All tables.
    pub const ALL: [Table; 5] =
        [Table::Meta, Table::Layouts, Table::Chunks, Table::Events, Table::Cursors];

    /// Public, stable name.
    pub fn slug(self) -> &'static str {
        match self {
            Table::Meta => "meta",
            Table::Layouts => "layouts",
            Table::Chunks => "chunks",
            Table::Events => "events",
            Table::Cursors => "cursors",
        }
    }
}

/// Why a store did not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The disk underneath.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// What was read is not what was written.
    #[error("damaged: {place}: {what}")]
    Damaged {
        /// Table and key, or file and offset.
        place: String,
        /// What is wrong with it.
        what: String,
    },
    /// Another process has it open.
    #[error("{0} is in use by another process")]
    InUse(String),
    /// The engine says no, for a reason of its own.
    #[error("{0}")]
    Engine(String),
    /// What was asked for does not exist or does not fit.
    #[error("{0}")]
    Asked(String),
}

/// A change of one entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Gives a key a value.
    Put(Table, Vec<u8>, Vec<u8>),
    /// Takes a key away; one that is not there is no error.
    Delete(Table, Vec<u8>),
}

/// Changes that happen together or not at all, in their order.
pub type Batch = Vec<Change>;

/// A database.
pub trait Store: Send {
    /// The value of a key.
    ///
    /// # Errors
    /// If it cannot be read, or is damaged.
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError>;

    /// Visits the entries with `from <= key < to` in the order of keys (of bytes), or all from `from` on,
    /// until the visitor says false.
    ///
    /// # Errors
    /// If an entry cannot be read, or is damaged.
    fn scan(
        &self,
        table: Table,
        from: &[u8],
        to: Option<&[u8]>,
        visit: &mut dyn FnMut(&[u8], &[u8]) -> bool,
    ) -> Result<(), StoreError>;

    /// Makes all changes of a batch; they survive a power cut when it returns.
    ///
    /// # Errors
    /// If it could not: then either all or none of them may be there when the store is opened again.
    fn commit(&mut self, batch: &Batch) -> Result<(), StoreError>;

    /// Bytes on the disk.
    ///
    /// # Errors
    /// As the disk says.
    fn bytes_on_disk(&self) -> Result<u64, StoreError>;

    /// Gives space that is no longer needed back to the disk, as far as the engine can.
    ///
    /// # Errors
    /// As the engine says; nothing is lost.
    fn compact(&mut self) -> Result<(), StoreError>;

    /// Gives up what the store holds in reserve for a full disk, so that something can be deleted.
    ///
    /// # Errors
    /// As the disk says.
    fn give_up_reserve(&mut self) -> Result<(), StoreError> {
        Ok(())
    }

    /// Takes a reserve again, if there is room for one.
    fn take_reserve(&mut self) {}
}
