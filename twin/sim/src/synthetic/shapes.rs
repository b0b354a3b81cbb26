//! Spectra of classical distorted waves, from their analytic Fourier series to the 31st harmonic.
//!
//! The waveforms of the influence tests of EN IEC 62053-21 are among them
//! (reference/metrology.md, section 2).

use super::spectrum::{HARMONICS, Phasor, Spectrum};
use std::cmp::Ordering;
use std::f64::consts::{FRAC_PI_2, PI, SQRT_2};

impl Spectrum {
    /// Half-wave rectified sine: the positive halves of a sine of `full_rms` whose peak is at the
    /// grid angle 0. Rms `full_rms / sqrt2` (all harmonics), DC `sqrt2 full_rms / pi`.
    pub fn half_wave_rectified(full_rms: f64) -> Spectrum {
        let peak = SQRT_2 * full_rms;
        let mut wave = Spectrum::sine(full_rms / 2.0, 0.0).with_dc(peak / PI);
        for order in (2..=HARMONICS).step_by(2) {
            // cos x cut to its positive half: 2/pi * (-1)^(k+1) / (4 k^2 - 1) at order 2 k.
            let sign = if order % 4 == 2 { 1.0 } else { -1.0 };
            let amplitude = sign * 2.0 * peak / (PI * ((order * order) as f64 - 1.0));
            wave.set(order, Phasor { re: amplitude / SQRT_2, im: 0.0 });
        }
        wave
    }

    /// Phase-fired sine: of a sine of `full_rms` at the grid angle 0, each half cycle conducts from
    /// `firing_deg` (0 to 180, after the zero crossing) to its end. Odd harmonics only; the
    /// fundamental lags.
    pub fn phase_fired(full_rms: f64, firing_deg: f64) -> Spectrum {
        let alpha = firing_deg.to_radians();
        let scale = full_rms / PI;
        let mut wave = Spectrum::ZERO;
        for order in (1..=HARMONICS).step_by(2) {
            let (cosine, sine) = phase_fired_series(alpha, order as f64);
            // The series counts from the zero crossing, a quarter cycle after the cosine's peak.
            let quarter = Phasor::polar(1.0, FRAC_PI_2 * order as f64);
            wave.set(order, Phasor { re: cosine, im: -sine } * quarter * scale);
        }
        wave
    }

    /// Square wave of an amplitude, which is also its rms (all harmonics), in phase with the grid angle.
    pub fn square(amplitude: f64) -> Spectrum {
        let mut wave = Spectrum::ZERO;
        for order in (1..=HARMONICS).step_by(2) {
            let sign = if order % 4 == 1 { 1.0 } else { -1.0 };
            let rms = sign * 4.0 * amplitude / (PI * order as f64) / SQRT_2;
            wave.set(order, Phasor { re: rms, im: 0.0 });
        }
        wave
    }
}

/// Smallest crest factor of [`Spectrum::pulses`], a little above that of a sine.
pub const MIN_CREST_FACTOR: f64 = 1.415;
/// Largest: with all sixteen odd harmonics alike it is sqrt 32 = 5.66.
pub const MAX_CREST_FACTOR: f64 = 5.65;

impl Spectrum {
    /// Pulses, one a half cycle, of an rms and a crest factor, both exact: the first `n` odd harmonics
    /// are alike and the next has a part `w` of them, all with their peaks at the grid angle 0. With `a`
    /// the rms of each, rms is `a sqrt(n + w^2)` and peak `sqrt2 a (n + w)`. The fundamental is `a`, in
    /// phase with the grid angle, so on a sine V the power is `V a`.
    ///
    /// # Panics
    /// If the crest factor is not [`MIN_CREST_FACTOR`] to [`MAX_CREST_FACTOR`].
    pub fn pulses(rms: f64, crest_factor: f64) -> Spectrum {
        let range = MIN_CREST_FACTOR..=MAX_CREST_FACTOR;
        assert!(range.contains(&crest_factor), "no pulses of crest factor {crest_factor}");
        let square = crest_factor * crest_factor / 2.0;
        let n = square.floor();
        // (n + w)^2 = square (n + w^2), solved for w from 0 to 1.
        let (a, b, c) = (square - 1.0, n, n * (square - n));
        let w = (b - (b * b - a * c).max(0.0).sqrt()) / a;
        let alike = rms / (n + w * w).sqrt();
        let mut wave = Spectrum::ZERO;
        for (place, order) in (1..=HARMONICS).step_by(2).enumerate() {
            let part = match (place as f64).total_cmp(&n) {
                Ordering::Less => 1.0,
                Ordering::Equal => w,
                Ordering::Greater => break,
            };
            wave.set(order, Phasor { re: alike * part, im: 0.0 });
        }
        wave
    }
}

