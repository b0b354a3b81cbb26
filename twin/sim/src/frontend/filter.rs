//! RC low-pass, sinc filter and delay of a channel as one short filter that looks both ways.
//!
//! The taps are fitted by weighted least squares to the exact complex response over the band
//! the meter uses; above the band the fit is loose and only keeps the filter from amplifying.

use std::f64::consts::PI;

use port::Channel;

use super::lead::{LEAD_FROM_HZ, Lead};
use super::response::{Complex, filter_response};

/// Samples the filter reaches to each side: 16 leave the edge of the band at 4 kS/s, the hardest
/// case, with an error of 3e-4; from 8 kS/s on fewer would do.
pub const FILTER_REACH: usize = 16;

/// Taps of the filter.
const TAPS: usize = 2 * FILTER_REACH + 1;

/// Top of the band: the 31st harmonic of 65 Hz, in hertz.
const BAND_HZ: f64 = 31.0 * 65.0;

/// Top of the band as a fraction of the rate, where the rate cannot carry all 31 harmonics. Close
/// to half the rate no real filter has the phase of a delay.
const BAND_TURNS: f64 = 0.45;

/// Frequencies fitted within the band and above it; several for each tap.
const POINTS_IN_BAND: usize = 200;
const POINTS_ABOVE: usize = 50;

/// Weight of an error above the band against one within it.
const WEIGHT_ABOVE: f64 = 1e-5;

/// Outputs computed together, so that sums stay in registers: as many as hide the time of an addition.
const LANES: usize = 32;

/// The filter of one channel.
#[derive(Debug, Clone)]
pub(super) struct Filter {
    /// Tap `j` weighs the sample `j - FILTER_REACH` after the output's own.
    taps: [f64; TAPS],
    /// Largest magnitude of the complex error within the band.
    pub(super) error: f64,
}

impl Filter {
    /// Fits the filter of a channel on a clock of `rate_hz`. What the sampled lead section lacks
    /// towards half the rate is put right here.
    pub(super) fn new(channel: &Channel, lead: &Lead, rate_hz: f64) -> Filter {
        let wanted = |frequency_hz| filter_response(channel, rate_hz, frequency_hz);
        Filter::fit(wanted, channel.lead_rad * channel.lead_reference_hz, lead, rate_hz)
    }

    /// The filter that undoes it; `lead` leads by the negative angle.
    pub(super) fn undoing(channel: &Channel, lead: &Lead, rate_hz: f64) -> Filter {
        let wanted = |frequency_hz| Complex::ONE / filter_response(channel, rate_hz, frequency_hz);
        Filter::fit(wanted, -channel.lead_rad * channel.lead_reference_hz, lead, rate_hz)
    }

    /// `wanted` and a lead of `lead_rad_hz` over the frequency, less what `lead` does.
    fn fit(wanted: impl Fn(f64) -> Complex, lead_rad_hz: f64, lead: &Lead, rate_hz: f64) -> Filter {
        let band_turns = (BAND_HZ / rate_hz).min(BAND_TURNS);
        let target = |turns: f64| {
            let frequency_hz = turns * rate_hz;
            let wanted = wanted(frequency_hz);
            if frequency_hz < LEAD_FROM_HZ {
                return wanted;
            }
            wanted * Complex::turn(lead_rad_hz / frequency_hz) / lead.response(turns)
        };
        // Points crowd at both ends of the band, where a least-squares fit errs most.
        let in_band = (0..POINTS_IN_BAND).map(|point| {
            let angle = PI * point as f64 / (POINTS_IN_BAND - 1) as f64;
            (0.5 * band_turns * (1.0 - angle.cos()), 1.0)
        });
        let above = (1..=POINTS_ABOVE).map(|point| {
            let part = point as f64 / POINTS_ABOVE as f64;
            (band_turns + part * (0.5 - band_turns), WEIGHT_ABOVE)
        });
        let mut rows = Vec::new();
        for (turns, weight) in in_band.chain(above) {
            rows.extend(equations(turns, target(turns), weight));
        }
        let taps = least_squares(rows);
        let error = (1..400)
            .map(|point| band_turns * f64::from(point) / 399.0)
            .map(|turns| (tap_response(&taps, turns) - target(turns)).abs())
            .fold(0.0, f64::max);
        Filter { taps, error }
    }

