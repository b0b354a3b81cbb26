//! The uncertainty of an error, by the GUM: every source with its distribution, its sensitivity and its part.
//!
//! The bench is exact: what is applied is known in closed form and its clock does not err. What is left is
//! how well the model of the front end follows its formula, how the unit's own noise scatters a measurement
//! of this length, and what rounding leaves. It says how well the simulated error is known, not how well
//! a device in a laboratory would do.

use crate::bench::{RATE_HZ, Specimen};
use crate::document::{Budget, Contribution};
use crate::limits::{IB_A, IMAX_A, IMIN_A};
use crate::plan::{Line, Take};
use crate::setup::{Factor, Setup, Waveform};
use metering::Wiring;
use port::Role;

/// Coverage factor.
pub const COVERAGE: f64 = 2.0;

/// Largest deviation of a channel's model from its formula, as a part of the amplitude
/// (`docs/front-end.md`).
const MODEL_PART: f64 = 1e-6;

/// Largest error of the mathematics on a steady signal, as a part of the apparent power, and ten times
/// as much for reactive power (the exactness arm holds them).
const MATHEMATICS_PART: f64 = 1e-6;

/// What switching within windows leaves of the energy between two pulses, as a part of the energy of a
/// window: power is taken as even over a window, and a burst is half of it at the most.
const BURST_PART: f64 = 0.5;

/// Seconds of a window.
const WINDOW_S: f64 = 0.2;

/// A source and how it enters.
struct Source {
    source: &'static str,
    basis: &'static str,
    rectangular: bool,
    half_width: f64,
    unit: &'static str,
    sensitivity: f64,
}

impl Source {
    fn contribution(&self) -> Contribution {
        let divisor = if self.rectangular { 3f64.sqrt() } else { 1.0 };
        Contribution {
            source: self.source.to_string(),
            basis: self.basis.to_string(),
            distribution: if self.rectangular { "rectangular" } else { "normal" }.to_string(),
            half_width: self.half_width,
            unit: self.unit.to_string(),
            divisor,
            sensitivity: self.sensitivity,
            standard_uncertainty: self.half_width / divisor * self.sensitivity.abs(),
        }
    }
}

/// Sources together, in the unit of an error.
pub struct Sources {
    sources: Vec<Source>,
    unit: &'static str,
}

impl Sources {
    /// Root of the sum of squares of the standard uncertainties.
    fn combined(&self) -> f64 {
        let square = |source: &Source| source.contribution().standard_uncertainty.powi(2);
        self.sources.iter().map(square).sum::<f64>().sqrt()
    }

    /// Expanded, k = 2.
    pub fn expanded(&self) -> f64 {
        COVERAGE * self.combined()
    }

    fn budget(&self, name: &str) -> Budget {
        Budget {
            name: name.to_string(),
            unit: self.unit.to_string(),
            contributions: self.sources.iter().map(Source::contribution).collect(),
            combined: self.combined(),
            expanded: self.expanded(),
        }
    }
}

/// Of the percentage error of an energy over so many seconds.
pub fn of_energy(specimen: &Specimen, setup: &Setup, take: Take, seconds: f64) -> Sources {
    let truth = setup.truth();
    let apparent: f64 = (0..3).map(|k| truth.voltage_v[k] * truth.current_a[k]).sum();
    let (power, across) = match take {
        Take::ActivePulses | Take::ActiveRegister => (truth.power_w(), truth.power_var()),
        Take::ReactiveRegister => (truth.power_var(), truth.power_w()),
    };
    let mathematics = match take {
        Take::ReactiveRegister => 10.0 * MATHEMATICS_PART,
        Take::ActivePulses | Take::ActiveRegister => MATHEMATICS_PART,
    };
    let mut sources = shared();
    // The angle between voltage and current moves power from one kind into the other.
    sources.push(Source {
        source: "angle of the front-end model",
        basis: "difference to its formula, voltage and current channel",
        rectangular: true,
        half_width: MODEL_PART * 2f64.sqrt(),
        unit: "rad",
        sensitivity: 100.0 * across / power,
    });
    sources.push(Source {
        source: "mathematics of the meter",
        basis: "limit of the exactness arm, of apparent power",
        rectangular: true,
        half_width: mathematics,
        unit: "1",
        sensitivity: 100.0 * apparent / power,
    });
    sources.push(Source {
        source: "noise of the unit",
        basis: "white, over the time of the measurement",
        rectangular: false,
        half_width: noise_w(specimen, setup, seconds),
        unit: "W",
        sensitivity: 100.0 / power.abs(),
    });
    if setup.waveform == Waveform::BurstFired {
        sources.push(Source {
            source: "pulse within a window of a burst",
            basis: "power taken as even over the window, at both ends",
            rectangular: true,
            half_width: BURST_PART * WINDOW_S * 2f64.sqrt(),
            unit: "s",
            sensitivity: 100.0 / seconds,
        });
    }
    Sources { sources, unit: "%" }
}

