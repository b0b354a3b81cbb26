//! White Gaussian noise as a function of the sample index: any stretch of it, at any time, the same bits.
//!
//! A hash of a counter has two uniform numbers, and those make two independent normal ones (Box and
//! Muller 1958). A *stream* is the noise of one channel; its key sets its counters off against all
//! others'. Logarithm, cosine and sine are own code, so that they vectorise and do not depend on the
//! platform's library. Nothing lies beyond 6.7 standard deviations: a uniform number has 32 bits.

use crate::synthetic::{cos_sin, mixed};
use pulp::{Arch, NullaryFnOnce};
use std::f64::consts::{LN_2, SQRT_2};

/// Pairs computed together.
const LANES: usize = 16;

/// Samples computed together: pair `n` makes the samples `n` and `n + LANES` of a block.
const BLOCK: usize = 2 * LANES;

/// Sets noise apart from everything else that is drawn from the same seed.
const NOISE_KEY: u64 = 0x006e_6f69_7365;

/// Whose noise it is, so that no two channels of a scenario share a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stream {
    /// At the terminals, by row of the waveform.
    Terminal(u32),
    /// In a converter, by role.
    Converter(u32),
}

/// Noise of one channel.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Noise {
    rms: f64,
    key: u64,
}

impl Noise {
    /// Noise of so much rms a sample; none if that is zero.
    pub(crate) fn new(rms: f64, seed: u64, stream: Stream) -> Option<Noise> {
        let stream = match stream {
            Stream::Terminal(row) => u64::from(row),
            Stream::Converter(role) => (1 << 32) + u64::from(role),
        };
        let key = mixed(mixed(seed ^ NOISE_KEY) ^ stream);
        (rms > 0.0).then_some(Noise { rms, key })
    }

    /// Adds the noise of the samples from `first` on.
    pub(crate) fn add(&self, first: u64, values: &mut [f64]) {
        Arch::new().dispatch(Add { noise: *self, first, values });
    }
}

/// Compiled for the least and for the best instructions there are, which give the same bits. A type rather
/// than a closure, since it is only as fast as that if it is inlined.
struct Add<'a> {
    noise: Noise,
    first: u64,
    values: &'a mut [f64],
}

impl NullaryFnOnce for Add<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        add(self.noise, self.first, self.values);
    }
}

#[inline(always)]
fn add(noise: Noise, first: u64, values: &mut [f64]) {
    let within = (first % BLOCK as u64) as usize;
    let (head, body) = values.split_at_mut((BLOCK - within).min(values.len()));
    let mut block = first / BLOCK as u64;
    let normals_of = |block| normals(noise.key, block);
    for (value, normal) in head.iter_mut().zip(&normals_of(block)[within..]) {
        *value += noise.rms * normal;
    }
    for values in body.chunks_mut(BLOCK) {
        block += 1;
        for (value, normal) in values.iter_mut().zip(&normals_of(block)) {
            *value += noise.rms * normal;
        }
    }
}

/// Independent normal numbers of mean 0 and variance 1, a block of them.
#[inline(always)]
fn normals(key: u64, block: u64) -> [f64; BLOCK] {
    let first = key.wrapping_add(block.wrapping_mul(LANES as u64));
    let hashes: [u64; LANES] = std::array::from_fn(|lane| mixed(first.wrapping_add(lane as u64)));
    let mut normals = [0.0; BLOCK];
    for lane in 0..LANES {
        // Above 0 and up to 1, so that its logarithm is finite.
        let radius = (-2.0 * ln(2.0 - one_to_two(hashes[lane] >> 32))).sqrt();
        let (cos, sin) = cos_sin(one_to_two(hashes[lane] & 0xffff_ffff) - 1.5);
        normals[lane] = radius * cos;
        normals[LANES + lane] = radius * sin;
    }
    normals
}

/// 32 bits as a number from 1 up to but not including 2.
#[inline(always)]
fn one_to_two(bits: u64) -> f64 {
    f64::from_bits(1.0_f64.to_bits() | (bits << 20))
}

/// Coefficients of `ln m = 2 s (1 + z/3 + z^2/5 + ...)`, `s = (m - 1)/(m + 1)`, `z = s^2 < 0.03`:
/// what follows is below 1e-16.
const SERIES: [f64; 10] = [
    1.0,
    1.0 / 3.0,
    1.0 / 5.0,
    1.0 / 7.0,
    1.0 / 9.0,
    1.0 / 11.0,
    1.0 / 13.0,
    1.0 / 15.0,
    1.0 / 17.0,
    1.0 / 19.0,
];

