//! Undoing the frequency response of the analogue path, harmonic by harmonic.
//!
//! The samples stay as they are. Each mean of a window is corrected by what its harmonics up to the
//! 31st lack: exact for a periodic signal, and free of a filter's start-up and delay.

use crate::spectrum::{Phasor, Phasors};
use catalog::HARMONIC_MAX;
use port::Channel;
use std::f64::consts::{PI, TAU};

/// What a sine of `hz` becomes on its way from the terminal to the counts, relative to DC.
pub fn response(channel: &Channel, hz: f64, sample_rate_hz: f64) -> Phasor {
    let lead = channel.lead_rad * channel.lead_reference_hz / hz;
    let rotation = Phasor::from_polar(1.0, lead - TAU * hz * channel.delay_s);
    let rc = if channel.rc_hz.is_finite() {
        Phasor::new(1.0, 0.0) / Phasor::new(1.0, hz / channel.rc_hz)
    } else {
        Phasor::new(1.0, 0.0)
    };
    let x = PI * hz / sample_rate_hz;
    let sinc = if x == 0.0 { 1.0 } else { (x.sin() / x).powi(i32::from(channel.sinc_order)) };
    rotation * rc * sinc
}

/// The phasors as they were at the terminals.
pub fn undo(channel: &Channel, measured: &Phasors, hz: f64, sample_rate_hz: f64) -> Phasors {
    let mut true_phasors = *measured;
    for (order, phasor) in true_phasors.iter_mut().enumerate().take(HARMONIC_MAX + 1).skip(1) {
        *phasor /= response(channel, hz * order as f64, sample_rate_hz);
    }
    true_phasors
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
