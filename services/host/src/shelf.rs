//! Small documents that a service keeps: users, dashboards, schedules.
//!
//! A document is read and written as a whole. Two processes may have a shelf at once (the meter, and a command at
//! the console), so a change is made of what stands there at that moment.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// Why a document cannot be read or written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShelfError(pub String);

impl std::fmt::Display for ShelfError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ShelfError {}

/// What a change makes of a document (none if there is none yet): the new one, or nothing if it stays.
pub type Change<'a> = &'a mut dyn FnMut(Option<&[u8]>) -> Option<Vec<u8>>;

/// Where documents stand, by name: small letters, digits and `-`; an ending says what is no JSON.
pub trait Shelf: Send + Sync {
    /// Something that is another after each write, by whichever process.
    ///
    /// # Errors
    /// As the disk says.
    fn stamp(&self, name: &str) -> Result<u64, ShelfError>;

    /// A document, if there is one.
    ///
    /// # Errors
    /// As the disk says.
    fn read(&self, name: &str) -> Result<Option<Vec<u8>>, ShelfError>;

    /// Changes a document; durable when it returns.
    ///
    /// # Errors
    /// As the disk says; then what stood there stands.
    fn update(&self, name: &str, change: Change<'_>) -> Result<(), ShelfError>;

    /// Takes a document away; one that is not there is gone already.
    ///
    /// # Errors
    /// As the disk says.
    fn remove(&self, name: &str) -> Result<(), ShelfError>;
}

/// A shelf that is gone with the process.
#[derive(Debug, Default)]
pub struct MemoryShelf(Mutex<BTreeMap<String, (u64, Vec<u8>)>>);

impl Shelf for MemoryShelf {
    fn stamp(&self, name: &str) -> Result<u64, ShelfError> {
        let documents = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(documents.get(name).map_or(0, |(stamp, _)| *stamp))
    }

    fn read(&self, name: &str) -> Result<Option<Vec<u8>>, ShelfError> {
        let documents = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(documents.get(name).map(|(_, bytes)| bytes.clone()))
    }

    fn update(&self, name: &str, change: Change<'_>) -> Result<(), ShelfError> {
        let mut documents = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let before = documents.get(name);
        let stamp = before.map_or(0, |(stamp, _)| *stamp);
        if let Some(bytes) = change(before.map(|(_, bytes)| &bytes[..])) {
            documents.insert(name.to_string(), (stamp + 1, bytes));
        }
        Ok(())
    }

    fn remove(&self, name: &str) -> Result<(), ShelfError> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
        Ok(())
    }
}
