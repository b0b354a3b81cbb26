//! A sample clock that drifts: the samples that a fast or slow clock would have taken.
//!
//! Sample `m` is taken at the *place* `m + slip` of the samples heard; while the clock is fast the slip
//! falls by some millionths a sample, and it stays when the clock is right again. Samples between those
//! heard are interpolated within a stretch. What lies in a gap of the source is missing here too.

use port::{SampleBlock, SampleSource, SourceError, SourceFormat, SourceState};

use super::span::Span;
use crate::frontend::quantise;
use crate::interpolate::{REACH, weighted, weights};

/// Samples asked for at a time, and as many are kept before old ones are let go.
const CHUNK: usize = 256;

/// A source on another clock.
#[derive(Debug)]
pub(super) struct Clock<S> {
    source: S,
    /// When the clock is off, and by how many samples the slip changes in each.
    drifts: Vec<(Span, f64)>,
    /// The last block heard; `waiting` if it begins the next stretch.
    heard: SampleBlock,
    waiting: bool,
    ended: bool,
    /// The stretch so far as it is still needed, and the index of its first sample kept.
    rows: Vec<Vec<f64>>,
    base: u64,
    /// Index of the next sample to be given.
    next: u64,
}

impl<S: SampleSource> Clock<S> {
    /// A clock that is right.
    pub(super) fn new(source: S) -> Clock<S> {
        let channels = source.format().channels.len();
        Clock {
            source,
            drifts: Vec::new(),
            heard: SampleBlock::new(channels, CHUNK),
            waiting: false,
            ended: false,
            rows: vec![Vec::new(); channels],
            base: 0,
            next: 0,
        }
    }

    /// Adds when the clock is off, and by how many ppm it is fast. Each begins later than anything that was read, by the
    /// reach of the interpolation at least, unless nothing was read yet.
    pub(super) fn drift(&mut self, drifts: &[(Span, f64)]) {
        // A fast clock takes samples closer together.
        let change = |ppm: f64| 1.0 / (1.0 + 1e-6 * ppm) - 1.0;
        self.drifts.extend(drifts.iter().map(|(span, ppm)| (*span, change(*ppm))));
    }

    /// Where the sample `next` is taken: a sample heard, and the part of the way to the one after it.
    fn place(&self) -> (u64, f64) {
        let slip: f64 =
            self.drifts.iter().map(|(span, change)| change * span.before(self.next) as f64).sum();
        (self.next.saturating_add_signed(slip.floor() as i64), slip - slip.floor())
    }

    /// Samples kept of the stretch.
    fn kept(&self) -> usize {
        self.rows[0].len()
    }

    /// Listens until the samples around a place are there, or its stretch has ended before it; false
    /// if the source has ended before it.
    fn listen(&mut self, max: usize) -> Result<bool, SourceError> {
        loop {
            let (sample, part) = self.place();
            let end = self.base + self.kept() as u64;
            let whole = self.waiting || self.ended;
            if !whole && sample + REACH as u64 >= end {
                self.hear(max)?;
            } else if sample < end && (part == 0.0 || sample + 1 < end) {
                return Ok(true);
            } else if self.waiting {
                self.begin_stretch();
            } else {
                return Ok(false);
            }
        }
    }

    /// Hears a block: more of the stretch, or the first of the next.
    fn hear(&mut self, max: usize) -> Result<(), SourceError> {
        if self.source.read(&mut self.heard, max.min(CHUNK))? == SourceState::Ended {
            self.ended = true;
        } else if self.heard.first == self.base + self.kept() as u64 {
            self.keep();
        } else {
            self.waiting = true;
        }
        Ok(())
    }

    fn begin_stretch(&mut self) {
        self.rows.iter_mut().for_each(Vec::clear);
        self.base = self.heard.first;
        self.waiting = false;
        self.keep();
        // Halving the way reaches any place soon, and never goes beyond it: drifts are small.
        while self.place().0 < self.base {
            self.next += ((self.base - self.place().0) / 2).max(1);
        }
    }

    fn keep(&mut self) {
        for (row, kept) in self.rows.iter_mut().enumerate() {
            kept.extend(self.heard.row(row).iter().map(|count| f64::from(*count)));
        }
    }

    /// Lets go of samples that no place to come reaches back to.
    fn forget(&mut self) {
        let (sample, _) = self.place();
        let spent = sample.saturating_sub(self.base + 2 * REACH as u64);
        if spent >= CHUNK as u64 {
            let spent = (spent as usize).min(self.kept());
            for row in &mut self.rows {
                row.drain(..spent);
            }
            self.base += spent as u64;
        }
    }

    /// Takes the sample `next` into the block.
    fn take(&self, block: &mut SampleBlock) {
        let (sample, part) = self.place();
        let before = (sample - self.base) as usize;
        let to = block.samples;
        if part == 0.0 {
            for (row, kept) in self.rows.iter().enumerate() {
                block.row_mut(row)[to] = kept[before] as i32;
            }
            return;
        }
        let weights = weights(part);
        for (row, kept) in self.rows.iter().enumerate() {
            block.row_mut(row)[to] = quantise(weighted(kept, before, &weights));
        }
    }
}

impl<S: SampleSource> SampleSource for Clock<S> {
    fn format(&self) -> &SourceFormat {
        self.source.format()
    }

    fn read(&mut self, block: &mut SampleBlock, max: usize) -> Result<SourceState, SourceError> {
        if self.drifts.is_empty() {
            return self.source.read(block, max);
        }
        let room = max.min(block.capacity());
        block.samples = 0;
        while block.samples < room {
            match self.listen(room) {
                Ok(true) => {}
                Ok(false) => break,
                // What is there comes first; the source fails again when it is asked for more.
                Err(_) if block.samples > 0 => break,
                Err(error) => return Err(error),
            }
            if block.samples == 0 {
                block.first = self.next;
            } else if self.next != block.first + block.samples as u64 {
                break;
            }
            self.take(block);
            block.samples += 1;
            self.next += 1;
            self.forget();
        }
        Ok(if block.samples == 0 { SourceState::Ended } else { SourceState::Samples })
    }
}
