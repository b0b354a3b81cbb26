//! Modbus TCP and RTU: the meter as one of the maker's EM540 family, and the client of `ems read`.
//!
//! *Row*: what stands at an address, one line of the printed map. *Unit*: the Modbus id of a meter;
//! 1 is the built-in one, 2 to 11 are the ESY modules by slot, 0 is everybody (writes only).
//! *Snapshot*: one [`image::Image`] with the registers encoded from it. *Order*: what a write asks
//! the world to do.
//!
//! The map is data ([`map`]), the decision is pure ([`answer`]), and only [`Server`], [`RtuServer`] and
//! [`read_all`] touch sockets and ports. A request is answered from one snapshot, so a value never tears.
//! Writes go to the world as commands, and the reply waits for the acknowledgement.

pub mod answer;
mod client;
mod connection;
mod frame;
mod layout;
pub mod map;
mod rtu;
mod server;
mod snapshot;
mod write;

pub use client::{PointReading, ReadError, UnitReport, read_all};
pub use frame::{FRAME_MAX, Framing, next_frame};
pub use port::Line;
pub use rtu::RtuServer;
pub use server::{Options, Server};
pub use snapshot::Snapshot;
pub use write::Order;

/// Most registers a read may ask for (Modbus Application Protocol V1.1b3, 6.3).
pub const READ_MAX: u16 = 125;
/// Most registers a write may carry (Modbus Application Protocol V1.1b3, 6.12).
pub const WRITE_MAX: u16 = 123;
/// Unit of the built-in meter; the module in slot n answers as unit n + 1.
pub const UNIT_MAIN: u8 = 1;
/// Unit that addresses every meter at once; writes only, never answered.
pub const UNIT_BROADCAST: u8 = 0;
/// Identification code of the model that this map is compatible with: EM540DINAV23XS1X.
pub const IDENTIFICATION_CODE: u16 = 1760;
