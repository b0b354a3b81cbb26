//! Writes COMTRADE 2013 FLOAT32, so that a run becomes a test case for other tools too.
//!
//! What the format cannot hold is lost, and only that: values become single precision (6e-8 of
//! each), commas in names become semicolons, digital channels are left out. Values are written as
//! they are, so a is 1 and b is 0.

use crate::cfg::{SECTIONS_MAX, tick_s};
use crate::{Channel, Recording, RecordingError, Section, Side};

/// Highest time stamp; the one above it means "missing".
const STAMP_MAX: f64 = 4_294_967_294.0;

/// A date for a recording that has none, as the standard writes one that is not known.
const NO_DATE: &str = "00/00/0000,00:00:00.000000";

/// Writes the `.cfg` and `.dat` of a recording. Refused when the recording is not whole, has more
/// sections than the format allows, or a value exceeds single precision.
pub fn write_comtrade(recording: &Recording) -> Result<(Vec<u8>, Vec<u8>), RecordingError> {
    recording.check_shape()?;
    if recording.sections.len() > SECTIONS_MAX {
        let reason = format!("more than {SECTIONS_MAX} sections");
        return Err(RecordingError::Unwritable { reason });
    }
    let stamps = Stamps::new(recording);
    Ok((cfg_text(recording, &stamps).into_bytes(), dat_bytes(recording, &stamps)?))
}

/// The same as the single file (`.cff`) of the 2013 edition.
pub fn write_cff(recording: &Recording) -> Result<Vec<u8>, RecordingError> {
    let (cfg, dat) = write_comtrade(recording)?;
    let mut out = b"--- file type: CFG ---\r\n".to_vec();
    out.extend(cfg);
    // The sections of information and header may be empty, but belong to the file.
    let dat_head = format!(
        "--- file type: INF ---\r\n--- file type: HDR ---\r\n--- file type: DAT FLOAT32: {} ---\r\n",
        dat.len()
    );
    out.extend(dat_head.into_bytes());
    out.extend(dat);
    Ok(out)
}

/// How times become 32-bit counts.
struct Stamps {
    /// Times of all samples from the first one on.
    times_s: Vec<f64>,
    /// Factor in the configuration.
    multiplier: f64,
    /// Seconds per count.
    unit_s: f64,
}

impl Stamps {
    /// One count is the standard's micro- or nanosecond where that is fine enough and fits in 32
    /// bits. A long record needs larger counts; times that matter get the smallest power of ten
    /// that fits.
    fn new(recording: &Recording) -> Self {
        let times_s = times_s(&recording.sections);
        let tick_s = tick_s(&[&recording.start, &recording.trigger]);
        let span_ticks = times_s.last().copied().unwrap_or(0.0) / tick_s;
        let fitting = 10f64.powi((span_ticks / STAMP_MAX).log10().ceil().max(-6.0) as i32);
        let critical = recording.sections.iter().any(|section| section.rate_hz.is_none());
        let multiplier = if critical { fitting } else { fitting.max(1.0) };
        Self { times_s, multiplier, unit_s: tick_s * multiplier }
    }

    fn count(&self, sample: usize) -> u32 {
        (self.times_s[sample] / self.unit_s).round().clamp(0.0, STAMP_MAX) as u32
    }
}

/// Times from the first sample on. A section without a start follows the one before directly.
fn times_s(sections: &[Section]) -> Vec<f64> {
    let mut times_s = Vec::new();
    let mut next_s = None;
    for section in sections {
        let start_s = section.start_s.or(next_s).unwrap_or(0.0);
        for k in 0..section.len() {
            times_s.push(match (&section.times_s, section.rate_hz) {
                (_, Some(rate_hz)) => start_s + k as f64 / rate_hz,
                (Some(times_s), None) => times_s[k],
                (None, None) => start_s,
            });
        }
        next_s = Some(start_s + section.duration_s());
    }
    let first_s = times_s.first().copied().unwrap_or(0.0);
    times_s.iter_mut().for_each(|time_s| *time_s -= first_s);
    times_s
}

