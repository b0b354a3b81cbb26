//! ESY modules on a virtual bus: the same metering code as in the EMS, run as the modules' firmware.
//!
//! A module samples its three currents against the voltage reference that all modules share. Here the
//! firmware of all modules runs in step with the samples of that reference, and a poll brings every
//! window that has closed since the last one: what the EMS sees does not depend on how often it asks.
//!
//! *Slot*: a place on the bus with what its module remembers (counters and settings), whether it is
//! plugged in or not. *Group*: modules that booted together; they share their windows, and so the work on
//! the voltages. A module that is plugged in later boots alone and begins with a window of its own.
//!
//! What modules remember without supply lies in a [`ModuleMemory`], which whoever runs them may keep.
//!
//! A module that was there and is gone is silent; one that never was answers that it is not installed.
//! What it measured in the window in which it lost its supply is lost, as in a real one.

use catalog::{SETTINGS, SettingId};
use metering::{Bank, Limits, Meter, MeterSettings, Registers, Tail, WindowInfo, Wiring};
use port::{
    Channel, EsyBus, EsyReply, MeterCommand, ModuleIdentity, Reason, Role, SampleBlock,
    SampleSource, SlotId, SourceState, Timestamp, WiringCorrection, WiringFinding,
};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The counters of simulated modules, as their own memory holds them; clones are the same memory. A real
/// module has its own.
#[derive(Debug, Clone, Default)]
pub struct ModuleMemory(Arc<Mutex<BTreeMap<SlotId, Registers>>>);

impl ModuleMemory {
    /// The counters of a module; zero if it has not counted yet.
    pub fn get(&self, slot: SlotId) -> Registers {
        self.lock().get(&slot).cloned().unwrap_or_default()
    }

    /// Gives a module counters, or takes over what it has counted.
    pub fn set(&self, slot: SlotId, registers: &Registers) {
        match self.lock().entry(slot) {
            Entry::Occupied(mut kept) => kept.get_mut().clone_from(registers),
            Entry::Vacant(place) => {
                place.insert(registers.clone());
            }
        }
    }