/// Natural logarithm of a normal number above 0 and up to 1, to 4e-16 of itself or of 1.
#[inline(always)]
fn ln(x: f64) -> f64 {
    // The exponent is counted so that what is left, `m`, lies from sqrt(1/2) to sqrt(2).
    const LOWEST: u64 = (SQRT_2 / 2.0).to_bits();
    const MANTISSA: u64 = (1 << 52) - 1;
    let shifted = x.to_bits() + (1.0_f64.to_bits() - LOWEST);
    let m = f64::from_bits((shifted & MANTISSA) + LOWEST);
    // A whole number below 2^52 in the low bits of 2^52; `as f64` would not vectorise.
    const WHOLE: f64 = (1_u64 << 52) as f64;
    let exponent = f64::from_bits(WHOLE.to_bits() | (shifted >> 52)) - (WHOLE + 1023.0);
    let s = (m - 1.0) / (m + 1.0);
    let z = s * s;
    let series = SERIES.iter().rev().fold(0.0, |sum, coefficient| sum * z + coefficient);
    exponent * LN_2 + 2.0 * s * series
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLES: usize = 1 << 21;

    fn stretch(seed: u64, stream: Stream, first: u64, samples: usize) -> Vec<f64> {
        let mut values = vec![0.0; samples];
        Noise::new(1.0, seed, stream).expect("some").add(first, &mut values);
        values
    }

    /// Mean of `f` and how far it may lie off: five standard deviations of the mean of independent
    /// normal samples, of which `f` has this variance. A good generator fails once in two million.
    fn mean_near(
        name: &str,
        values: impl ExactSizeIterator<Item = f64>,
        expected: f64,
        variance: f64,
    ) {
        let count = values.len() as f64;
        let mean = values.sum::<f64>() / count;
        let bound = 5.0 * (variance / count).sqrt();
        assert!(
            (mean - expected).abs() < bound,
            "{name}: {mean} instead of {expected} +/- {bound}"
        );
    }

    /// Moments 1 to 4 of a normal distribution, tails and both halves, within five sigmas of two million
    /// samples.
    #[test]
    fn the_noise_is_gaussian() {
        let x = stretch(1, Stream::Converter(0), 0, SAMPLES);
        mean_near("mean", x.iter().copied(), 0.0, 1.0);
        mean_near("variance", x.iter().map(|x| x.powi(2)), 1.0, 2.0);
        mean_near("skewness", x.iter().map(|x| x.powi(3)), 0.0, 15.0);
        mean_near("kurtosis", x.iter().map(|x| x.powi(4)), 3.0, 96.0);
        for (sigmas, part) in [
            (0.0, 0.5),
            (1.0, 0.158_655_254),
            (2.0, 0.022_750_132),
            (3.0, 1.349_898e-3),
            (4.0, 3.167_124e-5),
        ] {
            let beyond = |side: f64| x.iter().map(move |x| f64::from(u8::from(side * x > sigmas)));
            mean_near("upper tail", beyond(1.0), part, part);
            mean_near("lower tail", beyond(-1.0), part, part);
        }
        let largest = x.iter().fold(0.0_f64, |largest, x| largest.max(x.abs()));
        assert!((4.5..6.7).contains(&largest), "{largest} is the largest of two million");
    }

    /// Neither the values nor their squares remember any of the 64 before, nor does a partner of the same
    /// pair show, 16 samples on.
    #[test]
    fn the_noise_is_white() {
        let x = stretch(2, Stream::Terminal(3), 32 * 1000, SAMPLES);
        for lag in 1..=64 {
            let pairs = || x.iter().zip(&x[lag..]);
            let name = format!("lag {lag}");
            mean_near(&name, pairs().map(|(a, b)| a * b), 0.0, 1.0);
            mean_near(&name, pairs().map(|(a, b)| (a * a - 1.0) * (b * b - 1.0)), 0.0, 4.0);
        }
    }

    #[test]
    fn streams_and_seeds_do_not_know_of_each_other() {
        let x = stretch(3, Stream::Converter(0), 0, SAMPLES);
        for (seed, stream) in
            [(3, Stream::Converter(1)), (3, Stream::Terminal(0)), (4, Stream::Converter(0))]
        {
            let y = stretch(seed, stream, 0, SAMPLES);
            mean_near("product", x.iter().zip(&y).map(|(x, y)| x * y), 0.0, 1.0);
            let squares = x.iter().zip(&y).map(|(x, y)| (x * x - 1.0) * (y * y - 1.0));
            mean_near("squares", squares, 0.0, 4.0);
        }
    }

    /// Also what the processor's best instructions make is what its least ones make.
    #[test]
    fn any_stretch_has_the_same_bits() {
        let noise = Noise::new(0.7, 5, Stream::Terminal(1)).expect("some");
        let mut whole = vec![0.25; 1000];
        add(noise, 77, &mut whole);
        for (from, to) in [(0, 1000), (1, 2), (3, 500), (19, 20), (500, 1000), (999, 1000)] {
            let mut part = vec![0.25; to - from];
            noise.add(77 + from as u64, &mut part);
            assert_eq!(part, whole[from..to]);
        }
    }

    #[test]
    fn the_logarithm_agrees_with_the_library() {
        for n in 1..=100_000 {
            for x in [f64::from(n) / 100_000.0, 2.0_f64.powi(-52) * f64::from(n)] {
                let error = ln(x) - x.ln();
                assert!(error.abs() <= 4e-16 * x.ln().abs().max(1.0), "{x}: {error:e}");
            }
        }
    }
}
