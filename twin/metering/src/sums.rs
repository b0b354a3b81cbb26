//! Weighted sums over a window: the innermost loops. Each takes slices and returns plain numbers.

use crate::simd::at_best;

/// Numbers added side by side: four vector registers of four, which hide the time of an addition.
const LANES: usize = 16;

/// Sums of a current and a voltage.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct PhaseSums {
    /// Current squared.
    pub ii: f64,
    /// Voltage times current.
    pub vi: f64,
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

/// Sum of the products of two numbers for each place. One sum a loop: of several the compiler would mix the
/// lanes.
#[inline(always)]
fn sum_of_products(places: usize, of: impl Fn(usize) -> (f64, f64)) -> f64 {
    let mut lanes = [0.0; LANES];
    let whole = places / LANES * LANES;
    for start in (0..whole).step_by(LANES) {
        for (lane, sum) in lanes.iter_mut().enumerate() {
            let (a, b) = of(start + lane);
            *sum += a * b;
        }
    }
    let mut width = LANES / 2;
    while width > 0 {
        for lane in 0..width {
            lanes[lane] += lanes[lane + width];
        }
        width /= 2;
    }
    (whole..places).map(of).fold(lanes[0], |sum, (a, b)| sum + a * b)
}

at_best! {
    /// The current's square and its product with the voltage.
    pub fn phase_sums / phase_sums_least<'a>(v: &'a [f64], i: &'a [f64]) -> PhaseSums {
        let v = &v[..i.len()];
        PhaseSums {
            ii: sum_of_products(i.len(), |n| (i[n], i[n])),
            vi: sum_of_products(i.len(), |n| (v[n], i[n])),
        }
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
        let [a, b, c] = i.map(|row| &row[..v2.len()]);
        let neutral = |n: usize| a[n] + b[n] + c[n];
        (
            sum_of_products(v2.len(), |n| (neutral(n), neutral(n))),
            sum_of_products(v2.len(), |n| (v2[n], neutral(n))),
        )
    }
}

at_best! {
    /// A voltage and its square.
    pub fn voltage_sums / voltage_sums_least<'a>(v: &'a [f64]) -> (f64, f64) {
        (
            sum_of_products(v.len(), |n| (v[n], 1.0)),
            sum_of_products(v.len(), |n| (v[n], v[n])),
        )
    }
}

at_best! {
    /// The square of the difference of two voltages.
    pub fn difference_square / difference_square_least<'a>(a: &'a [f64], b: &'a [f64]) -> f64 {
        let b = &b[..a.len()];
        sum_of_products(a.len(), |n| (a[n] - b[n], a[n] - b[n]))
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
