//! The grid at the meter's terminals: wiring systems, nominal voltages, distortion and events.

use super::load::MeterPort;
use super::spectrum::{Phasor, Spectrum};
use super::terminals::Wire;
use port::Role;

/// A wiring system. The phases of a meter see voltages against the neutral terminal; without a
/// neutral (`3p3w`) against the virtual star point of the three.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum System {
    /// Three phases with neutral (requirement E3).
    ThreePhaseFourWire,
    /// Three phases without neutral (requirement E4).
    ThreePhaseThreeWire,
    /// Two phases with neutral: split phase, or two legs of a star (requirement E2).
    TwoPhaseThreeWire,
    /// One phase with neutral (requirement E1).
    OnePhaseTwoWire,
    /// Four-wire delta with the neutral in the middle of one winding; phase 2 is the high leg (requirement E5).
    WildLeg,
    /// Three single-phase loads on a four-wire grid (requirement G2).
    ThreeSinglePhase,
}

impl System {
    /// All systems.
    pub const ALL: [System; 6] = [
        System::ThreePhaseFourWire,
        System::ThreePhaseThreeWire,
        System::TwoPhaseThreeWire,
        System::OnePhaseTwoWire,
        System::WildLeg,
        System::ThreeSinglePhase,
    ];

    /// Public, stable name.
    pub fn slug(self) -> &'static str {
        match self {
            System::ThreePhaseFourWire => "3p4w",
            System::ThreePhaseThreeWire => "3p3w",
            System::TwoPhaseThreeWire => "2p3w",
            System::OnePhaseTwoWire => "1p2w",
            System::WildLeg => "wild-leg",
            System::ThreeSinglePhase => "3x1p",
        }
    }

    /// The system of a name.
    pub fn from_slug(slug: &str) -> Option<System> {
        System::ALL.into_iter().find(|system| system.slug() == slug)
    }

    /// Number of phases, 1 to 3.
    pub fn phases(self) -> usize {
        match self {
            System::OnePhaseTwoWire => 1,
            System::TwoPhaseThreeWire => 2,
            System::ThreePhaseFourWire
            | System::ThreePhaseThreeWire
            | System::WildLeg
            | System::ThreeSinglePhase => 3,
        }
    }

    /// Whether loads can be connected between a phase and neutral.
    pub fn has_neutral(self) -> bool {
        self != System::ThreePhaseThreeWire
    }

    /// Terminals of the system.
    pub fn roles(self) -> &'static [Role] {
        match self.phases() {
            1 => &[Role::Va, Role::Ia],
            2 => &[Role::Va, Role::Vb, Role::Ia, Role::Ib],
            _ => &[Role::Va, Role::Vb, Role::Vc, Role::Ia, Role::Ib, Role::Ic],
        }
    }

    /// Usual voltage and frequency. The voltage is phase to neutral, but phase to phase in `3p3w`.
    pub fn usual(self) -> (f64, f64) {
        match self {
            System::ThreePhaseFourWire | System::OnePhaseTwoWire | System::ThreeSinglePhase => {
                (230.0, 50.0)
            }
            System::ThreePhaseThreeWire => (400.0, 50.0),
            System::TwoPhaseThreeWire | System::WildLeg => (120.0, 60.0),
        }
    }
}

/// Which phases an event concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Phases(pub [bool; 3]);

impl Phases {
    /// All three.
    pub const ALL: Phases = Phases([true; 3]);
}

/// A harmonic of the voltage.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Harmonic {
    /// 2 to 31.
    pub order: usize,
    /// Rms as a part of the fundamental.
    pub level: f64,
    /// Angle in degrees of `cos(h x + angle)`, where the phase's own fundamental is `cos x`.
    pub angle_deg: f64,
}

/// Something that happens to the grid.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Event {
    /// Seconds from the beginning.
    pub at_s: f64,
    /// What happens.
    pub kind: EventKind,
}

