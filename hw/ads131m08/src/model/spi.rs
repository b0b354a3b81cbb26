//! SPI of a model: what a driver holds in its hand.

use super::Model;
use embedded_hal::spi::{Error, ErrorKind, ErrorType, Operation, SpiDevice};

/// SPI of a chip.
#[derive(Debug)]
pub struct ModelSpi(pub(super) Model);

/// A transfer that failed before it began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TransferFailed;

impl Error for TransferFailed {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Other
    }
}

impl ErrorType for ModelSpi {
    type Error = TransferFailed;
}

impl SpiDevice for ModelSpi {
    fn transaction(&mut self, operations: &mut [Operation<'_, u8>]) -> Result<(), TransferFailed> {
        let mut chip = self.0.chip();
        chip.select().map_err(|()| TransferFailed)?;
        for operation in operations {
            match operation {
                Operation::Read(words) => words.iter_mut().for_each(|byte| *byte = chip.byte(0)),
                Operation::Write(words) => words.iter().for_each(|byte| {
                    chip.byte(*byte);
                }),
                Operation::Transfer(read, write) => {
                    for place in 0..read.len().max(write.len()) {
                        let received = chip.byte(write.get(place).copied().unwrap_or(0));
                        if let Some(read) = read.get_mut(place) {
                            *read = received;
                        }
                    }
                }
                Operation::TransferInPlace(words) => {
                    words.iter_mut().for_each(|byte| *byte = chip.byte(*byte));
                }
                Operation::DelayNs(ns) => chip.pause(u64::from(*ns)),
            }
        }
        chip.release();
        Ok(())
    }
}
