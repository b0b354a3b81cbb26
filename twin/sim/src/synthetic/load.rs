//! Loads people recognise: plain data, and the current each draws from its supply.

use super::grid::{Harmonic, System};
use super::load_tables::{CHARGER, PV, RECTIFIER, SIX_PULSE, STANDBY, unit_spectrum};
use super::schedule::Schedule;
use super::spectrum::{Phasor, Spectrum};
use super::track::Track;
use port::SlotId;
use std::f64::consts::PI;

/// Where a current is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MeterPort {
    /// The built-in meter.
    Main,
    /// A module on the ESY bus.
    Esy(SlotId),
}

impl MeterPort {
    /// 0 for the built-in meter, 1 to 10 for a module.
    pub fn number(self) -> u8 {
        match self {
            MeterPort::Main => 0,
            MeterPort::Esy(slot) => slot.number(),
        }
    }

    /// The built-in meter and a module in each slot.
    pub fn all() -> impl Iterator<Item = MeterPort> + Clone {
        (0..=SlotId::MAX).map(|number| SlotId::new(number).map_or(MeterPort::Main, MeterPort::Esy))
    }

    /// Public, stable name.
    pub fn slug(self) -> &'static str {
        METER_NAMES[usize::from(self.number())]
    }

    /// The meter of a name.
    pub fn from_slug(slug: &str) -> Option<MeterPort> {
        MeterPort::all().find(|meter| meter.slug() == slug)
    }
}

/// Names of meters by number.
const METER_NAMES: [&str; 1 + SlotId::MAX as usize] =
    ["main", "esy1", "esy2", "esy3", "esy4", "esy5", "esy6", "esy7", "esy8", "esy9", "esy10"];

/// The meters through which a load's current flows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Meters(u16);

impl Meters {
    /// The built-in meter only.
    pub const MAIN: Meters = Meters(1);

    /// With one more meter.
    #[must_use]
    pub fn with(self, meter: MeterPort) -> Meters {
        Meters(self.0 | 1 << meter.number())
    }

    /// Whether the meter is among them.
    pub fn contains(self, meter: MeterPort) -> bool {
        self.0 & 1 << meter.number() != 0
    }

    /// All of them, the built-in one first.
    pub fn iter(self) -> impl Iterator<Item = MeterPort> {
        MeterPort::all().filter(move |meter| self.contains(*meter))
    }
}

/// Between which terminals a load lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Connection {
    /// Phase 1 and neutral.
    L1,
    /// Phase 2 and neutral.
    L2,
    /// Phase 3 and neutral.
    L3,
    /// Phases 1 and 2.
    L1L2,
    /// Phases 2 and 3.
    L2L3,
    /// Phases 3 and 1.
    L3L1,
    /// All three, a third of the power each: in star with a symmetric neutral, else in delta.
    ThreePhase,
}

/// One element of a load: current enters at a phase and leaves at another, or at neutral.
type Element = (usize, Option<usize>);

const STAR: [Element; 3] = [(0, None), (1, None), (2, None)];
const DELTA: [Element; 3] = [(0, Some(1)), (1, Some(2)), (2, Some(0))];

impl Connection {
    /// All connections.
    pub const ALL: [Connection; 7] = [
        Connection::L1,
        Connection::L2,
        Connection::L3,
        Connection::L1L2,
        Connection::L2L3,
        Connection::L3L1,
        Connection::ThreePhase,
    ];

    /// Public, stable name.
    pub fn slug(self) -> &'static str {
        match self {
            Connection::L1 => "l1",
            Connection::L2 => "l2",
            Connection::L3 => "l3",
            Connection::L1L2 => "l1-l2",
            Connection::L2L3 => "l2-l3",
            Connection::L3L1 => "l3-l1",
            Connection::ThreePhase => "three-phase",
        }
    }

    /// Elements of a load connected so.
    pub(crate) fn elements(self, system: System) -> &'static [Element] {
        match self {
            Connection::L1 => &STAR[0..1],
            Connection::L2 => &STAR[1..2],
            Connection::L3 => &STAR[2..3],
            Connection::L1L2 => &DELTA[0..1],
            Connection::L2L3 => &DELTA[1..2],
            Connection::L3L1 => &DELTA[2..3],
            Connection::ThreePhase => match system {
                System::WildLeg | System::ThreePhaseThreeWire => &DELTA,
                _ => &STAR,
            },
        }
    }

    /// Whether a wiring system has the terminals.
    pub fn is_possible(self, system: System) -> bool {
        let phases = system.phases();
        let enough = self != Connection::ThreePhase || phases == 3;
        enough
            && self.elements(system).iter().all(|(enter, leave)| {
                *enter < phases && leave.map_or(system.has_neutral(), |leave| leave < phases)
            })
    }
}

