//! What the mean and the harmonics of a window alone would be, sample by sample: the model by which a
//! hard cut is mended.

use crate::simd::at_best;
use crate::spectrum::{Phasor, Phasors};
use std::f64::consts::TAU;

/// Samples worked out side by side: they hide the time of the products that follow from each other.
const LANES: usize = 8;

/// Where each sample of a window lies within its cycle, as a phasor of magnitude 1; in step with the
/// samples, filled up to whole lanes.
#[derive(Debug, Clone)]
pub struct Turns {
    re: Vec<f64>,
    im: Vec<f64>,
}

impl Turns {
    /// Of windows with up to so many samples.
    pub fn new(capacity: usize) -> Turns {
        let room = capacity.next_multiple_of(LANES);
        Turns { re: Vec::with_capacity(room), im: Vec::with_capacity(room) }
    }

    /// Of a window with so many samples, of which each has its place in a cycle.
    pub fn fill(&mut self, samples: usize, cycles_at: impl Fn(usize) -> f64) {
        self.re.clear();
        self.im.clear();
        for sample in 0..samples.next_multiple_of(LANES) {
            let turn = Phasor::from_polar(1.0, TAU * cycles_at(sample));
            self.re.push(turn.re);
            self.im.push(turn.im);
        }
    }
}

at_best! {
    /// The samples of a signal with this mean and these phasors.
    pub fn imitate / imitate_at_least<'a>(
        mean: f64,
        phasors: &'a Phasors,
        turns: &'a Turns,
        samples: &'a mut [f64],
    ) -> () {
        let (res, ims) = (turns.re.chunks_exact(LANES), turns.im.chunks_exact(LANES));
        for ((out, re), im) in samples.chunks_mut(LANES).zip(res).zip(ims) {
            let (mut power_re, mut power_im) = ([1.0; LANES], [0.0; LANES]);
            let mut sum = [mean; LANES];
            for phasor in &phasors[1..] {
                for lane in 0..LANES {
                    let (a, b) = (power_re[lane], power_im[lane]);
                    power_re[lane] = a * re[lane] - b * im[lane];
                    power_im[lane] = a * im[lane] + b * re[lane];
                    sum[lane] = sum[lane] + phasor.re * power_re[lane] - phasor.im * power_im[lane];
                }
            }
            out.copy_from_slice(&sum[..out.len()]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spectrum::SILENT;

    /// Against the library's cosine, at a length that fills no whole lanes; and the same bits at best and
    /// at least.
    #[test]
    fn a_signal_is_its_mean_and_its_harmonics() {
        let mut phasors = SILENT;
        for (order, phasor) in phasors.iter_mut().enumerate().skip(1) {
            *phasor = Phasor::from_polar(1.0 / order as f64, order as f64);
        }
        let cycles_at = |sample: usize| (sample as f64 / 160.3).fract();
        let mut turns = Turns::new(100);
        turns.fill(333, cycles_at);
        let (mut best, mut least) = (vec![0.0; 333], vec![0.0; 333]);
        imitate(0.5, &phasors, &turns, &mut best);
        imitate_at_least(0.5, &phasors, &turns, &mut least);
        for sample in 0..333 {
            let expected: f64 = (1..phasors.len())
                .map(|order| {
                    let angle = TAU * order as f64 * cycles_at(sample) + order as f64;
                    angle.cos() / order as f64
                })
                .sum();
            assert!((best[sample] - 0.5 - expected).abs() < 1e-12, "sample {sample}");
            assert_eq!(best[sample].to_bits(), least[sample].to_bits(), "sample {sample}");
        }
    }
}
