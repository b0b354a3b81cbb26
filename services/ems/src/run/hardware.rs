//! A run on the converter: the chip at its SPI device, or the model of it on a simulated grid. Either way it is
//! read by the same thread, in real time.

use super::{BLOCK_REALTIME_S, Prepared, bus, simulated};
use crate::cli::RunArgs;
use crate::converter;
use crate::failure::{Failure, note};
use crate::keeping::Subject;
use crate::{device, version};
use adc::{Acquisition, Driver};
use config::{Bus, Config, Spi};
use image::{Identity, MeterId};
use lab::{Installation, Parts};
use linux::{AdcSource, PacedDrdy, SystemClock};
use port::{AsFast, Clock, EsyBus, SampleSource, SourceFormat};
use runner::{Samples, Script};
use sim::esy::ModuleMemory;
use sim::scenario::Scenario;
use store::keep::{Haste, Present};
use world::TwinConfig;

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
    let Parts { config: mut twin, main, bus, script, .. } = parts(config, &scenario, &memory)?;
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
        twin: None,
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
    let (model, settings) = converter::model(&config.adc, main)?;
    let driver = Driver::start(model.spi(), settings).map_err(environment)?;
    let acquisition =
        Acquisition::start(driver, PacedDrdy::new(model.drdy())).map_err(environment)?;
    AdcSource::start(acquisition, format, inputs).map_err(environment)
}

/// The chip itself.
fn on_chip(arguments: &RunArgs, config: &Config, path: &str) -> Result<Prepared, Failure> {
    let rate_hz = f64::from(config.adc.sample_rate_hz);
    let (format, inputs) = converter::wired(&config.adc, rate_hz)?;
    let source = converter::open(&config.adc, path, format.clone(), inputs)?;

    let serial = config.device.serial.clone().expect("it is checked with a converter");
    let subject = Subject {
        title: &serial,
        present: bus::with_modules(Present { id: MeterId::Main, serial: serial.clone() }, config),
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
            variant: config.variant,
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
        twin: None,
    })
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
        future: None,
    }
}

fn block_samples(format: &SourceFormat) -> usize {
    (BLOCK_REALTIME_S * format.sample_rate_hz).round() as usize
}

fn environment(error: impl std::fmt::Display) -> Failure {
    Failure::Environment(error.to_string())
}
