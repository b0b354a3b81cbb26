//! A slot as the master knows it: who belongs there, whether it answers, and what it said.

use super::event::Note;
use crate::map::{self, BLOCKS, Content, TAG, blocks, head};
use crate::slave::key_of;
use port::{MeterCommand, ModuleIdentity, ModuleModel, Readings, Reason, SlotId, WiringFinding};
use std::collections::VecDeque;

/// Polls without an answer after which a module is silent.
pub(super) const POLLS_MISSED: u32 = 3;

/// Pause between two polls of one module; windows close every 200 ms, and an idle bus need not be full.
const TURN_NS: u64 = 50_000_000;

/// First pause before a silent module is asked again; it doubles.
const BACK_OFF_FIRST_NS: u64 = 500_000_000;

/// Longest: somebody who plugs a module in waits no longer for it.
const BACK_OFF_LAST_NS: u64 = 4_000_000_000;

/// Notes that a slot remembers: more strangers than that do not fit on a bus.
const NOTES_MAX: usize = 16;

/// The module that belongs to a slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The slot; its number is the address.
    pub slot: SlotId,
    /// What it is.
    pub model: ModuleModel,
    /// Its serial number; none: whichever module of the model is there, or comes first without an address.
    pub serial: Option<String>,
    /// Name that the installer gives it.
    pub name: String,
    /// Rated primary current of its transformers, in milliamperes; none: what the module has holds.
    pub ct_primary_ma: Option<u32>,
}

impl Wanted {
    /// A module of which all is known.
    pub fn known(identity: &ModuleIdentity, ct_primary_ma: u32) -> Wanted {
        Wanted {
            slot: identity.slot,
            model: identity.model,
            serial: Some(identity.serial.clone()),
            name: identity.name.clone(),
            ct_primary_ma: Some(ct_primary_ma),
        }
    }
}

/// Who answers in a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Presence {
    /// Nobody whom we know.
    Away,
    /// The module with this key.
    Here(u32),
}

/// The head of a window's block.
#[derive(Debug, Clone, Copy)]
pub(super) struct Head {
    pub number: u32,
    pub key: u32,
    pub boots: u16,
    pub age: f64,
    pub finding: WiringFinding,
    pub revisions: [u16; BLOCKS],
    pub asked_ns: u64,
}

/// A slot.
#[derive(Debug)]
pub(super) struct Place {
    pub wanted: Wanted,
    pub presence: Presence,
    pub ever_here: bool,
    /// Polls without an answer in a row.
    missed: u32,
    /// Whether the address may have another holder, so that it is claimed before it is asked.
    pub contested: bool,
    /// When it is asked next.
    pub due_ns: u64,
    back_off_ns: u64,
    pub pending: VecDeque<MeterCommand>,
    /// How it is to be set, as it was last told: all of it when it arrives, and nothing twice.
    set: Vec<MeterCommand>,
    /// Of the last window taken: its number, and the boots of the module.
    last: Option<(u32, u16)>,
    /// What is known of each block: its revision and contents.
    known: [Option<(u16, Vec<u16>)>; BLOCKS],
    /// What was noted since the module arrived.
    noted: Vec<Note>,
}

impl Place {
    pub fn new(wanted: Wanted) -> Place {
        Place {
            wanted,
            presence: Presence::Away,
            ever_here: false,
            missed: 0,
            contested: true,
            due_ns: 0,
            back_off_ns: BACK_OFF_FIRST_NS,
            pending: VecDeque::new(),
            set: Vec::new(),
            last: None,
            known: Default::default(),
            noted: Vec::new(),
        }
    }

    pub fn address(&self) -> u8 {
        self.wanted.slot.number()
    }

