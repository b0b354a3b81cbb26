//! The thread that reads the converter, and the ring through which its samples come.
//!
//! The thread does nothing else, and runs before all others if it may. What nobody takes from the ring in time is
//! lost and counted: it shows as a jump of the index, like any other gap.

use crate::priority::become_first;
use adc::{Acquisition, Drdy, Health, INPUTS, SILENCE_NS, Waited};
use embedded_hal::spi::SpiDevice;
use port::{SampleBlock, SampleSource, SourceError, SourceFormat, SourceState};
use std::collections::VecDeque;
use std::fmt::Display;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Seconds of samples that wait in the ring: longer than any other thread of the meter may take.
const RING_S: f64 = 2.0;

/// Without a sample for this long the source says that it is silent.
const SILENCE: Duration = Duration::from_nanos(SILENCE_NS);

/// What has become of the conversions, and how the thread runs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ConverterHealth {
    /// Of the chip.
    pub chip: Health,
    /// Samples that were lost because the ring was full.
    pub overruns: u64,
    /// Longest from an edge to the end of its read, in nanoseconds.
    pub latency_max_ns: u64,
    /// Whether the thread has real-time priority.
    pub realtime: bool,
}

#[derive(Debug, Default)]
struct Ring {
    samples: VecDeque<(u64, [i32; INPUTS])>,
    capacity: usize,
    /// Samples that the reader waits for.
    wanted: usize,
    /// Least index that can still come.
    position: u64,
    health: ConverterHealth,
    /// How the thread has ended, if it has.
    end: Option<Result<(), String>>,
    /// Whether nobody reads any more.
    abandoned: bool,
}

#[derive(Debug, Default)]
struct Shared {
    ring: Mutex<Ring>,
    filled: Condvar,
}

impl Shared {
    fn ring(&self) -> MutexGuard<'_, Ring> {
        self.ring.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reads the health of a converter while others have its source.
#[derive(Debug, Clone)]
pub struct HealthReader(Arc<Shared>);

impl HealthReader {
    /// The newest.
    pub fn health(&self) -> ConverterHealth {
        self.0.ring().health
    }
}

/// A converter that is read by a thread of its own.
#[derive(Debug)]
pub struct AdcSource {
    shared: Arc<Shared>,
    format: SourceFormat,
    inputs: Vec<usize>,
    next: u64,
    thread: Option<JoinHandle<()>>,
}

impl AdcSource {
    /// Starts the thread. The rows of the format are read from these inputs.
    ///
    /// # Errors
    /// If the system gives no thread.
    ///
    /// # Panics
    /// If there are not as many inputs as rows.
    pub fn start<S, D>(
        acquisition: Acquisition<S, D>,
        format: SourceFormat,
        inputs: Vec<usize>,
    ) -> std::io::Result<AdcSource>
    where
        S: SpiDevice + Send + 'static,
        D: Drdy<Error: Display> + Send + 'static,
    {
        assert_eq!(format.channels.len(), inputs.len(), "every row has its input");
        let capacity = (RING_S * format.sample_rate_hz) as usize;
        let ring = Ring { capacity, samples: VecDeque::with_capacity(capacity), ..Ring::default() };
        let shared = Arc::new(Shared { ring: Mutex::new(ring), filled: Condvar::new() });
        let theirs = Arc::clone(&shared);
        let (begun_sender, begun) = std::sync::mpsc::sync_channel(1);
        let thread = std::thread::Builder::new().name("converter".into()).spawn(move || {
            theirs.ring().health.realtime = become_first();
            let _starter_gone = begun_sender.send(());
            acquire(acquisition, &theirs);
        })?;
        // So that its priority is known to whoever asks.
        let _thread_gone = begun.recv();
        Ok(AdcSource { shared, format, inputs, next: 0, thread: Some(thread) })
    }

    /// A reader of its health.
    pub fn health_reader(&self) -> HealthReader {
        HealthReader(Arc::clone(&self.shared))
    }
}

/// The thread: until nobody reads any more, or the edges are gone.
fn acquire<S: SpiDevice, D: Drdy<Error: Display>>(
    mut acquisition: Acquisition<S, D>,
    shared: &Shared,
) {
    let mut heard: Vec<(u64, [i32; INPUTS])> = Vec::new();
    let end = loop {
        heard.clear();
        let waited = acquisition.step(SILENCE_NS, |index, counts| heard.push((index, *counts)));
        let now_ns = acquisition.drdy().now_ns();
        let mut ring = shared.ring();
        if ring.abandoned {
            return;
        }
        for sample in &heard {
            if ring.samples.len() < ring.capacity {
                ring.samples.push_back(*sample);
            } else {
                ring.health.overruns += 1;
            }
        }
        ring.position = acquisition.position();
        ring.health.chip = acquisition.health();
        match waited {
            Ok(Waited::Edge(edge)) => {
                let latency_ns = now_ns.saturating_sub(edge.at_ns);
                ring.health.latency_max_ns = ring.health.latency_max_ns.max(latency_ns);
            }
            Ok(Waited::Silence) => {}
            Ok(Waited::Ended) => break Ok(()),
            Err(error) => break Err(format!("DRDY cannot be read any more: {error}")),
        }
        if ring.samples.len() >= ring.wanted {
            drop(ring);
            shared.filled.notify_one();
        }
    };
    shared.ring().end = Some(end);
    shared.filled.notify_one();
}

impl SampleSource for AdcSource {
    fn format(&self) -> &SourceFormat {
        &self.format
    }