    /// The same filter with all taps times a factor.
    #[must_use]
    pub(super) fn scaled(self, factor: f64) -> Filter {
        Filter { taps: self.taps.map(|tap| factor * tap), ..self }
    }

    /// `output[i]` from `input[i..i + 2 * FILTER_REACH + 1]`; each output is summed in the same
    /// order, however many there are.
    #[inline(always)]
    pub(super) fn apply(&self, input: &[f64], output: &mut [f64]) {
        assert!(input.len() >= output.len() + TAPS - 1, "input reaches beyond the outputs");
        let mut blocks = output.chunks_exact_mut(LANES);
        let mut start = 0;
        for block in &mut blocks {
            let input = &input[start..start + LANES + TAPS - 1];
            let mut sums = [0.0; LANES];
            for (tap, x) in self.taps.iter().zip(input.windows(LANES)) {
                for lane in 0..LANES {
                    sums[lane] += tap * x[lane];
                }
            }
            block.copy_from_slice(&sums);
            start += LANES;
        }
        for (x, output) in input[start..].windows(TAPS).zip(blocks.into_remainder()) {
            let mut sum = 0.0;
            for (tap, x) in self.taps.iter().zip(x) {
                sum += tap * x;
            }
            *output = sum;
        }
    }
}

/// Filters that were fitted once, for front ends that are built again and again: a fit costs as much as a
/// second of samples. They do not depend on temperature, noise or what is coupled.
#[derive(Debug, Clone, Default)]
pub struct Filters {
    fitted: Vec<(Channel, f64, Filter)>,
}

impl Filters {
    /// For channels with these true constants on a true clock of `rate_hz`.
    pub(super) fn fit(channels: impl Iterator<Item = Channel>, rate_hz: f64) -> Filters {
        let bent = channels.filter(|channel| !channel.is_flat());
        let fit = |channel: Channel| {
            let lead = Lead::new(channel.lead_rad, channel.lead_reference_hz, rate_hz);
            (channel, rate_hz, Filter::new(&channel, &lead, rate_hz))
        };
        Filters { fitted: bent.map(fit).collect() }
    }

    /// The filter of a channel; fitted now, if it was not among those that were.
    pub(super) fn of(&self, channel: &Channel, lead: &Lead, rate_hz: f64) -> Filter {
        let known = self.fitted.iter().find(|(of, at_hz, _)| of == channel && *at_hz == rate_hz);
        known.map_or_else(|| Filter::new(channel, lead, rate_hz), |(.., filter)| filter.clone())
    }
}

/// Response of taps centred on the output's own sample.
fn tap_response(taps: &[f64; TAPS], turns: f64) -> Complex {
    taps.iter().enumerate().fold(Complex { re: 0.0, im: 0.0 }, |sum, (index, tap)| {
        sum + Complex::turn(2.0 * PI * turns * (index as f64 - FILTER_REACH as f64)) * *tap
    })
}

/// One linear equation in the taps; the last column is the right-hand side.
type Equation = [f64; TAPS + 1];

/// The real and the imaginary part of "the response at `turns` is `wanted`".
fn equations(turns: f64, wanted: Complex, weight: f64) -> [Equation; 2] {
    let mut real = [weight * wanted.re; TAPS + 1];
    let mut imaginary = [weight * wanted.im; TAPS + 1];
    for index in 0..TAPS {
        let turn = Complex::turn(2.0 * PI * turns * (index as f64 - FILTER_REACH as f64));
        real[index] = weight * turn.re;
        imaginary[index] = weight * turn.im;
    }
    [real, imaginary]
}

