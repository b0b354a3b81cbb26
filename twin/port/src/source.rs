//! Where samples come from: the simulator, a recording or the converter.

use std::fmt;
use std::str::FromStr;

/// What a channel measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// Voltage of phase 1 against the neutral terminal.
    Va,
    /// Voltage of phase 2.
    Vb,
    /// Voltage of phase 3.
    Vc,
    /// Current of phase 1, positive into the load.
    Ia,
    /// Current of phase 2.
    Ib,
    /// Current of phase 3.
    Ic,
    /// A neutral current measured by others; reported, never used.
    In,
}

impl Role {
    /// All roles; the order of channels in a block.
    pub const ALL: [Role; 7] =
        [Role::Va, Role::Vb, Role::Vc, Role::Ia, Role::Ib, Role::Ic, Role::In];

    /// Public, stable name.
    pub fn slug(self) -> &'static str {
        match self {
            Role::Va => "va",
            Role::Vb => "vb",
            Role::Vc => "vc",
            Role::Ia => "ia",
            Role::Ib => "ib",
            Role::Ic => "ic",
            Role::In => "in",
        }
    }

    /// Whether the channel measures a voltage.
    pub fn is_voltage(self) -> bool {
        matches!(self, Role::Va | Role::Vb | Role::Vc)
    }

    /// Phase index 0 to 2; none for the neutral.
    pub fn phase(self) -> Option<usize> {
        match self {
            Role::Va | Role::Ia => Some(0),
            Role::Vb | Role::Ib => Some(1),
            Role::Vc | Role::Ic => Some(2),
            Role::In => None,
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.slug())
    }
}

/// The text names no role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownRole(
    /// What was given.
    pub String,
);

impl fmt::Display for UnknownRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is no signal; use va, vb, vc, ia, ib, ic or in", self.0)
    }
}

impl std::error::Error for UnknownRole {}

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(text: &str) -> Result<Role, UnknownRole> {
        let name = text.trim();
        let known = Role::ALL.into_iter().find(|role| role.slug().eq_ignore_ascii_case(name));
        known.ok_or_else(|| UnknownRole(name.to_owned()))
    }
}

/// How one channel's counts relate to volts or amperes.
///
/// The true value is `(counts - offset_counts) * unit_per_count`, divided by the response of the
/// analogue path at each frequency, which the calibration undoes as far as it is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Channel {
    /// What it measures.
    pub role: Role,
    /// Volts or amperes a count.
    pub unit_per_count: f64,
    /// Counts at zero input.
    pub offset_counts: f64,
    /// Delay of this channel in seconds, positive if it lags.
    pub delay_s: f64,
    /// Phase lead of the sensor in radians at `lead_reference_hz`; it falls as 1/f.
    pub lead_rad: f64,
    /// Frequency at which `lead_rad` holds, in hertz.
    pub lead_reference_hz: f64,
    /// Corner of the RC low-pass before the converter, in hertz; infinite if there is none.
    pub rc_hz: f64,
    /// Order of the converter's sinc filter (3 for the ADS131M08, 0 if there is none).
    pub sinc_order: u8,
}

impl Channel {
    /// A channel without error or filter.
    pub fn ideal(role: Role, unit_per_count: f64) -> Channel {
        Channel {
            role,
            unit_per_count,
            offset_counts: 0.0,
            delay_s: 0.0,
            lead_rad: 0.0,
            lead_reference_hz: 50.0,
            rc_hz: f64::INFINITY,
            sinc_order: 0,
        }
    }

    /// Whether the path has no frequency response to undo.
    pub fn is_flat(&self) -> bool {
        self.delay_s == 0.0
            && self.lead_rad == 0.0
            && self.rc_hz.is_infinite()
            && self.sinc_order == 0
    }
}

/// What a source delivers.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceFormat {
    /// Samples a second, nominal.
    pub sample_rate_hz: f64,
    /// Channels in the order of their rows in a block; each role at most once.
    pub channels: Vec<Channel>,
}

impl SourceFormat {
    /// Row of a role in the block.
    pub fn row(&self, role: Role) -> Option<usize> {
        self.channels.iter().position(|channel| channel.role == role)
    }
}

/// A block of counts, one row a channel. The unit of work between a source and the meter.
#[derive(Debug, Clone, Default)]
pub struct SampleBlock {
    /// Index of the first sample since the source began. A jump is a gap.
    pub first: u64,
    /// Samples in each row.
    pub samples: usize,
    rows: Vec<Vec<i32>>,
}

impl SampleBlock {
    /// A block for so many channels, with room for so many samples.
    pub fn new(channels: usize, capacity: usize) -> SampleBlock {
        SampleBlock { first: 0, samples: 0, rows: vec![vec![0; capacity]; channels] }
    }

    /// Samples that fit.
    pub fn capacity(&self) -> usize {
        self.rows.first().map_or(0, Vec::len)
    }

    /// Channels in the block.
    pub fn channels(&self) -> usize {
        self.rows.len()
    }

    /// The counts of a channel.
    pub fn row(&self, channel: usize) -> &[i32] {
        &self.rows[channel][..self.samples]
    }

    /// Room for the counts of a channel; the first `samples` of it are valid.
    pub fn row_mut(&mut self, channel: usize) -> &mut [i32] {
        &mut self.rows[channel]
    }
}

/// What came of a read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceState {
    /// The block holds at least one sample.
    Samples,
    /// No samples came for a while, and more may: the block is empty, and its `first` is where time stands.
    Silent,
    /// There are no more samples; the block is empty.
    Ended,
}

/// Why samples could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceError(
    /// What happened and what to check.
    pub String,
);

impl fmt::Display for SourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for SourceError {}

/// A source of counts.
///
/// Contract, checked by `sim::conformance` for every source: `first` grows by `samples` from block
/// to block except at a gap; rows have the order of the format; counts stay within 24 bits; a source
/// that has ended stays ended; how many samples are asked for at a time changes no sample.
pub trait SampleSource {
    /// What it delivers; the same for its whole life.
    fn format(&self) -> &SourceFormat;

    /// Fills the block with at most `max` samples (and at most its capacity).
    fn read(&mut self, block: &mut SampleBlock, max: usize) -> Result<SourceState, SourceError>;
}

/// So that a source can be chosen at run time and still be wrapped.
impl<S: SampleSource + ?Sized> SampleSource for Box<S> {
    fn format(&self) -> &SourceFormat {
        (**self).format()
    }

    fn read(&mut self, block: &mut SampleBlock, max: usize) -> Result<SourceState, SourceError> {
        (**self).read(block, max)
    }
}
