//! A model of the chip at its pins: frames in and out, edges of DRDY, registers, and what goes wrong with them.
//!
//! Its analogue side is whatever gives counts of 24 bits at the rate of conversion, as a simulated front end
//! with its sinc3 filter does. From there on the model is the chip: gains, calibration, two conversions kept,
//! status, CRCs, word lengths, commands.
//!
//! *Time* is that of the model, in nanoseconds from its power-up. It passes by conversions that are waited for,
//! by the bits of a transfer, and by the pauses of a driver; nothing here looks at a clock.
//!
//! Left out: conversions that begin anew do so on the same grid of time, where the real chip begins a new one;
//! the delay of PHASE is an interpolation between conversions, exact for what lies well below their rate.

mod chip;
mod faults;
mod line;
mod spi;

pub use faults::{Fault, Faults};
pub use line::ModelDrdy;
pub use spi::ModelSpi;

use chip::Chip;
use port::SampleSource;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How a chip is wired.
#[derive(Debug, Clone)]
pub struct Wiring {
    /// The row of the source that each input converts; none: it is shorted.
    pub inputs: [Option<usize>; crate::INPUTS],
    /// Frequency at CLKIN by design, in hertz.
    pub clock_hz: f64,
    /// How much faster it is in truth, in ppm.
    pub clock_ppm: f64,
    /// Clock of SPI, in hertz.
    pub spi_hz: f64,
}

/// A chip with its analogue side. Clones are the same chip.
#[derive(Clone)]
pub struct Model(Arc<Mutex<Chip>>);

impl Model {
    /// A chip that was just given its supply.
    pub fn new(source: Box<dyn SampleSource + Send>, wiring: &Wiring, faults: Faults) -> Model {
        Model(Arc::new(Mutex::new(Chip::new(source, wiring, faults))))
    }

    /// Its SPI.
    pub fn spi(&self) -> ModelSpi {
        ModelSpi(self.clone())
    }

    /// Its DRDY, with time that passes as it is waited for.
    pub fn drdy(&self) -> ModelDrdy {
        ModelDrdy(self.clone())
    }

    /// Lets time pass until a moment.
    pub fn advance_to(&self, ns: u64) {
        self.chip().advance_to(ns);
    }

    /// When the next conversion is over, or was; none if there is none any more.
    pub fn next_conversion_ns(&self) -> Option<u64> {
        self.chip().next_conversion_ns()
    }

    /// When DRDY may fall next: an edge that is late, or the next conversion; none if there is none any more.
    pub fn next_event_ns(&self) -> Option<u64> {
        self.chip().next_event_ns()
    }

    /// The oldest edge that nobody has taken.
    pub fn edge(&self) -> Option<crate::Edge> {
        self.chip().edge()
    }

    /// Time since power-up, in nanoseconds.
    pub fn now_ns(&self) -> u64 {
        self.chip().now_ns()
    }

    /// Samples of the source that were converted so far.
    pub fn conversions(&self) -> u64 {
        self.chip().conversions()
    }

    fn chip(&self) -> MutexGuard<'_, Chip> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Model {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Model").field("now_ns", &self.now_ns()).finish_non_exhaustive()
    }
}
