//! The codec of sealed columns.
//!
//! *Group*: consecutive rows of a layout, of one UTC day. *Chunk*: one column of a group; the *heads* are one
//! more chunk, with what a row has beside its cells. A chunk is version, CRC-32C of what follows, number of
//! rows, and the numbers as `series` and runs. What is decoded may be anything: it is what was
//! encoded, or [`StoreError::Damaged`], and memory is taken for no more than [`ROWS_MAX`] rows.

mod series;

use crate::bytes::{CRC, Reader, put_runs, put_varint};
use crate::engine::StoreError;
use crate::planted::{Mistake, planted};
use crate::row::{Quality, RowFlags};
use port::Timestamp;

/// Rows of a group at most: what a reader decodes at once.
pub const ROWS_MAX: usize = 4096;

/// Cells of a group at most, so that a seal of a wide layout stays within some megabytes.
const CELLS_MAX: usize = 512 << 10;

/// Version of the format, the first byte of each chunk.
const VERSION: u8 = 1;

/// Rows of a group of a layout with so many columns.
pub fn rows_max(columns: usize) -> usize {
    (CELLS_MAX / columns.max(1)).clamp(1, ROWS_MAX)
}

/// What a row has beside its cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Its number within the job.
    pub seq: u64,
    /// Civil time at which it began.
    pub start: Timestamp,
    /// Civil time at which it ended.
    pub end: Timestamp,
    /// How much of it was measured, in milliseconds.
    pub measured_ms: u64,
    /// Remarks on all of it.
    pub flags: RowFlags,
}

/// The cells of a column, one for each row.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cells {
    /// Values in steps; 0 where the quality says that there is none.
    pub steps: Vec<i64>,
    /// How far to trust each.
    pub qualities: Vec<Quality>,
}

/// Encodes a column of at most [`ROWS_MAX`] rows.
pub fn encode_cells(cells: &Cells) -> Vec<u8> {
    encode(cells.steps.len(), |out| {
        series::put(out, &cells.steps);
        put_runs(out, cells.qualities.iter().map(|quality| quality.0));
    })
}

/// Decodes a column. `place` names it in the error.
///
/// # Errors
/// `Damaged` if these are not the bytes that were encoded.
pub fn decode_cells(bytes: &[u8], place: &dyn Fn() -> String) -> Result<Cells, StoreError> {
    decode(bytes, place, |count, reader| {
        let steps = series::take(reader, count)?;
        let qualities = reader.runs(count, Quality)?;
        Some(Cells { steps, qualities })
    })
}

/// Encodes the heads of at most [`ROWS_MAX`] rows.
pub fn encode_heads(heads: &[Head]) -> Vec<u8> {
    let of = |value: fn(&Head) -> i64| heads.iter().map(value).collect::<Vec<i64>>();
    encode(heads.len(), |out| {
        series::put(out, &of(|head| head.seq as i64));
        series::put(out, &of(|head| head.start.unix_ns));
        series::put(out, &of(|head| head.end.unix_ns.wrapping_sub(head.start.unix_ns)));
        series::put(out, &of(|head| head.measured_ms as i64));
        put_runs(out, heads.iter().map(|head| head.flags.0));
    })
}

/// Decodes heads. `place` names them in the error.
///
/// # Errors
/// `Damaged` if these are not the bytes that were encoded.
pub fn decode_heads(bytes: &[u8], place: &dyn Fn() -> String) -> Result<Vec<Head>, StoreError> {
    decode(bytes, place, |count, reader| {
        let seqs = series::take(reader, count)?;
        let starts = series::take(reader, count)?;
        let lengths = series::take(reader, count)?;
        let measured = series::take(reader, count)?;
        let flags = reader.runs(count, RowFlags)?;
        let head = |row: usize| Head {
            seq: seqs[row] as u64,
            start: Timestamp { unix_ns: starts[row] },
            end: Timestamp { unix_ns: starts[row].wrapping_add(lengths[row]) },
            measured_ms: measured[row] as u64,
            flags: flags[row],
        };
        Some((0..count).map(head).collect())
    })
}

fn encode(count: usize, body: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    assert!(count <= ROWS_MAX, "a group has at most {ROWS_MAX} rows");
    let mut out = vec![VERSION, 0, 0, 0, 0];
    put_varint(&mut out, count as u64);
    body(&mut out);
    let sum = CRC.checksum(&out[5..]);
    out[1..5].copy_from_slice(&sum.to_le_bytes());
    out
}

