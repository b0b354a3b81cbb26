//! The register map as data: one row a value, generated from the catalogue.
//!
//! The addresses of the EM540 are typed here, since they are the maker's; names, units and meaning
//! come from the catalogue. Rows of our own begin at 7000h and say so.

mod em540;
mod own;
mod print;
mod settings;

pub use own::{OWN_BLOCK_START, WORD_ORDER_TEST, reason_code, reason_of_code};
pub use print::{PrintedRow, printed, to_csv, to_json, to_markdown};

use catalog::{PointId, SettingId};
use port::SlotId;
use std::sync::OnceLock;

/// How a value stands in its registers. Words of numbers go low word first, bytes high byte first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// One word, two's complement.
    Int16,
    /// One word.
    UInt16,
    /// Two words, two's complement.
    Int32,
    /// Two words.
    UInt32,
    /// Four words, two's complement.
    Int64,
    /// So many words of text, two characters a word, filled with zero bytes.
    Ascii(u16),
    /// So many words of a range whose detail is not public; all zero.
    Zeros(u16),
}

impl Kind {
    /// Registers the value takes.
    pub const fn words(self) -> u16 {
        match self {
            Kind::Int16 | Kind::UInt16 => 1,
            Kind::Int32 | Kind::UInt32 => 2,
            Kind::Int64 => 4,
            Kind::Ascii(words) | Kind::Zeros(words) => words,
        }
    }

    /// The number in words as they came; none if they are the sign for "no value", or text.
    pub fn number(self, words: &[u16]) -> Option<i64> {
        let raw = words.iter().rev().fold(0u64, |raw, &word| raw << 16 | u64::from(word));
        let number = match self {
            Kind::Int16 => i64::from(raw as u16 as i16),
            Kind::Int32 => i64::from(raw as u32 as i32),
            Kind::UInt16 | Kind::UInt32 | Kind::Int64 => raw as i64,
            Kind::Ascii(_) | Kind::Zeros(_) => return None,
        };
        (Some(number) != self.no_value()).then_some(number)
    }

    /// What the registers hold when there is no value or it does not fit; none for text.
    pub const fn no_value(self) -> Option<i64> {
        match self {
            Kind::Int16 | Kind::UInt16 => Some(0x7FFF),
            Kind::Int32 | Kind::UInt32 => Some(0x7FFF_FFFF),
            Kind::Int64 => Some(i64::MAX),
            Kind::Ascii(_) | Kind::Zeros(_) => None,
        }
    }
}

/// What a row shows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Source {
    /// A reading of the unit's meter.
    Point(PointId),
    /// The quality of a reading: 0 good, flag bits, or a reason code.
    Status(PointId),
    /// A setting of the device; pairs of its value and the register's code, none if they are equal.
    Setting(SettingId, &'static [(i64, u16)]),
    /// Who the device or the module is.
    Identity(Identity),
    /// Inputs, outputs and state.
    State(State),
    /// What the check of the unit's wiring finds, by its public name.
    Wiring,
    /// When the values were measured.
    Window(Window),
    /// Whether the module in a slot answers: 0 not configured, 1 yes, or a reason code.
    Module(SlotId),
    /// Always the same number.
    Fixed(i64),
    /// Always the same text.
    Text(&'static str),
    /// A place for writing that reads 0.
    WriteOnly,
}

/// Part of an identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Identity {
    /// The maker's code of the model; only in a read of this one register.
    Code,
    /// Serial number of the unit.
    Serial,
    /// Name given by the installer.
    Name,
    /// Production year.
    Year,
    /// major << 12, minor << 8, revision.
    Firmware,
    /// Revision alone.
    Revision,
    /// Software id of the metrology crates.
    SoftwareId,
    /// Order code of the module; `EMS` for the built-in meter.
    Model,
    /// 1 if the samples come from a simulation.
    Simulated,
}

