//! Binary data: little endian, every sample `u32` number, `u32` time stamp, the analogue values, and
//! the digital ones packed into 16-bit words ("Binary data files").

use crate::cfg::Cfg;
use crate::table::Table;
use crate::{DataFormat, RecordingError, Revision, text};

/// Sample number and time stamp.
const HEAD_BYTES: usize = 8;

/// Time stamp of a sample that has none.
const TIME_MISSING: u32 = u32::MAX;

/// A stamp that falls by more than this has passed 2^32: 71 minutes of microseconds, or 4.3 s of
/// nanoseconds, which ordinary records of 2013 exceed.
const WRAP_MIN: u32 = 1 << 31;

/// Digital channels per word.
const DIGITAL_PER_WORD: usize = 16;

/// Raw value that 1991 reserves for a missing sample. It is also -1, which every signal passes, so
/// it is read as -1 and reported.
const AMBIGUOUS_1991: i16 = -1;

/// Reads as many samples as the configuration announces; needs at least that many.
pub(crate) fn read(
    cfg: &Cfg,
    bytes: &[u8],
    notes: &mut Vec<String>,
) -> Result<Table, RecordingError> {
    let announced = cfg.announced_samples();
    let value_bytes = if cfg.format == DataFormat::Binary { 2 } else { 4 };
    let values_end = HEAD_BYTES + value_bytes * cfg.channels.len();
    let row_bytes = values_end + 2 * cfg.digital_channels.div_ceil(DIGITAL_PER_WORD);
    let found = bytes.len() / row_bytes;
    if found < announced {
        let row = format!("{row_bytes} bytes");
        return Err(RecordingError::DataShort { found, row, announced });
    }
    let mut table = Table::new(cfg.channels.len(), announced);
    let mut clock = Clock::default();
    for row in bytes.chunks_exact(row_bytes).take(announced) {
        let counts = clock.counts(word(&row[4..8]));
        table.begin_row(u64::from(word(&row[..4])), counts.map(|c| c * cfg.time_unit_s))?;
        for (channel, bytes) in row[HEAD_BYTES..values_end].chunks_exact(value_bytes).enumerate() {
            let scale = &cfg.channels[channel];
            table.push(channel, raw(cfg.format, bytes).map(|raw| scale.a * raw + scale.b));
        }
    }
    // Written by announced * row_bytes, which the check above keeps within the data.
    notes.extend(tail_note(&bytes[announced * row_bytes..]));
    notes.extend(ambiguity_note(cfg, bytes, row_bytes));
    Ok(table)
}

/// The raw value, or `None` for the pattern that means missing: 0x8000 and 0x80000000 by the
/// standard; for FLOAT32 the lowest value. What is not finite is sorted out by the table.
fn raw(format: DataFormat, bytes: &[u8]) -> Option<f64> {
    match format {
        DataFormat::Binary => {
            let value = half(bytes);
            (value != i16::MIN).then_some(f64::from(value))
        }
        DataFormat::Float32 => {
            let value = f32::from_bits(word(bytes));
            (value != f32::MIN).then_some(f64::from(value))
        }
        DataFormat::Binary32 | DataFormat::Ascii | DataFormat::Csv => {
            let value = word(bytes).cast_signed();
            (value != i32::MIN).then_some(f64::from(value))
        }
    }
}

fn word(bytes: &[u8]) -> u32 {
    u32::from_le_bytes(bytes.try_into().expect("the caller cuts four bytes"))
}

fn half(bytes: &[u8]) -> i16 {
    i16::from_le_bytes(bytes.try_into().expect("the caller cuts two bytes"))
}

/// Follows time stamps over the end of 32 bits.
#[derive(Default)]
struct Clock {
    last: u32,
    turns: u64,
}

impl Clock {
    fn counts(&mut self, stamp: u32) -> Option<f64> {
        if stamp == TIME_MISSING {
            return None;
        }
        self.turns += u64::from(self.last.saturating_sub(stamp) > WRAP_MIN);
        self.last = stamp;
        Some(((self.turns << 32) + u64::from(stamp)) as f64)
    }
}

fn tail_note(tail: &[u8]) -> Option<String> {
    let stray = text::stray_bytes(tail);
    (stray > 0)
        .then(|| format!("dat: {} bytes after the last announced sample are ignored", tail.len()))
}

fn ambiguity_note(cfg: &Cfg, bytes: &[u8], row_bytes: usize) -> Option<String> {
    if cfg.revision != Revision::R1991 || cfg.format != DataFormat::Binary {
        return None;
    }
    let values = HEAD_BYTES..HEAD_BYTES + 2 * cfg.channels.len();
    let rows = bytes.chunks_exact(row_bytes).take(cfg.announced_samples());
    let found: usize = rows
        .map(|row| {
            row[values.clone()].chunks_exact(2).filter(|v| half(v) == AMBIGUOUS_1991).count()
        })
        .sum();
    (found > 0).then(|| format!("dat: {found} values FFFF, in 1991 -1 or missing, are read as -1"))
}
