//! The ADS131M08, a converter of eight inputs at once (SBAS950B): its driver, and a model of the chip that the
//! driver cannot tell from the real one.
//!
//! *Conversion*: the chip's result for all inputs at one moment. *Edge*: DRDY falls, a conversion is ready.
//! *Frame*: one exchange over SPI, ten words of 24 bits: command against status, then the eight inputs, then
//! the CRC. *Index*: which conversion a sample is, counted from the first that was settled.
//!
//! What is true here: only full frames, every CRC is checked and every command has one, and the response to a
//! command is taken from the next frame. A sample is a conversion that was read once, whole, new and in its
//! place; whatever else comes is counted by its cause and leaves a gap in the index. Nothing is repeated to
//! fill one.
//!
//! Left out: global chop, current detection and the chip's DC filter, which a meter does not use.

mod acquisition;
mod driver;
mod frame;
pub mod model;
mod register;
mod sequence;
mod settings;
mod source;

pub use acquisition::{Acquisition, Drdy, Edge, Health, SILENCE_NS, StartError, Waited};
pub use driver::{Driver, Error, FrameError};
pub use frame::{Crc, FRAME_BYTES, Frame, INPUTS, Status};
pub use register::Register;
pub use sequence::Sequence;
pub use settings::{Calibration, InvalidSettings, Settings};
pub use source::ConverterSource;