/// Of a reading of one window, in percent of it, or in points of THD.
pub fn of_reading(specimen: &Specimen, setup: &Setup, line: Line) -> Sources {
    let mut sources = Vec::new();
    let voltage_v = setup
        .truth()
        .voltage_v
        .into_iter()
        .fold(f64::INFINITY, |least, v| if v > 0.0 { least.min(v) } else { least });
    let windowed = (RATE_HZ * WINDOW_S).sqrt();
    let channel = |role: Role, of: f64| Source {
        source: "noise of the unit",
        basis: "white, over a window",
        rectangular: false,
        half_width: specimen.unit.later.noise_rms(role, RATE_HZ) / windowed,
        unit: if role.is_voltage() { "V" } else { "A" },
        sensitivity: 100.0 / of,
    };
    match line {
        Line::Frequency => sources.push(Source {
            source: "mathematics of the meter",
            basis: "limit of the exactness arm",
            rectangular: true,
            half_width: MATHEMATICS_PART,
            unit: "1",
            sensitivity: 100.0,
        }),
        Line::ThdVoltage | Line::ThdCurrent => sources.push(Source {
            source: "amplitudes of the front-end model",
            basis: "difference to its formula, each harmonic",
            rectangular: true,
            half_width: 2.0 * MODEL_PART,
            unit: "1",
            sensitivity: 100.0,
        }),
        Line::VoltageLn | Line::VoltageLl => {
            sources.extend(shared().into_iter().take(1));
            sources.push(channel(Role::Va, voltage_v));
        }
        Line::Current => {
            sources.extend(shared().into_iter().take(1));
            sources.push(channel(Role::Ia, setup.current_a));
        }
        Line::ActivePower | Line::ApparentPower => {
            return of_energy(specimen, setup, Take::ActiveRegister, WINDOW_S);
        }
        Line::ReactivePower => return of_energy(specimen, setup, Take::ReactiveRegister, WINDOW_S),
    }
    let unit = match line {
        Line::ThdVoltage | Line::ThdCurrent => "points",
        _ => "%",
    };
    Sources { sources, unit }
}

/// What every measurement has: the model's amplitudes and the reference.
fn shared() -> Vec<Source> {
    vec![
        Source {
            source: "amplitudes of the front-end model",
            basis: "difference to its formula, voltage and current channel",
            rectangular: true,
            half_width: MODEL_PART * 2f64.sqrt(),
            unit: "1",
            sensitivity: 100.0,
        },
        Source {
            source: "reference",
            basis: "rounding of the closed form",
            rectangular: true,
            half_width: 1e-12,
            unit: "1",
            sensitivity: 100.0,
        },
    ]
}

/// Standard deviation of the mean power of all phases over so many seconds, from white noise of the
/// channels: each sample's voltage noise meets the current, its current noise the voltage.
fn noise_w(specimen: &Specimen, setup: &Setup, seconds: f64) -> f64 {
    let truth = setup.truth();
    let unit = &specimen.unit.later;
    let samples = RATE_HZ * seconds.max(WINDOW_S);
    let square = |phase: usize| {
        let of_current = truth.voltage_v[phase] * unit.noise_rms(Role::ALL[3 + phase], RATE_HZ);
        let of_voltage = truth.current_a[phase] * unit.noise_rms(Role::ALL[phase], RATE_HZ);
        of_current.powi(2) + of_voltage.powi(2)
    };
    ((0..3).map(square).sum::<f64>() / samples).sqrt()
}

/// The budgets that a certificate shows.
pub fn budgets(specimen: &Specimen) -> Vec<Budget> {
    let at = |current_a: f64, factor: Factor| {
        Setup::balanced(Wiring::ThreePhaseFourWire, 230.0, 50.0, current_a, factor)
    };
    let energy = |name: &str, current_a: f64, factor: Factor, take: Take| {
        of_energy(specimen, &at(current_a, factor), take, 2.0).budget(name)
    };
    let burst = Setup {
        waveform: Waveform::BurstFired,
        ..at(Setup::before_cutting(0.5 * IB_A), Factor::ONE)
    };
    vec![
        energy("active energy, Imin, PF 1", IMIN_A, Factor::ONE, Take::ActivePulses),
        energy("active energy, Ib, PF 1", IB_A, Factor::ONE, Take::ActivePulses),
        energy("active energy, Ib, PF 0.5L", IB_A, Factor::HALF_L, Take::ActivePulses),
        energy("active energy, Imax, PF 0.5L", IMAX_A, Factor::HALF_L, Take::ActivePulses),
        energy(
            "reactive energy, Ib, sin phi 0.5L",
            IB_A,
            Factor::SIN_HALF_L,
            Take::ReactiveRegister,
        ),
        of_energy(specimen, &burst, Take::ActivePulses, 60.0).budget("active energy, burst fired"),
        of_reading(specimen, &at(0.5, Factor::ONE), Line::Current).budget("current, 0.5 A"),
        of_reading(specimen, &at(IB_A, Factor::ONE), Line::VoltageLn).budget("voltage, Un"),
    ]
}
