//! A recording as a waveform: rows of volts and amperes, already mapped to roles.
//!
//! At the recording's own rate its samples pass untouched. A front end whose clock is off by
//! some ppm sees the signal between them, interpolated.

use port::Role;

use crate::interpolate::{weighted, weights};
use crate::waveform::Waveform;

/// Largest difference of the two clocks, as a fraction. More is a resampling job, with a filter
/// against aliasing, which the crate `recording` does.
const CLOCK_DIFFERENCE_MOST: f64 = 1e-3;

/// Why rows are no recording.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum RecordedError {
    /// Roles must be of `Role::ALL`, in its order, each once, with one row each.
    #[error(
        "{roles} roles and {rows} rows: each row needs one role, in the order va vb vc ia ib ic in"
    )]
    Roles {
        /// How many roles were given.
        roles: usize,
        /// How many rows were given.
        rows: usize,
    },
    /// Rows differ in length or are empty.
    #[error("the row of {role} holds {samples} samples, the first one {first}; equal numbers \
             above 0 are needed", role = .role.slug())]
    Length {
        /// The row's role.
        role: Role,
        /// Its samples.
        samples: usize,
        /// Samples of the first row.
        first: usize,
    },
    /// A sample that is not a number. Missing samples have to be dealt with before.
    #[error("sample {index} of {role} is {value}", role = .role.slug())]
    Sample {
        /// The row's role.
        role: Role,
        /// Which sample, from 0.
        index: usize,
        /// What it is.
        value: f64,
    },
    /// A sample rate that is not a positive number.
    #[error("a sample rate of {0} Hz makes no sense")]
    SampleRate(f64),
}

/// A recording, played once from its beginning.
#[derive(Debug, Clone)]
pub struct Recorded {
    roles: Vec<Role>,
    rows: Vec<Vec<f64>>,
    rate_hz: f64,
    next: u64,
}

impl Recorded {
    /// Rows in volts and amperes, one a role, sampled at `rate_hz`.
    pub fn new(
        roles: Vec<Role>,
        rows: Vec<Vec<f64>>,
        rate_hz: f64,
    ) -> Result<Recorded, RecordedError> {
        if roles.len() != rows.len() || roles.is_empty() || !roles.is_sorted_by(|a, b| a < b) {
            return Err(RecordedError::Roles { roles: roles.len(), rows: rows.len() });
        }
        if !(rate_hz > 0.0 && rate_hz.is_finite()) {
            return Err(RecordedError::SampleRate(rate_hz));
        }
        for (&role, row) in roles.iter().zip(&rows) {
            let (samples, first) = (row.len(), rows[0].len());
            if samples != first || samples == 0 {
                return Err(RecordedError::Length { role, samples, first });
            }
            if let Some(index) = row.iter().position(|value| !value.is_finite()) {
                return Err(RecordedError::Sample { role, index, value: row[index] });
            }
        }
        Ok(Recorded { roles, rows, rate_hz, next: 0 })
    }

    /// Samples a second of the recording.
    pub fn rate_hz(&self) -> f64 {
        self.rate_hz
    }

    /// The largest magnitude of each row, as [`crate::frontend::FrontEnd::ideal_for`] wants them.
    pub fn peaks(&self) -> Vec<(Role, f64)> {
        let peak = |row: &Vec<f64>| row.iter().fold(0.0, |peak: f64, value| peak.max(value.abs()));
        self.roles.iter().copied().zip(self.rows.iter().map(peak)).collect()
    }

    fn samples(&self) -> usize {
        self.rows[0].len()
    }

    /// The next samples as they are.
    fn copy(&mut self, rows: &mut [Vec<f64>], max: usize) -> usize {
        let first = self.samples().min(self.next as usize);
        let count = max.min(self.samples() - first);
        for (to, from) in rows.iter_mut().zip(&self.rows) {
            to[..count].copy_from_slice(&from[first..first + count]);
        }
        self.next += count as u64;
        count
    }

