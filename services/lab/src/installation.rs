//! From a scenario to everything a run is made of, at its fidelity.

use crate::expect::meter_id;
use crate::future::Future;
use crate::step_feed::StepFeed;
use image::{Command, Identity, MeterId, Origin, Request};
use metering::{Limits, MeterSettings, Wiring};
use port::{
    Channel, EsyBus, Line, ModuleIdentity, Role, SampleSource, SlotId, SourceFormat, Surroundings,
    Timestamp,
};
use runner::{Cue, CueAction, Feed, Samples, Script};
use sim::contact::{self, AtTerminal};
use sim::esy::{self, Counts, Module, ModuleMemory, VirtualBus};
use sim::frontend::{Afe, FrontEnd, FrontEndError};
use sim::scenario::{self, Action, Device, Fidelity, Playing, Scenario, Terminals};
use sim::sources::{Fault, FaultError, Faults, Faulty};
use sim::steps::{Change, Modules, Phasors, Sampler, SeekableSource, Stepper, Unit};
use sim::synthetic::{MeterPort, Scene};
use sim::waveform::{Branch, Waveform, split};
use sim::wire::WireBus;
use world::{LoadConfig, TwinConfig};

/// Production year that a simulated device states.
const YEAR: u16 = 2026;

/// Seconds of a whole minute of civil time.
const MINUTE_S: i64 = 60;

/// What a device is beyond its scenario.
#[derive(Debug, Clone, Copy)]
pub struct DeviceFacts {
    /// Ranges and thresholds.
    pub limits: Limits,
    /// Version of the program.
    pub version: (u8, u8, u8),
    /// Software id of the metrology crates.
    pub software_id: &'static str,
}

/// Why a scenario cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum SetUpError {
    /// The front end cannot be built.
    #[error("front end: {0}")]
    FrontEnd(#[from] FrontEndError),
    /// A fault cannot be given to its source.
    #[error("fault: {0}")]
    Fault(#[from] FaultError),
    /// A meter that is not there.
    #[error("the scenario has no meter {meter}; it has {known}")]
    NoMeter {
        /// What was asked for.
        meter: String,
        /// What there is.
        known: String,
    },
    /// Faults of samples where there are no samples.
    #[error(
        "[[faults]]: a fault of samples needs fidelity \"waveform\"; at \"{0}\" most time passes without samples"
    )]
    FaultsNeedSamples(&'static str),
    /// A wire where no characters go over it.
    #[error(
        "device.esy_baud: a wire to the modules needs fidelity \"waveform\"; at \"{0}\" they answer without one"
    )]
    WireNeedsSamples(&'static str),
}

/// Everything a run is made of but its pace.
pub struct Installation {
    /// What the world is made of.
    pub config: TwinConfig,
    /// What it is fed with.
    pub feed: Box<dyn Feed + Send>,
    /// What happens to the device meanwhile.
    pub script: Script,
    /// What can be changed of all that; none where there are no samples.
    pub future: Option<Future>,
}

/// Sets up a scenario. Ticks of coarser fidelities end at `instants_s`, where somebody looks.
///
/// # Errors
/// If the front end or the fidelity does not fit the rest.
pub fn install(
    scenario: &Scenario,
    device: &DeviceFacts,
    instants_s: &[f64],
) -> Result<Installation, SetUpError> {
    install_with(scenario, device, instants_s, &ModuleMemory::default())
}

/// The same, with modules that have counted before, in a memory that whoever keeps a clone of it can read.
///
/// # Errors
/// As those of [`install`].
pub fn install_with(
    scenario: &Scenario,
    device: &DeviceFacts,
    instants_s: &[f64],
    memory: &ModuleMemory,
) -> Result<Installation, SetUpError> {
    let plan = Plan { memory: memory.clone(), ..Plan::new(scenario) };
    let main = plan.format(MeterPort::Main);
    let config = plan.config(device, main);
    let script = Script::new(plan.cues());
    let mut future = None;
    let feed: Box<dyn Feed + Send> = match scenario.fidelity {
        Fidelity::Waveform => {
            let (main, bus, faults) = plan.sources()?;
            future = Some(plan.future(&script, bus.as_ref(), faults));
            Box::new(Samples::new(main, bus.map(|bus| wired(scenario, bus))))
        }
        coarser => {
            if !scenario.faults.is_empty() {
                return Err(SetUpError::FaultsNeedSamples(coarser.slug()));
            }
            if scenario.device.esy_baud.is_some() {
                return Err(SetUpError::WireNeedsSamples(coarser.slug()));
            }
            Box::new(plan.steps(device.limits, instants_s)?)
        }
    };
    Ok(Installation { config, feed, script, future })
}

