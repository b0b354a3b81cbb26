//! Harmonic phasors of a window of whole cycles, at any frequency.
//!
//! The window is sampled anew at a power of two of points a cycle, its cycles are averaged into one,
//! and one short real FFT gives every harmonic. Cycles that lack samples at the ends of a stretch are
//! left out of the average of the points concerned; a lone cycle takes the nearest samples there are.

use crate::kernel::{Kernel, TAPS};
use crate::simd::at_best;
use catalog::HARMONIC_MAX;
use realfft::{RealFftPlanner, RealToComplex};
use rustfft::num_complex::Complex;
use std::sync::Arc;

/// A complex amplitude (peak), its angle counted from the window's start.
pub type Phasor = Complex<f64>;

/// Phasors of the orders 0 (unused) to 31.
pub type Phasors = [Phasor; HARMONIC_MAX + 1];

/// No signal.
pub const SILENT: Phasors = [Phasor { re: 0.0, im: 0.0 }; HARMONIC_MAX + 1];

/// Fewest and most points a cycle.
const GRID_MIN: usize = 64;
const GRID_MAX: usize = 8192;

/// Turns windows of samples into phasors. Reused from window to window.
pub struct Spectrum {
    kernel: Kernel,
    /// Plans by power of two, from `GRID_MIN`.
    fft: Vec<Arc<dyn RealToComplex<f64>>>,
    scratch: Vec<Complex<f64>>,
    grid: usize,
    /// For each point of the window its weights, and the sample they begin at.
    taps: Vec<[f64; TAPS]>,
    places: Vec<u32>,
    /// Cycles averaged in each point of the folded cycle.
    counts: Vec<f64>,
    folded: Vec<[f64; 4]>,
    cycle: Vec<f64>,
    bins: Vec<Complex<f64>>,
    /// One over the kernel's response, by order.
    correction: [f64; HARMONIC_MAX + 1],
    order_max: usize,
}

/// Marks a point that lacks samples.
const NO_PLACE: u32 = u32::MAX;

impl Spectrum {
    /// For a sample rate in hertz and the longest window in cycles.
    pub fn new(sample_rate_hz: f64, cycles_max: usize) -> Spectrum {
        let band = (HARMONIC_MAX as f64 * 65.0 / sample_rate_hz).min(0.45);
        let largest = grid_points(sample_rate_hz / 40.0);
        let mut planner = RealFftPlanner::new();
        let fft: Vec<_> = std::iter::successors(Some(GRID_MIN), |n| Some(n * 2))
            .take_while(|n| *n <= largest)
            .map(|n| planner.plan_fft_forward(n))
            .collect();
        let scratch = fft.iter().map(|plan| plan.get_scratch_len()).max().unwrap_or(0);
        Spectrum {
            kernel: Kernel::new(band),
            fft,
            scratch: vec![Complex::default(); scratch],
            grid: GRID_MIN,
            taps: Vec::with_capacity(largest * cycles_max),
            places: Vec::with_capacity(largest * cycles_max),
            counts: Vec::with_capacity(largest),
            folded: Vec::with_capacity(largest),
            cycle: Vec::with_capacity(largest),
            bins: Vec::with_capacity(largest / 2 + 1),
            correction: [1.0; HARMONIC_MAX + 1],
            order_max: HARMONIC_MAX,
        }
    }

    /// Plans a window of `cycles` whole cycles from position `start`, `length` samples long, of which
    /// the samples 0 to `available` (exclusive) exist.
    pub fn plan(&mut self, start: f64, length: f64, cycles: usize, available: usize) {
        let samples_per_cycle = length / cycles as f64;
        self.grid = grid_points(samples_per_cycle).min(GRID_MIN << (self.fft.len() - 1));
        self.order_max = HARMONIC_MAX.min((samples_per_cycle * 0.49) as usize);
        for order in 1..=HARMONIC_MAX {
            self.correction[order] = if order <= self.order_max {
                1.0 / self.kernel.response(order as f64 / samples_per_cycle)
            } else {
                0.0
            };
        }
        self.counts.clear();
        self.counts.resize(self.grid, 0.0);
        self.taps.clear();
        self.places.clear();
        let step = length / (cycles * self.grid) as f64;
        place(self, start, step, cycles, available);
        self.borrow(start, step, cycles, samples_per_cycle, available);
    }

    /// A lone cycle at the end of a stretch: a sample one cycle away stands in for a missing one, or else
    /// the nearest there are.
    fn borrow(
        &mut self,
        start: f64,
        step: f64,
        cycles: usize,
        samples_per_cycle: f64,
        available: usize,
    ) {
        let before = (TAPS / 2 - 1) as f64;
        for point in 0..cycles * self.grid {
            let slot = point % self.grid;
            if self.counts[slot] == 0.0 && available >= TAPS {
                let position = start + step * point as f64;
                let highest = (available - TAPS) as f64 + before;
                let place = [position + samples_per_cycle, position - samples_per_cycle]
                    .into_iter()
                    .find(|position| (before..highest).contains(position))
                    .unwrap_or(position.clamp(before, highest));
                let whole = place.floor();
                self.counts[slot] = 1.0;
                self.taps[point] = self.kernel.weights(place - whole);
                self.places[point] = (whole - before) as u32;
            }
        }
    }

