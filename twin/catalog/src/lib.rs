//! The one table of everything the meter measures, and the one table of what can be set.
//!
//! *Quantity*: a measured thing with a unit, such as active power. *Scope*: where it is measured,
//! such as phase L1 or the system. *Register*: which counter of an energy, such as tariff 1.
//! A *point* is one quantity at one scope in one register; every protocol, file and page is a view
//! of the list of points. A name, a unit or a resolution is typed here and nowhere else.

mod point;
mod quantity;
mod setting;
mod unit;

pub use point::{Point, PointId, point, points};
pub use quantity::{Class, QUANTITIES, Quantity, QuantityId, Register, Scope};
pub use setting::{SETTINGS, Setting, SettingId};
pub use unit::{Display, Sign, Unit};

/// Highest harmonic order of THD (datasheet L437).
pub const HARMONIC_MAX: usize = 31;

/// The energy registers roll over to zero one step above 99,999,999.999 (datasheet L612: 8+3 digits).
pub const ENERGY_ROLLOVER_KILO: u64 = 100_000_000;