/// What a scenario at fidelity *waveform* gives to a meter whose converter or bus is another.
pub struct Parts {
    /// What the world is made of.
    pub config: TwinConfig,
    /// Counts of the built-in meter.
    pub main: Box<dyn SampleSource + Send>,
    /// The modules, if there are any.
    pub bus: Option<VirtualBus>,
    /// What happens to the device meanwhile.
    pub script: Script,
    /// What can be changed of all that.
    pub future: Future,
}

/// Sets up a scenario in parts, whatever its fidelity.
///
/// # Errors
/// As those of [`install`].
pub fn parts(
    scenario: &Scenario,
    device: &DeviceFacts,
    memory: &ModuleMemory,
) -> Result<Parts, SetUpError> {
    let plan = Plan { memory: memory.clone(), ..Plan::new(scenario) };
    let config = plan.config(device, plan.format(MeterPort::Main));
    let script = Script::new(plan.cues());
    let (main, bus, faults) = plan.sources()?;
    let future = plan.future(&script, bus.as_ref(), faults);
    Ok(Parts { config, main, bus, script, future })
}

/// The modules of a scenario as the meter has them: on a wire in simulated time, if there is one.
pub fn wired(scenario: &Scenario, bus: VirtualBus) -> Box<dyn EsyBus + Send> {
    let Some(baud) = scenario.device.esy_baud else { return Box::new(bus) };
    let line = Line { baud, bits: 10 };
    let faults = scenario.bus_faults.clone();
    Box::new(WireBus::new(bus, line, &ct_primary_ma(scenario), faults, scenario.seed))
}

/// Rated primary currents of the modules' transformers in milliamperes, by slot.
pub fn ct_primary_ma(scenario: &Scenario) -> Vec<u32> {
    let modules = scenario.device.modules.iter();
    modules.map(|module| (1e3 * module.ct_primary_a).round() as u32).collect()
}

/// The true sample clock of a scenario's meters, in hertz.
pub fn clock_hz(scenario: &Scenario) -> f64 {
    front_end(scenario, 0).clock_hz(scenario.device.sample_rate_hz)
}

/// The faults of a meter's samples.
type Faulted = (MeterPort, Faults);

/// A scenario and what follows from it.
pub(crate) struct Plan<'a> {
    scenario: &'a Scenario,
    wiring: Wiring,
    rate_hz: f64,
    start: Timestamp,
    /// The built-in meter, then the modules by slot.
    meters: Vec<MeterPort>,
    /// Their front ends.
    units: Vec<FrontEnd>,
    /// What the modules have counted.
    memory: ModuleMemory,
    /// What plays it.
    playing: Playing,
}

impl<'a> Plan<'a> {
    pub(crate) fn new(scenario: &'a Scenario) -> Plan<'a> {
        Plan::in_play(scenario, Playing::new(scenario), ModuleMemory::default())
    }

    /// Of a scenario that is played already.
    pub(crate) fn in_play(
        scenario: &'a Scenario,
        playing: Playing,
        memory: ModuleMemory,
    ) -> Plan<'a> {
        let slug = scenario.device.system.slug();
        let wiring = Wiring::from_slug(slug).expect("both name the systems of the datasheet");
        let modules = scenario.device.modules.iter();
        let meters: Vec<MeterPort> = std::iter::once(MeterPort::Main)
            .chain(modules.map(|module| MeterPort::Esy(module.slot)))
            .collect();
        let main = front_end(scenario, 0);
        let mut units = vec![main];
        for module in &scenario.device.modules {
            let mut unit = front_end(scenario, module.slot.number());
            // One sample clock for all.
            unit.clock_ppm = units[0].clock_ppm;
            units.push(unit.behind_transformers(module.ct_primary_a));
        }
        Plan {
            wiring,
            rate_hz: scenario.device.sample_rate_hz,
            start: Timestamp::from_unix_s(scenario.start.unix_s),
            meters,
            units,
            memory,
            playing,
            scenario,
        }
    }

