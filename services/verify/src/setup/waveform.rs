//! The waveforms of the influence tests, each with its closed form (docs/verification.md).

use sim::synthetic::Spectrum;
use std::f64::consts::FRAC_PI_2;

/// The shape of voltage and current.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waveform {
    /// Both sinusoidal.
    Sinusoidal,
    /// 10 % of the 5th harmonic in the voltage and 40 % in the current, in phase.
    FifthHarmonic,
    /// The current half-wave rectified.
    HalfWave,
    /// Each half cycle of the current begins at 90 degrees.
    PhaseFired,
    /// The current is on for two cycles and off for two.
    BurstFired,
    /// 10 % of the 31st harmonic in both.
    ThirtyFirst,
}

impl Waveform {
    /// For people.
    pub fn name(self) -> &'static str {
        match self {
            Waveform::Sinusoidal => "sinusoidal",
            Waveform::FifthHarmonic => "5th harmonic",
            Waveform::HalfWave => "half-wave rectified",
            Waveform::PhaseFired => "phase fired",
            Waveform::BurstFired => "burst fired",
            Waveform::ThirtyFirst => "31st harmonic",
        }
    }

    pub(super) fn voltage(self, sine: Spectrum, rms_v: f64) -> Spectrum {
        let angle_rad = sine.harmonic(1).angle_rad();
        match self {
            Waveform::FifthHarmonic => harmonic(sine, 5, 0.10 * rms_v, angle_rad),
            Waveform::ThirtyFirst => harmonic(sine, 31, 0.10 * rms_v, angle_rad),
            _ => sine,
        }
    }

    /// The current whose supply has its fundamental at `angle_rad`, of `rms_a` before it is cut.
    pub(super) fn current(self, rms_a: f64, angle_rad: f64) -> Spectrum {
        let sine = Spectrum::sine(rms_a, angle_rad.to_degrees());
        match self {
            Waveform::Sinusoidal | Waveform::BurstFired => sine,
            Waveform::FifthHarmonic => harmonic(sine, 5, 0.40 * rms_a, angle_rad),
            Waveform::ThirtyFirst => harmonic(sine, 31, 0.10 * rms_a, angle_rad),
            Waveform::HalfWave => Spectrum::half_wave_rectified(rms_a).shifted(angle_rad),
            Waveform::PhaseFired => Spectrum::phase_fired(rms_a, 90.0).shifted(angle_rad),
        }
    }
}

/// Adds a harmonic that crosses zero, rising, where the fundamental at `angle_rad` does.
fn harmonic(sine: Spectrum, order: usize, rms: f64, angle_rad: f64) -> Spectrum {
    // sin(h x) is a cosine that lags by a quarter turn; x counts from the zero crossing.
    let order_f = order as f64;
    let at_zero = order_f * (angle_rad + FRAC_PI_2) - FRAC_PI_2;
    sine.with(order, rms, at_zero.to_degrees())
}
