//! The EMS on its bus: whom to ask what next, what an answer means, and what silence does.
//!
//! The master neither sends nor waits. [`Master::step`] says what to do at a time; what is heard goes into
//! [`Master::hear`], what came of it comes out of [`Master::events`]. Times are nanoseconds of any clock that
//! only goes forward.
//!
//! *Turn*: what is asked of one module before the next has its own. A turn asks again once, so that a damaged
//! frame costs no window, and then it is a *miss*. Three misses in a row make a module silent; it is then asked
//! more and more seldom. *Claim*: before a module is asked that is not known, or after damaged answers, the
//! address is given to its serial number, and whoever else has it loses it.
//!
//! Modules are never mixed up: a poll is numbered, its answer bears number and key of the module, and every
//! further block the window's number and the key again. What does not fit is as if it were not heard.

mod budget;
mod event;
mod place;
mod search;

pub use budget::{TURNAROUND_NS, cycle_ns, turn_max_ns, turn_ns};
pub use event::{Event, Note};
pub use place::Wanted;

use crate::frame::{Answer, Request, find_answer};
use crate::map::{self, CLAIM, NAME, SEARCH, TRANSFORMERS, UNASSIGNED, head, identity};
use crate::slave::write_of;
use budget::{BROADCAST_NS, block_request, identity_request, patience_ns, poll_request};
use place::{Head, Place, Presence, has_tag, head_of};
use port::Line;
use port::{MeterCommand, SlotId};
use search::{Found, Range, Search};
use std::collections::VecDeque;

/// Commands that one turn carries: all settings of metering reach a module in three turns.
const COMMANDS_A_TURN: usize = 4;

/// Bytes of what was heard that are kept: an answer with its echo and some noise.
const HEARD_MAX: usize = 1024;

/// How long something may chatter on the line before the master talks all the same.
const CHATTER_NS: u64 = 50_000_000;

/// Modules without a place that are remembered, so that each is told once.
const UNPLACED_MAX: usize = 32;

/// What to do now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Send this frame, then say with [`Master::sent`] when its last character ends.
    Send(Vec<u8>),
    /// Listen until then, or until something is heard.
    Listen(u64),
}

/// Something to be asked.
#[derive(Debug, Clone, PartialEq)]
enum Task {
    Claim,
    Identify,
    Name,
    Transformers(u32),
    Command(MeterCommand),
    Window,
    Block(usize),
    Narrow(Range),
    Find(Range),
}

/// What was asked and is not answered yet.
#[derive(Debug)]
struct Asking {
    task: Task,
    address: u8,
    request: Request,
    poll: u16,
    sent_ns: u64,
    until_ns: u64,
}

/// The master.
#[derive(Debug)]
pub struct Master {
    line: Line,
    latency_ns: u64,
    places: Vec<Place>,
    search: Search,
    unplaced: Vec<String>,
    /// Whose turn it is: a place, or behind them the search.
    turn: usize,
    /// What is left of the turn.
    tasks: VecDeque<Task>,
    /// Whether the turn has asked again.
    retried: bool,
    /// Head of the window that this turn reads.
    head: Option<Head>,
    asking: Option<Asking>,
    heard: Vec<u8>,
    /// When the line has been quiet for long enough, and when the master talks whatever is heard.
    free_ns: u64,
    impatient_ns: u64,
    poll: u16,
    events: Vec<Event>,
}

impl Master {
    /// A master of these modules, one a slot. `latency_ns` is what adapters add between the line and us.
    pub fn new(line: Line, latency_ns: u64, modules: Vec<Wanted>) -> Master {
        let places: Vec<Place> = modules.into_iter().map(Place::new).collect();
        Master {
            line,
            latency_ns,
            turn: places.len(),
            places,
            search: Search::default(),
            unplaced: Vec::new(),
            tasks: VecDeque::new(),
            retried: false,
            head: None,
            asking: None,
            heard: Vec::new(),
            free_ns: 0,
            impatient_ns: CHATTER_NS,
            poll: 0,
            events: Vec::new(),
        }
    }

    /// Tells one module, or all, in its next turns.
    pub fn command(&mut self, slot: Option<SlotId>, command: MeterCommand) {
        let told = |place: &&mut Place| slot.is_none_or(|slot| slot == place.wanted.slot);
        self.places.iter_mut().filter(told).for_each(|place| place.command(command));
    }