    /// Roles that the front end of a meter converts: a module's are its currents.
    fn roles(&self, meter: MeterPort) -> &'static [Role] {
        let roles = self.scenario.device.system.roles();
        match meter {
            MeterPort::Main => roles,
            MeterPort::Esy(_) => &roles[roles.len() / 2..],
        }
    }

    /// Place of a meter among the meters.
    pub(crate) fn place(&self, meter: MeterPort) -> Result<usize, SetUpError> {
        let place = self.meters.iter().position(|other| *other == meter);
        place.ok_or_else(|| {
            let name = |meter: &MeterPort| meter_id(*meter).slug();
            let known: Vec<String> = self.meters.iter().map(name).collect();
            SetUpError::NoMeter { meter: name(&meter), known: known.join(", ") }
        })
    }

    pub(crate) fn format(&self, meter: MeterPort) -> SourceFormat {
        let place = self.place(meter).expect("in the plan");
        self.units[place].format(self.roles(meter), self.rate_hz)
    }

    fn config(&self, device: &DeviceFacts, format: SourceFormat) -> TwinConfig {
        let identity = Identity {
            serial: main_serial(self.scenario),
            version: device.version,
            software_id: device.software_id.into(),
            year: YEAR,
            variant: self.scenario.device.variant,
            simulated: true,
        };
        let modules = self.identities();
        TwinConfig {
            identity,
            wiring: self.wiring,
            format,
            limits: device.limits,
            loads: loads(self.wiring, &modules),
            modules,
            start: self.start,
        }
    }

    fn identities(&self) -> Vec<ModuleIdentity> {
        let identity = |module: &scenario::Module| ModuleIdentity {
            slot: module.slot,
            model: module.model,
            name: module.name.clone(),
            serial: module_serial(module.slot),
        };
        self.scenario.device.modules.iter().map(identity).collect()
    }

    fn scene(&self) -> Scene {
        self.scenario.scene(&self.meters)
    }

    /// The front end of a meter, by its place, on what it sees.
    pub(crate) fn afe(&self, place: usize, branch: Branch) -> Result<Afe<Branch>, SetUpError> {
        Ok(Afe::new(&self.units[place], branch, self.rate_hz)?)
    }

    /// Counts of the built-in meter, the modules, if there are any, and the faults of all of them.
    fn sources(&self) -> Result<(Counts, Option<VirtualBus>, Vec<Faulted>), SetUpError> {
        let Terminals { main, voltages, modules } = self.playing.terminals(self.scenario);
        let main = self.faulty(MeterPort::Main, self.afe(0, main)?)?;
        let mut faults = vec![(MeterPort::Main, main.faults())];
        if modules.is_empty() {
            return Ok((Box::new(main), None, faults));
        }
        // The reference and the sample clock are the EMS's own.
        let reference = Box::new(self.afe(0, voltages)?);
        let mut on_bus = Vec::new();
        for ((identity, branch), place) in self.identities().into_iter().zip(modules).zip(1..) {
            let meter = MeterPort::Esy(identity.slot);
            let currents = self.faulty(meter, self.afe(place, branch)?)?;
            faults.push((meter, currents.faults()));
            on_bus.push(Module { identity, currents: Some(Box::new(currents)) });
        }
        let memory = self.memory.clone();
        let bus = VirtualBus::with_memory(self.wiring, reference, on_bus, self.start, memory);
        let plugging = bus.plugging();
        self.changes(0)?.into_iter().for_each(|change| plugging.add(change));
        Ok((Box::new(main), Some(bus), faults))
    }

    /// What can be changed of the future.
    fn future(&self, script: &Script, bus: Option<&VirtualBus>, faults: Vec<Faulted>) -> Future {
        Future {
            playing: self.playing.clone(),
            script: script.rewriting(),
            plugging: bus.map(VirtualBus::plugging),
            faults,
            memory: self.memory.clone(),
            clock_ratio: self.units[0].clock_hz(self.rate_hz) / self.rate_hz,
        }
    }

    /// Faults of a meter's samples, in the order of the file.
    pub(crate) fn faults(&self, meter: MeterPort) -> Vec<Fault> {
        let of_meter = |(port, fault): &(MeterPort, _)| (*port == meter).then_some(*fault);
        self.scenario.faults.iter().filter_map(of_meter).collect()
    }

    pub(crate) fn faulty(
        &self,
        meter: MeterPort,
        afe: Afe<Branch>,
    ) -> Result<Faulty<Afe<Branch>>, SetUpError> {
        let seed = self.scenario.seed.wrapping_add(u64::from(meter.number()));
        Ok(Faulty::new(afe, self.faults(meter), seed)?)
    }

    /// Modules that are plugged in and out from a sample on.
    pub(crate) fn changes(&self, from: u64) -> Result<Vec<esy::Change>, SetUpError> {
        let changes =
            self.plugging().map(|(at_s, slot, plugged)| (self.sample(at_s), slot, plugged));
        let change = |(at, slot, plugged)| {
            let currents = if plugged { Some(self.replacement(slot, at)?) } else { None };
            Ok(esy::Change { at, slot, currents })
        };
        changes.filter(|(at, ..)| *at >= from).map(change).collect()
    }

    /// The sample before which something happens to the meter.
    pub(crate) fn sample(&self, at_s: f64) -> u64 {
        (at_s * self.rate_hz).round() as u64
    }

    /// The front end of a module that is plugged in at a sample: its currents from then on.
    fn replacement(&self, slot: SlotId, at: u64) -> Result<Counts, SetUpError> {
        let meter = MeterPort::Esy(slot);
        let place = self.place(meter)?;
        let phases = self.scenario.device.system.phases();
        let mut player = self.playing.synthetic(self.scenario, &[meter]);
        player.seek(at);
        let currents_only = phases..2 * phases;
        let mut branches = split(Box::new(player), &[currents_only]);
        Ok(Box::new(self.afe(place, branches.pop().expect("one was asked for"))?))
    }

    /// When modules are plugged in (true) and out.
    fn plugging(&self) -> impl Iterator<Item = (f64, SlotId, bool)> {
        self.scenario.script.iter().filter_map(|step| match step.action {
            Action::Plug(slot) => Some((step.at_s, slot, true)),
            Action::Unplug(slot) => Some((step.at_s, slot, false)),
            _ => None,
        })
    }

    /// Windows by phasors, at the fidelity *sampled* with stretches of samples between.
    fn steps(&self, limits: Limits, instants_s: &[f64]) -> Result<StepFeed, SetUpError> {
        let seen = self.units.iter().enumerate().map(|(place, unit)| {
            let unit = Unit::new(unit, self.rate_hz);
            if place == 0 { unit } else { unit.without_voltages() }
        });
        let clock_hz = self.units[0].clock_hz(self.rate_hz);
        let scene = Box::new(self.scene());
        let phasors = Phasors::new(scene, seen.collect(), self.wiring, self.rate_hz, clock_hz);
        let sampler = match self.scenario.fidelity {
            Fidelity::Sampled => Some(self.sampler()?),
            Fidelity::Waveform | Fidelity::Phasor => None,
        };
        let since_minute_s = self.scenario.start.unix_s.rem_euclid(MINUTE_S) as f64;
        let end = self.scenario.duration_s.map_or(f64::INFINITY, |s| s * self.rate_hz - 0.5);
        let stepper = Stepper::new(phasors, sampler, since_minute_s, end);
        let reference = voltages(&self.format(MeterPort::Main));
        let modules = self.scenario.device.modules.iter().map(|module| {
            let settings = MeterSettings {
                wiring: self.wiring,
                sample_rate_hz: self.rate_hz,
                voltages: reference,
                currents: currents(&self.format(MeterPort::Esy(module.slot))),
                limits,
            };
            (module.slot, settings)
        });
        let changes = self.plugging().map(|(at_s, slot, plugged)| Change {
            at: (at_s * self.rate_hz).round() - 0.5,
            slot,
            plugged,
        });
        let modules = Modules::new(modules.collect(), changes.collect(), self.memory.clone());
        Ok(StepFeed::new(stepper, modules, self.rate_hz, self.start, instants_s))
    }

    fn sampler(&self) -> Result<Sampler, SetUpError> {
        // One bank meters all loads against the built-in meter's voltages: the reference's are not read.
        let Terminals { main, modules, .. } = self.playing.terminals(self.scenario);
        let mut sources: Vec<Box<dyn SeekableSource + Send>> = Vec::new();
        for (branch, place) in std::iter::once(main).chain(modules).zip(0..) {
            sources.push(Box::new(self.afe(place, branch)?));
        }
        Ok(Sampler::new(sources, self.wiring))
    }

    /// Settings at the beginning, then what the timeline does to the device.
    pub(crate) fn cues(&self) -> Vec<Cue> {
        let command = |request| CueAction::Command(Command { origin: Origin::Local, request });
        let settings = self.scenario.device.settings.iter();
        let mut cues: Vec<Cue> = settings
            .map(|(id, value)| Cue { at: 0, action: command(Request::Set(*id, *value)) })
            .collect();
        cues.extend(self.contact().into_iter().chain(self.surroundings()));
        for step in &self.scenario.script {
            let action = match step.action {
                Action::Set(id, value) => command(Request::Set(id, value)),
                Action::ResetPartial(meter) => command(Request::ResetPartial(meter_id(meter))),
                Action::ResetDemand(meter) => command(Request::ResetDemand(meter_id(meter))),
                Action::Correct(meter, correction) => {
                    command(Request::Correct(meter_id(meter), correction))
                }
                Action::SetClock(by_s) => CueAction::SetClock(by_s),
                Action::Plug(_)
                | Action::Unplug(_)
                | Action::Contact(_)
                | Action::PickUp(_)
                | Action::Temperature(_)
                | Action::OutputLoad(..) => continue,
            };
            cues.push(self.cue(step.at_s, action));
        }
        cues
    }

    fn cue(&self, at_s: f64, action: CueAction) -> Cue {
        Cue { at: self.sample(at_s), action }
    }

    /// What the meter believes of the contact at its input.
    fn contact(&self) -> Vec<Cue> {
        let mut at_terminal = contact::OPEN;
        let mut steps: Vec<AtTerminal> = Vec::new();
        for step in &self.scenario.script {
            match step.action {
                Action::Contact(ohm) => at_terminal.resistance_ohm = ohm,
                Action::PickUp(volts) => at_terminal.pick_up_v = volts,
                _ => continue,
            }
            at_terminal.at_s = step.at_s;
            steps.push(at_terminal);
        }
        let bounce_s = self.scenario.device.contact_bounce_s;
        let states = contact::states(&steps, bounce_s, self.scenario.seed).into_iter();
        states.map(|(at_s, state)| self.cue(at_s, CueAction::Contact(state))).collect()
    }

    /// What surrounds the meter, from the beginning on and whenever it changes.
    fn surroundings(&self) -> Vec<Cue> {
        let Device { altitude_m, humidity, .. } = self.scenario.device;
        let mut around = Surroundings { altitude_m, humidity, ..Surroundings::default() };
        let mut cues = Vec::new();
        if around != Surroundings::default() {
            cues.push(Cue { at: 0, action: CueAction::Surroundings(around) });
        }
        for step in &self.scenario.script {
            match step.action {
                Action::Temperature(c) => around.temperature_c = Some(c),
                Action::OutputLoad(volts, amperes) => around.output_load = Some((volts, amperes)),
                _ => continue,
            }
            cues.push(self.cue(step.at_s, CueAction::Surroundings(around)));
        }
        cues
    }
}

