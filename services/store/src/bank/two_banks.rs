//! Two banks of records in a file, of which the newest valid one counts.

use super::SECTOR_BYTES;
use super::record::{self, Found, HEAD_BYTES};
use super::scan::{Places, Scan, scan};
use crate::planted::{Mistake, planted};
use port::{Disk, DiskError, DiskFile};

/// Bytes of zeros that a new file is written in at a time.
const ZEROS_BYTES: usize = 256 * 1024;

/// Fewest records of a bank. With one, a write would follow a write that failed into the same slot, and
/// an error of that place would be one for ever.
const SLOTS_MIN: u32 = 2;

/// Bytes of the longest record in a file of a shape that is not known: parameters with their configuration.
const REACH: usize = 128 * 1024;

/// How large records may be, and how many there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Bytes of the longest payload.
    pub payload_max: usize,
    /// Records in each bank, at least two.
    pub slots: u32,
}

impl Shape {
    /// Bytes from one record to the next: whole sectors, so that a torn write spoils no other record.
    pub fn slot_bytes(self) -> usize {
        (HEAD_BYTES + self.payload_max).next_multiple_of(SECTOR_BYTES)
    }

    /// Bytes of the file.
    pub fn file_bytes(self) -> u64 {
        2 * u64::from(self.slots) * self.slot_bytes() as u64
    }

    /// Where the record of a sequence lies: even ones in the first bank, odd ones in the second, and in
    /// each bank slot after slot.
    pub fn offset(self, sequence: u64) -> u64 {
        let bank = if planted(Mistake::BanksSwapped) { 0 } else { sequence % 2 };
        let slot = sequence / 2 % u64::from(self.slots);
        (bank * u64::from(self.slots) + slot) * self.slot_bytes() as u64
    }
}

/// Why a record was not written. The last one that was acknowledged still stands.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BankError {
    /// The disk underneath.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// What is read is not what was written.
    #[error("record {0} reads otherwise than it was written")]
    ReadBack(u64),
    /// A sync failed before; nothing is certain of this file until it is opened anew.
    #[error("the file was given up: {0}")]
    GivenUp(String),
    /// The payload does not fit.
    #[error("a payload of {found} bytes, where {most} fit")]
    TooLong {
        /// Its bytes.
        found: usize,
        /// Most bytes.
        most: usize,
    },
    /// All sequences are used: 2^64, which is for ever at any rate a disk can do.
    #[error("no sequence is left")]
    NoSequenceLeft,
}

/// A file of two banks.
pub struct TwoBanks {
    file: Box<dyn DiskFile>,
    name: String,
    shape: Shape,
    /// Sequence of the newest record that is known to be good; 0 before the first.
    newest: u64,
    /// Writes that failed since then.
    failed: u64,
    given_up: Option<String>,
}

/// A file as it was found.
pub struct Opened {
    /// To write on.
    pub banks: TwoBanks,
    /// Sequence and payload of the newest valid record.
    pub newest: Option<(u64, Vec<u8>)>,
    /// A sentence for each thing that was not as it should be.
    pub findings: Vec<String>,
}

impl TwoBanks {
    /// Opens a file, or makes it. A file of another size is made anew around its newest record.
    ///
    /// # Errors
    /// As the disk says. Damaged records are no errors but findings.
    ///
    /// # Panics
    /// If a bank has less than two slots.
    pub fn open(disk: &dyn Disk, name: &str, shape: Shape) -> Result<Opened, DiskError> {
        assert!(shape.slots >= SLOTS_MIN, "a bank has {SLOTS_MIN} slots or more");
        let file = match disk.open(name, false) {
            Err(DiskError::NotFound) => {
                let file = make(disk, name, shape, None)?;
                return Ok(TwoBanks::opened(file, name, shape, Scan::default(), Vec::new()));
            }
            other => other?,
        };
        let found_bytes = file.size()?;
        if found_bytes == shape.file_bytes() {
            let scan = scan(
                &*file,
                name,
                Places { size: found_bytes, step: shape.slot_bytes(), reach: 0 },
            )?;
            let findings = scan.findings(name);
            return Ok(TwoBanks::opened(file, name, shape, scan, findings));
        }
        drop(file);
        TwoBanks::reshape(disk, name, shape)
    }