    /// All modules that have counted, by slot.
    pub fn all(&self) -> Vec<(SlotId, Registers)> {
        self.lock().iter().map(|(slot, registers)| (*slot, registers.clone())).collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<SlotId, Registers>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Samples taken from each front end at a time.
const CHUNK: usize = 400;

const VOLTAGES: [Role; 3] = [Role::Va, Role::Vb, Role::Vc];
const CURRENTS: [Role; 3] = [Role::Ia, Role::Ib, Role::Ic];

/// A front end: counts of some channels.
pub type Counts = Box<dyn SampleSource + Send>;

/// A module and the front end of its currents.
pub struct Module {
    /// Who it is.
    pub identity: ModuleIdentity,
    /// Counts of its currents; none if the module is configured and does not exist.
    pub currents: Option<Counts>,
}

/// A change of what is plugged in. A module that is plugged in has the counters and settings that were kept in its slot;
/// a slot that is not configured, or taken, stays as it is. One that is unplugged is off its supply too.
pub struct Change {
    /// The reference's sample before which it happens, however the bus is polled.
    pub at: u64,
    /// Which module.
    pub slot: SlotId,
    /// The module's front end, which begins then; none unplugs it.
    pub currents: Option<Counts>,
}

/// What is still to be plugged in or out of a bus, by time; clones are of the same bus.
#[derive(Clone, Default)]
pub struct Plugging(Arc<Mutex<Vec<Change>>>);

impl Plugging {
    /// Forgets what was to happen from a sample on.
    pub fn forget_from(&self, at: u64) {
        self.lock().retain(|change| change.at < at);
    }

    /// Adds a change, behind the others of its sample.
    pub fn add(&self, change: Change) {
        let mut changes = self.lock();
        let place = changes.partition_point(|other| other.at <= change.at);
        changes.insert(place, change);
    }

    /// The next change, if it is due by a sample.
    fn due(&self, by: u64) -> Option<Change> {
        let mut changes = self.lock();
        changes.first().is_some_and(|change| change.at <= by).then(|| changes.remove(0))
    }

    /// Before which sample the next change happens; the last there is if there is none.
    fn next_at(&self) -> u64 {
        self.lock().first().map_or(u64::MAX, |change| change.at)
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Change>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The virtual bus.
pub struct VirtualBus {
    identities: Vec<ModuleIdentity>,
    reference: Counts,
    block: SampleBlock,
    slots: Vec<Slot>,
    memory: ModuleMemory,
    groups: Vec<Group>,
    plugging: Plugging,
    /// Replies that no poll has fetched yet.
    unread: Vec<EsyReply>,
    start: Timestamp,
    /// Index of the next sample.
    next: u64,
}

impl VirtualBus {
    /// A bus whose modules share the voltages of `reference`. Modules whose source is missing answer
    /// that they are not installed. All sources must run at the reference's rate.
    pub fn new(
        wiring: Wiring,
        reference: Counts,
        modules: Vec<Module>,
        start: Timestamp,
    ) -> VirtualBus {
        VirtualBus::with_memory(wiring, reference, modules, start, ModuleMemory::default())
    }

    /// The same, with modules that have counted before.
    pub fn with_memory(
        wiring: Wiring,
        reference: Counts,
        modules: Vec<Module>,
        start: Timestamp,
        memory: ModuleMemory,
    ) -> VirtualBus {
        let identities = modules.iter().map(|module| module.identity.clone()).collect();
        let block = SampleBlock::new(reference.format().channels.len(), CHUNK);
        let mut bus = VirtualBus {
            identities,
            reference,
            block,
            slots: Vec::new(),
            memory,
            groups: Vec::new(),
            plugging: Plugging::default(),
            unread: Vec::new(),
            start,
            next: 0,
        };
        for module in modules {
            let mut slot = Slot::new(module.identity.slot, wiring);
            if let Some(currents) = module.currents {
                slot.plug(currents, &bus.reference, 0, bus.memory.get(slot.id));
            }
            bus.slots.push(slot);
        }
        let plugged = (0..bus.slots.len()).filter(|slot| bus.slots[*slot].firmware.is_some());
        bus.boot(plugged.collect());
        bus
    }

    /// Plugs a module in now.
    pub fn plug(&mut self, slot: SlotId, currents: Counts) {
        self.plugging.add(Change { at: self.next, slot, currents: Some(currents) });
    }

    /// Takes a module off the bus now.
    pub fn unplug(&mut self, slot: SlotId) {
        self.plugging.add(Change { at: self.next, slot, currents: None });
    }

    /// What is to be plugged in and out later.
    pub fn plugging(&self) -> Plugging {
        self.plugging.clone()
    }

    /// Samples a second, nominal.
    pub fn sample_rate_hz(&self) -> f64 {
        self.reference.format().sample_rate_hz
    }

    /// How often the module of a slot has begun; none while it has no supply.
    pub fn boots(&self, slot: SlotId) -> Option<u32> {
        let entry = self.slots.iter().find(|entry| entry.id == slot)?;
        entry.firmware.as_ref().map(|_| entry.boots)
    }

    /// From now on the module of a slot computes with transformers of so many times the ratio of its own: it begins
    /// anew with it, and has its counters.
    pub fn scale(&mut self, slot: SlotId, factor: f64) {
        let Some(index) = self.slots.iter().position(|entry| entry.id == slot) else { return };
        // What was measured until now counts as it was.
        self.command_banks(Some(slot), |_, _| {});
        self.slots[index].scale = factor;
        let Some(firmware) = self.slots[index].firmware.take() else { return };
        self.remove(index);
        let kept = self.memory.get(slot);
        self.slots[index].fit(
            firmware.source,
            &self.reference,
            firmware.began,
            firmware.next,
            kept,
        );
        self.boot(vec![index]);
    }

    /// Carries out the changes that are due before the next sample.
    fn carry_out_changes(&mut self) {
        while let Some(Change { slot, currents, .. }) = self.plugging.due(self.next) {
            let Some(index) = self.slots.iter().position(|entry| entry.id == slot) else {
                continue;
            };
            match currents {
                None => self.remove(index),
                Some(currents) if self.slots[index].firmware.is_none() => {
                    let kept = self.memory.get(slot);
                    self.slots[index].plug(currents, &self.reference, self.next, kept);
                    self.boot(vec![index]);
                }
                Some(_) => {}
            }
        }
    }

    fn remove(&mut self, index: usize) {
        self.slots[index].firmware = None;
        for member in self.groups.iter_mut().flat_map(|group| &mut group.members) {
            member.slot = member.slot.filter(|slot| *slot != index);
        }
        self.groups.retain(|group| group.members.iter().any(|member| member.slot.is_some()));
    }

    /// Makes a group of modules that have just been plugged in.
    fn boot(&mut self, slots: Vec<usize>) {
        let Some(first) = slots.first() else { return };
        let settings = &self.slots[*first].settings;
        let loads = slots.iter().map(|slot| self.slots[*slot].channels()).collect();
        let mut bank = Bank::new(
            self.reference.format().sample_rate_hz,
            wiring_of(settings),
            channels(&self.reference, VOLTAGES),
            loads,
            settings[SettingId::DcBlocking as usize] == 1,
        );
        for (load, slot) in slots.iter().enumerate() {
            bank.correct(load, self.slots[*slot].correction);
        }
        let member = |slot: &usize| Member {
            slot: Some(*slot),
            rows: self.slots[*slot].channels().iter().flatten().count(),
        };
        self.groups.push(Group { bank, members: slots.iter().map(member).collect() });
    }

    /// Reads one chunk from every front end and meters it. False when the reference has ended.
    fn advance(&mut self, max: usize) -> bool {
        match self.reference.read(&mut self.block, max) {
            Ok(SourceState::Samples | SourceState::Silent) => {}
            // The error is that of the front end of the voltages: all modules fall silent, as they do
            // when it ends, and the EMS sees their silence.
            Ok(SourceState::Ended) | Err(_) => return false,
        }
        let (first, count) = (self.block.first, self.block.samples);
        let mut ending = Vec::new();
        for (index, slot) in self.slots.iter_mut().enumerate() {
            let Some(firmware) = &mut slot.firmware else { continue };
            match firmware.fill(first, count) {
                filled if filled < count => ending.push((filled, index)),
                _ => {}
            }
        }
        // A module ends with its last sample, wherever the chunk was cut.
        ending.sort_unstable();
        let mut metered = 0;
        for (filled, index) in ending {
            self.meter(metered..filled);
            self.remove(index);
            metered = filled;
        }
        self.meter(metered..count);
        self.next = first + count as u64;
        true
    }

    /// Meters a part of the chunk.
    fn meter(&mut self, part: Range<usize>) {
        let VirtualBus { groups, slots, block, reference, unread, start, memory, .. } = self;
        let rate = reference.format().sample_rate_hz;
        let voltages = rows(reference, VOLTAGES);
        for Group { bank, members } in groups {
            let firmware = |member: &Member| slots[member.slot?].firmware.as_ref();
            let counts: Vec<Vec<i32>> = std::iter::empty()
                .chain(voltages.iter().map(|row| block.row(*row)[part.clone()].to_vec()))
                .chain(members.iter().flat_map(|member| match firmware(member) {
                    Some(firmware) => {
                        firmware.counts.iter().map(|row| row[part.clone()].to_vec()).collect()
                    }
                    // Rows of a module that is gone are nobody's.
                    None => vec![vec![0; part.len()]; member.rows],
                }))
                .collect();
            let rows: Vec<&[i32]> = counts.iter().map(Vec::as_slice).collect();
            bank.push(block.first + part.start as u64, &rows, &mut |window| {
                let time = *start + (window.end + 0.5) / rate;
                hand_out(members, window, slots, memory, unread, time);
            });
        }
    }

    /// Ends the stretch of the groups in which `slot` is, or of all, and changes what their banks do with
    /// each load that is addressed.
    fn command_banks(&mut self, slot: Option<SlotId>, mut change: impl FnMut(&mut Bank, usize)) {
        let VirtualBus { groups, slots, reference, unread, start, memory, .. } = self;
        let rate = reference.format().sample_rate_hz;
        for Group { bank, members } in groups {
            let addressed = |member: &Member| {
                member.slot.is_some_and(|index| slot.is_none_or(|slot| slots[index].id == slot))
            };
            let loads: Vec<usize> =
                (0..members.len()).filter(|load| addressed(&members[*load])).collect();
            if !loads.is_empty() {
                bank.finish(Tail::Count, &mut |window| {
                    let time = *start + (window.end + 0.5) / rate;
                    hand_out(members, window, slots, memory, unread, time);
                });
                loads.into_iter().for_each(|load| change(bank, load));
            }
        }
    }
}

/// A window of a group, to its members: each counts it and has a reply ready.
fn hand_out(
    members: &[Member],
    window: &WindowInfo,
    slots: &mut [Slot],
    memory: &ModuleMemory,
    unread: &mut Vec<EsyReply>,
    time: Timestamp,
) {
    for (member, means) in members.iter().zip(window.means) {
        let Some(slot) = member.slot.map(|index| &mut slots[index]) else { continue };
        let Some(Firmware { meter, .. }) = &mut slot.firmware else { continue };
        meter.measure(window, means);
        meter.accumulate(window, means, time);
        memory.set(slot.id, meter.registers());
        if window.cycles > 0 {
            unread.push(EsyReply {
                slot: slot.id,
                window_end: window.end,
                result: Ok(Box::new(meter.readings().clone())),
                wiring: meter.wiring(),
            });
        }
    }
}

impl EsyBus for VirtualBus {
    fn modules(&self) -> &[ModuleIdentity] {
        &self.identities
    }

    fn poll(&mut self, until_sample: u64, replies: &mut Vec<EsyReply>) {
        while self.next < until_sample {
            self.carry_out_changes();
            let left = until_sample.min(self.plugging.next_at()) - self.next;
            if !self.advance(usize::try_from(left).unwrap_or(CHUNK).min(CHUNK)) {
                break;
            }
        }
        replies.append(&mut self.unread);
        for slot in self.slots.iter().filter(|slot| !slot.was_installed) {
            replies.push(EsyReply {
                slot: slot.id,
                window_end: until_sample as f64,
                result: Err(Reason::NotInstalled),
                wiring: WiringFinding::NoSignal,
            });
        }
    }

    /// Modules that are not plugged in do not hear it. Wiring and DC blocking of one are those of all
    /// that booted with it, since they share their voltages.
    fn command(&mut self, slot: Option<SlotId>, command: MeterCommand) {
        let hears = |entry: &Slot| {
            slot.is_none_or(|slot| slot == entry.id)
                && entry.firmware.is_some()
                && !entry.has_already(command)
        };
        if !self.slots.iter().any(hears) {
            return;
        }
        match command {
            MeterCommand::Set(SettingId::Wiring, value) => {
                let wiring = Wiring::from_setting(value).expect("validated");
                self.command_banks(slot, |bank, _| bank.set_wiring(wiring));
            }
            MeterCommand::Set(SettingId::DcBlocking, value) => {
                self.command_banks(slot, |bank, _| bank.set_dc_blocking(value == 1));
            }
            MeterCommand::Correct(correction) => {
                self.command_banks(slot, |bank, load| bank.correct(load, correction));
            }
            MeterCommand::Set(..)
            | MeterCommand::Tariff(_)
            | MeterCommand::ResetPartial
            | MeterCommand::ResetDemand => {}
        }
        for entry in self.slots.iter_mut().filter(|entry| hears(entry)) {
            entry.hear(command);
            if let Some(firmware) = &entry.firmware {
                self.memory.set(entry.id, firmware.meter.registers());
            }
        }
    }
}

/// Modules that booted together, and what meters them.
struct Group {
    bank: Bank,
    members: Vec<Member>,
}

/// A load of a group's bank.
struct Member {
    /// Whose it is; nobody's once the module is gone.
    slot: Option<usize>,
    /// Channels of its currents.
    rows: usize,
}

/// A place on the bus, and what its module remembers of its settings without supply.
struct Slot {
    id: SlotId,
    was_installed: bool,
    /// Times that the module has begun.
    boots: u32,
    /// Ratio that it computes with, in ratios of its transformers.
    scale: f64,
    settings: [i64; SETTINGS.len()],
    correction: WiringCorrection,
    /// None while nothing is plugged in.
    firmware: Option<Firmware>,
}

/// A module at work.
struct Firmware {
    meter: Meter,
    source: Counts,
    block: SampleBlock,
    /// Channels of the currents in the source.
    rows: Vec<usize>,
    /// Their counts in the present chunk.
    counts: Vec<Vec<i32>>,
    /// The reference's sample at which the source began, and the next to be read.
    began: u64,
    next: u64,
}

impl Slot {
    fn new(id: SlotId, wiring: Wiring) -> Slot {
        let mut settings = std::array::from_fn(|index| SETTINGS[index].default);
        let wiring = Wiring::ALL.iter().position(|system| *system == wiring);
        settings[SettingId::Wiring as usize] = wiring.expect("ALL is complete") as i64;
        Slot {
            id,
            was_installed: false,
            boots: 0,
            scale: 1.0,
            settings,
            correction: WiringCorrection::NONE,
            firmware: None,
        }
    }

    /// Current channels of what is plugged in.
    fn channels(&self) -> [Option<Channel>; 3] {
        self.firmware.as_ref().map_or([None; 3], |firmware| self.scaled(&firmware.source))
    }

    /// Channels of its currents as it computes with them.
    fn scaled(&self, source: &Counts) -> [Option<Channel>; 3] {
        channels(source, CURRENTS).map(|channel| {
            let channel = channel?;
            Some(Channel { unit_per_count: self.scale * channel.unit_per_count, ..channel })
        })
    }

    /// The module boots with what it remembers, on a source that begins now.
    fn plug(&mut self, source: Counts, reference: &Counts, now: u64, kept: Registers) {
        self.fit(source, reference, now, now, kept);
    }

    /// The same on a source that began before, of which it has read up to `next`.
    fn fit(&mut self, source: Counts, reference: &Counts, began: u64, next: u64, kept: Registers) {
        let mut meter = Meter::new(&MeterSettings {
            wiring: wiring_of(&self.settings),
            sample_rate_hz: reference.format().sample_rate_hz,
            voltages: channels(reference, VOLTAGES),
            currents: self.scaled(&source),
            limits: Limits::EMS_AV2,
        });
        meter.restore(kept);
        for (setting, value) in SETTINGS.iter().zip(self.settings) {
            meter.command(MeterCommand::Set(setting.id, value));
        }
        meter.command(MeterCommand::Correct(self.correction));
        let rows = rows(&source, CURRENTS);
        self.was_installed = true;
        self.boots = self.boots.wrapping_add(1);
        self.firmware = Some(Firmware {
            meter,
            block: SampleBlock::new(source.format().channels.len(), CHUNK),
            counts: vec![Vec::with_capacity(CHUNK); rows.len()],
            rows,
            source,
            began,
            next,
        });
    }

    fn has_already(&self, command: MeterCommand) -> bool {
        match command {
            MeterCommand::Set(id, value) => self.settings[id as usize] == value,
            MeterCommand::Correct(correction) => self.correction == correction,
            _ => false,
        }
    }

    fn hear(&mut self, command: MeterCommand) {
        match command {
            MeterCommand::Set(id, value) => self.settings[id as usize] = value,
            MeterCommand::Correct(correction) => self.correction = correction,
            _ => {}
        }
        if let Some(firmware) = &mut self.firmware {
            firmware.meter.command(command);
        }
    }
}

impl Firmware {
    /// Reads the samples of a chunk, and says how many there are: fewer if the front end ends or fails.
    ///
    /// Time passes for a module as it does for the reference: what lies in a gap of the reference is
    /// passed over. A gap of its own is a fault.
    fn fill(&mut self, first: u64, count: usize) -> usize {
        self.counts.iter_mut().for_each(Vec::clear);
        while self.next < first {
            let left = usize::try_from(first - self.next).unwrap_or(CHUNK);
            if !self.read(left.min(CHUNK)) {
                return 0;
            }
        }
        let mut filled = 0;
        while filled < count {
            let expected = self.next;
            if expected != first + filled as u64 || !self.read(count - filled) {
                break;
            }
            if self.next != expected + self.block.samples as u64 {
                break;
            }
            for (counts, row) in self.counts.iter_mut().zip(&self.rows) {
                counts.extend_from_slice(self.block.row(*row));
            }
            filled += self.block.samples;
        }
        filled
    }

    fn read(&mut self, max: usize) -> bool {
        let state = self.source.read(&mut self.block, max);
        self.next = self.began + self.block.first + self.block.samples as u64;
        matches!(state, Ok(SourceState::Samples | SourceState::Silent))
    }
}

fn wiring_of(settings: &[i64; SETTINGS.len()]) -> Wiring {
    Wiring::from_setting(settings[SettingId::Wiring as usize]).expect("validated")
}

/// Channels of the roles that a source has.
fn channels(source: &Counts, roles: [Role; 3]) -> [Option<Channel>; 3] {
    let format = source.format();
    roles.map(|role| format.row(role).map(|row| format.channels[row]))
}

/// Their rows.
fn rows(source: &Counts, roles: [Role; 3]) -> Vec<usize> {
    roles.into_iter().filter_map(|role| source.format().row(role)).collect()
}
