//! *Parts*: a long value in pieces that prove themselves.
//!
//! ```text
//! magic 4 | CRC-32C of the rest 4 | CRC-32C of the whole 4 | number 4 | count 4 | length 4 | bytes
//! ```
//!
//! sled puts a page above 128 KiB in a file of its own, and such a file takes no part in its batches: of
//! cuts of the power within a commit with values of 20 KB and more, 2 to 5 in a hundred left a part of the
//! commit, of 4,000 with shorter ones none. So no value that sled sees is longer than [`PART_BYTES`].

use super::frame::crc32c;

/// What a part begins with.
pub(crate) const MAGIC: [u8; 4] = *b"\xE5PRT";

/// Bytes before its own.
pub(crate) const HEADER: usize = 24;

/// Longest part in bytes: pages stay below 128 KiB by a factor of three as sled splits them, and parts cost
/// 1 % of space.
pub(crate) const PART_BYTES: usize = 4 << 10;

/// A piece of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Part<'a> {
    /// Checksum of the whole value, which tells parts of different values apart.
    pub whole: u32,
    pub number: u32,
    pub count: u32,
    pub bytes: &'a [u8],
}

/// A value in parts, in their order.
pub(crate) fn split(value: &[u8]) -> Vec<Vec<u8>> {
    let whole = crc32c(value);
    let count = value.len().div_ceil(PART_BYTES) as u32;
    let part = |(number, bytes): (usize, &[u8])| {
        let mut part = MAGIC.to_vec();
        part.extend([0; 4]);
        for word in [whole, number as u32, count, bytes.len() as u32] {
            part.extend(word.to_le_bytes());
        }
        part.extend(bytes);
        let crc = crc32c(&part[8..]);
        part[4..8].copy_from_slice(&crc.to_le_bytes());
        part
    };
    value.chunks(PART_BYTES).enumerate().map(part).collect()
}

/// Reads the part that bytes begin with, if it is whole.
pub(crate) fn read(bytes: &[u8]) -> Option<Part<'_>> {
    let (header, rest) = bytes.split_first_chunk::<HEADER>()?;
    let word = |at: usize| u32::from_le_bytes(header[at..at + 4].try_into().expect("four bytes"));
    let length = word(20) as usize;
    if header[..4] != MAGIC || length > PART_BYTES {
        return None;
    }
    let part = rest.get(..length)?;
    (crc32c(&bytes[8..HEADER + length]) == word(4)).then_some(Part {
        whole: word(8),
        number: word(12),
        count: word(16),
        bytes: part,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_come_together_again() {
        let value: Vec<u8> = (0..10_000_u32).map(|at| (at % 251) as u8).collect();
        let parts = split(&value);
        assert_eq!(parts.len(), 3);
        let mut joined: Vec<u8> = Vec::new();
        for (number, bytes) in parts.iter().enumerate() {
            let part = read(bytes).unwrap();
            assert_eq!((part.whole, part.number, part.count), (crc32c(&value), number as u32, 3));
            joined.extend(part.bytes);
        }
        assert_eq!(joined, value);
    }

    #[test]
    fn a_part_with_a_flipped_bit_is_none() {
        let part = split(&[7; 100]).remove(0);
        for bit in 0..part.len() * 8 {
            let mut flipped = part.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(read(&flipped), None, "bit {bit}");
        }
    }
}
