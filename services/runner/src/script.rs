//! What is done to a device during a run, and when: contacts, commands and its clock at given samples,
//! tariffs at given times.

use image::Command;
use port::{TariffCalendar, Timestamp};

/// Something that happens before a sample, however the samples are cut into blocks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cue {
    /// Index of the first sample after it.
    pub at: u64,
    /// What happens.
    pub action: CueAction,
}

/// What a cue does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum CueAction {
    /// The contact of the digital input closes (true) or opens.
    Contact(bool),
    /// A command is given, as by an operator.
    Command(Command),
    /// The civil clock is set, forwards by so many seconds or backwards.
    SetClock(f64),
}

/// Cues in the order of time, and what the calendar says.
#[derive(Default)]
pub struct Script {
    cues: Vec<Cue>,
    next: usize,
    calendar: Option<Box<dyn TariffCalendar>>,
}

impl Script {
    /// Cues in any order; those of one sample keep theirs.
    pub fn new(mut cues: Vec<Cue>) -> Script {
        cues.sort_by_key(|cue| cue.at);
        Script { cues, next: 0, calendar: None }
    }

    /// With a calendar of tariffs; a tick ends where it changes the tariff.
    #[must_use]
    pub fn with_calendar(self, calendar: Option<Box<dyn TariffCalendar>>) -> Script {
        Script { calendar, ..self }
    }

    /// Adds cues, each behind the others of its sample.
    pub fn add(&mut self, cues: Vec<Cue>) {
        self.cues.extend(cues);
        self.cues.sort_by_key(|cue| cue.at);
    }

    /// The tariff of the calendar at a moment, and when it changes next.
    pub(crate) fn tariff(&self, at: Timestamp) -> Option<(u8, Option<Timestamp>)> {
        let calendar = self.calendar.as_ref()?;
        Some((calendar.tariff(at), calendar.next_change(at)))
    }

    /// Sample before which the next cue happens; the last there is if none is left.
    pub fn next_at(&self) -> u64 {
        self.cues.get(self.next).map_or(u64::MAX, |cue| cue.at)
    }

    /// The next cue, if it happens by sample `index`.
    pub(crate) fn due(&mut self, index: u64) -> Option<CueAction> {
        let cue = self.cues.get(self.next).filter(|cue| cue.at <= index)?;
        self.next += 1;
        Some(cue.action)
    }
}