/// Kinds of events.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum EventKind {
    /// Sag, swell, interruption, loss of a phase or the end of one: the voltage goes to a part of its
    /// undisturbed value and stays there.
    Voltage {
        /// Which phases.
        phases: Phases,
        /// Part of the undisturbed voltage, 0 or more.
        to: f64,
        /// How long it takes, in seconds; 0 for a jump.
        over_s: f64,
    },
    /// The frequency goes to another one and stays there.
    Frequency {
        /// Hertz, above 0.
        to_hz: f64,
        /// How long it takes, in seconds; 0 for a jump.
        over_s: f64,
    },
    /// All voltages jump ahead by an angle.
    PhaseJump {
        /// Degrees, any sign.
        by_deg: f64,
    },
    /// Other conductors pass through the current inputs of a meter, or another way round. The grid does not feel
    /// it, the meter does.
    Currents {
        /// Which meter.
        meter: MeterPort,
        /// What passes through each input.
        wires: [Option<Wire>; 3],
    },
}

/// The grid, undisturbed by events or loads.
#[derive(Debug, Clone, PartialEq)]
pub struct Grid {
    /// Wiring system.
    pub system: System,
    /// Phase to neutral in volts; phase to phase in `3p3w`. In a wild leg, half a winding.
    pub voltage_v: f64,
    /// Hertz.
    pub frequency_hz: f64,
    /// Angle between the legs of a two-phase system in degrees: 180 (split phase) or 120.
    pub leg_angle_deg: f64,
    /// Whether phases 2 and 3 are exchanged.
    pub reversed_sequence: bool,
    /// Background distortion, the same on all phases.
    pub harmonics: Vec<Harmonic>,
    /// Slow random movement of the voltages, largest part of nominal (0.01 is 1 %).
    pub voltage_wander: f64,
    /// Slow random movement of the frequency, at most so many hertz.
    pub frequency_wander_hz: f64,
    /// Resistance of each line up to the meter in ohms: loads pull their own voltage down.
    pub line_ohm: f64,
    /// White noise of the voltages, volts rms a sample.
    pub noise_v: f64,
}

impl Grid {
    /// The usual grid of a system: sinusoidal, stiff and still.
    pub fn usual(system: System) -> Grid {
        let (voltage_v, frequency_hz) = system.usual();
        Grid {
            system,
            voltage_v,
            frequency_hz,
            leg_angle_deg: 180.0,
            reversed_sequence: false,
            harmonics: Vec::new(),
            voltage_wander: 0.0,
            frequency_wander_hz: 0.0,
            line_ohm: 0.0,
            noise_v: 0.0,
        }
    }

    /// Nominal fundamental of each phase: rms in volts and angle in degrees.
    pub fn nominal(&self) -> Vec<(f64, f64)> {
        let v = self.voltage_v;
        let mut phases = match self.system {
            System::ThreePhaseFourWire | System::ThreeSinglePhase => {
                vec![(v, 0.0), (v, -120.0), (v, 120.0)]
            }
            System::ThreePhaseThreeWire => {
                let star = v / 3.0_f64.sqrt();
                vec![(star, 0.0), (star, -120.0), (star, 120.0)]
            }
            System::TwoPhaseThreeWire => vec![(v, 0.0), (v, -self.leg_angle_deg)],
            System::OnePhaseTwoWire => vec![(v, 0.0)],
            // 120 / 208 / 120 V: every pair of phases is 240 V apart.
            System::WildLeg => vec![(v, 0.0), (v * 3.0_f64.sqrt(), 90.0), (v, 180.0)],
        };
        if self.reversed_sequence {
            for phase in &mut phases {
                phase.1 = -phase.1;
            }
        }
        phases
    }

    /// Undisturbed spectra of the phases.
    pub(crate) fn spectra(&self) -> Vec<Spectrum> {
        let shape = self.harmonics.iter().fold(Spectrum::sine(1.0, 0.0), |shape, harmonic| {
            shape.with(harmonic.order, harmonic.level, harmonic.angle_deg)
        });
        self.nominal()
            .into_iter()
            .map(|(rms, angle_deg)| shape.shifted(angle_deg.to_radians()) * rms)
            .collect()
    }
}

/// Takes away what the three have in common, as a virtual star point does.
pub(crate) fn remove_common(voltages: &mut [Spectrum; 3]) {
    let common = (voltages[0] + voltages[1] + voltages[2]) * (1.0 / 3.0);
    for voltage in voltages {
        *voltage += -common;
    }
}

/// Exactly nothing where rounding left a trace, so that the player can skip the harmonic.
pub(crate) fn drop_traces(spectrum: &mut Spectrum, scale: f64) {
    for order in 1..=super::HARMONICS {
        if spectrum.harmonic(order).square() < (scale * 1e-14) * (scale * 1e-14) {
            spectrum.set(order, Phasor::ZERO);
        }
    }
}