/// The meters of a scenario with their serial numbers: the built-in one first, then the modules by slot.
pub fn present(scenario: &Scenario) -> Vec<(MeterId, String)> {
    let modules = scenario.device.modules.iter();
    let modules = modules.map(|module| (MeterId::Esy(module.slot), module_serial(module.slot)));
    std::iter::once((MeterId::Main, main_serial(scenario))).chain(modules).collect()
}

fn main_serial(scenario: &Scenario) -> String {
    format!("SIM{:010}", scenario.seed % 10_000_000_000)
}

fn module_serial(slot: SlotId) -> String {
    format!("ESY{:010}", slot.number())
}

fn front_end(scenario: &Scenario, number: u8) -> FrontEnd {
    match scenario.device.front_end {
        scenario::FrontEnd::Ideal => FrontEnd::ideal(),
        scenario::FrontEnd::Typical => {
            FrontEnd::typical(scenario.seed.wrapping_add(u64::from(number)))
        }
    }
}

fn voltages(format: &SourceFormat) -> [Option<Channel>; 3] {
    [Role::Va, Role::Vb, Role::Vc].map(|role| format.row(role).map(|row| format.channels[row]))
}

fn currents(format: &SourceFormat) -> [Option<Channel>; 3] {
    [Role::Ia, Role::Ib, Role::Ic].map(|role| format.row(role).map(|row| format.channels[row]))
}

/// One load a meter; three for three single-phase loads.
pub fn loads(wiring: Wiring, modules: &[ModuleIdentity]) -> Vec<LoadConfig> {
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
