//! What the samples of a window come down to. Means of several windows add up to the means of a
//! longer stretch; every reading derives from means, whatever their length.

use crate::spectrum::Phasor;
use port::Flags;

/// Fundamental and harmonics of one signal, as mean squares of their amplitudes.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Distortion {
    /// Of the fundamental.
    pub fundamental: f64,
    /// Of the harmonics 2 to 31 together.
    pub harmonics: f64,
}

impl Distortion {
    /// THD in percent of the fundamental; none without a fundamental.
    pub fn percent(self) -> Option<f64> {
        (self.fundamental > 0.0).then(|| 100.0 * (self.harmonics / self.fundamental).sqrt())
    }
}

/// Means over a stretch, in volts, amperes, watts and their squares.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Means {
    /// Length in samples; windows end between samples.
    pub samples: f64,
    /// Cycles of the fundamental, where it was tracked.
    pub cycles: f64,
    /// Samples of the windows in which the fundamental was tracked.
    pub tracked_samples: f64,
    /// Voltage L-N squared, by phase.
    pub v2: [f64; 3],
    /// Voltage L-L squared, of the pairs 12, 23, 31.
    pub vv2: [f64; 3],
    /// Current squared, by phase.
    pub i2: [f64; 3],
    /// Neutral current squared.
    pub n2: f64,
    /// Active power by phase, in watts.
    pub p: [f64; 3],
    /// Active power of two wattmeters with phase 2 as the common one.
    pub p_two: f64,
    /// Reactive power of the fundamental by phase, in var.
    pub q: [f64; 3],
    /// The same of two wattmeters.
    pub q_two: f64,
    /// Spectrum of the voltages L-N.
    pub v_spectrum: [Distortion; 3],
    /// Spectrum of the voltages L-L.
    pub vv_spectrum: [Distortion; 3],
    /// Spectrum of the currents.
    pub i_spectrum: [Distortion; 3],
    /// Fundamental of the voltages as peak amplitudes, turned so that the reference lies at 0: the first
    /// voltage of at least half the amplitude of the largest. Zero in a fragment.
    pub v_phasor: [Phasor; 3],
    /// Fundamental of the currents, turned as the voltages are.
    pub i_phasor: [Phasor; 3],
    /// Positive less negative sequence of the voltages, over their sum: +1 for L1-L2-L3.
    pub sequence: f64,
    /// Largest magnitude of the current, by phase.
    pub i_peak: [f64; 3],
    /// Remarks on the voltages.
    pub v_flags: [Flags; 3],
    /// Remarks on the currents.
    pub i_flags: [Flags; 3],
    /// Fewest samples a cycle in any window.
    pub samples_per_cycle: f64,
}

impl Means {
    /// Adds another stretch, weighted by its length.
    pub fn add(&mut self, other: &Means) {
        // A stretch without samples has no cycle length to compare either.
        if other.samples <= 0.0 {
            return;
        }
        let total = self.samples + other.samples;
        let (old, new) = (self.samples / total, other.samples / total);
        let mix = |a: &mut f64, b: f64| *a = old * *a + new * b;
        for k in 0..3 {
            mix(&mut self.v2[k], other.v2[k]);
            mix(&mut self.vv2[k], other.vv2[k]);
            mix(&mut self.i2[k], other.i2[k]);
            mix(&mut self.p[k], other.p[k]);
            mix(&mut self.q[k], other.q[k]);
            for (mine, theirs) in [
                (&mut self.v_phasor[k], other.v_phasor[k]),
                (&mut self.i_phasor[k], other.i_phasor[k]),
            ] {
                *mine = *mine * old + theirs * new;
            }
            for (mine, theirs) in [
                (&mut self.v_spectrum[k], other.v_spectrum[k]),
                (&mut self.vv_spectrum[k], other.vv_spectrum[k]),
                (&mut self.i_spectrum[k], other.i_spectrum[k]),
            ] {
                mix(&mut mine.fundamental, theirs.fundamental);
                mix(&mut mine.harmonics, theirs.harmonics);
            }
            self.i_peak[k] = self.i_peak[k].max(other.i_peak[k]);
            self.v_flags[k] = self.v_flags[k].union(other.v_flags[k]);
            self.i_flags[k] = self.i_flags[k].union(other.i_flags[k]);
        }
        mix(&mut self.n2, other.n2);
        mix(&mut self.p_two, other.p_two);
        mix(&mut self.q_two, other.q_two);
        mix(&mut self.sequence, other.sequence);
        self.samples_per_cycle = if self.samples == 0.0 {
            other.samples_per_cycle
        } else {
            self.samples_per_cycle.min(other.samples_per_cycle)
        };
        self.samples = total;
        self.cycles += other.cycles;
        self.tracked_samples += other.tracked_samples;
    }

    /// Mean frequency in cycles a sample, where the fundamental was tracked.
    pub fn frequency(&self) -> Option<f64> {
        (self.tracked_samples > 0.0).then(|| self.cycles / self.tracked_samples)
    }
}