    /// What happened since the last call, oldest first.
    pub fn events(&mut self) -> impl Iterator<Item = Event> {
        self.events.drain(..)
    }

    /// Characters arrived by then.
    pub fn hear(&mut self, now_ns: u64, bytes: &[u8]) {
        self.free_ns = now_ns + self.line.silence_ns();
        if self.asking.is_some() {
            self.heard.extend_from_slice(bytes);
            let too_many = self.heard.len().saturating_sub(HEARD_MAX);
            self.heard.drain(..too_many);
        }
    }

    /// The last character of the frame that was to be sent ends then.
    pub fn sent(&mut self, end_ns: u64) {
        let Some(asking) = &mut self.asking else { return };
        let patience_ns = match asking.address {
            0 => BROADCAST_NS,
            _ => patience_ns(self.line, &asking.request) + self.latency_ns,
        };
        asking.sent_ns = end_ns;
        asking.until_ns = end_ns + patience_ns;
    }

    /// What to do now.
    pub fn step(&mut self, now_ns: u64) -> Step {
        if let Some(asking) = self.asking.take() {
            match self.answer(&asking) {
                Some(answer) => self.take(asking, &answer, now_ns),
                None if now_ns < asking.until_ns => {
                    let until_ns = asking.until_ns;
                    self.asking = Some(asking);
                    return Step::Listen(until_ns);
                }
                None if asking.address == 0 => {}
                None => self.fail(asking, now_ns),
            }
            self.heard.clear();
            self.free_ns = self.free_ns.max(now_ns);
            self.impatient_ns = now_ns + CHATTER_NS;
        }
        let free_ns = self.free_ns.min(self.impatient_ns);
        if now_ns < free_ns {
            return Step::Listen(free_ns);
        }
        match self.next_task(now_ns) {
            Some(task) => Step::Send(self.ask(task)),
            None => Step::Listen(self.due().max(now_ns + 1)),
        }
    }

    fn answer(&self, asking: &Asking) -> Option<Answer> {
        let accept = |words: &[u16]| match &asking.task {
            Task::Window => words[head::POLL] == asking.poll,
            Task::Block(_) => self.head.is_some_and(|head| has_tag(words, &head)),
            _ => true,
        };
        match asking.address {
            0 => None,
            address => find_answer(&self.heard, address, &asking.request, accept),
        }
    }

    fn due(&self) -> u64 {
        let places = self.places.iter().map(|place| place.due_ns);
        places.chain([self.search.due_ns()]).min().expect("the search is always there")
    }

    /// The next task of this turn, or the first of the next turn that is due.
    fn next_task(&mut self, now_ns: u64) -> Option<Task> {
        let turns = self.places.len() + 1;
        for _ in 0..=turns {
            if let Some(task) = self.tasks.pop_front() {
                return Some(task);
            }
            self.turn = (self.turn + 1) % turns;
            (self.retried, self.head) = (false, None);
            self.begin_turn(now_ns);
        }
        None
    }

    fn begin_turn(&mut self, now_ns: u64) {
        let Some(place) = self.places.get_mut(self.turn) else {
            if self.search.is_due(now_ns) {
                let range = self.search.next();
                self.tasks.extend([Task::Narrow(range), Task::Find(range)]);
            }
            return;
        };
        if place.due_ns > now_ns {
            return;
        }
        if place.contested && place.wanted.serial.is_some() {
            self.tasks.push_back(Task::Claim);
        }
        match place.presence {
            Presence::Away => self.tasks.push_back(Task::Identify),
            Presence::Here(_) => {
                let commands = place.pending.iter().take(COMMANDS_A_TURN);
                self.tasks.extend(commands.map(|command| Task::Command(*command)));
                self.tasks.push_back(Task::Window);
            }
        }
    }

