//! The denominators: the least work that gives the sums and the harmonics, written plainly.

use pulp::{Arch, NullaryFnOnce};
use realfft::num_complex::Complex;
use realfft::{RealFftPlanner, RealToComplex};
use std::sync::Arc;

/// Part of a cycle that Q is delayed by, in samples: a whole number and the fraction beyond.
fn quarter(samples: usize) -> (usize, f64) {
    let quarter = samples as f64 / 40.0;
    (quarter as usize, quarter.fract())
}

/// V², V² L-L, I², P, Q and neutral² of one window of ten cycles, over samples that are already numbers.
///
/// Rows as in [`crate::input::Input`]. The delay wraps around, as the samples repeat.
pub fn sums(rows: &[Vec<f64>], out: &mut [f64]) {
    Arch::new().dispatch(Sums { rows, out });
}

/// Compiled for the best the processor can do too, as the work under test is.
struct Sums<'a> {
    rows: &'a [Vec<f64>],
    out: &'a mut [f64],
}

impl NullaryFnOnce for Sums<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        sums_of(self.rows, self.out);
    }
}

#[inline(always)]
fn sums_of(rows: &[Vec<f64>], out: &mut [f64]) {
    let (voltages, loads) = rows.split_at(3);
    let mut slots = out.iter_mut();
    let mut put = |value: f64| *slots.next().expect("room for every sum") = value;
    for phase in 0..3 {
        let (v, w) = (&voltages[phase], &voltages[(phase + 1) % 3]);
        put(lanes(v.len(), |n| v[n] * v[n]));
        put(lanes(v.len(), |n| (v[n] - w[n]) * (v[n] - w[n])));
    }
    for load in loads.chunks_exact(3) {
        for phase in 0..3 {
            let [ii, vi, q] = load_sums(&voltages[phase], &load[phase]);
            put(ii);
            put(vi);
            put(q);
        }
        let [a, b, c] = [&load[0], &load[1], &load[2]];
        let [b, c] = [&b[..a.len()], &c[..a.len()]];
        put(lanes(a.len(), |n| (a[n] + b[n] + c[n]) * (a[n] + b[n] + c[n])));
    }
}

/// Sums kept side by side, so that the compiler can use vector registers.
const LANES: usize = 8;

#[inline(always)]
fn lanes(count: usize, term: impl Fn(usize) -> f64) -> f64 {
    let mut sums = [0.0; LANES];
    let whole = count / LANES * LANES;
    for start in (0..whole).step_by(LANES) {
        for (lane, sum) in sums.iter_mut().enumerate() {
            *sum += term(start + lane);
        }
    }
    (whole..count).fold(sums.iter().sum(), |sum, n| sum + term(n))
}

#[inline(always)]
fn load_sums(v: &[f64], i: &[f64]) -> [f64; 3] {
    let (delay, fraction) = quarter(v.len());
    let mut sums = [[0.0; LANES]; 3];
    // The body: the delayed voltage between two samples, by a line.
    let (now, near, far, i_body) = (&v[delay + 1..], &v[1..], v, &i[delay + 1..]);
    let blocks = now.chunks_exact(LANES).zip(i_body.chunks_exact(LANES));
    let blocks = blocks.zip(near.chunks_exact(LANES).zip(far.chunks_exact(LANES)));
    for ((v, i), (near, far)) in blocks {
        for lane in 0..LANES {
            let delayed = near[lane] + fraction * (far[lane] - near[lane]);
            sums[0][lane] += i[lane] * i[lane];
            sums[1][lane] += v[lane] * i[lane];
            sums[2][lane] += delayed * i[lane];
        }
    }
    let mut out = sums.map(|lanes| lanes.iter().sum::<f64>());
    let done = delay + 1 + now.len() / LANES * LANES;
    for n in (0..delay + 1).chain(done..v.len()) {
        let at = |back: usize| v[(n + v.len() - back) % v.len()];
        let delayed = at(delay) + fraction * (at(delay + 1) - at(delay));
        out[0] += i[n] * i[n];
        out[1] += v[n] * i[n];
        out[2] += delayed * i[n];
    }
    out
}

/// How many numbers [`sums`] writes for so many channels.
pub fn sum_count(channels: usize) -> usize {
    6 + (channels - 3) / 3 * 10
}

/// A bare real FFT of one window.
pub struct Fft {
    plan: Arc<dyn RealToComplex<f64>>,
    input: Vec<f64>,
    bins: Vec<Complex<f64>>,
    scratch: Vec<Complex<f64>>,
}

impl Fft {
    /// For windows of so many samples.
    pub fn new(samples: usize) -> Fft {
        let plan = RealFftPlanner::new().plan_fft_forward(samples);
        Fft {
            input: plan.make_input_vec(),
            bins: plan.make_output_vec(),
            scratch: plan.make_scratch_vec(),
            plan,
        }
    }

    /// The bins of one channel.
    pub fn bins(&mut self, row: &[f64]) -> &[Complex<f64>] {
        // The transform destroys its input.
        self.input.copy_from_slice(row);
        self.plan
            .process_with_scratch(&mut self.input, &mut self.bins, &mut self.scratch)
            .expect("the buffers have the plan's lengths");
        &self.bins
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::{Grid, Input};

    /// The denominators are no less than what they stand for: their sums are right.
    #[test]
    fn the_reference_measures_what_it_says() {
        let input = Input::new(8000.0, Grid::Locked, 1);
        let rows: Vec<Vec<f64>> =
            input.rows.iter().map(|row| row.iter().map(|x| f64::from(*x)).collect()).collect();
        let mut out = vec![0.0; sum_count(rows.len())];
        sums(&rows, &mut out);
        let plain = |f: &dyn Fn(usize) -> f64| (0..rows[0].len()).map(f).sum::<f64>();
        let close = |value: f64, expected: f64| {
            assert!((value / expected - 1.0).abs() < 1e-12, "{value} instead of {expected}");
        };
        close(out[0], plain(&|n| rows[0][n].powi(2)));
        close(out[1], plain(&|n| (rows[0][n] - rows[1][n]).powi(2)));
        close(out[6], plain(&|n| rows[3][n].powi(2)));
        close(out[7], plain(&|n| rows[0][n] * rows[3][n]));
        close(out[8], plain(&|n| rows[0][(n + 1600 - 40) % 1600] * rows[3][n]));
        close(out[15], plain(&|n| (rows[3][n] + rows[4][n] + rows[5][n]).powi(2)));
        let mut fft = Fft::new(1600);
        let amplitude = fft.bins(&rows[0])[10].norm() / 800.0;
        assert!((amplitude / (230.0 * 2f64.sqrt() / 1000.0 * 8_388_608.0) - 1.0).abs() < 1e-4);
    }
}
