//! The ESY bus: what a module answers as registers, how a module answers, and how the EMS asks.
//!
//! *Bus*: a half-duplex RS485 line on which the EMS is the only master and speaks Modbus RTU. *Module*: a
//! slave with an address that it keeps without supply; the EMS gives the module of slot n the address n.
//! *Block*: registers that one request reads. *Window*: what a module measured over 10 or 12 cycles.
//!
//! Everything here is a function of bytes and of the time that is passed in. The same [`Slave`] is a module
//! of the simulation and on a pseudo terminal; the same [`Master`] runs on a serial port and on a wire in
//! simulated time. What moves the bytes is elsewhere.

mod answering;
pub mod frame;
mod map;
mod master;
mod slave;

pub use answering::Answering;
pub use frame::{Answer, Ear, Request};
pub use map::{PrintedRow, UNASSIGNED, printed, to_csv, to_json, to_markdown};
pub use master::{
    Event, Master, Note, Step, TURNAROUND_NS, Wanted, cycle_ns, turn_max_ns, turn_ns,
};
pub use port::Line;
pub use slave::{About, Heard, Slave, key_of};

/// The bus as delivered: 115,200 baud, 8 data bits, no parity, 1 stop bit.
pub const LINE: Line = Line { baud: 115_200, bits: 10 };
