//! Weighted sums over a window: the innermost loops. Each takes slices and returns plain numbers.

use crate::simd::at_best;

/// Numbers added side by side: two vector registers of four, to hide the time of an addition.
const LANES: usize = 8;

/// Sums of a current and a voltage.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct PhaseSums {
    /// Current squared.
    pub ii: f64,
    /// Voltage times current.
    pub vi: f64,
}

#[inline(always)]
fn fold(lanes: [f64; LANES]) -> f64 {
    let [a, b, c, d, e, f, g, h] = lanes;
    ((a + e) + (c + g)) + ((b + f) + (d + h))
}

/// Goes over a window: `edge` takes each edge sample and its weight, `body` all those of weight one.
pub fn over<T>(
    weights: &crate::edge::Weights,
    mut edge: impl FnMut(usize, f64),
    body: impl FnOnce(std::ops::Range<usize>) -> T,
) -> T {
    for (k, weight) in weights.lead.iter().enumerate() {
        edge(weights.first + k, *weight);
    }
    let start = weights.first + weights.lead.len();
    let end = start + weights.body;
    for (k, weight) in weights.tail.iter().enumerate() {
        edge(end + k, *weight);
    }
    body(start..end)
}

/// The current's square and its product with the voltage.
pub fn phase_sums(v: &[f64], i: &[f64]) -> PhaseSums {
    at_best(phase_sums_of, (v, i))
}

#[inline(always)]
fn phase_sums_of((v, i): (&[f64], &[f64])) -> PhaseSums {
    let (mut sii, mut svi) = ([0.0; LANES], [0.0; LANES]);
    let (v_chunks, i_chunks) = (v.chunks_exact(LANES), i.chunks_exact(LANES));
    let rest: PhaseSums = v_chunks
        .remainder()
        .iter()
        .zip(i_chunks.remainder())
        .fold(PhaseSums::default(), |sum, (v, i)| sum.plus(*v, *i, 1.0));
    for (v, i) in v_chunks.zip(i_chunks) {
        for lane in 0..LANES {
            sii[lane] += i[lane] * i[lane];
            svi[lane] += v[lane] * i[lane];
        }
    }
    PhaseSums { ii: fold(sii) + rest.ii, vi: fold(svi) + rest.vi }
}

impl PhaseSums {
    /// With one more weighted sample.
    #[inline(always)]
    pub fn plus(self, v: f64, i: f64, weight: f64) -> PhaseSums {
        PhaseSums { ii: self.ii + weight * i * i, vi: self.vi + weight * v * i }
    }
}

/// The neutral current squared, and its product with the voltage of phase 2 (for two wattmeters).
pub fn neutral_sums(v2: &[f64], i: [&[f64]; 3]) -> (f64, f64) {
    at_best(neutral_sums_of, (v2, i))
}

#[inline(always)]
fn neutral_sums_of((v2, [a, b, c]): (&[f64], [&[f64]; 3])) -> (f64, f64) {
    let (mut nn, mut vn) = ([0.0; LANES], [0.0; LANES]);
    let chunks = |x: &'_ [f64]| x.len() / LANES * LANES;
    let whole = chunks(v2);
    for start in (0..whole).step_by(LANES) {
        let (v2, a, b, c) = (
            &v2[start..start + LANES],
            &a[start..start + LANES],
            &b[start..start + LANES],
            &c[start..start + LANES],
        );
        for lane in 0..LANES {
            let n = a[lane] + b[lane] + c[lane];
            nn[lane] += n * n;
            vn[lane] += v2[lane] * n;
        }
    }
    let mut sums = (fold(nn), fold(vn));
    for k in whole..v2.len() {
        let n = a[k] + b[k] + c[k];
        sums.0 += n * n;
        sums.1 += v2[k] * n;
    }
    sums
}

/// A voltage and its square.
pub fn voltage_sums(v: &[f64]) -> (f64, f64) {
    at_best(voltage_sums_of, v)
}

#[inline(always)]
fn voltage_sums_of(v: &[f64]) -> (f64, f64) {
    let (mut s, mut ss) = ([0.0; LANES], [0.0; LANES]);
    let chunks = v.chunks_exact(LANES);
    let rest = chunks.remainder().iter().fold((0.0, 0.0), |(s, ss), v| (s + v, ss + v * v));
    for v in chunks {
        for lane in 0..LANES {
            s[lane] += v[lane];
            ss[lane] += v[lane] * v[lane];
        }
    }
    (fold(s) + rest.0, fold(ss) + rest.1)
}

