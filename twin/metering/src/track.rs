//! Following the fundamental from window to window: how long the next window is.
//!
//! One row is followed, a voltage if there is any. A *guess* carries the frequency to the next window;
//! without one, five cycles are searched. The *anchor* is the phase at which windows begin: each window
//! is drawn back to it, so that rounding does not add up over a record.

use crate::analogue::FULL_SCALE_COUNTS;
use crate::buffer::Buffer;
use crate::frequency::{Estimate, Fundamental, TRACKED_HZ, estimate, search, wrap};
use crate::limits::Limits;
use crate::window::MARGIN;

/// Frequency taken for the length of a window when there is nothing to measure it on.
const NOMINAL_HZ: f64 = 50.0;

/// Below this frequency a window has 10 cycles, from it on 12 (IEC 61000-4-30).
const TEN_CYCLES_BELOW_HZ: f64 = 55.0;

/// Samples of a search, as seconds: five cycles at 50 Hz.
const SEARCH_S: f64 = 0.1;

/// Counts (peak) below which a channel carries no signal.
const SIGNAL_COUNTS: f64 = Limits::NO_VOLTAGE_PART * FULL_SCALE_COUNTS;

/// Phase error, in cycles, up to which a window's end is drawn back to the phase of its predecessors;
/// beyond, the grid has moved and the present phase becomes the reference.
const PHASE_PULL_MAX: f64 = 1e-4;

/// Another voltage is followed if its mean square is more than this many times the present one's.
const LOUDER_V2: f64 = 4.0;

/// At the end of a stretch the estimate leaves out this part of a cycle, and so much more each time it
/// asks for samples that will not come.
const LEFT_OUT_CYCLES: (f64, f64) = (0.05, 0.1);

/// Fewest cycles at the end of a stretch to measure a frequency on.
const MEASURED_CYCLES_MIN: f64 = 1.1;

/// How often it may ask for more: the guess is too poor then, but better than nothing.
const LAST_ROUNDS_MAX: usize = 3;

/// The length of a window.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Span {
    /// In samples.
    pub samples: f64,
    /// Whole cycles it is meant to have.
    pub cycles: u32,
    /// Cycles measured, if there was a fundamental to follow.
    pub tracked: Option<f64>,
}

/// So many samples must be there to tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NeedsSamples(pub usize);

/// See the module. Frequencies are in cycles a sample.
#[derive(Debug)]
pub struct Track {
    sample_rate_hz: f64,
    /// Any of the first so many rows may be followed.
    candidates: usize,
    row: usize,
    guess: Option<f64>,
    last_frequency: f64,
    anchor: Option<f64>,
    /// Phase at the start of the window being worked out, in cycles.
    phase: f64,
}

impl Track {
    /// For a sample rate and the rows that may be followed, three at the most.
    pub fn new(sample_rate_hz: f64, candidates: usize) -> Track {
        Track {
            sample_rate_hz,
            candidates,
            row: 0,
            guess: None,
            last_frequency: NOMINAL_HZ / sample_rate_hz,
            anchor: None,
            phase: 0.0,
        }
    }

    /// Begins a stretch. The row and the last frequency stay: the best there is to start from.
    pub fn begin(&mut self) {
        self.guess = None;
        self.anchor = None;
    }

    /// The last frequency measured.
    pub fn last_frequency(&self) -> f64 {
        self.last_frequency
    }

    /// Cycles of a window at a frequency.
    pub fn window_cycles(&self, frequency: f64) -> u32 {
        if frequency * self.sample_rate_hz < TEN_CYCLES_BELOW_HZ { 10 } else { 12 }
    }

    /// The window that begins at `start`.
    pub fn next(&mut self, kept: &Buffer, start: f64) -> Result<Span, NeedsSamples> {
        Ok(match self.follow(kept, start)? {
            Some((found, cycles)) => self.tracked_span(found, cycles),
            None => self.untracked_span(),
        })
    }

    /// The fundamental from `start` on, and its cycles in a window; none if there is nothing to follow.
    fn follow(
        &mut self,
        kept: &Buffer,
        start: f64,
    ) -> Result<Option<(Fundamental, u32)>, NeedsSamples> {
        let Some(guess) = self.guess_from(kept, start)? else { return Ok(None) };
        let (estimated, cycles) = self.estimate_window(kept.row(self.row), start, guess);
        match estimated {
            // A signal that is not what it seemed may ask for more than any window holds.
            Estimate::NeedsSamples(count) if count + MARGIN >= kept.capacity() => Ok(None),
            Estimate::NeedsSamples(count) => Err(NeedsSamples(count)),
            Estimate::Found(found) if self.is_signal(&found) => Ok(Some((found, cycles))),
            Estimate::Found(_) | Estimate::Lost => Ok(None),
        }
    }

    fn guess_from(&mut self, kept: &Buffer, start: f64) -> Result<Option<f64>, NeedsSamples> {
        if self.guess.is_some() {
            return Ok(self.guess);
        }
        let (from, to) = self.search_range(start);
        if kept.filled() < to {
            return Err(NeedsSamples(to));
        }
        Ok(self.search(kept, from, to))
    }

