//! Errors of the system and of the engines in our own words.

use super::StoreError;
use port::DiskError;
use std::io::{Error, ErrorKind};

/// Number of the error "input/output error" of a device, the same on every Linux.
const EIO: i32 = 5;

/// What the system said of a file. What is neither the disk nor a lock is the engine's affair: sled and
/// redb dress up damage as an error of input and output.
pub(crate) fn of_io(error: &Error, place: &str) -> StoreError {
    if let Some(disk) = error.get_ref().and_then(|inner| inner.downcast_ref::<DiskError>()) {
        return StoreError::Disk(disk.clone());
    }
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => StoreError::Disk(DiskError::Full),
        ErrorKind::ReadOnlyFilesystem => StoreError::Disk(DiskError::ReadOnly),
        ErrorKind::WouldBlock => StoreError::InUse(place.into()),
        // sled tells of a lock by words only.
        _ if error.to_string().starts_with("could not acquire lock") => {
            StoreError::InUse(place.into())
        }
        _ if error.raw_os_error() == Some(EIO) => {
            StoreError::Disk(DiskError::Io(format!("{place}: {error}")))
        }
        _ => StoreError::Engine(format!("{place}: {error}")),
    }
}

/// What a panic said.
pub(crate) fn of_panic(panic: &(dyn std::any::Any + Send)) -> String {
    panic
        .downcast_ref::<String>()
        .cloned()
        .or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_string()))
        .unwrap_or_else(|| "without a word".into())
}

/// Makes the entries of a folder durable: names of files that are new, renamed or gone.
pub(crate) fn sync_folder(folder: &std::path::Path) -> Result<(), StoreError> {
    std::fs::File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(|error| of_io(&error, &folder.display().to_string()))
}
