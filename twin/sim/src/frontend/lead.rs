//! The phase of a current transformer: a lead that falls as 1/f, its magnitude staying 1.
//!
//! A transformer's magnetising inductance leads by the angle `k/w`. The obvious first-order
//! section with this lead and a passing DC part, `1 - k/(s + w0)`, also changes the magnitude by
//! `k w0/w^2` (7e-5 for 0.1 degree at 50 Hz), so its lead could not be undone as a pure angle. Here
//! the integral `1/s` is replaced by
//!
//! ```text
//! I(s) = (s^3 + 4 a s^2 + 6 a^2 s) / (s + a)^4 = 1/s - (4 a^3 s + a^4) / (s (s + a)^4)
//! ```
//!
//! which is 0 at DC and deviates from `1/s` by `4 (a/w)^3` above `a`. With four equal low-passes
//! `v1..v4`, each the input of the next, `a I = v1 + v2 + v3 - 3 v4`, and
//!
//! ```text
//! H = 1 - k I + k^2/2 * (v2 + 2 v3 - 3 v4)/a^2    (about e^(-k/s))
//! ```
//!
//! has DC gain 1 and, for leads up to 0.3 degree at 50 Hz, is `e^(j k/w)` from 45 Hz up within
//! 1e-6.

use std::f64::consts::PI;

use super::response::Complex;

/// Corner of the low-passes, in hertz. Low enough that 45 Hz sees a pure angle, high enough that
/// the section settles within three seconds of a load step.
const CORNER_HZ: f64 = 1.0;

/// Lowest frequency at which the lead is the stated angle, in hertz: the meter's range starts
/// there.
pub(super) const LEAD_FROM_HZ: f64 = 45.0;

/// The section for one channel.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lead {
    pole_gain: f64,
    first: f64,
    second: f64,
}

impl Lead {
    /// A lead of `lead_rad` at `reference_hz`, sampled at `rate_hz`; negative angles lag.
    pub(super) fn new(lead_rad: f64, reference_hz: f64, rate_hz: f64) -> Lead {
        // Trapezoidal low-pass: v = s + d, s += 2 d, with d = (x - s) g/(1 + g).
        let g = (PI * CORNER_HZ / rate_hz).tan();
        let k_over_a = lead_rad * reference_hz / CORNER_HZ;
        Lead { pole_gain: g / (1.0 + g), first: k_over_a, second: 0.5 * k_over_a * k_over_a }
    }

    /// Response of the sampled section at `turns` = frequency / rate.
    pub(super) fn response(&self, turns: f64) -> Complex {
        let g = self.pole_gain / (1.0 - self.pole_gain);
        let low_pass = Complex::ONE / Complex { re: 1.0, im: (PI * turns).tan() / g };
        let v1 = low_pass;
        let v2 = v1 * low_pass;
        let v3 = v2 * low_pass;
        let v4 = v3 * low_pass;
        let rest = v2 + v3 - v4 * 3.0;
        Complex::ONE + (rest + v3) * self.second - (rest + v1) * self.first
    }
}

/// Channels worked on together, which is as fast as one alone.
pub(super) const LANES: usize = 4;

/// A value for each channel.
type Lanes = [f64; LANES];

/// The sections of up to [`LANES`] channels on one clock, with their states. Begin at rest.
#[derive(Debug, Clone)]
pub(super) struct Leads {
    pole_gain: f64,
    first: Lanes,
    second: Lanes,
    /// Of the four low-passes.
    state: [Lanes; 4],
}

impl Leads {
    /// One section a channel, all at the same rate; channels without are not changed.
    pub(super) fn new(leads: &[Lead]) -> Leads {
        let lanes =
            |of: fn(&Lead) -> f64| std::array::from_fn(|lane| leads.get(lane).map_or(0.0, of));
        Leads {
            pole_gain: leads[0].pole_gain,
            first: lanes(|lead| lead.first),
            second: lanes(|lead| lead.second),
            state: [[0.0; LANES]; 4],
        }
    }

    /// Applies the sections in place to the next samples.
    #[inline(always)]
    pub(super) fn apply(&mut self, samples: &mut [Lanes]) {
        let (into_state, into_value) = (2.0 * self.pole_gain, self.pole_gain);
        let (keep_state, keep_value) = (1.0 - into_state, 1.0 - into_value);
        let mut state = self.state;
        for sample in samples {
            let mut v = [[0.0; LANES]; 4];
            let mut x = *sample;
            for (state, v) in state.iter_mut().zip(&mut v) {
                for lane in 0..LANES {
                    let (s, x_in) = (state[lane], x[lane]);
                    v[lane] = keep_value * s + into_value * x_in;
                    // The shortest way from one state to the next: it is what the loop waits for.
                    state[lane] = keep_state * s + into_state * x_in;
                }
                x = *v;
            }
            for lane in 0..LANES {
                let rest = v[1][lane] + v[2][lane] - 3.0 * v[3][lane];
                let bend = self.second[lane] * (rest + v[2][lane]);
                sample[lane] += bend - self.first[lane] * (rest + v[0][lane]);
            }
        }
        self.state = state;
    }

    /// Takes on the state of a channel after a signal whose last samples are these, as many as
    /// `settling` wants.
    pub(super) fn settle(&mut self, lane: usize, settling: &Settling, samples: &[f64]) {
        for (state, settled) in self.state.iter_mut().zip(settling.state(samples)) {
            state[lane] = settled;
        }
    }
}

/// Samples that tell the state of a lead, in seconds: five cycles of 45 Hz.
const SETTLING_S: f64 = 0.12;

