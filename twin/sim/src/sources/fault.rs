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
