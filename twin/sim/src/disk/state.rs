//! The files of a disk as they are seen and as they would survive, and the faults that are active.

use super::DiskFault;
use super::content::{Content, SECTOR};
use port::DiskError;
use std::collections::{BTreeMap, BTreeSet};

/// Which file, whatever it is called.
pub(super) type FileNumber = u64;

/// Which file has which name.
pub(super) type Names = BTreeMap<String, FileNumber>;

/// A change of a file that was not synced yet.
#[derive(Debug, Clone)]
pub(super) enum Change {
    Write { offset: u64, bytes: Vec<u8> },
    Size(u64),
}

impl Change {
    pub(super) fn apply(&self, content: &mut Content) {
        match self {
            Change::Write { offset, bytes } => content.write(*offset, bytes),
            Change::Size(bytes) => content.set_size(*bytes),
        }
    }
}

/// A file.
#[derive(Debug, Clone, Default)]
pub(super) struct File {
    /// What is read.
    pub(super) seen: Content,
    /// What the last sync made certain.
    pub(super) durable: Content,
}

/// Everything of a disk.
#[derive(Debug)]
pub(super) struct State {
    pub(super) files: BTreeMap<FileNumber, File>,
    /// Changes of all files in their order.
    pub(super) pending: Vec<(FileNumber, Change)>,
    /// The names that are certain, then those after each change since; the last are the ones seen.
    pub(super) names: Vec<Names>,
    faults: Faults,
    pub(super) operations: u64,
    writes: u64,
    pub(super) waited_ms: u64,
}

/// The faults that are active; operations and writes by their number.
#[derive(Debug, Default)]
struct Faults {
    failed_operations: BTreeSet<u64>,
    lost_writes: BTreeSet<u64>,
    misdirected_writes: BTreeSet<u64>,
    capacity: Option<u64>,
    read_only: bool,
    ignore_sync: bool,
    latency_ms: u64,
}

impl State {
    /// Of files that are as they survived.
    pub(super) fn new(files: BTreeMap<FileNumber, File>, names: Names) -> State {
        State {
            files,
            pending: Vec::new(),
            names: vec![names],
            faults: Faults::default(),
            operations: 0,
            writes: 0,
            waited_ms: 0,
        }
    }

    pub(super) fn fail(&mut self, fault: DiskFault) {
        let (operations, writes) = (self.operations, self.writes);
        let faults = &mut self.faults;
        match fault {
            DiskFault::EioAt(wait) => {
                faults.failed_operations.insert(operations + wait);
            }
            DiskFault::LostWriteAt(wait) => {
                faults.lost_writes.insert(writes + wait);
            }
            DiskFault::MisdirectedWriteAt(wait) => {
                faults.misdirected_writes.insert(writes + wait);
            }
            DiskFault::Capacity(bytes) => faults.capacity = Some(bytes),
            DiskFault::ReadOnly => faults.read_only = true,
            DiskFault::IgnoreSync => faults.ignore_sync = true,
            DiskFault::LatencyMs(ms) => faults.latency_ms = ms,
        }
    }

    pub(super) fn heal(&mut self) {
        self.faults = Faults::default();
    }

    /// Names as they are seen.
    pub(super) fn seen_names(&self) -> &Names {
        self.names.last().expect("there is always one")
    }

    /// Counts an operation; fails if it is one that shall.
    pub(super) fn operate(&mut self) -> Result<(), DiskError> {
        let number = self.operations;
        self.operations += 1;
        self.waited_ms += self.faults.latency_ms;
        if self.faults.failed_operations.contains(&number) {
            return Err(DiskError::Io(format!("operation {number} failed")));
        }
        Ok(())
    }

    /// Fails if the disk takes no writes.
    pub(super) fn check_writable(&self) -> Result<(), DiskError> {
        if self.faults.read_only { Err(DiskError::ReadOnly) } else { Ok(()) }
    }

    fn file(&mut self, file: FileNumber) -> &mut File {
        self.files.get_mut(&file).expect("files stay while their disk is there")
    }

    pub(super) fn change(&mut self, file: FileNumber, change: Change) {
        change.apply(&mut self.file(file).seen);
        self.pending.push((file, change));
    }