    /// Puts a command behind the others; one of the same kind that still waits is out of date, and what it was told
    /// before is not said again.
    pub fn command(&mut self, command: MeterCommand) {
        let stays = match command {
            MeterCommand::Set(..) | MeterCommand::Tariff(_) | MeterCommand::Correct(_) => true,
            MeterCommand::ResetPartial | MeterCommand::ResetDemand => false,
        };
        if self.set.contains(&command) {
            return;
        }
        if stays {
            self.set.retain(|other| !same_kind(other, &command));
            self.set.push(command);
        }
        self.tell(command);
    }

    fn tell(&mut self, command: MeterCommand) {
        self.pending.retain(|other| !same_kind(other, &command));
        self.pending.push_back(command);
    }

    /// The right module has said who it is; it is told all that it may have missed.
    pub fn arrive(&mut self, serial: &str) {
        for command in self.set.clone() {
            self.tell(command);
        }
        (self.presence, self.ever_here) = (Presence::Here(key_of(serial)), true);
        self.contested = false;
        self.last = None;
        self.known = Default::default();
    }

    /// Whether nobody was ever found here, and often enough looked for.
    pub fn is_empty(&self) -> bool {
        !self.ever_here && self.missed >= POLLS_MISSED
    }

    /// Whether a note is not known yet; it is from now on. A module that is found begins anew.
    pub fn is_news(&mut self, note: &Note) -> bool {
        if matches!(note, Note::Found { .. }) {
            self.noted.clear();
        }
        let news = !self.noted.contains(note) && self.noted.len() < NOTES_MAX;
        if news {
            self.noted.push(note.clone());
        }
        news
    }

    /// It answered a poll.
    pub fn answered(&mut self, now_ns: u64) {
        (self.missed, self.back_off_ns) = (0, BACK_OFF_FIRST_NS);
        self.due_ns = now_ns + TURN_NS;
    }

    /// A poll had no answer, or none that could be used. Why the module is silent, once it is.
    pub fn miss(&mut self, now_ns: u64) -> Option<Reason> {
        self.missed += 1;
        self.due_ns = now_ns + TURN_NS;
        if self.missed < POLLS_MISSED {
            return None;
        }
        self.presence = Presence::Away;
        self.contested = true;
        self.due_ns = now_ns + self.back_off_ns;
        self.back_off_ns = (2 * self.back_off_ns).min(BACK_OFF_LAST_NS);
        match self.ever_here {
            // Once: what is silent already is not told again.
            true if self.missed > POLLS_MISSED => None,
            true => Some(Reason::BusTimeout),
            false => Some(Reason::NotInstalled),
        }
    }

    /// Whether a head is of a window that is not known, and which blocks have to be read for it. A module that
    /// began anew is another conversation.
    pub fn news(&mut self, head: &Head) -> Option<Vec<usize>> {
        if self.last == Some((head.number, head.boots)) || head.number == 0 {
            return None;
        }
        let goes_on =
            self.last.is_some_and(|(number, boots)| boots == head.boots && number < head.number);
        if !goes_on {
            self.known = Default::default();
        }
        let changed = |place: &usize| {
            let known = self.known[*place].as_ref().map(|(revision, _)| *revision);
            known != Some(head.revisions[*place])
        };
        Some((1..BLOCKS).filter(changed).collect())
    }

    /// Keeps the contents of a block.
    pub fn keep(&mut self, block: usize, revision: u16, words: &[u16]) {
        self.known[block] = Some((revision, words[blocks()[block].head..].to_vec()));
    }

    /// All readings, of the window whose blocks are known now.
    pub fn readings(&mut self, head: &Head) -> Box<Readings> {
        self.last = Some((head.number, head.boots));
        let contents = |block: usize| match &self.known[block] {
            Some((_, words)) => words.as_slice(),
            None => unreachable!("what is not known was read"),
        };
        let mut readings = Readings::absent(Reason::Settling);
        let statuses = contents(BLOCKS - 1);
        let status = |place: usize| (statuses[place / 2] >> (8 * (1 - place % 2))) as u8;
        for (place, block) in blocks().iter().enumerate() {
            let Content::Values(values) = &block.content else { continue };
            for (id, words) in values.iter().zip(contents(place).chunks_exact(4)) {
                let value = map::value_of(words);
                readings.set(*id, map::reading_of(status(id.index()), value));
            }
        }
        Box::new(readings)
    }
}