    /// Makes a file that has another size anew. Until the last step the old one stands.
    fn reshape(disk: &dyn Disk, name: &str, shape: Shape) -> Result<Opened, DiskError> {
        let old = disk.open(name, false)?;
        let found_bytes = old.size()?;
        // Slots of any size begin with a sector.
        let scan =
            scan(&*old, name, Places { size: found_bytes, step: SECTOR_BYTES, reach: REACH })?;
        drop(old);
        let wanted = shape.file_bytes();
        let kept = scan.newest.as_ref().filter(|(_, payload)| payload.len() <= shape.payload_max);
        let what = match (&scan.newest, kept) {
            (Some((sequence, _)), Some(_)) => format!("record {sequence} was taken over"),
            (Some((sequence, _)), None) => {
                let text = format!("{name}: record {sequence} is longer than any of this program");
                return Err(DiskError::Io(text));
            }
            (None, _) => "there was no valid record in it".into(),
        };
        let finding =
            format!("{name} had {found_bytes} bytes instead of {wanted} and was made anew: {what}");
        let file = make(disk, name, shape, kept)?;
        Ok(TwoBanks::opened(file, name, shape, scan, vec![finding]))
    }

    fn opened(
        file: Box<dyn DiskFile>,
        name: &str,
        shape: Shape,
        scan: Scan,
        findings: Vec<String>,
    ) -> Opened {
        let newest = scan.newest.as_ref().map_or(0, |(sequence, _)| *sequence);
        let banks = TwoBanks { file, name: name.into(), shape, newest, failed: 0, given_up: None };
        Opened { banks, newest: scan.newest, findings }
    }

    /// Bytes of the longest payload.
    pub fn payload_max(&self) -> usize {
        self.shape.payload_max
    }

    /// Writes, syncs, reads back; returns the sequence. A record before is never touched: as long as writes
    /// fail, only the bank is tried that does not hold the newest good one.
    ///
    /// # Errors
    /// See [`BankError`]. After an error of sync the file is given up.
    pub fn write(&mut self, payload: &[u8]) -> Result<u64, BankError> {
        if let Some(reason) = &self.given_up {
            return Err(BankError::GivenUp(reason.clone()));
        }
        if payload.len() > self.shape.payload_max {
            let (found, most) = (payload.len(), self.shape.payload_max);
            return Err(BankError::TooLong { found, most });
        }
        let sequence = self.newest.checked_add(1 + 2 * self.failed);
        let sequence = sequence.ok_or(BankError::NoSequenceLeft)?;
        self.failed += 1;
        self.write_as(sequence, payload)?;
        (self.newest, self.failed) = (sequence, 0);
        Ok(sequence)
    }

    fn write_as(&mut self, sequence: u64, payload: &[u8]) -> Result<(), BankError> {
        let offset = self.shape.offset(sequence);
        let bytes = record::encode(&self.name, offset, sequence, payload);
        self.file.write_at(offset, &bytes)?;
        self.sync()?;
        if planted(Mistake::ReadBackSkipped) {
            return Ok(());
        }
        let mut read = vec![0; bytes.len()];
        let count = self.file.read_at(offset, &mut read)?;
        if count == bytes.len() && read == bytes {
            Ok(())
        } else {
            Err(BankError::ReadBack(sequence))
        }
    }

    /// A sync that fails is the last one: the system may take what it could not write for written.
    fn sync(&mut self) -> Result<(), DiskError> {
        if planted(Mistake::BankSyncSkipped) {
            return Ok(());
        }
        let mut outcome = self.file.sync();
        if planted(Mistake::FailedSyncRetried) && outcome.is_err() {
            outcome = self.file.sync();
        }
        if let Err(error) = &outcome {
            self.given_up = Some(error.to_string());
        }
        outcome
    }

    /// Whether the newest record still reads as this payload, from the file.
    ///
    /// # Errors
    /// As the disk says.
    pub fn still_holds(&self, payload: &[u8]) -> Result<bool, DiskError> {
        let offset = self.shape.offset(self.newest);
        let mut bytes = vec![0; self.shape.slot_bytes()];
        self.file.read_at(offset, &mut bytes)?;
        let found = record::decode(&self.name, offset, &bytes);
        Ok(found == Found::Valid { sequence: self.newest, payload })
    }
}

/// Makes a file under another name and gives it its own when it is whole, so that a file of that name is
/// always one of its full size. It is written all over: its blocks are then there, so that no later sync
/// has anything but data to write and a full disk does not concern it.
fn make(
    disk: &dyn Disk,
    name: &str,
    shape: Shape,
    first: Option<&(u64, Vec<u8>)>,
) -> Result<Box<dyn DiskFile>, DiskError> {
    let new_name = format!("{name}.new");
    let mut file = disk.open(&new_name, true)?;
    let size = shape.file_bytes();
    file.set_size(size)?;
    let zeros = vec![0; ZEROS_BYTES];
    for offset in (0..size).step_by(ZEROS_BYTES) {
        let count =
            usize::try_from(size - offset).map_or(ZEROS_BYTES, |left| left.min(ZEROS_BYTES));
        file.write_at(offset, &zeros[..count])?;
    }
    if let Some((sequence, payload)) = first {
        let offset = shape.offset(*sequence);
        file.write_at(offset, &record::encode(name, offset, *sequence, payload))?;
    }
    file.sync()?;
    disk.rename(&new_name, name)?;
    Ok(file)
}
