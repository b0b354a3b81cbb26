//! The bytes of a segment: records one behind the other, then zeros.
//!
//! A record is magic, length of the payload, sequence, CRC-32C (over the segment's number, length, sequence
//! and payload), payload. The number is in the checksum so that a record of another file is none here.

use super::{CRC, PAYLOAD_BYTES_MAX, Record, SEGMENT_BYTES};
use crate::bytes::Reader;
use std::fmt;

const MAGIC: [u8; 4] = *b"EMSJ";

/// Before each payload.
pub(super) const HEADER_BYTES: usize = 20;

/// What a disk writes as a whole, or not at all, or torn in one place.
const SECTOR_BYTES: usize = 512;

fn checksum(segment: u64, length: u32, sequence: u64, payload: &[u8]) -> u32 {
    let mut digest = CRC.digest();
    digest.update(&segment.to_le_bytes());
    digest.update(&length.to_le_bytes());
    digest.update(&sequence.to_le_bytes());
    digest.update(payload);
    digest.finalize()
}

/// Adds a record.
pub(super) fn put(out: &mut Vec<u8>, segment: u64, sequence: u64, payload: &[u8]) {
    let length = u32::try_from(payload.len()).expect("a payload is bounded");
    out.extend_from_slice(&MAGIC);
    out.extend_from_slice(&length.to_le_bytes());
    out.extend_from_slice(&sequence.to_le_bytes());
    out.extend_from_slice(&checksum(segment, length, sequence, payload).to_le_bytes());
    out.extend_from_slice(payload);
}

/// Length of the payload, if these bytes begin like a record.
fn length_at(bytes: &[u8]) -> Option<usize> {
    let mut reader = Reader(bytes);
    let magic = reader.array::<4>()? == MAGIC;
    let length = u32::from_le_bytes(reader.array()?) as usize;
    (magic && length <= PAYLOAD_BYTES_MAX).then_some(length)
}

fn record_at(bytes: &[u8], segment: u64) -> Option<Record<'_>> {
    let length = length_at(bytes)?;
    let mut reader = Reader(bytes.get(8..)?);
    let sequence = u64::from_le_bytes(reader.array()?);
    let expected = u32::from_le_bytes(reader.array()?);
    let payload = reader.take(length)?;
    let whole = checksum(segment, length as u32, sequence, payload) == expected;
    whole.then_some(Record { segment, sequence, payload })
}

/// What is behind the last whole record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Tail {
    /// Zeros.
    Clean,
    /// Part of a record, as a power cut leaves it. Told nevertheless: a flipped bit can look like it.
    Torn { offset: usize },
    /// No power cut leaves this: a record may have been acknowledged here.
    Damaged { offset: usize },
}

impl fmt::Display for Tail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Tail::Clean => f.write_str("ends as it should"),
            Tail::Torn { offset } => write!(
                f,
                "a write that had not been acknowledged ends in its midst at offset {offset}, as \
                 after a power cut; it was cut off"
            ),
            Tail::Damaged { offset } => write!(
                f,
                "damaged at offset {offset}; a record that was acknowledged may be lost there"
            ),
        }
    }
}

/// Goes over the records of a segment, and over what is damaged between them.
pub(super) struct Reading<'a> {
    bytes: &'a [u8],
    segment: u64,
    /// Of the last whole record, or of the segment before; 0 before the first.
    pub(super) sequence: u64,
    /// Behind the last whole record.
    pub(super) end: usize,
    /// Where the last whole record is.
    last: Option<usize>,
    pub(super) findings: Vec<String>,
}

impl<'a> Reading<'a> {
    pub(super) fn new(bytes: &'a [u8], segment: u64, sequence: u64) -> Reading<'a> {
        Reading { bytes, segment, sequence, end: 0, last: None, findings: Vec::new() }
    }

    /// Place of the next whole record, from `end` on.
    fn next_place(&self) -> Option<usize> {
        if record_at(&self.bytes[self.end..], self.segment).is_some() {
            return Some(self.end);
        }
        let litter = litter(&self.bytes[self.end..]);
        let candidates = self.bytes[self.end..][..litter].windows(MAGIC.len()).enumerate();
        candidates
            .filter(|(_, window)| *window == MAGIC)
            .map(|(skipped, _)| self.end + skipped)
            .find(|place| record_at(&self.bytes[*place..], self.segment).is_some())
    }

    fn note(&mut self, place: usize, sequence: u64) {
        let lost = sequence.saturating_sub(self.sequence + 1);
        // The first record of all that are there may have any number: older ones were removed.
        let first = self.sequence == 0;
        if place != self.end || (lost > 0 && !first) {
            let (offset, end) = (self.end, place);
            self.findings.push(if first {
                format!("damaged from offset {offset} to {end}; records are lost")
            } else {
                format!("damaged from offset {offset} to {end}; {lost} records are lost")
            });
        }
    }

    /// What is behind the last record; after all of them were read.
    pub(super) fn tail(&self) -> Tail {
        let rest = &self.bytes[self.end..];
        let offset = self.end;
        if litter(rest) == 0 {
            Tail::Clean
        } else if could_be_torn(rest, offset) {
            Tail::Torn { offset }
        } else {
            Tail::Damaged { offset }
        }
    }
}

impl<'a> Iterator for &mut Reading<'a> {
    type Item = Record<'a>;

