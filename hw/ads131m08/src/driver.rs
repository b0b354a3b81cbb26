//! The driver: one exchange of frames at a time, and the set-up of the chip.

use crate::frame::{Crc, FRAME_BYTES, Frame, Status, encode};
use crate::register::{ID_EIGHT_INPUTS, RESET_DONE, Register, command, mode};
use crate::settings::{InvalidSettings, Settings};
use embedded_hal::spi::{Error as _, ErrorKind, Operation, SpiDevice};

/// What the chip takes to give up a transfer that was interrupted: 2^15 periods of CLKIN, 4 ms at 8.192 MHz, with
/// some head-room for slower clocks.
const TIMEOUT_NS: u32 = 5_000_000;

/// What the chip takes to be ready after a reset (5 us), on the safe side.
const RESET_NS: u32 = 20_000;

/// Why a frame gave no sample. Nothing of it is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// The transfer itself failed.
    #[error("the SPI transfer failed: {0:?}")]
    Spi(ErrorKind),
    /// The frame was damaged on its way.
    #[error("the frame has CRC {found:04X}h, and its content {expected:04X}h")]
    Crc {
        /// What it says.
        found: u16,
        /// What it should be.
        expected: u16,
    },
    /// The conversion in it was read before.
    #[error("the frame holds no new conversion (status {0:04X}h)")]
    NotNew(u16),
    /// The chip was reset, and converts with other settings than ours.
    #[error("the chip was reset (status {0:04X}h)")]
    Reset(u16),
    /// The chip's settings are not ours any more.
    #[error("the registers have changed by themselves (status {0:04X}h)")]
    Registers(u16),
}

/// Why the chip cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// It cannot be set up as asked.
    #[error(transparent)]
    Settings(#[from] InvalidSettings),
    /// A frame of the set-up went wrong.
    #[error(
        "setting up the ADS131M08: {0}; check the wiring of SCLK, DIN, DOUT and CS, SPI mode 1, and the clock's speed"
    )]
    Frame(#[from] FrameError),
    /// It does not confirm a reset.
    #[error(
        "the ADS131M08 does not confirm a reset (it says {0:04X}h); check its supply, CLKIN, and the wiring of SPI"
    )]
    NoReset(u16),
    /// It is another chip.
    #[error(
        "the chip says {0:04X}h and is no ADS131M08, which says 28xxh; check which device is at this chip select"
    )]
    OtherChip(u16),
    /// A register does not hold what was written.
    #[error(
        "register {register:02X}h reads {read:04X}h after {written:04X}h was written; the chip or its SPI is faulty"
    )]
    Register {
        /// Its address.
        register: u8,
        /// What was written.
        written: u16,
        /// What was read.
        read: u16,
    },
    /// It does not lock.
    #[error("the ADS131M08 does not lock its registers (status {0:04X}h)")]
    NotLocked(u16),
}

/// A chip that is set up, and read frame by frame.
#[derive(Debug)]
pub struct Driver<S> {
    spi: S,
    settings: Settings,
    crc: Crc,
    /// What the frame that carries samples sends along, always the same.
    null: [u8; FRAME_BYTES],
}

impl<S: SpiDevice> Driver<S> {
    /// Resets a chip, makes sure that it is one, sets it up and locks it.
    ///
    /// # Errors
    /// If it is not there, is another, or does not take its settings.
    pub fn start(spi: S, settings: Settings) -> Result<Driver<S>, Error> {
        let null = encode(command::NULL, None, settings.crc);
        let mut driver = Driver { spi, settings, crc: settings.crc, null };
        driver.restart()?;
        Ok(driver)
    }

    /// Sets the chip up anew, whatever state it is in.
    ///
    /// # Errors
    /// As those of [`Driver::start`].
    pub fn restart(&mut self) -> Result<(), Error> {
        let registers = self.settings.registers()?;
        // A transfer that was interrupted ends by itself, if the bus is left alone.
        self.wait(TIMEOUT_NS).map_err(FrameError::Spi)?;
        self.reset()?;
        let id = self.read_register(Register::ID)?;
        if id >> 8 != ID_EIGHT_INPUTS {
            return Err(Error::OtherChip(id));
        }
        for (register, value) in registers {
            self.write_register(register, value)?;
        }
        self.exchange(command::LOCK, None)?;
        let status = self.exchange(command::NULL, None)?.response;
        if status != command::LOCK {
            return Err(Error::NotLocked(status));
        }
        let status = self.exchange(command::NULL, None)?.status();
        match status.has(Status::LOCK) {
            true => Ok(()),
            false => Err(Error::NotLocked(status.0)),
        }
    }

