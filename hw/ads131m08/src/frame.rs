//! Frames: ten words of 24 bits either way, each with its CRC.

use crate::driver::FrameError;

/// Inputs of the chip.
pub const INPUTS: usize = 8;

/// Bytes of a word.
pub(crate) const WORD: usize = 3;

/// Bytes of a frame: status, eight inputs, CRC.
pub const FRAME_BYTES: usize = WORD * (INPUTS + 2);

/// CRC-16 with the polynomial 1021h from FFFFh.
const CCITT: crc::Crc<u16> = crc::Crc::<u16>::new(&crc::CRC_16_IBM_3740);

/// CRC-16 with the polynomial 8005h from FFFFh.
const ANSI: crc::Crc<u16> = crc::Crc::<u16>::new(&crc::CRC_16_CMS);

/// Which CRC guards the frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Crc {
    /// The chip's choice after a reset.
    #[default]
    Ccitt,
    /// The other one.
    Ansi,
}

impl Crc {
    /// Of these bytes.
    pub fn of(self, bytes: &[u8]) -> u16 {
        match self {
            Crc::Ccitt => CCITT.checksum(bytes),
            Crc::Ansi => ANSI.checksum(bytes),
        }
    }
}

/// The status word: response to NULL, and register 01h.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Status(pub u16);

impl Status {
    /// The interface is locked.
    pub const LOCK: u16 = 1 << 15;
    /// The converter has begun anew since the last frame.
    pub const F_RESYNC: u16 = 1 << 14;
    /// The registers have changed without a command.
    pub const REG_MAP: u16 = 1 << 13;
    /// The last command had a wrong CRC and was not carried out.
    pub const CRC_ERR: u16 = 1 << 12;
    /// CRCs are ANSI.
    pub const CRC_TYPE: u16 = 1 << 11;
    /// The chip was reset.
    pub const RESET: u16 = 1 << 10;

    /// Whether all these bits are set.
    pub fn has(self, bits: u16) -> bool {
        self.0 & bits == bits
    }

    /// Inputs with a conversion that was not read before, one bit each.
    pub fn ready(self) -> u8 {
        self.0 as u8
    }
}

/// A frame that came from the chip and whose CRC is right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame {
    /// First word: the response to the command before.
    pub response: u16,
    /// Counts of the inputs, 24 bits with sign.
    pub counts: [i32; INPUTS],
}

impl Frame {
    /// The response as the status that it is after NULL.
    pub fn status(&self) -> Status {
        Status(self.response)
    }

    /// Reads a frame.
    ///
    /// # Errors
    /// If its CRC is wrong.
    pub fn decode(bytes: &[u8; FRAME_BYTES], crc: Crc) -> Result<Frame, FrameError> {
        let (body, end) = bytes.split_at(FRAME_BYTES - WORD);
        let (found, expected) = (u16::from_be_bytes([end[0], end[1]]), crc.of(body));
        if found != expected {
            return Err(FrameError::Crc { found, expected });
        }
        let word = |n: usize| [body[WORD * n], body[WORD * n + 1], body[WORD * n + 2]];
        Ok(Frame {
            response: u16::from_be_bytes([body[0], body[1]]),
            counts: std::array::from_fn(|input| {
                let [high, middle, low] = word(input + 1);
                // Upwards first, so that the sign comes along on the way down.
                i32::from_be_bytes([high, middle, low, 0]) >> 8
            }),
        })
    }
}

/// A frame with a command, the register it writes if it writes one, and the CRC of both.
pub(crate) fn encode(command: u16, value: Option<u16>, crc: Crc) -> [u8; FRAME_BYTES] {
    let mut bytes = [0; FRAME_BYTES];
    bytes[..2].copy_from_slice(&command.to_be_bytes());
    let mut filled = WORD;
    if let Some(value) = value {
        bytes[filled..filled + 2].copy_from_slice(&value.to_be_bytes());
        filled += WORD;
    }
    let sum = crc.of(&bytes[..filled]);
    bytes[filled..filled + 2].copy_from_slice(&sum.to_be_bytes());
    bytes
}