/// Exponent of the bump's window: from 45 Hz on it passes at most 1.5e-6.
const BUMP_EXPONENT: f64 = 15.0;

/// The steady state of the low-passes from the last [`SETTLING_S`] of a signal.
///
/// The state is the past weighed with the low-passes' impulse responses, which reach back 3 s. The weights
/// are faded out smoothly here, and what lies further back takes part by the mean of the signal alone: of
/// that the low-passes hold it all, of anything from 45 Hz up nothing that this far back would matter.
/// The mean is weighed with a bump that does not see 45 Hz and more.
#[derive(Debug)]
pub(super) struct Settling {
    /// Weights of the sample so many places before the next one, of each low-pass.
    weights: Vec<[f64; 4]>,
}

impl Settling {
    /// On a clock of `rate_hz`.
    pub(super) fn new(rate_hz: f64) -> Settling {
        let samples = (SETTLING_S * rate_hz).ceil() as usize;
        let bump = bump(samples);
        let mut impulse = Leads::new(&[Lead::new(0.0, 1.0, rate_hz)]);
        let mut rest = [1.0; 4];
        let mut fade = 1.0;
        let mut weights = Vec::with_capacity(samples);
        for (lag, part) in bump.iter().enumerate() {
            impulse.apply(&mut [[if lag == 0 { 1.0 } else { 0.0 }; LANES]]);
            fade -= part;
            let faded = impulse.state.map(|response| fade * response[0]);
            rest.iter_mut().zip(faded).for_each(|(rest, weight)| *rest -= weight);
            weights.push(faded);
        }
        for (weights, part) in weights.iter_mut().zip(&bump) {
            weights.iter_mut().zip(rest).for_each(|(weight, rest)| *weight += rest * part);
        }
        Settling { weights }
    }

    /// How many samples tell the state.
    pub(super) fn samples(&self) -> usize {
        self.weights.len()
    }

    fn state(&self, samples: &[f64]) -> [f64; 4] {
        let mut state = [0.0; 4];
        for (x, weights) in samples.iter().rev().zip(&self.weights) {
            state.iter_mut().zip(weights).for_each(|(state, weight)| *state += weight * x);
        }
        state
    }
}

/// Weights of a smooth mean over so many samples, together 1: the window of
/// [`crate::recorded`], without a Bessel function.
fn bump(samples: usize) -> Vec<f64> {
    let place = |n: usize| (2 * n + 1) as f64 / samples as f64 - 1.0;
    let window = |u: f64| (BUMP_EXPONENT * ((1.0 - u * u).sqrt() - 1.0)).exp();
    let bump: Vec<f64> = (0..samples).map(|n| window(place(n))).collect();
    let sum: f64 = bump.iter().sum();
    bump.iter().map(|weight| weight / sum).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE_HZ: f64 = 16_000.0;

    #[test]
    fn lead_is_the_stated_angle_with_magnitude_one_and_falls_as_one_over_f() {
        let lead_rad = 0.1f64.to_radians();
        let lead = Lead::new(lead_rad, 50.0, RATE_HZ);
        for frequency_hz in [45.0, 50.0, 60.0, 65.0, 150.0, 250.0] {
            let found = lead.response(frequency_hz / RATE_HZ);
            let error = (found - Complex::turn(lead_rad * 50.0 / frequency_hz)).abs();
            // The sampled integral bends towards Nyquist; the filter design takes that part over.
            assert!(error < 4e-7, "{frequency_hz} Hz: {error:e}");
        }
    }

    #[test]
    fn direct_current_passes_unchanged() {
        let mut leads = Leads::new(&[Lead::new(0.1f64.to_radians(), 50.0, RATE_HZ)]);
        let mut samples = vec![[1.0; LANES]; 8 * RATE_HZ as usize];
        leads.apply(&mut samples);
        assert!((samples.last().unwrap()[0] - 1.0).abs() < 1e-12);
    }

    /// The steady state of the section run for ten seconds, from its last 120 ms alone.
    #[test]
    fn an_eighth_of_a_second_tells_the_state() {
        let settling = Settling::new(RATE_HZ);
        for frequency_hz in [45.0, 50.3, 65.0, 150.0, 1550.0] {
            let tone = |n: usize| 0.3 + (2.0 * PI * frequency_hz * n as f64 / RATE_HZ + 0.4).cos();
            let samples: Vec<f64> = (0..10 * RATE_HZ as usize).map(tone).collect();
            let last = &samples[samples.len() - settling.samples()..];
            let mut leads = Leads::new(&[Lead::new(0.3f64.to_radians(), 50.0, RATE_HZ)]);
            leads.apply(&mut samples.iter().map(|x| [*x; LANES]).collect::<Vec<Lanes>>());
            for (found, state) in settling.state(last).iter().zip(leads.state) {
                assert!((found - state[0]).abs() < 2e-6, "{frequency_hz} Hz: {found} {state:?}");
            }
        }
    }

    #[test]
    fn the_best_instructions_make_the_bits_of_the_least() {
        let channels = [0.1, 0.0, -0.2].map(|degrees: f64| degrees.to_radians());
        let mut leads = Leads::new(&channels.map(|lead_rad| Lead::new(lead_rad, 50.0, RATE_HZ)));
        let mut least: Vec<Lanes> = (0..999)
            .map(|n| [0.7, 1.1, 0.3, 0.0].map(|turn| (f64::from(n) * turn).sin()))
            .collect();
        let mut best = least.clone();
        leads.clone().apply(&mut least);
        pulp::Arch::new().dispatch(|| leads.apply(&mut best));
        assert_eq!(least, best);
    }
}