/// The square of the difference of two voltages.
pub fn difference_square(a: &[f64], b: &[f64]) -> f64 {
    at_best(difference_square_of, (a, b))
}

#[inline(always)]
fn difference_square_of((a, b): (&[f64], &[f64])) -> f64 {
    let mut sums = [0.0; LANES];
    let (a_chunks, b_chunks) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let rest: f64 =
        a_chunks.remainder().iter().zip(b_chunks.remainder()).map(|(a, b)| (a - b).powi(2)).sum();
    for (a, b) in a_chunks.zip(b_chunks) {
        for lane in 0..LANES {
            let difference = a[lane] - b[lane];
            sums[lane] += difference * difference;
        }
    }
    fold(sums) + rest
}

/// Counts to volts or amperes; returns the smallest and the largest count.
pub fn convert(
    counts: &[i32],
    unit_per_count: f64,
    offset_counts: f64,
    out: &mut [f64],
) -> (i32, i32) {
    at_best(convert_of, (counts, unit_per_count, offset_counts, out))
}

#[inline(always)]
fn convert_of(
    (counts, unit_per_count, offset_counts, out): (&[i32], f64, f64, &mut [f64]),
) -> (i32, i32) {
    let (mut low, mut high) = ([i32::MAX; LANES], [i32::MIN; LANES]);
    let shift = -offset_counts * unit_per_count;
    let chunks = counts.chunks_exact(LANES);
    let done = counts.len() - chunks.remainder().len();
    for (counts, out) in chunks.zip(out.chunks_exact_mut(LANES)) {
        for lane in 0..LANES {
            low[lane] = low[lane].min(counts[lane]);
            high[lane] = high[lane].max(counts[lane]);
            out[lane] = f64::from(counts[lane]) * unit_per_count + shift;
        }
    }
    for k in done..counts.len() {
        low[0] = low[0].min(counts[k]);
        high[0] = high[0].max(counts[k]);
        out[k] = f64::from(counts[k]) * unit_per_count + shift;
    }
    (low.into_iter().min().expect("lanes"), high.into_iter().max().expect("lanes"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// [N5] For every length that the loops treat differently.
    #[test]
    fn the_best_instructions_make_the_bits_of_the_least() {
        let row = |turn: f64| (0..61).map(|n| (f64::from(n) * turn).sin()).collect::<Vec<f64>>();
        let (v, a, b, c) = (row(0.7), row(1.1), row(0.3), row(2.9));
        let counts: Vec<i32> = v.iter().map(|v| (v * 8e6) as i32).collect();
        for length in 0..=61 {
            let [v, a, b, c] = [&v, &a, &b, &c].map(|row| &row[..length]);
            assert_eq!(phase_sums(v, a), phase_sums_of((v, a)));
            assert_eq!(neutral_sums(v, [a, b, c]), neutral_sums_of((v, [a, b, c])));
            assert_eq!(voltage_sums(v), voltage_sums_of(v));
            assert_eq!(difference_square(v, a), difference_square_of((v, a)));
            let (mut best, mut least) = (vec![0.0; length], vec![0.0; length]);
            let range = convert(&counts[..length], 1e-5, 3.0, &mut best);
            assert_eq!(range, convert_of((&counts[..length], 1e-5, 3.0, &mut least)));
            assert_eq!(best, least);
        }
    }

    #[test]
    fn sums_are_those_of_their_formulas() {
        let row = |turn: f64| (0..61).map(|n| (f64::from(n) * turn).sin()).collect::<Vec<f64>>();
        let (v, i) = (row(0.7), row(1.1));
        let close =
            |found: f64, plain: f64| assert!((found - plain).abs() < 1e-12, "{found} {plain}");
        let sums = phase_sums(&v, &i);
        close(sums.ii, i.iter().map(|i| i * i).sum());
        close(sums.vi, v.iter().zip(&i).map(|(v, i)| v * i).sum());
        close(voltage_sums(&v).0, v.iter().sum());
        close(difference_square(&v, &i), v.iter().zip(&i).map(|(v, i)| (v - i).powi(2)).sum());
    }
}
