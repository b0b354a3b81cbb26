//! The interface of the world: configure it once, then tick.

use crate::components::{
    Alarm, Calculation, ClosedWindow, ClosedWindows, CommandTicket, Converter, Correction, Device,
    DeviceIdentity, DeviceSettings, DigitalInput, DigitalOutput, EsyModule, Inbox, Link, Load,
    LoadReading, MeasuredBy, MeterCommands, MeterOf, Noted, NotedFault, OnPhases, Outbox, PerPhase,
    Shown, SignalPath, Tariff, TickCount, Warned, WholeRun,
};
use crate::modules::briefing;
use crate::schedule::schedule;
use crate::time::TimeLine;
use bevy_ecs::message::MessageRegistry;
use bevy_ecs::prelude::*;
use catalog::SettingId;
use image::{Ack, Command, Identity, Image, MeterId};
use metering::{Bank, Digest, Limits, Means, Meter, MeterSettings, Registers, Tail, Wiring};
use port::{
    Channel, ContactState, EsyReply, MeterCommand, ModuleIdentity, Reading, Readings, Reason, Role,
    SampleBlock, SlotId, SourceFormat, Surroundings, Timestamp,
};
use std::sync::Arc;

/// What the world is made of.
#[derive(Debug, Clone)]
pub struct TwinConfig {
    /// Who this device is.
    pub identity: Identity,
    /// How the built-in meter is wired.
    pub wiring: Wiring,
    /// What its source delivers.
    pub format: SourceFormat,
    /// Ranges and thresholds.
    pub limits: Limits,
    /// The modules configured.
    pub modules: Vec<ModuleIdentity>,
    /// The loads, by name.
    pub loads: Vec<LoadConfig>,
    /// Time before the first sample.
    pub start: Timestamp,
}

/// A named load.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadConfig {
    /// The meter it hangs on.
    pub meter: MeterId,
    /// Name.
    pub name: String,
    /// Which phases it takes.
    pub phases: [bool; 3],
}

/// What comes in with a tick. The caller keeps the buffers and fills them anew.
#[derive(Debug, Default)]
pub struct Inputs {
    /// Samples of the built-in meter; may be empty.
    pub block: SampleBlock,
    /// Windows of the built-in meter that were metered elsewhere, in the order of time: from phasors,
    /// or from stretches of samples between them. Then there are no samples.
    pub windows: Vec<ClosedWindow>,
    /// Whether the stretch of samples ends here, and what becomes of its last part of a cycle.
    pub end: Option<Tail>,
    /// Time at the end of the block.
    pub time: Timestamp,
    /// Replies of modules since the last tick.
    pub replies: Vec<EsyReply>,
    /// What the bus of the modules has told since the last tick, a sentence each.
    pub bus_notes: Vec<String>,
    /// Seconds from one window of a module to the next that the bus brings; 0 if it brings each as it closes.
    pub bus_cycle_s: f64,
    /// The contact of the digital input.
    pub contact: ContactState,
    /// What surrounds the meter.
    pub surroundings: Surroundings,
    /// The tariff by calendar at the end of the block, 1 or 2; none without a calendar.
    pub calendar_tariff: Option<u8>,
    /// Commands since the last tick, with a number for each.
    pub commands: Vec<(u64, Command)>,
}

/// A pulse of the LED.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pulse {
    /// When.
    pub time: Timestamp,
    /// The same in samples since the source began.
    pub sample: f64,
}

/// An edge of the digital output. It may lie ahead; a new one takes the place of all that were planned after it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OutputEdge {
    /// When, in samples since the source began.
    pub sample: f64,
    /// The same in civil time.
    pub time: Timestamp,
    /// Whether the contact conducts from then on.
    pub closed: bool,
}

/// When a window of the built-in meter was.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WindowStamp {
    /// In samples since the source began.
    pub start: f64,
    /// See `start`.
    pub end: f64,
    /// Whole cycles; 0 for a fragment.
    pub cycles: u32,
    /// Civil time of its end.
    pub time: Timestamp,
    /// What its samples came down to.
    pub means: Means,
}

/// What a note is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NoteKind {
    /// A command, and what became of it.
    Command,
    /// A module came or went.
    Module,
    /// A fault of the wiring came or went.
    Wiring,
    /// The clock was set.
    Clock,
    /// The converter gives no samples, or gives some again.
    Converter,
    /// The alarm is raised, or over.
    Alarm,
    /// Something is outside of its limits, or within them again.
    Surroundings,
}

/// A line for the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// What it is about.
    pub kind: NoteKind,
    /// A sentence.
    pub text: String,
}

