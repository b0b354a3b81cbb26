//! The mathematics of the meter: from counts to quantities, energies and pulses.
//!
//! *Stretch*: samples without a gap. *Window*: 10 whole cycles below 55 Hz, else 12; the windows of a
//! stretch follow each other without a gap. *Fragment*: what is left of it after the last whole cycle.
//! *Bank*: one voltage reference and the loads metered against it. *Means*: what a window's samples
//! come down to; every reading derives from them. *Registers*: integer accumulators of energy and time.
//!
//! Here is no ECS, no input or output and no allocation after construction. The formulas and their
//! errors are in `docs/metering.md`.

mod analogue;
mod bank;
mod bounds;
mod buffer;
pub mod calibration;
mod check;
mod dc;
mod demand;
mod edge;
mod fnv;
mod frequency;
mod imitation;
mod kernel;
mod limits;
mod loads;
mod means;
mod meter;
mod readings;
mod registers;
mod response;
mod simd;
mod spectrum;
mod sums;
mod track;
mod voltages;
mod window;
mod wiring;

/// The stages of a window by themselves, to be measured.
pub mod stage {
    pub use crate::frequency::{Estimate, Fundamental, estimate};
    pub use crate::response::Undo;
    pub use crate::spectrum::Spectrum;
    pub use crate::sums::{PhaseSums, neutral_sums, phase_sums};
}

pub use bank::{Bank, WindowInfo};
pub use bounds::Tail;
pub use demand::Demand;
pub use fnv::Digest;
pub use limits::Limits;
pub use means::{Distortion, Means};
pub use meter::{Meter, MeterSettings, Pulse};
pub use readings::derive_readings;
pub use registers::{NANOWATT_SECONDS_PER_WH, Netting, Registers, WindowPower};
pub use spectrum::{Phasor, Phasors};
pub use wiring::Wiring;
