//! What comes in with ticks of so many windows: samples of the built-in meter, replies of the modules.

use crate::house;
use crate::input::Input;
use port::{EsyBus, SampleBlock};
use sim::esy::VirtualBus;
use std::sync::Arc;
use world::Inputs;

/// Inputs of one tick after another.
pub struct Ticks {
    inputs: Inputs,
    bus: Option<VirtualBus>,
    rate_hz: f64,
    samples: usize,
    next: u64,
}

impl Ticks {
    /// From an input whose window is a whole number of samples. The first load is the built-in meter's;
    /// the others are modules, whose firmware runs in [`Ticks::full`].
    pub fn new(input: &Arc<Input>, windows: usize) -> Ticks {
        let samples = windows * input.samples() / input.windows;
        let mut block = SampleBlock::new(6, samples);
        for (row, codes) in input.rows[..6].iter().enumerate() {
            let endless = codes.iter().cycle();
            block.row_mut(row).iter_mut().zip(endless).for_each(|(to, code)| *to = *code);
        }
        Ticks {
            inputs: Inputs { block, ..Inputs::default() },
            bus: (input.channels() > 6).then(|| house::bus(input)),
            rate_hz: input.sample_rate_hz,
            samples,
            next: 0,
        }
    }

    /// Of the next tick. The samples repeat, so they stay in the block.
    pub fn full(&mut self) -> &mut Inputs {
        let inputs = &mut self.inputs;
        (inputs.block.first, inputs.block.samples) = (self.next, self.samples);
        self.next += self.samples as u64;
        inputs.time = port::Timestamp::default() + self.next as f64 / self.rate_hz;
        if let Some(bus) = &mut self.bus {
            bus.poll(self.next, &mut inputs.replies);
        }
        inputs
    }

    /// A tick in which nothing came, at the present time.
    pub fn empty(&mut self) -> &mut Inputs {
        self.inputs.block.first = self.next;
        &mut self.inputs
    }
}
