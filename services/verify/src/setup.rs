//! What the bench applies: a phantom load, in which voltage and current of each phase are set apart.
//!
//! The reference is the closed form of the mean power over whole periods of the waveform, so that it does
//! not matter where in a cycle a measurement begins. Every error of it is one of rounding.

mod factor;
mod waveform;

pub use factor::Factor;
pub use waveform::Waveform;

use crate::document::Applied;
use metering::Wiring;
use port::{ModuleModel, Role};
use sim::synthetic::{Grid, Phasor, Signal, Spectrum, System};
use std::f64::consts::SQRT_2;

/// Temperature at which units are calibrated, in degrees Celsius.
pub const REFERENCE_DEGC: f64 = 23.0;

/// Cycles on and cycles off of the burst-fired test.
pub const BURST_CYCLES: (f64, f64) = (2.0, 2.0);

/// Seconds of a burst pattern that is prepared: as long as the longest run that has one.
const BURST_S: f64 = 130.0;

/// Which meter is tested.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Meter {
    /// The built-in one.
    Main,
    /// A module in slot 1 of the bus, with transformers of so many amperes primary.
    Module(ModuleModel, f64),
}

/// Everything that is applied at once.
#[derive(Debug, Clone, PartialEq)]
pub struct Setup {
    /// Which meter.
    pub meter: Meter,
    /// How it is wired.
    pub wiring: Wiring,
    /// Nominal voltage L-N in volts; in a wild leg that of half a winding.
    pub nominal_v: f64,
    /// Part of it that is applied.
    pub voltage: f64,
    /// Which phases have voltage.
    pub energised: [bool; 3],
    /// Current in amperes; of a cut waveform, before it is cut.
    pub current_a: f64,
    /// Which phases carry it.
    pub loaded: [bool; 3],
    /// Displacement.
    pub factor: Factor,
    /// Hertz.
    pub frequency_hz: f64,
    /// Degrees Celsius.
    pub temperature_degc: f64,
    /// Shape.
    pub waveform: Waveform,
    /// Whether phases 2 and 3 are exchanged.
    pub reversed_sequence: bool,
}

impl Setup {
    /// A balanced sinusoidal load at reference conditions.
    pub fn balanced(
        wiring: Wiring,
        nominal_v: f64,
        frequency_hz: f64,
        current_a: f64,
        factor: Factor,
    ) -> Setup {
        Setup {
            meter: Meter::Main,
            wiring,
            nominal_v,
            voltage: 1.0,
            energised: wiring.phases(),
            current_a,
            loaded: wiring.phases(),
            factor,
            frequency_hz,
            temperature_degc: REFERENCE_DEGC,
            waveform: Waveform::Sinusoidal,
            reversed_sequence: false,
        }
    }

    /// The system in the words of the simulation.
    fn system(&self) -> System {
        match self.wiring {
            Wiring::ThreePhaseFourWire => System::ThreePhaseFourWire,
            Wiring::ThreePhaseThreeWire => System::ThreePhaseThreeWire,
            Wiring::TwoPhaseThreeWire => System::TwoPhaseThreeWire,
            Wiring::SinglePhaseTwoWire => System::OnePhaseTwoWire,
            Wiring::WildLeg => System::WildLeg,
            Wiring::ThreeSinglePhase => System::ThreeSinglePhase,
        }
    }

