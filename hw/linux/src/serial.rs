//! Serial ports.

use crate::error::OpenError;
use tokio_serial::{DataBits, FlowControl, Parity, SerialPortBuilderExt, SerialStream, StopBits};

/// How bytes go over a line: 8 data bits, no flow control.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SerialSettings {
    /// Bits a second.
    pub baud: u32,
    /// Parity bit.
    pub parity: Parity,
    /// Two stop bits rather than one.
    pub two_stop_bits: bool,
}

/// Opens a port and sets it up. To be called within a tokio runtime that drives I/O.
///
/// # Errors
/// If there is no such port, it may not be used, or it cannot do what is asked.
pub fn open_serial(path: &str, settings: SerialSettings) -> Result<SerialStream, OpenError> {
    let stop_bits = if settings.two_stop_bits { StopBits::Two } else { StopBits::One };
    tokio_serial::new(path, settings.baud)
        .data_bits(DataBits::Eight)
        .parity(settings.parity)
        .stop_bits(stop_bits)
        .flow_control(FlowControl::None)
        .open_native_async()
        .map_err(|error| {
            let check = "check the name of the port (ls -l /dev/tty*), its overlay in the device tree, and the speed";
            OpenError::new(path, "cannot open the serial port", check, error)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A port that is not there is named, with what to check.
    #[test]
    fn a_missing_port_is_named() {
        let settings = SerialSettings { baud: 9600, parity: Parity::None, two_stop_bits: false };
        let error =
            open_serial("/dev/ttyNONE7", settings).expect_err("it is not there").to_string();
        assert!(error.starts_with("/dev/ttyNONE7: cannot open the serial port: "), "{error}");
        assert!(error.contains("check the name of the port"), "{error}");
    }
}
