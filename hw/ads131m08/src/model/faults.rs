//! What goes wrong with a chip, when.

/// A fault, each with why a meter must live through it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Fault {
    /// A frame has a wrong bit on its way with this probability: sparks and motors couple into the wires.
    FlippedBits(f64),
    /// A transfer fails with this probability: the driver of the bus is busy or out of memory.
    FailedTransfers(f64),
    /// All conversions stand still: a latch-up, until the supply goes.
    Stuck,
    /// An edge of DRDY is missed with this probability: a queue of the kernel is full.
    LostEdges(f64),
    /// Edges come late by up to so many nanoseconds: interrupts wait for each other.
    Jitter(u64),
    /// The clock at CLKIN stops: a crystal breaks under a blow.
    ClockStopped,
    /// The chip loses its registers at the beginning: its supply dips.
    Reset,
    /// All conversions begin anew at the beginning: a spike on the SYNC line.
    Resynchronised,
    /// A bit of a register turns over at the beginning: radiation.
    Upset,
    /// The host does not look after the chip for so many nanoseconds, once: another task holds the processor.
    BusyHost(u64),
}

/// Faults, each from and to a moment in nanoseconds since power-up, and the seed of their chances.
#[derive(Debug, Clone, Default)]
pub struct Faults {
    /// From, to (exclusive), what.
    pub list: Vec<(u64, u64, Fault)>,
    /// Seed.
    pub seed: u64,
}

/// Chances that are the same for the same seed: SplitMix64 (Steele, Lea and Flood, 2014).
#[derive(Debug, Clone)]
pub(super) struct Chances(pub u64);

impl Chances {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// Whether something happens that has this probability.
    pub fn happens(&mut self, probability: f64) -> bool {
        // The upper 53 bits as a fraction below one.
        ((self.next() >> 11) as f64) * 2f64.powi(-53) < probability
    }

    /// Below a limit that is not 0.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }
}
