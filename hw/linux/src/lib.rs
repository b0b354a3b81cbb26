//! The Linux side of the boundary: real time, files, serial ports, SPI, GPIO, and the thread that reads the
//! converter.
//!
//! What calls the kernel is thin: an implementation of a trait each (`SpiDevice`, `adc::Drdy`, `port::Disk`,
//! `port::Clock`), behind which tests put a model. What decides anything lies on this side of the trait.

mod converter;
mod disk;
mod edge_rate;
mod error;
mod gpio;
mod paced;
mod priority;
mod room;
mod serial;
mod spi;

pub use converter::{AdcSource, ConverterHealth, HealthReader};
pub use disk::Folder;
pub use edge_rate::EdgeRate;
pub use error::OpenError;
pub use gpio::{GpioEdges, InputLine, LineState, OutputLine};
pub use paced::PacedDrdy;
pub use room::{Room, longest_sync};
pub use serial::{SerialSettings, open_serial};
pub use spi::SpiPort;

use port::{Clock, Pace, Timestamp};
use std::time::{Duration, Instant, SystemTime};

/// The system's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let whole = |since: Duration| i64::try_from(since.as_nanos()).unwrap_or(i64::MAX);
        let unix_ns = match SystemTime::now().duration_since(SystemTime::UNIX_EPOCH) {
            Ok(since) => whole(since),
            Err(before) => -whole(before.duration()),
        };
        Timestamp { unix_ns }
    }
}

/// Whether this process may do anything on this machine.
pub fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// Lets simulated time pass at a multiple of real time, counted from the first wait.
///
/// A machine that was too slow for a while catches up, since every wait counts from the beginning.
#[derive(Debug, Clone)]
pub struct RealPace {
    factor: f64,
    /// Real and simulated time of the first wait.
    begun: Option<(Instant, f64)>,
}

impl RealPace {
    /// `factor` simulated seconds pass in a real one.
    ///
    /// # Panics
    /// If `factor` is not above zero.
    pub fn new(factor: f64) -> RealPace {
        assert!(factor > 0.0, "time passes forwards");
        RealPace { factor, begun: None }
    }

    /// How long it still takes until so many simulated seconds may have passed; for who has to be woken meanwhile.
    pub fn left(&mut self, elapsed_s: f64) -> Duration {
        let (instant, first_s) = *self.begun.get_or_insert_with(|| (Instant::now(), elapsed_s));
        let due = Duration::try_from_secs_f64((elapsed_s - first_s) / self.factor);
        due.unwrap_or_default().saturating_sub(instant.elapsed())
    }
}

impl Pace for RealPace {
    fn wait_until(&mut self, elapsed_s: f64) {
        std::thread::sleep(self.left(elapsed_s));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_is_after_the_build() {
        assert!(SystemClock.now() > Timestamp::from_unix_s(1_700_000_000));
    }

    #[test]
    fn simulated_time_passes_at_its_multiple_and_catches_up() {
        let mut pace = RealPace::new(100.0);
        let begun = Instant::now();
        for block in 1..=5 {
            pace.wait_until(f64::from(block));
        }
        assert!(begun.elapsed() >= Duration::from_millis(40), "4 s at 100 times");
        // What is already due is not waited for.
        let begun = Instant::now();
        pace.wait_until(2.0);
        assert!(begun.elapsed() < Duration::from_secs(1));
    }

    #[test]
    #[should_panic(expected = "forwards")]
    fn no_pace_stands_still() {
        let _ = RealPace::new(0.0);
    }
}
