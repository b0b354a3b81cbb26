//! A bench: synthetic signals behind front ends, modules on a virtual bus, and the twin that meters them.

#![allow(dead_code, reason = "each test file uses its own part of the bench")]

use catalog::{QuantityId, Register, Scope, point};
use image::{
    Ack, Command, Identity, Image, MeterId, Origin, Reading, Readings, Request, Timestamp,
};
use metering::{Limits, Tail, Wiring};
use port::{
    ContactState, EsyBus, ModuleIdentity, ModuleModel, Role, SampleBlock, SampleSource, SlotId,
    SourceState,
};
use sim::esy::{Module, VirtualBus};
use sim::frontend::{Afe, FrontEnd};
use sim::synthetic::{Signal, Spectrum};
use std::sync::Arc;
use world::{Effects, Inputs, LoadConfig, Twin, TwinConfig};

pub type Source = Box<dyn SampleSource + Send>;

/// Enough for the 31st harmonic of 50 Hz is not needed here; a low rate keeps long runs short.
pub const RATE_HZ: f64 = 2000.0;

/// 20 s after a full minute.
pub const START_S: i64 = 1_700_000_000;

pub fn start() -> Timestamp {
    Timestamp::from_unix_s(START_S)
}

/// What a run is made of. `Plan::new` is a plain three-phase load of 3 x 230 V x 5 A at 60 degrees.
pub struct Plan {
    pub wiring: Wiring,
    pub rate_hz: f64,
    pub signal: Signal,
    pub front_end: FrontEnd,
    pub seed: u64,
    /// Slots configured, and the currents of those that exist.
    pub modules: Vec<(u8, Option<Signal>)>,
    pub loads: Vec<LoadConfig>,
    /// Samples a tick.
    pub block: usize,
    /// Ticks from poll to poll.
    pub poll_every: u64,
}

impl Plan {
    pub fn new() -> Plan {
        Plan {
            wiring: Wiring::ThreePhaseFourWire,
            rate_hz: RATE_HZ,
            signal: Signal::three_phase(50.0, 230.0, 5.0, 60.0),
            front_end: FrontEnd::ideal(),
            seed: 1,
            modules: Vec::new(),
            loads: Vec::new(),
            block: 100,
            poll_every: 1,
        }
    }

    pub fn bench(self) -> Bench {
        let main = self.source(&self.signal);
        self.bench_on(main)
    }

    /// The same with another source for the built-in meter.
    pub fn bench_on(self, source: Source) -> Bench {
        let bus = (!self.modules.is_empty()).then(|| {
            let modules = self.modules.iter().map(|(slot, signal)| Module {
                identity: identity(*slot),
                currents: signal.as_ref().map(|signal| self.source(signal)),
            });
            let modules = modules.collect();
            VirtualBus::new(self.wiring, self.source(&self.signal), modules, start())
        });
        let twin = Twin::new(&TwinConfig {
            identity: Identity::default(),
            wiring: self.wiring,
            format: source.format().clone(),
            limits: Limits::EMS_AV2,
            modules: self.modules.iter().map(|(slot, _)| identity(*slot)).collect(),
            loads: self.loads.clone(),
            start: start(),
        });
        let channels = source.format().channels.len();
        Bench {
            inputs: Inputs { block: SampleBlock::new(channels, self.block), ..Inputs::default() },
            twin,
            source,
            bus,
            plan: self,
            position: 0,
            ticks: 0,
            pulses: 0,
            image: None,
            effects: Effects::default(),
        }
    }

    /// A signal behind the plan's front end.
    pub fn source(&self, signal: &Signal) -> Source {
        let played = signal.play(self.seed, None);
        Box::new(Afe::new(&self.front_end, played, self.rate_hz).expect("a sound front end"))
    }
}

/// Currents of a module: rms and lag behind the voltage, the same in all phases.
pub fn currents(current_a: f64, lag_deg: f64) -> Signal {
    let phases = [(Role::Ia, 0.0), (Role::Ib, -120.0), (Role::Ic, 120.0)];
    phases.into_iter().fold(Signal::new(50.0), |signal, (role, angle_deg)| {
        signal.channel(role, Spectrum::sine(current_a, angle_deg - lag_deg))
    })
}

pub fn slot(number: u8) -> SlotId {
    SlotId::new(number).expect("1 to 10")
}

pub fn esy(number: u8) -> MeterId {
    MeterId::Esy(slot(number))
}

pub fn identity(number: u8) -> ModuleIdentity {
    ModuleIdentity {
        slot: slot(number),
        model: ModuleModel::Esy3xav5,
        name: format!("Module {number}"),
        serial: format!("S{number}"),
    }
}

pub struct Bench {
    pub twin: Twin,
    pub bus: Option<VirtualBus>,
    pub inputs: Inputs,
    /// Pulses so far.
    pub pulses: usize,
    /// Of the last tick.
    pub effects: Effects,
    plan: Plan,
    source: Source,
    position: u64,
    ticks: u64,
    image: Option<Arc<Image>>,
}

impl Bench {
    /// Runs so many seconds more, to the sample.
    pub fn run(&mut self, seconds: f64) -> &mut Bench {
        self.run_with(seconds, |_| {})
    }

    /// The same, with a look at every image.
    pub fn run_with(&mut self, seconds: f64, mut look: impl FnMut(&Image)) -> &mut Bench {
        let until = self.position + (seconds * self.plan.rate_hz).round() as u64;
        while self.position < until {
            self.tick((until - self.position) as usize);
            look(self.image());
        }
        self
    }

    /// What the last tick noted.
    pub fn notes(&self) -> Vec<&str> {
        self.effects.notes.iter().map(|note| note.text.as_str()).collect()
    }

