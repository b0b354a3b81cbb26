//! Driver and model as a source: the contract of sources, and the equality with the counts themselves.

mod common;

use adc::model::{Fault, Faults, Model, Wiring};
use adc::{Acquisition, ConverterSource, Driver, INPUTS, Settings};
use catalog::{QuantityId, Register, Scope, point};
use common::{model, start};
use image::{Identity, Image};
use lab::{DeviceFacts, Parts};
use metering::{Limits, Tail};
use port::{AsFast, Channel, EsyBus, Flag, Reading, Reason, Role, SampleSource, SourceFormat};
use runner::{Outcome, Runner, Samples};
use sim::esy::ModuleMemory;
use sim::scenario::{Scenario, parse};
use std::sync::Arc;
use tokio::sync::{mpsc, watch};
use world::{Effects, NoteKind, Twin};

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
fn behind_a_chip(
    source: Box<dyn SampleSource + Send>,
    faults: Faults,
) -> Box<dyn SampleSource + Send> {
    let format = source.format().clone();
    let rows = format.channels.len();
    let inputs: [Option<usize>; INPUTS] =
        std::array::from_fn(|input| (input < rows).then_some(input));
    let settings =
        Settings { oversampling: (4.096e6 / format.sample_rate_hz) as u16, ..Settings::default() };
    assert_eq!(settings.rate_hz(), format.sample_rate_hz);
    let wiring = Wiring { inputs, clock_hz: settings.clock_hz, clock_ppm: 0.0, spi_hz: 16e6 };
    let model = Model::new(source, &wiring, faults);
    let driver = Driver::start(model.spi(), settings).expect("a sound chip");
    let acquisition = Acquisition::start(driver, model.drdy()).expect("a sound chip");
    Box::new(ConverterSource::new(acquisition, format, (0..rows).collect()))
}

/// Runs a scenario, straight or behind a chip with its faults.
fn run(scenario: &Scenario, chip: Option<Faults>, mut look: impl FnMut(&Effects)) -> Outcome {
    let facts = DeviceFacts { limits: Limits::EMS_AV2, version: (0, 1, 0), software_id: "test" };
    let parts = lab::parts(scenario, &facts, &ModuleMemory::default()).expect("it can be set up");
    let Parts { config, main, bus, script, .. } = parts;
    let main = match chip {
        Some(faults) => behind_a_chip(main, faults),
        None => main,
    };
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
    let ran = runner.run(|effects| {
        look(effects);
        true
    });
    ran.expect("it does not fail")
}

/// A scenario that is shipped.
fn shipped(name: &str) -> Scenario {
    let path = format!("{}/../../scenarios/{name}.toml", env!("CARGO_MANIFEST_DIR"));
    parse(&std::fs::read_to_string(&path).expect("shipped")).expect("it is in order")
}

/// Shipped scenarios give the same digest, to the bit, whether their counts go through a chip, its frames and the
/// driver, or straight into the meter.
#[test]
fn a_scenario_through_the_chip_equals_the_direct_run() {
    for name in ["ten-modules", "wild-leg", "motor-start"] {
        let scenario = shipped(name);
        let direct = run(&scenario, None, |_| {});
        let chip = run(&scenario, Some(Faults::default()), |_| {});
        assert_eq!((chip.samples, chip.windows), (direct.samples, direct.windows), "{name}");
        assert!(direct.windows > 5, "{name}");
        assert_eq!(chip.digest, direct.digest, "{name}");
    }
}

/// A reading of the built-in meter.
fn reading(image: &Image, quantity: QuantityId, register: Option<Register>) -> Reading {
    let id = point(quantity, register, Scope::System).expect("in the catalogue");
    image.main().readings.get(id)
}

/// [D-13] A burst and a clock that stops, seen from the meter: the power after the burst says that samples are missing,
/// while the clock stands still it is stale and the log says why, and the energy of both is not there.
#[test]
fn what_the_chip_loses_is_marked_and_has_no_energy() {
    const MS: u64 = 1_000_000;
    let list = vec![
        (1000 * MS, 1100 * MS, Fault::FlippedBits(1.0)),
        (2000 * MS, 3600 * MS, Fault::ClockStopped),
    ];
    let scenario = shipped("three-phase-four-wire");
    let (mut powers, mut notes) = (Vec::new(), Vec::new());
    let chip = run(&scenario, Some(Faults { list, seed: 3 }), |effects| {
        let image = effects.image.as_ref().expect("every tick makes one");
        let power = reading(image, QuantityId::ActivePower, None);
        let after_s = image.time.seconds_since(scenario_start(&scenario));
        powers.push((after_s, power));
        let texts = effects.notes.iter().filter(|note| note.kind == NoteKind::Converter);
        notes.extend(texts.map(|note| note.text.clone()));
    });
    let seen = |from_s: f64, to_s: f64, what: fn(Reading) -> bool| {
        powers.iter().any(|(at_s, power)| (from_s..to_s).contains(at_s) && what(*power))
    };
    let gap =
        |power: Reading| matches!(power, Reading::Value { flags, .. } if flags.contains(Flag::Gap));
    let stale = |power: Reading| power == Reading::Absent(Reason::Stale);
    let good = |power: Reading| power.quality() == "good";
    assert!(!seen(0.0, 1.0, gap) && seen(1.1, 1.6, gap) && seen(1.6, 2.0, good));
    assert!(!seen(0.5, 2.9, stale) && seen(3.2, 3.6, stale));
    assert!(seen(3.6, 4.2, gap) && seen(4.2, 5.0, good) && !seen(4.2, 5.0, stale));
    assert_eq!(notes, ["no samples of main for 1 s", "samples of main come again"]);

    let import = Some(Register::Total);
    let energy = |outcome: &Outcome| {
        reading(&outcome.image, QuantityId::ActiveEnergyImport, import).value().expect("counted")
    };
    // A run ends after so many samples, so what was lost makes it longer and not poorer.
    let direct = run(&scenario, None, |_| {});
    let lost_s = powers.last().expect("it ran").0 - SECONDS;
    assert!((1.7..1.8).contains(&lost_s), "{lost_s} s");
    let more_s = (energy(&chip) - energy(&direct)) * 3600.0 / 3243.0;
    assert!(more_s.abs() < 1e-3, "{more_s} s of energy more than samples");
}

fn scenario_start(scenario: &Scenario) -> port::Timestamp {
    port::Timestamp::from_unix_s(scenario.start.unix_s)
}
