//! The meters of ESY modules, told the means of steps instead of samples.

use super::StepWindow;
use crate::esy::ModuleMemory;
use catalog::{SETTINGS, SettingId};
use metering::{Meter, MeterSettings, WindowInfo, Wiring};
use port::{EsyReply, MeterCommand, SlotId, Timestamp};

/// What is plugged in or out, and when.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Change {
    /// Position in samples.
    pub at: f64,
    /// Which module.
    pub slot: SlotId,
    /// Plugged in, or out.
    pub plugged: bool,
}

/// The modules of an installation, in the order of a [`StepWindow`]'s means after the built-in meter.
pub struct Modules {
    modules: Vec<Module>,
    /// Still to come, by time.
    changes: Vec<Change>,
    memory: ModuleMemory,
}

struct Module {
    slot: SlotId,
    meter: Meter,
    settings: [i64; SETTINGS.len()],
    plugged: bool,
}

impl Modules {
    /// Modules with what their meters are told once, when they are plugged in and out, and what they have
    /// counted before.
    pub fn new(
        modules: Vec<(SlotId, MeterSettings)>,
        mut changes: Vec<Change>,
        memory: ModuleMemory,
    ) -> Modules {
        changes.sort_by(|a, b| a.at.total_cmp(&b.at));
        let module = |(slot, told): (SlotId, MeterSettings)| {
            let mut settings = std::array::from_fn(|index| SETTINGS[index].default);
            let wiring = Wiring::ALL.iter().position(|wiring| *wiring == told.wiring);
            settings[SettingId::Wiring as usize] = wiring.expect("ALL is complete") as i64;
            let mut meter = Meter::new(&told);
            meter.restore(memory.get(slot));
            Module { slot, meter, settings, plugged: true }
        };
        Modules { modules: modules.into_iter().map(module).collect(), changes, memory }
    }

    /// The next change of what is plugged in; infinite if there is none.
    pub fn next_change(&self) -> f64 {
        self.changes.first().map_or(f64::INFINITY, |change| change.at)
    }

    /// Every module that is plugged in takes a window and answers; `end` is its civil time.
    pub fn take(&mut self, window: &StepWindow, end: Timestamp, replies: &mut Vec<EsyReply>) {
        while self.next_change() <= window.start {
            let change = self.changes.remove(0);
            for module in self.modules.iter_mut().filter(|module| module.slot == change.slot) {
                module.plugged = change.plugged;
            }
        }
        for (module, means) in self.modules.iter_mut().zip(&window.means[1..]) {
            if !module.plugged {
                continue;
            }
            let info = WindowInfo {
                start: window.start,
                end: window.end,
                cycles: window.cycles,
                means: std::slice::from_ref(means),
            };
            module.meter.measure(&info, means);
            module.meter.accumulate(&info, means, end);
            self.memory.set(module.slot, module.meter.registers());
            replies.push(EsyReply {
                slot: module.slot,
                window_end: window.end,
                wiring: module.meter.wiring(),
                result: Ok(Box::new(module.meter.readings().clone())),
            });
        }
    }

    /// Tells one module, or all that are plugged in.
    pub fn command(&mut self, slot: Option<SlotId>, command: MeterCommand) {
        for module in self.modules.iter_mut().filter(|module| module.plugged) {
            if slot.is_none_or(|slot| slot == module.slot) {
                module.hear(command);
                self.memory.set(module.slot, module.meter.registers());
            }
        }
    }

    /// Place of a module among the modules.
    pub fn place(&self, slot: SlotId) -> Option<usize> {
        self.modules.iter().position(|module| module.slot == slot)
    }
}

impl Module {
    /// A setting that the module has already changes nothing.
    fn hear(&mut self, command: MeterCommand) {
        if let MeterCommand::Set(id, value) = command {
            if self.settings[id as usize] == value {
                return;
            }
            self.settings[id as usize] = value;
        }
        self.meter.command(command);
    }
}