    pub(super) fn write(
        &mut self,
        file: FileNumber,
        offset: u64,
        bytes: &[u8],
    ) -> Result<(), DiskError> {
        let outcome = self.operate();
        let number = self.writes;
        self.writes += 1;
        self.check_writable()?;
        if let Err(error) = outcome {
            // What an error leaves of a write is anybody's guess; here the first half of it.
            self.arrive(file, offset, &bytes[..bytes.len() / 2]);
            return Err(error);
        }
        if self.faults.lost_writes.contains(&number) {
            return Ok(());
        }
        if self.faults.misdirected_writes.contains(&number) {
            let size = self.file(file).seen.size;
            let offset = misdirected(size, offset, bytes.len() as u64);
            return self.write_within_capacity(file, offset, bytes);
        }
        self.write_within_capacity(file, offset, bytes)
    }

    /// Writes as much as there is space for.
    fn write_within_capacity(
        &mut self,
        file: FileNumber,
        offset: u64,
        bytes: &[u8],
    ) -> Result<(), DiskError> {
        let capacity = self.faults.capacity.unwrap_or(u64::MAX);
        let used = self.used();
        let wanted = self.file(file).seen.new_sectors(offset, bytes) * SECTOR as u64;
        if wanted == 0 || used + wanted <= capacity {
            self.arrive(file, offset, bytes);
            return Ok(());
        }
        let fitting = usize::try_from(capacity.saturating_sub(used)).unwrap_or(usize::MAX);
        let fitting = bytes.len().min(fitting - fitting % SECTOR);
        self.arrive(file, offset, &bytes[..fitting]);
        Err(DiskError::Full)
    }

    fn arrive(&mut self, file: FileNumber, offset: u64, bytes: &[u8]) {
        if !bytes.is_empty() {
            self.change(file, Change::Write { offset, bytes: bytes.to_vec() });
        }
    }

    /// Bytes in the files that have a name.
    fn used(&self) -> u64 {
        let sectors = |file: &FileNumber| self.files[file].seen.sectors.len() as u64;
        self.seen_names().values().map(sectors).sum::<u64>() * SECTOR as u64
    }

    /// Makes a file's changes certain, and all names if its own is not yet.
    ///
    /// When it fails none of the changes reached the disk, and none will: they are seen until the power
    /// goes, and a second sync says ok, as page caches do.
    pub(super) fn sync(&mut self, file: FileNumber) -> Result<(), DiskError> {
        let outcome = self.operate();
        let has_changes = self.pending.iter().any(|(other, _)| *other == file);
        if has_changes {
            self.check_writable()?;
        }
        if outcome.is_ok() && self.faults.ignore_sync {
            return Ok(());
        }
        let changes = self.pending.extract_if(.., |(other, _)| *other == file);
        let changes: Vec<_> = changes.collect();
        outcome?;
        let durable = &mut self.file(file).durable;
        changes.iter().for_each(|(_, change)| change.apply(durable));
        if !self.names[0].values().any(|named| *named == file) {
            self.names.drain(..self.names.len() - 1);
        }
        Ok(())
    }

    /// Makes the names certain.
    pub(super) fn sync_names(&mut self) -> Result<(), DiskError> {
        self.operate()?;
        if !self.faults.ignore_sync {
            self.names.drain(..self.names.len() - 1);
        }
        Ok(())
    }

    /// Changes the names as they are seen.
    pub(super) fn change_names(&mut self, change: impl FnOnce(&mut Names)) {
        let mut names = self.seen_names().clone();
        change(&mut names);
        self.names.push(names);
    }

    /// A new file of that name.
    pub(super) fn create(&mut self, name: &str) -> FileNumber {
        let file = self.files.last_key_value().map_or(0, |(last, _)| last + 1);
        self.files.insert(file, File::default());
        self.change_names(|names| {
            names.insert(name.into(), file);
        });
        file
    }
}

/// Half the file further, where another record lies that looks the same; in a file that is too short for
/// that, right behind where it should be.
fn misdirected(size: u64, offset: u64, length: u64) -> u64 {
    let half = size / 2 / SECTOR as u64 * SECTOR as u64;
    if half == 0 || half + length > size {
        return offset + length;
    }
    let further = offset + half;
    if further + length <= size { further } else { offset - half.min(offset) }
}
