//! The front end at work: a waveform in, counts out.
//!
//! Works in chunks at fixed positions of the sample index, so that no result depends on how many
//! samples a reader asks for; up to one chunk and the filter's reach are taken from the waveform
//! ahead.

use port::{Role, SampleBlock, SampleSource, SourceError, SourceFormat, SourceState};

use super::file::FrontEndError;
use super::model::FrontEnd;
use super::path::Path;
use crate::waveform::Waveform;

/// Samples computed together: 32 ms at 8 kS/s. Seven channels of them stay in the first-level
/// cache.
const CHUNK: usize = 256;

/// A source of counts: a waveform behind a front end.
#[derive(Debug)]
pub struct Afe<W> {
    waveform: W,
    format: SourceFormat,
    /// The true sample clock.
    clock_hz: f64,
    paths: Vec<Path>,
    intake: Intake,
    only_rounds: bool,
    analogue: Vec<Vec<f64>>,
    sum: Vec<f64>,
    /// The chunk's codes; `served..ready` of them are still to be read.
    codes: Vec<Vec<i32>>,
    served: usize,
    ready: usize,
    /// Index of the next sample to be read.
    next: u64,
}

impl<W: Waveform> Afe<W> {
    /// Puts a front end before a waveform, at a nominal sample rate in hertz.
    ///
    /// Fails if the front end or the rate makes no sense, or if a channel's delay is too long for
    /// its filter at this rate.
    pub fn new(
        front_end: &FrontEnd,
        waveform: W,
        sample_rate_hz: f64,
    ) -> Result<Afe<W>, FrontEndError> {
        if !(sample_rate_hz > 0.0 && sample_rate_hz.is_finite()) {
            return Err(FrontEndError::SampleRate(sample_rate_hz));
        }
        front_end.validate()?;
        let roles = waveform.roles();
        let paths = (0..roles.len())
            .map(|row| Path::new(front_end, roles, row, sample_rate_hz))
            .collect::<Result<Vec<Path>, FrontEndError>>()?;
        let reach = paths.iter().map(Path::reach).max().unwrap_or(0);
        let rows = paths.len();
        Ok(Afe {
            format: front_end.format(roles, sample_rate_hz),
            clock_hz: front_end.clock_hz(sample_rate_hz),
            intake: Intake::new(rows, reach),
            only_rounds: paths.iter().all(Path::only_rounds),
            analogue: vec![vec![0.0; CHUNK]; rows],
            sum: vec![0.0; CHUNK],
            codes: vec![vec![0; CHUNK]; rows],
            served: 0,
            ready: 0,
            next: 0,
            waveform,
            paths,
        })
    }

    /// Largest deviation of any channel's filter from the response formula, within the band.
    pub fn filter_error(&self) -> f64 {
        self.paths.iter().map(Path::filter_error).fold(0.0, f64::max)
    }

    /// The waveform behind it.
    pub fn waveform(&self) -> &W {
        &self.waveform
    }

    /// Computes the next chunk of codes; leaves none ready if the waveform has ended.
    fn convert_chunk(&mut self) {
        let samples = self.intake.advance(&mut self.waveform, self.clock_hz);
        if self.only_rounds {
            for ((path, window), codes) in
                self.paths.iter().zip(&self.intake.windows).zip(&mut self.codes)
            {
                path.round(&window[..samples], &mut codes[..samples]);
            }
        } else {
            self.convert_filtered(samples);
        }
        self.served = 0;
        self.ready = samples;
    }

    fn convert_filtered(&mut self, samples: usize) {
        let reach = self.intake.reach;
        let rows = self.paths.iter_mut().zip(&self.intake.windows).zip(&mut self.analogue);
        for ((path, window), analogue) in rows {
            path.analogue(&window[..samples + 2 * reach], reach, &mut analogue[..samples]);
        }
        for (row, (path, codes)) in self.paths.iter_mut().zip(&mut self.codes).enumerate() {
            path.convert(&self.analogue, row, &mut self.sum[..samples], &mut codes[..samples]);
        }
    }
}

impl<W: Waveform> SampleSource for Afe<W> {
    fn format(&self) -> &SourceFormat {
        &self.format
    }

