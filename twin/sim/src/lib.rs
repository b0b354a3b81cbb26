//! The world outside the terminals: the grid, the loads, their waveforms and the front end that
//! turns them into counts; the wire between meter and modules; and a disk that fails.
//!
//! Everything follows from a scenario and its seed. Nothing here names a clock, a file, a socket, a
//! thread or a random number without a seed.

pub mod conformance;
pub mod contact;
pub mod disk;
pub mod esy;
pub mod frontend;
mod interpolate;
mod noise;
pub mod recorded;
pub mod scenario;
pub mod sources;
pub mod steps;
pub mod supply;
pub mod synthetic;
pub mod waveform;
pub mod wire;
