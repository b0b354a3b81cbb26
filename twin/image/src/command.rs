//! What may be asked of the world, and what it answers.

use crate::MeterId;
use catalog::SettingId;
use port::{Variant, WiringCorrection};

/// Who asks; for the audit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Origin {
    /// The command line or the program itself.
    Local,
    /// A Modbus client.
    Modbus,
    /// The web page, or a program over HTTP.
    Web,
    /// What the meter itself had kept before it was started.
    Kept,
}

impl Origin {
    /// Public, stable name.
    pub fn slug(self) -> &'static str {
        match self {
            Origin::Local => "local",
            Origin::Modbus => "modbus",
            Origin::Web => "web",
            Origin::Kept => "kept",
        }
    }
}

/// Something to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Request {
    /// Give a setting a value.
    Set(SettingId, i64),
    /// Partial counters of a meter back to zero.
    ResetPartial(MeterId),
    /// Demand and its maxima of a meter begin anew.
    ResetDemand(MeterId),
    /// Which current input of a meter serves which phase, and in which direction.
    Correct(MeterId, WiringCorrection),
    /// Reset of total counters: always refused, and put into the audit.
    ResetTotals(MeterId),
}

/// A request with its sender.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Command {
    /// Who asks.
    pub origin: Origin,
    /// What for.
    pub request: Request,
}

/// Why a command was not carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The value is outside the setting's range.
    OutOfRange {
        /// The setting's public name.
        setting: &'static str,
        /// The value asked for.
        value: i64,
    },
    /// The ordering option has nothing that this would set.
    NotOfVariant {
        /// The setting's public name.
        setting: &'static str,
        /// The ordering option.
        variant: Variant,
    },
    /// No meter of that name is configured.
    NoSuchMeter(MeterId),
    /// Totals can never be reset.
    TotalsAreFinal,
    /// The world is busy: its queue is full.
    Busy,
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Refusal::OutOfRange { setting, value } => {
                write!(f, "{value} is outside the range of {setting}")
            }
            Refusal::NotOfVariant { setting, variant } => {
                write!(
                    f,
                    "variant {} has no digital output that {setting} could set",
                    variant.slug()
                )
            }
            Refusal::NoSuchMeter(id) => write!(f, "no meter {} is configured", id.slug()),
            Refusal::TotalsAreFinal => f.write_str("total counters can never be reset"),
            Refusal::Busy => f.write_str("too many commands wait; try again"),
        }
    }
}

/// The world's answer: the tick in which it was done, or why not.
pub type Ack = Result<u64, Refusal>;
