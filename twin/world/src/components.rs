//! The components. Values of the three phases of one meter or load lie side by side in [`PerPhase`],
//! since its wiring couples them.

use crate::twin::{Effects, Note, NoteKind, OutputEdge};
use bevy_ecs::prelude::*;
use image::{Command, MeterId, Phasors, Settings, Warnings};
use metering::{Bank, Means, Meter};
use port::{
    ContactState, EsyReply, MeterCommand, ModuleIdentity, Readings, SampleBlock, Surroundings,
    Timestamp, WiringCorrection, WiringFinding,
};
use std::collections::VecDeque;
use std::sync::Arc;

/// One value for each phase.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct PerPhase<T>(pub [T; 3]);

/// A meter, built in or on the bus.
#[derive(Component, Debug, Clone, Copy, PartialEq, Eq)]
pub struct MeterOf(pub MeterId);

/// What a meter was told of its current inputs.
#[derive(Component, Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Correction(pub WiringCorrection);

/// The signal path of the built-in meter: samples to windows.
#[derive(Component)]
pub struct SignalPath {
    /// What cuts and measures windows.
    pub bank: Bank,
    /// Rows of a block that it uses, in its order.
    pub rows: Vec<usize>,
}

/// The calculation of the built-in meter: windows to readings and counters.
#[derive(Component)]
pub struct Calculation(pub Meter);

/// Means of all whole windows since the beginning, together.
#[derive(Component, Default)]
pub struct WholeRun(pub Means);

/// Windows that closed in this tick.
#[derive(Component, Default)]
pub struct ClosedWindows(pub Vec<ClosedWindow>);

/// A window of the built-in meter, as its bank told it or as it was metered elsewhere.
#[derive(Debug, Clone, Copy)]
pub struct ClosedWindow {
    /// In samples since the source began.
    pub start: f64,
    /// See `start`.
    pub end: f64,
    /// Whole cycles; 0 for a fragment.
    pub cycles: u32,
    /// What its samples come down to.
    pub means: Means,
}

/// What a meter shows: its latest readings and when they were true.
#[derive(Component, Debug, Clone)]
pub struct Shown {
    /// A reading for every point.
    pub readings: Readings,
    /// Civil time at the end of the last whole window.
    pub window_end: Timestamp,
    /// The same moment in samples: the age of live readings counts from here, whoever sets the clock.
    pub position: f64,
    /// Whole windows so far.
    pub windows: u64,
    /// What the check of its wiring finds.
    pub wiring: WiringFinding,
    /// Fundamentals of the last whole window, where they are known.
    pub phasors: Option<Phasors>,
}

impl Shown {
    /// Before the first window.
    pub fn new(readings: Readings, start: Timestamp) -> Shown {
        Shown {
            readings,
            window_end: start,
            position: -0.5,
            windows: 0,
            wiring: WiringFinding::NoSignal,
            phasors: None,
        }
    }
}

/// The converter of the built-in meter.
#[derive(Component, Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Converter {
    /// Whether no window has closed for longer than a value may be old.
    pub silent: bool,
}

/// A module on the ESY bus. The world sees only its replies.
#[derive(Component, Debug, Clone)]
pub struct EsyModule {
    /// Who it is.
    pub identity: ModuleIdentity,
    /// Digest over all its replies.
    pub digest: metering::Digest,
    /// Whether it answers.
    pub link: Link,
}

/// State of the talk with a module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    /// It does not answer.
    Silent,
    /// It answers, and may have missed settings while it did not.
    Found,
    /// It answers and has been told all settings.
    Briefed,
}

/// A load that a meter measures.
#[derive(Component, Debug, Clone, PartialEq, Eq)]
pub struct Load {
    /// Name given by the installer.
    pub name: String,
    /// Place among the loads, in the order in which they were configured.
    pub place: usize,
}

/// Which phases a load takes.
#[derive(Component, Debug, Clone, Copy, PartialEq)]
pub struct OnPhases(pub PerPhase<bool>);

/// The meter a load hangs on.
#[derive(Component, Debug, Clone, Copy, PartialEq, Eq)]
#[relationship(relationship_target = Loads)]
pub struct MeasuredBy(pub Entity);

