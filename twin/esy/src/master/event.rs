//! What the master tells of the bus.

use port::{ModuleModel, Readings, Reason, SlotId, WiringFinding};

/// Something happened on the bus.
#[derive(Debug, Clone)]
pub enum Event {
    /// A module answered with a window that was not known yet.
    Window {
        /// Which module.
        slot: SlotId,
        /// When the poll ended to which the age belongs, in nanoseconds.
        asked_ns: u64,
        /// Samples from the end of the window to the end of the poll.
        age: f64,
        /// Everything it measures, of this one window.
        readings: Box<Readings>,
        /// What it finds of its wiring.
        wiring: WiringFinding,
    },
    /// A module did not answer three polls in a row: it has timed out, or was never installed.
    Silent {
        /// Which module.
        slot: SlotId,
        /// `BusTimeout` or `NotInstalled`.
        reason: Reason,
    },
    /// Something for the log.
    Noted(Note),
}

/// What whoever keeps the bus should know. Each is told once, until it changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// A module answers as the one of a slot.
    Found {
        /// Its slot.
        slot: SlotId,
        /// Its serial number.
        serial: String,
        /// Id of its firmware.
        firmware: String,
    },
    /// Another module answered at the address of a slot. Nothing of it was taken.
    Stranger {
        /// The slot whose address it has.
        slot: SlotId,
        /// Its serial number, if it said it.
        serial: Option<String>,
    },
    /// Answers at the address of a slot came damaged, twice in a row.
    Damaged {
        /// The slot.
        slot: SlotId,
    },
    /// A module has no place: its serial number is not configured, or its model is another.
    Unplaced {
        /// Its serial number.
        serial: String,
        /// What it is, if it is known here.
        model: Option<ModuleModel>,
    },
    /// A module was given the transformers that are configured in the place of its own.
    Transformers {
        /// The slot.
        slot: SlotId,
        /// What the module computed with, in milliamperes.
        module_ma: u32,
        /// What is configured, in milliamperes.
        configured_ma: u32,
    },
    /// A module refused what it was told.
    Refused {
        /// The slot.
        slot: SlotId,
        /// The exception code.
        code: u8,
    },
}

impl std::fmt::Display for Note {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Note::Found { slot, serial, firmware } => {
                write!(f, "esy{}: {serial} answers, firmware {firmware}", slot.number())
            }
            Note::Stranger { slot, serial: Some(serial) } => write!(
                f,
                "esy{0}: {serial} answered at address {0}, which is another's; it lost the address and nothing of it was taken",
                slot.number()
            ),
            Note::Stranger { slot, serial: None } => write!(
                f,
                "esy{0}: another module answered at address {0}; it lost the address and nothing of it was taken",
                slot.number()
            ),
            Note::Damaged { slot } => write!(
                f,
                "esy{0}: answers come damaged; two modules may have address {0}, or the line is not terminated",
                slot.number()
            ),
            Note::Unplaced { serial, model: Some(model) } => write!(
                f,
                "{} {serial} is on the bus and has no place; add it to [[esy.module]]",
                model.slug()
            ),
            Note::Unplaced { serial, model: None } => {
                write!(f, "{serial} is on the bus and of a model that is not known here")
            }
            Note::Transformers { slot, module_ma, configured_ma } => write!(
                f,
                "esy{}: transformers of {} A were set, the module had {} A",
                slot.number(),
                f64::from(*configured_ma) / 1e3,
                f64::from(*module_ma) / 1e3
            ),
            Note::Refused { slot, code } => write!(
                f,
                "esy{}: a command was refused with exception {code}; the firmware may be older than the meter's",
                slot.number()
            ),
        }
    }
}
