//! Reads all slots of a file once and finds the newest record.

use super::record::{Found, begins, decode};
use crate::planted::{Mistake, planted};
use port::{DiskError, DiskFile};

/// Bytes that are read at a time, about.
const READ_BYTES: usize = 256 * 1024;

/// Damaged records that are told one by one; the others are counted.
const TOLD_MAX: usize = 4;

/// What a file holds.
#[derive(Debug, Default)]
pub(super) struct Scan {
    /// Sequence and payload of the newest valid record.
    pub(super) newest: Option<(u64, Vec<u8>)>,
    /// Of each damaged slot the sequence that it claims.
    damaged: Vec<Option<u64>>,
    /// For each slot that the disk did not read, why.
    unreadable: Vec<DiskError>,
}

/// How records lie in a file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Places {
    /// Bytes of the file.
    pub(super) size: u64,
    /// Bytes from one place to the next.
    pub(super) step: usize,
    /// Bytes that a record may have more than that; then a place may lie in the midst of one.
    pub(super) reach: usize,
}

/// Reads all places.
///
/// # Errors
/// If nothing valid was found and some places cannot be read: what counts may lie there.
pub(super) fn scan(file: &dyn DiskFile, name: &str, places: Places) -> Result<Scan, DiskError> {
    let mut scan = Scan::default();
    let at_once = (READ_BYTES / places.step).max(1);
    let mut bytes = vec![0; at_once * places.step + places.reach];
    let read_bytes = (at_once * places.step) as u64;
    for offset in (0..places.size).step_by(at_once * places.step) {
        let end = places.size.min(offset + read_bytes);
        if scan.read(file, name, offset..end, places, &mut bytes).is_err() {
            // Only the places that cannot be read are lost.
            for at in (offset..end).step_by(places.step) {
                let end = at + places.step as u64;
                let one = &mut bytes[..places.step + places.reach];
                if let Err(error) = scan.read(file, name, at..end, places, one) {
                    scan.unreadable.push(error);
                }
            }
        }
    }
    match (&scan.newest, scan.unreadable.first()) {
        (None, Some(error)) => Err(error.clone()),
        (Some(_), _) | (None, None) => Ok(scan),
    }
}

impl Scan {
    /// Reads the records that begin in a range.
    fn read(
        &mut self,
        file: &dyn DiskFile,
        name: &str,
        range: std::ops::Range<u64>,
        places: Places,
        bytes: &mut [u8],
    ) -> Result<(), DiskError> {
        bytes.fill(0);
        file.read_at(range.start, bytes)?;
        for offset in range.clone().step_by(places.step) {
            let at = (offset - range.start) as usize;
            let record = &bytes[at..at + places.step + places.reach];
            if places.reach == 0 || begins(record) {
                self.take(name, offset, record);
            }
        }
        Ok(())
    }

    fn take(&mut self, name: &str, offset: u64, bytes: &[u8]) {
        match decode(name, offset, bytes) {
            Found::Empty => {}
            Found::Damaged { claims } => self.damaged.push(claims),
            Found::Valid { sequence, payload } => {
                let wins = match &self.newest {
                    None => true,
                    Some((newest, _)) => is_newer(sequence, *newest),
                };
                if wins {
                    self.newest = Some((sequence, payload.to_vec()));
                }
            }
        }
    }

    /// A sentence for each thing that was not as it should be, in a file of so many records. A damaged one
    /// that claims to be further ahead than that is damaged in its sequence too.
    pub(super) fn findings(&self, name: &str, records: u64) -> Vec<String> {
        let mut findings = Vec::new();
        let used = self.newest.as_ref().map(|(sequence, _)| *sequence);
        if used.is_none() && !self.damaged.is_empty() {
            findings.push(format!("{name}: it was used, and no record in it is valid"));
        }
        let ahead = |claimed: &u64| claimed.saturating_sub(used.unwrap_or(0));
        let newer = self.damaged.iter().flatten().copied();
        let newer: Vec<u64> =
            newer.filter(|claimed| (1..=records).contains(&ahead(claimed))).collect();
        for claimed in newer.iter().take(TOLD_MAX) {
            let instead = match used {
                Some(used) => {
                    format!("record {used} before it is used, and what came between is lost")
                }
                None => "and there is none before it".into(),
            };
            findings.push(format!("{name}: record {claimed} is incomplete or damaged; {instead}"));
        }
        let others = self.damaged.len() - newer.len().min(TOLD_MAX);
        if others > 0 {
            findings.push(format!("{name}: {others} more slots are damaged"));
        }
        if let Some(error) = self.unreadable.first() {
            findings
                .push(format!("{name}: {} slots cannot be read: {error}", self.unreadable.len()));
        }
        findings
    }
}

fn is_newer(sequence: u64, than: u64) -> bool {
    if planted(Mistake::OldestWins) {
        return sequence < than;
    }
    if planted(Mistake::SequenceWraps) {
        return sequence as u16 > than as u16;
    }
    sequence > than
}