/// `pi` times the cosine and sine coefficient of order `h` of a unit sine cut before `alpha`.
fn phase_fired_series(alpha: f64, h: f64) -> (f64, f64) {
    if h == 1.0 {
        return (-alpha.sin() * alpha.sin(), PI - alpha + (2.0 * alpha).sin() / 2.0);
    }
    let (below, above) = (h - 1.0, h + 1.0);
    let cosine = (1.0 - (below * alpha).cos()) / below - (1.0 - (above * alpha).cos()) / above;
    let sine = (above * alpha).sin() / above - (below * alpha).sin() / below;
    (cosine, sine)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rms of the harmonics a 31-harmonic signal leaves out, from the full rms.
    fn near(value: f64, expected: f64, tolerance: f64) {
        assert!((value - expected).abs() <= tolerance * expected.abs(), "{value} {expected}");
    }

    /// P = V Is / 2, Q1 = V Is / pi, inductive; rms Is / sqrt2 less what lies above the 31st [V8].
    #[test]
    fn a_phase_fired_load_has_the_power_of_the_standard() {
        let v = Spectrum::sine(230.0, 0.0);
        let i = Spectrum::phase_fired(5.0, 90.0);
        near(v.active_power(&i), 230.0 * 5.0 / 2.0, 1e-14);
        near(v.reactive_power_fundamental(&i), 230.0 * 5.0 / PI, 1e-14);
        assert!(i.true_rms() < 5.0 / SQRT_2);
        near(i.true_rms(), 5.0 / SQRT_2, 0.013);
        let cos_phi1 = (v.active_power(&i) / 230.0) / i.harmonic(1).rms();
        near(cos_phi1, 0.8436, 1e-4);
    }

    /// Against a dense numerical Fourier integral of the waveform as drawn.
    #[test]
    fn the_series_of_a_phase_fired_sine_is_its_fourier_integral() {
        const POINTS: usize = 1 << 16;
        let alpha_deg = 130.0_f64;
        let wave = Spectrum::phase_fired(10.0, alpha_deg);
        for order in [1_usize, 3, 7, 31] {
            let mut sum = Phasor::ZERO;
            for n in 0..POINTS {
                let cycles = (n as f64 + 0.5) / POINTS as f64;
                let after_zero_deg = (cycles * 360.0 + 90.0) % 180.0;
                let on = if after_zero_deg > alpha_deg { 1.0 } else { 0.0 };
                let value = on * 10.0 * SQRT_2 * (cycles * 2.0 * PI).cos();
                sum += Phasor::polar(value, -2.0 * PI * order as f64 * cycles);
            }
            let expected = sum * (SQRT_2 / POINTS as f64);
            let error = (wave.harmonic(order) + expected * -1.0).rms();
            assert!(error < 1e-3, "order {order}: {error}");
        }
    }

    #[test]
    fn a_half_wave_has_half_the_power_and_the_dc_of_the_standard() {
        let v = Spectrum::sine(230.0, 0.0);
        let i = Spectrum::half_wave_rectified(65.0);
        near(v.active_power(&i), 230.0 * 65.0 / 2.0, 1e-14);
        assert_eq!(v.reactive_power_fundamental(&i), 0.0);
        near(i.dc, 0.4502 * 65.0, 1e-4);
        near(i.true_rms(), 65.0 / SQRT_2, 1e-5);
    }

    /// Crest factor 4 is eight equal odd harmonics: I1 = I / sqrt 8, and the peak of 23 A rms is 92 A [E14].
    #[test]
    fn pulses_have_their_rms_and_crest_factor_exactly() {
        for crest_factor in [MIN_CREST_FACTOR, 1.5, 2.0, 2.3, 3.0, 3.99, 4.0, 5.0, MAX_CREST_FACTOR]
        {
            let wave = Spectrum::pulses(23.0, crest_factor);
            near(wave.true_rms(), 23.0, 1e-14);
            near(wave.value_at(0.0), 23.0 * crest_factor, 1e-12);
            let highest =
                (0..4096).map(|n| wave.value_at(f64::from(n) / 4096.0)).fold(0.0, f64::max);
            near(highest, 23.0 * crest_factor, 1e-12);
        }
        let four = Spectrum::pulses(23.0, 4.0);
        near(four.value_at(0.0), 92.0, 1e-12);
        near(four.harmonic(1).rms(), 23.0 / 8.0_f64.sqrt(), 1e-12);
        assert_eq!(four.harmonic(17), Phasor::ZERO);
    }

    #[test]
    fn a_square_wave_is_as_high_as_its_rms() {
        let wave = Spectrum::square(10.0);
        near(wave.true_rms(), 10.0, 0.013);
        near(wave.harmonic(1).rms(), 10.0 * 4.0 / PI / SQRT_2, 1e-14);
        near(wave.value_at(0.0), 10.0, 0.03);
    }
}
