//! The Linux side of the boundary: here, real time. Serial ports, SPI and GPIO come with the backend.

use port::{Clock, Pace, Timestamp};
use std::time::{Duration, Instant, SystemTime};

/// The system's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let ns = match SystemTime::now().duration_since(SystemTime::UNIX_EPOCH) {
            Ok(since) => i64::try_from(since.as_nanos()),
            Err(before) => i64::try_from(before.duration().as_nanos()).map(|ns| -ns),
        };
        Timestamp { unix_ns: ns.unwrap_or(i64::MAX) }
    }
}

/// Lets simulated time pass at a multiple of real time.
#[derive(Debug, Clone, Copy)]
pub struct RealPace {
    begun: Instant,
    factor: f64,
}

impl RealPace {
    /// `factor` simulated seconds pass in a real one; above zero.
    pub fn new(factor: f64) -> RealPace {
        RealPace { begun: Instant::now(), factor }
    }
}

impl Pace for RealPace {
    fn wait_until(&mut self, elapsed_s: f64) {
        let due = Duration::try_from_secs_f64(elapsed_s / self.factor).unwrap_or_default();
        std::thread::sleep(due.saturating_sub(self.begun.elapsed()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_is_after_the_build() {
        assert!(SystemClock.now() > Timestamp::from_unix_s(1_700_000_000));
    }
}
