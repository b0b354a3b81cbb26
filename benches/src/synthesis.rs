//! The denominator of synthesis: a basis shared by all channels, times their coefficients.

use std::f64::consts::TAU;

/// Orders 1 to 31.
pub const ORDERS: usize = 31;
/// Instants at a time, so that the basis stays in the first cache.
const LANES: usize = 16;

/// Peak values of cosine and sine of each order.
pub type Coefficients = [[f64; 2]; ORDERS];

/// Fills equally long rows with the waves of their coefficients, at a frequency in cycles a sample.
pub fn fill(cycles_per_sample: f64, channels: &[Coefficients], rows: &mut [Vec<f64>]) {
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

/// By Chebyshev's recurrence from the first order.
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
        fill(0.0063, &[channel], &mut rows);
        for (n, value) in rows[0].iter().enumerate() {
            let angle = TAU * 0.0063 * n as f64;
            let last = 31.0 * angle;
            let expect =
                3.0 * angle.cos() + 4.0 * angle.sin() + 0.5 * last.cos() - 0.25 * last.sin();
            assert!((value - expect).abs() < 1e-11, "{value} instead of {expect}");
        }
    }
}
