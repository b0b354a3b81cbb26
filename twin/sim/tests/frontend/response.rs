//! Single tones through the chain, against the response formula of `sim::frontend`.

use std::f64::consts::PI;

use port::Role;
use sim::frontend::{Complex, FILTER_REACH, FrontEnd, response};

use super::run;

/// Samples left out at the beginning, in seconds: the sensor phase settles.
const SETTLING_S: f64 = 4.0;

/// Samples measured, in seconds.
const MEASURED_S: f64 = 1.0;

/// Samples left out at the end: there the filter sees beyond the signal.
const EDGE: usize = FILTER_REACH;

/// Amplitude and angle of `cos(2 pi f t)` in the codes by least squares with a constant, so that
/// neither offset nor an incomplete cycle matters.
fn measured_tone(codes: &[i32], first: usize, rate_hz: f64, frequency_hz: f64) -> Complex {
    let mut normal = [[0.0; 4]; 3];
    for (index, code) in codes[..codes.len() - EDGE].iter().enumerate().skip(first) {
        let (sine, cosine) = (2.0 * PI * frequency_hz * index as f64 / rate_hz).sin_cos();
        let row = [cosine, sine, 1.0, f64::from(*code)];
        for i in 0..3 {
            for j in 0..4 {
                normal[i][j] += row[i] * row[j];
            }
        }
    }
    for pivot in 0..3 {
        for other in (0..3).filter(|other| *other != pivot) {
            let factor = normal[other][pivot] / normal[pivot][pivot];
            let pivot_row = normal[pivot];
            for (value, pivot_value) in normal[other].iter_mut().zip(pivot_row) {
                *value -= factor * pivot_value;
            }
        }
    }
    // a cos + b sin is the real part of (a - j b) e^(j w t).
    Complex { re: normal[0][3] / normal[0][0], im: -normal[1][3] / normal[1][1] }
}

/// Drives one tone and compares with the formula and the constants of the format.
fn check(front_end: &FrontEnd, role: Role, rate_hz: f64, frequency_hz: f64) {
    let amplitude = if role.is_voltage() { 450.0 } else { 90.0 };
    let samples = ((SETTLING_S + MEASURED_S) * rate_hz) as u64;
    let codes =
        run(front_end, role, rate_hz, samples, |t| amplitude * (2.0 * PI * frequency_hz * t).cos());
    let channel = front_end.format(&[role], rate_hz).channels[0];
    let first = (SETTLING_S * rate_hz) as usize;
    // The meter counts time in nominal samples: its tone is at frequency / (1 + ppm).
    let clock_hz = rate_hz * (1.0 + front_end.clock_ppm * 1e-6);
    let found = measured_tone(&codes, first, clock_hz, frequency_hz);
    let expected =
        response(&channel, clock_hz, frequency_hz) * (amplitude / channel.unit_per_count);
    let ratio = found / expected;
    let (gain_error, angle_error) = (ratio.abs() - 1.0, ratio.arg());
    assert!(
        gain_error.abs() < 1e-6 && angle_error.abs() < 1e-6,
        "{} {rate_hz} S/s {frequency_hz} Hz: {gain_error:e}, {angle_error:e} rad",
        role.slug()
    );
}

/// What is linear and known; INL has no place in a frequency response.
fn linear(seed: u64) -> FrontEnd {
    let mut front_end = FrontEnd::typical(seed).without_noise();
    for channel in &mut front_end.channels {
        (channel.inl2_ppm, channel.inl3_ppm) = (0.0, 0.0);
    }
    front_end
}

#[test]
fn tones_from_45_hz_to_the_31st_of_65_hz_obey_the_formula() {
    let tones_hz = [45.0, 50.0, 60.0, 65.0, 100.0, 250.0, 733.3, 1_550.0, 1_860.0, 2_015.0];
    for rate_hz in [8_000.0, 16_000.0] {
        for (seed, frequency_hz) in (1..).zip(tones_hz) {
            check(&linear(seed), Role::Va, rate_hz, frequency_hz);
            check(&linear(seed), Role::Ib, rate_hz, frequency_hz);
        }
    }
}

#[test]
fn delays_and_leads_beyond_the_typical_obey_the_formula() {
    let mut front_end = linear(1);
    let channel = front_end.channel_mut(Role::Ic);
    channel.delay_us = 50.0;
    channel.phase_deg = -0.3;
    channel.phase_reference_hz = 60.0;
    for frequency_hz in [45.0, 60.0, 2_015.0] {
        check(&front_end, Role::Ic, 8_000.0, frequency_hz);
        check(&front_end, Role::Ic, 32_000.0, frequency_hz);
    }
}

/// The droop of metrology.md section 8, measured in the counts.
#[test]
fn sinc3_droop_is_seen_in_the_counts() {
    let front_end = FrontEnd { sinc_order: 3, ..FrontEnd::ideal() };
    for (frequency_hz, droop) in [(50.0, 0.9998), (250.0, 0.9952), (1_550.0, 0.829)] {
        let codes = run(&front_end, Role::Va, 8_000.0, 8_000, |t| {
            1_000.0 * 0.9 * (2.0 * PI * frequency_hz * t).cos()
        });
        let found = measured_tone(&codes, 100, 8_000.0, frequency_hz).abs() / (0.9 * 8_388_608.0);
        let digit = if frequency_hz > 1_000.0 { 5e-4 } else { 5e-5 };
        assert!((found - droop).abs() < digit, "{frequency_hz} Hz: {found}");
    }
}

/// A clock that runs 100 ppm fast takes more samples of a cycle, so the tone reads slow.
#[test]
fn clock_error_shifts_the_frequency() {
    let front_end = FrontEnd { clock_ppm: 100.0, ..FrontEnd::ideal() };
    let rate_hz = 8_000.0;
    let codes = run(&front_end, Role::Va, rate_hz, 80_000, |t| 300.0 * (2.0 * PI * 50.0 * t).sin());
    // Rising zero crossings, between samples by a straight line.
    let crossings: Vec<f64> = (1..codes.len())
        .filter(|at| codes[at - 1] < 0 && codes[*at] >= 0)
        .map(|at| {
            let (before, after) = (f64::from(codes[at - 1]), f64::from(codes[at]));
            at as f64 - after / (after - before)
        })
        .collect();
    let cycles = (crossings.len() - 1) as f64;
    let found = cycles * rate_hz / (crossings[crossings.len() - 1] - crossings[0]);
    assert!((found / 50.0 - 1.0 + 100e-6).abs() < 0.1e-6, "{found} Hz");
    assert_eq!(front_end.format(&[Role::Va], rate_hz).sample_rate_hz, rate_hz);
}
