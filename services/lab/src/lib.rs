//! The laboratory: a scenario becomes an installation, the installation runs, and what was expected of
//! it is judged.
//!
//! *Installation*: everything a run is made of, at one of the three fidelities, from the scenario
//! alone. *Trial*: one run of a scenario with all its expectations. *Verdict*: what became of one
//! expectation.
//!
//! No file is opened here and no clock is read: `ems` does both.

mod expect;
mod future;
mod installation;
mod meter_source;
mod step_feed;
mod trial;

pub use expect::{Found, Judge, Verdict};
pub use future::Future;
pub use installation::{
    DeviceFacts, Installation, Parts, SetUpError, clock_hz, ct_primary_ma, install, install_with,
    loads, parts, present, wired,
};
pub use meter_source::{Source, meter_source};
pub use trial::{Trial, TrialError, try_out};
