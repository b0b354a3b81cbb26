//! The frequency and phase of the fundamental, to about 1e-9, under any harmonics.
//!
//! The phase is measured around two moments some cycles apart; the advance between them is the
//! frequency. Each phase comes from a demodulation weighted by a B-spline whose boxes are exactly one
//! cycle long, so that DC, the image at -f and every harmonic fall on zeros of high order. The boxes
//! follow the last frequency; the step is repeated until it agrees with itself. Windows take four
//! boxes; the short ends of records take fewer and are less exact.

use crate::edge::{HardWeights, hard_weights};
use std::f64::consts::TAU;

/// Frequencies that are followed, in hertz: the specified 45 to 65 with room to be seen leaving it.
pub const TRACKED_HZ: (f64, f64) = (40.0, 70.0);

/// Longest spline in cycles.
const SPLINE_ORDER_MAX: usize = 4;

/// Least distance of the two moments in cycles where a shorter spline would do.
const APART_MIN: f64 = 0.4;

/// Most rounds until the frequency agrees with itself; two are usual, a jump takes four, a lone box
/// more.
const ROUNDS_MAX: usize = 16;

/// A change smaller than this part needs no further round: the longest spline's zeros are of fourth
/// order.
const SETTLED: f64 = 1e-4;

/// The same for shorter splines.
const SETTLED_SHORT: f64 = 1e-9;

/// A guess further off than this part is taken back over a single cycle first. Moments 8 cycles apart
/// can be told up to 0.06.
const SLIP_MAX: f64 = 0.03;

/// Fewest cycles where that can happen.
const SLIP_CYCLES_MIN: f64 = 8.0;

/// Fewest samples a cycle for which a box with corrected ends beats a spline of two or three boxes.
const BOX_SAMPLES_MIN: f64 = 24.0;

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fundamental {
    /// Cycles a sample, the mean over the span.
    pub frequency: f64,
    /// Phase at the span's start, in cycles.
    pub phase: f64,
    /// Amplitude (peak) in the unit of the samples.
    pub amplitude: f64,
}

/// Outcome of an estimate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Estimate {
    /// Found.
    Found(Fundamental),
    /// So many samples are needed from the start of the track.
    NeedsSamples(usize),
    /// There is no fundamental in the tracked range.
    Lost,
}

/// Measures over `cycles` cycles from position `start` of the track, with a first guess in cycles a
/// sample. Reads no sample beyond those the result depends on, so that waiting for more changes nothing.
pub fn estimate(track: &[i32], start: f64, cycles: f64, guess: f64) -> Estimate {
    // As long a spline as leaves the two moments apart.
    let mut order = ((cycles - APART_MIN) as usize).clamp(1, SPLINE_ORDER_MAX);
    if order < 3 && guess * BOX_SAMPLES_MIN <= 1.0 {
        order = 1;
    }
    let settled = if order == SPLINE_ORDER_MAX { SETTLED } else { SETTLED_SHORT };
    let half = order as f64 / 2.0;
    let apart = cycles - order as f64;
    if apart < 0.1 {
        return Estimate::Lost;
    }
    let mut frequency = guess;
    let mut checked = cycles < SLIP_CYCLES_MIN;
    for _ in 0..ROUNDS_MAX {
        let cycle = 1.0 / frequency;
        let (early, late) = (start + half * cycle, start + (half + apart) * cycle);
        let needed = (late + half * cycle).floor();
        if needed >= track.len() as f64 {
            return Estimate::NeedsSamples(needed as usize + 1);
        }
        let (re0, im0) = demodulate(track, early, frequency, order);
        let (re1, im1) = demodulate(track, late, frequency, order);
        if !checked {
            // Over a long way a frequency far off looks like one nearby; over one cycle it does not.
            checked = true;
            let (re, im) = demodulate(track, early + cycle, frequency, order);
            let slip = wrap((im.atan2(re) - im0.atan2(re0)) / TAU);
            if slip.abs() > SLIP_MAX {
                frequency *= 1.0 + slip;
                continue;
            }
        }
        // The demodulation turns with the carrier counted from each moment itself.
        let phase0 = im0.atan2(re0) / TAU;
        let phase1 = im1.atan2(re1) / TAU;
        let slip = wrap(phase1 - phase0 - apart);
        let next = frequency * (1.0 + slip / apart);
        let change = (next / frequency - 1.0).abs();
        frequency = next;
        if !(0.5 * guess..2.0 * guess).contains(&frequency) {
            return Estimate::Lost;
        }
        if change < settled {
            let amplitude = 2.0 * re0.hypot(im0).min(re1.hypot(im1));
            let phase = wrap(phase0 - (early - start) * frequency);
            return Estimate::Found(Fundamental { frequency, phase, amplitude });
        }
    }
    Estimate::Lost
}

