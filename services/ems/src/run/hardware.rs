//! A run on the converter: the chip at its SPI device, or the model of it on a simulated grid. Either way it is
//! read by the same thread, in real time.

use super::{BLOCK_REALTIME_S, Prepared, bus, simulated};
use crate::cli::RunArgs;
use crate::failure::{Failure, note};
use crate::keeping::Subject;
use crate::{device, version};
use adc::model::{Faults, Model, Wiring};
use adc::{Acquisition, Driver, INPUTS, Settings};
use config::{Adc, Bus, Config, Spi};
use image::{Identity, MeterId};
use lab::{Installation, Parts};
use linux::{AdcSource, GpioEdges, PacedDrdy, SpiPort, SystemClock};
use metering::calibration::Coefficients;
use port::{AsFast, Channel, Clock, EsyBus, Role, SampleSource, SourceFormat};
use runner::{Samples, Script};
use sim::esy::ModuleMemory;
use sim::scenario::Scenario;
use std::path::Path;
use store::keep::{Haste, Present};
use world::TwinConfig;

/// Corner of the low-pass before each input, 1 kohm and 33 nF, in hertz (metrology.md section 8).
const RC_HZ: f64 = 4_822.877;

/// Order of the converter's sinc filter.
const SINC_ORDER: u8 = 3;

/// Counts at full scale.
const FULL_SCALE_COUNTS: f64 = 8_388_608.0;

/// Sets a converter up.
pub(super) fn prepare(arguments: &RunArgs, config: &Config) -> Result<Prepared, Failure> {
    match &config.adc.spi {
        Spi::Model => on_model(arguments, config),
        Spi::Device(path) => on_chip(arguments, config, path),
    }
}

/// The chip is played by its model, and the grid by a scenario.
fn on_model(arguments: &RunArgs, config: &Config) -> Result<Prepared, Failure> {
    let scenario = simulated::scenario(config)?;
    let kept = simulated::keep(arguments, config, &scenario, Haste::GoOn)?;
    let begin = kept.as_ref().map(|(begin, _)| begin);
    let memory = begin.map(|begin| begin.modules.clone()).unwrap_or_default();
    let Parts { config: mut twin, main, bus, script } = parts(config, &scenario, &memory)?;
    twin.start = SystemClock.now();
    let bus = bus::of_scenario(config, &scenario, bus, &mut twin)?;
    let source = modelled(config, main)?;
    Ok(Prepared {
        title: scenario.name.clone(),
        seed: Some(scenario.seed),
        pace: Box::new(AsFast),
        block_samples: block_samples(&twin.format),
        installation: installation(twin, source, bus, script),
        duration_s: arguments.duration.or(scenario.duration_s),
        kept,
    })
}

/// What a scenario is made of, for a meter that is fed through the chip.
pub fn parts(
    config: &Config,
    scenario: &Scenario,
    memory: &ModuleMemory,
) -> Result<Parts, Failure> {
    let name = &config.sim.scenario;
    lab::parts(scenario, &device::facts(), memory)
        .map_err(|error| Failure::File(format!("{name}: {error}")))
}

/// A source behind a model of the chip.
fn modelled(config: &Config, main: Box<dyn SampleSource + Send>) -> Result<AdcSource, Failure> {
    let format = main.format().clone();
    let inputs = (0..format.channels.len()).collect();
    let (model, settings) = model(config, main)?;
    let driver = Driver::start(model.spi(), settings).map_err(environment)?;
    let acquisition =
        Acquisition::start(driver, PacedDrdy::new(model.drdy())).map_err(environment)?;
    AdcSource::start(acquisition, format, inputs).map_err(environment)
}

/// A model of the chip, with one input for each channel of a source, and how it is set up.
pub fn model(
    config: &Config,
    main: Box<dyn SampleSource + Send>,
) -> Result<(Model, Settings), Failure> {
    let format = main.format();
    let rows = format.channels.len();
    // The front end of a scenario has its own gains.
    let settings = Settings { gains: [1; INPUTS], ..settings(&config.adc, format.sample_rate_hz)? };
    let wiring = Wiring {
        inputs: std::array::from_fn(|input| (input < rows).then_some(input)),
        clock_hz: settings.clock_hz,
        clock_ppm: 0.0,
        spi_hz: f64::from(config.adc.spi_hz),
    };
    Ok((Model::new(main, &wiring, Faults::default()), settings))
}

