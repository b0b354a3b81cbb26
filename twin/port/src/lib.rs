//! The boundary of the twin: plain types and the traits behind which the world outside lies.
//!
//! Simulator, recording and hardware differ only in what stands behind these traits.
//! Nothing here opens, waits or draws a random number.

mod bus;
mod contact;
mod disk;
mod finding;
mod line;
mod reading;
mod source;
mod surroundings;
mod time;
mod variant;
mod wiring;

pub use bus::{EsyBus, EsyReply, MeterCommand, ModuleIdentity, ModuleModel, SlotId};
pub use contact::{ContactFilter, ContactLevel, ContactState};
pub use disk::{Disk, DiskError, DiskFile};
pub use finding::{Candidates, WiringFinding};
pub use line::Line;
pub use reading::{Flag, Flags, Reading, Readings, Reason};
pub use source::{
    Channel, Role, SampleBlock, SampleSource, SourceError, SourceFormat, SourceState,
};
pub use surroundings::Surroundings;
pub use time::{AsFast, Clock, Pace, TariffCalendar, Timestamp};
pub use variant::Variant;
pub use wiring::WiringCorrection;
