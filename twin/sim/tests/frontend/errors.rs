//! Errors by their size: clipping, offset, noise, crosstalk, non-linearity, drift.

use std::f64::consts::{PI, SQRT_2};

use port::{Role, SampleBlock, SampleSource};
use sim::frontend::{Afe, CODE_MAX, CODE_MIN, FrontEnd};

use super::{Formula, codes, mean_and_deviation, run};

const RATE_HZ: f64 = 8_000.0;

/// Volts or amperes of a code, by the constants the meter is given.
fn unit(front_end: &FrontEnd, role: Role, code: i32) -> f64 {
    let channel = front_end.calibrated(role);
    (f64::from(code) - channel.offset_counts) * channel.unit_per_count
}

/// [E14] 92 A peak and 450 V peak pass; the last ampere below full scale passes, above it clips.
#[test]
fn ideal_counts_are_the_value_up_to_full_scale() {
    let front_end = FrontEnd::ideal();
    let half_lsb_a = 0.5 * 110.0 / 8_388_608.0;
    for value in [0.0, 0.02, -0.02, 92.0, -92.0, 109.99] {
        let found = unit(&front_end, Role::Ia, run(&front_end, Role::Ia, RATE_HZ, 1, |_| value)[0]);
        assert!((found - value).abs() <= half_lsb_a * 1.000_001, "{value} A reads {found}");
    }
    for (role, value, code) in [
        (Role::Ia, 110.0, CODE_MAX),
        (Role::Ia, -110.0, CODE_MIN),
        (Role::In, 1_950.0, CODE_MAX),
        (Role::Vb, -1_200.0, CODE_MIN),
    ] {
        assert_eq!(run(&front_end, role, RATE_HZ, 1, |_| value), [code]);
    }
}

/// [E11] 1950 A peak for 10 ms: the counts stop at the ends of the range, never wrap, and are right
/// again as soon as the filter has left the overload behind.
#[test]
fn an_overload_of_1950_a_clips_cleanly_and_recovers() {
    let load = |t: f64| 5.0 * SQRT_2 * (2.0 * PI * 50.0 * t).sin();
    let fault = |t: f64| if (1.0..1.01).contains(&t) { 276.0 * load(t) } else { load(t) };
    let mut typical = FrontEnd::typical(3).without_noise();
    // The sensor's slow phase section rings on for its settling time; the rest recovers at once.
    typical.channel_mut(Role::Ia).phase_deg = 0.0;
    for front_end in [FrontEnd::ideal(), typical] {
        let faulty = run(&front_end, Role::Ia, RATE_HZ, 16_000, fault);
        let sound = run(&front_end, Role::Ia, RATE_HZ, 16_000, load);
        let clipped = faulty.iter().filter(|code| **code == CODE_MAX).count();
        assert!((70..=82).contains(&clipped), "{clipped} samples of 80 clip");
        assert!(faulty[8_005..8_075].iter().all(|code| *code > 0), "no wrap to negative");
        assert_eq!(faulty[..7_980], sound[..7_980]);
        assert_eq!(faulty[8_100..], sound[8_100..]);
    }
}

#[test]
fn offset_is_what_is_left_at_zero_and_is_known() {
    let mut front_end = FrontEnd::ideal();
    front_end.channel_mut(Role::Ib).offset_counts = -1_234.0;
    let found = run(&front_end, Role::Ib, RATE_HZ, 100, |_| 0.0);
    assert!(found.iter().all(|code| *code == -1_234));
    assert_eq!(front_end.calibrated(Role::Ib).offset_counts, -1_234.0);
    assert_eq!(front_end.uncalibrated().calibrated(Role::Ib).offset_counts, 0.0);
}

/// 6.74 uV at 4 kS/s are 47.1 counts, and the root of 2 more at 8 kS/s.
#[test]
fn noise_has_its_rms_value_and_is_another_on_each_channel() {
    let front_end = FrontEnd::typical(11);
    for (rate_hz, rms) in [(4_000.0, 47.12), (8_000.0, 66.63), (32_000.0, 133.3)] {
        let found = run(&front_end, Role::Va, rate_hz, 40_000, |_| 0.0);
        let (mean, deviation) = mean_and_deviation(&found);
        assert!((deviation / rms - 1.0).abs() < 0.015, "{rate_hz} S/s: {deviation}");
        let offset = front_end.channel(Role::Va).offset_counts;
        assert!((mean - offset).abs() < 4.0 * rms / 200.0, "mean {mean}, offset {offset}");
    }
    let silent = |row| {
        let waveform = Formula::new(&Role::ALL, 40_000, |_, _| 0.0);
        codes(&mut Afe::new(&front_end, waveform, RATE_HZ).unwrap(), row)
    };
    let rows: Vec<Vec<i32>> = (0..7).map(silent).collect();
    for a in 0..7 {
        for b in 0..a {
            let correlation = correlation(&rows[a], &rows[b]);
            assert!(correlation.abs() < 0.02, "rows {a} and {b}: {correlation}");
        }
    }
    let other_seed = FrontEnd { noise_seed: 12, ..front_end };
    assert_ne!(run(&other_seed, Role::Va, RATE_HZ, 40_000, |_| 0.0), rows[0]);
}

