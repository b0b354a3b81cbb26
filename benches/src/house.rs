//! The house of the scenarios, with modules on some or all of its loads, and the parts of a run of it.

use crate::input::{Input, channel};
use image::{Identity, Image, MeterId};
use metering::{Limits, Tail, Wiring};
use port::{
    AsFast, ModuleIdentity, ModuleModel, Role, SampleBlock, SampleSource, SlotId, SourceError,
    SourceFormat, SourceState, Timestamp,
};
use runner::{Outcome, Runner, Samples, Script};
use sim::esy::{Module, VirtualBus};
use sim::frontend::{Afe, FrontEnd};
use sim::scenario::{self, Playing, Scenario};
use sim::synthetic::{MeterPort, Meters, Synthetic};
use sim::waveform::Branch;
use std::sync::Arc;
use tokio::sync::{mpsc, watch};
use world::{LoadConfig, Twin, TwinConfig};

/// The scenario that `ems run` plays.
const HOUSE: &str = include_str!("../../scenarios/house.toml");

/// Samples of a block when only the end matters: five windows (`ems run --speed max`).
pub const BLOCK_SAMPLES: usize = 8000;

/// The house with `loads - 1` modules, each on one of its loads; the built-in meter measures all.
pub fn scenario(loads: usize) -> Scenario {
    let mut scenario = scenario::parse(HOUSE).expect("a scenario that ships");
    scenario.device.modules = slots(loads - 1)
        .map(|slot| scenario::Module {
            slot,
            model: ModuleModel::Esy3xav5,
            name: format!("Load {}", slot.number()),
            ct_primary_a: 60.0,
        })
        .collect();
    for load in &mut scenario.loads {
        load.meters = Meters::MAIN;
    }
    for (slot, load) in slots(loads - 1).zip(&mut scenario.loads) {
        load.meters = Meters::MAIN.with(MeterPort::Esy(slot));
    }
    scenario
}

/// The waveform of the house and so many loads: 6 channels of the built-in meter, 3 of each module.
pub fn terminals(loads: usize) -> Synthetic {
    let meters = slots(loads - 1).map(MeterPort::Esy);
    scenario(loads).synthetic(&std::iter::once(MeterPort::Main).chain(meters).collect::<Vec<_>>())
}

fn slots(count: usize) -> impl Iterator<Item = SlotId> {
    (1..=SlotId::MAX).filter_map(SlotId::new).take(count)
}

fn identity(slot: SlotId) -> ModuleIdentity {
    let number = slot.number();
    ModuleIdentity {
        slot,
        model: ModuleModel::Esy3xav5,
        name: format!("Load {number}"),
        serial: format!("ESY{number:010}"),
    }
}

/// Counts of a meter, 0 for the built-in one, behind a typical front end.
fn afe(scenario: &Scenario, meter: u8, terminals: Branch) -> Box<dyn SampleSource + Send> {
    let mut unit = FrontEnd::typical(scenario.seed.wrapping_add(u64::from(meter)));
    // One sample clock for all.
    unit.clock_ppm = 0.0;
    let afe = Afe::new(&unit, terminals, scenario.device.sample_rate_hz);
    Box::new(afe.expect("a typical unit"))
}

/// The built-in meter and the modules, fed by the scenario as `ems run` does it.
pub fn runner(scenario: &Scenario, seconds: f64) -> Runner {
    let start = Timestamp::from_unix_s(scenario.start.unix_s);
    let wiring = Wiring::from_slug(scenario.device.system.slug()).expect("a wiring system");
    let terminals = Playing::new(scenario).terminals(scenario);
    let source = afe(scenario, 0, terminals.main);
    let pairs = scenario.device.modules.iter().zip(terminals.modules);
    let modules: Vec<Module> = pairs
        .map(|(module, currents)| Module {
            identity: identity(module.slot),
            currents: Some(afe(scenario, module.slot.number(), currents)),
        })
        .collect();
    let bus = (!modules.is_empty()).then(|| {
        let reference = afe(scenario, 0, terminals.voltages);
        VirtualBus::new(wiring, reference, modules, start)
    });
    let config = config(source.format().clone(), 1 + scenario.device.modules.len(), start);
    let identity = Arc::new(config.identity.clone());
    let samples = seconds * config.format.sample_rate_hz;
    let (images, _) = watch::channel(Arc::new(Image::settling(identity, start)));
    let (_, commands) = mpsc::channel(1);
    Runner {
        twin: Twin::new(&config),
        feed: Box::new(Samples::new(source, bus.map(|bus| Box::new(bus) as _))),
        script: Script::default(),
        pace: Box::new(AsFast),
        start,
        samples_max: Some(samples.round() as u64),
        block_samples: BLOCK_SAMPLES,
        tail: Tail::Count,
        images,
        commands,
    }
}