    /// Stops all conversions, and so the edges of DRDY.
    ///
    /// # Errors
    /// If a frame goes wrong.
    pub fn stand_by(&mut self) -> Result<(), Error> {
        self.exchange(command::UNLOCK, None)?;
        self.exchange(command::STANDBY, None)?;
        Ok(())
    }

    /// Begins all conversions anew at the same moment, as after a pulse at the SYNC pin.
    ///
    /// # Errors
    /// If a frame goes wrong, or the chip does not confirm.
    pub fn wake_up(&mut self) -> Result<(), Error> {
        self.exchange(command::WAKEUP, None)?;
        let awake = self.exchange(command::LOCK, None)?.response;
        // After this frame the next answers with the status again.
        let locked = self.exchange(command::NULL, None)?.response;
        match (awake, locked) {
            (command::WAKEUP, command::LOCK) => Ok(()),
            _ => Err(Error::NotLocked(locked)),
        }
    }

    /// Reads a conversion that DRDY has announced.
    ///
    /// # Errors
    /// Why it is no sample: it was damaged, is an old one, or was made with other settings.
    pub fn read(&mut self) -> Result<Frame, FrameError> {
        let null = self.null;
        let frame = self.transfer(&null)?;
        let status = frame.status();
        // What follows a reset may be called new; it is another chip's all the same.
        if status.has(Status::RESET) || !status.has(Status::LOCK) {
            return Err(FrameError::Reset(status.0));
        }
        if status.has(Status::REG_MAP) {
            return Err(FrameError::Registers(status.0));
        }
        match status.ready() {
            0xFF => Ok(frame),
            _ => Err(FrameError::NotNew(status.0)),
        }
    }

    /// Reads a register.
    ///
    /// # Errors
    /// If a frame goes wrong.
    pub fn read_register(&mut self, register: Register) -> Result<u16, FrameError> {
        self.exchange(command::read(register), None)?;
        Ok(self.exchange(command::NULL, None)?.response)
    }

    /// How it is set up.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Resets the chip, whichever CRC it was told before: one that is locked must hear both commands.
    fn reset(&mut self) -> Result<(), Error> {
        let mut response = 0;
        for crc in [self.settings.crc, Crc::Ccitt, Crc::Ansi] {
            self.crc = crc;
            // What the chip says now is about its past, and may be cut in half.
            let _past = self.exchange(command::UNLOCK, None);
            let _past = self.exchange(command::RESET, None);
            self.wait(RESET_NS).map_err(FrameError::Spi)?;
            self.crc = Crc::Ccitt;
            match self.exchange(command::NULL, None) {
                Ok(frame) if frame.response == RESET_DONE => return Ok(()),
                Ok(frame) => response = frame.response,
                Err(FrameError::Spi(kind)) => return Err(FrameError::Spi(kind).into()),
                Err(_) => {}
            }
            self.wait(TIMEOUT_NS).map_err(FrameError::Spi)?;
        }
        Err(Error::NoReset(response))
    }

    /// Writes a register and reads it back.
    fn write_register(&mut self, register: Register, value: u16) -> Result<(), Error> {
        self.exchange(command::write(register), Some(value))?;
        if register == Register::MODE {
            // From the next frame on the chip speaks with the CRC it was told.
            self.crc = if value & mode::CRC_ANSI == 0 { Crc::Ccitt } else { Crc::Ansi };
        }
        let written = self.exchange(command::read(register), None)?.response;
        let read = self.exchange(command::NULL, None)?.response;
        let error = Error::Register { register: register.address(), written: value, read };
        match written == command::written(register) && read == value {
            true => Ok(()),
            false => Err(error),
        }
    }

    /// Sends a command; what comes back answers the one before.
    fn exchange(&mut self, command: u16, value: Option<u16>) -> Result<Frame, FrameError> {
        self.transfer(&encode(command, value, self.crc))
    }

    fn transfer(&mut self, sent: &[u8; FRAME_BYTES]) -> Result<Frame, FrameError> {
        let mut received = [0; FRAME_BYTES];
        self.spi.transfer(&mut received, sent).map_err(|error| FrameError::Spi(error.kind()))?;
        Frame::decode(&received, self.crc)
    }

    fn wait(&mut self, ns: u32) -> Result<(), ErrorKind> {
        self.spi.transaction(&mut [Operation::DelayNs(ns)]).map_err(|error| error.kind())
    }
}
