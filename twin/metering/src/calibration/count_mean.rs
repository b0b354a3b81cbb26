//! The mean of raw counts, while a grid's voltage is on the other channels or on this one.

use port::SampleBlock;
use std::f64::consts::TAU;

/// Cycles that a mean goes over. A Hann window this long lets through 3e-7 of a sine that does not fit it:
/// 0.9 counts of 230 V where 1000 V are full scale; of one that fits, nothing.
const CYCLES: f64 = 100.0;

/// Means of the counts of each channel over 100 cycles, weighted by a Hann window.
#[derive(Debug, Clone)]
pub struct CountMean {
    samples: usize,
    taken: usize,
    /// Index of the sample that comes next without a gap.
    next: u64,
    sums: Vec<f64>,
}

impl CountMean {
    /// For a source of so many channels, its rate and the frequency applied, both in hertz.
    pub fn new(channels: usize, sample_rate_hz: f64, frequency_hz: f64) -> CountMean {
        let samples = (CYCLES * sample_rate_hz / frequency_hz).round() as usize;
        CountMean { samples, taken: 0, next: 0, sums: vec![0.0; channels] }
    }

    /// Samples that a mean goes over.
    pub fn samples(&self) -> usize {
        self.samples
    }

    /// Takes in a block as far as samples are still wanted. A gap begins the mean anew.
    pub fn push(&mut self, block: &SampleBlock) {
        if self.is_complete() {
            return;
        }
        if block.first != self.next {
            self.taken = 0;
            self.sums.fill(0.0);
        }
        let count = block.samples.min(self.samples - self.taken);
        let turn = TAU / self.samples as f64;
        for sample in 0..count {
            let weight = 1.0 - (turn * (self.taken + sample) as f64).cos();
            for (row, sum) in self.sums.iter_mut().enumerate() {
                *sum += weight * f64::from(block.row(row)[sample]);
            }
        }
        self.taken += count;
        self.next = block.first + block.samples as u64;
    }

    /// Whether the mean is there.
    pub fn is_complete(&self) -> bool {
        self.taken == self.samples
    }

    /// The mean of a row; none before all samples were there.
    pub fn of_row(&self, row: usize) -> Option<f64> {
        // The weights of a whole Hann window sum to its length.
        self.is_complete().then(|| self.sums[row] / self.samples as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(first: u64, counts: &[i32]) -> SampleBlock {
        let mut block = SampleBlock::new(1, counts.len());
        block.row_mut(0).copy_from_slice(counts);
        (block.first, block.samples) = (first, counts.len());
        block
    }

    fn sine(hz: f64, offset: f64, samples: usize) -> Vec<i32> {
        let value = |n: usize| offset + 2.7e6 * (TAU * hz * n as f64 / 8_000.0 + 0.9).sin();
        (0..samples).map(|n| value(n).round() as i32).collect()
    }

    fn mean(hz: f64, offset: f64) -> f64 {
        let mut mean = CountMean::new(1, 8_000.0, 50.0);
        assert_eq!(mean.samples(), 16_000);
        sine(hz, offset, 20_000).chunks(999).enumerate().for_each(|(n, part)| {
            mean.push(&block(999 * n as u64, part));
        });
        mean.of_row(0).unwrap()
    }

    /// 230 V on the channel do not hide the offset of its converter, even off the bench's frequency.
    #[test]
    fn an_offset_is_found_under_the_mains() {
        for hz in [50.0, 50.003, 49.75, 50.12] {
            let found = mean(hz, -417.3);
            assert!((found + 417.3).abs() < 1.0, "{hz} Hz: {found}");
        }
        assert!((mean(50.0, 12.0) - 12.0).abs() < 0.01);
    }

    #[test]
    fn a_mean_is_there_after_its_last_sample_and_a_gap_begins_it_anew() {
        let mut mean = CountMean::new(1, 8_000.0, 50.0);
        mean.push(&block(0, &[1_000_000; 10_000]));
        mean.push(&block(10_001, &[5; 15_999]));
        assert_eq!(mean.of_row(0), None);
        mean.push(&block(26_000, &[5; 100]));
        assert!((mean.of_row(0).unwrap() - 5.0).abs() < 1e-9);
        mean.push(&block(26_100, &[5_000; 100]));
        assert!((mean.of_row(0).unwrap() - 5.0).abs() < 1e-9);
    }
}
