//! How long things take on a serial line.

/// How characters go over a serial line, as far as it matters for time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// Bits a second.
    pub baud: u32,
    /// Bits of a character: start, data, parity and stop.
    pub bits: u8,
}

/// A second in nanoseconds.
const SECOND_NS: u64 = 1_000_000_000;

/// The pause that ends a frame at more than 19,200 baud ("Modbus over Serial Line" V1.02, 2.5.1.1).
const SILENCE_FAST_NS: u64 = 1_750_000;

/// Speed up to which the pause follows the characters (2.5.1.1).
const SILENCE_BY_CHARACTERS_BAUD: u32 = 19_200;

impl Line {
    /// Nanoseconds that so many characters take.
    pub fn characters_ns(self, count: usize) -> u64 {
        count as u64 * u64::from(self.bits) * SECOND_NS / u64::from(self.baud.max(1))
    }

    /// Nanoseconds of the pause that ends a frame: 3.5 characters, 1.75 ms on fast lines.
    pub fn silence_ns(self) -> u64 {
        if self.baud > SILENCE_BY_CHARACTERS_BAUD {
            SILENCE_FAST_NS
        } else {
            self.characters_ns(7) / 2
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Worked out by hand: a character of 10 bits at 115,200 baud takes 86.8 us.
    #[test]
    fn times_follow_the_speed() {
        let fast = Line { baud: 115_200, bits: 10 };
        assert_eq!(fast.characters_ns(1), 86_805);
        assert_eq!(fast.characters_ns(1152), 100_000_000);
        assert_eq!(fast.silence_ns(), 1_750_000);
        assert_eq!(Line { baud: 9600, bits: 10 }.silence_ns(), 3_645_833);
    }
}