    fn read(&mut self, block: &mut SampleBlock, max: usize) -> Result<SourceState, SourceError> {
        assert_eq!(block.channels(), self.codes.len(), "the block was made for another format");
        let room = max.min(block.capacity());
        assert!(room > 0, "a read asks for at least one sample");
        block.first = self.next;
        block.samples = 0;
        while block.samples < room {
            if self.served == self.ready {
                self.convert_chunk();
                if self.ready == 0 {
                    break;
                }
            }
            let count = (room - block.samples).min(self.ready - self.served);
            let to = block.samples..block.samples + count;
            for (row, codes) in self.codes.iter().enumerate() {
                block.row_mut(row)[to.clone()]
                    .copy_from_slice(&codes[self.served..self.served + count]);
            }
            block.samples += count;
            self.served += count;
        }
        self.next += block.samples as u64;
        Ok(if block.samples == 0 { SourceState::Ended } else { SourceState::Samples })
    }
}

/// So that a waveform can be chosen at run time.
impl<W: Waveform + ?Sized> Waveform for Box<W> {
    fn roles(&self) -> &[Role] {
        (**self).roles()
    }

    fn fill(&mut self, rate_hz: f64, rows: &mut [Vec<f64>], max: usize) -> usize {
        (**self).fill(rate_hz, rows, max)
    }
}

/// Samples taken from the waveform, with as many before and after a chunk as the filters reach.
#[derive(Debug)]
struct Intake {
    reach: usize,
    /// Rows of `reach + CHUNK + reach` samples, of which the first `filled` are there.
    windows: Vec<Vec<f64>>,
    filled: usize,
    pulled: Vec<Vec<f64>>,
    begun: bool,
    ended: bool,
}

impl Intake {
    fn new(rows: usize, reach: usize) -> Intake {
        Intake {
            reach,
            windows: vec![vec![0.0; 2 * reach + CHUNK]; rows],
            filled: reach,
            pulled: vec![vec![0.0; CHUNK]; rows],
            begun: false,
            ended: false,
        }
    }

    /// Moves on by one chunk; returns how many samples it holds, 0 at the end.
    fn advance(&mut self, waveform: &mut impl Waveform, clock_hz: f64) -> usize {
        if self.begun {
            self.drop_chunk();
        }
        self.pull(waveform, clock_hz);
        let samples = (self.filled - self.reach).min(CHUNK);
        if samples > 0 && !self.begun {
            self.continue_before();
        }
        if samples > 0 && self.ended {
            self.continue_after();
        }
        self.begun = true;
        samples
    }

    /// Lets go of the oldest chunk, keeping the filters' reach before the next.
    fn drop_chunk(&mut self) {
        let keep_from = CHUNK.min(self.filled - self.reach);
        for window in &mut self.windows {
            window.copy_within(keep_from..self.filled, 0);
        }
        self.filled -= keep_from;
    }

    /// Takes samples until the windows are full or the waveform has ended.
    fn pull(&mut self, waveform: &mut impl Waveform, clock_hz: f64) {
        let full = 2 * self.reach + CHUNK;
        while !self.ended && self.filled < full {
            let wanted = (full - self.filled).min(CHUNK);
            let count = if self.filled == 0 {
                waveform.fill(clock_hz, &mut self.windows, wanted)
            } else {
                let count = waveform.fill(clock_hz, &mut self.pulled, wanted);
                for (window, pulled) in self.windows.iter_mut().zip(&self.pulled) {
                    window[self.filled..self.filled + count].copy_from_slice(&pulled[..count]);
                }
                count
            };
            assert!(count <= wanted, "a waveform gives no more than it is asked for");
            self.filled += count;
            self.ended = count == 0;
        }
    }

    /// Continues the signal before its first sample by point reflection.
    fn continue_before(&mut self) {
        let (first, last) = (self.reach, self.filled - 1);
        for window in &mut self.windows {
            for step in 1..=self.reach {
                window[first - step] = 2.0 * window[first] - window[(first + step).min(last)];
            }
        }
    }

    /// Continues the signal after its last sample by point reflection.
    fn continue_after(&mut self) {
        let last = self.filled - 1;
        let end = (self.filled + self.reach).min(2 * self.reach + CHUNK);
        for window in &mut self.windows {
            for at in self.filled..end {
                window[at] = 2.0 * window[last] - window[last.saturating_sub(at - last)];
            }
        }
    }
}
