//! Why a verification could not be carried out; a unit that fails is no error.

use metering::calibration::CalibrationError;
use port::SourceError;
use sim::frontend::FrontEndError;

/// See the module.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum VerifyError {
    /// The unit's front end makes no sense, or cannot be simulated at the sample rate.
    #[error("the front end of the unit: {0}")]
    FrontEnd(#[from] FrontEndError),
    /// A step of the calibration was refused.
    #[error("calibrating the unit: {0}")]
    Calibration(#[from] CalibrationError),
    /// The unit's samples could not be read.
    #[error("reading the unit's samples: {0}")]
    Source(#[from] SourceError),
    /// A reading that a step needs is not there.
    #[error("{phase} of the unit shows no {what}: {quality}")]
    NoReading {
        /// Which phase, such as `L1`.
        phase: &'static str,
        /// The quantity, by slug.
        what: &'static str,
        /// Why it is absent.
        quality: &'static str,
    },
}
