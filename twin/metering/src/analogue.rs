//! A window of one channel: from counts to volts or amperes, and their phasors.
//!
//! The phasors are kept as measured and as they were at the terminals, with the response of the
//! analogue path undone; what a mean gains by that is the difference of the two.

use crate::buffer::Buffer;
use crate::imitation::imitate;
use crate::means::Distortion;
use crate::response::product_gain;
use crate::spectrum::{Phasor, Phasors, SILENT};
use crate::sums;
use crate::window::Window;
use port::{Channel, Flag, Flags};

/// Full scale of the converter (24 bits) in counts.
pub const FULL_SCALE_COUNTS: f64 = 8_388_608.0;

/// Part of the mean square that a model may leave unexplained.
const UNEXPLAINED_MAX: f64 = 1e-4;

/// A channel and the row of the buffer with its counts.
#[derive(Debug, Clone, Copy)]
pub struct Input {
    /// What is known of the channel.
    pub channel: Channel,
    row: usize,
}

impl Input {
    /// The channels present of three phases, their rows from `row` on, which moves past them.
    pub fn of_phases(channels: [Option<Channel>; 3], row: &mut usize) -> [Option<Input>; 3] {
        channels.map(|channel| {
            let input = Input { channel: channel?, row: *row };
            *row += 1;
            Some(input)
        })
    }

    /// The same input connected the other way round.
    pub fn reversed(mut self) -> Input {
        self.channel.unit_per_count = -self.channel.unit_per_count;
        self
    }
}

/// See the module.
#[derive(Debug)]
pub struct Analogue {
    /// In volts or amperes, of the window and its margins.
    pub samples: Vec<f64>,
    /// Largest magnitude in the window.
    pub peak: f64,
    /// Remarks on the channel.
    pub flags: Flags,
    before: Phasors,
    after: Phasors,
    /// Of a model: its DC.
    mean: f64,
    /// Of a model: whether it is what was measured, but for little.
    pub explains: bool,
}

impl Analogue {
    /// With room for so many samples.
    pub fn new(capacity: usize) -> Analogue {
        Analogue {
            samples: Vec::with_capacity(capacity),
            peak: 0.0,
            flags: Flags::NONE,
            before: SILENT,
            after: SILENT,
            mean: 0.0,
            explains: false,
        }
    }

    /// Reads a channel's window; zeros if there is none.
    pub fn read(&mut self, input: Option<&Input>, kept: &Buffer, window: &Window) {
        self.samples.resize(window.samples(), 0.0);
        match input {
            Some(input) => self.convert(&input.channel, window.of(kept.row(input.row)), window),
            None => {
                self.samples.fill(0.0);
                self.peak = 0.0;
                self.flags = Flags::NONE;
            }
        }
    }

    /// Only weighted samples tell of peaks and clipping: each belongs to one window or two neighbours.
    fn convert(&mut self, channel: &Channel, counts: &[i32], window: &Window) {
        let weighted = window.weighted();
        let Channel { unit_per_count, offset_counts, .. } = *channel;
        let mut part = |range: std::ops::Range<usize>| {
            let out = &mut self.samples[range.clone()];
            sums::convert(&counts[range], unit_per_count, offset_counts, out)
        };
        part(0..weighted.start);
        let (low, high) = part(weighted.clone());
        part(weighted.end..counts.len());
        let (low, high) = (f64::from(low), f64::from(high));
        let largest = (high - offset_counts).max(-(low - offset_counts)).max(0.0);
        self.peak = largest * unit_per_count.abs();
        let clipped = high >= FULL_SCALE_COUNTS - 1.0 || low <= -FULL_SCALE_COUNTS;
        self.flags = Flags::NONE.with(Flag::Clipped, clipped);
    }

    /// Measures the phasors and undoes what is known of a channel's response.
    pub fn find_phasors(&mut self, channel: Option<&Channel>, window: &mut Window) {
        self.before = window.phasors(&self.samples);
        self.after = match channel {
            Some(channel) if !channel.is_flat() => window.undo().apply(channel, &self.before),
            _ => self.before,
        };
    }

    /// Phasors of a channel that is not there.
    pub fn clear_phasors(&mut self) {
        self.before = SILENT;
        self.after = SILENT;
    }

    /// Becomes the model of a channel in a window: its mean and its harmonics, sample by sample.
    pub fn imitate(&mut self, channel: &Analogue, window: &Window) {
        let samples = &channel.samples;
        self.mean = window
            .mean(|n, weight| weight * samples[n], |range| sums::voltage_sums(&samples[range]).0);
        self.before = channel.before;
        self.samples.resize(window.samples(), 0.0);
        imitate(self.mean, &self.before, window.turns(), &mut self.samples);
    }

    /// Compares the mean squares of the signal and of the model, seen through the same weights. Noise
    /// that the harmonics only seem to explain would do more harm than the cuts.
    pub fn judge(&mut self, measured: f64, seen: f64) {
        self.explains = (measured - seen).abs() <= UNEXPLAINED_MAX * measured;
    }

    /// The phasors as measured.
    pub fn before(&self) -> &Phasors {
        &self.before
    }

    /// Takes another signal out of the corrected one.
    pub fn refer_to(&mut self, other: &Phasors) {
        self.after.iter_mut().zip(other).for_each(|(own, other)| *own -= other);
    }

    /// The phasors at the terminals.
    pub fn after(&self) -> &Phasors {
        &self.after
    }

    /// Whether there was a response to undo.
    pub fn is_corrected(&self) -> bool {
        self.before != self.after
    }

    /// The fundamental at the terminals.
    pub fn fundamental(&self) -> Phasor {
        self.after[1]
    }
}

/// The exact mean product of two models over whole cycles.
pub fn exact_product(a: &Analogue, b: &Analogue) -> f64 {
    a.mean * b.mean + product_gain((&SILENT, &a.before), (&SILENT, &b.before))
}

/// By how much the mean product of two channels grows when their responses are undone.
pub fn gain(a: &Analogue, b: &Analogue) -> f64 {
    product_gain((a.before(), a.after()), (b.before(), b.after()))
}

/// Fundamental and harmonics.
pub fn distortion(phasors: &Phasors) -> Distortion {
    Distortion {
        fundamental: phasors[1].norm_sqr(),
        harmonics: phasors[2..].iter().map(Phasor::norm_sqr).sum(),
    }
}