fn correlation(a: &[i32], b: &[i32]) -> f64 {
    let ((mean_a, deviation_a), (mean_b, deviation_b)) =
        (mean_and_deviation(a), mean_and_deviation(b));
    let product: f64 =
        a.iter().zip(b).map(|(a, b)| (f64::from(*a) - mean_a) * (f64::from(*b) - mean_b)).sum();
    product / (a.len() as f64 * deviation_a * deviation_b)
}

/// -120 dB of 0.3 V at the pin is 0.3 uV, 27.5 uA (metrology.md section 8: about 30 uA).
#[test]
fn crosstalk_of_minus_120_db_is_a_millionth_of_the_pin_voltage() {
    let mut front_end = FrontEnd::ideal();
    front_end.crosstalk = FrontEnd::typical(1).crosstalk;
    for crosstalk in &mut front_end.crosstalk {
        crosstalk.inverted = crosstalk.into == Role::Ib;
    }
    let pin_v = 0.3;
    let waveform =
        Formula::new(
            &Role::ALL,
            10,
            |role, _| {
                if role.is_voltage() { pin_v / 1.2 * 1_000.0 } else { 0.5 }
            },
        );
    let mut source = Afe::new(&front_end, waveform, RATE_HZ).unwrap();
    let mut block = SampleBlock::new(7, 10);
    source.read(&mut block, 10).unwrap();
    let value = |role: Role| unit(&front_end, role, block.row(role as usize)[0]);
    let expected_a = 27.5e-6;
    let half_lsb_a = 0.5 * 110.0 / 8_388_608.0;
    for (role, sign) in [(Role::Ia, 1.0), (Role::Ib, -1.0), (Role::Ic, 1.0), (Role::In, 0.0)] {
        let excess_a = value(role) - 0.5 - sign * expected_a;
        assert!(excess_a.abs() < 2.0 * half_lsb_a, "{}: {excess_a}", role.slug());
    }
    assert!((value(Role::Va) - 250.0).abs() < 1e-4, "the voltage itself is not disturbed");
}

/// Even part at the ends of the range, odd part at 1/sqrt 3 of it, nothing at zero.
#[test]
fn non_linearity_has_its_size_where_it_is_largest() {
    let deviation_ppm = |inl2_ppm: f64, inl3_ppm: f64, part: f64| {
        let mut front_end = FrontEnd::ideal();
        let channel = front_end.channel_mut(Role::Ia);
        (channel.inl2_ppm, channel.inl3_ppm) = (inl2_ppm, inl3_ppm);
        let code = run(&front_end, Role::Ia, RATE_HZ, 1, |_| 110.0 * part)[0];
        (f64::from(code) / 8_388_608.0 - part) * 1e6
    };
    let peak = 1.0 / 3f64.sqrt();
    for (inl2_ppm, inl3_ppm, part, expected_ppm) in [
        (6.0, 0.0, 0.0, 0.0),
        (-6.0, 0.0, 0.999, -5.99),
        (6.0, 0.0, -0.999, 5.99),
        (0.0, 6.0, 0.0, 0.0),
        (0.0, 6.0, peak, 6.0),
        (0.0, 6.0, -peak, -6.0),
        (0.0, 6.0, 0.999, 0.031),
        (3.0, 3.0, peak, 4.0),
    ] {
        let found_ppm = deviation_ppm(inl2_ppm, inl3_ppm, part);
        assert!((found_ppm - expected_ppm).abs() < 0.08, "{part}: {found_ppm} ppm");
    }
}

/// 40 K at 10 ppm/K of the reference are 400 ppm on every channel; the calibration does not know.
#[test]
fn temperature_moves_the_gain_and_the_calibration_does_not_follow() {
    let mut front_end = FrontEnd::ideal();
    front_end.temperature_degc = 63.0;
    front_end.reference_ppm_per_k = 10.0;
    front_end.channel_mut(Role::Ia).gain_ppm = 2_000.0;
    front_end.channel_mut(Role::Ia).gain_ppm_per_k = 30.0;
    for (role, value, ppm) in [(Role::Va, 325.0, -399.8), (Role::Ia, 50.0, 799.7)] {
        let code = run(&front_end, role, RATE_HZ, 1, |_| value)[0];
        let found_ppm = (unit(&front_end, role, code) / value - 1.0) * 1e6;
        assert!((found_ppm - ppm).abs() < 0.5, "{}: {found_ppm} ppm", role.slug());
    }
}

/// As many counts as samples, each at its own index, however short the signal.
#[test]
fn no_sample_is_lost_and_a_slope_stays_in_its_place() {
    let front_end = FrontEnd { sinc_order: 3, ..FrontEnd::ideal() };
    for samples in [1, 2, 5, 12, 13, 24, 25, 255, 256, 257, 267, 268, 269, 280, 281, 512, 1_000] {
        let found = run(&front_end, Role::Va, RATE_HZ, samples, |t| 10.0 + t * RATE_HZ * 0.5);
        assert_eq!(found.len(), samples as usize);
        for (index, code) in found.iter().enumerate() {
            let value = unit(&front_end, Role::Va, *code);
            let expected = 10.0 + 0.5 * index as f64;
            let near_edge = if samples < 25 { 10.0 } else { 1e-3 };
            assert!((value - expected).abs() < near_edge, "{samples}, {index}: {value}");
        }
    }
}
