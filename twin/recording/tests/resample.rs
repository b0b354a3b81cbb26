//! Resampling: how close a sine comes through, and that no part of the stretch is lost.

use std::f64::consts::TAU;

use recording::{RecordingError, Section, resample};

/// Outputs at each end that the kernel does not reach: 32 periods of the lower rate.
const END_PERIODS: f64 = 33.0;

fn section(rate_hz: f64, samples: usize, wave: impl Fn(f64) -> f64) -> Section {
    let column = (0..samples).map(|k| wave(k as f64 / rate_hz)).collect();
    Section {
        rate_hz: Some(rate_hz),
        first_sample: 0,
        start_s: None,
        times_s: None,
        times_step_s: 0.0,
        samples: vec![column],
        missing: Vec::new(),
    }
}

/// Largest error inside, and anywhere.
fn errors(from_hz: f64, to_hz: f64, seconds: f64, wave: impl Fn(f64) -> f64) -> (f64, f64) {
    let got = resample(&section(from_hz, (seconds * from_hz).round() as usize, &wave), to_hz);
    let column = &got.unwrap().samples[0];
    let margin_s = END_PERIODS / from_hz.min(to_hz);
    let mut worst = (0.0f64, 0.0f64);
    for (k, value) in column.iter().enumerate() {
        let time_s = k as f64 / to_hz;
        let error = (value - wave(time_s)).abs();
        if time_s > margin_s && time_s < seconds - margin_s {
            worst.0 = worst.0.max(error);
        }
        worst.1 = worst.1.max(error);
    }
    worst
}

fn check_inside(from_hz: f64, to_hz: f64, signal_hz: f64) {
    let (inside, _) = errors(from_hz, to_hz, 0.5, |t| (TAU * signal_hz * t + 0.4).sin());
    assert!(inside < 1e-7, "{signal_hz} Hz from {from_hz} to {to_hz}: {inside:e}");
}

#[test]
fn signals_below_two_fifths_of_the_lower_rate_come_through() {
    let rates = [
        (8_000.0, 16_000.0),
        (8_000.0, 7_999.0),
        (30707.244140625, 8_000.0),
        (1_200.0, 8_000.0),
        (16_000.0, 1_000.0),
        (4_000.0, 4_096.0),
    ];
    for (from_hz, to_hz) in rates {
        for part in [0.0, 0.01, 0.1, 0.25, 0.33, 0.39, 0.4] {
            check_inside(from_hz, to_hz, part * from_hz.min(to_hz));
        }
    }
}

#[test]
fn what_the_lower_rate_cannot_carry_is_removed() {
    for part in [0.6, 0.75, 1.0, 1.5, 3.9] {
        let wave = |t: f64| (TAU * part * 1_000.0 * t + 0.4).sin();
        let got = resample(&section(16_000.0, 8_000, wave), 1_000.0).unwrap();
        let inside = &got.samples[0][33..got.len() - 33];
        let most = inside.iter().fold(0.0f64, |most, v| most.max(v.abs()));
        assert!(most < 1e-7, "{part} of the new rate: {most:e}");
    }
}

#[test]
fn the_ends_follow_smooth_signals() {
    for (samples_per_cycle, limit) in [(20.0, 5e-3), (80.0, 5e-6), (160.0, 5e-7)] {
        let rate_hz = 50.0 * samples_per_cycle;
        for to_hz in [2.0 * rate_hz, 0.7 * rate_hz, 8_192.0] {
            let (_, anywhere) = errors(rate_hz, to_hz, 0.2, |t| (TAU * 50.0 * t + 0.4).sin());
            assert!(anywhere < limit, "{samples_per_cycle} to {to_hz}: {anywhere:e}");
        }
    }
}

#[test]
fn noise_is_not_blown_up_past_the_last_sample() {
    // The noise of a generator that repeats itself: x -> 75 x + 74 modulo 65537.
    let noise: Vec<f64> = std::iter::successors(Some(1u64), |x| Some((75 * x + 74) % 65_537))
        .map(|x| x as f64 / 32_768.5 - 1.0)
        .take(1_600)
        .collect();
    let noisy = Section { samples: vec![noise], ..section(8_000.0, 0, |t| t) };
    let got = resample(&noisy, 64_000.0).unwrap();
    let most = got.samples[0].iter().fold(0.0f64, |most, v| most.max(v.abs()));
    assert!(most < 14.0, "{most}");
}

#[test]
fn an_offset_and_a_constant_pass() {
    let (inside, anywhere) = errors(8_000.0, 6_400.0, 0.1, |_| 230.0);
    assert!(inside < 1e-11 && anywhere < 1e-11, "{inside:e} {anywhere:e}");
}

#[test]
fn whole_cycles_stay_whole() {
    for (from_hz, samples, to_hz, want) in [
        (8_000.0, 160, 16_000.0, 320),
        (8_000.0, 480, 12_800.0, 768),
        (12_800.0, 256, 8_000.0, 160),
        (1_200.0, 20, 6_000.0, 100),
        (8_000.0, 3, 8_000.0, 3),
        (8_000.0, 2, 80_000.0, 20),
    ] {
        let got = resample(&section(from_hz, samples, |t| t), to_hz).unwrap();
        assert_eq!((got.len(), got.rate_hz), (want, Some(to_hz)), "{samples} at {from_hz}");
    }
}

/// Times with up to a tenth of a period of wander.
fn wandering(samples: usize, rate_hz: f64, wave: impl Fn(f64) -> f64) -> Section {
    let at = |k: usize| (k as f64 + 0.1 * (k as f64 * 0.7).sin()) / rate_hz;
    let times_s: Vec<f64> = (0..samples).map(at).collect();
    let column = times_s.iter().map(|t| wave(*t)).collect();
    let even = section(rate_hz, 0, &wave);
    Section { rate_hz: None, times_s: Some(times_s), samples: vec![column], ..even }
}

#[test]
fn uneven_times_become_even() {
    let wave = |t: f64| (TAU * 50.0 * t + 0.4).sin();
    for to_hz in [8_000.0, 12_800.0, 1_000.0] {
        let got = resample(&wandering(1_600, 8_000.0, wave), to_hz).unwrap();
        assert_eq!(got.len(), (0.2 * to_hz) as usize, "{to_hz} Hz");
        for (k, value) in got.samples[0].iter().enumerate() {
            let error = (value - wave(k as f64 / to_hz)).abs();
            assert!(error < 1e-6, "{to_hz} Hz, sample {k}: {error:e}");
        }
    }
}

#[test]
fn what_depends_on_a_missing_sample_is_missing() {
    let mut holed = section(8_000.0, 400, |t| t);
    holed.samples.push(vec![1.0; 400]);
    holed.samples[0][200] = f64::NAN;
    holed.missing.push((0, 200));
    let got = resample(&holed, 16_000.0).unwrap();
    assert!(got.complete(0).is_err());
    assert_eq!(got.complete(1).map(<[f64]>::len), Ok(800));
    assert!(got.missing.iter().all(|(c, s)| *c == 0 && s.abs_diff(400) <= 64), "{:?}", got.missing);
}

#[test]
fn rates_that_cannot_be() {
    let good = section(8_000.0, 160, |t| t);
    for rate_hz in [0.0, -1.0, f64::NAN, f64::INFINITY, 1.0, 1e12] {
        let refused = resample(&good, rate_hz);
        assert!(matches!(refused, Err(RecordingError::Resample { .. })), "{rate_hz}");
    }
    assert!(resample(&section(8_000.0, 1, |t| t), 4_000.0).is_err());
}
