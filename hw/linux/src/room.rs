//! What a file system offers: room, whether it outlives the supply, and how long a sync takes.

use std::fs::OpenOptions;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::time::{Duration, Instant};

/// Types of file systems that lie in memory: tmpfs and ramfs (linux/magic.h).
const IN_MEMORY: [u32; 2] = [0x0102_1994, 0x8584_58F6];

/// Bytes that are synced at a time: a page, as a batch of the journal.
const SYNCED_BYTES: usize = 4096;

/// Room of a file system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// Bytes that this user may still write.
    pub free_bytes: u64,
    /// Whether all is gone with the supply.
    pub in_memory: bool,
}

impl Room {
    /// Of the file system of a folder.
    ///
    /// # Errors
    /// If the folder cannot be reached.
    pub fn of(folder: &Path) -> io::Result<Room> {
        let room = rustix::fs::statvfs(folder)?;
        // The type is a pattern of 32 bits, with or without sign by the processor.
        let kind = rustix::fs::statfs(folder)?.f_type as u32;
        let free_bytes = room.f_bavail.saturating_mul(room.f_frsize);
        Ok(Room { free_bytes, in_memory: IN_MEMORY.contains(&kind) })
    }
}

/// The longest of so many syncs of a page in a file that is made for it and taken away.
///
/// # Errors
/// If the folder takes no file, or the device no sync.
pub fn longest_sync(folder: &Path, times: u32) -> io::Result<Duration> {
    let path = folder.join(format!("doctor-{}", std::process::id()));
    let file = OpenOptions::new().write(true).create_new(true).open(&path)?;
    let page = [0xA5; SYNCED_BYTES];
    let longest =
        (0..times).try_fold(Duration::ZERO, |longest: Duration, place| -> io::Result<Duration> {
            let begun = Instant::now();
            file.write_all_at(&page, u64::from(place) * SYNCED_BYTES as u64)?;
            file.sync_data()?;
            Ok(longest.max(begun.elapsed()))
        });
    std::fs::remove_file(&path)?;
    longest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_told_from_a_disk() {
        let memory = Room::of(Path::new("/dev/shm")).expect("every Linux has it");
        assert!(memory.in_memory);
        let sources = Room::of(Path::new(env!("CARGO_MANIFEST_DIR"))).expect("it is here");
        assert!(sources.free_bytes > 0);
        assert!(Room::of(Path::new("/nowhere")).is_err());
    }

    #[test]
    fn a_sync_leaves_nothing_behind() {
        let folder = tempfile::tempdir().expect("a folder");
        let longest = longest_sync(folder.path(), 3).expect("it can be written");
        assert!(longest > Duration::ZERO);
        assert_eq!(std::fs::read_dir(folder.path()).expect("it is there").count(), 0);
        assert!(longest_sync(Path::new("/nowhere"), 1).is_err());
    }
}