    /// Asks, and gives the frame to be sent.
    fn ask(&mut self, task: Task) -> Vec<u8> {
        let place = self.places.get(self.turn);
        let wanted = place.map(|place| &place.wanted);
        let serial = wanted.and_then(|wanted| wanted.serial.as_deref()).unwrap_or_default();
        let own = place.map_or(UNASSIGNED, Place::address);
        let (address, request) = match &task {
            Task::Claim => (0, claim_request(serial, own)),
            Task::Narrow((low, high)) => (0, search_request(*low, *high)),
            Task::Identify | Task::Find(_) => (own, identity_request()),
            Task::Name => {
                let name = wanted.map_or("", |wanted| &wanted.name);
                let words = map::text_words(name, NAME.count);
                (own, Request::Write { start: NAME.start, words })
            }
            Task::Transformers(ma) => {
                let words = vec![*ma as u16, (*ma >> 16) as u16];
                (own, Request::Write { start: TRANSFORMERS.start, words })
            }
            Task::Command(command) => {
                let (start, words) = write_of(*command);
                (own, Request::Write { start, words })
            }
            Task::Window => {
                self.poll = self.poll.wrapping_add(1);
                (own, poll_request(self.poll))
            }
            Task::Block(block) => (own, block_request(*block)),
        };
        let frame = request.frame(address);
        let (poll, sent_ns, until_ns) = (self.poll, 0, u64::MAX);
        self.asking = Some(Asking { task, address, request, poll, sent_ns, until_ns });
        frame
    }

    /// Takes an answer.
    fn take(&mut self, asking: Asking, answer: &Answer, now_ns: u64) {
        match (&asking.task, answer) {
            (Task::Identify, Answer::Words(words)) => self.take_identity(words, now_ns),
            (Task::Find(range), Answer::Words(words)) => {
                self.search.learn(*range, Found::One, now_ns);
                self.take_unassigned(words, now_ns);
            }
            (Task::Find(range), _) => self.search.learn(*range, Found::Nobody, now_ns),
            (Task::Window, Answer::Words(words)) => {
                self.take_window(head_of(words, asking.sent_ns), words, now_ns);
            }
            (Task::Block(block), Answer::Words(words)) => {
                let head = self.head.expect("a block is read for a head");
                self.places[self.turn].keep(*block, head.revisions[*block], words);
                if self.tasks.is_empty() {
                    self.publish(head, now_ns);
                }
            }
            (Task::Command(command), said) => {
                let place = &mut self.places[self.turn];
                place.pending.retain(|waiting| waiting != command);
                if let Answer::Refused(code) = said {
                    let note = Note::Refused { slot: place.wanted.slot, code: *code };
                    self.note(note);
                }
            }
            (Task::Name | Task::Transformers(_), Answer::Written) => {}
            (Task::Name | Task::Transformers(_), Answer::Refused(code)) => {
                let slot = self.places[self.turn].wanted.slot;
                self.note(Note::Refused { slot, code: *code });
            }
            // A module of ours refuses nothing of this, and confirms what is written only.
            _ => self.miss(now_ns),
        }
    }

    /// No answer, or none that can be used.
    fn fail(&mut self, asking: Asking, now_ns: u64) {
        let echo = self.heard.starts_with(&asking.request.frame(asking.address));
        let own = if echo { asking.request.frame(asking.address).len() } else { 0 };
        let damaged = self.heard.len() > own;
        if let Task::Find(range) = asking.task {
            let found = if damaged { Found::Several } else { Found::Nobody };
            self.search.learn(range, found, now_ns);
            return;
        }
        if !self.retried {
            self.retried = true;
            self.tasks.push_front(asking.task);
            return;
        }
        let place = &mut self.places[self.turn];
        if damaged {
            place.contested = true;
            let note = Note::Damaged { slot: place.wanted.slot };
            self.note(note);
        }
        self.miss(now_ns);
    }

    /// The turn ends without a window.
    fn miss(&mut self, now_ns: u64) {
        self.tasks.clear();
        let Some(place) = self.places.get_mut(self.turn) else { return };
        if let Some(reason) = place.miss(now_ns) {
            self.events.push(Event::Silent { slot: place.wanted.slot, reason });
        }
    }