    /// The phasors of a channel's samples in the planned window.
    pub fn phasors(&mut self, samples: &[f64]) -> Phasors {
        fold(self, samples);
        let level = (self.grid / GRID_MIN).trailing_zeros() as usize;
        let fft = Arc::clone(&self.fft[level]);
        self.bins.resize(self.grid / 2 + 1, Complex::default());
        let scratch = &mut self.scratch[..fft.get_scratch_len()];
        fft.process_with_scratch(&mut self.cycle, &mut self.bins, scratch)
            .expect("the buffers have the plan's lengths");
        let norm = 2.0 / self.grid as f64;
        let mut phasors = SILENT;
        for order in 1..=self.order_max.min(self.grid / 2 - 1) {
            phasors[order] = self.bins[order] * (norm * self.correction[order]);
        }
        phasors
    }
}

at_best! {
    /// The weights of every point, and where they begin; marks points that lack samples.
    fn place / place_least<'a>(
        spectrum: &'a mut Spectrum,
        start: f64,
        step: f64,
        cycles: usize,
        available: usize,
    ) -> () {
        let Spectrum { grid, kernel, counts, taps, places, .. } = spectrum;
        let before = (TAPS / 2 - 1) as f64;
        taps.resize(cycles * *grid, [0.0; TAPS]);
        places.resize(cycles * *grid, NO_PLACE);
        let cycles = taps.chunks_mut(*grid).zip(places.chunks_mut(*grid)).enumerate();
        for (cycle, (taps, places)) in cycles {
            for (slot, (taps, to)) in taps.iter_mut().zip(places).enumerate() {
                let position = start + step * (cycle * *grid + slot) as f64;
                let whole = position.floor();
                let place = whole - before;
                if place >= 0.0 && place as usize + TAPS <= available {
                    counts[slot] += 1.0;
                    *taps = kernel.weights(position - whole);
                    *to = place as u32;
                }
            }
        }
    }
}

at_best! {
    /// Averages the window's cycles into one.
    fn fold / fold_least<'a>(spectrum: &'a mut Spectrum, samples: &'a [f64]) -> () {
        let Spectrum { grid, counts, taps, places, folded, cycle, .. } = spectrum;
        folded.clear();
        folded.resize(*grid, [0.0; 4]);
        for (taps, places) in taps.chunks(*grid).zip(places.chunks(*grid)) {
            for ((sum, taps), place) in folded.iter_mut().zip(taps).zip(places) {
                if *place == NO_PLACE {
                    continue;
                }
                let x: &[f64; TAPS] =
                    samples[*place as usize..].first_chunk().expect("a place has its samples");
                // Stored at the end only: a store between would forbid to load what follows early.
                let mut next = *sum;
                for lane in 0..4 {
                    next[lane] += x[lane] * taps[lane] + x[lane + 4] * taps[lane + 4];
                }
                *sum = next;
            }
        }
        cycle.clear();
        let sum = |lanes: &[f64; 4]| lanes[0] + lanes[1] + lanes[2] + lanes[3];
        cycle.extend(folded.iter().zip(counts).map(|(lanes, count)| sum(lanes) / count.max(1.0)));
    }
}

/// Points a cycle so that nothing the samples can carry folds onto a harmonic up to the 31st.
fn grid_points(samples_per_cycle: f64) -> usize {
    let least = samples_per_cycle / 2.0 + HARMONIC_MAX as f64 + 1.0;
    (least.ceil() as usize).next_power_of_two().clamp(GRID_MIN, GRID_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::TAU;

    #[test]
    fn every_harmonic_comes_back_with_its_amplitude_and_angle() {
        for (rate, frequency) in
            [(8000.0, 50.0), (8000.0, 49.37), (8000.0, 64.99), (16000.0, 45.01)]
        {
            let cycle = rate / frequency;
            let (start, cycles) = (17.37, 10);
            let length = cycle * cycles as f64;
            let tone = |order: usize, n: f64| {
                let amplitude = 1.0 / order as f64;
                amplitude * (TAU * order as f64 * (n - start) / cycle + 0.1 * order as f64).cos()
            };
            let samples: Vec<f64> = (0..(length + 60.0) as usize)
                .map(|n| (1..=HARMONIC_MAX).map(|order| tone(order, n as f64)).sum())
                .collect();
            let mut spectrum = Spectrum::new(rate, 12);
            spectrum.plan(start, length, cycles, samples.len());
            let phasors = spectrum.phasors(&samples);
            for order in 1..=HARMONIC_MAX {
                let expected = Phasor::from_polar(1.0 / order as f64, 0.1 * order as f64);
                let error = (phasors[order] - expected).norm();
                assert!(error < 1e-6, "{frequency} Hz at {rate}, order {order}: {error:e}");
            }
        }
    }

    /// [N5] The plan and the cycle, at either level of the processor.
    #[test]
    fn the_best_instructions_make_the_bits_of_the_least() {
        let samples: Vec<f64> = (0..1700).map(|n| (f64::from(n) * 0.039).sin()).collect();
        let mut best = Spectrum::new(8000.0, 12);
        best.plan(17.37, 1601.3, 10, samples.len());
        fold(&mut best, &samples);
        let mut least = Spectrum::new(8000.0, 12);
        least.plan(17.37, 1601.3, 10, samples.len());
        let planned = std::mem::take(&mut least.taps);
        least.places.clear();
        let step = 1601.3 / (10 * least.grid) as f64;
        least.counts.fill(0.0);
        place_least(&mut least, 17.37, step, 10, samples.len());
        assert_eq!(planned, least.taps);
        fold_least(&mut least, &samples);
        assert_eq!(best.cycle, least.cycle);
    }
}
