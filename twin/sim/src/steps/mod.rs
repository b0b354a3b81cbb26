//! The coarser fidelities: windows of an installation without metering every sample.
//!
//! *Phasor*: means of a step come from the spectra of the scene in closed form. A step ends at the next
//! whole minute of civil time, at the next event, and wherever the caller says; the waveform metering
//! is not called. *Sampled*: stretches of samples around events and once a minute go through front
//! ends and the metering of samples, and phasor steps fill the time between, so that nothing is
//! counted twice or left out.
//!
//! Positions are in samples, as everywhere in the meter: sample n stands for n - 1/2 to n + 1/2, and
//! the first window begins at -1/2. What the windows of modules come to is a matter of
//! [`Modules`]: the same meter as in their firmware, told the means instead of samples.
//!
//! Slow random movements (of voltages, loads, clouds) are looked at where steps end and taken as
//! straight between; everything else that changes ends a step.

mod modules;
mod phasor;
mod stretch;

pub use modules::{Change, Modules};
pub use phasor::Unit;
pub use stretch::{Sampler, SeekableSource};

use crate::synthetic::{Spectrum, Timeline};
use metering::{Means, Wiring};
use phasor::{Stretch, Voltages};
use port::{SourceError, WiringCorrection};
use std::collections::VecDeque;

/// Longest step in seconds, and what its ends are aligned to: the shortest demand interval.
const STEP_S: f64 = 60.0;

/// A window of all meters: the built-in one first, then the modules in the order of the scene.
#[derive(Debug, Clone, Default)]
pub struct StepWindow {
    /// Where it begins and ends, in samples.
    pub start: f64,
    /// See `start`.
    pub end: f64,
    /// Whole cycles, at least one.
    pub cycles: u32,
    /// One for each meter.
    pub means: Vec<Means>,
}

/// How an installation is seen by phasors.
pub struct Phasors {
    scene: Box<dyn Timeline + Send>,
    phases: usize,
    rate_hz: f64,
    clock_hz: f64,
    units: Vec<Unit>,
    wiring: Wiring,
    dc_blocking: bool,
    corrections: Vec<WiringCorrection>,
    starts: Vec<Spectrum>,
    ends: Vec<Spectrum>,
    /// Where `ends` were worked out, if what follows goes on from there.
    goes_on_at: Option<f64>,
}

impl Phasors {
    /// Of a scene whose meters have these units, in the same order, at a nominal sample rate and on
    /// the true clock.
    pub fn new(
        scene: Box<dyn Timeline + Send>,
        units: Vec<Unit>,
        wiring: Wiring,
        rate_hz: f64,
        clock_hz: f64,
    ) -> Phasors {
        let channels = scene.roles().len();
        let phases = channels / (1 + units.len());
        assert_eq!(channels, phases * (1 + units.len()), "a unit for each meter of the scene");
        Phasors {
            corrections: vec![WiringCorrection::NONE; units.len()],
            starts: vec![Spectrum::ZERO; channels],
            ends: vec![Spectrum::ZERO; channels],
            goes_on_at: None,
            dc_blocking: true,
            scene,
            phases,
            rate_hz,
            clock_hz,
            units,
            wiring,
        }
    }

    /// True time of a position in seconds.
    fn time_s(&self, position: f64) -> f64 {
        position.max(0.0) / self.clock_hz
    }

    /// The next event of the scene after a position.
    pub fn next_event(&self, position: f64) -> f64 {
        self.after(position, |at_s| self.scene.next_event(at_s))
    }

    /// The next switching or jump of the scene after a position.
    pub fn next_jump(&self, position: f64) -> f64 {
        self.after(position, |at_s| self.scene.next_jump(at_s))
    }

    /// Position of the first of some instants that lies after another position. The product may round
    /// back onto the position itself: then that instant is here, and the next one counts.
    fn after(&self, position: f64, next_s: impl Fn(f64) -> f64) -> f64 {
        let mut at_s = next_s(self.time_s(position));
        while at_s * self.clock_hz <= position {
            at_s = next_s(at_s);
        }
        at_s * self.clock_hz
    }

    /// Measures from a position to a later one; no event lies between, and `goes_on` says that none is at
    /// the end either.
    fn measure(&mut self, start: f64, end: f64, goes_on: bool, out: &mut StepWindow) {
        let (from_s, to_s) = (self.time_s(start), self.time_s(end));
        let within_s = from_s.midpoint(to_s);
        if self.goes_on_at == Some(start) {
            self.starts.copy_from_slice(&self.ends);
        } else {
            self.scene.spectra(within_s, from_s, &mut self.starts);
        }
        self.scene.spectra(within_s, to_s, &mut self.ends);
        self.goes_on_at = goes_on.then_some(end);
        let hz = [from_s, to_s].map(|at_s| self.scene.frequency_hz(within_s, at_s));
        let cycles = (hz[0] + hz[1]) / 2.0 * (end - start) / self.clock_hz;
        let stretch = Stretch { samples: end - start, cycles };
        out.start = start;
        out.end = end;
        out.cycles = (cycles.round() as u32).max(1);
        out.means.clear();
        let ends = [&self.starts[..], &self.ends[..]];
        let of = |group: usize| ends.map(|all| &all[group * self.phases..][..self.phases]);
        let voltages = Voltages::new(of(0), self.wiring, self.dc_blocking, &self.units[0], stretch);
        for (meter, unit) in self.units.iter().enumerate() {
            let correction = self.corrections[meter];
            out.means.push(voltages.with_currents(of(1 + meter), self.wiring, correction, unit));
        }
    }
}