/// To the nearest turn, -0.5 to 0.5 cycles.
pub fn wrap(cycles: f64) -> f64 {
    cycles - cycles.round()
}

/// Mean of the track around `centre`, turned back by the carrier and weighted by a B-spline.
fn demodulate(track: &[i32], centre: f64, frequency: f64, order: usize) -> (f64, f64) {
    let reach = order as f64 / 2.0 / frequency;
    let first = (centre - reach).ceil().max(0.0) as usize;
    let last = ((centre + reach).floor() as usize).min(track.len() - 1);
    // A lone box is cut at its ends like a hard edge; splines of higher order fade out by themselves.
    let spc = 1.0 / frequency;
    let ends = (order == 1).then(|| {
        (
            hard_weights(first as f64 - (centre - reach), spc),
            hard_weights(centre + reach - last as f64, spc),
        )
    });
    let angle = |n: usize| TAU * (n as f64 - centre) * frequency;
    let (step_im, step_re) = (TAU * frequency).sin_cos();
    let (mut im, mut re) = angle(first).sin_cos();
    let (mut sum_re, mut sum_im) = (0.0, 0.0);
    for (n, count) in track[first..=last].iter().enumerate() {
        let weight = match &ends {
            Some((lead, tail)) => end_weight(lead, n) + end_weight(tail, last - first - n) - 1.0,
            None => spline((first + n) as f64 * frequency - centre * frequency, order),
        };
        let value = weight * f64::from(*count);
        sum_re += value * re;
        sum_im -= value * im;
        (re, im) = (re * step_re - im * step_im, re * step_im + im * step_re);
    }
    (sum_re * frequency, sum_im * frequency)
}

fn end_weight((weights, nodes): &HardWeights, inwards: usize) -> f64 {
    if inwards < *nodes { weights[inwards] } else { 1.0 }
}

/// Cardinal B-spline of `order` boxes of width 1, centred; its integral is 1.
pub fn spline(x: f64, order: usize) -> f64 {
    let x = x.abs();
    match order {
        1 => f64::from(u8::from(x < 0.5)),
        2 => (1.0 - x).max(0.0),
        3 if x < 0.5 => 0.75 - x * x,
        3 => 0.5 * (1.5 - x).max(0.0).powi(2),
        _ if x < 1.0 => 2.0 / 3.0 - x * x + 0.5 * x * x * x,
        _ => (2.0 - x).max(0.0).powi(3) / 6.0,
    }
}

/// A first guess without any knowledge: the sine with DC that leaves the least behind.
///
/// `track` should hold 2 to 6 cycles; fewer make it rough. None if there is no signal.
pub fn search(track: &[i32], sample_rate_hz: f64) -> Option<f64> {
    if track.len() < 8 {
        return None;
    }
    let residual = |hz: f64| sine_residual(track, hz / sample_rate_hz);
    let (low, high) = TRACKED_HZ;
    let step = 1.0;
    let coarse = (0..=((high - low) / step) as usize).map(|k| low + step * k as f64);
    let best = coarse.min_by(|a, b| residual(*a).total_cmp(&residual(*b)))?;
    let (mut a, mut b) = (best - step, best + step);
    const GOLDEN: f64 = 0.618_033_988_749_894_9;
    for _ in 0..24 {
        let (c, d) = (b - GOLDEN * (b - a), a + GOLDEN * (b - a));
        if residual(c) < residual(d) { b = d } else { a = c }
    }
    Some(0.5 * (a + b) / sample_rate_hz)
}

