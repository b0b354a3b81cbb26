//! Integers in few bytes: runs of equal differences (constants, steps, grids), or pco for what is measured.

use crate::bytes::{Reader, put_bytes, put_signed, put_varint};
use pco::ChunkConfig;
use pco::standalone::{simple_compress, simple_decompress_into};

/// Differences, each with how often it follows.
const RUNS: u8 = 0;
/// As pco packs them.
const PACKED: u8 = 1;

/// pco's own default; from here on up it only gets slower.
const LEVEL: usize = 8;

/// Up to here runs are tried beside pco, whose header is as long as some dozen runs.
const SHORT: usize = 64;

/// Bytes of packed numbers at most, for each of them: 8, and as much again as pco may need for its tables.
const BYTES_A_NUMBER_MAX: usize = 16;

/// Adds numbers.
pub(super) fn put(out: &mut Vec<u8>, values: &[i64]) {
    let runs = runs(values);
    let even = runs.len() * 8 <= values.len();
    let packed = if even { None } else { packed(values) };
    let mut as_runs = Vec::new();
    if packed.is_none() || values.len() <= SHORT {
        put_varint(&mut as_runs, runs.len() as u64);
        for (difference, length) in &runs {
            put_signed(&mut as_runs, *difference);
            put_varint(&mut as_runs, *length);
        }
    }
    match packed {
        Some(packed) if as_runs.is_empty() || packed.len() < as_runs.len() => {
            out.push(PACKED);
            put_bytes(out, &packed);
        }
        Some(_) | None => {
            out.push(RUNS);
            out.extend_from_slice(&as_runs);
        }
    }
}

/// Takes exactly `count` numbers.
pub(super) fn take(reader: &mut Reader, count: usize) -> Option<Vec<i64>> {
    match reader.byte()? {
        RUNS => take_runs(reader, count),
        PACKED => take_packed(reader, count),
        _ => None,
    }
}

fn runs(values: &[i64]) -> Vec<(i64, u64)> {
    let mut runs: Vec<(i64, u64)> = Vec::new();
    let mut before = 0_i64;
    for value in values {
        let difference = value.wrapping_sub(before);
        before = *value;
        match runs.last_mut() {
            Some((same, length)) if *same == difference => *length += 1,
            Some(_) | None => runs.push((difference, 1)),
        }
    }
    runs
}

fn take_runs(reader: &mut Reader, count: usize) -> Option<Vec<i64>> {
    let runs = reader.varint()?;
    let mut values = Vec::new();
    let mut value = 0_i64;
    for _ in 0..runs {
        let (difference, length) = (reader.signed()?, reader.varint()?);
        if length > (count - values.len()) as u64 {
            return None;
        }
        values.extend((0..length).map(|_| {
            value = value.wrapping_add(difference);
            value
        }));
    }
    (values.len() == count).then_some(values)
}

fn packed(values: &[i64]) -> Option<Vec<u8>> {
    let config = ChunkConfig::default().with_compression_level(LEVEL);
    // It only refuses settings that it does not know; then runs hold the numbers as well.
    simple_compress(values, &config).ok()
}

fn take_packed(reader: &mut Reader, count: usize) -> Option<Vec<i64>> {
    let bytes = reader.bytes(count * BYTES_A_NUMBER_MAX + 4096)?;
    let mut values = vec![0; count];
    let progress = simple_decompress_into(bytes, &mut values).ok()?;
    (progress.finished && progress.n_processed == count).then_some(values)
}