    /// The next samples at `step` recorded samples from each other.
    fn interpolate(&mut self, step: f64, rows: &mut [Vec<f64>], max: usize) -> usize {
        let last = (self.samples() - 1) as f64;
        for count in 0..max {
            let position = self.next as f64 * step;
            if position > last {
                return count;
            }
            let before = position.floor() as usize;
            let weights = weights(position - position.floor());
            for (to, from) in rows.iter_mut().zip(&self.rows) {
                to[count] = weighted(from, before, &weights);
            }
            self.next += 1;
        }
        max
    }
}

/// Plays the recording. The clock must be the recording's within 1000 ppm.
impl Waveform for Recorded {
    fn roles(&self) -> &[Role] {
        &self.roles
    }

    fn fill(&mut self, rate_hz: f64, rows: &mut [Vec<f64>], max: usize) -> usize {
        let step = self.rate_hz / rate_hz;
        assert!(
            (rate_hz / self.rate_hz - 1.0).abs() <= 1.000_001 * CLOCK_DIFFERENCE_MOST,
            "a recording at {} S/s cannot be played at {rate_hz} S/s",
            self.rate_hz
        );
        if step == 1.0 { self.copy(rows, max) } else { self.interpolate(step, rows, max) }
    }

    fn seek(&mut self, index: u64) {
        assert!(
            index >= self.next,
            "a waveform goes forward in time: from {} to {index}",
            self.next
        );
        self.next = index;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interpolate::REACH;
    use std::f64::consts::PI;

    const RATE_HZ: f64 = 8_000.0;

    fn tone(frequency_hz: f64, rate_hz: f64) -> Vec<f64> {
        (0..4_000).map(|n| (2.0 * PI * frequency_hz * f64::from(n) / rate_hz).sin()).collect()
    }

    fn play(row: Vec<f64>, rate_hz: f64) -> Vec<f64> {
        let mut recorded = Recorded::new(vec![Role::Va], vec![row], RATE_HZ).unwrap();
        let mut rows = vec![vec![0.0; 5_000]];
        let count = recorded.fill(rate_hz, &mut rows, 5_000);
        rows[0][..count].to_vec()
    }

    #[test]
    fn at_its_own_rate_samples_are_untouched() {
        let row = tone(50.0, RATE_HZ);
        assert_eq!(play(row.clone(), RATE_HZ), row);
    }

    #[test]
    fn at_another_clock_the_signal_between_the_samples_is_met() {
        for ppm in [-1_000.0, -15.0, 15.0, 1_000.0] {
            let rate_hz = RATE_HZ * (1.0 + ppm * 1e-6);
            for frequency_hz in [50.0, 1_550.0, 2_800.0] {
                let found = play(tone(frequency_hz, RATE_HZ), rate_hz);
                let expected = tone(frequency_hz, rate_hz);
                let inner = REACH..found.len().min(expected.len()) - REACH;
                for n in inner {
                    let error = found[n] - expected[n];
                    assert!(error.abs() < 1e-6, "{frequency_hz} Hz, {ppm} ppm, {n}: {error:e}");
                }
            }
        }
    }

    #[test]
    fn what_is_no_recording_is_refused() {
        let make = |roles: &[Role], rows: &[&[f64]], rate_hz: f64| {
            let rows = rows.iter().map(|row| row.to_vec()).collect();
            Recorded::new(roles.to_vec(), rows, rate_hz).unwrap_err().to_string()
        };
        let (va, ia) = (Role::Va, Role::Ia);
        assert!(make(&[ia, va], &[&[1.0], &[1.0]], RATE_HZ).contains("in the order"));
        assert!(make(&[va], &[&[1.0], &[1.0]], RATE_HZ).contains("1 roles and 2 rows"));
        assert!(make(&[va, ia], &[&[1.0], &[]], RATE_HZ).contains("row of ia holds 0"));
        assert!(make(&[va], &[&[1.0, f64::NAN]], RATE_HZ).contains("sample 1 of va is NaN"));
        assert!(make(&[va], &[&[1.0]], 0.0).contains("0 Hz"));
    }
}
