//! A periodic waveform as phasors: its samples, and what a meter should read of it.

use std::f64::consts::{SQRT_2, TAU};
use std::ops::{Add, Mul, Neg, Sub};

/// Highest order a signal holds; the meter's THD counts to here.
pub const ORDER_MAX: usize = 31;

/// Rms phasor of each order; order 0 is DC, as a real number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Signal([(f64, f64); ORDER_MAX + 1]);

impl Signal {
    /// Nothing at all.
    pub const ZERO: Signal = Signal([(0.0, 0.0); ORDER_MAX + 1]);

    /// From (order, rms, angle in degrees), with cosines: angle 0 is a crest at time 0.
    pub fn of(tones: &[(usize, f64, f64)]) -> Signal {
        let mut signal = Signal::ZERO;
        for (order, rms, degrees) in tones {
            let (sin, cos) = degrees.to_radians().sin_cos();
            signal.0[*order].0 += rms * cos;
            signal.0[*order].1 += rms * sin;
        }
        signal
    }

    /// A sine alone.
    pub fn sine(rms: f64, degrees: f64) -> Signal {
        Signal::of(&[(1, rms, degrees)])
    }

    /// With a DC part beside it.
    #[must_use]
    pub fn with_dc(mut self, dc: f64) -> Signal {
        self.0[0].0 = dc;
        self
    }

    /// The same waveform later by a part of a cycle.
    #[must_use]
    pub fn delayed(&self, cycles: f64) -> Signal {
        let mut signal = *self;
        for (order, phasor) in signal.0.iter_mut().enumerate() {
            let (sin, cos) = (-TAU * order as f64 * cycles).sin_cos();
            *phasor = (phasor.0 * cos - phasor.1 * sin, phasor.0 * sin + phasor.1 * cos);
        }
        signal
    }

    /// The value after so many cycles.
    pub fn at(&self, cycles: f64) -> f64 {
        let (re, im) = self.0[0];
        let tones = self.0.iter().enumerate().skip(1).filter(|(_, tone)| **tone != (0.0, 0.0));
        let tone = |(order, (re, im)): (usize, &(f64, f64))| {
            // Whole turns are taken off first: the sine of a large angle is a less exact one.
            let (sin, cos) = (TAU * (order as f64 * cycles).fract()).sin_cos();
            SQRT_2 * (re * cos - im * sin)
        };
        re + im + tones.map(tone).sum::<f64>()
    }

    fn sum(&self, other: &Signal, part: fn((f64, f64), (f64, f64)) -> f64) -> f64 {
        self.0.iter().zip(&other.0).skip(1).map(|(a, b)| part(*a, *b)).sum()
    }

    /// Mean of the product with another signal without the DC parts: active power.
    pub fn active(&self, other: &Signal) -> f64 {
        self.sum(other, |a, b| a.0 * b.0 + a.1 * b.1)
    }

    /// Reactive power of the fundamental, positive when the current lags.
    pub fn reactive(&self, current: &Signal) -> f64 {
        let (v, i) = (self.0[1], current.0[1]);
        v.1 * i.0 - v.0 * i.1
    }

    /// Rms without DC.
    pub fn rms(&self) -> f64 {
        self.active(self).sqrt()
    }

    /// Rms with DC.
    pub fn rms_with_dc(&self) -> f64 {
        (self.active(self) + self.0[0].0.powi(2)).sqrt()
    }

    /// THD in percent of the fundamental.
    pub fn thd(&self) -> f64 {
        let square = |(re, im): (f64, f64)| re * re + im * im;
        let harmonics: f64 = self.0[2..].iter().copied().map(square).sum();
        100.0 * (harmonics / square(self.0[1])).sqrt()
    }
}

impl Add for Signal {
    type Output = Signal;

    fn add(self, other: Signal) -> Signal {
        let sum = |k: usize| (self.0[k].0 + other.0[k].0, self.0[k].1 + other.0[k].1);
        Signal(std::array::from_fn(sum))
    }
}

impl Mul<f64> for Signal {
    type Output = Signal;

    fn mul(self, factor: f64) -> Signal {
        Signal(self.0.map(|(re, im)| (re * factor, im * factor)))
    }
}

impl Neg for Signal {
    type Output = Signal;

    fn neg(self) -> Signal {
        self * -1.0
    }
}

impl Sub for Signal {
    type Output = Signal;

    fn sub(self, other: Signal) -> Signal {
        self + -other
    }
}
