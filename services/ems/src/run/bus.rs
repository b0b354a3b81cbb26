//! The modules of a run, as the configuration reaches them.

use crate::failure::Failure;
use config::{Bus, Config, Module};
use esy::{Line, Wanted};
use esy_master::{PlayedBus, Positions, SerialBus};
use image::MeterId;
use linux::{SerialSettings, open_serial};
use port::{EsyBus, ModuleIdentity};
use sim::esy::VirtualBus;
use sim::scenario::Scenario;
use sim::wire::LineModules;
use std::sync::Arc;
use store::keep::Present;
use tokio_serial::Parity;
use world::TwinConfig;

/// The modules of a run on a scenario: its own, or on a serial port those of the configuration, whose names then take
/// the place of the others in `twin`.
pub fn of_scenario(
    config: &Config,
    scenario: &Scenario,
    modules: Option<VirtualBus>,
    twin: &mut TwinConfig,
) -> Result<Option<Box<dyn EsyBus + Send>>, Failure> {
    match (&config.esy.bus, modules) {
        (Bus::Port(path), _) => {
            twin.modules = identities(&config.esy.modules);
            twin.loads = lab::loads(twin.wiring, &twin.modules);
            on_port(config, path, twin.format.sample_rate_hz).map(Some)
        }
        (Bus::Pty, Some(modules)) => on_terminal(config, scenario, modules).map(Some),
        (Bus::Direct | Bus::Memory, Some(modules)) => Ok(Some(lab::wired(scenario, modules))),
        (_, None) => Ok(None),
    }
}

/// The meters of a run on a scenario, with their serial numbers.
pub fn present(config: &Config, scenario: &Scenario) -> Vec<Present> {
    let mut meters = lab::present(scenario).into_iter().map(|(id, serial)| Present { id, serial });
    match (&config.esy.bus, meters.next()) {
        (Bus::Port(_), Some(main)) => with_modules(main, config),
        (_, main) => main.into_iter().chain(meters).collect(),
    }
}

/// The built-in meter, and the modules of a configuration.
pub fn with_modules(main: Present, config: &Config) -> Vec<Present> {
    let modules = identities(&config.esy.modules).into_iter();
    let modules =
        modules.map(|module| Present { id: MeterId::Esy(module.slot), serial: module.serial });
    std::iter::once(main).chain(modules).collect()
}

/// Simulated modules at one end of a pseudo terminal, and the meter at the other.
fn on_terminal(
    config: &Config,
    scenario: &Scenario,
    modules: VirtualBus,
) -> Result<Box<dyn EsyBus + Send>, Failure> {
    let (line, rate_hz) = (line(config), modules.sample_rate_hz());
    let ct_primary_ma = lab::ct_primary_ma(scenario);
    let wanted = modules.modules().iter().zip(&ct_primary_ma);
    let wanted = wanted.map(|(identity, ma)| Wanted::known(identity, *ma)).collect();
    let modules = LineModules::new(modules, &ct_primary_ma);
    let settings = settings(config);
    let bus =
        PlayedBus::start(modules, wanted, line, rate_hz, move |path| open_serial(path, settings));
    Ok(Box::new(bus.map_err(|error| Failure::Environment(error.to_string()))?))
}

/// The modules of a configuration, on a serial port.
pub fn on_port(
    config: &Config,
    path: &str,
    rate_hz: f64,
) -> Result<Box<dyn EsyBus + Send>, Failure> {
    let wanted = config.esy.modules.iter().map(|module| Wanted {
        slot: module.slot,
        model: module.model,
        serial: module.serial.clone(),
        name: module.name.clone(),
        ct_primary_ma: module.ct_primary_a.map(|amperes| (1e3 * amperes).round() as u32),
    });
    let (path, settings) = (path.to_string(), settings(config));
    let positions = Arc::new(Positions::new(rate_hz));
    let open = move || open_serial(&path, settings);
    let bus = SerialBus::start(open, line(config), wanted.collect(), positions);
    Ok(Box::new(bus.map_err(|error| Failure::Environment(error.to_string()))?))
}

/// Who the modules of a configuration are, as far as it says.
fn identities(modules: &[Module]) -> Vec<ModuleIdentity> {
    let identity = |module: &Module| ModuleIdentity {
        slot: module.slot,
        model: module.model,
        name: module.name.clone(),
        serial: module.serial.clone().unwrap_or_default(),
    };
    modules.iter().map(identity).collect()
}

fn line(config: &Config) -> Line {
    Line { baud: config.esy.baud, ..esy::LINE }
}

fn settings(config: &Config) -> SerialSettings {
    SerialSettings { baud: config.esy.baud, parity: Parity::None, two_stop_bits: false }
}
