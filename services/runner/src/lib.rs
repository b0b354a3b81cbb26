//! The only loop: samples, replies and commands in, ticks, effects out.
//!
//! Whatever the pace, the world sees the same samples at the same simulated times, so a run gives the
//! same digest in real time and as fast as the machine allows. A command is acknowledged once the image
//! that shows its effect is published: who reads after the answer reads what was asked for.

mod feed;
mod script;
mod steps;

use host::CommandTicket;
use image::{Ack, Image};
use metering::{Means, Tail};
use port::{Pace, Readings, SourceError, Timestamp};
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot, watch};
use world::{COMMANDS_PER_TICK, Effects, Inputs, Twin};

pub use feed::{Fed, Feed, Samples};
pub use script::{Cue, CueAction, Rewriting, Script};
pub use steps::{StepHandle, Steps, steps};

/// What a run is made of.
pub struct Runner {
    /// The world.
    pub twin: Twin,
    /// What it is fed with.
    pub feed: Box<dyn Feed + Send>,
    /// What is done to the device meanwhile.
    pub script: Script,
    /// How fast simulated time passes.
    pub pace: Box<dyn Pace + Send>,
    /// Civil time of the first sample.
    pub start: Timestamp,
    /// Samples after which the run ends; without, when the feed does.
    pub samples_max: Option<u64>,
    /// Samples a tick, or as much time in windows; at least one.
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
    /// Samples that have passed.
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
    /// Runs until the feed ends, `samples_max` is reached or `observe`, which sees every tick's effects,
    /// says not to go on. The last tick is fed with nothing and closes what is still open.
    ///
    /// Fails if the feed does; what was measured until then stands in the last image.
    pub fn run(
        mut self,
        mut observe: impl FnMut(&Effects) -> bool,
    ) -> Result<Outcome, SourceError> {
        let mut inputs = Inputs { block: self.feed.block(self.block_samples), ..Inputs::default() };
        let mut waiting = Waiting::default();
        let mut tally = Tally::default();
        let mut clock = CivilClock::new(self.start, self.feed.sample_rate_hz());
        self.follow_calendar(&mut clock, &mut inputs);
        for (meter, order) in self.twin.first_orders() {
            self.feed.command(meter, order);
        }
        loop {
            let ended = self.feed(&mut inputs, &mut tally, &clock)?;
            inputs.end = ended.then_some(self.tail);
            clock.position = tally.position;
            self.pace.wait_until(clock.elapsed_s());
            self.play(&mut waiting, &mut inputs, &mut clock);
            inputs.time = clock.time();
            self.follow_calendar(&mut clock, &mut inputs);
            waiting.take(&mut self.commands, &mut inputs);
            let mut effects = self.twin.tick(&mut inputs);
            let image = Arc::clone(effects.image.as_ref().expect("every tick makes an image"));
            self.images.send_replace(Arc::clone(&image));
            // After the image: whoever has the answer finds its effect in what he reads next.
            waiting.answer(&mut effects.acks);
            effects.orders.iter().for_each(|(meter, order)| self.feed.command(*meter, *order));
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

    /// Feeds a tick; true, with nothing fed, when there is nothing more.
    fn feed(
        &mut self,
        inputs: &mut Inputs,
        tally: &mut Tally,
        clock: &CivilClock,
    ) -> Result<bool, SourceError> {
        let index = (tally.position + 0.5) as u64;
        self.script.renew();
        let left = self.samples_max.map_or(u64::MAX, |max| max.saturating_sub(tally.samples));
        // A cue that is due has a tick of its own; any other ends a block, as the calendar does.
        let before = match self.script.next_at().min(clock.next_change()) {
            at if at <= index => index,
            at => at.min(index.saturating_add(left)),
        };
        let want = usize::try_from(left).unwrap_or(usize::MAX).min(self.block_samples);
        let fed = self.feed.feed(inputs, want, before)?;
        tally.samples += fed.samples;
        tally.position = fed.position;
        Ok(fed.ended || left == 0)
    }

    /// Does what the script says by now.
    fn play(&mut self, waiting: &mut Waiting, inputs: &mut Inputs, clock: &mut CivilClock) {
        while let Some(action) = self.script.due((clock.position + 0.5) as u64) {
            match action {
                CueAction::SetClock(by_s) => clock.set(by_s),
                CueAction::Contact(state) => inputs.contact = state,
                CueAction::Surroundings(around) => inputs.surroundings = around,
                CueAction::Command(command) => inputs.commands.push((waiting.number(), command)),
            }
        }
        inputs.contact = self.script.contact().unwrap_or(inputs.contact);
        if let Some(by_s) = self.script.clock_apart_s(clock.time()) {
            clock.set(by_s);
        }
    }

    /// Asks the calendar, if it may say something new.
    fn follow_calendar(&self, clock: &mut CivilClock, inputs: &mut Inputs) {
        let Some(at) = clock.calendar_due() else { return };
        let (tariff, change) = self.script.tariff(at).unzip();
        inputs.calendar_tariff = tariff;
        clock.change = Change::At(change.flatten());
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

/// Where a clock may be set to, in seconds since 1970: 1900 to 2200. Steps add up, and nanoseconds end in 2262.
const CLOCK_GOES_S: (f64, f64) = (-2_208_988_800.0, 7_258_118_400.0);

/// The civil clock of a run.
struct CivilClock {
    /// Civil time of the first sample, as the clock is set now.
    start: Timestamp,
    rate_hz: f64,
    /// Where time stands, in samples.
    position: f64,
    change: Change,
}

/// When the calendar changes the tariff next.
#[derive(Clone, Copy)]
enum Change {
    /// It has not been asked since the clock was set.
    Unknown,
    /// Then, or never.
    At(Option<Timestamp>),
}

impl CivilClock {
    fn new(start: Timestamp, rate_hz: f64) -> CivilClock {
        CivilClock { start, rate_hz, position: -0.5, change: Change::Unknown }
    }

    fn elapsed_s(&self) -> f64 {
        (self.position + 0.5) / self.rate_hz
    }

    fn time(&self) -> Timestamp {
        self.start + self.elapsed_s()
    }

    /// Sets it forward or back, as far as a clock goes.
    fn set(&mut self, by_s: f64) {
        let (first_s, last_s) = CLOCK_GOES_S;
        let target_s = self.time().unix_ns as f64 / 1e9 + by_s;
        self.start = self.start + (by_s + (target_s.clamp(first_s, last_s) - target_s));
        self.change = Change::Unknown;
    }

    /// The moment for which the calendar is to be asked, if it may say something new. Half a sample early
    /// is on time: stamps are rounded.
    fn calendar_due(&self) -> Option<Timestamp> {
        let now = self.time();
        match self.change {
            Change::Unknown => Some(now),
            Change::At(Some(at)) if now + 0.5 / self.rate_hz >= at => Some(now.max(at)),
            Change::At(_) => None,
        }
    }

    /// First sample at or after the next change of the calendar; the last there is if there is none.
    fn next_change(&self) -> u64 {
        let samples = |at: Timestamp| (at.seconds_since(self.start) * self.rate_hz).round();
        match self.change {
            Change::At(Some(at)) => samples(at) as u64,
            Change::At(None) | Change::Unknown => u64::MAX,
        }
    }
}

/// What has passed so far.
struct Tally {
    /// Samples read, or the time of windows in samples.
    samples: u64,
    /// Where time stands, in samples.
    position: f64,
    windows: u64,
    pulses: u64,
}

impl Default for Tally {
    fn default() -> Tally {
        Tally { samples: 0, position: -0.5, windows: 0, pulses: 0 }
    }
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
    /// A number that no command had before.
    fn number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    /// Moves what has come in to the tick's inputs, as much as one tick takes: the rest waits in its
    /// bounded queue, so that senders notice.
    fn take(&mut self, commands: &mut mpsc::Receiver<CommandTicket>, inputs: &mut Inputs) {
        for _ in 0..COMMANDS_PER_TICK {
            let Ok(ticket) = commands.try_recv() else { break };
            let number = self.number();
            inputs.commands.push((number, ticket.command));
            self.acks.insert(number, ticket.ack);
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Steps add up, and the end of nanoseconds is nearer than three of them.
    #[test]
    fn a_clock_is_set_as_far_as_a_clock_goes_and_no_further() {
        let begin = Timestamp { unix_ns: 1_781_000_000_123_456_789 };
        let after = |steps: &[f64]| {
            let mut clock = CivilClock::new(begin, 8000.0);
            steps.iter().for_each(|by_s| clock.set(*by_s));
            clock.time()
        };
        assert_eq!(after(&[3600.0]), begin + 3600.0);
        assert_eq!(after(&[4.1e9, -4.1e9]), begin);
        let (first_s, last_s) = CLOCK_GOES_S;
        let seconds = |time: Timestamp| time.unix_ns as f64 / 1e9;
        assert!((seconds(after(&[4.1e9; 3])) - last_s).abs() < 1e-3);
        assert!((seconds(after(&[-4.1e9; 3])) - first_s).abs() < 1e-3);
    }
}
