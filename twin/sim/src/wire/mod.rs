//! The ESY bus as a wire in simulated time: master, modules, and what happens to the characters between them.
//!
//! Time is that of the meter's samples. Every frame takes the time of its characters, every pause is kept, and a
//! frame that is damaged, late or talked over comes so to whoever hears it. What the meter sees follows from the
//! samples, the commands and the seed alone, however often it asks.

mod faults;
mod modules;

pub use faults::{LineFault, LineFaultKind};
pub use modules::LineModules;

use crate::esy::VirtualBus;
use esy::{About, Answering, Event, Line, Master, Step, Wanted, cycle_ns};
use faults::Chances;
use port::{EsyBus, EsyReply, MeterCommand, ModuleIdentity, ModuleModel, SlotId, WiringFinding};

/// A second in nanoseconds.
const SECOND_NS: f64 = 1e9;

/// A module thinks for so long about an answer, after the pause that ends the question; the module of each slot
/// longer by another step, so that two never begin in the same instant.
const THINKING_NS: u64 = 300_000;
const THINKING_STEP_NS: u64 = 7_000;

/// Firmware id of simulated modules.
const FIRMWARE: &str = "ems-twin";

/// Characters on their way.
struct Transit {
    begin_ns: u64,
    end_ns: u64,
    bytes: Vec<u8>,
    from_master: bool,
}

/// Modules on a wire.
pub struct WireBus {
    identities: Vec<ModuleIdentity>,
    modules: LineModules,
    master: Master,
    line: Line,
    rate_hz: f64,
    now_ns: u64,
    /// Until when the master listens; none if it is to be asked.
    listens_ns: Option<u64>,
    /// By the end.
    transits: Vec<Transit>,
    /// When the last characters ended, whoever sent them.
    quiet_since_ns: u64,
    chances: Chances,
    notes: Vec<String>,
}

impl WireBus {
    /// The modules of a virtual bus, behind a wire. All come without an address. `ct_primary_ma` has the rated
    /// primary current of each, in the order of the bus.
    pub fn new(
        bus: VirtualBus,
        line: Line,
        ct_primary_ma: &[u32],
        faults: Vec<LineFault>,
        seed: u64,
    ) -> WireBus {
        let identities = bus.modules().to_vec();
        let rate_hz = bus.sample_rate_hz();
        let wanted = identities.iter().zip(ct_primary_ma);
        let wanted = wanted.map(|(identity, ma)| Wanted::known(identity, *ma));
        WireBus {
            master: Master::new(line, 0, wanted.collect()),
            modules: LineModules::new(bus, ct_primary_ma),
            identities,
            line,
            rate_hz,
            now_ns: 0,
            listens_ns: None,
            transits: Vec::new(),
            quiet_since_ns: 0,
            chances: Chances::new(faults, seed),
            notes: Vec::new(),
        }
    }

    /// Puts another module of the model in a slot, as somebody does who swaps it: with its own serial number, an
    /// address that it was given elsewhere, and what hangs on the slot.
    pub fn swap(&mut self, slot: SlotId, serial: &str, address: u8) {
        self.modules.swap(slot, serial, address);
    }

    /// Carries out what is due now, and what the master does about it.
    fn go_on(&mut self) {
        self.listens_ns = None;
        while let Some(place) =
            self.transits.iter().position(|transit| transit.end_ns <= self.now_ns)
        {
            let transit = self.transits.remove(place);
            self.arrive(&transit);
        }
        for (slot, address) in self.chances.addresses_taken(self.now_ns) {
            self.modules.set_address(slot, address);
        }
        match self.master.step(self.now_ns) {
            Step::Listen(until_ns) => self.listens_ns = Some(until_ns.max(self.now_ns + 1)),
            Step::Send(frame) => {
                let end_ns = self.now_ns + self.line.characters_ns(frame.len());
                self.master.sent(end_ns);
                self.put(self.now_ns, frame, true);
            }
        }
    }

