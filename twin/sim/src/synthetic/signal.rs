//! A signal built by hand: one track of spectra a channel, one of the frequency.

use super::player::Synthetic;
use super::spectrum::Spectrum;
use super::timeline::Timeline;
use super::track::Track;
use port::Role;

/// Signals for tests and for verification, said in code.
///
/// ```
/// use port::Role;
/// use sim::synthetic::{Signal, Spectrum, truth};
///
/// let signal = Signal::new(50.0)
///     .channel(Role::Va, Spectrum::sine(230.0, 0.0))
///     .channel(Role::Ia, Spectrum::sine(5.0, -60.0))
///     .step(Role::Ia, 1.0, Spectrum::sine(10.0, -60.0));
/// let watt_seconds = truth::active_energy_ws(&signal, 0, 0.0, 2.0);
/// assert!((watt_seconds - 230.0 * 15.0 * 0.5).abs() < 1e-9);
/// let samples = signal.play(1, None);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Signal {
    roles: Vec<Role>,
    channels: Vec<Channel>,
    frequency_hz: Track<f64>,
    jumps_cycles: Track<f64>,
}

#[derive(Debug, Clone, PartialEq)]
struct Channel {
    track: Track<Spectrum>,
    noise_rms: f64,
}

impl Signal {
    /// No channels yet, at a constant frequency in hertz.
    pub fn new(frequency_hz: f64) -> Signal {
        Signal {
            roles: Vec::new(),
            channels: Vec::new(),
            frequency_hz: Track::constant(frequency_hz),
            jumps_cycles: Track::constant(0.0),
        }
    }

    /// Three phases of a voltage (rms, at 0, -120 and 120 degrees) and of a current that lags by
    /// `lag_deg`.
    pub fn three_phase(frequency_hz: f64, voltage_v: f64, current_a: f64, lag_deg: f64) -> Signal {
        let mut signal = Signal::new(frequency_hz);
        for (phase, angle_deg) in [0.0, -120.0, 120.0].into_iter().enumerate() {
            signal = signal
                .channel(Role::ALL[phase], Spectrum::sine(voltage_v, angle_deg))
                .channel(Role::ALL[3 + phase], Spectrum::sine(current_a, angle_deg - lag_deg));
        }
        signal
    }

    /// Adds a channel, or says anew what it carries from the beginning.
    #[must_use]
    pub fn channel(self, role: Role, spectrum: Spectrum) -> Signal {
        self.track(role, Track::constant(spectrum))
    }

    /// Adds a channel with any track, or replaces its track.
    #[must_use]
    pub fn track(mut self, role: Role, track: Track<Spectrum>) -> Signal {
        match self.roles.binary_search(&role) {
            Ok(known) => self.channels[known].track = track,
            Err(place) => {
                self.roles.insert(place, role);
                self.channels.insert(place, Channel { track, noise_rms: 0.0 });
            }
        }
        self
    }

    /// From `at_s` on, the channel carries another spectrum.
    ///
    /// # Panics
    /// If there is no such channel, or its track is already past `at_s`.
    #[must_use]
    pub fn step(mut self, role: Role, at_s: f64, spectrum: Spectrum) -> Signal {
        let channel = self.channel_mut(role);
        channel.track = channel.track.clone().step(at_s, spectrum);
        self
    }

    /// From `from_s` to `to_s`, the phasors of the channel go straight to those of another spectrum.
    ///
    /// # Panics
    /// As [`Signal::step`].
    #[must_use]
    pub fn ramp(mut self, role: Role, from_s: f64, to_s: f64, spectrum: Spectrum) -> Signal {
        let channel = self.channel_mut(role);
        channel.track = channel.track.clone().ramp(from_s, to_s, spectrum);
        self
    }

    /// Bursts: from `start_s` to `until_s`, the channel carries its spectrum for `on_s`, then nothing
    /// for `off_s`, and so on.
    ///
    /// # Panics
    /// As [`Signal::step`]; or if a burst has no length.
    #[must_use]
    pub fn bursts(
        mut self,
        role: Role,
        [start_s, until_s]: [f64; 2],
        [on_s, off_s]: [f64; 2],
    ) -> Signal {
        assert!(on_s > 0.0 && off_s > 0.0, "a burst has a length");
        let channel = self.channel_mut(role);
        let spectrum = channel.track.at(start_s);
        for burst in 0.. {
            let from_s = start_s + f64::from(burst) * (on_s + off_s);
            if from_s >= until_s {
                break;
            }
            let track = channel.track.clone().step(from_s, spectrum);
            channel.track = track.step(from_s + on_s, Spectrum::ZERO);
        }
        self
    }

    /// White noise on a channel, volts or amperes rms a sample.
    ///
    /// # Panics
    /// If there is no such channel.
    #[must_use]
    pub fn noise(mut self, role: Role, rms: f64) -> Signal {
        self.channel_mut(role).noise_rms = rms;
        self
    }

    /// From `from_s` to `to_s`, the frequency goes straight to another.
    ///
    /// # Panics
    /// If the frequency was already told beyond `from_s`.
    #[must_use]
    pub fn frequency_ramp(mut self, from_s: f64, to_s: f64, frequency_hz: f64) -> Signal {
        self.frequency_hz = self.frequency_hz.ramp(from_s, to_s, frequency_hz);
        self
    }

    /// From `at_s` on, all channels are ahead by an angle in degrees.
    ///
    /// # Panics
    /// If a later jump was already told.
    #[must_use]
    pub fn phase_jump(mut self, at_s: f64, by_deg: f64) -> Signal {
        let before = self.jumps_cycles.at(at_s);
        self.jumps_cycles = self.jumps_cycles.step(at_s, before + by_deg / 360.0);
        self
    }

    /// Samples of the signal, for ever or for `duration_s`. The seed is that of the noise.
    pub fn play(&self, seed: u64, duration_s: Option<f64>) -> Synthetic {
        Synthetic::new(Box::new(self.clone()), seed, duration_s)
    }

    fn channel_mut(&mut self, role: Role) -> &mut Channel {
        match self.roles.binary_search(&role) {
            Ok(known) => &mut self.channels[known],
            Err(_) => panic!("the signal has no channel {}", role.slug()),
        }
    }
}

impl Timeline for Signal {
    fn roles(&self) -> &[Role] {
        &self.roles
    }

    fn noise_rms(&self, channel: usize) -> f64 {
        self.channels[channel].noise_rms
    }

    fn next_knot(&self, after_s: f64) -> f64 {
        let grid = self.frequency_hz.next_knot(after_s).min(self.jumps_cycles.next_knot(after_s));
        self.channels.iter().map(|c| c.track.next_knot(after_s)).fold(grid, f64::min)
    }

    fn frequency_hz(&self, within_s: f64, at_s: f64) -> f64 {
        self.frequency_hz.on(within_s, at_s)
    }

    fn jump_cycles(&self, within_s: f64) -> f64 {
        self.jumps_cycles.at(within_s)
    }

    fn spectra(&self, within_s: f64, at_s: f64, out: &mut [Spectrum]) {
        for (spectrum, channel) in out.iter_mut().zip(&self.channels) {
            *spectrum = channel.track.on(within_s, at_s);
        }
    }
}
