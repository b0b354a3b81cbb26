//! SPI through spidev.

use crate::error::OpenError;
use embedded_hal::spi::{Error, ErrorKind, ErrorType, Operation, SpiDevice};
use spidev::{SpiModeFlags, Spidev, SpidevOptions, SpidevTransfer};
use std::io;
use std::time::Duration;

/// A device on an SPI bus, mode 1 (SBAS950B: data change with the rising edge of SCLK).
#[derive(Debug)]
pub struct SpiPort(Spidev);

/// What the kernel says of a transfer.
#[derive(Debug)]
pub struct SpiError(pub io::Error);

impl Error for SpiError {
    fn kind(&self) -> ErrorKind {
        match self.0.kind() {
            io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => ErrorKind::Overrun,
            _ => ErrorKind::Other,
        }
    }
}

impl SpiPort {
    /// Opens a device and sets its clock, in hertz.
    ///
    /// # Errors
    /// If it is not there, may not be used, or does not take the clock.
    pub fn open(path: &str, clock_hz: u32) -> Result<SpiPort, OpenError> {
        const CHECK: &str =
            "check that SPI is enabled in the device tree and spidev is loaded (ls /dev/spidev*)";
        let mut device = Spidev::open(path)
            .map_err(|error| OpenError::new(path, "cannot open the SPI device", CHECK, error))?;
        let options = SpidevOptions::new()
            .bits_per_word(8)
            .max_speed_hz(clock_hz)
            .mode(SpiModeFlags::SPI_MODE_1)
            .build();
        device.configure(&options).map_err(|error| {
            OpenError::new(
                path,
                "cannot set mode 1 and the clock of SPI",
                "try a lower adc.spi_hz",
                error,
            )
        })?;
        Ok(SpiPort(device))
    }
}

impl ErrorType for SpiPort {
    type Error = SpiError;
}

impl SpiDevice for SpiPort {
    fn transaction(&mut self, operations: &mut [Operation<'_, u8>]) -> Result<(), SpiError> {
        let mut transfers = Vec::with_capacity(operations.len());
        let mut copy = Vec::new();
        let mut pause = Duration::ZERO;
        for operation in operations {
            match operation {
                Operation::Read(words) => transfers.push(SpidevTransfer::read(words)),
                Operation::Write(words) => transfers.push(SpidevTransfer::write(words)),
                Operation::Transfer(read, write) => {
                    transfers.push(SpidevTransfer::read_write(write, read));
                }
                Operation::TransferInPlace(words) => {
                    copy.clear();
                    copy.extend_from_slice(words);
                    self.0
                        .transfer(&mut SpidevTransfer::read_write(&copy, words))
                        .map_err(SpiError)?;
                }
                Operation::DelayNs(ns) => pause += Duration::from_nanos(u64::from(*ns)),
            }
        }
        if !transfers.is_empty() {
            self.0.transfer_multiple(&mut transfers).map_err(SpiError)?;
        }
        // A driver pauses after what it has sent; a pause between transfers of one transaction has no user here.
        std::thread::sleep(pause);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// [G9] Missing hardware is named by its path, with what to check.
    #[test]
    fn a_missing_device_is_named() {
        let error =
            SpiPort::open("/dev/spidev9.9", 8_000_000).expect_err("it is not there").to_string();
        assert!(error.starts_with("/dev/spidev9.9: cannot open the SPI device: "), "{error}");
        assert!(error.contains("ls /dev/spidev*"), "{error}");
    }
}
