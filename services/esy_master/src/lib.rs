//! The ESY bus on a serial port: the master of `twin/esy` in real time.
//!
//! The port has a thread of its own, so that nothing that is served delays a turn. What modules answer waits for the
//! loop, which fetches it with its next tick; times of the bus become positions of the meter's samples by
//! [`Positions`]. A port that fails is opened again and again.
//!
//! [`PlayedBus`] is the other end: simulated modules that answer on a port, for a pseudo terminal.

mod played;
mod positions;
mod serial_bus;

pub use played::PlayedBus;
pub use positions::Positions;
pub use serial_bus::{SerialBus, StartError};
