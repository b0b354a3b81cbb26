//! A periodic signal as DC and 31 phasors, and its quantities in closed form.

use std::f64::consts::{SQRT_2, TAU};
use std::ops::{Add, AddAssign, Mul, Neg};

/// Highest harmonic a signal has (datasheet: THD to the 31st).
pub const HARMONICS: usize = 31;

/// A complex amplitude; its magnitude is an rms value.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Phasor {
    /// In phase with the cosine of the grid angle.
    pub re: f64,
    /// A quarter cycle ahead of it.
    pub im: f64,
}

impl Phasor {
    /// Nothing.
    pub const ZERO: Phasor = Phasor { re: 0.0, im: 0.0 };

    /// From magnitude (rms) and angle in radians.
    pub fn polar(rms: f64, angle_rad: f64) -> Phasor {
        Phasor { re: rms * angle_rad.cos(), im: rms * angle_rad.sin() }
    }

    /// Magnitude, an rms value.
    pub fn rms(self) -> f64 {
        self.re.hypot(self.im)
    }

    /// Angle in radians, -pi to pi.
    pub fn angle_rad(self) -> f64 {
        self.im.atan2(self.re)
    }

    /// Mirrored at the real axis.
    #[must_use]
    pub fn conj(self) -> Phasor {
        Phasor { re: self.re, im: -self.im }
    }

    /// Magnitude squared.
    pub fn square(self) -> f64 {
        self.re * self.re + self.im * self.im
    }
}

impl Add for Phasor {
    type Output = Phasor;
    fn add(self, other: Phasor) -> Phasor {
        Phasor { re: self.re + other.re, im: self.im + other.im }
    }
}

impl AddAssign for Phasor {
    fn add_assign(&mut self, other: Phasor) {
        *self = *self + other;
    }
}

impl Mul for Phasor {
    type Output = Phasor;
    fn mul(self, other: Phasor) -> Phasor {
        Phasor {
            re: self.re * other.re - self.im * other.im,
            im: self.re * other.im + self.im * other.re,
        }
    }
}

impl Mul<f64> for Phasor {
    type Output = Phasor;
    fn mul(self, factor: f64) -> Phasor {
        Phasor { re: self.re * factor, im: self.im * factor }
    }
}

/// DC and the harmonics 1 to 31 of a voltage or a current.
///
/// The signal is `dc + sqrt2 * sum of rms_h cos(2 pi h theta + angle_h)`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spectrum {
    /// Mean value in volts or amperes.
    pub dc: f64,
    /// Phasors; harmonic `h` is at `h - 1`.
    harmonics: [Phasor; HARMONICS],
}

impl Spectrum {
    /// Nothing.
    pub const ZERO: Spectrum = Spectrum { dc: 0.0, harmonics: [Phasor::ZERO; HARMONICS] };

    /// A pure sine of an rms value, with its angle against the grid angle in degrees.
    pub fn sine(rms: f64, angle_deg: f64) -> Spectrum {
        Spectrum::ZERO.with(1, rms, angle_deg)
    }

    /// With a harmonic set to an rms value and an angle in degrees of that harmonic.
    ///
    /// # Panics
    /// If the order is not 1 to 31.
    #[must_use]
    pub fn with(mut self, order: usize, rms: f64, angle_deg: f64) -> Spectrum {
        self.set(order, Phasor::polar(rms, angle_deg.to_radians()));
        self
    }

    /// With a mean value.
    #[must_use]
    pub fn with_dc(mut self, dc: f64) -> Spectrum {
        self.dc = dc;
        self
    }

    /// Phasor of a harmonic, 1 to 31.
    pub fn harmonic(&self, order: usize) -> Phasor {
        self.harmonics[order - 1]
    }

    /// Phasors in order, the fundamental first.
    pub fn harmonics(&self) -> &[Phasor; HARMONICS] {
        &self.harmonics
    }

    /// Sets a harmonic, 1 to 31.
    pub fn set(&mut self, order: usize, phasor: Phasor) {
        self.harmonics[order - 1] = phasor;
    }