/// What goes out with a tick.
#[derive(Debug, Clone, Default)]
pub struct Effects {
    /// The new image.
    pub image: Option<Arc<Image>>,
    /// Windows of the built-in meter that closed.
    pub windows: Vec<WindowStamp>,
    /// Windows of modules that came in.
    pub module_windows: Vec<(SlotId, Timestamp)>,
    /// Pulses of the LED.
    pub pulses: Vec<Pulse>,
    /// Edges of the digital output that were planned in this tick.
    pub output: Vec<OutputEdge>,
    /// Answers to commands.
    pub acks: Vec<(u64, Ack)>,
    /// What meters were told, each or (none) all of them: for the bus, and for whoever meters windows
    /// elsewhere.
    pub orders: Vec<(Option<MeterId>, MeterCommand)>,
    /// Lines for the log.
    pub notes: Vec<Note>,
    /// The counters of the built-in meter, if this tick may have changed them.
    pub registers: Option<Registers>,
    /// Digest over the exact bits of all windows so far, if one has closed.
    pub digest: Option<u64>,
}

/// The world.
pub struct Twin {
    world: World,
    schedule: Schedule,
    meter: Entity,
}

impl Twin {
    /// Builds the world; nothing is measured yet.
    ///
    /// # Panics
    /// If a load hangs on a meter that is not configured, or two modules share a slot.
    pub fn new(config: &TwinConfig) -> Twin {
        Twin::with_schedule(config, schedule(None))
    }

    pub(crate) fn with_schedule(config: &TwinConfig, mut schedule: Schedule) -> Twin {
        let mut world = World::new();
        MessageRegistry::register_message::<Noted>(&mut world);
        world.insert_resource(Inbox::default());
        world.insert_resource(Outbox::default());
        world.insert_resource(MeterCommands::default());
        world.insert_resource(TickCount::default());
        world.insert_resource(TimeLine::new(config.format.sample_rate_hz, config.start));
        world.insert_resource(DeviceIdentity(Arc::new(config.identity.clone())));
        let mut settings = DeviceSettings::default();
        let wiring = Wiring::ALL.iter().position(|wiring| *wiring == config.wiring);
        let accepted = settings.0.set(SettingId::Wiring, wiring.expect("ALL is complete") as i64);
        assert!(accepted, "every wiring system is a value of the setting");
        world.insert_resource(settings);
        world.spawn((
            Device,
            DigitalInput::default(),
            Tariff { active: None },
            Alarm::default(),
            DigitalOutput::default(),
            Warned::default(),
        ));
        let meter = spawn_meter(&mut world, config);
        for module in &config.modules {
            spawn_module(&mut world, module, config.start);
        }
        for (place, load) in config.loads.iter().enumerate() {
            spawn_load(&mut world, place, load);
        }
        schedule.initialize(&mut world).expect("the order of systems is complete");
        Twin { world, schedule, meter }
    }

    /// One step: everything in `inputs` is taken in and its buffers are left empty for the next.
    pub fn tick(&mut self, inputs: &mut Inputs) -> Effects {
        {
            let mut inbox = self.world.resource_mut::<Inbox>();
            std::mem::swap(&mut inbox.block, &mut inputs.block);
            std::mem::swap(&mut inbox.windows, &mut inputs.windows);
            std::mem::swap(&mut inbox.replies, &mut inputs.replies);
            inbox.bus_notes.append(&mut inputs.bus_notes);
            inbox.bus_cycle_s = inputs.bus_cycle_s;
            inbox.end = inputs.end;
            inbox.time = inputs.time;
            inbox.contact = inputs.contact;
            inbox.surroundings = inputs.surroundings;
            inbox.calendar_tariff = inputs.calendar_tariff;
            let tickets =
                inputs.commands.drain(..).map(|(id, command)| CommandTicket { id, command });
            inbox.commands.extend(tickets);
        }
        self.schedule.run(&mut self.world);
        let mut inbox = self.world.resource_mut::<Inbox>();
        std::mem::swap(&mut inbox.block, &mut inputs.block);
        std::mem::swap(&mut inbox.windows, &mut inputs.windows);
        std::mem::swap(&mut inbox.replies, &mut inputs.replies);
        inputs.windows.clear();
        inputs.block.samples = 0;
        inputs.replies.clear();
        let mut effects = std::mem::take(&mut self.world.resource_mut::<Outbox>().0);
        if !effects.windows.is_empty() || !effects.module_windows.is_empty() {
            effects.digest = Some(self.digest());
        }
        effects
    }

