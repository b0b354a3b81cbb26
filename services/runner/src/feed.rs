//! Where a run's measurements come from: samples and the replies of modules, or finished windows.

use image::MeterId;
use port::{EsyBus, MeterCommand, SampleBlock, SampleSource, SourceError, SourceState};
use world::Inputs;

/// Where a run stands after it was fed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fed {
    /// Position of time in samples since the beginning; sample n stands for n - 1/2 to n + 1/2.
    pub position: f64,
    /// Samples that were read.
    pub samples: u64,
    /// Whether there is nothing more to come; then nothing was fed either.
    pub ended: bool,
}

/// What a run is fed with.
pub trait Feed {
    /// Samples a second, nominal: the unit of all positions.
    fn sample_rate_hz(&self) -> f64;

    /// A block in which samples come, `samples` at the most.
    fn block(&self, samples: usize) -> SampleBlock;

    /// Feeds a tick with about `want` samples' worth of time, and with nothing from sample `before` on.
    ///
    /// # Errors
    /// If the source of samples fails.
    fn feed(&mut self, inputs: &mut Inputs, want: usize, before: u64) -> Result<Fed, SourceError>;

    /// Tells one meter, or all, what the world has decided.
    fn command(&mut self, meter: Option<MeterId>, command: MeterCommand);
}

/// Samples of the built-in meter, and modules on a bus.
pub struct Samples {
    source: Box<dyn SampleSource + Send>,
    bus: Option<Box<dyn EsyBus + Send>>,
    /// Index of the next sample; gaps make it more than the samples read.
    next: u64,
}

impl Samples {
    /// From the first sample on; without a bus there are no modules.
    pub fn new(
        source: Box<dyn SampleSource + Send>,
        bus: Option<Box<dyn EsyBus + Send>>,
    ) -> Samples {
        Samples { source, bus, next: 0 }
    }
}

impl Feed for Samples {
    fn sample_rate_hz(&self) -> f64 {
        self.source.format().sample_rate_hz
    }

    fn block(&self, samples: usize) -> SampleBlock {
        SampleBlock::new(self.source.format().channels.len(), samples)
    }

    fn feed(&mut self, inputs: &mut Inputs, want: usize, before: u64) -> Result<Fed, SourceError> {
        let left = usize::try_from(before.saturating_sub(self.next)).unwrap_or(usize::MAX);
        let block = &mut inputs.block;
        let state = match want.min(left) {
            0 => SourceState::Samples,
            want => self.source.read(block, want)?,
        };
        if want.min(left) == 0 || state == SourceState::Ended {
            (block.first, block.samples) = (self.next, 0);
        }
        self.next = block.first + block.samples as u64;
        if let Some(bus) = &mut self.bus {
            bus.poll(self.next, &mut inputs.replies);
            bus.notes(&mut inputs.bus_notes);
            inputs.bus_cycle_s = bus.cycle_s();
        }
        Ok(Fed {
            position: self.next as f64 - 0.5,
            samples: inputs.block.samples as u64,
            ended: state == SourceState::Ended,
        })
    }

    fn command(&mut self, meter: Option<MeterId>, command: MeterCommand) {
        let Some(bus) = &mut self.bus else { return };
        match meter {
            None => bus.command(None, command),
            Some(MeterId::Esy(slot)) => bus.command(Some(slot), command),
            // The world itself meters the built-in meter's samples.
            Some(MeterId::Main) => {}
        }
    }
}
