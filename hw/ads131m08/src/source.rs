//! A chip as a source of samples, read by whoever asks for them.

use crate::acquisition::{Acquisition, Drdy, Health, SILENCE_NS, Waited};
use crate::frame::INPUTS;
use embedded_hal::spi::SpiDevice;
use port::{SampleBlock, SampleSource, SourceError, SourceFormat, SourceState};
use std::collections::VecDeque;
use std::fmt::Display;

/// The samples of some inputs.
#[derive(Debug)]
pub struct ConverterSource<S, D> {
    acquisition: Acquisition<S, D>,
    format: SourceFormat,
    /// The input of each row.
    inputs: Vec<usize>,
    /// Samples that were read and not asked for yet.
    waiting: VecDeque<(u64, [i32; INPUTS])>,
    /// Index behind the last sample, or where time stands in silence.
    next: u64,
    ended: bool,
}

impl<S: SpiDevice, D: Drdy> ConverterSource<S, D> {
    /// Rows of a format, each from its input.
    ///
    /// # Panics
    /// If there are not as many inputs as rows.
    pub fn new(
        acquisition: Acquisition<S, D>,
        format: SourceFormat,
        inputs: Vec<usize>,
    ) -> ConverterSource<S, D> {
        assert_eq!(format.channels.len(), inputs.len(), "every row has its input");
        ConverterSource {
            acquisition,
            format,
            inputs,
            waiting: VecDeque::new(),
            next: 0,
            ended: false,
        }
    }

    /// What has become of the conversions.
    pub fn health(&self) -> Health {
        self.acquisition.health()
    }
}

impl<S: SpiDevice, D: Drdy<Error: Display>> ConverterSource<S, D> {
    /// Reads until there are samples, or nothing comes.
    fn fetch(&mut self) -> Result<SourceState, SourceError> {
        let mut silent_ns = 0;
        while self.waiting.is_empty() && !self.ended {
            let waiting = &mut self.waiting;
            let begun = self.acquisition.position();
            let waited = self.acquisition.step(SILENCE_NS, |index, counts| {
                waiting.push_back((index, *counts));
            });
            match waited.map_err(|error| SourceError(error.to_string()))? {
                Waited::Ended => self.ended = true,
                Waited::Silence => silent_ns = SILENCE_NS,
                Waited::Edge(_) => {
                    // Conversions that give no samples are silence too.
                    let passed = self.acquisition.position() - begun;
                    silent_ns += (passed as f64 * 1e9 / self.format.sample_rate_hz) as u64;
                }
            }
            if silent_ns >= SILENCE_NS && self.waiting.is_empty() {
                return Ok(SourceState::Silent);
            }
        }
        Ok(if self.waiting.is_empty() { SourceState::Ended } else { SourceState::Samples })
    }
}

impl<S: SpiDevice, D: Drdy<Error: Display>> SampleSource for ConverterSource<S, D> {
    fn format(&self) -> &SourceFormat {
        &self.format
    }

    fn read(&mut self, block: &mut SampleBlock, max: usize) -> Result<SourceState, SourceError> {
        (block.first, block.samples) = (self.next, 0);
        let max = max.min(block.capacity());
        while block.samples < max {
            if self.waiting.is_empty() {
                match self.fetch()? {
                    SourceState::Samples => {}
                    SourceState::Silent if block.samples == 0 => {
                        self.next = self.next.max(self.acquisition.position());
                        block.first = self.next;
                        return Ok(SourceState::Silent);
                    }
                    SourceState::Ended if block.samples == 0 => return Ok(SourceState::Ended),
                    SourceState::Silent | SourceState::Ended => break,
                }
            }
            let (index, counts) = *self.waiting.front().expect("some were fetched");
            if block.samples == 0 {
                block.first = index;
            } else if index != self.next {
                break;
            }
            let place = block.samples;
            for (row, input) in self.inputs.iter().enumerate() {
                block.row_mut(row)[place] = counts[*input];
            }
            block.samples += 1;
            self.next = index + 1;
            self.waiting.pop_front();
        }
        Ok(SourceState::Samples)
    }
}