    /// The built-in meter's calculation.
    pub fn meter(&self) -> &Meter {
        &self.world.get::<Calculation>(self.meter).expect("spawned at the beginning").0
    }

    /// Gives the built-in meter the counters that it had before its power went. They are shown from the
    /// first tick on.
    pub fn restore(&mut self, registers: Registers) {
        let mut meter = self.world.entity_mut(self.meter);
        let mut calculation = meter.get_mut::<Calculation>().expect("spawned at the beginning");
        calculation.0.restore(registers);
        let readings = calculation.0.readings().clone();
        meter.get_mut::<Shown>().expect("spawned at the beginning").readings = readings;
    }

    /// What the modules are told before the first tick: a bus that takes its time has it all from the beginning, so that
    /// nothing depends on when the first tick ends.
    pub fn first_orders(&mut self) -> Vec<(Option<MeterId>, MeterCommand)> {
        let settings = self.world.resource::<DeviceSettings>().0.clone();
        let mut modules = self.world.query_filtered::<(&MeterOf, &Correction), With<EsyModule>>();
        let modules = modules.iter(&self.world);
        let orders = modules
            .flat_map(|(meter, correction)| briefing(meter.0, &settings, None, correction.0));
        orders.collect()
    }

    /// Means of all whole windows of the built-in meter together.
    pub fn whole(&self) -> &Means {
        &self.world.get::<WholeRun>(self.meter).expect("spawned at the beginning").0
    }

    /// Digest over the exact bits of every window of every meter so far.
    pub fn digest(&mut self) -> u64 {
        let mut digest = Digest::default();
        digest.add(self.meter().digest());
        let mut modules: Vec<(MeterId, u64)> = self
            .world
            .query::<(&MeterOf, &EsyModule)>()
            .iter(&self.world)
            .map(|(meter, module)| (meter.0, module.digest.value()))
            .collect();
        modules.sort();
        for (_, module) in modules {
            digest.add(module);
        }
        digest.value()
    }
}

fn spawn_meter(world: &mut World, config: &TwinConfig) -> Entity {
    let channel = |role: Role| config.format.row(role).map(|row| config.format.channels[row]);
    let voltages: [Option<Channel>; 3] = [Role::Va, Role::Vb, Role::Vc].map(channel);
    let currents: [Option<Channel>; 3] = [Role::Ia, Role::Ib, Role::Ic].map(channel);
    let used = [Role::Va, Role::Vb, Role::Vc, Role::Ia, Role::Ib, Role::Ic];
    let rows = used.into_iter().filter_map(|role| config.format.row(role)).collect();
    let rate = config.format.sample_rate_hz;
    let blocking = SettingId::DcBlocking.row().default == 1;
    let bank = Bank::new(rate, config.wiring, voltages, vec![currents], blocking);
    let meter = Meter::new(&MeterSettings {
        wiring: config.wiring,
        sample_rate_hz: rate,
        voltages,
        currents,
        limits: config.limits,
    });
    let shown = Shown::new(meter.readings().clone(), config.start);
    world
        .spawn((
            MeterOf(MeterId::Main),
            Correction::default(),
            SignalPath { bank, rows },
            Calculation(meter),
            ClosedWindows::default(),
            WholeRun::default(),
            Converter::default(),
            shown,
            NotedFault::default(),
        ))
        .id()
}

fn spawn_module(world: &mut World, identity: &ModuleIdentity, start: Timestamp) {
    let id = MeterId::Esy(identity.slot);
    assert!(meter_entity(world, id).is_none(), "{} is configured once", id.slug());
    world.spawn((
        MeterOf(id),
        EsyModule { identity: identity.clone(), digest: Digest::default(), link: Link::Silent },
        Correction::default(),
        NotedFault::default(),
        Shown::new(Readings::absent(Reason::Settling), start),
    ));
}

fn spawn_load(world: &mut World, place: usize, load: &LoadConfig) {
    let meter = meter_entity(world, load.meter);
    world.spawn((
        Load { name: load.name.clone(), place },
        OnPhases(PerPhase(load.phases)),
        MeasuredBy(meter.expect("a load hangs on a configured meter")),
        LoadReading {
            active_power: Reading::Absent(Reason::Settling),
            active_energy_import: Reading::Absent(Reason::Settling),
        },
    ));
}

fn meter_entity(world: &mut World, id: MeterId) -> Option<Entity> {
    let mut meters = world.query::<(Entity, &MeterOf)>();
    meters.iter(world).find(|(_, meter)| meter.0 == id).map(|(entity, _)| entity)
}