    fn take_identity(&mut self, words: &[u16], now_ns: u64) {
        let serial = map::text_of(identity::SERIAL.of(words));
        let model = map::model_of(identity::MODEL.of(words)[0]);
        let turn = self.turn;
        let others = self.places.iter().enumerate().filter(|(index, _)| *index != turn);
        let elsewhere =
            others.into_iter().any(|(_, place)| place.wanted.serial.as_deref() == Some(&serial));
        let place = &mut self.places[turn];
        let slot = place.wanted.slot;
        let wanted = place.wanted.serial.as_deref().is_none_or(|wanted| wanted == serial);
        if elsewhere || !wanted || model != Some(place.wanted.model) {
            place.contested = true;
            self.note(Note::Stranger { slot, serial: Some(serial) });
            self.miss(now_ns);
            return;
        }
        place.wanted.serial = Some(serial.clone());
        place.arrive(&serial);
        let [low, high] = *identity::CT_PRIMARY_MA.of(words) else { unreachable!("two words") };
        let module_ma = u32::from(low) | u32::from(high) << 16;
        let other = place.wanted.ct_primary_ma.filter(|wanted| *wanted != module_ma);
        if identity::NAME.of(words) != map::text_words(&place.wanted.name, NAME.count) {
            self.tasks.push_back(Task::Name);
        }
        self.tasks.extend(other.map(Task::Transformers));
        self.tasks.push_back(Task::Window);
        let firmware = map::text_of(identity::FIRMWARE.of(words));
        self.note(Note::Found { slot, serial, firmware });
        if let Some(configured_ma) = other {
            self.note(Note::Transformers { slot, module_ma, configured_ma });
        }
    }

    fn take_window(&mut self, head: Head, words: &[u16], now_ns: u64) {
        let place = &mut self.places[self.turn];
        if place.presence != Presence::Here(head.key) {
            (place.presence, place.contested) = (Presence::Away, true);
            let note = Note::Stranger { slot: place.wanted.slot, serial: None };
            self.note(note);
            self.miss(now_ns);
            return;
        }
        match place.news(&head) {
            None => place.answered(now_ns),
            Some(blocks) => {
                place.keep(0, 0, words);
                self.head = Some(head);
                self.tasks.extend(blocks.into_iter().map(Task::Block));
                if self.tasks.is_empty() {
                    self.publish(head, now_ns);
                }
            }
        }
    }

    /// All blocks of a window are known.
    fn publish(&mut self, head: Head, now_ns: u64) {
        let place = &mut self.places[self.turn];
        place.answered(now_ns);
        let readings = place.readings(&head);
        self.events.push(Event::Window {
            slot: place.wanted.slot,
            asked_ns: head.asked_ns,
            age: head.age,
            readings,
            wiring: head.finding,
        });
    }

    /// A module without an address gets the one of its place, if it has one.
    fn take_unassigned(&mut self, words: &[u16], now_ns: u64) {
        let serial = map::text_of(identity::SERIAL.of(words));
        let model = map::model_of(identity::MODEL.of(words)[0]);
        let known = |place: &&mut Place| place.wanted.serial.as_deref() == Some(&serial);
        let free = |place: &&mut Place| {
            place.wanted.serial.is_none() && Some(place.wanted.model) == model && place.is_empty()
        };
        let place = match self.places.iter_mut().find(known) {
            Some(place) => Some(place),
            None => self.places.iter_mut().find(free),
        };
        match place {
            Some(place) => {
                place.wanted.serial = Some(serial);
                (place.contested, place.due_ns) = (true, now_ns);
            }
            None => self.note_unplaced(Note::Unplaced { serial, model }),
        }
    }

    fn note_unplaced(&mut self, note: Note) {
        let Note::Unplaced { serial, .. } = &note else { return };
        if !self.unplaced.contains(serial) && self.unplaced.len() < UNPLACED_MAX {
            self.unplaced.push(serial.clone());
            self.events.push(Event::Noted(note));
        }
    }

    /// Notes what concerns the place whose turn it is, once until its module arrives anew.
    fn note(&mut self, note: Note) {
        if self.places[self.turn].is_news(&note) {
            self.events.push(Event::Noted(note));
        }
    }
}

fn claim_request(serial: &str, address: u8) -> Request {
    let mut words = map::text_words(serial, CLAIM.count - 1);
    words.push(u16::from(address));
    Request::Write { start: CLAIM.start, words }
}

fn search_request(low: u32, high: u32) -> Request {
    let words = [low, high].into_iter().flat_map(|key| [key as u16, (key >> 16) as u16]).collect();
    Request::Write { start: SEARCH.start, words }
}
