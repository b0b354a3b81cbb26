//! The synthetic signals against physics: closed forms against dense numerical integration of the
//! samples, and the promises of the player.

use port::Role;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sim::synthetic::{Signal, Spectrum, Synthetic, Timeline, truth};
use sim::waveform::Waveform;
use std::f64::consts::{PI, SQRT_2, TAU};

const RATE_HZ: f64 = 8000.0;

/// All samples up to a number, read in one call.
fn samples(mut source: Synthetic, rate_hz: f64, count: usize) -> Vec<Vec<f64>> {
    let mut rows = vec![vec![0.0; count]; source.roles().len()];
    let read = source.fill(rate_hz, &mut rows, count);
    rows.iter_mut().for_each(|row| row.truncate(read));
    rows
}

fn near(value: f64, expected: f64, tolerance: f64) {
    assert!((value - expected).abs() <= tolerance, "{value} instead of {expected}");
}

/// Integral of a product by Simpson's rule on the samples; their number must be odd.
fn simpson(a: &[f64], b: &[f64], step_s: f64) -> f64 {
    let last = a.len() - 1;
    let weight = |n: usize| match n {
        0 => 1.0,
        n if n == last => 1.0,
        n if n % 2 == 1 => 4.0,
        _ => 2.0,
    };
    (0..a.len()).map(|n| weight(n) * a[n] * b[n]).sum::<f64>() * step_s / 3.0
}

fn distorted() -> (Spectrum, Spectrum) {
    let voltage = Spectrum::sine(230.0, 10.0)
        .with(3, 4.0, 50.0)
        .with(5, 6.0, 170.0)
        .with(30, 0.8, -20.0)
        .with_dc(1.5);
    let current = Spectrum::sine(8.0, -35.0)
        .with(2, 0.7, 12.0)
        .with(3, 2.5, 140.0)
        .with(5, 1.5, -100.0)
        .with(31, 0.4, 33.0)
        .with_dc(0.25);
    (voltage, current)
}

/// Over whole cycles, samples of a steady signal average to the closed forms [V8].
#[test]
fn rms_power_and_thd_of_a_distorted_signal_are_those_of_its_samples() {
    let (voltage, current) = distorted();
    let signal = Signal::new(49.0).channel(Role::Va, voltage).channel(Role::Ia, current);
    // 49 cycles in 8000 samples: the mean over one second is exact for every harmonic.
    let rows = samples(signal.play(0, None), RATE_HZ, 8000);
    let mean = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>() / 8000.0;
    near(mean(&rows[0], &rows[0]).sqrt(), voltage.true_rms(), 1e-10);
    near(mean(&rows[1], &rows[1]).sqrt(), current.true_rms(), 1e-11);
    near(mean(&rows[0], &rows[1]), voltage.active_power(&current), 1e-9);
    for order in [1, 3, 5, 30] {
        let angle = |n: usize| TAU * ((n * order * 49) % 8000) as f64 / 8000.0;
        let (mut re, mut im) = (0.0, 0.0);
        for (n, value) in rows[0].iter().enumerate() {
            re += value * angle(n).cos();
            im -= value * angle(n).sin();
        }
        let expected = voltage.harmonic(order);
        near(re * SQRT_2 / 8000.0, expected.re, 1e-11);
        near(im * SQRT_2 / 8000.0, expected.im, 1e-11);
    }
    near(truth::true_rms(&signal, Role::Ia, 0.0, 1.0), current.true_rms(), 1e-12);
    near(truth::active_energy_ws(&signal, 0, 0.0, 1.0), voltage.active_power(&current), 1e-9);
    let expected = voltage.reactive_power_fundamental(&current);
    near(truth::reactive_energy_vars(&signal, 0, 0.0, 1.0), expected, 1e-9);
    near(expected, 230.0 * 8.0 * 45.0_f64.to_radians().sin(), 1e-9);
}

/// Signals whose energy is compared with Simpson's rule on 2 MHz samples, between knots.
fn check_energy(signal: &Signal, from_s: f64, to_s: f64, tolerance_ws: f64) {
    const DENSE_HZ: f64 = 2e6;
    let first = (from_s * DENSE_HZ).round() as usize;
    let last = (to_s * DENSE_HZ).round() as usize;
    let rows = samples(signal.play(0, None), DENSE_HZ, last + 1);
    let dense = simpson(&rows[0][first..=last], &rows[1][first..=last], 1.0 / DENSE_HZ);
    near(truth::active_energy_ws(signal, 0, from_s, to_s), dense, tolerance_ws);
}

#[test]
fn energy_over_any_interval_includes_the_ripple() {
    let (voltage, current) = distorted();
    let signal = Signal::new(50.0).channel(Role::Va, voltage).channel(Role::Ia, current);
    check_energy(&signal, 0.0031, 0.0448, 1e-9);
}

#[test]
fn energy_of_ramping_amplitudes_is_exact() {
    let (voltage, current) = distorted();
    let signal = Signal::new(61.3)
        .channel(Role::Va, voltage)
        .channel(Role::Ia, Spectrum::ZERO)
        .ramp(Role::Va, 0.0, 0.2, voltage * 0.6)
        .ramp(Role::Ia, 0.0, 0.3, current);
    check_energy(&signal, 0.0, 0.2, 1e-9);
    check_energy(&signal, 0.013, 0.187, 1e-9);
}

