//! How the chip is set up.

use crate::frame::{Crc, INPUTS};
use crate::register::{Register, clock, mode};

/// Calibration that the chip applies to the counts of an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Calibration {
    /// Delay in periods of the modulator, -OSR/2 to OSR/2 - 1.
    pub phase: i16,
    /// Counts that are taken away, 24 bits with sign.
    pub offset: i32,
    /// Factor of the counts in units of 2^-23, 24 bits: 800000h is one.
    pub gain: u32,
}

impl Calibration {
    /// Changes nothing. A meter keeps its calibration beside the chip, where it survives an exchange.
    pub const NONE: Calibration = Calibration { phase: 0, offset: 0, gain: 0x80_0000 };
}

/// Set-up of the chip.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// Frequency at CLKIN, in hertz; 8.192 MHz by design.
    pub clock_hz: f64,
    /// Periods of the modulator (half of CLKIN) a conversion: 128 to 16384, a power of two.
    pub oversampling: u16,
    /// Gains: 1, 2, 4 to 128.
    pub gains: [u8; INPUTS],
    /// Calibration in the chip.
    pub calibration: [Calibration; INPUTS],
    /// Which CRC guards the frames.
    pub crc: Crc,
}

impl Default for Settings {
    /// 8000 conversions a second, the least that carries the 31st harmonic to 65 Hz (metrology.md section 8).
    fn default() -> Settings {
        Settings {
            clock_hz: 8.192e6,
            oversampling: 512,
            gains: [1; INPUTS],
            calibration: [Calibration::NONE; INPUTS],
            crc: Crc::Ccitt,
        }
    }
}

/// A set-up that the chip does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSettings {
    /// Of the oversampling.
    #[error("the chip does not oversample by {0}; take a power of two from 128 to 16384")]
    Oversampling(u16),
    /// Of a gain.
    #[error("input {input} cannot have gain {gain}; take 1, 2, 4, 8, 16, 32, 64 or 128")]
    Gain {
        /// 0 to 7.
        input: usize,
        /// What was asked for.
        gain: u8,
    },
    /// Of a calibration.
    #[error("the calibration of input {0} does not fit its registers")]
    Calibration(usize),
}

impl Settings {
    /// Conversions a second.
    pub fn rate_hz(&self) -> f64 {
        self.clock_hz / 2.0 / f64::from(self.oversampling)
    }

    /// The registers in the order in which they are written.
    ///
    /// # Errors
    /// If the chip cannot be set up so.
    pub(crate) fn registers(&self) -> Result<Vec<(Register, u16)>, InvalidSettings> {
        let exponent = self.oversampling.trailing_zeros() as u16;
        if !self.oversampling.is_power_of_two() || !(7..=14).contains(&exponent) {
            return Err(InvalidSettings::Oversampling(self.oversampling));
        }
        let mut registers = vec![
            (Register::MODE, self.mode()),
            (Register::CLOCK, 0xFF00 | (exponent - 7) << 2 | clock::HIGH_RESOLUTION),
            (Register::GAIN1, self.gains_of(0)?),
            (Register::GAIN2, self.gains_of(4)?),
        ];
        for (input, calibration) in self.calibration.iter().enumerate() {
            let half = self.oversampling as i32 / 2;
            let phase = i32::from(calibration.phase);
            let offset = calibration.offset;
            if !(-half..half).contains(&phase)
                || !(-512..512).contains(&phase)
                || !(-0x80_0000..0x80_0000).contains(&offset)
                || calibration.gain > 0xFF_FFFF
            {
                return Err(InvalidSettings::Calibration(input));
            }
            let (offset, gain) = (offset as u32 & 0xFF_FFFF, calibration.gain);
            let (at, by) = (Register::offset(input), Register::gain(input));
            registers.extend([
                (Register::config(input), (phase as u16) << 6),
                (at, (offset >> 8) as u16),
                (at.next(), (offset as u16) << 8),
                (by, (gain >> 8) as u16),
                (by.next(), (gain as u16) << 8),
            ]);
        }
        Ok(registers)
    }

    /// MODE: CRCs on everything, words of 24 bits, and the mark of the reset taken away.
    fn mode(&self) -> u16 {
        let crc = match self.crc {
            Crc::Ccitt => 0,
            Crc::Ansi => mode::CRC_ANSI,
        };
        mode::REG_CRC_EN | mode::RX_CRC_EN | crc | mode::WORDS_24 | mode::TIMEOUT
    }

    /// A register of four gains.
    fn gains_of(&self, first: usize) -> Result<u16, InvalidSettings> {
        (first..first + 4).try_fold(0, |register, input| {
            let gain = self.gains[input];
            match gain.is_power_of_two() {
                true => Ok(register | (gain.trailing_zeros() as u16) << (4 * (input - first))),
                false => Err(InvalidSettings::Gain { input, gain }),
            }
        })
    }
}
