//! The front end at work: a waveform in, counts out.
//!
//! Works in chunks at fixed positions of the sample index, so that no result depends on how many
//! samples a reader asks for; up to one chunk and the filter's reach are taken from the waveform
//! ahead.

use port::{SampleBlock, SampleSource, SourceError, SourceFormat, SourceState};

use super::file::FrontEndError;
use super::filter::Filters;
use super::lead::{self, Leads, Settling};
use super::model::FrontEnd;
use super::path::Path;
use crate::waveform::Waveform;
use pulp::{Arch, NullaryFnOnce};

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
    leads: Vec<LeadRows>,
    intake: Intake,
    only_rounds: bool,
    analogue: Vec<Vec<f64>>,
    sum: Vec<f64>,
    /// How leads come up in their steady state; worked out at the first seek.
    settling: Option<Settling>,
    /// Samples to look back over when the waveform is read next, after a jump.
    arriving: Option<usize>,
    /// Index of the first sample not yet converted.
    converted: u64,
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
        Afe::with_filters(front_end, &Filters::default(), waveform, sample_rate_hz)
    }

    /// The same with filters that [`FrontEnd::filters`] fitted before: to the bit what [`Afe::new`] makes.
    /// One that is not among them is fitted.
    ///
    /// # Errors
    /// As [`Afe::new`].
    pub fn with_filters(
        front_end: &FrontEnd,
        filters: &Filters,
        waveform: W,
        sample_rate_hz: f64,
    ) -> Result<Afe<W>, FrontEndError> {
        if !(sample_rate_hz > 0.0 && sample_rate_hz.is_finite()) {
            return Err(FrontEndError::SampleRate(sample_rate_hz));
        }
        front_end.validate()?;
        let roles = waveform.roles();
        let paths = (0..roles.len())
            .map(|row| Path::new(front_end, filters, roles, row, sample_rate_hz))
            .collect::<Result<Vec<Path>, FrontEndError>>()?;
        let reach = paths.iter().map(Path::reach).max().unwrap_or(0);
        let rows = paths.len();
        Ok(Afe {
            format: front_end.format(roles, sample_rate_hz),
            clock_hz: front_end.clock_hz(sample_rate_hz),
            leads: LeadRows::of(&paths),
            intake: Intake::new(rows, reach),
            only_rounds: paths.iter().all(Path::only_rounds),
            analogue: vec![vec![0.0; CHUNK]; rows],
            sum: vec![0.0; CHUNK],
            codes: vec![vec![0; CHUNK]; rows],
            settling: None,
            arriving: None,
            converted: 0,
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

    /// Goes forward so that the sample `index` is read next.
    ///
    /// Over a short way the samples between are converted. Over a longer one the waveform is sought, what
    /// the filters see before the sample is taken from it, and the sensors' leads come up as they are
    /// after the last 120 ms have gone on for ever: on a signal that does not change, counts are within
    /// 2e-6 of full scale those of a run without seeking. Channels without a lead have the same counts
    /// to the last bit.
    ///
    /// # Panics
    /// If `index` lies behind the next sample: time goes forward.
    pub fn seek(&mut self, index: u64) {
        assert!(index >= self.next, "a source goes forward in time: from {} to {index}", self.next);
        let look_back = self.look_back();
        let pulled = self.converted + (CHUNK + 2 * self.intake.reach) as u64;
        match index.checked_sub((look_back + self.intake.reach) as u64) {
            Some(from) if from >= pulled => self.jump(from, look_back, index),
            _ => self.convert_up_to(index),
        }
    }

    /// Samples before a place to jump to that tell the state there, apart from the filters' reach.
    fn look_back(&mut self) -> usize {
        if self.leads.is_empty() {
            return 0;
        }
        self.settling.get_or_insert_with(|| Settling::new(self.clock_hz)).samples()
    }

    fn jump(&mut self, from: u64, look_back: usize, index: u64) {
        self.waveform.seek(from);
        // Nothing is read yet: others may share the waveform, and go forward first.
        self.arriving = Some(look_back);
        (self.served, self.ready) = (0, 0);
        (self.converted, self.next) = (index, index);
    }

    /// After a jump, takes from the waveform what comes before the next sample.
    fn arrive(&mut self) {
        let Some(look_back) = self.arriving.take() else { return };
        let windows = self.intake.begin_after(look_back, &mut self.waveform, self.clock_hz);
        if let Some(settling) = &self.settling {
            let mut counts = vec![0.0; look_back];
            for LeadRows { rows, leads, .. } in &mut self.leads {
                for (lane, row) in rows.iter().enumerate() {
                    self.paths[*row].analogue(&windows[*row], self.intake.reach, &mut counts);
                    leads.settle(lane, settling, &counts);
                }
            }
        }
    }

    fn convert_up_to(&mut self, index: u64) {
        while self.next < index {
            if self.served == self.ready {
                self.convert_chunk();
                if self.ready == 0 {
                    return;
                }
            }
            let count = (index - self.next).min((self.ready - self.served) as u64);
            self.served += count as usize;
            self.next += count;
        }
    }

    /// Computes the next chunk of codes; leaves none ready if the waveform has ended.
    fn convert_chunk(&mut self) {
        self.arrive();
        let samples = self.intake.advance(&mut self.waveform, self.clock_hz);
        let Afe { paths, leads, analogue, sum, codes, .. } = self;
        Arch::new().dispatch(Convert {
            samples,
            first: self.converted,
            only_rounds: self.only_rounds,
            intake: &self.intake,
            paths,
            leads,
            analogue,
            sum,
            codes,
        });
        self.converted += samples as u64;
        self.served = 0;
        self.ready = samples;
    }
}

/// A chunk to be converted.
///
/// Compiled for the least and for the best instructions there are, which give the same bits. A type rather
/// than a closure, since it is only as fast as that if it is inlined.
struct Convert<'a> {
    samples: usize,
    first: u64,
    only_rounds: bool,
    intake: &'a Intake,
    paths: &'a [Path],
    leads: &'a mut [LeadRows],
    analogue: &'a mut [Vec<f64>],
    sum: &'a mut [f64],
    codes: &'a mut [Vec<i32>],
}

impl NullaryFnOnce for Convert<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Convert { samples, paths, analogue, .. } = self;
        let (reach, windows) = (self.intake.reach, &self.intake.windows);
        if self.only_rounds {
            for ((path, window), codes) in paths.iter().zip(windows).zip(self.codes) {
                path.round(&window[..samples], &mut codes[..samples]);
            }
            return;
        }
        for ((path, window), analogue) in paths.iter().zip(windows).zip(analogue.iter_mut()) {
            path.analogue(&window[..samples + 2 * reach], reach, &mut analogue[..samples]);
        }
        for leads in self.leads {
            leads.apply(analogue, samples);
        }
        for (row, (path, codes)) in paths.iter().zip(self.codes).enumerate() {
            let (sum, codes) = (&mut self.sum[..samples], &mut codes[..samples]);
            path.convert(self.first, analogue, row, sum, codes);
        }
    }
}

