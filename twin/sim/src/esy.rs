//! ESY modules on a virtual bus: the same metering code as in the EMS, run as the modules' firmware.
//!
//! A module samples its three currents against the voltage reference that all modules share. Here the
//! firmware of all modules runs in step with the meter's samples, and a poll brings every window that
//! has closed since the last one, so that what the EMS sees does not depend on how often it asks.

use metering::{Bank, Limits, Meter, MeterSettings, Wiring};
use port::{
    Channel, EsyBus, EsyReply, MeterCommand, ModuleIdentity, Reason, Role, SampleBlock,
    SampleSource, SlotId, SourceState, Timestamp,
};

/// Samples taken from each front end at a time.
const CHUNK: usize = 400;

/// A module and the front end of its currents.
pub struct Module {
    /// Who it is.
    pub identity: ModuleIdentity,
    /// Counts of its currents; none if the module is configured and does not exist.
    pub currents: Option<Box<dyn SampleSource + Send>>,
}

struct Slot {
    identity: ModuleIdentity,
    meter: Meter,
    source: Option<Box<dyn SampleSource + Send>>,
    rows: Vec<usize>,
    block: SampleBlock,
}

/// The virtual bus.
pub struct VirtualBus {
    identities: Vec<ModuleIdentity>,
    reference: Box<dyn SampleSource + Send>,
    voltage_rows: Vec<usize>,
    block: SampleBlock,
    bank: Bank,
    slots: Vec<Slot>,
    start: Timestamp,
    /// Samples metered so far.
    done: u64,
}

impl VirtualBus {
    /// A bus whose modules share the voltages of `reference`. Modules whose source is missing answer
    /// that they are not installed.
    pub fn new(
        wiring: Wiring,
        reference: Box<dyn SampleSource + Send>,
        modules: Vec<Module>,
        start: Timestamp,
    ) -> VirtualBus {
        let rate = reference.format().sample_rate_hz;
        let channels = |source: &dyn SampleSource, roles: [Role; 3]| -> [Option<Channel>; 3] {
            let format = source.format();
            roles.map(|role| format.row(role).map(|row| format.channels[row]))
        };
        let voltages = channels(reference.as_ref(), [Role::Va, Role::Vb, Role::Vc]);
        let slots: Vec<Slot> = modules
            .into_iter()
            .map(|module| {
                let currents = module.currents.as_ref().map_or([None; 3], |source| {
                    channels(source.as_ref(), [Role::Ia, Role::Ib, Role::Ic])
                });
                let settings = MeterSettings {
                    wiring,
                    sample_rate_hz: rate,
                    voltages,
                    currents,
                    limits: Limits::EMS_AV2,
                };
                let rows = module.currents.as_ref().map_or_else(Vec::new, |source| {
                    [Role::Ia, Role::Ib, Role::Ic]
                        .into_iter()
                        .filter_map(|role| source.format().row(role))
                        .collect()
                });
                let count = module.currents.as_ref().map_or(0, |s| s.format().channels.len());
                Slot {
                    identity: module.identity,
                    meter: Meter::new(&settings),
                    source: module.currents,
                    rows,
                    block: SampleBlock::new(count, CHUNK),
                }
            })
            .collect();
        let loads = slots
            .iter()
            .map(|slot| {
                slot.source.as_ref().map_or([None; 3], |source| {
                    channels(source.as_ref(), [Role::Ia, Role::Ib, Role::Ic])
                })
            })
            .collect();
        let voltage_rows = [Role::Va, Role::Vb, Role::Vc]
            .into_iter()
            .filter_map(|role| reference.format().row(role))
            .collect();
        let block = SampleBlock::new(reference.format().channels.len(), CHUNK);
        VirtualBus {
            identities: slots.iter().map(|slot| slot.identity.clone()).collect(),
            reference,
            voltage_rows,
            block,
            bank: Bank::new(rate, wiring, voltages, loads, true),
            slots,
            start,
            done: 0,
        }
    }

    /// Reads one chunk from every front end and meters it. False when the reference has ended.
    fn advance(&mut self, max: usize, replies: &mut Vec<EsyReply>) -> bool {
        match self.reference.read(&mut self.block, max) {
            Ok(SourceState::Samples) => {}
            Ok(SourceState::Ended) | Err(_) => return false,
        }
        let count = self.block.samples;
        for slot in &mut self.slots {
            if !slot.fill(count) {
                slot.source = None;
            }
        }
        let mut rows: Vec<&[i32]> = self.voltage_rows.iter().map(|row| self.block.row(*row)).collect();
        for slot in &self.slots {
            rows.extend(slot.rows.iter().map(|row| slot.block.row(*row)));
        }
        let (rate, start) = (self.bank.sample_rate_hz(), self.start);
        let mut windows = Vec::new();
        self.bank.push(self.block.first, &rows, &mut |window| {
            windows.push((window.start, window.end, window.cycles, window.means.to_vec()));
        });
        self.done = self.block.first + count as u64;
        for (from, end, cycles, means) in windows {
            let window =
                metering::WindowInfo { start: from, end, cycles, means: &means };
            let time = start + (end + 0.5) / rate;
            for (slot, means) in self.slots.iter_mut().zip(&means) {
                if slot.source.is_none() {
                    continue;
                }
                slot.meter.measure(&window, means);
                slot.meter.accumulate(&window, means, time);
                replies.push(EsyReply {
                    slot: slot.identity.slot,
                    window_end: end,
                    result: Ok(Box::new(slot.meter.readings().clone())),
                });
            }
        }
        true
    }
}

impl Slot {
    /// Fills the block with exactly `count` samples; false if the source cannot.
    fn fill(&mut self, count: usize) -> bool {
        let Some(source) = &mut self.source else { return true };
        matches!(source.read(&mut self.block, count), Ok(SourceState::Samples))
            && self.block.samples == count
    }
}

impl EsyBus for VirtualBus {
    fn modules(&self) -> &[ModuleIdentity] {
        &self.identities
    }

    fn poll(&mut self, until_sample: u64, replies: &mut Vec<EsyReply>) {
        while self.done < until_sample {
            let left = usize::try_from(until_sample - self.done).unwrap_or(CHUNK);
            if !self.advance(left.min(CHUNK), replies) {
                break;
            }
        }
        for slot in self.slots.iter().filter(|slot| slot.source.is_none()) {
            replies.push(EsyReply {
                slot: slot.identity.slot,
                window_end: until_sample as f64,
                result: Err(Reason::NotInstalled),
            });
        }
    }

    fn command(&mut self, slot: Option<SlotId>, command: MeterCommand) {
        for entry in &mut self.slots {
            if slot.is_none_or(|slot| slot == entry.identity.slot) {
                entry.meter.command(command);
            }
        }
        match command {
            MeterCommand::Set(catalog::SettingId::Wiring, value) => {
                if let Some(wiring) = Wiring::from_setting(value) {
                    self.bank.set_wiring(wiring);
                }
            }
            MeterCommand::Set(catalog::SettingId::DcBlocking, value) => {
                self.bank.set_dc_blocking(value == 1);
            }
            MeterCommand::Set(..)
            | MeterCommand::Tariff(_)
            | MeterCommand::ResetPartial
            | MeterCommand::ResetDemand => {}
        }
    }
}