    /// One tick of one block, or of what is wanted if that is less.
    pub fn tick(&mut self, samples_max: usize) {
        let want = samples_max.min(self.plan.block);
        let read =
            self.source.read(&mut self.inputs.block, want).expect("the source does not fail");
        assert_ne!(read, SourceState::Ended, "the source does not end");
        self.position = self.inputs.block.first + self.inputs.block.samples as u64;
        self.ticks += 1;
        self.step(self.ticks.is_multiple_of(self.plan.poll_every), None);
    }

    /// Ends the run and gives the digest.
    pub fn digest(mut self) -> u64 {
        self.inputs.block.first = self.position;
        self.inputs.block.samples = 0;
        self.step(true, Some(Tail::Count));
        self.twin.digest()
    }

    fn step(&mut self, poll: bool, end: Option<Tail>) {
        self.inputs.time = start() + self.position as f64 / self.plan.rate_hz;
        self.inputs.end = end;
        if let Some(bus) = self.bus.as_mut().filter(|_| poll) {
            bus.poll(self.position, &mut self.inputs.replies);
        }
        self.effects = self.twin.tick(&mut self.inputs);
        if let Some(bus) = &mut self.bus {
            for (meter, command) in &self.effects.orders {
                match meter {
                    None => bus.command(None, *command),
                    Some(MeterId::Esy(slot)) => bus.command(Some(*slot), *command),
                    Some(MeterId::Main) => {}
                }
            }
        }
        self.pulses += self.effects.pulses.len();
        let image = self.effects.image.clone().expect("every tick makes an image");
        check_image(&image);
        self.image = Some(image);
    }

    /// Asks with the next block, and gives the answer.
    pub fn ask(&mut self, request: Request) -> Ack {
        self.inputs.commands.push((7, Command { origin: Origin::Local, request }));
        self.tick(usize::MAX);
        let acks = std::mem::take(&mut self.effects.acks);
        let [(7, ack)]: [_; 1] = acks.try_into().expect("one answer") else { panic!("number 7") };
        ack
    }

    /// Asks for a setting that must be accepted.
    pub fn set(&mut self, id: catalog::SettingId, value: i64) {
        self.ask(Request::Set(id, value)).expect("accepted");
    }

    pub fn contact(&mut self, closed: bool) {
        self.inputs.contact = ContactState::of(closed);
    }

    pub fn bus(&mut self) -> &mut VirtualBus {
        self.bus.as_mut().expect("the plan has modules")
    }

    pub fn position(&self) -> u64 {
        self.position
    }

    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    pub fn image(&self) -> &Image {
        self.image.as_ref().expect("it ran")
    }

    pub fn readings(&self, meter: MeterId) -> &Readings {
        &self.image().meter(meter).expect("configured").readings
    }

    pub fn live(&self, meter: MeterId, quantity: QuantityId, scope: Scope) -> Reading {
        reading(self.readings(meter), quantity, None, scope)
    }

    /// A counter in its unit; zero counts too, so it must be there.
    pub fn counter(&self, meter: MeterId, quantity: QuantityId, register: Register) -> f64 {
        let counter = reading(self.readings(meter), quantity, Some(register), Scope::System);
        counter.value().unwrap_or_else(|| panic!("{quantity:?} is {}", counter.quality()))
    }

    /// Imported active energy of the built-in meter in a register, in watt-hours.
    pub fn import_wh(&self, register: Register) -> f64 {
        1000.0 * self.counter(MeterId::Main, QuantityId::ActiveEnergyImport, register)
    }
}

pub fn reading(
    readings: &Readings,
    quantity: QuantityId,
    register: Option<Register>,
    scope: Scope,
) -> Reading {
    readings.get(point(quantity, register, scope).expect("in the catalogue"))
}

/// What holds in every image of every test: a value is a finite number, and meters stand in order.
fn check_image(image: &Image) {
    assert_eq!(image.meters[0].id, MeterId::Main);
    assert!(image.meters.is_sorted_by_key(|meter| meter.id));
    for meter in &image.meters {
        for (point, reading) in meter.readings.iter() {
            let finite = reading.value().is_none_or(f64::is_finite);
            assert!(finite, "{} of {}: {reading:?}", point.point().path(), meter.id.slug());
        }
    }
    for load in &image.loads {
        let values = [load.active_power.value(), load.active_energy_import.value()];
        assert!(values.into_iter().flatten().all(f64::is_finite), "{load:?}");
    }
}

/// Relative difference.
pub fn close(name: &str, value: f64, expected: f64, limit: f64) {
    let error = (value - expected).abs() / expected.abs().max(1e-12);
    assert!(error <= limit, "{name}: {value} instead of {expected}, error {error:.2e}");
}

/// A source that leaves samples out: `lost` of them from each index of `at` on.
pub struct Gapped {
    pub source: Source,
    pub at: Vec<u64>,
    pub lost: u64,
    pub next: u64,
}

impl SampleSource for Gapped {
    fn format(&self) -> &port::SourceFormat {
        self.source.format()
    }

    fn read(
        &mut self,
        block: &mut SampleBlock,
        max: usize,
    ) -> Result<SourceState, port::SourceError> {
        if self.at.first() == Some(&self.next) {
            self.at.remove(0);
            let end = self.next + self.lost;
            while self.next < end {
                self.source.read(block, (end - self.next) as usize)?;
                self.next = block.first + block.samples as u64;
            }
        }
        let left = self.at.first().map_or(u64::MAX, |at| at - self.next);
        let state = self.source.read(block, max.min(usize::try_from(left).unwrap_or(max)))?;
        self.next = block.first + block.samples as u64;
        Ok(state)
    }
}
