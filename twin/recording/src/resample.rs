//! Resampling of a section to another rate.
//!
//! From an even grid: a sinc windowed by a Kaiser window, 32 zero crossings to each side. Signals
//! below 0.4 of the lower of the two rates come through within 1e-7 of their amplitude. When the
//! rate goes down the same kernel, stretched, is the low-pass: nothing from 0.6 of the new rate on
//! is left, and what lies between 0.5 and 0.6 folds to 0.4 ... 0.5.
//!
//! From uneven times: a polynomial through the six nearest samples, with no low-pass.
//!
//! At both ends the kernel lacks samples on one side. There a polynomial through the eight nearest
//! samples takes over, again without low-pass, and past the last sample one through the last four
//! runs on to the end of that sample's period. So no part of the stretch is lost: 160 samples at 8
//! kHz become 320 at 16 kHz, and a record of three whole cycles still has three. The price is
//! accuracy. In the outermost 32 periods of the lower rate a sine with 20 samples per cycle errs by
//! 1e-6, one with 40 or more by less than 1e-8; past the last sample by 1e-2 (20 samples per cycle)
//! to 2e-6 (160), and noise there is up to seven times larger.

use std::f64::consts::PI;

use crate::{RecordingError, Section};

/// Most samples a resampled channel may have: a day at 8 kHz is 691 million, an hour 29 million.
pub const OUTPUT_SAMPLES_MAX: usize = 100_000_000;

/// Zero crossings of the kernel on each side.
const HALF_WIDTH: usize = 32;

/// Shape of the Kaiser window: 154 dB of rejection. With 64 crossings the transition is 0.16 of the
/// rate wide (Kaiser's formula), inside the 0.2 between 0.4 and 0.6.
const KAISER_BETA: f64 = 16.0;

/// Points of the kernel's table between two zero crossings. Cubic interpolation between them errs
/// by less than 1e-11.
const TABLE_STEPS: usize = 512;

/// Points of the polynomial at the ends.
const END_POINTS: usize = 8;

/// Points of the polynomial past the last sample. Eight would multiply noise by 70, four by 7.
const BEYOND_POINTS: usize = 4;

/// Points of the polynomial through uneven times.
const UNEVEN_POINTS: usize = 6;

/// Part of an output period by which a stretch may be too short for its last sample. Time stamps
/// are rounded, and a sample lost to that would cost a whole cycle downstream.
const LENGTH_SLACK: f64 = 0.05;

/// Brings a section to `rate_hz` from its first sample on. The result has a rate and no times; a
/// sample that depends on a missing one is missing.
pub fn resample(section: &Section, rate_hz: f64) -> Result<Section, RecordingError> {
    let refuse = |reason| Err(RecordingError::Resample { rate_hz, reason });
    if !(rate_hz.is_finite() && rate_hz > 0.0) {
        return refuse("the rate must be a number above zero");
    }
    if section.len() < 2 {
        return refuse("the section has fewer than two samples");
    }
    if section.rate_hz == Some(rate_hz) {
        return Ok(section.clone());
    }
    let outputs = section.duration_s() * rate_hz + LENGTH_SLACK;
    if !(1.0..=OUTPUT_SAMPLES_MAX as f64).contains(&outputs) {
        return refuse("the result would have no sample, or more than 100 million");
    }
    let outputs = outputs as usize;
    let samples = match (section.rate_hz, section.times_s.as_deref()) {
        (Some(from_hz), _) => even(&section.samples, from_hz, rate_hz, outputs),
        (None, Some(times_s)) if times_s.len() == section.len() => {
            uneven(&section.samples, times_s, rate_hz, outputs)
        }
        (None, _) => return refuse("the section has neither a rate nor times"),
    };
    Ok(Section {
        rate_hz: Some(rate_hz),
        first_sample: section.first_sample,
        start_s: section.start_s.or(section.times_s.as_ref().map(|times_s| times_s[0])),
        times_s: None,
        times_step_s: 0.0,
        missing: not_a_number(&samples),
        samples,
    })
}

/// A missing sample holds NaN, and every sum it enters is NaN.
fn not_a_number(samples: &[Vec<f64>]) -> Vec<(usize, usize)> {
    let mut missing: Vec<_> = Vec::new();
    for (channel, column) in samples.iter().enumerate() {
        let gaps = column.iter().enumerate().filter(|(_, value)| value.is_nan());
        missing.extend(gaps.map(|(sample, _)| (channel, sample)));
    }
    missing.sort_by_key(|(channel, sample)| (*sample, *channel));
    missing
}

fn even(columns: &[Vec<f64>], from_hz: f64, to_hz: f64, outputs: usize) -> Vec<Vec<f64>> {
    let kernel = Kernel::new((to_hz / from_hz).min(1.0));
    let inputs = columns.first().map_or(0, Vec::len);
    let mut out = vec![Vec::with_capacity(outputs); columns.len()];
    let mut weights = Vec::new();
    for index in 0..outputs {
        let position = index as f64 * from_hz / to_hz;
        let first = match kernel.first_tap(position, inputs) {
            Some(first) => {
                kernel.weigh(position - first as f64, &mut weights);
                first
            }
            None => end_weights(position, inputs, &mut weights),
        };
        push_sums(columns, first, &weights, &mut out);
    }
    out
}

