//! *Head*: what the database should hold, written outside it after each commit, in two banks.

use super::frame::crc32c;
use super::prints::Prints;
use super::{Contents, Engine, StoreError};
use crate::bank::{BankError, Shape, TwoBanks};
use port::{Disk, DiskError};

/// The file of the head.
const HEAD: &str = "history.head";

/// The file of the prints; what it must be is in the head.
const PRINTS: &str = "history.prints";

/// Version of the payload.
const VERSION: u8 = 1;

/// Length of the payload.
const PAYLOAD_BYTES: usize = 3 + Contents::BYTES + 12 + 17;

/// Places of a bank that are written in turn: a commit an hour for 15 years is 1,000 writes of each.
const SLOTS: u32 = 64;

/// What the head says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct State {
    pub engine: Engine,
    /// What was in the database after the last commit that was told here; it may be one commit ahead.
    pub contents: Contents,
    /// Set while the database is closed as it should be.
    pub closed: Option<Closed>,
    /// Set while a database that was set aside is still to be searched.
    pub unsearched: Option<Unsearched>,
    /// Set when the disk failed under it: what its file reads is not what a power cut would leave.
    pub failed: bool,
}

/// The third byte: open, closed as it should be, or open and the disk has failed.
const OPEN: u8 = 0;
const CLOSED: u8 = 1;
const FAILED: u8 = 2;

/// A database that was set aside and is still to be searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unsearched {
    /// The number in its name.
    pub number: u64,
    /// The last commit of it that is known to be whole.
    pub last_commit: u64,
}

/// Length and checksum of the prints that were taken when it was closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Closed {
    bytes: u64,
    crc: u32,
}

/// The head of the history.
pub(crate) struct Head {
    banks: TwoBanks,
}

impl Head {
    /// Opens or makes it: what it says, if anything, and what was not as it should be.
    pub(crate) fn open(disk: &dyn Disk) -> Result<(Head, Option<State>, Vec<String>), StoreError> {
        let shape = Shape { payload_max: PAYLOAD_BYTES, slots: SLOTS };
        let opened = TwoBanks::open(disk, HEAD, shape)?;
        let mut findings = opened.findings;
        let state = opened.newest.and_then(|(_, payload)| {
            let state = State::from_bytes(&payload);
            if state.is_none() {
                findings.push(format!("{HEAD} is of a version that this program does not know"));
            }
            state
        });
        Ok((Head { banks: opened.banks }, state, findings))
    }

    /// Writes it; it survives a power cut when this returns.
    pub(crate) fn write(&mut self, state: &State) -> Result<(), StoreError> {
        self.banks.write(&state.to_bytes()).map(|_| ()).map_err(|error| match error {
            BankError::Disk(error) => StoreError::Disk(error),
            BankError::ReadBack(_)
            | BankError::GivenUp(_)
            | BankError::TooLong { .. }
            | BankError::NoSequenceLeft => StoreError::Engine(format!("{HEAD}: {error}")),
        })
    }
}

impl State {
    fn to_bytes(&self) -> Vec<u8> {
        let engine =
            Engine::ALL.iter().position(|engine| *engine == self.engine).expect("ALL is complete");
        let how = match (self.closed, self.failed) {
            (Some(_), _) => CLOSED,
            (None, true) => FAILED,
            (None, false) => OPEN,
        };
        let mut bytes = vec![VERSION, engine as u8, how];
        bytes.extend(self.contents.to_bytes());
        let closed = self.closed.unwrap_or(Closed { bytes: 0, crc: 0 });
        bytes.extend(closed.bytes.to_le_bytes());
        bytes.extend(closed.crc.to_le_bytes());
        bytes.push(u8::from(self.unsearched.is_some()));
        let unsearched = self.unsearched.unwrap_or(Unsearched { number: 0, last_commit: 0 });
        bytes.extend(unsearched.number.to_le_bytes());
        bytes.extend(unsearched.last_commit.to_le_bytes());
        bytes
    }

    fn from_bytes(bytes: &[u8]) -> Option<State> {
        if bytes.len() != PAYLOAD_BYTES || bytes[0] != VERSION {
            return None;
        }
        let (contents, closed) = bytes[3..].split_at(Contents::BYTES);
        let (length, rest) = closed.split_first_chunk::<8>()?;
        let (crc, rest) = rest.split_first_chunk::<4>()?;
        let (is_unsearched, rest) = rest.split_first()?;
        let (number, last_commit) = rest.split_first_chunk::<8>()?;
        let closed = Closed { bytes: u64::from_le_bytes(*length), crc: u32::from_le_bytes(*crc) };
        let unsearched = Unsearched {
            number: u64::from_le_bytes(*number),
            last_commit: u64::from_le_bytes(last_commit.try_into().ok()?),
        };
        Some(State {
            engine: *Engine::ALL.get(usize::from(bytes[1]))?,
            contents: Contents::from_bytes(contents)?,
            closed: (bytes[2] == CLOSED).then_some(closed),
            failed: bytes[2] == FAILED,
            unsearched: (*is_unsearched == 1).then_some(unsearched),
        })
    }
}

/// Writes prints; they survive a power cut when this returns.
pub(crate) fn write_prints(disk: &dyn Disk, prints: &Prints) -> Result<Closed, StoreError> {
    let bytes = prints.to_bytes();
    let mut file = disk.open(PRINTS, true)?;
    file.set_size(bytes.len() as u64)?;
    file.write_at(0, &bytes)?;
    file.sync()?;
    Ok(Closed { bytes: bytes.len() as u64, crc: crc32c(&bytes) })
}

/// The prints that the head means; none if the file is not the one it means.
pub(crate) fn read_prints(disk: &dyn Disk, closed: Closed) -> Result<Option<Prints>, StoreError> {
    let file = match disk.open(PRINTS, false) {
        Ok(file) => file,
        Err(DiskError::NotFound) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    if file.size()? != closed.bytes {
        return Ok(None);
    }
    let mut bytes =
        vec![0; usize::try_from(closed.bytes).expect("as long as a file that is there")];
    let read = file.read_at(0, &mut bytes)?;
    let whole = read == bytes.len() && crc32c(&bytes) == closed.crc;
    Ok(whole.then(|| Prints::from_bytes(&bytes)).flatten())
}
