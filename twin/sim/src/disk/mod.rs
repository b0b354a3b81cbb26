//! A disk in memory that fails as it is told, and that can be cut from its power at any moment.
//!
//! *Sector*: 512 bytes, which arrive as a whole or not at all, but for one that may be torn. *Seen*: what
//! is read while the power is there. *Durable*: what a sync made certain. Everything between the two is
//! *pending*, and a cut keeps any part of it.
//!
//! Clones are handles of one disk; a cut makes another. As on Linux, a file that was made longer without
//! being written takes no space, and what was written before a failed sync is seen until the power goes,
//! and is not on the disk.

mod content;
mod cut;
mod state;
#[cfg(test)]
mod tests;

use port::{Disk, DiskError, DiskFile};
use state::{Change, FileNumber, Names, State};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What is wrong with a disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DiskFault {
    /// The operation with that number from now on fails, the next one being 0; only that one. A write
    /// that fails leaves half of it.
    EioAt(u64),
    /// There is space for so many bytes in all files; sectors count as soon as they were written.
    Capacity(u64),
    /// The disk takes no writes.
    ReadOnly,
    /// The write with that number from now on, the next one being 0, goes to another place of the file.
    MisdirectedWriteAt(u64),
    /// The write with that number from now on, the next one being 0, is told to be done and is not.
    LostWriteAt(u64),
    /// A sync is told to be done and is not.
    IgnoreSync,
    /// Each operation takes so many milliseconds, which nobody waits for.
    LatencyMs(u64),
}

/// A disk in memory.
#[derive(Debug, Clone)]
pub struct SimDisk(Arc<Mutex<State>>);

impl Default for SimDisk {
    fn default() -> Self {
        SimDisk::new()
    }
}

impl SimDisk {
    /// Empty and sound.
    pub fn new() -> SimDisk {
        SimDisk::of(State::new(BTreeMap::new(), Names::new()))
    }

    fn of(state: State) -> SimDisk {
        SimDisk(Arc::new(Mutex::new(state)))
    }

    /// From now on there is this fault too.
    pub fn fail(&self, fault: DiskFault) {
        self.state().fail(fault);
    }

    /// No fault is active any more; what they did stays.
    pub fn heal(&self) {
        self.state().heal();
    }

    /// Operations so far: opening, reading, writing, asking for and setting a size, syncing, listing. To
    /// remove and to rename are two each: the change, and the sync of the folder.
    pub fn operations(&self) -> u64 {
        self.state().operations
    }

    /// Simulated latency so far.
    pub fn waited_ms(&self) -> u64 {
        self.state().waited_ms
    }

    /// The disk that is found after the power went now. Of each sector written since its file's last sync
    /// any version survives, at most one sector is torn, and sizes and names may be as they were before.
    pub fn cut(&self, seed: u64) -> SimDisk {
        SimDisk::of(self.state().cut(seed))
    }

    /// The disk that is found if exactly the first so many bytes of the writes since the last syncs had
    /// arrived, in their order, with all names and with the sizes set before the first byte lost.
    pub fn cut_keeping(&self, bytes: u64) -> SimDisk {
        SimDisk::of(self.state().cut_keeping(bytes))
    }

    /// Turns a stored bit over, seen and durable; nothing beyond the end.
    ///
    /// # Panics
    /// If there is no such file.
    pub fn flip(&self, name: &str, bit: u64) {
        let mut state = self.state();
        let file = state.named(name);
        file.seen.flip(bit);
        file.durable.flip(bit);
    }

    /// What is read of a file.
    ///
    /// # Panics
    /// If there is no such file.
    pub fn contents(&self, name: &str) -> Vec<u8> {
        self.state().named(name).seen.all()
    }

    /// Puts bytes into a file, seen and durable.
    ///
    /// # Panics
    /// If there is no such file.
    pub fn overwrite(&self, name: &str, offset: u64, bytes: &[u8]) {
        let mut state = self.state();
        let file = state.named(name);
        file.seen.write(offset, bytes);
        file.durable.write(offset, bytes);
    }

    /// A test that failed with the disk in its hand tells its own failure, not this one's.
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn named(&mut self, name: &str) -> &mut state::File {
        let number = self.seen_names().get(name).copied();
        let number = number.unwrap_or_else(|| panic!("there is no file {name}"));
        self.files.get_mut(&number).expect("named files are there")
    }
}

/// An open file of a simulated disk.
struct SimFile {
    disk: SimDisk,
    file: FileNumber,
}

impl DiskFile for SimFile {
    fn size(&self) -> Result<u64, DiskError> {
        let mut state = self.disk.state();
        state.operate()?;
        Ok(state.files[&self.file].seen.size)
    }

    fn read_at(&self, offset: u64, into: &mut [u8]) -> Result<usize, DiskError> {
        let mut state = self.disk.state();
        state.operate()?;
        Ok(state.files[&self.file].seen.read(offset, into))
    }

    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> Result<(), DiskError> {
        self.disk.state().write(self.file, offset, bytes)
    }

    fn set_size(&mut self, bytes: u64) -> Result<(), DiskError> {
        let mut state = self.disk.state();
        state.operate()?;
        state.check_writable()?;
        state.change(self.file, Change::Size(bytes));
        Ok(())
    }

    fn sync(&mut self) -> Result<(), DiskError> {
        self.disk.state().sync(self.file)
    }
}

impl Disk for SimDisk {
    fn open(&self, name: &str, create: bool) -> Result<Box<dyn DiskFile>, DiskError> {
        let mut state = self.state();
        state.operate()?;
        let file = match state.seen_names().get(name).copied() {
            Some(file) => file,
            None if create => {
                state.check_writable()?;
                state.create(name)
            }
            None => return Err(DiskError::NotFound),
        };
        Ok(Box::new(SimFile { disk: self.clone(), file }))
    }

    fn remove(&self, name: &str) -> Result<(), DiskError> {
        let mut state = self.state();
        state.operate()?;
        state.check_writable()?;
        if !state.seen_names().contains_key(name) {
            return Err(DiskError::NotFound);
        }
        state.change_names(|names| {
            names.remove(name);
        });
        state.sync_names()
    }

    fn rename(&self, from: &str, to: &str) -> Result<(), DiskError> {
        let mut state = self.state();
        state.operate()?;
        state.check_writable()?;
        let file = state.seen_names().get(from).copied().ok_or(DiskError::NotFound)?;
        state.change_names(|names| {
            names.remove(from);
            names.insert(to.into(), file);
        });
        state.sync_names()
    }

    fn list(&self) -> Result<Vec<String>, DiskError> {
        let mut state = self.state();
        state.operate()?;
        Ok(state.seen_names().keys().cloned().collect())
    }
}
