//! The journal: rows and events as they happen, durable before they are acknowledged.
//!
//! *Record*: what one append wrote, with a checksum. *Segment*: a file of records, of one size, filled with
//! zeros before its first record, so that a sync has nothing to write but the record. A segment is removed as
//! a whole. What the bytes of a record mean is not known here.
//!
//! After a failed sync nothing is known of what was written (Linux forgets that pages were dirty), so the
//! journal is given up until it is opened anew, which writes the last record once more.

mod segment;

use crate::bytes::CRC;
use crate::engine::StoreError;
use crate::planted::{Mistake, planted};
use port::{Disk, DiskError, DiskFile};
use segment::{HEADER_BYTES, Tail};
use std::collections::BTreeSet;

/// Bytes of a segment: a day of minutes of 150 columns, and small against any disk.
pub const SEGMENT_BYTES: usize = 1 << 20;

/// Longest payload: with its header and a preamble it fits a segment.
pub const PAYLOAD_BYTES_MAX: usize = 512 << 10;

/// Segments at once. A database that takes nothing must not let the journal eat the disk; this is
/// months of minutes.
pub const SEGMENTS_MAX: usize = 64;

/// Zeros are written in pieces of this size.
const PIECE_BYTES: usize = 64 << 10;

const PREFIX: &str = "journal-";

/// What an append wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record<'a> {
    /// Number of its segment.
    pub segment: u64,
    /// Each record has one more than the one before it.
    pub sequence: u64,
    /// What was given.
    pub payload: &'a [u8],
}

/// Records in segments on a disk.
pub struct Journal {
    disk: Box<dyn Disk>,
    segments: BTreeSet<u64>,
    /// The one that is written to.
    file: Option<Box<dyn DiskFile>>,
    /// Number of the newest segment that was ever begun.
    newest: u64,
    offset: usize,
    sequence: u64,
    given_up: Option<DiskError>,
    buffer: Vec<u8>,
}

fn file_name(segment: u64) -> String {
    format!("{PREFIX}{segment:010}")
}

fn number_of(name: &str) -> Option<u64> {
    name.strip_prefix(PREFIX).filter(|digits| digits.len() == 10)?.parse().ok()
}

impl Journal {
    /// Opens what is on the disk, shows each record that is whole, and tells what is not as it should be.
    ///
    /// A disk that takes no writes is read all the same; then every append fails.
    ///
    /// # Errors
    /// If the disk cannot be read.
    pub fn open(
        disk: Box<dyn Disk>,
        visit: &mut dyn FnMut(Record),
    ) -> Result<(Journal, Vec<String>), DiskError> {
        let segments: BTreeSet<u64> =
            disk.list()?.iter().filter_map(|name| number_of(name)).collect();
        let newest = segments.last().copied().unwrap_or(0);
        let mut journal = Journal {
            disk,
            segments,
            file: None,
            newest,
            offset: SEGMENT_BYTES,
            sequence: 0,
            given_up: None,
            buffer: Vec::new(),
        };
        let mut findings = Vec::new();
        for number in journal.segments.clone() {
            journal.read(number, visit, &mut findings)?;
        }
        Ok((journal, findings))
    }

    fn read(
        &mut self,
        number: u64,
        visit: &mut dyn FnMut(Record),
        findings: &mut Vec<String>,
    ) -> Result<(), DiskError> {
        let mut file = self.disk.open(&file_name(number), false)?;
        let mut bytes = vec![0; SEGMENT_BYTES];
        let length = file.read_at(0, &mut bytes)?;
        let mut reading = segment::Reading::new(&bytes, number, self.sequence);
        for record in &mut reading {
            visit(record);
        }
        let name = file_name(number);
        self.sequence = reading.sequence;
        findings.extend(reading.findings.iter().map(|what| format!("{name}: {what}")));
        let tail = reading.tail();
        if tail != Tail::Clean {
            findings.push(format!("{name}: {tail}"));
        }
        if number == self.newest {
            self.offset = reading.end;
            let again = segment::last_again(&bytes, &reading);
            match go_on(file.as_mut(), again, length) {
                Ok(()) => self.file = Some(file),
                Err(error) => self.given_up = Some(error),
            }
        }
        Ok(())
    }

    /// Whether records of so many bytes of payload altogether, in so many records, still fit this segment.
    pub fn fits(&self, records: usize, payload_bytes: usize) -> bool {
        self.file.is_some() && self.offset + records * HEADER_BYTES + payload_bytes <= SEGMENT_BYTES
    }

