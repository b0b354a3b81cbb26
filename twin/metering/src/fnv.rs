//! A digest of exact bits, so that two runs can be told equal.

/// In the manner of FNV-1a, but a word at a time: multiplied by the golden ratio of 2^64, and the upper half
/// folded down so that high bits reach low ones. Stable across versions and machines; not cryptographic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Digest(u64);

impl Default for Digest {
    fn default() -> Self {
        Digest(0xcbf2_9ce4_8422_2325)
    }
}

impl Digest {
    /// Takes in one word.
    pub fn add(&mut self, word: u64) {
        let mixed = (self.0 ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = mixed ^ (mixed >> 32);
    }

    /// The value so far.
    pub fn value(self) -> u64 {
        self.0
    }
}