/// Rows with a lead, and their leads.
#[derive(Debug)]
struct LeadRows {
    rows: Vec<usize>,
    leads: Leads,
    /// Samples of these rows side by side.
    lanes: Vec<[f64; lead::LANES]>,
}

impl LeadRows {
    /// All that there are.
    fn of(paths: &[Path]) -> Vec<LeadRows> {
        let with: Vec<usize> = (0..paths.len()).filter(|row| paths[*row].lead.is_some()).collect();
        let group = |rows: &[usize]| LeadRows {
            rows: rows.to_vec(),
            leads: Leads::new(&rows.iter().filter_map(|row| paths[*row].lead).collect::<Vec<_>>()),
            lanes: vec![[0.0; lead::LANES]; CHUNK],
        };
        with.chunks(lead::LANES).map(group).collect()
    }

    #[inline(always)]
    fn apply(&mut self, analogue: &mut [Vec<f64>], samples: usize) {
        let lanes = &mut self.lanes[..samples];
        for (lane, row) in self.rows.iter().enumerate() {
            for (lanes, count) in lanes.iter_mut().zip(&analogue[*row]) {
                lanes[lane] = *count;
            }
        }
        self.leads.apply(lanes);
        for (lane, row) in self.rows.iter().enumerate() {
            for (count, lanes) in analogue[*row].iter_mut().zip(lanes.iter()) {
                *count = lanes[lane];
            }
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

/// Samples taken from the waveform, with as many before and after a chunk as the filters reach.
#[derive(Debug)]
struct Intake {
    reach: usize,
    /// Rows of `reach + CHUNK + reach` samples, of which the first `filled` are there.
    windows: Vec<Vec<f64>>,
    filled: usize,
    /// Samples of the chunk last handed out, which are not needed any more.
    spent: usize,
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
            spent: 0,
            pulled: vec![vec![0.0; CHUNK]; rows],
            begun: false,
            ended: false,
        }
    }

    /// Moves on by one chunk; returns how many samples it holds, 0 at the end.
    fn advance(&mut self, waveform: &mut impl Waveform, clock_hz: f64) -> usize {
        self.drop_spent();
        self.pull(waveform, clock_hz);
        let samples = self.filled.saturating_sub(self.reach).min(CHUNK);
        if samples > 0 && !self.begun {
            self.continue_before();
        }
        if samples > 0 && self.ended {
            let end = (self.filled + self.reach).min(2 * self.reach + CHUNK);
            self.windows.iter_mut().for_each(|row| continue_after(row, self.filled, end));
        }
        self.begun = true;
        self.spent = samples;
        samples
    }

    /// Begins anew: the waveform stands `look_back + reach` samples before the one that comes next.
    /// Returns those and `reach` more, a row each.
    fn begin_after(
        &mut self,
        look_back: usize,
        waveform: &mut impl Waveform,
        clock_hz: f64,
    ) -> Vec<Vec<f64>> {
        let wanted = look_back + 2 * self.reach;
        let mut rows = vec![vec![0.0; wanted]; self.windows.len()];
        self.ended = false;
        let filled = self.pull_into(&mut rows, 0, wanted, waveform, clock_hz);
        if filled > 0 {
            rows.iter_mut().for_each(|row| continue_after(row, filled, wanted));
        }
        self.filled = filled.saturating_sub(look_back);
        for (window, row) in self.windows.iter_mut().zip(&rows) {
            window[..2 * self.reach].copy_from_slice(&row[look_back..]);
        }
        (self.begun, self.spent) = (true, 0);
        rows
    }

    /// Lets go of the oldest chunk, keeping the filters' reach before the next.
    fn drop_spent(&mut self) {
        if self.spent > 0 {
            for window in &mut self.windows {
                window.copy_within(self.spent..self.filled, 0);
            }
            self.filled -= self.spent;
        }
    }

    /// Takes samples until the windows are full or the waveform has ended.
    fn pull(&mut self, waveform: &mut impl Waveform, clock_hz: f64) {
        let mut windows = std::mem::take(&mut self.windows);
        let full = 2 * self.reach + CHUNK;
        self.filled = self.pull_into(&mut windows, self.filled, full, waveform, clock_hz);
        self.windows = windows;
    }

    /// Fills rows from `filled` up to `full`, or until the waveform ends; returns how far.
    fn pull_into(
        &mut self,
        rows: &mut [Vec<f64>],
        mut filled: usize,
        full: usize,
        waveform: &mut impl Waveform,
        clock_hz: f64,
    ) -> usize {
        while !self.ended && filled < full {
            let wanted = (full - filled).min(CHUNK);
            let count = if filled == 0 {
                waveform.fill(clock_hz, rows, wanted)
            } else {
                let count = waveform.fill(clock_hz, &mut self.pulled, wanted);
                for (row, pulled) in rows.iter_mut().zip(&self.pulled) {
                    row[filled..filled + count].copy_from_slice(&pulled[..count]);
                }
                count
            };
            assert!(count <= wanted, "a waveform gives no more than it is asked for");
            filled += count;
            self.ended = count == 0;
        }
        filled
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
}

/// Continues the signal after its last sample, the one before `filled`, by point reflection.
fn continue_after(row: &mut [f64], filled: usize, end: usize) {
    let last = filled - 1;
    for at in filled..end {
        row[at] = 2.0 * row[last] - row[last.saturating_sub(at - last)];
    }
}
