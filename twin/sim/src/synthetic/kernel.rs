//! The inner loop: cosines and sines of the grid angle, shared by all channels, times coefficients.
//!
//! Works on [`LANES`] instants at a time so that the basis stays in the first cache. Each lane is
//! computed the same way whatever its neighbours are, no sum is reordered and no product is fused with
//! a sum, so every build and every processor gives the same bits. All of it is made to be inlined into
//! a loop that is compiled for what the processor can do (see [`super::player`]).

use super::spectrum::{HARMONICS, Spectrum};
use std::f64::consts::{SQRT_2, TAU};

/// Instants computed at a time.
pub(crate) const LANES: usize = 16;

/// A value for each instant.
pub(crate) type Lanes = [f64; LANES];

/// One order of one channel, as peak values: contributes `re cos(h x) - im sin(h x)`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Term {
    order: usize,
    re: f64,
    im: f64,
}

/// Terms of a spectrum that are not zero.
pub(crate) fn terms(spectrum: &Spectrum) -> impl Iterator<Item = Term> {
    (1..=HARMONICS).filter_map(|order| {
        let phasor = spectrum.harmonic(order);
        let term = Term { order, re: SQRT_2 * phasor.re, im: SQRT_2 * phasor.im };
        (phasor.re != 0.0 || phasor.im != 0.0).then_some(term)
    })
}

/// Which orders a set of channels needs.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Orders {
    highest: usize,
    even: bool,
}

impl Orders {
    pub(crate) fn include(&mut self, terms: &[Term]) {
        for term in terms {
            self.highest = self.highest.max(term.order);
            self.even |= term.order.is_multiple_of(2);
        }
    }
}

/// cos(h x) and sin(h x) for all orders and lanes.
#[derive(Debug, Clone)]
pub(crate) struct Basis {
    cos: [Lanes; HARMONICS + 1],
    sin: [Lanes; HARMONICS + 1],
}

impl Basis {
    pub(crate) fn new() -> Basis {
        Basis { cos: [[0.0; LANES]; HARMONICS + 1], sin: [[0.0; LANES]; HARMONICS + 1] }
    }

    /// Computes the orders needed at the grid angles `cycles`, of magnitude below 2^51.
    #[inline(always)]
    pub(crate) fn fill(&mut self, cycles: &Lanes, orders: Orders) {
        let [_, cos, ..] = &mut self.cos;
        let [_, sin, ..] = &mut self.sin;
        for ((cos, sin), cycles) in cos.iter_mut().zip(sin).zip(cycles) {
            (*cos, *sin) = cos_sin(*cycles);
        }
        if orders.even {
            // Order h is the product of its two halves: few steps, so little rounding.
            for order in 2..=orders.highest {
                self.multiply(order / 2, order - order / 2);
            }
        } else if orders.highest > 1 {
            self.multiply(1, 1);
            for order in (3..=orders.highest).step_by(2) {
                self.multiply(order - 2, 2);
            }
        }
    }

    /// Order `a + b` from orders `a` and `b`.
    #[inline(always)]
    fn multiply(&mut self, a: usize, b: usize) {
        let (cos_a, sin_a, cos_b, sin_b) = (self.cos[a], self.sin[a], self.cos[b], self.sin[b]);
        let (cos, sin) = (&mut self.cos[a + b], &mut self.sin[a + b]);
        for lane in 0..LANES {
            cos[lane] = cos_a[lane] * cos_b[lane] - sin_a[lane] * sin_b[lane];
            sin[lane] = cos_a[lane] * sin_b[lane] + sin_a[lane] * cos_b[lane];
        }
    }

    /// Sum of the terms at each lane.
    #[inline(always)]
    pub(crate) fn sum(&self, terms: &[Term]) -> Lanes {
        let mut sum = [0.0; LANES];
        for term in terms {
            let (cos, sin) = (&self.cos[term.order], &self.sin[term.order]);
            for lane in 0..LANES {
                sum[lane] += term.re * cos[lane] - term.im * sin[lane];
            }
        }
        sum
    }
}

/// Adding and taking away 1.5 * 2^52 rounds to a whole number, and vectorises where `round` does not.
const ROUNDER: f64 = 6_755_399_441_055_744.0;

/// Nearest whole number of a value of magnitude below 2^51.
#[inline(always)]
fn nearest(value: f64) -> f64 {
    (value + ROUNDER) - ROUNDER
}

/// Cosine and sine of an angle in cycles, to 1e-16; own code so that it vectorises and does not
/// depend on the platform's library. Polynomials of fdlibm (k_sin.c, k_cos.c) for +/- an eighth.
#[inline(always)]
pub(crate) fn cos_sin(cycles: f64) -> (f64, f64) {
    let reduced = cycles - nearest(cycles);
    let quarter = nearest(4.0 * reduced);
    let x = TAU * (reduced - 0.25 * quarter);
    let z = x * x;
    let sin_tail = 8.333_333_333_322_49e-3
        + z * (-1.984_126_982_985_795e-4
            + z * (2.755_731_370_707_007e-6
                + z * (-2.505_076_025_340_686_3e-8 + z * 1.589_690_995_211_55e-10)));
    let sin = x + x * z * (-1.666_666_666_666_663_2e-1 + z * sin_tail);
    let cos_tail = 4.166_666_666_666_66e-2
        + z * (-1.388_888_888_887_411e-3
            + z * (2.480_158_728_947_673e-5
                + z * (-2.755_731_435_139_066_3e-7
                    + z * (2.087_572_321_298_175e-9 + z * -1.135_964_755_778_819_5e-11))));
    let cos = 1.0 - 0.5 * z + z * z * cos_tail;
    let odd = quarter.abs() == 1.0;
    let (c, s) = if odd { (sin, cos) } else { (cos, sin) };
    let half = quarter.abs() == 2.0;
    let c = if half || quarter == 1.0 { -c } else { c };
    let s = if half || quarter == -1.0 { -s } else { s };
    (c, s)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cosine_and_sine_agree_with_the_library() {
        for n in -4000..4000 {
            let cycles = f64::from(n) / 1999.0;
            let (cos, sin) = cos_sin(cycles);
            let angle = TAU * (cycles - cycles.round());
            assert!((cos - angle.cos()).abs() < 4e-16, "cos {cycles}");
            assert!((sin - angle.sin()).abs() < 4e-16, "sin {cycles}");
        }
    }

    #[test]
    fn every_order_is_right_to_1e_14() {
        // Binary fractions, so that the multiples of the angle are exact too.
        let cycles = std::array::from_fn(|lane| lane as f64 * 141.0 / 1024.0 - 1.0);
        for even in [false, true] {
            let mut basis = Basis::new();
            basis.fill(&cycles, Orders { highest: HARMONICS, even });
            for order in (1..=HARMONICS).filter(|order| even || order % 2 == 1) {
                for (lane, angle) in cycles.iter().enumerate() {
                    let (cos, sin) = cos_sin(angle * order as f64);
                    assert!((basis.cos[order][lane] - cos).abs() < 1e-14, "{order}");
                    assert!((basis.sin[order][lane] - sin).abs() < 1e-14, "{order}");
                }
            }
        }
    }
}