/// Taps with the least sum of squared errors, by Householder reflections: the normal equations
/// would square the condition number, which a narrow band makes large.
fn least_squares(mut rows: Vec<Equation>) -> [f64; TAPS] {
    for column in 0..TAPS {
        reflect(&mut rows[column..], column);
    }
    let mut taps = [0.0; TAPS];
    for row in (0..TAPS).rev() {
        let known: f64 = (row + 1..TAPS).map(|column| rows[row][column] * taps[column]).sum();
        taps[row] = (rows[row][TAPS] - known) / rows[row][row];
    }
    taps
}

/// Turns the part of `column` in these rows onto the first of them.
fn reflect(rows: &mut [Equation], column: usize) {
    let norm = rows.iter().map(|row| row[column] * row[column]).sum::<f64>().sqrt();
    if norm == 0.0 {
        return;
    }
    let pivot = rows[0][column];
    let head = pivot + norm.copysign(pivot);
    let mut normal: Vec<f64> = rows.iter().map(|row| row[column]).collect();
    normal[0] = head;
    let scale = 1.0 / (norm * (norm + pivot.abs()));
    for other in column..=TAPS {
        let along: f64 = rows.iter().zip(&normal).map(|(row, n)| row[other] * n).sum();
        for (row, n) in rows.iter_mut().zip(&normal) {
            row[other] -= scale * along * n;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use port::Role;

    fn typical_channel() -> Channel {
        Channel {
            delay_s: 0.244e-6,
            lead_rad: 0.15f64.to_radians(),
            rc_hz: 4_822.9 * 0.95,
            sinc_order: 3,
            ..Channel::ideal(Role::Ia, 1.0)
        }
    }

    #[test]
    fn the_fit_holds_the_response_in_the_band() {
        let cases = [(4_000.0, 5e-4), (8_000.0, 5e-7), (16_000.0, 2e-7), (32_000.0, 2e-7)];
        let channel = typical_channel();
        for (rate_hz, bound) in cases {
            let lead = Lead::new(channel.lead_rad, channel.lead_reference_hz, rate_hz);
            let filter = Filter::new(&channel, &lead, rate_hz);
            assert!(filter.error < bound, "{rate_hz} S/s: {:e}", filter.error);
        }
    }

    #[test]
    fn the_filter_does_not_amplify_above_the_band() {
        let channel = typical_channel();
        for rate_hz in [4_000.0, 8_000.0, 16_000.0, 32_000.0] {
            let lead = Lead::new(channel.lead_rad, channel.lead_reference_hz, rate_hz);
            let filter = Filter::new(&channel, &lead, rate_hz);
            for point in 0..=100 {
                let gain = tap_response(&filter.taps, 0.5 * f64::from(point) / 100.0).abs();
                assert!(gain < 1.01, "{rate_hz} S/s, point {point}: {gain}");
            }
        }
    }

    #[test]
    fn outputs_do_not_depend_on_how_many_are_computed_together() {
        let channel = typical_channel();
        let filter = Filter::new(&channel, &Lead::new(0.0, 50.0, 8_000.0), 8_000.0);
        let input: Vec<f64> = (0..100).map(|n| (f64::from(n) * 0.7).sin()).collect();
        let mut together = vec![0.0; 100 - TAPS + 1];
        filter.apply(&input, &mut together);
        for (index, expected) in together.iter().enumerate() {
            let mut one = [0.0];
            filter.apply(&input[index..], &mut one);
            assert_eq!(one[0].to_bits(), expected.to_bits());
        }
    }

    #[test]
    fn the_best_instructions_make_the_bits_of_the_least() {
        let filter = Filter::new(&typical_channel(), &Lead::new(0.0, 50.0, 8_000.0), 8_000.0);
        let input: Vec<f64> = (0..300).map(|n| (f64::from(n) * 0.7).sin()).collect();
        let (mut least, mut best) = (vec![0.0; 250], vec![0.0; 250]);
        filter.apply(&input, &mut least);
        pulp::Arch::new().dispatch(|| filter.apply(&input, &mut best));
        assert_eq!(least, best);
    }
}
