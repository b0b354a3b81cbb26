//! Driver and model as a source: the contract of sources, and the equality with the counts themselves.

mod common;

use adc::model::{Faults, Model, Wiring};
use adc::{Acquisition, ConverterSource, Driver, INPUTS, Settings};
use common::{model, start};
use image::{Identity, Image};
use lab::{DeviceFacts, Parts};
use metering::{Limits, Tail};
use port::{AsFast, Channel, EsyBus, Role, SampleSource, SourceFormat};
use runner::{Outcome, Runner, Samples};
use sim::esy::ModuleMemory;
use sim::scenario::{Scenario, parse};
use std::sync::Arc;
use tokio::sync::{mpsc, watch};
use world::Twin;

#[test]
fn a_chip_is_a_source() {
    sim::conformance::check(|| {
        let channels = [Role::Va, Role::Ia].map(|role| Channel::ideal(role, 1.0)).to_vec();
        let format = SourceFormat { sample_rate_hz: 8000.0, channels };
        Box::new(ConverterSource::new(start(&model(2.0, Faults::default())), format, vec![5, 0]))
    });
}

/// Simulated time of a run.
const SECONDS: f64 = 5.0;

/// A source behind a chip.
fn behind_a_chip(source: Box<dyn SampleSource + Send>) -> Box<dyn SampleSource + Send> {
    let format = source.format().clone();
    let rows = format.channels.len();
    let inputs: [Option<usize>; INPUTS] =
        std::array::from_fn(|input| (input < rows).then_some(input));
    let settings =
        Settings { oversampling: (4.096e6 / format.sample_rate_hz) as u16, ..Settings::default() };
    assert_eq!(settings.rate_hz(), format.sample_rate_hz);
    let wiring = Wiring { inputs, clock_hz: settings.clock_hz, clock_ppm: 0.0, spi_hz: 16e6 };
    let model = Model::new(source, &wiring, Faults::default());
    let driver = Driver::start(model.spi(), settings).expect("a sound chip");
    let acquisition = Acquisition::start(driver, model.drdy()).expect("a sound chip");
    Box::new(ConverterSource::new(acquisition, format, (0..rows).collect()))
}

fn run(scenario: &Scenario, chip: bool) -> Outcome {
    let facts = DeviceFacts { limits: Limits::EMS_AV2, version: (0, 1, 0), software_id: "test" };
    let parts = lab::parts(scenario, &facts, &ModuleMemory::default()).expect("it can be set up");
    let Parts { config, main, bus, script } = parts;
    let main = if chip { behind_a_chip(main) } else { main };
    let first = Image::settling(Arc::new(Identity::default()), config.start);
    let (images, _) = watch::channel(Arc::new(first));
    let (_, commands) = mpsc::channel(1);
    let bus = bus.map(|bus| Box::new(bus) as Box<dyn EsyBus + Send>);
    let runner = Runner {
        twin: Twin::new(&config),
        feed: Box::new(Samples::new(main, bus)),
        script,
        pace: Box::new(AsFast),
        start: config.start,
        samples_max: Some((SECONDS * config.format.sample_rate_hz) as u64),
        block_samples: 160,
        tail: Tail::Count,
        images,
        commands,
    };
    runner.run(|_| true).expect("it does not fail")
}

/// Shipped scenarios give the same digest, to the bit, whether their counts go through a chip, its frames and the
/// driver, or straight into the meter.
#[test]
fn a_scenario_through_the_chip_equals_the_direct_run() {
    for name in ["ten-modules", "wild-leg", "motor-start"] {
        let path = format!("{}/../../scenarios/{name}.toml", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(&path).expect("shipped");
        let scenario = parse(&text).expect("it is in order");
        let (direct, chip) = (run(&scenario, false), run(&scenario, true));
        assert_eq!((chip.samples, chip.windows), (direct.samples, direct.windows), "{name}");
        assert!(direct.windows > 5, "{name}");
        assert_eq!(chip.digest, direct.digest, "{name}");
    }
}
