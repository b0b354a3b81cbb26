//! The only loop: samples, replies and commands in, ticks, effects out.
//!
//! Whatever the pace, the world sees the same samples at the same simulated times, so a run gives the
//! same digest in real time and as fast as the machine allows. A command is acknowledged once the image
//! that shows its effect is published: who reads after the answer reads what was asked for.

mod steps;

use host::CommandTicket;
use image::{Ack, Image};
use metering::{Means, Tail};
use port::{
    EsyBus, Pace, Readings, SampleBlock, SampleSource, SourceError, SourceState, Timestamp,
};
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot, watch};
use world::{COMMANDS_PER_TICK, Effects, Inputs, Twin};

pub use steps::{StepHandle, Steps, steps};

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
    /// Samples a tick; at least one.
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
    /// Whole windows of the built-in meter.
    pub windows: u64,
    /// Pulses of the LED.
    pub pulses: u64,
    /// Means of all whole windows of the built-in meter together.
    pub whole: Means,
    /// Its readings over all of them.
    pub readings: Readings,
    /// The last image.
    pub image: Arc<Image>,
}

impl Runner {
    /// Runs until the source ends, `samples_max` is reached or `observe`, which sees every tick's effects,
    /// says not to go on. The last tick has no samples and closes what is still open.
    ///
    /// Fails if the source does; what was measured until then stands in the last image.
    pub fn run(
        mut self,
        mut observe: impl FnMut(&Effects) -> bool,
    ) -> Result<Outcome, SourceError> {
        let channels = self.source.format().channels.len();
        let mut inputs =
            Inputs { block: SampleBlock::new(channels, self.block_samples), ..Inputs::default() };
        let mut waiting = Waiting::default();
        let mut tally = Tally::default();
        loop {
            let ended = !self.read(&mut inputs, &mut tally)?;
            inputs.end = ended.then_some(self.tail);
            self.wait(&mut inputs, tally.position);
            waiting.take(&mut self.commands, &mut inputs);
            let mut effects = self.twin.tick(&mut inputs);
            let image = Arc::clone(effects.image.as_ref().expect("every tick makes an image"));
            self.images.send_replace(Arc::clone(&image));
            // After the image: whoever has the answer finds its effect in what he reads next.
            waiting.answer(&mut effects.acks);
            if let Some(bus) = &mut self.bus {
                effects.bus.drain(..).for_each(|(slot, command)| bus.command(slot, command));
            }
            tally.count(&effects);
            let go_on = observe(&effects);
            if ended {
                return Ok(self.outcome(&tally, image));
            }
            if !go_on {
                self.samples_max = Some(tally.samples);
            }
        }
    }

    /// Fills the block; false, with an empty block, when there is nothing more to read.
    fn read(&mut self, inputs: &mut Inputs, tally: &mut Tally) -> Result<bool, SourceError> {
        let left = self.samples_max.map_or(u64::MAX, |max| max.saturating_sub(tally.samples));
        let want = usize::try_from(left).unwrap_or(usize::MAX).min(self.block_samples);
        let block = &mut inputs.block;
        let state = match want {
            0 => SourceState::Ended,
            want => self.source.read(block, want)?,
        };
        if state == SourceState::Ended {
            (block.first, block.samples) = (tally.position, 0);
        }
        tally.samples += block.samples as u64;
        tally.position = block.first + block.samples as u64;
        Ok(state == SourceState::Samples)
    }

    /// Lets simulated time pass to the end of the block: modules answer, and the pace has its way.
    fn wait(&mut self, inputs: &mut Inputs, position: u64) {
        let elapsed_s = position as f64 / self.source.format().sample_rate_hz;
        inputs.time = self.start + elapsed_s;
        if let Some(bus) = &mut self.bus {
            bus.poll(position, &mut inputs.replies);
        }
        self.pace.wait_until(elapsed_s);
    }

    fn outcome(&mut self, tally: &Tally, image: Arc<Image>) -> Outcome {
        let whole = *self.twin.whole();
        let meter = self.twin.meter();
        // Without a window there is nothing to derive from: the readings say that it is still settling.
        let readings = match whole.samples > 0.0 {
            true => meter.readings_of(&whole),
            false => meter.readings().clone(),
        };
        Outcome {
            digest: self.twin.digest(),
            samples: tally.samples,
            windows: tally.windows,
            pulses: tally.pulses,
            whole,
            readings,
            image,
        }
    }
}

/// What has passed so far.
#[derive(Default)]
struct Tally {
    /// Samples read.
    samples: u64,
    /// Index of the next sample; gaps make it more than the samples read.
    position: u64,
    windows: u64,
    pulses: u64,
}

impl Tally {
    fn count(&mut self, effects: &Effects) {
        let whole = effects.windows.iter().filter(|window| window.cycles > 0);
        self.windows += whole.count() as u64;
        self.pulses += effects.pulses.len() as u64;
    }
}

/// Who waits for the answer to a command.
#[derive(Default)]
struct Waiting {
    next: u64,
    acks: BTreeMap<u64, oneshot::Sender<Ack>>,
}

impl Waiting {
    /// Moves what has come in to the tick's inputs, as much as one tick takes: the rest waits in its
    /// bounded queue, so that senders notice.
    fn take(&mut self, commands: &mut mpsc::Receiver<CommandTicket>, inputs: &mut Inputs) {
        for _ in 0..COMMANDS_PER_TICK {
            let Ok(ticket) = commands.try_recv() else { break };
            inputs.commands.push((self.next, ticket.command));
            self.acks.insert(self.next, ticket.ack);
            self.next += 1;
        }
    }

    /// Sends answers to those who still wait for them.
    fn answer(&mut self, acks: &mut Vec<(u64, Ack)>) {
        for (id, ack) in acks.drain(..) {
            if let Some(sender) = self.acks.remove(&id) {
                // Whoever asked may have gone; the command was carried out all the same.
                let _gone = sender.send(ack);
            }
        }
    }
}