    /// Writes a record into the segment and returns the segment's number when it is durable.
    ///
    /// # Errors
    /// `Disk(Full)` or `Disk(ReadOnly)`: nothing was appended, and a later append may succeed. Any other
    /// error of the disk: the journal is given up, and every append fails until it is opened anew.
    /// `Asked` if it does not fit: see [`Journal::fits`] and [`Journal::turn`].
    pub fn append(&mut self, payload: &[u8]) -> Result<u64, StoreError> {
        self.usable()?;
        if payload.len() > PAYLOAD_BYTES_MAX || !self.fits(1, payload.len()) {
            let bytes = payload.len();
            return Err(StoreError::Asked(format!(
                "a record of {bytes} bytes does not fit the journal"
            )));
        }
        self.buffer.clear();
        segment::put(&mut self.buffer, self.newest, self.sequence + 1, payload);
        let file = self.file.as_mut().expect("a segment that something fits is open");
        if let Err(error) = file.write_at(self.offset as u64, &self.buffer) {
            return Err(self.failed(error));
        }
        if !planted(Mistake::JournalSyncSkipped)
            && let Err(error) = file.sync()
        {
            self.given_up = Some(error.clone());
            return Err(error.into());
        }
        self.offset += self.buffer.len();
        self.sequence += 1;
        Ok(self.newest)
    }

    fn usable(&self) -> Result<(), StoreError> {
        match &self.given_up {
            Some(error) => Err(error.clone().into()),
            None => Ok(()),
        }
    }

    /// A write that was refused may be tried again; one that failed may have left anything.
    fn failed(&mut self, error: DiskError) -> StoreError {
        match error {
            DiskError::Full | DiskError::ReadOnly => {}
            DiskError::Io(_) | DiskError::NotFound => self.given_up = Some(error.clone()),
        }
        error.into()
    }

    /// Begins a new segment.
    ///
    /// # Errors
    /// As the disk says; then the segment before stays in use. `Engine` if there are too many.
    pub fn turn(&mut self) -> Result<(), StoreError> {
        self.usable()?;
        if self.segments.len() >= SEGMENTS_MAX {
            return Err(StoreError::Engine(format!(
                "the journal is full: {SEGMENTS_MAX} segments that the database has not taken"
            )));
        }
        let number = self.newest + 1;
        match self.begin(number) {
            Ok(file) => {
                self.segments.insert(number);
                (self.newest, self.offset, self.file) = (number, 0, Some(file));
                Ok(())
            }
            Err(error) => {
                // What is left of it holds nothing; it is begun anew by the next try.
                let _ = self.disk.remove(&file_name(number));
                Err(error.into())
            }
        }
    }

    fn begin(&self, number: u64) -> Result<Box<dyn DiskFile>, DiskError> {
        let mut file = self.disk.open(&file_name(number), true)?;
        fill(file.as_mut(), 0)?;
        file.sync()?;
        Ok(file)
    }

    /// Removes a segment; the newest one stays.
    ///
    /// # Errors
    /// As the disk says.
    pub fn remove(&mut self, segment: u64) -> Result<(), DiskError> {
        if segment < self.newest && self.segments.contains(&segment) {
            self.disk.remove(&file_name(segment))?;
            self.segments.remove(&segment);
        }
        Ok(())
    }

    /// Numbers of all segments, the oldest first.
    pub fn segments(&self) -> Vec<u64> {
        self.segments.iter().copied().collect()
    }

    /// Bytes of all segments.
    pub fn bytes_on_disk(&self) -> u64 {
        (self.segments.len() * SEGMENT_BYTES) as u64
    }

    /// Number of the newest segment.
    pub fn segment(&self) -> u64 {
        self.newest
    }
}

/// Makes the newest segment ready for more: the last record is written again, since after a failed sync it
/// may be in the cache only, with zeros over what is behind it.
fn go_on(
    file: &mut dyn DiskFile,
    (offset, bytes): (usize, Vec<u8>),
    length: usize,
) -> Result<(), DiskError> {
    file.write_at(offset as u64, &bytes)?;
    if length < SEGMENT_BYTES {
        fill(file, length.max(offset + bytes.len()))?;
    }
    file.sync()
}

fn fill(file: &mut dyn DiskFile, from: usize) -> Result<(), DiskError> {
    let zeros = [0; PIECE_BYTES];
    let mut offset = from;
    while offset < SEGMENT_BYTES {
        let piece = PIECE_BYTES.min(SEGMENT_BYTES - offset);
        file.write_at(offset as u64, &zeros[..piece])?;
        offset += piece;
    }
    Ok(())
}
