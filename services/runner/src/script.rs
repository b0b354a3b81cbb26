//! What is done to a device during a run, and when: contacts, commands and its clock at given samples,
//! tariffs at given times.

use image::Command;
use port::{Clock, ContactState, Surroundings, TariffCalendar, Timestamp};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How far civil time may be from the clock that it follows: above what a block waits on a busy machine, below
/// what anybody reads from a stamp.
const CLOCK_APART_S: f64 = 0.2;

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
    /// The contact of the digital input is believed to be so.
    Contact(ContactState),
    /// The surroundings are so.
    Surroundings(Surroundings),
    /// A command is given, as by an operator.
    Command(Command),
    /// The civil clock is set, forwards by so many seconds or backwards.
    SetClock(f64),
}

/// Cues in the order of time, what the calendar says, and the clock of the world outside.
#[derive(Default)]
pub struct Script {
    cues: Vec<Cue>,
    next: usize,
    calendar: Option<Box<dyn TariffCalendar>>,
    clock: Option<Box<dyn Clock + Send>>,
    contact: Option<Box<dyn Fn() -> ContactState + Send>>,
    rewriting: Rewriting,
}

/// Changes what a script says of the future; clones are of the same script.
#[derive(Clone, Default)]
pub struct Rewriting(Arc<Mutex<Vec<(u64, Vec<Cue>)>>>);

impl Rewriting {
    /// From sample `from` on happens this and nothing else.
    pub fn rewrite(&self, from: u64, cues: Vec<Cue>) {
        self.lock().push((from, cues));
    }

    fn lock(&self) -> MutexGuard<'_, Vec<(u64, Vec<Cue>)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Script {
    /// Cues in any order; those of one sample keep theirs.
    pub fn new(mut cues: Vec<Cue>) -> Script {
        cues.sort_by_key(|cue| cue.at);
        Script { cues, ..Script::default() }
    }

    /// With a calendar of tariffs; a tick ends where it changes the tariff.
    #[must_use]
    pub fn with_calendar(self, calendar: Option<Box<dyn TariffCalendar>>) -> Script {
        Script { calendar, ..self }
    }

    /// With a clock that civil time follows; without one it is a straight line over the samples. What follows it
    /// depends on when ticks are carried out, so a run with it is not repeated to the bit.
    #[must_use]
    pub fn with_clock(self, clock: Box<dyn Clock + Send>) -> Script {
        Script { clock: Some(clock), ..self }
    }

    /// With a contact that is read before each tick; cues of one have no effect then.
    #[must_use]
    pub fn with_contact(self, contact: Box<dyn Fn() -> ContactState + Send>) -> Script {
        Script { contact: Some(contact), ..self }
    }

    /// Adds cues, each behind the others of its sample.
    pub fn add(&mut self, cues: Vec<Cue>) {
        self.cues.extend(cues);
        self.cues.sort_by_key(|cue| cue.at);
    }

    /// What changes its future.
    pub fn rewriting(&self) -> Rewriting {
        self.rewriting.clone()
    }

    /// Takes over what was rewritten.
    pub(crate) fn renew(&mut self) {
        let rewritten = std::mem::take(&mut *self.rewriting.lock());
        for (from, cues) in rewritten {
            // What is due keeps its place before what comes.
            let kept = self.cues.partition_point(|cue| cue.at < from).max(self.next);
            self.cues.truncate(kept);
            self.cues.extend(cues);
            self.cues[kept..].sort_by_key(|cue| cue.at);
        }
    }

    /// The tariff of the calendar at a moment, and when it changes next.
    pub(crate) fn tariff(&self, at: Timestamp) -> Option<(u8, Option<Timestamp>)> {
        let calendar = self.calendar.as_ref()?;
        Some((calendar.tariff(at), calendar.next_change(at)))
    }

    /// The state of the contact outside, if there is one.
    pub(crate) fn contact(&self) -> Option<ContactState> {
        self.contact.as_ref().map(|contact| contact())
    }

    /// By how many seconds civil time is to be set to be that of the clock; nothing while it is near.
    pub(crate) fn clock_apart_s(&self, civil: Timestamp) -> Option<f64> {
        let apart_s = self.clock.as_ref()?.now().seconds_since(civil);
        (apart_s.abs() > CLOCK_APART_S).then_some(apart_s)
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