/// The chip itself.
fn on_chip(arguments: &RunArgs, config: &Config, path: &str) -> Result<Prepared, Failure> {
    let rate_hz = f64::from(config.adc.sample_rate_hz);
    let (format, inputs) = wired(&config.adc, rate_hz)?;
    let settings = settings(&config.adc, rate_hz)?;
    let spi = SpiPort::open(path, config.adc.spi_hz).map_err(environment)?;
    let drdy = &config.adc.drdy;
    let edges = GpioEdges::open(&drdy.chip, drdy.offset, drdy.active_low).map_err(environment)?;
    let at = |error: &dyn std::fmt::Display| Failure::Environment(format!("{path}: {error}"));
    let driver = Driver::start(spi, settings).map_err(|error| at(&error))?;
    let acquisition = Acquisition::start(driver, edges).map_err(|error| at(&error))?;
    let source = AdcSource::start(acquisition, format.clone(), inputs).map_err(environment)?;

    let serial = config.device.serial.clone().expect("it is checked with a converter");
    let subject = Subject {
        title: &serial,
        present: present(config, &serial),
        window_s: 0,
        given: vec![catalog::SettingId::Wiring],
    };
    let kept = simulated::keep_as(arguments, config, &serial, &subject, Haste::GoOn)?;
    let wiring = metering::Wiring::from_slug(&config.device.wiring).expect("a system of the table");
    let bus = match &config.esy.bus {
        Bus::Port(path) => Some(bus::on_port(config, path, rate_hz)?),
        Bus::Direct | Bus::Memory | Bus::Pty => None,
    };
    let modules = bus.as_ref().map(|bus| bus.modules().to_vec()).unwrap_or_default();
    let twin = TwinConfig {
        identity: Identity {
            serial: serial.clone(),
            version: version::numbers(),
            software_id: version::SOFTWARE_ID.into(),
            year: config.device.year,
            simulated: false,
        },
        wiring,
        limits: device::limits(),
        loads: lab::loads(wiring, &modules),
        modules,
        start: SystemClock.now(),
        format,
    };
    Ok(Prepared {
        title: serial,
        seed: None,
        pace: Box::new(AsFast),
        block_samples: block_samples(&twin.format),
        installation: installation(twin, source, bus, Script::default()),
        duration_s: arguments.duration,
        kept,
    })
}

/// The meters on a real grid, with their serial numbers.
fn present(config: &Config, serial: &str) -> Vec<Present> {
    let main = Present { id: MeterId::Main, serial: serial.into() };
    let modules = bus::identities(&config.esy.modules).into_iter();
    let modules =
        modules.map(|module| Present { id: MeterId::Esy(module.slot), serial: module.serial });
    std::iter::once(main).chain(modules).collect()
}

fn installation(
    config: TwinConfig,
    source: AdcSource,
    bus: Option<Box<dyn EsyBus + Send>>,
    script: Script,
) -> Installation {
    let health = source.health_reader();
    if !health.health().realtime {
        note(
            "note: the converter's thread has no real-time priority; samples may be lost on a busy machine",
        );
    }
    Installation {
        config,
        feed: Box::new(Samples::new(Box::new(source), bus)),
        script: script.with_clock(Box::new(SystemClock)),
    }
}

fn block_samples(format: &SourceFormat) -> usize {
    (BLOCK_REALTIME_S * format.sample_rate_hz).round() as usize
}

/// How the chip is set up.
pub fn settings(adc: &Adc, rate_hz: f64) -> Result<Settings, Failure> {
    let mut gains = [1; INPUTS];
    gains.iter_mut().zip(&adc.gains).for_each(|(gain, given)| *gain = *given);
    let ratio = adc.clock_hz / 2.0 / rate_hz;
    let oversampling = [128u16, 256, 512, 1024, 2048, 4096, 8192, 16_384]
        .into_iter()
        .find(|known| (ratio / f64::from(*known) - 1.0).abs() < 0.03)
        .ok_or_else(|| {
            Failure::File(format!(
                "the converter cannot give {rate_hz} samples a second at a clock of {} Hz; take 4000, 8000, 16000 or 32000",
                adc.clock_hz
            ))
        })?;
    Ok(Settings { clock_hz: adc.clock_hz, oversampling, gains, ..Settings::default() })
}

/// What the converter's inputs deliver, and which input each row is: by the calibration record if there is one,
/// else by design.
pub fn wired(adc: &Adc, rate_hz: f64) -> Result<(SourceFormat, Vec<usize>), Failure> {
    let calibrated = adc.calibration.as_deref().map(record).transpose()?;
    let (mut channels, mut inputs) = (Vec::new(), Vec::new());
    for (input, role) in adc.channels.iter().enumerate() {
        let Some(role) = *role else { continue };
        let channel = match &calibrated {
            None => by_design(adc, role, adc.gains[input]),
            Some(record) => *record.channel(role).ok_or_else(|| {
                Failure::File(format!("adc.calibration: the record has no channel {role}"))
            })?,
        };
        channels.push(channel);
        inputs.push(input);
    }
    Ok((SourceFormat { sample_rate_hz: rate_hz, channels }, inputs))
}

/// The record of a calibration.
fn record(path: &str) -> Result<Coefficients, Failure> {
    let bytes = std::fs::read(Path::new(path)).map_err(|error| {
        Failure::Environment(format!("cannot read the calibration record {path}: {error}"))
    })?;
    Coefficients::from_bytes(&bytes).map_err(|error| {
        Failure::File(format!(
            "{path}: {error}; calibrate again, or leave adc.calibration out to measure uncalibrated"
        ))
    })
}

/// A channel as it was designed.
fn by_design(adc: &Adc, role: Role, gain: u8) -> Channel {
    let range = if role.is_voltage() { adc.voltage_range_v } else { adc.current_range_a };
    let unit_per_count = range / FULL_SCALE_COUNTS / f64::from(gain);
    Channel { rc_hz: RC_HZ, sinc_order: SINC_ORDER, ..Channel::ideal(role, unit_per_count) }
}

fn environment(error: impl std::fmt::Display) -> Failure {
    Failure::Environment(error.to_string())
}
