//! What a value looks like in a database: framed, so that it proves itself and is found without the engine.
//!
//! ```text
//! magic 4 | CRC-32C of the rest 4 | number of the commit 8 | table 1 | key length 4 | value length 4 | key | value
//! ```
//!
//! Numbers are little-endian. Table and key are in it, so an entry that an engine shows in a wrong place is
//! found out; a magic and lengths, so [`super::salvage`] finds it in the bytes of a file that no engine
//! opens; the number of its commit, so the newest of several wins there.

use super::{StoreError, Table};

/// What a frame begins with.
pub(crate) const MAGIC: [u8; 4] = *b"\xE5EMS";

/// Bytes before the key.
pub(crate) const HEADER: usize = 25;

/// Longest key and value together in bytes. A sealed day of one column at one-second rows has 86,400 cells,
/// at most 9 bytes each with its quality; this is twenty times that, and both engines hold it in memory.
pub(crate) const BODY_MAX: usize = 16 << 20;

const CRC: crc::Crc<u32, crc::Table<16>> = crc::Crc::<u32, crc::Table<16>>::new(&crc::CRC_32_ISCSI);

/// CRC-32C.
pub(crate) fn crc32c(bytes: &[u8]) -> u32 {
    CRC.checksum(bytes)
}

/// What the header of a frame says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Header {
    pub crc: u32,
    pub commit: u64,
    pub table: Table,
    pub key_bytes: usize,
    pub value_bytes: usize,
}

impl Header {
    /// Reads a header; none if it cannot be one.
    pub(crate) fn of(bytes: &[u8]) -> Option<Header> {
        let bytes = bytes.get(..HEADER)?;
        if bytes[..4] != MAGIC {
            return None;
        }
        let word =
            |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four bytes"));
        let header = Header {
            crc: word(4),
            commit: u64::from_le_bytes(bytes[8..16].try_into().expect("eight bytes")),
            table: Table::ALL.get(usize::from(bytes[16])).copied()?,
            key_bytes: word(17) as usize,
            value_bytes: word(21) as usize,
        };
        (header.body_bytes() <= BODY_MAX).then_some(header)
    }

    /// Bytes of key and value.
    pub(crate) fn body_bytes(&self) -> usize {
        self.key_bytes.saturating_add(self.value_bytes)
    }
}

/// An entry as it is in a frame.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Entry<'a> {
    pub header: Header,
    pub key: &'a [u8],
    pub value: &'a [u8],
}

/// Frames a value.
pub(crate) fn frame(
    commit: u64,
    table: Table,
    key: &[u8],
    value: &[u8],
) -> Result<Vec<u8>, StoreError> {
    if key.len() + value.len() > BODY_MAX {
        return Err(StoreError::Asked(format!(
            "an entry of {} bytes is longer than the {BODY_MAX} that the store takes",
            key.len() + value.len()
        )));
    }
    let mut bytes = Vec::with_capacity(HEADER + key.len() + value.len());
    bytes.extend(MAGIC);
    bytes.extend([0; 4]);
    bytes.extend(commit.to_le_bytes());
    bytes.push(table as u8);
    bytes.extend((key.len() as u32).to_le_bytes());
    bytes.extend((value.len() as u32).to_le_bytes());
    bytes.extend(key);
    bytes.extend(value);
    let crc = crc32c(&bytes[8..]);
    bytes[4..8].copy_from_slice(&crc.to_le_bytes());
    Ok(bytes)
}

/// Reads the frame that bytes begin with, if it is whole.
pub(crate) fn read(bytes: &[u8]) -> Option<Entry<'_>> {
    let header = Header::of(bytes)?;
    let whole = bytes.get(..HEADER + header.body_bytes())?;
    if crc32c(&whole[8..]) != header.crc {
        return None;
    }
    let (key, value) = whole[HEADER..].split_at(header.key_bytes);
    Some(Entry { header, key, value })
}

/// Reads the frame that an engine gave for a key.
pub(crate) fn unframe<'a>(
    table: Table,
    key: &[u8],
    bytes: &'a [u8],
) -> Result<Entry<'a>, StoreError> {
    match read(bytes) {
        Some(entry) if HEADER + entry.header.body_bytes() != bytes.len() => {
            Err(damaged(table, key, "there are bytes after the value"))
        }
        Some(entry) if entry.header.table != table || entry.key != key => {
            Err(damaged(table, key, "it is the value of another key"))
        }
        Some(entry) => Ok(entry),
        None => Err(damaged(table, key, "its checksum does not fit")),
    }
}

/// An entry that is not as it was written.
pub(crate) fn damaged(table: Table, key: &[u8], what: &str) -> StoreError {
    /// As many bytes of a key as a message shows.
    const SHOWN: usize = 32;
    let shown: String = key.iter().take(SHOWN).map(|byte| format!("{byte:02x}")).collect();
    let more = if key.len() > SHOWN { ".." } else { "" };
    StoreError::Damaged {
        place: format!("table {}, key {shown}{more}", table.slug()),
        what: what.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_read_as_it_was_written_and_no_flipped_bit_is_missed() {
        let bytes = frame(7, Table::Chunks, b"key", b"value").unwrap();
        let entry = unframe(Table::Chunks, b"key", &bytes).unwrap();
        assert_eq!((entry.header.commit, entry.value), (7, &b"value"[..]));
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            let error = unframe(Table::Chunks, b"key", &flipped).unwrap_err();
            assert!(matches!(error, StoreError::Damaged { .. }), "bit {bit}: {error}");
        }
    }

    #[test]
    fn a_value_in_the_place_of_another_is_damage() {
        let bytes = frame(7, Table::Chunks, b"key", b"value").unwrap();
        for (table, key) in [(Table::Chunks, &b"kez"[..]), (Table::Events, b"key")] {
            let error = unframe(table, key, &bytes).unwrap_err();
            assert!(error.to_string().contains("another key"), "{error}");
        }
    }

    #[test]
    fn an_entry_that_is_too_long_is_refused() {
        let error = frame(1, Table::Meta, b"k", &vec![0; BODY_MAX]).unwrap_err();
        assert!(matches!(error, StoreError::Asked(_)));
    }
}