    /// Channels of the built-in meter.
    pub fn roles(&self) -> &'static [Role] {
        self.system().roles()
    }

    fn grid(&self) -> Grid {
        let system = self.system();
        // A three-wire grid is told by its voltage between phases.
        let phase_to_phase = if system.has_neutral() { 1.0 } else { 3f64.sqrt() };
        Grid {
            voltage_v: self.nominal_v * self.voltage * phase_to_phase,
            frequency_hz: self.frequency_hz,
            // Two legs of a star above 150 V: split phase ends at 120/240 V.
            leg_angle_deg: if self.nominal_v > 150.0 { 120.0 } else { 180.0 },
            reversed_sequence: self.reversed_sequence,
            ..Grid::usual(system)
        }
    }

    /// Voltage and current of each phase while current flows.
    pub fn spectra(&self) -> Vec<(Spectrum, Spectrum)> {
        let grid = self.grid();
        let phases = grid.nominal().into_iter().enumerate();
        phases
            .map(|(phase, (rms_v, angle_deg))| {
                let sine = Spectrum::sine(rms_v, angle_deg);
                let v = match self.energised[phase] {
                    true => self.waveform.voltage(sine, rms_v),
                    false => Spectrum::ZERO,
                };
                let angle_rad = (angle_deg - self.factor.lag_deg).to_radians();
                let i = match self.loaded[phase] && self.current_a > 0.0 {
                    true => self.waveform.current(self.current_a, angle_rad),
                    false => Spectrum::ZERO,
                };
                (v, i)
            })
            .collect()
    }

    /// The signal at the terminals.
    pub fn signal(&self) -> Signal {
        let mut signal = Signal::new(self.frequency_hz);
        for (phase, (v, i)) in self.spectra().into_iter().enumerate() {
            let current = Role::ALL[3 + phase];
            signal = signal.channel(Role::ALL[phase], v).channel(current, i);
            if self.waveform == Waveform::BurstFired {
                // Switched where the phase's own voltage crosses zero.
                let (on, off) = (BURST_CYCLES.0, BURST_CYCLES.1);
                let cycle_s = 1.0 / self.frequency_hz;
                let turn = v.harmonic(1).angle_rad() / std::f64::consts::TAU;
                let first_s = (1.25 - turn).rem_euclid(1.0) * cycle_s;
                let span = [first_s, BURST_S];
                signal = signal.bursts(current, span, [on * cycle_s, off * cycle_s]);
            }
        }
        signal
    }

    /// Part of the time in which current flows.
    fn duty(&self) -> f64 {
        match self.waveform {
            Waveform::BurstFired => BURST_CYCLES.0 / (BURST_CYCLES.0 + BURST_CYCLES.1),
            _ => 1.0,
        }
    }

    /// The nominal frequency of such a grid: 50 or 60 Hz.
    pub fn nominal_hz(&self) -> f64 {
        if self.frequency_hz < 55.0 { 50.0 } else { 60.0 }
    }

    /// What an ideal meter reads.
    pub fn truth(&self) -> Truth {
        let spectra = self.spectra();
        let duty = self.duty();
        let mut truth = Truth::default();
        for (phase, (v, i)) in spectra.iter().enumerate() {
            truth.voltage_v[phase] = v.true_rms();
            truth.current_a[phase] = i.true_rms() * duty.sqrt();
            truth.active_w[phase] = v.active_power(i) * duty;
            truth.reactive_var[phase] = v.reactive_power_fundamental(i) * duty;
            truth.thd_voltage[phase] = v.thd().map_or(0.0, |thd| 100.0 * thd);
            truth.thd_current[phase] = i.thd().map_or(0.0, |thd| 100.0 * thd);
        }
        for (pair, [a, b]) in [[0, 1], [1, 2], [2, 0]].into_iter().enumerate() {
            if let (Some((va, _)), Some((vb, _))) = (spectra.get(a), spectra.get(b)) {
                truth.phase_to_phase_v[pair] = (*va + *vb * -1.0).true_rms();
            }
        }
        truth
    }

    /// The highest momentary power of a sinusoidal load, in watts: the mean, and what goes back and forth
    /// at twice the frequency, which in a balanced system of three phases is nothing.
    pub fn highest_power_w(&self) -> f64 {
        let products = self.spectra().into_iter().map(|(v, i)| v.harmonic(1) * i.harmonic(1));
        let swinging = products.fold(Phasor::ZERO, |sum, product| sum + product);
        self.truth().power_w() + swinging.rms()
    }

    /// The same as a certificate says it.
    pub fn applied(&self) -> Applied {
        Applied {
            wiring: self.wiring.slug().to_string(),
            meter: match self.meter {
                Meter::Main => "main".to_string(),
                Meter::Module(model, primary_a) => format!("esy1 {} {primary_a} A", model.slug()),
            },
            nominal_v: self.nominal_v,
            voltage_v: self.nominal_v * self.voltage,
            current_a: self.current_a,
            factor: if self.current_a > 0.0 {
                self.factor.label.to_string()
            } else {
                String::new()
            },
            frequency_hz: self.frequency_hz,
            temperature_degc: self.temperature_degc,
            waveform: self.waveform.name().to_string(),
            phases: self.phases(),
        }
    }

    fn phases(&self) -> String {
        let list = |which: [bool; 3]| {
            let names = ["L1", "L2", "L3"].into_iter().zip(which).filter(|(_, on)| *on);
            names.map(|(name, _)| name).collect::<Vec<_>>().join(" ")
        };
        let mut text = list(self.loaded);
        if self.energised != self.wiring.phases() {
            text = format!("{text}, voltage on {}", list(self.energised));
        }
        if self.reversed_sequence {
            text.push_str(", reversed sequence");
        }
        text
    }

    /// The current whose cut form has an rms of `rms_a`.
    pub fn before_cutting(rms_a: f64) -> f64 {
        rms_a * SQRT_2
    }
}

