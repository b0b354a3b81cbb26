//! Registers, commands and what the bits of them mean (SBAS950B, 8.5 and 8.6).

/// Commands of one word.
pub(crate) mod command {
    pub const NULL: u16 = 0x0000;
    pub const RESET: u16 = 0x0011;
    pub const STANDBY: u16 = 0x0022;
    pub const WAKEUP: u16 = 0x0033;
    pub const LOCK: u16 = 0x0555;
    pub const UNLOCK: u16 = 0x0655;

    /// Reads one register.
    pub fn read(register: super::Register) -> u16 {
        0xA000 | u16::from(register.0) << 7
    }

    /// Writes one register.
    pub fn write(register: super::Register) -> u16 {
        0x6000 | u16::from(register.0) << 7
    }

    /// What the chip answers to a write of one register.
    pub fn written(register: super::Register) -> u16 {
        0x4000 | u16::from(register.0) << 7
    }
}

/// Response to a reset that was carried out; to one that was not, its own command.
pub(crate) const RESET_DONE: u16 = 0xFF28;

/// High byte of the identity of a chip with eight inputs.
pub(crate) const ID_EIGHT_INPUTS: u16 = 0x28;

/// Address of a register.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Register(pub(crate) u8);

impl Register {
    /// Identity: 28h and a revision.
    pub const ID: Register = Register(0x00);
    /// Status, the same as the first word of a frame.
    pub const STATUS: Register = Register(0x01);
    /// CRCs, word length, time-out, DRDY.
    pub const MODE: Register = Register(0x02);
    /// Enabled inputs, oversampling, power.
    pub const CLOCK: Register = Register(0x03);
    /// Gains of inputs 0 to 3.
    pub const GAIN1: Register = Register(0x04);
    /// Gains of inputs 4 to 7.
    pub const GAIN2: Register = Register(0x05);

    /// Phase and multiplexer of an input.
    pub fn config(input: usize) -> Register {
        Register(0x09 + 5 * input as u8)
    }

    /// Offset of an input, upper 16 bits; the lower 8 stand in the next register.
    pub fn offset(input: usize) -> Register {
        Register(0x0A + 5 * input as u8)
    }

    /// Gain calibration of an input, upper 16 bits; the lower 8 stand in the next register.
    pub fn gain(input: usize) -> Register {
        Register(0x0C + 5 * input as u8)
    }

    /// The next register.
    pub fn next(self) -> Register {
        Register(self.0 + 1)
    }

    /// Its address.
    pub fn address(self) -> u8 {
        self.0
    }
}

/// Bits of MODE.
pub(crate) mod mode {
    /// The chip watches its own registers.
    pub const REG_CRC_EN: u16 = 1 << 13;
    /// Commands need a CRC.
    pub const RX_CRC_EN: u16 = 1 << 12;
    /// CRCs are ANSI rather than CCITT.
    pub const CRC_ANSI: u16 = 1 << 11;
    /// The chip was reset; cleared by writing 0.
    pub const RESET: u16 = 1 << 10;
    /// Words of 24 bits.
    pub const WORDS_24: u16 = 1 << 8;
    /// Both bits of the word length.
    pub const WORD_LENGTH: u16 = 3 << 8;
    /// A frame that takes longer than 2^15 periods of CLKIN is given up.
    pub const TIMEOUT: u16 = 1 << 4;
    /// As the chip comes up.
    pub const AT_RESET: u16 = 0x0510;
}

/// Bits of CLOCK.
pub(crate) mod clock {
    /// Full power.
    pub const HIGH_RESOLUTION: u16 = 2;
    /// As the chip comes up: all inputs, oversampling by 1024, full power.
    pub const AT_RESET: u16 = 0xFF0E;
}

/// Number of registers that the map's own CRC covers, and the last of them.
pub(crate) const LAST_REGISTER: u8 = 0x30;