/// Energy left after the best DC, cosine and sine of one frequency are taken out.
fn sine_residual(track: &[i32], frequency: f64) -> f64 {
    let mut normal = [[0.0; 4]; 3];
    let mut energy = 0.0;
    let (step_im, step_re) = (TAU * frequency).sin_cos();
    let (mut re, mut im) = (1.0, 0.0);
    for count in track {
        let y = f64::from(*count);
        let basis = [1.0, re, im];
        for row in 0..3 {
            for column in row..3 {
                normal[row][column] += basis[row] * basis[column];
            }
            normal[row][3] += basis[row] * y;
        }
        energy += y * y;
        (re, im) = (re * step_re - im * step_im, re * step_im + im * step_re);
    }
    // Cholesky of the symmetric 3 x 3; what is explained is the length of the whitened right side.
    let mut explained = 0.0;
    for row in 0..3 {
        let pivot = normal[row][row].max(1e-12);
        let lead = normal[row];
        explained += lead[3] * lead[3] / pivot;
        for below in row + 1..3 {
            let factor = lead[below] / pivot;
            for column in below..3 {
                normal[below][column] -= factor * lead[column];
            }
            normal[below][3] -= factor * lead[3];
        }
    }
    energy - explained
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(cycle: f64, samples: usize, harmonics: &[(f64, f64)]) -> Vec<i32> {
        (0..samples)
            .map(|n| {
                let turn = n as f64 / cycle;
                let sum: f64 = harmonics
                    .iter()
                    .map(|(order, part)| part * (TAU * (order * turn + 0.1 * order)).cos())
                    .sum();
                (3e6 * sum).round() as i32
            })
            .collect()
    }

    /// [V6, A7, E8] Off the grid, under harmonics, DC and from a poor guess.
    #[test]
    fn frequency_and_phase_to_better_than_a_millionth() {
        for hz in [45.0, 47.123, 49.999, 50.0, 55.5, 60.0, 65.0] {
            let cycle = 8000.0 / hz;
            let track = counts(
                cycle,
                2400,
                &[(0.0, 0.05), (1.0, 1.0), (3.0, 0.2), (5.0, 0.1), (31.0, 0.05)],
            );
            for guess in [0.97, 1.0, 1.02] {
                let Estimate::Found(found) = estimate(&track, 3.7, 10.0, guess / cycle) else {
                    panic!("{hz} Hz not found from {guess}")
                };
                assert!((found.frequency * cycle - 1.0).abs() < 1e-8, "{hz}: {found:?}");
                let phase = wrap(0.1 + 3.7 / cycle);
                assert!(wrap(found.phase - phase).abs() < 1e-7, "{hz}: {found:?}");
                assert!((found.amplitude / 3e6 - 1.0).abs() < 1e-4, "{hz}: {found:?}");
            }
        }
    }

    #[test]
    fn a_search_without_a_guess_comes_near() {
        for hz in [45.0, 50.3, 59.97, 65.0] {
            let track = counts(8000.0 / hz, 800, &[(1.0, 1.0), (5.0, 0.1), (0.0, 0.1)]);
            let found = search(&track, 8000.0).expect("there is a signal") * 8000.0;
            assert!((found - hz).abs() < 0.5, "{hz}: {found}");
        }
    }

    #[test]
    fn it_says_how_many_samples_it_needs() {
        let track = counts(160.0, 1000, &[(1.0, 1.0)]);
        assert!(matches!(estimate(&track, 0.0, 10.0, 1.0 / 160.0), Estimate::NeedsSamples(1601)));
    }
}
