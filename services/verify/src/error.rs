//! Why a verification could not be carried out.

use crate::document::Applied;
use port::SourceError;
use sim::frontend::FrontEndError;
use sim::sources::FaultError;

/// See the module. None of these is a verdict: a unit that measures badly has results.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The unit's front end cannot be built.
    #[error("front end: {0}")]
    FrontEnd(#[from] FrontEndError),
    /// A defect cannot be had.
    #[error("defect: {0}")]
    Fault(#[from] FaultError),
    /// Its source of samples failed.
    #[error("{0}")]
    Source(#[from] SourceError),
    /// A module is to be tested and there is none.
    #[error("the plan tests a module, and the unit has none")]
    NoModule,
    /// A run was too short for a single window.
    #[error("no window closed at {} V, {} A, {} Hz", .setup.voltage_v, .setup.current_a, .setup.frequency_hz)]
    NoReading {
        /// What was applied.
        setup: Applied,
    },
    /// The server whose registers are read back could not be had.
    #[error("serving registers on 127.0.0.1: {0}")]
    Serving(std::io::Error),
    /// Its client could not read.
    #[error("reading registers back: {0}")]
    ReadBack(#[from] modbus::ReadError),
}