fn push_sums(columns: &[Vec<f64>], first: usize, weights: &[f64], out: &mut [Vec<f64>]) {
    for (column, out) in columns.iter().zip(out) {
        let taps = column[first..].iter().zip(weights);
        out.push(taps.map(|(value, weight)| value * weight).sum());
    }
}

/// Weights of a polynomial through the nearest samples of an even grid; returns the first of them.
fn end_weights(position: f64, inputs: usize, weights: &mut Vec<f64>) -> usize {
    let beyond = position > (inputs - 1) as f64;
    let points = if beyond { BEYOND_POINTS } else { END_POINTS }.min(inputs);
    let first = (position as usize + 1).saturating_sub(points / 2).min(inputs - points);
    let nodes: [f64; END_POINTS] = std::array::from_fn(|i| i as f64);
    lagrange(&nodes[..points], position - first as f64, weights);
    first
}

fn uneven(columns: &[Vec<f64>], times_s: &[f64], to_hz: f64, outputs: usize) -> Vec<Vec<f64>> {
    let mut out = vec![Vec::with_capacity(outputs); columns.len()];
    let (mut weights, mut after) = (Vec::new(), 0);
    for index in 0..outputs {
        let time_s = times_s[0] + index as f64 / to_hz;
        while after < times_s.len() && times_s[after] <= time_s {
            after += 1;
        }
        let beyond = after == times_s.len();
        let points = if beyond { BEYOND_POINTS } else { UNEVEN_POINTS }.min(times_s.len());
        let first = after.saturating_sub(points / 2).min(times_s.len() - points);
        lagrange(&times_s[first..first + points], time_s, &mut weights);
        push_sums(columns, first, &weights, &mut out);
    }
    out
}

/// Weights of the polynomial through `nodes`, at `x`.
fn lagrange(nodes: &[f64], x: f64, weights: &mut Vec<f64>) {
    weights.clear();
    for (i, at) in nodes.iter().enumerate() {
        let others = nodes.iter().enumerate().filter(|(j, _)| *j != i);
        weights.push(others.map(|(_, other)| (x - other) / (at - other)).product());
    }
}

/// The windowed sinc, tabulated. Distances are in periods of the lower rate.
struct Kernel {
    /// Values at 0, 1, ... of a step, two more than reach the edge.
    table: Vec<f64>,
    /// The lower rate over the input's: how much narrower the kernel is than its table.
    ratio: f64,
    /// Input samples on each side.
    reach: usize,
}

impl Kernel {
    fn new(ratio: f64) -> Self {
        let edge = HALF_WIDTH * TABLE_STEPS;
        let value = |step: usize| if step < edge { windowed_sinc(step) } else { 0.0 };
        let table = (0..edge + 3).map(value).collect();
        // A reach past f64's whole numbers saturates, and then no position is far from the ends.
        Self { table, ratio, reach: (HALF_WIDTH as f64 / ratio).ceil() as usize }
    }

    /// The first input sample under the kernel, if the kernel lies within the input.
    fn first_tap(&self, position: f64, inputs: usize) -> Option<usize> {
        let below = position as usize;
        let first = (below + 1).checked_sub(self.reach)?;
        (below.checked_add(self.reach)? < inputs).then_some(first)
    }

    /// Weights of the `2 * reach` samples from the first tap on, whose sum is 1: an offset passes
    /// unchanged.
    fn weigh(&self, position: f64, weights: &mut Vec<f64>) {
        weights.clear();
        weights
            .extend((0..2 * self.reach).map(|tap| self.at((position - tap as f64) * self.ratio)));
        let sum: f64 = weights.iter().sum();
        weights.iter_mut().for_each(|weight| *weight /= sum);
    }

    /// Cubic interpolation in the table.
    fn at(&self, distance: f64) -> f64 {
        let place = distance.abs() * TABLE_STEPS as f64;
        let step = place as usize;
        if step >= HALF_WIDTH * TABLE_STEPS {
            return 0.0;
        }
        // The kernel is even, so the point before 0 is the point after it.
        let before = self.table[if step == 0 { 1 } else { step - 1 }];
        let [here, next, later] = [self.table[step], self.table[step + 1], self.table[step + 2]];
        let x = place - step as f64;
        let (down, up) = (x - 1.0, x + 1.0);
        let far = x - 2.0;
        -x * down * far / 6.0 * before + up * down * far / 2.0 * here - up * x * far / 2.0 * next
            + up * x * down / 6.0 * later
    }
}

fn windowed_sinc(step: usize) -> f64 {
    if step == 0 {
        return 1.0;
    }
    let distance = step as f64 / TABLE_STEPS as f64;
    let part = distance / HALF_WIDTH as f64;
    let window = bessel_i0(KAISER_BETA * (1.0 - part * part).sqrt()) / bessel_i0(KAISER_BETA);
    (PI * distance).sin() / (PI * distance) * window
}

/// Modified Bessel function of order 0, by its power series; 60 terms suffice up to 20.
fn bessel_i0(x: f64) -> f64 {
    let quarter = x * x / 4.0;
    let (mut sum, mut term) = (1.0, 1.0);
    for k in 1..60 {
        term *= quarter / f64::from(k * k);
        sum += term;
    }
    sum
}