/// What an ideal meter reads, by phase.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Truth {
    /// Volts L-N.
    pub voltage_v: [f64; 3],
    /// Volts L-L of the pairs 12, 23, 31.
    pub phase_to_phase_v: [f64; 3],
    /// Amperes.
    pub current_a: [f64; 3],
    /// Watts.
    pub active_w: [f64; 3],
    /// Var of the fundamental, positive if inductive.
    pub reactive_var: [f64; 3],
    /// Percent.
    pub thd_voltage: [f64; 3],
    /// Percent.
    pub thd_current: [f64; 3],
}

impl Truth {
    /// Watts of all phases.
    pub fn power_w(&self) -> f64 {
        self.active_w.iter().sum()
    }

    /// Var of all phases.
    pub fn power_var(&self) -> f64 {
        self.reactive_var.iter().sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(waveform: Waveform, current_a: f64) -> Truth {
        let wiring = Wiring::ThreePhaseFourWire;
        Setup { waveform, ..Setup::balanced(wiring, 230.0, 50.0, current_a, Factor::ONE) }.truth()
    }

    fn near(found: f64, expected: f64) {
        assert!((found / expected - 1.0).abs() < 2e-5, "{found} {expected}");
    }

    /// [A4] The waveforms of the influence tests have the values of their formulas.
    #[test]
    fn waveforms_have_their_closed_forms() {
        let fifth = of(Waveform::FifthHarmonic, 32.5);
        near(fifth.active_w[1], 230.0 * 32.5 * 1.04);
        near(fifth.current_a[2], 32.5 * 1.16f64.sqrt());
        let half = of(Waveform::HalfWave, 65.0);
        near(half.active_w[0], 230.0 * 65.0 / 2.0);
        near(half.current_a[0], 65.0 / SQRT_2);
        let fired = of(Waveform::PhaseFired, 5.0);
        near(fired.active_w[0], 230.0 * 5.0 / 2.0);
        near(fired.reactive_var[0], 230.0 * 5.0 / std::f64::consts::PI);
        let burst = of(Waveform::BurstFired, 5.0);
        near(burst.active_w[0], 230.0 * 5.0 / 2.0);
    }

    /// [A4] Voltage and current of the 5th-harmonic test rise through zero together.
    #[test]
    fn the_fifth_harmonic_rises_with_the_fundamental() {
        let setup = Setup {
            waveform: Waveform::FifthHarmonic,
            ..Setup::balanced(Wiring::ThreePhaseFourWire, 230.0, 50.0, 32.5, Factor::ONE)
        };
        for (v, i) in setup.spectra() {
            let zero = 0.75 - v.harmonic(1).angle_rad() / std::f64::consts::TAU;
            for spectrum in [v, i] {
                assert!(spectrum.value_at(zero).abs() < 1e-9);
                let fundamental = spectrum.harmonic(1).rms();
                let peak_of_both = SQRT_2 * (fundamental + spectrum.harmonic(5).rms());
                // A quarter of the fundamental's cycle later both are at their peak.
                assert!((spectrum.value_at(zero + 0.25) - peak_of_both).abs() < 1e-9);
            }
        }
    }

    /// [E2, E4, E5] Every wiring system has its power in every phase that is wired.
    #[test]
    fn every_wiring_system_is_loaded() {
        for wiring in Wiring::ALL {
            let truth = Setup::balanced(wiring, 120.0, 60.0, 5.0, Factor::HALF_L).truth();
            for (phase, wired) in wiring.phases().into_iter().enumerate() {
                assert_eq!(truth.active_w[phase] > 0.0, wired, "{wiring:?}");
            }
        }
    }
}
