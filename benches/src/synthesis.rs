//! The denominators of synthesis: a basis shared by all channels, times their coefficients; a sine for
//! each harmonic, as one writes it first; rounding to 24 bits.

use port::Role;
use pulp::{Arch, NullaryFnOnce};
use sim::synthetic::{Spectrum, Synthetic, Timeline};
use std::f64::consts::TAU;

/// Orders 1 to 31.
pub const ORDERS: usize = 31;
/// Instants at a time, so that the basis stays in the first cache.
const LANES: usize = 16;

/// Peak values of cosine and sine of each order.
pub type Coefficients = [[f64; 2]; ORDERS];

/// Fills equally long rows with the waves of their coefficients, at a frequency in cycles a sample.
pub fn fill(cycles_per_sample: f64, channels: &[Coefficients], rows: &mut [Vec<f64>]) {
    Arch::new().dispatch(Fill { cycles_per_sample, channels, rows });
}

/// Compiled for the best the processor can do too, as the work under test is.
struct Fill<'a> {
    cycles_per_sample: f64,
    channels: &'a [Coefficients],
    rows: &'a mut [Vec<f64>],
}

impl NullaryFnOnce for Fill<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        fill_rows(self.cycles_per_sample, self.channels, self.rows);
    }
}

#[inline(always)]
fn fill_rows(cycles_per_sample: f64, channels: &[Coefficients], rows: &mut [Vec<f64>]) {
    let mut basis = [[[0.0; LANES]; 2]; ORDERS];
    for start in (0..rows[0].len()).step_by(LANES) {
        fill_basis(cycles_per_sample, start, &mut basis);
        for (coefficients, row) in channels.iter().zip(rows.iter_mut()) {
            let mut sum = [0.0; LANES];
            for ([c, s], [cos, sin]) in coefficients.iter().zip(&basis) {
                for lane in 0..LANES {
                    sum[lane] += c * cos[lane] + s * sin[lane];
                }
            }
            let count = LANES.min(row.len() - start);
            row[start..start + count].copy_from_slice(&sum[..count]);
        }
    }
}

/// The same with a cosine and a sine for each harmonic and sample.
pub fn fill_naively(cycles_per_sample: f64, channels: &[Coefficients], rows: &mut [Vec<f64>]) {
    for (coefficients, row) in channels.iter().zip(rows) {
        for (n, value) in row.iter_mut().enumerate() {
            let angle = TAU * cycles_per_sample * n as f64;
            let wave = |(order, [c, s]): (usize, &[f64; 2])| {
                let (sin, cos) = ((order + 1) as f64 * angle).sin_cos();
                c * cos + s * sin
            };
            *value = coefficients.iter().enumerate().map(wave).sum();
        }
    }
}

/// Rounds counts to 24-bit codes, clipped.
pub fn quantise(counts: &[Vec<f64>], codes: &mut [Vec<i32>]) {
    Arch::new().dispatch(Quantise { counts, codes });
}

/// Compiled for the best the processor can do too, as the work under test is.
struct Quantise<'a> {
    counts: &'a [Vec<f64>],
    codes: &'a mut [Vec<i32>],
}

impl NullaryFnOnce for Quantise<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        for (counts, codes) in self.counts.iter().zip(self.codes) {
            for (code, count) in codes.iter_mut().zip(counts) {
                // Leaves a whole number in the low bits.
                let clipped = count.clamp(-8_388_608.0, 8_388_607.0);
                *code = (clipped + 1.5 * (1_u64 << 52) as f64).to_bits() as i32;
            }
        }
    }
}

/// A steady signal on any number of rows: the same spectrum on all, and noise.
pub struct Steady {
    roles: Vec<Role>,
    spectrum: Spectrum,
    noise_rms: f64,
}

impl Steady {
    /// Plays `channels` rows, for ever.
    pub fn play(channels: usize, spectrum: Spectrum, noise_rms: f64) -> Synthetic {
        let roles = Role::ALL.into_iter().cycle().take(channels).collect();
        Synthetic::new(Box::new(Steady { roles, spectrum, noise_rms }), 1, None)
    }

    /// All 31 orders.
    pub fn rich() -> Spectrum {
        (1..=ORDERS).fold(Spectrum::ZERO, |spectrum, order| {
            spectrum.with(order, 230.0 / (order * order) as f64, 10.0 * order as f64)
        })
    }
}

impl Timeline for Steady {
    fn roles(&self) -> &[Role] {
        &self.roles
    }

    fn noise_rms(&self, _: usize) -> f64 {
        self.noise_rms
    }

    fn next_knot(&self, _: f64) -> f64 {
        f64::INFINITY
    }

    fn frequency_hz(&self, _: f64, _: f64) -> f64 {
        50.02
    }

    fn jump_cycles(&self, _: f64) -> f64 {
        0.0
    }

    fn spectra(&self, _: f64, _: f64, out: &mut [Spectrum]) {
        out.fill(self.spectrum);
    }
}

/// By Chebyshev's recurrence from the first order.
#[inline(always)]
fn fill_basis(cycles_per_sample: f64, start: usize, basis: &mut [[[f64; LANES]; 2]; ORDERS]) {
    for lane in 0..LANES {
        let (sin, cos) = (TAU * cycles_per_sample * (start + lane) as f64).sin_cos();
        (basis[0][0][lane], basis[0][1][lane]) = (cos, sin);
    }
    let twice: [f64; LANES] = std::array::from_fn(|lane| 2.0 * basis[0][0][lane]);
    for order in 1..ORDERS {
        for side in 0..2 {
            let before =
                if order > 1 { basis[order - 2][side] } else { [1.0 - side as f64; LANES] };
            let last = basis[order - 1][side];
            for lane in 0..LANES {
                basis[order][side][lane] = twice[lane] * last[lane] - before[lane];
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_waves_are_those_of_their_coefficients() {
        let mut channel = [[0.0; 2]; ORDERS];
        (channel[0], channel[30]) = ([3.0, 4.0], [0.5, -0.25]);
        let mut rows = vec![vec![0.0; 100]];
        let mut naive = rows.clone();
        fill(0.0063, &[channel], &mut rows);
        fill_naively(0.0063, &[channel], &mut naive);
        for (value, naive) in rows[0].iter().zip(&naive[0]) {
            assert!((value - naive).abs() < 1e-11, "{value} {naive}");
        }
        for (n, value) in rows[0].iter().enumerate() {
            let angle = TAU * 0.0063 * n as f64;
            let last = 31.0 * angle;
            let expect =
                3.0 * angle.cos() + 4.0 * angle.sin() + 0.5 * last.cos() - 0.25 * last.sin();
            assert!((value - expect).abs() < 1e-11, "{value} instead of {expect}");
        }
    }

    #[test]
    fn codes_are_rounded_and_clipped() {
        let mut codes = vec![vec![0; 4]];
        quantise(&[vec![1.4, -1.6, 9e9, -9e9]], &mut codes);
        assert_eq!(codes[0], [1, -2, 8_388_607, -8_388_608]);
    }
}
