//! DC blocking of the voltages: a slow estimate that steps and ramps of the mains do not move.
//!
//! The plain mean of a window in which the voltage steps is not zero and is not DC either: taken out, it
//! would multiply with the mean of the current. So DC is measured twice in a window, around two moments
//! apart, by splines whose zeros lie on the fundamental and its harmonics; only what both see is DC.

use crate::frequency::spline;

/// Part of a window's residual that the estimate takes up: a time constant of 51 s.
const PART: f64 = 1.0 / 256.0;

/// Shortest and longest spline in cycles.
const ORDER: (usize, usize) = (2, 4);

/// Fewest cycles in which the two moments are apart enough for one to tell on the other.
const APART_CYCLES: u32 = 6;

/// The two agree if they differ by less than this part of the peak value.
const AGREEMENT: f64 = 2e-4;

/// One of the two: weights that sum to 1, from the sample `first` on.
#[derive(Debug, Default)]
struct Moment {
    first: usize,
    weights: Vec<f64>,
}

impl Moment {
    fn set(&mut self, centre: f64, cycle: f64, order: usize) {
        let reach = order as f64 / 2.0 * cycle;
        self.first = (centre - reach).ceil().max(0.0) as usize;
        let last = (centre + reach).floor() as usize;
        let place = |n: usize| (n as f64 - centre) / cycle;
        self.weights.clear();
        self.weights.extend((self.first..=last).map(|n| spline(place(n), order)));
        let sum: f64 = self.weights.iter().sum();
        self.weights.iter_mut().for_each(|weight| *weight /= sum);
    }

    fn mean(&self, v: &[f64]) -> f64 {
        crate::sums::phase_sums(&v[self.first..self.first + self.weights.len()], &self.weights).vi
    }
}

/// The estimates of three voltages.
#[derive(Debug)]
pub struct DcBlock {
    known: [Option<f64>; 3],
    early: Moment,
    late: Moment,
    cycles: u32,
}

impl DcBlock {
    /// With room for windows of so many samples.
    pub fn new(capacity: usize) -> DcBlock {
        let moment = || Moment { first: 0, weights: Vec::with_capacity(capacity) };
        DcBlock { known: [None; 3], early: moment(), late: moment(), cycles: 0 }
    }

    /// Forgets the estimates.
    pub fn forget(&mut self) {
        self.known = [None; 3];
    }

    /// Plans the window from `start`, `length` samples long, of so many cycles. A window of one cycle has
    /// no room for a spline, a fragment not even for a mean.
    pub fn plan(&mut self, start: f64, length: f64, cycles: u32) {
        self.cycles = cycles;
        if cycles < ORDER.0 as u32 {
            return;
        }
        let order = (cycles as usize).div_ceil(2).clamp(ORDER.0, ORDER.1);
        let cycle = length / f64::from(cycles);
        let half = order as f64 / 2.0 * cycle;
        self.early.set(start + half, cycle, order);
        self.late.set(start + length - half, cycle, order);
    }

    /// Takes the DC known so far out of a phase and learns from what is left; without any known, the
    /// window's own. `peak` is the largest magnitude, `plain_mean` the mean over the window.
    pub fn apply(
        &mut self,
        phase: usize,
        v: &mut [f64],
        peak: f64,
        plain_mean: impl FnOnce(&[f64]) -> f64,
    ) {
        let known = self.known[phase];
        subtract(v, known.unwrap_or(0.0));
        let (residual, reliable) = match self.cycles {
            0 => return,
            1 => (plain_mean(v), false),
            _ => self.residual(v, peak),
        };
        match known {
            Some(known) if reliable => self.known[phase] = Some(known + PART * residual),
            Some(_) => {}
            None => {
                subtract(v, residual);
                self.known[phase] = reliable.then_some(residual);
            }
        }
    }

    /// DC, and whether both moments see it. A step lies in one of them as a rule: the other sees less.
    fn residual(&self, v: &[f64], peak: f64) -> (f64, bool) {
        let (early, late) = (self.early.mean(v), self.late.mean(v));
        if (early - late).abs() <= AGREEMENT * peak {
            (0.5 * (early + late), self.cycles >= APART_CYCLES)
        } else if early.abs() < late.abs() {
            (early, false)
        } else {
            (late, false)
        }
    }
}

fn subtract(v: &mut [f64], dc: f64) {
    if dc != 0.0 {
        v.iter_mut().for_each(|v| *v -= dc);
    }
}
