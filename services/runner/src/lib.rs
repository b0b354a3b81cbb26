//! The only loop: samples, replies and commands in, ticks, effects out.
//!
//! Whatever the pace, the world sees the same samples at the same simulated times, so a run gives the
//! same digest in real time and as fast as the machine allows.

use host::CommandTicket;
use image::{Ack, Image};
use metering::{Means, Tail};
use port::{
    EsyBus, Pace, Readings, SampleBlock, SampleSource, SourceError, SourceState, Timestamp,
};
use std::collections::VecDeque;
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot, watch};
use world::{Effects, Inputs, Twin};

/// What a run is made of.
pub struct Runner {
    /// The world.
    pub twin: Twin,
    /// Samples of the built-in meter.
    pub source: Box<dyn SampleSource + Send>,
    /// The ESY bus, if there is one.
    pub bus: Option<Box<dyn EsyBus + Send>>,
    /// How fast simulated time passes.
    pub pace: Box<dyn Pace + Send>,
    /// Civil time of the first sample.
    pub start: Timestamp,
    /// Samples after which the run ends; without, when the source does.
    pub samples_max: Option<u64>,
    /// Samples a tick.
    pub block_samples: usize,
    /// What becomes of the last part of a cycle at the end.
    pub tail: Tail,
    /// Where images go.
    pub images: watch::Sender<Arc<Image>>,
    /// Where commands come from.
    pub commands: mpsc::Receiver<CommandTicket>,
}

/// What a finished run amounts to.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Digest over the exact bits of every window.
    pub digest: u64,
    /// Samples read.
    pub samples: u64,
    /// Windows of the built-in meter.
    pub windows: u64,
    /// Pulses of the LED.
    pub pulses: u64,
    /// Means of all windows of the built-in meter together.
    pub whole: Means,
    /// Its readings over all of them.
    pub readings: Readings,
    /// The last image.
    pub image: Arc<Image>,
}

struct Waiting {
    next: u64,
    acks: VecDeque<(u64, oneshot::Sender<Ack>)>,
}

impl Waiting {
    /// Moves what has come in to the tick's inputs.
    fn take(&mut self, commands: &mut mpsc::Receiver<CommandTicket>, inputs: &mut Inputs) {
        while let Ok(ticket) = commands.try_recv() {
            inputs.commands.push((self.next, ticket.command));
            self.acks.push_back((self.next, ticket.ack));
            self.next += 1;
        }
    }

    /// Sends answers to those who still wait for them.
    fn answer(&mut self, acks: &mut Vec<(u64, Ack)>) {
        for (id, ack) in acks.drain(..) {
            let Some(place) = self.acks.iter().position(|(waiting, _)| *waiting == id) else {
                continue;
            };
            if let Some((_, sender)) = self.acks.remove(place) {
                // Whoever asked may have gone; the command was carried out all the same.
                let _gone = sender.send(ack);
            }
        }
    }
}

impl Runner {
    /// Runs to the end. `observe` sees every tick's effects and says whether to go on.
    pub fn run(
        mut self,
        mut observe: impl FnMut(&Effects) -> bool,
    ) -> Result<Outcome, SourceError> {
        let channels = self.source.format().channels.len();
        let rate = self.source.format().sample_rate_hz;
        let mut inputs =
            Inputs { block: SampleBlock::new(channels, self.block_samples), ..Inputs::default() };
        let mut waiting = Waiting { next: 0, acks: VecDeque::new() };
        let (mut samples, mut windows, mut pulses) = (0u64, 0, 0);
        let mut whole = Means::default();
        let mut position = 0;
        loop {
            let ended = !self.read(&mut inputs, samples)?;
            if ended {
                inputs.block.first = position;
                inputs.block.samples = 0;
            }
            samples += inputs.block.samples as u64;
            position = inputs.block.first + inputs.block.samples as u64;
            inputs.time = self.start + position as f64 / rate;
            inputs.end = ended.then_some(self.tail);
            if let Some(bus) = &mut self.bus {
                bus.poll(position, &mut inputs.replies);
            }
            self.pace.wait_until(position as f64 / rate);
            waiting.take(&mut self.commands, &mut inputs);
            let mut effects = self.twin.tick(&mut inputs);
            windows += effects.windows.iter().filter(|window| window.cycles > 0).count() as u64;
            pulses += effects.pulses.len() as u64;
            whole.add(&effects.whole);
            waiting.answer(&mut effects.acks);
            if let Some(bus) = &mut self.bus {
                effects.bus.drain(..).for_each(|(slot, command)| bus.command(slot, command));
            }
            let image = Arc::clone(effects.image.as_ref().expect("every tick makes an image"));
            self.images.send_replace(Arc::clone(&image));
            let go_on = observe(&effects);
            if ended {
                let digest = self.twin.digest();
                let readings = self.twin.meter().readings_of(&whole);
                return Ok(Outcome { digest, samples, windows, pulses, whole, readings, image });
            }
            if !go_on {
                self.samples_max = Some(samples);
            }
        }
    }

    /// Fills the block; false, with an empty block, when there is nothing more to read.
    fn read(&mut self, inputs: &mut Inputs, done: u64) -> Result<bool, SourceError> {
        let left = self.samples_max.map_or(u64::MAX, |max| max.saturating_sub(done));
        let want = usize::try_from(left).unwrap_or(usize::MAX).min(self.block_samples);
        let state = match want {
            0 => SourceState::Ended,
            want => self.source.read(&mut inputs.block, want)?,
        };
        Ok(state == SourceState::Samples)
    }
}