    /// Over 10 or 12 cycles, as the frequency found will have it.
    fn estimate_window(&self, row: &[i32], start: f64, guess: f64) -> (Estimate, u32) {
        let cycles = self.window_cycles(guess);
        let estimated = estimate(row, start, f64::from(cycles), guess);
        if let Estimate::Found(found) = estimated {
            let other = self.window_cycles(found.frequency);
            if other != cycles {
                return (estimate(row, start, f64::from(other), found.frequency), other);
            }
        }
        (estimated, cycles)
    }

    fn tracked_span(&mut self, found: Fundamental, cycles: u32) -> Span {
        self.phase = found.phase;
        let error = wrap(found.phase - self.anchor.unwrap_or(found.phase));
        let pull = if error.abs() <= PHASE_PULL_MAX { error } else { 0.0 };
        let measured = f64::from(cycles) - pull;
        Span { samples: measured / found.frequency, cycles, tracked: Some(measured) }
    }

    fn untracked_span(&mut self) -> Span {
        self.guess = None;
        self.anchor = None;
        let cycles = self.window_cycles(self.last_frequency);
        Span { samples: f64::from(cycles) / self.last_frequency, cycles, tracked: None }
    }

    /// Frequency of the `available` samples that are left of a stretch from `start` on.
    pub fn last(&mut self, kept: &Buffer, start: f64, available: f64) -> Option<f64> {
        let guess = match self.guess {
            Some(guess) => guess,
            None => {
                let (from, to) = self.search_range(start);
                self.search(kept, from, to.min(kept.filled()))?
            }
        };
        let full = f64::from(self.window_cycles(guess));
        let mut cycles = (available * guess - LEFT_OUT_CYCLES.0).min(full);
        if cycles < MEASURED_CYCLES_MIN {
            // The frequency before it, or the best sine.
            return Some(guess);
        }
        for _ in 0..LAST_ROUNDS_MAX {
            match estimate(kept.row(self.row), start, cycles, guess) {
                Estimate::Found(found) => return self.is_signal(&found).then_some(found.frequency),
                Estimate::NeedsSamples(_) => cycles -= LEFT_OUT_CYCLES.1,
                Estimate::Lost => return None,
            }
        }
        Some(guess)
    }

    fn is_signal(&self, found: &Fundamental) -> bool {
        let hz = found.frequency * self.sample_rate_hz;
        found.amplitude >= SIGNAL_COUNTS && (TRACKED_HZ.0..=TRACKED_HZ.1).contains(&hz)
    }

    /// The samples a search from `start` on looks at.
    fn search_range(&self, start: f64) -> (usize, usize) {
        let from = start.max(0.0).ceil() as usize;
        (from, from + (SEARCH_S * self.sample_rate_hz) as usize)
    }

    /// Chooses the row to follow and makes a first guess from the samples given.
    fn search(&mut self, kept: &Buffer, from: usize, to: usize) -> Option<f64> {
        if from >= to {
            return None;
        }
        let mut swings = [0.0; 3];
        for (row, entry) in swings.iter_mut().enumerate().take(self.candidates) {
            *entry = swing(&kept.row(row)[from..to]);
        }
        let largest = swings.iter().copied().fold(0.0, f64::max);
        if largest < SIGNAL_COUNTS {
            return None;
        }
        self.row = swings.iter().position(|swing| *swing >= 0.5 * largest)?;
        search(&kept.row(self.row)[from..to], self.sample_rate_hz)
    }

    /// Learns from a window that has closed.
    pub fn learn(&mut self, span: &Span) {
        match span.tracked {
            Some(cycles) => {
                let frequency = cycles / span.samples;
                self.guess = Some(frequency);
                self.last_frequency = frequency;
                self.keep_phase();
            }
            None if span.cycles > 0 => self.anchor = None,
            // A fragment teaches nothing.
            None => {}
        }
    }

    /// Keeps the phase at which windows begin.
    fn keep_phase(&mut self) {
        let moved = |anchor: f64| wrap(self.phase - anchor).abs() > PHASE_PULL_MAX;
        if self.anchor.is_none_or(moved) {
            self.anchor = Some(self.phase);
        }
    }

    /// Follows another voltage if it is much larger; `v2` are the mean squares in the order of the rows.
    pub fn choose_row(&mut self, v2: impl Iterator<Item = f64>) {
        let (mut best, mut best_v2, mut present_v2) = (self.row, 0.0, f64::INFINITY);
        for (row, v2) in v2.enumerate() {
            if row == self.row {
                present_v2 = v2;
            }
            if v2 > best_v2 {
                (best, best_v2) = (row, v2);
            }
        }
        if best_v2 > LOUDER_V2 * present_v2 {
            self.row = best;
            self.anchor = None;
        }
    }
}

/// Half the distance from the smallest to the largest count.
fn swing(counts: &[i32]) -> f64 {
    let (low, high) =
        counts.iter().fold((i32::MAX, i32::MIN), |(low, high), x| (low.min(*x), high.max(*x)));
    0.5 * (f64::from(high) - f64::from(low))
}
