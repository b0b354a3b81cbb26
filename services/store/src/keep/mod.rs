//! Keeping: what ticks bring goes into counters, parameters and history, and comes back at the next start.
//!
//! *Recorder*: beside the loop; finds what has to be kept. *Writer*: threads of its own, so that no disk
//! delays metering. *Banks*: counters and parameters, which come first and do not depend on the rest.
//! *Chronicle*: the history. *Reader*: looks at it meanwhile. Parts fail on their own.

mod banks;
mod chronicle;
mod continued;
mod reader;
mod recorder;
mod restore;
mod writer;

pub use banks::{Banks, Present};
pub use chronicle::{Chronicle, Kept, OpenHistory};
pub use reader::Reader;
pub use recorder::{Entry, Happened, Recorder, Standing, Told};
pub use restore::{Memory, Restored};
pub use writer::{Haste, Writer};
