//! Where windows begin and end.
//!
//! Within a stretch each window begins where the one before it ended, with a soft edge between; the
//! first begins and the last ends with a hard one. What is left after the last whole cycle is a
//! *fragment*, which only carries energy.

use crate::buffer::Buffer;
use crate::edge::{Cut, Edge, SOFT_HALF};
use crate::track::{NeedsSamples, Span, Track};
use crate::window::MARGIN;

/// A stretch this little short of a whole cycle still counts it: rounding, not signal.
const CYCLE_TOLERANCE: f64 = 2e-6;

/// What becomes of the samples after the last whole cycle when a stretch ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tail {
    /// They are left out: a record is read over its whole cycles.
    Drop,
    /// They count as energy: a meter loses nothing.
    Count,
}

/// The bounds of one window.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Where it begins.
    pub start: Cut,
    /// Where it ends.
    pub end: Cut,
    /// Whole cycles in it; 0 for a fragment.
    pub cycles: u32,
    /// Cycles measured, if the fundamental was tracked.
    pub tracked: Option<f64>,
}

impl Bounds {
    /// In samples.
    pub fn length(&self) -> f64 {
        self.end.at - self.start.at
    }

    fn span(&self) -> Span {
        Span { samples: self.length(), cycles: self.cycles, tracked: self.tracked }
    }
}

/// Cuts a stretch into windows.
#[derive(Debug)]
pub struct Cutter {
    track: Track,
    /// Where the next window begins.
    start: Cut,
    /// Samples that must be there before it is worth looking again.
    needed: usize,
}

impl Cutter {
    /// With the track that decides how long windows are.
    pub fn new(track: Track) -> Cutter {
        Cutter { track, start: Cut::hard(-0.5), needed: 0 }
    }

    /// Begins a stretch.
    pub fn begin(&mut self) {
        self.track.begin();
        self.start = Cut::hard(-0.5);
        self.needed = 0;
    }

    /// Samples of a cycle at the last frequency measured.
    pub fn samples_per_cycle(&self) -> f64 {
        1.0 / self.track.last_frequency()
    }

    /// The next window, if its samples are all there.
    pub fn next(&mut self, kept: &Buffer) -> Option<Bounds> {
        if kept.filled() < self.needed {
            return None;
        }
        let span = match self.track.next(kept, self.start.at) {
            Ok(span) => span,
            Err(NeedsSamples(count)) => {
                self.needed = count;
                return None;
            }
        };
        let end = self.start.at + span.samples;
        self.needed = (end + MARGIN as f64).ceil() as usize + 1;
        (kept.filled() >= self.needed).then_some(Bounds {
            start: self.start,
            end: Cut::soft(end),
            cycles: span.cycles,
            tracked: span.tracked,
        })
    }

    /// The next window of a stretch that has ended, of as many whole cycles as are left.
    pub fn last(&mut self, kept: &Buffer, tail: Tail) -> Option<Bounds> {
        let end = kept.end();
        let available = end - self.start.at;
        let measured = self.track.last(kept, self.start.at, available);
        let frequency = measured.unwrap_or(self.track.last_frequency());
        let left = available * frequency + CYCLE_TOLERANCE;
        let cycles = (left.floor() as u32).min(self.track.window_cycles(frequency));
        let close_of = |cycles| self.close_of(cycles, frequency, end);
        // What follows counts too: the cut to it has to be soft, or the end of everything.
        let counted = tail == Tail::Count && close_of(cycles).at < end;
        let cycles = match close_of(cycles).edge {
            Edge::Hard if counted => cycles.saturating_sub(1),
            Edge::Hard | Edge::Soft => cycles,
        };
        (cycles > 0).then(|| Bounds {
            start: self.start,
            end: close_of(cycles),
            cycles,
            tracked: measured.map(|_| f64::from(cycles)),
        })
    }

    /// Where so many cycles end in a stretch that ends at `end`: soft if there are samples enough beyond.
    fn close_of(&self, cycles: u32, frequency: f64, end: f64) -> Cut {
        let close = self.start.at + f64::from(cycles) / frequency;
        if close + CYCLE_TOLERANCE / frequency > end {
            Cut::hard(end)
        } else if close + SOFT_HALF as f64 <= end {
            Cut::soft(close)
        } else {
            Cut::hard(close)
        }
    }

    /// What is left of a stretch after its last window.
    pub fn fragment(&self, kept: &Buffer) -> Option<Bounds> {
        (kept.end() > self.start.at).then(|| Bounds {
            start: self.start,
            end: Cut::hard(kept.end()),
            cycles: 0,
            tracked: None,
        })
    }

    /// Moves on to the next window; `v2` are the mean squares of the voltages in the order of the rows.
    /// How many samples no window needs any more.
    pub fn advance(&mut self, bounds: &Bounds, v2: impl Iterator<Item = f64>) -> usize {
        self.track.learn(&bounds.span());
        self.track.choose_row(v2);
        // The next window reaches back over one margin; the other is slack.
        let spent = (bounds.end.at.floor() as usize).saturating_sub(2 * MARGIN);
        self.start = Cut { at: bounds.end.at - spent as f64, ..bounds.end };
        self.needed = 0;
        spent
    }
}
