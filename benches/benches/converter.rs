//! `converter/...`: the driver and the count of conversions on the model of the chip, and a turn of the ESY bus.
//!
//! Most of the first is the model itself, which a device does not run; it is an upper bound of what the driver takes.

use adc::model::{Faults, Model, Wiring};
use adc::{Acquisition, ConverterSource, Driver, INPUTS, Settings};
use benches::processor::{ProcessorTime, criterion};
use criterion::{BatchSize, Criterion, Throughput};
use port::{Role, SampleBlock, SampleSource};
use sim::frontend::{Afe, FrontEnd};
use sim::synthetic::Signal;
use std::hint::black_box;

const RATE_HZ: f64 = 8000.0;

/// A second of samples.
const SAMPLES: usize = 8000;

/// Six channels behind the chip, a second of them.
fn source() -> Box<dyn SampleSource + Send> {
    let played = Signal::three_phase(50.0, 230.0, 5.0, 30.0).play(1, Some(2.0));
    Box::new(Afe::new(&FrontEnd::ideal(), played, RATE_HZ).expect("a sound front end"))
}

fn behind_the_chip() -> Box<dyn SampleSource + Send> {
    let source = source();
    let format = source.format().clone();
    let rows = Role::ALL[..6].len();
    let settings = Settings { gains: [1; INPUTS], ..Settings::default() };
    let wiring = Wiring {
        inputs: std::array::from_fn(|input| (input < rows).then_some(input)),
        clock_hz: settings.clock_hz,
        clock_ppm: 0.0,
        spi_hz: 8e6,
    };
    let model = Model::new(source, &wiring, Faults::default());
    let driver = Driver::start(model.spi(), settings).expect("a sound chip");
    let acquisition = Acquisition::start(driver, model.drdy()).expect("a sound chip");
    Box::new(ConverterSource::new(acquisition, format, (0..rows).collect()))
}

fn read_a_second(mut source: Box<dyn SampleSource + Send>) {
    let mut block = SampleBlock::new(6, 160);
    let mut left = SAMPLES;
    while left > 0 {
        source.read(&mut block, left.min(160)).expect("it goes on");
        left -= block.samples;
    }
    black_box(&block);
}

fn converter(criterion: &mut Criterion<ProcessorTime>) {
    let mut group = criterion.benchmark_group("converter");
    group.throughput(Throughput::Elements(SAMPLES as u64));
    group.bench_function("second/direct", |bencher| {
        bencher.iter_batched(source, read_a_second, BatchSize::LargeInput);
    });
    group.bench_function("second/chip", |bencher| {
        bencher.iter_batched(behind_the_chip, read_a_second, BatchSize::LargeInput);
    });
    group.finish();
}

fn main() {
    let mut criterion = criterion();
    converter(&mut criterion);
    criterion.final_summary();
}