/// Whether one command makes the other out of date.
fn same_kind(one: &MeterCommand, other: &MeterCommand) -> bool {
    match (one, other) {
        (MeterCommand::Set(one, _), MeterCommand::Set(other, _)) => one == other,
        _ => std::mem::discriminant(one) == std::mem::discriminant(other),
    }
}

/// The head of a window's block.
pub(super) fn head_of(words: &[u16], asked_ns: u64) -> Head {
    let number = |at: [usize; 2]| u32::from(words[at[0]]) | u32::from(words[at[1]]) << 16;
    let mut revisions = [0; BLOCKS];
    revisions[1..].copy_from_slice(head::REVISIONS.of(words));
    Head {
        number: number(head::NUMBER),
        key: number(head::KEY),
        boots: words[head::BOOTS],
        age: map::value_of(head::AGE.of(words)),
        finding: map::finding_of(head::FINDING.of(words)),
        revisions,
        asked_ns,
    }
}

/// Whether a block belongs to a window's head.
pub(super) fn has_tag(words: &[u16], head: &Head) -> bool {
    words[..TAG] == [head.number as u16, head.key as u16]
}

#[cfg(test)]
mod tests {
    use super::*;
    use catalog::SettingId;

    fn place() -> Place {
        Place::new(Wanted {
            slot: SlotId::new(1).expect("1 is a slot"),
            model: ModuleModel::Esy3xmv,
            serial: None,
            name: String::new(),
            ct_primary_ma: None,
        })
    }

    /// Commands that wait are bounded by their kinds.
    #[test]
    fn a_newer_command_takes_the_place_of_an_older_one() {
        let mut place = place();
        for value in 0..1000 {
            place.command(MeterCommand::Set(SettingId::Netting, value % 2));
            place.command(MeterCommand::Set(SettingId::Wiring, 0));
            place.command(MeterCommand::ResetPartial);
        }
        let expected = [
            MeterCommand::Set(SettingId::Wiring, 0),
            MeterCommand::Set(SettingId::Netting, 1),
            MeterCommand::ResetPartial,
        ];
        assert_eq!(place.pending, expected);
    }

    /// [G3] What holds is said once, and all of it again to a module that comes back.
    #[test]
    fn a_module_that_arrives_is_told_all_that_holds() {
        let mut place = place();
        let wiring = MeterCommand::Set(SettingId::Wiring, 0);
        for command in [wiring, MeterCommand::Tariff(2), MeterCommand::ResetPartial, wiring] {
            place.command(command);
        }
        assert_eq!(place.pending.len(), 3);
        place.pending.clear();
        place.command(MeterCommand::Tariff(2));
        assert!(place.pending.is_empty());
        place.arrive("A");
        assert_eq!(place.pending, [wiring, MeterCommand::Tariff(2)]);
    }

    /// [P5] Three polls, then ever longer pauses up to the longest.
    #[test]
    fn a_silent_module_is_told_once_and_asked_more_and_more_seldom() {
        let mut place = place();
        place.arrive("A");
        let told: Vec<_> = (0..8).map(|_| place.miss(0)).collect();
        assert_eq!(told[..4], [None, None, Some(Reason::BusTimeout), None]);
        assert_eq!(place.due_ns, BACK_OFF_LAST_NS);
        place.answered(0);
        assert_eq!((place.miss(0), place.due_ns), (None, TURN_NS));
    }

    #[test]
    fn what_never_was_there_is_not_installed() {
        let mut place = place();
        let told: Vec<_> = (0..4).map(|_| place.miss(0)).collect();
        let absent = Some(Reason::NotInstalled);
        assert_eq!(told, [None, None, absent, absent]);
    }
}
