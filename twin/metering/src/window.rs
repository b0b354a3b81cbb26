//! The window being worked out: what all its channels share.

use crate::bounds::Bounds;
use crate::edge::{Edge, SOFT_HALF, Weights};
use crate::imitation::Turns;
use crate::kernel::TAPS;
use crate::means::Means;
use crate::response::Undo;
use crate::spectrum::{Phasors, Spectrum};
use crate::sums;
use crate::wiring::Wiring;
use port::{Flag, Flags};
use std::ops::Range;

/// Samples kept on both sides of a window: half a soft edge and half the kernel.
pub const MARGIN: usize = SOFT_HALF + TAPS / 2;

/// Fewest cycles, and samples in each, from which frequency and harmonics are better than a hard cut.
const MEND_CYCLES: u32 = 3;
const MEND_SAMPLES: f64 = 48.0;

/// Most cycles of a window.
const CYCLES_MAX: usize = 12;

/// See the module. Reused from window to window.
pub struct Window {
    /// How the meter is wired.
    pub wiring: Wiring,
    /// Whether samples are missing right before it.
    pub after_gap: bool,
    sample_rate_hz: f64,
    /// Its samples and their margins in the buffer; all other positions count from there.
    range: Range<usize>,
    /// Where it begins, in samples.
    pub start: f64,
    /// How long it is, in samples.
    pub length: f64,
    /// Whole cycles in it; 0 for a fragment.
    pub cycles: u32,
    /// Whether a stretch begins or ends with it, and its harmonics are known well enough to mend the cut.
    pub mends_cuts: bool,
    tracked: Option<f64>,
    samples_per_cycle: f64,
    weights: Weights,
    /// Of its samples, where cuts are mended.
    turns: Turns,
    spectrum: Spectrum,
    undo: Undo,
}

impl Window {
    /// Before the first window, of a buffer with room for so many samples.
    pub fn new(sample_rate_hz: f64, wiring: Wiring, capacity: usize) -> Window {
        Window {
            wiring,
            after_gap: false,
            sample_rate_hz,
            range: 0..0,
            start: 0.0,
            length: 0.0,
            cycles: 0,
            mends_cuts: false,
            tracked: None,
            samples_per_cycle: 1.0,
            weights: Weights::new(),
            turns: Turns::new(capacity),
            spectrum: Spectrum::new(sample_rate_hz, CYCLES_MAX),
            undo: Undo::new(0.0, sample_rate_hz),
        }
    }

    /// Plans the window of a buffer with `filled` samples. A fragment has no cycles to measure
    /// `samples_per_cycle` on and takes those given.
    pub fn plan(&mut self, bounds: &Bounds, filled: usize, samples_per_cycle: f64) {
        let from = (bounds.start.at.floor() - MARGIN as f64).max(0.0) as usize;
        let to = ((bounds.end.at.ceil() as usize) + MARGIN + 1).min(filled);
        let (start, end) = (bounds.start.seen_from(from), bounds.end.seen_from(from));
        self.range = from..to;
        self.start = start.at;
        self.length = bounds.length();
        self.cycles = bounds.cycles;
        self.tracked = bounds.tracked;
        self.samples_per_cycle = match bounds.cycles {
            0 => samples_per_cycle,
            cycles => self.length / f64::from(cycles),
        };
        let hard = [bounds.start, bounds.end].iter().any(|cut| cut.edge == Edge::Hard);
        // After another window the frequency is known, however short this one is.
        let known = self.cycles >= MEND_CYCLES || bounds.start.edge == Edge::Soft;
        self.mends_cuts =
            hard && known && self.cycles > 0 && self.samples_per_cycle >= MEND_SAMPLES;
        self.weights.set(start, end, self.samples_per_cycle);
        if self.mends_cuts {
            let Window { start, samples_per_cycle, .. } = *self;
            let cycles_at = |sample: usize| ((sample as f64 - start) / samples_per_cycle).fract();
            self.turns.fill(self.range.len(), cycles_at);
        }
        if self.cycles > 0 {
            self.spectrum.plan(self.start, self.length, self.cycles as usize, self.range.len());
            self.undo =
                Undo::new(self.sample_rate_hz / self.samples_per_cycle, self.sample_rate_hz);
        }
    }

    /// The samples of a row of the buffer that the window reads.
    pub fn of<'a>(&self, row: &'a [i32]) -> &'a [i32] {
        &row[self.range.clone()]
    }

    /// Where its samples lie within their cycles, if it mends cuts.
    pub fn turns(&self) -> &Turns {
        &self.turns
    }

    /// How many samples it reads.
    pub fn samples(&self) -> usize {
        self.range.len()
    }

    /// The samples that carry a weight.
    pub fn weighted(&self) -> Range<usize> {
        let end = self.weights.end().min(self.samples());
        self.weights.first..end
    }

    /// Sums over the window: `edge` takes each edge sample and its weight, `body` all the rest.
    pub fn sum<T>(&self, edge: impl FnMut(usize, f64), body: impl FnOnce(Range<usize>) -> T) -> T {
        sums::over(&self.weights, edge, body)
    }

    /// The mean over the window of what `edge` gives for an edge sample and its weight, and `body` for
    /// the sum of the rest.
    pub fn mean(
        &self,
        edge: impl Fn(usize, f64) -> f64,
        body: impl FnOnce(Range<usize>) -> f64,
    ) -> f64 {
        let mut edges = 0.0;
        let body = self.sum(|n, weight| edges += edge(n, weight), body);
        (body + edges) / self.length
    }

    /// The phasors of a channel; not for a fragment.
    pub fn phasors(&mut self, samples: &[f64]) -> Phasors {
        self.spectrum.phasors(samples)
    }

    /// What undoes the responses of channels at its frequency; not for a fragment.
    pub fn undo(&self) -> &Undo {
        &self.undo
    }

    /// Means with nothing measured yet but the length.
    pub fn empty_means(&self) -> Means {
        Means {
            samples: self.length,
            samples_per_cycle: self.samples_per_cycle,
            cycles: self.tracked.unwrap_or(0.0),
            tracked_samples: self.tracked.map_or(0.0, |_| self.length),
            ..Means::default()
        }
    }

    /// A channel's remarks, and the gap before the window.
    pub fn marked(&self, flags: Flags) -> Flags {
        flags.with(Flag::Gap, self.after_gap)
    }
}
