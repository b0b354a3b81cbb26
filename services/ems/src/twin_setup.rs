//! From a scenario to the parts of a run: front ends, bus and world.

use crate::device;
use crate::failure::Failure;
use crate::version;
use image::{Identity, MeterId};
use metering::Wiring;
use port::{EsyBus, ModuleIdentity, Role, SampleSource, Timestamp};
use sim::esy::{Module, VirtualBus};
use sim::frontend::{Afe, FrontEnd};
use sim::scenario::{self, Scenario};
use sim::synthetic::MeterPort;
use world::{LoadConfig, TwinConfig};

/// Scenarios that come with the program, by name.
const SHIPPED: [(&str, &str); 3] = [
    ("house", include_str!("../../../scenarios/house.toml")),
    ("us-split-phase", include_str!("../../../scenarios/us-split-phase.toml")),
    ("wild-leg", include_str!("../../../scenarios/wild-leg.toml")),
];

/// Peak current at full scale over the rated current: 110 A to 65 A, as in the built-in meter.
const FULL_SCALE_FACTOR: f64 = 110.0 / 65.0;

/// Production year that a simulated device states.
const YEAR: u16 = 2026;

/// What a run is made of.
pub struct Parts {
    /// Samples of the built-in meter.
    pub source: Box<dyn SampleSource + Send>,
    /// The bus, if modules are configured.
    pub bus: Option<Box<dyn EsyBus + Send>>,
    /// What the world is made of.
    pub config: TwinConfig,
}

/// Reads a scenario file, or a shipped one by its name.
pub fn load(name: &str) -> Result<Scenario, Failure> {
    let shipped = SHIPPED.iter().find(|(shipped, _)| *shipped == name).map(|(_, text)| *text);
    let text = match shipped {
        Some(text) => text.to_string(),
        None => std::fs::read_to_string(name).map_err(|error| {
            let names: Vec<&str> = SHIPPED.iter().map(|(name, _)| *name).collect();
            Failure::Environment(format!(
                "cannot open scenario {name}: {error}; give a file or one of {}",
                names.join(", ")
            ))
        })?,
    };
    scenario::parse(&text).map_err(|error| Failure::File(format!("{name}: {error}")))
}

/// Builds everything for a run of a scenario.
pub fn build(scenario: &Scenario) -> Result<Parts, Failure> {
    let slug = scenario.device.system.slug();
    let wiring = Wiring::from_slug(slug)
        .ok_or_else(|| Failure::Internal(format!("wiring system {slug} is not known")))?;
    let start = Timestamp::from_unix_s(scenario.start.unix_s);
    let unit = main_front_end(scenario);
    let source = afe(&unit, scenario, MeterPort::Main)?;
    let bus = bus(scenario, &unit, wiring, start)?;
    let modules = bus.as_ref().map_or_else(Vec::new, |bus| bus.modules().to_vec());
    let identity = Identity {
        serial: format!("SIM{:010}", scenario.seed % 10_000_000_000),
        version: version::numbers(),
        software_id: version::SOFTWARE_ID.into(),
        year: YEAR,
        simulated: true,
    };
    let loads = loads(wiring, &modules);
    let format = source.format().clone();
    let config =
        TwinConfig { identity, wiring, format, limits: device::limits(), modules, loads, start };
    Ok(Parts { source, bus, config })
}

/// The front end of the built-in meter.
pub fn main_front_end(scenario: &Scenario) -> FrontEnd {
    front_end(scenario, scenario.seed)
}

/// The front end of a module's currents; the sample clock is the EMS's.
pub fn module_front_end(scenario: &Scenario, module: &scenario::Module) -> FrontEnd {
    let mut unit = front_end(scenario, scenario.seed.wrapping_add(u64::from(module.slot.number())));
    unit.clock_ppm = main_front_end(scenario).clock_ppm;
    for role in [Role::Ia, Role::Ib, Role::Ic] {
        unit.channel_mut(role).full_scale = module.ct_primary_a * FULL_SCALE_FACTOR;
    }
    unit
}

fn front_end(scenario: &Scenario, seed: u64) -> FrontEnd {
    match scenario.device.front_end {
        scenario::FrontEnd::Ideal => FrontEnd::ideal(),
        scenario::FrontEnd::Typical => FrontEnd::typical(seed),
    }
}

/// What a meter sees of a scenario, behind a front end.
pub fn afe(
    unit: &FrontEnd,
    scenario: &Scenario,
    meter: MeterPort,
) -> Result<Box<dyn SampleSource + Send>, Failure> {
    let afe = Afe::new(unit, scenario.synthetic(meter), scenario.device.sample_rate_hz)
        .map_err(|error| Failure::Internal(format!("front end: {error}")))?;
    Ok(Box::new(afe))
}

/// The modules, each with a front end of its own for its currents; the voltage reference and the sample
/// clock are the EMS's.
fn bus(
    scenario: &Scenario,
    main: &FrontEnd,
    wiring: Wiring,
    start: Timestamp,
) -> Result<Option<Box<dyn EsyBus + Send>>, Failure> {
    let Some(first) = scenario.device.modules.first() else { return Ok(None) };
    let reference = afe(main, scenario, MeterPort::Esy(first.slot))?;
    let mut modules = Vec::new();
    for module in &scenario.device.modules {
        let number = module.slot.number();
        let unit = module_front_end(scenario, module);
        modules.push(Module {
            identity: ModuleIdentity {
                slot: module.slot,
                model: module.model,
                name: module.name.clone(),
                serial: format!("ESY{number:010}"),
            },
            currents: Some(afe(&unit, scenario, MeterPort::Esy(module.slot))?),
        });
    }
    Ok(Some(Box::new(VirtualBus::new(wiring, reference, modules, start))))
}

/// One load a meter; three for three single-phase loads.
fn loads(wiring: Wiring, modules: &[ModuleIdentity]) -> Vec<LoadConfig> {
    let meters = std::iter::once((MeterId::Main, "Main".to_string()))
        .chain(modules.iter().map(|module| (MeterId::Esy(module.slot), module.name.clone())));
    let mut loads = Vec::new();
    for (meter, name) in meters {
        if wiring == Wiring::ThreeSinglePhase {
            for phase in 0..3 {
                let phases = std::array::from_fn(|k| k == phase);
                loads.push(LoadConfig { meter, name: format!("{name} {}", phase + 1), phases });
            }
        } else {
            loads.push(LoadConfig { meter, name, phases: [true; 3] });
        }
    }
    loads
}
