//! A record of a bank as bytes.
//!
//! Little endian, without padding:
//!
//! ```text
//! 0   4  "EMSB"
//! 4   2  version
//! 6   2  zero
//! 8   8  sequence
//! 16  4  length of the payload
//! 20  4  CRC-32C over all before it, the payload, the file's name and the record's offset in the file
//! 24     payload, then zeros up to the end of a sector
//! ```
//!
//! Name and offset are not stored: a record that was written to another place has a wrong CRC there.

use super::SECTOR_BYTES;
use crate::planted::{Mistake, planted};

/// First bytes of a record.
const MAGIC: [u8; 4] = *b"EMSB";

/// Version of the record.
const VERSION: u16 = 1;

/// Bytes before the payload.
pub const HEAD_BYTES: usize = 24;

/// Bytes of the head that come before its CRC.
const HEAD_BEFORE_CRC: usize = 20;

/// CRC-32C (Castagnoli): finds every error of up to three bits in records of these lengths, and all but
/// one in four thousand million of the others.
pub(super) const CRC: crc::Crc<u32> = crc::Crc::<u32>::new(&crc::CRC_32_ISCSI);

/// What stands in a slot.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found<'a> {
    /// Nothing was ever written there.
    Empty,
    /// A record.
    Valid { sequence: u64, payload: &'a [u8] },
    /// Something else, which claims this sequence if it begins as a record.
    Damaged { claims: Option<u64> },
}

/// The bytes of a record for a place, up to the end of a sector.
pub(super) fn encode(name: &str, offset: u64, sequence: u64, payload: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity((HEAD_BYTES + payload.len()).next_multiple_of(SECTOR_BYTES));
    bytes.extend(MAGIC);
    bytes.extend(VERSION.to_le_bytes());
    bytes.extend([0, 0]);
    bytes.extend(sequence.to_le_bytes());
    let length = u32::try_from(payload.len()).expect("payloads are bounded by their shape");
    bytes.extend(length.to_le_bytes());
    let crc = crc(name, offset, &bytes, payload);
    bytes.extend(crc.to_le_bytes());
    bytes.extend(payload);
    bytes.resize(bytes.len().next_multiple_of(SECTOR_BYTES), 0);
    bytes
}

/// Whether a record may begin here.
pub(super) fn begins(bytes: &[u8]) -> bool {
    bytes.len() >= HEAD_BYTES && bytes[..MAGIC.len()] == MAGIC
}

/// What stands in these bytes of a place; what lies behind the payload does not count.
pub(super) fn decode<'a>(name: &str, offset: u64, bytes: &'a [u8]) -> Found<'a> {
    if !begins(bytes) {
        let is_empty = bytes.iter().all(|byte| *byte == 0);
        return if is_empty { Found::Empty } else { Found::Damaged { claims: None } };
    }
    let (head, rest) = bytes.split_at(HEAD_BYTES);
    let sequence = u64::from_le_bytes(head[8..16].try_into().expect("eight bytes"));
    let length = u32::from_le_bytes(head[16..20].try_into().expect("four bytes"));
    let stored = u32::from_le_bytes(head[20..24].try_into().expect("four bytes"));
    let damaged = Found::Damaged { claims: Some(sequence) };
    let Some(payload) = usize::try_from(length).ok().and_then(|length| rest.get(..length)) else {
        return damaged;
    };
    let is_ours = head[4..8] == u32::from(VERSION).to_le_bytes();
    if !is_ours || stored != crc(name, offset, &head[..HEAD_BEFORE_CRC], payload) {
        return damaged;
    }
    Found::Valid { sequence, payload }
}

fn crc(name: &str, offset: u64, head: &[u8], payload: &[u8]) -> u32 {
    let left_out = if planted(Mistake::CrcRangeShort) { 8.min(payload.len()) } else { 0 };
    let mut digest = CRC.digest();
    digest.update(head);
    digest.update(&payload[..payload.len() - left_out]);
    digest.update(name.as_bytes());
    digest.update(&offset.to_le_bytes());
    digest.finalize()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_read_back_at_its_place_and_nowhere_else() {
        let bytes = encode("file", 1_024, 77, b"payload");
        assert_eq!(bytes.len(), 512);
        let found = Found::Valid { sequence: 77, payload: b"payload" };
        assert_eq!(decode("file", 1_024, &bytes), found);
        for (name, offset) in [("file", 0), ("file", 512), ("other", 1_024)] {
            let damaged = Found::Damaged { claims: Some(77) };
            assert_eq!(decode(name, offset, &bytes), damaged, "{name} {offset}");
        }
    }

    #[test]
    fn what_is_no_record_is_empty_or_damaged() {
        assert_eq!(decode("file", 0, &[0; 512]), Found::Empty);
        assert_eq!(decode("file", 0, b"text"), Found::Damaged { claims: None });
        let mut long = encode("file", 0, 1, &[1; 100]);
        long[16..20].copy_from_slice(&u32::MAX.to_le_bytes());
        assert_eq!(decode("file", 0, &long), Found::Damaged { claims: Some(1) });
    }
}
