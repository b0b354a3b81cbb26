//! Why coefficients are refused.

use port::Role;
use std::fmt;

/// What is wrong with a record of coefficients, or with a step of the calibration.
#[derive(Debug, Clone, PartialEq)]
pub enum CalibrationError {
    /// The bytes do not begin as a record does.
    NotARecord,
    /// A record of a version that this program does not know.
    UnknownVersion(u16),
    /// Other bytes than the count of channels asks for.
    WrongLength {
        /// Bytes there are.
        found: usize,
        /// Bytes there should be.
        expected: usize,
    },
    /// The check at the end is not that of the bytes before it.
    WrongCrc {
        /// As stored.
        stored: u32,
        /// Of the bytes.
        computed: u32,
    },
    /// A number for a role that there is none of.
    UnknownRole(u8),
    /// A channel twice.
    Repeated(Role),
    /// No channel of this role.
    Missing(Role),
    /// A constant that no channel can have.
    Senseless {
        /// The channel.
        role: Role,
        /// Which constant.
        what: &'static str,
        /// Its value.
        value: f64,
    },
    /// What was applied or shown is nothing that a step can work with.
    Unusable {
        /// The channel to be calibrated.
        role: Role,
        /// What was applied.
        applied: f64,
        /// What was shown.
        shown: f64,
    },
    /// A correction larger than parts can be off: something else is wrong.
    TooLarge {
        /// The channel to be calibrated.
        role: Role,
        /// What would be changed.
        what: &'static str,
        /// By how much, in the unit that `what` names.
        by: f64,
        /// Most that may be.
        most: f64,
    },
}

impl fmt::Display for CalibrationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CalibrationError::NotARecord => {
                f.write_str("these bytes are no record of calibration: it would begin with EMSC")
            }
            CalibrationError::UnknownVersion(version) => {
                write!(
                    f,
                    "the record of calibration has version {version}, which is not known here"
                )
            }
            CalibrationError::WrongLength { found, expected } => write!(
                f,
                "the record of calibration has {found} bytes instead of {expected}; it was cut or \
                 something else was written over it"
            ),
            CalibrationError::WrongCrc { stored, computed } => write!(
                f,
                "the record of calibration is damaged: its CRC is {stored:08x}, that of its bytes \
                 {computed:08x}"
            ),
            CalibrationError::UnknownRole(code) => {
                write!(f, "the record of calibration has a channel of the unknown kind {code}")
            }
            CalibrationError::Repeated(role) => write!(f, "channel {role} is there twice"),
            CalibrationError::Missing(role) => write!(f, "there is no channel {role} to calibrate"),
            CalibrationError::Senseless { role, what, value } => {
                write!(f, "{what} of channel {role} cannot be {value}")
            }
            CalibrationError::Unusable { role, applied, shown } => write!(
                f,
                "channel {role} cannot be calibrated from {applied} applied and {shown} shown; check \
                 the connections of the bench"
            ),
            CalibrationError::TooLarge { role, what, by, most } => write!(
                f,
                "channel {role} would need {what} of {by:.4}, and sound parts need at most {most}; \
                 check the connections of the bench and the parts of the channel"
            ),
        }
    }
}

impl std::error::Error for CalibrationError {}