/// Local times of day between which the sun shines.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sun {
    /// Seconds after local midnight.
    pub rise_s: f64,
    /// Seconds after local midnight, later than `rise_s`.
    pub set_s: f64,
}

impl Sun {
    /// Strength at a local time of day in seconds, 0 to 1: a bell from sunrise to sunset.
    pub fn strength(self, day_s: f64) -> f64 {
        let part = (day_s.rem_euclid(86_400.0) - self.rise_s) / (self.set_s - self.rise_s);
        if (0.0..=1.0).contains(&part) { (PI * part).sin().powf(1.5) } else { 0.0 }
    }
}

/// What a load is. Powers are in watts at nominal voltage, of all phases together.
#[derive(Debug, Clone, PartialEq)]
pub enum LoadKind {
    /// Kettle, heater: the current follows the voltage with all its harmonics.
    Resistive {
        /// Watts.
        power_w: f64,
    },
    /// Any P and Q of the fundamental, as a constant admittance: all four quadrants (requirement G11).
    Linear {
        /// Watts, negative if it supplies.
        power_w: f64,
        /// Var, positive if inductive.
        reactive_var: f64,
    },
    /// Induction motor, direct on line.
    Motor {
        /// Watts taken from the grid when running.
        power_w: f64,
        /// When running, lagging, above 0 to 1.
        power_factor: f64,
        /// Starting current as a multiple of the running current, 1 or more.
        inrush: f64,
        /// Time constant in seconds with which the excess falls.
        inrush_s: f64,
    },
    /// LED lamps, television, small power supplies: rectifier and capacitor.
    Rectifier {
        /// Watts.
        power_w: f64,
    },
    /// Heat pump with inverter.
    HeatPump {
        /// Watts.
        power_w: f64,
        /// Seconds of soft start.
        ramp_s: f64,
    },
    /// Charger of an electric vehicle.
    EvCharger {
        /// Watts.
        power_w: f64,
        /// Seconds of soft start.
        ramp_s: f64,
    },
    /// Photovoltaic inverter; it supplies.
    Pv {
        /// Watts in full sun.
        power_w: f64,
        /// When the sun shines.
        sun: Sun,
        /// How much clouds take away at most, 0 to 1.
        clouds: f64,
    },
    /// Resistive load behind a phase-fired dimmer.
    Dimmer {
        /// Watts without dimmer.
        power_w: f64,
        /// Degrees after the zero crossing at which it fires, 0 to 180.
        firing_deg: f64,
    },
    /// Resistive load that is on for some cycles and off for some. Each element is switched where its
    /// voltage crosses zero at nominal frequency, so no current jumps.
    BurstFired {
        /// Watts while on.
        power_w: f64,
        /// Cycles of nominal frequency, above 0.
        on_cycles: f64,
        /// Cycles of nominal frequency, above 0.
        off_cycles: f64,
    },
    /// Resistive load behind a diode: DC and even harmonics, band-limited.
    HalfWave {
        /// Watts without diode.
        power_w: f64,
    },
    /// A current that does not depend on the voltage.
    Current {
        /// Rms of the fundamental through each element, in amperes.
        current_a: f64,
        /// Against the undisturbed voltage of the element, in degrees; negative lags.
        angle_deg: f64,
        /// Harmonics as parts of the fundamental; angles where the current's own fundamental is cos x.
        harmonics: Vec<Harmonic>,
    },
    /// Pulses of a crest factor in phase with the undisturbed voltage; see [`Spectrum::pulses`].
    Pulses {
        /// Rms through each element, in amperes.
        current_a: f64,
        /// Peak over rms, [`MIN_CREST_FACTOR`](super::MIN_CREST_FACTOR) to
        /// [`MAX_CREST_FACTOR`](super::MAX_CREST_FACTOR).
        crest_factor: f64,
    },
    /// What a house draws when nobody is at home: router, standby, clocks.
    Idle {
        /// Watts.
        power_w: f64,
    },
}