/// The windows of a run, one after the other.
pub struct Stepper {
    phasors: Phasors,
    sampler: Option<Sampler>,
    /// Where the last window handed out or waiting ended.
    position: f64,
    /// Position of the first whole minute of civil time, and samples of a minute.
    minute: (f64, f64),
    /// Where the run ends.
    end: f64,
    /// Where a stretch of samples was begun and held no whole window.
    barren: f64,
    waiting: VecDeque<StepWindow>,
}

impl Stepper {
    /// Steps through an installation from its first sample, `since_minute_s` seconds after a whole
    /// minute of civil time, to the position `end`. With a sampler at the fidelity *sampled*, else by
    /// phasors alone.
    pub fn new(
        phasors: Phasors,
        sampler: Option<Sampler>,
        since_minute_s: f64,
        end: f64,
    ) -> Stepper {
        let minute = STEP_S * phasors.rate_hz;
        Stepper {
            minute: (-0.5 - since_minute_s * phasors.rate_hz, minute),
            phasors,
            sampler,
            position: -0.5,
            end,
            barren: f64::NEG_INFINITY,
            waiting: VecDeque::new(),
        }
    }

    /// Changes the wiring of all meters from the next window on.
    pub fn set_wiring(&mut self, wiring: Wiring) {
        self.phasors.wiring = wiring;
        if let Some(sampler) = &mut self.sampler {
            sampler.set_wiring(wiring);
        }
    }

    /// Switches DC blocking of the voltages from the next window on.
    pub fn set_dc_blocking(&mut self, on: bool) {
        self.phasors.dc_blocking = on;
        if let Some(sampler) = &mut self.sampler {
            sampler.set_dc_blocking(on);
        }
    }

    /// Corrects the currents of a meter, by its place, from the next window on.
    pub fn correct(&mut self, meter: usize, correction: WiringCorrection) {
        self.phasors.corrections[meter] = correction;
        if let Some(sampler) = &mut self.sampler {
            sampler.correct(meter, correction);
        }
    }

    /// The next window that ends by `limit`; false when time has come there without one.
    ///
    /// # Errors
    /// Says what is wrong with the samples, if their source fails.
    pub fn next(&mut self, limit: f64, out: &mut StepWindow) -> Result<bool, SourceError> {
        let limit = limit.min(self.end);
        if self.waiting.is_empty() {
            self.sample_if_due()?;
        }
        if let Some(window) = self.waiting.front() {
            if window.end > limit {
                return Ok(false);
            }
            *out = self.waiting.pop_front().expect("just seen");
            return Ok(true);
        }
        if self.position >= limit {
            return Ok(false);
        }
        let event = self.phasors.next_event(self.position);
        let mut to = limit.min(event).min(self.next_minute());
        if let Some(begin) = self.next_stretch()
            && begin > self.position
        {
            to = to.min(begin);
        }
        self.phasors.measure(self.position, to, event > to, out);
        self.position = to;
        Ok(true)
    }

    fn next_minute(&self) -> f64 {
        let (first, minute) = self.minute;
        let next = first + (((self.position - first) / minute).floor() + 1.0) * minute;
        if next > self.position { next } else { next + minute }
    }

    /// The whole minute at or before the position.
    fn this_minute(&self) -> f64 {
        self.next_minute() - self.minute.1
    }

    /// Where the next stretch of samples begins, if any is to come: at a whole minute or shortly
    /// before an event, between two samples.
    fn next_stretch(&self) -> Option<f64> {
        let sampler = self.sampler.as_ref()?;
        let minute = match self.this_minute() {
            this if this == self.position => this,
            _ => self.next_minute(),
        };
        let event = self.phasors.next_jump(self.position) - sampler.lead_samples();
        let begin = minute.min(event).max(self.position).max(sampler.unread());
        // Samples begin half a sample after a whole position.
        let begin = (begin + 0.5).ceil() - 0.5;
        let fits = begin + sampler.least_samples() <= self.end && begin != self.barren;
        fits.then_some(begin)
    }

    /// Takes a stretch of samples if one begins here.
    fn sample_if_due(&mut self) -> Result<(), SourceError> {
        let Some(begin) = self.next_stretch().filter(|begin| *begin == self.position) else {
            return Ok(());
        };
        let Some(sampler) = &mut self.sampler else { return Ok(()) };
        sampler.take(begin, self.end, &self.phasors, &mut self.waiting)?;
        match self.waiting.back() {
            Some(last) => self.position = last.end,
            None => self.barren = begin,
        }
        Ok(())
    }
}
