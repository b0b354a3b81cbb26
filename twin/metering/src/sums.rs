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

/// Lane by lane.
#[inline(always)]
fn add_products(sums: &mut [f64; LANES], a: &[f64; LANES], b: &[f64; LANES]) {
    for lane in 0..LANES {
        sums[lane] += a[lane] * b[lane];
    }
}

at_best! {
    /// The current's square and its product with the voltage.
    pub fn phase_sums / phase_sums_least<'a>(v: &'a [f64], i: &'a [f64]) -> PhaseSums {
        let ((v, v_rest), (i, i_rest)) = (v.as_chunks(), i.as_chunks());
        let (mut ii, mut vi) = ([0.0; LANES], [0.0; LANES]);
        for (v, i) in v.iter().zip(i) {
            add_products(&mut ii, i, i);
            add_products(&mut vi, v, i);
        }
        let body = PhaseSums { ii: fold(ii), vi: fold(vi) };
        v_rest.iter().zip(i_rest).fold(body, |sum, (v, i)| sum.plus(*v, *i, 1.0))
    }
}

impl PhaseSums {
    /// With one more weighted sample.
    #[inline(always)]
    pub fn plus(self, v: f64, i: f64, weight: f64) -> PhaseSums {
        PhaseSums { ii: self.ii + weight * i * i, vi: self.vi + weight * v * i }
    }
}

at_best! {
    /// The neutral current squared, and its product with the voltage of phase 2 (for two wattmeters).
    pub fn neutral_sums / neutral_sums_least<'a>(v2: &'a [f64], i: [&'a [f64]; 3]) -> (f64, f64) {
        let ((v2, v2_rest), [(a, a_rest), (b, b_rest), (c, c_rest)]) =
            (v2.as_chunks::<LANES>(), i.map(|row| row.as_chunks::<LANES>()));
        let (mut nn, mut vn) = ([0.0; LANES], [0.0; LANES]);
        for ((v2, a), (b, c)) in v2.iter().zip(a).zip(b.iter().zip(c)) {
            let mut n = [0.0; LANES];
            for lane in 0..LANES {
                n[lane] = a[lane] + b[lane] + c[lane];
            }
            add_products(&mut nn, &n, &n);
            add_products(&mut vn, v2, &n);
        }
        let mut sums = (fold(nn), fold(vn));
        for ((v2, a), (b, c)) in v2_rest.iter().zip(a_rest).zip(b_rest.iter().zip(c_rest)) {
            let n = a + b + c;
            sums.0 += n * n;
            sums.1 += v2 * n;
        }
        sums
    }
}

at_best! {
    /// A voltage and its square.
    pub fn voltage_sums / voltage_sums_least<'a>(v: &'a [f64]) -> (f64, f64) {
        let (v, rest) = v.as_chunks();
        let (mut s, mut ss) = ([0.0; LANES], [0.0; LANES]);
        for v in v {
            for lane in 0..LANES {
                s[lane] += v[lane];
            }
            add_products(&mut ss, v, v);
        }
        rest.iter().fold((fold(s), fold(ss)), |(s, ss), v| (s + v, ss + v * v))
    }
}

at_best! {
    /// The square of the difference of two voltages.
    pub fn difference_square / difference_square_least<'a>(a: &'a [f64], b: &'a [f64]) -> f64 {
        let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<LANES>(), b.as_chunks::<LANES>());
        let mut sums = [0.0; LANES];
        for (a, b) in a.iter().zip(b) {
            let mut difference = [0.0; LANES];
            for lane in 0..LANES {
                difference[lane] = a[lane] - b[lane];
            }
            add_products(&mut sums, &difference, &difference);
        }
        a_rest.iter().zip(b_rest).fold(fold(sums), |sum, (a, b)| sum + (a - b) * (a - b))
    }
}

at_best! {
    /// Counts to volts or amperes; returns the smallest and the largest count.
    pub fn convert / convert_least<'a>(
        counts: &'a [i32],
        unit_per_count: f64,
        offset_counts: f64,
        out: &'a mut [f64],
    ) -> (i32, i32) {
        let (mut low, mut high) = (i32::MAX, i32::MIN);
        let shift = -offset_counts * unit_per_count;
        for (count, out) in counts.iter().zip(out) {
            low = low.min(*count);
            high = high.max(*count);
            *out = f64::from(*count) * unit_per_count + shift;
        }
        (low, high)
    }
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
            assert_eq!(phase_sums(v, a), phase_sums_least(v, a));
            assert_eq!(neutral_sums(v, [a, b, c]), neutral_sums_least(v, [a, b, c]));
            assert_eq!(voltage_sums(v), voltage_sums_least(v));
            assert_eq!(difference_square(v, a), difference_square_least(v, a));
            let (mut best, mut least) = (vec![0.0; length], vec![0.0; length]);
            let range = convert(&counts[..length], 1e-5, 3.0, &mut best);
            assert_eq!(range, convert_least(&counts[..length], 1e-5, 3.0, &mut least));
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