fn cfg_text(recording: &Recording, stamps: &Stamps) -> String {
    let analogue = recording.channels.len();
    let mut lines = vec![
        format!("{},{},2013", field(&recording.station), field(&recording.device)),
        format!("{analogue},{analogue}A,0D"),
    ];
    for (index, channel) in recording.channels.iter().enumerate() {
        lines.push(channel_line(channel, recording, index));
    }
    lines.push(recording.line_frequency_hz.map_or(String::new(), |hz| hz.to_string()));
    lines.extend(rate_lines(&recording.sections));
    for stamp in [&recording.start, &recording.trigger] {
        lines.push(stamp.as_deref().map_or(NO_DATE.to_owned(), date_time));
    }
    lines.push("FLOAT32".to_owned());
    lines.push(stamps.multiplier.to_string());
    // Time zone and local zone: none is known, the times stand as given.
    lines.push("0,0".to_owned());
    // Time quality F: not reliable. Leap second 3: cannot be told.
    lines.push("F,3".to_owned());
    lines.push(String::new());
    lines.join("\r\n")
}

/// `An,ch_id,ph,ccbm,uu,a,b,skew,min,max,primary,secondary,PS`.
fn channel_line(channel: &Channel, recording: &Recording, index: usize) -> String {
    let (low, high) = range(recording, index);
    let side = match channel.side {
        Some(Side::Primary) => "P",
        Some(Side::Secondary) => "S",
        None => "",
    };
    format!(
        "{},{},{},{},{},1,0,{},{low},{high},{},{},{side}",
        channel.number,
        field(&channel.name),
        field(&channel.phase),
        field(&channel.circuit),
        field(&channel.unit),
        channel.skew_us,
        channel.primary,
        channel.secondary,
    )
}

/// Smallest and largest value of a channel as written; 0 for a channel without values.
fn range(recording: &Recording, index: usize) -> (f32, f32) {
    let values = recording.sections.iter().flat_map(|section| &section.samples[index]);
    let present = values.filter(|value| value.is_finite()).map(|value| *value as f32);
    let (low, high) = present.fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), value| {
        (low.min(value), high.max(value))
    });
    if low <= high { (low, high) } else { (0.0, 0.0) }
}

/// One section without a rate is `nrates` 0; among several it has the rate 0.
fn rate_lines(sections: &[Section]) -> Vec<String> {
    let timed_alone = sections.len() == 1 && sections[0].rate_hz.is_none();
    let count = if timed_alone { 0 } else { sections.len() };
    let mut lines = vec![count.to_string()];
    let mut last = 0;
    for section in sections {
        last += section.len();
        lines.push(format!("{},{last}", section.rate_hz.unwrap_or(0.0)));
    }
    lines
}

/// Text that stays one field on one line.
fn field(text: &str) -> String {
    text.chars().map(|c| if c == ',' { ';' } else { c }).filter(|c| !c.is_control()).collect()
}

/// Date and time keep the comma between them.
fn date_time(text: &str) -> String {
    match text.split_once(',') {
        Some((date, time)) => format!("{},{}", field(date), field(time)),
        None => NO_DATE.to_owned(),
    }
}

fn dat_bytes(recording: &Recording, stamps: &Stamps) -> Result<Vec<u8>, RecordingError> {
    let row_bytes = 8 + 4 * recording.channels.len();
    let mut out = Vec::with_capacity(row_bytes * stamps.times_s.len());
    let mut sample = 0;
    for section in &recording.sections {
        check_times(section, sample, stamps)?;
        for k in 0..section.len() {
            let number = u32::try_from(sample + 1).map_err(|_| too_long())?;
            out.extend(number.to_le_bytes());
            out.extend(stamps.count(sample).to_le_bytes());
            for column in &section.samples {
                out.extend(single(column[k])?.to_le_bytes());
            }
            sample += 1;
        }
    }
    Ok(out)
}

/// Times that matter must stay apart when they become counts.
fn check_times(section: &Section, first: usize, stamps: &Stamps) -> Result<(), RecordingError> {
    let counts = (first..first + section.len()).map(|sample| stamps.count(sample));
    if section.rate_hz.is_some() || counts.is_sorted_by(|before, after| before < after) {
        return Ok(());
    }
    let reason = "its times do not increase, or are too close to be told apart in 32 bits";
    Err(RecordingError::Unwritable { reason: reason.to_owned() })
}

fn too_long() -> RecordingError {
    RecordingError::Unwritable { reason: "more samples than 32 bits count".to_owned() }
}

/// NaN, a missing sample, passes; a value that single precision cannot hold does not.
fn single(value: f64) -> Result<f32, RecordingError> {
    let single = value as f32;
    let lost = !single.is_finite() || single == f32::MIN;
    if lost && !value.is_nan() {
        let reason = format!("{value} exceeds single precision");
        return Err(RecordingError::Unwritable { reason });
    }
    Ok(single)
}
