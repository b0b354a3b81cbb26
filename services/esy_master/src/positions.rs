//! Where the meter's samples stand at a time of the bus.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// How fast what is known of the samples fades: ten times what two crystals differ by.
const FADING: f64 = 1e-3;

/// A second in nanoseconds.
const SECOND_NS: f64 = 1e9;

/// The positions of samples by a clock that only goes forward.
///
/// Samples arrive in blocks, some milliseconds after they were taken; those that came with the least delay tell where
/// time stands.
#[derive(Debug)]
pub struct Positions {
    rate_hz: f64,
    origin: Instant,
    seen: Mutex<Seen>,
}

#[derive(Debug)]
struct Seen {
    /// Position at the origin, as if samples had always come.
    offset: f64,
    at_ns: u64,
}

impl Positions {
    /// Of samples at a rate, of which none has come yet.
    pub fn new(rate_hz: f64) -> Positions {
        let seen = Mutex::new(Seen { offset: f64::NEG_INFINITY, at_ns: 0 });
        Positions { rate_hz, origin: Instant::now(), seen }
    }

    /// The time now, in nanoseconds.
    pub fn now_ns(&self) -> u64 {
        self.origin.elapsed().as_nanos() as u64
    }

    /// All samples before this one are there now.
    pub fn reached(&self, sample: u64) {
        self.reached_at(sample, self.now_ns());
    }

    fn reached_at(&self, sample: u64, now_ns: u64) {
        let mut seen = self.seen();
        let offset = sample as f64 - 0.5 - now_ns as f64 * self.rate_hz / SECOND_NS;
        let faded = now_ns.saturating_sub(seen.at_ns) as f64 * self.rate_hz / SECOND_NS * FADING;
        *seen = Seen { offset: offset.max(seen.offset - faded), at_ns: now_ns };
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The position at a time; 0 before the first sample.
    pub fn at(&self, ns: u64) -> f64 {
        (self.seen().offset + ns as f64 * self.rate_hz / SECOND_NS).max(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Blocks that come late move no time, and a clock that is off is followed.
    #[test]
    fn the_least_delay_tells_the_time() {
        let positions = Positions::new(8000.0);
        assert_eq!(positions.at(5_000_000), 0.0);
        let ms = |ms: u64| ms * 1_000_000;
        positions.reached_at(800, ms(120));
        positions.reached_at(1600, ms(202));
        positions.reached_at(2400, ms(390));
        // The second came after 2 ms: 16 samples.
        assert!((positions.at(ms(400)) - (3200.0 - 16.5)).abs() < 2.0);
        // A sample clock that is 100 ppm slow, for an hour.
        (1..=36_000).for_each(|n| positions.reached_at(2400 + n * 800, ms(390) + n * 100_010_000));
        let expected = 2400.0 + 36_000.0 * 800.0 - 0.5;
        let now_ns = ms(390) + 36_000 * 100_010_000;
        assert!((positions.at(now_ns) - expected).abs() < 1.0, "{}", positions.at(now_ns));
    }
}
