//! Why a recording was refused: one sentence with the file part, the place, what stood there and
//! what would be right.

use std::fmt;

/// The file, or the section of a `.cff`, that a message speaks of. Lines are counted from the top
/// of the file, in a `.cff` too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// COMTRADE configuration.
    Cfg,
    /// COMTRADE data.
    Dat,
    /// COMTRADE single file.
    Cff,
    /// CSV.
    Csv,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Cfg => "cfg",
            Self::Dat => "dat",
            Self::Cff => "cff",
            Self::Csv => "csv",
        })
    }
}

/// Why reading, resampling or writing a recording failed. Samples and lines count from 1.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RecordingError {
    /// There are no bytes, or only blanks.
    #[error("{part}: the file is empty; give a file that holds a recording")]
    Empty {
        /// Which file.
        part: Part,
    },
    /// The text ends too early.
    #[error("{part} line {line}: the text ends before the {wanted}; is the file cut short?")]
    TextEnds {
        /// Which file.
        part: Part,
        /// The line that is not there.
        line: usize,
        /// What should have stood in it.
        wanted: String,
    },
    /// A line has too few or too many fields.
    #[error("{part} line {line}: {found} fields where {wanted} belong; {remedy}")]
    FieldCount {
        /// Which file.
        part: Part,
        /// Line.
        line: usize,
        /// Fields found.
        found: usize,
        /// Fields wanted.
        wanted: String,
        /// What to do.
        remedy: &'static str,
    },
    /// A field is not what the format asks for.
    #[error("{part} line {line}: `{found}` where {wanted} belongs")]
    Field {
        /// Which file.
        part: Part,
        /// Line.
        line: usize,
        /// The field, shortened if long.
        found: String,
        /// What belongs there.
        wanted: &'static str,
    },
    /// A count is above this reader's bound.
    #[error("{part} line {line}: {found} {what}, the limit is {limit}; split the recording")]
    TooMany {
        /// Which file.
        part: Part,
        /// Line.
        line: usize,
        /// What is counted.
        what: &'static str,
        /// Count found.
        found: usize,
        /// The bound.
        limit: usize,
    },
    /// The data has fewer samples than the configuration announces.
    #[error(
        "dat: {found} whole samples of {row} where the cfg announces {announced}; \
         the file is cut short, or it belongs to another cfg"
    )]
    DataShort {
        /// Whole samples found.
        found: usize,
        /// How a sample is stored, such as `18 bytes`.
        row: String,
        /// The last sample number in the configuration.
        announced: usize,
    },
    /// The sample numbers do not count up by one.
    #[error(
        "dat sample {sample}: its number is {found} where {wanted} belongs; \
         samples were lost, or the cfg is of another recording (does its channel count fit?)"
    )]
    SampleNumber {
        /// Position in the data.
        sample: usize,
        /// Number found.
        found: u64,
        /// Number wanted.
        wanted: u64,
    },
    /// The rate is 0, so the time is needed, and it is not there.
    #[error(
        "dat sample {sample}: no time stamp, and the cfg gives no sampling rate; give one of them"
    )]
    NoTime {
        /// Position in the data.
        sample: usize,
    },
    /// Times stand still or go back.
    #[error("{part} {place} {at}: time {found} s follows {before} s; times must increase")]
    TimeOrder {
        /// Which file.
        part: Part,
        /// `line` or `sample`.
        place: &'static str,
        /// Number of the line or sample.
        at: usize,
        /// The time found, seconds.
        found: f64,
        /// The time before it, seconds.
        before: f64,
    },
    /// A `.cff` lacks a part, or has one twice.
    #[error("cff: {found} section(s) `{wanted}` where exactly one belongs")]
    CffParts {
        /// `--- file type: CFG ---` or the like.
        wanted: &'static str,
        /// How many there are.
        found: usize,
    },
    /// The separator line and the configuration name different formats.
    #[error(
        "cff line {line}: the data section is {found}, but the configuration says {wanted}; \
         correct one of them"
    )]
    CffFormat {
        /// Line of the separator.
        line: usize,
        /// What the separator says.
        found: String,
        /// What the configuration says.
        wanted: &'static str,
    },
    /// The CSV header is not usable.
    #[error(
        "csv line 1: {reason}; the header is `t` and at least one of va, vb, vc, ia, ib, ic, in"
    )]
    Header {
        /// What is wrong with it.
        reason: String,
    },
    /// A line that CSV must not have.
    #[error("csv line {line}: {found} is not accepted; remove the line")]
    StrayLine {
        /// Line.
        line: usize,
        /// `an empty line` or `a comment`.
        found: &'static str,
    },
    /// A rate needs two samples.
    #[error("{part}: {found} sample(s); at least two are needed to know the sampling rate")]
    TooFewSamples {
        /// Which file.
        part: Part,
        /// Samples found.
        found: usize,
    },
    /// Asked for a channel that is not there.
    #[error("channel index {index} asked for, the recording has {channels} channels")]
    NoSuchChannel {
        /// Index asked for.
        index: usize,
        /// Channels there are.
        channels: usize,
    },
    /// A channel that is wanted has a hole.
    #[error(
        "dat sample {sample}: no value for the channel in position {position}, \
         {count} missing in this section; choose another channel or section",
        position = .index + 1
    )]
    MissingSample {
        /// Channel index, from 0.
        index: usize,
        /// First missing sample in the recording, from 1.
        sample: usize,
        /// How many are missing in the section.
        count: usize,
    },
    /// The rate asked for cannot be made.
    #[error("cannot resample to {rate_hz} Hz: {reason}")]
    Resample {
        /// Rate asked for.
        rate_hz: f64,
        /// Why.
        reason: &'static str,
    },
    /// The format to be written cannot express the recording.
    #[error("the recording cannot be written: {reason}")]
    Unwritable {
        /// Why.
        reason: String,
    },
}
