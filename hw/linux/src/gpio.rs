//! Lines of GPIO through the character device: edges with the kernel's stamps, and levels.

use crate::error::OpenError;
use adc::{Drdy, Edge, Waited};
use gpiocdev::line::{EdgeDetection, Value};
use gpiocdev::{Chip, Request};
use rustix::time::{ClockId, clock_gettime};
use std::fs::File;
use std::io;
use std::time::Duration;

const CHECK: &str =
    "check the chip and the number of the line (gpioinfo), and that nobody else has it";

/// A line as the kernel knows it, whoever has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineState {
    /// Its name by the device tree; empty if it has none.
    pub name: String,
    /// Who has it; none: it is free.
    pub user: Option<String>,
}

impl LineState {
    /// Looks at a line without taking it.
    ///
    /// # Errors
    /// If there is no such chip or line, or it may not be looked at.
    pub fn of(chip: &str, offset: u32) -> Result<LineState, OpenError> {
        // So that what the system says of the device itself comes through.
        File::open(chip).map_err(|error| unavailable(chip, error))?;
        let known =
            Chip::from_path(chip).map_err(|error| unavailable(chip, io::Error::other(error)))?;
        let info = known.line_info(offset).map_err(|error| {
            unavailable(chip, io::Error::other(format!("there is no line {offset} ({error})")))
        })?;
        Ok(LineState { name: info.name, user: info.used.then_some(info.consumer) })
    }
}

/// Makes sure that a line is there and free: the error names who has it.
fn check_free(chip: &str, offset: u32) -> Result<(), OpenError> {
    let Some(user) = LineState::of(chip, offset)?.user else { return Ok(()) };
    let error = format!("line {offset} is that of `{user}` already");
    Err(unavailable(chip, io::Error::new(io::ErrorKind::ResourceBusy, error)))
}

/// Now, in nanoseconds of the clock with which the kernel stamps edges.
fn monotonic_ns() -> u64 {
    let now = clock_gettime(ClockId::Monotonic);
    let seconds = u64::try_from(now.tv_sec).unwrap_or_default();
    seconds * 1_000_000_000 + u64::try_from(now.tv_nsec).unwrap_or_default()
}

/// The falling edges of a line: DRDY.
#[derive(Debug)]
pub struct GpioEdges(Request);

impl GpioEdges {
    /// Asks for the edges of a line.
    ///
    /// # Errors
    /// If there is no such line, or another has it.
    pub fn open(chip: &str, offset: u32, active_low: bool) -> Result<GpioEdges, OpenError> {
        check_free(chip, offset)?;
        // Active is what goes up when an edge counts: DRDY falls.
        let edge = match active_low {
            true => EdgeDetection::RisingEdge,
            false => EdgeDetection::FallingEdge,
        };
        let mut builder = Request::builder();
        builder.on_chip(chip).with_consumer("ems DRDY").with_line(offset);
        if active_low {
            builder.as_active_low();
        }
        builder.with_edge_detection(edge);
        let request = builder.request();
        request.map(GpioEdges).map_err(|error| unavailable(chip, io::Error::other(error)))
    }
}

impl Drdy for GpioEdges {
    type Error = gpiocdev::Error;

    fn wait(&mut self, silence_ns: u64) -> Result<Waited, gpiocdev::Error> {
        match self.0.wait_edge_event(Duration::from_nanos(silence_ns))? {
            true => Ok(Waited::Edge(Edge { at_ns: self.0.read_edge_event()?.timestamp_ns })),
            false => Ok(Waited::Silence),
        }
    }

    fn poll(&mut self) -> Result<Option<Edge>, gpiocdev::Error> {
        match self.0.has_edge_event()? {
            true => Ok(Some(Edge { at_ns: self.0.read_edge_event()?.timestamp_ns })),
            false => Ok(None),
        }
    }

    fn now_ns(&self) -> u64 {
        monotonic_ns()
    }
}

/// A line that is read: a contact, a key.
#[derive(Debug)]
pub struct InputLine(Request);

impl InputLine {
    /// Asks for a line.
    ///
    /// # Errors
    /// If there is no such line, or another has it.
    pub fn open(chip: &str, offset: u32, active_low: bool) -> Result<InputLine, OpenError> {
        check_free(chip, offset)?;
        let mut builder = Request::builder();
        builder.on_chip(chip).with_consumer("ems").with_line(offset).as_input();
        if active_low {
            builder.as_active_low();
        }
        let request = builder.request();
        request.map(InputLine).map_err(|error| unavailable(chip, io::Error::other(error)))
    }

    /// Whether it is active.
    ///
    /// # Errors
    /// If the chip is gone.
    pub fn is_active(&self) -> Result<bool, gpiocdev::Error> {
        Ok(self.0.lone_value()? == Value::Active)
    }
}

/// A line that is driven: LED, output. It is inactive from the beginning, and again when it is dropped; after a
/// crash the kernel gives the line back, and the board's resistor decides.
#[derive(Debug)]
pub struct OutputLine(Request);

impl OutputLine {
    /// Asks for a line and makes it inactive.
    ///
    /// # Errors
    /// If there is no such line, or another has it.
    pub fn open(chip: &str, offset: u32, active_low: bool) -> Result<OutputLine, OpenError> {
        check_free(chip, offset)?;
        let mut builder = Request::builder();
        builder.on_chip(chip).with_consumer("ems").with_line(offset).as_output(Value::Inactive);
        if active_low {
            builder.as_active_low();
        }
        let request = builder.request();
        request.map(OutputLine).map_err(|error| unavailable(chip, io::Error::other(error)))
    }

    /// Makes it active, or not.
    ///
    /// # Errors
    /// If the chip is gone.
    pub fn set(&self, active: bool) -> Result<(), gpiocdev::Error> {
        self.0.set_lone_value(if active { Value::Active } else { Value::Inactive })
    }
}

impl Drop for OutputLine {
    fn drop(&mut self) {
        // If the chip is gone there is nothing to be made safe.
        let _gone = self.set(false);
    }
}

fn unavailable(chip: &str, error: io::Error) -> OpenError {
    OpenError::new(chip, "cannot use a line of this GPIO chip", CHECK, error)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// [G9] Missing hardware is named by its path, with what to check.
    #[test]
    fn a_missing_chip_is_named() {
        let error =
            GpioEdges::open("/dev/gpiochip99", 4, false).expect_err("not there").to_string();
        assert!(error.starts_with("/dev/gpiochip99: cannot use a line"), "{error}");
        assert!(error.contains("gpioinfo"), "{error}");
    }

    /// [G9] What is there and is no GPIO chip is told from what is not there.
    #[test]
    fn another_device_is_no_chip() {
        let error = LineState::of("/dev/null", 0).expect_err("no chip").to_string();
        assert!(error.contains("is not a GPIO character device"), "{error}");
        let error = LineState::of("/dev/gpiochip99", 0).expect_err("not there").to_string();
        assert!(error.contains("No such file or directory"), "{error}");
    }

    #[test]
    fn the_clock_of_edges_goes_forwards() {
        let before = monotonic_ns();
        assert!(before > 0 && monotonic_ns() >= before);
    }
}
