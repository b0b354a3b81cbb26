//! Why a verification could not be carried out; a unit that fails is no error.

use crate::document::Applied;
use metering::calibration::CalibrationError;
use port::SourceError;
use sim::frontend::FrontEndError;
use sim::sources::FaultError;

/// See the module.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The unit's front end makes no sense, or cannot be simulated at the sample rate.
    #[error("the front end of the unit: {0}")]
    FrontEnd(#[from] FrontEndError),
    /// A defect cannot be had.
    #[error("a defect of the unit: {0}")]
    Fault(#[from] FaultError),
    /// A step of the calibration was refused.
    #[error("calibrating the unit: {0}")]
    Calibration(#[from] CalibrationError),
    /// The unit's samples could not be read.
    #[error("reading the unit's samples: {0}")]
    Source(#[from] SourceError),
    /// A reading that a step of the calibration needs is not there.
    #[error("{phase} of the unit shows no {what}: {quality}")]
    NoReading {
        /// Which phase, such as `L1`.
        phase: &'static str,
        /// The quantity, by slug.
        what: &'static str,
        /// Why it is absent.
        quality: &'static str,
    },
    /// A run was too short for a single window.
    #[error("no window closed at {} V, {} A, {} Hz", .0.voltage_v, .0.current_a, .0.frequency_hz)]
    NoWindow(
        /// What was applied.
        Box<Applied>,
    ),
    /// A module is to be tested that the unit does not have.
    #[error("the plan tests a module behind transformers of {0} A, and the unit has none")]
    NoModule(
        /// Primary current in amperes.
        f64,
    ),
    /// The server whose registers are read back could not be had.
    #[error("serving registers on 127.0.0.1: {0}")]
    Serving(std::io::Error),
    /// Its client could not read.
    #[error("reading registers back: {0}")]
    ReadBack(#[from] modbus::ReadError),
}
