//! What a recording is once it has been read: [`Recording`], its [`Channel`]s and [`Section`]s.
//!
//! The types hold what the file says and convert nothing. Indices count from 0 (`channels[0]`);
//! channel numbers are those of the file and usually count from 1.

use crate::role::{phase_of, quantity_of};
use crate::{RecordingError, Role, grid};

/// Everything read from one recording.
#[derive(Debug, Clone, PartialEq)]
pub struct Recording {
    /// Name of the place, empty when the file gives none.
    pub station: String,
    /// Name or number of the instrument, empty when the file gives none.
    pub device: String,
    /// Edition of the standard the file is written to; `None` for CSV.
    pub revision: Option<Revision>,
    /// How the samples were stored.
    pub format: DataFormat,
    /// Line frequency by the configuration, nominal or measured; `None` when it is not given.
    pub line_frequency_hz: Option<f64>,
    /// Date and time of the first sample as written (`date,time`), in the file's own time zone.
    pub start: Option<String>,
    /// Date and time of the trigger as written.
    pub trigger: Option<String>,
    /// The analogue channels in the order of the file.
    pub channels: Vec<Channel>,
    /// How many digital (status) channels there are. Their values are skipped.
    pub digital_channels: usize,
    /// The stretches, in order; at least one, and none is empty.
    pub sections: Vec<Section>,
    /// Sentences a user should see: lossy names, stray bytes, data longer than announced.
    pub notes: Vec<String>,
}

impl Recording {
    /// A recording of one section with a channel for each role, named `va` ... `in`, in volts and
    /// amperes: how a run becomes a recording. All columns must have the same length, at least two
    /// samples, and `rate_hz` must be above zero.
    pub fn from_columns(
        rate_hz: f64,
        columns: Vec<(Role, Vec<f64>)>,
    ) -> Result<Self, RecordingError> {
        let (roles, samples): (Vec<_>, Vec<_>) = columns.into_iter().unzip();
        let section = Section {
            rate_hz: Some(rate_hz),
            first_sample: 0,
            start_s: Some(0.0),
            times_s: None,
            times_step_s: 0.0,
            samples,
            missing: Vec::new(),
        };
        let recording = Self::of_roles(&roles, section);
        recording.check_shape()?;
        Ok(recording)
    }

    /// A recording in the CSV sense: role names, volts and amperes, one section.
    pub(crate) fn of_roles(roles: &[Role], section: Section) -> Self {
        let channels = roles.iter().enumerate().map(|(i, role)| Channel::of_role(i + 1, *role));
        Self {
            station: String::new(),
            device: String::new(),
            revision: None,
            format: DataFormat::Csv,
            line_frequency_hz: None,
            start: None,
            trigger: None,
            channels: channels.collect(),
            digital_channels: 0,
            sections: vec![section],
            notes: Vec::new(),
        }
    }

    /// What the writers rely on; a recording that was read always passes.
    pub(crate) fn check_shape(&self) -> Result<(), RecordingError> {
        let refuse = |reason: String| Err(RecordingError::Unwritable { reason });
        if self.channels.is_empty() || self.sections.is_empty() {
            return refuse("it has no channel or no section".into());
        }
        for (index, section) in self.sections.iter().enumerate() {
            let number = index + 1;
            if section.samples.len() != self.channels.len() {
                return refuse(format!("section {number} does not hold one column per channel"));
            }
            if section.is_empty() || section.samples.iter().any(|c| c.len() != section.len()) {
                return refuse(format!(
                    "section {number} is empty or its columns differ in length"
                ));
            }
            if section.rate_hz.is_some_and(|rate| !(rate.is_finite() && rate > 0.0)) {
                return refuse(format!("section {number} has a rate that is not above zero"));
            }
            let timed = section.times_s.as_ref().is_some_and(|t| t.len() == section.len());
            if section.rate_hz.is_none() && !timed {
                return refuse(format!("section {number} has neither a rate nor times"));
            }
        }
        Ok(())
    }
}

/// One analogue channel, as its line in the configuration describes it.
#[derive(Debug, Clone, PartialEq)]
pub struct Channel {
    /// Number in the file (An). Unique: a file with doubtful numbers is numbered by position, and a
    /// note says so.
    pub number: usize,
    /// Name (ch_id). In a file that is not UTF-8, bytes from 0xA1 on are shown as Latin-1 and the
    /// rest as `\xNN`: wrong letters, yet different names stay different.
    pub name: String,
    /// Phase (ph) as written, often empty.
    pub phase: String,
    /// Circuit component (ccbm) as written, often empty.
    pub circuit: String,
    /// Unit (uu) as written, such as `V`, `kA`, `ampere`.
    pub unit: String,
    /// Scale factor; may be negative.
    pub a: f64,
    /// Offset, in `unit`.
    pub b: f64,
    /// Time skew of this channel from the start of the sample period, in microseconds. Reported,
    /// not applied.
    pub skew_us: f64,
    /// Primary side of the instrument transformer's ratio; 1 when absent (1991). Not applied.
    pub primary: f64,
    /// Secondary side of the ratio; 1 when absent (1991). Not applied.
    pub secondary: f64,
    /// The side the values belong to; `None` when the file does not say.
    pub side: Option<Side>,
}