#[test]
fn energy_while_the_frequency_moves_is_exact() {
    let (voltage, current) = distorted();
    let signal = Signal::new(45.0)
        .channel(Role::Va, voltage)
        .channel(Role::Ia, current)
        .frequency_ramp(0.0, 0.5, 50.0)
        .ramp(Role::Ia, 0.0, 0.5, current * 3.0);
    check_energy(&signal, 0.0, 0.5, 1e-9);
    check_energy(&signal, 0.1037, 0.3112, 1e-9);
}

/// A step between two samples counts from where it happens, not from the next sample.
#[test]
fn a_step_between_samples_is_integrated_at_its_own_instant() {
    let at_s = 0.123_456_7;
    let signal = Signal::new(50.0)
        .channel(Role::Va, Spectrum::ZERO.with_dc(10.0))
        .channel(Role::Ia, Spectrum::ZERO.with_dc(1.0))
        .step(Role::Ia, at_s, Spectrum::ZERO.with_dc(5.0));
    near(truth::active_energy_ws(&signal, 0, 0.0, 1.0), 10.0 * (at_s + 5.0 * (1.0 - at_s)), 1e-11);
    let rows = samples(signal.play(0, None), RATE_HZ, 1000);
    assert_eq!(rows[1][987], 1.0);
    assert_eq!(rows[1][988], 5.0);
}

/// The phase-fired case of the standard, integrated and as samples [V8].
#[test]
fn a_phase_fired_current_has_the_power_of_the_standard() {
    let is = 5.0;
    let signal = Signal::new(50.0)
        .channel(Role::Va, Spectrum::sine(230.0, 0.0))
        .channel(Role::Ia, Spectrum::phase_fired(is, 90.0));
    near(truth::active_energy_ws(&signal, 0, 0.0, 1.0), 230.0 * is / 2.0, 1e-9);
    near(truth::reactive_energy_vars(&signal, 0, 0.0, 1.0), 230.0 * is / PI, 1e-9);
    let rows = samples(signal.play(0, None), RATE_HZ, 8000);
    // Not conducting just before the voltage peak, conducting just after it.
    assert!(
        rows[1][150].abs() < 0.25 * is && rows[1][170] > is,
        "{} {}",
        rows[1][150],
        rows[1][170]
    );
}

/// 2 cycles on, 2 off: half the energy, and the power of ten-cycle windows swings by 20 %.
#[test]
fn a_burst_fired_current_has_half_the_energy_of_a_steady_one() {
    let steady = Signal::new(50.0)
        .channel(Role::Va, Spectrum::sine(230.0, 0.0))
        .channel(Role::Ia, Spectrum::sine(5.0, 0.0));
    let burst = steady.bursts(Role::Ia, [0.0, 10.0], [0.04, 0.04]);
    near(truth::active_energy_ws(&burst, 0, 0.0, 8.0), 230.0 * 5.0 * 4.0, 1e-8);
    near(truth::true_rms(&burst, Role::Ia, 0.0, 0.8), 5.0 / SQRT_2, 1e-12);
    near(truth::active_energy_ws(&burst, 0, 0.0, 0.2) / 0.2, 1150.0 * 0.6, 1e-9);
    near(truth::active_energy_ws(&burst, 0, 0.2, 0.4) / 0.2, 1150.0 * 0.4, 1e-9);
}

/// The grid angle is the integral of the frequency, a day later too.
#[test]
fn the_grid_angle_is_exact_after_a_day_of_ramps() {
    let mut signal = Signal::new(50.0).channel(Role::Va, Spectrum::sine(230.0, 0.0));
    // Up and down again by binary fractions: 1 Hz above for the middle of each hour.
    for hour in 0..24 {
        let at_s = f64::from(hour) * 3600.0;
        signal = signal.frequency_ramp(at_s, at_s + 64.0, 51.0).frequency_ramp(
            at_s + 1000.0,
            at_s + 1064.0,
            50.0,
        );
    }
    // Each hour adds 1000 cycles to 180000; half an hour into the last one, 1000 more; so a quarter
    // of a period later the angle is a quarter.
    near(truth::grid_angle_cycles(&signal, 23.0 * 3600.0 + 1800.0), 0.0, 1e-12);
    let quarter_s = 1.0 / 256.0;
    near(truth::grid_angle_cycles(&signal, 23.0 * 3600.0 + 1800.0 + quarter_s), 0.1953125, 1e-12);
}

#[test]
fn a_phase_jump_moves_all_channels_at_once() {
    let signal = Signal::three_phase(50.0, 230.0, 5.0, 30.0).phase_jump(0.1, 60.0);
    let rows = samples(signal.play(0, None), RATE_HZ, 1600);
    for (channel, row) in rows.iter().enumerate() {
        let angle_deg = [0.0, -120.0, 120.0][channel % 3] - if channel < 3 { 0.0 } else { 30.0 };
        let rms = if channel < 3 { 230.0 } else { 5.0 };
        for (n, value) in row.iter().enumerate() {
            let ahead_deg: f64 = if n < 800 { 0.0 } else { 60.0 };
            let angle = TAU * 50.0 * n as f64 / RATE_HZ + (angle_deg + ahead_deg).to_radians();
            near(*value, SQRT_2 * rms * angle.cos(), 1e-10);
        }
    }
}