    /// Characters go out on the line from a moment on. What is on its way at the same time spoils them, and they
    /// spoil it.
    fn put(&mut self, begin_ns: u64, frame: Vec<u8>, from_master: bool) {
        let length = frame.len();
        let mut bytes = self.chances.damage(begin_ns, frame);
        let end_ns = begin_ns + self.line.characters_ns(length.max(bytes.len()));
        for other in &mut self.transits {
            if other.begin_ns < end_ns && begin_ns < other.end_ns {
                self.chances.talk_over(&mut other.bytes);
                self.chances.talk_over(&mut bytes);
            }
        }
        let place = self.transits.partition_point(|other| other.end_ns <= end_ns);
        self.transits.insert(place, Transit { begin_ns, end_ns, bytes, from_master });
    }

    /// The last of some characters has arrived.
    fn arrive(&mut self, transit: &Transit) {
        let Transit { begin_ns, end_ns, bytes, from_master } = transit;
        if begin_ns.saturating_sub(self.quiet_since_ns) >= self.line.silence_ns() {
            self.modules.quiet();
        }
        self.quiet_since_ns = self.quiet_since_ns.max(*end_ns);
        let position = *end_ns as f64 * self.rate_hz / SECOND_NS;
        self.modules.run_to(position as u64);
        let answers = self.modules.hear(position - 0.5, bytes);
        if !from_master || self.chances.echoes(*end_ns) {
            self.master.hear(*end_ns, bytes);
        }
        for (slot, answer) in answers {
            let thinking_ns = THINKING_NS + THINKING_STEP_NS * u64::from(slot.number());
            let late_ns = self.chances.answers_late_ns(*end_ns, slot);
            self.put(end_ns + self.line.silence_ns() + thinking_ns + late_ns, answer, false);
        }
    }

    fn reply(&self, event: Event) -> Result<EsyReply, String> {
        let position = |ns: u64| ns as f64 * self.rate_hz / SECOND_NS - 0.5;
        Ok(match event {
            Event::Window { slot, asked_ns, age, readings, wiring } => EsyReply {
                slot,
                window_end: position(asked_ns) - age,
                result: Ok(readings),
                wiring,
            },
            Event::Silent { slot, reason } => EsyReply {
                slot,
                window_end: position(self.now_ns),
                result: Err(reason),
                wiring: WiringFinding::NoSignal,
            },
            Event::Noted(note) => return Err(note.to_string()),
        })
    }
}

impl EsyBus for WireBus {
    fn modules(&self) -> &[ModuleIdentity] {
        &self.identities
    }

    fn poll(&mut self, until_sample: u64, replies: &mut Vec<EsyReply>) {
        let until_ns = (until_sample as f64 * SECOND_NS / self.rate_hz) as u64;
        loop {
            let arrival = self.transits.first().map(|transit| transit.end_ns);
            let next = match self.listens_ns {
                None => self.now_ns,
                Some(listens_ns) => arrival.map_or(listens_ns, |arrival| arrival.min(listens_ns)),
            };
            if next > until_ns {
                break;
            }
            self.now_ns = next.max(self.now_ns);
            self.go_on();
        }
        // The front ends of all meters go on side by side.
        self.modules.run_to(until_sample);
        let events: Vec<Event> = self.master.events().collect();
        for event in events {
            match self.reply(event) {
                Ok(reply) => replies.push(reply),
                Err(note) => self.notes.push(note),
            }
        }
    }

    fn command(&mut self, slot: Option<SlotId>, command: MeterCommand) {
        self.master.command(slot, command);
    }

    fn notes(&mut self, notes: &mut Vec<String>) {
        notes.append(&mut self.notes);
    }

    fn cycle_s(&self) -> f64 {
        cycle_ns(self.line, self.identities.len()) as f64 / SECOND_NS
    }
}

/// Who a simulated module is.
fn about(model: ModuleModel, serial: &str, ct_primary_ma: u32) -> About {
    About {
        model,
        serial: serial.into(),
        firmware: FIRMWARE.into(),
        name: String::new(),
        ct_primary_ma,
    }
}