fn decode<T>(
    bytes: &[u8],
    place: &dyn Fn() -> String,
    body: impl FnOnce(usize, &mut Reader) -> Option<T>,
) -> Result<T, StoreError> {
    let damaged = |what: &str| StoreError::Damaged { place: place(), what: what.into() };
    let mut reader = Reader(bytes);
    match reader.byte() {
        Some(VERSION) => {}
        Some(other) => return Err(damaged(&format!("version {other} is not known"))),
        None => return Err(damaged("it is empty")),
    }
    let expected = reader.array().map(u32::from_le_bytes);
    if expected != Some(CRC.checksum(reader.0)) && !planted(Mistake::ChunkChecksumIgnored) {
        return Err(damaged("the checksum does not fit"));
    }
    let count = reader.varint().and_then(|count| usize::try_from(count).ok());
    let decoded = count
        .filter(|count| *count <= ROWS_MAX)
        .and_then(|count| body(count, &mut reader))
        .filter(|_| reader.is_empty());
    decoded.ok_or_else(|| damaged("its contents make no sense"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn here() -> String {
        "here".into()
    }

    fn cells(steps: Vec<i64>) -> Cells {
        let qualities = vec![Quality::GOOD; steps.len()];
        Cells { steps, qualities }
    }

    fn head(seq: u64) -> Head {
        let start = Timestamp::from_unix_s(1_790_000_040 + seq as i64 * 60);
        let end = start + 60.0;
        Head { seq, start, end, measured_ms: 60_000, flags: RowFlags::NONE }
    }

    #[test]
    fn a_regular_grid_and_a_constant_cost_next_to_nothing() {
        let heads: Vec<Head> = (0..1440).map(head).collect();
        let bytes = encode_heads(&heads);
        assert!(bytes.len() < 64, "{} bytes", bytes.len());
        assert_eq!(decode_heads(&bytes, &here), Ok(heads));
        let bytes = encode_cells(&cells(vec![230_000; 1440]));
        assert!(bytes.len() < 24, "{} bytes", bytes.len());
    }

    #[test]
    fn no_rows_and_the_most_rows_come_back() {
        for count in [0, 1, 2, ROWS_MAX] {
            let column = cells((0..count as i64).map(|n| n * n % 1009).collect());
            assert_eq!(decode_cells(&encode_cells(&column), &here), Ok(column));
        }
    }

    #[test]
    fn any_flipped_bit_is_found() {
        let column = cells((0..300).map(|n| n * 7919 % 1009).collect());
        let bytes = encode_cells(&column);
        for bit in 0..bytes.len() * 8 {
            let mut damaged = bytes.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            assert!(decode_cells(&damaged, &here).is_err(), "bit {bit}");
        }
    }

    #[test]
    fn wide_layouts_have_smaller_groups() {
        assert_eq!([0, 1, 150, 5000, 1 << 30].map(rows_max), [4096, 4096, 3495, 104, 1]);
    }

    proptest! {
        #[test]
        fn columns_come_back(
            steps in prop::collection::vec(prop_oneof![any::<i64>(), -5..5_i64], 0..400),
            seed in any::<u8>(),
        ) {
            let qualities = (0..steps.len()).map(|n| Quality((n / 7) as u8 & seed)).collect();
            let column = Cells { steps, qualities };
            prop_assert_eq!(decode_cells(&encode_cells(&column), &here), Ok(column));
        }

        #[test]
        fn heads_come_back(
            rows in prop::collection::vec(any::<(u64, i64, i64, u64, u8)>(), 0..100),
        ) {
            let heads: Vec<Head> = rows
                .into_iter()
                .map(|(seq, start, end, measured_ms, flags)| Head {
                    seq,
                    start: Timestamp { unix_ns: start },
                    end: Timestamp { unix_ns: end },
                    measured_ms,
                    flags: RowFlags(flags),
                })
                .collect();
            prop_assert_eq!(decode_heads(&encode_heads(&heads), &here), Ok(heads));
        }

        /// The checksum is made to fit, so that the decoders behind it see the bytes.
        #[test]
        fn random_bytes_make_no_panic(mut bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            bytes.splice(0..0, [VERSION, 0, 0, 0, 0]);
            let sum = CRC.checksum(&bytes[5..]);
            bytes[1..5].copy_from_slice(&sum.to_le_bytes());
            let _ = decode_cells(&bytes, &here);
            let _ = decode_heads(&bytes, &here);
        }

        #[test]
        fn altered_bytes_make_no_panic(
            changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        ) {
            let column = cells((0..500).map(|n| n * 7919 % 1009).collect());
            let mut bytes = encode_cells(&column);
            for (place, byte) in changes {
                let place = 5 + place.index(bytes.len() - 5);
                bytes[place] = byte;
            }
            let sum = CRC.checksum(&bytes[5..]);
            bytes[1..5].copy_from_slice(&sum.to_le_bytes());
            if let Ok(column) = decode_cells(&bytes, &here) {
                prop_assert!(column.steps.len() <= ROWS_MAX);
            }
        }
    }
}
