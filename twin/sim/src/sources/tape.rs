//! Samples kept as they passed, and played again bit for bit.

use std::sync::{Arc, Mutex, PoisonError};

use port::{Role, SampleBlock, SampleSource, SourceError, SourceFormat, SourceState};
use recording::{Recording, RecordingError, Section};

use crate::frontend::restore;

/// Samples of a source: its format, and the counts with their gaps.
#[derive(Debug, Clone, PartialEq)]
pub struct Tape {
    format: SourceFormat,
    stretches: Vec<Stretch>,
    samples: usize,
    left_out: u64,
}

/// Samples without a gap.
#[derive(Debug, Clone, PartialEq)]
pub struct Stretch {
    first: u64,
    rows: Vec<Vec<i32>>,
}

impl Stretch {
    /// Index of its first sample since the source began.
    pub fn first(&self) -> u64 {
        self.first
    }

    /// How many samples it has; at least one.
    pub fn samples(&self) -> usize {
        self.rows[0].len()
    }

    /// The counts of a channel.
    pub fn row(&self, channel: usize) -> &[i32] {
        &self.rows[channel]
    }

    /// Index of the sample that would continue it.
    fn next(&self) -> u64 {
        self.first + self.samples() as u64
    }
}

impl Tape {
    fn new(format: SourceFormat) -> Tape {
        Tape { format, stretches: Vec::new(), samples: 0, left_out: 0 }
    }

    /// What the source delivered.
    pub fn format(&self) -> &SourceFormat {
        &self.format
    }

    /// The samples, in their order.
    pub fn stretches(&self) -> &[Stretch] {
        &self.stretches
    }

    /// Samples kept of each channel.
    pub fn samples(&self) -> usize {
        self.samples
    }

    /// Samples that passed when the tape was full.
    pub fn left_out(&self) -> u64 {
        self.left_out
    }

    /// The samples in volts and amperes at the terminals, a section a stretch: what is known of each
    /// channel is taken out, its frequency response included.
    ///
    /// Fails if nothing is on the tape.
    pub fn recording(&self) -> Result<Recording, RecordingError> {
        if self.stretches.is_empty() {
            return Err(RecordingError::Unwritable { reason: "no sample was recorded".to_owned() });
        }
        let rate_hz = self.format.sample_rate_hz;
        let sections = self.stretches.iter().scan(0, |first_sample, stretch| {
            let section = Section {
                rate_hz: Some(rate_hz),
                first_sample: *first_sample,
                start_s: Some(stretch.first as f64 / rate_hz),
                times_s: None,
                times_step_s: 0.0,
                samples: self.calibrated(stretch).map(|(_, values)| values).collect(),
                missing: Vec::new(),
            };
            *first_sample += stretch.samples();
            Some(section)
        });
        let channels = self.format.channels.iter().map(|channel| channel.role);
        let mut recording =
            Recording::from_columns(rate_hz, channels.map(|role| (role, vec![0.0])).collect())?;
        recording.sections = sections.collect();
        Ok(recording)
    }

    fn calibrated<'a>(
        &'a self,
        stretch: &'a Stretch,
    ) -> impl Iterator<Item = (Role, Vec<f64>)> + 'a {
        self.format.channels.iter().zip(&stretch.rows).map(|(channel, row)| {
            let value =
                |count: &i32| (f64::from(*count) - channel.offset_counts) * channel.unit_per_count;
            let values: Vec<f64> = row.iter().map(value).collect();
            (channel.role, restore(channel, self.format.sample_rate_hz, &values))
        })
    }

    fn keep(&mut self, block: &SampleBlock, samples_max: usize) {
        let count = block.samples.min(samples_max - self.samples);
        self.samples += count;
        self.left_out += (block.samples - count) as u64;
        if count == 0 {
            return;
        }
        if self.stretches.last().is_none_or(|last| last.next() != block.first) {
            let rows = vec![Vec::new(); block.channels()];
            self.stretches.push(Stretch { first: block.first, rows });
        }
        let stretch = self.stretches.last_mut().expect("one was just pushed if there was none");
        for (channel, row) in stretch.rows.iter_mut().enumerate() {
            row.extend_from_slice(&block.row(channel)[..count]);
        }
    }
}

/// Lets samples pass and keeps them.
#[derive(Debug)]
pub struct Recorder<S> {
    source: S,
    samples_max: usize,
    tape: Arc<Mutex<Tape>>,
}

impl<S: SampleSource> Recorder<S> {
    /// Keeps up to `samples_max` samples of each channel, 4 bytes for each of them; what passes after
    /// them is counted and not kept.
    pub fn new(source: S, samples_max: usize) -> Recorder<S> {
        let tape = Tape::new(source.format().clone());
        Recorder { source, samples_max, tape: Arc::new(Mutex::new(tape)) }
    }

    /// The tape, for who wants to read it while the recorder is in use or gone.
    pub fn tape(&self) -> Arc<Mutex<Tape>> {
        Arc::clone(&self.tape)
    }

    /// The tape, when there is no more to record; who shares it finds it empty.
    pub fn into_tape(self) -> Tape {
        let empty = Tape::new(self.source.format().clone());
        let mut tape = self.tape.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *tape, empty)
    }
}

impl<S: SampleSource> SampleSource for Recorder<S> {
    fn format(&self) -> &SourceFormat {
        self.source.format()
    }

    fn read(&mut self, block: &mut SampleBlock, max: usize) -> Result<SourceState, SourceError> {
        let state = self.source.read(block, max)?;
        if state == SourceState::Samples {
            let tape = self.tape.lock();
            let mut tape = tape.map_err(|_| {
                SourceError("who was reading the tape stopped at a fault of its own".to_string())
            })?;
            tape.keep(block, self.samples_max);
        }
        Ok(state)
    }
}

/// Plays a tape from its beginning, once.
#[derive(Debug, Clone)]
pub struct Replay {
    tape: Tape,
    stretch: usize,
    served: usize,
}

impl Replay {
    /// A tape as a source: the same format, counts, indices and gaps.
    pub fn new(tape: Tape) -> Replay {
        Replay { tape, stretch: 0, served: 0 }
    }
}

impl SampleSource for Replay {
    fn format(&self) -> &SourceFormat {
        &self.tape.format
    }

    fn read(&mut self, block: &mut SampleBlock, max: usize) -> Result<SourceState, SourceError> {
        block.samples = 0;
        let Some(stretch) = self.tape.stretches.get(self.stretch) else {
            return Ok(SourceState::Ended);
        };
        let count = max.min(block.capacity()).min(stretch.samples() - self.served);
        block.first = stretch.first + self.served as u64;
        block.samples = count;
        for (channel, row) in stretch.rows.iter().enumerate() {
            block.row_mut(channel)[..count].copy_from_slice(&row[self.served..self.served + count]);
        }
        self.served += count;
        if self.served == stretch.samples() {
            (self.stretch, self.served) = (self.stretch + 1, 0);
        }
        Ok(SourceState::Samples)
    }
}
