//! A chip whose inputs tell which conversion they are.
#![allow(dead_code, reason = "each file of tests uses a part of it")]

use adc::model::{Faults, Model, ModelDrdy, ModelSpi, Wiring};
use adc::{Acquisition, Driver, INPUTS, Settings};
use port::{Channel, Role, SampleBlock, SampleSource, SourceError, SourceFormat, SourceState};

/// Sample n has n at one input and its complement at another, to 2^23.
pub struct Counting {
    format: SourceFormat,
    next: u64,
    end: u64,
}

impl Counting {
    pub fn new(end: u64) -> Counting {
        let channels = [Role::Va, Role::Ia].map(|role| Channel::ideal(role, 1.0)).to_vec();
        Counting { format: SourceFormat { sample_rate_hz: 8000.0, channels }, next: 0, end }
    }

    /// What the first input says at a sample.
    pub fn truth(index: u64) -> i32 {
        (index & 0x7F_FFFF) as i32
    }
}

impl SampleSource for Counting {
    fn format(&self) -> &SourceFormat {
        &self.format
    }

    fn read(&mut self, block: &mut SampleBlock, max: usize) -> Result<SourceState, SourceError> {
        let left = usize::try_from(self.end - self.next).unwrap_or(usize::MAX);
        (block.first, block.samples) = (self.next, max.min(block.capacity()).min(left));
        for place in 0..block.samples {
            let truth = Counting::truth(self.next + place as u64);
            block.row_mut(0)[place] = truth;
            block.row_mut(1)[place] = !truth;
        }
        self.next += block.samples as u64;
        Ok(if block.samples == 0 { SourceState::Ended } else { SourceState::Samples })
    }
}

/// Inputs 5 and 0 are wired.
pub fn wiring() -> Wiring {
    let mut inputs = [None; INPUTS];
    (inputs[5], inputs[0]) = (Some(0), Some(1));
    Wiring { inputs, clock_hz: 8.192e6, clock_ppm: 0.0, spi_hz: 8e6 }
}

pub fn model(seconds: f64, faults: Faults) -> Model {
    let source = Counting::new((8000.0 * seconds) as u64);
    Model::new(Box::new(source), &wiring(), faults)
}

pub fn start(model: &Model) -> Acquisition<ModelSpi, ModelDrdy> {
    let driver = Driver::start(model.spi(), Settings::default()).expect("a sound chip");
    Acquisition::start(driver, model.drdy()).expect("a sound chip")
}
