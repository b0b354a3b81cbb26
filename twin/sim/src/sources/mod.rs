//! What can happen between a front end and the meter: wrappers that stand around any
//! [`port::SampleSource`] and are one themselves.

mod fault;

pub use fault::{Fault, FaultKind};
