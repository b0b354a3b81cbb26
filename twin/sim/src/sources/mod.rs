//! What can happen between a front end and the meter: wrappers that stand around any
//! [`port::SampleSource`] and are one themselves.
//!
//! [`Faulty`] has the faults of a converter and of the line to it. A [`Recorder`] keeps what passes on a
//! [`Tape`], and [`Replay`] plays it again. [`tee`] lets two readers hear one source.
//! [`WithFormat`] says other constants for the same counts.
//!
//! What each gives is a function of the samples that it hears and of its seed, never of how it is
//! read: faults are addressed by the index of a sample and not drawn one after the other.
//!
//! Absent on purpose: faults of the grid and of the wiring, which happen before the front end.

mod clock;
mod fault;
mod faulty;
mod span;
mod tape;
mod tee;
mod with_format;

pub use fault::{Fault, FaultError, FaultKind};
pub use faulty::{Faults, Faulty, check};
pub use tape::{Recorder, Replay, Stretch, Tape};
pub use tee::{Branch, tee};
pub use with_format::WithFormat;
