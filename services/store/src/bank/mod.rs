//! Two banks in a file of fixed records: what must survive anything.
//!
//! *Record*: a payload with its sequence and a checksum. *Slot*: the place of a record. *Bank*: half of the
//! slots of a file; records go to the banks in turn, so that the write of one never touches the one before
//! it. *Newest*: the valid record of the highest sequence; it is the one that counts.
//!
//! [`CounterBank`] keeps what is counted, [`ParameterBank`] what was set and calibrated. Neither knows of
//! the database. The layout and the sum of wear are in `docs/counters.md`.

mod bytes;
mod counter_record;
mod counters;
mod parameter_record;
mod parameters;
mod record;
mod scan;
mod two_banks;

pub use counter_record::{CounterRecord, EventCounter, MeterCounters, number};
pub(crate) use counters::counters_shape;
pub use counters::{COUNTERS_FILE, CounterBank, CounterError, OpenedCounters};
pub use parameter_record::{CONFIGURATION_BYTES_MAX, Parameters, SEALED_SETTINGS};
pub use parameters::{OpenedParameters, PARAMETERS_FILE, ParameterBank, ParameterError};
pub use record::HEAD_BYTES;
pub use two_banks::{BankError, Opened, Shape, TwoBanks};

/// Bytes that a disk writes as a whole, at the least.
const SECTOR_BYTES: usize = 512;
