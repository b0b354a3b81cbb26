//! Keys of the database, and the index of groups.

use super::items::Hash;
use crate::bytes::{Reader, put_signed, put_varint};
use crate::row::Row;
use port::Timestamp;

/// Number of the chunk that holds the heads; no column has it.
pub(super) const HEADS: u16 = u16::MAX;

const GROUP: u8 = b'g';
const SEALED: u8 = b's';
const EVENTS_SEALED: u8 = b'e';
const EVENTS_ANCHOR: u8 = b'a';

/// What the index knows of a group; it is in memory, and in `Table::Meta`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Group {
    /// Number of its last row.
    pub last: u64,
    /// Rows in it.
    pub rows: u32,
    /// Earliest start of its rows.
    pub start_min: Timestamp,
    /// Latest start of its rows.
    pub start_max: Timestamp,
    /// Latest end of its rows.
    pub end_max: Timestamp,
    /// Bytes of its chunks.
    pub bytes: u64,
    /// Interval that it was thinned to, in seconds; 0 if it is as it was logged.
    pub thinned_s: u32,
}

impl Group {
    /// Of rows, of which there is at least one.
    pub fn of<'a>(rows: impl Iterator<Item = &'a Row>) -> Group {
        let mut group = Group {
            last: 0,
            rows: 0,
            start_min: Timestamp { unix_ns: i64::MAX },
            start_max: Timestamp { unix_ns: i64::MIN },
            end_max: Timestamp { unix_ns: i64::MIN },
            bytes: 0,
            thinned_s: 0,
        };
        for row in rows {
            group.last = group.last.max(row.seq);
            group.rows += 1;
            group.start_min = group.start_min.min(row.start);
            group.start_max = group.start_max.max(row.start);
            group.end_max = group.end_max.max(row.end);
        }
        group
    }

    pub fn to_bytes(self) -> Vec<u8> {
        let mut out = vec![1];
        put_varint(&mut out, self.last);
        put_varint(&mut out, u64::from(self.rows));
        for time in [self.start_min, self.start_max, self.end_max] {
            put_signed(&mut out, time.unix_ns);
        }
        put_varint(&mut out, self.bytes);
        put_varint(&mut out, u64::from(self.thinned_s));
        out
    }

    pub fn from_bytes(bytes: &[u8]) -> Option<Group> {
        let mut reader = Reader(bytes);
        if reader.byte()? != 1 {
            return None;
        }
        let last = reader.varint()?;
        let rows = u32::try_from(reader.varint()?).ok()?;
        let mut time = || reader.signed().map(|unix_ns| Timestamp { unix_ns });
        let (start_min, start_max, end_max) = (time()?, time()?, time()?);
        let bytes = reader.varint()?;
        let thinned_s = u32::try_from(reader.varint()?).ok()?;
        Some(Group { last, rows, start_min, start_max, end_max, bytes, thinned_s })
    }
}

/// UTC day of a moment, counted from 1970.
pub(super) fn day_of(time: Timestamp) -> i64 {
    time.unix_ns.div_euclid(86_400_000_000_000)
}

/// Key of a chunk: layout, number of the group's first row, column. A group lies together, so that sealing
/// one writes pages that are full, at the end.
pub(super) fn chunk_key(layout: u32, column: u16, first: u64) -> Vec<u8> {
    [&layout.to_be_bytes()[..], &first.to_be_bytes(), &column.to_be_bytes()].concat()
}

/// The same for people.
pub(super) fn chunk_place(layout: u32, column: u16, first: u64) -> String {
    match column {
        HEADS => format!("chunks: layout {layout}, heads of the rows from {first} on"),
        _ => format!("chunks: layout {layout}, column {column} of the rows from {first} on"),
    }
}

/// Key of a group in `Table::Meta`.
pub(super) fn group_key(layout: u32, first: u64) -> Vec<u8> {
    [&[GROUP][..], &layout.to_be_bytes(), &first.to_be_bytes()].concat()
}

/// Key of the number up to which a layout's rows are sealed.
pub(super) fn sealed_key(layout: u32) -> Vec<u8> {
    [&[SEALED][..], &layout.to_be_bytes()].concat()
}

/// Key of number and hash of the last sealed event.
pub(super) fn events_sealed_key() -> Vec<u8> {
    vec![EVENTS_SEALED]
}

/// Key of number and hash of the event before the first one that is kept.
pub(super) fn events_anchor_key() -> Vec<u8> {
    vec![EVENTS_ANCHOR]
}

/// An entry of `Table::Meta`.
pub(super) enum Meta {
    Group(u32, u64, Group),
    Sealed(u32, u64),
    EventsSealed(u64, Hash),
    EventsAnchor(u64, Hash),
    /// Somebody else's.
    Other,
}

/// Reads an entry; `None` if it makes no sense.
pub(super) fn meta_from(key: &[u8], value: &[u8]) -> Option<Meta> {
    let mut key = Reader(key);
    let mut value = Reader(value);
    let kind = key.byte();
    let layout = |key: &mut Reader| key.array().map(u32::from_be_bytes);
    let number = |reader: &mut Reader| reader.array().map(u64::from_be_bytes);
    Some(match kind {
        Some(GROUP) => {
            Meta::Group(layout(&mut key)?, number(&mut key)?, Group::from_bytes(value.0)?)
        }
        Some(SEALED) => Meta::Sealed(layout(&mut key)?, number(&mut value)?),
        Some(EVENTS_SEALED) => Meta::EventsSealed(number(&mut value)?, value.array()?),
        Some(EVENTS_ANCHOR) => Meta::EventsAnchor(number(&mut value)?, value.array()?),
        Some(_) | None => Meta::Other,
    })
}

/// Value of an event's mark.
pub(super) fn mark_bytes(seq: u64, hash: &Hash) -> Vec<u8> {
    [&seq.to_be_bytes()[..], hash].concat()
}
