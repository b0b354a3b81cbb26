//! The frequency response of a channel as a formula.

use std::f64::consts::PI;
use std::ops::{Add, Div, Mul, Sub};

use port::Channel;

/// A complex number; only what a response needs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Complex {
    /// Real part.
    pub re: f64,
    /// Imaginary part.
    pub im: f64,
}

impl Complex {
    /// 1.
    pub const ONE: Complex = Complex { re: 1.0, im: 0.0 };

    /// `e^(j angle)`, angle in radians.
    pub fn turn(angle_rad: f64) -> Complex {
        let (im, re) = angle_rad.sin_cos();
        Complex { re, im }
    }

    /// Magnitude.
    pub fn abs(self) -> f64 {
        self.re.hypot(self.im)
    }

    /// Angle in radians, -pi to pi.
    pub fn arg(self) -> f64 {
        self.im.atan2(self.re)
    }
}

impl Add for Complex {
    type Output = Complex;
    fn add(self, b: Complex) -> Complex {
        Complex { re: self.re + b.re, im: self.im + b.im }
    }
}

impl Sub for Complex {
    type Output = Complex;
    fn sub(self, b: Complex) -> Complex {
        Complex { re: self.re - b.re, im: self.im - b.im }
    }
}

impl Mul for Complex {
    type Output = Complex;
    fn mul(self, b: Complex) -> Complex {
        Complex { re: self.re * b.re - self.im * b.im, im: self.re * b.im + self.im * b.re }
    }
}

impl Mul<f64> for Complex {
    type Output = Complex;
    fn mul(self, factor: f64) -> Complex {
        Complex { re: self.re * factor, im: self.im * factor }
    }
}

impl Div for Complex {
    type Output = Complex;
    fn div(self, b: Complex) -> Complex {
        let square = b.re * b.re + b.im * b.im;
        Complex {
            re: (self.re * b.re + self.im * b.im) / square,
            im: (self.im * b.re - self.re * b.im) / square,
        }
    }
}

/// What the analogue path of a channel does to a tone: the factor from the terminal to the counts
/// times `unit_per_count`, at `frequency_hz` > 0 and a sample clock of `rate_hz`.
pub fn response(channel: &Channel, rate_hz: f64, frequency_hz: f64) -> Complex {
    let lead_rad = channel.lead_rad * channel.lead_reference_hz / frequency_hz;
    filter_response(channel, rate_hz, frequency_hz) * Complex::turn(lead_rad)
}

/// The same without the sensor's lead: RC, sinc and delay; defined at 0 Hz too.
pub(super) fn filter_response(channel: &Channel, rate_hz: f64, frequency_hz: f64) -> Complex {
    let droop = sinc(frequency_hz / rate_hz).powi(i32::from(channel.sinc_order));
    let rc = Complex::ONE / Complex { re: 1.0, im: frequency_hz / channel.rc_hz };
    rc * Complex::turn(-2.0 * PI * frequency_hz * channel.delay_s) * droop
}

fn sinc(x: f64) -> f64 {
    if x == 0.0 { 1.0 } else { (PI * x).sin() / (PI * x) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use port::Role;

    /// Numbers of metrology.md section 8, from the converter's datasheet SBAS950B.
    #[test]
    fn sinc3_droop_is_that_of_the_table() {
        let cases = [
            (4_000.0, [(50.0, 0.9992), (250.0, 0.9809), (1550.0, 0.458), (1860.0, 0.315)]),
            (8_000.0, [(50.0, 0.9998), (250.0, 0.9952), (1550.0, 0.829), (2015.0, 0.726)]),
            (16_000.0, [(50.0, 1.0000), (250.0, 0.9988), (1550.0, 0.955), (2015.0, 0.924)]),
            (32_000.0, [(50.0, 1.0000), (250.0, 0.9997), (1550.0, 0.989), (2015.0, 0.981)]),
        ];
        let channel = Channel { sinc_order: 3, ..Channel::ideal(Role::Va, 1.0) };
        for (rate_hz, droops) in cases {
            for (frequency_hz, droop) in droops {
                let found = response(&channel, rate_hz, frequency_hz).abs();
                // The table's last digit is cut or rounded.
                let digit = if frequency_hz > 1000.0 { 1e-3 } else { 1e-4 };
                assert!((found - droop).abs() < digit, "{rate_hz} {frequency_hz}: {found}");
            }
        }
    }

    /// 1 kohm and 33 nF: 0.6 degree at 50 Hz and -0.43 dB at 1550 Hz (metrology.md section 8).
    #[test]
    fn rc_lags_by_its_angle_and_loses_its_decibels() {
        let channel = Channel { rc_hz: 4_822.9, ..Channel::ideal(Role::Va, 1.0) };
        let at_50 = response(&channel, 8_000.0, 50.0);
        let at_1550 = response(&channel, 8_000.0, 1_550.0);
        assert!((at_50.arg().to_degrees() + 0.594).abs() < 1e-3);
        assert!((20.0 * at_1550.abs().log10() + 0.427).abs() < 2e-3);
    }
}
