//! What goes wrong on a line.

use port::SlotId;
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Tells the chances of the line from those of front ends.
const STREAM: u64 = 0x455359;

/// A fault that a line has for a while.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LineFault {
    /// What is wrong.
    pub kind: LineFaultKind,
    /// Seconds from the first sample to its beginning.
    pub at_s: f64,
    /// Seconds that it lasts; for ever if not said.
    pub for_s: Option<f64>,
}

/// What can be wrong with a line and the modules on it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum LineFaultKind {
    /// A frame has a bit turned over with this probability: couplings of motors.
    DamagedFrames {
        /// Probability, 0 to 1.
        part: f64,
    },
    /// A frame loses a character with this probability: a receiver that was not ready.
    LostBytes {
        /// Probability, 0 to 1.
        part: f64,
    },
    /// A frame has a character too many with this probability: a driver that was switched on late.
    ExtraBytes {
        /// Probability, 0 to 1.
        part: f64,
    },
    /// Somebody else talks over a frame with this probability.
    Collision {
        /// Probability, 0 to 1.
        part: f64,
    },
    /// The master hears what it sends: a transceiver whose receiver stays on.
    Echo,
    /// A module takes longer for its answers.
    SlowAnswer {
        /// Which module.
        slot: SlotId,
        /// Seconds longer.
        by_s: f64,
    },
    /// A module has the address of another, from the beginning on until the master has settled it: it was set up
    /// elsewhere.
    DuplicateAddress {
        /// Which module.
        slot: SlotId,
        /// Whose address it has.
        of: SlotId,
    },
}

/// The faults of a line, and their chances.
pub(super) struct Chances {
    faults: Vec<LineFault>,
    /// Which of those that happen once have happened.
    happened: Vec<bool>,
    rng: ChaCha8Rng,
}

impl Chances {
    pub fn new(faults: Vec<LineFault>, seed: u64) -> Chances {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(STREAM);
        Chances { happened: vec![false; faults.len()], faults, rng }
    }

    fn going_on(&self, now_ns: u64) -> impl Iterator<Item = LineFaultKind> {
        let now_s = now_ns as f64 / 1e9;
        let on = move |fault: &&LineFault| {
            fault.at_s <= now_s && fault.for_s.is_none_or(|for_s| now_s < fault.at_s + for_s)
        };
        self.faults.iter().filter(on).map(|fault| fault.kind)
    }

    /// A frame that goes out now, as it arrives.
    pub fn damage(&mut self, now_ns: u64, mut bytes: Vec<u8>) -> Vec<u8> {
        let going_on: Vec<LineFaultKind> = self.going_on(now_ns).collect();
        for kind in going_on {
            match kind {
                LineFaultKind::DamagedFrames { part } if self.rng.random_bool(part) => {
                    let bit = self.rng.random_range(0..8 * bytes.len().max(1));
                    if let Some(byte) = bytes.get_mut(bit / 8) {
                        *byte ^= 1 << (bit % 8);
                    }
                }
                LineFaultKind::LostBytes { part } if self.rng.random_bool(part) => {
                    let place = self.rng.random_range(0..bytes.len().max(1));
                    bytes = [&bytes[..place], bytes.get(place + 1..).unwrap_or_default()].concat();
                }
                LineFaultKind::ExtraBytes { part } if self.rng.random_bool(part) => {
                    let place = self.rng.random_range(0..=bytes.len());
                    bytes.insert(place, self.rng.random());
                }
                LineFaultKind::Collision { part } if self.rng.random_bool(part) => {
                    self.talk_over(&mut bytes);
                }
                LineFaultKind::DamagedFrames { .. }
                | LineFaultKind::LostBytes { .. }
                | LineFaultKind::ExtraBytes { .. }
                | LineFaultKind::Collision { .. }
                | LineFaultKind::Echo
                | LineFaultKind::SlowAnswer { .. }
                | LineFaultKind::DuplicateAddress { .. } => {}
            }
        }
        bytes
    }

    /// Another sender pulls bits down, and is out of step at the last character.
    pub fn talk_over(&mut self, bytes: &mut [u8]) {
        for byte in bytes.iter_mut() {
            *byte &= (self.rng.next_u32() & 0xFF) as u8;
        }
        if let Some(byte) = bytes.last_mut() {
            *byte ^= 1;
        }
    }

    /// Whether the master hears itself.
    pub fn echoes(&self, now_ns: u64) -> bool {
        self.going_on(now_ns).any(|kind| kind == LineFaultKind::Echo)
    }

    /// How much later a module answers.
    pub fn answers_late_ns(&self, now_ns: u64, slot: SlotId) -> u64 {
        let late = self.going_on(now_ns).filter_map(|kind| match kind {
            LineFaultKind::SlowAnswer { slot: slow, by_s } if slow == slot => Some(by_s),
            _ => None,
        });
        (late.sum::<f64>() * 1e9) as u64
    }

    /// Modules that have somebody else's address from now on.
    pub fn addresses_taken(&mut self, now_ns: u64) -> Vec<(SlotId, u8)> {
        let mut taken = Vec::new();
        for (fault, happened) in self.faults.iter().zip(&mut self.happened) {
            if let LineFaultKind::DuplicateAddress { slot, of } = fault.kind
                && !*happened
                && fault.at_s <= now_ns as f64 / 1e9
            {
                *happened = true;
                taken.push((slot, of.number()));
            }
        }
        taken
    }
}
