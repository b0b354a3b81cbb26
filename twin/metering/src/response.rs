//! Undoing the frequency response of the analogue path, harmonic by harmonic.
//!
//! The samples stay as they are. Each mean of a window is corrected by what its harmonics up to the
//! 31st lack: exact for a periodic signal, and free of a filter's start-up and delay.

use crate::spectrum::{Phasor, Phasors};
use catalog::HARMONIC_MAX;
use port::Channel;
use std::f64::consts::{PI, TAU};

/// Undoes responses at the frequency of one window.
#[derive(Debug, Clone)]
pub struct Undo {
    hz: f64,
    /// By how much a sinc filter of first order, with its zero at the sample rate, makes an order smaller.
    sinc: [f64; HARMONIC_MAX + 1],
}

impl Undo {
    /// At a fundamental of `hz` (0 or more).
    pub fn new(hz: f64, sample_rate_hz: f64) -> Undo {
        let sinc = std::array::from_fn(|order| {
            let x = PI * hz * order as f64 / sample_rate_hz;
            if x == 0.0 { 1.0 } else { x.sin() / x }
        });
        Undo { hz, sinc }
    }

    /// The phasors as they were at the terminals: divided by what a sine becomes on its way from there to
    /// the counts,
    ///
    /// ```text
    /// sinc^order * e^(j lead) * e^(-j 2 pi f delay) / (1 + j f/rc)
    /// ```
    pub fn apply(&self, channel: &Channel, measured: &Phasors) -> Phasors {
        let Undo { hz, .. } = *self;
        let lead_rad = channel.lead_rad * channel.lead_reference_hz / hz;
        // The delay of an order is that of the one below and one more step.
        let step = Phasor::from_polar(1.0, TAU * hz * channel.delay_s);
        let rc = if channel.rc_hz.is_finite() { hz / channel.rc_hz } else { 0.0 };
        let mut advance = Phasor::new(1.0, 0.0);
        let mut phasors = *measured;
        for (order, phasor) in phasors.iter_mut().enumerate().skip(1) {
            advance *= step;
            let mut undone = advance * Phasor::new(1.0, rc * order as f64);
            if lead_rad != 0.0 {
                undone *= Phasor::from_polar(1.0, -lead_rad / order as f64);
            }
            *phasor *= undone / self.sinc[order].powi(i32::from(channel.sinc_order));
        }
        phasors
    }
}

/// By how much the mean product of two channels grows when both are corrected.
pub fn product_gain(
    (before_a, after_a): (&Phasors, &Phasors),
    (before_b, after_b): (&Phasors, &Phasors),
) -> f64 {
    (1..=HARMONIC_MAX)
        .map(|order| {
            let after = (after_a[order] * after_b[order].conj()).re;
            let before = (before_a[order] * before_b[order].conj()).re;
            0.5 * (after - before)
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use port::Role;

    #[test]
    fn what_the_formula_does_is_undone() {
        let channel = Channel {
            delay_s: 3e-6,
            lead_rad: 2e-3,
            rc_hz: 4_823.0,
            sinc_order: 3,
            ..Channel::ideal(Role::Ia, 1.0)
        };
        let hz = 49.3;
        let mut measured = [Phasor::default(); HARMONIC_MAX + 1];
        for (order, phasor) in measured.iter_mut().enumerate().skip(1) {
            let f = hz * order as f64;
            let angle =
                channel.lead_rad * channel.lead_reference_hz / f - TAU * f * channel.delay_s;
            let x = PI * f / 8000.0;
            let rc = Phasor::new(1.0, 0.0) / Phasor::new(1.0, f / channel.rc_hz);
            *phasor = Phasor::from_polar((x.sin() / x).powi(3), angle) * rc;
        }
        for phasor in &Undo::new(hz, 8000.0).apply(&channel, &measured)[1..] {
            assert!((phasor - Phasor::new(1.0, 0.0)).norm() < 1e-13, "{phasor}");
        }
    }
}