/// The undisturbed voltage of an element.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Nominal {
    pub rms_v: f64,
    pub angle_rad: f64,
}

/// Power factor of a motor that does not turn yet.
const LOCKED_POWER_FACTOR: f64 = 0.35;
/// Knots in each time constant of an inrush; a chord is then within 0.2 % of the exponential.
const INRUSH_KNOTS: f64 = 8.0;
/// Time constants after which an inrush is over.
const INRUSH_LENGTH: f64 = 6.0;
/// Below this part of nominal voltage a converter keeps its current, not its power.
const CONVERTER_LIMIT: f64 = 0.7;
/// Below this part of nominal voltage a converter is off.
const CONVERTER_OFF: f64 = 0.1;

impl LoadKind {
    /// Current at 1 A of fundamental (what is cut: 1 A before cutting; pulses: 1 A rms), where the supply
    /// is a cosine. Computed once for a load, not once a piece.
    pub(crate) fn shape(&self) -> Spectrum {
        match self {
            LoadKind::Resistive { .. }
            | LoadKind::Linear { .. }
            | LoadKind::Motor { .. }
            | LoadKind::BurstFired { .. } => Spectrum::sine(1.0, 0.0),
            LoadKind::Rectifier { .. } => unit_spectrum(&RECTIFIER),
            LoadKind::HeatPump { .. } => unit_spectrum(&SIX_PULSE),
            LoadKind::EvCharger { .. } => unit_spectrum(&CHARGER),
            LoadKind::Pv { .. } => unit_spectrum(&PV),
            LoadKind::Idle { .. } => unit_spectrum(&STANDBY),
            LoadKind::Dimmer { firing_deg, .. } => Spectrum::phase_fired(1.0, *firing_deg),
            LoadKind::HalfWave { .. } => Spectrum::half_wave_rectified(1.0),
            LoadKind::Current { angle_deg, harmonics, .. } => {
                let sine = Spectrum::sine(1.0, 0.0);
                let shape = harmonics.iter().fold(sine, |shape, harmonic| {
                    shape.with(harmonic.order, harmonic.level, harmonic.angle_deg)
                });
                shape.shifted(angle_deg.to_radians())
            }
            LoadKind::Pulses { crest_factor, .. } => Spectrum::pulses(1.0, *crest_factor),
        }
    }

    /// Current of one element that carries `share` of the load, `on_s` after switching on, at full
    /// level. `nominal` is the undisturbed voltage of the element, for which the power is meant.
    pub(crate) fn current(
        &self,
        shape: &Spectrum,
        supply: &Spectrum,
        nominal: Nominal,
        share: f64,
        on_s: f64,
    ) -> Spectrum {
        let nominal_v = nominal.rms_v;
        match *self {
            LoadKind::Resistive { power_w } | LoadKind::BurstFired { power_w, .. } => {
                *supply * (share * power_w / (nominal_v * nominal_v))
            }
            LoadKind::Linear { power_w, reactive_var } => {
                admittance(supply, nominal_v, share * power_w, share * reactive_var)
            }
            LoadKind::Motor { power_w, power_factor, inrush, inrush_s } => {
                let power_w = share * power_w;
                let running = power_at(power_w, power_factor);
                let apparent_va = inrush * power_w / power_factor;
                let starting = power_at(apparent_va * LOCKED_POWER_FACTOR, LOCKED_POWER_FACTOR);
                let excess = inrush_level(on_s / inrush_s);
                let power = running + (starting + running * -1.0) * excess;
                admittance(supply, nominal_v, power.re, power.im)
            }
            LoadKind::Dimmer { power_w, .. } | LoadKind::HalfWave { power_w } => {
                let fundamental = supply.harmonic(1);
                let full_a = fundamental.rms() * share * power_w / (nominal_v * nominal_v);
                shape.shifted(fundamental.angle_rad()) * full_a
            }
            LoadKind::Current { current_a, .. } | LoadKind::Pulses { current_a, .. } => {
                shape.shifted(nominal.angle_rad) * current_a
            }
            LoadKind::Pv { power_w, .. } => converter(shape, supply, nominal_v, -share * power_w),
            LoadKind::HeatPump { power_w, ramp_s } | LoadKind::EvCharger { power_w, ramp_s } => {
                let level = if ramp_s > 0.0 { (on_s / ramp_s).min(1.0) } else { 1.0 };
                converter(shape, supply, nominal_v, share * power_w * level)
            }
            LoadKind::Rectifier { power_w } | LoadKind::Idle { power_w } => {
                converter(shape, supply, nominal_v, share * power_w)
            }
        }
    }