    /// The same wave shifted so that its fundamental turns by an angle; harmonic `h` turns `h` times
    /// as far, so the shape stays.
    #[must_use]
    pub fn shifted(&self, fundamental_rad: f64) -> Spectrum {
        let step = Phasor::polar(1.0, fundamental_rad);
        let mut turn = step;
        let mut shifted = *self;
        for phasor in &mut shifted.harmonics {
            *phasor = *phasor * turn;
            turn = turn * step;
        }
        shifted
    }

    /// The value at a grid angle in cycles.
    pub fn value_at(&self, cycles: f64) -> f64 {
        let sum: f64 = self
            .harmonics
            .iter()
            .enumerate()
            .map(|(k, phasor)| {
                let angle = TAU * (((k + 1) as f64 * cycles) % 1.0);
                phasor.re * angle.cos() - phasor.im * angle.sin()
            })
            .sum();
        self.dc + SQRT_2 * sum
    }

    /// True rms including DC, in volts or amperes.
    pub fn true_rms(&self) -> f64 {
        (self.dc * self.dc + self.harmonics.iter().map(|p| p.square()).sum::<f64>()).sqrt()
    }

    /// Total harmonic distortion of the fundamental (THD-F), 2nd to 31st, as a ratio; none without a
    /// fundamental.
    pub fn thd(&self) -> Option<f64> {
        let fundamental = self.harmonics[0].square();
        let rest: f64 = self.harmonics[1..].iter().map(|p| p.square()).sum();
        (fundamental > 0.0).then(|| (rest / fundamental).sqrt())
    }

    /// Active power in watts, DC and all harmonics, of this voltage with a current; positive is import.
    pub fn active_power(&self, current: &Spectrum) -> f64 {
        let ac: f64 = self
            .harmonics
            .iter()
            .zip(&current.harmonics)
            .map(|(v, i)| v.re * i.re + v.im * i.im)
            .sum();
        self.dc * current.dc + ac
    }

    /// Reactive power of the fundamental in var; positive if the current lags (inductive).
    pub fn reactive_power_fundamental(&self, current: &Spectrum) -> f64 {
        (self.harmonics[0] * current.harmonics[0].conj()).im
    }
}

impl Add for Spectrum {
    type Output = Spectrum;
    fn add(mut self, other: Spectrum) -> Spectrum {
        self += other;
        self
    }
}

impl AddAssign for Spectrum {
    fn add_assign(&mut self, other: Spectrum) {
        self.dc += other.dc;
        for (a, b) in self.harmonics.iter_mut().zip(other.harmonics) {
            *a += b;
        }
    }
}

impl Mul<f64> for Spectrum {
    type Output = Spectrum;
    fn mul(mut self, factor: f64) -> Spectrum {
        self.dc *= factor;
        for phasor in &mut self.harmonics {
            *phasor = *phasor * factor;
        }
        self
    }
}

impl Neg for Spectrum {
    type Output = Spectrum;
    fn neg(self) -> Spectrum {
        self * -1.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The worked single-phase case of IEEE 1459 (reference/metrology.md, section 4) [V8].
    #[test]
    fn the_worked_case_of_ieee_1459_comes_out() {
        let v = Spectrum::sine(100.0, 0.0).with(3, 8.0, 0.0).with(5, 15.0, 0.0).with(7, 5.0, 0.0);
        let i = Spectrum::sine(100.0, -30.0)
            .with(3, 20.0, -95.0)
            .with(5, 15.0, 93.0)
            .with(7, 10.0, -92.0);
        let near = |a: f64, b: f64| assert!((a - b).abs() < 6e-4, "{a} {b}");
        near(v.true_rms(), 101.5579);
        near(i.true_rms(), 103.5616);
        near(v.active_power(&i), 8632.789);
        near(v.reactive_power_fundamental(&i), 5000.0);
        near(v.thd().unwrap() * 100.0, 17.72);
        near(i.thd().unwrap() * 100.0, 26.9258);
    }

    #[test]
    fn shifting_a_wave_keeps_its_shape() {
        let wave = Spectrum::sine(10.0, 20.0).with(5, 3.0, -40.0).with(30, 1.0, 7.0);
        let shifted = wave.shifted(TAU * 0.1);
        for n in 0..17 {
            let cycles = f64::from(n) / 17.0;
            assert!((shifted.value_at(cycles) - wave.value_at(cycles + 0.1)).abs() < 1e-12);
        }
    }
}
