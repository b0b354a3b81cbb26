//! Faults of a source of samples, as plain data.

use port::Role;

/// A fault that a source of samples has for a while.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fault {
    /// What is wrong.
    pub kind: FaultKind,
    /// Seconds from the first sample to its beginning.
    pub at_s: f64,
    /// Seconds that it lasts; for ever if not said.
    pub for_s: Option<f64>,
    /// Seconds from one beginning to the next; once only if not said. Longer than `for_s`.
    pub every_s: Option<f64>,
}

/// What can be wrong with samples.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum FaultKind {
    /// Each sample is lost with this probability, 0 to 1, on all channels at once.
    LostSamples {
        /// Probability.
        part: f64,
    },
    /// No samples at all.
    Gap,
    /// A channel repeats the count it had when the fault began.
    StuckChannel {
        /// Which channel.
        role: Role,
    },
    /// The sample clock runs fast by so many parts per million (slow if negative).
    ClockDrift {
        /// Parts per million, -1000 to 1000.
        ppm: f64,
    },
    /// In each sample of a channel one of its 24 bits is turned with this probability, 0 to 1.
    BitFlips {
        /// Which channel.
        role: Role,
        /// Probability.
        part: f64,
    },
    /// A channel is at the positive end of its range while its signal is positive, and at the
    /// negative end while it is negative.
    Saturation {
        /// Which channel.
        role: Role,
    },
}

impl Fault {
    /// Whether its source has no more samples from then on.
    pub fn loses_all_for_ever(&self) -> bool {
        let all = matches!(self.kind, FaultKind::Gap | FaultKind::LostSamples { part: 1.0 });
        all && self.for_s.is_none()
    }
}

impl FaultKind {
    /// One of each kind, for tables and tests.
    pub const EXAMPLES: [FaultKind; 6] = [
        FaultKind::LostSamples { part: 0.0005 },
        FaultKind::Gap,
        FaultKind::StuckChannel { role: Role::Ia },
        FaultKind::ClockDrift { ppm: 200.0 },
        FaultKind::BitFlips { role: Role::Ia, part: 0.001 },
        FaultKind::Saturation { role: Role::Ia },
    ];

    /// Public, stable name.
    pub fn slug(self) -> &'static str {
        match self {
            FaultKind::LostSamples { .. } => "lost-samples",
            FaultKind::Gap => "gap",
            FaultKind::StuckChannel { .. } => "stuck-channel",
            FaultKind::ClockDrift { .. } => "clock-drift",
            FaultKind::BitFlips { .. } => "bit-flips",
            FaultKind::Saturation { .. } => "saturation",
        }
    }

    /// Why the meter must survive it, and how: the sentence that `twin/world/tests/faults.rs` proves.
    pub fn survivable(self) -> &'static str {
        match self {
            FaultKind::LostSamples { .. } => {
                "A loss ends the stretch: nothing is integrated over it, the next window is marked gap, and \
                 live values go stale where no whole cycle fits between two losses."
            }
            FaultKind::Gap => {
                "The index jumps by what is missing: counters stand still meanwhile, the next window is \
                 marked gap, and the one after it is good."
            }
            FaultKind::StuckChannel { .. } => {
                "Only what is made of this channel is wrong, and nothing marks it, since a count that stays \
                 is a count; the frequency is taken from a voltage that still moves. A voltage that stood off \
                 zero reads high until that DC is forgotten, with a time constant of 51 s."
            }
            FaultKind::ClockDrift { .. } => {
                "Windows follow the signal and not the nominal rate: the frequency reads low by as much as \
                 the clock is fast, energy reads high by as much, and voltage, current and power stay right."
            }
            FaultKind::BitFlips { .. } => {
                "Only what is made of this channel is wrong: each wrong count spoils one window, stays a \
                 finite number, and no total falls."
            }
            FaultKind::Saturation { .. } => {
                "Counts at the ends of the range are told apart from a signal: this channel's values are \
                 marked clipped, and those of the others stand."
            }
        }
    }
}

/// Why a fault cannot be had. Faults are numbered from 1, as they were given.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum FaultError {
    /// Times that make no sense.
    #[error(
        "fault {number}: it begins at {at_s} s, lasts {} and begins again {}; give a beginning of 0 s or \
         later and a length above 0 s, and let it begin again only after a longer time than it lasts",
        for_s.map_or("for ever".to_string(), |s| format!("{s} s")),
        every_s.map_or("never".to_string(), |s| format!("after {s} s"))
    )]
    Times {
        /// Which fault.
        number: usize,
        /// See [`Fault`].
        at_s: f64,
        /// See [`Fault`].
        for_s: Option<f64>,
        /// See [`Fault`].
        every_s: Option<f64>,
    },
    /// A probability beyond 0 to 1.
    #[error("fault {number}: a part of {part}; give a probability from 0 to 1")]
    Part {
        /// Which fault.
        number: usize,
        /// What was given.
        part: f64,
    },
    /// Clocks that are further off than any crystal.
    #[error(
        "fault {number}: with it the drifts add up to {ppm} ppm; all together may have 1000 ppm"
    )]
    Drift {
        /// Which fault.
        number: usize,
        /// Sum of the magnitudes up to this one.
        ppm: f64,
    },
    /// A channel that the source does not have.
    #[error("fault {number}: the source has no channel {role}")]
    Role {
        /// Which fault.
        number: usize,
        /// Its channel.
        role: Role,
    },
}
