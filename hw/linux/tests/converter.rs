//! The thread and its ring, with edges and transfers that go wrong. The chip's model plays in its own time, as
//! fast as it is read, so nothing here waits for a clock.
//!
//! The source counts: sample n of input 3 is n, so that each sample tells where it belongs.

use adc::model::{Fault, Faults, Model, Wiring};
use adc::{Acquisition, Driver, INPUTS, Settings};
use linux::{AdcSource, ConverterHealth};
use port::{Channel, Role, SampleBlock, SampleSource, SourceError, SourceFormat, SourceState};
use std::time::{Duration, Instant};

/// Samples that the ring holds: two seconds.
const RING: u64 = 16_000;

/// After so long a test has failed.
const PATIENCE: Duration = Duration::from_secs(60);

/// Gives each sample by its number, up to an end.
struct Played {
    format: SourceFormat,
    counts: fn(u64) -> i32,
    next: u64,
    end: u64,
}

impl SampleSource for Played {
    fn format(&self) -> &SourceFormat {
        &self.format
    }

    fn read(&mut self, block: &mut SampleBlock, max: usize) -> Result<SourceState, SourceError> {
        let left = usize::try_from(self.end - self.next).expect("a test is short");
        (block.first, block.samples) = (self.next, max.min(block.capacity()).min(left));
        let numbers = self.next..;
        let places = block.samples;
        for (place, number) in block.row_mut(0)[..places].iter_mut().zip(numbers) {
            *place = (self.counts)(number);
        }
        self.next += block.samples as u64;
        Ok(if block.samples == 0 { SourceState::Ended } else { SourceState::Samples })
    }
}

fn started(end: u64, counts: fn(u64) -> i32, faults: Faults) -> AdcSource {
    let channels = vec![Channel::ideal(Role::Va, 1.0)];
    let format = SourceFormat { sample_rate_hz: 8000.0, channels };
    let mut inputs = [None; INPUTS];
    inputs[3] = Some(0);
    let wiring = Wiring { inputs, clock_hz: 8.192e6, clock_ppm: 0.0, spi_hz: 8e6 };
    let played = Played { format: format.clone(), counts, next: 0, end };
    let model = Model::new(Box::new(played), &wiring, faults);
    let driver = Driver::start(model.spi(), Settings::default()).expect("a sound chip");
    let acquisition = Acquisition::start(driver, model.drdy()).expect("a sound chip");
    AdcSource::start(acquisition, format, vec![3]).expect("a thread")
}

/// All samples with their indices, and what became of the rest.
fn read(source: &mut AdcSource) -> (Vec<(u64, i32)>, ConverterHealth) {
    let health = source.health_reader();
    let mut block = SampleBlock::new(1, 160);
    let mut samples = Vec::new();
    loop {
        match source.read(&mut block, 160).expect("edges do not end by an error") {
            SourceState::Samples => samples.extend((block.first..).zip(block.row(0).to_vec())),
            SourceState::Silent => {}
            SourceState::Ended => return (samples, health.health()),
        }
    }
}

fn counting(number: u64) -> i32 {
    i32::try_from(number).expect("a test is short")
}

/// [D-13] Edges that are lost, late and merged, transfers that fail, frames with wrong bits and a host that is
/// away: each sample that comes is where it belongs, and those that do not are counted.
#[test]
fn faults_leave_gaps_and_move_nothing() {
    const MS: u64 = 1_000_000;
    let list = vec![
        (100 * MS, 1500 * MS, Fault::LostEdges(0.02)),
        (100 * MS, 1500 * MS, Fault::Jitter(30_000)),
        (300 * MS, 900 * MS, Fault::FailedTransfers(0.01)),
        (300 * MS, 900 * MS, Fault::FlippedBits(0.01)),
        (1000 * MS, 1001 * MS, Fault::BusyHost(3 * MS)),
    ];
    let (samples, health) = read(&mut started(RING, counting, Faults { list, seed: 7 }));
    for (index, counts) in &samples {
        assert_eq!(*index, *counts as u64);
    }
    assert!(samples.windows(2).all(|pair| pair[0].0 < pair[1].0), "indices grow");
    let chip = health.chip;
    assert_eq!((samples.len() as u64, health.overruns), (chip.samples, 0));
    assert!(chip.transfers > 0 && chip.damaged > 0 && chip.late > 0, "{chip:?}");
    let (first, last) = (samples[0].0, samples[samples.len() - 1].0);
    let missing = last + 1 - first - samples.len() as u64;
    assert!(missing > 0 && missing <= chip.lost(), "{missing} of {chip:?}");
    assert!(health.latency_max_ns > 0);
}

/// [D-13] Who does not read loses what the ring cannot hold: it is counted, the oldest is kept, and nothing moves.
#[test]
fn a_full_ring_is_counted_and_becomes_a_gap() {
    let mut source = started(3 * RING, counting, Faults::default());
    let health = source.health_reader();
    let begun = Instant::now();
    while health.health().overruns < RING {
        assert!(begun.elapsed() < PATIENCE, "{:?}", health.health());
        std::thread::yield_now();
    }
    let (samples, health) = read(&mut source);
    for (index, counts) in &samples {
        assert_eq!(*index, *counts as u64);
    }
    let kept = usize::try_from(RING).expect("a test is short");
    assert_eq!(samples[kept - 1].0, RING - 1, "the oldest are whole");
    assert_eq!(samples.len() as u64 + health.overruns, health.chip.samples);
    assert_eq!(health.chip.lost(), health.chip.starting, "the chip lost none");
}

/// [D-14] A signal beyond the range stands at the ends of 24 bits: it comes through as it is, without a wrap.
#[test]
fn counts_at_full_scale_come_through() {
    let clipped = |number: u64| match number / 40 % 2 {
        0 => 0x7F_FFFF - (number % 2) as i32,
        _ => -0x80_0000 + (number % 2) as i32,
    };
    let (samples, health) = read(&mut started(4000, clipped, Faults::default()));
    assert_eq!(health.chip.stuck, 0);
    assert!(samples.len() > 3900);
    for (index, counts) in samples {
        assert_eq!(counts, clipped(index), "sample {index}");
    }
}