    /// The first bend of the current more than `on_s` after switching on, if there is one.
    pub(crate) fn next_bend_s(&self, on_s: f64) -> Option<f64> {
        match *self {
            LoadKind::Motor { inrush_s, .. } => {
                let step_s = inrush_s / INRUSH_KNOTS;
                let count = (on_s / step_s).floor() + 1.0;
                (count <= INRUSH_KNOTS * INRUSH_LENGTH).then_some(count * step_s)
            }
            LoadKind::HeatPump { ramp_s, .. } | LoadKind::EvCharger { ramp_s, .. } => {
                (on_s < ramp_s).then_some(ramp_s)
            }
            LoadKind::Resistive { .. }
            | LoadKind::Linear { .. }
            | LoadKind::Rectifier { .. }
            | LoadKind::Pv { .. }
            | LoadKind::Dimmer { .. }
            | LoadKind::BurstFired { .. }
            | LoadKind::HalfWave { .. }
            | LoadKind::Current { .. }
            | LoadKind::Pulses { .. }
            | LoadKind::Idle { .. } => None,
        }
    }
}

/// P and Q of a lagging load as P + jQ.
fn power_at(power_w: f64, power_factor: f64) -> Phasor {
    let reactive_var = power_w * (1.0 / (power_factor * power_factor) - 1.0).max(0.0).sqrt();
    Phasor { re: power_w, im: reactive_var }
}

/// Excess of a starting motor's current after so many time constants, 1 to 0.
fn inrush_level(constants: f64) -> f64 {
    if constants < INRUSH_LENGTH { (-constants).exp() } else { 0.0 }
}

/// Fundamental current of a constant admittance that takes P and Q at nominal voltage.
fn admittance(supply: &Spectrum, nominal_v: f64, power_w: f64, reactive_var: f64) -> Spectrum {
    let siemens = Phasor { re: power_w, im: -reactive_var } * (1.0 / (nominal_v * nominal_v));
    let mut current = Spectrum::ZERO;
    current.set(1, supply.harmonic(1) * siemens);
    current
}

/// Current of a converter that takes its power whatever the voltage, as long as there is enough.
fn converter(shape: &Spectrum, supply: &Spectrum, nominal_v: f64, power_w: f64) -> Spectrum {
    let fundamental = supply.harmonic(1);
    let part = fundamental.rms() / nominal_v;
    if part < CONVERTER_OFF {
        return Spectrum::ZERO;
    }
    let current = shape.shifted(fundamental.angle_rad());
    let power_w = power_w * (part / CONVERTER_LIMIT).min(1.0);
    current * (power_w / supply.active_power(&current))
}

/// A load: what it is, where it lies, who measures it and when it is on.
#[derive(Debug, Clone, PartialEq)]
pub struct Load {
    /// Name for people.
    pub name: String,
    /// What it is.
    pub kind: LoadKind,
    /// Between which terminals.
    pub connection: Connection,
    /// Through which meters its current flows.
    pub meters: Meters,
    /// When it is on.
    pub schedule: Schedule,
    /// Part of its power that it draws, 0 or more.
    pub level: Track<f64>,
    /// Slow random movement of its power, at most this part of it (0.1 is 10 %).
    pub wander: f64,
}
