//! The ESY bus as the EMS sees it: modules that answer with finished readings, or do not.

use crate::finding::WiringFinding;
use crate::reading::{Readings, Reason};
use crate::wiring::WiringCorrection;
use catalog::SettingId;

/// Place of a module on the bus, 1 to 10 (datasheet L686).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SlotId(u8);

impl SlotId {
    /// Most modules a bus carries (datasheet L686).
    pub const MAX: u8 = 10;

    /// A slot, if the number is 1 to 10.
    pub fn new(number: u8) -> Option<SlotId> {
        (1..=SlotId::MAX).contains(&number).then_some(SlotId(number))
    }

    /// 1 to 10.
    pub fn number(self) -> u8 {
        self.0
    }
}

/// Kind of module (datasheet L144 to L148).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ModuleModel {
    /// Three inputs of 333 mV.
    Esy3xmv,
    /// Three inputs of 5 A.
    Esy3xav5,
}

impl ModuleModel {
    /// Order code.
    pub fn slug(self) -> &'static str {
        match self {
            ModuleModel::Esy3xmv => "ESY3XMV",
            ModuleModel::Esy3xav5 => "ESY3XAV5",
        }
    }
}

/// Who a module is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModuleIdentity {
    /// Where it sits.
    pub slot: SlotId,
    /// What it is.
    pub model: ModuleModel,
    /// Name given by the installer.
    pub name: String,
    /// Serial number.
    pub serial: String,
}

/// What a meter can be told, whether built in or a module on the bus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MeterCommand {
    /// A setting that concerns metering has a new value (already validated). A meter that has this
    /// value already changes nothing.
    Set(SettingId, i64),
    /// The active tariff, 1 or 2.
    Tariff(u8),
    /// Partial counters back to zero.
    ResetPartial,
    /// Demand and its maxima begin anew.
    ResetDemand,
    /// Which current input serves which phase, and in which direction.
    Correct(WiringCorrection),
}

/// One answer of a module: one closed window of whole cycles. What a shorter fragment adds to the
/// counters comes with the next.
#[derive(Debug, Clone)]
pub struct EsyReply {
    /// Which module.
    pub slot: SlotId,
    /// Index, in the samples of the voltage reference, at which the window ended.
    pub window_end: f64,
    /// Everything the module measures, or why it is silent: `BusTimeout` once as many polls in a row had no answer
    /// as its bus forgives. A module may also be silent by not appearing at all.
    pub result: Result<Box<Readings>, Reason>,
    /// What the module finds of its wiring; nothing if it did not answer.
    pub wiring: WiringFinding,
}

/// The bus, seen from its master.
pub trait EsyBus {
    /// The modules configured.
    fn modules(&self) -> &[ModuleIdentity];

    /// Polls the modules up to a moment of the meter's time (samples of the voltage reference) and
    /// appends what they answered, oldest first.
    fn poll(&mut self, until_sample: u64, replies: &mut Vec<EsyReply>);

    /// Tells one module, or all.
    fn command(&mut self, slot: Option<SlotId>, command: MeterCommand);

    /// Appends what whoever keeps the bus should know, a sentence each, oldest first.
    fn notes(&mut self, _notes: &mut Vec<String>) {}

    /// Seconds from one window of a module to the next that the bus brings, while all goes well; 0 if it brings each
    /// as it closes.
    fn cycle_s(&self) -> f64 {
        0.0
    }
}
