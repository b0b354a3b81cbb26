//! What keeps bytes: a folder of files that are read and written at places.
//!
//! A write may be torn, lost or reordered with others until `sync` has returned; a disk that forgets what
//! it was told to sync cannot be built upon. Names have no folders in them.

use std::fmt;

/// Why a disk did not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DiskError {
    /// No such file.
    NotFound,
    /// No space is left.
    Full,
    /// The disk takes no writes.
    ReadOnly,
    /// The device failed; after a failed `sync` nothing is known of what was written since the last one.
    Io(String),
}

impl fmt::Display for DiskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DiskError::NotFound => f.write_str("no such file"),
            DiskError::Full => f.write_str("no space is left on the disk"),
            DiskError::ReadOnly => f.write_str("the disk takes no writes"),
            DiskError::Io(text) => write!(f, "the disk failed: {text}"),
        }
    }
}

impl std::error::Error for DiskError {}

/// An open file.
pub trait DiskFile: Send {
    /// Length in bytes.
    ///
    /// # Errors
    /// As the disk says.
    fn size(&self) -> Result<u64, DiskError>;

    /// Reads from a place until the buffer is full or the file ends; tells how many bytes there were.
    ///
    /// # Errors
    /// As the disk says.
    fn read_at(&self, offset: u64, into: &mut [u8]) -> Result<usize, DiskError>;

    /// Writes all bytes at a place; beyond the end the file grows, with zeros between.
    ///
    /// # Errors
    /// As the disk says. Some of the bytes may have been written.
    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> Result<(), DiskError>;

    /// Makes the file longer (zeros) or shorter.
    ///
    /// # Errors
    /// As the disk says.
    fn set_size(&mut self, bytes: u64) -> Result<(), DiskError>;

    /// Returns when everything written before would survive a power cut.
    ///
    /// # Errors
    /// As the disk says. A file whose `sync` failed is not written to again.
    fn sync(&mut self) -> Result<(), DiskError>;
}

/// A folder of files.
pub trait Disk: Send {
    /// Opens a file, which is made if `create` says so; a new file survives a power cut from its first
    /// `sync` on.
    ///
    /// # Errors
    /// As the disk says; `NotFound` without `create`.
    fn open(&self, name: &str, create: bool) -> Result<Box<dyn DiskFile>, DiskError>;

    /// Removes a file, for good when it returns.
    ///
    /// # Errors
    /// As the disk says.
    fn remove(&self, name: &str) -> Result<(), DiskError>;

    /// Gives a file another name, in place of a file that had it; for good when it returns.
    ///
    /// # Errors
    /// As the disk says.
    fn rename(&self, from: &str, to: &str) -> Result<(), DiskError>;

    /// Names of all files, sorted.
    ///
    /// # Errors
    /// As the disk says.
    fn list(&self) -> Result<Vec<String>, DiskError>;
}
