//! What happened: for a log that people read, in an order that nothing changes.

use port::Timestamp;

/// What an event is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EventKind {
    /// The program started.
    Start,
    /// The program stopped as it should.
    Stop,
    /// A command and what became of it: the audit.
    Command,
    /// The clock was set.
    Clock,
    /// A module came or went.
    Module,
    /// A fault of the wiring came or went.
    Wiring,
    /// Something about the store: damage, space, repair.
    Store,
    /// The converter fell silent, or came back.
    Converter,
    /// An alarm was raised, or is over.
    Alarm,
    /// Something went outside of its limits, or came back.
    Surroundings,
    /// Who logged in or was refused, and what somebody did: the audit, too.
    Access,
}

impl EventKind {
    /// All kinds.
    pub const ALL: [EventKind; 11] = [
        EventKind::Start,
        EventKind::Stop,
        EventKind::Command,
        EventKind::Clock,
        EventKind::Module,
        EventKind::Wiring,
        EventKind::Store,
        EventKind::Converter,
        EventKind::Alarm,
        EventKind::Surroundings,
        EventKind::Access,
    ];

    /// Public, stable name.
    pub fn slug(self) -> &'static str {
        match self {
            EventKind::Start => "start",
            EventKind::Stop => "stop",
            EventKind::Command => "command",
            EventKind::Clock => "clock",
            EventKind::Module => "module",
            EventKind::Wiring => "wiring",
            EventKind::Store => "store",
            EventKind::Converter => "converter",
            EventKind::Alarm => "alarm",
            EventKind::Surroundings => "surroundings",
            EventKind::Access => "access",
        }
    }
}

/// An event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its number; each event has one more than the one before it.
    pub seq: u64,
    /// When, by the civil clock of that moment.
    pub time: Timestamp,
    /// What it is about.
    pub kind: EventKind,
    /// A sentence.
    pub text: String,
}