    fn next(&mut self) -> Option<Record<'a>> {
        let place = self.next_place()?;
        let record = record_at(&self.bytes[place..], self.segment)?;
        self.note(place, record.sequence);
        self.sequence = record.sequence;
        self.last = Some(place);
        self.end = place + HEADER_BYTES + record.payload.len();
        Some(record)
    }
}

/// How long bytes are without the zeros at their end.
fn litter(bytes: &[u8]) -> usize {
    bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1)
}

/// A torn write lacks at least a sector, or the end of one: zeros are still there.
fn could_be_torn(rest: &[u8], offset: usize) -> bool {
    if litter(rest) < HEADER_BYTES || rest[..HEADER_BYTES].iter().all(|byte| *byte == 0) {
        return true;
    }
    let first = SECTOR_BYTES - offset % SECTOR_BYTES;
    // Where the length did not arrive, all that did is looked at, up to the end of its last sector.
    let end = length_at(rest).map_or_else(
        || first + litter(rest).saturating_sub(first).next_multiple_of(SECTOR_BYTES),
        |length| HEADER_BYTES + length,
    );
    let end = end.min(rest.len());
    let ends = (first..end).step_by(SECTOR_BYTES).chain([end]);
    ends.into_iter().any(|end| rest[end - 1] == 0)
}

/// The last whole record again with zeros over everything behind it that is not zero, and its offset.
pub(super) fn last_again(bytes: &[u8], reading: &Reading) -> (usize, Vec<u8>) {
    let from = reading.last.unwrap_or(reading.end);
    let mut again = bytes[from..reading.end].to_vec();
    again.resize(again.len() + litter(&bytes[reading.end..]), 0);
    debug_assert!(from + again.len() <= SEGMENT_BYTES, "it is a part of the segment");
    (from, again)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment_of(payloads: &[&[u8]]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (place, payload) in payloads.iter().enumerate() {
            put(&mut bytes, 7, place as u64 + 1, payload);
        }
        bytes.resize(SEGMENT_BYTES, 0);
        bytes
    }

    fn read(bytes: &[u8], segment: u64) -> (Vec<Vec<u8>>, Vec<String>, Tail) {
        let mut reading = Reading::new(bytes, segment, 0);
        let payloads = (&mut reading).map(|record| record.payload.to_vec()).collect();
        (payloads, reading.findings.clone(), reading.tail())
    }

    #[test]
    fn what_was_put_is_read() {
        let bytes = segment_of(&[b"one", b"", b"three"]);
        let (payloads, findings, tail) = read(&bytes, 7);
        assert_eq!(payloads, [b"one".to_vec(), Vec::new(), b"three".to_vec()]);
        assert!(findings.is_empty() && tail == Tail::Clean, "{findings:?} {tail}");
    }

    #[test]
    fn a_record_of_another_segment_is_none() {
        let (payloads, _, tail) = read(&segment_of(&[b"one"]), 8);
        assert!(payloads.is_empty() && tail != Tail::Clean);
    }

    #[test]
    fn damage_in_the_midst_is_told_and_stepped_over() {
        let mut bytes = segment_of(&[b"one", b"two", b"three"]);
        bytes[HEADER_BYTES + 3 + HEADER_BYTES] ^= 1;
        let (payloads, findings, tail) = read(&bytes, 7);
        assert_eq!((payloads.len(), tail), (2, Tail::Clean));
        assert!(findings[0].contains("offset 23") && findings[0].contains("1 record"));
    }

    /// [D-3] A record that ends anywhere is no record, and a torn end is known as one.
    #[test]
    fn a_record_torn_at_any_byte_is_none() {
        let whole = segment_of(&[b"one", b"another one"]);
        let end = 2 * HEADER_BYTES + 3 + 11;
        for cut in HEADER_BYTES + 3..end {
            let mut torn = whole.clone();
            torn[cut..end].fill(0);
            let (payloads, _, tail) = read(&torn, 7);
            assert_eq!(payloads, [b"one".to_vec()], "cut at {cut}");
            assert!(!matches!(tail, Tail::Damaged { .. }), "cut at {cut}: {tail}");
        }
    }

    /// [D-2] A record lies over four sectors, its header over two of them.
    #[test]
    fn a_record_without_some_of_its_sectors_is_torn() {
        let before = [1; SECTOR_BYTES - HEADER_BYTES - 7];
        let whole = segment_of(&[&before, &[2; 1200]]);
        for lost in 1..16 {
            let mut torn = whole.clone();
            for sector in (0..4).filter(|sector| lost & (1 << sector) != 0) {
                let from = (sector * SECTOR_BYTES).max(SECTOR_BYTES - 7);
                torn[from..(sector + 1) * SECTOR_BYTES].fill(0);
            }
            let (payloads, _, tail) = read(&torn, 7);
            assert_eq!(payloads.len(), 1, "lost {lost:b}");
            assert!(!matches!(tail, Tail::Damaged { .. }), "lost {lost:b}: {tail}");
        }
    }
}
