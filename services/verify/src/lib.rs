//! Verification: whether the meter holds its class, and with what margin.
//!
//! A *unit* comes from production, is calibrated by a *bench* that sees what a real one would see, and is
//! then tested by a *plan*: items of work that give the errors of points, each against the limit of its
//! clause. Two *arms*: the calibrated unit against the standards and the sheet, and an ideal front end
//! against the mathematics. The result is a [`document::Certificate`].
//!
//! Everything is simulated, and goes through the code that a device runs. No file is opened here and no
//! clock is read: `ems` does both. The one socket is that of the server whose registers are read back.

mod bench;
pub mod calibrate;
mod calibration_bench;
mod certificate;
pub mod compare;
pub mod document;
mod error;
mod job;
pub mod limits;
mod lot;
mod measure;
pub mod part;
mod plan;
mod setup;
mod spoiled_feed;
mod standard;
mod uncertainty;
pub mod unit;
mod unit_file;

pub use certificate::{certificate, certificate_of};
pub use error::VerifyError;
pub use job::{Decision, Job, Outcome, Request, RequestError};
pub use lot::UNITS_MAX as LOT_MAX;
pub use plan::{Level, Selection};
pub use standard::Standard;
