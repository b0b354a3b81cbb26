//! The reference standard of the calibration bench: by it the bench knows what it applies, and by as much as
//! the standard errs, every unit calibrated on it errs too.

use crate::document::Entry;
use crate::unit::entry;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Largest error of voltage and of current, in ppm: a standard of class 0.05 kept well within it. Ours.
const AMPLITUDE_PPM: f64 = 200.0;

/// Largest error of the angle between voltage and current, in degrees. Ours.
const ANGLE_DEG: f64 = 0.005;

/// Tells its draws from those of the unit of the same seed.
const STREAM: u64 = 1;

/// True errors of a standard.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Standard {
    /// By how much more voltage there is than it says, in ppm.
    pub voltage_ppm: f64,
    /// By how much more current there is than it says, in ppm.
    pub current_ppm: f64,
    /// By how much more the current lags than it says, in degrees.
    pub lag_deg: f64,
}

impl Standard {
    /// One that does not err.
    pub const EXACT: Standard = Standard { voltage_ppm: 0.0, current_ppm: 0.0, lag_deg: 0.0 };

    /// That of the place on the bench at which the unit of a seed is calibrated: uniform up to 0.02 % and
    /// 0.005 degrees.
    pub fn of_place(seed: u64) -> Standard {
        let mut draw = ChaCha8Rng::seed_from_u64(seed);
        draw.set_stream(STREAM);
        let mut spread = |half: f64| half * draw.random_range(-1.0..=1.0);
        Standard {
            voltage_ppm: spread(AMPLITUDE_PPM),
            current_ppm: spread(AMPLITUDE_PPM),
            lag_deg: spread(ANGLE_DEG),
        }
    }

    /// In a line of the certificate.
    pub fn describe(&self) -> Entry {
        let value = format!(
            "voltage {:+.1} ppm, current {:+.1} ppm, lag {:+.5} degrees",
            self.voltage_ppm, self.current_ppm, self.lag_deg
        );
        entry("standard of the calibration", value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_has_its_own_standard_and_keeps_it() {
        assert_eq!(Standard::of_place(3), Standard::of_place(3));
        assert_ne!(Standard::of_place(3), Standard::of_place(4));
        let largest = (0..500).map(|seed| Standard::of_place(seed).voltage_ppm.abs());
        let largest = largest.fold(0.0, f64::max);
        assert!((190.0..=200.0).contains(&largest), "{largest}");
    }
}