/// The loads of a meter, kept by the ECS.
#[derive(Component, Debug, Default)]
#[relationship_target(relationship = MeasuredBy)]
pub struct Loads(Vec<Entity>);

/// What a load takes.
#[derive(Component, Debug, Clone, Copy, PartialEq)]
pub struct LoadReading {
    /// In watts.
    pub active_power: image::Reading,
    /// In kilowatt-hours.
    pub active_energy_import: image::Reading,
}

/// The digital input.
#[derive(Component, Debug, Clone, Copy, Default, PartialEq)]
pub struct DigitalInput {
    /// Whether its contact is closed.
    pub closed: bool,
    /// Since when, as a position in samples.
    pub since: f64,
    /// Whether this closing may no longer reset the partial counters: it did, or was for something else.
    pub spent: bool,
}

/// What is outside of its limits.
#[derive(Component, Debug, Clone, Copy, Default, PartialEq)]
pub struct Warned(pub Warnings);

/// The alarm.
#[derive(Component, Debug, Clone, Copy, Default, PartialEq)]
pub struct Alarm {
    /// Whether it stands.
    pub active: bool,
    /// Since when its variable is beyond set 1, as a position in samples.
    pub beyond_since: Option<f64>,
}

/// The digital output.
#[derive(Component, Debug, Clone, Default)]
pub struct DigitalOutput {
    /// Whether its contact conducts at the end of the tick.
    pub closed: bool,
    /// Edges to come, in the order of time.
    pub planned: VecDeque<OutputEdge>,
    /// Energy and weight of the pulses that are counted.
    pub counting: Option<[i64; 2]>,
    /// Pulses of them that were planned so far, as a multiple of the weight.
    pub given: u64,
    /// When the pause after the last pulse ends, as a position in samples.
    pub free_at: f64,
}

/// The tariff in force.
#[derive(Component, Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tariff {
    /// 1 or 2; none while tariffs are off.
    pub active: Option<u8>,
}

/// The last fault of its wiring that the log has, or that there is none.
#[derive(Component, Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct NotedFault(pub Option<WiringFinding>);

/// Marks the device itself.
#[derive(Component, Debug)]
pub struct Device;

/// Values of all settings.
#[derive(Resource, Debug, Clone, Default)]
pub struct DeviceSettings(pub Settings);

/// A command and the number by which its answer is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CommandTicket {
    /// Comes back with the acknowledgement.
    pub id: u64,
    /// What is asked.
    pub command: Command,
}

/// What came in with this tick.
#[derive(Resource, Default)]
pub struct Inbox {
    /// Samples of the built-in meter.
    pub block: SampleBlock,
    /// Windows of it that were metered elsewhere.
    pub windows: Vec<ClosedWindow>,
    /// Whether the stretch ends after the block, and what becomes of its last part of a cycle.
    pub end: Option<metering::Tail>,
    /// Time at the block's end.
    pub time: Timestamp,
    /// Replies of modules.
    pub replies: Vec<EsyReply>,
    /// What the bus has told.
    pub bus_notes: Vec<String>,
    /// Seconds from one window of a module to the next on its bus.
    pub bus_cycle_s: f64,
    /// Contact of the digital input.
    pub contact: ContactState,
    /// What surrounds the meter.
    pub surroundings: Surroundings,
    /// What the calendar of tariffs says at the block's end.
    pub calendar_tariff: Option<u8>,
    /// Commands that wait.
    pub commands: VecDeque<CommandTicket>,
}

/// What goes out with this tick.
#[derive(Resource, Default)]
pub struct Outbox(pub Effects);

/// Commands that this tick has given rise to, each for one meter or for all.
#[derive(Resource, Default)]
pub struct MeterCommands(pub Vec<(Option<MeterId>, MeterCommand)>);

/// Ticks so far, the present one included.
#[derive(Resource, Default)]
pub struct TickCount(pub u64);

/// Who this device is.
#[derive(Resource)]
pub struct DeviceIdentity(pub Arc<image::Identity>);

/// Something happened that is worth an entry in a log.
#[derive(Message, Debug, Clone, PartialEq, Eq)]
pub struct Noted(pub Note);

impl Noted {
    /// A note of a kind.
    pub fn new(kind: NoteKind, text: String) -> Noted {
        Noted(Note { kind, text })
    }
}
