//! Integers in few bytes: runs of equal differences (constants, steps, grids), or pco for what is measured.

use crate::bytes::{Reader, put_bytes, put_signed, put_varint};
use pco::ChunkConfig;
use pco::data_types::Number;
use pco::standalone::{simple_compress, simple_decompress_into};

/// Differences, each with how often it follows.
const RUNS: u8 = 0;
/// As pco packs them.
const PACKED: u8 = 1;
/// The same for numbers of 32 bits, which are unpacked in half the time.
const PACKED_SHORT: u8 = 2;

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
        Some((mode, packed)) if as_runs.is_empty() || packed.len() < as_runs.len() => {
            out.push(mode);
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
        PACKED_SHORT => {
            let short: Vec<i32> = take_packed(reader, count)?;
            Some(short.into_iter().map(i64::from).collect())
        }
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
    let mut values = Vec::with_capacity(count);
    let mut value = 0_i64;
    for _ in 0..runs {
        let (difference, length) = (reader.signed()?, usize::try_from(reader.varint()?).ok()?);
        if length > count - values.len() {
            return None;
        }
        let steps = 1..=length as i64;
        values.extend(steps.map(|step| value.wrapping_add(difference.wrapping_mul(step))));
        value = values.last().copied().unwrap_or(value);
    }
    (values.len() == count).then_some(values)
}

/// Packed, with the mode. pco only refuses settings that it does not know; then runs hold the numbers too.
fn packed(values: &[i64]) -> Option<(u8, Vec<u8>)> {
    let config = ChunkConfig::default().with_compression_level(LEVEL);
    let short: Result<Vec<i32>, _> = values.iter().map(|value| i32::try_from(*value)).collect();
    let packed = match short {
        Ok(short) => (PACKED_SHORT, simple_compress(&short, &config).ok()?),
        Err(_) => (PACKED, simple_compress(values, &config).ok()?),
    };
    Some(packed)
}

fn take_packed<T: Number + Default>(reader: &mut Reader, count: usize) -> Option<Vec<T>> {
    let bytes = reader.bytes(count * BYTES_A_NUMBER_MAX + 4096)?;
    let mut values = vec![T::default(); count];
    let progress = simple_decompress_into(bytes, &mut values).ok()?;
    (progress.finished && progress.n_processed == count).then_some(values)
}