/// Part of the state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Digital input closed.
    InputClosed,
    /// Active tariff; 0 while tariffs are off.
    Tariff,
    /// An alarm is active.
    Alarm,
    /// The contact of the digital output conducts.
    OutputClosed,
    /// What is outside of its limits, a bit each.
    Warnings,
    /// The wiring check finds a fault.
    WrongConnection,
    /// 0 run, 1 fault.
    Device,
}

/// Part of what is known of the last window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Window {
    /// Milliseconds since it ended, at the moment of the answer.
    AgeMs,
    /// Its end in Unix milliseconds.
    EndUnixMs,
    /// Windows closed so far.
    Count,
    /// Ticks of the world so far.
    Tick,
}

/// What writing a row does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Write {
    /// Sets the row's setting.
    Set,
    /// Sets the row's setting unless it already reads so (for codes that stand for two values).
    SetUnlessSame,
    /// Gives the password, or sets it.
    Password,
    /// Partial counters of the unit back to zero.
    ResetPartial,
    /// Demand of the unit begins anew.
    ResetDemand,
    /// Always refused, and put into the audit.
    ResetTotals,
}

/// Whose address it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// The EM540 has it.
    Em540,
    /// Only the EM300 family has it; answered so that its clients do not stumble.
    Em300,
    /// Ours alone.
    Ours,
}

/// One line of the map.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Row {
    /// First register, from 0, as on the wire.
    pub address: u16,
    /// How the value stands there.
    pub kind: Kind,
    /// Raw steps per unit of the catalogue.
    pub weight: f64,
    /// What is shown.
    pub source: Source,
    /// What writing does; none if it cannot be written.
    pub write: Option<Write>,
    /// Whose address it is.
    pub owner: Owner,
    /// A remark for the reader of the map.
    pub note: &'static str,
}

impl Row {
    /// Registers the row takes.
    pub const fn words(&self) -> u16 {
        self.kind.words()
    }

    /// Whether it shows only in a read of this one register (it shares its address).
    pub fn alone(&self) -> bool {
        self.source == Source::Identity(Identity::Code)
    }

    const fn number(address: u16, kind: Kind, source: Source, owner: Owner) -> Row {
        Row { address, kind, weight: 1.0, source, write: None, owner, note: "" }
    }

    const fn note(self, note: &'static str) -> Row {
        Row { note, ..self }
    }

    const fn writable(self, write: Write) -> Row {
        Row { write: Some(write), ..self }
    }
}

/// Every row, by address.
pub fn rows() -> &'static [Row] {
    static ROWS: OnceLock<Vec<Row>> = OnceLock::new();
    ROWS.get_or_init(|| {
        let mut rows: Vec<Row> = em540::rows();
        rows.extend(settings::rows());
        rows.extend(own::rows());
        rows.sort_by_key(|row| row.address);
        rows
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use catalog::points;

    #[test]
    fn rows_do_not_overlap_but_for_the_identification_code() {
        let mut next = 0u32;
        for row in rows().iter().filter(|row| !row.alone()) {
            assert!(u32::from(row.address) >= next, "{:04X}h overlaps", row.address);
            next = u32::from(row.address) + u32::from(row.words());
        }
        assert!(next <= 0x1_0000);
    }

    #[test]
    fn every_point_of_the_catalogue_has_a_value_and_a_status_register() {
        for point in points() {
            let shown = |source| rows().iter().any(|row| row.source == source);
            assert!(shown(Source::Point(point.id)), "{} has no register", point.path());
            assert!(shown(Source::Status(point.id)), "{} has no status", point.path());
        }
    }

    /// [R1, R3, R4, R5, R6, R7] Some register carries every point at the datasheet's resolution.
    /// Hours and energies of the 32-bit rows are coarser, as in the family.
    #[test]
    fn some_register_carries_each_point_at_full_resolution() {
        for point in points() {
            let finest = rows()
                .iter()
                .filter(|row| row.source == Source::Point(point.id))
                .map(|row| row.weight)
                .fold(0.0, f64::max);
            let steps = finest * point.quantity.resolution();
            assert!(steps > 0.999, "{} shows {finest} per unit", point.path());
        }
    }
}
