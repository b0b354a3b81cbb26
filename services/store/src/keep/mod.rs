//! Keeping: what ticks bring goes into counters, parameters and history, and comes back at the next start.
//!
//! *Recorder*: beside the loop; finds what has to be kept. *Writer*: a thread of its own, so that no disk
//! delays metering. *Memory*: what the writer writes to; counters come first and do not depend on the rest.

mod memory;
mod recorder;
mod writer;

pub use memory::{Kept, Memory, OpenHistory, Present, Restored};
pub use recorder::{Entry, Happened, Recorder, Standing, Told};
pub use writer::{Haste, Writer};