impl Channel {
    fn of_role(number: usize, role: Role) -> Self {
        Self {
            number,
            name: role.slug().to_owned(),
            phase: phase_of(role).to_owned(),
            circuit: String::new(),
            unit: quantity_of(role).symbol().to_owned(),
            a: 1.0,
            b: 0.0,
            skew_us: 0.0,
            primary: 1.0,
            secondary: 1.0,
            side: None,
        }
    }
}

/// One stretch of samples at one rate.
#[derive(Debug, Clone, PartialEq)]
pub struct Section {
    /// Samples per second; `None` when only the times in the data say when a sample was taken.
    pub rate_hz: Option<f64>,
    /// Index of the first sample in the whole recording.
    pub first_sample: usize,
    /// Time of the first sample by the data's own time stamp, in seconds; `None` without one.
    pub start_s: Option<f64>,
    /// Time of each sample in seconds, strictly increasing; only where `rate_hz` is `None`.
    pub times_s: Option<Vec<f64>>,
    /// Step to which `times_s` is rounded, in seconds; 0 where there is none.
    pub times_step_s: f64,
    /// The values, `samples[channel][sample]`, in the channel's unit. A missing sample holds NaN, so
    /// that code which forgets `missing` cannot count it as zero.
    pub samples: Vec<Vec<f64>>,
    /// Missing samples as (channel index, sample index in this section), ordered by sample.
    pub missing: Vec<(usize, usize)>,
}

impl Section {
    /// Samples per channel.
    pub fn len(&self) -> usize {
        self.samples.first().map_or(0, Vec::len)
    }

    /// Whether there is no sample.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The rate, or where the data has only times, their mean rate, brought to a round number as
    /// in [`crate::read_csv`]. `None` for fewer than two samples. A good target for
    /// [`crate::resample`].
    pub fn nominal_rate_hz(&self) -> Option<f64> {
        let step_s = self.times_step_s;
        self.rate_hz.or_else(|| grid::nominal_rate_hz(self.times_s.as_deref()?, step_s))
    }

    /// Length in seconds. Each sample stands for one period, so 160 samples at 8 kHz are 20 ms: one
    /// cycle of 50 Hz. Where the data has only times, the last sample stands for the shorter of the
    /// last and the mean interval. Zero when neither is known.
    pub fn duration_s(&self) -> f64 {
        match (self.rate_hz, self.times_s.as_deref()) {
            (Some(rate_hz), _) => self.len() as f64 / rate_hz,
            (None, Some(times_s)) => grid::duration_s(times_s),
            (None, None) => 0.0,
        }
    }

    /// The samples of a channel, refused when one of them is missing. `channel` is the index, not
    /// the number.
    pub fn complete(&self, channel: usize) -> Result<&[f64], RecordingError> {
        let samples = self.samples.get(channel).ok_or(RecordingError::NoSuchChannel {
            index: channel,
            channels: self.samples.len(),
        })?;
        let mut gaps = self.missing.iter().filter(|(c, _)| *c == channel);
        match gaps.next() {
            None => Ok(samples),
            Some((_, sample)) => Err(RecordingError::MissingSample {
                index: channel,
                sample: self.first_sample + sample + 1,
                count: 1 + gaps.count(),
            }),
        }
    }
}

/// Edition of IEEE Std C37.111.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Revision {
    /// C37.111-1991, which writes no year.
    R1991,
    /// C37.111-1999, the same as IEC 60255-24:2001.
    R1999,
    /// C37.111-2013, the same as IEC 60255-24:2013.
    R2013,
}

/// How samples are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DataFormat {
    /// COMTRADE text, one line a sample.
    Ascii,
    /// COMTRADE 16-bit two's complement.
    Binary,
    /// COMTRADE 32-bit two's complement (2013).
    Binary32,
    /// COMTRADE IEEE 754 single precision (2013).
    Float32,
    /// Text with a header line, see [`crate::read_csv`].
    Csv,
}

impl DataFormat {
    /// The word COMTRADE uses for it; `CSV` for CSV.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ascii => "ASCII",
            Self::Binary => "BINARY",
            Self::Binary32 => "BINARY32",
            Self::Float32 => "FLOAT32",
            Self::Csv => "CSV",
        }
    }
}

/// Side of the instrument transformer that the values belong to (field PS).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The conductor itself.
    Primary,
    /// What the instrument's inputs saw.
    Secondary,
}