/// Phases and frequency meet at the ends of pieces: no sample stands out.
#[test]
fn a_ramping_signal_has_no_jumps() {
    let (voltage, current) = distorted();
    let signal = Signal::new(48.0)
        .channel(Role::Va, voltage)
        .channel(Role::Ia, current)
        .frequency_ramp(0.017_3, 0.5, 52.0)
        .ramp(Role::Ia, 0.1, 0.100_05, current * 1.001)
        .ramp(Role::Va, 0.2, 0.9, voltage * 0.9);
    let rate_hz = 1e6;
    let rows = samples(signal.play(0, None), rate_hz, 1_000_000);
    for (row, spectrum) in rows.iter().zip([voltage, current]) {
        let steepest: f64 =
            (1..=31).map(|h| SQRT_2 * spectrum.harmonic(h).rms() * TAU * 52.0 * h as f64).sum();
        let largest = row.windows(2).map(|w| (w[1] - w[0]).abs()).fold(0.0, f64::max);
        assert!(largest < 1.01 * steepest / rate_hz + 1e-4, "{largest}");
    }
}

#[test]
fn noise_is_white_of_the_rms_asked_for_and_differs_between_channels() {
    let signal = Signal::new(50.0)
        .channel(Role::Va, Spectrum::ZERO)
        .channel(Role::Ia, Spectrum::ZERO)
        .noise(Role::Va, 0.5)
        .noise(Role::Ia, 0.001);
    let rows = samples(signal.play(9, None), RATE_HZ, 100_000);
    let mean = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>() / 1e5;
    near(mean(&rows[0], &rows[0]).sqrt(), 0.5, 0.01);
    near(mean(&rows[1], &rows[1]).sqrt(), 0.001, 0.00002);
    near(mean(&rows[0], &rows[1]), 0.0, 1e-5);
    near(mean(&rows[0][..99_999], &rows[0][1..]), 0.0, 0.005);
    assert_eq!(rows, samples(signal.play(9, None), RATE_HZ, 100_000));
    assert_ne!(rows, samples(signal.play(10, None), RATE_HZ, 100_000));
}

#[test]
fn a_signal_ends_after_its_duration_and_stays_ended() {
    let signal = Signal::new(50.0).channel(Role::Va, Spectrum::sine(230.0, 0.0));
    let mut source = signal.play(0, Some(0.1));
    let mut rows = vec![vec![0.0; 4096]];
    assert_eq!(source.fill(RATE_HZ, &mut rows, 700), 700);
    assert_eq!(source.fill(RATE_HZ, &mut rows, 700), 100);
    assert_eq!(source.fill(RATE_HZ, &mut rows, 700), 0);
    assert_eq!(source.fill(RATE_HZ, &mut rows, 700), 0);
}

fn eventful() -> Signal {
    let (voltage, current) = distorted();
    Signal::new(50.0)
        .channel(Role::Va, voltage)
        .channel(Role::Ia, current)
        .noise(Role::Ia, 0.01)
        .frequency_ramp(0.05, 0.061, 51.0)
        .phase_jump(0.07, 33.0)
        .step(Role::Ia, 0.08, current * 2.0)
        .step(Role::Ia, 0.080_01, current * 0.5)
        .ramp(Role::Va, 0.09, 0.3, voltage * 0.8)
}

/// A property over random cuts: how reads are cut changes no bit of any sample.
#[test]
fn cuts_change_no_sample() {
    const TOTAL: usize = 5000;
    let whole = samples(eventful().play(3, None), 8000.37, TOTAL);
    for seed in 0..200 {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let longest = 1 + rng.next_u32() % 700;
        let mut source = eventful().play(3, None);
        let mut rows = vec![vec![0.0; 700]; 2];
        let mut at = 0;
        while at < TOTAL {
            let cut = (1 + rng.next_u32() % longest) as usize;
            let cut = cut.min(TOTAL - at);
            assert_eq!(source.fill(8000.37, &mut rows, cut), cut);
            for (row, whole) in rows.iter().zip(&whole) {
                let same = row[..cut].iter().zip(&whole[at..]);
                assert!(same.into_iter().all(|(a, b)| a.to_bits() == b.to_bits()), "seed {seed}");
            }
            at += cut;
        }
    }
}

#[test]
fn a_timeline_can_be_asked_for_its_spectrum_anywhere() {
    let signal = eventful();
    let before = truth::spectrum_at(&signal, Role::Ia, 0.079);
    let after = truth::spectrum_at(&signal, Role::Ia, 0.080_01);
    near(after.true_rms(), before.true_rms() * 0.5, 1e-12);
    assert_eq!(signal.roles(), [Role::Va, Role::Ia]);
}