    fn read(&mut self, block: &mut SampleBlock, max: usize) -> Result<SourceState, SourceError> {
        let max = max.min(block.capacity());
        (block.first, block.samples) = (self.next, 0);
        let mut ring = self.shared.ring();
        // A block is waited for as a whole, unless a gap ends it.
        ring.wanted = max;
        let mut until = Instant::now() + SILENCE;
        while ring.samples.len() < max && ring.end.is_none() {
            let begun = ring.samples.len();
            let left = until.saturating_duration_since(Instant::now());
            let waiting = self.shared.filled.wait_timeout(ring, left);
            ring = waiting.unwrap_or_else(PoisonError::into_inner).0;
            if ring.samples.len() > begun {
                until = Instant::now() + SILENCE;
            } else if Instant::now() >= until {
                break;
            }
        }
        while block.samples < max {
            let Some((index, counts)) = ring.samples.front() else { break };
            if block.samples == 0 {
                block.first = *index;
            } else if *index != self.next {
                break;
            }
            for (row, input) in self.inputs.iter().enumerate() {
                let place = block.samples;
                block.row_mut(row)[place] = counts[*input];
            }
            block.samples += 1;
            self.next = index + 1;
            ring.samples.pop_front();
        }
        if block.samples > 0 {
            return Ok(SourceState::Samples);
        }
        match &ring.end {
            Some(Ok(())) => Ok(SourceState::Ended),
            Some(Err(error)) => Err(SourceError(error.clone())),
            None => {
                self.next = self.next.max(ring.position);
                block.first = self.next;
                Ok(SourceState::Silent)
            }
        }
    }
}

impl Drop for AdcSource {
    fn drop(&mut self) {
        self.shared.ring().abandoned = true;
        if let Some(thread) = self.thread.take() {
            // It looks at the mark after its next edge, or after the silence.
            let _ended = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paced::PacedDrdy;
    use adc::model::{Fault, Faults, Model, Wiring};
    use adc::{Driver, Settings};
    use port::{Channel, Role};

    /// A source that counts, as far as it is asked for.
    struct Counting(SourceFormat, u64);

    impl SampleSource for Counting {
        fn format(&self) -> &SourceFormat {
            &self.0
        }

        fn read(
            &mut self,
            block: &mut SampleBlock,
            max: usize,
        ) -> Result<SourceState, SourceError> {
            block.samples = max.min(usize::try_from(16_000 - self.1).expect("small"));
            for place in 0..block.samples {
                block.row_mut(0)[place] = (self.1 + place as u64) as i32;
            }
            self.1 += block.samples as u64;
            Ok(if block.samples == 0 { SourceState::Ended } else { SourceState::Samples })
        }
    }

    fn source(faults: Faults) -> AdcSource {
        let channels = vec![Channel::ideal(Role::Va, 1.0)];
        let format = SourceFormat { sample_rate_hz: 8000.0, channels };
        let mut inputs = [None; INPUTS];
        inputs[3] = Some(0);
        let wiring = Wiring { inputs, clock_hz: 8.192e6, clock_ppm: 0.0, spi_hz: 8e6 };
        let model = Model::new(Box::new(Counting(format.clone(), 0)), &wiring, faults);
        let driver = Driver::start(model.spi(), Settings::default()).expect("a sound chip");
        let drdy = PacedDrdy::new(model.drdy());
        let acquisition = Acquisition::start(driver, drdy).expect("a sound chip");
        AdcSource::start(acquisition, format, vec![3]).expect("a thread")
    }

    /// Two seconds in real time: all samples, in their places, and the end.
    #[test]
    fn all_samples_come_through_the_thread() {
        let mut source = source(Faults::default());
        let health = source.health_reader();
        let begun = Instant::now();
        let mut block = SampleBlock::new(1, 160);
        let mut next = 0u64;
        while source.read(&mut block, 160).expect("it does not fail") == SourceState::Samples {
            assert_eq!(block.first, next);
            for (place, counts) in block.row(0).iter().enumerate() {
                assert_eq!(*counts as u64, next + place as u64);
            }
            next += block.samples as u64;
        }
        // All but what the chip had announced when its source ended.
        assert!((15_980..=16_000).contains(&next), "{next}");
        assert!(begun.elapsed() > Duration::from_millis(1900), "in real time");
        assert_eq!((health.health().overruns, health.health().chip.samples), (0, next));
    }

    /// [D-13] Frames that are all damaged are silence, in which time goes on; nothing waits for ever.
    #[test]
    fn a_dead_bus_is_silence() {
        let list = vec![(100_000_000, 1_800_000_000, Fault::FlippedBits(1.0))];
        let mut source = source(Faults { list, seed: 1 });
        let mut block = SampleBlock::new(1, 160);
        let (mut silent, mut next) = (0, 0);
        loop {
            let state = source.read(&mut block, 160).expect("it does not fail");
            assert!(block.first >= next, "{} after {next}", block.first);
            next = block.first + block.samples as u64;
            match state {
                SourceState::Samples => {}
                SourceState::Silent => silent += 1,
                SourceState::Ended => break,
            }
        }
        assert!(silent >= 2, "{silent}");
        assert!(next > 15_900, "{next}");
    }
}