/// Runs to the end.
pub fn run(runner: Runner) -> Outcome {
    runner.run(|_| true).expect("synthetic signals do not fail")
}

/// What the house with all modules shows after two seconds.
pub fn image() -> Arc<Image> {
    run(runner(&scenario(11), 2.0)).image
}

/// A world of so many meters.
pub fn config(format: SourceFormat, meters: usize, start: Timestamp) -> TwinConfig {
    let modules: Vec<ModuleIdentity> = slots(meters - 1).map(identity).collect();
    let ids = std::iter::once(MeterId::Main)
        .chain(modules.iter().map(|module| MeterId::Esy(module.slot)));
    let loads = ids.map(|meter| LoadConfig { meter, name: meter.slug(), phases: [true; 3] });
    TwinConfig {
        identity: Identity {
            serial: "SIM0000002026".into(),
            variant: port::Variant::Lab,
            simulated: true,
            ..Identity::default()
        },
        wiring: Wiring::ThreePhaseFourWire,
        format,
        limits: Limits::EMS_AV2,
        loads: loads.collect(),
        modules,
        start,
    }
}

/// A bus whose modules sample the loads of an input but the first, which is the built-in meter's.
pub fn bus(input: &Arc<Input>) -> VirtualBus {
    let loads = (input.channels() - 3) / 3;
    let modules = (1..loads).zip(slots(loads - 1)).map(|(load, slot)| Module {
        identity: identity(slot),
        currents: Some(Box::new(Codes::new(input, &CURRENTS, 3 + 3 * load))),
    });
    let reference = Codes::new(input, &VOLTAGES, 0);
    let start = Timestamp::default();
    VirtualBus::new(Wiring::ThreePhaseFourWire, Box::new(reference), modules.collect(), start)
}

const VOLTAGES: [Role; 3] = [Role::Va, Role::Vb, Role::Vc];
const CURRENTS: [Role; 3] = [Role::Ia, Role::Ib, Role::Ic];

/// The format of the built-in meter's six channels.
pub fn format(input: &Input) -> SourceFormat {
    let channels = VOLTAGES.into_iter().chain(CURRENTS).map(channel).collect();
    SourceFormat { sample_rate_hz: input.sample_rate_hz, channels }
}

/// Ready codes of some rows of an input, again and again: a front end that costs a copy.
struct Codes {
    input: Arc<Input>,
    format: SourceFormat,
    first_row: usize,
    next: u64,
}

impl Codes {
    fn new(input: &Arc<Input>, roles: &[Role], first_row: usize) -> Codes {
        let channels = roles.iter().map(|role| channel(*role)).collect();
        let format = SourceFormat { sample_rate_hz: input.sample_rate_hz, channels };
        Codes { input: Arc::clone(input), format, first_row, next: 0 }
    }
}

impl SampleSource for Codes {
    fn format(&self) -> &SourceFormat {
        &self.format
    }

    fn read(&mut self, block: &mut SampleBlock, max: usize) -> Result<SourceState, SourceError> {
        let samples = self.input.samples();
        let from = (self.next % samples as u64) as usize;
        let count = max.min(block.capacity()).min(samples - from);
        for channel in 0..self.format.channels.len() {
            let row = &self.input.rows[self.first_row + channel];
            block.row_mut(channel)[..count].copy_from_slice(&row[from..from + count]);
        }
        (block.first, block.samples) = (self.next, count);
        self.next += count as u64;
        Ok(SourceState::Samples)
    }
}
